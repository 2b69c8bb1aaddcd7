package edxml

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Written tells what went out.
type Written struct {
	SHA256 string // hex, of the whole message (X7.7)
	Size   int64
	// SignatureAt is the offset of the line that closes edXMLHeader: a packet signature (package xmldsig) is inserted there.
	SignatureAt int64
}

// Unwritable is the refusal to write a message that a receiver would refuse (X14.3, X22). Fields are names of the standard.
type Unwritable struct {
	Fields []string
}

func (e *Unwritable) Error() string {
	return "edxml: cannot write, missing or wrong: " + strings.Join(e.Fields, ", ")
}

// Reason gives the sentence for a person and its arguments.
func (e *Unwritable) Reason() (text string, args map[string]any) {
	return "Chưa thể đóng gói văn bản: thiếu hoặc sai {fields}. Văn bản chưa được gửi; đề nghị bổ sung rồi gửi lại.",
		map[string]any{"fields": strings.Join(e.Fields, ", ")}
}

// check collects all failures, so that the clerk sees them together.
type check struct{ fields []string }

func (c *check) that(ok bool, field string) {
	if !ok {
		c.fields = append(c.fields, field)
	}
}

func (c *check) text(value, field string, longest int) {
	value = clean(value)
	c.that(value != "" && len([]rune(value)) <= longest, field)
}

func (c *check) err() error {
	if len(c.fields) == 0 {
		return nil
	}
	return &Unwritable{Fields: c.fields}
}

// writer writes literal names (X14.1). It keeps the path of the open element to put foreign elements back where they stood.
type writer struct {
	w      *bufio.Writer
	sum    hash.Hash
	n      int64
	err    error
	path   []string
	counts []map[string]int
	extra  map[string][]string
}

func newWriter(w io.Writer, extra []Extra) *writer {
	x := &writer{sum: sha256.New(), counts: []map[string]int{{}}, extra: map[string][]string{}}
	x.w = bufio.NewWriterSize(io.MultiWriter(w, x.sum), 64<<10)
	for _, e := range extra {
		x.extra[e.Place] = append(x.extra[e.Place], e.XML)
	}
	return x
}

func (x *writer) raw(s string) {
	if x.err == nil {
		_, x.err = x.w.WriteString(s)
		x.n += int64(len(s))
	}
}

// WriteString makes the writer a target of escapeInto.
func (x *writer) WriteString(s string) (int, error) {
	x.raw(s)
	return len(s), x.err
}

// Write makes the writer a target of the base64 encoder.
func (x *writer) Write(p []byte) (int, error) {
	if x.err != nil {
		return 0, x.err
	}
	n, err := x.w.Write(p)
	x.n, x.err = x.n+int64(n), err
	return n, err
}

func (x *writer) line(depth int, s string) { x.raw("\n" + strings.Repeat("  ", depth) + s) }

// enter and leave follow the path as the reader sees it, without the root.
func (x *writer) enter(name string) {
	counts := x.counts[len(x.counts)-1]
	counts[name]++
	x.path = append(x.path, childPath("", name, counts[name]))
	x.counts = append(x.counts, map[string]int{})
}

func (x *writer) leave() {
	x.path = x.path[:len(x.path)-1]
	x.counts = x.counts[:len(x.counts)-1]
}

func (x *writer) place() string { return strings.Join(x.path, "/") }

// open writes "<edXML:name>", its body and its end.
func (x *writer) open(name string, body func()) {
	x.enter(name)
	depth := len(x.path)
	x.line(depth, "<edXML:"+name+">")
	body()
	x.foreign()
	x.line(depth, "</edXML:"+name+">")
	x.leave()
}

// foreign re-emits what the reader kept from this place (X15.2).
func (x *writer) foreign() {
	place := x.place()
	for _, raw := range x.extra[place] {
		x.line(len(x.path)+1, raw)
	}
	delete(x.extra, place)
}

// orphans re-emits, at the current place, foreign elements whose own place was not written.
func (x *writer) orphans(below string) {
	for _, place := range slices.Sorted(maps.Keys(x.extra)) {
		if below == "" || place == below || strings.HasPrefix(place, below+"/") {
			for _, raw := range x.extra[place] {
				x.line(len(x.path)+1, raw)
			}
			delete(x.extra, place)
		}
	}
}

// must writes a mandatory text, empty or not (X14.3).
func (x *writer) must(name, value string) {
	x.enter(name)
	x.line(len(x.path), "<edXML:"+name+">")
	escapeInto(x, clean(value), false)
	x.foreign()
	x.raw("</edXML:" + name + ">")
	x.leave()
}

// may writes an optional text when there is one.
func (x *writer) may(name, value string) {
	if clean(value) != "" {
		x.must(name, value)
	}
}

func (x *writer) num(name string, n int) { x.must(name, strconv.Itoa(n)) }

func (x *writer) bit(name string, on bool) {
	if on {
		x.must(name, "1")
	} else {
		x.must(name, "0")
	}
}

const declaration = `<?xml version="1.0" encoding="UTF-8"?>`

// envelope writes the declaration, the root and the envelope around header and body, then tail outside the envelope.
func (x *writer) envelope(header, body, tail func()) (Written, error) {
	var out Written
	x.raw(declaration + "\n" + `<edXML xmlns="` + NS + `">`)
	x.enter("edXMLEnvelope")
	x.line(1, `<edXML:edXMLEnvelope xmlns:edXML="`+NS+`">`)
	x.enter("edXMLHeader")
	x.line(2, "<edXML:edXMLHeader>")
	header()
	x.foreign()
	x.orphans("edXMLEnvelope/edXMLHeader")
	x.raw("\n")
	out.SignatureAt = x.n
	x.raw("    </edXML:edXMLHeader>")
	x.leave()
	if body != nil {
		body()
	}
	x.foreign()
	x.orphans("edXMLEnvelope")
	x.line(1, "</edXML:edXMLEnvelope>")
	x.leave()
	if tail != nil {
		tail()
	}
	x.foreign()
	x.orphans("")
	x.raw("\n</edXML>\n")
	if x.err == nil {
		x.err = x.w.Flush()
	}
	out.SHA256, out.Size = hex.EncodeToString(x.sum.Sum(nil)), x.n
	return out, x.err
}

func (x *writer) organization(name string, o Organization, nameFirst bool) {
	x.open(name, func() {
		x.must("OrganId", o.OrganID)
		if nameFirst { // the order of status samples (X4.1)
			x.must("OrganName", o.Name)
			x.may("OrganizationInCharge", o.InCharge)
		} else {
			x.may("OrganizationInCharge", o.InCharge)
			x.must("OrganName", o.Name)
		}
		x.may("OrganAdd", o.Address)
		x.may("Email", o.Email)
		x.may("Telephone", o.Telephone)
		x.may("Fax", o.Fax)
		x.may("Website", o.Website)
	})
}
