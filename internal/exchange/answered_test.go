package exchange

import (
	"context"
	"strings"
	"testing"
	"time"

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
		h.must(h.does("H26.1", func(ctx context.Context, tx *store.Tx) error {
			return AskBack(ctx, tx, l.ID, "Gửi nhầm cho cơ quan này")
		}))
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

var (
	sqlTestNoAsking   = store.SQL(`DELETE FROM documents_requests WHERE agency_id = $1`)
	sqlTestNoPacket   = store.SQL(`DELETE FROM exchange_parcels WHERE agency_id = $1 AND direction = 'in' AND ref LIKE 'request/%'`)
	sqlTestNoReturn   = store.SQL(`DELETE FROM exchange_answers WHERE agency_id = $1 AND code IN ('13', '15', '16')`)
	sqlTestNotPending = store.SQL(`UPDATE documents_incoming SET pending_request = '' WHERE agency_id = $1`)
	sqlTestUnsettled  = store.SQL(`UPDATE exchange_requests SET state = 'sent', due_us = 1 WHERE agency_id = $1`)
	sqlTestUnrecalled = store.SQL(`UPDATE exchange_deliveries SET state = 'recall_requested' WHERE agency_id = $1`)
	sqlTestSends      = store.SQL(`SELECT sends FROM exchange_requests WHERE agency_id = $1 AND due_us = 0 ORDER BY id LIMIT 1`)
)

// An axis that acknowledged and forgot: what was asked, or what was answered, is told again until the other side has it; he who knows it already only
// repeats his answer (X21.6).
func TestRequestIsSentAgainUntilItIsAnswered(t *testing.T) {
	for _, kind := range []documents.RequestKind{documents.GiveBack, documents.RecallWhole} {
		t.Run(string(kind), func(t *testing.T) {
			ctx := context.Background()
			h := build(t, axis.Config{}, []string{"H26.1", "H26.2"}, nil)
			h.office.Resend = func(int) time.Duration { return 700 * time.Millisecond } // longer than the window of the axis
			stop := h.work()
			id := h.issue("H26.1", "H26.2")
			h.reached("H26.1", id, Arrived)
			if kind == documents.RecallWhole {
				h.recall("H26.1", id, "Văn bản ban hành trái thẩm quyền", "20/QĐ-UBND")
			} else {
				h.must(h.does("H26.1", func(ctx context.Context, tx *store.Tx) error {
					return AskBack(ctx, tx, h.lines("H26.1", id)[0].ID, "Gửi nhầm cho cơ quan này")
				}))
			}
			h.pending("H26.2", 0, kind, 1)
			stop()
			for _, s := range []*store.Stmt{sqlTestNoAsking, sqlTestNoPacket, sqlTestNoReturn, sqlTestNotPending} { // it never came
				h.keep(s, h.agency["H26.2"])
			}
			stop = h.work()
			h.pending("H26.2", 0, kind, 1)
			h.must(h.does("H26.2", func(ctx context.Context, tx *store.Tx) error {
				return documents.AgreeRequest(ctx, tx, h.received("H26.2", 0).ID, 0)
			}))
			h.reached("H26.1", id, Recalled)
			stop()
			for _, s := range []*store.Stmt{sqlTestNoReturn, sqlTestUnsettled, sqlTestUnrecalled} { // the answer never came
				h.keep(s, h.agency["H26.1"])
			}
			h.work()
			h.reached("H26.1", id, Recalled)
			if q := h.asked("H26.1", id); len(q) != 1 || q[0].State != "agreed" {
				t.Errorf("%+v", q)
			}
			all, err := documents.Requests(ctx, h.office.DB, h.clerk("H26.2"), h.received("H26.2", 0).ID)
			if err != nil || len(all) != 1 || all[0].State != documents.AskedAgreed {
				t.Errorf("%+v %v", all, err)
			}
		})
	}
}

// After the last send a person is told, and nothing more is sent.
func TestUnansweredRequestGoesToAPerson(t *testing.T) {
	ctx := context.Background()
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2"}, nil)
	h.office.MaxSends, h.office.Resend = 2, func(int) time.Duration { return 700 * time.Millisecond }
	h.work()
	id := h.issue("H26.1", "H26.2")
	h.reached("H26.1", id, Arrived)
	h.must(h.does("H26.1", func(ctx context.Context, tx *store.Tx) error {
		return AskBack(ctx, tx, h.lines("H26.1", id)[0].ID, "Gửi nhầm cho cơ quan này")
	}))
	h.until("it is given up", func() bool {
		n, ok, err := store.Maybe[int](ctx, h.office.DB, sqlTestSends, h.agency["H26.1"])
		return err == nil && ok && n == 2
	})
	if all := h.asked("H26.1", id); all[0].State != "sent" {
		t.Errorf("%+v", all)
	}
}

var (
	sqlTestLoseAnswer = store.SQL(`DELETE FROM exchange_answers WHERE agency_id = $1 AND code IN ('03', '15')`)
	sqlTestPutBack    = store.SQL(`UPDATE exchange_deliveries SET state = 'arrived' WHERE agency_id = $1`)
	sqlTestReask      = store.SQL(`UPDATE exchange_requests SET state = 'sent' WHERE agency_id = $1`)
	sqlTestPutOff     = store.SQL(`UPDATE exchange_deliveries SET due_us = $1 WHERE agency_id = $2 AND due_us > 0`)
)

// A status that the axis acknowledged and forgot, on a line that has another, is told again when both sides compare; so is the answer to a request that is
// not sent again. In one installation and between two.
func TestForgottenStatusesAreToldAgainWhenSidesCompare(t *testing.T) {
	here := build(t, axis.Config{}, []string{"H26.1", "H26.2"}, nil)
	hub := build(t, axis.Config{Node: "hub", Listen: "127.0.0.1:0", Peers: []axis.Peer{{Name: "phuong", Password: "mat-khau-cua-phuong", Agencies: []string{"H26.2"}}}},
		[]string{"H26.1"}, []string{"H26.2"})
	leaf := build(t, axis.Config{Node: "phuong", Hub: "nats://" + hub.office.Axis.Addr(), HubPassword: "mat-khau-cua-phuong"}, []string{"H26.2"}, []string{"H26.1"})
	for name, pair := range map[string][2]*house{"one": {here, here}, "two": {hub, leaf}} {
		t.Run(name, func(t *testing.T) {
			from, to := pair[0], pair[1]
			from.office.UnderWay, to.office.UnderWay = 1, 1
			stop := from.work()
			if from != to {
				to.work()
			}
			id := from.issue("H26.1", "H26.2")
			from.reached("H26.1", id, Arrived)
			to.record("H26.2", "document.registered", to.received("H26.2", 0).Ref())
			from.reached("H26.1", id, Registered)
			from.askUpdate("H26.1", from.lines("H26.1", id)[0])
			to.pending("H26.2", 0, documents.UpdateDocument, 1)
			to.must(to.does("H26.2", func(ctx context.Context, tx *store.Tx) error {
				return documents.AgreeRequest(ctx, tx, to.received("H26.2", 0).ID, 0)
			}))
			agreed := func() bool { return from.asked("H26.1", id)[0].State == "agreed" }
			from.until("it is agreed", agreed)
			stop()
			for _, s := range []*store.Stmt{sqlTestLoseAnswer, sqlTestPutBack, sqlTestReask} {
				from.keep(s, from.agency["H26.1"])
			}
			from.work()
			from.must(from.office.notePeers(context.Background()))
			from.must(from.office.DB.Write(context.Background(), from.clerk("H26.1"), func(tx *store.Tx) error { return Reconcile(context.Background(), tx, "", 0) }))
			from.reached("H26.1", id, Registered)
			from.until("the answer came again", agreed)
		})
	}
}

// A clock that ran a year ahead and was set back puts nothing off for a year.
func TestWhatIsDueInAYearIsDueNow(t *testing.T) {
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2"}, nil)
	id := h.issue("H26.1", "H26.2")
	storeDrain(t, h)
	h.must(h.office.pack(context.Background(), h.job(jobPack)))
	h.keep(sqlTestPutOff, h.office.DB.Now().Add(365*24*time.Hour), h.agency["H26.1"])
	h.work()
	h.reached("H26.1", id, Arrived)
}
