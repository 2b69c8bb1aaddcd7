package store

import (
	"context"
	"fmt"
	"strings"
)

// Bulk writes rows many to a statement: a list of 120 000 entries is a few thousand statements instead of a million.
type Bulk struct {
	rows, columns int
	one, many     *Stmt
}

// BulkOf makes the statements of a Bulk: insert ends with VALUES, conflict stands behind the rows.
func BulkOf(rows, columns int, insert, conflict string) Bulk {
	stmt := func(rows int) *Stmt {
		text := insert + placeholders(rows, columns) + conflict
		return registerAt(3, text, text)
	}
	return Bulk{rows, columns, stmt(1), stmt(rows)}
}

func placeholders(rows, columns int) string {
	var b strings.Builder
	n := 0
	for i := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('(')
		for j := range columns {
			if n++; j > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "$%d", n)
		}
		b.WriteByte(')')
	}
	return b.String()
}

// Put writes the rows, each of as many values as there are columns.
func (b Bulk) Put(ctx context.Context, tx *Tx, rows [][]any) error {
	for len(rows) > 0 {
		n, stmt := 1, b.one
		if len(rows) >= b.rows {
			n, stmt = b.rows, b.many
		}
		args := make([]any, 0, n*b.columns)
		for _, r := range rows[:n] {
			args = append(args, r...)
		}
		if _, err := tx.Exec(ctx, stmt, args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}
