package keys

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const maxTrustFile = 1 << 20

// LoadTrust reads every *.pem, *.crt and *.cer of dir and its trust.json, {"certificates": [Pin, …]}.
// With trust.json a self-signed certificate must be pinned there, others serve as intermediates; each pin needs its certificate.
// Without trust.json every self-signed certificate of the folder is believed for every purpose with revocation required.
func LoadTrust(dir string) (*Trust, error) {
	certs, err := readFolder(dir)
	if err != nil {
		return nil, err
	}
	pins, pinned, err := readPins(filepath.Join(dir, "trust.json"))
	if err != nil {
		return nil, err
	}
	t := &Trust{known: &knownChains{}}
	for _, c := range certs {
		p := pins[Fingerprint(c.cert)]
		switch {
		case p == nil && !selfSigned(c.cert):
			t.between = append(t.between, c.cert)
			continue
		case p == nil && pinned:
			return nil, ErrNotPinned.with("file", c.file)
		case p == nil:
			p = &Pin{Name: c.cert.Subject.CommonName, SHA256: Fingerprint(c.cert), Revocation: RevocationRequired, Test: IsTest(c.cert)}
		}
		if p.Certificate != nil { // the same certificate in two files
			continue
		}
		p.Certificate = c.cert
		p.Anchor = p.Anchor || selfSigned(c.cert)
		t.pins = append(t.pins, p)
	}
	for _, p := range pins {
		if p.Certificate == nil {
			return nil, ErrTrustConfig.with("file", "trust.json").because("no certificate %s (%s)", p.SHA256, p.Name)
		}
	}
	return t, nil
}

// ReadCertificate parses DER; what Go does not read (negative serials and the like) is ErrNotJudged, not a forgery.
func ReadCertificate(der []byte) (*x509.Certificate, error) {
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, ErrNotJudged.because("%w", err)
	}
	return c, nil
}

type fileCert struct {
	file string
	cert *x509.Certificate
}

func readFolder(dir string) ([]fileCert, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []fileCert
	for _, f := range files {
		if !slices.Contains([]string{".pem", ".crt", ".cer"}, filepath.Ext(f.Name())) {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return nil, err
		}
		certs, err := readPEM(b)
		if err != nil || len(certs) == 0 || len(b) > maxTrustFile {
			return nil, ErrTrustConfig.with("file", f.Name()).because("%d certificates, %w", len(certs), err)
		}
		for _, c := range certs {
			out = append(out, fileCert{f.Name(), c})
		}
	}
	return out, nil
}

// readPins gives the pins by fingerprint, and whether there is a trust.json at all.
func readPins(path string) (map[string]*Pin, bool, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	var file struct {
		Certificates []*Pin `json:"certificates"`
	}
	bad := ErrTrustConfig.with("file", filepath.Base(path))
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return nil, false, bad.because("%w", err)
	}
	out := map[string]*Pin{}
	for _, p := range file.Certificates {
		if p == nil {
			return nil, false, bad.because("empty entry")
		}
		p.SHA256 = strings.ToLower(strings.ReplaceAll(p.SHA256, ":", ""))
		if p.Revocation == "" {
			p.Revocation = RevocationRequired
		}
		if err := p.check(); err != nil {
			return nil, false, bad.because("%s: %w", p.Name, err)
		}
		if out[p.SHA256] != nil {
			return nil, false, bad.because("%s pinned twice", p.SHA256)
		}
		out[p.SHA256] = p
	}
	return out, true, nil
}

func (p *Pin) check() error {
	if len(p.SHA256) != 64 || strings.Trim(p.SHA256, "0123456789abcdef") != "" {
		return errors.New("sha256 is not a fingerprint")
	}
	if !slices.Contains([]Revocation{RevocationRequired, RevocationOptional, RevocationNone}, p.Revocation) {
		return errors.New("unknown revocation policy")
	}
	if p.Family != "" && !slices.Contains(Families, p.Family) {
		return errors.New("unknown family " + p.Family)
	}
	if (p.Family == FamilyTest) != p.Test && p.Family != "" {
		return errors.New("a certificate of the family test is marked as test, and no other")
	}
	if !p.ValidFrom.IsZero() && !p.ValidTo.IsZero() && p.ValidTo.Before(p.ValidFrom) {
		return errors.New("valid_to before valid_from")
	}
	for _, u := range p.Purposes {
		if u != PurposeSign && u != PurposeSeal && u != PurposeTimestamp {
			return errors.New("unknown purpose " + string(u))
		}
	}
	return nil
}

// Fingerprint is the lower-case hex SHA-256 of a certificate's DER, as administrators compare it.
func Fingerprint(c *x509.Certificate) string {
	s := sha256.Sum256(c.Raw)
	return hex.EncodeToString(s[:])
}

func selfSigned(c *x509.Certificate) bool { return bytes.Equal(c.RawSubject, c.RawIssuer) }
