package main

import (
	"context"
	"fmt"
	"time"
)

// soloFigures are what one kind of visit costs when nobody else is there: the base of the table of growth.
type soloFigures struct {
	actFigures
	Server   time.Duration `json:"server_cpu_ns"`   // of the server for one, with what follows in the background
	Database time.Duration `json:"database_cpu_ns"` // of PostgreSQL on this machine
}

// alone does each kind of visit again and again by one person after the other.
func (r *cityRun) alone(ctx context.Context, pg bool) ([]soloFigures, error) {
	var out []soloFigures
	for i, p := range r.town.people { // some have seen their lists, and a document of them
		for _, look := range []func() *visit{inbox, open} {
			if i%max(1, len(r.town.people)/60) != 0 {
				continue
			}
			if _, err := look().do(ctx, p); err != nil {
				return nil, fmt.Errorf("%s: %w", p.login, err)
			}
		}
	}
	span := min(max(r.span/15, 100*time.Millisecond), 4*time.Second)
	for _, one := range []struct {
		act  *act
		make func() *visit
	}{{actHome, home}, {actInbox, inbox}, {actOpen, open}, {actOutgoing, outgoing}, {actSearch, searching}, {actDownload, download}} {
		var times []time.Duration
		reasons := map[string]int{}
		done := 0
		before := r.servant.sample(pg)
		for begun := time.Now(); ctx.Err() == nil && (time.Since(begun) < span || done == 0); done++ {
			p, v := r.someone(7*done, one.make)
			if v == nil {
				break // nothing of the kind is there
			}
			t := time.Now()
			if _, err := v.do(ctx, p); err != nil {
				reasons[err.Error()]++
				continue
			}
			times = append(times, time.Since(t))
		}
		out = append(out, soloOf(one.act, times, reasons, r.servant.sample(pg).since(before), done))
	}
	for _, one := range []struct {
		act  *act
		duty duty
		make func() *visit
	}{{actRegister, dutyClerk, entering}, {actDirect, dutyLeader, directing}, {actDraft, dutySpecialist, drafting}, {actSubmit, dutySpecialist, drafting}, {actApprove, dutyUnitHead, reviewing}, {actApprove, dutyLeader, reviewing},
		{actSign, dutyLeader, signing}, {actIssue, dutyClerk, releasing}} {
		f, err := r.prepared(ctx, pg, one.act, one.duty, one.make, int(max(4, span/(100*time.Millisecond))))
		if err != nil {
			return nil, err
		}
		if f.N+f.Errors == 0 {
			continue
		}
		if last := len(out) - 1; out[last].Key == f.Key { // heads of unit and leaders approve
			if f.N > out[last].N {
				out[last] = f
			}
			continue
		}
		out = append(out, f)
	}
	return out, ctx.Err()
}

// someone finds a person, from a place in the list on, who can do it now.
func (r *cityRun) someone(from int, start func() *visit) (*person, *visit) {
	for i := range r.town.people {
		p := r.town.people[(from+i)%len(r.town.people)]
		if v := start(); p.within(v).act == v.act {
			return p, v
		}
	}
	return nil, nil
}

// prepared brings n things to the point before an act, then does the act with each.
func (r *cityRun) prepared(ctx context.Context, pg bool, a *act, who duty, start func() *visit, n int) (soloFigures, error) {
	type ready struct {
		p *person
		v *visit
	}
	var all []ready
	for tries := 0; len(all) < n && tries < 3*len(r.town.people) && ctx.Err() == nil; tries++ {
		p := r.town.people[tries%len(r.town.people)]
		if p.duty != who {
			continue
		}
		v := start()
		for v != nil && v.act != a {
			next, err := v.do(ctx, p)
			if err != nil {
				return soloFigures{}, fmt.Errorf("%s, chuẩn bị %s: %w", p.login, a.label, err)
			}
			v = next
		}
		if v != nil {
			all = append(all, ready{p, v})
		}
	}
	var times []time.Duration
	reasons := map[string]int{}
	waitFor(ctx, 200*time.Millisecond) // what the preparation set going in the background
	before := r.servant.sample(pg)
	for _, x := range all {
		t := time.Now()
		if _, err := x.v.do(ctx, x.p); err != nil {
			reasons[err.Error()]++
			continue
		}
		times = append(times, time.Since(t))
	}
	return soloOf(a, times, reasons, r.servant.sample(pg).since(before), len(all)), nil
}

func soloOf(a *act, times []time.Duration, reasons map[string]int, used spending, n int) soloFigures {
	f := soloFigures{actFigures: figuresOf(a.key, a.label, a.writes, times, reasons)}
	if n > 0 {
		f.Server, f.Database = used.Server/time.Duration(n), used.Database/time.Duration(n)
	}
	return f
}
