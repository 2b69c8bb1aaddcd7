package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"congvu/internal/auth"
	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/exchange"
	"congvu/internal/org"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

// book is what clients were told: numbers given, arrivals registered.
type book struct {
	mu         sync.Mutex
	issued     map[client.ID]string // outgoing id → number and notation
	registered map[client.ID]int64  // incoming id → arrival number
	acts       int
}

// crowd is the people of one office as API clients.
type crowd struct {
	*office
	drafter, head, clerk *client.Client
}

// Ten rounds (CONGVU_KILLS: as many as it says) of kill −9 during the whole way under load: no acknowledged act is lost, no number doubled or skipped, every delivery ends in exactly one
// document at its receiver.
func TestNothingAcknowledgedIsLostWhenTheServerIsKilled(t *testing.T) {
	rounds := 10
	if n, err := strconv.Atoi(os.Getenv("CONGVU_KILLS")); err == nil {
		rounds = n
	}
	if testing.Short() {
		t.Skip("kills servers for a minute")
	}
	c := storetest.Config(t, nil)
	s := &settings{Data: c.Dir, DB: c.URL}
	if s.Data == "" {
		s.Data = t.TempDir()
	}
	ctx := context.Background()
	crowds := prepareCrowds(t, ctx, s, 3)
	told := &book{issued: map[client.ID]string{}, registered: map[client.ID]int64{}}
	for range rounds {
		address, stop := startServer(t, s)
		load, end := context.WithCancel(ctx)
		var all sync.WaitGroup
		for i, c := range crowds {
			for _, p := range []*client.Client{c.drafter, c.head, c.clerk} {
				p.Server = address
			}
			for range 2 {
				all.Go(func() {
					for load.Err() == nil {
						c.oneWay(load, crowds[(i+1)%len(crowds)], told)
					}
				})
			}
			all.Go(func() {
				for load.Err() == nil {
					c.registerArrivals(load, told)
					pause(load, 50*time.Millisecond)
				}
			})
		}
		pause(ctx, time.Duration(300+rand.IntN(900))*time.Millisecond)
		stop(syscall.SIGKILL)
		end()
		all.Wait()
	}
	address, stop := startServer(t, s)
	finish(t, ctx, crowds, address)
	stop(syscall.SIGTERM)
	if told.acts < 20 {
		t.Fatalf("only %d acts were acknowledged: the load did not reach the server", told.acts)
	}
	t.Logf("%d acknowledged acts, %d issued, %d registered", told.acts, len(told.issued), len(told.registered))
	closeBook(t, ctx, s, crowds, told)
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func prepareCrowds(t *testing.T, ctx context.Context, s *settings, n int) []*crowd {
	t.Helper()
	in, err := openTables(ctx, s, opening{migrate: true, allowTest: true})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	in.Exchange = &exchange.Office{}
	authority, err := testTrust(in, filepath.Join(s.Data, "trust"))
	if err != nil {
		t.Fatal(err)
	}
	password, err := auth.HashPassword(ctx, storyPassword)
	if err != nil {
		t.Fatal(err)
	}
	if err := in.DB.Keep(ctx, func(tx *store.Tx) error { return tx.Set(ctx, 0, "auth.confirm_minutes", "60") }); err != nil { // longer than the rounds take
		t.Fatal(err)
	}
	var out []*crowd
	for i := range n {
		o, err := openOffice(ctx, in, authority, i)
		if err != nil {
			t.Fatal(err)
		}
		c := &crowd{office: o}
		for name, p := range map[string]struct {
			a    store.Actor
			into **client.Client
		}{"head": {o.head, &c.head}, "drafter": {o.drafter, &c.drafter}, "clerk": {o.clerk, &c.clerk}} {
			var token string
			err := in.DB.Write(ctx, store.System(0), func(tx *store.Tx) error {
				err := auth.PutAccount(ctx, tx, auth.Opening{Person: org.PersonID(p.a.Person), Login: fmt.Sprintf("%s.%d", name, i), Hash: password})
				if err != nil {
					return err
				}
				token, err = auth.IssueAPIToken(ctx, tx, p.a.Person, org.HoldingID(p.a.Holding), "phép thử", tx.Now().Add(24*time.Hour))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			session, err := auth.ResolveAPIToken(ctx, in.DB, token)
			if err == nil {
				_, err = auth.Confirm(ctx, in.DB, session, storyPassword)
			}
			if err != nil {
				t.Fatal(err)
			}
			*p.into = &client.Client{Token: token, Tries: 1}
		}
		out = append(out, c)
	}
	return out
}

// startServer runs the program and waits until it answers; stop ends it with a signal.
func startServer(t *testing.T, s *settings) (address string, stop func(syscall.Signal)) {
	t.Helper()
	cmd := program(t, s, "serve", "--addr", "127.0.0.1:0", "--allow-test-certificates", "--log", "error")
	cmd.Stderr = &testLog{t: t}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() }) // when the test gave up
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, a, found := strings.Cut(lines.Text(), "congvu đang chạy tại "); found {
			address = a
			break
		}
	}
	if address == "" {
		cmd.Wait()
		t.Fatal("the server did not start")
	}
	go func() {
		for lines.Scan() {
		}
	}()
	return address, func(sig syscall.Signal) {
		cmd.Process.Signal(sig)
		done := make(chan struct{})
		go func() { cmd.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(5 * time.Minute):
			cmd.Process.Kill()
			t.Error("the server did not stop")
		}
	}
}

// testLog shows the server's errors with the test; what a killed process leaves half done is no error.
type testLog struct {
	t  *testing.T
	mu sync.Mutex
}

func (l *testLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.t.Logf("server: %s", strings.TrimSpace(string(b)))
	return len(b), nil
}

// oneWay takes a document from draft to issue; a broken connection ends the attempt, what was acknowledged is in the book.
func (c *crowd) oneWay(ctx context.Context, to *crowd, told *book) {
	ack := func() {
		told.mu.Lock()
		told.acts++
		told.mu.Unlock()
	}
	d, err := c.drafter.Draft(ctx, client.Draft{Type: "CONG_VAN", Subject: "thử dừng máy chủ đột ngột", Addressees: []string{to.agency.Name}, Body: "Nội dung thử nghiệm.\nTrân trọng./.",
		Receivers: []client.Receiver{{Agency: client.ID(to.agency.ID)}}, Signer: client.ID(c.office.head.Holding), KeptCopies: 1})
	if err != nil {
		pause(ctx, 20*time.Millisecond)
		return
	}
	ack()
	if _, err := c.drafter.Lay(ctx, d.ID); err != nil {
		return
	}
	ack()
	if c.drafter.Submit(ctx, d.ID, client.Sending{To: client.ID(c.office.head.Holding), Note: "Kính trình"}) != nil {
		return
	}
	if c.head.Approve(ctx, d.ID, client.Approving{Note: "Đồng ý"}) != nil {
		return
	}
	if _, err := c.head.Sign(ctx, d.ID, client.Signing{Consent: true}); err != nil {
		return
	}
	ack()
	issued, err := c.clerk.Release(ctx, d.ID)
	if err != nil {
		return
	}
	ack()
	told.mu.Lock()
	told.issued[d.ID] = issued.NumberText
	told.mu.Unlock()
}

// registerArrivals registers what has arrived.
func (c *crowd) registerArrivals(ctx context.Context, told *book) {
	page, err := c.clerk.Inbox(ctx, client.List{Tab: documents.InTabArrivals})
	if err != nil {
		return
	}
	for _, r := range page.Rows {
		got, err := c.clerk.Register(ctx, r.ID, client.Registering{})
		if err != nil {
			continue
		}
		told.mu.Lock()
		told.acts++
		told.registered[r.ID] = got.Incoming.ArrivalNumber
		told.mu.Unlock()
	}
}

// finish lets everything that was begun come to its end on a server that nobody kills.
func finish(t *testing.T, ctx context.Context, crowds []*crowd, address string) {
	t.Helper()
	told := &book{issued: map[client.ID]string{}, registered: map[client.ID]int64{}}
	deadline := time.Now().Add(3 * time.Minute)
	for {
		open := 0
		for _, c := range crowds {
			c.clerk.Server = address
			for _, tab := range []string{documents.TabToNumber, documents.TabToIssue} {
				page, err := c.clerk.Outbox(ctx, client.List{Tab: tab, Limit: 200})
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range page.Rows {
					open++
					if _, err := c.clerk.Release(ctx, r.ID); err != nil {
						t.Fatalf("release %s: %v", r.ID, err)
					}
				}
			}
			undelivered, err := c.clerk.Outbox(ctx, client.List{Tab: documents.TabIssued, Limit: 200})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range undelivered.Rows {
				lines, err := c.clerk.Deliveries(ctx, r.ID)
				if err != nil {
					t.Fatal(err)
				}
				if len(lines) != 1 || lines[0].ArrivedAt == nil {
					open++
				}
			}
			c.registerArrivals(ctx, told)
		}
		if open == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d documents are still under way", open)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// closeBook opens the data without a server and holds it against what the clients were told.
func closeBook(t *testing.T, ctx context.Context, s *settings, crowds []*crowd, told *book) {
	t.Helper()
	in, err := openServing(ctx, s, opening{allowTest: true}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	arrived := map[string]int{}
	sent := map[string]bool{}
	for _, c := range crowds {
		c.checkNumbers(t, ctx, in, told, sent)
		f := documents.InFilter{Tab: documents.InTabAll, Limit: 200}
		for {
			page, err := documents.Inbox(ctx, in.DB, c.office.clerk, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Rows {
				d, err := documents.FindIncoming(ctx, in.DB, c.office.clerk, r.ID)
				if err != nil {
					t.Fatal(err)
				}
				arrived[d.DocumentID]++
				if want, ok := told.registered[client.ID(d.ID)]; ok && want != d.ArrivalNumber {
					t.Errorf("arrival number %d was acknowledged, the register says %d", want, d.ArrivalNumber)
				}
			}
			if f.Before = page.Next; f.Before == "" {
				break
			}
		}
	}
	for id := range sent {
		if arrived[id] != 1 {
			t.Errorf("%s arrived %d times", id, arrived[id])
		}
	}
	if len(arrived) != len(sent) {
		t.Errorf("%d documents sent, %d arrived", len(sent), len(arrived))
	}
}

// checkNumbers: every acknowledged number stands in the register, and the register has no gap and no number twice.
func (c *crowd) checkNumbers(t *testing.T, ctx context.Context, in *installation, told *book, sent map[string]bool) {
	t.Helper()
	var numbers []int64
	f := documents.OutFilter{Tab: documents.TabIssued, Limit: 200}
	for {
		page, err := documents.ListOutgoing(ctx, in.DB, c.office.clerk, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Rows {
			d, err := documents.FindOutgoing(ctx, in.DB, c.office.clerk, r.ID)
			if err != nil {
				t.Fatal(err)
			}
			numbers = append(numbers, d.Number)
			sent[d.DocumentID] = true
			if want, ok := told.issued[client.ID(d.ID)]; ok && want != d.NumberText {
				t.Errorf("%s was acknowledged, the document says %s", want, d.NumberText)
			}
		}
		if f.Before = page.Next; f.Before == "" {
			break
		}
	}
	slices.Sort(numbers)
	for i, n := range numbers {
		if n != int64(i+1) {
			t.Fatalf("%s: place %d of the register holds number %d", c.agency.Name, i+1, n)
		}
	}
	for id := range told.issued {
		d, err := documents.FindOutgoing(ctx, in.DB, c.office.clerk, int64(id))
		if errors.Is(err, store.NotFound) {
			continue // another agency's
		}
		if err != nil || d.State != documents.Issued {
			t.Errorf("%s was acknowledged as issued: %v, %v", id, d, err)
		}
	}
}
