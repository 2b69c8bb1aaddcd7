package paper

import (
	"slices"

	"congvu/internal/typeface"
)

// Distances are points; page coordinates have their origin at the lower left corner, offsets inside a row at its upper left.

func mm(v float64) float64 { return v * 72 / 25.4 }

const (
	bodySize   = 14.0
	lineHeight = 1.15 // single line spacing of Times New Roman, times the size
	bodyPitch  = 1.1  // body lines are this many single lines apart (D5 box 6: 1.0 to 1.5)
	paraGap    = 6.0
	indent     = 36.0 // 1.27 cm
	ascent     = 0.891
	descent    = 0.216
)

// Margins within D5.1: top and bottom 20–25 mm, left 30–35, right 15–20.
var (
	marginTop, marginBottom = mm(20), mm(20)
	marginLeft, marginRight = mm(30), mm(15)
)

// sheet is the size of a page.
type sheet struct{ width, height float64 }

var (
	portrait  = sheet{mm(210), mm(297)}
	landscape = sheet{mm(297), mm(210)}
)

func sheetFor(wide bool) sheet {
	if wide {
		return landscape
	}
	return portrait
}

func (s sheet) textWidth() float64  { return s.width - marginLeft - marginRight }
func (s sheet) textHeight() float64 { return s.height - marginTop - marginBottom }

type alignment uint8

const (
	left alignment = iota
	center
	right
)

// item is a line of text, a filled rule or a frame. Artifacts, which a reading machine skips, have no element.
type item struct {
	element *element
	x, y    float64 // text: start of the baseline; rule, frame: lower left on a page, upper left in a row
	runs    []run
	size    float64
	stretch float64 // added to every space
	more    bool    // the paragraph goes on: a space follows in the text, not on the paper

	w, h  float64 // rule or frame
	frame bool
	red   bool
}

// row is a piece of the flow that is never divided between pages.
type row struct {
	gap, height float64
	keep        bool // stays on one page with the next row
	items       []item
	grid        *gridHead
	placed      func(page int, top float64)
}

// gridHead is what the rows of one table share.
type gridHead struct {
	head  []row // repeated on every page
	width float64
}

// text puts one line into the row: its baseline is y below the top.
func (r *row) text(e *element, x, y, size float64, runs ...run) {
	r.items = append(r.items, item{element: e, x: x, y: y, size: size, runs: runs})
}

func (r *row) rule(x, y, width float64) {
	r.items = append(r.items, item{x: x, y: y, w: width, h: 0.6})
}

// column writes lines under each other from y down, aligned in [x, x+width], and returns the y after the last.
func (r *row) column(e *element, lines []textLine, x, y, width, size float64, how alignment) float64 {
	for i, l := range lines {
		if len(l.runs) == 0 {
			y += size * lineHeight
			continue
		}
		at := x
		switch how {
		case center:
			at += (width - l.width) / 2
		case right:
			at += width - l.width
		}
		r.items = append(r.items, item{element: e, x: at, y: y + baseline(size, 1), size: size, runs: l.runs, more: i+1 < len(lines)})
		y += size * lineHeight
	}
	return y
}

// baseline is the depth of the baseline in a line of the given pitch.
func baseline(size, pitch float64) float64 {
	return size * (lineHeight*pitch - descent)
}

// page is a finished page: items in page coordinates.
type page struct {
	sheet sheet
	items []item
	index int // from 1
}

// pages receives rows and breaks them into pages.
type pages struct {
	all    []*page
	number int // of the current page in its own numbering
	sheet  sheet
	top    float64 // where the next row begins
	floor  float64 // lowest allowed point of the current page

	repeated bool // nothing but the repeated head of a table is on the page
}

// begin starts a new page; numbering restarts when first is set, and page 1 shows no number (D5.2).
func (p *pages) begin(s sheet, first bool) {
	p.number++
	if first {
		p.number = 1
	}
	pg := &page{sheet: s, index: len(p.all) + 1}
	p.all = append(p.all, pg)
	p.sheet, p.top, p.floor = s, s.height-marginTop, marginBottom
	if p.number > 1 {
		number := decimal(p.number)
		width := typeface.Tinos(typeface.Regular).Width(number, bodySize)
		middle := marginLeft + s.textWidth()/2
		pg.items = append(pg.items, item{x: middle - width/2, y: s.height - marginTop/2 - bodySize*0.3, size: bodySize, runs: plain(number)})
	}
}

func (p *pages) current() *page { return p.all[len(p.all)-1] }

// fresh reports that nothing of the flow is on the current page yet.
func (p *pages) fresh() bool { return p.top >= p.sheet.height-marginTop-0.01 }

// place puts rows on pages. Rows bound by keep go to the next page together, unless they would exceed a whole page.
func (p *pages) place(rows []row) {
	for len(rows) > 0 {
		n, height := p.bound(rows)
		if gap := rows[0].gap; !p.fresh() && p.top-gap-height < p.floor {
			p.turn(rows[0].grid)
		}
		for i := range rows[:n] {
			gap := rows[i].gap
			if p.fresh() {
				gap = 0
			}
			if !p.fresh() && p.top-gap-rows[i].height < p.floor && !p.repeated {
				p.turn(rows[i].grid)
				gap = 0
			}
			p.put(&rows[i], gap)
			p.repeated = false
		}
		rows = rows[n:]
	}
}

// bound counts the rows that must stay together from the first on, and their height: one row alone when they fit on no page.
func (p *pages) bound(rows []row) (n int, height float64) {
	height = rows[0].height
	for n = 1; n < len(rows) && rows[n-1].keep; n++ {
		height += rows[n].gap + rows[n].height
		if height > p.sheet.textHeight() {
			return 1, rows[0].height
		}
	}
	return n, height
}

// turn begins the next page. A table that goes on there is closed here and begins there with its head.
func (p *pages) turn(g *gridHead) {
	last, bottom := p.current(), p.top
	p.begin(p.sheet, false)
	if g == nil {
		return
	}
	last.items = append(last.items, item{x: marginLeft, y: bottom - gridStroke, w: g.width, h: gridStroke})
	if len(g.head) == 0 {
		p.put(&row{items: []item{{w: g.width, h: gridStroke}}}, 0)
	}
	for i := range g.head {
		again := g.head[i]
		again.items = slices.Clone(again.items)
		for k := range again.items {
			again.items[k].element = nil // read once, at the first head
		}
		p.put(&again, 0)
	}
	p.repeated = true
}

func (p *pages) put(r *row, gap float64) {
	p.top -= gap
	pg := p.current()
	for _, it := range r.items {
		it.y = p.top - it.y
		it.x += marginLeft
		if it.runs == nil {
			it.y -= it.h
		}
		pg.items = append(pg.items, it)
	}
	if r.placed != nil {
		r.placed(pg.index, p.top)
	}
	p.top -= r.height
}
