package axis

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"regexp"
	"time"
)

// Config says what a node is. Node and one of StoreDir and URL are needed; every other zero value works.
type Config struct {
	// Node names this installation, unlike any other it is linked with: letters, digits, "-", at most 32. Copies of one
	// installation share it and share the work.
	Node string
	// StoreDir holds the embedded server's streams. One process at a time.
	StoreDir string
	// URL of a server or cluster to use instead of an embedded one ("nats://user:password@host:4222"). Its sync_interval must be
	// "always"; a client cannot see that.
	URL      string
	Replicas int // copies of each stream on a cluster; 1

	// Agencies are the codes hosted here. Empty: every agency is (a single installation, neither hub nor peer).
	Agencies []string

	// Listen ("host:port") makes an embedded node a hub for Peers. Port 0 draws one, see Axis.Addr.
	Listen string
	TLS    *tls.Config // of the listener, and of the connections to Hub or URL
	Peers  []Peer

	// Hub ("nats://host:port") is where parcels for agencies not hosted here go, and where ours wait. The hub knows us by Node.
	Hub         string
	HubPassword string

	// Plaintext allows Listen and Hub without TLS beyond this machine, where a tunnel does the encryption.
	Plaintext bool

	MaxParcel int64         // bytes of one payload; 256 MB
	MaxBytes  int64         // bytes of all streams; 8 GB. A full stream refuses new parcels, it never drops old ones
	MaxAge    time.Duration // how long a parcel waits for its receiver; 30 days
	Window    time.Duration // of de-duplication; 10 minutes. Sending again must wait longer
	InFlight  int           // parcels delivered and not yet answered, per shard; 64

	Now func() time.Time // the clock that judges the age of payloads; the system's if nil
	Log *slog.Logger     // connection trouble; nothing of content. Nil: silent
}

// Peer is an installation that connects to this hub. Password may be given as a bcrypt hash.
type Peer struct {
	Name     string
	Password string
	Agencies []string
}

var nodeName = regexp.MustCompile(`^[A-Za-z0-9-]{1,32}$`)

func (c Config) withDefaults() (Config, error) {
	if c.Replicas <= 0 {
		c.Replicas = 1
	}
	if c.MaxParcel <= 0 {
		c.MaxParcel = 256 << 20
	}
	if c.MaxBytes <= 0 {
		c.MaxBytes = 8 << 30
	}
	if c.MaxAge <= 0 {
		c.MaxAge = 30 * 24 * time.Hour
	}
	if c.Window <= 0 {
		c.Window = 10 * time.Minute
	}
	if c.InFlight <= 0 {
		c.InFlight = 64
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c, c.check()
}

func (c Config) check() error {
	switch {
	case !nodeName.MatchString(c.Node):
		return fmt.Errorf("axis: node name %q: letters, digits and - only, at most 32", c.Node)
	case (c.StoreDir == "") == (c.URL == ""):
		return errors.New("axis: give a folder for the embedded server or the address of another, not both")
	case c.URL != "" && (c.Listen != "" || len(c.Peers) > 0):
		return errors.New("axis: only an embedded node can be a hub")
	case c.Listen == "" && len(c.Peers) > 0:
		return errors.New("axis: peers need an address to listen on")
	case c.Listen != "" && c.Hub != "":
		return errors.New("axis: a node is a hub or has a hub, not both")
	case len(c.Agencies) == 0 && (c.Hub != "" || c.Listen != ""):
		return errors.New("axis: a linked node must name the agencies it hosts")
	}
	for _, addr := range []string{c.Listen, c.Hub} {
		if addr != "" && c.TLS == nil && !c.Plaintext && !onThisMachine(addr) {
			return fmt.Errorf("axis: %s without TLS would show passwords and parcels to the network", addr)
		}
	}
	return checkPeers(c.Peers, c.Agencies)
}

func onThisMachine(addr string) bool {
	if u, err := url.Parse(addr); err == nil && u.Host != "" {
		addr = u.Host
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		host = addr
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// checkPeers refuses an agency hosted at two places: its parcels would go to either.
func checkPeers(peers []Peer, own []string) error {
	host := map[string]string{}
	for _, a := range own {
		host[a] = "this node"
	}
	names := map[string]bool{}
	for _, p := range peers {
		if !nodeName.MatchString(p.Name) || names[p.Name] || p.Name == insideUser {
			return fmt.Errorf("axis: peer name %q is not a name or given twice", p.Name)
		}
		names[p.Name] = true
		if p.Password == "" || len(p.Agencies) == 0 {
			return fmt.Errorf("axis: peer %s needs a password and agencies", p.Name)
		}
		for _, a := range p.Agencies {
			if at := host[a]; at != "" {
				return fmt.Errorf("axis: agency %s is hosted by %s and by peer %s", a, at, p.Name)
			}
			host[a] = p.Name
		}
	}
	return nil
}
