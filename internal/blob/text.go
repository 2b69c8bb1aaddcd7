package blob

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"sync"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"
)

// A compressed file starts with a zstd skippable frame that carries the original length; `zstd -d` still reads it.
//
//	4 bytes magic 0x184D2A5C, 4 bytes payload length (16), 8 bytes mark, 8 bytes original length; little endian
const (
	headMagic  = 0x184D2A5C
	headLength = 24
	headMark   = "congvu\x00\x01"
)

const (
	sniffLength = 4096    // shorter texts are not worth a frame
	maxWindow   = 8 << 20 // bytes of memory a stored frame may ask for
)

var errNotOurs = errors.New("compressed file without its length")

func writeHead(original int64) []byte {
	head := make([]byte, 0, headLength)
	head = binary.LittleEndian.AppendUint32(head, headMagic)
	head = binary.LittleEndian.AppendUint32(head, headLength-8)
	head = append(head, headMark...)
	return binary.LittleEndian.AppendUint64(head, uint64(original))
}

func readHead(head []byte) (int64, error) {
	if len(head) < headLength || !bytes.Equal(head[:16], writeHead(0)[:16]) {
		return 0, errNotOurs
	}
	n := binary.LittleEndian.Uint64(head[16:])
	if n > 1<<50 {
		return 0, errNotOurs
	}
	return int64(n), nil
}

// looksLikeText decides from the first bytes: valid UTF-8 of some length without control characters.
func looksLikeText(head []byte) bool {
	if len(head) < sniffLength {
		return false
	}
	for len(head) > 0 {
		r, n := utf8.DecodeRune(head)
		if r == utf8.RuneError && n == 1 {
			return len(head) < utf8.UTFMax && !utf8.FullRune(head)
		}
		if r < 0x20 && r != '\n' && r != '\r' && r != '\t' && r != '\f' {
			return false
		}
		head = head[n:]
	}
	return true
}

// sniff looks at the start of r without consuming it. A read error shows up again when r is read on.
func sniff(r io.Reader) (io.Reader, bool) {
	b := bufio.NewReaderSize(r, sniffLength)
	head, _ := b.Peek(sniffLength)
	return b, looksLikeText(head)
}

var encoders = sync.Pool{New: func() any {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20), zstd.WithEncoderCRC(false))
	if err != nil {
		panic(err) // the options are constants
	}
	return e
}}

// expand opens the original bytes of a compressed file from offset on.
func expand(stored io.ReadCloser, offset int64) (io.ReadCloser, error) {
	d, err := zstd.NewReader(stored, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderMaxMemory(maxWindow*4))
	if err != nil {
		stored.Close()
		return nil, err
	}
	e := &expanded{Decoder: d, stored: stored}
	if _, err := io.CopyN(io.Discard, d, offset); err != nil {
		e.Close()
		return nil, err
	}
	return e, nil
}

type expanded struct {
	*zstd.Decoder
	stored io.Closer
}

func (e *expanded) Close() error {
	e.Decoder.Close()
	return e.stored.Close()
}
