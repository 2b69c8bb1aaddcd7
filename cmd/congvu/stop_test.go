package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A server that is told to stop while it starts says so calmly, and starts the next time.
func TestAStartThatIsBrokenOffIsNoFailure(t *testing.T) {
	for _, after := range []time.Duration{0, 30 * time.Millisecond, 120 * time.Millisecond} { // wherever the start is then
		s := &settings{Data: t.TempDir()}
		cmd := program(t, s, "serve", "--addr", "127.0.0.1:0", "--log", "error")
		said := &strings.Builder{}
		cmd.Stdout, cmd.Stderr = said, said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		pause(t.Context(), after)
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		err := cmd.Wait()
		if strings.Contains(said.String(), "context canceled") {
			t.Errorf("after %s: %s", after, said)
		}
		if err != nil && !strings.Contains(err.Error(), "signal: terminated") { // before the program listens to signals
			t.Errorf("after %s: %v: %s", after, err, said)
		}
	}
}

// A request that never ends does not keep a stopping server: it is cut off, and the server goes.
func TestAServerStopsThoughARequestHangs(t *testing.T) {
	s := &settings{Data: t.TempDir()}
	cmd := program(t, s, "serve", "--addr", "127.0.0.1:0", "--log", "error")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	lines := bufio.NewScanner(out)
	address := ""
	for address == "" && lines.Scan() {
		_, address, _ = strings.Cut(lines.Text(), "congvu đang chạy tại http://")
	}
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	// A body that is promised and never comes: the handler waits for it.
	fmt.Fprintf(c, "POST /sign-in HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nlogin=", address, address)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, out)
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Minute):
		t.Error("the server did not stop")
	}
}

func TestWorkThatDoesNotEndIsNamed(t *testing.T) {
	busy := &atWork{}
	stuck := func(context.Context) {}
	done := func(context.Context) {}
	busy.enter(stuck)
	busy.enter(done)()
	if got := busy.names(); len(got) != 1 || !strings.HasPrefix(got[0], "stop_test.go:") {
		t.Errorf("%v", got)
	}
	if within(time.Millisecond, func() { <-t.Context().Done() }) {
		t.Error("what does not end is said to have ended")
	}
	if !within(time.Hour, func() {}) {
		t.Error("what ended is waited for")
	}
}
