package axis

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

// T41: what the broker lets a peer do, over every kind of subject and every call of JetStream. A peer sends as its own agencies, stores, claims and drops its
// own payloads, pulls its own consumers, and hears its own inbox. Nothing else: what is not in the second column is refused by the broker itself.
func TestSubjectMatrixOfAPeer(t *testing.T) {
	city := open(t, hubConfig(t.TempDir(), "127.0.0.1:0"))
	nc, err := nats.Connect("nats://"+city.Addr(), nats.UserInfo("ward", secret), nats.CustomInboxPrefix(inbox("ward")), nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	// The broker answers a violation before the answer to the flush behind it.
	allowed := func(what, subject string) bool {
		t.Helper()
		var err error
		before := nc.LastError()
		if what == "publish" {
			err = nc.PublishRequest(subject, inbox("ward")+".nobody", nil)
		} else {
			var sub *nats.Subscription
			if sub, err = nc.SubscribeSync(subject); err == nil {
				defer sub.Unsubscribe()
			}
		}
		if err == nil {
			err = nc.Flush()
		}
		if err != nil {
			t.Fatalf("%s %s: %v", what, subject, err)
		}
		return nc.LastError() == before // each violation is a new one
	}
	sum := strings.Repeat("b", 64)
	own, others := token("H26.33.01"), []string{token("H26"), token("H26.15"), token("H40"), token("H26.33"), token("H26.33.01.02"), "*", ">"}
	publish := map[string]bool{
		"ex.0." + own + "." + token("H40") + ".edoc": true, "ex.7." + own + ".x.status": true, "ex.0." + own + ".x.edoc.more": false, "ex.0." + own + ".x": false,
		"up.0." + own + ".x.edoc": false, "ch.ward." + sum + ".0": true, "ch.city." + sum + ".0": false, "ch.other." + sum + ".0": false, "ch.ward." + sum + ".0.1": false,
		"claim.ward.city." + sum + ".0": true, "claim.other.city." + sum + ".0": false, "claim.city.city." + sum + ".0": false, "drop.ward." + sum: true, "drop.other." + sum: false, "drop.city." + sum: false,
		"_INBOX.ward.a.b": false, "_INBOX.city.a.b": false, "_INBOX.other.a": false, "_R_.a": false, "EX0": false, "anything": false,
		"$JS.ACK.EX0.peer-ward.1.1.1.1.0": true, "$JS.ACK.EX0.peer-other.1.1.1.1.0": false, "$JS.ACK.EX0.in-city.1.1.1.1.0": false, "$JS.ACK.CHUNKS.x.1.1.1.1.0": false,
		"$JS.ACK._.hash.EX0.peer-ward.1.1.1.1.0": true, "$JS.ACK._.hash.EX0.peer-other.1.1.1.1.0": false,
		"$JS.API.CONSUMER.INFO.EX3.peer-ward": true, "$JS.API.CONSUMER.MSG.NEXT.EX3.peer-ward": true, "$JS.API.CONSUMER.INFO.EX3.peer-other": false,
		"$JS.API.CONSUMER.MSG.NEXT.EX3.peer-other": false, "$JS.API.CONSUMER.MSG.NEXT.EX3.in-city": false, "$JS.API.CONSUMER.MSG.NEXT.CHUNKS.peer-ward": false,
		"$JS.city.API.CONSUMER.MSG.NEXT.EX3.peer-ward":  true, // the same call with the name of the domain
		"$JS.city.API.CONSUMER.MSG.NEXT.EX3.peer-other": false, "$JS.city.API.CONSUMER.MSG.NEXT.EX3.in-city": false, "$JS.city.API.STREAM.INFO.EX0": false, "$JS.API.$JS.API.INFO": false,
		"$SYS.REQ.SERVER.PING": false, "$SYS.REQ.SERVER.PING.CONNZ": false, "$SYS.REQ.ACCOUNT.PING.CONNZ": false, "$SYS.ACCOUNT.$G.CONNECT": false,
	}
	for _, from := range others {
		publish["ex.0."+from+".x.edoc"] = from == own
	}
	for _, call := range []string{"INFO", "STREAM.CREATE.EX0", "STREAM.UPDATE.EX0", "STREAM.NAMES", "STREAM.LIST", "STREAM.INFO.EX0", "STREAM.DELETE.EX0", "STREAM.PURGE.EX0", "STREAM.SNAPSHOT.EX0",
		"STREAM.RESTORE.EX0", "STREAM.MSG.DELETE.EX0", "STREAM.MSG.GET.EX0", "STREAM.PEER.REMOVE.EX0", "STREAM.LEADER.STEPDOWN.EX0", "DIRECT.GET.EX0", "DIRECT.GET.CHUNKS", "DIRECT.GET.CHUNKS.ch.city." + sum + ".0",
		"CONSUMER.CREATE.EX0", "CONSUMER.CREATE.EX0.mine", "CONSUMER.CREATE.EX0.peer-ward", "CONSUMER.CREATE.EX0.peer-ward.ex.0.>", "CONSUMER.DURABLE.CREATE.EX0.peer-ward", "CONSUMER.NAMES.EX0", "CONSUMER.LIST.EX0",
		"CONSUMER.DELETE.EX0.peer-ward", "CONSUMER.DELETE.EX0.peer-other", "CONSUMER.PAUSE.EX0.peer-ward", "CONSUMER.UNPIN.EX0.peer-ward", "CONSUMER.LEADER.STEPDOWN.EX0.peer-ward", "META.LEADER.STEPDOWN",
		"SERVER.REMOVE", "ACCOUNT.PURGE.$G", "ACCOUNT.STREAM.MOVE.$G.EX0", "CONSUMER.INFO.CHUNKS.peer-ward"} {
		publish["$JS.API."+call] = false
	}
	subscribe := map[string]bool{
		inbox("ward") + ".>": true, inbox("ward") + ".x.*": true, inbox("other") + ".>": false, inbox("city") + ".>": false, "_INBOX.>": false, ">": false, "*": false, "ex.>": false, "up.>": false,
		"ex.0.*." + own + ".*": false, "ex.0." + own + ".*.*": false, "ch.>": false, "ch.ward.>": false, "claim.>": false, "claim.ward.>": false, "drop.>": false, "$JS.>": false, "$JS.API.>": false,
		"$JS.ACK.>": false, "$JS.EVENT.>": false, "$JS.FC.>": false, "$SYS.>": false, "_R_.>": false,
	}
	for what, table := range map[string]map[string]bool{"publish": publish, "subscribe": subscribe} {
		for subject, want := range table {
			if strings.ContainsAny(subject, "*>") && what == "publish" {
				continue // no address: the client refuses it
			}
			if got := allowed(what, subject); got != want {
				t.Errorf("%s %s: allowed %v, want %v", what, subject, got, want)
			}
		}
	}
	// Nothing of all this reached a consumer of the city or of the other peer.
	if s, err := city.Stats(context.Background()); err != nil || s.Waiting != 0 || s.ForPeers["other"] > 1 {
		t.Errorf("%+v %v", s, err)
	}
}

// A peer joins only the hub it knows: with a certificate of another authority, one that has expired, one that names another place, it waits; when the hub
// shows the right one, without a restart on either side, what waited arrives.
func TestPeerRefusesAHubWithAWrongCertificate(t *testing.T) {
	right := newAuthority(t)
	now := time.Now()
	shown := atomic.Pointer[tls.Certificate]{}
	hub := hubConfig(t.TempDir(), "127.0.0.1:0")
	hub.TLS = &tls.Config{MinVersion: tls.VersionTLS13, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return shown.Load(), nil }}
	wrong := map[string]tls.Certificate{
		"another authority": newAuthority(t).issue(t, "127.0.0.1", now.Add(time.Hour)),
		"expired":           right.issue(t, "127.0.0.1", now.Add(-time.Minute)),
		"another place":     right.issue(t, "127.0.0.2", now.Add(time.Hour)),
	}
	good := right.issue(t, "127.0.0.1", now.Add(time.Hour))
	first := wrong["expired"]
	shown.Store(&first)
	city := open(t, hub)
	peer := peerConfig(t.TempDir(), city.Addr())
	peer.TLS = &tls.Config{RootCAs: right.pool, MinVersion: tls.VersionTLS13}
	ward := open(t, peer)
	send(t, ward, parcel("p", "H26.33.01", "H26", "x"))
	for name, c := range wrong {
		shown.Store(&c)
		nc, err := nats.Connect("nats://"+city.Addr(), nats.UserInfo("ward", secret), nats.Secure(peer.TLS))
		if err == nil {
			nc.Close()
			t.Errorf("%s: connected", name)
		}
	}
	if s, err := ward.Stats(context.Background()); err != nil || s.HubConnected || s.ForHub != 1 {
		t.Fatalf("%+v %v", s, err)
	}
	eventually(t, "the peer knows why", func() bool {
		l, err := ward.Links(context.Background())
		return err == nil && len(l) == 1 && !l[0].Connected && strings.Contains(l[0].LastError, "certificate")
	})
	atCity := staff(t, city)
	shown.Store(&good)
	eventually(t, "arrival with the right certificate", func() bool { return atCity.count() == 1 })
}

type tlsAuthority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	pool *x509.CertPool
}

func newAuthority(t *testing.T) *tlsAuthority {
	t.Helper()
	own, pool := selfSigned(t)
	cert, err := x509.ParseCertificate(own.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	return &tlsAuthority{own.PrivateKey.(*ecdsa.PrivateKey), cert, pool}
}

func (a *tlsAuthority) issue(t *testing.T, ip string, until time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(2), NotBefore: until.Add(-2 * time.Hour), NotAfter: until, IPAddresses: []net.IP{net.ParseIP(ip)},
		KeyUsage: x509.KeyUsageDigitalSignature}, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// A peer's password is changed on both sides while parcels flow: the old one is worth nothing at once, the link comes back with the new one, nothing is lost.
func TestPasswordsChangeWhileRunning(t *testing.T) {
	city := open(t, hubConfig(t.TempDir(), "127.0.0.1:0"))
	ward := open(t, peerConfig(t.TempDir(), city.Addr()))
	atCity := staff(t, city)
	send(t, ward, parcel("before", "H26.33.01", "H26", "x"))
	eventually(t, "the link stands", func() bool { return atCity.count() == 1 })
	peers := hubConfig("", "").Peers
	peers[0].Password = "mật khẩu mới của phường"
	if err := city.Admit(context.Background(), peers); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the old password is refused", func() bool {
		l, err := ward.Links(context.Background())
		return err == nil && !l[0].Connected && strings.Contains(strings.ToLower(l[0].LastError), "auth")
	})
	if _, err := ward.TryLink(context.Background(), ""); err != ErrAway {
		t.Errorf("%v", err)
	}
	send(t, ward, parcel("between", "H26.33.01", "H26", "x"))
	ward.Rekey("mật khẩu mới của phường")
	send(t, ward, parcel("after", "H26.33.01", "H26", "x"))
	eventually(t, "all are there", func() bool { return atCity.count() == 3 })
	trip, err := ward.TryLink(context.Background(), "")
	if err != nil || trip <= 0 {
		t.Errorf("%v %v", trip, err)
	}
	links, err := city.Links(context.Background())
	if err != nil || len(links) != 2 || links[0].Name != "ward" || !links[0].Connected || links[0].Since.IsZero() || links[1].Connected {
		t.Errorf("%+v %v", links, err)
	}
	if _, err := city.TryLink(context.Background(), "other"); err != ErrAway {
		t.Errorf("%v", err)
	}
}
