package authority

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"errors"
	"math/big"
	"net/url"
	"time"

	"congvu/internal/cms"
	"congvu/internal/keys"
)

// Stamp asks for a token over a digest made with h: nonce and certReq, at most four calls at once, patient for four minutes.
// Refusals: ErrNoAuthority, ErrAddress, ErrUnreachable, ErrAnswer for what is no proper answer to this request, ErrUntrusted,
// ErrClock, cms.ErrTimestampRefused. It does not try again: that is for the caller's queue (S6.2).
func (c *Client) Stamp(ctx context.Context, digest []byte, h crypto.Hash) ([]byte, error) {
	c.open()
	if c.TSA == "" {
		return nil, ErrNoAuthority
	}
	nonce, err := newNonce()
	if err != nil {
		return nil, err
	}
	request, err := cms.TimestampRequest(digest, h, nonce)
	if err != nil {
		return nil, err
	}
	leave, err := enter(ctx, c.stamping)
	if err != nil {
		return nil, err
	}
	defer leave()
	sent := c.now()
	raw, err := c.do(ctx, call{address: c.TSA, kind: "application/timestamp-query", body: request, accepted: []string{"application/timestamp-reply"},
		limit: maxToken, timeout: stampTimeout})
	if err != nil {
		return nil, err
	}
	token, stamp, err := cms.OpenTimestampResponse(raw, digest, nonce)
	if errors.Is(err, cms.ErrTimestampRefused) {
		return nil, err
	}
	if err == nil && stamp.Hash != h {
		err = cms.ErrImprintMismatch
	}
	if err != nil {
		return nil, c.badAnswer(err)
	}
	if err := c.checkStamp(stamp, digest, sent); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tokenSize = max(c.tokenSize, len(token))
	return bytes.Clone(token), nil
}

// TokenSize is the size of the largest token that the authority has given so far, 0 before the first: for whoever keeps room.
func (c *Client) TokenSize() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tokenSize
}

// checkStamp wants the signature to hold, the chain to lead to an anchor believed for time stamps, no weak algorithm, and a time
// between sending and receiving, give or take the tolerance.
func (c *Client) checkStamp(stamp *cms.Timestamp, digest []byte, sent time.Time) error {
	stamp.Signed.Supply(c.Intermediates...)
	if c.Trust == nil {
		return ErrUntrusted
	}
	stamp.Signed.Supply(c.Trust.Intermediates()...)
	if err := stamp.Verify(func(crypto.Hash) []byte { return digest }, nil); err != nil {
		return c.badAnswer(err)
	}
	if len(stamp.Weak) > 0 {
		return c.badAnswer(errors.New("weak algorithm " + stamp.Weak[0]))
	}
	if _, err := c.Trust.Chain(stamp.Signer, stamp.Signed.Certificates, stamp.Time, keys.PurposeTimestamp); err != nil {
		return ErrUntrusted.because("%w", err)
	}
	if stamp.Time.Before(sent.Add(-ClockTolerance)) || stamp.Time.After(c.now().Add(ClockTolerance)) {
		return ErrClock.because("token of %s, asked at %s", stamp.Time.Format(time.RFC3339), sent.UTC().Format(time.RFC3339))
	}
	return nil
}

func (c *Client) badAnswer(err error) error {
	u, _ := url.Parse(c.TSA)
	return ErrAnswer.with("host", u.Host).because("%w", err)
}

// newNonce draws 63 random bits: authorities with 64-bit integers still echo it.
func newNonce() (*big.Int, error) {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return nil, err
	}
	return n.Add(n, big.NewInt(1)), nil
}
