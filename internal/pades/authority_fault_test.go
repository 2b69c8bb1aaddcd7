package pades

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"congvu/internal/authority"
	"congvu/internal/cms"
	"congvu/internal/keys"
	"congvu/internal/pdf"
)

// A time-stamp authority that refuses or lies costs nothing but the stamp: the file stays as it was.
func TestNothingIsKeptOfALyingAuthority(t *testing.T) {
	w := newCity(t, keys.TestP256)
	signed := mustSign(t, draft(t, 0), w.request(w.leader))
	for fault, want := range map[authority.Fault]error{
		authority.StampRefused: cms.ErrTimestampRefused, authority.StampWrongNonce: authority.ErrAnswer, authority.StampWrongImprint: authority.ErrAnswer,
		authority.StampGarbage: authority.ErrAnswer, authority.StampHuge: authority.ErrAnswer, authority.StampByPerson: authority.ErrAnswer,
		authority.StampClock: authority.ErrClock, authority.StampDown: authority.ErrAnswer,
	} {
		w.sim.Fail(fault)
		before := bytes.Clone(signed)
		if _, err := StampSignature(t.Context(), signed, w.client); !errors.Is(err, want) {
			t.Errorf("%s: stamping gives %v", fault, err)
		}
		if _, err := Extend(t.Context(), signed, w.extension()); !errors.Is(err, want) {
			t.Errorf("%s: extending gives %v", fault, err)
		}
		req := w.request(w.agency)
		req.Stamper = w.client
		if _, err := Sign(t.Context(), signed, req); !errors.Is(err, want) {
			t.Errorf("%s: signing gives %v", fault, err)
		}
		if !bytes.Equal(signed, before) {
			t.Fatalf("%s has changed the file that was handed in", fault)
		}
	}
	w.sim.Fail()
	if x := w.extend(t, signed); x.Level != "LTA" {
		t.Errorf("afterwards: %s %+v", x.Level, x.Findings)
	}
}

// Who stops waiting for a slow authority gets away, and what waits goes on when it answers.
func TestSlowAuthorityHoldsNobody(t *testing.T) {
	w := newCity(t, keys.TestP256)
	signed := mustSign(t, draft(t, 0), w.request(w.leader))
	release := w.sim.Hold()
	defer release()
	impatient, cancel := context.WithCancel(t.Context())
	gone, patient := make(chan error), make(chan error)
	go func() {
		_, err := Extend(impatient, signed, w.extension())
		gone <- err
	}()
	go func() {
		_, err := StampSignature(t.Context(), signed, w.client)
		patient <- err
	}()
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("who stopped waiting: %v", err)
	}
	release()
	if err := <-patient; err != nil {
		t.Errorf("who waited: %v", err)
	}
}

// Without conclusive evidence about every chain a signature does not reach LT; with it, each way of asking does.
func TestExtendingWithEveryFaultOfTheWitnesses(t *testing.T) {
	w := newCity(t, keys.TestP256)
	req := w.request(w.leader)
	req.Stamper = w.client
	signed := mustSign(t, draft(t, 0), req)
	for _, x := range []struct {
		name   string
		faults []authority.Fault
		level  string
	}{
		{"all is well", nil, "LTA"},
		{"lists only", []authority.Fault{authority.OCSPDown}, "LTA"},
		{"answers of an unmarked responder", []authority.Fault{authority.OCSPWithoutMark}, "LTA"},
		{"GET only", []authority.Fault{authority.OCSPOnlyGet, authority.ListDown}, "LTA"},
		{"answers only", []authority.Fault{authority.ListDown}, "LTA"},
		{"an unmarked responder and no list", []authority.Fault{authority.OCSPWithoutMark, authority.ListDown}, "T"},
		{"nobody", []authority.Fault{authority.OCSPDown, authority.ListDown}, "T"},
		{"unknown, and old lists", []authority.Fault{authority.OCSPUnknown, authority.ListOld}, "T"},
		{"any leaf answers", []authority.Fault{authority.OCSPWithoutEKU, authority.ListDown}, "T"},
		{"stale answers", []authority.Fault{authority.OCSPStale, authority.ListDown}, "T"},
		{"answers about others", []authority.Fault{authority.OCSPOther, authority.ListForeign}, "T"},
	} {
		t.Run(x.name, func(t *testing.T) {
			w.client = &authority.Client{TSA: w.client.TSA, Trust: w.trust, Now: w.client.Now, Transport: w.sim.Transport()} // forgets
			w.sim.Fail(x.faults...)
			got := w.extend(t, signed)
			if got.Level != x.level {
				t.Fatalf("level %s, want %s: %+v", got.Level, x.level, got.Findings)
			}
			if x.level == "T" {
				if !bytes.Equal(got.File, signed) || !got.TryAfter.After(w.now) || !hasFinding(got.Findings, "extend.later") {
					t.Errorf("%d bytes, try after %v, %+v", len(got.File), got.TryAfter, got.Findings)
				}
				return
			}
			if r := w.verify(t, got.File); r.Outcome != Passed || r.Signatures[0].Level != "LTA" {
				t.Error(explain(r))
			}
		})
	}
}

// That a certificate was revoked is kept as evidence like any other, and the verdict follows the time stamp.
func TestExtendingKeepsTheEvidenceOfRevocation(t *testing.T) {
	w := newCity(t, keys.TestP256)
	req := w.request(w.leader)
	req.Stamper = w.client
	signed := mustSign(t, draft(t, 0), req)
	for name, x := range map[string]struct {
		hours int
		want  Outcome
	}{"after the time stamp": {1, Passed}, "before it": {-1, Failed}} {
		w.now = signedAt.UTC()
		w.sim.Revoke(w.leader.Certificate, w.now.Add(time.Duration(x.hours)*time.Hour))
		w.now = w.now.Add(2 * time.Hour)
		w.client = &authority.Client{TSA: w.client.TSA, Trust: w.trust, Now: w.client.Now, Transport: w.sim.Transport()}
		got := w.extend(t, signed)
		if r := w.verify(t, got.File); r.Outcome != x.want || got.Level != "LTA" {
			t.Errorf("revoked %s: %s %s", name, got.Level, explain(r))
		}
	}
}

// An official's certificate that nobody here trusts is not asked about, and its document is still proven to have existed.
func TestExtendingAStrangersSignature(t *testing.T) {
	w, stranger := newCity(t, keys.TestP256), newCity(t, keys.TestP256)
	signed := mustSign(t, draft(t, 0), stranger.request(stranger.leader))
	x := w.extend(t, signed)
	if x.Level != "T" || !x.TryAfter.IsZero() {
		t.Errorf("%s, try after %v: %+v", x.Level, x.TryAfter, x.Findings)
	}
	if n, _ := w.sim.Calls(keys.TestOCSPPath); n > 2 { // about the time-stamp authority and its issuer
		t.Errorf("%d questions", n)
	}
	r := w.verify(t, x.File)
	if r.Signatures[0].TimeSource != TimeFromDocTimestamp || r.Outcome != Indeterminate {
		t.Error(explain(r))
	}
}

// What another program put into the security store stays, and nothing is written twice.
func TestSecurityStoreIsMerged(t *testing.T) {
	w := newCity(t, keys.TestP256)
	req := w.request(w.leader)
	req.Stamper = w.client
	signed := mustSign(t, draft(t, 0), req)
	foreign, err := w.authority.CRL(w.now, w.now.AddDate(0, 0, 7))
	if err != nil {
		t.Fatal(err)
	}
	x := w.extend(t, withStore(t, signed, nil, [][]byte{foreign}))
	again := w.extend(t, x.File)
	f, err := openForChange(again.File)
	if err != nil {
		t.Fatal(err)
	}
	dss := f.Dict(f.Root()["DSS"])
	left := maxMaterial
	for _, list := range storeLists {
		seen := map[string]bool{}
		for _, raw := range dssStreams(f, dss[list], &left) {
			if seen[string(raw)] {
				t.Errorf("%s holds something twice", list)
			}
			seen[string(raw)] = true
		}
		if list == "CRLs" && !seen[string(foreign)] {
			t.Error("what was there is gone")
		}
		if list == "Certs" && len(seen) != 4 { // leader, TSA, issuing authority, root
			t.Errorf("%d certificates", len(seen))
		}
	}
	entries := f.Dict(dss["VRI"])
	for _, s := range signatureFields(f)[:2] {
		contents, _ := f.Dict(s.value)["Contents"].(pdf.String)
		key := entryKey(contents.Bytes)
		if len(f.Array(f.Dict(entries[pdf.Name(key)])["Cert"])) == 0 {
			t.Errorf("no entry %s for %s", key, s.name)
		}
	}
	if r := w.verify(t, again.File); r.Outcome != Passed || r.Signatures[0].Level != "LTA" {
		t.Error(explain(r))
	}
}

var _ Stamper = (*authority.Client)(nil)
var _ Witness = (*authority.Client)(nil)
