package org_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

// I1.1–I1.6, I1.10: every kind of code is taken as what it is.
func TestCodesAreKnownByTheirForm(t *testing.T) {
	for code, kind := range map[string]org.CodeKind{
		"H26": org.NationalCode, "H26.15": org.NationalCode, "G12.18": org.NationalCode, "H37.DN.001": org.NationalCode, "H37.02.02": org.NationalCode,
		"Z01ABC": org.OtherOrgCode, "Z99" + strings.Repeat("1", 32): org.OtherOrgCode, "Z00A": org.TechnicalCode,
		"000.00.15.H26": org.OldCode, "28.22.H17": org.OldCode, "00.01.H03": org.OldCode, "000-00-19-H40": org.OldCode,
		"0100109106": org.EnterpriseCode, "0100109106-001": org.EnterpriseCode,
		"vxp.saas.03": org.TechnicalCode, "00.22.W00": org.TechnicalCode,
	} {
		if got := org.KindOf(code); got != kind {
			t.Errorf("%s is %s, want %s", code, got, kind)
		}
	}
}

// I1.6, I1.7, I1.9: 35 characters are taken whole, 36 refused; capitals, except where the code is opaque.
// N23: codes of 35 characters are kept whole.
func TestCodesKeepTheirFormAndLength(t *testing.T) {
	w := open(t)
	long := "H26." + strings.Repeat("1", 31)
	if a, err := org.AgencyByCode(ctx, w.db, long, today); !errors.Is(err, store.NotFound) {
		t.Fatal(a, err)
	}
	id := w.agency(org.AgencyForm{Code: long, Name: "Mã dài nhất", Level: org.Outside})
	a, err := org.AgencyByCode(ctx, w.db, long, today)
	w.must(err)
	if a.ID != id || a.Code != long {
		t.Errorf("%q", a.Code)
	}
	w.refuseAgency(store.Invalid, org.AgencyForm{Code: long + "1", Name: "Quá dài", Level: org.Outside})
	w.refuseAgency(store.Invalid, org.AgencyForm{Code: "H26.99", OldCode: long + "1", Name: "Mã cũ quá dài", Level: org.Outside})
	w.refuseAgency(store.Invalid, org.AgencyForm{Code: "H26 99", Name: "Có dấu cách", Level: org.Outside})
	for typed, kept := range map[string]string{"h26.31": "H26.31", "vxp.saas.03": "vxp.saas.03"} {
		id := w.agency(org.AgencyForm{Code: typed, Name: "Cơ quan " + typed, Level: org.Outside})
		a, err := org.AgencyByCode(ctx, w.db, strings.ToUpper(typed), today) // I1.11
		w.must(err)
		if a.ID != id || a.Code != kept || a.OnWire() != kept {
			t.Errorf("%q became %q", typed, a.Code)
		}
	}
}

// I3.4, I1.11, I3.6: any code an agency has leads to it, however it is written.
func TestAnyCodeOfAnAgencyLeadsToIt(t *testing.T) {
	w := open(t)
	id := w.agency(org.AgencyForm{Code: "H26.19", OldCode: "000.00.19.H26", WireCode: "W.19", Name: "Sở Y tế", Level: org.Department, OtherCodes: []string{"vxp.syt", "28.22.H26"}})
	for _, code := range []string{"H26.19", "h26.19", " H26-19 ", "000.00.19.H26", "000-00-19-H26", "w.19", "VXP.SYT", "28.22.H26"} {
		a, err := org.AgencyByCode(ctx, w.db, code, today)
		if err != nil || a.ID != id {
			t.Errorf("%s: %v", code, err)
		}
	}
	a, err := org.FindAgency(ctx, w.db, id)
	w.must(err)
	if a.OnWire() != "W.19" {
		t.Error(a.OnWire())
	}
	_, err = org.AgencyByCode(ctx, w.db, "H26.190", today)
	w.refused(store.NotFound, err)
}

// I3.5: two agencies never have one code, of whatever kind.
func TestOneCodeBelongsToOneAgency(t *testing.T) {
	w := open(t)
	for _, f := range []org.AgencyForm{{Code: "H26.15"}, {Code: "h26-15"}, {Code: "H26.16", OldCode: "000.00.00.H26"}, {Code: "H26.16", WireCode: "H26.15"}, {Code: "H26.16", OtherCodes: []string{"H26"}}} {
		f.Name, f.Level = "Kẻ thứ hai", org.Outside
		w.refuseAgency(store.Conflict, f)
	}
	w.agency(org.AgencyForm{Code: "H26.16", Name: "Người thứ hai", Level: org.Outside})
}

func TestTwoActsAtOnceNeverTakeOneCode(t *testing.T) {
	w := open(t)
	var all sync.WaitGroup
	var mu sync.Mutex
	good := 0
	for range 8 {
		all.Go(func() {
			err := w.act(root, func(tx *store.Tx) error {
				_, err := org.OpenAgency(ctx, tx, org.AgencyForm{Code: "H26.77", Name: "Cùng một mã", Level: org.Outside})
				return err
			})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				good++
			} else if !errors.Is(err, store.Conflict) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if good != 1 {
		t.Fatalf("%d agencies have the code", good)
	}
}

// I2.5, I8.3, I8.8: a closed code is never given again, and messages from before still find the agency.
func TestAClosedCodeIsNeverGivenAgain(t *testing.T) {
	w := open(t)
	id := w.agency(org.AgencyForm{Code: "H26.40", Name: "Quận cũ", Level: org.District, ValidFrom: "2020-01-01"})
	w.must(w.act(root, func(tx *store.Tx) error { return org.CloseAgency(ctx, tx, id, "2025-06-30") }))
	w.refuseAgency(store.Conflict, org.AgencyForm{Code: "H26.40", Name: "Kẻ đến sau", Level: org.Commune})
	for _, at := range []calendar.Date{"2024-01-01", today} {
		a, err := org.AgencyByCode(ctx, w.db, "H26.40", at)
		w.must(err)
		if a.ID != id || a.State != "closed" || a.ValidTo != "2025-06-30" {
			t.Errorf("%+v", a)
		}
	}
	w.refused(store.Conflict, w.act(root, func(tx *store.Tx) error { return org.CloseAgency(ctx, tx, id, "2025-06-30") }))
	w.refused(store.Conflict, w.act(root, func(tx *store.Tx) error {
		_, err := org.AmendAgency(ctx, tx, id, org.AgencyForm{Code: "H26.40", Name: "Đổi tên sau khi đóng", Level: org.District}, today)
		return err
	}))
	w.field("on", w.act(root, func(tx *store.Tx) error { return org.CloseAgency(ctx, tx, w.snv, "2026-03-03") })) // not ahead of its last day
	w.field("on", w.act(root, func(tx *store.Tx) error { return org.CloseAgency(ctx, tx, w.snv, "2019-12-31") }))
}

// I4.9, I4.10: a document printed again carries the names of its day.
// D5.4: the seat printed is that of the issue date.
func TestNamesAndParentsAreThoseOfTheDate(t *testing.T) {
	w := open(t)
	form := org.AgencyForm{Code: "H26.15", Name: "Sở Nội vụ và Lao động", Abbr: "SNVLĐ", Level: org.Department, Hosted: true, HeadTitle: "GIÁM ĐỐC"}
	amend := func(f org.AgencyForm, from calendar.Date) error {
		return w.act(root, func(tx *store.Tx) error { _, err := org.AmendAgency(ctx, tx, w.snv, f, from); return err })
	}
	w.must(amend(form, "2025-03-01"))
	for at, want := range map[calendar.Date]string{"2019-01-01": "Sở Nội vụ", "2020-01-01": "Sở Nội vụ", "2025-02-28": "Sở Nội vụ", "2025-03-01": "Sở Nội vụ và Lao động", today: "Sở Nội vụ và Lao động"} {
		a, err := org.AgencyAt(ctx, w.db, w.snv, at)
		w.must(err)
		if a.Name != want {
			t.Errorf("%s: %s", at, a.Name)
		}
		if parent := a.ParentName != ""; parent != (want == "Sở Nội vụ") {
			t.Errorf("%s: parent %q", at, a.ParentName)
		}
	}
	w.field("valid_from", amend(form, "2025-02-28")) // what was printed since stays true
	w.must(amend(form, "2025-03-01"))                // a correction of the same day
	a, err := org.FindAgency(ctx, w.db, w.snv)
	w.must(err)
	form.Revision = a.Revision - 1
	w.refused(store.Conflict, amend(form, today)) // somebody changed it meanwhile
	form.Revision = a.Revision
	w.must(amend(form, today))
}

// I3.3: a code that an agency leaves ends, and still leads to it.
func TestACodeThatIsLeftEndsAndStaysItsOwn(t *testing.T) {
	w := open(t)
	w.must(w.act(root, func(tx *store.Tx) error {
		_, err := org.AmendAgency(ctx, tx, w.snv, org.AgencyForm{Code: "H26.16", Name: "Sở Nội vụ", Abbr: "SNV", Level: org.Department, Hosted: true}, "2025-03-01")
		return err
	}))
	for _, code := range []string{"H26.15", "H26.16"} {
		a, err := org.AgencyByCode(ctx, w.db, code, today)
		w.must(err)
		if a.ID != w.snv || a.Code != "H26.16" {
			t.Errorf("%s: %+v", code, a)
		}
	}
	w.refuseAgency(store.Conflict, org.AgencyForm{Code: "H26.15", Name: "Kẻ đến sau", Level: org.Outside})
}

func TestAnAgencyNeverStandsBelowItself(t *testing.T) {
	w := open(t)
	amend := func(parent org.AgencyID) error {
		return w.act(root, func(tx *store.Tx) error {
			_, err := org.AmendAgency(ctx, tx, w.ubnd, org.AgencyForm{Code: "H26", Name: "UBND", Abbr: "UBND", Level: org.City, Hosted: true, ParentID: parent}, today)
			return err
		})
	}
	w.field("parent", amend(w.ubnd))
	w.field("parent", amend(w.snv))
	w.field("parent", amend(404))
	w.must(amend(w.agency(org.AgencyForm{Code: "G22", Name: "Văn phòng Chính phủ", Level: org.Outside})))
}

// T01, T03: shaping the city is the system administrator's; the others are refused, strangers see nothing.
func TestOnlyTheSystemsAdministratorShapesTheCity(t *testing.T) {
	w := open(t)
	form := org.AgencyForm{Code: "H26.50", Name: "Sở mới", Level: org.Department}
	for _, a := range []store.Actor{admin(w.snv), clerk(w.snv), {Via: store.ViaWeb}, {Person: 3, Via: store.ViaCLI}} {
		w.refused(store.Forbidden, w.act(a, func(tx *store.Tx) error { _, err := org.OpenAgency(ctx, tx, form); return err }))
		w.refused(store.Forbidden, w.act(a, func(tx *store.Tx) error { _, err := org.AmendAgency(ctx, tx, w.snv, form, today); return err }))
		w.refused(store.Forbidden, w.act(a, func(tx *store.Tx) error { return org.CloseAgency(ctx, tx, w.snv, today) }))
	}
	system := store.Actor{Person: 9, Agency: int64(w.ubnd), Roles: store.SystemAdmin, Via: store.ViaWeb}
	w.must(w.act(system, func(tx *store.Tx) error { _, err := org.OpenAgency(ctx, tx, form); return err }))
}

// X20.4, I5.9: the directory is searched by beginnings of words, in any order, without marks; nodes stay hidden.
// N24: receivers are found by the beginnings of words, without marks.
func TestTheDirectoryIsSearchedByBeginningsOfWords(t *testing.T) {
	w := open(t)
	syt := w.agency(org.AgencyForm{Code: "H26.19", OldCode: "000.00.19.H26", Name: "Sở Y tế", ShortName: "SYT", Level: org.Department, OtherCodes: []string{"vxp.syt"}})
	phuong := w.agency(org.AgencyForm{Code: "H26.33.01", Name: "Ủy ban nhân dân phường Đống Đa", Level: org.Commune})
	w.agency(org.AgencyForm{Code: "00.22.W00", Name: "Nút liên thông Sở Y tế", Level: org.Outside})
	w.agency(org.AgencyForm{Code: "00-23-W00", Name: "Nút liên thông thứ hai", Level: org.Outside})
	for q, want := range map[string]org.AgencyID{"so y te": syt, "y sở": syt, "syt": syt, "h26.19": syt, "000.00.19": syt, "vxp": syt, "đống đa": phuong, "DONG uy phuong": phuong, "%": 0, "_": 0} {
		found, err := org.SearchAgencies(ctx, w.db, q, 10)
		w.must(err)
		if want == 0 && len(found) > 0 {
			t.Errorf("%q finds %d", q, len(found))
		}
		if want != 0 && (len(found) == 0 || found[0].ID != want) {
			t.Errorf("%q finds %v", q, found)
		}
	}
	for _, q := range []string{"", "nút", "liên thông", "00.22"} {
		found, err := org.SearchAgencies(ctx, w.db, q, 50)
		w.must(err)
		if slices.ContainsFunc(found, func(a org.Agency) bool { return strings.Contains(a.Code, "W00") }) {
			t.Errorf("%q shows a node", q)
		}
		if q == "" && len(found) != 4 {
			t.Errorf("the first agencies are %d", len(found))
		}
	}
	w.must(w.act(root, func(tx *store.Tx) error {
		_, err := org.AmendAgency(ctx, tx, syt, org.AgencyForm{Code: "H26.19", Name: "Sở Sức khỏe", Level: org.Department}, today)
		return err
	}))
	if found, err := org.SearchAgencies(ctx, w.db, "sức khỏe", 5); err != nil || len(found) != 1 {
		t.Error(found, err)
	}
	if found, err := org.SearchAgencies(ctx, w.db, "syt", 5); err != nil || len(found) != 0 {
		t.Error(found, err)
	}
}

func TestHostedAgenciesAreTheActiveOnes(t *testing.T) {
	w := open(t)
	old := w.agency(org.AgencyForm{Code: "H26.98", Name: "Sắp đóng", Abbr: "SĐ", Level: org.Department, Hosted: true, ValidFrom: "2020-01-01"})
	w.agency(org.AgencyForm{Code: "G09", Name: "Bộ Nội vụ", Level: org.Outside})
	w.must(w.act(root, func(tx *store.Tx) error { return org.CloseAgency(ctx, tx, old, "2026-03-01") }))
	hosted, err := org.HostedAgencies(ctx, w.db)
	w.must(err)
	if len(hosted) != 2 || hosted[0].ID != w.ubnd || hosted[1].ID != w.snv {
		t.Fatalf("%+v", hosted)
	}
	w.refuseAgency(store.Invalid, org.AgencyForm{Code: "H26.97", Name: "Không chữ viết tắt", Level: org.Department, Hosted: true})
	w.refuseAgency(store.Invalid, org.AgencyForm{Code: "H26.97", Abbr: "S/NV", Name: "Dấu gạch chéo", Level: org.Department})
	w.refuseAgency(store.Invalid, org.AgencyForm{Code: "H26.97", Name: "Không cấp"})
	w.refuseAgency(store.Invalid, org.AgencyForm{})
}
