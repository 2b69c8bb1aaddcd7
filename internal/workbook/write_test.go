package workbook

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"congvu/internal/i18n"

	"github.com/xuri/excelize/v2"
)

type shown string

func (s shown) Display() string { return string(s) }

// The openings a spreadsheet takes for formulas (T17).
var hostile = []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\x00=1", "=cmd|'/c calc'!A0", "＝1", "\u200b=1"}

func hostileOut() Out {
	return Out{Sheet: "Báo [cáo]/1", Titles: []string{"ỦY BAN NHÂN DÂN", "=HYPERLINK(\"x\")"}, Columns: []OutColumn{{Title: "Nội dung", Width: 40}, {Title: "=Số"}},
		Rows: func(yield func([]any) bool) {
			for i, s := range hostile {
				if !yield([]any{s, i}) {
					return
				}
			}
		}}
}

func TestXLSXExportHoldsNoFormula(t *testing.T) {
	var b bytes.Buffer
	if err := WriteXLSX(&b, hostileOut()); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	name := f.GetSheetName(0)
	if name != "Báo cáo 1" && name != "Báo  cáo  1" {
		t.Errorf("sheet %q", name)
	}
	rows, err := f.GetRows(name)
	if err != nil || len(rows) != 4+len(hostile) {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for r := range rows {
		for c := range rows[r] {
			cell := Address(r+1, c)
			if formula, _ := f.GetCellFormula(name, cell); formula != "" {
				t.Errorf("%s is the formula %q", cell, formula)
			}
			kind, _ := f.GetCellType(name, cell)
			if c == 0 && rows[r][c] != "" && kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
				t.Errorf("%s has type %v", cell, kind)
			}
		}
	}
	if kind, _ := f.GetCellType(name, "B6"); kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
		t.Errorf("a number became %v", kind)
	}
	table, err := ReadTable(b.Bytes(), "x.xlsx", Limits{})
	if err != nil || table.Rows[3].Cells[0] != "=1+1" {
		t.Errorf("read back: %v", err)
	}
}

func TestCSVExportIsProtectedAndReadsBack(t *testing.T) {
	var b bytes.Buffer
	if err := WriteCSV(&b, hostileOut()); err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimPrefix(b.String(), "\ufeff"), "\r\n") {
		if cell := strings.TrimLeft(line, "\""); startsFormula(cell) {
			t.Errorf("unprotected %q", line)
		}
	}
	table, err := ReadTable(b.Bytes(), "x.csv", Limits{})
	if err != nil || len(table.Rows) != 1+len(hostile) {
		t.Fatalf("%v", err)
	}
	for i, want := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "=1", "=1", "=1", "=cmd|'/c calc'!A0", "＝1", "=1"} {
		if got := table.Rows[i+1].Cells[0]; got != want {
			t.Errorf("%q came back as %q", hostile[i], got)
		}
	}
}

func TestCellsAreWrittenByKind(t *testing.T) {
	out := Out{Columns: []OutColumn{{Title: "a"}, {Title: "b"}, {Title: "c"}, {Title: "d"}, {Title: "e"}, {Title: "f"}}, Rows: slices.Values([][]any{
		{"Sở", -5, 1234.5, true, nil, shown("05/03/2026")}, {strings.Repeat("ă", 40000)}})}
	var x, c bytes.Buffer
	if err := WriteXLSX(&x, out); err != nil {
		t.Fatal(err)
	}
	if err := WriteCSV(&c, Out{Columns: out.Columns, Rows: slices.Values([][]any{{"Sở", -5, 1234.5, true, nil, shown("05/03/2026")}, {"a;b\n\"c\""}})}); err != nil {
		t.Fatal(err)
	}
	table, err := ReadTable(x.Bytes(), "x.xlsx", Limits{Cell: 200000})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"Sở", "-5", "1234.5", "Có", "", "05/03/2026"}; !slices.Equal(table.Rows[1].Cells, want) {
		t.Errorf("xlsx %q", table.Rows[1].Cells)
	}
	if got := []rune(table.Rows[2].Cells[0]); len(got) != maxCellRunes || !strings.HasSuffix(string(got), cutMark) {
		t.Errorf("long text: %d letters", len(got))
	}
	if want := "\ufeffa;b;c;d;e;f\r\nSở;-5;1234,5;Có;;05/03/2026\r\n\"a;b\r\n\"\"c\"\"\"\r\n"; c.String() != want {
		t.Errorf("csv %q", c.String())
	}
}

func TestSheetNamesAreValid(t *testing.T) {
	for in, want := range map[string]string{"": "Dữ liệu", "'": "Dữ liệu", "[]": "Dữ liệu", strings.Repeat("ă", 50): strings.Repeat("ă", 31), "'x'": "x"} {
		if got := sheetName(in, i18n.VI); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func BenchmarkWriteXLSX1000x20(b *testing.B) {
	row := make([]any, 20)
	for i := range row {
		row[i] = "Ủy ban nhân dân phường"
	}
	for b.Loop() {
		var buf bytes.Buffer
		out := Out{Columns: make([]OutColumn, 20), Rows: func(yield func([]any) bool) {
			for range 1000 {
				yield(row)
			}
		}}
		if err := WriteXLSX(&buf, out); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadXLSX1000x20(b *testing.B) {
	data := xlsx(b, sheet(strings.Repeat("<row>"+strings.Repeat(`<c t="s"><v>1</v></c>`, 20)+"</row>", 1000)))
	for b.Loop() {
		if _, err := ReadTable(data, "a.xlsx", Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}
