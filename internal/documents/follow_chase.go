package documents

import (
	"context"

	"congvu/internal/store"
)

// Chase is one time somebody was pressed about a line, by a person or by the system.
type Chase struct {
	LineID int64
	Kind   string // chased, soon, late, escalated
	ByName string
	Words  string
	At     store.Instant `db:"at_us"`
}

// ChaseLabel is the Vietnamese name of a kind.
func ChaseLabel(kind string) string {
	return map[string]string{"chased": "Đôn đốc", "soon": "Nhắc sắp đến hạn", "late": "Nhắc quá hạn", "escalated": "Báo cấp trên"}[kind]
}

var (
	sqlPutChase = store.SQL(`INSERT INTO documents_chases (agency_id, id, line_id, incoming_id, kind, due_date, by_person, by_name, words, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)
	sqlChases   = store.SQL(`SELECT line_id, kind, by_name, words, at_us FROM documents_chases WHERE agency_id = $1 AND incoming_id = $2 ORDER BY id LIMIT 500`)
)

// Chases lists who was pressed about a document, and when.
func Chases(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]Chase, error) {
	if _, err := FindIncoming(ctx, r, a, id); err != nil {
		return nil, err
	}
	return store.All[Chase](ctx, r, sqlChases, a.Agency, id)
}

// ChaseLine presses who holds a line that the actor gave (đôn đốc; V11, V12): a notice to him and to those he passed the work on to, in the journal and history.
func ChaseLine(ctx context.Context, tx *store.Tx, line int64, words string) error {
	l, err := lineAt(ctx, tx, line, 0)
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
	if !l.running() {
		return store.Refuse(store.Conflict, "Phần việc này đã xong hoặc không còn ở nơi nhận nên không cần đôn đốc.")
	}
	if words, err = opinion("words", words, true); err != nil {
		return err
	}
	name, _, err := nameActor(ctx, tx, a)
	if err != nil {
		return err
	}
	var notify []int64
	for _, x := range append([]*Line{l.Line}, below(l.all, l.ID)...) {
		if !x.running() || x.Role == Inform && x.ID != l.ID {
			continue
		}
		people, err := peopleOf(ctx, tx, x)
		if err != nil {
			return err
		}
		notify = append(notify, people...)
	}
	if err := tx.Put(ctx, sqlPutChase, l.AgencyID, tx.NewID(), l.ID, l.IncomingID, "chased", l.DueDate, a.Person, name, words, tx.Now()); err != nil {
		return err
	}
	return l.d.tell(ctx, tx, "", told{verb: "document.chased", notify: notify,
		step: Step{Act: "chased", What: store.Say("Đôn đốc {holder}", "holder", l.HolderName), Note: words},
		text: store.Say("{name} đôn đốc văn bản {code}: {words}", "name", name, "code", l.d.name(), "words", words)})
}
