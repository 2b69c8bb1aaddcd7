package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// limits measures the machine in the same run, so that the product's figures can be read as ratios.
func (b *benchRun) limits(ctx context.Context) ([]measurement, error) {
	var out []measurement
	m, err := b.fsyncs(ctx)
	if err != nil {
		return nil, err
	}
	out = append(out, m)
	if m, err = b.trivialHTTP(ctx); err != nil {
		return nil, err
	}
	out = append(out, m)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte("congvu"))
	for name, key := range map[string]crypto.Signer{"raw RSA-2048 signature": rsaKey, "raw ECDSA P-256 signature": ecKey} {
		out = append(out, b.repeat(ctx, name, "one core", 1, func(context.Context, int) error {
			_, err := key.Sign(rand.Reader, sum[:], crypto.SHA256)
			return err
		}))
	}
	return out, nil
}

func (b *benchRun) fsyncs(ctx context.Context) (measurement, error) {
	f, err := os.Create(filepath.Join(b.dir, "fsync"))
	if err != nil {
		return measurement{}, err
	}
	defer f.Close()
	block := make([]byte, 4096)
	return b.repeat(ctx, "fsync of 4 KB", "serial", 1, func(context.Context, int) error {
		if _, err := f.WriteAt(block, 0); err != nil {
			return err
		}
		return f.Sync()
	}), nil
}

func (b *benchRun) trivialHTTP(ctx context.Context) (measurement, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return measurement{}, err
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") }), ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(l)
	defer server.Close()
	return b.repeat(ctx, "trivial HTTP handler", "16 connections, client on the same cores", 16, getter("http://"+l.Addr().String()+"/", nil)), nil
}

// getter asks for one page and reads it whole; anything but 200 is an error.
func getter(url string, header http.Header) func(context.Context, int) error {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}}
	return func(ctx context.Context, _ int) error {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		for k, v := range header {
			r.Header[k] = v
		}
		res, err := client.Do(r)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			return err
		}
		if res.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s", url, res.Status)
		}
		return nil
	}
}

// repeat does one act again and again from several callers for the span, after a short warm-up.
func (b *benchRun) repeat(ctx context.Context, name, note string, callers int, act func(ctx context.Context, caller int) error) measurement {
	for range 3 {
		_ = act(ctx, 0) // warm-up; a failing act shows in the counted part
	}
	var mu sync.Mutex
	var times []time.Duration
	failed := 0
	begun := time.Now()
	end := begun.Add(b.span)
	var all sync.WaitGroup
	for c := range callers {
		all.Go(func() {
			var mine []time.Duration
			bad := 0
			for time.Now().Before(end) && ctx.Err() == nil {
				t := time.Now()
				if act(ctx, c) != nil {
					bad++
				} else {
					mine = append(mine, time.Since(t))
				}
			}
			mu.Lock()
			times, failed = append(times, mine...), failed+bad
			mu.Unlock()
		})
	}
	all.Wait()
	return summed(name, note, times, time.Since(begun), failed)
}
