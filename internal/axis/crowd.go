package axis

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// crowd counts by sender the parcels that one shard has handed to this node and that are not answered yet. A shard has so many at a time (InFlight)
// and no more: who fills them keeps the parcels of everybody behind them in the stream.
type crowd struct {
	mu     sync.Mutex
	held   map[string]int
	inLine map[string]bool // who had parcels in the stream when it was last asked
	asked  time.Time
}

func (c *crowd) add(from string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held == nil {
		c.held = map[string]int{}
	}
	if c.held[from] += n; c.held[from] <= 0 {
		delete(c.held, from)
	}
}

func (c *crowd) of(from string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.held[from]
}

// askAgain is how old an answer about who waits may be. It only decides how a parcel is kept, never whether.
const askAgain = time.Second

// crowds tells whether a sender holds more than half of what a shard may have under way while parcels of others wait there.
func (a *Axis) crowds(ctx context.Context, shard int, c *crowd, from string) bool {
	if c.of(from) <= a.cfg.InFlight/2 {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := a.cfg.Now(); now.Sub(c.asked) >= askAgain || now.Before(c.asked) {
		c.asked, c.inLine = now, a.inLine(ctx, shard)
	}
	for other := range c.inLine {
		if other != from {
			return true
		}
	}
	return false
}

// inLine are the senders with parcels in a shard.
func (a *Axis) inLine(ctx context.Context, shard int) map[string]bool {
	out := map[string]bool{}
	s, err := a.js.Stream(ctx, streamName(shard))
	if err != nil {
		return out
	}
	info, err := s.Info(ctx, jetstream.WithSubjectFilter("ex."+strconv.Itoa(shard)+".>"))
	if err != nil {
		return out
	}
	for subject := range info.State.Subjects {
		out[senderOf(subject)] = true
	}
	return out
}

// senderOf is the word of a subject that names the sender.
func senderOf(subject string) string {
	words := strings.SplitN(subject, ".", 4)
	if len(words) < 4 {
		return subject
	}
	return words[2]
}
