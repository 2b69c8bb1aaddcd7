package documents

import (
	"context"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

// scopeFor tells how far a post may act for a leader's post today, and whether the post is assigned to particular leaders at all. An assistant
// who is assigned to nobody serves every leader, as in an agency with one secretariat; once assigned, only those, each with his scope (D12.3).
func scopeFor(ctx context.Context, r store.Reader, a store.Actor, leader int64) (scope string, assigned bool, err error) {
	all, err := org.StandsFor(ctx, r, org.AgencyID(a.Agency), org.HoldingID(a.Holding), nowOf(r))
	rank := map[string]int{org.ScopeSight: 1, org.ScopePrepare: 2, org.ScopeDirect: 3}
	for _, s := range all {
		assigned = assigned || s.Kind == org.StandInAssistant
		if int64(s.Principal) == leader && rank[s.Scope] > rank[scope] {
			scope = s.Scope
		}
	}
	return scope, assigned, err
}

// directs is MayDirect with what the actor may do in another's name today.
func directs(ctx context.Context, r store.Reader, a store.Actor, d *Incoming, byRule bool) (bool, error) {
	may := MayDirect(a, d, byRule)
	if !may || byRule || Leads(a) {
		return may, nil
	}
	scope, assigned, err := scopeFor(ctx, r, a, d.SubmittedTo)
	return scope == org.ScopeDirect || scope == "" && !assigned && a.For == 0, err
}

// prepares tells who may prepare a direction for the leader it is submitted to.
func prepares(ctx context.Context, r store.Reader, a store.Actor, d *Incoming) (bool, error) {
	if Leads(a) || !MayDirect(a, d, false) {
		return false, nil
	}
	scope, assigned, err := scopeFor(ctx, r, a, d.SubmittedTo)
	return scope == org.ScopePrepare || scope == org.ScopeDirect || scope == "" && !assigned && a.For == 0, err
}

// Prepared is a direction that an assistant has prepared and the leader has not confirmed yet (D12.3).
type Prepared struct {
	AgencyID      int64
	ID            int64
	IncomingID    int64
	LeaderHolding int64
	LeaderPerson  int64
	ByPerson      int64
	ByHolding     int64
	ByName        string
	Form          store.JSON
	State         string        // waiting, confirmed, dropped
	At            store.Instant `db:"at_us"`
	Answered      store.Instant `db:"answered_us"`
}

// Direction is what was prepared.
func (p *Prepared) Direction() (form Direction, err error) {
	var kept preparedForm
	err = decode(p.Form, &kept)
	return Direction{Leads: kept.Leads, Coordinators: kept.Coordinators, Informed: kept.Informed, Opinion: kept.Opinion, Due: kept.Due, DueDays: kept.DueDays}, err
}

const preparedColumns = `agency_id, id, incoming_id, leader_holding, leader_person, by_person, by_holding, by_name, form, state, at_us, answered_us`

var (
	sqlPutPrepared = store.SQL(`INSERT INTO documents_prepared (` + preparedColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', $10, 0)`)
	sqlAnswerAll   = store.SQL(`UPDATE documents_prepared SET state = CASE WHEN id = $1 THEN 'confirmed' ELSE 'dropped' END, answered_us = $2
		WHERE agency_id = $3 AND incoming_id = $4 AND state = 'waiting'`)
	sqlPrepared = store.SQL(`SELECT ` + preparedColumns + ` FROM documents_prepared WHERE agency_id = $1 AND incoming_id = $2 AND state = 'waiting'`)
)

// PreparedFor gives the direction that waits for the leader on a document that the actor sees; nil for none.
func PreparedFor(ctx context.Context, r store.Reader, a store.Actor, id int64) (*Prepared, error) {
	if _, err := FindIncoming(ctx, r, a, id); err != nil {
		return nil, err
	}
	p, ok, err := store.Maybe[Prepared](ctx, r, sqlPrepared, a.Agency, id)
	if err != nil || !ok {
		return nil, err
	}
	return &p, nil
}

// PrepareDirection keeps what an assistant prepares for the leader a document is submitted to. What was prepared before is dropped.
func PrepareDirection(ctx context.Context, tx *store.Tx, id int64, form Direction) (*Prepared, error) {
	d, err := hold(ctx, tx, id, form.Revision)
	if err != nil {
		return nil, err
	}
	a := tx.Actor()
	if may, err := prepares(ctx, tx, a, d); err != nil {
		return nil, err
	} else if !may {
		return nil, errNotYours()
	}
	if _, err := d.State.after(actAssign); err != nil {
		return nil, err
	}
	days := form.Days
	if _, err := form.check(ctx, tx, d); err != nil {
		return nil, err
	}
	form.Days, form.DueDays = days, 0
	name, _, err := nameActor(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, sqlAnswerAll, 0, tx.Now(), d.AgencyID, d.ID); err != nil {
		return nil, err
	}
	p := &Prepared{AgencyID: d.AgencyID, ID: tx.NewID(), IncomingID: d.ID, LeaderHolding: d.SubmittedTo, LeaderPerson: d.SubmittedPerson, ByPerson: a.Person, ByHolding: a.Holding, ByName: name,
		Form: store.JSONOf(preparedForm{form.Leads, form.Coordinators, form.Informed, form.Opinion, form.Due, form.DueDays}), State: "waiting", At: tx.Now()}
	if err := tx.Put(ctx, sqlPutPrepared, p.AgencyID, p.ID, p.IncomingID, p.LeaderHolding, p.LeaderPerson, p.ByPerson, p.ByHolding, p.ByName, p.Form, p.At); err != nil {
		return nil, err
	}
	return p, d.tell(ctx, tx, "", told{verb: "document.direction_prepared", notify: []int64{d.SubmittedPerson},
		step: Step{Act: "direction_prepared", What: store.Say("Chuẩn bị ý kiến chỉ đạo, chờ lãnh đạo xác nhận"), Note: form.Opinion},
		text: store.Say("{name} đã chuẩn bị ý kiến chỉ đạo cho văn bản {code}, chờ ông/bà xác nhận.", "name", name, "code", d.name())})
}

// preparedForm is a direction as it is kept: without the calendar, which is the installation's.
type preparedForm struct {
	Leads, Coordinators, Informed []Target
	Opinion                       string
	Due                           calendar.Date
	DueDays                       int
}

// ConfirmPrepared gives a prepared direction in the leader's name, as it was prepared; the assistant stays named as its writer (D12.3).
func ConfirmPrepared(ctx context.Context, tx *store.Tx, id int64) (*Directed, error) {
	p, err := PreparedFor(ctx, tx, tx.Actor(), id)
	if err == nil && p == nil {
		err = store.Refuse(store.Conflict, "Văn bản này không có ý kiến chuẩn bị sẵn đang chờ. Tải lại trang để xem trạng thái mới nhất.")
	}
	if err != nil {
		return nil, err
	}
	if !Leads(tx.Actor()) {
		return nil, errNotYours()
	}
	form, err := p.Direction()
	if err != nil {
		return nil, err
	}
	form.written = p
	return Direct(ctx, tx, id, form)
}

// DropPrepared takes a prepared direction away: its writer or the leader.
func DropPrepared(ctx context.Context, tx *store.Tx, id int64) error {
	a := tx.Actor()
	p, err := PreparedFor(ctx, tx, a, id)
	if err == nil && p == nil {
		err = store.Refuse(store.Conflict, "Văn bản này không có ý kiến chuẩn bị sẵn đang chờ. Tải lại trang để xem trạng thái mới nhất.")
	}
	if err != nil {
		return err
	}
	if p.ByPerson != a.Person && !(Leads(a) && (a.Holding == p.LeaderHolding || a.Roles.Has(store.Head))) {
		return errNotYours()
	}
	d, err := hold(ctx, tx, id, 0)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlAnswerAll, 0, tx.Now(), d.AgencyID, d.ID); err != nil {
		return err
	}
	return d.tell(ctx, tx, "", told{verb: "document.direction_dropped", notify: []int64{p.ByPerson},
		step: Step{Act: "direction_dropped", What: store.Say("Bỏ ý kiến chỉ đạo chuẩn bị sẵn")},
		text: store.Say("Ý kiến chuẩn bị sẵn cho văn bản {code} không được dùng.", "code", d.name())})
}

// settlePrepared answers what waited for a direction that has now been given.
func settlePrepared(ctx context.Context, tx *store.Tx, d *Incoming, confirmed *Prepared) error {
	id := int64(0)
	if confirmed != nil {
		id = confirmed.ID
	}
	_, err := tx.Exec(ctx, sqlAnswerAll, id, tx.Now(), d.AgencyID, d.ID)
	return err
}

// PreparedLead names who is to lead by what was prepared; "" for nothing.
func PreparedLead(ctx context.Context, r store.Reader, p *Prepared) (string, error) {
	if p == nil {
		return "", nil
	}
	form, err := p.Direction()
	if err != nil {
		return "", err
	}
	people, err := rosterOf(ctx, r, p.AgencyID, nowOf(r))
	if err != nil {
		return "", err
	}
	var names []string
	for _, n := range people.names(form.Leads) {
		names = append(names, n.Name)
	}
	return strings.Join(names, ", "), nil
}
