package workbook

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"congvu/internal/i18n"
)

// The parts of a text document that never differ.
const (
	docxTypes = xml.Header + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>`
	docxRels  = xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`
	docxWord  = xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`
	docxStyle = xml.Header + `<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman"/><w:sz w:val="22"/><w:lang w:val="vi-VN"/></w:rPr></w:rPrDefault></w:docDefaults></w:styles>`
	docxHead  = xml.Header + `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`
	docxGrid  = `<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders><w:top w:val="single" w:sz="4"/><w:left w:val="single" w:sz="4"/><w:bottom w:val="single" w:sz="4"/><w:right w:val="single" w:sz="4"/><w:insideH w:val="single" w:sz="4"/><w:insideV w:val="single" w:sz="4"/></w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>`
	// A4, landscape, margins of 15 and 20 mm, in twentieths of a point.
	docxFoot  = `<w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="1134" w:right="850" w:bottom="1134" w:left="850" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr></w:body></w:document>`
	docxWidth = 16838 - 2*850
)

// WriteDOCX streams the table as a text document on A4 landscape: titles, a head that is repeated on every page, one row a line. It
// holds text only: no field, no link, no macro.
func WriteDOCX(w io.Writer, out Out) error {
	z := zip.NewWriter(w)
	for _, part := range [][2]string{{"[Content_Types].xml", docxTypes}, {"_rels/.rels", docxRels}, {"word/_rels/document.xml.rels", docxWord}, {"word/styles.xml", docxStyle}} {
		f, err := z.Create(part[0])
		if err == nil {
			_, err = io.WriteString(f, part[1])
		}
		if err != nil {
			return fmt.Errorf("write document: %w", err)
		}
	}
	f, err := z.Create("word/document.xml")
	if err != nil {
		return fmt.Errorf("write document: %w", err)
	}
	b := bufio.NewWriter(f)
	writeBody(b, out)
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write document: %w", err)
	}
	return z.Close()
}

// writeBody writes into a buffer, which keeps the first error for Flush.
func writeBody(b *bufio.Writer, out Out) {
	b.WriteString(docxHead)
	for _, title := range out.Titles {
		paragraph(b, title, true, true)
	}
	widths := docxWidths(out.Columns)
	b.WriteString(docxGrid)
	for _, w := range widths {
		b.WriteString(`<w:gridCol w:w="` + strconv.Itoa(w) + `"/>`)
	}
	b.WriteString(`</w:tblGrid><w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>`)
	for i, c := range out.Columns {
		docxCell(b, widths[i], c.Title, true)
	}
	b.WriteString(`</w:tr>`)
	for cells := range out.Rows {
		b.WriteString(`<w:tr>`)
		for i := range out.Columns {
			text := ""
			if i < len(cells) {
				text = textOf(cells[i], out.Lang)
			}
			docxCell(b, widths[i], text, false)
		}
		b.WriteString(`</w:tr>`)
	}
	b.WriteString(`</w:tbl><w:p/>` + docxFoot)
}

// docxWidths shares the width of the page by the widths of the columns.
func docxWidths(columns []OutColumn) []int {
	total := 0.0
	for _, c := range columns {
		total += c.width()
	}
	out := make([]int, len(columns))
	for i, c := range columns {
		out[i] = int(c.width() / total * docxWidth)
	}
	return out
}

func docxCell(b *bufio.Writer, width int, text string, head bool) {
	b.WriteString(`<w:tc><w:tcPr><w:tcW w:w="` + strconv.Itoa(width) + `" w:type="dxa"/></w:tcPr>`)
	for _, l := range strings.Split(cellText(text), "\n") {
		paragraph(b, l, head, head)
	}
	b.WriteString(`</w:tc>`)
}

func paragraph(b *bufio.Writer, text string, bold, centred bool) {
	b.WriteString(`<w:p>`)
	if centred {
		b.WriteString(`<w:pPr><w:jc w:val="center"/></w:pPr>`)
	}
	b.WriteString(`<w:r>`)
	if bold {
		b.WriteString(`<w:rPr><w:b/></w:rPr>`)
	}
	b.WriteString(`<w:t xml:space="preserve">`)
	_ = xml.EscapeText(b, []byte(i18n.Clean(text))) // b keeps its first error
	b.WriteString(`</w:t></w:r></w:p>`)
}
