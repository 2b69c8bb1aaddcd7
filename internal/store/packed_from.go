package store

import (
	"context"
	"slices"
	"strconv"
	"time"
)

// A program of before this migration does not know packed texts, and may still serve for a moment when its successor begins (PostgreSQL, one server after the other).
// In an installation that it has written, texts are packed only a while after; what is packed by then is read by nobody who does not know it.
const (
	migrationFirst = 1
	migrationBases = 493
	packWait       = 10 * time.Minute
)

// settingPackFrom is the moment (µs) from which texts are packed; without it, always.
const settingPackFrom = "store.pack_from"

// packFrom decides it when the tables have just been brought up, and reads it.
func (db *DB) packFrom(ctx context.Context) error {
	if slices.Contains(db.applied, migrationBases) && !slices.Contains(db.applied, migrationFirst) {
		at := strconv.FormatInt(int64(db.Now().Add(packWait)), 10)
		if _, err := db.write.ExecContext(ctx, sqlSet.text[db.engine], 0, settingPackFrom, at); err != nil {
			return err
		}
	}
	text, err := Setting(ctx, db, 0, settingPackFrom, "0")
	if err != nil {
		return err
	}
	from, err := strconv.ParseInt(text, 10, 64)
	db.bases.from = Instant(from)
	return err
}
