package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// relaid is a sound file whose layout is said piece by piece: object(n) writes the header and body of object n, entry an entry.
type relaid struct {
	header, object, entry, section, end string
}

var plainLayout = relaid{"%PDF-1.7\n", "%d 0 obj\n%s\nendobj\n", "%010d %05d %s \n", "xref\n0 4\n%strailer\n<</Root 1 0 R /Size 4>>\n", "startxref\n%d\n%%%%EOF\n"}

func (r relaid) file() []byte {
	var b bytes.Buffer
	b.WriteString(r.header)
	entries := fmt.Sprintf(r.entry, 0, 65535, "f")
	for i, o := range []string{aCatalog, aTree, aPage} {
		entries += fmt.Sprintf(r.entry, b.Len(), 0, "n")
		fmt.Fprintf(&b, r.object, i+1, o)
	}
	at := b.Len()
	fmt.Fprintf(&b, r.section, entries)
	fmt.Fprintf(&b, r.end, at)
	return b.Bytes()
}

// What ISO 32000-1 allows, or real producers do and no reader can take for something else, is read, can be updated, and qpdf
// finds nothing to repair either.
func TestLegalOdditiesAreRead(t *testing.T) {
	odd := func(change func(r *relaid)) []byte {
		r := plainLayout
		change(&r)
		return r.file()
	}
	four := func(body string) []byte { return handmade("", aCatalog, aTree, aPage, body) }
	generation := bytes.Replace(bytes.Replace(four("[1]"), []byte("4 0 obj"), []byte("4 7 obj"), 1), []byte("00000 n \ntrailer"), []byte("00007 n \ntrailer"), 1)
	noObjectZero := bytes.Replace(four("[1]"), []byte("0 5\n0000000000 65535 f \n"), []byte("1 4\n"), 1)
	absent := bytes.Replace(handmade("", aCatalog, aTree, "<</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Annots 9 0 R>>"), []byte("0 4\n0000000000 65535 f \n"), []byte("9 1\n0000000000 00000 n \n0 4\n0000000000 65535 f \n"), 1)
	for name, file := range map[string][]byte{
		"plain":                    plainLayout.file(),
		"binary comment":           odd(func(r *relaid) { r.header = "%PDF-1.4\r\n%\xe2\xe3\xcf\xd3\r\n" }),
		"entries that end in CRLF": odd(func(r *relaid) { r.entry = "%010d %05d %s\r\n" }),
		"entries that end in CR":   odd(func(r *relaid) { r.entry = "%010d %05d %s \r" }),
		"lines that end in CR": odd(func(r *relaid) {
			r.section, r.end = "xref\r0 4\r%strailer\r<</Root 1 0 R /Size 4>>\r", "startxref\r%d\r%%%%EOF\r"
		}),
		"lines that end in CRLF": odd(func(r *relaid) {
			r.section, r.end = "xref\r\n0 4\r\n%strailer\r\n<</Root 1 0 R /Size 4>>\r\n", "startxref\r\n%d\r\n%%%%EOF\r\n"
		}),
		"space behind xref":              odd(func(r *relaid) { r.section = "xref \n0 4 \n%strailer\n<</Root 1 0 R /Size 4>>\n" }),
		"trailer in one line":            odd(func(r *relaid) { r.section = "xref\n0 4\n%strailer <</Root 1 0 R/Size 4>>\n" }),
		"comment in the trailer":         odd(func(r *relaid) { r.section = "xref\n0 4\n%strailer\n<</Root 1 0 R %%>>\n/Size 4>>\n" }),
		"no line end behind EOF":         odd(func(r *relaid) { r.end = "startxref\n%d\n%%%%EOF" }),
		"object in one line":             odd(func(r *relaid) { r.object = "%d 0 obj%s endobj\n" }),
		"comments in objects":            odd(func(r *relaid) { r.object = "%d 0 obj %% n\n%% x\n%s%%\nendobj %% y\n" }),
		"Size larger than what is there": odd(func(r *relaid) { r.section = "xref\n0 4\n%strailer\n<</Root 1 0 R /Size 9>>\n" }),
		"generation":                     generation,
		"no object 0":                    noObjectZero,
		"in use at byte 0 (macOS)":       absent,
		"stream in CRLF":                 four("<</Length 3>>stream\r\nabc\r\nendstream"),
		"stream without a last line end": four("<</Length 3>>stream\nabcendstream"),
		"empty stream":                   four("<</Length 0>>stream\nendstream"),
		"names":                          four("[/A#20B /#c3 / /A.B-C]"),
		"strings":                        four("[(a\\\nb) (\\(\\)) ((x)) <> < 4 1 > ()]"),
		"numbers":                        four("[+1 -0 .5 5. 00012 -.0  ]"),
		"offset beyond the file":         bytes.Replace(bytes.Replace(four("[1]"), []byte("/Size 5"), []byte("/Size 6"), 1), []byte("0 5\n"), []byte("5 1\n0000099999 00001 f \n0 5\n"), 1),
	} {
		f, err := Open(file)
		if err == nil {
			err = f.ReadAll()
		}
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, file)
			continue
		}
		if n, err := f.PageCount(); n != 1 || err != nil {
			t.Errorf("%s: %d pages, %v", name, n, err)
		}
		u := NewUpdate(f)
		r := u.Add(Array{true})
		u.Set(Ref{Num: 1}, f.Root())
		after, _, err := u.Finish()
		if err != nil {
			t.Fatal(name, err)
		}
		if g := mustOpen(t, after); len(g.Array(r)) != 1 || g.ReadAll() != nil || !bytes.HasPrefix(after, file) {
			t.Errorf("%s: the update is not read", name)
		}
		if name != "Size larger than what is there" && name != "in use at byte 0 (macOS)" { // qpdf remarks on them and reads them
			qpdfAccepts(t, file)
			qpdfAccepts(t, after)
		}
	}
}

// Where readers would differ, or one of them had to guess, there is no reading.
func TestAmbiguousLayoutsAreRefused(t *testing.T) {
	odd := func(change func(r *relaid)) []byte {
		r := plainLayout
		change(&r)
		return r.file()
	}
	for name, file := range map[string][]byte{
		"bytes before the header": append([]byte("\n"), plainLayout.file()...),
		"offsets one too small":   odd(func(r *relaid) { r.object = "x%d 0 obj\n%s\nendobj\n" }),
		"section numbered from 1": odd(func(r *relaid) { r.section = "xref\n1 4\n%strailer\n<</Root 1 0 R /Size 5>>\n" }),
		"one entry short":         odd(func(r *relaid) { r.section = "xref\n0 5\n%strailer\n<</Root 1 0 R /Size 5>>\n" }),
		"one entry more":          odd(func(r *relaid) { r.section = "xref\n0 3\n%strailer\n<</Root 1 0 R /Size 4>>\n" }),
		"startxref beside":        odd(func(r *relaid) { r.section = "x xref\n0 4\n%strailer\n<</Root 1 0 R /Size 4>>\n" }),
		"two trailers":            odd(func(r *relaid) { r.section = "xref\n0 4\n%strailer\ntrailer\n<</Root 1 0 R /Size 4>>\n" }),
		"signs in an entry":       odd(func(r *relaid) { r.entry = "+%09d %05d %s \n" }),
		"glued entry":             odd(func(r *relaid) { r.entry = "%010d%05d%s  \n" }),
	} {
		f, err := Open(file)
		if err == nil {
			err = f.ReadAll()
		}
		if !errors.Is(err, ErrBroken) && !errors.Is(err, ErrNotPDF) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Updates upon updates, an object deleted and its number used again: every revision reads as it was.
func TestChainOfRevisionsIsReadAtEveryStep(t *testing.T) {
	file := handmade("", aCatalog, aTree, aPage, "(0)")
	var ends []int
	const revisions = 20
	for i := 1; i <= revisions; i++ {
		u := NewUpdate(mustOpen(t, file))
		u.Set(Ref{Num: 4}, String{Bytes: fmt.Append(nil, i)})
		u.Add(Array{i})
		var err error
		if file, _, err = u.Finish(); err != nil {
			t.Fatal(err)
		}
		ends = append(ends, len(file))
	}
	f := mustOpen(t, file)
	for i, end := range ends {
		old, err := f.Prefix(end)
		if err != nil {
			t.Fatal(err)
		}
		if got := old.Text(Ref{Num: 4}); got != fmt.Sprint(i+1) || len(old.Sections) != i+2 {
			t.Errorf("revision %d says %q in %d sections", i+1, got, len(old.Sections))
		}
	}
	// A later section frees object 4; another uses its number again with the next generation.
	freed := fmt.Appendf(file, "xref\n4 1\n0000000000 00001 f \ntrailer\n<</Root 1 0 R /Size 30 /Prev %s>>\nstartxref\n%d\n%%%%EOF\n", startOf(file), len(file))
	g := mustOpen(t, freed)
	if o, err := g.Object(Ref{Num: 4}); o != nil || err != nil {
		t.Error("a freed object is there:", o, err)
	}
	at := len(freed)
	again := fmt.Appendf(bytes.Clone(freed), "4 1 obj\n(new)\nendobj\n")
	section := len(again)
	again = fmt.Appendf(again, "xref\n4 1\n%010d 00001 n \ntrailer\n<</Root 1 0 R /Size 30 /Prev %s>>\nstartxref\n%d\n%%%%EOF\n", at, startOf(freed), section)
	h := mustOpen(t, again)
	if h.Text(Ref{Num: 4, Gen: 1}) != "new" || h.Text(Ref{Num: 4}) != "" {
		t.Error("generations are mixed up")
	}
	if _, err := exec.LookPath("qpdf"); err == nil {
		name := filepath.Join(t.TempDir(), "x.pdf")
		if err := os.WriteFile(name, file, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("qpdf", "--show-object=4", name).Output()
		if got := strings.TrimSpace(string(out)); err != nil || got != fmt.Sprintf("(%d)", revisions) {
			t.Errorf("qpdf reads %q, %v", got, err)
		}
	}
}
