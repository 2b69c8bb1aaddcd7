package pades

import (
	"congvu/internal/pdf"
)

// Frame is a page as its reader sees it: Box is its visible area in the coordinates of the page, Turn how far it is shown turned
// clockwise (0, 90, 180, 270).
type Frame struct {
	Box  [4]float64
	Turn int
}

// Size is width and height of the page as it is seen, in points.
func (f Frame) Size() (width, height float64) {
	width, height = f.Box[2]-f.Box[0], f.Box[3]-f.Box[1]
	if f.Turn%180 != 0 {
		return height, width
	}
	return width, height
}

// Rect turns a rectangle measured on the page as it is seen, from its lower left corner, into one of the page's own coordinates.
func (f Frame) Rect(seen [4]float64) [4]float64 {
	b, s := f.Box, seen
	switch f.Turn {
	case 90:
		return [4]float64{b[2] - s[3], b[1] + s[0], b[2] - s[1], b[1] + s[2]}
	case 180:
		return [4]float64{b[2] - s[2], b[3] - s[3], b[2] - s[0], b[3] - s[1]}
	case 270:
		return [4]float64{b[0] + s[1], b[3] - s[2], b[0] + s[3], b[3] - s[0]}
	}
	return [4]float64{b[0] + s[0], b[1] + s[1], b[0] + s[2], b[1] + s[3]}
}

// Seen turns a rectangle in the page's own coordinates into one measured on the page as it is seen; it undoes Rect.
func (f Frame) Seen(own [4]float64) [4]float64 {
	b, r := f.Box, own
	switch f.Turn {
	case 90:
		return [4]float64{r[1] - b[1], b[2] - r[2], r[3] - b[1], b[2] - r[0]}
	case 180:
		return [4]float64{b[2] - r[2], b[3] - r[3], b[2] - r[0], b[3] - r[1]}
	case 270:
		return [4]float64{b[3] - r[3], r[0] - b[0], b[3] - r[1], r[2] - b[0]}
	}
	return [4]float64{r[0] - b[0], r[1] - b[1], r[2] - b[0], r[3] - b[1]}
}

// FrameOf reads how a page is seen.
func FrameOf(f *pdf.File, page pdf.Ref) (Frame, error) {
	box, err := f.PageBox(page)
	turn := rotation(f, page)
	if turn%90 != 0 { // forbidden (ISO 32000-1, table 30); readers show such a page upright
		turn = 0
	}
	return Frame{Box: box, Turn: turn}, err
}

// Shown is a signature that can be seen: the name of its field, its page (from 1) and its rectangle in the page's coordinates.
type Shown struct {
	Field string
	Page  int
	Rect  [4]float64
	Frame Frame // of the page
}

// Seen lists the visible signatures of a file in the order of its form. One whose page cannot be found is left out.
func Seen(file []byte) ([]Shown, error) {
	f, err := pdf.Open(file)
	if err != nil {
		return nil, err
	}
	pages, err := f.Pages()
	if err != nil {
		return nil, err
	}
	number := map[pdf.Ref]int{}
	for i, p := range pages {
		number[p] = i + 1
	}
	var out []Shown
	for _, s := range signatureFields(f) {
		page, _ := s.dict["P"].(pdf.Ref)
		r, ok := f.Rect(s.dict["Rect"])
		if !ok || number[page] == 0 || r[2]-r[0] < 1 || r[3]-r[1] < 1 {
			continue
		}
		frame, err := FrameOf(f, page)
		if err != nil {
			return nil, err
		}
		out = append(out, Shown{Field: s.name, Page: number[page], Rect: r, Frame: frame})
	}
	return out, nil
}
