package documents

import (
	"context"
	"fmt"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// States of a held number: held → used | released → offered (given to another entry the same day) | void.
const (
	NumberHeld     = "held"
	NumberUsed     = "used"
	NumberReleased = "released"
	NumberOffered  = "offered"
	NumberVoid     = "void"
)

// Reservation is a number held for a document that is not signed yet (“giữ số”, D4.11).
type Reservation struct {
	ID         int64
	RegisterID int64
	Year       int
	Number     int64
	State      string
	Reason     string
	ForDate    calendar.Date // the date the document is to have; "" = not known
	Until      calendar.Date `db:"until_date"` // the last day on which it may be used
	HeldOn     calendar.Date
	PersonID   int64
	PersonName string
	OutgoingID int64 // that used it
	EndReason  string
	EndName    string        // who gave it back
	EndedAt    store.Instant `db:"ended_us"`
	At         store.Instant `db:"at_us"`
}

// Lapsed tells whether a held number may no longer be used: its last day is over.
func (v Reservation) Lapsed(on calendar.Date) bool {
	return v.State == NumberHeld && v.Until.Before(on)
}

// Gone tells whether the number will never be used: a void one, or one that was not taken up on the day it was given back.
func (v Reservation) Gone(on calendar.Date) bool {
	return v.State == NumberVoid || v.State == NumberReleased && v.HeldOn.Before(on) || v.Lapsed(on)
}

// Mark is what the register says about a number without a document (D7.10).
func (v Reservation) Mark(on calendar.Date) store.Message {
	switch {
	case v.Lapsed(on):
		return store.Say("Số giữ đã hết hạn ngày {date}, không dùng: {reason}", "date", v.Until.Display(), "reason", v.Reason)
	case v.State == NumberHeld:
		return store.Say("Giữ số đến hết ngày {date} ({name}): {reason}", "date", v.Until.Display(), "name", v.PersonName, "reason", v.Reason)
	case v.State == NumberReleased && !v.Gone(on):
		return store.Say("Số trả lại trong ngày, chờ cấp lại: {reason}", "reason", v.EndReason)
	}
	return store.Say("Số bỏ: {reason}", "reason", v.EndReason)
}

// ReserveForm asks for the next number of a register to be held.
type ReserveForm struct {
	Register int64         // 0 = the agency's default register of outgoing documents
	ForDate  calendar.Date // "" = not known yet
	Until    calendar.Date // "" = today
	Reason   string
}

// mostHeldDays is how far ahead a number may be held.
const mostHeldDays = 60

const reservationColumns = `id, register_id, year, number, state, reason, for_date, until_date, held_on, person_id, person_name, outgoing_id, end_reason, end_name, ended_us, at_us`

var (
	sqlPutReservation = store.SQL(`INSERT INTO documents_reservations (agency_id, id, register_id, year, number, state, reason, for_date, until_date, held_on, person_id, person_name,
		outgoing_id, end_reason, end_name, ended_us, at_us) VALUES ($1, $2, $3, $4, $5, 'held', $6, $7, $8, $9, $10, $11, 0, '', '', 0, $12)`)
	sqlReservations = store.SQL(`SELECT ` + reservationColumns + ` FROM documents_reservations WHERE agency_id = $1 AND register_id = $2 AND state <> 'offered' ORDER BY number, id LIMIT $3`)
	sqlReservation  = store.SQL(`SELECT ` + reservationColumns + ` FROM documents_reservations WHERE agency_id = $1 AND id = $2`)
	sqlEndHeld      = store.SQL(`UPDATE documents_reservations SET state = $1, end_reason = $2, end_name = $3, ended_us = $4 WHERE agency_id = $5 AND id = $6 AND state = 'held'`)
	sqlUseHeld      = store.SQL(`UPDATE documents_reservations SET state = 'used', outgoing_id = $1, end_name = $2, ended_us = $3 WHERE agency_id = $4 AND id = $5 AND state = 'held'`)
	sqlOffered      = store.SQL(`SELECT id, number FROM documents_reservations WHERE agency_id = $1 AND register_id = $2 AND state = 'released' AND held_on = $3 ORDER BY number LIMIT 1`)
	sqlTakeOffered  = store.SQL(`UPDATE documents_reservations SET state = 'offered' WHERE agency_id = $1 AND id = $2 AND state = 'released'`)
)

// Reserve holds the next number of a register. The registry does, with the reason and the last day it may be used on; after that day
// the number is void and stays in the register with its mark.
func Reserve(ctx context.Context, tx *store.Tx, f ReserveForm) (*Reservation, error) {
	a := tx.Actor()
	if err := mayRegistry(a); err != nil {
		return nil, err
	}
	now := today(tx.Now())
	v := Reservation{ID: tx.NewID(), State: NumberHeld, Reason: line(f.Reason), ForDate: f.ForDate, Until: f.Until, HeldOn: now, PersonID: a.Person, At: tx.Now()}
	if v.Until.IsZero() {
		v.Until = now
	}
	var p store.Problems
	if n := len([]rune(v.Reason)); n < 5 || n > 500 {
		p.Add("reason", "Lý do giữ số cần từ 5 đến 500 ký tự.")
	}
	if !v.Until.Valid() || v.Until.Before(now) || v.Until.After(now.AddDays(mostHeldDays)) || v.Until.Year() != now.Year() {
		p.Add("until", "Hạn giữ số phải từ hôm nay đến {days} ngày nữa và trong năm nay.", "days", mostHeldDays)
	}
	if !v.ForDate.IsZero() && (!v.ForDate.Valid() || v.ForDate.Before(now) || v.ForDate.After(v.Until)) {
		p.Add("for_date", "Ngày dự kiến của văn bản phải từ hôm nay đến hạn giữ số.")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	b, err := reservable(ctx, tx, a.Agency, f.Register, now)
	if err != nil {
		return nil, err
	}
	if v.Number, err = b.draw(ctx, tx); err != nil {
		return nil, err
	}
	if v.PersonName, _, err = nameActor(ctx, tx, a); err != nil {
		return nil, err
	}
	v.RegisterID, v.Year = b.ID, b.Year
	err = tx.Put(ctx, sqlPutReservation, a.Agency, v.ID, v.RegisterID, v.Year, v.Number, v.Reason, v.ForDate, v.Until, v.HeldOn, v.PersonID, v.PersonName, v.At)
	if err != nil {
		return nil, err
	}
	return &v, tx.Record(store.Event{Verb: "number.reserved", Agency: a.Agency, Ref: b.ref(), Title: fmt.Sprintf("%02d", v.Number)})
}

// reservable is an open register of outgoing documents, the default one for 0.
func reservable(ctx context.Context, tx *store.Tx, agency, id int64, now calendar.Date) (Book, error) {
	b, err := Book{}, error(nil)
	if id == 0 {
		if err = carryOver(ctx, tx, agency, OutgoingBook, now.Year()); err == nil {
			b, err = defaultBook(ctx, tx, agency, OutgoingBook, now.Year())
		}
	} else {
		b, err = findBook(ctx, tx, agency, id)
	}
	switch {
	case err != nil:
		return b, err
	case b.Direction != OutgoingBook || b.Kind == BookSecret || b.Kind == BookCopies:
		return b, store.RefuseField("register", "Sổ {name} không giữ số được: chỉ giữ số trong sổ văn bản đi thường.", "name", b.Name)
	case b.Year != now.Year():
		return b, store.RefuseField("register", "Sổ {name} không dùng cho năm {year}. Hãy chọn sổ khác.", "name", b.Name, "year", fmt.Sprint(now.Year()))
	case b.lockedAt(now):
		return b, store.RefuseField("register", "Sổ {name} đã khóa từ ngày {date}. Hãy chọn sổ khác.", "name", b.Name, "date", b.LockedOn)
	}
	return b, nil
}

// ReleaseNumber gives a held number back, with the reason. On the day it was held it is offered to the next entry, unless the setting
// documents.reuse_released says no; later it is void (D4.11).
func ReleaseNumber(ctx context.Context, tx *store.Tx, id int64, reason string) (*Reservation, error) {
	a := tx.Actor()
	if err := mayRegistry(a); err != nil {
		return nil, err
	}
	v, err := findReservation(ctx, tx, a.Agency, id)
	if err != nil {
		return nil, err
	}
	if v.State != NumberHeld {
		return nil, store.Refuse(store.Conflict, "Số {number} không còn được giữ: đã dùng hoặc đã trả lại. Không có gì thay đổi.", "number", fmt.Sprintf("%02d", v.Number))
	}
	if reason = line(reason); len([]rune(reason)) < 5 || len([]rune(reason)) > 500 {
		return nil, store.RefuseField("reason", "Lý do trả lại số cần từ 5 đến 500 ký tự.")
	}
	reuse, err := store.Setting(ctx, tx, a.Agency, "documents.reuse_released", "yes")
	if err != nil {
		return nil, err
	}
	v.State, v.EndReason, v.EndedAt = NumberVoid, reason, tx.Now()
	if reuse != "no" && v.HeldOn == today(tx.Now()) {
		v.State = NumberReleased
	}
	if v.EndName, _, err = nameActor(ctx, tx, a); err != nil {
		return nil, err
	}
	if err := tx.Put(ctx, sqlEndHeld, v.State, reason, v.EndName, v.EndedAt, a.Agency, id); err != nil {
		return nil, err
	}
	return &v, tx.Record(store.Event{Verb: "number.released", Agency: a.Agency, Ref: fmt.Sprintf("register/%d", v.RegisterID), Title: fmt.Sprintf("%02d", v.Number)})
}

// Reservations lists the held numbers of a register and what became of them, by number. For those who read registers.
func Reservations(ctx context.Context, r store.Reader, a store.Actor, register int64) ([]Reservation, error) {
	if !SeesAll(a) {
		return nil, errRegisterReaders()
	}
	if _, err := findBook(ctx, r, a.Agency, register); err != nil {
		return nil, err
	}
	return store.All[Reservation](ctx, r, sqlReservations, a.Agency, register, mostPrinted)
}

func errRegisterReaders() error {
	return store.Refuse(store.Forbidden, "Chỉ văn thư, lưu trữ và lãnh đạo cơ quan được xem sổ đăng ký.")
}

func findReservation(ctx context.Context, r store.Reader, agency, id int64) (Reservation, error) {
	v, ok, err := store.Maybe[Reservation](ctx, r, sqlReservation, agency, id)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Không tìm thấy số đang giữ này trong cơ quan.")
	}
	return v, err
}

// take uses a held number for a document.
func (v Reservation) take(ctx context.Context, tx *store.Tx, o *Outgoing) error {
	now := today(tx.Now())
	switch {
	case v.Lapsed(now):
		return store.RefuseField("reservation", "Số {number} chỉ được giữ đến hết ngày {date} nên không dùng được nữa. Hãy cấp số mới.", "number", fmt.Sprintf("%02d", v.Number), "date", v.Until.Display())
	case v.State != NumberHeld:
		return store.RefuseField("reservation", "Số {number} không còn được giữ: đã dùng hoặc đã trả lại. Không có gì thay đổi.", "number", fmt.Sprintf("%02d", v.Number))
	}
	name, _, err := nameActor(ctx, tx, tx.Actor())
	if err != nil {
		return err
	}
	return tx.Put(ctx, sqlUseHeld, o.ID, name, tx.Now(), o.AgencyID, v.ID)
}

type offered struct{ ID, Number int64 }

// drawOffered takes the smallest number that was held and given back today, 0 when there is none.
func (b Book) drawOffered(ctx context.Context, tx *store.Tx) (int64, error) {
	for {
		v, ok, err := store.Maybe[offered](ctx, tx, sqlOffered, b.AgencyID, b.ID, today(tx.Now()))
		if err != nil || !ok {
			return 0, err
		}
		n, err := tx.Exec(ctx, sqlTakeOffered, b.AgencyID, v.ID)
		if err != nil || n == 1 {
			return v.Number, err
		} // another clerk was faster: look again
	}
}

// FindReservation gives one held number to those who read registers.
func FindReservation(ctx context.Context, r store.Reader, a store.Actor, id int64) (Reservation, error) {
	if !SeesAll(a) {
		return Reservation{}, errRegisterReaders()
	}
	return findReservation(ctx, r, a.Agency, id)
}

var sqlHeld = store.SQL(`SELECT ` + reservationColumns + ` FROM documents_reservations WHERE agency_id = $1 AND state = 'held' AND until_date >= $2 ORDER BY register_id, number LIMIT 200`)

// HeldNumbers lists the numbers of the agency that may be used today.
func HeldNumbers(ctx context.Context, r store.Reader, a store.Actor) ([]Reservation, error) {
	if !SeesAll(a) {
		return nil, errRegisterReaders()
	}
	return store.All[Reservation](ctx, r, sqlHeld, a.Agency, nowOf(r))
}
