package documents

import (
	"slices"
	"strings"
	"unicode"

	"congvu/internal/i18n"
	"congvu/internal/transcript"
)

// Names of what can be read from the pages of a document (NĐ 30/2020, Phụ lục I; domain §17).
const (
	ReadNumber   = "number"
	ReadNotation = "notation"
	ReadIssued   = "issued_date" // 2026-03-12
	ReadSender   = "sender"
	ReadParent   = "parent"
	ReadType     = "type" // code
	ReadSubject  = "subject"
	ReadSigner   = "signer_name"
	ReadPosition = "signer_position"
	ReadCapacity = "capacity"
	ReadUrgency  = "urgency" // slug
	ReadDue      = "due_date"
	ReadReceiver = "receivers" // one a line
	ReadSecrecy  = "secrecy"   // a stamp that must not be here (D9.10)
)

// ReadField is one proposal: what the page seems to say, how sure that is, and where it stands.
type ReadField struct {
	Name       string         `json:"name"`
	Value      string         `json:"value"`
	Confidence float64        `json:"confidence"` // 0 to 1
	Page       int            `json:"page"`       // from 1
	Box        transcript.Box `json:"box"`
}

// Sure tells proposals that need only a glance from those that must be compared with the page.
func (f ReadField) Sure() bool { return f.Confidence >= 0.85 }

// Reading is everything proposed from a file. A person confirms it; nothing is entered by itself.
type Reading struct {
	Fields []ReadField `json:"fields"`
	Source string      `json:"source"`           // layer, ocr, "" without any text
	Pages  int         `json:"pages"`            // of the file
	NoOCR  bool        `json:"no_ocr,omitempty"` // a scan, and recognition is not installed
}

// Get gives a proposal by its name.
func (r Reading) Get(name string) (ReadField, bool) {
	at := slices.IndexFunc(r.Fields, func(f ReadField) bool { return f.Name == name })
	if at < 0 {
		return ReadField{}, false
	}
	return r.Fields[at], true
}

// Value is a proposal's value, "" when there is none.
func (r Reading) Value(name string) string { f, _ := r.Get(name); return f.Value }

// printed is a line with what the rules look at.
type printed struct {
	transcript.Line
	page int
	fold string
}

func (l printed) centre() float64 { return (l.Box.Left + l.Box.Right) / 2 }

// capitals tells a line without small letters.
func (l printed) capitals() bool {
	upper := 0
	for _, r := range l.Text {
		if unicode.IsLower(r) {
			return false
		}
		if unicode.IsUpper(r) {
			upper++
		}
	}
	return upper > 1
}

// reader reads one document by the boxes of the decree.
type pageReader struct {
	text    *transcript.Text
	first   []printed // page 1
	all     []printed
	mid     float64 // between the left and the right column of the head
	width   float64
	height  float64
	head    float64 // lower edge of the head: number and date
	types   []Type
	reading Reading
}

// ReadDocument proposes the fields of a document from the text of its file and the known types.
func ReadDocument(t *transcript.Text, types []Type) Reading {
	r := &pageReader{text: t, types: types, reading: Reading{Fields: []ReadField{}, Source: t.Source(), Pages: t.Total, NoOCR: t.NoOCR}}
	for _, p := range t.Pages {
		for _, l := range headLines(p.Lines) {
			x := printed{l, p.Number, i18n.Fold(l.Text)}
			if r.all = append(r.all, x); p.Number == 1 {
				r.first = append(r.first, x)
			}
		}
	}
	if len(r.first) == 0 {
		return r.reading
	}
	r.width, r.height = t.Pages[0].Width, t.Pages[0].Height
	r.column()
	r.number()
	r.date()
	r.agency()
	r.stamps()
	r.title()
	r.deadline()
	r.signature()
	return r.reading
}

// headLines puts right what the layout of a head does to lines: a long name of an agency runs into Quốc hiệu, and a number is set far from "Số:".
func headLines(lines []transcript.Line) []transcript.Line {
	out := make([]transcript.Line, 0, len(lines)+1)
	for _, l := range lines {
		at := strings.Index(l.Text, "CỘNG HÒA XÃ HỘI")
		if at < 0 {
			at = strings.Index(l.Text, "CỘNG HOÀ XÃ HỘI")
		}
		if at > 4 {
			cut := l.Box.Left + (l.Box.Right-l.Box.Left)*float64(len([]rune(l.Text[:at])))/float64(len([]rune(l.Text)))
			left, right := l, l
			left.Text, left.Box.Right = strings.TrimSpace(l.Text[:at]), cut-4
			right.Text, right.Box.Left = l.Text[at:], cut
			out = append(out, left, right)
			continue
		}
		if n := len(out); n > 0 {
			last := &out[n-1]
			sameRow := l.Box.Top < last.Box.Bottom && last.Box.Top < l.Box.Bottom && l.Box.Left > last.Box.Right
			if label := i18n.Fold(strings.TrimSpace(last.Text)); sameRow && (label == "so:" || label == "so") {
				last.Text += " " + l.Text
				last.Confidence = min(last.Confidence, l.Confidence)
				last.Box = union(last.Box, l.Box)
				continue
			}
		}
		out = append(out, l)
	}
	return out
}

// say adds a proposal; how sure the rule is counts as much as how sure the recogniser was.
func (r *pageReader) say(name, value string, sure float64, lines ...printed) {
	value = i18n.CleanLine(value)
	if value == "" || len(lines) == 0 {
		return
	}
	r.keep(name, value, sure, lines)
}

func (r *pageReader) keep(name, value string, sure float64, lines []printed) {
	f := ReadField{Name: name, Value: value, Page: lines[0].page, Box: lines[0].Box}
	worst := 1.0
	for _, l := range lines {
		worst = min(worst, l.Confidence)
		if l.page == f.Page {
			f.Box = union(f.Box, l.Box)
		}
	}
	f.Confidence = sure * worst
	r.reading.Fields = append(r.reading.Fields, f)
}

func union(a, b transcript.Box) transcript.Box {
	return transcript.Box{Left: min(a.Left, b.Left), Top: min(a.Top, b.Top), Right: max(a.Right, b.Right), Bottom: max(a.Bottom, b.Bottom)}
}

// column finds where the left half of the head ends: before Quốc hiệu, else in the middle.
func (r *pageReader) column() {
	r.mid = r.width * 0.46
	for _, l := range r.first {
		if strings.Contains(l.fold, "cong hoa xa hoi") && l.Box.Left > r.width*0.25 {
			r.mid = l.Box.Left - 2
			return
		}
	}
}

// joined puts lines of print together; a hyphen at the end of a line is kept, for notations and compound words have one.
func joined(lines []printed) string {
	parts := make([]string, 0, len(lines))
	for _, l := range lines {
		parts = append(parts, l.Text)
	}
	return strings.Join(parts, " ")
}
