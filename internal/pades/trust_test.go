package pades

import (
	"crypto/x509"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"
)

// Checks 6 and 7: chain and revocation at the best time, apart from integrity, in the words of ETSI EN 319 102-1.
func TestVerdictFollowsTrustAndEvidence(t *testing.T) {
	o := testOffice(t)
	s := newStamper(t)
	strict := strictTrust(t, o, s)
	plain := mustSign(t, draft(t, 0), o.request(o.leader))
	stamped := s.signStamped(t, draft(t, 0), o.request(o.leader), signedAt)
	revoked := func(at time.Time) x509.RevocationListEntry {
		return x509.RevocationListEntry{SerialNumber: o.leader.Certificate.SerialNumber, RevocationTime: at}
	}
	fresh := o.lists(t, signedAt, checkedAt.Add(24*time.Hour))
	day := 24 * time.Hour
	list := func(at time.Time) [][]byte {
		return o.lists(t, signedAt.Add(30*time.Minute), checkedAt.Add(day), revoked(at))
	}
	untested := *strict
	untested.AllowTest = false
	late := testUntil.Add(day)
	leaf := issue(t, "Chứng thư thường", o.authority.Issuing, nil, testFrom, testUntil)
	responder := issue(t, "Trả lời OCSP", o.authority.Issuing, []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning}, testFrom, testUntil)
	about := o.leader.Certificate
	rootList := [][]byte{fresh[1]}

	for name, x := range map[string]struct {
		file []byte
		opt  VerifyOptions
		want Indication
		sub  SubIndication
	}{
		"nobody is trusted":                        {plain, VerifyOptions{At: checkedAt}, IsIndeterminate, noChain},
		"test certificates are not trusted":        {plain, VerifyOptions{At: checkedAt, Trust: &untested}, IsIndeterminate, chainConstraints},
		"the pin says that no list is published":   {plain, VerifyOptions{At: checkedAt, Trust: o.trust}, TotalPassed, ""},
		"no evidence":                              {plain, VerifyOptions{At: checkedAt, Trust: strict}, IsIndeterminate, tryLater},
		"no evidence, and none wanted of tests":    {plain, VerifyOptions{At: checkedAt, Trust: strict, RevocationOptional: true}, TotalPassed, ""},
		"fresh lists":                              {plain, VerifyOptions{At: checkedAt, Trust: strict, CRLs: fresh}, TotalPassed, ""},
		"fresh lists in the file":                  {withStore(t, plain, nil, fresh), VerifyOptions{At: checkedAt, Trust: strict}, TotalPassed, ""},
		"a list for one of two authorities":        {plain, VerifyOptions{At: checkedAt, Trust: strict, CRLs: fresh[:1]}, IsIndeterminate, tryLater},
		"stale lists":                              {plain, VerifyOptions{At: checkedAt.Add(3 * day), Trust: strict, CRLs: fresh}, IsIndeterminate, tryLater},
		"revoked, time unproven":                   {plain, VerifyOptions{At: checkedAt, Trust: strict, CRLs: list(signedAt.Add(time.Minute))}, IsIndeterminate, revokedNoPOE},
		"revoked before the claimed time":          {plain, VerifyOptions{At: checkedAt, Trust: strict, CRLs: list(signedAt.Add(-day))}, TotalFailed, certRevoked},
		"revoked before the time stamp":            {stamped, VerifyOptions{At: checkedAt, Trust: strict, CRLs: list(signedAt.Add(-day))}, TotalFailed, certRevoked},
		"revoked after the time stamp":             {stamped, VerifyOptions{At: checkedAt, Trust: strict, CRLs: list(signedAt.Add(time.Minute))}, TotalPassed, ""},
		"expired, time unproven":                   {plain, VerifyOptions{At: late, Trust: strict, CRLs: fresh}, IsIndeterminate, outOfBounds},
		"expired, but the time stamp is older":     {stamped, VerifyOptions{At: late, Trust: strict, CRLs: fresh}, TotalPassed, ""},
		"expired, but a document time stamp older": {s.docStamp(t, plain, signedAt.Add(time.Minute), o), VerifyOptions{At: late, Trust: strict, CRLs: fresh}, TotalPassed, ""},
		"good by OCSP of the authority":            {plain, VerifyOptions{At: checkedAt, Trust: strict, CRLs: rootList, OCSPs: [][]byte{o.answer(t, about, ocsp.Good, checkedAt, nil)}}, TotalPassed, ""},
		"good by OCSP of its responder":            {plain, VerifyOptions{At: checkedAt, Trust: strict, CRLs: rootList, OCSPs: [][]byte{o.answer(t, about, ocsp.Good, checkedAt, responder)}}, TotalPassed, ""},
		"good by OCSP of any leaf":                 {plain, VerifyOptions{At: checkedAt, Trust: strict, CRLs: rootList, OCSPs: [][]byte{o.answer(t, about, ocsp.Good, checkedAt, leaf)}}, IsIndeterminate, tryLater},
		"unknown by OCSP":                          {plain, VerifyOptions{At: checkedAt, Trust: strict, CRLs: rootList, OCSPs: [][]byte{o.answer(t, about, ocsp.Unknown, checkedAt, nil)}}, IsIndeterminate, tryLater},
		"stale OCSP":                               {plain, VerifyOptions{At: checkedAt.Add(3 * day), Trust: strict, CRLs: o.lists(t, signedAt, late)[1:], OCSPs: [][]byte{o.answer(t, about, ocsp.Good, checkedAt, nil)}}, IsIndeterminate, tryLater},
		"about another by OCSP":                    {plain, VerifyOptions{At: checkedAt, Trust: strict, CRLs: rootList, OCSPs: [][]byte{o.answer(t, o.agency.Certificate, ocsp.Good, checkedAt, nil)}}, IsIndeterminate, tryLater},
	} {
		t.Run(name, func(t *testing.T) {
			r := verify(t, x.file, x.opt)
			got := r.Signatures[0]
			if got.Indication != x.want || got.SubIndication != x.sub {
				t.Errorf("%s/%s, want %s/%s\n%s", got.Indication, got.SubIndication, x.want, x.sub, explain(r))
			}
			if r.Integrity != Intact {
				t.Errorf("trust has spoiled integrity: %s", r.Integrity)
			}
		})
	}
}

// S6.5: only a trusted token proves time; /M stays a claim.
func TestOnlyATrustedTokenProvesTime(t *testing.T) {
	o := testOffice(t)
	s := newStamper(t)
	stamped := s.signStamped(t, draft(t, 0), o.request(o.leader), signedAt.Add(time.Minute))
	r := verify(t, stamped, VerifyOptions{At: checkedAt, Trust: strictTrust(t, o, s)})
	got := r.Signatures[0]
	if got.TimeSource != TimeFromTimestamp || !got.Time.Equal(signedAt.Add(time.Minute)) || !got.Timestamp.Trusted {
		t.Errorf("%+v", got)
	}
	r = verify(t, stamped, o.options()) // believes the office, not the stamper
	got = r.Signatures[0]
	if got.TimeSource != TimeUnproven || !got.Time.Equal(checkedAt) || got.Timestamp.Trusted || !got.Timestamp.Intact {
		t.Errorf("%+v", got)
	}
	foreign := s.signStamped(t, draft(t, 0), o.request(o.leader), signedAt.Add(-3*24*time.Hour))
	r = verify(t, foreign, VerifyOptions{At: checkedAt, Trust: strictTrust(t, o, s)})
	if !hasFinding(r.Signatures[0].Findings, "signature.claimed-time") {
		t.Error("a claimed time three days after the proven one is not told")
	}
	asUTC := signedAt.Add(7 * time.Hour)
	if !plausible(asUTC, signedAt, TimeFromTimestamp) || plausible(signedAt.Add(3*time.Hour), signedAt, TimeFromTimestamp) {
		t.Error("local time marked as UTC is a known quirk, three hours are not")
	}
	if years := signedAt.AddDate(3, 0, 0); !plausible(signedAt, years, TimeFromDocTimestamp) || plausible(years, signedAt, TimeFromDocTimestamp) {
		t.Error("a document time stamp may follow years later, and never precedes what it covers")
	}
}

// A document time stamp and validation data are legitimate changes, and are reported as what they are.
func TestArchivingKeepsSignaturesPassed(t *testing.T) {
	o := testOffice(t)
	s := newStamper(t)
	strict := strictTrust(t, o, s)
	file := withStore(t, o.issued(t), nil, o.lists(t, signedAt, checkedAt.Add(time.Hour)))
	file = s.docStamp(t, file, signedAt.Add(time.Minute), o)
	r := verify(t, file, VerifyOptions{At: checkedAt, Trust: strict})
	if r.Outcome != Passed || len(r.Signatures) != 3 || r.Signatures[2].Kind != DocTimestamp {
		t.Fatal(explain(r))
	}
	if r.Signatures[0].TimeSource != TimeFromDocTimestamp || r.Signatures[1].Changes != ValidationChange {
		t.Error(explain(r))
	}
	if r.Signatures[0].Level != "LTA" {
		t.Errorf("level %s", r.Signatures[0].Level)
	}
	stamped := s.signStamped(t, draft(t, 0), o.request(o.leader), signedAt)
	for want, file := range map[string][]byte{"B": o.issued(t), "T": stamped, "LT": withStore(t, stamped, nil, append(o.lists(t, signedAt, checkedAt), s.list(t, signedAt, checkedAt)))} {
		if got := verify(t, file, VerifyOptions{At: checkedAt, Trust: strict}).Signatures[0].Level; got != want {
			t.Errorf("level %s, want %s", got, want)
		}
	}
	if r := verify(t, file, o.options()); r.Outcome != Indeterminate {
		t.Errorf("the stamper is not believed, yet: %s", explain(r))
	}
}

func TestPurposeOfAnAnchorIsKept(t *testing.T) {
	o := testOffice(t)
	s := newStamper(t)
	req := o.request(s.tsa)
	r := verify(t, mustSign(t, draft(t, 0), req), VerifyOptions{At: checkedAt, Trust: strictTrust(t, o, s)})
	if r.Signatures[0].Indication != IsIndeterminate || r.Outcome == Passed {
		t.Error("a time-stamp authority has signed a document: " + explain(r))
	}
}

// A token proves its time only while its authority's key could not have dated it back: as long as its certificate stands, or from the
// time of a newer stamp over it.
func TestTimestampNeedsAProofOfItsOwnAge(t *testing.T) {
	o, s := testOffice(t), newStamper(t)
	younger := newStamper(t)
	younger.root = issue(t, "Gốc dấu thời gian mới", nil, nil, testFrom, stampsUntil.AddDate(9, 0, 0))
	younger.tsa = issue(t, "Dấu thời gian mới", younger.root, []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}, testFrom, stampsUntil.AddDate(9, 0, 0))
	strict := strictTrust(t, o, s, younger)
	crls := o.lists(t, signedAt, checkedAt)
	revoked := func(at time.Time) [][]byte {
		return append(crls, s.list(t, signedAt, checkedAt, x509.RevocationListEntry{SerialNumber: s.tsa.Certificate.SerialNumber, RevocationTime: at}))
	}
	once := s.docStamp(t, s.signStamped(t, draft(t, 0), o.request(o.leader), signedAt), signedAt.Add(time.Minute), o)
	twice := younger.docStamp(t, once, signedAt.Add(2*time.Hour), o)
	late, broken := stampsUntil.AddDate(1, 0, 0), signedAt.Add(3*time.Hour)
	for name, x := range map[string]struct {
		file []byte
		at   time.Time
		crls [][]byte
		want Outcome
	}{
		"its authority stands":                {once, stampsUntil.AddDate(0, 0, -1), crls, Passed},
		"its authority has expired":           {once, late, crls, Indeterminate},
		"but a newer stamp covers it":         {twice, late, crls, Passed},
		"its authority was revoked since":     {once, checkedAt.AddDate(0, 1, 0), revoked(broken), Indeterminate},
		"after a newer stamp had covered it":  {twice, checkedAt.AddDate(0, 1, 0), revoked(broken), Passed},
		"before a newer stamp could cover it": {twice, checkedAt.AddDate(0, 1, 0), revoked(signedAt.Add(time.Hour)), Indeterminate},
		"before it was made":                  {twice, checkedAt.AddDate(0, 1, 0), revoked(signedAt.Add(-time.Hour)), Indeterminate},
	} {
		if r := verify(t, x.file, VerifyOptions{At: x.at, Trust: strict, CRLs: x.crls}); r.Outcome != x.want {
			t.Errorf("%s: %s", name, explain(r))
		}
	}
}
