package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// Outbox gives a page of outgoing documents.
func (c *Client) Outbox(ctx context.Context, l List) (Page[OutgoingRow], error) {
	return a[Page[OutgoingRow]](ctx, c, "/outgoing", l.values())
}

// Outgoing gives one document that the agency makes.
func (c *Client) Outgoing(ctx context.Context, id ID) (Outgoing, error) {
	return a[Outgoing](ctx, c, out(id, ""), nil)
}

// OutgoingActs tells what may be done with it now.
func (c *Client) OutgoingActs(ctx context.Context, id ID) ([]Act, error) {
	return a[[]Act](ctx, c, out(id, "/acts"), nil)
}

// OutgoingFiles lists its files, the main one first.
func (c *Client) OutgoingFiles(ctx context.Context, id ID) ([]File, error) {
	return a[[]File](ctx, c, out(id, "/files"), nil)
}

// OutgoingTimeline is its history, oldest first.
func (c *Client) OutgoingTimeline(ctx context.Context, id ID) ([]Step, error) {
	return a[[]Step](ctx, c, out(id, "/timeline"), nil)
}

// Versions lists the states its file went through.
func (c *Client) Versions(ctx context.Context, id ID) ([]Version, error) {
	return a[[]Version](ctx, c, out(id, "/versions"), nil)
}

// CheckLayout lists what departs from the prescribed layout.
func (c *Client) CheckLayout(ctx context.Context, id ID) ([]Finding, error) {
	return a[[]Finding](ctx, c, out(id, "/layout"), nil)
}

// Draft begins a document. Sent twice it makes two.
func (c *Client) Draft(ctx context.Context, d Draft) (Outgoing, error) {
	return acted[Outgoing](ctx, c, "/outgoing", d)
}

// Revise changes a draft; Draft.Revision says which state of it was seen.
func (c *Client) Revise(ctx context.Context, id ID, d Draft) (Outgoing, error) {
	var o Outgoing
	return o, c.call(ctx, request{method: http.MethodPut, path: out(id, ""), body: d}, &o)
}

// Lay makes the PDF from the text.
func (c *Client) Lay(ctx context.Context, id ID) (Outgoing, error) {
	return acted[Outgoing](ctx, c, out(id, "/lay-out"), nil)
}

// UploadMain uses a PDF instead; it is streamed.
func (c *Client) UploadMain(ctx context.Context, id ID, name string, from io.Reader) (Outgoing, error) {
	var o Outgoing
	return o, c.upload(ctx, request{method: http.MethodPut, path: out(id, "/main-file")}, name, from, &o)
}

// Attach adds a file beside the main one; it is streamed.
func (c *Client) Attach(ctx context.Context, id ID, name string, from io.Reader) (File, error) {
	var f File
	return f, c.upload(ctx, request{method: http.MethodPost, path: out(id, "/files")}, name, from, &f)
}

// Detach takes such a file away.
func (c *Client) Detach(ctx context.Context, id, file ID) error {
	return c.call(ctx, request{method: http.MethodDelete, path: out(id, "/files/"+file.String())}, nil)
}

// Submit lays a draft before a person.
func (c *Client) Submit(ctx context.Context, id ID, f Sending) error {
	return c.post(ctx, out(id, "/submit"), f, nil)
}

// Opine leaves an opinion.
func (c *Client) Opine(ctx context.Context, id ID, text string) error {
	return c.post(ctx, out(id, "/opine"), Text{text}, nil)
}

// Return gives it back to who drafted it.
func (c *Client) Return(ctx context.Context, id ID, reason string) error {
	return c.post(ctx, out(id, "/return"), Reason{reason}, nil)
}

// AskSigner proposes another signer.
func (c *Client) AskSigner(ctx context.Context, id ID, f AskingSigner) error {
	return c.post(ctx, out(id, "/ask-signer"), f, nil)
}

// Approve passes it on, or to the signer.
func (c *Client) Approve(ctx context.Context, id ID, f Approving) error {
	return c.post(ctx, out(id, "/approve"), f, nil)
}

// Sign gives the signature of the token's person.
func (c *Client) Sign(ctx context.Context, id ID, f Signing) (Outgoing, error) {
	return acted[Outgoing](ctx, c, out(id, "/sign"), f)
}

// Number draws a number; key names the request, so that sending it again gives the same number.
func (c *Client) Number(ctx context.Context, id ID, f Numbering, key string) (Outgoing, error) {
	var o Outgoing
	q := request{method: http.MethodPost, path: out(id, "/number"), body: f}
	if key != "" {
		q.header = http.Header{"Idempotency-Key": {key}}
	}
	return o, c.call(ctx, q, &o)
}

// Seal gives the agency's signature.
func (c *Client) Seal(ctx context.Context, id ID) (Outgoing, error) {
	return acted[Outgoing](ctx, c, out(id, "/seal"), nil)
}

// Issue lets it leave.
func (c *Client) Issue(ctx context.Context, id ID) (Outgoing, error) {
	return acted[Outgoing](ctx, c, out(id, "/issue"), nil)
}

// Release numbers, seals and issues, going on where an earlier attempt stopped.
func (c *Client) Release(ctx context.Context, id ID) (Outgoing, error) {
	return acted[Outgoing](ctx, c, out(id, "/release"), nil)
}

// Cancel ends it; a number drawn stays in the register as void.
func (c *Client) Cancel(ctx context.Context, id ID, reason string) error {
	return c.post(ctx, out(id, "/cancel"), Reason{reason}, nil)
}

// Deliveries tells how far it got with each receiver.
func (c *Client) Deliveries(ctx context.Context, id ID) ([]Delivery, error) {
	return a[[]Delivery](ctx, c, out(id, "/deliveries"), nil)
}

// Answers lists what a receiver answered.
func (c *Client) Answers(ctx context.Context, delivery ID) ([]Answer, error) {
	return a[[]Answer](ctx, c, "/deliveries/"+delivery.String()+"/answers", nil)
}

// Resend sends to one receiver again.
func (c *Client) Resend(ctx context.Context, delivery ID) error {
	return c.post(ctx, "/deliveries/"+delivery.String()+"/resend", nil, nil)
}

// Undelivered lists what needs a clerk.
func (c *Client) Undelivered(ctx context.Context, cursor string, limit int) (Page[Delivery], error) {
	return a[Page[Delivery]](ctx, c, "/undelivered", older(cursor, limit))
}

// Quarantine lists parcels that could not be opened or believed.
func (c *Client) Quarantine(ctx context.Context, state, cursor string, limit int) (Page[Quarantined], error) {
	v := older(cursor, limit)
	if state != "" {
		v.Set("state", state)
	}
	return a[Page[Quarantined]](ctx, c, "/quarantine", v)
}

// RetryQuarantined opens a parcel again.
func (c *Client) RetryQuarantined(ctx context.Context, id ID) error {
	return c.post(ctx, "/quarantine/"+id.String()+"/retry", nil, nil)
}

// RefuseQuarantined closes the case.
func (c *Client) RefuseQuarantined(ctx context.Context, id ID, reason string) error {
	return c.post(ctx, "/quarantine/"+id.String()+"/refuse", Reason{reason}, nil)
}

// DownloadQuarantined streams a parcel as it came.
func (c *Client) DownloadQuarantined(ctx context.Context, id ID, to io.Writer) (string, error) {
	return c.download(ctx, "/quarantine/"+id.String()+"/parcel", nil, to)
}

// Download streams a file of a document and gives its name.
func (c *Client) Download(ctx context.Context, file ID, to io.Writer) (string, error) {
	return c.download(ctx, "/files/"+file.String(), nil, to)
}

// DownloadVersion streams one version of a document's main file.
func (c *Client) DownloadVersion(ctx context.Context, id ID, no int64, to io.Writer) (string, error) {
	return c.download(ctx, fmt.Sprintf("/outgoing/%s/versions/%d", id, no), nil, to)
}

// Verify judges the signatures of a PDF, which the server does not keep.
func (c *Client) Verify(ctx context.Context, name string, from io.Reader) (Verification, error) {
	var v Verification
	return v, c.upload(ctx, request{method: http.MethodPost, path: "/verify"}, name, from, &v)
}

// Agencies searches the directory.
func (c *Client) Agencies(ctx context.Context, q string, limit int) ([]Agency, error) {
	v := url.Values{"q": {q}}
	if limit > 0 {
		v.Set("limit", strconv.Itoa(limit))
	}
	return a[[]Agency](ctx, c, "/agencies", v)
}

// Agency gives one agency.
func (c *Client) Agency(ctx context.Context, id ID) (Agency, error) {
	return a[Agency](ctx, c, "/agencies/"+id.String(), nil)
}

// Units lists the units of the own agency.
func (c *Client) Units(ctx context.Context) ([]Unit, error) { return a[[]Unit](ctx, c, "/units", nil) }

// Staff lists the people of the own agency in their posts.
func (c *Client) Staff(ctx context.Context) ([]Post, error) { return a[[]Post](ctx, c, "/staff", nil) }

// Capacities lists how the present post may sign a type of document.
func (c *Client) Capacities(ctx context.Context, typeCode string) ([]Capacity, error) {
	return a[[]Capacity](ctx, c, "/capacities", url.Values{"type": {typeCode}})
}

// Types lists the kinds of documents.
func (c *Client) Types(ctx context.Context) ([]Type, error) { return a[[]Type](ctx, c, "/types", nil) }

// AllTypes lists the types of documents, also those of which nothing new is made.
func (c *Client) AllTypes(ctx context.Context) ([]Type, error) {
	return a[[]Type](ctx, c, "/types", url.Values{"all": {"true"}})
}

// AddType adds a type of documents.
func (c *Client) AddType(ctx context.Context, t Type) (Type, error) {
	return acted[Type](ctx, c, "/types", t)
}

// ChangeType changes a type of documents.
func (c *Client) ChangeType(ctx context.Context, code string, t Type) (out Type, err error) {
	return out, c.call(ctx, request{method: http.MethodPut, path: "/types/" + url.PathEscape(code), body: t}, &out)
}

// Registers lists the registers of a direction (outgoing, incoming) and a year (0 = this one).
func (c *Client) Registers(ctx context.Context, direction string, year int) ([]Register, error) {
	v := url.Values{"direction": {direction}}
	if year > 0 {
		v.Set("year", strconv.Itoa(year))
	}
	return a[[]Register](ctx, c, "/registers", v)
}

// PrintRegister streams a register as PDF. from and to are dates for outgoing, numbers for incoming registers; "" = all.
func (c *Client) PrintRegister(ctx context.Context, direction string, id ID, from, to string, w io.Writer) (string, error) {
	v := url.Values{}
	if from != "" {
		v.Set("from", from)
	}
	if to != "" {
		v.Set("to", to)
	}
	return c.download(ctx, "/registers/"+url.PathEscape(direction)+"/"+id.String()+"/pdf", v, w)
}

func older(cursor string, limit int) url.Values {
	v := url.Values{}
	if cursor != "" {
		v.Set("cursor", cursor)
	}
	if limit > 0 {
		v.Set("limit", strconv.Itoa(limit))
	}
	return v
}

// Notices lists the person's own notices.
func (c *Client) Notices(ctx context.Context, cursor string, limit int) (Page[Notice], error) {
	return a[Page[Notice]](ctx, c, "/notices", older(cursor, limit))
}

// ReadNotice marks one as read.
func (c *Client) ReadNotice(ctx context.Context, id ID) error {
	return c.post(ctx, "/notices/"+id.String()+"/read", nil, nil)
}

// ReadNotices marks everything up to one as read.
func (c *Client) ReadNotices(ctx context.Context, upTo ID) error {
	return c.post(ctx, "/notices/read", ReadNotices{upTo}, nil)
}

// JournalFilter narrows the journal; zero values narrow nothing.
type JournalFilter struct {
	Verb, Ref, From, To, Cursor string
	Person                      ID
	Limit                       int
}

// Journal lists the agency's journal for those who answer for it.
func (c *Client) Journal(ctx context.Context, f JournalFilter) (Page[Entry], error) {
	v := older(f.Cursor, f.Limit)
	for name, s := range map[string]string{"verb": f.Verb, "ref": f.Ref, "from": f.From, "to": f.To} {
		if s != "" {
			v.Set(name, s)
		}
	}
	if f.Person != 0 {
		v.Set("person", f.Person.String())
	}
	return a[Page[Entry]](ctx, c, "/journal", v)
}

// LookQuarantined gives a parcel in quarantine with what could be read of it and what happened to it.
func (c *Client) LookQuarantined(ctx context.Context, id ID) (LookedParcel, error) {
	return a[LookedParcel](ctx, c, "/quarantine/"+id.String(), nil)
}

// GiveQuarantined opens a parcel for the agency that a person picked.
func (c *Client) GiveQuarantined(ctx context.Context, id, agency ID) error {
	return c.post(ctx, "/quarantine/"+id.String()+"/give", GivingParcel{agency}, nil)
}
