package client

import "context"

// Follow gives a page of what the caller gave to others; of the list only tab, cursor and limit count.
func (c *Client) Follow(ctx context.Context, l List) (Page[FollowRow], error) {
	return a[Page[FollowRow]](ctx, c, "/follow", l.values())
}

// Chase presses who holds a line.
func (c *Client) Chase(ctx context.Context, line ID, words string) error {
	return c.post(ctx, lines(line, "/chase"), Text{words}, nil)
}

// Chases lists who was pressed about a document, and when.
func (c *Client) Chases(ctx context.Context, id ID) ([]Chase, error) {
	return a[[]Chase](ctx, c, in(id, "/chases"), nil)
}

// Reopen takes a finished document up again.
func (c *Client) Reopen(ctx context.Context, id ID, reason string) error {
	return c.post(ctx, in(id, "/reopen"), Reason{reason}, nil)
}

// AskExtension asks who gave a line for a later deadline.
func (c *Client) AskExtension(ctx context.Context, line ID, f AskingExtension) (Extension, error) {
	return acted[Extension](ctx, c, lines(line, "/extension"), f)
}

// Extensions lists the requests for more time that wait for the caller's answer.
func (c *Client) Extensions(ctx context.Context) ([]Extension, error) {
	return a[[]Extension](ctx, c, "/extensions", nil)
}

// ExtensionsOf lists those of a document, answered or not.
func (c *Client) ExtensionsOf(ctx context.Context, id ID) ([]Extension, error) {
	return a[[]Extension](ctx, c, in(id, "/extensions"), nil)
}

// AnswerExtension agrees or refuses.
func (c *Client) AnswerExtension(ctx context.Context, id ID, f AnsweringExtension) error {
	return c.post(ctx, "/extensions/"+id.String()+"/answer", f, nil)
}

// DropExtension takes back one's own request.
func (c *Client) DropExtension(ctx context.Context, id ID) error {
	return c.post(ctx, "/extensions/"+id.String()+"/drop", nil, nil)
}

// Week is what this week brings the caller.
func (c *Client) Week(ctx context.Context) (Week, error) { return a[Week](ctx, c, "/week", nil) }

// SetDigest switches the weekly digest on or off.
func (c *Client) SetDigest(ctx context.Context, on bool) error {
	return c.put(ctx, "/week/digest", Digesting{on}, nil)
}

// Leavers lists the posts whose work the caller may hand on.
func (c *Client) Leavers(ctx context.Context) ([]Post, error) {
	return a[[]Post](ctx, c, "/handover", nil)
}

// LeftBy lists what a post still holds.
func (c *Client) LeftBy(ctx context.Context, post ID) (PostLeft, error) {
	return a[PostLeft](ctx, c, "/handover/"+post.String(), nil)
}

// MoveWork hands it to another post.
func (c *Client) MoveWork(ctx context.Context, post ID, f MovingWork) error {
	return c.post(ctx, "/handover/"+post.String(), f, nil)
}
