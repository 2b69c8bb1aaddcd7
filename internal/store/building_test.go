package store_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"congvu/internal/store"
	"congvu/internal/storetest"
)

var sqlTestEntryCount = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM store_journal`)

func entryCount(t *testing.T, db *store.DB) int64 {
	t.Helper()
	n, err := store.One[int64](ctx, db, sqlTestEntryCount)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func opened(t *testing.T, c store.Config) *store.DB {
	t.Helper()
	db, err := store.Open(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestNobodyWorksOnWhatIsBeingBuilt(t *testing.T) {
	ordinary := storetest.Config(t, nil)
	building := ordinary
	building.Building = true
	db := opened(t, building)
	if err := db.Write(ctx, clerk, func(tx *store.Tx) error { return record(tx, "outgoing/1") }); err != nil {
		t.Fatal(err)
	}
	refused := func(c store.Config, want error) {
		t.Helper()
		other, err := store.Open(ctx, c)
		if err == nil {
			other.Close()
		}
		if !errors.Is(err, store.Conflict) || want != nil && !errors.Is(err, want) {
			t.Fatalf("opened: %v", err)
		}
	}
	refused(ordinary, store.ErrBuilding)
	if err := db.Built(ctx); err != nil {
		t.Fatal(err)
	}
	if err := db.Write(ctx, clerk, func(tx *store.Tx) error { return record(tx, "outgoing/2") }); err != nil {
		t.Fatal("after it was built:", err)
	}
	if err := errors.Join(db.Built(ctx), db.Close()); err != nil {
		t.Fatal(err)
	}
	if n := entryCount(t, opened(t, ordinary)); n != 2 {
		t.Fatalf("%d entries", n)
	}
	refused(building, nil) // an installation at work
}

func TestAnotherRunOfTheMachineDoesNotGoOnBuilding(t *testing.T) {
	c := storetest.Config(t, nil)
	c.Building = true
	db := opened(t, c)
	if err := errors.Join(store.BegunElsewhere(ctx, db), db.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(ctx, c); !errors.Is(err, store.ErrBuilding) {
		t.Fatal(err)
	}
}

const builder = "CONGVU_TEST_BUILDER" // of a process that builds until it is killed: the folder, or the address

// A builder that is killed has lost nothing it was told is written, and goes on where it was.
func TestBuildingGoesOnAfterAKill(t *testing.T) {
	if at := os.Getenv(builder); at != "" {
		build(t, at)
	}
	c := storetest.Config(t, nil)
	at := c.Dir + c.URL
	cmd := exec.Command(os.Args[0], "-test.run", "^TestBuildingGoesOnAfterAKill$")
	cmd.Env = append(os.Environ(), builder+"="+at)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	written := int64(0)
	for lines := bufio.NewScanner(out); written < 300 && lines.Scan(); {
		if lines.Text() == "written" {
			written++
		}
	}
	cmd.Process.Kill()
	cmd.Wait()
	if written < 300 {
		t.Fatalf("the builder wrote %d", written)
	}
	if _, err := store.Open(ctx, c); !errors.Is(err, store.ErrBuilding) {
		t.Fatalf("half built, and opened: %v", err)
	}
	c.Building = true
	db := opened(t, c)
	if n := entryCount(t, db); n < written {
		t.Fatalf("%d of %d entries", n, written)
	}
	if err := errors.Join(db.Built(ctx), db.Close()); err != nil {
		t.Fatal(err)
	}
	c.Building = false
	opened(t, c)
}

func build(t *testing.T, at string) {
	c := store.Config{Dir: at, Building: true}
	if strings.HasPrefix(at, "postgres") {
		c = store.Config{URL: at, Building: true}
	}
	db, err := store.Open(ctx, c)
	for i := 0; err == nil; i++ {
		err = db.Write(ctx, clerk, func(tx *store.Tx) error { return record(tx, fmt.Sprintf("outgoing/%d", i)) })
		fmt.Println("written")
	}
	t.Fatal(err)
}
