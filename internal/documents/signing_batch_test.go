package documents

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"congvu/internal/org"
	"congvu/internal/store"
)

func (h *house) many(n int, s State) []*Outgoing {
	h.t.Helper()
	out := make([]*Outgoing, n)
	for i := range out {
		out[i] = h.at(s)
	}
	return out
}

func picks(docs ...*Outgoing) []Pick {
	var out []Pick
	for _, o := range docs {
		out = append(out, Pick{ID: o.ID})
	}
	return out
}

func (h *house) startBatch(a store.Actor, kind string, p []Pick) *Batch {
	h.t.Helper()
	var b *Batch
	h.do(a, func(tx *store.Tx) (err error) {
		b, err = StartBatch(bg, tx, BatchForm{Kind: kind, Picks: p, Consent: true})
		return err
	})
	return b
}

// Issue 5(e), S11.1: a hundred documents with one consent, each with its own result, and one message at the end.
func TestAHundredDocumentsAreSignedWithOneConsent(t *testing.T) {
	h := newHouse(t)
	docs := h.many(100, AwaitingSignature)
	b := h.startBatch(h.head, BatchSign, picks(docs...))
	if b.Total != 100 || b.Open != 100 || b.State != BatchRunning {
		t.Fatalf("started %+v", b)
	}
	h.workAll()
	b, err := FindBatch(bg, h.DB, h.head, b.ID)
	must(t, err)
	if b.State != BatchEnded || b.Done != 100 || b.Failed != 0 || b.Open != 0 || b.Ended == 0 {
		t.Fatalf("ended %+v", b)
	}
	for _, o := range docs {
		if o = h.again(o); o.State != Signed {
			t.Fatalf("state %s", o.State)
		}
	}
	if h.journalled("document.signed") != 100 || h.journalled("batch.ended") != 1 {
		t.Errorf("%d signatures, %d ends", h.journalled("document.signed"), h.journalled("batch.ended"))
	}
	items, err := BatchItems(bg, h.DB, h.head, b.ID)
	must(t, err)
	if len(items) != 100 || items[0].SHA == "" || items[0].Pages == 0 || items[99].State != ItemDone {
		t.Errorf("items %+v", items[0])
	}
}

// S11.3: one failure never blocks or undoes the others; the document stays in its queue, the reason at its line.
func TestOneFailureStopsNoOther(t *testing.T) {
	h := newHouse(t)
	docs := h.many(5, AwaitingSignature)
	signed := h.at(Signed)
	p := picks(append(docs, signed)...)
	p[1].SHA = strings.Repeat("0", 64) // another file than he saw
	b := h.startBatch(h.head, BatchSign, p)
	if b.Open != 4 || b.Failed != 2 {
		t.Fatalf("started %+v", b)
	}
	h.do(h.head, func(tx *store.Tx) error { return Return(bg, tx, docs[2].ID, "cần bổ sung số liệu") })
	h.do(h.drafter, func(tx *store.Tx) error { return Opine(bg, tx, docs[3].ID, "đã xem") }) // an opinion changes no file
	h.workAll()
	items, err := BatchItems(bg, h.DB, h.head, b.ID)
	must(t, err)
	var got []string
	for _, x := range items {
		got = append(got, x.State)
		if (x.State == ItemFailed) != (x.Reason.Text != "") {
			t.Errorf("%s: reason %q", x.State, x.Reason.Text)
		}
	}
	if s := strings.Join(got, " "); s != "done failed failed done done failed" {
		t.Errorf("items: %s", s)
	}
	if h.again(docs[1]).State != AwaitingSignature {
		t.Error("the failed one left its queue")
	}
	if b, err = FindBatch(bg, h.DB, h.head, b.ID); err != nil || b.State != BatchEnded || b.Done != 3 || b.Failed != 3 {
		t.Errorf("ended %+v, %v", b, err)
	}
}

// A batch is started by who may, within its size, with consent; nobody else sees it.
func TestBatchIsBounded(t *testing.T) {
	h := newHouse(t)
	o := h.at(AwaitingSignature)
	start := func(a store.Actor, f BatchForm) error {
		return h.try(a, func(tx *store.Tx) error { _, err := StartBatch(bg, tx, f); return err })
	}
	ok := BatchForm{Kind: BatchSign, Picks: picks(o), Consent: true}
	refused(t, start(h.head, BatchForm{Kind: BatchSign, Picks: picks(o)}), store.Invalid, "without consent")
	refused(t, start(h.head, BatchForm{Kind: BatchSign, Consent: true}), store.Invalid, "nothing")
	refused(t, start(h.head, BatchForm{Kind: "burn", Picks: picks(o), Consent: true}), store.Invalid, "an unknown kind")
	refused(t, start(h.head, BatchForm{Kind: BatchSign, Picks: picks(o, o), Consent: true}), store.Invalid, "one twice")
	refused(t, start(h.deputy, ok), store.Conflict, "another leader, who sees it but does not sign it")
	refused(t, start(h.outsider, ok), store.NotFound, "who does not see it")
	refused(t, start(h.foreigner, ok), store.NotFound, "a foreign agency")
	refused(t, start(h.head, BatchForm{Kind: BatchRelease, Picks: picks(o), Consent: true}), store.Forbidden, "releasing without the registers")
	h.do(h.admin, func(tx *store.Tx) error {
		return errors.Join(tx.Set(bg, h.head.Agency, "documents.batch_person", "1"), tx.Record(store.Event{Verb: "agency.changed", Agency: h.head.Agency}))
	})
	two := picks(o, h.at(AwaitingSignature))
	refused(t, start(h.head, BatchForm{Kind: BatchSign, Picks: two, Consent: true}), store.Invalid, "more than the setting")
	b := h.startBatch(h.head, BatchSign, picks(o))
	for _, a := range []store.Actor{h.deputy, h.clerk, h.admin, h.foreigner} {
		_, err := FindBatch(bg, h.DB, a, b.ID)
		refused(t, err, store.NotFound, name(a, h))
		_, err = BatchItems(bg, h.DB, a, b.ID)
		refused(t, err, store.NotFound, name(a, h))
		refused(t, h.try(a, func(tx *store.Tx) error { return CancelBatch(bg, tx, b.ID) }), store.NotFound, name(a, h))
	}
	all, err := Batches(bg, h.DB, h.head, 0)
	if err != nil || len(all) != 1 || all[0].ID != b.ID {
		t.Errorf("%v, %v", all, err)
	}
	if all, err = Batches(bg, h.DB, h.deputy, 0); err != nil || len(all) != 0 {
		t.Errorf("the deputy sees %v, %v", all, err)
	}
}

// Cancelling takes out what has not begun; the rest is finished and the batch ends.
func TestCancelledBatchFinishesWhatHasBegun(t *testing.T) {
	h := newHouse(t)
	docs := h.many(12, AwaitingSignature)
	b := h.startBatch(h.head, BatchSign, picks(docs...))
	work := h.signingWork()
	_, err := h.DB.WorkOnce(bg, work[0]) // the first eight
	must(t, err)
	h.do(h.head, func(tx *store.Tx) error { return CancelBatch(bg, tx, b.ID) })
	refused(t, h.try(h.head, func(tx *store.Tx) error { return CancelBatch(bg, tx, b.ID) }), store.Conflict, "again")
	h.workAll()
	b, err = FindBatch(bg, h.DB, h.head, b.ID)
	must(t, err)
	if b.State != BatchEnded || b.Done != 8 || b.Cancelled != 4 || b.Open != 0 {
		t.Errorf("%+v", b)
	}
}

// A worker that dies in the middle, before or after its signature was kept, leaves work that another takes up: every document is signed once.
func TestKilledWorkerSignsNothingTwice(t *testing.T) {
	h := newHouse(t)
	docs := h.many(6, AwaitingSignature)
	b := h.startBatch(h.head, BatchSign, picks(docs...))
	dying, kill := context.WithCancel(bg)
	n := 0
	w := h.signingWork()[0]
	w.Parallel = 1
	work := w.Do
	w.Do = func(ctx context.Context, j store.Job) error {
		if n++; n == 3 {
			kill()
			return ctx.Err() // before it signed
		}
		return work(ctx, j)
	}
	_, _ = h.DB.WorkOnce(dying, w)
	h.clock.Step(6 * time.Minute) // the leases run out
	h.workAll()
	b, err := FindBatch(bg, h.DB, h.head, b.ID)
	must(t, err)
	if b.Done != 6 || b.State != BatchEnded || h.journalled("document.signed") != 6 {
		t.Errorf("%+v, %d signatures", b, h.journalled("document.signed"))
	}
	for _, o := range docs {
		versions, err := Versions(bg, h.DB, h.head, o.ID)
		must(t, err)
		if len(versions) != 2 || versions[1].Method != MethodServerKey {
			t.Errorf("versions %+v", versions)
		}
	}
}

// Two processes work on one batch; a job whose lease ran out while its worker still signs is done once.
func TestTwoWorkersShareABatch(t *testing.T) {
	h := newHouse(t)
	docs := h.many(3, AwaitingSignature)
	b := h.startBatch(h.head, BatchSign, picks(docs...))
	w := h.signingWork()[0]
	work := w.Do
	w.Do = func(ctx context.Context, j store.Job) error { return errors.Join(work(ctx, j), work(ctx, j)) }
	_, err := h.DB.WorkOnce(bg, w)
	must(t, err)
	h.workAll()
	if b, err = FindBatch(bg, h.DB, h.head, b.ID); err != nil || b.Done != 3 || h.journalled("document.signed") != 3 {
		t.Errorf("%+v, %v", b, err)
	}
}

// The clerk's batch takes documents the whole way out, within its own size; the numbers follow the list.
func TestClerkReleasesABatch(t *testing.T) {
	h := newHouse(t)
	docs := append(h.many(3, Signed), h.at(Numbered), h.at(Sealed))
	b := h.startBatch(h.clerk, BatchRelease, picks(docs...))
	h.workAll()
	b, err := FindBatch(bg, h.DB, h.clerk, b.ID)
	must(t, err)
	if b.Done != 5 || b.State != BatchEnded {
		items, _ := BatchItems(bg, h.DB, h.clerk, b.ID)
		t.Fatalf("%+v %+v", b, items)
	}
	for _, o := range docs {
		if h.again(o).State != Issued {
			t.Errorf("state %s", h.again(o).State)
		}
	}
	eleven := picks(h.many(11, Signed)...)
	err = h.try(h.clerk, func(tx *store.Tx) error {
		_, err := StartBatch(bg, tx, BatchForm{Kind: BatchRelease, Picks: eleven, Consent: true})
		return err
	})
	refused(t, err, store.Invalid, "eleven at once")
}

// Who leaves his post does not sign any more, however he ordered it.
func TestBatchOfOneWhoLeftSignsNothing(t *testing.T) {
	h := newHouse(t)
	o := h.at(AwaitingSignature)
	b := h.startBatch(h.head, BatchSign, picks(o))
	h.do(store.Actor{Via: store.ViaSystem}, func(tx *store.Tx) error {
		return org.EndHolding(bg, tx, org.HoldingID(h.head.Holding), "2026-11-22")
	})
	h.workAll()
	b, err := FindBatch(bg, h.DB, h.head, b.ID)
	must(t, err)
	if b.Failed != 1 || h.again(o).State != AwaitingSignature {
		t.Errorf("%+v", b)
	}
}

// An account that is locked, because somebody else sits there, stops what was ordered with it: batches, files of the local program, releases.
func TestWhatALockedPersonOrderedDoesNotGoOn(t *testing.T) {
	h, _ := newStampingHouse(t)
	locked := int64(0)
	h.Locked = func(_ context.Context, _ store.Reader, person int64) (bool, error) { return person == locked, nil }
	o, released := h.at(AwaitingSignature), h.at(Signed)
	_, err := Release(bg, h.Desk, h.clerk, released.ID)
	must(t, err)
	b := h.startBatch(h.head, BatchSign, picks(o))
	locked = h.head.Person
	h.workAll()
	b, err = FindBatch(bg, h.DB, h.head, b.ID)
	must(t, err)
	if b.Failed != 1 || h.again(o).State != AwaitingSignature {
		t.Errorf("%+v, state %s", b, h.again(o).State)
	}
	locked = 0
	v := h.onDevice(h.head, "Nguyễn Văn Nghĩa", MethodUSBToken)
	s := h.prepareAgent(h.head, o, PurposeApprove)
	signed := v.program(t, h.handed(s.Parts[0].Token), certify)
	locked = h.head.Person
	_, err = h.upload(s.Parts[0].Token, signed)
	refused(t, err, store.Forbidden, "the program of a locked person")
	if h.again(o).State != AwaitingSignature {
		t.Errorf("state %s", h.again(o).State)
	}
	locked = h.clerk.Person
	h.settle()
	r, _, err := store.Maybe[ReleaseOrder](bg, h.DB, sqlRelease, released.AgencyID, released.ID)
	must(t, err)
	if r.State != "refused" || h.again(released).State != Signed {
		t.Errorf("order is %s, document %s", r.State, h.again(released).State)
	}
}

// With a time-stamp authority the batch does not wait for it: the orders are remembered and go on by themselves (S6.2, S11.5).
func TestReleaseBatchDoesNotWaitForTimeStamps(t *testing.T) {
	h, _ := newStampingHouse(t)
	docs := h.many(3, AwaitingSignature)
	signing := h.startBatch(h.head, BatchSign, picks(docs...))
	h.workAll()
	releasing := h.startBatch(h.clerk, BatchRelease, picks(docs...))
	h.workAll()
	for _, x := range []struct {
		a  store.Actor
		id int64
	}{{h.head, signing.ID}, {h.clerk, releasing.ID}} {
		b, err := FindBatch(bg, h.DB, x.a, x.id)
		must(t, err)
		if b.State != BatchEnded || b.Done != 3 {
			t.Fatalf("%+v", b)
		}
	}
	items, err := BatchItems(bg, h.DB, h.clerk, releasing.ID)
	must(t, err)
	if items[0].State != ItemDone || items[0].Reason.Text == "" || h.again(docs[0]).State != Signed {
		t.Errorf("%+v, state %s", items[0], h.again(docs[0]).State)
	}
	h.settle()
	for _, o := range docs {
		if o = h.again(o); o.State != Issued {
			t.Errorf("state %s after the stamps", o.State)
		}
	}
}

// What fails again and again for no reason of the document's is given up with a calm reason; the batch ends all the same.
func TestWorkThatNeverSucceedsIsGivenUp(t *testing.T) {
	h := newHouse(t)
	o := h.at(AwaitingSignature)
	b := h.startBatch(h.head, BatchSign, picks(o))
	w := h.signingWork()[0]
	w.Do = func(context.Context, store.Job) error { return errors.New("disk on fire") }
	for range w.MaxTries {
		_, err := h.DB.WorkOnce(bg, w)
		must(t, err)
		h.clock.Step(time.Minute)
	}
	h.workAll()
	b, err := FindBatch(bg, h.DB, h.head, b.ID)
	must(t, err)
	items, err := BatchItems(bg, h.DB, h.head, b.ID)
	must(t, err)
	if b.State != BatchEnded || b.Failed != 1 || items[0].Reason.Text == "" || strings.Contains(items[0].Reason.Text, "fire") || h.again(o).State != AwaitingSignature {
		t.Errorf("%+v %+v", b, items)
	}
}

// BenchmarkBatch signs documents of a batch, one consent for all: time for each document, from order to end.
func BenchmarkBatch(b *testing.B) {
	h := newHouse(b)
	most := 100
	for left := b.N; left > 0; left -= most {
		b.StopTimer()
		list := picks(h.many(min(left, most), AwaitingSignature)...)
		b.StartTimer()
		h.startBatch(h.head, BatchSign, list)
		h.workAll()
	}
}
