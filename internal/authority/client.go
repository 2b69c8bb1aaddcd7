package authority

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"maps"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"congvu/internal/keys"
)

const (
	maxCalls      = 4               // at once, to time-stamp authorities and as many to others (S6.2)
	stampTimeout  = 4 * time.Minute // answers were seen to take from 2 to 131 seconds (S6.1)
	answerTimeout = 30 * time.Second
	listTimeout   = 2 * time.Minute
	maxToken      = 256 << 10
	maxAnswer     = 256 << 10
	maxList       = 16 << 20
)

// ClockTolerance is by how much an authority's clock and ours may differ (S6.4).
const ClockTolerance = time.Minute

// Client asks authorities. It is safe for concurrent use; its fields are set before the first call. The zero value knows no
// time-stamp authority and believes nobody.
type Client struct {
	TSA           string      // address of the time-stamp authority; empty: none
	Trust         *keys.Trust // whose anchors may be asked, and believed for time stamps
	Intermediates []*x509.Certificate
	Now           func() time.Time  // nil: the wall clock
	Transport     http.RoundTripper // nil: the network, by the proxy of the environment

	once      sync.Once
	http      *http.Client
	stamping  chan struct{}
	asking    chan struct{}
	answers   cache[answer]
	lists     cache[list]
	mu        sync.Mutex
	tokenSize int
	resting   map[string]time.Time // hosts that could not be reached, until when they are not asked again
}

func (c *Client) open() {
	c.once.Do(func() {
		t := c.Transport
		if t == nil {
			t = &http.Transport{Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: 15 * time.Second}).DialContext,
				TLSHandshakeTimeout: 15 * time.Second, MaxResponseHeaderBytes: 64 << 10, MaxIdleConnsPerHost: maxCalls, IdleConnTimeout: time.Minute,
				DisableCompression: true} // a compressed answer may be a bomb, and signed data does not shrink
		}
		c.http = &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		c.stamping, c.asking = make(chan struct{}, maxCalls), make(chan struct{}, maxCalls)
		c.answers.limit, c.lists.limit = 8<<20, 64<<20
	})
}

func (c *Client) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

// enter waits for one of the places of a gate.
func enter(ctx context.Context, gate chan struct{}) (leave func(), err error) {
	select {
	case gate <- struct{}{}:
		return func() { <-gate }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// call is one exchange with an authority. An empty body is fetched with GET. Without accepted media types any is taken: the
// content must then speak for itself.
type call struct {
	address  string
	kind     string // media type of the body
	body     []byte
	accepted []string
	limit    int64
	timeout  time.Duration
}

// do gives the body of a 200 answer. Errors are refusals, or the context's own.
func (c *Client) do(ctx context.Context, x call) ([]byte, error) {
	u, err := url.Parse(x.address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil, ErrAddress
	}
	limited, cancel := context.WithTimeout(ctx, x.timeout)
	defer cancel()
	method := http.MethodGet
	if len(x.body) > 0 {
		method = http.MethodPost
	}
	q, err := http.NewRequestWithContext(limited, method, u.String(), bytes.NewReader(x.body))
	if err != nil {
		return nil, ErrAddress.because("%w", err)
	}
	q.Header.Set("User-Agent", "congvu")
	if len(x.body) > 0 {
		q.Header.Set("Content-Type", x.kind)
	}
	r, err := c.http.Do(q)
	if err != nil {
		return nil, unreachable(ctx, u, err)
	}
	defer r.Body.Close()
	bad := ErrAnswer.with("host", u.Host)
	if r.StatusCode != http.StatusOK {
		return nil, bad.because("status %d: %w", r.StatusCode, errStatus)
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if len(x.accepted) > 0 && (err != nil || !slices.Contains(x.accepted, kind)) {
		return nil, bad.because("media type %.80q", r.Header.Get("Content-Type"))
	}
	b, err := io.ReadAll(io.LimitReader(r.Body, x.limit+1))
	switch {
	case err != nil:
		return nil, unreachable(ctx, u, err)
	case int64(len(b)) > x.limit:
		return nil, bad.because("more than %d bytes", x.limit)
	}
	return b, nil
}

// rest is how long a witness that could not be reached is left alone: each attempt costs half a minute, and an archive asks
// about thousands of documents.
const rest = 5 * time.Minute

// ask is do for those who are asked about certificates: four at once, and none that was unreachable a moment ago.
func (c *Client) ask(ctx context.Context, x call) ([]byte, error) {
	leave, err := enter(ctx, c.asking)
	if err != nil {
		return nil, err
	}
	defer leave()
	u, err := url.Parse(x.address)
	if err != nil {
		return nil, ErrAddress
	}
	c.mu.Lock()
	rests := c.now().Before(c.resting[u.Host])
	c.mu.Unlock()
	if rests {
		return nil, ErrUnreachable.with("host", u.Host).because("asked a moment ago")
	}
	raw, err := c.do(ctx, x)
	if errors.Is(err, ErrUnreachable) {
		c.mu.Lock()
		defer c.mu.Unlock()
		maps.DeleteFunc(c.resting, func(_ string, until time.Time) bool { return !c.now().Before(until) })
		if c.resting == nil {
			c.resting = map[string]time.Time{}
		}
		c.resting[u.Host] = c.now().Add(rest)
	}
	return raw, err
}

// errStatus marks an answer whose status was not 200: another way of asking may do.
var errStatus = errors.New("not OK")

// unreachable hides addresses, which may be long, and keeps the caller's own cancellation apart from our patience.
func unreachable(ctx context.Context, u *url.URL, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return ErrUnreachable.with("host", u.Host).because("%w", err)
}
