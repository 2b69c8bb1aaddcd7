package documents

import (
	"context"

	"congvu/internal/store"
)

// Step is one line of a document's history (V28): when, who in which post, what, and the words left with it.
type Step struct {
	At      store.Instant `db:"at_us"`
	Act     string
	Person  int64 `db:"person_id"`
	Holding int64 `db:"holding_id"`
	For     int64 `db:"for_id"`
	Who     string
	Post    string
	What    store.Message `db:"-"`
	Note    string
	Late    bool  // done after its time was over
	Version int64 // number of the file version it concerns, 0 none
}

// stepRow reads the sentence of a step from its column.
type stepRow struct {
	Step
	WhatJSON store.JSON `db:"what"`
}

var (
	sqlPutStep = store.SQL(`INSERT INTO documents_history (agency_id, ref, id, at_us, act, person_id, holding_id, for_id, who, post, what, note, late, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`)
	sqlSteps = store.SQL(`SELECT at_us, act, person_id, holding_id, for_id, who, post, what, note, late, version
		FROM documents_history WHERE agency_id = $1 AND ref = $2 ORDER BY id`)
)

// step writes one line of a document's history for the act's actor, whose name and post are kept as they are today.
func step(ctx context.Context, tx *store.Tx, agency int64, ref string, s Step) error {
	a := tx.Actor()
	who, post, err := nameActor(ctx, tx, a)
	if err != nil {
		return err
	}
	return tx.Put(ctx, sqlPutStep, agency, ref, tx.NewID(), tx.Now(), s.Act, a.Person, a.Holding, a.For, who, post, store.JSONOf(s.What), s.Note, s.Late, s.Version)
}

// Timeline tells the whole history of a document, oldest first, to those who may see the document.
func Timeline(ctx context.Context, r store.Reader, a store.Actor, ref string) ([]Step, error) {
	if err := mayRead(ctx, r, a, ref); err != nil {
		return nil, err
	}
	rows, err := store.All[stepRow](ctx, r, sqlSteps, a.Agency, ref)
	if err != nil {
		return nil, err
	}
	out := make([]Step, len(rows))
	for i, row := range rows {
		out[i] = row.Step
		if err := decode(row.WhatJSON, &out[i].What); err != nil {
			return nil, err
		}
	}
	return out, nil
}
