package exchange

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"congvu/internal/axis"
	"congvu/internal/documents"
	"congvu/internal/store"
)

// Two installations, two databases, a hub and its peer: the same parcel, the same states (house law 8, X19.2).
// V14: screen /outgoing/{id}; command remote deliveries
// V62: two installations are joined by configuration; command serve
func TestDocumentsTravelBetweenTwoInstallations(t *testing.T) {
	hub := build(t, axis.Config{Node: "hub", Listen: "127.0.0.1:0", Peers: []axis.Peer{{Name: "phuong", Password: "mat-khau-cua-phuong", Agencies: []string{"H49.1", "H49.2"}}}},
		[]string{"H26.1", "H26.2"}, []string{"H49.1", "H49.2"})
	peer := build(t, axis.Config{Node: "phuong", Hub: "nats://" + hub.office.Axis.Addr(), HubPassword: "mat-khau-cua-phuong"},
		[]string{"H49.1", "H49.2"}, []string{"H26.1", "H26.2"})
	hub.work()
	peer.work()
	// Documents of both houses bear numbers of their own, which begin alike: no identifier may clash.
	out := hub.issue("H26.1", "H49.1", "H26.2", "H49.2")
	back := peer.issue("H49.1", "H26.1")
	hub.reached("H26.1", out, Arrived)
	peer.reached("H49.1", back, Arrived)
	where := map[string]*house{"H26.1": hub, "H26.2": hub, "H49.1": peer, "H49.2": peer}
	balance(t, hub, "H26.1", out, where)
	balance(t, peer, "H49.1", back, where)
	p := peer.taken("H49.1")[0]
	if p.SHA != hub.taken("H26.2")[0].SHA {
		t.Error("inside and outside are not the same parcel")
	}
	// The peer refuses with a reason: the sender's clerk reads it.
	const reason = "Văn bản không thuộc thẩm quyền của phường."
	clerk := store.Actor{Person: 9, Holding: 0, Agency: peer.agency["H49.1"], Roles: store.Clerk, Via: store.ViaWeb}
	err := peer.office.DB.Write(context.Background(), clerk, func(tx *store.Tx) error {
		return documents.Refuse(context.Background(), tx, refID(p.Ref, "incoming"), documents.WrongAddressee, reason)
	})
	if err != nil {
		t.Fatal(err)
	}
	hub.until("the refusal is known", func() bool { l := hub.lines("H26.1", out)[0]; return l.State == Refused && l.Description == reason })
	late, err := Undelivered(context.Background(), hub.office.DB, hub.clerk("H26.1"), hub.office.DB.Now(), 0, 10)
	if err != nil || len(late) != 1 || late[0].ReceiverCode != "H49.1" {
		t.Errorf("undelivered: %+v %v", late, err)
	}
}

// A big document goes beside the message, once for all receivers, and arrives whole.
func TestBigDocumentArrivesWhole(t *testing.T) {
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2", "H26.3"}, nil)
	h.work()
	big := make([]byte, 9<<20)
	rand.NewChaCha8([32]byte{1}).Read(big)
	ref, err := h.office.Blobs.Put(context.Background(), bytes.NewReader(big), 0)
	if err != nil {
		t.Fatal(err)
	}
	h.enclose = []documents.File{{Name: "phu-luc.bin", SHA: ref.SHA, Size: ref.Size}}
	id := h.issue("H26.1", "H26.2", "H26.3")
	h.reached("H26.1", id, Arrived)
	balance(t, h, "H26.1", id, map[string]*house{"H26.2": h, "H26.3": h})
	if p := h.taken("H26.2")[0]; p.Size < int64(len(big)) {
		t.Errorf("a parcel of %d bytes holds a file of %d", p.Size, len(big))
	}
}

// What cannot be reached is said at once, with the reason, and does not hold up the others (X22.6, X22.8).
func TestUnreachableReceiversAreTold(t *testing.T) {
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2"}, nil)
	h.work()
	h.strangers = []receiver{{Name: "Công ty cổ phần A", Role: "action"}, {Agency: h.agency["H26.1"], Name: "Cơ quan H26.1"}, {Agency: 12345, Name: "Sở cũ"}}
	id := h.issue("H26.1", "H26.2", "H26.2")
	h.until("the one that can be reached has it", func() bool { l := h.lines("H26.1", id); return len(l) == 4 && l[0].State == Arrived })
	for _, l := range h.lines("H26.1", id)[1:] {
		if l.State != Failed || l.Description == "" || l.Channel != "" {
			t.Errorf("%+v", l)
		}
		err := h.office.DB.Write(context.Background(), h.clerk("H26.1"), func(tx *store.Tx) error { return Resend(context.Background(), tx, l.ID) })
		if !errors.Is(err, store.Conflict) {
			t.Errorf("%s is sent again: %v", l.ReceiverName, err)
		}
	}
}

// Unanswered lines are sent again, then handed to the clerk, who may send once more (X13.5, reliability §4).
func TestUnansweredLineEndsWithTheClerk(t *testing.T) {
	ctx := context.Background()
	h := build(t, axis.Config{}, []string{"H26.1"}, []string{"H49.1"}) // nobody carries to H49.1
	h.office.MaxSends, h.office.Resend = 2, func(int) time.Duration { return 600 * time.Millisecond }
	h.work()
	id := h.issue("H26.1", "H49.1")
	h.reached("H26.1", id, Failed)
	l := h.lines("H26.1", id)[0]
	if l.Sends != 2 || len(h.events("H26.1", "delivery.failed")) != 1 {
		t.Errorf("%+v", l)
	}
	resend := func(who store.Actor) error {
		return h.office.DB.Write(ctx, who, func(tx *store.Tx) error { return Resend(ctx, tx, l.ID) })
	}
	for who, want := range map[*store.Actor]error{
		{Person: 3, Agency: h.agency["H26.1"], Roles: store.Specialist}: store.Forbidden,
		{Person: 4, Agency: h.agency["H49.1"], Roles: store.Clerk}:      store.NotFound,
	} {
		if err := resend(*who); !errors.Is(err, want) {
			t.Errorf("%+v: %v", who, err)
		}
	}
	if err := resend(h.clerk("H26.1")); err != nil {
		t.Fatal(err)
	}
	h.until("it failed a second time", func() bool { return len(h.events("H26.1", "delivery.failed")) == 2 })
	// A working day later the clerk has been warned of a line that still waits, once.
	h.office.MaxSends = 1000
	second := h.issue("H26.1", "H49.1")
	h.reached("H26.1", second, OnExchange)
	if err := h.office.warn(ctx); err != nil || len(h.events("H26.1", "delivery.late")) != 0 {
		t.Errorf("warned at once: %v", err)
	}
	if err := h.office.DB.Keep(ctx, func(tx *store.Tx) error { _, err := tx.Exec(ctx, sqlTestAge, h.agency["H26.1"]); return err }); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := h.office.warn(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(h.events("H26.1", "delivery.late")); n != 1 {
		t.Errorf("%d warnings", n)
	}
}

// A document that could not be packed is packed anew when the clerk asks.
func TestFailedPackingStartsAnew(t *testing.T) {
	ctx := context.Background()
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2"}, nil)
	if err := h.office.Keys.Remove(KeyName("H26.1")); err != nil {
		t.Fatal(err)
	}
	id := h.issue("H26.1", "H26.2")
	storeDrain(t, h)
	j := h.job(jobPack)
	if err := h.office.DB.Keep(ctx, func(tx *store.Tx) error { return h.office.notPacked(ctx, tx, j, h.office.pack(ctx, j)) }); err != nil {
		t.Fatal(err)
	}
	if err := h.office.DB.Keep(ctx, func(tx *store.Tx) error { _, err := tx.Exec(ctx, sqlTestStick, j.ID); return err }); err != nil {
		t.Fatal(err)
	}
	l := h.lines("H26.1", id)[0]
	if l.State != Failed || l.Said().Args["reason"] == "" {
		t.Fatalf("%+v", l)
	}
	own := identity(t, "Cơ quan H26.1", "H26.1")
	if err := h.office.Keys.Put(KeyName("H26.1"), own.Key, own.Certificate, own.Chain); err != nil {
		t.Fatal(err)
	}
	if err := h.office.DB.Write(ctx, h.clerk("H26.1"), func(tx *store.Tx) error { return Resend(ctx, tx, l.ID) }); err != nil {
		t.Fatal(err)
	}
	h.work()
	h.reached("H26.1", id, Arrived)
	balance(t, h, "H26.1", id, map[string]*house{"H26.2": h})
}

var (
	sqlTestAge   = store.SQL(`UPDATE exchange_deliveries SET warn_us = 1 WHERE agency_id = $1 AND state = 'on_exchange'`)
	sqlTestStick = store.SQL(`UPDATE store_jobs SET state = 'stuck', lease_us = 0 WHERE id = $1`)
	sqlTestJob   = store.SQL(`SELECT id, kind, key, agency_id, payload, due_us, tries, last_error FROM store_jobs WHERE kind = $1`)
)

func (h *house) job(kind string) store.Job {
	h.Helper()
	j, err := store.One[store.Job](context.Background(), h.office.DB, sqlTestJob, kind)
	if err != nil {
		h.Fatal(err)
	}
	return j
}
