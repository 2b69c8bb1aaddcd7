package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"congvu/internal/api"
	"congvu/internal/auth"
	"congvu/internal/blob"
	"congvu/internal/city"
	"congvu/internal/documents"
	"congvu/internal/dossiers"
	"congvu/internal/exchange"
	"congvu/internal/notify"
	"congvu/internal/store"
	"congvu/internal/web"

	"github.com/prometheus/client_golang/prometheus"
)

// serve runs the server until it is told to stop.
func serve(ctx context.Context, w *world, args []string) error {
	fs := flags(w, "serve", "serve --data THƯ_MỤC [--addr HOST:PORT] [--db postgres://…] [--blobs s3://…]")
	s := newSettings(w, fs, true)
	allowTest := fs.Bool("allow-test-certificates", false, "tin chứng thư thử nghiệm, không có giá trị pháp lý: chỉ để thử")
	profile := fs.String("cpuprofile", "", "ghi hồ sơ CPU (pprof) từ lúc khởi động đến lúc dừng vào tệp này: để tìm chỗ chậm")
	if rest, err := parse(fs, args); err != nil {
		return err
	} else if len(rest) > 0 {
		return badUsage("serve không nhận tham số nào ngoài tùy chọn")
	}
	log, err := logger(w, s)
	if err != nil {
		return err
	}
	ended, err := profiled(*profile)
	if err != nil {
		return err
	}
	defer ended()
	if w.env("GOMEMLIMIT") == "" {
		tending, done := context.WithCancel(ctx)
		defer done()
		go tendMemory(tending)
		if w.env("GOGC") == "" {
			debug.SetGCPercent(heapGrowth)
		}
	}
	in, err := openServing(ctx, s, opening{migrate: s.DB == "", allowTest: *allowTest}, log)
	if err != nil {
		return stoppedEarly(ctx, w, err)
	}
	defer in.closeInTime(log)
	if sample, err := city.Sample(ctx, in.DB); err != nil {
		return stoppedEarly(ctx, w, err)
	} else if sample && !*allowTest {
		return store.Refuse(store.Conflict, "Nơi này chứa thành phố mẫu: mật khẩu và khóa ký của nó ai cũng biết, nên không chạy như hệ thống thật. Để xem thử, dùng congvu demo với cùng --data; để thử máy chủ, thêm --allow-test-certificates.")
	}
	if *allowTest {
		log.Warn("test certificates are believed: documents signed with them have no legal value")
	}
	return in.serve(ctx, w, s, log, web.Config{})
}

func logger(w *world, s *settings) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s.Log)); err != nil {
		return nil, badUsage("--log nhận debug, info, warn hoặc error")
	}
	return slog.New(slog.NewJSONHandler(w.err, &slog.HandlerOptions{Level: level})), nil
}

// serve answers on the address, works in the background, and stops gracefully: no new requests, open ones end, then the workers.
func (in *installation) serve(ctx context.Context, w *world, s *settings, log *slog.Logger, page web.Config) error {
	listener, err := net.Listen("tcp", s.Addr)
	if err != nil {
		return fmt.Errorf("không lắng nghe được tại %s: %w", s.Addr, err)
	}
	believed, err := readProxies(s.Proxies)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	m := in.newMetrics(s.Backup)
	closeMetrics, err := in.listenMetrics(s.MetricsListen, m, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer closeMetrics()
	working, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	var workers sync.WaitGroup
	vault, err := in.vault(s)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	page.Vault = vault
	if missing, err := in.fence(ctx, s.outside()); err != nil {
		return errors.Join(err, listener.Close())
	} else if missing > 0 {
		log.Warn("registers have forgotten numbers and give none until these are entered or void", "numbers", missing)
	}
	if err := in.sayFences(ctx, w.out); err != nil {
		return errors.Join(err, listener.Close())
	}
	busy := &atWork{}
	for _, work := range append(in.work(log), func(ctx context.Context) {
		in.keepNumbers(ctx, s.outside(), 5*time.Second, func(err error) { log.Error("background work", "error", err) })
	}, func(ctx context.Context) { vault.Work(ctx, func(err error) { log.Error("backup", "error", err) }) }) {
		workers.Go(func() { defer busy.enter(work)(); work(working) })
	}
	page.DB, page.Desk, page.Exchange, page.PublicURL, page.Log = in.DB, in.Desk, in.Exchange, s.PublicURL, log
	page.Index = in.index()
	pages := web.New(page)
	server := &http.Server{
		BaseContext:       func(net.Listener) context.Context { return store.Waited(context.Background()) },
		Handler:           believed.behind(in.doorsMeasured(pages, api.New(api.Config{DB: in.DB, Index: in.index(), Desk: in.Desk, Exchange: in.Exchange, Version: versionText(), Log: log, TestCertificates: in.Trust.AllowTest}), m)),
		ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	address := "http://" + listener.Addr().String()
	if s.PublicURL != "" {
		address = s.PublicURL
	}
	if err := in.greet(ctx, w, address); err != nil {
		stopWork()
		workers.Wait()
		return stoppedEarly(ctx, w, errors.Join(err, listener.Close()))
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	keeper := serviceKeeper(w)
	keeper.tell("READY=1\nSTATUS=" + address)
	workers.Go(func() { keeper.watch(working, healthAddress(listener.Addr().String())) })
	select {
	case err = <-failed:
	case <-ctx.Done():
		keeper.tell("STOPPING=1")
		fmt.Fprintln(w.out, "Đang dừng: chờ các yêu cầu đang xử lý kết thúc…")
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestsPatience)
		defer cancel()
		pages.Close() // live connections would hold the server open
		if err = server.Shutdown(end); errors.Is(err, context.DeadlineExceeded) {
			err = server.Close()
		}
	}
	stopWork()
	if !within(workersPatience, workers.Wait) {
		log.Warn("work was cut off at its place; the next start goes on from there", "workers", busy.names())
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// greet says where the server is and, on a bare installation, how the first administrator gets in.
func (in *installation) greet(ctx context.Context, w *world, address string) error {
	fmt.Fprintf(w.out, "congvu đang chạy tại %s\n", address)
	if in.Node != "" {
		fmt.Fprintf(w.out, "Tên của bản cài đặt này trên trục liên thông: %s (tệp --axis-peers của bản cài đặt trung tâm ghi tên này)\n", in.Node)
	}
	link, needed, err := auth.Bootstrap(ctx, in.DB)
	if err != nil || !needed {
		return err
	}
	fmt.Fprintf(w.out, "Bản cài đặt chưa có quản trị viên. Mở liên kết sau trong 24 giờ để tạo quản trị viên đầu tiên:\n  %s/bootstrap?token=%s\n", address, link)
	return nil
}

// How long a stopping server waits for open requests, then for work in the background, then for stores to close. Together they stay below the half minute
// after which machines are switched off. What is cut off had not been acknowledged to anybody: it is undone or done again, as after a crash.
const (
	requestsPatience = 10 * time.Second
	workersPatience  = 8 * time.Second
	closingPatience  = 8 * time.Second
)

// within waits for f, but not longer than d; it tells whether f ended.
func within(d time.Duration, f func()) bool {
	ended := make(chan struct{})
	go func() { f(); close(ended) }()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ended:
		return true
	case <-t.C:
		return false
	}
}

// closeInTime is Close for a process that ends behind it.
func (in *installation) closeInTime(log *slog.Logger) {
	if !within(closingPatience, in.Close) {
		log.Warn("stores were not closed in time; they recover at the next start")
	}
}

// stoppedEarly says calmly that a start was broken off because somebody asked for it.
func stoppedEarly(ctx context.Context, w *world, err error) error {
	if ctx.Err() == nil {
		return err
	}
	fmt.Fprintln(w.out, "Đã dừng theo yêu cầu khi chưa khởi động xong. Dữ liệu được giữ nguyên; lần khởi động sau làm tiếp từ đầu.")
	return nil
}

// atWork knows which workers have not ended.
type atWork struct {
	mu   sync.Mutex
	busy map[string]bool
}

// enter names a worker by the line where it stands in the list.
func (a *atWork) enter(work func(context.Context)) (leave func()) {
	name := "?"
	if f := runtime.FuncForPC(reflect.ValueOf(work).Pointer()); f != nil {
		file, line := f.FileLine(f.Entry())
		name = fmt.Sprintf("%s:%d", filepath.Base(file), line)
	}
	set := func(on bool) {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.busy == nil {
			a.busy = map[string]bool{}
		}
		a.busy[name] = on
	}
	set(true)
	return func() { set(false) }
}

func (a *atWork) names() (out []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for name, on := range a.busy {
		if on {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// work lists what runs in the background.
func (in *installation) work(log *slog.Logger) []func(context.Context) {
	trouble := func(err error) { log.Error("background work", "error", err) }
	return []func(context.Context){
		func(ctx context.Context) { in.Exchange.Run(ctx, trouble) },
		func(ctx context.Context) { in.Log.Run(ctx, trouble) },
		func(ctx context.Context) { notify.Follow(ctx, in.DB, trouble) },
		func(ctx context.Context) { documents.FollowRights(ctx, in.DB, trouble) },
		func(ctx context.Context) { in.Desk.LogAccesses(ctx, trouble) },
		func(ctx context.Context) { in.Desk.Preserve(ctx, trouble) },
		func(ctx context.Context) { in.Desk.Transcribe(ctx, trouble) },
		func(ctx context.Context) { documents.RunDrafting(ctx, in.Desk, trouble) },
		func(ctx context.Context) { in.Desk.Remind(ctx, trouble) },
		func(ctx context.Context) { in.index().Follow(ctx, trouble) },
		func(ctx context.Context) { documents.RunSignings(ctx, in.Desk, trouble) },
		func(ctx context.Context) { dossiers.Run(ctx, in.DB, trouble) },
		func(ctx context.Context) { in.sweep(ctx, log) },
	}
}

// sweep removes, once a day, files that no row names and that are older than a day (an act that died between file and row).
func (in *installation) sweep(ctx context.Context, log *slog.Logger) {
	inUse := func(ctx context.Context, shas []string) (map[string]bool, error) {
		used, err := documents.BlobsInUse(ctx, in.DB, shas)
		if err != nil {
			return nil, err
		}
		for _, others := range []func(context.Context, store.Reader, []string) (map[string]bool, error){exchange.BlobsInUse, dossiers.BlobsInUse} {
			more, err := others(ctx, in.DB, shas)
			if err != nil {
				return nil, err
			}
			for sha := range more {
				used[sha] = true
			}
		}
		return used, nil
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(24 * time.Hour):
		}
		swept, err := blob.Sweep(ctx, in.Blobs, in.DB.Now().Time().Add(-blob.OrphanAge), inUse)
		if err != nil && ctx.Err() == nil {
			log.Error("sweep", "error", err)
		} else {
			log.Info("sweep", "result", swept)
		}
	}
}

// doors puts pages, API and the operator's addresses on one server.
func (in *installation) doors(pages, apiV1 http.Handler) http.Handler {
	return in.doorsMeasured(pages, apiV1, in.newMetrics(""))
}

func (in *installation) doorsMeasured(pages, apiV1 http.Handler, m *metrics) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", alive)
	mux.HandleFunc("GET /readyz", in.ready)
	mux.Handle("GET /metrics", onlyLocal(m.page()))
	turns := web.NewTurns(in.DB)
	mux.Handle("/api/", measured(m.requests, turns.Between(apiV1)))
	mux.Handle("/", measured(m.requests, turns.Between(pages)))
	return mux
}

func alive(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") }

// ready says whether people can be let in: the database answers.
func (in *installation) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := in.DB.Ping(ctx); err != nil {
		http.Error(w, "database", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ready")
}

// onlyLocal keeps figures from strangers: they are read on the machine itself, or fetched by an agent there.
func onlyLocal(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() || r.Header.Get("X-Forwarded-For") != "" {
			http.NotFound(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func measured(h *prometheus.HistogramVec, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/events") { // open for hours
			next.ServeHTTP(w, r)
			return
		}
		class := routeClass(r.URL.Path) // before a handler strips it
		seen := &statusWriter{ResponseWriter: w, status: 200}
		begun := time.Now()
		next.ServeHTTP(seen, r)
		h.WithLabelValues(methodClass(r.Method), class, fmt.Sprintf("%dxx", seen.status/100)).Observe(time.Since(begun).Seconds())
	})
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (s *statusWriter) WriteHeader(code int)        { s.status = code; s.ResponseWriter.WriteHeader(code) }
func (s *statusWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }
