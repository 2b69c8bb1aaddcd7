package dossiers

import (
	"context"
	"encoding/json"

	"congvu/internal/documents"
	"congvu/internal/store"
)

func init() { documents.AlsoDestroy(forgetRecalled) }

// What stands in the place of what a recall destroyed.
const destroyedWords = "Văn bản đã thu hồi, nội dung đã hủy"

var (
	sqlItemsOfRef = store.SQL(`SELECT i.id, i.dossier_id, i.ordinal, i.ref, i.kind, i.document_id, i.code, i.doc_date, i.type_name, i.subject, i.author, i.pages, i.note, i.fields, i.added_us, i.added_by, i.added_name, '' AS state,
		CAST(0 AS BIGINT) AS lines FROM dossiers_items i WHERE i.agency_id = $1 AND i.ref = $2 ORDER BY i.dossier_id, i.id`)
	sqlEmptyItem = store.SQL(`UPDATE dossiers_items SET type_name = '', subject = $1, pages = 0, note = '', fields = $2, search_text = $3 WHERE agency_id = $4 AND dossier_id = $5 AND id = $6`)
	sqlStepsFull = store.SQL(`SELECT id, what FROM dossiers_history WHERE agency_id = $1 AND ref = $2 ORDER BY id`)
	sqlPutWhat   = store.SQL(`UPDATE dossiers_history SET what = $1 WHERE agency_id = $2 AND ref = $3 AND id = $4`)
)

// forgetRecalled is this room's part when a received document is destroyed by its recall (V52, D20.2, N4): in every dossier, also where it was taken out again, its row
// keeps number, date, sender and identifiers; subject, notes, signer, receivers and files go, in the history too. A frozen dossier refuses (V60). The index follows the
// event of each dossier; exports and prints are made of the rows.
func forgetRecalled(ctx context.Context, tx *store.Tx, agency int64, ref string) error {
	rows, err := store.All[itemRow](ctx, tx, sqlItemsOfRef, agency, ref)
	if err != nil {
		return err
	}
	for k := 0; k < len(rows); {
		end := k
		for end < len(rows) && rows[end].DossierID == rows[k].DossierID {
			end++
		}
		if err := emptyIn(ctx, tx, agency, rows[k:end]); err != nil {
			return err
		}
		k = end
	}
	return nil
}

// emptyIn empties the rows of a recalled document in one dossier.
func emptyIn(ctx context.Context, tx *store.Tx, agency int64, rows []itemRow) error {
	id := rows[0].DossierID
	if _, err := tx.Exec(ctx, sqlQueueDossier, tx.Now(), agency, id); err != nil {
		return err
	}
	row, ok, err := store.Maybe[dossierRow](ctx, tx, sqlLoadDossier, agency, id)
	if err == nil && ok {
		err = row.complete()
	}
	if err != nil || !ok {
		return err
	}
	d := &row.Dossier
	if d.FrozenAt != 0 {
		return store.Refuse(store.Conflict, "Văn bản nằm trong hồ sơ {code} đang bị đóng băng theo yêu cầu: {order}. Chưa có gì bị hủy; chờ người có thẩm quyền gỡ đóng băng rồi thu hồi.", "code", d.Code, "order", d.FreezeOrder)
	}
	for i := range rows {
		item := &rows[i].Item
		if err := json.Unmarshal([]byte(rows[i].FieldsJSON), &item.About); err != nil {
			return err
		}
		about := About{Direction: item.About.Direction, DocumentID: item.About.DocumentID, OrganID: item.About.OrganID, Number: item.About.Number, Notation: item.About.Notation,
			Arrived: item.About.Arrived, ArrivalNumber: item.About.ArrivalNumber, Files: []FileMark{}}
		if err := tx.Put(ctx, sqlEmptyItem, destroyedWords, store.JSONOf(about), searchText(item.Code, item.Author), agency, id, item.ID); err != nil {
			return err
		}
		if err := d.unname(ctx, tx, item); err != nil {
			return err
		}
	}
	left, err := itemsOf(ctx, tx, agency, id)
	if err != nil {
		return err
	}
	d.PageTotal = 0
	for _, i := range left {
		d.PageTotal += i.Pages
	}
	return d.save(ctx, tx, told{verb: "dossier.emptied", act: "emptied", notify: []int64{d.PersonID},
		what: store.Say("Văn bản {document} trong hồ sơ {code} đã được thu hồi; tệp và nội dung đã hủy.", "document", orElse(rows[0].Code, rows[0].Ref), "code", d.Code)})
}

// unname takes the subject of a document without a number out of the sentences of the history, where it stood as its name.
func (d *Dossier) unname(ctx context.Context, tx *store.Tx, i *Item) error {
	if i.Code != "" {
		return nil
	}
	type line struct {
		ID   int64
		What store.JSON
	}
	all, err := store.All[line](ctx, tx, sqlStepsFull, d.AgencyID, d.Ref())
	for _, l := range all {
		var m store.Message
		if err := json.Unmarshal([]byte(l.What), &m); err != nil {
			return err
		}
		if m.Args["document"] != any(i.Subject) {
			continue
		}
		m.Args["document"] = i.Ref
		if err := tx.Put(ctx, sqlPutWhat, store.JSONOf(m), d.AgencyID, d.Ref(), l.ID); err != nil {
			return err
		}
	}
	return err
}
