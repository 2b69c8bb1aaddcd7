//go:build unix

package pades

import (
	"fmt"
	"testing"
	"time"

	"congvu/internal/keys"
)

// The levels cost, in processor time a piece (cpu-ms; the wall tells of the neighbours), with RSA-2048 keys of signers and services, all
// services in this process. grown-bytes is what the step adds to the file.

var benchmarkSizes = []int{50_000, 1_000_000, 20_000_000}

// levelled is an office's document of some size at the levels that the benchmarks start from.
type levelled struct {
	*city
	name                    string
	file, stamped           []byte
	plain, lead, seal       Request
	signedOnce, stampedOnce int // bytes that one signature adds
}

func newLevelled(b *testing.B, w *city, size int) *levelled {
	x := &levelled{city: w, name: fmt.Sprintf("%dKB", size/1000), file: draft(b, size), plain: w.request(w.leader), lead: w.request(w.leader), seal: w.request(w.agency)}
	x.lead.Certify, x.lead.Stamper = 2, w.client
	x.seal.Fill, x.seal.LockFields, x.seal.Stamper = numberAndDate, true, w.client
	once := mustSign(b, x.file, x.lead)
	x.stampedOnce, x.signedOnce = len(once)-len(x.file), len(mustSign(b, x.file, x.plain))-len(x.file)
	x.stamped = mustSign(b, once, x.seal)
	return x
}

func measure(b *testing.B, name string, grown int, f func()) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		start := cpu()
		for b.Loop() {
			f()
		}
		b.ReportMetric((cpu()-start).Seconds()*1000/float64(b.N), "cpu-ms")
		b.ReportMetric(float64(grown), "grown-bytes")
		b.ReportMetric(0, "ns/op")
	})
}

// BenchmarkSignLevels signs B-B, and B-T with the time-stamp authority's own signature.
func BenchmarkSignLevels(b *testing.B) {
	w := newCity(b, keys.TestRSA2048)
	for _, size := range benchmarkSizes {
		x := newLevelled(b, w, size)
		measure(b, "B-B/"+x.name, x.signedOnce, func() { mustSign(b, x.file, x.plain) })
		measure(b, "B-T/"+x.name, x.stampedOnce, func() { mustSign(b, x.file, x.lead) })
	}
}

// BenchmarkExtend raises two B-T signatures to B-LTA, with every answer made, checked and verified anew, and renews the result.
func BenchmarkExtend(b *testing.B) {
	w := newCity(b, keys.TestRSA2048)
	for _, size := range benchmarkSizes {
		x := newLevelled(b, w, size)
		archived := w.extend(b, x.stamped).File
		step := func(name string, file []byte) {
			grown := len(w.extend(b, file).File) - len(file)
			measure(b, name+"/"+x.name, grown, func() {
				w.now = w.now.Add(2 * time.Minute) // what the client remembers is too old
				w.extend(b, file)
			})
			w.now = signedAt.UTC()
		}
		step("to-B-LTA", x.stamped)
		step("renew", archived)
	}
}

// BenchmarkVerifyLevel verifies B-LTA: two signatures with their time stamps, a document time stamp, all chains and answers, and what
// changed since. The aim is 10 ms for 50 KB.
func BenchmarkVerifyLevel(b *testing.B) {
	w := newCity(b, keys.TestRSA2048)
	for _, size := range benchmarkSizes {
		x := newLevelled(b, w, size)
		archived := w.extend(b, x.stamped).File
		measure(b, "B-LTA/"+x.name, 0, func() {
			if r := w.verify(b, archived); r.Outcome != Passed {
				b.Fatal(explain(r))
			}
		})
	}
}
