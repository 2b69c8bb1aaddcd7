package org_test

import (
	"testing"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

// I5.1: an agency has one head on any day.
func TestAnAgencyNeverHasTwoHeadsOnOneDay(t *testing.T) {
	w := open(t)
	first, err := w.appoint(root, org.HoldingForm{PersonID: w.person(w.snv, "Giám đốc cũ"), AgencyID: w.snv, Rank: org.RankHead, Title: "Giám đốc", ValidFrom: "2024-01-01", ValidTo: "2026-03-31"})
	w.must(err)
	if !first.Roles.Has(store.Head) || !first.Roles.Has(store.Leader) {
		t.Error("a head without a head's roles")
	}
	next := w.person(w.snv, "Giám đốc mới")
	for _, f := range []org.HoldingForm{{ValidFrom: "2026-03-31"}, {ValidFrom: "2025-01-01", ValidTo: "2025-01-01"}, {ValidFrom: "2020-01-01", ValidTo: "2024-01-01"}, {ValidFrom: "2020-01-01"}} {
		f.PersonID, f.AgencyID, f.Rank, f.Title = next, w.snv, org.RankHead, "Giám đốc"
		_, err := w.appoint(root, f)
		w.refused(store.Conflict, err)
	}
	good, err := w.appoint(root, org.HoldingForm{PersonID: next, AgencyID: w.snv, Rank: org.RankHead, Title: "Giám đốc", ValidFrom: "2026-04-01"})
	w.must(err)
	_, err = w.appoint(root, org.HoldingForm{PersonID: next, AgencyID: w.snv, Rank: org.RankHead, Title: "Giám đốc", ValidFrom: "2023-01-01", ValidTo: "2023-12-31"})
	w.must(err)
	_, err = w.appoint(root, org.HoldingForm{PersonID: next, AgencyID: w.ubnd, Rank: org.RankHead, Title: "Chủ tịch"}) // another agency
	w.must(err)
	if leaders, err := org.Leaders(ctx, w.db, w.snv, "2026-04-01"); err != nil || len(leaders) != 1 || leaders[0].ID != good.ID {
		t.Error(leaders, err)
	}
}

func TestAPostMustFitItsAgency(t *testing.T) {
	w := open(t)
	p := w.person(w.snv, "Nguyễn Văn An")
	ours, foreign := w.unit(w.snv, "Phòng Tổ chức"), w.unit(w.ubnd, "Phòng Nội chính")
	good := org.HoldingForm{PersonID: p, AgencyID: w.snv, UnitID: ours, Rank: org.RankUnitHead, Title: "Trưởng phòng"}
	for field, spoil := range map[string]func(*org.HoldingForm){
		"title":      func(f *org.HoldingForm) { f.Title = " \u200b" },
		"rank":       func(f *org.HoldingForm) { f.Rank = "king" },
		"kind":       func(f *org.HoldingForm) { f.Kind = "for life" },
		"unit":       func(f *org.HoldingForm) { f.UnitID = 0 },
		"valid_to":   func(f *org.HoldingForm) { f.ValidTo = "2024-12-31" },
		"valid_from": func(f *org.HoldingForm) { f.ValidFrom = "31/12/2024" },
		"person":     func(f *org.HoldingForm) { f.PersonID = 404 },
		"roles":      func(f *org.HoldingForm) { f.Roles = store.Head },
	} {
		f := good
		spoil(&f)
		_, err := w.appoint(root, f)
		w.field(field, err)
	}
	f := good
	f.UnitID = foreign
	_, err := w.appoint(root, f)
	w.field("unit", err)
	h, err := w.appoint(root, good)
	w.must(err)
	if h.PersonName != "Nguyễn Văn An" || h.UnitName != "Phòng Tổ chức" || h.AgencyName != "Sở Nội vụ" || h.Kind != org.Official {
		t.Errorf("%+v", h)
	}
	_, err = w.appoint(root, good)
	w.refused(store.Conflict, err) // the same post twice
	closed := w.agency(org.AgencyForm{Code: "H26.40", Name: "Quận cũ", Level: org.District, ValidFrom: "2020-01-01"})
	w.must(w.act(root, func(tx *store.Tx) error { return org.CloseAgency(ctx, tx, closed, today) }))
	_, err = w.appoint(root, org.HoldingForm{PersonID: p, AgencyID: closed, Rank: org.RankStaff, Title: "Chuyên viên"})
	w.field("agency", err)
}

// I5.2, I5.5, I8.3: a person's posts are those of the date; a closed agency gives none after its last day.
func TestPostsAreThoseOfTheDate(t *testing.T) {
	w := open(t)
	p := w.person(w.snv, "Trần Thị Bình")
	side, err := w.appoint(root, org.HoldingForm{PersonID: p, AgencyID: w.ubnd, Rank: org.RankDeputy, Title: "Phó Chánh Văn phòng", Kind: org.Concurrent, ValidFrom: "2025-01-01"})
	w.must(err)
	main, err := w.appoint(root, org.HoldingForm{PersonID: p, AgencyID: w.snv, Rank: org.RankStaff, Title: "Chuyên viên", ValidFrom: "2025-06-01"})
	w.must(err)
	w.must(w.act(root, func(tx *store.Tx) error { return org.EndHolding(ctx, tx, side.ID, "2026-02-28") }))
	for at, want := range map[calendar.Date][]org.HoldingID{"2024-12-31": {}, "2025-01-01": {side.ID}, "2025-06-01": {main.ID, side.ID}, "2026-02-28": {main.ID, side.ID}, "2026-03-01": {main.ID}} {
		held, err := org.Holdings(ctx, w.db, p, at)
		w.must(err)
		if len(held) != len(want) {
			t.Fatalf("%s: %d posts, want %d", at, len(held), len(want))
		}
		for i := range held {
			if held[i].ID != want[i] {
				t.Errorf("%s: post %d is %s", at, i, held[i].Title)
			}
		}
	}
	_, err = org.HoldingAt(ctx, w.db, side.ID, "2026-03-01")
	w.refused(store.NotFound, err)
	w.field("on", w.act(root, func(tx *store.Tx) error { return org.EndHolding(ctx, tx, main.ID, "2025-05-31") }))
	w.refused(store.Conflict, w.act(root, func(tx *store.Tx) error { return org.EndHolding(ctx, tx, side.ID, today) })) // never prolonged
	w.must(w.act(root, func(tx *store.Tx) error { return org.CloseAgency(ctx, tx, w.snv, "2026-03-02") }))
	if held, err := org.Holdings(ctx, w.db, p, today); err != nil || len(held) != 1 {
		t.Error(held, err)
	}
	if held, err := org.Holdings(ctx, w.db, p, "2026-03-03"); err != nil || len(held) != 0 {
		t.Error(held, err)
	}
}

// T01: to another agency's administrator units, people, posts and delegations do not exist; to a colleague without the role they are not his.
func TestAForeignAdministratorSeesNothing(t *testing.T) {
	w := open(t)
	h := w.post(w.snv, 0, org.RankStaff, "Chuyên viên")
	head, deputy := w.post(w.snv, 0, org.RankHead, "Giám đốc"), w.post(w.snv, 0, org.RankDeputy, "Phó Giám đốc")
	unit := w.unit(w.snv, "Phòng Tổ chức")
	var given *org.Delegation
	w.must(w.act(root, func(tx *store.Tx) (err error) {
		given, err = org.Delegate(ctx, tx, org.DelegationForm{AgencyID: w.snv, Capacity: "KT", FromHolding: head.ID, ToHolding: deputy.ID, Reference: "1/QĐ"})
		return err
	}))
	acts := map[string]func(tx *store.Tx) error{
		"unit": func(tx *store.Tx) error {
			_, err := org.OpenUnit(ctx, tx, org.UnitForm{AgencyID: w.snv, Name: "Phòng mới"})
			return err
		},
		"amend unit": func(tx *store.Tx) error {
			return org.AmendUnit(ctx, tx, org.Unit{ID: unit, AgencyID: w.snv}, org.UnitForm{Abbr: "TC"})
		},
		"enrol": func(tx *store.Tx) error {
			_, err := org.Enrol(ctx, tx, org.PersonForm{HomeAgency: w.snv, Name: "Người mới"})
			return err
		},
		"amend": func(tx *store.Tx) error {
			return org.AmendPerson(ctx, tx, h.PersonID, org.PersonForm{Name: "Tên khác"})
		},
		"appoint": func(tx *store.Tx) error {
			_, err := org.Appoint(ctx, tx, org.HoldingForm{PersonID: h.PersonID, AgencyID: w.snv, Rank: org.RankStaff, Title: "Kế toán", Roles: store.Specialist})
			return err
		},
		"roles": func(tx *store.Tx) error { return org.SetRoles(ctx, tx, h.ID, store.Specialist, store.Clerk) },
		"delegate": func(tx *store.Tx) error {
			_, err := org.Delegate(ctx, tx, org.DelegationForm{AgencyID: w.snv, Capacity: "KT", FromHolding: head.ID, ToHolding: deputy.ID, Reference: "2/QĐ"})
			return err
		},
		"end delegation": func(tx *store.Tx) error { return org.EndDelegation(ctx, tx, w.snv, given.ID, today) },
		"end":            func(tx *store.Tx) error { return org.EndHolding(ctx, tx, h.ID, today) },
		"close unit":     func(tx *store.Tx) error { return org.CloseUnit(ctx, tx, w.snv, unit, today) },
	}
	for _, name := range []string{"unit", "amend unit", "enrol", "amend", "appoint", "roles", "delegate", "end delegation", "end", "close unit"} {
		t.Log(name)
		w.refused(store.NotFound, w.act(admin(w.ubnd), acts[name]))
		w.refused(store.Forbidden, w.act(clerk(w.snv), acts[name]))
		w.must(w.act(admin(w.snv), acts[name]))
	}
	w.refused(store.NotFound, w.act(admin(w.snv), func(tx *store.Tx) error { return org.EndHolding(ctx, tx, 404, today) }))
}

// T03: the roles that rule the installation are given, changed and taken by its administrators only.
func TestOnlyTheSystemsAdministratorGivesTheSystemRole(t *testing.T) {
	w := open(t)
	f := org.HoldingForm{PersonID: w.person(w.snv, "Lê Văn Cường"), AgencyID: w.snv, Rank: org.RankStaff, Title: "Quản trị", Roles: store.SystemAdmin | store.Specialist}
	_, err := w.appoint(admin(w.snv), f)
	w.field("roles", err)
	system := store.Actor{Person: 9, Agency: int64(w.ubnd), Roles: store.SystemAdmin, Via: store.ViaWeb}
	h, err := w.appoint(system, f)
	w.must(err)
	w.refused(store.Forbidden, w.act(admin(w.snv), func(tx *store.Tx) error { return org.EndHolding(ctx, tx, h.ID, today) }))
	w.refused(store.Forbidden, w.act(admin(w.snv), func(tx *store.Tx) error { return org.SetRoles(ctx, tx, h.ID, h.Roles, store.Specialist) }))
	other := w.post(w.snv, 0, org.RankStaff, "Văn thư")
	w.refused(store.Forbidden, w.act(admin(w.snv), func(tx *store.Tx) error { return org.SetRoles(ctx, tx, other.ID, other.Roles, store.SystemAdmin) }))
	w.must(w.act(admin(w.snv), func(tx *store.Tx) error {
		return org.SetRoles(ctx, tx, other.ID, other.Roles, store.Clerk|store.AgencyAdmin)
	}))
	w.refused(store.Conflict, w.act(admin(w.snv), func(tx *store.Tx) error { return org.SetRoles(ctx, tx, other.ID, other.Roles, store.Clerk) }))
	for _, at := range []calendar.Date{today} {
		rules, err := org.HoldsSystem(ctx, w.db, f.PersonID, at)
		if err != nil || !rules {
			t.Error(rules, err)
		}
	}
	w.must(w.act(system, func(tx *store.Tx) error { return org.EndHolding(ctx, tx, h.ID, "2026-03-01") }))
	if rules, err := org.HoldsSystem(ctx, w.db, f.PersonID, today); err != nil || rules {
		t.Error(rules, err)
	}
}

// I5.9: staff by rank and unit, then by given name.
func TestStaffStandInOfficialOrder(t *testing.T) {
	w := open(t)
	a, b := w.unit(w.snv, "Phòng A"), w.unit(w.snv, "Phòng B") // the same place: people of one unit stand together all the same
	for _, p := range []struct {
		name string
		unit org.UnitID
		rank org.Rank
	}{{"Trần Văn Ý", a, org.RankStaff}, {"Lê Thị Ánh", b, org.RankStaff}, {"Nguyễn Văn An", a, org.RankStaff}, {"Đỗ Đăng Bình", b, org.RankStaff}, {"Phạm Thị Ân", 0, org.RankHead}, {"Vũ Anh", a, org.RankUnitHead}} {
		_, err := w.appoint(root, org.HoldingForm{PersonID: w.person(w.snv, p.name), AgencyID: w.snv, UnitID: p.unit, Rank: p.rank, Title: "Chức vụ"})
		w.must(err)
	}
	staff, err := org.Staff(ctx, w.db, w.snv, today)
	w.must(err)
	want := []string{"Phạm Thị Ân", "Vũ Anh", "Nguyễn Văn An", "Trần Văn Ý", "Lê Thị Ánh", "Đỗ Đăng Bình"}
	for i, h := range staff {
		if h.PersonName != want[i] {
			t.Errorf("%d: %s, want %s", i, h.PersonName, want[i])
		}
	}
	found, err := org.SearchStaff(ctx, w.db, w.snv, "van a", today, 10)
	w.must(err)
	if len(found) != 1 || found[0].PersonName != "Nguyễn Văn An" {
		t.Error(found)
	}
	if foreign, err := org.SearchStaff(ctx, w.db, w.ubnd, "an", today, 10); err != nil || len(foreign) != 0 {
		t.Error(foreign, err)
	}
}

func TestUnitsStandAfterTheirParents(t *testing.T) {
	w := open(t)
	top := w.unit(w.snv, "Văn phòng")
	var below org.UnitID
	w.must(w.act(root, func(tx *store.Tx) error {
		u, err := org.OpenUnit(ctx, tx, org.UnitForm{AgencyID: w.snv, Name: "Tổ Hành chính", ParentID: top})
		if err == nil {
			below = u.ID
		}
		return err
	}))
	foreign := w.unit(w.ubnd, "Phòng lạ")
	for _, parent := range []org.UnitID{foreign, 404} {
		w.field("parent", w.act(root, func(tx *store.Tx) error {
			_, err := org.OpenUnit(ctx, tx, org.UnitForm{AgencyID: w.snv, Name: "Tổ khác", ParentID: parent})
			return err
		}))
	}
	units, err := org.Units(ctx, w.db, w.snv)
	w.must(err)
	if len(units) != 2 || units[0].ID != top || units[1].ID != below || units[1].Depth != 1 {
		t.Fatalf("%+v", units)
	}
	w.field("parent", w.act(root, func(tx *store.Tx) error { return org.AmendUnit(ctx, tx, units[0], org.UnitForm{ParentID: below}) }))
	w.must(w.act(root, func(tx *store.Tx) error { return org.AmendUnit(ctx, tx, units[1], org.UnitForm{Abbr: "HC"}) }))
	w.refused(store.Conflict, w.act(root, func(tx *store.Tx) error { return org.AmendUnit(ctx, tx, units[1], org.UnitForm{Abbr: "HCTC"}) }))
	w.refused(store.Conflict, w.act(root, func(tx *store.Tx) error {
		_, err := org.OpenUnit(ctx, tx, org.UnitForm{AgencyID: w.snv, Name: "Văn phòng"})
		return err
	}))
	h := w.post(w.snv, top, org.RankUnitHead, "Chánh Văn phòng")
	w.refused(store.Conflict, w.act(root, func(tx *store.Tx) error { return org.CloseUnit(ctx, tx, w.snv, top, today) })) // somebody works there
	w.must(w.act(root, func(tx *store.Tx) error { return org.EndHolding(ctx, tx, h.ID, today) }))
	w.must(w.act(root, func(tx *store.Tx) error { return org.CloseUnit(ctx, tx, w.snv, top, today) }))
	w.clock.Step(24 * time.Hour)
	_, err = w.appoint(root, org.HoldingForm{PersonID: h.PersonID, AgencyID: w.snv, UnitID: top, Rank: org.RankUnitHead, Title: "Chánh Văn phòng", ValidFrom: "2026-03-03"})
	w.field("unit", err)
}

func TestAPersonnelCodeIsOnePersons(t *testing.T) {
	w := open(t)
	enrol := func(home org.AgencyID, f org.PersonForm) error {
		f.HomeAgency = home
		return w.act(root, func(tx *store.Tx) error { _, err := org.Enrol(ctx, tx, f); return err })
	}
	w.must(enrol(w.snv, org.PersonForm{Name: "Nguyễn Văn An", Code: "CB01", Email: "an@example.vn"}))
	w.refused(store.Conflict, enrol(w.snv, org.PersonForm{Name: "Kẻ khác", Code: "CB01"}))
	w.must(enrol(w.ubnd, org.PersonForm{Name: "Kẻ khác", Code: "CB01"})) // another agency counts for itself
	w.field("email", enrol(w.snv, org.PersonForm{Name: "An", Email: "An <an@example.vn>"}))
	w.field("name", enrol(w.snv, org.PersonForm{}))
}
