package pades

import (
	"bytes"
	"encoding/hex"
	"fmt"

	"congvu/internal/pdf"
	"congvu/internal/typeface"
)

// Appearance is what a signature shows on a page: an image, lines of text, or both.
type Appearance struct {
	Page  int        // 1 is the first
	Rect  [4]float64 // left, bottom, right, top in points from the lower left corner of the page
	Image *Image     // drawn as large as the rectangle allows, centred, never distorted
	Lines []string
	Style typeface.Style
	Size  float64    // of the letters in points, 10 when zero (S4.7); smaller where the rectangle demands it
	Color [3]float64 // red, green, blue from 0 to 1; black when zero
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

// object draws the appearance. A letter without glyph is a *typeface.MissingError (S8.2).
func (a *Appearance) object(add func(any) pdf.Ref) (pdf.Ref, error) {
	width, height := a.Rect[2]-a.Rect[0], a.Rect[3]-a.Rect[1]
	resources := pdf.Dict{}
	var content bytes.Buffer
	if a.Image != nil {
		resources["XObject"] = pdf.Dict{"Image": a.Image.object(add)}
		scale := min(width/float64(a.Image.Width), height/float64(a.Image.Height))
		w, h := scale*float64(a.Image.Width), scale*float64(a.Image.Height)
		fmt.Fprintf(&content, "q %.3f 0 0 %.3f %.3f %.3f cm /Image Do Q\n", w, h, (width-w)/2, (height-h)/2)
	}
	if len(a.Lines) > 0 {
		font, err := a.text(&content, add, width, height)
		if err != nil {
			return pdf.Ref{}, err
		}
		resources["Font"] = pdf.Dict{"Text": font}
	}
	return add(formXObject(width, height, resources, content.Bytes())), nil
}

func (a *Appearance) text(w *bytes.Buffer, add func(any) pdf.Ref, width, height float64) (pdf.Ref, error) {
	font := typeface.Tinos(a.Style)
	subset, err := font.Subset(letters(a.Lines))
	if err != nil {
		return pdf.Ref{}, err
	}
	size := a.fitting(font, width-2*textMargin, height-textMargin)
	if size < smallestSize {
		return pdf.Ref{}, ErrPlace.because("text of size %.1f", size)
	}
	top := height - textMargin/2 - size*float64(font.Metrics.Ascent)/1000
	fmt.Fprintf(w, "q BT /Text %.2f Tf %.3f %.3f %.3f rg %.2f TL %.2f %.3f Td\n", size, a.Color[0], a.Color[1], a.Color[2],
		size*lineHeight, textMargin, top)
	for _, line := range a.Lines {
		codes, err := subset.Encode(line)
		if err != nil {
			return pdf.Ref{}, err
		}
		fmt.Fprintf(w, "<%s> Tj T*\n", hex.EncodeToString(codes))
	}
	w.WriteString("ET Q\n")
	return subset.Objects(add), nil
}

// fitting is the wished size, or the largest at which all lines fit.
func (a *Appearance) fitting(font *typeface.Font, width, height float64) float64 {
	size := a.Size
	if size == 0 {
		size = defaultSize
	}
	for _, line := range a.Lines {
		if w := font.Width(line, size); w > width {
			size *= width / w
		}
	}
	return min(size, height/(lineHeight*float64(len(a.Lines))))
}

func letters(lines []string) []rune {
	var out []rune
	for _, l := range lines {
		out = append(out, []rune(l)...)
	}
	return out
}
