package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"congvu/internal/audit"
	"congvu/internal/notify"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

// sampleCity builds a small city in a folder and a database of its own, and lets every follower hear of everything.
func sampleCity(t *testing.T) *settings {
	t.Helper()
	s := &settings{Data: filepath.Join(t.TempDir(), "city")}
	if os.Getenv("CONGVU_TEST_DB") != "" {
		s.DB = storetest.Empty(t).URL
	}
	var said bytes.Buffer
	w := &world{in: strings.NewReader(""), out: &said, err: &said, env: func(string) string { return "" }}
	if err := buildCity(t.Context(), w, s, 40, slog.New(slog.NewTextHandler(io.Discard, nil))); err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	in, err := openTables(t.Context(), s, opening{allowTest: true})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	x := in.index()
	if err := x.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := notify.CatchUp(t.Context(), in.DB, 0); err != nil {
		t.Fatal(err)
	}
	if err := in.DB.CatchUp(t.Context(), audit.Follower, time.Minute, in.Log.Seal); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Log.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// lookAt opens an installation and closes its book.
func lookAt(t *testing.T, s *settings, how checking) *checked {
	t.Helper()
	in, err := openTables(context.Background(), s, opening{allowTest: true})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	c, err := in.check(context.Background(), how)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// twin copies an installation, so that a fault can be planted in it; its files too when one of them is to be harmed.
func twin(t *testing.T, s *settings, whole bool) (*settings, *sql.DB) {
	t.Helper()
	to := &settings{Data: filepath.Join(t.TempDir(), "twin")}
	if err := os.MkdirAll(to.Data, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"congvu.db", "congvu.db-wal", "keys", "master.key", "trust", "audit", "files"} {
		from := filepath.Join(s.Data, part)
		if _, err := os.Stat(from); err != nil {
			continue
		}
		if part == "files" && !whole {
			if err := os.Symlink(from, filepath.Join(to.Data, part)); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if out, err := exec.Command("cp", "-a", from, to.Data).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	driver, address := "sqlite", "file:"+filepath.Join(to.Data, "congvu.db")
	if s.DB != "" {
		u, err := url.Parse(s.DB)
		if err != nil {
			t.Fatal(err)
		}
		to.DB = storetest.Copy(t, strings.TrimPrefix(u.Path, "/"))
		driver, address = "pgx", to.DB
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return to, db
}

// plant is a kind of damage: statements, or what is done to the file of an address; and the kinds of findings that name it.
type plant struct {
	name  string
	do    []string
	file  func(path string) error
	finds []string
	quick bool
}

const (
	anIssued  = `(SELECT max(id) FROM documents_outgoing WHERE state = 'issued' AND document_id <> '')`
	aHeld     = `(SELECT max(d.id) FROM exchange_deliveries d JOIN org_agencies a ON a.id = d.receiver_id AND a.hosted WHERE d.state = 'done')`
	anArrival = `(SELECT max(id) FROM documents_incoming WHERE arrival_number > 0 AND source = 'exchange' AND twin_of = 0)`
)

var plants = []plant{
	{name: "a number torn out of the register", quick: true, do: []string{`DELETE FROM documents_numbers WHERE outgoing_id = ` + anIssued}, finds: []string{"number-gap", "number-unregistered"}},
	{name: "a counter set back", quick: true, do: []string{`UPDATE store_counters SET last = last - 1 WHERE name LIKE 'documents.register/%' AND last = (SELECT max(last) FROM store_counters WHERE name LIKE 'documents.register/%')`},
		finds: []string{"number-counter"}},
	{name: "a counter ahead", quick: true, do: []string{`UPDATE store_counters SET last = last + 3 WHERE name = (SELECT 'documents.register/' || max(register_id) FROM documents_numbers)`}, finds: []string{"number-gap"}},
	{name: "a number given twice", quick: true, do: []string{`DROP INDEX documents_numbers_document`, `DROP INDEX documents_numbers_notation`,
		`INSERT INTO documents_secrets (agency_id, id, register_id, year, number, issued_date, party, code, secrecy, urgency, void_reason, person_id, person_name, at_us)
			SELECT agency_id, 77, register_id, year, number, issued_date, 'Nơi khác', '', 1, 0, '', 1, 'Ai đó', at_us FROM documents_numbers WHERE outgoing_id = ` + anIssued}, finds: []string{"number-duplicate"}},
	{name: "another number in the document", quick: true, do: []string{`UPDATE documents_outgoing SET number = number + 400 WHERE id = ` + anIssued}, finds: []string{"number-document"}},
	{name: "another text of the number", quick: true, do: []string{`UPDATE documents_outgoing SET number_text = '999/KHAC' WHERE id = ` + anIssued}, finds: []string{"journal-lost", "journal-number"}},
	{name: "a number voided without a word", quick: true, do: []string{`UPDATE documents_numbers SET void_reason = 'bỏ' WHERE outgoing_id = ` + anIssued}, finds: []string{"number-void"}},
	{name: "an inserted number that nothing explains", quick: true, do: []string{`INSERT INTO documents_paper_outgoing (agency_id, outgoing_id, register_id, year, number, suffix, notation, migrated)
		SELECT agency_id, id, register_id, year, number, 'a', notation, TRUE FROM documents_outgoing WHERE id = ` + anIssued}, finds: []string{"number-inserted"}},
	{name: "another arrival number", quick: true, do: []string{`UPDATE documents_incoming SET arrival_number = arrival_number + 500 WHERE id = ` + anArrival}, finds: []string{"arrival-document", "arrival-unregistered"}},
	{name: "an arrival number torn out", quick: true, do: []string{`DELETE FROM documents_arrival_numbers WHERE incoming_id = ` + anArrival}, finds: []string{"arrival-unregistered", "number-gap"}},
	{name: "a parcel taken in twice", quick: true, do: []string{`DROP INDEX documents_incoming_packet`, `UPDATE documents_incoming SET packet = (SELECT packet FROM documents_incoming WHERE id = ` + anArrival + `)
		WHERE id = (SELECT max(id) FROM documents_incoming WHERE source = 'exchange' AND id <> ` + anArrival + ` AND agency_id = (SELECT agency_id FROM documents_incoming WHERE id = ` + anArrival + `))`},
		finds: []string{"arrival-twice"}},
	{name: "a state without a receipt", quick: true, do: []string{`UPDATE exchange_deliveries SET state = 'refused' WHERE id = ` + aHeld}, finds: []string{"exchange-state"}},
	{name: "receipts torn out", quick: true, do: []string{`DELETE FROM exchange_answers WHERE delivery_id = ` + aHeld}, finds: []string{"exchange-state"}},
	{name: "a receipt of nothing", quick: true, do: []string{`UPDATE exchange_answers SET delivery_id = 4711 WHERE delivery_id = ` + aHeld + ` AND code = '05'`}, finds: []string{"exchange-answer"}},
	{name: "a receipt for other bytes", quick: true, do: []string{`UPDATE exchange_answers SET sha = 'ab' WHERE delivery_id = ` + aHeld + ` AND code = '03'`}, finds: []string{"exchange-hash"}},
	{name: "a packed receipt spoiled", do: []string{`UPDATE exchange_answers SET raw = substr(raw, 1, 60) || 'AAAA' || substr(raw, 65) WHERE raw LIKE '=z1:%' AND delivery_id = ` + aHeld}, finds: []string{"packed", "seal-rows"}},
	{name: "a base lost", do: []string{`DELETE FROM store_bases`}, finds: []string{"packed", "seal-rows"}},
	{name: "a base spoiled", quick: true, do: []string{`UPDATE store_bases SET size = size + 1 WHERE id = (SELECT max(id) FROM store_bases)`}, finds: []string{"packed-base"}},
	{name: "a parcel gone at its receiver", quick: true, do: []string{`DELETE FROM exchange_parcels WHERE direction = 'in' AND ref = 'incoming/' || ` + anArrival}, finds: []string{"exchange-arrival", "exchange-receipt"}},
	{name: "a parcel that its sender never packed", quick: true, do: []string{`DELETE FROM exchange_parcels WHERE direction = 'out' AND id = (SELECT parcel_id FROM exchange_deliveries WHERE id = ` + aHeld + `)`},
		finds: []string{"exchange-sender"}},
	{name: "a status not owed", quick: true, do: []string{`DELETE FROM exchange_statuses WHERE code = '03' AND receipt = 'incoming/' || ` + anArrival}, finds: []string{"exchange-owed"}},
	{name: "an issue that the journal does not know", quick: true, do: []string{`DELETE FROM store_journal WHERE verb = 'document.issued' AND ref = 'outgoing/' || ` + anIssued}, finds: []string{"journal-state", "notify"}},
	{name: "a document that only the journal knows", quick: true, do: []string{`UPDATE documents_outgoing SET state = 'sealed' WHERE id = ` + anIssued}, finds: []string{"exchange-line", "journal-lost"}},
	{name: "a follower ahead of the journal", quick: true, do: []string{`UPDATE store_cursors SET id = id + 1000000 WHERE follower = 'notify'`}, finds: []string{"journal-cursor"}},
	{name: "a message of nothing", quick: true, do: []string{`UPDATE notify_messages SET ref = 'incoming/1' WHERE id = (SELECT max(id) FROM notify_messages)`}, finds: []string{"notify"}},
	{name: "an entry missing in the index", quick: true, do: []string{`DELETE FROM search_index_entries WHERE ref = 'outgoing/' || ` + anIssued}, finds: []string{"search-missing"}},
	{name: "an entry too many in the index", quick: true, do: []string{`INSERT INTO search_index_entries (id, agency_id, ref, issued, arrived, due, at_us) VALUES (9, 9, 'outgoing/9', '', '', '', 1)`}, finds: []string{"search-stale"}},
	{name: "a right to nothing", quick: true, do: []string{`INSERT INTO documents_participants (agency_id, person_id, outgoing_id) VALUES (1, 1, 4711)`}, finds: []string{"rights"}},
	{name: "a drafter who is kept out", quick: true, do: []string{`DELETE FROM documents_participants WHERE outgoing_id = ` + anIssued + ` AND person_id = (SELECT drafter_id FROM documents_outgoing WHERE id = ` + anIssued + `)`}, finds: []string{"rights"}},
	{name: "a file of nothing", quick: true, do: []string{`UPDATE documents_files SET ref = 'outgoing/4711' WHERE main AND ref = 'outgoing/' || ` + anIssued}, finds: []string{"reference"}},
	{name: "a file lost", quick: true, file: os.Remove, finds: []string{"blob-missing"}},
	{name: "a file cut", quick: true, file: func(path string) error { return os.Truncate(path, 100) }, finds: []string{"blob-size"}},
	{name: "a bit flipped in a file", file: func(path string) error {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		b[len(b)/2] ^= 1
		return os.WriteFile(path, b, 0o600)
	}, finds: []string{"blob-damaged"}},
	{name: "the unsigned version in place of the signed one", do: []string{`UPDATE documents_files SET sha = (SELECT sha FROM documents_versions v WHERE v.ref = 'outgoing/' || ` + anIssued + ` AND v.no = 1),
		size = (SELECT size FROM documents_versions v WHERE v.ref = 'outgoing/' || ` + anIssued + ` AND v.no = 1) WHERE main AND ref = 'outgoing/' || ` + anIssued}, finds: []string{"seal-rows", "signature"}},
	{name: "a line of the journal rewritten", do: []string{`UPDATE store_journal SET person_id = person_id + 1 WHERE verb = 'document.signed' AND ref = 'outgoing/' || ` + anIssued}, finds: []string{"seal-changed"}},
	{name: "a line of the journal torn out", do: []string{`DELETE FROM store_journal WHERE id = (SELECT min(id) FROM store_journal)`}, finds: []string{"seal-deleted"}},
}

// An undamaged city agrees with itself; each kind of damage is found and named, and nothing else is.
func TestTheClosedBookFindsWhatWasPlanted(t *testing.T) {
	s := sampleCity(t)
	c := lookAt(t, s, checking{Sample: 1})
	var said bytes.Buffer
	c.print(&said)
	t.Log(said.String())
	if c.Total != 0 || c.Signatures == 0 || c.Files == 0 || c.Sealed == 0 || !c.Searched {
		t.Fatalf("%+v", c)
	}
	judge := func(p plant, c *checked) {
		t.Helper()
		kinds := slices.Sorted(maps.Keys(c.Kinds))
		if strings.HasPrefix(p.name, "the unsigned") { // what is not the last version is said as well
			kinds = slices.DeleteFunc(kinds, func(k string) bool { return k == "reference" })
		}
		if !p.quick && !strings.Contains(p.name, "file") { // what the sealed rows say besides
			kinds = slices.DeleteFunc(kinds, func(k string) bool { return k == "blob-damaged" })
		}
		if !slices.Equal(kinds, p.finds) {
			t.Errorf("%s: found %v, not %v", p.name, kinds, p.finds)
			for _, f := range c.List {
				t.Logf("  %s %s: %s", f.Kind, f.Agency, f.Text)
			}
		}
	}
	for _, p := range plants {
		if !p.quick || p.file != nil { // in a copy, while nobody has the city open
			judge(p, planted(t, s, p))
		}
	}
	in, err := openTables(t.Context(), s, opening{allowTest: true})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	for _, p := range plants {
		if p.quick && p.file == nil {
			judge(p, plantedAndUndone(t, in, p))
		}
	}
}

// plantedAndUndone plants statements, looks, and lets the database undo everything.
func plantedAndUndone(t *testing.T, in *installation, p plant) *checked {
	t.Helper()
	f, undo := &store.Findings{}, errors.New("undo")
	err := in.DB.Keep(t.Context(), func(tx *store.Tx) error {
		for _, q := range p.do {
			n, err := tx.Exec(t.Context(), store.SQL(q))
			if err != nil || n == 0 && !strings.HasPrefix(q, "DROP") {
				return fmt.Errorf("%s: %d rows: %w", q, n, err)
			}
		}
		if err := in.look(t.Context(), tx, checking{Quick: true}, f, &checked{}); err != nil {
			return err
		}
		return undo
	})
	if !errors.Is(err, undo) {
		t.Fatalf("%s: %v", p.name, err)
	}
	list, err := in.tell(t.Context(), f.List)
	if err != nil {
		t.Fatal(err)
	}
	return &checked{Kinds: f.Kinds, List: list}
}

// planted plants in a copy.
func planted(t *testing.T, s *settings, p plant) *checked {
	t.Helper()
	to, db := twin(t, s, p.file != nil)
	for _, q := range p.do {
		if _, err := db.Exec(q); err != nil {
			t.Fatalf("%s: %v", p.name, err)
		}
	}
	if p.file != nil {
		if err := p.file(aFile(t, to, db)); err != nil {
			t.Fatal(err)
		}
	}
	db.Close()
	defer os.RemoveAll(to.Data)
	return lookAt(t, to, checking{Quick: p.quick, Sample: 1})
}

// aFile is the path of the main file of an issued document.
func aFile(t *testing.T, s *settings, db *sql.DB) string {
	t.Helper()
	var sha string
	if err := db.QueryRow(`SELECT sha FROM documents_files WHERE main AND ref = 'outgoing/' || ` + anIssued).Scan(&sha); err != nil {
		t.Fatal(err)
	}
	all, err := filepath.Glob(filepath.Join(s.Data, "files", sha[:2], sha[2:4], sha+"*"))
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	return all[0]
}

func TestCheckDataFromTheCommandLine(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	for _, c := range []struct {
		want  int
		holds string
		args  []string
	}{
		{0, "nâng cấp", []string{"migrate", "--data", data}},
		{0, "Dữ liệu khớp", []string{"check-data", "--data", data}},
		{0, `"findings": 0`, []string{"check-data", "--data", data, "--quick", "--json"}},
		{2, "cách dùng", []string{"check-data", "--data", data, "--sample", "0"}},
		{2, "cách dùng", []string{"check-data", "--data", data, "nữa"}},
	} {
		if code, text := runVerb(t, c.args...); code != c.want || !strings.Contains(text, c.holds) {
			t.Errorf("%v: exit %d\n%s", c.args, code, text)
		}
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(data, "congvu.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`INSERT INTO documents_participants (agency_id, person_id, outgoing_id) VALUES (1, 1, 4711)`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if code, text := runVerb(t, "check-data", "--data", data, "--quick"); code != 1 || strings.Count(text, "SAI [") != 1 || !strings.Contains(text, "outgoing/4711") {
		t.Errorf("exit %d\n%s", code, text)
	}
}
