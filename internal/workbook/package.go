package workbook

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"congvu/internal/i18n"
)

// parts are the checked entries of an XLSX by lower-case name.
type parts struct {
	files  map[string]*zip.File
	limits Limits
}

// openPackage checks the whole archive before any of it is unpacked (T15).
func openPackage(data []byte, limits Limits) (*parts, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, refuse(Damaged, "", err)
	}
	if len(z.File) > limits.Entries {
		return nil, refuse(TooLarge, fmt.Sprintf("%d > %d", len(z.File), limits.Entries), errors.New("entries"))
	}
	p := &parts{files: make(map[string]*zip.File, len(z.File)), limits: limits}
	var total int64
	for _, f := range z.File {
		if err := p.admit(f); err != nil {
			return nil, err
		}
		if f.UncompressedSize64 > uint64(limits.Unpacked) || total+int64(f.UncompressedSize64) > limits.Unpacked {
			return nil, refuse(TooLarge, "> "+i18n.Size(i18n.VI, limits.Unpacked), errors.New("unpacked size"))
		}
		total += int64(f.UncompressedSize64)
	}
	return p, noOverlap(z.File)
}

// forbidden parts, by what their lower-case names contain.
var forbidden = []struct {
	part string
	code Code
}{
	{"vbaproject", Macros}, {"vbadata", Macros}, {"xl/macrosheets/", Macros}, {"xl/dialogsheets/", Macros},
	{"xl/externallinks/", Links}, {"xl/connections", Links}, {"xl/querytables/", Links},
	{"xl/embeddings/", Embedded}, {"xl/activex/", Embedded}, {"xl/ctrlprops/", Embedded},
}

func (p *parts) admit(f *zip.File) error {
	name := strings.ToLower(f.Name)
	switch {
	case f.Flags&1 != 0:
		return refuse(Encrypted, "", nil)
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return damaged("compression method %d", f.Method)
	case strings.ContainsAny(f.Name, "\\\x00") || strings.HasPrefix(f.Name, "/") || path.Clean(f.Name) != strings.TrimSuffix(f.Name, "/") || strings.HasPrefix(f.Name, ".."):
		return damaged("entry name %.100q", f.Name)
	case !f.Mode().IsRegular() && !f.Mode().IsDir():
		return damaged("entry %.100q is no file", f.Name)
	case p.files[name] != nil:
		return damaged("two entries %.100q", f.Name)
	case f.UncompressedSize64 > 1<<20 && f.UncompressedSize64/max(f.CompressedSize64, 1) > uint64(p.limits.Ratio):
		return refuse(TooLarge, fmt.Sprintf("1:%d", f.UncompressedSize64/max(f.CompressedSize64, 1)), errors.New("compression ratio"))
	}
	for _, bad := range forbidden {
		if strings.Contains(name, bad.part) {
			return refuse(bad.code, "", fmt.Errorf("part %.100q", f.Name))
		}
	}
	p.files[name] = f
	return nil
}

// noOverlap refuses entries that share bytes, as bombs without nesting do.
func noOverlap(files []*zip.File) error {
	type span struct{ from, to int64 }
	spans := make([]span, 0, len(files))
	for _, f := range files {
		at, err := f.DataOffset()
		if err != nil {
			return refuse(Damaged, "", err)
		}
		if f.CompressedSize64 > 0 {
			spans = append(spans, span{at, at + int64(f.CompressedSize64)})
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return int(a.from - b.from) })
	for i := 1; i < len(spans); i++ {
		if spans[i].from < spans[i-1].to {
			return damaged("entries overlap")
		}
	}
	return nil
}

func (p *parts) has(name string) bool { return p.files[strings.ToLower(name)] != nil }

// walk gives every start, end and text of one part to visit. It refuses document types, deep nesting, foreign encodings and
// anything malformed, up to the last byte.
func (p *parts) walk(name string, visit func(xml.Token) error) error {
	f := p.files[strings.ToLower(name)]
	if f == nil {
		return damaged("no part %.100q", name)
	}
	r, err := f.Open()
	if err != nil {
		return refuse(Damaged, "", err)
	}
	defer r.Close()
	d := xml.NewDecoder(io.LimitReader(r, int64(f.UncompressedSize64)+1))
	depth := 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return refuse(Damaged, "", fmt.Errorf("%s: %w", name, err))
		}
		switch token.(type) {
		case xml.Directive:
			return damaged("%s: document type", name)
		case xml.StartElement:
			if depth++; depth > 64 {
				return damaged("%s: nested too deeply", name)
			}
		case xml.EndElement:
			depth--
		}
		if err := visit(token); err != nil {
			return err
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// relations reads the relationships of a part ("" for the package): id → target part. External targets are refused, links to pages apart.
func (p *parts) relations(name string) (map[string]string, error) {
	folder, base := path.Split(name)
	file := folder + "_rels/" + base + ".rels"
	targets := map[string]string{}
	if !p.has(file) {
		return targets, nil
	}
	err := p.walk(file, func(t xml.Token) error {
		e, ok := t.(xml.StartElement)
		if !ok || e.Name.Local != "Relationship" {
			return nil
		}
		kind, target := attribute(e, "Type"), attribute(e, "Target")
		if strings.EqualFold(attribute(e, "TargetMode"), "External") {
			if strings.HasSuffix(kind, "/hyperlink") {
				return nil
			}
			return refuse(Links, "", fmt.Errorf("external %.200q", kind))
		}
		if strings.HasPrefix(target, "/") {
			target = target[1:]
		} else {
			target = path.Join(path.Dir(name), target)
		}
		targets[attribute(e, "Id")] = target
		return nil
	})
	return targets, err
}

func (p *parts) refuseMacroTypes() error {
	return p.walk("[Content_Types].xml", func(t xml.Token) error {
		if e, ok := t.(xml.StartElement); ok {
			kind := strings.ToLower(attribute(e, "ContentType"))
			if strings.Contains(kind, "macroenabled") || strings.Contains(kind, "vbaproject") {
				return refuse(Macros, "", nil)
			}
		}
		return nil
	})
}
