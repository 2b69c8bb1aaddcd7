package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// actFigures are the times of one kind of visit within a phase.
type actFigures struct {
	Key     string         `json:"key"`
	Label   string         `json:"label"`
	Writes  bool           `json:"writes"`
	N       int            `json:"n"`
	P50     time.Duration  `json:"p50_ns"`
	P95     time.Duration  `json:"p95_ns"`
	P99     time.Duration  `json:"p99_ns"`
	Max     time.Duration  `json:"max_ns"`
	Errors  int            `json:"errors"`
	Reasons map[string]int `json:"reasons,omitempty"`
}

// second is what happened within one second of a phase.
type second struct {
	Acts     int     `json:"acts"`
	Errors   int     `json:"errors"`
	Server   float64 `json:"server_cores"`
	Database float64 `json:"database_cores"`
	Load     float64 `json:"load_cores"`
	Resident int64   `json:"resident_bytes"`
}

// loadPhase is a span of the load with its figures.
type loadPhase struct {
	Name     string        `json:"name"`
	People   int           `json:"people"`
	Seconds  float64       `json:"seconds"`
	Acts     []actFigures  `json:"acts"`
	Reads    actFigures    `json:"reads"`
	Writes   actFigures    `json:"writes"`
	Rate     float64       `json:"acts_per_second"`
	Server   float64       `json:"server_cores"`
	Database float64       `json:"database_cores"`
	Load     float64       `json:"load_cores"`
	Peak     int64         `json:"peak_bytes"`
	Resident int64         `json:"resident_bytes"`
	Late     time.Duration `json:"generator_late_p95_ns"` // how late this program itself began what was planned
	Live     int           `json:"live_connections"`
	Events   int64         `json:"live_events"`
	Timeline []second      `json:"timeline"`

	mu      sync.Mutex
	times   map[*act][]time.Duration
	reasons map[*act]map[string]int
	late    []time.Duration
	begun   time.Time
	end     time.Time
	perSec  []second
	open    sync.WaitGroup
}

// aims of pages and acts.
const (
	aimRead  = 300 * time.Millisecond
	aimWrite = time.Second
)

// holds tells whether the phase kept to the aims.
func (p *loadPhase) holds() bool { return p.Reads.P95 < aimRead && p.Writes.P95 < aimWrite }

// note keeps one visit: from the planned moment to its end.
func (p *loadPhase) note(a *act, planned, began, ended time.Time, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := int(ended.Sub(p.begun) / time.Second)
	if at >= 0 && at < len(p.perSec) {
		p.perSec[at].Acts++
		if err != nil {
			p.perSec[at].Errors++
		}
	}
	p.late = append(p.late, began.Sub(planned))
	if err != nil {
		if p.reasons[a] == nil {
			p.reasons[a] = map[string]int{}
		}
		p.reasons[a][err.Error()]++
		return
	}
	p.times[a] = append(p.times[a], ended.Sub(planned))
}

func figuresOf(key, label string, writes bool, times []time.Duration, reasons map[string]int) actFigures {
	f := actFigures{Key: key, Label: label, Writes: writes, N: len(times), Reasons: reasons}
	for _, n := range reasons {
		f.Errors += n
	}
	m := summed("", "", times, time.Second, 0)
	f.P50, f.P95, f.P99, f.Max = m.P50, m.P95, m.P99, m.Max
	return f
}

// close makes the figures of what was noted.
func (p *loadPhase) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	both := map[bool][]time.Duration{}
	failed := map[bool]map[string]int{false: {}, true: {}}
	n := 0
	for _, a := range acts {
		times, reasons := p.times[a], p.reasons[a]
		both[a.writes] = append(both[a.writes], times...)
		for why, k := range reasons {
			failed[a.writes][why] += k
		}
		n += len(times)
		if len(times) > 0 || len(reasons) > 0 {
			p.Acts = append(p.Acts, figuresOf(a.key, a.label, a.writes, times, reasons))
		}
	}
	p.Reads = figuresOf("reads", "Tất cả trang xem", false, both[false], failed[false])
	p.Writes = figuresOf("writes", "Tất cả việc có ghi", true, both[true], failed[true])
	p.Reads.Reasons, p.Writes.Reasons = nil, nil
	p.Rate = float64(n) / p.Seconds
	p.Late = summed("", "", p.late, time.Second, 0).P95
	p.Timeline = p.perSec
}

// throng is the people at work on a running server.
type throng struct {
	town    *cityCast
	server  *servant
	think   time.Duration
	pg      bool
	except  int64 // an agency whose people are not counted
	phase   atomic.Pointer[loadPhase]
	working sync.WaitGroup
	here    int // how many of the town's people are at work
	stop    context.CancelFunc
	ctx     context.Context
	live    atomic.Int64
}

func newThrong(ctx context.Context, t *cityCast, v *servant, think time.Duration, pg bool) *throng {
	c := &throng{town: t, server: v, think: think, pg: pg}
	c.ctx, c.stop = context.WithCancel(ctx)
	return c
}

// grow lets people come until so many are at work; each begins at a moment of chance within his time to think.
func (c *throng) grow(n int) {
	for ; c.here < min(n, len(c.town.people)); c.here++ {
		p := c.town.people[c.here]
		c.working.Go(func() { c.work(p) })
		c.working.Go(func() { c.listen(p) })
	}
}

// leave ends everybody's work.
func (c *throng) leave() {
	c.stop()
	c.working.Wait()
}

// work is one person's morning. Moments are planned ahead, whatever the server does: who had to wait for the page before begins late, and the time that is
// kept counts from the planned moment (no coordinated omission).
func (c *throng) work(p *person) {
	planned := time.Now().Add(time.Duration(p.chance.Float64() * float64(c.think)))
	for {
		v := (*visit)(nil)
		wait := time.NewTimer(time.Until(planned))
		at := planned
		select {
		case <-c.ctx.Done():
			wait.Stop()
			return
		case <-wait.C:
			v = p.choose()
			planned = planned.Add(time.Duration(p.chance.ExpFloat64() * float64(c.think)))
		case <-p.stale:
			wait.Stop()
			pause := max(300*time.Millisecond, time.Until(p.refreshed.Add(2*time.Second))) // as live.js does
			if time.Until(planned) < pause || p.here == "" {
				continue // he turns to the next thing before the page fetches itself
			}
			at = time.Now().Add(pause)
			if !waitFor(c.ctx, pause) {
				return
			}
			p.refreshed = time.Now()
			v = refresh()
		}
		c.do(p, v, at)
	}
}

// do makes one visit and notes it in the phase in which it was planned.
func (c *throng) do(p *person, v *visit, planned time.Time) {
	phase := c.phase.Load()
	if phase != nil && (p.agency == c.except || planned.Before(phase.begun) || planned.After(phase.end)) {
		phase = nil
	}
	if phase != nil {
		phase.open.Add(1)
		defer phase.open.Done()
	}
	began := time.Now()
	next, err := v.do(c.ctx, p)
	if c.ctx.Err() != nil {
		return
	}
	p.next = next
	if phase != nil {
		phase.note(v.act, planned, began, time.Now(), err)
	}
}

// listen holds the live connection that every open page has.
func (c *throng) listen(p *person) {
	for waitFor(c.ctx, time.Duration(float64(time.Second)*(1+3*rand.Float64()))) {
		if err := c.hear(p); err != nil && c.ctx.Err() == nil {
			c.town.sse.missed.Add(1)
		}
	}
}

func (c *throng) hear(p *person) error {
	r, err := http.NewRequestWithContext(c.ctx, http.MethodGet, p.base+"/events", nil)
	if err != nil {
		return err
	}
	p.dress(r)
	res, err := liveTransport.RoundTrip(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return errors.New(res.Status)
	}
	c.live.Add(1)
	defer c.live.Add(-1)
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(make([]byte, 512), 4096)
	for lines.Scan() {
		if !strings.HasPrefix(lines.Text(), "event: ") {
			continue
		}
		c.town.sse.received.Add(1)
		if lines.Text() == "event: changed" {
			select {
			case p.stale <- struct{}{}:
			default:
			}
		}
	}
	return lines.Err()
}

// liveTransport gives each live connection a connection of its own, as browsers do.
var liveTransport = &http.Transport{DisableCompression: true}

// waitFor waits, or tells that the work is over.
func waitFor(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// mostPatience is how long what was planned within a phase may take after its end.
const mostPatience = 15 * time.Second

// measure notes everything that is planned within a span.
func (c *throng) measure(name string, span time.Duration) *loadPhase {
	p := &loadPhase{Name: name, People: c.here, Seconds: span.Seconds(), times: map[*act][]time.Duration{}, reasons: map[*act]map[string]int{}, begun: time.Now(),
		perSec: make([]second, int((span+time.Second-1)/time.Second))}
	p.end = p.begun.Add(span)
	events := c.town.sse.received.Load()
	first := c.server.sample(c.pg)
	before := first
	c.phase.Store(p)
	for i := range p.perSec {
		if !waitFor(c.ctx, time.Until(p.begun.Add(time.Duration(i+1)*time.Second))) {
			break
		}
		now := c.server.sample(c.pg)
		used := now.since(before)
		before = now
		p.mu.Lock()
		s := &p.perSec[i]
		s.Server, s.Database, s.Load, s.Resident = used.Server.Seconds(), used.Database.Seconds(), used.Load.Seconds(), now.Resident
		p.mu.Unlock()
	}
	waitFor(c.ctx, time.Until(p.end))
	last := c.server.sample(c.pg)
	c.phase.Store(nil)
	if !within(mostPatience, p.open.Wait) {
		p.mu.Lock()
		p.reasons[actHome] = map[string]int{fmt.Sprintf("chưa xong sau %s", mostPatience): 1}
		p.mu.Unlock()
	}
	used := last.since(first)
	p.Server, p.Database, p.Load = used.Server.Seconds()/p.Seconds, used.Database.Seconds()/p.Seconds, used.Load.Seconds()/p.Seconds
	p.Peak, p.Resident, p.Live, p.Events = last.Peak, last.Resident, int(c.live.Load()), c.town.sse.received.Load()-events
	p.close()
	return p
}

// stepsTo are the numbers of people on the way to n.
func stepsTo(n, first int) []int {
	var out []int
	for at := first; at < n; at += first {
		out = append(out, at)
	}
	return append(out, n)
}
