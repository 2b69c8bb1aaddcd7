package documents

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"congvu/internal/org"
	"congvu/internal/store"
)

// X9.5: a request that names two received documents waits until the registry, who asks the sender, says which; then it is a request like any other. One that
// names its document by number only is matched when that arrives.
func TestARequestThatNamesTwoDocumentsWaitsForTheRegistry(t *testing.T) {
	o := newOffice(t)
	first, second := o.registered(), o.registered()
	in := o.asking(RecallWhole, first)
	in.Targets = []string{first.DocumentID, second.DocumentID}
	q := o.ask(in)
	if q.State != AskedOpen || !slices.Equal(q.Choices(), []int64{first.ID, second.ID}) || o.find(first.ID).PendingRequest != "" || o.find(second.ID).PendingRequest != "" {
		t.Fatalf("%+v", q)
	}
	if open := have(OpenRequests(inCtx, o.db, o.people["clerk"])); len(open) != 1 || len(open[0].Choices()) != 2 {
		t.Fatalf("%+v", open)
	}
	pick := func(who string, id int64) error {
		return o.by(who, func(tx *store.Tx) error { return PickRequest(inCtx, tx, q.ID, id) })
	}
	third := o.registered()
	o.refused(store.Forbidden, pick("staff_x", second.ID))
	o.refused(store.NotFound, pick("foreign_clerk", second.ID))
	o.refused(store.Invalid, pick("clerk", third.ID))
	o.must(pick("clerk", second.ID))
	o.refused(store.Conflict, pick("clerk", first.ID))
	if o.find(first.ID).PendingRequest != "" || o.find(second.ID).PendingRequest != RecallWhole {
		t.Fatal("the request went to another document")
	}
	o.must(o.by("clerk", func(tx *store.Tx) error { return AgreeRequest(inCtx, tx, second.ID, 0) }))
	if o.find(second.ID).State != Recalled || o.find(first.ID).State != Registered {
		t.Fatal("another document was destroyed")
	}

	later := o.arrival()
	early := o.asking(GiveBack, &Incoming{SenderCode: later.SenderCode, SenderName: later.SenderName, Number: later.Number, Notation: later.Notation, IssuedDate: later.IssuedDate})
	early.Targets = nil
	o.ask(early)
	if d, _ := o.arrive(later); o.find(d.ID).PendingRequest != GiveBack {
		t.Error("a request by number only was not matched")
	}
}

// The names of everybody to whom a document went are the same text in everybody's row: it is kept packed, and read as it was.
func TestTheListOfReceiversIsKeptPacked(t *testing.T) {
	o := newOffice(t)
	names := make([]string, 600)
	for i := range names {
		names[i] = fmt.Sprintf("Ủy ban nhân dân phường số %d", i*7919%1000)
	}
	for i := range 3 {
		in := o.arrival()
		in.Places = names
		d, _ := o.arrive(in)
		now, err := Receipt(inCtx, o.db, o.agency, d.ID)
		if err != nil || !slices.Equal(now.SentTo(), names) || !slices.Equal(d.SentTo(), names) {
			t.Fatalf("%d names, %v", len(now.SentTo()), err)
		}
		stands, err := store.One[string](inCtx, o.db, sqlTestPlaces, o.agency, d.ID)
		if err != nil || !store.IsPacked(stands) || i > 0 && len(stands) > 300 {
			t.Errorf("%d bytes stand in the row: %.40s, %v", len(stands), stands, err)
		}
	}
}

var sqlTestPlaces = store.SQL(`SELECT CAST(places AS TEXT) FROM documents_incoming WHERE agency_id = $1 AND id = $2`)

// X21.7: the same keys with other content are a suspected update; the registry takes it as the update of the document that is registered (its number stays, its
// former files stay readable, holders are told: X9.12), keeps both, or refuses it with 02.
func TestTheRegistryDecidesAboutASuspectedUpdate(t *testing.T) {
	o := newOffice(t)
	again := func(d *Incoming, n int64) *Incoming {
		t.Helper()
		in := o.arrival()
		in.DocumentID, in.Number, in.Notation, in.IssuedDate, in.Subject = d.DocumentID, d.Number, d.Notation, d.IssuedDate, "Trích yếu mới"
		in.Places = []string{"Sở Nội vụ", "Sở Nội vụ", "Sở Y tế"}
		in.Files = []File{{Name: "ban-moi.pdf", SHA: sha(n), Size: 1, Media: filePDF, Main: true, Verdict: VerdictPassed}}
		s, dup := o.arrive(in)
		if dup || s.TwinOf != d.ID {
			t.Fatalf("%+v %v", s, dup)
		}
		return s
	}
	d := o.assigned()
	s := again(d, 801)
	reg, err := o.register(s.ID, RegisterForm{Twin: TwinUpdate, TwinOf: d.ID})
	o.must(err)
	now, files := o.find(d.ID), have(filesOf(inCtx, o.db, o.agency, d.Ref()))
	if reg.LinkedTo != d.ID || now.ArrivalNumber != d.ArrivalNumber || now.Subject != "Trích yếu mới" || now.State != Assigned || o.find(s.ID).ArrivalNumber != 0 {
		t.Fatalf("%+v %+v", reg, now)
	}
	if !slices.Equal(now.SentTo(), []string{"Sở Nội vụ", "Sở Y tế"}) {
		t.Errorf("%v", now.SentTo())
	}
	if len(files) != 2 || files[0].SHA != sha(801) || !files[0].Main || files[1].Main || !strings.HasPrefix(files[1].Name, "Bản trước - ") {
		t.Fatalf("%+v", files)
	}
	if v := o.verbs(d.ID); v["document.updated"] != 1 || v["document.linked"] != 1 {
		t.Errorf("%v", v)
	}
	if v := o.verbs(s.ID); v["document.registered"] != 1 || v["document.directed"] != 1 {
		t.Errorf("the sender of the second packet hears nothing: %v", v)
	}

	both := o.registered()
	own, err := o.register(again(both, 802).ID, RegisterForm{Twin: TwinRegisterAnyway})
	o.must(err)
	if own.Incoming.ArrivalNumber == 0 || own.Incoming.ArrivalNumber == both.ArrivalNumber || o.find(both.ID).Subject == "Trích yếu mới" {
		t.Fatalf("%+v", own.Incoming)
	}

	third := again(o.registered(), 803)
	o.must(o.by("clerk", func(tx *store.Tx) error {
		return Refuse(inCtx, tx, third.ID, BadSignature, "Nội dung khác bản đã ký và gửi trước")
	}))
	if o.find(third.ID).State != Refused || o.verbs(third.ID)["document.refused"] != 1 {
		t.Fatal("not refused")
	}
}

// X12.6, X9.11: work goes on while a request waits, and everybody who holds the document reads of it; it must still be answered.
func TestWorkGoesOnWhileARequestWaits(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	o.ask(o.asking(RecallWhole, d))
	line := o.lineFor(d.ID, Target{Unit: o.unitX}).ID
	o.must(o.by("head_x", func(tx *store.Tx) error { return Start(inCtx, tx, line) }))
	o.must(o.by("head_x", func(tx *store.Tx) error {
		return Complete(inCtx, tx, line, CompleteForm{Result: "Đã trả lời bằng điện thoại"})
	}))
	if now := o.find(d.ID); now.State != Done || now.PendingRequest != RecallWhole {
		t.Fatalf("%+v", now)
	}
	for _, who := range []string{"clerk", "head", "head_x"} { // the banner stands on every holder's page
		all := have(Requests(inCtx, o.db, o.people[who], d.ID))
		if len(all) != 1 || all[0].State != AskedPending {
			t.Errorf("%s reads %+v", who, all)
		}
	}
	o.must(o.by("clerk", func(tx *store.Tx) error { return AgreeRequest(inCtx, tx, d.ID, 0) }))
}

// I8.10, X22.6: nothing is addressed to an agency that has ended, whichever door asks: a draft and a receiver added after issue name who follows it. Adding
// receivers is the registry's, leaves the document as it is, and is journalled with what exchange needs (X9.3).
func TestReceiversAddedAfterIssue(t *testing.T) {
	h := newHouse(t)
	o := h.at(Issued)
	add := func(a store.Actor, form AddForm) error {
		return h.try(a, func(tx *store.Tx) error { return AddReceivers(bg, tx, o.ID, form) })
	}
	good := AddForm{Receivers: []ReceiverForm{{Name: "Công ty Thoát nước"}}, Reason: "Bổ sung nơi nhận phối hợp", Revision: o.Revision}
	refused(t, add(h.drafter, good), store.Forbidden, "the drafter")
	refused(t, add(h.foreignClerk, good), store.NotFound, "a foreign clerk")
	refused(t, add(h.clerk, AddForm{Receivers: good.Receivers, Reason: "ngắn"}), store.Invalid, "a short reason")
	refused(t, add(h.clerk, AddForm{Reason: good.Reason}), store.Invalid, "nobody")
	refused(t, add(h.clerk, AddForm{Receivers: []ReceiverForm{{Agency: org.AgencyID(o.AgencyID)}}, Reason: good.Reason}), store.Invalid, "the agency itself")
	must(t, add(h.clerk, good))
	now := h.again(o)
	if len(now.Receivers) != len(o.Receivers)+1 || now.State != Issued || now.DocumentID != o.DocumentID || now.MainFile != o.MainFile {
		t.Fatalf("%+v", now)
	}
	refused(t, add(h.clerk, good), store.Invalid, "the same again")

	gone := h.at(Issued) // what was recalled goes nowhere any more (X22.4)
	must(t, h.try(h.clerk, func(tx *store.Tx) error {
		return Recall(bg, tx, gone.ID, RecallForm{Reason: "Ban hành trái thẩm quyền"})
	}))
	err := h.try(h.clerk, func(tx *store.Tx) error { return AddReceivers(bg, tx, gone.ID, good) })
	refused(t, err, store.Conflict, "a recalled document")

	old, next := h.endOne(t)
	err = add(h.clerk, AddForm{Receivers: []ReceiverForm{{Agency: old}}, Reason: good.Reason})
	if refused(t, err, store.Invalid, "one that has ended"); !strings.Contains(err.Error(), "kết thúc hoạt động") || !strings.Contains(err.Error(), next) {
		t.Errorf("%v", err)
	}
	form := h.form()
	form.Receivers = []ReceiverForm{{Agency: old}}
	err = h.try(h.drafter, func(tx *store.Tx) error { _, err := Draft(bg, tx, form); return err })
	if refused(t, err, store.Invalid, "a draft to one that has ended"); !strings.Contains(err.Error(), next) {
		t.Errorf("%v", err)
	}
}

// X22.1, X22.2, X22.3, X22.5, X22.8: what stands against sending is listed whole, each with what to do: number and particulars, files, the sender's identifier,
// receivers, signatures.
func TestEverythingAgainstSendingIsListedTogether(t *testing.T) {
	h := newHouse(t)
	o := h.at(Drafted)
	bad := *o
	bad.Notation, bad.SignerName, bad.AgencyID = "", "", 9 // an agency without an identifier, and none of the files
	old, _ := h.endOne(t)
	bad.Receivers = []Receiver{{Agency: old, Name: "UBND xã Cũ", Role: ForAction}}
	var p store.Problems
	h.do(h.clerk, func(tx *store.Tx) error {
		if err := bad.sendable(bg, tx, org.Today(tx.Now()), &p); err != nil {
			return err
		}
		return o.provenFiles(bg, tx, &p)
	})
	said := ""
	for _, x := range p {
		said += x.Text + "\n"
	}
	for _, want := range []string{"chưa có mã định danh", "thiếu ký hiệu, trích yếu hoặc người ký", "không còn hiệu lực", "chưa có tệp chính", "thiếu chữ ký số hợp lệ"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not said in\n%s", want, said)
		}
	}
	p = nil
	good := h.at(Sealed)
	h.do(h.clerk, func(tx *store.Tx) error {
		if err := good.sendable(bg, tx, org.Today(tx.Now()), &p); err != nil {
			return err
		}
		return good.provenFiles(bg, tx, &p)
	})
	if len(p) != 0 {
		t.Errorf("%+v", p)
	}
}

// endOne enters an agency, lets another follow it and ends it; it gives the ended one and the successor's name.
func (h *house) endOne(t *testing.T) (org.AgencyID, string) {
	t.Helper()
	root := store.System(0)
	day := org.Today(h.DB.Now())
	var old, next *org.Agency
	must(t, h.try(root, func(tx *store.Tx) (err error) {
		if old, err = org.OpenAgency(bg, tx, org.AgencyForm{Code: "H26.901", Name: "UBND xã Cũ", ShortName: "xã Cũ", Abbr: "UBND", Level: org.City, Hosted: true, ValidFrom: day.AddDays(-90)}); err != nil {
			return err
		}
		next, err = org.OpenAgency(bg, tx, org.AgencyForm{Code: "H26.902", Name: "UBND xã Mới", ShortName: "xã Mới", Abbr: "UBND", Level: org.City, Hosted: true, ValidFrom: day.AddDays(-90)})
		return err
	}))
	var id org.ReorganisationID
	must(t, h.try(root, func(tx *store.Tx) error {
		re, err := org.DraftReorganisation(bg, tx, org.ReorganisationForm{Title: "Sắp xếp", Reference: "1/NQ", DecidedOn: day.AddDays(-5), Effective: day})
		if err != nil {
			return err
		}
		id = re.ID
		return org.LinkAgencies(bg, tx, id, org.Succession{OldID: old.ID, NewID: next.ID, Kind: org.Whole})
	}))
	must(t, h.try(root.Vouched(), func(tx *store.Tx) error { return org.ApproveReorganisation(bg, tx, id) }))
	must(t, h.try(root, func(tx *store.Tx) error { _, err := org.EndAgencies(bg, tx, id); return err }))
	return old.ID, next.Name
}
