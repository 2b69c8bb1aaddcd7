package pades

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"

	"congvu/internal/pdf"
	"congvu/internal/typeface"
)

// Appearance is what a signature shows on a page: an image, lines of text, or both.
type Appearance struct {
	Page    int        // 1 is the first
	Rect    [4]float64 // left, bottom, right, top in points from the lower left corner of the page
	Image   *Image     // drawn as large as the rectangle allows, centred, never distorted
	Lines   []string
	Style   typeface.Style
	Size    float64    // of the letters in points, 10 when zero (S4.7); smaller where the rectangle demands it
	Color   [3]float64 // red, green, blue from 0 to 1; black when zero
	Centred bool       // lines are wrapped and stand in the middle of the rectangle, not in its upper left corner
}

const (
	defaultSize  = 10.0
	smallestSize = 4.0
	lineHeight   = 1.2
	textMargin   = 2.0
)

// formXObject makes the stream of an appearance of the given size.
func formXObject(width, height float64, resources pdf.Dict, content []byte) *pdf.Stream {
	return pdf.Flate(pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "BBox": pdf.Array{0, 0, width, height},
		"Resources": resources}, content)
}

// object draws the appearance. A letter without glyph is a *typeface.MissingError (S8.2). turn is the rotation of the page, so
// that the appearance stands upright for whoever reads it; a flat document has no transparency.
func (a *Appearance) object(add func(any) pdf.Ref, turn int, flat bool) (pdf.Ref, error) {
	width, height := a.Rect[2]-a.Rect[0], a.Rect[3]-a.Rect[1]
	if turn%180 != 0 {
		width, height = height, width
	}
	resources := pdf.Dict{}
	var content bytes.Buffer
	if a.Image != nil {
		ref, paint := a.Image.object(add, flat)
		resources["XObject"] = pdf.Dict{"Image": ref}
		x0, y0, x1, y1 := a.Image.Fit(0, 0, width, height)
		fmt.Fprintf(&content, "q %.3f 0 0 %.3f %.3f %.3f cm %s Q\n", x1-x0, y1-y0, x0, y0, paint)
	}
	if len(a.Lines) > 0 {
		font, err := a.text(&content, add, width, height)
		if err != nil {
			return pdf.Ref{}, err
		}
		resources["Font"] = pdf.Dict{"Text": font}
	}
	form := formXObject(width, height, resources, content.Bytes())
	if m := turned(turn); m != nil {
		form.Dict["Matrix"] = m
	}
	return add(form), nil
}

// turned is the matrix that sets an appearance upright on a page shown turned clockwise; a reader moves its box into the rectangle
// by itself (ISO 32000-1, 12.5.5).
func turned(degrees int) pdf.Array {
	switch degrees {
	case 90:
		return pdf.Array{0, 1, -1, 0, 0, 0}
	case 180:
		return pdf.Array{-1, 0, 0, -1, 0, 0}
	case 270:
		return pdf.Array{0, -1, 1, 0, 0, 0}
	}
	return nil
}

// Fit gives the largest rectangle of the image's proportion inside another, centred.
func (m *Image) Fit(left, bottom, right, top float64) (l, b, r, t float64) {
	scale := min((right-left)/float64(m.Width), (top-bottom)/float64(m.Height))
	w, h := scale*float64(m.Width)/2, scale*float64(m.Height)/2
	x, y := (left+right)/2, (bottom+top)/2
	return x - w, y - h, x + w, y + h
}

func (a *Appearance) text(w *bytes.Buffer, add func(any) pdf.Ref, width, height float64) (pdf.Ref, error) {
	font := typeface.Tinos(a.Style)
	subset, err := font.Subset(letters(a.Lines))
	if err != nil {
		return pdf.Ref{}, err
	}
	lines, size := a.fitting(font, width-2*textMargin, height-textMargin)
	if size < smallestSize {
		return pdf.Ref{}, ErrPlace.because("text of size %.1f", size)
	}
	top := height - textMargin/2
	if a.Centred {
		top = (height + lineHeight*size*float64(len(lines))) / 2
	}
	base := top - size*float64(font.Metrics.Ascent)/1000
	fmt.Fprintf(w, "q BT /Text %.2f Tf %s\n", size, operators(a.Color))
	for i, line := range lines {
		codes, err := subset.Encode(line)
		if err != nil {
			return pdf.Ref{}, err
		}
		x := textMargin
		if a.Centred {
			x = (width - font.Width(line, size)) / 2
		}
		fmt.Fprintf(w, "1 0 0 1 %.3f %.3f Tm <%s> Tj\n", x, base-float64(i)*size*lineHeight, hex.EncodeToString(codes))
	}
	w.WriteString("ET Q\n")
	return subset.Objects(add), nil
}

// fitting gives the lines and the wished size, or the largest at which all of them fit; centred lines are wrapped before they
// are made smaller.
func (a *Appearance) fitting(font *typeface.Font, width, height float64) ([]string, float64) {
	size := a.Size
	if size == 0 {
		size = defaultSize
	}
	fits := func(lines []string, size float64) float64 {
		for _, line := range lines {
			if w := font.Width(line, size); w > width {
				size *= width / w
			}
		}
		return min(size, height/(lineHeight*float64(len(lines))))
	}
	if !a.Centred {
		return a.Lines, fits(a.Lines, size)
	}
	const step = 0.5
	for try := size; try >= smallestSize; try -= step {
		if lines := wrapped(font, a.Lines, try, width); fits(lines, try) == try {
			return lines, try
		}
	}
	return a.Lines, fits(a.Lines, size)
}

// wrapped breaks lines at spaces so that they are no wider than width where words allow it.
func wrapped(font *typeface.Font, lines []string, size, width float64) (out []string) {
	for _, line := range lines {
		row := ""
		for _, word := range strings.Fields(line) {
			switch longer := strings.TrimSpace(row + " " + word); {
			case row == "" || font.Width(longer, size) <= width:
				row = longer
			default:
				out, row = append(out, row), word
			}
		}
		out = append(out, row)
	}
	return out
}

func letters(lines []string) []rune {
	var out []rune
	for _, l := range lines {
		out = append(out, []rune(norm.NFC.String(l))...)
	}
	return out
}

// partOne finds the conformance that forbids transparency in the metadata of a document, as attribute or as element.
var partOne = regexp.MustCompile(`pdfaid:part\s*(?:=\s*["']\s*1\s*["']|>\s*1\s*<)`)

const maxMetadata = 1 << 20

// flat tells a document that says it is PDF/A-1, where soft masks are forbidden (ISO 19005-1, 6.4).
func flat(f *pdf.File) bool {
	s := f.Stream(f.Root()["Metadata"])
	if s == nil {
		return false
	}
	xmp, err := f.Decode(s, maxMetadata)
	return err == nil && partOne.Match(xmp)
}

// rotation is how far a page is shown turned clockwise: 0, 90, 180 or 270.
func rotation(f *pdf.File, page pdf.Ref) int {
	n, _ := f.Int(f.Inherited(page, "Rotate"))
	return int((n%360 + 360) % 360)
}
