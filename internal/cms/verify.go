package cms

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"time"
)

// Result is what a container says about itself once the mathematics hold. Trust in Signer is another question.
type Result struct {
	Signer              *x509.Certificate
	Certificates        []*x509.Certificate
	DigestAlg           crypto.Hash
	SigAlg              string // for people: "RSA-2048 SHA-256"
	Weak                []string
	SigningTime         time.Time // the signer's own claim, zero when absent; often local time marked as UTC (S6.5)
	SigningCertificate  string    // how the signer's certificate is bound: "v2", "v1" or ""
	Timestamp           []byte    // first signature time-stamp token, as it stands
	Timestamps          [][]byte
	HasSignedAttributes bool
}

// Verify checks a detached signature. contentDigest hashes the signed content with the asked hash.
// When the signer is known the Result comes with the error too, so that a screen can say whose signature failed.
// A signature without signed attributes whose value is right gives ErrNoSignedAttributes: it never passes, as the same value
// can be presented with attributes for content or the other way round.
func (s *Signed) Verify(contentDigest func(crypto.Hash) []byte) (*Result, error) {
	if s.encapsulated && on("encapsulated") {
		return nil, ErrEncapsulated
	}
	return s.verify(oidData, contentDigest)
}

// VerifyContent checks a signature over the content inside the container, as the oldest PDF signatures are made
// (adbe.pkcs7.sha1: the content is the hash of the document). Results and errors are those of Verify.
func (s *Signed) VerifyContent() (*Result, error) {
	return s.verify(oidData, func(h crypto.Hash) []byte { return sum(h, s.Content) })
}

func (s *Signed) verify(content asn1.ObjectIdentifier, contentDigest func(crypto.Hash) []byte) (*Result, error) {
	if s.Signers == 0 {
		return nil, ErrNoSigner
	}
	if s.Signers > 1 && on("multiple-signers") {
		return nil, ErrMultipleSigners.with("count", s.Signers)
	}
	signer := s.Signer()
	if signer == nil && len(s.Unreadable) > 0 {
		return nil, ErrUnreadableCertificate.because("%w", s.Unreadable[0])
	}
	if signer == nil {
		return nil, ErrNoSigner
	}
	r := &Result{Signer: signer, Certificates: s.Certificates, HasSignedAttributes: s.signer.signed != nil}
	for _, a := range s.signer.unsignedAttrs {
		for _, v := range a.values {
			if a.oid.Equal(oidTimestamp) {
				r.Timestamps = append(r.Timestamps, v.raw)
			}
		}
	}
	if len(r.Timestamps) > 0 {
		r.Timestamp = r.Timestamps[0]
	}
	var err error
	if r.DigestAlg, err = readDigestAlgorithm(s.signer.digest); err != nil {
		return r, err
	}
	how, err := readScheme(s.signer.alg, r.DigestAlg)
	if err != nil {
		return r, err
	}
	r.SigAlg, r.Weak = how.name(signer.PublicKey), how.weak(signer.PublicKey, r.DigestAlg)
	if !s.ContentType.Equal(content) && on("content-type") {
		return r, ErrContentType.because("%v", s.ContentType)
	}
	if s.signer.signed == nil {
		return r, s.checkBare(how, signer.PublicKey, contentDigest)
	}
	if err := s.checkAttributes(r, contentDigest(r.DigestAlg)); err != nil {
		return r, err
	}
	return r, s.checkValue(how, signer.PublicKey)
}

// checkAttributes wants content-type and message-digest once each, no attribute twice, and the ESS certificate, if any, to be the signer's.
func (s *Signed) checkAttributes(r *Result, digest []byte) error {
	seen := map[string]element{}
	for _, a := range s.signer.signedAttrs {
		key := a.oid.String()
		if _, dup := seen[key]; dup && on("attribute-twice") {
			return ErrDuplicateAttribute.because("%s", key)
		}
		single := a.oid.Equal(oidContentType) || a.oid.Equal(oidMsgDigest) || a.oid.Equal(oidSigningTime) || a.oid.Equal(oidSigCertV1) || a.oid.Equal(oidSigCertV2)
		if single && len(a.values) > 1 && on("two-values") {
			return ErrDuplicateAttribute.because("%s has %d values", key, len(a.values))
		}
		if len(a.values) == 0 {
			return ErrMalformed.because("attribute %s without value", key)
		}
		seen[key] = a.values[0]
	}
	kind, ok := seen[oidContentType.String()]
	if !ok && on("no-content-type") {
		return ErrNoContentType
	}
	if oid, err := kind.oid(); ok && on("content-type-attribute") && (err != nil || !oid.Equal(s.ContentType)) {
		return ErrContentType.because("attribute differs from content")
	}
	md, ok := seen[oidMsgDigest.String()]
	if !ok {
		return ErrNoMessageDigest
	}
	if at, ok := seen[oidSigningTime.String()]; ok {
		r.SigningTime, _ = readTime(at) // a claim only: an unreadable one is as good as none
	}
	if v, ok := seen[oidSigCertV1.String()]; ok {
		if err := checkESS(v, r.Signer, false); err != nil {
			return err
		}
		r.SigningCertificate = "v1"
	}
	if v, ok := seen[oidSigCertV2.String()]; ok {
		if err := checkESS(v, r.Signer, true); err != nil {
			return err
		}
		r.SigningCertificate = "v2"
	}
	want, err := md.octets()
	if err != nil || md.tag&^constructed != tagOctetString || len(want) == 0 || !bytes.Equal(want, digest) && on("digest") {
		return ErrDigestMismatch
	}
	return nil
}

// checkValue verifies the signature over the signed attributes as they stand, tagged as SET; for an attribute set of
// indefinite length RFC 5652 §5.4 means its definite form.
func (s *Signed) checkValue(how scheme, pub crypto.PublicKey) error {
	sig, err := s.signer.sig.octets()
	if err != nil {
		return ErrMalformed.because("signature value")
	}
	raw := s.signer.signed.raw
	if raw[1] == 0x80 {
		return how.check(pub, encode(tagSet, s.signer.signed.body), sig)
	}
	return how.check(pub, append([]byte{tagSet}, raw[1:]...), sig)
}

// checkBare judges a signature made directly over the content: wrong, or right but unacceptable.
func (s *Signed) checkBare(how scheme, pub crypto.PublicKey, contentDigest func(crypto.Hash) []byte) error {
	sig, err := s.signer.sig.octets()
	if err != nil {
		return ErrMalformed.because("signature value")
	}
	if err := how.checkDigest(pub, contentDigest(how.hash), sig); err != nil {
		return err
	}
	return ErrNoSignedAttributes
}

// readTime reads UTCTime or GeneralizedTime in UTC, with or without a fraction of a second.
func readTime(e element) (time.Time, error) {
	text := string(e.body)
	switch e.tag {
	case tagUTCTime:
		for _, layout := range []string{"060102150405Z", "0601021504Z"} {
			if t, err := time.Parse(layout, text); err == nil {
				if t.Year() >= 2050 { // RFC 5280 §4.1.2.5.1
					t = t.AddDate(-100, 0, 0)
				}
				return t, nil
			}
		}
	case tagGeneralTime: // Go reads a fraction behind the seconds without being told
		if len(text) <= 32 && len(text) > 14 && text[14] != ',' {
			if t, err := time.Parse("20060102150405Z", text); err == nil {
				return t, nil
			}
		}
	}
	return time.Time{}, errEncoding
}
