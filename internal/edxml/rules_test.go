package edxml

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"
)

// written gives the bytes of d with one PDF.
func written(t *testing.T, d *DocumentMessage) (string, Written) {
	t.Helper()
	var b bytes.Buffer
	w, err := WriteDocument(&b, d, []File{examplePDF()}, NationalForm)
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), w
}

func TestValuesAreReadInTheirForms(t *testing.T) {
	at := time.Date(2026, 11, 20, 8, 30, 5, 0, VietnamTime)
	for s, ok := range map[string]bool{ // X3.2: without a zone it is Vietnam time
		"2026/11/20 08:30:05": true, "2026-11-20T08:30:05": true, "2026-11-20T01:30:05Z": true, "2026-11-20T08:30:05.000+0700": true, " 2026-11-20 08:30:05 ": true,
		"20/11/2026 08:30:05": true, "2026/13/20 08:30:05": false, "hôm nay": false,
	} {
		if got, valid := ParseTime(s); valid != ok || ok && !got.Equal(at) {
			t.Errorf("%q: %v %v", s, got, valid)
		}
	}
	if got := wireTime(at.UTC()); got != "2026/11/20 08:30:05" {
		t.Error(got)
	}
	for s, want := range map[string][2]bool{"true": {true, true}, "TRUE": {true, true}, "1": {true, true}, "false": {false, true}, "0": {false, true}, "": {false, true}, "có": {false, false}} { // X3.3
		if v, ok := parseBool(s); v != want[0] || ok != want[1] {
			t.Errorf("%q: %v %v", s, v, ok)
		}
	}
	for s, want := range map[string]int{"": 0, "007": 7, "12": 12, "-1": -1, "1.5": -1, "ba": -1} { // X3.4
		if n, ok := parseInt(s); ok != (want >= 0) || ok && n != want {
			t.Errorf("%q: %d %v", s, n, ok)
		}
	}
	nfd := norm.NFD.String("Thủ tướng")
	if got := clean("\r\n " + nfd + "\x00 \t"); got != "Thủ tướng" { // X3.5: written in NFC, trimmed
		t.Errorf("%q", got)
	}
	m, err := Read(bytes.NewReader(example(t, replace(`V/v "A &amp; B" &lt;thử&gt;`, "\n "+nfd+" "))), Options{})
	if err != nil || m.Document.Subject != nfd { // read as it came, trimmed
		t.Errorf("%v %q", err, m.Document.Subject)
	}
}

var tags = regexp.MustCompile(`<edXML:(\w+)>`)

// inside gives the names of all elements within name, in their order.
func inside(s, name string) (names []string) {
	_, e := cutElement(s, name)
	for _, m := range tags.FindAllStringSubmatch(e, -1)[1:] {
		names = append(names, m[1])
	}
	return names
}

func TestWriterKeepsTheTableOfTheHeader(t *testing.T) {
	d := exampleDocument()
	s, _ := written(t, d)
	if _, e := cutElement(s, "DocumentType"); !strings.Contains(e, "<edXML:Type>1</edXML:Type>") || !strings.Contains(e, "<edXML:TypeDetail>0</edXML:TypeDetail>") { // X5.1, X5.4
		t.Error(e)
	}
	if got := inside(s, "OtherInfo"); !slices.Equal(got, []string{"Priority", "SphereOfPromulgation", "TyperNotation", "PromulgationAmount", "PageAmount", "Direction", "Appendixes", "Appendix"}) {
		t.Error(got)
	}
	d.Other, d.ToPlaces, d.Content = Other{Appendixes: []string{" ", ""}}, []string{"\n"}, ""
	s, _ = written(t, d)
	if got := inside(s, "OtherInfo"); !slices.Equal(got, []string{"Priority", "Direction"}) { // X5.5: amounts are at least 1; X14.3: nothing optional is empty
		t.Error(got)
	}
	if strings.Contains(s, "ToPlaces") || strings.Contains(s, "Appendix") {
		t.Error("an empty list was written")
	}
	if _, e := cutElement(s, "Content"); !strings.Contains(e, "V/v") { // 1.7: the subject again
		t.Error(e)
	}
	for priority := -1; priority <= 4; priority++ { // X5.2
		d := exampleDocument()
		d.Other.Priority = priority
		if err := d.check([]File{examplePDF()}); (err == nil) != (priority >= Ordinary && priority <= Express) {
			t.Errorf("priority %d: %v", priority, err)
		}
	}
	for steering := -1; steering <= 3; steering++ { // X5.3
		d := exampleDocument()
		d.SteeringType = steering
		if err := d.check([]File{examplePDF()}); (err == nil) != (steering >= 0 && steering <= 2) {
			t.Errorf("steering %d: %v", steering, err)
		}
	}
}

func TestWriterKeepsTheOrderOfBussiness(t *testing.T) { // X6.1, X6.2, X6.3
	for kind, want := range map[Kind][]string{
		New:     {"BussinessDocType", "BussinessDocReason", "Paper", "StaffInfo", "Department", "Staff"},
		Recall:  {"DocumentId", "BussinessDocType", "BussinessDocReason", "Paper", "StaffInfo", "Department", "Staff"},
		Update:  {"DocumentId", "BussinessDocType", "BussinessDocReason", "Paper", "BussinessDocumentInfo", "DocumentInfo", "DocumentReceiver", "ReceiverList", "Receiver", "OrganId", "ReceiverType", "StaffInfo", "Department", "Staff"},
		Replace: {"BussinessDocType", "BussinessDocReason", "Paper", "ReplacementInfoList", "ReplacementInfo", "DocumentId", "OrganIdList", "OrganId", "StaffInfo", "Department", "Staff"},
	} {
		d := exampleDocument()
		d.Business.Kind, d.Business.Reason = kind, "lý do"
		d.Business.Receivers = []ReceiverChange{{"H99", 1}}
		d.Business.Replaces = []Replacement{{"cũ", []string{"H99"}}}
		s, _ := written(t, d)
		if got := inside(s, "Bussiness"); !slices.Equal(got, want) {
			t.Errorf("%v: %v", kind, got)
		}
		if !strings.Contains(s, "<edXML:TraceHeaderList>") {
			t.Error("an attribute was written")
		}
	}
}

// X6.4: what an update says of receivers is kept for the clerk and changes nobody.
func TestReceiverListChangesNothing(t *testing.T) {
	d := exampleDocument()
	d.Business = Business{Kind: Update, Reason: "thêm nơi nhận", ReceiversChanged: true, Receivers: []ReceiverChange{{"H99", 1}, {"H26.33.01", 0}}}
	s, _ := written(t, d)
	m, err := Read(strings.NewReader(s), Options{})
	if err != nil || len(m.Document.To) != 2 || m.Document.To[0].OrganID != "H26.33.01" || !slices.Equal(m.Document.Business.Receivers, d.Business.Receivers) {
		t.Errorf("%v %+v", err, m.Document)
	}
}

// X6.3: a request without its kind is read as new, and said.
func TestRequestWithoutItsKindIsSaid(t *testing.T) {
	m, err := Read(bytes.NewReader(example(t, replace("<edXML:BussinessDocType>0</edXML:BussinessDocType>", ""))), Options{})
	if err != nil || m.Document.Business.Kind != New || !slices.Equal(codesOf(m.Warnings), []string{MissingElement}) {
		t.Errorf("%v %+v", err, m)
	}
}

// X7.7: both sides find the same hash and length.
func TestBothSidesFindTheSameHash(t *testing.T) {
	s, w := written(t, exampleDocument())
	m, err := Read(strings.NewReader(s), Options{})
	if err != nil || m.SHA256 != w.SHA256 || m.Size != w.Size || w.Size != int64(len(s)) {
		t.Errorf("%v %v %v", err, m, w)
	}
	m, err = Read(strings.NewReader("1212"+s), Options{}) // junk belongs to the packet
	if err != nil || m.SHA256 == w.SHA256 || m.Size != w.Size+4 {
		t.Errorf("%v %v", err, m)
	}
}

// X8.2–X8.5: nothing that stands for a packet signature refuses a packet, none is written by default.
func TestPacketSignatureNeverRefuses(t *testing.T) {
	if s, _ := written(t, exampleDocument()); strings.Contains(s, "Signature") {
		t.Error("signed by default")
	}
	for _, c := range []struct {
		markup string
		class  SignatureClass
	}{
		{"", SignatureAbsent},
		{"<DigitalSignature/>", NotASignature},
		{"<Signature><SignedInfo/></Signature>", NotASignature},
		{`<Signature xmlns="` + xmldsigNS + `"/>`, XMLDSigSignature},
		{`<ds:Signature><ds:SignedInfo/></ds:Signature>`, XMLDSigSignature}, // the prefix was never declared (X15.3)
	} {
		s, _ := written(t, exampleDocument())
		m, err := Read(strings.NewReader(strings.Replace(s, "</edXML:edXMLHeader>", c.markup+"</edXML:edXMLHeader>", 1)), Options{})
		if err != nil || m.Signature != c.class || len(m.Document.Extra) > 0 {
			t.Errorf("%s: %v %v", c.markup, err, m)
		}
	}
}

// X15.7: the legacy generation is named as what it is, with the sentence for the operator.
func TestLegacyGenerationIsRefusedClearly(t *testing.T) {
	for _, s := range []string{
		`<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Header><edXML:MessageHeader xmlns:edXML="http://www.e-doc.vn/Schema/"/></SOAP-ENV:Header></SOAP-ENV:Envelope>`,
		`<?xml version="1.0"?><edXML:edXML xmlns:edXML="http://www.e-doc.vn/Schema/"/>`,
		"Content-Type: multipart/related; type=\"text/xml\"; boundary=\"b\"\r\n\r\n--b\r\n",
	} {
		_, err := Read(strings.NewReader(s), Options{})
		if quarantineCode(err) != LegacySOAP {
			t.Errorf("%.40s: %v", s, err)
		}
		if text, _ := err.(*Quarantine).Reason(); !strings.Contains(text, "QCVN 102:2016/BTTTT") {
			t.Error(text)
		}
	}
}

// X7.1–X7.3: files of one name, names in any normal form or with folders, references by name or by id alone.
func TestFilesOfOneNameStayTwo(t *testing.T) {
	var b bytes.Buffer
	files := []File{{Name: "phụ lục.pdf", Size: -1, Open: opener([]byte(pdfText + " 1"))}, {Name: norm.NFD.String("phụ lục.pdf"), Size: -1, Open: opener([]byte(pdfText + " 2"))}}
	if _, err := WriteDocument(&b, exampleDocument(), files, NationalForm); err != nil {
		t.Fatal(err)
	}
	cids := regexp.MustCompile(`<(edXML:)?ContentId>cid:[0-9a-f]+</(edXML:)?ContentId>`)
	for name, s := range map[string]string{"by id": b.String(), "by name alone": cids.ReplaceAllString(b.String(), "")} {
		m, err := Read(strings.NewReader(s), Options{})
		if err != nil || len(m.Warnings) > 0 || len(m.Attachments) != 2 || m.Attachments[0].Name != "phụ lục.pdf" || m.Attachments[1].Name != "phụ lục.pdf" || m.Attachments[0].SHA256 == m.Attachments[1].SHA256 {
			t.Errorf("%s: %v %+v", name, err, m)
		}
	}
}
