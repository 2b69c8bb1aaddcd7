package pades

import (
	"crypto/x509"
	"encoding/hex"
	"time"
)

// Outcome is the verdict on a file as a whole (S13.1 to S13.4), and "unreadable" where no verdict is possible.
type Outcome string

const (
	Passed        Outcome = "passed"
	Indeterminate Outcome = "indeterminate"
	Failed        Outcome = "failed"
	None          Outcome = "none"
	Unreadable    Outcome = "unreadable"
)

// ExitCode is what a command line returns: 0 passed, 1 failed, 2 indeterminate or without any signature (not bad, but nothing vouches for it), 3 unreadable.
func (o Outcome) ExitCode() int {
	return map[Outcome]int{Passed: 0, Failed: 1, Indeterminate: 2, None: 2, Unreadable: 3}[o]
}

// Indication and SubIndication are the words of ETSI EN 319 102-1, clause 5.1.3.
type (
	Indication    string
	SubIndication string
)

const (
	TotalPassed       Indication = "TOTAL-PASSED"
	IsIndeterminate   Indication = "INDETERMINATE"
	TotalFailed       Indication = "TOTAL-FAILED"
	formatFailure                = SubIndication("FORMAT_FAILURE")
	hashFailure                  = SubIndication("HASH_FAILURE")
	cryptoFailure                = SubIndication("SIG_CRYPTO_FAILURE")
	certRevoked                  = SubIndication("REVOKED")
	revokedNoPOE                 = SubIndication("REVOKED_NO_POE")
	notYetValid                  = SubIndication("NOT_YET_VALID")
	outOfBounds                  = SubIndication("OUT_OF_BOUNDS_NO_POE")
	noChain                      = SubIndication("NO_CERTIFICATE_CHAIN_FOUND")
	noSigner                     = SubIndication("NO_SIGNING_CERTIFICATE_FOUND")
	chainConstraints             = SubIndication("CHAIN_CONSTRAINTS_FAILURE")
	cryptoConstraints            = SubIndication("CRYPTO_CONSTRAINTS_FAILURE_NO_POE")
	sigConstraints               = SubIndication("SIG_CONSTRAINTS_FAILURE")
	timestampFailure             = SubIndication("TIMESTAMP_ORDER_FAILURE")
	tryLater                     = SubIndication("TRY_LATER")
	chainFailure                 = SubIndication("CERTIFICATE_CHAIN_GENERAL_FAILURE")
)

// Integrity tells whether the signed bytes are as signed and what followed them is legitimate. Trust is no part of it.
type Integrity string

const (
	Intact   Integrity = "intact"
	Doubtful Integrity = "doubtful" // not proven altered, yet a person must look
	Broken   Integrity = "broken"
)

// Kind tells what a signature is for.
type Kind string

const (
	Approval      Kind = "approval"
	Certification Kind = "certification"
	DocTimestamp  Kind = "document-timestamp"
)

// Sources of a signature's time.
const (
	TimeFromTimestamp    = "timestamp"          // RFC 3161 token over the signature
	TimeFromDocTimestamp = "document-timestamp" // later document time stamp over the whole revision
	TimeUnproven         = "none"               // no trusted time: judged at the time of verification
)

// States of the certificate of a signer.
const (
	ChainTrusted   = "trusted"
	ChainUntrusted = "untrusted"
	ChainExpired   = "out-of-validity"
	ChainUnchecked = "unchecked"

	RevocationGood         = "good"
	RevocationRevoked      = "revoked"
	RevocationUnknown      = "unknown"
	RevocationNotPublished = "not-published"
)

// Party is a certificate as people read it.
type Party struct {
	Name         string    `json:"name"`
	Organization string    `json:"organization,omitempty"`
	Unit         string    `json:"unit,omitempty"`
	Serial       string    `json:"serial"`
	Issuer       string    `json:"issuer"`
	NotBefore    time.Time `json:"not_before"`
	NotAfter     time.Time `json:"not_after"`
	Certificate  []byte    `json:"certificate"` // DER, base64 in JSON
}

func party(c *x509.Certificate) *Party {
	if c == nil {
		return nil
	}
	first := func(s []string) string {
		if len(s) > 0 {
			return s[0]
		}
		return ""
	}
	issuer := c.Issuer.CommonName
	if issuer == "" {
		issuer = c.Issuer.String()
	}
	return &Party{Name: c.Subject.CommonName, Organization: first(c.Subject.Organization), Unit: first(c.Subject.OrganizationalUnit),
		Serial: hex.EncodeToString(c.SerialNumber.Bytes()), Issuer: issuer, NotBefore: c.NotBefore, NotAfter: c.NotAfter, Certificate: c.Raw}
}

// Report is the verdict on a file with its reasons (S13.5); it is kept as data.
type Report struct {
	Outcome    Outcome      `json:"outcome"`
	Integrity  Integrity    `json:"integrity,omitempty"`
	SHA256     string       `json:"sha256"`
	Size       int          `json:"size"`
	VerifiedAt time.Time    `json:"verified_at"`
	Signatures []*Signature `json:"signatures,omitempty"` // in order of the revisions they sign
	Active     []string     `json:"active,omitempty"`     // active content found, see pdf.Active
	Findings   []Finding    `json:"findings,omitempty"`   // about the file
}

// Signature is the verdict on one signature or document time stamp.
type Signature struct {
	Field     string `json:"field"`
	Kind      Kind   `json:"kind"`
	SubFilter string `json:"sub_filter"`
	Level     string `json:"level,omitempty"` // B, T, LT or LTA, of PAdES signatures

	Indication    Indication    `json:"indication"`
	SubIndication SubIndication `json:"sub_indication,omitempty"`
	Integrity     Integrity     `json:"integrity"`

	Signer      *Party     `json:"signer,omitempty"`
	Algorithm   string     `json:"algorithm,omitempty"`
	Weak        []string   `json:"weak,omitempty"`
	ClaimedTime *time.Time `json:"claimed_time,omitempty"` // the signer's own clock
	Time        time.Time  `json:"time"`                   // at which chain and revocation were judged
	TimeSource  string     `json:"time_source"`
	Reason      string     `json:"reason,omitempty"`
	Location    string     `json:"location,omitempty"`

	End        int    `json:"end"` // the signed revision is the file up to this byte
	WholeFile  bool   `json:"whole_file"`
	Changes    Change `json:"changes"`              // the gravest change after this signature
	Permission int    `json:"permission,omitempty"` // DocMDP level in force in its revision, 0 none

	Chain      []*Party   `json:"chain,omitempty"` // issuers, up to the trust anchor
	Anchor     string     `json:"anchor,omitempty"`
	Test       bool       `json:"test,omitempty"` // certificate of a test authority, worthless outside of tests
	ChainState string     `json:"chain_state"`
	Revocation string     `json:"revocation"`
	Timestamp  *Timestamp `json:"timestamp,omitempty"`
	Evidence   []Evidence `json:"evidence,omitempty"` // about the certificates of signer and time-stamp authority
	Findings   []Finding  `json:"findings,omitempty"`
}

// Timestamp is the RFC 3161 token of a signature, or of a document time stamp.
type Timestamp struct {
	Time    time.Time `json:"time"`
	TSA     *Party    `json:"tsa,omitempty"`
	Intact  bool      `json:"intact"`
	Trusted bool      `json:"trusted"`
	SHA256  string    `json:"sha256,omitempty"` // of the token's DER, which stands in the file
}

// verdict lowers the signature's indication; a graver one is never raised again.
func (s *Signature) verdict(i Indication, sub SubIndication) {
	if s.Indication == TotalFailed || s.Indication == i {
		return
	}
	s.Indication, s.SubIndication = i, sub
}

// broken marks the signature as not intact.
func (s *Signature) broken(sub SubIndication, code string, args map[string]any) {
	if !on(code) {
		return
	}
	s.Integrity = Broken
	s.verdict(TotalFailed, sub)
	s.Findings = append(s.Findings, finding(code, args))
}

// doubt marks the signature as one a person must look at.
func (s *Signature) doubt(sub SubIndication, code string, args map[string]any) {
	if s.Integrity == Intact && on(code) {
		s.Integrity = Doubtful
	}
	s.unsure(sub, code, args)
}

// unsure lowers the verdict without doubt about the bytes.
func (s *Signature) unsure(sub SubIndication, code string, args map[string]any) {
	if !on(code) {
		return
	}
	s.verdict(IsIndeterminate, sub)
	s.Findings = append(s.Findings, finding(code, args))
}

// fail lowers the verdict to the worst without doubt about the bytes.
func (s *Signature) fail(sub SubIndication, code string, args map[string]any) {
	if !on(code) {
		return
	}
	s.verdict(TotalFailed, sub)
	s.Findings = append(s.Findings, finding(code, args))
}

func (s *Signature) tell(code string, args map[string]any) {
	s.Findings = append(s.Findings, finding(code, args))
}

func (r *Report) tell(code string, args map[string]any) {
	r.Findings = append(r.Findings, finding(code, args))
}
