package store

import "context"

// WaitedFor is how many acts of people wait for the writer of SQLite.
func (db *DB) WaitedFor() int { return len(db.group.waited) }

// Without is the configuration of an older program, which did not have these migrations.
func (c Config) Without(versions ...int64) Config {
	c.without = versions
	return c
}

// BegunElsewhere makes the mark of building that of another run of the machine.
func BegunElsewhere(ctx context.Context, db *DB) error {
	return db.Keep(ctx, func(tx *Tx) error { return tx.Set(ctx, 0, settingBuilding, "another run") })
}
