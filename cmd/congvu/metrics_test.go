package main

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"congvu/internal/store"
	"congvu/internal/storetest"
)

// measuredOffice is an installation with a few figures to show.
func measuredOffice(t *testing.T) *installation {
	t.Helper()
	db := storetest.Open(t)
	err := db.Write(t.Context(), store.Actor{Via: store.ViaCLI}, func(tx *store.Tx) error {
		return tx.Record(store.Event{Verb: "document.registered", Ref: "incoming/1", Title: "Nguyễn Văn Bí Mật"})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Keep(t.Context(), func(tx *store.Tx) error {
		return tx.Enqueue(t.Context(), store.Job{Kind: "documents-stamp", Key: "1", Payload: "null"})
	}); err != nil {
		t.Fatal(err)
	}
	return &installation{DB: db, Data: t.TempDir()}
}

func scrape(t *testing.T, h http.Handler) string {
	t.Helper()
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	if answer.Code != 200 {
		t.Fatal(answer.Code, answer.Body)
	}
	return answer.Body.String()
}

// names of the families of a scrape, with their types; every one has a help.
func families(t *testing.T, text string) map[string]string {
	t.Helper()
	helped, typed := map[string]bool{}, map[string]string{}
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		switch {
		case len(f) > 3 && f[1] == "HELP":
			helped[f[2]] = true
		case len(f) == 4 && f[1] == "TYPE":
			typed[f[2]] = f[3]
		}
	}
	for name := range typed {
		if !helped[name] {
			t.Errorf("%s has no help", name)
		}
	}
	return typed
}

func TestFiguresAreThereAndNameNobody(t *testing.T) {
	in := measuredOffice(t)
	m := in.newMetrics(t.TempDir())
	door := measured(m.requests, http.NotFoundHandler())
	for _, r := range []*http.Request{httptest.NewRequest("GET", "/incoming/12", nil), httptest.NewRequest("BREW", "/nobody-knows", nil), httptest.NewRequest("GET", "/api/v1/outgoing/5", nil)} {
		door.ServeHTTP(httptest.NewRecorder(), r)
	}
	text := scrape(t, m.page())
	for _, want := range []string{`congvu_acts_total{verb="document.registered"} 1`, `congvu_acts_total{verb="document.sign_failed"} 0`, `congvu_jobs{kind="documents-stamp",state="waiting"} 1`,
		`congvu_follower_behind_entries{follower="audit"} 1`, `congvu_exchange_lines{state="queued"} 0`, `congvu_exchange_quarantine 0`, `congvu_backup_last_success_seconds 0`,
		`congvu_sessions{state="open"} 0`, `congvu_figures_ok 1`, `congvu_disk_bytes{folder="data",state="free"}`, `congvu_audit_forks 0`, `congvu_registers_fenced 0`, `congvu_numbers_missing 0`, `congvu_passwords_waiting 0`,
		`congvu_http_seconds_count{class="4xx",method="GET",route="incoming"} 1`, `congvu_http_seconds_count{class="4xx",method="other",route="other"} 1`,
		`congvu_http_seconds_count{class="4xx",method="GET",route="api:outgoing"} 1`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(text, "BREW") || strings.Contains(text, "nobody-knows") || strings.Contains(text, "Bí Mật") {
		t.Error("labels hold what strangers or documents say")
	}
	families(t, text)
}

// An act that was undone is not counted.
func TestOnlyWhatWasCommittedIsCounted(t *testing.T) {
	in := measuredOffice(t)
	_ = in.DB.Write(t.Context(), store.Actor{Via: store.ViaCLI}, func(tx *store.Tx) error {
		if err := tx.Record(store.Event{Verb: "document.registered", Ref: "incoming/2"}); err != nil {
			return err
		}
		return store.Refuse(store.Invalid, "Hạn không hợp lệ.")
	})
	if n := in.DB.Acts()["document.registered"]; n != 1 {
		t.Error(n)
	}
}

func TestFiguresForAnotherHostHaveTheirOwnDoor(t *testing.T) {
	in := measuredOffice(t)
	m := in.newMetrics("")
	quiet := slog.New(slog.DiscardHandler)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	taken := free.Addr().String()
	if _, err := in.listenMetrics(taken, m, quiet); err == nil || !strings.Contains(err.Error(), taken) {
		t.Error("an address that is taken: ", err)
	}
	free.Close()
	end, err := in.listenMetrics(taken, m, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	for path, code := range map[string]int{"/metrics": 200, "/readyz": 200, "/healthz": 200, "/": 404, "/incoming": 404, "/api/v1/me": 404} {
		answer, err := http.Get("http://" + taken + path)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		if answer.StatusCode != code {
			t.Errorf("%s: %d, want %d", path, answer.StatusCode, code)
		}
	}
	if said := printed(t, 0, nil, "health", "--addr", taken); !strings.Contains(said, "sẵn sàng") {
		t.Error(said)
	}
	end()
	printed(t, 1, map[string]string{"CONGVU_ADDR": taken}, "health")

	// The same page at the people's door is for this machine alone.
	r := httptest.NewRequest("GET", "/metrics", nil)
	for address, code := range map[string]int{"127.0.0.1:5": 200, "10.1.2.3:5": 404} {
		answer := httptest.NewRecorder()
		r.RemoteAddr = address
		in.doorsMeasured(http.NotFoundHandler(), http.NotFoundHandler(), m).ServeHTTP(answer, r)
		if answer.Code != code {
			t.Errorf("from %s: %d, want %d", address, answer.Code, code)
		}
	}
}

// The service manager hears when the server is ready, that it lives, and that it stops.
func TestTheServiceManagerIsTold(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Skip("no datagrams on this system: ", err)
	}
	defer l.Close()
	heard := func() string {
		b := make([]byte, 4096)
		_ = l.SetReadDeadline(time.Now().Add(time.Minute))
		n, err := l.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		return string(b[:n])
	}
	live := httptest.NewServer(http.HandlerFunc(alive))
	defer live.Close()
	s := serviceKeeper(&world{env: func(name string) string {
		return map[string]string{"NOTIFY_SOCKET": socket, "WATCHDOG_USEC": "3000000"}[name]
	}})
	s.tell("READY=1")
	if got := heard(); got != "READY=1" {
		t.Error(got)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { s.watch(ctx, strings.TrimPrefix(live.URL, "http://")); close(ended) }()
	if got := heard(); got != "WATCHDOG=1" {
		t.Error(got)
	}
	stop()
	<-ended
	none := serviceKeeper(&world{env: func(string) string { return "" }})
	none.tell("READY=1")
	none.watch(t.Context(), "127.0.0.1:1") // returns at once: nobody wants signs of life
}
