package audit_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"congvu/internal/audit"
	"congvu/internal/keys"
	"congvu/internal/proof"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

// office is an installation with a log, and a second way into its tables: the one of somebody who should not be there.
type office struct {
	t    testing.TB
	db   *store.DB
	raw  *sql.DB
	log  *audit.Log
	docs map[string]string // "agency ref" → its evidential rows
}

func open(t testing.TB) *office { return openWith(t, storetest.Config(t, nil), newKeys(t)) }

func newKeys(t testing.TB) *keys.Store {
	t.Helper()
	k, err := keys.Open(t.TempDir(), []byte("a secret of sixteen bytes or more"))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func openWith(t testing.TB, c store.Config, k *keys.Store) *office {
	t.Helper()
	db, err := store.Open(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	o := &office{t: t, db: db, docs: map[string]string{}}
	if db.Engine() == store.Postgres {
		o.raw, err = sql.Open("pgx", c.URL)
	} else {
		o.raw, err = sql.Open("sqlite", "file:"+filepath.Join(c.Dir, "congvu.db")+"?_pragma=busy_timeout(10000)")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.raw.Close() })
	o.log = &audit.Log{DB: db, Keys: k, Node: "n-test", Anchor: filepath.Join(t.TempDir(), "audit", "checkpoint"),
		Rows: func(_ context.Context, _ store.Reader, agency int64, ref string) (string, bool, error) {
			text, ok := o.docs[fmt.Sprint(agency, " ", ref)]
			return text, ok, nil
		}}
	return o
}

// act records n entries about documents of an agency.
func (o *office) act(n int, verb string) {
	o.t.Helper()
	for i := range n {
		err := o.db.Write(ctx, store.Actor{Person: 7, Holding: 70, Agency: 1, For: 8, Via: store.ViaWeb, Request: "r-1"}, func(tx *store.Tx) error {
			return tx.Record(store.Event{Verb: verb, Agency: 1, Ref: fmt.Sprintf("outgoing/%d", i%40), Title: fmt.Sprintf("%d/QĐ-UBND", i), Notify: []int64{3, 4},
				Text: store.Say("Văn bản {title} đã phát hành.", "title", fmt.Sprint(i)), Data: map[string]any{"n": i, "x": 0.5, "big": 1e21, "s": "a<b"}})
		})
		if err != nil {
			o.t.Fatal(err)
		}
	}
}

func (o *office) seal() {
	o.t.Helper()
	storetest.Drain(o.t, o.db, audit.Follower, o.log.Seal)
	if _, err := o.log.Publish(ctx); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) verify(besides ...string) *audit.Verification {
	o.t.Helper()
	v, err := o.log.Verify(ctx, besides...)
	if err != nil {
		o.t.Fatal(err)
	}
	return v
}

func (o *office) exec(text string, args ...any) {
	o.t.Helper()
	if o.db.Engine() == store.SQLite {
		text = strings.ReplaceAll(text, "CAST($1 AS JSONB)", "$1")
	}
	if _, err := o.raw.Exec(text, args...); err != nil {
		o.t.Fatal(text, err)
	}
}

func kinds(v *audit.Verification) (out []string) {
	for _, f := range v.Findings {
		if !slices.Contains(out, f.Kind) {
			out = append(out, f.Kind)
		}
	}
	return out
}

func names(v *audit.Verification, entry int64) bool {
	return slices.ContainsFunc(v.Findings, func(f audit.Finding) bool { return f.Entry == entry })
}

// T06: whoever changes any column of any sealed line, or of the log itself, is found, and the line is named.
func TestVerifyFindsEveryChange(t *testing.T) {
	o := open(t)
	o.docs["1 outgoing/3"] = "number 3"
	o.docs["1 outgoing/4"] = "number 4"
	o.act(150, "document.issued")
	o.seal()
	o.act(150, "document.sent")
	o.docs["1 outgoing/4"] = "number 4, sent"
	o.act(20, "document.received")
	o.seal()
	v := o.verify()
	if len(v.Findings) != 0 || v.Entries != 320 || v.Documents != 2 || v.Leaves < 323 || v.Checkpoints != 2 || v.Unsealed != 0 {
		t.Fatalf("untouched: %+v", v)
	}
	if v.Last.Size != v.Leaves || v.Last.Root != v.Root {
		t.Fatalf("%+v", v)
	}
	var ids []int64
	rows, err := o.raw.Query(`SELECT id FROM store_journal ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	rows.Close()
	tried := 0
	// change alters one value, expects the alarm, and puts it back.
	change := func(table, column, where string, to any, entry int64) {
		t.Helper()
		var old any
		if err := o.raw.QueryRow(`SELECT ` + column + ` FROM ` + table + ` WHERE ` + where).Scan(&old); err != nil {
			t.Fatal(table, column, err)
		}
		set := `UPDATE ` + table + ` SET ` + column + ` = $1 WHERE ` + where
		if column == "data" {
			set = strings.ReplaceAll(set, "$1", "CAST($1 AS JSONB)")
		}
		o.exec(set, to)
		v := o.verify()
		if len(v.Findings) == 0 || entry != 0 && !names(v, entry) {
			t.Errorf("%s.%s where %s set to %v: %+v", table, column, where, to, v.Findings)
		}
		tried++
		if column == "id" || column == "idx" || column == "size" || column == "n" || column == "level" || column == "ref" && table == "audit_rows" || column == "agency_id" && table == "audit_rows" {
			where = column + ` = ` + fmt.Sprintf("'%v'", to)
			if len(ids) == 0 {
				t.Fatal("no ids")
			}
			if i := strings.Index(set, " WHERE "); i > 0 {
				set = set[:i] + " WHERE " + where
			}
		}
		if b, ok := old.([]byte); ok && column == "data" {
			old = string(b)
		}
		o.exec(set, old)
		if v := o.verify(); len(v.Findings) != 0 {
			t.Fatalf("%s.%s put back: %+v", table, column, v.Findings)
		}
	}
	for _, id := range []int64{ids[0], ids[150], ids[319]} {
		where := fmt.Sprintf("id = %d", id)
		for column, to := range map[string]any{"xid": int64(1) << 40, "at_us": int64(5), "verb": "document.voided", "agency_id": int64(2), "ref": "outgoing/99", "title": "1/QĐ",
			"person_id": int64(9), "holding": int64(71), "for_id": int64(0), "via": "api", "request": "r-2", "data": `{"notify": [3, 4], "data": {"n": 1000}}`} {
			change("store_journal", column, where, to, id)
		}
		change("store_journal", "data", where, `{"notify": [3]}`, id)
		change("store_journal", "data", where, `null`, id)
		change("store_journal", "id", where, ids[319]+1, id)
	}
	for _, idx := range []int64{0, 200, 300} {
		where := fmt.Sprintf("idx = %d", idx)
		h := make([]byte, 32)
		for column, to := range map[string]any{"idx": int64(9999), "kind": "rows", "entry_id": int64(77), "turn": int64(1), "leaf": h, "words": h, "salt": []byte("0123456789abcdef")} {
			change("audit_leaves", column, where, to, 0)
		}
		change("audit_leaves", "salt", where, []byte{}, 0)
	}
	for column, to := range map[string]any{"level": int64(16), "n": int64(5), "hash": make([]byte, 32)} {
		change("audit_nodes", column, "level = 8 AND n = 0", to, 0)
	}
	for column, to := range map[string]any{"agency_id": int64(3), "ref": "outgoing/77", "idx": int64(1)} {
		change("audit_rows", column, "ref = 'outgoing/3'", to, 0)
	}
	change("audit_checkpoints", "size", fmt.Sprintf("size = %d", v.Leaves), int64(5), 0)
	change("audit_checkpoints", "note", fmt.Sprintf("size = %d", v.Leaves), "congvu/n-test\n5\nx\n", 0)
	change("audit_checkpoints", "cosigned", fmt.Sprintf("size = %d", v.Leaves), "x\n", 0)

	o.docs["1 outgoing/3"] = "number 33"
	if v := o.verify(); !slices.Contains(kinds(v), audit.FoundRows) || v.Findings[0].Ref != "outgoing/3" {
		t.Errorf("a changed document: %+v", v.Findings)
	}
	delete(o.docs, "1 outgoing/3")
	if v := o.verify(); !slices.Contains(kinds(v), audit.FoundRows) {
		t.Errorf("a deleted document: %+v", v.Findings)
	}
	o.docs["1 outgoing/3"] = "number 3"
	t.Logf("%d changes tried", tried)
	if tried < 60 {
		t.Error("too few changes were tried")
	}
}

// afterGap gives a row whose place before it is free: rows of one moment have numbers that follow each other.
func afterGap(ids []int64) int64 {
	for i := 1; i < len(ids); i++ {
		if ids[i]-ids[i-1] > 1 {
			return ids[i]
		}
	}
	return ids[0]
}

const columns = `id, xid, at_us, verb, agency_id, ref, title, person_id, holding, for_id, via, request, data`

// T06: rows that are deleted, swapped, put in, put in with an early date; the end cut off; and an old copy put in place.
func TestVerifyFindsDeletedInsertedAndOldRows(t *testing.T) {
	for name, attack := range map[string]struct {
		do   func(o *office, ids []int64)
		want string
	}{
		"one deleted": {func(o *office, ids []int64) { o.exec(`DELETE FROM store_journal WHERE id = $1`, ids[5]) }, audit.FoundDeleted},
		"all deleted": {func(o *office, _ []int64) { o.exec(`DELETE FROM store_journal`) }, audit.FoundDeleted},
		"log emptied": {func(o *office, _ []int64) { o.exec(`DELETE FROM audit_leaves`) }, audit.FoundOld},
		"one put in": {func(o *office, ids []int64) {
			o.exec(`INSERT INTO store_journal (`+columns+`) SELECT id - 1, `+columns[4:]+` FROM store_journal WHERE id = $1`, afterGap(ids))
		}, audit.FoundInserted},
		"two swapped": {func(o *office, ids []int64) {
			o.exec(`UPDATE store_journal SET id = 1 WHERE id = $1`, ids[5])
			o.exec(fmt.Sprintf(`UPDATE store_journal SET id = %d WHERE id = $1`, ids[5]), ids[6])
			o.exec(fmt.Sprintf(`UPDATE store_journal SET id = %d WHERE id = 1`, ids[6]))
		}, audit.FoundChanged},
		"row and leaf": {func(o *office, ids []int64) {
			o.exec(`DELETE FROM store_journal WHERE id = $1`, ids[5])
			o.exec(`DELETE FROM audit_leaves WHERE entry_id = $1`, ids[5])
		}, audit.FoundLog},
		"the end cut off": {func(o *office, ids []int64) {
			o.exec(`DELETE FROM store_journal WHERE id >= $1`, ids[25])
			o.exec(`DELETE FROM audit_leaves WHERE entry_id >= $1`, ids[25])
			o.exec(`DELETE FROM audit_checkpoints WHERE size > 0`)
			o.exec(`UPDATE store_cursors SET id = $1 WHERE follower = 'audit'`, ids[24])
		}, audit.FoundOld},
		"put in later with an early date": {func(o *office, ids []int64) {
			o.act(1, "document.issued")
			o.exec(`UPDATE store_journal SET at_us = at_us - 7200000000 WHERE id > $1`, ids[len(ids)-1])
			o.seal()
		}, audit.FoundBackdated},
		"row rewritten with its leaf": {func(o *office, ids []int64) {
			o.exec(`DELETE FROM audit_leaves WHERE idx >= 5`)
			o.exec(`DELETE FROM audit_rows`)
			o.exec(`UPDATE store_journal SET title = 'other' WHERE id = $1`, ids[7])
			o.exec(`DELETE FROM store_cursors WHERE follower = 'audit'`)
			storetest.Drain(o.t, o.db, audit.Follower, o.log.Seal)
		}, audit.FoundCheckpoint},
	} {
		t.Run(name, func(t *testing.T) {
			o := open(t)
			o.act(30, "document.issued")
			o.seal()
			var ids []int64
			rows, err := o.raw.Query(`SELECT id FROM store_journal ORDER BY id`)
			if err != nil {
				t.Fatal(err)
			}
			for rows.Next() {
				var id int64
				rows.Scan(&id)
				ids = append(ids, id)
			}
			rows.Close()
			if v := o.verify(); len(v.Findings) != 0 {
				t.Fatalf("untouched: %+v", v.Findings)
			}
			attack.do(o, ids)
			if v := o.verify(); !slices.Contains(kinds(v), attack.want) {
				t.Errorf("%v, want %s: %+v", kinds(v), attack.want, v.Findings)
			}
		})
	}
}

// V52: a recall takes the words out; the log still holds, the old salt is gone, and a proof given before still says what it said.
func TestWordsMayBeForgottenAndTheLogHolds(t *testing.T) {
	o := open(t)
	o.act(5, "document.issued")
	o.seal()
	forget := func(ref string) {
		err := o.db.Write(ctx, store.System(1), func(tx *store.Tx) error {
			if err := tx.Forget(ctx, 1, ref, "3/STC"); err != nil {
				return err
			}
			return tx.Record(store.Event{Verb: "document.recalled", Agency: 1, Ref: ref, Title: "3/STC", Forgets: true})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	forget("outgoing/3")
	if v := o.verify(); len(v.Findings) != 0 || v.Unsealed != 1 {
		t.Fatalf("before the follower has read the recall: %+v", v)
	}
	o.seal()
	if v := o.verify(); len(v.Findings) != 0 || v.Entries != 6 || v.Leaves != 7 {
		t.Fatalf("%+v", v)
	}
	var left int
	if err := o.raw.QueryRow(`SELECT count(*) FROM audit_leaves l JOIN store_journal j ON j.id = l.entry_id WHERE j.ref = 'outgoing/3' AND l.turn = 0 AND length(l.salt) > 0 AND j.verb = 'document.issued'`).Scan(&left); err != nil || left != 0 {
		t.Fatalf("%d old salts are left, %v", left, err)
	}
	o.exec(`UPDATE store_journal SET title = 'other words' WHERE ref = 'outgoing/3' AND verb = 'document.issued'`)
	if v := o.verify(); !slices.Contains(kinds(v), audit.FoundChanged) {
		t.Fatalf("words put into an emptied line: %+v", v.Findings)
	}
	o.exec(`UPDATE store_journal SET title = '3/STC' WHERE ref = 'outgoing/3' AND verb = 'document.issued'`)
	o.exec(`UPDATE store_journal SET title = 'nothing', data = $1 WHERE ref = 'outgoing/2'`, "null")
	if v := o.verify(); !slices.Contains(kinds(v), audit.FoundChanged) {
		t.Fatalf("words taken out without a recall: %+v", v.Findings)
	}
}

// Fed twice, as after a restored backup, a line stays one leaf.
func TestALineFedTwiceIsOneLeaf(t *testing.T) {
	o := open(t)
	o.docs["1 outgoing/1"] = "one"
	o.act(10, "document.issued")
	o.seal()
	o.docs["1 outgoing/1"] = "two"
	o.act(10, "document.sent")
	o.seal()
	before := o.verify()
	o.exec(`UPDATE store_cursors SET id = 0, xid = 0 WHERE follower = 'audit'`)
	o.docs["1 outgoing/1"] = "three"
	o.act(2, "document.sent")
	o.seal()
	v := o.verify()
	if len(v.Findings) != 0 || v.Entries != before.Entries+2 || v.Leaves != before.Leaves+3 {
		t.Fatalf("%+v\n%+v", before, v)
	}
}

// T32: an older copy of the database under a newer checkpoint is found; nothing is signed until a person says so.
func TestAnOldDatabaseIsNotSignedOn(t *testing.T) {
	o := open(t)
	told := int64(0)
	o.log.People = func(context.Context, store.Reader) ([]int64, error) { told++; return []int64{5}, nil }
	o.act(10, "document.issued")
	o.seal()
	o.act(10, "document.issued")
	o.seal()
	last, _, err := audit.LastCheckpoint(ctx, o.db)
	if err != nil {
		t.Fatal(err)
	}
	// The old copy: everything of the second half is gone.
	o.exec(`DELETE FROM audit_checkpoints WHERE size > 10`)
	o.exec(`DELETE FROM store_journal WHERE id IN (SELECT entry_id FROM audit_leaves WHERE idx >= 10)`)
	o.exec(`DELETE FROM audit_leaves WHERE idx >= 10`)
	o.act(3, "document.sent")
	storetest.Drain(t, o.db, audit.Follower, o.log.Seal)
	if _, err := o.log.Publish(ctx); !errors.Is(err, audit.ErrForked) {
		t.Fatalf("signed on an old copy: %v", err)
	}
	if again, err := o.log.Publish(ctx); again || err != nil {
		t.Fatal(again, err)
	}
	forks, err := audit.Forks(ctx, o.db)
	if err != nil || len(forks) != 1 || forks[0].First != last.Note || told != 1 {
		t.Fatalf("%+v %v", forks, err)
	}
	if v := o.verify(); !slices.Contains(kinds(v), audit.FoundOld) {
		t.Fatalf("%+v", v.Findings)
	}
	if _, err := o.log.Resume(ctx, store.Actor{Roles: store.AgencyAdmin}, "x"); !errors.Is(err, store.Forbidden) {
		t.Fatal(err)
	}
	origin, err := o.log.Resume(ctx, store.Actor{Roles: store.SystemAdmin, Via: store.ViaCLI}, "khôi phục sau cháy phòng máy")
	if err != nil || origin != "congvu/n-test/1" {
		t.Fatal(origin, err)
	}
	o.seal()
	now, ok, err := audit.LastCheckpoint(ctx, o.db)
	if err != nil || !ok || !strings.HasPrefix(now.Note, "congvu/n-test/1\n") {
		t.Fatalf("%+v %v", now, err)
	}
	if v := o.verify(); len(v.Findings) != 0 {
		t.Fatalf("after it was resumed: %+v", v.Findings)
	}
	if v := o.verify(last.Note); len(v.Findings) != 0 {
		t.Fatalf("the former log's checkpoint is not this one's: %+v", v.Findings)
	}
}

// Several copies of an installation seal one log, each line once, and sign the same roots.
func TestCopiesSealOneLog(t *testing.T) {
	c := storetest.Config(t, nil)
	if c.URL == "" {
		t.Skip("SQLite has one server")
	}
	k := newKeys(t)
	a, b := openWith(t, c, k), openWith(t, c, k)
	a.act(60, "document.issued")
	b.act(60, "document.sent")
	until, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	errs := make(chan error, 2)
	for _, o := range []*office{a, b} {
		go func() { errs <- o.db.CatchUp(until, audit.Follower, time.Minute, o.log.Seal) }()
	}
	for range 2 {
		if err := <-errs; err != nil && !errors.Is(err, store.Conflict) {
			t.Fatal(err)
		}
	}
	a.seal()
	b.seal()
	if v := b.verify(); len(v.Findings) != 0 || v.Entries != 120 {
		t.Fatalf("%+v", v)
	}
}

// Every leaf is proved in every later checkpoint, and no root is another's.
func TestProofsOfTheTreeHold(t *testing.T) {
	o := open(t)
	o.act(600, "document.issued")
	o.seal()
	seen := map[proof.Hash]bool{}
	for range 40 {
		from := 1 + rand.Int64N(599)
		to := from + rand.Int64N(600-from) + 1
		hashes, err := o.log.Consistency(ctx, from, to)
		if err != nil || len(hashes) > 20 {
			t.Fatal(from, to, len(hashes), err)
		}
		seen[hashes[0]] = true
	}
	if _, err := o.log.Consistency(ctx, 5, 601); !errors.Is(err, store.Conflict) {
		t.Fatal(err)
	}
	if tile, err := o.log.Tile(ctx, 0, 1); err != nil || len(tile) != 256*32 {
		t.Fatal(len(tile), err)
	}
	if tile, err := o.log.Tile(ctx, 1, 0); err != nil || len(tile) != 2*32 {
		t.Fatal(len(tile), err)
	}
	if _, err := o.log.Tile(ctx, 3, 0); !errors.Is(err, store.NotFound) {
		t.Fatal(err)
	}
}

// The figures of reliability §5: entries a second, bytes an entry, time to verify. CONGVU_SEAL_ENTRIES says how many (1,000,000 for the million).
func BenchmarkSealAndVerify(b *testing.B) {
	n := 20_000
	if s := os.Getenv("CONGVU_SEAL_ENTRIES"); s != "" {
		fmt.Sscan(s, &n)
	}
	for b.Loop() {
		o := open(b)
		o.act(1, "document.issued")
		for have := 1; have < n; {
			step := min(have, n-have)
			o.exec(fmt.Sprintf(`INSERT INTO store_journal (`+columns+`) SELECT id + %d, xid, at_us + %d, verb, agency_id, ref, title, person_id, holding, for_id, via, request, data
				FROM store_journal WHERE id < (SELECT MIN(id) FROM store_journal) + %d ORDER BY id LIMIT %d`, have, have, have, step))
			have += step
		}
		begun := time.Now()
		storetest.Drain(b, o.db, audit.Follower, o.log.Seal)
		sealed := time.Since(begun)
		begun = time.Now()
		if _, err := o.log.Publish(ctx); err != nil {
			b.Fatal(err)
		}
		signed := time.Since(begun)
		v := o.verify()
		if len(v.Findings) != 0 || v.Entries != int64(n) {
			b.Fatalf("%d entries, %+v", v.Entries, v.Findings)
		}
		b.ReportMetric(float64(n)/sealed.Seconds(), "sealed/s")
		b.ReportMetric(signed.Seconds()*1000, "sign-ms")
		b.ReportMetric(v.Took.Seconds(), "verify-s")
		b.ReportMetric(o.bytes()/float64(v.Leaves), "B/leaf")
	}
}

func (o *office) bytes() (n float64) {
	text := `SELECT SUM(pgsize) FROM dbstat WHERE name LIKE '%audit_leaves%' OR name LIKE '%audit_nodes%'`
	if o.db.Engine() == store.Postgres {
		text = `SELECT pg_total_relation_size('audit_leaves') + pg_total_relation_size('audit_nodes')`
	}
	if err := o.raw.QueryRow(text).Scan(&n); err != nil {
		o.t.Log(err)
	}
	return n
}
