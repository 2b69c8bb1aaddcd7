package documents

import (
	"errors"
	"strings"
	"testing"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

// ended merges the office's agency with the foreign one; some of its people have moved there.
func (o *office) ended(moved ...string) (old, successor org.AgencyID) {
	o.t.Helper()
	old, successor = org.AgencyID(o.agency), org.AgencyID(o.people["foreign_clerk"].Agency)
	root := store.System(0)
	day := org.Today(o.db.Now()).AddDays(1)
	var id org.ReorganisationID
	o.inAct(root, func(tx *store.Tx) error {
		re, err := org.DraftReorganisation(inCtx, tx, org.ReorganisationForm{Title: "Nhập Sở", Reference: "12/NQ-HĐND", DecidedOn: day.AddDays(-10), Effective: day})
		id = re.ID
		if err == nil {
			err = org.LinkAgencies(inCtx, tx, id, org.Succession{OldID: old, NewID: successor, Kind: org.Whole})
		}
		for _, s := range org.Subjects {
			if err == nil {
				err = org.NameTaker(inCtx, tx, id, old, s.Subject, successor)
			}
		}
		return err
	})
	o.inAct(root.Vouched(), func(tx *store.Tx) error { return org.ApproveReorganisation(inCtx, tx, id) })
	o.clock.Step(24 * time.Hour)
	o.inAct(root, func(tx *store.Tx) error { _, err := org.EndAgencies(inCtx, tx, id); return err })
	for _, who := range moved {
		a := o.people[who]
		o.inAct(root, func(tx *store.Tx) error {
			h, err := org.Appoint(inCtx, tx, org.HoldingForm{PersonID: org.PersonID(a.Person), AgencyID: successor, Title: "Chuyên viên", Rank: org.RankStaff, Roles: store.Specialist, ValidFrom: org.Today(tx.Now())})
			if err == nil {
				o.people[who+"_moved"] = store.Actor{Person: a.Person, Holding: int64(h.ID), Agency: int64(successor), Roles: h.Roles, Via: store.ViaWeb}.Vouched()
			}
			return err
		})
	}
	return old, successor
}

func (o *office) take(who string, old org.AgencyID, refs ...string) map[string]org.TakeResult {
	o.t.Helper()
	rows, err := org.TakeMany(inCtx, o.db, o.people[who], old, refs, org.TakeForm{})
	o.must(err)
	out := map[string]org.TakeResult{}
	for _, r := range rows {
		out[r.Ref] = r
	}
	return out
}

// I8.1, I8.2, I8.4, I9.3–I9.6: the successor's registry takes over what is not finished. It is entered anew with the deadlines it had, people who moved keep their
// parts, the same document that came to both is one, the old records say where they went and change in nothing else, and a second time changes nothing.
func TestWhatIsUnfinishedIsTakenOver(t *testing.T) {
	o := newOffice(t)
	led := o.registered()
	o.submit(led.ID, "head")
	_, err := o.direct("head", led.ID, Direction{Leads: []Target{o.post("staff_x")}, Coordinators: []Target{o.post("staff_y")}, Opinion: "Tham mưu trả lời", DueDays: 5})
	o.must(err)
	led = o.find(led.ID)
	waiting, _ := o.arrive(o.arrival())
	both := o.arrival()
	twin, _ := o.arrive(both)
	o.must(o.by("clerk", func(tx *store.Tx) error { _, err := Register(inCtx, tx, twin.ID, RegisterForm{}); return err }))
	both.Agency, both.Packet = o.people["foreign_clerk"].Agency, "axis:there"
	there, _ := o.arrive(both)
	finished := o.registered()
	o.must(o.by("clerk", func(tx *store.Tx) error { return Conclude(inCtx, tx, finished.ID, "Lưu để biết") }))
	var draft *Outgoing
	o.must(o.by("staff_x", func(tx *store.Tx) (err error) {
		draft, err = Draft(inCtx, tx, DraftForm{TypeCode: "CONG_VAN", Subject: "trả lời dự toán", Body: "Nội dung đang soạn.", ReplyTo: led.ID, Receivers: []ReceiverForm{{Agency: org.AgencyID(both.Agency)}, {Unit: org.UnitID(o.unitY)}, {Name: "Hội Nông dân"}}})
		return err
	}))
	book, err := store.One[int64](inCtx, o.db, store.SQL(`SELECT register FROM documents_incoming WHERE agency_id = $1 AND id = $2`), o.agency, led.ID)
	o.must(err)

	old, _ := o.ended("staff_x")
	refs := []string{draft.Ref(), led.Ref(), waiting.Ref(), twin.Ref(), finished.Ref()}
	for who, kind := range map[string]store.Kind{"foreign_head": store.Forbidden, "staff_x_moved": store.Forbidden} {
		for _, r := range o.take(who, old, led.Ref()) {
			o.refused(kind, r.Err)
		}
	}
	pending, err := org.PendingFor(inCtx, o.db, o.people["foreign_clerk"], old)
	o.must(err)
	if len(pending.Left) != 4 || len(pending.Taken) != 0 {
		t.Fatalf("%+v", pending)
	}
	got := o.take("foreign_clerk", old, refs...)
	if r := got[finished.Ref()]; !errors.Is(r.Err, store.Conflict) {
		t.Fatalf("what is finished is taken: %+v", r)
	}
	for _, ref := range refs[:4] {
		o.must(got[ref].Err)
	}
	clerk := o.people["foreign_clerk"]

	_, id, err := ParseRef(got[led.Ref()].Taking.NewRef)
	o.must(err)
	mine, err := FindIncoming(inCtx, o.db, o.people["staff_x_moved"], id)
	o.must(err)
	if mine.State != Assigned || mine.ArrivalNumber != 1 || mine.HandleDue != led.HandleDue || mine.Number != led.Number || mine.SenderName != led.SenderName || mine.DueDate == "" {
		t.Fatalf("%+v", mine)
	}
	lines, err := Lines(inCtx, o.db, clerk, id)
	o.must(err)
	if len(lines) != 1 || lines[0].Role != Lead || lines[0].HolderPerson != o.people["staff_x"].Person || lines[0].DueDate != led.HandleDue || lines[0].Note != "Tham mưu trả lời" {
		t.Fatalf("%+v", lines)
	}
	o.must(o.by("staff_x_moved", func(tx *store.Tx) error { return Start(inCtx, tx, lines[0].ID) }))
	files, err := Files(inCtx, o.db, clerk, mine.Ref())
	o.must(err)
	if len(files) != 1 || files[0].SHA == "" {
		t.Fatalf("%+v", files)
	}
	_, id, err = ParseRef(got[waiting.Ref()].Taking.NewRef)
	o.must(err)
	if d, err := FindIncoming(inCtx, o.db, clerk, id); err != nil || d.State != Arrived || d.ArrivalNumber != 0 {
		t.Fatalf("%+v %v", d, err)
	}
	if r := got[twin.Ref()]; r.Taking.How != org.Joined || r.Taking.NewRef != there.Ref() {
		t.Fatalf("%+v", r.Taking)
	}
	_, id, err = ParseRef(got[draft.Ref()].Taking.NewRef)
	o.must(err)
	d, err := FindOutgoing(inCtx, o.db, o.people["staff_x_moved"], id)
	o.must(err)
	if d.State != Drafted || d.Body != "Nội dung đang soạn." || d.ReplyTo != mine.ID || d.Number != 0 || d.DrafterID != o.people["staff_x"].Person || len(d.Receivers) != 3 || d.Receivers[0].Agency != 0 || d.Receivers[1].Unit != 0 || d.Receivers[1].Name == "" {
		t.Fatalf("%+v", d)
	}

	// the past: as it was, with a word of where it went; its series is never gone on with
	now := o.find(led.ID)
	if now.State != led.State || now.ArrivalNumber != led.ArrivalNumber || now.HandleDue != led.HandleDue {
		t.Fatalf("%+v", now)
	}
	steps, err := store.All[stepRow](inCtx, o.db, sqlSteps, o.agency, led.Ref())
	o.must(err)
	if last := steps[len(steps)-1]; last.Act != "handed_over" || last.Note != mine.Ref() || !strings.Contains(string(last.WhatJSON), "phường Ba Đình") {
		t.Fatalf("%+v", last)
	}
	if b, err := findBook(inCtx, o.db, o.agency, book); err != nil || !b.lockedAt(org.Today(o.db.Now())) {
		t.Fatalf("the old register is open: %+v %v", b, err)
	}
	for ref, r := range o.take("foreign_clerk", old, refs[:4]...) {
		if r.Err != nil || r.Taking.NewRef != got[ref].Taking.NewRef {
			t.Fatalf("taken twice: %s %+v", ref, r)
		}
	}
	pending, err = org.PendingFor(inCtx, o.db, clerk, old)
	o.must(err)
	if len(pending.Left) != 0 || len(pending.Taken) != 4 {
		t.Fatalf("%+v", pending)
	}
	from, err := org.CameFrom(inCtx, o.db, org.AgencyID(clerk.Agency), mine.Ref())
	o.must(err)
	if len(from) != 1 || from[0].OldRef != led.Ref() || from[0].PersonName != "Người foreign_clerk" {
		t.Fatalf("%+v", from)
	}
}

// I9.1: what a handover lists: volumes, registers with their last numbers, what is not finished with deadlines and holders, seals, accounts.
func TestWhatAnAgencyHoldsIsListed(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	left, err := org.LeftBy(inCtx, o.db, org.AgencyID(o.agency))
	o.must(err)
	groups := map[string]int{}
	var due calendar.Date
	for _, l := range left {
		groups[l.Group]++
		if l.Ref == d.Ref() {
			due = l.Due
		}
		if l.Group == "Sổ đăng ký và số cuối cùng" && l.Count > 0 && l.Code != "Số cuối: 01" {
			t.Errorf("%+v", l)
		}
	}
	if groups["Văn bản đến đã vào sổ"] != 1 || groups["Văn bản đến chưa giải quyết xong"] != 1 || groups["Phần việc đang giao"] != 2 || groups["Tài khoản, chức vụ"] != 11 || due != d.HandleDue {
		t.Fatalf("%v %s", groups, due)
	}
}
