package store_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"congvu/internal/store"
	"congvu/internal/storetest"

	"pgregory.net/rapid"
)

var (
	sqlPutText  = store.SQL(`INSERT INTO store_settings (agency_id, name, value) VALUES ($1, $2, $3)`)
	sqlText     = store.SQL(`SELECT value FROM store_settings WHERE agency_id = $1 AND name = $2`)
	sqlTexts    = store.SQL(`SELECT value FROM store_settings WHERE agency_id = $1 ORDER BY name`)
	sqlSpoil    = store.SQL(`UPDATE store_settings SET value = $1 WHERE agency_id = $2 AND name = $3`)
	sqlPutJSON  = store.SQL(`INSERT INTO store_jobs (id, kind, key, agency_id, payload, state, due_us, lease_us, tries, last_error, created_us) VALUES ($1, 'packed', $2, 1, $3, 'stuck', 0, 0, 0, '', 0)`)
	sqlJSON     = store.SQL(`SELECT payload FROM store_jobs WHERE kind = 'packed' AND key = $1`)
	sqlBases    = store.SQL(`SELECT family, CAST(count(*) AS BIGINT) AS n FROM store_bases GROUP BY family ORDER BY family`)
	sqlLoseBase = store.SQL(`DELETE FROM store_bases`)
	sqlStored   = store.SQL(`SELECT agency_id, name AS ref, value AS stored FROM store_settings WHERE value LIKE '=z1:%'`)
	sqlStoredJS = store.SQL(`SELECT agency_id, key AS ref, CAST(payload AS TEXT) AS stored FROM store_jobs WHERE CAST(payload AS TEXT) LIKE '"=z1:%'`)
)

type bases struct {
	Family string
	N      int64
}

// hand writes texts as a signing agency does: its certificate and the frame are the same every time, the rest is new.
type hand struct {
	*rand.Rand
	certificate string
}

func newHand(seed uint64) *hand {
	h := &hand{Rand: rand.New(rand.NewPCG(seed, 1))}
	h.renew()
	return h
}

func (h *hand) noise(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(h.Uint32())
	}
	return base64.StdEncoding.EncodeToString(b)
}

func (h *hand) renew() { h.certificate = h.noise(1600) }

func (h *hand) receipt() string {
	return `<?xml version="1.0" encoding="UTF-8"?><edXML><From>Ủy ban nhân dân xã Liên Trung</From><Code>` + h.noise(9) + `</Code><Description>Số đến ` + h.noise(3) + ` [[sha256=` +
		fmt.Sprintf("%032x%032x", h.Uint64(), h.Uint64()) + `;parcel=H26/` + h.noise(12) + `]]</Description>` + strings.Repeat(`<ds:Reference URI="" Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>`, 12) +
		`<DigestValue>` + h.noise(32) + `</DigestValue><SignatureValue>` + h.noise(64) + `</SignatureValue><X509Certificate>` + h.certificate + `</X509Certificate></edXML>`
}

func putText(t testing.TB, db *store.DB, agency int64, name string, p *store.Packing) {
	t.Helper()
	if err := db.Write(ctx, clerk, func(tx *store.Tx) error {
		return errors.Join(tx.Put(ctx, sqlPutText, agency, name, p), record(tx, name))
	}); err != nil {
		t.Fatal(err)
	}
}

func text(t testing.TB, r store.Reader, agency int64, name string) string {
	t.Helper()
	p, err := store.One[store.Packed](ctx, r, sqlText, agency, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(p)
}

func stored(t testing.TB, r store.Reader, agency int64, name string) string {
	t.Helper()
	s, err := store.One[string](ctx, r, sqlText, agency, name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func basesOf(t testing.TB, db *store.DB) string {
	t.Helper()
	all, err := store.All[bases](ctx, db, sqlBases)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(all)
}

func checked(t testing.TB, db *store.DB) map[string]int64 {
	t.Helper()
	shot, err := db.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer shot.Close()
	var f store.Findings
	if err := errors.Join(store.Check(ctx, shot, &f), f.Packed(ctx, shot, sqlStored, store.Say("{ref}")), f.Packed(ctx, shot, sqlStoredJS, store.Say("{ref}"))); err != nil {
		t.Fatal(err)
	}
	return f.Kinds
}

// Whatever is packed is read as it was, by the same act, by others, and by a program that remembers nothing.
func TestPackedTextsAreReadAsTheyWere(t *testing.T) {
	c := storetest.Config(t, nil)
	db, err := store.Open(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	h, n := newHand(1), 0
	kept := map[string]string{}
	texts := rapid.OneOf(rapid.Map(rapid.Uint64(), func(seed uint64) string { return (&hand{rand.New(rand.NewPCG(seed, 2)), h.certificate}).receipt() }), rapid.StringMatching(`(=z1:)?[^\x00]{0,500}`),
		rapid.Map(rapid.StringN(0, 200, 2000), func(s string) string { return "=z1:" + strings.ReplaceAll(s, "\x00", "") }),
		rapid.Map(rapid.IntRange(1, 40), func(n int) string { return strings.Repeat("công văn hỏa tốc\n", n*n*10) }), rapid.Just("=z1:0:KLUv/SGNAXkMABoT"))
	rapid.Check(t, func(r *rapid.T) {
		n++
		name, family := fmt.Sprintf("t%06d", n), fmt.Sprint("family/", rapid.IntRange(1, 4).Draw(r, "family"))
		want := strings.ToValidUTF8(texts.Draw(r, "text"), "")
		j := store.PackedJSON(store.JSONOf(map[string]string{"text": want, "long": strings.Repeat("x", 300)}))
		if err := db.Write(ctx, clerk, func(tx *store.Tx) error {
			err := errors.Join(tx.Put(ctx, sqlPutText, 1, name, store.Pack(1, family, want)), tx.Put(ctx, sqlPutJSON, tx.NewID(), name, store.PackJSON(1, family, j)))
			if got, e := store.One[store.Packed](ctx, tx, sqlText, 1, name); e != nil || string(got) != want {
				r.Fatalf("in its act: %v, %q instead of %q", e, got, want)
			}
			return errors.Join(err, record(tx, name))
		}); err != nil {
			r.Fatal(err)
		}
		if got := text(t, db, 1, name); got != want {
			r.Fatalf("%q instead of %q", got, want)
		}
		if got, err := store.One[store.PackedJSON](ctx, db, sqlJSON, name); err != nil || got != j {
			r.Fatalf("%v: %q instead of %q", err, got, j)
		}
		if at := stored(t, db, 1, name); strings.HasPrefix(at, "=z1:") == (at == want) && at != want {
			r.Fatalf("stands as %q", at)
		}
		kept[name] = want
	})
	db.Close()
	if db, err = store.Open(ctx, c); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	all, err := store.All[store.Packed](ctx, db, sqlTexts, 1)
	if err != nil || len(all) != n {
		t.Fatal(len(all), err)
	}
	for i := range all {
		if name := fmt.Sprintf("t%06d", i+1); string(all[i]) != kept[name] {
			t.Fatalf("%s is read otherwise by another program", name)
		}
	}
	if found := checked(t, db); len(found) > 0 {
		t.Error(found)
	}
	if err := db.Keep(ctx, func(tx *store.Tx) error { return tx.Put(ctx, sqlPutText, 1, "unpacked", all[0]) }); err == nil {
		t.Error("a text was written past Pack")
	}
}

// A text is a tenth of itself beside the earlier ones of its family; a renewed certificate makes a new base.
func TestPackedTextsAreSmall(t *testing.T) {
	db := storetest.Open(t)
	h := newHand(2)
	for i := range 40 {
		if i == 20 {
			h.renew()
		}
		want, name := h.receipt(), fmt.Sprint(i)
		putText(t, db, int64(i%3), name, store.Pack(int64(i%3), "receipt/H26.1", want))
		if at := stored(t, db, int64(i%3), name); len(at) > len(want)/5 {
			t.Errorf("%d: %d of %d bytes", i, len(at), len(want))
		}
	}
	if got := basesOf(t, db); got != "[{receipt/H26.1 2}]" {
		t.Error(got)
	}
	short := store.Pack(1, "receipt/H26.1", h.receipt()[:299])
	if putText(t, db, 1, "short", short); strings.HasPrefix(stored(t, db, 1, "short"), "=z1:") {
		t.Error("a short text was packed")
	}
}

// Who sends what never resembles anything gets so many bases a day, and packs nobody else's texts worse.
func TestBasesAreBounded(t *testing.T) {
	clock := storetest.NewClock(time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC))
	db := storetest.OpenAt(t, clock)
	h := newHand(3)
	flood := func(name string) {
		t.Helper()
		all := map[string]string{}
		if err := db.Write(ctx, clerk, func(tx *store.Tx) error {
			for i := range 250 {
				at := fmt.Sprintf("%s%03d", name, i)
				all[at] = h.noise(300 + i)
				if err := tx.Put(ctx, sqlPutText, 1, at, store.Pack(1, "receipt/"+at[:len(at)-2], all[at])); err != nil {
					return err
				}
			}
			return record(tx, name)
		}); err != nil {
			t.Fatal(err)
		}
		for at, want := range all {
			if text(t, db, 1, at) != want {
				t.Fatal(at)
			}
		}
	}
	count := func() (n int64) {
		all, err := store.All[bases](ctx, db, sqlBases)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range all {
			n += b.N
		}
		return n
	}
	if flood("a"); count() != 200 {
		t.Error(count())
	}
	if flood("b"); count() != 200 {
		t.Error(count())
	}
	putText(t, db, 2, "other", store.Pack(2, "receipt/H26.2", h.receipt()))
	if count() != 201 {
		t.Error("another agency pays for it")
	}
	clock.Step(25 * time.Hour)
	if flood("c"); count() != 401 {
		t.Error(count())
	}
}

// A base of an act that was undone is no base.
func TestBasesOfUndoneActsAreForgotten(t *testing.T) {
	db := storetest.Open(t)
	h := newHand(4)
	p, undone := store.Pack(1, "f", h.receipt()), errors.New("undone")
	err := db.Write(ctx, clerk, func(tx *store.Tx) error {
		if err := tx.Put(ctx, sqlPutText, 1, "a", p); err != nil {
			return err
		}
		return undone
	})
	if !errors.Is(err, undone) || basesOf(t, db) != "[]" {
		t.Fatal(err, basesOf(t, db))
	}
	putText(t, db, 1, "a", p)
	q, want := store.Pack(1, "f", h.receipt()).Ahead(db), h.receipt()
	putText(t, db, 1, "b", q)
	if err := db.Together(ctx, []store.Act{{Actor: clerk, Do: func(tx *store.Tx) error { return errors.Join(tx.Put(ctx, sqlPutText, 2, "a", q), record(tx, "x")) }},
		{Actor: clerk, Do: func(tx *store.Tx) error {
			return errors.Join(tx.Put(ctx, sqlPutText, 2, "b", store.Pack(2, "g", want)), record(tx, "y"))
		}},
		{Actor: clerk, Do: func(tx *store.Tx) error {
			return errors.Join(tx.Put(ctx, sqlPutText, 2, "c", store.Pack(2, "g", want)), record(tx, "z"))
		}}}); err != nil {
		t.Fatal(err)
	}
	if stored(t, db, 2, "a") != stored(t, db, 1, "b") || stored(t, db, 2, "b") != stored(t, db, 2, "c") || text(t, db, 2, "c") != want || basesOf(t, db) != "[{f 1} {g 1}]" {
		t.Error(basesOf(t, db))
	}
}

// Two who find no base at the same time both put one; either serves.
func TestBasesPutAtTheSameTime(t *testing.T) {
	c := storetest.Config(t, nil)
	var dbs []*store.DB
	programs := 2 // of PostgreSQL; SQLite has one
	if c.URL == "" {
		programs = 1
	}
	for range programs {
		db, err := store.Open(ctx, c)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		dbs = append(dbs, db)
	}
	want := make([]string, 24)
	for i, h := 0, newHand(5); i < len(want); i++ {
		want[i] = h.receipt()
	}
	var all sync.WaitGroup
	errs := make([]error, len(want))
	for i := range want {
		all.Go(func() {
			db, name := dbs[i%len(dbs)], fmt.Sprintf("%02d", i)
			errs[i] = db.Write(ctx, clerk, func(tx *store.Tx) error {
				return errors.Join(tx.Put(ctx, sqlPutText, 1, name, store.Pack(1, "f", want[i])), record(tx, name))
			})
		})
	}
	if all.Wait(); errors.Join(errs...) != nil {
		t.Fatal(errors.Join(errs...))
	}
	for _, db := range dbs {
		got, err := store.All[store.Packed](ctx, db, sqlTexts, 1)
		if err != nil || len(got) != len(want) {
			t.Fatal(len(got), err)
		}
		for i := range got {
			if string(got[i]) != want[i] {
				t.Error(i)
			}
		}
	}
}

// What does not unpack is an error that names the column, never another text; check-data finds it.
func TestDamagedPackedTextsAreFound(t *testing.T) {
	c := storetest.Config(t, nil)
	db, err := store.Open(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	h := newHand(6)
	for i := range 4 {
		putText(t, db, 1, fmt.Sprint(i), store.Pack(1, "f", h.receipt()))
	}
	j := store.PackedJSON(store.JSONOf([]string{h.receipt()}))
	if err := db.Keep(ctx, func(tx *store.Tx) error { return tx.Put(ctx, sqlPutJSON, tx.NewID(), "j", store.PackJSON(1, "f", j)) }); err != nil {
		t.Fatal(err)
	}
	if found := checked(t, db); len(found) > 0 {
		t.Fatal(found)
	}
	good := stored(t, db, 1, "2")
	for name, bad := range map[string]string{"cut": good[:len(good)-5], "turned": good[:40] + strings.ToUpper(good[40:]), "no base": "=z1:zzzzz" + good[strings.LastIndexByte(good, ':'):],
		"no frame": "=z1:0:", "no number": "=z1:KLUv", "another alphabet": good[:30] + "%%%" + good[33:], "loose": good + "\n", "alone": "=z1:0" + good[strings.LastIndexByte(good, ':'):]} {
		if err := db.Keep(ctx, func(tx *store.Tx) error { return tx.Put(ctx, sqlSpoil, bad, 1, "2") }); err != nil {
			t.Fatal(err)
		}
		if got, err := store.One[store.Packed](ctx, db, sqlText, 1, "2"); err == nil || !strings.Contains(err.Error(), "value: a packed text does not unpack") {
			t.Errorf("%s is read as %.60q: %v", name, got, err)
		}
		if got, err := store.One[store.PackedSeen](ctx, db, sqlText, 1, "2"); err != nil || string(got) != bad {
			t.Errorf("%s is seen as %.60q: %v", name, got, err)
		}
		if found := checked(t, db); found["packed"] != 1 || len(found) != 1 {
			t.Errorf("%s: %v", name, found)
		}
	}
	if err := db.Keep(ctx, func(tx *store.Tx) error { _, err := tx.Exec(ctx, sqlLoseBase); return err }); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if db, err = store.Open(ctx, c); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if found := checked(t, db); found["packed"] != 5 {
		t.Error(found)
	}
	if _, err := store.One[store.Packed](ctx, db, sqlText, 1, "3"); err == nil {
		t.Error("read without its base")
	}
}

// A copy carries the bases.
func TestDumpCarriesPackedTexts(t *testing.T) {
	db := storetest.Open(t)
	h := newHand(7)
	want := []string{h.receipt(), h.receipt()}
	for i, w := range want {
		putText(t, db, 1, fmt.Sprint(i), store.Pack(1, "f", w))
	}
	j := store.PackedJSON(store.JSONOf([]string{h.receipt()}))
	if err := db.Keep(ctx, func(tx *store.Tx) error { return tx.Put(ctx, sqlPutJSON, tx.NewID(), "j", store.PackJSON(1, "f", j)) }); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := db.Dump(ctx, &out); err != nil {
		t.Fatal(err)
	}
	for _, c := range []store.Config{storetest.Empty(t), {Dir: t.TempDir()}} {
		if _, err := store.Load(ctx, c, bytes.NewReader(out.Bytes())); err != nil {
			t.Fatal(err)
		}
		again, err := store.Open(ctx, c)
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		if text(t, again, 1, "0") != want[0] || text(t, again, 1, "1") != want[1] || len(checked(t, again)) > 0 {
			t.Error("other texts")
		}
		if got, err := store.One[store.PackedJSON](ctx, again, sqlJSON, "j"); err != nil || got != j || !json.Valid([]byte(got)) {
			t.Error(err)
		}
	}
}

// An installation that an older program has written packs a while after: that program may still serve.
func TestPackingWaitsForTheOlderProgram(t *testing.T) {
	clock := storetest.NewClock(time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC))
	c := storetest.Empty(t)
	c.Migrate, c.Clock = true, clock
	old, err := store.Open(ctx, c.Without(493))
	if err != nil {
		t.Fatal(err)
	}
	old.Close()
	h := newHand(8)
	for i, packed := range []bool{false, false, true} {
		db, err := store.Open(ctx, c)
		if err != nil {
			t.Fatal(err)
		}
		name, want := fmt.Sprint(i), h.receipt()
		putText(t, db, 1, name, store.Pack(1, "f", want))
		if strings.HasPrefix(stored(t, db, 1, name), "=z1:") != packed || text(t, db, 1, name) != want {
			t.Errorf("%d stands as %.20q", i, stored(t, db, 1, name))
		}
		db.Close()
		clock.Step(6 * time.Minute)
	}
}

// BenchmarkPack: what a receipt costs the act that keeps it, texts of 63 agencies in turn.
func BenchmarkPack(b *testing.B) {
	db := storetest.Open(b)
	var hands []*hand
	for i := range 63 {
		hands = append(hands, newHand(uint64(i)))
		putText(b, db, 1, fmt.Sprint(i), store.Pack(1, fmt.Sprint(i), hands[i].receipt()))
	}
	texts := make([]string, 630)
	for i := range texts {
		texts[i] = hands[i%63].receipt()
	}
	for _, same := range []int{1, 63} {
		b.Run(fmt.Sprintf("of %d", same), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				at := i * (63 / same) % len(texts)
				store.Pack(1, fmt.Sprint(at%63), texts[at]).Ahead(db)
			}
		})
	}
	b.Run("unpack", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			text(b, db, 1, fmt.Sprint(i%63))
		}
	})
}
