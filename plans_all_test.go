package congvu_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"congvu/internal/store"
	"congvu/internal/storetest"

	_ "github.com/jackc/pgx/v5/stdlib"
)

// small are the tables that do not grow with the work of an installation: a few rows, or a few an agency that only administrators read.
var small = []string{
	"audit_forks", "audit_witnesses", "audit_watched", "backup_runs", "documents_rules", "documents_types", "documents_groups", "documents_handovers", "exchange_channels", "exchange_nodes",
	"exchange_node_agencies", "exchange_peers", "exchange_routes", "exchange_credentials", "org_conflicts", "org_reorganisations", "org_runs", "org_takeovers", "store_settings", "store_cursors", "documents_registers", "documents_lost_numbers",
}

// readThrough are the statements that read a growing table through, each for a reason. The part of its text that names it comes first.
var readThrough = map[string]string{
	"DELETE FROM search_index_entries":                                     onPostgres + "the index is made anew",
	"UNION SELECT prepared_sha FROM documents_signing_parts":               onPostgres + "of the files that a signature is being made over, by a partial index",
	"FROM documents_certificates WHERE key_name = $1 AND state = 'active'": onPostgres + "of an empty table any index is as good",
	"FROM store_counters WHERE last < 1":                                   "the closed book reads everything on purpose",
	"FROM auth_accounts LIMIT 1":                                           "one row: is there any account",
	"FROM auth_accounts WHERE demo":                                        "the sign-in page of a demonstration",
	"FROM store_journal WHERE TRUE ORDER BY xid DESC":                      "one row, from the end of an index",
	"FROM store_journal ORDER BY xid DESC":                                 "one row, from the end of an index",
	"SELECT id FROM store_journal LIMIT 1":                                 "one row: is there any entry",
	"SELECT (SELECT CAST(count(*) AS BIGINT) FROM org_units":               "who has built a sample city counts it once",
	"AS opened, COALESCE(sum(CASE WHEN state = 'locked'":                   "who has built a sample city counts it once",
	"AS n FROM documents_outgoing GROUP BY state":                          "who has built a sample city counts it once",
	"AS n FROM documents_incoming GROUP BY source, state":                  "who has built a sample city counts it once",
	"FROM documents_outgoing WHERE recalled_us > 0) AS recalled":           "who has built a sample city counts it once",
	"FROM exchange_deliveries WHERE sends > 1 OR arrived_us":               "who has built a sample city counts it once",
	"SELECT COALESCE(max(id), 0) FROM store_journal":                       onPostgres + "one row, from the end of an index",
	"SELECT level, CAST(count(*) AS BIGINT) AS n FROM org_agencies":        onPostgres + "who has built a sample city counts it once",
	"FROM store_jobs GROUP BY kind":                                        "due work only, for the operator",
	"FROM search_index_entries ORDER BY id LIMIT 1":                        "one row",
	"audit_leaves WHERE kind = 'entry' ORDER BY idx DESC LIMIT 1":          "one row, from the end",
	"NOT EXISTS (SELECT 1 FROM audit_leaves":                               "the verification of the whole log reads it through",
	"SELECT size, note, cosigned FROM audit_checkpoints ORDER BY size":     "the verification of the whole log reads it through",
	"SELECT level, n, hash FROM audit_nodes ORDER BY level, n":             "the verification of the whole log reads it through",
	"SELECT agency_id, ref, idx FROM audit_rows ORDER BY":                  "the verification of the whole log reads it through",
	"FROM documents_preservations GROUP BY state, level":                   "the preservation's report, by a covering index",
	"FROM documents_preservations WHERE worse_us > 0) AS worse":            "of the odd ones only, by a partial index",
	"FROM documents_stamps WHERE state IN ('waiting', 'failed')":           "of the open ones only, by a partial index",
	"FROM documents_texts x JOIN documents_files f":                        "an administrator's order to read everything again",
	"DELETE FROM exchange_calls WHERE":                                     "the log of calls is bounded",
	"FROM exchange_quarantine":                                             "what waits for a person",
	"exchange_waiting":                                                     "what waits for its turn",
	"FROM exchange_deliveries WHERE (flagged OR":                           "of the unfinished ones only, by a partial index",
	"FROM exchange_differences WHERE state <> 'healed'":                    "of the open ones only, by a partial index",
	"FROM org_agencies AS a JOIN org_entries AS e":                         "the directory's entries that clash: a page of the administrator",
	"SELECT DISTINCT person_id FROM org_holdings WHERE roles & $1":         onPostgres + "who runs the installation: asked at an alarm",
	"UPDATE notify_messages SET read_us = $1 WHERE at_us < $2":             "a demonstration's beginning",
	"FROM org_entries WHERE link = 'PENDING'":                              "of the pending ones only, by a partial index",
	"CAST(count(*) FILTER (WHERE action <> 'DELETE') AS BIGINT) AS live":   "the directory's state: a page of the administrator",
}

// onPostgres marks what only PostgreSQL's plan shows.
const onPostgres = "on PostgreSQL: "

// No statement of any room reads a table through that grows with the work, on either engine, but for those listed with their reason.
func TestNoStatementReadsAGrowingTableThrough(t *testing.T) {
	c := storetest.Config(t, nil)
	explain := sqlitePlan
	driver, address := "sqlite", "file:"+filepath.Join(c.Dir, "congvu.db")
	if c.URL != "" {
		explain, driver, address = postgresPlan, "pgx", c.URL
	}
	pool, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	conn, err := pool.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	engine := store.SQLite
	if c.URL != "" {
		engine = store.Postgres
	}
	tables := map[string]bool{}
	rows, err := conn.QueryContext(context.Background(), map[store.Engine]string{store.SQLite: "SELECT name FROM sqlite_schema WHERE type = 'table'", store.Postgres: "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"}[engine])
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		tables[name] = true
	}
	used := map[string]bool{}
	looked := 0
	for _, s := range store.Statements() {
		text := s.Text(engine)
		if !plannable.MatchString(text) || closedBook.MatchString(s.Where) {
			continue
		}
		looked++
		if table := allOfAnAgency(engine, text, explain(t, conn, s)); table != "" && reasonOf(wholeAgency, text, used) == "" {
			t.Errorf("%s reads all rows of an agency in %s: %.400s", s.Where, table, strings.Join(strings.Fields(text), " "))
		}
		for _, through := range scanned(engine, tables, text, explain(t, conn, s)) {
			if reasonOf(readThrough, text, used) == "" {
				t.Errorf("%s reads %s through: %.400s", s.Where, through, strings.Join(strings.Fields(text), " "))
			}
		}
	}
	if looked < 800 {
		t.Errorf("only %d statements looked at", looked)
	}
	if engine == store.SQLite {
		for of, reason := range readThrough {
			if !used[of] && !strings.HasPrefix(reason, onPostgres) {
				t.Errorf("no statement reads a table through any more of: %s", of)
			}
		}
	}
}

// closedBook are the statements of «congvu check-data», which reads everything on purpose.
var closedBook = regexp.MustCompile(`^\w+/check(_\w+)?\.go:`)

var plannable = regexp.MustCompile(`\b(SELECT|UPDATE|DELETE)\b`)

// reasonOf finds why a statement may do it, and notes that the reason is of use.
func reasonOf(reasons map[string]string, text string, used map[string]bool) string {
	flat := strings.Join(strings.Fields(text), " ")
	for of := range reasons {
		if strings.Contains(flat, of) {
			used[of] = true
			return of
		}
	}
	return ""
}

// large are the tables of which one agency alone has more every day.
var large = regexp.MustCompile(`^(documents_(incoming|outgoing|lines|files|versions|numbers|arrival_numbers|participants|receivers|opinions|accesses|stamps|releases)|exchange_(deliveries|parcels|statuses|answers|shipments)|store_journal|search_index_entries)$`)

// wholeAgency are the statements that read all rows of one agency in a large table, each for a reason.
var wholeAgency = map[string]string{
	"SELECT register_id FROM documents_numbers WHERE agency_id = $1 AND year = $2 AND notation = $3":  "whose number a peer's receipt names that we have lost: after a restore",
	"SELECT CAST(0 AS BIGINT) AS tab, CAST(count(*) AS BIGINT) AS n FROM":                             "counts of tabs: each stops at 2,001, the last rows first",
	"(SELECT CAST(count(*) AS BIGINT) FROM documents_incoming WHERE agency_id = $1":                   "the end of an agency counts what it leaves",
	"FROM documents_outgoing WHERE agency_id = $1 AND state NOT IN ('issued', 'cancelled')":           "the end of an agency lists what it leaves",
	"SELECT d.number, d.notation, d.subject, l.holder_name, l.due_date, l.at_us FROM documents_lines": "the end of an agency lists what it leaves",
	"SELECT arrival_year AS year, CAST(count(*) AS BIGINT) AS n":                                      "the end of an agency counts what it leaves",
	"UPDATE exchange_deliveries SET state = 'queued'":                                                 "a gateway's credential came after documents had failed for want of it",
	"UPDATE exchange_statuses SET gate_us = $1":                                                       "a gateway's credential came after statuses had failed for want of it",
	"FROM exchange_deliveries WHERE agency_id = $1 AND (flagged OR":                                   "of the unfinished ones only, by a partial index",
}

var (
	agencyOnly = regexp.MustCompile(`^SEARCH (\w+) .*\(agency_id=\?\)$`)
)

// allOfAnAgency names a large table of which a plan reads all rows of an agency, unless it stops at a number of them without a sort.
func allOfAnAgency(engine store.Engine, text string, steps []string) string {
	if engine != store.SQLite { // an empty table there has one index as good as another
		return ""
	}
	sorted := slices.ContainsFunc(steps, func(s string) bool { return strings.Contains(s, "TEMP B-TREE FOR ORDER BY") })
	if strings.Contains(text, "LIMIT") && !sorted {
		return ""
	}
	for _, step := range steps {
		if m := agencyOnly.FindStringSubmatch(step); m != nil && large.MatchString(tableOf(text, m[1])) {
			return tableOf(text, m[1]) + ": " + step
		}
	}
	return ""
}

var (
	scanOf   = regexp.MustCompile(`^SCAN (\w+)`)
	skipOf   = regexp.MustCompile(`^SEARCH (\w+) .*\(ANY\(`) // a search for each value of the index's first column: with a thousand agencies a thousand searches
	seqOf    = regexp.MustCompile(`Seq Scan on (\w+)`)
	indexOf  = regexp.MustCompile(`Index (?:Only )?Scan.* on (\w+)`)
	bitmapOf = regexp.MustCompile(`Bitmap Index Scan on (\w+)`)
)

// scanned names the growing tables that a plan reads from one end to the other.
func scanned(engine store.Engine, tables map[string]bool, text string, steps []string) (out []string) {
	for i, step := range steps {
		name := ""
		switch {
		case engine == store.SQLite:
			if m := scanOf.FindStringSubmatch(step); m != nil && !strings.Contains(step, "VIRTUAL TABLE") {
				name = tableOf(text, m[1])
			} else if m := skipOf.FindStringSubmatch(step); m != nil {
				name = tableOf(text, m[1])
			}
		case seqOf.MatchString(step):
			name = seqOf.FindStringSubmatch(step)[1]
		case indexOf.MatchString(step) && !bitmapOf.MatchString(step) && (i+1 == len(steps) || !strings.Contains(steps[i+1], "Index Cond")):
			name = indexOf.FindStringSubmatch(step)[1]
		}
		if tables[name] && !slices.Contains(small, name) {
			out = append(out, name)
		}
	}
	return out
}

// tableOf finds the table behind an alias; "" for what is no table (a part of the statement itself).
func tableOf(text, alias string) string {
	if m := regexp.MustCompile(`\b([a-z]+_\w+)\s+(?:AS\s+)?` + regexp.QuoteMeta(alias) + `\b`).FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return alias
}

func sqlitePlan(t *testing.T, conn *sql.Conn, s *store.Stmt) []string { return plan(t, conn, s) }

// ones gives a value for each parameter of a text.
func ones(text string) (args []any) {
	seen := map[string]bool{}
	for _, m := range sqlPlace.FindAllString(text, -1) {
		if !seen[m] {
			seen[m], args = true, append(args, "1")
		}
	}
	return args
}

// postgresPlan is the plan that serves any values, with whole scans and joins over whole tables as the last resort: the tables of the test are empty, where they are always cheapest.
func postgresPlan(t *testing.T, conn *sql.Conn, s *store.Stmt) []string {
	t.Helper()
	ctx := context.Background()
	text := s.Text(store.Postgres)
	for _, set := range []string{"SET enable_seqscan = off", "SET enable_hashjoin = off", "SET enable_mergejoin = off", "SET enable_material = off", "SET plan_cache_mode = force_generic_plan", "PREPARE looked AS " + text} {
		if _, err := conn.ExecContext(ctx, set); err != nil {
			t.Fatalf("%s: %v\n%s", s.Where, err, text)
		}
	}
	run := "EXECUTE looked"
	if n := len(ones(text)); n > 0 {
		run += "(" + strings.TrimSuffix(strings.Repeat("NULL, ", n), ", ") + ")"
	}
	rows, err := conn.QueryContext(ctx, "EXPLAIN (COSTS OFF) "+run)
	if err != nil {
		t.Fatalf("%s: %v", s.Where, err)
	}
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var step string
		if err := rows.Scan(&step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	rows.Close()
	if _, err := conn.ExecContext(ctx, "DEALLOCATE looked"); err != nil {
		t.Fatal(err)
	}
	return steps
}
