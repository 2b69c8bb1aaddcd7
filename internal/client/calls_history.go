package client

import (
	"context"
	"io"
	"net/url"
)

// History tells the whole course of a document, oldest first: acts, opinions, deliveries, readings. ref is incoming/ID or outgoing/ID; kind and person narrow
// it when given; cursor is the Next of the part before.
func (c *Client) History(ctx context.Context, ref, kind string, person ID, cursor string, limit int) (Course, error) {
	return a[Course](ctx, c, "/"+ref+"/history", courseQuery(older(cursor, limit), kind, person))
}

// PrintHistory streams the course as PDF.
func (c *Client) PrintHistory(ctx context.Context, ref, kind string, person ID, to io.Writer) (name string, err error) {
	return c.download(ctx, "/"+ref+"/history.pdf", courseQuery(url.Values{}, kind, person), to)
}

func courseQuery(v url.Values, kind string, person ID) url.Values {
	if kind != "" {
		v.Set("kind", kind)
	}
	if person != 0 {
		v.Set("person", person.String())
	}
	return v
}
