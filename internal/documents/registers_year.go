package documents

import (
	"context"
	"fmt"

	"congvu/internal/store"
)

var sqlToCarry = store.SQL(`SELECT ` + bookColumns + ` FROM documents_registers b WHERE agency_id = $1 AND direction = $2 AND year = $3 AND carried
	AND NOT EXISTS (SELECT 1 FROM documents_registers n WHERE n.agency_id = b.agency_id AND n.from_id = b.id) ORDER BY is_default DESC, name, id`)

// carryOver opens a year's registers with the rules of the year before, at the first use of the year (D4.6, D7.9). A year that has its
// default register was begun already.
func carryOver(ctx context.Context, tx *store.Tx, agency int64, direction string, year int) error {
	if _, ok, err := store.Maybe[Book](ctx, tx, sqlDefaultBook, agency, direction, year); err != nil || ok {
		return err
	}
	_, err := carry(ctx, tx, agency, direction, year)
	return err
}

// carry copies the rules of last year's registers that are carried and have no successor yet. Numbers begin again with 01. Two who do
// it at once open each register once.
func carry(ctx context.Context, tx *store.Tx, agency int64, direction string, year int) ([]Book, error) {
	last, err := store.All[Book](ctx, tx, sqlToCarry, agency, direction, year-1)
	if err != nil {
		return nil, err
	}
	var opened []Book
	for _, b := range last {
		b.FromID, b.ID, b.Year, b.FirstNumber, b.LockedOn, b.LockReason = b.ID, tx.NewID(), year, 1, "", ""
		n, err := b.put(ctx, tx)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			continue
		}
		if err := tx.Record(store.Event{Verb: "register.opened", Agency: agency, Ref: b.ref(), Title: b.Name}); err != nil {
			return nil, err
		}
		opened = append(opened, b)
	}
	return opened, nil
}

// OpenYear opens the registers of this year or the next with the rules of the year before (“Mở sổ năm mới”), the default ones at least.
// Conflict when all of them are open already.
func OpenYear(ctx context.Context, tx *store.Tx, year int) ([]Book, error) {
	a := tx.Actor()
	if !opensRegisters(a) {
		return nil, errRegisterKeepers()
	}
	if this := today(tx.Now()).Year(); year != this && year != this+1 {
		return nil, store.RefuseField("year", "Chỉ mở sổ của năm nay hoặc năm sau.")
	}
	var all []Book
	for _, direction := range []string{OutgoingBook, IncomingBook} {
		books, err := carry(ctx, tx, a.Agency, direction, year)
		if err != nil {
			return nil, err
		}
		if _, ok, err := store.Maybe[Book](ctx, tx, sqlDefaultBook, a.Agency, direction, year); err != nil {
			return nil, err
		} else if !ok {
			b, err := defaultBook(ctx, tx, a.Agency, direction, year)
			if err == nil {
				err = tx.Record(store.Event{Verb: "register.opened", Agency: a.Agency, Ref: b.ref(), Title: b.Name})
			}
			if err != nil {
				return nil, err
			}
			books = append(books, b)
		}
		all = append(all, books...)
	}
	if len(all) == 0 {
		return nil, store.Refuse(store.Conflict, "Các sổ của năm {year} đã được mở. Không có gì thay đổi.", "year", fmt.Sprint(year))
	}
	return all, nil
}

// successor is the register of a year that carries on another one, the register itself in its own year.
func successor(ctx context.Context, r store.Reader, b Book, year int) (Book, bool, error) {
	for b.Year < year {
		next, ok, err := store.Maybe[Book](ctx, r, sqlCarriedOn, b.AgencyID, b.ID)
		if err != nil || !ok {
			return b, false, err
		}
		b = next
	}
	return b, b.Year == year, nil
}

var sqlCarriedOn = store.SQL(`SELECT ` + bookColumns + ` FROM documents_registers WHERE agency_id = $1 AND from_id = $2 AND from_id <> 0`)
