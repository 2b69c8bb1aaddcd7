package store

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Dumped tells what a dump holds: rows by table, in the order of names.
type Dumped struct {
	Engine     string           `json:"engine"`
	At         Instant          `json:"at_us"`
	Migrations []int64          `json:"migrations"`
	Rows       map[string]int64 `json:"rows"`
	Total      int64            `json:"total"`
}

// dumpHead is the first line of a dump.
type dumpHead struct {
	Congvu     string  `json:"congvu"`
	Format     int     `json:"format"`
	Engine     string  `json:"engine"`
	At         Instant `json:"at_us"`
	Migrations []int64 `json:"migrations"`
}

// dumpTable begins a table; its rows follow as arrays in the order of the columns, then dumpEnd.
type dumpTable struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
}

type dumpEnd struct {
	End  string `json:"end"`
	Rows int64  `json:"rows"`
}

const dumpFormat = 1

// Dump writes every row of every table as of one moment, while others go on working: one line of JSON a row, the same whichever engine wrote
// it, so that an installation can move from SQLite to PostgreSQL and back (V33). Bytes stand as {"b": base64}. The journal is written in the
// order of its identifiers with transaction 0, and each follower's place is set back to before the first entry it has not seen: followers may
// see an entry twice, never none. Tables that are made from others (Derived) are left out.
func (db *DB) Dump(ctx context.Context, out io.Writer) (Dumped, error) {
	conn, err := db.read.Conn(ctx)
	if err != nil {
		return Dumped{}, err
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, &sql.TxOptions{Isolation: db.engine.snapshot(), ReadOnly: db.engine == Postgres})
	if err != nil {
		return Dumped{}, err
	}
	defer tx.Rollback()
	d := &dumper{db: db, tx: tx, out: bufio.NewWriterSize(out, 1<<18)}
	d.json = json.NewEncoder(d.out)
	d.json.SetEscapeHTML(false)
	if err := d.all(ctx); err != nil {
		return Dumped{}, err
	}
	return d.done, d.out.Flush()
}

func (e Engine) snapshot() sql.IsolationLevel {
	if e == Postgres {
		return sql.LevelRepeatableRead
	}
	return sql.LevelDefault
}

type dumper struct {
	db   *DB
	tx   *sql.Tx
	out  *bufio.Writer
	json *json.Encoder
	done Dumped
}

func (d *dumper) all(ctx context.Context) error {
	applied, err := appliedMigrations(ctx, d.tx)
	if err != nil {
		return err
	}
	d.done = Dumped{Engine: string(d.db.engine), At: d.db.Now(), Migrations: applied, Rows: map[string]int64{}}
	if err := d.json.Encode(dumpHead{Congvu: "dump", Format: dumpFormat, Engine: d.done.Engine, At: d.done.At, Migrations: applied}); err != nil {
		return err
	}
	tables, err := tablesOf(ctx, d.db.engine, d.tx)
	if err != nil {
		return err
	}
	for _, t := range tables {
		n, err := d.table(ctx, t)
		if err != nil {
			return fmt.Errorf("dump %s: %w", t.name, err)
		}
		d.done.Rows[t.name], d.done.Total = n, d.done.Total+n
	}
	return d.json.Encode(dumpEnd{End: "dump", Rows: d.done.Total})
}

func (d *dumper) table(ctx context.Context, t table) (n int64, err error) {
	if err := d.json.Encode(dumpTable{Table: t.name, Columns: t.names()}); err != nil {
		return 0, err
	}
	rows, err := d.tx.QueryContext(ctx, t.selection(d.db.engine))
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	values, into := make([]any, len(t.columns)), make([]any, len(t.columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return n, err
		}
		for i, v := range values {
			if b, ok := v.([]byte); ok {
				values[i] = map[string]string{"b": base64.StdEncoding.EncodeToString(b)}
			}
			if t.columns[i].truth() {
				values[i] = v == true || v == int64(1)
			}
		}
		if err := d.json.Encode(values); err != nil {
			return n, err
		}
		n++
	}
	if err := rows.Err(); err != nil {
		return n, err
	}
	return n, d.json.Encode(dumpEnd{End: t.name, Rows: n})
}

// table is one table with its columns, as the engine's catalogue tells.
type table struct {
	name    string
	columns []column
}

type column struct{ name, kind string }

// truth tells a column of yes and no; SQLite has none, there it stays a number.
func (c column) truth() bool { return c.kind == "boolean" }

func (t table) names() (out []string) {
	for _, c := range t.columns {
		out = append(out, c.name)
	}
	return out
}

// selection reads a table in a form both engines give alike.
func (t table) selection(e Engine) string {
	var columns []string
	for _, c := range t.columns {
		text := quoted(c.name)
		switch {
		case t.name == "store_journal" && c.name == "xid", t.name == "store_cursors" && c.name == "xid":
			text = "CAST(0 AS BIGINT)"
		case t.name == "store_cursors" && c.name == "id":
			text = seenUpTo
		case e == Postgres && c.kind == "jsonb":
			text = "CAST(" + text + " AS TEXT)"
		}
		columns = append(columns, text)
	}
	order := ""
	if t.name == "store_journal" {
		order = " ORDER BY id"
	}
	return "SELECT " + strings.Join(columns, ", ") + " FROM " + quoted(t.name) + order
}

// seenUpTo is the identifier before the first entry of the journal that a follower has not seen.
const seenUpTo = `COALESCE((SELECT MIN(j.id) - 1 FROM store_journal j WHERE j.xid > store_cursors.xid OR (j.xid = store_cursors.xid AND j.id > store_cursors.id)),
	(SELECT MAX(j.id) FROM store_journal j), store_cursors.id)`

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

type asker interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

const (
	catalogueSQLite = `SELECT m.name, c.name, lower(c.type) FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.sql NOT LIKE 'CREATE VIRTUAL TABLE%' ORDER BY m.name, c.cid`
	cataloguePostgres = `SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
		JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE'
		WHERE c.table_schema = current_schema() ORDER BY c.table_name, c.ordinal_position`
)

// Derived are the beginnings of the names of tables that are made from others and are not dumped: indexes of words, made anew after loading.
var Derived = []string{"search_index", "goose_db_version"}

// tablesOf lists the tables of rooms, in the order of their names.
func tablesOf(ctx context.Context, e Engine, q asker) (out []table, err error) {
	text := catalogueSQLite
	if e == Postgres {
		text = cataloguePostgres
	}
	rows, err := q.QueryContext(ctx, text)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var c column
		if err := rows.Scan(&name, &c.name, &c.kind); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(Derived, func(begin string) bool { return strings.HasPrefix(name, begin) }) {
			continue
		}
		if len(out) == 0 || out[len(out)-1].name != name {
			out = append(out, table{name: name})
		}
		t := &out[len(out)-1]
		t.columns = append(t.columns, c)
	}
	return out, rows.Err()
}

func appliedMigrations(ctx context.Context, q asker) (out []int64, err error) {
	rows, err := q.QueryContext(ctx, `SELECT version_id FROM goose_db_version WHERE version_id > 0 ORDER BY version_id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var v int64
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}
