package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"congvu/internal/auth"
	"congvu/internal/calendar"
	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/keys"
	"congvu/internal/org"
	"congvu/internal/store"
)

// Real faults: processes that are killed, power that is cut, networks that part, a disk that is full, a peer that floods, a clock that jumps. They run
// only when they are asked for, as root, and leave one line of JSON each; docs/reliability.md is written from the lines that are kept:
//
//	go test ./cmd/congvu -run TestFaults -faults 'server=200,broker=200,postgres=200,power=50,planted=5,net=20,disk=3,flood=3,clock=6' -faults.out ../../docs/reliability.jsonl -timeout 4h
var (
	faults    = flag.String("faults", "", "campaigns of real faults and their rounds, for instance server=200,power=50")
	faultsOut = flag.String("faults.out", "", "file to which each campaign adds a line of JSON")
)

// A verdict is what came out of a campaign. Everything between Lost and Gaps must be 0.
type verdict struct {
	Campaign     string             `json:"campaign"`
	What         string             `json:"what"`
	Rounds       int                `json:"rounds"`
	Seconds      float64            `json:"seconds"`
	Acknowledged int                `json:"acknowledged"` // acts that a client was told are done
	Issued       int                `json:"issued"`
	Registered   int                `json:"registered"`
	Lines        int                `json:"lines"`
	Lost         int                `json:"lost"`           // acknowledged acts that are not there, and deliveries that ended nowhere
	Doubled      int                `json:"doubled"`        // deliveries that ended in more than one document
	FalseReceipt int                `json:"false_receipts"` // receipts of what is not held, or of other bytes
	Differ       int                `json:"differ"`         // lines that say another thing than their receiver
	Gaps         int                `json:"gaps"`           // numbers that are missing or doubled in a register
	Figures      map[string]float64 `json:"figures,omitempty"`
	Failed       []string           `json:"failed,omitempty"`
	Engine       string             `json:"engine"`
	Machine      string             `json:"machine"`
	Date         string             `json:"date"`
	Commit       string             `json:"commit"`
}

func (v *verdict) fail(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); len(v.Failed) < 20 {
		v.Failed = append(v.Failed, text)
	}
}

func (v *verdict) figure(name string, x float64) {
	if v.Figures == nil {
		v.Figures = map[string]float64{}
	}
	v.Figures[name] = x
}

// keep writes the line.
func (v *verdict) keep(t *testing.T, begun time.Time) {
	t.Helper()
	v.Seconds = time.Since(begun).Round(100 * time.Millisecond).Seconds()
	v.Date = begun.In(calendar.Hanoi).Format("2006-01-02 15:04")
	v.Engine = cmp.Or(v.Engine, string(store.SQLite))
	v.Machine = fmt.Sprintf("%d CPU, %s", runtime.NumCPU(), kernel())
	if out, err := exec.Command("git", "describe", "--always", "--dirty").Output(); err == nil {
		v.Commit = strings.TrimSpace(string(out))
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s", b)
	if *faultsOut != "" {
		f, err := os.OpenFile(*faultsOut, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.Write(append(b, '\n')); err != nil {
			t.Fatal(err)
		}
	}
}

func kernel() string {
	b, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return runtime.GOOS
	}
	return "Linux " + strings.TrimSpace(string(b))
}

func TestFaults(t *testing.T) {
	if *faults == "" {
		t.Skip("real faults run when -faults names campaigns")
	}
	campaigns := map[string]func(*testing.T, int) *verdict{"server": killServer, "broker": killBroker, "postgres": killPostgres, "power": cutPower, "planted": cutPowerPlanted,
		"net": partNetwork, "disk": fillDisk, "flood": floodPeer, "clock": jumpClock}
	for _, part := range strings.Split(*faults, ",") {
		name, count, _ := strings.Cut(part, "=")
		rounds, err := strconv.Atoi(cmp.Or(count, "1"))
		if campaigns[name] == nil || err != nil {
			t.Fatalf("no campaign %q", part)
		}
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			v := campaigns[name](t, rounds)
			v.Campaign, v.Rounds = name, rounds
			v.keep(t, begun)
			bad := v.Lost+v.Doubled+v.FalseReceipt+v.Differ+v.Gaps+len(v.Failed) > 0
			if bad != (name == "planted") {
				t.Errorf("%+v", v)
			}
		})
	}
}

// town is one installation under load, with what its clients were told.
type town struct {
	t      *testing.T
	s      *settings
	crowds []*crowd
	told   *book
	codes  map[int64]string // agency → code
	proved time.Time
	abroad []*crowd // offices of the other installation
	years  bool     // its registers are of several years
}

func faultsAuthority(t *testing.T) *keys.TestAuthority {
	t.Helper()
	a, err := storyAuthority()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// foundTown lays out an installation with offices that live there and others that it knows.
func foundTown(t *testing.T, s *settings, here, elsewhere []int, clock store.Clock) *town {
	t.Helper()
	ctx := context.Background()
	authority := faultsAuthority(t)
	s.Trust = filepath.Join(t.TempDir(), "trust")
	check(t, authority.WriteTrust(s.Trust))
	in, err := openTables(ctx, s, opening{migrate: true, allowTest: true, clock: clock})
	check(t, err)
	defer in.Close()
	w := &town{t: t, s: s, told: &book{issued: map[client.ID]string{}, registered: map[client.ID]int64{}}, codes: map[int64]string{}}
	hash, err := storyHash()
	check(t, err)
	check(t, in.DB.Keep(ctx, func(tx *store.Tx) error { return tx.Set(ctx, 0, "auth.confirm_minutes", "60") }))
	for _, n := range here {
		o, err := openOffice(ctx, in, authority, n)
		check(t, err)
		c := &crowd{office: o}
		w.codes[int64(o.agency.ID)] = officeCode(n)
		for _, p := range []struct {
			name string
			a    store.Actor
			into **client.Client
		}{{"head", o.head, &c.head}, {"drafter", o.drafter, &c.drafter}, {"clerk", o.clerk, &c.clerk}} {
			check(t, in.DB.Write(ctx, store.System(0), func(tx *store.Tx) error {
				err := auth.PutAccount(ctx, tx, auth.Opening{Person: org.PersonID(p.a.Person), Login: fmt.Sprintf("%s.%d", p.name, n), Hash: hash})
				if err != nil {
					return err
				}
				token, err := auth.IssueAPIToken(ctx, tx, p.a.Person, org.HoldingID(p.a.Holding), "phép thử", tx.Now().Add(360*24*time.Hour))
				*p.into = &client.Client{Token: token, Tries: 1}
				return err
			}))
		}
		w.crowds = append(w.crowds, c)
	}
	for _, n := range elsewhere {
		check(t, in.DB.Write(ctx, store.System(0), func(tx *store.Tx) error {
			_, err := org.OpenAgency(ctx, tx, org.AgencyForm{Code: officeCode(n), Name: fmt.Sprintf("Sở Thử nghiệm số %d", n+1), Abbr: fmt.Sprintf("STN%d", n+1), Level: org.Department,
				ValidFrom: calendar.DateOf(time.Now()).AddDays(-30)})
			return err
		}))
	}
	w.confirm(in)
	w.proved = time.Now()
	return w
}

// confirm lets everybody prove himself: acts of seals ask for it, and the proof is good for an hour.
func (w *town) confirm(in *installation) {
	w.t.Helper()
	ctx := context.Background()
	for _, c := range w.crowds {
		for _, p := range []*client.Client{c.head, c.drafter, c.clerk} {
			session, err := auth.ResolveAPIToken(ctx, in.DB, p.Token)
			if err == nil {
				_, err = auth.Confirm(ctx, in.DB, session, storyPassword)
			}
			check(w.t, err)
		}
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// server is a running congvu.
type server struct {
	t       *testing.T
	cmd     *exec.Cmd
	address string
	gone    chan struct{}
	log     *bytes.Buffer
}

// launch starts the program, perhaps another build of it, perhaps in a network of its own, and waits until it answers.
func launch(t *testing.T, s *settings, program string, inNet string, addr string) *server {
	t.Helper()
	argv := []string{program, "serve", "--addr", addr, "--allow-test-certificates", "--log", "error"}
	if inNet != "" {
		argv = append([]string{"ip", "netns", "exec", inNet}, argv...)
	}
	v := &server{t: t, cmd: exec.Command(argv[0], argv[1:]...), gone: make(chan struct{}), log: &bytes.Buffer{}}
	v.cmd.Env = append(os.Environ(), asProgram+"=1", "CONGVU_DB="+s.DB, "CONGVU_DATA="+s.Data, "CONGVU_TRUST="+s.Trust, "CONGVU_AXIS="+s.Axis, "CONGVU_AXIS_LISTEN="+s.AxisListen,
		"CONGVU_AXIS_PEERS="+s.AxisPeers, "CONGVU_AXIS_HUB="+s.AxisHub, "CONGVU_AXIS_PASSWORD="+s.AxisPassword, "CONGVU_EVIDENCE=off")
	v.cmd.Stderr = v.log
	v.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := v.cmd.StdoutPipe()
	check(t, err)
	runtime.LockOSThread() // Pdeathsig looks at the thread
	err = v.cmd.Start()
	check(t, err)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, a, found := strings.Cut(lines.Text(), "congvu đang chạy tại "); found {
			v.address = a
			break
		}
	}
	go func() {
		for lines.Scan() {
		}
		v.cmd.Wait()
		close(v.gone)
	}()
	if v.address == "" {
		<-v.gone
		t.Fatalf("the server did not start: %s", v.log)
	}
	return v
}

func (v *server) end(sig syscall.Signal) {
	v.cmd.Process.Signal(sig)
	select {
	case <-v.gone:
	case <-time.After(3 * time.Minute):
		v.cmd.Process.Kill()
		v.t.Error("the server did not stop")
	}
}

// at tells the people where the server is.
func (w *town) at(address string) {
	for _, c := range w.crowds {
		for _, p := range []*client.Client{c.drafter, c.head, c.clerk} {
			p.Server = address
		}
	}
}

// loaded lets people work until stop: each office issues to the next, and registers what arrives.
func (w *town) loaded(next func(i int) *crowd) (stop func()) {
	load, end := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for i, c := range w.crowds {
		for range 2 {
			all.Go(func() {
				for load.Err() == nil {
					c.oneWay(load, next(i), w.told)
				}
			})
		}
		all.Go(func() {
			for load.Err() == nil {
				c.registerArrivals(load, w.told)
				pause(load, 50*time.Millisecond)
			}
		})
	}
	return func() { end(); all.Wait() }
}

func (w *town) ring(i int) *crowd { return w.crowds[(i+1)%len(w.crowds)] }

func between(low, high time.Duration) time.Duration { return low + rand.N(high-low) }

var (
	sqlBookLines = store.SQL(`SELECT d.agency_id, d.document_id, d.receiver_code, d.state, COALESCE(p.sha, '') AS sha
		FROM exchange_deliveries d LEFT JOIN exchange_parcels p ON p.agency_id = d.agency_id AND p.id = d.parcel_id`)
	sqlBookHeld    = store.SQL(`SELECT agency_id, document_id, state, arrival_number FROM documents_incoming WHERE source = 'exchange'`)
	sqlBookTaken   = store.SQL(`SELECT agency_id, document_id, sha FROM exchange_parcels WHERE direction = 'in' AND state = 'opened'`)
	sqlBookHeard   = store.SQL(`SELECT agency_id, peer_code, document_id, code, sha, agreed FROM exchange_answers WHERE code = '01'`)
	sqlBookOpen    = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM exchange_deliveries WHERE due_us > 0 OR state IN ('not_sent', 'queued', 'on_exchange', 'failed')`)
	sqlBookOwed    = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM exchange_statuses WHERE due_us > 0`)
	sqlBookHalf    = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM documents_outgoing WHERE state IN ('numbered', 'sealed')`)
	sqlBookNumbers = store.SQL(`SELECT agency_id, id, number, number_text, document_id FROM documents_outgoing WHERE state = 'issued' ORDER BY agency_id, number`)
	sqlBookWaits   = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM exchange_deliveries WHERE state <> 'registered'`)
	sqlBookKept    = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM exchange_quarantine`)
)

type (
	bookLine struct {
		AgencyID                             int64
		DocumentID, ReceiverCode, State, SHA string
	}
	bookHeld struct {
		AgencyID          int64
		DocumentID, State string
		ArrivalNumber     int64
	}
	bookTaken struct {
		AgencyID        int64
		DocumentID, SHA string
	}
	bookHeard struct {
		AgencyID                   int64
		PeerCode, DocumentID, Code string
		SHA                        string
		Agreed                     bool
	}
	bookNumber struct {
		AgencyID, ID, Number   int64
		NumberText, DocumentID string
	}
)

func rowsOf(t *testing.T, db *store.DB, s *store.Stmt) int64 {
	t.Helper()
	n, err := store.One[int64](context.Background(), db, s)
	check(t, err)
	return n
}

// settle lets everything that was begun come to its end on servers that nobody harms: what has a number is released, what arrived is registered, what is registered
// is known to its sender.
func settle(t *testing.T, v *verdict, patience time.Duration, towns ...*town) {
	t.Helper()
	ctx := context.Background()
	begun := time.Now()
	for {
		open := int64(0)
		for _, w := range towns {
			in, err := openTables(ctx, w.s, opening{allowTest: true})
			check(t, err)
			for _, c := range w.crowds {
				for _, tab := range []string{documents.TabToNumber, documents.TabToIssue} {
					page, err := c.clerk.Outbox(ctx, client.List{Tab: tab, Limit: 200})
					check(t, err)
					for _, r := range page.Rows {
						if _, err := c.clerk.Release(ctx, r.ID); err != nil {
							t.Logf("release %s: %v", r.ID, err)
						}
						open++
					}
				}
				c.registerArrivals(ctx, w.told)
			}
			open += rowsOf(t, in.DB, sqlBookOpen) + rowsOf(t, in.DB, sqlBookOwed) + rowsOf(t, in.DB, sqlBookHalf) + rowsOf(t, in.DB, sqlBookWaits)
			in.Close()
		}
		if waited := time.Since(begun); waited > 2*time.Minute && waited < 2*time.Minute+time.Second {
			t.Logf("%d things are still under way", open)
		}
		if open == 0 {
			v.figure("settled_s", time.Since(begun).Round(100*time.Millisecond).Seconds())
			return
		}
		if time.Since(begun) > patience {
			v.fail("%d things are still under way after %s", open, patience)
			return
		}
		time.Sleep(300 * time.Millisecond)
	}
}

// closedBook holds what is stored against what clients were told, and both ends of every line against each other (reliability §4).
func closedBook(t *testing.T, v *verdict, towns ...*town) {
	t.Helper()
	ctx := context.Background()
	type at struct{ agency, document string }
	held, taken, states := map[at]int{}, map[at][]string{}, map[at]string{}
	var lines []bookLine
	codes := map[int64]map[int64]string{}
	heard := map[at][]bookHeard{}
	for i, w := range towns {
		in, err := openTables(ctx, w.s, opening{allowTest: true})
		check(t, err)
		codes[int64(i)] = w.codes
		v.Engine = string(in.DB.Engine())
		v.Acknowledged += w.told.acts
		v.Issued += len(w.told.issued)
		v.Registered += len(w.told.registered)
		all, err := store.All[bookLine](ctx, in.DB, sqlBookLines)
		check(t, err)
		lines = append(lines, all...)
		for _, h := range have[bookHeld](t, in.DB, sqlBookHeld) {
			k := at{w.codes[h.AgencyID], h.DocumentID}
			held[k]++
			states[k] = h.State
		}
		for _, p := range have[bookTaken](t, in.DB, sqlBookTaken) {
			k := at{w.codes[p.AgencyID], p.DocumentID}
			taken[k] = append(taken[k], p.SHA)
		}
		for _, a := range have[bookHeard](t, in.DB, sqlBookHeard) {
			k := at{a.PeerCode, a.DocumentID}
			heard[k] = append(heard[k], a)
		}
		w.numbers(t, v, in)
		if n := rowsOf(t, in.DB, sqlBookKept); n > 0 {
			v.figure("quarantined", v.Figures["quarantined"]+float64(n))
		}
		in.Close()
	}
	v.Lines = len(lines)
	for _, l := range lines {
		k := at{l.ReceiverCode, l.DocumentID}
		switch n := held[k]; {
		case n == 0:
			v.Lost++
			v.fail("%s for %s is nowhere, its line is %s", l.DocumentID, l.ReceiverCode, l.State)
		case n > 1 || len(taken[k]) != 1:
			v.Doubled++
			v.fail("%s is %d times at %s, %d parcels", l.DocumentID, n, l.ReceiverCode, len(taken[k]))
		case l.State != states[k]:
			v.Differ++
			v.fail("%s: line %s, receiver %s", l.DocumentID, l.State, states[k])
		}
		delete(held, k)
		if len(heard[k]) != 1 {
			v.Differ++
			v.fail("%s: %d receipts", l.DocumentID, len(heard[k]))
		}
		for _, a := range heard[k] {
			if !a.Agreed || a.SHA != l.SHA || len(taken[k]) > 0 && taken[k][0] != a.SHA {
				v.FalseReceipt++
				v.fail("%s: the receipt names other bytes", l.DocumentID)
			}
		}
	}
	for k, n := range held { // arrived without ever having been sent
		v.Doubled += n
		v.fail("%s is at %s and was never sent", k.document, k.agency)
	}
}

func have[T any](t *testing.T, db *store.DB, s *store.Stmt) []T {
	t.Helper()
	all, err := store.All[T](context.Background(), db, s)
	check(t, err)
	return all
}

// numbers looks that every acknowledged number is there and that no register has a gap.
func (w *town) numbers(t *testing.T, v *verdict, in *installation) {
	t.Helper()
	stored := map[client.ID]bookNumber{}
	want := map[int64]int64{}
	for _, n := range have[bookNumber](t, in.DB, sqlBookNumbers) {
		stored[client.ID(n.ID)] = n
		if want[n.AgencyID]++; !w.years && n.Number != want[n.AgencyID] {
			v.Gaps++
			v.fail("%s: place %d of the register holds number %d", w.codes[n.AgencyID], want[n.AgencyID], n.Number)
			want[n.AgencyID] = n.Number
		}
	}
	for id, text := range w.told.issued {
		if n, ok := stored[id]; !ok || n.NumberText != text {
			v.Lost++
			v.fail("%s was acknowledged under %s: %+v", id, text, n)
		}
	}
	arrivals := map[int64]map[int64]int{}
	for _, h := range have[bookHeld](t, in.DB, sqlBookHeld) {
		if h.ArrivalNumber > 0 {
			if arrivals[h.AgencyID] == nil {
				arrivals[h.AgencyID] = map[int64]int{}
			}
			arrivals[h.AgencyID][h.ArrivalNumber]++
		}
	}
	if w.years {
		clear(arrivals)
	}
	for agency, numbers := range arrivals {
		for n := range int64(len(numbers)) {
			if numbers[n+1] != 1 {
				v.Gaps++
				v.fail("%s: arrival number %d stands %d times", w.codes[agency], n+1, numbers[n+1])
			}
		}
	}
	for id, number := range w.told.registered {
		got, err := store.One[int64](context.Background(), in.DB, sqlBookArrival, int64(id))
		if err != nil || got != number {
			v.Lost++
			v.fail("arrival %s was acknowledged under number %d: %d %v", id, number, got, err)
		}
	}
}

var sqlBookArrival = store.SQL(`SELECT arrival_number FROM documents_incoming WHERE id = $1`)

// killServer is a server with everything embedded that dies in the middle of work.
func killServer(t *testing.T, rounds int) *verdict {
	v := &verdict{What: "SQLite, trục nhúng: giết máy chủ (kill -9) khi đang có tải"}
	w := foundTown(t, &settings{Data: t.TempDir()}, []int{0, 1, 2}, nil, nil)
	program := ownPath(t)
	for range rounds {
		s := launch(t, w.s, program, "", "127.0.0.1:0")
		w.at(s.address)
		w.again(t)
		stop := w.loaded(w.ring)
		pause(context.Background(), between(300*time.Millisecond, 1200*time.Millisecond))
		s.end(syscall.SIGKILL)
		stop()
	}
	return w.reckon(t, v, program)
}

// again proves everybody anew before the hour is over.
func (w *town) again(t *testing.T) {
	if time.Since(w.proved) < 20*time.Minute {
		return
	}
	in, err := openTables(context.Background(), w.s, opening{allowTest: true})
	check(t, err)
	w.confirm(in)
	in.Close()
	w.proved = time.Now()
}

// reckon starts a server that nobody harms, and closes the book.
func (w *town) reckon(t *testing.T, v *verdict, program string) *verdict {
	t.Helper()
	s := launch(t, w.s, program, "", "127.0.0.1:0")
	w.at(s.address)
	settle(t, v, 10*time.Minute, w)
	s.end(syscall.SIGTERM)
	closedBook(t, v, w)
	return v
}

// killBroker is a broker of its own, nats-server with sync_interval always, that dies under a server that lives on.
func killBroker(t *testing.T, rounds int) *verdict {
	v := &verdict{What: "SQLite, nats-server riêng: giết máy chủ trục (kill -9) khi đang có tải, máy chủ congvu vẫn chạy"}
	nats := natsServer(t)
	dir, port := t.TempDir(), freePort(t)
	conf := filepath.Join(dir, "nats.conf")
	check(t, os.WriteFile(conf, fmt.Appendf(nil, "server_name: b\nlisten: 127.0.0.1:%d\njetstream { store_dir: %q, sync_interval: always }\n", port, filepath.Join(dir, "js")), 0o600))
	broker := func() *exec.Cmd {
		cmd := exec.Command(nats, "-c", conf)
		check(t, cmd.Start())
		return cmd
	}
	b := broker()
	defer func() { b.Process.Kill(); b.Wait() }()
	awaitPort(t, port)
	w := foundTown(t, &settings{Data: t.TempDir(), Axis: fmt.Sprintf("nats://127.0.0.1:%d", port)}, []int{0, 1, 2}, nil, nil)
	s := launch(t, w.s, ownPath(t), "", "127.0.0.1:0")
	w.at(s.address)
	for range rounds {
		w.again(t)
		stop := w.loaded(w.ring)
		pause(context.Background(), between(500*time.Millisecond, 1500*time.Millisecond))
		b.Process.Kill()
		b.Wait()
		pause(context.Background(), between(0, 500*time.Millisecond))
		b = broker()
		pause(context.Background(), between(200*time.Millisecond, 800*time.Millisecond))
		stop()
	}
	settle(t, v, 10*time.Minute, w)
	s.end(syscall.SIGTERM)
	closedBook(t, v, w)
	return v
}

func natsServer(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("CONGVU_NATS_SERVER"); path != "" {
		return path
	}
	path := filepath.Join(t.TempDir(), "nats-server")
	if out, err := exec.Command("go", "build", "-o", path, "github.com/nats-io/nats-server/v2").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// killPostgres is a database server that dies with all its processes under a server that lives on.
func killPostgres(t *testing.T, rounds int) *verdict {
	v := &verdict{What: "PostgreSQL (fsync bật), trục nhúng: giết postmaster và mọi tiến trình con (kill -9) khi đang có tải, máy chủ congvu vẫn chạy"}
	p := ownPostgres(t)
	w := foundTown(t, &settings{Data: t.TempDir(), DB: p.url}, []int{0, 1, 2}, nil, nil)
	s := launch(t, w.s, ownPath(t), "", "127.0.0.1:0")
	w.at(s.address)
	for range rounds {
		w.again(t)
		stop := w.loaded(w.ring)
		pause(context.Background(), between(1500*time.Millisecond, 3*time.Second))
		p.kill(t)
		pause(context.Background(), between(0, 300*time.Millisecond))
		p.start(t)
		pause(context.Background(), between(200*time.Millisecond, 800*time.Millisecond))
		stop()
	}
	settle(t, v, 10*time.Minute, w)
	s.end(syscall.SIGTERM)
	closedBook(t, v, w)
	return v
}

// postgresServer is a cluster of our own, so that it can be killed.
type postgresServer struct{ bin, dir, url string }

func ownPostgres(t *testing.T) *postgresServer {
	t.Helper()
	bins, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if len(bins) == 0 {
		t.Skip("no PostgreSQL server on this machine")
	}
	dir, err := os.MkdirTemp("", "congvu-faults-pg-")
	check(t, err)
	check(t, os.Chmod(dir, 0o755))
	check(t, exec.Command("chown", "postgres", dir).Run())
	port := freePort(t)
	p := &postgresServer{bin: bins[len(bins)-1], dir: dir, url: fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres", port)}
	p.as(t, "initdb", "-D", dir+"/data", "-U", "postgres", "-A", "trust", "--locale=C", "-E", "UTF8")
	conf := fmt.Sprintf("listen_addresses='127.0.0.1'\nport=%d\nunix_socket_directories=''\nmax_connections=100\nfsync=on\nsynchronous_commit=on\nshared_buffers=64MB\n", port)
	f, err := os.OpenFile(dir+"/data/postgresql.conf", os.O_APPEND|os.O_WRONLY, 0)
	check(t, err)
	_, err = f.WriteString(conf)
	check(t, err)
	f.Close()
	p.start(t)
	t.Cleanup(func() {
		exec.Command("runuser", "-u", "postgres", "--", p.bin+"/pg_ctl", "-D", dir+"/data", "-m", "immediate", "stop").Run()
		os.RemoveAll(dir)
	})
	return p
}

func (p *postgresServer) as(t *testing.T, program string, args ...string) {
	t.Helper()
	cmd := exec.Command("runuser", append([]string{"-u", "postgres", "--", p.bin + "/" + program}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
}

func (p *postgresServer) start(t *testing.T) {
	t.Helper()
	os.Remove(p.dir + "/data/postmaster.pid")
	cmd := exec.Command("runuser", "-u", "postgres", "--", p.bin+"/pg_ctl", "-D", p.dir+"/data", "-l", p.dir+"/log", "-w", "-t", "120", "start")
	if err := cmd.Run(); err != nil { // with no pipe that the server would keep open
		log, _ := os.ReadFile(p.dir + "/log")
		t.Fatalf("postgres did not start: %v\n%s", err, log[max(0, len(log)-2000):])
	}
}

func (p *postgresServer) pids(t *testing.T) []int {
	t.Helper()
	b, err := os.ReadFile(p.dir + "/data/postmaster.pid")
	check(t, err)
	first, _, _ := strings.Cut(string(b), "\n")
	master, err := strconv.Atoi(strings.TrimSpace(first))
	check(t, err)
	return append([]int{master}, children(master)...)
}

func children(of int) (out []int) {
	b, _ := exec.Command("pgrep", "-P", strconv.Itoa(of)).Output()
	for _, f := range strings.Fields(string(b)) {
		if n, err := strconv.Atoi(f); err == nil {
			out = append(out, n)
		}
	}
	return out
}

func (p *postgresServer) kill(t *testing.T) {
	t.Helper()
	all := p.pids(t)
	syscall.Kill(all[0], syscall.SIGSTOP) // no new children while they die
	all = p.pids(t)
	for _, pid := range all {
		syscall.Kill(pid, syscall.SIGKILL)
	}
	for _, pid := range all {
		for syscall.Kill(pid, 0) == nil && !zombie(pid) {
			time.Sleep(5 * time.Millisecond)
		}
	}
}

func zombie(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	return strings.HasPrefix(rest, "Z")
}
