package documents

import (
	"strings"
	"testing"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

// X20.7, I8.5, I8.7, I8.10, I3.5: a group means the agencies of the day of sending; who has ended gives way to the one that took its documents over, and
// who has none, or a code in dispute, is told to the clerk instead of sent to.
func TestGroupMeansTheAgenciesOfTheDay(t *testing.T) {
	o := newOffice(t)
	ids := map[string]org.AgencyID{}
	for code, name := range map[string]string{"H40.1": "Sở Một", "H40.2": "Sở Hai", "H40.3": "Sở Ba", "H40.4": "Sở Bốn", "H40.5": "Sở Năm"} {
		o.inAct(store.System(0), func(tx *store.Tx) error {
			a, err := org.OpenAgency(inCtx, tx, org.AgencyForm{Code: code, Name: name, Level: org.Outside, ValidFrom: "2025-07-01"})
			if err == nil {
				ids[code] = a.ID
			}
			return err
		})
	}
	admin := o.people["admin"]
	admin.Roles |= store.SystemAdmin
	form := GroupForm{Everywhere: true, Kind: GroupOutside, Name: "Các sở phía Bắc", ValidFrom: "2026-01-01", ValidTo: "2026-12-31"}
	for _, code := range []string{"H40.1", "H40.2", "H40.3", "H40.4"} {
		form.Members = append(form.Members, Member{Agency: int64(ids[code])})
	}
	form.Members = append(form.Members, Member{Agency: o.people["foreign_head"].Agency})
	o.refused(store.Forbidden, o.by("clerk", func(tx *store.Tx) error { _, err := SaveGroup(inCtx, tx, form); return err }))
	var g *Group
	o.must(o.db.Write(inCtx, admin, func(tx *store.Tx) (err error) { g, err = SaveGroup(inCtx, tx, form); return err }))
	bad := form
	bad.Name, bad.ValidTo = "Sai hạn", "2025-01-01"
	o.refused(store.Invalid, o.db.Write(inCtx, admin, func(tx *store.Tx) error { _, err := SaveGroup(inCtx, tx, bad); return err }))

	// H40.2 is merged into H40.5, H40.3 is dissolved, H40.4's code is claimed by another
	re := org.ReorganisationID(0)
	o.must(o.db.Write(inCtx, admin, func(tx *store.Tx) error {
		x, err := org.DraftReorganisation(inCtx, tx, org.ReorganisationForm{Title: "Nhập Sở Hai", Reference: "1/NQ", DecidedOn: "2026-02-01", Effective: "2026-03-01"})
		re = x.ID
		if err == nil {
			err = org.LinkAgencies(inCtx, tx, re, org.Succession{OldID: ids["H40.2"], NewID: ids["H40.5"], Kind: org.Whole})
		}
		for _, s := range org.Subjects {
			if err == nil {
				err = org.NameTaker(inCtx, tx, re, ids["H40.2"], s.Subject, ids["H40.5"])
			}
		}
		if err == nil {
			err = org.ApproveReorganisation(inCtx, tx, re)
		}
		if err == nil {
			_, err = org.EndAgencies(inCtx, tx, re)
		}
		if err == nil {
			err = org.CloseAgency(inCtx, tx, ids["H40.3"], "2026-03-01")
		}
		return err
	}))
	run, err := org.PlanSync(inCtx, o.db, store.System(0), org.List{Source: "national", Kind: org.RunChanges, Units: []org.Listed{{ID: "1", Code: "H40.4", Name: "Sở Bốn", IsAgency: true}, {ID: "2", Code: "H40.4", Name: "Sở khác", IsAgency: true}}})
	o.must(err)
	_, err = org.CarryRun(inCtx, o.db, run.ID)
	o.must(err)

	at := calendar.Date("2026-03-02")
	got, err := ResolveGroup(inCtx, o.db, o.people["staff_x"], g.ID, at)
	o.must(err)
	var names []string
	for _, m := range got.Members {
		names = append(names, m.Code+m.Instead)
	}
	if strings.Join(names, " ") != "H40.1 H40.5Sở Hai H26.2" || len(got.Left) != 2 {
		t.Fatalf("%v %+v", names, got.Left)
	}
	_, err = ResolveGroup(inCtx, o.db, o.people["staff_x"], g.ID, "2027-01-01")
	o.refused(store.Conflict, err)

	// as receivers of a draft: what cannot be sent to stops it and is told, and the rest is chosen
	draft := DraftForm{TypeCode: "CONG_VAN", Subject: "triển khai công tác năm 2026", Body: "Nội dung.", Receivers: []ReceiverForm{{Group: g.ID, Role: ForInformation}, {Agency: ids["H40.1"]}}}
	err = o.by("staff_x", func(tx *store.Tx) error { _, err := Draft(inCtx, tx, draft); return err })
	o.refused(store.Invalid, err)
	if !strings.Contains(err.Error(), "Sở Ba") && !strings.Contains(err.Error(), "{name} đã kết thúc") {
		t.Fatal(err)
	}
	form.ID, form.Members = g.ID, []Member{form.Members[0], form.Members[1], form.Members[4]}
	o.must(o.db.Write(inCtx, admin, func(tx *store.Tx) error { _, err := SaveGroup(inCtx, tx, form); return err }))
	var out *Outgoing
	o.must(o.by("staff_x", func(tx *store.Tx) (err error) { out, err = Draft(inCtx, tx, draft); return err }))
	names = nil
	for _, r := range out.Receivers {
		names = append(names, r.Name+"/"+r.Role)
	}
	if strings.Join(names, "; ") != "Sở Năm/information; Ủy ban nhân dân phường Ba Đình/information; Sở Một/action" {
		t.Fatal(names)
	}
	o.refused(store.Forbidden, o.by("clerk", func(tx *store.Tx) error { return DropGroup(inCtx, tx, g.ID) }))
	o.must(o.db.Write(inCtx, admin, func(tx *store.Tx) error { return DropGroup(inCtx, tx, g.ID) }))
}
