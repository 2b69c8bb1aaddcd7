package pades

import (
	"bytes"
	"crypto/x509"
	"slices"
	"time"

	"golang.org/x/crypto/ocsp"

	"congvu/internal/cms"
	"congvu/internal/keys"
)

// link is a certificate whose standing at a time is to be proven by its issuer.
type link struct {
	cert, issuer *x509.Certificate
	at           time.Time
	after        time.Time // new evidence must not be older; zero for authorities, whose lists come seldom
	required     bool      // the anchor publishes evidence, and a verdict needs it
}

// linksOf lists what must be proven along a chain that was judged at a time. Nothing, where the anchor publishes nothing.
func linksOf(chain *keys.Chain, at time.Time) []link {
	if chain == nil || chain.Revocation == keys.RevocationNone {
		return nil
	}
	var out []link
	for i := 0; i+1 < len(chain.Certificates); i++ {
		l := link{cert: chain.Certificates[i], issuer: chain.Certificates[i+1], at: at, required: chain.Revocation == keys.RevocationRequired}
		if i == 0 {
			l.after = at
		}
		out = append(out, l)
	}
	return out
}

// chains gives the believed chains behind a signature: of its signer, and of the authority of its time stamp.
func (s *signed) chains(opt VerifyOptions) (signer, authority *keys.Chain) {
	signer = s.path
	for _, t := range []*cms.Timestamp{s.inner, s.stamp} {
		if t == nil || t.Signer == nil || opt.Trust == nil || s.Timestamp == nil || !s.Timestamp.Trusted {
			continue
		}
		if c, err := opt.Trust.Chain(t.Signer, t.Signed.Certificates, t.Time, keys.PurposeTimestamp); err == nil {
			authority = c
		}
	}
	return signer, authority
}

// links lists what must be proven about a signature or document time stamp.
func (s *signed) links(opt VerifyOptions) []link {
	signer, authority := s.chains(opt)
	out := linksOf(signer, s.Time)
	if authority != nil {
		out = append(out, linksOf(authority, s.Timestamp.Time)...)
	}
	return out
}

// knows reports whether the material says anything conclusive about a certificate, good or bad.
func (m *material) knows(l link) bool { return m.knowsSince(l, time.Time{}) }

// knowsSince wants the evidence to be made at that time or later, by the clocks of those who made it.
func (m *material) knowsSince(l link, after time.Time) bool {
	since := func(at time.Time) bool { return !at.Add(clockTolerance).Before(after) }
	for _, raw := range m.ocsps {
		if st, _ := ocspStatus(raw, l.cert, l.issuer, l.at); st.known {
			if a, err := ocsp.ParseResponseForCert(raw, l.cert, nil); err == nil && since(a.ThisUpdate) {
				return true
			}
		}
	}
	for _, list := range m.crls {
		if since(list.ThisUpdate) && m.signedBy(list, l.issuer) && crlStatus(list, l.cert, l.at).known {
			return true
		}
	}
	return false
}

// mentions reports whether an answer or a list claims to speak about a certificate.
func (m *material) mentions(c *x509.Certificate) bool {
	byAnswer := func(raw []byte) bool { a, err := ocsp.ParseResponseForCert(raw, c, nil); return err == nil && a != nil }
	byList := func(l *x509.RevocationList) bool { return bytes.Equal(l.RawIssuer, c.RawIssuer) }
	return slices.ContainsFunc(m.ocsps, byAnswer) || slices.ContainsFunc(m.crls, byList)
}

func (m *material) empty() bool { return len(m.certificates)+len(m.ocsps)+len(m.crls) == 0 }

// nameLevels tells which baseline level of ETSI EN 319 142-1 each PAdES signature has reached.
func (v *verification) nameLevels() {
	stores := map[int]*material{}
	for i, s := range v.signed {
		if s.Kind != DocTimestamp && s.SubFilter == "ETSI.CAdES.detached" {
			s.Level = v.level(s, v.signed[i+1:], stores)
		}
	}
}

// level: T with an intact time stamp, its own or a later one over the document; LT when the file holds the evidence about
// every certificate besides; LTA when a document time stamp covers that evidence.
func (v *verification) level(s *signed, later []*signed, stores map[int]*material) string {
	var archive *signed
	for _, d := range later {
		if d.Kind == DocTimestamp && d.Timestamp != nil && d.Timestamp.Intact && d.End > s.End {
			archive = d
		}
	}
	switch {
	case archive == nil && (s.Timestamp == nil || !s.Timestamp.Intact):
		return "B"
	case archive != nil && v.evidenced(s, archive.End, stores):
		return "LTA"
	case v.evidenced(s, len(v.file.Data), stores):
		return "LT"
	}
	return "T"
}

// evidenced reports whether the security store of the revision that ends there proves what must be proven about a signature.
// Without a believed chain nobody can say what that is: then anything about the signer counts, as the file's own claim.
func (v *verification) evidenced(s *signed, end int, stores map[int]*material) bool {
	m := v.storeAt(end, stores)
	if s.path == nil {
		return s.certificate != nil && m.mentions(s.certificate)
	}
	for _, l := range s.links(v.opt) {
		if l.required && !m.knows(l) {
			return false
		}
	}
	return !m.empty()
}

// storeAt reads the security store of a revision, and nothing else.
func (v *verification) storeAt(end int, stores map[int]*material) *material {
	if m := stores[end]; m != nil {
		return m
	}
	f := v.file
	if end < len(f.Data) {
		if old, err := f.Prefix(end); err == nil {
			f = old
		}
	}
	m := readMaterial(f, VerifyOptions{})
	stores[end] = m
	return m
}
