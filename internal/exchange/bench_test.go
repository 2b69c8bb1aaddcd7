package exchange

import (
	"fmt"
	"testing"

	"congvu/internal/axis"
	"congvu/internal/store"
)

var sqlTestStages = store.SQL(`
	SELECT 1 AS ordinal, 'packed' AS stage, min(at_us) AS first, max(at_us) AS last FROM exchange_parcels WHERE direction = 'out'
	UNION ALL SELECT 2, 'sent', min(sent_us), max(sent_us) FROM exchange_deliveries
	UNION ALL SELECT 3, 'arrived', min(at_us), max(at_us) FROM exchange_parcels WHERE direction = 'in'
	UNION ALL SELECT 4, 'answered', min(sent_us), max(sent_us) FROM exchange_statuses
	UNION ALL SELECT 5, 'closed', min(at_us), max(at_us) FROM exchange_answers ORDER BY ordinal`)

type stage struct {
	Ordinal     int
	Stage       string
	First, Last store.Instant
}

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
	used := cpuTime()
	stop := h.work()
	h.until("every document has its receipt", func() bool {
		n, err := store.One[int64](b.Context(), h.office.DB, sqlTestOpen, h.agency[codes[0]])
		return err == nil && n == 0 && len(h.events(codes[0], "delivery.queued")) == b.N
	})
	b.StopTimer()
	stop()
	b.ReportMetric(float64((cpuTime()-used).Microseconds())/1000/float64(b.N), "cpu-ms/document") // on a busy machine the truer figure
	stages, err := store.All[stage](b.Context(), h.office.DB, sqlTestStages)
	if err != nil {
		b.Fatal(err)
	}
	for _, s := range stages {
		b.Logf("%-9s from %7.3f s to %7.3f s", s.Stage, s.First.Time().Sub(stages[0].First.Time()).Seconds(), s.Last.Time().Sub(stages[0].First.Time()).Seconds())
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "documents/s")
}
