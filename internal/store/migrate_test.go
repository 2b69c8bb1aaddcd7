package store_test

import (
	"errors"
	"slices"
	"testing"

	"congvu/internal/store"
	"congvu/internal/storetest"
)

var (
	sqlOldVersion = store.SQL(`INSERT INTO documents_versions (agency_id, ref, no, kind, file_id, name, size, sha, pages, boxes, content, verdict, verdict_report, at_us, person_id, holding_id)
		VALUES ($1, 'outgoing/5', $2, $3, 6, 'van-ban.pdf', 7, 'aa', 1, '[]', 'null', 'passed', 'null', 8, 9, 10)`)
	sqlVersionKinds = store.SQL(`SELECT kind FROM documents_versions WHERE agency_id = $1 AND sha = 'aa' AND method = '' AND certificate_id = 0 ORDER BY no`)
)

// The first release had migrations up to 31; those of the rooms before the exchange came later.
func TestAnInstallationOfTheFirstReleaseIsBroughtUp(t *testing.T) {
	later := later(t)
	c := storetest.Empty(t)
	c.Migrate = true
	old, err := store.Open(ctx, c.Without(later...))
	if err != nil {
		t.Fatal(err)
	}
	if had := old.Applied(); slices.Contains(had, 22) || !slices.Contains(had, 31) {
		t.Fatalf("not the tables of the first release: %v", had)
	}
	put := func(db *store.DB, no int, kind string) error {
		return db.Write(ctx, clerk, func(tx *store.Tx) error {
			if err := tx.Put(ctx, sqlOldVersion, 1, no, kind); err != nil {
				return err
			}
			return record(tx, "outgoing/5")
		})
	}
	if err := errors.Join(put(old, 1, "laid_out"), put(old, 2, "signed"), old.Close()); err != nil {
		t.Fatal(err)
	}
	c.Migrate = false
	if _, err := store.Open(ctx, c); !errors.Is(err, store.ErrBehind) {
		t.Fatalf("a database that lacks a migration in between was opened: %v", err)
	}
	c.Migrate = true
	db, err := store.Open(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if got := db.Applied(); !slices.Equal(got, later) {
		t.Fatalf("brought up by %v, want %v", got, later)
	}
	if err := put(db, 3, "stamped"); err != nil {
		t.Fatal(err)
	}
	if err := put(db, 4, "nonsense"); err == nil {
		t.Fatal("the check on kinds is lost")
	}
	if err := put(db, 3, "signed"); !errors.Is(err, store.Conflict) {
		t.Fatalf("the key is lost: %v", err)
	}
	if kinds, err := store.All[string](ctx, db, sqlVersionKinds, 1); err != nil || !slices.Equal(kinds, []string{"laid_out", "signed", "stamped"}) {
		t.Fatal(kinds, err)
	}
}

// firstRelease are the migrations of the first release; all others came later, whatever their number.
var firstRelease = []int64{1, 2, 10, 11, 20, 21, 30, 31}

// later lists the migrations after the first release, as an empty installation of today runs them.
func later(t *testing.T) []int64 {
	t.Helper()
	c := storetest.Empty(t)
	c.Migrate = true
	db, err := store.Open(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	return slices.DeleteFunc(slices.Clone(db.Applied()), func(v int64) bool { return slices.Contains(firstRelease, v) })
}
