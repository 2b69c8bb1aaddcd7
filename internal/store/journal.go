package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Event is what an act says to the journal.
type Event struct {
	Verb   string  // "document.registered": noun.past, listed in the room's name plate
	Agency int64   // in whose journal it stands
	Ref    string  // what it happened to: "document/123"
	Title  string  // how a person would name it: "12/BC-UBND"
	Text   Message // what to tell those it concerns; empty = nobody is told
	Notify []int64 // the people it concerns
	Data   any     // anything else, as JSON
	// Forgets says that the content of Ref was destroyed: who follows the journal lets go of what it said about it before.
	Forgets bool
}

// Entry is an event as the journal keeps it.
type Entry struct {
	ID       int64
	Xid      int64 // PostgreSQL's transaction, for the order of commits; 0 on SQLite
	At       Instant
	Verb     string
	AgencyID int64
	Ref      string
	Title    string
	PersonID int64
	Holding  int64
	ForID    int64
	Via      Via
	Request  string
	Data     JSON
}

// Told is the part of an entry's data that notify reads.
type Told struct {
	Text   *Message        `json:"text,omitempty"`
	Notify []int64         `json:"notify,omitempty"`
	Data   json.RawMessage `json:"data,omitempty"`
	// Forgets: see Event.
	Forgets bool `json:"forgets,omitempty"`
}

// Told decodes who is to be told what.
func (e Entry) Told() (t Told, err error) { err = json.Unmarshal([]byte(e.Data), &t); return t, err }

// JSON is a document column: a string, because SQLite's strict tables refuse bytes. It is never hashed or signed: PostgreSQL re-formats it.
type JSON string

// Scan reads text or bytes.
func (j *JSON) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*j = ""
	case string:
		*j = JSON(v)
	case []byte:
		*j = JSON(v)
	default:
		return fmt.Errorf("JSON column holds %T", v)
	}
	return nil
}

// JSONOf encodes a value that cannot fail to encode (plain structs and maps of a room).
func JSONOf(v any) JSON {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("store: %T does not encode: %v", v, err))
	}
	return JSON(b)
}

const (
	recordedAtOnce = 50
	recordColumns  = 12 // given by the program
)

var (
	sqlRecord     = Fork(recordText("0", 1), recordText("CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)", 1))
	sqlRecordMany = Fork(recordText("0", recordedAtOnce), recordText("CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)", recordedAtOnce))
)

// recordText is the statement that writes some entries under a transaction's number.
func recordText(xid string, rows int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO store_journal (id, xid, at_us, verb, agency_id, ref, title, person_id, holding, for_id, via, request, data) VALUES ")
	for row := range rows {
		if row > 0 {
			b.WriteString(", ")
		}
		for i := range recordColumns {
			switch i {
			case 0:
				fmt.Fprintf(&b, "($%d, %s", row*recordColumns+1, xid)
			default:
				fmt.Fprintf(&b, ", $%d", row*recordColumns+i+1)
			}
		}
		b.WriteByte(')')
	}
	return b.String()
}

// Record writes an event in the same transaction as the change it tells of.
func (tx *Tx) Record(e Event) error {
	row, err := tx.entry(e)
	if err == nil {
		_, err = tx.Exec(context.Background(), sqlRecord, row...)
	}
	if err != nil {
		return fmt.Errorf("record %s: %w", e.Verb, err)
	}
	tx.recorded = true
	return nil
}

// RecordAll is Record for many events of one act, in their order, many to a statement.
func (tx *Tx) RecordAll(events []Event) error {
	for len(events) >= recordedAtOnce {
		args := make([]any, 0, recordedAtOnce*recordColumns)
		for _, e := range events[:recordedAtOnce] {
			row, err := tx.entry(e)
			if err != nil {
				return fmt.Errorf("record %s: %w", e.Verb, err)
			}
			args = append(args, row...)
		}
		if _, err := tx.Exec(context.Background(), sqlRecordMany, args...); err != nil {
			return fmt.Errorf("record %s and others: %w", events[0].Verb, err)
		}
		tx.recorded = true
		events = events[recordedAtOnce:]
	}
	for _, e := range events {
		if err := tx.Record(e); err != nil {
			return err
		}
	}
	return nil
}

// entry is the row of an event as the statements of Record take it.
func (tx *Tx) entry(e Event) ([]any, error) {
	t := Told{Notify: e.Notify, Forgets: e.Forgets}
	if e.Text.Text != "" {
		t.Text = &e.Text
	}
	if e.Data != nil {
		b, err := json.Marshal(e.Data)
		if err != nil {
			return nil, err
		}
		t.Data = b
	}
	tx.verbs = append(tx.verbs, e.Verb)
	return []any{tx.NewID(), tx.now, e.Verb, e.Agency, e.Ref, e.Title, tx.actor.Person, tx.actor.Holding, tx.actor.For, string(tx.actor.Via), tx.actor.Request, JSONOf(t)}, nil
}

const entryColumns = `id, xid, at_us AS at, verb, agency_id, ref, title, person_id, holding, for_id, via, request, data`

// The follower reads behind the oldest running transaction: an entry that commits late is never stepped over. SQLite has one writer, so id is commit
// order and xid always 0; its planner does not use the index for a pair whose second part is the row's own number, and would read the whole journal.
var sqlBehind = Fork(
	`SELECT `+entryColumns+` FROM store_journal WHERE +xid >= $1 AND id > $2 ORDER BY id LIMIT $3`,
	`SELECT `+entryColumns+` FROM store_journal
	WHERE (xid, id) > ($1, $2) AND xid < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)
	ORDER BY xid, id LIMIT $3`)

var (
	sqlCursor     = SQL(`SELECT xid, id FROM store_cursors WHERE follower = $1 {FOR UPDATE}`)
	sqlMoveCursor = SQL(`INSERT INTO store_cursors (follower, xid, id) VALUES ($1, $2, $3)
		ON CONFLICT (follower) DO UPDATE SET xid = excluded.xid, id = excluded.id`)
	sqlLastEntry = SQL(`SELECT xid, id FROM store_journal
		WHERE TRUE {AND xid < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)} ORDER BY xid DESC, id DESC LIMIT 1`)
)

type cursor struct{ Xid, ID int64 }

var sqlHoldCursor = SQL(`INSERT INTO store_cursors (follower, xid, id) VALUES ($1, 0, 0) ON CONFLICT (follower) DO UPDATE SET follower = excluded.follower`)

// HoldCursor makes one copy of an installation at a time do what a follower does, until the transaction ends: it locks the follower's place in the journal.
func (tx *Tx) HoldCursor(ctx context.Context, follower string) error {
	_, err := tx.Exec(ctx, sqlHoldCursor, follower)
	return err
}

// Behind reads up to n entries after a place in commit order.
func (db *DB) behind(ctx context.Context, r Reader, c cursor, n int) ([]Entry, error) {
	return All[Entry](ctx, r, sqlBehind, c.Xid, c.ID, n)
}

const followBatch = 200

// gather is how long a follower who was woken waits for more: one batch of many acts costs little more than a batch of one.
const gather = 5 * time.Millisecond

// Follow feeds every entry of the journal, once and in commit order, to handle, which writes what it derives through tx; the cursor
// moves in the same transaction, so an entry's effect exists exactly once. It returns when ctx ends. An error is given to trouble and tried again later.
func (db *DB) Follow(ctx context.Context, follower string, handle func(ctx context.Context, tx *Tx, e Entry) error, trouble func(error)) {
	db.follow(ctx, follower, gather, 0, db.eachOf(handle), trouble)
}

// batchHandler handles the first entries of a batch, at least one, and tells how many.
type batchHandler func(ctx context.Context, tx *Tx, all []Entry) (int, error)

// eachOf handles the entries of a batch one after the other, until somebody waits for the writer; one who waits himself catches up whole.
func (db *DB) eachOf(handle func(ctx context.Context, tx *Tx, e Entry) error) batchHandler {
	return func(ctx context.Context, tx *Tx, all []Entry) (int, error) {
		for i, e := range all {
			if i > 0 && !isWaited(ctx) && db.pressed() {
				return i, nil
			}
			if err := handle(ctx, tx, e); err != nil {
				return 0, fmt.Errorf("%s %d: %w", e.Verb, e.ID, err)
			}
		}
		return len(all), nil
	}
}

// allOf handles a batch as one.
func allOf(handle func(ctx context.Context, tx *Tx, all []Entry) error) batchHandler {
	return func(ctx context.Context, tx *Tx, all []Entry) (int, error) { return len(all), handle(ctx, tx, all) }
}

// Who handles batches as one cannot be interrupted in the middle: the next batch waits restShare times as long as the last one took, at most mostRest.
const (
	restShare = 8
	mostRest  = 4 * time.Second
)

// FollowMany is Follow for those who can do once for a batch what they would do for each of its entries; they wait so long for more, and longer after a batch
// that took long.
func (db *DB) FollowMany(ctx context.Context, follower string, gather time.Duration, handle func(ctx context.Context, tx *Tx, all []Entry) error, trouble func(error)) {
	db.follow(ctx, follower, gather, restShare, allOf(handle), trouble)
}

func (db *DB) follow(ctx context.Context, follower string, gather time.Duration, rest int, handle batchHandler, trouble func(error)) {
	pause := time.Duration(0)
	for ctx.Err() == nil {
		woken := db.ChangedIn("store_journal")
		begun := time.Now()
		n, err := db.followOnce(ctx, follower, handle)
		switch {
		case err != nil && ctx.Err() == nil:
			trouble(fmt.Errorf("follower %s: %w", follower, err))
			pause = min(max(2*pause, 200*time.Millisecond), 30*time.Second)
			wait(ctx, nil, pause)
		case n == 0:
			pause = 0
			wait(ctx, woken, 500*time.Millisecond)
			wait(ctx, nil, gather)
		default:
			pause = 0
			if rest > 0 && n < followBatch {
				wait(ctx, nil, min(time.Duration(rest)*time.Since(begun), mostRest))
			}
		}
	}
}

// FollowOnce handles the next batch and tells how many entries it held.
func (db *DB) FollowOnce(ctx context.Context, follower string, handle func(ctx context.Context, tx *Tx, e Entry) error) (n int, err error) {
	return db.followOnce(ctx, follower, db.eachOf(handle))
}

func (db *DB) followOnce(ctx context.Context, follower string, handle batchHandler) (n int, err error) {
	if pending, err := db.hasBehind(ctx, follower); err != nil || !pending {
		return 0, err
	}
	return db.handleBehind(ctx, follower, followBatch, handle)
}

// handleBehind gives handle the next entries, at most so many, and moves the cursor in the same transaction.
func (db *DB) handleBehind(ctx context.Context, follower string, most int, handle batchHandler) (n int, err error) {
	err = db.Keep(ctx, func(tx *Tx) error {
		c, _, err := Maybe[cursor](ctx, tx, sqlCursor, follower)
		if err != nil {
			return err
		}
		entries, err := db.behind(ctx, tx, c, most)
		if err != nil || len(entries) == 0 {
			n = 0
			return err
		}
		if n, err = handle(ctx, tx, entries); err != nil {
			n = 0
			return err
		}
		last := entries[n-1]
		_, err = tx.Exec(ctx, sqlMoveCursor, follower, last.Xid, last.ID)
		return err
	})
	return n, err
}

// CatchUp handles what was committed when it was called. On PostgreSQL an older transaction of the server keeps entries back: it waits for its end, and
// gives up without an error when patience has run out; the follower that runs all the time hears the rest.
func (db *DB) CatchUp(ctx context.Context, follower string, patience time.Duration, handle func(ctx context.Context, tx *Tx, e Entry) error) error {
	goal, any, err := Maybe[cursor](ctx, db, sqlNewest)
	until := time.Now().Add(patience)
	for err == nil && any {
		var c cursor
		if c, _, err = Maybe[cursor](ctx, db, sqlPeekCursor, follower); err != nil || !c.before(goal) {
			return err
		}
		var n int
		if n, err = db.FollowOnce(ctx, follower, handle); err != nil || time.Now().After(until) {
			return err
		}
		if n == 0 {
			wait(ctx, nil, 5*time.Millisecond)
			err = ctx.Err()
		}
	}
	return err
}

func (c cursor) before(d cursor) bool { return c.Xid < d.Xid || c.Xid == d.Xid && c.ID < d.ID }

var sqlNewest = SQL(`SELECT xid, id FROM store_journal ORDER BY xid DESC, id DESC LIMIT 1`)

var sqlPeekCursor = SQL(`SELECT xid, id FROM store_cursors WHERE follower = $1`)

// Without an order either engine may take a way that reads everything before it finds that nothing is there.
var sqlAnyBehind = Fork(`SELECT id FROM store_journal WHERE id > COALESCE((SELECT c.id FROM store_cursors c WHERE c.follower = $1), 0) ORDER BY id LIMIT 1`,
	`SELECT id FROM store_journal WHERE (xid, id) > (COALESCE((SELECT c.xid FROM store_cursors c WHERE c.follower = $1), 0), COALESCE((SELECT c.id FROM store_cursors c WHERE c.follower = $1), 0))
	AND xid < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT) ORDER BY xid, id LIMIT 1`)

var sqlAhead = Fork(`SELECT id FROM store_journal WHERE +xid >= $1 AND id > $2 ORDER BY id LIMIT 1`, `SELECT id FROM store_journal WHERE (xid, id) > ($1, $2) ORDER BY xid, id LIMIT 1`)

// CaughtUp tells whether a follower has handled every committed entry, also those it may not read yet while an older transaction runs.
func (db *DB) CaughtUp(ctx context.Context, follower string) (bool, error) {
	c, _, err := Maybe[cursor](ctx, db, sqlPeekCursor, follower)
	if err != nil {
		return false, err
	}
	_, ahead, err := Maybe[int64](ctx, db, sqlAhead, c.Xid, c.ID)
	return !ahead, err
}

// hasBehind looks without writing, so that an idle follower costs no transaction.
func (db *DB) hasBehind(ctx context.Context, follower string) (bool, error) {
	_, any, err := Maybe[int64](ctx, db, sqlAnyBehind, follower)
	return any, err
}

// Tail gives every entry committed from now on (by any process) to f until ctx ends; on PostgreSQL also what an older transaction kept back at
// the start. It keeps no cursor: live pages use it.
func (db *DB) Tail(ctx context.Context, f func(Entry), trouble func(error)) {
	c, _, err := Maybe[cursor](ctx, db, sqlLastEntry)
	for ctx.Err() == nil {
		woken := db.ChangedIn("store_journal")
		var entries []Entry
		if err == nil {
			entries, err = db.behind(ctx, db, c, followBatch)
		}
		if err != nil && ctx.Err() == nil {
			trouble(fmt.Errorf("journal tail: %w", err))
			wait(ctx, nil, time.Second)
			err = nil
			continue
		}
		for _, e := range entries {
			f(e)
			c = cursor{e.Xid, e.ID}
		}
		if len(entries) == 0 {
			wait(ctx, woken, 500*time.Millisecond)
		}
	}
}

func wait(ctx context.Context, woken <-chan struct{}, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-woken:
	case <-t.C:
	}
}

var sqlLastID = SQL(`SELECT COALESCE(max(id), 0) FROM store_journal`)

// LastEntry is the highest id in the journal, 0 when it is empty.
func LastEntry(ctx context.Context, r Reader) (int64, error) { return One[int64](ctx, r, sqlLastID) }

// LastAct is when the newest entry of the journal was made, to the millisecond and never before it; 0 when there is none. A clock that is set by hand
// starts behind it.
func LastAct(ctx context.Context, r Reader) (Instant, error) {
	id, err := LastEntry(ctx, r)
	return MadeAt(id), err
}
