package audit

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"congvu/internal/proof"
	"congvu/internal/store"
)

// The tree is kept as its leaves and, of the inner hashes, only every eighth level: 1/255 of the leaves.
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

var (
	sqlLeafRange = store.SQL(`SELECT leaf FROM audit_leaves WHERE idx >= $1 AND idx < $2 ORDER BY idx`)
	sqlNodeRange = store.SQL(`SELECT hash FROM audit_nodes WHERE level = $1 AND n >= $2 AND n < $3 ORDER BY n`)
	sqlSize      = store.SQL(`SELECT COALESCE(MAX(idx), -1) + 1 FROM audit_leaves`)
)

var errTree = errors.New("audit: the log is not whole")

// tree reads hashes of the log, as proofs want them.
type tree struct {
	ctx context.Context
	r   store.Reader
}

// size is how many leaves the log has.
func (t tree) size() (int64, error) { return store.One[int64](t.ctx, t.r, sqlSize) }

// run reads n hashes of a kept level.
func (t tree) run(level int, from, n int64) ([]proof.Hash, error) {
	var all [][]byte
	var err error
	if level == 0 {
		all, err = store.All[[]byte](t.ctx, t.r, sqlLeafRange, from, from+n)
	} else {
		all, err = store.All[[]byte](t.ctx, t.r, sqlNodeRange, level, from, from+n)
	}
	if err != nil {
		return nil, err
	}
	out := make([]proof.Hash, len(all))
	for i, h := range all {
		if len(h) != len(out[i]) {
			return nil, errTree
		}
		copy(out[i][:], h)
	}
	return out, nil
}

// fold is the root over n hashes (a power of two) of a kept level.
func (t tree) fold(level int, from, n int64) (proof.Hash, error) {
	h, err := t.run(level, from, n)
	if err == nil && int64(len(h)) != n {
		err = fmt.Errorf("%w: level %d from %d", errTree, level, from)
	}
	if err != nil {
		return proof.Hash{}, err
	}
	for ; len(h) > 1; h = h[:len(h)/2] {
		for i := range len(h) / 2 {
			h[i] = tlog.NodeHash(h[2*i], h[2*i+1])
		}
	}
	return h[0], nil
}

// ReadHashes gives the hashes that package tlog asks for.
func (t tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		level, n := tlog.SplitStoredHashIndex(index)
		kept := level / tileHeight * tileHeight
		wide := int64(1) << (level - kept)
		h, err := t.fold(kept, n*wide, wide)
		if err != nil {
			return nil, err
		}
		out[i] = h
	}
	return out, nil
}

// root is the root over the first size leaves.
func (t tree) root(size int64) (proof.Hash, error) { return tlog.TreeHash(size, t) }

// Tile gives up to 256 hashes of a tile: level 0 are leaves, each level above holds the roots of 256 hashes beneath. Hashes only: anybody may have them.
func (l *Log) Tile(ctx context.Context, level int, n int64) ([]byte, error) {
	if level < 0 || level > 7 || n < 0 || n >= 1<<40 {
		return nil, store.Refuse(store.NotFound, "Không tìm thấy nội dung yêu cầu.")
	}
	hashes, err := tree{ctx, l.DB}.run(level*tileHeight, n*tileWidth, tileWidth)
	if err != nil {
		return nil, err
	}
	if len(hashes) == 0 {
		return nil, store.Refuse(store.NotFound, "Không tìm thấy nội dung yêu cầu.")
	}
	var out []byte
	for _, h := range hashes {
		out = append(out, h[:]...)
	}
	return out, nil
}

// Consistency proves that the log of size to extends the log of size from. Conflict when the log never had these sizes.
func (l *Log) Consistency(ctx context.Context, from, to int64) ([]proof.Hash, error) {
	t := tree{ctx, l.DB}
	size, err := t.size()
	if err != nil {
		return nil, err
	}
	if from < 1 || to < from || to > size {
		return nil, store.Refuse(store.Conflict, "Nhật ký niêm phong chưa có độ dài này.")
	}
	return tlog.ProveTree(to, from, t)
}
