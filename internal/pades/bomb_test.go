//go:build unix

package pades

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"congvu/internal/pdf"
)

const bombSize = 10_000_000

// bombs are files of at most 10 MB that want far more than that of their reader.
func bombs(t testing.TB) map[string][]byte {
	t.Helper()
	fill := func(unit string) string { return strings.Repeat(unit, bombSize/len(unit)) }
	const page = "<</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]>>"
	with := func(body string) []byte {
		return tabled("", "<</Type /Catalog /Pages 2 0 R /PieceInfo 4 0 R>>", "<</Type /Pages /Kids [3 0 R] /Count 1>>", page, body)
	}
	out := map[string][]byte{
		"array of numbers":       with("[" + fill("0 ") + "]"),
		"array of large numbers": with("[" + fill("999999 ") + "]"),
		"array of strings":       with("[" + fill("()") + "]"),
		"array of names":         with("[" + fill("/A") + "]"),
		"array of references":    with("[" + fill("4 0 R ") + "]"),
		"array of arrays":        with("[" + fill("[]") + "]"),
		"array of dictionaries":  with("[" + fill("<</A 1>>") + "]"),
		"empty dictionaries":     with("[" + fill("<<>>") + "]"),
		"one dictionary":         with("<<" + distinctKeys() + ">>"),
		"nested arrays":          with(fill("[")),
		"nested dictionaries":    with(fill("<</A ")),
		"one string":             with("(" + fill("(x)") + ")"),
		"comments":               with(fill("%\n") + "[]"),
		"table of entries":       crossReferences(fill("1 0 n "), bombSize/len("1 0 n ")),
		"table of free entries":  crossReferences(fill("0 0 f "), bombSize/len("0 0 f ")),
		"subsections":            subsectionBomb(),
		"sections":               sectionBomb(),
		"section stream":         streamBomb(bombSize),
		"object streams":         objectStreamBomb(t),
		"objects":                objectBomb(),
		"page tree":              pageBomb(),
		"form fields":            fieldBomb(),
		"name tree":              nameBomb(),
		"byte ranges":            append(fillBytes(with("null"), "/ByteRange "), with("null")...),
	}
	for name, file := range out {
		if len(file) > bombSize*3/2 {
			t.Fatalf("%s: a bomb of %d bytes", name, len(file))
		}
	}
	return out
}

func fillBytes(front []byte, unit string) []byte {
	return append(front, strings.Repeat(unit, bombSize/len(unit))...)
}

// tabled writes a file with a cross-reference table; object n is objects[n-1].
func tabled(trailer string, objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	x := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<</Root 1 0 R /Size %d %s>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, trailer, x)
	return b.Bytes()
}

func distinctKeys() string {
	var b strings.Builder
	for i := 0; b.Len() < bombSize; i++ {
		fmt.Fprintf(&b, "/%x 1", i)
	}
	return b.String()
}

const smallObjects = "1 0 obj\n<</Type /Catalog /Pages 2 0 R>>\nendobj\n"

func crossReferences(entries string, n int) []byte {
	return fmt.Appendf(nil, "%%PDF-1.7\n%sxref\n0 %d\n%strailer\n<</Root 1 0 R /Size %d>>\nstartxref\n%d\n%%%%EOF\n", smallObjects, n, entries, n, 9+len(smallObjects))
}

func subsectionBomb() []byte {
	var b strings.Builder
	n := 0
	for ; b.Len() < bombSize; n++ {
		fmt.Fprintf(&b, "%d 1 1 0 n ", 2*n)
	}
	return fmt.Appendf(nil, "%%PDF-1.7\n%sxref\n%strailer\n<</Root 1 0 R /Size 9>>\nstartxref\n%d\n%%%%EOF\n", smallObjects, b.String(), 9+len(smallObjects))
}

// sectionBomb has a thousand sections, each of 2,000 entries.
func sectionBomb() []byte {
	out := []byte("%PDF-1.7\n" + smallObjects)
	prev := ""
	for len(out) < bombSize {
		at := len(out)
		out = fmt.Appendf(out, "xref\n0 1500\n%strailer\n<</Root 1 0 R /Size 2000 %s>>\nstartxref\n%d\n%%%%EOF\n", strings.Repeat("1 0 n ", 1500), prev, at)
		prev = fmt.Sprintf("/Prev %d", at)
	}
	return out
}

// streamBomb announces as many entries of one byte as a stream may inflate to, in an uncompressed cross-reference stream.
func streamBomb(size int) []byte {
	body, err := pdf.Append([]byte("2 0 obj\n"), pdf.Flate(pdf.Dict{"Type": pdf.Name("XRef"), "Root": pdf.Ref{Num: 1}, "W": pdf.Array{0, 1, 0}, "Size": 1_900_000}, bytes.Repeat([]byte{9}, 30_000_000)))
	if err != nil {
		panic(err)
	}
	return fmt.Appendf(nil, "%%PDF-1.7\n%s%s\nendobj\nstartxref\n%d\n%%%%EOF\n", smallObjects, body, 9+len(smallObjects))
}

// objectStreamBomb has 60 object streams that inflate to 15 MB each, each with an object that the catalog names.
func objectStreamBomb(t testing.TB) []byte {
	t.Helper()
	content := append([]byte("99 0 "), bytes.Repeat([]byte(" "), 15_000_000)...)
	content = append(content, "[]"...)
	stream, err := pdf.Append(nil, pdf.Flate(pdf.Dict{"Type": pdf.Name("ObjStm"), "N": 1, "First": 5}, content))
	if err != nil {
		t.Fatal(err)
	}
	const streams = 60
	out := []byte("%PDF-1.7\n1 0 obj\n<</Type /Catalog /Pages 2 0 R /PieceInfo [")
	for i := range streams {
		out = fmt.Appendf(out, "%d 0 R ", 100+i)
	}
	out = append(out, "]>>\nendobj\n"...)
	rows := [][3]int{{1, 9, 0}}
	index := pdf.Array{1, 1}
	for i := range streams {
		rows = append(rows, [3]int{1, len(out), 0})
		index = append(index, 10+i, 1)
		body := bytes.Replace(stream, []byte("99 0 "), fmt.Appendf(nil, "%d 0", 100+i), 1)
		out = fmt.Appendf(out, "%d 0 obj\n%s\nendobj\n", 10+i, body)
	}
	for i := range streams {
		rows = append(rows, [3]int{2, 10 + i, 0})
		index = append(index, 100+i, 1)
	}
	var raw []byte
	for _, r := range rows {
		raw = append(raw, byte(r[0]), byte(r[1]>>24), byte(r[1]>>16), byte(r[1]>>8), byte(r[1]), byte(r[2]))
	}
	at := len(out)
	section, err := pdf.Append(nil, pdf.Flate(pdf.Dict{"Type": pdf.Name("XRef"), "Root": pdf.Ref{Num: 1}, "W": pdf.Array{1, 4, 1}, "Size": 300, "Index": index}, raw))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Appendf(out, "200 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n", section, at)
}

// objectBomb has as many small objects as fit.
func objectBomb() []byte {
	objects := []string{"<</Type /Catalog /Pages 2 0 R>>", "<</Type /Pages /Kids [3 0 R] /Count 1>>", "<</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]>>"}
	return tabled("", append(objects, slices.Repeat([]string{"<</A 1/B 2>>"}, bombSize/52)...)...)
}

// pageBomb has pages that all name all others.
func pageBomb() []byte {
	var kids strings.Builder
	n := bombSize / 120
	for i := range n {
		fmt.Fprintf(&kids, "%d 0 R ", 3+i)
	}
	objects := []string{"<</Type /Catalog /Pages 2 0 R>>", "<</Type /Pages /Kids [" + kids.String() + "] /Count 1>>"}
	return tabled("", append(objects, slices.Repeat([]string{"<</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]/Annots 2 0 R>>"}, n)...)...)
}

// fieldBomb has a form whose fields contain each other.
func fieldBomb() []byte {
	const n = 2000
	var all strings.Builder
	for i := range n {
		fmt.Fprintf(&all, "%d 0 R ", 4+i)
	}
	objects := []string{"<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields [" + all.String() + "]>>>>", "<</Type /Pages /Kids [3 0 R] /Count 1>>", "<</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]>>"}
	kids := all.String()[:bombSize/n-100]
	kids = kids[:strings.LastIndex(kids, "R")+1]
	return tabled("", append(objects, slices.Repeat([]string{"<</FT /Sig /T (x) /V <<>> /Kids [" + kids + "]>>"}, n)...)...)
}

// nameBomb has a name tree whose nodes are each other's kids.
func nameBomb() []byte {
	const n = 1000
	var all strings.Builder
	for i := range n {
		fmt.Fprintf(&all, "%d 0 R ", 4+i)
	}
	objects := []string{"<</Type /Catalog /Pages 2 0 R /Names <</Dests 4 0 R /EmbeddedFiles 5 0 R /JavaScript 6 0 R>>>>", "<</Type /Pages /Kids [3 0 R] /Count 1>>", "<</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]>>"}
	return tabled("", append(objects, slices.Repeat([]string{"<</Kids [" + all.String() + "]>>"}, n)...)...)
}

// held gives the most memory in use at once while use ran, and how much it asked for in all. The collector is made to work hard,
// so that what is not needed any more does not count.
func held(use func()) (most, all uint64) {
	defer debug.SetGCPercent(debug.SetGCPercent(10))
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	now := func() uint64 { metrics.Read(sample); return sample[0].Value.Uint64() }
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start, done := now(), make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		for tick := time.Tick(time.Millisecond); ; {
			most = max(most, now())
			select {
			case <-done:
				return
			case <-tick:
			}
		}
	})
	use()
	close(done)
	watch.Wait()
	runtime.ReadMemStats(&after)
	return most - min(start, most), after.TotalAlloc - before.TotalAlloc
}

// A file of 10 MB that wants gigabytes is judged, or refused, with bounded memory. What signing copies of the file itself is
// the caller's.
func TestBombsAreDefused(t *testing.T) {
	o := testOffice(t)
	for name, file := range bombs(t) {
		check := func(act string, copies int, use func()) {
			start := cpu()
			most, all := held(use)
			t.Logf("%-24s %-6s holds %3d MB, asks for %3d MB, %v", name, act, most>>20, all>>20, cpu()-start)
			if own := uint64(copies * len(file)); most > 100<<20+own || all > 300<<20+own {
				t.Errorf("%s, %s: %d MB held, %d MB asked for", name, act, most>>20, all>>20)
			}
		}
		check("verify", 0, func() {
			if r := verify(t, file, o.options()); r.Outcome == Passed {
				t.Errorf("%s is passed", name)
			}
		})
		check("sign", 1, func() {
			signed, err := Sign(context.Background(), file, o.request(o.leader))
			if err == nil && !bytes.HasPrefix(signed, file) {
				t.Errorf("%s: not appended", name)
			}
		})
	}
}

func BenchmarkBombs(b *testing.B) {
	o := testOffice(b)
	for name, file := range bombs(b) {
		b.Run(strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				verify(b, file, o.options())
			}
		})
	}
}
