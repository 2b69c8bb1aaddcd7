package web

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/a-h/templ"

	"congvu/internal/web/assets"
)

// pagePolicy lets a page load only what this house serves, run no text as a script, turn text into DOM only through
// htmx's policy, and stand in no foreign frame. pdf.js needs nothing more: its WebAssembly runs in its worker, under the
// worker file's own policy (assets).
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; " +
	"require-trusted-types-for 'script'; trusted-types htmx; report-uri " + PathReports

// PathReports is where browsers report what the policy refused.
const PathReports = "/csp-report"

// SecureHeaders gives every answer of next the headers of a page. A handler that serves files sets its own, stricter
// policy over it; it cannot lose the others.
func SecureHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
		h.Set("Cache-Control", "no-store") // pages hold people's documents; shared computers must not keep them
		next.ServeHTTP(w, r)
	})
}

// PolicyReports counts what browsers report. Report, when set, is told of each one (for the log).
type PolicyReports struct {
	Report func(page, directive, blocked string)
	count  atomic.Int64
}

// Count is how many reports came in.
func (p *PolicyReports) Count() int64 { return p.count.Load() }

// mostReport bounds a report; a longer one is counted and not read.
const mostReport = 16 << 10

// ServeHTTP takes a report of either form (report-uri, Reporting API) and never says whether it understood it.
func (p *PolicyReports) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer w.WriteHeader(http.StatusNoContent)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/csp-report" && kind != "application/reports+json" {
		return
	}
	p.count.Add(1)
	if p.Report == nil {
		return
	}
	text, err := io.ReadAll(io.LimitReader(r.Body, mostReport+1))
	if err != nil || len(text) > mostReport {
		return
	}
	for _, v := range parseReports(text) {
		p.Report(clip(v.page), clip(v.directive), clip(v.blocked))
	}
}

type violation struct{ page, directive, blocked string }

func parseReports(text []byte) []violation {
	var old struct {
		Report struct {
			Page      string `json:"document-uri"`
			Directive string `json:"violated-directive"`
			Blocked   string `json:"blocked-uri"`
		} `json:"csp-report"`
	}
	if json.Unmarshal(text, &old) == nil && old.Report.Directive != "" {
		return []violation{{old.Report.Page, old.Report.Directive, old.Report.Blocked}}
	}
	var list []struct {
		Body struct {
			Page      string `json:"documentURL"`
			Directive string `json:"effectiveDirective"`
			Blocked   string `json:"blockedURL"`
		} `json:"body"`
	}
	if json.Unmarshal(text, &list) != nil || len(list) > 50 {
		return nil
	}
	var out []violation
	for _, x := range list {
		out = append(out, violation{x.Body.Page, x.Body.Directive, x.Body.Blocked})
	}
	return out
}

// clip makes a stranger's text fit for a log line.
func clip(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "")
	}
	return s
}

// HandleGround mounts what every page stands on: assets, service worker, offline page, policy reports. None of it needs
// a session.
func HandleGround(mux *http.ServeMux, reports *PolicyReports) {
	mux.Handle("GET "+assets.Prefix, assets.Handler())
	mux.Handle("GET /sw.js", assets.ServiceWorker())
	mux.Handle("GET /offline", templ.Handler(offlinePage()))
	mux.Handle("POST "+PathReports, reports)
}
