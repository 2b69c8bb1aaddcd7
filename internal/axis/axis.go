package axis

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Axis is an open node. Its methods may be called from any goroutine.
type Axis struct {
	cfg       Config
	lock      *os.File
	srv       *server.Server
	srvOpts   *server.Options
	insideKey string
	addr      string
	nc        *nats.Conn
	js        jetstream.JetStream
	chunks    chunks
	hub       *nats.Conn

	hubPassword atomic.Pointer[string]
	heard       atomic.Pointer[heard]

	mu     sync.Mutex // Host and Admit, one at a time
	hosted atomic.Pointer[map[string]bool]
	peers  []Peer
	given  []Peer // by the configuration

	stop    context.CancelFunc
	closeMu sync.Mutex
	closing chan struct{}
	work    sync.WaitGroup
	count
}

// Open starts or joins the node and returns when it can send. The context bounds opening only.
func Open(ctx context.Context, cfg Config) (*Axis, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	a := &Axis{cfg: cfg, peers: cfg.Peers, given: cfg.Peers, closing: make(chan struct{})}
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *Axis) open(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := a.connect(); err != nil {
		return err
	}
	a.setHosted(a.cfg.Agencies)
	if err := a.lay(ctx); err != nil {
		return err
	}
	run, stop := context.WithCancel(context.Background())
	a.stop = stop
	if len(a.peers) > 0 || a.cfg.Listen != "" {
		if err := a.serveClaims(run); err != nil {
			return err
		}
	}
	if a.cfg.Hub != "" {
		return a.link(run)
	}
	return nil
}

// lay makes streams and consumers. A cluster whose members are being started or replaced has no leader for some seconds: it is asked again.
func (a *Axis) lay(ctx context.Context) error {
	for {
		err := a.layStreams(ctx)
		if err == nil {
			err = a.layConsumers(ctx)
		}
		if err == nil || a.cfg.URL == "" || !passing(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(300 * time.Millisecond):
		}
	}
}

const noPeers jetstream.ErrorCode = 10005 // "no suitable peers for placement"

// passing tells whether an error is of a cluster without a leader, or with fewer members than copies are asked for: it passes, if they come.
func passing(err error) bool {
	var api *jetstream.APIError
	if errors.As(err, &api) {
		return api.Code >= 500 || api.ErrorCode == noPeers
	}
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrTimeout) || errors.Is(err, nats.ErrNoResponders) || errors.Is(err, jetstream.ErrNoStreamResponse)
}

func (a *Axis) connect() error {
	opts := []nats.Option{
		nats.Name("congvu " + a.cfg.Node), nats.MaxReconnects(-1), nats.ReconnectWait(200 * time.Millisecond),
		nats.CustomInboxPrefix(inbox(a.cfg.Node)),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { a.cfg.Log.Warn("axis", "error", err) }),
	}
	url := a.cfg.URL
	if url == "" {
		if err := a.startServer(); err != nil {
			return err
		}
		opts = append(opts, nats.InProcessServer(a.srv), nats.UserInfo(insideUser, a.insideKey))
	} else {
		opts = append(opts, nats.Timeout(5*time.Second), nats.PingInterval(10*time.Second), nats.MaxPingsOutstanding(2))
		if a.cfg.TLS != nil {
			opts = append(opts, nats.Secure(a.cfg.TLS))
		}
	}
	nc, err := nats.Connect(url, opts...)
	if err != nil {
		return fmt.Errorf("axis: connect: %w", err)
	}
	a.nc = nc
	a.js, err = jetstream.New(nc, jetstream.WithPublishAsyncMaxPending(asyncWindow),
		jetstream.WithPublishAsyncTimeout(ackPatience)) // a broker on a full disk says nothing at all
	a.chunks = ownChunks{a.js}
	return err
}

// Addr is the address a hub listens on, "" for other nodes.
func (a *Axis) Addr() string { return a.addr }

// Close stops receiving and carrying, waits for handlers at work, and shuts the embedded server down. Parcels stay in the store.
func (a *Axis) Close() error {
	a.closeMu.Lock()
	select {
	case <-a.closing:
		a.closeMu.Unlock()
		return nil
	default:
		close(a.closing)
		a.closeMu.Unlock()
	}
	if a.stop != nil {
		a.stop()
	}
	a.work.Wait()
	if a.hub != nil {
		a.hub.Close()
	}
	if a.nc != nil {
		_ = a.nc.FlushTimeout(2 * time.Second) // the last acknowledgements
		a.nc.Close()
	}
	if a.srv != nil {
		a.srv.Shutdown()
		a.srv.WaitForShutdown()
	}
	if a.lock != nil {
		return a.lock.Close()
	}
	return nil
}

func (a *Axis) setHosted(codes []string) {
	m := make(map[string]bool, len(codes))
	for _, c := range codes {
		m[c] = true
	}
	a.hosted.Store(&m)
}

// hosts tells whether an agency is served here; a node without a list serves all.
func (a *Axis) hosts(code string) bool {
	m := *a.hosted.Load()
	return len(m) == 0 || m[code]
}

// Host replaces the list of agencies hosted here. Parcels under way are neither lost nor kept from an agency that came; parcels of one
// that left go on to the hub, or wait for the peer that Admit gives it to.
func (a *Axis) Host(ctx context.Context, codes []string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	next := a.cfg
	next.Agencies, next.Peers = codes, a.peers
	if err := next.check(); err != nil {
		return err
	}
	var left []string
	for code := range *a.hosted.Load() {
		if !slices.Contains(codes, code) {
			left = append(left, code)
		}
	}
	a.setHosted(codes)
	a.cfg.Agencies = codes
	if err := a.layConsumers(ctx); err != nil {
		return err
	}
	if a.cfg.Hub == "" || len(codes) == 0 {
		return nil
	}
	return a.sendOn(ctx, left)
}

// Admit replaces the list of peers of a hub: their passwords and the agencies each may send for and receive for.
func (a *Axis) Admit(ctx context.Context, peers []Peer) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	next := a.cfg
	next.Peers = peers
	if err := next.check(); err != nil {
		return err
	}
	if a.srv == nil {
		return errors.New("axis: only an embedded node can be a hub")
	}
	gone := slices.DeleteFunc(slices.Clone(a.peers), func(p Peer) bool {
		return slices.ContainsFunc(peers, func(q Peer) bool { return q.Name == p.Name })
	})
	if err := a.reloadPeers(peers); err != nil {
		return err
	}
	a.peers, a.cfg.Peers = peers, peers
	for _, p := range gone {
		if err := a.dropConsumer(ctx, peerConsumer(p.Name)); err != nil {
			return err
		}
	}
	return a.layConsumers(ctx)
}
