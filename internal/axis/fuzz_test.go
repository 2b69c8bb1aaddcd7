package axis

import (
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
)

// FuzzEnvelope: subjects and headers come from peers. No input crashes; what is accepted is bounded and leads back to the same subject.
func FuzzEnvelope(f *testing.F) {
	f.Add(subject("ex", "H26.15", "000.00.00.G22", "edoc"), strings.Repeat("a", 64), "1000", "city")
	f.Add("ex.1.=4.b.c", "x", "-1", "*")
	f.Add("ex.1.=G0._._", "", "", "")
	f.Fuzz(func(t *testing.T, subj, sum, size, origin string) {
		from, to, kind, err := address(subj)
		if err == nil {
			f2, t2, k2, err := address(subject("ex", from, to, kind))
			if err != nil || f2 != from || t2 != to || k2 != kind {
				t.Fatalf("%q: %q %q %q became %q %q %q, %v", subj, from, to, kind, f2, t2, k2, err)
			}
		}
		b, err := blobOf(nats.Header{headerBlob: {sum}, headerSize: {size}, headerOrigin: {origin}})
		if err != nil || b == nil {
			return
		}
		if b.Size <= 0 || b.parts() < 1 || strings.Count(chunkSubject(b, 0), ".") != 3 || strings.ContainsAny(chunkSubject(b, 0), "*> ") {
			t.Fatalf("%+v", b)
		}
	})
}
