package typist_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"congvu/internal/typist"
)

func inspected(t testing.TB, inside string, more ...string) typist.Inspected {
	t.Helper()
	in, err := typist.Inspect("a.docx", docx(t, inside, more...))
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// said gives the raw XML of a part.
func said(t testing.TB, b []byte, name string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestMarksAreFoundWhereverTheWordProcessorBrokeThem(t *testing.T) {
	header := `<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:r><w:t>{{Tên cơ quan}}</w:t></w:r></w:p></w:hdr>`
	in := inspected(t, `<w:r><w:t>Kính gửi: {</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>{Nơi </w:t></w:r><w:r><w:t>nhận}}, ngày {{ Ngày họp }}</w:t></w:r>`, "word/header1.xml", header)
	names, err := typist.Marks(in)
	if err != nil || !slices.Equal(names, []string{"Nơi nhận", "Ngày họp", "Tên cơ quan"}) {
		t.Fatalf("%q, %v", names, err)
	}
	out, err := typist.Merge(in, func(name string) string {
		return map[string]string{"Nơi nhận": "Sở <Nội vụ> & Sở {{Tài chính}}", "Ngày họp": "05/3\nsáng", "Tên cơ quan": "UBND xã"}[name]
	})
	if err != nil {
		t.Fatal(err)
	}
	text := said(t, out.Data, "word/document.xml")
	for _, want := range []string{`Kính gửi: Sở &lt;Nội vụ&gt; &amp; Sở {{Tài chính}}</w:t>`, `, ngày 05/3</w:t><w:br/><w:t xml:space="preserve">sáng</w:t>`, `<w:rPr><w:b/></w:rPr>`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if h := said(t, out.Data, "word/header1.xml"); !strings.Contains(h, "UBND xã") || strings.Contains(h, "{{") {
		t.Errorf("header %s", h)
	}
	if h := said(t, out.Data, "_rels/.rels"); h != said(t, in.Data, "_rels/.rels") {
		t.Error("another part changed")
	}
}

func TestAMarkInATextBoxIsItsOwnParagraph(t *testing.T) {
	in := inspected(t, `<w:r><w:t>Trước {{A}} </w:t></w:r><w:r><w:txbxContent><w:p><w:r><w:t>{{B}}</w:t></w:r></w:p></w:txbxContent></w:r><w:r><w:t>sau {{C}}</w:t></w:r>`)
	out, err := typist.Merge(in, strings.ToLower)
	if err != nil {
		t.Fatal(err)
	}
	text := said(t, out.Data, "word/document.xml")
	for _, want := range []string{"Trước a ", ">b<", "sau c"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
}

func TestMergeRefusesBracesThatAreNoMark(t *testing.T) {
	for name, inside := range map[string]string{"open": `<w:r><w:t>{{Tên</w:t></w:r>`, "closed": `<w:r><w:t>Tên}}</w:t></w:r>`, "empty": `<w:r><w:t>{{}}</w:t></w:r>`,
		"over paragraphs": `<w:r><w:t>{{Tên</w:t></w:r></w:p><w:p><w:r><w:t>khác}}</w:t></w:r>`} {
		if _, err := typist.Marks(inspected(t, inside)); !errors.Is(err, typist.ErrOpenMark) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := typist.Marks(typist.Inspected{Kind: ".odt"}); !errors.Is(err, typist.ErrNoMarks) {
		t.Errorf("odt: %v", err)
	}
	// What is no text of WordprocessingML is no place to fill in.
	in := inspected(t, `<w:r><w:drawing><a:t xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">{{A}}</a:t></w:drawing></w:r>`)
	if names, err := typist.Marks(in); err != nil || len(names) != 0 {
		t.Errorf("%q, %v", names, err)
	}
}

// FuzzMerge: whatever stands in the document and in the values, the result is well-formed and Inspect lets it through, or there is a refusal.
func FuzzMerge(f *testing.F) {
	f.Add(`<w:r><w:t>{{A}} và {</w:t></w:r><w:r><w:t>{B}}</w:t></w:r>`, "giá trị\nhai dòng")
	f.Add(`<w:r><w:t xml:space='preserve'>{{A}}</w:t></w:r>`, `</w:t><w:p>]]>`)
	f.Add(`<w:r><w:t><![CDATA[{{A}}]]></w:t></w:r>`, "\x00\ufffe")
	f.Add(`<w:r><w:t>{{A<!-- x -->}}</w:t></w:r>`, "INCLUDETEXT \"/etc/passwd\"")
	f.Fuzz(func(t *testing.T, inside, value string) {
		in, err := typist.Inspect("a.docx", docx(t, inside))
		if err != nil {
			return
		}
		out, err := typist.Merge(in, func(string) string { return value })
		if err != nil {
			var refused *typist.Refusal
			if !errors.As(err, &refused) {
				t.Fatal(err)
			}
			return
		}
		d := xml.NewDecoder(strings.NewReader(said(t, out.Data, "word/document.xml")))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("not well-formed: %v", err)
			}
		}
	})
}
