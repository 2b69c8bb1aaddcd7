package pades

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"congvu/internal/pdf"
)

// scanned writes a file as scanners do, one picture of about 500 KB a page, without holding it in memory.
func scanned(t testing.TB, size int) *os.File {
	t.Helper()
	const picture = 500_000
	f, err := os.Create(filepath.Join(t.TempDir(), "scan.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	w := bufio.NewWriter(f)
	var at []int
	n := 0
	write := func(format string, args ...any) {
		k, _ := fmt.Fprintf(w, format, args...) // Flush tells
		n += k
	}
	object := func(format string, args ...any) {
		at = append(at, n)
		write("%d 0 obj\n", len(at))
		write(format, args...)
		write("\nendobj\n")
	}
	write("%%PDF-1.7\n%%\xe2\xe3\xcf\xd3\n")
	pages := max(1, size/picture)
	object("<</Type /Catalog /Pages 2 0 R>>")
	var kids strings.Builder
	for i := range pages {
		fmt.Fprintf(&kids, "%d 0 R ", 3+2*i)
	}
	object("<</Type /Pages /Count %d /Kids [%s]>>", pages, kids.String())
	noise := make([]byte, picture)
	rand.NewChaCha8([32]byte{1}).Read(noise)
	for i := range pages {
		object("<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</XObject <</Im %d 0 R>>>>>>", 4+2*i)
		object("<</Type /XObject /Subtype /Image /Width 1000 /Height 500 /BitsPerComponent 8 /ColorSpace /DeviceGray /Length %d>>\nstream\n%s\nendstream", len(noise), noise)
	}
	section := n
	write("xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		write("%010d 00000 n \n", o)
	}
	write("trailer\n<</Root 1 0 R /Size %d>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, section)
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestSignFileMakesWhatSignMakes(t *testing.T) {
	o := testOffice(t)
	src := scanned(t, 3_000_000)
	req := o.request(o.leader)
	req.Certify = 2
	var out bytes.Buffer
	if err := SignFile(context.Background(), &out, src, req); err != nil {
		t.Fatal(err)
	}
	if r := verify(t, out.Bytes(), o.options()); r.Outcome != Passed || len(r.Signatures) != 1 || !r.Signatures[0].WholeFile {
		t.Error(explain(r))
	}
	crossCheck(t, out.Bytes(), 1)
	whole, err := os.ReadFile(src.Name())
	if err != nil {
		t.Fatal(err)
	}
	// All but the signature value, which is drawn anew each time, is what Sign writes.
	p, err := Prepare(whole, req)
	if err != nil {
		t.Fatal(err)
	}
	if b := out.Bytes(); len(b) != len(p.File) || !bytes.Equal(b[:p.Hole[0]], p.File[:p.Hole[0]]) || !bytes.Equal(b[p.Hole[1]:], p.File[p.Hole[1]:]) {
		t.Error("the two ways of signing differ")
	}
}

func TestSignFileRefuses(t *testing.T) {
	o := testOffice(t)
	good := scanned(t, 600_000)
	keep := func(b []byte) *os.File {
		f, err := os.Open(keepFile(t, b))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	folder, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	ended, end := context.WithCancel(context.Background())
	end()
	final := o.request(o.leader)
	final.Certify = 1
	for name, c := range map[string]struct {
		ctx  context.Context
		src  *os.File
		req  Request
		want error
	}{
		"no key":         {context.Background(), good, Request{}, ErrRequest},
		"an empty file":  {context.Background(), keep(nil), o.request(o.leader), pdf.ErrNotPDF},
		"no PDF":         {context.Background(), keep([]byte("văn bản")), o.request(o.leader), pdf.ErrNotPDF},
		"a folder":       {context.Background(), folder, o.request(o.leader), nil},
		"nobody waits":   {ended, good, o.request(o.leader), context.Canceled},
		"final document": {context.Background(), keep(mustSign(t, draft(t, 0), final)), o.request(o.agency), ErrCertified},
		"closed file":    {context.Background(), func() *os.File { f := keep(nil); f.Close(); return f }(), o.request(o.leader), os.ErrClosed},
	} {
		var out bytes.Buffer
		err := SignFile(c.ctx, &out, c.src, c.req)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// meddler changes the file on which a signature is being made.
type meddler struct {
	file *os.File
	size int64
	done bool
}

func (m *meddler) Write(p []byte) (int, error) {
	if !m.done {
		m.done = true
		return len(p), m.file.Truncate(m.size)
	}
	return len(p), nil
}

func TestSignFileNoticesAChangeMeanwhile(t *testing.T) {
	o := testOffice(t)
	for name, size := range map[string]int64{"cut": 100_000, "grown": 4_000_000} {
		src := scanned(t, 3_000_000)
		if err := SignFile(context.Background(), &meddler{file: src, size: size}, src, o.request(o.leader)); !errors.Is(err, ErrAltered) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The bound holds for allocations in all, so for the peak as well; the file is 100 times as large.
func TestSignFileNeedsNoMemoryForTheBytes(t *testing.T) {
	o := testOffice(t)
	src := scanned(t, 100_000_000)
	out, err := os.Create(filepath.Join(t.TempDir(), "signed.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := SignFile(context.Background(), out, src, o.request(o.leader)); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 8<<20 {
		t.Errorf("%d bytes allocated", got)
	}
}

// BenchmarkSignFile200MB reports the peak of resident memory of a process of its own that signs nothing else, as Linux counts it,
// and how much of it is there before the file is touched.
func BenchmarkSignFile200MB(b *testing.B) {
	const variable = "CONGVU_SIGN_FILE"
	o := testOffice(b)
	sign := func(name string) {
		src, err := os.Open(name)
		if err != nil {
			b.Fatal(err)
		}
		defer src.Close()
		out, err := os.Create(filepath.Join(b.TempDir(), "signed.pdf"))
		if err != nil {
			b.Fatal(err)
		}
		defer out.Close()
		if err := SignFile(context.Background(), out, src, o.request(o.leader)); err != nil {
			b.Fatal(err)
		}
	}
	if name := os.Getenv(variable); name != "" {
		start := peak()
		for b.Loop() {
			sign(name)
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(peak()), "peak-kB")
		b.ReportMetric(float64(start), "start-kB")
		b.ReportMetric(float64(m.HeapSys)/1024, "heap-kB")
		return
	}
	src := scanned(b, 200_000_000)
	for b.Loop() {
		cmd := exec.Command(os.Args[0], "-test.run=^$", "-test.bench=^BenchmarkSignFile200MB$", "-test.benchtime=3x")
		cmd.Env = append(os.Environ(), variable+"="+src.Name())
		out, err := cmd.CombinedOutput()
		if err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		words := strings.Fields(string(out))
		for i := 1; i < len(words); i++ {
			if unit := words[i]; strings.HasSuffix(unit, "-kB") || unit == "ns/op" {
				n, _ := strconv.ParseFloat(words[i-1], 64)
				b.ReportMetric(n, unit)
			}
		}
	}
}

// peak is the most resident memory that this process has had, in kB; 0 where the system does not tell.
func peak() int {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			return n
		}
	}
	return 0
}
