package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// PictureProposal is what goes with an uploaded image.
type PictureProposal struct {
	Whiten             bool    // white paper becomes transparent
	WidthMM            float64 // real width; 0 leaves what the file says
	ValidFrom, ValidTo string
	Note               string
}

func (p PictureProposal) values() url.Values {
	v := url.Values{}
	for name, s := range map[string]string{"valid_from": p.ValidFrom, "valid_to": p.ValidTo, "note": p.Note} {
		if s != "" {
			v.Set(name, s)
		}
	}
	if p.Whiten {
		v.Set("whiten", "true")
	}
	if p.WidthMM > 0 {
		v.Set("width_mm", strconv.FormatFloat(p.WidthMM, 'f', -1, 64))
	}
	return v
}

// ProposePicture sends an image of kind "signature" (one's own) or "seal" to be approved.
func (c *Client) ProposePicture(ctx context.Context, kind, name string, from io.Reader, p PictureProposal) (Picture, error) {
	var out Picture
	return out, c.upload(ctx, request{method: http.MethodPost, path: "/pictures/" + kind, query: p.values()}, name, from, &out)
}

// ProposePlacing sends a placing to be approved.
func (c *Client) ProposePlacing(ctx context.Context, p PlacingProposal) (Picture, error) {
	return acted[Picture](ctx, c, "/pictures/placing", p)
}

// Pictures lists versions: which is "mine", "agency" or "waiting".
func (c *Client) Pictures(ctx context.Context, which string) ([]Picture, error) {
	return a[[]Picture](ctx, c, "/pictures", url.Values{"which": {which}})
}

// ApprovePicture lets a version serve.
func (c *Client) ApprovePicture(ctx context.Context, id ID) (Picture, error) {
	return acted[Picture](ctx, c, "/pictures/"+id.String()+"/approve", struct{}{})
}

// RejectPicture refuses a version.
func (c *Client) RejectPicture(ctx context.Context, id ID, reason string) (Picture, error) {
	return acted[Picture](ctx, c, "/pictures/"+id.String()+"/reject", Reason{reason})
}

// WithdrawPicture ends a version.
func (c *Client) WithdrawPicture(ctx context.Context, id ID, reason string) (Picture, error) {
	return acted[Picture](ctx, c, "/pictures/"+id.String()+"/withdraw", Reason{reason})
}

// Placing reads how the agency places signatures today.
func (c *Client) Placing(ctx context.Context) (PlacingNow, error) {
	return a[PlacingNow](ctx, c, "/placing", nil)
}
