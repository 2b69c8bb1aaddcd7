package paper

import (
	"encoding/binary"
	"testing"
)

// The profile must be one that foreign readers take: every tag inside the file, the curve from black to white, the primaries
// adding up to the white point.
func TestColourProfileIsWellFormed(t *testing.T) {
	p := profile()
	u32 := func(at int) int { return int(binary.BigEndian.Uint32(p[at:])) }
	if u32(0) != len(p) || string(p[12:24]) != "mntrRGB XYZ " || string(p[36:40]) != "acsp" {
		t.Fatalf("header %q, %d bytes", p[:40], len(p))
	}
	tags := map[string][]byte{}
	for i := range u32(128) {
		at := 132 + 12*i
		begin, size := u32(at+4), u32(at+8)
		if begin%4 != 0 || begin+size > len(p) {
			t.Fatalf("tag %s at %d+%d", p[at:at+4], begin, size)
		}
		tags[string(p[at:at+4])] = p[begin : begin+size]
	}
	for axis := range 3 {
		sum := 0.0
		for _, name := range []string{"rXYZ", "gXYZ", "bXYZ"} {
			sum += float64(int32(binary.BigEndian.Uint32(tags[name][8+4*axis:]))) / 65536
		}
		white := float64(binary.BigEndian.Uint32(tags["wtpt"][8+4*axis:])) / 65536
		if d := sum - white; d > 0.001 || d < -0.001 {
			t.Errorf("axis %d: primaries add up to %.4f, white is %.4f", axis, sum, white)
		}
	}
	for _, name := range []string{"rTRC", "gTRC", "bTRC"} {
		c := tags[name]
		if string(c[:4]) != "curv" || binary.BigEndian.Uint16(c[12:]) != 0 || binary.BigEndian.Uint16(c[len(c)-2:]) != 0xFFFF {
			t.Errorf("%s is no curve from black to white", name)
		}
	}
	if string(tags["desc"][:4]) != "desc" || string(tags["cprt"][:4]) != "text" {
		t.Error("description or copyright is missing")
	}
}
