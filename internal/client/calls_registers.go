package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// Volume is a part of a register and the format it is wanted in; zero values leave it open.
type Volume struct {
	From, To, Volume, Of, Format string
	First, Last                  int64
}

func (v Volume) values() url.Values {
	out := url.Values{}
	for name, s := range map[string]string{"from": v.From, "to": v.To, "volume": v.Volume, "of": v.Of, "format": v.Format} {
		if s != "" {
			out.Set(name, s)
		}
	}
	for name, n := range map[string]int64{"first": v.First, "last": v.Last} {
		if n != 0 {
			out.Set(name, strconv.FormatInt(n, 10))
		}
	}
	return out
}

func register(id ID, what string) string { return "/registers/" + id.String() + what }

// OpenRegister opens a register.
func (c *Client) OpenRegister(ctx context.Context, f RegisterForm) (Register, error) {
	return acted[Register](ctx, c, "/registers", f)
}

// ChangeRegister changes a register; the rule it has numbered by stays.
func (c *Client) ChangeRegister(ctx context.Context, id ID, f RegisterForm) (out Register, err error) {
	return out, c.call(ctx, request{method: http.MethodPut, path: register(id, ""), body: f}, &out)
}

// OpenYear opens the registers of a year by the rules of the year before.
func (c *Client) OpenYear(ctx context.Context, year int) ([]Register, error) {
	return acted[[]Register](ctx, c, "/registers/open-year", OpeningYear{year})
}

// CloseRegister locks a register.
func (c *Client) CloseRegister(ctx context.Context, id ID, f ClosingRegister) error {
	return c.post(ctx, register(id, "/close"), f, nil)
}

// RegisterLines reads a register.
func (c *Client) RegisterLines(ctx context.Context, id ID, v Volume) (RegisterLines, error) {
	return a[RegisterLines](ctx, c, register(id, "/lines"), v.values())
}

// ExportRegister streams a volume of a register as PDF, XLSX or DOCX.
func (c *Client) ExportRegister(ctx context.Context, id ID, v Volume, to io.Writer) (string, error) {
	return c.download(ctx, register(id, "/export"), v.values(), to)
}

// CorrectEntry writes a correction of a line.
func (c *Client) CorrectEntry(ctx context.Context, id ID, f CorrectingEntry) error {
	return c.post(ctx, register(id, "/corrections"), f, nil)
}

// Reservations lists the held numbers of a register.
func (c *Client) Reservations(ctx context.Context, id ID) ([]Reservation, error) {
	return a[[]Reservation](ctx, c, register(id, "/reservations"), nil)
}

// Reserve holds the next number of a register.
func (c *Client) Reserve(ctx context.Context, id ID, f Reserving) (Reservation, error) {
	return acted[Reservation](ctx, c, register(id, "/reservations"), f)
}

// ReleaseNumber gives a held number back.
func (c *Client) ReleaseNumber(ctx context.Context, id ID, reason string) (Reservation, error) {
	return acted[Reservation](ctx, c, "/reservations/"+id.String()+"/release", Reason{reason})
}

// LostNumbers lists the numbers that a register has forgotten by a restore, and what became of them.
func (c *Client) LostNumbers(ctx context.Context, id ID) ([]LostNumber, error) {
	return a[[]LostNumber](ctx, c, register(id, "/lost-numbers"), nil)
}

// VoidLost voids missing numbers of a register.
func (c *Client) VoidLost(ctx context.Context, id ID, f VoidingLost) error {
	return c.post(ctx, register(id, "/lost-numbers/void"), f, nil)
}

// EnterSecret enters a secret document by number only.
func (c *Client) EnterSecret(ctx context.Context, f SecretForm) (SecretEntry, error) {
	return acted[SecretEntry](ctx, c, "/secrets", f)
}

// VoidSecret voids a number of a register of secrets.
func (c *Client) VoidSecret(ctx context.Context, id ID, reason string) error {
	return c.post(ctx, "/secrets/"+id.String()+"/void", Reason{reason}, nil)
}

// EnterPaper enters a document issued on paper.
func (c *Client) EnterPaper(ctx context.Context, f PaperForm) (Outgoing, error) {
	return acted[Outgoing](ctx, c, "/paper-documents", f)
}

// Postings reads the book of the post.
func (c *Client) Postings(ctx context.Context, v Volume) ([]Posting, error) {
	return a[[]Posting](ctx, c, "/postings", v.values())
}

// EnterPosting writes envelopes handed to the post.
func (c *Client) EnterPosting(ctx context.Context, f PostingForm) (Posting, error) {
	return acted[Posting](ctx, c, "/postings", f)
}

// VoidPosting strikes a line out.
func (c *Client) VoidPosting(ctx context.Context, id ID, reason string) error {
	return c.post(ctx, "/postings/"+id.String()+"/void", Reason{reason}, nil)
}

// CopyUses reads the book of kept copies.
func (c *Client) CopyUses(ctx context.Context, v Volume) ([]CopyUse, error) {
	return a[[]CopyUse](ctx, c, "/copy-uses", v.values())
}

// LendCopy writes that a kept copy is used.
func (c *Client) LendCopy(ctx context.Context, f CopyUseForm) (CopyUse, error) {
	return acted[CopyUse](ctx, c, "/copy-uses", f)
}

// ReturnCopy writes that it came back; "" = today.
func (c *Client) ReturnCopy(ctx context.Context, id ID, on string) error {
	return c.post(ctx, "/copy-uses/"+id.String()+"/return", ReturningCopy{on}, nil)
}

// ExportBook streams one of the books kept by hand: "postings" or "copy-uses".
func (c *Client) ExportBook(ctx context.Context, book string, v Volume, to io.Writer) (string, error) {
	return c.download(ctx, "/"+url.PathEscape(book)+"/export", v.values(), to)
}
