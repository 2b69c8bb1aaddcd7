package workbook

import (
	"encoding/xml"
	"errors"
	"strconv"
	"strings"
)

// sheetReader holds the row and the cell that are being read.
type sheetReader struct {
	*book
	table *Table
	row   Row
	last  int // number of the last row

	column  int // of the cell
	kind    string
	format  int
	value   strings.Builder
	formula strings.Builder
	in      string // v, f or t
	inCell  bool
	isThere bool // the cell has a stored value
	hasFx   bool
}

const maxIssues = 1000

func (b *book) readSheet(part string, t *Table) error {
	r := &sheetReader{book: b, table: t}
	return b.walk(part, func(token xml.Token) error {
		switch token := token.(type) {
		case xml.StartElement:
			return r.start(token)
		case xml.CharData:
			return r.text(token)
		case xml.EndElement:
			return r.end(token.Name.Local)
		}
		return nil
	})
}

func (r *sheetReader) start(e xml.StartElement) error {
	switch e.Name.Local {
	case "row":
		number := r.last + 1
		if a := attribute(e, "r"); a != "" {
			n, err := strconv.Atoi(a)
			if err != nil || n <= r.last || n > 1048576 {
				return damaged("row %.20q after row %d", a, r.last)
			}
			number = n
		}
		hidden := attribute(e, "hidden")
		r.last = number
		r.row = Row{Number: number, Hidden: hidden == "1" || hidden == "true"}
		r.column = -1
	case "c":
		return r.startCell(e)
	case "v", "f", "t":
		if r.inCell {
			r.in = e.Name.Local
			r.isThere = r.isThere || r.in != "f"
			r.hasFx = r.hasFx || r.in == "f"
		}
	case "oleObject", "control", "externalReference", "ddeLink":
		return refuse(Embedded, "", errors.New(e.Name.Local))
	}
	return nil
}

func (r *sheetReader) startCell(e xml.StartElement) error {
	column := r.column + 1
	if a := attribute(e, "r"); a != "" {
		c, row, ok := parseAddress(a)
		if !ok || row != r.last || c <= r.column {
			return damaged("cell %.20q in row %d", a, r.last)
		}
		column = c
	}
	if column >= r.limits.Columns*4 && column > 16383 {
		return damaged("column %d", column)
	}
	r.column, r.kind, r.inCell = column, attribute(e, "t"), true
	r.format = -1
	if s := attribute(e, "s"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			return damaged("cell format %.20q", s)
		}
		r.format = n
	}
	r.value.Reset()
	r.formula.Reset()
	r.isThere, r.hasFx, r.in = false, false, ""
	return nil
}

// parseAddress reads B12 as column 1, row 12.
func parseAddress(s string) (column, row int, ok bool) {
	i := 0
	for ; i < len(s) && i < 4 && s[i] >= 'A' && s[i] <= 'Z'; i++ {
		column = column*26 + int(s[i]-'A') + 1
	}
	row, err := strconv.Atoi(s[i:])
	return column - 1, row, err == nil && i > 0 && column <= 16384 && row > 0
}

func (r *sheetReader) text(b xml.CharData) error {
	switch r.in {
	case "v", "t":
		if r.value.Len()+len(b) > r.limits.Cell*2 {
			return refuse(TooLarge, Address(r.last, r.column), nil)
		}
		r.value.Write(b)
	case "f":
		if r.formula.Len()+len(b) > 1<<16 {
			return refuse(TooLarge, Address(r.last, r.column), nil)
		}
		r.formula.Write(b)
	}
	return nil
}

func (r *sheetReader) end(name string) error {
	switch name {
	case "v", "f", "t":
		r.in = ""
	case "c":
		r.inCell = false
		return r.endCell()
	case "row":
		err := r.table.add(r.row, r.limits)
		r.row = Row{}
		return err
	}
	return nil
}

func (r *sheetReader) endCell() error {
	if isDDE(r.formula.String()) {
		return refuse(Links, Address(r.last, r.column), errors.New("DDE formula"))
	}
	text, err := r.cellText()
	if err != nil || text == "" {
		return err
	}
	if r.column >= r.limits.Columns {
		return refuse(TooLarge, Address(r.last, r.column), nil)
	}
	for len(r.row.Cells) <= r.column {
		r.row.Cells = append(r.row.Cells, "")
	}
	r.row.Cells[r.column] = text
	return nil
}

func (r *sheetReader) cellText() (string, error) {
	raw := r.value.String()
	if !r.isThere || raw == "" && r.kind != "str" && r.kind != "inlineStr" {
		if r.hasFx {
			return "", r.issue("formula_without_value", "Ô {cell} có công thức nhưng chưa có giá trị. Hãy mở tệp bằng phần mềm bảng tính, lưu lại rồi nhập lại.")
		}
		return "", nil
	}
	switch r.kind {
	case "s":
		n, err := strconv.Atoi(strings.TrimSpace(raw))
		if err != nil || n < 0 || n >= len(r.shared) {
			return "", damaged("shared text %.20q", raw)
		}
		return r.shared[n], nil
	case "str", "inlineStr":
		return raw, nil
	case "b":
		if strings.TrimSpace(raw) == "1" {
			return "TRUE", nil
		}
		return "FALSE", nil
	case "e":
		return "", r.issue("error_value", "Ô {cell} báo lỗi công thức. Hãy sửa công thức hoặc nhập giá trị rồi nhập lại.")
	case "d":
		return raw, nil
	case "", "n":
		text, err := r.number(raw, r.format)
		if err != nil {
			return "", refuse(Damaged, "", err)
		}
		return text, nil
	}
	return "", damaged("cell type %.20q", r.kind)
}

func (r *sheetReader) issue(code, text string) error {
	if len(r.table.Issues) >= maxIssues {
		return refuse(TooLarge, Address(r.last, r.column), errors.New("issues"))
	}
	r.table.Issues = append(r.table.Issues, Issue{Row: r.last, Column: r.column, Code: code, text: text})
	return nil
}
