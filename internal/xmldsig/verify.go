package xmldsig

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"slices"
)

// Result is a message whose signature holds. Whether Certificate is trusted is another question.
type Result struct {
	Signed       []byte // the canonical bytes that were signed, without the signature: the only ones to read from now on
	Certificate  *x509.Certificate
	Certificates []*x509.Certificate // all that came along, the signer's among them
	Weak         []string
}

// Verify checks the one signature of doc, which must be a child of the element at parent.
// Everything outside the profile is refused; see the package's name plate.
func Verify(doc []byte, parent Path, o Options) (*Result, error) {
	v, err := take(doc, nil, o.limit())
	if err != nil {
		return nil, err
	}
	return v.verify(doc, parent, o)
}

func (v *survey) verify(doc []byte, parent Path, o Options) (*Result, error) {
	switch {
	case v.signatures == 0:
		return nil, ErrNoSignature
	case v.signatures > 1:
		return nil, ErrManySignatures.because("%d", v.signatures)
	case !slices.Equal(v.parent, parent):
		return nil, ErrMisplaced.because("in %v", v.parent)
	}
	p, err := readProfile(v.signature)
	if err != nil {
		return nil, err
	}
	signer, err := p.signer(v)
	if err != nil {
		return nil, err
	}
	var signed bytes.Buffer
	signed.Grow(len(doc) - (v.to - v.from))
	if err := canonicalize(&signed, doc, o.limit(), p.documentExcl, v.from, v.to); err != nil {
		return nil, err
	}
	if !bytes.Equal(sum(p.digestMethod, signed.Bytes()), p.digest) {
		return nil, ErrDigestMismatch
	}
	again, err := take(signed.Bytes(), nil, 2*o.limit()) // what is handed out must stand on its own
	if err != nil {
		return nil, err
	}
	if again.signatures != 0 {
		return nil, ErrManySignatures
	}
	r := &Result{Signed: signed.Bytes(), Certificate: signer, Certificates: p.certificates}
	if p.method.hash == crypto.SHA1 || p.digestMethod == crypto.SHA1 {
		r.Weak = append(r.Weak, WeakSHA1)
	}
	if k, ok := signer.PublicKey.(*rsa.PublicKey); ok && k.N.BitLen() < 2048 {
		r.Weak = append(r.Weak, WeakRSA)
	}
	return r, nil
}

// signer finds the certificate whose key made the signature over SignedInfo.
func (p *profile) signer(v *survey) (*x509.Certificate, error) {
	if len(p.certificates) == 0 {
		return nil, ErrNoCertificate
	}
	digest := sum(p.method.hash, p.canonicalInfo(v))
	for _, c := range p.certificates {
		if p.method.holds(c.PublicKey, digest, p.value) {
			return c, nil
		}
	}
	return nil, ErrBadSignature
}

// canonicalInfo canonicalizes SignedInfo where it stands: the inclusive form takes along what is in force around it.
func (p *profile) canonicalInfo(v *survey) []byte {
	var b bytes.Buffer
	c := newCanonicalizer(&b, p.infoExcl)
	around := inForce([][]attr{v.inherited, xmlAttributes(v.signature.tok.attrs)})
	own := p.signedInfo.tok.attrs
	around = slices.DeleteFunc(around, func(a attr) bool {
		return slices.ContainsFunc(own, func(b attr) bool { return b.space == a.space && b.local == a.local })
	})
	c.node(p.signedInfo, p.signedInfo.scope, around)
	c.w.Flush()
	return b.Bytes()
}
