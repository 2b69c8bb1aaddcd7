package proof

import (
	"strings"
	"testing"
)

// A receipt says more and more for machines; what it says of the parcel is read all the same, and the name of a request is no hash.
func TestMarkOfAReceiptIsReadWithWhatFollows(t *testing.T) {
	sha := strings.Repeat("a1", 32)
	for text, number := range map[string]string{
		"Số đến 5 [[sha256=" + sha + ";parcel=H26.1/7/H26.2;number=5/2026]]":                  "5/2026",
		"Số đến 5 [[sha256=" + sha + ";parcel=H26.1/7/H26.2;number=5/2026;speaks=reconcile]]": "5/2026",
		"[[sha256=" + sha + ";parcel=H26.1/7/H26.2;speaks=reconcile]]":                        "",
	} {
		if said := mark.FindStringSubmatch(text); said == nil || said[1] != sha || said[3] != number {
			t.Errorf("%q: %q", text, said)
		}
	}
	if mark.MatchString("Đồng ý [[request=H26.1/7]]") {
		t.Error("the name of a request is read as a hash")
	}
}
