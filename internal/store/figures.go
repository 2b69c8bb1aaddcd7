package store

import (
	"context"
	"sync"
)

// tallies count what this process has committed, by verb of the journal.
type tallies struct {
	mu sync.Mutex
	n  map[string]int64
}

func (t *tallies) count(verbs []string) {
	if len(verbs) == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n == nil {
		t.n = map[string]int64{}
	}
	for _, v := range verbs {
		t.n[v]++
	}
}

// Acts gives how many acts of each verb this process has committed since it began, for /metrics.
func (db *DB) Acts() map[string]int64 {
	db.acts.mu.Lock()
	defer db.acts.mu.Unlock()
	out := make(map[string]int64, len(db.acts.n))
	for v, n := range db.acts.n {
		out[v] = n
	}
	return out
}

// Queued gives how many acts wait for SQLite's one writer; always 0 on PostgreSQL, where they wait for a connection (Stats).
func (db *DB) Queued() int {
	if db.group == nil {
		return 0
	}
	return len(db.group.waited) + len(db.group.queue)
}

// lagCounted is where counting of what a follower has not handled ends: beyond it only the age matters.
const lagCounted = "10000"

var sqlLag = Fork(
	`SELECT CAST(count(*) AS BIGINT) AS n, COALESCE(min(at_us), 0) AS since FROM (SELECT at_us FROM store_journal WHERE +xid >= $1 AND id > $2 ORDER BY id LIMIT `+lagCounted+`) AS behind`,
	`SELECT CAST(count(*) AS BIGINT) AS n, COALESCE(min(at_us), 0) AS since FROM (SELECT at_us FROM store_journal WHERE (xid, id) > ($1, $2) ORDER BY xid, id LIMIT `+lagCounted+`) AS behind`)

// Lag is what a follower of the journal has not handled yet: how many entries (counted up to 10,000), and since when the oldest of them stands there.
type Lag struct {
	N     int64
	Since Instant // 0 = nothing waits
}

// Lag tells how far a follower is behind.
func (db *DB) Lag(ctx context.Context, follower string) (Lag, error) {
	c, _, err := Maybe[cursor](ctx, db, sqlPeekCursor, follower)
	if err != nil {
		return Lag{}, err
	}
	return One[Lag](ctx, db, sqlLag, c.Xid, c.ID)
}
