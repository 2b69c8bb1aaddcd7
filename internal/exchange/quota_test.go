package exchange

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"congvu/internal/axis"
	"congvu/internal/store"
)

var sqlTestWaiting = store.SQL(`SELECT peer_code || ' ' || reason FROM exchange_waiting ORDER BY id`)

func (h *house) waiting() []string {
	h.Helper()
	out, err := store.All[string](context.Background(), h.office.DB, sqlTestWaiting)
	if err != nil {
		h.Fatal(err)
	}
	return out
}

// One sender fills the axis before another sends a single document: the other's is opened before the flood is, and nothing of the flood is lost (T36, X23.4).
func TestFloodingSenderDoesNotStopOthers(t *testing.T) {
	const flood = 140
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2", "H26.3"}, nil)
	own, other := identity(t, "Cơ quan H26.1", "H26.1"), identity(t, "Cơ quan H26.3", "H26.3")
	for i := range flood {
		h.post(fmt.Sprintf("H26.1/%d/H26.2", i), "H26.1", "H26.2", kindDocument, sealed(t, letterFrom(t, "H26.1", "H26.2", i+1, nil), own))
	}
	h.post("H26.3/1/H26.2", "H26.3", "H26.2", kindDocument, sealed(t, letterFrom(t, "H26.3", "H26.2", 1, nil), other))
	h.work()
	h.until("everything is opened", func() bool { return len(h.taken("H26.2")) == flood+1 })
	at, last := -1, 0
	for i, p := range h.taken("H26.2") {
		if p.SenderCode == "H26.3" {
			at = i
			continue
		}
		if n := int(refID("n/"+p.Number, "n")); n != last+1 {
			t.Fatalf("document %d of the flood was opened after %d", n, last)
		} else {
			last = n
		}
	}
	t.Logf("opened as number %d of %d", at+1, flood+1)
	if at < 0 || at >= flood*9/10 {
		t.Errorf("the other's document was opened as number %d of %d", at+1, flood+1)
	}
	h.until("nothing waits any more", func() bool { return len(h.waiting()) == 0 })
	if n := len(h.events("H26.2", "document.arrived")); n != flood+1 {
		t.Errorf("%d documents arrived", n)
	}
}

// What a sender brings beyond his quota waits and is never refused; others pass; a repeated parcel waits once; a higher quota lets all go, in order.
func TestBeyondTheQuotaParcelsWait(t *testing.T) {
	ctx := context.Background()
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2", "H26.3"}, nil)
	admin := store.Actor{Person: 7, Roles: store.SystemAdmin, Via: store.ViaWeb}
	set := func(a store.Actor, code string, q Quota) error {
		return h.office.DB.Write(ctx, a, func(tx *store.Tx) error { return SetQuota(ctx, tx, code, q) })
	}
	if err := set(h.clerk("H26.2"), "H26.1", Quota{Parcels: 1}); !errors.Is(err, store.Forbidden) {
		t.Errorf("a clerk sets a quota: %v", err)
	}
	if err := set(admin, "H26.1", Quota{Parcels: -3}); !errors.Is(err, store.Invalid) {
		t.Errorf("a quota below nothing: %v", err)
	}
	if err := set(admin, "H26.1", Quota{Parcels: 1}); err != nil {
		t.Fatal(err)
	}
	own, other := identity(t, "Cơ quan H26.1", "H26.1"), identity(t, "Cơ quan H26.3", "H26.3")
	take := func(from string, n int, body []byte) {
		t.Helper()
		if err := h.office.takeIn(ctx, axis.Parcel{ID: fmt.Sprintf("%s/%d/H26.2", from, n), From: from, To: "H26.2", Kind: kindDocument, Body: body}); err != nil {
			t.Fatal(err)
		}
	}
	const brought = QuotaMinutes + 4
	for n := 1; n <= brought; n++ {
		body := sealed(t, letterFrom(t, "H26.1", "H26.2", n, nil), own)
		take("H26.1", n, body)
		take("H26.1", n, body) // the axis hands it out twice
	}
	take("H26.3", 1, sealed(t, letterFrom(t, "H26.3", "H26.2", 1, nil), other))
	opened, waiting := len(h.taken("H26.2")), h.waiting()
	if opened+len(waiting) != brought+1 || len(waiting) < 3 || h.taken("H26.2")[opened-1].SenderCode != "H26.3" {
		t.Fatalf("%d opened, %v wait", opened, waiting)
	}
	for want, age := range []int64{0, 1} { // a person is told after a while, once
		if err := h.office.DB.Keep(ctx, func(tx *store.Tx) error { _, err := tx.Exec(ctx, sqlTestWaitsSince, age); return err }); age > 0 && err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := errors.Join(h.office.notePeers(ctx), h.office.tellThrottled(ctx)); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := store.All[string](ctx, h.office.DB, sqlTestEvents, "peer.throttled", int64(0)); err != nil || len(n) != want {
			t.Errorf("told %d times, not %d: %v", len(n), want, err)
		}
	}
	if n, err := h.office.admitOnce(ctx); n != 0 || err != nil {
		t.Errorf("%d opened before their time: %v", n, err)
	}
	used, err := BlobsInUse(ctx, h.office.DB, []string{h.firstWaiting()})
	if err != nil || len(used) != 1 {
		t.Errorf("the sweep would take the bytes of what waits: %v %v", used, err)
	}
	if err := set(admin, "H26.1", Quota{Parcels: 10_000}); err != nil {
		t.Fatal(err)
	}
	k := &killer{left: map[string]int{"before ack": 1}, hits: map[string]int{}} // it dies between the effect and the note of it
	h.office.failing = k.fail
	for range brought {
		_, _ = h.office.admitOnce(ctx)
		if err := h.office.DB.Keep(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, sqlTestHurry)
			return errors.Join(err, func() error { _, err := tx.Exec(ctx, sqlLetPeers); return err }())
		}); err != nil {
			t.Fatal(err)
		}
	}
	if w := h.waiting(); len(w) != 0 || k.hits["before ack"] != 1 {
		t.Fatalf("%v still wait", w)
	}
	if n := len(h.events("H26.2", "document.arrived")); n != brought+1 {
		t.Errorf("%d documents arrived, not %d", n, brought+1)
	}
	last := 0
	for _, p := range h.taken("H26.2") {
		if n := int(refID("n/"+p.Number, "n")); p.SenderCode == "H26.1" && n != last+1 {
			t.Errorf("%d after %d", n, last)
		} else if p.SenderCode == "H26.1" {
			last = n
		}
	}
}

var (
	sqlTestWaitsSince = store.SQL(`UPDATE exchange_peers SET waiting_us = waiting_us - $1 * 3600000000 WHERE waiting_us > 0`)
	sqlTestHurry      = store.SQL(`UPDATE exchange_waiting SET due_us = 1`)
	sqlTestWaitSHA    = store.SQL(`SELECT sha FROM exchange_waiting ORDER BY id LIMIT 1`)
)

func (h *house) firstWaiting() string {
	h.Helper()
	sha, err := store.One[string](context.Background(), h.office.DB, sqlTestWaitSHA)
	if err != nil {
		h.Fatal(err)
	}
	return sha
}

// An agency with a heap of due work does not hold back the line of another, nor its status: both are claimed with the first batch.
func TestHeapOfOneAgencyLeavesRoomForOthers(t *testing.T) {
	ctx := context.Background()
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2", "H26.3"}, nil)
	err := h.office.DB.Keep(ctx, func(tx *store.Tx) error {
		for i := range 3*dueBatch + 1 {
			agency, due := h.agency["H26.1"], tx.Now().Add(-3600e6)
			if i == 3*dueBatch {
				agency, due = h.agency["H26.3"], tx.Now()
			}
			if err := tx.Put(ctx, sqlPutLine, agency, tx.NewID(), int64(i), int64(1), "d", "1", "QĐ", "2026-03-02", "1/QĐ", h.agency["H26.2"], "H26.2", "B", "action", ChannelAxis, "queued", tx.Now(), "", "null", int64(0), true); err != nil {
				return err
			}
			if err := owe(ctx, tx, status{AgencyID: agency, Receipt: fmt.Sprint("incoming/", i), Code: "01", PeerCode: "H26.2", StatedAt: tx.Now()}); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, sqlTestDue, due, agency, int64(i)); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, sqlTestOwedAt, due, agency, fmt.Sprint("incoming/", i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var lines []dueLine
	var owed []status
	if err := h.office.DB.Keep(ctx, func(tx *store.Tx) (err error) {
		if lines, err = claim[dueLine](ctx, tx, &dueLines, tx.Now().Add(60e9)); err == nil {
			owed, err = claim[status](ctx, tx, &owedStatuses, tx.Now().Add(60e9))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	count := func(of func(i int) int64, n int) (others int) {
		for i := range n {
			if of(i) == h.agency["H26.3"] {
				others++
			}
		}
		return others
	}
	if n := count(func(i int) int64 { return lines[i].AgencyID }, len(lines)); n != 1 || len(lines) > 2*dueBatch {
		t.Errorf("%d lines of the other agency among %d", n, len(lines))
	}
	if n := count(func(i int) int64 { return owed[i].AgencyID }, len(owed)); n != 1 || len(owed) > 2*dueBatch {
		t.Errorf("%d statuses of the other agency among %d", n, len(owed))
	}
}

var (
	sqlTestDue    = store.SQL(`UPDATE exchange_deliveries SET due_us = $1 WHERE agency_id = $2 AND outgoing_id = $3`)
	sqlTestOwedAt = store.SQL(`UPDATE exchange_statuses SET due_us = $1 WHERE agency_id = $2 AND receipt = $3`)
)
