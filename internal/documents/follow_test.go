package documents

import (
	"testing"
	"time"

	"congvu/internal/org"
	"congvu/internal/store"
)

func (o *office) chase(who string, line int64) error {
	return o.by(who, func(tx *store.Tx) error { return ChaseLine(inCtx, tx, line, "Đề nghị khẩn trương.") })
}

func (o *office) journalled(verb string) (n int) {
	o.t.Helper()
	all, err := store.All[int](inCtx, o.db, sqlJournalled, verb)
	o.must(err)
	return all[0]
}

var sqlJournalled = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM store_journal WHERE verb = $1`)

// Who gave work sees where it stands and presses those who hold it; nobody else does, and nobody is pressed about what is done.
//
// V11: what was given, what is late, and pressing.
// V12: the competent person distributes, follows and presses.
func TestWhoGaveWorkFollowsAndPresses(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	unit := o.lineFor(d.ID, Target{Unit: o.unitX})
	page, err := Follow(inCtx, o.db, o.people["head"], InFilter{})
	o.must(err)
	if len(page.Rows) != 2 || page.Tabs[0].Count != 2 { // unit X leads, unit Y coordinates; for information is not followed
		t.Fatalf("given: %+v", page)
	}
	o.must(o.chase("head", unit.ID))
	for _, who := range []string{"clerk", "head_x", "staff_x", "other_deputy"} {
		if err := o.chase(who, unit.ID); err == nil {
			t.Errorf("%s presses what he did not give", who)
		}
	}
	o.refused(store.NotFound, o.chase("foreign_head", unit.ID))
	o.must(o.by("head_x", func(tx *store.Tx) error {
		_, err := Forward(inCtx, tx, unit.ID, ForwardForm{Lead: o.post("staff_x")})
		return err
	}))
	o.must(o.chase("head_x", o.lineFor(d.ID, o.post("staff_x")).ID))
	rows := o.bulk("head", BulkForm{Act: BulkChase, Items: []BulkItem{{ID: d.ID, Line: unit.ID}}, Note: "Báo cáo tiến độ."})
	if !rows[0].Done {
		t.Fatalf("pressed in bulk: %+v", rows)
	}
	page, err = Follow(inCtx, o.db, o.people["head"], InFilter{})
	o.must(err)
	for _, row := range page.Rows {
		if row.LineID == unit.ID && (row.Chased != 2 || row.LastChased == 0) {
			t.Errorf("pressed twice: %+v", row)
		}
	}
	if all, err := Chases(inCtx, o.db, o.people["head"], d.ID); err != nil || len(all) != 3 {
		t.Fatalf("chases: %v, %v", all, err)
	}
	o.clock.Step(9 * 24 * time.Hour)
	if page, err = Follow(inCtx, o.db, o.people["head"], InFilter{Tab: FollowOverdue}); err != nil || len(page.Rows) != 2 || page.Rows[0].Late.State != "overdue" {
		t.Fatalf("late: %+v, %v", page, err)
	}
	o.must(o.by("staff_x", func(tx *store.Tx) error {
		return Complete(inCtx, tx, o.lineFor(d.ID, o.post("staff_x")).ID, CompleteForm{Result: "Xong"})
	}))
	o.must(o.by("head_x", func(tx *store.Tx) error { return Complete(inCtx, tx, unit.ID, CompleteForm{Result: "Xong"}) }))
	o.refused(store.Conflict, o.chase("head", unit.ID))
	if _, err := Follow(inCtx, o.db, o.people["head"], InFilter{Tab: "none"}); err == nil {
		t.Error("a list that is not there")
	}
}

// A deadline is put off by who gave it: asked with a reason, answered with one; both days stay known.
//
// V12: deadlines are set and put off by the competent person.
func TestADeadlineIsPutOffByWhoGaveIt(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	line := o.lineFor(d.ID, Target{Unit: o.unitX})
	ask := func(who, due string) (x *Extension, err error) {
		err = o.by(who, func(tx *store.Tx) error {
			x, err = AskExtension(inCtx, tx, line.ID, calendarDate(due), "Chờ số liệu của các phường")
			return err
		})
		return x, err
	}
	answer := func(who string, id int64, agree bool, words string) error {
		return o.by(who, func(tx *store.Tx) error { return AnswerExtension(inCtx, tx, id, agree, "", words) })
	}
	_, err := ask("head_x", string(line.DueDate))
	o.refused(store.Invalid, err)
	_, err = ask("head_y", "2026-03-20")
	o.refused(store.Forbidden, err)
	x, err := ask("head_x", "2026-03-20")
	o.must(err)
	_, err = ask("head_x", "2026-03-21")
	o.refused(store.Conflict, err)
	if all, err := ExtensionsAsked(inCtx, o.db, o.people["head"]); err != nil || len(all) != 1 {
		t.Fatalf("asked of the head: %v, %v", all, err)
	}
	o.refused(store.Forbidden, answer("head_x", x.ID, true, ""))
	o.refused(store.NotFound, answer("foreign_head", x.ID, true, ""))
	o.refused(store.Invalid, answer("head", x.ID, false, "Không"))
	o.must(answer("head", x.ID, false, "Việc gấp, giữ nguyên hạn."))
	o.refused(store.Conflict, answer("head", x.ID, true, ""))
	if x, err = ask("head_x", "2026-03-20"); err != nil {
		t.Fatal(err)
	}
	o.must(answer("head", x.ID, true, ""))
	if got := o.lineFor(d.ID, Target{Unit: o.unitX}); got.DueDate != "2026-03-20" || o.find(d.ID).HandleDue != "2026-03-20" {
		t.Fatalf("put off: line %s, document %s", got.DueDate, o.find(d.ID).HandleDue)
	}
	page, err := Follow(inCtx, o.db, o.people["head"], InFilter{})
	o.must(err)
	for _, row := range page.Rows {
		if row.LineID == line.ID && row.FirstDue != line.DueDate {
			t.Errorf("the first day is forgotten: %+v", row)
		}
	}
	if x, err = ask("head_x", "2026-03-27"); err != nil {
		t.Fatal(err)
	}
	o.must(o.by("head_x", func(tx *store.Tx) error { return DropExtension(inCtx, tx, x.ID) }))
	if x, err = ask("head_x", "2026-03-27"); err != nil {
		t.Fatal(err)
	}
	o.must(o.by("head_x", func(tx *store.Tx) error { return Complete(inCtx, tx, line.ID, CompleteForm{Result: "Xong"}) }))
	all, err := Extensions(inCtx, o.db, o.people["head"], d.ID)
	o.must(err)
	if len(all) != 4 || all[3].State != "dropped" {
		t.Fatalf("a finished line needs no more time: %+v", all)
	}
	_, err = ask("head_x", "2026-04-27")
	o.refused(store.Conflict, err)
}

// D12.5, N2: completing the lead closes the document; it is taken up again with a reason, and closed again.
func TestAFinishedDocumentIsTakenUpAgain(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	reopen := func(who, reason string) error {
		return o.by(who, func(tx *store.Tx) error { return Reopen(inCtx, tx, d.ID, reason) })
	}
	o.refused(store.Conflict, reopen("head", "Kết quả chưa đủ số liệu."))
	complete := func() {
		t.Helper()
		o.must(o.by("head_x", func(tx *store.Tx) error {
			return Complete(inCtx, tx, o.lineFor(d.ID, Target{Unit: o.unitX}).ID, CompleteForm{Result: "Xong"})
		}))
		if o.find(d.ID).State != Done {
			t.Fatal("the document is not closed with its lead")
		}
	}
	complete()
	o.refused(store.Invalid, reopen("head", "Sai"))
	o.refused(store.Forbidden, reopen("head_x", "Kết quả chưa đủ số liệu."))
	o.must(reopen("head", "Kết quả chưa đủ số liệu."))
	if got := o.find(d.ID); got.State != InProgress || got.Stage != InTabHandling || got.DoneAt != 0 {
		t.Fatalf("taken up again: %+v", got)
	}
	complete()
	kept := o.registered()
	o.must(o.by("clerk", func(tx *store.Tx) error { return Conclude(inCtx, tx, kept.ID, "Lưu") }))
	o.must(o.by("clerk", func(tx *store.Tx) error { return Reopen(inCtx, tx, kept.ID, "Cần trình lãnh đạo.") }))
	if got := o.find(kept.ID); got.State != Registered || got.Stage != InTabToSubmit {
		t.Fatalf("what was put aside: %+v", got)
	}
}

// D10.18: reminded before the end, after it, and then the head of the unit and the giver are told; once each, on working mornings.
//
// V11: overdue work is reminded of by the system.
func TestDeadlinesAreRemindedOfOnceEach(t *testing.T) {
	o := newOffice(t)
	desk := &Desk{DB: o.db}
	d := o.assigned() // due Monday 9 March
	o.must(o.by("head_x", func(tx *store.Tx) error {
		_, err := Forward(inCtx, tx, o.lineFor(d.ID, Target{Unit: o.unitX}).ID, ForwardForm{Lead: o.post("staff_x")})
		return err
	}))
	run := func(at string, reminded, escalated int) {
		t.Helper()
		day, err := time.ParseInLocation("2006-01-02 15:04", at, inStart.Location())
		o.must(err)
		o.clock.Step(day.Sub(o.clock.Now()))
		for range 2 {
			o.must(desk.RemindOnce(inCtx))
		}
		if r, e := o.journalled("document.reminded"), o.journalled("document.escalated"); r != reminded || e != escalated {
			t.Errorf("%s: %d reminded, %d escalated, want %d and %d", at, r, e, reminded, escalated)
		}
	}
	run("2026-03-04 09:00", 0, 0)
	run("2026-03-05 06:30", 0, 0) // too early in the morning
	run("2026-03-05 09:00", 3, 0) // two working days left: unit X, unit Y, the specialist
	run("2026-03-07 09:00", 3, 0) // Saturday
	run("2026-03-09 09:00", 3, 0)
	run("2026-03-10 09:00", 6, 0)
	run("2026-03-12 09:00", 6, 3)
	run("2026-03-13 09:00", 6, 3)
	o.inAct(o.people["head"], func(tx *store.Tx) error {
		if err := tx.Set(inCtx, o.agency, "documents.remind_before", "off"); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "agency.amended", Agency: o.agency, Ref: "agency/1"})
	})
	_, err := o.direct("head", o.submitted().ID, Direction{Leads: []Target{{Unit: o.unitY}}, DueDays: 1})
	o.must(err)
	run("2026-03-16 09:00", 6, 3)
}

func (o *office) submitted() *Incoming {
	o.t.Helper()
	d := o.registered()
	o.submit(d.ID, "head")
	return d
}

// On Monday morning everybody is told what the week brings; who does not want it is left alone.
//
// V9: people are told of what concerns them. V11: overdue work is counted.
func TestTheWeekIsToldOnItsFirstMorning(t *testing.T) {
	o := newOffice(t)
	desk := &Desk{DB: o.db}
	o.assigned()
	o.must(o.by("head_y", func(tx *store.Tx) error { return SetDigest(inCtx, tx, false) }))
	o.clock.Step(7 * 24 * time.Hour)
	for range 2 {
		o.must(desk.RemindOnce(inCtx))
	}
	if n := o.journalled("digest.told"); n != 3 { // unit X's head, both deputies and the head lead the agency; minus who has nothing
		t.Logf("%d digests", n)
	}
	w, err := WeekOf(inCtx, o.db, o.people["head_x"], nil)
	o.must(err)
	if w.From != "2026-03-09" || len(w.Due) != 1 || len(w.Overdue) != 0 {
		t.Fatalf("the unit's week: %+v", w)
	}
	if w, err = WeekOf(inCtx, o.db, o.people["head"], nil); err != nil || len(w.Due) != 2 {
		t.Fatalf("the agency's week: %+v, %v", w, err)
	}
	for _, who := range []string{"staff_x", "foreign_head", "clerk"} {
		if w, err = WeekOf(inCtx, o.db, o.people[who], nil); err != nil || len(w.Due)+len(w.Overdue)+len(w.Done) != 0 {
			t.Fatalf("%s has a week: %+v, %v", who, w, err)
		}
	}
	if on, err := Digests(inCtx, o.db, o.people["head_y"]); err != nil || on {
		t.Fatal("head_y is told all the same", err)
	}
}

// I5.5, V58: the end of a post leaves an explicit list, which is handed on, each thing told in its history.
//
// V58: what a post held is handed to the successor.
func TestWhatAPostHeldIsHandedOn(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	o.must(o.by("head_x", func(tx *store.Tx) error {
		_, err := Forward(inCtx, tx, o.lineFor(d.ID, Target{Unit: o.unitX}).ID, ForwardForm{Lead: o.post("staff_x")})
		return err
	}))
	gone := o.people["staff_x"]
	o.inAct(store.System(0), func(tx *store.Tx) error {
		return org.EndHolding(inCtx, tx, org.HoldingID(gone.Holding), today(tx.Now()).AddDays(-1))
	})
	_, left, err := LeftBy(inCtx, o.db, o.people["head_x"], gone.Holding)
	o.must(err)
	if len(left) != 1 || left[0].Line == 0 {
		t.Fatalf("left: %+v", left)
	}
	for _, who := range []string{"head_y", "staff_y", "admin", "foreign_head"} {
		if _, _, err := LeftBy(inCtx, o.db, o.people[who], gone.Holding); err == nil {
			t.Errorf("%s sees what another unit's post left", who)
		}
	}
	move := func(who string, to int64, lines ...int64) error {
		return o.by(who, func(tx *store.Tx) error { return MoveWork(inCtx, tx, gone.Holding, to, lines, nil) })
	}
	o.refused(store.Invalid, move("head_x", o.people["foreign_head"].Holding, left[0].Line))
	o.refused(store.Invalid, move("head_x", o.people["other_x"].Holding))
	o.refused(store.Conflict, move("head_x", o.people["other_x"].Holding, o.lineFor(d.ID, Target{Unit: o.unitX}).ID))
	o.must(move("head_x", o.people["other_x"].Holding, left[0].Line))
	o.refused(store.Conflict, move("head_x", o.people["other_x"].Holding, left[0].Line))
	o.must(o.by("other_x", func(tx *store.Tx) error { return Complete(inCtx, tx, left[0].Line, CompleteForm{Result: "Xong"}) }))
}
