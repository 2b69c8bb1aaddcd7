package org

import (
	"context"
	"slices"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// Many people of one agency in one act: the rules, rows and journal of Enrol and Appoint, with what they look up read once and written many to a
// statement. A whole agency of several hundred is entered so.

var (
	putPeople   = store.BulkOf(50, 8, `INSERT INTO org_people (id, code, name, email, phone, home_agency, search_text, revision) VALUES `, "")
	putHoldings = store.BulkOf(50, 10, `INSERT INTO org_holdings (agency_id, id, person_id, unit_id, title, rank, kind, roles, valid_from, valid_to) VALUES `, "")

	sqlPeople   = store.SQL(`SELECT id, code, name, email, phone, home_agency, revision FROM org_people WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))`)
	sqlPostings = store.SQL(`SELECT person_id, unit_id, title, rank, valid_from, valid_to FROM org_holdings WHERE agency_id = $1 AND (valid_to = '' OR valid_to >= $2)`)
	sqlAllUnits = store.SQL(`SELECT id, agency_id, parent_id, name, abbr, kind, place, valid_from, valid_to, 0 AS depth FROM org_units WHERE agency_id = $1`)
)

// FindPeople gives persons by their identifiers; who does not exist is left out. For rooms that already know that the actor may know them.
func FindPeople(ctx context.Context, r store.Reader, ids []PersonID) (map[PersonID]Person, error) {
	all, err := store.All[Person](ctx, r, sqlPeople, store.JSONOf(append([]PersonID{}, ids...)))
	out := make(map[PersonID]Person, len(all))
	for _, p := range all {
		out[p.ID] = p
	}
	return out, err
}

// EnrolAll is Enrol for many people of one agency, whose HomeAgency it is. The first refusal undoes all of it.
func EnrolAll(ctx context.Context, tx *store.Tx, agency AgencyID, forms []PersonForm) ([]Person, error) {
	if err := administered(tx.Actor(), agency); err != nil {
		return nil, err
	}
	out := make([]Person, len(forms))
	rows := make([][]any, len(forms))
	events := make([]store.Event, len(forms))
	for i, f := range forms {
		f.HomeAgency = agency
		if err := f.check(); err != nil {
			return nil, err
		}
		if err := freeCode(ctx, tx, f); err != nil {
			return nil, err
		}
		p := Person{ID: PersonID(tx.NewID()), Code: f.Code, Name: f.Name, Email: f.Email, Phone: f.Phone, HomeAgency: agency, Revision: 1}
		out[i], rows[i], events[i] = p, []any{p.ID, p.Code, p.Name, p.Email, p.Phone, p.HomeAgency, f.searched(), 1}, p.enrolled()
	}
	if err := putPeople.Put(ctx, tx, rows); err != nil {
		return nil, err
	}
	return out, tx.RecordAll(events)
}

// AppointAll is Appoint for many posts of one agency. The first refusal undoes all of it.
func AppointAll(ctx context.Context, tx *store.Tx, agency AgencyID, forms []HoldingForm) ([]Holding, error) {
	if err := administered(tx.Actor(), agency); err != nil {
		return nil, err
	}
	if _, err := store.All[int64](ctx, tx, sqlHoldAgency, agency); err != nil {
		return nil, err
	}
	a, err := FindAgency(ctx, tx, agency)
	if err != nil {
		return nil, err
	}
	units, err := store.All[Unit](ctx, tx, sqlAllUnits, agency)
	if err != nil {
		return nil, err
	}
	unit := make(map[UnitID]*Unit, len(units))
	for i := range units {
		unit[units[i].ID] = &units[i]
	}
	ids := make([]PersonID, len(forms))
	first := lastDay
	for i := range forms {
		forms[i].settle(tx.Now())
		ids[i] = forms[i].PersonID
		if forms[i].ValidFrom.Before(first) {
			first = forms[i].ValidFrom
		}
	}
	people, err := FindPeople(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	held, err := postingsOf(ctx, tx, agency, first)
	if err != nil {
		return nil, err
	}
	out := make([]Holding, len(forms))
	rows := make([][]any, len(forms))
	events := make([]store.Event, len(forms))
	for i, f := range forms {
		var p store.Problems
		f.AgencyID = agency
		f.check(&p, tx.Actor(), a, unit[f.UnitID])
		if err := p.Err(); err != nil {
			return nil, err
		}
		if err := held.add(f); err != nil {
			return nil, err
		}
		who, ok := people[f.PersonID]
		if !ok {
			return nil, store.RefuseField("person", "Không tìm thấy người được chọn.")
		}
		h := Holding{ID: HoldingID(tx.NewID()), PersonID: f.PersonID, PersonName: who.Name, AgencyID: agency, AgencyName: a.Name, UnitID: f.UnitID, Title: f.Title, Rank: f.Rank, Kind: f.Kind,
			Roles: f.Roles, ValidFrom: f.ValidFrom, ValidTo: f.ValidTo}
		if u := unit[f.UnitID]; u != nil {
			h.UnitName = u.Name
		}
		out[i], rows[i], events[i] = h, []any{agency, h.ID, h.PersonID, h.UnitID, h.Title, h.Rank, h.Kind, h.Roles, h.ValidFrom, h.ValidTo}, h.appointed(f)
	}
	if err := putHoldings.Put(ctx, tx, rows); err != nil {
		return nil, err
	}
	return out, tx.RecordAll(events)
}

// postings are the posts held in an agency, by person, and those of its heads, for looking up who would hold one twice.
type postings struct {
	heads  []posting
	people map[PersonID][]posting
}

type posting struct {
	PersonID           PersonID
	UnitID             UnitID
	Title              string
	Rank               Rank
	ValidFrom, ValidTo calendar.Date
}

func postingsOf(ctx context.Context, r store.Reader, agency AgencyID, since calendar.Date) (*postings, error) {
	all, err := store.All[posting](ctx, r, sqlPostings, agency, since)
	p := &postings{people: map[PersonID][]posting{}}
	for _, h := range all {
		p.note(h)
	}
	return p, err
}

func (p *postings) note(h posting) {
	p.people[h.PersonID] = append(p.people[h.PersonID], h)
	if h.Rank == RankHead {
		p.heads = append(p.heads, h)
	}
}

// add refuses a second head on one day and a post that the person holds already; else it counts the post as held.
func (p *postings) add(f HoldingForm) error {
	until := f.ValidTo
	if until.IsZero() {
		until = lastDay
	}
	meets := func(h posting) bool {
		return !h.ValidFrom.After(until) && (h.ValidTo.IsZero() || !h.ValidTo.Before(f.ValidFrom))
	}
	if f.Rank == RankHead && slices.ContainsFunc(p.heads, meets) {
		return twoHeads()
	}
	same := func(h posting) bool { return h.UnitID == f.UnitID && h.Title == f.Title && meets(h) }
	if slices.ContainsFunc(p.people[f.PersonID], same) {
		return samePosting()
	}
	p.note(posting{f.PersonID, f.UnitID, f.Title, f.Rank, f.ValidFrom, f.ValidTo})
	return nil
}

// settle fills in what a form leaves to the room.
func (f *HoldingForm) settle(now store.Instant) {
	f.Title = i18n.CleanLine(f.Title)
	if f.ValidFrom.IsZero() {
		f.ValidFrom = calendar.DateOf(now.Time())
	}
	if f.Kind == "" {
		f.Kind = Official
	}
	f.Roles = rolesOf(f.Rank, f.Roles)
}
