package axis

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Verdict is a receiver's answer to a parcel.
type Verdict struct {
	act    string
	after  time.Duration
	reason string
}

// Ack says that the parcel is kept: it leaves the stream.
func Ack() Verdict { return Verdict{act: "ack"} }

// Retry asks for the parcel again, after the given time or, for zero, after a time that doubles from one second to five minutes.
func Retry(after time.Duration) Verdict { return Verdict{act: "retry", after: after} }

// Poison says that the parcel will never be accepted: it leaves the stream. Keep its bytes in quarantine first.
func Poison(reason string) Verdict { return Verdict{act: "poison", reason: reason} }

// Receive hands the parcels of the hosted agencies to handle until ctx ends: those of one sender to one receiver one after another in
// their order (X23.4), up to 32 at once. A handler that panics or outlives its parcel's patience gets it again. It returns nil at the
// end of ctx, ErrClosed when the node closes.
func (a *Axis) Receive(ctx context.Context, handle func(context.Context, Parcel) Verdict) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if !a.enlist() {
		return ErrClosed
	}
	defer a.work.Done()
	go func() {
		select {
		case <-a.closing:
			cancel()
		case <-ctx.Done():
		}
	}()
	var wg sync.WaitGroup
	side := newFlows(handlers)
	for i := range shards {
		wg.Go(func() {
			var c crowd
			a.pump(ctx, handlers, func(ctx context.Context) (jetstream.Consumer, error) {
				return a.js.Consumer(ctx, streamName(i), a.intake())
			}, func(_ context.Context, m jetstream.Msg) {
				stop := keepAlive(m) // also while it waits for those before it
				from := senderOf(m.Subject())
				c.add(from, 1)
				side.add(flowOf(m.Subject()), func() {
					defer stop()
					defer c.add(from, -1)
					a.deliver(ctx, m, func(ctx context.Context, p Parcel) Verdict {
						p.Crowds = a.crowds(ctx, i, &c, from)
						return handle(ctx, p)
					})
				})
			})
		})
	}
	wg.Wait()
	side.wait()
	select {
	case <-a.closing:
		return ErrClosed
	default:
		return nil
	}
}

// enlist makes Close wait for the caller, who must call a.work.Done; false when the node is closed already.
func (a *Axis) enlist() bool {
	a.closeMu.Lock()
	defer a.closeMu.Unlock()
	select {
	case <-a.closing:
		return false
	default:
		a.work.Add(1)
		return true
	}
}

func (a *Axis) deliver(ctx context.Context, m jetstream.Msg, handle func(context.Context, Parcel) Verdict) {
	if ctx.Err() != nil {
		_ = m.Nak() // nobody handles it here any more: another process may
		return
	}
	p, err := a.unseal(ctx, m)
	if err != nil {
		a.cfg.Log.Error("axis: unreadable parcel", "subject", m.Subject(), "error", err)
		a.settle(m, p, Poison(err.Error()))
		return
	}
	a.received.Add(1)
	if p.Attempt > 1 {
		a.redelivered.Add(1)
	}
	a.settle(m, p, a.guard(ctx, p, handle))
}

// guard turns a panic of the handler into a retry: one bad parcel must not stop the others.
func (a *Axis) guard(ctx context.Context, p Parcel, handle func(context.Context, Parcel) Verdict) (v Verdict) {
	defer func() {
		if r := recover(); r != nil {
			a.cfg.Log.Error("axis: handler panicked", "parcel", p.ID, "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			v = Retry(0)
		}
	}()
	return handle(ctx, p)
}

func (a *Axis) settle(m jetstream.Msg, p Parcel, v Verdict) {
	var err error
	switch v.act {
	case "ack":
		err = m.Ack()
	case "poison":
		a.poisoned.Add(1)
		err = m.TermWithReason(v.reason)
	default:
		a.retried.Add(1)
		if v.after <= 0 {
			v.after = backOff(p.Attempt)
		}
		err = m.NakWithDelay(v.after)
	}
	if err != nil {
		a.cfg.Log.Warn("axis: answer not sent, the parcel will come again", "parcel", p.ID, "error", err)
	}
}

func backOff(attempt int) time.Duration {
	return min(time.Second<<min(max(attempt-1, 0), 20), 5*time.Minute)
}

// keepAlive tells the stream, while a handler works, that it still does.
func keepAlive(m jetstream.Msg) (stop func()) {
	done := make(chan struct{})
	go func() {
		tick := time.NewTicker(ackWait / 3)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				_ = m.InProgress()
			case <-done:
				return
			}
		}
	}()
	return func() { close(done) }
}

// pump pulls from a consumer, at most ahead messages before they are asked for, and gives each message to each, in order; it binds again after every trouble until ctx ends or the node closes.
func (a *Axis) pump(ctx context.Context, ahead int, bind func(context.Context) (jetstream.Consumer, error), each func(context.Context, jetstream.Msg)) {
	wait := 50 * time.Millisecond
	for ctx.Err() == nil && !a.nc.IsClosed() {
		err := a.pull(ctx, ahead, bind, func(ctx context.Context, m jetstream.Msg) {
			wait = 50 * time.Millisecond
			each(ctx, m)
		})
		if ctx.Err() != nil || a.nc.IsClosed() {
			return
		}
		a.cfg.Log.Debug("axis: bind again", "error", err)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
		wait = min(2*wait, 5*time.Second)
	}
}

func (a *Axis) pull(ctx context.Context, ahead int, bind func(context.Context) (jetstream.Consumer, error), each func(context.Context, jetstream.Msg)) error {
	bindCtx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	c, err := bind(bindCtx)
	if err != nil {
		return err
	}
	it, err := c.Messages(jetstream.PullMaxMessages(ahead), jetstream.PullExpiry(10*time.Second), jetstream.PullHeartbeat(3*time.Second))
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, it.Stop)
	defer stop()
	defer it.Stop()
	for {
		m, err := it.Next()
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return errors.Join(ctx.Err(), m.Nak())
		}
		each(ctx, m)
	}
}
