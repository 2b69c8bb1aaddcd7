package documents

import (
	"context"
	"slices"
	"strings"

	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

// staffWith lists the people of an agency whose post today fits, each once.
func staffWith(ctx context.Context, tx *store.Tx, agency int64, fits func(org.Holding) bool) ([]int64, error) {
	staff, err := org.Staff(ctx, tx, org.AgencyID(agency), today(tx.Now()))
	return whoFits(staff, fits), err
}

// staffIn is staffWith of those who have a role: the others are not read.
func staffIn(ctx context.Context, tx *store.Tx, agency int64, role store.Roles, fits func(org.Holding) bool) ([]int64, error) {
	staff, err := org.StaffWith(ctx, tx, org.AgencyID(agency), role, today(tx.Now()))
	return whoFits(staff, fits), err
}

func whoFits(staff []org.Holding, fits func(org.Holding) bool) (people []int64) {
	for _, h := range staff {
		if p := int64(h.PersonID); fits(h) && !slices.Contains(people, p) {
			people = append(people, p)
		}
	}
	return people
}

func clerksOf(ctx context.Context, tx *store.Tx, agency int64) ([]int64, error) {
	return staffIn(ctx, tx, agency, store.Clerk, func(org.Holding) bool { return true })
}

func headsOf(ctx context.Context, tx *store.Tx, agency, unit int64) ([]int64, error) {
	return new(unitHeads).unit(ctx, tx, agency, unit)
}

// unitHeads are the heads of all units of one agency, read once in one act.
type unitHeads struct {
	staff []org.Holding
	read  bool
}

func (u *unitHeads) unit(ctx context.Context, tx *store.Tx, agency, unit int64) (people []int64, err error) {
	if !u.read {
		if u.staff, err = org.StaffWith(ctx, tx, org.AgencyID(agency), store.UnitHead, today(tx.Now())); err != nil {
			return nil, err
		}
		u.read = true
	}
	return whoFits(u.staff, func(h org.Holding) bool { return int64(h.UnitID) == unit }), nil
}

// holder is a target as the line keeps it.
type holder struct {
	kind   string
	id     int64
	person int64
	unit   int64
	name   string
	notify []int64
}

// find names a target: a unit of the agency or a post held today. Invalid for anything else.
func (t Target) find(ctx context.Context, tx *store.Tx, field string) (holder, error) {
	agency := tx.Actor().Agency
	if (t.Unit == 0) == (t.Post == 0) {
		return holder{}, store.RefuseField(field, "Mỗi nơi nhận phải là một đơn vị hoặc một người.")
	}
	if t.Post != 0 {
		h, err := colleague(ctx, tx, field, org.HoldingID(t.Post))
		if err != nil {
			return holder{}, err
		}
		return holder{kind: "post", id: t.Post, person: int64(h.PersonID), unit: int64(h.UnitID), name: h.PersonName, notify: []int64{int64(h.PersonID)}}, nil
	}
	units, err := org.Units(ctx, tx, org.AgencyID(agency))
	if err != nil {
		return holder{}, err
	}
	now := today(tx.Now())
	for _, u := range units {
		if int64(u.ID) == t.Unit && (u.ValidTo == "" || now.Before(u.ValidTo)) {
			heads, err := headsOf(ctx, tx, agency, t.Unit)
			return holder{kind: "unit", id: t.Unit, unit: t.Unit, name: u.Name, notify: heads}, err
		}
	}
	return holder{}, store.RefuseField(field, "Đơn vị được chọn không thuộc cơ quan hoặc đã ngừng hoạt động. Hãy chọn đơn vị khác.")
}

// nameSender takes code and name of a sender from the directory, as they are today.
func nameSender(ctx context.Context, tx *store.Tx, d *Incoming) error {
	from, err := org.FindAgency(ctx, tx, org.AgencyID(d.SenderAgency))
	if err == nil {
		d.SenderCode, d.SenderName = from.Code, from.Name
	}
	return err
}

var (
	sqlOutgoingExists = store.SQL(`SELECT COUNT(*) FROM documents_outgoing WHERE agency_id = $1 AND id = $2`)
	sqlAnswered       = store.SQL(`SELECT id FROM documents_outgoing WHERE agency_id = $1 AND document_id <> '' AND document_id = $2 AND state = 'issued'`)
	sqlAnsweredNumber = store.SQL(`SELECT id FROM documents_outgoing WHERE agency_id = $1 AND number_text = $2 AND issued_date = $3 AND state = 'issued' ORDER BY id`)
	sqlReplyCode      = store.SQL(`SELECT number_text FROM documents_outgoing WHERE agency_id = $1 AND id = $2`)
)

func outgoingExists(ctx context.Context, r store.Reader, agency, id int64) (bool, error) {
	n, err := store.One[int](ctx, r, sqlOutgoingExists, agency, id)
	return n > 0, err
}

// answered finds our issued document that a received one answers: by identifier, else by number and date (X10.3). 0 when none is ours.
func answered(ctx context.Context, r store.Reader, agency int64, list []ResponseFor) (int64, error) {
	for _, f := range list {
		if f.DocumentID != "" {
			if id, ok, err := store.Maybe[int64](ctx, r, sqlAnswered, agency, f.DocumentID); err != nil || ok {
				return id, err
			}
		}
		if f.Code != "" && f.Date.Valid() {
			if id, ok, err := store.Maybe[int64](ctx, r, sqlAnsweredNumber, agency, ownCode(f.Code), f.Date); err != nil || ok {
				return id, err
			}
		}
	}
	return 0, nil
}

// ownCode writes a number as we print it: at least two digits, no further zeros (D4.1, D4.14), no spaces.
func ownCode(code string) string {
	number, notation, ok := strings.Cut(strings.Join(strings.Fields(i18n.Clean(code)), ""), "/")
	if number = strings.TrimLeft(number, "0"); len(number) < 2 {
		number = "0" + number
	}
	if !ok {
		return number
	}
	return number + "/" + notation
}
