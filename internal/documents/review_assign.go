package documents

import (
	"context"
	"slices"
	"strconv"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// AssignState is where the task of drafting a document stands (D8.1).
type AssignState string

// The states of an assignment. From Drafting on its draft tells how far the work is.
const (
	AssignGiven     AssignState = "assigned"
	AssignAccepted  AssignState = "accepted"
	AssignDrafting  AssignState = "drafting"
	AssignReturned  AssignState = "returned"
	AssignWithdrawn AssignState = "withdrawn"
)

var assignLabels = map[AssignState]string{AssignGiven: "Mới giao", AssignAccepted: "Đã nhận", AssignDrafting: "Đang soạn thảo", AssignReturned: "Trả lại, chờ giao lại", AssignWithdrawn: "Đã rút"}

// Label is the state in Vietnamese, a key of i18n.
func (s AssignState) Label() string { return assignLabels[s] }

// Reason lets a sentence name the state in the reader's language.
func (s AssignState) Reason() (string, map[string]any) { return s.Label(), nil }

// Acts on an assignment.
const (
	AssignAccept   = "accept"
	AssignStart    = "draft"
	AssignGiveBack = "return"
	AssignAgain    = "reassign"
	AssignTakeBack = "withdraw"
)

const (
	byLead    who = "lead"    // the post named, or who heads the unit named
	byTaker   who = "taker"   // who accepted it
	byOrderer who = "orderer" // who gave it
)

// assignRoute is the way of an assignment (house law 11).
var assignRoute = []struct {
	state AssignState
	act   string
	next  AssignState
	who   who
}{
	{AssignGiven, AssignAccept, AssignAccepted, byLead},
	{AssignGiven, AssignStart, AssignDrafting, byLead}, // who begins has accepted
	{AssignGiven, AssignGiveBack, AssignReturned, byLead},
	{AssignGiven, AssignTakeBack, AssignWithdrawn, byOrderer},
	{AssignAccepted, AssignStart, AssignDrafting, byTaker},
	{AssignAccepted, AssignGiveBack, AssignReturned, byTaker},
	{AssignAccepted, AssignTakeBack, AssignWithdrawn, byOrderer},
	{AssignReturned, AssignAgain, AssignGiven, byOrderer},
	{AssignReturned, AssignTakeBack, AssignWithdrawn, byOrderer},
}

// AssignForm is what a head or another competent person wants drafted, by whom and until when (NĐ 30/2020 art. 10.1).
type AssignForm struct {
	ReplyTo  int64 // the incoming document that the draft answers; 0 = none
	TypeCode string
	Subject  string
	Wanted   string // what the document must say, up to 4000 characters
	Lead     Target
	Helpers  []Target
	Due      calendar.Date
	DueDays  int // working days from today instead of Due
	Days     *calendar.Calendar
	Revision int64
}

// Assignment is the task of drafting a document.
type Assignment struct {
	ID, AgencyID                  int64
	State                         AssignState
	Revision                      int64
	ReplyTo                       int64
	OutgoingID                    int64 // the draft, once it was begun
	TypeCode                      string
	Subject                       string
	Wanted                        string
	DueDate                       calendar.Date
	LeadKind                      string // "unit" or "post"
	LeadID                        int64
	LeadPerson                    int64 // 0 for a unit
	LeadUnit                      int64
	LeadName                      string
	OrderedPerson, OrderedHolding int64
	OrderedName, OrderedTitle     string
	TakenPerson, TakenHolding     int64
	TakenName                     string
	Reason                        string        // of the return or withdrawal
	CreatedAt                     store.Instant `db:"created_us"`
	At                            store.Instant `db:"at_us"`
	DraftState                    State         // of the draft, "" before there is one

	Helpers []AssignHelper `db:"-"`
}

// AssignHelper coordinates in the drafting.
type AssignHelper struct {
	Kind     string
	HolderID int64
	PersonID int64
	UnitID   int64
	Name     string
}

// Ref names an assignment in histories and the journal.
func (x *Assignment) Ref() string { return "assignment/" + strconv.FormatInt(x.ID, 10) }

// Done tells whether nothing of it is left to do: the document is issued, or given up.
func (x *Assignment) Done() bool {
	return x.State == AssignWithdrawn || x.DraftState == Issued || x.DraftState == Cancelled
}

// Due is the deadline as lists show it; nothing is late that is done.
func (x *Assignment) Due(c *calendar.Calendar, now calendar.Date) calendar.Due {
	if x.Done() {
		return calendar.Due{On: x.DueDate}
	}
	return c.Due(x.DueDate, now)
}

const assignColumns = `t.agency_id, t.id, t.state, t.revision, t.reply_to, t.outgoing_id, t.type_code, t.subject, t.wanted, t.due_date, t.lead_kind, t.lead_id, t.lead_person,
	t.lead_unit, t.lead_name, t.ordered_person, t.ordered_holding, t.ordered_name, t.ordered_title, t.taken_person, t.taken_holding, t.taken_name, t.reason, t.created_us, t.at_us`

// assignSight is law 6 for assignments: $1 agency, $2 sees all, $3 person, $4 unit he heads (-1 none).
const assignSight = ` FROM documents_assignments t LEFT JOIN documents_outgoing d ON d.agency_id = t.agency_id AND d.id = t.outgoing_id
	WHERE t.agency_id = $1 AND (CAST($2 AS BOOLEAN) OR t.ordered_person = $3 OR t.lead_person = $3 OR t.taken_person = $3 OR t.lead_unit = $4
	OR EXISTS (SELECT 1 FROM documents_assignment_helpers h WHERE h.agency_id = t.agency_id AND h.assignment_id = t.id AND (h.person_id = $3 OR h.person_id = 0 AND h.unit_id = $4)))`

// assignOpen is what still waits for a document.
const assignOpen = ` AND t.state <> 'withdrawn' AND COALESCE(d.state, '') NOT IN ('issued', 'cancelled')`

const assignRows = `SELECT ` + assignColumns + `, COALESCE(d.state, '') AS draft_state` + assignSight

const assignOrder = ` AND CAST($5 AS BIGINT) >= 0 ORDER BY CASE WHEN t.due_date = '' THEN '9' ELSE t.due_date END, t.id LIMIT $6`

var (
	sqlPutAssign = store.SQL(`INSERT INTO documents_assignments (agency_id, id, state, revision, reply_to, outgoing_id, type_code, subject, wanted, due_date, lead_kind, lead_id, lead_person,
		lead_unit, lead_name, ordered_person, ordered_holding, ordered_name, ordered_title, taken_person, taken_holding, taken_name, reason, created_us, at_us)
		VALUES ($1, $2, 'assigned', 1, $3, 0, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, 0, '', '', $17, $17)`)
	sqlPutHelper   = store.SQL(`INSERT INTO documents_assignment_helpers (agency_id, assignment_id, ordinal, kind, holder_id, person_id, unit_id, name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	sqlDropHelpers = store.SQL(`DELETE FROM documents_assignment_helpers WHERE agency_id = $1 AND assignment_id = $2`)
	sqlHelpers     = store.SQL(`SELECT kind, holder_id, person_id, unit_id, name FROM documents_assignment_helpers WHERE agency_id = $1 AND assignment_id = $2 ORDER BY ordinal`)
	sqlMoveAssign  = store.SQL(`UPDATE documents_assignments SET state = $1, revision = revision + 1, outgoing_id = $2, taken_person = $3, taken_holding = $4, taken_name = $5, reason = $6, at_us = $7
		WHERE agency_id = $8 AND id = $9 AND state = $10 AND revision = $11`)
	sqlReassign = store.SQL(`UPDATE documents_assignments SET type_code = $1, subject = $2, wanted = $3, due_date = $4, lead_kind = $5, lead_id = $6, lead_person = $7, lead_unit = $8, lead_name = $9
		WHERE agency_id = $10 AND id = $11`)
	sqlFindAssign = store.SQL(assignRows + ` AND t.id = $5`)
	sqlAssignTo   = store.SQL(assignRows + assignOpen + ` AND t.state IN ('assigned', 'accepted') AND (t.lead_kind = 'post' AND t.lead_id = $5 OR t.taken_holding = $5 OR t.lead_kind = 'unit' AND t.taken_holding = 0 AND t.lead_unit = $4)` + assignOrder)
	sqlAssignBy   = store.SQL(assignRows + assignOpen + ` AND t.ordered_person = $3` + assignOrder)
	sqlAssignAll  = store.SQL(assignRows + assignOrder)
	sqlAnswerOf   = store.SQL(`UPDATE documents_outgoing SET reply_to = $1 WHERE agency_id = $2 AND id = $3`)
)

// MayAssign tells who gives drafting work: leaders to everybody, heads of unit within their unit (NĐ 30/2020 art. 10.1). Nobody does it for another.
func MayAssign(a store.Actor) bool {
	return a.For == 0 && a.Holding != 0 && (Leads(a) || HeadsUnit(a) > 0)
}

// Assign names who drafts a document (D8.1). Forbidden unless the actor leads the agency, or a unit that the lead belongs to.
func Assign(ctx context.Context, tx *store.Tx, f AssignForm) (*Assignment, error) {
	a := tx.Actor()
	if !MayAssign(a) {
		return nil, store.Refuse(store.Forbidden, "Chỉ lãnh đạo cơ quan hoặc trưởng đơn vị được giao soạn thảo văn bản.")
	}
	x := &Assignment{ID: tx.NewID(), AgencyID: a.Agency, State: AssignGiven, OrderedPerson: a.Person, OrderedHolding: a.Holding}
	var err error
	if x.OrderedName, x.OrderedTitle, err = nameActor(ctx, tx, a); err != nil {
		return nil, err
	}
	if f.ReplyTo != 0 {
		if _, err := FindIncoming(ctx, tx, a, f.ReplyTo); err != nil {
			return nil, err
		}
		x.ReplyTo = f.ReplyTo
	}
	told, err := x.fill(ctx, tx, f)
	if err != nil {
		return nil, err
	}
	if err = tx.Put(ctx, sqlPutAssign, x.AgencyID, x.ID, x.ReplyTo, x.TypeCode, x.Subject, x.Wanted, x.DueDate, x.LeadKind, x.LeadID, x.LeadPerson, x.LeadUnit, x.LeadName,
		x.OrderedPerson, x.OrderedHolding, x.OrderedName, x.OrderedTitle, tx.Now()); err == nil {
		err = x.putHelpers(ctx, tx)
	}
	if err == nil {
		err = x.tell(ctx, tx, "assigned", "drafting.assigned", store.Say("Giao {name} chủ trì soạn thảo.", "name", x.LeadName), x.Wanted,
			store.Say("{who} giao ông/bà soạn thảo văn bản: {subject}", "who", x.OrderedName, "subject", x.Subject), told)
	}
	if err != nil {
		return nil, err
	}
	return FindAssignment(ctx, tx, a, x.ID)
}

// fill takes a form over and tells who is to hear of it.
func (x *Assignment) fill(ctx context.Context, tx *store.Tx, f AssignForm) ([]int64, error) {
	a := tx.Actor()
	var p store.Problems
	x.Subject, x.Wanted, x.TypeCode = line(f.Subject), text(f.Wanted), f.TypeCode
	if n := len([]rune(x.Subject)); n == 0 || n > 500 {
		p.Add("subject", "Hãy ghi trích yếu nội dung (không quá 500 ký tự).")
	}
	if len([]rune(x.Wanted)) > 4000 {
		p.Add("wanted", "Yêu cầu nội dung dài nhất 4000 ký tự.")
	}
	if x.TypeCode == "" {
		x.TypeCode = "CONG_VAN"
	}
	if _, err := currentType(ctx, tx, x.TypeCode); err != nil {
		return nil, err
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	var err error
	if x.DueDate, err = deadline(today(tx.Now()), f.Due, f.DueDays, f.Days); err != nil {
		return nil, err
	}
	if f.Lead == (Target{}) {
		return nil, store.RefuseField("lead", "Cần chọn một đơn vị hoặc cá nhân chủ trì soạn thảo.")
	}
	all, err := gather(ctx, tx, []Target{f.Lead}, f.Helpers, nil)
	if err != nil {
		return nil, err
	}
	var told []int64
	x.Helpers = nil
	for _, t := range all {
		told = append(told, t.holder.notify...)
		if t.role != Lead {
			x.Helpers = append(x.Helpers, AssignHelper{t.holder.kind, t.holder.id, t.holder.person, t.holder.unit, t.holder.name})
			continue
		}
		if !Leads(a) && t.holder.unit != HeadsUnit(a) {
			return nil, store.RefuseField("lead", "Trưởng đơn vị chỉ giao soạn thảo cho người trong đơn vị mình. Hãy chọn người khác.")
		}
		x.LeadKind, x.LeadID, x.LeadPerson, x.LeadUnit, x.LeadName = t.holder.kind, t.holder.id, t.holder.person, t.holder.unit, t.holder.name
	}
	return told, nil
}

func (x *Assignment) putHelpers(ctx context.Context, tx *store.Tx) error {
	if _, err := tx.Exec(ctx, sqlDropHelpers, x.AgencyID, x.ID); err != nil {
		return err
	}
	for i, h := range x.Helpers {
		if err := tx.Put(ctx, sqlPutHelper, x.AgencyID, x.ID, i+1, h.Kind, h.HolderID, h.PersonID, h.UnitID, h.Name); err != nil {
			return err
		}
	}
	return nil
}

// tell writes history and journal; the actor himself is told nothing. What began with an incoming document stands in its history too.
func (x *Assignment) tell(ctx context.Context, tx *store.Tx, act, verb string, what store.Message, words string, said store.Message, people []int64) error {
	s := Step{Act: act, What: what, Note: words}
	if err := step(ctx, tx, x.AgencyID, x.Ref(), s); err != nil {
		return err
	}
	if x.ReplyTo != 0 {
		if err := step(ctx, tx, x.AgencyID, IncomingRef(x.ReplyTo), s); err != nil {
			return err
		}
	}
	e := store.Event{Verb: verb, Agency: x.AgencyID, Ref: x.Ref(), Title: x.Subject, Text: said}
	for _, p := range people {
		if p != 0 && p != tx.Actor().Person && !slices.Contains(e.Notify, p) {
			e.Notify = append(e.Notify, p)
		}
	}
	if len(e.Notify) == 0 {
		e.Text = store.Message{}
	}
	return tx.Record(e)
}

// FindAssignment gives an assignment to who gave it, does it, helps with it, or sees everything of the agency; NotFound for all others.
func FindAssignment(ctx context.Context, r store.Reader, a store.Actor, id int64) (*Assignment, error) {
	x, ok, err := store.Maybe[Assignment](ctx, r, sqlFindAssign, a.Agency, SeesAll(a), person(a), HeadsUnit(a), id)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Không tìm thấy việc soạn thảo này trong phạm vi ông/bà được xem.")
	}
	if err != nil {
		return nil, err
	}
	x.Helpers, err = store.All[AssignHelper](ctx, r, sqlHelpers, x.AgencyID, x.ID)
	return &x, err
}

// Lists of assignments.
const (
	AssignedToMe = "mine"
	AssignedByMe = "given"
	AssignedAll  = "all"
)

// MostAssignments bounds a list of assignments.
const MostAssignments = 200

// Assignments lists what waits for the actor, what he gave and is not done, or all that he may see; the nearest deadline first.
func Assignments(ctx context.Context, r store.Reader, a store.Actor, list string) ([]Assignment, error) {
	s := map[string]*store.Stmt{AssignedToMe: sqlAssignTo, AssignedByMe: sqlAssignBy, AssignedAll: sqlAssignAll, "": sqlAssignAll}[list]
	if s == nil {
		return nil, store.Refuse(store.NotFound, "Không có danh sách này. Hãy chọn một danh sách khác.")
	}
	return store.All[Assignment](ctx, r, s, a.Agency, SeesAll(a), person(a), HeadsUnit(a), a.Holding, MostAssignments)
}

func init() {
	owners["assignment"] = owner{
		sees: func(ctx context.Context, r store.Reader, a store.Actor, id int64) error {
			_, err := FindAssignment(ctx, r, a, id)
			return err
		},
		attach: func(context.Context, *store.Tx, int64, File) error {
			return store.Refuse(store.Conflict, "Việc soạn thảo không nhận tệp. Hãy đính kèm tệp vào dự thảo.")
		},
	}
}
