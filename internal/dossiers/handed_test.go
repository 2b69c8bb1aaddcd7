package dossiers

import (
	"testing"
	"time"

	"congvu/internal/org"
	"congvu/internal/store"
)

// I9.1, I9.3: a dossier of an agency that has ended goes on in the one that took it over: its own code, the old title, period, order and files; a closed one is
// closed and still falls due.
func TestADossierGoesOnInTheNewAgency(t *testing.T) {
	h := newHouse(t)
	open := h.open("clerk", OpenForm{Title: "Hồ sơ giao dự toán năm 2026"})
	first := h.arrived("2026-02-20")
	h.add("clerk", open.ID, first.Ref())
	h.add("clerk", open.ID, h.arrived("2026-02-21").Ref())
	closed := h.closed(OpenForm{})
	old, by := org.AgencyID(h.agency), org.AgencyID(h.people["foreign"].Agency)
	var clerk store.Actor
	root := store.System(0)
	h.write(root, func(tx *store.Tx) error {
		p, err := org.Enrol(bg, tx, org.PersonForm{Name: "Văn thư mới", HomeAgency: by})
		if err != nil {
			return err
		}
		post, err := org.Appoint(bg, tx, org.HoldingForm{PersonID: p.ID, AgencyID: by, Title: "Văn thư", Rank: org.RankStaff, Roles: store.Clerk, ValidFrom: "2026-01-01"})
		clerk = store.Actor{Person: int64(p.ID), Holding: int64(post.ID), Agency: int64(by), Roles: post.Roles, Via: store.ViaWeb}
		return err
	})
	var id org.ReorganisationID
	h.write(root, func(tx *store.Tx) error {
		re, err := org.DraftReorganisation(bg, tx, org.ReorganisationForm{Title: "Nhập Sở", Reference: "12/NQ-HĐND", DecidedOn: "2026-03-01", Effective: "2026-03-03"})
		id = re.ID
		if err == nil {
			err = org.LinkAgencies(bg, tx, id, org.Succession{OldID: old, NewID: by, Kind: org.Whole})
		}
		for _, s := range []org.Subject{org.SubjectDocuments, org.SubjectUnfinished} {
			if err == nil {
				err = org.NameTaker(bg, tx, id, old, s, by)
			}
		}
		return err
	})
	h.write(root.Vouched(), func(tx *store.Tx) error { return org.ApproveReorganisation(bg, tx, id) })
	h.clock.Step(24 * time.Hour)
	h.refused(store.Conflict, h.db.Write(bg, root, func(tx *store.Tx) error { _, err := org.EndAgencies(bg, tx, id); return err })) // nobody is named for the dossiers
	h.write(root, func(tx *store.Tx) error { return org.NameTaker(bg, tx, id, old, org.SubjectDossiers, by) })
	h.write(root, func(tx *store.Tx) error { _, err := org.EndAgencies(bg, tx, id); return err })

	rows, err := org.TakeMany(bg, h.db, clerk, old, []string{open.Ref(), closed.Ref(), first.Ref()}, org.TakeForm{})
	h.must(err)
	at := map[string]string{}
	for _, r := range rows {
		h.must(r.Err)
		at[r.Ref] = r.Taking.NewRef
	}
	var found []Dossier
	for _, ref := range []string{open.Ref(), closed.Ref()} {
		d, err := ofAgency(bg, h.db, int64(by), refNumber(at[ref]))
		h.must(err)
		found = append(found, *d)
	}
	if found[0].State != Open || found[0].Title != open.Title || found[0].Code == "" || found[0].OrganCode != "H26.2" || found[0].Period != open.Period || found[0].PersonID != clerk.Person || found[0].DocTotal != 2 {
		t.Fatalf("%+v", found[0])
	}
	items, err := Items(bg, h.db, clerk, found[0].ID)
	h.must(err)
	if len(items) != 2 || items[0].Ref != at[first.Ref()] || items[1].Kind != "file" || items[1].DocDate != "2026-02-21" || len(items[1].About.Files) != 1 || items[1].About.Number == "" {
		t.Fatalf("%+v", items)
	}
	mark, content, err := OpenFile(bg, h.desk, clerk, found[0].ID, items[1].ID, 0)
	h.must(err)
	content.Close()
	if mark.SHA == "" {
		t.Fatal("no file")
	}
	if found[1].State != Closed || found[1].DueDate != closed.DueDate || found[1].EndDate != closed.EndDate {
		t.Fatalf("%+v", found[1])
	}
	again, err := org.TakeMany(bg, h.db, clerk, old, []string{open.Ref()}, org.TakeForm{})
	h.must(err)
	if again[0].Err != nil || again[0].Taking.NewRef != at[open.Ref()] {
		t.Fatalf("%+v", again)
	}
	was, err := ofAgency(bg, h.db, int64(old), open.ID)
	h.must(err)
	if was.State != Open || was.DocTotal != 2 || was.Code != open.Code {
		t.Fatalf("the past has changed: %+v", was)
	}
}

func refNumber(ref string) (n int64) {
	for _, c := range ref {
		if c >= '0' && c <= '9' {
			n = n*10 + int64(c-'0')
		}
	}
	return n
}
