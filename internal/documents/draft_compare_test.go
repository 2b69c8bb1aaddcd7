package documents

import (
	"strings"
	"testing"

	"congvu/internal/org"
	"congvu/internal/store"
)

func codesOf(all []Change) (out []string) {
	for _, c := range all {
		out = append(out, c.Field)
	}
	return out
}

// V13: screen /outgoing/{id}/compare; api GET /outgoing/{id}/compare; command remote compare
// V28: screen /outgoing/{id}/compare; api GET /outgoing/{id}/compare; command remote compare
func TestTwoVersionsAreComparedFieldByField(t *testing.T) {
	h := newHouse(t)
	o := h.draft(h.form())
	_, err := Lay(bg, h.Desk, h.drafter, o.ID)
	must(t, err)
	f := h.form()
	f.Subject, f.Body, f.KeptCopies, f.Receivers = "triển khai công tác lưu trữ", f.Body+"\nKính báo.", 2, f.Receivers[:1]
	h.do(h.drafter, func(tx *store.Tx) error { _, err := Revise(bg, tx, o.ID, f); return err })
	now, err := Compare(bg, h.Desk, h.drafter, o.ID, 1, 0)
	must(t, err)
	if got := codesOf(now.Changes); len(got) != 4 || got[0] != "subject" || got[1] != "body" || got[2] != "receivers" || got[3] != "kept_copies" {
		t.Errorf("changed %v", got)
	}
	_, err = Lay(bg, h.Desk, h.drafter, o.ID)
	must(t, err)
	then, err := Compare(bg, h.Desk, h.drafter, o.ID, 1, 2)
	must(t, err)
	if len(then.Changes) != 4 {
		t.Errorf("changed %v", codesOf(then.Changes))
	}
	same, err := Compare(bg, h.Desk, h.drafter, o.ID, 2, 0)
	must(t, err)
	if len(same.Changes) != 0 {
		t.Errorf("changed %v", codesOf(same.Changes))
	}
	_, err = Compare(bg, h.Desk, h.drafter, o.ID, 9, 0)
	refused(t, err, store.NotFound, "no such version")
	for _, who := range []store.Actor{h.outsider, h.foreigner} {
		_, err = Compare(bg, h.Desk, who, o.ID, 1, 2)
		refused(t, err, store.NotFound, "a stranger")
	}
}

func TestWhatChangedAfterApprovalIsShownToTheSigner(t *testing.T) {
	h := newHouse(t)
	o := h.at(AwaitingSignature)
	steps, err := Timeline(bg, h.DB, h.head, o.Ref())
	must(t, err)
	if no, _ := OtherThanApproved(o, steps); no != 0 {
		t.Fatalf("unchanged, but said to differ from version %d", no)
	}
	f := h.form()
	f.Body = "Nội dung khác./."
	h.do(h.drafter, func(tx *store.Tx) error { _, err := Revise(bg, tx, o.ID, f); return err })
	_, err = Lay(bg, h.Desk, h.drafter, o.ID)
	must(t, err)
	h.do(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, o.ID, org.HoldingID(h.unitHead.Holding), "") })
	o, err = FindOutgoing(bg, h.DB, h.unitHead, o.ID)
	must(t, err)
	steps, err = Timeline(bg, h.DB, h.unitHead, o.Ref())
	must(t, err)
	no, who := OtherThanApproved(o, steps)
	if no != 1 || who == "" {
		t.Fatalf("version %d by %q", no, who)
	}
	c, err := Compare(bg, h.Desk, h.unitHead, o.ID, no, 0)
	must(t, err)
	if got := codesOf(c.Changes); len(got) != 1 || got[0] != "body" {
		t.Errorf("changed %v", got)
	}
}

// V61: screen /outgoing/{id}/revise; api POST /outgoing/{id}/editing; command remote editing
func TestTwoWhoEditTheSameDraftAreWarnedAndLoseNothing(t *testing.T) {
	h := newHouse(t)
	o := h.at(InReview) // the unit's head holds it
	others, err := Editing(bg, h.Desk, h.unitHead, o.ID)
	must(t, err)
	if len(others) != 0 {
		t.Fatalf("others %+v", others)
	}
	_, err = Editing(bg, h.Desk, h.drafter, o.ID)
	refused(t, err, store.Forbidden, "the draft is another's now")
	h.do(h.drafter, func(tx *store.Tx) error { return Withdraw(bg, tx, o.ID, "") })
	others, err = Editing(bg, h.Desk, h.drafter, o.ID)
	must(t, err)
	if len(others) != 1 || others[0].PersonName != "Lê Hồng Hạnh" {
		t.Fatalf("others %+v", others)
	}
	o, err = FindOutgoing(bg, h.DB, h.drafter, o.ID)
	must(t, err)
	mine, theirs := h.form(), h.form()
	mine.Revision, theirs.Revision = o.Revision, o.Revision
	theirs.Subject, mine.Body = "trích yếu của tab khác", "Nội dung của tôi./."
	h.do(h.drafter, func(tx *store.Tx) error { _, err := Revise(bg, tx, o.ID, theirs); return err })
	err = h.try(h.drafter, func(tx *store.Tx) error { _, err := Revise(bg, tx, o.ID, mine); return err })
	refused(t, err, store.Conflict, "an older state")
	changes, now, err := Clashes(bg, h.DB, h.drafter, o.ID, mine)
	must(t, err)
	if got := codesOf(changes); len(got) != 2 || got[0] != "subject" || got[1] != "body" || changes[0].Before != theirs.Subject {
		t.Fatalf("clashes %v", changes)
	}
	mine.Take(now, []string{"subject"})
	mine.Revision = now.Revision
	h.do(h.drafter, func(tx *store.Tx) error { _, err := Revise(bg, tx, o.ID, mine); return err })
	now, err = FindOutgoing(bg, h.DB, h.drafter, o.ID)
	must(t, err)
	if now.Subject != theirs.Subject || now.Body != mine.Body {
		t.Errorf("merged to %q, %q", now.Subject, now.Body)
	}
}

// V13: screen /outgoing/{id}/compare; api GET /outgoing/{id}/compare; command remote compare
func TestAttachmentsAreComparedAndTheReturnedVersionIsNamed(t *testing.T) {
	h := newHouse(t)
	h.Texts = testReader(t)
	o := h.draft(h.form())
	attach := func(name string, b []byte) *File {
		f, err := AddFile(bg, h.Desk, h.drafter, o.Ref(), name, reader(b))
		must(t, err)
		return f
	}
	page := func(words string) []byte {
		f := h.form()
		f.Body = words
		x := h.draft(f)
		_, err := Lay(bg, h.Desk, h.drafter, x.ID)
		must(t, err)
		return h.mainBytes(h.again(x))
	}
	first := attach("phu-luc.pdf", page("Số liệu quý một là năm mươi./."))
	attach("bang.txt", []byte("1"))
	_, err := Lay(bg, h.Desk, h.drafter, o.ID)
	must(t, err)
	same, err := Compare(bg, h.Desk, h.drafter, o.ID, 1, 0)
	must(t, err)
	if len(same.Changes) != 0 {
		t.Fatalf("changed %v", codesOf(same.Changes))
	}
	h.do(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, o.ID, org.HoldingID(h.unitHead.Holding), "") })
	h.do(h.unitHead, func(tx *store.Tx) error { return Return(bg, tx, o.ID, "số liệu quý một chưa đúng") })
	h.do(h.drafter, func(tx *store.Tx) error { return Detach(bg, tx, o.ID, first.ID) })
	attach("phu-luc.pdf", page("Số liệu quý một là sáu mươi./."))
	attach("them.txt", []byte("2"))
	_, err = Lay(bg, h.Desk, h.drafter, o.ID)
	must(t, err)
	h.do(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, o.ID, org.HoldingID(h.unitHead.Holding), "") })
	steps, err := Timeline(bg, h.DB, h.unitHead, o.Ref())
	must(t, err)
	o = h.again(o)
	no, who := SinceReturned(o, steps)
	if no != 1 || who != "Lê Hồng Hạnh" {
		t.Fatalf("version %d given back by %q", no, who)
	}
	for _, to := range []int64{0, 2} {
		c, err := Compare(bg, h.Desk, h.unitHead, o.ID, no, to)
		must(t, err)
		if got := codesOf(c.Changes); len(got) != 2 || got[0] != "attachments" || got[1] != "attachment" {
			t.Fatalf("to %d: changed %v", to, got)
		}
		if !strings.Contains(c.Changes[0].After, "them.txt") || c.Changes[1].Label != "phu-luc.pdf" || !strings.Contains(c.Changes[1].After, "sáu mươi") || !strings.Contains(c.Changes[1].Before, "năm mươi") {
			t.Errorf("to %d: %+v", to, c.Changes)
		}
	}
}
