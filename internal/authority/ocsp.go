package authority

import (
	"bytes"
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ocsp"
)

// answer is a conclusive OCSP answer.
type answer struct {
	raw   []byte
	list  []byte // about the responder's own certificate, where it must be asked
	made  time.Time
	until time.Time // zero when the responder has always newer ones
}

// soon is how long an answer without promise of a next one counts as new.
const soon = 5 * time.Minute

var oidNoCheck = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}

// askResponders asks each responder that the certificate names until one is conclusive.
func (c *Client) askResponders(ctx context.Context, cert, issuer *x509.Certificate, after time.Time) (answer, error) {
	key := string(cert.Raw) + string(issuer.RawSubjectPublicKeyInfo)
	if a, ok := c.answers.get(key, c.now()); ok && since(a.made, after) {
		return a, nil
	}
	request, err := ocsp.CreateRequest(cert, issuer, nil)
	if err != nil {
		return answer{}, ErrNoSource.because("%w", err)
	}
	refused := error(ErrNoSource)
	for _, address := range webOnly(cert.OCSPServer) {
		raw, err := c.post(ctx, address, request)
		if err != nil {
			refused = err
			continue
		}
		a, err := c.readAnswer(ctx, raw, cert, issuer, after)
		if err == nil {
			c.answers.put(key, a, len(a.raw)+len(a.list), keepUntil(a))
			return a, nil
		}
		var known *Refusal
		if !errors.As(err, &known) {
			u, _ := url.Parse(address)
			err = ErrAnswer.with("host", u.Host).because("%w", err)
		}
		refused = err
	}
	return answer{}, refused
}

func keepUntil(a answer) time.Time {
	if a.until.IsZero() {
		return a.made.Add(soon)
	}
	return a.until
}

// post asks with POST, which caches on the way do not answer from memory; a responder that knows only GET is asked so.
func (c *Client) post(ctx context.Context, address string, request []byte) ([]byte, error) {
	x := call{address: address, kind: "application/ocsp-request", body: request, accepted: []string{"application/ocsp-response"}, limit: maxAnswer, timeout: answerTimeout}
	raw, err := c.ask(ctx, x)
	if !errors.Is(err, errStatus) {
		return raw, err
	}
	x.body, x.address = nil, strings.TrimSuffix(address, "/")+"/"+url.PathEscape(base64.StdEncoding.EncodeToString(request))
	return c.ask(ctx, x)
}

// readAnswer judges what a responder said. Its status must be good or revoked; "unknown" concludes nothing.
func (c *Client) readAnswer(ctx context.Context, raw []byte, cert, issuer *x509.Certificate, after time.Time) (answer, error) {
	r, err := ocsp.ParseResponseForCert(raw, cert, issuer)
	if err != nil {
		return answer{}, err
	}
	now := c.now()
	switch {
	case r.SerialNumber == nil || r.SerialNumber.Cmp(cert.SerialNumber) != 0:
		return answer{}, errors.New("answer about another certificate")
	case r.Status != ocsp.Good && r.Status != ocsp.Revoked:
		return answer{}, ErrTryLater.because("status unknown")
	case !inForce(r.ThisUpdate, r.NextUpdate, now), r.NextUpdate.IsZero() && r.ThisUpdate.Add(24*time.Hour).Before(now):
		return answer{}, errors.New("answer is not in force")
	case r.ProducedAt.After(now.Add(ClockTolerance)):
		return answer{}, errors.New("answer from the future")
	case !since(r.ThisUpdate, after) && r.Status == ocsp.Good:
		return answer{}, ErrTryLater.until(r.NextUpdate).because("answer of %s", r.ThisUpdate.Format(time.RFC3339))
	}
	a := answer{raw: raw, made: r.ThisUpdate, until: r.NextUpdate}
	if r.Certificate != nil && !bytes.Equal(r.Certificate.Raw, issuer.Raw) {
		a.list, err = c.checkResponder(ctx, r, issuer)
	}
	return a, err
}

// checkResponder wants a delegated responder to be certified for it by the same issuer (RFC 6960, 4.2.2.2), valid when it
// answered, and not revoked: by its own mark that nobody need ask, or by a list, which is handed on with the answer.
func (c *Client) checkResponder(ctx context.Context, r *ocsp.Response, issuer *x509.Certificate) ([]byte, error) {
	by := r.Certificate
	switch {
	case !slices.Contains(by.ExtKeyUsage, x509.ExtKeyUsageOCSPSigning):
		return nil, errors.New("responder without the usage for it")
	case !bytes.Equal(by.RawIssuer, issuer.RawSubject):
		return nil, errors.New("responder of another issuer")
	case r.ProducedAt.Before(by.NotBefore) || r.ProducedAt.After(by.NotAfter):
		return nil, errors.New("responder out of its validity")
	case slices.ContainsFunc(by.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(oidNoCheck) }):
		return nil, nil
	}
	l, err := c.askLists(ctx, by, issuer, time.Time{})
	if err != nil {
		return nil, err
	}
	if l.names(by) {
		return nil, errors.New("responder revoked")
	}
	return l.raw, nil
}

// webOnly leaves out what is not fetched over the web, as directories.
func webOnly(addresses []string) []string {
	return slices.DeleteFunc(slices.Clone(addresses), func(a string) bool {
		lower := strings.ToLower(a)
		return !strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "https://")
	})
}
