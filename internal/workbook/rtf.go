package workbook

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"congvu/internal/i18n"
)

// WriteDOC streams the table as a document for word processors of any age (.doc): Rich Text Format, A4 landscape, letters beyond ASCII as numbers.
func WriteDOC(w io.Writer, out Out) error {
	b := bufio.NewWriter(w)
	b.WriteString(`{\rtf1\ansi\deff0\uc1{\fonttbl{\f0\froman Times New Roman;}}\paperw16838\paperh11906\landscape\margl850\margr850\margt1134\margb1134\fs22` + "\n")
	for _, title := range out.Titles {
		b.WriteString(`\pard\qc\b ` + rtfText(title) + `\b0\par` + "\n")
	}
	edges := rtfEdges(out.Columns)
	heads := make([]string, len(out.Columns))
	for i, c := range out.Columns {
		heads[i] = c.Title
	}
	rtfRow(b, edges, heads, true)
	for cells := range out.Rows {
		texts := make([]string, len(edges))
		for i := range texts {
			if i < len(cells) {
				texts[i] = textOf(cells[i], out.Lang)
			}
		}
		rtfRow(b, edges, texts, false)
	}
	b.WriteString(`\pard\par}`)
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write document: %w", err)
	}
	return nil
}

func rtfEdges(columns []OutColumn) []int {
	at, out := 0, make([]int, len(columns))
	for i, w := range docxWidths(columns) {
		at += w
		out[i] = at
	}
	return out
}

func rtfRow(b *bufio.Writer, edges []int, cells []string, head bool) {
	b.WriteString(`\trowd\trgaph70`)
	if head {
		b.WriteString(`\trhdr`)
	}
	for _, e := range edges {
		fmt.Fprintf(b, `\clbrdrt\brdrs\clbrdrl\brdrs\clbrdrb\brdrs\clbrdrr\brdrs\cellx%d`, e)
	}
	b.WriteString("\n")
	for _, c := range cells {
		if head {
			b.WriteString(`\pard\intbl\qc\b ` + rtfText(c) + `\b0\cell` + "\n")
		} else {
			b.WriteString(`\pard\intbl ` + rtfText(c) + `\cell` + "\n")
		}
	}
	b.WriteString(`\row` + "\n")
}

// rtfText writes letters so that nothing in them is a control word.
func rtfText(s string) string {
	var b strings.Builder
	for _, r := range cellText(i18n.Clean(s)) {
		switch {
		case r == '\\' || r == '{' || r == '}':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\line `)
		case r < 32:
			b.WriteByte(' ')
		case r < 127:
			b.WriteRune(r)
		default:
			for _, u := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%d?`, int16(u))
			}
		}
	}
	return b.String()
}
