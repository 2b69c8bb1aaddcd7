package edxml

import (
	"io"
	"slices"
	"strconv"

	"golang.org/x/text/unicode/norm"
)

// WriteDocument writes a document message with its files (X14). Files are opened one after the other and streamed; the first is the main
// document. An *Unwritable lists everything that is missing before a byte is written; an error of w or of a file leaves a torso behind
// that must be thrown away.
func WriteDocument(w io.Writer, d *DocumentMessage, files []File, form Form) (Written, error) {
	if err := d.check(files); err != nil {
		return Written{}, err
	}
	packed := make([]packedFile, len(files))
	for i, f := range files {
		packed[i] = form.pack(f, i, d.DocumentID)
	}
	x := newWriter(w, d.Extra)
	return x.envelope(
		func() { x.documentHeader(d) },
		func() { x.manifest(packed) },
		func() { x.attachments(packed) },
	)
}

func (x *writer) documentHeader(d *DocumentMessage) {
	x.open("MessageHeader", func() {
		x.organization("From", d.From, false)
		for _, to := range d.To {
			x.organization("To", to, false)
		}
		x.must("DocumentId", d.DocumentID)
		x.open("Code", func() {
			x.must("CodeNumber", d.Code.Number)
			x.must("CodeNotation", d.Code.Notation)
		})
		x.open("PromulgationInfo", func() {
			x.must("Place", d.Place)
			x.must("PromulgationDate", d.Date.wire())
		})
		x.open("DocumentType", func() {
			x.num("Type", d.Type.Type)
			x.num("TypeDetail", d.Type.Detail)
			x.must("TypeName", d.Type.Name)
		})
		x.must("Subject", d.Subject)
		x.must("Content", d.content())
		x.open("SignerInfo", func() {
			x.must("Competence", d.Signer.Competence)
			x.must("Position", d.Signer.Position)
			x.must("FullName", d.Signer.FullName)
		})
		x.may("DueDate", d.DueDate.wire())
		x.open("OtherInfo", func() { x.other(d.Other) })
		for _, r := range d.ResponseFor {
			x.open("ResponseFor", func() {
				x.must("OrganId", r.OrganID)
				x.must("Code", r.Code.String())
				x.must("DocumentId", r.DocumentID)
				x.may("PromulgationDate", r.Date.wire())
			})
		}
		x.num("SteeringType", d.SteeringType)
		x.several("ToPlaces", "Place", d.ToPlaces)
		x.foreign()
		x.orphans(x.place())
	})
	x.open("TraceHeaderList", func() {
		for _, t := range d.Traces {
			x.open("TraceHeader", func() {
				x.must("OrganId", t.OrganID)
				x.must("Timestamp", wireTime(t.At))
			})
		}
		x.open("Bussiness", func() { x.business(d) })
	})
}

func (x *writer) other(o Other) {
	x.num("Priority", o.Priority)
	x.may("SphereOfPromulgation", o.Sphere)
	x.may("TyperNotation", o.TyperNotation)
	if o.Amount > 0 {
		x.num("PromulgationAmount", o.Amount)
	}
	if o.Pages > 0 {
		x.num("PageAmount", o.Pages)
	}
	x.must("Direction", strconv.FormatBool(o.Direction))
	x.several("Appendixes", "Appendix", o.Appendixes)
}

// several writes a list of texts, or nothing at all when every text is empty (X14.3).
func (x *writer) several(name, each string, texts []string) {
	if !slices.ContainsFunc(texts, func(s string) bool { return clean(s) != "" }) {
		return
	}
	x.open(name, func() {
		for _, s := range texts {
			x.may(each, s)
		}
	})
}

// content is the subject again where the sender has nothing to add (QCVN 102 1.7).
func (d *DocumentMessage) content() string {
	if clean(d.Content) == "" {
		return d.Subject
	}
	return d.Content
}

// business writes the request; for a recall or update the target stands here and in the header (X6.3).
func (x *writer) business(d *DocumentMessage) {
	b := d.Business
	if b.Kind == Recall || b.Kind == Update {
		x.must("DocumentId", b.target(d))
	}
	x.num("BussinessDocType", int(b.Kind))
	x.must("BussinessDocReason", b.reason())
	x.bit("Paper", b.Paper)
	if b.Kind == Update {
		x.open("BussinessDocumentInfo", func() { x.update(b) })
	}
	if b.Kind == Replace {
		x.open("ReplacementInfoList", func() {
			for _, r := range b.Replaces {
				x.open("ReplacementInfo", func() { x.replacement(r) })
			}
		})
	}
	if b.Staff != (Staff{}) {
		x.open("StaffInfo", func() {
			x.must("Department", b.Staff.Department)
			x.may("DepartmentId", b.Staff.DepartmentID)
			x.must("Staff", b.Staff.Name)
			x.may("StaffId", b.Staff.StaffID)
			x.may("Email", b.Staff.Email)
			x.may("Mobile", b.Staff.Mobile)
		})
	}
}

func (x *writer) update(b Business) {
	x.bit("DocumentInfo", b.InfoChanged)
	x.bit("DocumentReceiver", b.ReceiversChanged)
	if len(b.Receivers) == 0 {
		return
	}
	x.open("ReceiverList", func() {
		for _, r := range b.Receivers {
			x.open("Receiver", func() {
				x.must("OrganId", r.OrganID)
				x.num("ReceiverType", r.Type)
			})
		}
	})
}

func (x *writer) replacement(r Replacement) {
	x.must("DocumentId", r.DocumentID)
	if len(r.OrganIDs) > 0 {
		x.open("OrganIdList", func() {
			for _, id := range r.OrganIDs {
				x.must("OrganId", id)
			}
		})
	}
}

func (b Business) target(d *DocumentMessage) string {
	if b.DocumentID != "" {
		return b.DocumentID
	}
	return d.DocumentID
}

func (b Business) reason() string {
	if b.Kind == New && b.Reason == "" {
		return "Văn bản điện tử mới"
	}
	return b.Reason
}

// check lists what a receiver would refuse. Lengths are those of the exchange; longer names are cut nowhere.
func (d *DocumentMessage) check(files []File) error {
	c := &check{}
	c.text(d.From.OrganID, "From/OrganId", 35)
	c.text(d.From.Name, "From/OrganName", 500)
	c.that(len(d.To) > 0, "To")
	seen := map[string]bool{foldCode(d.From.OrganID): true}
	for _, to := range d.To {
		c.text(to.OrganID, "To/OrganId", 35)
		c.text(to.Name, "To/OrganName", 500)
		c.that(!seen[foldCode(to.OrganID)], "To/OrganId "+to.OrganID) // not the sender, and once (X22.6)
		seen[foldCode(to.OrganID)] = true
	}
	c.text(d.DocumentID, "DocumentId", 255)
	c.text(d.Code.Number, "CodeNumber", 50)
	c.text(d.Code.Notation, "CodeNotation", 100)
	c.text(d.Place, "Place", 200)
	c.that(d.Date.valid(), "PromulgationDate")
	c.text(d.Type.Name, "TypeName", 200)
	c.text(d.Subject, "Subject", 5000)
	c.text(d.Signer.FullName, "SignerInfo/FullName", 200)
	c.that(d.DueDate == "" || d.DueDate.valid(), "DueDate")
	c.that(d.Other.Priority >= Ordinary && d.Other.Priority <= Express, "Priority")
	c.that(d.SteeringType >= 0 && d.SteeringType <= 2, "SteeringType")
	c.that(len(d.Traces) > 0, "TraceHeader")
	b := d.Business
	c.that(b.Kind.Known(), "BussinessDocType")
	c.that(b.Kind == New || clean(b.Reason) != "", "BussinessDocReason")
	c.that(b.Kind != Replace || len(b.Replaces) > 0, "ReplacementInfoList")
	c.that(len(files) > 0 || b.Kind == Recall, "Attachment") // a recall names a document, it carries none
	for _, f := range files {
		c.that(fileName(f.Name) == norm.NFC.String(f.Name) && f.Name != "" && f.Open != nil && f.Size != 0, "Attachment "+f.Name)
	}
	return c.err()
}
