package dossiers

import (
	"context"
	"fmt"
	"strconv"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

const endKind = "dossiers.ending"

type ending struct {
	Dossier int64         `json:"dossier"`
	Until   calendar.Date `json:"until"`
}

// endsAfter plans that the end of a right to open the dossier is told on the day after until: sharing, use on request, the depositor's own time. The right itself
// ends by its date in every question; what is told is for the history (V49), and for those who follow the journal and keep who may see what.
func (d *Dossier) endsAfter(ctx context.Context, tx *store.Tx, until calendar.Date) error {
	if until == "" {
		return nil
	}
	return tx.Enqueue(ctx, store.Job{Kind: endKind, Key: fmt.Sprintf("%d/%s", d.ID, until), AgencyID: d.AgencyID, Payload: store.JSONOf(ending{d.ID, until}), Due: store.InstantOf(until.AddDays(1).At(0, 1))})
}

// Endings is the due work that tells ended rights.
func Endings(db *store.DB) store.Work {
	return store.Work{Kind: endKind, Do: func(ctx context.Context, j store.Job) error {
		var p ending
		if err := j.Decode(&p); err != nil {
			return err
		}
		return db.Write(ctx, store.System(j.AgencyID), func(tx *store.Tx) error {
			d, ok, err := store.Maybe[toRemind](ctx, tx, sqlToRemind, j.AgencyID, p.Dossier)
			if err != nil || !ok {
				return err
			}
			if err := tx.Finish(ctx, j); err != nil {
				return err
			}
			return tell(ctx, tx, d.AgencyID, "dossier/"+strconv.FormatInt(d.ID, 10), d.Code+": "+d.Title, told{verb: "dossier.rights_ended", act: "rights_ended",
				what: store.Say("Quyền mở hồ sơ có thời hạn đến {date} đã hết.", "date", p.Until.Display())})
		})
	}}
}
