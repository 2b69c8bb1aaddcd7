package store

import (
	"context"
	"fmt"
	"strings"
)

// SQLite plans by what ANALYZE has seen. On an empty database that is nothing: it then takes any index that begins with the agency for as good as
// another and reads all rows of the agency to save a sort. And what it saw on a Monday would decide how Friday's queries run. So the store
// writes the statistics itself, once and for good: what the tables are like when an installation has worked for years. Plans are then the same on every
// machine, on every day, and can be kept beside the code (testdata/plans).

// presumedRows is how many rows a table is taken to have.
const presumedRows = 4_000_000

// presumed gives the line of sqlite_stat1 for an index: how many rows it has, then how many agree in the first column, in the first two, and so on.
func presumed(columns []string, unique, partial bool) string {
	rows := float64(presumedRows)
	if partial { // of what is open: a small part
		rows /= 200
	}
	line := fmt.Sprint(int64(rows))
	left := rows
	for i, c := range columns {
		left = max(left/differing(c), 1)
		if unique && i == len(columns)-1 {
			left = 1
		}
		line += fmt.Sprint(" ", max(int64(left), 1))
	}
	return line
}

// differing guesses from its name how many values a column has among the rows that agree in the columns before it.
func differing(column string) float64 {
	switch {
	case column == "agency_id":
		return 600
	case strings.HasSuffix(column, "_us") || strings.HasSuffix(column, "sha") || column == "id" || column == "ref" || column == "key" || column == "idx" || column == "entry_id" ||
		column == "document_id" || column == "parcel" || column == "receipt" || column == "packet" || column == "word" || column == "number" || column == "number_text" || column == "number_key" || column == "sender_key":
		return presumedRows
	case strings.HasSuffix(column, "_date") || strings.HasPrefix(column, "valid_") || strings.HasSuffix(column, "until"):
		return 2000
	case strings.HasSuffix(column, "incoming_id") || strings.HasSuffix(column, "outgoing_id") || strings.HasSuffix(column, "delivery_id") || strings.HasSuffix(column, "dossier_id") || strings.HasSuffix(column, "ref_id"):
		return presumedRows / 20
	case strings.HasSuffix(column, "_id") || strings.HasSuffix(column, "_code") || strings.HasSuffix(column, "holding") || strings.HasSuffix(column, "unit") || strings.HasSuffix(column, "person") || column == "name" || column == "code":
		return 300
	}
	return 4 // a state, a kind, a box, a year
}

// hasPresumed tells whether the statistics are there.
func (db *DB) hasPresumed(ctx context.Context) bool {
	var one int
	return db.write.QueryRowContext(ctx, "SELECT 1 FROM sqlite_stat1 LIMIT 1").Scan(&one) == nil
}

// presume writes the presumed statistics; connections opened afterwards plan by them.
func (db *DB) presume(ctx context.Context) error {
	rows, err := db.write.QueryContext(ctx, `SELECT t.name, i.name, i."unique", i.partial, COALESCE(c.name, '') FROM sqlite_schema t JOIN pragma_index_list(t.name) i JOIN pragma_index_info(i.name) c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND t.name NOT LIKE 'search\_index\_%' ESCAPE '\' ORDER BY t.name, i.name, c.seqno`)
	if err != nil {
		return err
	}
	defer rows.Close()
	type index struct {
		table, name     string
		unique, partial bool
		columns         []string
	}
	var all []*index
	for rows.Next() {
		var i index
		var column string
		if err := rows.Scan(&i.table, &i.name, &i.unique, &i.partial, &column); err != nil {
			return err
		}
		if n := len(all); n == 0 || all[n-1].name != i.name {
			all = append(all, &i)
		}
		last := all[len(all)-1]
		last.columns = append(last.columns, column)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	rows.Close()
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "ANALYZE sqlite_schema"); err != nil { // makes the table of statistics where it is missing
		return err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM sqlite_stat1"); err != nil {
		return err
	}
	for _, i := range all {
		if _, err := tx.ExecContext(ctx, "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ($1, $2, $3)", i.table, i.name, presumed(i.columns, i.unique, i.partial)); err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	_, err = db.write.ExecContext(ctx, "ANALYZE sqlite_schema") // this connection plans by them too
	return err
}
