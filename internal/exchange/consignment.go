package exchange

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"congvu/internal/documents"
	"congvu/internal/edxml"
	"congvu/internal/store"
)

// consignment is an issued document as the exchange sees it: what is written in its message, and for whom.
type consignment struct {
	DocumentID  string
	Code        edxml.Code
	Date        edxml.Date
	Place       string
	TypeName    string
	Subject     string
	Signer      edxml.Signer
	DueDate     edxml.Date
	Urgency     int
	Pages       int
	ResponseFor []edxml.ResponseFor
	Receivers   []receiver
	Files       []documents.File // the main one first
	Business    edxml.Business   // what it is to its receivers; the zero value is a new document
}

// receiver is an agency, or a name that the directory does not know (Agency 0).
type receiver struct {
	Agency int64
	Name   string
	Role   string
}

func (c *consignment) title() string { return c.Code.String() }

func (c *consignment) size() (n int64) {
	for _, f := range c.Files {
		n += f.Size
	}
	return n
}

// message is the document message of the consignment (X5; numbers of types as in the national samples, X5.1).
func (c *consignment) message(us agency, to []edxml.Organization) *edxml.DocumentMessage {
	m := &edxml.DocumentMessage{
		From: us.organization(), To: to, DocumentID: c.DocumentID, Code: c.Code, Place: c.Place, Date: c.Date,
		Type: edxml.DocumentType{Type: 1, Name: c.TypeName}, Subject: c.Subject, Content: c.Subject, Signer: c.Signer, DueDate: c.DueDate,
		Other: edxml.Other{Priority: c.Urgency, Pages: c.Pages}, ResponseFor: c.ResponseFor, Business: c.Business,
	}
	if m.Place == "" {
		m.Place = us.Seat
	}
	for _, r := range c.Receivers {
		m.ToPlaces = append(m.ToPlaces, r.Name)
	}
	return m
}

// issued gives what is to be sent of an issued document.
func (o *Office) issued(ctx context.Context, r store.Reader, agency, outgoing int64) (*consignment, error) {
	if o.consign != nil {
		return o.consign(ctx, r, agency, outgoing)
	}
	d, err := documents.FindIssued(ctx, r, outgoing)
	if err != nil {
		return nil, err
	}
	c := &consignment{
		DocumentID: d.DocumentID, Code: edxml.Code{Number: fmt.Sprint(d.Number), Notation: d.Notation}, Date: edxml.Date(d.IssuedDate), TypeName: d.TypeName,
		Subject: d.Subject, Signer: edxml.Signer{Competence: strings.Join(d.CapacityLines, " "), Position: d.SignerPosition, FullName: d.SignerName},
		DueDate: edxml.Date(d.DueDate), Urgency: int(d.Urgency), Files: d.Files,
	}
	if number, _, found := strings.Cut(d.NumberText, "/"); found {
		c.Code.Number = number // as printed, with its zeros
	}
	if len(d.Files) > 0 {
		c.Pages = d.Files[0].Pages
	}
	for _, to := range d.Receivers {
		if to.Unit == 0 { // a unit of the agency reads the document in the house
			c.Receivers = append(c.Receivers, receiver{Agency: int64(to.Agency), Name: to.Name, Role: to.Role})
		}
	}
	if c.Business, err = o.carries(ctx, r, agency, outgoing, c.Receivers); err != nil {
		return nil, err
	}
	if d.ReplyTo != 0 {
		in, err := documents.Receipt(ctx, r, agency, d.ReplyTo)
		if err != nil && !errors.Is(err, store.NotFound) {
			return nil, err
		}
		if err == nil {
			c.ResponseFor = []edxml.ResponseFor{{OrganID: in.SenderCode, Code: edxml.Code{Number: in.Number, Notation: in.Notation}, DocumentID: in.DocumentID,
				Date: edxml.Date(in.IssuedDate)}}
		}
	}
	return c, nil
}
