package blob

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
)

// Named is a file as a row names it: where the row stands, and how long the file is said to be (-1 = the row does not say).
type Named struct {
	Place    string
	AgencyID int64
	Ref      string
	SHA      string
	Size     int64
}

// Ledger is what a store holds, 12 bytes a file, to be compared with the rows that name files.
type Ledger struct {
	store Store
	begin []uint64 // of the addresses, ascending
	size  []uint32 // 1<<32-1 = that or more
	named []uint64 // bits
	hurt  map[uint64]bool
}

const largest = 1<<32 - 1

// Take lists the store. With read every file is read and compared with its address; damage is told of each one that is not what it was.
func Take(ctx context.Context, s Store, read bool, saw func(), damage func(sha string, err error)) (*Ledger, error) {
	l := &Ledger{store: s, hurt: map[uint64]bool{}}
	err := s.List(ctx, func(i Info) error {
		saw()
		if read {
			switch err := s.Verify(ctx, i.SHA); {
			case errors.Is(err, NotFound):
				return nil // removed meanwhile
			case errors.Is(err, Damaged):
				l.hurt[begin(i.SHA)] = true
				damage(i.SHA, err)
			case err != nil:
				return err
			}
		}
		if i.Size < 0 {
			if known, err := s.Stat(ctx, i.SHA); err == nil {
				i.Size = known.Size
			}
		}
		size := uint32(largest)
		if i.Size >= 0 && i.Size < largest {
			size = uint32(i.Size)
		}
		l.begin, l.size = append(l.begin, begin(i.SHA)), append(l.size, size)
		return nil
	})
	l.named = make([]uint64, len(l.begin)/64+1)
	return l, err
}

func begin(sha string) uint64 {
	var b [8]byte
	if len(sha) < 16 {
		return 0
	}
	if _, err := hex.Decode(b[:], []byte(sha[:16])); err != nil {
		return 0
	}
	return binary.BigEndian.Uint64(b[:])
}

// What a row's file may be.
const (
	Kept     = ""
	Missing  = "missing"
	OtherLen = "size"
)

// Judge tells whether the file of a row is there, of the length that the row says, and remembers that a row names it.
func (l *Ledger) Judge(ctx context.Context, n Named) (string, error) {
	if !ValidSHA(n.SHA) {
		return Missing, nil
	}
	at, found := slices.BinarySearch(l.begin, begin(n.SHA))
	if !found {
		if _, err := l.store.Stat(ctx, n.SHA); err == nil {
			return Kept, nil // it came while we were looking
		} else if !errors.Is(err, NotFound) {
			return "", err
		}
		return Missing, nil
	}
	l.named[at/64] |= 1 << (at % 64)
	if n.Size >= 0 && n.Size < largest && l.size[at] != largest && int64(l.size[at]) != n.Size && !l.hurt[l.begin[at]] {
		return OtherLen, nil
	}
	return Kept, nil
}

// Orphans counts the files that no row named, and all.
func (l *Ledger) Orphans() (orphans, all int) {
	for i := range l.begin {
		if l.named[i/64]&(1<<(i%64)) == 0 {
			orphans++
		}
	}
	return orphans, len(l.begin)
}
