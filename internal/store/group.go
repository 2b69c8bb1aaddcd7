package store

import (
	"context"
	"database/sql"
	"errors"
	"runtime/debug"
	"sync"
)

// group is the one writer of SQLite: it takes up to groupSize queued acts into one transaction, a savepoint each, so that one
// fsync serves them all (2.8 times the commits at 16 callers). A refused act undoes only itself.
//
// Acts that somebody waits for (Waited) go before what the installation does by itself: a document to six hundred agencies is some thousands of such acts, and
// a clerk who registers another one meanwhile would stand behind them all. One transaction of the others runs between two of people, so that neither starves.
type group struct {
	db     *DB
	conn   *sql.Conn
	waited chan *request // acts of people
	queue  chan *request // the others
	quit   chan struct{}
	done   chan struct{}
	once   sync.Once
	stmts  map[*Stmt]*sql.Stmt
}

type request struct {
	ctx  context.Context
	tx   *Tx
	f    func(*Tx) error
	done chan error
	err  error
}

const groupSize = 64

var errClosed = errors.New("store: closed")

func newGroup(ctx context.Context, db *DB) (*group, error) {
	conn, err := db.write.Conn(ctx)
	if err != nil {
		return nil, err
	}
	g := &group{db: db, conn: conn, waited: make(chan *request, 4*groupSize), queue: make(chan *request, 4*groupSize), quit: make(chan struct{}), done: make(chan struct{}), stmts: map[*Stmt]*sql.Stmt{}}
	go g.loop()
	return g, nil
}

func (g *group) close() {
	g.once.Do(func() { close(g.quit) })
	<-g.done
}

func (g *group) commit(ctx context.Context, tx *Tx, f func(*Tx) error) error {
	r := &request{ctx: ctx, tx: tx, f: f, done: make(chan error, 1)}
	queue := g.queue
	if isWaited(ctx) {
		queue = g.waited
	}
	select {
	case queue <- r:
	case <-g.quit:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-r.done:
		return err
	case <-g.done: // the writer has ended; an answer given before that counts
		select {
		case err := <-r.done:
			return err
		default:
			return errClosed
		}
	}
}

func (g *group) loop() {
	defer close(g.done)
	defer g.conn.Close()
	for {
		select {
		case <-g.quit:
			return
		case first := <-g.waited:
			g.people(first)
		default:
			select {
			case <-g.quit:
				return
			case first := <-g.waited:
				g.people(first)
			case first := <-g.queue:
				g.settle(first, g.queue, g.waited)
			}
		}
	}
}

// people settles acts that somebody waits for, and after them one transaction of the others, so that neither starves.
func (g *group) people(first *request) {
	g.settle(first, g.waited, nil)
	select {
	case first := <-g.queue:
		g.settle(first, g.queue, g.waited)
	default:
	}
}

// settle commits one act and what waits behind it in its queue, until somebody waits in the other. Nobody is told "done" before the fsync; when the transaction
// itself breaks, everybody is told.
func (g *group) settle(first *request, queue, other chan *request) {
	ctx := context.Background()
	batch := []*request{first}
	_, broken := g.conn.ExecContext(ctx, "BEGIN IMMEDIATE")
	if broken == nil {
		broken = g.one(ctx, first)
	more:
		for broken == nil && len(batch) < groupSize && len(other) == 0 {
			select {
			case r := <-queue:
				batch = append(batch, r)
				broken = g.one(ctx, r)
			default:
				break more
			}
		}
		if broken == nil {
			_, broken = g.conn.ExecContext(ctx, "COMMIT")
		}
		if broken != nil {
			_, _ = g.conn.ExecContext(ctx, "ROLLBACK") // fails harmlessly when SQLite has rolled back by itself
		}
	}
	for _, r := range batch {
		if broken != nil {
			r.err = broken
		}
		r.done <- r.err
	}
}

// one runs an act inside a savepoint. The error it returns is the transaction's own, not the act's.
func (g *group) one(ctx context.Context, r *request) error {
	if r.err = r.ctx.Err(); r.err != nil {
		return nil
	}
	if _, err := g.conn.ExecContext(ctx, "SAVEPOINT act"); err != nil {
		return err
	}
	if r.err = r.tx.attempt(g, r.f); r.err != nil {
		if isFull(r.err) {
			return r.err
		}
		if _, err := g.conn.ExecContext(ctx, "ROLLBACK TO act"); err != nil {
			return err
		}
	}
	_, err := g.conn.ExecContext(ctx, "RELEASE act")
	return err
}

func (g *group) prepared(s *Stmt) (*sql.Stmt, error) {
	if p, ok := g.stmts[s]; ok {
		return p, nil
	}
	p, err := g.conn.PrepareContext(context.Background(), s.text[SQLite])
	if err == nil {
		g.stmts[s] = p
	}
	return p, err
}

// run and query give the act its connection. The caller's context is not handed to SQLite: an interrupt in the middle would
// roll back the other acts of the batch.
func (g *group) run(_ context.Context, s *Stmt, args []any) (sql.Result, error) {
	p, err := g.prepared(s)
	if err != nil {
		return nil, err
	}
	return p.ExecContext(context.Background(), args...)
}

func (g *group) query(_ context.Context, s *Stmt, args []any) (*sql.Rows, error) {
	p, err := g.prepared(s)
	if err != nil {
		return nil, err
	}
	return p.QueryContext(context.Background(), args...)
}

type waited struct{}

// Waited marks the work of a request that somebody waits for: its acts go before those of followers, workers and the exchange.
func Waited(ctx context.Context) context.Context { return context.WithValue(ctx, waited{}, true) }

func isWaited(ctx context.Context) bool { return ctx.Value(waited{}) != nil }

// pressed tells whether somebody waits for the writer, so that a long piece of the installation's own work should end here and go on later.
func (db *DB) pressed() bool { return db.group != nil && len(db.group.waited) > 0 }

func stack() []byte { return debug.Stack() }
