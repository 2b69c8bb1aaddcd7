package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"congvu/internal/backup"
	"congvu/internal/calendar"
	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/dossiers"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

// deeds is what the people of all offices were told is done.
type deeds struct {
	mu       sync.Mutex
	acts     int
	passed   map[client.ID]int64 // registered and passed on in one act: the arrival number
	numbered map[client.ID]bool  // registered among many
	directed map[client.ID]bool  // directed among many
	copies   map[client.ID]string
	recalled map[client.ID]bool
	given    map[client.ID]client.ID // deposit → its dossier
	refusals map[string]int
}

func (d *deeds) note(err error, done func()) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil {
		d.acts++
		done()
	} else {
		d.refusals[err.Error()]++
	}
	return err == nil
}

func (d *deeds) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.acts
}

// missing are the acts that nobody was told of yet.
func (d *deeds) missing() (out []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, act := range []struct {
		name string
		n    int
	}{{"passed on", len(d.passed)}, {"registered among many", len(d.numbered)}, {"directed among many", len(d.directed)}, {"copied", len(d.copies)}, {"recalled", len(d.recalled)}, {"deposited", len(d.given)}} {
		if act.n == 0 {
			out = append(out, act.name)
		}
	}
	return out
}

const passedAtOnce = "chuyển ngay khi vào sổ"

// Kill −9 in the middle of the acts that do several things at once: registered and passed on, many in one order, copies, recalls, dossiers and their deposit, while
// copies of the installation are taken by a process that dies with the server. Nothing that was acknowledged is lost, nothing stands half done, numbers have no gap, every copy that is there is
// whole, and work goes on.
func TestActsOfSeveralThingsAreWholeWhenTheServerIsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("kills servers for a minute")
	}
	c := storetest.Config(t, nil)
	s := &settings{Data: c.Dir, DB: c.URL}
	if s.Data == "" {
		s.Data = t.TempDir()
	}
	copies := t.TempDir()
	ctx := context.Background()
	crowds := prepareCrowds(t, ctx, s, 2)
	told := &deeds{passed: map[client.ID]int64{}, numbered: map[client.ID]bool{}, directed: map[client.ID]bool{}, copies: map[client.ID]string{}, recalled: map[client.ID]bool{},
		given: map[client.ID]client.ID{}, refusals: map[string]int{}}
	for round := 0; round < 6 || len(told.missing()) > 0 && round < 20; round++ {
		address, stop := startServer(t, s)
		load, end := context.WithCancel(ctx)
		var all sync.WaitGroup
		for i, c := range crowds {
			for _, p := range []*client.Client{c.drafter, c.head, c.clerk} {
				p.Server = address
			}
			for k, work := range []func(context.Context, *crowd, *deeds, string){c.passOn, c.many, c.copyAndRecall, c.deposit} {
				all.Go(func() {
					for n := 0; load.Err() == nil; n++ {
						work(load, crowds[(i+1)%len(crowds)], told, fmt.Sprintf("%d%d%d%04d", round+1, i, k, n))
					}
				})
			}
		}
		all.Go(func() {
			for load.Err() == nil {
				backupUntil(t, load, s, copies)
			}
		})
		until, guard := told.count()+120+rand.IntN(120), time.Now().Add(2*time.Minute)
		for told.count() < until && time.Now().Before(guard) {
			pause(ctx, time.Millisecond)
		}
		stop(syscall.SIGKILL)
		end()
		all.Wait()
		storetest.Ended(t, s.DB)
	}
	told.mu.Lock()
	t.Logf("%d acts: %d passed on, %d registered and %d directed among many, %d copies, %d recalls, %d deposits", told.acts, len(told.passed), len(told.numbered), len(told.directed),
		len(told.copies), len(told.recalled), len(told.given))
	for text, n := range told.refusals {
		if !strings.Contains(text, "connect") && !strings.Contains(text, "EOF") && !strings.Contains(text, "reset") && !strings.Contains(text, "context canceled") {
			t.Errorf("%d times: %s", n, text)
		}
	}
	told.mu.Unlock()
	if missing := told.missing(); len(missing) > 0 {
		t.Errorf("in twenty rounds nothing was %s: the load did not reach the server", strings.Join(missing, ", "))
	}
	address, stop := startServer(t, s)
	awaitRecalls(t, ctx, crowds, address, told)
	stop(syscall.SIGKILL)
	storetest.Ended(t, s.DB)
	wholeCopies(t, ctx, s, copies)
	in, err := openServing(ctx, s, opening{allowTest: true}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	for _, c := range crowds {
		c.checkArrivals(t, ctx, in, told)
		c.checkCopies(t, ctx, in, told)
		c.checkDeposits(t, ctx, in, told)
	}
}

// backupUntil takes a copy beside the server, in a process that is killed with it.
func backupUntil(t *testing.T, ctx context.Context, s *settings, dir string) {
	var said bytes.Buffer
	cmd := program(t, s, "backup", "--out", dir)
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Error(err)
		return
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil && ctx.Err() == nil {
			t.Errorf("backup: %v\n%s", err, said.String())
		}
	case <-ctx.Done():
		cmd.Process.Kill()
		<-ended
	}
}

// entry is a document on paper with a subject that tells what is done with it.
func (c *crowd) entry(ctx context.Context, number, subject string) (client.Incoming, error) {
	return c.clerk.Enter(ctx, client.IncomingEntry{SenderName: "Bộ Nội vụ", Number: number, Notation: "BNV-VP", IssuedDate: string(calendar.DateOf(time.Now())), Type: "CONG_VAN", Subject: subject})
}

func (c *crowd) passOn(ctx context.Context, _ *crowd, told *deeds, key string) {
	d, err := c.entry(ctx, key, passedAtOnce)
	if !told.note(err, func() {}) {
		pause(ctx, 20*time.Millisecond)
		return
	}
	got, err := c.clerk.Register(ctx, d.ID, client.Registering{Pass: &client.Passing{To: client.ID(c.office.head.Holding), Note: "Kính trình"}})
	told.note(err, func() { told.passed[d.ID] = got.Incoming.ArrivalNumber })
}

func (c *crowd) many(ctx context.Context, _ *crowd, told *deeds, key string) {
	var items []client.BulkItem
	for i := range 3 {
		d, err := c.entry(ctx, fmt.Sprintf("%s%d", key, i), "xử lý hàng loạt")
		if !told.note(err, func() {}) {
			pause(ctx, 20*time.Millisecond)
			return
		}
		items = append(items, client.BulkItem{ID: d.ID})
	}
	done := func(rows []client.BulkRow, err error, into map[client.ID]bool) bool {
		return told.note(err, func() {
			for _, r := range rows {
				if r.Done && into != nil {
					into[r.ID] = true
				}
			}
		})
	}
	rows, err := c.clerk.Bulk(ctx, client.BulkOrder{Act: documents.BulkRegister, Items: items})
	if !done(rows, err, told.numbered) {
		return
	}
	rows, err = c.clerk.Bulk(ctx, client.BulkOrder{Act: documents.BulkSubmit, Items: items, To: client.ID(c.office.head.Holding)})
	if !done(rows, err, nil) {
		return
	}
	rows, err = c.head.Bulk(ctx, client.BulkOrder{Act: documents.BulkDirect, Items: items, Direct: &client.Directing{Leads: []client.Target{{Unit: client.ID(c.office.drafter.Unit)}}, Opinion: "Giao đơn vị xử lý", DueDays: 5}})
	done(rows, err, told.directed)
}

func (c *crowd) copyAndRecall(ctx context.Context, to *crowd, told *deeds, key string) {
	book := &book{issued: map[client.ID]string{}, registered: map[client.ID]int64{}}
	c.oneWay(ctx, to, book)
	for id := range book.issued {
		made, err := c.clerk.MakeCopy(ctx, client.Copying{Source: "outgoing/" + id.String(), Kind: documents.CopyTrue, Signer: client.ID(c.office.head.Holding), Receivers: []string{"Lưu trữ"}, Quantity: 1})
		if !told.note(err, func() { told.copies[made.ID] = made.Number }) {
			return
		}
		if strings.HasSuffix(key, "3") || strings.HasSuffix(key, "7") {
			continue // its copy can be printed at the end
		}
		err = c.clerk.RecallOutgoing(ctx, id, client.Recalling{Reason: "Ban hành nhầm nội dung, cần thu hồi"})
		told.note(err, func() { told.recalled[id] = true })
	}
}

func (c *crowd) deposit(ctx context.Context, _ *crowd, told *deeds, key string) {
	paper, err := c.entry(ctx, key, "xếp vào hồ sơ")
	if !told.note(err, func() {}) {
		pause(ctx, 20*time.Millisecond)
		return
	}
	if _, err := c.clerk.Register(ctx, paper.ID, client.Registering{}); !told.note(err, func() {}) {
		return
	}
	d, err := c.clerk.OpenDossier(ctx, client.DossierForm{Title: "Hồ sơ thử dừng máy chủ " + key, Retention: "05", Source: "Thông tư 10/2022/TT-BNV"})
	if !told.note(err, func() {}) {
		return
	}
	if _, err := c.clerk.AddToDossier(ctx, d.ID, []string{"incoming/" + paper.ID.String()}); !told.note(err, func() {}) {
		return
	}
	if !told.note(c.clerk.CloseDossier(ctx, d.ID, client.DossierClose{Accept: true}), func() {}) {
		return
	}
	p, err := c.clerk.DepositDossiers(ctx, client.DossierDeposit{Dossiers: []client.ID{d.ID}})
	told.note(err, func() { told.given[p.ID] = d.ID })
}

// awaitRecalls lets every recall reach its receiver, or stop its document before it left, and looks that each asks once.
func awaitRecalls(t *testing.T, ctx context.Context, crowds []*crowd, address string, told *deeds) {
	t.Helper()
	for _, c := range crowds {
		c.drafter.Server, c.head.Server, c.clerk.Server = address, address, address
	}
	for deadline := time.Now().Add(4 * time.Minute); ; pause(ctx, 100*time.Millisecond) {
		open := 0
		for id := range told.recalled {
			for _, c := range crowds {
				asked, err := c.clerk.AskedReceivers(ctx, id)
				if err != nil {
					continue // the other office's
				}
				if len(asked) > 1 {
					t.Fatalf("the recall of %s asks its one receiver %d times", id, len(asked))
				}
				lines, err := c.clerk.Deliveries(ctx, id)
				if err != nil || len(lines) > 1 {
					t.Fatalf("the deliveries of %s: %v %v", id, lines, err)
				}
				switch { // what had not left is cancelled without a message (X9.8)
				case len(lines) == 1 && lines[0].State == "cancelled" && len(asked) == 0 && lines[0].ArrivedAt == nil:
				case len(lines) == 0 || len(asked) == 0 || asked[0].State == "waiting" || asked[0].State == "failed":
					open++
				}
			}
		}
		if open == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d recalls are still under way", open)
		}
	}
}

// wholeCopies reads every byte of every copy that the killed servers left, and takes another one, which removes what was begun.
func wholeCopies(t *testing.T, ctx context.Context, s *settings, dir string) {
	t.Helper()
	all, err := backup.Copies(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if _, err := backup.Inspect(ctx, dir, m.Stamp); err != nil {
			t.Error(err)
		}
	}
	if out, err := program(t, s, "backup", "--out", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.unfinished")); len(left) > 0 {
		t.Errorf("begun and never removed: %v", left)
	}
	t.Logf("%d whole copies", len(all))
}

// checkArrivals: the register has no gap, what was acknowledged stands in it, and nobody's act is half done.
func (c *crowd) checkArrivals(t *testing.T, ctx context.Context, in *installation, told *deeds) {
	t.Helper()
	books, err := documents.ListRegisters(ctx, in.DB, c.office.clerk, documents.IncomingBook, calendar.DateOf(time.Now()).Year())
	if err != nil || len(books) == 0 {
		t.Fatal(books, err)
	}
	_, lines, err := documents.BookLines(ctx, in.DB, c.office.clerk, books[0].ID, documents.Span{})
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range lines {
		if l.Number != int64(i+1) {
			t.Fatalf("%s: line %d of the register has number %d", c.agency.Name, i+1, l.Number)
		}
	}
	seen := 0
	for f := (documents.InFilter{Tab: documents.InTabAll, Limit: 200}); ; {
		page, err := documents.Inbox(ctx, in.DB, c.office.clerk, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Rows {
			c.checkArrival(t, ctx, in, r.ID, told)
			seen++
		}
		if f.Before = page.Next; f.Before == "" {
			break
		}
	}
	if seen == 0 {
		t.Errorf("%s has no documents", c.agency.Name)
	}
}

func (c *crowd) checkArrival(t *testing.T, ctx context.Context, in *installation, id int64, told *deeds) {
	t.Helper()
	d, err := documents.FindIncoming(ctx, in.DB, c.office.clerk, id)
	if err != nil {
		t.Fatal(err)
	}
	directions, err := documents.Directions(ctx, in.DB, c.office.clerk, id)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := documents.Lines(ctx, in.DB, c.office.clerk, id)
	if err != nil {
		t.Fatal(err)
	}
	key := client.ID(id)
	switch {
	case told.passed[key] != 0 && (told.passed[key] != d.ArrivalNumber || d.SubmittedTo != c.office.head.Holding):
		t.Errorf("%d was passed on under number %d: %s, number %d", id, told.passed[key], d.State, d.ArrivalNumber)
	case d.Subject == passedAtOnce && d.State == documents.Registered && d.SubmittedTo == 0:
		t.Errorf("%d is registered and not passed on: half an act", id)
	case told.numbered[key] && d.ArrivalNumber == 0:
		t.Errorf("%d was registered: %s", id, d.State)
	case told.directed[key] && d.State != documents.Assigned:
		t.Errorf("%d was directed: %s", id, d.State)
	case (d.State == documents.Assigned) != (len(directions) == 1) || len(directions) != len(lines):
		t.Errorf("%d: %s with %d directions and %d lines", id, d.State, len(directions), len(lines))
	}
}

// checkCopies: the series of certified copies has no gap, and each can be printed.
func (c *crowd) checkCopies(t *testing.T, ctx context.Context, in *installation, told *deeds) {
	t.Helper()
	numbers := map[int64]bool{}
	all, err := documents.Copies(ctx, in.DB, c.office.clerk, 0, 500)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range all {
		if numbers[v.Number] {
			t.Errorf("%s: copy number %d twice", c.agency.Name, v.Number)
		}
		numbers[v.Number] = true
		if want, ok := told.copies[client.ID(v.ID)]; ok && want != v.NumberText {
			t.Errorf("copy %s was acknowledged, it is %s", want, v.NumberText)
		}
		of, err := strconv.ParseInt(strings.TrimPrefix(v.SourceRef, "outgoing/"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		source, err := documents.FindOutgoing(ctx, in.DB, c.office.clerk, of)
		if err != nil {
			t.Fatal(err)
		}
		_, b, err := documents.PrintCopy(ctx, in.Desk, c.office.clerk, v.ID)
		if source.RecalledAt == 0 && (err != nil || len(b) == 0) || source.RecalledAt != 0 && !errors.Is(err, store.Conflict) {
			t.Errorf("copy %s of %s prints %d bytes: %v", v.NumberText, v.SourceRef, len(b), err)
		}
	}
	for n := range int64(len(all)) {
		if !numbers[n+1] {
			t.Errorf("%s: %d copies, none has number %d", c.agency.Name, len(all), n+1)
		}
	}
}

// checkDeposits: a dossier is deposited exactly when a deposit names it.
func (c *crowd) checkDeposits(t *testing.T, ctx context.Context, in *installation, told *deeds) {
	t.Helper()
	deposits, err := dossiers.Deposits(ctx, in.DB, c.office.clerk)
	if err != nil {
		t.Fatal(err)
	}
	rows, _, _, err := dossiers.Dossiers(ctx, in.DB, c.office.clerk, dossiers.Filter{Tab: dossiers.TabAll, Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	submitted := 0
	for _, d := range rows {
		if d.State == dossiers.Submitted {
			submitted++
		}
	}
	for _, p := range deposits {
		if p.Dossiers != 1 {
			t.Errorf("deposit %d has %d dossiers", p.ID, p.Dossiers)
		}
		if of, ok := told.given[client.ID(p.ID)]; ok {
			if d, err := dossiers.FindDossier(ctx, in.DB, c.office.clerk, int64(of)); err != nil || d.State != dossiers.Submitted {
				t.Errorf("dossier %s was deposited: %v %v", of, d, err)
			}
		}
	}
	if len(rows) < 200 && submitted != len(deposits) {
		t.Errorf("%s: %d deposits, %d dossiers deposited", c.agency.Name, len(deposits), submitted)
	}
}
