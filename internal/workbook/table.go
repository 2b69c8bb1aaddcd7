package workbook

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"congvu/internal/i18n"
)

// Limits bound what one file may cost. The zero value of each field means its default.
type Limits struct {
	Bytes    int64  // of the file, 10 MB
	Entries  int    // parts of an XLSX, 1 000
	Unpacked int64  // bytes of all parts, 100 MB
	Ratio    int64  // unpacked to packed of a part above 1 MB, 200
	Rows     int    // 20 000
	Columns  int    // 200
	Cell     int    // bytes of one cell, 32 768
	Sheet    string // the sheet to read, compared without case and marks; "" is the first visible one
}

func (l Limits) set() Limits {
	fill := func(n *int, d int) {
		if *n <= 0 {
			*n = d
		}
	}
	fill64 := func(n *int64, d int64) {
		if *n <= 0 {
			*n = d
		}
	}
	fill64(&l.Bytes, 10<<20)
	fill64(&l.Unpacked, 100<<20)
	fill64(&l.Ratio, 200)
	fill(&l.Entries, 1000)
	fill(&l.Rows, 20000)
	fill(&l.Columns, 200)
	fill(&l.Cell, 32768)
	return l
}

// Table is what was read: rows of cleaned text. Rows without any text are left out.
type Table struct {
	Name   string // the file's name
	Sheet  string // "" for CSV
	Hidden int    // sheets that were passed over because they are hidden
	Rows   []Row
	Issues []Issue

	bytes int64 // of all cells: a text that is shared by many cells counts in each
}

// Row is one line of the source.
type Row struct {
	Number int  // from 1: the row of the sheet, the line of a CSV file
	Hidden bool // filtered or hidden by its author
	Cells  []string
}

// Issue is a cell whose value could not be had. The cell is empty in its row.
type Issue struct {
	Row, Column int // Row as Row.Number, Column from 0
	Code        string
	text        string
}

// Reason gives the Vietnamese sentence and its named arguments, unformatted.
func (i Issue) Reason() (string, map[string]any) {
	return i.text, map[string]any{"cell": Address(i.Row, i.Column)}
}

// Address names a cell as spreadsheets do: row 12, column 1 is B12.
func Address(row, column int) string { return ColumnName(column) + strconv.Itoa(row) }

// ColumnName is A for 0, Z for 25, AA for 26.
func ColumnName(column int) string {
	if column < 0 {
		return "?"
	}
	var b []byte
	for n := column; n >= 0; n = n/26 - 1 {
		b = append([]byte{byte('A' + n%26)}, b...)
	}
	return string(b)
}

// ReadTable reads an XLSX or CSV file; which of them is decided by the bytes, not by the name. Refusals are *Error.
func ReadTable(data []byte, name string, limits Limits) (*Table, error) {
	limits = limits.set()
	t, err := readAny(data, limits)
	if err == nil && len(t.Rows) == 0 {
		err = refuse(Empty, "", nil)
	}
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			e = refuse(Damaged, "", err)
		}
		e.Name = i18n.CleanLine(name)
		return nil, e
	}
	t.Name = i18n.CleanLine(name)
	return t, nil
}

func readAny(data []byte, limits Limits) (*Table, error) {
	switch {
	case int64(len(data)) > limits.Bytes:
		return nil, refuse(TooLarge, i18n.Size(i18n.VI, int64(len(data))), nil)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte("PK\x05\x06")):
		return readXLSX(data, limits)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return nil, refuse(Encrypted, "", nil)
	case bytes.HasPrefix(data, []byte("%PDF")), bytes.HasPrefix(data, []byte("{\\rtf")), bytes.HasPrefix(bytes.TrimSpace(data), []byte("<")):
		return nil, refuse(Unknown, "", nil)
	}
	return readCSV(data, limits)
}

// add keeps a row if it holds any text and the limits allow it.
func (t *Table) add(r Row, limits Limits) error {
	last := -1
	for i, c := range r.Cells {
		if len(c) > limits.Cell {
			return refuse(TooLarge, Address(r.Number, i), nil)
		}
		if t.bytes += int64(len(c)); t.bytes > limits.Unpacked {
			return refuse(TooLarge, "> "+i18n.Size(i18n.VI, limits.Unpacked), nil)
		}
		r.Cells[i] = unprotect(i18n.Clean(c))
		if r.Cells[i] != "" {
			last = i
		}
	}
	if last < 0 {
		return nil
	}
	if last >= limits.Columns {
		return refuse(TooLarge, fmt.Sprintf("%s > %s", ColumnName(last), ColumnName(limits.Columns-1)), nil)
	}
	if len(t.Rows) >= limits.Rows {
		return refuse(TooLarge, "> "+i18n.Number(i18n.VI, int64(limits.Rows)), nil)
	}
	r.Cells = r.Cells[:last+1]
	t.Rows = append(t.Rows, r)
	return nil
}

// unprotect takes off the apostrophe that WriteCSV puts before formula-like text.
func unprotect(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && startsFormula(rest) {
		return rest
	}
	return s
}
