package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"time"
)

// File reads the original bytes of one stored file. It is an io.ReadSeekCloser for one goroutine, fit for
// http.ServeContent. Bytes that differ from the address end in Damaged: before the last bytes of a sequential reading,
// before the first byte of any other (which therefore costs one reading of the whole file).
type File struct {
	sha     string
	size    int64
	modTime time.Time
	source  source

	part     io.ReadCloser // the source opened, standing at partAt
	partAt   int64
	pos      int64
	sum      hash.Hash // of the first summed bytes
	summed   int64
	verified bool
	failed   error
}

// source opens the original bytes from an offset on.
type source interface {
	from(offset int64) (io.ReadCloser, error)
	io.Closer
}

func newFile(info Info, s source) *File {
	return &File{sha: info.SHA, size: info.Size, modTime: info.ModTime, source: s, sum: sha256.New()}
}

func (f *File) SHA() string        { return f.sha }
func (f *File) Size() int64        { return f.size }
func (f *File) ModTime() time.Time { return f.modTime }

func (f *File) Read(p []byte) (int, error) {
	if f.failed != nil {
		return 0, f.failed
	}
	if len(p) == 0 {
		return 0, nil
	}
	if !f.verified && (f.size == 0 || f.pos != f.summed && f.pos < f.size) {
		if err := f.verify(); err != nil {
			return 0, f.fail(err)
		}
	}
	if f.pos >= f.size {
		return 0, io.EOF
	}
	n, err := f.take(p)
	if err != nil {
		clear(p)
		return 0, f.fail(err)
	}
	return n, nil
}

// take reads the next bytes and, while reading in sequence, compares the hash before the last of them are handed over.
func (f *File) take(p []byte) (int, error) {
	if f.part == nil || f.partAt != f.pos {
		if err := f.reopen(f.pos); err != nil {
			return 0, err
		}
	}
	if rest := f.size - f.pos; int64(len(p)) > rest {
		p = p[:rest]
	}
	n, err := f.part.Read(p)
	if n == 0 {
		if err == nil {
			return 0, nil
		}
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return 0, err
	}
	if !f.verified {
		f.sum.Write(p[:n])
		f.summed += int64(n)
		if f.summed == f.size {
			if err := f.compare(); err != nil {
				return 0, err
			}
		}
	}
	f.pos += int64(n)
	f.partAt = f.pos
	return n, nil
}

func (f *File) compare() error {
	var one [1]byte
	for {
		n, err := f.part.Read(one[:])
		if n > 0 {
			return refuse(Damaged, f.sha, errors.New("longer than recorded"))
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	if hexSum(f.sum.Sum(nil)) != f.sha {
		return refuse(Damaged, f.sha, errors.New("hash differs"))
	}
	f.verified = true
	return nil
}

// verify reads the whole file once from its start.
func (f *File) verify() error {
	if err := f.reopen(0); err != nil {
		return err
	}
	f.sum.Reset()
	n, err := io.Copy(f.sum, io.LimitReader(f.part, f.size))
	f.partAt, f.summed = n, n
	if err != nil {
		return err
	}
	if n != f.size {
		return refuse(Damaged, f.sha, errors.New("shorter than recorded"))
	}
	return f.compare()
}

func (f *File) reopen(offset int64) error {
	if f.part != nil {
		f.part.Close()
		f.part = nil
	}
	part, err := f.source.from(offset)
	if err != nil {
		return err
	}
	f.part, f.partAt = part, offset
	return nil
}

// fail remembers the first failure; a cut or unreadable source is damage unless the caller gave up or the network did.
func (f *File) fail(err error) error {
	if !errors.Is(err, Damaged) && !errors.Is(err, Unreachable) && !errors.Is(err, NotFound) &&
		!errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		err = refuse(Damaged, f.sha, err)
	}
	f.failed = err
	return err
}

// Seek moves within the original bytes; the end is Size.
func (f *File) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += f.pos
	case io.SeekEnd:
		offset += f.size
	}
	if offset < 0 || whence < io.SeekStart || whence > io.SeekEnd {
		return 0, errors.New("blob: seek before the start")
	}
	f.pos = offset
	return offset, nil
}

func (f *File) Close() error {
	if f.part != nil {
		f.part.Close()
		f.part = nil
	}
	return f.source.Close()
}

// ReadAll gives the verified bytes of a file of at most limit bytes; a larger one is TooLarge.
func ReadAll(ctx context.Context, s Store, sha string, limit int64) ([]byte, error) {
	f, err := s.Open(ctx, sha)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if f.Size() > limit {
		return nil, &Error{Code: TooLarge, SHA: sha, Limit: limit}
	}
	var b bytes.Buffer
	b.Grow(int(min(f.Size(), 1<<20)) + bytes.MinRead)
	_, err = b.ReadFrom(f)
	return b.Bytes(), err
}
