package documents

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"congvu/internal/pades"
	"congvu/internal/paper"
	"congvu/internal/pdf"
	"congvu/internal/store"
)

// A large file goes the whole way over temporary files, of which none stays, and comes out as a small one does.
func TestLargeFileIsSignedFromADisk(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	h := newHouse(t)
	h.do(h.admin, func(tx *store.Tx) error {
		if err := tx.Set(bg, int64(h.agency), "documents.file_limit", fmt.Sprint(2*largeFile)); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "setting.changed", Agency: int64(h.agency), Ref: "settings"})
	})
	o := h.draft(h.form())
	made, err := paper.Render(paper.Document{Form: paper.Letter, Agency: "Sở", Number: "1", Notation: "A-B", Date: monday, Subject: "x", Body: "Nội dung./.", SignerName: "A"})
	must(t, err)
	f, err := pdf.Open(made.PDF)
	must(t, err)
	u := pdf.NewUpdate(f)
	u.Add(&pdf.Stream{Dict: pdf.Dict{}, Raw: make([]byte, largeFile)})
	large, _, err := u.Finish()
	must(t, err)
	o, err = UploadMain(bg, h.Desk, h.drafter, o.ID, "bản quét.pdf", reader(large))
	must(t, err)
	h.do(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, o.ID, holding(h.unitHead), "") })
	h.do(h.unitHead, func(tx *store.Tx) error { return Approve(bg, tx, o.ID, "", 0) })
	_, err = Sign(bg, h.Desk, h.head, o.ID, "TM", true)
	must(t, err)
	o, err = Release(bg, h.Desk, h.clerk, o.ID)
	must(t, err)
	file := h.mainBytes(o)
	r, err := pades.Verify(file, pades.VerifyOptions{At: h.DB.Now().Time(), Trust: h.Trust})
	must(t, err)
	if r.Outcome != pades.Passed || len(r.Signatures) != 2 || len(file) < largeFile {
		t.Fatalf("%s, %d signatures, %d bytes", r.Outcome, len(r.Signatures), len(file))
	}
	kept, err := o.mainFile(bg, h.DB)
	must(t, err)
	if kept.Size != int64(len(file)) || kept.SHA != r.SHA256 || kept.Verdict != VerdictPassed || kept.Pages != 1 {
		t.Errorf("%+v", kept)
	}
	left, err := filepath.Glob(filepath.Join(dir, "congvu-sign-*"))
	must(t, err)
	if len(left) > 0 {
		t.Error("temporary files stay:", left)
	}
	// Where there is no room for temporary files nothing is signed and the document stays as it is.
	must(t, os.Setenv("TMPDIR", filepath.Join(dir, "missing")))
	if err := h.Desk.signLarge(bg, &kept, pades.Request{}); err == nil {
		t.Error("signed without a place to work")
	}
}
