package client

import (
	"context"
	"net/url"
	"strconv"
)

// WatchExchange tells how the exchange stands.
func (c *Client) WatchExchange(ctx context.Context) (Watch, error) {
	return a[Watch](ctx, c, "/exchange/watch", nil)
}

// NotDelivered lists what has no receipt, was refused or failed.
func (c *Client) NotDelivered(ctx context.Context, s Sought, cursor string, limit int) (Page[Delivery], error) {
	v := older(cursor, limit)
	for name, value := range map[string]string{"peer": s.Peer, "state": s.State, "channel": s.Channel} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if s.OlderHours > 0 {
		v.Set("older_hours", strconv.Itoa(s.OlderHours))
	}
	return a[Page[Delivery]](ctx, c, "/exchange/undelivered", v)
}

// ResendAll sends again what is sought.
func (c *Client) ResendAll(ctx context.Context, s Sought) (Resent, error) {
	return acted[Resent](ctx, c, "/exchange/resend", s)
}

// Peers lists those the installation exchanges with, after a code.
func (c *Client) Peers(ctx context.Context, after string) ([]Peer, error) {
	return a[[]Peer](ctx, c, "/exchange/peers", afterCode(after))
}

// SetQuota sets how much is taken in from a sender, or from everybody without a quota of his own.
func (c *Client) SetQuota(ctx context.Context, q Quota) error {
	return c.post(ctx, "/exchange/quota", q, nil)
}

// Reconcile asks to compare what was sent with what receivers hold.
func (c *Client) Reconcile(ctx context.Context, f Comparing) error {
	return c.post(ctx, "/exchange/reconcile", f, nil)
}

// Reconciliations lists what the last comparisons gave, after a peer's code.
func (c *Client) Reconciliations(ctx context.Context, after string) ([]Reconciliation, error) {
	return a[[]Reconciliation](ctx, c, "/exchange/reconciliations", afterCode(after))
}

// Differences lists what is not healed.
func (c *Client) Differences(ctx context.Context, cursor string, limit int) (Page[Difference], error) {
	return a[Page[Difference]](ctx, c, "/exchange/differences", older(cursor, limit))
}

func afterCode(code string) url.Values {
	v := url.Values{}
	if code != "" {
		v.Set("after", code)
	}
	return v
}
