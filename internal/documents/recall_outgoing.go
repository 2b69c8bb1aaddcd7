package documents

import (
	"context"

	"congvu/internal/store"
)

// RecallForm is why an issued document is taken back.
type RecallForm struct {
	Reason   string // 10 to 1000 characters; every receiver reads it (N5)
	Basis    string // the recalling decision, "" = none
	Revision int64
}

// RecallNote is the Data of document.recall_ordered, for exchange.
type RecallNote struct {
	Reason string `json:"reason"`
	Basis  string `json:"basis,omitempty"`
	By     string `json:"by,omitempty"`
}

var sqlRecallOutgoing = store.SQL(`UPDATE documents_outgoing SET revision = revision + 1, recalled_us = $1, recall_reason = $2, recall_basis = $3
	WHERE agency_id = $4 AND id = $5 AND state = 'issued' AND recalled_us = 0`)

// Recall takes an issued document back as a whole (X9.2, D9.9): it is frozen with its metadata (V51), its number is never used again, and exchange
// asks every receiver to destroy it; what has not been transmitted yet is not sent at all (X9.8). Only after the person has confirmed himself.
func Recall(ctx context.Context, tx *store.Tx, id int64, form RecallForm) error {
	o, _, err := begin(ctx, tx, id, ActRecall)
	if err == nil {
		err = o.stale(form.Revision)
	}
	if err == nil {
		err = tx.Actor().Confirmed(tx.Now())
	}
	if err != nil {
		return err
	}
	if form.Reason, err = reasonText(form.Reason); err != nil {
		return err
	}
	if form.Basis, err = recallBasis(form.Basis); err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlRecallOutgoing, tx.Now(), form.Reason, form.Basis, o.AgencyID, o.ID); err != nil {
		return err
	}
	by, _, err := nameActor(ctx, tx, tx.Actor())
	if err != nil {
		return err
	}
	return o.tell(ctx, tx, move{act: ActRecall, next: o.State, verb: "document.recall_ordered", note: form.Reason, notify: []int64{o.DrafterID, o.SignerPerson},
		what: store.Say("Thu hồi văn bản {number}; văn bản và dữ liệu bị đóng băng.", "number", o.NumberText),
		tell: store.Say("Văn bản {number} “{subject}” bị thu hồi: {reason}", "number", o.NumberText, "subject", o.Subject, "reason", form.Reason),
		data: RecallNote{Reason: form.Reason, Basis: form.Basis, By: by}})
}
