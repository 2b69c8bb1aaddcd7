package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"congvu/internal/axis"
	"congvu/internal/documents"
	"congvu/internal/store"
)

// asRelay makes the test binary a tunnel: it takes connections at one address and carries them to another.
const asRelay = "CONGVU_TEST_RELAY"

func tunnel(way string) {
	from, to, _ := strings.Cut(way, "→")
	l, err := net.Listen("tcp", from)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("ready")
	for {
		c, err := l.Accept()
		if err != nil {
			os.Exit(1)
		}
		go func() {
			defer c.Close()
			d, err := net.DialTimeout("tcp", to, 5*time.Second)
			if err != nil {
				return
			}
			defer d.Close()
			done := make(chan struct{}, 2)
			for _, pair := range [][2]net.Conn{{c, d}, {d, c}} {
				go func() { io.Copy(pair[0], pair[1]); done <- struct{}{} }()
			}
			<-done
		}()
	}
}

func startRelay(t *testing.T, inNet, from, to string) {
	t.Helper()
	argv := []string{ownPath(t)}
	if inNet != "" {
		argv = append([]string{"ip", "netns", "exec", inNet}, argv...)
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), asRelay+"="+from+"→"+to)
	out, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	ready := make([]byte, 5)
	if _, err := io.ReadFull(out, ready); err != nil {
		t.Fatalf("the relay at %s did not start: %v", from, err)
	}
}

const (
	outskirts     = "cvfaults" // the network of the second installation
	hubAtWire     = "10.217.99.1"
	outskirtsDesk = "10.217.98.2" // where the people of the second installation reach it: no fault is there
)

// layNetwork gives the second installation a network of its own with two cables: one for its people, one to the first installation.
func layNetwork(t *testing.T) {
	t.Helper()
	needRoot(t)
	if _, err := exec.LookPath("nft"); err != nil {
		t.Skip("no nft on this machine (Debian: apt-get install nftables)")
	}
	exec.Command("ip", "netns", "del", outskirts).Run()
	run(t, "ip", "netns", "add", outskirts)
	t.Cleanup(func() { exec.Command("ip", "netns", "del", outskirts).Run() })
	for i, names := range [][2]string{{"cvdesk0", "cvdesk1"}, {"cvwire0", "cvwire1"}} {
		run(t, "ip", "link", "add", names[0], "type", "veth", "peer", "name", names[1], "netns", outskirts)
		t.Cleanup(func() { exec.Command("ip", "link", "del", names[0]).Run() })
		run(t, "ip", "addr", "add", fmt.Sprintf("10.217.%d.1/30", 98+i), "dev", names[0])
		run(t, "ip", "link", "set", names[0], "up")
		run(t, "ip", "-n", outskirts, "addr", "add", fmt.Sprintf("10.217.%d.2/30", 98+i), "dev", names[1])
		run(t, "ip", "-n", outskirts, "link", "set", names[1], "up")
	}
	run(t, "ip", "-n", outskirts, "link", "set", "lo", "up")
	nft(t, "add table ip f", "add chain ip f out { type filter hook output priority 0; }", "add chain ip f in { type filter hook input priority 0; }")
}

func nft(t *testing.T, rules ...string) {
	t.Helper()
	for _, r := range rules {
		run(t, "ip", "netns", "exec", outskirts, "nft", r)
	}
}

// weather is what is wrong with the cable.
var weather = []struct {
	name  string
	rules []string
}{
	{"both", []string{"add rule ip f out oifname cvwire1 drop", "add rule ip f in iifname cvwire1 drop"}},
	{"one way out", []string{"add rule ip f out oifname cvwire1 drop"}},
	{"one way in", []string{"add rule ip f in iifname cvwire1 drop"}},
	{"30 % lost", []string{"add rule ip f out oifname cvwire1 numgen random mod 100 < 30 drop", "add rule ip f in iifname cvwire1 numgen random mod 100 < 30 drop"}},
}

// twoTowns is a hub and a peer, each with its data, its server and its people.
func twoTowns(t *testing.T, hub, peer []int, more ...axis.Peer) (*town, *town) {
	t.Helper()
	const password = "mat-khau-cua-phep-thu"
	peers := more
	if len(peer) > 0 {
		second := axis.Peer{Name: peerName, Password: password}
		for _, n := range peer {
			second.Agencies = append(second.Agencies, officeCode(n))
		}
		peers = append(peers, second)
	}
	b, err := json.Marshal(peers)
	check(t, err)
	list := filepath.Join(t.TempDir(), "peers.json")
	check(t, os.WriteFile(list, b, 0o600))
	first := foundTown(t, &settings{Data: t.TempDir(), AxisListen: fmt.Sprintf("127.0.0.1:%d", freePort(t)), AxisPeers: list}, hub, peer, nil)
	if len(peer) == 0 {
		return first, nil
	}
	second := foundTown(t, &settings{Data: t.TempDir(), AxisPassword: password}, peer, hub, nil)
	in, err := openTables(context.Background(), second.s, opening{allowTest: true})
	check(t, err)
	defer in.Close()
	check(t, in.DB.Keep(context.Background(), func(tx *store.Tx) error { return tx.Set(context.Background(), 0, "axis.node", peerName) }))
	// Each house names the other's agency by its own number: receivers are chosen from its own directory.
	first.abroad, second.abroad = first.namesOf(t, peer), second.namesOf(t, hub)
	return first, second
}

// namesOf gives offices of elsewhere as crowds that one can write to.
func (w *town) namesOf(t *testing.T, offices []int) (out []*crowd) {
	t.Helper()
	in, err := openTables(context.Background(), w.s, opening{allowTest: true})
	check(t, err)
	defer in.Close()
	for _, n := range offices {
		a, here, err := agencyCoded(in, officeCode(n))
		if err != nil || !here {
			t.Fatal(n, err)
		}
		out = append(out, &crowd{office: &office{agency: a}})
	}
	return out
}

// partNetwork is two installations whose cable breaks in every way while documents go both ways.
func partNetwork(t *testing.T, rounds int) *verdict {
	v := &verdict{What: "Hai bản cài đặt, mỗi bản một không gian mạng: đứt cả hai chiều, mất một chiều, mất 30 % gói"}
	layNetwork(t)
	hub, peer := twoTowns(t, []int{0, 1}, []int{10, 11})
	_, port, _ := net.SplitHostPort(hub.s.AxisListen)
	startRelay(t, "", hubAtWire+":"+port, hub.s.AxisListen)
	startRelay(t, outskirts, "127.0.0.1:"+port, hubAtWire+":"+port)
	peer.s.AxisHub = "nats://127.0.0.1:" + port
	atHub := launch(t, hub.s, ownPath(t), "", "127.0.0.1:0")
	atPeer := launch(t, peer.s, ownPath(t), outskirts, outskirtsDesk+":0")
	hub.at(atHub.address)
	peer.at(atPeer.address)
	cut := 0.0
	for round := range rounds {
		hub.again(t)
		peer.again(t)
		stops := []func(){hub.loaded(hub.abroadOrHere), peer.loaded(peer.abroadOrHere)}
		pause(context.Background(), time.Second)
		w := weather[round%len(weather)]
		nft(t, w.rules...)
		long := between(2*time.Second, 6*time.Second)
		if round%7 == 6 {
			long = 45 * time.Second
		}
		pause(context.Background(), long)
		cut += long.Seconds()
		nft(t, "flush chain ip f out", "flush chain ip f in")
		pause(context.Background(), time.Second)
		for _, stop := range stops {
			stop()
		}
	}
	v.figure("cut_s", cut)
	settle(t, v, 10*time.Minute, hub, peer)
	atHub.end(syscall.SIGTERM)
	atPeer.end(syscall.SIGTERM)
	closedBook(t, v, hub, peer)
	return v
}

func (w *town) abroadOrHere(i int) *crowd {
	if len(w.abroad) > 0 && rand.IntN(3) > 0 {
		return w.abroad[rand.IntN(len(w.abroad))]
	}
	return w.ring(i)
}

// floodPeer is a peer with good credentials that sends as fast as it can; the others are measured before and meanwhile.
func floodPeer(t *testing.T, rounds int) *verdict {
	v := &verdict{What: "Một nút gửi dồn dập (khóa đúng, nội dung rác) trong khi các cơ quan khác gửi nhận"}
	const flooder, password = "lut", "mat-khau-cua-nut-lut"
	hub, _ := twoTowns(t, []int{0, 1, 2}, nil, axis.Peer{Name: flooder, Password: password, Agencies: []string{officeCode(90)}})
	s := launch(t, hub.s, ownPath(t), "", "127.0.0.1:0")
	hub.at(s.address)
	ctx := context.Background()
	node, err := axis.Open(ctx, axis.Config{Node: flooder, StoreDir: t.TempDir(), Agencies: []string{officeCode(90)}, Hub: "nats://" + hub.s.AxisListen, HubPassword: password})
	check(t, err)
	defer node.Close()
	span := time.Duration(rounds) * 10 * time.Second
	calm := hub.measured(t, span)
	flooding, stop := context.WithCancel(ctx)
	var sent atomic.Int64
	var all sync.WaitGroup
	junk := []byte(strings.Repeat("rác ", 1000))
	for k := range 4 {
		all.Go(func() {
			for i := 0; flooding.Err() == nil; i++ {
				if node.Send(flooding, axis.Parcel{ID: fmt.Sprintf("rac/%d/%d", k, i), From: officeCode(90), To: officeCode(k % 3), Kind: "edoc", Body: junk}) == nil {
					sent.Add(1)
				}
			}
		})
	}
	pause(ctx, time.Second)
	wet := hub.measured(t, span)
	stop()
	all.Wait()
	for name, m := range map[string]measurement{"calm": calm, "flood": wet} {
		v.figure(name+"_arrived", float64(m.N))
		v.figure(name+"_p50_ms", float64(m.P50.Milliseconds()))
		v.figure(name+"_p95_ms", float64(m.P95.Milliseconds()))
	}
	v.figure("flood_sent", float64(sent.Load()))
	settle(t, v, 10*time.Minute, hub)
	s.end(syscall.SIGTERM)
	closedBook(t, v, hub)
	return v
}

var sqlBookTimes = store.SQL(`SELECT a.at_us - j.at_us AS took FROM exchange_answers a
	JOIN store_journal j ON j.agency_id = a.agency_id AND j.verb = 'document.issued' AND j.ref = 'outgoing/' || a.outgoing_id
	WHERE a.code = '01' AND j.at_us >= $1`)

// measured lets people work for a while and gives the times from issue to receipt.
func (w *town) measured(t *testing.T, span time.Duration) measurement {
	t.Helper()
	begun := time.Now()
	stop := w.loaded(w.ring)
	pause(context.Background(), span)
	stop()
	pause(context.Background(), 2*time.Second)
	in, err := openTables(context.Background(), w.s, opening{allowTest: true})
	check(t, err)
	defer in.Close()
	took, err := store.All[int64](context.Background(), in.DB, sqlBookTimes, store.InstantOf(begun))
	check(t, err)
	times := make([]time.Duration, len(took))
	for i, us := range took {
		times[i] = time.Duration(us) * time.Microsecond
	}
	return summed("", "", times, span, 0)
}

// fillDisk is a disk that is full: what cannot be kept is refused with words, what is there can be read, people sign in, and after more room is given work goes on.
func fillDisk(t *testing.T, rounds int) *verdict {
	v := &verdict{What: "Đĩa đầy (tmpfs): ghi bị từ chối có lời, đọc và đăng nhập được, mở rộng rồi chạy tiếp"}
	needRoot(t)
	dir, err := os.MkdirTemp("", "congvu-faults-full-")
	check(t, err)
	run(t, "mount", "-t", "tmpfs", "-o", "size=512m,mode=0700", "tmpfs", dir)
	t.Cleanup(func() { exec.Command("umount", "-l", dir).Run(); os.RemoveAll(dir) })
	w := foundTown(t, &settings{Data: filepath.Join(dir, "data")}, []int{0, 1, 2}, nil, nil)
	s := launch(t, w.s, ownPath(t), "", "127.0.0.1:0")
	w.at(s.address)
	ctx := context.Background()
	refusals := map[string]int{}
	signed, read := 0, 0
	for range rounds {
		var fs syscall.Statfs_t
		check(t, syscall.Statfs(dir, &fs))
		used := int64(fs.Blocks-fs.Bfree) * fs.Bsize
		run(t, "mount", "-o", fmt.Sprintf("remount,size=%d", used+3<<20), dir) // three megabytes are left
		stop := w.loaded(w.ring)
		full := false
		for end := time.Now().Add(time.Minute); !full && time.Now().Before(end); pause(ctx, 100*time.Millisecond) {
			check(t, syscall.Statfs(dir, &fs))
			full = int64(fs.Bfree)*fs.Bsize < 64<<10
		}
		pause(ctx, 3*time.Second)
		stop()
		if !full {
			v.fail("the disk did not fill in a minute")
		}
		for range 10 {
			_, err := w.crowds[0].entry(ctx, fmt.Sprint(rand.IntN(1e9)), "văn bản giấy khi đĩa đầy")
			refusals[said(err)]++
		}
		for _, c := range w.crowds {
			if _, err := c.clerk.Inbox(ctx, listOf(documents.InTabAll)); err == nil {
				read++
			} else {
				v.fail("reading on a full disk: %v", err)
			}
		}
		if err := signIn(s.address, "clerk.0"); err == nil {
			signed++
		} else {
			v.fail("signing in on a full disk: %v", err)
		}
		run(t, "mount", "-o", "remount,size=1g", dir)
	}
	v.figure("reads_of", float64(3*rounds))
	v.figure("reads", float64(read))
	v.figure("sign_ins_of", float64(rounds))
	v.figure("sign_ins", float64(signed))
	for text, n := range refusals {
		t.Logf("%d times: %s", n, text)
		if text != "" && !strings.Contains(text, "hết chỗ") {
			v.fail("a refusal without a clear word, %d times: %s", n, text)
		}
		if text != "" {
			v.figure("refused", v.Figures["refused"]+float64(n))
		}
	}
	before := len(v.Failed)
	if settle(t, v, 100*time.Second, w); len(v.Failed) > before { // the store of the embedded axis does not write again after a write error
		text := s.log.String()
		t.Logf("server: %s", text[max(0, len(text)-2000):])
		s.end(syscall.SIGTERM)
		s = launch(t, w.s, ownPath(t), "", "127.0.0.1:0")
		w.at(s.address)
		v.Failed[before] = "sau khi đĩa có chỗ trở lại, trục nhúng chỉ ghi tiếp sau khi khởi động lại máy chủ"
		settle(t, v, 5*time.Minute, w)
	}
	s.end(syscall.SIGTERM)
	closedBook(t, v, w)
	if out := integrity(t, w); out != "ok" {
		v.fail("integrity_check: %s", out)
	}
	return v
}

func said(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// signIn is a person at the page of sign-in.
func signIn(address, login string) error {
	c := &http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.PostForm(address+"/sign-in", url.Values{"login": {login}, "password": {storyPassword}})
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusSeeOther || len(res.Cookies()) == 0 {
		b, _ := io.ReadAll(io.LimitReader(res.Body, 1<<20))
		if strings.Contains(string(b), "hết chỗ") {
			return fmt.Errorf("%s: the page says that the server has no room", res.Status)
		}
		return fmt.Errorf("%s without a word about the disk", res.Status)
	}
	return nil
}
