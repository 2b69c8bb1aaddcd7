package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Column is a column of a table, as the engine's catalogue tells; Kind is bigint, text, boolean, jsonb … (on SQLite integer, text, blob).
type Column struct{ Name, Kind string }

// Columns lists the tables of the rooms with their columns: what a bulk path must know all about.
func (db *DB) Columns(ctx context.Context) (map[string][]Column, error) {
	tables, err := tablesOf(ctx, db.engine, db.read)
	if err != nil {
		return nil, err
	}
	out := map[string][]Column{}
	for _, t := range tables {
		for _, c := range t.columns {
			out[t.name] = append(out[t.name], Column{c.name, c.kind})
		}
	}
	return out, nil
}

// Repetition writes copies of the rows of one table into the same table: the lowest bulk path there is, past the rooms and their journal
// (docs/decisions/0045). It is for building sample installations only, while nothing else writes.
type Repetition struct {
	Pass    string   // with Table, the name under which is remembered how far it came; a pass that is whole is not made again
	Table   string   //
	Columns []string // in the order in which Make sees and gives them
	Where   string   // which rows are read, portable SQL; "" = all that are there at the beginning
	// Make gives the copies of a row; the row is not used afterwards. What it gives must be outside Where, or be known to it as a copy.
	Make func(row []any) ([][]any, error)
}

const (
	repeatRead   = 4096 // rows read at a time on SQLite
	repeatBlocks = 512  // pages read at a time on PostgreSQL
)

// repeated is how far a repetition came: everything before At is copied.
type repeated struct {
	At, End, Read, Written int64
	Whole                  bool
}

// Repeat copies until the table is whole, in transactions of bounded size, each with the place it reached: cut off and called again it goes
// on from there, and no row is copied twice. It tells how many rows it read and wrote in all.
func (db *DB) Repeat(ctx context.Context, r Repetition) (read, written int64, err error) {
	name := "repeat." + r.Pass + "." + r.Table
	text, err := Setting(ctx, db, 0, name, "")
	if err != nil {
		return 0, 0, err
	}
	var at repeated
	if text == "" {
		at.End, err = db.physicalEnd(ctx, r.Table)
	} else {
		err = json.Unmarshal([]byte(text), &at)
	}
	if err != nil {
		return 0, 0, err
	}
	t, err := db.repeater(ctx, r)
	if err != nil || at.Whole {
		return at.Read, at.Written, err
	}
	type batch struct {
		rows [][]any
		at   repeated
		err  error
	}
	made, working := make(chan batch, 1), ctx
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() { // reads and makes the next rows while these are written
		defer close(made)
		for at := at; !at.Whole; {
			var b batch
			b.rows, b.err = t.next(ctx, &at)
			b.at = at
			select {
			case made <- b:
			case <-ctx.Done():
				return
			}
			if b.err != nil {
				return
			}
		}
	}()
	for b := range made {
		if b.err != nil {
			return at.Read, at.Written, fmt.Errorf("repeat %s: %w", r.Table, b.err)
		}
		b.at.Written = at.Written + int64(len(b.rows))
		place, err := json.Marshal(b.at)
		if err == nil {
			err = t.write(ctx, b.rows, name, string(place))
		}
		if err != nil {
			return at.Read, at.Written, fmt.Errorf("repeat %s: %w", r.Table, translate(err))
		}
		at = b.at
	}
	return at.Read, at.Written, working.Err()
}

func (db *DB) physicalEnd(ctx context.Context, table string) (end int64, err error) {
	text := `SELECT COALESCE(MAX(rowid), 0) FROM ` + quoted(table)
	if db.engine == Postgres {
		text = `SELECT pg_relation_size(CAST('` + quoted(table) + `' AS REGCLASS)) / 8192`
	}
	return end, db.read.QueryRowContext(ctx, text).Scan(&end)
}

type repeater struct {
	db      *DB
	r       Repetition
	columns []column
	insert  *Stmt // SQLite
}

func (db *DB) repeater(ctx context.Context, r Repetition) (*repeater, error) {
	tables, err := tablesOf(ctx, db.engine, db.read)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(tables, func(t table) bool { return t.name == r.Table })
	if i < 0 {
		return nil, fmt.Errorf("repeat: no table %s", r.Table)
	}
	t := &repeater{db: db, r: r}
	for _, name := range r.Columns {
		j := slices.IndexFunc(tables[i].columns, func(c column) bool { return c.name == name })
		if j < 0 {
			return nil, fmt.Errorf("repeat: no column %s in %s", name, r.Table)
		}
		t.columns = append(t.columns, tables[i].columns[j])
	}
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = quoted(c.name)
	}
	// One row a statement, without names of parameters: a statement of several rows keeps a journal of its own, and names are looked up one by one.
	t.insert = &Stmt{Where: "store/repeat " + r.Table, text: map[Engine]string{SQLite: "INSERT INTO " + quoted(r.Table) + " (" + strings.Join(names, ", ") +
		") VALUES (?" + strings.Repeat(", ?", len(names)-1) + ")"}}
	return t, nil
}

// next reads the next rows and makes their copies.
func (t *repeater) next(ctx context.Context, at *repeated) ([][]any, error) {
	var names []string
	for _, c := range t.columns {
		name := quoted(c.name)
		if t.db.engine == Postgres && c.kind == "jsonb" {
			name = "CAST(" + name + " AS TEXT)"
		}
		names = append(names, name)
	}
	where := "TRUE"
	if t.r.Where != "" {
		where = t.r.Where
	}
	text := strings.Join(names, ", ") + " FROM " + quoted(t.r.Table) + " WHERE (" + where + ") AND "
	if t.db.engine == Postgres {
		to := min(at.At+repeatBlocks, at.End)
		out, n, _, err := t.take(ctx, "SELECT 0, "+text+fmt.Sprintf("ctid >= '(%d,0)' AND ctid < '(%d,0)'", at.At, to))
		at.At, at.Whole, at.Read = to, to >= at.End, at.Read+n
		return out, err
	}
	out, n, last, err := t.take(ctx, "SELECT rowid, "+text+fmt.Sprintf("rowid > %d AND rowid <= %d ORDER BY rowid LIMIT %d", at.At, at.End, repeatRead))
	at.At, at.Whole, at.Read = last, n < repeatRead, at.Read+n
	return out, err
}

// take runs one reading statement, whose first column is the row's place.
func (t *repeater) take(ctx context.Context, text string) (out [][]any, n, last int64, err error) {
	rows, err := t.db.read.QueryContext(ctx, text)
	if err != nil {
		return nil, 0, 0, err
	}
	defer rows.Close()
	into := make([]any, len(t.columns)+1)
	into[0] = &last
	for rows.Next() {
		row := make([]any, len(t.columns))
		for i := range row {
			into[i+1] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, n, last, err
		}
		made, err := t.r.Make(row)
		if err != nil {
			return nil, n, last, err
		}
		out = append(out, made...)
		n++
	}
	return out, n, last, rows.Err()
}

// write puts the rows in and the place beside them, in one transaction.
func (t *repeater) write(ctx context.Context, rows [][]any, name, place string) error {
	if t.db.engine == Postgres {
		return t.copyIn(ctx, rows, name, place)
	}
	return t.db.Keep(ctx, func(tx *Tx) error {
		for _, row := range rows {
			if _, err := tx.conn.run(ctx, t.insert, row); err != nil {
				return err
			}
		}
		return tx.Set(ctx, 0, name, place)
	})
}

// copyIn is write by PostgreSQL's COPY. The entries of the journal stand in the transaction that wrote them, so that followers find them (law 4).
func (t *repeater) copyIn(ctx context.Context, rows [][]any, name, place string) error {
	conn, err := t.db.write.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(driver any) error {
		tx, err := driver.(*stdlib.Conn).Conn().Begin(ctx)
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx)
		names, xid := make([]string, len(t.columns)), -1
		for i, c := range t.columns {
			if names[i] = c.name; c.name == "xid" && t.r.Table == "store_journal" {
				xid = i
			}
		}
		if xid >= 0 {
			var now int64
			if err := tx.QueryRow(ctx, `SELECT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)`).Scan(&now); err != nil {
				return err
			}
			for _, row := range rows {
				row[xid] = now
			}
		}
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{t.r.Table}, names, pgx.CopyFromRows(rows)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlSet.text[Postgres], 0, name, place); err != nil {
			return err
		}
		return tx.Commit(ctx)
	})
}

// EndFollowers places followers behind the last entry of the journal: what they would derive from entries that were copied was copied with them, or is
// made anew in another way.
func (db *DB) EndFollowers(ctx context.Context, followers ...string) error {
	last, any, err := Maybe[cursor](ctx, db, sqlNewest)
	if err != nil || !any {
		return err
	}
	return db.Keep(ctx, func(tx *Tx) (err error) {
		for _, follower := range followers {
			if err == nil {
				_, err = tx.Exec(ctx, sqlMoveCursor, follower, last.Xid, last.ID)
			}
		}
		return err
	})
}

var sqlDrew = SQL(`INSERT INTO store_counters (agency_id, name, year, last) VALUES ($1, $2, $3, $4)
	ON CONFLICT (agency_id, name, year) DO UPDATE SET last = excluded.last`)

// Drew sets the last number of a series, for numbers that were not drawn one by one.
func (tx *Tx) Drew(ctx context.Context, agency int64, series string, year int, last int64) error {
	_, err := tx.Exec(ctx, sqlDrew, agency, series, year, last)
	return err
}
