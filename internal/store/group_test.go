package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"congvu/internal/store"
	"congvu/internal/storetest"
)

// until waits for what another goroutine brings about; a test that hangs is cut off by its caller.
func until(cond func() bool) {
	for !cond() {
		time.Sleep(time.Millisecond)
	}
}

// What somebody waits for is written before what the installation does by itself, but one transaction of that comes between two of people; each is done once.
func TestPeopleWriteBeforeTheRest(t *testing.T) {
	db := storetest.Open(t)
	if db.Engine() != store.SQLite {
		t.Skip("PostgreSQL writes side by side")
	}
	var mu sync.Mutex
	var order []string
	act := func(ctx context.Context, name string, begin func()) func() {
		return func() {
			if err := db.Write(ctx, clerk, func(tx *store.Tx) error {
				mu.Lock()
				order = append(order, name)
				mu.Unlock()
				begin()
				return record(tx, name)
			}); err != nil {
				t.Error(err)
			}
		}
	}
	inside, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(act(ctx, "first", func() { close(inside); <-release }))
	<-inside
	const many = 100
	nothing := func() {}
	for i := range many {
		wg.Go(act(ctx, fmt.Sprintf("own %d", i), nothing))
	}
	until(func() bool { return db.Queued() == many })
	var last sync.WaitGroup
	last.Go(act(store.Waited(ctx), "clerk 1", func() {
		last.Go(act(store.Waited(ctx), "clerk 2", nothing)) // comes while the first is written, and is written with him or after one act of the others
		until(func() bool { return db.WaitedFor() == 1 })
	}))
	until(func() bool { return db.WaitedFor() == 1 })
	close(release)
	last.Wait()
	mu.Lock()
	at := slices.Index(order, "clerk 2")
	if !slices.Equal(order[:2], []string{"first", "clerk 1"}) || at < 2 || at > 3 {
		t.Errorf("written in the order %v", order[:min(8, len(order))])
	}
	mu.Unlock()
	wg.Wait()
	if slices.Sort(order); len(slices.Compact(order)) != many+3 {
		t.Errorf("%d acts were written", len(order))
	}
}

// A follower leaves the writer to whoever waits for it, and goes on where it was.
func TestAFollowerGivesWay(t *testing.T) {
	db := storetest.Open(t)
	if db.Engine() != store.SQLite {
		t.Skip("PostgreSQL writes side by side")
	}
	const entries = 20
	for i := range entries {
		if err := db.Write(ctx, clerk, func(tx *store.Tx) error { return record(tx, fmt.Sprint(i)) }); err != nil {
			t.Fatal(err)
		}
	}
	var seen []string
	clerkDone := make(chan error, 1)
	handle := func(ctx context.Context, tx *store.Tx, e store.Entry) error {
		if seen = append(seen, e.Ref); e.Ref == "4" {
			go func() {
				clerkDone <- db.Write(store.Waited(context.Background()), clerk, func(tx *store.Tx) error { return record(tx, "clerk") })
			}()
			until(func() bool { return db.WaitedFor() == 1 })
		}
		return nil
	}
	n, err := db.FollowOnce(ctx, "test", handle)
	if err = errors.Join(err, <-clerkDone); n != 5 || err != nil {
		t.Errorf("%d entries handled while a clerk waited, %v", n, err)
	}
	if n, err = db.FollowOnce(ctx, "test", handle); n != entries-5+1 || err != nil {
		t.Errorf("%d entries handled afterwards, %v", n, err)
	}
	for i, ref := range seen[:entries] {
		if ref != fmt.Sprint(i) {
			t.Errorf("%d: %s", i, ref)
		}
	}
	for _, name := range []string{"own", "own too"} {
		if err := db.Write(ctx, clerk, func(tx *store.Tx) error { return record(tx, name) }); err != nil {
			t.Fatal(err)
		}
	}
	n, err = db.FollowOnce(store.Waited(ctx), "test", func(_ context.Context, _ *store.Tx, e store.Entry) error {
		if e.Ref == "own" {
			go func() {
				clerkDone <- db.Write(store.Waited(context.Background()), clerk, func(tx *store.Tx) error { return record(tx, "clerk") })
			}()
			until(func() bool { return db.WaitedFor() == 1 })
		}
		return nil
	})
	if err = errors.Join(err, <-clerkDone); n != 2 || err != nil { // who waits himself hears all of it
		t.Errorf("%d entries handled for one who waits, %v", n, err)
	}
}
