package exchange

import (
	"context"
	"strings"
	"testing"

	"congvu/internal/axis"
	"congvu/internal/documents"
	"congvu/internal/store"
)

// pending waits until an agency has been asked so many times about its n-th document, and gives the request of a kind.
func (h *house) pending(agency string, n int, kind documents.RequestKind, count int) (id int64) {
	h.Helper()
	h.until("the requests wait", func() bool {
		all, err := documents.Requests(context.Background(), h.office.DB, h.clerk(agency), h.received(agency, n).ID)
		h.must(err)
		for _, q := range all {
			if q.Kind == kind {
				id = q.ID
			}
		}
		return len(all) == count
	})
	return id
}

func (h *house) askUpdate(from string, l Delivery) {
	h.Helper()
	h.must(h.office.DB.Write(context.Background(), store.System(h.agency[from]), func(tx *store.Tx) error {
		return ask(context.Background(), tx, l, asking{kind: documents.UpdateDocument, reason: "Gửi lại bản có đủ dấu thời gian"})
	}))
}

// X21.5: who agrees to give a document back agrees to all that is asked about it, with one code, in one second: each answer names its request, and each
// request ends. The line follows the request that is answered, whichever is older (X9.7).
func TestEachAnswerSettlesTheRequestItNames(t *testing.T) {
	ctx := context.Background()
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2", "H26.3"}, nil)
	h.work()
	id := h.issue("H26.1", "H26.2", "H26.3")
	h.reached("H26.1", id, Arrived)
	for _, l := range h.lines("H26.1", id) {
		h.askUpdate("H26.1", l)
		h.must(h.does("H26.1", func(ctx context.Context, tx *store.Tx) error { return AskBack(ctx, tx, l.ID, "Gửi nhầm cho cơ quan này") }))
	}
	back := h.pending("H26.2", 0, documents.GiveBack, 2)
	h.must(h.does("H26.2", func(ctx context.Context, tx *store.Tx) error {
		return documents.AgreeRequest(ctx, tx, h.received("H26.2", 0).ID, back)
	}))
	h.pending("H26.3", 0, documents.GiveBack, 2)
	update := h.pending("H26.3", 0, documents.UpdateDocument, 2)
	long := strings.Repeat("Đã dùng làm căn cứ giải quyết. ", 32)
	h.must(h.does("H26.3", func(ctx context.Context, tx *store.Tx) error {
		return documents.DeclineRequest(ctx, tx, h.received("H26.3", 0).ID, update, long)
	}))
	states := func() (out string) {
		for _, q := range h.asked("H26.1", id) {
			out += q.ReceiverCode + " " + string(q.Kind) + " " + q.State + "; "
		}
		return out
	}
	h.until("all that can be is settled", func() bool { return strings.Count(states(), "agreed") == 2 && strings.Count(states(), "declined") == 1 })
	for _, q := range h.asked("H26.1", id) {
		want := "agreed"
		if q.ReceiverCode == "H26.3" {
			want = map[documents.RequestKind]string{documents.UpdateDocument: "declined", documents.GiveBack: "sent"}[q.Kind]
		}
		if q.State != want {
			t.Errorf("%s of %s is %s, not %s", q.Kind, q.ReceiverCode, q.State, want)
		}
		if strings.Contains(q.Answer, "[[") {
			t.Errorf("the answer shows its mark: %s", q.Answer)
		}
	}
	if l := h.lines("H26.1", id); l[0].State != Recalled || l[0].Flagged || l[1].State != RecallRequested || l[1].Flagged {
		t.Errorf("%+v", l)
	}
	h.must(h.does("H26.3", func(ctx context.Context, tx *store.Tx) error {
		return documents.AgreeRequest(ctx, tx, h.received("H26.3", 0).ID, 0)
	}))
	h.until("the second gives back", func() bool { return h.lines("H26.1", id)[1].State == Recalled })
	all, err := DeliveryHistory(ctx, h.office.DB, h.clerk("H26.1"), h.lines("H26.1", id)[0].ID)
	if err != nil || len(all) != 3 {
		t.Errorf("the first line has %d answers: %v", len(all), err)
	}
}

func TestNamesOfRequests(t *testing.T) {
	for _, c := range []struct {
		kind         documents.RequestKind
		packet, name string
	}{
		{documents.GiveBack, "axis:H26.1/77/13", "H26.1/77/13"},
		{documents.GiveBack, "axis:H26.1/77/13/4", "H26.1/77/13"},
		{documents.GiveBack, "axis:H26.1/77/01", ""},
		{documents.RecallWhole, "axis:H26.1/78/H26.2", "H26.1/78"},
		{documents.UpdateDocument, "lgsp:4711", ""},
	} {
		if got := requestName(c.kind, c.packet); got != c.name {
			t.Errorf("%s %s is %q, not %q", c.kind, c.packet, got, c.name)
		}
	}
	for _, text := range []string{"", "Đồng ý", strings.Repeat("dài ", 260)} {
		s := status{Code: "16", Parcel: "H26.1/77/13", Description: text}
		said := s.describe()
		if got, m := unmark(said); m.Request != s.Parcel || len([]rune(said)) > maxDescribed || len(text) < 900 && got != text {
			t.Errorf("%q: %q %+v", text, got, m)
		}
	}
}
