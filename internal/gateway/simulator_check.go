package gateway

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// paper is what the simulator's strict reader takes from a message. It is a reader of its own: a mistake of package edxml must not hide in both.
type paper struct {
	kind       string
	from       string
	to         []string // of a document; the addressee of a status
	documentID string
	subject    string
	notation   string
	status     string
}

// mistake is what a server finds wrong with the form of a message.
type mistake struct{ what, where string }

func (m *mistake) Error() string { return m.what + ": " + m.where }

// Words of the refusals of form (X24.1).
const (
	wrongXML       = "edXML is not well-formed"
	wrongNamespace = "edXML has a wrong namespace"
	wrongPrefix    = "edXML has a wrong prefix"
	wrongOrder     = "edXML has a wrong order of elements"
	wrongMissing   = "edXML lacks an element"
	wrongValue     = "edXML has a wrong value"
)

const edXMLNamespace = "http://www.mic.gov.vn/TBT/QCVN_102_2016"

// rule says where an element may stand: its literal name, how often, what is in it, what its text must be.
type rule struct {
	name     string
	min, max int
	inside   []rule // nil: text
	text     func(string) bool
	free     bool // whatever is inside is nobody's business
}

const many = 1 << 20

func one(name string, inside ...rule) rule   { return rule{name: name, min: 1, max: 1, inside: inside} }
func maybe(name string, inside ...rule) rule { return rule{name: name, max: 1, inside: inside} }
func list(min int, name string, in ...rule) rule {
	return rule{name: name, min: min, max: many, inside: in}
}
func value(name string, is func(string) bool) rule {
	return rule{name: name, min: 1, max: 1, text: is}
}
func perhaps(name string, is func(string) bool) rule { return rule{name: name, max: 1, text: is} }

func some(s string) bool   { return strings.TrimSpace(s) != "" }
func anything(string) bool { return true }
func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
func truth(s string) bool  { return s == "true" || s == "false" }
func bit(s string) bool    { return s == "0" || s == "1" }
func upTo(n int) func(string) bool {
	return func(s string) bool { return some(s) && len([]rune(s)) <= n }
}
func form(layout string) func(string) bool {
	return func(s string) bool { _, err := time.Parse(layout, s); return err == nil }
}

var (
	day    = form("2006/01/02")
	moment = form("2006/01/02 15:04:05")
	noDay  = func(s string) bool { return s == "" || day(s) }
)

// organizationRules is the block of an agency; in a status the name stands before the body above (X4.1).
func organizationRules(nameFirst bool) []rule {
	above, name := perhaps("edXML:OrganizationInCharge", anything), value("edXML:OrganName", some)
	if nameFirst {
		above, name = name, above
	}
	return []rule{value("edXML:OrganId", upTo(35)), above, name, perhaps("edXML:OrganAdd", anything), perhaps("edXML:Email", anything),
		perhaps("edXML:Telephone", anything), perhaps("edXML:Fax", anything), perhaps("edXML:Website", anything)}
}

var staffRules = []rule{value("edXML:Department", anything), perhaps("edXML:DepartmentId", anything), value("edXML:Staff", anything), perhaps("edXML:StaffId", anything)}

// documentRules is a document message in the order of the national samples (X5, X6, X7).
var documentRules = one("edXML",
	one("edXML:edXMLEnvelope",
		one("edXML:edXMLHeader",
			one("edXML:MessageHeader",
				one("edXML:From", organizationRules(false)...),
				list(1, "edXML:To", organizationRules(false)...),
				value("edXML:DocumentId", upTo(255)),
				one("edXML:Code", value("edXML:CodeNumber", some), value("edXML:CodeNotation", some)),
				one("edXML:PromulgationInfo", value("edXML:Place", some), value("edXML:PromulgationDate", day)),
				one("edXML:DocumentType", value("edXML:Type", digits), value("edXML:TypeDetail", digits), value("edXML:TypeName", some)),
				value("edXML:Subject", some),
				perhaps("edXML:Content", anything),
				one("edXML:SignerInfo", value("edXML:Competence", anything), value("edXML:Position", anything), value("edXML:FullName", some)),
				perhaps("edXML:DueDate", day),
				maybe("edXML:OtherInfo", perhaps("edXML:Priority", digits), perhaps("edXML:SphereOfPromulgation", anything), perhaps("edXML:TyperNotation", anything),
					perhaps("edXML:PromulgationAmount", digits), perhaps("edXML:PageAmount", digits), perhaps("edXML:Direction", truth),
					maybe("edXML:Appendixes", list(1, "edXML:Appendix"))),
				list(0, "edXML:ResponseFor", value("edXML:OrganId", anything), value("edXML:Code", anything), value("edXML:DocumentId", anything), perhaps("edXML:PromulgationDate", noDay)),
				value("edXML:SteeringType", digits),
				maybe("edXML:ToPlaces", list(1, "edXML:Place"))),
			one("edXML:TraceHeaderList",
				list(1, "edXML:TraceHeader", value("edXML:OrganId", some), value("edXML:Timestamp", moment)),
				one("edXML:Bussiness",
					perhaps("edXML:DocumentId", some),
					value("edXML:BussinessDocType", func(s string) bool { return len(s) == 1 && s >= "0" && s <= "3" }),
					value("edXML:BussinessDocReason", some),
					value("edXML:Paper", bit),
					maybe("edXML:BussinessDocumentInfo", value("edXML:DocumentInfo", bit), value("edXML:DocumentReceiver", bit),
						maybe("edXML:ReceiverList", list(1, "edXML:Receiver", value("edXML:OrganId", some), value("edXML:ReceiverType", bit)))),
					maybe("edXML:ReplacementInfoList", list(1, "edXML:ReplacementInfo", value("edXML:DocumentId", some),
						maybe("edXML:OrganIdList", list(1, "edXML:OrganId")))),
					maybe("edXML:StaffInfo", append(staffRules[:4:4], perhaps("edXML:Email", anything), perhaps("edXML:Mobile", anything))...))),
			rule{name: "Signature", max: 1, free: true}),
		one("edXML:edXMLBody",
			one("edXML:edXMLManifest",
				list(0, "edXML:Reference", value("edXML:ContentId", some), value("edXML:ContentType", some), perhaps("edXML:Description", anything), value("edXML:AttachmentName", some))))),
	one("AttachmentEncoded",
		list(0, "Attachment", value("ContentId", some), value("AttachmentName", some), perhaps("Description", anything), value("ContentType", some),
			value("edXML:ContentTransferEncoded", some))))

// statusRules is a status message (X10).
var statusRules = one("edXML",
	one("edXML:edXMLEnvelope",
		one("edXML:edXMLHeader",
			one("edXML:MessageHeader",
				one("edXML:From", organizationRules(true)...),
				one("edXML:ResponseFor", value("edXML:OrganId", upTo(35)), value("edXML:Code", anything), value("edXML:PromulgationDate", noDay), value("edXML:DocumentId", anything)),
				one("edXML:StaffInfo", append(staffRules[:4:4], perhaps("edXML:Mobile", anything), perhaps("edXML:Email", anything))...),
				value("edXML:StatusCode", func(s string) bool { return digits(s) && len(s) == 2 }),
				value("edXML:Description", anything),
				value("edXML:Timestamp", moment)))))

// inspect judges a message as a strict server does: literal names, order, presence, values (X14, X24.1).
func inspect(kind string, raw []byte) (*paper, error) {
	if !bytes.HasPrefix(raw, []byte("<?xml ")) {
		return nil, &mistake{wrongXML, "the declaration must be the first thing"}
	}
	if bytes.Contains(raw, []byte("<![CDATA[")) {
		return nil, &mistake{wrongXML, "CDATA"}
	}
	rules := documentRules
	if kind == Status {
		rules = statusRules
	}
	in := &inspector{d: xml.NewDecoder(bytes.NewReader(raw)), paper: &paper{kind: kind}}
	if err := in.root(rules); err != nil {
		var m *mistake
		if errors.As(err, &m) {
			return nil, m
		}
		return nil, &mistake{wrongXML, err.Error()}
	}
	return in.paper, in.whole()
}

// inspector walks the raw tokens along the rules.
type inspector struct {
	d         *xml.Decoder
	paper     *paper
	path      []string
	prefixes  []map[string]string // declared, by depth
	businessT string
	business  map[string]bool // which parts of the request are there
	listed    []string
	attached  map[string]bool
}

func (in *inspector) where() string { return strings.Join(in.path, "/") }

func (in *inspector) next() (xml.Token, error) {
	t, err := in.d.RawToken()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	switch t.(type) {
	case xml.Comment:
		return nil, &mistake{wrongXML, "a comment"}
	case xml.Directive:
		return nil, &mistake{wrongXML, "a document type"}
	}
	return t, err
}

func (in *inspector) root(r rule) error {
	for {
		t, err := in.next()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.ProcInst:
			if !strings.Contains(strings.ToUpper(string(t.Inst)), `ENCODING="UTF-8"`) {
				return &mistake{wrongXML, "the encoding must be UTF-8"}
			}
		case xml.StartElement:
			if t.Name.Local != "edXML" {
				return &mistake{wrongOrder, "the root is not edXML"}
			}
			if err := in.element(t, r); err != nil {
				return err
			}
			return in.after()
		}
	}
}

func (in *inspector) after() error {
	for {
		t, err := in.d.RawToken()
		if err == io.EOF {
			return nil
		}
		if text, ok := t.(xml.CharData); err != nil || !ok || len(bytes.TrimSpace(text)) > 0 {
			return &mistake{wrongXML, "something after the root"}
		}
	}
}

func literal(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

func local(name string) string { return name[strings.IndexByte(name, ':')+1:] }

// element judges one element that a rule expects; its start is read.
func (in *inspector) element(t xml.StartElement, r rule) error {
	in.path = append(in.path, literal(t.Name))
	defer func() { in.path = in.path[:len(in.path)-1] }()
	if len(in.path) > 100 {
		return &mistake{wrongXML, "too deep"}
	}
	if literal(t.Name) != r.name {
		return &mistake{wrongPrefix, in.where()}
	}
	if err := in.declare(t); err != nil {
		return err
	}
	defer func() { in.prefixes = in.prefixes[:len(in.prefixes)-1] }()
	switch {
	case r.free:
		return in.skip()
	case r.inside != nil:
		in.note(r.name)
		return in.children(r.inside)
	}
	return in.content(r)
}

// declare keeps the declarations of an element and proves that its own name stands in the namespace of the standard.
func (in *inspector) declare(t xml.StartElement) error {
	here := map[string]string{}
	for _, a := range t.Attr {
		switch {
		case a.Name.Space == "xmlns":
			here[a.Name.Local] = a.Value
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			here[""] = a.Value
		}
	}
	in.prefixes = append(in.prefixes, here)
	space, found := "", false
	for i := len(in.prefixes) - 1; i >= 0 && !found; i-- {
		space, found = in.prefixes[i][t.Name.Space]
	}
	if !found && t.Name.Space != "" {
		return &mistake{wrongXML, "undeclared prefix " + in.where()}
	}
	if space != edXMLNamespace && local(literal(t.Name)) != "Signature" {
		return &mistake{wrongNamespace, in.where()}
	}
	return nil
}

func (in *inspector) children(rules []rule) error {
	at, seen := 0, make([]int, len(rules))
	for {
		t, err := in.next()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return &mistake{wrongXML, "text in " + in.where()}
			}
		case xml.EndElement:
			if literal(t.Name) != in.path[len(in.path)-1] {
				return &mistake{wrongXML, in.where()}
			}
			for i, r := range rules {
				if seen[i] < r.min {
					return &mistake{wrongMissing, in.where() + "/" + r.name}
				}
			}
			return nil
		case xml.StartElement:
			i := indexOf(rules, t.Name.Local)
			if i < 0 { // foreign elements travel, if only well-formed (X15.2)
				if err := in.foreign(t); err != nil {
					return err
				}
				continue
			}
			if i < at {
				return &mistake{wrongOrder, in.where() + "/" + literal(t.Name)}
			}
			for j := at; j < i; j++ {
				if seen[j] < rules[j].min {
					return in.misplaced(rules[j])
				}
			}
			if at = i; seen[i] == rules[i].max {
				return &mistake{wrongOrder, "twice " + in.where() + "/" + literal(t.Name)}
			}
			seen[i]++
			if err := in.element(t, rules[i]); err != nil {
				return err
			}
		}
	}
}

// misplaced tells an element that comes too late from one that never comes.
func (in *inspector) misplaced(r rule) error {
	where := in.where() + "/" + r.name
	for depth := 1; ; { // the start of what stands there instead is read
		t, err := in.d.RawToken()
		if err != nil {
			return &mistake{wrongMissing, where}
		}
		switch t := t.(type) {
		case xml.StartElement:
			if depth++; t.Name.Local == local(r.name) && depth == 1 {
				return &mistake{wrongOrder, where}
			}
		case xml.EndElement:
			if depth--; depth < 0 && literal(t.Name) == in.path[len(in.path)-1] {
				return &mistake{wrongMissing, where}
			}
		}
	}
}

func indexOf(rules []rule, name string) int {
	for i, r := range rules {
		if local(r.name) == name {
			return i
		}
	}
	return -1
}

func (in *inspector) foreign(t xml.StartElement) error {
	in.path = append(in.path, literal(t.Name))
	defer func() { in.path = in.path[:len(in.path)-1] }()
	return in.skip()
}

func (in *inspector) skip() error {
	open := []string{in.path[len(in.path)-1]}
	for {
		t, err := in.next()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if open = append(open, literal(t.Name)); len(open) > 100 {
				return &mistake{wrongXML, "too deep"}
			}
		case xml.EndElement:
			if literal(t.Name) != open[len(open)-1] {
				return &mistake{wrongXML, in.where()}
			}
			if open = open[:len(open)-1]; len(open) == 0 {
				return nil
			}
		}
	}
}

func (in *inspector) content(r rule) error {
	var b strings.Builder
	for {
		t, err := in.next()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.CharData:
			b.Write(t)
		case xml.StartElement:
			return &mistake{wrongOrder, in.where() + "/" + literal(t.Name)}
		case xml.EndElement:
			if literal(t.Name) != r.name {
				return &mistake{wrongXML, in.where()}
			}
			text := b.String()
			if r.text != nil && !r.text(strings.TrimSpace(text)) {
				return &mistake{wrongValue, in.where()}
			}
			in.keep(strings.TrimSpace(text))
			return nil
		}
	}
}

func (in *inspector) note(name string) {
	if in.business == nil {
		in.business, in.attached = map[string]bool{}, map[string]bool{}
	}
	in.business[name] = true
}

// keep takes what the exchange itself needs.
func (in *inspector) keep(text string) {
	switch at := local(in.path[len(in.path)-2]) + "/" + local(in.path[len(in.path)-1]); at {
	case "From/OrganId":
		in.paper.from = text
	case "To/OrganId":
		in.paper.to = append(in.paper.to, text)
	case "ResponseFor/OrganId":
		if in.paper.kind == Status {
			in.paper.to = []string{text}
		}
	case "MessageHeader/DocumentId":
		in.paper.documentID = text
	case "ResponseFor/DocumentId":
		if in.paper.kind == Status {
			in.paper.documentID = text
		}
	case "MessageHeader/Subject":
		in.paper.subject = text
	case "Code/CodeNumber":
		in.paper.notation = text
	case "Code/CodeNotation":
		in.paper.notation += "/" + text
	case "MessageHeader/StatusCode":
		in.paper.status = text
	case "Bussiness/BussinessDocType":
		in.businessT = text
	case "Reference/ContentId":
		in.listed = append(in.listed, text)
	case "Attachment/ContentId":
		in.attached[text] = true
	}
}

// whole judges what no single element shows: the request has its own part, every listed file is there (X6, X7).
func (in *inspector) whole() error {
	if in.paper.kind == Status {
		return nil
	}
	if in.businessT == "2" && !in.business["edXML:BussinessDocumentInfo"] {
		return &mistake{wrongMissing, "Bussiness/BussinessDocumentInfo"}
	}
	if in.businessT == "3" && !in.business["edXML:ReplacementInfoList"] {
		return &mistake{wrongMissing, "Bussiness/ReplacementInfoList"}
	}
	if len(in.listed) == 0 && in.businessT != "1" {
		return &mistake{wrongMissing, "edXMLManifest/Reference"}
	}
	for _, id := range in.listed {
		if !in.attached[id] {
			return &mistake{wrongMissing, fmt.Sprintf("AttachmentEncoded/Attachment %s", id)}
		}
	}
	return nil
}
