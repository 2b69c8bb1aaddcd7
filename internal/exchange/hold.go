package exchange

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"sync"

	"golang.org/x/sync/semaphore"

	"congvu/internal/blob"
)

// memory bounds the bytes of messages that are packed or opened at one time: a signature is judged over the whole in memory.
type memory struct {
	once sync.Once
	room *semaphore.Weighted
}

const workingMemory = 64 << 20 // a larger message is alone

// reserve waits until a message of that size may be in memory; release gives the room back.
func (m *memory) reserve(ctx context.Context, size int64) (release func(), err error) {
	m.once.Do(func() { m.room = semaphore.NewWeighted(workingMemory) })
	n := min(max(size, 1), workingMemory)
	if err := m.room.Acquire(ctx, n); err != nil {
		return nil, err
	}
	return func() { m.room.Release(n) }, nil
}

// lately remembers which addresses are durable for sure: this process put them, or read them for a committed row. Inside one installation every
// receiver of a document gets the same bytes, which then need not be written and synced again. Two generations bound it.
type lately struct {
	mu       sync.Mutex
	now, old map[string]bool
}

const latelyMost = 4096 // addresses of one generation

func (l *lately) add(sha string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.now == nil || len(l.now) >= latelyMost {
		l.now, l.old = map[string]bool{}, l.now
	}
	l.now[sha] = true
}

func (l *lately) has(sha string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now[sha] || l.old[sha]
}

// fresh is the age up to which a file needs no new Put to be safe from the sweep of files without a row.
const fresh = blob.OrphanAge / 4

// put keeps bytes that are in memory. Files that are known to be durable, present and far from the age of the sweep are not written again.
func (o *Office) put(ctx context.Context, b []byte) (blob.Ref, error) {
	sum := sha256.Sum256(b)
	sha := hex.EncodeToString(sum[:])
	if o.lately.has(sha) {
		info, err := o.Blobs.Stat(ctx, sha)
		if err == nil && info.Size == int64(len(b)) && o.DB.Now().Time().Sub(info.ModTime) < fresh {
			return blob.Ref{SHA: sha, Size: info.Size}, nil
		}
	}
	ref, err := o.Blobs.Put(ctx, bytes.NewReader(b), maxMessage)
	if err == nil {
		o.lately.add(ref.SHA)
	}
	return ref, err
}
