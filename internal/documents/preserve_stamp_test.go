package documents

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"congvu/internal/blob"
	"congvu/internal/org"
	"congvu/internal/pades"
	"congvu/internal/store"
)

// The way of a document with a time-stamp authority: signed at once, stamped later, released when every stamp is there.
func TestReleaseIsRememberedUntilTheStampsCome(t *testing.T) {
	h, authority := newStampingHouse(t)
	o := h.at(Signed)
	if authority.called() != 0 {
		t.Fatal("signing waited for the time-stamp authority")
	}
	if all := h.stampsOf(o); len(all) != 1 || all[0].State != StampWaiting || all[0].Purpose != purposeApprove {
		t.Fatalf("stamps after signing: %+v", all)
	}
	_, err := Seal(bg, h.Desk, h.clerk, o.ID)
	refused(t, err, store.Conflict, "seal")
	o, err = Release(bg, h.Desk, h.clerk, o.ID)
	must(t, err)
	if o.State != Signed || authority.called() != 0 {
		t.Fatalf("state %s after %d calls", o.State, authority.called())
	}
	order, ok, err := FindRelease(bg, h.DB, h.clerk, o.ID)
	if err != nil || !ok || !order.Waiting() {
		t.Fatalf("order %+v, %v", order, err)
	}
	if o, err = Release(bg, h.Desk, h.clerk, o.ID); err != nil || o.State != Signed { // a second click changes nothing
		t.Fatalf("%s, %v", o.State, err)
	}
	h.settle()
	if o = h.again(o); o.State != Issued {
		t.Fatalf("state %s: %v", o.State, h.said(o))
	}
	if order, _, _ = FindRelease(bg, h.DB, h.clerk, o.ID); order.State != "done" {
		t.Errorf("order is %s", order.State)
	}
	if authority.called() != 2 {
		t.Errorf("%d calls for two signatures", authority.called())
	}
	if !h.told(h.clerk, "document.release_done") {
		t.Error("the clerk was not told that the document is out")
	}
	h.assertLevels(o, "T", "T")
	steps, err := Timeline(bg, h.DB, h.clerk, o.Ref())
	must(t, err)
	issued := slices.IndexFunc(steps, func(s Step) bool { return s.Act == string(ActIssue) })
	if issued < 0 || steps[issued].Person != h.clerk.Person || !strings.Contains(steps[issued].Who, "Hoàng Thị Ngọc") {
		t.Errorf("issued by %+v", steps[issued])
	}
}

// assertLevels checks the levels of the signatures on the main file, and that all of them pass.
func (h *house) assertLevels(o *Outgoing, want ...string) {
	h.t.Helper()
	r, err := pades.Verify(h.mainBytes(o), pades.VerifyOptions{At: h.DB.Now().Time(), Trust: h.Trust})
	must(h.t, err)
	var got []string
	for _, s := range r.Signatures {
		got = append(got, s.Level)
	}
	if !slices.Equal(got, want) || r.Outcome != pades.Passed {
		h.t.Fatalf("levels %v, outcome %s; want %v passed", got, r.Outcome, want)
	}
}

func TestWithoutAuthorityOrPolicyNothingWaits(t *testing.T) {
	h := newHouse(t)
	if o := h.at(Issued); len(h.stampsOf(o)) != 0 {
		t.Error("a stamp is asked for without an authority")
	}
	s, authority := newStampingHouse(t)
	s.policy(StampOff)
	if o := s.at(Issued); len(s.stampsOf(o)) != 0 || authority.called() != 0 {
		t.Error("a stamp is asked for against the policy")
	}
}

// The operator takes the authority away while signatures wait for it: after an hour they have waited in vain, and the order goes on.
func TestNothingWaitsForAnAuthorityThatWasTakenAway(t *testing.T) {
	h, authority := newStampingHouse(t)
	o := h.at(Signed)
	_, err := Release(bg, h.Desk, h.clerk, o.ID)
	must(t, err)
	h.Desk.Stamper = nil
	for range 5 {
		h.settle()
		h.clock.Step(10 * time.Minute)
	}
	if all := h.stampsOf(o); all[0].State != StampWaiting || h.again(o).State != Signed {
		t.Fatalf("given up at once: %+v", all)
	}
	for range 5 {
		h.clock.Step(10 * time.Minute)
		h.settle()
	}
	if all := h.stampsOf(o); all[0].State != StampFailed || all[0].Said().Text == "" || authority.called() != 0 {
		t.Fatalf("%+v", all)
	}
	if o = h.again(o); o.State != Issued {
		t.Errorf("state %s: %v", o.State, h.said(o))
	}
}

// A slow authority (minutes) holds up nobody: signing, drafting and other documents go on while a call is open.
// N16: signing, drafting and other documents go on while a call is open.
func TestASlowAuthorityHoldsUpNobodyElse(t *testing.T) {
	h, authority := newStampingHouse(t)
	gate := make(chan struct{})
	authority.set(nil, gate)
	slow := h.at(Signed)
	ctx, stop := context.WithCancel(bg)
	done := make(chan struct{})
	go func() { defer close(done); h.Desk.Preserve(ctx, func(error) {}) }()
	defer func() { stop(); <-done }()
	<-authority.began
	other := h.at(Signed) // all of the way to the signature while the call is open
	o, err := Release(bg, h.Desk, h.clerk, slow.ID)
	if err != nil || o.State != Signed {
		t.Fatalf("%v, %v", o, err)
	}
	if all := h.stampsOf(other); len(all) != 1 {
		t.Fatal("no stamp for the second document")
	}
	h.do(h.drafter, func(tx *store.Tx) error { _, err := Draft(bg, tx, h.form()); return err })
	close(gate)
	deadline, cancel := context.WithTimeout(bg, time.Minute)
	defer cancel()
	for o.State != Issued && deadline.Err() == nil {
		time.Sleep(10 * time.Millisecond)
		o = h.again(slow)
	}
	if o.State != Issued {
		t.Fatalf("state %s: %v", o.State, h.said(o))
	}
}

// Three tries, the waits between them growing, then the stamp is given up and people are told.
// N16: three tries, then a person is told.
func TestThreeTriesThenStuckAndVisible(t *testing.T) {
	h, authority := newStampingHouse(t)
	authority.set(errTSADown, nil)
	o := h.at(Signed)
	var waits []time.Duration
	last := h.DB.Now()
	for range 200 {
		before := authority.called()
		h.work(h.Desk.stamping())
		if authority.called() > before {
			waits = append(waits, h.DB.Now().Time().Sub(last.Time()).Round(time.Minute))
			last = h.DB.Now()
		}
		h.clock.Step(30 * time.Second)
	}
	if authority.called() != 3 || len(waits) != 3 || waits[2] <= waits[1] || waits[1] == 0 {
		t.Fatalf("%d calls, waits %v", authority.called(), waits)
	}
	all := h.stampsOf(o)
	if all[0].State != StampFailed || all[0].Said().Text == "" || all[0].Tries != 3 {
		t.Fatalf("%+v", all[0])
	}
	f, err := FiguresOfPreservation(bg, h.DB, h.admin)
	if err != nil || f.StampsFailed != 1 || f.StampsWaiting != 0 {
		t.Errorf("figures %+v, %v", f, err)
	}
	open, err := OpenStamps(bg, h.DB, h.admin)
	if err != nil || len(open) != 1 || open[0].Type != "Công văn" {
		t.Errorf("open %+v, %v", open, err)
	}
	jobs, err := h.DB.Backlogs(bg)
	if err != nil || !slices.Contains(jobs, store.Backlog{Kind: jobStamp, State: "stuck", N: 1}) {
		t.Errorf("backlog %v, %v", jobs, err)
	}
}

// failStamp lets every try for the newest signature fail.
func (h *house) failStamp(authority *tsa) {
	h.t.Helper()
	authority.set(errTSADown, nil)
	for range 3 {
		h.work(h.Desk.stamping())
		h.clock.Step(time.Hour)
	}
	authority.set(nil, nil)
}

func TestPolicyDecidesWhatFailedStampsStop(t *testing.T) {
	for _, c := range []struct {
		policy StampPolicy
		issued bool
	}{{StampWanted, true}, {StampRequired, false}} {
		t.Run(string(c.policy), func(t *testing.T) {
			h, authority := newStampingHouse(t)
			h.policy(c.policy)
			o := h.at(Signed)
			o, err := Release(bg, h.Desk, h.clerk, o.ID)
			must(t, err)
			h.failStamp(authority)
			h.settle()
			o = h.again(o)
			order, _, err := FindRelease(bg, h.DB, h.clerk, o.ID)
			must(t, err)
			if c.issued {
				if o.State != Issued || order.State != "done" {
					t.Fatalf("state %s, order %s", o.State, order.State)
				}
				if all := h.stampsOf(o); all[0].State == StampStamped || len(all) != 2 || all[1].State != StampStamped {
					t.Errorf("stamps %+v", all)
				}
				return
			}
			if o.State == Issued || order.State != "refused" || !strings.Contains(order.Said().Text, "bắt buộc") {
				t.Fatalf("state %s, order %+v", o.State, order)
			}
			_, err = Seal(bg, h.Desk, h.clerk, o.ID)
			refused(t, err, store.Conflict, "seal without the required stamp")
			h.do(h.clerk, func(tx *store.Tx) error { return RetryStamp(bg, tx, h.stampsOf(o)[0].ID) })
			if o, err = Release(bg, h.Desk, h.clerk, o.ID); err != nil || o.State == Issued {
				t.Fatalf("%s, %v", o.State, err)
			}
			h.settle()
			if o = h.again(o); o.State != Issued {
				t.Fatalf("after the retry: %s %v", o.State, h.said(o))
			}
			h.assertLevels(o, "T", "T")
		})
	}
}

// A seal whose stamp failed is issued by the default policy with a recorded lack.
func TestIssueWithoutStampIsRecorded(t *testing.T) {
	h, authority := newStampingHouse(t)
	o := h.at(Signed)
	h.settle()
	o, err := Release(bg, h.Desk, h.clerk, o.ID)
	must(t, err)
	if o.State != Sealed {
		t.Fatalf("state %s", o.State)
	}
	h.refusedAct(func() error {
		return h.try(h.clerk, func(tx *store.Tx) error { _, err := Issue(bg, tx, o.ID); return err })
	}, store.Conflict)
	h.failStamp(authority)
	h.settle()
	o = h.again(o)
	if o.State != Issued || !slices.ContainsFunc(h.said(o), func(s string) bool { return strings.Contains(s, "chưa có dấu thời gian") }) {
		t.Fatalf("state %s: %v", o.State, h.said(o))
	}
	h.refusedAct(func() error {
		return h.try(h.clerk, func(tx *store.Tx) error { return RetryStamp(bg, tx, h.stampsOf(o)[1].ID) })
	}, store.Conflict) // house law 7
}

func (h *house) refusedAct(f func() error, kind store.Kind) {
	h.t.Helper()
	refused(h.t, f(), kind, "act")
}

// A process that dies between token and keep: the lease runs out, another one gets a token, and the file carries exactly one.
func TestKilledBetweenTokenAndKeepStampsOnce(t *testing.T) {
	h, authority := newStampingHouse(t)
	o := h.at(Signed)
	w := h.Desk.stamping()
	do := w.Do
	began, end, ended := make(chan error), make(chan struct{}), make(chan struct{})
	w.Do = func(ctx context.Context, j store.Job) error {
		f, err := o.mainFile(ctx, h.DB)
		if err == nil {
			_, err = h.Desk.withToken(ctx, f)
		}
		began <- err // the token is there, the process dies before the row is written
		<-end
		return errors.New("dead")
	}
	dead := w
	go func() {
		defer close(ended)
		_, _ = h.DB.WorkOnce(bg, dead)
	}()
	t.Cleanup(func() { close(end); <-ended })
	must(t, <-began)
	if all := h.stampsOf(o); all[0].State != StampWaiting {
		t.Fatalf("%+v", all)
	}
	w.Do = do
	h.work(w)
	if authority.called() != 1 {
		t.Fatal("the lease did not hold")
	}
	h.clock.Step(stampLease + time.Second)
	h.work(w)
	if all := h.stampsOf(o); all[0].State != StampStamped || authority.called() != 2 {
		t.Fatalf("%+v after %d calls", all, authority.called())
	}
	h.assertLevels(h.again(o), "T")
}

// A signature that brought a token which does not hold takes no other: the order that waited for one goes on and is decided by the policy.
func TestAnOrderDoesNotWaitForATokenThatCannotCome(t *testing.T) {
	h, _ := newStampingHouse(t)
	o := h.at(Signed)
	_, err := Release(bg, h.Desk, h.clerk, o.ID)
	must(t, err)
	for _, s := range h.stampsOf(o) {
		must(t, h.Desk.overtake(bg, s, store.Job{Tries: 1}))
	}
	h.settle()
	if r, ok, err := FindRelease(bg, h.DB, h.clerk, o.ID); err != nil || !ok || r.Waiting() {
		t.Fatalf("the order still waits: %+v, %v", r, err)
	}
	if o = h.again(o); o.State != Issued {
		t.Errorf("state %s: %v", o.State, h.said(o))
	}
}

// Two workers on one signature (a lease that ran out too early) leave one time stamp and one version.
func TestTwoWorkersStampOnce(t *testing.T) {
	h, authority := newStampingHouse(t)
	gate := make(chan struct{})
	authority.set(nil, gate)
	o := h.at(Signed)
	ended := make(chan error, 2)
	one := func() { _, err := h.DB.WorkOnce(bg, h.Desk.stamping()); ended <- err }
	go one()
	<-authority.began
	h.clock.Step(stampLease + time.Second)
	go one()
	<-authority.began
	close(gate)
	must(t, <-ended)
	must(t, <-ended)
	versions, err := Versions(bg, h.DB, h.clerk, o.ID)
	must(t, err)
	n := 0
	for _, v := range versions {
		if v.Kind == versionStamped {
			n++
		}
	}
	if all := h.stampsOf(o); n != 1 || all[0].State != StampStamped {
		t.Fatalf("%d stamped versions, %+v", n, all)
	}
	h.assertLevels(h.again(o), "T")
}

// A file that changed before the token came keeps what it is; the token is dropped.
func TestTokenForAFileThatChangedIsDropped(t *testing.T) {
	h, authority := newStampingHouse(t)
	gate := make(chan struct{})
	authority.set(nil, gate)
	o := h.at(Signed)
	before := h.mainBytes(o)
	ended := make(chan error, 1)
	go func() { _, err := h.DB.WorkOnce(bg, h.Desk.stamping()); ended <- err }()
	<-authority.began
	h.do(h.clerk, func(tx *store.Tx) error { return Return(bg, tx, o.ID, "sai thể thức phần nơi nhận") })
	close(gate)
	must(t, <-ended)
	if all := h.stampsOf(o); all[0].State != StampOvertaken {
		t.Fatalf("%+v", all[0])
	}
	f, err := o.mainFile(bg, h.DB)
	must(t, err)
	now, err := blob.ReadAll(bg, h.Blobs, f.SHA, f.Size)
	must(t, err)
	if string(now) != string(before) {
		t.Error("a returned document got a time stamp")
	}
}

// What was ordered goes on only while the one who ordered it holds his post, and stops when the document leaves its way.
func TestOrdersEndWithPostAndDocument(t *testing.T) {
	h, _ := newStampingHouse(t)
	o := h.at(Signed)
	_, err := Release(bg, h.Desk, h.clerk, o.ID)
	must(t, err)
	h.do(h.clerk, func(tx *store.Tx) error { return Cancel(bg, tx, o.ID, "ban hành trùng với văn bản khác") })
	if r, _, _ := FindRelease(bg, h.DB, h.clerk, o.ID); r.State != "withdrawn" {
		t.Errorf("order of a cancelled document is %s", r.State)
	}
	o = h.at(Signed)
	_, err = Release(bg, h.Desk, h.clerk, o.ID)
	must(t, err)
	h.endPost(h.clerk)
	h.clock.Step(24 * time.Hour)
	h.settle()
	r, _, err := store.Maybe[ReleaseOrder](bg, h.DB, sqlRelease, o.AgencyID, o.ID)
	must(t, err)
	if r.State != "refused" || h.again(o).State == Issued {
		t.Errorf("order of a clerk without post is %s, document %s", r.State, h.again(o).State)
	}
}

func TestStampsAndOrdersAreTheAgencysOwn(t *testing.T) {
	h, authority := newStampingHouse(t)
	o := h.at(Signed)
	h.failStamp(authority)
	id := h.stampsOf(o)[0].ID
	_, err := Stamps(bg, h.DB, h.foreignClerk, o.ID)
	refused(t, err, store.NotFound, "stamps of another agency")
	_, _, err = FindRelease(bg, h.DB, h.foreignClerk, o.ID)
	refused(t, err, store.NotFound, "order of another agency")
	refused(t, h.try(h.foreignClerk, func(tx *store.Tx) error { return RetryStamp(bg, tx, id) }), store.NotFound, "retry by another agency")
	refused(t, h.try(h.drafter, func(tx *store.Tx) error { return RetryStamp(bg, tx, id) }), store.Forbidden, "retry by the drafter")
	refused(t, h.try(h.clerk, func(tx *store.Tx) error { return SetPreserving(bg, tx, Preserving{Stamp: StampOff, CheckDays: 1}) }), store.Forbidden, "policy by the clerk")
	refused(t, h.try(h.admin, func(tx *store.Tx) error { return SetPreserving(bg, tx, Preserving{Stamp: "never", CheckDays: 0}) }), store.Invalid, "a policy that is none")
}

// The seals on a document and on its attachment are stamped at the same time; the release goes on when both are there, however they come.
func TestReleaseWaitsForEveryStamp(t *testing.T) {
	h, authority := newStampingHouse(t)
	o := h.draft(h.form())
	_, err := AddFile(bg, h.Desk, h.drafter, o.Ref(), "phu-luc.pdf", bytes.NewReader(h.laid()))
	must(t, err)
	o = h.signed(o)
	h.settle()
	gate := make(chan struct{})
	for len(authority.began) > 0 {
		<-authority.began
	}
	authority.set(nil, gate)
	if o, err = Release(bg, h.Desk, h.clerk, o.ID); err != nil || o.State != Sealed {
		t.Fatalf("%s, %v", o.State, err)
	}
	ended := make(chan error, 2)
	for range 2 {
		go func() { _, err := h.DB.WorkOnce(bg, h.Desk.stamping()); ended <- err }()
		<-authority.began
	}
	gate <- struct{}{}
	must(t, <-ended)
	h.work(h.Desk.releasing())
	if now := h.again(o); now.State != Sealed {
		t.Fatalf("issued with one of two stamps: %s", now.State)
	}
	close(gate)
	must(t, <-ended)
	h.settle()
	if o = h.again(o); o.State != Issued {
		t.Fatalf("state %s: %v", o.State, h.said(o))
	}
	files, err := Files(bg, h.DB, h.clerk, o.Ref())
	must(t, err)
	for _, f := range files {
		if r, err := reportOf(f); err != nil || !allStamped(r, f.Main) || f.Verdict != VerdictPassed {
			t.Errorf("%s: %s, %v", f.Name, f.Verdict, err)
		}
	}
	h.keepAll()
	kept, err := PreservationsOf(bg, h.DB, h.clerk, o.Ref())
	if err != nil || len(kept) != 2 || kept[0].Level != "LTA" || kept[1].Level != "LTA" {
		t.Errorf("%+v, %v", kept, err)
	}
}

// laid gives the bytes of some laid out document, to be attached to another.
func (h *house) laid() []byte {
	h.t.Helper()
	f := h.form()
	f.Subject = "phụ lục số liệu"
	o := h.draft(f)
	_, err := Lay(bg, h.Desk, h.drafter, o.ID)
	must(h.t, err)
	return h.mainBytes(h.again(o))
}

// signed takes a draft to its signature.
func (h *house) signed(o *Outgoing) *Outgoing {
	h.t.Helper()
	_, err := Lay(bg, h.Desk, h.drafter, o.ID)
	must(h.t, err)
	h.do(h.drafter, func(tx *store.Tx) error {
		return Submit(bg, tx, o.ID, org.HoldingID(h.unitHead.Holding), "Kính trình")
	})
	h.do(h.unitHead, func(tx *store.Tx) error { return Approve(bg, tx, o.ID, "Đồng ý", 0) })
	_, err = Sign(bg, h.Desk, h.head, o.ID, "TM", true)
	must(h.t, err)
	return h.again(o)
}

// The list that a clerk saw stays good when a time stamp comes between: the file is what was shown, with nothing added but the stamp.
func TestStampDoesNotSpoilABatchOfReleases(t *testing.T) {
	h, _ := newStampingHouse(t)
	docs := h.many(2, Signed)
	shown := picks(docs...)
	for i := range shown {
		f, err := docs[i].mainFile(bg, h.DB)
		must(t, err)
		shown[i].SHA = f.SHA
	}
	h.work(h.Desk.stamping())
	b := h.startBatch(h.clerk, BatchRelease, shown)
	h.workAll()
	h.settle()
	b, err := FindBatch(bg, h.DB, h.clerk, b.ID)
	must(t, err)
	if b.State != BatchEnded || b.Done != 2 || b.Failed != 0 {
		t.Fatalf("%+v", b)
	}
	for _, o := range docs {
		if o = h.again(o); o.State != Issued {
			t.Errorf("state %s", o.State)
		}
		h.assertLevels(o, "T", "T")
	}
}
