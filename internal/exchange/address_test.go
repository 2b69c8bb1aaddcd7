package exchange

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"congvu/internal/axis"
	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
)

// adds lets an agency send an issued document to further receivers: what documents.AddReceivers writes to the journal.
func (h *house) adds(from string, outgoing int64, announce bool, to ...string) {
	h.Helper()
	note := documents.AddedNote{Reason: "Bổ sung nơi nhận phối hợp", By: "Trần Thị Bình", Announce: announce}
	h.mu.Lock()
	for _, code := range to {
		note.Receivers = append(note.Receivers, documents.AddedReceiver{Agency: org.AgencyID(h.agency[code]), Name: "Cơ quan " + code, Role: "information"})
		h.papers[outgoing].Receivers = append(h.papers[outgoing].Receivers, receiver{Agency: h.agency[code], Name: "Cơ quan " + code, Role: "information"})
	}
	h.mu.Unlock()
	h.must(h.office.DB.Write(context.Background(), store.System(h.agency[from]), func(tx *store.Tx) error {
		return tx.Record(store.Event{Verb: "document.receivers_added", Agency: h.agency[from], Ref: outgoingRef(outgoing), Title: "x", Data: note})
	}))
}

// X9.3, X13.1, X21.1: a receiver added after issue gets a packet of his own; who has the document already gets no second one, but hears of the new list
// where the clerk wants it (DocumentReceiver and ReceiverList), decides, and his copy shows the new list under the same arrival number (X9.12, X6.4).
//
// N3, N4: an act on the sent document reaches the registered copy.
func TestAReceiverIsAddedAfterIssue(t *testing.T) {
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2", "H26.3", "H26.4"}, nil)
	h.work()
	id := h.issue("H26.1", "H26.2")
	h.reached("H26.1", id, Arrived)
	h.must(h.does("H26.2", func(ctx context.Context, tx *store.Tx) error {
		_, err := documents.Register(ctx, tx, h.received("H26.2", 0).ID, documents.RegisterForm{VerdictReason: "Bản thử không có chữ ký"})
		return err
	}))
	h.reached("H26.1", id, Registered)
	number := h.received("H26.2", 0).ArrivalNumber
	h.adds("H26.1", id, false, "H26.3")
	h.until("the new receiver has it", func() bool { return len(h.taken("H26.3")) == 1 && len(h.lines("H26.1", id)) == 2 })
	h.until("and says so", func() bool { return h.lines("H26.1", id)[1].State == Arrived })
	if len(h.taken("H26.2")) != 1 || len(h.asked("H26.1", id)) != 0 {
		t.Fatalf("who had it was sent to again: %+v", h.taken("H26.2"))
	}
	balance(t, h, "H26.1", id, map[string]*house{"H26.2": h, "H26.3": h})

	h.adds("H26.1", id, true, "H26.4")
	h.until("both who have it are told", func() bool {
		return h.received("H26.2", 0).PendingRequest == documents.UpdateDocument && h.received("H26.3", 0).PendingRequest == documents.UpdateDocument
	})
	asks, err := documents.Requests(context.Background(), h.office.DB, h.clerk("H26.2"), h.received("H26.2", 0).ID)
	if err != nil || len(asks) != 1 {
		t.Fatalf("%+v %v", asks, err)
	}
	if c := asks[0].Changes(); c.InfoChanged || !c.ReceiversChanged || len(c.Listed) != 1 || c.Listed[0].Code != "H26.4" || c.Listed[0].Name != "Cơ quan H26.4" || asks[0].By != "Trần Thị Bình" {
		t.Fatalf("%+v", c)
	}
	if in := h.received("H26.2", 0); slices.Contains(in.SentTo(), "Cơ quan H26.4") {
		t.Fatal("the list changed before anybody decided")
	}
	h.must(h.does("H26.2", func(ctx context.Context, tx *store.Tx) error {
		return documents.AgreeRequest(ctx, tx, h.received("H26.2", 0).ID, 0)
	}))
	in := h.received("H26.2", 0)
	if !slices.Equal(in.SentTo(), []string{"Cơ quan H26.2", "Cơ quan H26.3", "Cơ quan H26.4"}) || in.ArrivalNumber != number || in.Subject == "" || in.State != documents.Registered {
		t.Fatalf("%+v", in)
	}
	h.until("the answer closes the request and moves no line", func() bool {
		q := h.asked("H26.1", id)
		return len(q) == 2 && q[0].State == "agreed" && h.lines("H26.1", id)[0].State == Registered
	})
}

// X9.13: who is being sent to or has the document is no new receiver, the clerk is told how to send him an update; who refused it or gave it back is sent a new
// packet, which becomes a new receipt tied to the refused one (X12.8).
func TestWhoHasTheDocumentIsNoNewReceiver(t *testing.T) {
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2", "H26.3"}, nil)
	h.work()
	id := h.issue("H26.1", "H26.2", "H26.3")
	h.reached("H26.1", id, Arrived)
	try := func(to string) error {
		return h.does("H26.1", func(ctx context.Context, tx *store.Tx) error {
			return AddReceivers(ctx, tx, id, documents.AddForm{Receivers: []documents.ReceiverForm{{Agency: org.AgencyID(h.agency[to])}}, Reason: "Gửi lại theo đề nghị"})
		})
	}
	if err := try("H26.2"); !errors.Is(err, store.Invalid) || !strings.Contains(err.Error(), "bản cập nhật") {
		t.Fatalf("%v", err)
	}
	h.must(h.does("H26.2", func(ctx context.Context, tx *store.Tx) error {
		return documents.Refuse(ctx, tx, h.received("H26.2", 0).ID, documents.WrongAddressee, "Không thuộc thẩm quyền của cơ quan")
	}))
	h.until("it is refused", func() bool { return h.lines("H26.1", id)[0].State == Refused })
	refused := h.received("H26.2", 0)
	h.adds("H26.1", id, false, "H26.2")
	h.until("a new packet came", func() bool { return len(h.taken("H26.2")) == 2 && h.lines("H26.1", id)[0].State == Arrived })
	if again := h.received("H26.2", 1); again.ID == refused.ID || again.ResendOf != refused.ID || again.State != documents.Arrived || len(h.lines("H26.1", id)) != 2 {
		t.Fatalf("%+v %+v", again, h.lines("H26.1", id))
	}
}
