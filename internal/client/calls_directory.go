package client

import (
	"context"
	"net/url"
)

// Directory tells how the directory stands; only for administrators of the system, like all that follows.
func (c *Client) Directory(ctx context.Context) (Directory, error) {
	return a[Directory](ctx, c, "/directory", nil)
}

// DirectoryAgency gives an agency with its codes, names, entries and conflicts.
func (c *Client) DirectoryAgency(ctx context.Context, id ID) (DirectoryAgency, error) {
	return a[DirectoryAgency](ctx, c, "/directory/agencies/"+id.String(), nil)
}

// DirectoryRuns lists the last synchronisations.
func (c *Client) DirectoryRuns(ctx context.Context) ([]DirectoryRun, error) {
	return a[[]DirectoryRun](ctx, c, "/directory/runs", nil)
}

// DirectoryRun gives one with its steps.
func (c *Client) DirectoryRun(ctx context.Context, id ID) (DirectoryRun, error) {
	return a[DirectoryRun](ctx, c, "/directory/runs/"+id.String(), nil)
}

// ConfirmDirectoryRun lets a held one go on.
func (c *Client) ConfirmDirectoryRun(ctx context.Context, id ID, reason string) error {
	return c.post(ctx, "/directory/runs/"+id.String()+"/confirm", RunDecision{reason}, nil)
}

// RefuseDirectoryRun gives a held one up.
func (c *Client) RefuseDirectoryRun(ctx context.Context, id ID, reason string) error {
	return c.post(ctx, "/directory/runs/"+id.String()+"/refuse", RunDecision{reason}, nil)
}

// CodeConflicts lists the conflicts over codes; all includes those settled.
func (c *Client) CodeConflicts(ctx context.Context, all bool) ([]CodeConflict, error) {
	q := url.Values{}
	if all {
		q.Set("all", "true")
	}
	return a[[]CodeConflict](ctx, c, "/directory/conflicts", q)
}

// DecideConflict settles one.
func (c *Client) DecideConflict(ctx context.Context, id ID, f ConflictDecision) error {
	return c.post(ctx, "/directory/conflicts/"+id.String()+"/decide", f, nil)
}

// UnknownSenders lists senders that the directory does not know; all includes those settled.
func (c *Client) UnknownSenders(ctx context.Context, all bool) ([]DirectoryEntry, error) {
	q := url.Values{}
	if all {
		q.Set("all", "true")
	}
	return a[[]DirectoryEntry](ctx, c, "/directory/senders", q)
}

// SettleSender enters, links or ignores one.
func (c *Client) SettleSender(ctx context.Context, code string, f SenderDecision) error {
	return c.post(ctx, "/directory/senders/"+url.PathEscape(code)+"/settle", f, nil)
}
