package gateway

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

// wire makes the calls of one link: bounded in number, time and size, without redirects, and recorded without secrets.
type wire struct {
	Config
	base  *url.URL
	paths map[string]string
	words map[string]string
	http  *http.Client
	gate  chan struct{}
	token atomic.Pointer[token] // of the older provincial generation
}

func newWire(c Config, base *url.URL) *wire {
	t := c.Transport
	if t == nil {
		t = &http.Transport{Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: 15 * time.Second}).DialContext,
			TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}, TLSHandshakeTimeout: 15 * time.Second,
			MaxResponseHeaderBytes: 64 << 10, MaxIdleConnsPerHost: c.Parallel, IdleConnTimeout: time.Minute,
			DisableCompression: true} // a compressed answer may be a bomb
	}
	return &wire{Config: c, base: base, paths: replaced(Usual(c.Channel), c.Paths), words: replaced(UsualWords(c.Channel), c.Headers), gate: make(chan struct{}, c.Parallel), http: &http.Client{Transport: t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// call is one request. headers is asked when the call's turn has come, so that a time stamp is fresh.
type call struct {
	method, path string
	query        url.Values
	headers      func(now time.Time) [][2]string // names as they are written on the wire
	kind         string                          // media type of the body
	body         func() (io.ReadCloser, error)   // nil = none
	size         int64
	shown        string // what a record shows of the body
	document     string
	limit        int64 // bytes of the answer
	into         sink
	judge        func(a *answer) verdict
}

// verdict is what a protocol makes of an answer that was readable.
type verdict struct {
	code, text string
	ok, again  bool
}

const shownBytes = 2048

// do makes the call. Errors are *Refusal.
func (w *wire) do(ctx context.Context, c call) (*answer, error) {
	select {
	case w.gate <- struct{}{}:
		defer func() { <-w.gate }()
	case <-ctx.Done():
		return nil, &Refusal{Call: c.path, Again: true, Cause: ctx.Err()}
	}
	begun := w.Now()
	rec := Call{At: begun, Channel: w.Channel, Name: c.path, Agency: w.SystemID, Document: c.document}
	a, refusal := w.exchange(ctx, c, &rec)
	rec.Took = w.Now().Sub(begun)
	if refusal != nil {
		refusal.Call, refusal.HTTP = c.path, rec.HTTP
		refusal.Text = cut(w.strike(refusal.Text), shownBytes)
		rec.Failed, rec.Code = true, refusal.Code
		if rec.Answer == "" && refusal.Cause != nil {
			rec.Answer = cut(w.strike(refusal.Cause.Error()), shownBytes)
		}
	}
	if w.Watch != nil {
		w.Watch(rec)
	}
	if refusal != nil {
		return nil, refusal
	}
	return a, nil
}

func (w *wire) exchange(ctx context.Context, c call, rec *Call) (*answer, *Refusal) {
	ctx, still, done := patient(ctx, w.Timeout)
	defer done()
	q, err := w.request(ctx, c, rec, still)
	if err != nil {
		return nil, &Refusal{Cause: err}
	}
	r, err := w.http.Do(q)
	if err != nil {
		return nil, w.unreached(ctx, err)
	}
	defer r.Body.Close()
	rec.HTTP = r.StatusCode
	head := &beginning{}
	body := io.TeeReader(still.reader(&capped{r: r.Body, left: c.limit}), head)
	a, err := readAnswer(body, c.into)
	if err != nil && !errors.Is(err, errTooLong) {
		_, _ = io.CopyN(io.Discard, body, 2*shownBytes) // for the record
	}
	refusal := w.judgement(ctx, c, r, a, err) // first: it may learn of a token, which the record must not show
	rec.Answer = r.Proto + " " + r.Status + "\n" + cut(w.strike(head.String()), shownBytes)
	return a, refusal
}

// judgement: the protocol's own code first, then the status of HTTP (X17.2).
func (w *wire) judgement(ctx context.Context, c call, r *http.Response, a *answer, err error) *Refusal {
	later := r.StatusCode >= 500 || r.StatusCode == http.StatusRequestTimeout || r.StatusCode == http.StatusTooManyRequests
	switch {
	case r.StatusCode >= 300 && r.StatusCode < 400:
		return &Refusal{Cause: errRedirect}
	case err == nil:
		v := c.judge(a)
		if v.ok && r.StatusCode < 300 {
			return nil
		}
		return &Refusal{Code: v.code, Text: v.text, Again: later || v.again}
	case r.StatusCode >= 300:
		return &Refusal{Again: later, Cause: err}
	case errors.Is(err, errTooLong):
		return &Refusal{Cause: err}
	case ctx.Err() != nil:
		return w.unreached(ctx, err)
	}
	return &Refusal{Again: true, Cause: err} // cut off, or some proxy's page
}

var (
	errRedirect = errors.New("the server points elsewhere; redirects are not followed")
	errTooLong  = errors.New("the answer is longer than allowed")
	errTimeout  = errors.New("time-out")
)

// unreached keeps the cause without the address of the call.
func (w *wire) unreached(ctx context.Context, err error) *Refusal {
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return &Refusal{Again: true, Cause: err}
}

func (w *wire) request(ctx context.Context, c call, rec *Call, still *patience) (*http.Request, error) {
	u := *w.base
	u.Path += c.path
	u.RawQuery = c.query.Encode()
	q, err := http.NewRequestWithContext(ctx, c.method, u.String(), http.NoBody)
	if err != nil {
		return nil, err
	}
	if c.body != nil {
		body, err := c.body()
		if err != nil {
			return nil, err
		}
		q.Body, q.ContentLength = still.closer(body), c.size
		q.Header.Set("Content-Type", c.kind)
	}
	q.Header.Set("Accept", "application/json")
	shown := c.method + " " + u.RequestURI() + "\n"
	for _, h := range c.headers(w.Now()) {
		if !headerText(h[1]) {
			return nil, fmt.Errorf("header %s cannot carry its value", h[0])
		}
		q.Header[h[0]] = []string{h[1]}
		shown += h[0] + ": " + h[1] + "\n"
	}
	rec.Request = cut(w.strike(shown+"\n"+c.shown), 2*shownBytes)
	return q, nil
}

const struck = "•••"

// strike takes every spelling of the secrets out of a text (X23.6).
func (w *wire) strike(s string) string {
	secrets := []string{w.Secret}
	if t := w.token.Load(); t != nil {
		secrets = append(secrets, t.value)
	}
	for _, secret := range secrets {
		quoted, _ := json.Marshal(secret)
		for _, spelling := range []string{secret, strings.Trim(string(quoted), `"`), url.QueryEscape(secret), url.PathEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret))} {
			s = strings.ReplaceAll(s, spelling, struck)
		}
	}
	return s
}

// cut bounds a text that is shown; what is no text becomes visible marks.
func cut(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return utf8.RuneError
		}
		return r
	}, strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n"))
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "") + "…"
	}
	return s
}

// beginning keeps the first bytes of what passes, more than is shown: a secret cut in two at the end of it is not shown.
type beginning struct{ bytes.Buffer }

func (b *beginning) Write(p []byte) (int, error) {
	if room := 3*shownBytes - b.Len(); room > 0 {
		b.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// capped fails at the first byte beyond a limit.
type capped struct {
	r    io.Reader
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left <= 0 {
		var one [1]byte
		if n, err := io.ReadFull(c.r, one[:]); n == 0 {
			return 0, err
		}
		return 0, errTooLong
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}

// slowest is the pace below which a transfer counts as standing still, in bytes a second.
const slowest = 64 << 10

// patience ends a call after its time-out; bytes that move, in either direction, prolong it.
type patience struct {
	mu    sync.Mutex
	until time.Time
	timer *time.Timer
	end   context.CancelCauseFunc
}

func patient(ctx context.Context, timeout time.Duration) (context.Context, *patience, func()) {
	ctx, end := context.WithCancelCause(ctx)
	p := &patience{until: time.Now().Add(timeout), end: end}
	p.mu.Lock()
	p.timer = time.AfterFunc(timeout, p.check)
	p.mu.Unlock()
	return ctx, p, func() { p.timer.Stop(); end(nil) }
}

func (p *patience) check() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if left := time.Until(p.until); left > 0 {
		p.timer.Reset(left)
		return
	}
	p.end(errTimeout)
}

func (p *patience) moved(n int) {
	p.mu.Lock()
	p.until = p.until.Add(time.Duration(n) * time.Second / slowest)
	p.mu.Unlock()
}

type watched struct {
	io.Reader
	p *patience
}

func (w watched) Read(b []byte) (int, error) {
	n, err := w.Reader.Read(b)
	w.p.moved(n)
	return n, err
}

func (p *patience) reader(r io.Reader) io.Reader { return watched{r, p} }

func (p *patience) closer(r io.ReadCloser) io.ReadCloser {
	return struct {
		io.Reader
		io.Closer
	}{watched{r, p}, r}
}
