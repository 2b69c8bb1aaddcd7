package signer

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// key is a crypto.Signer whose private half is on the token.
type key struct {
	ring *Ring
	id   KeyID
	kind Kind
	pub  crypto.PublicKey
}

func (k *key) Public() crypto.PublicKey { return k.pub }

// Sign asks the token; the source of randomness is the token's own. ECDSA comes as ASN.1. ErrBadSignature when what came back is not a
// signature by this key over this digest: a faulty device shows before its signature leaves.
func (k *key) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	o := Order{Key: k.id, Mechanism: ECDSA, Hash: opts.HashFunc(), Digest: digest}
	if k.kind == RSA {
		o.Mechanism = PKCS1v15
		if p, ok := opts.(*rsa.PSSOptions); ok {
			o.Mechanism, o.Salt = PSS, k.salt(p)
		}
	}
	if !o.well() {
		return nil, ErrMechanism.because("%v over %d bytes, salt %d", opts.HashFunc(), len(digest), o.Salt)
	}
	m, err := k.ring.ask(o.encode(), tellSigned, k.ring.timeout)
	if err != nil {
		return nil, err
	}
	sig, err := readSigned(m)
	if err == nil && !confirms(k.pub, o, sig) {
		err = ErrBadSignature.because("key %s", k.id)
	}
	return sig, err
}

func (k *key) salt(p *rsa.PSSOptions) int {
	h := p.HashFunc()
	if h == 0 || !h.Available() {
		return -1
	}
	switch p.SaltLength {
	case rsa.PSSSaltLengthAuto: // as long as there is room
		return (k.pub.(*rsa.PublicKey).N.BitLen()-1+7)/8 - 2 - h.Size()
	case rsa.PSSSaltLengthEqualsHash:
		return h.Size()
	}
	return p.SaltLength
}

// confirms tells whether sig is what the order asked for.
func confirms(pub crypto.PublicKey, o Order, sig []byte) bool {
	switch p := pub.(type) {
	case *rsa.PublicKey:
		if o.Mechanism == PSS {
			return rsa.VerifyPSS(p, o.Hash, o.Digest, sig, &rsa.PSSOptions{SaltLength: o.Salt, Hash: o.Hash}) == nil
		}
		return rsa.VerifyPKCS1v15(p, o.Hash, o.Digest, sig) == nil
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(p, o.Digest, sig)
	}
	return false
}

// Name gives the name of the i-th key: hsm.LABEL in plain letters, and when another key has that name too, a part of its KeyID behind it.
func (v *Inventory) Name(i int) string {
	name := plainName(v.Keys[i])
	for j, k := range v.Keys {
		if j != i && plainName(k) == name {
			return longName(v.Keys[i])
		}
	}
	return name
}

// find knows a key by its short name while it is the only one of it, and always by its long one: a binding outlives a new neighbour. bare finds keys without certificates, too.
func (v *Inventory) find(name string, bare bool) (*Key, error) {
	var found *Key
	for i := range v.Keys {
		k := &v.Keys[i]
		if len(k.Certificates) == 0 && !bare || plainName(*k) != name && longName(*k) != name {
			continue
		}
		if found != nil {
			return nil, ErrAmbiguous.with("name", name)
		}
		found = k
	}
	if found == nil {
		return nil, ErrKeyNotFound.with("name", name)
	}
	return found, nil
}

func longName(k Key) string { return plainName(k) + "-" + k.ID.String()[:8] }

// plainName takes the marks off Vietnamese letters and puts a hyphen for what a key's name may not hold.
func plainName(k Key) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(k.Label) {
		switch {
		case r == 'đ': // a letter of its own, not d with a mark
			b.WriteByte('d')
		case r == 'Đ':
			b.WriteByte('D')
		case r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r)) || r == '_' || r == '.' || r == '-':
			b.WriteRune(r)
		case !unicode.Is(unicode.Mn, r):
			b.WriteByte('-')
		}
	}
	name := b.String()
	if len(name) > 60 {
		name = name[:60]
	}
	if name == "" {
		name = k.ID.String()[:16]
	}
	return Prefix + name
}
