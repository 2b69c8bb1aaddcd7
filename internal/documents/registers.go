package documents

import (
	"context"
	"fmt"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// Directions of a register.
const (
	OutgoingBook = "outgoing"
	IncomingBook = "incoming"
)

// Book is a register (sổ, D7.9): an agency's number series of one year and direction. TypeCodes "" takes every type, else the listed
// types, separated by spaces, are numbered in it.
type Book struct {
	ID        int64
	AgencyID  int64
	Year      int
	Direction string
	Name      string
	TypeCodes string
	IsDefault bool
	LockedOn  calendar.Date // from this day nothing is entered any more; "" = open
}

func (b Book) series() string { return fmt.Sprintf("documents.register/%d", b.ID) }

const bookColumns = `id, agency_id, year, direction, name, type_codes, is_default, locked_on`

var (
	sqlBooks       = store.SQL(`SELECT ` + bookColumns + ` FROM documents_registers WHERE agency_id = $1 AND direction = $2 AND year = $3 ORDER BY is_default DESC, name, id`)
	sqlBook        = store.SQL(`SELECT ` + bookColumns + ` FROM documents_registers WHERE agency_id = $1 AND id = $2`)
	sqlDefaultBook = store.SQL(`SELECT ` + bookColumns + ` FROM documents_registers WHERE agency_id = $1 AND direction = $2 AND year = $3 AND is_default`)
	sqlPutBook     = store.SQL(`INSERT INTO documents_registers (agency_id, id, year, direction, name, type_codes, is_default, locked_on, at_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '', $8) ON CONFLICT DO NOTHING`)
	sqlLockBook = store.SQL(`UPDATE documents_registers SET locked_on = $1 WHERE agency_id = $2 AND id = $3 AND locked_on = ''`)
)

// ListRegisters gives the agency's registers of a direction and a year, the default one first.
func ListRegisters(ctx context.Context, r store.Reader, a store.Actor, direction string, year int) ([]Book, error) {
	return store.All[Book](ctx, r, sqlBooks, a.Agency, direction, year)
}

// OpenRegister opens one more register beside the default one (D4.7, D4.8). Clerks and administrators of the agency may.
func OpenRegister(ctx context.Context, tx *store.Tx, direction string, year int, name string, typeCodes []string) (*Book, error) {
	a := tx.Actor()
	if !a.Roles.Has(store.Clerk | store.AgencyAdmin) {
		return nil, store.Refuse(store.Forbidden, "Chỉ văn thư hoặc quản trị của cơ quan được mở sổ đăng ký.")
	}
	b := Book{ID: tx.NewID(), AgencyID: a.Agency, Year: year, Direction: direction, Name: line(name), TypeCodes: strings.Join(typeCodes, " ")}
	var p store.Problems
	if direction != OutgoingBook && direction != IncomingBook {
		p.Add("direction", "Sổ phải là sổ văn bản đi hoặc sổ văn bản đến.")
	}
	if thisYear := today(tx.Now()).Year(); year < thisYear-1 || year > thisYear+1 {
		p.Add("year", "Năm của sổ phải là năm nay, năm trước hoặc năm sau.")
	}
	if b.Name == "" || len(b.Name) > 200 {
		p.Add("name", "Tên sổ cần từ 1 đến 200 ký tự.")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	for _, code := range typeCodes {
		if _, err := FindType(ctx, tx, code); err != nil {
			return nil, err
		}
	}
	if err := tx.Put(ctx, sqlPutBook, b.AgencyID, b.ID, b.Year, b.Direction, b.Name, b.TypeCodes, false, tx.Now()); err != nil {
		return nil, err
	}
	return &b, tx.Record(store.Event{Verb: "register.opened", Agency: a.Agency, Ref: fmt.Sprintf("register/%d", b.ID), Title: b.Name})
}

// CloseRegister locks a register from a day on (D7.9).
func CloseRegister(ctx context.Context, tx *store.Tx, id int64, from calendar.Date) error {
	a := tx.Actor()
	if !a.Roles.Has(store.Clerk | store.AgencyAdmin) {
		return store.Refuse(store.Forbidden, "Chỉ văn thư hoặc quản trị của cơ quan được khóa sổ đăng ký.")
	}
	b, err := findBook(ctx, tx, a.Agency, id)
	if err != nil {
		return err
	}
	if !from.Valid() || from.Before(today(tx.Now())) {
		return store.RefuseField("from", "Ngày khóa sổ phải là hôm nay hoặc một ngày sau đó.")
	}
	if err := tx.Put(ctx, sqlLockBook, from, a.Agency, id); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "register.closed", Agency: a.Agency, Ref: fmt.Sprintf("register/%d", id), Title: b.Name})
}

func findBook(ctx context.Context, r store.Reader, agency, id int64) (Book, error) {
	b, ok, err := store.Maybe[Book](ctx, r, sqlBook, agency, id)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Không tìm thấy sổ đăng ký này trong cơ quan.")
	}
	return b, err
}

// bookFor gives the register an entry goes into: the chosen one (id), else the one kept for the type, else the agency's default of
// the year, which is opened on first use (D7.9). It refuses a register of another year, direction or type, and a locked one.
func bookFor(ctx context.Context, tx *store.Tx, agency, id int64, direction string, on calendar.Date, typeCode string) (Book, error) {
	b, err := Book{}, error(nil)
	if id != 0 {
		b, err = findBook(ctx, tx, agency, id)
	} else {
		b, err = usualBook(ctx, tx, agency, direction, on, typeCode)
	}
	switch {
	case err != nil:
		return b, err
	case b.Direction != direction || b.Year != on.Year():
		return b, store.RefuseField("register", "Sổ {name} không dùng cho năm {year}. Hãy chọn sổ khác.", "name", b.Name, "year", fmt.Sprint(on.Year()))
	case b.TypeCodes != "" && !contains(strings.Fields(b.TypeCodes), typeCode):
		return b, store.RefuseField("register", "Sổ {name} không dùng cho loại văn bản này. Hãy chọn sổ khác.", "name", b.Name)
	case !b.LockedOn.IsZero() && !on.Before(b.LockedOn):
		return b, store.RefuseField("register", "Sổ {name} đã khóa từ ngày {date}. Hãy chọn sổ khác.", "name", b.Name, "date", b.LockedOn)
	}
	return b, nil
}

// usualBook is the open register kept for a type (D4.7), else the default one.
func usualBook(ctx context.Context, tx *store.Tx, agency int64, direction string, on calendar.Date, typeCode string) (Book, error) {
	books, err := store.All[Book](ctx, tx, sqlBooks, agency, direction, on.Year())
	if err != nil {
		return Book{}, err
	}
	for _, b := range books {
		if contains(strings.Fields(b.TypeCodes), typeCode) && (b.LockedOn.IsZero() || on.Before(b.LockedOn)) {
			return b, nil
		}
	}
	return defaultBook(ctx, tx, agency, direction, on.Year())
}

func defaultBook(ctx context.Context, tx *store.Tx, agency int64, direction string, year int) (Book, error) {
	b, ok, err := store.Maybe[Book](ctx, tx, sqlDefaultBook, agency, direction, year)
	if err != nil || ok {
		return b, err
	}
	name := "Sổ đăng ký văn bản đi"
	if direction == IncomingBook {
		name = "Sổ đăng ký văn bản đến"
	}
	if _, err := tx.Exec(ctx, sqlPutBook, agency, tx.NewID(), year, direction, name, "", true, tx.Now()); err != nil {
		return b, err
	}
	return store.One[Book](ctx, tx, sqlDefaultBook, agency, direction, year) // ours, or that of somebody who was faster
}

// draw takes the next number of the register (D4.10). The entry that uses it must be written in the same act, under its own
// unique constraint (agency, register, number).
func (b Book) draw(ctx context.Context, tx *store.Tx) (int64, error) {
	return tx.Draw(ctx, b.AgencyID, b.series(), b.Year)
}
