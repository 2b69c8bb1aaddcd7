package client

import "context"

// Requests lists what the sender asked about a received document.
func (c *Client) Requests(ctx context.Context, id ID) ([]Request, error) {
	return a[[]Request](ctx, c, in(id, "/requests"), nil)
}

// OpenRequests lists requests about documents that have not arrived.
func (c *Client) OpenRequests(ctx context.Context) ([]Request, error) {
	return a[[]Request](ctx, c, "/requests", nil)
}

// AgreeRequest does what the sender asks; an agreed recall destroys the document.
func (c *Client) AgreeRequest(ctx context.Context, id, request ID) error {
	return c.post(ctx, in(id, "/agree-request"), Agreeing{request}, nil)
}

// DeclineRequest keeps the document, with a reason for the sender.
func (c *Client) DeclineRequest(ctx context.Context, id, request ID, reason string) error {
	return c.post(ctx, in(id, "/decline-request"), Declining{request, reason}, nil)
}

// RecallOutgoing takes an issued document back from all who have it.
func (c *Client) RecallOutgoing(ctx context.Context, id ID, f Recalling) error {
	return c.post(ctx, out(id, "/recall"), f, nil)
}

// AskedReceivers lists what was asked of the receivers of a document.
func (c *Client) AskedReceivers(ctx context.Context, id ID) ([]Asked, error) {
	return a[[]Asked](ctx, c, out(id, "/requests"), nil)
}

// OutgoingRelations lists what an outgoing document replaces, amends or corrects, and what does so to it.
func (c *Client) OutgoingRelations(ctx context.Context, id ID) ([]Relation, error) {
	return a[[]Relation](ctx, c, out(id, "/relations"), nil)
}

// IncomingRelations lists the same of a received document.
func (c *Client) IncomingRelations(ctx context.Context, id ID) ([]Relation, error) {
	return a[[]Relation](ctx, c, in(id, "/relations"), nil)
}

// Relate says what a draft does to an issued document.
func (c *Client) Relate(ctx context.Context, id ID, f Relating) error {
	return c.post(ctx, out(id, "/relate"), f, nil)
}

// Unrelate takes it back.
func (c *Client) Unrelate(ctx context.Context, id, target ID) error {
	return c.post(ctx, out(id, "/unrelate"), Unrelating{target}, nil)
}

// AskBack asks one receiver to give the document back.
func (c *Client) AskBack(ctx context.Context, delivery ID, reason string) error {
	return c.post(ctx, "/deliveries/"+delivery.String()+"/ask-back", Reason{reason}, nil)
}

// SendUpdate sends the document to one receiver again, as an update.
func (c *Client) SendUpdate(ctx context.Context, delivery ID, reason string) error {
	return c.post(ctx, "/deliveries/"+delivery.String()+"/update", Reason{reason}, nil)
}

// AddReceivers sends an issued document to further receivers.
func (c *Client) AddReceivers(ctx context.Context, id ID, f Adding) error {
	return c.post(ctx, out(id, "/add-receivers"), f, nil)
}

// PickRequest says which received document a request is about that names two.
func (c *Client) PickRequest(ctx context.Context, request, incoming ID) error {
	return c.post(ctx, "/requests/"+request.String()+"/pick", Picking{incoming}, nil)
}
