package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"golang.org/x/crypto/argon2"
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

// limitArgon names the limit that sign-in is compared with.
const limitArgon = "argon2id of one password"

// allLimits are the limits beside which the figures of a city are read: processor, disk, HTTP, signatures, the database alone.
func (b *benchRun) allLimits(ctx context.Context) ([]measurement, error) {
	was := b.span
	defer func() { b.span = was }()
	b.span = min(b.span, 2*time.Second)
	out, err := b.limits(ctx)
	if err != nil {
		return nil, err
	}
	salt := make([]byte, 16)
	out = append(out, b.repeat(ctx, limitArgon, "19 MiB, two passes, on every core", runtime.NumCPU(), func(context.Context, int) error {
		argon2.IDKey([]byte("câu mật khẩu của phép đo"), salt, 2, 19*1024, 1, 32)
		return nil
	}))
	disk, err := b.sequential(ctx)
	if err != nil {
		return nil, err
	}
	out = append(out, disk...)
	rows, err := b.rowLimits(ctx, "sqlite", "file:"+filepath.Join(b.dir, "limits.sqlite")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)", "SQLite")
	for _, end := range []string{"", "-wal", "-shm"} {
		os.Remove(filepath.Join(b.dir, "limits.sqlite"+end))
	}
	if err == nil && b.settings.DB != "" {
		var more []measurement
		more, err = b.rowLimits(ctx, "pgx", b.settings.DB, "PostgreSQL")
		rows = append(rows, more...)
	}
	return append(out, rows...), err
}

// sequential writes and reads a file of 64 MB in pieces of 1 MB; a rate is megabytes a second.
func (b *benchRun) sequential(ctx context.Context) ([]measurement, error) {
	const pieces = 64
	path := filepath.Join(b.dir, "sequential")
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	defer os.Remove(path)
	defer f.Close()
	piece := make([]byte, 1<<20)
	pass := func(name, note string, one func(at int64) error, end func() error) (measurement, error) {
		var times []time.Duration
		begun := time.Now()
		for i := range pieces {
			t := time.Now()
			if err := errors.Join(ctx.Err(), one(int64(i)<<20)); err != nil {
				return measurement{}, err
			}
			times = append(times, time.Since(t))
		}
		err := end()
		return summed(name, note, times, time.Since(begun), 0), err
	}
	write, err := pass("sequential write of 1 MB", "64 MB, one fsync at the end", func(at int64) error { _, err := f.WriteAt(piece, at); return err }, f.Sync)
	if err != nil {
		return nil, err
	}
	read, err := pass("sequential read of 1 MB", "from the cache of the system", func(at int64) error { _, err := f.ReadAt(piece, at); return err }, func() error { return nil })
	return []measurement{write, read}, err
}

// rowLimits reads one row by its key and commits one row, with nothing of the product around it.
func (b *benchRun) rowLimits(ctx context.Context, driver, address, name string) ([]measurement, error) {
	db, err := sql.Open(driver, address)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, q := range []string{"DROP TABLE IF EXISTS bench_limit", "CREATE TABLE bench_limit (id BIGINT PRIMARY KEY, words TEXT NOT NULL)"} {
		if _, err := db.ExecContext(ctx, q); err != nil {
			return nil, err
		}
	}
	defer db.ExecContext(context.WithoutCancel(ctx), "DROP TABLE bench_limit")
	put, err := db.PrepareContext(ctx, "INSERT INTO bench_limit (id, words) VALUES ($1, $2)")
	if err != nil {
		return nil, err
	}
	get, err := db.PrepareContext(ctx, "SELECT words FROM bench_limit WHERE id = $1")
	if err != nil {
		return nil, err
	}
	n := int64(0)
	commits := b.repeat(ctx, name+" commit of one row", "serial", 1, func(ctx context.Context, _ int) error {
		n++
		_, err := put.ExecContext(ctx, n, "một dòng của phép đo")
		return err
	})
	at := int64(0)
	reads := b.repeat(ctx, name+" read of one row", "serial, prepared", 1, func(ctx context.Context, _ int) error {
		at = at%n + 1
		var words string
		return get.QueryRowContext(ctx, at).Scan(&words)
	})
	return []measurement{reads, commits}, nil
}
