package store

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// ErrNotEmpty: a dump is loaded into a new installation only.
var ErrNotEmpty = errors.New("the database already holds an installation: restore into an empty one")

// ErrNewer: the dump was written by a newer program.
var ErrNewer = errors.New("the copy was written by a newer program: restore it with that program or a later one")

// longestLine bounds a row of a dump, in bytes.
const longestLine = 64 << 20

// Load fills an empty installation with what Dump wrote, on whichever engine, and brings it up to this program. All or nothing: what is
// incomplete, damaged, or does not fit is refused and leaves the database without rows. The journal keeps its entries; the caller records the act.
func Load(ctx context.Context, c Config, in io.Reader) (Dumped, error) {
	lines := bufio.NewReaderSize(in, 1<<18)
	var head dumpHead
	if err := readLine(lines, &head); err != nil {
		return Dumped{}, fmt.Errorf("read the dump: %w", err)
	}
	if head.Congvu != "dump" || head.Format != dumpFormat {
		return Dumped{}, errors.New("read the dump: not a dump of this program")
	}
	known, err := migrationNumbers()
	if err != nil {
		return Dumped{}, err
	}
	var missing []int64
	for _, v := range head.Migrations {
		if !slices.Contains(known, v) {
			return Dumped{}, ErrNewer
		}
	}
	for _, v := range known {
		if !slices.Contains(head.Migrations, v) {
			missing = append(missing, v)
		}
	}
	c.Migrate = true
	done, err := loadInto(ctx, c.olderBy(missing), head, lines)
	if err != nil {
		return done, err
	}
	c.without = nil
	db, err := Open(ctx, c) // the migrations that the dump did not have
	if err != nil {
		return done, err
	}
	return done, errors.Join(db.Tidy(ctx), db.Close())
}

// olderBy is the configuration of an older program, which did not have these migrations.
func (c Config) olderBy(versions []int64) Config {
	c.without = versions
	return c
}

func loadInto(ctx context.Context, c Config, head dumpHead, lines *bufio.Reader) (done Dumped, err error) {
	db, err := Open(ctx, c)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if db.group != nil { // the writer's one connection is wanted here
		db.group.close()
		db.group = nil
	}
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return done, err
	}
	defer tx.Rollback()
	l := &loader{db: db, tx: tx, lines: lines, done: Dumped{Engine: head.Engine, At: head.At, Migrations: head.Migrations, Rows: map[string]int64{}}}
	if err := l.all(ctx); err != nil {
		return done, err
	}
	return l.done, tx.Commit()
}

type loader struct {
	db     *DB
	tx     *sql.Tx
	lines  *bufio.Reader
	tables []table
	done   Dumped
}

func (l *loader) all(ctx context.Context) (err error) {
	if l.tables, err = tablesOf(ctx, l.db.engine, l.tx); err != nil {
		return err
	}
	if applied, err := appliedMigrations(ctx, l.tx); err != nil {
		return err
	} else if !slices.Equal(applied, l.done.Migrations) {
		return ErrNotEmpty // its tables are not those of the dump
	}
	var n int64
	if err := l.tx.QueryRowContext(ctx, `SELECT count(*) FROM store_journal`).Scan(&n); err != nil {
		return err
	} else if n > 0 {
		return ErrNotEmpty
	}
	for _, t := range l.tables { // lists that migrations filled come from the dump
		if _, err := l.tx.ExecContext(ctx, `DELETE FROM `+quoted(t.name)); err != nil {
			return err
		}
	}
	for {
		var line struct {
			dumpTable
			dumpEnd
		}
		if err := readLine(l.lines, &line); err != nil {
			return fmt.Errorf("read the dump: %w", err)
		}
		if line.End == "dump" {
			return l.ended(line.Rows)
		}
		if line.Table == "" {
			return errors.New("read the dump: a table is expected")
		}
		if err := l.table(ctx, line.dumpTable); err != nil {
			return fmt.Errorf("load %s: %w", line.Table, err)
		}
	}
}

func (l *loader) ended(rows int64) error {
	if rows != l.done.Total {
		return fmt.Errorf("read the dump: %d rows instead of %d", l.done.Total, rows)
	}
	for _, t := range l.tables {
		if _, came := l.done.Rows[t.name]; !came {
			return fmt.Errorf("read the dump: table %s is missing", t.name)
		}
	}
	return nil
}

func (l *loader) table(ctx context.Context, d dumpTable) error {
	at := slices.IndexFunc(l.tables, func(t table) bool { return t.name == d.Table })
	if _, again := l.done.Rows[d.Table]; at < 0 || again {
		return errors.New("no such table, or twice")
	}
	columns := make([]column, len(d.Columns))
	for i, name := range d.Columns {
		j := slices.IndexFunc(l.tables[at].columns, func(c column) bool { return c.name == name })
		if j < 0 {
			return fmt.Errorf("no column %q", name)
		}
		columns[i] = l.tables[at].columns[j]
	}
	insert, err := l.tx.PrepareContext(ctx, insertInto(d, columns))
	if err != nil {
		return err
	}
	defer insert.Close()
	var n int64
	for {
		b, err := nextLine(l.lines)
		if err != nil {
			return err
		}
		if b[0] != '[' {
			var end dumpEnd
			if err := json.Unmarshal(b, &end); err != nil || end.End != d.Table || end.Rows != n {
				return fmt.Errorf("ends after %d rows, not as it says", n)
			}
			l.done.Rows[d.Table], l.done.Total = n, l.done.Total+n
			return nil
		}
		values, err := rowValues(b, columns)
		if err != nil {
			return err
		}
		if _, err := insert.ExecContext(ctx, values...); err != nil {
			return err
		}
		n++
	}
}

func insertInto(d dumpTable, columns []column) string {
	var names, places []string
	for i, c := range columns {
		place := "$" + strconv.Itoa(i+1)
		if c.kind == "jsonb" {
			place = "CAST(" + place + " AS JSONB)"
		}
		names, places = append(names, quoted(c.name)), append(places, place)
	}
	return "INSERT INTO " + quoted(d.Table) + " (" + strings.Join(names, ", ") + ") VALUES (" + strings.Join(places, ", ") + ")"
}

// rowValues reads one row; yes and no are turned into what the column holds.
func rowValues(b []byte, columns []column) ([]any, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var row []any
	if err := dec.Decode(&row); err != nil {
		return nil, err
	}
	if len(row) != len(columns) {
		return nil, fmt.Errorf("a row of %d values instead of %d", len(row), len(columns))
	}
	for i, v := range row {
		switch v := v.(type) {
		case json.Number:
			n, err := v.Int64()
			if err != nil {
				return nil, err
			}
			if row[i] = n; columns[i].truth() {
				row[i] = n != 0
			}
		case bool:
			if !columns[i].truth() {
				row[i] = int64(0)
				if v {
					row[i] = int64(1)
				}
			}
		case map[string]any:
			text, _ := v["b"].(string)
			bytes, err := base64.StdEncoding.DecodeString(text)
			if err != nil {
				return nil, err
			}
			row[i] = bytes
		}
	}
	return row, nil
}

func readLine(r *bufio.Reader, into any) error {
	b, err := nextLine(r)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

// nextLine gives a line that is not empty; a dump that ends without its last line is incomplete.
func nextLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, more, err := r.ReadLine()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
		if line = append(line, part...); len(line) > longestLine {
			return nil, fmt.Errorf("a line of more than %d bytes", longestLine)
		}
		if !more && len(line) > 0 {
			return line, nil
		}
	}
}

func migrationNumbers() (out []int64, err error) {
	files, err := migrationsFor(SQLite)
	if err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(files, ".")
	for _, e := range entries {
		number, _, _ := strings.Cut(e.Name(), "_")
		v, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, err
}
