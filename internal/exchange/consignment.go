package exchange

import (
	"context"
	"fmt"

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
		Other: edxml.Other{Priority: c.Urgency, Pages: c.Pages}, ResponseFor: c.ResponseFor, Business: edxml.Business{Kind: edxml.New},
	}
	if m.Place == "" {
		m.Place = us.Seat
	}
	for _, r := range c.Receivers {
		m.ToPlaces = append(m.ToPlaces, r.Name)
	}
	return m
}

func (o *Office) issued(ctx context.Context, r store.Reader, agency, outgoing int64) (*consignment, error) {
	if o.consign != nil {
		return o.consign(ctx, r, agency, outgoing)
	}
	return nil, fmt.Errorf("outgoing/%d: not issued", outgoing)
}
