package documents

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"congvu/internal/store"
)

// X12: every cell of the table, written out from the specification a second time: = accepted and unchanged, ✗ refused.
// N18: an incoming document has no act of approval.
// D10.1, D10.9, D2.8: receive, register, submit, handle; there is no approval, and nothing is handled before it is registered.
func TestReceiptStatesAreThoseOfTheSpecification(t *testing.T) {
	acts := []receiptAct{actImport, actRefuse, actRegister, actCancel, actAssign, actStart, actClose}
	spec := `
notHeld     arrived ✗ ✗ ✗ ✗ ✗ ✗
arrived     = refused registered ✗ ✗ ✗ ✗
refused     = = ✗ ✗ ✗ ✗ ✗
registered  = ✗ = arrived assigned in_progress done
assigned    = ✗ = ✗ = in_progress done
in_progress = ✗ = ✗ = = done
done        = ✗ = ✗ = = =
recalled    = ✗ ✗ ✗ ✗ ✗ ✗`
	rows := strings.Split(strings.TrimSpace(spec), "\n")
	if len(rows) != len(receipts) {
		t.Fatalf("%d states in the table, %d in the specification", len(receipts), len(rows))
	}
	for _, row := range rows {
		cells := strings.Fields(row)
		from := InState(cells[0])
		if from == "notHeld" {
			from = notHeld
		}
		for i, cell := range cells[1:] {
			next, err := from.after(acts[i])
			want := InState(cell)
			if cell == "=" {
				want = from
			}
			if cell == "✗" {
				if !errors.Is(err, store.Conflict) || next != from {
					t.Errorf("%s + %s: want a conflict, got %q, %v", cells[0], acts[i], next, err)
				}
			} else if err != nil || next != want {
				t.Errorf("%s + %s: want %q, got %q, %v", cells[0], acts[i], want, next, err)
			}
		}
	}
}

// D10.6, V5: one continuous sequence, also with 32 clerks at once, paper and electronic mixed; a new year begins at 1.
// V5: screen /incoming/{id}; command remote register
// V7: arrival number and date are the system's.
func TestThirtyTwoClerksGetContinuousArrivalNumbers(t *testing.T) {
	o := newOffice(t)
	const n = 32
	ids := make([]int64, n)
	for i := range ids {
		d, _ := o.arrive(o.arrival())
		ids[i] = d.ID
	}
	numbers := make([]int, n)
	var all sync.WaitGroup
	for i := range ids {
		all.Add(1)
		go func() {
			defer all.Done()
			if reg, err := o.register(ids[i], RegisterForm{}); err != nil {
				t.Error(err)
			} else {
				numbers[i] = int(reg.Incoming.ArrivalNumber)
			}
		}()
	}
	all.Wait()
	sort.Ints(numbers)
	for i, got := range numbers {
		if got != i+1 {
			t.Fatalf("numbers %v are not 1..%d", numbers, n)
		}
	}
	var paper *Incoming
	o.must(o.by("clerk", func(tx *store.Tx) (err error) {
		paper, err = Enter(inCtx, tx, EntryForm{SenderName: "Công dân Nguyễn Văn B", Subject: "Đơn đề nghị"})
		return err
	}))
	reg, err := o.register(paper.ID, RegisterForm{})
	o.must(err)
	if reg.Incoming.ArrivalNumber != n+1 {
		t.Fatalf("paper has number %d, want %d", reg.Incoming.ArrivalNumber, n+1)
	}
	o.clock.Set(time.Date(2027, 1, 1, 0, 0, 1, 0, inStart.Location()))
	if d := o.registered(); d.ArrivalNumber != 1 || d.ArrivalYear != 2027 {
		t.Fatalf("the first of the new year is %d/%d", d.ArrivalNumber, d.ArrivalYear)
	}
}

// Two tabs on one document: it gets one number, the other tab changes nothing (X12 "=").
// V61: two tabs at once: one registers, the other is told.
func TestTwoTabsRegisterADocumentOnce(t *testing.T) {
	o := newOffice(t)
	d, _ := o.arrive(o.arrival())
	var all sync.WaitGroup
	for range 2 {
		all.Add(1)
		go func() {
			defer all.Done()
			if _, err := o.register(d.ID, RegisterForm{}); err != nil && !errors.Is(err, store.Conflict) {
				t.Error(err)
			}
		}()
	}
	all.Wait()
	again, err := o.register(d.ID, RegisterForm{})
	o.must(err)
	if !again.Already || again.Incoming.ArrivalNumber != 1 {
		t.Fatalf("already %v, number %d", again.Already, again.Incoming.ArrivalNumber)
	}
	if v := o.verbs(d.ID); v["document.arrived"] != 1 || v["document.registered"] != 1 {
		t.Fatalf("journal: %v", v)
	}
	if n := o.registered().ArrivalNumber; n != 2 {
		t.Fatalf("the next number is %d: one was lost", n)
	}
}

func TestAStaleFormIsRefused(t *testing.T) {
	o := newOffice(t)
	d, _ := o.arrive(o.arrival())
	_, err := o.register(d.ID, RegisterForm{Revision: d.Revision + 7})
	o.refused(store.Conflict, err)
	_, err = o.register(d.ID, RegisterForm{Revision: d.Revision})
	o.must(err)
}

// X21.3, X21.6: the same packet and the same document with the same files are one receipt; X21.7: other content is a suspect of its own.
func TestADocumentIsReceivedOnce(t *testing.T) {
	o := newOffice(t)
	in := o.arrival()
	first, _ := o.arrive(in)
	if again, dup := o.arrive(in); !dup || again.ID != first.ID {
		t.Fatalf("the same packet made receipt %d beside %d", again.ID, first.ID)
	}
	other := in
	other.Packet = "axis:other"
	if again, dup := o.arrive(other); !dup || again.ID != first.ID {
		t.Fatal("the same document in another packet made a second receipt")
	}
	changed := in
	changed.Packet, changed.Files = "axis:changed", []File{{Name: "a.pdf", SHA: sha(999), Size: 1, Media: filePDF, Main: true, Verdict: VerdictPassed}}
	suspect, dup := o.arrive(changed)
	if dup || suspect.ID == first.ID || suspect.TwinOf != first.ID {
		t.Fatalf("changed content: %+v dup=%v", suspect, dup)
	}
	files, err := filesOf(inCtx, o.db, o.agency, first.Ref())
	if err != nil || len(files) != 1 || files[0].Verdict != VerdictPassed {
		t.Fatalf("files %v %v", files, err)
	}
	if first.TypeCode == "" {
		t.Error("the type was not recognised (D3.2)")
	}
}

// X12.8: a corrected re-send after a refusal is a new receipt, linked to the refused one, and no duplicate.
func TestARefusedDocumentSentAgainIsANewReceipt(t *testing.T) {
	o := newOffice(t)
	in := o.arrival()
	d, _ := o.arrive(in)
	o.must(o.by("clerk", func(tx *store.Tx) error {
		return Refuse(inCtx, tx, d.ID, WrongAddressee, "Văn bản gửi nhầm cơ quan nhận")
	}))
	in.Packet = "axis:resent"
	again, dup := o.arrive(in)
	if dup || again.ID == d.ID || again.ResendOf != d.ID {
		t.Fatalf("%+v dup=%v", again, dup)
	}
	_, err := o.register(again.ID, RegisterForm{})
	o.must(err)
}

// V8, D10.14, N26: two levels of duplicates, decided by a person.
// V8: screen /incoming/{id}; command remote register
// N26: an electronic packet finds its paper copy.
// D10.11: the row says that the paper came too.
func TestRegisterAsksAboutDuplicates(t *testing.T) {
	enter := func(o *office, form EntryForm) (d *Incoming) {
		o.must(o.by("clerk", func(tx *store.Tx) (err error) {
			d, err = Enter(inCtx, tx, form)
			return err
		}))
		return d
	}
	twin := EntryForm{SenderCode: "H26.9", SenderName: "SỞ TÀI CHÍNH", Number: "001", Notation: "stc-ns", IssuedDate: "2026-02-03", Subject: "Bản giấy"}
	o := newOffice(t)
	first := o.registered() // 1/STC-NS of 2026-03-01
	paper := enter(o, twin) // same number with zeros, other case, another day of the year

	_, err := o.register(paper.ID, RegisterForm{})
	var dup *Duplicate
	if !errors.As(err, &dup) || !errors.Is(err, store.Conflict) || len(dup.Twins) != 1 || dup.Twins[0].ID != first.ID || dup.Twins[0].Identifier {
		t.Fatalf("want the twin, got %v", err)
	}
	_, err = o.register(paper.ID, RegisterForm{Twin: TwinStop})
	o.refused(store.Conflict, err)
	_, err = o.register(paper.ID, RegisterForm{Twin: TwinRegisterAnyway, TwinOf: 12345})
	o.refused(store.Conflict, err)
	reg, err := o.register(paper.ID, RegisterForm{Twin: TwinLink})
	o.must(err)
	if reg.LinkedTo != first.ID || reg.Incoming.ArrivalNumber != 0 || !o.find(first.ID).PaperReceived {
		t.Fatalf("link: %+v", reg)
	}
	if n := o.registered().ArrivalNumber; n != 2 {
		t.Fatalf("linking used a number: next is %d", n)
	}

	own := enter(o, twin)
	reg, err = o.register(own.ID, RegisterForm{Twin: TwinRegisterAnyway})
	o.must(err)
	if reg.Incoming.ArrivalNumber != 3 || reg.Incoming.TwinOf != first.ID {
		t.Fatalf("register anyway: %+v", reg.Incoming)
	}

	lastYear := twin
	lastYear.IssuedDate = "2025-03-01" // numbers restart every January
	_, err = o.register(enter(o, lastYear).ID, RegisterForm{})
	o.must(err)
	stranger := twin
	stranger.SenderCode, stranger.SenderName = "H26.8", "Sở Y tế"
	_, err = o.register(enter(o, stranger).ID, RegisterForm{})
	o.must(err)
}

// X21.8: the packet of a document that is registered on paper follows the paper's states and has no number.
func TestALinkedPacketFollowsItsTwin(t *testing.T) {
	o := newOffice(t)
	in := o.arrival()
	var paper *Incoming
	o.must(o.by("clerk", func(tx *store.Tx) (err error) {
		paper, err = Enter(inCtx, tx, EntryForm{SenderCode: in.SenderCode, SenderName: in.SenderName, Number: in.Number, Notation: in.Notation, IssuedDate: in.IssuedDate, Subject: in.Subject})
		return err
	}))
	_, err := o.register(paper.ID, RegisterForm{})
	o.must(err)
	packet, _ := o.arrive(in)
	_, err = o.register(packet.ID, RegisterForm{Twin: TwinLink})
	o.must(err)
	again := in
	again.Packet = "axis:again"
	if d, dup := o.arrive(again); !dup || d.ID != packet.ID {
		t.Fatalf("a linked packet sent again made receipt %d", d.ID)
	}
	_, err = o.direct("clerk", packet.ID, Direction{Leads: []Target{{Unit: o.unitX}}, ByRule: "Điều 5"})
	o.refused(store.Conflict, err)
	o.submit(paper.ID, "head")
	_, err = o.direct("head", paper.ID, Direction{Leads: []Target{{Unit: o.unitX}}})
	o.must(err)
	l := o.lineFor(paper.ID, Target{Unit: o.unitX})
	o.must(o.by("head_x", func(tx *store.Tx) error { return Complete(inCtx, tx, l.ID, CompleteForm{Result: "Đã lưu hồ sơ"}) }))
	if d := o.find(packet.ID); d.State != Done || d.ArrivalNumber != 0 {
		t.Fatalf("linked packet: %+v", d)
	}
	v := o.verbs(packet.ID)
	if v["document.registered"] != 1 || v["document.directed"] != 1 || v["document.completed"] != 1 {
		t.Fatalf("the sender is told %v", v)
	}
}

// D10.3, S13.6: signatures that did not pass need a recorded reason.
func TestAnUncertainSignatureNeedsAReason(t *testing.T) {
	o := newOffice(t)
	for _, verdict := range []string{VerdictFailed, VerdictIndeterminate, VerdictNone} {
		in := o.arrival()
		in.Files[0].Verdict = verdict
		d, _ := o.arrive(in)
		_, err := o.register(d.ID, RegisterForm{})
		o.refused(store.Invalid, err)
		_, err = o.register(d.ID, RegisterForm{VerdictReason: "ngắn"})
		o.refused(store.Invalid, err)
		reg, err := o.register(d.ID, RegisterForm{VerdictReason: "Đã xác minh với nơi gửi qua điện thoại"})
		o.must(err)
		if got := o.find(reg.Incoming.ID); got.VerdictBy != o.people["clerk"].Person || got.VerdictReason == "" {
			t.Fatalf("the decision is not kept: %+v", got)
		}
	}
}

// D10.13: dates warn and do not stop.
func TestOddDatesWarn(t *testing.T) {
	o := newOffice(t)
	in := o.arrival()
	in.IssuedDate, in.DueDate = "2026-03-09", "2026-02-01"
	d, _ := o.arrive(in)
	reg, err := o.register(d.ID, RegisterForm{})
	o.must(err)
	if len(reg.Warnings) != 2 {
		t.Fatalf("warnings %v", reg.Warnings)
	}
	d, _ = o.arrive(o.arrival())
	if reg, err = o.register(d.ID, RegisterForm{}); err != nil || len(reg.Warnings) != 0 {
		t.Fatalf("good dates warn: %v %v", reg.Warnings, err)
	}
}

// X12.5, D10.15: the number of a cancelled registration stays used; cancelling ends with submission and is not for typed-in paper.
func TestACancelledRegistrationKeepsItsNumber(t *testing.T) {
	o := newOffice(t)
	cancel := func(id int64, reason string) error {
		return o.by("clerk", func(tx *store.Tx) error { return CancelRegistration(inCtx, tx, id, reason) })
	}
	d := o.registered()
	o.refused(store.Invalid, cancel(d.ID, "ngắn"))
	o.must(cancel(d.ID, "Vào sổ nhầm văn bản khác"))
	if got := o.find(d.ID); got.State != Arrived || got.ArrivalNumber != 0 {
		t.Fatalf("%+v", got)
	}
	reg, err := o.register(d.ID, RegisterForm{})
	o.must(err)
	if reg.Incoming.ArrivalNumber != 2 {
		t.Fatalf("number %d was used again", reg.Incoming.ArrivalNumber)
	}
	o.submit(d.ID, "head")
	o.refused(store.Conflict, cancel(d.ID, "Vào sổ nhầm văn bản khác"))
	var paper *Incoming
	o.must(o.by("clerk", func(tx *store.Tx) (err error) {
		paper, err = Enter(inCtx, tx, EntryForm{SenderName: "Ông B", Subject: "Đơn"})
		return err
	}))
	_, err = o.register(paper.ID, RegisterForm{})
	o.must(err)
	o.refused(store.Conflict, cancel(paper.ID, "Vào sổ nhầm văn bản khác"))
}

// D10.4, N1, X11: a refusal has a ground and 10 to 1000 characters of reason, which the sender is told.
// N1: status 02 leaves with ground and reason; command remote refuse
func TestRefusalTellsGroundAndReason(t *testing.T) {
	o := newOffice(t)
	d, _ := o.arrive(o.arrival())
	refuse := func(g Ground, reason string) error {
		return o.by("clerk", func(tx *store.Tx) error { return Refuse(inCtx, tx, d.ID, g, reason) })
	}
	for _, bad := range []struct {
		g Ground
		r string
	}{{"", "Văn bản gửi nhầm nơi nhận"}, {OtherGround, "  ngắn   "}, {OtherGround, strings.Repeat("a", 1001)}} {
		o.refused(store.Invalid, refuse(bad.g, bad.r))
	}
	o.must(refuse(WrongAddressee, "Văn bản gửi nhầm nơi nhận"))
	o.must(refuse(WrongAddressee, "Văn bản gửi nhầm nơi nhận")) // X12 "="
	if v := o.verbs(d.ID); v["document.refused"] != 1 {
		t.Fatalf("told %v", v)
	}
	_, err := o.register(d.ID, RegisterForm{})
	o.refused(store.Conflict, err)
	if got := o.find(d.ID); got.RefuseReason == "" || got.RefuseGround != WrongAddressee {
		t.Fatal(fmt.Sprint(got))
	}
}
