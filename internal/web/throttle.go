package web

import (
	"sync"
	"time"
)

// throttle lets an address do something some times in a while. It forgets everything when it knows too many addresses: a public page
// must not fill the memory.
type throttle struct {
	most  int
	while time.Duration
	mu    sync.Mutex
	begun time.Time
	seen  map[string]int
}

const mostAddresses = 100_000

func newThrottle(most int, while time.Duration) *throttle {
	return &throttle{most: most, while: while, seen: map[string]int{}}
}

// allow counts one try of an address at a time.
func (t *throttle) allow(address string, at time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at.Sub(t.begun) >= t.while || at.Before(t.begun) || len(t.seen) >= mostAddresses {
		t.begun = at
		clear(t.seen)
	}
	t.seen[address]++
	return t.seen[address] <= t.most
}
