package audit

import (
	"context"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"congvu/internal/proof"
	"congvu/internal/store"
)

// Evidence is what the log says of one thing, proved against one checkpoint.
type Evidence struct {
	Lines      []proof.Line // of the verbs asked for, oldest first
	Rows       *proof.Rows  // without Register and Carried, which the caller knows; nil = none are sealed
	Checkpoint string
	Key        proof.Key
	Witnesses  []proof.Key
	Need       int
}

var sqlCovering = store.SQL(`SELECT size, note, cosigned FROM audit_checkpoints WHERE size > $1 AND cosigned <> '' ORDER BY size DESC LIMIT 1`)

// Prove gathers the sealed lines about a thing and where they stand. The checkpoint is the newest that a witness has cosigned, if it covers them all; else the
// newest, which is signed now when there is none that does. Who may see the thing is asked by the room that keeps it.
func (l *Log) Prove(ctx context.Context, agency int64, ref string, verbs []string) (*Evidence, error) {
	all, err := store.All[sealedRow](ctx, l.DB, sqlSealedOf, ref, agency)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(r sealedRow) bool { return !slices.Contains(verbs, r.Verb) })
	rows, haveRows, err := store.Maybe[rowsNow](ctx, l.DB, sqlRowsNow, agency, ref)
	if err != nil {
		return nil, err
	}
	last := int64(-1)
	for _, r := range all {
		last = max(last, r.Idx)
	}
	if haveRows {
		last = max(last, rows.Idx)
	}
	if last < 0 {
		return nil, notSealed()
	}
	c, err := l.covering(ctx, last)
	if err != nil {
		return nil, err
	}
	e := &Evidence{Checkpoint: c.Signed()}
	if e.Key, err = l.Key(ctx); err != nil {
		return nil, err
	}
	if p, err := proof.Peek(c.Note); err == nil && l.former(p.Origin) {
		e.Key.Name = p.Origin
	}
	if e.Witnesses, err = witnessKeys(ctx, l.DB); err != nil {
		return nil, err
	}
	if e.Need, err = Need(ctx, l.DB); err != nil {
		return nil, err
	}
	t := tree{ctx, l.DB}
	for _, r := range all {
		line, err := proved(t, c.Size, r)
		if err != nil {
			return nil, err
		}
		e.Lines = append(e.Lines, line)
	}
	if haveRows {
		path, err := tlog.ProveRecord(c.Size, rows.Idx, t)
		if err != nil {
			return nil, err
		}
		e.Rows = &proof.Rows{Entry: rows.EntryID, Salt: rows.Salt, Index: rows.Idx, Path: path}
		copy(e.Rows.Words[:], rows.Words)
	}
	return e, nil
}

func notSealed() error {
	return store.Refuse(store.Conflict, "Việc mới nhất về văn bản này chưa được niêm phong vào nhật ký. Đề nghị thử lại sau vài giây.")
}

func (l *Log) covering(ctx context.Context, index int64) (Checkpoint, error) {
	c, ok, err := store.Maybe[Checkpoint](ctx, l.DB, sqlCovering, index)
	if ok || err != nil {
		return c, err
	}
	if c, ok, err = LastCheckpoint(ctx, l.DB); err != nil || ok && c.Size > index {
		return c, err
	}
	if _, err := l.Publish(ctx); err != nil {
		return c, err
	}
	if c, ok, err = LastCheckpoint(ctx, l.DB); err == nil && (!ok || c.Size <= index) {
		err = notSealed()
	}
	return c, err
}

// proved is a line with its place. Words that are no longer those that were sealed are left out: a recall has just taken them.
func proved(t tree, size int64, r sealedRow) (proof.Line, error) {
	path, err := tlog.ProveRecord(size, r.Idx, t)
	if err != nil {
		return proof.Line{}, err
	}
	now := sealed(r.Entry, r.Turn, r.Salt)
	line := proof.Line{Entry: now, Index: r.Idx, Path: path}
	copy(line.Words[:], r.Words)
	if now.Words == line.Words && len(r.Salt) > 0 {
		line.Salt, line.Title, line.Data = r.Salt, r.Title, string(r.Data)
	}
	return line, nil
}

// Status is how the log stands.
type Status struct {
	Origin   string
	Key      string // the public key of the log
	Witness  string // the public key with which we cosign the logs of others
	Size     int64  // leaves
	Last     proof.Checkpoint
	Signed   string        // the newest checkpoint, as it was signed
	Unsealed int64         // lines that wait; counted up to 10,000
	Lag      store.Instant // how long the oldest of them has waited, in microseconds; 0 = none waits
	Entry    int64         // the last line that is sealed
	Need     int
	Cosigned int              // witnesses that have signed the newest cosigned checkpoint
	Seen     proof.Checkpoint // that checkpoint; Size 0 = none
	Peers    []Peer           // witnesses of our log
	Watched  []Peer           // logs that we watch
	Forks    []Fork
}

var (
	sqlLastSealed = store.SQL(`SELECT entry_id FROM audit_leaves WHERE kind = 'entry' ORDER BY idx DESC LIMIT 1`)
	sqlWaiting    = store.SQL(`SELECT CAST(COUNT(*) AS BIGINT) AS n, COALESCE(MIN(at_us), 0) AS since FROM (SELECT at_us FROM store_journal
		WHERE xid > $1 OR (xid = $1 AND id > $2) LIMIT 10000) waiting`)
)

// Forked tells whether the log has forked: everybody who reads the journal must know it. How much is in the log is the whole installation's matter, and
// would tell an agency how busy others are.
func (l *Log) Forked(ctx context.Context) (bool, error) {
	origin, err := l.Origin(ctx, l.DB)
	if err != nil {
		return false, err
	}
	_, forked, err := store.Maybe[int64](ctx, l.DB, sqlForkedOf, origin)
	return forked, err
}

// Standing tells how the log stands, to the administrator of the system: it counts what all agencies do.
func (l *Log) Standing(ctx context.Context, a store.Actor) (*Status, error) {
	if !MayKeepLog(a) {
		return nil, store.Refuse(store.Forbidden, "Chỉ quản trị hệ thống được làm việc này.")
	}
	s := &Status{}
	key, err := l.Key(ctx)
	if err != nil {
		return nil, err
	}
	witness, err := l.WitnessKey(ctx)
	if err != nil {
		return nil, err
	}
	s.Origin, s.Key, s.Witness = key.Name, key.String(), witness.String()
	if s.Size, err = (tree{ctx, l.DB}).size(); err != nil {
		return nil, err
	}
	if s.Entry, _, err = store.Maybe[int64](ctx, l.DB, sqlLastSealed); err != nil {
		return nil, err
	}
	at, _, err := store.Maybe[cursor](ctx, l.DB, sqlCursor, Follower)
	if err != nil {
		return nil, err
	}
	waiting, err := store.One[struct {
		N     int64
		Since store.Instant
	}](ctx, l.DB, sqlWaiting, at.Xid, at.ID)
	if err != nil {
		return nil, err
	}
	if s.Unsealed = waiting.N; waiting.N > 0 {
		s.Lag = max(l.DB.Now()-waiting.Since, 0)
	}
	last, ok, err := LastCheckpoint(ctx, l.DB)
	if err != nil {
		return nil, err
	}
	if ok {
		s.Signed = last.Signed()
		s.Last, _ = proof.Peek(last.Note)
	}
	if s.Need, err = Need(ctx, l.DB); err != nil {
		return nil, err
	}
	if s.Peers, err = Witnesses(ctx, l.DB); err != nil {
		return nil, err
	}
	if s.Watched, err = Watched(ctx, l.DB); err != nil {
		return nil, err
	}
	if seen, any, err := store.Maybe[Checkpoint](ctx, l.DB, sqlCovering, -1); err != nil {
		return nil, err
	} else if any {
		keys, err := witnessKeys(ctx, l.DB)
		if err != nil {
			return nil, err
		}
		if opened, err := proof.OpenCheckpoint(seen.Signed(), key, keys...); err == nil {
			s.Seen, s.Cosigned = opened.Checkpoint, len(opened.Witnesses)
		}
	}
	s.Forks, err = Forks(ctx, l.DB)
	return s, err
}
