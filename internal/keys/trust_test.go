package keys

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folder writes certificates and pins as an administrator would.
func folder(t *testing.T, pins []Pin, certs ...*x509.Certificate) string {
	t.Helper()
	dir := t.TempDir()
	for _, c := range certs {
		b := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
		if err := os.WriteFile(filepath.Join(dir, Fingerprint(c)[:8]+".pem"), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if pins != nil {
		b, _ := json.Marshal(map[string]any{"certificates": pins})
		if err := os.WriteFile(filepath.Join(dir, "trust.json"), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func load(t *testing.T, dir string, test bool) *Trust {
	t.Helper()
	tr, err := LoadTrust(dir)
	if err != nil {
		t.Fatal(err)
	}
	tr.AllowTest = test
	return tr
}

func TestTrustFindsChainOfTestAuthority(t *testing.T) {
	a, dir := testAuthority(t), t.TempDir()
	if err := a.WriteTrust(dir); err != nil {
		t.Fatal(err)
	}
	id := testPerson(t, "Nguyễn Văn Nghĩa")
	c, err := load(t, dir, true).Chain(id.Certificate, nil, day, PurposeSign) // leaf only: S5.4
	if err != nil || len(c.Certificates) != 3 || !c.Test || c.Revocation != RevocationNone || c.Anchor.Name != "congvu TEST Root CA" {
		t.Fatalf("%+v %v", c, err)
	}
	if _, err := load(t, dir, false).Chain(id.Certificate, id.Chain, day, PurposeSign); !errors.Is(err, ErrTestCertificate) {
		t.Fatal("production accepts a test certificate:", err)
	}
}

func TestPinsBoundPurposeAndTime(t *testing.T) { // S7.3
	a := testAuthority(t)
	id := testPerson(t, "x")
	pin := func(change func(*Pin)) []Pin {
		p := Pin{Name: "gốc", SHA256: strings.ToUpper(Fingerprint(a.Root.Certificate)), Purposes: []Purpose{PurposeSign}}
		change(&p)
		return []Pin{p}
	}
	for name, c := range map[string]struct {
		pins    []Pin
		purpose Purpose
		want    error
	}{
		"good":              {pin(func(p *Pin) {}), PurposeSign, nil},
		"no dates, all use": {pin(func(p *Pin) { p.Purposes = nil }), PurposeSeal, nil},
		"other purpose":     {pin(func(p *Pin) {}), PurposeSeal, ErrPurpose},
		"before":            {pin(func(p *Pin) { p.ValidFrom = day.AddDate(0, 0, 1) }), PurposeSign, ErrNotValidAt},
		"on the first day":  {pin(func(p *Pin) { p.ValidFrom = day }), PurposeSign, nil},
		"after":             {pin(func(p *Pin) { p.ValidTo = day.AddDate(0, 0, -1) }), PurposeSign, ErrNotValidAt},
		"a person stamps":   {pin(func(p *Pin) { p.Purposes = nil }), PurposeTimestamp, ErrPurpose},
	} {
		tr := load(t, folder(t, c.pins, a.Root.Certificate, a.Issuing.Certificate), true)
		if ch, err := tr.Chain(id.Certificate, nil, day, c.purpose); !errors.Is(err, c.want) || err == nil && ch.Revocation != RevocationRequired {
			t.Errorf("%s: %v", name, err)
		}
	}
	tr := load(t, folder(t, pin(func(p *Pin) {}), a.Root.Certificate, a.Issuing.Certificate), true)
	var r *Refusal
	if _, err := tr.Chain(id.Certificate, nil, year.Until.AddDate(0, 0, 1), PurposeSign); !errors.As(err, &r) || !r.Indeterminate || !errors.Is(err, ErrNotValidAt) {
		t.Error("expired leaf:", err)
	}
}

func TestTrustRefusesStrangers(t *testing.T) {
	a := testAuthority(t)
	other, err := NewTestAuthority(TestOptions{From: day.AddDate(-1, 0, 0), Until: day.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	id, err := other.Agency("UBND thành phố", "H26", year) // same names, other keys
	if err != nil {
		t.Fatal(err)
	}
	tr := load(t, folder(t, nil, a.Root.Certificate), true)
	if _, err := tr.Chain(id.Certificate, append(id.Chain, other.Root.Certificate), day, PurposeSeal); !errors.Is(err, ErrUnknownIssuer) {
		t.Error(err)
	}
	if _, err := load(t, t.TempDir(), true).Chain(id.Certificate, id.Chain, day, PurposeSeal); !errors.Is(err, ErrUnknownIssuer) {
		t.Error("an empty store believes somebody:", err)
	}
	good := testPerson(t, "x")
	if _, err := tr.Chain(good.Certificate, good.Chain, day, PurposeSeal); err != nil {
		t.Error("good twin:", err)
	}
}

func TestLoadTrustRefusesUnpinnedAndBroken(t *testing.T) { // S7.1
	a, b := testAuthority(t), testAuthority(t)
	other, _ := NewTestAuthority(TestOptions{From: day, Until: day.AddDate(1, 0, 0)})
	pin := Pin{Name: "a", SHA256: Fingerprint(a.Root.Certificate)}
	for name, c := range map[string]struct {
		dir  string
		want error
	}{
		"good":               {folder(t, []Pin{pin}, a.Root.Certificate, a.Issuing.Certificate, b.Root.Certificate), nil},
		"unpinned root":      {folder(t, []Pin{pin}, a.Root.Certificate, other.Root.Certificate), ErrNotPinned},
		"pin without file":   {folder(t, []Pin{pin}), ErrTrustConfig},
		"pinned twice":       {folder(t, []Pin{pin, pin}, a.Root.Certificate), ErrTrustConfig},
		"bad fingerprint":    {folder(t, []Pin{{SHA256: "abc"}}), ErrTrustConfig},
		"unknown purpose":    {folder(t, []Pin{{SHA256: pin.SHA256, Purposes: []Purpose{"everything"}}}, a.Root.Certificate), ErrTrustConfig},
		"unknown revocation": {folder(t, []Pin{{SHA256: pin.SHA256, Revocation: "maybe"}}, a.Root.Certificate), ErrTrustConfig},
	} {
		if _, err := LoadTrust(c.dir); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	dir := folder(t, nil, a.Root.Certificate)
	os.WriteFile(filepath.Join(dir, "x.pem"), []byte("rác"), 0o600)
	if _, err := LoadTrust(dir); !errors.Is(err, ErrTrustConfig) {
		t.Error("rubbish:", err)
	}
	os.Remove(filepath.Join(dir, "x.pem"))
	os.WriteFile(filepath.Join(dir, "trust.json"), []byte(`{"certificates":[],"surprise":1}`), 0o600)
	if _, err := LoadTrust(dir); !errors.Is(err, ErrTrustConfig) {
		t.Error("unknown field:", err)
	}
}

func TestPinnedIntermediateMayAnchor(t *testing.T) {
	a := testAuthority(t)
	id := testPerson(t, "x")
	for _, anchor := range []bool{true, false} {
		pins := []Pin{{Name: "giữa", SHA256: Fingerprint(a.Issuing.Certificate), Anchor: anchor, Revocation: RevocationOptional}}
		tr := load(t, folder(t, pins, a.Issuing.Certificate), true)
		c, err := tr.Chain(id.Certificate, nil, day, PurposeSign)
		if anchor && (err != nil || len(c.Certificates) != 2 || c.Revocation != RevocationOptional) {
			t.Error("pinned anchor:", err)
		}
		if !anchor && !errors.Is(err, ErrUnknownIssuer) {
			t.Error("an intermediate is believed without being an anchor:", err)
		}
	}
}

// What Go cannot judge is indeterminate, never forged (design/signing.md §4).
func TestUnjudgedCertificatesAreIndeterminate(t *testing.T) {
	a := testAuthority(t)
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	issue := func(ext ...pkix.Extension) *x509.Certificate {
		der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(7), NotBefore: year.From, NotAfter: year.Until,
			Subject: pkix.Name{CommonName: "x"}, KeyUsage: x509.KeyUsageDigitalSignature, ExtraExtensions: ext}, a.Issuing.Certificate, &key.PublicKey, a.Issuing.Key)
		if err != nil {
			t.Fatal(err)
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	tr := load(t, folder(t, nil, a.Root.Certificate, a.Issuing.Certificate), true)
	qc := pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 3}, Critical: true, Value: []byte{0x30, 0}}
	var r *Refusal
	if _, err := tr.Chain(issue(qc), nil, day, PurposeSign); !errors.As(err, &r) || !r.Indeterminate || r.Code != ErrNotJudged.Code {
		t.Error("critical qcStatements:", err)
	}
	if _, err := tr.Chain(issue(), nil, day, PurposeSign); err != nil {
		t.Error("good twin:", err)
	}
	der := bytes.Clone(issue().Raw)
	der[bytes.Index(der, []byte{2, 1, 7})+2] = 0x87 // negative serial
	if _, err := ReadCertificate(der); !errors.Is(err, ErrNotJudged) {
		t.Error("negative serial:", err)
	}
}

func TestTestAuthorityIsUnmistakable(t *testing.T) {
	a := testAuthority(t)
	p := testPerson(t, "Trần Thị Bé")
	g, err := a.Agency("UBND phường Nghĩa Đô", "000.00.31.H26", year)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []*x509.Certificate{a.Root.Certificate, a.Issuing.Certificate, p.Certificate, g.Certificate} {
		if !IsTest(c) || !strings.Contains(c.Subject.String(), "TEST") || c.SerialNumber.Sign() <= 0 {
			t.Errorf("%s", c.Subject)
		}
		bare := *c
		bare.Subject, bare.Issuer = pkix.Name{}, pkix.Name{}
		if !IsTest(&bare) {
			t.Errorf("%s: not recognised by its policy alone", c.Subject)
		}
		bare = *c
		bare.Policies = nil
		if !IsTest(&bare) {
			t.Errorf("%s: not recognised by its names alone", c.Subject)
		}
	}
	if IsTest(&x509.Certificate{Subject: pkix.Name{Organization: []string{"UBND thành phố"}}}) {
		t.Error("an ordinary certificate counts as a test")
	}
	if s := p.Certificate.Subject; s.CommonName != "Trần Thị Bé" || s.Organization[0] != "UBND phường Nghĩa Đô" || s.SerialNumber == "" {
		t.Errorf("%+v", s)
	}
	if g.Certificate.Subject.SerialNumber != "000.00.31.H26" || g.Certificate.KeyUsage != x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment {
		t.Errorf("%+v", g.Certificate.Subject)
	}
}

func TestSeededAuthorityRepeatsItself(t *testing.T) {
	a, b := testPerson(t, "x"), testPerson(t, "x")
	if !a.Certificate.Equal(b.Certificate) {
		t.Error("the same seed gives other certificates")
	}
	if c := testPerson(t, "y"); c.Certificate.SerialNumber.Cmp(a.Certificate.SerialNumber) == 0 || c.Key.(*ecdsa.PrivateKey).Equal(a.Key) {
		t.Error("two persons share a key or a serial")
	}
	other, _ := NewTestAuthority(TestOptions{From: day, Until: day.AddDate(1, 0, 0), Seed: []byte("other")})
	if other.Root.Key.(*ecdsa.PrivateKey).Equal(testAuthority(t).Root.Key) {
		t.Error("another seed gives the same key")
	}
	r, err := NewTestAuthority(TestOptions{From: day, Until: day.AddDate(1, 0, 0), RSA: true})
	if err != nil {
		t.Fatal(err)
	}
	id, err := r.Person("x", "", "y", year)
	if err != nil {
		t.Fatal(err)
	}
	if k, ok := id.Key.(*rsa.PrivateKey); !ok || k.N.BitLen() != 2048 {
		t.Error("RSA-2048 was asked for")
	}
}

func TestRevocationListsOfTestAuthority(t *testing.T) {
	a := testAuthority(t)
	id := testPerson(t, "x")
	der, err := a.CRL(day, day.AddDate(0, 0, 7), x509.RevocationListEntry{SerialNumber: id.Certificate.SerialNumber, RevocationTime: day, ReasonCode: 1})
	if err != nil {
		t.Fatal(err)
	}
	l, err := x509.ParseRevocationList(der)
	if err != nil || l.CheckSignatureFrom(a.Issuing.Certificate) != nil || len(l.RevokedCertificateEntries) != 1 {
		t.Fatal(err)
	}
	if der, err = a.RootCRL(day, day.AddDate(0, 0, 7)); err != nil {
		t.Fatal(err)
	}
	if l, err := x509.ParseRevocationList(der); err != nil || l.CheckSignatureFrom(a.Root.Certificate) != nil {
		t.Fatal(err)
	}
}
