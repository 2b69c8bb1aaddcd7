package axis

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func open(t testing.TB, cfg Config) *Axis {
	t.Helper()
	if cfg.StoreDir == "" && cfg.URL == "" {
		cfg.StoreDir = t.TempDir()
	}
	if cfg.Node == "" {
		cfg.Node = "mot"
	}
	a, err := Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

// desk keeps what it receives, once per id, as a receiver must.
type desk struct {
	mu    sync.Mutex
	got   map[string]Parcel
	body  map[string][]byte
	order []string
	extra int // deliveries of a known id
	bad   error
	stop  func()
}

func (d *desk) handle(_ context.Context, p Parcel) Verdict {
	r, err := p.Open()
	var body []byte
	if err == nil {
		body, err = io.ReadAll(r)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil {
		d.bad = err
		return Retry(0)
	}
	if _, known := d.got[p.ID]; known {
		d.extra++
		return Ack()
	}
	d.got[p.ID], d.body[p.ID] = p, body
	d.order = append(d.order, p.ID)
	return Ack()
}

func (d *desk) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.got)
}

func staff(t testing.TB, a *Axis) *desk {
	d := &desk{got: map[string]Parcel{}, body: map[string][]byte{}}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := a.Receive(ctx, d.handle); err != nil && !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
	})
	d.stop = func() { cancel(); wg.Wait() }
	t.Cleanup(d.stop)
	return d
}

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(40 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}

func send(t testing.TB, a *Axis, p Parcel) {
	t.Helper()
	if err := a.Send(context.Background(), p); err != nil {
		t.Fatal(err)
	}
}

func parcel(id, from, to, body string) Parcel {
	return Parcel{ID: id, From: from, To: to, Kind: "edoc", Body: []byte(body)}
}

func blobOfBytes(b []byte) *Blob {
	sum := sha256.Sum256(b)
	return &Blob{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(b)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(b)), nil
	}}
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

func TestParcelArrivesWithItsAddress(t *testing.T) {
	a := open(t, Config{})
	d := staff(t, a)
	send(t, a, Parcel{ID: "p1", From: "H26.15", To: "000.00.00.G22", Kind: "status", Body: []byte("xin chào")})
	eventually(t, "arrival", func() bool { return d.count() == 1 })
	p := d.got["p1"]
	if p.From != "H26.15" || p.To != "000.00.00.G22" || p.Kind != "status" || string(d.body["p1"]) != "xin chào" || p.Attempt != 1 || p.At.IsZero() {
		t.Errorf("%+v", p)
	}
	eventually(t, "an acknowledged parcel leaves the stream", func() bool {
		s, err := a.Stats(context.Background())
		return err == nil && s.Stored == 0 && s.Sent == 1 && s.Received == 1
	})
}

func TestSameIDIsStoredOnce(t *testing.T) {
	a := open(t, Config{})
	for range 5 {
		send(t, a, parcel("p1", "A", "B", "x"))
	}
	send(t, a, parcel("p2", "A", "B", "x"))
	if s, err := a.Stats(context.Background()); err != nil || s.Stored != 2 || s.Duplicates != 4 {
		t.Errorf("%+v %v", s, err)
	}
}

func TestParcelsSurviveRestart(t *testing.T) {
	dir := t.TempDir()
	a := open(t, Config{StoreDir: dir})
	big := randomBytes(700 << 10)
	send(t, a, parcel("small", "A", "B", "nhỏ"))
	send(t, a, Parcel{ID: "big", From: "A", To: "B", Kind: "edoc", Body: big})
	if _, err := Open(context.Background(), Config{Node: "hai", StoreDir: dir}); err == nil {
		t.Fatal("a second process opened the same store")
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if err := a.Send(context.Background(), parcel("late", "A", "B", "x")); err == nil {
		t.Error("a closed node accepted a parcel")
	}
	b := open(t, Config{StoreDir: dir})
	d := staff(t, b)
	eventually(t, "both arrive", func() bool { return d.count() == 2 })
	if !bytes.Equal(d.body["big"], big) {
		t.Error("the large payload changed")
	}
}

func TestVerdicts(t *testing.T) {
	a := open(t, Config{})
	var mu sync.Mutex
	attempts := map[string]int{}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- a.Receive(ctx, func(_ context.Context, p Parcel) Verdict {
			mu.Lock()
			defer mu.Unlock()
			attempts[p.ID]++
			if attempts[p.ID] != p.Attempt {
				t.Errorf("%s: attempt %d is said to be %d", p.ID, attempts[p.ID], p.Attempt)
			}
			switch {
			case p.ID == "poison":
				return Poison("không đọc được")
			case p.ID == "retry" && p.Attempt < 3:
				return Retry(20 * time.Millisecond)
			case p.ID == "panic" && p.Attempt < 2:
				panic("lỗi của người nhận")
			}
			return Ack()
		})
	}()
	for _, id := range []string{"poison", "retry", "panic", "fine"} {
		send(t, a, parcel(id, "A", "B", "x"))
	}
	eventually(t, "all settled", func() bool {
		s, err := a.Stats(context.Background())
		return err == nil && s.Stored == 0 && s.Poisoned == 1
	})
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if want := map[string]int{"poison": 1, "retry": 3, "panic": 2, "fine": 1}; fmt.Sprint(attempts) != fmt.Sprint(want) {
		t.Errorf("attempts %v", attempts)
	}
}

func TestOneReceiversParcelsKeepTheirOrder(t *testing.T) {
	a := open(t, Config{})
	var want []string
	for i := range 60 {
		id := fmt.Sprintf("p%02d", i)
		want = append(want, id)
		send(t, a, parcel(id, "A", "H26.01", "x"))
	}
	d := staff(t, a)
	eventually(t, "all arrive", func() bool { return d.count() == 60 })
	if !slices.Equal(d.order, want) {
		t.Errorf("order %v", d.order)
	}
}

func TestOnlyHostedAgenciesAreServed(t *testing.T) {
	a := open(t, Config{Agencies: []string{"A", "B"}})
	if err := a.Send(context.Background(), parcel("x", "C", "A", "x")); !errors.Is(err, ErrForeignSender) {
		t.Errorf("a foreign sender: %v", err)
	}
	send(t, a, parcel("toB", "A", "B", "x"))
	send(t, a, parcel("toC", "A", "C", "x"))
	d := staff(t, a)
	eventually(t, "B's parcel", func() bool { return d.count() == 1 })
	if s, err := a.Stats(context.Background()); err != nil || s.Unrouted != 1 {
		t.Errorf("%+v %v", s, err)
	}
	if err := a.Host(context.Background(), []string{"A", "B", "C"}); err != nil { // C opens its office: what waited is not lost
		t.Fatal(err)
	}
	eventually(t, "C's parcel", func() bool { return d.count() == 2 })
}

func TestSendRefusesWhatItCannotCarry(t *testing.T) {
	a := open(t, Config{MaxParcel: 1000})
	good := parcel("p", "A", "B", strings.Repeat("x", 1000))
	for name, spoil := range map[string]func(*Parcel){
		"no id": func(p *Parcel) { p.ID = "" }, "header in id": func(p *Parcel) { p.ID = "a\r\nb: c" }, "kind": func(p *Parcel) { p.Kind = "e.doc" },
		"no sender": func(p *Parcel) { p.From = "" }, "no receiver": func(p *Parcel) { p.To = "" },
		"too large": func(p *Parcel) { p.Body = append(p.Body, 'x') }, "hash": func(p *Parcel) { p.Body, p.Blob = nil, &Blob{SHA256: "x", Size: 1} },
	} {
		p := good
		spoil(&p)
		if err := a.Send(context.Background(), p); err == nil {
			t.Errorf("%s: sent", name)
		}
	}
	wrong := blobOfBytes([]byte("đúng"))
	wrong.Open = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("sai!!")), nil }
	wrong.Size = 5
	if err := a.Send(context.Background(), Parcel{ID: "w", From: "A", To: "B", Kind: "edoc", Blob: wrong}); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a payload with another hash: %v", err)
	}
	send(t, a, good)
}

func TestPayloadIsStoredOnceForManyReceivers(t *testing.T) {
	a := open(t, Config{})
	body := randomBytes(3*chunkSize + 17)
	opened := 0
	var mu sync.Mutex
	blob := blobOfBytes(body)
	read := blob.Open
	blob.Open = func() (io.ReadCloser, error) { mu.Lock(); opened++; mu.Unlock(); return read() }
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			send(t, a, Parcel{ID: fmt.Sprint("p", i), From: "A", To: fmt.Sprint("B", i), Kind: "edoc", Blob: blob})
		})
	}
	wg.Wait()
	if opened != 1 {
		t.Errorf("the payload was stored %d times", opened)
	}
	d := staff(t, a)
	eventually(t, "all arrive", func() bool { return d.count() == 20 })
	for id, got := range d.body {
		if !bytes.Equal(got, body) {
			t.Errorf("%s differs", id)
		}
	}
	if err := a.Discard(context.Background(), blob.SHA256); err != nil {
		t.Fatal(err)
	}
	if s, err := a.Stats(context.Background()); err != nil || s.PayloadBytes != 0 {
		t.Errorf("%+v %v", s, err)
	}
}

func TestAgedPayloadIsStoredAgain(t *testing.T) {
	ahead := time.Duration(0)
	a := open(t, Config{Now: func() time.Time { return time.Now().Add(ahead) }})
	opened := 0
	blob := blobOfBytes(randomBytes(chunkSize + 1))
	read := blob.Open
	blob.Open = func() (io.ReadCloser, error) { opened++; return read() }
	for i, later := range []time.Duration{0, time.Hour, 16 * 24 * time.Hour} {
		ahead = later
		send(t, a, Parcel{ID: fmt.Sprint("p", i), From: "A", To: "B", Kind: "edoc", Blob: blob})
	}
	if opened != 2 { // chunks that would age before the third parcel are renewed, young ones are not
		t.Errorf("stored %d times", opened)
	}
}

func TestDamagedPayloadEndsInErrCorrupt(t *testing.T) {
	a := open(t, Config{})
	body := randomBytes(2*chunkSize + 1)
	blob := blobOfBytes(body)
	send(t, a, Parcel{ID: "p", From: "A", To: "B", Kind: "edoc", Blob: blob})
	body[5] ^= 1
	mine := *blob
	mine.origin = "mot"
	if err := a.chunks.put(context.Background(), &mine, 0, body[:chunkSize]); err != nil {
		t.Fatal(err)
	}
	r := openChunks(context.Background(), a.chunks, &mine)
	if _, err := io.Copy(io.Discard, r); !errors.Is(err, ErrCorrupt) {
		t.Errorf("%v", err)
	}
	if err := a.Discard(context.Background(), blob.SHA256); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, openChunks(context.Background(), a.chunks, &mine)); !errors.Is(err, ErrGone) {
		t.Errorf("%v", err)
	}
}

func TestFullStoreRefusesInsteadOfDropping(t *testing.T) {
	a := open(t, Config{MaxBytes: 32 * shards * 4 << 10}) // 32 kB per shard
	var err error
	kept := 0
	for i := 0; i < 40 && err == nil; i++ {
		if err = a.Send(context.Background(), parcel(fmt.Sprint(i), "A", "B", strings.Repeat("x", 4000))); err == nil {
			kept++
		}
	}
	if err == nil || kept == 0 {
		t.Fatalf("kept %d, %v", kept, err)
	}
	d := staff(t, a)
	eventually(t, "all kept arrive", func() bool { return d.count() == kept })
	eventually(t, "room again", func() bool { return a.Send(context.Background(), parcel("after", "A", "B", "x")) == nil })
}

func TestSendAllKeepsEveryParcel(t *testing.T) {
	a := open(t, Config{})
	var ps []Parcel
	for i := range 700 {
		ps = append(ps, parcel(fmt.Sprint("p", i), "A", fmt.Sprint("H26.", i%90), "x"))
	}
	ps[3].Kind = ""
	errs, err := a.SendAll(context.Background(), ps)
	if err == nil || errs[3] == nil {
		t.Error("the bad one passed")
	}
	d := staff(t, a)
	eventually(t, "all but one", func() bool { return d.count() == 699 })
	for i, e := range errs {
		if e != nil && i != 3 {
			t.Errorf("%d: %v", i, e)
		}
	}
}

func TestServerThatDoesNotSyncIsRefused(t *testing.T) {
	if assertSync(&server.JetStreamConfig{}) == nil || assertSync(nil) == nil {
		t.Error("accepted")
	}
	if err := assertSync(open(t, Config{}).srv.JetStreamConfig()); err != nil {
		t.Error(err)
	}
	for version, ok := range map[string]bool{"2.12.1": false, "2.14.4": false, "2.14.5": true, "2.15.1": false, "2.15.2": true, "2.16.0-RC.1": true, "3.0.0": true, "": false} {
		if (assertVersion(version) == nil) != ok {
			t.Errorf("server %s: accepted %v", version, !ok)
		}
	}
	bad := jetstream.StreamConfig{Storage: jetstream.FileStorage, PersistMode: jetstream.AsyncPersistMode}
	good := jetstream.StreamConfig{Storage: jetstream.FileStorage}
	if streamFits(bad, good) == nil || streamFits(jetstream.StreamConfig{Storage: jetstream.MemoryStorage}, good) == nil || streamFits(good, good) != nil {
		t.Error("streams that acknowledge before they write")
	}
}

func TestConfigRefusesContradictions(t *testing.T) {
	peer := Peer{"b", "mật khẩu", []string{"B"}}
	for name, c := range map[string]Config{
		"no name": {StoreDir: "x"}, "bad name": {Node: "a.b", StoreDir: "x"}, "no store": {Node: "a"}, "two stores": {Node: "a", StoreDir: "x", URL: "y"},
		"peers unheard":    {Node: "a", StoreDir: "x", Peers: []Peer{peer}, Agencies: []string{"A"}},
		"hosts all":        {Node: "a", StoreDir: "x", Listen: "127.0.0.1:0", Peers: []Peer{peer}},
		"hosted twice":     {Node: "a", StoreDir: "x", Listen: "127.0.0.1:0", Peers: []Peer{peer}, Agencies: []string{"B"}},
		"no password":      {Node: "a", StoreDir: "x", Listen: "127.0.0.1:0", Peers: []Peer{{"b", "", []string{"B"}}}, Agencies: []string{"A"}},
		"in the clear":     {Node: "a", StoreDir: "x", Listen: "0.0.0.0:4222", Agencies: []string{"A"}},
		"hub in the clear": {Node: "a", StoreDir: "x", Hub: "nats://truc.example.vn:4222", Agencies: []string{"A"}},
		"hub of a hub":     {Node: "a", StoreDir: "x", Listen: "127.0.0.1:0", Hub: "nats://x", Agencies: []string{"A"}},
	} {
		if _, err := c.withDefaults(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := (Config{Node: "a", StoreDir: "x", Listen: "127.0.0.1:0", Peers: []Peer{peer}, Agencies: []string{"A"}}).withDefaults(); err != nil {
		t.Error(err)
	}
}

func TestCloseEndsReceiveAndWaitsForItsHandlers(t *testing.T) {
	a := open(t, Config{})
	started, finished := make(chan struct{}), false
	done := make(chan error, 1)
	go func() {
		done <- a.Receive(context.Background(), func(ctx context.Context, p Parcel) Verdict {
			close(started)
			<-ctx.Done() // told to stop
			finished = true
			return Ack()
		})
	}()
	send(t, a, parcel("p", "A", "B", "x"))
	<-started
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if !finished {
		t.Error("the handler was still at work")
	}
	if err := <-done; !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	if err := a.Receive(context.Background(), nil); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
}

func TestSenselessEnvelopeReachesTheReceiverForQuarantine(t *testing.T) { // X15.6: never dropped
	a := open(t, Config{MaxParcel: 1000})
	for id, header := range map[string]nats.Header{
		"size":   {headerParcel: {"size"}, headerBlob: {strings.Repeat("a", 64)}, headerSize: {"x"}, headerOrigin: {"mot"}},
		"large":  {headerParcel: {"large"}, headerBlob: {strings.Repeat("a", 64)}, headerSize: {"1001"}, headerOrigin: {"mot"}},
		"origin": {headerParcel: {"origin"}, headerBlob: {strings.Repeat("a", 64)}, headerSize: {"10"}, headerOrigin: {"*"}},
		"no id":  {},
	} {
		m := nats.NewMsg(subject("ex", "A", "B", "edoc"))
		m.Header, m.Data = header, []byte("nguyên văn "+id)
		if _, err := a.js.PublishMsg(context.Background(), m); err != nil {
			t.Fatal(err)
		}
	}
	send(t, a, parcel("good", "A", "B", "x"))
	d := staff(t, a)
	eventually(t, "all reach the receiver", func() bool { return d.count() == 5 })
	for id, p := range d.got {
		if (p.Fault == nil) != (id == "good") || len(d.body[id]) == 0 {
			t.Errorf("%s: %v %q", id, p.Fault, d.body[id])
		}
	}
}

func TestAnyCodeIsOneWordOfASubject(t *testing.T) {
	for _, code := range []string{"H26.15", "000.00.00.G22", "vxp.saas.03", "a_b", "a.b", "=", "*", ">", "Đ À", "0101234567-001"} {
		word := token(code)
		if strings.ContainsAny(word, ".*> ") {
			t.Errorf("%q → %q", code, word)
		}
		if back, err := untoken(word); err != nil || back != code {
			t.Errorf("%q → %q → %q %v", code, word, back, err)
		}
	}
	if token("a_b") == token("a.b") {
		t.Error("two codes, one word")
	}
}

func TestClusterInsteadOfEmbeddedServer(t *testing.T) {
	srv, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), SyncAlways: true, NoLog: true, NoSigs: true, Username: "u", Password: "p"})
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	defer srv.Shutdown()
	if !srv.ReadyForConnections(10 * time.Second) {
		t.Fatal("no server")
	}
	url := strings.Replace(srv.ClientURL(), "nats://", "nats://u:p@", 1)
	a := open(t, Config{Node: "a", URL: url, Agencies: []string{"A"}})
	b := open(t, Config{Node: "b", URL: url, Agencies: []string{"B"}})
	b2 := open(t, Config{Node: "b", URL: url, Agencies: []string{"B"}}) // a second copy of b shares its work
	d, d2 := staff(t, b), staff(t, b2)
	big := randomBytes(600 << 10)
	for i := range 30 {
		send(t, a, parcel(fmt.Sprint("p", i), "A", "B", "x"))
	}
	send(t, a, Parcel{ID: "big", From: "A", To: "B", Kind: "edoc", Body: big})
	eventually(t, "all arrive at either copy", func() bool { return d.count()+d2.count() == 31 })
	if got := append(d.body["big"], d2.body["big"]...); !bytes.Equal(got, big) {
		t.Error("payload")
	}
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, _ := jetstream.New(nc)
	if err := js.DeleteStream(context.Background(), "EX3"); err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateStream(context.Background(), jetstream.StreamConfig{Name: "EX3", Subjects: []string{"ex.3.>"}, Storage: jetstream.MemoryStorage}); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), Config{Node: "a", URL: url, Agencies: []string{"A"}}); err == nil {
		t.Error("a stream in memory was accepted")
	}
}
