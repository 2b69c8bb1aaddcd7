package search

import (
	"cmp"
	"context"
	"strings"

	"congvu/internal/i18n"
	"congvu/internal/store"
)

// SavedSearch is a question that a person keeps (V40). Query is the form's own encoding.
type SavedSearch struct {
	ID       int64
	PersonID int64
	UnitID   int64 // > 0: shown to the people of this unit
	Name     string
	Query    string
	At       store.Instant `db:"at_us"`
}

const (
	mostSaved = 50
	mostName  = 100
	mostQuery = 4000
)

var (
	sqlPutSaved = store.SQL(`INSERT INTO search_saved (agency_id, id, person_id, unit_id, name, query, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	sqlSaved    = store.SQL(`SELECT id, person_id, unit_id, name, query, at_us FROM search_saved WHERE agency_id = $1 AND (person_id = $2 OR unit_id > 0 AND unit_id = $3)
		ORDER BY id LIMIT 200`)
	sqlOwnSaved    = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM search_saved WHERE agency_id = $1 AND person_id = $2`)
	sqlMine        = store.SQL(`SELECT id FROM search_saved WHERE agency_id = $1 AND person_id = $2 AND id = $3`)
	sqlRename      = store.SQL(`UPDATE search_saved SET name = $1 WHERE agency_id = $2 AND person_id = $3 AND id = $4`)
	sqlForget      = store.SQL(`DELETE FROM search_saved WHERE agency_id = $1 AND person_id = $2 AND id = $3`)
	sqlColumns     = store.SQL(`SELECT columns FROM search_columns WHERE agency_id = $1 AND person_id = $2`)
	sqlPutColumns  = store.SQL(`INSERT INTO search_columns (agency_id, person_id, columns) VALUES ($1, $2, $3) ON CONFLICT (agency_id, person_id) DO UPDATE SET columns = excluded.columns`)
	sqlAnythingYet = store.SQL(`SELECT id FROM search_index_entries ORDER BY id LIMIT 1`)
)

func called(name string) (string, error) {
	name = i18n.CleanLine(name)
	if n := len([]rune(name)); n == 0 || n > mostName {
		return "", store.RefuseField("name", "Tên của tìm kiếm phải có từ 1 đến {n} ký tự. Tìm kiếm chưa được lưu; hãy đặt lại tên.", "n", mostName)
	}
	return name, nil
}

// Save keeps a question under a name, for the person alone or for his unit as well.
func Save(ctx context.Context, db *store.DB, a store.Actor, name, query string, forUnit bool) (id int64, err error) {
	if name, err = called(name); err != nil {
		return 0, err
	}
	unit := int64(0)
	if forUnit {
		if unit = a.Unit; unit == 0 {
			return 0, store.RefuseField("unit", "Chức vụ đang dùng không thuộc đơn vị nào nên không chia sẻ được. Tìm kiếm chưa được lưu; hãy lưu cho riêng ông/bà.")
		}
	}
	if len(query) > mostQuery {
		return 0, store.Refuse(store.Invalid, "Tìm kiếm có quá nhiều điều kiện nên không lưu được. Hãy bớt điều kiện rồi lưu lại.")
	}
	return id, db.Keep(ctx, func(tx *store.Tx) error {
		n, err := store.One[int](ctx, tx, sqlOwnSaved, a.Agency, a.Person)
		if err != nil {
			return err
		}
		if n >= mostSaved {
			return store.Refuse(store.Invalid, "Ông/Bà đã lưu {n} tìm kiếm, là mức nhiều nhất. Hãy xóa bớt rồi lưu lại.", "n", mostSaved)
		}
		id = tx.NewID()
		return tx.Put(ctx, sqlPutSaved, a.Agency, id, a.Person, unit, name, query, tx.Now())
	})
}

// Saved lists what the person kept and what colleagues of his unit share.
func Saved(ctx context.Context, r store.Reader, a store.Actor) ([]SavedSearch, error) {
	return store.All[SavedSearch](ctx, r, sqlSaved, a.Agency, a.Person, a.Unit)
}

// Rename gives one's own saved search another name; NotFound for any other.
func Rename(ctx context.Context, db *store.DB, a store.Actor, id int64, name string) error {
	name, wrong := called(name)
	if wrong != nil { // a stranger's search is not found, whatever the name
		if _, mine, err := store.Maybe[int64](ctx, db, sqlMine, a.Agency, a.Person, id); err != nil || mine {
			return cmp.Or(err, wrong)
		}
		return errNotSaved()
	}
	return own(ctx, db, sqlRename, name, a.Agency, a.Person, id)
}

// Forget removes one's own saved search; NotFound for any other.
func Forget(ctx context.Context, db *store.DB, a store.Actor, id int64) error {
	return own(ctx, db, sqlForget, a.Agency, a.Person, id)
}

func own(ctx context.Context, db *store.DB, s *store.Stmt, args ...any) error {
	return db.Keep(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, s, args...)
		if err == nil && n == 0 {
			err = errNotSaved()
		}
		return err
	})
}

func errNotSaved() error {
	return store.Refuse(store.NotFound, "Không tìm thấy tìm kiếm đã lưu này trong số của ông/bà.")
}

// Columns gives the columns that a person chose; nil when he chose none.
func Columns(ctx context.Context, r store.Reader, a store.Actor) ([]string, error) {
	s, ok, err := store.Maybe[string](ctx, r, sqlColumns, a.Agency, a.Person)
	if err != nil || !ok || s == "" {
		return nil, err
	}
	return strings.Split(s, " "), nil
}

// ChooseColumns keeps them.
func ChooseColumns(ctx context.Context, db *store.DB, a store.Actor, columns []string) error {
	return db.Keep(ctx, func(tx *store.Tx) error {
		return tx.Put(ctx, sqlPutColumns, a.Agency, a.Person, strings.Join(columns, " "))
	})
}

// Prime fills an index that is empty: after an upgrade, or when an installation was given back from a copy, which holds no index.
func (x *Index) Prime(ctx context.Context) error {
	_, any, err := store.Maybe[int64](ctx, x.DB, sqlAnythingYet)
	if err != nil || any {
		return err
	}
	_, err = x.Reindex(ctx, nil)
	return err
}
