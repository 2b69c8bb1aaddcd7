package paper

import (
	"fmt"
	"strings"
	"time"

	"congvu/internal/typeface"
)

const (
	nation = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
	motto  = "Độc lập - Tự do - Hạnh phúc"

	nationSize, mottoSize = 12.0, 13.0
	agencySize            = 12.0
	numberSize, dateSize  = 13.0, 13.0
	letterSubjectSize     = 12.0
	stampSize             = 13.0
	columnGap             = 12.0
)

// Names of the form fields that are filled when the document is issued.
const (
	NumberField = "SoVanBan"
	DateField   = "NgayBanHanh"
)

// widestNumber and widestDate size the reserved fields. A longer number is set smaller by whoever fills the field.
const (
	widestNumber = "00000"
	widestDate   = "ngày 30 tháng 10 năm 2000"
)

// head lays out boxes 1 to 4, 5b, 10b and 11: two columns, the right one as wide as the
// national name or the date line, whichever is longer.
func (l *layout) head() row {
	c, d := &l.composer, l.doc
	bold := typeface.Tinos(typeface.Bold)
	rightWidth := max(bold.Width(nation, nationSize), l.dateWidth())
	rightX := c.width - rightWidth
	leftWidth := rightX - columnGap

	var r row
	y := r.column(c.tags.add("P"), styledLine(nation, typeface.Bold, nationSize), rightX, 0, rightWidth, nationSize, center)
	y = r.column(c.tags.add("P"), styledLine(motto, typeface.Bold, mottoSize), rightX, y, rightWidth, mottoSize, center)
	under := bold.Width(motto, mottoSize)
	r.rule(rightX+(rightWidth-under)/2, y+2.5, under)
	line := max(y, l.agency(&r, leftWidth)) + 9

	l.number(&r, line, leftWidth)
	l.date(&r, line, rightX, rightWidth)
	y = line + numberSize*lineHeight
	if d.Form == Letter && d.Subject != "" {
		lines := balance(plain("V/v "+d.Subject), letterSubjectSize, leftWidth)
		y = r.column(c.tags.add("P"), lines, 0, y+6, leftWidth, letterSubjectSize, center)
	}
	if d.Urgency != Ordinary {
		y = l.urgency(&r, y+8, leftWidth)
	}
	if d.Circulation != "" {
		l.circulation(&r, rightX+rightWidth/2)
	}
	r.height = y
	return r
}

func styledLine(s string, style typeface.Style, size float64) []textLine {
	return []textLine{{runs: styled(s, style), width: typeface.Tinos(style).Width(s, size), last: true}}
}

// agency is box 2; its rule is 2/5 of the line above it (the decree allows 1/3 to 1/2).
func (l *layout) agency(r *row, width float64) float64 {
	y := 0.0
	if l.doc.ParentAgency != "" {
		lines := balance(plain(upper(l.doc.ParentAgency)), agencySize, width)
		y = r.column(l.tags.add("P"), lines, 0, y, width, agencySize, center)
	}
	lines := balance(styled(upper(l.doc.Agency), typeface.Bold), agencySize, width)
	y = r.column(l.tags.add("P"), lines, 0, y, width, agencySize, center)
	under := widest(lines) * 0.4
	r.rule((width-under)/2, y+2.5, under)
	return y
}

// number is box 3. Without a number, the field stands between the fixed words and is filled from the right, so that the digits
// touch the slash: "Số:   15/QĐ-UBND".
func (l *layout) number(r *row, y, width float64) {
	regular := typeface.Tinos(typeface.Regular)
	e := l.tags.add("P")
	base := y + baseline(numberSize, 1)
	tail := "/" + l.doc.Notation
	if l.doc.Number != "" {
		r.column(e, styledLine("Số: "+padded(l.doc.Number)+tail, typeface.Regular, numberSize), 0, y, width, numberSize, center)
		return
	}
	label := regular.Width("Số: ", numberSize)
	gap := regular.Width(widestNumber, numberSize)
	x := max(0, (width-label-gap-regular.Width(tail, numberSize))/2)
	r.text(l.tags.under(e, "Span"), x, base, numberSize, plain("Số: ")...)
	l.reserve(field{name: NumberField, hint: "Số văn bản", style: typeface.Regular, size: numberSize, align: right,
		element: l.tags.under(e, "Form")}, x+label, base, gap)
	r.text(l.tags.under(e, "Span"), x+label+gap, base, numberSize, plain(tail)...)
}

// date is box 4. Without a date, the place is fixed and the field holds all that follows it.
func (l *layout) date(r *row, y, x, width float64) {
	italic := typeface.Tinos(typeface.Italic)
	e := l.tags.add("P")
	place := l.place()
	if !l.doc.Date.IsZero() {
		r.column(e, styledLine(place+FormatDate(l.doc.Date), typeface.Italic, dateSize), x, y, width, dateSize, center)
		return
	}
	label, gap := italic.Width(place, dateSize), italic.Width(widestDate, dateSize)+1
	x += max(0, (width-label-gap)/2)
	base := y + baseline(dateSize, 1)
	if place != "" {
		r.text(l.tags.under(e, "Span"), x, base, dateSize, styled(place, typeface.Italic)...)
	}
	l.reserve(field{name: DateField, hint: "Ngày, tháng, năm ban hành", style: typeface.Italic, size: dateSize,
		element: l.tags.under(e, "Form")}, x+label, base, gap)
}

func (l *layout) place() string {
	if l.doc.Place == "" {
		return ""
	}
	return l.doc.Place + ", "
}

func (l *layout) dateWidth() float64 {
	text := widestDate
	if !l.doc.Date.IsZero() {
		text = FormatDate(l.doc.Date)
	}
	return typeface.Tinos(typeface.Italic).Width(l.place()+text, dateSize)
}

// reserve notes a form field whose text would stand on the given baseline of the head row.
func (l *layout) reserve(f field, x, base, width float64) {
	top := l.sheet.height - marginTop
	f.box = Box{Page: 1, Left: marginLeft + x, Right: marginLeft + x + width,
		Bottom: top - base - f.size*descent, Top: top - base + f.size*ascent}
	l.fields = append(l.fields, f)
}

// FormatDate writes a date as box 4 and the field NgayBanHanh hold it (D5.3): "ngày 05 tháng 01 năm 2026", but "tháng 3".
func FormatDate(t time.Time) string {
	month := decimal(int(t.Month()))
	if t.Month() < time.March {
		month = "0" + month
	}
	return fmt.Sprintf("ngày %02d tháng %s năm %d", t.Day(), month, t.Year())
}

// FormatNumber writes the ordinal of a document as box 3 and the field SoVanBan hold it (D4.1): 5 becomes "05".
func FormatNumber(n int) string { return fmt.Sprintf("%02d", n) }

func padded(number string) string {
	if len(number) == 1 {
		return "0" + number
	}
	return number
}

// urgency is box 10b: a stamp of prescribed size in bright red (D5.7).
func (l *layout) urgency(r *row, y, width float64) float64 {
	w, h := mm(20), mm(8)
	switch l.doc.Urgency {
	case VeryUrgent:
		w = mm(40)
	case Express:
		w = mm(30)
	}
	x := (width - w) / 2
	word := string(l.doc.Urgency)
	r.items = append(r.items, item{x: x, y: y, w: w, h: h, frame: true, red: true})
	r.items = append(r.items, item{element: l.tags.add("P"), x: x + (w-typeface.Tinos(typeface.Bold).Width(word, stampSize))/2,
		y: y + h/2 + stampSize*0.33, size: stampSize, runs: styled(word, typeface.Bold), red: true})
	return y + h
}

// circulation is box 11: a framed note above the national name, in the top margin.
func (l *layout) circulation(r *row, middle float64) {
	word := upper(l.doc.Circulation)
	width := typeface.Tinos(typeface.Bold).Width(word, stampSize)
	const high, above = 20.0, 26.0
	r.items = append(r.items, item{x: middle - width/2 - 8, y: -above, w: width + 16, h: high, frame: true})
	r.text(l.tags.add("P"), middle-width/2, -above+high/2+stampSize*0.33, stampSize, styled(word, typeface.Bold)...)
}

// title is box 5a with what follows it in the samples: who decides, the legal bases, the word that opens the decision.
func (l *layout) title() []row {
	c, d := &l.composer, l.doc
	if d.Form == Letter {
		return nil
	}
	name := c.centred(styled(upper(d.typeName()), typeface.Bold), bodySize, 16, "H1")
	rows := name
	if d.Subject != "" {
		lines := balance(styled(d.Subject, typeface.Bold), bodySize, c.width*0.8)
		r := row{keep: true}
		r.height = r.column(c.tags.add("P"), lines, 0, 0, c.width, bodySize, center)
		under := widest(lines) * 0.4
		r.rule((c.width-under)/2, r.height+3, under)
		r.height += 6
		rows = append(rows, r)
	}
	decides := d.Form == Decision || d.Form == DecisionOnText || d.Form == Resolution
	if decides && d.Authority != "" {
		rows = append(rows, c.centred(styled(upper(d.Authority), typeface.Bold), bodySize, 12, "P")...)
	}
	return rows
}

// opening is what stands between the title and the text proper.
func (l *layout) opening() []row {
	c, d := &l.composer, l.doc
	var rows []row
	switch d.Form {
	case Invitation:
		return l.invitation()
	case Telegram:
		if len(d.Addressees) > 0 {
			rows = c.lead(d.Agency+" điện:", d.Addressees)
		}
	default:
		if len(d.Addressees) > 0 {
			rows = c.lead("Kính gửi:", d.Addressees)
		}
	}
	if bases := c.legalBases(d.LegalBases); len(bases) > 0 {
		bases[0].gap = 12
		rows = append(rows, bases...)
	}
	switch d.Form {
	case Decision, DecisionOnText:
		rows = append(rows, c.centred(styled("QUYẾT ĐỊNH:", typeface.Bold), bodySize, 10, "P")...)
	case Resolution:
		rows = append(rows, c.centred(styled("QUYẾT NGHỊ:", typeface.Bold), bodySize, 10, "P")...)
	}
	return rows
}

func (l *layout) invitation() []row {
	c, d := &l.composer, l.doc
	var rows []row
	if len(d.Addressees) == 1 {
		rows = c.paragraph(plain(d.Agency+" trân trọng kính mời: "+d.Addressees[0]), "P", false)
	} else if len(d.Addressees) > 1 {
		rows = c.paragraph(plain(d.Agency+" trân trọng kính mời:"), "P", true)
		for i, a := range d.Addressees {
			rows = append(rows, c.paragraph(plain("- "+strings.TrimRight(a, ";. ")+closing(i, len(d.Addressees))), "P", false)...)
		}
	}
	if d.Meeting.Event != "" {
		rows = append(rows, c.paragraph(plain("Tới dự "+d.Meeting.Event), "P", false)...)
	}
	for _, m := range []struct{ label, text string }{
		{"Chủ trì: ", d.Meeting.Chair}, {"Thời gian: ", d.Meeting.Time}, {"Địa điểm: ", d.Meeting.Place},
	} {
		if m.text != "" {
			rows = append(rows, c.paragraph(plain(m.label+m.text), "P", false)...)
		}
	}
	if len(rows) > 0 {
		rows[0].gap = 12
	}
	return rows
}
