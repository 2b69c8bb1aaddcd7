package pades

import (
	"bytes"
	"regexp"

	"congvu/internal/pdf"
)

var signedRange = regexp.MustCompile(`/ByteRange[\x00\t\n\f\r ]*\[[\x00\t\n\f\r 0-9+-]*\]`)

// countSignatures compares the signed ranges that stand in the bytes of the file with those that its form and its usage
// rights reach: a signature that was removed, hidden or written over stays behind in the bytes. Words in a text and the
// signatures of attached documents are none of this file.
func (v *verification) countSignatures() (found, reachable int) {
	starts := map[int]bool{}
	for _, s := range v.signed {
		if s.dict["ByteRange"] != nil {
			reachable++
		}
		starts[v.objectOf(s)] = true
	}
	perms := v.file.Dict(v.file.Root()["Perms"])
	for _, k := range []pdf.Name{"UR", "UR3"} {
		ref, ok := perms[k].(pdf.Ref)
		if at, known := v.file.Where(ref.Num); ok && known && at.Container == 0 && v.file.Dict(ref)["ByteRange"] != nil && !starts[at.Offset] {
			reachable++
			starts[at.Offset] = true
		}
	}
	attached := v.attachments()
	for _, m := range signedRange.FindAllIndex(v.file.Data, maxRanges) {
		if !within(attached, m[0]) {
			found++
		}
	}
	return found, reachable
}

const maxRanges = 10_000

// objectOf gives the offset of the object in which the dictionary of a signature stands.
func (v *verification) objectOf(s *signed) int {
	ref := s.ref
	if ref == (pdf.Ref{}) {
		ref = s.fields[0].ref
	}
	at, _ := v.file.Where(ref.Num)
	return at.Offset
}

// attachments lists the places of attached files that lie in the file as they are.
func (v *verification) attachments() [][2]int {
	var out [][2]int
	if !bytes.Contains(v.file.Data, []byte("/EmbeddedFile")) {
		return nil
	}
	for _, n := range v.file.Numbers() {
		at, _ := v.file.Where(n)
		o, err := v.file.Object(pdf.Ref{Num: n, Gen: at.Gen})
		if s, ok := o.(*pdf.Stream); ok && err == nil && s.Start > 0 && s.Dict["Type"] == pdf.Name("EmbeddedFile") && s.Dict["Filter"] == nil {
			out = append(out, [2]int{s.Start, s.Start + len(s.Raw)})
		}
	}
	v.file.Forgive() // unreadable objects were told when all were read
	return out
}

func within(all [][2]int, at int) bool {
	for _, r := range all {
		if at >= r[0] && at < r[1] {
			return true
		}
	}
	return false
}
