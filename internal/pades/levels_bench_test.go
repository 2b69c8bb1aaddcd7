//go:build unix

package pades

import (
	"fmt"
	"testing"
	"time"

	"congvu/internal/keys"
)

// BenchmarkLevels tells what the levels cost, in processor time a piece (cpu-ms): signing B-B and B-T with RSA-2048, the time-stamp
// authority and its own signature in this process; extending a B-T file with two signatures to B-LTA, with all answers made
// and checked anew; and verifying that B-LTA file: two signatures, a document time stamp, chains, answers, what changed since.
// grown-bytes is what the step adds to the file. The aim for verifying B-LTA of 50 KB is 10 ms.
func BenchmarkLevels(b *testing.B) {
	w := newCity(b, keys.TestRSA2048)
	for _, size := range []int{50_000, 1_000_000, 20_000_000} {
		file := draft(b, size)
		lead, seal := w.request(w.leader), w.request(w.agency)
		lead.Certify, lead.Stamper = 2, w.client
		seal.Fill, seal.LockFields, seal.Stamper = numberAndDate, true, w.client
		stamped := mustSign(b, mustSign(b, file, lead), seal)
		archived := w.extend(b, stamped).File
		plain := w.request(w.leader)
		step := func(name string, grown int, f func()) {
			b.Run(fmt.Sprintf("%s/%dKB", name, size/1000), func(b *testing.B) {
				b.ReportAllocs()
				start := cpu()
				for b.Loop() {
					f()
				}
				b.ReportMetric((cpu()-start).Seconds()*1000/float64(b.N), "cpu-ms")
				b.ReportMetric(float64(grown), "grown-bytes")
				b.ReportMetric(0, "ns/op") // the wall tells of the neighbours
			})
		}
		bb, bt := mustSign(b, file, plain), mustSign(b, file, lead)
		step("sign-B-B", len(bb)-len(file), func() { mustSign(b, file, plain) })
		step("sign-B-T", len(bt)-len(file), func() { mustSign(b, file, lead) })
		step("extend-B-LTA", len(archived)-len(stamped), func() {
			w.now = w.now.Add(2 * time.Minute) // what the client remembers is too old
			w.extend(b, stamped)
		})
		w.now = signedAt.UTC()
		step("verify-B-LTA", 0, func() {
			if r := w.verify(b, archived); r.Outcome != Passed {
				b.Fatal(explain(r))
			}
		})
	}
}
