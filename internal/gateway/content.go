package gateway

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"os"
	"sync"
)

// content keeps a fetched message until it was read: small ones in memory, others on disk.
type content struct {
	mem  bytes.Buffer
	disk *os.File
	size int64
}

const inMemory = 256 << 10

func (c *content) Write(p []byte) (int, error) {
	c.size += int64(len(p))
	if c.disk == nil && c.mem.Len()+len(p) <= inMemory {
		return c.mem.Write(p)
	}
	if c.disk == nil {
		f, err := os.CreateTemp("", "gateway-*.part")
		if err != nil {
			return 0, err
		}
		c.disk = f
		if _, err := c.mem.WriteTo(f); err != nil {
			return 0, err
		}
	}
	return c.disk.Write(p)
}

func (c *content) drop() {
	if c.disk != nil {
		_ = c.disk.Close()
		_ = os.Remove(c.disk.Name())
		c.disk = nil
	}
}

// open gives the message: the text as it came, or decoded where it came in base64, which knows no "<" (X17.1).
func (c *content) open() (io.ReadCloser, error) {
	var r io.Reader = &c.mem
	if c.disk != nil {
		if _, err := c.disk.Seek(0, io.SeekStart); err != nil {
			c.drop()
			return nil, err
		}
		r = c.disk
	}
	b := bufio.NewReaderSize(r, 8<<10)
	r = b
	if head, _ := b.Peek(4 << 10); bytes.IndexByte(head, '<') < 0 {
		r = base64.NewDecoder(base64.StdEncoding, &solid{b})
	}
	return &opened{Reader: r, drop: sync.OnceFunc(c.drop)}, nil
}

type opened struct {
	io.Reader
	drop func()
}

func (o *opened) Close() error {
	o.drop()
	return nil
}

// solid leaves out white space between the lines of base64.
type solid struct{ r io.Reader }

func (s *solid) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	kept := p[:0]
	for _, c := range p[:n] {
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			kept = append(kept, c)
		}
	}
	return len(kept), err
}
