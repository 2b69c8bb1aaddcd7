package documents

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"slices"

	"congvu/internal/store"
)

// MostCounted is where the counting of a tab stops; a Tab with More shows "1000+".
const MostCounted = 1000

// Page is one page of a list. Next and Prev are cursors for the same filter; "" where the list ends.
type Page[T any] struct {
	Rows       []T
	Next, Prev string
	Tabs       []Tab
}

// Tab is a list with its number of rows, counted by the list's own predicate (N8).
type Tab struct {
	Code  string
	Count int
	More  bool // there are more than Count
}

// cursor is a place in a list ordered by (at, id), newest first. Back asks for the page before the place.
type cursor struct {
	At, ID int64
	Back   bool
}

func (c cursor) String() string {
	way := "n"
	if c.Back {
		way = "p"
	}
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s.%d.%d", way, c.At, c.ID))
}

// parseCursor reads a cursor; "" is the start of the list.
func parseCursor(s string) (cursor, error) {
	if s == "" {
		return cursor{At: math.MaxInt64, ID: math.MaxInt64}, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	var c cursor
	var way string
	if err == nil {
		_, err = fmt.Sscanf(string(b), "%1s.%d.%d", &way, &c.At, &c.ID)
	}
	if err != nil || way != "n" && way != "p" {
		return c, store.Refuse(store.Invalid, "Trang danh sách này không còn đúng. Hãy mở lại danh sách từ đầu.")
	}
	c.Back = way == "p"
	return c, nil
}

// paged cuts limit+1 rows, read in the direction of c, to a page. key gives a row's place.
func paged[T any](rows []T, c cursor, limit int, key func(T) (at, id int64)) Page[T] {
	more := len(rows) > limit
	if more {
		rows = rows[:limit]
	}
	if c.Back {
		slices.Reverse(rows)
	}
	p := Page[T]{Rows: rows}
	if len(rows) == 0 {
		return p
	}
	if more || c.Back {
		at, id := key(rows[len(rows)-1])
		p.Next = cursor{At: at, ID: id}.String()
	}
	if c.Back && more || !c.Back && c.ID != math.MaxInt64 {
		at, id := key(rows[0])
		p.Prev = cursor{At: at, ID: id, Back: true}.String()
	}
	return p
}

// limited is the number of rows of a page: 1 to 200, 50 when not said.
func limited(n int) int {
	if n <= 0 || n > 200 {
		return 50
	}
	return n
}

func errorsAs[T any](err error) (T, bool) {
	var t T
	ok := errors.As(err, &t)
	return t, ok
}
