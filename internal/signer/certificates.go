package signer

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"congvu/internal/keys"
)

const (
	mostFiles       = 500
	mostCertificate = 1 << 20
)

// Certificates reads the certificates of a folder: *.pem, *.crt and *.cer, PEM (several in a file) or DER. They stand for keys whose
// token holds no certificate, and complete chains. ErrCertificates names the file that holds anything else.
func Certificates(dir string) ([]*x509.Certificate, error) {
	files, err := os.ReadDir(dir)
	if err != nil || len(files) > mostFiles {
		return nil, ErrCertificates.with("file", dir).because("%d files, %w", len(files), err)
	}
	var out []*x509.Certificate
	for _, f := range files {
		path := filepath.Join(dir, f.Name())
		switch strings.ToLower(filepath.Ext(path)) {
		case ".pem", ".crt", ".cer":
		default:
			continue
		}
		more, err := readCertificates(path)
		if err != nil {
			return nil, ErrCertificates.with("file", path).because("%w", err)
		}
		out = append(out, more...)
	}
	return out, nil
}

func readCertificates(path string) ([]*x509.Certificate, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > mostCertificate {
		return nil, errMessage
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if !bytes.Contains(b, []byte("-----BEGIN")) {
		c, err := keys.ReadCertificate(b)
		return []*x509.Certificate{c}, err
	}
	var out []*x509.Certificate
	for block, rest := pem.Decode(b); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			return nil, errMessage
		}
		c, err := keys.ReadCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, errMessage
	}
	return out, nil
}

// chainFor picks the certificate of a key and climbs from it: of several the one in force at that time, of those the newest.
func chainFor(id KeyID, known []*x509.Certificate, at time.Time) []*x509.Certificate {
	var own *x509.Certificate
	for _, c := range known {
		if got, err := IDOf(c.PublicKey); err == nil && got == id && (own == nil || better(c, own, at)) {
			own = c
		}
	}
	if own == nil {
		return nil
	}
	chain := []*x509.Certificate{own}
	for len(chain) < mostLinks {
		last := chain[len(chain)-1]
		i := slices.IndexFunc(known, func(c *x509.Certificate) bool {
			return c.IsCA && bytes.Equal(c.RawSubject, last.RawIssuer) && !bytes.Equal(c.RawSubject, c.RawIssuer) && last.CheckSignatureFrom(c) == nil
		})
		if i < 0 {
			break
		}
		chain = append(chain, known[i])
	}
	return chain
}

func better(a, b *x509.Certificate, at time.Time) bool {
	inForce := func(c *x509.Certificate) bool { return !at.Before(c.NotBefore) && !at.After(c.NotAfter) }
	if inForce(a) != inForce(b) {
		return inForce(a)
	}
	return a.NotBefore.After(b.NotBefore)
}
