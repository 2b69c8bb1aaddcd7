package axis

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const secret = "mật khẩu của phường"

func hubConfig(dir, listen string) Config {
	return Config{
		Node: "city", StoreDir: dir, Listen: listen, Agencies: []string{"H26", "H26.15"},
		Peers: []Peer{{"ward", secret, []string{"H26.33.01", "H26.33.02"}}, {"other", secret + "2", []string{"H40"}}},
	}
}

func peerConfig(dir, addr string) Config {
	return Config{Node: "ward", StoreDir: dir, Hub: "nats://" + addr, HubPassword: secret, Agencies: []string{"H26.33.01", "H26.33.02"}}
}

// freePort draws a port that a restarted hub can listen on again.
func freePort(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestTwoInstallationsExchange(t *testing.T) {
	city := open(t, hubConfig(t.TempDir(), "127.0.0.1:0"))
	ward := open(t, peerConfig(t.TempDir(), city.Addr()))
	other := open(t, Config{Node: "other", Hub: "nats://" + city.Addr(), HubPassword: secret + "2", Agencies: []string{"H40"}})
	atCity, atWard, atOther := staff(t, city), staff(t, ward), staff(t, other)
	large := randomBytes(5*chunkSize + 3)
	send(t, ward, parcel("up", "H26.33.01", "H26.15", "báo cáo"))
	send(t, city, parcel("down", "H26", "H26.33.02", "chỉ đạo"))
	send(t, ward, parcel("across", "H26.33.01", "H40", "trao đổi"))
	send(t, ward, parcel("inside", "H26.33.01", "H26.33.02", "nội bộ"))
	send(t, ward, Parcel{ID: "big-up", From: "H26.33.01", To: "H26", Kind: "edoc", Body: large})
	send(t, city, Parcel{ID: "big-down", From: "H26", To: "H26.33.01", Kind: "edoc", Body: large})
	send(t, other, Parcel{ID: "big-across", From: "H40", To: "H26.33.01", Kind: "edoc", Body: large})
	eventually(t, "all arrive", func() bool { return atCity.count() == 2 && atWard.count() == 4 && atOther.count() == 1 })
	for _, c := range []struct {
		d        *desk
		id, from string
		body     []byte
	}{
		{atCity, "up", "H26.33.01", []byte("báo cáo")}, {atCity, "big-up", "H26.33.01", large},
		{atWard, "down", "H26", []byte("chỉ đạo")}, {atWard, "inside", "H26.33.01", []byte("nội bộ")},
		{atWard, "big-down", "H26", large}, {atWard, "big-across", "H40", large}, {atOther, "across", "H26.33.01", []byte("trao đổi")},
	} {
		if !bytes.Equal(c.d.body[c.id], c.body) || c.d.got[c.id].From != c.from {
			t.Errorf("%s: %+v", c.id, c.d.got[c.id])
		}
	}
	sum := blobOfBytes(large).SHA256
	if err := ward.Discard(context.Background(), sum); err != nil {
		t.Fatal(err)
	}
	if _, _, err := city.chunks.get(context.Background(), &Blob{SHA256: sum, Size: int64(len(large)), origin: "ward"}, 0); !errors.Is(err, ErrGone) {
		t.Errorf("the hub kept a payload its sender discarded: %v", err)
	}
	if _, _, err := city.chunks.get(context.Background(), &Blob{SHA256: sum, Size: int64(len(large)), origin: "city"}, 0); err != nil {
		t.Errorf("the city's own copy went too: %v", err)
	}
}

func TestLinkIsEncrypted(t *testing.T) {
	cert, pool := selfSigned(t)
	hub := hubConfig(t.TempDir(), "127.0.0.1:0")
	hub.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS13}
	city := open(t, hub)
	peer := peerConfig(t.TempDir(), city.Addr())
	peer.TLS = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS13}
	ward := open(t, peer)
	d := staff(t, ward)
	send(t, city, parcel("p", "H26", "H26.33.01", "x"))
	eventually(t, "arrival over TLS", func() bool { return d.count() == 1 })
	for name, opt := range map[string]nats.Option{
		"no trust given": nats.Name("x"), // the client must encrypt and finds no known issuer
		"another trust":  nats.Secure(&tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS13}),
	} {
		if nc, err := nats.Connect("nats://"+city.Addr(), nats.UserInfo("ward", secret), opt, nats.Timeout(2*time.Second)); err == nil {
			nc.Close()
			t.Errorf("%s: connected", name)
		}
	}
}

func selfSigned(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func TestPeerWaitsForItsHub(t *testing.T) {
	addr, hubDir := freePort(t), t.TempDir()
	ward := open(t, peerConfig(t.TempDir(), addr)) // the hub does not exist yet
	atWard := staff(t, ward)
	for i := range 50 {
		send(t, ward, parcel(fmt.Sprint("a", i), "H26.33.01", "H26", "x"))
	}
	if s, err := ward.Stats(context.Background()); err != nil || s.ForHub != 50 || s.HubConnected {
		t.Fatalf("%+v %v", s, err)
	}
	city := open(t, hubConfig(hubDir, addr))
	atCity := staff(t, city)
	eventually(t, "what waited arrives", func() bool { return atCity.count() == 50 })
	atCity.stop()
	if err := city.Close(); err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		send(t, ward, parcel(fmt.Sprint("b", i), "H26.33.01", "H26", "x"))
	}
	city = open(t, hubConfig(hubDir, addr))
	for i := range 50 {
		send(t, city, parcel(fmt.Sprint("c", i), "H26", "H26.33.01", "x"))
	}
	atCity = staff(t, city)
	eventually(t, "both ways after the hub's return", func() bool { return atCity.count() == 50 && atWard.count() == 50 })
}

// TestBrokerHoldsAPeerToItsAgencies speaks to the hub with a peer's password and tries what a taken-over peer would (T10).
func TestBrokerHoldsAPeerToItsAgencies(t *testing.T) {
	city := open(t, hubConfig(t.TempDir(), "127.0.0.1:0"))
	send(t, city, parcel("secret", "H26", "H40", "không dành cho phường"))
	url := "nats://" + city.Addr()
	for name, user := range map[string]nats.Option{
		"nobody": nats.Name("x"), "wrong password": nats.UserInfo("ward", "x"), "inside": nats.UserInfo(insideUser, ""),
		"another's password": nats.UserInfo("other", secret),
	} {
		if nc, err := nats.Connect(url, user); err == nil {
			nc.Close()
			t.Errorf("%s was let in", name)
		}
	}
	nc, err := nats.Connect(url, nats.UserInfo("ward", secret), nats.CustomInboxPrefix(inbox("ward")), nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, _ := jetstream.New(nc)
	try := func(d time.Duration, f func(ctx context.Context) error) error {
		ctx, cancel := context.WithTimeout(context.Background(), d)
		defer cancel()
		return f(ctx)
	}
	publish := func(subj string) func(context.Context) error {
		return func(ctx context.Context) error { _, err := js.Publish(ctx, subj, []byte("x")); return err }
	}
	sum := strings.Repeat("a", 64)
	for name, f := range map[string]func(context.Context) error{
		"forged sender":    publish(subject("ex", "H26", "H40", "edoc")),
		"another's chunks": publish("ch.city." + sum + ".0"),
		"another's parcels": func(ctx context.Context) error {
			_, err := js.Consumer(ctx, streamName(shardOf("H40")), "peer-other")
			return err
		},
		"a consumer of its own": func(ctx context.Context) error {
			_, err := js.CreateConsumer(ctx, "EX0", jetstream.ConsumerConfig{})
			return err
		},
		"the streams":       func(ctx context.Context) error { _, err := js.Stream(ctx, "EX0"); return err },
		"deleting a stream": func(ctx context.Context) error { return js.DeleteStream(ctx, "EX0") },
		"another's payload": func(ctx context.Context) error {
			_, err := nc.RequestWithContext(ctx, "drop.city."+sum, nil)
			return err
		},
		"listening to all": func(ctx context.Context) error {
			sub, err := nc.SubscribeSync("ex.>")
			if err != nil {
				return err
			}
			if err := city.Send(ctx, parcel("overheard", "H26", "H40", "x")); err != nil {
				t.Error(err)
			}
			_, err = sub.NextMsgWithContext(ctx)
			return err
		},
	} {
		if err := try(500*time.Millisecond, f); err == nil {
			t.Errorf("%s: allowed", name)
		}
	}
	for name, f := range map[string]func(context.Context) error{ // the good twins
		"its own sender":  publish(subject("ex", "H26.33.01", "H40", "edoc")),
		"its own chunks":  publish("ch.ward." + sum + ".0"),
		"its own parcels": func(ctx context.Context) error { _, err := js.Consumer(ctx, "EX0", "peer-ward"); return err },
		"its own payload": func(ctx context.Context) error {
			_, err := nc.RequestWithContext(ctx, "drop.ward."+sum, nil)
			return err
		},
	} {
		if err := try(30*time.Second, f); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, claim := range []string{"claim.ward.*.*.0", "claim.ward.city." + strings.Repeat("a", 63) + "*.0", "claim.ward.city." + sum + ".-1", "claim.ward.city." + sum + ".0"} {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		m, err := nc.RequestWithContext(ctx, claim, nil)
		cancel()
		if err == nil && (m.Header.Get(headerGone) == "" || len(m.Data) > 0) {
			t.Errorf("%s: answered", claim)
		}
	}
}

func TestPeersAreAdmittedAndDismissedWhileRunning(t *testing.T) {
	city := open(t, Config{Node: "city", Listen: "127.0.0.1:0", Agencies: []string{"H26", "H26.33.01"}})
	send(t, city, parcel("early", "H26", "H26.33.01", "gửi trước khi phường có máy chủ riêng"))
	send(t, city, parcel("early2", "H26", "H26.33.02", "gửi khi chưa ai nhận"))
	if err := city.Host(context.Background(), []string{"H26"}); err != nil { // the ward moves to its own server
		t.Fatal(err)
	}
	if err := city.Admit(context.Background(), []Peer{{"ward", secret, []string{"H26.33.01", "H26.33.02"}}}); err != nil {
		t.Fatal(err)
	}
	ward := open(t, peerConfig(t.TempDir(), city.Addr()))
	atWard, atCity := staff(t, ward), staff(t, city)
	send(t, ward, parcel("up", "H26.33.01", "H26", "x"))
	eventually(t, "moved agency gets what waited", func() bool { return atWard.count() == 2 && atCity.count() == 1 })
	if err := city.Admit(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the dismissed peer is cut off", func() bool { return !ward.hub.IsConnected() })
	send(t, ward, parcel("later", "H26.33.01", "H26", "x"))
	if s, err := ward.Stats(context.Background()); err != nil || s.ForHub != 1 {
		t.Errorf("%+v %v", s, err)
	}
}

func TestAgencyThatLeavesAPeerTakesItsParcelsAlong(t *testing.T) {
	city := open(t, hubConfig(t.TempDir(), "127.0.0.1:0"))
	ward := open(t, peerConfig(t.TempDir(), city.Addr()))
	for i := range 40 {
		send(t, ward, parcel(fmt.Sprint("p", i), "H26.33.01", "H26.33.02", "x"))
	}
	if err := city.Admit(context.Background(), []Peer{{"ward", secret, []string{"H26.33.01"}}}); err != nil {
		t.Fatal(err)
	}
	if err := city.Host(context.Background(), []string{"H26", "H26.15", "H26.33.02"}); err != nil {
		t.Fatal(err)
	}
	if err := ward.Host(context.Background(), []string{"H26.33.01"}); err != nil {
		t.Fatal(err)
	}
	d := staff(t, city)
	eventually(t, "all parcels reach the agency's new place", func() bool { return d.count() == 40 })
	if _, ok := d.got["p0"]; !ok {
		t.Error("a parcel changed its id on the way")
	}
}
