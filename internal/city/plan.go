package city

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/org"
)

// Where the plan lets an outgoing document stop.
const (
	issued = iota
	drafted
	inReview
	returned
	awaiting
	signed
	numbered
	sealed
	cancelled
	cancelledNumber // after it had its number
)

// Where the plan lets a received document stop. Steps that lie after now are not played, so young ones stop earlier.
const (
	finished = iota
	noted    // kept to know
	arrived
	refused
	registered
	submitted
	assigned
	started
)

// paperwork is an outgoing document of the plan.
type paperwork struct {
	from              *agency
	drafter, reviewer *post
	signer            *post
	capacity          string
	matter            matter
	turn              int // varies the words
	urgency           documents.Urgency
	due               calendar.Date // an answer is asked for until then, "" = none
	to                []*receipt
	outside           string // a receiver without a place on the axis
	fate              int
	sentBack          bool
	opined            bool
	annexed           bool
	forged            bool
	answers           *receipt

	doc    *documents.Outgoing // as it stands after its last step
	mailed bool
}

// receipt is a document received by an agency: by exchange, or (of == nil) on paper.
type receipt struct {
	of      *paperwork
	at      *agency
	role    string
	fate    int
	turn    int
	paper   documents.EntryForm
	twin    *receipt // a paper copy of what came by exchange before
	decided bool     // the clerk has decided about the twin

	leader, chief, hand *post // who directs, heads the unit, does the work
	direct              bool  // straight to the specialist
	handOver            bool
	bounce              bool // the unit gives it back once
	assistant           bool // writes the direction for the leader
	dueDays             int
	reply               *paperwork

	begun   *step // its registration
	id      int64
	reached documents.InState
	answer  int64 // outgoing document
}

// step is one thing somebody does at a time. It waits for the step before it.
type step struct {
	at    time.Time
	what  string
	do    stepFunc
	after *step
	mail  bool // everything stands still until the exchange has carried what was issued
	done  chan struct{}
}

type plan struct {
	r        *rand.Rand
	seeder   *Seeder
	days     []calendar.Date
	limit    time.Time
	steps    []*step
	mails    map[int]bool // days on which something is issued
	used     []int        // how often each matter was written about
	written  []*paperwork
	received []*receipt
	count    int
}

// workingDays lists the working days of the quarter that ends now, today only when the morning is over.
func workingDays(now time.Time) []calendar.Date {
	c := calendar.Default()
	last := calendar.DateOf(now)
	if now.Before(last.At(11, 0)) {
		last = last.AddDays(-1)
	}
	var out []calendar.Date
	for d := calendar.DateOf(now).AddDays(-92); !d.After(last); d = d.AddDays(1) {
		if c.IsWorking(d) {
			out = append(out, d)
		}
	}
	return out
}

// time gives a moment of a day between two times of it, in minutes.
func (p *plan) time(day, from, to int) time.Time {
	if day >= len(p.days) {
		return p.limit.AddDate(1, 0, 0)
	}
	m := from + p.r.IntN(to-from)
	return p.days[day].At(m/60, m%60).Add(time.Duration(p.r.IntN(60)) * time.Second)
}

// chain is the steps of one document; once a step lies after now, so do all behind it.
type chain struct {
	p    *plan
	last *step
	cut  bool
}

func (c *chain) then(at time.Time, what string, do stepFunc) *step {
	if c.last != nil && !at.After(c.last.at) {
		at = c.last.at.Add(time.Minute)
	}
	c.cut = c.cut || at.After(c.p.limit)
	if c.cut {
		return nil
	}
	c.last = &step{at: at, what: what, do: do, after: c.last, done: make(chan struct{})}
	c.p.steps = append(c.p.steps, c.last)
	return c.last
}

// draw makes the plan of the quarter.
func (s *Seeder) draw(o Options) *plan {
	p := &plan{r: rand.New(rand.NewPCG(o.Seed, 2)), seeder: s, days: workingDays(o.Now), limit: o.Now.Add(-time.Minute), mails: map[int]bool{}, used: make([]int, len(matters))}
	most := max(10, o.Documents*24/100)
	last := len(p.days) - 7
	for i := range most {
		day := i * last / most &^ 1
		if i >= most-8 { // the desks of the last days are full
			day = last + (i-(most-8))/3
		}
		p.write(p.document(i, most), day, chain{p: p})
	}
	for i, fate := range []int{drafted, inReview, returned, awaiting, signed, numbered, sealed, cancelled, cancelledNumber, drafted, inReview, awaiting, awaiting, signed} {
		w := p.document(3*i+1, most)
		w.fate, w.forged, w.sentBack, w.outside = fate, false, false, ""
		p.write(w, len(p.days)-3-i%2, chain{p: p})
	}
	p.paper(max(5, o.Documents/16))
	p.odd()
	for day := range p.mails {
		if at := p.days[day].At(16, 40); !at.After(p.limit) {
			p.steps = append(p.steps, &step{at: at, what: "mail", mail: true, done: make(chan struct{})})
		}
	}
	slices.SortStableFunc(p.steps, func(a, b *step) int { return a.at.Compare(b.at) })
	return p
}

// write plans the way of an outgoing document that is begun on a day, and what its receivers do with it.
func (p *plan) write(w *paperwork, day int, c chain) *chain {
	s := p.seeder
	p.written = append(p.written, w)
	if w.matter.kind == "CONG_VAN" || w.matter.kind == "GIAY_MOI" {
		w.due = calendar.Default().AddWorking(p.days[min(day, len(p.days)-1)], 9+w.turn%8)
	}
	if w.matter.kind == "CONG_VAN" && w.answers == nil && w.from.level == org.Commune && slices.ContainsFunc(w.to, func(r *receipt) bool { return r.at.level != org.Commune }) {
		w.matter.subject = askPrefix + w.matter.subject
	}
	if w.matter.kind == "BAO_CAO" {
		d := p.days[min(day, len(p.days)-1)]
		w.matter.subject += fmt.Sprintf(" tháng %d năm %d", d.Month(), d.Year())
	}
	name := func(what string) string { return fmt.Sprintf("%s %q of %s", what, w.matter.subject, w.from.short) }
	c.then(p.time(day, 8*60, 11*60), name("draft"), s.draft(w))
	if w.fate == drafted {
		return &c
	}
	if w.fate == cancelled {
		c.then(p.time(day, 14*60, 16*60), name("cancel"), s.cancel(w))
		return &c
	}
	c.then(p.time(day, 11*60, 11*60+30), name("submit"), s.submit(w))
	if w.fate == inReview {
		return &c
	}
	if w.sentBack || w.fate == returned {
		c.then(p.time(day, 13*60+30, 14*60+30), name("return"), s.sendBack(w))
		if w.fate == returned {
			return &c
		}
		c.then(p.time(day, 14*60+40, 15*60+40), name("revise"), s.revise(w))
	}
	c.then(p.time(day, 15*60, 16*60+20), name("approve"), s.approve(w))
	if w.fate == awaiting {
		return &c
	}
	c.then(p.time(day+1, 8*60+30, 11*60), name("sign"), s.sign(w))
	if w.fate == signed {
		return &c
	}
	out := c.then(p.time(day+1, 13*60+30, 16*60), name("release"), s.release(w))
	if out == nil || w.fate != issued {
		return &c
	}
	p.mails[day+1] = true
	for _, r := range w.to {
		p.receive(r, day+1, chain{p: p, last: out})
	}
	return &c
}

// receive plans what a receiver does with what arrived (or lies on the registry's table) at the end of a day.
func (p *plan) receive(r *receipt, day int, c chain) {
	s := p.seeder
	p.received = append(p.received, r)
	name := func(what string) string { return fmt.Sprintf("%s at %s", what, r.at.short) }
	switch r.fate {
	case arrived:
		return
	case refused:
		c.then(p.time(day+1, 8*60, 9*60), name("refuse"), s.refuse(r))
		return
	}
	r.begun = c.then(p.time(day+1, 7*60+45, 8*60+45), name("register"), s.register(r))
	switch r.fate {
	case registered:
		return
	case noted:
		c.then(p.time(day+1, 10*60, 11*60), name("conclude"), s.conclude(r))
		return
	}
	c.then(p.time(day+1, 8*60+50, 9*60+30), name("submit"), s.layBefore(r))
	if r.fate == submitted {
		return
	}
	day++
	c.then(p.time(day, 10*60, 11*60+30), name("direct"), s.direct(r))
	if r.bounce {
		c.then(p.time(day, 13*60+30, 14*60), name("give back"), s.giveBack(r))
		c.then(p.time(day, 14*60, 15*60), name("direct again"), s.direct(r))
	}
	c.then(p.time(day, 15*60, 16*60+30), name("forward"), s.forward(r))
	if r.fate == assigned {
		return
	}
	c.then(p.time(day+1, 8*60, 10*60), name("start"), s.start(r))
	if r.fate == started {
		return
	}
	late := 0
	if r.turn%8 == 3 {
		late = 1 + r.turn%4
	}
	ready := day + max(2, r.dueDays-1-r.turn%3+late)
	if late > 0 {
		ready = day + r.dueDays + late
	}
	if r.of != nil && r.of.answers == nil && !r.of.forged && r.of.matter.kind == "CONG_VAN" && r.turn%3 == 0 && day+4 < len(p.days) {
		r.reply = p.answer(r)
		after := p.write(r.reply, max(day+1, ready-2), c)
		if !after.cut {
			after.then(p.time(ready+1, 8*60, 10*60), name("complete"), s.complete(r))
		}
		return
	}
	c.then(p.time(ready, 9*60, 16*60), name("complete"), s.complete(r))
}

// answer is the letter that replies to a receipt.
func (p *plan) answer(r *receipt) *paperwork {
	w := &paperwork{from: r.at, matter: matter{kind: "CONG_VAN"}, turn: p.next(), answers: r}
	p.people(w)
	w.drafter, w.reviewer = r.hand, r.chief
	if w.capacity == "TUQ" {
		w.signer = r.at.post("truongphong")
	}
	back := &receipt{of: w, at: r.of.from, role: documents.ForAction, turn: p.next(), fate: noted}
	p.handlers(back)
	if back.turn%3 == 0 {
		back.fate = finished
	}
	w.to = []*receipt{back}
	return w
}
