package congvu_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"congvu/internal/store"
	"congvu/internal/storetest"
)

var (
	sqlOfSignatures = regexp.MustCompile(`documents_(stamps|releases|preservations|signings|signing_parts|batches|batch_items|pictures)\b`)
	planOfAgency    = regexp.MustCompile(`^SEARCH .*documents_(stamps|preservations|signing|batch|pictures)\w* \(agency_id=\?\)$`)
	planOfFew       = regexp.MustCompile(`documents_(preservations_check(ing|ed)|pictures_proposed) `) // of the open ones only, or one end
	planOfAll       = regexp.MustCompile(`^SCAN (documents_\w+|[a-z])$`)
)

// What is written at every signature and kept for as long as the archive is never read through: not for a page, not for a worker, not for a
// stranger with a made-up token. The two statements that concern every file of an agency are the exceptions.
func TestTablesOfSignaturesAreNeverReadThrough(t *testing.T) {
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
		if !sqlOfSignatures.MatchString(text) || !strings.Contains(text, "SELECT") && !strings.Contains(text, "UPDATE") {
			continue
		}
		if strings.HasPrefix(s.Where, "documents/check") { // the closed book reads everything, when the operator asks
			continue
		}
		looked++
		for _, step := range plan(t, pool, s) {
			ofAll := strings.Contains(text, "GROUP BY state, level") || strings.Contains(text, "SET check_us = $1 WHERE agency_id = $2 AND check_us > $1")
			if planOfAll.MatchString(step) || planOfAgency.MatchString(step) && !ofAll && !planOfFew.MatchString(step) {
				t.Errorf("%s: %s\n%s", s.Where, step, text)
			}
		}
	}
	if looked < 40 {
		t.Fatalf("only %d statements looked at", looked)
	}
}

// planner is a pool or one connection of SQLite.
type planner interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// plan is how SQLite would run a statement, a step a line.
func plan(t *testing.T, on planner, s *store.Stmt) (steps []string) {
	t.Helper()
	text := s.Text(store.SQLite)
	rows, err := on.QueryContext(context.Background(), "EXPLAIN QUERY PLAN "+text, ones(text)...)
	if err != nil {
		t.Fatalf("%s: %v", s.Where, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	return steps
}
