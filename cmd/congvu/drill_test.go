package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"congvu/internal/backup"
	"congvu/internal/documents"
	"congvu/internal/store"
)

var sqlTestClerk = store.SQL(`SELECT h.agency_id AS agency, h.person_id AS person, h.id AS holding, h.unit_id AS unit, h.roles FROM org_holdings h
	JOIN auth_accounts a ON a.person_id = h.person_id WHERE a.login = 'vanthu.sonoivu'`)

// V34, V59, T32: a copy, more work, the folder lost, the copy given back elsewhere: the fence shows which numbers are missing, none of them is given again, and
// after the clerk has voided them and the log was resumed the book agrees. A wrong key, a cut file and a flipped bit are refused.
func TestARestoreIsDrilled(t *testing.T) {
	s := sampleCity(t)
	s.Outside = filepath.Join(t.TempDir(), "outside")
	args := func(verb string, at *settings, more ...string) []string {
		out := []string{verb, "--data", at.Data}
		if at.DB != "" {
			out = append(out, "--db", at.DB)
		}
		return append(out, more...)
	}
	say := func(want int, holds string, line ...string) string {
		t.Helper()
		code, text := runVerb(t, line...)
		if code != want || !strings.Contains(text, holds) {
			t.Fatalf("%v: exit %d\n%s", line, code, text)
		}
		return text
	}
	ctx := context.Background()
	say(0, "Diễn tập đạt", args("drill", s, "--out", filepath.Join(t.TempDir(), "drill"))...)

	copies := filepath.Join(t.TempDir(), "copies")
	say(0, "Đã sao lưu vào", args("backup", s, "--out", copies)...)
	in, err := openTables(ctx, s, opening{allowTest: true})
	if err != nil {
		t.Fatal(err)
	}
	type post struct {
		Agency, Person, Holding, Unit int64
		Roles                         store.Roles
	}
	p, err := store.One[post](ctx, in.DB, sqlTestClerk)
	if err != nil {
		t.Fatal(err)
	}
	clerk := store.Actor{Agency: p.Agency, Person: p.Person, Holding: p.Holding, Unit: p.Unit, Roles: p.Roles, Via: store.ViaWeb}
	reserve := func(db *store.DB) (v *documents.Reservation, err error) {
		err = db.Write(ctx, clerk, func(tx *store.Tx) error {
			v, err = documents.Reserve(ctx, tx, documents.ReserveForm{Reason: "văn bản ký chiều nay"})
			return err
		})
		return v, err
	}
	var last *documents.Reservation
	for range 3 { // after the copy
		if last, err = reserve(in.DB); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := in.numbers(ctx)
	if err == nil {
		err = in.putNumbers(ctx, s.Outside, kept)
	}
	if err != nil {
		t.Fatal(err)
	}
	in.Close()
	if err := os.RemoveAll(s.Data); err != nil { // the machine is gone
		t.Fatal(err)
	}

	back := &settings{Data: filepath.Join(t.TempDir(), "back"), Outside: s.Outside} // on SQLite, whichever engine it was
	text := say(0, "TẠM DỪNG CẤP SỐ", args("restore", back, "--from", copies, "--outside", s.Outside)...)
	if !strings.Contains(text, fmt.Sprintf("thiếu 3 số, từ %d đến %d", last.Number-2, last.Number)) {
		t.Fatal(text)
	}
	say(1, "number-lost", args("check-data", back, "--quick", "--outside", s.Outside)...)
	in, err = openTables(ctx, back, opening{allowTest: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reserve(in.DB); err == nil {
		t.Fatal("a number was given behind the fence")
	}
	err = in.DB.Write(ctx, clerk, func(tx *store.Tx) error {
		_, err := documents.VoidLost(ctx, tx, last.RegisterID, last.Number-2, last.Number, "không còn văn bản nào mang số này")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	next, err := reserve(in.DB)
	if err != nil || next.Number != last.Number+1 {
		t.Fatalf("after the fence came %+v: %v", next, err)
	}
	if err := in.index().CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	in.Close()
	say(0, "Dữ liệu khớp", args("check-data", back, "--outside", s.Outside)...)

	stamps, err := backup.Copies(copies)
	if err != nil || len(stamps) == 0 {
		t.Fatal(stamps, err)
	}
	for name, harm := range map[string]func(b []byte) []byte{
		"master.key": func(b []byte) []byte { b[0] ^= 1; return b },
		"tables.zst": func(b []byte) []byte { return b[:len(b)/2] },
		"files.zst":  func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
	} {
		path := filepath.Join(copies, stamps[0].Stamp, name)
		if name == "master.key" {
			path = filepath.Join(copies, stamps[0].Stamp, "extra", name)
		}
		was, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, harm(append([]byte(nil), was...)), 0o600); err != nil {
			t.Fatal(err)
		}
		say(1, "không nguyên vẹn", "restore", "--from", copies, "--data", filepath.Join(t.TempDir(), "never"))
		if err := os.WriteFile(path, was, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
