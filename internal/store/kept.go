package store

import (
	"context"
	"slices"
	"sync"
	"time"
)

// keptLife is how long another process's change of a kept list may go unseen.
const keptLife = 5 * time.Second

// keptList is what a statement gave, until its table changes.
type keptList struct {
	mu      sync.Mutex
	rows    any
	changed <-chan struct{}
	until   time.Time
}

// Kept reads a short list that hardly ever changes and stands on every page, such as the kinds of documents: once, and again when this process has written its
// table or keptLife has passed. The statement has no parameters. Within a transaction or a snapshot it is read as it stands there. The caller owns the slice.
func Kept[T any](ctx context.Context, r Reader, s *Stmt, table string) ([]T, error) {
	db, plain := r.(*DB)
	if !plain {
		return All[T](ctx, r, s)
	}
	found, there := db.kept.Load(s)
	if !there {
		found, _ = db.kept.LoadOrStore(s, &keptList{})
	}
	k := found.(*keptList)
	k.mu.Lock()
	defer k.mu.Unlock()
	if rows, ok := k.rows.([]T); ok && time.Now().Before(k.until) {
		select {
		case <-k.changed:
		default:
			return slices.Clone(rows), nil
		}
	}
	changed := db.ChangedIn(table)
	rows, err := All[T](ctx, db, s)
	if err != nil {
		return nil, err
	}
	k.rows, k.changed, k.until = rows, changed, time.Now().Add(keptLife)
	return slices.Clone(rows), nil
}
