package documents

import (
	"context"
	"fmt"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

var (
	sqlWant       = store.SQL(`INSERT INTO documents_wanted_registers (agency_id, outgoing_id, register_id) VALUES ($1, $2, $3) ON CONFLICT (agency_id, outgoing_id) DO UPDATE SET register_id = excluded.register_id`)
	sqlWantUsual  = store.SQL(`DELETE FROM documents_wanted_registers WHERE agency_id = $1 AND outgoing_id = $2`)
	sqlWantedBook = store.SQL(`SELECT register_id FROM documents_wanted_registers WHERE agency_id = $1 AND outgoing_id = $2`)
)

// want keeps the register a draft is meant for: the series of an advisory body, whose notation stands on the page (D4.8). 0 = the usual one.
func (o *Outgoing) want(ctx context.Context, tx *store.Tx, register int64) error {
	if register == 0 {
		_, err := tx.Exec(ctx, sqlWantUsual, o.AgencyID, o.ID)
		return err
	}
	b, err := findBook(ctx, tx, o.AgencyID, register)
	if err != nil {
		return store.RefuseField("register", "Không tìm thấy sổ đăng ký này trong cơ quan. Hãy chọn lại.")
	}
	if b.Direction != OutgoingBook || !b.takes("") || !b.forType(o.TypeCode) || !b.forUnit(o.UnitID) {
		return store.RefuseField("register", "Sổ {name} không dùng cho loại văn bản này. Hãy chọn sổ khác.", "name", b.Name)
	}
	return tx.Put(ctx, sqlWant, o.AgencyID, o.ID, register)
}

// WantedRegister is the register a draft is meant for; 0 = the usual one.
func WantedRegister(ctx context.Context, r store.Reader, a store.Actor, id int64) (int64, error) {
	o, err := FindOutgoing(ctx, r, a, id)
	if err != nil {
		return 0, err
	}
	return o.wanted(ctx, r)
}

func (o *Outgoing) wanted(ctx context.Context, r store.Reader) (int64, error) {
	id, _, err := store.Maybe[int64](ctx, r, sqlWantedBook, o.AgencyID, o.ID)
	return id, err
}

// book is the register the document is numbered in: the chosen one, else the one its draft was meant for, as this year carries it on,
// else the usual one. What the register writes as notation must be what stands on the signed page.
func (o *Outgoing) book(ctx context.Context, tx *store.Tx, f NumberForm) (Book, error) {
	e := entry{register: f.Register, direction: OutgoingBook, on: f.Date, typeCode: o.TypeCode, unit: o.UnitID}
	if e.register == 0 {
		id, err := o.wanted(ctx, tx)
		if err != nil {
			return Book{}, err
		}
		if id != 0 {
			if err := carryOver(ctx, tx, o.AgencyID, OutgoingBook, f.Date.Year()); err != nil {
				return Book{}, err
			}
			b, err := findBook(ctx, tx, o.AgencyID, id)
			if err == nil {
				b, _, err = successor(ctx, tx, b, f.Date.Year())
			}
			if err != nil {
				return Book{}, err
			}
			e.register = b.ID
		}
	}
	b, err := bookOf(ctx, tx, o.AgencyID, e)
	if err != nil || b.Notation == "" {
		return b, err
	}
	ag, err := org.AgencyAt(ctx, tx, org.AgencyID(o.AgencyID), f.Date)
	if err != nil {
		return b, err
	}
	want, err := o.notationBy(ctx, tx, b, ag)
	if err == nil && want != o.Notation {
		err = store.RefuseField("register", "Ký hiệu trên văn bản đã ký là {signed}, nhưng sổ {name} ghi ký hiệu {wanted}. Hãy chọn sổ khác, hoặc trả lại để lập lại văn bản.",
			"signed", o.Notation, "name", b.Name, "wanted", want)
	}
	return b, err
}

// notationBy fills a register's pattern with the abbreviations of the document.
func (o *Outgoing) notationBy(ctx context.Context, r store.Reader, b Book, ag *org.Agency) (string, error) {
	t, err := FindType(ctx, r, o.TypeCode)
	if err != nil {
		return "", err
	}
	unit, err := o.unitAbbr(ctx, r)
	if err != nil {
		return "", err
	}
	field := o.FieldAbbr
	if field == "" {
		field = unit
	}
	return b.notationOf(map[string]string{"{type}": t.Abbr, "{agency}": ag.Abbr, "{unit}": unit, "{field}": field, "{body}": b.BodyAbbr})
}

// series is the pattern that a draft's notation follows: that of the register it is meant for, else of the usual one of its type; ok
// is false where the decree's own rule holds.
func (o *Outgoing) series(ctx context.Context, r store.Reader, on calendar.Date) (b Book, ok bool, err error) {
	id, err := o.wanted(ctx, r)
	if err != nil {
		return b, false, err
	}
	if id != 0 {
		b, err = findBook(ctx, r, o.AgencyID, id)
		return b, err == nil && b.Notation != "", err
	}
	books, err := store.All[Book](ctx, r, sqlBooks, o.AgencyID, OutgoingBook, on.Year())
	if err != nil {
		return b, false, err
	}
	b, ok = fittest(books, entry{direction: OutgoingBook, on: on, typeCode: o.TypeCode, unit: o.UnitID})
	if !ok {
		for _, x := range books {
			if x.IsDefault {
				b = x
			}
		}
	}
	return b, b.Notation != "", nil
}

// Series lists the registers a draft may be meant for beside the usual one.
func Series(ctx context.Context, r store.Reader, a store.Actor, on calendar.Date) ([]Book, error) {
	books, err := ListRegisters(ctx, r, a, OutgoingBook, on.Year())
	var out []Book
	for _, b := range books {
		if b.Kind == BookAdvisory && !b.lockedAt(on) {
			out = append(out, b)
		}
	}
	return out, err
}

func twoDigits(n int64) string { return fmt.Sprintf("%02d", n) }
