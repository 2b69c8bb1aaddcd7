package client

import "context"

// Nodes tells how this installation stands on the axis and who is connected.
func (c *Client) Nodes(ctx context.Context) (Nodes, error) { return a[Nodes](ctx, c, "/nodes", nil) }

// AdmitNode lets an installation connect and gives its password, once.
func (c *Client) AdmitNode(ctx context.Context, f NodeForm) (NodePassword, error) {
	return acted[NodePassword](ctx, c, "/nodes", f)
}

// AmendNode replaces the agencies of an installation.
func (c *Client) AmendNode(ctx context.Context, f NodeForm) error {
	return c.post(ctx, "/nodes/agencies", f, nil)
}

// RekeyNode draws a new password for an installation, shown once.
func (c *Client) RekeyNode(ctx context.Context, name string) (NodePassword, error) {
	return acted[NodePassword](ctx, c, "/nodes/rekey", NodeForm{Name: name})
}

// RevokeNode ends the right of an installation to connect.
func (c *Client) RevokeNode(ctx context.Context, name string) error {
	return c.post(ctx, "/nodes/revoke", NodeForm{Name: name}, nil)
}

// TryNode asks the other end of a link for an answer; "" is the hub.
func (c *Client) TryNode(ctx context.Context, name string) (NodeTried, error) {
	return acted[NodeTried](ctx, c, "/nodes/try", NodeForm{Name: name})
}
