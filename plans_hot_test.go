package congvu_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"congvu/internal/store"
	"congvu/internal/storetest"
)

// hottest are the statements that a Monday morning asks for most (congvu_statement_seconds_total on /metrics under «congvu bench load»), by the variable that
// holds them, or by file and a part of their text where one line makes several.
var hottest = []struct{ file, named, has string }{
	{"auth/session.go", "sqlSeen", ""},
	{"org/people.go", "sqlHoldingAt", ""}, {"org/people.go", "sqlHoldings", ""}, {"org/agency.go", "sqlAgencyAt", ""}, {"org/code.go", "sqlByCode", ""},
	{"notify/messages.go", "sqlUnread", ""}, {"notify/messages.go", "sqlMessages", ""}, {"notify/messages.go", "sqlReadRef", ""},
	{"documents/page_counts.go", "", "d.stage = 'to_direct' AND d.submitted_to = $3"},
	{"documents/in_incoming.go", "sqlIncoming", ""}, {"documents/in_incoming.go", "sqlReceipt", ""}, {"documents/in_arrive.go", "sqlTwins", ""},
	{"documents/in_line.go", "sqlLinesOf", ""}, {"documents/in_line.go", "sqlSaveLine", ""},
	{"documents/files.go", "sqlFiles", ""}, {"documents/files.go", "sqlFile", ""},
	{"documents/out_document.go", "sqlFindOutgoing", ""}, {"documents/out_document.go", "sqlReceivers", ""}, {"documents/out_document.go", "sqlAgencyOf", ""}, {"documents/certificates.go", "sqlCertificate", ""},
	{"exchange/delivery.go", "sqlDeliveries", ""}, {"exchange/send.go", "sqlAnyDue", ""}, {"exchange/pack.go", "sqlReceivers", ""}, {"exchange/answer.go", "sqlByDocument", ""},
	{"exchange/evidence.go", "sqlEvidentAnswers", ""},
	{"search/index.go", "sqlEntryOf", ""}, {"search/query.go", "", "ORDER BY"},
	{"store/counters.go", "sqlDraw", ""}, {"store/journal.go", "sqlAnyBehind", ""}, {"store/journal.go", "sqlBehind", ""}, {"store/jobs.go", "sqlDueSoon", ""}, {"store/jobs.go", "sqlClaim", ""},
}

var placeOf = regexp.MustCompile(`^(.+\.go):(\d+)$`)

// The plans of the hottest statements stand in testdata/plans: a change of an index, a text or a release of the engine that changes how a query runs is seen
// before users feel it. «go test . -run TestPlansOfTheHottest -update» writes them anew, on the engine of the run; read the difference.
func TestPlansOfTheHottestStatements(t *testing.T) {
	c := storetest.Config(t, nil)
	engine, explain, driver, address := store.SQLite, sqlitePlan, "sqlite", "file:"+filepath.Join(c.Dir, "congvu.db")
	if c.URL != "" {
		engine, explain, driver, address = store.Postgres, postgresPlan, "pgx", c.URL
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
	var out strings.Builder
	for _, h := range hottest {
		found := map[string]bool{}
		for _, s := range store.Statements() {
			at := placeOf.FindStringSubmatch(s.Where)
			flat := strings.Join(strings.Fields(s.Text(engine)), " ")
			if at == nil || at[1] != h.file || h.named != "" && nameAt(t, at[1], at[2]) != h.named || !strings.Contains(flat, h.has) || found[flat] {
				continue
			}
			found[flat] = true
			fmt.Fprintf(&out, "## %s %s%s\n%s\n", h.file, h.named, h.has, flat)
			for _, step := range explain(t, conn, s) {
				fmt.Fprintf(&out, "    %s\n", step)
			}
			out.WriteByte('\n')
		}
		if len(found) == 0 {
			t.Errorf("there is no %s%s in %s any more", h.named, h.has, h.file)
		}
	}
	if engine == store.Postgres {
		var version string
		if err := conn.QueryRowContext(context.Background(), "SHOW server_version_num").Scan(&version); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(version, "15") {
			t.Skipf("the plans are kept for PostgreSQL 15, this is %s", version)
		}
	}
	kept := filepath.Join("testdata", "plans", string(engine)+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(kept), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(kept, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != string(want) {
		t.Errorf("%s is not how the statements run: %s", kept, firstDifference(got, string(want)))
	}
}

// firstDifference shows the statement in which two texts part.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n\n"), strings.Split(want, "\n\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			was := "(nothing)"
			if i < len(w) {
				was = w[i]
			}
			return "\nnow:\n" + g[i] + "\nkept:\n" + was
		}
	}
	return "the end is missing"
}

var named = regexp.MustCompile(`^\s*(?:var\s+)?(\w+)\s*=\s*(?:store\.)?(?:SQL|Fork)\(`)

// nameAt reads the name of the variable that holds the statement made at a line.
func nameAt(t *testing.T, file, line string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("internal", file))
	if err != nil {
		return ""
	}
	var n int
	fmt.Sscan(line, &n)
	lines := strings.Split(string(b), "\n")
	for i := min(n, len(lines)) - 1; i >= 0 && i > n-12; i-- {
		if m := named.FindStringSubmatch(lines[i]); m != nil {
			return m[1]
		}
	}
	return ""
}
