package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// health asks a running server on this machine whether people can be let in: 0 it is ready, 1 it is not.
func health(ctx context.Context, w *world, args []string) error {
	fs := flags(w, "health", "health [--addr HOST:PORT] [--timeout 5s]")
	addr := fs.String("addr", "", "địa chỉ máy chủ đang lắng nghe; bỏ trống: biến CONGVU_ADDR, rồi đến 127.0.0.1:8080")
	timeout := fs.Duration("timeout", 5*time.Second, "chờ trả lời nhiều nhất bao lâu")
	if rest, err := parse(fs, args); err != nil {
		return err
	} else if len(rest) > 0 {
		return badUsage("health không nhận tham số nào ngoài tùy chọn")
	}
	for _, otherwise := range []string{w.env("CONGVU_ADDR"), "127.0.0.1:8080"} {
		if *addr == "" {
			*addr = otherwise
		}
	}
	ctx, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()
	if err := askReady(ctx, healthAddress(*addr), "/readyz"); err != nil {
		fmt.Fprintf(w.err, "Máy chủ tại %s chưa sẵn sàng: %v\n", healthAddress(*addr), err)
		return exit(1)
	}
	fmt.Fprintf(w.out, "Máy chủ tại %s sẵn sàng.\n", healthAddress(*addr))
	return nil
}

// healthAddress is where a server that listens at an address is asked on its own machine: everywhere means here.
func healthAddress(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
		if ip != nil && ip.To4() == nil {
			host = "::1"
		}
	}
	return net.JoinHostPort(host, port)
}

// asks goes to the machine itself and through no proxy.
var asks = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func askReady(ctx context.Context, address, path string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, (&url.URL{Scheme: "http", Host: address, Path: path}).String(), nil)
	if err != nil {
		return err
	}
	answer, err := asks.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(answer.Body, 200))
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("trả lời %d %s", answer.StatusCode, strings.TrimSpace(string(said)))
	}
	return nil
}

// service is systemd's side of a process it keeps (sd_notify); elsewhere its words go nowhere.
type service struct {
	socket string
	every  time.Duration // it wants a sign of life this often; 0 = it does not
}

func serviceKeeper(w *world) *service {
	s := &service{socket: w.env("NOTIFY_SOCKET")}
	if usec, err := strconv.ParseInt(w.env("WATCHDOG_USEC"), 10, 64); err == nil && usec > 0 {
		s.every = time.Duration(usec) * time.Microsecond
	}
	return s
}

func (s *service) tell(words string) {
	if s.socket == "" {
		return
	}
	name := s.socket
	if strings.HasPrefix(name, "@") {
		name = "\x00" + name[1:]
	}
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		return
	}
	defer c.Close()
	_, _ = c.Write([]byte(words))
}

// watch gives signs of life as long as the server answers at its own door, also while the database does not: starting anew would not help there.
func (s *service) watch(ctx context.Context, address string) {
	if s.every == 0 || s.socket == "" {
		return
	}
	tick := time.NewTicker(s.every / 3)
	defer tick.Stop()
	for {
		asked, cancel := context.WithTimeout(ctx, s.every/3)
		if askReady(asked, address, "/healthz") == nil {
			s.tell("WATCHDOG=1")
		}
		cancel()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
