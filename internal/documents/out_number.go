package documents

import (
	"context"
	"fmt"
	"math"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// NumberForm asks for the number of a signed document.
type NumberForm struct {
	Register int64              // 0 = the register kept for the type, else the default one of the year
	Date     calendar.Date      // date of the document; "" = today
	Key      string             // of the request: a repeated request with the same key gives the same number
	Days     *calendar.Calendar // nil = calendar.Default()
	// Reservation is a number held for this document; 0 = the next one.
	Reservation int64
}

type drawn struct {
	OutgoingID int64
	RegisterID int64
	Year       int
	Number     int64
}

var (
	sqlDrawnKey  = store.SQL(`SELECT outgoing_id, register_id, year, number FROM documents_numbers WHERE agency_id = $1 AND draw_key = $2`)
	sqlLastDate  = store.SQL(`SELECT issued_date FROM documents_numbers WHERE agency_id = $1 AND register_id = $2 AND year = $3 AND number < $4 AND void_reason = '' ORDER BY number DESC LIMIT 1`)
	sqlTaken     = store.SQL(`SELECT number FROM documents_numbers WHERE agency_id = $1 AND year = $2 AND notation = $3 AND number = $4 AND void_reason = ''`)
	sqlPutNumber = store.SQL(`INSERT INTO documents_numbers (agency_id, register_id, year, number, outgoing_id, notation, issued_date, draw_key, void_reason, at_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', $9)`)
	sqlNumbered = store.SQL(`UPDATE documents_outgoing SET register_id = $1, year = $2, number = $3, number_text = $4, issued_date = $5, numbered_us = $6, search_text = $7
		WHERE agency_id = $8 AND id = $9 AND number = 0`)
)

// Number gives a signed document its number and date and enters it in the register (D4.1–D4.10, Đ.15): one serialised act per register
// and year, no gap, the year by Hanoi's calendar. The date is not before the signature, not after today, and not before that of the
// register's last number. Everything that would stop the issue later is asked for now, so that no number is drawn in vain.
func Number(ctx context.Context, tx *store.Tx, id int64, f NumberForm) (*Outgoing, error) {
	a := tx.Actor()
	key := f.Key
	if key == "" {
		key = OutgoingRef(id)
	}
	if len(key) > 200 {
		return nil, store.RefuseField("key", "Yêu cầu cấp số này đã dùng cho văn bản khác. Hãy tải lại trang.")
	}
	if d, ok, err := store.Maybe[drawn](ctx, tx, sqlDrawnKey, a.Agency, key); err != nil || ok {
		if err == nil && (d.OutgoingID != id || !KeepsRegisters(a)) {
			err = store.Refuse(store.Conflict, "Yêu cầu cấp số này đã dùng cho văn bản khác. Hãy tải lại trang.")
		}
		if err != nil {
			return nil, err
		}
		o, err := FindOutgoing(ctx, tx, a, id) // the request came twice: the number is there
		if err == nil && o.State != Numbered && o.State != Sealed && o.State != Issued {
			_, err = o.allow(a, ActNumber)
		}
		return o, err
	}
	o, way, err := begin(ctx, tx, id, ActNumber)
	if err != nil {
		return nil, err
	}
	now := today(tx.Now())
	var held Reservation
	if f.Reservation != 0 {
		if held, err = findReservation(ctx, tx, o.AgencyID, f.Reservation); err != nil {
			return nil, err
		}
		if f.Register = held.RegisterID; f.Date.IsZero() && !held.ForDate.After(now) && !held.ForDate.Before(today(o.SignedAt)) {
			f.Date = held.ForDate
		}
	}
	if f.Date.IsZero() {
		f.Date = now
	}
	if err := o.mayNumber(ctx, tx, f.Date, now); err != nil {
		return nil, err
	}
	b, err := o.book(ctx, tx, f)
	if err != nil {
		return nil, err
	}
	if held.ID != 0 {
		o.Number, err = held.Number, held.take(ctx, tx, o)
	} else {
		o.Number, err = b.draw(ctx, tx)
	}
	if err != nil {
		return nil, err
	}
	if err := o.mayFollow(ctx, tx, b, f.Date, held.ID != 0); err != nil { // after the draw: its lock keeps other clerks out
		return nil, err
	}
	o.NumberText = fmt.Sprintf("%02d/%s", o.Number, o.Notation)
	err = tx.Put(ctx, sqlPutNumber, o.AgencyID, b.ID, b.Year, o.Number, o.ID, o.Notation, f.Date, key, tx.Now())
	if err == nil {
		err = tx.Put(ctx, sqlNumbered, b.ID, b.Year, o.Number, o.NumberText, f.Date, tx.Now(), o.searchText(), o.AgencyID, o.ID)
	}
	if err != nil {
		return nil, err
	}
	if f.Days == nil {
		f.Days = calendar.Default()
	}
	late := now.After(f.Days.NextWorking(today(o.SignedAt)))
	err = o.carry(ctx, tx, move{act: ActNumber, next: way.next, verb: "document.numbered", late: late,
		what: store.Say("Cấp số {number}, ngày {date}, {register}.", "number", o.NumberText, "date", f.Date.Display(), "register", b.Name),
		tell: store.Say("Văn bản “{subject}” được cấp số {number}.", "subject", o.Subject, "number", o.NumberText), notify: []int64{o.DrafterID}})
	if err != nil {
		return nil, err
	}
	return load(ctx, tx, o.AgencyID, o.ID)
}

// mayNumber lists what stands against numbering the document on that date (D8.13, D4.9, X22.1–X22.6).
func (o *Outgoing) mayNumber(ctx context.Context, tx *store.Tx, date, now calendar.Date) error {
	var p store.Problems
	signedOn := today(o.SignedAt)
	switch {
	case !date.Valid() || date.After(now):
		p.Add("date", "Ngày văn bản không được sau hôm nay.")
	case date.Before(signedOn):
		p.Add("date", "Ngày văn bản không được trước ngày ký {date}.", "date", signedOn.Display())
	case date.Year() != now.Year():
		p.Add("date", "Số văn bản lấy theo năm {year}, nên ngày văn bản phải trong năm đó.", "year", fmt.Sprint(now.Year()))
	}
	if err := o.sendable(ctx, tx, now, &p); err != nil {
		return err
	}
	return p.Err()
}

// mayFollow keeps dates in the order of numbers and number with notation unique in the agency's year (D4.6).
// A held number keeps its place: only the numbers before it bound its date, and the register marks it.
func (o *Outgoing) mayFollow(ctx context.Context, tx *store.Tx, b Book, date calendar.Date, held bool) error {
	before := int64(math.MaxInt64)
	if held {
		before = o.Number
	}
	last, ok, err := store.Maybe[calendar.Date](ctx, tx, sqlLastDate, o.AgencyID, b.ID, b.Year, before)
	if err != nil {
		return err
	}
	if ok && date.Before(last) {
		return store.RefuseField("date", "Sổ đã có văn bản ngày {date}; ngày của số tiếp theo không được trước ngày đó.", "date", last.Display())
	}
	_, taken, err := store.Maybe[int64](ctx, tx, sqlTaken, o.AgencyID, b.Year, o.Notation, o.Number)
	if err == nil && taken {
		err = store.RefuseField("register", "Số {number}/{notation} đã dùng trong một sổ khác của năm nay. Hãy chọn sổ khác.", "number", fmt.Sprintf("%02d", o.Number), "notation", o.Notation)
	}
	return err
}
