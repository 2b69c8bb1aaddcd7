package notify_test

import (
	"context"
	"testing"

	"congvu/internal/notify"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

var ctx = context.Background()

func happened(t *testing.T, db *store.DB, by int64, ref string, people ...int64) {
	t.Helper()
	err := db.Write(ctx, store.Actor{Person: by, Agency: 1, Via: store.ViaWeb}, func(tx *store.Tx) error {
		return tx.Record(store.Event{Verb: "test.done", Agency: 1, Ref: ref, Title: "12/BC", Text: store.Say("Văn bản {number} chờ xử lý.", "number", "12/BC"), Notify: people})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func drain(t *testing.T, db *store.DB) {
	t.Helper()
	storetest.Drain(t, db, "notify", notify.Tell)
}

func unread(t *testing.T, db *store.DB, person int64) int {
	t.Helper()
	n, err := notify.Unread(ctx, db, person)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// V9: notice of new documents, to those concerned and to nobody else.
// V9: screen /notices
func TestOnlyThoseConcernedAreToldAndNotTheOneWhoActed(t *testing.T) {
	db := storetest.Open(t)
	happened(t, db, 1, "incoming/5", 1, 2, 3)
	drain(t, db)
	drain(t, db)
	for person, want := range map[int64]int{1: 0, 2: 1, 3: 1, 4: 0} {
		if n := unread(t, db, person); n != want {
			t.Errorf("person %d has %d messages, want %d", person, n, want)
		}
	}
	m, err := notify.Messages(ctx, db, 2, 0, 10)
	if err != nil || len(m) != 1 || m[0].Said().Args["number"] != "12/BC" || m[0].Ref != "incoming/5" || m[0].ActorID != 1 {
		t.Fatalf("%+v %v", m, err)
	}
}

func TestReadingTouchesOnlyOnesOwnBell(t *testing.T) {
	db := storetest.Open(t)
	happened(t, db, 1, "incoming/5", 2, 3)
	happened(t, db, 1, "incoming/6", 2, 3)
	happened(t, db, 1, "incoming/7", 2, 3)
	drain(t, db)
	if err := notify.MarkSeen(ctx, db, 2, "incoming/5"); err != nil {
		t.Fatal(err)
	}
	m, err := notify.Messages(ctx, db, 2, 0, 2)
	if err != nil || len(m) != 2 || m[0].Ref != "incoming/7" {
		t.Fatalf("%+v %v", m, err)
	}
	older, err := notify.Messages(ctx, db, 2, m[1].ID, 2)
	if err != nil || len(older) != 1 || older[0].Ref != "incoming/5" || older[0].Read == 0 {
		t.Fatalf("%+v %v", older, err)
	}
	if err := notify.MarkRead(ctx, db, 2, m[1].ID); err != nil {
		t.Fatal(err)
	}
	if n := unread(t, db, 2); n != 1 {
		t.Fatalf("%d unread", n)
	}
	if err := notify.MarkAllRead(ctx, db, 2, m[0].ID); err != nil {
		t.Fatal(err)
	}
	if a, b := unread(t, db, 2), unread(t, db, 3); a != 0 || b != 3 {
		t.Fatalf("%d and %d unread", a, b)
	}
}

// V52: what was told about a recalled document says only that it is gone; what is told afterwards and about other things stays.
func TestWhatWasToldOfADestroyedDocumentIsForgotten(t *testing.T) {
	db := storetest.Open(t)
	happened(t, db, 1, "incoming/5", 2, 3)
	happened(t, db, 1, "incoming/6", 2)
	drain(t, db)
	err := db.Write(ctx, store.Actor{Person: 1, Agency: 1, Via: store.ViaWeb}, func(tx *store.Tx) error {
		if err := tx.Forget(ctx, 1, "incoming/5", "7/STC"); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "test.recalled", Agency: 1, Ref: "incoming/5", Title: "7/STC", Text: store.Say("Văn bản {code} đã thu hồi.", "code", "7/STC"), Notify: []int64{2}, Forgets: true})
	})
	if err != nil {
		t.Fatal(err)
	}
	drain(t, db)
	m, err := notify.Messages(ctx, db, 2, 0, 10)
	if err != nil || len(m) != 3 || m[0].Text != "Văn bản {code} đã thu hồi." || m[1].Title != "12/BC" || m[2].Title != "7/STC" || m[2].Said().Args["number"] != nil {
		t.Fatalf("%+v %v", m, err)
	}
	if m, err := notify.Messages(ctx, db, 3, 0, 10); err != nil || len(m) != 1 || m[0].Said().Args["code"] != "7/STC" {
		t.Fatalf("%+v %v", m, err)
	}
}
