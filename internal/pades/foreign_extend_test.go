package pades

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"congvu/internal/keys"
	"congvu/internal/pdf"
)

// Foreign files can be preserved as they came: what was said of their signatures is said of them afterwards, whatever their producer,
// their certification and their store of proofs look like. Those that are altered or cannot be read are refused.
func TestForeignFilesArePreservedAsTheyCame(t *testing.T) {
	all, err := filepath.Glob(filepath.Join(samples, "*.pdf"))
	if err != nil || len(all) == 0 {
		t.Skip("the sample files are not here: ", err)
	}
	w := newCity(t, keys.TestP256)
	w.now = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	extended, refused := 0, 0
	for _, name := range all {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		before := w.verify(t, file)
		x, err := Extend(t.Context(), file, w.extension())
		if err != nil {
			refused++
			var byReader *pdf.Error
			if !errors.Is(err, ErrNotIntact) && !errors.Is(err, ErrNoSignature) && !errors.As(err, &byReader) {
				t.Errorf("%s: %v", filepath.Base(name), err)
			}
			if before.Integrity == Intact && len(before.Signatures) > 0 {
				t.Errorf("%s is intact, yet %v", filepath.Base(name), err)
			}
			continue
		}
		extended++
		after := w.verify(t, x.File)
		if suiteWord(after) != suiteWord(before) || len(after.Signatures) <= len(before.Signatures) {
			t.Errorf("%s: %s before, now %s", filepath.Base(name), suiteWord(before), explain(after))
		}
		for i, s := range before.Signatures {
			if now := after.Signatures[i]; now.Integrity != s.Integrity || now.Changes > max(s.Changes, ValidationChange) {
				t.Errorf("%s, %s: %s and %v, now %s and %v", filepath.Base(name), s.Field, s.Integrity, s.Changes, now.Integrity, now.Changes)
			}
		}
	}
	t.Logf("%d extended, %d refused", extended, refused)
	if extended == 0 || refused == 0 {
		t.Error("the samples show only one side")
	}
}
