package transcript

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Limits of one file.
const (
	MostBytes   = 64 << 20
	mostPages   = 60
	mostOCR     = 20
	mostLines   = 4000
	mostLetters = 100_000 // of a page
	mostText    = 1 << 20 // bytes of a file
)

// Sources of a page's text.
const (
	Layer = "layer" // the file's own text
	OCR   = "ocr"   // recognised on the picture of the page
)

// Box is a place on a page: points from its upper left corner.
type Box struct {
	Left   float64 `json:"l"`
	Top    float64 `json:"t"`
	Right  float64 `json:"r"`
	Bottom float64 `json:"b"`
}

// Height of the box.
func (b Box) Height() float64 { return b.Bottom - b.Top }

func (b Box) with(o Box) Box {
	return Box{min(b.Left, o.Left), min(b.Top, o.Top), max(b.Right, o.Right), max(b.Bottom, o.Bottom)}
}

// Line is one line of print.
type Line struct {
	Text       string  `json:"text"`
	Box        Box     `json:"box"`
	Confidence float64 `json:"confidence"` // 0 to 1; 1 for a text layer
	Font               // of most of its letters, where Reader.Fonts asks for it
}

// Font is how letters look.
type Font struct {
	Family string  `json:"family,omitempty"` // as the file names it, without the mark of a subset: TimesNewRomanPSMT
	Size   float64 `json:"size,omitempty"`   // points on the page
	Bold   bool    `json:"bold,omitempty"`
	Italic bool    `json:"italic,omitempty"`
}

// Page is what stands on one page, from top to bottom.
type Page struct {
	Number int     `json:"number"` // from 1
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
	Source string  `json:"source"` // Layer, OCR, "" for a page without any text
	Lines  []Line  `json:"lines"`
}

// Text is a file's text.
type Text struct {
	Pages  []Page `json:"pages"`
	Total  int    `json:"total"`  // pages of the file
	Cut    bool   `json:"cut"`    // something lies beyond the limits
	Unread int    `json:"unread"` // pages without a text layer that were not recognised
	NoOCR  bool   `json:"no_ocr"` // because recognition is not installed
}

// Plain is the text alone, pages one after the other, at most so many bytes, never half a letter.
func (t *Text) Plain(most int) string {
	var b strings.Builder
	for _, p := range t.Pages {
		for _, l := range p.Lines {
			if b.Len()+len(l.Text)+1 > most {
				return b.String()
			}
			b.WriteString(l.Text)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// Source is Layer when every page that has text has its own, OCR when one had to be recognised, "" without text.
func (t *Text) Source() string {
	source := ""
	for _, p := range t.Pages {
		switch {
		case p.Source == OCR:
			return OCR
		case p.Source == Layer:
			source = Layer
		}
	}
	return source
}

// Confidence is the mean over all letters, 0 without text.
func (t *Text) Confidence() float64 {
	sum, n := 0.0, 0.0
	for _, p := range t.Pages {
		for _, l := range p.Lines {
			w := float64(len(l.Text))
			sum, n = sum+w*l.Confidence, n+w
		}
	}
	if n == 0 {
		return 0
	}
	return sum / n
}

// trim keeps the whole file within its limits.
func (t *Text) trim() {
	left := mostText
	for i := range t.Pages {
		p := &t.Pages[i]
		for j, l := range p.Lines {
			if left -= len(l.Text) + 1; left < 0 {
				p.Lines, t.Cut = p.Lines[:j], true
				left = 0
				break
			}
		}
	}
}

// piece is a run of letters as the file or the recogniser gives it.
type piece struct {
	text       string
	box        Box
	confidence float64
	font       Font
}

// lines puts pieces together: those that stand on one base line and not far from each other are one line, top to bottom, left to right.
func lines(pieces []piece) []Line {
	kept := pieces[:0:0]
	for _, p := range pieces {
		if p.text = clean(p.text); p.text != "" && finite(p.box) {
			kept = append(kept, p)
		}
	}
	slices.SortStableFunc(kept, func(a, b piece) int { return sign(middle(a.box) - middle(b.box)) })
	var out []Line
	for len(kept) > 0 {
		n := 1
		row := kept[0].box
		for n < len(kept) && middle(kept[n].box) < row.Bottom && middle(row) > kept[n].box.Top-0.5 && n < 2000 {
			n++
		}
		out = append(out, rowLines(kept[:n])...)
		kept = kept[n:]
		if len(out) > mostLines {
			return out[:mostLines]
		}
	}
	return out
}

// rowLines joins the pieces of one row, and parts them where a gap is wider than letters are apart.
func rowLines(row []piece) []Line {
	row = slices.Clone(row)
	slices.SortStableFunc(row, func(a, b piece) int { return sign(a.box.Left - b.box.Left) })
	var out []Line
	for _, p := range row {
		if n := len(out); n > 0 {
			last := &out[n-1]
			gap, size := p.box.Left-last.Box.Right, min(24, max(4, p.box.Height(), last.Box.Height()))
			if gap < 1.6*size {
				glue := ""
				if gap > 0.12*size && !strings.HasSuffix(last.Text, " ") {
					glue = " "
				}
				if len(p.text) > len(last.Text) {
					last.Font = p.font
				}
				all := float64(len(last.Text) + len(p.text))
				last.Confidence = (last.Confidence*float64(len(last.Text)) + p.confidence*float64(len(p.text))) / all
				last.Text += glue + p.text
				last.Box = last.Box.with(p.box)
				continue
			}
		}
		out = append(out, Line{Text: p.text, Box: p.box, Confidence: p.confidence, Font: p.font})
	}
	whole := out[:0]
	for _, l := range out {
		if l.Text = strings.Join(strings.Fields(l.Text), " "); l.Text != "" {
			whole = append(whole, l)
		}
	}
	return whole
}

func middle(b Box) float64 { return (b.Top + b.Bottom) / 2 }

func sign(f float64) int {
	switch {
	case f < 0:
		return -1
	case f > 0:
		return 1
	}
	return 0
}

func finite(b Box) bool {
	for _, f := range []float64{b.Left, b.Top, b.Right, b.Bottom} {
		if math.IsNaN(f) || math.Abs(f) > 1e5 {
			return false
		}
	}
	return true
}

// clean is NFC in one line, without controls and invisible characters; a soft hyphen at the end stays a hyphen of print.
func clean(s string) string {
	if len(s) > 4*mostLetters {
		s = s[:4*mostLetters]
	}
	s = norm.NFC.String(strings.ToValidUTF8(s, "\ufffd"))
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == 0xfffe || r == 0x02 || r == 0xad: // PDFium's mark of a broken word
			return '-'
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r):
			return -1
		}
		return r
	}, s)
}
