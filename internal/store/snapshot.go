package store

import (
	"context"
	"database/sql"
	"math"
	"time"
)

// Snapshot reads the tables as of one moment, while others go on writing. It is one connection: the rows of one query are read before the next begins.
type Snapshot struct {
	db   *DB
	conn *sql.Conn
	tx   *sql.Tx
	At   Instant
}

var sqlMoment = SQL(`SELECT CAST(count(*) AS BIGINT) FROM store_settings`)

// Snapshot opens one; the caller closes it. On SQLite what is written meanwhile stays in the log beside the database until then.
func (db *DB) Snapshot(ctx context.Context) (*Snapshot, error) {
	conn, err := db.read.Conn(ctx)
	if err != nil {
		return nil, err
	}
	tx, err := conn.BeginTx(ctx, &sql.TxOptions{Isolation: db.engine.snapshot(), ReadOnly: db.engine == Postgres})
	if err != nil {
		conn.Close()
		return nil, err
	}
	s := &Snapshot{db: db, conn: conn, tx: tx, At: db.Now()}
	if _, err := One[int64](ctx, s, sqlMoment); err != nil { // the moment is that of the first reading
		s.Close()
		return nil, err
	}
	return s, nil
}

// Close ends the snapshot.
func (s *Snapshot) Close() {
	s.tx.Rollback()
	s.conn.Close()
}

// Now is the installation's time.
func (s *Snapshot) Now() Instant { return s.At }

func (s *Snapshot) query(ctx context.Context, q *Stmt, args []any) (*sql.Rows, error) {
	return s.tx.QueryContext(ctx, q.text[s.db.engine], args...)
}

// Finding is one thing of an installation that does not agree with another.
type Finding struct {
	Kind   string  `json:"kind"` // stable: number-gap, blob-missing …
	Agency int64   `json:"agency"`
	Ref    string  `json:"ref"`
	Text   Message `json:"text"`
}

// Findings gathers what a check finds: every one is counted, the first ones are kept.
type Findings struct {
	Most  int // kept; 0 = 50
	List  []Finding
	Total int64
	Kinds map[string]int64
	Seen  int64                      // rows and files that were looked at
	Step  func(step string, n int64) // told now and then how far it is
	step  string
	told  int64
}

// Add notes one.
func (f *Findings) Add(kind string, agency int64, ref string, text Message) {
	if f.Kinds == nil {
		f.Kinds = map[string]int64{}
	}
	f.Total++
	f.Kinds[kind]++
	most := f.Most
	if most == 0 {
		most = 50
	}
	if len(f.List) < most {
		f.List = append(f.List, Finding{kind, agency, ref, text})
	}
}

// Begin names the step that follows, for who waits.
func (f *Findings) Begin(step string) {
	f.step, f.told = step, f.Seen
	if f.Step != nil {
		f.Step(step, 0)
	}
}

// Saw counts n rows that were looked at.
func (f *Findings) Saw(n int64) {
	if f.Seen += n; f.Step != nil && f.Seen-f.told >= 100_000 {
		f.told = f.Seen
		f.Step(f.step, f.Seen)
	}
}

// Fault is a row that a statement of Faults gives: where it stands, and what is to be said of it.
type Fault struct {
	AgencyID int64
	Ref      string
	What     string
}

// Faults runs a statement that gives the rows that are wrong, and notes each: the sentence may name {ref} and {what}.
func (f *Findings) Faults(ctx context.Context, r Reader, kind string, s *Stmt, sentence Message, args ...any) error {
	for row, err := range Each[Fault](ctx, r, s, args...) {
		if err != nil {
			return err
		}
		f.Add(kind, row.AgencyID, row.Ref, Say(sentence.Text, "ref", row.Ref, "what", row.What))
	}
	return nil
}

var (
	sqlCursors    = SQL(`SELECT follower, xid, id FROM store_cursors ORDER BY follower`)
	sqlFirstAhead = Fork(`SELECT at_us FROM store_journal WHERE +xid >= $1 AND id > $2 ORDER BY id LIMIT 1`,
		`SELECT at_us FROM store_journal WHERE (xid, id) > ($1, $2) ORDER BY xid, id LIMIT 1`)
	sqlSeries = SQL(`SELECT agency_id, name AS ref, CAST(last AS TEXT) AS what FROM store_counters WHERE last < 1`)
)

// Check looks at what store itself keeps: no follower is ahead of the journal, no counter below its first number.
func Check(ctx context.Context, r Reader, f *Findings) error {
	newest, any, err := Maybe[cursor](ctx, r, sqlNewest)
	if err != nil {
		return err
	}
	type place struct {
		Follower string
		Xid, ID  int64
	}
	all, err := All[place](ctx, r, sqlCursors)
	if err != nil {
		return err
	}
	for _, c := range all {
		if f.Saw(1); (c.Xid != 0 || c.ID != 0) && (!any || newest.before(cursor{c.Xid, c.ID})) {
			f.Add("journal-cursor", 0, c.Follower, Say("Chỗ đã đọc của {follower} đứng sau dòng cuối cùng của nhật ký: dòng {id} không có trong nhật ký.", "follower", c.Follower, "id", c.ID))
		}
	}
	if err := checkBases(ctx, r, f); err != nil {
		return err
	}
	return f.Faults(ctx, r, "number-counter", sqlSeries, Say("Bộ đếm {ref} có giá trị không hợp lệ: {what}."))
}

// Pages lets SQLite look at its own file: references between tables and, with deep, every page. PostgreSQL has its own tools for that.
func (s *Snapshot) Pages(ctx context.Context, deep bool, f *Findings) error {
	if s.db.engine != SQLite {
		return nil
	}
	pragmas := []string{"PRAGMA foreign_key_check"}
	if deep {
		pragmas = append(pragmas, "PRAGMA integrity_check(20)")
	}
	for _, p := range pragmas {
		rows, err := s.tx.QueryContext(ctx, p)
		if err != nil {
			return err
		}
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		for rows.Next() {
			if err := rows.Scan(into...); err != nil {
				rows.Close()
				return err
			}
			if values[0].String != "ok" {
				f.Add("database", 0, values[0].String, Say("Cơ sở dữ liệu hỏng: {what}", "what", values[0].String))
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
	}
	return nil
}

// HeardUntil is the time up to which a follower has handled everything that happened: what is younger it may not have heard of yet.
func HeardUntil(ctx context.Context, r Reader, follower string) (Instant, error) {
	c, _, err := Maybe[cursor](ctx, r, sqlPeekCursor, follower)
	if err != nil {
		return 0, err
	}
	at, ahead, err := Maybe[Instant](ctx, r, sqlFirstAhead, c.Xid, c.ID)
	if err != nil || !ahead {
		return math.MaxInt64, err
	}
	return at.Add(-time.Minute), nil
}

var sqlSinceMoment = SQL(`SELECT CAST(count(*) AS BIGINT) AS lines, CAST(COALESCE(max(at_us), 0) AS BIGINT) AS newest FROM store_journal WHERE id >= $1 AND at_us > $2
	AND verb NOT IN ('installation.backed_up', 'installation.restored')`)

// LinesSince counts the lines of the journal after a moment, copies and restores apart, and gives the time of the newest.
func LinesSince(ctx context.Context, r Reader, at Instant) (int64, Instant, error) {
	type since struct {
		Lines  int64
		Newest Instant
	}
	n, err := One[since](ctx, r, sqlSinceMoment, FirstID(at.Add(-time.Hour)), at)
	return n.Lines, n.Newest, err
}
