package pades

import (
	"bytes"
	"crypto/x509"
	"errors"
	"time"
)

// Purpose says what a trust anchor is believed for (S7.3). Zero means signing and sealing.
type Purpose uint8

const (
	ForSigning Purpose = 1 << iota
	ForSealing
	ForTimestamps
)

// Anchor is a root, or a pinned intermediate, that an administrator has confirmed.
type Anchor struct {
	Name        string // shown in reports; the subject's common name when empty
	Certificate *x509.Certificate
	Purposes    Purpose
	From, Until time.Time // signatures believed made in this period, both optional
	// NoRevocation says that this authority publishes no revocation data (local and test authorities).
	NoRevocation bool
}

func (a Anchor) serves(p Purpose, at time.Time) bool {
	own := a.Purposes
	if own == 0 {
		own = ForSigning | ForSealing
	}
	return own&p != 0 && (a.From.IsZero() || !at.Before(a.From)) && (a.Until.IsZero() || !at.After(a.Until))
}

// roots gives the pool of the anchors that serve the purpose at that time.
func (o VerifyOptions) roots(p Purpose, at time.Time) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, a := range o.Trust {
		if a.Certificate != nil && a.serves(p, at) {
			pool.AddCert(a.Certificate)
		}
	}
	return pool
}

func (o VerifyOptions) anchorOf(c *x509.Certificate) Anchor {
	for _, a := range o.Trust {
		if a.Certificate != nil && bytes.Equal(a.Certificate.Raw, c.Raw) {
			if a.Name == "" {
				a.Name = c.Subject.CommonName
			}
			return a
		}
	}
	return Anchor{Name: c.Subject.CommonName}
}

// judgeChain builds the chain of the signer at the best time and asks for revocation evidence (check 6).
func (s *signed) judgeChain(signer *x509.Certificate, carried []*x509.Certificate, opt VerifyOptions, proven bool) {
	pool := x509.NewCertPool()
	for _, c := range append(carried[:len(carried):len(carried)], s.material.certificates...) {
		pool.AddCert(c)
	}
	named := map[string]any{"signer": signer.Subject.CommonName, "issuer": signer.Issuer.CommonName, "at": s.Time.Format(time.RFC3339)}
	chains, err := signer.Verify(x509.VerifyOptions{Roots: opt.roots(ForSigning|ForSealing, s.Time), Intermediates: pool,
		CurrentTime: s.Time, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && proven && s.Time.Before(signer.NotBefore):
		s.ChainState = ChainExpired
		s.verdict(TotalFailed, notYetValid)
		s.tell("chain.not-yet", named)
		return
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		s.ChainState = ChainExpired
		s.unsure(outOfBounds, "chain.expired", named)
		return
	case errors.As(err, &invalid) && invalid.Reason == x509.TooManyIntermediates:
		s.ChainState = ChainUntrusted
		s.unsure(chainConstraints, "chain.limit", named)
		return
	case err != nil:
		s.ChainState = ChainUntrusted
		s.unsure(noChain, "chain.untrusted", named)
		return
	}
	chain := chains[0]
	s.ChainState = ChainTrusted
	for _, c := range chain[1:] {
		s.Chain = append(s.Chain, party(c))
	}
	if signer.KeyUsage != 0 && signer.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		s.unsure(chainConstraints, "chain.usage", named)
	}
	anchor := opt.anchorOf(chain[len(chain)-1])
	s.Anchor = anchor.Name
	s.judgeRevocation(chain, anchor.NoRevocation && opt.RevocationOptional, proven)
}
