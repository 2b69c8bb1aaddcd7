package notify_test

import (
	"fmt"
	"testing"
	"time"

	"congvu/internal/notify"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

// A long past is told at once as it is told line by line: each person once, nobody of his own act, and what was destroyed by its number alone.
func TestALongPastIsTold(t *testing.T) {
	db := storetest.Open(t)
	for i := range 60 {
		happened(t, db, 1, fmt.Sprintf("incoming/%d", i%7), 1, 2, int64(3+i%2))
	}
	if err := db.Write(ctx, store.Actor{Person: 1, Agency: 1}, func(tx *store.Tx) error {
		return tx.Record(store.Event{Verb: "document.recalled", Agency: 1, Ref: "incoming/3", Title: "12/BC", Forgets: true})
	}); err != nil {
		t.Fatal(err)
	}
	happened(t, db, 1, "incoming/3", 2)
	if err := notify.CatchUp(ctx, db, store.InstantOf(time.Unix(0, 0))); err != nil {
		t.Fatal(err)
	}
	drain(t, db)
	for person, want := range map[int64]int{1: 0, 2: 61, 3: 30, 4: 30} {
		if n := unread(t, db, person); n != want {
			t.Errorf("person %d has %d messages, want %d", person, n, want)
		}
	}
	all, err := notify.Messages(ctx, db, 2, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	gone := 0
	for _, m := range all {
		if m.Said().Args["number"] == nil {
			gone++
		}
	}
	if gone != 9 {
		t.Errorf("%d messages without their words", gone)
	}
}
