package authority

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/url"
	"time"
)

// list is a revocation list in force.
type list struct {
	raw     []byte
	read    *x509.RevocationList
	fetched time.Time
}

// sparing is how long a list that is in force, but too old for the question, is not fetched again: a busy office asks about each
// signature, and lists are large.
const sparing = 10 * time.Minute

// names reports whether the list revokes a certificate.
func (l list) names(c *x509.Certificate) bool {
	for _, e := range l.read.RevokedCertificateEntries {
		if e.SerialNumber.Cmp(c.SerialNumber) == 0 {
			return true
		}
	}
	return false
}

// askLists fetches the lists that the certificate names until one was made in time; a certificate that an older list in force
// already revokes needs no newer one. Whether the list's scope covers the certificate is judged by who reads it.
func (c *Client) askLists(ctx context.Context, cert, issuer *x509.Certificate, after time.Time) (list, error) {
	refused := error(ErrNoSource)
	for _, address := range webOnly(cert.CRLDistributionPoints) {
		l, err := c.listAt(ctx, address, issuer, after)
		switch {
		case err != nil:
			refused = err
		case since(l.read.ThisUpdate, after) || l.names(cert):
			return l, nil
		default:
			refused = ErrTryLater.until(l.read.NextUpdate).because("list of %s", l.read.ThisUpdate.Format(time.RFC3339))
		}
	}
	return list{}, refused
}

func (c *Client) listAt(ctx context.Context, address string, issuer *x509.Certificate, after time.Time) (list, error) {
	key := address + "\x00" + string(issuer.RawSubjectPublicKeyInfo)
	kept, ok := c.lists.get(key, c.now())
	if ok && (since(kept.read.ThisUpdate, after) || c.now().Before(kept.fetched.Add(sparing))) {
		return kept, nil
	}
	raw, err := c.ask(ctx, call{address: address, limit: maxList, timeout: listTimeout})
	if err != nil {
		return list{}, err
	}
	l, err := readList(raw, issuer, c.now())
	if err != nil {
		u, _ := url.Parse(address)
		return list{}, ErrAnswer.with("host", u.Host).because("%w", err)
	}
	c.lists.put(key, l, 2*len(l.raw), l.read.NextUpdate)
	return l, nil
}

// readList wants a list that issuer signed and that is in force. Some authorities publish PEM.
func readList(raw []byte, issuer *x509.Certificate, now time.Time) (list, error) {
	if b, _ := pem.Decode(raw); b != nil && b.Type == "X509 CRL" {
		raw = b.Bytes
	}
	l, err := x509.ParseRevocationList(raw)
	if err != nil {
		return list{}, err
	}
	switch {
	case !bytes.Equal(l.RawIssuer, issuer.RawSubject):
		return list{}, errors.New("list of another issuer")
	case l.NextUpdate.IsZero() || !inForce(l.ThisUpdate, l.NextUpdate, now):
		return list{}, errors.New("list is not in force")
	}
	if err := l.CheckSignatureFrom(issuer); err != nil {
		return list{}, err
	}
	return list{raw: l.Raw, read: l, fetched: now}, nil
}
