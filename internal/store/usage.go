package store

import (
	"cmp"
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

// Usage is what the statements made at one place of the source have cost this process since it started.
type Usage struct {
	Where string // room/file.go:line
	Calls int64
	Time  time.Duration // wall time, waiting for locks and for the reader of its rows included
}

// Used lists the places whose statements ran, the most expensive first. Operators see the first of them on /metrics; measurements choose by it whose plans are kept.
func Used() []Usage {
	at := map[string]int{}
	var out []Usage
	for _, s := range Statements() {
		n := s.usage.calls.Load()
		if n == 0 {
			continue
		}
		i, have := at[s.Where]
		if !have {
			i = len(out)
			at[s.Where], out = i, append(out, Usage{Where: s.Where})
		}
		out[i].Calls, out[i].Time = out[i].Calls+n, out[i].Time+time.Duration(s.usage.nanos.Load())
	}
	slices.SortStableFunc(out, func(a, b Usage) int { return cmp.Compare(b.Time, a.Time) })
	return out
}
