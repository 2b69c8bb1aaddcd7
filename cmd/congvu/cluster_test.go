package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"congvu/internal/axis"
	"congvu/internal/client"
	"congvu/internal/storetest"
)

// member is a process of the cluster: a copy of the server, or a broker.
type member struct {
	args, env []string
	ready     string // what it says when the next one may be stopped
	cmd       *exec.Cmd
	said      chan string
}

func (m *member) start(t *testing.T, s *settings) {
	t.Helper()
	m.cmd = program(t, s, m.args...)
	m.cmd.Env = append(m.cmd.Env, m.env...)
	m.cmd.Stderr = &testLog{t: t}
	out, err := m.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := m.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	cmd := m.cmd
	t.Cleanup(func() { cmd.Process.Kill() })
	m.said = make(chan string, 1000)
	go func() {
		defer close(m.said)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			m.said <- lines.Text()
		}
	}()
}

func (m *member) await(t *testing.T) string {
	t.Helper()
	for line := range m.said {
		if _, rest, found := strings.Cut(line, m.ready); found {
			go func(said chan string) {
				for range said {
				}
			}(m.said)
			return rest
		}
	}
	t.Fatalf("%v ended before it was ready", m.args)
	return ""
}

func (m *member) stop(t *testing.T) {
	t.Helper()
	begun := time.Now()
	m.cmd.Process.Signal(syscall.SIGTERM)
	if err := m.cmd.Wait(); err != nil {
		t.Errorf("%v: %v", m.args[:1], err)
	}
	t.Logf("%s stopped after %.1f s", m.args[0], time.Since(begun).Seconds())
}

// newCluster starts three brokers and as many copies of the server on one database, and gives them with the addresses of the copies.
func newCluster(t *testing.T, s *settings) (brokers, copies []*member, addresses []string) {
	t.Helper()
	const n = 3
	var clients, routes, urls []string
	for range n {
		for _, into := range []*[]string{&clients, &routes} {
			at, err := freeAddress()
			if err != nil {
				t.Fatal(err)
			}
			*into = append(*into, at)
		}
		urls = append(urls, "nats://congvu:mat-khau-cua-cum@"+clients[len(clients)-1])
	}
	for i := range n {
		b := &member{ready: "Đã theo kịp cụm", env: []string{"CONGVU_BROKER_PASSWORD=mat-khau-cua-cum"}, args: []string{"broker", "--data", filepath.Join(t.TempDir(), "broker"),
			"--name", fmt.Sprint("broker-", i+1), "--addr", clients[i], "--cluster", routes[i], "--routes", strings.Join(routes, ","), "--log", "error"}}
		b.start(t, s)
		brokers = append(brokers, b)
	}
	for _, b := range brokers {
		b.await(t)
	}
	for range n {
		c := &member{ready: "congvu đang chạy tại ", args: []string{"serve", "--addr", "127.0.0.1:0", "--allow-test-certificates", "--log", "error"},
			env: []string{"CONGVU_AXIS=" + strings.Join(urls, ","), "CONGVU_AXIS_REPLICAS=3"}}
		c.start(t, s)
		copies = append(copies, c)
		addresses = append(addresses, c.await(t))
	}
	return brokers, copies, addresses
}

// Copies of the server, then brokers, are stopped and started again one at a time while offices work: nothing is lost, nothing comes twice, the numbers
// have no gap. It takes minutes and needs PostgreSQL: CONGVU_CLUSTER=1 CONGVU_TEST_DB=… go test ./cmd/congvu -run RollingRestart
func TestRollingRestartOfAClusterLosesNothing(t *testing.T) {
	if os.Getenv("CONGVU_CLUSTER") == "" {
		t.Skip("set CONGVU_CLUSTER=1 to run a cluster of six processes")
	}
	c := storetest.Config(t, nil)
	if c.URL == "" {
		t.Skip("copies share a PostgreSQL database: set CONGVU_TEST_DB")
	}
	s := &settings{Data: t.TempDir(), DB: c.URL}
	ctx := context.Background()
	crowds := prepareCrowds(t, ctx, s, 3)
	brokers, copies, addresses := newCluster(t, s)
	told := &book{issued: map[client.ID]string{}, registered: map[client.ID]int64{}}
	load, end := context.WithCancel(ctx)
	var all sync.WaitGroup
	var at [3]atomic.Pointer[string] // where each crowd's people go
	for i := range at {
		at[i].Store(&addresses[i])
	}
	for i, c := range crowds {
		to := *crowds[(i+1)%len(crowds)]
		work := func(act func(c *crowd)) {
			for load.Err() == nil {
				here := *c
				for _, p := range []**client.Client{&here.drafter, &here.head, &here.clerk} {
					person := **p
					person.Server = *at[i].Load()
					*p = &person
				}
				act(&here)
			}
		}
		all.Go(func() { work(func(c *crowd) { c.oneWay(load, &to, told) }) })
		all.Go(func() {
			work(func(c *crowd) { c.registerArrivals(load, told); pause(load, 50*time.Millisecond) })
		})
	}
	busy := func(name string) { // the load must reach what is running between two restarts
		told.mu.Lock()
		goal := told.acts + 12
		told.mu.Unlock()
		for until := time.Now().Add(2 * time.Minute); ; pause(ctx, 50*time.Millisecond) {
			told.mu.Lock()
			acts := told.acts
			told.mu.Unlock()
			if acts >= goal {
				return
			}
			if time.Now().After(until) {
				t.Fatalf("%s: nobody can work", name)
			}
		}
	}
	busy("all are there")
	for i, c := range copies {
		other := *at[(i+1)%len(at)].Load()
		at[i].Store(&other) // a balancer in front takes the people elsewhere first
		c.stop(t)
		busy(fmt.Sprint("without copy ", i+1))
		c.start(t, s)
		back := c.await(t)
		at[i].Store(&back)
		busy(fmt.Sprint("copy ", i+1, " is back"))
	}
	for i, b := range brokers {
		b.stop(t)
		busy(fmt.Sprint("without broker ", i+1))
		b.start(t, s)
		b.await(t)
		busy(fmt.Sprint("broker ", i+1, " is back"))
	}
	end()
	all.Wait()
	finish(t, ctx, crowds, *at[0].Load())
	for _, c := range copies {
		c.stop(t)
	}
	t.Logf("%d acknowledged acts, %d issued, %d registered", told.acts, len(told.issued), len(told.registered))
	closeBook(t, ctx, s, crowds, told)
}

// A broker refuses what would show passwords or lose parcels, and says who it is.
func TestBrokerRefusesToRunInTheOpen(t *testing.T) {
	for _, c := range []struct {
		args []string
		env  string
		want string
	}{
		{[]string{"--data", t.TempDir(), "--name", "a"}, "", "CONGVU_BROKER_PASSWORD"},
		{[]string{"--data", t.TempDir(), "--name", "a", "--addr", "0.0.0.0:0"}, "x", "without TLS"},
		{[]string{"--data", t.TempDir(), "--name", "a", "--cluster", "10.0.0.1:6222"}, "x", "without TLS"},
		{[]string{"--data", t.TempDir(), "--name", "a b"}, "x", "broker name"},
		{[]string{"--data", t.TempDir(), "--name", "a", "--monitor", "0.0.0.0:8222"}, "x", "only an address of this machine"},
		{[]string{"--data", t.TempDir(), "--name", "a", "--cert", "khong-co.pem"}, "x", "chứng thư TLS"},
	} {
		var out, said strings.Builder
		code := command(t.Context(), &world{in: strings.NewReader(""), out: &out, err: &said, env: func(k string) string {
			if k == "CONGVU_BROKER_PASSWORD" {
				return c.env
			}
			return ""
		}}, append([]string{"broker"}, c.args...))
		if code == 0 || !strings.Contains(said.String(), c.want) {
			t.Errorf("%v: exit %d, %s", c.args, code, said.String())
		}
	}
}

// A server does not join brokers that acknowledge before they write: it asks their monitoring address.
func TestServerAsksBrokersWhetherTheySync(t *testing.T) {
	answer := ""
	l := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, answer) }))
	defer l.Close()
	for _, c := range []struct {
		answer string
		fine   bool
	}{{`{"config":{"sync_always":true}}`, true}, {`{"config":{"sync_interval":120000000000}}`, false}, {`{"disabled":true,"config":{"sync_always":true}}`, false},
		{`{}`, false}, {`no broker`, false}} {
		answer = c.answer
		s := &settings{AxisMonitors: l.URL}
		if err := s.secureAxis(t.Context(), &axis.Config{}); (err == nil) != c.fine {
			t.Errorf("%s: %v", c.answer, err)
		}
	}
}
