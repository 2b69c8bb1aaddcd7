package edxml

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func exampleStatus() *StatusMessage {
	return &StatusMessage{
		From:        Organization{OrganID: "H26.15", Name: "Sở Tài chính", InCharge: "UBND thành phố Hà Nội"},
		ResponseFor: ResponseFor{"000.00.00.G22", Code{"7816", "VPCP-TTĐT"}, "000.00.00.G22,2015/09/30,7816/VPCP-TTĐT", "2015-09-30"},
		Staff:       Staff{Department: "Văn thư", Name: "Trần Thị B", Email: "b@example.vn", Mobile: "84900000000"},
		Code:        "02", Description: "Không đúng thẩm quyền giải quyết", At: time.Date(2026, 11, 23, 9, 0, 5, 0, VietnamTime),
	}
}

func TestWriterRefusesWhatAReceiverWouldRefuse(t *testing.T) { // X14.3, X22
	for field, spoil := range map[string]func(*DocumentMessage){
		"From/OrganId":             func(d *DocumentMessage) { d.From.OrganID = " " },
		"To":                       func(d *DocumentMessage) { d.To = nil },
		"To/OrganId":               func(d *DocumentMessage) { d.To[0].OrganID = strings.Repeat("1", 36) },
		"To/OrganId 000.00.00.G22": func(d *DocumentMessage) { d.To[0].OrganID = "000-00-00-G22" }, // twice, X22.6
		"To/OrganId H26.15":        func(d *DocumentMessage) { d.To[0].OrganID = "H26.15" },        // the sender itself
		"DocumentId":               func(d *DocumentMessage) { d.DocumentID = strings.Repeat("x", 256) },
		"CodeNumber":               func(d *DocumentMessage) { d.Code.Number = "" },
		"PromulgationDate":         func(d *DocumentMessage) { d.Date = "2026-02-30" },
		"TypeName":                 func(d *DocumentMessage) { d.Type.Name = "" },
		"Subject":                  func(d *DocumentMessage) { d.Subject = "\x00" },
		"SignerInfo/FullName":      func(d *DocumentMessage) { d.Signer.FullName = "" },
		"Priority":                 func(d *DocumentMessage) { d.Other.Priority = 4 },
		"TraceHeader":              func(d *DocumentMessage) { d.Traces = nil },
		"BussinessDocType":         func(d *DocumentMessage) { d.Business.Kind = 4 },
		"BussinessDocReason":       func(d *DocumentMessage) { d.Business = Business{Kind: Recall} },
		"ReplacementInfoList":      func(d *DocumentMessage) { d.Business = Business{Kind: Replace, Reason: "thay"} },
	} {
		d := exampleDocument()
		spoil(d)
		var b bytes.Buffer
		_, err := WriteDocument(&b, d, []File{examplePDF()}, NationalForm)
		var u *Unwritable
		if !errors.As(err, &u) || !slices.Equal(u.Fields, []string{field}) || b.Len() > 0 {
			t.Errorf("%s: %v, %d bytes written", field, err, b.Len())
		}
	}
	for name, f := range map[string]File{
		"no name": {Size: 1, Open: opener(nil)}, "folder": {Name: "a/b.pdf", Size: 1, Open: opener(nil)}, "empty": {Name: "b.pdf", Open: opener(nil)},
	} {
		if _, err := WriteDocument(io.Discard, exampleDocument(), []File{f}, NationalForm); err == nil {
			t.Errorf("%s: written", name)
		}
	}
	if _, err := WriteDocument(io.Discard, exampleDocument(), nil, NationalForm); err == nil {
		t.Error("a message without a file was written")
	}
	if _, err := WriteDocument(io.Discard, exampleDocument(), []File{{Name: "a.pdf", Size: 5, Open: opener([]byte("abc"))}}, NationalForm); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a file shorter than promised: %v", err)
	}
	if _, err := WriteDocument(io.Discard, exampleDocument(), []File{examplePDF()}, NationalForm); err != nil {
		t.Errorf("the good twin: %v", err)
	}
}

func TestStatusWriterNeedsAReasonForRefusals(t *testing.T) { // §11
	for _, c := range []struct {
		code, text string
		ok         bool
	}{
		{"02", "", false}, {"02", "ngắn", false}, {"02", "Sai nơi nhận văn bản", true}, {"13", "", false}, {"16", "", false},
		{"01", "", true}, {"15", "", true}, {"09", "x", false}, {"02", strings.Repeat("x", 1001), false},
	} {
		s := exampleStatus()
		s.Code, s.Description = c.code, c.text
		if _, err := WriteStatus(io.Discard, s); (err == nil) != c.ok {
			t.Errorf("%s %q: %v", c.code, short(c.text), err)
		}
	}
}

func TestOutputIsPlainUTF8WithoutOrnaments(t *testing.T) { // X14.2
	s := string(example(t, nil))
	if !strings.HasPrefix(s, `<?xml version="1.0" encoding="UTF-8"?>`) {
		t.Error("declaration")
	}
	for _, bad := range []string{"<![CDATA[", "<!--", "<!DOCTYPE", "\r", "\xef\xbb\xbf"} {
		if strings.Contains(s, bad) {
			t.Errorf("contains %q", bad)
		}
	}
}

func TestTargetStandsInBothPlacesOfARecall(t *testing.T) { // X6.3
	for kind, places := range map[Kind]int{New: 1, Recall: 2, Update: 2, Replace: 2} {
		d := exampleDocument()
		d.ResponseFor = nil
		d.Business = Business{Kind: kind, Reason: "lý do", Replaces: []Replacement{{DocumentID: "khác"}}}
		var b bytes.Buffer
		if _, err := WriteDocument(&b, d, []File{examplePDF()}, NationalForm); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(b.String(), "<edXML:DocumentId>"); n != places {
			t.Errorf("%v: %d", kind, n)
		}
		_, business := cutElement(b.String(), "Bussiness")
		if target := strings.Contains(business, "<edXML:DocumentId>"+d.DocumentID); target != (kind == Recall || kind == Update) {
			t.Errorf("%v: target in Bussiness %v", kind, target)
		}
	}
}

func TestSignatureHasAPlace(t *testing.T) { // X8.1
	var b bytes.Buffer
	w, err := WriteDocument(&b, exampleDocument(), []File{examplePDF()}, NationalForm)
	if err != nil {
		t.Fatal(err)
	}
	s := b.String()
	if !strings.HasPrefix(s[w.SignatureAt:], "    </edXML:edXMLHeader>") {
		t.Fatalf("at %d stands %q", w.SignatureAt, s[w.SignatureAt:w.SignatureAt+30])
	}
	signed := s[:w.SignatureAt] + `<Signature xmlns="` + xmldsigNS + `"><SignedInfo/></Signature>` + "\n" + s[w.SignatureAt:]
	m, err := Read(strings.NewReader(signed), Options{})
	if err != nil || m.Signature != XMLDSigSignature || len(m.Warnings) != 0 || len(m.Document.Extra) != 0 {
		t.Errorf("%v %+v", err, m)
	}
}

func TestForeignElementsSurviveForwarding(t *testing.T) { // X15.2
	raw := example(t, func(s string) string {
		s = strings.Replace(s, "<edXML:SteeringType>", `<edXML:ApplicationType>A&amp;B</edXML:ApplicationType><x:Khac xmlns:x="urn:x" x:a="1 &lt; &quot;2&quot;">mot<x:hai/><ba xmlns=""/></x:Khac><edXML:SteeringType>`, 1)
		s = strings.Replace(s, "</edXML:OtherInfo>", "<edXML:ReplyFors>r</edXML:ReplyFors></edXML:OtherInfo>", 1)
		s = strings.Replace(s, "<edXML:OrganId>000.00.00.G22</edXML:OrganId>", "<edXML:OrganId>000.00.00.G22</edXML:OrganId><edXML:TaxCode>1</edXML:TaxCode>", 1)
		s = strings.Replace(s, "</edXML:edXMLEnvelope>", "<edXML:Ngoai/></edXML:edXMLEnvelope>", 1)
		return strings.Replace(s, "<AttachmentEncoded>", "<Cuoi/><AttachmentEncoded>", 1)
	})
	first, err := Read(bytes.NewReader(raw), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(first.Document.Extra) != 6 {
		t.Fatalf("kept %+v", first.Document.Extra)
	}
	var b bytes.Buffer
	if _, err := WriteDocument(&b, first.Document, []File{examplePDF()}, NationalForm); err != nil {
		t.Fatal(err)
	}
	second, err := Read(&b, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(first.Document, second.Document) {
		t.Errorf("\n got %+v\nwant %+v", second.Document.Extra, first.Document.Extra)
	}
	// A place that is not written again must not swallow what stood there.
	gone := *first.Document
	gone.Extra = []Extra{{Place: "edXMLEnvelope/edXMLHeader/MessageHeader/Nowhere[7]", XML: "<edXML:Lac/>"}, {Place: "nowhere", XML: "<edXML:Lac2/>"}}
	b.Reset()
	if _, err := WriteDocument(&b, &gone, []File{examplePDF()}, NationalForm); err != nil || strings.Count(b.String(), "Lac") != 2 {
		t.Errorf("%v: %s", err, b.String())
	}
}

func TestNationalFormZipsAllButPDFAndZipKinds(t *testing.T) { // X7.2, X7.4
	doc := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 cũ"
	docx := zipOf(t, "a", "1", "b", "2")
	for _, form := range []Form{NationalForm, PlainForm} {
		var b bytes.Buffer
		files := []File{
			examplePDF(),
			{Name: "a.doc", Size: int64(len(doc)), Open: opener([]byte(doc))},
			{Name: "b.docx", Size: -1, Open: opener([]byte(docx))},
		}
		if _, err := WriteDocument(&b, exampleDocument(), files, form); err != nil {
			t.Fatal(err)
		}
		var again bytes.Buffer
		if _, err := WriteDocument(&again, exampleDocument(), files, form); err != nil || !bytes.Equal(again.Bytes(), b.Bytes()) {
			t.Error("the same message must give the same bytes")
		}
		var contents []string
		m, err := Read(&b, Options{Sink: func(a Attachment, r io.Reader) error {
			c, err := io.ReadAll(r)
			contents = append(contents, string(c))
			return err
		}})
		if err != nil || len(m.Warnings) != 0 {
			t.Fatal(err, m)
		}
		if !slices.Equal(contents, []string{pdfText, doc, docx}) {
			t.Errorf("contents changed")
		}
		if got := []bool{m.Attachments[0].Unpacked, m.Attachments[1].Unpacked, m.Attachments[2].Unpacked}; !slices.Equal(got, []bool{false, form == NationalForm, false}) {
			t.Errorf("form %d: zipped %v", form, got)
		}
		if label := m.Attachments[1].ContentType; (label == "application/zip") != (form == NationalForm) {
			t.Errorf("label %s", label)
		}
	}
}

func TestWhatIsWrittenIsReadBack(t *testing.T) { // X24.2
	text := rapid.StringOfN(rapid.RuneFrom([]rune("ađẳỹ Ơ&<>\"'/;]\u0301\n")), 1, 30, -1)
	word := rapid.StringMatching(`[A-Za-z0-9Đđ]{1,12}`)
	date := rapid.Custom(func(t *rapid.T) Date {
		return DateOf(time.Date(rapid.IntRange(1990, 2100).Draw(t, "y"), 1, rapid.IntRange(1, 366).Draw(t, "d"), 0, 0, 0, 0, VietnamTime))
	})
	rapid.Check(t, func(t *rapid.T) {
		d := exampleDocument()
		d.Subject, d.Content = "x"+clean(text.Draw(t, "subject")), clean(text.Draw(t, "content"))
		if d.Content == "" {
			d.Content = d.Subject // QCVN 102 1.7
		}
		d.Signer.Competence = clean(text.Draw(t, "competence"))
		d.Code = Code{word.Draw(t, "number"), word.Draw(t, "notation")}
		d.Date, d.DueDate = date.Draw(t, "date"), date.Draw(t, "due")
		d.To = nil
		for i := range rapid.IntRange(1, 5).Draw(t, "receivers") {
			d.To = append(d.To, Organization{OrganID: "H99." + strings.Repeat("1", i+1), Name: "x" + clean(text.Draw(t, "name"))})
		}
		d.Other.Direction, d.Business.Paper = rapid.Bool().Draw(t, "direction"), rapid.Bool().Draw(t, "paper")
		switch d.Business.Kind = Kind(rapid.IntRange(0, 3).Draw(t, "kind")); d.Business.Kind {
		case Recall, Update:
			d.Business.DocumentID = d.DocumentID
			if d.Business.Kind == Update {
				d.Business.InfoChanged = rapid.Bool().Draw(t, "info")
				d.Business.Receivers = []ReceiverChange{{"H99.1", rapid.IntRange(0, 1).Draw(t, "change")}}
			}
		case Replace:
			d.Business.Replaces = []Replacement{{word.Draw(t, "old"), []string{"H99.1", "H99.2"}}}
		}
		content := append([]byte("%PDF-"), rapid.SliceOfN(rapid.Byte(), 0, 600).Draw(t, "content")...)
		var b bytes.Buffer
		if _, err := WriteDocument(&b, d, []File{{Name: "a.pdf", Size: -1, Open: opener(content)}}, Form(rapid.IntRange(0, 1).Draw(t, "form"))); err != nil {
			t.Fatal(err)
		}
		var got []byte
		m, err := Read(&b, Options{Sink: func(_ Attachment, r io.Reader) (err error) { got, err = io.ReadAll(r); return err }})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(m.Document, d) || !bytes.Equal(got, content) || len(m.Warnings) > 0 {
			t.Fatalf("\n got %+v\nwant %+v\n%v", m.Document, d, m.Warnings)
		}
	})
}
