package pades

import (
	"congvu/internal/pdf"
	"congvu/internal/typeface"
)

// Size of the text block in published files (S4.9), in points.
const (
	blockWidth  = 170.0
	blockHeight = 30.0
)

// Block is the text of an agency's signature on an annex or a copy: Times New Roman 10, upright, black, no image, in the upper right corner of
// the first page (S4.3–S4.5, S4.7), right and top points away from its edges. It is 170 × 30 points, wider to the left or higher where
// the lines need it, because their size is prescribed. ErrPlace when the page is too small.
func Block(file []byte, lines []string, right, top float64) (*Appearance, error) {
	f, err := pdf.Open(file)
	if err != nil {
		return nil, err
	}
	pages, err := f.Pages()
	if err != nil {
		return nil, err
	}
	frame, err := FrameOf(f, pages[0])
	if err != nil {
		return nil, err
	}
	width, height := frame.Size()
	font := typeface.Tinos(typeface.Regular)
	widest := func() (w float64) {
		for _, l := range lines {
			w = max(w, font.Width(l, defaultSize))
		}
		return w
	}
	const edges = 2*textMargin + 0.01 // so that rounding never makes the letters smaller
	if most := width - 2*max(right, 20); widest() > most-edges {
		lines = wrapped(font, lines, defaultSize, most-edges)
	}
	w := max(blockWidth, widest()+edges)
	h := max(blockHeight, lineHeight*defaultSize*float64(len(lines))+textMargin+0.01)
	if w > width-right || h > height-top {
		return nil, ErrPlace.because("block of %.0f × %.0f points on a page of %.0f × %.0f", w, h, width, height)
	}
	return &Appearance{Page: 1, Rect: frame.Rect([4]float64{width - right - w, height - top - h, width - right, height - top}), Lines: lines, Size: defaultSize}, nil
}
