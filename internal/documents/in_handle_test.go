package documents

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

const goodReason = "Không thuộc chức năng của đơn vị"

// D11.6–D11.10: every act from every state of a line.
// D11.4: the states of a line.
func TestLineActsAreThoseOfTheSpecification(t *testing.T) {
	states := []LineState{LineWaiting, LineToDo, LineForwarded, LineDone, LineReturnedByMe, LineReturnedToMe, LineRecalled}
	spec := map[lineAct]string{ // one sign per state in that order
		lineReturn:   "yyn nnyn",
		lineComplete: "nyy nnyn",
		lineForward:  "yyy ynyn",
		lineComment:  "nyy ynyn",
		lineHandOver: "nyn nnyn",
		lineStart:    "nyy nnyn",
		lineRecall:   "yyy ynyn",
	}
	if len(spec) != len(lineActs) {
		t.Fatalf("%d acts in the table, %d here", len(lineActs), len(spec))
	}
	for act, row := range spec {
		for i, c := range strings.ReplaceAll(row, " ", "") {
			if got := states[i].allows(act) == nil; got != (c == 'y') {
				t.Errorf("%s from %s: %v", act, states[i], got)
			}
		}
	}
}

// Every act on a document × every role: who is not named is refused, a stranger does not learn that it exists.
func TestEveryActOnADocumentObeysItsRoles(t *testing.T) {
	o := newOffice(t)
	arrived := func() *Incoming { d, _ := o.arrive(o.arrival()); return d }
	submitted := func() *Incoming { d := o.registered(); o.submit(d.ID, "deputy"); return d }
	acts := []struct {
		name  string
		state func() *Incoming
		may   string
		do    func(tx *store.Tx, id int64) error
	}{
		{"register", arrived, "clerk", func(tx *store.Tx, id int64) error { _, err := Register(inCtx, tx, id, RegisterForm{}); return err }},
		{"refuse", arrived, "clerk", func(tx *store.Tx, id int64) error { return Refuse(inCtx, tx, id, OtherGround, goodReason) }},
		{"cancel", o.registered, "clerk", func(tx *store.Tx, id int64) error { return CancelRegistration(inCtx, tx, id, goodReason) }},
		{"submit", o.registered, "clerk", func(tx *store.Tx, id int64) error {
			return SubmitToLeader(inCtx, tx, id, o.people["head"].Holding, "")
		}},
		{"direct", submitted, "head deputy assistant", func(tx *store.Tx, id int64) error {
			_, err := Direct(inCtx, tx, id, Direction{Leads: []Target{{Unit: o.unitX}}})
			return err
		}},
		{"direct by rule", submitted, "clerk", func(tx *store.Tx, id int64) error {
			_, err := Direct(inCtx, tx, id, Direction{Leads: []Target{{Unit: o.unitX}}, ByRule: "Điều 5 Quy chế làm việc"})
			return err
		}},
		{"return to registry", submitted, "head deputy assistant", func(tx *store.Tx, id int64) error { return ReturnToRegistry(inCtx, tx, id, goodReason) }},
		{"conclude", submitted, "clerk head deputy assistant", func(tx *store.Tx, id int64) error { return Conclude(inCtx, tx, id, "Lưu để biết") }},
		{"comment", o.assigned, "clerk head deputy other_deputy assistant head_x head_y", func(tx *store.Tx, id int64) error { return Comment(inCtx, tx, id, "Lưu ý thời hạn") }},
	}
	for _, act := range acts {
		for _, who := range inRoles {
			d := act.state()
			_, unseen := FindIncoming(inCtx, o.db, o.people[who], d.ID)
			err := o.by(who, func(tx *store.Tx) error { return act.do(tx, d.ID) })
			switch {
			case strings.Contains(" "+act.may+" ", " "+who+" "):
				if err != nil {
					t.Errorf("%s by %s: %v", act.name, who, err)
				}
			case unseen != nil:
				o.refused(store.NotFound, err)
			default:
				o.refused(store.Forbidden, err)
			}
			if strings.HasPrefix(who, "foreign") && unseen == nil {
				t.Errorf("%s sees a foreign document", who)
			}
		}
	}
}

// Every act on a line × every role.
func TestEveryActOnALineObeysItsHolder(t *testing.T) {
	o := newOffice(t)
	acts := map[string]struct {
		may string
		do  func(tx *store.Tx, line int64) error
	}{
		"start":    {"head_x", func(tx *store.Tx, l int64) error { return Start(inCtx, tx, l) }},
		"complete": {"head_x", func(tx *store.Tx, l int64) error { return Complete(inCtx, tx, l, CompleteForm{Result: "Xong"}) }},
		"forward": {"head_x", func(tx *store.Tx, l int64) error {
			_, err := Forward(inCtx, tx, l, ForwardForm{Lead: o.post("staff_x")})
			return err
		}},
		"hand over": {"head_x", func(tx *store.Tx, l int64) error { _, err := HandOver(inCtx, tx, l, o.post("staff_x"), ""); return err }},
		"return":    {"head_x", func(tx *store.Tx, l int64) error { return ReturnLine(inCtx, tx, l, goodReason) }},
		"recall":    {"head assistant", func(tx *store.Tx, l int64) error { return RecallLine(inCtx, tx, l, goodReason) }},
	}
	for name, act := range acts {
		for _, who := range inRoles {
			d := o.assigned()
			l := o.lineFor(d.ID, Target{Unit: o.unitX})
			_, unseen := FindIncoming(inCtx, o.db, o.people[who], d.ID)
			err := o.by(who, func(tx *store.Tx) error { return act.do(tx, l.ID) })
			switch {
			case strings.Contains(" "+act.may+" ", " "+who+" "):
				if err != nil {
					t.Errorf("%s by %s: %v", name, who, err)
				}
			case unseen != nil:
				o.refused(store.NotFound, err)
			default:
				o.refused(store.Forbidden, err)
			}
		}
	}
}

// Rights in SQL: the registry sees everything, leaders what was submitted, heads their unit's lines, specialists their own, others nothing.
// V19: who sees a received document, post by post.
func TestWhoSeesADocument(t *testing.T) {
	o := newOffice(t)
	arrived, _ := o.arrive(o.arrival())
	assigned := o.assigned()
	l := o.lineFor(assigned.ID, Target{Unit: o.unitX})
	o.must(o.by("head_x", func(tx *store.Tx) error {
		_, err := Forward(inCtx, tx, l.ID, ForwardForm{Lead: o.post("staff_x")})
		return err
	}))
	for _, c := range []struct {
		id   int64
		sees string
	}{{arrived.ID, "clerk"}, {assigned.ID, "clerk head deputy other_deputy assistant head_x staff_x head_y"}} {
		for _, who := range inRoles {
			want := strings.Contains(" "+c.sees+" ", " "+who+" ")
			for what, ask := range map[string]func() error{
				"find":     func() error { _, err := FindIncoming(inCtx, o.db, o.people[who], c.id); return err },
				"lines":    func() error { _, err := Lines(inCtx, o.db, o.people[who], c.id); return err },
				"acts":     func() error { _, err := ActsIncoming(inCtx, o.db, o.people[who], c.id); return err },
				"files":    func() error { _, err := Files(inCtx, o.db, o.people[who], IncomingRef(c.id)); return err },
				"timeline": func() error { _, err := Timeline(inCtx, o.db, o.people[who], IncomingRef(c.id)); return err },
			} {
				if err := ask(); want && err != nil {
					t.Errorf("%s of %s: %v", what, who, err)
				} else if !want {
					o.refused(store.NotFound, err)
				}
			}
			page, err := Inbox(inCtx, o.db, o.people[who], InFilter{Tab: InTabAll})
			o.must(err)
			in := false
			for _, r := range page.Rows {
				in = in || r.ID == c.id
			}
			if who != "head_y" && in != want { // the same, except that lists show a unit only its own lines
				t.Errorf("%s in the list of %s: %v", IncomingRef(c.id), who, in)
			}
		}
	}
}

// D11.3, D12.4, N4: one lead; a new direction replaces the old one visibly and recalls whom it no longer names, with everything below.
// D11.2: lead, coordinators, for information, and the deadline are clear.
func TestADirectionReplacesTheFormerVisibly(t *testing.T) {
	o := newOffice(t)
	d := o.registered()
	o.submit(d.ID, "head")
	_, err := o.direct("head", d.ID, Direction{})
	o.refused(store.Invalid, err)
	_, err = o.direct("head", d.ID, Direction{Leads: []Target{{Unit: o.unitX}, {Unit: o.unitY}}})
	o.refused(store.Invalid, err)
	_, err = o.direct("head", d.ID, Direction{Leads: []Target{{Unit: o.unitX}}, Informed: []Target{{Unit: o.unitX}}})
	o.refused(store.Invalid, err)
	_, err = o.direct("head", d.ID, Direction{Leads: []Target{o.post("foreign_clerk")}})
	o.refused(store.Invalid, err)
	_, err = o.direct("head", d.ID, Direction{Leads: []Target{{Unit: o.unitX}}, Due: "2026-03-01"})
	o.refused(store.Invalid, err)

	first, err := o.direct("head", d.ID, Direction{Leads: []Target{{Unit: o.unitX}}, Coordinators: []Target{{Unit: o.unitY}}, DueDays: 5})
	o.must(err)
	if first.DueDate != "2026-03-09" { // five working days after Monday 2 March
		t.Fatalf("due %s", first.DueDate)
	}
	l := o.lineFor(d.ID, Target{Unit: o.unitX})
	o.must(o.by("head_x", func(tx *store.Tx) error {
		_, err := Forward(inCtx, tx, l.ID, ForwardForm{Lead: o.post("staff_x")})
		return err
	}))
	second, err := o.direct("head", d.ID, Direction{Leads: []Target{{Unit: o.unitY}}, Opinion: "Giao Phòng y chủ trì"})
	o.must(err)
	all, err := Directions(inCtx, o.db, o.people["head"], d.ID)
	o.must(err)
	if len(all) != 2 || all[0].ReplacedBy != second.ID || all[1].ReplacedBy != 0 {
		t.Fatalf("%+v", all)
	}
	for who, want := range map[Target]LineState{{Unit: o.unitX}: LineRecalled, o.post("staff_x"): LineRecalled, {Unit: o.unitY}: LineToDo} {
		if got := o.lineFor(d.ID, who); got.State != want {
			t.Errorf("%s: %s", got.HolderName, got.State)
		}
	}
	if y := o.lineFor(d.ID, Target{Unit: o.unitY}); y.Role != Lead {
		t.Errorf("the line of y is %s", y.Role)
	}
	_, err = FindIncoming(inCtx, o.db, o.people["staff_x"], d.ID)
	o.refused(store.NotFound, err)
	if v := o.verbs(d.ID); v["document.directed"] != 2 || v["document.line_recalled"] != 2 {
		t.Fatalf("told %v", v)
	}
}

// D12.4: who coordinated and finished, and is then named the lead, has to do again; the former lead's specialists lead no more.
func TestANewRoleBeginsAnew(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	x, y := o.lineFor(d.ID, Target{Unit: o.unitX}), o.lineFor(d.ID, Target{Unit: o.unitY})
	o.must(o.by("head_y", func(tx *store.Tx) error { return Complete(inCtx, tx, y.ID, CompleteForm{Result: "Đã góp ý"}) }))
	o.must(o.by("head_x", func(tx *store.Tx) error {
		_, err := Forward(inCtx, tx, x.ID, ForwardForm{Lead: o.post("staff_x")})
		return err
	}))
	_, err := o.direct("head", d.ID, Direction{Leads: []Target{{Unit: o.unitY}}, Coordinators: []Target{{Unit: o.unitX}}})
	o.must(err)
	s := o.lineFor(d.ID, o.post("staff_x"))
	if s.Role != Coordinate || s.State != LineToDo {
		t.Fatalf("%+v", s)
	}
	o.must(o.by("staff_x", func(tx *store.Tx) error { return Complete(inCtx, tx, s.ID, CompleteForm{Result: "Xong"}) }))
	if got := o.find(d.ID); got.State != Assigned {
		t.Fatalf("a coordinator closed the document: %s", got.State)
	}
	o.must(o.by("head_y", func(tx *store.Tx) error { return Complete(inCtx, tx, y.ID, CompleteForm{Result: "Xong"}) }))
	if got := o.find(d.ID); got.State != Done {
		t.Fatalf("the lead has finished and the document is %s", got.State)
	}
}

// D12.3: an assistant writes in the name of the leader; both are kept.
func TestAnAssistantWritesInTheLeadersName(t *testing.T) {
	o := newOffice(t)
	d := o.registered()
	_, err := o.direct("assistant", d.ID, Direction{Leads: []Target{{Unit: o.unitX}}})
	o.refused(store.NotFound, err) // not submitted: nobody's direction to write
	o.submit(d.ID, "deputy")
	dir, err := o.direct("assistant", d.ID, Direction{Leads: []Target{{Unit: o.unitX}}, Opinion: "Xử lý"})
	o.must(err)
	if dir.LeaderPerson != o.people["deputy"].Person || dir.WrittenPerson != o.people["assistant"].Person || dir.LeaderName == dir.WrittenName {
		t.Fatalf("%+v", dir)
	}
}

// 05 and 06 leave once; the unit's line follows what its specialist does only when it was handed over.
func TestTheLeadsLineMovesTheDocument(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	l := o.lineFor(d.ID, Target{Unit: o.unitX})
	var made []Line
	o.must(o.by("head_x", func(tx *store.Tx) (err error) {
		made, err = Forward(inCtx, tx, l.ID, ForwardForm{Lead: o.post("staff_x"), Coordinators: []Target{o.post("other_x")}, DueDays: 2})
		return err
	}))
	staff := made[0].ID
	for range 2 {
		o.must(o.by("staff_x", func(tx *store.Tx) error { return Start(inCtx, tx, staff) }))
	}
	if o.find(d.ID).State != InProgress {
		t.Fatal("handling has begun and the document does not say so")
	}
	o.must(o.by("staff_x", func(tx *store.Tx) error { return Complete(inCtx, tx, staff, CompleteForm{Result: "Đã tham mưu"}) }))
	if o.find(d.ID).State != InProgress || o.lineFor(d.ID, Target{Unit: o.unitX}).State != LineForwarded {
		t.Fatal("a forwarded line closed without its holder")
	}
	o.must(o.by("head_x", func(tx *store.Tx) error { return Complete(inCtx, tx, l.ID, CompleteForm{Result: "Đã xong"}) }))
	if got := o.find(d.ID); got.State != Done || got.Result != "Đã xong" {
		t.Fatalf("%+v", got)
	}
	y := o.lineFor(d.ID, Target{Unit: o.unitY})
	o.must(o.by("head_y", func(tx *store.Tx) error { return Complete(inCtx, tx, y.ID, CompleteForm{Result: "Đã góp ý"}) }))
	if v := o.verbs(d.ID); v["document.started"] != 1 || v["document.completed"] != 1 || v["document.line_completed"] != 3 {
		t.Fatalf("told %v", v)
	}

	d = o.assigned()
	l = o.lineFor(d.ID, Target{Unit: o.unitX})
	var got *Line
	o.must(o.by("head_x", func(tx *store.Tx) (err error) {
		got, err = HandOver(inCtx, tx, l.ID, o.post("staff_x"), "")
		return err
	}))
	o.must(o.by("staff_x", func(tx *store.Tx) error { return Complete(inCtx, tx, got.ID, CompleteForm{Result: "Xong"}) }))
	if o.find(d.ID).State != Done || o.lineFor(d.ID, Target{Unit: o.unitX}).State != LineDone {
		t.Fatal("a handed-over line did not close with the one below")
	}
}

// D11.6: what a specialist returns comes back to his head; what the lead returns comes back to the leader, who directs anew.
func TestReturningGoesBackToWhoSent(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	l := o.lineFor(d.ID, Target{Unit: o.unitX})
	var made []Line
	o.must(o.by("head_x", func(tx *store.Tx) (err error) {
		made, err = Forward(inCtx, tx, l.ID, ForwardForm{Lead: o.post("staff_x")})
		return err
	}))
	o.refused(store.Invalid, o.by("staff_x", func(tx *store.Tx) error { return ReturnLine(inCtx, tx, made[0].ID, "ngắn") }))
	o.must(o.by("staff_x", func(tx *store.Tx) error { return ReturnLine(inCtx, tx, made[0].ID, goodReason) }))
	o.refused(store.Conflict, o.by("staff_x", func(tx *store.Tx) error { return ReturnLine(inCtx, tx, made[0].ID, goodReason) }))
	if got := o.lineFor(d.ID, Target{Unit: o.unitX}); got.State != LineReturnedToMe {
		t.Fatalf("the unit's line is %s", got.State)
	}
	o.must(o.by("head_x", func(tx *store.Tx) error { return ReturnLine(inCtx, tx, l.ID, goodReason) }))
	if got := o.find(d.ID); got.Stage != InTabToDirect || got.State != Assigned {
		t.Fatalf("stage %s, state %s", got.Stage, got.State)
	}
	_, err := o.direct("head", d.ID, Direction{Leads: []Target{{Unit: o.unitY}}})
	o.must(err)
	if got := o.find(d.ID); got.Stage != InTabHandling || got.LeadName != "Phòng y" {
		t.Fatalf("%+v", got)
	}
}

// D11.10, N4: recalling the specialist's line gives the work back to the head of unit.
// N4: recall cascades to every line below.
func TestRecallingAForwardGivesTheWorkBack(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	l := o.lineFor(d.ID, Target{Unit: o.unitX})
	var made []Line
	o.must(o.by("head_x", func(tx *store.Tx) (err error) {
		made, err = Forward(inCtx, tx, l.ID, ForwardForm{Lead: o.post("staff_x")})
		return err
	}))
	o.refused(store.Invalid, o.by("head_x", func(tx *store.Tx) error {
		_, err := Forward(inCtx, tx, l.ID, ForwardForm{Lead: o.post("other_x")})
		return err
	}))
	o.must(o.by("head_x", func(tx *store.Tx) error { return RecallLine(inCtx, tx, made[0].ID, "Giao cho người khác") }))
	if got := o.lineFor(d.ID, Target{Unit: o.unitX}); got.State != LineToDo {
		t.Fatalf("the unit's line is %s", got.State)
	}
	_, err := FindIncoming(inCtx, o.db, o.people["staff_x"], d.ID)
	o.refused(store.NotFound, err)
	o.refused(store.NotFound, o.by("staff_x", func(tx *store.Tx) error { return Complete(inCtx, tx, made[0].ID, CompleteForm{Result: "Xong"}) }))
}

// Two tabs complete one line: one of them succeeds, the document is completed once.
func TestTwoTabsCompleteALineOnce(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	l := o.lineFor(d.ID, Target{Unit: o.unitX})
	errs := make([]error, 2)
	var all sync.WaitGroup
	for i := range errs {
		all.Add(1)
		go func() {
			defer all.Done()
			errs[i] = o.by("head_x", func(tx *store.Tx) error {
				return Complete(inCtx, tx, l.ID, CompleteForm{Result: fmt.Sprint("lần ", i), Revision: l.Revision})
			})
		}()
	}
	all.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("one and only one succeeds: %v", errs)
	}
	if v := o.verbs(d.ID); v["document.completed"] != 1 {
		t.Fatalf("told %v", v)
	}
}

// D11.5, N25: reading notes the first time only and changes no state.
// N25: reading notes the first time only.
func TestReadingChangesNoState(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	before := o.lineFor(d.ID, Target{Unit: o.unitX})
	o.must(MarkRead(inCtx, o.db, o.people["head_x"], d.ID))
	first := o.lineFor(d.ID, Target{Unit: o.unitX})
	o.clock.Step(time.Hour)
	o.must(MarkRead(inCtx, o.db, o.people["head_x"], d.ID))
	o.must(MarkRead(inCtx, o.db, o.people["staff_x"], d.ID))
	after := o.lineFor(d.ID, Target{Unit: o.unitX})
	if first.ReadAt == 0 || after.ReadAt != first.ReadAt || after.State != before.State || after.Revision != before.Revision {
		t.Fatalf("%+v then %+v", first, after)
	}
	if y := o.lineFor(d.ID, Target{Unit: o.unitY}); y.ReadAt != 0 {
		t.Fatal("somebody else's line was marked")
	}
}

// N2: issuing the reply closes the lead's line and the document by itself, once.
// N2: issuing the reply closes the line and reports 06.
func TestAnIssuedReplyClosesTheDocument(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	for range 2 {
		o.must(o.by("clerk", func(tx *store.Tx) error {
			if err := ReplyIssued(inCtx, tx, 77, d.ID); err != nil {
				return err
			}
			return tx.Record(store.Event{Verb: "document.issued", Agency: o.agency, Ref: OutgoingRef(77)})
		}))
	}
	if got := o.find(d.ID); got.State != Done || got.ReplyOutgoing != 77 {
		t.Fatalf("%+v", got)
	}
	if l := o.lineFor(d.ID, Target{Unit: o.unitX}); l.State != LineDone || l.ReplyOutgoing != 77 {
		t.Fatalf("%+v", l)
	}
	if l := o.lineFor(d.ID, Target{Unit: o.unitY}); l.State != LineToDo {
		t.Fatalf("a coordinator's line is %s", l.State)
	}
	if v := o.verbs(d.ID); v["document.completed"] != 1 {
		t.Fatalf("told %v", v)
	}
	waiting, _ := o.arrive(o.arrival())
	o.must(o.by("clerk", func(tx *store.Tx) error { return ReplyIssued(inCtx, tx, 78, waiting.ID) }))
	if o.find(waiting.ID).State != Arrived {
		t.Fatal("a document that is not registered was closed")
	}
}

// D10.7, D10.18: registering after the end of the next working day is marked late.
func TestLateRegistrationIsMarked(t *testing.T) {
	o := newOffice(t)
	onTime, _ := o.arrive(o.arrival())
	tardy, _ := o.arrive(o.arrival())
	o.clock.Set(time.Date(2026, 3, 3, 17, 0, 0, 0, calendar.Hanoi))
	_, err := o.register(onTime.ID, RegisterForm{})
	o.must(err)
	o.clock.Set(time.Date(2026, 3, 4, 8, 0, 0, 0, calendar.Hanoi))
	_, err = o.register(tardy.ID, RegisterForm{})
	o.must(err)
	for id, want := range map[int64]bool{onTime.ID: false, tardy.ID: true} {
		steps, err := Timeline(inCtx, o.db, o.people["clerk"], IncomingRef(id))
		o.must(err)
		if last := steps[len(steps)-1]; last.Act != "registered" || last.Late != want {
			t.Errorf("%+v", last)
		}
	}
}

// N4, D11.10: a line that is finished and taken back in the same moment is either: one act is refused, and line and document agree.
func TestALineIsFinishedOrTakenBackNotBoth(t *testing.T) {
	o := newOffice(t)
	for range 8 {
		d := o.registered()
		o.submit(d.ID, "head")
		_, err := o.direct("head", d.ID, Direction{Leads: []Target{o.post("staff_x")}, Opinion: "Giải quyết.", DueDays: 5})
		o.must(err)
		l := o.lineFor(d.ID, o.post("staff_x"))
		var all sync.WaitGroup
		var done, back error
		all.Go(func() {
			done = o.by("staff_x", func(tx *store.Tx) error {
				return Complete(inCtx, tx, l.ID, CompleteForm{Result: "Đã giải quyết xong."})
			})
		})
		all.Go(func() {
			back = o.by("head", func(tx *store.Tx) error { return RecallLine(inCtx, tx, l.ID, goodReason) })
		})
		all.Wait()
		state, line := o.find(d.ID).State, o.lineFor(d.ID, o.post("staff_x")).State
		switch {
		case done == nil && errors.Is(back, store.Conflict) && state == Done && line == LineDone:
		case back == nil && (errors.Is(done, store.Conflict) || errors.Is(done, store.NotFound)) && state != Done && line == LineRecalled:
		default:
			t.Fatalf("finished: %v, taken back: %v; the document is %s, the line %s", done, back, state, line)
		}
	}
}
