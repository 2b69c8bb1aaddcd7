package typist

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"regexp"
	"strings"
)

const (
	mostEntries = 3000
	mostPlain   = 256 << 20 // bytes that all parts unpack to
	mostXML     = 48 << 20  // bytes of one XML part
	mostRatio   = 200       // unpacked to packed, for parts above 1 MB
)

// Kinds lists the endings of names that Convert takes.
var Kinds = []string{".docx", ".odt", ".doc", ".rtf"}

// Known tells whether a name ends like a document that Convert takes.
func Known(name string) bool {
	ending := strings.ToLower(path.Ext(name))
	for _, k := range Kinds {
		if k == ending {
			return true
		}
	}
	return false
}

// Inspected is a file that may be converted.
type Inspected struct {
	Kind string // its ending, lower case
	Data []byte // the file, without what was cut
	Cut  int    // links to files elsewhere that were cut
}

// Inspect reads a file whose name ends in one of Kinds and refuses what must not reach the converter. Its time and memory grow with the file, and
// with at most mostPlain of what it unpacks to.
func Inspect(name string, b []byte) (Inspected, error) {
	in := Inspected{Kind: strings.ToLower(path.Ext(name)), Data: b}
	var err error
	switch in.Kind {
	case ".docx":
		in.Data, in.Cut, err = docx(b)
	case ".odt":
		err = odt(b)
	case ".doc":
		err = doc(b)
	case ".rtf":
		err = rtf(b)
	default:
		err = ErrFormat
	}
	return in, err
}

var compound = []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")

// open reads the list of parts, and refuses bombs and names that lead elsewhere.
func open(b []byte) (*zip.Reader, error) {
	if bytes.HasPrefix(b, compound) {
		return nil, ErrEncrypted // this is how a word processor keeps a file with a password
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, ErrFormat
	}
	if len(z.File) > mostEntries {
		return nil, ErrTooMuch
	}
	var plain uint64
	seen := map[string]bool{}
	for _, f := range z.File {
		name := strings.ToLower(f.Name)
		plain += f.UncompressedSize64
		switch {
		case f.Flags&1 != 0:
			return nil, ErrEncrypted
		case plain > mostPlain, f.UncompressedSize64 > 1<<20 && f.UncompressedSize64 > mostRatio*max(1, f.CompressedSize64):
			return nil, ErrTooMuch
		case seen[name], strings.Contains(f.Name, "\\"), path.IsAbs(f.Name), strings.Contains("/"+f.Name+"/", "/../"), strings.ContainsRune(f.Name, 0):
			return nil, ErrFormat
		}
		seen[name] = true
	}
	return z, nil
}

// part unpacks one part, no further than it said and than most.
func part(f *zip.File, most int64) ([]byte, error) {
	if f.UncompressedSize64 > uint64(most) {
		return nil, ErrTooMuch
	}
	r, err := f.Open()
	if err != nil {
		return nil, ErrFormat
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, int64(f.UncompressedSize64)+1))
	if err != nil || uint64(len(b)) != f.UncompressedSize64 {
		return nil, ErrFormat
	}
	return b, nil
}

// fetching are the field codes of word processors that take in or run something from elsewhere.
var fetching = regexp.MustCompile(`(?i)\b(INCLUDETEXT|INCLUDEPICTURE|IMPORT|DDEAUTO|DDE|LINK|RD|DATABASE)\b\s+["\\A-Za-z]`)

// docx reads the parts of a DOCX and cuts its links to files elsewhere.
func docx(b []byte) ([]byte, int, error) {
	z, err := open(b)
	if err != nil {
		return nil, 0, err
	}
	cut, main, rewritten := 0, false, map[string][]byte{}
	for _, f := range z.File {
		name := strings.ToLower(f.Name)
		switch {
		case strings.Contains(name, "vbaproject"), strings.Contains(name, "vbadata"):
			return nil, 0, ErrMacro
		case strings.Contains(name, "/activex/"), strings.Contains(name, "/embeddings/") && strings.HasSuffix(name, ".bin"):
			return nil, 0, ErrEmbedded
		case !strings.HasSuffix(name, ".xml") && !strings.HasSuffix(name, ".rels"):
			continue
		}
		text, err := part(f, mostXML)
		if err != nil {
			return nil, 0, err
		}
		if bytes.Contains(text, []byte("<!DOCTYPE")) || bytes.Contains(text, []byte("<!ENTITY")) {
			return nil, 0, ErrFormat
		}
		main = main || name == "word/document.xml"
		switch {
		case name == "[content_types].xml" && bytes.Contains(bytes.ToLower(text), []byte("macroenabled")):
			return nil, 0, ErrMacro
		case strings.HasSuffix(name, ".rels"):
			clean, n, err := cutLinks(text)
			if err != nil {
				return nil, 0, err
			}
			if n > 0 {
				rewritten[f.Name], cut = clean, cut+n
			}
		case strings.HasPrefix(name, "word/"):
			if err := fields(text); err != nil {
				return nil, 0, err
			}
		}
	}
	if !main {
		return nil, 0, ErrFormat
	}
	if cut > 0 {
		b, err = rewrite(z, rewritten)
	}
	return b, cut, err
}

var errStrange = errors.New("strange XML")

// fields refuses instructions of a part of a DOCX that fetch. The text of an instruction may be broken over many runs: a paragraph's is joined.
func fields(text []byte) error {
	var instruction strings.Builder
	inside := false
	err := walkXML(text, func(t xml.Token) error {
		switch e := t.(type) {
		case xml.StartElement:
			inside = e.Name.Local == "instrText"
			for _, a := range e.Attr {
				if a.Name.Local == "instr" {
					instruction.WriteString(" " + a.Value)
				}
			}
		case xml.CharData:
			if inside {
				instruction.Write(e)
			}
		case xml.EndElement:
			inside = false
			if e.Name.Local == "p" {
				instruction.WriteByte('\n')
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return ErrFormat
	case fetching.MatchString(instruction.String()):
		return ErrRemote
	}
	return nil
}

// walkXML gives every token of well-formed XML to f, with names not resolved.
func walkXML(text []byte, f func(xml.Token) error) error {
	d := xml.NewDecoder(bytes.NewReader(text))
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errStrange }
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = f(t)
		}
		if err != nil {
			return err
		}
	}
}

var (
	relationship = regexp.MustCompile(`<(?:\w+:)?Relationship\s[^<>]*>`)
	external     = regexp.MustCompile(`\sTargetMode\s*=\s*["']External["']`)
	hyperlink    = regexp.MustCompile(`\sType\s*=\s*["'][^"']*/hyperlink["']`)
	target       = regexp.MustCompile(`(\sTarget\s*=\s*)("[^"]*"|'[^']*')`)
)

// cutLinks points every link to a file elsewhere that is no hyperlink at nothing.
func cutLinks(text []byte) ([]byte, int, error) {
	n := 0
	clean := relationship.ReplaceAllFunc(text, func(one []byte) []byte {
		if !external.Match(one) || hyperlink.Match(one) {
			return one
		}
		n++
		return target.ReplaceAll(one, []byte(`${1}"about:blank"`))
	})
	// What the expressions did not see is counted by the reader of XML; it must agree.
	err := walkXML(clean, func(t xml.Token) error {
		e, ok := t.(xml.StartElement)
		if !ok || e.Name.Local != "Relationship" {
			return nil
		}
		v := map[string]string{}
		for _, a := range e.Attr {
			v[a.Name.Local] = a.Value
		}
		if v["TargetMode"] == "External" && !strings.HasSuffix(v["Type"], "/hyperlink") && v["Target"] != "about:blank" {
			return ErrRemote
		}
		return nil
	})
	switch {
	case errors.Is(err, ErrRemote):
		return nil, 0, ErrRemote
	case err != nil:
		return nil, 0, ErrFormat
	}
	return clean, n, nil
}

// rewrite packs the parts again with some of them changed.
func rewrite(z *zip.Reader, changed map[string][]byte) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		var err error
		if text, ok := changed[f.Name]; ok {
			var into io.Writer
			if into, err = w.Create(f.Name); err == nil {
				_, err = into.Write(text)
			}
		} else {
			err = w.Copy(f)
		}
		if err != nil {
			return nil, ErrFormat
		}
	}
	if err := w.Close(); err != nil {
		return nil, ErrFormat
	}
	return out.Bytes(), nil
}
