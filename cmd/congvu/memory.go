package main

import (
	"context"
	"runtime/debug"
	runtimemetrics "runtime/metrics"
	"time"
)

// memoryFloor is the memory up to which the garbage collector lets the heap grow before it works: the office's small machine keeps the rest for files and the
// database.
const memoryFloor = 128 << 20

// heapGrowth is by how many percent the heap may grow between two collections below the limit: what lives in a quiet server is small, and collecting it at every
// doubling took a sixth of the processors of a busy one.
const heapGrowth = 300

// heapMargin is what the heap may grow by, in parts of what lives in it, once that no longer fits under the floor. A limit that stands still would be met by
// what lives (three thousand open pages hold more than a hundred megabytes), and the collector would then run without end: with 1,500 people at work it took
// two thirds of the processors.
const heapMargin = 0.7

// tendMemory moves the collector's limit with what lives in the heap until ctx ends. It refuses nothing: work that needs more gets more.
func tendMemory(ctx context.Context) {
	debug.SetMemoryLimit(memoryFloor)
	figures := []runtimemetrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}, {Name: "/memory/classes/metadata/other:bytes"}}
	limit := int64(memoryFloor)
	for tick := time.NewTicker(200 * time.Millisecond); ; {
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
		runtimemetrics.Read(figures)
		if now := limitFor(figures[0].Value.Uint64(), figures[1].Value.Uint64()+figures[2].Value.Uint64()); now != limit {
			debug.SetMemoryLimit(now)
			limit = now
		}
	}
}

// limitFor is the limit for a heap in which so many bytes live beside stacks and the like, in whole steps of 8 MB.
func limitFor(live, beside uint64) int64 {
	const step = 8 << 20
	wanted := uint64(float64(live)*(1+heapMargin)) + beside
	return int64(max(memoryFloor, (wanted+step-1)/step*step))
}
