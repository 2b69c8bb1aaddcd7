package store

import (
	"context"
	"fmt"
	"time"
)

// manyEntries is how many entries CatchUpMany gives at once.
const manyEntries = 10_000

// CatchUpMany is CatchUp for a long past (a city that was just built, an import): handle gets thousands of entries in one transaction and may do once for all of them what it
// would do for each. What it refuses is undone and left where it is.
func (db *DB) CatchUpMany(ctx context.Context, follower string, patience time.Duration, handle func(ctx context.Context, tx *Tx, all []Entry) error) error {
	goal, any, err := Maybe[cursor](ctx, db, sqlNewest)
	until := time.Now().Add(patience)
	for err == nil && any {
		var c cursor
		if c, _, err = Maybe[cursor](ctx, db, sqlPeekCursor, follower); err != nil || !c.before(goal) {
			return err
		}
		n := 0
		n, err = db.handleBehind(ctx, follower, manyEntries, allOf(func(ctx context.Context, tx *Tx, all []Entry) error {
			if err := handle(ctx, tx, all); err != nil {
				return fmt.Errorf("%s, %d entries from %d: %w", follower, len(all), all[0].ID, err)
			}
			return nil
		}))
		switch {
		case err != nil:
			return err
		case n > 0:
			until = time.Now().Add(patience)
		case time.Now().After(until):
			return nil // an older transaction of the server keeps the rest back
		default:
			wait(ctx, nil, 5*time.Millisecond)
			err = ctx.Err()
		}
	}
	return err
}

// Rows makes the statement that inserts n rows of as many columns as the first has, for a past that is written at once: INSERT INTO … VALUES is what stands before them, then
// comes what stands after.
func Rows(insert string, columns, n int, after string) *Stmt {
	text := []byte(insert + " VALUES ")
	for i := range n {
		for k := range columns {
			switch {
			case k > 0:
				text = append(text, ", "...)
			case i > 0:
				text = append(text, ", ("...)
			default:
				text = append(text, '(')
			}
			text = fmt.Appendf(text, "$%d", i*columns+k+1)
		}
		text = append(text, ')')
	}
	return register(string(text)+" "+after, string(text)+" "+after)
}
