package documents

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/keys"
	"congvu/internal/pades"
	"congvu/internal/store"
)

// D4.10, N10, N11: 32 clerks at once get 32 numbers without a gap, and a repeated request gets its own number again.
// V5: screen /outgoing/{id}; command remote release
// N10: 32 clerks at once.
// N11: 32 clerks at once.
// V7: number and date of what is issued are the system's.
func TestThirtyTwoClerksDrawThirtyTwoNumbers(t *testing.T) {
	h := newHouse(t)
	const n = 32
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = h.signedRow().ID
	}
	var wg sync.WaitGroup
	errs := make([]error, 2*n)
	for i, id := range ids {
		for twice := range 2 {
			wg.Go(func() {
				errs[2*i+twice] = h.try(h.clerk, func(tx *store.Tx) error { _, err := Number(bg, tx, id, NumberForm{}); return err })
			})
		}
	}
	wg.Wait()
	var numbers []int64
	for i, id := range ids {
		// Of two requests for the same document one may meet the other's row (Conflict); both may succeed; never both fail.
		if errs[2*i] != nil && errs[2*i+1] != nil {
			t.Fatal(errs[2*i], errs[2*i+1])
		}
		for _, err := range errs[2*i : 2*i+2] {
			if err != nil && !errors.Is(err, store.Conflict) {
				t.Fatal(err)
			}
		}
		o, err := load(bg, h.DB, int64(h.agency), id)
		must(t, err)
		numbers = append(numbers, o.Number)
	}
	slices.Sort(numbers)
	for i, got := range numbers {
		if got != int64(i+1) {
			t.Fatalf("numbers %v", numbers)
		}
	}
	books, err := ListRegisters(bg, h.DB, h.clerk, OutgoingBook, 2026)
	must(t, err)
	if len(books) != 1 || !books[0].IsDefault {
		t.Fatalf("registers %+v", books)
	}
	rows, err := RegisterRows(bg, h.DB, h.clerk, books[0].ID, "", "")
	must(t, err)
	if len(rows) != n || rows[0].NumberText != "01/UBND-VX" || rows[0].Receivers != "Sở Nội vụ; Văn phòng" {
		t.Fatalf("%d rows, first %+v", len(rows), rows[0])
	}
	_, err = RegisterRows(bg, h.DB, h.drafter, books[0].ID, "", "")
	refused(t, err, store.Forbidden, "a specialist reads the register")
	_, err = RegisterRows(bg, h.DB, h.foreignClerk, books[0].ID, "", "")
	refused(t, err, store.NotFound, "a foreign clerk reads the register")
}

// signedRow is a signed document made with one shared signature: only its row matters for numbering.
func (h *house) signedRow() *Outgoing {
	h.t.Helper()
	o := h.draft(h.form())
	_, err := Lay(bg, h.Desk, h.drafter, o.ID)
	must(h.t, err)
	h.do(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, o.ID, holding(h.unitHead), "") })
	h.do(h.unitHead, func(tx *store.Tx) error { return Approve(bg, tx, o.ID, "", 0) })
	o, err = Sign(bg, h.Desk, h.head, o.ID, "TM", true)
	must(h.t, err)
	return o
}

// D4.6, reliability §4: the year of the number is that of Hanoi, not that of UTC; the new year begins with 01.
// V5: the year changes at midnight in Hanoi.
func TestNumbersBeginAgainAtMidnightInHanoi(t *testing.T) {
	h := newHouse(t)
	h.clock.Set(time.Date(2026, 12, 31, 23, 0, 0, 0, calendar.Hanoi))
	a, b := h.signedRow(), h.signedRow()
	h.clock.Set(time.Date(2026, 12, 31, 23, 59, 59, 999_000_000, calendar.Hanoi))
	number := func(id int64, f NumberForm) (o *Outgoing, err error) {
		err = h.try(h.clerk, func(tx *store.Tx) (err error) { o, err = Number(bg, tx, id, f); return })
		return o, err
	}
	o, err := number(a.ID, NumberForm{})
	must(t, err)
	if o.Number != 1 || o.Year != 2026 || o.IssuedDate != "2026-12-31" {
		t.Fatalf("%d of %d on %s", o.Number, o.Year, o.IssuedDate)
	}
	h.clock.Set(time.Date(2027, 1, 1, 0, 0, 0, 0, calendar.Hanoi)) // still 2026 in UTC
	_, err = number(b.ID, NumberForm{Date: "2026-12-31"})
	refused(t, err, store.Invalid, "a date of last year")
	o, err = number(b.ID, NumberForm{})
	must(t, err)
	if o.Number != 1 || o.Year != 2027 || o.NumberText != "01/UBND-VX" {
		t.Fatalf("%d of %d, %s", o.Number, o.Year, o.NumberText)
	}
}

// D4.9: not before the signature, not after today, not before the register's last number. D4.1: two digits, then as many as needed.
func TestNumberRefusesWrongDates(t *testing.T) {
	h := newHouse(t)
	early, late := h.signedRow(), h.signedRow()
	number := func(o *Outgoing, date calendar.Date) (out *Outgoing, err error) {
		err = h.try(h.clerk, func(tx *store.Tx) (err error) { out, err = Number(bg, tx, o.ID, NumberForm{Date: date}); return })
		return out, err
	}
	_, err := number(early, "2026-11-22")
	refused(t, err, store.Invalid, "before the signature")
	_, err = number(early, "2026-11-24")
	refused(t, err, store.Invalid, "tomorrow")
	h.clock.Set(monday.AddDate(0, 0, 3)) // Thursday: later than the next working day
	o, err := number(late, "2026-11-25")
	must(t, err)
	if o.NumberText != "01/UBND-VX" {
		t.Error(o.NumberText)
	}
	steps, err := Timeline(bg, h.DB, h.clerk, o.Ref())
	must(t, err)
	if last := steps[len(steps)-1]; last.Act != "number" || !last.Late {
		t.Errorf("late numbering is not marked: %+v", last)
	}
	_, err = number(early, "2026-11-24")
	refused(t, err, store.Invalid, "before the date of number 01")
	o, err = number(early, "2026-11-25")
	must(t, err)
	if o.Number != 2 {
		t.Errorf("a refused date took a number: %d", o.Number)
	}
}

// D7.10: a number of a cancelled document stays in the register, void, and is not given again.
func TestCancelledNumberStaysVoid(t *testing.T) {
	h := newHouse(t)
	o := h.at(Numbered)
	h.do(h.clerk, func(tx *store.Tx) error { return Cancel(bg, tx, o.ID, "ban hành nhầm thẩm quyền") })
	next := h.at(Numbered)
	if next.Number != 2 {
		t.Fatalf("number %d", next.Number)
	}
	err := h.try(h.clerk, func(tx *store.Tx) error { _, err := Number(bg, tx, o.ID, NumberForm{}); return err })
	refused(t, err, store.Conflict, "a cancelled document is numbered again")
	rows, err := RegisterRows(bg, h.DB, h.archivist, o.registerID(h), "", "")
	must(t, err)
	if len(rows) != 2 || rows[0].VoidReason != "ban hành nhầm thẩm quyền" || rows[1].VoidReason != "" {
		t.Fatalf("%+v", rows)
	}
	sheet, err := PrintRegister(bg, h.DB, h.clerk, PrintForm{Register: next.RegisterID})
	must(t, err)
	var printed bytes.Buffer
	must(t, sheet.Write(&printed, FormatPDF))
	pdf := printed.Bytes()
	if r, err := pades.Verify(pdf, pades.VerifyOptions{At: monday}); err != nil || r.Outcome != pades.None {
		t.Errorf("the printed register is no readable PDF: %v %v", r.Outcome, err)
	}
}

func (o *Outgoing) registerID(h *house) int64 { return h.again(o).RegisterID }

// stubborn fails where a test tells it to.
type stubborn struct {
	blob.Store
	fail func() bool
}

var errDisk = errors.New("the disk is gone")

func (s stubborn) Put(ctx context.Context, r io.Reader, limit int64) (blob.Ref, error) {
	if s.fail() {
		return blob.Ref{}, errDisk
	}
	return s.Store.Put(ctx, r, limit)
}

// Each arrow of Release may break; called again it ends with the same number (reliability §4, N7).
func TestReleaseGoesOnAfterACrashWithTheSameNumber(t *testing.T) {
	h := newHouse(t)
	o := h.at(Signed)
	good := h.Blobs
	broken := true
	h.Blobs = stubborn{good, func() bool { return broken }}
	_, err := Release(bg, h.Desk, h.clerk, o.ID)
	if !errors.Is(err, errDisk) {
		t.Fatal(err)
	}
	o = h.again(o)
	if o.State != Numbered || o.Number != 1 {
		t.Fatalf("%s, number %d", o.State, o.Number)
	}
	page, err := ListOutgoing(bg, h.DB, h.clerk, OutFilter{Tab: TabToIssue})
	must(t, err)
	if len(page.Rows) != 1 || page.Rows[0].ID != o.ID {
		t.Fatal("the unfinished document is not on the registry's list")
	}
	broken = false

	// The agency's key is gone: nothing changes either.
	key, cert, chain, err := h.Keys.Signer("seal")
	must(t, err)
	must(t, h.Keys.Remove("seal"))
	_, err = Release(bg, h.Desk, h.clerk, o.ID)
	refused(t, err, store.Invalid, "seal without key")
	if h.again(o).State != Numbered {
		t.Fatal("moved without a seal")
	}
	must(t, h.Keys.Put("seal", key, cert, chain))

	// The bytes are sealed and stored, then the process dies before the transaction: still numbered, sealed again from the signed file.
	ctx, die := context.WithCancel(bg)
	h.Blobs = stubborn{good, func() bool { die(); return false }}
	if _, err = Release(ctx, h.Desk, h.clerk, o.ID); err == nil {
		t.Fatal("survived")
	}
	h.Blobs = good
	if o = h.again(o); o.State != Numbered {
		t.Fatal(o.State)
	}
	o, err = Seal(bg, h.Desk, h.clerk, o.ID)
	must(t, err)
	before := h.mainBytes(o)

	// It dies between seal and issue.
	if _, err = Release(ctx, h.Desk, h.clerk, o.ID); err == nil {
		t.Fatal("survived")
	}
	page, err = ListOutgoing(bg, h.DB, h.clerk, OutFilter{Tab: TabToIssue})
	must(t, err)
	if len(page.Rows) != 1 || page.Rows[0].State != Sealed {
		t.Fatalf("%+v", page.Rows)
	}
	o, err = Release(bg, h.Desk, h.clerk, o.ID)
	must(t, err)
	if o.State != Issued || o.NumberText != "01/UBND-VX" || string(h.mainBytes(o)) != string(before) {
		t.Fatalf("%s %s", o.State, o.NumberText)
	}
	_, err = Release(bg, h.Desk, h.clerk, o.ID)
	refused(t, err, store.Conflict, "release after the issue")
	other := h.at(Signed)
	other, err = Release(bg, h.Desk, h.clerk, other.ID)
	must(t, err)
	if other.Number != 2 {
		t.Errorf("a failed attempt took a number: %d", other.Number)
	}
}

// S10.2: of many tabs that sign at once, one signature is kept.
func TestTwoTabsGiveOneSignature(t *testing.T) {
	h := newHouse(t)
	o := h.at(AwaitingSignature)
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() { _, errs[i] = Sign(bg, h.Desk, h.head, o.ID, "TM", true) })
	}
	wg.Wait()
	good := 0
	for _, err := range errs {
		if err == nil {
			good++
		} else {
			refused(t, err, store.Conflict, "the other tab")
		}
	}
	r, err := pades.Verify(h.mainBytes(h.again(o)), pades.VerifyOptions{At: monday.Add(time.Hour), Trust: h.Trust})
	must(t, err)
	if good != 1 || len(r.Signatures) != 1 {
		t.Fatalf("%d succeeded, %d signatures", good, len(r.Signatures))
	}
	o = h.at(Numbered)
	for i := range errs {
		wg.Go(func() { _, errs[i] = Seal(bg, h.Desk, h.clerk, o.ID) })
	}
	wg.Wait()
	r, err = pades.Verify(h.mainBytes(h.again(o)), pades.VerifyOptions{At: monday.Add(time.Hour), Trust: h.Trust})
	must(t, err)
	if len(r.Signatures) != 2 || r.Outcome != pades.Passed {
		t.Fatalf("%d signatures, %s", len(r.Signatures), r.Outcome)
	}
}

// N20, N22, S10.3, D6.7: who signs needs his own approved certificate and an allowed capacity.
// N20: a strange certificate is refused, it binds nobody.
// N22: an approval without certificate is no signature.
// N13: the server checks the certificate, whatever the browser.
func TestSignRefusesStrangeCertificatesAndCapacities(t *testing.T) {
	h := newHouse(t)
	o := h.at(AwaitingSignature)
	_, err := Sign(bg, h.Desk, h.head, o.ID, "TM", false)
	refused(t, err, store.Invalid, "without consent")
	_, err = Sign(bg, h.Desk, h.head, o.ID, "KT", true)
	refused(t, err, store.Forbidden, "in another capacity")
	_, err = Sign(bg, h.Desk, h.deputy, o.ID, "TM", true)
	refused(t, err, store.Forbidden, "by another person")
	assistant := h.head
	assistant.Person, assistant.For = h.drafter.Person, h.head.Person
	_, err = Sign(bg, h.Desk, assistant, o.ID, "TM", true)
	refused(t, err, store.Forbidden, "by an assistant (S1.4)")

	id, err := h.authority.Person("Kẻ Lạ", "Chủ tịch", "UBND xã Vĩnh Lĩnh", keys.Period{From: monday.AddDate(0, -1, 0), Until: monday.AddDate(1, 0, 0)})
	must(t, err)
	key, cert, chain, err := h.Keys.Signer("chairman")
	must(t, err)
	must(t, h.Keys.Put("chairman", id.Key, id.Certificate, id.Chain))
	_, err = Sign(bg, h.Desk, h.head, o.ID, "TM", true)
	refused(t, err, store.Forbidden, "a certificate that was not approved")
	steps, err := Timeline(bg, h.DB, h.drafter, o.Ref())
	must(t, err)
	if last := steps[len(steps)-1]; last.Act != "sign_failed" || last.Person != h.head.Person {
		t.Errorf("S10.6: the attempt is not noted: %+v", last)
	}
	must(t, h.Keys.Put("chairman", key, cert, chain))

	bind := func(a store.Actor, f CertificateForm) error {
		return h.try(a, func(tx *store.Tx) error { _, err := BindCertificate(bg, tx, f); return err })
	}
	f := CertificateForm{Owner: OwnerPerson, OwnerID: h.head.Person, DER: id.Certificate.Raw, KeyName: "x", Method: MethodServerKey}
	refused(t, bind(h.head, f), store.Forbidden, "first use registers itself")
	f.OwnerID = h.admin.Person
	refused(t, bind(h.admin, f), store.Invalid, "the administrator binds himself")
	f.OwnerID = h.foreigner.Person
	refused(t, bind(h.admin, f), store.Invalid, "a person of another agency")
	f.Owner, f.OwnerID = OwnerAgency, int64(h.other)
	refused(t, bind(h.admin, f), store.Invalid, "another agency")
	f = CertificateForm{Owner: OwnerPerson, OwnerID: h.drafter.Person, DER: cert.Raw, KeyName: "chairman", Method: MethodServerKey}
	refused(t, bind(h.admin, f), store.Invalid, "a key that signs for somebody else")
	foreignAdmin := h.foreignClerk
	foreignAdmin.Roles = store.AgencyAdmin
	f.OwnerID = h.foreigner.Person
	refused(t, bind(foreignAdmin, f), store.Invalid, "a key that signs for another agency")
	f.OwnerID = h.head.Person
	must(t, bind(h.admin, f))                                                                                                 // its own owner gets it anew
	for who, want := range map[Certificate]bool{{OwnerKind: OwnerPerson, OwnerID: h.head.Person, KeyName: "chairman"}: false, // his post in another agency
		{OwnerKind: OwnerPerson, OwnerID: h.drafter.Person, KeyName: "chairman"}: true, {OwnerKind: OwnerAgency, OwnerID: h.head.Person, KeyName: "chairman"}: true} {
		if taken, err := who.keyTaken(bg, h.DB); err != nil || taken != want {
			t.Errorf("%s %d: taken %v, %v", who.OwnerKind, who.OwnerID, taken, err)
		}
	}

	if _, err = Sign(bg, h.Desk, h.head, o.ID, "TM", true); err != nil {
		t.Fatalf("the approved certificate: %v", err)
	}
	form := h.form()
	form.Signer, form.Capacity = holding(h.unitHead), ""
	err = h.try(h.drafter, func(tx *store.Tx) error { _, err := Draft(bg, tx, form); return err })
	refused(t, err, store.Invalid, "a head of unit without delegation")
	form.Signer, form.Capacity = holding(h.deputy), "KT"
	if got := h.draft(form); got.SignerPosition != "PHÓ CHỦ TỊCH" || len(got.CapacityLines) != 2 {
		t.Errorf("deputy: %q %v", got.SignerPosition, got.CapacityLines)
	}
}
