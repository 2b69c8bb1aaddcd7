package pades

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"congvu/internal/cms"
)

// checkContainer verifies the CMS container over the signed ranges (check 4).
func (s *signed) checkContainer() {
	switch s.SubFilter {
	case "ETSI.CAdES.detached", "adbe.pkcs7.detached":
	case "ETSI.RFC3161":
		s.checkDocTimestamp()
		return
	case "adbe.pkcs7.sha1":
		s.checkHashInside()
		return
	case "adbe.x509.rsa_sha1":
		s.checkBareValue()
		return
	default:
		s.broken(formatFailure, "signature.subfilter", map[string]any{"subfilter": s.SubFilter})
		return
	}
	c, err := cms.Parse(s.contents)
	if err != nil {
		s.refused(err)
		return
	}
	c.Supply(s.material.certificates...)
	s.container = c
	s.material = s.material.withArchived(c.Attribute(oidRevocationArchival))
	res, err := c.Verify(s.digest)
	if res != nil {
		s.certificate = res.Signer
		s.Signer, s.Algorithm, s.Weak = party(res.Signer), res.SigAlg, res.Weak
	}
	switch {
	case errors.Is(err, cms.ErrNoSignedAttributes) && res != nil:
		s.checkPlain(c, res)
	case err != nil:
		s.refused(err)
		return
	default:
		s.token = res.Timestamp
		if res.SigningCertificate == "" {
			s.tell("signature.no-ess", nil)
		}
	}
	if len(res.Weak) > 0 {
		s.doubt(cryptoConstraints, "signature.weak", map[string]any{"weak": strings.Join(res.Weak, ", ")})
	}
}

// refused turns an error of the container into a verdict.
func (s *signed) refused(err error) {
	switch {
	case errors.Is(err, cms.ErrDigestMismatch):
		s.broken(hashFailure, "signature.digest", nil)
	case errors.Is(err, cms.ErrBadSignature):
		s.broken(cryptoFailure, "signature.value", nil)
	case errors.Is(err, cms.ErrNoSigner) || errors.Is(err, cms.ErrUnreadableCertificate):
		s.doubt(noSigner, "signature.no-signer", nil)
	case errors.Is(err, cms.ErrAlgorithm):
		s.doubt(cryptoConstraints, "signature.algorithm", nil)
	case errors.Is(err, cms.ErrTrailingData):
		s.broken(formatFailure, "signature.padding", map[string]any{"field": s.Field})
	default:
		s.broken(formatFailure, "signature.container", map[string]any{"detail": detail(err)})
	}
}

// detail is the sentence of a refusal below, with its arguments put in.
func detail(err error) string {
	var r interface {
		Reason() (string, map[string]any)
	}
	if errors.As(err, &r) {
		text, args := r.Reason()
		return fillIn(text, args)
	}
	return err.Error()
}

// checkPlain judges a signature without signed attributes: it can be right, but it is no PAdES signature and its form
// invites confusion, so it never passes.
func (s *signed) checkPlain(c *cms.Signed, res *cms.Result) {
	if !plainValueHolds(res.Signer.PublicKey, res.DigestAlg, s.digest(res.DigestAlg), c.SignatureValue()) {
		s.broken(cryptoFailure, "signature.value", nil)
		return
	}
	s.doubt(sigConstraints, "signature.no-attributes", nil)
}

func plainValueHolds(pub any, h crypto.Hash, digest, sig []byte) bool {
	switch k := pub.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(k, h, digest, sig) == nil
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(k, digest, sig)
	}
	return false
}

// checkDocTimestamp verifies a document time stamp: a token over the signed ranges.
func (s *signed) checkDocTimestamp() {
	t, err := cms.ParseTimestamp(s.contents)
	if err != nil {
		s.refused(err)
		return
	}
	t.Signed.Supply(s.material.certificates...)
	s.stamp = t
	if err := t.Verify(s.digest, nil); err != nil {
		if errors.Is(err, cms.ErrImprintMismatch) {
			err = cms.ErrDigestMismatch
		}
		s.refused(err)
	}
	s.certificate = t.Signer
	s.Signer, s.Weak = party(t.Signer), t.Weak
	s.Timestamp = &Timestamp{SHA256: fingerprint(t.Signed.Raw), Time: t.Time, TSA: party(t.Signer), Intact: s.Integrity == Intact}
	if len(t.Weak) > 0 {
		s.doubt(cryptoConstraints, "signature.weak", map[string]any{"weak": strings.Join(t.Weak, ", ")})
	}
}

// judgeTrust settles times first, newest document time stamp to oldest signature, then chains at those times.
func (v *verification) judgeTrust() {
	for i := len(v.signed) - 1; i >= 0; i-- {
		if s := v.signed[i]; s.Kind == DocTimestamp {
			s.trustDocTimestamp(v.opt, v.signed[i+1:])
		}
	}
	for i, s := range v.signed {
		if s.Kind != DocTimestamp {
			s.settleTime(v.opt, v.signed[i+1:])
			if s.certificate != nil {
				s.judgeChain(v.opt, s.TimeSource != TimeUnproven)
			}
		}
		if s.Indication == "" {
			s.Indication = TotalPassed
		}
	}
	v.checkOrder()
	v.nameLevels()
}

// checkOrder doubts a signature whose own time stamp is younger than a trusted one that covers it, and a document time stamp
// likewise: one of the clocks is wrong (ETSI EN 319 102-1, 5.6.2.3).
func (v *verification) checkOrder() {
	for i, s := range v.signed {
		if s.Timestamp == nil || !s.Timestamp.Trusted {
			continue
		}
		for _, d := range v.signed[i+1:] {
			if d.Kind == DocTimestamp && d.End > s.End && d.Timestamp != nil && d.Timestamp.Trusted && s.Timestamp.Time.After(d.Timestamp.Time.Add(clockTolerance)) {
				s.unsure(timestampFailure, "timestamp.order", map[string]any{"own": s.Timestamp.Time.Format(time.RFC3339), "later": d.Timestamp.Time.Format(time.RFC3339)})
				break
			}
		}
	}
}

func fingerprint(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// trusts verifies a token against the anchors for time stamps and the evidence about its signer. known is when the token is known to
// have existed, by a later stamp or by being here: whoever got hold of the key of a revoked or expired authority can date a
// token back, so it must have existed before that (ETSI EN 319 102-1, 5.5 and 5.6.2.2).
func (s *signed) trusts(t *cms.Timestamp, imprint func(crypto.Hash) []byte, opt VerifyOptions, known time.Time) error {
	if err := t.Verify(imprint, opt.timestampPool(t.Time)); err != nil {
		return err
	}
	for i := 0; i+1 < len(t.Chain); i++ {
		st := s.statusAt(t.Chain[i], t.Chain[i+1], t.Time)
		switch {
		case !st.revoked.IsZero() && !st.revoked.After(t.Time):
			return errTimestampRevoked
		case !st.revoked.IsZero() && !st.revoked.After(known) && on("timestamp.revoked-since"):
			return errTimestampRevoked
		case t.Chain[i].NotAfter.Before(known) && on("timestamp.expired"):
			return errTimestampExpired
		}
	}
	return nil
}

// knownBy is the earliest trusted document time stamp over s among the later ones; without one all that is known is that s
// exists at the time of verification.
func (s *signed) knownBy(later []*signed, opt VerifyOptions) time.Time {
	known := opt.At
	for _, d := range later {
		if d.Kind == DocTimestamp && d.Timestamp != nil && d.Timestamp.Trusted && d.End > s.End && d.Timestamp.Time.Before(known) {
			known = d.Timestamp.Time
		}
	}
	return known
}

var (
	errTimestampRevoked = errors.New("pades: time-stamp authority revoked")
	errTimestampExpired = errors.New("pades: time-stamp authority expired")
)

func (s *signed) trustDocTimestamp(opt VerifyOptions, later []*signed) {
	if s.stamp == nil || s.Integrity == Broken && !s.altered {
		return
	}
	s.Time, s.TimeSource = s.stamp.Time, TimeFromDocTimestamp
	err := s.trusts(s.stamp, s.digest, opt, s.knownBy(later, opt))
	switch {
	case err == nil:
		s.Timestamp.Trusted, s.ChainState = true, ChainTrusted
		for _, c := range s.stamp.Chain[1:] {
			s.Chain = append(s.Chain, party(c))
		}
		s.Anchor = s.stamp.Chain[len(s.stamp.Chain)-1].Subject.CommonName
	case errors.Is(err, errTimestampRevoked):
		s.unsure(revokedNoPOE, "timestamp.revoked", nil)
	case errors.Is(err, errTimestampExpired):
		s.ChainState = ChainExpired
		s.unsure(outOfBounds, "timestamp.expired", nil)
	default:
		s.ChainState = ChainUntrusted
		s.unsure(noChain, "timestamp.untrusted", nil)
	}
}

// settleTime finds the earliest trusted proof that the signature existed; /M is a claim only (S6.5).
func (s *signed) settleTime(opt VerifyOptions, later []*signed) {
	if s.token != nil {
		s.readToken(opt, s.knownBy(later, opt))
	}
	for _, d := range later {
		if d.Kind == DocTimestamp && d.Timestamp != nil && d.Timestamp.Trusted && d.End > s.End &&
			(s.TimeSource == TimeUnproven || d.Timestamp.Time.Before(s.Time)) {
			s.Time, s.TimeSource = d.Timestamp.Time, TimeFromDocTimestamp
		}
	}
	if s.TimeSource != TimeUnproven && s.ClaimedTime != nil && !plausible(*s.ClaimedTime, s.Time, s.TimeSource) {
		s.tell("signature.claimed-time", map[string]any{"claimed": s.ClaimedTime.Format(time.RFC3339), "trusted": s.Time.Format(time.RFC3339)})
	}
}

// plausible accepts a claimed time before the proof, or local time marked as UTC: 7 hours later, give or take one. The signature's own token is
// fetched when it is made, so more than a day between them is odd; a document time stamp may follow years later.
func plausible(claimed, trusted time.Time, source string) bool {
	ahead := claimed.Sub(trusted)
	recent := ahead > -24*time.Hour || source == TimeFromDocTimestamp
	return ahead <= clockTolerance && recent || ahead >= 6*time.Hour && ahead <= 8*time.Hour
}

// readToken judges the time stamp in the unsigned attributes.
func (s *signed) readToken(opt VerifyOptions, known time.Time) {
	t, err := cms.ParseTimestamp(s.token)
	if err != nil {
		s.unsure(sigConstraints, "timestamp.invalid", map[string]any{"detail": detail(err)})
		return
	}
	certs := append(s.container.Certificates[:len(s.container.Certificates):len(s.container.Certificates)], s.material.certificates...)
	t.Signed.Supply(certs...)
	s.inner = t
	err = s.trusts(t, func(h crypto.Hash) []byte {
		w := h.New()
		w.Write(s.container.SignatureValue())
		return w.Sum(nil)
	}, opt, known)
	untrusted := errors.Is(err, cms.ErrTimestampTrust) || errors.Is(err, cms.ErrNoSigner) || errors.Is(err, cms.ErrUnreadableCertificate) || errors.Is(err, cms.ErrAlgorithm)
	s.Timestamp = &Timestamp{SHA256: fingerprint(t.Signed.Raw), Time: t.Time, TSA: party(t.Signer), Intact: err == nil || untrusted || err == errTimestampRevoked || err == errTimestampExpired, Trusted: err == nil}
	switch {
	case err == nil:
		s.Time, s.TimeSource = t.Time, TimeFromTimestamp
	case untrusted:
		s.tell("timestamp.untrusted", nil)
	case err == errTimestampRevoked:
		s.tell("timestamp.revoked", nil)
	case err == errTimestampExpired:
		s.tell("timestamp.expired", nil)
	default:
		s.unsure(sigConstraints, "timestamp.invalid", map[string]any{"detail": detail(err)})
	}
}
