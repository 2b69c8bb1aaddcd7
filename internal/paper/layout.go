package paper

import (
	"strings"

	"congvu/internal/typeface"
)

// Box is a rectangle in points on a page (from 1), origin at the lower left corner. Page 0 means that there is none.
type Box struct {
	Page                     int
	Left, Bottom, Right, Top float64
}

// Boxes are the places that signing and issuing need (numbers of NĐ 30/2020, Phụ lục I, mục IV).
type Boxes struct {
	Signature Box // 7c
	Seal      Box // 8, real size of the seal
	Number    Box // field SoVanBan; none when the number is printed
	Date      Box // field NgayBanHanh; none when the date is printed
	Corner    Box // 14, text-only agency signature in the top right corner of page 1 (D13.5), two lines of size 10
}

// layout is the state of one document being laid out.
type layout struct {
	composer
	doc    *Document
	sheet  sheet
	pages  pages
	fields []field
	boxes  Boxes
}

func newLayout(d *Document) *layout {
	tags := newTagger()
	s := sheetFor(d.Landscape)
	return &layout{composer: composer{width: s.textWidth(), tags: tags}, doc: d, sheet: s}
}

func (l *layout) run() {
	l.pages.begin(l.sheet, true)
	rows := append([]row{l.head()}, l.title()...)
	opening := l.opening()
	text := append(opening, l.body(parseBody(l.doc.Body))...)
	if len(text) > 0 {
		text[0].gap = max(text[0].gap, 12)
	}
	rows = append(rows, text...)
	rows[len(rows)-1].keep = true // the signature is never alone on a page
	rows = append(rows, l.signature()...)
	l.address()
	l.pages.place(rows)
	for i, a := range l.doc.Annexes {
		l.annex(i, a)
	}
	for _, f := range l.fields {
		switch f.name {
		case NumberField:
			l.boxes.Number = f.box
		case DateField:
			l.boxes.Date = f.box
		}
	}
	edge := l.sheet.width - marginRight
	l.boxes.Corner = Box{Page: 1, Left: edge - mm(85), Right: edge, Bottom: l.sheet.height - mm(10.5), Top: l.sheet.height - mm(2.5)}
}

// address is box 13 at the foot of page 1, below a rule over the whole text width; the text above keeps clear of it.
func (l *layout) address() {
	if len(l.doc.Address) == 0 {
		return
	}
	const size = 11.0
	var lines []textLine
	for _, a := range l.doc.Address {
		lines = append(lines, breakLines(plain(a), size, l.width, l.width)...)
	}
	height := float64(len(lines))*size*lineHeight + 3
	r := row{height: height}
	r.rule(0, 0, l.width)
	r.column(l.tags.add("P"), lines, 0, 3, l.width, size, left)
	foot := pages{all: l.pages.all, top: marginBottom + height}
	foot.put(&r, 0)
	l.pages.floor = marginBottom + height + 6
}

// annex begins on a page of its own; two or more bear roman numbers. The reference to the document stays blank in an electronic
// document (D5.9).
func (l *layout) annex(i int, a Annex) {
	s := sheetFor(a.Landscape)
	l.pages.begin(s, true)
	c := composer{width: s.textWidth(), tags: l.tags}
	label := "Phụ lục"
	if len(l.doc.Annexes) > 1 {
		label += " " + romanNumber(i+1)
	}
	rows := c.centred(styled(label, typeface.Bold), bodySize, 0, "H1")
	if title := tidy(a.Title); title != "" {
		rows = append(rows, c.centred(styled(upper(title), typeface.Bold), bodySize, 0, "H2")...)
	}
	reference := "(Kèm theo Văn bản số ……/" + l.doc.Notation + " ngày …… tháng …… năm …… của " + l.doc.Agency + ")"
	rows = append(rows, c.centred(styled(reference, typeface.Italic), bodySize, 0, "P")...)
	text := c.body(parseBody(a.Body))
	if len(text) > 0 {
		text[0].gap = 12
	}
	l.pages.place(append(rows, text...))
}

func romanNumber(n int) string {
	var b strings.Builder
	for _, d := range []struct {
		value int
		sign  string
	}{{100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for ; n >= d.value; n -= d.value {
			b.WriteString(d.sign)
		}
	}
	return b.String()
}
