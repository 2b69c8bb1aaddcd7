package store

import (
	"slices"
	"sync/atomic"
	"time"
)

// usage is how often a statement ran in this process and how long, its rows' reading included.
type usage struct{ calls, nanos atomic.Int64 }

func (s *Stmt) ran(begun time.Time) {
	s.usage.calls.Add(1)
	s.usage.nanos.Add(int64(time.Since(begun)))
}

// Usage is what one statement has cost this process since it started.
type Usage struct {
	Stmt  *Stmt
	Calls int64
	Time  time.Duration // wall time, waiting for locks and for the reader of its rows included
}

// Used lists the statements that ran, the most expensive first. Operators see the first of them on /metrics; measurements choose by it whose plans are kept.
func Used() []Usage {
	var out []Usage
	for _, s := range Statements() {
		if n := s.usage.calls.Load(); n > 0 {
			out = append(out, Usage{s, n, time.Duration(s.usage.nanos.Load())})
		}
	}
	slices.SortStableFunc(out, func(a, b Usage) int { return int(b.Time - a.Time) })
	return out
}
