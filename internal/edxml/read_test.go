package edxml

import (
	"bytes"
	"errors"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func TestDialectsGiveTheSameDocument(t *testing.T) { // §16, X15.1–X15.4
	want, err := Read(bytes.NewReader(example(t, nil)), Options{})
	if err != nil || len(want.Warnings) != 0 {
		t.Fatalf("our own message must be read without a warning: %v %+v", err, want)
	}
	move := func(name, before string) func(string) string {
		return func(s string) string {
			without, e := cutElement(s, name)
			return strings.Replace(without, before, e+before, 1)
		}
	}
	for name, c := range map[string]struct {
		edit     func(string) string
		warnings []string
	}{
		"document id last":                    {move("DocumentId", "</edXML:MessageHeader>"), nil},
		"ToPlaces before OtherInfo":           {move("ToPlaces", "<edXML:OtherInfo>"), nil},
		"ToPlaces after SteeringType is ours": {move("SteeringType", "<edXML:ResponseFor>"), nil},
		"TypeDetail after TypeName":           {move("TypeDetail", "</edXML:DocumentType>"), nil},
		"business before trace":               {move("Bussiness", "<edXML:TraceHeader>"), nil},
		"business inside trace":               {move("Bussiness", "</edXML:TraceHeader>"), nil},
		"business with one s":                 {replaceAll("Bussiness", "Business"), nil},
		"no TypeDetail":                       {func(s string) string { s, _ = cutElement(s, "TypeDetail"); return s }, []string{MissingElement}},
		"joined Code": {func(s string) string {
			without, _ := cutElement(s, "Code")
			return strings.Replace(without, "<edXML:PromulgationInfo>", "<edXML:Code>05/STC-VP</edXML:Code><edXML:PromulgationInfo>", 1)
		}, nil},
		"staff inside trace": {move("StaffInfo", "</edXML:TraceHeader>"), nil},
		"trace attributes":   {replace("<edXML:TraceHeaderList>", `<edXML:TraceHeaderList id="1" version="1.0" mustUnderstand='1' actor="">`), nil},
		"empty signature":    {replace("</edXML:edXMLHeader>", "<DigitalSignature/></edXML:edXMLHeader>"), []string{FakeSignature}},
		"another prefix": {func(s string) string {
			return strings.ReplaceAll(strings.ReplaceAll(s, "edXML:", "q:"), "xmlns:edXML", "xmlns:q")
		}, nil},
		"default namespace":  {replaceAll("edXML:", ""), nil},
		"no prefix declared": {replaceAll(` xmlns:edXML="`+NS+`"`, ""), []string{UndeclaredPrefix}},
		"no namespace": {func(s string) string {
			return strings.ReplaceAll(strings.ReplaceAll(s, ` xmlns="`+NS+`"`, ""), ` xmlns:edXML="`+NS+`"`, "")
		}, []string{MissingNamespace, UndeclaredPrefix}},
		"junk":               {func(s string) string { return "1212" + s }, []string{LeadingJunk}},
		"byte order mark":    {func(s string) string { return "\xef\xbb\xbf\r\n\t " + s }, nil},
		"CRLF":               {replaceAll("\n", "\r\n"), nil},
		"no declaration":     {replace(declaration, ""), nil},
		"trailing bytes":     {func(s string) string { return s + "<!-- x -->\x00rác" }, []string{TrailingJunk}},
		"cdata":              {replace(`V/v "A &amp; B" &lt;thử&gt;`, `<![CDATA[V/v "A & B" <thử>]]>`), nil},
		"bare ampersand":     {replace("A &amp; B", "A & B"), []string{BareAmpersand}},
		"numeric references": {replace("A &amp; B", "&#65; &#x26; B"), nil},
		"comments and PIs":   {replace("<edXML:Subject>", "<!-- a > b --><?x y?><edXML:Subject>"), nil},
		"date day first":     {replaceAll("2026/11/20</edXML:Pro", "20/11/2026</edXML:Pro"), nil},
		"date ISO":           {replaceAll("2026/11/20</edXML:Pro", "2026-11-20</edXML:Pro"), nil},
		"time ISO":           {replace("2026/11/20 08:30:00", "2026-11-20T01:30:00Z"), nil},
		"boolean digit":      {replace("<edXML:Direction>false", "<edXML:Direction>0"), nil},
		"reference without cid": {func(s string) string {
			return strings.Replace(s, "<edXML:ContentId>cid:", "<edXML:ContentId>", 1)
		}, nil},
		"base64 folded":    {replace(b64(pdfText), "\r\n  "+b64(pdfText)[:8]+"\r\n\t"+b64(pdfText)[8:]+"\n"), nil},
		"base64 unpadded":  {replace(b64(pdfText), strings.TrimRight(b64(pdfText), "=")), nil},
		"empty answer":     {replace("<edXML:ResponseFor>", "<edXML:ResponseFor><edXML:OrganId/><edXML:Code></edXML:Code></edXML:ResponseFor><edXML:ResponseFor>"), nil},
		"mixed-case names": {replaceAll("OrganId", "OrganID"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			raw := example(t, c.edit)
			if name == "date day first" && !strings.Contains(string(raw), "20/11/2026") {
				t.Fatal("edit missed")
			}
			for _, r := range []io.Reader{bytes.NewReader(raw), iotest.OneByteReader(bytes.NewReader(raw))} {
				got, err := Read(r, Options{})
				if err != nil {
					t.Fatalf("%v: %v", err, errors.Unwrap(err))
				}
				if !slices.Equal(codesOf(got.Warnings), c.warnings) {
					t.Errorf("warnings %v, want %v", got.Warnings, c.warnings)
				}
				if !reflect.DeepEqual(got.Document, want.Document) {
					t.Errorf("\n got %+v\nwant %+v", got.Document, want.Document)
				}
				if len(got.Attachments) != 1 || got.Attachments[0].SHA256 != want.Attachments[0].SHA256 || !got.Attachments[0].Listed {
					t.Errorf("files %+v", got.Attachments)
				}
				if got.Size != int64(len(raw)) {
					t.Errorf("size %d of %d", got.Size, len(raw))
				}
			}
		})
	}
}

func TestReaderSaysWhatItOverlooked(t *testing.T) {
	drop := func(name string) func(string) string {
		return func(s string) string { s, _ = cutElement(s, name); return s }
	}
	for name, c := range map[string]struct {
		edit  func(string) string
		code  string
		check func(*DocumentMessage) bool
	}{
		"impossible date":    {replace("2026/12/01", "2026/02/30"), ImpossibleDate, func(d *DocumentMessage) bool { return d.DueDate == "" }},
		"letters for number": {replace("<edXML:PageAmount>3", "<edXML:PageAmount>ba"), NotANumber, func(d *DocumentMessage) bool { return d.Other.Pages == 0 }},
		"letters for kind":   {replace("DocType>0", "DocType>moi"), UnknownBusiness, func(d *DocumentMessage) bool { return !d.Business.Kind.Known() }},
		"kind 7":             {replace("DocType>0", "DocType>7"), UnknownBusiness, func(d *DocumentMessage) bool { return d.Business.Kind == 7 }},
		"no business":        {drop("Bussiness"), MissingBusiness, func(d *DocumentMessage) bool { return d.Business.Kind == New }},
		"no trace list":      {drop("TraceHeaderList"), MissingTraceHeader, func(d *DocumentMessage) bool { return d.Traces == nil }},
		"full name only": {func(s string) string {
			without, _ := cutElement(s, "Competence")
			return strings.Replace(without, "<edXML:Position>Phó Giám đốc</edXML:Position>", "", 1)
		}, "", func(d *DocumentMessage) bool { return d.Signer == Signer{FullName: "Nguyễn Văn A"} }},
		"trace without organ": {replace("<edXML:OrganId>H26.15</edXML:OrganId>\n          <edXML:Timestamp>", "<edXML:Timestamp>"), "", func(d *DocumentMessage) bool { return d.Traces[0].OrganID == "" }},
		"second subject":      {replace("<edXML:Subject>", "<edXML:Subject>một</edXML:Subject><edXML:Subject>"), DuplicateElement, func(d *DocumentMessage) bool { return d.Subject == "một" && len(d.Extra) == 1 }},
		"no receiver":         {func(s string) string { s, _ = cutElement(s, "To"); s, _ = cutElement(s, "To"); return s }, MissingElement, func(d *DocumentMessage) bool { return d.To == nil }},
		"broken UTF-8":        {replace("V/v", "V\xff/v"), InvalidUTF8, func(d *DocumentMessage) bool { return strings.HasPrefix(d.Subject, "V\uFFFD/v") }},
		"control character":   {replace("V/v", "V\x01/v"), InvalidUTF8, func(d *DocumentMessage) bool { return strings.HasPrefix(d.Subject, "V\uFFFD/v") }},
		"recall without reason": {func(s string) string {
			s = strings.Replace(s, "DocType>0", "DocType>1", 1)
			s, _ = cutElement(s, "BussinessDocReason")
			return s
		}, MissingReason, func(d *DocumentMessage) bool { return d.Business.Kind == Recall }},
		"task code": {replace("<edXML:SteeringType>", "<edXML:ResponseForTask><edXML:TaskCode>T1</edXML:TaskCode></edXML:ResponseForTask><edXML:SteeringType>"), UnknownElement,
			func(d *DocumentMessage) bool { return len(d.Extra) == 1 && strings.Contains(d.Extra[0].XML, "T1") }},
		"file not listed": {func(s string) string { s, _ = cutElement(s, "Reference"); return s }, UnlistedFile, func(d *DocumentMessage) bool { return true }},
		"listed, not there": {replace("</edXML:edXMLManifest>", "<edXML:Reference><edXML:ContentId>cid:9</edXML:ContentId></edXML:Reference></edXML:edXMLManifest>"), ListedFileAbsent,
			func(d *DocumentMessage) bool { return true }},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := Read(bytes.NewReader(example(t, c.edit)), Options{})
			if err != nil {
				t.Fatal(err, quarantineCode(err))
			}
			if c.code == "" && len(m.Warnings) > 0 || c.code != "" && !slices.Contains(codesOf(m.Warnings), c.code) {
				t.Errorf("warnings %v, want %q", m.Warnings, c.code)
			}
			if !c.check(m.Document) {
				t.Errorf("read as %+v", m.Document)
			}
		})
	}
}

func TestUnreadableGoesToQuarantineWithItsReason(t *testing.T) { // X15.5–X15.8
	drop := func(names ...string) func(string) string {
		return func(s string) string {
			for _, n := range names {
				s, _ = cutElement(s, n)
			}
			return s
		}
	}
	deep := func(n int) func(string) string {
		return replace("<edXML:SteeringType>", strings.Repeat("<a>", n)+strings.Repeat("</a>", n)+"<edXML:SteeringType>")
	}
	noFile := func(s string) string {
		start, end := strings.Index(s, "<AttachmentEncoded>"), strings.Index(s, "</edXML>\n")
		return s[:start] + s[end:]
	}
	for name, c := range map[string]struct {
		edit func(string) string
		opt  Options
		code string
	}{
		"empty":             {func(string) string { return "" }, Options{}, NoXML},
		"a PDF":             {func(string) string { return "%PDF-1.7\n1 0 obj" }, Options{}, NoXML},
		"too much junk":     {func(s string) string { return strings.Repeat("x", 5000) + s }, Options{}, NoXML},
		"another root":      {func(string) string { return "<html><body/></html>" }, Options{}, UnknownRoot},
		"another namespace": {replaceAll("QCVN_102_2016", "QCVN_102_2026"), Options{}, NotEdXML},
		"SOAP": {func(string) string {
			return `<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"/>`
		}, Options{}, LegacySOAP},
		"legacy namespace": {replaceAll(NS, "http://www.e-doc.vn/Schema/"), Options{}, LegacySOAP},
		"MIME parts": {func(s string) string {
			return "MIME-Version: 1.0\r\nContent-Type: Multipart/Related; boundary=x\r\n\r\n--x\r\n" + s
		}, Options{}, LegacySOAP},
		"doctype":               {replace("<edXML xmlns", `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><edXML xmlns`), Options{}, DTDForbidden},
		"inner declaration":     {replace("<edXML:Subject>", "<!ENTITY a 'b'><edXML:Subject>"), Options{}, DTDForbidden},
		"UTF-16":                {func(string) string { return "\xff\xfe<\x00?\x00" }, Options{}, BadEncoding},
		"declared windows-1258": {replace("UTF-8", "windows-1258"), Options{}, BadEncoding},
		"crossed tags":          {replace("</edXML:Subject>", "</edXML:Content>"), Options{}, MalformedXML},
		"same attribute twice":  {replace(`version="1.0">`+"\n", `a="1" a="2">`), Options{}, MalformedXML},
		"torn":                  {func(s string) string { return s[:len(s)/2] }, Options{}, Truncated},
		"torn in a file":        {func(s string) string { return s[:strings.Index(s, b64(pdfText))+5] }, Options{}, Truncated},
		"too deep":              {deep(100), Options{}, TooDeep},
		"too long":              {replace("V/v thử", strings.Repeat("x", 3000)), Options{MaxMessage: 2500}, TooLarge},
		"text too long":         {replace("V/v thử", strings.Repeat("x", 3000)), Options{MaxText: 2500}, TooLarge},
		"header too long":       {replace("V/v thử", strings.Repeat("<a/>", 3000)), Options{MaxHeader: 100_000}, TooLarge},
		"attribute too long":    {replace("<edXML:Subject>", `<edXML:Subject a="`+strings.Repeat("x", 70_000)+`">`), Options{}, TooLarge},
		"too many elements":     {replace("V/v thử", strings.Repeat("<a/>", 3000)), Options{MaxElements: 2000}, TooMany},
		"too many files": {func(s string) string {
			i, j := strings.Index(s, "<Attachment>"), strings.Index(s, "</AttachmentEncoded>")
			return s[:j] + s[i:j] + s[j:]
		}, Options{MaxFiles: 1}, TooMany},
		"file too long":        {withFile("x.pdf", "%PDF-"+strings.Repeat("x", 2000)), Options{MaxFile: 1000}, FileTooLarge},
		"no header":            {func(s string) string { s, _ = cutElement(s, "edXMLHeader"); return s }, Options{}, MissingHeader},
		"no sender":            {replace("<edXML:OrganId>H26.15</edXML:OrganId>", ""), Options{}, MissingSender},
		"no identity":          {drop("DocumentId", "Code"), Options{}, MissingIdentity},
		"no file":              {noFile, Options{}, MissingFile},
		"empty file":           {replace(b64(pdfText), ""), Options{}, MissingFile},
		"bad base64":           {replace(b64(pdfText), "!"+b64(pdfText)), Options{}, BadBase64},
		"base64 after padding": {replace(b64(pdfText), "QQ=="+b64(pdfText)), Options{}, BadBase64},
		"markup in a file":     {replace(b64(pdfText), "QQ==<x/>"), Options{}, BadBase64},
		"bomb":                 {withFile("x.doc", zipOf(t, "a.doc", strings.Repeat("\x00", 3<<20))), Options{}, ZipBomb},
		"unpacked too long":    {withFile("x.doc", zipOf(t, "a.doc", strings.Repeat("\x00", 90_000))), Options{MaxFile: 50_000}, FileTooLarge},
		"loop": {replace("<edXML:Bussiness>", "<edXML:TraceHeader><edXML:OrganId>h26-15</edXML:OrganId></edXML:TraceHeader><edXML:Bussiness>"),
			Options{Own: func(id string) bool { return SameCode(id, "H26.15") }}, Loop},
	} {
		t.Run(name, func(t *testing.T) {
			raw := example(t, c.edit)
			sunk := 0
			c.opt.Sink = func(Attachment, io.Reader) error { sunk++; return nil }
			_, err := Read(bytes.NewReader(raw), c.opt)
			var q *Quarantine
			if !errors.As(err, &q) || q.Code != c.code {
				t.Fatalf("got %v %q, want %s", err, quarantineCode(err), c.code)
			}
			if sunk > 0 {
				t.Error("a file of a quarantined message was stored")
			}
			text, args := q.Reason()
			if text == "" {
				t.Error("no sentence")
			}
			for _, part := range strings.Split(text, "{")[1:] {
				if name, _, _ := strings.Cut(part, "}"); args[name] == nil {
					t.Errorf("the sentence names {%s}, the arguments do not", name)
				}
			}
			if c.code != TooLarge && (q.Partial.Size != int64(len(raw)) || len(q.Partial.SHA256) != 64) {
				t.Errorf("size %d of %d", q.Partial.Size, len(raw))
			}
		})
	}
	// The good twins: the same edits, one step inside the limit.
	for name, c := range map[string]struct {
		edit func(string) string
		opt  Options
	}{
		"deep enough": {deep(95), Options{}},
		"passed once": {nil, Options{Own: func(id string) bool { return SameCode(id, "H26.15") }}},
		"file fits":   {withFile("x.pdf", "%PDF-"+strings.Repeat("x", 995)), Options{MaxFile: 1000}},
		"zip fits":    {withFile("x.doc", zipOf(t, "a.doc", strings.Repeat("\x00", 1<<20))), Options{}},
	} {
		if _, err := Read(bytes.NewReader(example(t, c.edit)), c.opt); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestQuarantineNamesTheSenderWhenItCan(t *testing.T) {
	_, err := Read(bytes.NewReader(example(t, replace(b64(pdfText), "!!!!"))), Options{})
	var q *Quarantine
	if !errors.As(err, &q) || q.Partial.From().OrganID != "H26.15" || q.Partial.Document.DocumentID == "" {
		t.Errorf("%+v", q)
	}
}

func TestFilesAreUnpackedByContentNotByLabel(t *testing.T) { // X7.2, X7.3
	inner := zipOf(t, "[Content_Types].xml", "<Types/>", "word/document.xml", "<w/>")
	encrypted := []byte(zipOf(t, "a.doc", "mật"))
	encrypted[6] |= 1
	encrypted[bytes.Index(encrypted, []byte("PK\x01\x02"))+8] |= 1
	damaged := []byte(zipOf(t, "a.doc", strings.Repeat("nội dung ", 100)))
	damaged[bytes.Index(damaged, []byte("PK\x01\x02"))+16] ^= 0xff // CRC
	for name, c := range map[string]struct {
		file, content, want, found string
		unpacked                   bool
		warning                    string
	}{
		"plain pdf":                 {"x.pdf", pdfText, pdfText, "pdf", false, ""},
		"zipped text as doc":        {"x.doc", zipOf(t, "30d190ec.txt", "nội dung"), "nội dung", "text", true, TypeMismatch},
		"zipped pdf":                {"x.pdf", zipOf(t, "u.pdf", pdfText), pdfText, "pdf", true, ""},
		"entry with a path":         {"x.pdf", zipOf(t, "../../u.pdf", pdfText), pdfText, "pdf", true, ""},
		"docx stays":                {"x.docx", inner, inner, "zip", false, ""},
		"docx in an envelope":       {"x.docx", zipOf(t, "u.docx", inner), inner, "zip", true, ""},
		"a one-part docx stays":     {"x.docx", zipOf(t, "word.xml", "<w/>"), zipOf(t, "word.xml", "<w/>"), "zip", false, ""},
		"zip stays":                 {"x.zip", zipOf(t, "a.zip", inner), zipOf(t, "a.zip", inner), "zip", false, ""},
		"two entries stay":          {"x.doc", zipOf(t, "a", "1", "b", "2"), zipOf(t, "a", "1", "b", "2"), "zip", false, TypeMismatch},
		"encrypted stays":           {"x.doc", string(encrypted), string(encrypted), "zip", false, EncryptedZip},
		"damaged stays":             {"x.doc", string(damaged), string(damaged), "zip", false, BadZip},
		"only looks like a zip":     {"x.doc", "PK\x03\x04rubbish", "PK\x03\x04rubbish", "zip", false, BadZip},
		"doc over XML":              {"x.doc", "<?xml version='1.0'?><w/>", "<?xml version='1.0'?><w/>", "xml", false, TypeMismatch},
		"a folder in the name":      {"../../../etc/x.pdf", pdfText, pdfText, "pdf", false, ""},
		"a directory is not a file": {"x.doc", zipOf(t, "a/", ""), zipOf(t, "a/", ""), "zip", false, BadZip},
	} {
		t.Run(name, func(t *testing.T) {
			var got []byte
			m, err := Read(bytes.NewReader(example(t, func(s string) string { return withFile(c.file, c.content)(s) + " " })), Options{
				Sink: func(a Attachment, r io.Reader) (err error) { got, err = io.ReadAll(r); return err },
			})
			if err != nil {
				t.Fatal(err)
			}
			a := m.Attachments[0]
			if string(got) != c.want || a.Found != c.found || a.Unpacked != c.unpacked || a.Size != int64(len(c.want)) {
				t.Errorf("%+v, content %q", a, short(string(got)))
			}
			if strings.ContainsAny(a.Name, `/\`) || a.Name == "" {
				t.Errorf("name %q", a.Name)
			}
			if c.warning == "" && len(m.Warnings) > 0 || c.warning != "" && !slices.Contains(codesOf(m.Warnings), c.warning) {
				t.Errorf("warnings %v", m.Warnings)
			}
		})
	}
}

func TestManifestOrdersTheFiles(t *testing.T) { // X7.1, X7.5
	var b bytes.Buffer
	files := []File{
		{Name: "phu-luc.xlsx", Size: -1, Open: opener([]byte(zipOf(t, "a", "1", "b", "2")))},
		{Name: "van-ban.pdf", Size: -1, Open: opener([]byte(pdfText))},
	}
	if _, err := WriteDocument(&b, exampleDocument(), files, NationalForm); err != nil {
		t.Fatal(err)
	}
	s := b.String() // the files in the other order than the References
	first, second := strings.Index(s, "<Attachment>"), strings.LastIndex(s, "<Attachment>")
	end := strings.Index(s, "</AttachmentEncoded>")
	s = s[:first] + s[second:end] + s[first:second] + s[end:]
	var sunk []string
	m, err := Read(strings.NewReader(s), Options{Sink: func(a Attachment, r io.Reader) error { sunk = append(sunk, a.Name); return nil }})
	if err != nil || len(m.Warnings) > 0 {
		t.Fatal(err, m)
	}
	if want := []string{"phu-luc.xlsx", "van-ban.pdf"}; !slices.Equal(sunk, want) {
		t.Errorf("sink saw %v", sunk)
	}
	if MainFile(m.Attachments) != 1 || MainFile(nil) != -1 {
		t.Errorf("main file %d", MainFile(m.Attachments))
	}
}

func TestSourceAndSinkErrorsAreNotQuarantine(t *testing.T) {
	broken := errors.New("dây đứt")
	raw := example(t, nil)
	for cut := 0; cut < len(raw); cut += 97 {
		r := io.MultiReader(bytes.NewReader(raw[:cut]), iotest.ErrReader(broken))
		if _, err := Read(r, Options{}); !errors.Is(err, broken) || quarantineCode(err) != "" {
			t.Fatalf("cut at %d: %v", cut, err)
		}
	}
	_, err := Read(bytes.NewReader(raw), Options{Sink: func(Attachment, io.Reader) error { return broken }})
	if !errors.Is(err, broken) {
		t.Errorf("sink: %v", err)
	}
}

func TestLargeFilesPassThroughDiskAndLeaveNothing(t *testing.T) {
	dir := t.TempDir()
	content := "%PDF-" + strings.Repeat("0123456789abcdef", 64<<10) // 1 MB
	var got int64
	m, err := Read(bytes.NewReader(example(t, withFile("x.pdf", content))), Options{SpoolDir: dir, Sink: func(a Attachment, r io.Reader) (err error) {
		entries, _ := os.ReadDir(dir)
		if len(entries) != 1 {
			t.Errorf("%d spool files while reading", len(entries))
		}
		got, err = io.Copy(io.Discard, r)
		return err
	}})
	if err != nil || got != int64(len(content)) || m.Attachments[0].Size != got {
		t.Fatal(err, got)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
	if _, err := Read(bytes.NewReader(example(t, withFile("x.pdf", content))), Options{SpoolDir: dir + "/absent"}); err == nil || quarantineCode(err) != "" {
		t.Errorf("a full or absent disk is our fault, not the sender's: %v", err)
	}
}

func TestStatusIsReadAndJudged(t *testing.T) { // X10, X11
	status := func(edit func(string) string) ([]string, *StatusMessage, error) {
		var b bytes.Buffer
		if _, err := WriteStatus(&b, exampleStatus()); err != nil {
			t.Fatal(err)
		}
		s := b.String()
		if edit != nil {
			s = edit(s)
		}
		m, err := Read(strings.NewReader(s), Options{})
		if err != nil {
			return nil, nil, err
		}
		return codesOf(m.Warnings), m.Status, nil
	}
	if w, s, err := status(nil); err != nil || w != nil || !reflect.DeepEqual(s, exampleStatus()) {
		t.Errorf("%v %v %+v", err, w, s)
	}
	if w, s, err := status(replace("StatusCode>02", "StatusCode>09")); err != nil || !slices.Contains(w, UnknownStatus) || s.Code != "09" {
		t.Errorf("%v %v", err, w)
	}
	if _, s, err := status(replace("StatusCode>02", "StatusCode>3")); err != nil || s.Code != "03" {
		t.Errorf("%v %+v", err, s)
	}
	if w, _, err := status(func(s string) string { s, _ = cutElement(s, "Description"); return s }); err != nil || !slices.Contains(w, MissingReason) {
		t.Errorf("%v %v", err, w)
	}
	if _, _, err := status(func(s string) string { s, _ = cutElement(s, "StatusCode"); return s }); quarantineCode(err) != MissingStatus {
		t.Errorf("%v", err)
	}
	if _, _, err := status(func(s string) string { s, _ = cutElement(s, "ResponseFor"); return s }); quarantineCode(err) != MissingIdentity {
		t.Errorf("%v", err)
	}
	if _, s, err := status(func(s string) string { s, _ = cutElement(s, "DocumentId"); return s }); err != nil || s.ResponseFor.Code.Number != "7816" {
		t.Errorf("X10.3: without DocumentId the code identifies: %v", err)
	}
}
