package documents

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"congvu/internal/store"
)

// asking is a request about a received document.
func (o *office) asking(kind RequestKind, d *Incoming) Asking {
	return Asking{Agency: o.agency, Kind: kind, Packet: fmt.Sprintf("axis:ask%d", o.packet.Add(1)), SenderCode: d.SenderCode, SenderCodes: []string{d.SenderCode}, SenderName: d.SenderName,
		Targets: []string{d.DocumentID}, Number: d.Number, Notation: d.Notation, IssuedDate: d.IssuedDate, Reason: "Văn bản gửi nhầm nơi nhận", By: "Trần Thị B"}
}

func (o *office) ask(in Asking) *Request {
	o.t.Helper()
	var q *Request
	o.inAct(store.System(o.agency), func(tx *store.Tx) (err error) { q, err = Ask(inCtx, tx, in); return err })
	return q
}

func (o *office) requests(id int64) []Request {
	o.t.Helper()
	all, err := store.All[Request](inCtx, o.db, sqlSenderAsks, o.agency, id)
	o.must(err)
	return all
}

// X9.6, X1.3: a recall agreed to: everything of the document is gone for everybody, the number, the sender and the trail stay.
//
// V52: screen /incoming/{id}/agree_request; api POST /incoming/{id}/agree-request; command remote agree-request
// V53: screen /incoming/{id}; api GET /incoming/{id}/requests; command remote requests
// N3: recall changes the registered copy everywhere after the decision.
// N4: recalling a document recalls the lines of units and the personal ones below them.
// D20.2: files and descriptive metadata go, number, sender and trail stay.
func TestAgreedRecallDestroysTheDocumentInEveryLine(t *testing.T) {
	o := newOffice(t)
	in := o.arrival()
	in.Subject, in.SignerName = "Đề nghị bí hiểm về cây cầu", "Lê Hiếm Có"
	d, _ := o.arrive(in)
	_, err := o.register(d.ID, RegisterForm{})
	o.must(err)
	o.submit(d.ID, "head")
	_, err = o.direct("head", d.ID, Direction{Leads: []Target{{Unit: o.unitX}}, Coordinators: []Target{{Unit: o.unitY}}, Opinion: "Bí hiểm, làm ngay", DueDays: 5})
	o.must(err)
	o.must(o.by("head_x", func(tx *store.Tx) error {
		_, err := Forward(inCtx, tx, o.lineFor(d.ID, Target{Unit: o.unitX}).ID, ForwardForm{Lead: o.post("staff_x"), Note: "việc bí hiểm"})
		return err
	}))
	q := o.ask(o.asking(RecallWhole, d))
	if q.State != AskedPending || o.find(d.ID).PendingRequest != RecallWhole {
		t.Fatalf("%+v", q)
	}
	if n := o.verbs(d.ID)["document.request_received"]; n != 1 {
		t.Errorf("told %d times", n)
	}
	if acts := o.acts("staff_x", d.ID); slices.Contains(acts, "agree_request") {
		t.Error("a specialist may answer the sender")
	}
	o.refused(store.Forbidden, o.by("staff_x", func(tx *store.Tx) error { return AgreeRequest(inCtx, tx, d.ID, 0) }))
	o.refused(store.NotFound, o.by("foreign_clerk", func(tx *store.Tx) error { return AgreeRequest(inCtx, tx, d.ID, 0) }))
	o.must(o.by("clerk", func(tx *store.Tx) error { return AgreeRequest(inCtx, tx, d.ID, q.ID) }))

	gone := o.find(d.ID)
	if gone.State != Recalled || gone.ArrivalNumber != 1 || gone.SenderName != d.SenderName || gone.DocumentID != d.DocumentID || gone.RecalledAt == 0 || gone.PendingRequest != "" {
		t.Errorf("%+v", gone)
	}
	if files, err := filesOf(inCtx, o.db, o.agency, d.Ref()); err != nil || len(files) != 0 {
		t.Errorf("files: %v %v", files, err)
	}
	used, err := BlobsInUse(inCtx, o.db, []string{in.Files[0].SHA})
	if err != nil || used[in.Files[0].SHA] {
		t.Errorf("the bytes are still needed: %v %v", used, err)
	}
	for _, l := range have(linesOf(inCtx, o.db, o.agency, d.ID)) {
		if l.State != LineRecalled || l.Note != "" {
			t.Errorf("line %+v", l)
		}
	}
	for _, who := range []string{"clerk", "head", "head_x", "staff_x", "head_y"} {
		page, err := Inbox(inCtx, o.db, o.people[who], InFilter{Tab: InTabs(o.people[who])[0], Q: "bí hiểm"})
		if err != nil || len(page.Rows) != 0 {
			t.Errorf("%s finds %v %v", who, page.Rows, err)
		}
	}
	if _, err := FindIncoming(inCtx, o.db, o.people["staff_x"], d.ID); !errors.Is(err, store.NotFound) {
		t.Error("the specialist's personal copy is alive")
	}
	for _, s := range have(Timeline(inCtx, o.db, o.people["clerk"], d.Ref())) {
		if strings.Contains(strings.ToLower(s.Note), "bí hiểm") {
			t.Errorf("the history keeps %q", s.Note)
		}
	}
	for _, x := range have(Directions(inCtx, o.db, o.people["head"], d.ID)) {
		if x.Opinion != destroyedWords {
			t.Errorf("opinion %q", x.Opinion)
		}
	}
	trail := have(Requests(inCtx, o.db, o.people["clerk"], d.ID))
	if len(trail) != 1 || trail[0].Reason != "Văn bản gửi nhầm nơi nhận" || trail[0].State != AskedAgreed || trail[0].DecidedName != "Người clerk" || trail[0].DecidedAt == 0 {
		t.Errorf("trail %+v", trail)
	}
	mark := have(store.One[string](inCtx, o.db, sqlTestMark, o.agency, d.ID))
	if mark != "recalled" {
		t.Errorf("the row of the register is marked %q", mark)
	}
	o.refused(store.Conflict, o.by("clerk", func(tx *store.Tx) error { return AgreeRequest(inCtx, tx, d.ID, 0) }))
}

var sqlTestMark = store.SQL(`SELECT mark FROM documents_arrival_numbers WHERE agency_id = $1 AND incoming_id = $2`)

func have[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func (o *office) acts(who string, id int64) (codes []string) {
	o.t.Helper()
	for _, a := range have(ActsIncoming(inCtx, o.db, o.people[who], id)) {
		codes = append(codes, a.Code)
	}
	return codes
}

// A file that another document has too stays with that document (V52).
func TestBytesThatAnotherDocumentNeedsStay(t *testing.T) {
	o := newOffice(t)
	first := o.arrival()
	d, _ := o.arrive(first)
	second := o.arrival()
	second.Files[0].SHA = first.Files[0].SHA
	o.arrive(second)
	o.ask(o.asking(GiveBack, d))
	o.must(o.by("clerk", func(tx *store.Tx) error { return AgreeRequest(inCtx, tx, d.ID, 0) }))
	if used := have(BlobsInUse(inCtx, o.db, []string{first.Files[0].SHA})); !used[first.Files[0].SHA] {
		t.Error("the other document lost its file")
	}
}

// Declining needs a leader who has just confirmed himself, and a reason of 10 to 1000 characters (X12.2, X9.9).
func TestOnlyAConfirmedLeaderDeclinesAndTheReasonIsKept(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	o.ask(o.asking(RecallWhole, d))
	decline := func(a store.Actor, reason string) error {
		return o.db.Write(inCtx, a, func(tx *store.Tx) error { return DeclineRequest(inCtx, tx, d.ID, 0, reason) })
	}
	head := o.people["head"]
	o.refused(store.Forbidden, decline(o.people["clerk"], "Cơ quan đang xử lý dở"))
	unsure := head
	unsure.ConfirmedUntil = 0
	if err := decline(unsure, "Cơ quan đang xử lý dở"); err == nil {
		t.Error("declined without a confirmation")
	}
	o.refused(store.Invalid, decline(head, "ngắn"))
	o.must(decline(head, "Cơ quan đang xử lý dở"))
	if d = o.find(d.ID); d.State != Assigned || d.PendingRequest != "" {
		t.Errorf("%+v", d)
	}
	if q := o.requests(d.ID)[0]; q.State != AskedDeclined || q.Decision != "Cơ quan đang xử lý dở" || q.DecidedName != "Người head" {
		t.Errorf("%+v", q)
	}
}

// The whole table of exchange.md §12, every cell: what the act leads to, "x" where it is refused.
var receiptTable = `
state       import      refuse   register    cancel   assign      start       close  request     agree       decline
NEW         arrived     x        x           x        x           x           x      x           x           x
arrived     arrived     refused  registered  x        x           x           x      arrived     arrived     arrived
refused     refused     refused  x           x        x           x           x      refused     x           x
registered  registered  x        registered  arrived  assigned    in_progress done   registered  registered  registered
assigned    assigned    x        assigned    x        assigned    in_progress done   assigned    assigned    assigned
in_progress in_progress x        in_progress x        in_progress in_progress done   in_progress in_progress in_progress
done        done        x        done        x        done        done        done   done        done        done
recalled    recalled    x        x           x        x           x           x      recalled    x           x`

// N7: an act that the table refuses changes nothing and says so.
func TestReceiptTableIsThatOfTheRules(t *testing.T) {
	rows := strings.Split(strings.TrimSpace(receiptTable), "\n")
	acts := strings.Fields(rows[0])[1:]
	codes := map[string]receiptAct{"cancel": actCancel}
	for _, row := range rows[1:] {
		cells := strings.Fields(row)
		state := InState(cells[0])
		if state == "NEW" {
			state = notHeld
		}
		for i, want := range cells[1:] {
			act := receiptAct(acts[i])
			if c, ok := codes[acts[i]]; ok {
				act = c
			}
			next, err := state.after(act)
			switch {
			case want == "x" && !errors.Is(err, store.Conflict):
				t.Errorf("%s × %s: want a conflict, got %q %v", cells[0], act, next, err)
			case want != "x" && (err != nil || string(next) != want):
				t.Errorf("%s × %s: want %s, got %q %v", cells[0], act, want, next, err)
			}
		}
		delete(codes, "")
	}
	for state, row := range receipts {
		if len(row) > len(acts) {
			t.Errorf("%q has acts that the rules do not know", state)
		}
	}
}

// The columns of requests, from every state, with the real acts (X12, X12.1–X12.3); both answers are open also after the work is done (X9.10).
func TestRequestsFromEveryState(t *testing.T) {
	o := newOffice(t)
	in := map[InState]func() *Incoming{
		Arrived:    func() *Incoming { d, _ := o.arrive(o.arrival()); return d },
		Registered: o.registered,
		Assigned:   o.assigned,
		InProgress: func() *Incoming {
			d := o.assigned()
			o.must(o.by("head_x", func(tx *store.Tx) error { return Start(inCtx, tx, o.lineFor(d.ID, Target{Unit: o.unitX}).ID) }))
			return o.find(d.ID)
		},
		Done: func() *Incoming {
			d := o.assigned()
			o.must(o.by("head_x", func(tx *store.Tx) error {
				return Complete(inCtx, tx, o.lineFor(d.ID, Target{Unit: o.unitX}).ID, CompleteForm{Result: "Đã trả lời bằng điện thoại"})
			}))
			return o.find(d.ID)
		},
	}
	for state, make := range in {
		for _, kind := range []RequestKind{GiveBack, RecallWhole, UpdateDocument, ReplaceWith} {
			d := make()
			if d.State != state {
				t.Fatalf("made %s instead of %s", d.State, state)
			}
			form := o.asking(kind, d)
			if kind == ReplaceWith {
				next, _ := o.arrive(o.arrival())
				form.Successor = next.ID
			}
			o.ask(form)
			o.must(o.by("head", func(tx *store.Tx) error { return DeclineRequest(inCtx, tx, d.ID, 0, "Cơ quan đã xử lý xong") }))
			if o.find(d.ID).State != state {
				t.Errorf("%s declined: %s", state, o.find(d.ID).State)
			}
			form.Packet += "b"
			o.ask(form)
			o.must(o.by("head", func(tx *store.Tx) error { return AgreeRequest(inCtx, tx, d.ID, 0) }))
			want := state
			if kind.takesBack() {
				want = Recalled
			}
			if got := o.find(d.ID); got.State != want || got.PendingRequest != "" || kind == ReplaceWith && got.ReplacedBy != form.Successor {
				t.Errorf("%s agreed to %s: %+v", state, kind, got)
			}
		}
	}
	// Refused: nothing is held, the answer is automatic. Recalled: nothing to answer.
	d, _ := o.arrive(o.arrival())
	o.must(o.by("clerk", func(tx *store.Tx) error {
		return Refuse(inCtx, tx, d.ID, WrongAddressee, "Không phải nơi nhận của văn bản")
	}))
	if o.ask(o.asking(GiveBack, d)); o.requests(d.ID)[0].State != AskedAgreed || !o.requests(d.ID)[0].Automatic || o.find(d.ID).State != Refused {
		t.Errorf("%+v", o.requests(d.ID))
	}
	again := o.registered()
	o.ask(o.asking(GiveBack, again))
	o.must(o.by("clerk", func(tx *store.Tx) error { return AgreeRequest(inCtx, tx, again.ID, 0) }))
	o.ask(o.asking(RecallWhole, again))
	if all := o.requests(again.ID); len(all) != 2 || all[1].State != AskedVoid || o.find(again.ID).PendingRequest != "" {
		t.Errorf("%+v", all)
	}
}

// A request that overtakes its document waits and is matched when the document comes (X9.5); the same packet again is one request (X21.3).
func TestRequestBeforeItsDocumentIsMatchedOnArrival(t *testing.T) {
	o := newOffice(t)
	later := o.arrival()
	early := o.asking(GiveBack, &Incoming{SenderCode: later.SenderCode, SenderName: later.SenderName, DocumentID: later.DocumentID, Number: later.Number, Notation: later.Notation, IssuedDate: later.IssuedDate})
	q := o.ask(early)
	if again := o.ask(early); again.ID != q.ID || q.State != AskedOpen || q.IncomingID != 0 {
		t.Fatalf("%+v %+v", q, again)
	}
	if open := have(OpenRequests(inCtx, o.db, o.people["clerk"])); len(open) != 1 {
		t.Errorf("%+v", open)
	}
	d, _ := o.arrive(later)
	if got := o.find(d.ID); got.PendingRequest != GiveBack || o.requests(d.ID)[0].ID != q.ID {
		t.Errorf("%+v", got)
	}
}

// An agreed update keeps the arrival number, puts the new file in front with its own verdict and leaves the old one readable (X9.12, X9.14).
func TestUpdateBringsANewVersionAndKeepsTheOld(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	form := o.asking(UpdateDocument, d)
	form.Change = Changed{InfoChanged: true, Subject: "Đề nghị góp ý dự toán (sửa ngày)", Files: []File{{Name: "cong-van-2.pdf", SHA: sha(990), Size: 12, Media: filePDF, Pages: 1, Main: true,
		Verdict: VerdictFailed, VerdictReport: "{}"}}}
	o.ask(form)
	if used := have(BlobsInUse(inCtx, o.db, []string{sha(990)})); !used[sha(990)] {
		t.Error("the announced file would be swept away before anybody decided")
	}
	o.must(o.by("clerk", func(tx *store.Tx) error { return AgreeRequest(inCtx, tx, d.ID, 0) }))
	got := o.find(d.ID)
	files := have(filesOf(inCtx, o.db, o.agency, d.Ref()))
	if got.ArrivalNumber != d.ArrivalNumber || got.Subject != form.Change.Subject || got.Verdict != VerdictFailed || len(files) != 2 || files[0].SHA != sha(990) || !files[0].Main ||
		files[1].Main || !strings.HasPrefix(files[1].Name, "Bản trước - ") {
		t.Errorf("%+v %+v", got, files)
	}
	if o.verbs(d.ID)["document.updated"] != 1 {
		t.Error("nobody was told")
	}
}

// A request that nobody answers is brought up again after one working day, once, and not when it was answered (X9.11).
func TestUnansweredRequestIsRemindedAfterOneWorkingDay(t *testing.T) {
	o := newOffice(t)
	d, done := o.assigned(), o.assigned()
	o.ask(o.asking(RecallWhole, d))
	o.ask(o.asking(GiveBack, done))
	o.must(o.by("clerk", func(tx *store.Tx) error { return AgreeRequest(inCtx, tx, done.ID, 0) }))
	desk := &Desk{DB: o.db}
	work := desk.remindingRequests()
	o.clock.Step(10 * time.Hour)
	doDue(t, o.db, work)
	if o.verbs(d.ID)["document.request_overdue"] != 0 {
		t.Error("reminded on the first day")
	}
	o.clock.Step(30 * time.Hour)
	doDue(t, o.db, work)
	doDue(t, o.db, work)
	for _, left := range have(o.db.Backlogs(inCtx)) {
		if left.Kind == jobRequestRemind {
			t.Errorf("left behind: %+v", left)
		}
	}
	if o.verbs(d.ID)["document.request_overdue"] != 1 || o.verbs(done.ID)["document.request_overdue"] != 0 {
		t.Errorf("%v %v", o.verbs(d.ID), o.verbs(done.ID))
	}
}

// doDue does the due work of a kind until there is none.
func doDue(t *testing.T, db *store.DB, w store.Work) {
	t.Helper()
	for {
		if n, err := db.WorkOnce(inCtx, w); err != nil || n == 0 {
			if err != nil {
				t.Fatal(err)
			}
			return
		}
	}
}
