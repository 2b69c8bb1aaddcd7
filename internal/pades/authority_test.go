package pades

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"congvu/internal/cms"
	"congvu/internal/keys"
	"congvu/internal/pdf"
)

// issue makes a certificate below an issuer, or a self-signed one.
func issue(t testing.TB, name string, by *keys.Identity, usage []x509.ExtKeyUsage, from, until time.Time) *keys.Identity {
	t.Helper()
	seed := sha256.Sum256([]byte(name))
	authority, err := keys.NewTestAuthority(keys.TestOptions{From: from, Until: until, Seed: seed[:]})
	if err != nil {
		t.Fatal(err)
	}
	key := authority.Root.Key
	template := &x509.Certificate{SerialNumber: new(big.Int).SetBytes(seed[:8]), Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: until,
		KeyUsage: x509.KeyUsageDigitalSignature}
	if by == nil {
		template.KeyUsage, template.IsCA, template.BasicConstraintsValid = x509.KeyUsageCertSign|x509.KeyUsageCRLSign, true, true
	}
	for _, u := range usage {
		oid := map[x509.ExtKeyUsage]int{x509.ExtKeyUsageTimeStamping: 8, x509.ExtKeyUsageOCSPSigning: 9}[u]
		value, _ := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, oid}})
		template.ExtraExtensions = append(template.ExtraExtensions, pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: value})
	}
	parent, signer := template, key
	if by != nil {
		parent, signer = by.Certificate, by.Key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &keys.Identity{Certificate: c, Key: key}
}

// stampsUntil is when the time-stamp authority expires: years after the signers.
var stampsUntil = testUntil.AddDate(5, 0, 0)

// stamper is a time-stamp authority with its root.
type stamper struct{ root, tsa *keys.Identity }

func newStamper(t testing.TB) *stamper {
	s := &stamper{root: issue(t, "Gốc dấu thời gian", nil, nil, testFrom, stampsUntil)}
	s.tsa = issue(t, "Dấu thời gian", s.root, []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}, testFrom, stampsUntil)
	return s
}

func tlv(tag byte, parts ...[]byte) []byte {
	b, err := asn1.Marshal(asn1.RawValue{Class: int(tag >> 6), Tag: int(tag & 0x1f), IsCompound: tag&0x20 != 0, Bytes: bytes.Join(parts, nil)})
	if err != nil {
		panic(err)
	}
	return b
}

func der(v any) []byte {
	b, err := asn1.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// token makes an RFC 3161 token over data, at a time of the caller's choice.
func (s *stamper) token(t testing.TB, data []byte, at time.Time) []byte {
	sum := sha256.Sum256(data)
	return s.tokenOver(t, sum[:], at)
}

// tokenOver makes it over a SHA-256.
func (s *stamper) tokenOver(t testing.TB, digest []byte, at time.Time) []byte {
	t.Helper()
	hash := der(pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}})
	sum := func(b []byte) []byte { h := sha256.Sum256(b); return h[:] }
	kind := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	info := tlv(0x30, der(1), der(asn1.ObjectIdentifier{1, 2, 3}), tlv(0x30, hash, tlv(4, digest)), der(7),
		tlv(0x18, []byte(at.UTC().Format("20060102150405Z"))))
	attribute := func(oid asn1.ObjectIdentifier, value []byte) []byte { return tlv(0x30, der(oid), tlv(0x31, value)) }
	attrs := bytes.Join([][]byte{
		attribute(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}, der(kind)),
		attribute(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}, tlv(4, sum(info))),
		attribute(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}, tlv(0x30, tlv(0x30, tlv(0x30, tlv(4, sum(s.tsa.Certificate.Raw)))))),
	}, nil)
	value, err := s.tsa.Key.Sign(rand.Reader, sum(tlv(0x31, attrs)), crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	signer := tlv(0x30, der(1), tlv(0x30, s.tsa.Certificate.RawIssuer, der(s.tsa.Certificate.SerialNumber)), hash, tlv(0xa0, attrs),
		der(pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}}), tlv(4, value))
	data := tlv(0x30, der(3), tlv(0x31, hash), tlv(0x30, der(kind), tlv(0xa0, tlv(4, info))), tlv(0xa0, s.tsa.Certificate.Raw), tlv(0x31, signer))
	return tlv(0x30, der(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}), tlv(0xa0, data))
}

// list is the revocation list of the stamper's root.
func (s *stamper) list(t testing.TB, from, until time.Time, revoked ...x509.RevocationListEntry) []byte {
	t.Helper()
	l := &x509.RevocationList{Number: big.NewInt(from.Unix()), ThisUpdate: from, NextUpdate: until, RevokedCertificateEntries: revoked}
	b, err := x509.CreateRevocationList(rand.Reader, l, s.root.Certificate, s.root.Key)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// signStamped signs at B-T level.
func (s *stamper) signStamped(t testing.TB, file []byte, req Request, at time.Time) []byte {
	t.Helper()
	p, err := Prepare(file, req)
	if err != nil {
		t.Fatal(err)
	}
	container, err := cms.Sign(p.Digest, crypto.SHA256, req.Certificate, req.Chain, req.Key, cms.SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := cms.Parse(container)
	if err != nil {
		t.Fatal(err)
	}
	if container, err = c.WithTimestamp(s.token(t, c.SignatureValue(), at)); err != nil {
		t.Fatal(err)
	}
	out, err := p.Embed(container)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// docStamp appends a document time stamp, as an archiving service would.
func (s *stamper) docStamp(t testing.TB, file []byte, at time.Time, o *office) []byte {
	t.Helper()
	p, err := Prepare(file, o.request(o.agency))
	if err != nil {
		t.Fatal(err)
	}
	was := "/SubFilter /ETSI.CAdES.detached"
	is := "/SubFilter /ETSI.RFC3161"
	i := bytes.LastIndex(p.File, []byte(was))
	copy(p.File[i:], is+strings.Repeat(" ", len(was)-len(is)))
	covered := append(bytes.Clone(p.File[:p.Hole[0]]), p.File[p.Hole[1]:]...)
	hex.Encode(p.File[p.Hole[0]+1:], s.token(t, covered, at))
	return p.File
}

// strictTrust believes the office for signatures with revocation evidence required, and the stamper for time stamps.
func strictTrust(t testing.TB, o *office, s ...*stamper) *keys.Trust {
	return trustBoth(t, o, s, keys.RevocationRequired)
}

// trustWithout believes the same two, of whom neither publishes evidence.
func trustWithout(t testing.TB, o *office, s ...*stamper) *keys.Trust {
	return trustBoth(t, o, s, keys.RevocationNone)
}

func trustBoth(t testing.TB, o *office, all []*stamper, policy keys.Revocation) *keys.Trust {
	t.Helper()
	dir := t.TempDir()
	var pins []keys.Pin
	add := func(name string, c *x509.Certificate, revocation keys.Revocation, purposes ...keys.Purpose) {
		if err := os.WriteFile(filepath.Join(dir, name+".pem"), pemOf(c), 0o600); err != nil {
			t.Fatal(err)
		}
		pins = append(pins, keys.Pin{Name: name, SHA256: keys.Fingerprint(c), Purposes: purposes, Revocation: revocation})
	}
	add("office", o.authority.Root.Certificate, policy, keys.PurposeSign, keys.PurposeSeal)
	for i, s := range all {
		add(fmt.Sprintf("stamper%d", i), s.root.Certificate, policy, keys.PurposeTimestamp)
	}
	b, err := json.Marshal(map[string]any{"certificates": pins})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "trust.json"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	trust, err := keys.LoadTrust(dir)
	if err != nil {
		t.Fatal(err)
	}
	trust.AllowTest = true
	return trust
}

// lists gives the revocation lists of root and issuing authority.
func (o *office) lists(t testing.TB, from, until time.Time, revoked ...x509.RevocationListEntry) [][]byte {
	t.Helper()
	issuing, err := o.authority.CRL(from, until, revoked...)
	if err != nil {
		t.Fatal(err)
	}
	root, err := o.authority.RootCRL(from, until)
	if err != nil {
		t.Fatal(err)
	}
	return [][]byte{issuing, root}
}

// answer makes an OCSP answer about c by a responder, nil meaning the issuing authority itself.
func (o *office) answer(t testing.TB, c *x509.Certificate, status int, at time.Time, responder *keys.Identity) []byte {
	t.Helper()
	a := ocsp.Response{Status: status, SerialNumber: c.SerialNumber, ThisUpdate: at, NextUpdate: at.Add(24 * time.Hour)}
	issuer := o.authority.Issuing
	by := issuer
	if responder != nil {
		by, a.Certificate = responder, responder.Certificate
	}
	b, err := ocsp.CreateResponse(issuer.Certificate, by.Certificate, a, by.Key)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// withStore appends validation data to a file.
func withStore(t testing.TB, file []byte, ocsps, crls [][]byte) []byte {
	return onCatalog(t, file, func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
		list := func(all [][]byte) pdf.Array {
			out := pdf.Array{}
			for _, b := range all {
				out = append(out, u.Add(pdf.Flate(nil, b)))
			}
			return out
		}
		c["DSS"] = u.Add(pdf.Dict{"Type": pdf.Name("DSS"), "OCSPs": list(ocsps), "CRLs": list(crls)})
	})
}
