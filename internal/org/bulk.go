package org

import (
	"context"
	"fmt"
	"strings"

	"congvu/internal/store"
)

// bulk writes rows many to a statement: a list of 120 000 entries is a few thousand statements instead of a million.
type bulk struct {
	rows, columns int
	one, many     *store.Stmt
}

func bulkOf(rows, columns int, insert, conflict string) bulk {
	values := func(rows int) string {
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
	return bulk{rows, columns, store.SQL(insert + values(1) + conflict), store.SQL(insert + values(rows) + conflict)}
}

func (b bulk) put(ctx context.Context, tx *store.Tx, rows [][]any) error {
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
