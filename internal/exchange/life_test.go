package exchange

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"congvu/internal/axis"
	"congvu/internal/documents"
	"congvu/internal/edxml"
	"congvu/internal/org"
	"congvu/internal/store"
)

// owedFor are the statuses that an agency owes or has sent for a receipt, by code.
func (h *house) owedFor(agency, receipt string) map[string]status {
	h.Helper()
	all, err := store.All[status](context.Background(), h.office.DB, sqlTestOwed, h.agency[agency])
	h.must(err)
	out := map[string]status{}
	for _, s := range all {
		if s.Receipt == receipt {
			if _, twice := out[s.Code]; twice {
				h.Errorf("%s is owed twice for %s", s.Code, receipt)
			}
			out[s.Code] = s
		}
	}
	return out
}

// X12.4, X21.2: each of 01–06 is owed once a receipt, also after a registration that was cancelled and made again, and when finished work is taken up again the
// sender goes on seeing it finished (X12.7). X10.1, X10.2, X10.4: a status comes from the receiver, is for the sender, names the original document and who acted;
// a request to give back comes from the sender and is for the receiver. X13.4: the line keeps time, person, words, channel and the raw message of every status.
func TestEachStatusIsSentOnceAndSaysWhoActed(t *testing.T) {
	ctx := context.Background()
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2"}, nil)
	s := h.staffed("H26.2")
	h.work()
	id := h.issue("H26.1", "H26.2")
	h.reached("H26.1", id, Arrived)
	in := h.received("H26.2", 0)
	register := func(ctx context.Context, tx *store.Tx) error {
		_, err := documents.Register(ctx, tx, in.ID, documents.RegisterForm{VerdictReason: "Bản thử không có chữ ký"})
		return err
	}
	h.act(s.clerk, register)
	h.reached("H26.1", id, Registered)
	h.act(s.clerk, func(ctx context.Context, tx *store.Tx) error {
		return documents.CancelRegistration(ctx, tx, in.ID, "Vào nhầm sổ văn bản đến")
	})
	h.act(s.clerk, register)
	for _, verb := range []string{"document.directed", "document.started", "document.completed", "document.reopened", "document.completed"} {
		h.record("H26.2", verb, in.Ref())
	}
	h.reached("H26.1", id, Done)
	sent := h.owedFor("H26.2", in.Ref())
	if len(sent) != 6-1 { // 01, 03, 04, 05, 06
		t.Errorf("%d codes: %+v", len(sent), sent)
	}
	line := h.lines("H26.1", id)[0]
	if line.State != Done || line.Channel == "" || line.At == 0 || line.SentAt == 0 || line.ArrivedAt == 0 {
		t.Errorf("%+v", line)
	}
	raws, err := store.All[rawAnswer](ctx, h.office.DB, sqlTestRaw, h.agency["H26.1"], line.ID)
	h.must(err)
	for _, a := range raws {
		m, err := edxml.Read(strings.NewReader(string(a.Raw)), edxml.Options{})
		if err != nil || m.Status == nil {
			t.Fatalf("%s is not kept as it came: %v", a.Code, err)
		}
		if m.Status.From.OrganID != "H26.2" || m.Status.ResponseFor.OrganID != "H26.1" || m.Status.ResponseFor.DocumentID != line.DocumentID || m.Status.Code != a.Code {
			t.Errorf("%s: %+v", a.Code, m.Status)
		}
		if a.Code == "03" && (m.Status.Staff.Name != "Lê Thị Hoa" || a.ByName != "Lê Thị Hoa" || a.ByUnit != "Văn phòng") {
			t.Errorf("03 does not say who registered: %+v %+v", m.Status.Staff, a)
		}
	}
	if len(raws) != 5 {
		t.Errorf("%d answers", len(raws))
	}
	h.must(h.does("H26.1", func(ctx context.Context, tx *store.Tx) error {
		return AskBack(ctx, tx, line.ID, "Gửi nhầm cho cơ quan này")
	}))
	h.until("the request arrived", func() bool { return h.received("H26.2", 0).PendingRequest == documents.GiveBack })
	back, err := store.One[store.Packed](ctx, h.office.DB, sqlTestBack, h.agency["H26.2"])
	h.must(err)
	if m, err := edxml.Read(strings.NewReader(string(back)), edxml.Options{}); err != nil || m.Status.From.OrganID != "H26.1" || m.Status.ResponseFor.OrganID != "H26.2" || m.Status.ResponseFor.DocumentID != line.DocumentID {
		t.Errorf("%+v %v", m, err)
	}
}

type rawAnswer struct {
	Code, ByName, ByUnit string
	Raw                  store.Packed
}

var (
	sqlTestRaw  = store.SQL(`SELECT code, raw, by_name, by_unit FROM exchange_answers WHERE agency_id = $1 AND delivery_id = $2 ORDER BY id`)
	sqlTestBack = store.SQL(`SELECT raw FROM exchange_answers WHERE agency_id = $1 AND code = '13'`)
)

// X21.4, X21.9: the same document in eight packets at once, on eight workers, is one receipt; the database refuses the second, the others are kept as duplicates
// of it (X21.6). X21.5: the same status in two packets is one answer.
func TestEightWorkersMakeOneReceipt(t *testing.T) {
	ctx := context.Background()
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2"}, nil)
	body := sealed(t, letterFrom(t, "H26.1", "H26.2", 1, nil), identity(t, "Cơ quan H26.1", "H26.1"))
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			p := axis.Parcel{ID: string(rune('a' + i)), From: "H26.1", To: "H26.2", Kind: kindDocument, Body: body}
			for try := 0; ; try++ { // the axis delivers again what was not taken
				err := h.office.takeIn(ctx, p)
				if err == nil {
					return
				}
				if try == 20 || !errors.Is(err, store.Conflict) {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	opened, refs := 0, map[string]bool{}
	for _, p := range h.taken("H26.2") {
		refs[p.Ref] = true
		if p.State == "opened" {
			opened++
		}
	}
	if len(h.taken("H26.2")) != 8 || opened != 1 || len(refs) != 1 || len(h.quarantined("H26.2")) != 0 {
		t.Errorf("%d opened, receipts %v", opened, refs)
	}
	if again := h.owedFor("H26.2", h.taken("H26.2")[0].Ref); len(again) != 1 {
		t.Errorf("%+v", again)
	}
}

// X9.4, X12.1: one document replaces two, each for those who have it and get the new one; the receiver who has both decides about each, the old receipts say what
// replaces them, the new one begins as an arrival (X9.12), and a receiver whose setting says so answers for the new document only.
func TestOneDocumentReplacesTwo(t *testing.T) {
	ctx := context.Background()
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2", "H26.3"}, nil)
	h.work()
	own := identity(t, "Cơ quan H26.1", "H26.1")
	ids := map[int]string{}
	send := func(to string, number int, change func(*edxml.DocumentMessage)) {
		h.post(to+"/"+string(rune('0'+number)), "H26.1", to, kindDocument, sealed(t, letterFrom(t, "H26.1", to, number, func(m *edxml.DocumentMessage) {
			ids[number] = m.DocumentID
			if change != nil {
				change(m)
			}
		}), own))
	}
	send("H26.2", 1, nil)
	send("H26.2", 2, nil)
	send("H26.3", 2, nil)
	h.until("the old ones arrived", func() bool { return len(h.taken("H26.2")) == 2 && len(h.taken("H26.3")) == 1 })
	replaces := func(m *edxml.DocumentMessage) {
		m.Business = edxml.Business{Kind: edxml.Replace, Reason: "Thay thế hai văn bản trước", Replaces: []edxml.Replacement{{DocumentID: ids[1], OrganIDs: []string{"H26.2"}},
			{DocumentID: ids[2], OrganIDs: []string{"H26.2", "H26.3"}}}}
	}
	h.must(h.office.DB.Write(ctx, store.System(h.agency["H26.3"]), func(tx *store.Tx) error {
		if err := tx.Set(ctx, h.agency["H26.3"], "exchange.answer_replacement", "no"); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "register.changed", Agency: h.agency["H26.3"], Ref: "setting", Title: "x"})
	}))
	send("H26.2", 3, replaces)
	send("H26.3", 3, replaces)
	h.until("the new one arrived", func() bool { return len(h.taken("H26.2")) == 3 && len(h.taken("H26.3")) == 2 })
	next := h.received("H26.2", 2)
	for n := range 2 {
		old := h.received("H26.2", n)
		if old.PendingRequest != documents.ReplaceWith {
			t.Fatalf("document %d waits for nothing: %+v", n, old)
		}
		h.must(h.does("H26.2", func(ctx context.Context, tx *store.Tx) error { return documents.AgreeRequest(ctx, tx, old.ID, 0) }))
		if old = h.received("H26.2", n); old.ReplacedBy != next.ID || old.State != documents.Arrived {
			t.Errorf("%+v", old)
		}
	}
	if next.State != documents.Arrived || next.PendingRequest != "" {
		t.Errorf("%+v", next)
	}
	alone := h.received("H26.3", 0)
	h.must(h.does("H26.3", func(ctx context.Context, tx *store.Tx) error { return documents.AgreeRequest(ctx, tx, alone.ID, 0) }))
	storeDrainLive(h)
	count := func(agency string) (n int) {
		all, err := store.All[status](ctx, h.office.DB, sqlTestOwed, h.agency[agency])
		h.must(err)
		for _, s := range all {
			if s.Code == "15" {
				n++
			}
		}
		return n
	}
	h.until("both are answered", func() bool { return count("H26.2") == 2 })
	if n := count("H26.3"); n != 0 {
		t.Errorf("%d answers for the old document though the setting says none", n)
	}
}

// storeDrainLive waits until the follower has heard everything that is in the journal now.
func storeDrainLive(h *house) {
	h.Helper()
	h.record("H26.1", "document.reopened", "outgoing/0")
	last, err := store.One[int64](context.Background(), h.office.DB, sqlTestLast)
	h.must(err)
	h.until("the exchange heard everything", func() bool {
		at, err := store.One[int64](context.Background(), h.office.DB, sqlTestHeard, Follower)
		return err == nil && at >= last
	})
}

var (
	sqlTestLast  = store.SQL(`SELECT max(id) FROM store_journal`)
	sqlTestHeard = store.SQL(`SELECT id FROM store_cursors WHERE follower = $1`)
)

// X15.6: the operator reads a parcel that could not be taken in: as text in which nothing works and files are folded, what could be read of it, and why not; the
// administrator gives one for nobody to an agency, which takes it in; nobody else does.
func TestTheDeskShowsAParcelAndGivesIt(t *testing.T) {
	ctx := context.Background()
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2"}, nil)
	h.work()
	own := identity(t, "Cơ quan H26.1", "H26.1")
	odd := bytes.Replace(letterFrom(t, "H26.1", "H26.2", 1, nil), []byte("phối hợp"), []byte("&lt;script&gt;phối hợp&lt;/script&gt;"), 1)
	h.post("unsigned", "H26.1", "H26.2", kindDocument, odd)
	h.post("rubbish", "H26.1", "H26.2", kindDocument, []byte("\x00\x01không phải XML\x1b[31m"))
	h.until("both are kept", func() bool { return len(h.quarantined("H26.2")) == 2 })
	for _, q := range h.quarantined("H26.2") {
		seen, err := h.office.Look(ctx, h.clerk("H26.2"), q.ID)
		h.must(err)
		switch q.Parcel {
		case "unsigned":
			if seen.Read == nil || seen.Read.Code != "1/CV-X" || !strings.Contains(seen.Read.Subject, "phối hợp") || seen.Read.From != "Cơ quan H26.1 (H26.1)" || len(seen.Read.Files) != 1 || !seen.Whole {
				t.Errorf("%+v", seen.Read)
			}
		default:
			if seen.Read != nil || seen.Why.Text == "" || strings.ContainsAny(seen.Text, "\x00\x01\x1b") || !strings.Contains(seen.Text, "không phải XML") {
				t.Errorf("%+v", seen)
			}
		}
		if _, err := h.office.Look(ctx, h.clerk("H26.1"), q.ID); !errors.Is(err, store.NotFound) {
			t.Errorf("a foreign clerk: %v", err)
		}
	}
	folded, whole := readable(append(bytes.Repeat([]byte("QUJD"), 50000), bytes.Repeat([]byte("<p>chữ</p>\n"), 9000)...))
	if whole || len(folded) > lookText+3 || !strings.Contains(folded, "ký tự mã hóa tệp") {
		t.Errorf("%d bytes, whole %v", len(folded), whole)
	}

	h.must(h.office.quarantine(ctx, letter{Parcel: "nobody", From: "H26.1", To: "H26.2", Kind: kindDocument, raw: sealed(t, letterFrom(t, "H26.1", "H26.2", 2, nil), own)},
		fault("unknown_receiver", "Không có cơ quan nào mã {to} trong hệ thống này.", "to", "H26.2")))
	admin := store.Actor{Person: 7, Roles: store.SystemAdmin, Via: store.ViaWeb}
	var q Quarantined
	for _, x := range h.quarantined("") {
		if x.Parcel == "nobody" {
			q = x
		}
	}
	give := func(a store.Actor) error {
		return h.office.DB.Write(ctx, a, func(tx *store.Tx) error { return QuarantineGive(ctx, tx, q.ID, org.AgencyID(h.agency["H26.2"])) })
	}
	if err := give(h.clerk("H26.2")); !errors.Is(err, store.NotFound) {
		t.Errorf("a clerk gives nobody's parcel: %v", err)
	}
	h.must(give(admin))
	h.until("the agency took it in", func() bool { return len(h.taken("H26.2")) == 1 })
	if in := h.received("H26.2", 0); !strings.Contains(string(in.Warnings), "không có trong danh bạ") {
		t.Errorf("%+v", in)
	}
	if err := give(admin); !errors.Is(err, store.Conflict) {
		t.Errorf("given twice: %v", err)
	}
}
