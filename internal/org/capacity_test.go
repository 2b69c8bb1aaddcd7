package org_test

import (
	"fmt"
	"strings"
	"testing"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

func (w *town) delegate(f org.DelegationForm) error {
	if f.Reference == "" {
		f.Reference = "12/QĐ-SNV"
	}
	if f.ValidFrom == "" {
		f.ValidFrom = "2026-01-01"
	}
	return w.act(root, func(tx *store.Tx) error { _, err := org.Delegate(ctx, tx, f); return err })
}

// signs gives what a post may sign as one line: "KT[TM. ỦY BAN NHÂN DÂN|KT. CHỦ TỊCH]PHÓ CHỦ TỊCH".
func (w *town) signs(h *org.Holding, typeCode string, at calendar.Date) string {
	w.Helper()
	all, err := org.Capacities(ctx, w.db, h.ID, typeCode, at)
	w.must(err)
	var out []string
	for _, c := range all {
		out = append(out, fmt.Sprintf("%s[%s]%s", c.Code, strings.Join(c.Lines, "|"), c.Position))
	}
	return strings.Join(out, " ")
}

// D6.1–D6.7: every rank, in a collective and in a head-run agency, with and without a delegation.
func TestEveryRankSignsExactlyAsTheDecreeAllows(t *testing.T) {
	w := open(t)
	type posts struct{ head, deputy, unitHead, unitDeputy, staff *org.Holding }
	fill := func(agency org.AgencyID, head, deputy string) posts {
		u := w.unit(agency, "Văn phòng")
		return posts{w.post(agency, 0, org.RankHead, head), w.post(agency, 0, org.RankDeputy, deputy), w.post(agency, u, org.RankUnitHead, "Chánh Văn phòng"),
			w.post(agency, u, org.RankUnitDeputy, "Phó Chánh Văn phòng"), w.post(agency, u, org.RankStaff, "Chuyên viên")}
	}
	c, s := fill(w.ubnd, "Chủ tịch", "Phó Chủ tịch"), fill(w.snv, "Giám đốc", "Phó Giám đốc")
	check := func(h *org.Holding, want string) {
		t.Helper()
		if got := w.signs(h, "CV", today); got != want {
			t.Errorf("%s of %s signs %q, want %q", h.Title, h.AgencyName, got, want)
		}
	}
	check(c.head, "TM[TM. ỦY BAN NHÂN DÂN]CHỦ TỊCH")                                                         // D6.2
	check(c.deputy, "KT[TM. ỦY BAN NHÂN DÂN|KT. CHỦ TỊCH]PHÓ CHỦ TỊCH")                                      // D6.2, D6.4
	check(s.head, "[]GIÁM ĐỐC")                                                                              // D6.1
	check(s.deputy, "KT[KT. GIÁM ĐỐC]PHÓ GIÁM ĐỐC")                                                          // D6.4
	for _, h := range []*org.Holding{c.unitHead, c.unitDeputy, c.staff, s.unitHead, s.unitDeputy, s.staff} { // D6.7
		check(h, "")
	}
	for _, p := range []posts{c, s} {
		for _, to := range []*org.Holding{p.unitHead, p.unitDeputy} {
			w.must(w.delegate(org.DelegationForm{AgencyID: to.AgencyID, Capacity: "TL", FromHolding: p.head.ID, ToHolding: to.ID, Types: []string{"CV", "GM"}}))
		}
	}
	check(c.unitHead, "TL[TL. CHỦ TỊCH]CHÁNH VĂN PHÒNG") // D6.5: no TM. line above
	check(s.unitHead, "TL[TL. GIÁM ĐỐC]CHÁNH VĂN PHÒNG")
	check(c.unitDeputy, "TL[TL. CHỦ TỊCH|KT. CHÁNH VĂN PHÒNG]PHÓ CHÁNH VĂN PHÒNG") // D6.5: KT. below TL.
	check(s.unitDeputy, "TL[TL. GIÁM ĐỐC|KT. CHÁNH VĂN PHÒNG]PHÓ CHÁNH VĂN PHÒNG")
	if got := w.signs(s.unitHead, "QĐ", today); got != "" {
		t.Errorf("by order of a kind that is not listed: %s", got)
	}
	w.must(w.delegate(org.DelegationForm{AgencyID: w.snv, Capacity: "TUQ", FromHolding: s.head.ID, ToHolding: s.unitHead.ID, Types: []string{"QĐ"}, ValidTo: "2026-06-30"}))
	if got := w.signs(s.unitHead, "QĐ", today); got != "TUQ[TUQ. GIÁM ĐỐC]CHÁNH VĂN PHÒNG" { // D6.6
		t.Error(got)
	}
	for _, at := range []calendar.Date{"2025-12-31", "2026-07-01"} {
		if got := w.signs(s.unitHead, "QĐ", at); got != "" {
			t.Errorf("%s: %s", at, got)
		}
	}
}

// D6.3: an acting head signs Q., below TM. where the agency is collective.
func TestAnActingHeadSignsQ(t *testing.T) {
	w := open(t)
	for agency, want := range map[org.AgencyID]string{w.ubnd: "Q[TM. ỦY BAN NHÂN DÂN]Q. CHỦ TỊCH", w.snv: "Q[]Q. GIÁM ĐỐC"} {
		h, err := w.appoint(root, org.HoldingForm{PersonID: w.person(agency, "Người được giao quyền"), AgencyID: agency, Rank: org.RankHead, Kind: org.Acting, Title: "Quyền"})
		w.must(err)
		if got := w.signs(h, "", today); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// D6.4: a deputy with assigned fields signs only in them; put in charge, everything.
func TestADeputySignsInHisFields(t *testing.T) {
	w := open(t)
	head, deputy := w.post(w.snv, 0, org.RankHead, "Giám đốc"), w.post(w.snv, 0, org.RankDeputy, "Phó Giám đốc")
	w.must(w.delegate(org.DelegationForm{AgencyID: w.snv, Capacity: "KT", FromHolding: head.ID, ToHolding: deputy.ID, Types: []string{"CV"}, ValidTo: "2026-06-30"}))
	caps, err := org.Capacities(ctx, w.db, deputy.ID, "CV", today)
	w.must(err)
	if len(caps) != 1 || caps[0].Delegation == 0 { // D6.10: the delegation it rests on
		t.Errorf("%+v", caps)
	}
	if got := w.signs(deputy, "QĐ", today); got != "" {
		t.Errorf("outside his fields: %s", got)
	}
	if got := w.signs(deputy, "QĐ", "2026-07-01"); got == "" {
		t.Error("the assignment has ended")
	}
	charge, err := w.appoint(root, org.HoldingForm{PersonID: w.person(w.snv, "Phó phụ trách"), AgencyID: w.snv, Rank: org.RankDeputy, Kind: org.InCharge, Title: "Phó Giám đốc phụ trách", Roles: store.Head})
	w.must(err)
	w.must(w.delegate(org.DelegationForm{AgencyID: w.snv, Capacity: "KT", FromHolding: head.ID, ToHolding: charge.ID, Types: []string{"CV"}}))
	if got := w.signs(charge, "QĐ", today); got == "" {
		t.Error("a deputy in charge signs everything")
	}
}

// D6.5, D6.6, I5.3: what a delegation needs, each with its good twin.
func TestADelegationIsWrittenLimitedAndNotPassedOn(t *testing.T) {
	w := open(t)
	u := w.unit(w.snv, "Văn phòng")
	head, deputy := w.post(w.snv, 0, org.RankHead, "Giám đốc"), w.post(w.snv, 0, org.RankDeputy, "Phó Giám đốc")
	unitHead, unitDeputy, staff := w.post(w.snv, u, org.RankUnitHead, "Chánh Văn phòng"), w.post(w.snv, u, org.RankUnitDeputy, "Phó Chánh Văn phòng"), w.post(w.snv, u, org.RankStaff, "Chuyên viên")
	foreign := w.post(w.ubnd, 0, org.RankHead, "Chủ tịch")
	good := org.DelegationForm{AgencyID: w.snv, Capacity: "TUQ", FromHolding: head.ID, ToHolding: unitHead.ID, Types: []string{"CV"}, ValidTo: "2026-12-31"}
	for _, c := range []struct {
		field string
		spoil func(*org.DelegationForm)
	}{
		{"valid_to", func(f *org.DelegationForm) { f.ValidTo = "" }}, {"valid_to", func(f *org.DelegationForm) { f.ValidTo = "2025-12-31" }},
		{"types", func(f *org.DelegationForm) { f.Types = nil }}, {"types", func(f *org.DelegationForm) { f.Types = []string{" "} }},
		{"reference", func(f *org.DelegationForm) { f.Reference = "\u200b" }},
		{"capacity", func(f *org.DelegationForm) { f.Capacity = "TM" }},
		{"from", func(f *org.DelegationForm) { f.FromHolding = unitHead.ID; f.ToHolding = unitHead.ID }}, // no sub-delegation
		{"from", func(f *org.DelegationForm) { f.FromHolding = deputy.ID }}, {"from", func(f *org.DelegationForm) { f.FromHolding = foreign.ID }},
		{"to", func(f *org.DelegationForm) { f.ToHolding = staff.ID }}, {"to", func(f *org.DelegationForm) { f.ToHolding = unitDeputy.ID }},
		{"to", func(f *org.DelegationForm) { f.ToHolding = foreign.ID }}, {"to", func(f *org.DelegationForm) { f.Capacity = "KT" }},
		{"to", func(f *org.DelegationForm) { f.Capacity = "TL"; f.ToHolding = deputy.ID }},
	} {
		f := good
		f.Reference = "12/QĐ-SNV"
		c.spoil(&f)
		f.ValidFrom = "2026-01-01"
		w.field(c.field, w.act(root, func(tx *store.Tx) error { _, err := org.Delegate(ctx, tx, f); return err }))
	}
	w.must(w.delegate(good))
	given, err := org.Delegations(ctx, w.db, w.snv, today)
	w.must(err)
	if len(given) != 1 || given[0].Types != "CV" {
		t.Fatalf("%+v", given)
	}
	w.must(w.act(admin(w.snv), func(tx *store.Tx) error { return org.EndDelegation(ctx, tx, w.snv, given[0].ID, "2026-03-01") }))
	if got := w.signs(unitHead, "CV", today); got != "" {
		t.Errorf("after its end: %s", got)
	}
}

// D6.6: an authorisation is its giver's; it ends with his post. I5.5: and with the receiver's.
func TestAnAuthorisationEndsWithThePostsItJoins(t *testing.T) {
	w := open(t)
	head, unitHead := w.post(w.snv, 0, org.RankHead, "Giám đốc"), w.post(w.snv, w.unit(w.snv, "Văn phòng"), org.RankUnitHead, "Chánh Văn phòng")
	w.must(w.delegate(org.DelegationForm{AgencyID: w.snv, Capacity: "TUQ", FromHolding: head.ID, ToHolding: unitHead.ID, Types: []string{"CV"}, ValidTo: "2026-12-31"}))
	if w.signs(unitHead, "CV", today) == "" {
		t.Fatal("the good twin does not sign")
	}
	w.must(w.act(root, func(tx *store.Tx) error { return org.EndHolding(ctx, tx, head.ID, "2026-03-01") }))
	if got := w.signs(unitHead, "CV", today); got != "" {
		t.Error(got)
	}
	w.must(w.act(root, func(tx *store.Tx) error { return org.EndHolding(ctx, tx, unitHead.ID, "2026-03-01") }))
	_, err := org.Capacities(ctx, w.db, unitHead.ID, "CV", today)
	w.refused(store.NotFound, err)
	if w.signs(unitHead, "CV", "2026-03-01") != "TUQ[TUQ. GIÁM ĐỐC]CHÁNH VĂN PHÒNG" {
		t.Error("on the last day both still hold")
	}
}
