package org_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

var (
	ctx   = context.Background()
	start = time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC) // a Monday, 9:00 in Hanoi
	root  = store.Actor{Via: store.ViaCLI}
)

const today calendar.Date = "2026-03-02"

// town is an installation with one collective agency and one department.
type town struct {
	*testing.T
	db    *store.DB
	clock *storetest.Clock
	ubnd  org.AgencyID // run collectively
	snv   org.AgencyID // run by its head
}

func open(t *testing.T) *town {
	t.Helper()
	return openAt(t, start)
}

func openAt(t *testing.T, start time.Time) *town {
	t.Helper()
	w := &town{T: t, clock: storetest.NewClock(start)}
	w.db = storetest.OpenAt(t, w.clock)
	w.ubnd = w.agency(org.AgencyForm{Code: "H26", OldCode: "000.00.00.H26", Name: "Ủy ban nhân dân thành phố", ShortName: "UBND thành phố", Abbr: "UBND", Level: org.City,
		Collective: true, CollectiveName: "ỦY BAN NHÂN DÂN", HeadTitle: "CHỦ TỊCH", Hosted: true, ValidFrom: "2020-01-01"})
	w.snv = w.agency(org.AgencyForm{Code: "H26.15", Name: "Sở Nội vụ", Abbr: "SNV", Level: org.Department, ParentID: w.ubnd, HeadTitle: "GIÁM ĐỐC", Hosted: true, ValidFrom: "2020-01-01"})
	return w
}

func (w *town) act(a store.Actor, f func(tx *store.Tx) error) error { return w.db.Write(ctx, a, f) }

func (w *town) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *town) agency(f org.AgencyForm) (id org.AgencyID) {
	w.Helper()
	w.must(w.act(root, func(tx *store.Tx) error {
		a, err := org.OpenAgency(ctx, tx, f)
		if err == nil {
			id = a.ID
		}
		return err
	}))
	return id
}

func (w *town) refuseAgency(kind store.Kind, f org.AgencyForm) {
	w.Helper()
	w.refused(kind, w.act(root, func(tx *store.Tx) error { _, err := org.OpenAgency(ctx, tx, f); return err }))
}

func (w *town) person(home org.AgencyID, name string) (id org.PersonID) {
	w.Helper()
	w.must(w.act(root, func(tx *store.Tx) error {
		p, err := org.Enrol(ctx, tx, org.PersonForm{Name: name, HomeAgency: home})
		if err == nil {
			id = p.ID
		}
		return err
	}))
	return id
}

func (w *town) unit(agency org.AgencyID, name string) (id org.UnitID) {
	w.Helper()
	w.must(w.act(root, func(tx *store.Tx) error {
		u, err := org.OpenUnit(ctx, tx, org.UnitForm{AgencyID: agency, Name: name, ValidFrom: "2020-01-01"})
		if err == nil {
			id = u.ID
		}
		return err
	}))
	return id
}

func (w *town) appoint(a store.Actor, f org.HoldingForm) (h *org.Holding, err error) {
	if f.ValidFrom == "" {
		f.ValidFrom = "2025-01-01"
	}
	if f.Roles == 0 {
		f.Roles = store.Specialist
	}
	err = w.act(a, func(tx *store.Tx) error { h, err = org.Appoint(ctx, tx, f); return err })
	return h, err
}

// post enrols somebody and gives him a post.
func (w *town) post(agency org.AgencyID, unit org.UnitID, rank org.Rank, title string) *org.Holding {
	w.Helper()
	h, err := w.appoint(root, org.HoldingForm{PersonID: w.person(agency, "Người giữ chức "+title), AgencyID: agency, UnitID: unit, Rank: rank, Title: title})
	w.must(err)
	return h
}

func (w *town) refused(kind store.Kind, err error) {
	w.Helper()
	if !errors.Is(err, kind) {
		w.Fatalf("got %v, want %v", err, kind)
	}
}

// field wants an Invalid refusal of one field.
func (w *town) field(name string, err error) {
	w.Helper()
	var r *store.Refusal
	if !errors.As(err, &r) || r.Kind != store.Invalid {
		w.Fatalf("got %v, want a refusal of %s", err, name)
	}
	for _, p := range r.Problems {
		if p.Field == name {
			return
		}
	}
	w.Fatalf("%v does not name %s", err, name)
}

func admin(agency org.AgencyID) store.Actor {
	return store.Actor{Person: 1, Holding: 1, Agency: int64(agency), Roles: store.AgencyAdmin, Via: store.ViaWeb}
}

func clerk(agency org.AgencyID) store.Actor {
	return store.Actor{Person: 2, Holding: 2, Agency: int64(agency), Roles: store.Clerk, Via: store.ViaWeb}
}
