package audit

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"time"

	"congvu/internal/proof"
	"congvu/internal/store"
)

const putMany = 32 // leaves of one statement

const insertLeaves = `INSERT INTO audit_leaves (idx, kind, entry_id, turn, leaf, words, salt)`

var (
	sqlPutLeaf   = store.Rows(insertLeaves, 7, 1, "ON CONFLICT (entry_id, kind, turn) DO NOTHING")
	sqlPutLeaves = store.Rows(insertLeaves, 7, putMany, "ON CONFLICT (entry_id, kind, turn) DO NOTHING")
	sqlNextLeaf  = store.SQL(`SELECT COALESCE(MAX(idx), -1) + 1 FROM audit_leaves`)
)

// errSealedBefore: some of the entries are sealed already, as after a restoration; they are sealed one by one.
var errSealedBefore = errors.New("audit: sealed before")

// CatchUp seals everything that has happened by now, thousands of entries in one transaction: the log that Follow makes, in a fraction of the time, for the past of a city that
// was just built. The rows of a document are sealed once, for meanwhile they do not change: they are read after everything that had happened when it began.
func (l *Log) CatchUp(ctx context.Context) error {
	last, err := store.LastEntry(ctx, l.DB)
	if err != nil {
		return err
	}
	seen := &looked{until: last, at: map[subject]bool{}}
	err = l.DB.CatchUpMany(ctx, Follower, time.Minute, func(ctx context.Context, tx *store.Tx, all []store.Entry) error {
		return l.sealAll(ctx, tx, all, seen)
	})
	if errors.Is(err, errSealedBefore) {
		err = l.DB.CatchUp(ctx, Follower, time.Hour, l.Seal)
	}
	return err
}

// newLeaf is a leaf before it is written.
type newLeaf struct {
	kind        string
	entry       int64
	turn        int
	leaf, words proof.Hash
	salt        []byte
}

// subject is what an entry is about.
type subject struct {
	agency int64
	ref    string
}

// looked are the documents whose rows were sealed after everything up to an entry had happened. Those of the transaction under way count when the next one begins:
// it may be undone and tried again.
type looked struct {
	until int64
	at    map[subject]bool
	first int64 // entry of the transaction under way
	now   map[subject]bool
}

func (s *looked) begin(all []store.Entry) {
	if len(all) > 0 && all[0].ID != s.first {
		maps.Copy(s.at, s.now)
		s.first = all[0].ID
	}
	s.now = map[subject]bool{}
}

func (s *looked) has(what subject, entry int64) bool {
	return entry <= s.until && (s.at[what] || s.now[what])
}

// A part of the entries may be sealed already, as after a restoration.
var sqlAnySealed = store.SQL(`SELECT entry_id FROM audit_leaves WHERE entry_id >= $1 AND entry_id <= $2 AND kind = 'entry' LIMIT 1`)

// sealTogether seals what happened since the last time: at once, or one by one when some of it is sealed already.
func (l *Log) sealTogether(ctx context.Context, tx *store.Tx, all []store.Entry) error {
	first, last := all[0].ID, all[0].ID
	for _, e := range all {
		first, last = min(first, e.ID), max(last, e.ID)
	}
	_, any, err := store.Maybe[int64](ctx, tx, sqlAnySealed, first, last)
	if err != nil {
		return err
	}
	if !any {
		return l.sealAll(ctx, tx, all, &looked{until: last, at: map[subject]bool{}})
	}
	for _, e := range all {
		if err := l.Seal(ctx, tx, e); err != nil {
			return err
		}
	}
	return nil
}

// sealAll is Seal for many entries.
func (l *Log) sealAll(ctx context.Context, tx *store.Tx, all []store.Entry, seen *looked) error {
	seen.begin(all)
	next, err := store.One[int64](ctx, tx, sqlNextLeaf)
	if err != nil {
		return err
	}
	var rows []newLeaf
	for _, e := range all {
		if _, forgets, _ := proof.Told(string(e.Data)); forgets {
			if err := l.pushAll(ctx, tx, next, rows); err != nil {
				return err
			}
			if err := l.Seal(ctx, tx, e); err != nil {
				return err
			}
			if next, err = store.One[int64](ctx, tx, sqlNextLeaf); err != nil {
				return err
			}
			rows = rows[:0]
			continue
		}
		salt := newSalt()
		p := sealed(e, 0, salt)
		rows = append(rows, newLeaf{kindEntry, e.ID, 0, p.Leaf(), p.Words, salt})
		what := subject{e.AgencyID, e.Ref}
		if l.Rows == nil || seen.has(what, e.ID) {
			continue
		}
		seen.now[what] = true
		row, changed, err := l.rowsLeaf(ctx, tx, e)
		if err != nil {
			return err
		}
		if changed {
			if _, err := tx.Exec(ctx, sqlPutRows, e.AgencyID, e.Ref, next+int64(len(rows))); err != nil {
				return err
			}
			rows = append(rows, row)
		}
	}
	return l.pushAll(ctx, tx, next, rows)
}

// rowsLeaf is the leaf of the rows of a document, when they are not those that were sealed last.
func (l *Log) rowsLeaf(ctx context.Context, tx *store.Tx, e store.Entry) (row newLeaf, changed bool, err error) {
	text, ok, err := l.Rows(ctx, tx, e.AgencyID, e.Ref)
	if err != nil || !ok {
		return row, false, err
	}
	last, any, err := store.Maybe[rowsNow](ctx, tx, sqlRowsNow, e.AgencyID, e.Ref)
	if err != nil {
		return row, false, err
	}
	if any {
		if now := proof.Commit(last.Salt, proof.RowsTitle, text); bytes.Equal(now[:], last.Words) {
			return row, false, nil
		}
	}
	salt := newSalt()
	words := proof.Commit(salt, proof.RowsTitle, text)
	return newLeaf{kindRows, e.ID, 0, proof.RowsLeaf(e.AgencyID, e.Ref, e.ID, words), words, salt}, true, nil
}

// pushAll appends leaves from a place on, and the roots of the subtrees that they fill.
func (l *Log) pushAll(ctx context.Context, tx *store.Tx, first int64, rows []newLeaf) error {
	args := make([]any, 0, 7*putMany)
	for i := 0; i < len(rows); {
		n, stmt := 1, sqlPutLeaf
		if len(rows)-i >= putMany {
			n, stmt = putMany, sqlPutLeaves
		}
		args = args[:0]
		for k, r := range rows[i : i+n] {
			args = append(args, first+int64(i+k), r.kind, r.entry, r.turn, r.leaf[:], r.words[:], r.salt)
		}
		written, err := tx.Exec(ctx, stmt, args...)
		if err != nil {
			return err
		}
		if written != int64(n) {
			return errSealedBefore
		}
		i += n
	}
	for idx := first; idx < first+int64(len(rows)); idx++ {
		if err := l.fill(ctx, tx, idx); err != nil {
			return err
		}
	}
	return nil
}
