package axis

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/nats-io/nats.go/jetstream"
)

type count struct {
	sent, duplicates, received, redelivered, retried, poisoned, carried atomic.Int64
	blobs                                                               turns
}

// turns lets one caller at a time work on a key, so that a payload named by many parcels at once is stored once.
type turns struct {
	mu   sync.Mutex
	held map[string]*turn
}

type turn struct {
	sync.Mutex
	waiting int
}

func (t *turns) enter(key string) {
	t.mu.Lock()
	if t.held == nil {
		t.held = map[string]*turn{}
	}
	one := t.held[key]
	if one == nil {
		one = &turn{}
		t.held[key] = one
	}
	one.waiting++
	t.mu.Unlock()
	one.Lock()
}

func (t *turns) leave(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	one := t.held[key]
	if one.waiting--; one.waiting == 0 {
		delete(t.held, key)
	}
	one.Unlock()
}

// Stats is what a node holds now and did since it opened. Waiting counts parcels not yet acknowledged.
type Stats struct {
	Stored       uint64            // parcels in the streams
	StoredBytes  uint64            // of parcels
	PayloadBytes uint64            // of chunks
	Waiting      uint64            // for agencies hosted here
	ForHub       uint64            // for the hub
	ForPeers     map[string]uint64 // for each peer
	Unrouted     uint64            // for agencies nobody hosts: a wrong code, or a peer not yet admitted
	HubConnected bool

	Sent, Duplicates, Received, Redelivered, Retried, Poisoned, Carried int64
}

// Stats asks the streams.
func (a *Axis) Stats(ctx context.Context) (Stats, error) {
	s := Stats{
		Sent: a.sent.Load(), Duplicates: a.duplicates.Load(), Received: a.received.Load(), Redelivered: a.redelivered.Load(),
		Retried: a.retried.Load(), Poisoned: a.poisoned.Load(), Carried: a.carried.Load(),
		ForPeers: map[string]uint64{}, HubConnected: a.hub != nil && a.hub.IsConnected(),
	}
	a.mu.Lock()
	peers := a.peers
	a.mu.Unlock()
	for i := range shards {
		stream, err := a.js.Stream(ctx, streamName(i))
		if err != nil {
			return s, fmt.Errorf("axis: stats: %w", err)
		}
		state := stream.CachedInfo().State
		s.Stored, s.StoredBytes = s.Stored+state.Msgs, s.StoredBytes+state.Bytes
		here, err := a.backlog(ctx, i, a.intake())
		if err != nil {
			return s, err
		}
		s.Waiting += here
		up, err := a.backlog(ctx, i, a.carrier())
		if err != nil {
			return s, err
		}
		s.ForHub += up
		for _, p := range peers {
			n, err := a.backlog(ctx, i, peerConsumer(p.Name))
			if err != nil {
				return s, err
			}
			s.ForPeers[p.Name] += n
		}
	}
	known := s.Waiting + s.ForHub
	for _, n := range s.ForPeers {
		known += n
	}
	if s.Stored > known {
		s.Unrouted = s.Stored - known
	}
	ch, err := a.js.Stream(ctx, chunkStream)
	if err != nil {
		return s, fmt.Errorf("axis: stats: %w", err)
	}
	s.PayloadBytes = ch.CachedInfo().State.Bytes
	return s, nil
}

func (a *Axis) backlog(ctx context.Context, shard int, consumer string) (uint64, error) {
	c, err := a.js.Consumer(ctx, streamName(shard), consumer)
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("axis: stats: %w", err)
	}
	info := c.CachedInfo()
	return info.NumPending + uint64(info.NumAckPending), nil
}
