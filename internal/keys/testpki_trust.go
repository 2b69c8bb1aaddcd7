package keys

import (
	"cmp"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
)

// WriteTrust writes a trust store that believes this authority for every purpose, marked as a test. It asks for evidence of revocation only
// where the options say so: without Services nobody publishes any.
func (a *TestAuthority) WriteTrust(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for name, c := range map[string]*x509.Certificate{"test-root.pem": a.Root.Certificate, "test-issuing.pem": a.Issuing.Certificate} {
		if err := replaceFile(filepath.Join(dir, name), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})); err != nil {
			return err
		}
	}
	pin := Pin{Name: a.Root.Certificate.Subject.CommonName, SHA256: Fingerprint(a.Root.Certificate), Purposes: []Purpose{PurposeSign, PurposeSeal, PurposeTimestamp},
		Revocation: cmp.Or(a.options.Revocation, RevocationNone), Test: true}
	b, err := json.MarshalIndent(map[string][]Pin{"certificates": {pin}}, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(dir, "trust.json"), b)
}
