package documents

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"congvu/internal/blob"
	"congvu/internal/keys"
	"congvu/internal/pades"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

// lists is a witness that gives the test authority's revocation lists, or nothing when it is told to be silent.
type lists struct {
	h *house

	mu      sync.Mutex
	silent  error
	revoked []x509.RevocationListEntry
	asked   int
}

func (l *lists) Evidence(_ context.Context, cert, issuer *x509.Certificate, _ time.Time) (ocsp, crl []byte, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked++
	if l.silent != nil {
		return nil, nil, l.silent
	}
	now := l.h.clock.Now()
	if bytes.Equal(issuer.Raw, l.h.authority.Issuing.Certificate.Raw) {
		crl, err = l.h.authority.CRL(now, now.AddDate(0, 0, 7), l.revoked...)
	} else {
		crl, err = l.h.authority.RootCRL(now, now.AddDate(0, 0, 7))
	}
	return nil, crl, err
}

// keepAll lets the follower, the scheduler and the workers do what is due.
func (h *house) keepAll() {
	h.t.Helper()
	storetest.Drain(h.t, h.DB, Preserver, h.Desk.HearPreserve)
	for range 3 {
		_, err := h.Desk.QueueDue(bg)
		must(h.t, err)
		h.work(h.Desk.preserving())
		h.work(h.Desk.checking())
	}
}

// issued takes a document all the way with a time-stamp authority.
func (h *house) issued() *Outgoing {
	h.t.Helper()
	o := h.at(Signed)
	_, err := Release(bg, h.Desk, h.clerk, o.ID)
	must(h.t, err)
	h.settle()
	if o = h.again(o); o.State != Issued {
		h.t.Fatalf("state %s: %v", o.State, h.said(o))
	}
	return o
}

func (h *house) preservation(o *Outgoing) Preservation {
	h.t.Helper()
	all, err := PreservationsOf(bg, h.DB, h.clerk, o.Ref())
	must(h.t, err)
	if len(all) != 1 {
		h.t.Fatalf("%d preserved files", len(all))
	}
	return all[0]
}

func (h *house) kept(p Preservation) []byte {
	h.t.Helper()
	_, r, err := OpenPreserved(bg, h.Desk, h.clerk, p.FileID)
	must(h.t, err)
	defer r.Close()
	b, err := io.ReadAll(r)
	must(h.t, err)
	return b
}

// V31: screen /admin/preservation
// V72: kept with evidence beside the untouched file.
func TestIssuedFileIsPreservedBesideItself(t *testing.T) {
	h, authority := newStampingHouse(t)
	witness := &lists{h: h}
	h.believe(keys.RevocationRequired, authority)
	h.Desk.Witness = witness
	o := h.issued()
	before := h.mainBytes(o)
	f, err := o.mainFile(bg, h.DB)
	must(t, err)
	h.keepAll()
	p := h.preservation(o)
	if p.State != PreservationKept || p.Level != "LTA" || p.Verdict != VerdictPassed || p.RenewBefore == 0 || p.Source != "issued" || p.Title != o.NumberText {
		t.Fatalf("%+v", p)
	}
	kept := h.kept(p)
	if !bytes.HasPrefix(kept, before) || len(kept) == len(before) || !bytes.Equal(h.mainBytes(o), before) {
		t.Error("the issued bytes are not the beginning of what is preserved, or changed")
	}
	if now, err := o.mainFile(bg, h.DB); err != nil || now.SHA != f.SHA || now.Verdict != f.Verdict {
		t.Errorf("the issued file changed: %+v, %v", now, err)
	}
	if p.FirstVerdict != f.Verdict { // without evidence in the file it was only indeterminate at issue
		t.Errorf("first verdict %s, at issue %s", p.FirstVerdict, f.Verdict)
	}
	calls := authority.called()
	h.keepAll()
	if authority.called() != calls || h.preservation(o).KeptSHA != p.KeptSHA {
		t.Error("what is preserved was preserved again")
	}
	used, err := BlobsInUse(bg, h.DB, []string{p.KeptSHA, strings.Repeat("0", 64)})
	if err != nil || !used[p.KeptSHA] || len(used) != 1 {
		t.Errorf("in use: %v, %v", used, err)
	}
	figures, err := FiguresOfPreservation(bg, h.DB, h.admin)
	if err != nil || figures.Total() != 1 || figures.At("LTA") != 1 || figures.NextRenewal != p.RenewBefore {
		t.Errorf("figures %+v, %v", figures, err)
	}
}

func TestReceivedFileIsPreservedToo(t *testing.T) {
	h, _ := newStampingHouse(t)
	o := h.issued()
	f, err := o.mainFile(bg, h.DB)
	must(t, err)
	var in *Incoming
	h.do(store.System(int64(h.other)), func(tx *store.Tx) (err error) {
		in, _, err = Arrive(bg, tx, Arrival{Agency: int64(h.other), Packet: "p1", SenderCode: "H26.15", SenderName: "UBND xã Vĩnh Lĩnh", Number: "1", Notation: "UBND", IssuedDate: o.IssuedDate,
			Subject: o.Subject, Files: []File{{Name: f.Name, Size: f.Size, SHA: f.SHA, Media: f.Media, Pages: f.Pages, Main: true, Verdict: f.Verdict, VerdictReport: f.VerdictReport}}})
		return err
	})
	h.keepAll()
	all, err := PreservationsOf(bg, h.DB, h.foreignClerk, in.Ref())
	must(t, err)
	if len(all) != 1 || all[0].Source != "received" || all[0].Level != "LTA" || all[0].SHA != f.SHA {
		t.Fatalf("%+v", all)
	}
	_, err = FindPreservation(bg, h.DB, h.clerk, all[0].FileID)
	refused(t, err, store.NotFound, "another agency's preserved file")
	_, _, err = OpenPreserved(bg, h.Desk, h.clerk, all[0].FileID)
	refused(t, err, store.NotFound, "another agency's preserved bytes")
	_, err = OpenEvidence(bg, h.Desk, h.clerk, all[0].FileID)
	refused(t, err, store.NotFound, "another agency's evidence")
}

// Before the newest time stamp expires another one covers it; the file stays passed when every certificate in it has expired.
// V32: a signed file stays readable and verifiable through the years.
// V80: authenticity outlives certificates.
func TestRenewalKeepsTheVerdictThroughTheYears(t *testing.T) {
	h, first := newStampingHouse(t)
	o := h.issued()
	h.keepAll()
	p := h.preservation(o)
	was := h.kept(p)
	second := newTSA(t, h.clock.Now, monday.AddDate(1, 0, 0), monday.AddDate(12, 0, 0))
	h.believe(keys.RevocationNone, first, second)
	h.Desk.Stamper = second
	h.clock.Set(p.RenewBefore.Time().Add(-time.Hour))
	h.keepAll()
	if h.preservation(o).KeptSHA != p.KeptSHA {
		t.Fatal("renewed before it was due")
	}
	h.clock.Set(p.RenewBefore.Time().Add(time.Hour))
	h.keepAll()
	next := h.preservation(o)
	if next.KeptSHA == p.KeptSHA || next.RenewBefore <= p.RenewBefore || next.Level != "LTA" || next.State != PreservationKept {
		t.Fatalf("%+v", next)
	}
	if kept := h.kept(next); !bytes.HasPrefix(kept, was) {
		t.Error("the renewed revision does not begin with the one before")
	}
	h.clock.Set(monday.AddDate(8, 0, 0)) // signers, issuing authority and first time-stamp authority are long expired
	h.keepAll()
	last := h.preservation(o)
	if last.Verdict != VerdictPassed || last.CheckedAt.Time().Before(monday.AddDate(8, 0, 0)) || last.WorseAt != 0 {
		t.Fatalf("%s, checked %s: %s", last.Verdict, last.CheckedAt.Time(), last.Report)
	}
}

// A renewal that came due while the agency wanted no time stamps is made as soon as it wants them again, not a month later.
func TestRenewalsMissedWhileThePolicyWasOffAreMadeUpFor(t *testing.T) {
	h, first := newStampingHouse(t)
	o := h.issued()
	h.keepAll()
	p := h.preservation(o)
	second := newTSA(t, h.clock.Now, monday.AddDate(1, 0, 0), monday.AddDate(12, 0, 0))
	h.believe(keys.RevocationNone, first, second)
	h.Desk.Stamper = second
	h.policy(StampOff)
	h.clock.Set(p.RenewBefore.Time().Add(time.Hour))
	h.keepAll()
	if second.called() != 0 || h.preservation(o).KeptSHA != p.KeptSHA {
		t.Fatal("renewed although the agency wants no time stamps")
	}
	h.policy(StampWanted)
	h.keepAll()
	if h.preservation(o).KeptSHA == p.KeptSHA {
		t.Error("the renewal waits although its time is over")
	}
}

// A file that was renewed while it was checked is checked again when the next check is due.
func TestCheckThatARenewalOvertookIsPlannedAgain(t *testing.T) {
	h, _ := newStampingHouse(t)
	o := h.issued()
	storetest.Drain(t, h.DB, Preserver, h.Desk.HearPreserve)
	h.do(h.admin, func(tx *store.Tx) error { _, err := CheckArchive(bg, tx); return err })
	_, err := h.Desk.QueueDue(bg)
	must(t, err)
	w, do := h.Desk.checking(), h.Desk.keepChecked
	w.Do = func(ctx context.Context, j store.Job) error {
		p := h.preservation(o)
		report, _, err := h.Desk.verifyAgain(ctx, p)
		must(t, err)
		h.work(h.Desk.preserving())
		return do(ctx, p, report, "", Preserving{CheckDays: 180}, j)
	}
	h.work(w)
	p := h.preservation(o)
	if p.Level != "LTA" || p.CheckAt <= h.DB.Now() {
		t.Errorf("level %s, next check %d", p.Level, p.CheckAt)
	}
}

// A signer's certificate is revoked after the issue: what is only signed gets worse at the next check, what is preserved does not.
func TestArchiveCheckTellsWhatGotWorse(t *testing.T) {
	h, _ := newStampingHouse(t)
	safe := h.issued()
	h.keepAll()
	h.Desk.Stamper = nil
	bare := h.at(Issued)
	h.keepAll()
	if p := h.preservation(bare); p.Level != "B" || p.State != PreservationWaiting || p.FirstVerdict != VerdictPassed {
		t.Fatalf("%+v", p)
	}
	h.clock.Step(48 * time.Hour)
	witness := &lists{h: h, revoked: []x509.RevocationListEntry{{SerialNumber: h.serialOf(h.head), RevocationTime: h.clock.Now().Add(-time.Hour)}}}
	h.Desk.Witness = witness
	h.keepAll()
	if witness.asked != 0 || h.preservation(bare).CheckedAt != 0 {
		t.Fatal("checked before it was due or ordered")
	}
	h.do(h.admin, func(tx *store.Tx) error {
		n, err := CheckArchive(bg, tx)
		if n != 2 {
			t.Errorf("%d files to check", n)
		}
		return err
	})
	h.keepAll()
	p := h.preservation(bare)
	if p.Verdict != VerdictIndeterminate || p.FirstVerdict != VerdictPassed || p.WorseAt == 0 || !strings.Contains(string(p.Report), "REVOKED_NO_POE") {
		t.Fatalf("%s after %s: %s", p.Verdict, p.FirstVerdict, p.Report)
	}
	if f, err := bare.mainFile(bg, h.DB); err != nil || f.Verdict != VerdictPassed {
		t.Errorf("the verdict at issue is %s, %v", f.Verdict, err)
	}
	if !h.told(h.clerk, "document.verdict_worsened") || !h.told(h.admin, "document.verdict_worsened") {
		t.Error("nobody was told")
	}
	proof, err := OpenEvidence(bg, h.Desk, h.clerk, p.FileID)
	if err != nil || len(proof.CRLs) == 0 {
		t.Errorf("evidence %+v, %v", proof, err)
	}
	if p := h.preservation(safe); p.Verdict != VerdictPassed || p.CheckedAt == 0 || p.WorseAt != 0 {
		t.Errorf("the preserved file: %s", p.Report)
	}
	list, err := ListPreservations(bg, h.DB, h.admin, PreservationsWorse)
	if err != nil || len(list) != 1 || list[0].FileID != p.FileID {
		t.Errorf("worse: %+v, %v", list, err)
	}
	before := h.preservation(bare).CheckedAt
	h.clock.Step(100 * 24 * time.Hour)
	h.keepAll()
	if h.preservation(bare).CheckedAt != before {
		t.Error("checked again before its time")
	}
	h.clock.Step(81 * 24 * time.Hour)
	h.keepAll()
	if h.preservation(bare).CheckedAt == before {
		t.Error("not checked again after 180 days")
	}
}

func (h *house) serialOf(a store.Actor) (serial *big.Int) {
	h.t.Helper()
	c, ok, err := BoundCertificate(bg, h.DB, a, OwnerPerson, a.Person)
	must(h.t, err)
	if !ok {
		h.t.Fatal("no certificate")
	}
	n, _ := new(big.Int).SetString(c.Serial, 16)
	return n
}

// A file that the store lost is judged as failed, told, and does not stop the check of others.
// V31: a lost or changed file is found and told.
func TestArchiveCheckFindsALostFile(t *testing.T) {
	h, _ := newStampingHouse(t)
	h.Desk.Stamper = nil
	o := h.at(Issued)
	h.keepAll()
	f, err := o.mainFile(bg, h.DB)
	must(t, err)
	_, err = blob.Sweep(bg, h.Blobs, time.Now().Add(time.Hour), func(_ context.Context, shas []string) (map[string]bool, error) {
		used := map[string]bool{}
		for _, sha := range shas {
			used[sha] = sha != f.SHA
		}
		return used, nil
	})
	must(t, err)
	h.do(h.admin, func(tx *store.Tx) error { _, err := CheckArchive(bg, tx); return err })
	h.keepAll()
	if p := h.preservation(o); p.Verdict != VerdictFailed || !strings.Contains(string(p.Report), "store.lost") {
		t.Fatalf("%s: %s", p.Verdict, p.Report)
	}
	if !h.told(h.admin, "document.verdict_worsened") {
		t.Error("nobody was told")
	}
}

var errSilent = errors.New("the responder of the test is silent")

// Evidence that is not out yet is waited for, for a week; then a person is told, and may try again.
func TestMissingEvidenceIsWaitedForThenTold(t *testing.T) {
	h, authority := newStampingHouse(t)
	h.believe(keys.RevocationRequired, authority)
	witness := &lists{h: h, silent: errSilent}
	h.Desk.Witness = witness
	o := h.issued()
	h.keepAll()
	p := h.preservation(o)
	if p.State != PreservationWaiting || p.Said().Text == "" || p.KeptSHA != "" {
		t.Fatalf("%+v", p)
	}
	for range 24 * 9 {
		h.clock.Step(time.Hour)
		h.keepAll()
	}
	if p = h.preservation(o); p.State != PreservationFailed || p.Said().Text == "" || !h.told(h.admin, "document.preserve_failed") {
		t.Fatalf("%+v", p)
	}
	if witness.asked > 24*8*4 {
		t.Errorf("asked %d times", witness.asked)
	}
	refused(t, h.try(h.clerk, func(tx *store.Tx) error { return RetryPreservation(bg, tx, p.FileID) }), store.Forbidden, "retry by the clerk")
	refused(t, h.try(h.foreignClerk, func(tx *store.Tx) error { return RetryPreservation(bg, tx, p.FileID) }), store.Forbidden, "retry by another agency")
	witness.mu.Lock()
	witness.silent = nil
	witness.mu.Unlock()
	h.do(h.admin, func(tx *store.Tx) error { return RetryPreservation(bg, tx, p.FileID) })
	h.keepAll()
	if p = h.preservation(o); p.State != PreservationKept || p.Level != "LTA" {
		t.Fatalf("%+v", p)
	}
}

// Two workers on one file (a lease that ran out too early) keep one revision.
func TestTwoWorkersPreserveOnce(t *testing.T) {
	h, authority := newStampingHouse(t)
	o := h.issued()
	storetest.Drain(t, h.DB, Preserver, h.Desk.HearPreserve)
	_, err := h.Desk.QueueDue(bg)
	must(t, err)
	for len(authority.began) > 0 {
		<-authority.began
	}
	gate := make(chan struct{})
	authority.set(nil, gate)
	ended := make(chan error, 2)
	one := func() { _, err := h.DB.WorkOnce(bg, h.Desk.preserving()); ended <- err }
	go one()
	<-authority.began
	h.clock.Step(2*stampLease + time.Second)
	go one()
	<-authority.began
	close(gate)
	must(t, <-ended)
	must(t, <-ended)
	p := h.preservation(o)
	r, err := pades.Verify(h.kept(p), pades.VerifyOptions{At: h.DB.Now().Time(), Trust: h.Trust})
	must(t, err)
	n := 0
	for _, s := range r.Signatures {
		if s.Kind == pades.DocTimestamp {
			n++
		}
	}
	if n != 1 || r.Outcome != pades.Passed {
		t.Fatalf("%d document time stamps, %s", n, r.Outcome)
	}
	jobs, err := h.DB.Backlogs(bg)
	if err != nil || slices.ContainsFunc(jobs, func(b store.Backlog) bool { return b.Kind == jobPreserve }) {
		t.Errorf("jobs left: %v, %v", jobs, err)
	}
}

// Without policy nothing is extended; turned on again, what waits is planned at once. The check goes on all the while.
func TestPolicyOffPlansNothing(t *testing.T) {
	h, authority := newStampingHouse(t)
	h.policy(StampOff)
	o := h.at(Issued)
	h.keepAll()
	if p := h.preservation(o); authority.called() != 0 || p.State != PreservationWaiting || p.Level != "B" {
		t.Fatalf("%d calls, %+v", authority.called(), p)
	}
	h.policy(StampWanted)
	h.keepAll()
	if p := h.preservation(o); p.Level != "LTA" {
		t.Fatalf("%+v", p)
	}
}

func TestOnlyItsAdministratorsManageAnArchive(t *testing.T) {
	h, _ := newStampingHouse(t)
	for who, a := range map[string]store.Actor{"clerk": h.clerk, "head": h.head, "foreign clerk": h.foreignClerk} {
		_, err := FiguresOfPreservation(bg, h.DB, a)
		refused(t, err, store.Forbidden, "figures for the "+who)
		_, err = ListPreservations(bg, h.DB, a, PreservationsFailed)
		refused(t, err, store.Forbidden, "list for the "+who)
		_, err = OpenStamps(bg, h.DB, a)
		refused(t, err, store.Forbidden, "stamps for the "+who)
		refused(t, h.try(a, func(tx *store.Tx) error { _, err := CheckArchive(bg, tx); return err }), store.Forbidden, "check by the "+who)
	}
	h.issued()
	h.keepAll()
	system := store.Actor{Person: 1, Roles: store.SystemAdmin}
	f, err := FiguresOfPreservation(bg, h.DB, system)
	if err != nil || f.Total() != 1 {
		t.Errorf("figures of the installation: %+v, %v", f, err)
	}
	_, err = ListPreservations(bg, h.DB, system, PreservationsFailed)
	refused(t, err, store.Forbidden, "an agency's list for the installation's administrator")
}

// A signed file that the registry adds to a document entered by hand is kept like one that came over the exchange; an unsigned scan is not.
func TestSignedFileAddedByHandIsPreserved(t *testing.T) {
	h, _ := newStampingHouse(t)
	signed := h.mainBytes(h.issued())
	var in *Incoming
	h.do(h.foreignClerk, func(tx *store.Tx) (err error) {
		in, err = Enter(bg, tx, EntryForm{SenderName: "UBND xã Vĩnh Lĩnh", Number: "1", Notation: "UBND", IssuedDate: "2026-11-23", TypeCode: "CONG_VAN", Subject: "báo cáo"})
		return err
	})
	for name, b := range map[string][]byte{"da-ky.pdf": signed, "chua-ky.pdf": h.laid()} {
		_, err := AddFile(bg, h.Desk, h.foreignClerk, in.Ref(), name, bytes.NewReader(b))
		must(t, err)
	}
	h.keepAll()
	all, err := PreservationsOf(bg, h.DB, h.foreignClerk, in.Ref())
	if err != nil || len(all) != 1 || all[0].Name != "da-ky.pdf" || all[0].Source != "received" || all[0].Level != "LTA" {
		t.Fatalf("%+v, %v", all, err)
	}
}
