package dossiers

import (
	"context"
	"fmt"
	"strconv"

	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

// ListState is where a yearly list stands.
type ListState string

// The states of a list (D14.1).
const (
	ListDraft     ListState = "draft"
	ListSubmitted ListState = "submitted"
	ListApproved  ListState = "approved"
	ListIssued    ListState = "issued"
)

// Label is the state in Vietnamese, a key of i18n.
func (s ListState) Label() string {
	return map[ListState]string{ListDraft: "Dự thảo", ListSubmitted: "Chờ phê duyệt", ListApproved: "Đã phê duyệt", ListIssued: "Đã ban hành"}[s]
}

// Reason lets a sentence name the state in the reader's language.
func (s ListState) Reason() (string, map[string]any) { return s.Label(), nil }

// How dossiers are numbered (NĐ 30/2020, Phụ lục V, I.2).
const (
	NumberByList    = "list"
	NumberByHeading = "heading"
)

// List is the danh mục hồ sơ of an agency for a year.
type List struct {
	ID, AgencyID  int64
	Revision      int64
	Year          int
	State         ListState
	Numbering     string
	Decision      string
	ApprovedBy    int64
	ApprovedName  string
	ApprovedTitle string
	ApprovedAt    store.Instant `db:"approved_us"`
	IssuedAt      store.Instant `db:"issued_us"`
	Headings      []Heading     `db:"-"`
}

// Heading is a large (roman) or small (Arabic) heading with what stands under it.
type Heading struct {
	ID, ParentID int64
	Ordinal      int
	Title, Abbr  string
	Entries      []Entry `db:"-"`
}

// Entry is one dossier foreseen by the list.
type Entry struct {
	ID, HeadingID int64
	Number        int64
	Code, Title   string
	Retention
	PersonID   int64
	PersonName string
	Note       string
	AmendedAt  store.Instant `db:"amended_us"` // entered after the list was issued
	DossierID  int64         // opened from it; 0 not yet
}

// EntryForm is what the keeper of the list types.
type EntryForm struct {
	Heading   int64
	Title     string
	Retention Retention
	Holding   int64 // post of the person in charge; 0 = not yet named
	Note      string
}

// Totals are the counts below the list (V21).
func (l *List) Totals() (all, permanent, limited int) {
	for _, h := range l.Headings {
		for _, e := range h.Entries {
			all++
			if e.Permanent() {
				permanent++
			}
		}
	}
	return all, permanent, all - permanent
}

// Ref is the list's name in history and journal.
func (l *List) Ref() string { return "dossier-list/" + strconv.FormatInt(l.ID, 10) }

func (l *List) name() string { return fmt.Sprintf("Danh mục hồ sơ năm %d", l.Year) }

const listColumns = `l.id, l.agency_id, l.revision, l.year, l.state, l.numbering, l.decision, l.approved_by, l.approved_name, l.approved_title, l.approved_us, l.issued_us`

var (
	sqlLists      = store.SQL(`SELECT ` + listColumns + ` FROM dossiers_lists l WHERE l.agency_id = $1 AND (CAST($2 AS BOOLEAN) OR l.state = 'issued') ORDER BY l.year DESC`)
	sqlList       = store.SQL(`SELECT ` + listColumns + ` FROM dossiers_lists l WHERE l.agency_id = $1 AND (CAST($2 AS BOOLEAN) OR l.state = 'issued') AND l.id = $3`)
	sqlListYear   = store.SQL(`SELECT ` + listColumns + ` FROM dossiers_lists l WHERE l.agency_id = $1 AND l.year = $2`)
	sqlHeadings   = store.SQL(`SELECT id, parent_id, ordinal, title, abbr FROM dossiers_headings WHERE agency_id = $1 AND list_id = $2 ORDER BY ordinal, id`)
	sqlEntries    = store.SQL(`SELECT e.id, e.heading_id, e.number, e.code, e.title, e.retention_code, e.retention_years, e.person_id, e.person_name, e.note, e.amended_us, COALESCE((SELECT min(d.id) FROM dossiers_dossiers d WHERE d.agency_id = e.agency_id AND d.entry_id = e.id), 0) AS dossier_id FROM dossiers_entries e WHERE e.agency_id = $1 AND e.list_id = $2 ORDER BY e.number, e.id`)
	sqlPutList    = store.SQL(`INSERT INTO dossiers_lists (agency_id, id, revision, year, state, numbering, decision, approved_by, approved_name, approved_title, approved_us, issued_us, created_us) VALUES ($1, $2, 1, $3, 'draft', $4, '', 0, '', '', 0, 0, $5)`)
	sqlSaveList   = store.SQL(`UPDATE dossiers_lists SET revision = revision + 1, state = $1, numbering = $2, decision = $3, approved_by = $4, approved_name = $5, approved_title = $6, approved_us = $7, issued_us = $8 WHERE agency_id = $9 AND id = $10 AND revision = $11`)
	sqlPutHeading = store.SQL(`INSERT INTO dossiers_headings (agency_id, list_id, id, parent_id, ordinal, title, abbr) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	sqlPutEntry   = store.SQL(`INSERT INTO dossiers_entries (agency_id, list_id, id, heading_id, number, code, title, retention_code, retention_years, person_id, person_name, note, amended_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`)
	sqlSaveEntry  = store.SQL(`UPDATE dossiers_entries SET title = $1, retention_code = $2, retention_years = $3, person_id = $4, person_name = $5, note = $6 WHERE agency_id = $7 AND list_id = $8 AND id = $9`)
	sqlCodeEntry  = store.SQL(`UPDATE dossiers_entries SET number = $1, code = $2 WHERE agency_id = $3 AND list_id = $4 AND id = $5`)
	sqlDropEntry  = store.SQL(`DELETE FROM dossiers_entries WHERE agency_id = $1 AND list_id = $2 AND id = $3`)
	// An open dossier follows its entry of the list; a closed one is never rewritten (V24, D15.3).
	sqlFollowEntry = store.SQL(`UPDATE dossiers_dossiers SET revision = revision + 1, title = $1, retention_code = $2, retention_years = $3, search_text = $4 WHERE agency_id = $5 AND entry_id = $6 AND state = 'open'`)
)

// seesDrafts tells who reads a list before it is issued.
func seesDrafts(a store.Actor) bool { return KeepsLists(a) || SeesAll(a) }

// Lists names the lists of the agency, newest year first: issued ones to everybody.
func Lists(ctx context.Context, r store.Reader, a store.Actor) ([]List, error) {
	return store.All[List](ctx, r, sqlLists, a.Agency, seesDrafts(a))
}

// FindList gives a list with all of it. NotFound for others and for foreign agencies.
func FindList(ctx context.Context, r store.Reader, a store.Actor, id int64) (*List, error) {
	l, ok, err := store.Maybe[List](ctx, r, sqlList, a.Agency, seesDrafts(a), id)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Không tìm thấy danh mục hồ sơ này trong cơ quan.")
	}
	if err != nil {
		return nil, err
	}
	return &l, l.load(ctx, r)
}

func (l *List) load(ctx context.Context, r store.Reader) error {
	flat, err := store.All[Heading](ctx, r, sqlHeadings, l.AgencyID, l.ID)
	if err != nil {
		return err
	}
	entries, err := store.All[Entry](ctx, r, sqlEntries, l.AgencyID, l.ID)
	if err != nil {
		return err
	}
	l.Headings = nil
	for _, h := range flat { // each large heading, then its small ones
		if h.ParentID == 0 {
			l.Headings = append(l.Headings, h)
			for _, s := range flat {
				if s.ParentID == h.ID {
					l.Headings = append(l.Headings, s)
				}
			}
		}
	}
	for i := range l.Headings {
		for _, e := range entries {
			if e.HeadingID == l.Headings[i].ID {
				l.Headings[i].Entries = append(l.Headings[i].Entries, e)
			}
		}
	}
	return nil
}

func (l *List) heading(id int64) *Heading {
	for i := range l.Headings {
		if l.Headings[i].ID == id {
			return &l.Headings[i]
		}
	}
	return nil
}

// abbr is the abbreviation of the large heading that a heading belongs to.
func (l *List) abbr(h *Heading) string {
	if h.ParentID != 0 {
		return l.heading(h.ParentID).Abbr
	}
	return h.Abbr
}

// edit loads a list for its keeper and refuses what is no longer, or not yet, to be changed.
func edit(ctx context.Context, tx *store.Tx, id int64, states ...ListState) (*List, error) {
	if !KeepsLists(tx.Actor()) {
		return nil, errLists()
	}
	return inState(ctx, tx, id, states...)
}

func inState(ctx context.Context, tx *store.Tx, id int64, states ...ListState) (*List, error) {
	l, err := FindList(ctx, tx, tx.Actor(), id)
	if err != nil {
		return nil, err
	}
	for _, s := range states {
		if l.State == s {
			return l, nil
		}
	}
	return nil, store.Refuse(store.Conflict, "Danh mục hồ sơ năm {year} đang ở trạng thái “{state}” nên không thực hiện được việc này. Tải lại trang để xem tình trạng mới nhất.", "year", l.Year, "state", l.State)
}

func (l *List) save(ctx context.Context, tx *store.Tx, t told) error {
	if err := tx.Put(ctx, sqlSaveList, l.State, l.Numbering, l.Decision, l.ApprovedBy, l.ApprovedName, l.ApprovedTitle, l.ApprovedAt, l.IssuedAt, l.AgencyID, l.ID, l.Revision); err != nil {
		return err
	}
	l.Revision++
	return tell(ctx, tx, l.AgencyID, l.Ref(), l.name(), t)
}

// DraftList begins the list of a year; copyYear takes over headings and entries of that year's list (0 = none).
// Conflict when the year has a list.
func DraftList(ctx context.Context, tx *store.Tx, year int, numbering string, copyYear int) (*List, error) {
	a := tx.Actor()
	if !KeepsLists(a) {
		return nil, errLists()
	}
	var p store.Problems
	if this := nowDay(tx).Year(); year < 2000 || year > this+2 {
		p.Add("year", "Năm của danh mục phải từ 2000 đến {last}.", "last", this+2)
	}
	if numbering != NumberByList && numbering != NumberByHeading {
		p.Add("numbering", "Chọn cách đánh số hồ sơ.")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	if _, ok, err := store.Maybe[List](ctx, tx, sqlListYear, a.Agency, year); err != nil || ok {
		if err == nil {
			err = store.Refuse(store.Conflict, "Năm {year} đã có danh mục hồ sơ. Mở danh mục đó để sửa hoặc bổ sung.", "year", year)
		}
		return nil, err
	}
	l := &List{ID: tx.NewID(), AgencyID: a.Agency, Year: year, State: ListDraft, Numbering: numbering, Revision: 1}
	if err := tx.Put(ctx, sqlPutList, a.Agency, l.ID, year, numbering, tx.Now()); err != nil {
		return nil, err
	}
	if copyYear != 0 {
		if err := l.copyFrom(ctx, tx, copyYear); err != nil {
			return nil, err
		}
	}
	return l, tell(ctx, tx, l.AgencyID, l.Ref(), l.name(), told{verb: "dossier.list_drafted", act: "draft", what: store.Say("Lập danh mục hồ sơ năm {year}.", "year", year)})
}

func (l *List) copyFrom(ctx context.Context, tx *store.Tx, year int) error {
	old, ok, err := store.Maybe[List](ctx, tx, sqlListYear, l.AgencyID, year)
	if err == nil && !ok {
		err = store.RefuseField("copy", "Năm {year} không có danh mục hồ sơ để chép.", "year", year)
	}
	if err != nil {
		return err
	}
	if err := old.load(ctx, tx); err != nil {
		return err
	}
	ids := map[int64]int64{}
	for _, h := range old.Headings {
		ids[h.ID] = tx.NewID()
		if err := tx.Put(ctx, sqlPutHeading, l.AgencyID, l.ID, ids[h.ID], ids[h.ParentID], h.Ordinal, h.Title, h.Abbr); err != nil {
			return err
		}
		for _, e := range h.Entries {
			if err := tx.Put(ctx, sqlPutEntry, l.AgencyID, l.ID, tx.NewID(), ids[h.ID], e.Number, e.Code, e.Title, e.Retention.Period, e.Years, e.PersonID, e.PersonName, e.Note, 0); err != nil {
				return err
			}
		}
	}
	return l.renumber(ctx, tx)
}

// AddHeading puts a heading at the end: a large one with its abbreviation, or a small one below parent.
func AddHeading(ctx context.Context, tx *store.Tx, list, parent int64, title, abbr string) (int64, error) {
	l, err := edit(ctx, tx, list, ListDraft, ListIssued)
	if err != nil {
		return 0, err
	}
	title, abbr = i18n.CleanLine(title), i18n.CleanLine(abbr)
	var p store.Problems
	if title == "" {
		p.Add("title", "Cần ghi tên đề mục.")
	}
	tooLong(&p, "title", title, 300)
	if parent == 0 && (abbr == "" || len([]rune(abbr)) > 15) {
		p.Add("abbr", "Đề mục lớn cần chữ viết tắt từ 1 đến 15 ký tự, ví dụ TCCB.")
	}
	if parent != 0 {
		if h := l.heading(parent); h == nil || h.ParentID != 0 {
			p.Add("parent", "Đề mục lớn được chọn không có trong danh mục này.")
		}
		abbr = ""
	}
	if err := p.Err(); err != nil {
		return 0, err
	}
	ordinal := 1
	for _, h := range l.Headings {
		if h.ParentID == parent {
			ordinal = max(ordinal, h.Ordinal+1)
		}
	}
	id := tx.NewID()
	if err := tx.Put(ctx, sqlPutHeading, l.AgencyID, l.ID, id, parent, ordinal, title, abbr); err != nil {
		return 0, err
	}
	return id, l.save(ctx, tx, told{verb: "dossier.list_revised", act: "heading", what: store.Say("Thêm đề mục {title}.", "title", title)})
}

// AddEntry foresees a dossier. In an issued list it is an amendment: it takes the next number and stays marked (D14.1).
func AddEntry(ctx context.Context, tx *store.Tx, list int64, f EntryForm) (int64, error) {
	l, err := edit(ctx, tx, list, ListDraft, ListIssued)
	if err != nil {
		return 0, err
	}
	e, err := l.check(ctx, tx, f)
	if err != nil {
		return 0, err
	}
	if err := l.putEntry(ctx, tx, e); err != nil {
		return 0, err
	}
	t := told{verb: "dossier.list_revised", act: "entry", what: store.Say("Thêm hồ sơ {code}: {title}.", "code", e.Code, "title", e.Title), notify: nil}
	if l.State == ListIssued {
		t.verb, t.act, t.notify = "dossier.list_amended", "amend", []int64{e.PersonID}
		t.what = store.Say("Danh mục hồ sơ năm {year} được bổ sung hồ sơ {code}: {title}.", "year", l.Year, "code", e.Code, "title", e.Title)
	}
	return e.ID, l.save(ctx, tx, t)
}

// putEntry gives an entry its number and code and keeps it.
func (l *List) putEntry(ctx context.Context, tx *store.Tx, e *Entry) error {
	e.ID = tx.NewID()
	if l.State == ListIssued {
		e.AmendedAt = tx.Now()
	}
	h := l.heading(e.HeadingID)
	abbr := l.abbr(h)
	for _, other := range l.Headings {
		for _, was := range other.Entries {
			if l.Numbering == NumberByList || l.abbr(&other) == abbr {
				e.Number = max(e.Number, was.Number)
			}
		}
	}
	e.Number++
	e.Code = fmt.Sprintf("%02d.%s", e.Number, abbr)
	h.Entries = append(h.Entries, *e)
	return tx.Put(ctx, sqlPutEntry, l.AgencyID, l.ID, e.ID, e.HeadingID, e.Number, e.Code, e.Title, e.Retention.Period, e.Years, e.PersonID, e.PersonName, e.Note, e.AmendedAt)
}

func (l *List) check(ctx context.Context, tx *store.Tx, f EntryForm) (*Entry, error) {
	e := &Entry{HeadingID: f.Heading, Title: i18n.CleanLine(f.Title), Note: i18n.CleanLine(f.Note)}
	var p store.Problems
	if l.heading(f.Heading) == nil {
		p.Add("heading", "Chọn đề mục của hồ sơ.")
	}
	if e.Title == "" {
		p.Add("title", "Cần ghi tiêu đề hồ sơ.")
	}
	tooLong(&p, "title", e.Title, 1000)
	tooLong(&p, "note", e.Note, 2000)
	var err error
	if e.Retention, err = f.Retention.set(); err != nil {
		p = append(p, problemsOf(err)...)
	}
	if f.Holding != 0 {
		h, err := colleague(ctx, tx, l.AgencyID, "person", f.Holding)
		if err != nil {
			p = append(p, problemsOf(err)...)
		} else {
			e.PersonID, e.PersonName = int64(h.PersonID), h.PersonName
		}
	}
	return e, p.Err()
}

// ReviseEntry changes a foreseen dossier; open dossiers of it follow, closed ones stay as they were closed (V24).
func ReviseEntry(ctx context.Context, tx *store.Tx, list, id int64, f EntryForm) error {
	l, err := edit(ctx, tx, list, ListDraft, ListIssued)
	if err != nil {
		return err
	}
	was := l.entry(id)
	if was == nil {
		return errEntry()
	}
	f.Heading = was.HeadingID
	e, err := l.check(ctx, tx, f)
	if err != nil {
		return err
	}
	if f.Holding == 0 {
		e.PersonID, e.PersonName = was.PersonID, was.PersonName
	}
	if err := tx.Put(ctx, sqlSaveEntry, e.Title, e.Retention.Period, e.Years, e.PersonID, e.PersonName, e.Note, l.AgencyID, l.ID, id); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlFollowEntry, e.Title, e.Retention.Period, e.Years, searchText(was.Code, e.Title, "", was.PersonName), l.AgencyID, id); err != nil {
		return err
	}
	verb := "dossier.list_revised"
	if l.State == ListIssued {
		verb = "dossier.list_amended"
	}
	return l.save(ctx, tx, told{verb: verb, act: "revise", notify: []int64{e.PersonID}, note: was.Title + " (" + was.Text() + ")",
		what: store.Say("Sửa hồ sơ {code} trong danh mục: {title}, {period}.", "code", was.Code, "title", e.Title, "period", e.Text())})
}

// DropEntry takes a foreseen dossier out of a draft.
func DropEntry(ctx context.Context, tx *store.Tx, list, id int64) error {
	l, err := edit(ctx, tx, list, ListDraft)
	if err != nil {
		return err
	}
	was := l.entry(id)
	if was == nil {
		return errEntry()
	}
	if err := tx.Put(ctx, sqlDropEntry, l.AgencyID, l.ID, id); err != nil {
		return err
	}
	if err := l.renumber(ctx, tx); err != nil {
		return err
	}
	return l.save(ctx, tx, told{verb: "dossier.list_revised", act: "drop", what: store.Say("Bỏ hồ sơ {title} khỏi dự thảo danh mục.", "title", was.Title)})
}

func errEntry() error {
	return store.Refuse(store.NotFound, "Không tìm thấy hồ sơ này trong danh mục.")
}

func (l *List) entry(id int64) *Entry {
	for i := range l.Headings {
		for k := range l.Headings[i].Entries {
			if l.Headings[i].Entries[k].ID == id {
				return &l.Headings[i].Entries[k]
			}
		}
	}
	return nil
}

// renumber gives all entries of a draft their ordinals from 01 in the order of the list (D14.2).
func (l *List) renumber(ctx context.Context, tx *store.Tx) error {
	if err := l.load(ctx, tx); err != nil {
		return err
	}
	for _, h := range l.Headings { // out of the way first: codes are unique at every moment
		for _, e := range h.Entries {
			if err := tx.Put(ctx, sqlCodeEntry, e.Number, "#"+strconv.FormatInt(e.ID, 10), l.AgencyID, l.ID, e.ID); err != nil {
				return err
			}
		}
	}
	last := map[string]int64{}
	for i := range l.Headings {
		h := &l.Headings[i]
		series := ""
		if l.Numbering == NumberByHeading {
			series = l.abbr(h)
		}
		for k := range h.Entries {
			e := &h.Entries[k]
			last[series]++
			e.Number = last[series]
			e.Code = fmt.Sprintf("%02d.%s", e.Number, l.abbr(h))
			if err := tx.Put(ctx, sqlCodeEntry, e.Number, e.Code, l.AgencyID, l.ID, e.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// SubmitList asks the head of the agency to approve a draft.
func SubmitList(ctx context.Context, tx *store.Tx, id int64) error {
	l, err := edit(ctx, tx, id, ListDraft)
	if err != nil {
		return err
	}
	if err := l.renumber(ctx, tx); err != nil {
		return err
	}
	if all, _, _ := l.Totals(); all == 0 {
		return store.Refuse(store.Invalid, "Danh mục chưa có hồ sơ nào nên chưa trình được. Thêm đề mục và hồ sơ rồi trình lại.")
	}
	heads, err := org.Leaders(ctx, tx, org.AgencyID(l.AgencyID), nowDay(tx))
	if err != nil {
		return err
	}
	l.State = ListSubmitted
	t := told{verb: "dossier.list_submitted", act: "submit", what: store.Say("Danh mục hồ sơ năm {year} chờ phê duyệt.", "year", l.Year)}
	for _, h := range heads {
		if h.Roles.Has(store.Head) {
			t.notify = append(t.notify, int64(h.PersonID))
		}
	}
	return l.save(ctx, tx, t)
}

// ApproveList is the head's decision, with its number; it asks for his confirmation (NĐ 30/2020 art. 28).
func ApproveList(ctx context.Context, tx *store.Tx, id int64, decision string) error {
	l, err := headDecides(ctx, tx, id)
	if err != nil {
		return err
	}
	if l.Decision = i18n.CleanLine(decision); l.Decision == "" || len([]rune(l.Decision)) > 200 {
		return store.RefuseField("decision", "Cần ghi số, ký hiệu và ngày của quyết định ban hành danh mục, tối đa 200 ký tự.")
	}
	if l.ApprovedName, l.ApprovedTitle, err = nameOf(ctx, tx, tx.Actor()); err != nil {
		return err
	}
	l.State, l.ApprovedBy, l.ApprovedAt = ListApproved, tx.Actor().Person, tx.Now()
	keepers, err := keepersOf(ctx, tx, l.AgencyID)
	if err != nil {
		return err
	}
	return l.save(ctx, tx, told{verb: "dossier.list_approved", act: "approve", notify: keepers, what: store.Say("Đã phê duyệt danh mục hồ sơ năm {year} theo {decision}.", "year", l.Year, "decision", l.Decision)})
}

func headDecides(ctx context.Context, tx *store.Tx, id int64) (*List, error) {
	a := tx.Actor()
	if !a.Roles.Has(store.Head) || a.For != 0 {
		return nil, store.Refuse(store.Forbidden, "Chỉ người đứng đầu cơ quan được phê duyệt danh mục hồ sơ.")
	}
	l, err := inState(ctx, tx, id, ListSubmitted)
	if err == nil {
		err = a.Confirmed(tx.Now())
	}
	return l, err
}

func keepersOf(ctx context.Context, tx *store.Tx, agency int64) ([]int64, error) {
	staff, err := org.Staff(ctx, tx, org.AgencyID(agency), nowDay(tx))
	var out []int64
	for _, h := range staff {
		if h.Roles.Has(store.Clerk | store.Archivist) {
			out = append(out, int64(h.PersonID))
		}
	}
	return out, err
}

// ReturnList sends a submitted list back with a reason.
func ReturnList(ctx context.Context, tx *store.Tx, id int64, reason string) error {
	l, err := headDecides(ctx, tx, id)
	if err != nil {
		return err
	}
	if reason, err = reasoned("reason", reason); err != nil {
		return err
	}
	keepers, err := keepersOf(ctx, tx, l.AgencyID)
	if err != nil {
		return err
	}
	l.State = ListDraft
	return l.save(ctx, tx, told{verb: "dossier.list_returned", act: "return", note: reason, notify: keepers, what: store.Say("Danh mục hồ sơ năm {year} được trả lại để sửa: {reason}.", "year", l.Year, "reason", reason)})
}

// IssueList puts an approved list into force and tells the units and everybody named in it.
func IssueList(ctx context.Context, tx *store.Tx, id int64) error {
	l, err := edit(ctx, tx, id, ListApproved)
	if err != nil {
		return err
	}
	l.State, l.IssuedAt = ListIssued, tx.Now()
	t := told{verb: "dossier.list_issued", act: "issue", what: store.Say("Danh mục hồ sơ năm {year} đã ban hành. Mở danh mục để lập các hồ sơ được giao.", "year", l.Year)}
	staff, err := org.Staff(ctx, tx, org.AgencyID(l.AgencyID), nowDay(tx))
	if err != nil {
		return err
	}
	seen := map[int64]bool{}
	add := func(p int64) {
		if p != 0 && !seen[p] {
			seen[p], t.notify = true, append(t.notify, p)
		}
	}
	for _, h := range staff {
		if h.Roles.Has(store.UnitHead) {
			add(int64(h.PersonID))
		}
	}
	for _, h := range l.Headings {
		for _, e := range h.Entries {
			add(e.PersonID)
		}
	}
	return l.save(ctx, tx, t)
}

// ListHistory tells what happened to a list.
func ListHistory(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]Step, error) {
	l, err := FindList(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	return steps(ctx, r, l.AgencyID, l.Ref())
}
