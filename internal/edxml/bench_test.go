package edxml

import (
	"bytes"
	"io"
	"runtime"
	"testing"
)

type zeros struct{ left int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), z.left))
	for i := range p[:n] {
		p[i] = byte(i*7 + n)
	}
	z.left -= int64(n)
	return n, nil
}

func bigPDF(size int64) File {
	return File{Name: "lon.pdf", Size: size, Open: func() (io.ReadCloser, error) { return io.NopCloser(&zeros{size}), nil }}
}

const benchSize = 40 << 20

func BenchmarkWrite40MB(b *testing.B) {
	b.SetBytes(benchSize)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := WriteDocument(io.Discard, exampleDocument(), []File{bigPDF(benchSize)}, NationalForm); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead40MB(b *testing.B) {
	var msg bytes.Buffer
	if _, err := WriteDocument(&msg, exampleDocument(), []File{bigPDF(benchSize)}, NationalForm); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(benchSize)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(bytes.NewReader(msg.Bytes()), Options{SpoolDir: b.TempDir()}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadSmall(b *testing.B) {
	raw := example(b, nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(bytes.NewReader(raw), Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// TestMemoryDoesNotGrowWithTheFile: 40 MB pass in both directions with less than 8 MB allocated in all.
func TestMemoryDoesNotGrowWithTheFile(t *testing.T) { // X7.6
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, w := io.Pipe()
	go func() {
		_, err := WriteDocument(w, exampleDocument(), []File{bigPDF(benchSize)}, NationalForm)
		w.CloseWithError(err)
	}()
	m, err := Read(r, Options{SpoolDir: t.TempDir(), Sink: func(_ Attachment, r io.Reader) error {
		_, err := io.Copy(io.Discard, r)
		return err
	}})
	if err != nil || m.Attachments[0].Size != benchSize {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 8<<20 {
		t.Errorf("%d bytes allocated", got)
	}
}
