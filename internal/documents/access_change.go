package documents

import (
	"context"

	"congvu/internal/store"
)

// RightChange is a changed right to a document that warns until the competent person has confirmed it (V20).
type RightChange struct {
	ID            int64
	Kind          string `db:"ref_kind"` // "agency": the change concerns what a role sees, not one document
	Of            int64  `db:"ref_id"`
	Title         string
	What          store.Message `db:"-"`
	By            int64         `db:"by_person"`
	ByName        string
	At            store.Instant `db:"at_us"`
	ConfirmedAt   store.Instant `db:"confirmed_us"` // 0 = it still warns
	ConfirmedName string
}

// Ref names what the change concerns.
func (c RightChange) Ref() string { return refOf(c.Kind, c.Of) }

type rightChangeRow struct {
	RightChange
	WhatJSON store.JSON `db:"what"`
}

const settingConfirms = "documents.rights_confirmed_by" // head | clerk

const changeColumns = `c.id, c.ref_kind, c.ref_id, c.title, c.what, c.by_person, c.by_name, c.at_us, c.confirmed_us, c.confirmed_name`

var (
	sqlPutChange = store.SQL(`INSERT INTO documents_right_changes (agency_id, id, ref_kind, ref_id, title, what, by_person, by_name, at_us, confirmed_us, confirmed_by, confirmed_name)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, '')`)
	sqlOpenChanges  = store.SQL(`SELECT ` + changeColumns + ` FROM documents_right_changes c WHERE c.agency_id = $1 AND c.confirmed_us = 0 AND c.id > $2 ORDER BY c.id LIMIT $3`)
	sqlCountChanges = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM (SELECT 1 AS one FROM documents_right_changes c WHERE c.agency_id = $1 AND c.confirmed_us = 0 LIMIT $2) AS counted`)
	sqlChangesOf    = store.SQL(`SELECT ` + changeColumns + ` FROM documents_right_changes c WHERE c.agency_id = $1 AND c.ref_kind = $2 AND c.ref_id = $3 ORDER BY c.id DESC LIMIT 200`)
	sqlChange       = store.SQL(`SELECT ` + changeColumns + ` FROM documents_right_changes c WHERE c.agency_id = $1 AND c.id = $2`)
	sqlConfirm      = store.SQL(`UPDATE documents_right_changes SET confirmed_us = $1, confirmed_by = $2, confirmed_name = $3 WHERE agency_id = $4 AND id = $5 AND confirmed_us = 0`)
)

// noteChange raises the warning in the act that changes a right.
func noteChange(ctx context.Context, tx *store.Tx, kind string, id int64, title string, what store.Message) error {
	a := tx.Actor()
	name, _, err := nameActor(ctx, tx, a)
	if err != nil {
		return err
	}
	return tx.Put(ctx, sqlPutChange, a.Agency, tx.NewID(), kind, id, title, store.JSONOf(what), a.Person, name, tx.Now())
}

// ConfirmsRights tells who confirms changed rights: the head, or the registry clerk where the setting documents.rights_confirmed_by is "clerk".
func ConfirmsRights(ctx context.Context, r store.Reader, a store.Actor) (bool, error) {
	if a.For != 0 || a.Person == 0 {
		return false, nil
	}
	by, err := store.Setting(ctx, r, a.Agency, settingConfirms, "head")
	return a.Roles.Has(store.Head) || by == "clerk" && a.Roles.Has(store.Clerk), err
}

// SetRightsConfirmer lets the head decide whether the registry may confirm changed rights too: "head" or "clerk".
func SetRightsConfirmer(ctx context.Context, tx *store.Tx, by string) error {
	a := tx.Actor()
	if !a.Roles.Has(store.Head) || a.For != 0 {
		return store.Refuse(store.Forbidden, "Chỉ người đứng đầu cơ quan quyết định ai xác nhận thay đổi quyền.")
	}
	if by != "head" && by != "clerk" {
		return store.RefuseField("by", "Chọn người đứng đầu hoặc văn thư.")
	}
	if err := tx.Set(ctx, a.Agency, settingConfirms, by); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "access.confirmer_set", Agency: a.Agency, Ref: refOf("agency", a.Agency), Title: by})
}

// RightsConfirmer is who confirms changed rights in the actor's agency: "head" or "clerk".
func RightsConfirmer(ctx context.Context, r store.Reader, a store.Actor) (string, error) {
	return store.Setting(ctx, r, a.Agency, settingConfirms, "head")
}

func complete(rows []rightChangeRow) ([]RightChange, error) {
	out := make([]RightChange, len(rows))
	for i, row := range rows {
		out[i] = row.RightChange
		if err := decode(row.WhatJSON, &out[i].What); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// OpenRightChanges lists the changes of rights that wait for confirmation, oldest first, after an id; to those who keep or confirm rights.
func OpenRightChanges(ctx context.Context, r store.Reader, a store.Actor, after int64, limit int) ([]RightChange, error) {
	if !KeepsAccess(a) {
		return nil, mayKeepAccess(a)
	}
	rows, err := store.All[rightChangeRow](ctx, r, sqlOpenChanges, a.Agency, after, limited(limit))
	if err != nil {
		return nil, err
	}
	return complete(rows)
}

// CountRightChanges counts what OpenRightChanges lists, up to MostCounted; 0 for those who have no such list.
func CountRightChanges(ctx context.Context, r store.Reader, a store.Actor) (int, error) {
	if !KeepsAccess(a) {
		return 0, nil
	}
	return store.One[int](ctx, r, sqlCountChanges, a.Agency, MostCounted)
}

// RightChangesOf lists the changes of rights of one document, newest first, to those who see it; confirmed ones stay (V49).
func RightChangesOf(ctx context.Context, r store.Reader, a store.Actor, ref string) ([]RightChange, error) {
	kind, id, err := ParseRef(ref)
	if err == nil {
		err = owners[kind].sees(ctx, r, a, id)
	}
	if err != nil {
		return nil, err
	}
	rows, err := store.All[rightChangeRow](ctx, r, sqlChangesOf, a.Agency, kind, id)
	if err != nil {
		return nil, err
	}
	return complete(rows)
}

// ConfirmRightChange ends the warning of one change (V20). A clerk does not confirm what he changed himself; Conflict when it was confirmed meanwhile.
func ConfirmRightChange(ctx context.Context, tx *store.Tx, id int64) error {
	a := tx.Actor()
	may, err := ConfirmsRights(ctx, tx, a)
	if err == nil && !may {
		err = store.Refuse(store.Forbidden, "Thay đổi quyền do người đứng đầu cơ quan, hoặc văn thư khi được giao, xác nhận.")
	}
	if err != nil {
		return err
	}
	row, ok, err := store.Maybe[rightChangeRow](ctx, tx, sqlChange, a.Agency, id)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Không tìm thấy thay đổi quyền này.")
	}
	if err != nil {
		return err
	}
	if row.By == a.Person && !a.Roles.Has(store.Head) {
		return store.Refuse(store.Forbidden, "Ông/Bà không tự xác nhận thay đổi do chính mình thực hiện; người đứng đầu hoặc văn thư khác xác nhận.")
	}
	name, _, err := nameActor(ctx, tx, a)
	if err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlConfirm, tx.Now(), a.Person, name, a.Agency, id); err != nil {
		return err
	}
	if row.Kind != "agency" {
		if err := accessStep(ctx, tx, row.Kind, row.Of, "confirm_rights", store.Say("Xác nhận thay đổi quyền."), ""); err != nil {
			return err
		}
	}
	return tx.Record(store.Event{Verb: "access.confirmed", Agency: a.Agency, Ref: row.Ref(), Title: row.Title, Data: map[string]any{"change": id}})
}
