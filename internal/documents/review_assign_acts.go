package documents

import (
	"context"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

func (x *Assignment) may(a store.Actor, w who) bool {
	if a.Holding == 0 || a.For != 0 {
		return false
	}
	switch w {
	case byLead:
		return x.LeadKind == "post" && a.Holding == x.LeadID || x.LeadKind == "unit" && HeadsUnit(a) == x.LeadID
	case byTaker:
		return a.Holding == x.TakenHolding
	case byOrderer:
		return a.Person == x.OrderedPerson
	}
	return false
}

// Acts lists what the actor may do with the assignment now.
func (x *Assignment) Acts(a store.Actor) []string {
	out := []string{}
	for _, r := range assignRoute {
		if r.state == x.State && x.may(a, r.who) {
			out = append(out, r.act)
		}
	}
	return out
}

// holdAssign loads an assignment for an act and checks the act against the table.
func holdAssign(ctx context.Context, tx *store.Tx, id int64, act string) (*Assignment, AssignState, error) {
	x, err := FindAssignment(ctx, tx, tx.Actor(), id)
	if err != nil {
		return nil, "", err
	}
	for _, r := range assignRoute {
		if r.state != x.State || r.act != act {
			continue
		}
		if !x.may(tx.Actor(), r.who) {
			return nil, "", store.Refuse(store.Forbidden, "Việc soạn thảo này không chờ ông/bà thực hiện thao tác đó. Nội dung được giữ nguyên.")
		}
		return x, r.next, nil
	}
	return nil, "", store.Refuse(store.Conflict, "Việc soạn thảo đang ở trạng thái “{state}” nên không thực hiện được thao tác này. Nội dung được giữ nguyên; hãy tải lại trang.", "state", x.State)
}

// move writes the state with its guard. taken is who does the work from now on.
func (x *Assignment) move(ctx context.Context, tx *store.Tx, next AssignState, taken store.Actor, takenName, reason string) error {
	return tx.Put(ctx, sqlMoveAssign, next, x.OutgoingID, taken.Person, taken.Holding, takenName, reason, tx.Now(), x.AgencyID, x.ID, x.State, x.Revision)
}

// AcceptAssignment takes the work on; who heads the named unit may do it himself or give it on by Assign.
func AcceptAssignment(ctx context.Context, tx *store.Tx, id int64) error {
	x, next, err := holdAssign(ctx, tx, id, AssignAccept)
	if err != nil {
		return err
	}
	who, _, err := nameActor(ctx, tx, tx.Actor())
	if err == nil {
		err = x.move(ctx, tx, next, tx.Actor(), who, "")
	}
	if err != nil {
		return err
	}
	return x.tell(ctx, tx, AssignAccept, "drafting.accepted", store.Say("Nhận soạn thảo."), "", store.Say("{who} đã nhận soạn thảo văn bản: {subject}", "who", who, "subject", x.Subject), []int64{x.OrderedPerson})
}

// ReturnAssignment gives the work back to who gave it, with a reason of 10 to 4000 characters.
func ReturnAssignment(ctx context.Context, tx *store.Tx, id int64, reason string) error {
	return endAssign(ctx, tx, id, AssignGiveBack, reason, "drafting.returned", store.Say("Trả lại việc soạn thảo."), "Việc soạn thảo “{subject}” bị trả lại: {reason}",
		func(x *Assignment) []int64 { return []int64{x.OrderedPerson} })
}

// WithdrawAssignment takes the work back before a draft was begun.
func WithdrawAssignment(ctx context.Context, tx *store.Tx, id int64, reason string) error {
	return endAssign(ctx, tx, id, AssignTakeBack, reason, "drafting.withdrawn", store.Say("Rút việc soạn thảo."), "Việc soạn thảo “{subject}” đã được rút: {reason}",
		func(x *Assignment) []int64 { return []int64{x.LeadPerson, x.TakenPerson} })
}

func endAssign(ctx context.Context, tx *store.Tx, id int64, act, reason, verb string, what store.Message, said string, people func(*Assignment) []int64) error {
	x, next, err := holdAssign(ctx, tx, id, act)
	if err == nil {
		reason, err = note(reason, 10)
	}
	if err == nil {
		err = x.move(ctx, tx, next, store.Actor{}, "", reason)
	}
	if err != nil {
		return err
	}
	return x.tell(ctx, tx, act, verb, what, reason, store.Say(said, "subject", x.Subject, "reason", reason), people(x))
}

// AssignAnew gives returned work to somebody, with what is wanted as it is now.
func AssignAnew(ctx context.Context, tx *store.Tx, id int64, f AssignForm) error {
	x, next, err := holdAssign(ctx, tx, id, AssignAgain)
	if err != nil {
		return err
	}
	if f.Revision != 0 && f.Revision != x.Revision {
		return store.Refuse(store.Conflict, "Việc soạn thảo đã được người khác sửa sau khi ông/bà mở. Nội dung mới nhất được giữ nguyên; hãy tải lại trang rồi làm tiếp.")
	}
	told, err := x.fill(ctx, tx, f)
	if err == nil {
		err = tx.Put(ctx, sqlReassign, x.TypeCode, x.Subject, x.Wanted, x.DueDate, x.LeadKind, x.LeadID, x.LeadPerson, x.LeadUnit, x.LeadName, x.AgencyID, x.ID)
	}
	if err == nil {
		err = x.putHelpers(ctx, tx)
	}
	if err == nil {
		err = x.move(ctx, tx, next, store.Actor{}, "", "")
	}
	if err != nil {
		return err
	}
	return x.tell(ctx, tx, AssignAgain, "drafting.assigned", store.Say("Giao lại {name} chủ trì soạn thảo.", "name", x.LeadName), x.Wanted,
		store.Say("{who} giao ông/bà soạn thảo văn bản: {subject}", "who", x.OrderedName, "subject", x.Subject), told)
}

// DraftAssigned begins the draft of an assignment: its type, subject and the document it answers are filled in; who gave the work and who helps sees it.
func DraftAssigned(ctx context.Context, tx *store.Tx, id int64) (*Outgoing, error) {
	x, next, err := holdAssign(ctx, tx, id, AssignStart)
	if err != nil {
		return nil, err
	}
	o, err := Draft(ctx, tx, DraftForm{TypeCode: x.TypeCode, Subject: x.Subject, KeptCopies: 1})
	if err != nil {
		return nil, err
	}
	if x.ReplyTo != 0 { // also where the incoming document is not the drafter's own
		if err := tx.Put(ctx, sqlAnswerOf, x.ReplyTo, o.AgencyID, o.ID); err != nil {
			return nil, err
		}
		o.ReplyTo = x.ReplyTo
	}
	people := []int64{x.OrderedPerson, x.LeadPerson}
	for _, h := range x.Helpers {
		people = append(people, h.PersonID)
	}
	x.OutgoingID = o.ID
	if err = takePart(ctx, tx, o, people...); err == nil {
		err = x.move(ctx, tx, next, tx.Actor(), o.DrafterName, "")
	}
	if err == nil {
		err = step(ctx, tx, o.AgencyID, o.Ref(), Step{Act: "assigned", What: store.Say("Soạn thảo theo việc {who} giao.", "who", x.OrderedName), Note: x.Wanted})
	}
	if err == nil {
		err = x.tell(ctx, tx, AssignStart, "drafting.begun", store.Say("Bắt đầu soạn thảo."), "", store.Say("{who} bắt đầu soạn thảo văn bản: {subject}", "who", o.DrafterName, "subject", x.Subject), []int64{x.OrderedPerson})
	}
	return o, err
}

// assignWork is the list of one's own work.
func assignWork(ctx context.Context, r store.Reader, a store.Actor) (WorkList, error) {
	l := WorkList{Code: "assignments.mine", Title: "Được giao soạn thảo", Kind: "assignments", Tab: AssignedToMe}
	all, err := Assignments(ctx, r, a, AssignedToMe)
	l.Count = len(all)
	for i := range all[:min(len(all), mostShown)] {
		x := &all[i]
		l.Rows = append(l.Rows, WorkRow{Ref: "assignments/" + x.Ref()[len("assignment/"):], Title: x.LeadName, Subject: x.Subject, From: x.OrderedName, Due: x.Due(calendar.Default(), nowOf(r)), At: x.At})
	}
	return l, err
}
