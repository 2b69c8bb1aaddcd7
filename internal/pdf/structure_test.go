package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// streamed writes a file whose only section is a cross-reference stream with the given entries of type, field 2, field 3.
// Object n of bodies is number n+1; the section is the next one.
func streamed(extra Dict, rows func(at []int, self int) [][3]int, bodies ...any) []byte {
	out := []byte("%PDF-1.7\n")
	var at []int
	for i, o := range bodies {
		at = append(at, len(out))
		out = fmt.Appendf(out, "%d 0 obj\n", i+1)
		out, _ = Append(out, o)
		out = append(out, "\nendobj\n"...)
	}
	self := len(out)
	var raw []byte
	for _, r := range rows(at, self) {
		raw = append(raw, byte(r[0]), byte(r[1]>>16), byte(r[1]>>8), byte(r[1]), byte(r[2]))
	}
	d := Dict{"Type": Name("XRef"), "Root": Ref{Num: 1}, "W": Array{1, 3, 1}, "Size": len(raw) / 5}
	for k, v := range extra {
		d[k] = v
	}
	out = fmt.Appendf(out, "%d 0 obj\n", len(bodies)+1)
	out, _ = Append(out, Flate(d, raw))
	return fmt.Appendf(out, "\nendobj\nstartxref\n%d\n%%%%EOF\n", self)
}

func plainRows(at []int, self int) [][3]int {
	rows := [][3]int{{0, 0, 255}}
	for _, a := range at {
		rows = append(rows, [3]int{1, a, 0})
	}
	return append(rows, [3]int{1, self, 0})
}

var (
	dCatalog = Dict{"Type": Name("Catalog"), "Pages": Ref{Num: 2}}
	dTree    = Dict{"Type": Name("Pages"), "Kids": Array{Ref{Num: 3}}, "Count": 1}
	dPage    = Dict{"Type": Name("Page"), "Parent": Ref{Num: 2}, "MediaBox": Array{0, 0, 9, 9}}
)

func TestCrossReferenceStreamAndObjectStreamAreRead(t *testing.T) {
	packed := func(text string) *Stream {
		return Flate(Dict{"Type": Name("ObjStm"), "N": 2, "First": 10}, []byte(text))
	}
	rows := func(at []int, self int) [][3]int {
		return [][3]int{{0, 0, 255}, {1, at[0], 0}, {1, at[1], 0}, {1, at[2], 0}, {1, at[3], 0}, {1, self, 0}, {2, 4, 0}, {2, 4, 1}}
	}
	f := mustOpen(t, streamed(nil, rows, dCatalog, dTree, dPage, packed("6 0 7 7   (mot)  (hai)")))
	for n, want := range map[int]string{6: "mot", 7: "hai"} {
		o, err := f.Object(Ref{Num: n})
		s, ok := o.(String)
		if err != nil || !ok || string(s.Bytes) != want || s.Start != 0 {
			t.Errorf("object %d: %v %v", n, o, err)
		}
	}
	for name, bad := range map[string]*Stream{
		"another number":   packed("6 0 8 7   (mot)  (hai)"),
		"place outside":    packed("6 0 7 99  (mot)  (hai)"),
		"no index":         packed("(mot)  (hai)        "),
		"too many objects": Flate(Dict{"Type": Name("ObjStm"), "N": 1 << 40, "First": 10}, []byte("6 0 7 7   (mot)  (hai)")),
		"another type":     Flate(Dict{"Type": Name("XObject")}, []byte("6 0 7 7   (mot)  (hai)")),
	} {
		f := mustOpen(t, streamed(nil, rows, dCatalog, dTree, dPage, bad))
		if err := f.ReadAll(); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUnsoundCrossReferenceStreamsAreRefused(t *testing.T) {
	mustOpen(t, streamed(nil, plainRows, dCatalog, dTree, dPage))
	for name, x := range map[string]struct {
		extra Dict
		want  error
	}{
		"two widths":              {Dict{"W": Array{1, 3}}, ErrBroken},
		"width of nine bytes":     {Dict{"W": Array{1, 9, 1}}, ErrBroken},
		"negative width":          {Dict{"W": Array{1, -3, 1}}, ErrBroken},
		"no field for offsets":    {Dict{"W": Array{1, 0, 4}}, ErrBroken},
		"more entries than bytes": {Dict{"Size": 4000}, ErrBroken},
		"too many entries":        {Dict{"Size": maxEntries + 1}, ErrBroken},
		"odd index":               {Dict{"Index": Array{0, 5, 9}}, ErrBroken},
		"negative index":          {Dict{"Index": Array{-1, 5}}, ErrBroken},
		"entry twice":             {Dict{"Index": Array{0, 3, 1, 2}}, ErrBroken},
		"unknown predictor":       {Dict{"DecodeParms": Dict{"Predictor": 5}}, ErrBroken},
		"huge rows":               {Dict{"DecodeParms": Dict{"Predictor": 12, "Columns": 1 << 40}}, ErrBroken},
	} {
		if _, err := Open(streamed(x.extra, plainRows, dCatalog, dTree, dPage)); !errors.Is(err, x.want) {
			t.Errorf("%s: got %v, want %v", name, err, x.want)
		}
	}
}

// A cross-reference stream that inflates to gigabytes ends at the limit, with bounded memory.
func TestInflationIsLimited(t *testing.T) {
	zeros := make([]byte, 2*maxInflate+1)
	bomb := Flate(Dict{"Type": Name("XRef"), "Root": Ref{Num: 1}, "W": Array{1, 3, 1}, "Size": maxEntries}, zeros)
	if len(bomb.Raw) > 100_000 {
		t.Fatal("that is no bomb")
	}
	out := []byte("%PDF-1.7\n1 0 obj\n")
	out, _ = Append(out, bomb)
	out = append(out, "\nendobj\nstartxref\n9\n%%EOF\n"...)
	if _, err := Open(out); !errors.Is(err, ErrLimit) {
		t.Error(err)
	}
}

// Many object streams, each below the limit, are limited together.
func TestTotalInflationIsLimited(t *testing.T) {
	big := append([]byte("6 0 7 7   (mot)  (hai)"), make([]byte, maxInflate-100)...)
	bomb := Flate(Dict{"Type": Name("ObjStm"), "N": 2, "First": 10}, big)
	bodies := []any{dCatalog, dTree, dPage}
	const n = maxInflated/maxInflate + 1
	for range n {
		bodies = append(bodies, bomb)
	}
	f := mustOpen(t, streamed(nil, plainRows, bodies...))
	var err error
	for i := 4; i < 4+n && err == nil; i++ {
		_, err = f.objectStream(i)
	}
	if !errors.Is(err, ErrLimit) {
		t.Error(err)
	}
}

func TestRevisionsAreLimited(t *testing.T) {
	file := handmade("", aCatalog, aTree, aPage)
	for range maxRevisions {
		prev := startOf(file)
		at := len(file)
		file = fmt.Appendf(file, "xref\n0 0\ntrailer\n<</Root 1 0 R /Size 4 /Prev %s>>\nstartxref\n%d\n%%%%EOF\n", prev, at)
	}
	if _, err := Open(file); !errors.Is(err, ErrLimit) {
		t.Error(err)
	}
}

func TestEntriesAreLimited(t *testing.T) {
	file := handmade("", aCatalog, aTree, aPage)
	file = bytes.Replace(file, []byte("xref\n0 4\n"), []byte("xref\n0 4000000\n"), 1)
	if _, err := Open(file); !errors.Is(err, ErrLimit) {
		t.Error(err)
	}
}

func TestHybridFileShowsWhatItsStreamDescribes(t *testing.T) {
	// The table calls object 4 free; the stream, which older readers skip, describes it.
	out := []byte("%PDF-1.5\n")
	var at []int
	for i, o := range []any{dCatalog, dTree, dPage, Dict{"Hidden": true}} {
		at = append(at, len(out))
		out = fmt.Appendf(out, "%d 0 obj\n", i+1)
		out, _ = Append(out, o)
		out = append(out, "\nendobj\n"...)
	}
	stream := len(out)
	row := []byte{1, byte(at[3] >> 16), byte(at[3] >> 8), byte(at[3]), 0}
	out = append(out, "5 0 obj\n"...)
	out, _ = Append(out, Flate(Dict{"Type": Name("XRef"), "W": Array{1, 3, 1}, "Size": 6, "Index": Array{4, 1}}, row))
	out = append(out, "\nendobj\n"...)
	table := len(out)
	out = fmt.Appendf(out, "xref\n0 5\n0000000000 65535 f \n%010d 00000 n \n%010d 00000 n \n%010d 00000 n \n0000000000 00000 f \ntrailer\n<</Root 1 0 R /Size 6 /XRefStm %d>>\nstartxref\n%d\n%%%%EOF\n",
		at[0], at[1], at[2], stream, table)
	f := mustOpen(t, out)
	if d := f.Dict(Ref{Num: 4}); d["Hidden"] != true || !f.Sections[0].Hybrid {
		t.Error(d, f.Sections[0])
	}
	u := NewUpdate(f)
	u.Set(Ref{Num: 4}, Dict{"Hidden": false})
	file, _, err := u.Finish()
	if err != nil {
		t.Fatal(err)
	}
	if d := mustOpen(t, file).Dict(Ref{Num: 4}); d["Hidden"] != false {
		t.Error("the update of a hybrid file is not seen")
	}
}

// The update keeps the style of the section before it, and what an independent reader says of the file.
func TestUpdateKeepsTheStyleOfTheFile(t *testing.T) {
	tool, err := exec.LookPath("qpdf")
	if err != nil {
		t.Skip("qpdf is not installed")
	}
	for _, args := range [][]string{{}, {"--object-streams=generate"}, {"--linearize"}, {"--linearize", "--object-streams=generate"}} {
		dir := t.TempDir()
		in, out := filepath.Join(dir, "in.pdf"), filepath.Join(dir, "out.pdf")
		if err := os.WriteFile(in, smallFile(t, "x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if b, err := exec.Command(tool, append(args, in, out)...).CombinedOutput(); err != nil {
			t.Fatalf("%v %s", err, b)
		}
		file, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		f := mustOpen(t, file)
		if err := f.ReadAll(); err != nil {
			t.Fatal(args, err)
		}
		u := NewUpdate(f)
		u.Add(TextString("Nghĩa"))
		after, _, err := u.Finish()
		if err != nil {
			t.Fatal(err)
		}
		g := mustOpen(t, after)
		if g.Sections[0].Stream != f.Sections[0].Stream {
			t.Errorf("%v: style changed", args)
		}
		if len(f.Array(f.Trailer["ID"])) != 2 || len(g.Array(g.Trailer["ID"])) != 2 || g.Trailer["Info"] != f.Trailer["Info"] {
			t.Errorf("%v: identity lost", args)
		}
		qpdfAccepts(t, after)
	}
}

func TestPredictorsAreUndone(t *testing.T) {
	want := []byte{1, 2, 3, 4, 5, 6}
	for kind, rows := range map[string][]byte{
		"none": {0, 1, 2, 3, 0, 4, 5, 6}, "sub": {1, 1, 1, 1, 1, 4, 1, 1}, "up": {2, 1, 2, 3, 2, 3, 3, 3},
		"average": {3, 1, 2, 2, 3, 4, 2, 2}, "paeth": {4, 1, 1, 1, 4, 3, 1, 1},
	} {
		got, err := unpredict(bytes.Clone(rows), Dict{"Predictor": int64(12), "Columns": int64(3)})
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %v %v", kind, got, err)
		}
	}
	if _, err := unpredict([]byte{9, 1, 2, 3}, Dict{"Predictor": int64(12), "Columns": int64(3)}); err == nil {
		t.Error("unknown row filter accepted")
	}
}

func FuzzLexer(f *testing.F) {
	for _, s := range []string{"<</A [1 0 R (x\\)) <41> /N#41 -1.5 true null]>>", "((((", "<<<<", "[[[[", "1 2 3 R", "/#", "<4"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		own := newCommon(len(b))
		l := &lexer{data: b, budget: newBudget(own)}
		o, err := l.value()
		if err != nil {
			return
		}
		// What was read can be written, and reads back the same.
		first, err := Append(nil, o)
		if err != nil {
			t.Fatal(err)
		}
		again := &lexer{data: first, budget: newBudget(own)}
		o2, err := again.value()
		if err != nil {
			t.Fatalf("%q: %v", first, err)
		}
		second, err := Append(nil, o2)
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("%q became %q", first, second)
		}
	})
}

func FuzzOpen(f *testing.F) {
	f.Add(handmade("", aCatalog, aTree, aPage))
	f.Add(streamed(nil, plainRows, dCatalog, dTree, dPage))
	names, _ := filepath.Glob("../../../shared/data/signed-pdf/pyhanko*.pdf")
	for _, n := range names {
		if b, err := os.ReadFile(n); err == nil {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Open(b)
		if err != nil {
			return
		}
		file.ReadAll()
		file.Pages()
		Active(file)
		if file.Trailing > 0 || file.Err() != nil {
			return
		}
		u := NewUpdate(file)
		r := u.Add(Dict{"New": true})
		after, _, err := u.Finish()
		if err != nil {
			t.Fatal(err)
		}
		g, err := Open(after)
		if err != nil {
			t.Fatalf("an update made the file unreadable: %v", err)
		}
		if g.Dict(r)["New"] != true {
			t.Fatal("the new object is not found")
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	file := smallFile(b, "x")
	for b.Loop() {
		f, err := Open(file)
		if err != nil || f.ReadAll() != nil {
			b.Fatal(err)
		}
	}
}
