package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// Sources lists the word processors' files of a draft, the newest first.
func (c *Client) Sources(ctx context.Context, id ID) ([]Source, error) {
	return a[[]Source](ctx, c, out(id, "/sources"), nil)
}

// Compare tells what changed between two versions; to 0 is the draft as it is now.
func (c *Client) Compare(ctx context.Context, id ID, from, to int64) (Comparison, error) {
	return a[Comparison](ctx, c, out(id, "/compare"), url.Values{"from": {strconv.FormatInt(from, 10)}, "to": {strconv.FormatInt(to, 10)}})
}

// Editing says that a draft is being changed, and lists who else has it open.
func (c *Client) Editing(ctx context.Context, id ID) ([]Editor, error) {
	return acted[[]Editor](ctx, c, out(id, "/editing"), nil)
}

// Waive lets a draft go on with a finding about its layout.
func (c *Client) Waive(ctx context.Context, id ID, w Waiver) error {
	return c.call(ctx, request{method: http.MethodPost, path: out(id, "/layout/waive"), body: w}, nil)
}
