package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

// floodResult compares the same calm load without and with one agency that floods.
type floodResult struct {
	Agency  string       `json:"agency"`
	People  int          `json:"flooders"`
	Calm    []*loadPhase `json:"calm"`  // A
	Flooded []*loadPhase `json:"flood"` // B
	Flood   actFigures   `json:"flood_acts"`
	Rate    float64      `json:"flood_per_second"`
	Before  []actFigures `json:"before"` // the others, both calm phases together
	After   []actFigures `json:"after"`
}

// ratio is how the others' p95 changed: with the flood by without it.
func (f *floodResult) ratio(key string) float64 {
	find := func(list []actFigures) time.Duration {
		for _, a := range list {
			if a.Key == key {
				return a.P95
			}
		}
		return 0
	}
	if before := find(f.Before); before > 0 {
		return float64(find(f.After)) / float64(before)
	}
	return 0
}

// enough tells whether there are enough visits of a kind on both sides for a p95 that means something.
func (f *floodResult) enough(key string) bool {
	for _, list := range [][]actFigures{f.Before, f.After} {
		if !slices.ContainsFunc(list, func(a actFigures) bool { return a.Key == key && a.N >= 100 }) {
			return false
		}
	}
	return true
}

// crowdOf takes the people of the agency with the most of them, as often as it needs to be n.
func (t *cityCast) crowdOf(ctx context.Context, db *store.DB, n int) ([]*person, error) {
	largest := t.agencies[0]
	for _, agency := range t.agencies {
		if t.most[agency] > t.most[largest] {
			largest = agency
		}
	}
	core, others, err := t.staff(ctx, db, org.AgencyID(largest), calendar.DateOf(db.Now().Time()))
	all := append(core, others...)
	if err != nil || len(all) == 0 {
		return nil, errors.Join(err, errors.New("không có cơ quan nào để mô phỏng quá tải"))
	}
	var out []*person
	for i := range n {
		p := *all[i%len(all)]
		p.chance = rand.New(rand.NewPCG(uint64(i), 99))
		p.from = fmt.Sprintf("10.200.%d.%d", i>>8&255, i&255)
		out = append(out, &p)
	}
	return out, nil
}

// floods plays A, B, A, B: calm, flood, calm, flood.
func (r *cityRun) floods(ctx context.Context, pg bool) {
	f := &floodResult{People: len(r.flood), Agency: r.flood[0].employer}
	c := newThrong(ctx, r.town, r.servant, r.think, pg)
	defer c.leave()
	c.except = r.flood[0].agency
	c.grow(max(1, min(len(r.town.people), r.people/3)))
	if !waitFor(ctx, 2*r.warm) {
		return
	}
	span := max(r.span/3, 300*time.Millisecond)
	var times []time.Duration
	reasons := map[string]int{}
	for i := range 2 {
		r.b.say(fmt.Sprintf("tải bình thường, lần %d", i+1))
		p := c.measure(fmt.Sprintf("Bình thường %d", i+1), span)
		r.b.tell(p)
		f.Calm = append(f.Calm, p)
		r.b.say(fmt.Sprintf("một cơ quan dồn tải bằng %d người, lần %d", len(r.flood), i+1))
		flooding, stop := context.WithCancel(ctx)
		var all sync.WaitGroup
		var mu sync.Mutex
		for _, x := range r.flood {
			all.Go(func() { x.rush(flooding, &mu, &times, reasons) })
		}
		waitFor(ctx, r.warm)
		mu.Lock()
		times = times[:0:0]
		mu.Unlock()
		p = c.measure(fmt.Sprintf("Dồn tải %d", i+1), span)
		mu.Lock()
		f.Rate += float64(len(times)) / span.Seconds() / 2
		f.Flood = figuresOf("flood", "Cơ quan dồn tải", false, append([]time.Duration{}, times...), reasons)
		mu.Unlock()
		stop()
		all.Wait()
		r.b.tell(p)
		f.Flooded = append(f.Flooded, p)
		if ctx.Err() != nil || !waitFor(ctx, 2*r.warm) { // the queue of what was asked goes out
			return
		}
	}
	f.Before, f.After = together(f.Calm), together(f.Flooded)
	r.report.Flood = f
	fmt.Fprintf(r.b.w.err, "  các cơ quan khác: xem ×%.2f, ghi ×%.2f; cơ quan dồn tải: %.0f việc/giây, p95 %s, %d lỗi\n", f.ratio("reads"), f.ratio("writes"), f.Rate, shortTime(f.Flood.P95), f.Flood.Errors)
}

// together makes the figures of several phases at once.
func together(phases []*loadPhase) []actFigures {
	times, reasons := map[*act][]time.Duration{}, map[*act]map[string]int{}
	all, failed := map[bool][]time.Duration{}, map[bool]map[string]int{false: {}, true: {}}
	for _, p := range phases {
		for a, list := range p.times {
			times[a] = append(times[a], list...)
			all[a.writes] = append(all[a.writes], list...)
		}
		for a, why := range p.reasons {
			if reasons[a] == nil {
				reasons[a] = map[string]int{}
			}
			for w, n := range why {
				reasons[a][w] += n
				failed[a.writes][w] += n
			}
		}
	}
	out := []actFigures{figuresOf("reads", "Tất cả trang xem", false, all[false], failed[false]), figuresOf("writes", "Tất cả việc có ghi", true, all[true], failed[true])}
	for _, a := range acts {
		if len(times[a]) > 0 || len(reasons[a]) > 0 {
			out = append(out, figuresOf(a.key, a.label, a.writes, times[a], reasons[a]))
		}
	}
	return out
}

// rush is one of the flooding people: lists, searches, registration, one after the other without a thought.
func (p *person) rush(ctx context.Context, mu *sync.Mutex, times *[]time.Duration, reasons map[string]int) {
	for ctx.Err() == nil {
		v := p.next
		p.next = nil
		if v == nil {
			starts := []func() *visit{inbox, searching, outgoing, open, inbox, searching}
			if p.duty == dutyClerk {
				starts = append(starts, arrivals, arrivals, arrivals)
			}
			v = p.within(starts[p.chance.IntN(len(starts))]())
		}
		t := time.Now()
		next, err := v.do(ctx, p)
		if ctx.Err() != nil {
			return
		}
		p.next = next
		mu.Lock()
		if err != nil {
			reasons[err.Error()]++
		} else {
			*times = append(*times, time.Since(t))
		}
		mu.Unlock()
		if err != nil { // a page that says "later" is not asked again in the same moment
			waitFor(ctx, 100*time.Millisecond)
		}
	}
}
