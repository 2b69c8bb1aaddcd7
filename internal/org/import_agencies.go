package org

import (
	"context"
	"errors"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
	"congvu/internal/workbook"
)

var agencyTitles = []workbook.Column{
	{Name: "code", Titles: []string{"Mã định danh", "Mã cơ quan", "Mã định danh điện tử"}, Required: true},
	{Name: "name", Titles: []string{"Tên cơ quan", "Tên", "Tên cơ quan, đơn vị"}, Required: true},
	{Name: "level", Titles: []string{"Cấp", "Cấp cơ quan"}, Required: true},
	{Name: "parent", Titles: []string{"Mã cơ quan cấp trên", "Cơ quan cấp trên", "Cấp trên"}},
	{Name: "short_name", Titles: []string{"Tên viết tắt", "Tên viết gọn", "Tên ngắn", "Tên gọi tắt"}},
	{Name: "abbr", Titles: []string{"Ký hiệu", "Chữ viết tắt", "Viết tắt"}},
	{Name: "old_code", Titles: []string{"Mã cũ", "Mã QCVN 102"}},
	{Name: "wire_code", Titles: []string{"Mã liên thông", "Mã trên trục"}},
	{Name: "other_codes", Titles: []string{"Mã khác"}},
	{Name: "seat", Titles: []string{"Địa danh"}},
	{Name: "collective", Titles: []string{"Chế độ tập thể"}},
	{Name: "collective_name", Titles: []string{"Tên tập thể"}},
	{Name: "head_title", Titles: []string{"Chức danh người đứng đầu", "Chức vụ người đứng đầu"}},
	{Name: "hosted", Titles: []string{"Dùng hệ thống này", "Sử dụng hệ thống"}},
	{Name: "address", Titles: []string{"Địa chỉ"}},
	{Name: "email", Titles: []string{"Thư điện tử", "Email"}},
	{Name: "phone", Titles: []string{"Điện thoại", "Số điện thoại"}},
	{Name: "website", Titles: []string{"Trang thông tin điện tử", "Website"}},
	{Name: "valid_from", Titles: []string{"Từ ngày", "Ngày bắt đầu", "Ngày hiệu lực"}},
}

// agencyRow is a row read, waiting for its parent to be known.
type agencyRow struct {
	at        workbook.Record
	form      AgencyForm
	id        AgencyID // 0 = new
	before    AgencyForm
	parent    string // code as typed
	parentRow *agencyRow
	done      bool
}

// agencies reads a table of agencies. A parent may stand anywhere in the table.
func (p *planner) agencies() error {
	var rows []*agencyRow
	byCode := map[string]*agencyRow{}
	err := p.each(func() error {
		row, err := p.agency(byCode)
		if row != nil {
			rows = append(rows, row)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, row := range rows {
		p.at = row.at
		if err := p.findParent(row, byCode); err != nil {
			return err
		}
	}
	for _, row := range rows {
		if err := p.after(row); err != nil {
			return err
		}
	}
	return nil
}

// agency reads one row; nil when it has errors.
func (p *planner) agency(byCode map[string]*agencyRow) (*agencyRow, error) {
	before := len(p.plan.Errors)
	row := &agencyRow{at: p.at, parent: p.get("parent")}
	code := p.get("code")
	was, err := AgencyByCode(p.ctx, p.r, code, lastDay)
	switch {
	case errors.Is(err, store.NotFound):
	case err != nil:
		return nil, err
	case codeKey(was.Code) != codeKey(code):
		p.wrong("code", "Mã {code} đã thuộc về {agency}. Mỗi mã chỉ cấp cho một cơ quan, kể cả khi cơ quan đó đã kết thúc hoạt động.", "code", code, "agency", was.Name)
	case was.State != "active":
		p.wrong("code", "Cơ quan mang mã {code} đã kết thúc hoạt động; mã này không dùng lại.", "code", code)
	default:
		row.id, row.form = was.ID, was.form()
	}
	row.before = row.form
	p.fill(row, code)
	if p.clean(before) {
		if _, err := p.fits(row.form.check()); err != nil {
			return nil, err
		}
	}
	f := row.form
	for _, c := range append([]string{f.Code, f.OldCode, f.WireCode}, f.OtherCodes...) {
		if err := p.claim(codeKey(c), row, byCode); err != nil {
			return nil, err
		}
	}
	if !p.clean(before) {
		return nil, nil
	}
	return row, nil
}

// fill overwrites the form with what the row says.
func (p *planner) fill(row *agencyRow, code string) {
	f := &row.form
	f.Code = code
	for column, into := range map[string]*string{"name": &f.Name, "short_name": &f.ShortName, "abbr": &f.Abbr, "old_code": &f.OldCode, "wire_code": &f.WireCode, "seat": &f.Seat,
		"collective_name": &f.CollectiveName, "head_title": &f.HeadTitle, "address": &f.Address, "email": &f.Email, "phone": &f.Phone, "website": &f.Website} {
		take(into, p.get(column))
	}
	f.OtherCodes = strings.FieldsFunc(p.get("other_codes"), func(r rune) bool { return r == ',' || r == ';' || r == ' ' })
	f.clean()
	f.Collective, f.Hosted = p.yes("collective", f.Collective), p.yes("hosted", f.Hosted)
	f.ValidFrom = p.day("valid_from")
	if level := p.get("level"); level != "" {
		if f.Level = levelOf(level); f.Level == "" {
			p.wrong("level", "Không hiểu cấp «{level}». Ghi một trong: {known}.", "level", level, "known", levelsKnown())
		}
	}
}

// claim notes a code of a row; two rows, or a row and another agency, never have the same.
func (p *planner) claim(code string, row *agencyRow, byCode map[string]*agencyRow) error {
	if code == "" {
		return nil
	}
	if other := byCode[code]; other != nil && other != row {
		p.wrong("code", "Mã {code} đã có ở dòng {row}.", "code", code, "row", i18n.Plain(other.at.Row))
		return nil
	}
	byCode[code] = row
	if code == codeKey(row.form.Code) {
		return nil
	}
	owner, taken, err := store.Maybe[int64](p.ctx, p.r, sqlCodeTaken, code, row.id)
	if err != nil || !taken {
		return err
	}
	a, err := FindAgency(p.ctx, p.r, AgencyID(owner))
	if err == nil {
		p.wrong("code", "Mã {code} đã thuộc về {agency}. Mỗi mã chỉ cấp cho một cơ quan, kể cả khi cơ quan đó đã kết thúc hoạt động.", "code", code, "agency", a.Name)
	}
	return err
}

// findParent looks for the parent among the rows, then in the directory.
func (p *planner) findParent(row *agencyRow, byCode map[string]*agencyRow) error {
	if row.parent == "" {
		return nil
	}
	if up := byCode[codeKey(row.parent)]; up != nil {
		row.parentRow = up
		for n, at := 0, up; at != nil; n, at = n+1, at.parentRow {
			if at == row || n > 20 {
				row.parentRow = nil
				p.wrong("parent", "Cơ quan cấp trên {code} lại trực thuộc chính cơ quan này.", "code", row.parent)
				return nil
			}
		}
		row.form.ParentID = up.id
		return nil
	}
	a, err := AgencyByCode(p.ctx, p.r, row.parent, lastDay)
	if errors.Is(err, store.NotFound) {
		p.wrong("parent", "Không có cơ quan nào mang mã {code}.", "code", row.parent)
		return nil
	}
	if err != nil {
		return err
	}
	row.form.ParentID = a.ID
	_, err = p.fits(checkParent(p.ctx, p.r, row.id, a.ID))
	return err
}

// after plans a row behind its parent's.
func (p *planner) after(row *agencyRow) error {
	if row.done {
		return nil
	}
	row.done = true
	if row.parentRow != nil {
		if err := p.after(row.parentRow); err != nil {
			return err
		}
	}
	p.at = row.at
	f := row.form
	from := f.ValidFrom
	f.ValidFrom = ""
	changed, err := p.changed(row, from)
	if err != nil {
		return err
	}
	p.add(row.id == 0, changed, func(ctx context.Context, tx *store.Tx) error {
		if row.parentRow != nil {
			f.ParentID = row.parentRow.id
		}
		var a *Agency
		var err error
		if row.id == 0 {
			f.ValidFrom = from
			a, err = OpenAgency(ctx, tx, f)
		} else {
			a, err = AmendAgency(ctx, tx, row.id, f, from)
		}
		if err == nil {
			row.id = a.ID
		}
		return err
	})
	return nil
}

// changed tells whether a row about a known agency says anything new, and refuses a date before its last change.
func (p *planner) changed(row *agencyRow, from calendar.Date) (bool, error) {
	if row.id == 0 {
		return true, nil
	}
	changed := !sameForm(row.form, row.before) || row.parentRow != nil && row.parentRow.id == 0
	for _, c := range row.form.OtherCodes {
		_, own, err := store.Maybe[int64](p.ctx, p.r, sqlCodeOwn, codeKey(c), row.id)
		if err != nil {
			return false, err
		}
		changed = changed || !own
	}
	if !changed {
		return false, nil
	}
	latest, err := store.One[calendar.Date](p.ctx, p.r, sqlLatestVersion, row.id)
	if err != nil {
		return false, err
	}
	if from.Before(latest) || from.IsZero() && p.today.Before(latest) {
		p.wrong("valid_from", "Lần thay đổi gần nhất có hiệu lực từ {from}. Thay đổi mới phải từ ngày đó trở đi.", "from", latest.Display())
	}
	return true, nil
}

func sameForm(a, b AgencyForm) bool {
	a.OtherCodes, b.OtherCodes, a.Revision, b.Revision, a.ValidFrom, b.ValidFrom = nil, nil, 0, 0, "", ""
	return store.JSONOf(a) == store.JSONOf(b)
}

// form is the agency as its administrator would have typed it.
func (a *Agency) form() AgencyForm {
	return AgencyForm{Code: a.Code, OldCode: a.OldCode, WireCode: a.WireCode, Name: a.Name, ShortName: a.ShortName, Abbr: a.Abbr, Level: a.Level, ParentID: a.ParentID, Seat: a.Seat,
		Collective: a.Collective, CollectiveName: a.CollectiveName, HeadTitle: a.HeadTitle, Hosted: a.Hosted, Address: a.Address, Email: a.Email, Phone: a.Phone, Website: a.Website,
		Revision: a.Revision}
}

func levelOf(typed string) Level {
	for _, l := range Levels {
		if i18n.Fold(typed) == i18n.Fold(l.Name) || i18n.Fold(typed) == i18n.Fold(string(l.Level)) {
			return l.Level
		}
	}
	words := map[string]Level{"so": Department, "ban": Department, "nganh": Department, "xa": Commune, "phuong": Commune, "thanh pho": City, "quan": District, "huyen": District}
	return words[i18n.Fold(typed)]
}

func levelsKnown() (out []string) {
	for _, l := range Levels {
		out = append(out, l.Name)
	}
	return out
}
