package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
)

func listOf(tab string) client.List { return client.List{Tab: tab} }

func agencyCoded(in *installation, code string) (*org.Agency, bool, error) {
	a, err := org.AgencyByCode(context.Background(), in.DB, code, calendar.DateOf(time.Now()))
	return a, err == nil, err
}

var sqlIntegrity = store.SQL(`PRAGMA integrity_check`)

// jumpClock is an installation whose clock jumps by an hour, back by an hour, by a day and over New Year, with the program started anew after every second jump,
// while documents are on their way. Numbers begin anew with the year, and have no gap.
func jumpClock(t *testing.T, rounds int) *verdict {
	v := &verdict{What: "Đồng hồ của máy chủ nhảy: +1 giờ, −1 giờ, +1 ngày, −1 ngày, qua giao thừa; khởi động lại giữa chừng"}
	ctx := context.Background()
	clock := &shiftedClock{}
	w := foundTown(t, &settings{Data: t.TempDir()}, []int{0, 1, 2}, nil, clock)
	in, stop := w.working(t, clock)
	newYear := func() time.Duration { // a minute before midnight in Hanoi
		now := clock.Now().In(calendar.Hanoi)
		return time.Date(now.Year()+1, 1, 1, 0, 0, 0, 0, calendar.Hanoi).Sub(now) - 2*time.Second
	}
	jumps := []func() time.Duration{func() time.Duration { return time.Hour }, func() time.Duration { return -time.Hour }, func() time.Duration { return 24 * time.Hour },
		func() time.Duration { return -24 * time.Hour }, newYear}
	for round := range rounds {
		var wait sync.WaitGroup
		for i, c := range w.crowds {
			wait.Go(func() {
				for k := range 4 {
					err := c.issueHere(ctx, in, w.crowds[(i+1)%len(w.crowds)], w.told, clock)
					var no *store.Refusal
					if errors.As(err, &no) && no.Kind == store.Invalid && no.Problems[0].Field == "date" { // a register takes no number of an earlier day than its last
						w.told.mu.Lock()
						v.figure("refused_by_date", v.Figures["refused_by_date"]+1)
						w.told.mu.Unlock()
					} else if err != nil {
						v.fail("round %d, document %d of office %d: %v", round+1, k, i, err)
					}
				}
			})
		}
		pause(ctx, between(0, 400*time.Millisecond))
		by := jumps[round%len(jumps)]()
		clock.ahead.Add(int64(by))
		wait.Wait()
		if round%2 == 1 {
			stop()
			in, stop = w.working(t, clock)
		}
	}
	v.figure("jumps", float64(rounds))
	// Everything arrives; what arrives is registered, in the year of the clock.
	begun := time.Now()
	for {
		for _, c := range w.crowds {
			page, err := documents.Inbox(ctx, in.DB, c.office.clerk, documents.InFilter{Tab: documents.InTabArrivals, Limit: 200})
			check(t, err)
			for _, r := range page.Rows {
				err := in.DB.Write(ctx, c.office.clerk, func(tx *store.Tx) error {
					got, err := documents.Register(ctx, tx, r.ID, documents.RegisterForm{})
					if err == nil {
						w.told.mu.Lock()
						w.told.acts++
						w.told.registered[client.ID(r.ID)] = got.Incoming.ArrivalNumber
						w.told.mu.Unlock()
					}
					return err
				})
				if err != nil {
					v.fail("register %d: %v", r.ID, err)
				}
			}
		}
		open := rowsOf(t, in.DB, sqlBookOpen) + rowsOf(t, in.DB, sqlBookOwed) + rowsOf(t, in.DB, sqlBookWaits)
		if open == 0 {
			break
		}
		if time.Since(begun) > 4*time.Minute {
			v.fail("%d things are still under way after 4 minutes", open)
			break
		}
		time.Sleep(200 * time.Millisecond)
		if time.Since(begun) > time.Minute { // what a clock that jumped ahead has put off comes due when that hour comes
			clock.ahead.Add(int64(time.Hour))
		}
	}
	stop()
	closedBookOfYears(t, v, w)
	return v
}

// working opens the installation with the clock and puts it to work.
func (w *town) working(t *testing.T, clock store.Clock) (*installation, func()) {
	t.Helper()
	log := slog.New(slog.NewTextHandler(&testLog{t: t}, &slog.HandlerOptions{Level: slog.LevelError}))
	in, err := openServing(context.Background(), w.s, opening{allowTest: true, clock: clock}, log)
	check(t, err)
	work, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for _, each := range in.work(log) {
		all.Go(func() { each(work) })
	}
	return in, sync.OnceFunc(func() { cancel(); all.Wait(); in.Close() })
}

// issueHere is the whole way of a document without a server.
func (c *crowd) issueHere(ctx context.Context, in *installation, to *crowd, told *book, _ store.Clock) error {
	head, clerk := c.office.head.Vouched(), c.office.clerk.Vouched()
	o := *c.office
	o.head, o.clerk = head, clerk
	id, err := o.signed(ctx, in, to.office)
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	d, err := documents.Release(ctx, in.Desk, clerk, id)
	if err != nil {
		return fmt.Errorf("release: %w", err)
	}
	told.mu.Lock()
	defer told.mu.Unlock()
	told.acts += 2
	told.issued[client.ID(id)] = d.NumberText
	return nil
}

var (
	sqlBookYears    = store.SQL(`SELECT agency_id, year, number FROM documents_outgoing WHERE state = 'issued' ORDER BY agency_id, year, number`)
	sqlBookArrivals = store.SQL(`SELECT agency_id, arrival_year AS year, arrival_number AS number FROM documents_incoming WHERE arrival_number > 0 ORDER BY agency_id, arrival_year, arrival_number`)
)

type bookYear struct{ AgencyID, Year, Number int64 }

// closedBookOfYears is the closed book where registers begin anew with the year.
func closedBookOfYears(t *testing.T, v *verdict, w *town) {
	t.Helper()
	in, err := openTables(context.Background(), w.s, opening{allowTest: true})
	check(t, err)
	years := map[int64]bool{}
	gaps := 0
	for _, s := range []*store.Stmt{sqlBookYears, sqlBookArrivals} {
		last := map[[2]int64]int64{}
		for _, n := range have[bookYear](t, in.DB, s) {
			k := [2]int64{n.AgencyID, n.Year}
			years[n.Year] = true
			if n.Number != last[k]+1 {
				gaps++
				v.fail("%s, %d: number %d after %d", w.codes[n.AgencyID], n.Year, n.Number, last[k])
			}
			last[k] = n.Number
		}
	}
	in.Close()
	w.years = true
	closedBook(t, v, w)
	v.Gaps += gaps
	v.figure("years", float64(len(years)))
}
