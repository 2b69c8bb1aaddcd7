package pades

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"errors"

	"congvu/internal/cms"
	"congvu/internal/pdf"
)

// checkHashInside verifies the older form of ISO 32000-1, 12.8.3.3: a container whose content is the SHA-1 of the signed
// ranges. Right or wrong can be told; it never passes, for SHA-1 proves nothing any more.
func (s *signed) checkHashInside() {
	c, err := cms.Parse(s.contents)
	if err != nil {
		s.refused(err)
		return
	}
	c.Supply(s.material.certificates...)
	s.container = c
	s.material = s.material.withArchived(c.Attribute(oidRevocationArchival))
	res, err := c.VerifyContent()
	if res != nil {
		s.certificate, s.token = res.Signer, res.Timestamp
		s.Signer, s.Algorithm, s.Weak = party(res.Signer), res.SigAlg, []string{cms.WeakSHA1}
	}
	switch {
	case err != nil && !errors.Is(err, cms.ErrNoSignedAttributes):
		s.refused(err)
		return
	case !bytes.Equal(c.Content, s.digest(crypto.SHA1)):
		s.broken(hashFailure, "signature.digest", nil)
		return
	}
	s.doubt(cryptoConstraints, "signature.obsolete", map[string]any{"subfilter": s.SubFilter})
}

// checkBareValue verifies the oldest form (12.8.3.2): an RSA value in an octet string, the certificates beside it. Some
// producers used it with stronger hashes than its name says.
func (s *signed) checkBareValue() {
	s.container = &cms.Signed{Certificates: s.certificatesBeside()}
	var value []byte
	rest, err := asn1.Unmarshal(s.contents, &value)
	if err != nil || len(bytes.Trim(rest, "\x00")) > 0 {
		s.broken(formatFailure, "signature.container", map[string]any{"detail": detail(cms.ErrMalformed)})
		return
	}
	if len(s.container.Certificates) == 0 {
		s.doubt(noSigner, "signature.no-signer", nil)
		return
	}
	s.certificate = s.container.Certificates[0]
	s.Signer, s.Weak = party(s.certificate), []string{cms.WeakSHA1}
	key, ok := s.certificate.PublicKey.(*rsa.PublicKey)
	if !ok {
		s.doubt(cryptoConstraints, "signature.algorithm", nil)
		return
	}
	for _, h := range []crypto.Hash{crypto.SHA1, crypto.SHA256, crypto.SHA384, crypto.SHA512} {
		if rsa.VerifyPKCS1v15(key, h, s.digest(h), value) == nil {
			s.doubt(cryptoConstraints, "signature.obsolete", map[string]any{"subfilter": s.SubFilter})
			return
		}
	}
	s.broken(cryptoFailure, "signature.value", nil)
}

// certificatesBeside reads the Cert entry of the signature dictionary, the signer's first.
func (s *signed) certificatesBeside() []*x509.Certificate {
	list, ok := s.dict["Cert"].(pdf.Array)
	if !ok {
		list = pdf.Array{s.dict["Cert"]}
	}
	var out []*x509.Certificate
	for _, o := range list {
		if text, ok := o.(pdf.String); ok && len(out) < maxMaterialCerts {
			if c, err := x509.ParseCertificate(text.Bytes); err == nil {
				out = append(out, c)
			}
		}
	}
	return out
}
