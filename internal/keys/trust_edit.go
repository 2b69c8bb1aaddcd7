package keys

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const shortestFingerprint = 16 // hexadecimal digits by which an administrator may name a pinned certificate

// AddPin enters a certificate in the trust folder. pin.SHA256 is the fingerprint that the administrator took from the official
// publication: ErrFingerprint when the file holds another certificate. The store without trust.json gets one that keeps
// believing what it believed. Both files are replaced whole; a store that would not load again stays as it was.
func AddPin(dir string, cert *x509.Certificate, pin Pin) error {
	pin.SHA256 = bareFingerprint(pin.SHA256)
	if pin.SHA256 != Fingerprint(cert) {
		return ErrFingerprint
	}
	if pin.Revocation == "" {
		pin.Revocation = RevocationRequired
	}
	pin.Test = pin.Test || IsTest(cert)
	pin.Anchor = pin.Anchor && !selfSigned(cert) // a root needs no mark
	if err := pin.check(); err != nil {
		return ErrTrustConfig.with("file", "trust.json").because("%w", err)
	}
	pins, err := pinsOf(dir)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(pins, func(p Pin) bool { return p.SHA256 == pin.SHA256 }) {
		return ErrPinned.with("name", pin.Name)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	file := filepath.Join(dir, pin.SHA256[:16]+".pem")
	if err := replaceFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})); err != nil {
		return err
	}
	return writePins(dir, append(pins, pin))
}

// RemovePin takes a certificate out of the trust folder, named by its fingerprint or the first 16 digits of it, and its file,
// unless that holds others too.
func RemovePin(dir, fingerprint string) (Pin, error) {
	fingerprint = bareFingerprint(fingerprint)
	pins, err := pinsOf(dir)
	if err != nil {
		return Pin{}, err
	}
	var at []int
	for i, p := range pins {
		if len(fingerprint) >= shortestFingerprint && strings.HasPrefix(p.SHA256, fingerprint) {
			at = append(at, i)
		}
	}
	if len(at) != 1 {
		return Pin{}, ErrNoPin.with("fingerprint", fingerprint)
	}
	gone := pins[at[0]]
	if err := writePins(dir, slices.Delete(pins, at[0], at[0]+1)); err != nil {
		return Pin{}, err
	}
	return gone, dropCertificate(dir, gone.SHA256)
}

// pinsOf reads the pins as they stand in trust.json; without it, what the folder believes by itself.
func pinsOf(dir string) ([]Pin, error) {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	t, err := LoadTrust(dir)
	if err != nil {
		return nil, err
	}
	out := t.Pins()
	for i := range out {
		out[i].Anchor = out[i].Anchor && !selfSigned(out[i].Certificate)
	}
	return out, nil
}

func writePins(dir string, pins []Pin) error {
	if pins == nil {
		pins = []Pin{}
	}
	b, err := json.MarshalIndent(map[string]any{"certificates": pins}, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(dir, "trust.json"), append(b, '\n'))
}

// dropCertificate removes one certificate from the files of the folder.
func dropCertificate(dir, fingerprint string) error {
	files, err := readFolder(dir)
	if err != nil {
		return err
	}
	kept, touched := map[string][]byte{}, map[string]bool{}
	for _, f := range files {
		if Fingerprint(f.cert) == fingerprint {
			touched[f.file] = true
			continue
		}
		kept[f.file] = append(kept[f.file], pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: f.cert.Raw})...)
	}
	for name := range touched {
		path := filepath.Join(dir, name)
		if len(kept[name]) > 0 {
			err = errors.Join(err, replaceFile(path, kept[name]))
		} else {
			err = errors.Join(err, os.Remove(path))
		}
	}
	return err
}

// ReadCertificateFile reads exactly one certificate, DER or PEM, and gives the fingerprint of its DER.
func ReadCertificateFile(b []byte) (*x509.Certificate, error) {
	if block, rest := pem.Decode(b); block != nil {
		if next, _ := pem.Decode(rest); next != nil || block.Type != "CERTIFICATE" {
			return nil, ErrOneCertificate
		}
		b = block.Bytes
	}
	c, err := ReadCertificate(b)
	if err != nil {
		return nil, fmt.Errorf("%w", err)
	}
	return c, nil
}

func bareFingerprint(s string) string {
	s = strings.ToLower(strings.NewReplacer(":", "", " ", "", "-", "").Replace(s))
	if len(s) != hex.EncodedLen(sha256.Size) && len(s) < shortestFingerprint {
		return ""
	}
	return s
}
