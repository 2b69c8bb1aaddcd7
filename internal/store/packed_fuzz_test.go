package store

import (
	"strings"
	"testing"
)

// FuzzUnpack: a column may hold anything. No content crashes or takes more memory than a text may have, and what unpacks packs again to the same text.
func FuzzUnpack(f *testing.F) {
	b := &base{36 * 36, "f", []byte(strings.Repeat("Ủy ban nhân dân xã Liên Trung ", 20) + "MIIDDDCCArGgAwIBAgIQZREmXSeCkVJWgn2IJEUA1jAKBggqhkjOPQQDAjBgMQswCQYDVQQG")}
	for _, text := range []string{string(b.text), string(b.text[:200]) + "khác" + string(b.text[200:]), strings.Repeat("a", 5000), "=z1:", `"=z1:100:KLUv"`} {
		for _, json := range []bool{false, true} {
			for _, from := range []*base{nil, b} {
				stored, err := (&Packing{text: text, json: json}).against(from)
				if err != nil {
					f.Fatal(err)
				}
				f.Add(stored, json)
				f.Add(stored[:len(stored)/2], json)
			}
		}
	}
	f.Add("=z1:0:KLUv/SQAAQAAmen0mQ", false) // an empty text
	f.Add("=z1:-1:KLUv", false)
	found := map[int64]*base{b.id: b}
	f.Fuzz(func(t *testing.T, stored string, json bool) {
		text, err := unpackWith(found, stored, json)
		if err != nil {
			return
		}
		if len(text) > packLongest && text != stored {
			t.Fatalf("%d bytes", len(text))
		}
		again, err := (&Packing{text: text, json: json}).against(b)
		if err != nil || text == "" {
			return
		}
		if back, err := unpackWith(found, again, json); err != nil || back != text {
			t.Fatalf("%v: %q became %q", err, text, back)
		}
	})
}

// unpackWith gives the text of a column as reading it does, given the bases that may be named in it.
func unpackWith(found map[int64]*base, stored string, json bool) (string, error) {
	if p := partsOf(stored, json); p.packed {
		return p.text(found)
	}
	return stored, nil
}
