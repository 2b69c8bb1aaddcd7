package edxml

import (
	"errors"
	"io"
)

// CheckResult is what `congvu edxml check` prints: whether the message is readable, and every oddity or the reason why not.
type CheckResult struct {
	Readable   bool           `json:"readable"`
	Kind       string         `json:"kind"` // document, status, or "" when unreadable
	Business   string         `json:"business,omitempty"`
	Status     string         `json:"status,omitempty"`
	From       string         `json:"from,omitempty"`
	To         []string       `json:"to,omitempty"`
	DocumentID string         `json:"document_id,omitempty"`
	Code       string         `json:"code,omitempty"`
	Subject    string         `json:"subject,omitempty"`
	Files      []CheckedFile  `json:"files,omitempty"`
	Signature  SignatureClass `json:"signature"`
	SHA256     string         `json:"sha256"`
	Size       int64          `json:"size"`
	Warnings   []Finding      `json:"warnings,omitempty"`
	Quarantine *Finding       `json:"quarantine,omitempty"`
}

// CheckedFile is one file of a checked message.
type CheckedFile struct {
	Name   string `json:"name"`
	Found  string `json:"found"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Finding is a stable code, a Vietnamese sentence with named places, and the values for them.
type Finding struct {
	Code string         `json:"code"`
	Text string         `json:"text"`
	Args map[string]any `json:"args,omitempty"`
}

// Check reads a message and keeps nothing of its files. An error means that r could not be read; an unreadable message is a result.
func Check(r io.Reader, opt Options) (*CheckResult, error) {
	opt.Sink = nil
	m, err := Read(r, opt)
	res := &CheckResult{Readable: err == nil}
	var q *Quarantine
	if errors.As(err, &q) {
		text, args := q.Reason()
		res.Quarantine = &Finding{Code: q.Code, Text: text, Args: args}
		m = q.Partial
	} else if err != nil {
		return nil, err
	}
	res.describe(m)
	return res, nil
}

func (res *CheckResult) describe(m *Message) {
	res.SHA256, res.Size, res.Signature = m.SHA256, m.Size, m.Signature
	res.From = m.From().OrganID
	for _, w := range m.Warnings {
		text, args := w.Reason()
		res.Warnings = append(res.Warnings, Finding{Code: w.Code, Text: text, Args: args})
	}
	for _, f := range m.Attachments {
		res.Files = append(res.Files, CheckedFile{Name: f.Name, Found: f.Found, Size: f.Size, SHA256: f.SHA256})
	}
	switch {
	case m.Document != nil:
		d := m.Document
		res.Kind, res.Business = "document", d.Business.Kind.String()
		for _, to := range d.To {
			res.To = append(res.To, to.OrganID)
		}
		res.DocumentID, res.Code, res.Subject = d.DocumentID, d.Code.String(), d.Subject
	case m.Status != nil:
		s := m.Status
		res.Kind, res.Status, res.To = "status", s.Code, []string{s.ResponseFor.OrganID}
		res.DocumentID, res.Code = s.ResponseFor.DocumentID, s.ResponseFor.Code.String()
	}
}
