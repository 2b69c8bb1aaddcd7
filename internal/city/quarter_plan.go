package city

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/org"
)

// letter is an outgoing or internal document of the quarter.
type letter struct {
	from                             *agency
	drafter, reviewer, signer, clerk *post
	capacity, kind, subject          string
	matter, turn, fate, out          int // out: the working day it is issued on, or its last act
	asks, sentBack                   bool
	day, due                         calendar.Date
	urgency                          documents.Urgency
	files                            []int // of the pool
	to                               []*arrival
	back                             int      // the working day it is recalled on; 0 = never
	instead                          *letter  // the issued one that it replaces
	answers                          *arrival // what it replies to and completes
	taken                            bool     // has a part in one of these

	queue
	id      int64 // as played
	state   documents.State
	revised bool   // after a return
	gone    bool   // recalled
	number  string // document identifier, once issued
}

// The ways of a received document through its agency.
const (
	keptWay   = iota // registered and kept to know, in one act
	ruledHand        // registered and passed to a specialist by the working regulation, in one act
	ruledUnit        // … to a unit
	ledHand          // submitted to a leader, who directs a specialist
	ledUnit          // … a unit, whose head passes it on
)

// arrival is a received document of the quarter: of a letter, or typed in by the registry.
type arrival struct {
	of                         *letter
	entry                      *documents.EntryForm
	at                         *agency
	role                       string
	way, fate, dueDays, turn   int
	opens                      int // the working day it can be registered on; beyond the last one it has only arrived
	late, bounce, starts       bool
	leader, chief, hand, clerk *post
	carried                    int       // the first carriage after its release, counted as opens
	lost                       int       // how many sendings do not come through
	reply                      *letter   // the document that completes it
	answer                     time.Time // when the agency answers what the sender asks about it; zero = he asks nothing
	agrees                     bool

	queue
	id       int64 // as played
	state    documents.InState
	directed int  // how often
	given    bool // back, by the unit
	answered bool // what the sender asks
}

func (r *arrival) ruled() bool  { return r.way == ruledHand || r.way == ruledUnit }
func (r *arrival) toUnit() bool { return r.way == ruledUnit || r.way == ledUnit }

// deed is one step of the plan: who does what is in the letter or the arrival.
type deed struct {
	at   time.Time
	what deedKind
	w    *letter
	r    *arrival
}

type deedKind uint8

const (
	doDraft deedKind = iota
	doSendBack
	doRevise
	doApprove
	doSign
	doRelease
	doCancel
	doRegister
	doDirect
	doGiveBack
	doDirectAgain
	doForward
	doStart
	doComplete
	doRecall
	doAnswer
	doCarry
)

var deedNames = []string{"draft", "send back", "revise", "approve", "sign", "release", "cancel", "register", "direct", "give back", "direct again", "forward", "start", "complete", "recall", "answer", "carry"}

// quarterPlan is everything that happens in the quarter, decided before anything does.
type quarterPlan struct {
	r        *rand.Rand
	f        quarterFigures
	all      []agency
	l        levels
	desks    map[*agency]*desk
	days     []calendar.Date
	weights  []int // of the days, running sums
	used     map[subjectKey]bool
	numbered map[numberedKey]bool
	written  []int // how often each matter was written about
	letters  []*letter
	inside   []*letter // internal documents
	in       []*arrival
	deeds    []deed
}

// drawQuarter makes the plan of a quarter; the same agencies, scale and seed give the same plan on every machine.
func drawQuarter(w Whole, all []agency) (*quarterPlan, error) {
	q := &quarterPlan{r: rand.New(rand.NewPCG(w.Seed, 421)), f: figuresOf(w.Scale, all), all: all, l: levelsOf(all), desks: map[*agency]*desk{}, used: map[subjectKey]bool{}, numbered: map[numberedKey]bool{}, written: make([]int, len(matters))}
	for i := range all {
		d := deskOf(&all[i], w.Profile != "")
		if q.desks[&all[i]] = d; len(d.chiefs) == 0 || len(d.clerks) == 0 || len(d.leaders) == 0 {
			return nil, fmt.Errorf("city: %s has nobody to register, direct or handle a document", all[i].name)
		}
	}
	q.days = workingDays(w.Now)
	for len(q.days) > 0 && q.days[len(q.days)-1].At(22, 0).After(w.Now) {
		q.days = q.days[:len(q.days)-1] // a day is played to its end
	}
	if len(q.days) < 20 {
		return nil, fmt.Errorf("city: %d working days are no quarter", len(q.days))
	}
	q.weigh()
	if err := q.issue(); err != nil {
		return nil, err
	}
	q.keepInside()
	q.enterOutside()
	if err := q.settleArrivals(); err != nil {
		return nil, err
	}
	for d := range q.days {
		for _, m := range [][2]int{{11, 45}, {16, 50}} {
			q.add(q.days[d].At(m[0], m[1]), doCarry, nil, nil)
		}
	}
	q.add(q.days[len(q.days)-1].At(21, 30), doCarry, nil, nil)
	slices.SortStableFunc(q.deeds, func(a, b deed) int { return a.at.Compare(b.at) })
	return q, nil
}

func (q *quarterPlan) add(at time.Time, what deedKind, w *letter, r *arrival) {
	q.deeds = append(q.deeds, deed{at, what, w, r})
}

// weigh gives the days their share (C4.9): more on Mondays and before reports are due (the 15th and the end of the month), next to nothing
// beside a long holiday.
func (q *quarterPlan) weigh() {
	cal := calendar.Default()
	sum := 0
	for i, d := range q.days {
		n := 10
		if d.Weekday() == time.Monday {
			n += 4
		}
		for _, due := range []calendar.Date{calendar.NewDate(d.Year(), d.Month(), 15), calendar.NewDate(d.Year(), d.Month()+1, 1).AddDays(-1)} {
			if k := cal.WorkingBetween(d, due); !d.After(due) && k <= 2 {
				n += 3
			}
		}
		gap := func(a, b calendar.Date) bool { return a.DaysUntil(b) > 5 }
		if i > 2 && gap(q.days[i-3], q.days[i-2]) || i > 0 && gap(q.days[i-1], d) || i+1 < len(q.days) && gap(d, q.days[i+1]) || i+3 < len(q.days) && gap(q.days[i+2], q.days[i+3]) {
			n = 1
		}
		sum += n
		q.weights = append(q.weights, sum)
	}
}

// workday draws a day by its weight.
func (q *quarterPlan) workday() int {
	i, _ := slices.BinarySearch(q.weights, 1+q.r.IntN(q.weights[len(q.weights)-1]))
	return i
}

// moment draws a time of a day after another: four of five in office hours.
func (q *quarterPlan) moment(day int, after time.Time) time.Time {
	day = min(day, len(q.days)-1)
	span := [2]int{7*60 + 50, 11*60 + 30}
	switch n := q.r.IntN(20); {
	case n < 8:
		span = [2]int{13*60 + 30, 16*60 + 40}
	case n == 16:
		span = [2]int{7 * 60, 7*60 + 50}
	case n >= 17:
		span = [2]int{17 * 60, 20 * 60}
	}
	return q.within(day, span[0], span[1], after)
}

// within draws a time between two minutes of a day, and a few minutes after a later one.
func (q *quarterPlan) within(day, from, to int, after time.Time) time.Time {
	day = min(day, len(q.days)-1)
	m := from + q.r.IntN(to-from)
	at := q.days[day].At(m/60, m%60).Add(time.Duration(q.r.IntN(60000)) * time.Millisecond)
	if !at.After(after) {
		at = after.Add(time.Duration(1+q.r.IntN(12)) * time.Minute).Add(time.Duration(q.r.IntN(60000)) * time.Millisecond)
	}
	return at
}

// issue plans the issued documents: who writes what to whom, and when.
func (q *quarterPlan) issue() error {
	q.letters = make([]*letter, q.f.Issued)
	for i := range q.letters {
		q.letters[i] = &letter{fate: issued, turn: i*7 + q.r.IntN(5)}
	}
	n := 0
	take := func(k int) []*letter { n += k; return q.letters[n-k : n] }
	wide := []struct {
		list []*letter
		to   []int
	}{{take(q.f.Everybody), nil}, {take(q.f.Districts), q.l.middle()}, {take(q.f.Departments), q.l.departments}}
	others := q.letters[n:]
	counts := q.spread(len(others), q.f.Others)
	q.issuers(n)
	q.kinds(n)
	for _, group := range wide {
		for _, w := range group.list {
			to := group.to
			if to == nil {
				to = make([]int, len(q.all))
				for i := range to {
					to[i] = i
				}
			}
			for _, i := range to {
				if &q.all[i] != w.from {
					q.send(w, &q.all[i])
				}
			}
		}
	}
	for i, w := range others {
		q.choose(w, counts[i])
	}
	days := make([]int, len(q.letters))
	for i := range days {
		days[i] = q.workday()
	}
	slices.Sort(days)
	q.r.Shuffle(len(q.letters), func(i, j int) { q.letters[i], q.letters[j] = q.letters[j], q.letters[i] })
	urgent := q.urgencies()
	for i, w := range q.letters {
		w.out, w.urgency = days[i], urgent[i]
		w.sentBack = i < q.f.SentBack
	}
	q.r.Shuffle(len(q.letters), func(i, j int) {
		a, b := q.letters[i], q.letters[j]
		a.sentBack, b.sentBack = b.sentBack, a.sentBack
	})
	if err := errors.Join(q.replacements(), q.replies()); err != nil {
		return err
	}
	byDay := slices.Clone(q.letters) // what is answered or replaced is written first
	slices.SortStableFunc(byDay, func(a, b *letter) int { return cmp.Compare(a.out, b.out) })
	for _, w := range byDay {
		q.compose(w)
		q.course(w)
	}
	return errors.Join(q.afterwards(), q.lose())
}

func (q *quarterPlan) urgencies() []documents.Urgency {
	var out []documents.Urgency
	for u, n := range q.f.Urgencies {
		for range n {
			out = append(out, documents.Urgency(u))
		}
	}
	q.r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// spread gives n documents between 1 and mostOthers receivers with the given sum: many have few.
func (q *quarterPlan) spread(n, sum int) []int {
	most := min(mostOthers, len(q.all)-1)
	out := make([]int, n)
	for i := range out {
		for out[i] = 1; out[i] < most && q.r.IntN(100) < 68; out[i]++ {
		}
		sum -= out[i]
	}
	for sum != 0 && n > 0 {
		if i := q.r.IntN(n); sum > 0 && out[i] < most {
			out[i]++
			sum--
		} else if sum < 0 && out[i] > 1 {
			out[i]--
			sum++
		}
	}
	return out
}

// issuers draws who issues (C4.6). The first ones, which go to many, are the city's: whoever writes to all departments is none of them.
func (q *quarterPlan) issuers(wide int) {
	level := make([]byte, 0, len(q.letters))
	for k, n := range []int{q.f.City, q.f.District, q.f.Commune} {
		for range n {
			level = append(level, byte(k))
		}
	}
	rest := level[min(wide, len(level)):]
	q.r.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	apart := q.f.Everybody + q.f.Districts
	for i, w := range q.letters {
		switch {
		case level[i] == 1:
			w.from = &q.all[pick(q.r, q.l.districts)]
		case level[i] == 2:
			w.from = &q.all[pick(q.r, q.l.communes)]
		case i < q.f.Everybody || q.r.IntN(100) < 18 || i >= apart && i < wide && len(q.l.city) == 1:
			w.from = &q.all[theCity]
		case i >= apart && i < wide:
			w.from = &q.all[theCity]
			for _, c := range q.l.city { // the office, which is no department
				if c != theCity && !slices.Contains(q.l.departments, c) && q.r.IntN(2) == 0 {
					w.from = &q.all[c]
				}
			}
		default:
			w.from = &q.all[pick(q.r, q.l.city)]
		}
	}
}

// kinds deals out the types (C4.8): what reports or asks upwards has one receiver above, telegrams are the city's.
func (q *quarterPlan) kinds(wide int) {
	var deck []string
	for i, n := range q.f.Kinds {
		for range n {
			deck = append(deck, quarterKinds[i].code)
		}
	}
	q.r.Shuffle(len(deck), func(i, j int) { deck[i], deck[j] = deck[j], deck[i] })
	fits := func(i int, kind string) bool {
		switch kind {
		case "BAO_CAO", "TO_TRINH":
			return i >= wide && q.letters[i].from != &q.all[theCity]
		case "CONG_DIEN":
			return q.letters[i].from.level == org.City || q.letters[i].from.level == org.Department
		}
		return true
	}
	for i := range deck {
		for try := 0; try < 400 && !fits(i, deck[i]); try++ {
			if j := q.r.IntN(len(deck)); fits(i, deck[j]) && fits(j, deck[i]) {
				deck[i], deck[j] = deck[j], deck[i]
			}
		}
		q.letters[i].kind = deck[i]
	}
}

func (q *quarterPlan) send(w *letter, to *agency) {
	r := &arrival{of: w, at: to, role: documents.ForAction, turn: q.r.IntN(1 << 20)}
	if len(w.to) > 0 && q.r.IntN(5) == 0 {
		r.role = documents.ForInformation
	}
	w.to = append(w.to, r)
}

// choose draws n receivers of a document: those above or below, the departments, the neighbours.
func (q *quarterPlan) choose(w *letter, n int) {
	have := map[*agency]bool{w.from: true}
	add := func(i int) {
		if a := &q.all[i]; !have[a] {
			have[a] = true
			q.send(w, a)
		}
	}
	up := w.kind == "BAO_CAO" || w.kind == "TO_TRINH"
	if p := w.from.parent; up && p >= 0 {
		add(p)
	}
	for try := 0; len(w.to) < n; try++ {
		if try > 60 { // a small city: whoever is left
			for i := range q.all {
				if len(w.to) < n {
					add(i)
				}
			}
			return
		}
		switch x := q.r.IntN(100); {
		case w.from.level == org.Commune && x < 40 && w.from.parent >= 0:
			add(w.from.parent)
		case w.from.level == org.Commune && x < 75, up, x < 25:
			add(pick(q.r, q.l.city))
		case w.from.level == org.District && x < 80:
			add(q.below(w.from))
		case x < 60:
			add(pick(q.r, q.l.middle()))
		default:
			add(pick(q.r, q.l.communes))
		}
	}
}

// below draws a commune of a district.
func (q *quarterPlan) below(a *agency) int {
	for range 200 {
		if i := pick(q.r, q.l.communes); q.all[i].parent >= 0 && &q.all[q.all[i].parent] == a {
			return i
		}
	}
	return pick(q.r, q.l.communes)
}

// compose decides what a document says, who works on it, and what is attached.
func (q *quarterPlan) compose(w *letter) {
	q.author(w)
	var fit []int
	for _, wide := range []bool{false, true} {
		for i, m := range matters {
			if m.kind != w.kind || !wide && m.field != "" && w.from.field != "" && m.field != w.from.field {
				continue
			}
			if n := len(fit); n > 0 && q.written[i] != q.written[fit[0]] {
				if q.written[i] > q.written[fit[0]] {
					continue
				}
				fit = fit[:0]
			}
			fit = append(fit, i)
		}
		if len(fit) > 0 {
			break
		}
	}
	w.matter = pick(q.r, fit)
	switch {
	case w.instead != nil:
		w.matter = w.instead.matter
	case w.answers != nil:
		w.matter = w.answers.of.matter
	}
	q.written[w.matter]++
	w.day = q.days[w.out]
	w.asks = w.answers == nil && w.kind == "CONG_VAN" && w.from.level == org.Commune && slices.ContainsFunc(w.to, func(r *arrival) bool { return r.at.level != org.Commune })
	if w.kind == "CONG_VAN" && w.answers == nil || w.kind == "GIAY_MOI" {
		w.due = calendar.Default().AddWorking(w.day, 6+q.r.IntN(12))
	}
	w.subject = q.subject(w)
	w.files = q.attached()
}

// attached draws how many files go with a document (C4.8: 0 to 12, one in the middle) and which of the pool.
func (q *quarterPlan) attached() (out []int) {
	n := 0
	switch x := q.r.IntN(1000); {
	case x < 310:
	case x < 690:
		n = 1
	case x < 860:
		n = 2
	case x < 940:
		n = 3
	default:
		n = 4 + q.r.IntN(9)
	}
	for len(out) < n {
		i := q.r.IntN(poolSize - poolLarge)
		if q.r.IntN(100) == 0 {
			i = poolSize - 1 - q.r.IntN(poolLarge)
		}
		if !slices.Contains(out, i) {
			out = append(out, i)
		}
	}
	return out
}

// course plans the way of an outgoing document up to its last act on day w.out, and when its copies can be registered.
func (q *quarterPlan) course(w *letter) {
	lead := q.r.IntN(4)
	if w.urgency >= documents.VeryUrgent {
		lead = 0
	}
	start := max(0, w.out-lead)
	day := func(i, of int) int { return start + (w.out-start)*i/of }
	at := q.moment(start, q.days[start].At(7, 0))
	w.day = q.days[start]
	step := func(what deedKind, d int) {
		if what != doDraft {
			at = q.moment(d, at)
		}
		q.add(at, what, w, nil)
	}
	step(doDraft, start)
	if w.fate == drafted || w.fate == inReview {
		return
	}
	if w.fate == cancelled {
		step(doCancel, w.out)
		return
	}
	if w.sentBack || w.fate == returned {
		step(doSendBack, day(1, 3))
		if w.fate == returned {
			return
		}
		step(doRevise, day(1, 3))
	}
	step(doApprove, day(1, 2))
	if w.fate == awaiting {
		return
	}
	step(doSign, day(4, 5))
	if w.fate == signed {
		return
	}
	at = q.within(w.out, 8*60+20, 16*60+30, at)
	q.add(at, doRelease, w, nil)
	if w.fate != issued {
		return
	}
	for _, r := range w.to {
		switch t := q.days[w.out]; {
		case at.Before(t.At(11, 44)):
			r.carried = w.out*2 + 1
		case at.Before(t.At(16, 49)):
			r.carried = w.out*2 + 2
		default:
			r.carried = w.out*2 + 3 // at noon of the day after
		}
		if r.opens = r.carried; r.opens%2 == 1 && r.opens/2 == w.out && q.r.IntN(3) == 0 {
			r.opens++
		}
		q.handler(r)
		q.in = append(q.in, r)
	}
}

// keepInside plans the documents that are not issued (C4: phiếu trình, dự thảo): the open ones are mostly young.
func (q *quarterPlan) keepInside() {
	for k, n := range q.f.internalStates() {
		for range n {
			w := &letter{from: &q.all[q.r.IntN(len(q.all))], fate: internalFates[k].fate, kind: pick(q.r, []string{"TO_TRINH", "TO_TRINH", "CONG_VAN", "BAO_CAO", "KE_HOACH"}), turn: q.r.IntN(1 << 20), out: q.workday()}
			if w.from == &q.all[theCity] {
				w.kind = "CONG_VAN"
			}
			if w.fate != cancelled && w.fate != cancelledNumber && q.r.IntN(4) > 0 {
				w.out = max(0, len(q.days)-1-q.r.IntN(12))
			}
			q.choose(w, 1)
			q.compose(w)
			if q.r.IntN(2) == 0 {
				w.files = nil
			}
			q.course(w)
			q.inside = append(q.inside, w)
		}
	}
}

// enterOutside plans what comes from outside of the city and is entered by the registry.
func (q *quarterPlan) enterOutside() {
	for range q.f.Outside {
		at := &q.all[q.r.IntN(len(q.all))]
		if q.r.IntN(3) == 0 {
			at = &q.all[pick(q.r, q.l.city)]
		}
		day := q.workday()
		r := &arrival{at: at, role: documents.ForAction, turn: q.r.IntN(1 << 20), opens: day*2 + q.r.IntN(2)}
		r.entry = q.entry(at, calendar.Default().AddWorking(q.days[day], -1-q.r.IntN(5)))
		q.handler(r)
		q.in = append(q.in, r)
	}
}

// settleArrivals decides what becomes of the received documents (C4.10): the youngest are open, some of the others were done late.
func (q *quarterPlan) settleArrivals() error {
	last := len(q.days) - 1
	type aged struct {
		r   *arrival
		age float64
	}
	var by []aged
	unseen := 0
	for _, r := range q.in {
		if r.settled() {
			r.fate = finished
			if r.way == keptWay {
				r.fate = noted
			}
			continue
		}
		age := float64(r.opens) + q.r.Float64()*26
		if r.opens > last*2+1 {
			age += 1000
			unseen++
		}
		by = append(by, aged{r, age})
	}
	if unseen > q.f.Open {
		return fmt.Errorf("city: %d documents arrive on the last day, %d can be open", unseen, q.f.Open)
	}
	slices.SortStableFunc(by, func(a, b aged) int { return cmp.Compare(b.age, a.age) })
	for i, x := range by {
		r := x.r
		switch {
		case r.opens > last*2+1:
			r.fate = arrived
		case i < q.f.Open:
			q.leaveOpen(r, last)
		case r.way == keptWay:
			r.fate = noted
		default:
			r.fate = finished
		}
	}
	late, given := q.f.Late, q.f.Returned
	order := q.r.Perm(len(q.in))
	for _, i := range order {
		r := q.in[i]
		if late > 0 && r.fate == finished && !r.settled() && r.opens/2+r.dueDays+3 <= last {
			r.late, late = true, late-1
		}
	}
	for _, i := range order {
		r := q.in[len(q.in)-1-i]
		if given > 0 && !r.settled() && (r.fate == finished || r.fate == started || r.fate == assigned) && r.way == ledUnit && r.opens/2+1 < last {
			r.bounce, given = true, given-1
		}
	}
	if late > 0 || given > 0 {
		return fmt.Errorf("city: %d documents too few to be late, %d to be given back", late, given)
	}
	for _, r := range q.in {
		q.handle(r, last)
	}
	return nil
}

// leaveOpen decides where an open document stands.
func (q *quarterPlan) leaveOpen(r *arrival, last int) {
	if r.role == documents.ForInformation {
		r.fate = registered
		return
	}
	if r.way == keptWay {
		r.way = ledUnit
	}
	n := q.r.IntN(100)
	switch age := last - r.opens/2; {
	case age < 2 && n < 30, n < 4:
		r.fate, r.way = registered, ledUnit
	case age < 3 && n < 60, n < 12:
		r.fate = submitted
	case n < 60:
		r.fate = assigned
	default:
		r.fate = started
	}
	if r.fate == submitted && r.ruled() {
		r.fate = assigned
	}
}

// handle plans what an agency does with a received document.
func (q *quarterPlan) handle(r *arrival, last int) {
	if r.fate == arrived {
		return
	}
	day := r.opens / 2
	at := q.within(day, 7*60+45, 11*60+20, time.Time{})
	if r.opens%2 == 1 {
		at = q.within(day, 13*60+30, 16*60+40, time.Time{})
	}
	stopped := func() bool { return r.takenBack() && !at.Before(r.answer) } // nobody works on what was given back
	closed := false
	defer func() { r.declines(closed) }()
	if stopped() {
		return
	}
	q.add(at, doRegister, nil, r)
	if closed = r.fate == noted; r.fate == noted || r.fate == registered || r.fate == submitted {
		return
	}
	next := func(d int, what deedKind) {
		if at = q.moment(d, at); !stopped() {
			q.add(at, what, nil, r)
		}
	}
	if !r.ruled() {
		if r.opens%2 == 1 {
			day++
		}
		day = min(day, last)
		next(day, doDirect)
	}
	given := day // the days are counted from here
	if r.bounce {
		next(day, doGiveBack)
		day = min(day+1, last)
		next(day, doDirectAgain)
		given = day
	}
	if r.toUnit() {
		next(day, doForward)
	}
	done := min(given+r.dueDays, last)
	if r.late {
		done = min(given+r.dueDays+1+q.r.IntN(6), last)
	} else if done > day {
		done = day + q.r.IntN(done-day) + 1
	}
	if r.reply != nil {
		done = r.reply.out - 1
	}
	if r.starts && r.fate == finished || r.fate == started {
		next(min(day+q.r.IntN(2), done), doStart)
	}
	if r.fate == finished && r.reply == nil {
		next(done, doComplete)
		closed = !stopped()
	}
}
