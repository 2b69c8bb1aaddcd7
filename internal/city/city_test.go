package city

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"congvu/internal/axis"
	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/exchange"
	"congvu/internal/keys"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

// aMonday at ten: the youngest steps of the plan lie a few hours back.
var aMonday = time.Date(2026, 11, 23, 10, 0, 0, 0, calendar.Hanoi)

// installationFor opens an empty installation whose clock is the city's.
func installationFor(t testing.TB, seed uint64, now time.Time) *Seeder {
	t.Helper()
	dir := t.TempDir()
	clock := NewClock(now)
	authority, err := Authority(seed, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := authority.WriteTrust(filepath.Join(dir, "trust")); err != nil {
		t.Fatal(err)
	}
	trust, err := keys.LoadTrust(filepath.Join(dir, "trust"))
	if err != nil {
		t.Fatal(err)
	}
	trust.AllowTest = true
	db := storetest.OpenAt(t, clock)
	blobs, err := blob.OpenDisk(filepath.Join(dir, "files"))
	if err != nil {
		t.Fatal(err)
	}
	pens, err := keys.Open(filepath.Join(dir, "keys"), []byte("a secret for tests only"))
	if err != nil {
		t.Fatal(err)
	}
	ax, err := axis.Open(context.Background(), axis.Config{Node: "city", StoreDir: filepath.Join(dir, "axis"), Now: func() time.Time { return db.Now().Time() }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ax.Close() })
	return &Seeder{DB: db, Clock: clock, Authority: authority,
		Desk:     &documents.Desk{DB: db, Blobs: blobs, Keys: pens, Trust: trust},
		Exchange: &exchange.Office{DB: db, Blobs: blobs, Keys: pens, Trust: trust, Axis: ax, SpoolDir: t.TempDir()}}
}

func TestASmallCityIsComplete(t *testing.T) {
	s := installationFor(t, 1, aMonday)
	ctx, stop := context.WithTimeout(context.Background(), 90*time.Second)
	defer stop()
	sum, err := s.Build(ctx, Options{Now: aMonday, Seed: 1, Documents: 40})
	if sum != nil {
		t.Logf("%+v", *sum)
	}
	if err != nil {
		t.Fatal(err)
	}
}

var _ store.Clock = (*Clock)(nil)

func TestTheWholeCity(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	s := installationFor(t, 7, aMonday)
	ctx, stop := context.WithTimeout(context.Background(), 90*time.Second)
	defer stop()
	sum, err := s.Build(ctx, Options{Now: aMonday, Seed: 7})
	if sum != nil {
		t.Logf("%+v", *sum)
	}
	if err != nil {
		t.Fatal(err)
	}
	if sum.Documents() < 220 {
		t.Fatalf("%d documents", sum.Documents())
	}
}
