package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// farAway is a server that answers by method and path, and remembers what it was sent.
type farAway struct {
	t       *testing.T
	url     string
	answers map[string]string
	sent    map[string]string
}

func newFarAway(t *testing.T, answers map[string]string) *farAway {
	f := &farAway{t: t, answers: answers, sent: map[string]string{}}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.Method + " " + strings.TrimPrefix(r.URL.RequestURI(), "/api/v1")
		body, _ := io.ReadAll(r.Body)
		f.sent[key] = string(body)
		answer, ok := answers[key]
		status := http.StatusOK
		switch {
		case r.Header.Get("Authorization") != "Bearer cvu_good" && key != "POST /session":
			status, answer = http.StatusUnauthorized, `{"type":"urn:congvu:problem:unauthorized","detail":"Cần mã truy cập còn hiệu lực."}`
		case !ok:
			status, answer = http.StatusNotFound, `{"type":"urn:congvu:problem:not-found","detail":"Không tìm thấy văn bản này."}`
		case answer == "":
			w.WriteHeader(http.StatusNoContent)
			return
		}
		if status != http.StatusOK {
			w.Header().Set("Content-Type", "application/problem+json")
		}
		w.WriteHeader(status)
		io.WriteString(w, answer)
	}))
	t.Cleanup(s.Close)
	f.url = s.URL
	return f
}

// run gives the exit code, what was printed and what was complained.
func (f *farAway) run(token, input string, args ...string) (code int, out, complaint string) {
	var o, e bytes.Buffer
	env := map[string]string{"CONGVU_SERVER": f.url, "CONGVU_TOKEN": token}
	w := &world{in: strings.NewReader(input), out: &o, err: &e, env: func(k string) string { return env[k] }}
	code = exitCode(w, remote(context.Background(), w, args))
	return code, o.String(), e.String()
}

func TestRemoteListsAndActs(t *testing.T) {
	f := newFarAway(t, map[string]string{
		"GET /incoming?q=dien&tab=to_do": `{"rows":[{"id":"12","line":"34","state_label":"Đang xử lý","sender_name":"Điện lực","code":"5/CV","subject":"Cắt điện","arrival_number":7,"due":"2026-03-25","overdue":true,"at":"2026-03-02T02:00:00Z"}]}`,
		"POST /incoming/12/direct":       `{"id":"1","due":"2026-03-25","at":"2026-03-02T02:00:00Z"}`,
		"POST /lines/34/start":           "",
	})
	code, out, complaint := f.run("cvu_good", "", "inbox", "--tab", "to_do", "--q", "dien")
	if code != 0 || out != "incoming/12  số đến 7  5/CV  Điện lực  Cắt điện  [Đang xử lý]  QUÁ HẠN 2026-03-25  line/34\n" {
		t.Errorf("%d %q %q", code, out, complaint)
	}
	code, out, complaint = f.run("cvu_good", "", "direct", "incoming/12", "--lead", "unit/9", "--due", "3d", "--opinion", "Chủ trì")
	if code != 0 || out != "Đã chỉ đạo  hạn 2026-03-25.\n" || f.sent["POST /incoming/12/direct"] != `{"leads":[{"unit":"9"}],"opinion":"Chủ trì","due_days":3}` {
		t.Errorf("%d %q %q %q", code, out, complaint, f.sent)
	}
	if code, out, complaint = f.run("cvu_good", "", "start", "line/34", "--json"); code != 0 || out != "{}\n" {
		t.Errorf("%d %q %q", code, out, complaint)
	}
}

func TestRemoteSaysWhyItWasRefused(t *testing.T) {
	f := newFarAway(t, nil)
	code, out, complaint := f.run("cvu_good", "", "show", "incoming/9")
	if code != 1 || out != "" || complaint != "congvu: Không tìm thấy văn bản này.\n" {
		t.Errorf("%d %q %q", code, out, complaint)
	}
	if code, _, complaint = f.run("", "", "work"); code != 2 || !strings.Contains(complaint, "CONGVU_TOKEN") {
		t.Errorf("without a token: %d %q", code, complaint)
	}
	for _, args := range [][]string{{"direct", "12", "--lead", "9"}, {"direct", "12", "--lead", "unit/9", "--due", "xd"}, {"show"}, {"start", "incoming/4"}, {"nothing"}, {"work", "--token", "cvu_good"}} {
		if code, _, complaint := f.run("cvu_good", "", args...); code != 2 {
			t.Errorf("%v: %d %q", args, code, complaint)
		}
	}
}

func TestRemoteLoginKeepsTheTokenToItsOwner(t *testing.T) {
	f := newFarAway(t, map[string]string{"POST /session": `{"token":"phien","expires_at":"2026-03-02T10:00:00Z","person":"1","person_name":"Hoa"}`})
	file := filepath.Join(t.TempDir(), "token")
	code, out, complaint := f.run("", "một câu dài\n", "login", "hoa", "--out", file)
	if code != 0 || strings.Contains(out+complaint, "phien") || f.sent["POST /session"] != `{"login":"hoa","password":"một câu dài"}` {
		t.Errorf("%d %q %q %q", code, out, complaint, f.sent)
	}
	text, err := os.ReadFile(file)
	if err != nil || string(text) != "phien\n" {
		t.Fatalf("%q %v", text, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

func TestRemoteDownloadNeverWritesOverAFile(t *testing.T) {
	f := newFarAway(t, map[string]string{"GET /files/5": "mới"})
	file := filepath.Join(t.TempDir(), "a.txt")
	if code, _, complaint := f.run("cvu_good", "", "download", "file/5", "--out", file); code != 0 {
		t.Fatal(complaint)
	}
	if code, _, _ := f.run("cvu_good", "", "download", "file/5", "--out", file); code != 1 {
		t.Errorf("written over: %d", code)
	}
	if text, _ := os.ReadFile(file); string(text) != "mới" {
		t.Errorf("%q", text)
	}
}
