package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"io"
	"math/big"
	"strings"
	"time"
)

// TestOrganization stands in every certificate of the test authority.
const TestOrganization = "congvu TEST – không có giá trị pháp lý"

// testPolicy marks test certificates for programs, whatever their names say.
var testPolicy = mustOID("2.25.178817011165704777018567050579056742159")

func mustOID(s string) x509.OID {
	oid, err := x509.ParseOID(s)
	if err != nil {
		panic(err)
	}
	return oid
}

// IsTest reports whether a certificate was issued by a test authority of ours: by its policy, its subject or its issuer.
func IsTest(c *x509.Certificate) bool {
	for _, p := range c.Policies {
		if p.Equal(testPolicy) {
			return true
		}
	}
	for _, o := range append(append([]string{}, c.Subject.Organization...), c.Issuer.Organization...) {
		if strings.EqualFold(o, TestOrganization) {
			return true
		}
	}
	return false
}

// Identity is a certificate with its key and the certificates between it and the root.
type Identity struct {
	Certificate *x509.Certificate
	Chain       []*x509.Certificate
	Key         crypto.Signer
}

// TestAuthority issues certificates for tests and demonstrations: a root and an issuing authority below it.
type TestAuthority struct {
	Root, Issuing *Identity

	options TestOptions
}

// TestOptions: From and Until bound the authority's own certificates. With Seed, keys and certificates come out the same each
// time (ECDSA only). RSA gives RSA-2048 keys to persons and agencies, slower and never the same; Algorithm names others. CRL is
// the address of the issuing authority's list, left out when empty. Services is where a simulator of the authority's services
// listens, without a slash at the end: certificates then carry its addresses for OCSP and lists.
type TestOptions struct {
	From, Until time.Time
	Seed        []byte
	RSA         bool
	Algorithm   TestAlgorithm
	CRL         string
	Services    string
	Revocation  Revocation // what WriteTrust asks of the pinned root; none when empty
}

// TestAlgorithm is the kind of key that persons, agencies and services get.
type TestAlgorithm int

// The algorithms; the zero value is ECDSA on P-256.
const (
	TestP256 TestAlgorithm = iota
	TestP384
	TestRSA2048
	TestRSA3072
	TestRSA4096
)

// Period is a certificate's validity.
type Period struct{ From, Until time.Time }

// NewTestAuthority founds root and issuing authority.
func NewTestAuthority(o TestOptions) (*TestAuthority, error) {
	a := &TestAuthority{options: o}
	ca := func(name string, depth int, by *Identity) (*Identity, error) {
		key, err := a.ecKey("ca " + name)
		if err != nil {
			return nil, err
		}
		t := &x509.Certificate{Subject: testName(name, "", "", ""), IsCA: true, BasicConstraintsValid: true, MaxPathLen: depth, MaxPathLenZero: depth == 0,
			KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, SubjectKeyId: keyID(key)}
		if by != nil {
			a.addresses(t, TestRootListPath)
		}
		return a.issue(t, Period{o.From, o.Until}, key, by)
	}
	var err error
	if a.Root, err = ca("congvu TEST Root CA", 1, nil); err != nil {
		return nil, err
	}
	a.Issuing, err = ca("congvu TEST CA", 0, a.Root)
	return a, err
}

// Person issues to an official: CN name, title position, O agency.
func (a *TestAuthority) Person(name, position, agency string, valid Period) (*Identity, error) {
	return a.leaf(testName(name, agency, position, serialOf("P", name, position, agency)), valid)
}

// Agency issues the certificate behind an agency's seal: CN and O name, serialNumber its identification code.
func (a *TestAuthority) Agency(name, code string, valid Period) (*Identity, error) {
	return a.leaf(testName(name, name, "", code), valid)
}

func (a *TestAuthority) leaf(subject pkix.Name, valid Period) (*Identity, error) {
	key, err := a.leafKey(subject.String())
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{Subject: subject, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment, SubjectKeyId: keyID(key)}
	return a.below(t, valid, key)
}

// below issues under the issuing authority.
func (a *TestAuthority) below(t *x509.Certificate, valid Period, key crypto.Signer) (*Identity, error) {
	a.addresses(t, TestListPath)
	if a.options.CRL != "" {
		t.CRLDistributionPoints = []string{a.options.CRL}
	}
	id, err := a.issue(t, valid, key, a.Issuing)
	if err != nil {
		return nil, err
	}
	id.Chain = []*x509.Certificate{a.Issuing.Certificate}
	return id, nil
}

// issue takes the serial from subject, validity and key, so that a seeded authority repeats itself and never uses one twice.
func (a *TestAuthority) issue(t *x509.Certificate, valid Period, key crypto.Signer, by *Identity) (*Identity, error) {
	t.NotBefore, t.NotAfter = valid.From, valid.Until
	t.Policies = []x509.OID{testPolicy}
	seed := sha256.Sum256([]byte(t.Subject.String() + valid.From.UTC().String() + valid.Until.UTC().String() + string(keyID(key))))
	seed[0] = seed[0]&0x7f | 0x40
	t.SerialNumber = new(big.Int).SetBytes(seed[:16])
	parent, signer := t, key
	if by != nil {
		parent, signer = by.Certificate, by.Key
	}
	der, err := x509.CreateCertificate(a.random(), t, parent, key.Public(), signer)
	if err != nil {
		return nil, err
	}
	c, err := x509.ParseCertificate(der)
	return &Identity{Certificate: c, Key: key}, err
}

// random is nil for a seeded authority: ECDSA then signs deterministically (RFC 6979).
func (a *TestAuthority) random() io.Reader {
	if a.options.Seed != nil {
		return nil
	}
	return rand.Reader
}

func (a *TestAuthority) leafKey(label string) (crypto.Signer, error) {
	switch {
	case a.options.RSA || a.options.Algorithm == TestRSA2048:
		return rsa.GenerateKey(rand.Reader, 2048)
	case a.options.Algorithm == TestRSA3072:
		return rsa.GenerateKey(rand.Reader, 3072)
	case a.options.Algorithm == TestRSA4096:
		return rsa.GenerateKey(rand.Reader, 4096)
	case a.options.Algorithm == TestP384:
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	}
	return a.ecKey(label)
}

// ecKey draws the scalar from the seed until it lies in the group; the first draw does, but for one in 2^32.
func (a *TestAuthority) ecKey(label string) (crypto.Signer, error) {
	if a.options.Seed == nil {
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	for n := byte(0); ; n++ {
		scalar, err := hkdf.Key(sha256.New, a.options.Seed, []byte{n}, "congvu test key "+label, 32)
		if err != nil {
			return nil, err
		}
		if k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar); err == nil {
			return k, nil
		} else if n == 255 {
			return nil, err
		}
	}
}

func keyID(key crypto.Signer) []byte {
	b, _ := x509.MarshalPKIXPublicKey(key.Public())
	s := sha256.Sum256(b)
	return s[:20]
}

// testName puts the agency before the test mark: readers that know one O only see the agency.
func testName(cn, agency, title, serial string) pkix.Name {
	n := pkix.Name{}
	add := func(last int, v string) {
		if v != "" {
			n.ExtraNames = append(n.ExtraNames, pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier{2, 5, 4, last}, Value: v})
		}
	}
	add(6, "VN")
	add(10, agency)
	add(10, TestOrganization)
	add(12, title)
	add(5, serial)
	add(3, cn)
	return n
}

func serialOf(kind string, parts ...string) string {
	s := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "TEST-" + kind + "-" + strings.ToUpper(new(big.Int).SetBytes(s[:5]).Text(36))
}
