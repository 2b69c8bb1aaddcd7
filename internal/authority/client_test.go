package authority

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"congvu/internal/cms"
	"congvu/internal/keys"
)

var (
	from  = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	until = time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)
	today = time.Date(2026, 11, 23, 9, 15, 0, 0, time.UTC)
)

const services = "http://authority.test"

// town is a test authority with its services, a client that believes it, and a person.
type town struct {
	authority *keys.TestAuthority
	sim       *Simulator
	client    *Client
	person    *keys.Identity
	now       time.Time
}

func newTown(t testing.TB) *town {
	t.Helper()
	w := &town{now: today}
	var err error
	w.authority, err = keys.NewTestAuthority(keys.TestOptions{From: from, Until: until, Services: services, Revocation: keys.RevocationRequired, Seed: []byte("authority tests, nothing secret here")})
	if err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return w.now }
	if w.sim, err = NewSimulator(w.authority, clock); err != nil {
		t.Fatal(err)
	}
	if w.person, err = w.authority.Person("Nguyễn Văn Nghĩa", "Chủ tịch", "UBND xã Vĩnh Lĩnh", keys.Period{From: from, Until: until}); err != nil {
		t.Fatal(err)
	}
	w.client = &Client{TSA: services + StampPath, Trust: trustOf(t, w.authority), Now: clock, Transport: w.sim.Transport()}
	return w
}

func trustOf(t testing.TB, a *keys.TestAuthority) *keys.Trust {
	t.Helper()
	dir := t.TempDir()
	if err := a.WriteTrust(dir); err != nil {
		t.Fatal(err)
	}
	trust, err := keys.LoadTrust(dir)
	if err != nil {
		t.Fatal(err)
	}
	trust.AllowTest = true
	return trust
}

var digest = sha256.Sum256([]byte("giá trị chữ ký"))

func (w *town) stamp() ([]byte, error) {
	return w.client.Stamp(context.Background(), digest[:], crypto.SHA256)
}

func (w *town) evidence(after time.Time) (answer, list []byte, err error) {
	return w.client.Evidence(context.Background(), w.person.Certificate, w.authority.Issuing.Certificate, after)
}

func TestStampIsCheckedAndGiven(t *testing.T) { // S6.4
	w := newTown(t)
	token, err := w.stamp()
	if err != nil {
		t.Fatal(err)
	}
	stamp, err := cms.ParseTimestamp(token)
	if err != nil || !stamp.Time.Equal(today) || stamp.Nonce == nil || stamp.Nonce.Sign() <= 0 || len(stamp.Signed.Certificates) != 2 {
		t.Errorf("%+v, %v", stamp, err)
	}
	if w.client.TokenSize() != len(token) {
		t.Errorf("size %d, remembered %d", len(token), w.client.TokenSize())
	}
	again, err := w.stamp()
	if err != nil {
		t.Fatal(err)
	}
	second, err := cms.ParseTimestamp(again)
	if err != nil || second.Nonce.Cmp(stamp.Nonce) == 0 {
		t.Error("the same nonce twice")
	}
}

func TestStampOfALyingAuthorityIsRefused(t *testing.T) {
	w := newTown(t)
	for fault, want := range map[Fault]error{
		StampRefused: cms.ErrTimestampRefused, StampWrongNonce: cms.ErrImprintMismatch, StampWrongImprint: cms.ErrImprintMismatch,
		StampGarbage: ErrAnswer, StampHuge: ErrAnswer, StampWrongType: ErrAnswer, StampByPerson: cms.ErrTimestampUsage,
		StampClock: ErrClock, StampRedirect: ErrAnswer, StampDown: ErrAnswer,
	} {
		w.sim.Fail(fault)
		if token, err := w.stamp(); !errors.Is(err, want) || token != nil {
			t.Errorf("%s: %v", fault, err)
		}
	}
	w.sim.Fail()
	if _, err := w.stamp(); err != nil {
		t.Error("afterwards:", err)
	}
	w.client = &Client{TSA: w.client.TSA, Trust: trustOf(t, w.sim.other), Now: w.client.Now, Transport: w.client.Transport}
	if _, err := w.stamp(); !errors.Is(err, ErrUntrusted) {
		t.Error("an authority that nobody believes:", err)
	}
	for address, want := range map[string]error{"": ErrNoAuthority, "ftp://authority.test/tsa": ErrAddress, "http://user:secret@authority.test/tsa": ErrAddress, "http://": ErrAddress, "://": ErrAddress} {
		w.client.TSA = address
		if _, err := w.stamp(); !errors.Is(err, want) {
			t.Errorf("address %q: %v", address, err)
		}
	}
}

// The tolerance is a minute to either side of the time between question and answer.
func TestStampMayDifferByAMinute(t *testing.T) {
	w := newTown(t)
	for ahead, want := range map[time.Duration]error{-61 * time.Second: ErrClock, -59 * time.Second: nil, 0: nil, 59 * time.Second: nil, 61 * time.Second: ErrClock} {
		w.client.Now = func() time.Time { return w.now.Add(-ahead) }
		if _, err := w.stamp(); !errors.Is(err, want) {
			t.Errorf("%v ahead: %v", ahead, err)
		}
	}
}

// S6.2: a slow authority is asked by four at once at most, and who gives up gets away.
func TestSlowAuthorityIsAskedByFourAtOnce(t *testing.T) {
	w := newTown(t)
	release := w.sim.Hold()
	var all sync.WaitGroup
	failed := make(chan error, 20)
	for range 12 {
		all.Go(func() {
			if _, err := w.stamp(); err != nil {
				failed <- err
			}
		})
	}
	for inside := 0; inside < maxCalls; {
		inside, _ = w.sim.Calls(StampPath)
		time.Sleep(time.Millisecond)
	}
	impatient, cancel := context.WithCancel(context.Background())
	gone := make(chan error)
	go func() {
		_, err := w.client.Stamp(impatient, digest[:], crypto.SHA256)
		gone <- err
	}()
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Error("who gave up:", err)
	}
	release()
	all.Wait()
	close(failed)
	for err := range failed {
		t.Error(err)
	}
	if n, most := w.sim.Calls(StampPath); n != 12 || most != maxCalls {
		t.Errorf("%d calls, %d at once", n, most)
	}
}

func TestEvidenceIsAskedFromTheResponder(t *testing.T) {
	w := newTown(t)
	raw, list, err := w.evidence(today)
	if err != nil || list != nil {
		t.Fatal(err, len(list))
	}
	a, err := ocsp.ParseResponseForCert(raw, w.person.Certificate, w.authority.Issuing.Certificate)
	if err != nil || a.Status != ocsp.Good {
		t.Fatalf("%+v %v", a, err)
	}
	if _, _, err := w.evidence(today); err != nil {
		t.Fatal(err)
	}
	if n, _ := w.sim.Calls(ocspPath); n != 1 {
		t.Errorf("%d calls, want one and a memory", n)
	}
	w.now = today.Add(time.Hour)
	if _, _, err := w.evidence(w.now); err != nil { // the one in memory is too old for this time stamp
		t.Fatal(err)
	}
	if n, _ := w.sim.Calls(ocspPath); n != 2 {
		t.Errorf("%d calls, want 2", n)
	}
	ca, list, err := w.client.Evidence(context.Background(), w.authority.Issuing.Certificate, w.authority.Root.Certificate, time.Time{})
	if err != nil || len(ca) == 0 || len(list) > 0 {
		t.Errorf("about the issuing authority: %v", err)
	}
}

// Each fault of a responder leads to the list; where that fails too, to a refusal.
func TestEvidenceFallsBackToTheList(t *testing.T) {
	for _, fault := range []Fault{OCSPStale, OCSPOld, OCSPUnknown, OCSPWithoutEKU, OCSPOther, OCSPGarbage, OCSPHuge, OCSPDown} {
		w := newTown(t)
		w.sim.Fail(fault)
		raw, list, err := w.evidence(today)
		if err != nil || raw != nil || len(list) == 0 {
			t.Errorf("%s: %d bytes of answer, %d of list, %v", fault, len(raw), len(list), err)
		}
		for second, want := range map[Fault]error{ListStale: ErrAnswer, ListOld: ErrTryLater, ListForeign: ErrAnswer, ListGarbage: ErrAnswer, ListHuge: ErrAnswer, ListDown: ErrAnswer} {
			w := newTown(t)
			w.sim.Fail(fault, second)
			if fault == OCSPOld || fault == OCSPUnknown { // the authority answered: patience will do
				want = ErrTryLater
			}
			raw, list, err := w.evidence(today)
			if !errors.Is(err, want) || raw != nil || list != nil {
				t.Errorf("%s, %s: %v", fault, second, err)
			}
		}
	}
}

func TestEvidenceOfAnUnmarkedResponderComesWithAList(t *testing.T) {
	w := newTown(t)
	w.sim.Fail(OCSPWithoutMark)
	raw, list, err := w.evidence(today)
	if err != nil || len(raw) == 0 || len(list) == 0 {
		t.Errorf("%d bytes of answer, %d of list, %v", len(raw), len(list), err)
	}
	w = newTown(t)
	w.sim.Fail(OCSPWithoutMark)
	w.sim.Revoke(w.sim.unmarked.Certificate, today.AddDate(0, 0, -1))
	if raw, list, err := w.evidence(today); err != nil || raw != nil || len(list) == 0 {
		t.Errorf("a revoked responder: %d bytes of answer, %v", len(raw), err)
	}
}

func TestResponderThatKnowsOnlyGet(t *testing.T) {
	w := newTown(t)
	w.sim.Fail(OCSPOnlyGet)
	if raw, _, err := w.evidence(today); err != nil || len(raw) == 0 {
		t.Error(err)
	}
}

// That a certificate is revoked is evidence too, however old.
func TestRevocationIsEvidence(t *testing.T) {
	w := newTown(t)
	w.sim.Revoke(w.person.Certificate, today.AddDate(0, 0, -2))
	raw, _, err := w.evidence(today)
	if err != nil {
		t.Fatal(err)
	}
	if a, err := ocsp.ParseResponseForCert(raw, w.person.Certificate, w.authority.Issuing.Certificate); err != nil || a.Status != ocsp.Revoked {
		t.Errorf("%+v %v", a, err)
	}
	w = newTown(t)
	w.sim.Fail(OCSPDown, ListOld)
	w.sim.Revoke(w.person.Certificate, today.AddDate(0, 0, -2))
	if _, list, err := w.evidence(today); err != nil || len(list) == 0 {
		t.Error("by an older list:", err)
	}
}

// S6.6: the refusal says when the authority promised to say more.
func TestRefusalSaysWhenToComeAgain(t *testing.T) {
	w := newTown(t)
	w.sim.Fail(OCSPDown, ListOld)
	_, _, err := w.evidence(today)
	var r *Refusal
	if !errors.As(err, &r) || !r.RetryAt().Equal(today.AddDate(0, 0, 7)) {
		t.Errorf("%v, %v", err, r.RetryAt())
	}
	w.sim.Fail(OCSPDown)
	if _, _, err := w.evidence(today); !errors.Is(err, ErrTryLater) {
		t.Error("a large list is fetched for every question:", err)
	}
	w.now = today.Add(sparing)
	if _, _, err := w.evidence(today); err != nil {
		t.Error("ten minutes later:", err)
	}
}

// Addresses of strangers are never called.
func TestStrangersAreNotAsked(t *testing.T) {
	w := newTown(t)
	stranger, err := keys.NewTestAuthority(keys.TestOptions{From: from, Until: until, Services: services})
	if err != nil {
		t.Fatal(err)
	}
	someone, err := stranger.Person("Người lạ", "", "", keys.Period{From: from, Until: until})
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := w.authority.Issuing.Certificate, stranger.Issuing.Certificate
	for name, x := range map[string][2]*x509.Certificate{
		"below a stranger":              {someone.Certificate, theirs},
		"claimed to be below us":        {someone.Certificate, ours},
		"ours, claimed to be a guest's": {w.person.Certificate, theirs},
		"without issuer":                {someone.Certificate, nil},
	} {
		if _, _, err := w.client.Evidence(context.Background(), x[0], x[1], today); !errors.Is(err, ErrStranger) {
			t.Errorf("%s: %v", name, err)
		}
	}
	quiet, err := keys.NewTestAuthority(keys.TestOptions{From: from, Until: until})
	if err != nil {
		t.Fatal(err)
	}
	mute, err := quiet.Person("Không địa chỉ", "", "", keys.Period{From: from, Until: until})
	if err != nil {
		t.Fatal(err)
	}
	w.client.Trust = trustOf(t, quiet)
	if _, _, err := w.client.Evidence(context.Background(), mute.Certificate, quiet.Issuing.Certificate, today); !errors.Is(err, ErrNoSource) {
		t.Error("a certificate without addresses:", err)
	}
	if n, _ := w.sim.Calls(ocspPath); n != 0 {
		t.Errorf("%d calls", n)
	}
}

// The same over a real socket, with an authority that hangs up, and one that nobody hears.
func TestOverTheNetwork(t *testing.T) {
	w := newTown(t)
	server := httptest.NewServer(w.sim)
	defer server.Close()
	c := &Client{TSA: server.URL + StampPath, Trust: w.client.Trust, Now: w.client.Now}
	if _, err := c.Stamp(context.Background(), digest[:], crypto.SHA256); err != nil {
		t.Error(err)
	}
	w.sim.Fail(StampRedirect)
	if _, err := c.Stamp(context.Background(), digest[:], crypto.SHA256); !errors.Is(err, ErrAnswer) {
		t.Error("a redirect is followed:", err)
	}
	release := w.sim.Hold()
	defer release()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.Stamp(ctx, digest[:], crypto.SHA256); !errors.Is(err, context.DeadlineExceeded) {
		t.Error("who gave up:", err)
	}
	release()
	server.Close()
	_, err := c.Stamp(context.Background(), digest[:], crypto.SHA256)
	var r *Refusal
	if !errors.As(err, &r) || !errors.Is(err, ErrUnreachable) {
		t.Fatal(err)
	}
	if text, args := r.Reason(); !strings.Contains(text, "{host}") || args["host"] == "" {
		t.Error(text, args)
	}
}

// deaf is a network on which nobody can be reached.
type deaf struct{ calls int }

func (d *deaf) RoundTrip(*http.Request) (*http.Response, error) {
	d.calls++
	return nil, errors.New("no route")
}

// A witness that cannot be reached is left alone for a while: an archive asks about thousands of documents.
func TestUnreachableWitnessRests(t *testing.T) {
	w, silence := newTown(t), &deaf{}
	w.client = &Client{Trust: w.client.Trust, Now: w.client.Now, Transport: silence}
	for range 5 {
		if _, _, err := w.evidence(today); !errors.Is(err, ErrUnreachable) {
			t.Fatal(err)
		}
	}
	if silence.calls != 1 { // answers and lists are at the same host
		t.Errorf("%d calls", silence.calls)
	}
	w.now = w.now.Add(rest)
	if _, _, err := w.evidence(today); !errors.Is(err, ErrUnreachable) || silence.calls != 2 {
		t.Errorf("afterwards: %v, %d calls", err, silence.calls)
	}
}

func TestCacheForgetsTheSoonestOutdated(t *testing.T) {
	c := cache[int]{limit: 100}
	for i := range 5 {
		c.put(string(rune('a'+i)), i, 29, today.Add(time.Duration(i)*time.Hour))
	}
	_, early := c.get("b", today)
	late, ok := c.get("e", today)
	if early || !ok || late != 4 || c.size > 100 || len(c.entries) != 3 {
		t.Errorf("%d bytes in %d entries", c.size, len(c.entries))
	}
	if _, ok := c.get("e", today.Add(4*time.Hour)); ok {
		t.Error("kept beyond its time")
	}
	c.put("x", 9, 1000, until)
	if _, ok := c.get("x", today); ok {
		t.Error("kept beyond the limit")
	}
}

// An independent reader accepts the simulator's tokens, answers and lists.
func TestOpenSSLAcceptsTheSimulator(t *testing.T) {
	tool, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	w := newTown(t)
	token, err := w.stamp()
	if err != nil {
		t.Fatal(err)
	}
	answer, _, err := w.evidence(today)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	text := func(c *x509.Certificate) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	}
	root, issuing := file("root.pem", text(w.authority.Root.Certificate)), file("ca.pem", text(w.authority.Issuing.Certificate))
	person := file("person.pem", text(w.person.Certificate))
	at := big.NewInt(today.Unix()).String()
	for name, args := range map[string][]string{
		"ts":   {"ts", "-verify", "-token_in", "-in", file("token", token), "-data", file("data", []byte("giá trị chữ ký")), "-CAfile", root, "-untrusted", issuing},
		"ocsp": {"ocsp", "-respin", file("answer", answer), "-issuer", issuing, "-cert", person, "-CAfile", root, "-verify_other", issuing, "-attime", at},
	} {
		if out, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
			t.Errorf("openssl %s: %v\n%s", name, err, out)
		}
	}
}
