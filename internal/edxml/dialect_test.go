package edxml

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"
)

// leaf is an element of a message that the generator of dialects bends.
type leaf struct {
	name string // local
	text string
	kids []*leaf
	attr string
	raw  bool // text is markup already
}

func (l *leaf) find(name string) *leaf {
	if l.name == name {
		return l
	}
	for _, k := range l.kids {
		if f := k.find(name); f != nil {
			return f
		}
	}
	return nil
}

func (l *leaf) walk(do func(*leaf)) {
	do(l)
	for _, k := range l.kids {
		k.walk(do)
	}
}

func (l *leaf) drop(name string) (gone *leaf) {
	l.walk(func(p *leaf) {
		for i, k := range p.kids {
			if k.name == name && gone == nil {
				gone, p.kids = k, slices.Delete(slices.Clone(p.kids), i, i+1)
				return
			}
		}
	})
	return gone
}

func leaves(t *testing.T, raw []byte) *leaf {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(raw))
	top := &leaf{}
	stack := []*leaf{top}
	for {
		tok, err := d.RawToken()
		if err == io.EOF {
			return top.kids[0]
		}
		if err != nil {
			t.Fatal(err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			l := &leaf{name: tok.Name.Local}
			parent := stack[len(stack)-1]
			parent.kids, stack = append(parent.kids, l), append(stack, l)
		case xml.EndElement:
			if l := stack[len(stack)-1]; len(l.kids) > 0 {
				l.text = ""
			}
			stack = stack[:len(stack)-1]
		case xml.CharData:
			stack[len(stack)-1].text += string(tok)
		}
	}
}

// dialect bends a message by lots drawn from a seed. What it may provoke as a warning it notes.
type dialect struct {
	*rand.Rand
	warnings map[string]bool
	extras   int
	log      []string
}

func (d *dialect) lot(name string) bool {
	yes := d.IntN(3) == 0
	if yes {
		d.log = append(d.log, name)
	}
	return yes
}

func (d *dialect) one(of ...string) string { return of[d.IntN(len(of))] }

// shuffle draws any order of children; those of one name keep theirs, for it means something (X15.2).
func (d *dialect) shuffle(l *leaf) {
	places := d.Perm(len(l.kids))
	byName := map[string][]int{}
	for _, at := range places {
		byName[l.kids[at].name] = append(byName[l.kids[at].name], at)
	}
	for _, at := range byName {
		slices.Sort(at)
	}
	out := make([]*leaf, 0, len(l.kids))
	for _, at := range places {
		name := l.kids[at].name
		out = append(out, l.kids[byName[name][0]])
		byName[name] = byName[name][1:]
	}
	l.kids = out
}

var datesOf = map[string]bool{"PromulgationDate": true, "DueDate": true}

// bend changes the tree without changing what it says.
func (d *dialect) bend(root *leaf) {
	if d.lot("business inside trace") {
		business := root.drop("Bussiness")
		trace := root.find("TraceHeader")
		trace.kids = append(trace.kids, business)
	}
	if d.lot("staff inside trace") { // early gateway (§16)
		if staff := root.find("Bussiness").drop("StaffInfo"); staff != nil {
			trace := root.find("TraceHeader")
			trace.kids = append(trace.kids, staff)
		}
	}
	if d.lot("no TypeDetail") {
		root.drop("TypeDetail")
		d.warnings[MissingElement] = true
	}
	if d.lot("joined code") { // X3.6
		code := root.find("MessageHeader").find("Code")
		for _, k := range root.find("MessageHeader").kids {
			if k.name == "Code" {
				code = k
			}
		}
		code.text, code.kids = code.kids[0].text+"/"+code.kids[1].text, nil
	}
	if d.lot("empty signature") { // X8.2
		header := root.find("edXMLHeader")
		header.kids = append(header.kids, &leaf{name: d.one("DigitalSignature", "Signature")})
		d.warnings[FakeSignature] = true
	}
	if d.lot("trace attributes") { // X6.1
		root.find("TraceHeaderList").attr = ` id="trace" version="1.0" mustUnderstand="1" actor='x&amp;y'`
	}
	for range d.IntN(3) {
		holder := root.find(d.one("MessageHeader", "OtherInfo", "From", "TraceHeaderList", "edXMLHeader"))
		holder.kids = append(holder.kids, &leaf{name: "La" + strconv.Itoa(d.extras), text: "lạ & khác"})
		d.extras++
		d.warnings[UnknownElement] = true
	}
	for _, name := range []string{"ResponseFor"} {
		if d.lot("an empty " + name) {
			header := root.find("MessageHeader")
			header.kids = append(header.kids, &leaf{name: name, kids: []*leaf{{name: "OrganId"}, {name: "DocumentId"}}})
		}
	}
	root.walk(func(l *leaf) {
		if len(l.kids) > 1 && d.lot("order of "+l.name) {
			d.shuffle(l)
		}
		switch {
		case datesOf[l.name]:
			if at, err := time.Parse("2006/01/02", l.text); err == nil {
				l.text = at.Format(d.one("2006/01/02", "02/01/2006", "2006-01-02"))
			}
		case l.name == "Timestamp":
			if at, err := time.ParseInLocation("2006/01/02 15:04:05", l.text, VietnamTime); err == nil {
				l.text = at.Format(d.one("2006/01/02 15:04:05", "2006-01-02T15:04:05", time.RFC3339, "02/01/2006 15:04:05"))
			}
		case l.name == "Direction":
			l.text = map[string]string{"false": d.one("false", "0", "FALSE"), "true": d.one("true", "1")}[l.text]
		}
	})
}

// write gives the bytes in prefixes of the dialect's own (X2.1, X15.1, X15.3).
func (d *dialect) write(root *leaf) []byte {
	var b bytes.Buffer
	switch d.IntN(4) {
	case 0:
		b.WriteString("\xef\xbb\xbf")
	case 1:
		b.WriteString("1212")
		d.warnings[LeadingJunk] = true
	case 2:
		b.WriteString("\r\n\t ")
	}
	if d.IntN(3) > 0 {
		b.WriteString(d.one(declaration, `<?xml version='1.0' encoding='utf-8' standalone="yes" ?>`) + "\r\n")
	}
	prefixes := []string{"", "q:"}
	declared := ` xmlns="` + NS + `" xmlns:q="` + NS + `"`
	switch d.IntN(3) {
	case 0:
		prefixes, declared = append(prefixes, "edXML:"), declared+` xmlns:edXML="`+NS+`"`
	case 1: // never declared
		prefixes = append(prefixes, "edXML:")
		d.warnings[UndeclaredPrefix] = true
	}
	loose := d.lot("white space around text")
	var write func(l *leaf, depth int)
	write = func(l *leaf, depth int) {
		name, attr := l.name, l.attr
		if strings.Contains(name, "Bussiness") && d.IntN(2) == 0 { // X2.3
			name = strings.Replace(name, "Bussiness", "Business", 1)
		}
		prefix := prefixes[d.IntN(len(prefixes))]
		if depth == 0 {
			prefix, attr = "", declared
		} else if d.IntN(12) == 0 {
			prefix, attr = "ns"+strconv.Itoa(depth)+":", attr+` xmlns:ns`+strconv.Itoa(depth)+`="`+NS+`"`
		}
		b.WriteString("<" + prefix + name + attr)
		if len(l.kids) == 0 && l.text == "" && d.IntN(2) == 0 {
			b.WriteString(" />")
			return
		}
		b.WriteString(">")
		switch {
		case l.raw:
			b.WriteString(l.text)
		case loose && len(l.kids) == 0:
			fmt.Fprint(&b, "\r\n\t ")
			escapeInto(&b, l.text, false)
			fmt.Fprint(&b, " \n")
		default:
			escapeInto(&b, l.text, false)
		}
		for _, k := range l.kids {
			b.WriteString(d.one("", "\n", "\r\n\t"))
			write(k, depth+1)
		}
		b.WriteString("</" + prefix + name + ">")
	}
	write(root, 0)
	if d.IntN(5) == 0 {
		b.WriteString("<!-- hết -->")
		d.warnings[TrailingJunk] = true
	}
	return b.Bytes()
}

// attach writes the files by any of the conventions of X7.
func (d *dialect) attach(t *testing.T, root *leaf, files []dialectFile) {
	t.Helper()
	manifest := &leaf{name: "edXMLManifest", attr: ` version="1.0"`}
	encoded := &leaf{name: "AttachmentEncoded"}
	for i, f := range files {
		id := "f" + strconv.Itoa(i)
		content, label := f.content, d.one("application/pdf", "application/octet-stream", "application/zip") // labels lie (X7.3)
		if f.zip && d.IntN(2) == 0 {
			content = zipOf(t, d.one("30d190ec-60e3-41b6-bda7-50b17d98b35d.txt", "../x.doc", f.name), f.content)
		}
		ref := &leaf{name: "Reference", kids: []*leaf{{name: "ContentId", text: d.one("cid:", "", "CID:") + id}}}
		att := &leaf{name: "Attachment", kids: []*leaf{{name: "ContentId", text: d.one("cid:", "") + id}}}
		name := d.one(f.name, norm.NFD.String(f.name), `C:\tep\`+f.name, "/tmp/"+f.name)
		switch d.IntN(3) {
		case 0:
			ref.kids = append(ref.kids, &leaf{name: "AttachmentName", text: name})
		case 1:
			att.kids = append(att.kids, &leaf{name: d.one("AttachmentName", "FieldName"), text: name})
		case 2:
			ref.kids = append(ref.kids, &leaf{name: "AttachmentName", text: name})
			att.kids = append(att.kids, &leaf{name: "AttachmentName", text: name})
		}
		if d.IntN(3) > 0 {
			ref.kids = append(ref.kids, &leaf{name: "ContentType", text: label})
			att.kids = append(att.kids, &leaf{name: d.one("ContentType", "MimeType"), text: label})
		}
		text := b64(content)
		if d.IntN(2) == 0 {
			text = strings.TrimRight(text, "=")
		}
		if n := 1 + d.IntN(len(text)); d.IntN(2) == 0 {
			text = "\r\n " + text[:n] + "\n\t" + text[n:] + "\n"
		}
		att.kids = append(att.kids, &leaf{name: "ContentTransferEncoded", text: text, raw: true})
		d.shuffle(att)
		manifest.kids, encoded.kids = append(manifest.kids, ref), append(encoded.kids, att)
	}
	d.Shuffle(len(encoded.kids), func(i, j int) { encoded.kids[i], encoded.kids[j] = encoded.kids[j], encoded.kids[i] }) // the order is the manifest's (X7.5)
	root.drop("edXMLBody")
	root.drop("AttachmentEncoded")
	envelope := root.find("edXMLEnvelope")
	envelope.kids = append(envelope.kids, &leaf{name: "edXMLBody", kids: []*leaf{manifest}})
	root.kids = append(root.kids, encoded)
}

type dialectFile struct {
	name, content string
	zip           bool // may travel as a ZIP of one entry
}

// X2.1, X2.3, X3.1–X3.6, X4.1, X6.1, X7.1–X7.3, X7.5, X8.2, X15.1–X15.4, §16: whatever mixture of dialects a message is written in, it says the same,
// and written again by our own hand it still does, the foreign elements included (X15.2). CONGVU_DIALECTS draws more.
func TestAnyMixtureOfDialectsSaysTheSame(t *testing.T) {
	seeds := 300
	if n, err := strconv.Atoi(os.Getenv("CONGVU_DIALECTS")); err == nil {
		seeds = n
	}
	original := example(t, nil)
	want, err := Read(bytes.NewReader(original), Options{})
	if err != nil {
		t.Fatal(err)
	}
	files := []dialectFile{{"Công văn số 5.pdf", pdfText, true}, {"phụ lục.doc", "nội dung dạng chữ", true}, {"phụ lục.doc", "tệp thứ hai cùng tên", true}, {"bang.xlsx", zipOf(t, "a", "1", "b", "2"), false}}
	for seed := range seeds {
		d := &dialect{Rand: rand.New(rand.NewPCG(uint64(seed), 5)), warnings: map[string]bool{TypeMismatch: true}}
		root := leaves(t, original)
		sent := files[:1+d.IntN(len(files))]
		d.attach(t, root, sent)
		d.bend(root)
		raw := d.write(root)
		fail := func(format string, args ...any) {
			t.Helper()
			t.Fatalf("seed %d (%s): %s\n%s", seed, strings.Join(d.log, ", "), fmt.Sprintf(format, args...), short1000(raw))
		}
		var contents []string
		got, err := Read(bytes.NewReader(raw), Options{Sink: func(_ Attachment, r io.Reader) error {
			b, err := io.ReadAll(r)
			contents = append(contents, string(b))
			return err
		}})
		if err != nil {
			fail("%v %s", err, quarantineCode(err))
		}
		for _, w := range got.Warnings {
			if !d.warnings[w.Code] {
				fail("warning %+v", w)
			}
		}
		if len(got.Document.Extra) != d.extras {
			fail("%d foreign elements of %d", len(got.Document.Extra), d.extras)
		}
		extras := got.Document.Extra
		got.Document.Extra = nil
		if !reflect.DeepEqual(got.Document, want.Document) {
			fail("\n got %+v\nwant %+v", got.Document, want.Document)
		}
		for i, f := range sent {
			a := got.Attachments[i]
			if a.Name != norm.NFC.String(f.name) || contents[i] != f.content || !a.Listed {
				fail("file %d: %+v", i, a)
			}
		}
		got.Document.Extra = extras
		var again bytes.Buffer
		if _, err := WriteDocument(&again, got.Document, []File{examplePDF()}, NationalForm); err != nil {
			fail("written again: %v", err)
		}
		second, err := Read(&again, Options{})
		if err != nil || !reflect.DeepEqual(second.Document.Extra, extras) {
			fail("written again: %v\n got %+v\nwant %+v", err, second.Document.Extra, extras)
		}
	}
}

func short1000(b []byte) string { return string(b[:min(len(b), 3000)]) }
