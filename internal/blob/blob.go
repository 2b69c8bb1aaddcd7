package blob

import (
	"context"
	"encoding/hex"
	"io"
	"time"
)

// DefaultLimit is the most one Put accepts, in bytes, when the caller names no limit.
const DefaultLimit int64 = 1 << 30

// Ref is what a row keeps of a file.
type Ref struct {
	SHA  string // 64 lower-case hexadecimal digits, SHA-256 of the original bytes
	Size int64  // original bytes
}

// Info describes a stored file without reading it.
type Info struct {
	SHA        string
	Size       int64 // original bytes; -1 when a listing does not know it (compressed files)
	StoredSize int64 // bytes it occupies
	Compressed bool
	ModTime    time.Time // the last Put of these bytes
}

// Store keeps files by content. All methods are safe for concurrent use.
type Store interface {
	// Put reads r to its end and returns once the bytes are durable. More than limit bytes (0: DefaultLimit) is refused
	// with TooLarge, no room with Full; then nothing is kept.
	Put(ctx context.Context, r io.Reader, limit int64) (Ref, error)
	// Open gives the original bytes; NotFound when there are none, Damaged (here or while reading) when they changed.
	Open(ctx context.Context, sha string) (*File, error)
	// Stat answers whether and since when the bytes are kept. It does not read them.
	Stat(ctx context.Context, sha string) (Info, error)
	// Verify reads the whole file and compares it with its address: nil, NotFound or Damaged.
	Verify(ctx context.Context, sha string) error
	// Delete forgets a file; deleting what is not there is no error.
	Delete(ctx context.Context, sha string) error
	// DeleteOlder deletes the file only if its last Put lies before the given instant, and says whether it did.
	DeleteOlder(ctx context.Context, sha string, before time.Time) (bool, error)
	// List calls visit for every file in the order of addresses until visit returns an error.
	List(ctx context.Context, visit func(Info) error) error
}

// ValidSHA reports whether s is an address: 64 lower-case hexadecimal digits. Everything else is refused before it
// reaches a path or a key.
func ValidSHA(s string) bool {
	if len(s) != 64 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func checkSHA(sha string) error {
	if !ValidSHA(sha) {
		return refuse(BadAddress, sha, nil)
	}
	return nil
}

func hexSum(sum []byte) string { return hex.EncodeToString(sum) }
