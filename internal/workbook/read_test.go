package workbook

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

const (
	contentTypes = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>`
	rootRels     = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	bookRels     = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="x/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="r3" Type="x/styles" Target="/xl/styles.xml"/></Relationships>`
	bookXML      = `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Đơn vị" sheetId="1" r:id="r1"/></sheets></workbook>`
	sharedXML    = `<sst><si><t>Tên đơn vị</t></si><si><r><t>Sở </t></r><r><t>Nội vụ</t></r><rPh><t>x</t></rPh></si></sst>`
	stylesXML    = `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="000000000000"/><numFmt numFmtId="165" formatCode="dd\/mm\/yyyy"/><numFmt numFmtId="166" formatCode="#,##0.0&quot; đ&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="14"/><xf numFmtId="166"/></cellXfs></styleSheet>`
	sheetXML     = `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t> Mã </t></is></c></row><row r="3" hidden="1"><c r="A3" t="s"><v>1</v></c><c r="B3" s="1"><v>1099012345</v></c><c r="C3" s="2"><v>29285</v></c><c r="D3" s="4"><v>1234.5</v></c><c r="E3" t="str"><f>A1&amp;"x"</f><v>giá trị</v></c><c r="F3" t="b"><v>1</v></c><c r="G3"><v>1.5E3</v></c></row></sheetData></worksheet>`
)

// xlsx builds a small file; changes replace, add or (with "") remove parts.
func xlsx(t testing.TB, changes map[string]string) []byte {
	t.Helper()
	parts := map[string]string{"[Content_Types].xml": contentTypes, "_rels/.rels": rootRels, "xl/_rels/workbook.xml.rels": bookRels, "xl/workbook.xml": bookXML,
		"xl/sharedStrings.xml": sharedXML, "xl/styles.xml": stylesXML, "xl/worksheets/sheet1.xml": sheetXML}
	for name, text := range changes {
		if text == "" {
			delete(parts, name)
		} else {
			parts[name] = text
		}
	}
	var names []string
	for name := range parts {
		names = append(names, name)
	}
	slices.Sort(names)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(parts[name]))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sheet(rows string) map[string]string {
	return map[string]string{"xl/worksheets/sheet1.xml": "<worksheet><sheetData>" + rows + "</sheetData></worksheet>"}
}

func TestXLSXGivesStoredValues(t *testing.T) {
	table, err := ReadTable(xlsx(t, nil), "đơn vị.xlsx", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if table.Sheet != "Đơn vị" || len(table.Rows) != 2 || table.Rows[1].Number != 3 || !table.Rows[1].Hidden || table.Rows[0].Hidden {
		t.Fatalf("%+v", table)
	}
	if got, want := table.Rows[0].Cells, []string{"Tên đơn vị", "Mã"}; !slices.Equal(got, want) {
		t.Errorf("header %q", got)
	}
	want := []string{"Sở Nội vụ", "001099012345", "05/03/1980", "1234.5", "giá trị", "TRUE", "1500"}
	if got := table.Rows[1].Cells; !slices.Equal(got, want) {
		t.Errorf("row %q, want %q", got, want)
	}
}

func TestXLSXWrittenByOthersIsRead(t *testing.T) {
	f := excelize.NewFile()
	f.SetSheetRow("Sheet1", "A1", &[]any{"Họ và tên", "Ngày sinh"})
	f.SetCellValue("Sheet1", "A2", "Nguyễn Văn Ánh")
	f.SetCellFormula("Sheet1", "B2", "1+1")
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	table, err := ReadTable(b.Bytes(), "x.xlsx", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if table.Rows[1].Cells[0] != "Nguyễn Văn Ánh" {
		t.Errorf("%v", table.Rows)
	}
	if len(table.Issues) != 1 || table.Issues[0].Code != "formula_without_value" {
		t.Fatalf("a formula without value passed: %+v", table.Issues)
	}
	if _, args := table.Issues[0].Reason(); args["cell"] != "B2" {
		t.Errorf("place %v", args)
	}
}

// T15, T18: every hostile file is refused for its reason; the good twin above passes.
func TestHostileXLSXIsRefused(t *testing.T) {
	hidden := strings.Replace(bookXML, `sheetId="1"`, `sheetId="1" state="veryHidden"`, 1)
	many := map[string]string{}
	for i := range 1001 {
		many[fmt.Sprintf("xl/p%d.xml", i)] = "x"
	}
	wide := `<row r="1"><c r="GS1"><v>1</v></c></row>`
	for name, c := range map[string]struct {
		changes map[string]string
		want    Code
	}{
		"macro project":      {map[string]string{"xl/vbaProject.bin": "x"}, Macros},
		"macro type":         {map[string]string{"[Content_Types].xml": strings.Replace(contentTypes, "application/xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml", 1)}, Macros},
		"macro sheet":        {map[string]string{"xl/macrosheets/sheet1.xml": "<x/>"}, Macros},
		"external link":      {map[string]string{"xl/externalLinks/externalLink1.xml": "<x/>"}, Links},
		"connection":         {map[string]string{"xl/connections.xml": "<x/>"}, Links},
		"external target":    {map[string]string{"xl/worksheets/_rels/sheet1.xml.rels": `<Relationships><Relationship Id="a" Type="x/oleObject" TargetMode="External" Target="file:///x"/></Relationships>`}, Links},
		"external package":   {map[string]string{"_rels/.rels": strings.Replace(rootRels, "</R", `<Relationship Id="r9" Type="x/attachedTemplate" TargetMode="External" Target="http://x"/></R`, 1)}, Links},
		"DDE formula":        {sheet(`<row r="1"><c r="A1"><f>cmd|'/c calc'!A0</f><v>1</v></c></row>`), Links},
		"DDE name":           {map[string]string{"xl/workbook.xml": strings.Replace(bookXML, "</sheets>", "</sheets><definedNames><definedName name='a'>cmd|' /c calc'!A0</definedName></definedNames>", 1)}, Links},
		"embedded file":      {map[string]string{"xl/embeddings/oleObject1.bin": "x"}, Embedded},
		"control":            {map[string]string{"xl/activeX/activeX1.xml": "<x/>"}, Embedded},
		"too many parts":     {many, TooLarge},
		"bomb":               {map[string]string{"xl/media/a.xml": strings.Repeat("a", 50<<20)}, TooLarge},
		"slip":               {map[string]string{"../evil.xml": "x"}, Damaged},
		"rooted":             {map[string]string{"/evil.xml": "x"}, Damaged},
		"backslash":          {map[string]string{`xl\evil.xml`: "x"}, Damaged},
		"same name in case":  {map[string]string{"XL/Workbook.xml": bookXML}, Damaged},
		"document type":      {sheet(`<!DOCTYPE a [<!ENTITY b "c">]>`), Damaged},
		"entity":             {sheet(`<row r="1"><c r="A1"><v>&b;</v></c></row>`), Damaged},
		"deep":               {sheet(strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100)), Damaged},
		"cut sheet":          {map[string]string{"xl/worksheets/sheet1.xml": sheetXML[:len(sheetXML)-30]}, Damaged},
		"no such text":       {sheet(`<row r="1"><c r="A1" t="s"><v>99</v></c></row>`), Damaged},
		"negative text":      {sheet(`<row r="1"><c r="A1" t="s"><v>-1</v></c></row>`), Damaged},
		"rows backwards":     {sheet(`<row r="2"/><row r="1"/>`), Damaged},
		"cells backwards":    {sheet(`<row r="1"><c r="B1"/><c r="A1"/></row>`), Damaged},
		"cell of other row":  {sheet(`<row r="1"><c r="A2"/></row>`), Damaged},
		"row out of range":   {sheet(`<row r="2000000000"/>`), Damaged},
		"number that is not": {sheet(`<row r="1"><c r="A1"><v>NaN</v></c></row>`), Damaged},
		"no workbook":        {map[string]string{"xl/workbook.xml": ""}, Damaged},
		"no sheet part":      {map[string]string{"xl/worksheets/sheet1.xml": ""}, Damaged},
		"too wide":           {sheet(wide), TooLarge},
		"long cell":          {sheet(`<row r="1"><c r="A1" t="str"><v>` + strings.Repeat("a ", 40000) + `</v></c></row>`), TooLarge},
		"empty":              {sheet(""), Empty},
		"hidden sheet":       {map[string]string{"xl/workbook.xml": hidden}, Empty},
	} {
		_, err := ReadTable(xlsx(t, c.changes), "a.xlsx", Limits{})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
			continue
		}
		var e *Error
		if !errors.As(err, &e) || e.Name != "a.xlsx" {
			t.Errorf("%s: the file is not named: %v", name, err)
		}
	}
}

func TestHarmlessNeighboursPass(t *testing.T) {
	for name, changes := range map[string]map[string]string{
		"bar in text": sheet(`<row r="1"><c r="A1" t="str"><f>"a|b!"&amp;B1</f><v>x</v></c></row>`),
		"page link":   {"xl/worksheets/_rels/sheet1.xml.rels": `<Relationships><Relationship Id="a" Type="x/hyperlink" TargetMode="External" Target="https://example.vn"/></Relationships>`},
		"workbook elsewhere": {"_rels/.rels": strings.Replace(rootRels, "xl/workbook", "book/workbook", 1), "xl/workbook.xml": "", "book/workbook.xml": bookXML, "xl/_rels/workbook.xml.rels": "",
			"book/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Type="x/worksheet" Target="../xl/worksheets/sheet1.xml"/><Relationship Id="r2" Type="x" Target="/xl/sharedStrings.xml"/></Relationships>`},
		"no styles":        {"xl/_rels/workbook.xml.rels": strings.Replace(bookRels, `<Relationship Id="r3" Type="x/styles" Target="/xl/styles.xml"/>`, "", 1), "xl/styles.xml": ""},
		"no addresses":     sheet(`<row><c><v>1</v></c><c><v>2</v></c></row>`),
		"last column":      sheet(`<row r="1"><c r="GR1"><v>1</v></c></row>`),
		"empty far cell":   sheet(`<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="1"/></row>`),
		"highly repeating": sheet(strings.Repeat(`<row><c><v>1</v></c></row>`, 19999)),
	} {
		if _, err := ReadTable(xlsx(t, changes), "a.xlsx", Limits{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSharedTextCannotMultiply(t *testing.T) {
	changes := sheet(strings.Repeat("<row>"+strings.Repeat(`<c t="s"><v>0</v></c>`, 20)+"</row>", 400))
	changes["xl/sharedStrings.xml"] = "<sst><si><t>" + strings.Repeat("ă", 16000) + "</t></si></sst>"
	if _, err := ReadTable(xlsx(t, changes), "a.xlsx", Limits{}); !errors.Is(err, TooLarge) {
		t.Errorf("8 000 cells of 32 000 bytes: %v", err)
	}
}

func TestLimitsAreTheCallers(t *testing.T) {
	rows := sheet(strings.Repeat(`<row><c><v>1</v></c></row>`, 11))
	if _, err := ReadTable(xlsx(t, rows), "a.xlsx", Limits{Rows: 10}); !errors.Is(err, TooLarge) {
		t.Errorf("rows: %v", err)
	}
	if _, err := ReadTable(xlsx(t, rows), "a.xlsx", Limits{Rows: 11}); err != nil {
		t.Errorf("the good twin: %v", err)
	}
	if _, err := ReadTable(xlsx(t, nil), "a.xlsx", Limits{Bytes: 100}); !errors.Is(err, TooLarge) {
		t.Errorf("bytes: %v", err)
	}
	if _, err := ReadTable(xlsx(t, nil), "a.xlsx", Limits{Sheet: "DON VI"}); err != nil {
		t.Errorf("sheet by name: %v", err)
	}
	if _, err := ReadTable(xlsx(t, nil), "a.xlsx", Limits{Sheet: "khác"}); !errors.Is(err, NoSheet) {
		t.Errorf("no such sheet: %v", err)
	}
}

func TestDamagedArchivesAreRefused(t *testing.T) {
	good := xlsx(t, nil)
	for cut := 30; cut < len(good); cut += 37 {
		if _, err := ReadTable(good[:cut], "a.xlsx", Limits{}); err == nil {
			t.Errorf("cut at %d passed", cut)
		}
	}
	flipped := 0
	for at := 0; at < len(good); at += 11 {
		b := bytes.Clone(good)
		b[at] ^= 0x55
		if _, err := ReadTable(b, "a.xlsx", Limits{}); err != nil {
			flipped++
			var e *Error
			if !errors.As(err, &e) {
				t.Errorf("byte %d: %v is no refusal", at, err)
			}
		}
	}
	if flipped < 50 {
		t.Errorf("only %d changed bytes were noticed", flipped)
	}
}

func TestOtherFormatsAreNamed(t *testing.T) {
	for want, data := range map[Code]string{
		Encrypted: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", Unknown: "%PDF-1.7", Empty: "", Encoding: "\xff\xfeT\x00",
	} {
		if _, err := ReadTable([]byte(data), "a", Limits{}); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %s", data, err, want)
		}
	}
}

// Real files of the statistics office: full of external links, and the old binary format.
func TestRealWorkbooksAreRefusedForTheirReason(t *testing.T) {
	for name, want := range map[string]Code{"gso_monthly_2024-06.xlsx": Links, "gso_monthly_2004-12.xls": Encrypted} {
		data, err := os.ReadFile("../../../shared/data/workbooks/" + name)
		if err != nil {
			t.Skipf("real workbooks are not beside this checkout: %v", err)
		}
		if _, err := ReadTable(data, name, Limits{}); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}

func TestCSVIsReadInItsDialects(t *testing.T) {
	want := [][]string{{"Tên", "Mã"}, {"Sở A; B", "1,5"}}
	for name, text := range map[string]string{
		"comma": "Tên,Mã\n\"Sở A; B\",\"1,5\"\n", "semicolon": "Tên;Mã\r\n\"Sở A; B\";1,5\r\n", "tab": "Tên\tMã\nSở A; B\t1,5", "bom": "\ufeffTên;Mã\n\"Sở A; B\";1,5",
		"sep": "sep=,\nTên,Mã\n\"Sở A; B\",\"1,5\"", "nfd": "Te\u0302n;Ma\u0303\n\"Sở A; B\";1,5", "spaces": "\n Tên ;Mã\n\n\"Sở A; B\"; 1,5 \n;\n", "one title first": "Danh sách\nTên;Mã\n\"Sở A; B\";1,5",
	} {
		table, err := ReadTable([]byte(text), "a.csv", Limits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		rows := table.Rows
		if name == "one title first" {
			rows = rows[1:]
		}
		for i, r := range rows {
			if !slices.Equal(r.Cells, want[i]) {
				t.Errorf("%s: row %d is %q", name, i, r.Cells)
			}
		}
		if len(rows) != 2 {
			t.Errorf("%s: %d rows", name, len(rows))
		}
	}
}

func TestCSVInOtherEncodingsIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"windows-1258": "Tên,Mã\nS\xf2\xde Nội v\xf9\xf2,1\n", "tcvn3": "T\xean,M\xb7\n", "utf-16": "\xff\xfeT\x00,\x00", "c1": "S\u0082,x\n",
	} {
		_, err := ReadTable([]byte(text), "a.csv", Limits{})
		if !errors.Is(err, Encoding) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, text := range map[string]string{"open quote": "a,\"b\nc", "stray quote": "a,b\"c\n"} {
		if _, err := ReadTable([]byte(text), "a.csv", Limits{}); !errors.Is(err, Damaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ReadTable([]byte("a,\x00b"), "a.csv", Limits{}); !errors.Is(err, Unknown) {
		t.Errorf("binary: %v", err)
	}
	if _, err := ReadTable([]byte(strings.Repeat(",", 1000)+"x"), "a.csv", Limits{}); !errors.Is(err, TooLarge) {
		t.Errorf("wide: %v", err)
	}
}

var people = []Column{{Name: "name", Titles: []string{"Họ và tên", "Tên"}, Required: true}, {Name: "code", Titles: []string{"Mã số"}, Required: true}, {Name: "note", Titles: []string{"Ghi chú"}}}

func TestHeaderIsFoundWithoutCaseAndMarks(t *testing.T) {
	table, err := ReadTable([]byte("UBND THÀNH PHỐ\nDanh sách;;\nSTT;HO VA TEN (*);Mã-số;Khác\n1;Lê A;01;x\n;;;\nSTT;HO VA TEN (*);Mã-số;Khác\n2;Bùi B\n"), "a.csv", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := table.Match(people)
	if err != nil {
		t.Fatal(err)
	}
	if m.Header != 3 || m.Has("note") || !m.Has("code") || !slices.Equal(m.Extra, []string{"STT", "Khác"}) {
		t.Errorf("%+v", m)
	}
	var got []string
	for r := range m.Records() {
		got = append(got, fmt.Sprintf("%d %s|%s|%s %s %s", r.Row, r.Get("name"), r.Get("code"), r.Get("note"), r.Address("code"), r.Address("note")))
	}
	want := []string{"4 Lê A|01| C4 4", "7 Bùi B|| C7 7"}
	if !slices.Equal(got, want) {
		t.Errorf("records %q, want %q", got, want)
	}
}

func TestMissingAndDoubleColumnsAreNamed(t *testing.T) {
	read := func(text string) error {
		table, err := ReadTable([]byte(text), "a.csv", Limits{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = table.Match(people)
		return err
	}
	var e *Error
	if err := read("Họ và tên;x\nA;1"); !errors.Is(err, NoHeader) || !errors.As(err, &e) || e.Detail != "“Mã số”" || e.Name != "a.csv" {
		t.Errorf("missing: %v", err)
	}
	if err := read("Họ và tên;Mã số;Tên\nA;1;B"); !errors.Is(err, TwoHeaders) {
		t.Errorf("double: %v", err)
	}
	if err := read("1;2\n3;4"); !errors.Is(err, NoHeader) {
		t.Errorf("none: %v", err)
	}
}

func TestAddressesAreASpreadsheets(t *testing.T) {
	for column, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 701: "ZZ", 702: "AAA", 16383: "XFD"} {
		if got := ColumnName(column); got != want {
			t.Errorf("%d: %s, want %s", column, got, want)
		}
		if c, r, ok := parseAddress(want + "12"); !ok || c != column || r != 12 {
			t.Errorf("%s12 reads as %d, %d, %v", want, c, r, ok)
		}
	}
	for _, bad := range []string{"", "A", "12", "a1", "A0", "XFE1", "AAAA1", "A-1", "A1B"} {
		if _, _, ok := parseAddress(bad); ok {
			t.Errorf("%q is an address", bad)
		}
	}
}

func TestEveryRefusalHasASentence(t *testing.T) {
	for _, c := range []Code{TooLarge, Damaged, Encrypted, Macros, Links, Embedded, Encoding, Unknown, Empty, NoSheet, NoHeader, TwoHeaders} {
		text, args := refuse(c, "", nil).Reason()
		for name := range args {
			text = strings.ReplaceAll(text, "{"+name+"}", "")
		}
		if text == "" || strings.ContainsAny(text, "{}") {
			t.Errorf("%s: %q", c, text)
		}
	}
}

func FuzzReadTable(f *testing.F) {
	f.Add(xlsx(f, nil))
	f.Add(xlsx(f, sheet(`<row><c><f>A1</f></c></row>`)))
	for _, s := range []string{"Tên;Mã\nA;1", "\ufeffa,b\n\"c\nd\",e", "sep=\t\na\tb", "a\"b", "\xff\xfe", "PK\x03\x04", "PK\x05\x06"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := ReadTable(data, "a", Limits{Bytes: 1 << 20, Unpacked: 4 << 20, Rows: 100})
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || sentences[e.Code] == "" {
				t.Fatalf("%v is no refusal", err)
			}
			return
		}
		last := 0
		for _, r := range table.Rows {
			if r.Number <= last || len(r.Cells) == 0 || len(r.Cells) > 200 || r.Cells[len(r.Cells)-1] == "" {
				t.Fatalf("row %+v after %d", r, last)
			}
			last = r.Number
		}
		table.Match(people)
	})
}
