package signer

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"congvu/internal/keys"
)

func certificateFor(t *testing.T, by *keys.Identity, key *ecdsa.PrivateKey, serial int64, from, until time.Time) *x509.Certificate {
	t.Helper()
	c := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "seal"}, NotBefore: from, NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, c, by.Certificate, key.Public(), by.Key)
	must(t, err)
	c, err = x509.ParseCertificate(der)
	must(t, err)
	return c
}

// After a renewal both certificates are there: the one in force is used, of two in force the newer.
func TestTheCertificateInForceIsUsed(t *testing.T) {
	now := time.Now()
	a, err := keys.NewTestAuthority(keys.TestOptions{From: now.AddDate(-5, 0, 0), Until: now.AddDate(5, 0, 0), Seed: []byte("chain")})
	must(t, err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	id, err := IDOf(key.Public())
	must(t, err)
	expired := certificateFor(t, a.Issuing, key, 1, now.AddDate(-3, 0, 0), now.AddDate(-1, 0, 0))
	older := certificateFor(t, a.Issuing, key, 2, now.AddDate(-2, 0, 0), now.AddDate(0, 1, 0))
	newer := certificateFor(t, a.Issuing, key, 3, now.AddDate(0, -1, 0), now.AddDate(2, 0, 0))
	coming := certificateFor(t, a.Issuing, key, 4, now.AddDate(0, 1, 0), now.AddDate(3, 0, 0))
	rest := []*x509.Certificate{a.Root.Certificate, a.Issuing.Certificate}
	for name, want := range map[string]struct {
		known []*x509.Certificate
		own   *x509.Certificate
	}{
		"all four":         {[]*x509.Certificate{expired, coming, newer, older}, newer},
		"not yet the next": {[]*x509.Certificate{older, coming}, older},
		"none in force":    {[]*x509.Certificate{expired}, expired}, // what uses it says that it has expired
	} {
		chain := chainFor(id, append(want.known, rest...), now)
		if len(chain) != 2 || !chain[0].Equal(want.own) || !chain[1].Equal(a.Issuing.Certificate) {
			t.Errorf("%s: %d certificates, serial %v", name, len(chain), chain[0].SerialNumber)
		}
	}
	if chain := chainFor(KeyID{}, append(rest, newer), now); chain != nil {
		t.Errorf("a chain for another key: %d", len(chain))
	}
}

func TestTheCertificateFolderHoldsCertificatesOnly(t *testing.T) {
	a, err := keys.NewTestAuthority(keys.TestOptions{From: time.Now().AddDate(-1, 0, 0), Until: time.Now().AddDate(1, 0, 0), Seed: []byte("folder")})
	must(t, err)
	dir := t.TempDir()
	write := func(name string, b []byte) { must(t, os.WriteFile(filepath.Join(dir, name), b, 0o600)) }
	one := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Root.Certificate.Raw})
	two := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Issuing.Certificate.Raw})
	write("both.pem", append(append([]byte("# chain\n"), one...), two...))
	write("der.CER", a.Root.Certificate.Raw)
	write("README", []byte("not looked at"))
	all, err := Certificates(dir)
	must(t, err)
	if len(all) != 3 {
		t.Fatalf("%d certificates", len(all))
	}
	for name, b := range map[string][]byte{"key.pem": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte{1}}), "text.crt": []byte("hello"), "empty.pem": nil,
		"cut.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Root.Certificate.Raw[:50]}), "large.pem": make([]byte, mostCertificate+1)} {
		write(name, b)
		if _, err := Certificates(dir); !errors.Is(err, ErrCertificates) {
			t.Errorf("%s: %v", name, err)
		}
		must(t, os.Remove(filepath.Join(dir, name)))
	}
}
