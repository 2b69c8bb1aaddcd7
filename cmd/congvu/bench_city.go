package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"congvu/internal/auth"
	"congvu/internal/city"
	"congvu/internal/store"
)

// cityBench is what was asked of the measurement of a whole city.
type cityBench struct {
	people   int
	think    time.Duration
	span     time.Duration // of the last step of the load; the steps before it take a quarter
	warm     time.Duration
	flooders int
	password string
	label    string
	seed     uint64
	parts    []string // "load", "flood"; empty: everything
}

// ofCity tells whether a part can be measured on a whole city only.
func ofCity(part string) bool {
	return slices.Contains([]string{"load", "flood", "solo", "closed"}, part)
}

func (c *cityBench) wants(part string) bool {
	return len(c.parts) == 0 || slices.Contains(c.parts, part)
}

// cityRun measures a sample city from outside: a server of its own process, people who use its pages.
type cityRun struct {
	cityBench
	b       *benchRun
	town    *cityCast
	flood   []*person
	servant *servant
	report  *cityReport
}

// measureCity measures everything that was asked for and gives the report. The data is changed by it as by people at work.
func measureCity(ctx context.Context, b *benchRun, c cityBench) (*cityReport, error) {
	if b.temporary {
		if err := b.builtDemo(ctx); err != nil {
			return nil, err
		}
	}
	r := &cityRun{cityBench: c, b: b, report: newCityReport(b, c)}
	if c.wants("limits") {
		b.say("giới hạn của máy")
		m, err := b.allLimits(ctx)
		if err != nil {
			return nil, err
		}
		r.report.Limits = m
	}
	if err := r.cast(ctx); err != nil {
		return nil, err
	}
	err := r.serve(ctx)
	return r.report, err
}

func (b *benchRun) say(what string) { fmt.Fprintf(b.w.err, "đang đo: %s…\n", what) }

// builtDemo builds the small sample city in the folder of the measurement.
func (b *benchRun) builtDemo(ctx context.Context) error {
	quiet := *b.w
	quiet.out = b.w.err
	return buildCity(ctx, &quiet, b.settings, 0, slog.New(slog.DiscardHandler))
}

// isCity tells whether the data named has sample accounts.
func (b *benchRun) isCity(ctx context.Context) (bool, error) {
	if b.temporary {
		return false, nil
	}
	if _, err := os.Stat(b.settings.Data); err != nil && b.settings.DB == "" {
		return false, nil
	}
	in, err := openTables(ctx, b.settings, opening{migrate: true})
	if err != nil {
		return false, err
	}
	defer in.Close()
	_, err = auth.Measure(ctx, in.DB)
	return err == nil, nil
}

var (
	sqlBenchIncoming = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM documents_incoming`)
	sqlBenchOutgoing = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM documents_outgoing`)
)

// documentsIn is how many documents the installation holds.
func documentsIn(ctx context.Context, db *store.DB) (n int64, err error) {
	for _, q := range []*store.Stmt{sqlBenchIncoming, sqlBenchOutgoing} {
		k, err := store.One[int64](ctx, db, q)
		if err != nil {
			return 0, err
		}
		n += k
	}
	return n, nil
}

// cast reads the city, chooses the people and opens their sessions.
func (r *cityRun) cast(ctx context.Context) error {
	r.b.say("chọn người và mở phiên làm việc")
	in, err := openTables(ctx, r.b.settings, opening{migrate: true, allowTest: true})
	if err != nil {
		return err
	}
	defer in.Close()
	r.report.Engine = string(in.DB.Engine())
	if r.town, err = castTown(ctx, in.DB, r.people, orWord(r.password, city.Password), r.seed); err != nil {
		return err
	}
	seats := slices.Clone(r.town.people)
	if r.wants("flood") {
		if r.flood, err = r.town.crowdOf(ctx, in.DB, r.flooders); err != nil {
			return err
		}
		seats = append(seats, r.flood...)
	}
	if err := r.town.seat(ctx, seats); err != nil {
		return err
	}
	c := &r.report.City
	c.Agencies, c.Accounts = len(r.town.agencies), r.town.accounts
	if c.Documents, err = documentsIn(ctx, in.DB); err != nil {
		return err
	}
	if c.Disk, err = weigh(ctx, r.b.settings); err != nil {
		return err
	}
	if c.Label == "" {
		c.Label = scaleName(c.Documents)
	}
	if r.people > r.town.seats {
		r.report.note("Có %d chức vụ để mô phỏng ít hơn %d người: một tài khoản được nhiều người dùng cùng lúc.", r.town.seats, r.people)
	}
	return nil
}

func orWord(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// serve runs the server and everything that is measured through its pages.
func (r *cityRun) serve(ctx context.Context) (err error) {
	if r.servant, err = hire(ctx, r.b.w, r.b.settings, serverProfile(r.b.profile)); err != nil {
		return err
	}
	defer r.servant.stop()
	r.town.moveIn(r.servant.base, newTransport())
	for _, p := range r.flood {
		p.base, p.via = r.servant.base, r.town.people[0].via
	}
	pg := r.b.settings.DB != ""
	r.report.Start.Ready = r.servant.ready
	if !waitFor(ctx, min(5*time.Second, r.span/4)) {
		return ctx.Err()
	}
	r.report.Start.Idle = r.servant.sample(false).Resident
	if r.wants("solo") {
		r.b.say("từng việc một, không ai khác")
		if r.report.Solo, err = r.alone(ctx, pg); err != nil {
			return err
		}
	}
	if r.wants("closed") {
		r.b.say("trang danh sách văn bản đến, đăng nhập: nhiều nhất mỗi giây")
		r.closed(ctx)
	}
	if r.wants("load") {
		r.climb(ctx, pg)
	}
	if r.wants("flood") && ctx.Err() == nil {
		r.floods(ctx, pg)
	}
	end := r.servant.sample(pg)
	r.report.Start.Peak = end.Peak
	r.servant.stop()
	return errors.Join(ctx.Err(), r.weighAgain(ctx))
}

// weighAgain says what the documents of the load have added to the disk.
func (r *cityRun) weighAgain(ctx context.Context) error {
	in, err := openTables(ctx, r.b.settings, opening{})
	if err != nil {
		return err
	}
	c := &r.report.City
	after, err := documentsIn(ctx, in.DB)
	in.Close() // its file of the last writes is folded in before the folder is weighed
	if err != nil {
		return err
	}
	disk, err := weigh(ctx, r.b.settings)
	c.Added, c.AddedDisk = after-c.Documents, disk.since(c.Disk)
	return err
}

// climb lets more and more people come until an aim is missed or all are at work; the last step is the one of the report.
func (r *cityRun) climb(ctx context.Context, pg bool) {
	c := newThrong(ctx, r.town, r.servant, r.think, pg)
	defer c.leave()
	for _, n := range stepsTo(len(r.town.people), max(10, len(r.town.people)/6)) {
		r.b.say(fmt.Sprintf("%d người cùng làm việc", n))
		c.grow(n)
		last := n == len(r.town.people)
		span, warm := r.span/4, r.warm
		if last {
			span, warm = r.span, 2*r.warm
		}
		if !waitFor(ctx, warm) {
			return
		}
		p := c.measure(fmt.Sprintf("%d người", n), span)
		r.report.Steps = append(r.report.Steps, p)
		r.b.tell(p)
		if !p.holds() && !last {
			r.report.note("Dừng ở %d người: p95 của trang xem %s, của việc có ghi %s vượt mục tiêu.", n, shortTime(p.Reads.P95), shortTime(p.Writes.P95))
			return
		}
	}
}

// tell says a phase in one line on the way.
func (b *benchRun) tell(p *loadPhase) {
	fmt.Fprintf(b.w.err, "  %-14s %6.1f việc/giây   xem p95 %-9s ghi p95 %-9s lỗi %-4d máy chủ %.2f lõi, PostgreSQL %.2f, bên đo %.2f; %d MB\n", p.Name, p.Rate, shortTime(p.Reads.P95), shortTime(p.Writes.P95),
		p.Reads.Errors+p.Writes.Errors, p.Server, p.Database, p.Load, p.Resident>>20)
	shown := 0
	for _, a := range p.Acts {
		for why, n := range a.Reasons {
			if shown++; shown <= 8 {
				fmt.Fprintf(b.w.err, "    lỗi %d× %s: %s\n", n, a.Label, why)
			}
		}
	}
}

func shortTime(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d >= 100*time.Millisecond:
		return fmt.Sprintf("%.0f ms", float64(d)/1e6)
	}
	return fmt.Sprintf("%.1f ms", float64(d)/1e6)
}

// scaleName is the size of a city as a multiple of the quarter of 2023.
func scaleName(documents int64) string {
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.3f", float64(documents)/96_240), "0"), ".")
}

// closed measures how often a page can be had, and how many can sign in, when nobody thinks in between.
func (r *cityRun) closed(ctx context.Context) {
	span := r.b.span
	defer func() { r.b.span = span }()
	r.b.span = max(span, 500*time.Millisecond)
	var clerks []*person
	for _, p := range r.town.people {
		if p.duty == dutyClerk {
			clerks = append(clerks, p)
		}
	}
	if len(clerks) == 0 {
		clerks = r.town.people
	}
	all := slices.Clone(r.town.people) // people stand by agencies: who signs in at the same time comes from everywhere
	rand.New(rand.NewPCG(r.seed, 3)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	r.report.Closed = append(r.report.Closed, r.b.repeat(ctx, "inbox page", "16 connections, client on the same cores", 16, func(ctx context.Context, i int) error {
		_, err := clerks[i%len(clerks)].see(ctx, "/incoming?tab=all", "Văn bản đến")
		return err
	}))
	r.report.Closed = append(r.report.Closed, r.b.repeat(ctx, "sign-in", fmt.Sprintf("%d connections, with the first page", 4*runtime.NumCPU()), 4*runtime.NumCPU(), func(ctx context.Context, i int) error {
		_, err := signInAnew().do(ctx, all[i%len(all)])
		return err
	}))
}
