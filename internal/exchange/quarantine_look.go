package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/edxml"
	"congvu/internal/store"
)

// Looked is a parcel in quarantine as its operator reads it.
type Looked struct {
	Text  string         // the beginning of its bytes as text: encoded files folded, what is no text replaced
	Whole bool           // Text holds all of it
	Read  *LookedMessage // what could be read of it, nil = nothing
	Why   store.Message  // what the reader says to it now, "" = it can be read
}

// LookedMessage is what could be read of a message, in words; "" = it does not say.
type LookedMessage struct {
	Status     string // the code, of a status message; "" = it carries a document
	From       string // "Sở Tài chính (H26.9)"
	To         []string
	DocumentID string
	Code       string // "12/STC-NS"
	Date       calendar.Date
	Type       string
	Business   string // what it says to be, in Vietnamese, a key of i18n
	Signer     string
	SignerPost string
	Subject    string
	Reason     string // of a recall, an update …; the description of a status
	Staff      string // who acted, at the sender
	StaffUnit  string
	Files      []LookedFile
}

// LookedFile is a file of a message, as far as it could be read.
type LookedFile struct {
	Name string
	Size int64
}

const (
	lookRaw  = 1 << 20  // bytes that are looked at
	lookText = 48 << 10 // bytes that are shown
)

var encoded = regexp.MustCompile(`[A-Za-z0-9+/=]{60}[A-Za-z0-9+/=\s]{200,}`)

// Look reads a parcel in quarantine for a person, within the bounds of QuarantineList. Nothing of it takes effect, and no byte of it reaches a page as markup:
// doors show Text as text. Large ones are shown by their beginning and not read.
func (o *Office) Look(ctx context.Context, a store.Actor, id int64) (Looked, error) {
	q, err := FindQuarantined(ctx, o.DB, a, id)
	if err != nil || q.SHA == "" {
		return Looked{Whole: true}, err
	}
	f, err := o.Blobs.Open(ctx, q.SHA)
	if err != nil {
		return Looked{}, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, lookRaw))
	if err != nil {
		return Looked{}, err
	}
	var out Looked
	out.Text, out.Whole = readable(raw)
	out.Whole = out.Whole && int64(len(raw)) >= q.Size
	if q.Size > bigMessage {
		out.Why = store.Say("Gói tin quá lớn nên không đọc ở trang này.")
		return out, nil
	}
	release, err := o.memory.reserve(ctx, 2*q.Size)
	if err != nil {
		return out, err
	}
	defer release()
	whole, err := blob.ReadAll(ctx, o.Blobs, q.SHA, maxMessage)
	if err != nil {
		return out, err
	}
	m, err := edxml.Read(bytes.NewReader(whole), o.reading(nil))
	var known *edxml.Quarantine
	if errors.As(err, &known) {
		m, err = known.Partial, nil
		out.Why.Text, out.Why.Args = known.Reason()
	}
	if err == nil && m != nil {
		out.Read = inWords(m)
	}
	return out, err
}

func inWords(m *edxml.Message) *LookedMessage {
	switch {
	case m.Document != nil:
		d := m.Document
		out := &LookedMessage{From: organ(d.From), DocumentID: d.DocumentID, Code: d.Code.String(), Date: calendar.Date(d.Date), Type: d.Type.Name, Business: "Văn bản mới", Signer: d.Signer.FullName,
			SignerPost: d.Signer.Position, Subject: d.Subject, Reason: d.Business.Reason, Staff: d.Business.Staff.Name, StaffUnit: d.Business.Staff.Department}
		kinds := map[edxml.Kind]documents.RequestKind{edxml.Recall: documents.RecallWhole, edxml.Update: documents.UpdateDocument, edxml.Replace: documents.ReplaceWith}
		if k, ok := kinds[d.Business.Kind]; ok {
			out.Business = k.Label()
		}
		for _, t := range d.To {
			out.To = append(out.To, organ(t))
		}
		for _, a := range m.Attachments {
			out.Files = append(out.Files, LookedFile{a.Name, a.Size})
		}
		return out
	case m.Status != nil:
		s := m.Status
		return &LookedMessage{Status: s.Code, From: organ(s.From), To: []string{s.ResponseFor.OrganID}, DocumentID: s.ResponseFor.DocumentID, Code: s.ResponseFor.Code.String(), Date: calendar.Date(s.ResponseFor.Date),
			Reason: s.Description, Staff: s.Staff.Name, StaffUnit: s.Staff.Department}
	}
	return nil
}

func organ(o edxml.Organization) string {
	if o.Name == "" || o.OrganID == "" {
		return o.Name + o.OrganID
	}
	return o.Name + " (" + o.OrganID + ")"
}

// readable turns bytes into text that a person can read, and tells whether nothing was left off.
func readable(raw []byte) (string, bool) {
	s := encoded.ReplaceAllStringFunc(strings.ToValidUTF8(string(raw), "\uFFFD"), func(run string) string {
		return fmt.Sprintf("%s… [%d ký tự mã hóa tệp] …", run[:60], utf8.RuneCountInString(run)-60)
	})
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		if r == '\r' {
			return -1
		}
		return '\uFFFD'
	}, s)
	if len(s) <= lookText {
		return s, true
	}
	return strings.ToValidUTF8(s[:lookText], "") + "…", false
}
