package city

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"congvu/internal/documents"
	"congvu/internal/exchange"
	"congvu/internal/keys"
	"congvu/internal/store"
)

// Seeder is the installation a city is built in: opened, empty, with Clock as its store's clock and the authority of Authority believed. The
// exchange must not run yet: the seeder runs it while it builds.
type Seeder struct {
	DB        *store.DB
	Desk      *documents.Desk
	Exchange  *exchange.Office
	Clock     *Clock
	Authority *keys.TestAuthority

	hall    *cityHall
	plan    *plan
	forger  *forger
	trouble troubles
}

// Options say how large a city is wanted and as of when. Documents counts outgoing and incoming ones together, about; 0 = 240, the least is
// 40. Progress, when given, is told a step in Vietnamese and how much of it is done.
type Options struct {
	Now       time.Time
	Seed      uint64
	Documents int
	Progress  func(step string, done, total int)
}

func (o Options) progress(step string, done, total int) {
	if o.Progress != nil {
		o.Progress(step, done, total)
	}
}

func (o *Options) settle() error {
	if o.Now.IsZero() {
		return errors.New("city: the time of the city is not given")
	}
	if o.Documents == 0 {
		o.Documents = 240
	}
	if o.Documents > 2000 {
		return fmt.Errorf("city: %d documents, at most 2000", o.Documents)
	}
	o.Documents = max(o.Documents, 40)
	return nil
}

// Build founds the city and plays its quarter; when it returns, nothing is under way. It ends with Check. The clock stands at Options.Now.
func (s *Seeder) Build(ctx context.Context, o Options) (*Summary, error) {
	if err := o.settle(); err != nil {
		return nil, err
	}
	begun := time.Now()
	took := map[string]time.Duration{}
	phase := func(name string) {
		took[name] = time.Since(begun).Round(time.Millisecond)
		begun = time.Now()
	}
	if err := s.found(ctx, o); err != nil {
		return nil, err
	}
	phase("found")
	s.plan = s.draw(o)
	if err := s.giveKeys(ctx, o); err != nil {
		return nil, err
	}
	phase("keys")
	err := s.withExchange(ctx, func(ctx context.Context) error {
		if err := s.play(ctx, o); err != nil {
			return err
		}
		phase("quarter")
		o.progress("Chờ trục liên thông chuyển xong", 0, 1)
		err := s.settled(ctx)
		phase("carry")
		return err
	})
	if err != nil {
		return nil, err
	}
	s.Clock.reach(o.Now)
	o.progress("Kiểm tra", 0, 1)
	sum, err := s.Check(ctx)
	phase("check")
	if sum != nil {
		sum.Took = took
	}
	o.progress("Kiểm tra", 1, 1)
	return sum, err
}

// withExchange runs the exchange beside f. While the clock jumps, nothing is sent a second time: a quarter passes in seconds.
func (s *Seeder) withExchange(ctx context.Context, f func(context.Context) error) error {
	office := s.Exchange
	resend, blobs := office.Resend, office.Blobs
	s.forger = &forger{Store: blobs}
	office.Resend, office.Blobs = func(int) time.Duration { return 400 * 24 * time.Hour }, s.forger
	working, stop := context.WithCancel(ctx)
	var run sync.WaitGroup
	run.Go(func() { office.Run(working, s.trouble.note) })
	err := f(ctx)
	stop()
	run.Wait()
	office.Resend, office.Blobs = resend, blobs
	return err
}

// troubles keeps what the exchange complained about last, for the error of somebody who waits in vain.
type troubles struct {
	mu   sync.Mutex
	last error
}

func (t *troubles) note(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = err
}

func (t *troubles) error() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last
}

// waitMost bounds waiting for the exchange, in real time.
const waitMost = time.Minute

// until asks again at every commit until it is done. What failed at first is tried again by its room after a while: when nothing comes for
// a second, that while goes by on the clock.
func (s *Seeder) until(ctx context.Context, what string, done func(context.Context) (bool, error)) error {
	begun := time.Now()
	for {
		woken := s.DB.Changed()
		ok, err := done(ctx)
		if ok || err != nil {
			return err
		}
		waited := time.Since(begun)
		if waited > time.Second {
			s.Clock.pass(5 * time.Second)
		}
		if waited > waitMost {
			return errors.Join(fmt.Errorf("city: waited %s in vain for %s", waitMost, what), s.trouble.error())
		}
		t := time.NewTimer(20 * time.Millisecond)
		select {
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		case <-woken:
		case <-t.C:
		}
		t.Stop()
	}
}
