package paper

import (
	"bytes"
	"strconv"
	"strings"

	"congvu/internal/pdf"
	"congvu/internal/typeface"
)

// fonts are the subsets one file carries, by style.
type fonts struct {
	letters [4]map[rune]bool
	subset  [4]*typeface.Subset
	ref     [4]pdf.Ref
}

func (f *fonts) use(style typeface.Style, text string) {
	if f.letters[style] == nil {
		f.letters[style] = map[rune]bool{' ': true}
	}
	for _, r := range text {
		f.letters[style][r] = true
	}
}

// embed cuts the subsets. Letters that the typeface lacks are a *typeface.MissingError.
func (f *fonts) embed(b *pdf.Builder) error {
	for s, set := range f.letters {
		if set == nil {
			continue
		}
		runes := make([]rune, 0, len(set))
		for r := range set {
			runes = append(runes, r)
		}
		subset, err := typeface.Tinos(typeface.Style(s)).Subset(runes)
		if err != nil {
			return err
		}
		f.subset[s], f.ref[s] = subset, subset.Objects(b.Add)
	}
	return nil
}

func (f *fonts) resources() pdf.Dict {
	d := pdf.Dict{}
	for s, ref := range f.ref {
		if ref != (pdf.Ref{}) {
			d[fontKey(typeface.Style(s))] = ref
		}
	}
	return d
}

func fontKey(s typeface.Style) pdf.Name { return pdf.Name("Tinos" + decimal(int(s))) }

// contentWriter writes the content stream of one page and gives its parts to their elements.
type contentWriter struct {
	bytes.Buffer
	fonts  *fonts
	page   int
	tagged bool
	open   bool // a marked part is open
	at     *element
	owner  []*element // by MCID
}

func (w *contentWriter) write(items []item) error {
	for i := range items {
		it := &items[i]
		w.mark(it.element)
		switch {
		case it.runs != nil:
			if err := w.line(it); err != nil {
				return err
			}
		case it.frame:
			w.paint(it.red, "RG", func() {
				w.numbers(1)
				w.WriteString("w ")
				w.numbers(it.x, it.y, it.w, it.h)
				w.WriteString("re S\n")
			})
		default:
			w.paint(it.red, "rg", func() {
				w.numbers(it.x, it.y, it.w, it.h)
				w.WriteString("re f\n")
			})
		}
	}
	w.end()
	return nil
}

func (w *contentWriter) mark(e *element) {
	if !w.tagged || w.open && w.at == e {
		return
	}
	w.end()
	w.open, w.at = true, e
	if e == nil {
		w.WriteString("/Artifact BMC\n")
		return
	}
	id := len(w.owner)
	w.owner = append(w.owner, e)
	e.kids = append(e.kids, content{page: w.page, id: id})
	w.WriteString("/" + e.tag + " <</MCID " + decimal(id) + ">> BDC\n")
}

func (w *contentWriter) end() {
	if w.open {
		w.WriteString("EMC\n")
	}
	w.open = false
}

func (w *contentWriter) paint(red bool, operator string, draw func()) {
	if red {
		w.WriteString("1 0 0 " + operator + "\n")
	}
	draw()
	if red {
		w.WriteString("0 0 0 " + operator + "\n")
	}
}

// line shows the runs of one line on a common baseline; spaces are widened by adjustments in TJ, since word spacing does not
// apply to two-byte codes.
func (w *contentWriter) line(it *item) error {
	var err error
	w.paint(it.red, "rg", func() {
		w.WriteString("BT 1 0 0 1 ")
		w.numbers(it.x, it.y)
		w.WriteString("Tm ")
		for i, r := range it.runs {
			text := r.text
			if it.more && i == len(it.runs)-1 {
				text += " "
			}
			w.WriteString("/" + string(fontKey(r.style)) + " ")
			w.numbers(it.size)
			w.WriteString("Tf ")
			if e := w.show(r.style, text, it.stretch*1000/it.size); e != nil {
				err = e
			}
		}
		w.WriteString("ET\n")
	})
	return err
}

func (w *contentWriter) show(style typeface.Style, text string, stretch float64) error {
	subset := w.fonts.subset[style]
	w.WriteByte('[')
	for text != "" {
		piece := text
		if i := strings.IndexByte(text, ' '); i >= 0 && stretch != 0 {
			piece = text[:i+1]
		}
		text = text[len(piece):]
		codes, err := subset.Encode(piece)
		if err != nil {
			return err
		}
		w.hex(codes)
		if stretch != 0 && strings.HasSuffix(piece, " ") {
			w.numbers(-stretch)
		}
	}
	w.WriteString("] TJ ")
	return nil
}

func (w *contentWriter) hex(codes []byte) {
	const digits = "0123456789ABCDEF"
	w.WriteByte('<')
	for _, c := range codes {
		w.WriteByte(digits[c>>4])
		w.WriteByte(digits[c&15])
	}
	w.WriteByte('>')
}

func (w *contentWriter) numbers(values ...float64) {
	for _, v := range values {
		w.Write(appendNumber(w.AvailableBuffer(), v))
		w.WriteByte(' ')
	}
}

// appendNumber writes a length to a hundredth of a point, without needless zeros.
func appendNumber(b []byte, v float64) []byte {
	n := len(b)
	b = strconv.AppendFloat(b, v, 'f', 2, 64)
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	if b[len(b)-1] == '.' {
		b = b[:len(b)-1]
	}
	if string(b[n:]) == "-0" {
		b = append(b[:n], '0')
	}
	return b
}

func decimal(n int) string { return strconv.Itoa(n) }
