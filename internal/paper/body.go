package paper

import (
	"strings"

	"congvu/internal/typeface"
)

// composer turns the parts of a document into rows of a given text width.
type composer struct {
	width float64
	tags  *tagger
}

// body lays out blocks of box 6.
func (c *composer) body(blocks []block) []row {
	var rows []row
	for _, b := range blocks {
		switch b.kind {
		case centred:
			rows = append(rows, c.centred(b.runs, bodySize, 2*paraGap, "H2")...)
		case divisionTitle:
			rows = append(rows, c.centred(b.runs, bodySize, 0, "H2")...)
		case grid:
			rows = append(rows, c.grid(b)...)
		case heading:
			rows = append(rows, c.paragraph(b.runs, "H3", true)...)
		default:
			rows = append(rows, c.paragraph(b.runs, "P", false)...)
		}
	}
	return rows
}

// paragraph is justified, its first line indented; at least two lines stay together at either end.
func (c *composer) paragraph(runs []run, tag string, keep bool) []row {
	e := c.tags.add(tag)
	lines := breakLines(runs, bodySize, c.width-indent, c.width)
	rows := make([]row, len(lines))
	for i, l := range lines {
		r := &rows[i]
		r.height = bodySize * lineHeight * bodyPitch
		r.keep = keep || i == 0 && len(lines) > 1 || i == len(lines)-2
		it := item{element: e, y: baseline(bodySize, bodyPitch), size: bodySize, runs: l.runs, more: !l.last}
		avail := c.width
		if i == 0 {
			r.gap = paraGap
			it.x = indent
			avail -= indent
		}
		if !l.last && l.spaces > 0 {
			it.stretch = (avail - l.width) / float64(l.spaces)
		}
		r.items = append(r.items, it)
	}
	return rows
}

// centred is a heading in the middle, kept with what follows.
func (c *composer) centred(runs []run, size, gap float64, tag string) []row {
	e := c.tags.add(tag)
	lines := balance(runs, size, c.width*0.85)
	r := row{gap: gap, keep: true}
	r.height = r.column(e, lines, 0, 0, c.width, size, center)
	return []row{r}
}

// legalBases are italic paragraphs, each closed by ";" and the last by "." (D5, box 6).
func (c *composer) legalBases(bases []string) []row {
	var rows []row
	for i, b := range bases {
		b = strings.TrimRight(b, ";.,: ")
		if i == len(bases)-1 {
			b += "."
		} else {
			b += ";"
		}
		runs := parseRuns(b)
		for k := range runs {
			runs[k].style ^= typeface.Italic
		}
		rows = append(rows, c.paragraph(runs, "P", false)...)
	}
	return rows
}

// lead is box 9a and its kin: "Kính gửi:" with one receiver on the same line, or several under each other with their dashes
// below the colon (D5.5).
func (c *composer) lead(label string, names []string) []row {
	regular := typeface.Tinos(typeface.Regular)
	label = strings.TrimSuffix(label, ":")
	stem := regular.Width(label, bodySize)
	colon := regular.Width(": ", bodySize)
	if len(names) == 1 {
		return []row{c.leadOne(label+": ", stem+colon, names[0])}
	}
	dash := regular.Width("- ", bodySize)
	var broken [][]textLine
	wide := 0.0
	for i, n := range names {
		lines := breakLines(plain(strings.TrimRight(n, ";. ")+closing(i, len(names))), bodySize, c.width-stem-dash, c.width-stem-dash)
		broken = append(broken, lines)
		wide = max(wide, widest(lines))
	}
	x := max(0, (c.width-stem-dash-wide)/2)
	head := row{gap: 12, height: bodySize * lineHeight, keep: true}
	head.text(c.tags.add("P"), x, baseline(bodySize, 1), bodySize, plain(label+":")...)
	rows := []row{head}
	for _, lines := range broken {
		e := c.tags.add("P")
		r := row{gap: 2}
		r.items = append(r.items, item{element: e, x: x + stem, y: baseline(bodySize, 1), size: bodySize, runs: plain("-"), more: true})
		r.height = r.column(e, lines, x+stem+dash, 0, wide, bodySize, left)
		rows = append(rows, r)
	}
	return rows
}

func (c *composer) leadOne(label string, labelWidth float64, name string) row {
	lines := breakLines(plain(strings.TrimRight(name, ";. ")), bodySize, c.width-labelWidth, c.width-labelWidth)
	x := max(0, (c.width-labelWidth-widest(lines))/2)
	e := c.tags.add("P")
	r := row{gap: 12}
	r.text(e, x, baseline(bodySize, 1), bodySize, plain(label)...)
	r.height = r.column(e, lines, x+labelWidth, 0, c.width-labelWidth, bodySize, left)
	return r
}

func closing(i, n int) string {
	if i == n-1 {
		return "."
	}
	return ";"
}
