package paper

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"

	"congvu/internal/pdf"
	"congvu/internal/typeface"
)

// Size of the mark in points, and where its line stands above the lower edge of the page.
const (
	markSize   = 7.5
	markBottom = 12.0
	markSide   = 20.0
)

// Mark writes a line in the foot margin of every page of a PDF: who took the copy, when (NĐ 30/2020, Phụ lục VI, III.6k). The result is a derived copy: it
// no longer claims the signatures of the file it was made from, whose bytes stay untouched where they are kept; pictures of signatures stay visible. A letter
// without glyph is printed as its code in brackets. It fails for files that cannot be read or extended.
func Mark(file []byte, line string) ([]byte, error) {
	f, err := pdf.Open(file)
	if err != nil {
		return nil, err
	}
	pages, err := f.Pages()
	if err != nil {
		return nil, err
	}
	u := pdf.NewUpdate(f)
	m, err := newMark(u, legible(line))
	if err != nil {
		return nil, err
	}
	for _, page := range pages {
		if err := m.on(f, u, page); err != nil {
			return nil, err
		}
	}
	if root, ok := f.Trailer["Root"].(pdf.Ref); ok {
		d := u.Dict(root)
		for _, claim := range []pdf.Name{"AcroForm", "Perms", "DSS", "Extensions"} {
			delete(d, claim)
		}
		u.Set(root, d)
	}
	out, _, err := u.Finish()
	return out, err
}

type mark struct {
	font, before pdf.Ref
	codes        []byte
	width        float64 // at markSize
}

func newMark(u *pdf.Update, line string) (*mark, error) {
	font := typeface.Tinos(typeface.Italic)
	subset, err := font.Subset([]rune(line))
	if err != nil {
		return nil, err
	}
	codes, err := subset.Encode(line)
	if err != nil {
		return nil, err
	}
	return &mark{font: subset.Objects(u.Add), before: u.Add(&pdf.Stream{Dict: pdf.Dict{}, Raw: []byte("q\n")}), codes: codes, width: font.Width(line, markSize)}, nil
}

// on adds the mark to one page, whatever its content left behind: the old content is bracketed by q and Q.
func (m *mark) on(f *pdf.File, u *pdf.Update, page pdf.Ref) error {
	box, err := f.PageBox(page)
	if err != nil {
		return err
	}
	d := u.Dict(page)
	resources := u.Dict(f.Inherited(page, "Resources"))
	fonts := u.Dict(resources["Font"])
	name := pdf.Name("CvMark")
	for fonts[name] != nil {
		name += "x"
	}
	fonts[name] = m.font
	resources["Font"] = fonts
	d["Resources"] = resources
	turn, _ := f.Int(f.Inherited(page, "Rotate"))
	var old pdf.Array
	switch c := d["Contents"].(type) {
	case nil:
	case pdf.Array:
		old = slices.Clone(c)
	case pdf.Ref:
		if a := f.Array(c); a != nil {
			old = slices.Clone(a)
		} else {
			old = pdf.Array{c}
		}
	}
	after := u.Add(pdf.Flate(nil, m.drawn(box, int(turn), string(name))))
	d["Contents"] = append(append(pdf.Array{m.before}, old...), after)
	u.Set(page, d)
	return nil
}

// drawn is the line at the lower edge of the page as people see it, whatever the page's rotation.
func (m *mark) drawn(box [4]float64, turn int, font string) []byte {
	l, b, r, t := box[0], box[1], box[2], box[3]
	wide := r - l
	turn = ((turn % 360) + 360) % 360
	if turn == 90 || turn == 270 {
		wide = t - b
	}
	size := markSize
	if m.width > wide-2*markSide {
		size *= max(0.3, (wide-2*markSide)/m.width)
	}
	var matrix string
	switch turn {
	case 90:
		matrix = fmt.Sprintf("0 1 -1 0 %.2f %.2f", r-markBottom, b+markSide)
	case 180:
		matrix = fmt.Sprintf("-1 0 0 -1 %.2f %.2f", r-markSide, t-markBottom)
	case 270:
		matrix = fmt.Sprintf("0 -1 1 0 %.2f %.2f", l+markBottom, t-markSide)
	default:
		matrix = fmt.Sprintf("1 0 0 1 %.2f %.2f", l+markSide, b+markBottom)
	}
	var w bytes.Buffer
	fmt.Fprintf(&w, "Q q BT 0.35 g /%s %.2f Tf %s Tm <%s> Tj ET Q\n", font, size, matrix, hex.EncodeToString(m.codes))
	return w.Bytes()
}
