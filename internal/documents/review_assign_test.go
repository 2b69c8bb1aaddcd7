package documents

import (
	"testing"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

func (h *house) assign(by store.Actor, f AssignForm) *Assignment {
	h.t.Helper()
	var x *Assignment
	h.do(by, func(tx *store.Tx) (err error) { x, err = Assign(bg, tx, f); return })
	return x
}

// The chairman gives the drafting to a unit, its head takes it on, gives it back, gets it again and begins the draft; the deadline shows on both desks (D8.1).
// V12: screen /assignments; api GET /assignments; command remote assignments
func TestADraftBeginsFromTheTaskThatWasGiven(t *testing.T) {
	h := newHouse(t)
	x := h.assign(h.head, AssignForm{Subject: "báo cáo công tác văn thư", TypeCode: "BAO_CAO", Wanted: "Nêu rõ số liệu quý", Lead: Target{Unit: int64(h.unit)}, Helpers: []Target{{Post: h.outsider.Holding}}, DueDays: 2})
	if x.State != AssignGiven || x.DueDate != "2026-11-25" || x.LeadName != "Phòng Văn hóa – Xã hội" || len(x.Helpers) != 1 {
		t.Fatalf("%+v", x)
	}
	mine := func(a store.Actor, list string) int {
		t.Helper()
		all, err := Assignments(bg, h.DB, a, list)
		must(t, err)
		return len(all)
	}
	if mine(h.unitHead, AssignedToMe) != 1 || mine(h.head, AssignedByMe) != 1 || mine(h.drafter, AssignedToMe) != 0 {
		t.Error("the task is not on the desks of who gave it and who does it")
	}
	refused(t, h.try(h.drafter, func(tx *store.Tx) error { return AcceptAssignment(bg, tx, x.ID) }), store.NotFound, "a stranger to it")
	refused(t, h.try(h.outsider, func(tx *store.Tx) error { return AcceptAssignment(bg, tx, x.ID) }), store.Forbidden, "who only helps")
	refused(t, h.try(h.foreigner, func(tx *store.Tx) error { return AcceptAssignment(bg, tx, x.ID) }), store.NotFound, "another agency")
	h.do(h.unitHead, func(tx *store.Tx) error { return AcceptAssignment(bg, tx, x.ID) })
	refused(t, h.try(h.unitHead, func(tx *store.Tx) error { return ReturnAssignment(bg, tx, x.ID, "không") }), store.Invalid, "no reason")
	h.do(h.unitHead, func(tx *store.Tx) error {
		return ReturnAssignment(bg, tx, x.ID, "thuộc lĩnh vực của Văn phòng")
	})
	h.do(h.head, func(tx *store.Tx) error {
		return AssignAnew(bg, tx, x.ID, AssignForm{Subject: x.Subject, TypeCode: x.TypeCode, Wanted: "Phòng vẫn chủ trì", Lead: Target{Post: h.drafter.Holding}, Due: "2026-11-26"})
	})
	var o *Outgoing
	h.do(h.drafter, func(tx *store.Tx) (err error) { o, err = DraftAssigned(bg, tx, x.ID); return })
	if o.TypeCode != "BAO_CAO" || o.Subject != x.Subject {
		t.Errorf("draft: %+v", o)
	}
	if _, err := FindOutgoing(bg, h.DB, h.head, o.ID); err != nil {
		t.Errorf("who gave the work does not see its draft: %v", err)
	}
	now, err := FindAssignment(bg, h.DB, h.head, x.ID)
	must(t, err)
	if now.State != AssignDrafting || now.OutgoingID != o.ID || now.DraftState != Drafted {
		t.Errorf("%+v", now)
	}
	if due := now.Due(calendar.Default(), "2026-11-27"); due.State != calendar.Overdue {
		t.Errorf("a day late it is %v", due.State)
	}
	refused(t, h.try(h.drafter, func(tx *store.Tx) error { _, err := DraftAssigned(bg, tx, x.ID); return err }), store.Conflict, "a second draft")
	steps, err := Timeline(bg, h.DB, h.head, x.Ref())
	must(t, err)
	if len(steps) != 5 || steps[2].Note != "thuộc lĩnh vực của Văn phòng" {
		t.Errorf("history: %+v", steps)
	}
}

// A head of unit gives work within his unit only; a specialist gives none (NĐ 30/2020 art. 10.1).
func TestOnlyTheCompetentGiveDraftingWork(t *testing.T) {
	h := newHouse(t)
	f := AssignForm{Subject: "kế hoạch tuyên truyền", Lead: Target{Post: h.drafter.Holding}}
	if x := h.assign(h.unitHead, f); x.LeadPerson != h.drafter.Person {
		t.Errorf("%+v", x)
	}
	other := f
	other.Lead = Target{Post: h.outsider.Holding}
	refused(t, h.try(h.unitHead, func(tx *store.Tx) error { _, err := Assign(bg, tx, other); return err }), store.Invalid, "another unit's person")
	refused(t, h.try(h.drafter, func(tx *store.Tx) error { _, err := Assign(bg, tx, f); return err }), store.Forbidden, "a specialist")
	bad := f
	bad.Subject, bad.Due = "", "2026-11-01"
	refused(t, h.try(h.head, func(tx *store.Tx) error { _, err := Assign(bg, tx, bad); return err }), store.Invalid, "no subject")
	// Every state and act of the table is refused to who is not named, and what the table does not have is a conflict.
	for _, r := range assignRoute {
		x := &Assignment{State: r.state, LeadKind: "post", LeadID: h.drafter.Holding, TakenHolding: h.drafter.Holding, OrderedPerson: h.head.Person}
		for _, a := range []store.Actor{h.drafter, h.head, h.clerk, h.foreigner} {
			may := a.Holding == h.drafter.Holding && r.who != byOrderer || a.Person == h.head.Person && r.who == byOrderer
			if got := contains(x.Acts(a), r.act); got != may {
				t.Errorf("%s %s by %s: %v", r.state, r.act, name(a, h), got)
			}
		}
	}
}
