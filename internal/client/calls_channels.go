package client

import (
	"context"
	"net/url"
	"strconv"
)

// Channels lists the gateways of the installation.
func (c *Client) Channels(ctx context.Context) ([]Channel, error) {
	return a[[]Channel](ctx, c, "/channels", nil)
}

// SetChannel changes how a gateway is reached.
func (c *Client) SetChannel(ctx context.Context, f Channel) error {
	return c.post(ctx, "/channels", f, nil)
}

// SwitchChannel turns a gateway on or off.
func (c *Client) SwitchChannel(ctx context.Context, f ChannelSwitch) error {
	return c.post(ctx, "/channels/switch", f, nil)
}

// Credentials lists what agencies sign in with: all of them for an administrator, its own for an agency's clerk.
func (c *Client) Credentials(ctx context.Context, channel string, after ID) ([]Credential, error) {
	q := url.Values{}
	if channel != "" {
		q.Set("channel", channel)
	}
	if after != 0 {
		q.Set("after", after.String())
	}
	return a[[]Credential](ctx, c, "/channels/credentials", q)
}

// SetCredential keeps what an agency signs in with.
func (c *Client) SetCredential(ctx context.Context, f CredentialForm) error {
	return c.post(ctx, "/channels/credentials", f, nil)
}

// TestChannel signs in for an agency and gives the answer.
func (c *Client) TestChannel(ctx context.Context, f ChannelAct) (ChannelTested, error) {
	return acted[ChannelTested](ctx, c, "/channels/test", f)
}

// FetchChannel fetches an agency's mail now.
func (c *Client) FetchChannel(ctx context.Context, f ChannelAct) error {
	return c.post(ctx, "/channels/fetch", f, nil)
}

// ResendChannel sends again what was given up for an agency.
func (c *Client) ResendChannel(ctx context.Context, f ChannelAct) error {
	return c.post(ctx, "/channels/resend", f, nil)
}

// ChannelRoutes lists the exceptions of routing.
func (c *Client) ChannelRoutes(ctx context.Context) ([]ChannelRoute, error) {
	return a[[]ChannelRoute](ctx, c, "/channels/routes", nil)
}

// AddChannelRoute adds one.
func (c *Client) AddChannelRoute(ctx context.Context, f ChannelRoute) error {
	return c.post(ctx, "/channels/routes", f, nil)
}

// RemoveChannelRoute removes one.
func (c *Client) RemoveChannelRoute(ctx context.Context, id ID) error {
	return c.post(ctx, "/channels/routes/"+id.String()+"/remove", struct{}{}, nil)
}

// ChannelCalls lists what was asked of the gateways, newest first.
func (c *Client) ChannelCalls(ctx context.Context, channel string, failed bool, cursor string, limit int) (Page[ChannelCall], error) {
	q := url.Values{}
	if channel != "" {
		q.Set("channel", channel)
	}
	if failed {
		q.Set("failed", "true")
	}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	return a[Page[ChannelCall]](ctx, c, "/channels/calls", q)
}

// ChannelCall gives one with request and answer.
func (c *Client) ChannelCall(ctx context.Context, id ID) (ChannelCall, error) {
	return a[ChannelCall](ctx, c, "/channels/calls/"+id.String(), nil)
}
