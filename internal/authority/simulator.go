package authority

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"io"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ocsp"

	"congvu/internal/cms"
	"congvu/internal/keys"
)

// Fault is one way in which an authority misbehaves.
type Fault string

// The faults of a Simulator. Those of one service leave the others alone.
const (
	StampRefused      Fault = "stamp-refused"       // status 2, rejection
	StampWrongNonce   Fault = "stamp-wrong-nonce"   // an answer to another request
	StampWrongImprint Fault = "stamp-wrong-imprint" // a token over something else
	StampGarbage      Fault = "stamp-garbage"
	StampHuge         Fault = "stamp-huge"
	StampWrongType    Fault = "stamp-wrong-type" // an HTML page with status 200
	StampByPerson     Fault = "stamp-by-person"  // signed by a certificate that is not for time stamps
	StampClock        Fault = "stamp-clock"      // an hour ahead
	StampRedirect     Fault = "stamp-redirect"
	StampDown         Fault = "stamp-down" // status 503

	OCSPStale       Fault = "ocsp-stale"        // an answer whose time has run out
	OCSPOld         Fault = "ocsp-old"          // in force, but made a day ago
	OCSPUnknown     Fault = "ocsp-unknown"      // knows no certificate
	OCSPWithoutEKU  Fault = "ocsp-without-eku"  // signed by any leaf of the authority
	OCSPWithoutMark Fault = "ocsp-without-mark" // by a responder without nocheck
	OCSPOther       Fault = "ocsp-other"        // about another certificate
	OCSPOnlyGet     Fault = "ocsp-only-get"     // no POST
	OCSPGarbage     Fault = "ocsp-garbage"
	OCSPHuge        Fault = "ocsp-huge"
	OCSPDown        Fault = "ocsp-down"

	ListStale   Fault = "list-stale"
	ListOld     Fault = "list-old"
	ListForeign Fault = "list-foreign" // signed by another key
	ListGarbage Fault = "list-garbage"
	ListHuge    Fault = "list-huge"
	ListDown    Fault = "list-down"
)

// hugeAnswer is more than any client of ours reads.
const hugeAnswer = maxList + 1<<20

// Paths of the simulator, as its authority's certificates name them.
const (
	StampPath = "/tsa"
	ocspPath  = keys.TestOCSPPath
)

// Simulator serves a test authority's time stamps, OCSP and lists. It is an http.Handler, and through Transport a network of its
// own. Safe for concurrent use.
type Simulator struct {
	Authority *keys.TestAuthority
	Now       func() time.Time

	tsa, responder, unmarked, person *keys.Identity
	other                            *keys.TestAuthority

	mu      sync.Mutex
	faults  map[Fault]bool
	delay   time.Duration
	held    chan struct{}
	revoked map[string]time.Time // by serial
	calls   map[string]int
	inside  int
	most    int
}

// NewSimulator founds the services of an authority; their certificates are valid as the issuing authority's is. now is the
// clock of time stamps and answers, nil the wall's.
func NewSimulator(a *keys.TestAuthority, now func() time.Time) (*Simulator, error) {
	if now == nil {
		now = time.Now
	}
	s := &Simulator{Authority: a, Now: now, faults: map[Fault]bool{}, revoked: map[string]time.Time{}, calls: map[string]int{}}
	ca := a.Issuing.Certificate
	valid := keys.Period{From: ca.NotBefore, Until: ca.NotAfter}
	var err error
	issue := func(into **keys.Identity, f func() (*keys.Identity, error)) {
		if err == nil {
			*into, err = f()
		}
	}
	issue(&s.tsa, func() (*keys.Identity, error) { return a.TSA("congvu TEST TSA", valid) })
	issue(&s.responder, func() (*keys.Identity, error) { return a.Responder("congvu TEST OCSP", true, valid) })
	issue(&s.unmarked, func() (*keys.Identity, error) { return a.Responder("congvu TEST OCSP 2", false, valid) })
	issue(&s.person, func() (*keys.Identity, error) { return a.Person("congvu TEST", "", "", valid) })
	if err != nil {
		return nil, err
	}
	s.other, err = keys.NewTestAuthority(keys.TestOptions{From: valid.From, Until: valid.Until})
	return s, err
}

// TSA is the certificate that signs time stamps.
func (s *Simulator) TSA() *x509.Certificate { return s.tsa.Certificate }

// Fail makes the services misbehave in these ways, and in no other.
func (s *Simulator) Fail(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.faults)
	for _, f := range faults {
		s.faults[f] = true
	}
}

// Delay makes time stamps take that long.
func (s *Simulator) Delay(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = d
}

// Hold lets time stamps wait until release is called.
func (s *Simulator) Hold() (release func()) {
	gate := make(chan struct{})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = gate
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.held = nil
		close(gate)
	})
}

// Revoke withdraws a certificate as of a time.
func (s *Simulator) Revoke(c *x509.Certificate, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked[c.SerialNumber.String()] = at
}

// Calls counts the requests to a path; most is how many time stamps were being asked for at once.
func (s *Simulator) Calls(path string) (count, most int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[path], s.most
}

func (s *Simulator) has(f Fault) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults[f]
}

// ServeHTTP answers at StampPath and at the paths that keys.TestOptions.Services puts into certificates.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	if strings.HasPrefix(path, ocspPath+"/") {
		path = ocspPath
	}
	s.mu.Lock()
	s.calls[path]++
	s.mu.Unlock()
	switch path {
	case StampPath:
		s.serveStamp(w, r)
	case ocspPath:
		s.serveOCSP(w, r)
	case keys.TestListPath, keys.TestRootListPath:
		s.serveList(w, path)
	default:
		http.NotFound(w, r)
	}
}

func send(w http.ResponseWriter, kind string, b []byte) {
	w.Header().Set("Content-Type", kind)
	w.Write(b)
}

func (s *Simulator) serveStamp(w http.ResponseWriter, r *http.Request) {
	const reply = "application/timestamp-reply"
	defer s.enterStamping()()
	if !s.wait(r.Context()) {
		return
	}
	b, err := io.ReadAll(io.LimitReader(r.Body, 64<<10))
	q, parseErr := cms.ParseTimestampRequest(b)
	switch {
	case s.has(StampDown):
		http.Error(w, "down", http.StatusServiceUnavailable)
	case s.has(StampRedirect):
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	case s.has(StampWrongType):
		send(w, "text/html; charset=utf-8", []byte("<p>Đăng nhập</p>"))
	case s.has(StampGarbage):
		send(w, reply, []byte("không phải dấu thời gian"))
	case s.has(StampHuge):
		send(w, reply, make([]byte, hugeAnswer))
	case s.has(StampRefused) || err != nil || parseErr != nil:
		send(w, reply, cms.TimestampRefusal(2))
	default:
		token, err := s.token(q)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		send(w, reply, cms.TimestampAnswer(token))
	}
}

func (s *Simulator) enterStamping() (leave func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inside++
	s.most = max(s.most, s.inside)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.inside--
	}
}

// wait sits out the delay and the gate; false when the asker has gone.
func (s *Simulator) wait(ctx context.Context) bool {
	s.mu.Lock()
	delay, held := s.delay, s.held
	s.mu.Unlock()
	if delay > 0 {
		select {
		case <-time.After(delay):
		case <-ctx.Done():
			return false
		}
	}
	if held != nil {
		select {
		case <-held:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

func (s *Simulator) token(q *cms.TimestampQuery) ([]byte, error) {
	by, at := s.tsa, s.Now()
	if s.has(StampByPerson) {
		by = s.person
	}
	if s.has(StampClock) {
		at = at.Add(time.Hour)
	}
	if s.has(StampWrongNonce) {
		q.Nonce = big.NewInt(4711)
	}
	if s.has(StampWrongImprint) {
		q.Digest = bytes.Clone(q.Digest)
		q.Digest[0] ^= 1
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 64))
	if err != nil {
		return nil, err
	}
	issuer := &cms.TimestampIssuer{Certificate: by.Certificate, Chain: by.Chain, Key: by.Key}
	return issuer.Issue(q, serial, at)
}

func (s *Simulator) serveOCSP(w http.ResponseWriter, r *http.Request) {
	const reply = "application/ocsp-response"
	request, ok := s.readOCSP(r)
	switch {
	case s.has(OCSPDown):
		http.Error(w, "down", http.StatusServiceUnavailable)
	case s.has(OCSPOnlyGet) && r.Method != http.MethodGet:
		http.Error(w, "GET only", http.StatusMethodNotAllowed)
	case s.has(OCSPGarbage):
		send(w, reply, []byte("không phải câu trả lời"))
	case s.has(OCSPHuge):
		send(w, reply, make([]byte, hugeAnswer))
	case !ok:
		send(w, reply, ocsp.MalformedRequestErrorResponse)
	default:
		b, err := s.answer(request)
		if err != nil {
			send(w, reply, ocsp.InternalErrorErrorResponse)
			return
		}
		send(w, reply, b)
	}
}

func (s *Simulator) readOCSP(r *http.Request) (*ocsp.Request, bool) {
	var raw []byte
	var err error
	if r.Method == http.MethodGet {
		raw, err = base64.StdEncoding.DecodeString(strings.TrimPrefix(r.URL.Path, ocspPath+"/"))
	} else {
		raw, err = io.ReadAll(io.LimitReader(r.Body, 64<<10))
	}
	if err != nil {
		return nil, false
	}
	q, err := ocsp.ParseRequest(raw)
	return q, err == nil
}

// answer speaks for the issuing authority through a responder, for the root itself.
func (s *Simulator) answer(q *ocsp.Request) ([]byte, error) {
	now := s.Now()
	a := ocsp.Response{Status: ocsp.Good, SerialNumber: q.SerialNumber, ProducedAt: now, ThisUpdate: now, NextUpdate: now.Add(24 * time.Hour)}
	s.mu.Lock()
	if at, gone := s.revoked[q.SerialNumber.String()]; gone {
		a.Status, a.RevokedAt, a.RevocationReason = ocsp.Revoked, at, ocsp.KeyCompromise
	}
	s.mu.Unlock()
	switch {
	case s.has(OCSPStale):
		a.ThisUpdate, a.NextUpdate = now.AddDate(0, 0, -9), now.AddDate(0, 0, -2)
		a.ProducedAt = a.ThisUpdate
	case s.has(OCSPOld):
		a.ThisUpdate = now.AddDate(0, 0, -1)
		a.ProducedAt = a.ThisUpdate
	}
	if s.has(OCSPUnknown) {
		a.Status = ocsp.Unknown
	}
	if s.has(OCSPOther) {
		a.SerialNumber = new(big.Int).Add(a.SerialNumber, big.NewInt(1))
	}
	if hash, err := keyHash(s.Authority.Root.Certificate); err == nil && bytes.Equal(hash, q.IssuerKeyHash) {
		return signAnswer(q, a, s.Authority.Root, false)
	}
	by := s.responder
	switch {
	case s.has(OCSPWithoutEKU):
		by = s.person
	case s.has(OCSPWithoutMark):
		by = s.unmarked
	}
	return signAnswer(q, a, by, true)
}

func (s *Simulator) serveList(w http.ResponseWriter, path string) {
	now := s.Now()
	from, until := now, now.AddDate(0, 0, 7)
	switch {
	case s.has(ListDown):
		http.Error(w, "down", http.StatusServiceUnavailable)
		return
	case s.has(ListGarbage):
		send(w, "application/pkix-crl", []byte("không phải danh sách"))
		return
	case s.has(ListHuge):
		send(w, "application/pkix-crl", make([]byte, hugeAnswer))
		return
	case s.has(ListStale):
		from, until = now.AddDate(0, 0, -9), now.AddDate(0, 0, -2)
	case s.has(ListOld):
		from = now.AddDate(0, 0, -1)
	}
	by := s.Authority
	if s.has(ListForeign) {
		by = s.other
	}
	var b []byte
	var err error
	if path == keys.TestRootListPath {
		b, err = by.RootCRL(from, until)
	} else {
		b, err = by.CRL(from, until, s.entries()...)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	send(w, "application/pkix-crl", b)
}

func (s *Simulator) entries() []x509.RevocationListEntry {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []x509.RevocationListEntry
	for serial, at := range s.revoked {
		n, _ := new(big.Int).SetString(serial, 10)
		out = append(out, x509.RevocationListEntry{SerialNumber: n, RevocationTime: at})
	}
	return out
}
