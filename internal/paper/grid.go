package paper

import (
	"slices"
	"strings"

	"congvu/internal/typeface"
)

const (
	gridSize    = 13.0
	gridStroke  = 0.5
	cellPadding = 4.0
)

// cells is a table to be laid out: columns with their widths and rows of text.
type cells struct {
	widths []float64
	align  []alignment
	size   float64
	head   [][]string // bold, centred, repeated on every page
	rows   [][]string
	void   []bool // rows struck through
	plain  bool   // texts are data, not markup
	tags   *tagger
}

// grid lays out a table of the body over the whole text width.
func (c *composer) grid(b block) []row {
	columns := 0
	for _, r := range b.cells {
		columns = max(columns, len(r))
	}
	if columns == 0 {
		return nil
	}
	g := cells{align: b.align, size: gridSize, tags: c.tags, widths: fitColumns(b.cells, columns, c.width, gridSize)}
	if b.align != nil {
		g.head, g.rows = b.cells[:1], b.cells[1:]
	} else {
		g.rows = b.cells
	}
	rows := g.layout()
	if len(rows) > 0 {
		rows[0].gap = paraGap
	}
	return rows
}

// fitColumns gives every column its longest word at least and shares the rest by the length of contents.
func fitColumns(rows [][]string, columns int, width, size float64) []float64 {
	least, wish := make([]float64, columns), make([]float64, columns)
	for _, r := range rows {
		for i, text := range r {
			for _, w := range splitWords(embolden(parseRuns(text)), size) {
				least[i] = max(least[i], w.width+2*cellPadding)
			}
			natural := typeface.Tinos(typeface.Bold).Width(text, size) + 2*cellPadding
			wish[i] = max(wish[i], min(natural, width*0.6))
		}
	}
	sumLeast, sumWish := sum(least), 0.0
	for i := range wish {
		wish[i] = max(wish[i]-least[i], 1)
		sumWish += wish[i]
	}
	widths := make([]float64, columns)
	for i := range widths {
		if sumLeast >= width {
			widths[i] = width * least[i] / sumLeast
		} else {
			widths[i] = least[i] + (width-sumLeast)*wish[i]/sumWish
		}
	}
	return widths
}

func sum(v []float64) float64 {
	s := 0.0
	for _, x := range v {
		s += x
	}
	return s
}

// layout gives one row of the flow for a table row, or one for each of its lines when it is too tall to be kept whole.
func (g *cells) layout() []row {
	table := g.tags.open("Table")
	defer g.tags.close()
	rows, shared := g.begun(table)
	for i, r := range g.rows {
		rows = append(rows, g.row(r, false, i < len(g.void) && g.void[i], table, shared)...)
	}
	return rows
}

// opening is the head of a table whose rows come one by one, and what they share.
func (g *cells) opening() ([]row, *gridHead) { return g.begun(nil) }

func (g *cells) begun(table *element) ([]row, *gridHead) {
	shared := &gridHead{width: sum(g.widths)}
	for _, h := range g.head {
		shared.head = append(shared.head, g.row(h, true, false, table, nil)...)
	}
	rows := slices.Clone(shared.head)
	height := 0.0
	for i := range rows {
		rows[i].keep = true
		height += rows[i].height
	}
	if height > tallest {
		shared.head = nil // would fill the pages it is repeated on
	}
	return rows, shared
}

const tallest = 200.0 // points; a higher table row may be divided between pages

func (g *cells) row(texts []string, head, void bool, table *element, shared *gridHead) []row {
	tr := g.tags.under(table, "TR")
	pitch := g.size * lineHeight
	columns := make([][]textLine, len(g.widths))
	tallestCell := 1
	for i := range columns {
		if i < len(texts) {
			inner := g.widths[i] - 2*cellPadding
			columns[i] = g.cell(texts[i], inner, head)
			tallestCell = max(tallestCell, len(columns[i]))
		}
	}
	if height := float64(tallestCell)*pitch + 2*cellPadding; height <= tallest {
		r := row{height: height, grid: shared}
		g.borders(&r, true, true)
		for i := range columns {
			e := g.tags.under(tr, cellTag(head))
			g.fill(&r, i, columns[i], e, cellPadding, head, void)
		}
		return []row{r}
	}
	return g.tall(columns, tallestCell, tr, void, shared)
}

func cellTag(head bool) string {
	if head {
		return "TH"
	}
	return "TD"
}

// tall divides a table row into lines, with the frame around all of them.
func (g *cells) tall(columns [][]textLine, n int, tr *element, void bool, shared *gridHead) []row {
	pitch := g.size * lineHeight
	elements := make([]*element, len(columns))
	for i := range elements {
		elements[i] = g.tags.under(tr, "TD")
	}
	rows := make([]row, n)
	for k := range rows {
		r := &rows[k]
		r.grid, r.height = shared, pitch
		top := 0.0
		if k == 0 {
			top = cellPadding
			r.height += cellPadding
		}
		if k == n-1 {
			r.height += cellPadding
		}
		r.keep = k == 0 || k == n-2
		g.borders(r, k == 0, k == n-1)
		for i, lines := range columns {
			if k < len(lines) {
				g.fill(r, i, lines[k:k+1], elements[i], top, false, void)
			}
		}
	}
	return rows
}

func (g *cells) cell(text string, inner float64, head bool) []textLine {
	var lines []textLine
	for _, part := range strings.Split(text, "\n") {
		runs := plain(part)
		if !g.plain {
			runs = parseRuns(part)
		}
		if head {
			runs = embolden(runs)
		}
		lines = append(lines, breakLines(runs, g.size, inner, inner)...)
	}
	return lines
}

func (g *cells) fill(r *row, column int, lines []textLine, e *element, top float64, head, void bool) {
	x := cellPadding + sum(g.widths[:column])
	how := left
	if head {
		how = center
		top = (r.height - float64(len(lines))*g.size*lineHeight) / 2
	} else if column < len(g.align) {
		how = g.align[column]
	}
	inner := g.widths[column] - 2*cellPadding
	first := len(r.items)
	r.column(e, lines, x, top, inner, g.size, how)
	if !void {
		return
	}
	for _, it := range r.items[first:] {
		if w := lineWidth(it); w > 0 {
			r.items = append(r.items, item{x: it.x, y: it.y - it.size*0.25, w: w, h: 0.6, red: true})
		}
	}
}

func lineWidth(it item) float64 {
	w := 0.0
	for _, r := range it.runs {
		w += typeface.Tinos(r.style).Width(r.text, it.size)
	}
	return w
}

// borders draws the lines around the cells of one row.
func (g *cells) borders(r *row, top, bottom bool) {
	total := sum(g.widths)
	if top {
		r.items = append(r.items, item{w: total, h: gridStroke})
	}
	if bottom {
		r.items = append(r.items, item{y: r.height, w: total, h: gridStroke})
	}
	x := 0.0
	for i := 0; i <= len(g.widths); i++ {
		r.items = append(r.items, item{x: x, w: gridStroke, h: r.height + gridStroke})
		if i < len(g.widths) {
			x += g.widths[i]
		}
	}
}
