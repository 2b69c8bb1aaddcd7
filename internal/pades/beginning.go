package pades

import (
	"crypto"
	"hash"
)

// beginnings hash a file from its first byte on. All signatures of a file cover the same bytes up to the first of them, and so
// does the hash of the file itself: that part is hashed once. A nil map remembers nothing.
type beginnings map[crypto.Hash][]beginning

type beginning struct {
	end   int
	state hash.Cloner
}

// hash gives the state of h after the given beginning of the file, for the caller to go on with.
func (b beginnings) hash(h crypto.Hash, front []byte) hash.Hash {
	from, state := 0, h.New()
	for _, x := range b[h] {
		if x.end <= len(front) && x.end > from {
			if again, err := x.state.Clone(); err == nil {
				from, state = x.end, again
			}
		}
	}
	state.Write(front[from:])
	if c, ok := state.(hash.Cloner); ok && b != nil && from < len(front) {
		if kept, err := c.Clone(); err == nil {
			b[h] = append(b[h], beginning{len(front), kept})
		}
	}
	return state
}
