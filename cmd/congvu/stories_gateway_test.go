package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// tellGateway runs `congvu gateway-sim` beside the story until it ends. Its address is $GATE, the secret of the n-th agency stands in the file secret-<n>.
func tellGateway(ts *testscript.TestScript, neg bool, args []string) {
	w := taleOf(ts)
	ctx, stop := context.WithCancel(context.Background())
	r, out := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		command(ctx, &world{in: strings.NewReader(""), out: out, err: out, env: func(string) string { return "" }}, append([]string{"gateway-sim"}, args...))
		out.Close()
	}()
	w.t.Cleanup(func() { stop(); <-done })
	lines := bufio.NewScanner(r)
	address, secret, key := regexp.MustCompile(`^Địa chỉ[^:]*: (\S+)`), regexp.MustCompile(`^Cơ quan .* hệ thống he-thong-(\d+), khóa (\S+)`), regexp.MustCompile(`X-Simulator-Key: (\S+)`)
	for lines.Scan() {
		if m := address.FindStringSubmatch(lines.Text()); m != nil {
			ts.Setenv("GATE", m[1])
		}
		if m := secret.FindStringSubmatch(lines.Text()); m != nil {
			ts.Check(os.WriteFile(ts.MkAbs("secret-"+m[1]), []byte(m[2]+"\n"), 0o600))
		}
		if m := key.FindStringSubmatch(lines.Text()); m != nil {
			ts.Setenv("GATE_KEY", m[1])
			break
		}
	}
	go func() { _, _ = io.Copy(io.Discard, r) }()
	if ts.Getenv("GATE_KEY") == "" {
		ts.Fatalf("the simulator never said where it is")
	}
}

// tellLock locks a receiver at the simulated exchange: lock CODE; with ! it is let go again.
func tellLock(ts *testscript.TestScript, neg bool, args []string) {
	form := url.Values{"agency": {args[0]}, "locked": {map[bool]string{false: "true", true: "false"}[neg]}}
	req, err := http.NewRequest(http.MethodPost, ts.Getenv("GATE")+"/simulator/lock?"+form.Encode(), nil)
	ts.Check(err)
	req.Header.Set("X-Simulator-Key", ts.Getenv("GATE_KEY"))
	answer, err := http.DefaultClient.Do(req)
	ts.Check(err)
	answer.Body.Close()
	if answer.StatusCode >= 300 {
		ts.Fatalf("lock: %s", answer.Status)
	}
}
