package exchange

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"congvu/internal/axis"
	"congvu/internal/documents"
	"congvu/internal/edxml"
	"congvu/internal/org"
	"congvu/internal/store"
	"congvu/internal/storetest"
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
	if h.answers("H26.1", h.lines("H26.1", id)[0].ID)[0].Description != "Gửi cho Cơ quan H26.2, chuyển đến Cơ quan H26.3." {
		t.Errorf("%+v", h.answers("H26.1", h.lines("H26.1", id)[0].ID))
	}
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

// I8.6: of several successors a person picks one: the registry of the agency above the ended one, or the system administrator; nobody else. The picked one gets the
// document with the notice, answers its sender, and a successor that was not picked gets nothing. The desk shows what happened.
func TestATransitionClerkPicksTheSuccessor(t *testing.T) {
	ctx := context.Background()
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2", "H26.3", "H26.4", "H26.5"}, nil)
	h.under("H26.2", "H26.5")
	id := h.issue("H26.1", "H26.2")
	storeDrain(t, h)
	h.ends("H26.3", map[string]string{"H26.2": ""})
	h.work()
	h.until("it waits", func() bool { return len(h.quarantined("")) == 1 })
	q := h.quarantined("")[0]
	give := func(a store.Actor, to string) error {
		return h.office.DB.Write(ctx, a, func(tx *store.Tx) error { return QuarantineGive(ctx, tx, q.ID, org.AgencyID(h.agency[to])) })
	}
	for _, agency := range []string{"H26.1", "H26.3", "H26.4"} {
		if err := give(h.clerk(agency), "H26.3"); !errors.Is(err, store.NotFound) {
			t.Errorf("the clerk of %s: %v", agency, err)
		}
		if len(h.quarantined(agency)) != 0 {
			t.Errorf("%s sees it", agency)
		}
	}
	above := h.clerk("H26.5")
	if all := h.quarantined("H26.5"); len(all) != 1 || all[0].ID != q.ID {
		t.Fatalf("the registry above sees %+v", all)
	}
	if err := give(above, "H26.4"); !errors.Is(err, store.Invalid) {
		t.Errorf("to one that is no successor: %v", err)
	}
	h.must(give(above, "H26.3"))
	h.until("the successor has it", func() bool { return len(h.taken("H26.3")) == 1 })
	h.until("and answers for the receiver", func() bool { return h.lines("H26.1", id)[0].State == Arrived })
	if l := h.lines("H26.1", id)[0]; l.Flagged || l.Description != "Gửi cho Cơ quan H26.2, chuyển đến Cơ quan H26.3." {
		t.Errorf("%+v", l)
	}
	if in := h.received("H26.3", 0); !strings.Contains(string(in.Warnings), "Cơ quan H26.2") {
		t.Errorf("%+v", in)
	}
	h.until("it is settled", func() bool { return h.quarantined("H26.5")[0].State == "accepted" })
	tries, err := Tries(ctx, h.office.DB, above, q.ID)
	if err != nil || len(tries) != 3 || tries[0].Act != "kept" || tries[0].Reason != receiverEnded || tries[1].Act != "given" || tries[1].PersonID != above.Person || tries[2].Act != "accepted" {
		t.Errorf("%+v %v", tries, err)
	}
	h.must(h.office.answerEnded(ctx, store.Job{Payload: store.JSONOf(retryJob{q.AgencyID, q.ID})})) // one working day later
	if h.quarantined("H26.5")[0].State != "accepted" || h.lines("H26.1", id)[0].State != Arrived {
		t.Error("the exchange answered though a person had decided")
	}
}

// under puts an agency below another, as the city is above its communes.
func (h *house) under(code, above string) {
	h.Helper()
	h.must(h.office.DB.Keep(context.Background(), func(tx *store.Tx) error {
		_, err := tx.Exec(context.Background(), sqlTestParent, h.agency[above], h.agency[code])
		tx.Wrote()
		return err
	}))
}

var sqlTestParent = store.SQL(`UPDATE org_agency_versions SET parent_id = $1 WHERE agency_id = $2`)

// I8.6, I8.7: nobody picks within one working day, then the sender reads 02 with the successors to choose from; where nobody follows he reads it at once, with whom
// to ask.
func TestTheExchangeAnswersForAnEndedAgency(t *testing.T) {
	ctx := context.Background()
	clock := storetest.NewClock(epoch)
	h := buildAt(t, clock, axis.Config{}, []string{"H26.1", "H26.2", "H26.3", "H26.4", "H26.5"}, nil)
	h.under("H26.4", "H26.5")
	id := h.issue("H26.1", "H26.2", "H26.4")
	storeDrain(t, h)
	h.ends("H26.3", map[string]string{"H26.2": ""})
	h.dissolve("H26.4")
	h.work()
	h.until("the sender knows of the one without successors", func() bool { return h.lines("H26.1", id)[1].State == Refused })
	if d := h.lines("H26.1", id)[1].Description; !strings.Contains(d, "đã giải thể") || !strings.Contains(d, "Cơ quan H26.5") {
		t.Errorf("%q", d)
	}
	h.until("the other waits", func() bool { return len(h.quarantined("")) == 2 })
	if l := h.lines("H26.1", id)[0]; l.State == Refused {
		t.Fatal("it was answered before anybody could pick")
	}
	clock.Step(40 * time.Hour) // Monday 9 o'clock to Wednesday
	h.until("nobody picked, the exchange answers", func() bool { return h.lines("H26.1", id)[0].State == Refused })
	if d := h.lines("H26.1", id)[0].Description; !strings.Contains(d, "Cơ quan H26.3 (H26.3)") {
		t.Errorf("%q", d)
	}
	for _, q := range h.quarantined("") {
		if q.State != "refused" || q.DecidedBy != 0 {
			t.Errorf("%+v", q)
		}
		if err := h.office.DB.Write(ctx, store.Actor{Person: 7, Roles: store.SystemAdmin}, func(tx *store.Tx) error { return QuarantineGive(ctx, tx, q.ID, org.AgencyID(h.agency["H26.3"])) }); !errors.Is(err, store.Conflict) {
			t.Errorf("given after the answer: %v", err)
		}
	}
}

// dissolve ends an agency that nobody follows.
func (h *house) dissolve(code string) {
	h.Helper()
	ctx, root, day := context.Background(), store.System(0), org.Today(h.office.DB.Now())
	var id org.ReorganisationID
	h.must(h.office.DB.Write(ctx, root, func(tx *store.Tx) error {
		re, err := org.DraftReorganisation(ctx, tx, org.ReorganisationForm{Title: "Giải thể", Reference: "2/NQ", DecidedOn: day.AddDays(-5), Effective: day})
		if err != nil {
			return err
		}
		id = re.ID
		return org.LinkAgencies(ctx, tx, id, org.Succession{OldID: org.AgencyID(h.agency[code]), Kind: org.Dissolved})
	}))
	h.must(h.office.DB.Write(ctx, root.Vouched(), func(tx *store.Tx) error { return org.ApproveReorganisation(ctx, tx, id) }))
	h.must(h.office.DB.Write(ctx, root, func(tx *store.Tx) error { _, err := org.EndAgencies(ctx, tx, id); return err }))
}

// I8.8, I8.9: what an agency signed before its end is history and taken in; what it is said to have issued afterwards waits for a clerk, who may take it in all the
// same or refuse it.
func TestADocumentOfAnAgencyThatHasEnded(t *testing.T) {
	ctx := context.Background()
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2", "H26.3"}, nil)
	h.ends("H26.3", map[string]string{"H26.1": "H26.3"})
	h.work()
	own := identity(t, "Cơ quan H26.1", "H26.1")
	tomorrow := edxml.Date(org.Today(h.office.DB.Now()))
	h.post("old", "H26.1", "H26.2", kindDocument, sealed(t, letterFrom(t, "H26.1", "H26.2", 1, nil), own))
	h.until("history is taken in", func() bool { return len(h.taken("H26.2")) == 1 })
	h.post("new", "H26.1", "H26.2", kindDocument, sealed(t, letterFrom(t, "H26.1", "H26.2", 2, func(m *edxml.DocumentMessage) { m.Date = tomorrow }), own))
	h.until("what came after the end waits", func() bool { return len(h.quarantined("H26.2")) == 1 })
	q := h.quarantined("H26.2")[0]
	if q.Reason != senderEnded || !strings.Contains(string(q.Args), "Cơ quan H26.1") {
		t.Fatalf("%+v", q)
	}
	h.must(h.office.DB.Write(ctx, h.clerk("H26.2"), func(tx *store.Tx) error { return QuarantineRetry(ctx, tx, q.ID) }))
	h.until("the clerk takes it in", func() bool { return len(h.taken("H26.2")) == 2 })
	if in := h.received("H26.2", 1); !strings.Contains(string(in.Warnings), "kết thúc hoạt động") {
		t.Errorf("%+v", in)
	}
}

// I8.11: the request to give a document back that its receiver's successor took over goes to that successor.
func TestARequestFollowsTheDocumentToTheSuccessor(t *testing.T) {
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2", "H26.3"}, nil)
	id := h.issue("H26.1", "H26.2")
	storeDrain(t, h)
	h.ends("H26.3", map[string]string{"H26.2": "H26.3"})
	h.work()
	h.until("the successor has it", func() bool { return len(h.taken("H26.3")) == 1 && h.lines("H26.1", id)[0].State == Arrived })
	h.must(h.does("H26.1", func(ctx context.Context, tx *store.Tx) error {
		return AskBack(ctx, tx, h.lines("H26.1", id)[0].ID, "Gửi nhầm cơ quan đã sáp nhập")
	}))
	h.until("the successor is asked", func() bool { return h.received("H26.3", 0).PendingRequest == documents.GiveBack })
	h.must(h.does("H26.3", func(ctx context.Context, tx *store.Tx) error {
		return documents.AgreeRequest(ctx, tx, h.received("H26.3", 0).ID, 0)
	}))
	h.until("its answer closes the line", func() bool { return h.lines("H26.1", id)[0].State == Recalled })
}
