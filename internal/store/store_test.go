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

var ctx = context.Background()

var clerk = store.Actor{Person: 7, Agency: 1, Via: store.ViaWeb}

func record(tx *store.Tx, ref string) error {
	return tx.Record(store.Event{Verb: "test.done", Agency: tx.Actor().Agency, Ref: ref})
}

var (
	sqlSettings = store.SQL(`SELECT name, value FROM store_settings WHERE agency_id = $1 ORDER BY name`)
	sqlEntries  = store.SQL(`SELECT ref FROM store_journal WHERE agency_id = $1 ORDER BY id`)
)

type setting struct{ Name, Value string }

func TestWriteRefusesAChangeThatRecordsNothing(t *testing.T) {
	db := storetest.Open(t)
	err := db.Write(ctx, clerk, func(tx *store.Tx) error { return tx.Set(ctx, 1, "a", "x") })
	if err == nil {
		t.Fatal("an unrecorded change was committed")
	}
	if v, _ := store.Setting(ctx, db, 1, "a", "none"); v != "none" {
		t.Fatalf("the refused change is there: %q", v)
	}
	err = db.Write(ctx, clerk, func(tx *store.Tx) error {
		if err := tx.Set(ctx, 1, "a", "x"); err != nil {
			return err
		}
		return record(tx, "a")
	})
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := store.Setting(ctx, db, 1, "a", "none"); v != "x" {
		t.Fatalf("the recorded change is not there: %q", v)
	}
	if err := db.Write(ctx, clerk, func(*store.Tx) error { return nil }); err != nil {
		t.Fatalf("an act that changed nothing needs no record: %v", err)
	}
}

func TestARefusedActUndoesOnlyItself(t *testing.T) {
	db := storetest.Open(t)
	refuse := errors.New("no")
	var wg sync.WaitGroup
	errs := make([]error, 60)
	for i := range errs {
		wg.Go(func() {
			errs[i] = db.Write(ctx, clerk, func(tx *store.Tx) error {
				if err := tx.Set(ctx, 1, fmt.Sprintf("n%02d", i), "x"); err != nil {
					return err
				}
				if err := record(tx, fmt.Sprint(i)); err != nil {
					return err
				}
				switch i % 3 {
				case 0:
					return refuse
				case 1:
					if i%2 == 0 {
						panic("a defect in a room")
					}
				}
				return nil
			})
		})
	}
	wg.Wait()
	want := 0
	for i, err := range errs {
		refused := i%3 == 0
		panicked := i%3 == 1 && i%2 == 0
		if (err != nil) != (refused || panicked) {
			t.Errorf("act %d: %v", i, err)
		}
		if err == nil {
			want++
		}
	}
	rows, err := store.All[setting](ctx, db, sqlSettings, 1)
	if err != nil || len(rows) != want {
		t.Fatalf("%d rows, want %d, %v", len(rows), want, err)
	}
	if refs, err := store.All[string](ctx, db, sqlEntries, 1); err != nil || len(refs) != want {
		t.Fatalf("%d journal entries, want %d, %v", len(refs), want, err)
	}
}

// D4.10: one serialised act per (agency, year, series).
func TestThirtyTwoClerksDrawEveryNumberOnce(t *testing.T) {
	db := storetest.Open(t)
	var mu sync.Mutex
	var got []int64
	var wg sync.WaitGroup
	for c := range 32 {
		wg.Go(func() {
			for i := range 10 {
				var n int64
				err := db.Write(ctx, clerk, func(tx *store.Tx) (err error) {
					if n, err = tx.Draw(ctx, 1, "out", 2026); err != nil {
						return err
					}
					if (c+i)%7 == 0 {
						return errors.New("changed my mind") // the number goes back
					}
					return record(tx, fmt.Sprint(n))
				})
				if err == nil {
					mu.Lock()
					got = append(got, n)
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	slices.Sort(got)
	for i, n := range got {
		if n != int64(i+1) {
			t.Fatalf("place %d holds number %d", i+1, n)
		}
	}
	if last, err := store.Drawn(ctx, db, 1, "out", 2026); err != nil || last != int64(len(got)) {
		t.Fatalf("counter says %d after %d, %v", last, len(got), err)
	}
	if last, err := store.Drawn(ctx, db, 1, "out", 2027); err != nil || last != 0 {
		t.Fatalf("another year starts at %d, %v", last, err)
	}
}

func TestDuplicateKeyIsAConflict(t *testing.T) {
	db := storetest.Open(t)
	insert := store.SQL(`INSERT INTO store_settings (agency_id, name, value) VALUES ($1, $2, $3)`)
	put := func() error {
		return db.Write(ctx, clerk, func(tx *store.Tx) error {
			if err := tx.Put(ctx, insert, 1, "a", "b"); err != nil {
				return err
			}
			return record(tx, "a")
		})
	}
	if err := put(); err != nil {
		t.Fatal(err)
	}
	if err := put(); !errors.Is(err, store.Conflict) {
		t.Fatalf("got %v", err)
	}
}

// N7: a write that touched nothing is an error.
// N7: a write that touched nothing is an error.
func TestPutRefusesToTouchNothing(t *testing.T) {
	db := storetest.Open(t)
	update := store.SQL(`UPDATE store_settings SET value = $1 WHERE agency_id = $2 AND name = $3`)
	err := db.Write(ctx, clerk, func(tx *store.Tx) error { return tx.Put(ctx, update, "x", 1, "absent") })
	if !errors.Is(err, store.Conflict) {
		t.Fatalf("got %v", err)
	}
}

func TestFollowerSeesEveryEntryOnceInOrderAlsoAfterRestart(t *testing.T) {
	db := storetest.Open(t)
	const writers, each = 8, 25
	follow, stop := context.WithTimeout(ctx, 2*time.Minute)
	var mu sync.Mutex
	seen := map[string]int{}
	handled := func(n int) bool { mu.Lock(); defer mu.Unlock(); return len(seen) >= n }
	failing := 0
	handle := func(ctx context.Context, tx *store.Tx, e store.Entry) error {
		if failing++; failing == 3 || failing == 40 || failing == 90 {
			return errors.New("a passing fault") // its batch is undone and tried again
		}
		tx.After(func() { mu.Lock(); seen[e.Ref]++; mu.Unlock() })
		return nil
	}
	done := make(chan struct{})
	go func() { defer close(done); db.Follow(follow, "test", handle, func(error) {}) }()
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				err := db.Write(ctx, clerk, func(tx *store.Tx) error { return record(tx, fmt.Sprintf("%d/%d", w, i)) })
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for !handled(writers*each) && follow.Err() == nil {
		time.Sleep(5 * time.Millisecond)
	}
	stop()
	<-done
	for ref, n := range seen {
		if n != 1 {
			t.Errorf("%s was handled %d times", ref, n)
		}
	}
	if n, err := db.FollowOnce(ctx, "test", handle); n != 0 || err != nil {
		t.Fatalf("after a restart %d entries came again, %v", n, err)
	}
}

func TestJobsAreDoneOnceRetriedAndGivenUp(t *testing.T) {
	clock := storetest.NewClock(time.Date(2026, 1, 5, 1, 0, 0, 0, time.UTC))
	db := storetest.OpenAt(t, clock)
	for range 2 { // enqueueing twice is once
		if err := db.Keep(ctx, func(tx *store.Tx) error {
			for _, k := range []string{"good", "flaky", "bad"} {
				if err := tx.Enqueue(ctx, store.Job{Kind: "mail", Key: k, Payload: store.JSONOf(k)}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	done := map[string]int{}
	var stuck []string
	var mu sync.Mutex
	w := store.Work{Kind: "mail", MaxTries: 3, Parallel: 2,
		Do: func(_ context.Context, j store.Job) error {
			mu.Lock()
			defer mu.Unlock()
			done[j.Key]++
			if j.Key == "bad" || j.Key == "flaky" && done[j.Key] < 2 {
				return errors.New("refused")
			}
			return nil
		},
		Stuck: func(_ context.Context, _ *store.Tx, j store.Job, cause error) error {
			stuck = append(stuck, j.Key+": "+cause.Error())
			return nil
		}}
	for range 10 {
		if _, err := db.WorkOnce(ctx, w); err != nil {
			t.Fatal(err)
		}
		clock.Step(time.Hour)
	}
	if done["good"] != 1 || done["flaky"] != 2 || done["bad"] != 3 || !slices.Equal(stuck, []string{"bad: refused"}) {
		t.Fatalf("done %v, stuck %v", done, stuck)
	}
	b, err := db.Backlogs(ctx)
	if err != nil || !slices.Equal(b, []store.Backlog{{Kind: "mail", State: "stuck", N: 1}}) {
		t.Fatalf("%v, %v", b, err)
	}
}

func enqueue(t *testing.T, db *store.DB, key string) {
	t.Helper()
	if err := db.Keep(ctx, func(tx *store.Tx) error {
		return tx.Enqueue(ctx, store.Job{Kind: "mail", Key: key, Payload: "{}"})
	}); err != nil {
		t.Fatal(err)
	}
}

func TestWaitingIsNotATry(t *testing.T) {
	clock := storetest.NewClock(time.Date(2026, 1, 5, 1, 0, 0, 0, time.UTC))
	db := storetest.OpenAt(t, clock)
	enqueue(t, db, "a")
	calls, given := 0, 0
	w := store.Work{Kind: "mail", MaxTries: 2,
		Do: func(_ context.Context, j store.Job) error {
			if calls++; calls <= 5 {
				return store.Later(time.Minute)
			}
			if want := calls - 5; j.Tries != want {
				t.Errorf("try %d of the work is counted as %d", want, j.Tries)
			}
			return errors.New("refused")
		},
		Stuck: func(context.Context, *store.Tx, store.Job, error) error { given++; return nil }}
	for range 8 {
		if _, err := db.WorkOnce(ctx, w); err != nil {
			t.Fatal(err)
		}
		clock.Step(time.Hour)
	}
	if calls != 7 || given != 1 {
		t.Fatalf("called %d times, given up %d times", calls, given)
	}
}

func TestAStoppingProcessHandsItsJobsBack(t *testing.T) {
	clock := storetest.NewClock(time.Date(2026, 1, 5, 1, 0, 0, 0, time.UTC))
	db := storetest.OpenAt(t, clock)
	enqueue(t, db, "done")
	enqueue(t, db, "begun")
	stopping, stop := context.WithCancel(ctx)
	if _, err := db.WorkOnce(stopping, store.Work{Kind: "mail", Lease: time.Hour, Do: func(ctx context.Context, j store.Job) error {
		stop()
		if j.Key == "done" {
			return nil
		}
		return ctx.Err()
	}}); err != nil {
		t.Fatal(err)
	}
	var next []string
	if _, err := db.WorkOnce(ctx, store.Work{Kind: "mail", Do: func(_ context.Context, j store.Job) error {
		if next = append(next, j.Key); j.Tries != 1 {
			t.Errorf("the stopped process's try of %s counts", j.Key)
		}
		return nil
	}}); err != nil || !slices.Equal(next, []string{"begun"}) {
		t.Fatalf("the next process did %v, %v", next, err)
	}
}

func TestALeaseOfADeadProcessRunsOut(t *testing.T) {
	clock := storetest.NewClock(time.Date(2026, 1, 5, 1, 0, 0, 0, time.UTC))
	db := storetest.OpenAt(t, clock)
	enqueue(t, db, "a")
	began, end, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	dead := store.Work{Kind: "mail", Lease: time.Minute, Do: func(context.Context, store.Job) error {
		close(began)
		<-end // says nothing more
		return errors.New("dead")
	}}
	go func() {
		defer close(ended)
		_, _ = db.WorkOnce(ctx, dead)
	}()
	t.Cleanup(func() { close(end); <-ended })
	<-began
	w := store.Work{Kind: "mail", Lease: time.Minute}
	w.Do = func(context.Context, store.Job) error { return nil }
	if n, _ := db.WorkOnce(ctx, w); n != 0 {
		t.Fatal("a leased job was taken a second time")
	}
	clock.Step(2 * time.Minute)
	if n, err := db.WorkOnce(ctx, w); n != 1 || err != nil {
		t.Fatal(n, err)
	}
}

func TestTheClockNeverGoesBack(t *testing.T) {
	clock := storetest.NewClock(time.Date(2026, 1, 5, 1, 0, 0, 0, time.UTC))
	db := storetest.OpenAt(t, clock)
	a, id := db.Now(), db.NewID()
	clock.Step(-time.Hour)
	if b := db.Now(); b < a {
		t.Fatalf("%d after %d", b, a)
	}
	if db.NewID() <= id {
		t.Fatal("identifiers went back")
	}
}

func TestTailGivesWhatIsCommittedFromNowOn(t *testing.T) {
	db := storetest.Open(t)
	write := func(ref string) {
		if err := db.Write(ctx, clerk, func(tx *store.Tx) error { return record(tx, ref) }); err != nil {
			t.Fatal(err)
		}
	}
	write("before")
	tail, stop := context.WithTimeout(ctx, 2*time.Minute)
	defer stop()
	got := make(chan string, 10)
	go db.Tail(tail, func(e store.Entry) { got <- e.Ref }, func(err error) { t.Error(err) })
	time.Sleep(100 * time.Millisecond)
	write("after")
	for ref := ""; ref != "after"; {
		select {
		case ref = <-got:
			if ref == "before" && db.Engine() == store.SQLite { // on PostgreSQL an older transaction may have kept it back until now
				t.Fatalf("got %s", ref)
			}
		case <-tail.Done():
			t.Fatal("nothing came")
		}
	}
}

func TestADatabaseThatIsBehindIsRefused(t *testing.T) {
	if _, err := store.Open(ctx, store.Config{Dir: t.TempDir()}); !errors.Is(err, store.ErrBehind) {
		t.Fatalf("got %v", err)
	}
}

func TestActsSurviveReopening(t *testing.T) {
	c := storetest.Config(t, nil)
	db, err := store.Open(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Write(ctx, clerk, func(tx *store.Tx) error { return record(tx, "kept") }); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if err := db.Write(ctx, clerk, func(tx *store.Tx) error { return record(tx, "late") }); err == nil {
		t.Fatal("a closed installation took a write")
	}
	if db, err = store.Open(ctx, c); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if refs, err := store.All[string](ctx, db, sqlEntries, 1); err != nil || !slices.Equal(refs, []string{"kept"}) {
		t.Fatal(refs, err)
	}
}

func BenchmarkWrite(b *testing.B) {
	db := storetest.Open(b)
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := db.Write(ctx, clerk, func(tx *store.Tx) error { return record(tx, "x") }); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func TestActsWrittenTogetherAreAllOrNone(t *testing.T) {
	db := storetest.Open(t)
	act := func(ref string) store.Act {
		return store.Act{Actor: store.System(7), Do: func(tx *store.Tx) error { return record(tx, ref) }}
	}
	done := false
	two := act("outgoing/2")
	two.Do = func(tx *store.Tx) error {
		tx.After(func() { done = true })
		return record(tx, "outgoing/2")
	}
	if err := db.Together(ctx, []store.Act{act("outgoing/1"), two}); err != nil || !done {
		t.Fatal(err, done)
	}
	silent := store.Act{Actor: store.System(7), Do: func(tx *store.Tx) error { return tx.Set(ctx, 7, "x", "y") }}
	if err := db.Together(ctx, []store.Act{act("outgoing/3"), silent}); err == nil {
		t.Fatal("an act that recorded nothing passed among others")
	}
	if n, err := store.One[int64](ctx, db, sqlTestEntryCount); err != nil || n != 2 {
		t.Fatal(n, err)
	}
}
