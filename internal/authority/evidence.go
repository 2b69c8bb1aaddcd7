package authority

import (
	"context"
	"crypto/x509"
	"errors"
	"time"

	"congvu/internal/keys"
)

// Evidence asks whether cert was revoked: the OCSP responders that it names, then its revocation lists. What comes back is in
// force now, made not before after, and conclusive; that the certificate is revoked is a conclusive answer too. An answer
// that is older is ErrTryLater, with the time at which the authority promised a new one. Refusals: ErrStranger for a
// certificate that does not chain to a believed anchor, ErrNoSource, ErrTryLater, ErrUnreachable, ErrAnswer.
func (c *Client) Evidence(ctx context.Context, cert, issuer *x509.Certificate, after time.Time) (ocsp, crl []byte, err error) {
	c.open()
	if err := c.believes(cert, issuer); err != nil {
		return nil, nil, err
	}
	a, err := c.askResponders(ctx, cert, issuer, after)
	if err == nil {
		return a.raw, a.list, nil
	}
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	l, listErr := c.askLists(ctx, cert, issuer, after)
	if listErr == nil {
		return nil, l.raw, nil
	}
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	return nil, nil, better(err, listErr)
}

// better picks the refusal that says more: a certificate that names no list is no news where its responder had a reason.
func better(byResponder, byList error) error {
	switch {
	case errors.Is(byList, ErrNoSource):
		return byResponder
	case errors.Is(byResponder, ErrTryLater) && !errors.Is(byList, ErrTryLater):
		return byResponder
	}
	return byList
}

// believes wants issuer to have signed cert and to chain to an anchor of ours: addresses of strangers are not called.
func (c *Client) believes(cert, issuer *x509.Certificate) error {
	if c.Trust == nil || issuer == nil {
		return ErrStranger
	}
	if err := cert.CheckSignatureFrom(issuer); err != nil {
		return ErrStranger.because("%w", err)
	}
	between := x509.NewCertPool()
	for _, x := range append(c.Trust.Intermediates(), c.Intermediates...) {
		between.AddCert(x)
	}
	at := c.now()
	if at.After(issuer.NotAfter) {
		at = issuer.NotAfter
	}
	err := error(ErrStranger)
	for _, purpose := range []keys.Purpose{keys.PurposeSign, keys.PurposeSeal, keys.PurposeTimestamp} {
		_, err = issuer.Verify(x509.VerifyOptions{Roots: c.Trust.Pool(purpose, at), Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
		if err == nil {
			return nil
		}
	}
	return ErrStranger.because("%w", err)
}

// inForce checks the period that an authority gives its word for.
func inForce(from, until, now time.Time) bool {
	return !from.After(now.Add(ClockTolerance)) && (until.IsZero() || until.Add(ClockTolerance).After(now))
}

// since reports whether something was made at that time or later, by clocks that may differ.
func since(made, after time.Time) bool { return !made.Add(ClockTolerance).Before(after) }
