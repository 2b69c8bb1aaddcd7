package cms

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	_ "crypto/sha1" // read only: marked weak
	_ "crypto/sha256"
	_ "crypto/sha512"
	"encoding/asn1"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	der "golang.org/x/crypto/cryptobyte/asn1"
)

// Weaknesses that Result.Weak names. A weak signature is shown as such, not refused (S5.8).
const (
	WeakSHA1 = "sha1"      // SHA-1 as content digest or in the signature
	WeakRSA  = "rsa_short" // RSA key under 2048 bits
)

var (
	oidData        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContentType = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMsgDigest   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningTime = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
	oidSigCertV1   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12}
	oidSigCertV2   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidTimestamp   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}
	oidTSTInfo     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidRSA         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidPSS         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
	oidMGF1        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 8}
	oidECPublicKey = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	oidEd25519     = asn1.ObjectIdentifier{1, 3, 101, 112}
)

type hashName struct {
	hash               crypto.Hash
	digest, rsa, ecdsa asn1.ObjectIdentifier
}

var hashNames = []hashName{
	{crypto.SHA1, asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 5}, asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 1}},
	{crypto.SHA256, asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}, asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}},
	{crypto.SHA384, asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 12}, asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 3}},
	{crypto.SHA512, asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 13}, asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 4}},
}

func hashByOID(oid asn1.ObjectIdentifier) (crypto.Hash, error) {
	for _, n := range hashNames {
		if n.digest.Equal(oid) {
			return n.hash, nil
		}
	}
	return 0, ErrAlgorithm.because("digest %v", oid)
}

// namesOf gives the identifiers of a hash we sign with; SHA-1 is for reading only.
func namesOf(h crypto.Hash) (hashName, error) {
	for _, n := range hashNames {
		if n.hash == h && h != crypto.SHA1 {
			return n, nil
		}
	}
	return hashName{}, ErrAlgorithm.because("hash %v", h)
}

func sum(h crypto.Hash, b []byte) []byte {
	w := h.New()
	w.Write(b)
	return w.Sum(nil)
}

// scheme is how a signature value was made: over which hash, and with which padding.
type scheme struct {
	hash crypto.Hash
	kind asn1.ObjectIdentifier // oidRSA, oidPSS, oidECPublicKey or oidEd25519
	salt int
}

// readScheme reads the AlgorithmIdentifier of a signature; digest fills in where the identifier names no hash.
func readScheme(alg element, digest crypto.Hash) (scheme, error) {
	oid, params, err := readAlgorithm(alg)
	if err != nil {
		return scheme{}, err
	}
	switch {
	case oid.Equal(oidRSA):
		return scheme{digest, oidRSA, 0}, nil
	case oid.Equal(oidPSS):
		return readPSS(params)
	case oid.Equal(oidECPublicKey): // some producers name only the key
		return scheme{digest, oidECPublicKey, 0}, nil
	case oid.Equal(oidEd25519):
		return scheme{crypto.SHA512, oidEd25519, 0}, nil
	}
	for _, n := range hashNames {
		if n.rsa.Equal(oid) {
			return scheme{n.hash, oidRSA, 0}, nil
		}
		if n.ecdsa.Equal(oid) {
			return scheme{n.hash, oidECPublicKey, 0}, nil
		}
	}
	return scheme{}, ErrAlgorithm.because("signature %v", oid)
}

func readAlgorithm(alg element) (asn1.ObjectIdentifier, *element, error) {
	parts, err := alg.list()
	if err != nil || alg.tag != tagSequence || len(parts) < 1 || len(parts) > 2 {
		return nil, nil, ErrMalformed.because("algorithm identifier")
	}
	oid, err := parts[0].oid()
	if err != nil {
		return nil, nil, ErrMalformed.because("algorithm identifier")
	}
	if len(parts) == 2 {
		return oid, &parts[1], nil
	}
	return oid, nil, nil
}

// readPSS reads RSASSA-PSS-params (RFC 4055). Only MGF1 with the same hash and trailer 1 are accepted.
func readPSS(params *element) (scheme, error) {
	s := scheme{crypto.SHA1, oidPSS, 20}
	mask := crypto.SHA1
	if params == nil {
		return s, nil
	}
	fields, err := params.list()
	if err != nil || params.tag != tagSequence {
		return s, ErrMalformed.because("PSS parameters")
	}
	for _, f := range fields {
		v, err := f.only()
		if err != nil {
			return s, ErrMalformed.because("PSS parameters")
		}
		switch f.tag {
		case 0xa0:
			if s.hash, err = readDigestAlgorithm(v); err != nil {
				return s, err
			}
		case 0xa1:
			oid, p, err := readAlgorithm(v)
			if err != nil || !oid.Equal(oidMGF1) || p == nil {
				return s, ErrAlgorithm.because("PSS mask")
			}
			if mask, err = readDigestAlgorithm(*p); err != nil {
				return s, err
			}
		case 0xa2, 0xa3:
			n, err := v.integer()
			if err != nil || !n.IsInt64() || n.Sign() < 0 || n.Int64() > 512 || f.tag == 0xa3 && n.Int64() != 1 {
				return s, ErrAlgorithm.because("PSS salt or trailer")
			}
			if f.tag == 0xa2 {
				s.salt = int(n.Int64())
			}
		default:
			return s, ErrMalformed.because("PSS parameters")
		}
	}
	if mask != s.hash {
		return s, ErrAlgorithm.because("PSS mask hash differs")
	}
	return s, nil
}

func readDigestAlgorithm(alg element) (crypto.Hash, error) {
	oid, _, err := readAlgorithm(alg)
	if err != nil {
		return 0, err
	}
	return hashByOID(oid)
}

// check verifies the raw signature over message.
func (s scheme) check(pub crypto.PublicKey, message, sig []byte) error {
	if k, ok := pub.(ed25519.PublicKey); ok { // signs the message itself, not a hash
		if !s.kind.Equal(oidEd25519) || !ed25519.Verify(k, message, sig) {
			return ErrBadSignature
		}
		return nil
	}
	return s.checkDigest(pub, sum(s.hash, message), sig)
}

// checkDigest verifies the raw signature over what hashes to digest.
func (s scheme) checkDigest(pub crypto.PublicKey, digest, sig []byte) error {
	ok := false
	switch k := pub.(type) {
	case *rsa.PublicKey:
		switch {
		case k.N.BitLen() < 1024: // Go does not compute with them
			return ErrAlgorithm.because("RSA key of %d bits", k.N.BitLen())
		case s.kind.Equal(oidRSA):
			ok = rsa.VerifyPKCS1v15(k, s.hash, digest, sig) == nil
		case s.kind.Equal(oidPSS):
			if s.salt == 0 { // Go would read 0 as "any length"
				return ErrAlgorithm.because("PSS without salt")
			}
			ok = rsa.VerifyPSS(k, s.hash, digest, sig, &rsa.PSSOptions{SaltLength: s.salt}) == nil
		}
	case *ecdsa.PublicKey:
		ok = s.kind.Equal(oidECPublicKey) && ecdsa.VerifyASN1(k, digest, sig)
	default:
		return ErrAlgorithm.because("key type %T", pub)
	}
	if !ok && on("value") {
		return ErrBadSignature
	}
	return nil
}

// name describes the signature for people: "RSA-2048 SHA-256", "RSA-PSS-3072 SHA-256", "ECDSA P-256 SHA-256", "Ed25519".
func (s scheme) name(pub crypto.PublicKey) string {
	switch k := pub.(type) {
	case *rsa.PublicKey:
		if s.kind.Equal(oidPSS) {
			return fmt.Sprintf("RSA-PSS-%d %v", k.N.BitLen(), s.hash)
		}
		return fmt.Sprintf("RSA-%d %v", k.N.BitLen(), s.hash)
	case *ecdsa.PublicKey:
		return fmt.Sprintf("ECDSA %s %v", k.Params().Name, s.hash)
	case ed25519.PublicKey:
		return "Ed25519"
	}
	return fmt.Sprintf("%T", pub)
}

func (s scheme) weak(pub crypto.PublicKey, digest crypto.Hash) []string {
	var out []string
	if s.hash == crypto.SHA1 || digest == crypto.SHA1 {
		out = append(out, WeakSHA1)
	}
	if k, ok := pub.(*rsa.PublicKey); ok && k.N.BitLen() < 2048 {
		out = append(out, WeakRSA)
	}
	return out
}

func addAlgorithm(b *cryptobyte.Builder, oid asn1.ObjectIdentifier, null bool) {
	b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		if null {
			b.AddASN1NULL()
		}
	})
}

func addExplicit(b *cryptobyte.Builder, n uint8, content func(b *cryptobyte.Builder)) {
	b.AddASN1(der.Tag(n).ContextSpecific().Constructed(), content)
}

// addTo writes the AlgorithmIdentifier of a signature we make.
func (s scheme) addTo(b *cryptobyte.Builder) {
	names, err := namesOf(s.hash)
	if err != nil {
		b.SetError(err)
		return
	}
	switch {
	case s.kind.Equal(oidRSA):
		addAlgorithm(b, oidRSA, true)
	case s.kind.Equal(oidECPublicKey):
		addAlgorithm(b, names.ecdsa, false)
	default:
		b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oidPSS)
			b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) { s.addPSS(b, names.digest) })
		})
	}
}

func (s scheme) addPSS(b *cryptobyte.Builder, digest asn1.ObjectIdentifier) {
	addExplicit(b, 0, func(b *cryptobyte.Builder) { addAlgorithm(b, digest, true) })
	addExplicit(b, 1, func(b *cryptobyte.Builder) {
		b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oidMGF1)
			addAlgorithm(b, digest, true)
		})
	})
	addExplicit(b, 2, func(b *cryptobyte.Builder) { b.AddASN1Int64(int64(s.salt)) })
}
