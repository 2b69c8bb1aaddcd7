package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// T20, T22: every answer carries the policy; a handler cannot forget it.
// V18: every answer carries the strict policy of content.
func TestEveryAnswerCarriesThePolicy(t *testing.T) {
	reports := &PolicyReports{}
	for _, path := range []string{"/inbox", "/offline", "/nowhere", "/direct"} {
		w := httptest.NewRecorder()
		gallery(reports).ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		h := w.Header()
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'self'", "base-uri 'none'", "require-trusted-types-for 'script'; trusted-types htmx;", "report-uri /csp-report"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: the policy lacks %q: %s", path, want, csp)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %s", path, csp)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "same-origin" || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestAssetsAreKeptForEverBehindPageHeaders(t *testing.T) {
	w := httptest.NewRecorder()
	gallery(&PolicyReports{}).ServeHTTP(w, httptest.NewRequest("GET", "/sw.js", nil))
	if w.Code != 200 || w.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("/sw.js: %d %v", w.Code, w.Header())
	}
}

func TestPolicyReportsCountsAndBounds(t *testing.T) {
	const old = `{"csp-report":{"document-uri":"https://x/inbox","violated-directive":"style-src-attr","blocked-uri":"inline"}}`
	const api = `[{"type":"csp-violation","body":{"documentURL":"https://x/inbox","effectiveDirective":"script-src-elem","blockedURL":"https://evil/\n\u001b[31m"}}]`
	for _, c := range []struct {
		name, kind, body string
		count            int64
		told             []string
	}{
		{"report-uri", "application/csp-report", old, 1, []string{"https://x/inbox style-src-attr inline"}},
		{"Reporting API", "application/reports+json", api, 1, []string{"https://x/inbox script-src-elem https://evil/[31m"}},
		{"another type", "application/json", old, 0, nil},
		{"not JSON", "application/csp-report", "<xml/>", 1, nil},
		{"too long", "application/csp-report", `{"csp-report":{"violated-directive":"` + strings.Repeat("x", mostReport) + `"}}`, 1, nil},
		{"long text", "application/csp-report", `{"csp-report":{"violated-directive":"` + strings.Repeat("x", 900) + `"}}`, 1, []string{" " + strings.Repeat("x", 200) + " "}},
	} {
		var told []string
		p := &PolicyReports{Report: func(page, directive, blocked string) { told = append(told, page+" "+directive+" "+blocked) }}
		r := httptest.NewRequest("POST", PathReports, strings.NewReader(c.body))
		r.Header.Set("Content-Type", c.kind)
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		if w.Code != http.StatusNoContent || p.Count() != c.count || strings.Join(told, "|") != strings.Join(c.told, "|") {
			t.Errorf("%s: %d, counted %d, told %q", c.name, w.Code, p.Count(), told)
		}
	}
}
