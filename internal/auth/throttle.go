package auth

import (
	"context"
	"time"

	"congvu/internal/store"
)

type attempts struct {
	Fails int64
	Until store.Instant `db:"until_us"`
}

var (
	sqlAttempts = store.SQL(`SELECT fails, until_us FROM auth_attempts WHERE key = $1`)
	sqlFail     = store.SQL(`INSERT INTO auth_attempts (key, fails, until_us, at_us) VALUES ($1, 1, $2, $3)
		ON CONFLICT (key) DO UPDATE SET fails = CASE WHEN auth_attempts.at_us < $4 THEN 1 ELSE auth_attempts.fails + 1 END, until_us = excluded.until_us, at_us = excluded.at_us`)
	sqlForgive     = store.SQL(`DELETE FROM auth_attempts WHERE key = $1`)
	sqlForgetFails = store.SQL(`DELETE FROM auth_attempts WHERE at_us < $1`)
	sqlKnow        = store.SQL(`INSERT INTO auth_known (person_id, address, at_us) VALUES ($1, $2, $3) ON CONFLICT (person_id, address) DO UPDATE SET at_us = excluded.at_us`)
	sqlKnown       = store.SQL(`SELECT at_us FROM auth_known WHERE person_id = $1 AND address = $2 AND at_us > $3`)
)

const (
	freeTries = 5 // before any wait
	longest   = 15 * time.Minute
	memory    = 24 * time.Hour // after which tries are forgotten
	knownFor  = 30 * 24 * time.Hour
)

// slowed refuses while one of the doors must wait; nothing is compared meanwhile.
func slowed(ctx context.Context, db *store.DB, keys ...string) error {
	for _, k := range keys {
		a, ok, err := store.Maybe[attempts](ctx, db, sqlAttempts, k)
		if err != nil {
			return err
		}
		if wait := (a.Until - db.Now()); ok && wait > 0 {
			return store.Refuse(store.Conflict, "Đã thử sai nhiều lần. Hãy chờ {n} giây rồi thử lại.", "n", int64(wait)/1e6+1)
		}
	}
	return nil
}

// note counts a try against its doors, or forgives them after a good one. An address may fail more often than one name: many people share it.
func note(ctx context.Context, db *store.DB, good bool, keys ...string) error {
	return db.Keep(ctx, func(tx *store.Tx) error {
		for _, k := range keys {
			if good {
				if _, err := tx.Exec(ctx, sqlForgive, k); err != nil {
					return err
				}
				continue
			}
			a, _, err := store.Maybe[attempts](ctx, tx, sqlAttempts, k)
			if err != nil {
				return err
			}
			free := int64(freeTries)
			if len(k) > 5 && k[:5] == "from:" {
				free = 30
			}
			until := store.Instant(0)
			if over := a.Fails + 1 - free; over >= 0 {
				until = tx.Now().Add(min(time.Second<<min(over, 10), longest))
			}
			if _, err := tx.Exec(ctx, sqlFail, k, until, tx.Now(), tx.Now().Add(-memory)); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, sqlForgetFails, tx.Now().Add(-memory))
		return err
	})
}

func isKnown(ctx context.Context, db *store.DB, person int64, address string) (bool, error) {
	if person == 0 {
		return false, nil
	}
	_, ok, err := store.Maybe[store.Instant](ctx, db, sqlKnown, person, address, db.Now().Add(-knownFor))
	return ok, err
}
