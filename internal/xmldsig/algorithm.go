package xmldsig

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	_ "crypto/sha1" // read only: marked weak
	_ "crypto/sha256"
	_ "crypto/sha512"
	"math/big"
)

const (
	algorithmExclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
	algorithmInclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
	algorithmEnveloped = dsigSpace + "enveloped-signature"
	moreSpace          = "http://www.w3.org/2001/04/xmldsig-more#"
	encSpace           = "http://www.w3.org/2001/04/xmlenc#"
)

// Weaknesses that Result.Weak names.
const (
	WeakSHA1 = "sha1"      // SHA-1 as digest or in the signature
	WeakRSA  = "rsa_short" // RSA key under 2048 bits
)

var digestMethods = map[string]crypto.Hash{
	dsigSpace + "sha1": crypto.SHA1, encSpace + "sha256": crypto.SHA256, moreSpace + "sha384": crypto.SHA384, encSpace + "sha512": crypto.SHA512,
}

type method struct {
	hash crypto.Hash
	rsa  bool
}

var signatureMethods = map[string]method{
	dsigSpace + "rsa-sha1":     {crypto.SHA1, true},
	moreSpace + "rsa-sha256":   {crypto.SHA256, true},
	moreSpace + "rsa-sha384":   {crypto.SHA384, true},
	moreSpace + "rsa-sha512":   {crypto.SHA512, true},
	moreSpace + "ecdsa-sha256": {crypto.SHA256, false},
	moreSpace + "ecdsa-sha384": {crypto.SHA384, false},
	moreSpace + "ecdsa-sha512": {crypto.SHA512, false},
}

// methodFor gives what we sign with: RSA from 2048 bits and P-256 with SHA-256, P-384 with SHA-384.
func methodFor(pub crypto.PublicKey) (string, method, error) {
	uri := ""
	switch k := pub.(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() >= 2048 {
			uri = moreSpace + "rsa-sha256"
		}
	case *ecdsa.PublicKey:
		switch k.Curve {
		case elliptic.P256():
			uri = moreSpace + "ecdsa-sha256"
		case elliptic.P384():
			uri = moreSpace + "ecdsa-sha384"
		}
	}
	if uri == "" {
		return "", method{}, ErrAlgorithm.because("key type %T", pub)
	}
	return uri, signatureMethods[uri], nil
}

// holds reports whether sig is a signature over digest; ECDSA values are r‖s (RFC 4051 §2.3.6).
func (m method) holds(pub crypto.PublicKey, digest, sig []byte) bool {
	switch k := pub.(type) {
	case *rsa.PublicKey:
		return m.rsa && rsa.VerifyPKCS1v15(k, m.hash, digest, sig) == nil
	case *ecdsa.PublicKey:
		n := (k.Params().BitSize + 7) / 8
		return !m.rsa && len(sig) == 2*n && ecdsa.Verify(k, digest, new(big.Int).SetBytes(sig[:n]), new(big.Int).SetBytes(sig[n:]))
	}
	return false
}

func sum(h crypto.Hash, b []byte) []byte {
	w := h.New()
	w.Write(b)
	return w.Sum(nil)
}
