package documents

import (
	"context"

	"congvu/internal/i18n"
	"congvu/internal/store"
)

var (
	sqlTakeUpdate = store.SQL(`UPDATE documents_incoming SET revision = revision + 1, subject = $1, signer_name = $2, signer_position = $3, due_date = $4, page_amount = $5,
		verdict = $6, content_sha = $7, search_text = $8, places = $9 WHERE agency_id = $10 AND id = $11`)
	sqlKeepBefore   = store.SQL(`UPDATE documents_files SET main = FALSE, ordinal = ordinal + 1000, name = $1 WHERE agency_id = $2 AND id = $3`)
	sqlMoveFiles    = store.SQL(`UPDATE documents_files SET ref = $1 WHERE agency_id = $2 AND ref = $3`)
	sqlMarkReplaced = store.SQL(`UPDATE documents_incoming SET replaced_by = $1, revision = revision + 1 WHERE agency_id = $2 AND id = $3`)
)

// takeUpdate brings an agreed update (X9.12): the new files stand in front with their own verdict, the old ones stay readable behind them, the arrival
// number does not change, every holder is told. What the sender did not say to have changed stays.
func (d *Incoming) takeUpdate(ctx context.Context, tx *store.Tx, q *Request) error {
	fresh, err := filesOf(ctx, tx, q.AgencyID, q.Ref())
	if err != nil {
		return err
	}
	err = d.renew(ctx, tx, q.Changes(), fresh, func() error {
		_, err := tx.Exec(ctx, sqlMoveFiles, d.Ref(), q.AgencyID, q.Ref())
		return err
	})
	if err != nil {
		return err
	}
	return d.updated(ctx, tx, q.SenderName, q.Reason)
}

// renew writes what an update brings; place puts the new files before the old ones.
func (d *Incoming) renew(ctx context.Context, tx *store.Tx, c Changed, fresh []File, place func() error) error {
	held, err := filesOf(ctx, tx, d.AgencyID, d.Ref())
	if err != nil {
		return err
	}
	verdict, content := d.Verdict, contentKey(inForce(held))
	if len(fresh) > 0 && contentKey(fresh) != content {
		for _, f := range inForce(held) {
			if err := tx.Put(ctx, sqlKeepBefore, "Bản trước - "+f.Name, d.AgencyID, f.ID); err != nil {
				return err
			}
		}
		if err := place(); err != nil {
			return err
		}
		verdict, content = worst(fresh), contentKey(fresh)
	}
	if c.InfoChanged {
		d.Subject, d.SignerName, d.SignerPosition = orText(c.Subject, d.Subject), orText(c.SignerName, d.SignerName), orText(c.SignerPosition, d.SignerPosition)
		if c.DueDate != "" {
			d.DueDate = c.DueDate
		}
		if c.PageAmount > 0 {
			d.PageAmount = c.PageAmount
		}
	}
	if c.ReceiversChanged && len(c.Places) > 0 {
		d.Places = receiverPlaces(c.Places)
	}
	d.clean()
	var p store.Problems
	if d.tooLong(&p); p.Err() != nil {
		return p.Err()
	}
	return tx.Put(ctx, sqlTakeUpdate, d.Subject, d.SignerName, d.SignerPosition, d.DueDate, d.PageAmount, verdict, content, i18n.Fold(d.searchText()), d.places(), d.AgencyID, d.ID)
}

// inForce are the files of the version in force: those before an update stand a thousand places behind.
func inForce(all []File) []File {
	var out []File
	for _, f := range all {
		if f.Ordinal < 1000 {
			out = append(out, f)
		}
	}
	return out
}

// updated tells every holder.
func (d *Incoming) updated(ctx context.Context, tx *store.Tx, sender, reason string) error {
	people, err := d.concerned(ctx, tx)
	if err != nil {
		return err
	}
	return d.tell(ctx, tx, "", told{verb: "document.updated", notify: people,
		step: Step{Act: "updated", What: store.Say("Nhận bản cập nhật của {sender}, số đến không đổi", "sender", sender), Note: reason},
		text: store.Say("Văn bản {code} đã được cập nhật theo yêu cầu của {sender}: {reason}", "code", d.name(), "sender", sender, "reason", reason)})
}

func orText(s, otherwise string) string {
	if s = line(s); s != "" {
		return s
	}
	return otherwise
}

// takeReplacement marks the old receipt (X9.12): it stays readable and says what replaces it; the new one has its own way from ARRIVED.
func (d *Incoming) takeReplacement(ctx context.Context, tx *store.Tx, q *Request) error {
	next, err := receiptHeld(ctx, tx, d.AgencyID, q.Successor)
	if err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlMarkReplaced, next.ID, d.AgencyID, d.ID); err != nil {
		return err
	}
	if err := relate(ctx, tx, Relation{AgencyID: d.AgencyID, Kind: RelationReplace, Of: next.Ref(), Title: next.name(), Target: d.Ref(), TargetTitle: d.name(), Reason: q.Reason, InForce: true}); err != nil {
		return err
	}
	people, err := d.concerned(ctx, tx)
	if err != nil {
		return err
	}
	return d.tell(ctx, tx, "", told{verb: "document.replaced", notify: people,
		step: Step{Act: "replaced", What: store.Say("Được thay thế bởi văn bản {code}", "code", next.name()), Note: q.Reason},
		text: store.Say("Văn bản {code} được thay thế bởi văn bản {successor} của {sender}.", "code", d.name(), "successor", next.name(), "sender", q.SenderName)})
}
