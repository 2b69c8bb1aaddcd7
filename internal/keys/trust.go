package keys

import (
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"time"
)

// Purpose is what a chain is to be believed for (S7.3).
type Purpose string

// The purposes.
const (
	PurposeSign      Purpose = "sign"
	PurposeSeal      Purpose = "seal"
	PurposeTimestamp Purpose = "timestamp"
)

// Revocation says what evidence a verdict needs beside the chain.
type Revocation string

// Revocation policies; the zero value of an entry is RevocationRequired.
const (
	RevocationRequired Revocation = "required"
	RevocationOptional Revocation = "optional"
	RevocationNone     Revocation = "none"
)

// Families of authorities, as an administrator sorts them (signing rules, section 7); they change no verdict, but for the last.
const (
	FamilyState1 = "state-g1" // the first generation of the State's own roots
	FamilyState2 = "state-g2"
	FamilyPublic = "public" // licensed providers
	FamilyTest   = "test"
)

// Families lists them.
var Families = []string{FamilyState1, FamilyState2, FamilyPublic, FamilyTest}

// Pin is one believed certificate, an entry of trust.json. Without purposes it serves all of them; without dates as long as the certificate.
type Pin struct {
	Name       string     `json:"name"`
	Family     string     `json:"family,omitempty"`
	SHA256     string     `json:"sha256"` // of the DER, hex, colons allowed
	Purposes   []Purpose  `json:"purposes,omitempty"`
	ValidFrom  time.Time  `json:"valid_from,omitzero"`
	ValidTo    time.Time  `json:"valid_to,omitzero"`
	Revocation Revocation `json:"revocation,omitempty"`
	Test       bool       `json:"test,omitempty"`
	Anchor     bool       `json:"anchor,omitempty"` // believe an intermediate by itself, e.g. below a root signed with SHA-1

	Certificate *x509.Certificate `json:"-"`
}

// Trust is a loaded trust store. It refuses test certificates unless AllowTest is set, which only demonstrations do.
type Trust struct {
	AllowTest bool
	pins      []*Pin
	between   []*x509.Certificate
	known     *knownChains
}

// Chain is a path from a certificate to a believed one, with the strictest rule of the pins it passes.
type Chain struct {
	Certificates []*x509.Certificate // the certificate first, the anchor last
	Anchor       Pin
	Revocation   Revocation
	Test         bool
}

// Pins lists the pinned certificates.
func (t *Trust) Pins() []Pin {
	var out []Pin
	for _, p := range t.pins {
		out = append(out, *p)
	}
	return out
}

// Chain finds a path that held at the given time for the purpose. Intermediates of the store are used besides the given ones.
// Errors are Refusals; those that are Indeterminate say nothing against the signature itself.
func (t *Trust) Chain(cert *x509.Certificate, intermediates []*x509.Certificate, at time.Time, purpose Purpose) (*Chain, error) {
	if len(cert.UnhandledCriticalExtensions) > 0 {
		return nil, ErrNotJudged.because("critical extension %v", cert.UnhandledCriticalExtensions[0])
	}
	if !usable(cert, purpose) {
		return nil, ErrPurpose.because("key usage")
	}
	key := chainKey(cert, intermediates, purpose, t.AllowTest)
	if c := t.known.find(key, at); c != nil {
		return c, nil
	}
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	for _, p := range t.pins {
		if p.Anchor {
			roots.AddCert(p.Certificate)
		} else {
			between.AddCert(p.Certificate)
		}
	}
	for _, c := range slices.Concat(t.between, intermediates) {
		between.AddCert(c)
	}
	usage := x509.ExtKeyUsageAny
	if purpose == PurposeTimestamp {
		usage = x509.ExtKeyUsageTimeStamping
	}
	found, err := cert.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{usage}})
	if err != nil {
		return nil, explain(err)
	}
	for _, path := range found {
		var c *Chain
		if c, err = t.allow(path, at, purpose); err == nil {
			if len(found) == 1 { // with several paths another time may prefer another one
				t.known.keep(key, c, t.pin)
			}
			return c, nil
		}
	}
	return nil, err
}

// Pool gives the anchors that count for the purpose at a time, for readers that build chains themselves.
func (t *Trust) Pool(purpose Purpose, at time.Time) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, p := range t.pins {
		if p.Anchor && p.serves(purpose) && p.valid(at) && (t.AllowTest || !p.Test && !IsTest(p.Certificate)) {
			pool.AddCert(p.Certificate)
		}
	}
	return pool
}

// Intermediates gives the certificates of the store that are no anchors: many signatures carry only the leaf (S5.4).
func (t *Trust) Intermediates() []*x509.Certificate {
	out := slices.Clone(t.between)
	for _, p := range t.pins {
		if !p.Anchor {
			out = append(out, p.Certificate)
		}
	}
	return out
}

// allow applies the pins along a path; a test certificate anywhere makes the whole path a test.
func (t *Trust) allow(path []*x509.Certificate, at time.Time, purpose Purpose) (*Chain, error) {
	c := &Chain{Certificates: path, Revocation: RevocationNone}
	for _, x := range path {
		c.Test = c.Test || IsTest(x)
		p := t.pin(x)
		if p == nil {
			continue
		}
		c.Test = c.Test || p.Test
		if !p.serves(purpose) {
			return nil, ErrPurpose.because("%s does not serve %s", p.Name, purpose)
		}
		if !p.valid(at) {
			return nil, ErrNotValidAt.because("%s", p.Name)
		}
		c.Revocation = stricter(c.Revocation, p.Revocation)
		c.Anchor = *p
	}
	if c.Test && !t.AllowTest {
		return nil, ErrTestCertificate
	}
	return c, nil
}

func (t *Trust) pin(c *x509.Certificate) *Pin {
	for _, p := range t.pins {
		if p.Certificate.Equal(c) {
			return p
		}
	}
	return nil
}

func (p *Pin) serves(purpose Purpose) bool {
	return len(p.Purposes) == 0 || slices.Contains(p.Purposes, purpose)
}

func (p *Pin) valid(at time.Time) bool {
	return (p.ValidFrom.IsZero() || !at.Before(p.ValidFrom)) && (p.ValidTo.IsZero() || !at.After(p.ValidTo))
}

func stricter(a, b Revocation) Revocation {
	rank := []Revocation{RevocationNone, RevocationOptional, RevocationRequired}
	if slices.Index(rank, b) > slices.Index(rank, a) {
		return b
	}
	return a
}

// usable wants a signing key usage where one is stated.
func usable(c *x509.Certificate, purpose Purpose) bool {
	if purpose == PurposeTimestamp && (len(c.ExtKeyUsage) != 1 || c.ExtKeyUsage[0] != x509.ExtKeyUsageTimeStamping || len(c.UnknownExtKeyUsage) > 0) {
		return false
	}
	return c.KeyUsage == 0 || c.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) != 0
}

func explain(err error) error {
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var unhandled x509.UnhandledCriticalExtension
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return ErrNotValidAt.because("%w", err)
	case errors.As(err, &invalid) && invalid.Reason == x509.IncompatibleUsage:
		return ErrPurpose.because("%w", err)
	case errors.As(err, &unhandled):
		return ErrNotJudged.because("%w", err)
	case errors.As(err, &unknown) && strings.Contains(err.Error(), "insecure algorithm"): // SHA-1 in the chain; Go exposes no type here
		return ErrNotJudged.because("%w", err)
	case errors.As(err, &unknown):
		return ErrUnknownIssuer.because("%w", err)
	}
	return ErrNotJudged.because("%w", err)
}
