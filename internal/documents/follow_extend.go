package documents

import (
	"context"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// Extension is a deadline of a line that its holder asks to put off, and the answer.
type Extension struct {
	AgencyID     int64
	ID           int64
	LineID       int64
	IncomingID   int64
	AskedPerson  int64
	AskedHolding int64
	AskedName    string
	GiverPerson  int64
	GiverHolding int64
	Reason       string
	WasDue       calendar.Date
	AskedDue     calendar.Date
	State        string // asked, agreed, refused, dropped
	Answer       string
	AnsweredBy   int64
	AnsweredName string
	At           store.Instant `db:"at_us"`
	Answered     store.Instant `db:"answered_us"`
}

// ExtensionLabel is the Vietnamese name of an extension's state.
func ExtensionLabel(state string) string {
	return map[string]string{"asked": "Chờ trả lời", "agreed": "Đã đồng ý", "refused": "Không đồng ý", "dropped": "Đã rút"}[state]
}

const extensionColumns = `agency_id, id, line_id, incoming_id, asked_person, asked_holding, asked_name, giver_person, giver_holding, reason, was_due, asked_due, state,
	answer, answered_by, answered_name, at_us, answered_us`

var (
	sqlPutExtension    = store.SQL(`INSERT INTO documents_extensions (` + extensionColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'asked', '', 0, '', $13, 0)`)
	sqlExtensions      = store.SQL(`SELECT ` + extensionColumns + ` FROM documents_extensions WHERE agency_id = $1 AND incoming_id = $2 ORDER BY id`)
	sqlExtension       = store.SQL(`SELECT ` + extensionColumns + ` FROM documents_extensions WHERE agency_id = $1 AND id = $2`)
	sqlAskedOfMe       = store.SQL(`SELECT ` + extensionColumns + ` FROM documents_extensions WHERE agency_id = $1 AND giver_holding = $2 AND state = 'asked' ORDER BY id LIMIT 200`)
	sqlAnswerExtension = store.SQL(`UPDATE documents_extensions SET state = $1, asked_due = $2, answer = $3, answered_by = $4, answered_name = $5, answered_us = $6
		WHERE agency_id = $7 AND id = $8 AND state = 'asked'`)
	sqlLineDropsAsked = store.SQL(`UPDATE documents_extensions SET state = 'dropped', answered_us = $1 WHERE agency_id = $2 AND line_id = $3 AND state = 'asked'`)
)

// running tells that a line is still to be worked on.
func (l *Line) running() bool {
	return contains([]LineState{LineToDo, LineForwarded, LineReturnedToMe}, l.State)
}

// Extensions gives every request for more time on a document, answered or not, oldest first.
func Extensions(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]Extension, error) {
	if _, err := FindIncoming(ctx, r, a, id); err != nil {
		return nil, err
	}
	return store.All[Extension](ctx, r, sqlExtensions, a.Agency, id)
}

// ExtensionsAsked lists the requests that wait for the actor's answer.
func ExtensionsAsked(ctx context.Context, r store.Reader, a store.Actor) ([]Extension, error) {
	return store.All[Extension](ctx, r, sqlAskedOfMe, a.Agency, a.Post())
}

// AskExtension asks who gave a line for a later deadline, with a reason of 10 to 1000 characters. One request waits at a time.
func AskExtension(ctx context.Context, tx *store.Tx, line int64, due calendar.Date, reason string) (*Extension, error) {
	l, err := lineAt(ctx, tx, line, 0)
	if err != nil {
		return nil, err
	}
	a := tx.Actor()
	if !Holds(a, l.Line) {
		return nil, errNotYours()
	}
	if !l.running() || l.DueDate == "" {
		return nil, store.Refuse(store.Conflict, "Phần việc này đã xong hoặc không có hạn nên không cần gia hạn.")
	}
	if reason, err = reasonText(reason); err != nil {
		return nil, err
	}
	if !due.Valid() || !due.After(l.DueDate) || due.Before(today(tx.Now())) {
		return nil, store.RefuseField("due", "Hạn mới phải là một ngày có thật, sau hạn đang có ({due}) và không trước hôm nay.", "due", l.DueDate)
	}
	name, _, err := nameActor(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	x := &Extension{AgencyID: l.AgencyID, ID: tx.NewID(), LineID: l.ID, IncomingID: l.IncomingID, AskedPerson: a.Person, AskedHolding: a.Holding, AskedName: name,
		GiverPerson: l.FromPerson, GiverHolding: l.FromHolding, Reason: reason, WasDue: l.DueDate, AskedDue: due, State: "asked", At: tx.Now()}
	err = tx.Put(ctx, sqlPutExtension, x.AgencyID, x.ID, x.LineID, x.IncomingID, x.AskedPerson, x.AskedHolding, x.AskedName, x.GiverPerson, x.GiverHolding, x.Reason,
		x.WasDue, x.AskedDue, x.At)
	if store.IsDuplicate(err) {
		err = store.Refuse(store.Conflict, "Đã có một đề nghị gia hạn đang chờ trả lời. Hãy chờ hoặc rút đề nghị đó trước.")
	}
	if err != nil {
		return nil, err
	}
	return x, l.d.tell(ctx, tx, "", told{verb: "document.extension_asked", notify: []int64{l.FromPerson},
		step: Step{Act: "extension_asked", What: store.Say("{holder} xin gia hạn từ {was} đến {due}", "holder", l.HolderName, "was", x.WasDue, "due", due), Note: reason},
		text: store.Say("{holder} xin gia hạn văn bản {code} đến {due}: {reason}", "holder", l.HolderName, "code", l.d.name(), "due", due, "reason", reason)})
}

// asked finds a request that waits, with its line, for those who may see it.
func extensionAt(ctx context.Context, tx *store.Tx, id int64) (*Extension, at, error) {
	x, ok, err := store.Maybe[Extension](ctx, tx, sqlExtension, tx.Actor().Agency, id)
	if err == nil && !ok {
		err = errNotFound()
	}
	if err != nil {
		return nil, at{}, err
	}
	l, err := lineAt(ctx, tx, x.LineID, 0)
	if err == nil && x.State != "asked" {
		err = store.Refuse(store.Conflict, "Đề nghị gia hạn này đã được trả lời hoặc đã rút. Tải lại trang để xem trạng thái mới nhất.")
	}
	return &x, l, err
}

// byRule tells whether a line was forwarded by the registry (D10.8).
func (l at) byRule(ctx context.Context, r store.Reader) (bool, error) {
	if l.ParentID != 0 {
		return false, nil
	}
	dir, err := store.One[Directed](ctx, r, sqlDirection, l.AgencyID, l.DirectionID)
	return dir.ByRule != "", err
}

// AnswerExtension agrees to a later deadline (due "" = the one asked for) or refuses it with a reason. From then on lateness counts from the
// agreed day; the day first set stays in the request.
func AnswerExtension(ctx context.Context, tx *store.Tx, id int64, agree bool, due calendar.Date, words string) error {
	x, l, err := extensionAt(ctx, tx, id)
	if err != nil {
		return err
	}
	byRule, err := l.byRule(ctx, tx)
	if err != nil {
		return err
	}
	a := tx.Actor()
	if may, err := l.gave(ctx, tx, a, byRule); err != nil {
		return err
	} else if !may {
		return errNotYours()
	}
	name, _, err := nameActor(ctx, tx, a)
	if err != nil {
		return err
	}
	state, verb := "refused", "document.extension_refused"
	what := store.Say("Không đồng ý gia hạn phần việc của {holder}", "holder", l.HolderName)
	said := store.Say("Đề nghị gia hạn văn bản {code} không được đồng ý: {reason}", "code", l.d.name(), "reason", text(words))
	if agree {
		state, verb = "agreed", "document.extension_agreed"
		if due == "" {
			due = x.AskedDue
		}
		if !due.Valid() || !due.After(x.WasDue) {
			return store.RefuseField("due", "Hạn mới phải là một ngày có thật, sau hạn đang có ({due}) và không trước hôm nay.", "due", x.WasDue)
		}
		x.AskedDue = due
		what = store.Say("Gia hạn phần việc của {holder} từ {was} đến {due}", "holder", l.HolderName, "was", x.WasDue, "due", due)
		said = store.Say("Văn bản {code} được gia hạn đến {due}.", "code", l.d.name(), "due", due)
		words, err = opinion("answer", words, false)
	} else {
		words, err = reasonText(words)
	}
	if err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlAnswerExtension, state, x.AskedDue, words, a.Person, name, tx.Now(), x.AgencyID, x.ID); err != nil {
		return err
	}
	if agree {
		l.DueDate = due
		if err := l.save(ctx, tx); err != nil {
			return err
		}
		if l.ParentID == 0 && l.Role == Lead {
			l.d.HandleDue = due
			if err := l.d.save(ctx, tx); err != nil {
				return err
			}
		}
	}
	return l.d.tell(ctx, tx, "", told{verb: verb, notify: []int64{x.AskedPerson}, step: Step{Act: "extension_" + state, What: what, Note: words}, text: said})
}

// DropExtension takes back one's own request.
func DropExtension(ctx context.Context, tx *store.Tx, id int64) error {
	x, l, err := extensionAt(ctx, tx, id)
	if err != nil {
		return err
	}
	if !Holds(tx.Actor(), l.Line) {
		return errNotYours()
	}
	if err := tx.Put(ctx, sqlAnswerExtension, "dropped", x.AskedDue, "", tx.Actor().Person, "", tx.Now(), x.AgencyID, x.ID); err != nil {
		return err
	}
	return l.d.tell(ctx, tx, "", told{verb: "document.extension_dropped", step: Step{Act: "extension_dropped", What: store.Say("{holder} rút đề nghị gia hạn", "holder", l.HolderName)}})
}

// Reopen takes a finished document up again, with a reason: its leading lines have to be worked on once more. The sender, who was told of the
// end (06), is told again at the next one.
func Reopen(ctx context.Context, tx *store.Tx, id int64, reason string) error {
	d, err := hold(ctx, tx, id, 0)
	if err != nil {
		return err
	}
	if may, err := directs(ctx, tx, tx.Actor(), d, false); err != nil {
		return err
	} else if !may && !KeepsRegisters(tx.Actor()) {
		return errNotYours()
	}
	next, ok := reopened[d.State]
	if !ok || d.TwinDecision == TwinLink {
		return store.Refuse(store.Conflict, "Văn bản {code} chưa kết thúc nên không cần mở lại.", "code", d.name())
	}
	if reason, err = reasonText(reason); err != nil {
		return err
	}
	all, err := linesOf(ctx, tx, d.AgencyID, d.ID)
	if err != nil {
		return err
	}
	var notify []int64
	d.State, d.DoneAt, d.ReplyOutgoing, d.Result = Registered, 0, 0, ""
	for i := range all {
		l := &all[i]
		if l.ParentID != 0 || l.Role != Lead || l.State != LineDone {
			continue
		}
		d.State = next
		l.State, l.DoneAt, l.DoneBy, l.Reason = LineToDo, 0, 0, reason
		if err := l.save(ctx, tx); err != nil {
			return err
		}
		people, err := peopleOf(ctx, tx, l)
		if err != nil {
			return err
		}
		notify = append(notify, people...)
	}
	d.Stage = d.stageOf(d.State == next)
	if err := d.save(ctx, tx); err != nil {
		return err
	}
	return d.tell(ctx, tx, "", told{verb: "document.reopened", notify: notify, step: Step{Act: "reopened", What: store.Say("Mở lại văn bản"), Note: reason},
		text: store.Say("Văn bản {code} được mở lại để xử lý tiếp: {reason}", "code", d.name(), "reason", reason)})
}

// reopened is the one way back from the end, not a step of the exchange (X12): the sender keeps what it was told.
var reopened = map[InState]InState{Done: InProgress}
