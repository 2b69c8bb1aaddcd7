package pades

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"time"

	"golang.org/x/crypto/ocsp"
)

// clockTolerance is by how much the clocks of authorities may differ (S6.4).
const clockTolerance = time.Minute

// status is what the evidence says about one certificate.
type status struct {
	known   bool
	revoked time.Time // zero when not revoked
}

// judgeRevocation asks the evidence about every certificate below the anchor. No evidence is not good (S6.6); exempt says
// that the anchor publishes none and that this is accepted.
func (s *signed) judgeRevocation(chain []*x509.Certificate, exempt, proven bool) {
	s.Revocation = RevocationGood
	for i := 0; i+1 < len(chain); i++ {
		st := s.statusAt(chain[i], chain[i+1], s.Time)
		named := map[string]any{"subject": chain[i].Subject.CommonName, "since": st.revoked.Format(time.RFC3339), "anchor": s.Anchor}
		switch {
		case !st.revoked.IsZero() && (st.revoked.After(s.Time) || !on("revocation.before")):
			s.tell("revocation.later", named)
		case !st.revoked.IsZero() && !proven && (s.ClaimedTime == nil || s.ClaimedTime.Before(st.revoked)):
			s.Revocation = RevocationRevoked
			s.unsure(revokedNoPOE, "revocation.no-poe", named)
		case !st.revoked.IsZero():
			s.Revocation = RevocationRevoked
			s.fail(certRevoked, "revocation.bad", named)
		case !st.known && exempt:
			if s.Revocation == RevocationGood {
				s.Revocation = RevocationNotPublished
				s.tell("revocation.exempt", named)
			}
		case !st.known:
			if s.Revocation != RevocationRevoked {
				s.Revocation = RevocationUnknown
			}
			s.unsure(tryLater, "revocation.none", named)
		}
	}
}

// statusAt reads OCSP answers and lists. A revocation found anywhere outweighs a good answer.
func (s *signed) statusAt(c, issuer *x509.Certificate, at time.Time) status {
	var st status
	for i, raw := range s.material.ocsps {
		one, answer, refused := readOCSP(raw, c, issuer, at)
		if refused {
			s.tell("revocation.usage", nil)
		}
		if one.known {
			s.cite(Evidence{Kind: EvidenceOCSP, Source: sourceOf(i, s.material.given.ocsps), Made: answer.ThisUpdate, Until: moment(answer.NextUpdate)}, c, raw, one)
		}
		st = st.with(one)
	}
	for i, list := range s.material.crls {
		if !s.material.signedBy(list, issuer) {
			continue
		}
		one := crlStatus(list, c, at)
		if one.known {
			s.cite(Evidence{Kind: EvidenceCRL, Source: sourceOf(i, s.material.given.crls), Made: list.ThisUpdate, Until: moment(list.NextUpdate)}, c, list.Raw, one)
		}
		st = st.with(one)
	}
	return st
}

func (st status) with(other status) status {
	if other.revoked.IsZero() || !st.revoked.IsZero() && st.revoked.Before(other.revoked) {
		return status{st.known || other.known, st.revoked}
	}
	return status{true, other.revoked}
}

// fresh reports whether evidence made at from and promised until until speaks about the time at.
func fresh(from, until, at time.Time) bool {
	return !from.Add(clockTolerance).Before(at) || !until.IsZero() && !until.Before(at) || !on("evidence.stale")
}

// ocspStatus reads one answer. Go checks its signature; that a delegated responder was certified for it is checked here
// (RFC 6960, 4.2.2.2): any leaf of the same authority could answer otherwise.
func ocspStatus(raw []byte, c, issuer *x509.Certificate, at time.Time) (st status, refused bool) {
	st, _, refused = readOCSP(raw, c, issuer, at)
	return st, refused
}

func readOCSP(raw []byte, c, issuer *x509.Certificate, at time.Time) (st status, answer *ocsp.Response, refused bool) {
	answer, err := ocsp.ParseResponseForCert(raw, c, issuer)
	if err != nil || answer.SerialNumber == nil || answer.SerialNumber.Cmp(c.SerialNumber) != 0 && on("evidence.serial") {
		return status{}, answer, false
	}
	if r := answer.Certificate; r != nil && !bytes.Equal(r.Raw, issuer.Raw) {
		allowed := false
		for _, u := range r.ExtKeyUsage {
			allowed = allowed || u == x509.ExtKeyUsageOCSPSigning
		}
		if on("evidence.responder") && (!allowed || !bytes.Equal(r.RawIssuer, issuer.RawSubject) || answer.ProducedAt.Before(r.NotBefore) || answer.ProducedAt.After(r.NotAfter)) {
			return status{}, answer, true
		}
	}
	switch {
	case answer.Status == ocsp.Revoked:
		return status{known: true, revoked: answer.RevokedAt}, answer, false
	case answer.Status == ocsp.Good && fresh(answer.ThisUpdate, answer.NextUpdate, at):
		return status{known: true}, answer, false
	}
	return status{}, answer, false
}

var (
	oidCRLNumber    = asn1.ObjectIdentifier{2, 5, 29, 20}
	oidAuthorityKey = asn1.ObjectIdentifier{2, 5, 29, 35}
	oidCRLScope     = asn1.ObjectIdentifier{2, 5, 29, 28}
)

// crlStatus reads one list of the certificate's issuer. A list that does not cover the certificate's kind and distribution point may convict, but its
// silence acquits nobody.
func crlStatus(list *x509.RevocationList, c *x509.Certificate, at time.Time) status {
	for _, e := range list.RevokedCertificateEntries {
		if e.SerialNumber.Cmp(c.SerialNumber) == 0 {
			return status{known: true, revoked: e.RevocationTime}
		}
	}
	return status{known: (covers(list, c) || !on("evidence.scope")) && fresh(list.ThisUpdate, list.NextUpdate, at)}
}

// covers reads the critical extensions of a list (RFC 5280, 5.2.5); unknown ones mean no.
func covers(list *x509.RevocationList, c *x509.Certificate) bool {
	for _, e := range list.Extensions {
		switch {
		case e.Id.Equal(oidCRLScope):
			if !inScope(e.Value, c) {
				return false
			}
		case e.Critical && !e.Id.Equal(oidCRLNumber) && !e.Id.Equal(oidAuthorityKey):
			return false
		}
	}
	return true
}

func inScope(der []byte, c *x509.Certificate) bool {
	var scope struct {
		Point      asn1.RawValue  `asn1:"optional,tag:0"`
		Users      bool           `asn1:"optional,tag:1"`
		CAs        bool           `asn1:"optional,tag:2"`
		Reasons    asn1.BitString `asn1:"optional,tag:3"`
		Indirect   bool           `asn1:"optional,tag:4"`
		Attributes bool           `asn1:"optional,tag:5"`
	}
	if rest, err := asn1.Unmarshal(der, &scope); err != nil || len(rest) > 0 {
		return false
	}
	if scope.Indirect || scope.Attributes || scope.Reasons.BitLength > 0 || scope.Users && c.IsCA || scope.CAs && !c.IsCA {
		return false
	}
	if len(scope.Point.FullBytes) == 0 {
		return true
	}
	for _, url := range c.CRLDistributionPoints {
		if bytes.Contains(scope.Point.Bytes, []byte(url)) {
			return true
		}
	}
	return false
}
