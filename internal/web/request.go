package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"congvu/internal/auth"
	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

const (
	cookieSession  = "congvu"
	cookieLanguage = "congvu-lang"
	cookieFlash    = "congvu-flash"
)

// How long a request may take to come in and to be answered; files get more.
const (
	timeForm  = 30 * time.Second
	timeFiles = 15 * time.Minute
)

type requestKey struct{}

// visit is what the door knows of one request.
type visit struct {
	id      string
	session *auth.Session // nil: nobody is signed in
	token   string
	status  int
	bytes   int64
}

func visitOf(r *http.Request) *visit {
	if v, ok := r.Context().Value(requestKey{}).(*visit); ok {
		return v
	}
	return &visit{}
}

// sessionOf is the session of a request to a route that is not public.
func sessionOf(r *http.Request) *auth.Session { return visitOf(r).session }

// actor is who acts, through this door, with this request.
func actor(r *http.Request) store.Actor {
	v := visitOf(r)
	if v.session == nil {
		return store.Actor{Via: store.ViaWeb, Request: v.id}
	}
	a := v.session.Actor
	a.Via, a.Request = store.ViaWeb, v.id
	return a
}

// identify gives the request its id and writes its line in the log: no query, no names, no secrets.
func (d *Door) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var id [6]byte
		rand.Read(id[:])
		v := &visit{id: hex.EncodeToString(id[:]), status: http.StatusOK}
		begun := time.Now()
		// A connection serves many requests: a deadline of one must not end another.
		c := http.NewResponseController(w)
		c.SetWriteDeadline(begun.Add(timeForm)) // a recorder of tests has no deadlines
		defer c.SetWriteDeadline(time.Time{})
		w.Header().Set("X-Request-Id", v.id)
		next.ServeHTTP(&countingWriter{w, v}, r.WithContext(context.WithValue(r.Context(), requestKey{}, v)))
		person := int64(0)
		if v.session != nil {
			person = v.session.PersonID
		}
		d.Log.Info("request", "id", v.id, "method", r.Method, "path", pathForLog(r.URL.Path), "status", v.status, "bytes", v.bytes,
			"ms", time.Since(begun).Milliseconds(), "person", person)
	})
}

type countingWriter struct {
	http.ResponseWriter
	v *visit
}

func (c *countingWriter) WriteHeader(status int) {
	c.v.status = status
	c.ResponseWriter.WriteHeader(status)
}

func (c *countingWriter) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b)
	c.v.bytes += int64(n)
	return n, err
}

func (c *countingWriter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// recover turns a panic into the calm page of an internal error.
func (d *Door) recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			d.fail(w, r, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}()
		next.ServeHTTP(w, r)
	})
}

// open lets the right people through to a route, with the limits it has.
func (d *Door) open(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := d.admit(w, r, route); err != nil {
			d.fail(w, r, err)
			return
		}
		if err := route.Handle(d, w, r); err != nil {
			d.fail(w, r, err)
		}
	})
}

var errSignIn = errors.New("web: sign in first")
var errMustChange = errors.New("web: change the password first")

func (d *Door) admit(w http.ResponseWriter, r *http.Request, route Route) error {
	if err := d.resolve(w, r); err != nil {
		return err
	}
	v := visitOf(r)
	if !route.Who.public {
		switch {
		case v.session == nil:
			return errSignIn
		case v.session.MustChange && r.URL.Path != pathPassword:
			return errMustChange
		case !route.Who.may(v.session.Actor):
			return store.Refuse(store.Forbidden, "Trang này không thuộc nhiệm vụ của chức vụ đang dùng. Nếu ông/bà giữ nhiều chức vụ, hãy chuyển sang chức vụ phù hợp ở góc trên bên phải.")
		}
	}
	most, limit := int64(mostForm), timeForm
	if route.Body > 0 {
		most, limit = route.Body, timeFiles
	}
	if route.Files {
		limit = timeFiles
		allowed, err := documents.FileLimit(r.Context(), d.DB, actor(r).Agency)
		if err != nil {
			return err
		}
		if most = min(allowed, mostFiles) + 1<<20; r.ContentLength > most {
			return tooLarge(allowed)
		}
	}
	c := http.NewResponseController(w)
	now := time.Now()
	c.SetReadDeadline(now.Add(limit))
	c.SetWriteDeadline(now.Add(limit + timeForm))
	r.Body = http.MaxBytesReader(w, r.Body, most)
	return nil
}

func tooLarge(allowed int64) error {
	return store.RefuseField("file", "Tệp vượt quá mức cho phép là {size}. Chưa có tệp nào được lưu; hãy giảm dung lượng hoặc chia tệp rồi gửi lại.", "size", i18n.Size(Vietnamese, min(allowed, mostFiles)))
}

// resolve finds the session behind the cookie; none is no error.
func (d *Door) resolve(w http.ResponseWriter, r *http.Request) error {
	c, err := r.Cookie(d.cookieName())
	if err != nil || c.Value == "" {
		return nil
	}
	s, err := auth.Resolve(r.Context(), d.DB, c.Value)
	if errors.Is(err, auth.ErrSignedOut) {
		d.forget(w)
		return nil
	}
	if err != nil {
		return err
	}
	v := visitOf(r)
	v.session, v.token = s, c.Value
	return nil
}

func (d *Door) cookieName() string {
	if d.secure {
		return "__Host-" + cookieSession
	}
	return cookieSession
}

func (d *Door) remember(w http.ResponseWriter, token string) {
	http.SetCookie(w, &http.Cookie{Name: d.cookieName(), Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: d.secure})
}

func (d *Door) forget(w http.ResponseWriter) {
	http.SetCookie(w, &http.Cookie{Name: d.cookieName(), Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: d.secure})
}

// addressOf is where a request came from, for throttling and lists of sessions.
func addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	// A proxy on this machine says for whom it asks; nobody else is believed.
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
		list := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
		if last := net.ParseIP(strings.TrimSpace(list[len(list)-1])); last != nil {
			return last.String()
		}
	}
	return host
}

// localAddress keeps an address to come back to inside this door; anything else leads home.
func localAddress(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") ||
		strings.ContainsAny(s, "\\\r\n\t") || len(s) > 2000 || u.Path == PathSignIn {
		return PathHome
	}
	return s
}

// cameFrom is the page that the request came from, when it is one of ours.
func cameFrom(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host || u.Path == "" {
		return PathHome
	}
	return localAddress(u.RequestURI())
}

// number reads a number of the path; NotFound for anything that is none.
func number(r *http.Request, name string) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || n <= 0 {
		return 0, store.Refuse(store.NotFound, "Không có nội dung nào ở địa chỉ này.")
	}
	return n, nil
}
