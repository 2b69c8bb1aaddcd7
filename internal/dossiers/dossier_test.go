package dossiers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"congvu/internal/org"
	"congvu/internal/store"
	"congvu/internal/workbook"
)

// The yearly list is drafted, approved by the head with a confirmation, issued and printed with its three counts.
//
// V21: screen /dossier-lists/{id}; api POST /dossier-lists/{id}/approve; command remote list-approve
// V68: screen /dossier-lists/{id}; api GET /dossier-lists/{id}/export/{form}; command remote list-export
// D14.1, D14.2: the yearly list with headings, codes and counts.
func TestListIsApprovedIssuedAndPrinted(t *testing.T) {
	h := newHouse(t)
	l, entry := h.issued()
	if l.State != ListIssued || l.Decision == "" || l.ApprovedName != "Người head" {
		t.Fatalf("%+v", l)
	}
	if all, permanent, limited := l.Totals(); all != 3 || permanent != 1 || limited != 2 {
		t.Fatalf("counts %d %d %d", all, permanent, limited)
	}
	var codes []string
	for _, g := range l.Headings {
		for _, e := range g.Entries {
			codes = append(codes, e.Code)
		}
	}
	if got := strings.Join(codes, " "); got != "01.TCCB 02.TCCB 03.VP" {
		t.Fatalf("codes %s", got)
	}
	pdf, err := PrintList(bg, h.db, h.people["keeper"], l.ID)
	h.must(err)
	words := textOf(t, pdf)
	for _, want := range []string{"DANH MỤC HỒ SƠ", "Năm 2026", "I. Tổ chức cán bộ", "1. Tuyển dụng", "01.TCCB", "Vĩnh viễn", "20 năm", "Danh mục hồ sơ này có 3 hồ sơ", "1 hồ sơ bảo quản vĩnh viễn", "2 hồ sơ bảo quản có thời hạn"} {
		if !strings.Contains(words, want) {
			t.Errorf("the print lacks %q:\n%s", want, words)
		}
	}
	h.refused(store.NotFound, func() error { _, err := FindList(bg, h.db, h.people["foreign"], l.ID); return err }())
	h.refused(store.Forbidden, h.by("keeper", func(tx *store.Tx) error { return IssueList(bg, tx, l.ID) }))
	h.refused(store.Conflict, h.by("clerk", func(tx *store.Tx) error { return DropEntry(bg, tx, l.ID, entry) }))
}

// issued is a list of three dossiers in force; the entry is the first one.
func (h *house) issued() (*List, int64) {
	h.t.Helper()
	var l *List
	var entry int64
	h.must(h.by("clerk", func(tx *store.Tx) (err error) {
		if l, err = DraftList(bg, tx, 2026, NumberByList, 0); err != nil {
			return err
		}
		big, err := AddHeading(bg, tx, l.ID, 0, "Tổ chức cán bộ", "TCCB")
		if err != nil {
			return err
		}
		small, err := AddHeading(bg, tx, l.ID, big, "Tuyển dụng", "")
		if err != nil {
			return err
		}
		office, err := AddHeading(bg, tx, l.ID, 0, "Hành chính, văn thư", "VP")
		if err != nil {
			return err
		}
		if _, err = AddEntry(bg, tx, l.ID, EntryForm{Heading: office, Title: "Hồ sơ văn thư", Retention: Retention{Period: "06"}}); err != nil {
			return err
		}
		if entry, err = AddEntry(bg, tx, l.ID, EntryForm{Heading: big, Title: "Hồ sơ tổ chức bộ máy", Retention: Retention{Period: "01"}, Holding: h.people["keeper"].Holding}); err != nil {
			return err
		}
		_, err = AddEntry(bg, tx, l.ID, EntryForm{Heading: small, Title: "Hồ sơ thi tuyển", Retention: Retention{Period: "05"}, Holding: h.people["keeper"].Holding})
		return err
	}))
	h.must(h.by("clerk", func(tx *store.Tx) error { return SubmitList(bg, tx, l.ID) }))
	unconfirmed := h.people["head"]
	unconfirmed.ConfirmedUntil = 0
	h.refused(store.Unconfirmed, h.db.Write(bg, unconfirmed, func(tx *store.Tx) error { return ApproveList(bg, tx, l.ID, "Quyết định số 1/QĐ-SNV") }))
	h.must(h.by("head", func(tx *store.Tx) error {
		return ApproveList(bg, tx, l.ID, "Quyết định số 1/QĐ-SNV ngày 02/01/2026")
	}))
	h.must(h.by("clerk", func(tx *store.Tx) error { return IssueList(bg, tx, l.ID) }))
	l, err := FindList(bg, h.db, h.people["keeper"], l.ID)
	h.must(err)
	return l, entry
}

func TestListIsCopiedAndReadFromASheet(t *testing.T) {
	h := newHouse(t)
	old, _ := h.issued()
	var copied *List
	h.must(h.by("archivist", func(tx *store.Tx) (err error) { copied, err = DraftList(bg, tx, 2027, NumberByHeading, 2026); return }))
	copied, err := FindList(bg, h.db, h.people["archivist"], copied.ID)
	h.must(err)
	if all, _, _ := copied.Totals(); all != 3 || copied.Headings[2].Entries[0].Code != "01.VP" {
		t.Fatalf("%+v", copied.Headings)
	}
	out, err := ListWorkbook(bg, h.db, h.people["archivist"], old.ID)
	h.must(err)
	var b bytes.Buffer
	h.must(workbook.WriteXLSX(&b, out))
	table, err := workbook.ReadTable(b.Bytes(), "danh-muc.xlsx", workbook.Limits{})
	h.must(err)
	var l *List
	h.must(h.by("clerk", func(tx *store.Tx) (err error) {
		if l, err = DraftList(bg, tx, 2028, NumberByList, 0); err != nil {
			return err
		}
		n, err := ImportList(bg, tx, l.ID, table)
		if err == nil && n != 3 {
			err = fmt.Errorf("%d rows", n)
		}
		return err
	}))
	l, err = FindList(bg, h.db, h.people["clerk"], l.ID)
	h.must(err)
	if all, permanent, _ := l.Totals(); all != 3 || permanent != 1 || l.Headings[0].Entries[0].PersonName != "Người keeper" {
		t.Fatalf("%+v", l)
	}
	bad := &workbook.Table{Name: "sai.csv", Rows: []workbook.Row{{Number: 1, Cells: []string{"Đề mục lớn", "Ký hiệu đề mục", "Tiêu đề hồ sơ", "Thời hạn bảo quản"}}, {Number: 2, Cells: []string{"A", "A", "Hồ sơ", "mãi mãi"}}}}
	h.refused(store.Invalid, h.by("clerk", func(tx *store.Tx) error { _, err := ImportList(bg, tx, l.ID, bad); return err }))
}

// V24: screen /dossier-lists/{id}; api PUT /dossier-lists/{id}/entries/{entry}; command remote list-change
// V7: the dossier's agency and year are the system's.
// D15.3: a changed period does not rewrite closed dossiers.
func TestOpenDossierFollowsItsListAndAClosedOneDoesNot(t *testing.T) {
	h := newHouse(t)
	l, entry := h.issued()
	d := h.open("keeper", OpenForm{Entry: entry, Title: "không dùng"})
	if d.Code != "01.TCCB" || d.Title != "Hồ sơ tổ chức bộ máy" || !d.Permanent() || d.OrganCode != "H26.1" || d.Year != 2026 {
		t.Fatalf("%+v", d)
	}
	h.refused(store.Conflict, h.by("keeper", func(tx *store.Tx) error { _, err := OpenDossier(bg, tx, OpenForm{Entry: entry}); return err }))
	change := func(title string) {
		h.must(h.by("clerk", func(tx *store.Tx) error {
			return ReviseEntry(bg, tx, l.ID, entry, EntryForm{Title: title, Retention: Retention{Period: "02"}})
		}))
	}
	change("Hồ sơ tổ chức bộ máy và biên chế")
	if d = h.find("keeper", d.ID); d.Title != "Hồ sơ tổ chức bộ máy và biên chế" || d.Years != 70 {
		t.Fatalf("the open dossier did not follow: %+v", d)
	}
	in := h.arrived("2026-02-01")
	h.must(h.by("keeper", func(tx *store.Tx) error { return ShareWith(bg, tx, d.ID, h.people["clerk"].Holding, 0, "work", "", "") }))
	h.add("clerk", d.ID, in.Ref())
	h.must(h.by("keeper", func(tx *store.Tx) error { return Close(bg, tx, d.ID, CloseForm{Accept: true}) }))
	change("Tên sau khi đóng")
	if d = h.find("keeper", d.ID); d.Title != "Hồ sơ tổ chức bộ máy và biên chế" {
		t.Fatalf("a closed dossier was rewritten: %q", d.Title)
	}
}

// V22: screen /dossiers/{id}; api POST /dossiers/{id}/documents; command remote dossier-add
func TestOrdinalsAreGaplessUnderManyWriters(t *testing.T) {
	h := newHouse(t)
	d := h.open("clerk", OpenForm{})
	if d.Code != "01.VP" {
		t.Fatalf("code %s", d.Code)
	}
	if next := h.open("clerk", OpenForm{}); next.Code != "02.VP" {
		t.Fatalf("second code %s", next.Code)
	}
	const n = 24
	refs := make([]string, n)
	for i := range refs {
		refs[i] = h.arrived("2026-02-01").Ref()
	}
	var wg sync.WaitGroup
	errs := make([]error, n)
	for i := range refs {
		wg.Go(func() {
			errs[i] = h.by("clerk", func(tx *store.Tx) error { _, err := Add(bg, tx, d.ID, refs[i], ""); return err })
		})
	}
	wg.Wait()
	h.must(errors.Join(errs...))
	items, err := Items(bg, h.db, h.people["clerk"], d.ID)
	h.must(err)
	for i, item := range items {
		if item.Ordinal != i+1 {
			t.Fatalf("place %d has ordinal %d", i, item.Ordinal)
		}
	}
	if len(items) != n {
		t.Fatalf("%d items", len(items))
	}
	stays := refs[0]
	if items[3].Ref == stays { // who came fourth is nobody's choice
		stays = refs[1]
	}
	h.must(h.by("clerk", func(tx *store.Tx) error { return Remove(bg, tx, d.ID, items[3].ID, "Đưa nhầm hồ sơ") }))
	items, err = Items(bg, h.db, h.people["clerk"], d.ID)
	h.must(err)
	if len(items) != n-1 || items[n-2].Ordinal != n-1 || h.find("clerk", d.ID).DocTotal != n-1 {
		t.Fatal("a gap was left")
	}
	story, err := History(bg, h.db, h.people["clerk"], d.ID)
	h.must(err)
	if last := story[len(story)-1]; last.Act != "remove" || last.Note != "Đưa nhầm hồ sơ" || last.What.Args["ordinal"] != 4.0 {
		t.Fatalf("no trace of the removal: %+v", last)
	}
	h.refused(store.Conflict, h.by("clerk", func(tx *store.Tx) error { _, err := Add(bg, tx, d.ID, stays, ""); return err }))
}

// One document stands in the dossiers of two accounts, and its bytes are kept once.
//
// V26: screen /incoming/{id}/dossier; api POST /dossiers/{id}/documents; command remote dossier-add
// V23: screen /dossiers/{id}; api GET /dossiers/{id}; command remote dossier
// V25: screen /dossiers/accounts; api GET /dossier-accounts; command remote dossier-accounts
// D14.8, D14.3: one document in dossiers of several accounts.
func TestOneDocumentStandsInManyDossiersWithoutACopy(t *testing.T) {
	h := newHouse(t)
	mine, theirs := h.open("clerk", OpenForm{}), h.open("keeper", OpenForm{})
	h.must(h.by("keeper", func(tx *store.Tx) error {
		return ShareWith(bg, tx, theirs.ID, h.people["clerk"].Holding, 0, "work", "Cùng việc", "")
	}))
	in := h.arrived("2026-02-01")
	h.add("clerk", mine.ID, in.Ref())
	h.add("clerk", theirs.ID, in.Ref())
	a, err := Items(bg, h.db, h.people["clerk"], mine.ID)
	h.must(err)
	b, err := Items(bg, h.db, h.people["keeper"], theirs.ID)
	h.must(err)
	if a[0].Ref != b[0].Ref || a[0].About.Files[0].SHA != b[0].About.Files[0].SHA || a[0].About.Files[0].ID != b[0].About.Files[0].ID {
		t.Fatal("the document was copied")
	}
	if b[0].Code != "1/STC-NS" || b[0].Author != "Sở Tài chính" || b[0].About.SignerPosition != "Giám đốc" || b[0].Pages != 1 {
		t.Fatalf("metadata %+v", b[0])
	}
	f, content, err := OpenFile(bg, h.desk, h.people["keeper"], theirs.ID, b[0].ID, 0)
	h.must(err)
	content.Close()
	if f.Size == 0 {
		t.Fatal("empty file")
	}
	holds, err := HoldingOf(bg, h.db, h.people["clerk"], in.Ref())
	h.must(err)
	if len(holds) != 2 {
		t.Fatalf("held by %d", len(holds))
	}
	accounts, err := Accounts(bg, h.db, h.people["head"], 2026)
	h.must(err)
	if len(accounts) != 2 || accounts[0].Total != 1 || accounts[0].Documents != 1 {
		t.Fatalf("%+v", accounts)
	}
	for _, who := range []string{"colleague", "foreign"} {
		h.refused(store.NotFound, func() error { _, err := Items(bg, h.db, h.people[who], mine.ID); return err }())
	}
	if rows, _, counts, err := Dossiers(bg, h.db, h.people["foreign"], Filter{Tab: TabAll}); err != nil || len(rows) != 0 || counts[5].Count != 0 {
		t.Fatalf("foreign agency sees %d rows, %v, %v", len(rows), counts, err)
	}
}

// V67: screen /dossiers/{id}; api GET /dossiers/{id}/print/{what}; command remote dossier-print
// V46: screen /dossiers/{id}; api POST /dossiers/{id}/close; command remote dossier-close
// V50: what stood with a document when the dossier was closed does not follow later changes, and its reference has no act that changes it.
// V7: ordinals, totals of documents and pages, and the end of a dossier are the system's.
// D14.4, D14.5, D14.6, D14.7: the order of events, the closing checks, the printed list and the closing note.
func TestClosingChecksOrdersCountsAndFixes(t *testing.T) {
	h := newHouse(t)
	d := h.open("clerk", OpenForm{Start: "2026-03-01"})
	h.refused(store.Invalid, h.by("clerk", func(tx *store.Tx) error { return Close(bg, tx, d.ID, CloseForm{Accept: true}) }))
	late, early := h.arrived("2026-02-20"), h.arrived("2026-02-10")
	h.add("clerk", d.ID, late.Ref())
	h.add("clerk", d.ID, early.Ref())
	same := h.page("BẢN TRÙNG")
	for i := range 2 {
		_, err := Attach(bg, h.desk, h.people["clerk"], d.ID, fmt.Sprintf("anh-%d.pdf", i), bytes.NewReader(same), FileForm{Title: "Ảnh hội nghị", Medium: "photo", Date: "2026-02-15"})
		h.must(err)
	}
	found, err := Findings(bg, h.db, h.people["clerk"], d.ID)
	h.must(err)
	if len(found) != 1 || found[0].Code != "same_file" || !found[0].Stops || found[0].Ordinal != 4 {
		t.Fatalf("%+v", found)
	}
	h.refused(store.Invalid, h.by("clerk", func(tx *store.Tx) error { return Close(bg, tx, d.ID, CloseForm{Accept: true}) }))
	items, err := Items(bg, h.db, h.people["clerk"], d.ID)
	h.must(err)
	h.must(h.by("clerk", func(tx *store.Tx) error { return Remove(bg, tx, d.ID, items[3].ID, "Trùng tệp") }))
	h.must(h.by("clerk", func(tx *store.Tx) error {
		return Close(bg, tx, d.ID, CloseForm{Title: "Hồ sơ dự toán năm 2026", Note: "Tài liệu tốt"})
	}))
	d = h.find("clerk", d.ID)
	if d.State != Closed || d.DocTotal != 3 || d.PageTotal != 3 || d.StartDate != "2026-02-10" || d.EndDate != "2026-02-20" || d.DueDate != "2026-05-01" || d.Title != "Hồ sơ dự toán năm 2026" {
		t.Fatalf("%+v", d)
	}
	items, err = Items(bg, h.db, h.people["clerk"], d.ID)
	h.must(err)
	if items[0].Ref != early.Ref() || items[2].Ref != late.Ref() {
		t.Fatal("not in the order of events")
	}
	another := h.arrived("2026-02-21")
	h.refused(store.Conflict, h.by("clerk", func(tx *store.Tx) error { _, err := Add(bg, tx, d.ID, another.Ref(), ""); return err }))
	pdf, err := PrintContents(bg, h.db, h.people["clerk"], d.ID)
	h.must(err)
	words := textOf(t, pdf)
	for _, want := range []string{"MỤC LỤC VĂN BẢN, TÀI LIỆU", "01.VP", "STC-NS", "20/02/2026", "công văn", "Sở Tài chính", "Mục lục này có 3 văn bản, tài liệu, 3 trang."} {
		if !strings.Contains(words, want) {
			t.Errorf("the list lacks %q:\n%s", want, words)
		}
	}
	for _, print := range []func(context.Context, store.Reader, store.Actor, int64) ([]byte, error){PrintCover, PrintClosing} {
		if pdf, err := print(bg, h.db, h.people["clerk"], d.ID); err != nil || !bytes.HasPrefix(pdf, []byte("%PDF")) {
			t.Fatal(err)
		}
	}
	h.must(h.by("clerk", func(tx *store.Tx) error { return Reopen(bg, tx, d.ID, "Bổ sung văn bản còn thiếu") }))
	if d = h.find("clerk", d.ID); d.State != Open || d.DueDate != "" {
		t.Fatalf("%+v", d)
	}
}

// V47: screen /dossiers/{id}; api GET /dossiers/{id}; command remote dossier
// V48: screen /dossiers/{id}/edit; api PUT /dossiers/{id}; command remote dossier-edit
// V49: screen /dossiers/{id}; api GET /dossiers/{id}/history; command remote dossier-history
// D15.4: rights and language codes.
func TestDescribingDataMayBeAddedAndEveryChangeIsKept(t *testing.T) {
	h := newHouse(t)
	d := h.open("keeper", OpenForm{})
	h.must(h.by("keeper", func(tx *store.Tx) error {
		return Revise(bg, tx, d.ID, OpenForm{Title: d.Title, Retention: Retention{Period: "07", Years: 7}, Rights: "01", Extra: []Field{{"Dự án", "Cải tạo trụ sở"}}, Revision: d.Revision})
	}))
	h.refused(store.Conflict, h.by("keeper", func(tx *store.Tx) error {
		return Revise(bg, tx, d.ID, OpenForm{Title: "khác", Retention: Retention{Period: "05"}, Revision: d.Revision})
	}))
	h.must(h.by("keeper", func(tx *store.Tx) error {
		return ShareWith(bg, tx, d.ID, 0, h.unit, "read", "Phối hợp", "2026-03-31")
	}))
	d = h.find("unit_head", d.ID)
	if d.Text() != "7 năm" || d.RightsCode != "01" || len(d.Extra) != 1 || d.Extra[0].Value != "Cải tạo trụ sở" {
		t.Fatalf("%+v", d)
	}
	story, err := History(bg, h.db, h.people["keeper"], d.ID)
	h.must(err)
	if len(story) != 3 || !strings.Contains(story[1].Note, "Chế độ sử dụng: 02 → 01") || !strings.Contains(story[1].Note, "20 năm → 7 năm") || story[2].What.Args["name"] != "Phòng Tổ chức cán bộ" {
		t.Fatalf("%+v", story)
	}
}

// A keeper who leaves hands over; what he still has is found by whoever ends his post (D14.10, I5.7).
func TestDossiersAreHandedOverBeforeLeaving(t *testing.T) {
	h := newHouse(t)
	d := h.open("keeper", OpenForm{})
	left, err := OpenDossiersOf(bg, h.db, h.agency, h.people["keeper"].Person)
	h.must(err)
	if len(left) != 1 || left[0].ID != d.ID {
		t.Fatalf("%+v", left)
	}
	ends := func() error {
		return h.db.Write(bg, store.System(h.agency), func(tx *store.Tx) error {
			return org.EndHolding(bg, tx, org.HoldingID(h.people["keeper"].Holding), nowDay(tx))
		})
	}
	h.refused(store.Conflict, ends()) // nobody leaves with a dossier in his name
	h.must(h.db.Write(bg, store.System(h.agency), func(tx *store.Tx) error {
		return org.EndHolding(bg, tx, org.HoldingID(h.people["keeper"].Holding), nowDay(tx).AddDays(30))
	}))
	post, err := org.FindHolding(bg, h.db, org.HoldingID(h.people["keeper"].Holding))
	h.must(err)
	for who, sees := range map[string]int{"unit_head": 1, "head": 1, "keeper": 1, "clerk": 0, "colleague": 0, "foreign": 0} {
		if left, err := LeftAt(bg, h.db, h.people[who], post); err != nil || len(left) != sees {
			t.Errorf("%s finds %d dossiers to hand over: %v", who, len(left), err)
		}
	}
	h.refused(store.NotFound, h.by("colleague", func(tx *store.Tx) error { return HandOver(bg, tx, d.ID, h.people["colleague"].Holding, "") }))
	h.must(h.by("unit_head", func(tx *store.Tx) error { return HandOver(bg, tx, d.ID, h.people["unit_head"].Holding, "") }))
	h.must(h.by("unit_head", func(tx *store.Tx) error { return HandOver(bg, tx, d.ID, h.people["keeper"].Holding, "") }))
	h.must(h.by("archivist", func(tx *store.Tx) error {
		return HandOver(bg, tx, d.ID, h.people["colleague"].Holding, "Chuyển công tác")
	}))
	if left, err = OpenDossiersOf(bg, h.db, h.agency, h.people["keeper"].Person); err != nil || len(left) != 0 {
		t.Fatalf("%+v %v", left, err)
	}
	h.must(ends())
	if d = h.find("colleague", d.ID); d.PersonName != "Người colleague" || !d.may(h.people["colleague"], byKeeper) {
		t.Fatalf("%+v", d)
	}
}

// D14.9: the states of a dossier are its own.
func TestEveryArrowOfTheTable(t *testing.T) {
	h := newHouse(t)
	roles := map[who]store.Actor{byKeeper: h.people["keeper"], byArchivist: h.people["archivist"], byHead: h.people["head"]}
	for _, s := range route {
		d := &Dossier{State: s.state, Code: "01.A", PersonID: h.people["keeper"].Person}
		if s.act == ActUnfreeze {
			d.FrozenAt = 1
		}
		for w, a := range roles {
			h.write(a, func(tx *store.Tx) error {
				next, err := d.allow(tx, s.act)
				allowed := false
				for _, other := range route {
					allowed = allowed || other.state == s.state && other.act == s.act && d.may(a, other.who)
				}
				want := s.next
				if want == "" {
					want = s.state
				}
				if allowed != (err == nil) || allowed && next != want {
					t.Errorf("%s %s by %s: %s %v", s.state, s.act, w, next, err)
				}
				return nil
			})
		}
	}
}

// D15.2: periods as people write them.
func TestRetentionIsReadAsPeopleWriteIt(t *testing.T) {
	for in, want := range map[string]Retention{"Vĩnh viễn": {"01", 0}, "vinh vien": {"01", 0}, "20 năm": {"05", 20}, "05": {"05", 20}, "7 năm": {"07", 7}, " 70 NĂM ": {"02", 70}} {
		if got, err := ParseRetention(in); err != nil || got != want {
			t.Errorf("%q: %v %v", in, got, err)
		}
	}
	for _, in := range []string{"", "mãi mãi", "0 năm", "500 năm", "09"} {
		if got, err := ParseRetention(in); err == nil {
			t.Errorf("%q read as %v", in, got)
		}
	}
	if Spelled(215) != "hai trăm mười lăm" || Spelled(1005) != "một nghìn không trăm linh năm" || Spelled(21) != "hai mươi mốt" {
		t.Error(Spelled(215), Spelled(1005), Spelled(21))
	}
}

// An issued answer goes into the dossiers of the document it answers.
func TestFollowerLeavesWhatItDoesNotKnow(t *testing.T) {
	h := newHouse(t)
	h.must(h.db.Keep(bg, func(tx *store.Tx) error {
		return Hear(bg, tx, store.Entry{Verb: "document.issued", Ref: "outgoing/999", AgencyID: h.agency})
	}))
}

// textOf reads the words of a PDF with pdftotext; the test is skipped on machines without it.
func textOf(t *testing.T, pdf []byte) string {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext is not installed")
	}
	name := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(name, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-layout", name, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(string(out)), " ")
}
