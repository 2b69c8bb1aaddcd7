package documents

import (
	"context"
	"errors"

	"congvu/internal/store"
)

// SigningResult is what became of one document when several are signed on a device in one go (S11.1, S11.3): a signing or its document, or the
// refusal that kept it back.
type SigningResult struct {
	OutgoingID int64
	SigningID  int64
	Signing    *Signing  // PrepareSignings
	Outgoing   *Outgoing // CompleteSignings
	Refusal    error
}

// PrepareSignings is PrepareSigning for a list: all digests go out at once, so that one PIN or one confirmation covers them. Each pick may name
// the hash of the file that its signer saw; capacity "" takes the document's own. One refusal stops no other. Invalid for an empty list, the
// same document twice, or more than BatchLimit.
func PrepareSignings(ctx context.Context, d *Desk, a store.Actor, picks []Pick, f SigningForm) ([]SigningResult, error) {
	kind := BatchSign
	if f.Purpose == PurposeSeal {
		kind = BatchRelease
	}
	if err := checkPicks(ctx, d.DB, a, kind, picks); err != nil {
		return nil, err
	}
	out := make([]SigningResult, len(picks))
	for i, p := range picks {
		out[i].OutgoingID = p.ID
		s, err := d.prepareOne(ctx, a, p, f)
		if err != nil && !perDocument(err) {
			return nil, err
		}
		if out[i].Signing, out[i].Refusal = s, err; s != nil {
			out[i].SigningID = s.ID
		}
	}
	return out, nil
}

func (d *Desk) prepareOne(ctx context.Context, a store.Actor, p Pick, f SigningForm) (*Signing, error) {
	o, err := FindOutgoing(ctx, d.DB, a, p.ID)
	if err != nil {
		return nil, err
	}
	if f.Capacity == "" {
		f.Capacity = o.Capacity
	}
	f.SHA = p.SHA
	return PrepareSigning(ctx, d, a, p.ID, f)
}

// SigningCompletion brings the values of one of several signings.
type SigningCompletion struct {
	ID int64
	Completion
}

// CompleteSignings is CompleteSigning for a list: all signatures come back at once, each with its own result (S11.3).
func CompleteSignings(ctx context.Context, d *Desk, a store.Actor, all []SigningCompletion) ([]SigningResult, error) {
	if len(all) == 0 || len(all) > mostBatch {
		return nil, store.RefuseField("values", "Hãy gửi từ 1 đến {most} lượt ký trong một lần.", "most", mostBatch)
	}
	out := make([]SigningResult, len(all))
	for i, c := range all {
		o, err := CompleteSigning(ctx, d, a, c.ID, c.Completion)
		if err != nil && !perDocument(err) {
			return nil, err
		}
		if out[i] = (SigningResult{SigningID: c.ID, Outgoing: o, Refusal: err}); o != nil {
			out[i].OutgoingID = o.ID
		}
	}
	return out, nil
}

// perDocument tells a refusal of one document from what concerns the whole list: the server's own trouble, a person who has not confirmed himself.
func perDocument(err error) bool {
	_, refused := errorsAs[*store.Refusal](err)
	return refused && !errors.Is(err, store.Unconfirmed)
}
