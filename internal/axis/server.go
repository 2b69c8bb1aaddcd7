package axis

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

const insideUser = "inside"

// startServer runs the embedded server. It refuses one that does not sync every write: by default JetStream acknowledges what a power
// cut takes away.
func (a *Axis) startServer() error {
	lock, err := lockDir(a.cfg.StoreDir)
	if err != nil {
		return err
	}
	a.lock = lock
	var key [24]byte
	if _, err := rand.Read(key[:]); err != nil {
		return err
	}
	a.insideKey = hex.EncodeToString(key[:])
	opts := &server.Options{
		ServerName: a.cfg.Node, JetStream: true, JetStreamDomain: a.cfg.Node, StoreDir: a.cfg.StoreDir,
		SyncAlways: true, SyncInterval: 2 * time.Minute, JetStreamMaxStore: 2 * a.cfg.MaxBytes, JetStreamMaxMemory: 64 << 20,
		DontListen: a.cfg.Listen == "", NoLog: true, NoSigs: true, MaxPayload: 1 << 20,
		Users: a.users(a.cfg.Peers),
	}
	if a.cfg.Listen != "" {
		if err := listenOn(opts, a.cfg.Listen); err != nil {
			return err
		}
		if a.cfg.TLS != nil {
			opts.TLSConfig, opts.TLS, opts.TLSTimeout = a.cfg.TLS, true, 10
		}
	}
	srv, err := server.NewServer(opts)
	if err != nil {
		return fmt.Errorf("axis: server: %w", err)
	}
	a.srv, a.srvOpts = srv, opts
	srv.Start()
	if !srv.ReadyForConnections(20 * time.Second) {
		return errors.New("axis: the embedded server did not start")
	}
	if addr, ok := srv.Addr().(*net.TCPAddr); ok && a.cfg.Listen != "" {
		a.addr = addr.String()
		a.srvOpts.Port = addr.Port
	}
	return assertSync(srv.JetStreamConfig())
}

// assertSync is the gate of durability.
func assertSync(js *server.JetStreamConfig) error {
	if js == nil || !js.SyncAlways {
		return errors.New("axis: the server would acknowledge parcels it has not written to disk (sync_interval is not always); refusing to run")
	}
	return nil
}

func listenOn(opts *server.Options, addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("axis: listen on %q: %w", addr, err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return fmt.Errorf("axis: listen on %q: %w", addr, err)
	}
	if n == 0 {
		n = server.RANDOM_PORT
	}
	opts.Host, opts.Port = host, n
	return nil
}

// users gives this process everything and each peer only its own lanes (threat T10): send as its agencies, store chunks under its name,
// pull from its own consumers, claim chunks by hash.
func (a *Axis) users(peers []Peer) []*server.User {
	users := []*server.User{{Username: insideUser, Password: a.insideKey}}
	for _, p := range peers {
		allow := []string{
			"ch." + p.Name + ".*.*", "claim." + p.Name + ".*.*.*", "drop." + p.Name + ".*",
		}
		for _, code := range p.Agencies {
			allow = append(allow, "ex.*."+token(code)+".*.*")
		}
		for i := range shards {
			at := streamName(i) + "." + peerConsumer(p.Name)
			allow = append(allow, "$JS.API.CONSUMER.INFO."+at, "$JS.API.CONSUMER.MSG.NEXT."+at, "$JS.ACK."+at+".>", "$JS.ACK.*.*."+at+".>")
		}
		users = append(users, &server.User{Username: p.Name, Password: p.Password, Permissions: &server.Permissions{
			Publish:   &server.SubjectPermission{Allow: allow},
			Subscribe: &server.SubjectPermission{Allow: []string{inbox(p.Name) + ".>"}},
		}})
	}
	return users
}

func inbox(node string) string { return "_INBOX." + node }

func peerConsumer(name string) string { return "peer-" + name }

// reloadPeers gives the running server a new list of peers; connections whose rights changed are cut and come back.
func (a *Axis) reloadPeers(peers []Peer) error {
	opts := a.srvOpts.Clone()
	opts.Users = a.users(peers)
	if err := a.srv.ReloadOptions(opts); err != nil {
		return fmt.Errorf("axis: peers: %w", err)
	}
	a.srvOpts = opts
	return assertSync(a.srv.JetStreamConfig())
}

// sameSet compares lists without order.
func sameSet(x, y []string) bool {
	x, y = slices.Sorted(slices.Values(x)), slices.Sorted(slices.Values(y))
	return slices.Equal(x, y)
}
