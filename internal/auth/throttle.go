package auth

import (
	"context"
	"strings"
	"time"

	"congvu/internal/store"
)

type attempts struct {
	Fails int64
	Until store.Instant `db:"until_us"`
	At    store.Instant `db:"at_us"`
}

var (
	sqlAttempts     = store.SQL(`SELECT fails, until_us, at_us FROM auth_attempts WHERE key = $1`)
	sqlAttemptsHeld = store.SQL(`SELECT fails, until_us, at_us FROM auth_attempts WHERE key = $1 {FOR UPDATE}`)
	sqlDoor         = store.SQL(`INSERT INTO auth_attempts (key, fails, until_us, at_us) VALUES ($1, 0, 0, $2) ON CONFLICT (key) DO NOTHING`)
	sqlCount        = store.SQL(`INSERT INTO auth_attempts (key, fails, until_us, at_us) VALUES ($1, $2, $3, $4)
		ON CONFLICT (key) DO UPDATE SET fails = excluded.fails, until_us = excluded.until_us, at_us = excluded.at_us`)
	sqlForgive     = store.SQL(`DELETE FROM auth_attempts WHERE key = $1`)
	sqlForgetFails = store.SQL(`DELETE FROM auth_attempts WHERE at_us < $1`)
	sqlKnow        = store.SQL(`INSERT INTO auth_known (person_id, address, at_us) VALUES ($1, $2, $3) ON CONFLICT (person_id, address) DO UPDATE SET at_us = excluded.at_us`)
	sqlKnown       = store.SQL(`SELECT at_us FROM auth_known WHERE person_id = $1 AND address = $2 AND at_us > $3`)
)

const (
	freeTries = 5  // with one name before any wait
	freeFrom  = 30 // from one address
	longest   = 15 * time.Minute
	memory    = 24 * time.Hour // after which tries are forgotten
	knownFor  = 30 * 24 * time.Hour
)

// knock counts a try at a name's door before anything is compared, so that a thousand tries at once are a thousand tries; it refuses while the
// door must wait.
func knock(ctx context.Context, db *store.DB, key string) error {
	return db.Keep(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, sqlDoor, key, tx.Now()); err != nil { // a row to wait for, before anything is read
			return err
		}
		if _, err := store.One[attempts](ctx, tx, sqlAttemptsHeld, key); err != nil {
			return err
		}
		if err := waits(ctx, tx, key, tx.Now()); err != nil {
			return err
		}
		return count(ctx, tx, key)
	})
}

// waits refuses while a door must wait.
func waits(ctx context.Context, r store.Reader, key string, now store.Instant) error {
	a, ok, err := store.Maybe[attempts](ctx, r, sqlAttempts, key)
	if err != nil {
		return err
	}
	if wait := a.Until - now; ok && wait > 0 {
		return store.Refuse(store.Conflict, "Đã thử sai nhiều lần. Hãy chờ {n} giây rồi thử lại.", "n", int64(wait)/1e6+1)
	}
	return nil
}

// count notes a try at a door; tries of yesterday are forgotten.
func count(ctx context.Context, tx *store.Tx, key string) error {
	if _, err := tx.Exec(ctx, sqlDoor, key, tx.Now()); err != nil {
		return err
	}
	a, err := store.One[attempts](ctx, tx, sqlAttemptsHeld, key)
	if err != nil {
		return err
	}
	fails := a.Fails + 1
	if a.At < tx.Now().Add(-memory) {
		fails = 1
	}
	if _, err := tx.Exec(ctx, sqlCount, key, fails, until(key, fails, tx.Now()), tx.Now()); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlForgetFails, tx.Now().Add(-memory))
	return err
}

// until is when a door opens again after so many wrong tries. An address may fail more often than one name: many people share it.
func until(key string, fails int64, now store.Instant) store.Instant {
	free := int64(freeTries)
	if strings.HasPrefix(key, "from:") {
		free = freeFrom
	}
	if fails < free {
		return 0
	}
	return now.Add(min(time.Second<<min(fails-free, 10), longest))
}

// forgive forgets the tries at the doors through which somebody has come in.
func forgive(ctx context.Context, tx *store.Tx, keys ...string) error {
	for _, k := range keys {
		if _, err := tx.Exec(ctx, sqlForgive, k); err != nil {
			return err
		}
	}
	return nil
}

func isKnown(ctx context.Context, db *store.DB, person int64, address string) (bool, error) {
	if person == 0 {
		return false, nil
	}
	_, ok, err := store.Maybe[store.Instant](ctx, db, sqlKnown, person, address, db.Now().Add(-knownFor))
	return ok, err
}
