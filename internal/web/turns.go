package web

import (
	"context"
	"sync"
	"time"
)

// Turns shares the time of the server between agencies, so that one that floods does not slow the others (decision 0046). What each may use of the
// processors in a second while others are at work is its equal part of them, but never less than turnShare; what it has not used lasts for turnBurst, so that
// an agency at ordinary work never waits. Who has used up his part waits for the next turn, in the order of coming. An agency alone on the server waits never.
//
// What a request costs is its part of the processors while it is inside, not the time on the wall: when the server is busy every answer takes long, and whoever
// only waits for the others must not pay for it.
type Turns struct {
	cores float64

	mu      sync.Mutex
	lanes   map[int64]*lane
	counted time.Time
	active  int           // agencies at work lately
	here    int           // requests inside, of all agencies
	spent   time.Duration // what one request that was inside from the beginning would have cost
	ran     time.Time     // of spent

	cards *cards
}

const (
	turnShare    = 0.12                   // of all processors
	turnBurst    = 2 * time.Second        // of their time, saved up: some hundred pages
	turnPatience = 10 * time.Second       // nobody waits longer
	turnQueue    = 400                    // wait at most for one agency
	turnLong     = 250 * time.Millisecond // a longer request gives its place back and costs no more: it waits for a disk, a network or a slow reader
	turnActive   = 10 * time.Second       // how long an agency counts as being at work
)

// lane is one agency's place.
type lane struct {
	balance time.Duration // time it may use before it waits; below 0 it has used more
	at      time.Time     // of balance
	seen    time.Time
	inside  int
	average time.Duration // of one request
	waiting []*oneTurn
	wake    *time.Timer
}

type oneTurn struct {
	begun chan struct{}
	given bool
	from  time.Duration // the clock of costs when it was given
}

func newTurns(cores int) *Turns {
	return &Turns{cores: float64(max(cores, 1)), lanes: map[int64]*lane{}, cards: newCards()}
}

// part is what one agency may use of a second; the lock is held.
func (t *Turns) part() float64 { return t.cores * max(1/float64(max(t.active, 1)), turnShare) }

// most is how many requests of one agency are answered at the same time while others are at work: an agency at ordinary work has few at once anyway, one that
// has used half of what it had saved up leaves the others half of the processors.
func (t *Turns) most(l *lane) int {
	if l.balance > turnBurst/2 {
		return max(4, int(2*t.cores))
	}
	return max(1, int(t.cores/2))
}

// run brings the clock of costs up to now: requests inside share the processors; the lock is held.
func (t *Turns) run(now time.Time) {
	if t.here > 0 {
		t.spent += time.Duration(float64(now.Sub(t.ran)) * min(1, t.cores/float64(t.here)))
	}
	t.ran = now
}

// in counts a request inside and gives what the clock of costs says; the lock is held.
func (t *Turns) in(l *lane, now time.Time) time.Duration {
	t.run(now)
	t.here++
	l.inside++
	return t.spent
}

// out counts it no more; the lock is held.
func (t *Turns) out(l *lane, now time.Time) {
	t.run(now)
	t.here--
	l.inside--
}

// count looks once a second how many agencies are at work, and forgets those that have gone; the lock is held.
func (t *Turns) count(now time.Time) {
	if now.Sub(t.counted) < time.Second && t.active > 1 {
		return
	}
	t.counted, t.active = now, 0
	for agency, l := range t.lanes {
		switch gone := now.Sub(l.seen); {
		case gone < turnActive || l.inside > 0 || len(l.waiting) > 0:
			t.active++
		case gone > time.Minute:
			delete(t.lanes, agency)
		}
	}
}

// settle brings a lane's balance up to now; the lock is held.
func (t *Turns) settle(l *lane, now time.Time) {
	l.balance = min(turnBurst, l.balance+time.Duration(float64(now.Sub(l.at))*t.part()))
	l.at = now
}

// free tells whether a request may go in at once; the lock is held.
func (t *Turns) free(l *lane) bool { return t.active <= 1 || l.inside < t.most(l) && l.balance > 0 }

// enter waits for an agency's turn. It gives what to call when the request is done, or how long to stay away when there is no hope.
func (t *Turns) enter(ctx context.Context, agency int64) (leave func(), later time.Duration) {
	now := time.Now()
	t.mu.Lock()
	l := t.lanes[agency]
	if l == nil {
		l = &lane{balance: turnBurst, at: now, average: 5 * time.Millisecond}
		t.lanes[agency] = l
	}
	l.seen = now
	t.count(now)
	t.settle(l, now)
	if len(l.waiting) == 0 && t.free(l) {
		begun := t.in(l, now)
		t.mu.Unlock()
		return t.leaver(l, begun), 0
	}
	if wait := t.wait(l); wait > turnPatience || len(l.waiting) >= turnQueue {
		t.mu.Unlock()
		return nil, max(wait, time.Second)
	}
	w := &oneTurn{begun: make(chan struct{})}
	l.waiting = append(l.waiting, w)
	t.pump(l, now)
	t.mu.Unlock()
	patience := time.NewTimer(turnPatience)
	defer patience.Stop()
	select {
	case <-w.begun:
		return t.leaver(l, w.from), 0
	case <-patience.C:
	case <-ctx.Done():
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if w.given { // in the same moment
		now := time.Now()
		t.out(l, now)
		t.pump(l, now)
	}
	for i, x := range l.waiting {
		if x == w {
			l.waiting = append(l.waiting[:i], l.waiting[i+1:]...)
			break
		}
	}
	return nil, max(t.wait(l), time.Second)
}

// wait is about how long the next one to come would wait; the lock is held.
func (t *Turns) wait(l *lane) time.Duration {
	return time.Duration(float64(time.Duration(len(l.waiting)+1)*l.average-l.balance) / t.part())
}

// pump gives turns to those who wait, and comes back when the next one is due; the lock is held.
func (t *Turns) pump(l *lane, now time.Time) {
	t.settle(l, now)
	for len(l.waiting) > 0 && t.free(l) {
		w := l.waiting[0]
		l.waiting = l.waiting[1:]
		w.given, w.from = true, t.in(l, now)
		close(w.begun)
	}
	if l.wake != nil {
		l.wake.Stop()
		l.wake = nil
	}
	if len(l.waiting) == 0 || l.inside >= t.most(l) && t.active > 1 {
		return
	}
	due := time.Millisecond + time.Duration(float64(-l.balance)/t.part())
	l.wake = time.AfterFunc(min(due, time.Second), func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		now := time.Now()
		t.count(now)
		t.pump(l, now)
	})
}

// leaver ends a turn once: when the request is done, or when it has taken long.
func (t *Turns) leaver(l *lane, begun time.Duration) func() {
	var once sync.Once
	end := func() {
		once.Do(func() {
			now := time.Now()
			t.mu.Lock()
			defer t.mu.Unlock()
			t.out(l, now)
			used := min(t.spent-begun, turnLong)
			t.settle(l, now)
			l.balance -= used
			l.average += (used - l.average) / 16
			t.pump(l, now)
		})
	}
	long := time.AfterFunc(turnLong, end)
	return func() { long.Stop(); end() }
}
