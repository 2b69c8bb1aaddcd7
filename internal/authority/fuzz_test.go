package authority

import (
	"bytes"
	"context"
	"crypto"
	"errors"
	"io"
	"net/http"
	"testing"

	"congvu/internal/cms"
)

// says is an authority that answers everything with the same bytes.
type says struct {
	body []byte
	kind string
}

func (s says) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {s.kind}}, Body: io.NopCloser(bytes.NewReader(s.body)), Request: r}, nil
}

// Whatever a time-stamp authority says: no panic, and nothing is given that was not asked for. Nonces are drawn anew, so no answer
// written before the question can be right.
func FuzzStampAnswer(f *testing.F) {
	w := newTown(f)
	token, err := w.stamp()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(cms.TimestampAnswer(token))
	f.Add(cms.TimestampRefusal(2))
	f.Add([]byte{0x30, 0x80, 0, 0})
	f.Fuzz(func(t *testing.T, body []byte) {
		c := &Client{TSA: w.client.TSA, Trust: w.client.Trust, Now: w.client.Now, Transport: says{body, "application/timestamp-reply"}}
		got, err := c.Stamp(context.Background(), digest[:], crypto.SHA256)
		var known *Refusal
		if got != nil || !errors.As(err, &known) && !errors.Is(err, cms.ErrTimestampRefused) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	})
}

// Whatever a responder or a publisher of lists says: no panic, and what is accepted is an answer that its issuer signed.
func FuzzEvidence(f *testing.F) {
	w := newTown(f)
	raw, _, err := w.evidence(today)
	if err != nil {
		f.Fatal(err)
	}
	list, err := w.authority.CRL(today, today.AddDate(0, 0, 7))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add(list)
	f.Add([]byte("-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		c := &Client{Trust: w.client.Trust, Now: w.client.Now, Transport: says{body, "application/ocsp-response"}}
		answer, crl, err := c.Evidence(context.Background(), w.person.Certificate, w.authority.Issuing.Certificate, today)
		var known *Refusal
		switch {
		case err != nil && (answer != nil || crl != nil || !errors.As(err, &known)):
			t.Errorf("%d and %d bytes with %v", len(answer), len(crl), err)
		case err == nil && crl != nil:
			if _, err := readList(crl, w.authority.Issuing.Certificate, today); err != nil {
				t.Error(err)
			}
		case err == nil:
			if _, err := c.readAnswer(context.Background(), answer, w.person.Certificate, w.authority.Issuing.Certificate, today); err != nil {
				t.Error(err)
			}
		}
	})
}

func FuzzTimestampRequest(f *testing.F) {
	w := newTown(f)
	nonce, err := newNonce()
	if err != nil {
		f.Fatal(err)
	}
	request, err := cms.TimestampRequest(digest[:], crypto.SHA256, nonce)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(request)
	f.Fuzz(func(t *testing.T, body []byte) {
		q, err := cms.ParseTimestampRequest(body)
		if err != nil {
			return
		}
		if q.Hash.Size() != len(q.Digest) {
			t.Fatalf("%v over %d bytes", q.Hash, len(q.Digest))
		}
		if q.Hash == crypto.SHA1 {
			return // read, never answered
		}
		if _, err := w.sim.token(q); err != nil {
			t.Error(err)
		}
	})
}
