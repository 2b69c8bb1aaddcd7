package pades

import (
	"crypto/x509"
	"errors"
	"time"

	"congvu/internal/keys"
)

// timestampPool gives the anchors believed for time stamps at that time.
func (o VerifyOptions) timestampPool(at time.Time) *x509.CertPool {
	if o.Trust == nil {
		return x509.NewCertPool()
	}
	return o.Trust.Pool(keys.PurposeTimestamp, at)
}

// chainOf finds a chain for a signer; a person's certificate and an agency's serve either purpose here, which of them
// it had to be is for the caller to compare.
func (o VerifyOptions) chainOf(signer *x509.Certificate, between []*x509.Certificate, at time.Time) (*keys.Chain, error) {
	if o.Trust == nil {
		return nil, keys.ErrUnknownIssuer
	}
	chain, err := o.Trust.Chain(signer, between, at, keys.PurposeSign)
	if errors.Is(err, keys.ErrPurpose) {
		return o.Trust.Chain(signer, between, at, keys.PurposeSeal)
	}
	return chain, err
}

// judgeChain builds the chain of the signer at the best time and asks for revocation evidence (check 6). proven says that
// the time rests on a trusted time stamp.
func (s *signed) judgeChain(opt VerifyOptions, proven bool) {
	signer := s.certificate
	between := append(s.container.Certificates[:len(s.container.Certificates):len(s.container.Certificates)], s.material.certificates...)
	named := map[string]any{"signer": signer.Subject.CommonName, "issuer": signer.Issuer.CommonName, "at": s.Time.Format(time.RFC3339)}
	chain, err := opt.chainOf(signer, between, s.Time)
	switch {
	case errors.Is(err, keys.ErrNotValidAt) && proven && s.Time.Before(signer.NotBefore):
		s.ChainState = ChainExpired
		s.fail(notYetValid, "chain.not-yet", named)
		return
	case errors.Is(err, keys.ErrNotValidAt):
		s.ChainState = ChainExpired
		s.unsure(outOfBounds, "chain.expired", named)
		return
	case errors.Is(err, keys.ErrPurpose):
		s.ChainState = ChainUntrusted
		s.unsure(chainConstraints, "chain.usage", named)
		return
	case errors.Is(err, keys.ErrTestCertificate):
		s.ChainState = ChainUntrusted
		s.unsure(chainConstraints, "chain.test", named)
		return
	case errors.Is(err, keys.ErrNotJudged):
		s.ChainState = ChainUntrusted
		s.unsure(chainFailure, "chain.not-judged", named)
		return
	case err != nil:
		s.ChainState = ChainUntrusted
		s.unsure(noChain, "chain.untrusted", named)
		return
	}
	s.path = chain
	s.ChainState, s.Anchor, s.Test = ChainTrusted, chain.Anchor.Name, chain.Test
	for _, c := range chain.Certificates[1:] {
		s.Chain = append(s.Chain, party(c))
	}
	if chain.Test {
		s.tell("chain.test-accepted", named)
	}
	exempt := chain.Revocation != keys.RevocationRequired || chain.Test && opt.RevocationOptional
	s.judgeRevocation(chain.Certificates, exempt, proven)
}
