package exchange

import (
	"context"
	"time"

	"congvu/internal/store"
)

// longestWait is longer than any wait of ours (24 hours).
const longestWait = 25 * time.Hour

// What is due later than that was put off by a clock that ran ahead and was set back: it is due now.
var tooFar = []*store.Stmt{
	store.SQL(`UPDATE exchange_deliveries SET due_us = $1 WHERE due_us > 0 AND due_us > $2`),
	store.SQL(`UPDATE exchange_statuses SET due_us = $1 WHERE due_us > 0 AND due_us > $2`),
	store.SQL(`UPDATE exchange_statuses SET gate_us = $1 WHERE gate_us > 0 AND gate_us > $2`),
	store.SQL(`UPDATE exchange_shipments SET due_us = $1 WHERE due_us > 0 AND due_us > $2`),
	store.SQL(`UPDATE exchange_requests SET due_us = $1 WHERE due_us > 0 AND due_us > $2`),
}

// bringNear makes due what lies further ahead than we ever wait.
func (o *Office) bringNear(ctx context.Context) error {
	return o.DB.Keep(ctx, func(tx *store.Tx) error {
		for _, s := range tooFar {
			if _, err := tx.Exec(ctx, s, tx.Now(), tx.Now().Add(longestWait)); err != nil {
				return err
			}
		}
		return nil
	})
}
