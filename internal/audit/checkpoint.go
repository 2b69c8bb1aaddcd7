package audit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"congvu/internal/keys"
	"congvu/internal/proof"
	"congvu/internal/store"
)

var (
	sqlLastCheckpoint = store.SQL(`SELECT size, note, cosigned FROM audit_checkpoints ORDER BY size DESC LIMIT 1`)
	sqlCheckpointAt   = store.SQL(`SELECT size, note, cosigned FROM audit_checkpoints WHERE size = $1`)
	sqlPutCheckpoint  = store.SQL(`INSERT INTO audit_checkpoints (size, note, cosigned) VALUES ($1, $2, '') ON CONFLICT (size) DO NOTHING`)
	sqlCosign         = store.SQL(`UPDATE audit_checkpoints SET cosigned = $1 WHERE size = $2`)
	sqlPutFork        = store.SQL(`INSERT INTO audit_forks (id, origin, first_note, second_note, found, at_us) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (origin, first_note, second_note) DO NOTHING`)
	sqlForks    = store.SQL(`SELECT id, origin, first_note AS first, second_note AS second, found, at_us AS at FROM audit_forks ORDER BY id DESC LIMIT 100`)
	sqlForkedOf = store.SQL(`SELECT id FROM audit_forks WHERE origin = $1 LIMIT 1`)
)

// Checkpoint is a signed checkpoint of this installation's log with the cosignatures that came so far.
type Checkpoint struct {
	Size     int64
	Note     string
	Cosigned string
}

// Signed is the note with all its signatures.
func (c Checkpoint) Signed() string { return c.Note + c.Cosigned }

// LastCheckpoint is the newest one; ok = false while there is none.
func LastCheckpoint(ctx context.Context, r store.Reader) (c Checkpoint, ok bool, err error) {
	return store.Maybe[Checkpoint](ctx, r, sqlLastCheckpoint)
}

// Fork is two checkpoints of one log that cannot both be true.
type Fork struct {
	ID            int64
	Origin        string
	First, Second string
	Found         string // "went_back", "no_proof", "two_roots", "own_log", "witness"
	At            store.Instant
}

// Forks lists them, newest first.
func Forks(ctx context.Context, r store.Reader) ([]Fork, error) {
	return store.All[Fork](ctx, r, sqlForks)
}

// ErrForked: the log does not continue what was signed before, so nothing more is signed until a person has looked.
var ErrForked = errors.New("audit: the log does not continue its own last checkpoint")

// Publish signs a checkpoint when the log has grown; it tells whether it did. The log must continue the last checkpoint of the database and the one that
// is kept outside: otherwise somebody changed the past, or an older copy of the database was put in its place, and nothing is signed.
func (l *Log) Publish(ctx context.Context) (bool, error) {
	origin, err := l.Origin(ctx, l.DB)
	if err != nil {
		return false, err
	}
	if _, forked, err := store.Maybe[int64](ctx, l.DB, sqlForkedOf, origin); err != nil || forked {
		return false, err
	}
	t := tree{ctx, l.DB}
	size, err := t.size()
	if err != nil || size == 0 {
		return false, err
	}
	last, any, err := LastCheckpoint(ctx, l.DB)
	if err != nil || any && last.Size == size {
		return false, err
	}
	key, err := l.signer(ctx, logKey)
	if err != nil {
		return false, err
	}
	public, err := proof.KeyOf(origin, key, false)
	if err != nil {
		return false, err
	}
	before, err := l.anchored()
	if err != nil {
		return false, err
	}
	for _, note := range []string{last.Note, before} {
		if note == "" {
			continue
		}
		if err := l.continues(ctx, t, size, note, public); err != nil {
			return false, err
		}
	}
	root, err := t.root(size)
	if err != nil {
		return false, err
	}
	note, err := proof.Checkpoint{Origin: origin, Size: size, Root: root, At: l.DB.Now().Time().Unix()}.Sign(key)
	if err != nil {
		return false, err
	}
	err = l.DB.Keep(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, sqlPutCheckpoint, size, note)
		return err
	})
	if err == nil {
		err = l.anchor(note)
	}
	return err == nil, err
}

// continues checks that the log still holds what a former checkpoint of it says. A checkpoint of a former name of the log says nothing about this one.
func (l *Log) continues(ctx context.Context, t tree, size int64, note string, key proof.Key) error {
	old, err := proof.Peek(note)
	if err == nil && old.Origin != key.Name {
		return nil
	}
	seen, err := proof.OpenCheckpoint(note, key)
	if err != nil {
		return err
	}
	if seen.Size <= size {
		root, err := t.root(seen.Size)
		if err != nil && !errors.Is(err, errTree) || err == nil && root == seen.Root {
			return err
		}
	}
	if err := l.forked(ctx, Fork{Origin: key.Name, First: note, Found: "own_log"}); err != nil {
		return err
	}
	return ErrForked
}

// forked keeps the evidence of the first fork of a log, and tells those who look after the installation.
func (l *Log) forked(ctx context.Context, f Fork) error {
	var people []int64
	if l.People != nil {
		var err error
		if people, err = l.People(ctx, l.DB); err != nil {
			return err
		}
	}
	err := l.DB.Write(ctx, store.System(0), func(tx *store.Tx) error {
		if err := tx.HoldCursor(ctx, "audit.fork"); err != nil {
			return err
		}
		if _, known, err := store.Maybe[int64](ctx, tx, sqlForkedOf, f.Origin); err != nil {
			return err
		} else if known {
			return errKnownFork
		}
		if err := tx.Put(ctx, sqlPutFork, tx.NewID(), f.Origin, f.First, f.Second, f.Found, tx.Now()); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "log.forked", Ref: "log", Title: f.Origin, Notify: people,
			Text: store.Say("Nhật ký niêm phong {origin} không nối tiếp điểm kiểm tra đã ký trước đó: có người sửa quá khứ, hoặc cơ sở dữ liệu bị thay bằng bản cũ. Bằng chứng được giữ ở trang Nhật ký.", "origin", f.Origin),
			Data: map[string]any{"found": f.Found, "first": f.First, "second": f.Second}})
	})
	if errors.Is(err, errKnownFork) {
		return nil
	}
	return err
}

var errKnownFork = errors.New("audit: the fork is known")

// anchored reads the checkpoint kept outside of the database; "" when there is none.
func (l *Log) anchored() (string, error) {
	if l.Anchor == "" {
		return "", nil
	}
	b, err := os.ReadFile(l.Anchor)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(b), err
}

// anchor keeps the newest checkpoint outside, whole or not at all, and on the disk before it returns. A copy that is slower never puts an older one in its place.
func (l *Log) anchor(note string) error {
	if l.Anchor == "" {
		return nil
	}
	if old, err := l.anchored(); err != nil {
		return err
	} else if a, err := proof.Peek(old); err == nil {
		if b, err := proof.Peek(note); err != nil || a.Origin == b.Origin && a.Size >= b.Size {
			return err
		}
	}
	dir := filepath.Dir(l.Anchor)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".checkpoint-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(note)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), l.Anchor); err != nil {
		return err
	}
	return keys.SyncFolder(dir)
}

// Resume lets the log go on under a new name after its database was put back to an older copy on purpose: what was signed under the former name stays
// evidence of what is missing. The administrator of the system does it, with a reason; the journal keeps both.
func (l *Log) Resume(ctx context.Context, a store.Actor, reason string) (origin string, err error) {
	if !MayKeepLog(a) {
		return "", store.Refuse(store.Forbidden, "Chỉ quản trị hệ thống được làm việc này.")
	}
	if strings.TrimSpace(reason) == "" {
		return "", store.RefuseField("reason", "Đề nghị ghi lý do, thí dụ biên bản khôi phục dữ liệu.")
	}
	old, err := l.Origin(ctx, l.DB)
	if err != nil {
		return "", err
	}
	anchored, err := l.anchored()
	if err != nil {
		return "", err
	}
	err = l.DB.Write(ctx, a, func(tx *store.Tx) error {
		if _, forked, err := store.Maybe[int64](ctx, tx, sqlForkedOf, old); err != nil {
			return err
		} else if !forked {
			return store.Refuse(store.Conflict, "Nhật ký niêm phong đang liền mạch nên không cần mở nhật ký mới.")
		}
		era, err := store.Setting(ctx, tx, 0, settingEra, "0")
		if err != nil {
			return err
		}
		var n int
		_, _ = fmt.Sscan(era, &n) // a setting of our own
		if err := tx.Set(ctx, 0, settingEra, fmt.Sprint(n+1)); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "log.resumed", Ref: "log", Title: old, Data: map[string]any{"reason": reason, "checkpoint": anchored}})
	})
	if err != nil {
		return "", err
	}
	return l.Origin(ctx, l.DB)
}

// Run seals, signs and gathers the signatures of witnesses until ctx ends. Several copies may run it on one installation.
func (l *Log) Run(ctx context.Context, trouble func(error)) {
	done := make(chan struct{})
	go func() { defer close(done); l.Follow(ctx, trouble) }()
	gathered := make(chan struct{})
	go func() { defer close(gathered); l.gather(ctx, trouble) }()
	for ctx.Err() == nil {
		if _, err := l.Publish(ctx); err != nil && ctx.Err() == nil {
			trouble(fmt.Errorf("audit checkpoint: %w", err))
		}
		pause(ctx, l.every())
	}
	<-done
	<-gathered
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
