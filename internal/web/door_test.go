package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"congvu/internal/auth"
	"congvu/internal/store"
)

// filled gives a pattern an address: 12345 is nobody's.
func filled(pattern string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	path = strings.TrimSuffix(path, "{$}")
	return method, regexp.MustCompile(`\{\w+\}`).ReplaceAllString(path, "12345")
}

// T01: every route wants a session unless it is declared public, and says so by leading to the sign-in page.
// V18: no page without a session.
func TestEveryRouteWantsASessionUnlessItIsPublic(t *testing.T) {
	h := newHouse(t)
	public := map[string]bool{"GET /sign-in": true, "POST /sign-in": true, "POST /sign-out": true, "POST /language": true, "GET /bootstrap": true, "POST /bootstrap": true, "GET /verify": true, "POST /verify": true, "POST /verify/take": true,
		"GET /sign-agent/{token}/file": true, "POST /sign-agent/{token}/upload": true,
		// the sealed journal as witnesses read it: hashes, signatures and keys, no word of anybody's
		"GET /log/checkpoint": true, "GET /log/keys": true, "GET /log/tile": true, "GET /log/consistency": true, "GET /log/cosigned": true}
	for _, route := range routes() {
		if route.Who.public != public[route.Pattern] {
			t.Errorf("%s: public %v", route.Pattern, route.Who.public)
		}
		if route.Who.public {
			continue
		}
		method, path := filled(route.Pattern)
		r := httptest.NewRequest(method, path, nil)
		w := httptest.NewRecorder()
		h.door.ServeHTTP(w, r)
		if path == PathEvents {
			if w.Code != http.StatusUnauthorized {
				t.Errorf("%s: %d", route.Pattern, w.Code)
			}
			continue
		}
		if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), PathSignIn) {
			t.Errorf("%s answers a stranger %d %s", route.Pattern, w.Code, w.Header().Get("Location"))
		}
	}
}

// N6: every line of the rail leads to a working page; what a post does not see it may not open either.
// N6: every line of the rail leads to a working page.
func TestEveryLineOfTheRailWorksForEveryPost(t *testing.T) {
	h := newHouse(t)
	for _, login := range []string{"chutich", "truongphong", "chuyenvien", "vanthu", "quantri"} {
		p := h.as(login)
		_, page := p.get("/")
		for _, route := range routes() {
			if route.Nav == nil {
				continue
			}
			path := pathOf(route.Pattern)
			shown := strings.Contains(page, `<a href="`+path+`"`)
			status, body := p.get(path)
			if shown && status != 200 || !shown && status != 403 {
				t.Errorf("%s: %s shown %v, answers %d: %s", login, path, shown, status, text(body))
			}
		}
	}
}

// T01, law 6: what is nobody's or another agency's is not found, never forbidden, and never an internal error.
func TestForeignIdsAreNotFound(t *testing.T) {
	h := newHouse(t)
	for _, login := range []string{"chutich", "vanthu", "quantri"} {
		p := h.as(login)
		a := sessionActor(t, h, p)
		for _, route := range routes() {
			if route.Who.public || !route.Who.may(a) || !strings.Contains(route.Pattern, "{id}") || strings.Contains(route.Pattern, "/notices/") {
				continue
			}
			method, path := filled(route.Pattern)
			var status int
			var page string
			if method == "GET" {
				status, page = p.get(path)
			} else {
				status, page = p.post(path, url.Values{})
			}
			if status != 404 && status != 409 && status != 422 || status == 500 || method == "GET" && status != 404 {
				t.Errorf("%s %s: %d %s", login, route.Pattern, status, text(page))
			}
		}
	}
}

func sessionActor(t *testing.T, h *house, p *person) store.Actor {
	t.Helper()
	u, _ := url.Parse(h.server.URL)
	for _, c := range p.http.Jar.Cookies(u) {
		if c.Name == h.door.cookieName() {
			s, err := auth.Resolve(bg, h.db, c.Value)
			if err != nil {
				t.Fatal(err)
			}
			return s.Actor
		}
	}
	t.Fatal("no session")
	return store.Actor{}
}

// T23: the cookie is bound to this host, out of reach of scripts, and its session ends by itself and by signing out.
func TestSessionEnds(t *testing.T) {
	h := newHouse(t)
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "http://localhost/sign-in", strings.NewReader(url.Values{"login": {"vanthu"}, "password": {password}, "return": {"//evil.example/x"}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	h.door.ServeHTTP(w, r)
	c := w.Result().Cookies()[0]
	if c.Name != "__Host-congvu" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
		t.Errorf("cookie %+v", c)
	}
	if w.Header().Get("Location") != "/" {
		t.Errorf("signing in leads to %s", w.Header().Get("Location"))
	}
	p := h.as("vanthu")
	q := h.as("vanthu")
	if status, _ := p.post("/sign-out", nil); status != 200 {
		t.Errorf("signing out: %d", status)
	}
	if p.get("/arrivals"); p.last.Path != PathSignIn || p.last.Query().Get("return") != "/arrivals" {
		t.Errorf("after signing out: %s", p.last)
	}
	if q.get("/arrivals"); q.last.Path != "/arrivals" {
		t.Errorf("signing out ended another session")
	}
	h.clock.Step(13 * time.Hour)
	time.Sleep(1100 * time.Millisecond) // a resolved session is remembered for a second
	if q.get("/arrivals"); q.last.Path != PathSignIn {
		t.Errorf("after 13 hours: %s", q.last)
	}
}

func TestWrongPasswordSaysTheSameForEveryone(t *testing.T) {
	h := newHouse(t)
	p := h.stranger()
	said := map[string]bool{}
	for _, login := range []string{"vanthu", "khongco"} {
		status, page := p.post("/sign-in", url.Values{"login": {login}, "password": {"sai roi sai roi sai"}})
		if status != 422 {
			t.Errorf("%s: %d", login, status)
		}
		said[regexp.MustCompile(`(?s)class="errs".*?</ul>`).FindString(page)] = true
	}
	if len(said) != 1 {
		t.Errorf("answers differ: %v", said)
	}
}

// T22: a form that another site sends does nothing, with or without a session.
func TestForeignOriginsAreRefused(t *testing.T) {
	h := newHouse(t)
	p := h.as("vanthu")
	for _, route := range routes() {
		method, path := filled(route.Pattern)
		if method != "POST" {
			continue
		}
		for name, header := range map[string][2]string{"origin": {"Origin", "https://evil.example"}, "site": {"Sec-Fetch-Site", "cross-site"}} {
			r, _ := http.NewRequest("POST", h.server.URL+path, strings.NewReader("login=vanthu"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set(header[0], header[1])
			if status, page := p.do(r); status != 403 || !strings.Contains(page, "đã bị chặn") {
				t.Errorf("%s with a foreign %s: %d", route.Pattern, name, status)
			}
		}
	}
}

// One table maps kinds to pages; what is internal says nothing but a calm sentence with the request's id, and is logged once.
func TestErrorsBecomePages(t *testing.T) {
	var log strings.Builder
	d := New(Config{Log: slog.New(slog.NewTextHandler(&log, nil))})
	defer d.Close()
	for _, c := range []struct {
		err    error
		status int
		says   string
	}{
		{store.Refuse(store.NotFound, "Không thấy."), 404, "Không tìm thấy nội dung này"},
		{store.Refuse(store.Forbidden, "Không được."), 403, "Không thực hiện được việc này"},
		{fmt.Errorf("room: %w", store.Refuse(store.Conflict, "Đã khác {n}.", "n", 3)), 409, "Đã khác 3."},
		{store.RefuseField("x", "Sai."), 422, "Sai."},
		{&http.MaxBytesError{Limit: 1 << 20}, 422, "vượt quá mức cho phép"},
		{errors.New("secret: password of the database"), 500, "Hệ thống gặp sự cố"},
	} {
		log.Reset()
		handle := d.identify(d.recover(d.open(Route{Who: public, Handle: func(*Door, http.ResponseWriter, *http.Request) error { return c.err }})))
		w := httptest.NewRecorder()
		handle.ServeHTTP(w, httptest.NewRequest("GET", "/x", nil))
		page := w.Body.String()
		if w.Code != c.status || !strings.Contains(text(page), c.says) || strings.Contains(page, "secret") {
			t.Errorf("%v: %d %s", c.err, w.Code, text(page))
		}
		if logged := strings.Count(log.String(), "internal error"); (logged == 1) != (c.status == 500) {
			t.Errorf("%v: logged %d times", c.err, logged)
		}
		if c.status == 500 && !strings.Contains(page, w.Header().Get("X-Request-Id")) {
			t.Error("the page does not name the request")
		}
	}
	log.Reset()
	handle := d.identify(d.recover(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") })))
	w := httptest.NewRecorder()
	handle.ServeHTTP(w, httptest.NewRequest("GET", "/x", nil))
	if w.Code != 500 || !strings.Contains(log.String(), "boom") || strings.Contains(w.Body.String(), "boom") {
		t.Errorf("a panic: %d %s", w.Code, log.String())
	}
}

func TestAddressesToComeBackToAreLocal(t *testing.T) {
	for in, want := range map[string]string{"/incoming?tab=done": "/incoming?tab=done", "https://evil.example": "/", "//evil.example": "/", `/\evil.example`: "/", "javascript:alert(1)": "/", "/sign-in?return=/": "/",
		"/x\r\nSet-Cookie: a=b": "/", "": "/", "incoming": "/"} {
		if got := localAddress(in); got != want {
			t.Errorf("%q leads to %q, want %q", in, got, want)
		}
	}
}

// T21: names of files cannot break the header, leave their folder or turn round.
func TestFileNamesAreSafeInHeaders(t *testing.T) {
	for _, name := range []string{"Báo cáo.pdf", "a\r\nSet-Cookie: x=1.pdf", `a"b;c.pdf`, "../../etc/passwd", "\u202egpj.exe", strings.Repeat("ă", 400) + ".pdf", "", "…", "Ba\u0301o cáo.pdf", "a%22.pdf"} {
		got := disposition("attachment", name)
		if strings.ContainsAny(got, "\r\n\u202e/\\") || len(got) > 900 || !strings.HasPrefix(got, `attachment; filename="`) {
			t.Errorf("%q: %q", name, got)
		}
		for _, r := range got {
			if r > '~' {
				t.Errorf("%q: %q is not ASCII", name, got)
			}
		}
	}
	if got := disposition("inline", "Báo cáo 01.pdf"); got != `inline; filename="bao cao 01.pdf"; filename*=UTF-8''B%C3%A1o%20c%C3%A1o%2001.pdf` {
		t.Errorf("%s", got)
	}
}

// A one-time password must be changed before anything else is seen.
func TestOneTimePasswordIsChangedFirst(t *testing.T) {
	h := newHouse(t)
	admin := sessionActor(t, h, h.as("quantri"))
	clerk := sessionActor(t, h, h.as("vanthu"))
	once, err := auth.ResetPassword(bg, h.db, admin, clerk.Person)
	h.must(err)
	p := h.stranger()
	p.post("/sign-in", url.Values{"login": {"vanthu"}, "password": {once}})
	if p.last.Path != pathPassword {
		t.Fatalf("led to %s", p.last)
	}
	if p.get("/arrivals"); p.last.Path != pathPassword {
		t.Errorf("the inbox opens: %s", p.last)
	}
	status, page := p.post(pathPassword, url.Values{"present": {once}, "next": {"mot cau khac de nho hon"}, "again": {"khac"}})
	if status != 422 || !strings.Contains(page, "không giống nhau") {
		t.Errorf("%d %s", status, text(page))
	}
	p.post(pathPassword, url.Values{"present": {once}, "next": {"mot cau khac de nho hon"}, "again": {"mot cau khac de nho hon"}})
	if p.get("/arrivals"); p.last.Path != "/arrivals" {
		t.Errorf("after the change: %s", p.last)
	}
}

// The public check needs no session, tells the truth about a file, keeps nothing and bounds a stranger.
// V81: screen /verify; command verify
func TestAnybodyMayCheckADocument(t *testing.T) {
	h := newHouse(t)
	p := h.stranger()
	send := func(name string, b []byte) (int, string) {
		r, _ := http.NewRequest("POST", h.server.URL+"/verify", strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\""+name+"\"\r\n\r\n"+string(b)+"\r\n--x--\r\n"))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		return p.do(r)
	}
	if status, page := send("a.pdf", samplePDF(1)); status != 200 || !strings.Contains(page, "Văn bản không có chữ ký số") {
		t.Errorf("unsigned: %d %s", status, text(page))
	}
	if status, page := send("a.txt", []byte("xin chào")); status != 200 || !strings.Contains(page, "Không đọc được tệp") {
		t.Errorf("no PDF: %d %s", status, text(page))
	}
	if status, _ := send("a.pdf", nil); status != 422 {
		t.Errorf("empty: %d", status)
	}
	last := 0
	for range 20 {
		last, _ = send("a.pdf", []byte("x"))
	}
	if last != 429 {
		t.Errorf("the twenty-third check in a minute: %d", last)
	}
}

// Live pages hear the names of what changed in their agency, and their own bell; a closed door lets go of them.
func TestLivePagesHearTheirAgency(t *testing.T) {
	h := newHouse(t)
	p := h.as("vanthu")
	ctx, stop := context.WithTimeout(bg, 2*time.Minute)
	defer stop()
	r, _ := http.NewRequestWithContext(ctx, "GET", h.server.URL+PathEvents, nil)
	answer, err := (&http.Client{Jar: p.http.Jar}).Do(r)
	h.must(err)
	defer answer.Body.Close()
	heard := make(chan string, 1)
	go func() {
		var all strings.Builder
		b := make([]byte, 512)
		for {
			n, err := answer.Body.Read(b)
			all.Write(b[:n])
			if strings.Contains(all.String(), "event: changed\ndata: org\n\n") && strings.Contains(all.String(), "event: unread\ndata: 0\n\n") {
				heard <- all.String()
				io.Copy(io.Discard, answer.Body)
				close(heard)
				return
			}
			if err != nil {
				close(heard)
				return
			}
		}
	}()
	time.Sleep(300 * time.Millisecond)
	h.enrol("nguoimoi", h.commune, 0, "Đỗ Minh Ánh", "Chuyên viên", "staff", store.Specialist)
	if got := <-heard; got == "" {
		t.Fatal("the page heard nothing")
	}
	h.door.Close()
	select {
	case <-heard:
	case <-ctx.Done():
		t.Error("a closed door holds the page")
	}
}
