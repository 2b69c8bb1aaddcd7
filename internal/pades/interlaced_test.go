package pades

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"testing"
)

// interlaced writes an RGBA picture in the seven passes of Adam7: a red square on a transparent ground.
func interlaced(t testing.TB, width, height int) []byte {
	t.Helper()
	var raw bytes.Buffer
	z := zlib.NewWriter(&raw)
	for _, p := range [7][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
		for y := p[1]; y < height && p[0] < width; y += p[3] {
			z.Write([]byte{0})
			for x := p[0]; x < width; x += p[2] {
				if x > 8 && x < 56 && y > 8 && y < 40 {
					z.Write([]byte{0xe0, 0x10, 0x18, 0xff})
				} else {
					z.Write([]byte{0, 0, 0, 0})
				}
			}
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	out := []byte("\x89PNG\r\n\x1a\n")
	add := func(kind string, body []byte) {
		out = binary.BigEndian.AppendUint32(out, uint32(len(body)))
		piece := append([]byte(kind), body...)
		out = binary.BigEndian.AppendUint32(append(out, piece...), crc32.ChecksumIEEE(piece))
	}
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(width)), uint32(height))
	add("IHDR", append(head, 8, 6, 0, 0, 1))
	add("IDAT", raw.Bytes())
	add("IEND", nil)
	return out
}
