package congvu_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	_ "congvu/internal/audit"
	_ "congvu/internal/auth"
	_ "congvu/internal/exchange" // links every room that has statements
	_ "congvu/internal/notify"
	_ "congvu/internal/search"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

// Every statement of every room is understood by the engine under test: unknown columns and untyped parameters show here, not at night.
func TestEveryStatementIsPreparedByTheEngine(t *testing.T) {
	c := storetest.Config(t, nil)
	db, err := store.Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	pool, err := sql.Open("sqlite", "file:"+filepath.Join(c.Dir, "congvu.db"))
	if db.Engine() == store.Postgres {
		pool, err = sql.Open("pgx", c.URL)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	all := store.Statements()
	if len(all) < 50 {
		t.Fatalf("only %d statements: are the rooms linked in?", len(all))
	}
	for _, s := range all {
		p, err := pool.Prepare(s.Text(db.Engine()))
		if err != nil {
			t.Errorf("%s: %v\n%s", s.Where, err, s.Text(db.Engine()))
			continue
		}
		p.Close()
	}
}

var (
	sqlPlace  = regexp.MustCompile(`\$(\d+)`)
	sqlBanned = regexp.MustCompile(`(?i)::|\bILIKE\b|\bnow\(\)|\bMERGE\b|\bDISTINCT ON\b|\bLATERAL\b|\bGREATEST\b|\bavg\(`)
	// A bare value after LIKE lets SQLite plan the statement anew at every call.
	sqlLike    = regexp.MustCompile(`(?i)\bLIKE\s+\$\d`)
	sqlComment = regexp.MustCompile(`--[^\n]*`)
	sqlQuoted  = regexp.MustCompile(`'[^']*'`)
)

// The portable rules: numbers in order of first use, nothing that only one engine knows.
func TestStatementsKeepThePortableRules(t *testing.T) {
	for _, s := range store.Statements() {
		text := sqlQuoted.ReplaceAllString(sqlComment.ReplaceAllString(s.Text(store.SQLite), ""), "''")
		if m := sqlBanned.FindString(text); m != "" {
			t.Errorf("%s: %q is not portable", s.Where, m)
		}
		if m := sqlLike.FindString(text); m != "" {
			t.Errorf("%s: %q is planned anew at every call: write LIKE CAST($n AS TEXT)", s.Where, m)
		}
		seen := 0
		for _, m := range sqlPlace.FindAllStringSubmatch(text, -1) {
			n, _ := strconv.Atoi(m[1])
			if n > seen+1 {
				t.Errorf("%s: $%d comes before $%d", s.Where, n, seen+1)
			}
			seen = max(seen, n)
		}
		if s.Text(store.SQLite) != s.Text(store.Postgres) && !strings.HasPrefix(s.Where, "store/") && !strings.HasPrefix(s.Where, "search/") && strings.Contains(s.Where, "/") {
			if !strings.Contains(s.Text(store.Postgres), "FOR UPDATE") {
				t.Errorf("%s: only store and search may have two dialects", s.Where)
			}
		}
	}
}

var sqlTable = regexp.MustCompile(`(?i)\b(?:INTO|UPDATE|DELETE FROM|CREATE TABLE)\s+(?:IF NOT EXISTS\s+)?([a-z_]+)`)

// Law 5: a room writes only its own tables.
func TestARoomWritesOnlyItsOwnTables(t *testing.T) {
	for _, s := range store.Statements() {
		room := strings.Split(s.Where, "/")[0]
		for _, m := range sqlTable.FindAllStringSubmatch(sqlComment.ReplaceAllString(s.Text(store.SQLite), ""), -1) {
			if !strings.EqualFold(m[1], "set") && !strings.HasPrefix(m[1], room+"_") {
				t.Errorf("%s writes %s", s.Where, m[1])
			}
		}
	}
	files, err := filepath.Glob("internal/store/migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		room := strings.FieldsFunc(filepath.Base(f), func(r rune) bool { return r == '_' || r == '.' })[1]
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range sqlTable.FindAllStringSubmatch(sqlComment.ReplaceAllString(string(text), ""), -1) {
			if !strings.HasPrefix(m[1], room+"_") {
				t.Errorf("%s makes %s", f, m[1])
			}
		}
	}
}
