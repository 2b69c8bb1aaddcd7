package exchange

import (
	"fmt"
	"testing"

	"congvu/internal/axis"
	"congvu/internal/store"
)

var sqlTestOpen = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM exchange_deliveries WHERE agency_id = $1 AND state <> 'arrived'`)

// BenchmarkThereAndBack measures documents per second from the journal of the sender to the receipt in its delivery line: packed, signed,
// carried, verified, arrived, answered with a signed 01, matched. Sixteen receiving agencies, one receiver a document.
func BenchmarkThereAndBack(b *testing.B) {
	var codes []string
	for i := range 17 {
		codes = append(codes, fmt.Sprintf("H26.%d", i+1))
	}
	h := build(b, axis.Config{}, codes, nil)
	h.office.Resend = nil
	for i := range b.N {
		h.issue(codes[0], codes[1+i%16])
	}
	b.ResetTimer()
	stop := h.work()
	h.until("every document has its receipt", func() bool {
		n, err := store.One[int64](b.Context(), h.office.DB, sqlTestOpen, h.agency[codes[0]])
		return err == nil && n == 0 && len(h.events(codes[0], "delivery.queued")) == b.N
	})
	b.StopTimer()
	stop()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "documents/s")
}
