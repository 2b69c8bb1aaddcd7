package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

// Tx is one act: its actor, its one time, and everything it writes. It must not wait for a person or a network.
type Tx struct {
	db       *DB
	actor    Actor
	now      Instant
	conn     execer
	wrote    bool
	recorded bool
	keeping  bool     // housekeeping: nothing happened that a person would call an act
	after    []func() // run when the commit is durable
	touched  []string // tables written
	verbs    []string // recorded; counted when the commit is durable
	puts     *puts    // bases of packed texts
}

type execer interface {
	run(ctx context.Context, s *Stmt, args []any) (sql.Result, error)
	query(ctx context.Context, s *Stmt, args []any) (*sql.Rows, error)
}

// errNothingRecorded is a defect of the calling room, not of the user.
var errNothingRecorded = errors.New("store: the act changed something and recorded nothing")

// Write runs f as one act of the actor and returns when its effects are durable. An error undoes all of it; f may be run again
// when PostgreSQL reports a deadlock, so it must have no effect outside tx.
func (db *DB) Write(ctx context.Context, a Actor, f func(tx *Tx) error) error {
	if a.ReadOnly {
		return Refuse(Forbidden, "Cơ quan này đã kết thúc hoạt động: tài liệu chỉ để xem. Chưa có gì thay đổi; hãy chọn lại vai trò đang làm việc.")
	}
	return db.commit(ctx, &Tx{db: db, actor: a}, f)
}

// Keep is Write for housekeeping: cursors, leases, session touches, derived rows. Nobody's act, so nothing need be recorded.
func (db *DB) Keep(ctx context.Context, f func(tx *Tx) error) error {
	return db.commit(ctx, &Tx{db: db, actor: Actor{Via: ViaSystem}, keeping: true}, f)
}

func (db *DB) commit(ctx context.Context, tx *Tx, f func(tx *Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var err error
	if db.group != nil {
		err = db.group.commit(ctx, tx, f)
	} else {
		err = db.commitPostgres(ctx, tx, f)
	}
	if err != nil {
		return translate(err)
	}
	for _, g := range tx.after {
		g()
	}
	db.acts.count(tx.verbs)
	if tx.wrote {
		db.announce()
		db.signals.fire(tx.touched)
	}
	return nil
}

// attempt runs f on an open transaction or savepoint and applies the law of the journal.
func (tx *Tx) attempt(conn execer, f func(tx *Tx) error) (err error) {
	tx.conn, tx.wrote, tx.recorded, tx.after, tx.touched, tx.verbs, tx.puts = conn, false, false, nil, nil, nil, nil
	tx.now = tx.db.Now()
	defer func() {
		tx.conn = nil
		if p := recover(); p != nil {
			err = fmt.Errorf("store: act panicked: %v\n%s", p, stack())
		}
	}()
	if err := f(tx); err != nil {
		return err
	}
	if tx.wrote && !tx.recorded && !tx.keeping {
		return errNothingRecorded
	}
	return nil
}

func (db *DB) commitPostgres(ctx context.Context, tx *Tx, f func(tx *Tx) error) error {
	for try := 1; ; try++ {
		err := db.tryPostgres(ctx, tx, f)
		if err == nil || try == 4 || !retryable(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(try*try) * 5 * time.Millisecond):
		}
	}
}

func (db *DB) tryPostgres(ctx context.Context, tx *Tx, f func(tx *Tx) error) error {
	t, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback()
	if err := tx.attempt(pgConn{t}, f); err != nil {
		return err
	}
	return t.Commit()
}

// retryable: serialization failure, deadlock, or a connection lost before the server saw anything.
func retryable(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "40001" || pg.Code == "40P01"
	}
	return pgconn.SafeToRetry(err)
}

type pgConn struct{ *sql.Tx }

func (c pgConn) run(ctx context.Context, s *Stmt, args []any) (sql.Result, error) {
	return c.ExecContext(ctx, s.text[Postgres], args...)
}
func (c pgConn) query(ctx context.Context, s *Stmt, args []any) (*sql.Rows, error) {
	return c.QueryContext(ctx, s.text[Postgres], args...)
}

// translate gives database errors the kind that rooms and doors know. Codes are compared, never texts.
func translate(err error) error {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return err
	}
	switch {
	case IsDuplicate(err):
		return Because(Refuse(Conflict, "Dữ liệu này vừa được người khác ghi trước. Tải lại trang rồi thử lại."), err)
	case isFull(err):
		return Because(Refuse(Conflict, "Máy chủ hết chỗ lưu trữ nên chưa ghi được. Nội dung đã có không bị ảnh hưởng; báo quản trị hệ thống rồi thử lại."), err)
	}
	return err
}

// IsDuplicate tells whether err is the refusal of a unique or primary key by the database.
func IsDuplicate(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	var lite *sqlite.Error
	return errors.As(err, &lite) && (lite.Code() == 2067 || lite.Code() == 1555)
}

// isFull: SQLITE_FULL, or PostgreSQL's disk_full.
func isFull(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "53100"
	}
	var lite *sqlite.Error
	return errors.As(err, &lite) && lite.Code()&0xff == 13
}

func (tx *Tx) query(ctx context.Context, s *Stmt, args []any) (*sql.Rows, error) {
	tx.touch(s.into)
	return tx.conn.query(ctx, s, args)
}

// Exec runs a writing statement and tells how many rows it touched.
func (tx *Tx) Exec(ctx context.Context, s *Stmt, args ...any) (int64, error) {
	args, err := tx.packs(ctx, args)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", s.Where, err)
	}
	begun := time.Now()
	res, err := tx.conn.run(ctx, s, args)
	s.ran(begun)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", s.Where, err)
	}
	tx.wrote = true
	tx.touch(s.into)
	n, err := res.RowsAffected()
	return n, err
}

// Put is Exec for a statement that must touch exactly one row; none is a Conflict (somebody was faster), so that no act reports a success it did not have (N7).
func (tx *Tx) Put(ctx context.Context, s *Stmt, args ...any) error {
	n, err := tx.Exec(ctx, s, args...)
	if err == nil && n != 1 {
		err = Because(Refuse(Conflict, "Nội dung đã thay đổi trong lúc ông/bà thao tác. Tải lại trang để xem bản mới nhất rồi thực hiện lại."), fmt.Errorf("%s: %d rows", s.Where, n))
	}
	return err
}

// Wrote marks the act as writing when it used One or All with a RETURNING statement.
func (tx *Tx) Wrote() { tx.wrote = true }

// Actor is who acts.
func (tx *Tx) Actor() Actor { return tx.actor }

// Now is the one time of this act.
func (tx *Tx) Now() Instant { return tx.now }

// NewID makes a time-ordered 63-bit identifier.
func (tx *Tx) NewID() int64 { return tx.db.ids.next(tx.now) }

// After runs f once the act is durable (a wake-up, a metric); never when it is undone.
func (tx *Tx) After(f func()) { tx.after = append(tx.after, f) }
