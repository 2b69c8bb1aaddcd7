package keys

import (
	"bytes"
	"crypto/x509"
	"testing"
	"time"
)

func TestServicesOfATestAuthority(t *testing.T) {
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	valid := Period{from, from.AddDate(5, 0, 0)}
	o := TestOptions{From: valid.From, Until: valid.Until, Seed: []byte("services, nothing secret here"), Services: "http://authority.test", Revocation: RevocationRequired}
	a, err := NewTestAuthority(o)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := a.WriteTrust(dir); err != nil {
		t.Fatal(err)
	}
	trust, err := LoadTrust(dir)
	if err != nil {
		t.Fatal(err)
	}
	trust.AllowTest = true
	tsa, err := a.TSA("Dấu thời gian", valid)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := trust.Chain(tsa.Certificate, tsa.Chain, from.AddDate(1, 0, 0), PurposeTimestamp); err != nil || c.Revocation != RevocationRequired || !c.Test {
		t.Errorf("%+v %v", c, err)
	}
	responder, err := a.Responder("OCSP", true, valid)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := trust.Chain(responder.Certificate, responder.Chain, from.AddDate(1, 0, 0), PurposeTimestamp); err == nil {
		t.Error("a responder may stamp")
	}
	if u := responder.Certificate.ExtKeyUsage; len(u) != 1 || u[0] != x509.ExtKeyUsageOCSPSigning {
		t.Errorf("usage %v", u)
	}
	for name, c := range map[string]*x509.Certificate{"TSA": tsa.Certificate, "issuing authority": a.Issuing.Certificate} {
		list := map[string]string{"TSA": TestListPath, "issuing authority": TestRootListPath}[name]
		if len(c.OCSPServer) != 1 || c.OCSPServer[0] != o.Services+TestOCSPPath || len(c.CRLDistributionPoints) != 1 || c.CRLDistributionPoints[0] != o.Services+list {
			t.Errorf("%s: %v %v", name, c.OCSPServer, c.CRLDistributionPoints)
		}
	}
	if len(a.Root.Certificate.OCSPServer) > 0 {
		t.Error("a root answers about itself")
	}
	again, err := NewTestAuthority(o)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := again.TSA("Dấu thời gian", valid); err != nil || !bytes.Equal(second.Certificate.Raw, tsa.Certificate.Raw) {
		t.Error("the same seed gives another authority")
	}
}

// Without services a seeded authority issues what it always issued: data folders of demonstrations keep working.
func TestServicesChangeNothingForOthers(t *testing.T) {
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	o := TestOptions{From: from, Until: from.AddDate(5, 0, 0), Seed: []byte("services, nothing secret here")}
	a, err := NewTestAuthority(o)
	if err != nil {
		t.Fatal(err)
	}
	p, err := a.Person("Nguyễn Văn Nghĩa", "Chủ tịch", "UBND xã Vĩnh Lĩnh", Period{o.From, o.Until})
	if err != nil {
		t.Fatal(err)
	}
	const before = "c8d1be526883d69cad79028007977059a34c02f507ecc5e028ec4f91f37646b3" // of the certificate issued by the version without services
	if got := Fingerprint(p.Certificate); got != before || len(p.Certificate.OCSPServer)+len(p.Certificate.CRLDistributionPoints) > 0 {
		t.Errorf("the certificate is %s, with addresses %v %v", got, p.Certificate.OCSPServer, p.Certificate.CRLDistributionPoints)
	}
}
