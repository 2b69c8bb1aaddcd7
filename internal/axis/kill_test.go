package axis

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test binary be the child that is killed.
func TestMain(m *testing.M) {
	switch os.Getenv("AXIS_CHILD") {
	case "sender":
		childSender()
	case "hub":
		childHub()
	default:
		os.Exit(m.Run())
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	return v
}

func childSender() {
	a := must(Open(context.Background(), Config{Node: "mot", StoreDir: os.Getenv("AXIS_DIR")}))
	big := make([]byte, 600<<10)
	for i := 0; ; i++ {
		id := os.Getenv("AXIS_ROUND") + "-" + fmt.Sprint(i)
		p := Parcel{ID: id, From: "A", To: fmt.Sprint("B", i%20), Kind: "edoc", Body: []byte(id)}
		if i%25 == 7 {
			copy(big, id)
			p.Body = big
		}
		if err := a.Send(context.Background(), p); err == nil {
			fmt.Println("acked", id)
		}
	}
}

func childHub() {
	a := must(Open(context.Background(), hubConfig(os.Getenv("AXIS_DIR"), os.Getenv("AXIS_ADDR"))))
	fmt.Println("ready")
	for i := 0; ; i++ {
		id := "hub" + os.Getenv("AXIS_ROUND") + "-" + fmt.Sprint(i)
		if err := a.Send(context.Background(), parcel(id, "H26", "H26.33.01", id)); err == nil {
			fmt.Println("acked", id)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// run starts a child, lets it live, kills it with SIGKILL and gives the ids it was acknowledged.
func run(t *testing.T, mode, dir, round, addr string, life time.Duration) []string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "AXIS_CHILD="+mode, "AXIS_DIR="+dir, "AXIS_ROUND="+round, "AXIS_ADDR="+addr)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(life, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	var acked []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if id, ok := strings.CutPrefix(lines.Text(), "acked "); ok {
			acked = append(acked, id)
		} else if strings.HasPrefix(lines.Text(), "error") {
			t.Error(lines.Text())
		}
	}
	_ = cmd.Wait()
	return acked
}

func TestKilledSenderLosesNoAcknowledgedParcel(t *testing.T) { // reliability §7
	if testing.Short() {
		t.Skip("kills processes for seconds")
	}
	dir := t.TempDir()
	var acked []string
	for round := range 8 {
		acked = append(acked, run(t, "sender", dir, fmt.Sprint("r", round), "", time.Duration(300+70*round)*time.Millisecond)...)
	}
	if len(acked) < 50 {
		t.Fatalf("only %d parcels were acknowledged: the harness does not work", len(acked))
	}
	d := staff(t, open(t, Config{StoreDir: dir}))
	eventually(t, "every acknowledged parcel arrives", func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		for _, id := range acked {
			if _, ok := d.got[id]; !ok {
				return false
			}
		}
		return true
	})
	d.stop()
	for id, body := range d.body {
		if !strings.HasPrefix(string(body), id) {
			t.Errorf("%s holds %q", id, body[:min(20, len(body))])
		}
	}
	t.Logf("%d acknowledged over 8 kills, 0 lost, %d delivered twice, last payload error: %v", len(acked), d.extra, d.bad)
}

func TestKilledHubLosesNothingEitherWay(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes for seconds")
	}
	dir, addr := t.TempDir(), freePort(t)
	ward := open(t, peerConfig(t.TempDir(), addr))
	atWard := staff(t, ward)
	stop, sent := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		for ; ; n++ {
			select {
			case <-stop:
				sent <- n
				return
			case <-time.After(5 * time.Millisecond):
			}
			if err := ward.Send(context.Background(), parcel(fmt.Sprint("ward-", n), "H26.33.01", "H26", "x")); err != nil {
				t.Error(err)
			}
		}
	}()
	var acked []string
	for round := range 5 {
		acked = append(acked, run(t, "hub", dir, fmt.Sprint("r", round), addr, time.Duration(700+150*round)*time.Millisecond)...)
	}
	close(stop)
	n := <-sent
	city := open(t, hubConfig(dir, addr))
	atCity := staff(t, city)
	eventually(t, "every parcel arrives on both sides", func() bool {
		atWard.mu.Lock()
		defer atWard.mu.Unlock()
		for _, id := range acked {
			if _, ok := atWard.got[id]; !ok {
				return false
			}
		}
		return atCity.count() == n
	})
	if len(acked) == 0 || n == 0 {
		t.Fatalf("hub %d, ward %d: the harness does not work", len(acked), n)
	}
	t.Logf("5 kills of the hub: %d + %d acknowledged, 0 lost", len(acked), n)
}
