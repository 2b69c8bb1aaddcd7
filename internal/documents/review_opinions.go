package documents

import (
	"context"
	"fmt"
	"strconv"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// OpinionState is where one asked opinion stands.
type OpinionState string

// The states of an opinion. Silence is recorded as silence, never as consent (D8.14).
const (
	OpinionQueued    OpinionState = "queued" // its turn comes when the one before has answered
	OpinionAsked     OpinionState = "asked"
	OpinionAnswered  OpinionState = "answered"
	OpinionSilent    OpinionState = "silent"
	OpinionWithdrawn OpinionState = "withdrawn"
)

var opinionLabels = map[OpinionState]string{OpinionQueued: "Chưa đến lượt", OpinionAsked: "Chờ ý kiến", OpinionAnswered: "Đã có ý kiến", OpinionSilent: "Không có ý kiến", OpinionWithdrawn: "Không hỏi nữa"}

// Label is the state in Vietnamese, a key of i18n.
func (s OpinionState) Label() string { return opinionLabels[s] }

// Reason lets a sentence name the state in the reader's language.
func (s OpinionState) Reason() (string, map[string]any) { return s.Label(), nil }

// OpinionVerdict is what an opinion comes to.
type OpinionVerdict string

// The verdicts. Comments and dissent say why.
const (
	Agree        OpinionVerdict = "agree"
	AgreeWith    OpinionVerdict = "agree_with"
	Disagree     OpinionVerdict = "disagree"
	NoCompetence OpinionVerdict = "no_competence"
)

var opinionVerdicts = map[OpinionVerdict]string{Agree: "Nhất trí", AgreeWith: "Nhất trí, có ý kiến thêm", Disagree: "Không nhất trí", NoCompetence: "Không thuộc thẩm quyền"}

// Label is the verdict in Vietnamese, a key of i18n; "" when there is none.
func (v OpinionVerdict) Label() string { return opinionVerdicts[v] }

// Reason lets a sentence name the verdict in the reader's language.
func (v OpinionVerdict) Reason() (string, map[string]any) { return v.Label(), nil }

// What the drafter does with an opinion.
const (
	SettledAccepted  = "accepted"  // tiếp thu
	SettledExplained = "explained" // giải trình
)

var settledLabels = map[string]string{SettledAccepted: "Tiếp thu", SettledExplained: "Giải trình"}

// SettledLabel is that in Vietnamese, a key of i18n.
func SettledLabel(code string) string { return settledLabels[code] }

const (
	mostAsked       = 50
	deepestQuestion = 3 // D8.9
)

// OpinionForm asks several people or units of the agency for their opinion on a draft.
type OpinionForm struct {
	Parent   int64 // the opinion for which its holder asks on; 0 = asked by drafter or holder of the draft
	Whom     []Target
	Question string // up to 4000 characters
	InOrder  bool   // one after the other instead of all at once
	Required bool   // the draft is not submitted for signature before all have answered or the time is over
	Due      calendar.Date
	DueDays  int
	Days     *calendar.Calendar
}

// OpinionRequest is one round of asking.
type OpinionRequest struct {
	ID, OutgoingID int64
	ParentID       int64
	Level          int
	State          string // open, closed, withdrawn
	Question       string
	InOrder        bool
	Required       bool
	DueDate        calendar.Date
	Version        int64 // of the file that was asked about
	AskedPerson    int64
	AskedHolding   int64
	AskedName      string
	AskedTitle     string
	Reason         string        // of the withdrawal
	CreatedAt      store.Instant `db:"created_us"`
	At             store.Instant `db:"at_us"`

	Opinions []Opinion `db:"-"`
}

// Opinion is one answer asked for.
type Opinion struct {
	ID, RequestID, OutgoingID int64
	Ordinal                   int
	State                     OpinionState
	HolderKind                string
	HolderID                  int64
	HolderName                string
	Verdict                   OpinionVerdict
	Words                     string
	Late                      bool // answered after the deadline
	Version                   int64
	AnsweredPerson            int64
	AnsweredName              string
	AnsweredAt                store.Instant `db:"answered_us"`
	Settled                   string
	SettledWords              string
	SettledName               string
	SettledAt                 store.Instant `db:"settled_us"`
	AskedAt                   store.Instant `db:"asked_us"`

	Files []File `db:"-"`
}

// OpinionRef names an opinion; its files hang on it.
func OpinionRef(id int64) string { return "opinion/" + strconv.FormatInt(id, 10) }

// Mine tells whether the actor is the one asked: in his own post, or as head of the unit.
func (x *Opinion) Mine(a store.Actor) bool {
	return a.For == 0 && a.Holding != 0 && (x.HolderKind == "post" && a.Holding == x.HolderID || x.HolderKind == "unit" && HeadsUnit(a) == x.HolderID)
}

const opinionColumns = `id, request_id, outgoing_id, ordinal, state, holder_kind, holder_id, holder_name, verdict, words, late, version, answered_person, answered_name, answered_us,
	settled, settled_words, settled_name, settled_us, asked_us`

const askingColumns = `id, outgoing_id, parent_id, level, state, question, in_order, required, due_date, version, asked_person, asked_holding, asked_name, asked_title, reason, created_us, at_us`

var (
	sqlPutAsking = store.SQL(`INSERT INTO documents_opinion_requests (agency_id, id, outgoing_id, parent_id, level, state, question, in_order, required, due_date, version, asked_person, asked_holding, asked_name,
		asked_title, reason, created_us, at_us) VALUES ($1, $2, $3, $4, $5, 'open', $6, $7, $8, $9, $10, $11, $12, $13, $14, '', $15, $15)`)
	sqlPutOpinion = store.SQL(`INSERT INTO documents_opinions (agency_id, id, request_id, outgoing_id, ordinal, state, holder_kind, holder_id, holder_name, verdict, words, late, version, answered_person,
		answered_name, answered_us, settled, settled_words, settled_name, settled_us, asked_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '', FALSE, 0, 0, '', 0, '', '', '', 0, $10)`)
	sqlAskings   = store.SQL(`SELECT ` + askingColumns + ` FROM documents_opinion_requests WHERE agency_id = $1 AND outgoing_id = $2 ORDER BY id`)
	sqlAsking    = store.SQL(`SELECT ` + askingColumns + ` FROM documents_opinion_requests WHERE agency_id = $1 AND id = $2`)
	sqlOpinions  = store.SQL(`SELECT ` + opinionColumns + ` FROM documents_opinions WHERE agency_id = $1 AND outgoing_id = $2 ORDER BY request_id, ordinal`)
	sqlOpinionOf = store.SQL(`SELECT ` + opinionColumns + ` FROM documents_opinions WHERE agency_id = $1 AND id = $2`)
	sqlAskedOf   = store.SQL(`SELECT ` + opinionColumns + ` FROM documents_opinions WHERE agency_id = $1 AND request_id = $2 ORDER BY ordinal`)
	sqlOpenAsked = store.SQL(`SELECT count(*) FROM documents_opinion_requests WHERE agency_id = $1 AND outgoing_id = $2 AND required AND state = 'open'`)
	sqlAskedMe   = store.SQL(`SELECT p.id, p.outgoing_id, o.type_name, o.subject, o.urgency, q.question, q.asked_name, q.due_date, p.asked_us, p.state
		FROM documents_opinions p JOIN documents_opinion_requests q ON q.agency_id = p.agency_id AND q.id = p.request_id JOIN documents_outgoing o ON o.agency_id = p.agency_id AND o.id = p.outgoing_id
		WHERE p.agency_id = $1 AND (p.holder_kind = 'post' AND p.holder_id = $2 OR p.holder_kind = 'unit' AND p.holder_id = $3) AND p.state IN ('asked', 'silent')
		AND o.state IN ('draft', 'in_review', 'returned', 'awaiting_signature') ORDER BY CASE WHEN q.due_date = '' THEN '9' ELSE q.due_date END, p.id LIMIT $4`)
)

// OpenToOpinions tells whether a draft is still open to opinions.
func (o *Outgoing) OpenToOpinions() bool {
	return o.State == Drafted || o.State == InReview || o.State == Returned || o.State == AwaitingSignature
}

// MayAskOpinions tells whether the actor may ask for opinions on a draft in his own right: he drafts it or holds it.
func (o *Outgoing) MayAskOpinions(a store.Actor) bool {
	return o.OpenToOpinions() && a.For == 0 && (o.may(a, byDrafter) || o.may(a, byHolder))
}

// AskOpinions asks for opinions on a draft, of several at once or one after the other. Who was asked may ask on, three levels deep (D8.9).
// Forbidden unless the actor drafts or holds the document, or is asked himself.
func AskOpinions(ctx context.Context, tx *store.Tx, outgoing int64, f OpinionForm) (*OpinionRequest, error) {
	a := tx.Actor()
	o, err := findHeld(ctx, tx, a, outgoing)
	if err != nil {
		return nil, err
	}
	if !o.OpenToOpinions() {
		return nil, store.Refuse(store.Conflict, "Văn bản đã ký hoặc đã kết thúc nên không lấy ý kiến được nữa. Văn bản được giữ nguyên.")
	}
	q := &OpinionRequest{ID: tx.NewID(), OutgoingID: o.ID, ParentID: f.Parent, Level: 1, State: "open", InOrder: f.InOrder, Required: f.Required, Version: o.Version, AskedPerson: a.Person, AskedHolding: a.Holding}
	if err := q.from(ctx, tx, o); err != nil {
		return nil, err
	}
	if q.Question, err = opinion("question", f.Question, true); err != nil {
		return nil, err
	}
	if q.DueDate, err = deadline(today(tx.Now()), f.Due, f.DueDays, f.Days); err != nil {
		return nil, err
	}
	if q.AskedName, q.AskedTitle, err = nameActor(ctx, tx, a); err != nil {
		return nil, err
	}
	whom, err := gather(ctx, tx, nil, f.Whom, nil)
	if err != nil {
		return nil, renamed(err, "coordinators", "whom")
	}
	if len(whom) == 0 || len(whom) > mostAsked {
		return nil, store.RefuseField("whom", "Cần chọn từ 1 đến {most} đơn vị hoặc cá nhân để lấy ý kiến.", "most", mostAsked)
	}
	if err := tx.Put(ctx, sqlPutAsking, o.AgencyID, q.ID, o.ID, q.ParentID, q.Level, q.Question, q.InOrder, q.Required, q.DueDate, q.Version, q.AskedPerson, q.AskedHolding, q.AskedName, q.AskedTitle, tx.Now()); err != nil {
		return nil, err
	}
	var told []int64
	for i, w := range whom {
		if w.holder.person == a.Person {
			return nil, store.RefuseField("whom", "Không tự lấy ý kiến của chính mình. Hãy bỏ tên ông/bà khỏi danh sách.")
		}
		state, at := OpinionAsked, tx.Now()
		if q.InOrder && i > 0 {
			state, at = OpinionQueued, 0
		} else {
			told = append(told, w.holder.notify...)
		}
		if err := tx.Put(ctx, sqlPutOpinion, o.AgencyID, tx.NewID(), q.ID, o.ID, i+1, state, w.holder.kind, w.holder.id, w.holder.name, at); err != nil {
			return nil, err
		}
		if err := takePart(ctx, tx, o, w.holder.notify...); err != nil {
			return nil, err
		}
	}
	if err := q.watch(ctx, tx, o.AgencyID); err != nil {
		return nil, err
	}
	err = o.tell(ctx, tx, move{act: "ask_opinions", note: q.Question, verb: "document.opinions_asked", what: store.Say("Lấy ý kiến của {n} nơi.", "n", len(whom)),
		tell: store.Say("{who} đề nghị ông/bà cho ý kiến về dự thảo “{subject}”.", "who", q.AskedName, "subject", o.Subject), notify: told})
	if err != nil {
		return nil, err
	}
	return findRequest(ctx, tx, o.AgencyID, q.ID)
}

// from checks by what right the actor asks, and how deep the question stands.
func (q *OpinionRequest) from(ctx context.Context, tx *store.Tx, o *Outgoing) error {
	a := tx.Actor()
	if q.ParentID == 0 {
		if !o.MayAskOpinions(a) {
			return store.Refuse(store.Forbidden, "Chỉ người soạn thảo hoặc người đang xem xét dự thảo được lấy ý kiến.")
		}
		return nil
	}
	asked, ok, err := store.Maybe[Opinion](ctx, tx, sqlOpinionOf, o.AgencyID, q.ParentID)
	if err != nil {
		return err
	}
	if !ok || asked.OutgoingID != o.ID || !asked.Mine(a) || asked.State != OpinionAsked {
		return store.Refuse(store.Forbidden, "Chỉ người đang được lấy ý kiến mới được hỏi tiếp người khác.")
	}
	above, err := findRequest(ctx, tx, o.AgencyID, asked.RequestID)
	if err != nil {
		return err
	}
	if q.Level = above.Level + 1; q.Level > deepestQuestion {
		return store.Refuse(store.Conflict, "Chỉ được hỏi tiếp tối đa {n} cấp. Hãy trả lời theo ý kiến của mình.", "n", deepestQuestion)
	}
	q.Required = false // who asked first decides what the draft waits for
	return nil
}

// renamed moves the problems of one field to another: the form calls it differently.
func renamed(err error, from, to string) error {
	if r, ok := errorsAs[*store.Refusal](err); ok {
		for i := range r.Problems {
			if r.Problems[i].Field == from {
				r.Problems[i].Field = to
			}
		}
	}
	return err
}

func findRequest(ctx context.Context, r store.Reader, agency, id int64) (*OpinionRequest, error) {
	q, ok, err := store.Maybe[OpinionRequest](ctx, r, sqlAsking, agency, id)
	if err == nil && !ok {
		err = errNoOpinion()
	}
	if err != nil {
		return nil, err
	}
	q.Opinions, err = store.All[Opinion](ctx, r, sqlAskedOf, agency, id)
	return &q, err
}

func errNoOpinion() error {
	return store.Refuse(store.NotFound, "Không tìm thấy yêu cầu lấy ý kiến này trong phạm vi ông/bà được xem.")
}

// Opinions gives every request on a document with all its answers and their files, oldest first, to those who may see the document.
func Opinions(ctx context.Context, r store.Reader, a store.Actor, outgoing int64) ([]OpinionRequest, error) {
	o, err := FindOutgoing(ctx, r, a, outgoing)
	if err != nil {
		return nil, err
	}
	requests, err := store.All[OpinionRequest](ctx, r, sqlAskings, o.AgencyID, o.ID)
	if err != nil || len(requests) == 0 {
		return nil, err
	}
	all, err := store.All[Opinion](ctx, r, sqlOpinions, o.AgencyID, o.ID)
	if err != nil {
		return nil, err
	}
	for _, x := range all {
		if x.Files, err = filesOf(ctx, r, o.AgencyID, OpinionRef(x.ID)); err != nil {
			return nil, err
		}
		for i := range requests {
			if requests[i].ID == x.RequestID {
				requests[i].Opinions = append(requests[i].Opinions, x)
			}
		}
	}
	return requests, nil
}

// AskedRow is an opinion that waits for the actor.
type AskedRow struct {
	ID, OutgoingID              int64
	TypeName, Subject, Question string
	Urgency                     Urgency
	AskedName                   string
	DueDate                     calendar.Date
	AskedAt                     store.Instant `db:"asked_us"`
	State                       OpinionState  // asked, or silent when the time is over
}

// AskedOfMe lists the opinions that wait for the actor, the nearest deadline first.
func AskedOfMe(ctx context.Context, r store.Reader, a store.Actor) ([]AskedRow, error) {
	if a.Holding == 0 || a.For != 0 {
		return nil, nil
	}
	return store.All[AskedRow](ctx, r, sqlAskedMe, a.Agency, a.Holding, HeadsUnit(a), MostAssignments)
}

func opinionWork(ctx context.Context, r store.Reader, a store.Actor) (WorkList, error) {
	l := WorkList{Code: "opinions.asked", Title: "Chờ tôi cho ý kiến", Kind: "opinions", Tab: "asked"}
	all, err := AskedOfMe(ctx, r, a)
	l.Count = len(all)
	for _, x := range all[:min(len(all), mostShown)] {
		l.Rows = append(l.Rows, WorkRow{Ref: OutgoingRef(x.OutgoingID), Title: x.TypeName, Subject: x.Subject, From: x.AskedName, Urgency: x.Urgency, Due: calendar.Default().Due(x.DueDate, nowOf(r)), At: x.AskedAt})
	}
	return l, err
}

// holdOpinion loads an opinion whose document the actor may see.
func holdOpinion(ctx context.Context, r store.Reader, a store.Actor, id int64) (*Opinion, *Outgoing, error) {
	x, ok, err := store.Maybe[Opinion](ctx, r, sqlOpinionOf, a.Agency, id)
	if err == nil && !ok {
		err = errNoOpinion()
	}
	if err != nil {
		return nil, nil, err
	}
	o, err := FindOutgoing(ctx, r, a, x.OutgoingID)
	if err != nil {
		return nil, nil, store.Because(errNoOpinion(), err)
	}
	return &x, o, nil
}

// settleRequired refuses to go on to the signature while a required request is open.
func (o *Outgoing) settleRequired(ctx context.Context, r store.Reader) error {
	n, err := store.One[int](ctx, r, sqlOpenAsked, o.AgencyID, o.ID)
	if err == nil && n > 0 {
		err = store.Refuse(store.Conflict, "Còn {n} yêu cầu lấy ý kiến bắt buộc chưa xong nên chưa trình ký được. Dự thảo được giữ nguyên; hãy chờ đủ ý kiến, hết hạn, hoặc thôi không hỏi nữa.", "n", n)
	}
	return err
}

func opinionKey(agency, request int64) string { return fmt.Sprintf("%d/%d", agency, request) }

func init() {
	owners["opinion"] = owner{
		sees: func(ctx context.Context, r store.Reader, a store.Actor, id int64) error {
			_, _, err := holdOpinion(ctx, r, a, id)
			return err
		},
		attach: attachOpinion,
	}
}
