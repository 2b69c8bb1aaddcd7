package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"congvu/internal/audit"
	"congvu/internal/auth"
	"congvu/internal/backup"
	"congvu/internal/documents"
	"congvu/internal/dossiers"
	"congvu/internal/exchange"
	"congvu/internal/search"
	"congvu/internal/store"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are the figures of this process and its installation. They name no person, no agency and no document, and their labels are bounded by the code.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

func (in *installation) newMetrics(backups string) *metrics {
	m := &metrics{registry: prometheus.NewRegistry(), requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "congvu_http_seconds", Help: "Time of answers by method, class of route and class of status.",
		Buckets: []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"method", "route", "class"})}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), m.requests,
		&figures{in: in, backups: backups})
	return m
}

func (m *metrics) page() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{EnableOpenMetrics: true})
}

// listenMetrics opens the address for a Prometheus on another host; without one it does nothing. Nothing else of the server answers there.
func (in *installation) listenMetrics(address string, m *metrics, log *slog.Logger) (end func(), err error) {
	if address == "" {
		return func() {}, nil
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("không lắng nghe được số liệu giám sát tại %s: %w", address, err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", alive)
	mux.HandleFunc("GET /readyz", in.ready)
	mux.Handle("GET /metrics", m.page())
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Error("metrics listener", "error", err)
		}
	}()
	log.Info("metrics", "address", l.Addr().String())
	return func() { _ = server.Close() }, nil
}

// routes are the classes of addresses that are told apart; the others are "other".
var routes = []string{"incoming", "outgoing", "arrivals", "desk", "dossiers", "deposits", "registers", "exchange", "files", "search", "statistics", "admin", "rights",
	"signing", "signings", "templates", "account", "sign-in", "sign-out", "verify", "week", "follow", "assets"}

func routeClass(path string) string {
	head, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch {
	case head == "":
		return "home"
	case head == "api":
		_, rest, _ = strings.Cut(rest, "/") // the version
		if head, _, _ = strings.Cut(rest, "/"); slices.Contains(routes, head) {
			return "api:" + head
		}
		return "api:other"
	case slices.Contains(routes, head):
		return head
	}
	return "other"
}

// methodClass keeps a stranger's invention out of the labels.
func methodClass(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete:
		return m
	}
	return "other"
}

// figures gives what is read at the moment it is asked for: of the process at once, of the database at most every ten seconds.
type figures struct {
	in      *installation
	backups string

	mu   sync.Mutex
	read time.Time
	kept []prometheus.Metric
}

func figure(name, help string, labels ...string) *prometheus.Desc {
	d := prometheus.NewDesc("congvu_"+name, help, labels, nil)
	allFigures = append(allFigures, d)
	return d
}

var allFigures []*prometheus.Desc

var (
	figureBuild     = figure("build_info", "The program's version and the kind of database; always 1.", "version", "engine")
	figureConns     = figure("db_connections", "Database connections by pool and state.", "pool", "state")
	figureWaits     = figure("db_waits_total", "How often somebody waited for a database connection.", "pool")
	figureWaited    = figure("db_wait_seconds_total", "How long connections were waited for.", "pool")
	figureQueue     = figure("db_write_queue", "Acts that wait for the one writer of SQLite.")
	figureBacklog   = figure("jobs", "Due work by kind and state; stuck work waits for a person.", "kind", "state")
	figureCalls     = figure("statement_calls_total", "How often a statement ran, of those that took the most time so far.", "statement")
	figureTime      = figure("statement_seconds_total", "Time spent in a statement, of those that took the most so far.", "statement")
	figureActs      = figure("acts_total", "Acts this process has committed, by verb of the journal.", "verb")
	figureBehind    = figure("follower_behind_entries", "Entries of the journal that a follower has not handled, counted up to 10,000.", "follower")
	figureAge       = figure("follower_behind_seconds", "Age of the oldest entry that a follower has not handled.", "follower")
	figureLines     = figure("exchange_lines", "Lines of receivers that are not there yet, by state.", "state")
	figureWaiting   = figure("exchange_waiting", "What waits in the exchange: parcels for their sender's turn, statuses that could not leave.", "what")
	figureOldest    = figure("exchange_oldest_seconds", "Age of the oldest that waits: to leave, for its receipt, for its sender's turn, as a status.", "what")
	figureApart     = figure("exchange_quarantine", "Parcels in quarantine that nobody has decided about.")
	figureOdd       = figure("exchange_differences", "Differences found in the comparison with receivers that are not healed.")
	figureForks     = figure("audit_forks", "Forks of the sealed journal that were found; more than none is an emergency.")
	figureFenced    = figure("registers_fenced", "Registers that give no number since a restore made them forget some.")
	figureLost      = figure("numbers_missing", "Numbers that registers forgot in a restore, neither entered again nor void.")
	figureSessions  = figure("sessions", "Sessions that are open, and those used in the last five minutes.", "state")
	figurePasswords = figure("passwords_waiting", "Passwords that wait for a processor to be checked.")
	figureCopyAt    = figure("backup_last_success_seconds", "When the last backup that succeeded ended, in seconds since 1970; 0 = there is none.")
	figureCopyOK    = figure("backup_last_ok", "1 when the last backup succeeded, 0 when it failed; absent when none was ever tried.")
	figureCopySize  = figure("backup_last_bytes", "Bytes that the last successful backup holds.")
	figureDisk      = figure("disk_bytes", "Bytes of the disk below a folder: free for the server, and in all.", "folder", "state")
	figureTook      = figure("figures_seconds", "How long reading these figures from the database took.")
	figureRead      = figure("figures_ok", "1 when all figures of the database could be read, 0 when the database did not answer.")
)

// figureStatements bounds how many statements are shown.
const figureStatements = 60

// Describe names them all; one that cannot be read at the moment is absent, not zero.
func (f *figures) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range allFigures {
		ch <- d
	}
}

func gauge(d *prometheus.Desc, v float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}

func counter(d *prometheus.Desc, v float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
}

func (f *figures) Collect(ch chan<- prometheus.Metric) {
	engine := "sqlite"
	if f.in.DB.Engine() == store.Postgres {
		engine = "postgresql"
	}
	ch <- gauge(figureBuild, 1, versionText(), engine)
	for i, u := range store.Used() {
		if i == figureStatements {
			break
		}
		ch <- counter(figureCalls, float64(u.Calls), u.Where)
		ch <- counter(figureTime, u.Time.Seconds(), u.Where)
	}
	read, write := f.in.DB.Stats()
	for name, s := range map[string]struct {
		open, used int
		waits      int64
		waited     time.Duration
	}{"read": {read.OpenConnections, read.InUse, read.WaitCount, read.WaitDuration}, "write": {write.OpenConnections, write.InUse, write.WaitCount, write.WaitDuration}} {
		ch <- gauge(figureConns, float64(s.open), name, "open")
		ch <- gauge(figureConns, float64(s.used), name, "used")
		ch <- counter(figureWaits, float64(s.waits), name)
		ch <- counter(figureWaited, s.waited.Seconds(), name)
	}
	ch <- gauge(figureQueue, float64(f.in.DB.Queued()))
	ch <- gauge(figurePasswords, float64(auth.PasswordsWaiting()))
	acts := f.in.DB.Acts()
	for _, verb := range []string{"document.registered", "document.issued", "document.signed", "document.sign_failed", "installation.backup_failed"} {
		acts[verb] += 0 // alerts and rates begin at zero, not at the first event
	}
	for verb, n := range acts {
		ch <- counter(figureActs, float64(n), verb)
	}
	f.disks(ch)
	for _, m := range f.tables() {
		ch <- m
	}
}

// disks tells the room below the data and below the backups.
func (f *figures) disks(ch chan<- prometheus.Metric) {
	for name, folder := range map[string]string{"data": f.in.Data, "backup": f.backups} {
		if folder == "" {
			continue
		}
		if _, err := os.Stat(folder); err != nil {
			continue
		}
		if free, all, ok := diskRoom(folder); ok {
			ch <- gauge(figureDisk, float64(free), name, "free")
			ch <- gauge(figureDisk, float64(all), name, "all")
		}
	}
}

const figuresKept = 10 * time.Second

// tables reads the figures of the database, or gives those of a moment ago: several who ask cost as much as one.
func (f *figures) tables() []prometheus.Metric {
	f.mu.Lock()
	defer f.mu.Unlock()
	if time.Since(f.read) < figuresKept {
		return f.kept
	}
	begun := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	f.kept = nil
	whole := 1.0
	for _, ask := range []func(context.Context) error{f.jobs, f.followers, f.exchange, f.people, f.copies, f.forks, f.fences} {
		if err := ask(ctx); err != nil {
			whole = 0
		}
	}
	f.put(figureTook, time.Since(begun).Seconds())
	f.put(figureRead, whole)
	f.read = time.Now()
	return f.kept
}

func (f *figures) put(d *prometheus.Desc, v float64, labels ...string) {
	f.kept = append(f.kept, gauge(d, v, labels...))
}

func (f *figures) jobs(ctx context.Context) error {
	jobs, err := f.in.DB.Backlogs(ctx)
	for _, j := range jobs {
		f.put(figureBacklog, float64(j.N), j.Kind, j.State)
	}
	return err
}

// followers are those who live behind the journal.
var followers = []string{exchange.Follower, audit.Follower, "notify", documents.RightsFollower, dossiers.Follower, search.Follower}

func (f *figures) followers(ctx context.Context) error {
	for _, name := range followers {
		lag, err := f.in.DB.Lag(ctx, name)
		if err != nil {
			return err
		}
		f.put(figureBehind, float64(lag.N), name)
		f.put(figureAge, f.age(lag.Since), name)
	}
	return nil
}

// age is how long ago something began; 0 for what did not.
func (f *figures) age(since store.Instant) float64 {
	if since == 0 {
		return 0
	}
	return max(0, f.in.DB.Now().Time().Sub(since.Time()).Seconds())
}

func (f *figures) exchange(ctx context.Context) error {
	b, err := exchange.Unfinished(ctx, f.in.DB)
	if err != nil {
		return err
	}
	for state, n := range b.Lines {
		f.put(figureLines, float64(n), string(state))
	}
	f.put(figureWaiting, float64(b.Waiting), "turn")
	f.put(figureWaiting, float64(b.Owed), "status")
	for what, since := range map[string]store.Instant{"leave": b.Queued, "receipt": b.Unanswered, "turn": b.WaitingLong, "status": b.OwedSince} {
		f.put(figureOldest, f.age(since), what)
	}
	f.put(figureApart, float64(b.Quarantined))
	f.put(figureOdd, float64(b.Differences))
	return nil
}

func (f *figures) people(ctx context.Context) error {
	p, err := auth.Present(ctx, f.in.DB, f.in.DB.Now())
	if err == nil {
		f.put(figureSessions, float64(p.Open), "open")
		f.put(figureSessions, float64(p.Active), "active")
	}
	return err
}

func (f *figures) copies(ctx context.Context) error {
	runs, err := backup.Runs(ctx, f.in.DB, store.Actor{Via: store.ViaSystem}, 200)
	if err != nil {
		return err
	}
	taken := slices.DeleteFunc(runs, func(r backup.Run) bool { return r.Kind != backup.Taken })
	if len(taken) > 0 {
		ok := 0.0
		if taken[0].State == backup.Done {
			ok = 1
		}
		f.put(figureCopyOK, ok)
	}
	at := 0.0
	if i := slices.IndexFunc(taken, func(r backup.Run) bool { return r.State == backup.Done }); i >= 0 {
		at = float64(taken[i].EndedAt) / 1e6
		f.put(figureCopySize, float64(taken[i].Bytes))
	}
	f.put(figureCopyAt, at)
	return nil
}

func (f *figures) forks(ctx context.Context) error {
	forks, err := audit.Forks(ctx, f.in.DB)
	if err == nil {
		f.put(figureForks, float64(len(forks)))
	}
	return err
}

func (f *figures) fences(ctx context.Context) error {
	all, err := documents.FencedRegisters(ctx, f.in.DB)
	if err != nil {
		return err
	}
	missing := int64(0)
	for _, r := range all {
		missing += r.Missing
	}
	f.put(figureFenced, float64(len(all)))
	f.put(figureLost, float64(missing))
	return nil
}
