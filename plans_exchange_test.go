package congvu_test

import (
	"database/sql"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"congvu/internal/store"
	"congvu/internal/storetest"
)

var (
	filesOfWatch     = regexp.MustCompile(`^exchange/(watch|reconcile|waiting|peers|quota|send|status)\.go`)
	planOfExchange   = regexp.MustCompile(`^SCAN (exchange_(parcels|deliveries|answers|statuses|quarantine)|[a-z])$`)
	planOfUnfinished = regexp.MustCompile(`exchange_deliveries_undelivered|exchange_\w+_(due|turns|late)|exchange_differences_open|exchange_reconciliations_odd|exchange_peers_(waiting|skew)|exchange_waiting`)
)

// What is watched grows with every document: the pages and workers of the exchange read it by an index of what is not finished, of a peer or of a day.
func TestWatchingTheExchangeReadsNoTableThrough(t *testing.T) {
	c := storetest.Config(t, nil)
	if c.URL != "" {
		t.Skip("the plans are SQLite's")
	}
	pool, err := sql.Open("sqlite", "file:"+filepath.Join(c.Dir, "congvu.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	looked := 0
	for _, s := range store.Statements() {
		text := s.Text(store.SQLite)
		if !filesOfWatch.MatchString(s.Where) || !strings.Contains(text, "SELECT") && !strings.Contains(text, "UPDATE") {
			continue
		}
		looked++
		for _, step := range plan(t, pool, s) {
			if planOfExchange.MatchString(step) || strings.HasPrefix(step, "SCAN exchange_") && strings.Contains(step, "USING") && !planOfUnfinished.MatchString(step) {
				t.Errorf("%s: %s\n%s", s.Where, step, text)
			}
		}
	}
	if looked < 40 {
		t.Fatalf("only %d statements looked at", looked)
	}
}
