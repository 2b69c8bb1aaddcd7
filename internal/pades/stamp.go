package pades

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"time"

	"congvu/internal/cms"
	"congvu/internal/pdf"
)

// Stamper obtains RFC 3161 tokens over a digest. Before it gives one it has checked nonce, imprint, usage and chain.
type Stamper interface {
	Stamp(ctx context.Context, digest []byte, h crypto.Hash) (token []byte, err error)
}

// Witness obtains fresh revocation evidence about cert, DER, from those who answer for issuer: an OCSP answer, a revocation
// list, or both. Evidence was made not before after, give or take the tolerance of clocks; the zero time asks for whatever is
// in force. What is not out yet is an error: the caller comes again later. A revoked certificate is evidence, no error.
type Witness interface {
	Evidence(ctx context.Context, cert, issuer *x509.Certificate, after time.Time) (ocsp, crl []byte, err error)
}

// StampSignature puts a signature time stamp into the container of the newest signature (PAdES-B-T), into the room that was
// kept for it: no other byte changes, so whoever holds the file before must replace it. Possible only while nothing follows
// that signature. Refusals: ErrNoSignature, ErrFollowed, ErrStamped, ErrReserve, ErrContainer for a signature that does not
// hold, ErrStamp for a token that does not belong to it, those of the stamper, and those of package pdf.
func StampSignature(ctx context.Context, file []byte, s Stamper) ([]byte, error) {
	f, err := openForChange(file)
	if err != nil {
		return nil, err
	}
	last, err := newestSignature(f)
	if err != nil {
		return nil, err
	}
	c, err := cms.Parse(last.contents)
	if err != nil {
		return nil, ErrContainer.because("%w", err)
	}
	verified, err := c.Verify(last.digest)
	switch {
	case err != nil:
		return nil, ErrContainer.because("%w", err)
	case verified.Timestamp != nil:
		return nil, ErrStamped
	}
	container, err := withToken(ctx, c, s)
	if err != nil {
		return nil, err
	}
	p := &Prepared{File: file, Hole: last.hole}
	return p.embed(container)
}

// newestSignature finds the signature behind which the file ends.
func newestSignature(f *pdf.File) (*signed, error) {
	var last *signed
	for _, x := range signatureFields(f) {
		s := &signed{Signature: &Signature{Field: x.name}, dict: f.Dict(x.value), data: f.Data}
		if s.dict == nil || !s.readCoverage(f) {
			return nil, ErrContainer.because("field %s", x.name)
		}
		if last == nil || s.End > last.End {
			last = s
		}
	}
	switch {
	case last == nil:
		return nil, ErrNoSignature
	case f.Text(last.dict["SubFilter"]) == "ETSI.RFC3161" || len(bytes.TrimLeft(f.Data[last.End:], "\x00 \t\r\n")) > 0:
		return nil, ErrFollowed
	}
	return last, nil
}

// withToken asks for a token over the signature value and gives the container with it.
func withToken(ctx context.Context, c *cms.Signed, s Stamper) ([]byte, error) {
	value := c.SignatureValue()
	digest := sha256.Sum256(value)
	token, err := askToken(ctx, s, digest[:])
	if err != nil {
		return nil, err
	}
	return c.WithTimestamp(token)
}

// askToken gets a token over a SHA-256 and looks at it once more: a stamper that gives another's token would spoil the
// only copy of a signature.
func askToken(ctx context.Context, s Stamper, digest []byte) ([]byte, error) {
	token, err := s.Stamp(ctx, digest, crypto.SHA256)
	if err != nil {
		return nil, err
	}
	t, err := cms.ParseTimestamp(token)
	if err != nil {
		return nil, ErrStamp.because("%w", err)
	}
	given := func(h crypto.Hash) []byte {
		if h != crypto.SHA256 {
			return nil
		}
		return digest
	}
	if err := t.Verify(given, nil); err != nil && !errors.Is(err, cms.ErrNoSigner) {
		return nil, ErrStamp.because("%w", err)
	}
	return t.Signed.Raw, nil
}

// signContainer makes the CAdES container over a SHA-256, at once with a time stamp if the request names a stamper.
func (r *Request) signContainer(ctx context.Context, digest []byte) ([]byte, error) {
	container, err := cms.Sign(digest, crypto.SHA256, r.Certificate, r.Chain, r.Key, cms.SignOptions{PSS: r.PSS})
	if err != nil || r.Stamper == nil {
		return container, err
	}
	c, err := cms.Parse(container)
	if err != nil {
		return nil, err
	}
	return withToken(ctx, c, r.Stamper)
}
