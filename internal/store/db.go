package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the SQLite driver
)

// Config says where the tables are. The zero value of every field but Dir works.
type Config struct {
	Dir     string // folder of an embedded installation; holds congvu.db
	URL     string // "" = SQLite in Dir; postgres://… = PostgreSQL 15 or newer
	Clock   Clock  // nil = the system's clock
	Readers int    // connections for reading; 0 = eight, or six for each processor when that is more
	Migrate bool   // bring the tables up to this binary first; without it, Open refuses a database that is behind (ErrBehind)

	// Building does not wait for the disk at any commit, for an installation that can be built again (building.go): only an empty one, or one whose building was
	// begun so, is opened. Until DB.Built every ordinary Open refuses (ErrBuilding). The files beside it: blob.Disk.Building.
	Building bool

	without []int64 // migrations left out: the tables of an older program, for loading its copies and for tests
}

// ErrBehind: the database has not had all migrations of this binary.
var ErrBehind = errors.New("the database is older than this program: run `congvu migrate` first")

// DB is an open installation.
type DB struct {
	engine  Engine
	dir     string // SQLite: where the file is
	clock   *steady
	ids     *ids
	read    *sql.DB
	write   *sql.DB // PostgreSQL: the same pool as read
	group   *group  // SQLite only
	stmts   sync.Map
	changed atomic.Pointer[chan struct{}]
	signals signals
	kept    sync.Map // *Stmt → *keptList
	applied []int64
	acts    tallies
	bases   bases
}

const (
	sqliteCommon = "?_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_pragma=synchronous(FULL)&_pragma=temp_store(MEMORY)"
	sqliteWriter = sqliteCommon + "&_pragma=cache_size(-32768)&_pragma=journal_mode(WAL)&_pragma=journal_size_limit(67108864)&_txlock=immediate"
	sqliteReader = sqliteCommon + "&_pragma=query_only(1)"
)

// readersCache is what the caches of all reading connections take together, in KiB: they hold the same pages, and the system's own cache stands behind them.
const readersCache = 48 << 10

// Open opens the installation. It refuses to run when SQLite did not take the durability it was asked for.
func Open(ctx context.Context, c Config) (*DB, error) {
	if c.Clock == nil {
		c.Clock = systemClock{}
	}
	var node [8]byte
	if _, err := rand.Read(node[:]); err != nil {
		return nil, err
	}
	db := &DB{clock: &steady{clock: c.Clock}, ids: &ids{node: int64(binary.BigEndian.Uint64(node[:]) & 0x3ff)}}
	ch := make(chan struct{})
	db.changed.Store(&ch)
	var err error
	if strings.HasPrefix(c.URL, "postgres://") || strings.HasPrefix(c.URL, "postgresql://") {
		err = db.openPostgres(ctx, c)
	} else if c.URL == "" {
		err = db.openSQLite(ctx, c)
	} else {
		err = fmt.Errorf("database address %q: only postgres://… is known", strings.SplitN(c.URL, ":", 2)[0])
	}
	if err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// readersEach is how many connections read from SQLite for each processor. A page asks for twenty things one after the other: with two for each processor a hundred
// requests stood in line for every one of them, while those who had a connection waited for a processor or the disk, and half of the machine was idle.
const readersEach = 6

func (db *DB) openSQLite(ctx context.Context, c Config) (err error) {
	if c.Readers == 0 {
		c.Readers = max(8, readersEach*runtime.NumCPU())
	}
	db.engine, db.dir = SQLite, c.Dir
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return err
	}
	file := "file:" + (strings.NewReplacer("?", "%3f", "#", "%23", "%", "%25").Replace(filepath.Join(c.Dir, "congvu.db")))
	if db.write, err = sql.Open("sqlite", file+sqliteWriter); err != nil {
		return err
	}
	db.write.SetMaxOpenConns(1)
	if err := db.checkPragmas(ctx); err != nil {
		return err
	}
	if db.read, err = sql.Open("sqlite", file+sqliteReader+fmt.Sprintf("&_pragma=cache_size(-%d)", max(readersCache/c.Readers, 2048))); err != nil {
		return err
	}
	db.read.SetMaxOpenConns(c.Readers)
	db.read.SetMaxIdleConns(c.Readers)
	if err := db.migrate(ctx, c); err != nil {
		return err
	}
	if err := db.packFrom(ctx); err != nil {
		return err
	}
	if len(db.applied) > 0 || !db.hasPresumed(ctx) {
		if err := db.presume(ctx); err != nil {
			return fmt.Errorf("statistics: %w", err)
		}
	}
	if err := db.building(ctx, c); err != nil {
		return err
	}
	if db.group, err = newGroup(ctx, db); err == nil && c.Building {
		err = db.group.lax(ctx)
	}
	return err
}

// checkPragmas reads the durability settings back: a mistyped one is ignored by the driver without a word.
func (db *DB) checkPragmas(ctx context.Context) error {
	for _, want := range [][2]string{{"journal_mode", "wal"}, {"synchronous", "2"}, {"foreign_keys", "1"}} {
		var got string
		if err := db.write.QueryRowContext(ctx, "PRAGMA "+want[0]).Scan(&got); err != nil {
			return err
		}
		if got != want[1] {
			return fmt.Errorf("sqlite runs with %s=%s, not %s: refusing to start, acknowledged work could be lost", want[0], got, want[1])
		}
	}
	return nil
}

func (db *DB) openPostgres(ctx context.Context, c Config) (err error) {
	db.engine = Postgres
	address := c.URL
	if c.Building {
		address = unsynced(address)
	}
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return err
	}
	db.write = stdlib.OpenDB(*config, stdlib.OptionAfterConnect(settle))
	n := max(c.Readers, 4*runtime.NumCPU(), 16)
	db.write.SetMaxOpenConns(n)
	db.write.SetMaxIdleConns(n)
	db.read = db.write
	var sync string
	if err := db.write.QueryRowContext(ctx, "SHOW synchronous_commit").Scan(&sync); err != nil {
		return err
	}
	if !c.Building && (sync == "off" || sync == "local") {
		return fmt.Errorf("postgresql runs with synchronous_commit=%s: refusing to start, acknowledged work could be lost", sync)
	}
	if err := db.migrate(ctx, c); err != nil {
		return err
	}
	if err := db.packFrom(ctx); err != nil {
		return err
	}
	return db.building(ctx, c)
}

// settle prepares a new connection: compiling a plan to machine code takes longer than any statement of an office. Said after connecting, not at the start,
// because poolers refuse parameters that they do not know.
func settle(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, "SET jit = off")
	return err
}

// Close ends the writer and closes all connections.
func (db *DB) Close() error {
	if db.group != nil {
		db.group.close()
	}
	var errs []error
	if db.read != nil && db.read != db.write {
		errs = append(errs, db.read.Close())
	}
	if db.write != nil {
		errs = append(errs, db.write.Close())
	}
	return errors.Join(errs...)
}

// Engine tells which database the installation runs on.
func (db *DB) Engine() Engine { return db.engine }

// Now is the installation's time; it never goes back.
func (db *DB) Now() Instant { return db.clock.now() }

// NewID makes a time-ordered 63-bit identifier.
func (db *DB) NewID() int64 { return db.ids.next(db.clock.now()) }

// Ping asks the database for a sign of life.
func (db *DB) Ping(ctx context.Context) error { return db.read.PingContext(ctx) }

// Stats gives the pools' figures, for /metrics.
func (db *DB) Stats() (read, write sql.DBStats) { return db.read.Stats(), db.write.Stats() }

func (db *DB) query(ctx context.Context, s *Stmt, args []any) (*sql.Rows, error) {
	if db.engine == Postgres {
		return db.read.QueryContext(ctx, s.text[Postgres], args...)
	}
	p, err := db.prepared(ctx, s)
	if err != nil {
		return nil, err
	}
	return p.QueryContext(ctx, args...)
}

func (db *DB) prepared(ctx context.Context, s *Stmt) (*sql.Stmt, error) {
	if p, ok := db.stmts.Load(s); ok {
		return p.(*sql.Stmt), nil
	}
	p, err := db.read.PrepareContext(ctx, s.text[SQLite])
	if err != nil {
		return nil, err
	}
	if old, loaded := db.stmts.LoadOrStore(s, p); loaded {
		p.Close()
		return old.(*sql.Stmt), nil
	}
	return p, nil
}

// Changed gives a channel that is closed at the next commit of this process: followers and live pages wait on it beside their own polling.
func (db *DB) Changed() <-chan struct{} { return *db.changed.Load() }

func (db *DB) announce() {
	ch := make(chan struct{})
	close(*db.changed.Swap(&ch))
}
