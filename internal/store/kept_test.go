package store_test

import (
	"strings"
	"testing"

	"congvu/internal/store"
	"congvu/internal/storetest"
)

var sqlKept = store.SQL(`SELECT name FROM store_settings ORDER BY name`)

// A kept list is read once, again after this process has written its table, and fresh within a transaction.
func TestKeptListFollowsItsTable(t *testing.T) {
	db := storetest.Open(t)
	names := func(r store.Reader) string {
		t.Helper()
		got, err := store.Kept[string](ctx, r, sqlKept, "store_settings")
		if err != nil {
			t.Fatal(err)
		}
		var kept []string
		for i, name := range got {
			if strings.HasPrefix(name, "kept.") {
				kept = append(kept, name)
			}
			got[i] = "spoiled" // the caller owns what he got
		}
		return strings.Join(kept, " ")
	}
	set := func(name string) {
		t.Helper()
		if err := db.Write(ctx, clerk, func(tx *store.Tx) error {
			if err := tx.Set(ctx, 1, name, "x"); err != nil {
				return err
			}
			if got := names(tx); !strings.Contains(got, name) {
				t.Errorf("within the act: %q", got)
			}
			return record(tx, name)
		}); err != nil {
			t.Fatal(err)
		}
	}
	calls := func() (n int64) {
		for _, u := range store.Used() {
			if u.Where == sqlKept.Where {
				n += u.Calls
			}
		}
		return n
	}
	if got := names(db); got != "" {
		t.Errorf("before: %q", got)
	}
	set("kept.a")
	before := calls()
	for range 5 {
		if got := names(db); got != "kept.a" {
			t.Errorf("after one: %q", got)
		}
	}
	if n := calls() - before; n != 1 {
		t.Errorf("read %d times", n)
	}
	set("kept.b")
	if got := names(db); got != "kept.a kept.b" {
		t.Errorf("after two: %q", got)
	}
}
