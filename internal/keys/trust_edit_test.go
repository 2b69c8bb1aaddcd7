package keys

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestPinsAreAddedWithATypedFingerprintOnly(t *testing.T) {
	a := testAuthority(t)
	dir := filepath.Join(t.TempDir(), "trust")
	root, issuing := a.Root.Certificate, a.Issuing.Certificate
	if err := AddPin(dir, root, Pin{Name: "Gốc", SHA256: Fingerprint(issuing)}); !errors.Is(err, ErrFingerprint) {
		t.Fatal("another fingerprint:", err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("a refused certificate left traces")
	}
	if err := AddPin(dir, root, Pin{Name: "Gốc", SHA256: Fingerprint(root), Revocation: "perhaps"}); !errors.Is(err, ErrTrustConfig) {
		t.Error("unknown policy:", err)
	}
	if err := AddPin(dir, root, Pin{Name: "Gốc", SHA256: Fingerprint(root), Purposes: []Purpose{PurposeSign}, Revocation: RevocationNone}); err != nil {
		t.Fatal(err)
	}
	if err := AddPin(dir, root, Pin{Name: "Gốc", SHA256: Fingerprint(root)}); !errors.Is(err, ErrPinned) {
		t.Error("twice:", err)
	}
	if err := AddPin(dir, issuing, Pin{Name: "Trung gian", SHA256: Fingerprint(issuing), Anchor: true}); err != nil {
		t.Fatal(err)
	}
	trust := load(t, dir, true)
	if pins := trust.Pins(); len(pins) != 2 || !pins[0].Test {
		t.Errorf("%+v", pins)
	}
	id := testPerson(t, "Nguyễn Văn Nghĩa")
	if _, err := trust.Chain(id.Certificate, nil, day, PurposeSign); err != nil {
		t.Error(err)
	}
	gone, err := RemovePin(dir, Fingerprint(root)[:16])
	if err != nil || gone.Name != "Gốc" {
		t.Fatal(gone, err)
	}
	if _, err := RemovePin(dir, Fingerprint(root)); !errors.Is(err, ErrNoPin) {
		t.Error("gone already:", err)
	}
	if _, err := RemovePin(dir, Fingerprint(issuing)[:8]); !errors.Is(err, ErrNoPin) {
		t.Error("eight digits name nothing:", err)
	}
	if pins := load(t, dir, true).Pins(); len(pins) != 1 || pins[0].Name != "Trung gian" {
		t.Errorf("%+v", pins)
	}
}

// A folder that was believed as a whole goes on to be believed when its first pin is written; files of several certificates
// lose only the one.
func TestFirstPinKeepsWhatTheFolderBelieved(t *testing.T) {
	a, other := testAuthority(t), testPerson(t, "Người khác")
	dir := folder(t, nil, a.Root.Certificate)
	both := append(pemBlock(a.Issuing.Certificate), pemBlock(other.Certificate)...)
	if err := os.WriteFile(filepath.Join(dir, "both.pem"), both, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := AddPin(dir, a.Issuing.Certificate, Pin{Name: "Trung gian", SHA256: Fingerprint(a.Issuing.Certificate), Anchor: true}); err != nil {
		t.Fatal(err)
	}
	if pins := load(t, dir, true).Pins(); len(pins) != 2 {
		t.Fatalf("%+v", pins)
	}
	if _, err := RemovePin(dir, Fingerprint(a.Issuing.Certificate)); err != nil {
		t.Fatal(err)
	}
	if between := load(t, dir, true).Intermediates(); len(between) != 1 || !between[0].Equal(other.Certificate) {
		t.Errorf("%d intermediates", len(between))
	}
}

func TestFileHoldsOneCertificate(t *testing.T) {
	c := testAuthority(t).Root.Certificate
	for name, b := range map[string][]byte{"PEM": pemBlock(c), "DER": c.Raw} {
		if got, err := ReadCertificateFile(b); err != nil || !got.Equal(c) {
			t.Error(name, err)
		}
	}
	if _, err := ReadCertificateFile(append(pemBlock(c), pemBlock(c)...)); !errors.Is(err, ErrOneCertificate) {
		t.Error("two:", err)
	}
	if _, err := ReadCertificateFile([]byte("x")); !errors.Is(err, ErrNotJudged) {
		t.Error("none:", err)
	}
}

func pemBlock(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}
