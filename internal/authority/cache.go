package authority

import (
	"sync"
	"time"
)

// cache keeps what authorities said until they promised to say something new. It forgets the soonest outdated first when it
// grows beyond limit bytes. The zero value keeps nothing.
type cache[T any] struct {
	mu      sync.Mutex
	limit   int
	size    int
	entries map[string]cached[T]
}

type cached[T any] struct {
	value T
	size  int
	until time.Time
}

func (c *cache[T]) get(key string, now time.Time) (value T, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	if ok && !now.Before(e.until) {
		c.drop(key)
		return value, false
	}
	return e.value, ok
}

func (c *cache[T]) put(key string, value T, size int, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	size += len(key)
	if size > c.limit {
		return
	}
	c.drop(key)
	for c.size+size > c.limit {
		soonest := ""
		for k, e := range c.entries {
			if soonest == "" || e.until.Before(c.entries[soonest].until) {
				soonest = k
			}
		}
		c.drop(soonest)
	}
	if c.entries == nil {
		c.entries = map[string]cached[T]{}
	}
	c.entries[key] = cached[T]{value, size, until}
	c.size += size
}

func (c *cache[T]) drop(key string) {
	c.size -= c.entries[key].size
	delete(c.entries, key)
}
