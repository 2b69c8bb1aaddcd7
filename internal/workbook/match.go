package workbook

import (
	"iter"
	"strings"

	"congvu/internal/i18n"
)

// Column is one that an import expects.
type Column struct {
	Name     string   // how the program asks for it
	Titles   []string // how people head it; the first is shown when it is missing
	Required bool
}

const headerDepth = 30 // rows among which the header is looked for: titles may stand above it

// Matched is a table whose columns are known by name.
type Matched struct {
	Table  *Table
	Header int      // number of the header row
	Extra  []string // titles no column expects
	at     map[string]int
	first  int // index of the first row of data
}

// Match looks for the row that heads the most of the given columns, all required ones among them. Titles are compared without
// case, marks, punctuation and a trailing remark in parentheses.
func (t *Table) Match(columns []Column) (*Matched, error) {
	titles := map[string]string{}
	for _, c := range columns {
		for _, title := range c.Titles {
			titles[titleKey(title)] = c.Name
		}
	}
	best, bestAt := -1, map[string]int{}
	for i := range t.Rows[:min(len(t.Rows), headerDepth)] {
		if at := headings(t.Rows[i].Cells, titles); len(at) > len(bestAt) {
			best, bestAt = i, at
		}
	}
	var missing []string
	for _, c := range columns {
		if _, ok := bestAt[c.Name]; c.Required && !ok && len(c.Titles) > 0 {
			missing = append(missing, "“"+c.Titles[0]+"”")
		}
	}
	if len(missing) > 0 || best < 0 {
		return nil, &Error{Code: NoHeader, Name: t.Name, Detail: strings.Join(missing, ", ")}
	}
	m := &Matched{Table: t, Header: t.Rows[best].Number, at: bestAt, first: best + 1}
	seen := map[string]bool{}
	for _, cell := range t.Rows[best].Cells {
		name, expected := titles[titleKey(cell)]
		switch {
		case expected && seen[name]:
			return nil, &Error{Code: TwoHeaders, Name: t.Name, Detail: cell}
		case expected:
			seen[name] = true
		case cell != "":
			m.Extra = append(m.Extra, cell)
		}
	}
	return m, nil
}

func headings(cells []string, titles map[string]string) map[string]int {
	at := map[string]int{}
	for i, cell := range cells {
		if name, ok := titles[titleKey(cell)]; ok {
			if _, twice := at[name]; !twice {
				at[name] = i
			}
		}
	}
	return at
}

func titleKey(s string) string {
	s = i18n.Fold(s)
	if open := strings.IndexByte(s, '('); open > 0 && strings.HasSuffix(s, ")") {
		s = s[:open]
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 0x7f)
	}), " ")
}

// Has reports whether the table has the column.
func (m *Matched) Has(name string) bool { _, ok := m.at[name]; return ok }

// Record is one row of data.
type Record struct {
	Row    int  // number in the source
	Hidden bool // hidden by its author
	cells  []string
	m      *Matched
}

// Records gives the rows below the header. A row that repeats the header (a new printed page) is left out.
func (m *Matched) Records() iter.Seq[Record] {
	return func(yield func(Record) bool) {
		head := m.Table.Rows[m.first-1].Cells
		for _, r := range m.Table.Rows[m.first:] {
			if strings.Join(r.Cells, "\x00") == strings.Join(head, "\x00") {
				continue
			}
			if !yield(Record{Row: r.Number, Hidden: r.Hidden, cells: r.Cells, m: m}) {
				return
			}
		}
	}
}

// Get is the text under a column; "" when the column or the cell is missing.
func (r Record) Get(name string) string {
	if i, ok := r.m.at[name]; ok && i < len(r.cells) {
		return r.cells[i]
	}
	return ""
}

// Address names the cell under a column for the table of errors; the row alone when the column is missing.
func (r Record) Address(name string) string {
	if i, ok := r.m.at[name]; ok {
		return Address(r.Row, i)
	}
	return Address(r.Row, 0)[1:]
}
