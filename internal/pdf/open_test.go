package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// handmade writes a file object by object with a cross-reference table; object n is objects[n-1].
func handmade(trailer string, objects ...string) []byte {
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

const (
	aCatalog = "<</Type /Catalog /Pages 2 0 R>>"
	aTree    = "<</Type /Pages /Kids [3 0 R] /Count 1>>"
	aPage    = "<</Type /Page /Parent 2 0 R /MediaBox [0 0 100 200]>>"
)

func mustOpen(t testing.TB, file []byte) *File {
	t.Helper()
	f, err := Open(file)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestOpenReadsASoundFile(t *testing.T) {
	f := mustOpen(t, handmade("", aCatalog, aTree, aPage))
	pages, err := f.Pages()
	if err != nil || len(pages) != 1 {
		t.Fatal(pages, err)
	}
	if box, err := f.PageBox(pages[0]); err != nil || box != [4]float64{0, 0, 100, 200} {
		t.Error(box, err)
	}
	if err := f.ReadAll(); err != nil {
		t.Error(err)
	}
}

// No repair: each of these differs from a sound file in one point.
func TestOpenRefusesWhatItWouldHaveToRepair(t *testing.T) {
	good := handmade("", aCatalog, aTree, aPage)
	mustOpen(t, good)
	swap := func(from, to string) []byte {
		if !bytes.Contains(good, []byte(from)) {
			t.Fatalf("no %q", from)
		}
		return bytes.Replace(bytes.Clone(good), []byte(from), []byte(to), 1)
	}
	for name, x := range map[string]struct {
		file []byte
		want error
	}{
		"nothing":                       {nil, ErrNotPDF},
		"bytes before the header":       {append([]byte(" "), good...), ErrNotPDF},
		"no startxref":                  {swap("startxref", "startxrex"), ErrBroken},
		"no end mark":                   {swap("%%EOF", "%%EOG"), ErrBroken},
		"startxref outside":             {swap("startxref\n", "startxref\n9"), ErrBroken},
		"startxref into an object":      {swap("xref\n0 4", "xreg\n0 4"), ErrBroken},
		"entry cut short":               {swap(" 65535 f \n", " f \n"), ErrBroken},
		"entry that is neither n nor f": {swap(" 65535 f \n", " 65535 x \n"), ErrBroken},
		"no trailer dictionary":         {swap("trailer\n<<", "trailer\n[["), ErrBroken},
		"Prev leads to itself":          {swap("/Size 4", "/Size 4 /Prev "+startOf(good)), ErrBroken},
		"Prev is negative":              {swap("/Size 4", "/Size 4 /Prev -1"), ErrBroken},
		"no catalog":                    {swap("/Root 1 0 R", "/Root 9 0 R"), ErrBroken},
		"catalog is no dictionary":      {swap("/Root 1 0 R", "/Root [1 2]"), ErrBroken},
		"encrypted (S5.9)":              {swap("/Size 4", "/Size 4 /Encrypt <<>>"), ErrEncrypted},
		"announces too many objects":    {swap("/Size 4", "/Size 99999999999"), ErrLimit},
	} {
		if _, err := Open(x.file); !errors.Is(err, x.want) {
			t.Errorf("%s: got %v, want %v", name, err, x.want)
		}
	}
}

func startOf(file []byte) string {
	i := bytes.LastIndex(file, []byte("startxref\n")) + len("startxref\n")
	return strings.Fields(string(file[i:]))[0]
}

func TestUnsoundObjectsAreRefusedWhenRead(t *testing.T) {
	for name, body := range map[string]string{
		"endobj missing":          "<<>>\nendobk",
		"unbalanced dictionary":   "<</A 1",
		"key without slash":       "<<A 1>>",
		"bad number":              "[1.2.3]",
		"number in words":         "[+Inf]",
		"bad hexadecimal":         "<0g>",
		"string without end":      "(abc",
		"stream without length":   "<<>>\nstream\nabc\nendstream",
		"stream with a wrong one": "<</Length 99>>\nstream\nabc\nendstream",
		"stream one byte short":   "<</Length 2>>\nstream\nabc\nendstream",
		"stream behind a bare CR": "<</Length 3>>\nstream\rabc\nendstream",
		"its own length":          "<</Length 4 0 R>>\nstream\nabc\nendstream",
		"keyword as value":        "<</A obj>>",
	} {
		f := mustOpen(t, handmade("", aCatalog, aTree, aPage, body))
		if err := f.ReadAll(); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
		if f.Err() == nil {
			t.Errorf("%s: the file forgets it", name)
		}
	}
	for name, body := range map[string]string{
		"null": "null", "stream": "<</Length 3>>\nstream\nabc\nendstream", "CRLF": "<</Length 3>>\nstream\r\nabc\r\nendstream",
		"indirect length": "<</Length 5 0 R>>\nstream\nabc\nendstream", "odd hexadecimal": "<ABC>", "numbers": "[+1 -.5 4. 00]",
	} {
		f := mustOpen(t, handmade("", aCatalog, aTree, aPage, body, "3"))
		if err := f.ReadAll(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEntryThatLeadsToAnotherObjectIsRefused(t *testing.T) {
	file := handmade("", aCatalog, aTree, aPage, "null")
	f := mustOpen(t, bytes.Replace(file, []byte("4 0 obj"), []byte("7 0 obj"), 1))
	if err := f.ReadAll(); !errors.Is(err, ErrBroken) {
		t.Error(err)
	}
}

func TestPageTreeWithALoopIsRefused(t *testing.T) {
	for name, kids := range map[string]string{"itself": "2 0 R", "twice": "3 0 R 3 0 R", "nothing": "", "direct": "<</Type /Page>>", "missing": "8 0 R"} {
		f := mustOpen(t, handmade("", aCatalog, "<</Type /Pages /Kids ["+kids+"]>>", aPage))
		if _, err := f.PageCount(); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStringsRememberWhereTheyStand(t *testing.T) {
	file := handmade("", aCatalog, aTree, aPage, `<</Hex <414 2> /Text (a\)\(\n\101(b)\
c)>>`)
	d := mustOpen(t, file).Dict(Ref{Num: 4})
	hex, text := d["Hex"].(String), d["Text"].(String)
	if string(file[hex.Start:hex.End]) != "<414 2>" || string(hex.Bytes) != "AB" || !hex.Hex {
		t.Errorf("%+v", hex)
	}
	if string(text.Bytes) != "a)(\nA(b)c" || file[text.Start] != '(' || file[text.End-1] != ')' {
		t.Errorf("%q", text.Bytes)
	}
}

func TestNestingIsLimited(t *testing.T) {
	deep := func(n int) []byte {
		return handmade("", aCatalog, aTree, aPage, strings.Repeat("[", n)+strings.Repeat("]", n))
	}
	if err := mustOpen(t, deep(maxNesting-1)).ReadAll(); err != nil {
		t.Error(err)
	}
	if err := mustOpen(t, deep(maxNesting+1)).ReadAll(); !errors.Is(err, ErrLimit) {
		t.Error(err)
	}
	if err := mustOpen(t, deep(1_000_000)).ReadAll(); !errors.Is(err, ErrLimit) {
		t.Error(err)
	}
}

func TestDoubledKeysAreCounted(t *testing.T) {
	f := mustOpen(t, handmade("", aCatalog, aTree, aPage, "<</A 1 /A 2>>"))
	if d := f.Dict(Ref{Num: 4}); d["A"] != int64(1) || f.Doubles != 1 {
		t.Error(d, f.Doubles)
	}
}

func TestTrailingBytesAreCounted(t *testing.T) {
	good := handmade("", aCatalog, aTree, aPage)
	if f := mustOpen(t, append(bytes.Clone(good), "\r\n \x00"...)); f.Trailing != 0 {
		t.Error("white space is no content")
	}
	f := mustOpen(t, append(bytes.Clone(good), "evil"...))
	if f.Trailing != 4 {
		t.Error(f.Trailing)
	}
	if _, _, err := func() ([]byte, map[int]int, error) { u := NewUpdate(f); u.Add(nil); return u.Finish() }(); !errors.Is(err, ErrBroken) {
		t.Errorf("such a file was extended: %v", err)
	}
}

func TestPrefixOpensARevision(t *testing.T) {
	good := handmade("", aCatalog, aTree, aPage)
	u := NewUpdate(mustOpen(t, good))
	u.Set(Ref{Num: 3}, Dict{"Type": Name("Page"), "Parent": Ref{Num: 2}, "MediaBox": Array{0, 0, 1, 1}})
	file, at, err := u.Finish()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(file, good) || !bytes.HasPrefix(file[at[3]:], []byte("<<")) {
		t.Error("the update is not appended, or tells wrong places")
	}
	f := mustOpen(t, file)
	old, err := f.Prefix(len(good))
	if err != nil {
		t.Fatal(err)
	}
	was, _ := old.Where(3)
	is, _ := f.Where(3)
	if was == is || len(f.Sections) != 2 || len(old.Sections) != 1 {
		t.Error(was, is)
	}
	if _, err := f.Prefix(len(file) + 1); err == nil {
		t.Error("a revision beyond the file")
	}
	qpdfAccepts(t, file)
}

func TestActiveContentIsNamed(t *testing.T) {
	for body, want := range map[string]string{
		"<</S /JavaScript /JS (app.alert\\(1\\))>>":              ActiveJavaScript,
		"<</A <</S /Launch /F (calc.exe)>>>>":                    ActiveLaunch,
		"<</S /GoToR /F (x.pdf)>>":                               ActiveRemote,
		"<</Type /Filespec /EF <</F 3 0 R>>>>":                   ActiveFile,
		"<</XFA [(a) 3 0 R]>>":                                   ActiveXFA,
		"<</AA <</O 3 0 R>>>>":                                   ActiveAdditional,
		"<</F (\\\\\\\\server\\\\share)>>":                       ActiveUNC,
		"<</S /SubmitForm>>":                                     ActiveSubmit,
		"<</A [[<</Deep <</S /JavaScript>>>>]]>>":                ActiveJavaScript,
		"<</Length 0 /Type /EmbeddedFile>>\nstream\n\nendstream": ActiveFile,
	} {
		got := Active(mustOpen(t, handmade("", aCatalog, aTree, aPage, body)))
		if len(got) == 0 || got[0] != want {
			t.Errorf("%s: %v", body, got)
		}
	}
	if got := Active(mustOpen(t, handmade("", aCatalog, aTree, aPage, "<</S /URI /URI (https://example.vn)>>"))); len(got) != 0 {
		t.Errorf("a plain file: %v", got)
	}
	opening := "<</Type /Catalog /Pages 2 0 R /OpenAction <</S /Named>>>>"
	if got := Active(mustOpen(t, handmade("", opening, aTree, aPage))); len(got) != 1 || got[0] != ActiveOpenAction {
		t.Error(got)
	}
}

// Files of other producers: all of them are read, or refused with a reason.
func TestForeignFilesAreReadOrRefused(t *testing.T) {
	names, _ := filepath.Glob("../../../shared/data/signed-pdf/*.pdf")
	if len(names) == 0 {
		t.Skip("the sample files are not here")
	}
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Open(b)
		if err == nil {
			_, err = f.PageCount()
		}
		var e *Error
		if err != nil && !errors.As(err, &e) {
			t.Errorf("%s: %v", filepath.Base(n), err)
		}
		if e != nil {
			if text, _ := e.Reason(); text == "" {
				t.Errorf("%s: no sentence for %s", filepath.Base(n), e.Code)
			}
		}
	}
}

func TestMappedFileThatIsCutShortIsAnError(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(name, bytes.Repeat(handmade("", aCatalog, aTree, aPage), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	last := byte(0)
	err = Mapped(f, func(data []byte) error {
		last = data[len(data)-1]
		if err := f.Truncate(1); err != nil {
			t.Fatal(err)
		}
		last = data[len(data)-1]
		return nil
	})
	if runtime.GOOS == "linux" && (err == nil || last != '\n') {
		t.Errorf("%v, read %q", err, last)
	}
	passed := false
	func() {
		defer func() { passed = recover() == any("own") }()
		Mapped(f, func([]byte) error { panic("own") })
	}()
	if !passed {
		t.Error("a panic of the caller is swallowed")
	}
	for _, bad := range []string{t.TempDir(), os.DevNull} {
		g, err := os.Open(bad)
		if err != nil {
			t.Fatal(err)
		}
		if err := Mapped(g, func([]byte) error { return nil }); err == nil {
			t.Errorf("%s is mapped", bad)
		}
		g.Close()
	}
}

// What ReadAll has read is not kept, and its object stream is not inflated again.
func TestReadAllKeepsNothing(t *testing.T) {
	rows := func(at []int, self int) [][3]int {
		return [][3]int{{0, 0, 255}, {1, at[0], 0}, {1, at[1], 0}, {1, at[2], 0}, {1, at[3], 0}, {1, self, 0}, {2, 4, 0}, {2, 4, 1}}
	}
	packed := Flate(Dict{"Type": Name("ObjStm"), "N": 2, "First": 10}, []byte("6 0 7 7   (mot)  (hai)"))
	f := mustOpen(t, streamed(nil, rows, dCatalog, dTree, dPage, packed))
	if err := f.ReadAll(); err != nil {
		t.Fatal(err)
	}
	if len(f.objects) > 2 {
		t.Errorf("%d objects kept", len(f.objects))
	}
	left := f.budget.inflated
	if o, err := f.Object(Ref{Num: 7}); err != nil || o == nil {
		t.Fatal(o, err)
	}
	if f.budget.inflated != left {
		t.Error("an object stream is charged twice")
	}
}
