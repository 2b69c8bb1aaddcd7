package documents

import (
	"context"
	"slices"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

const lineColumns = `l.agency_id, l.id, l.revision, l.incoming_id, l.parent_id, l.direction_id, l.role, l.holder_kind, l.holder_id, l.holder_person,
	l.unit_id, l.holder_name, l.state, l.box, l.handed_over, l.from_person, l.from_holding, l.from_name, l.note, l.due_date, l.at_us, l.read_us,
	l.read_by, l.started_us, l.done_us, l.done_by, l.result, l.reply_outgoing, l.reason`

var (
	sqlPutLine = store.SQL(`INSERT INTO documents_lines (agency_id, id, revision, incoming_id, parent_id, direction_id, role, holder_kind, holder_id,
		holder_person, unit_id, holder_name, state, box, handed_over, from_person, from_holding, from_name, note, due_date, at_us, read_us, read_by,
		started_us, done_us, done_by, result, reply_outgoing, reason)
		VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, 0, 0, 0, 0, 0, '', 0, '')`)
	sqlSaveLine = store.SQL(`UPDATE documents_lines SET revision = revision + 1, direction_id = $1, role = $2, state = $3, box = $4, handed_over = $5,
		note = $6, due_date = $7, started_us = $8, done_us = $9, done_by = $10, result = $11, reply_outgoing = $12, reason = $13
		WHERE agency_id = $14 AND id = $15 AND revision = $16`)
	sqlLinesOf  = store.SQL(`SELECT ` + lineColumns + ` FROM documents_lines l WHERE l.agency_id = $1 AND l.incoming_id = $2 ORDER BY l.id`)
	sqlLineOf   = store.SQL(`SELECT incoming_id FROM documents_lines WHERE agency_id = $1 AND id = $2`)
	sqlReadLine = store.SQL(`UPDATE documents_lines SET read_us = $1, read_by = $2
		WHERE agency_id = $3 AND incoming_id = $4 AND read_us = 0 AND (holder_kind = 'post' AND holder_id = $5 OR holder_kind = 'unit' AND holder_id = $6)`)
)

func linesOf(ctx context.Context, r store.Reader, agency, id int64) ([]Line, error) {
	return store.All[Line](ctx, r, sqlLinesOf, agency, id)
}

// Lines gives the receipt lines of a document, those above before those below.
func Lines(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]Line, error) {
	if _, err := FindIncoming(ctx, r, a, id); err != nil {
		return nil, err
	}
	return linesOf(ctx, r, a.Agency, id)
}

// MarkRead notes the first reading on the actor's own lines (D11.5). It never changes a state (N25) and is nobody's official act. Whoever
// acts for another reads for himself: nothing is marked.
func MarkRead(ctx context.Context, db *store.DB, a store.Actor, id int64) error {
	if a.For != 0 {
		return nil
	}
	return db.Keep(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, sqlReadLine, tx.Now(), a.Person, a.Agency, id, a.Holding, HeadsUnit(a))
		return err
	})
}

// line makes the receipt line of a target.
func (t wanted) line(tx *store.Tx, d *Incoming, direction, parent int64, note string, due calendar.Date) *Line {
	return &Line{AgencyID: d.AgencyID, ID: tx.NewID(), IncomingID: d.ID, ParentID: parent, DirectionID: direction, Role: t.role,
		HolderKind: t.holder.kind, HolderID: t.holder.id, HolderPerson: t.holder.person, UnitID: t.holder.unit, HolderName: t.holder.name,
		State: LineToDo, Note: note, DueDate: due, At: tx.Now()}
}

func (l *Line) insert(ctx context.Context, tx *store.Tx) error {
	l.Box, l.Revision = boxOf(l.State, l.Role), 1
	return tx.Put(ctx, sqlPutLine, l.AgencyID, l.ID, l.IncomingID, l.ParentID, l.DirectionID, l.Role, l.HolderKind, l.HolderID, l.HolderPerson,
		l.UnitID, l.HolderName, l.State, l.Box, l.HandedOver, l.FromPerson, l.FromHolding, l.FromName, l.Note, l.DueDate, l.At)
}

// save writes what acts change; Conflict when somebody was faster.
func (l *Line) save(ctx context.Context, tx *store.Tx) error {
	l.Box = boxOf(l.State, l.Role)
	err := tx.Put(ctx, sqlSaveLine, l.DirectionID, l.Role, l.State, l.Box, l.HandedOver, l.Note, l.DueDate, l.StartedAt, l.DoneAt, l.DoneBy,
		l.Result, l.ReplyOutgoing, l.Reason, l.AgencyID, l.ID, l.Revision)
	l.Revision++
	if err == nil && !l.running() { // nobody needs more time any longer
		_, err = tx.Exec(ctx, sqlLineDropsAsked, tx.Now(), l.AgencyID, l.ID)
	}
	return err
}

// at is a line in the middle of an act: its document and all lines of it.
type at struct {
	*Line
	d   *Incoming
	all []Line
}

// lineAt finds a line whose document the actor sees; NotFound otherwise.
func lineAt(ctx context.Context, tx *store.Tx, id, revision int64) (at, error) {
	doc, ok, err := store.Maybe[int64](ctx, tx, sqlLineOf, tx.Actor().Agency, id)
	if err == nil && !ok {
		err = errNotFound()
	}
	if err != nil {
		return at{}, err
	}
	d, err := hold(ctx, tx, doc, 0)
	if err != nil {
		return at{}, err
	}
	all, err := linesOf(ctx, tx, d.AgencyID, d.ID)
	if err != nil {
		return at{}, err
	}
	i := slices.IndexFunc(all, func(l Line) bool { return l.ID == id })
	if i < 0 {
		return at{}, errNotFound()
	}
	if l := &all[i]; revision == 0 || revision == l.Revision {
		return at{l, d, all}, nil
	}
	return at{}, store.Refuse(store.Conflict, "Phần việc này đã được thay đổi ở nơi khác trong lúc thao tác. Nội dung đó được giữ nguyên; tải lại trang rồi thực hiện lại.")
}

// mine is lineAt for an act of the holder in a state that allows it.
func mine(ctx context.Context, tx *store.Tx, id, revision int64, act lineAct) (at, error) {
	l, err := lineAt(ctx, tx, id, revision)
	switch {
	case err != nil:
		return l, err
	case !Holds(tx.Actor(), l.Line):
		return l, errNotYours()
	}
	return l, l.State.allows(act)
}

// parent is the line it was forwarded from, nil for a direction's own lines.
func (l at) parent() *Line {
	for i := range l.all {
		if l.all[i].ID == l.ParentID {
			return &l.all[i]
		}
	}
	return nil
}

// below lists the lines given from a line, from theirs, and so on.
func below(all []Line, id int64) []*Line {
	var out []*Line
	for i := range all {
		if all[i].ParentID == id {
			out = append(out, &all[i])
			out = append(out, below(all, all[i].ID)...)
		}
	}
	return out
}

// peopleOf lists whom a line concerns.
func peopleOf(ctx context.Context, tx *store.Tx, l *Line) ([]int64, error) {
	if l.HolderKind == "unit" {
		return headsOf(ctx, tx, l.AgencyID, l.HolderID)
	}
	return []int64{l.HolderPerson}, nil
}

// withdraw recalls a line and everything below it, each with a notice (D11.10, N4).
func (d *Incoming) withdraw(ctx context.Context, tx *store.Tx, all []Line, l *Line, reason string) error {
	for _, gone := range append([]*Line{l}, below(all, l.ID)...) {
		if gone.State == LineRecalled {
			continue
		}
		gone.State, gone.Reason = LineRecalled, reason
		if err := gone.save(ctx, tx); err != nil {
			return err
		}
		people, err := peopleOf(ctx, tx, gone)
		if err != nil {
			return err
		}
		if err := d.tell(ctx, tx, "", told{verb: "document.line_recalled", notify: people,
			step: Step{Act: "line_recalled", What: store.Say("Rút lại phần việc của {holder}", "holder", gone.HolderName), Note: reason},
			text: store.Say("Văn bản {code} đã được rút lại: {reason}", "code", d.name(), "reason", reason)}); err != nil {
			return err
		}
	}
	return nil
}
