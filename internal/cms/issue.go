package cms

import (
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	der "golang.org/x/crypto/cryptobyte/asn1"
)

// The other side of the time-stamp protocol: what an authority does. Test authorities and tests use it.

// TimestampQuery is a request as the authority reads it.
type TimestampQuery struct {
	Hash         crypto.Hash
	Digest       []byte
	Nonce        *big.Int // nil when absent
	Certificates bool     // the requester wants the authority's certificates in the token
}

// TimestampIssuer is an authority's certificate, the certificates above it, and its key.
type TimestampIssuer struct {
	Certificate *x509.Certificate
	Chain       []*x509.Certificate
	Key         crypto.Signer
}

// ParseTimestampRequest reads an RFC 3161 request; of its optional fields it understands nonce and certReq.
func ParseTimestampRequest(b []byte) (*TimestampQuery, error) {
	bad := ErrMalformed.because("time-stamp request")
	outer, rest, err := readElement(b, 0)
	if err != nil || len(rest) > 0 || outer.tag != tagSequence {
		return nil, bad
	}
	f, err := outer.list()
	if err != nil || len(f) < 2 {
		return nil, bad
	}
	if v, err := f[0].integer(); err != nil || v.Cmp(big.NewInt(1)) != 0 {
		return nil, bad
	}
	imprint, err := f[1].list()
	if err != nil || len(imprint) != 2 {
		return nil, bad
	}
	q := &TimestampQuery{}
	if q.Hash, err = readDigestAlgorithm(imprint[0]); err != nil {
		return nil, err
	}
	if q.Digest, err = imprint[1].octets(); err != nil || len(q.Digest) != q.Hash.Size() {
		return nil, bad
	}
	for _, o := range f[2:] {
		switch o.tag {
		case tagInteger:
			if q.Nonce, err = o.integer(); err != nil {
				return nil, bad
			}
		case 0x01:
			q.Certificates = len(o.body) == 1 && o.body[0] != 0
		}
	}
	return q, nil
}

// testPolicy stands for the policy of an authority that has none.
var testPolicy = asn1.ObjectIdentifier{2, 25, 1}

// Issue makes the token that answers a query, with an accuracy of one second.
func (a *TimestampIssuer) Issue(q *TimestampQuery, serial *big.Int, at time.Time) ([]byte, error) {
	names, err := namesOf(q.Hash)
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1ObjectIdentifier(testPolicy)
		b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
			addAlgorithm(b, names.digest, true)
			b.AddASN1OctetString(q.Digest)
		})
		b.AddASN1BigInt(serial)
		b.AddASN1GeneralizedTime(at.UTC().Truncate(time.Second))
		b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1Int64(1) })
		if q.Nonce != nil {
			b.AddASN1BigInt(q.Nonce)
		}
	})
	info, err := b.Bytes()
	if err != nil {
		return nil, err
	}
	digest := sum(crypto.SHA256, info)
	p, err := Prepare(digest, crypto.SHA256, a.Certificate, a.Chain)
	if err != nil {
		return nil, err
	}
	p.token, p.attrs = info, signedAttributes(oidTSTInfo, digest, a.Certificate)
	if !q.Certificates {
		p.certs = nil
	}
	return p.signWith(a.Key, SignOptions{})
}

// TimestampAnswer wraps a token as the granted answer of an authority.
func TimestampAnswer(token []byte) []byte {
	return encode(tagSequence, encode(tagSequence, []byte{tagInteger, 1, 0}), token)
}

// TimestampRefusal is the answer of an authority that refuses; status is 2 (rejection) to 5 (RFC 3161 §2.4.2).
func TimestampRefusal(status byte) []byte {
	return encode(tagSequence, encode(tagSequence, []byte{tagInteger, 1, status}))
}
