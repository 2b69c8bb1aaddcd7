package authority

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"time"

	"golang.org/x/crypto/ocsp"

	"congvu/internal/keys"
)

// The structures of RFC 6960, 4.2.1. Package ocsp writes answers too, but only with the wall clock as the time of production.
type (
	certID struct {
		Hash   pkix.AlgorithmIdentifier
		Name   []byte
		Key    []byte
		Serial *big.Int
	}
	revokedInfo struct {
		At time.Time `asn1:"generalized"`
	}
	singleAnswer struct {
		ID      certID
		Good    asn1.Flag   `asn1:"tag:0,optional"`
		Revoked revokedInfo `asn1:"tag:1,optional"`
		Unknown asn1.Flag   `asn1:"tag:2,optional"`
		This    time.Time   `asn1:"generalized"`
		Next    time.Time   `asn1:"generalized,explicit,tag:0,optional"`
	}
	answerData struct {
		By       asn1.RawValue
		Produced time.Time `asn1:"generalized"`
		Answers  []singleAnswer
	}
	basicAnswer struct {
		Data         asn1.RawValue
		Algorithm    pkix.AlgorithmIdentifier
		Value        asn1.BitString
		Certificates []asn1.RawValue `asn1:"explicit,tag:0,optional"`
	}
	answerBytes struct {
		Kind asn1.ObjectIdentifier
		Body []byte
	}
	wholeAnswer struct {
		Status asn1.Enumerated
		Body   answerBytes `asn1:"explicit,tag:0"`
	}
)

// signAnswer makes the answer to q with status and times of a, signed by a responder or by the issuer itself.
func signAnswer(q *ocsp.Request, a ocsp.Response, by *keys.Identity, delegated bool) ([]byte, error) {
	one := singleAnswer{ID: certID{pkix.AlgorithmIdentifier{Algorithm: oidSHA1, Parameters: asn1.NullRawValue}, q.IssuerNameHash, q.IssuerKeyHash, a.SerialNumber},
		This: a.ThisUpdate.UTC().Truncate(time.Second), Next: a.NextUpdate.UTC().Truncate(time.Second)}
	switch a.Status {
	case ocsp.Good:
		one.Good = true
	case ocsp.Revoked:
		one.Revoked.At = a.RevokedAt.UTC().Truncate(time.Second)
	default:
		one.Unknown = true
	}
	data, err := asn1.Marshal(answerData{asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 1, IsCompound: true, Bytes: by.Certificate.RawSubject},
		a.ProducedAt.UTC().Truncate(time.Second), []singleAnswer{one}})
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	value, err := by.Key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		return nil, err
	}
	basic := basicAnswer{Data: asn1.RawValue{FullBytes: data}, Algorithm: algorithmOf(by.Certificate), Value: asn1.BitString{Bytes: value, BitLength: 8 * len(value)}}
	if delegated {
		basic.Certificates = []asn1.RawValue{{FullBytes: by.Certificate.Raw}}
	}
	body, err := asn1.Marshal(basic)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(wholeAnswer{Body: answerBytes{oidBasicAnswer, body}})
}

var (
	oidSHA1        = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}
	oidBasicAnswer = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}
)

func algorithmOf(c *x509.Certificate) pkix.AlgorithmIdentifier {
	if _, ok := c.PublicKey.(*ecdsa.PublicKey); ok {
		return pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}}
	}
	return pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}, Parameters: asn1.NullRawValue}
}

// keyHash hashes the public key of an issuer as requests do, to see whom one means.
func keyHash(issuer *x509.Certificate) ([]byte, error) {
	var spki struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(issuer.RawSubjectPublicKeyInfo, &spki); err != nil {
		return nil, err
	}
	h := crypto.SHA1.New() // an identifier, no proof
	h.Write(spki.Key.RightAlign())
	return h.Sum(nil), nil
}
