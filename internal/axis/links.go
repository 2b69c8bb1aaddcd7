package axis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Link is the connection to another installation: of a hub to each peer, of a peer to its hub.
type Link struct {
	Name      string    // of the peer; "" = the hub
	Agencies  []string  // of the peer
	Connected bool      //
	Since     time.Time // connected since, or away since; zero = never seen
	Address   string    // where the peer connects from, or the hub's address
	RoundTrip time.Duration
	LastError string // why the last connection ended or the last attempt failed, in the broker's words
	Waiting   uint64 // parcels for it that it has not acknowledged
}

// heard is what the connection to the hub told last.
type heard struct {
	since time.Time
	err   string
}

func (a *Axis) hear(err error) {
	h := &heard{since: a.cfg.Now()}
	if before := a.heard.Load(); err != nil && before != nil && before.err != "" {
		h.since = before.since // away since then, whatever the attempts say
	}
	if err != nil {
		h.err = err.Error()
	}
	a.heard.Store(h)
}

// Hub is the address of the hub, "" where there is none.
func (a *Axis) Hub() string { return a.cfg.Hub }

// Node is this installation's name.
func (a *Axis) Node() string { return a.cfg.Node }

// Listens tells whether other installations can connect: the node is a hub.
func (a *Axis) Listens() bool { return a.cfg.Listen != "" }

// Given are the peers of the configuration.
func (a *Axis) Given() []Peer { return a.given }

// Peers are those that may connect now.
func (a *Axis) Peers() []Peer {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.peers
}

// Hosts are the agencies hosted here now.
func (a *Axis) Hosts() map[string]bool { return *a.hosted.Load() }

// Beside is how many copies each stream has on brokers beside this program; 0 = the axis is embedded.
func (a *Axis) Beside() int {
	if a.cfg.URL == "" {
		return 0
	}
	return a.cfg.Replicas
}

// Links tells how each connection to another installation is.
func (a *Axis) Links(ctx context.Context) ([]Link, error) {
	s, err := a.Stats(ctx)
	if err != nil {
		return nil, err
	}
	var out []Link
	if a.hub != nil {
		l := Link{Address: a.cfg.Hub, Connected: s.HubConnected, Waiting: s.ForHub}
		if h := a.heard.Load(); h != nil {
			l.Since, l.LastError = h.since, h.err
		}
		out = append(out, l)
	}
	a.mu.Lock()
	peers := a.peers
	a.mu.Unlock()
	if len(peers) == 0 {
		return out, nil
	}
	seen, err := a.connections()
	if err != nil {
		return nil, err
	}
	for _, p := range peers {
		l := seen[p.Name]
		l.Name, l.Agencies, l.Waiting = p.Name, p.Agencies, s.ForPeers[p.Name]
		out = append(out, l)
	}
	return out, nil
}

// connections are the newest of each peer, the closed ones among them as long as the broker remembers them.
func (a *Axis) connections() (map[string]Link, error) {
	z, err := a.srv.Connz(&server.ConnzOptions{Username: true, State: server.ConnAll, Limit: 10_000})
	if err != nil {
		return nil, fmt.Errorf("axis: links: %w", err)
	}
	out := map[string]Link{}
	for _, c := range z.Conns {
		l, open := out[c.AuthorizedUser], c.Stop == nil
		switch {
		case open && !l.Connected:
			trip, _ := time.ParseDuration(c.RTT)
			l.Connected, l.Since, l.Address, l.RoundTrip = true, c.Start, c.IP, trip
		case !open && !l.Connected && c.Stop.After(l.Since):
			l.Since, l.Address, l.LastError = *c.Stop, c.IP, c.Reason
		case !open && l.LastError == "":
			l.LastError = c.Reason
		}
		out[c.AuthorizedUser] = l
	}
	return out, nil
}

// ErrAway is the answer of TryLink for an installation that is not connected.
var ErrAway = errors.New("axis: the other installation is not connected")

// TryLink sends something to the other side and waits for its answer: the hub of a peer ("") or a peer of a hub.
func (a *Axis) TryLink(ctx context.Context, name string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if name == "" {
		if a.hub == nil || !a.hub.IsConnected() {
			return 0, ErrAway
		}
		begun := time.Now()
		if err := a.hub.FlushWithContext(ctx); err != nil {
			return 0, fmt.Errorf("axis: hub: %w", err)
		}
		return time.Since(begun), nil
	}
	if a.srv == nil {
		return 0, ErrAway
	}
	seen, err := a.connections()
	if err != nil {
		return 0, err
	}
	if !seen[name].Connected {
		return 0, ErrAway
	}
	return seen[name].RoundTrip, nil
}

// Rekey changes the password with which this node connects to its hub, from the next connection on.
func (a *Axis) Rekey(password string) { a.hubPassword.Store(&password) }
