package client

import "context"

// Sources lists the word processors' files of a draft, the newest first.
func (c *Client) Sources(ctx context.Context, id ID) ([]Source, error) {
	return a[[]Source](ctx, c, out(id, "/sources"), nil)
}
