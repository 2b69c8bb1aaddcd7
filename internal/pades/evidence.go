package pades

import (
	"crypto/x509"
	"encoding/hex"
	"time"
)

// Kinds and sources of evidence.
const (
	EvidenceOCSP = "ocsp"
	EvidenceCRL  = "crl"

	FromFile  = "file"  // carried by the document
	FromStore = "given" // fetched or kept by whoever asked for the verdict
)

// Evidence names what a verdict on a certificate rests on, so that it can be examined again: the bytes stand in the file, or
// with whoever gave them.
type Evidence struct {
	Kind    string     `json:"kind"`
	SHA256  string     `json:"sha256"` // of its DER
	Source  string     `json:"source"`
	About   string     `json:"about"`  // the subject of the certificate
	Serial  string     `json:"serial"` // of the certificate
	Made    time.Time  `json:"made"`
	Until   *time.Time `json:"until,omitempty"` // promised validity
	Revoked *time.Time `json:"revoked,omitempty"`
}

const maxEvidence = 100

// cite keeps evidence about a certificate with the verdict, once.
func (s *Signature) cite(e Evidence, about *x509.Certificate, raw []byte, st status) {
	e.SHA256, e.About, e.Serial = fingerprint(raw), about.Subject.CommonName, hex.EncodeToString(about.SerialNumber.Bytes())
	if !st.revoked.IsZero() {
		e.Revoked = &st.revoked
	}
	for _, x := range s.Evidence {
		if x.SHA256 == e.SHA256 && x.Serial == e.Serial && x.About == e.About {
			return
		}
	}
	if len(s.Evidence) < maxEvidence {
		s.Evidence = append(s.Evidence, e)
	}
}

func sourceOf(i, given int) string {
	if i < given {
		return FromStore
	}
	return FromFile
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
