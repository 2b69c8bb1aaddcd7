package client

import (
	"context"
	"net/http"
)

// PrepareSigning freezes a document for a signature by a key of the caller's own.
func (c *Client) PrepareSigning(ctx context.Context, document ID, f PreparingSigning) (SigningOrder, error) {
	return acted[SigningOrder](ctx, c, out(document, "/signings"), f)
}

// Signing tells how a signing stands.
func (c *Client) Signing(ctx context.Context, id ID) (SigningOrder, error) {
	return a[SigningOrder](ctx, c, "/signings/"+id.String(), nil)
}

// CompleteSigning brings the signatures of its parts. Sent twice with the same values it answers as the first time.
func (c *Client) CompleteSigning(ctx context.Context, id ID, f CompletingSigning) (Outgoing, error) {
	return acted[Outgoing](ctx, c, "/signings/"+id.String()+"/value", f)
}

// RefuseSigning tells that the signer's device did not sign, and why.
func (c *Client) RefuseSigning(ctx context.Context, id ID, reason string) error {
	return c.post(ctx, "/signings/"+id.String()+"/refusal", Reason{reason}, nil)
}

// CancelSigning ends a signing that is not wanted any more.
func (c *Client) CancelSigning(ctx context.Context, id ID) error {
	return c.call(ctx, request{method: http.MethodDelete, path: "/signings/" + id.String()}, nil)
}

// PrepareSignings freezes several documents: all that is to be signed comes at once.
func (c *Client) PrepareSignings(ctx context.Context, f PreparingSignings) ([]SigningResult, error) {
	return acted[[]SigningResult](ctx, c, "/signings", f)
}

// CompleteSignings brings the signatures of several.
func (c *Client) CompleteSignings(ctx context.Context, f CompletingSignings) ([]SigningResult, error) {
	return acted[[]SigningResult](ctx, c, "/signings/values", f)
}

// StartBatch lets the server sign or release a list of documents with one consent. Sent twice it makes two batches; the second signs nothing again.
func (c *Client) StartBatch(ctx context.Context, f StartingBatch) (Batch, error) {
	return acted[Batch](ctx, c, "/batches", f)
}

// Batches lists the caller's own batches, newest first.
func (c *Client) Batches(ctx context.Context) ([]Batch, error) {
	return a[[]Batch](ctx, c, "/batches", nil)
}

// Batch tells how far a batch got.
func (c *Client) Batch(ctx context.Context, id ID) (Batch, error) {
	return a[Batch](ctx, c, "/batches/"+id.String(), nil)
}

// BatchItems lists what became of each document of a batch.
func (c *Client) BatchItems(ctx context.Context, id ID) ([]BatchItem, error) {
	return a[[]BatchItem](ctx, c, "/batches/"+id.String()+"/items", nil)
}

// CancelBatch cancels what of a batch has not begun.
func (c *Client) CancelBatch(ctx context.Context, id ID) error {
	return c.call(ctx, request{method: http.MethodDelete, path: "/batches/" + id.String()}, nil)
}
