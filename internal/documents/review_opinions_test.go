package documents

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"congvu/internal/org"
	"congvu/internal/store"
)

func (h *house) ask(by store.Actor, id int64, f OpinionForm) *OpinionRequest {
	h.t.Helper()
	if f.Question == "" {
		f.Question = "Đề nghị cho ý kiến về dự thảo"
	}
	var q *OpinionRequest
	h.do(by, func(tx *store.Tx) (err error) { q, err = AskOpinions(bg, tx, id, f); return })
	return q
}

func (h *house) answer(by store.Actor, id int64, v OpinionVerdict, words string) error {
	return h.try(by, func(tx *store.Tx) error { return AnswerOpinion(bg, tx, id, OpinionAnswer{Verdict: v, Words: words}) })
}

// Three are asked at once, one of them asks on; a marked copy comes with an answer; the drafter accepts one and explains another; the table is printed (D8.9, D8.14).
// V28: screen /outgoing/{id}; api GET /outgoing/{id}/opinions; command remote opinions
func TestOpinionsAreAskedAnsweredAndSettled(t *testing.T) {
	h := newHouse(t)
	o := h.at(InReview)
	refused(t, h.try(h.outsider, func(tx *store.Tx) error {
		_, err := AskOpinions(bg, tx, o.ID, OpinionForm{Question: "?", Whom: []Target{{Post: h.clerk.Holding}}})
		return err
	}), store.NotFound, "who does not see it")
	q := h.ask(h.drafter, o.ID, OpinionForm{Whom: []Target{{Unit: int64(h.sister)}, {Post: h.outsider.Holding}, {Post: h.deputy.Holding}}, DueDays: 2})
	if q.DueDate != "2026-11-25" || len(q.Opinions) != 3 {
		t.Fatalf("%+v", q)
	}
	if rows, err := AskedOfMe(bg, h.DB, h.colleague); err != nil || len(rows) != 1 || rows[0].Question != "Đề nghị cho ý kiến về dự thảo" {
		t.Errorf("on the desk of the unit's head: %+v %v", rows, err)
	}
	unit, outsider, deputy := q.Opinions[0].ID, q.Opinions[1].ID, q.Opinions[2].ID
	refused(t, h.answer(h.drafter, unit, Agree, ""), store.Forbidden, "another's opinion")
	refused(t, h.answer(h.foreigner, unit, Agree, ""), store.NotFound, "another agency")
	refused(t, h.answer(h.colleague, unit, Disagree, "không"), store.Invalid, "dissent without words")
	refused(t, h.answer(h.colleague, unit, "perhaps", ""), store.Invalid, "no verdict")
	below := h.ask(h.colleague, o.ID, OpinionForm{Parent: unit, Required: true, Whom: []Target{{Post: h.clerk.Holding}}})
	if below.Level != 2 || below.Required {
		t.Errorf("asked on: %+v", below)
	}
	third := h.ask(h.clerk, o.ID, OpinionForm{Parent: below.Opinions[0].ID, Whom: []Target{{Post: h.archivist.Holding}}})
	refused(t, h.try(h.archivist, func(tx *store.Tx) error {
		_, err := AskOpinions(bg, tx, o.ID, OpinionForm{Question: "?", Parent: third.Opinions[0].ID, Whom: []Target{{Post: h.admin.Holding}}})
		return err
	}), store.Conflict, "a fourth level")
	f, err := AddFile(bg, h.Desk, h.outsider, OpinionRef(outsider), "gop-y.txt", strings.NewReader("đã đánh dấu"))
	must(t, err)
	if f.Ref != OpinionRef(outsider) {
		t.Errorf("%+v", f)
	}
	must(t, h.answer(h.outsider, outsider, AgreeWith, "bổ sung số liệu của quý trước"))
	must(t, h.answer(h.colleague, unit, Disagree, "chưa đúng thẩm quyền của xã"))
	refused(t, h.answer(h.colleague, unit, Agree, ""), store.Conflict, "a second answer")
	must(t, h.answer(h.deputy, deputy, NoCompetence, ""))
	settle := func(a store.Actor, id int64, how, words string) error {
		return h.try(a, func(tx *store.Tx) error { return SettleOpinion(bg, tx, id, how, words) })
	}
	refused(t, settle(h.unitHead, unit, SettledAccepted, ""), store.Forbidden, "not the drafter")
	refused(t, settle(h.drafter, unit, SettledExplained, "vì"), store.Invalid, "explained without words")
	must(t, settle(h.drafter, outsider, SettledAccepted, ""))
	must(t, settle(h.drafter, unit, SettledExplained, "thẩm quyền theo Luật số 72/2025/QH15"))
	all, err := Opinions(bg, h.DB, h.drafter, o.ID)
	must(t, err)
	if len(all) != 3 || all[0].State != "closed" || all[0].Opinions[1].Settled != SettledAccepted || len(all[0].Opinions[1].Files) != 1 {
		t.Fatalf("%+v", all)
	}
	pdf, err := OpinionTable(bg, h.DB, h.drafter, o.ID)
	must(t, err)
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Error("no PDF")
	}
	_, err = OpinionTable(bg, h.DB, h.foreigner, o.ID)
	refused(t, err, store.NotFound, "another agency's table")
	steps, err := Timeline(bg, h.DB, h.drafter, o.Ref())
	must(t, err)
	seen := 0
	for _, s := range steps {
		if s.Act == "ask_opinions" || s.Act == "answer_opinion" || s.Act == "settle_opinion" {
			seen++
		}
	}
	if seen != 8 {
		t.Errorf("%d opinions in the history", seen)
	}
}

// In order one is asked after the other; the draft waits for a required request only; who is silent at the deadline is recorded as silent, never as consenting, and
// may answer late (D8.14).
func TestSilenceIsNoConsent(t *testing.T) {
	h := newHouse(t)
	o := h.at(InReview)
	q := h.ask(h.drafter, o.ID, OpinionForm{InOrder: true, Required: true, DueDays: 1, Whom: []Target{{Post: h.outsider.Holding}, {Post: h.clerk.Holding}, {Post: h.colleague.Holding}}})
	refused(t, h.answer(h.clerk, q.Opinions[1].ID, Agree, ""), store.Conflict, "before his turn")
	must(t, h.answer(h.outsider, q.Opinions[0].ID, Agree, ""))
	if rows, err := AskedOfMe(bg, h.DB, h.clerk); err != nil || len(rows) != 1 {
		t.Errorf("the next one is not asked: %v %v", rows, err)
	}
	approve := func() error {
		return h.try(h.unitHead, func(tx *store.Tx) error { return Approve(bg, tx, o.ID, "Đồng ý", 0) })
	}
	refused(t, approve(), store.Conflict, "a required request is open")
	h.clock.Step(48 * time.Hour)
	h.workAll()
	all, err := Opinions(bg, h.DB, h.drafter, o.ID)
	must(t, err)
	if x := all[0]; x.State != "closed" || x.Opinions[1].State != OpinionSilent || x.Opinions[1].Verdict != "" || x.Opinions[2].State != OpinionSilent {
		t.Fatalf("%+v", x)
	}
	must(t, h.answer(h.clerk, q.Opinions[1].ID, AgreeWith, "đề nghị sửa nơi nhận"))
	all, err = Opinions(bg, h.DB, h.drafter, o.ID)
	must(t, err)
	if !all[0].Opinions[1].Late {
		t.Error("a late answer is not marked")
	}
	must(t, approve())
	other := h.ask(h.drafter, h.at(InReview).ID, OpinionForm{Whom: []Target{{Post: h.outsider.Holding}}, Required: true})
	refused(t, h.try(h.unitHead, func(tx *store.Tx) error { return WithdrawOpinions(bg, tx, other.ID, "") }), store.Forbidden, "another's request")
	h.do(h.drafter, func(tx *store.Tx) error { return WithdrawOpinions(bg, tx, other.ID, "đã trao đổi trực tiếp") })
	refused(t, h.answer(h.outsider, other.Opinions[0].ID, Agree, ""), store.Conflict, "after the withdrawal")
	h.do(h.unitHead, func(tx *store.Tx) error { return Approve(bg, tx, other.OutgoingID, "", org.HoldingID(0)) })
}

// Every state and act of an opinion is in the table or refused.
func TestOpinionsFollowTheirTable(t *testing.T) {
	for state := range opinionLabels {
		for _, act := range []string{"answer", "withdraw", "expire", "ask"} {
			want := OpinionState("")
			for _, r := range opinionRoute {
				if r.state == state && r.act == act {
					want = r.next
				}
			}
			got, err := state.after(act)
			if got != want || (err == nil) != (want != "") {
				t.Errorf("%s %s: %q %v", state, act, got, err)
			}
		}
	}
}
