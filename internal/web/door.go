package web

import (
	"congvu/internal/backup"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"congvu/internal/documents"
	"congvu/internal/exchange"
	"congvu/internal/search"
	"congvu/internal/store"
)

// Config is what the door opens to. DB and Desk are needed; the zero value of the others works.
type Config struct {
	DB       *store.DB
	Desk     *documents.Desk
	Exchange *exchange.Office // nil = packets cannot be downloaded here
	Index    *search.Index    // nil = there is no search over documents here
	Vault    *backup.Vault    // nil = no copies are taken here

	PublicURL string // how people reach it, "https://congvu.hue.gov.vn"; "" = whatever address they used
	Log       *slog.Logger

	DemoAccounts bool   // the sign-in page offers the accounts of the demonstration
	DemoPassword string // that they share; "" = it is not known here, the name alone is filled in
}

// Door is the handler of all pages. Close ends its live connections.
type Door struct {
	Config
	handler http.Handler
	routes  []Route
	live    *live
	checks  *throttle // of the public check of documents
	agents  *throttle // of the addresses of local signing programs
	secure  bool      // the session's cookie is for secure connections only
	reports *PolicyReports
}

// New opens the door.
func New(c Config) *Door {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	d := &Door{Config: c, secure: true, checks: newThrottle(20, time.Minute), agents: newThrottle(240, time.Minute)}
	if u, err := url.Parse(c.PublicURL); err == nil && u.Scheme == "http" && !isLoopback(u.Hostname()) {
		d.secure = false
	}
	d.reports = &PolicyReports{Report: func(page, directive, blocked string) {
		c.Log.Warn("page policy", "page", page, "directive", directive, "blocked", blocked)
	}}
	d.routes = routes()
	d.live = newLive(c.DB, c.Log)
	d.handler = d.chain(d.mux())
	return d
}

// ServeHTTP answers one request.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) { d.handler.ServeHTTP(w, r) }

// Close ends the live connections, so that the server can stop.
func (d *Door) Close() { d.live.close() }

// mux mounts the routes; what none of them takes is a page that says so.
func (d *Door) mux() *http.ServeMux {
	mux := http.NewServeMux()
	HandleGround(mux, d.reports)
	for _, route := range d.routes {
		mux.Handle(route.Pattern, d.open(route))
	}
	mux.Handle("/", d.open(Route{Pattern: "/", Who: public, Handle: (*Door).nowhere}))
	return mux
}

// chain is what every request passes, outermost first.
func (d *Door) chain(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	if u, err := url.Parse(d.PublicURL); err == nil && u.Host != "" {
		guard.AddTrustedOrigin(u.Scheme + "://" + u.Host)
	}
	guard.AddInsecureBypassPattern("POST " + PathReports) // browsers send reports without an origin of their own
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.fail(w, r, store.Refuse(store.Forbidden, "Yêu cầu đến từ một trang khác nên đã bị chặn. Chưa có gì thay đổi; hãy mở lại trang này và thực hiện lại."))
	}))
	return d.identify(d.recover(SecureHeaders(withLanguage(guard.Handler(next)))))
}

// nowhere answers for every address that is none.
func (d *Door) nowhere(_ http.ResponseWriter, _ *http.Request) error {
	return store.Refuse(store.NotFound, "Không có trang nào ở địa chỉ này.")
}

// isLoopback tells this machine's own address, where browsers take secure cookies without encryption.
func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// reachable tells whether a cookie for secure connections comes back from where the request came.
func (d *Door) reachable(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	return !d.secure || r.TLS != nil || isLoopback(host) || strings.HasPrefix(d.PublicURL, "https://")
}

// withLanguage takes the language from the cookie; Vietnamese without one.
func withLanguage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie(cookieLanguage); err == nil && Lang(c.Value) == English {
			r = r.WithContext(WithLang(r.Context(), English))
		}
		next.ServeHTTP(w, r)
	})
}

// changeLanguage: POST /language
func (d *Door) changeLanguage(w http.ResponseWriter, r *http.Request) error {
	lang := Vietnamese
	if Lang(r.PostFormValue("lang")) == English {
		lang = English
	}
	http.SetCookie(w, &http.Cookie{Name: cookieLanguage, Value: string(lang), Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: d.secure})
	return redirect(w, r, localAddress(r.PostFormValue("return")))
}
