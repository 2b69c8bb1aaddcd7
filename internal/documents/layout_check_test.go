package documents

import (
	"testing"

	"congvu/internal/org"
	"congvu/internal/store"
)

// D5.13: only who answers for the layout waives a finding, with a reason that is kept.
// D5.10, D5.11: citations and capitals are checked and never changed by themselves.
func TestOnlyTheKeeperOfLayoutWaivesAFinding(t *testing.T) {
	h := newHouse(t)
	f := h.form()
	f.Body = "Căn cứ Nghị định 30/2020/NĐ-CP, ủy ban nhân dân xã báo cáo theo Quyết định số 12/QĐ-UBND." // no end, no "số", small letters, no date
	o := h.draft(f)
	found := func() map[string]LayoutFinding {
		all, err := LayoutFindings(bg, h.DB, h.drafter, o.ID, today(h.DB.Now()))
		must(t, err)
		out := map[string]LayoutFinding{}
		for _, x := range all {
			out[x.Code] = x
		}
		return out
	}
	for _, code := range []string{"body.end", "citation.number", "citation.date", "capitals.names"} {
		if _, ok := found()[code]; !ok {
			t.Errorf("%s was not found in %v", code, found())
		}
	}
	waive := func(a store.Actor, code, reason string) error {
		return h.try(a, func(tx *store.Tx) error { return WaiveFinding(bg, tx, o.ID, code, reason) })
	}
	refused(t, waive(h.drafter, "body.end", "mẫu riêng của ngành"), store.Forbidden, "the drafter")
	refused(t, waive(h.foreignClerk, "body.end", "mẫu riêng của ngành"), store.NotFound, "a foreign clerk")
	refused(t, waive(h.clerk, "body.end", "vì"), store.Invalid, "no reason")
	refused(t, waive(h.clerk, "no.such", "mẫu riêng của ngành"), store.NotFound, "no such finding")
	_, err := Lay(bg, h.Desk, h.drafter, o.ID)
	must(t, err)
	submit := func() error {
		return h.try(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, o.ID, org.HoldingID(h.unitHead.Holding), "") })
	}
	h.do(h.admin, func(tx *store.Tx) error {
		if err := tx.Set(bg, o.AgencyID, "documents.layout_check", "block"); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "setting.changed", Agency: o.AgencyID})
	})
	refused(t, submit(), store.Conflict, "an open finding")
	must(t, waive(h.clerk, "body.end", "mẫu riêng của ngành"))
	if w := found()["body.end"]; !w.Waived || w.WaivedBy != "Hoàng Thị Ngọc" || w.Reason != "mẫu riêng của ngành" {
		t.Errorf("waiver %+v", w)
	}
	must(t, submit())
}
