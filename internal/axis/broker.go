package axis

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// BrokerConfig says what one member of a cluster of brokers is: the streams of an installation whose copies of the server run beside them.
type BrokerConfig struct {
	Name     string // unlike any other member's
	StoreDir string // one process at a time
	Listen   string // "host:port" for the copies of the server

	Cluster   string   // "host:port" for the other members; "": a broker by itself
	Routes    []string // addresses of members, "host:port"; the own one may be among them
	User      string   // of the copies
	Password  string   // of the copies and, among members, of the routes
	TLS       *tls.Config
	RouteTLS  *tls.Config // nil: TLS
	Plaintext bool        // allow addresses beyond this machine without TLS, where a tunnel does the encryption
	Monitor   string      // "host:port" of an address for figures and for AssertMonitors; "": none
	MaxBytes  int64       // of all streams; 16 GB
	Log       *slog.Logger
}

// Broker is an open member. Every write it acknowledges is on its disk: there is no setting for less.
type Broker struct {
	srv  *server.Server
	lock *os.File
	done chan struct{}
}

const clusterName = "congvu"

// OpenBroker starts a member and returns when clients can connect. The cluster answers once most of its members are there.
func OpenBroker(cfg BrokerConfig) (*Broker, error) {
	opts, err := cfg.options()
	if err != nil {
		return nil, err
	}
	b := &Broker{done: make(chan struct{})}
	if b.lock, err = lockDir(cfg.StoreDir); err != nil {
		return nil, err
	}
	if b.srv, err = server.NewServer(opts); err != nil {
		return nil, errors.Join(fmt.Errorf("axis: broker: %w", err), b.lock.Close())
	}
	if cfg.Log != nil {
		b.srv.SetLoggerV2(brokerLog{cfg.Log}, false, false, false)
	}
	b.srv.Start()
	go func() { b.srv.WaitForShutdown(); close(b.done) }()
	if !b.srv.ReadyForConnections(30 * time.Second) {
		return nil, errors.Join(errors.New("axis: the broker did not start"), b.Close())
	}
	if err := assertSync(b.srv.JetStreamConfig()); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

func (c BrokerConfig) options() (*server.Options, error) {
	if !nodeName.MatchString(c.Name) {
		return nil, fmt.Errorf("axis: broker name %q: letters, digits and - only, at most 32", c.Name)
	}
	if c.StoreDir == "" || c.Listen == "" || c.User == "" || c.Password == "" {
		return nil, errors.New("axis: a broker needs a folder, an address, a user and a password")
	}
	for _, addr := range append([]string{c.Listen, c.Cluster}, c.Routes...) {
		if addr != "" && c.TLS == nil && !c.Plaintext && !onThisMachine(addr) {
			return nil, fmt.Errorf("axis: %s without TLS would show passwords and parcels to the network", addr)
		}
	}
	if c.Monitor != "" && !onThisMachine(c.Monitor) {
		return nil, fmt.Errorf("axis: the figures at %s would be for everybody: only an address of this machine is allowed", c.Monitor)
	}
	if c.MaxBytes <= 0 {
		c.MaxBytes = 16 << 30
	}
	opts := &server.Options{ServerName: c.Name, JetStream: true, StoreDir: c.StoreDir, SyncAlways: true, SyncInterval: 2 * time.Minute,
		JetStreamMaxStore: c.MaxBytes, JetStreamMaxMemory: 64 << 20, NoLog: c.Log == nil, NoSigs: true, MaxPayload: 1 << 20,
		Users:            []*server.User{{Username: c.User, Password: c.Password}},
		LameDuckDuration: 2 * time.Second, LameDuckGracePeriod: 500 * time.Millisecond}
	if err := listenOn(opts, c.Listen); err != nil {
		return nil, err
	}
	if c.TLS != nil {
		opts.TLSConfig, opts.TLS, opts.TLSTimeout = c.TLS, true, 10
	}
	if c.Monitor != "" {
		host, port, err := split(c.Monitor)
		if err != nil {
			return nil, err
		}
		opts.HTTPHost, opts.HTTPPort = host, port
	}
	if c.Cluster == "" {
		return opts, nil
	}
	host, port, err := split(c.Cluster)
	if err != nil {
		return nil, err
	}
	opts.Cluster = server.ClusterOpts{Name: clusterName, Host: host, Port: port, Username: c.User, Password: c.Password, AuthTimeout: 5, NoAdvertise: true}
	if tlsConfig := c.RouteTLS; c.TLS != nil {
		if tlsConfig == nil {
			tlsConfig = c.TLS
		}
		opts.Cluster.TLSConfig, opts.Cluster.TLSTimeout = tlsConfig, 10
	}
	for _, r := range c.Routes {
		opts.Routes = append(opts.Routes, &url.URL{Scheme: "nats-route", Host: r, User: url.UserPassword(c.User, c.Password)})
	}
	return opts, nil
}

func split(addr string) (string, int, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0, fmt.Errorf("axis: address %q: %w", addr, err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return "", 0, fmt.Errorf("axis: address %q: %w", addr, err)
	}
	if n == 0 {
		n = server.RANDOM_PORT
	}
	return host, n, nil
}

// Addr is where the copies of the server connect.
func (b *Broker) Addr() string {
	if a, ok := b.srv.Addr().(*net.TCPAddr); ok {
		return a.String()
	}
	return ""
}

// Current tells whether the member has caught up with the others in what it holds a copy of: only then may the next one be stopped.
func (b *Broker) Current() bool {
	return b.srv.JetStreamEnabled() && (!b.srv.JetStreamIsClustered() || b.srv.JetStreamIsCurrent() && b.srv.Healthz(nil).Status == "ok")
}

// Done is closed when the broker has stopped.
func (b *Broker) Done() <-chan struct{} { return b.done }

// Close hands the leadership of streams to other members, lets clients go to them, and stops.
func (b *Broker) Close() error {
	b.srv.LameDuckShutdown()
	b.srv.Shutdown()
	b.srv.WaitForShutdown()
	return b.lock.Close()
}

// AssertMonitors asks the monitoring addresses of foreign brokers ("http://host:8222") whether they write to disk before they acknowledge: a client
// cannot see it.
func AssertMonitors(ctx context.Context, addresses []string) error {
	for _, at := range addresses {
		if err := assertMonitor(ctx, at); err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
	}
	return nil
}

func assertMonitor(ctx context.Context, at string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(at, "/")+"/jsz", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	var said struct {
		Disabled bool
		Config   *server.JetStreamConfig
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&said); err != nil {
		return fmt.Errorf("axis: no monitoring address of a broker: %w", err)
	}
	if said.Disabled {
		said.Config = nil
	}
	return assertSync(said.Config)
}

// brokerLog gives the broker's notices to our log. Its names of subjects are codes of agencies, never content.
type brokerLog struct{ log *slog.Logger }

func (l brokerLog) Noticef(f string, v ...any) { l.log.Debug("broker: " + fmt.Sprintf(f, v...)) }
func (l brokerLog) Warnf(f string, v ...any)   { l.log.Warn("broker: " + fmt.Sprintf(f, v...)) }
func (l brokerLog) Fatalf(f string, v ...any)  { l.log.Error("broker: " + fmt.Sprintf(f, v...)) }
func (l brokerLog) Errorf(f string, v ...any)  { l.log.Error("broker: " + fmt.Sprintf(f, v...)) }
func (l brokerLog) Debugf(string, ...any)      {}
func (l brokerLog) Tracef(string, ...any)      {}
