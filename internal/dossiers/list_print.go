package dossiers

import (
	"context"
	"fmt"
	"io"
	"iter"
	"strconv"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/paper"
	"congvu/internal/store"
	"congvu/internal/workbook"
)

var listColumnsPrinted = []paper.Column{{Head: "Số và ký hiệu hồ sơ", Share: 12, Centred: true}, {Head: "Tên đề mục và tiêu đề hồ sơ", Share: 44}, {Head: "Thời hạn bảo quản", Share: 13, Centred: true},
	{Head: "Người lập hồ sơ", Share: 17}, {Head: "Ghi chú", Share: 14}}

// PrintList prints the danh mục hồ sơ in the form of NĐ 30/2020, Phụ lục V, II, with its three counts (V21, V68).
func PrintList(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]byte, error) {
	l, err := FindList(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	s, err := sheet(ctx, r, a.Agency, "DANH MỤC HỒ SƠ")
	if err != nil {
		return nil, err
	}
	s.Under = []string{fmt.Sprintf("Năm %d", l.Year)}
	switch {
	case l.State == ListDraft || l.State == ListSubmitted:
		s.Under = append(s.Under, "(Dự thảo)")
	default:
		s.Under = append(s.Under, "(Kèm theo "+l.Decision+")")
	}
	s.Columns, s.Lines = listColumnsPrinted, l.printed()
	all, permanent, limited := l.Totals()
	s.After = []string{fmt.Sprintf("Danh mục hồ sơ này có %d hồ sơ, bao gồm:", all), fmt.Sprintf("%d hồ sơ bảo quản vĩnh viễn;", permanent), fmt.Sprintf("%d hồ sơ bảo quản có thời hạn.", limited)}
	return rendered(s)
}

func (l *List) printed() []paper.Line {
	var out []paper.Line
	large, small := 0, 0
	for _, h := range l.Headings {
		mark := ""
		if h.ParentID == 0 {
			large, small = large+1, 0
			mark = Roman(large)
		} else {
			small++
			mark = strconv.Itoa(small)
		}
		out = append(out, paper.Line{Heading: true, Cells: []string{"", mark + ". " + h.Title, "", "", ""}})
		for _, e := range h.Entries {
			note := e.Note
			if e.AmendedAt != 0 {
				note = joined(note, "Bổ sung ngày "+calendar.DateOf(e.AmendedAt.Time()).Display())
			}
			out = append(out, paper.Line{Cells: []string{e.Code, e.Title, e.Text(), e.PersonName, note}})
		}
	}
	return out
}

// Roman writes the number of a large heading.
func Roman(n int) string {
	out := ""
	for _, p := range []struct {
		n int
		s string
	}{{100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for n >= p.n {
			out, n = out+p.s, n-p.n
		}
	}
	return out
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}

// sheet begins a print of an agency with its head and the time of printing.
func sheet(ctx context.Context, r store.Reader, agency int64, title string) (*paper.Schedule, error) {
	ag, err := org.AgencyAt(ctx, r, org.AgencyID(agency), nowDay(r))
	if err != nil {
		return nil, err
	}
	now := r.(interface{ Now() store.Instant }).Now().Time()
	return &paper.Schedule{ParentAgency: ag.ParentName, Agency: ag.Name, Place: ag.Seat, Title: title, Made: now,
		PrintNote: "In từ hệ thống lúc " + now.In(calendar.Hanoi).Format("15:04 02/01/2006")}, nil
}

func rendered(s *paper.Schedule) ([]byte, error) {
	res, err := s.Render()
	if err != nil {
		return nil, fmt.Errorf("print %s: %w", s.Title, err)
	}
	return res.PDF, nil
}

// listSheet are the columns of the list as a workbook.
var listSheet = []workbook.Column{
	{Name: "heading", Titles: []string{"Đề mục lớn"}, Required: true},
	{Name: "abbr", Titles: []string{"Ký hiệu đề mục"}, Required: true},
	{Name: "small", Titles: []string{"Đề mục nhỏ"}},
	{Name: "title", Titles: []string{"Tiêu đề hồ sơ"}, Required: true},
	{Name: "retention", Titles: []string{"Thời hạn bảo quản"}, Required: true},
	{Name: "person", Titles: []string{"Người lập hồ sơ", "Người lập"}},
	{Name: "note", Titles: []string{"Ghi chú"}},
}

// ListWorkbook gives the list as rows for a workbook that ImportList reads again.
func ListWorkbook(ctx context.Context, r store.Reader, a store.Actor, id int64) (workbook.Out, error) {
	l, err := FindList(ctx, r, a, id)
	if err != nil {
		return workbook.Out{}, err
	}
	out := workbook.Out{Sheet: "Danh mục hồ sơ", Titles: []string{l.name()}}
	for _, c := range append([]string{"Số và ký hiệu hồ sơ"}, titlesOf(listSheet)...) {
		out.Columns = append(out.Columns, workbook.OutColumn{Title: c})
	}
	out.Rows = l.rows()
	return out, nil
}

func titlesOf(columns []workbook.Column) []string {
	var out []string
	for _, c := range columns {
		out = append(out, c.Titles[0])
	}
	return out
}

func (l *List) rows() iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for _, h := range l.Headings {
			large, small := h.Title, ""
			if h.ParentID != 0 {
				large, small = l.heading(h.ParentID).Title, h.Title
			}
			for _, e := range h.Entries {
				if !yield([]any{e.Code, large, l.abbr(&h), small, e.Title, e.Text(), e.PersonName, e.Note}) {
					return
				}
			}
		}
	}
}

// WriteList writes that workbook.
func WriteList(ctx context.Context, r store.Reader, a store.Actor, id int64, to io.Writer) error {
	out, err := ListWorkbook(ctx, r, a, id)
	if err != nil {
		return err
	}
	return workbook.WriteXLSX(to, out)
}

// mostSheet bounds the bytes of a sheet, which is read whole.
const mostSheet = 10 << 20

// ReadSheet reads an XLSX or CSV file for ImportList.
func ReadSheet(name string, from io.Reader) (*workbook.Table, error) {
	data, err := io.ReadAll(io.LimitReader(from, mostSheet+1))
	if err != nil {
		return nil, err
	}
	table, err := workbook.ReadTable(data, name, workbook.Limits{})
	if err != nil {
		return nil, RefuseSheet(err)
	}
	return table, nil
}

// ImportList adds the rows of a sheet to a draft: headings are made where their titles are new. Everything wrong is told with its cell and
// nothing is kept then.
func ImportList(ctx context.Context, tx *store.Tx, list int64, t *workbook.Table) (added int, err error) {
	l, err := edit(ctx, tx, list, ListDraft)
	if err != nil {
		return 0, err
	}
	m, err := t.Match(listSheet)
	if err != nil {
		return 0, RefuseSheet(err)
	}
	staff, err := org.Staff(ctx, tx, org.AgencyID(l.AgencyID), nowDay(tx))
	if err != nil {
		return 0, err
	}
	posts := map[string][]org.Holding{}
	for _, h := range staff {
		posts[h.PersonName] = append(posts[h.PersonName], h)
	}
	var p store.Problems
	for rec := range m.Records() {
		if rec.Get("title") == "" {
			continue
		}
		f := EntryForm{Title: rec.Get("title"), Note: rec.Get("note")}
		if f.Retention, err = ParseRetention(rec.Get("retention")); err != nil {
			p.Add("file", "Ô {cell}: thời hạn bảo quản “{text}” không đọc được.", "cell", rec.Address("retention"), "text", rec.Get("retention"))
			continue
		}
		if name := i18n.CleanLine(rec.Get("person")); name != "" {
			if len(posts[name]) == 0 {
				p.Add("file", "Ô {cell}: không có {name} trong cơ quan.", "cell", rec.Address("person"), "name", name)
				continue
			}
			f.Holding = int64(posts[name][0].ID)
		}
		if f.Heading, err = l.headingOf(ctx, tx, i18n.CleanLine(rec.Get("heading")), i18n.CleanLine(rec.Get("abbr")), i18n.CleanLine(rec.Get("small"))); err != nil {
			p.Add("file", "Ô {cell}: đề mục cần có tên và chữ viết tắt.", "cell", rec.Address("heading"))
			continue
		}
		e, err := l.check(ctx, tx, f)
		if err != nil {
			p.Add("file", "Dòng {row}: tiêu đề, thời hạn hoặc ghi chú không hợp lệ hoặc quá dài.", "row", rec.Row)
			continue
		}
		if err := l.putEntry(ctx, tx, e); err != nil {
			return 0, err
		}
		added++
	}
	if err := p.Err(); err != nil {
		return 0, err
	}
	if added == 0 {
		return 0, store.RefuseField("file", "Bảng không có dòng hồ sơ nào. Không có gì thay đổi.")
	}
	if err := l.renumber(ctx, tx); err != nil {
		return 0, err
	}
	return added, l.save(ctx, tx, told{verb: "dossier.list_revised", act: "import", what: store.Say("Nhập {count} hồ sơ từ bảng {name}.", "count", added, "name", t.Name)})
}

// headingOf finds or makes the heading of a row.
func (l *List) headingOf(ctx context.Context, tx *store.Tx, large, abbr, small string) (int64, error) {
	if large == "" || abbr == "" || len([]rune(abbr)) > 15 {
		return 0, store.RefuseField("file", "Đề mục lớn cần chữ viết tắt từ 1 đến 15 ký tự, ví dụ TCCB.")
	}
	id, err := l.make(ctx, tx, 0, large, abbr)
	if err == nil && small != "" {
		id, err = l.make(ctx, tx, id, small, "")
	}
	return id, err
}

func (l *List) make(ctx context.Context, tx *store.Tx, parent int64, title, abbr string) (int64, error) {
	ordinal := 1
	for _, h := range l.Headings {
		if h.ParentID == parent {
			if h.Title == title {
				return h.ID, nil
			}
			ordinal = max(ordinal, h.Ordinal+1)
		}
	}
	h := Heading{ID: tx.NewID(), ParentID: parent, Ordinal: ordinal, Title: title, Abbr: abbr}
	l.Headings = append(l.Headings, h)
	return h.ID, tx.Put(ctx, sqlPutHeading, l.AgencyID, l.ID, h.ID, parent, ordinal, title, abbr)
}

// RefuseSheet turns a refusal of the workbook into one of the store.
func RefuseSheet(err error) error {
	if r, ok := err.(interface {
		Reason() (string, map[string]any)
	}); ok {
		s, args := r.Reason()
		return &store.Refusal{Kind: store.Invalid, Problems: []store.Problem{{Field: "file", Message: store.Message{Text: s, Args: args}}}, Cause: err}
	}
	return err
}
