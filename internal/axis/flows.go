package axis

import (
	"strings"
	"sync"
)

// handlers is how many parcels a node hands out at once. A handler mostly waits for disks; what it holds in memory is its own to bound.
const handlers = 32

// flows does work side by side, but what has the same key one after another in the order it was added. How much may wait is bounded
// by those who add: a consumer delivers no more than its unacknowledged limit.
type flows struct {
	slots chan struct{}
	mu    sync.Mutex
	queue map[string][]func() // a key is present while its work runs; the slice waits behind it
	all   sync.WaitGroup
}

func newFlows(atOnce int) *flows {
	return &flows{slots: make(chan struct{}, atOnce), queue: map[string][]func(){}}
}

func (f *flows) add(key string, work func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if waiting, running := f.queue[key]; running {
		f.queue[key] = append(waiting, work)
		return
	}
	f.queue[key] = nil
	f.all.Go(func() { f.run(key, work) })
}

func (f *flows) run(key string, work func()) {
	for work != nil {
		f.slots <- struct{}{}
		work()
		<-f.slots
		work = f.next(key)
	}
}

// next is the work behind the one that ended; nil closes the key.
func (f *flows) next(key string) func() {
	f.mu.Lock()
	defer f.mu.Unlock()
	waiting := f.queue[key]
	if len(waiting) == 0 {
		delete(f.queue, key)
		return nil
	}
	f.queue[key] = waiting[1:]
	return waiting[0]
}

// wait returns when all that was added is done.
func (f *flows) wait() { f.all.Wait() }

// flowOf is the part of a subject that names sender and receiver.
func flowOf(subject string) string {
	words := strings.SplitN(subject, ".", 5)
	if len(words) < 4 {
		return subject
	}
	return words[2] + "." + words[3]
}
