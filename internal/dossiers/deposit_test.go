package dossiers

import (
	"context"
	"strings"
	"testing"

	"congvu/internal/store"
	"congvu/internal/storetest"
)

// A work item and an archival dossier are two things: the dossier has a period, a deposit and an end of its own, and none of its acts moves a line.
//
// N19: closing, depositing and accepting a dossier leave the documents' own states as they were, and a dossier kept 5 years or longer falls due for deposit by itself.
// V30: screen /deposits/{id}; api POST /deposits; command remote dossier-deposit
// V37: screen /dossiers/{id}/request; api POST /dossiers/{id}/requests; command remote dossier-ask
// V32: screen /dossiers/{id}; api GET /dossiers/{id}/items/{item}/files/{n}; command remote dossier-file
// D16.2, D16.3, D16.5, D16.8, D16.9: deposit within its days, checks, answer, use afterwards.
func TestDepositIsCheckedAcceptedAndThenUsedOnRequest(t *testing.T) {
	h := newHouse(t)
	d := h.closed(OpenForm{})
	items, err := Items(bg, h.db, h.people["clerk"], d.ID)
	h.must(err)
	if items[0].State != "arrived" {
		t.Fatalf("closing the dossier moved its document to %s", items[0].State)
	}
	var p *Deposit
	h.refused(store.Invalid, h.by("clerk", func(tx *store.Tx) error {
		_, err := Submit(bg, tx, DepositForm{Dossiers: []int64{d.ID, d.ID}})
		return err
	}))
	h.must(h.by("clerk", func(tx *store.Tx) (err error) {
		p, err = Submit(bg, tx, DepositForm{Dossiers: []int64{d.ID}, Condition: "Tốt"})
		return
	}))
	h.refused(store.Invalid, h.by("archivist", func(tx *store.Tx) error { return Answer(bg, tx, p.ID, AnswerForm{Accept: true}) })) // not checked yet
	h.refused(store.Forbidden, h.by("clerk", func(tx *store.Tx) error { return Answer(bg, tx, p.ID, AnswerForm{Accept: true}) }))
	p, err = Check(bg, h.desk, h.people["archivist"], p.ID)
	h.must(err)
	if c := p.Lines[0].Checks; !c.Sound() || c.Files != 2 || c.Scanned != (scanner() != "") {
		t.Fatalf("%+v", c)
	}
	h.must(h.by("archivist", func(tx *store.Tx) error { return Answer(bg, tx, p.ID, AnswerForm{Accept: true}) }))
	d = h.find("clerk", d.ID)
	if d.State != Accepted || d.ArchiveCode != "H26.1.H26.1.2026.01.VP.01" || d.OwnerUntil != d.DueDate.AddDays(360) || !d.Opens {
		t.Fatalf("%+v", d)
	}
	record, err := PrintHandover(bg, h.db, h.people["archivist"], p.ID)
	h.must(err)
	list, err := PrintDeposit(bg, h.db, h.people["clerk"], p.ID)
	h.must(err)
	for _, c := range []struct {
		pdf  []byte
		want []string
	}{{record, []string{"Giao nhận hồ sơ, tài liệu", "BÊN GIAO", "Tổng số hồ sơ: 1", "Tổng số tệp tin trong hồ sơ: 2", "Người archivist"}}, {list, []string{"MỤC LỤC HỒ SƠ, TÀI LIỆU NỘP LƯU", "01.VP", "10/02/2026 - 20/02/2026", "Viết bằng chữ: một hồ sơ"}}} {
		words := textOf(t, c.pdf)
		for _, w := range c.want {
			if !strings.Contains(words, w) {
				t.Errorf("lacks %q:\n%s", w, words)
			}
		}
	}
	h.later(500)
	if d = h.find("clerk", d.ID); d.Opens {
		t.Fatal("the depositor still opens it without asking")
	}
	h.refused(store.Forbidden, func() error { _, err := Items(bg, h.db, h.people["clerk"], d.ID); return err }())
	h.must(h.by("clerk", func(tx *store.Tx) error { return AskFor(bg, tx, d.ID, "Phục vụ thanh tra") }))
	h.refused(store.Conflict, h.by("clerk", func(tx *store.Tx) error { return AskFor(bg, tx, d.ID, "Phục vụ thanh tra") }))
	asked, err := Requests(bg, h.db, h.people["archivist"])
	h.must(err)
	until := nowDay(h.db).AddDays(10)
	h.must(h.by("archivist", func(tx *store.Tx) error { return AnswerRequest(bg, tx, asked[0].ID, true, until, "") }))
	kept, err := Items(bg, h.db, h.people["clerk"], d.ID)
	h.must(err)
	_, content, err := OpenFile(bg, h.desk, h.people["clerk"], d.ID, kept[0].ID, 0)
	h.must(err)
	content.Close()
	h.later(11)
	if d = h.find("clerk", d.ID); d.Opens {
		t.Fatal("the grant outlived its day")
	}
	h.refused(store.NotFound, func() error { _, err := FindDossier(bg, h.db, h.people["foreign"], d.ID); return err }())
}

// D16.4: the archive returns with reasons.
func TestReturnedDepositIsCorrectedAndSubmittedAgain(t *testing.T) {
	h := newHouse(t)
	d := h.closed(OpenForm{})
	var p *Deposit
	submit := func() {
		h.must(h.by("clerk", func(tx *store.Tx) (err error) { p, err = Submit(bg, tx, DepositForm{Dossiers: []int64{d.ID}}); return }))
	}
	submit()
	h.refused(store.Invalid, h.by("archivist", func(tx *store.Tx) error { return Answer(bg, tx, p.ID, AnswerForm{}) }))
	h.must(h.by("archivist", func(tx *store.Tx) error {
		return Correct(bg, tx, d.ID, "Hồ sơ dự toán, đã chuẩn hóa tên", "dự toán", "", "Chuẩn hóa tiêu đề")
	}))
	h.must(h.by("archivist", func(tx *store.Tx) error {
		return Answer(bg, tx, p.ID, AnswerForm{Reason: "Thiếu văn bản kết luận"})
	}))
	if d = h.find("clerk", d.ID); d.State != Returned || d.Title != "Hồ sơ dự toán, đã chuẩn hóa tên" {
		t.Fatalf("%+v", d)
	}
	h.must(h.by("clerk", func(tx *store.Tx) error { return Reopen(bg, tx, d.ID, "Bổ sung theo yêu cầu lưu trữ") }))
	h.add("clerk", d.ID, h.arrived("2026-02-25").Ref())
	h.must(h.by("clerk", func(tx *store.Tx) error { return Close(bg, tx, d.ID, CloseForm{Accept: true}) }))
	submit()
	if p.Ordinal != 2 || p.Documents != 3 {
		t.Fatalf("%+v", p)
	}
}

// V29: screen /dossiers; api POST /deposit-notices; command remote deposit-notice
// D16.6, D20.3: thirty days from the archive's notice.
func TestKeepersAreRemindedOfDueDeposits(t *testing.T) {
	h := newHouse(t)
	d := h.closed(OpenForm{})
	h.refused(store.Forbidden, h.by("clerk", func(tx *store.Tx) error { return Ask(bg, tx, []int64{d.ID}, "") }))
	h.must(h.by("archivist", func(tx *store.Tx) error { return Ask(bg, tx, []int64{d.ID}, "Theo kế hoạch thu năm 2026") }))
	notices, err := Notices(bg, h.db, h.people["clerk"], d.ID)
	h.must(err)
	if len(notices) != 1 || notices[0].RemindDate != nowDay(h.db).AddDays(30) {
		t.Fatalf("%+v", notices)
	}
	work := func() {
		for {
			n, err := h.db.WorkOnce(bg, Reminders(h.db))
			h.must(err)
			if n == 0 {
				return
			}
		}
	}
	reminded := func() (n int) {
		storetest.Drain(t, h.db, "dossiers_test", func(_ context.Context, _ *store.Tx, e store.Entry) error {
			if told, err := e.Told(); e.Verb == "dossier.reminded" && err == nil && len(told.Notify) == 1 && told.Notify[0] == h.people["clerk"].Person {
				n++
			}
			return nil
		})
		return n
	}
	work()
	if n := reminded(); n != 0 {
		t.Fatalf("%d reminders too early", n)
	}
	h.later(31) // 30 days after the notice, and 30 days before the end
	work()
	if n := reminded(); n != 2 {
		t.Fatalf("%d reminders", n)
	}
	h.later(31)
	work()
	if n := reminded(); n != 1 {
		t.Fatalf("%d reminders that it is overdue", n)
	}
	h.must(h.by("clerk", func(tx *store.Tx) error { _, err := Submit(bg, tx, DepositForm{Dossiers: []int64{d.ID}}); return err }))
}

// V60: screen /dossiers/{id}/freeze; api POST /dossiers/{id}/freeze; command remote dossier-freeze
func TestFrozenDossierIsNeitherMovedNorEdited(t *testing.T) {
	h := newHouse(t)
	d := h.open("clerk", OpenForm{})
	h.refused(store.Forbidden, h.by("clerk", func(tx *store.Tx) error { return Freeze(bg, tx, d.ID, "Yêu cầu của cơ quan điều tra") }))
	unconfirmed := h.people["head"]
	unconfirmed.ConfirmedUntil = 0
	h.refused(store.Unconfirmed, h.db.Write(bg, unconfirmed, func(tx *store.Tx) error { return Freeze(bg, tx, d.ID, "Yêu cầu của cơ quan điều tra") }))
	h.must(h.by("head", func(tx *store.Tx) error { return Freeze(bg, tx, d.ID, "Yêu cầu của cơ quan điều tra") }))
	in := h.arrived("2026-02-01")
	for what, f := range map[string]func(tx *store.Tx) error{
		"add": func(tx *store.Tx) error { _, err := Add(bg, tx, d.ID, in.Ref(), ""); return err },
		"revise": func(tx *store.Tx) error {
			return Revise(bg, tx, d.ID, OpenForm{Title: "x", Retention: Retention{Period: "05"}})
		},
		"close": func(tx *store.Tx) error { return Close(bg, tx, d.ID, CloseForm{Accept: true}) },
		"move":  func(tx *store.Tx) error { return HandOver(bg, tx, d.ID, h.people["keeper"].Holding, "") },
	} {
		if err := h.by("clerk", f); err == nil || !strings.Contains(err.Error(), "đóng băng") {
			t.Errorf("%s: %v", what, err)
		}
	}
	h.must(h.by("head", func(tx *store.Tx) error { return Unfreeze(bg, tx, d.ID, "Kết thúc điều tra") }))
	h.add("clerk", d.ID, in.Ref())
}

// Only what is permanent goes to the historical archive, and only what has outlived its period is destroyed, by decision, with its whole trail (D15.1, D15.5).
// V73: what is permanent goes to the historical archive, the rest ends by decision when its time is over.
// D16.7: the historical archive.
func TestPermanentGoesToTheHistoricalArchiveAndTheRestEnds(t *testing.T) {
	h := newHouse(t)
	forever, ten := h.closed(OpenForm{Retention: Retention{Period: "01"}}), h.closed(OpenForm{Retention: Retention{Period: "06"}})
	var p *Deposit
	h.must(h.by("clerk", func(tx *store.Tx) (err error) {
		p, err = Submit(bg, tx, DepositForm{Dossiers: []int64{forever.ID, ten.ID}})
		return
	}))
	_, err := Check(bg, h.desk, h.people["archivist"], p.ID)
	h.must(err)
	h.must(h.by("archivist", func(tx *store.Tx) error { return Answer(bg, tx, p.ID, AnswerForm{Accept: true}) }))
	form := Historical{ArchiveName: "Trung tâm Lưu trữ lịch sử thành phố", Mode: "online", Contact: "Bùi Thị Lan", Planned: "2027-06-01"}
	h.refused(store.Invalid, h.by("archivist", func(tx *store.Tx) error {
		_, err := RegisterHistorical(bg, tx, DepositForm{Dossiers: []int64{ten.ID}}, form)
		return err
	}))
	h.must(h.by("archivist", func(tx *store.Tx) (err error) {
		p, err = RegisterHistorical(bg, tx, DepositForm{Dossiers: []int64{forever.ID}}, form)
		return
	}))
	if p.Historical.RequestCode != "DK.2026.1" || p.AnswerDue != "2026-03-11" {
		t.Fatalf("%+v", p)
	}
	destroy := func(id int64) error {
		return h.by("head", func(tx *store.Tx) error { return Destroy(bg, tx, id, "Quyết định số 9/QĐ-SNV") })
	}
	h.refused(store.Conflict, destroy(ten.ID))
	h.refused(store.Conflict, destroy(forever.ID))
	h.later(366 * 11)
	h.must(destroy(ten.ID))
	story, err := History(bg, h.db, h.people["archivist"], ten.ID)
	h.must(err)
	items, err := Items(bg, h.db, h.people["archivist"], ten.ID)
	h.must(err)
	if last := story[len(story)-1]; last.Act != "destroy" || len(items) != 2 || h.find("archivist", ten.ID).DestroyedBy != "Quyết định số 9/QĐ-SNV" {
		t.Fatalf("the trail is lost: %+v", last)
	}
	h.refused(store.Conflict, destroy(forever.ID))
}
