package client

import (
	"context"
	"io"
	"net/url"
)

// Reorganisations lists the decisions that change agencies, the latest first.
func (c *Client) Reorganisations(ctx context.Context) ([]Reorganisation, error) {
	return a[[]Reorganisation](ctx, c, "/reorganisations", nil)
}

// Reorganisation gives one with its links, takers and what nobody takes yet.
func (c *Client) Reorganisation(ctx context.Context, id ID) (Reorganisation, error) {
	return a[Reorganisation](ctx, c, "/reorganisations/"+id.String(), nil)
}

// DraftReorganisation begins a decision.
func (c *Client) DraftReorganisation(ctx context.Context, f ReorganisationForm) (Reorganisation, error) {
	return acted[Reorganisation](ctx, c, "/reorganisations", f)
}

// AmendReorganisation changes a draft.
func (c *Client) AmendReorganisation(ctx context.Context, id ID, f ReorganisationForm) error {
	return c.post(ctx, "/reorganisations/"+id.String()+"/amend", f, nil)
}

// LinkAgencies puts a link into a draft.
func (c *Client) LinkAgencies(ctx context.Context, id ID, f SuccessionLink) error {
	return c.post(ctx, "/reorganisations/"+id.String()+"/links", f, nil)
}

// UnlinkAgencies takes a link out.
func (c *Client) UnlinkAgencies(ctx context.Context, id, link ID) error {
	return c.post(ctx, "/reorganisations/"+id.String()+"/links/"+link.String()+"/remove", struct{}{}, nil)
}

// NameTaker names who takes a subject over.
func (c *Client) NameTaker(ctx context.Context, id ID, f Taker) error {
	return c.post(ctx, "/reorganisations/"+id.String()+"/takers", f, nil)
}

// ApproveReorganisation closes a draft after checking it.
func (c *Client) ApproveReorganisation(ctx context.Context, id ID) error {
	return c.post(ctx, "/reorganisations/"+id.String()+"/approve", struct{}{}, nil)
}

// CancelReorganisation ends one that was not carried out.
func (c *Client) CancelReorganisation(ctx context.Context, id ID, reason string) error {
	return c.post(ctx, "/reorganisations/"+id.String()+"/cancel", ReorganisationEnd{reason}, nil)
}

// ExecuteReorganisation ends the agencies on or after the day.
func (c *Client) ExecuteReorganisation(ctx context.Context, id ID) (Executed, error) {
	return acted[Executed](ctx, c, "/reorganisations/"+id.String()+"/execute", struct{}{})
}

// Takeovers lists the agencies that have ended and left something to this one.
func (c *Client) Takeovers(ctx context.Context) ([]Pending, error) {
	return a[[]Pending](ctx, c, "/takeovers", nil)
}

// Takeover lists what one of them left.
func (c *Client) Takeover(ctx context.Context, old ID) (Pending, error) {
	return a[Pending](ctx, c, "/takeovers/"+old.String(), nil)
}

// TakeOver takes things over; each has its result.
func (c *Client) TakeOver(ctx context.Context, old ID, f TakeForm) ([]Taking, error) {
	return acted[[]Taking](ctx, c, "/takeovers/"+old.String(), f)
}

// Keepers lists who reads the documents of an agency that has ended.
func (c *Client) Keepers(ctx context.Context, old ID) ([]Keeper, error) {
	return a[[]Keeper](ctx, c, "/past/"+old.String()+"/keepers", nil)
}

// NameKeeper lets a person read them until a day.
func (c *Client) NameKeeper(ctx context.Context, old ID, f KeeperForm) (Keeper, error) {
	return acted[Keeper](ctx, c, "/past/"+old.String()+"/keepers", f)
}

// EndKeeper takes the sight back.
func (c *Client) EndKeeper(ctx context.Context, post ID) error {
	return c.post(ctx, "/past/keepers/"+post.String()+"/end", struct{}{}, nil)
}

// Handovers lists the records of handing over that concern the agency.
func (c *Client) Handovers(ctx context.Context) ([]Handover, error) {
	return a[[]Handover](ctx, c, "/handovers", nil)
}

// Handover gives one.
func (c *Client) Handover(ctx context.Context, id ID) (Handover, error) {
	return a[Handover](ctx, c, "/handovers/"+id.String(), nil)
}

// MakeHandover makes a record with its lists.
func (c *Client) MakeHandover(ctx context.Context, f HandoverForm) (Handover, error) {
	return acted[Handover](ctx, c, "/handovers", f)
}

// SignHandover signs it for a side.
func (c *Client) SignHandover(ctx context.Context, id ID, f HandoverSign) (Handover, error) {
	return acted[Handover](ctx, c, "/handovers/"+id.String()+"/sign", f)
}

// HandoverFile streams it as pdf or docx.
func (c *Client) HandoverFile(ctx context.Context, id ID, form string, to io.Writer) (string, error) {
	return c.download(ctx, "/handovers/"+id.String()+"/file/"+url.PathEscape(form), nil, to)
}
