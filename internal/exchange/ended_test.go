package exchange

import (
	"context"
	"strings"
	"testing"

	"congvu/internal/axis"
	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
)

var (
	sqlOlderAgencies = store.SQL(`UPDATE org_agencies SET valid_from = $1`)
	sqlOlderVersions = store.SQL(`UPDATE org_agency_versions SET valid_from = $1`)
	sqlOlderCodes    = store.SQL(`UPDATE org_codes SET valid_from = $1`)
)

// ends closes agencies of the house by one decision; the one whose taker is "" has successors only.
func (h *house) ends(successor string, takers map[string]string) {
	h.Helper()
	ctx, root := context.Background(), store.System(0)
	day := org.Today(h.office.DB.Now())
	var id org.ReorganisationID
	act := func(a store.Actor, f func(tx *store.Tx) error) {
		h.Helper()
		if err := h.office.DB.Write(ctx, a, f); err != nil {
			h.Fatal(err)
		}
	}
	if err := h.office.DB.Keep(ctx, func(tx *store.Tx) error { // they are older than this morning
		for _, q := range []*store.Stmt{sqlOlderAgencies, sqlOlderVersions, sqlOlderCodes} {
			if _, err := tx.Exec(ctx, q, "2020-01-01"); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		h.Fatal(err)
	}
	act(root, func(tx *store.Tx) error {
		re, err := org.DraftReorganisation(ctx, tx, org.ReorganisationForm{Title: "Sắp xếp", Reference: "1/NQ", DecidedOn: day.AddDays(-5), Effective: day})
		id = re.ID
		for old, taker := range takers {
			if err == nil {
				err = org.LinkAgencies(ctx, tx, id, org.Succession{OldID: org.AgencyID(h.agency[old]), NewID: org.AgencyID(h.agency[successor]), Kind: org.PartOf})
			}
			if err == nil && taker != "" {
				err = org.NameTaker(ctx, tx, id, org.AgencyID(h.agency[old]), org.SubjectDocuments, org.AgencyID(h.agency[taker]))
			}
		}
		return err
	})
	act(root.Vouched(), func(tx *store.Tx) error { return org.ApproveReorganisation(ctx, tx, id) })
	act(root, func(tx *store.Tx) error { _, err := org.EndAgencies(ctx, tx, id); return err })
}

// I8.5–I8.7: what is under way to an agency that has ended goes to the one named for its documents, which answers for it; without one it waits, and the refusal
// that a person writes reaches the sender.
func TestAParcelForAnAgencyThatHasEnded(t *testing.T) {
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2", "H26.3", "H26.4"}, nil)
	id := h.issue("H26.1", "H26.2", "H26.4")
	storeDrain(t, h)
	h.ends("H26.3", map[string]string{"H26.2": "H26.3", "H26.4": ""})
	h.work()
	h.until("the successor has it and the other waits", func() bool { return len(h.taken("H26.3")) == 1 && len(h.quarantined("")) == 1 })
	h.until("the successor answers for the receiver", func() bool { return h.lines("H26.1", id)[0].State == Arrived })
	in, err := documents.Receipt(context.Background(), h.office.DB, h.agency["H26.3"], refID(h.taken("H26.3")[0].Ref, "incoming"))
	if err != nil || !strings.Contains(string(in.Warnings), "đã kết thúc hoạt động") || in.SenderAgency != h.agency["H26.1"] {
		t.Fatalf("%+v %v", in, err)
	}
	q := h.quarantined("")[0]
	if q.Reason != "receiver_ended" || !strings.Contains(string(q.Args), "Cơ quan H26.3") || len(h.taken("H26.4")) != 0 {
		t.Fatalf("%+v", q)
	}
	admin := store.Actor{Person: 7, Roles: store.SystemAdmin, Via: store.ViaWeb}
	if err := h.office.DB.Write(context.Background(), admin, func(tx *store.Tx) error {
		return QuarantineRefuse(context.Background(), tx, q.ID, "Cơ quan đã kết thúc; gửi cho Cơ quan H26.3")
	}); err != nil {
		t.Fatal(err)
	}
	h.until("the sender knows", func() bool { return h.lines("H26.1", id)[1].State == Refused })
	if l := h.lines("H26.1", id)[1]; !strings.Contains(l.Description, "H26.3") {
		t.Fatalf("%+v", l)
	}
	// a new document to it is not sent at all: the clerk is told to choose the successor
	late := h.issue("H26.1", "H26.2")
	h.reached("H26.1", late, Failed)
}
