package documents

import (
	"context"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

const directionColumns = `agency_id, id, incoming_id, leader_person, leader_holding, leader_name, leader_title, written_person, written_holding,
	written_name, by_rule, opinion, due_date, at_us, replaced_by`

var (
	sqlPutDirection = store.SQL(`INSERT INTO documents_directions (` + directionColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0)`)
	sqlReplaceDirections = store.SQL(`UPDATE documents_directions SET replaced_by = $1 WHERE agency_id = $2 AND incoming_id = $3 AND replaced_by = 0 AND id <> $4`)
	sqlDirections        = store.SQL(`SELECT ` + directionColumns + ` FROM documents_directions WHERE agency_id = $1 AND incoming_id = $2 ORDER BY id`)
	sqlDirection         = store.SQL(`SELECT ` + directionColumns + ` FROM documents_directions WHERE agency_id = $1 AND id = $2`)
)

// mostTargets bounds a direction.
const mostTargets = 100

// Directions gives every direction of a document, also the replaced ones, oldest first.
func Directions(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]Directed, error) {
	if _, err := FindIncoming(ctx, r, a, id); err != nil {
		return nil, err
	}
	return store.All[Directed](ctx, r, sqlDirections, a.Agency, id)
}

// wanted is a target with its role, as a direction or a forward names it.
type wanted struct {
	Target
	role   LineRole
	holder holder
}

// gather names all targets; Invalid when one is twice there, is no colleague or has a deadline in the past.
func gather(ctx context.Context, tx *store.Tx, leads, coordinators, informed []Target) ([]wanted, error) {
	var all []wanted
	seen := map[[2]int64]bool{}
	now := today(tx.Now())
	for _, group := range []struct {
		field   string
		role    LineRole
		targets []Target
	}{{"lead", Lead, leads}, {"coordinators", Coordinate, coordinators}, {"informed", Inform, informed}} {
		for _, t := range group.targets {
			h, err := t.find(ctx, tx, group.field)
			if err != nil {
				return nil, err
			}
			key := [2]int64{t.Unit, t.Post}
			if seen[key] {
				return nil, store.RefuseField(group.field, "{name} được chọn hai lần. Mỗi đơn vị, cá nhân chỉ nhận một vai trò.", "name", h.name)
			}
			seen[key] = true
			if !t.Due.IsZero() && (!t.Due.Valid() || t.Due.Before(now)) {
				return nil, store.RefuseField(group.field, "Hạn xử lý của {name} phải là một ngày có thật và không trước hôm nay.", "name", h.name)
			}
			all = append(all, wanted{t, group.role, h})
		}
	}
	if len(all) > mostTargets {
		return nil, store.RefuseField("informed", "Có quá nhiều nơi nhận: {n}, tối đa {limit}.", "n", len(all), "limit", mostTargets)
	}
	return all, nil
}

// deadline settles a date or a number of working days from today; "" is none.
func deadline(now, due calendar.Date, days int, c *calendar.Calendar) (calendar.Date, error) {
	if c == nil {
		c = calendar.Default()
	}
	switch {
	case days != 0 && due != "":
		return "", store.RefuseField("due", "Chỉ nhập hạn theo ngày hoặc theo số ngày làm việc.")
	case days < 0 || days > 1000:
		return "", store.RefuseField("due_days", "Số ngày làm việc phải từ 1 đến 1000.")
	case days > 0:
		return c.AddWorking(now, days), nil
	case due != "" && (!due.Valid() || due.Before(now)):
		return "", store.RefuseField("due", "Hạn xử lý phải là một ngày có thật và không trước hôm nay.")
	}
	return due, nil
}

// Direct records a direction (bút phê, NĐ 30/2020 art. 23.4) and makes the receipt lines. A direction given before is replaced visibly
// (D12.4): who is named again keeps his line, the others' lines are recalled with everything below them (N4).
func Direct(ctx context.Context, tx *store.Tx, id int64, form Direction) (*Directed, error) {
	d, err := hold(ctx, tx, id, form.Revision)
	if err != nil {
		return nil, err
	}
	form.ByRule = line(form.ByRule)
	if may, err := directs(ctx, tx, tx.Actor(), d, form.ByRule != ""); err != nil {
		return nil, err
	} else if !may {
		return nil, errNotYours()
	}
	next, err := d.State.after(actAssign)
	if err != nil {
		return nil, err
	}
	if d.TwinDecision == TwinLink {
		return nil, store.Refuse(store.Conflict, "Văn bản {code} đã liên kết với bản trùng; hãy chỉ đạo trên văn bản có số đến.", "code", d.name())
	}
	targets, err := form.check(ctx, tx, d)
	if err != nil {
		return nil, err
	}
	dir, err := d.putDirection(ctx, tx, form)
	if err != nil {
		return nil, err
	}
	notify, err := d.spread(ctx, tx, dir, targets)
	if err != nil {
		return nil, err
	}
	d.State, d.HandleDue, d.LeadName = next, dir.DueDate, leadNames(targets)
	for _, t := range targets {
		if t.role == Lead && t.Due != "" {
			d.HandleDue = t.Due
			break
		}
	}
	d.Stage = d.stageOf(true)
	if err := d.save(ctx, tx); err != nil {
		return nil, err
	}
	what := store.Say("Chỉ đạo: giao {lead} chủ trì", "lead", d.LeadName)
	said := store.Say("{leader} chỉ đạo xử lý văn bản {code}: {opinion}", "leader", dir.LeaderName, "code", d.name(), "opinion", dir.Opinion)
	if form.ByRule != "" {
		what = store.Say("Chuyển {lead} chủ trì theo quy chế làm việc ({rule})", "lead", d.LeadName, "rule", form.ByRule)
	}
	if form.ByRule != "" || dir.Opinion == "" {
		said = store.Say("Văn bản {code} được chuyển đến để xử lý: {subject}", "code", d.name(), "subject", d.Subject)
	}
	return dir, d.tell(ctx, tx, actAssign, told{verb: "document.directed", note: d.LeadName, notify: notify, text: said,
		step: Step{Act: "directed", What: what, Note: dir.Opinion, Late: d.SubmittedAt != 0 && late(today(d.SubmittedAt), today(tx.Now()))}})
}

func leadNames(targets []wanted) string {
	var names []string
	for _, t := range targets {
		if t.role == Lead {
			names = append(names, t.holder.name)
		}
	}
	return strings.Join(names, ", ")
}

// check settles opinion, deadline and targets: exactly one lead unless the agency allows several (D11.3).
func (form *Direction) check(ctx context.Context, tx *store.Tx, d *Incoming) ([]wanted, error) {
	var err error
	if form.Opinion, err = opinion("opinion", form.Opinion, false); err != nil {
		return nil, err
	}
	if form.Due, err = deadline(today(tx.Now()), form.Due, form.DueDays, form.Days); err != nil {
		return nil, err
	}
	several, err := store.Setting(ctx, tx, d.AgencyID, "documents.several_leads", "no")
	if err != nil {
		return nil, err
	}
	switch n := len(form.Leads); {
	case n == 0:
		return nil, store.RefuseField("lead", "Cần chọn một đơn vị hoặc cá nhân chủ trì.")
	case n > 1 && several != "yes":
		return nil, store.RefuseField("lead", "Mỗi văn bản chỉ có một đơn vị hoặc cá nhân chủ trì. Hãy chuyển các nơi khác sang phối hợp.")
	}
	return gather(ctx, tx, form.Leads, form.Coordinators, form.Informed)
}

// putDirection keeps whose direction it is and who wrote it (D12.3).
func (d *Incoming) putDirection(ctx context.Context, tx *store.Tx, form Direction) (*Directed, error) {
	a := tx.Actor()
	name, title, err := nameActor(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	dir := &Directed{AgencyID: d.AgencyID, ID: tx.NewID(), IncomingID: d.ID, WrittenPerson: a.Person, WrittenHolding: a.Holding, WrittenName: name,
		LeaderPerson: a.Person, LeaderHolding: a.Holding, LeaderName: name, LeaderTitle: title, ByRule: form.ByRule, Opinion: form.Opinion,
		DueDate: form.Due, At: tx.Now()}
	if w := form.written; w != nil { // prepared by an assistant, confirmed by the leader
		dir.WrittenPerson, dir.WrittenHolding, dir.WrittenName = w.ByPerson, w.ByHolding, w.ByName
	}
	if form.ByRule == "" && !Leads(a) { // an assistant in the name of the leader
		h, err := org.HoldingAt(ctx, tx, org.HoldingID(d.SubmittedTo), today(tx.Now()))
		if err != nil {
			return nil, store.Because(store.Refuse(store.Conflict, "Lãnh đạo được trình văn bản {code} không còn giữ chức vụ. Hãy trình lãnh đạo khác.", "code", d.name()), err)
		}
		dir.LeaderPerson, dir.LeaderHolding, dir.LeaderName, dir.LeaderTitle = int64(h.PersonID), d.SubmittedTo, h.PersonName, h.Title
	}
	if err := tx.Put(ctx, sqlPutDirection, dir.AgencyID, dir.ID, dir.IncomingID, dir.LeaderPerson, dir.LeaderHolding, dir.LeaderName, dir.LeaderTitle,
		dir.WrittenPerson, dir.WrittenHolding, dir.WrittenName, dir.ByRule, dir.Opinion, dir.DueDate, dir.At); err != nil {
		return nil, err
	}
	if _, err = tx.Exec(ctx, sqlReplaceDirections, dir.ID, d.AgencyID, d.ID, dir.ID); err != nil {
		return dir, err
	}
	return dir, settlePrepared(ctx, tx, d, form.written)
}

// spread makes the lines of a direction and tells who is to be notified.
func (d *Incoming) spread(ctx context.Context, tx *store.Tx, dir *Directed, targets []wanted) ([]int64, error) {
	old, err := linesOf(ctx, tx, d.AgencyID, d.ID)
	if err != nil {
		return nil, err
	}
	var notify []int64
	kept := map[int64]bool{}
	for _, t := range targets {
		notify = append(notify, t.holder.notify...)
		if l := standing(old, t.holder); l != nil {
			kept[l.ID] = true
			l.DirectionID, l.Note, l.DueDate = dir.ID, dir.Opinion, orDue(t.Due, dir.DueDate)
			if err := l.changeRole(ctx, tx, old, t.role); err != nil {
				return nil, err
			}
			continue
		}
		l := t.line(tx, d, dir.ID, 0, dir.Opinion, orDue(t.Due, dir.DueDate))
		l.FromPerson, l.FromHolding, l.FromName = dir.LeaderPerson, dir.LeaderHolding, dir.LeaderName
		if err := l.insert(ctx, tx); err != nil {
			return nil, err
		}
	}
	for i := range old {
		if l := &old[i]; l.ParentID == 0 && !kept[l.ID] && l.State != LineDone && l.State.allows(lineRecall) == nil {
			if err := d.withdraw(ctx, tx, old, l, "Chỉ đạo mới thay thế chỉ đạo trước."); err != nil {
				return nil, err
			}
		}
	}
	return notify, nil
}

// changeRole gives a line another role: the work begins anew, and what it leads below is led no more when it does not lead itself.
func (l *Line) changeRole(ctx context.Context, tx *store.Tx, all []Line, role LineRole) error {
	if l.Role != role {
		l.Role, l.State, l.HandedOver, l.DoneAt, l.DoneBy = role, LineToDo, false, 0, 0
		for _, b := range below(all, l.ID) {
			if b.Role == Lead && b.State != LineRecalled && role != Lead {
				b.Role = role
				if err := b.save(ctx, tx); err != nil {
					return err
				}
			}
		}
	}
	return l.save(ctx, tx)
}

func orDue(a, b calendar.Date) calendar.Date {
	if a != "" {
		return a
	}
	return b
}

// standing finds the line that a holder has from a direction already.
func standing(lines []Line, h holder) *Line {
	for i := range lines {
		if l := &lines[i]; l.ParentID == 0 && l.HolderKind == h.kind && l.HolderID == h.id && l.State != LineRecalled && l.State != LineReturnedByMe {
			return l
		}
	}
	return nil
}

// Conclude closes a registered document that nobody needs to handle: it is kept for reference.
func Conclude(ctx context.Context, tx *store.Tx, id int64, result string) error {
	d, err := hold(ctx, tx, id, 0)
	if err != nil {
		return err
	}
	if may, err := directs(ctx, tx, tx.Actor(), d, false); err != nil {
		return err
	} else if !may && !KeepsRegisters(tx.Actor()) {
		return errNotYours()
	}
	next, err := d.State.after(actClose)
	if err != nil || next == d.State {
		return err
	}
	if d.State != Registered || d.TwinDecision == TwinLink {
		return store.Refuse(store.Conflict, "Văn bản {code} đã được giao xử lý; nơi chủ trì kết thúc phần việc của mình.", "code", d.name())
	}
	if d.Result, err = opinion("result", result, true); err != nil {
		return err
	}
	return d.close(ctx, tx)
}

// close finishes the document: once, and told to the sender (06).
func (d *Incoming) close(ctx context.Context, tx *store.Tx) error {
	d.State, d.DoneAt = Done, tx.Now()
	d.Stage = d.stageOf(false)
	if err := d.save(ctx, tx); err != nil {
		return err
	}
	note, what := d.Result, store.Say("Hoàn thành xử lý văn bản")
	if d.ReplyOutgoing != 0 {
		code, _, err := store.Maybe[string](ctx, tx, sqlReplyCode, d.AgencyID, d.ReplyOutgoing)
		if err != nil {
			return err
		}
		if code != "" {
			note, what = code, store.Say("Hoàn thành, trả lời bằng văn bản {reply}", "reply", code)
		}
	}
	now := today(tx.Now())
	return d.tell(ctx, tx, actClose, told{verb: "document.completed", note: note, notify: []int64{d.SubmittedPerson, d.RegisteredBy},
		step: Step{Act: "completed", What: what, Note: d.Result, Late: d.HandleDue.Before(now)},
		text: store.Say("Văn bản {code} của {sender} đã xử lý xong.", "code", d.name(), "sender", d.SenderName)})
}
