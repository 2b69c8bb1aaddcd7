package exchange

import (
	"fmt"
	"testing"

	"congvu/internal/axis"
)

// BenchmarkCarryInHouse measures the way of BenchmarkThereAndBack from hand to hand, five receivers a document, by receivers.
func BenchmarkCarryInHouse(b *testing.B) {
	var codes []string
	for i := range 17 {
		codes = append(codes, fmt.Sprintf("H26.%d", i+1))
	}
	h := build(b, axis.Config{}, codes, nil)
	for i := 0; i < b.N; i += 5 {
		var to []string
		for k := range 5 {
			to = append(to, codes[1+(i+k)%16])
		}
		h.issue(codes[0], to...)
	}
	b.ResetTimer()
	used := cpuTime()
	if _, err := h.office.CarryInHouse(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	b.ReportMetric(float64((cpuTime()-used).Microseconds())/1000/float64(b.N), "cpu-ms/receiver")
	for _, l := range h.lines(codes[0], 1) {
		if l.State != Arrived {
			b.Fatalf("%+v", l)
		}
	}
}
