// Package storetest opens a fresh, migrated database for one test: SQLite in the test's folder, or, when CONGVU_TEST_DB holds a
// postgres:// address, a database of its own on that server. Only tests import it.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
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
	if err := db.CatchUp(ctx, follower, time.Minute, handle); err != nil {
		t.Fatal(err)
	}
}

var template struct {
	once sync.Once
	file []byte // of SQLite
	name string // on PostgreSQL
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
		return store.Config{URL: postgres(t, server, "template0"), Readers: 4}
	}
	return store.Config{Dir: t.TempDir(), Readers: 4}
}

// Config prepares a database for the test and gives the configuration that opens it, for tests that open it more than once.
func Config(t testing.TB, clock store.Clock) store.Config {
	t.Helper()
	server := os.Getenv("CONGVU_TEST_DB")
	template.once.Do(func() {
		if server != "" {
			template.name, template.err = migrateTemplateOn(server)
		} else {
			template.file, template.err = migrateTemplate()
		}
	})
	if template.err != nil {
		t.Fatal(template.err)
	}
	if server != "" {
		return store.Config{URL: postgres(t, server, template.name), Clock: clock, Readers: 4}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "congvu.db"), template.file, 0o600); err != nil {
		t.Fatal(err)
	}
	return store.Config{Dir: dir, Clock: clock, Readers: 4}
}

func migrateTemplate() ([]byte, error) {
	dir, err := os.MkdirTemp("", "congvu-template-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	db, err := store.Open(context.Background(), store.Config{Dir: dir, Migrate: true})
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil { // folds the write-ahead log into the file
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, "congvu.db"))
}

// migrateTemplateOn makes the database that this process's tests are copied from, and drops those that earlier runs left behind.
func migrateTemplateOn(server string) (string, error) {
	admin, err := sql.Open("pgx", server)
	if err != nil {
		return "", err
	}
	defer admin.Close()
	old, err := admin.Query(`SELECT datname FROM pg_database WHERE datname LIKE 'congvu\_template\_%'`)
	if err != nil {
		return "", err
	}
	defer old.Close()
	var left []string
	for old.Next() {
		var name string
		if err := old.Scan(&name); err != nil {
			return "", err
		}
		made, _, _ := strings.Cut(strings.TrimPrefix(name, "congvu_template_"), "_")
		if s, err := strconv.ParseInt(made, 10, 64); err == nil && time.Since(time.Unix(s, 0)) > 2*time.Hour {
			left = append(left, name)
		}
	}
	for _, name := range left {
		admin.Exec(`DROP DATABASE IF EXISTS ` + name) // somebody else may have been faster
	}
	name := fmt.Sprintf("congvu_template_%d_%s", time.Now().Unix(), random())
	if err := create(admin, name, "template0"); err != nil {
		return "", err
	}
	address, err := at(server, name)
	if err != nil {
		return "", err
	}
	db, err := store.Open(context.Background(), store.Config{URL: address, Migrate: true})
	if err != nil {
		return "", err
	}
	return name, db.Close()
}

func random() string {
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func create(admin *sql.DB, name, from string) error {
	_, err := admin.Exec(`CREATE DATABASE ` + name + ` LC_COLLATE 'C' LC_CTYPE 'C' ENCODING 'UTF8' TEMPLATE ` + from)
	return err
}

func at(server, name string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", err
	}
	u.Path = "/" + name
	return u.String(), nil
}

// postgres makes a copy of a database and drops it after the test.
// Ended waits until nobody is connected to a database of PostgreSQL: what a killed process had sent is then done whole or given up. On SQLite ("") there is nothing
// to wait for.
func Ended(t testing.TB, url string) {
	t.Helper()
	if url == "" {
		return
	}
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
		var others int
		if err := db.QueryRow(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`).Scan(&others); err != nil {
			t.Fatal(err)
		}
		if others == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d connections are still open", others)
		}
	}
}

func postgres(t testing.TB, server, from string) string {
	t.Helper()
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	name := "congvu_test_" + random()
	if err := create(admin, name, from); err != nil {
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
	address, err := at(server, name)
	if err != nil {
		t.Fatal(err)
	}
	return address
}
