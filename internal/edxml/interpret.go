package edxml

import (
	"slices"
	"strings"
	"time"
)

// interpret turns the tree into the model. It fills in as much as it can before it refuses, so that a quarantined message still names
// its sender.
func (rd *reader) interpret() error {
	if rd.root.elem == nil {
		return nil
	}
	root := rd.at(rd.root, "")
	envelope := root.one("edXMLEnvelope")
	header := envelope.one("edXMLHeader")
	if header == nil { // a header without its envelope is still a header
		header = root.one("edXMLHeader")
	}
	head := header.one("MessageHeader")
	switch {
	case header == nil:
		return quarantine(MissingHeader, "part", "edXMLHeader")
	case head == nil:
		return quarantine(MissingHeader, "part", "MessageHeader")
	}
	rd.classifySignature(header)
	if rd.isStatus(head, header) {
		return rd.interpretStatus(head)
	}
	return rd.interpretDocument(head, header, envelope)
}

func (rd *reader) isStatus(head, header *place) bool {
	has := func(p *place, name string) bool {
		return slices.ContainsFunc(p.kids, func(k *node) bool { return k.ours() && strings.EqualFold(k.elem.local, name) })
	}
	return has(head, "StatusCode") || len(rd.files) == 0 && !has(header, "TraceHeaderList") && !has(head, "Subject") && !has(head, "To")
}

// classifySignature decides what stands where the packet signature stands; it is never re-emitted (X8).
func (rd *reader) classifySignature(header *place) {
	for _, k := range header.kids {
		if k.elem == nil || !strings.EqualFold(k.elem.local, "Signature") && !strings.EqualFold(k.elem.local, "DigitalSignature") {
			continue
		}
		k.used = true
		if k.elem.space == xmldsigNS {
			rd.msg.Signature = XMLDSigSignature
		} else if rd.msg.Signature == SignatureAbsent {
			rd.msg.Signature = NotASignature
		}
	}
	if rd.msg.Signature == NotASignature {
		rd.warn(FakeSignature)
	}
}

func (rd *reader) interpretStatus(head *place) error {
	s := &StatusMessage{From: organization(head.one("From")), Staff: staff(head.one("StaffInfo"))}
	rd.msg.Status = s
	if r := head.one("ResponseFor"); r != nil {
		s.ResponseFor = responseFor(r)
	}
	s.Code = head.text("StatusCode")
	if len(s.Code) == 1 {
		s.Code = "0" + s.Code
	}
	s.Description = head.text("Description")
	s.At = rd.moment(head, "Timestamp")
	s.Extra = rd.extras()
	switch {
	case s.From.OrganID == "":
		return quarantine(MissingSender)
	case s.Code == "":
		return quarantine(MissingStatus)
	case s.ResponseFor.DocumentID == "" && (s.ResponseFor.OrganID == "" || s.ResponseFor.Code.String() == ""):
		return quarantine(MissingIdentity)
	}
	if _, known := StatusLabels[s.Code]; !known {
		rd.warn(UnknownStatus, "value", short(s.Code))
	}
	if NeedsReason(s.Code) && s.Description == "" {
		rd.warn(MissingReason)
	}
	if s.At.IsZero() {
		rd.warn(MissingElement, "name", "Timestamp")
	}
	return nil
}

func (rd *reader) moment(p *place, name string) (at time.Time) {
	s := p.text(name)
	at, ok := ParseTime(s)
	if !ok {
		rd.warn(ImpossibleDate, "name", name, "value", short(s))
	}
	return at
}

func (rd *reader) interpretDocument(head, header, envelope *place) error {
	d := &DocumentMessage{}
	rd.msg.Document = d
	d.From = organization(head.one("From"))
	for _, to := range head.all("To") {
		d.To = append(d.To, organization(to))
	}
	d.DocumentID = head.text("DocumentId")
	d.Code = code(head.one("Code"))
	issue := head.one("PromulgationInfo")
	d.Place, d.Date = issue.text("Place"), issue.date("PromulgationDate")
	sort := head.one("DocumentType")
	d.Type = DocumentType{Type: sort.number("Type"), Name: sort.text("TypeName")}
	if detail := sort.one("TypeDetail"); detail == nil {
		rd.warn(MissingElement, "name", "TypeDetail")
	} else if n, ok := parseInt(detail.value()); ok {
		d.Type.Detail = n
	} else {
		rd.warn(NotANumber, "name", "TypeDetail", "value", short(detail.value()))
	}
	d.Subject, d.Content = head.text("Subject"), head.text("Content")
	sign := head.one("SignerInfo")
	d.Signer = Signer{Competence: sign.text("Competence"), Position: sign.text("Position"), FullName: sign.text("FullName")}
	d.DueDate = head.date("DueDate")
	d.Other = other(head.one("OtherInfo"))
	for _, r := range head.all("ResponseFor") {
		if r := responseFor(r); r != (ResponseFor{}) {
			d.ResponseFor = append(d.ResponseFor, r)
		}
	}
	d.SteeringType = head.number("SteeringType")
	for _, p := range head.one("ToPlaces").all("Place") {
		if v := p.value(); v != "" {
			d.ToPlaces = append(d.ToPlaces, v)
		}
	}
	rd.interpretTraces(d, header.one("TraceHeaderList"))
	rd.joinManifest(envelope.one("edXMLBody").one("edXMLManifest"))
	d.Extra = rd.extras()
	return rd.judge(d)
}

// judge refuses what X15.8 and X6.5 refuse and warns about what the standard makes mandatory.
func (rd *reader) judge(d *DocumentMessage) error {
	for _, m := range []struct{ name, value string }{
		{"To", strings.Repeat("x", len(d.To))}, {"DocumentId", d.DocumentID}, {"Code", d.Code.String()}, {"PromulgationDate", string(d.Date)},
		{"TypeName", d.Type.Name}, {"Subject", d.Subject}, {"FullName", d.Signer.FullName},
	} {
		if m.value == "" {
			rd.warn(MissingElement, "name", m.name)
		}
	}
	b := d.Business
	if !b.Kind.Known() {
		rd.warn(UnknownBusiness, "value", int(b.Kind))
	}
	if b.Kind != New && b.Reason == "" {
		rd.warn(MissingReason)
	}
	if (b.Kind == Recall || b.Kind == Update) && b.DocumentID != "" && d.DocumentID != "" && b.DocumentID != d.DocumentID {
		rd.warn(TargetsDiffer, "business", b.DocumentID, "header", d.DocumentID)
	}
	switch {
	case d.From.OrganID == "":
		return quarantine(MissingSender)
	case d.DocumentID == "" && d.Code.String() == "":
		return quarantine(MissingIdentity)
	case b.Kind != Recall && !slices.ContainsFunc(rd.files, func(f *file) bool { return f.body.size > 0 }):
		return quarantine(MissingFile)
	}
	if rd.opt.Own == nil {
		return nil
	}
	times := 0
	for _, t := range d.Traces {
		if t.OrganID != "" && rd.opt.Own(t.OrganID) {
			times++
		}
	}
	if times >= 2 {
		return quarantine(Loop, "times", times)
	}
	return nil
}

func (rd *reader) interpretTraces(d *DocumentMessage, list *place) {
	traces := list.all("TraceHeader")
	business := list.one("Bussiness", "Business")
	var acting *place
	for _, t := range traces {
		d.Traces = append(d.Traces, Trace{OrganID: t.text("OrganId"), At: rd.moment(t, "Timestamp")})
		if business == nil {
			business = t.one("Bussiness", "Business")
		}
		if acting == nil {
			acting = t.one("StaffInfo") // early gateway (§16)
		}
	}
	if len(traces) == 0 {
		rd.warn(MissingTraceHeader)
	}
	if business == nil {
		rd.warn(MissingBusiness)
		d.Business.Staff = staff(acting)
		return
	}
	d.Business = interpretBusiness(business)
	if d.Business.Staff == (Staff{}) {
		d.Business.Staff = staff(acting)
	}
}

func interpretBusiness(p *place) Business {
	b := Business{
		Kind:       p.rd.kind(p.one("BussinessDocType", "BusinessDocType")),
		DocumentID: p.text("DocumentId"),
		Reason:     p.text("BussinessDocReason", "BusinessDocReason"),
		Paper:      p.flag("Paper"),
		Staff:      staff(p.one("StaffInfo")),
	}
	if info := p.one("BussinessDocumentInfo", "BusinessDocumentInfo"); info != nil {
		b.InfoChanged, b.ReceiversChanged = info.flag("DocumentInfo"), info.flag("DocumentReceiver")
		for _, r := range info.one("ReceiverList").all("Receiver") {
			b.Receivers = append(b.Receivers, ReceiverChange{OrganID: r.text("OrganId"), Type: r.number("ReceiverType")})
		}
	}
	for _, r := range p.one("ReplacementInfoList").all("ReplacementInfo") {
		one := Replacement{DocumentID: r.text("DocumentId")}
		for _, o := range r.one("OrganIdList").all("OrganId") {
			one.OrganIDs = append(one.OrganIDs, o.value())
		}
		b.Replaces = append(b.Replaces, one)
	}
	return b
}

// kind reads the number of the request; text that is no number must not pass for a new document.
func (rd *reader) kind(p *place) Kind {
	if p.value() == "" {
		rd.warn(MissingElement, "name", "BussinessDocType")
	}
	n, ok := parseInt(p.value())
	if !ok {
		return -1
	}
	return Kind(n)
}

// joinManifest names files by their References and puts them in that order (X7.1, X7.5). Without a shared ContentId, a lone file and a
// lone Reference belong together.
func (rd *reader) joinManifest(manifest *place) {
	rank := map[*file]int{}
	refs := manifest.all("Reference")
	for i, ref := range refs {
		id := contentID(ref.text("ContentId"))
		name, label, about := ref.text("AttachmentName"), ref.text("ContentType"), ref.text("Description")
		f := rd.fileFor(id, name, rank)
		if f == nil && len(refs) == 1 && len(rd.files) == 1 {
			f = rd.files[0]
		}
		if f == nil {
			rd.warn(ListedFileAbsent, "name", short(name+" "+id))
			continue
		}
		rank[f], f.Listed = i+1, true
		fill(&f.ContentID, id)
		fill(&f.Name, name)
		fill(&f.ContentType, label)
		fill(&f.Description, about)
	}
	for _, f := range rd.files {
		if !f.Listed {
			rank[f] = len(refs) + 1
			rd.warn(UnlistedFile, "name", short(f.Name))
		}
	}
	slices.SortStableFunc(rd.files, func(a, b *file) int { return rank[a] - rank[b] })
}

func (rd *reader) fileFor(id, name string, taken map[*file]int) *file {
	for _, same := range []func(f *file) bool{
		func(f *file) bool { return id != "" && f.ContentID == id },
		func(f *file) bool {
			return name != "" && fileName(f.Name) == fileName(name) && (f.ContentID == "" || id == "")
		},
	} {
		for _, f := range rd.files {
			if taken[f] == 0 && same(f) {
				return f
			}
		}
	}
	return nil
}

func fill(to *string, from string) {
	if *to == "" {
		*to = from
	}
}

func organization(p *place) Organization {
	return Organization{
		OrganID: p.text("OrganId"), InCharge: p.text("OrganizationInCharge"), Name: p.text("OrganName"), Address: p.text("OrganAdd"),
		Email: p.text("Email"), Telephone: p.text("Telephone"), Fax: p.text("Fax"), Website: p.text("Website"),
	}
}

func code(p *place) Code {
	c := Code{Number: p.text("CodeNumber"), Notation: p.text("CodeNotation")}
	if c == (Code{}) && p != nil {
		return SplitCode(p.value())
	}
	return c
}

func responseFor(p *place) ResponseFor {
	return ResponseFor{OrganID: p.text("OrganId"), Code: code(p.one("Code")), DocumentID: p.text("DocumentId"), Date: p.date("PromulgationDate")}
}

func staff(p *place) Staff {
	return Staff{
		Department: p.text("Department"), DepartmentID: p.text("DepartmentId"), Name: p.text("Staff"), StaffID: p.text("StaffId"),
		Email: p.text("Email"), Mobile: p.text("Mobile"),
	}
}

func other(p *place) Other {
	o := Other{
		Priority: p.number("Priority"), Sphere: p.text("SphereOfPromulgation"), TyperNotation: p.text("TyperNotation"),
		Amount: p.number("PromulgationAmount"), Pages: p.number("PageAmount"), Direction: p.flag("Direction"),
	}
	for _, a := range p.one("Appendixes").all("Appendix") {
		if v := a.value(); v != "" {
			o.Appendixes = append(o.Appendixes, v)
		}
	}
	return o
}
