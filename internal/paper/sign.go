package paper

import (
	"fmt"
	"strings"

	"congvu/internal/typeface"
)

const (
	receiversTitleSize = 12.0
	receiverSize       = 11.0
)

// Size of box 7c, the place of the signature image.
var signatureWidth, signatureHeight = mm(50), mm(30)

// signature lays out boxes 7, 8, 9b and 12 in two columns as one row that is never divided; a list of receivers longer than the
// right column goes on below it.
func (l *layout) signature() []row {
	r := row{gap: 14}
	leftWidth, rightX := l.width*0.46, l.width*0.48
	bottom := l.signer(&r, rightX, l.width-rightX)

	e := l.tags.add("P")
	r.text(e, 0, baseline(bodySize, 1), receiversTitleSize, styled("Nơi nhận:", typeface.BoldItalic)...)
	y := baseline(bodySize, 1) + 3
	var below []row
	pitch := receiverSize * lineHeight
	for _, receiver := range l.receivers() {
		e := l.tags.add("P")
		lines := breakLines(plain(receiver), receiverSize, leftWidth, leftWidth)
		if len(below) == 0 && y+float64(len(lines))*pitch <= max(bottom, 120) {
			y = r.column(e, lines, 0, y, leftWidth, receiverSize, left)
			continue
		}
		next := row{}
		next.height = next.column(e, lines, 0, 0, leftWidth, receiverSize, left)
		below = append(below, next)
	}
	r.height = y
	if len(below) == 0 {
		r.height = max(bottom, y)
	} else if bottom > y {
		below[0].gap = 0
		r.height = bottom
	}
	return append([]row{r}, below...)
}

// signer is the right column: box 7a, room for the signature (7c) with the seal over its left third (8), box 7b.
func (l *layout) signer(r *row, x, width float64) float64 {
	d := l.doc
	y := 0.0
	for _, c := range d.Capacity {
		text := upper(strings.TrimSpace(c.Prefix + " " + c.Office))
		y = r.column(l.tags.add("P"), balance(styled(text, typeface.Bold), bodySize, width), x, y, width, bodySize, center)
	}
	if d.SignerPosition != "" {
		lines := balance(styled(upper(d.SignerPosition), typeface.Bold), bodySize, width)
		y = r.column(l.tags.add("P"), lines, x, y, width, bodySize, center)
	}
	top := y + 4
	y = top + signatureHeight + 4
	middle := marginLeft + x + width/2
	r.placed = func(page int, rowTop float64) {
		sign := Box{Page: page, Left: middle - signatureWidth/2, Right: middle + signatureWidth/2,
			Top: rowTop - top, Bottom: rowTop - top - signatureHeight}
		l.boxes.Signature, l.boxes.Seal = sign, sealOver(sign, d.seal())
	}
	for _, line := range []string{d.SignerOffice, d.SignerName} {
		if line != "" {
			y = r.column(l.tags.add("P"), balance(styled(line, typeface.Bold), bodySize, width), x, y, width, bodySize, center)
		}
	}
	return y
}

// sealOver places a seal so that it covers the left third of the signature, level with its middle (box 8).
func sealOver(sign Box, diameter float64) Box {
	edge := sign.Left + (sign.Right-sign.Left)/3
	middle := (sign.Top + sign.Bottom) / 2
	return Box{Page: sign.Page, Left: edge - diameter, Right: edge, Bottom: middle - diameter/2, Top: middle + diameter/2}
}

// receivers is the list of box 9b: "Như trên" first when the document has addressees, the kept copies last (D5.6).
func (l *layout) receivers() []string {
	d := l.doc
	var lines []string
	if len(d.Addressees) > 0 && d.Form != Invitation && d.Form != Telegram {
		lines = append(lines, "- Như trên;")
	}
	for _, receiver := range d.Receivers {
		receiver = strings.TrimRight(strings.TrimLeft(receiver, "- "), ";. ")
		if strings.EqualFold(receiver, "Như trên") && len(lines) > 0 || strings.HasPrefix(receiver, "Lưu:") {
			continue
		}
		lines = append(lines, "- "+receiver+";")
	}
	kept := "- Lưu: VT"
	if d.FileUnit != "" {
		kept += ", " + d.FileUnit
	}
	if d.FileCopies > 0 {
		kept += fmt.Sprintf(" (%02d)", d.FileCopies)
	}
	kept += "."
	if d.TypistMark != "" {
		kept += "\u00a0\u00a0" + d.TypistMark
	}
	return append(lines, kept)
}
