package signer

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
)

// KeyID names a key by its public half: SHA-256 of the DER SubjectPublicKeyInfo. Labels may repeat, handles change; this does neither.
type KeyID [sha256.Size]byte

func (k KeyID) String() string { return hex.EncodeToString(k[:]) }

// IDOf gives the KeyID of a public key.
func IDOf(pub crypto.PublicKey) (KeyID, error) {
	der, err := x509.MarshalPKIXPublicKey(pub)
	return sha256.Sum256(der), err
}

// Key is one signing key of a token. Certificates begin with the key's own and climb towards the root, which is left out; none when
// the key has no certificate yet.
type Key struct {
	ID           KeyID
	Label        string
	Kind         Kind
	Public       crypto.PublicKey
	Certificates []*x509.Certificate
}

// Kind is what a key can do.
type Kind uint8

// The kinds of keys that sign here (design/signing.md): RSA from 2048 to 8192 bits and two curves.
const (
	RSA Kind = 1 + iota
	P256
	P384
)

func (k Kind) String() string {
	if k < RSA || k > P384 {
		return "?"
	}
	return [...]string{"RSA", "P-256", "P-384"}[k-RSA]
}

// kindOf refuses keys that are too weak or of a kind that no profile here knows.
func kindOf(pub crypto.PublicKey) (Kind, bool) {
	switch k := pub.(type) {
	case *rsa.PublicKey:
		return RSA, k.N.BitLen() >= 2048 && k.N.BitLen() <= 8192
	case *ecdsa.PublicKey:
		switch k.Curve {
		case elliptic.P256():
			return P256, true
		case elliptic.P384():
			return P384, true
		}
	}
	return 0, false
}

// Mechanism is how a digest becomes a signature.
type Mechanism uint8

// The mechanisms of the profile.
const (
	PKCS1v15 Mechanism = 1 + iota
	PSS
	ECDSA // ASN.1 (r, s)
)

// Order asks for one signature over a digest.
type Order struct {
	Key       KeyID
	Mechanism Mechanism
	Hash      crypto.Hash // SHA-256, SHA-384, SHA-512
	Salt      int         // bytes, PSS only
	Digest    []byte      // Hash.Size() bytes
}

var hashNames = map[crypto.Hash]string{crypto.SHA256: "sha256", crypto.SHA384: "sha384", crypto.SHA512: "sha512"}

// String names mechanism and hash for the log: "rsa-pkcs1-sha256".
func (o Order) String() string {
	return map[Mechanism]string{PKCS1v15: "rsa-pkcs1-", PSS: "rsa-pss-", ECDSA: "ecdsa-"}[o.Mechanism] + hashNames[o.Hash]
}

// well tells whether an order could be carried out by some key.
func (o Order) well() bool {
	_, known := hashNames[o.Hash]
	return known && len(o.Digest) == o.Hash.Size() && o.Mechanism >= PKCS1v15 && o.Mechanism <= ECDSA &&
		o.Salt >= 0 && o.Salt <= 512 && (o.Mechanism == PSS || o.Salt == 0)
}

// suits tells whether a key of that kind can carry the order out.
func (o Order) suits(k Kind) bool { return o.well() && (k == RSA) == (o.Mechanism != ECDSA) }

// Description is what a token says about itself.
type Description struct{ Label, Serial, Model string }

// Token is the device behind a Guard. Its methods may be called at the same time by many; errors are Refusals of this package.
type Token interface {
	Describe() Description
	Keys() ([]Key, error)
	// Key is a key as it was last listed, without asking the device; ErrKeyNotFound.
	Key(id KeyID) (Key, error)
	// Sign refuses ErrKeyNotFound, ErrMechanism, ErrBusy (when ctx ends before the device is free), ErrTokenAbsent, ErrPIN and ErrDevice.
	Sign(ctx context.Context, o Order) ([]byte, error)
}
