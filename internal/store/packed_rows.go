package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
)

// packedColumn is a column of a row that is kept packed.
type packedColumn struct {
	name string
	path []int // nil = the value itself
	json bool
	seen bool // what does not unpack is given as it stands
}

var (
	typePacked     = reflect.TypeFor[Packed]()
	typePackedJSON = reflect.TypeFor[PackedJSON]()
	typePackedSeen = reflect.TypeFor[PackedSeen]()
)

func (p *plan) notePacked(t reflect.Type, column string, path []int) {
	if path != nil {
		t = t.FieldByIndex(path).Type
	}
	if t == typePacked || t == typePackedJSON || t == typePackedSeen {
		p.packed = append(p.packed, packedColumn{column, path, t == typePackedJSON, t == typePackedSeen})
	}
}

func (c packedColumn) of(row reflect.Value) reflect.Value {
	if c.path == nil {
		return row
	}
	return row.FieldByIndex(c.path)
}

// unpacked is Each for rows with packed columns. All rows are read before the first is yielded, packed as they are, because their bases come over the same connection.
func (p *plan) unpacked(ctx context.Context, r Reader, s *Stmt, rows *sql.Rows, fresh func() (any, reflect.Value), into []any, yield func(any, error) bool) {
	var all []any
	var values []reflect.Value
	var taken []parts // of each packed column of each row
	ids := map[int64]bool{}
	for rows.Next() {
		v, row := fresh()
		p.addresses(row, into)
		if err := rows.Scan(into...); err != nil {
			yield(nil, err)
			return
		}
		for _, c := range p.packed {
			part := partsOf(c.of(row).String(), c.json)
			if part.err != nil && !c.seen {
				yield(nil, fmt.Errorf("%s: %w", c.name, broken(part.err)))
				return
			}
			if part.id != 0 {
				ids[part.id] = true
			}
			taken = append(taken, part)
		}
		all, values = append(all, v), append(values, row)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		yield(nil, err)
		return
	}
	found, err := basesFor(ctx, r, ids)
	if err != nil {
		yield(nil, err)
		return
	}
	for i, row := range values {
		for k, c := range p.packed {
			part := taken[i*len(p.packed)+k]
			if !part.packed {
				continue
			}
			text, err := part.text(found)
			if err != nil && c.seen {
				continue
			}
			if err != nil {
				yield(nil, fmt.Errorf("%s: %w", c.name, err))
				return
			}
			c.of(row).SetString(text)
		}
		if !yield(all[i], nil) {
			return
		}
		all[i] = nil
	}
}

var errNoBase = errors.New("its base is missing or damaged")

func broken(err error) error { return fmt.Errorf("a packed text does not unpack: %w", err) }

// text is the text of a packed column, given the bases that may be named in it.
func (p parts) text(found map[int64]*base) (string, error) {
	if p.err != nil {
		return "", broken(p.err)
	}
	var b *base
	if p.id != 0 {
		if b = found[p.id]; b == nil {
			return "", broken(errNoBase)
		}
	}
	text, err := unframe(b, p.frame)
	if err != nil {
		return "", broken(err)
	}
	return text, nil
}
