package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var ctx = context.Background()

// X17.8: the MAC of the test vector.
func TestMACOfTheTestVector(t *testing.T) {
	j := compact([][2]string{{"XroadVnpt-servicetype", "eDoc"}, {"XroadVnpt-messagetype", "edoc"},
		{"XroadVnpt-timestamp", timestamp(time.Date(2025, 11, 23, 9, 15, 0, 123e6, vietnam))}, {"XroadVnpt-systemid", "test-system"}})
	if want := `{"XroadVnpt-servicetype":"eDoc","XroadVnpt-messagetype":"edoc","XroadVnpt-timestamp":"23112025T091500+0123","XroadVnpt-systemid":"test-system"}`; j != want || len(j) != 143 {
		t.Errorf("J of %d bytes: %s", len(j), j)
	}
	if got := mac("test-key", j); got != "e4f861be0ab3055fda61c350bf530557f1dd6a2a98d02159baabb01a5ae5d522" {
		t.Error(got)
	}
	if got := compact([][2]string{{"a", `<"&\>`}}); got != `{"a":"<\"&\\>"}` {
		t.Error(got)
	}
}

// X17.3–X17.5, X17.7: what a call carries.
func TestNationalCallCarriesItsParametersAsHeaders(t *testing.T) {
	var got http.Header
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		_, _ = io.WriteString(w, `{"status":"OK","ErrorCode":0,"DocId":["507f1f77bcf86cd799439011"]}`)
	}))
	defer server.Close()
	l, err := Open(Config{Channel: National, Endpoint: server.URL, SystemID: "test-system", Secret: "test-key", From: ours,
		Now: func() time.Time { return time.Date(2025, 11, 23, 2, 15, 0, 5e6, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	id, err := l.Send(ctx, message(Document, document(t, theirs)))
	if err != nil || id != "507f1f77bcf86cd799439011" {
		t.Fatal(id, err)
	}
	j := `{"XroadVnpt-from":"H26.15","XroadVnpt-servicetype":"eDoc","XroadVnpt-messagetype":"edoc","XroadVnpt-timestamp":"23112025T091500+0005","XroadVnpt-systemid":"test-system"}`
	for name, want := range map[string]string{
		"XroadVnpt-from": ours, "XroadVnpt-version": "3.0.201608", "User-Agent": "JAVASDKAgent/1.0.0 XRoad/VPCP", "XroadVnpt-sign-header": j,
		"XroadVnpt-sign-header-key": "XroadVnpt-from;XroadVnpt-servicetype;XroadVnpt-messagetype;XroadVnpt-timestamp;XroadVnpt-systemid",
		"XroadVnpt-hash-header":     mac("test-key", j), "XroadVnpt-to": "",
	} {
		if got.Get(name) != want {
			t.Errorf("%s: %q", name, got.Get(name))
		}
	}
	if kind := got.Get("Content-Type"); !strings.HasPrefix(kind, "multipart/form-data; boundary=") {
		t.Error(kind)
	}
}

var docIDs = regexp.MustCompile(`^([0-9a-f]{24}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$`)

// X17.1, X17.9, X17.10, X18.1, X18.2: the whole loop over every protocol.
func TestMessageGoesFromBoxToBox(t *testing.T) {
	for _, ch := range channels {
		t.Run(ch.name, func(t *testing.T) {
			s := newStage(t)
			from, to := today(s)
			a, b := s.link(t, ch.kind, sysA, ch.change), s.link(t, ch.kind, sysB, ch.change)
			if err := a.Test(ctx); err != nil {
				t.Fatal(err)
			}
			raw, note := document(t, theirs), status(t, theirs)
			id, err := a.Send(ctx, message(Document, raw))
			if err != nil || !docIDs.MatchString(id) {
				t.Fatal(id, err)
			}
			s.clock.forward(time.Minute)
			second, err := a.Send(ctx, message(Document, raw))
			if err != nil || second == id {
				t.Fatal(second, err)
			}
			if _, err := a.Send(ctx, message(Status, note)); err != nil {
				t.Fatal(err)
			}
			lines, err := b.List(ctx, Document, from, to)
			if err != nil || len(lines) != 2 || lines[0].DocID != id || lines[0].State != "initial" || lines[0].From != ours || lines[0].To != theirs {
				t.Fatalf("%+v %v", lines, err)
			}
			if want := s.clock.now().Add(-time.Minute); lines[0].Created.Sub(want).Abs() > time.Second {
				t.Errorf("created %v, not %v", lines[0].Created, want)
			}
			if got := fetchAll(t, b, id); !bytes.Equal(got, raw) {
				t.Errorf("%.80q", got)
			}
			for _, o := range []Outcome{Processing, Done} {
				if err := b.Confirm(ctx, id, o); err != nil {
					t.Fatal(err)
				}
			}
			if lines, err = b.List(ctx, Document, from, to); err != nil || len(lines) != 1 || lines[0].DocID != second {
				t.Fatalf("what is done waits no more: %+v %v", lines, err)
			}
			if lines, err = b.List(ctx, Status, from, to); err != nil || len(lines) != 1 || !bytes.Equal(fetchAll(t, b, lines[0].DocID), note) {
				t.Fatalf("%+v %v", lines, err)
			}
			if lines, err = a.List(ctx, Document, from, to); err != nil || len(lines) != 0 {
				t.Fatalf("another's box: %+v %v", lines, err)
			}
			if lines, err = b.List(ctx, Document, to.AddDate(0, 0, -9), to.AddDate(0, 0, -8)); err != nil || len(lines) != 0 {
				t.Fatalf("another week: %+v %v", lines, err)
			}
			if r := refusal(t, second2(a.Fetch(ctx, id))); r.Again || r.Code == "" {
				t.Errorf("a stranger's fetch: %v", r)
			}
		})
	}
}

func second2[T any](_ T, err error) error { return err }

// X4.2, X14.4, X17.9: one copy for each receiver, each under its own identifier.
func TestSeveralReceiversGetACopyEach(t *testing.T) {
	for _, ch := range channels {
		s := newStage(t)
		id, err := s.link(t, ch.kind, sysA, ch.change).Send(ctx, message(Document, document(t, theirs, third)))
		if err != nil || id != "" {
			t.Fatal(id, err)
		}
		x, y := s.Box(theirs), s.Box(third)
		if len(x) != 1 || len(y) != 1 || x[0].DocID == y[0].DocID {
			t.Errorf("%s: %+v %+v", ch.name, x, y)
		}
	}
	s := newStage(t) // with the header to, only that one
	m := message(Document, document(t, theirs, third))
	m.To = third
	if id, err := s.link(t, National, sysA, nil).Send(ctx, m); err != nil || id == "" || len(s.Box(theirs)) != 0 || len(s.Box(third)) != 1 {
		t.Error(id, err)
	}
}

// X17.1, X18.1, X20.2: the directory.
func TestDirectoryIsReadWhole(t *testing.T) {
	s := newStage(t)
	for _, ch := range channels {
		units, err := s.link(t, ch.kind, sysA, ch.change).Agencies(ctx)
		if err != nil || len(units) != 3 || units[0].Code102 != "000.00.15.H26" || units[2].ParentID != "2" || units[2].Name != `UBND xã "A & B"` || !units[1].IsAgency {
			t.Errorf("%s: %+v %v", ch.name, units, err)
		}
		changes, err := s.link(t, ch.kind, sysA, ch.change).Changes(ctx)
		if ch.kind == Provincial {
			if !errors.Is(err, ErrNoSuchCall) {
				t.Error(err)
			}
			continue
		}
		if err != nil || len(changes) != 4 || !changes[3].Deleted || changes[1].Version != "7" || changes[1].CenterCode != "TW" || !changes[1].ModifiedAt.Equal(directoryOfTests[1].ModifiedAt) {
			t.Errorf("%+v %v", changes, err)
		}
	}
}

// X17.2, X17.11, X18.2, X18.3: which refusals may be tried again, with the server's own words.
func TestRefusalsKeepTheWordsOfTheServer(t *testing.T) {
	for _, c := range []struct {
		name   string
		kind   Channel
		status int
		body   string
		code   string
		text   string
		again  bool
		ok     bool
	}{
		{"fail within 200", National, 200, `{"status":"FAIL","ErrorCode":"204","ErrorDesc":"From không đúng"}`, "204", "From không đúng", false, false},
		{"number as code", National, 200, `{"status":"FAIL","ErrorCode":-1,"ErrorDesc":"x"}`, "-1", "x", false, false},
		{"code judges, not status", National, 200, `{"status":"FAIL","ErrorCode":"0","ErrorDesc":"x"}`, "", "", false, true},
		{"code judges OK too", National, 200, `{"status":"OK","ErrorCode":"9"}`, "9", "", false, false},
		{"no code", National, 200, `{"status":"OK"}`, "", "", false, true},
		{"nothing", National, 200, `{}`, "", "", false, false},
		{"stale", National, 200, `{"status":"FAIL","ErrorCode":"7","ErrorDesc":"Invalid Timestamp"}`, "7", "Invalid Timestamp", true, false},
		{"500", National, 500, `{"status":"FAIL","ErrorCode":"7","ErrorDesc":"x"}`, "7", "x", true, false},
		{"500 page", National, 502, `<html>Bad gateway</html>`, "", "", true, false},
		{"404 page", National, 404, `<html>no</html>`, "", "", false, false},
		{"429", National, 429, ``, "", "", true, false},
		{"redirect", National, 302, `{"status":"OK","ErrorCode":"0"}`, "", "", false, false},
		{"page within 200", National, 200, `<html>Đăng nhập</html>`, "", "", true, false},
		{"torn", National, 200, `{"status":"OK","Error`, "", "", true, false},
		{"empty", National, 200, ``, "", "", true, false},
		{"more behind", National, 200, `{"status":"OK","ErrorCode":"0"}{}`, "", "", true, false},
		{"internal of the bus", Provincial, 200, `{"success":false,"message":"LGSP lỗi","errorCode":20}`, "20", "LGSP lỗi", true, false},
		{"bad file", Provincial, 200, `{"success":false,"message":"m","errorCode":"10"}`, "10", "m", false, false},
		{"credentials", Provincial, 200, `{"success":false,"message":"m","errorCode":"15"}`, "15", "m", false, false},
		{"receiver", Provincial, 200, `{"success":false,"message":"m","errorCode":"18"}`, "18", "m", false, false},
		{"sender", Provincial, 200, `{"success":false,"message":"m","errorCode":"19"}`, "19", "m", false, false},
		{"processing", Provincial, 200, `{"success":false,"message":"m","errorCode":"21"}`, "21", "m", false, false},
		{"format", Provincial, 200, `{"success":false,"message":"m","errorCode":"22"}`, "22", "m", false, false},
		{"locked", Provincial, 200, `{"success":false,"message":"m","errorCode":"23"}`, "23", "m", false, false},
		{"success with a code", Provincial, 200, `{"success":true,"errorCode":"22"}`, "22", "", false, false},
		{"code 0 without success", Provincial, 200, `{"success":"false","errorCode":"0"}`, "0", "", false, false},
		{"success in words", Provincial, 200, `{"success":"true","count":"0","data":[]}`, "", "", false, true},
	} {
		t.Run(string(c.kind)+" "+c.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if c.status == 302 {
					w.Header().Set("Location", "/elsewhere")
				}
				if r.URL.Path == "/elsewhere" {
					t.Error("followed")
				}
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			}))
			defer server.Close()
			l, err := Open(Config{Channel: c.kind, Endpoint: server.URL, SystemID: "s", Secret: "k-e-y"})
			if err != nil {
				t.Fatal(err)
			}
			err = l.Confirm(ctx, "d", Done)
			if c.ok {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if r := refusal(t, err); r.Code != c.code || r.Text != c.text || r.Again != c.again || r.HTTP != c.status || r.Call == "" {
				t.Errorf("%+v", r)
			}
		})
	}
}

// X23.6: whatever the server says, secrets and tokens are in no record and no error. X23.5: the rest is.
func TestSecretsAreStruckOut(t *testing.T) {
	for _, ch := range channels {
		s := newStage(t)
		l := s.link(t, ch.kind, sysA, ch.change)
		_ = l.Test(ctx)
		_, _ = l.Send(ctx, message(Document, document(t, theirs)))
		_, _ = l.Agencies(ctx)
		s.mu.Lock()
		for _, c := range s.calls {
			all := fmt.Sprintf("%+v", c)
			for value := range s.tokens {
				if strings.Contains(all, value) {
					t.Errorf("%s: a token in %s", ch.name, all)
				}
			}
			if strings.Contains(all, sysA.Secret) || !strings.Contains(c.Request, sysA.ID) && c.Name != OlderPaths()["login"] || c.HTTP != 200 || !strings.Contains(c.Answer, "200 OK") || c.Agency != sysA.ID {
				t.Errorf("%s: %s", ch.name, all)
			}
		}
		s.mu.Unlock()
	}
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, `{"status":"FAIL","ErrorCode":"1","success":false,"ErrorDesc":"key %[1]s","message":"key %[1]s"}`, sysA.Secret)
	}))
	defer echo.Close()
	for _, kind := range []Channel{National, Provincial} {
		var seen []Call
		l, err := Open(Config{Channel: kind, Endpoint: echo.URL, SystemID: "s", Secret: sysA.Secret, Watch: func(c Call) { seen = append(seen, c) }})
		if err != nil {
			t.Fatal(err)
		}
		r := refusal(t, l.Confirm(ctx, "d", Done))
		if all := fmt.Sprintf("%v %+v", r, seen); strings.Contains(all, sysA.Secret) || r.Text != "key "+struck || !seen[0].Failed || seen[0].Document != "d" {
			t.Error(all)
		}
	}
}

func TestConfigurationIsCheckedBeforeAnythingIsSent(t *testing.T) {
	good := Config{Channel: National, Endpoint: "https://truc.example.vn/xroad/", SystemID: "s", Secret: "k"}
	if _, err := Open(good); err != nil {
		t.Fatal(err)
	}
	for field, spoil := range map[string]func(*Config){
		"Channel":      func(c *Config) { c.Channel = "axis" },
		"Endpoint":     func(c *Config) { c.Endpoint = "http://truc.example.vn" }, // not encrypted
		"SystemID":     func(c *Config) { c.SystemID = "" },
		"Secret":       func(c *Config) { c.Secret = "bí mật" },
		"From":         func(c *Config) { c.From = "a\r\nX: y" },
		"Timeout":      func(c *Config) { c.Timeout = -1 },
		"MaxBytes":     func(c *Config) { c.MaxBytes = -1 },
		"Parallel":     func(c *Config) { c.Parallel = 11 }, // X17.1
		"Paths.send":   func(c *Config) { c.Paths = map[string]string{"send": "//x/../y"} },
		"Headers.part": func(c *Config) { c.Headers = map[string]string{"part": "a\nb"} },
	} {
		c := good
		spoil(&c)
		_, err := Open(c)
		var m *Misconfigured
		if !errors.As(err, &m) || m.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	for _, bad := range []string{"", "truc.example.vn", "ftp://x", "https://u:p@x", "https://x?y", "https://", "http://10.0.0.1"} {
		if _, err := address(bad); err == nil {
			t.Errorf("%q is an address", bad)
		}
	}
}

// X25.3: every path and header name is configuration.
func TestPathsAndHeadersAreConfiguration(t *testing.T) {
	var paths []string
	var header http.Header
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths, header = append(paths, r.URL.Path), r.Header.Clone()
		_, _ = io.WriteString(w, `{"status":"OK","ErrorCode":"0","success":true,"data":[]}`)
	}))
	defer server.Close()
	other := map[string]string{"send": "/a", "list": "/b", "fetch": "/c", "confirm": "/d", "agencies": "/e", "changes": "/f"}
	l, err := Open(Config{Channel: National, Endpoint: server.URL + "/goc", SystemID: "s", Secret: "k", Paths: other,
		Headers: map[string]string{"prefix": "X-", "systemid": "id", "timestamp": "at", "keys": "k", "signed": "j", "hash": "h", "version": "v", "release": "4", "agent": "congvu", "file-hash": "hash-file"}})
	if err != nil {
		t.Fatal(err)
	}
	raw := document(t, theirs)
	_, _ = l.Send(ctx, message(Document, raw))
	sum, _ := hashOf(message(Document, raw))
	for name, want := range map[string]string{"X-id": "s", "X-v": "4", "User-Agent": "congvu", "X-hash-file": sum, "X-h": mac("k", header.Get("X-j")), "X-k": "X-from;X-servicetype;X-messagetype;X-hash-file;X-at;X-id"} {
		if want == "" || header.Get(name) != want {
			t.Errorf("%s: %q", name, header.Get(name))
		}
	}
	_, _ = l.List(ctx, Document, time.Time{}, time.Time{})
	_, _ = l.Fetch(ctx, "d")
	_ = l.Confirm(ctx, "d", Done)
	_, _ = l.Agencies(ctx)
	_, _ = l.Changes(ctx)
	if want := []string{"/goc/a", "/goc/b", "/goc/c", "/goc/d", "/goc/e", "/goc/f"}; !slices.Equal(paths, want) {
		t.Error(paths)
	}
}

// X18.2: a token that ran out, or that the bus forgot, is drawn anew; wrong credentials are final.
func TestTokenIsDrawnAnew(t *testing.T) {
	s := newStage(t)
	l := s.link(t, Provincial, sysA, channels[2].change)
	logins := func() (n int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, c := range s.calls {
			if c.Name == OlderPaths()["login"] {
				n++
			}
		}
		return n
	}
	for i, before := range []func(){func() {}, func() {}, func() { s.clock.forward(26 * time.Minute) }, s.ForgetTokens} {
		before()
		if units, err := l.Agencies(ctx); err != nil || len(units) != 3 {
			t.Fatal(len(units), err)
		}
		if want := []int{1, 1, 2, 3}[i]; logins() != want {
			t.Errorf("after %d: %d logins", i, logins())
		}
	}
	l = s.link(t, Provincial, System{sysA.ID, "khac", ours}, channels[2].change)
	if r := refusal(t, second2(l.Agencies(ctx))); r.Code != "15" || r.Again {
		t.Error(r)
	}
}

// X17.1: never more calls at one time than configured.
func TestCallsAtOneTimeAreBounded(t *testing.T) {
	entered, leave := make(chan struct{}, 8), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		entered <- struct{}{}
		<-leave
		_, _ = io.WriteString(w, `{"success":true}`)
	}))
	defer server.Close()
	l, err := Open(Config{Channel: Provincial, Endpoint: server.URL, SystemID: "s", Secret: "k", Parallel: 2})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 5)
	for range 5 {
		go func() { done <- l.Confirm(ctx, "d", Done) }()
	}
	<-entered
	<-entered
	stopped, stop := context.WithCancel(ctx)
	stop()
	if r := refusal(t, l.Confirm(stopped, "d", Done)); !r.Again || !errors.Is(r, context.Canceled) {
		t.Error(r)
	}
	if len(entered) != 0 {
		t.Error("a third came in")
	}
	close(leave)
	for range 5 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// A message longer than allowed is never read to its end, and its remains are gone.
func TestFetchIsBounded(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	long := strings.Repeat("A", 3*megabyte)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"status":"OK","ErrorCode":"0","success":true,"data":"`+long+`"}`)
	}))
	defer server.Close()
	for _, kind := range []Channel{National, Provincial} {
		l, err := Open(Config{Channel: kind, Endpoint: server.URL, SystemID: "s", Secret: "k", MaxBytes: megabyte})
		if err != nil {
			t.Fatal(err)
		}
		if r := refusal(t, second2(l.Fetch(ctx, "d"))); r.Again || !errors.Is(r, errTooLong) {
			t.Error(r)
		}
		if l, err = Open(Config{Channel: kind, Endpoint: server.URL, SystemID: "s", Secret: "k"}); err != nil {
			t.Fatal(err)
		}
		if got := fetchAll(t, l, "d"); len(got) != 9*megabyte/4 {
			t.Error(len(got))
		}
	}
	if left, _ := os.ReadDir(os.TempDir()); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A file that is not as long as was said is not sent as a whole one.
func TestTornFileIsNotSent(t *testing.T) {
	s := newStage(t)
	raw := document(t, theirs)
	for _, ch := range channels {
		for _, by := range []int64{-1, 1} {
			m := message(Document, raw)
			m.Size += by
			if _, err := s.link(t, ch.kind, sysA, ch.change).Send(ctx, m); err == nil {
				t.Errorf("%s: sent with %+d", ch.name, by)
			}
		}
		m := message(Document, raw)
		m.Open = func() (io.ReadCloser, error) { return nil, os.ErrNotExist }
		if _, err := s.link(t, ch.kind, sysA, ch.change).Send(ctx, m); !errors.Is(err, os.ErrNotExist) {
			t.Error(err)
		}
	}
	if n := len(s.Box(theirs)); n != 0 {
		t.Errorf("%d accepted", n)
	}
}

// Certificates are verified: a server with one of its own gets no secret.
func TestForeignCertificateIsRefused(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("asked") }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	defer server.Close()
	l, err := Open(Config{Channel: Provincial, Endpoint: server.URL, SystemID: "s", Secret: "k"})
	if err != nil {
		t.Fatal(err)
	}
	if r := refusal(t, l.Test(ctx)); r.HTTP != 0 || !r.Again || !strings.Contains(r.Error(), "certificate") {
		t.Error(r)
	}
}

// X14.5, X24.1: the strict reader of the simulator takes the national samples.
func TestSamplesPassTheStrictReader(t *testing.T) {
	names, _ := filepath.Glob("../../../shared/data/edxml/*.edxml")
	if len(names) == 0 {
		t.Skip("the samples are not at hand")
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		kind := Document
		if strings.HasPrefix(filepath.Base(name), "status") {
			kind = Status
		}
		p, err := inspect(kind, raw)
		if junk := strings.Contains(name, "junk"); junk != (err != nil) {
			t.Errorf("%s: %v", name, err)
		} else if !junk && (p.from == "" || len(p.to) == 0 || p.documentID == "") {
			t.Errorf("%s: %+v", name, p)
		}
	}
}
