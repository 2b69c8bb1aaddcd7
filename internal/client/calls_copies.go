package client

import (
	"context"
	"io"
)

// MakeCopy makes a paper copy with the next number.
func (c *Client) MakeCopy(ctx context.Context, f Copying) (Copy, error) {
	return acted[Copy](ctx, c, "/copies", f)
}

// Copies lists the register of copies.
func (c *Client) Copies(ctx context.Context, cursor string, limit int) (Page[Copy], error) {
	return a[Page[Copy]](ctx, c, "/copies", older(cursor, limit))
}

// PrintCopy streams the pages of a paper copy.
func (c *Client) PrintCopy(ctx context.Context, id ID, to io.Writer) (string, error) {
	return c.download(ctx, "/copies/"+id.String()+"/print", nil, to)
}

// Digitise signs a scan of received paper as an electronic true copy.
func (c *Client) Digitise(ctx context.Context, id ID, f Digitising) (Copy, error) {
	return acted[Copy](ctx, c, in(id, "/digitise"), f)
}
