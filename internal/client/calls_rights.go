package client

import (
	"context"
	"io"
	"net/url"
)

// Give gives a right to a document.
func (c *Client) Give(ctx context.Context, g Granting) (Grant, error) {
	return acted[Grant](ctx, c, "/rights/grants", g)
}

// EndGrant takes a right back.
func (c *Client) EndGrant(ctx context.Context, id ID, reason string) error {
	return c.post(ctx, "/rights/grants/"+id.String()+"/end", Reasoned{reason}, nil)
}

// RightsOf tells who may see a document by name, what changed and who read it; ref is incoming/ID or outgoing/ID.
func (c *Client) RightsOf(ctx context.Context, ref string) (DocumentRights, error) {
	return a[DocumentRights](ctx, c, "/"+ref+"/rights", nil)
}

// Limit limits a document to its route, or lifts the limit.
func (c *Client) Limit(ctx context.Context, ref string, l Limiting) error {
	return c.post(ctx, "/"+ref+"/rights/limit", l, nil)
}

// RightChanges lists the changes that wait for confirmation.
func (c *Client) RightChanges(ctx context.Context) ([]RightChange, error) {
	return a[[]RightChange](ctx, c, "/rights/changes", nil)
}

// ConfirmRight confirms one change.
func (c *Client) ConfirmRight(ctx context.Context, id ID) error {
	return c.post(ctx, "/rights/changes/"+id.String()+"/confirm", nil, nil)
}

// AskAccess asks to see a document that one can only name.
func (c *Client) AskAccess(ctx context.Context, q AskingAccess) (AccessRequest, error) {
	return acted[AccessRequest](ctx, c, "/rights/requests", q)
}

// AccessRequests lists one's own requests, or with open those that wait for one's decision.
func (c *Client) AccessRequests(ctx context.Context, open bool) ([]AccessRequest, error) {
	q := url.Values{}
	if open {
		q.Set("open", "true")
	}
	return a[[]AccessRequest](ctx, c, "/rights/requests", q)
}

// DecideAccess answers a request.
func (c *Client) DecideAccess(ctx context.Context, id ID, d AccessDecision) error {
	return c.post(ctx, "/rights/requests/"+id.String()+"/decide", d, nil)
}

// OpenInEmergency opens one document for an hour; the token must be confirmed.
func (c *Client) OpenInEmergency(ctx context.Context, e Emergency) (Grant, error) {
	return acted[Grant](ctx, c, "/rights/emergencies", e)
}

// Emergencies lists emergency accesses.
func (c *Client) Emergencies(ctx context.Context) ([]Grant, error) {
	return a[[]Grant](ctx, c, "/rights/emergencies", nil)
}

// Freeze enters an order that locks documents.
func (c *Client) Freeze(ctx context.Context, f Freezing) (FreezeOrder, error) {
	return acted[FreezeOrder](ctx, c, "/rights/freezes", f)
}

// FreezeOrders lists the orders.
func (c *Client) FreezeOrders(ctx context.Context) ([]FreezeOrder, error) {
	return a[[]FreezeOrder](ctx, c, "/rights/freezes", nil)
}

// LiftFreeze ends an order.
func (c *Client) LiftFreeze(ctx context.Context, id ID, reason string) error {
	return c.post(ctx, "/rights/freezes/"+id.String()+"/lift", Reasoned{reason}, nil)
}

// Roles is the matrix of what roles open.
func (c *Client) Roles(ctx context.Context) ([]RoleRight, error) {
	return a[[]RoleRight](ctx, c, "/rights/roles", nil)
}

// PersonRights lists the effective rights of a person with their reasons.
func (c *Client) PersonRights(ctx context.Context, person ID) ([]EffectiveRight, error) {
	return a[[]EffectiveRight](ctx, c, "/rights/people/"+person.String(), nil)
}

// AccessFigures counts readings by day, from a date to a date ("" = the last 30 days).
func (c *Client) AccessFigures(ctx context.Context, from, to string) ([]AccessDay, error) {
	return a[[]AccessDay](ctx, c, "/rights/figures", url.Values{"from": {from}, "to": {to}})
}

// Metadata lists all describing data of a document.
func (c *Client) Metadata(ctx context.Context, ref string) ([]MetadataField, error) {
	return a[[]MetadataField](ctx, c, "/"+ref+"/metadata", nil)
}

// DownloadMarked writes a copy of a file that carries who took it and when, and gives its name.
func (c *Client) DownloadMarked(ctx context.Context, file ID, to io.Writer) (string, error) {
	return c.download(ctx, "/files/"+file.String()+"/marked", nil, to)
}

// WithdrawAccess takes back one's own request.
func (c *Client) WithdrawAccess(ctx context.Context, id ID) error {
	return c.post(ctx, "/rights/requests/"+id.String()+"/withdraw", nil, nil)
}

// RightsConfirmer tells who confirms changed rights.
func (c *Client) RightsConfirmer(ctx context.Context) (RightsConfirmer, error) {
	return a[RightsConfirmer](ctx, c, "/rights/confirmer", nil)
}

// SetRightsConfirmer decides it.
func (c *Client) SetRightsConfirmer(ctx context.Context, by string) error {
	return c.put(ctx, "/rights/confirmer", RightsConfirmer{by}, nil)
}
