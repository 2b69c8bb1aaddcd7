package store_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"congvu/internal/store"
	"congvu/internal/storetest"
)

// V33: data moves between engines and comes out as it went in.
// V34: a copy is taken while others work, and loaded into an empty installation.
func TestDumpIsLoadedAsItWas(t *testing.T) {
	db := storetest.Open(t)
	for _, ref := range []string{"a", "b", "c"} {
		if err := db.Write(ctx, clerk, func(tx *store.Tx) error {
			if err := tx.Set(ctx, 1, ref, "Nghị quyết\nsố “1” "+ref); err != nil {
				return err
			}
			return record(tx, ref)
		}); err != nil {
			t.Fatal(err)
		}
	}
	seen := 0
	storetest.Drain(t, db, "reader", func(_ context.Context, _ *store.Tx, e store.Entry) error { seen++; return nil })
	if seen != 3 {
		t.Fatal(seen)
	}
	if err := db.Write(ctx, clerk, func(tx *store.Tx) error { return errors.Join(tx.Set(ctx, 1, "d", "x"), record(tx, "d")) }); err != nil {
		t.Fatal(err)
	}
	var first bytes.Buffer
	told, err := db.Dump(ctx, &first)
	if err != nil {
		t.Fatal(err)
	}
	if told.Rows["store_journal"] != 4 || told.Rows["store_settings"] != 4 || told.Rows["documents_types"] == 0 {
		t.Fatalf("%+v", told)
	}

	for name, c := range map[string]store.Config{"the same engine": storetest.Empty(t), "SQLite": {Dir: t.TempDir()}} {
		t.Run(name, func(t *testing.T) {
			loaded, err := store.Load(ctx, c, bytes.NewReader(first.Bytes()))
			if err != nil || !maps.Equal(loaded.Rows, told.Rows) {
				t.Fatal(loaded, err)
			}
			again, err := store.Open(ctx, c)
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			var second bytes.Buffer
			if _, err := again.Dump(ctx, &second); err != nil {
				t.Fatal(err)
			}
			if a, b := body(first.String()), body(second.String()); a != b {
				for i, line := range strings.Split(a, "\n") {
					if other := strings.Split(b, "\n"); i >= len(other) || other[i] != line {
						t.Fatalf("what was loaded is another from line %d:\n%s", i, line)
					}
				}
			}
			var next []string
			storetest.Drain(t, again, "reader", func(_ context.Context, _ *store.Tx, e store.Entry) error { next = append(next, e.Ref); return nil })
			if strings.Join(next, "") != "d" {
				t.Fatalf("the follower goes on with %v", next)
			}
			if _, err := store.Load(ctx, c, bytes.NewReader(first.Bytes())); !errors.Is(err, store.ErrNotEmpty) {
				t.Fatalf("loaded over an installation: %v", err)
			}
		})
	}
}

// body is a dump without its first line, which tells engine and time, and with yes and no as numbers: SQLite knows no others.
func body(dump string) string {
	_, rest, _ := strings.Cut(dump, "\n")
	return strings.NewReplacer("true", "1", "false", "0", `": `, `":`, `\": `, `\":`, `, \"`, `,\"`).Replace(rest)
}

func TestBrokenDumpsLeaveNothingBehind(t *testing.T) {
	db := storetest.Open(t)
	if err := db.Write(ctx, clerk, func(tx *store.Tx) error { return errors.Join(tx.Set(ctx, 1, "a", "x"), record(tx, "a")) }); err != nil {
		t.Fatal(err)
	}
	var whole bytes.Buffer
	if _, err := db.Dump(ctx, &whole); err != nil {
		t.Fatal(err)
	}
	text := whole.String()
	lines := strings.SplitAfter(text, "\n")
	without := func(what string) string {
		var b strings.Builder
		for _, l := range lines {
			if !strings.Contains(l, what) {
				b.WriteString(l)
			}
		}
		return b.String()
	}
	for name, broken := range map[string]string{
		"empty":                "",
		"another file":         "PK\x03\x04 something\n",
		"cut short":            text[:len(text)/2],
		"without its end":      without(`{"end":"dump"`),
		"a row is gone":        without(`"test.done"`),
		"a table is gone":      strings.Replace(without(`"store_settings"`), lines[0], lines[0], 1),
		"an unknown table":     strings.Replace(text, `{"table":"store_settings"`, `{"table":"store_nothing"`, 1),
		"an unknown column":    strings.Replace(text, `"follower"`, `"stranger"`, 1),
		"a newer program":      strings.Replace(text, `"migrations":[1,`, `"migrations":[1,99999,`, 1),
		"another number":       strings.Replace(text, `"format":1`, `"format":2`, 1),
		"a wrong count of all": strings.Replace(text, `{"end":"dump","rows":`, `{"end":"dump","rows":9`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			c := storetest.Empty(t)
			if _, err := store.Load(ctx, c, strings.NewReader(broken)); err == nil {
				t.Fatal("loaded")
			}
			if _, err := store.Load(ctx, c, strings.NewReader(text)); err != nil {
				t.Fatalf("something was left behind: %v", err)
			}
		})
	}
}

// A copy of an older program is loaded with its tables and then brought up.
func TestDumpOfAnOlderProgramIsBroughtUp(t *testing.T) {
	c := storetest.Empty(t)
	c.Migrate = true
	later := later(t)
	old, err := store.Open(ctx, c.Without(later...))
	if err != nil {
		t.Fatal(err)
	}
	if err := old.Write(ctx, clerk, func(tx *store.Tx) error { return errors.Join(tx.Set(ctx, 1, "a", "x"), record(tx, "a")) }); err != nil {
		t.Fatal(err)
	}
	var dump bytes.Buffer
	if _, err := old.Dump(ctx, &dump); err != nil {
		t.Fatal(err)
	}
	old.Close()
	into := storetest.Empty(t)
	if _, err := store.Load(ctx, into, &dump); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(ctx, into)
	if err != nil {
		t.Fatalf("not brought up: %v", err)
	}
	defer db.Close()
	if v, _ := store.Setting(ctx, db, 1, "a", "none"); v != "x" {
		t.Fatal(v)
	}
}
