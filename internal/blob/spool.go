package blob

import (
	"bufio"
	"context"
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// spooled is a stranger's stream kept in a locked temporary file, hashed and perhaps compressed.
type spooled struct {
	file       *os.File
	ref        Ref
	stored     int64 // bytes in the file
	compressed bool
}

// discard removes the temporary file. After a rename there is nothing left to remove.
func (s *spooled) discard() {
	s.file.Close()
	os.Remove(s.file.Name())
}

var copyBuffers = sync.Pool{New: func() any { b := make([]byte, 256<<10); return &b }}

// spool copies r into a new temporary file of dir. It does not sync.
func spool(ctx context.Context, dir string, r io.Reader, limit int64) (*spooled, error) {
	if limit <= 0 {
		limit = DefaultLimit
	}
	r, isText := sniff(r)
	f, err := heldTemp(dir)
	if err != nil {
		return nil, writeFailure(err)
	}
	s := &spooled{file: f, compressed: isText}
	if err := s.fill(ctx, r, limit); err != nil {
		s.discard()
		return nil, writeFailure(err)
	}
	return s, nil
}

// heldTemp creates a temporary file (0600) and marks it as held. A process that opens the store between the two steps may
// take the file for an orphan; then another one is made.
func heldTemp(dir string) (*os.File, error) {
	for try := 0; ; try++ {
		f, err := os.CreateTemp(dir, "put-*")
		if err != nil {
			return nil, err
		}
		err = lockTemp(f)
		if err == nil {
			_, err = os.Lstat(f.Name())
		}
		if err == nil {
			return f, nil
		}
		f.Close()
		os.Remove(f.Name())
		if try == 4 {
			return nil, err
		}
	}
}

func (s *spooled) fill(ctx context.Context, r io.Reader, limit int64) error {
	sum := sha256.New()
	var err error
	if s.compressed {
		s.ref.Size, err = s.compress(ctx, io.TeeReader(r, sum), limit)
	} else {
		s.ref.Size, err = copyLimited(ctx, s.file, io.TeeReader(r, sum), limit)
	}
	if err != nil {
		return err
	}
	s.ref.SHA = hexSum(sum.Sum(nil))
	s.stored, err = s.file.Seek(0, io.SeekEnd)
	return err
}

var buffers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, 256<<10) }}

func (s *spooled) compress(ctx context.Context, r io.Reader, limit int64) (int64, error) {
	out := buffers.Get().(*bufio.Writer)
	out.Reset(s.file)
	defer func() {
		out.Reset(nil)
		buffers.Put(out)
	}()
	if _, err := out.Write(writeHead(0)); err != nil {
		return 0, err
	}
	e := encoders.Get().(interface {
		io.WriteCloser
		Reset(io.Writer)
	})
	e.Reset(out)
	n, err := copyLimited(ctx, e, r, limit)
	closeErr := e.Close()
	e.Reset(nil)
	encoders.Put(e)
	if err == nil {
		err = closeErr
	}
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		_, err = s.file.WriteAt(writeHead(n), 0)
	}
	return n, err
}

// copyLimited copies until the end of r; one byte more than limit is TooLarge.
func copyLimited(ctx context.Context, w io.Writer, r io.Reader, limit int64) (int64, error) {
	buf := copyBuffers.Get().(*[]byte)
	defer copyBuffers.Put(buf)
	var total int64
	for {
		if err := ctx.Err(); err != nil {
			return total, err
		}
		n, err := r.Read(*buf)
		total += int64(n)
		if total > limit {
			return total, &Error{Code: TooLarge, Limit: limit}
		}
		if n > 0 {
			if _, werr := w.Write((*buf)[:n]); werr != nil {
				return total, werr
			}
		}
		if err == io.EOF {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
}

// removeOrphans deletes temporary files that no living process holds.
func removeOrphans(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Type().IsRegular() {
			removeIfOrphan(filepath.Join(dir, e.Name()))
		}
	}
	return nil
}
