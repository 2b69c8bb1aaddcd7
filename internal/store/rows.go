package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"time"
)

// place shortens a file name to room/file.go:line.
func place(file string, line int) string {
	return fmt.Sprintf("%s/%s:%d", filepath.Base(filepath.Dir(file)), filepath.Base(file), line)
}

// Each runs a query and yields its rows as T: a struct (columns by `db` tag or snake-case name, embedded structs included) or
// a single column's type. A column without a field is an error at first use. Breaking out of the loop closes the rows.
func Each[T any](ctx context.Context, r Reader, s *Stmt, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		defer s.ran(time.Now())
		rows, err := r.query(ctx, s, args)
		if err != nil {
			yield(zero, fmt.Errorf("%s: %w", s.Where, err))
			return
		}
		defer rows.Close()
		p, err := planOf(reflect.TypeFor[T](), s, rows)
		if err != nil {
			yield(zero, fmt.Errorf("%s: %w", s.Where, err))
			return
		}
		into := make([]any, len(p.fields))
		if len(p.packed) > 0 {
			p.unpacked(ctx, r, s, rows, func() (any, reflect.Value) { v := new(T); return v, reflect.ValueOf(v).Elem() }, into, func(v any, err error) bool {
				if err != nil {
					return yield(zero, fmt.Errorf("%s: %w", s.Where, err))
				}
				return yield(*v.(*T), nil)
			})
			return
		}
		for rows.Next() {
			var v T
			p.addresses(reflect.ValueOf(&v).Elem(), into)
			if err := rows.Scan(into...); err != nil {
				yield(zero, fmt.Errorf("%s: %w", s.Where, err))
				return
			}
			if !yield(v, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(zero, fmt.Errorf("%s: %w", s.Where, err))
		}
	}
}

// All collects every row.
func All[T any](ctx context.Context, r Reader, s *Stmt, args ...any) ([]T, error) {
	var out []T
	for v, err := range Each[T](ctx, r, s, args...) {
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// One gives the first row, or a NotFound refusal when there is none. Callers give the refusal its sentence.
func One[T any](ctx context.Context, r Reader, s *Stmt, args ...any) (T, error) {
	for v, err := range Each[T](ctx, r, s, args...) {
		return v, err
	}
	var zero T
	return zero, Because(Refuse(NotFound, "Không tìm thấy nội dung yêu cầu."), errNoRow(s.Where))
}

type errNoRow string

func (e errNoRow) Error() string { return string(e) + ": no row" }

// Maybe is One without the refusal: ok tells whether there was a row.
func Maybe[T any](ctx context.Context, r Reader, s *Stmt, args ...any) (v T, ok bool, err error) {
	v, err = One[T](ctx, r, s, args...)
	if errors.Is(err, NotFound) {
		return v, false, nil
	}
	return v, err == nil, err
}

type plan struct {
	fields [][]int // one index path per column; nil = the value itself
	packed []packedColumn
}

func (p *plan) addresses(v reflect.Value, into []any) {
	for i, f := range p.fields {
		if f == nil {
			into[i] = v.Addr().Interface()
		} else {
			into[i] = v.FieldByIndex(f).Addr().Interface()
		}
	}
}

type planKey struct {
	t reflect.Type
	s *Stmt
}

var plans sync.Map // planKey → *plan

func planOf(t reflect.Type, s *Stmt, rows *sql.Rows) (*plan, error) {
	k := planKey{t, s}
	if p, ok := plans.Load(k); ok {
		return p.(*plan), nil
	}
	cols, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	p := &plan{fields: make([][]int, len(cols))}
	if isRow(t) {
		byName := map[string][]int{}
		for _, f := range reflect.VisibleFields(t) {
			if f.Anonymous || !f.IsExported() {
				continue
			}
			name := f.Tag.Get("db")
			if name == "" {
				name = snake(f.Name)
			}
			byName[name] = f.Index
		}
		for i, c := range cols {
			if p.fields[i] = byName[c]; p.fields[i] == nil {
				return nil, fmt.Errorf("no field of %s for column %s", t, c)
			}
		}
	} else if len(cols) != 1 {
		return nil, fmt.Errorf("%d columns for one %s", len(cols), t)
	}
	for i, f := range p.fields {
		p.notePacked(t, cols[i], f)
	}
	plans.Store(k, p)
	return p, nil
}

// isRow tells a struct of columns from a struct that scans itself.
func isRow(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t != reflect.TypeFor[time.Time]() && !reflect.PointerTo(t).Implements(reflect.TypeFor[sql.Scanner]())
}

// snake turns AgencyID into agency_id.
func snake(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			if i > 0 && (s[i-1] < 'A' || s[i-1] > 'Z' || (i+1 < len(s) && s[i+1] >= 'a' && s[i+1] <= 'z')) {
				b.WriteByte('_')
			}
			c += 'a' - 'A'
		}
		b.WriteByte(c)
	}
	return b.String()
}
