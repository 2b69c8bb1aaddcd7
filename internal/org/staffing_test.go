package org_test

import (
	"fmt"
	"slices"
	"testing"

	"congvu/internal/org"
	"congvu/internal/store"
)

// Many in one act leave what one by one would leave: the same entries, posts and lines of the journal, and the same refusals.
func TestManyAreEnrolledAndAppointedAsOneByOne(t *testing.T) {
	w := open(t)
	var people []org.PersonForm
	for i := range 120 {
		people = append(people, org.PersonForm{Name: fmt.Sprintf("Nguyễn Văn Thử %d", i), Email: fmt.Sprintf("thu%d@hanoi.example", i), Code: fmt.Sprintf("CB%03d", i)})
	}
	post := func(agency org.AgencyID, i int, p org.PersonID) org.HoldingForm {
		f := org.HoldingForm{PersonID: p, AgencyID: agency, Title: "Chuyên viên", Rank: org.RankStaff, Roles: store.Specialist, ValidFrom: today}
		if i == 0 {
			f.Title, f.Rank = "Giám đốc", org.RankHead
		}
		return f
	}
	agencies := []org.AgencyID{w.agency(org.AgencyForm{Code: "H26.71", Name: "Sở Một", Level: org.Department}), w.agency(org.AgencyForm{Code: "H26.72", Name: "Sở Hai", Level: org.Department})}
	w.must(w.db.Write(ctx, root, func(tx *store.Tx) error {
		for i, f := range people {
			f.HomeAgency = agencies[0]
			p, err := org.Enrol(ctx, tx, f)
			if err != nil {
				return err
			}
			if _, err := org.Appoint(ctx, tx, post(agencies[0], i, p.ID)); err != nil {
				return err
			}
		}
		return nil
	}))
	var again []org.HoldingForm
	w.must(w.db.Write(ctx, root, func(tx *store.Tx) error {
		again = nil
		all, err := org.EnrolAll(ctx, tx, agencies[1], people)
		if err != nil {
			return err
		}
		for i, p := range all {
			again = append(again, post(agencies[1], i, p.ID))
		}
		_, err = org.AppointAll(ctx, tx, agencies[1], again)
		return err
	}))
	if a, b := listed(w, agencies[0]), listed(w, agencies[1]); len(a) != len(people) || !slices.Equal(a, b) {
		t.Errorf("one by one %d, together %d: %.300v %.300v", len(a), len(b), a, b)
	}
	for _, verb := range []string{"person.enrolled", "holding.appointed"} {
		a, b := linesOf(w, agencies[0], verb), linesOf(w, agencies[1], verb)
		if a != b || a != int64(len(people)) {
			t.Errorf("%s: %d lines one by one, %d together", verb, a, b)
		}
	}
	refused := func(kind store.Kind, f func(tx *store.Tx) error) { t.Helper(); w.refused(kind, w.act(root, f)) }
	refused(store.Conflict, func(tx *store.Tx) error { _, err := org.AppointAll(ctx, tx, agencies[1], again[:1]); return err }) // a second head
	refused(store.Conflict, func(tx *store.Tx) error { _, err := org.AppointAll(ctx, tx, agencies[1], again[5:6]); return err })
	refused(store.Conflict, func(tx *store.Tx) error { _, err := org.EnrolAll(ctx, tx, agencies[1], people[:1]); return err })
	stranger := store.Actor{Person: 1, Agency: int64(agencies[0]), Roles: store.AgencyAdmin, Via: store.ViaWeb}
	w.refused(store.NotFound, w.act(stranger, func(tx *store.Tx) error { _, err := org.EnrolAll(ctx, tx, agencies[1], people[:1]); return err }))
}

// listed is the staff of an agency without identifiers.
func listed(w *town, agency org.AgencyID) (out []string) {
	all, err := org.Staff(ctx, w.db, agency, today)
	w.must(err)
	for _, h := range all {
		p, err := org.FindPerson(ctx, w.db, h.PersonID)
		w.must(err)
		out = append(out, fmt.Sprint(p.Code, p.Name, p.Email, h.Title, h.Rank, h.Kind, h.Roles.Codes(), h.ValidFrom, h.ValidTo, p.Revision))
	}
	return out
}

var sqlLinesOf = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM store_journal WHERE agency_id = $1 AND verb = $2`)

func linesOf(w *town, agency org.AgencyID, verb string) int64 {
	n, err := store.One[int64](ctx, w.db, sqlLinesOf, agency, verb)
	w.must(err)
	return n
}
