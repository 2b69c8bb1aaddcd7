package audit

import (
	"bytes"
	"context"
	"crypto/rand"
	"time"

	"congvu/internal/proof"
	"congvu/internal/store"
)

// Follower is the name of the cursor that seals.
const Follower = "audit"

const (
	kindEntry = "entry"
	kindRows  = "rows"
)

// A leaf fed twice stays where it was: the log only grows by what it does not hold.
var (
	sqlAppend = store.SQL(`INSERT INTO audit_leaves (idx, kind, entry_id, turn, leaf, words, salt)
		VALUES ((SELECT COALESCE(MAX(idx), -1) + 1 FROM audit_leaves), $1, $2, $3, $4, $5, $6) ON CONFLICT (entry_id, kind, turn) DO NOTHING RETURNING idx`)
	sqlPutNode  = store.SQL(`INSERT INTO audit_nodes (level, n, hash) VALUES ($1, $2, $3) ON CONFLICT (level, n) DO UPDATE SET hash = excluded.hash`)
	sqlSealedOf = store.SQL(`SELECT j.id, j.at_us AS at, j.verb, j.agency_id, j.ref, j.title, j.person_id, j.holding, j.for_id, j.via, j.request, j.data, l.idx, l.turn, l.words, l.salt
		FROM store_journal j JOIN audit_leaves l ON l.entry_id = j.id AND l.kind = 'entry'
		WHERE j.ref = $1 AND j.agency_id = $2 AND NOT EXISTS (SELECT 1 FROM audit_leaves n WHERE n.entry_id = j.id AND n.kind = 'entry' AND n.turn > l.turn) ORDER BY j.id`)
	sqlUnsalt = store.SQL(`UPDATE audit_leaves SET salt = $1 WHERE kind = 'entry' AND entry_id = $2 AND turn < $3`)
	// What the rows said before the recall is told to nobody either; the last leaf of the rows keeps its salt.
	sqlUnsaltRows = store.SQL(`UPDATE audit_leaves SET salt = $1 WHERE kind = 'rows' AND entry_id IN (SELECT id FROM store_journal WHERE ref = $2 AND agency_id = $3)
		AND idx NOT IN (SELECT idx FROM audit_rows WHERE ref = $4 AND agency_id = $5)`)
	sqlRowsNow = store.SQL(`SELECT l.idx, l.entry_id, l.words, l.salt FROM audit_rows r JOIN audit_leaves l ON l.idx = r.idx WHERE r.agency_id = $1 AND r.ref = $2`)
	sqlPutRows = store.SQL(`INSERT INTO audit_rows (agency_id, ref, idx) VALUES ($1, $2, $3) ON CONFLICT (agency_id, ref) DO UPDATE SET idx = excluded.idx`)
)

// Seal puts one entry of the journal into the log: what it says, and the evidential rows of what it is about as they stand now. Only one copy of an
// installation does it at a time, for the cursor's row is locked by the one that reads.
func (l *Log) Seal(ctx context.Context, tx *store.Tx, e store.Entry) error {
	if err := l.sealEntry(ctx, tx, e, 0); err != nil {
		return err
	}
	if _, forgets, _ := proof.Told(string(e.Data)); forgets {
		if err := l.forget(ctx, tx, e); err != nil {
			return err
		}
		if err := l.sealRows(ctx, tx, e); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, sqlUnsaltRows, []byte{}, e.Ref, e.AgencyID, e.Ref, e.AgencyID)
		return err
	}
	return l.sealRows(ctx, tx, e)
}

func (l *Log) sealEntry(ctx context.Context, tx *store.Tx, e store.Entry, turn int) error {
	salt := newSalt()
	p := sealed(e, turn, salt)
	return l.push(ctx, tx, kindEntry, e.ID, turn, p.Leaf(), p.Words, salt)
}

func newSalt() []byte {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	return salt
}

// sealed is a line of the journal in the form in which it is sealed.
func sealed(e store.Entry, turn int, salt []byte) proof.Entry {
	notify, forgets, words := proof.Told(string(e.Data))
	p := plain(e, turn, notify, forgets)
	p.Words = proof.Commit(salt, e.Title, words)
	return p
}

func plain(e store.Entry, turn int, notify []int64, forgets bool) proof.Entry {
	return proof.Entry{ID: e.ID, Turn: turn, Agency: e.AgencyID, At: int64(e.At), Verb: e.Verb, Ref: e.Ref, Person: e.PersonID, Holding: e.Holding, For: e.ForID,
		Via: string(e.Via), Request: e.Request, Notify: notify, Forgets: forgets}
}

// push appends a leaf, and the roots of the subtrees that it fills.
func (l *Log) push(ctx context.Context, tx *store.Tx, kind string, entry int64, turn int, leaf, words proof.Hash, salt []byte) error {
	idx, added, err := store.Maybe[int64](ctx, tx, sqlAppend, kind, entry, turn, leaf[:], words[:], salt)
	tx.Wrote()
	if err != nil || !added {
		return err
	}
	return l.fill(ctx, tx, idx)
}

// fill keeps the roots of the subtrees that a leaf completes.
func (l *Log) fill(ctx context.Context, tx *store.Tx, idx int64) error {
	t := tree{ctx, tx}
	for level, n := tileHeight, idx+1; n%tileWidth == 0; level += tileHeight {
		n /= tileWidth
		h, err := t.fold(level-tileHeight, (n-1)*tileWidth, tileWidth)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlPutNode, level, n-1, h[:]); err != nil {
			return err
		}
	}
	return nil
}

type sealedRow struct {
	store.Entry
	Idx   int64
	Turn  int
	Words []byte
	Salt  []byte
}

// forget seals anew the lines whose words the act took out, as they are now, and lets the salts of the old words go: the old leaves still stand in the log
// and in proofs that were given out, but nobody can try words against them any more.
func (l *Log) forget(ctx context.Context, tx *store.Tx, e store.Entry) error {
	all, err := store.All[sealedRow](ctx, tx, sqlSealedOf, e.Ref, e.AgencyID)
	if err != nil {
		return err
	}
	for _, row := range all {
		now := sealed(row.Entry, row.Turn, row.Salt)
		if bytes.Equal(now.Words[:], row.Words) {
			continue
		}
		if err := l.sealEntry(ctx, tx, row.Entry, row.Turn+1); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlUnsalt, []byte{}, row.ID, row.Turn+1); err != nil {
			return err
		}
	}
	return nil
}

type rowsNow struct {
	Idx, EntryID int64
	Words, Salt  []byte
}

// sealRows seals the rows of a document when they are not those that were sealed last.
func (l *Log) sealRows(ctx context.Context, tx *store.Tx, e store.Entry) error {
	if l.Rows == nil {
		return nil
	}
	text, ok, err := l.Rows(ctx, tx, e.AgencyID, e.Ref)
	if err != nil || !ok {
		return err
	}
	last, any, err := store.Maybe[rowsNow](ctx, tx, sqlRowsNow, e.AgencyID, e.Ref)
	if err != nil {
		return err
	}
	if any {
		if now := proof.Commit(last.Salt, proof.RowsTitle, text); bytes.Equal(now[:], last.Words) {
			return nil
		}
	}
	turn, err := store.One[int](ctx, tx, sqlNextTurn, e.ID, kindRows) // not 0 when a restored journal is read a second time
	if err != nil {
		return err
	}
	salt := newSalt()
	words := proof.Commit(salt, proof.RowsTitle, text)
	if err := l.push(ctx, tx, kindRows, e.ID, turn, proof.RowsLeaf(e.AgencyID, e.Ref, e.ID, words), words, salt); err != nil {
		return err
	}
	idx, err := store.One[int64](ctx, tx, sqlIndexOf, e.ID, kindRows)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlPutRows, e.AgencyID, e.Ref, idx)
	return err
}

var sqlNextTurn = store.SQL(`SELECT COALESCE(MAX(turn), -1) + 1 FROM audit_leaves WHERE entry_id = $1 AND kind = $2`)

var sqlIndexOf = store.SQL(`SELECT idx FROM audit_leaves WHERE entry_id = $1 AND kind = $2 ORDER BY turn DESC LIMIT 1`)

// sealEvery is how long sealing waits for more: a document that goes to everybody is answered a thousand times within a minute, and its rows, all those answers among them,
// are read once for what is sealed together.
const sealEvery = 250 * time.Millisecond

// Follow seals what happens until ctx ends, in every copy of the installation.
func (l *Log) Follow(ctx context.Context, trouble func(error)) {
	l.DB.FollowMany(ctx, Follower, sealEvery, l.sealTogether, trouble)
}
