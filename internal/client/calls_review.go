package client

import (
	"context"
	"net/url"
)

// Assignments lists tasks of drafting: list is mine, given or all.
func (c *Client) Assignments(ctx context.Context, list string) ([]Assignment, error) {
	q := url.Values{}
	if list != "" {
		q.Set("list", list)
	}
	return a[[]Assignment](ctx, c, "/assignments", q)
}

// Assign gives a task of drafting.
func (c *Client) Assign(ctx context.Context, f Assigning) (Assignment, error) {
	return acted[Assignment](ctx, c, "/assignments", f)
}

// Assignment gives one task.
func (c *Client) Assignment(ctx context.Context, id ID) (Assignment, error) {
	return a[Assignment](ctx, c, assignment(id, ""), nil)
}

func assignment(id ID, act string) string { return "/assignments/" + id.String() + act }

// AcceptAssignment takes a task on.
func (c *Client) AcceptAssignment(ctx context.Context, id ID) error {
	return c.post(ctx, assignment(id, "/accept"), nil, nil)
}

// ReturnAssignment gives a task back with a reason.
func (c *Client) ReturnAssignment(ctx context.Context, id ID, reason string) error {
	return c.post(ctx, assignment(id, "/return"), Reason{Reason: reason}, nil)
}

// WithdrawAssignment takes a task back before its draft was begun.
func (c *Client) WithdrawAssignment(ctx context.Context, id ID, reason string) error {
	return c.post(ctx, assignment(id, "/withdraw"), Reason{Reason: reason}, nil)
}

// Reassign gives a returned task anew.
func (c *Client) Reassign(ctx context.Context, id ID, f Assigning) error {
	return c.post(ctx, assignment(id, "/reassign"), f, nil)
}

// DraftAssigned begins the draft of a task.
func (c *Client) DraftAssigned(ctx context.Context, id ID) (Outgoing, error) {
	return acted[Outgoing](ctx, c, assignment(id, "/draft"), nil)
}
