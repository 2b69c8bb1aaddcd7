package exchange

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// The simulator runs the whole protocol of the exchange in one goroutine from one seed: sites (one agency, one database, one process each), the axis
// between them, people on both ends, and faults at every place. Storage is a struct that changes only within an event (a transaction), the wire is
// a queue that drops, doubles, delays and forgets; what decides – the table of route.go, the table of receipts of documents, the verbs that are told,
// the back-off, the last send – is the code's own.
//
// In three points the model is ahead of the code, each with a planted mistake that shows what the code still lacks: what is asked of a receiver is sent
// again until it is answered (requestsOnce), an answer names its request (oldestAnswered, answersByTime), and the nightly reconciliation also tells again
// the codes 02 to 06 that the sender has not heard (neverReconciled).

// ms is simulated time in milliseconds.
type ms = int64

const (
	second ms = 1000
	minute    = 60 * second
	hour      = 60 * minute
	day       = 24 * hour
)

// msOf is a wait of the code in simulated time.
func msOf(d time.Duration) ms { return ms(d / time.Millisecond) }

type happening struct {
	at  ms
	seq int
	do  func()
}

// world is one run.
type world struct {
	*rand.Rand
	seed   uint64
	plant  mistake
	now    ms
	queue  []happening
	seq    int
	sites  []*site
	axis   broker
	heal   ms      // when faults end
	deadly float64 // how often a process dies at an arrow
	trace  func(string)

	papers []*paper
	wrong  []string
	events int
	hits   map[string]int // crashes by arrow
	tally  simTally
}

// simTally counts what a run did.
type simTally struct {
	Documents, Lines, Sends, Deliveries, Duplicates, Forgotten, Crashes, Statuses, Quarantined, Requests, Resent, Jumps, Events, Copies, Cancelled, Open int
}

func (w *world) chance(p float64) bool { return w.Float64() < p }

// span draws a wait up to d, at least a millisecond.
func (w *world) span(d ms) ms { return 1 + w.Int64N(d) }

func (w *world) at(t ms, do func()) {
	w.seq++
	q := append(w.queue, happening{t, w.seq, do})
	for i := len(q) - 1; i > 0; {
		p := (i - 1) / 2
		if !before(q[i], q[p]) {
			break
		}
		q[i], q[p] = q[p], q[i]
		i = p
	}
	w.queue = q
}

func (w *world) after(d ms, do func()) { w.at(w.now+d, do) }

func before(a, b happening) bool { return a.at < b.at || a.at == b.at && a.seq < b.seq }

func (w *world) next() happening {
	q := w.queue
	top, last := q[0], len(q)-1
	q[0], q[last] = q[last], happening{}
	q = q[:last]
	for i := 0; ; {
		c := 2*i + 1
		if c >= last {
			break
		}
		if c+1 < last && before(q[c+1], q[c]) {
			c++
		}
		if !before(q[c], q[i]) {
			break
		}
		q[i], q[c] = q[c], q[i]
		i = c
	}
	w.queue = q
	return top
}

func (w *world) say(format string, args ...any) {
	if w.trace != nil {
		w.trace(fmt.Sprintf("%9.3f h  ", float64(w.now)/float64(hour)) + fmt.Sprintf(format, args...))
	}
}

func (w *world) blame(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	w.say("WRONG: %s", text)
	if !slices.Contains(w.wrong, text) {
		w.wrong = append(w.wrong, text)
	}
}

// parcelKey is a parcel's id on the axis; the sender's code and the receiver's are part of it.
type parcelKey struct {
	From, To int
	Kind     byte // d a document or a request, s a status, r a reconciliation
	No, Try  int
	Code     string
}

// parcelBox is a parcel on its way; its message never changes.
type parcelBox struct {
	key      parcelKey
	message  *message
	attempts int
	acked    bool
}

// broker is the axis: it stores what it acknowledges, unless it forgets, and delivers until it is acknowledged.
type broker struct {
	*world
	seen     map[parcelKey]ms
	forget   float64 // of what it acknowledges
	lossy    float64 // of publications and acknowledgements
	toAxis   []bool  // cut: nothing of this site reaches the axis
	fromAxis []bool  // cut: nothing of the axis reaches this site
}

const (
	window  = 10 * minute // axis.Config.Window
	ackWait = 30 * second
)

// publish stores a parcel; false = the sender got no acknowledgement, whether it is stored or not.
func (b *broker) publish(from *site, k parcelKey, m *message) bool {
	b.tally.Sends++
	if b.toAxis[from.no] || b.chance(b.lossy) {
		return false
	}
	if at, known := b.seen[k]; known && b.now-at < window {
		return !b.chance(b.lossy)
	}
	b.seen[k] = b.now
	if b.chance(b.forget) {
		b.tally.Forgotten++
		b.say("axis forgets %v", k)
		return true
	}
	p := &parcelBox{key: k, message: m}
	b.carry(p)
	if b.now < b.heal && b.chance(.02) { // once more, long after any window: a restored copy of the stream
		twice := &parcelBox{key: k, message: m}
		b.tally.Duplicates++
		b.after(window+b.span(2*day), func() { b.deliver(twice) })
	}
	return !b.chance(b.lossy) && !b.fromAxis[from.no] // the acknowledgement comes back the other way
}

// carry delivers after a while; parcels overtake each other.
func (b *broker) carry(p *parcelBox) {
	wait := b.span(300)
	if b.now < b.heal {
		if b.chance(.05) {
			wait += b.span(10 * minute)
		}
		if b.chance(.01) {
			wait += b.span(12 * hour)
		}
	}
	b.after(wait, func() { b.deliver(p) })
}

// deliver hands a parcel to its receiver until it acknowledges.
func (b *broker) deliver(p *parcelBox) {
	to := b.sites[p.key.To]
	switch {
	case p.acked:
		return
	case !to.up || b.fromAxis[p.key.To]: // it waits until somebody asks for it
		b.after(b.span(15*minute), func() { b.deliver(p) })
		return
	}
	p.attempts++
	b.tally.Deliveries++
	answered := false
	to.take(p, func(ack bool) {
		answered = true
		if b.toAxis[p.key.To] || b.chance(b.lossy) { // the acknowledgement is lost: it comes again
			b.after(ackWait+b.span(5*second), func() { b.deliver(p) })
			return
		}
		if ack {
			p.acked = true
			return
		}
		b.after(msOf(min(time.Second<<min(p.attempts-1, 20), 5*time.Minute)), func() { b.deliver(p) })
	})
	if !answered {
		n := p.attempts
		b.after(ackWait+b.span(5*second), func() { // the handler died or still works
			if !answered && p.attempts == n {
				b.deliver(p)
			}
		})
	}
}

// arrow is a place between two steps: the process goes on after a moment, or dies here.
func (s *site) arrow(name string, on func()) {
	if s.w.now < s.w.heal && s.w.chance(s.w.deadly) {
		s.w.hits[name]++
		s.crash(name)
		return
	}
	life := s.life
	s.w.after(s.w.span(40), func() {
		if s.up && s.life == life {
			on()
		}
	})
}
