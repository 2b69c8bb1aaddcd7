package edxml

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"os"
)

const spoolInMemory = 256 << 10

// spool holds a decoded file until the message proved readable: small ones in memory, others on disk.
type spool struct {
	dir  string
	mem  []byte
	disk *os.File
	size int64
	sum  hash.Hash
}

func newSpool(dir string) *spool { return &spool{dir: dir, sum: sha256.New()} }

func (s *spool) Write(p []byte) (int, error) {
	s.sum.Write(p)
	s.size += int64(len(p))
	if s.disk == nil && len(s.mem)+len(p) <= spoolInMemory {
		s.mem = append(s.mem, p...)
		return len(p), nil
	}
	if s.disk == nil {
		f, err := os.CreateTemp(s.dir, "edxml-*.part")
		if err != nil {
			return 0, err
		}
		s.disk = f
		if _, err := f.Write(s.mem); err != nil {
			return 0, err
		}
		s.mem = nil
	}
	return s.disk.Write(p)
}

// ReadAt makes a spool a source for a ZIP reader.
func (s *spool) ReadAt(p []byte, off int64) (int, error) {
	if s.disk != nil {
		return s.disk.ReadAt(p, off)
	}
	return bytes.NewReader(s.mem).ReadAt(p, off)
}

func (s *spool) reader() io.Reader { return io.NewSectionReader(s, 0, s.size) }

func (s *spool) digest() string { return hex.EncodeToString(s.sum.Sum(nil)) }

func (s *spool) head() []byte {
	buf := make([]byte, min(512, s.size))
	n, _ := s.ReadAt(buf, 0)
	return buf[:n]
}

func (s *spool) close() {
	if s == nil || s.disk == nil {
		return
	}
	_ = s.disk.Close()
	_ = os.Remove(s.disk.Name())
	s.disk = nil
}
