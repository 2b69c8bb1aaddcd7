package documents

import (
	"testing"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

func calendarDate(s string) calendar.Date { return calendar.Date(s) }

func (o *office) standIn(by string, f org.StandInForm) (*org.StandIn, error) {
	var s *org.StandIn
	err := o.by(by, func(tx *store.Tx) (err error) { s, err = org.SetStandIn(inCtx, tx, f); return err })
	return s, err
}

// acting is a person as he acts while standing in for another.
func (o *office) acting(deputy, principal string) store.Actor {
	o.t.Helper()
	h, err := org.HoldingAt(inCtx, o.db, org.HoldingID(o.people[deputy].Holding), nowOf(o.db))
	o.must(err)
	all, err := org.Standings(inCtx, o.db, []org.Holding{*h}, nowOf(o.db))
	o.must(err)
	for _, s := range all {
		if int64(s.Principal) == o.people[principal].Holding {
			a := s.ActorFor(o.people[deputy].Person)
			a.Via = store.ViaWeb
			return a
		}
	}
	o.t.Fatalf("%s does not stand in for %s", deputy, principal)
	return store.Actor{}
}

// D12.3: an assistant who is assigned prepares or writes for his leader only; the leader confirms with one act; both persons are kept.
//
// V12: a direction is prepared for the competent person and given by him.
func TestAnAssistantPreparesAndTheLeaderConfirms(t *testing.T) {
	o := newOffice(t)
	post := func(who string) org.HoldingID { return org.HoldingID(o.people[who].Holding) }
	d := o.registered()
	o.submit(d.ID, "deputy")
	form := Direction{Leads: []Target{{Unit: o.unitX}}, Opinion: "Tham mưu.", DueDays: 3}
	_, err := o.standIn("deputy", org.StandInForm{Kind: org.StandInAssistant, Principal: post("deputy"), Deputy: post("assistant"), Scope: org.ScopePrepare, Reason: "Phân công thư ký"})
	o.must(err)
	_, err = o.direct("assistant", d.ID, form)
	o.refused(store.Forbidden, err)
	prepare := func(who string) error {
		return o.by(who, func(tx *store.Tx) error { _, err := PrepareDirection(inCtx, tx, d.ID, form); return err })
	}
	o.must(prepare("assistant"))
	o.must(prepare("assistant")) // anew: the first is dropped
	for _, who := range []string{"clerk", "deputy", "staff_x", "foreign_head"} {
		if prepare(who) == nil {
			t.Errorf("%s prepares a direction", who)
		}
	}
	confirm := func(who string) (dir *Directed, err error) {
		err = o.by(who, func(tx *store.Tx) error { dir, err = ConfirmPrepared(inCtx, tx, d.ID); return err })
		return dir, err
	}
	_, err = confirm("assistant")
	o.refused(store.Forbidden, err)
	_, err = confirm("other_deputy")
	o.refused(store.Forbidden, err)
	dir, err := confirm("deputy")
	o.must(err)
	if dir.LeaderPerson != o.people["deputy"].Person || dir.WrittenPerson != o.people["assistant"].Person || dir.Opinion != "Tham mưu." || dir.DueDate != "2026-03-05" {
		t.Fatalf("confirmed: %+v", dir)
	}
	_, err = confirm("deputy")
	o.refused(store.Conflict, err)

	other := o.registered() // of a leader he is not assigned to
	o.submit(other.ID, "other_deputy")
	_, err = o.direct("assistant", other.ID, form)
	o.refused(store.Forbidden, err)
	_, err = o.standIn("other_deputy", org.StandInForm{Kind: org.StandInAssistant, Principal: post("other_deputy"), Deputy: post("assistant"), Scope: org.ScopeDirect, Reason: "Phân công thư ký"})
	o.must(err)
	dir, err = o.direct("assistant", other.ID, form)
	o.must(err)
	if dir.LeaderPerson != o.people["other_deputy"].Person || dir.WrittenPerson != o.people["assistant"].Person {
		t.Fatalf("written for the leader: %+v", dir)
	}
}

// I5.4: who covers for somebody away sees his work and directs for him, for the term, and never signs, numbers or confirms.
func TestWhoCoversSeesAndDirectsButNeverSigns(t *testing.T) {
	o := newOffice(t)
	post := func(who string) org.HoldingID { return org.HoldingID(o.people[who].Holding) }
	cover := func(by, principal, deputy string) (*org.StandIn, error) {
		return o.standIn(by, org.StandInForm{Kind: org.StandInAbsence, Principal: post(principal), Deputy: post(deputy), Scope: org.ScopeDirect, Reason: "Đi công tác", ValidTo: "2026-03-06"})
	}
	_, err := cover("staff_x", "deputy", "staff_x")
	o.refused(store.Forbidden, err)
	_, err = o.standIn("deputy", org.StandInForm{Kind: org.StandInAbsence, Principal: post("deputy"), Deputy: post("other_deputy"), Scope: org.ScopeDirect, Reason: "Đi công tác"})
	o.refused(store.Invalid, err) // no end
	_, err = cover("deputy", "deputy", "foreign_head")
	o.refused(store.Invalid, err)
	_, err = cover("deputy", "deputy", "deputy")
	o.refused(store.Invalid, err)
	s, err := cover("deputy", "deputy", "head_x")
	o.must(err)
	d := o.registered()
	o.submit(d.ID, "deputy")
	if _, err := FindIncoming(inCtx, o.db, o.people["head_x"], d.ID); err == nil {
		t.Fatal("as himself the cover sees what was submitted to another")
	}
	a := o.acting("head_x", "deputy")
	if KeepsRegisters(a) || Leads(a) || SeesAll(a) || a.Confirmed(o.db.Now()) == nil {
		t.Fatalf("the cover signs or numbers: %+v", a)
	}
	var dir *Directed
	o.must(o.db.Write(inCtx, a, func(tx *store.Tx) (err error) {
		dir, err = Direct(inCtx, tx, d.ID, Direction{Leads: []Target{{Unit: o.unitY}}})
		return err
	}))
	if dir.LeaderPerson != o.people["deputy"].Person || dir.WrittenPerson != o.people["head_x"].Person {
		t.Fatalf("directed in the other's name: %+v", dir)
	}
	if page, err := Follow(inCtx, o.db, a, InFilter{}); err != nil || len(page.Rows) != 1 {
		t.Fatalf("what the other gave: %+v, %v", page, err)
	}
	_, err = cover("staff_y", "staff_y", "staff_x")
	o.must(err)
	mine := o.acting("staff_x", "staff_y")
	if sight(mine) != seesOwnLines {
		t.Fatal("a specialist's cover sees what is submitted to leaders")
	}
	o.refused(store.NotFound, o.by("staff_x", func(tx *store.Tx) error { return org.EndStandIn(inCtx, tx, s.ID) }))
	o.must(o.by("deputy", func(tx *store.Tx) error { return org.EndStandIn(inCtx, tx, s.ID) }))
	h, err := org.HoldingAt(inCtx, o.db, post("head_x"), nowOf(o.db))
	o.must(err)
	if all, err := org.Standings(inCtx, o.db, []org.Holding{*h}, nowOf(o.db)); err != nil || len(all) != 0 {
		t.Fatalf("it goes on after its end: %v, %v", all, err)
	}
}
