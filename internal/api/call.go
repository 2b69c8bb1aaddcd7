package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"congvu/internal/auth"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

const (
	headerPost    = "X-Congvu-Post"
	headerRequest = "X-Request-Id"
)

// call is one request: who, in which language, under which identifier.
type call struct {
	actor     store.Actor
	session   *auth.Session
	bySession bool // the token is a session's, not an API token
	token     string
	address   string
	lang      i18n.Lang
	request   string
	operation string
}

type callKey struct{}

// callOf gives the request's call; outside of an operation one that speaks Vietnamese and may do nothing.
func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{lang: i18n.VI}
}

var requestID = regexp.MustCompile(`^[A-Za-z0-9._-]{8,64}$`)

// newCall reads the headers that every answer needs. A request id given by the caller is kept when it is plain, so that two logs can be joined.
func newCall(r *http.Request) *call {
	c := &call{address: r.RemoteAddr, lang: i18n.Choose("", r.Header.Get("Accept-Language")), request: r.Header.Get(headerRequest)}
	if !requestID.MatchString(c.request) {
		var b [12]byte
		rand.Read(b[:])
		c.request = hex.EncodeToString(b[:])
	}
	return c
}

// ServeHTTP gives every request its identifier and its headers, and what no operation takes its problem.
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := newCall(r)
	r = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
	h := w.Header()
	h.Set(headerRequest, c.request)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Content-Language", string(c.lang))
	h.Add("Vary", "Accept-Language, Authorization")
	defer func() {
		if trouble := recover(); trouble != nil {
			if trouble == http.ErrAbortHandler {
				panic(trouble)
			}
			d.Log.Error("api", "request", c.request, "operation", c.operation, "panic", trouble)
			p := newProblem(c.lang, http.StatusInternalServerError, c.lang.T("Máy chủ gặp lỗi nên chưa trả lời được. Hãy xem lại trạng thái; nếu vẫn lỗi thì báo quản trị kèm mã {request}.", "request", c.request))
			p.RequestID = c.request
			writeProblem(w, p)
		}
	}()
	handler, pattern := d.mux.Handler(r)
	if pattern == "" {
		d.refuseAddress(w, r, c, handler)
		return
	}
	d.mux.ServeHTTP(w, r)
}

// refuseAddress answers what the table of routes does not know: 405 with the methods that do exist, else 404.
func (d *door) refuseAddress(w http.ResponseWriter, r *http.Request, c *call, handler http.Handler) {
	probe := &probe{header: http.Header{}}
	handler.ServeHTTP(probe, r)
	p := newProblem(c.lang, http.StatusNotFound, c.lang.T("Không có địa chỉ này. Danh sách các thao tác có tại {page}.", "page", Prefix+"/"))
	if probe.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", probe.header.Get("Allow"))
		p = newProblem(c.lang, http.StatusMethodNotAllowed, c.lang.T("Địa chỉ này chỉ nhận {methods}.", "methods", probe.header.Get("Allow")))
	}
	p.RequestID = c.request
	writeProblem(w, p)
}

// probe takes the router's own refusal, of which only the status and the methods are of use.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) WriteHeader(status int)      { p.status = status }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }

// enter lets an operation begin: who asks is known, and does not ask for too much at once.
func (d *door) enter(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	c := callOf(r.Context())
	c.operation = ctx.Operation().OperationID
	if public, _ := ctx.Operation().Metadata["public"].(bool); public {
		next(ctx)
		return
	}
	c.token = bearer(r)
	if c.token == "" {
		d.unauthorized(w, c)
		return
	}
	if !d.gate.enter(c.token) {
		answerAtOnce(w)
		w.Header().Set("Retry-After", "1")
		p := newProblem(c.lang, http.StatusTooManyRequests, c.lang.T("Mã truy cập này đang có {n} yêu cầu chưa xong. Hãy chờ trả lời rồi gửi tiếp.", "n", d.gate.most))
		p.RequestID = c.request
		writeProblem(w, p)
		return
	}
	defer d.gate.leave(c.token)
	if p := d.recognise(r, c); p != nil {
		if p.Status == http.StatusUnauthorized {
			d.unauthorized(w, c)
			return
		}
		writeProblem(w, p)
		return
	}
	next(ctx)
}

// answerAtOnce lets a refusal go out while the request is still arriving. Without it the server would wait for the rest, and a slow sender
// would learn only at the end of a long file that it was refused.
func answerAtOnce(w http.ResponseWriter) {
	_ = http.NewResponseController(w).EnableFullDuplex() // HTTP/2 needs and knows no such switch
	w.Header().Set("Connection", "close")
}

func (d *door) unauthorized(w http.ResponseWriter, c *call) {
	answerAtOnce(w)
	w.Header().Set("WWW-Authenticate", `Bearer realm="congvu"`)
	p := newProblem(c.lang, http.StatusUnauthorized, c.lang.T("Cần mã truy cập còn hiệu lực. Hãy đăng nhập lại hoặc đề nghị quản trị cấp mã truy cập API mới."))
	p.RequestID = c.request
	writeProblem(w, p)
}

// bearer reads the token; "" when there is none or it is no token.
func bearer(r *http.Request) string {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || len(token) > 512 {
		return ""
	}
	return strings.TrimSpace(token)
}

// gate counts the open requests of each token.
type gate struct {
	most int
	mu   sync.Mutex
	open map[string]int
}

func (g *gate) enter(token string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open == nil {
		g.open = map[string]int{}
	}
	if g.open[token] >= g.most {
		return false
	}
	g.open[token]++
	return true
}

func (g *gate) leave(token string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open[token]--; g.open[token] <= 0 {
		delete(g.open, token)
	}
}
