package store

import (
	"sync"
	"time"
)

// Clock tells the time. The zero value of a configuration means the system's clock; tests step their own.
type Clock interface{ Now() time.Time }

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

// Instant is a point in time in microseconds since 1970 (UTC). It sorts, compares and stores the same on both engines.
type Instant int64

// InstantOf cuts t to microseconds; the zero time gives 0, which means "never".
func InstantOf(t time.Time) Instant {
	if t.IsZero() {
		return 0
	}
	return Instant(t.UnixMicro())
}

// Time gives the instant in UTC; 0 gives the zero time.
func (i Instant) Time() time.Time {
	if i == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(i)).UTC()
}

// Add moves the instant by d.
func (i Instant) Add(d time.Duration) Instant { return i + Instant(d.Microseconds()) }

// steady never gives an earlier instant than before, whatever the clock below it does.
type steady struct {
	clock Clock
	mu    sync.Mutex
	last  Instant
}

func (s *steady) now() Instant {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := InstantOf(s.clock.Now()); n > s.last {
		s.last = n
	}
	return s.last
}

// ids makes time-ordered 63-bit identifiers: 41 bits of milliseconds since 2020, 10 bits of this process, 12 bits of sequence.
type ids struct {
	node int64
	mu   sync.Mutex
	last int64 // milliseconds and sequence of the last identifier
}

const idEpochMs = 1577836800000 // 2020-01-01T00:00:00Z

func (g *ids) next(now Instant) int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := (int64(now)/1000 - idEpochMs) << 12
	if n <= g.last {
		n = g.last + 1
	}
	g.last = n
	return n>>12<<22 | g.node<<12 | n&0xfff
}

// FirstID is the smallest identifier that can have been made at an instant or later: lists by identifier are lists by time.
func FirstID(at Instant) int64 { return max(int64(at)/1000-idEpochMs, 0) << 22 }

// MadeAt is when an identifier was made, to the millisecond; 0 for a number that is no identifier of ours.
func MadeAt(id int64) Instant {
	if id <= 0 || id>>22 == 0 {
		return 0
	}
	return Instant((id>>22 + idEpochMs) * 1000)
}
