package typist

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
)

// mostMarks is the most marks that one file may have.
const mostMarks = 1000

// Mark is a place to fill in: {{Tên cơ quan}}. Its name has no braces and no line break.
var Mark = regexp.MustCompile(`\{\{([^{}\n]{1,100})\}\}`)

// words are the namespaces of WordprocessingML: as Word writes it, and the strict one.
var words = []string{"http://schemas.openxmlformats.org/wordprocessingml/2006/main", "http://purl.oclc.org/ooxml/wordprocessingml/main"}

var merged = regexp.MustCompile(`^word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml$`)

// Marks lists the names in the marks of a DOCX that Inspect let through, each once, in the order of the parts and their text. A mark may begin and end in
// different runs of one paragraph; braces that no mark is made of are refused.
func Marks(in Inspected) ([]string, error) {
	var names []string
	_, err := eachPart(in, func(text []byte) ([]byte, error) {
		return merge(text, func(name string) string {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
			return ""
		})
	})
	return names, err
}

// Merge fills the marks of a DOCX with what value gives for the name in each. A value is text: it makes no marks, no markup and no fields; its line
// breaks become breaks of the line. The letters of a value look like the first brace of its mark. Everything else of the file stays as it is.
func Merge(in Inspected, value func(name string) string) (Inspected, error) {
	changed, err := eachPart(in, func(text []byte) ([]byte, error) { return merge(text, value) })
	if err != nil {
		return Inspected{}, err
	}
	out := in
	if len(changed) > 0 {
		z, err := open(in.Data)
		if err == nil {
			out.Data, err = rewrite(z, changed)
		}
		if err != nil {
			return Inspected{}, err
		}
	}
	cut := in.Cut
	if out, err = Inspect("a.docx", out.Data); err == nil {
		out.Cut = max(out.Cut, cut)
	}
	return out, err
}

// eachPart gives the parts of a DOCX that have text on pages to f, and collects those that it changed.
func eachPart(in Inspected, f func(text []byte) ([]byte, error)) (map[string][]byte, error) {
	if in.Kind != ".docx" {
		return nil, ErrNoMarks
	}
	z, err := open(in.Data)
	if err != nil {
		return nil, err
	}
	changed := map[string][]byte{}
	for _, p := range sorted(z.File) {
		text, err := part(p, mostXML)
		if err != nil {
			return nil, err
		}
		now, err := f(text)
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(now, text) {
			changed[p.Name] = now
		}
	}
	return changed, nil
}

// sorted are the parts to merge, the document itself first.
func sorted(all []*zip.File) []*zip.File {
	var out []*zip.File
	for _, f := range all {
		if merged.MatchString(f.Name) {
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// bit is a piece of the letters of one <w:t>: where it stands in the part, and what it says.
type bit struct {
	from, to int
	text     string
	t        int // its <w:t> in letters.tags
}

// tag is the start tag of a <w:t>.
type tag struct {
	end    int    // behind its ">"
	name   string // "w:t"
	keeps  bool   // it says xml:space already
	opened bool   // an edit has said it
}

// letters are what stands in the paragraphs of a part.
type letters struct {
	text       []byte
	paragraphs [][]bit
	tags       []tag
}

// readLetters finds the letters of each paragraph. Paragraphs may stand inside of paragraphs (a text box): the inner one is read by itself.
func readLetters(text []byte) (*letters, error) {
	l := &letters{text: text}
	d := xml.NewDecoder(bytes.NewReader(text))
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errStrange }
	var open [][]bit
	inside, from := -1, 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return l, nil
		}
		if err != nil {
			return nil, ErrFormat
		}
		to := int(d.InputOffset())
		switch e := token.(type) {
		case xml.StartElement:
			switch name := wordName(e.Name); name {
			case "p":
				if len(open) == 64 {
					return nil, ErrTooMuch
				}
				open = append(open, nil)
			case "t":
				raw := string(text[from+1 : to])
				l.tags = append(l.tags, tag{end: to, name: raw[:strings.IndexAny(raw, " \t\r\n/>")], keeps: slices.ContainsFunc(e.Attr, func(a xml.Attr) bool { return a.Name.Local == "space" })})
				inside = len(l.tags) - 1
			}
		case xml.EndElement:
			switch wordName(e.Name) {
			case "p":
				if n := len(open); n > 0 {
					l.paragraphs, open = append(l.paragraphs, open[n-1]), open[:n-1]
				}
			case "t":
				inside = -1
			}
		case xml.CharData:
			if n := len(open); n > 0 && inside >= 0 {
				open[n-1] = append(open[n-1], bit{from, to, string(e), inside})
			}
		}
		from = to
	}
}

// wordName is the local name of an element of WordprocessingML, "" of others.
func wordName(n xml.Name) string {
	if slices.Contains(words, n.Space) {
		return n.Local
	}
	return ""
}

type edit struct {
	from, to int
	with     string
}

// merge fills the marks of one part.
func merge(text []byte, value func(name string) string) ([]byte, error) {
	l, err := readLetters(text)
	if err != nil {
		return nil, err
	}
	var edits []edit
	marks := 0
	for _, p := range l.paragraphs {
		var all strings.Builder
		for _, b := range p {
			all.WriteString(b.text)
		}
		found := Mark.FindAllStringSubmatchIndex(all.String(), -1)
		if marks += len(found); marks > mostMarks {
			return nil, ErrTooMuch
		}
		if rest := Mark.ReplaceAllString(all.String(), ""); strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
			return nil, ErrOpenMark
		}
		if len(found) > 0 {
			edits = append(edits, l.fill(p, all.String(), found, value)...)
		}
	}
	return apply(text, edits)
}

// fill gives the edits of one paragraph: a value stands in the bit where its mark begins.
func (l *letters) fill(p []bit, all string, found [][]int, value func(name string) string) []edit {
	now := make([]strings.Builder, len(p))
	starts := make([]int, len(p)+1)
	for i, b := range p {
		starts[i+1] = starts[i] + len(b.text)
	}
	keep := func(from, to int) {
		for i := range p {
			if a, b := max(from, starts[i]), min(to, starts[i+1]); a < b {
				now[i].WriteString(all[a:b])
			}
		}
	}
	at := 0
	for _, m := range found {
		keep(at, m[0])
		i, _ := slices.BinarySearchFunc(starts[1:], m[0]+1, func(end, want int) int { return end - want })
		now[i].WriteString(value(strings.TrimSpace(all[m[2]:m[3]])))
		at = m[1]
	}
	keep(at, len(all))
	var edits []edit
	for i, b := range p {
		if text := now[i].String(); text != b.text {
			t := &l.tags[b.t]
			if !t.keeps && !t.opened {
				t.opened = true
				edits = append(edits, edit{t.end - 1, t.end - 1, ` xml:space="preserve"`})
			}
			edits = append(edits, edit{b.from, b.to, t.escaped(text)})
		}
	}
	return edits
}

// escaped is text as letters of the element, with breaks between its lines.
func (t tag) escaped(text string) string {
	prefix := strings.TrimSuffix(t.name, "t")
	var b strings.Builder
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			b.WriteString("</" + t.name + "><" + prefix + "br/><" + t.name + ` xml:space="preserve">`)
		}
		_ = xml.EscapeText(&b, []byte(line)) // a Builder never fails
	}
	return b.String()
}

// apply makes the edits, which do not overlap.
func apply(text []byte, edits []edit) ([]byte, error) {
	slices.SortStableFunc(edits, func(a, b edit) int { return a.from - b.from })
	var out bytes.Buffer
	at := 0
	for _, e := range edits {
		out.Write(text[at:e.from])
		out.WriteString(e.with)
		if at = e.to; out.Len() > mostXML {
			return nil, ErrTooMuch
		}
	}
	out.Write(text[at:])
	return out.Bytes(), nil
}
