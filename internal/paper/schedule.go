package paper

import (
	"strings"
	"time"

	"congvu/internal/typeface"
)

// Line is one line of a schedule's table. A heading is set in bold; a void line is struck through.
type Line struct {
	Cells   []string
	Heading bool
	Void    bool
}

// Party is who signs below a schedule.
type Party struct {
	Title string // "NGƯỜI LẬP"
	Hint  string // "(Ký và ghi rõ họ và tên)"
	Name  string
}

// Schedule is a list or a record with the head of an office document and a table (NĐ 30/2020, Phụ lục V: danh mục hồ sơ, mục lục, biên bản).
type Schedule struct {
	ParentAgency, Agency string // none: no head
	Place                string // with Date, beside the agency
	Date                 time.Time
	Title                string
	Under                []string // lines below the title
	Before               []string // paragraphs above the table
	Columns              []Column // none: no table
	Lines                []Line
	After                []string
	Parties              []Party // two stand side by side, one at the right
	Wide                 bool
	PrintNote            string
	Made                 time.Time
}

const scheduleSize = 13.0

// Render prints the schedule as PDF/A-2b. Texts are data, not markup; characters without a glyph are printed as their code in brackets.
func (s Schedule) Render() (*Result, error) {
	p, format := pages{}, sheetFor(s.Wide)
	p.begin(format, true)
	c := composer{width: format.textWidth()}
	var rows []row
	if s.Agency != "" {
		rows = append(rows, s.head(c.width))
	}
	rows = append(rows, c.centred(styled(legible(s.Title), typeface.Bold), 14, 18, "")...)
	for _, u := range s.Under {
		rows = append(rows, c.centred(plain(legible(u)), scheduleSize, 2, "")...)
	}
	rows = append(rows, paragraphs(s.Before, c.width)...)
	if len(s.Columns) > 0 {
		table := s.table(c.width)
		table[0].gap = 10
		rows = append(rows, table...)
	}
	rows = append(rows, paragraphs(s.After, c.width)...)
	if len(s.Parties) > 0 {
		rows = append(rows, s.parties(c.width))
	}
	p.place(rows)
	if note := legible(s.PrintNote); note != "" {
		for _, pg := range p.all {
			pg.items = append(pg.items, item{x: marginLeft, y: marginBottom / 2, size: 9, runs: styled(note, typeface.Italic)})
		}
	}
	f := file{pages: p.all, about: about{title: tidy(s.Title), author: tidy(s.Agency), made: s.Made}}
	out, err := f.write()
	if err != nil {
		return nil, err
	}
	return &Result{PDF: out, Pages: len(p.all)}, nil
}

// head is two columns: the agency, and the nation with its motto and the date.
func (s *Schedule) head(width float64) row {
	bold := typeface.Tinos(typeface.Bold)
	rightWidth := bold.Width(nation, nationSize)
	x := width - rightWidth
	leftWidth := x - columnGap
	var r row
	y := r.column(nil, styledLine(nation, typeface.Bold, nationSize), x, 0, rightWidth, nationSize, center)
	y = r.column(nil, styledLine(motto, typeface.Bold, mottoSize), x, y, rightWidth, mottoSize, center)
	under := bold.Width(motto, mottoSize)
	r.rule(x+(rightWidth-under)/2, y+2.5, under)
	down := 0.0
	if s.ParentAgency != "" {
		down = r.column(nil, balance(plain(upper(legible(s.ParentAgency))), agencySize, leftWidth), 0, down, leftWidth, agencySize, center)
	}
	lines := balance(styled(upper(legible(s.Agency)), typeface.Bold), agencySize, leftWidth)
	down = r.column(nil, lines, 0, down, leftWidth, agencySize, center)
	rule := widest(lines) * 0.4
	r.rule((leftWidth-rule)/2, down+2.5, rule)
	y = max(y, down) + 9
	if s.Place != "" && !s.Date.IsZero() {
		y = r.column(nil, styledLine(legible(s.Place)+", "+FormatDate(s.Date), typeface.Italic, dateSize), x, y, rightWidth, dateSize, center)
	}
	r.height = y
	return r
}

func paragraphs(texts []string, width float64) []row {
	var rows []row
	for _, t := range texts {
		lines := breakLines(plain(legible(t)), scheduleSize, width, width)
		for i, l := range lines {
			r := row{height: scheduleSize * lineHeight}
			if i == 0 {
				r.gap = paraGap
			}
			r.column(nil, []textLine{l}, 0, 0, width, scheduleSize, left)
			rows = append(rows, r)
		}
	}
	return rows
}

func (s *Schedule) table(width float64) []row {
	g := cells{size: registerSize}
	total := 0.0
	for _, c := range s.Columns {
		total += share(c)
	}
	heads, ordinals := make([]string, len(s.Columns)), make([]string, len(s.Columns))
	for i, c := range s.Columns {
		heads[i], ordinals[i] = escaped(c.Head), "("+decimal(i+1)+")"
		g.widths = append(g.widths, width*share(c)/total)
		how := left
		if c.Centred {
			how = center
		}
		g.align = append(g.align, how)
	}
	g.head = [][]string{heads, ordinals}
	for _, l := range s.Lines {
		texts := make([]string, len(l.Cells))
		for i, t := range l.Cells {
			if texts[i] = escaped(t); l.Heading && t != "" {
				texts[i] = "**" + texts[i] + "**"
			}
		}
		g.rows, g.void = append(g.rows, texts), append(g.void, l.Void)
	}
	return g.layout()
}

// escaped keeps data from being read as light markup.
func escaped(s string) string { return strings.ReplaceAll(legible(s), "*", `\*`) }

// parties is one row, so that nobody signs on a page of its own halves.
func (s *Schedule) parties(width float64) row {
	r := row{gap: 18}
	half := width / 2
	for i, p := range s.Parties {
		x := half * float64(i%2)
		if len(s.Parties) == 1 {
			x = half
		}
		y := r.column(nil, balance(styled(legible(p.Title), typeface.Bold), scheduleSize, half), x, 0, half, scheduleSize, center)
		y = r.column(nil, balance(styled(legible(p.Hint), typeface.Italic), scheduleSize-1, half), x, y, half, scheduleSize-1, center)
		y = r.column(nil, balance(styled(legible(p.Name), typeface.Bold), scheduleSize, half), x, y+60, half, scheduleSize, center)
		r.height = max(r.height, y)
	}
	return r
}
