package city

import (
	"sync"
	"time"
)

// Clock is the time of the city while it is built: it starts a quarter ago and is moved through office hours. store.Config.Clock takes it.
// It never goes back, and never beyond the present until Release lets it run with the system's clock.
type Clock struct {
	mu    sync.Mutex
	t     time.Time
	limit time.Time // as of begun, the system's time at which the clock was made
	begun time.Time
	live  bool
}

// NewClock starts at the beginning of the city that is to look as it does at now.
func NewClock(now time.Time) *Clock {
	return &Clock{t: workingDays(now)[0].At(6, 30), limit: now, begun: time.Now()}
}

// Now gives the time, a microsecond later at every call, so that acts keep their order.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.live {
		return time.Now()
	}
	c.t = c.t.Add(time.Microsecond)
	return c.t
}

// reach moves the clock on to t; an earlier t changes nothing.
func (c *Clock) reach(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if present := c.limit.Add(time.Since(c.begun)); t.After(present) {
		t = present
	}
	if t.After(c.t) {
		c.t = t
	}
}

// pass lets time go by between two acts of one person.
func (c *Clock) pass(d time.Duration) { c.reach(c.Now().Add(d)) }

// Release ends the past: from now on it is the system's clock.
func (c *Clock) Release() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.live = true
}
