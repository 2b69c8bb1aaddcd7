package edxml

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
	"time"
)

// exampleDocument is a complete message of our own; every other test changes one thing in it.
func exampleDocument() *DocumentMessage {
	return &DocumentMessage{
		From:       Organization{OrganID: "H26.15", InCharge: "UBND thành phố Hà Nội", Name: "Sở Tài chính", Email: "stc@example.vn"},
		To:         []Organization{{OrganID: "H26.33.01", Name: "UBND phường Mẫu"}, {OrganID: "000.00.00.G22", Name: "Văn phòng Chính phủ"}},
		DocumentID: MakeDocumentID("H26.15", "2026-11-20", Code{"05", "STC-VP"}),
		Code:       Code{"05", "STC-VP"}, Place: "Hà Nội", Date: "2026-11-20",
		Type: DocumentType{1, 0, "Công văn"}, Subject: "V/v \"A & B\" <thử>", Content: "V/v thử",
		Signer: Signer{"KT. GIÁM ĐỐC", "Phó Giám đốc", "Nguyễn Văn A"}, DueDate: "2026-12-01",
		Other:       Other{Priority: Urgent, Sphere: "Tài chính", TyperNotation: "TVC", Amount: 2, Pages: 3, Appendixes: []string{"Phụ lục I"}},
		ResponseFor: []ResponseFor{{"000.00.00.G22", Code{"7816", "VPCP-TTĐT"}, "000.00.00.G22,2015/09/30,7816/VPCP-TTĐT", "2015-09-30"}},
		ToPlaces:    []string{"Như trên", "Lưu: VT"}, SteeringType: 2,
		Traces:   []Trace{{"H26.15", time.Date(2026, 11, 20, 8, 30, 0, 0, VietnamTime)}},
		Business: Business{Reason: "Văn bản điện tử mới", Staff: Staff{Department: "Văn thư", Name: "Trần Thị B"}},
	}
}

const pdfText = "%PDF-1.7 thân văn bản"

func examplePDF() File { return File{Name: "van-ban.pdf", Size: -1, Open: opener([]byte(pdfText))} }

// example gives the bytes of the example, after edit.
func example(t testing.TB, edit func(s string) string) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := WriteDocument(&b, exampleDocument(), []File{examplePDF()}, NationalForm); err != nil {
		t.Fatal(err)
	}
	if edit == nil {
		return b.Bytes()
	}
	out := edit(b.String())
	if out == b.String() {
		t.Fatal("the edit changed nothing")
	}
	return []byte(out)
}

// between cuts the element called name out of s.
func cutElement(s, name string) (without, element string) {
	start := strings.Index(s, "<edXML:"+name+">")
	closing := "</edXML:" + name + ">"
	end := strings.Index(s, closing) + len(closing)
	return s[:start] + s[end:], s[start:end]
}

func replace(old, new string) func(string) string {
	return func(s string) string { return strings.Replace(s, old, new, 1) }
}

func replaceAll(old, new string) func(string) string {
	return func(s string) string { return strings.ReplaceAll(s, old, new) }
}

// zipOf packs entries name, content, name, content …
func zipOf(t testing.TB, pairs ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		w, err := z.Create(pairs[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(pairs[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// withFile replaces the example's file by another name and content.
func withFile(name, content string) func(string) string {
	return func(s string) string {
		return strings.ReplaceAll(strings.ReplaceAll(s, "van-ban.pdf", name), b64(pdfText), b64(content))
	}
}
