package city

import (
	"context"
	"encoding/json"
	"os"
	"strconv"
	"testing"
	"time"

	"congvu/internal/store"
)

// BenchmarkAQuarterIsRepeated plays a quarter of 240 documents (CONGVU_DOCUMENTS says otherwise, at most 2000) and makes ten of it: rows a second,
// and what the copies take in the database for each document.
func BenchmarkAQuarterIsRepeated(b *testing.B) {
	documents, _ := strconv.Atoi(os.Getenv("CONGVU_DOCUMENTS"))
	ctx := context.Background()
	w := Whole{Now: aMonday, Seed: 5, Quarters: 10, Thin: os.Getenv("CONGVU_THIN") != ""}
	for b.Loop() {
		b.StopTimer()
		s := installationAt(b, 5, w.played().Now, w.Clock())
		sum, err := s.Build(ctx, Options{Now: w.played().Now, Seed: 5, Documents: documents})
		if err != nil {
			b.Fatal(err)
		}
		before := s.size(b)
		b.StartTimer()
		begun := time.Now()
		if err := s.repeat(ctx, w); err != nil {
			b.Fatal(err)
		}
		took := time.Since(begun)
		b.StopTimer()
		var rows int64
		for text, err := range store.Each[string](ctx, s.DB, store.SQL(`SELECT value FROM store_settings WHERE name LIKE 'repeat.%'`)) {
			var r struct{ Written int64 }
			if err == nil {
				err = json.Unmarshal([]byte(text), &r)
			}
			if err != nil {
				b.Fatal(err)
			}
			rows += r.Written
		}
		copied := float64(9 * sum.Documents())
		b.ReportMetric(float64(rows)/took.Seconds(), "rows/s")
		b.ReportMetric(float64(rows)/copied, "rows/doc")
		b.ReportMetric(float64(s.size(b)-before)/copied, "B/doc")
		b.ReportMetric(copied/took.Seconds(), "docs/s")
		b.StartTimer()
	}
}

func (s *Seeder) size(b *testing.B) int64 {
	text := `SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()`
	if s.DB.Engine() == store.Postgres {
		text = `SELECT pg_database_size(current_database())`
	}
	n, err := store.One[int64](context.Background(), s.DB, store.SQL(text))
	if err != nil {
		b.Fatal(err)
	}
	return n
}
