package store

import (
	"context"
	"fmt"
)

// Act is one act of somebody among several that are written together.
type Act struct {
	Actor   Actor
	Keeping bool // housekeeping that belongs to the next act: nothing need be recorded
	Do      func(tx *Tx) error
}

// Together runs several acts in one transaction, for the bulk of many agencies: each as if it came alone, with its own actor, its own time and its own duty to record, but
// all of them or none, and one commit. An act may run again, so it must have no effect outside its tx. A person's act goes through Write: what another one does wrong
// is not his business.
func (db *DB) Together(ctx context.Context, acts []Act) error {
	if len(acts) == 0 {
		return nil
	}
	for _, a := range acts {
		if a.Actor.ReadOnly {
			return fmt.Errorf("store: an act of a closed agency among %d written together", len(acts))
		}
	}
	return db.commit(ctx, &Tx{db: db, keeping: true}, func(tx *Tx) error {
		tx.puts = newPuts()
		for _, a := range acts {
			own := &Tx{db: db, actor: a.Actor, now: db.Now(), conn: tx.conn, puts: tx.puts}
			if err := a.Do(own); err != nil {
				return err
			}
			if own.wrote && !own.recorded && !a.Keeping {
				return errNothingRecorded
			}
			tx.wrote = tx.wrote || own.wrote
			tx.after = append(tx.after, own.after...)
		}
		return nil
	})
}
