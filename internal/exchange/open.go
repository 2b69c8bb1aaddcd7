package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"congvu/internal/documents"
	"congvu/internal/edxml"
	"congvu/internal/org"
	"congvu/internal/pades"
	"congvu/internal/store"
	"congvu/internal/xmldsig"
)

// refusal is why a parcel goes to quarantine: a stable code and a sentence. It is a verdict on the parcel, not a trouble of ours.
type refusal struct {
	code  string
	text  string
	args  map[string]any
	about *edxml.Message // what could be read of it; nil = nothing
}

func (r *refusal) Error() string { return fmt.Sprintf("%s: %s %v", r.code, r.text, r.args) }

func fault(code, text string, pairs ...any) *refusal {
	m := store.Say(text, pairs...)
	return &refusal{code: code, text: m.Text, args: m.Args}
}

// faultOf takes the sentence of a shed's refusal.
func faultOf(code string, err error) *refusal {
	var reasoned interface {
		Reason() (string, map[string]any)
	}
	if errors.As(err, &reasoned) {
		text, args := reasoned.Reason()
		return &refusal{code: code, text: text, args: args}
	}
	return &refusal{code: code, text: "Gói tin không đọc được."}
}

// opened is a parcel that is readable, whole, and signed by the one it says to come from.
type opened struct {
	message *edxml.Message
	files   []documents.File
	sender  sender

	signature string          // of the packet, by its class (X8.3); "trusted" = the sender's, believed
	warnings  []store.Message // for the clerk
}

// sender is who a message comes from, as far as the directory knows.
type sender struct {
	ID    org.AgencyID // 0 = unknown to the directory
	Code  string
	Name  string
	Codes []string // all it goes by
}

// open reads a parcel's bytes. Attachments go to the blob store and PDFs are judged on the way. A *refusal is about the parcel,
// every other error about us.
func (o *Office) open(ctx context.Context, raw []byte, from, to string, at store.Instant) (*opened, error) {
	signed, err := xmldsig.Verify(raw, header, xmldsig.Options{})
	if err != nil {
		return nil, o.unsigned(raw, err)
	}
	if err := o.chained(signed, at.Time()); err != nil {
		r := o.unsigned(raw, nil)
		if r.about != nil {
			err.about = r.about
		}
		return nil, err
	}
	x := &opened{signature: trusted}
	keep := func(a edxml.Attachment, content io.Reader) error {
		f, err := o.keepFile(ctx, a, content, at)
		f.Ordinal = len(x.files)
		x.files = append(x.files, f)
		return err
	}
	x.message, err = edxml.Read(bytes.NewReader(signed.Signed), o.reading(keep))
	var q *edxml.Quarantine
	if errors.As(err, &q) {
		r := faultOf(q.Code, q)
		r.about = q.Partial
		return nil, r
	}
	if err != nil {
		return nil, err
	}
	if err := o.vouch(ctx, x, signed, from, to, at); err != nil {
		var r *refusal
		if errors.As(err, &r) {
			r.about = x.message
		}
		return nil, err
	}
	if i := edxml.MainFile(x.message.Attachments); i >= 0 && i < len(x.files) {
		x.files[i].Main = true
	}
	return x, nil
}

func (o *Office) reading(sink func(edxml.Attachment, io.Reader) error) edxml.Options {
	return edxml.Options{SpoolDir: o.SpoolDir, Sink: sink}
}

// unsigned explains a packet whose signature does not hold, or that is no message at all: the more telling reason wins.
func (o *Office) unsigned(raw []byte, why error) *refusal {
	m, err := edxml.Read(bytes.NewReader(raw), o.reading(nil))
	var q *edxml.Quarantine
	switch {
	case errors.As(err, &q):
		r := faultOf(q.Code, q)
		r.about = q.Partial
		return r
	case err != nil:
		return faultOf("unreadable", err)
	}
	r := faultOf("signature", why)
	if why == nil {
		return &refusal{about: m}
	}
	var known *xmldsig.Refusal
	if errors.As(why, &known) {
		r.code = "signature_" + known.Code
	}
	r.about = m
	return r
}

// vouch checks that message, envelope and certificate name the same sender, and that we are one of its receivers.
func (o *Office) vouch(ctx context.Context, x *opened, signed *xmldsig.Result, from, to string, at store.Instant) error {
	f := x.message.From()
	who, known, err := agencyByCode(ctx, o.DB, f.OrganID, at)
	if err != nil {
		return err
	}
	x.sender = sender{Code: f.OrganID, Name: f.Name, Codes: []string{f.OrganID}}
	if known {
		x.sender = sender{ID: who.ID, Code: f.OrganID, Name: who.Name, Codes: append([]string{f.OrganID}, who.codes()...)}
	}
	if !same(x.sender.Codes, from) {
		return fault("sender_mismatch", "Trục liên thông nhận gói tin từ {from}, nhưng trong gói tin ghi cơ quan gửi là {sender}.", "from", from, "sender", f.OrganID)
	}
	c := signed.Certificate
	approved, err := o.bound(ctx, int64(x.sender.ID), c)
	if err != nil {
		return err
	}
	if !approved && !names(c, x.sender.Codes) {
		return fault("foreign_certificate", "Gói tin ghi cơ quan gửi {sender} nhưng ký bằng chứng thư của {signer}.", "sender", f.OrganID, "signer", c.Subject.CommonName)
	}
	if d := x.message.Document; d != nil {
		for _, t := range d.To {
			if edxml.SameCode(t.OrganID, to) {
				return nil
			}
		}
		return fault("misdirected", "Gói tin được chuyển đến {to} nhưng cơ quan này không có trong danh sách nơi nhận của văn bản.", "to", to)
	}
	if !edxml.SameCode(x.message.Status.ResponseFor.OrganID, to) {
		return fault("misdirected", "Gói tin được chuyển đến {to} nhưng cơ quan này không có trong danh sách nơi nhận của văn bản.", "to", to)
	}
	return nil
}

func same(codes []string, code string) bool {
	for _, c := range codes {
		if c != "" && edxml.SameCode(c, code) {
			return true
		}
	}
	return false
}

// keepFile stores an attachment and judges it when it is a PDF: outside of any transaction, once, with the report kept.
func (o *Office) keepFile(ctx context.Context, a edxml.Attachment, content io.Reader, at store.Instant) (documents.File, error) {
	f := documents.File{Name: a.Name, Size: a.Size, SHA: a.SHA256, Media: mediaOf(a)}
	if a.Found != "pdf" {
		ref, err := o.Blobs.Put(ctx, content, maxFile)
		f.SHA, f.Size = ref.SHA, ref.Size
		return f, err
	}
	b, err := io.ReadAll(content)
	if err != nil {
		return f, err
	}
	ref, err := o.put(ctx, b)
	if err != nil {
		return f, err
	}
	f.SHA, f.Size = ref.SHA, ref.Size
	err = o.judgeFile(&f, b, at)
	return f, err
}

// judgeFile says what the signatures of a PDF come to.
func (o *Office) judgeFile(f *documents.File, b []byte, at store.Instant) error {
	if j, ok := o.judged.find(f.SHA, at); ok {
		f.Verdict, f.VerdictReport = j.verdict, j.report
		return nil
	}
	opt := pades.VerifyOptions{At: at.Time(), Trust: o.Trust, RevocationOptional: o.Trust != nil && o.Trust.AllowTest}
	if o.Evidence != nil {
		opt.CRLs = o.Evidence(at.Time())
	}
	report, err := pades.Verify(b, opt)
	if err != nil {
		return err
	}
	f.Verdict, f.VerdictReport = string(report.Outcome), store.PackedJSON(store.JSONOf(report))
	if report.Outcome == pades.Unreadable {
		f.Verdict = documents.VerdictFailed
	}
	o.judged.keep(f.SHA, at, *f)
	return nil
}

const maxFile = 50 << 20

var media = map[string]string{"pdf": "application/pdf", "png": "image/png", "jpeg": "image/jpeg", "gif": "image/gif", "tiff": "image/tiff",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation", ".doc": "application/msword", ".xls": "application/vnd.ms-excel",
	".zip": "application/zip"}

// mediaOf says what a file is by its content, by its name only within the same family: labels lie (X7.3).
func mediaOf(a edxml.Attachment) string {
	if m, ok := media[a.Found]; ok {
		return m
	}
	ext := strings.ToLower(path.Ext(a.Name))
	if m, ok := media[ext]; ok && (a.Found == "zip" && ext != ".doc" && ext != ".xls" || a.Found == "ole" && (ext == ".doc" || ext == ".xls")) {
		return m
	}
	return "application/octet-stream"
}
