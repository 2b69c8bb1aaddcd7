package exchange

import (
	"context"
	"errors"
	"testing"

	"congvu/internal/axis"
	"congvu/internal/documents"
	"congvu/internal/store"
)

// does lets an agency act, as a clerk or leader of an agency.
func (h *house) does(agency string, f func(ctx context.Context, tx *store.Tx) error) error {
	a := h.clerk(agency)
	a.Roles |= store.Leader
	a = a.Vouched()
	return h.office.DB.Write(context.Background(), a, func(tx *store.Tx) error { return f(context.Background(), tx) })
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// received is the document of an agency that came in as the n-th parcel.
func (h *house) received(agency string, n int) *documents.Incoming {
	h.Helper()
	d, err := documents.Receipt(context.Background(), h.office.DB, h.agency[agency], refID(h.taken(agency)[n].Ref, "incoming"))
	h.must(err)
	return d
}

func (h *house) asked(from string, outgoing int64) []Request {
	h.Helper()
	out, err := Requests(context.Background(), h.office.DB, h.clerk(from), outgoing)
	h.must(err)
	return out
}

// One receiver is asked to give back (13), another declines: each line shows its own answer, and the reason arrives where it was sent (X9.1, X9.7).
//
// N5: the reason of a request is stored, sent and shown, for one row.
// V14: screen /outgoing/{id}; the sender knows how far the receiver is.
// V10: screen /outgoing/{id}/deliveries/{delivery}; api GET /outgoing/{id}/deliveries; command remote deliveries
// N9: "sent" comes from the outbox: the line moves only by what really happened.
func TestOneReceiverGivesBackAndAnotherDeclines(t *testing.T) {
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2", "H26.3"}, nil)
	h.work()
	id := h.issue("H26.1", "H26.2", "H26.3")
	h.reached("H26.1", id, Arrived)
	lines := h.lines("H26.1", id)
	reasons := []string{"Gửi nhầm cho cơ quan này", "Phụ lục kèm theo bị sai số liệu"}
	for i, l := range lines {
		h.must(h.does("H26.1", func(ctx context.Context, tx *store.Tx) error { return AskBack(ctx, tx, l.ID, reasons[i]) }))
	}
	if err := h.does("H26.1", func(ctx context.Context, tx *store.Tx) error { return AskBack(ctx, tx, lines[0].ID, reasons[0]) }); !errors.Is(err, store.Conflict) {
		t.Errorf("asked twice: %v", err)
	}
	if err := h.does("H26.2", func(ctx context.Context, tx *store.Tx) error { return AskBack(ctx, tx, lines[0].ID, reasons[0]) }); !errors.Is(err, store.NotFound) {
		t.Errorf("a foreign agency asks: %v", err)
	}
	h.until("both are asked", func() bool {
		return h.received("H26.2", 0).PendingRequest == documents.GiveBack && h.received("H26.3", 0).PendingRequest == documents.GiveBack
	})
	for i, agency := range []string{"H26.2", "H26.3"} {
		a := h.clerk(agency)
		all, err := documents.Requests(context.Background(), h.office.DB, a, h.received(agency, 0).ID)
		if err != nil || len(all) != 1 || all[0].Reason != reasons[i] {
			t.Errorf("%s reads %+v %v", agency, all, err)
		}
	}
	h.must(h.does("H26.2", func(ctx context.Context, tx *store.Tx) error {
		return documents.AgreeRequest(ctx, tx, h.received("H26.2", 0).ID, 0)
	}))
	h.must(h.does("H26.3", func(ctx context.Context, tx *store.Tx) error {
		return documents.DeclineRequest(ctx, tx, h.received("H26.3", 0).ID, 0, "Đã dùng làm căn cứ giải quyết")
	}))
	h.until("both have answered", func() bool {
		l := h.lines("H26.1", id)
		return l[0].State == Recalled && l[1].State == RecallDeclined
	})
	if l := h.lines("H26.1", id)[1]; l.Description != "Đã dùng làm căn cứ giải quyết" || l.Flagged {
		t.Errorf("%+v", l)
	}
	if q := h.asked("H26.1", id); q[0].State != "agreed" || q[1].State != "declined" || q[1].Answer != "Đã dùng làm căn cứ giải quyết" {
		t.Errorf("%+v", q)
	}
	// The bytes of the recalled parcel are let go, the row stays as evidence (V52, V53).
	h.until("the parcel is destroyed", func() bool { return h.taken("H26.2")[0].Destroyed != 0 })
	if _, _, err := h.office.Raw(context.Background(), h.clerk("H26.2"), h.taken("H26.2")[0].ID); !errors.Is(err, store.NotFound) {
		t.Errorf("the recalled parcel can be downloaded: %v", err)
	}
}

// X9.2: the whole document is recalled (BussinessDocType 1): everybody who has it is asked with the same reason, also across installations of one axis.
//
// N5: the reason of a recall reaches every row.
func TestWholeDocumentIsRecalledFromEveryReceiver(t *testing.T) {
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2", "H26.3"}, nil)
	h.work()
	id := h.issue("H26.1", "H26.2", "H26.3")
	h.reached("H26.1", id, Arrived)
	h.recall("H26.1", id, "Văn bản ban hành trái thẩm quyền", "20/QĐ-UBND")
	for _, agency := range []string{"H26.2", "H26.3"} {
		h.until(agency+" is asked", func() bool {
			if q := h.quarantined(agency); len(q) > 0 {
				t.Fatalf("quarantined: %+v", q)
			}
			return h.received(agency, 0).PendingRequest == documents.RecallWhole
		})
		all, err := documents.Requests(context.Background(), h.office.DB, h.clerk(agency), h.received(agency, 0).ID)
		if err != nil || len(all) != 1 || all[0].Reason != "Văn bản ban hành trái thẩm quyền (Căn cứ: 20/QĐ-UBND)" {
			t.Errorf("%s reads %+v %v", agency, all, err)
		}
		h.must(h.does(agency, func(ctx context.Context, tx *store.Tx) error {
			return documents.AgreeRequest(ctx, tx, h.received(agency, 0).ID, 0)
		}))
	}
	h.reached("H26.1", id, Recalled)
	if q := h.quarantined("H26.2"); len(q) != 0 {
		t.Errorf("quarantined: %+v", q)
	}
}

// recall lets an agency take a document back: what documents.Recall writes to the journal.
func (h *house) recall(agency string, outgoing int64, reason, basis string) {
	h.Helper()
	h.must(h.office.DB.Write(context.Background(), store.System(h.agency[agency]), func(tx *store.Tx) error {
		return tx.Record(store.Event{Verb: "document.recall_ordered", Agency: h.agency[agency], Ref: outgoingRef(outgoing), Title: "x", Data: documents.RecallNote{Reason: reason, Basis: basis}})
	}))
}

// What has not left is cancelled here, without a message (X9.8).
func TestWhatHasNotLeftIsCancelledWithoutAMessage(t *testing.T) {
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2"}, nil)
	id := h.issue("H26.1", "H26.2")
	storeDrain(t, h)
	h.recall("H26.1", id, "Văn bản ban hành trái thẩm quyền", "")
	storeDrain(t, h)
	if l := h.lines("H26.1", id)[0]; l.State != Cancelled {
		t.Fatalf("%+v", l)
	}
	if q := h.asked("H26.1", id); len(q) != 0 {
		t.Errorf("asked %+v", q)
	}
	h.work()
	again := h.issue("H26.1", "H26.2") // what comes after it arrives, so it would have too
	h.reached("H26.1", again, Arrived)
	if all := h.taken("H26.2"); len(all) != 1 {
		t.Errorf("%d parcels arrived", len(all))
	}
}

// An update travels with its files, waits for a decision, and its answer moves no line (X9.3, X9.13).
func TestUpdateIsDecidedOnAndTheLineStays(t *testing.T) {
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2"}, nil)
	h.work()
	id := h.issue("H26.1", "H26.2")
	h.reached("H26.1", id, Arrived)
	h.must(h.office.DB.Write(context.Background(), store.System(h.agency["H26.1"]), func(tx *store.Tx) error {
		d := h.lines("H26.1", id)[0]
		return ask(context.Background(), tx, d, asking{kind: documents.UpdateDocument, reason: "Gửi lại bản có đủ dấu thời gian"})
	}))
	h.until("the update waits", func() bool { return h.received("H26.2", 0).PendingRequest == documents.UpdateDocument })
	h.must(h.does("H26.2", func(ctx context.Context, tx *store.Tx) error {
		return documents.AgreeRequest(ctx, tx, h.received("H26.2", 0).ID, 0)
	}))
	h.until("the update is agreed to", func() bool { q := h.asked("H26.1", id); return len(q) == 1 && q[0].State == "agreed" })
	if l := h.lines("H26.1", id)[0]; l.State != Arrived || l.Flagged {
		t.Errorf("%+v", l)
	}
}

// What was sent once is not cancelled as if it had never left, also when it was sent again or its process died before the note (X9.8).
func TestWhatWasSentIsAskedBackNotCancelled(t *testing.T) {
	ctx := context.Background()
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2"}, nil)
	id := h.issue("H26.1", "H26.2")
	storeDrain(t, h)
	if err := h.office.pack(ctx, h.job(jobPack)); err != nil {
		t.Fatal(err)
	}
	h.office.failing = func(at string) error {
		if at == "after send" {
			return errKilled
		}
		return nil
	}
	if _, err := h.office.dispatchOnce(ctx); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	l := h.lines("H26.1", id)[0]
	if l.Sends != 0 || l.State != Queued {
		t.Fatalf("%+v", l)
	}
	if err := h.office.DB.Write(ctx, h.clerk("H26.1"), func(tx *store.Tx) error { return Resend(ctx, tx, l.ID) }); err != nil {
		t.Fatal(err)
	}
	if err := h.office.DB.Write(ctx, h.clerk("H26.1"), func(tx *store.Tx) error { return AskBack(ctx, tx, l.ID, "Văn bản gửi nhầm nơi nhận") }); err != nil {
		t.Fatal(err)
	}
	if l := h.lines("H26.1", id)[0]; l.State != RecallRequested {
		t.Errorf("%+v", l)
	}
}
