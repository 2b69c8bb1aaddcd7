package cms

import (
	"bytes"
	"crypto"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	der "golang.org/x/crypto/cryptobyte/asn1"
)

// TimestampRequest writes an RFC 3161 request over digest, asking for the authority's certificates (S6.4); post it as
// application/timestamp-query. nonce must be fresh, random and positive.
func TimestampRequest(digest []byte, h crypto.Hash, nonce *big.Int) ([]byte, error) {
	names, err := namesOf(h)
	if err != nil {
		return nil, err
	}
	if len(digest) != h.Size() {
		return nil, ErrDigestMismatch.because("digest of %d bytes for %v", len(digest), h)
	}
	var b cryptobyte.Builder
	b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
			addAlgorithm(b, names.digest, true)
			b.AddASN1OctetString(digest)
		})
		b.AddASN1BigInt(nonce)
		b.AddASN1Boolean(true)
	})
	return b.Bytes()
}

// OpenTimestampResponse takes the token out of an authority's answer and compares imprint and nonce with the request's.
// The token still needs Verify. A refusal by the authority is ErrTimestampRefused with its status.
func OpenTimestampResponse(answer, digest []byte, nonce *big.Int) (token []byte, stamp *Timestamp, err error) {
	if len(answer) > maxSize {
		return nil, nil, ErrTooLarge
	}
	outer, rest, err := readElement(answer, 0)
	if err != nil || len(rest) > 0 || outer.tag != tagSequence {
		return nil, nil, ErrMalformed.because("time-stamp answer")
	}
	parts, err := outer.list()
	if err != nil || len(parts) < 1 || len(parts) > 2 {
		return nil, nil, ErrMalformed.because("time-stamp answer")
	}
	status, err := parts[0].list()
	if err != nil || len(status) == 0 {
		return nil, nil, ErrMalformed.because("time-stamp status")
	}
	code, err := status[0].integer()
	if err != nil {
		return nil, nil, ErrMalformed.because("time-stamp status")
	}
	if !code.IsInt64() || code.Int64() < 0 || code.Int64() > 1 || len(parts) != 2 { // 0 granted, 1 granted with modifications
		return nil, nil, ErrTimestampRefused.with("status", code.String())
	}
	if stamp, err = ParseTimestamp(parts[1].raw); err != nil {
		return nil, nil, err
	}
	if !bytes.Equal(stamp.Imprint, digest) {
		return nil, nil, ErrImprintMismatch
	}
	if stamp.Nonce == nil || nonce == nil || stamp.Nonce.Cmp(nonce) != 0 {
		return nil, nil, ErrImprintMismatch.because("nonce")
	}
	return stamp.Signed.Raw, stamp, nil
}
