package documents

import (
	"context"

	"congvu/internal/store"
)

// Restriction limits a document to those on its route, the registry, the head, and those it was given to (V19). Sight of the whole agency and of leaders
// and heads of unit who have no part in it ends.
type Restriction struct {
	Reason string
	By     int64         `db:"by_person"`
	ByName string        `db:"by_name"`
	At     store.Instant `db:"at_us"`
}

var (
	sqlRestrict    = store.SQL(`INSERT INTO documents_restrictions (agency_id, ref_kind, ref_id, reason, by_person, by_name, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`)
	sqlUnrestrict  = store.SQL(`DELETE FROM documents_restrictions WHERE agency_id = $1 AND ref_kind = $2 AND ref_id = $3`)
	sqlRestriction = store.SQL(`SELECT reason, by_person, by_name, at_us FROM documents_restrictions WHERE agency_id = $1 AND ref_kind = $2 AND ref_id = $3`)
)

// Restrict limits a document to its route. Conflict when it is limited already.
func Restrict(ctx context.Context, tx *store.Tx, ref, reason string) error {
	kind, id, title, err := aboutAccess(ctx, tx, ref)
	if err == nil {
		reason, err = accessReason(reason, 10)
	}
	if err != nil {
		return err
	}
	a := tx.Actor()
	name, _, err := nameActor(ctx, tx, a)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, sqlRestrict, a.Agency, kind, id, reason, a.Person, name, tx.Now())
	if err == nil && n == 0 {
		err = store.Refuse(store.Conflict, "Văn bản này đã được giới hạn người xem từ trước. Không có gì thay đổi.")
	}
	if err != nil {
		return err
	}
	return toldLimit(ctx, tx, kind, id, title, "access.restricted", store.Say("Giới hạn người xem: chỉ người tham gia xử lý, văn thư, người đứng đầu và người được cấp quyền."), reason)
}

// Unrestrict gives the ordinary sight back. Conflict when the document is not limited.
func Unrestrict(ctx context.Context, tx *store.Tx, ref, reason string) error {
	kind, id, title, err := aboutAccess(ctx, tx, ref)
	if err == nil {
		reason, err = accessReason(reason, 10)
	}
	if err == nil {
		err = tx.Put(ctx, sqlUnrestrict, tx.Actor().Agency, kind, id)
	}
	if err != nil {
		return err
	}
	return toldLimit(ctx, tx, kind, id, title, "access.unrestricted", store.Say("Bỏ giới hạn người xem."), reason)
}

// toldLimit writes history, warning and journal of a limit that was set or lifted.
func toldLimit(ctx context.Context, tx *store.Tx, kind string, id int64, title, verb string, what store.Message, reason string) error {
	if err := accessStep(ctx, tx, kind, id, "restrict", what, reason); err != nil {
		return err
	}
	if err := noteChange(ctx, tx, kind, id, title, what); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: verb, Agency: tx.Actor().Agency, Ref: refOf(kind, id), Title: title, Data: map[string]any{"reason": reason}})
}

// RestrictionOf tells whether and why a document is limited, to those who see it.
func RestrictionOf(ctx context.Context, r store.Reader, a store.Actor, ref string) (Restriction, bool, error) {
	kind, id, err := ParseRef(ref)
	if err == nil {
		err = owners[kind].sees(ctx, r, a, id)
	}
	if err != nil {
		return Restriction{}, false, err
	}
	return store.Maybe[Restriction](ctx, r, sqlRestriction, a.Agency, kind, id)
}
