package workbook

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"

	"congvu/internal/i18n"

	"github.com/xuri/excelize/v2"
)

// OutColumn is one column of a table that is written.
type OutColumn struct {
	Title string
	Width float64 // in characters; 0 follows the title
}

// Out is a table to write. Rows are asked for one by one; a cell is a string, an integer, a float64, a bool, nil, a message
// part with Display() (dates) or anything fmt prints.
type Out struct {
	Sheet   string   // name of the sheet; "Dữ liệu" by default
	Titles  []string // lines above the table: agency, title, period
	Columns []OutColumn
	Rows    iter.Seq[[]any]
	Lang    i18n.Lang // of the few words the writer adds itself
}

const (
	maxCellRunes = 32767            // a spreadsheet keeps no more
	cutMark      = "… (đã cắt bớt)" // untranslated: it is part of the data from then on
	headFill     = "E3ECF7"
)

// WriteXLSX streams the table. Text is written as text whatever it begins with; text beyond what a cell holds is cut visibly.
func WriteXLSX(w io.Writer, out Out) error {
	f := excelize.NewFile()
	defer f.Close()
	name := sheetName(out.Sheet, out.Lang)
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return fmt.Errorf("write sheet: %w", err)
	}
	if err := writeSheet(f, name, out); err != nil {
		return fmt.Errorf("write sheet: %w", err)
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("write sheet: %w", err)
	}
	return nil
}

func writeSheet(f *excelize.File, name string, out Out) error {
	title, head, body, err := styles(f)
	if err != nil {
		return err
	}
	s, err := f.NewStreamWriter(name)
	if err != nil {
		return err
	}
	for i, c := range out.Columns {
		if err := s.SetColWidth(i+1, i+1, c.width()); err != nil {
			return err
		}
		if err := s.SetColStyle(i+1, i+1, body); err != nil {
			return err
		}
	}
	headRow := len(out.Titles) + 1
	if len(out.Titles) > 0 {
		headRow++
	}
	if err := s.SetPanes(&excelize.Panes{Freeze: true, YSplit: headRow, TopLeftCell: "A" + strconv.Itoa(headRow+1), ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if err := writeHead(s, out, headRow, title, head); err != nil {
		return err
	}
	row := headRow
	for cells := range out.Rows {
		row++
		if row > excelize.TotalRows {
			return fmt.Errorf("more than %d rows", excelize.TotalRows)
		}
		if err := s.SetRow("A"+strconv.Itoa(row), typed(cells, body, out.Lang)); err != nil {
			return err
		}
	}
	return s.Flush()
}

func writeHead(s *excelize.StreamWriter, out Out, headRow, title, head int) error {
	for i, text := range out.Titles {
		cell := excelize.Cell{StyleID: title, Value: cellText(text)}
		if err := s.SetRow("A"+strconv.Itoa(i+1), []any{cell}); err != nil {
			return err
		}
	}
	cells := make([]any, len(out.Columns))
	for i, c := range out.Columns {
		cells[i] = excelize.Cell{StyleID: head, Value: cellText(c.Title)}
	}
	return s.SetRow("A"+strconv.Itoa(headRow), cells)
}

func styles(f *excelize.File) (title, head, body int, err error) {
	font := func(bold bool, size float64) *excelize.Font {
		return &excelize.Font{Family: "Times New Roman", Size: size, Bold: bold}
	}
	side := []excelize.Border{{Type: "left", Color: "808080", Style: 1}, {Type: "right", Color: "808080", Style: 1},
		{Type: "top", Color: "808080", Style: 1}, {Type: "bottom", Color: "808080", Style: 1}}
	if title, err = f.NewStyle(&excelize.Style{Font: font(true, 13)}); err != nil {
		return
	}
	if head, err = f.NewStyle(&excelize.Style{Font: font(true, 12), Border: side,
		Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{headFill}},
		Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}}); err != nil {
		return
	}
	body, err = f.NewStyle(&excelize.Style{Font: font(false, 12), Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}})
	return
}

func (c OutColumn) width() float64 {
	if c.Width > 0 {
		return min(c.Width, excelize.MaxColumnWidth)
	}
	return min(max(float64(utf8.RuneCountInString(c.Title))+4, 10), 40)
}

// sheetName drops what a sheet's name must not hold.
func sheetName(s string, lang i18n.Lang) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) {
			return ' '
		}
		return r
	}, i18n.CleanLine(s))
	if runes := []rune(strings.Trim(s, "' ")); len(runes) > 0 {
		return strings.Trim(string(runes[:min(len(runes), 31)]), "' ")
	}
	return lang.T("Dữ liệu")
}

// typed gives numbers as numbers and everything else as text.
func typed(cells []any, style int, lang i18n.Lang) []any {
	row := make([]any, len(cells))
	for i, c := range cells {
		switch v := c.(type) {
		case nil:
			continue
		case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, float32, float64:
			row[i] = excelize.Cell{StyleID: style, Value: v}
		default:
			row[i] = excelize.Cell{StyleID: style, Value: cellText(textOf(c, lang))}
		}
	}
	return row
}

func textOf(c any, lang i18n.Lang) string {
	switch v := c.(type) {
	case nil:
		return ""
	case string:
		return v
	case interface{ Display() string }:
		return v.Display()
	case bool:
		if v {
			return lang.T("Có")
		}
		return lang.T("Không")
	}
	return fmt.Sprint(c)
}

// cellText is clean text of at most what a cell holds.
func cellText(s string) string {
	s = i18n.Clean(s)
	if len(s) <= maxCellRunes {
		return s
	}
	if runes := []rune(s); len(runes) > maxCellRunes {
		return string(runes[:maxCellRunes-utf8.RuneCountInString(cutMark)]) + cutMark
	}
	return s
}

// WriteCSV writes UTF-8 with byte order mark and semicolons, as spreadsheets with Vietnamese settings open it; decimal comma.
// Text that a spreadsheet would take for a formula gets an apostrophe in front (T17). Titles are left out.
func WriteCSV(w io.Writer, out Out) error {
	b := bufio.NewWriter(w)
	if _, err := b.WriteString("\ufeff"); err != nil {
		return err
	}
	c := csv.NewWriter(b)
	c.Comma = ';'
	c.UseCRLF = true
	head := make([]string, len(out.Columns))
	for i, column := range out.Columns {
		head[i] = protect(column.Title)
	}
	if err := c.Write(head); err != nil {
		return err
	}
	var row []string
	for cells := range out.Rows {
		row = row[:0]
		for _, cell := range cells {
			row = append(row, csvText(cell, out.Lang))
		}
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return err
	}
	return b.Flush()
}

func csvText(cell any, lang i18n.Lang) string {
	switch v := cell.(type) {
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		return fmt.Sprint(v)
	case float32:
		return strings.Replace(strconv.FormatFloat(float64(v), 'f', -1, 32), ".", ",", 1)
	case float64:
		return strings.Replace(strconv.FormatFloat(v, 'f', -1, 64), ".", ",", 1)
	}
	return protect(textOf(cell, lang))
}

// protect looks at the raw text, before cleaning takes a leading tab away.
func protect(s string) string {
	cleaned := i18n.Clean(s)
	if startsFormula(s) || startsFormula(cleaned) {
		return "'" + cleaned
	}
	return cleaned
}

// startsFormula reports whether a spreadsheet may read the text as a formula.
func startsFormula(s string) bool {
	if s == "" {
		return false
	}
	switch s[0] {
	case '=', '+', '-', '@', '\t', '\r', '\n', 0:
		return true
	}
	// Full-width signs are read as their narrow twins by some programs.
	for _, sign := range []string{"＝", "＋", "－", "＠"} {
		if strings.HasPrefix(s, sign) {
			return true
		}
	}
	return false
}
