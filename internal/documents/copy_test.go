package documents

import (
	"strings"
	"testing"

	"congvu/internal/org"
	"congvu/internal/store"
)

// What the law does not know is refused; what it knows is in the table (D13.1–D13.3).
func TestCopyRoutesAreThoseOfTheLaw(t *testing.T) {
	allowed := map[string]bool{"SAO_Y paper paper": true, "SAO_Y electronic paper": true, "SAO_Y paper electronic": true, "SAO_LUC paper paper": true, "SAO_LUC paper electronic": true,
		"SAO_LUC electronic paper": true, "TRICH_SAO paper paper": true, "TRICH_SAO paper electronic": true, "TRICH_SAO electronic electronic": true, "TRICH_SAO electronic paper": true}
	for _, kind := range []string{CopyTrue, CopyOfCopy, CopyExtract} {
		for _, from := range []string{MediumPaper, MediumElectronic} {
			for _, to := range []string{MediumPaper, MediumElectronic} {
				s := &copied{medium: from, isCopy: kind == CopyOfCopy}
				if err := s.checkRoute(kind, to); (err == nil) != allowed[kind+" "+from+" "+to] {
					t.Errorf("%s from %s to %s: %v", kind, from, to, err)
				}
				s.isCopy = !s.isCopy
				if err := s.checkRoute(kind, to); err == nil {
					t.Errorf("%s of the wrong thing", kind)
				}
			}
		}
	}
}

// Paper copies of an issued document: the three forms share one series from 01, only who may sign copies signs, and a recalled document is copied no more
// (D13.4, D13.6, D13.7, D9.9).
//
// V51: screen /outgoing/{id}/recall; api POST /outgoing/{id}/recall; command remote recall-document
// N17: an issued document is not changed, and a recalled one is frozen with its metadata.
func TestPaperCopiesAreNumberedAndARecalledDocumentIsFrozen(t *testing.T) {
	h := newHouse(t)
	o := h.at(Issued)
	form := CopyForm{Source: o.Ref(), Kind: CopyTrue, Signer: org.HoldingID(o.SignerHolding), Capacity: o.Capacity, Receivers: []string{"Công an phường"}, Quantity: 2}
	first, err := MakeCopy(bg, h.Desk, h.clerk, form)
	must(t, err)
	form.Kind, form.Pages = CopyExtract, []int{1}
	second, err := MakeCopy(bg, h.Desk, h.clerk, form)
	must(t, err)
	if !strings.HasPrefix(first.NumberText, "01/SY-") || !strings.HasPrefix(second.NumberText, "02/TrS-") {
		t.Errorf("numbers %s, %s", first.NumberText, second.NumberText)
	}
	if _, b, err := PrintCopy(bg, h.Desk, h.clerk, second.ID); err != nil || len(b) == 0 {
		t.Errorf("print: %d bytes, %v", len(b), err)
	}
	form.Pages = []int{99}
	_, err = MakeCopy(bg, h.Desk, h.clerk, form)
	refused(t, err, store.Invalid, "a page that is not there")
	form.Pages, form.Signer = []int{1}, org.HoldingID(h.clerk.Holding)
	_, err = MakeCopy(bg, h.Desk, h.clerk, form)
	refused(t, err, store.Invalid, "a signer without the right to sign copies")
	_, err = MakeCopy(bg, h.Desk, h.drafter, form)
	refused(t, err, store.Forbidden, "a copy by somebody who is no registry")

	recall := func(a store.Actor, reason string) error {
		return h.DB.Write(bg, a, func(tx *store.Tx) error {
			return Recall(bg, tx, o.ID, RecallForm{Reason: reason, Basis: "20/QĐ-UBND"})
		})
	}
	refused(t, recall(h.clerk, "ngắn"), store.Invalid, "a short reason")
	refused(t, recall(h.drafter, "Ban hành trái thẩm quyền"), store.Forbidden, "a recall by the drafter")
	unsure := h.clerk
	unsure.ConfirmedUntil = 0
	refused(t, recall(unsure, "Ban hành trái thẩm quyền"), store.Unconfirmed, "a recall without confirmation")
	must(t, recall(h.clerk, "Ban hành trái thẩm quyền"))
	for _, r := range route {
		gone, err := FindOutgoing(bg, h.DB, h.clerk, o.ID)
		must(t, err)
		if _, err := gone.allow(h.clerk, r.act); err == nil {
			t.Errorf("%s is still possible", r.act)
		}
		if acts := gone.acts(h.clerk); len(acts) != 0 {
			t.Errorf("offered %v", acts)
		}
	}
	refused(t, recall(h.clerk, "Ban hành trái thẩm quyền"), store.Conflict, "a second recall")
	form.Signer = org.HoldingID(o.SignerHolding)
	_, err = MakeCopy(bg, h.Desk, h.clerk, form)
	refused(t, err, store.Conflict, "a copy of a recalled document")
}

// Replacing needs a document of equal form, correcting a công văn; both sides show it when the new document is issued, and its receivers are those of the
// old one (D9.8).
func TestReplacementAndCorrectionAreTiedAtIssue(t *testing.T) {
	h := newHouse(t)
	old := h.at(Issued)
	relate := func(a store.Actor, o *Outgoing, kind RelationKind) error {
		return h.try(a, func(tx *store.Tx) error { return Relate(bg, tx, o.ID, old.ID, kind, "Sai số liệu tại Điều 2") })
	}
	f := h.form()
	f.Receivers = nil
	draft := h.draft(f)
	if draft.TypeCode != "CONG_VAN" {
		refused(t, relate(h.drafter, draft, RelationCorrect), store.Invalid, "a correction that is no letter")
	}
	refused(t, relate(h.outsider, draft, RelationReplace), store.NotFound, "by somebody who does not see the draft")
	must(t, relate(h.drafter, draft, RelationReplace))
	if all, err := Relations(bg, h.DB, h.clerk, old.Ref()); err != nil || len(all) != 1 || all[0].InForce {
		t.Fatalf("%+v %v", all, err)
	}
	if got := h.again(draft); len(got.Receivers) != len(old.Receivers) {
		t.Errorf("receivers %+v", got.Receivers)
	}
	must(t, h.try(h.drafter, func(tx *store.Tx) error { return Unrelate(bg, tx, draft.ID, old.ID) }))

	next := h.at(Drafted)
	must(t, relate(h.drafter, next, RelationReplace))
	must(t, h.try(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, next.ID, holding(h.unitHead), "") }))
	must(t, h.try(h.unitHead, func(tx *store.Tx) error { return Approve(bg, tx, next.ID, "", 0) }))
	_, err := Sign(bg, h.Desk, h.head, next.ID, "TM", true)
	must(t, err)
	_, err = Release(bg, h.Desk, h.clerk, next.ID)
	must(t, err)
	if got := h.again(old); got.ReplacedBy != next.ID {
		t.Errorf("the old document does not know: %d", got.ReplacedBy)
	}
	if all, err := Relations(bg, h.DB, h.clerk, old.Ref()); err != nil || len(all) != 1 || !all[0].InForce || all[0].Title != h.again(next).NumberText {
		t.Errorf("%+v %v", all, err)
	}
	third := h.draft(h.form())
	refused(t, relate(h.drafter, third, RelationReplace), store.Invalid, "a second replacement")
}

// A scan of received paper becomes an electronic true copy with the agency's signature as text; a scan below the standard needs a reason, which is kept
// (D9.5, D13.5). Paper and copy are one entry of the register (N26).
func TestAScanOfReceivedPaperIsSignedAsATrueCopy(t *testing.T) {
	h := newHouse(t)
	var d *Incoming
	h.do(h.clerk, func(tx *store.Tx) (err error) {
		d, err = Enter(bg, tx, EntryForm{SenderName: "Công ty Môi trường", Number: "12", Notation: "CV-MT", IssuedDate: "2026-11-20", Subject: "Đề nghị phối hợp"})
		return err
	})
	scan, err := AddFile(bg, h.Desk, h.clerk, d.Ref(), "quet.pdf", strings.NewReader(string(h.annex())))
	must(t, err)
	_, err = Digitise(bg, h.Desk, h.clerk, d.ID, DigitiseForm{File: scan.ID})
	refused(t, err, store.Conflict, "paper that is not registered")
	h.do(h.clerk, func(tx *store.Tx) error { _, err := Register(bg, tx, d.ID, RegisterForm{}); return err })
	unsure := h.clerk
	unsure.ConfirmedUntil = 0
	_, err = Digitise(bg, h.Desk, unsure, d.ID, DigitiseForm{File: scan.ID})
	refused(t, err, store.Unconfirmed, "a seal without confirmation")
	_, err = Digitise(bg, h.Desk, h.foreignClerk, d.ID, DigitiseForm{File: scan.ID})
	refused(t, err, store.NotFound, "a foreign clerk")
	y, err := Digitise(bg, h.Desk, h.clerk, d.ID, DigitiseForm{File: scan.ID, Accept: "Bản quét duy nhất còn giữ được"})
	must(t, err)
	files, err := filesOf(bg, h.DB, d.AgencyID, d.Ref())
	must(t, err)
	if len(files) != 1 || files[0].SHA == scan.SHA || y.Medium != MediumElectronic || y.Number != 0 {
		t.Errorf("%+v %+v", files, y)
	}
	report, err := reportOf(files[0])
	must(t, err)
	if len(report.Signatures) != 1 {
		t.Errorf("%d signatures", len(report.Signatures))
	}
	_, err = Digitise(bg, h.Desk, h.clerk, d.ID, DigitiseForm{File: scan.ID})
	refused(t, err, store.Invalid, "a second signature")
	if n := len(have(Copies(bg, h.DB, h.clerk, 0, 10))); n != 1 {
		t.Errorf("%d copies", n)
	}
}
