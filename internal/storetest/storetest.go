// Package storetest opens a fresh, migrated database for one test: SQLite in the test's folder, or, when CONGVU_TEST_DB holds a
// postgres:// address, a database of its own on that server. Only tests import it.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"congvu/internal/store"
)

// Clock is a clock that a test sets and steps.
type Clock struct {
	mu sync.Mutex
	t  time.Time
}

// NewClock starts at t.
func NewClock(t time.Time) *Clock { return &Clock{t: t} }

// Now gives the set time, a microsecond later at every call, so that events keep their order.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(time.Microsecond)
	return c.t
}

// Set moves the clock, also backwards.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = t
}

// Step moves the clock by d.
func (c *Clock) Step(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// Drain runs a follower until it has handled every entry committed so far. On PostgreSQL other tests' transactions hold it back for a moment.
func Drain(t testing.TB, db *store.DB, follower string, handle func(context.Context, *store.Tx, store.Entry) error) {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	for {
		n, err := db.FollowOnce(ctx, follower, handle)
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			continue
		}
		done, err := db.CaughtUp(ctx, follower)
		if err != nil {
			t.Fatal(err)
		}
		if done {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

var template struct {
	once sync.Once
	file []byte
	err  error
}

// Open gives the test a database of its own with the system's clock.
func Open(t testing.TB) *store.DB { return OpenAt(t, nil) }

// OpenAt is Open with a clock.
func OpenAt(t testing.TB, clock store.Clock) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), Config(t, clock))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// Empty is the configuration of a database without tables.
func Empty(t testing.TB) store.Config {
	t.Helper()
	if server := os.Getenv("CONGVU_TEST_DB"); server != "" {
		return store.Config{URL: postgres(t, server), Readers: 4}
	}
	return store.Config{Dir: t.TempDir(), Readers: 4}
}

// Config prepares a database for the test and gives the configuration that opens it, for tests that open it more than once.
func Config(t testing.TB, clock store.Clock) store.Config {
	t.Helper()
	if server := os.Getenv("CONGVU_TEST_DB"); server != "" {
		return store.Config{URL: postgres(t, server), Clock: clock, Migrate: true, Readers: 4}
	}
	template.once.Do(migrateTemplate)
	if template.err != nil {
		t.Fatal(template.err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "congvu.db"), template.file, 0o600); err != nil {
		t.Fatal(err)
	}
	return store.Config{Dir: dir, Clock: clock, Readers: 4}
}

func migrateTemplate() {
	dir, err := os.MkdirTemp("", "congvu-template-")
	if err != nil {
		template.err = err
		return
	}
	defer os.RemoveAll(dir)
	db, err := store.Open(context.Background(), store.Config{Dir: dir, Migrate: true})
	if err == nil {
		err = db.Close() // folds the write-ahead log into the file
	}
	if err == nil {
		template.file, err = os.ReadFile(filepath.Join(dir, "congvu.db"))
	}
	template.err = err
}

// postgres makes an empty database and drops it after the test.
func postgres(t testing.TB, server string) string {
	t.Helper()
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	var b [8]byte
	rand.Read(b[:])
	name := "congvu_test_" + hex.EncodeToString(b[:])
	if _, err := admin.Exec(`CREATE DATABASE ` + name + ` LC_COLLATE 'C' LC_CTYPE 'C' ENCODING 'UTF8' TEMPLATE template0`); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		admin, err := sql.Open("pgx", server)
		if err == nil {
			_, err = admin.Exec(`DROP DATABASE IF EXISTS ` + name + ` WITH (FORCE)`)
			admin.Close()
		}
		if err != nil {
			t.Log(err)
		}
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}
