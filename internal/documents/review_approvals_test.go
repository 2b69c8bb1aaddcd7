package documents

import (
	"bytes"
	"sync"
	"testing"

	"congvu/internal/store"
)

// plan sets the way of every draft: content by the head of the drafting unit, layout by the head of the office, then the deputy and the clerk side by side.
func (h *house) plan() {
	h.t.Helper()
	h.do(h.clerk, func(tx *store.Tx) error {
		return SetApprovalPlan(bg, tx, "", []PlanStep{{Stage: 1, Duty: DutyContent, Whom: WhomUnitHead}, {Stage: 2, Duty: DutyLayout, Whom: WhomPost, Post: h.colleague.Holding},
			{Stage: 3, Duty: DutyReview, Whom: WhomPost, Post: h.deputy.Holding}, {Stage: 3, Duty: DutyLayout, Whom: WhomPost, Post: h.clerk.Holding}})
	})
}

func (h *house) steps(o *Outgoing) map[string]ApprovalState {
	h.t.Helper()
	all, _, err := o.round(bg, h.DB)
	must(h.t, err)
	out := map[string]ApprovalState{}
	for _, x := range all {
		out[x.HolderName] = x.State
	}
	return out
}

func (h *house) pass(a store.Actor, o *Outgoing) error {
	return h.try(a, func(tx *store.Tx) error { return Approve(bg, tx, o.ID, "Đồng ý", 0) })
}

// A draft goes the agency's plan: content, layout, two side by side, the signer; each answers for his part, and the submission sheet shows it (D8.5, D8.6, D8.9, D8.12).
// V28: screen /outgoing/{id}/approvals; api GET /outgoing/{id}/approvals; command remote approvals
// V13: screen /outgoing/{id}/approvals; api POST /outgoing/{id}/return; command remote return
func TestADraftGoesTheAgencysPlan(t *testing.T) {
	h := newHouse(t)
	h.plan()
	refused(t, h.try(h.drafter, func(tx *store.Tx) error { return SetApprovalPlan(bg, tx, "", nil) }), store.Forbidden, "a specialist")
	refused(t, h.try(h.clerk, func(tx *store.Tx) error {
		return SetApprovalPlan(bg, tx, "", []PlanStep{{Stage: 1, Duty: DutyContent, Whom: WhomPost, Post: h.foreigner.Holding}})
	}), store.Invalid, "another agency's post")
	o := h.at(Drafted)
	proposed, err := ProposedApprovals(bg, h.DB, h.drafter, o.ID)
	must(t, err)
	if len(proposed) != 4 || proposed[0].Duty != DutyContent || proposed[0].Name != "Lê Hồng Hạnh" {
		t.Fatalf("%+v", proposed)
	}
	h.do(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, o.ID, 0, "Kính trình") })
	refused(t, h.pass(h.deputy, o), store.Forbidden, "before his stage")
	must(t, h.pass(h.unitHead, o))
	must(t, h.pass(h.colleague, o))
	o = h.again(o)
	if o.State != InReview || len(o.Reviewers) != 2 {
		t.Fatalf("side by side: %+v", o.Reviewers)
	}
	for _, a := range []store.Actor{h.deputy, h.clerk} {
		p, err := ListOutgoing(bg, h.DB, a, OutFilter{Tab: TabInReview})
		must(t, err)
		if len(p.Rows) != 1 {
			t.Errorf("%s does not see it waiting", name(a, h))
		}
	}
	must(t, h.pass(h.clerk, o))
	if h.again(o).State != InReview {
		t.Error("one of two is enough")
	}
	refused(t, h.pass(h.clerk, o), store.Forbidden, "twice")
	must(t, h.pass(h.deputy, o))
	if o = h.again(o); o.State != AwaitingSignature || o.HolderHolding != h.head.Holding {
		t.Fatalf("%s %s", o.State, o.HolderName)
	}
	all, err := Approvals(bg, h.DB, h.drafter, o.ID)
	must(t, err)
	for _, x := range all {
		if x.State != ApprovalDone || x.Method != InitialsPlain || x.Version == 0 || x.Words != "Đồng ý" {
			t.Errorf("%+v", x)
		}
	}
	pdf, err := SubmissionSheet(bg, h.DB, h.drafter, o.ID)
	must(t, err)
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Error("no sheet")
	}
	_, err = Approvals(bg, h.DB, h.foreigner, o.ID)
	refused(t, err, store.NotFound, "another agency")
	_, err = Sign(bg, h.Desk, h.head, o.ID, "TM", true)
	must(t, err)
}

// What is changed after an approval makes it void, and who gave it is told (D8.4); a change of signer concerns the layout only.
// N22: an approval without a certificate is never the signature.
func TestAChangeMakesApprovalsVoid(t *testing.T) {
	h := newHouse(t)
	h.plan()
	o := h.at(Drafted)
	h.do(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, o.ID, 0, "") })
	must(t, h.pass(h.unitHead, o))
	must(t, h.pass(h.colleague, o))
	h.do(h.deputy, func(tx *store.Tx) error {
		return AskSigner(bg, tx, o.ID, holding(h.deputy), "KT", "Chủ tịch đi vắng")
	})
	if got := h.steps(o); got["Đỗ Minh Ánh"] != ApprovalVoid || got["Lê Hồng Hạnh"] != ApprovalDone {
		t.Errorf("after the change of signer: %v", got)
	}
	f := h.form()
	f.Subject, f.Signer, f.Capacity, f.Revision = "nội dung đã sửa", holding(h.deputy), "KT", h.again(o).Revision
	h.do(h.deputy, func(tx *store.Tx) error { _, err := Revise(bg, tx, o.ID, f); return err })
	if got := h.steps(o); got["Lê Hồng Hạnh"] != ApprovalVoid {
		t.Errorf("after the change of text: %v", got)
	}
	steps, err := Timeline(bg, h.DB, h.drafter, o.Ref())
	must(t, err)
	void := 0
	for _, s := range steps {
		if s.Act == "approval_void" {
			void++
		}
	}
	if void != 2 {
		t.Errorf("%d voids in the history", void)
	}
	if h.again(o).SignedAt != 0 {
		t.Error("an approval signed the document")
	}
}

// Any step returns to an earlier one or to the drafter, with reasons that are kept; a new submission is a new round (D8.3).
func TestReturnsKeepTheirReasons(t *testing.T) {
	h := newHouse(t)
	h.plan()
	o := h.at(Drafted)
	h.do(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, o.ID, 0, "") })
	must(t, h.pass(h.unitHead, o))
	all, _, err := o.round(bg, h.DB)
	must(t, err)
	back := func(a store.Actor, id int64, reason string) error {
		return h.try(a, func(tx *store.Tx) error { return ReturnToStep(bg, tx, o.ID, id, reason) })
	}
	refused(t, back(h.colleague, all[0].ID, "sai"), store.Invalid, "no reason")
	refused(t, back(h.drafter, all[0].ID, "không phải người xem xét"), store.Forbidden, "not his turn")
	refused(t, back(h.colleague, all[2].ID, "bước này chưa đến lượt"), store.Conflict, "a later step")
	must(t, back(h.colleague, all[0].ID, "số liệu chưa khớp với báo cáo"))
	if o = h.again(o); o.State != InReview || o.HolderHolding != h.unitHead.Holding {
		t.Fatalf("%s %s", o.State, o.HolderName)
	}
	must(t, h.pass(h.unitHead, o))
	if o = h.again(o); o.HolderHolding != h.colleague.Holding {
		t.Fatalf("it does not come again to who returned it: %s", o.HolderName)
	}
	h.do(h.colleague, func(tx *store.Tx) error {
		return Return(bg, tx, o.ID, "trình bày lại thể thức phần căn cứ")
	})
	if o = h.again(o); o.State != Returned {
		t.Fatal(o.State)
	}
	h.do(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, o.ID, 0, "Đã sửa") })
	every, err := Approvals(bg, h.DB, h.drafter, o.ID)
	must(t, err)
	reasons, rounds := 0, int64(0)
	for _, x := range every {
		if x.State == ApprovalReturned && x.Words != "" {
			reasons++
		}
		rounds = max(rounds, x.Round)
	}
	if reasons != 2 || rounds != 2 {
		t.Errorf("%d reasons, %d rounds: %+v", reasons, rounds, every)
	}
}

// The way is changed while it lasts: one more beside or after, one that has not begun is taken out with a reason.
func TestStepsArePutInAndTakenOut(t *testing.T) {
	h := newHouse(t)
	h.plan()
	o := h.at(Drafted)
	add := func(a store.Actor, f StepForm) error {
		return h.try(a, func(tx *store.Tx) error { return AddStep(bg, tx, o.ID, f) })
	}
	refused(t, add(h.drafter, StepForm{Post: h.outsider.Holding, Duty: DutyReview}), store.Conflict, "before it is submitted")
	h.do(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, o.ID, 0, "") })
	refused(t, add(h.colleague, StepForm{Post: h.outsider.Holding, Duty: DutyReview}), store.Forbidden, "whose turn it is not")
	refused(t, add(h.drafter, StepForm{Post: h.deputy.Holding, Duty: DutyReview}), store.Invalid, "who has a step already")
	refused(t, add(h.drafter, StepForm{Post: h.outsider.Holding, Duty: "seal"}), store.Invalid, "no duty")
	must(t, add(h.drafter, StepForm{Post: h.outsider.Holding, Duty: DutyReview, Beside: true}))
	must(t, add(h.unitHead, StepForm{Post: h.archivist.Holding, Duty: DutyReview}))
	must(t, h.pass(h.unitHead, o))
	must(t, h.pass(h.outsider, o))
	if o = h.again(o); o.HolderHolding != h.archivist.Holding {
		t.Fatalf("next is %s", o.HolderName)
	}
	all, _, err := o.round(bg, h.DB)
	must(t, err)
	drop := func(id int64, reason string) error {
		return h.try(h.archivist, func(tx *store.Tx) error { return DropStep(bg, tx, o.ID, id, reason) })
	}
	for _, x := range all {
		switch {
		case x.HolderName == "Lê Hồng Hạnh":
			refused(t, drop(x.ID, "không cần bước này nữa"), store.Conflict, "a step that is done")
		case x.State == ApprovalWaiting:
			refused(t, drop(x.ID, "vì"), store.Invalid, "no reason")
			must(t, drop(x.ID, "không cần bước này nữa"))
		}
	}
	must(t, h.pass(h.archivist, o))
	if o = h.again(o); o.State != AwaitingSignature {
		t.Errorf("%s %s", o.State, o.HolderName)
	}
}

// Two reviewers initial with their certificates; the competent person's and the agency's signatures stand valid over theirs, and a change of the file takes the initials
// away (S2.1, S2.10, S4.6).
// N22: initials with a certificate are not the signature either; only the competent person's makes the document signed.
func TestInitialsWithCertificateStandUnderTheSignature(t *testing.T) {
	h := newHouse(t)
	h.bind(h.unitHead, "unit-head", "Lê Hồng Hạnh", "Trưởng phòng")
	h.bind(h.colleague, "office-head", "Đỗ Minh Ánh", "Chánh Văn phòng")
	h.do(h.clerk, func(tx *store.Tx) error {
		return SetApprovalPlan(bg, tx, "CONG_VAN", []PlanStep{{Stage: 1, Duty: DutyContent, Whom: WhomUnitHead, Certificate: true}, {Stage: 2, Duty: DutyLayout, Whom: WhomPost, Post: h.colleague.Holding}})
	})
	o := h.at(Drafted)
	h.do(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, o.ID, 0, "") })
	refused(t, h.pass(h.unitHead, o), store.Conflict, "a plain approval where a certificate is asked for")
	_, err := Initial(bg, h.Desk, h.unconfirmed(h.unitHead), o.ID, "", 0, true)
	refused(t, err, store.Unconfirmed, "not proved again")
	_, err = Initial(bg, h.Desk, h.unitHead, o.ID, "", 0, false)
	refused(t, err, store.Invalid, "no consent")
	_, err = Initial(bg, h.Desk, h.colleague, o.ID, "", 0, true)
	refused(t, err, store.Forbidden, "not his turn")
	o, err = Initial(bg, h.Desk, h.unitHead, o.ID, "Đồng ý nội dung", 0, true)
	must(t, err)
	if o.State != InReview || o.SignedAt != 0 {
		t.Fatalf("%+v", o)
	}
	o, err = Initial(bg, h.Desk, h.colleague, o.ID, "", 0, true)
	must(t, err)
	if o.State != AwaitingSignature {
		t.Fatal(o.State)
	}
	_, err = Sign(bg, h.Desk, h.head, o.ID, "TM", true)
	must(t, err)
	h.do(h.clerk, func(tx *store.Tx) error { _, err := Number(bg, tx, o.ID, NumberForm{}); return err })
	_, err = Seal(bg, h.Desk, h.clerk, o.ID)
	must(t, err)
	f, err := o.mainFile(bg, h.DB)
	must(t, err)
	report, err := reportOf(f)
	must(t, err)
	if f.Verdict != VerdictPassed || len(report.Signatures) != 4 {
		t.Errorf("%s, %d signatures: %s", f.Verdict, len(report.Signatures), f.VerdictReport)
	}
	all, err := Approvals(bg, h.DB, h.drafter, o.ID)
	must(t, err)
	if all[0].Method != InitialsCertificate || all[1].Method != InitialsCertificate {
		t.Errorf("%+v", all)
	}

	again := h.at(Drafted)
	h.do(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, again.ID, 0, "") })
	_, err = Initial(bg, h.Desk, h.unitHead, again.ID, "", 0, true)
	must(t, err)
	_, err = Lay(bg, h.Desk, h.colleague, again.ID)
	must(t, err)
	if got := h.steps(again); got["Lê Hồng Hạnh"] != ApprovalVoid {
		t.Errorf("a new file still has the initials: %v", got)
	}
}

// D8.5: of two side by side who agree in the same moment, the second one moves the draft on: neither act overlooks the other.
func TestTwoWhoAgreeAtOnceMoveTheDraftOn(t *testing.T) {
	h := newHouse(t)
	h.plan()
	for range 5 {
		o := h.at(Drafted)
		h.do(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, o.ID, 0, "Kính trình") })
		must(t, h.pass(h.unitHead, o))
		must(t, h.pass(h.colleague, o))
		var all sync.WaitGroup
		for _, a := range []store.Actor{h.deputy, h.clerk} {
			all.Go(func() {
				if err := h.pass(a, o); err != nil {
					t.Error(name(a, h), err)
				}
			})
		}
		all.Wait()
		if o = h.again(o); o.State != AwaitingSignature {
			t.Fatalf("both agreed, the draft is %s", o.State)
		}
	}
}
