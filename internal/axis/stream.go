package axis

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	chunkStream = "CHUNKS"
	ackWait     = time.Minute
)

func streamName(shard int) string { return "EX" + strconv.Itoa(shard) }

// layStreams creates or adapts the streams and checks that what runs is what was asked for.
func (a *Axis) layStreams(ctx context.Context) error {
	if err := assertVersion(a.nc.ConnectedServerVersion()); err != nil {
		return err
	}
	for i := range shards {
		n := strconv.Itoa(i)
		err := a.layStream(ctx, jetstream.StreamConfig{
			Name: streamName(i), Subjects: []string{"ex." + n + ".>", "up." + n + ".>"}, Retention: jetstream.WorkQueuePolicy,
			Duplicates: min(a.cfg.Window, a.cfg.MaxAge), MaxBytes: a.cfg.MaxBytes / 4 / shards,
		})
		if err != nil {
			return err
		}
	}
	return a.layStream(ctx, jetstream.StreamConfig{
		Name: chunkStream, Subjects: []string{"ch.>"}, Retention: jetstream.LimitsPolicy, MaxMsgsPerSubject: 1, AllowDirect: true,
		MaxBytes: a.cfg.MaxBytes / 4 * 3,
	})
}

func (a *Axis) layStream(ctx context.Context, want jetstream.StreamConfig) error {
	want.Storage, want.Replicas, want.MaxAge, want.Discard = jetstream.FileStorage, a.cfg.Replicas, a.cfg.MaxAge, jetstream.DiscardNew
	if s, err := brief(ctx, func(ctx context.Context) (jetstream.Stream, error) { return a.js.Stream(ctx, want.Name) }); err == nil && streamFits(s.CachedInfo().Config, want) == nil {
		return nil
	}
	s, err := brief(ctx, func(ctx context.Context) (jetstream.Stream, error) { return a.js.CreateOrUpdateStream(ctx, want) })
	if err != nil {
		return fmt.Errorf("axis: stream %s: %w", want.Name, err)
	}
	return streamFits(s.CachedInfo().Config, want)
}

// brief asks once and waits some seconds for the answer: a cluster that elects its leader drops what it is asked meanwhile, and whoever waits on hears nothing.
func brief[T any](ctx context.Context, ask func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return ask(ctx)
}

// assertVersion refuses servers older than the first that keep what they acknowledge: 2.14.5 of its line, 2.15.2 of the next.
func assertVersion(version string) error {
	var major, minor, patch int
	if _, err := fmt.Sscanf(version, "%d.%d.%d", &major, &minor, &patch); err != nil {
		return fmt.Errorf("axis: server version %q: %w", version, err)
	}
	n := major*1_000_000 + minor*1000 + patch
	if n < 2_014_005 || n >= 2_015_000 && n < 2_015_002 {
		return fmt.Errorf("axis: server %s may lose acknowledged parcels; 2.14.5 or 2.15.2 and later are needed", version)
	}
	return nil
}

// streamFits names the first promise a stream does not keep.
func streamFits(got, want jetstream.StreamConfig) error {
	switch {
	case got.Storage != jetstream.FileStorage || got.PersistMode != jetstream.DefaultPersistMode:
		return fmt.Errorf("axis: stream %s does not write to disk before it acknowledges; refusing to run", want.Name)
	case got.Retention != want.Retention || got.Discard != want.Discard || got.NoAck:
		return fmt.Errorf("axis: stream %s has another policy of retention; refusing to run", want.Name)
	case got.Replicas < want.Replicas:
		return fmt.Errorf("axis: stream %s has %d replicas of %d; refusing to run", want.Name, got.Replicas, want.Replicas)
	case got.Duplicates != want.Duplicates && want.Duplicates != 0 || got.MaxBytes != want.MaxBytes || got.MaxAge != want.MaxAge || !sameSet(got.Subjects, want.Subjects):
		return fmt.Errorf("axis: stream %s has other limits", want.Name)
	}
	return nil
}

func (a *Axis) intake() string { return "in-" + a.cfg.Node }

func (a *Axis) carrier() string { return "carrier-" + a.cfg.Node }

// layConsumers gives the hosted agencies, each peer's agencies and the way to the hub a durable consumer per shard.
func (a *Axis) layConsumers(ctx context.Context) error {
	for i := range shards {
		if err := a.layConsumer(ctx, i, a.intake(), a.lanes(i, a.cfg.Node, a.cfg.Agencies)); err != nil {
			return err
		}
		if a.cfg.Hub != "" {
			if err := a.layConsumer(ctx, i, a.carrier(), []string{"up." + strconv.Itoa(i) + ".>"}); err != nil {
				return err
			}
		}
		for _, p := range a.peers {
			if err := a.layConsumer(ctx, i, peerConsumer(p.Name), a.lanes(i, p.Name, p.Agencies)); err != nil {
				return err
			}
		}
	}
	return nil
}

// lanes are the subjects of the agencies that fall on a shard. No filter would mean all parcels, so a node without any there gets a
// subject that no parcel has.
func (a *Axis) lanes(shard int, node string, codes []string) []string {
	n := strconv.Itoa(shard)
	if len(codes) == 0 {
		return []string{"ex." + n + ".>"}
	}
	var out []string
	for _, code := range codes {
		if shardOf(code) == shard {
			out = append(out, "ex."+n+".*."+token(code)+".*")
		}
	}
	if out == nil {
		out = []string{"ex." + n + ".=.=" + node + ".NONE"}
	}
	return out
}

// layConsumer keeps a consumer with the same lanes and replaces one with others. Replacing loses nothing: what is not acknowledged is
// still in the stream, and what was in flight is delivered again.
func (a *Axis) layConsumer(ctx context.Context, shard int, name string, lanes []string) error {
	stream := streamName(shard)
	old, err := brief(ctx, func(ctx context.Context) (jetstream.Consumer, error) { return a.js.Consumer(ctx, stream, name) })
	if err == nil {
		have := old.CachedInfo().Config
		lanesNow := have.FilterSubjects
		if have.FilterSubject != "" {
			lanesNow = []string{have.FilterSubject}
		}
		if sameSet(lanesNow, lanes) && have.MaxAckPending == a.cfg.InFlight && have.AckWait == ackWait {
			return nil
		}
		// Copies of one installation lay the same consumers side by side: another may have been faster.
		if err := a.js.DeleteConsumer(ctx, stream, name); err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
			return fmt.Errorf("axis: consumer %s of %s: %w", name, stream, err)
		}
	} else if !errors.Is(err, jetstream.ErrConsumerNotFound) {
		return fmt.Errorf("axis: consumer %s of %s: %w", name, stream, err)
	}
	_, err = brief(ctx, func(ctx context.Context) (jetstream.Consumer, error) {
		return a.js.CreateOrUpdateConsumer(ctx, stream, jetstream.ConsumerConfig{
			Durable: name, FilterSubjects: lanes, AckPolicy: jetstream.AckExplicitPolicy, DeliverPolicy: jetstream.DeliverAllPolicy,
			AckWait: ackWait, MaxDeliver: -1, MaxAckPending: a.cfg.InFlight,
		})
	})
	if err != nil {
		return fmt.Errorf("axis: consumer %s of %s: %w", name, stream, err)
	}
	return nil
}

func (a *Axis) dropConsumer(ctx context.Context, name string) error {
	for i := range shards {
		if err := a.js.DeleteConsumer(ctx, streamName(i), name); err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
			return fmt.Errorf("axis: consumer %s: %w", name, err)
		}
	}
	return nil
}
