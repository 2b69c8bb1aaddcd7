package dossiers

import (
	"context"
	"fmt"

	"congvu/internal/calendar"
	"congvu/internal/paper"
	"congvu/internal/store"
)

var contentColumns = []paper.Column{{Head: "STT", Share: 5, Centred: true}, {Head: "Số, ký hiệu văn bản", Share: 13, Centred: true}, {Head: "Ngày tháng năm văn bản", Share: 11, Centred: true},
	{Head: "Tên loại và trích yếu nội dung văn bản", Share: 36}, {Head: "Tác giả văn bản", Share: 16}, {Head: "Tờ số/ Trang số", Share: 8, Centred: true}, {Head: "Ghi chú", Share: 11}}

// PrintContents prints the mục lục văn bản, tài liệu of a dossier with its seven columns (Phụ lục V, IV; V67, D14.7).
func PrintContents(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]byte, error) {
	d, err := read(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	items, err := itemsOf(ctx, r, d.AgencyID, d.ID)
	if err != nil {
		return nil, err
	}
	return d.contents(ctx, r, items)
}

func (d *Dossier) contents(ctx context.Context, r store.Reader, items []Item) ([]byte, error) {
	s, err := sheet(ctx, r, d.AgencyID, "MỤC LỤC VĂN BẢN, TÀI LIỆU")
	if err != nil {
		return nil, err
	}
	s.Under, s.Columns, s.Wide = []string{"Số, ký hiệu hồ sơ: " + d.Code, fmt.Sprintf("Năm %d", d.Year)}, contentColumns, true
	page := 1
	for _, i := range items {
		about := i.Subject
		if i.TypeName != "" {
			about = i.TypeName + ": " + i.Subject
		}
		s.Lines = append(s.Lines, paper.Line{Void: i.Gone(), Cells: []string{fmt.Sprint(i.Ordinal), i.Code, i.DocDate.Display(), about, i.Author, pagesFrom(page, i.Pages), i.Note}})
		page += i.Pages
	}
	s.After = []string{fmt.Sprintf("Mục lục này có %d văn bản, tài liệu, %d trang.", d.DocTotal, page-1)}
	return rendered(s)
}

func pagesFrom(first, n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return fmt.Sprint(first)
	}
	return fmt.Sprintf("%d-%d", first, first+n-1)
}

// PrintCover prints the cover of a dossier; PrintClosing its tờ kết thúc (NĐ 30/2020 art. 29.4c, D14.6).
func PrintCover(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]byte, error) {
	d, err := read(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	return d.cover(ctx, r)
}

func (d *Dossier) cover(ctx context.Context, r store.Reader) ([]byte, error) {
	s, err := sheet(ctx, r, d.AgencyID, "HỒ SƠ")
	if err != nil {
		return nil, err
	}
	s.Place = ""
	s.Under = []string{d.Title}
	rights := ""
	for _, c := range RightsCodes {
		if c.Code == d.RightsCode {
			rights = c.Label
		}
	}
	s.Columns = []paper.Column{{Head: "Thông tin", Share: 35}, {Head: "Nội dung", Share: 65}}
	for _, l := range [][2]string{{"Mã cơ quan lập danh mục", d.OrganCode}, {"Năm hình thành hồ sơ", fmt.Sprint(d.Year)}, {"Số và ký hiệu hồ sơ", d.Code}, {"Thời hạn bảo quản", d.Text()}, {"Chế độ sử dụng", rights},
		{"Người lập hồ sơ", d.PersonName}, {"Đơn vị", d.UnitName}, {"Ngôn ngữ", d.Language}, {"Thời gian bắt đầu", d.StartDate.Display()}, {"Thời gian kết thúc", d.EndDate.Display()},
		{"Tổng số văn bản", fmt.Sprint(d.DocTotal)}, {"Tổng số trang", fmt.Sprint(d.PageTotal)}, {"Mã lưu trữ", d.ArchiveCode}, {"Ghi chú", d.Note}} {
		if l[1] != "" {
			s.Lines = append(s.Lines, paper.Line{Cells: []string{l[0], l[1]}})
		}
	}
	for _, x := range d.Extra {
		s.Lines = append(s.Lines, paper.Line{Cells: []string{x.Name, x.Value}})
	}
	return rendered(s)
}

// PrintClosing prints the closing sheet; Conflict while the dossier is open.
func PrintClosing(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]byte, error) {
	d, err := read(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	if d.ClosedAt == 0 {
		return nil, store.Refuse(store.Conflict, "Hồ sơ {code} chưa kết thúc nên chưa có tờ kết thúc.", "code", d.Code)
	}
	s, err := sheet(ctx, r, d.AgencyID, "TỜ KẾT THÚC")
	if err != nil {
		return nil, err
	}
	s.Date = d.ClosedAt.Time().In(calendar.Hanoi)
	s.Under = []string{"Hồ sơ " + d.Code, d.Title}
	s.Before = []string{fmt.Sprintf("Hồ sơ này gồm: %d văn bản, tài liệu; %d trang.", d.DocTotal, d.PageTotal), "Thời gian của tài liệu: từ " + d.StartDate.Display() + " đến " + d.EndDate.Display() + ".",
		"Thời hạn bảo quản: " + d.Text() + ".", "Đặc điểm tài liệu: " + orElse(d.ClosingNote, "không có.")}
	s.Parties = []paper.Party{{Title: "NGƯỜI LẬP HỒ SƠ", Hint: "(Ký và ghi rõ họ và tên)", Name: d.PersonName}}
	return rendered(s)
}
