package paper

import (
	"time"

	"congvu/internal/typeface"
)

// Arrival is what stands in the stamp "ĐẾN" of a received paper document (NĐ 30/2020, Phụ lục IV): empty values are left to the pen.
type Arrival struct {
	Agency  string
	Number  string
	Date    string // dd/mm/yyyy
	Forward string // Chuyển
	Dossier string // Số và ký hiệu HS
	Made    time.Time
}

// The stamp's frame: 50 mm wide, 35 mm high (D7.8).
var (
	arrivalSheet = sheet{mm(50), mm(35)}
	arrivalEdge  = mm(1)
)

// Render prints the stamp in its own size, for a printer of labels or to be cut out: one page of PDF/A-2b. Long texts are set smaller until they fit.
func (a Arrival) Render() (*Result, error) {
	w, h := arrivalSheet.width, arrivalSheet.height
	pg := &page{sheet: arrivalSheet, index: 1}
	pg.items = append(pg.items, item{x: arrivalEdge, y: arrivalEdge, w: w - 2*arrivalEdge, h: h - 2*arrivalEdge, frame: true})
	inside := w - 2*arrivalEdge - 8
	y := h - arrivalEdge - 3
	line := func(text string, style typeface.Style, size float64, how alignment) {
		text = legible(text)
		for typeface.Tinos(style).Width(text, size) > inside && size > 4 {
			size -= 0.25
		}
		x := arrivalEdge + 4
		if how == center {
			x = (w - min(typeface.Tinos(style).Width(text, size), inside)) / 2
		}
		y -= size * lineHeight
		pg.items = append(pg.items, item{x: x, y: y + size*descent, size: size, runs: styled(text, style)})
	}
	size, lines := 8.0, breakLines(styled(upper(legible(a.Agency)), typeface.Bold), 8, inside, inside)
	for len(lines) > 2 && size > 4 {
		size -= 0.25
		lines = breakLines(styled(upper(legible(a.Agency)), typeface.Bold), size, inside, inside)
	}
	for _, l := range lines {
		y -= size * lineHeight
		pg.items = append(pg.items, item{x: (w - l.width) / 2, y: y + size*descent, size: size, runs: l.runs})
	}
	line("ĐẾN", typeface.Bold, 12, center)
	for _, l := range [][2]string{{"Số: ", a.Number}, {"Ngày: ", a.Date}, {"Chuyển: ", a.Forward}, {"Số và ký hiệu HS: ", a.Dossier}} {
		if l[1] == "" {
			l[1] = "................................"
			for typeface.Tinos(typeface.Regular).Width(l[0]+l[1], 9) > inside {
				l[1] = l[1][1:]
			}
		}
		y -= 2
		line(l[0]+l[1], typeface.Regular, 9, left)
	}
	f := file{pages: []*page{pg}, about: about{title: tidy("Dấu đến số " + a.Number), author: tidy(a.Agency), made: a.Made}}
	out, err := f.write()
	if err != nil {
		return nil, err
	}
	return &Result{PDF: out, Pages: 1}, nil
}
