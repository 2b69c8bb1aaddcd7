package documents_test

import (
	"testing"

	"congvu/internal/documents"
)

// N21: four levels, with thượng khẩn between khẩn and hỏa tốc, each with its own code and words (D5.7).
// V4: screen /incoming; command remote inbox
func TestThereAreFourLevelsOfUrgency(t *testing.T) {
	want := []struct{ slug, label string }{{"ordinary", "Thường"}, {"urgent", "Khẩn"}, {"very_urgent", "Thượng khẩn"}, {"express", "Hỏa tốc"}}
	all := documents.Urgencies()
	if len(all) != len(want) {
		t.Fatalf("%d levels", len(all))
	}
	for i, u := range all {
		read, ok := documents.ParseUrgency(want[i].slug)
		if u.Slug() != want[i].slug || u.Label() != want[i].label || !ok || read != u || int(u) != i {
			t.Errorf("level %d: %s %s", i, u.Slug(), u.Label())
		}
	}
	for _, none := range []documents.Urgency{-1, 4} {
		if none.Valid() || none.Label() != "" {
			t.Errorf("%d is a level", none)
		}
	}
	if _, ok := documents.ParseUrgency("Khẩn"); ok {
		t.Error("a label was taken for a code")
	}
}
