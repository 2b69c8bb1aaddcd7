package client

import (
	"context"
	"net/http"
	"net/url"
)

func (c *Client) put(ctx context.Context, path string, body, out any) error {
	return c.call(ctx, request{method: http.MethodPut, path: path, body: body}, out)
}

func (c *Client) remove(ctx context.Context, path string) error {
	return c.call(ctx, request{method: http.MethodDelete, path: path}, nil)
}

// Desk is what waits for a leader.
func (c *Client) Desk(ctx context.Context) (LeadDesk, error) {
	return a[LeadDesk](ctx, c, "/desk", nil)
}

// Proposal tells how a document could be passed on, and why.
func (c *Client) Proposal(ctx context.Context, id ID) (Proposal, error) {
	return a[Proposal](ctx, c, in(id, "/proposal"), nil)
}

// Prepare keeps a direction for the leader to confirm.
func (c *Client) Prepare(ctx context.Context, id ID, f Directing) (Prepared, error) {
	return acted[Prepared](ctx, c, in(id, "/prepared"), f)
}

// Prepared gives the direction that waits for the leader.
func (c *Client) Prepared(ctx context.Context, id ID) (Prepared, error) {
	return a[Prepared](ctx, c, in(id, "/prepared"), nil)
}

// ConfirmPrepared gives a prepared direction as it was prepared.
func (c *Client) ConfirmPrepared(ctx context.Context, id ID) (Direction, error) {
	return acted[Direction](ctx, c, in(id, "/prepared/confirm"), nil)
}

// DropPrepared takes a prepared direction away.
func (c *Client) DropPrepared(ctx context.Context, id ID) error {
	return c.post(ctx, in(id, "/prepared/drop"), nil, nil)
}

// Bulk does one act upon many received documents.
func (c *Client) Bulk(ctx context.Context, f BulkOrder) ([]BulkRow, error) {
	return acted[[]BulkRow](ctx, c, "/incoming/bulk", f)
}

// Rules lists the routing rules in the order in which they are asked.
func (c *Client) Rules(ctx context.Context) ([]Rule, error) { return a[[]Rule](ctx, c, "/rules", nil) }

// Rule gives one of them.
func (c *Client) Rule(ctx context.Context, id ID) (Rule, error) {
	return a[Rule](ctx, c, "/rules/"+id.String(), nil)
}

// MakeRule drafts a rule.
func (c *Client) MakeRule(ctx context.Context, f RuleForm) (Rule, error) {
	return acted[Rule](ctx, c, "/rules", f)
}

// ChangeRule changes a rule; it is a draft again.
func (c *Client) ChangeRule(ctx context.Context, id ID, f RuleForm) (Rule, error) {
	var out Rule
	return out, c.put(ctx, "/rules/"+id.String(), f, &out)
}

// TryRule asks a rule about the agency's last documents.
func (c *Client) TryRule(ctx context.Context, id ID) (RuleTrial, error) {
	return acted[RuleTrial](ctx, c, "/rules/"+id.String()+"/try", nil)
}

// ActivateRule puts a rule in force.
func (c *Client) ActivateRule(ctx context.Context, id ID) error {
	return c.post(ctx, "/rules/"+id.String()+"/activate", nil, nil)
}

// EndRule takes it out of force.
func (c *Client) EndRule(ctx context.Context, id ID) error {
	return c.post(ctx, "/rules/"+id.String()+"/end", nil, nil)
}

// Groups lists the groups of receivers; kind "" gives both kinds.
func (c *Client) Groups(ctx context.Context, kind string) ([]Group, error) {
	q := url.Values{}
	if kind != "" {
		q.Set("kind", kind)
	}
	return a[[]Group](ctx, c, "/groups", q)
}

// Group gives one of them.
func (c *Client) Group(ctx context.Context, id ID) (Group, error) {
	return a[Group](ctx, c, "/groups/"+id.String(), nil)
}

// GroupReceivers tells who gets a document that goes to a group on a day ("" = today).
func (c *Client) GroupReceivers(ctx context.Context, id ID, on string) (GroupReceivers, error) {
	q := url.Values{}
	if on != "" {
		q.Set("on", on)
	}
	return a[GroupReceivers](ctx, c, "/groups/"+id.String()+"/receivers", q)
}

// MakeGroup keeps a new group.
func (c *Client) MakeGroup(ctx context.Context, f GroupForm) (Group, error) {
	return acted[Group](ctx, c, "/groups", f)
}

// ChangeGroup changes its name and members.
func (c *Client) ChangeGroup(ctx context.Context, id ID, f GroupForm) (Group, error) {
	var out Group
	return out, c.put(ctx, "/groups/"+id.String(), f, &out)
}

// DropGroup removes a group.
func (c *Client) DropGroup(ctx context.Context, id ID) error {
	return c.remove(ctx, "/groups/"+id.String())
}

// Phrases lists the person's texts of opinions.
func (c *Client) Phrases(ctx context.Context) ([]Phrase, error) {
	return a[[]Phrase](ctx, c, "/phrases", nil)
}

// SavePhrase keeps a text.
func (c *Client) SavePhrase(ctx context.Context, words string) (Phrase, error) {
	return acted[Phrase](ctx, c, "/phrases", Text{words})
}

// DropPhrase removes one.
func (c *Client) DropPhrase(ctx context.Context, id ID) error {
	return c.remove(ctx, "/phrases/"+id.String())
}

// StandIns lists who stands in for whom, now and later.
func (c *Client) StandIns(ctx context.Context) ([]StandIn, error) {
	return a[[]StandIn](ctx, c, "/standins", nil)
}

// SetStandIn says who stands in for whom.
func (c *Client) SetStandIn(ctx context.Context, f StandInForm) (StandIn, error) {
	return acted[StandIn](ctx, c, "/standins", f)
}

// EndStandIn ends it at once.
func (c *Client) EndStandIn(ctx context.Context, id ID) error {
	return c.post(ctx, "/standins/"+id.String()+"/end", nil, nil)
}

// Delegations lists the rights to sign for others in force today.
func (c *Client) Delegations(ctx context.Context) ([]Delegation, error) {
	return a[[]Delegation](ctx, c, "/delegations", nil)
}

// Delegate gives a right to sign.
func (c *Client) Delegate(ctx context.Context, f DelegationForm) (Delegation, error) {
	return acted[Delegation](ctx, c, "/delegations", f)
}

// EndDelegation ends it after a day.
func (c *Client) EndDelegation(ctx context.Context, id ID, on string) error {
	return c.post(ctx, "/delegations/"+id.String()+"/end", LastDay{on}, nil)
}
