package documents

import (
	"slices"
	"testing"

	"congvu/internal/store"
)

// D1.1, D2.10, D3.1: the types of documents are data with days: one that a sector or a new decree brings is added and used without a change of the program, one
// that ends is offered no more and still found.
func TestTypesAreDataWithDays(t *testing.T) {
	h := newHouse(t)
	admin := h.clerk
	admin.Roles |= store.SystemAdmin
	form := TypeForm{Code: "TRICH_LUC_HO_TICH", Abbr: "TLHT", Name: "Trích lục hộ tịch", Category: "administrative", Form: "1.4", Field: "Tư pháp – hộ tịch", From: "2026-01-01"}
	add := func(a store.Actor, f TypeForm) error {
		return h.try(a, func(tx *store.Tx) error { _, err := AddType(bg, tx, f); return err })
	}
	change := func(code string, f TypeForm) error {
		return h.try(admin, func(tx *store.Tx) error { _, err := ChangeType(bg, tx, code, f); return err })
	}
	refused(t, add(h.clerk, form), store.Forbidden, "a registry clerk")
	must(t, add(admin, form))
	for what, spoil := range map[string]func(f *TypeForm){
		"the same code": func(*TypeForm) {}, "a small code": func(f *TypeForm) { f.Code = "trich-luc" },
		"the name of a type":       func(f *TypeForm) { f.Code, f.Abbr, f.Name = "X1", "XX", "QUYẾT  ĐỊNH" },
		"its abbreviation":         func(f *TypeForm) { f.Code, f.Name, f.Abbr = "X1", "Loại khác", "QĐ" },
		"an abbreviation of words": func(f *TypeForm) { f.Code, f.Name, f.Abbr = "X1", "Loại khác", "T/L" },
		"a form that is none":      func(f *TypeForm) { f.Code, f.Name, f.Abbr, f.Form = "X1", "Loại khác", "XX", "9.9" },
		"a fourth kind of copy":    func(f *TypeForm) { f.Code, f.Name, f.Abbr, f.Category = "X1", "Loại khác", "XX", "copy" },
		"an end before its start":  func(f *TypeForm) { f.Code, f.Name, f.Abbr, f.To = "X1", "Loại khác", "XX", "2025-12-31" },
		"no day":                   func(f *TypeForm) { f.Code, f.Name, f.Abbr, f.To = "X1", "Loại khác", "XX", "2026-13-01" },
	} {
		f := form
		spoil(&f)
		refused(t, add(admin, f), store.Invalid, what)
	}
	draft := h.form()
	draft.TypeCode = form.Code
	var o *Outgoing
	h.do(h.drafter, func(tx *store.Tx) (err error) { o, err = Draft(bg, tx, draft); return err })
	if o.TypeName != "Trích lục hộ tịch" {
		t.Fatalf("%+v", o)
	}
	if got, ok, err := MatchType(bg, h.DB, "trich luc ho tich"); err != nil || !ok || got.Code != form.Code {
		t.Errorf("received under its name: %+v %v", got, err)
	}
	ended := form
	ended.To = "2026-02-28"
	must(t, change(form.Code, ended))
	refused(t, h.try(h.drafter, func(tx *store.Tx) error { _, err := Draft(bg, tx, draft); return err }), store.Invalid, "a draft of a type that has ended")
	h.do(h.drafter, func(tx *store.Tx) error { _, err := Revise(bg, tx, o.ID, draft); return err }) // begun before
	now, err := Types(bg, h.DB)
	must(t, err)
	ever, err := AllTypes(bg, h.DB)
	must(t, err)
	is := func(x Type) bool { return x.Code == form.Code }
	if slices.ContainsFunc(now, is) || !slices.ContainsFunc(ever, is) {
		t.Error("offered although it has ended, or lost")
	}
	again := form
	again.Code, again.From = "TRICH_LUC_HO_TICH_2026", "2026-03-01"
	must(t, add(admin, again)) // the next decree's type may have the name and the letters of the one that ended
	stale := ended
	stale.Revision = 1
	refused(t, change(form.Code, stale), store.Conflict, "a stale form")
	refused(t, change("KHONG_CO", form), store.NotFound, "a type that is none")
}
