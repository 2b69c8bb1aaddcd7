package documents

import (
	"strings"
	"testing"

	"congvu/internal/store"
)

// A register names to its reader only what he may see: of a document that was limited to others a leader reads the number and the day, nothing else; a recalled
// row keeps its place, struck through, with day and reason (D7.10, V19).
func TestARegisterHidesWhatIsLimitedAndMarksWhatIsRecalled(t *testing.T) {
	o := newOffice(t)
	in := o.arrival()
	in.Subject = "Về việc nhân sự bihiem"
	d, _ := o.arrive(in)
	_, err := o.register(d.ID, RegisterForm{})
	o.must(err)
	o.submit(d.ID, "head")
	_, err = o.direct("head", d.ID, Direction{Leads: []Target{{Unit: o.unitX}}, Opinion: "Phòng X chủ trì", DueDays: 5})
	o.must(err)
	book := have(Receipt(inCtx, o.db, o.agency, d.ID)).Register
	lines := func(who, of string) string {
		t.Helper()
		sheet, err := PrintRegister(inCtx, o.db, o.people[who], PrintForm{Register: book, Of: of})
		o.must(err)
		var all []string
		for _, e := range sheet.Book.Entries {
			all = append(all, strings.Join(e.Cells, " | "))
		}
		return strings.Join(all, "\n")
	}
	if got := lines("deputy", PrintBook); !strings.Contains(got, "bihiem") || !strings.Contains(lines("deputy", PrintFollowUp), "STC-NS") {
		t.Fatalf("before the limit: %s", got)
	}
	o.must(o.by("clerk", func(tx *store.Tx) error { return Restrict(inCtx, tx, d.Ref(), "Có nội dung về nhân sự") }))
	for _, of := range []string{PrintBook, PrintFollowUp} {
		got := lines("deputy", of)
		for _, word := range []string{"bihiem", in.SenderName, "STC-NS", "Phòng"} {
			if strings.Contains(got, word) {
				t.Errorf("%q: a leader who may not see the document reads %q: %s", of, word, got)
			}
		}
		if !strings.Contains(got, hiddenWords) || !strings.Contains(got, "1 |") {
			t.Errorf("%q: the line lost its place: %s", of, got)
		}
	}
	if got := lines("clerk", PrintBook); !strings.Contains(got, "bihiem") {
		t.Errorf("the registry reads %s", got)
	}
	_, shown, err := BookLines(inCtx, o.db, o.people["deputy"], book, Span{})
	if o.must(err); shown[0].Ref != "" || !shown[0].Hidden {
		t.Errorf("%+v", shown[0])
	}
	o.ask(o.asking(RecallWhole, d))
	o.must(o.by("clerk", func(tx *store.Tx) error { return AgreeRequest(inCtx, tx, d.ID, 0) }))
	_, shown, err = BookLines(inCtx, o.db, o.people["clerk"], book, Span{})
	if o.must(err); !shown[0].Void || shown[0].Number != 1 || !strings.Contains(shown[0].Cells[9], "Đã thu hồi ngày 02/03/2026: Văn bản gửi nhầm nơi nhận") {
		t.Errorf("%+v", shown[0])
	}
	if got := lines("clerk", PrintFollowUp); !strings.Contains(got, "Đã thu hồi ngày") {
		t.Errorf("the register of follow-up says %s", got)
	}
}

// The register of outgoing documents strikes recalled rows through, with day and reason, and notes on both rows what replaces what (D7.10, D9.8).
func TestTheRegisterOfOutgoingDocumentsMarksRecalledAndReplacedRows(t *testing.T) {
	h := newHouse(t)
	old, gone := h.at(Issued), h.at(Issued)
	next := h.at(Drafted)
	must(t, h.try(h.drafter, func(tx *store.Tx) error {
		return Relate(bg, tx, next.ID, old.ID, RelationReplace, "Sai số liệu tại Điều 2")
	}))
	must(t, h.try(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, next.ID, holding(h.unitHead), "") }))
	must(t, h.try(h.unitHead, func(tx *store.Tx) error { return Approve(bg, tx, next.ID, "", 0) }))
	_, err := Sign(bg, h.Desk, h.head, next.ID, "TM", true)
	must(t, err)
	_, err = Release(bg, h.Desk, h.clerk, next.ID)
	must(t, err)
	must(t, h.DB.Write(bg, h.clerk, func(tx *store.Tx) error {
		return Recall(bg, tx, gone.ID, RecallForm{Reason: "Ban hành trái thẩm quyền", Basis: "20/QĐ-UBND"})
	}))
	_, lines, err := BookLines(bg, h.DB, h.clerk, h.again(old).RegisterID, Span{})
	must(t, err)
	notes := map[string]BookLine{}
	for _, l := range lines {
		notes[l.Ref] = l
	}
	if l := notes[old.Ref()]; l.Void || !strings.Contains(l.Cells[9], "Được thay thế bởi "+h.again(next).NumberText) {
		t.Errorf("the replaced row says %+v", l)
	}
	if l := notes[next.Ref()]; !strings.Contains(l.Cells[9], "Thay thế "+h.again(old).NumberText) {
		t.Errorf("the replacing row says %+v", l)
	}
	if l := notes[gone.Ref()]; !l.Void || !strings.Contains(l.Cells[9], "Thu hồi ngày") || !strings.Contains(l.Cells[9], "Ban hành trái thẩm quyền") {
		t.Errorf("the recalled row says %+v", l)
	}
}
