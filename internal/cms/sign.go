package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"io"
	"math/big"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	der "golang.org/x/crypto/cryptobyte/asn1"
)

// SignOptions vary how a signature is made; the zero value is the usual one.
type SignOptions struct {
	PSS  bool      // RSASSA-PSS instead of PKCS#1 v1.5; without effect on ECDSA keys
	Rand io.Reader // nil: crypto/rand
}

// Pending is a signature that still lacks its value: the key is on a token, a SIM or a remote service (S10.1).
type Pending struct {
	cert   *x509.Certificate
	certs  [][]byte
	hash   crypto.Hash
	scheme scheme
	attrs  []byte // sorted signed attributes, without the outer tag
	token  []byte // the TSTInfo that the container carries; nil for a document signature, whose content is detached
}

// Sign makes the DER of a CAdES-BES signature by key over a content that hashes to digest under h.
// cert must belong to key; chain is carried along, without the root or with it.
// Refuses ErrKeyMismatch, and ErrAlgorithm for anything but RSA from 2048 bits, ECDSA P-256 and P-384, SHA-256/384/512.
func Sign(digest []byte, h crypto.Hash, cert *x509.Certificate, chain []*x509.Certificate, key crypto.Signer, opt SignOptions) ([]byte, error) {
	p, err := Prepare(digest, h, cert, chain, opt)
	if err != nil {
		return nil, err
	}
	return p.signWith(key, opt)
}

func (p *Pending) signWith(key crypto.Signer, opt SignOptions) ([]byte, error) {
	if !sameKey(key.Public(), p.cert.PublicKey) {
		return nil, ErrKeyMismatch
	}
	random := opt.Rand
	if random == nil {
		random = rand.Reader
	}
	var how crypto.SignerOpts = p.hash
	if p.scheme.kind.Equal(oidPSS) {
		how = &rsa.PSSOptions{SaltLength: p.scheme.salt, Hash: p.hash}
	}
	sig, err := key.Sign(random, p.Digest(), how)
	if err != nil {
		return nil, err
	}
	return p.Finish(sig)
}

// Prepare does everything of Sign but the signature value. At most one SignOptions is looked at.
func Prepare(digest []byte, h crypto.Hash, cert *x509.Certificate, chain []*x509.Certificate, opt ...SignOptions) (*Pending, error) {
	if _, err := namesOf(h); err != nil {
		return nil, err
	}
	if len(digest) != h.Size() {
		return nil, ErrDigestMismatch.because("digest of %d bytes for %v", len(digest), h)
	}
	p := &Pending{cert: cert, hash: h}
	switch k := cert.PublicKey.(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() < 2048 {
			return nil, ErrAlgorithm.because("RSA-%d", k.N.BitLen())
		}
		p.scheme = scheme{h, oidRSA, 0}
		if len(opt) > 0 && opt[0].PSS {
			p.scheme = scheme{h, oidPSS, h.Size()}
		}
	case *ecdsa.PublicKey:
		if k.Curve != elliptic.P256() && k.Curve != elliptic.P384() {
			return nil, ErrAlgorithm.because("curve %s", k.Params().Name)
		}
		p.scheme = scheme{h, oidECPublicKey, 0}
	default:
		return nil, ErrAlgorithm.because("key type %T", cert.PublicKey)
	}
	p.attrs = signedAttributes(oidData, digest, cert)
	p.certs = distinctCertificates(cert, chain)
	return p, nil
}

// ToSign gives the DER of the signed attributes: the message whose hash the key signs.
func (p *Pending) ToSign() []byte { return encode(tagSet, p.attrs) }

// Digest gives the hash of ToSign, what a device that signs digests is sent and what the screen shows.
func (p *Pending) Digest() []byte { return sum(p.hash, p.ToSign()) }

// Hash is the hash function of Digest.
func (p *Pending) Hash() crypto.Hash { return p.hash }

// Finish closes the container with the raw signature value. ECDSA values come as ASN.1 or, from tokens, as r‖s.
// Refuses with ErrBadSignature a value that cert does not confirm.
func (p *Pending) Finish(sig []byte) ([]byte, error) {
	if err := p.scheme.check(p.cert.PublicKey, p.ToSign(), sig); err != nil {
		plain, ok := fromPlain(p.cert.PublicKey, sig)
		if !ok || p.scheme.check(p.cert.PublicKey, p.ToSign(), plain) != nil {
			return nil, err
		}
		sig = plain
	}
	var b cryptobyte.Builder
	b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oidSignedData)
		addExplicit(b, 0, func(b *cryptobyte.Builder) {
			b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) { p.addSignedData(b, sig) })
		})
	})
	return b.Bytes()
}

func (p *Pending) addSignedData(b *cryptobyte.Builder, sig []byte) {
	names, err := namesOf(p.hash)
	if err != nil {
		b.SetError(err)
		return
	}
	version, kind := int64(1), oidData
	if p.token != nil {
		version, kind = 3, oidTSTInfo // RFC 5652 §5.1
	}
	b.AddASN1Int64(version)
	b.AddASN1(der.SET, func(b *cryptobyte.Builder) { addAlgorithm(b, names.digest, false) })
	b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(kind)
		if p.token != nil {
			addExplicit(b, 0, func(b *cryptobyte.Builder) { b.AddASN1OctetString(p.token) })
		}
	})
	if len(p.certs) > 0 {
		addExplicit(b, 0, func(b *cryptobyte.Builder) { b.AddBytes(bytes.Join(p.certs, nil)) })
	}
	b.AddASN1(der.SET, func(b *cryptobyte.Builder) {
		b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1Int64(1)
			b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddBytes(p.cert.RawIssuer)
				b.AddASN1BigInt(p.cert.SerialNumber)
			})
			addAlgorithm(b, names.digest, false)
			addExplicit(b, 0, func(b *cryptobyte.Builder) { b.AddBytes(p.attrs) })
			p.scheme.addTo(b)
			b.AddASN1OctetString(sig)
		})
	})
}

// Reserve gives the bytes to keep free for a finished container with a time stamp: the certificates, and 8 KB for attributes,
// signature value and a token that carries a chain of three RSA-4096 certificates.
func Reserve(cert *x509.Certificate, chain []*x509.Certificate) int {
	n := 8 << 10
	for _, c := range distinctCertificates(cert, chain) {
		n += len(c)
	}
	return n
}

// ReservePlain is Reserve for a container that Sign makes and nobody will stamp: the certificates, and 2 KB for attributes, the name of the issuer and
// an RSA-4096 value.
func ReservePlain(cert *x509.Certificate, chain []*x509.Certificate) int {
	return Reserve(cert, chain) - 6<<10
}

// distinctCertificates drops repetitions and sorts as DER wants a SET OF.
func distinctCertificates(cert *x509.Certificate, chain []*x509.Certificate) [][]byte {
	out := [][]byte{cert.Raw}
	for _, c := range chain {
		out = append(out, c.Raw)
	}
	slices.SortFunc(out, bytes.Compare)
	return slices.CompactFunc(out, bytes.Equal)
}

func signedAttributes(kind asn1.ObjectIdentifier, digest []byte, cert *x509.Certificate) []byte {
	attrs := [][]byte{
		attribute(oidContentType, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(kind) }),
		attribute(oidMsgDigest, func(b *cryptobyte.Builder) { b.AddASN1OctetString(digest) }),
		attribute(oidSigCertV2, func(b *cryptobyte.Builder) { addESS(b, cert) }),
	}
	slices.SortFunc(attrs, bytes.Compare)
	return bytes.Join(attrs, nil)
}

func attribute(oid asn1.ObjectIdentifier, value func(b *cryptobyte.Builder)) []byte {
	var b cryptobyte.Builder
	b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		b.AddASN1(der.SET, value)
	})
	return b.BytesOrPanic()
}

func sameKey(a, b crypto.PublicKey) bool {
	k, ok := a.(interface{ Equal(crypto.PublicKey) bool })
	return ok && k.Equal(b)
}

// fromPlain turns r‖s, as PKCS#11 devices answer, into the ASN.1 form of ECDSA signatures.
func fromPlain(pub crypto.PublicKey, sig []byte) ([]byte, bool) {
	k, ok := pub.(*ecdsa.PublicKey)
	if !ok || len(sig) != 2*((k.Params().BitSize+7)/8) {
		return nil, false
	}
	var b cryptobyte.Builder
	b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1BigInt(new(big.Int).SetBytes(sig[:len(sig)/2]))
		b.AddASN1BigInt(new(big.Int).SetBytes(sig[len(sig)/2:]))
	})
	return b.BytesOrPanic(), true
}
