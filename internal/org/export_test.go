package org

import (
	"context"

	"congvu/internal/store"
)

// CarrySome does at most so many transactions of a run, as a process does that is killed behind the last of them.
func CarrySome(ctx context.Context, db *store.DB, run int64, transactions, size int) error {
	for range transactions {
		n := 0
		err := db.Write(ctx, store.System(0), func(tx *store.Tx) (err error) { n, err = carryBatch(ctx, tx, run, size); return err })
		if err != nil || n == 0 {
			return err
		}
	}
	return nil
}

// PlanHalf begins a run and is killed before its plan is whole.
func PlanHalf(ctx context.Context, db *store.DB, a store.Actor, l List) error {
	_, err := beginRun(ctx, db, a, l)
	return err
}
