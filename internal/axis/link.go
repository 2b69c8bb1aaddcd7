package axis

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// link connects a peer to its hub and carries both ways until ctx ends. The hub need not be there: parcels wait here, and there.
func (a *Axis) link(ctx context.Context) error {
	a.Rekey(a.cfg.HubPassword)
	opts := []nats.Option{
		nats.Name("congvu " + a.cfg.Node), nats.UserInfoHandler(func() (string, string) { return a.cfg.Node, *a.hubPassword.Load() }), nats.CustomInboxPrefix(inbox(a.cfg.Node)),
		nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1), nats.ReconnectWait(250 * time.Millisecond),
		nats.ReconnectJitter(250*time.Millisecond, time.Second), nats.IgnoreAuthErrorAbort(), nats.Timeout(5 * time.Second),
		nats.PingInterval(10 * time.Second), nats.MaxPingsOutstanding(2), nats.ReconnectBufSize(-1),
		nats.ErrorHandler(func(nc *nats.Conn, _ *nats.Subscription, err error) {
			if !nc.IsConnected() {
				a.hear(err)
			}
			a.cfg.Log.Warn("axis: hub", "error", err)
		}),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) { a.hear(err); a.cfg.Log.Warn("axis: hub away", "error", err) }),
		nats.ReconnectErrHandler(func(_ *nats.Conn, err error) { a.hear(err) }),
		nats.ConnectHandler(func(*nats.Conn) { a.hear(nil) }),
		nats.ReconnectHandler(func(*nats.Conn) { a.hear(nil); a.cfg.Log.Info("axis: hub back") }),
	}
	if a.cfg.TLS != nil {
		opts = append(opts, nats.Secure(a.cfg.TLS))
	}
	hub, err := nats.Connect(a.cfg.Hub, opts...)
	if err != nil {
		return fmt.Errorf("axis: hub: %w", err)
	}
	a.hub = hub
	js, err := jetstream.New(hub)
	if err != nil {
		return err
	}
	there := hubChunks{nc: hub, js: js, node: a.cfg.Node}
	for i := range shards {
		a.work.Go(func() {
			a.pump(ctx, 8, func(ctx context.Context) (jetstream.Consumer, error) {
				return a.js.Consumer(ctx, streamName(i), a.carrier())
			}, func(ctx context.Context, m jetstream.Msg) {
				a.carry(ctx, m, step{from: a.chunks, to: there, js: js, ready: hub.IsConnected})
			})
		})
		a.work.Go(func() {
			a.pump(ctx, 8, func(ctx context.Context) (jetstream.Consumer, error) {
				return js.Consumer(ctx, streamName(i), peerConsumer(a.cfg.Node))
			}, func(ctx context.Context, m jetstream.Msg) {
				a.carry(ctx, m, step{from: there, to: a.chunks, js: a.js, ready: func() bool { return true }})
			})
		})
	}
	return nil
}

// step is one hop: where chunks come from and go to, and the store that takes the parcel.
type step struct {
	from, to chunks
	js       jetstream.JetStream
	ready    func() bool
}

// carry moves one parcel over a hop: payload first, then the parcel under its own id, then the acknowledgement behind it. A failure
// anywhere leaves the parcel where it was.
func (a *Axis) carry(ctx context.Context, m jetstream.Msg, s step) {
	stop := keepAlive(m)
	defer stop()
	err := a.hop(ctx, m, s)
	if err == nil {
		a.carried.Add(1)
		err = m.Ack()
	}
	if err == nil {
		return
	}
	if ctx.Err() != nil {
		return
	}
	a.retried.Add(1)
	a.cfg.Log.Warn("axis: not carried", "subject", m.Subject(), "error", err)
	delay := 500 * time.Millisecond
	if meta, err := m.Metadata(); err == nil && s.ready() {
		delay = backOff(int(meta.NumDelivered))
	}
	_ = m.NakWithDelay(delay)
}

var errHubAway = errors.New("axis: the hub is away")

func (a *Axis) hop(ctx context.Context, m jetstream.Msg, s step) error {
	if !s.ready() {
		return errHubAway
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	from, to, kind, err := address(m.Subject())
	if err != nil {
		return err
	}
	blob, err := blobOf(m.Headers())
	if err != nil {
		return err
	}
	if blob != nil && blob.Size > a.cfg.MaxParcel {
		return ErrTooLarge
	}
	if blob != nil && !a.complete(ctx, s.to, blob) {
		if err := copyChunks(ctx, s.to, blob, openChunks(ctx, s.from, blob)); err != nil {
			return err
		}
	}
	out := nats.NewMsg(subject("ex", from, to, kind))
	out.Data = m.Data()
	for _, h := range []string{headerParcel, headerBlob, headerSize, headerOrigin} {
		if v := m.Headers().Get(h); v != "" {
			out.Header.Set(h, v)
		}
	}
	out.Header.Set(jetstream.MsgIDHeader, m.Headers().Get(headerParcel))
	short, cancelShort := context.WithTimeout(ctx, 5*time.Second)
	defer cancelShort()
	_, err = s.js.PublishMsg(short, out)
	return err
}

// sendOn moves the parcels of agencies that left this node to the lane of the hub.
func (a *Axis) sendOn(ctx context.Context, left []string) error {
	for _, code := range left {
		shard := shardOf(code)
		name := "leave-" + a.cfg.Node
		c, err := a.js.CreateOrUpdateConsumer(ctx, streamName(shard), jetstream.ConsumerConfig{
			Durable: name, FilterSubjects: []string{"ex." + strconv.Itoa(shard) + ".*." + token(code) + ".*"},
			AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait, MaxAckPending: a.cfg.InFlight,
		})
		if err != nil {
			return fmt.Errorf("axis: %s leaves: %w", code, err)
		}
		for c.CachedInfo().NumPending > 0 {
			if err := a.sendOnSome(ctx, c); err != nil {
				return fmt.Errorf("axis: %s leaves: %w", code, err)
			}
			if _, err := c.Info(ctx); err != nil {
				return err
			}
		}
		if err := a.js.DeleteConsumer(ctx, streamName(shard), name); err != nil {
			return err
		}
	}
	return nil
}

func (a *Axis) sendOnSome(ctx context.Context, c jetstream.Consumer) error {
	batch, err := c.FetchNoWait(32)
	if err != nil {
		return err
	}
	for m := range batch.Messages() {
		from, to, kind, err := address(m.Subject())
		if err != nil {
			return err
		}
		out := nats.NewMsg(subject("up", from, to, kind))
		out.Data, out.Header = m.Data(), nats.Header{}
		for k, v := range m.Headers() {
			out.Header[k] = v
		}
		// The stream has just seen this id on the other lane; a moved parcel is not a duplicate.
		out.Header.Set(jetstream.MsgIDHeader, m.Headers().Get(headerParcel)+"/on")
		if _, err := a.js.PublishMsg(ctx, out); err != nil {
			return err
		}
		if err := m.DoubleAck(ctx); err != nil {
			return err
		}
	}
	return batch.Error()
}
