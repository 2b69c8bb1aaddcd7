package keys

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"time"
)

// Paths of a simulator of the services of a test authority, below TestOptions.Services.
const (
	TestOCSPPath     = "/ocsp"
	TestListPath     = "/crl/issuing.crl"
	TestRootListPath = "/crl/root.crl"
)

// TSA issues the certificate of a time-stamp authority, good for nothing else (RFC 3161, 2.3).
func (a *TestAuthority) TSA(name string, valid Period) (*Identity, error) {
	return a.service(name, valid, 8)
}

// Responder issues the certificate of an OCSP responder; noCheck says that nobody need ask about its own revocation (RFC 6960, 4.2.2.2.1).
func (a *TestAuthority) Responder(name string, noCheck bool, valid Period) (*Identity, error) {
	var more []pkix.Extension
	if noCheck {
		more = append(more, pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}, Value: asn1.NullBytes})
	}
	return a.service(name, valid, 9, more...)
}

// service issues a certificate with one critical extended key usage: 8 for time stamps, 9 for OCSP.
func (a *TestAuthority) service(name string, valid Period, usage int, more ...pkix.Extension) (*Identity, error) {
	key, err := a.leafKey("service " + name)
	if err != nil {
		return nil, err
	}
	value, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, usage}})
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{Subject: testName(name, "", "", ""), KeyUsage: x509.KeyUsageDigitalSignature, SubjectKeyId: keyID(key),
		ExtraExtensions: append(more, pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: value})}
	return a.below(t, valid, key)
}

// addresses says where the issuer of a certificate answers about it.
func (a *TestAuthority) addresses(t *x509.Certificate, list string) {
	if a.options.Services != "" {
		t.OCSPServer = []string{a.options.Services + TestOCSPPath}
		t.CRLDistributionPoints = []string{a.options.Services + list}
	}
}

// CRL lists revoked certificates of the issuing authority as known at now.
func (a *TestAuthority) CRL(now, next time.Time, revoked ...x509.RevocationListEntry) ([]byte, error) {
	l := &x509.RevocationList{Number: big.NewInt(now.Unix()), ThisUpdate: now, NextUpdate: next, RevokedCertificateEntries: revoked}
	return x509.CreateRevocationList(a.random(), l, a.Issuing.Certificate, a.Issuing.Key)
}

// RootCRL is the root's list, empty: it says that the issuing authority still stands.
func (a *TestAuthority) RootCRL(now, next time.Time) ([]byte, error) {
	l := &x509.RevocationList{Number: big.NewInt(now.Unix()), ThisUpdate: now, NextUpdate: next}
	return x509.CreateRevocationList(a.random(), l, a.Root.Certificate, a.Root.Key)
}
