package documents

import (
	"context"
	"slices"
	"time"

	"congvu/internal/store"
)

// editing is how long somebody who opened a draft to change it counts as being at it.
const editing = 15 * time.Minute

// Editor is somebody who has a draft open to change it.
type Editor struct {
	PersonID   int64
	PersonName string
	Post       string
	At         store.Instant `db:"at_us"`
}

var (
	sqlEditing = store.SQL(`INSERT INTO documents_editors (agency_id, outgoing_id, person_id, person_name, post, at_us) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (agency_id, outgoing_id, person_id) DO UPDATE SET person_name = excluded.person_name, post = excluded.post, at_us = excluded.at_us`)
	sqlEditors = store.SQL(`SELECT person_id, person_name, post, at_us FROM documents_editors WHERE agency_id = $1 AND outgoing_id = $2 AND person_id <> $3 AND at_us > $4 ORDER BY at_us DESC`)
	sqlEdited  = store.SQL(`DELETE FROM documents_editors WHERE agency_id = $1 AND outgoing_id = $2 AND (person_id = $3 OR at_us <= $4)`)
)

// Editing notes that the actor has opened a draft to change it, and lists who else has (V61). Nobody is kept out: what is saved on an older
// state is refused by its revision, and Clashes shows what another wrote.
func Editing(ctx context.Context, d *Desk, a store.Actor, id int64) ([]Editor, error) {
	o, err := prepare(ctx, d, a, id, ActRevise)
	if err != nil {
		return nil, err
	}
	var others []Editor
	err = d.DB.Keep(ctx, func(tx *store.Tx) error {
		who, post, err := nameActor(ctx, tx, a)
		if err == nil {
			err = tx.Put(ctx, sqlEditing, o.AgencyID, o.ID, a.Person, who, post, tx.Now())
		}
		if err == nil {
			others, err = store.All[Editor](ctx, tx, sqlEditors, o.AgencyID, o.ID, a.Person, tx.Now().Add(-editing))
		}
		return err
	})
	return others, err
}

// doneEditing forgets who saved, and whoever left long ago.
func (o *Outgoing) doneEditing(ctx context.Context, tx *store.Tx) error {
	_, err := tx.Exec(ctx, sqlEdited, o.AgencyID, o.ID, tx.Actor().Person, tx.Now().Add(-editing))
	return err
}

// Clashes lists the fields in which a form that was written on an older state differs from the draft as it is now: Before is what stands there,
// After what was typed. It changes nothing. Empty when the form is not stale.
func Clashes(ctx context.Context, r store.Reader, a store.Actor, id int64, f DraftForm) ([]Change, *Outgoing, error) {
	o, err := FindOutgoing(ctx, r, a, id)
	if err != nil || o.stale(f.Revision) == nil {
		return nil, o, err
	}
	typed := *o
	typed.Subject, typed.Authority, typed.Body = line(f.Subject), line(f.Authority), text(f.Body)
	typed.LegalBases, typed.Addressees, typed.Annexes, typed.Meeting = lines(f.LegalBases), lines(f.Addressees), f.Annexes, f.Meeting
	typed.FieldAbbr, typed.Urgency, typed.DueDate, typed.KeptCopies, typed.Restricted = line(f.FieldAbbr), f.Urgency, f.DueDate, f.KeptCopies, f.Restricted
	return changesOf(o, &typed), o, nil
}

// Take replaces fields of a form by what the draft has now: what a person chose to take over from another. Codes are those of Clashes.
func (f *DraftForm) Take(o *Outgoing, codes []string) {
	for code, take := range map[string]func(){
		"subject": func() { f.Subject = o.Subject }, "authority": func() { f.Authority = o.Authority }, "body": func() { f.Body = o.Body },
		"legal_bases": func() { f.LegalBases = o.LegalBases }, "addressees": func() { f.Addressees = o.Addressees }, "annexes": func() { f.Annexes = o.Annexes },
		"meeting": func() { f.Meeting = o.Meeting }, "field_abbr": func() { f.FieldAbbr = o.FieldAbbr }, "urgency": func() { f.Urgency = o.Urgency },
		"due_date": func() { f.DueDate = o.DueDate }, "kept_copies": func() { f.KeptCopies = o.KeptCopies }, "restricted": func() { f.Restricted = o.Restricted },
	} {
		if slices.Contains(codes, code) {
			take()
		}
	}
}
