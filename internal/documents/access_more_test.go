package documents

import (
	"slices"
	"strings"
	"testing"
	"time"

	"congvu/internal/store"
	"congvu/internal/storetest"
)

// Who asks learns nothing about what there is: the same answer for a document of the house, one of nobody, and a foreign one.
func TestARequestToSeeTellsNothing(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	ask := func(words string) *AccessRequest {
		var q *AccessRequest
		o.must(o.by("staff_y", func(tx *store.Tx) (err error) {
			q, err = AskAccess(inCtx, tx, RequestForm{Words: words, Reason: why})
			return
		}))
		return q
	}
	real, none := ask(d.Code()), ask("999/KHONG-CO")
	for _, q := range []*AccessRequest{real, none} {
		got, found, err := FindAccessRequest(inCtx, o.db, o.people["staff_y"], q.ID)
		if err != nil || len(found) != 0 || got.State != RequestOpen || got.Kind != "" {
			t.Fatalf("%+v %v %v", got, found, err)
		}
	}
	if o.sees("staff_y", d) {
		t.Fatal("asking opened the document")
	}
	for _, c := range []RequestForm{{Words: "", Reason: why}, {Words: "1", Reason: "ngắn"}, {Words: "1", Reason: why, Days: 400}, {Words: strings.Repeat("x", 301), Reason: why}} {
		o.refused(store.Invalid, o.by("staff_y", func(tx *store.Tx) error { _, err := AskAccess(inCtx, tx, c); return err }))
	}
	o.refused(store.NotFound, o.by("foreign_clerk", func(tx *store.Tx) error { return DecideAccess(inCtx, tx, real.ID, Decision{Answer: why}) }))
	o.refused(store.Forbidden, o.by("staff_y", func(tx *store.Tx) error { return DecideAccess(inCtx, tx, real.ID, Decision{Ref: d.Ref()}) }))
}

// V37: screen /rights/requests; api POST /rights/requests; command remote ask-access
func TestARequestIsGrantedWithATermOrRefusedWithAReason(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	ask := func(words string) (id int64) {
		o.must(o.by("staff_y", func(tx *store.Tx) error {
			q, err := AskAccess(inCtx, tx, RequestForm{Words: words, Reason: why, Days: 2})
			if err == nil {
				id = q.ID
			}
			return err
		}))
		return id
	}
	id := ask("https://congvu.example/incoming?tab=all&open=" + d.Ref()[len("incoming/"):])
	_, found, err := FindAccessRequest(inCtx, o.db, o.people["clerk"], id)
	if err != nil || len(found) != 1 || found[0].Ref() != d.Ref() {
		t.Fatalf("the registry finds %v, %v", found, err)
	}
	o.must(o.by("clerk", func(tx *store.Tx) error { return DecideAccess(inCtx, tx, id, Decision{Ref: d.Ref()}) }))
	o.refused(store.Conflict, o.by("head", func(tx *store.Tx) error { return DecideAccess(inCtx, tx, id, Decision{Answer: why}) }))
	if !o.sees("staff_y", d) {
		t.Fatal("a granted request opens nothing")
	}
	if n, err := CountRightChanges(inCtx, o.db, o.people["head"]); err != nil || n != 1 {
		t.Fatalf("%d warnings, %v", n, err)
	}
	o.clock.Set(inStart.AddDate(0, 0, 2))
	if o.sees("staff_y", d) {
		t.Fatal("the term is over and the document is open")
	}
	second := ask(d.Code())
	o.refused(store.Invalid, o.by("clerk", func(tx *store.Tx) error { return DecideAccess(inCtx, tx, second, Decision{Answer: "không"}) }))
	o.must(o.by("clerk", func(tx *store.Tx) error {
		return DecideAccess(inCtx, tx, second, Decision{Answer: "Văn bản không thuộc việc được giao"})
	}))
	third := ask(d.Code())
	o.refused(store.NotFound, o.by("staff_x", func(tx *store.Tx) error { return WithdrawAccess(inCtx, tx, third) }))
	o.must(o.by("staff_y", func(tx *store.Tx) error { return WithdrawAccess(inCtx, tx, third) }))
	mine, err := MyAccessRequests(inCtx, o.db, o.people["staff_y"])
	o.must(err)
	var states []string
	for _, q := range mine {
		states = append(states, q.State)
	}
	if !slices.Equal(states, []string{RequestWithdrawn, RequestRefused, RequestGranted}) || mine[1].Answer == "" {
		t.Fatalf("states %v", states)
	}
	if open, err := AccessRequests(inCtx, o.db, o.people["clerk"]); err != nil || len(open) != 0 {
		t.Fatalf("%v %v", open, err)
	}
}

// An emergency access opens one document for an hour, only after the password, and everybody concerned hears of it at once.
func TestAnEmergencyAccessIsShortAndLoud(t *testing.T) {
	o := newOffice(t)
	d, _ := o.arrive(o.arrival()) // nobody but the registry sees it yet
	const reason = "Cháy kho lưu trữ, cần đối chiếu số liệu ngay"
	open := func(who, reason string) error {
		return o.by(who, func(tx *store.Tx) error { _, err := EmergencyAccess(inCtx, tx, d.Code(), reason); return err })
	}
	o.refused(store.Invalid, open("deputy", "Cần xem gấp"))
	o.refused(store.Forbidden, open("staff_x", reason))
	o.refused(store.Forbidden, open("clerk", reason))
	o.refused(store.Invalid, open("foreign_head", reason))
	unproved := o.people["deputy"]
	unproved.ConfirmedUntil = 0
	o.refused(store.Unconfirmed, o.db.Write(inCtx, unproved, func(tx *store.Tx) error { _, err := EmergencyAccess(inCtx, tx, d.Code(), reason); return err }))
	o.must(open("deputy", reason))
	o.refused(store.Conflict, open("deputy", reason))
	if !o.sees("deputy", d) || o.sees("other_deputy", d) {
		t.Fatal("the emergency opens it to the wrong person")
	}
	o.verbs(d.ID)
	told := false
	o.journal.Range(func(_, v any) bool {
		if e := v.(store.Entry); e.Verb == "access.emergency" {
			said, err := e.Told()
			o.must(err)
			told = said.Text != nil && slices.Contains(said.Notify, o.people["head"].Person) && slices.Contains(said.Notify, o.people["clerk"].Person)
		}
		return true
	})
	if !told {
		t.Error("the head and the registry are not told")
	}
	if now, err := OpenEmergencies(inCtx, o.db, o.people["clerk"], d.Ref()); err != nil || len(now) != 1 {
		t.Errorf("no banner: %v %v", now, err)
	}
	if all, err := Emergencies(inCtx, o.db, o.people["head"]); err != nil || len(all) != 1 || all[0].Reason != reason {
		t.Errorf("no list for inspection: %v %v", all, err)
	}
	_, err := Emergencies(inCtx, o.db, o.people["deputy"])
	o.refused(store.Forbidden, err)
	o.clock.Step(time.Hour)
	if o.sees("deputy", d) {
		t.Error("after an hour it is still open")
	}
	if now, err := OpenEmergencies(inCtx, o.db, o.people["clerk"], d.Ref()); err != nil || len(now) != 0 {
		t.Errorf("the banner stays: %v %v", now, err)
	}
}

// V45: screen /incoming/{id}/access; api GET /incoming/{id}/rights; command remote rights
// V28: who read a document stands beside its history.
// V35: screen /incoming/{id}/access; api GET /incoming/{id}/rights; command remote rights
// V36: screen /rights/figures; api GET /rights/figures; command remote access-figures
// N25: a view changes neither the document nor its lines.
// V71: readings are counted by document, person and day.
func TestReadingIsLoggedOnceInTenMinutesAndChangesNothing(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	desk := &Desk{DB: o.db}
	note := func(who, what string) { o.must(desk.NoteAccess(inCtx, o.people[who], d.Ref(), what, 0)) }
	before, lines := o.find(d.ID), mustLines(o, d.ID)
	note("head", AccessView)
	note("head", AccessView)
	note("head_x", AccessView)
	note("head", AccessDownload)
	note("head", AccessDownload)
	o.must(desk.KeepAccesses(inCtx))
	o.must((&Desk{DB: o.db}).NoteAccess(inCtx, o.people["head"], d.Ref(), AccessView, 0))
	again := &Desk{DB: o.db} // another process
	o.must(again.NoteAccess(inCtx, o.people["head"], d.Ref(), AccessView, 0))
	o.must(again.KeepAccesses(inCtx))
	rows, err := Accesses(inCtx, o.db, o.people["clerk"], d.Ref(), 0)
	o.must(err)
	if len(rows) != 4 || rows[0].Who == "" || rows[0].Post == "" || rows[0].Via != string(store.ViaWeb) {
		t.Fatalf("%d rows: %+v", len(rows), rows)
	}
	o.clock.Step(11 * time.Minute)
	note("head", AccessView)
	o.must(desk.KeepAccesses(inCtx))
	counts, err := AccessCounts(inCtx, o.db, o.people["head_x"], d.Ref())
	o.must(err)
	if len(counts) != 2 || counts[0] != (AccessCount{AccessDownload, 2, 1}) || counts[1] != (AccessCount{AccessView, 3, 2}) {
		t.Fatalf("counts %+v", counts)
	}
	f, err := FiguresOfAccess(inCtx, o.db, o.people["admin"], "", "")
	o.must(err)
	if len(f.Days) != 1 || f.Days[0].Views != 3 || f.Days[0].Downloads != 2 || f.Days[0].People != 2 || len(f.People) != 2 || len(f.Most) != 1 || f.Most[0].Count != 5 || f.Most[0].Title != "" {
		t.Fatalf("figures %+v", f)
	}
	if f, err = FiguresOfAccess(inCtx, o.db, o.people["foreign_clerk"], "", ""); err != nil || len(f.Days)+len(f.People)+len(f.Most) != 0 {
		t.Fatalf("a foreign agency sees %+v, %v", f, err)
	}
	for who, kind := range map[string]store.Kind{"head_x": store.Forbidden, "staff_y": store.NotFound, "foreign_clerk": store.NotFound} {
		_, err := Accesses(inCtx, o.db, o.people[who], d.Ref(), 0)
		o.refused(kind, err)
	}
	if after := o.find(d.ID); after.Revision != before.Revision || after.State != before.State {
		t.Error("reading changed the document")
	}
	for i, l := range mustLines(o, d.ID) {
		if l.State != lines[i].State || l.Revision != lines[i].Revision {
			t.Error("reading changed a line")
		}
	}
}

func mustLines(o *office, id int64) []Line {
	all, err := linesOf(inCtx, o.db, o.agency, id)
	o.must(err)
	return all
}

// V60: screen /rights/freezes; api POST /rights/freezes; command remote freeze
func TestAFrozenDocumentRefusesEveryActUntilItIsLifted(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	line := o.lineFor(d.ID, Target{Unit: o.unitX})
	order := func(who string, f FreezeForm) (id int64, err error) {
		err = o.by(who, func(tx *store.Tx) error {
			made, err := Freeze(inCtx, tx, f)
			if err == nil {
				id = made.ID
			}
			return err
		})
		return id, err
	}
	good := FreezeForm{Number: "05/LĐ-SNV", On: "2026-03-02", Reason: "Phục vụ thanh tra đột xuất", Words: []string{d.Code(), ""}}
	for who, kind := range map[string]store.Kind{"clerk": store.Forbidden, "deputy": store.Forbidden, "foreign_head": store.Invalid} {
		_, err := order(who, good)
		o.refused(kind, err)
	}
	for _, bad := range []FreezeForm{{On: good.On, Reason: why, Words: good.Words}, {Number: "1", Reason: why, Words: good.Words}, {Number: "1", On: good.On, Words: good.Words},
		{Number: "1", On: good.On, Reason: why}, {Number: "1", On: good.On, Reason: why, Words: []string{d.Code(), "77/KHONG-CO"}}} {
		_, err := order("admin", bad)
		o.refused(store.Invalid, err)
	}
	id, err := order("admin", good)
	o.must(err)
	_, err = order("admin", good)
	o.refused(store.Invalid, err)
	for name, act := range map[string]func(tx *store.Tx) error{
		"start":   func(tx *store.Tx) error { return Start(inCtx, tx, line.ID) },
		"comment": func(tx *store.Tx) error { return Comment(inCtx, tx, d.ID, "Ý kiến của tôi") },
		"complete": func(tx *store.Tx) error {
			return Complete(inCtx, tx, line.ID, CompleteForm{Result: "Đã tham mưu trả lời"})
		},
	} {
		err := o.by("head_x", act)
		if o.refused(store.Conflict, err); !strings.Contains(err.Error(), "05/LĐ-SNV") || !strings.Contains(err.Error(), "thanh tra") {
			t.Errorf("%s: %v names neither the order nor its reason", name, err)
		}
	}
	if acts, err := ActsIncoming(inCtx, o.db, o.people["head_x"], d.ID); err != nil || len(acts) != 0 {
		t.Errorf("a frozen document offers %v, %v", acts, err)
	}
	if _, things, err := FindFreeze(inCtx, o.db, o.people["admin"], id); err != nil || len(things) != 1 || things[0].Title != "" {
		t.Errorf("the administrator reads %+v, %v", things, err)
	}
	o.refused(store.NotFound, o.by("foreign_head", func(tx *store.Tx) error { return LiftFreeze(inCtx, tx, id, "Đã hết việc thanh tra") }))
	o.must(o.by("head", func(tx *store.Tx) error { return LiftFreeze(inCtx, tx, id, "Đã hết việc thanh tra") }))
	o.refused(store.Conflict, o.by("head", func(tx *store.Tx) error { return LiftFreeze(inCtx, tx, id, "Đã hết việc thanh tra") }))
	o.must(o.by("head_x", func(tx *store.Tx) error { return Comment(inCtx, tx, d.ID, "Ý kiến của tôi") }))
	if all, err := FreezeOrders(inCtx, o.db, o.people["head"]); err != nil || len(all) != 1 || all[0].LiftReason == "" || all[0].Count != 1 {
		t.Errorf("the order is not kept: %+v %v", all, err)
	}

	h := newHouse(t)
	out := h.draft(h.form())
	h.do(h.admin, func(tx *store.Tx) error {
		_, err := Freeze(bg, tx, FreezeForm{Number: "1/LĐ", On: "2026-11-23", Reason: why, Words: []string{out.Ref()}})
		return err
	})
	refused(t, h.try(h.drafter, func(tx *store.Tx) error { return Cancel(bg, tx, out.ID, "không còn cần thiết nữa") }), store.Conflict, "cancel")
	_, err = Lay(bg, h.Desk, h.drafter, out.ID)
	refused(t, err, store.Conflict, "lay out")
	f := h.form()
	f.Subject = "nội dung khác"
	refused(t, h.try(h.drafter, func(tx *store.Tx) error { _, err := Revise(bg, tx, out.ID, f); return err }), store.Conflict, "revise")
	if acts, err := Acts(bg, h.DB, h.drafter, out.ID); err != nil || len(acts) != 0 {
		t.Errorf("a frozen draft offers %v, %v", acts, err)
	}
	storetest.Drain(t, h.DB, RightsFollower, HearRights)
}
