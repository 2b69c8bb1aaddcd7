package web

import (
	"context"
	"io"
	"time"

	"github.com/a-h/templ"
)

// The parts below stand hundreds of times on one page. They are written by hand: templ builds the class of every element through maps, and every template has
// buffers and closures of its own, which together were half of the time of a list.

// markup writes a part of a page; after the first error it writes nothing more.
type markup struct {
	w   io.StringWriter
	err error
}

// part makes a component of what write writes.
func part(write func(ctx context.Context, m *markup)) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		to, ok := w.(io.StringWriter)
		if !ok {
			to = stringsTo{w}
		}
		m := &markup{w: to}
		write(ctx, m)
		return m.err
	})
}

// stringsTo writes strings into a writer of bytes.
type stringsTo struct{ io.Writer }

func (s stringsTo) WriteString(text string) (int, error) { return s.Write([]byte(text)) }

// as writes constants of the program.
func (m *markup) as(parts ...string) {
	for _, p := range parts {
		if m.err != nil {
			return
		}
		_, m.err = m.w.WriteString(p)
	}
}

// text writes what people or data say, in an element or an attribute in quotes.
func (m *markup) text(s string) { m.as(templ.EscapeString(s)) }

// children writes what stands between the braces of a part.
func (m *markup) children(ctx context.Context) {
	if m.err == nil {
		w, ok := m.w.(io.Writer)
		if !ok {
			w = m.w.(stringsTo).Writer
		}
		inner := templ.GetChildren(ctx)
		m.err = inner.Render(templ.ClearChildren(ctx), w)
	}
}

// Date is a day: 02/01/2006, nothing for none.
func Date(at time.Time) templ.Component {
	return part(func(_ context.Context, m *markup) { m.date(at) })
}

func (m *markup) date(at time.Time) {
	if !at.IsZero() {
		m.as(`<time datetime="`, machineTime(at, time.DateOnly), `">`)
		m.text(DateText(at))
		m.as(`</time>`)
	}
}

// Row frames Cells.
func Row(r RowView) templ.Component {
	return part(func(ctx context.Context, m *markup) {
		m.as(`<tr`)
		if class := r.class(); class != "" {
			m.as(` class="`, class, `"`)
		}
		if r.ID != "" {
			m.as(` id="`)
			m.text(r.ID)
			m.as(`"`)
		}
		m.as(`>`)
		m.children(ctx)
		m.as(`</tr>`)
	})
}

func (r RowView) class() string {
	class := ""
	for _, c := range []struct {
		is   bool
		name string
	}{{r.New, "new"}, {r.Selected, "sel"}, {r.Bad, "row-bad"}} {
		if c.is && class != "" {
			class += " "
		}
		if c.is {
			class += c.name
		}
	}
	return class
}

// Cell is a cell of the column with that class; label is what stands before it on a phone.
func Cell(class, label string) templ.Component {
	return part(func(ctx context.Context, m *markup) {
		m.cell(class, label)
		m.children(ctx)
		m.as(`</td>`)
	})
}

// TextCell is a Cell of one text.
func TextCell(class, label, text string) templ.Component {
	return part(func(_ context.Context, m *markup) {
		m.cell(class, label)
		m.text(text)
		m.as(`</td>`)
	})
}

func (m *markup) cell(class, label string) {
	m.as(`<td class="`)
	m.text(class)
	m.as(`" data-label="`)
	m.text(label)
	m.as(`">`)
}

// State shows where a thing stands.
func State(s StateView) templ.Component {
	return part(func(_ context.Context, m *markup) { m.span("st "+string(s.Look), s.Label) })
}

// Urgency marks what is urgent: 1 khẩn, 2 thượng khẩn, 3 hỏa tốc; 0 renders a plain tag. The label is finished text.
func Urgency(level int, label string) templ.Component {
	return part(func(_ context.Context, m *markup) { m.span("urg "+urgencyClass(level), label) })
}

// Due shows a deadline and how near it is.
func Due(d DueView) templ.Component {
	return part(func(_ context.Context, m *markup) {
		m.date(d.At)
		if d.Note != "" {
			m.span(dueClass(d.Look), d.Note)
		}
	})
}

func (m *markup) span(class, text string) {
	m.as(`<span class="`)
	m.text(class)
	m.as(`">`)
	m.text(text)
	m.as(`</span>`)
}
