package pades

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"congvu/internal/keys"
)

// lister answers with a revocation list of whoever issued, as of now.
type lister struct {
	t     testing.TB
	o     *office
	s     *stamper
	now   *time.Time
	gone  error                          // answer for everybody
	lists []x509.RevocationListEntry     // of the issuing authority
	asked map[string]int                 // by subject
	stale map[string]bool                // subjects about which only old lists exist
	mute  func(c *x509.Certificate) bool // answers with a list of another issuer
}

func (l *lister) Evidence(_ context.Context, c, issuer *x509.Certificate, _ time.Time) (ocsp, crl []byte, err error) {
	l.asked[c.Subject.CommonName]++
	if l.gone != nil {
		return nil, nil, l.gone
	}
	from := *l.now
	if l.stale[c.Subject.CommonName] {
		from = from.Add(-24 * time.Hour)
	}
	until := l.now.Add(7 * 24 * time.Hour)
	lists := l.o.lists(l.t, from, until, l.lists...)
	switch {
	case l.mute != nil && l.mute(c), issuer.Equal(l.s.root.Certificate):
		return nil, l.s.list(l.t, from, until), nil
	case issuer.Equal(l.o.authority.Root.Certificate):
		return nil, lists[1], nil
	}
	return nil, lists[0], nil
}

// archive is all that Extend needs, with a clock that tests move.
type archive struct {
	o     *office
	s     *stamper
	now   time.Time
	trust *keys.Trust
	w     *lister
}

func newArchive(t testing.TB) *archive {
	a := &archive{o: testOffice(t), s: newStamper(t), now: signedAt.Add(10 * time.Minute)}
	a.trust = strictTrust(t, a.o, a.s)
	a.w = &lister{t: t, o: a.o, s: a.s, now: &a.now, asked: map[string]int{}}
	return a
}

func (a *archive) extension(t testing.TB) Extension {
	return Extension{Stamper: at{a.s, t, a.now}, Witness: a.w, Trust: a.trust, At: a.now}
}

func (a *archive) extend(t testing.TB, file []byte) *Extended {
	t.Helper()
	x, err := Extend(context.Background(), file, a.extension(t))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(x.File, file) {
		t.Error("bytes that were there have changed")
	}
	return x
}

func (a *archive) passes(t testing.TB, file []byte, at time.Time, level string) *Report {
	t.Helper()
	r := verify(t, file, VerifyOptions{At: at, Trust: a.trust})
	if r.Outcome != Passed {
		t.Error(explain(r))
	}
	for _, s := range r.Signatures {
		if s.Kind != DocTimestamp && s.Level != level {
			t.Errorf("%s has level %s, want %s", s.Field, s.Level, level)
		}
	}
	return r
}

func TestExtendingReachesTheArchiveLevel(t *testing.T) {
	a := newArchive(t)
	stamped, err := StampSignature(context.Background(), mustSign(t, draft(t, 0), a.o.request(a.o.leader)), at{a.s, t, signedAt})
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct {
		file   []byte
		stamps int
	}{
		"two signatures without time stamp": {a.o.issued(t), 2}, // one proves their time, one covers the evidence
		"a stamped signature":               {stamped, 1},
	} {
		got := a.extend(t, x.file)
		if got.Level != "LTA" || !got.TryAfter.IsZero() || len(got.Findings) > 0 {
			t.Fatalf("%s: %+v", name, got)
		}
		r := a.passes(t, got.File, testUntil.AddDate(4, 0, 0), "LTA") // years after the signers' certificates expired
		stamps := 0
		for _, s := range r.Signatures {
			if s.Kind == DocTimestamp {
				stamps++
			}
		}
		if stamps != x.stamps {
			t.Errorf("%s: %d document time stamps, want %d", name, stamps, x.stamps)
		}
		t.Logf("%s: grew from %d by %d bytes", name, len(x.file), len(got.File)-len(x.file))
	}
}

// A signer who forbids every change does not forbid proof.
func TestExtendingIsAllowedUnderEveryCertification(t *testing.T) {
	a := newArchive(t)
	for level := 1; level <= 3; level++ {
		req := a.o.request(a.o.leader)
		req.Certify = level
		got := a.extend(t, mustSign(t, draft(t, 0), req))
		r := a.passes(t, got.File, checkedAt, "LTA")
		if r.Signatures[0].Permission != level || r.Signatures[0].Changes != ValidationChange {
			t.Errorf("level %d: %s", level, explain(r))
		}
	}
}

func TestRenewalAddsOneStampAndAsksForNothingTwice(t *testing.T) {
	a := newArchive(t)
	first := a.extend(t, a.o.issued(t))
	if want := stampsUntil.AddDate(0, 0, -90); !first.RenewBefore.Equal(want) {
		t.Errorf("renew before %v, want %v", first.RenewBefore, want)
	}
	clear(a.w.asked)
	a.now = stampsUntil.AddDate(0, 0, -100)
	second := a.extend(t, first.File)
	if second.Level != "LTA" || len(a.w.asked) != 1 || a.w.asked["Dấu thời gian"] != 1 {
		t.Errorf("%+v, asked about %v", second.Level, a.w.asked)
	}
	a.passes(t, second.File, stampsUntil.AddDate(0, 0, -1), "LTA")
	if n := bytes.Count(second.File, []byte("/Type /DSS")); n != 2 {
		t.Errorf("%d revisions of the security store, want 2", n)
	}
}

// S6.6: evidence that is not out yet is waited for, and the file keeps what it has.
func TestExtendingWaitsForEvidence(t *testing.T) {
	a := newArchive(t)
	stamped, err := StampSignature(context.Background(), mustSign(t, draft(t, 0), a.o.request(a.o.leader)), at{a.s, t, signedAt})
	if err != nil {
		t.Fatal(err)
	}
	leader := a.o.leader.Certificate
	for name, spoil := range map[string]func(w *lister){
		"nobody answers":            func(w *lister) { w.gone = errors.New("offline") },
		"the list is older":         func(w *lister) { w.stale = map[string]bool{leader.Subject.CommonName: true} },
		"a list of somebody else":   func(w *lister) { w.mute = func(c *x509.Certificate) bool { return c.Equal(leader) } },
		"the stamper's list is old": func(w *lister) { w.stale = map[string]bool{"Dấu thời gian": true} },
	} {
		w := *a.w
		spoil(&w)
		e := a.extension(t)
		e.Witness = &w
		got, err := Extend(context.Background(), stamped, e)
		if err != nil {
			t.Fatal(err)
		}
		if got.Level != "T" || !bytes.Equal(got.File, stamped) || !got.TryAfter.After(a.now) || !hasFinding(got.Findings, "extend.later") {
			t.Errorf("%s: level %s, try after %v, %v", name, got.Level, got.TryAfter, got.Findings)
		}
	}
	if got := a.extend(t, stamped); got.Level != "LTA" {
		t.Errorf("later: %+v", got.Findings)
	}
}

func TestExtendingRefuses(t *testing.T) {
	a := newArchive(t)
	signed := a.o.issued(t)
	broken := bytes.Replace(bytes.Clone(signed), []byte("595.28"), []byte("595.27"), 1)
	bad := a.extension(t)
	bad.Stamper = nil
	lying := a.extension(t)
	lying.Stamper = stampFunc(func([]byte) ([]byte, error) { return a.s.token(t, []byte("khác"), a.now), nil })
	unbelieved := a.extension(t)
	unbelieved.Trust = a.o.trust // for signatures
	unbelieved.Stamper = at{newStamper(t), t, a.now}
	for name, x := range map[string]struct {
		file []byte
		e    Extension
		want error
	}{
		"a file without signature":  {draft(t, 0), a.extension(t), ErrNoSignature},
		"a file that was altered":   {broken, a.extension(t), ErrNotIntact},
		"no stamper":                {signed, bad, ErrRequest},
		"a token of something else": {signed, lying, ErrStamp},
		"a stamper nobody believes": {signed, unbelieved, ErrStamp},
	} {
		if _, err := Extend(context.Background(), x.file, x.e); !errors.Is(err, x.want) {
			t.Errorf("%s: got %v, want %v", name, err, x.want)
		}
	}
}

// Where the anchors publish nothing, and this is accepted, there is nothing to ask: certificates and the stamp make the level.
func TestExtendingWhereNothingIsPublished(t *testing.T) {
	a := newArchive(t)
	a.trust = trustWithout(t, a.o, a.s)
	e := a.extension(t)
	e.Witness = nil
	got, err := Extend(context.Background(), a.o.issued(t), e)
	if err != nil {
		t.Fatal(err)
	}
	if got.Level != "LTA" || !got.TryAfter.IsZero() || len(got.Findings) > 0 {
		t.Errorf("%+v", got)
	}
	a.passes(t, got.File, testUntil.AddDate(4, 0, 0), "LTA")
}
