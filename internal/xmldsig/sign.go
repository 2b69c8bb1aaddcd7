package xmldsig

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	der "golang.org/x/crypto/cryptobyte/asn1"
)

// Sign puts an enveloped signature over the whole document as the last child of the one element at parent, and leaves every other
// byte as it is. Exclusive canonicalization, SHA-256 (SHA-384 for a P-384 key), the certificate and its chain in KeyInfo.
// Refuses ErrAlreadySigned, ErrNoPlace, ErrKeyMismatch and documents that Verify would not read.
func Sign(doc []byte, parent Path, signer crypto.Signer, cert *x509.Certificate, chain []*x509.Certificate) ([]byte, error) {
	if pub, ok := signer.Public().(interface{ Equal(crypto.PublicKey) bool }); !ok || !pub.Equal(cert.PublicKey) {
		return nil, ErrKeyMismatch
	}
	uri, how, err := methodFor(cert.PublicKey)
	if err != nil {
		return nil, err
	}
	limit := Options{}.limit()
	v, err := take(doc, parent, limit)
	if err != nil {
		return nil, err
	}
	if v.signatures > 0 {
		return nil, ErrAlreadySigned
	}
	if len(v.places) != 1 {
		return nil, ErrNoPlace.because("%d elements at %v", len(v.places), parent)
	}
	h := crypto.SHA256.New()
	if err := canonicalize(h, doc, limit, true, 0, 0); err != nil {
		return nil, err
	}
	info := signedInfo(uri, h.Sum(nil))
	sig, err := signer.Sign(rand.Reader, sum(how.hash, []byte(info)), how.hash)
	if err != nil {
		return nil, err
	}
	if k, ok := cert.PublicKey.(*ecdsa.PublicKey); ok {
		if sig, err = plain(k, sig); err != nil {
			return nil, err
		}
	}
	if !how.holds(cert.PublicKey, sum(how.hash, []byte(info)), sig) {
		return nil, ErrBadSignature.because("the signer answered with another key's value")
	}
	return insert(doc, v.places[0], element(info, sig, cert, chain)), nil
}

// signedInfo is written in its own exclusive canonical form.
func signedInfo(method string, digest []byte) string {
	alg := func(tag, uri string) string { return `<ds:` + tag + ` Algorithm="` + uri + `"></ds:` + tag + `>` }
	return `<ds:SignedInfo xmlns:ds="` + dsigSpace + `">` + alg("CanonicalizationMethod", algorithmExclusive) + alg("SignatureMethod", method) +
		`<ds:Reference URI=""><ds:Transforms>` + alg("Transform", algorithmEnveloped) + alg("Transform", algorithmExclusive) + `</ds:Transforms>` +
		alg("DigestMethod", encSpace+"sha256") + `<ds:DigestValue>` + encode(digest) + `</ds:DigestValue></ds:Reference></ds:SignedInfo>`
}

func element(info string, sig []byte, cert *x509.Certificate, chain []*x509.Certificate) string {
	var b strings.Builder
	b.WriteString(`<ds:Signature xmlns:ds="` + dsigSpace + `">`)
	b.WriteString(strings.Replace(info, ` xmlns:ds="`+dsigSpace+`"`, "", 1))
	b.WriteString(`<ds:SignatureValue>` + encode(sig) + `</ds:SignatureValue><ds:KeyInfo><ds:X509Data>`)
	for i, c := range append([]*x509.Certificate{cert}, chain...) {
		if i == 0 || !c.Equal(cert) {
			b.WriteString(`<ds:X509Certificate>` + encode(c.Raw) + `</ds:X509Certificate>`)
		}
	}
	b.WriteString(`</ds:X509Data></ds:KeyInfo></ds:Signature>`)
	return b.String()
}

func encode(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// insert writes the signature before the end tag, opening <a/> where needed.
func insert(doc []byte, at place, sig string) []byte {
	before, after := at.start, at.start
	if at.empty {
		before, after = at.end-len("/>"), at.end
		sig = ">" + sig + "</" + at.name.String() + ">"
	}
	out := make([]byte, 0, len(doc)+len(sig))
	out = append(out, doc[:before]...)
	out = append(out, sig...)
	return append(out, doc[after:]...)
}

// plain turns the ASN.1 form of an ECDSA signature into r‖s; what already is r‖s stays.
func plain(k *ecdsa.PublicKey, sig []byte) ([]byte, error) {
	n := (k.Params().BitSize + 7) / 8
	var inner cryptobyte.String
	r, s := new(big.Int), new(big.Int)
	in := cryptobyte.String(sig)
	if !in.ReadASN1(&inner, der.SEQUENCE) || !in.Empty() || !inner.ReadASN1Integer(r) || !inner.ReadASN1Integer(s) || !inner.Empty() {
		if len(sig) == 2*n {
			return sig, nil
		}
		return nil, ErrBadSignature.because("ECDSA value of %d bytes", len(sig))
	}
	if r.Sign() <= 0 || s.Sign() <= 0 || r.BitLen() > 8*n || s.BitLen() > 8*n {
		return nil, ErrBadSignature
	}
	return append(r.FillBytes(make([]byte, n)), s.FillBytes(make([]byte, n))...), nil
}
