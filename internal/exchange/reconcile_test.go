package exchange

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"congvu/internal/axis"
	"congvu/internal/store"
)

// Two sides that differ in a few of many parcels find exactly these, and list few of the others (reliability §1.2: narrowing by ranges of hashes).
func TestComparisonNarrowsToWhatDiffers(t *testing.T) {
	const n = 3000
	id := store.FirstID(store.InstantOf(epoch))
	var sent, held []dated
	lost := map[string]bool{}
	for i := range n {
		x := date(item{Parcel: fmt.Sprintf("H26.1/%d/H49.1", id+int64(i)), SHA: fmt.Sprint("sha", i), Kind: itemHave}, "H49.1")
		sent = append(sent, x)
		if i%1001 == 7 {
			lost[x.Parcel] = true
			continue
		}
		held = append(held, x)
	}
	ask := comparison{Step: stepAsk, Whole: true}
	for _, day := range days(sent) {
		ask.Spans = append(ask.Spans, count(sent, day, ""))
	}
	found, moved, steps := map[string]bool{}, 0, 0
	for len(ask.Spans) > 0 {
		if steps++; steps > 6 {
			t.Fatal("it does not end")
		}
		tell := ask.answer(held)
		moved += len(tell.Items) + len(tell.Spans)
		there := map[string]bool{}
		for _, i := range tell.Items {
			there[i.Parcel] = true
		}
		for _, s := range tell.Listed {
			for _, d := range spanned(sent, s.Day, s.Prefix) {
				if !there[d.Parcel] {
					found[d.Parcel] = true
				}
			}
		}
		ask = comparison{Step: stepAsk, Spans: tell.further(sent)}
	}
	if len(found) != len(lost) || moved > n/5 {
		t.Errorf("found %d of %d, %d entries moved, %d steps", len(found), len(lost), moved, steps)
	}
	for p := range lost {
		if !found[p] {
			t.Errorf("%s is not found", p)
		}
	}
	// The other way: what the sender lost shows too, a whole day of it as well.
	ask = comparison{Step: stepAsk, Whole: true}
	if tell := ask.answer(held); len(tell.Spans)+len(tell.Items) == 0 {
		t.Error("a day that the sender does not know is not told")
	}
}

var (
	sqlTestForget    = store.SQL(`DELETE FROM exchange_parcels WHERE agency_id = $1 AND direction = 'in' AND document_id = $2`)
	sqlTestUnheard   = store.SQL(`UPDATE exchange_deliveries SET state = 'on_exchange', arrived_us = 0, due_us = 0, warned = TRUE WHERE agency_id = $1 AND outgoing_id = $2`)
	sqlTestNoAnswer  = store.SQL(`DELETE FROM exchange_answers WHERE agency_id = $1 AND outgoing_id = $2`)
	sqlTestOtherSHA  = store.SQL(`UPDATE exchange_parcels SET sha = 'ab' WHERE agency_id = $1 AND direction = 'in' AND document_id = $2`)
	sqlTestOdd       = store.SQL(`SELECT ` + differenceColumns + ` FROM exchange_differences WHERE agency_id = $1 ORDER BY id`)
	sqlTestJobs      = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM store_jobs WHERE kind = 'exchange.reconcile'`)
	sqlTestSaysOther = store.SQL(`UPDATE exchange_peers SET speaks = $1`)
)

func (h *house) keep(s *store.Stmt, args ...any) {
	h.Helper()
	if err := h.office.DB.Keep(context.Background(), func(tx *store.Tx) error { _, err := tx.Exec(context.Background(), s, args...); return err }); err != nil {
		h.Fatal(err)
	}
}

// round compares once and gives what came of it.
func (h *house) round(sender, receiver string) Reconciliation {
	h.Helper()
	ctx := context.Background()
	before, _, err := store.Maybe[Reconciliation](ctx, h.office.DB, sqlRound, h.agency[sender], receiver)
	if err != nil {
		h.Fatal(err)
	}
	if err := h.office.DB.Write(ctx, h.clerk(sender), func(tx *store.Tx) error { return Reconcile(ctx, tx, receiver, 2) }); err != nil {
		h.Fatal(err)
	}
	var r Reconciliation
	h.until("the round is over", func() bool {
		n, err := store.One[int64](ctx, h.office.DB, sqlTestJobs)
		if err != nil || n != 0 {
			return false
		}
		r, _, err = store.Maybe[Reconciliation](ctx, h.office.DB, sqlRound, h.agency[sender], receiver)
		return err == nil && r.Round != before.Round && r.State != "asked"
	})
	return r
}

func (h *house) odd(sender string) map[string]Difference {
	h.Helper()
	all, err := store.All[Difference](context.Background(), h.office.DB, sqlTestOdd, h.agency[sender])
	if err != nil {
		h.Fatal(err)
	}
	out := map[string]Difference{}
	for _, d := range all {
		out[fmt.Sprintf("%d %s", d.OutgoingID, d.Kind)] = d
	}
	return out
}

// heals is the same for a receiver in the house and one beyond the hub: a document that the receiver lost comes again, a receipt that the sender lost is
// told again, other bytes are shown to a person; everything is one document in the end.
func heals(t *testing.T, from *house, sender string, to *house, receiver string) {
	t.Helper()
	from.office.UnderWay, to.office.UnderWay = 1, 1
	var ids []int64
	before := len(to.events(receiver, "document.arrived"))
	for range 4 {
		ids = append(ids, from.issue(sender, receiver))
	}
	for _, id := range ids {
		from.reached(sender, id, Arrived)
	}
	if r := from.round(sender, receiver); r.State != "agreed" || r.Sent != 4 || r.Held != 4 || r.Receipts != 4 || r.Open != 0 {
		t.Fatalf("%+v", r)
	}
	document := func(id int64) string { return from.lines(sender, id)[0].DocumentID }
	to.keep(sqlTestForget, to.agency[receiver], document(ids[0]))
	from.keep(sqlTestNoAnswer, from.agency[sender], ids[1])
	from.keep(sqlTestUnheard, from.agency[sender], ids[1])
	to.keep(sqlTestOtherSHA, to.agency[receiver], document(ids[2]))
	if r := from.round(sender, receiver); r.State != "differs" || r.Sent != 4 || r.Held != 3 || r.Open < 2 {
		t.Errorf("%+v", r)
	}
	for what, state := range map[string]string{fmt.Sprint(ids[0], " missing"): "healing", fmt.Sprint(ids[2], " bytes"): "person"} {
		if d := from.odd(sender)[what]; d.State != state {
			t.Errorf("%s is %q", what, d.State)
		}
	}
	from.reached(sender, ids[1], Arrived) // by the receipt told again
	from.until("what was lost is there again", func() bool { return len(to.taken(receiver)) == 4 })
	if r := from.round(sender, receiver); r.State != "differs" || r.Held != 4 || r.Receipts != 4 || r.Open != 1 {
		t.Errorf("%+v", r)
	}
	if d := from.odd(sender)[fmt.Sprint(ids[0], " missing")]; d.State != "healed" || d.Healed == 0 {
		t.Errorf("%+v", d)
	}
	if n := len(to.events(receiver, "document.arrived")); n != before+4 {
		t.Errorf("%d documents arrived, not 4", n-before)
	}
	if n := len(from.events(sender, "delivery.resent")); n != 1 {
		t.Errorf("sent again %d times", n)
	}
}

func TestReconciliationHealsInOneHouse(t *testing.T) {
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2"}, nil)
	h.work()
	heals(t, h, "H26.1", h, "H26.2")
	err := h.office.DB.Write(context.Background(), store.Actor{Person: 3, Agency: h.agency["H26.1"], Roles: store.Specialist}, func(tx *store.Tx) error {
		return Reconcile(context.Background(), tx, "", 0)
	})
	if !errors.Is(err, store.Forbidden) {
		t.Errorf("a specialist compares: %v", err)
	}
}

func TestReconciliationHealsBetweenTwoInstallations(t *testing.T) {
	hub := build(t, axis.Config{Node: "hub", Listen: "127.0.0.1:0", Peers: []axis.Peer{{Name: "phuong", Password: "mat-khau-cua-phuong", Agencies: []string{"H49.1"}}}},
		[]string{"H26.1"}, []string{"H49.1"})
	peer := build(t, axis.Config{Node: "phuong", Hub: "nats://" + hub.office.Axis.Addr(), HubPassword: "mat-khau-cua-phuong"}, []string{"H49.1"}, []string{"H26.1"})
	hub.work()
	peer.work()
	// A peer that does not say that it compares is left in peace.
	id := hub.issue("H26.1", "H49.1")
	hub.reached("H26.1", id, Arrived)
	hub.office.UnderWay = 1
	if err := hub.office.notePeers(context.Background()); err != nil {
		t.Fatal(err)
	}
	hub.keep(sqlTestSaysOther, "")
	if r := hub.round("H26.1", "H49.1"); r.State != "unable" {
		t.Errorf("%+v", r)
	}
	if q := peer.quarantined(""); len(q) != 0 {
		t.Errorf("%+v", q)
	}
	hub.keep(sqlTestSaysOther, speaksReconcile)
	hub.keep(sqlTestNoLine, hub.agency["H26.1"], id)
	peer.keep(sqlTestForget, peer.agency["H49.1"], edxmlID(id))
	heals(t, hub, "H26.1", peer, "H49.1")
}

var sqlTestNoLine = store.SQL(`DELETE FROM exchange_deliveries WHERE agency_id = $1 AND outgoing_id = $2`)

func edxmlID(id int64) string { return fmt.Sprintf("H26.1,2026/03/02,%d/QĐ-UBND", id) }

// A comparison is believed only from the one it names: another's signature, another's name or none goes to quarantine and tells nothing.
func TestComparisonOfAStrangerIsKeptApart(t *testing.T) {
	ctx := context.Background()
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2", "H26.3"}, nil)
	us, _, err := agencyByCode(ctx, h.office.DB, "H26.3", h.office.DB.Now())
	if err != nil {
		t.Fatal(err)
	}
	c := comparison{Step: stepAsk, Round: "1", From: "H26.1", To: "H26.2", Whole: true, Until: h.office.DB.Now()}
	forged, err := h.office.signComparison(ctx, us, c) // H26.3 asks in the name of H26.1
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range []axis.Parcel{{From: "H26.1", Body: forged.Body}, {From: "H26.3", Body: forged.Body}, {From: "H26.1", Body: []byte("<x/>")}} {
		p.ID, p.To, p.Kind = fmt.Sprint("c/", i), "H26.2", kindReconcile
		if err := h.office.takeIn(ctx, p); err != nil {
			t.Fatal(err)
		}
	}
	if q := h.quarantined("H26.2"); len(q) != 3 {
		t.Errorf("%d are kept apart", len(q))
	}
}
