package documents

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"congvu/internal/blob"
	"congvu/internal/org"
	"congvu/internal/pades"
	"congvu/internal/paper"
	"congvu/internal/pdf"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

// V1: every type that the layout knows becomes a PDF; types without a layout say so and can be uploaded.
// V1: screen /outgoing/new; api POST /outgoing; command remote draft
func TestTypesAreLaidOut(t *testing.T) {
	h := newHouse(t)
	types, err := Types(bg, h.DB)
	must(t, err)
	if len(types) != 32 {
		t.Fatalf("%d types", len(types))
	}
	laid := 0
	for _, x := range types {
		f := h.form()
		f.TypeCode, f.Meeting = x.Code, Meeting{Event: "họp", Time: "08 giờ", Place: "phòng họp"}
		o := h.draft(f)
		_, err := Lay(bg, h.Desk, h.drafter, o.ID)
		switch x.Form {
		case "1.1", "1.2", "1.4", "1.5", "1.6", "1.7":
			must(t, err)
			laid++
		default:
			refused(t, err, store.Invalid, x.Name)
		}
	}
	if laid < 20 {
		t.Errorf("%d types laid out", laid)
	}
	if x, ok, err := MatchType(bg, h.DB, "QUYẾT  ĐỊNH"); err != nil || !ok || x.Code != "QUYET_DINH" {
		t.Errorf("D3.2: %v %v %v", x, ok, err)
	}
}

// D4.2, D4.3, D3.3: notations from abbreviations; letters of the type's abbreviation keep their case.
// D4.4, D4.5: "/" and "-" without spaces; the abbreviations are data of agency, unit and field.
func TestNotationFollowsTypeAgencyAndUnit(t *testing.T) {
	h := newHouse(t)
	for code, want := range map[string]string{"QUYET_DINH": "QĐ-UBND", "TO_TRINH": "TTr-UBND", "CONG_VAN": "UBND-VX"} {
		f := h.form()
		f.TypeCode = code
		o, err := Lay(bg, h.Desk, h.drafter, h.draft(f).ID)
		must(t, err)
		if o.Notation != want {
			t.Errorf("%s: %s, want %s", code, o.Notation, want)
		}
	}
	f := h.form()
	f.FieldAbbr = "TH"
	o, err := Lay(bg, h.Desk, h.drafter, h.draft(f).ID)
	must(t, err)
	if o.Notation != "UBND-TH" {
		t.Error(o.Notation)
	}
}

// A form with many mistakes is refused with all of them; nothing is kept.
func TestDraftListsEveryProblem(t *testing.T) {
	h := newHouse(t)
	f := h.form()
	f.Subject, f.Urgency, f.KeptCopies, f.DueDate = " ", 7, -1, "2026-01-01"
	f.Receivers = []ReceiverForm{{Agency: h.agency}, {Agency: h.other}, {Agency: h.other}, {Agency: 12345}, {Name: "Ông A", Role: "reader"}}
	err := h.try(h.drafter, func(tx *store.Tx) error { _, err := Draft(bg, tx, f); return err })
	refused(t, err, store.Invalid, "a bad form")
	var r *store.Refusal
	errors.As(err, &r)
	if len(r.Problems) != 8 {
		t.Errorf("%d problems: %v", len(r.Problems), r)
	}
	page, err := ListOutgoing(bg, h.DB, h.drafter, OutFilter{})
	must(t, err)
	if len(page.Rows) != 0 {
		t.Error("something was kept")
	}
}

// D8.4: a change after approval goes back; a stale form and an old layout are refused.
// V13: screen /outgoing/{id}; command remote return
func TestChangeAfterApprovalStartsTheApprovalAgain(t *testing.T) {
	h := newHouse(t)
	o := h.at(AwaitingSignature)
	revise := func(a store.Actor, revision int64) (out *Outgoing, err error) {
		f := h.form()
		f.Subject, f.Revision = "nội dung mới", revision
		err = h.try(a, func(tx *store.Tx) (err error) { out, err = Revise(bg, tx, o.ID, f); return })
		return out, err
	}
	_, err := revise(h.drafter, o.Revision-1)
	refused(t, err, store.Conflict, "a stale form")
	got, err := revise(h.drafter, o.Revision)
	must(t, err)
	if got.State != Drafted || got.HolderHolding != 0 || got.FileIsCurrent() {
		t.Fatalf("%s, held by %d", got.State, got.HolderHolding)
	}
	err = h.try(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, o.ID, holding(h.unitHead), "") })
	refused(t, err, store.Invalid, "a file that shows the old text")
	_, err = Lay(bg, h.Desk, h.drafter, o.ID)
	must(t, err)
	h.do(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, o.ID, holding(h.unitHead), "") })
	versions, err := Versions(bg, h.DB, h.drafter, o.ID)
	must(t, err)
	if len(versions) != 2 || versions[0].SHA == versions[1].SHA {
		t.Errorf("D8.12: %+v", versions)
	}
}

// The route is chosen step by step; each person on it sees the document from then on, and is told.
func TestRouteIsChosenStepByStep(t *testing.T) {
	h := newHouse(t)
	o := h.at(InReview)
	_, err := FindOutgoing(bg, h.DB, h.colleague, o.ID)
	refused(t, err, store.NotFound, "not on the route yet")
	h.do(h.unitHead, func(tx *store.Tx) error {
		return Approve(bg, tx, o.ID, "đã kiểm tra nội dung", holding(h.colleague))
	})
	o = h.again(o)
	if o.State != InReview || o.HolderHolding != h.colleague.Holding {
		t.Fatalf("%s held by %s", o.State, o.HolderName)
	}
	_, err = FindOutgoing(bg, h.DB, h.colleague, o.ID)
	must(t, err)
	err = h.try(h.unitHead, func(tx *store.Tx) error { return Approve(bg, tx, o.ID, "", 0) })
	refused(t, err, store.Forbidden, "not his turn any more")
	err = h.try(h.colleague, func(tx *store.Tx) error { return Approve(bg, tx, o.ID, "", org.HoldingID(h.foreigner.Holding)) })
	refused(t, err, store.Invalid, "a person of another agency")
	h.do(h.colleague, func(tx *store.Tx) error {
		return AskSigner(bg, tx, o.ID, holding(h.deputy), "KT", "Chủ tịch đi công tác")
	})
	err = h.try(h.colleague, func(tx *store.Tx) error { return Approve(bg, tx, o.ID, "", 0) })
	refused(t, err, store.Invalid, "the page shows the other signer")
	_, err = Lay(bg, h.Desk, h.colleague, o.ID)
	must(t, err)
	h.do(h.colleague, func(tx *store.Tx) error { return Approve(bg, tx, o.ID, "", 0) })
	if o = h.again(o); o.State != AwaitingSignature || o.HolderHolding != h.deputy.Holding {
		t.Fatalf("%s held by %s", o.State, o.HolderName)
	}
	_, err = Sign(bg, h.Desk, h.deputy, o.ID, "KT", true)
	must(t, err)
	told := map[int64]int{}
	storetest.Drain(t, h.DB, "test", func(_ context.Context, _ *store.Tx, e store.Entry) error {
		x, err := e.Told()
		for _, p := range x.Notify {
			told[p]++
			if p == e.PersonID {
				t.Errorf("%s tells the actor himself", e.Verb)
			}
		}
		return err
	})
	for _, a := range []store.Actor{h.unitHead, h.colleague, h.deputy, h.clerk, h.drafter} {
		if told[a.Person] == 0 {
			t.Errorf("%s was told nothing", name(a, h))
		}
	}
}

// The refusals of uploads keep the draft; the good twin passes the whole way with its number in the corner (S5.9, S3.6).
// V2: screen /outgoing/{id}
func TestUploadedFileIsJudgedAndTravels(t *testing.T) {
	h := newHouse(t)
	o := h.draft(h.form())
	made, err := paper.Render(paper.Document{Form: paper.Letter, Agency: "Sở", Number: "1", Notation: "A-B", Date: monday, Subject: "x", Body: "Nội dung./.", SignerName: "A"})
	must(t, err)
	good := made.PDF
	encrypted := bytes.Replace(good, []byte("trailer\n<<"), []byte("trailer\n<</Encrypt 1 0 R "), 1)
	h.do(h.admin, func(tx *store.Tx) error {
		if err := tx.Set(bg, int64(h.agency), "documents.file_limit", fmt.Sprint(1<<20)); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "setting.changed", Agency: int64(h.agency), Ref: "settings"})
	})
	for what, file := range map[string][]byte{"empty": {}, "no PDF": []byte("Kính gửi"), "encrypted": encrypted, "broken": good[:len(good)/2], "too large": make([]byte, 2<<20)} {
		_, err := UploadMain(bg, h.Desk, h.drafter, o.ID, "văn bản.pdf", reader(file))
		refused(t, err, store.Invalid, what)
		var r *store.Refusal
		if errors.As(err, &r); r.Problems[0].Field != "file" || !strings.Contains(r.Problems[0].Text, "giữ nguyên") {
			t.Errorf("%s: %v", what, r.Problems)
		}
	}
	if bytes.Equal(encrypted, good) {
		t.Error("the encrypted file is not one")
	}
	_, err = UploadMain(bg, h.Desk, h.drafter, o.ID, "van-ban.docx", reader(good))
	refused(t, err, store.Invalid, "a .docx as main file")
	signed := h.mainBytes(h.at(Signed))
	_, err = UploadMain(bg, h.Desk, h.drafter, o.ID, "x.pdf", reader(signed))
	refused(t, err, store.Invalid, "a file that is signed already")
	if h.again(o).MainFile != 0 {
		t.Fatal("a refused file was kept as the main file")
	}
	o, err = UploadMain(bg, h.Desk, h.drafter, o.ID, "văn bản.pdf", reader(good))
	must(t, err)
	must(t, h.AddAnnex(o, good))
	h.do(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, o.ID, holding(h.unitHead), "") })
	h.do(h.unitHead, func(tx *store.Tx) error { return Approve(bg, tx, o.ID, "", 0) })
	_, err = Sign(bg, h.Desk, h.head, o.ID, "TM", true)
	must(t, err)
	o, err = Release(bg, h.Desk, h.clerk, o.ID)
	must(t, err)
	r, err := pades.Verify(h.mainBytes(o), pades.VerifyOptions{At: h.DB.Now().Time(), Trust: h.Trust})
	must(t, err)
	if r.Outcome != pades.Passed || len(r.Signatures) != 2 {
		t.Fatalf("%s, %d signatures", r.Outcome, len(r.Signatures))
	}
	f, err := pdf.Open(h.mainBytes(o))
	must(t, err)
	values := map[string]string{}
	for _, x := range f.Array(f.Dict(f.Root()["AcroForm"])["Fields"]) {
		values[f.Text(f.Dict(x)["T"])] = f.Text(f.Dict(x)["V"])
	}
	if values[paper.NumberField] != "Số: "+o.NumberText || values[paper.DateField] != "ngày 23 tháng 11 năm 2026" {
		t.Errorf("fields %v", values)
	}
	files, err := Files(bg, h.DB, h.clerk, o.Ref())
	must(t, err)
	if len(files) != 3 || files[1].Verdict != VerdictPassed || files[2].Media != "text/plain" {
		t.Fatalf("S2.6: %+v", files)
	}
	// Rights of files are those of the document.
	_, b, err := OpenFile(bg, h.Desk, h.drafter, files[1].ID)
	must(t, err)
	got, err := io.ReadAll(b)
	must(t, errors.Join(err, b.Close()))
	if int64(len(got)) != files[1].Size {
		t.Error("file cut")
	}
	_, _, err = OpenFile(bg, h.Desk, h.foreigner, files[1].ID)
	refused(t, err, store.NotFound, "a foreigner opens a file")
	used, err := BlobsInUse(bg, h.DB, []string{files[0].SHA, strings.Repeat("0", 64)})
	must(t, err)
	if !used[files[0].SHA] || len(used) != 1 {
		t.Errorf("in use: %v", used)
	}
}

// AddAnnex attaches a PDF and a text.
func (h *house) AddAnnex(o *Outgoing, file []byte) error {
	if _, err := AddFile(bg, h.Desk, h.drafter, o.Ref(), "phụ lục.pdf", reader(file)); err != nil {
		return err
	}
	if _, err := AddFile(bg, h.Desk, h.drafter, o.Ref(), "phụ lục.pdf", reader(file)); !errors.Is(err, store.Invalid) {
		return fmt.Errorf("the same file twice: %w", err)
	}
	if _, err := AddFile(bg, h.Desk, h.drafter, o.Ref(), "chạy.exe", strings.NewReader("MZ")); !errors.Is(err, store.Invalid) {
		return fmt.Errorf("a program: %w", err)
	}
	_, err := AddFile(bg, h.Desk, h.drafter, o.Ref(), "ghi chú.txt", strings.NewReader("ghi chú"))
	return err
}

// House law 7, N17: nothing of an issued document changes, by no act and by nobody; exchange finds it.
// V31: nothing of an issued document changes.
// N17: nobody returns an issued document to draft.
// D9.6, D9.7: the electronic original stays in the issuer's system as it was signed.
func TestIssuedDocumentIsFrozen(t *testing.T) {
	h := newHouse(t)
	o := h.at(Signed)
	_, err := FindIssued(bg, h.DB, o.ID)
	refused(t, err, store.NotFound, "not issued yet")
	o, err = Release(bg, h.Desk, h.clerk, o.ID)
	must(t, err)
	for _, a := range []store.Actor{h.drafter, h.head, h.clerk, h.admin} {
		for _, act := range []Act{ActRevise, ActLay, ActUpload, ActAttach, ActDetach, ActReturn, ActSign, ActSeal, ActNumber, ActIssue, ActRelease, ActCancel} {
			if err := h.perform(a, o, act); err == nil {
				t.Errorf("%s did %s", name(a, h), act)
			}
		}
	}
	out, err := FindIssued(bg, h.DB, o.ID)
	must(t, err)
	if out.DocumentID != o.DocumentID || len(out.Files) != 1 || len(out.Receivers) != 2 || out.Receivers[0].Agency != h.other {
		t.Errorf("%+v", out)
	}
	must(t, blob.Store.Verify(h.Blobs, bg, out.Files[0].SHA))
}

// N8: counts and lists are one predicate; pages go forth and back without a gap; foreign agencies and restricted documents stay closed.
// N8: counts and lists are one predicate.
// D8.11: the registry's queues.
func TestListCountsWhatItShows(t *testing.T) {
	h := newHouse(t)
	for i := range 7 {
		f := h.form()
		f.Subject, f.Urgency = fmt.Sprintf("việc thứ %d", i), Urgency(i%4)
		h.draft(f)
	}
	restricted := h.form()
	restricted.Restricted = true
	closed := h.draft(restricted)
	o := h.at(Issued)
	for _, a := range []store.Actor{h.head, h.unitHead, h.drafter, h.colleague, h.outsider, h.clerk, h.foreigner} {
		all, err := ListOutgoing(bg, h.DB, a, OutFilter{Limit: 200})
		must(t, err)
		for _, tab := range all.Tabs {
			p, err := ListOutgoing(bg, h.DB, a, OutFilter{Tab: tab.Code, Limit: 200})
			must(t, err)
			if len(p.Rows) != tab.Count {
				t.Errorf("%s, %s: %d rows, counted %d", name(a, h), tab.Code, len(p.Rows), tab.Count)
			}
		}
		want := map[int64]int{h.head.Person: 9, h.clerk.Person: 9, h.drafter.Person: 9, h.unitHead.Person: 9, h.outsider.Person: 1, h.colleague.Person: 1}[a.Person]
		if len(all.Rows) != want {
			t.Errorf("%s sees %d, want %d", name(a, h), len(all.Rows), want)
		}
	}
	if closed.ID == o.ID {
		t.Fatal()
	}
	var seen []int64
	f := OutFilter{Limit: 4}
	for {
		p, err := ListOutgoing(bg, h.DB, h.clerk, f)
		must(t, err)
		for _, r := range p.Rows {
			seen = append(seen, r.ID)
		}
		if f.Before != "" {
			back, err := ListOutgoing(bg, h.DB, h.clerk, OutFilter{Limit: 4, Before: p.Prev})
			must(t, err)
			if back.Rows[len(back.Rows)-1].ID != seen[len(seen)-len(p.Rows)-1] {
				t.Error("the page before is not the page before")
			}
		}
		if p.Next == "" {
			break
		}
		f.Before = p.Next
	}
	if len(seen) != 9 || seen[0] != o.ID {
		t.Errorf("paged %v", seen)
	}
	for q, n := range map[string]int{"VIEC thu 3": 1, "việc": 7, "so noi vu": 9, "không có": 0, "01/UBND-VX": 1, "%": 9} {
		p, err := ListOutgoing(bg, h.DB, h.clerk, OutFilter{Q: q})
		must(t, err)
		if len(p.Rows) != n {
			t.Errorf("%q finds %d, want %d", q, len(p.Rows), n)
		}
	}
	p, err := ListOutgoing(bg, h.DB, h.clerk, OutFilter{Urgency: "express"})
	must(t, err)
	if len(p.Rows) != 1 {
		t.Errorf("express: %d", len(p.Rows))
	}
	_, err = ListOutgoing(bg, h.DB, h.drafter, OutFilter{Tab: TabToNumber})
	refused(t, err, store.NotFound, "the registry's list")
	_, err = ListOutgoing(bg, h.DB, h.drafter, OutFilter{Before: "no cursor"})
	refused(t, err, store.Invalid, "a broken cursor")
	if c, err := parseCursor(cursor{At: math.MaxInt64, ID: 3, Back: true}.String()); err != nil || !c.Back || c.ID != 3 {
		t.Error(c, err)
	}
}

// X22: everything that stands against sending is listed together, before a number is drawn.
// D8.13: what is required before a number is drawn.
func TestNumberAsksForWhatSendingNeeds(t *testing.T) {
	h := newHouse(t)
	f := h.form()
	f.Receivers = nil
	o := h.draft(f)
	_, err := Lay(bg, h.Desk, h.drafter, o.ID)
	must(t, err)
	h.do(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, o.ID, holding(h.unitHead), "") })
	h.do(h.unitHead, func(tx *store.Tx) error { return Approve(bg, tx, o.ID, "", 0) })
	_, err = Sign(bg, h.Desk, h.head, o.ID, "TM", true)
	must(t, err)
	_, err = Release(bg, h.Desk, h.clerk, o.ID)
	refused(t, err, store.Invalid, "no receivers")
	if h.again(o).Number != 0 {
		t.Error("a number was drawn in vain")
	}
	h.do(h.clerk, func(tx *store.Tx) error { return Return(bg, tx, o.ID, "chưa có nơi nhận văn bản") })
	if o = h.again(o); o.State != Returned || o.SignedAt != 0 || o.FileIsCurrent() {
		t.Errorf("%s: the void signature still counts", o.State)
	}
	if got := h.at(Numbered); got.Number != 1 {
		t.Errorf("number %d", got.Number)
	}
}

// A draft whose holder left his post is not lost: the drafter takes it back (I5.5).
func TestDrafterWithdrawsFromReview(t *testing.T) {
	h := newHouse(t)
	o := h.at(InReview)
	h.do(h.drafter, func(tx *store.Tx) error { return Withdraw(bg, tx, o.ID, "sai số liệu") })
	if o = h.again(o); o.State != Drafted || o.HolderHolding != 0 || !o.FileIsCurrent() {
		t.Errorf("%s, held by %q", o.State, o.HolderName)
	}
	err := h.try(h.unitHead, func(tx *store.Tx) error { return Approve(bg, tx, o.ID, "", 0) })
	refused(t, err, store.Conflict, "approve what was withdrawn")
}

// S2.6: an attachment that the agency could not sign is refused at once, not after the number was drawn; signed good ones pass.
func TestAttachmentThatCannotBeSealedIsRefused(t *testing.T) {
	h := newHouse(t)
	signed := h.mainBytes(h.at(Issued))
	o := h.at(Drafted)
	bad := append(bytes.Clone(signed), "\nmore\n"...)
	_, err := AddFile(bg, h.Desk, h.drafter, o.Ref(), "hỏng.pdf", reader(bad))
	refused(t, err, store.Invalid, "bytes behind the end")
	f, err := AddFile(bg, h.Desk, h.drafter, o.Ref(), "tốt.pdf", reader(signed))
	must(t, err)
	if f.Verdict != VerdictPassed || f.Ordinal != 1 || f.Main {
		t.Errorf("%+v", f)
	}
	h.do(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, o.ID, holding(h.unitHead), "") })
	h.do(h.unitHead, func(tx *store.Tx) error { return Approve(bg, tx, o.ID, "", 0) })
	_, err = Sign(bg, h.Desk, h.head, o.ID, "TM", true)
	must(t, err)
	_, err = Release(bg, h.Desk, h.clerk, o.ID)
	must(t, err)
	files, err := Files(bg, h.DB, h.clerk, o.Ref())
	must(t, err)
	if r, err := reportOf(files[1]); err != nil || len(r.Signatures) != 3 || files[1].Verdict != VerdictPassed {
		t.Errorf("%s, %d signatures, %v", files[1].Verdict, len(r.Signatures), err)
	}
}

// D7.9, D4.7, D4.8: a register of one type takes only that type; a locked one takes nothing; others never see it.
func TestRegistersTakeTheirTypesUntilLocked(t *testing.T) {
	h := newHouse(t)
	var b *Book
	h.do(h.clerk, func(tx *store.Tx) (err error) {
		b, err = OpenRegister(bg, tx, BookForm{Direction: OutgoingBook, Year: 2026, Name: "Sổ quyết định", TypeCodes: []string{"QUYET_DINH"}})
		return
	})
	err := h.try(h.drafter, func(tx *store.Tx) error {
		_, err := OpenRegister(bg, tx, BookForm{Direction: OutgoingBook, Year: 2026, Name: "Sổ riêng"})
		return err
	})
	refused(t, err, store.Forbidden, "a specialist opens a register")
	number := func(a store.Actor, id int64) error {
		return h.try(a, func(tx *store.Tx) error { _, err := Number(bg, tx, id, NumberForm{Register: b.ID}); return err })
	}
	letter := h.at(Signed)
	refused(t, number(h.clerk, letter.ID), store.Invalid, "a letter in the register of decisions")
	f := h.form()
	f.TypeCode = "QUYET_DINH"
	sign := func() int64 {
		o := h.draft(f)
		_, err := Lay(bg, h.Desk, h.drafter, o.ID)
		must(t, err)
		h.do(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, o.ID, holding(h.unitHead), "") })
		h.do(h.unitHead, func(tx *store.Tx) error { return Approve(bg, tx, o.ID, "", 0) })
		_, err = Sign(bg, h.Desk, h.head, o.ID, "TM", true)
		must(t, err)
		return o.ID
	}
	first, second := sign(), sign()
	h.do(h.clerk, func(tx *store.Tx) error { // without a choice, the type's own register is taken
		o, err := Number(bg, tx, first, NumberForm{})
		if err == nil && o.RegisterID != b.ID {
			t.Errorf("register %d, want %d", o.RegisterID, b.ID)
		}
		return err
	})
	err = h.try(h.foreignClerk, func(tx *store.Tx) error {
		return CloseRegister(bg, tx, b.ID, "2026-11-23", "Kết thúc việc đánh số riêng")
	})
	refused(t, err, store.NotFound, "a foreign clerk locks it")
	h.do(h.clerk, func(tx *store.Tx) error {
		return CloseRegister(bg, tx, b.ID, "2026-11-23", "Kết thúc việc đánh số riêng")
	})
	refused(t, number(h.clerk, second), store.Invalid, "a locked register")
	// In the default register the same notation would begin again at 01: refused, no number is lost (D4.6).
	err = h.try(h.clerk, func(tx *store.Tx) error { _, err := Number(bg, tx, second, NumberForm{}); return err })
	refused(t, err, store.Invalid, "the same number and notation twice in a year")
}
