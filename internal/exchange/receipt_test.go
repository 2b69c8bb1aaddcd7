package exchange

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"congvu/internal/axis"
	"congvu/internal/store"
)

// An outbox line is closed by the receiver's signed receipt for the very bytes that were packed, and by nothing else: not by the broker that took the
// parcel, not by a status that names no hash or another one, not by one that is unsigned, altered or signed by another (reliability §4, T09, T33).
func TestOnlyTheReceiptClosesALine(t *testing.T) {
	h := build(t, axis.Config{}, []string{"H26.1", "H26.3"}, []string{"H26.2"}) // H26.2 lives nowhere: the broker takes, nobody answers
	h.work()
	id := h.issue("H26.1", "H26.2")
	h.reached("H26.1", id, OnExchange)
	packed, err := Parcels(context.Background(), h.office.DB, h.clerk("H26.1"), outgoingRef(id))
	if err != nil || len(packed) != 1 {
		t.Fatal(packed, err)
	}
	l := h.lines("H26.1", id)[0]
	mark := func(sha string) string { return "[[sha256=" + sha + ";parcel=" + packed[0].Parcel + "/H26.2]]" }
	ours, other := mark(packed[0].SHA), mark(strings.Repeat("ab", 32))
	good := statusFrom(t, "H26.2", "H26.1", l.DocumentID, "01", ours, 1)
	n := 0
	post := func(from string, body []byte) {
		t.Helper()
		n++
		if err := h.office.takeIn(context.Background(), axis.Parcel{ID: fmt.Sprintf("s/%d", n), From: from, To: "H26.1", Kind: kindStatus, Body: body}); err != nil {
			t.Fatal(err)
		}
	}
	post("H26.2", statusFrom(t, "H26.2", "H26.1", l.DocumentID, "01", "", 2))
	post("H26.2", statusFrom(t, "H26.2", "H26.1", l.DocumentID, "03", "Số đến 4 "+other, 3))
	post("H26.2", statusFrom(t, "H26.2", "H26.1", l.DocumentID, "02", "Từ chối "+other, 4))
	post("H26.2", bytes.Replace(good, []byte(packed[0].SHA), []byte(strings.Repeat("cd", 32)), 1))
	post("H26.3", good)
	post("H26.2", []byte(strings.Replace(string(good), "Signature", "Signatura", -1)))
	if heard, apart := len(h.answers("H26.1", l.ID)), len(h.quarantined("H26.1")); heard != 3 || apart != 3 {
		t.Fatalf("%d heard, %d kept apart", heard, apart)
	}
	for _, a := range h.answers("H26.1", l.ID) {
		if a.Effect != Flagged {
			t.Errorf("%s did %s", a.Code, a.Effect)
		}
	}
	open, err := store.One[int64](context.Background(), h.office.DB, sqlTestOpenLines, h.agency["H26.1"])
	if d := h.lines("H26.1", id)[0]; err != nil || open != 1 || d.State != OnExchange || d.ArrivedAt != 0 || !d.Flagged {
		t.Errorf("open %d (%v): %+v", open, err, d)
	}
	post("H26.2", good)
	h.reached("H26.1", id, Arrived)
	if open, err := store.One[int64](context.Background(), h.office.DB, sqlTestOpenLines, h.agency["H26.1"]); err != nil || open != 0 {
		t.Errorf("still open: %d %v", open, err)
	}
}

var (
	sqlTestOpenLines = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM exchange_deliveries WHERE agency_id = $1 AND due_us > 0`)
	// A receipt is false when what it names is not in the intake.
	sqlTestFalse = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM exchange_statuses s WHERE s.code = '01' AND NOT EXISTS (
		SELECT 1 FROM exchange_parcels p WHERE p.agency_id = s.agency_id AND p.direction = 'in' AND p.sender_code = s.peer_code AND p.parcel = s.parcel AND p.sha = s.sha AND p.ref LIKE 'incoming/%')`)
)

// A receipt is owed in the transaction of the intake: what dies before its commit leaves no receipt, and what dies after it leaves one (false receipts: 0).
func TestNoReceiptWithoutIntake(t *testing.T) {
	ctx := context.Background()
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2"}, nil)
	own := identity(t, "Cơ quan H26.1", "H26.1")
	k := &killer{left: map[string]int{"before arrive": 1, "before ack": 1}, hits: map[string]int{}}
	h.office.failing = k.fail
	counts := func(documents, receipts int64) {
		t.Helper()
		n, err := store.One[int64](ctx, h.office.DB, sqlTestReceipts, h.agency["H26.2"])
		bad, err2 := store.One[int64](ctx, h.office.DB, sqlTestFalse)
		if err != nil || err2 != nil || int64(len(h.taken("H26.2"))) != documents || n != receipts || bad != 0 {
			t.Errorf("%d documents, %d receipts, %d false: %v %v", len(h.taken("H26.2")), n, bad, err, err2)
		}
	}
	take := func(id string, body []byte) error {
		return h.office.takeIn(ctx, axis.Parcel{ID: id, From: "H26.1", To: "H26.2", Kind: kindDocument, Body: body})
	}
	body := sealed(t, letterFrom(t, "H26.1", "H26.2", 1, nil), own)
	if take("H26.1/1/H26.2", body) == nil {
		t.Fatal("not killed")
	}
	counts(0, 0)
	if take("H26.1/1/H26.2", body) == nil { // dies between commit and acknowledgement
		t.Fatal("not killed")
	}
	counts(1, 1)
	for range 3 { // the broker hands it out again
		if err := take("H26.1/1/H26.2", body); err != nil {
			t.Fatal(err)
		}
	}
	counts(1, 1)
	// A sender restored from an older copy packs the same document anew: other bytes, one document, and a receipt for these bytes too.
	anew := sealed(t, letterFrom(t, "H26.1", "H26.2", 1, nil), own)
	if bytes.Equal(anew, body) {
		t.Skip("this key signs the same way twice")
	}
	if err := take("H26.1/2/H26.2", anew); err != nil {
		t.Fatal(err)
	}
	counts(2, 2)
	if n := len(h.events("H26.2", "document.arrived")); n != 1 {
		t.Errorf("%d documents arrived", n)
	}
}

var sqlTestReceipts = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM exchange_statuses WHERE agency_id = $1 AND code = '01'`)
