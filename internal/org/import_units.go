package org

import (
	"cmp"
	"context"
	"fmt"
	"strconv"

	"congvu/internal/i18n"
	"congvu/internal/store"
	"congvu/internal/workbook"
)

var unitTitles = []workbook.Column{
	{Name: "name", Titles: []string{"Tên đơn vị", "Đơn vị", "Tên phòng, ban"}, Required: true},
	{Name: "agency", Titles: []string{"Mã cơ quan", "Mã định danh cơ quan"}},
	{Name: "abbr", Titles: []string{"Ký hiệu", "Chữ viết tắt", "Viết tắt"}},
	{Name: "kind", Titles: []string{"Loại đơn vị", "Loại"}},
	{Name: "parent", Titles: []string{"Đơn vị cấp trên", "Trực thuộc"}},
	{Name: "place", Titles: []string{"Thứ tự", "Số thứ tự", "STT"}},
	{Name: "valid_from", Titles: []string{"Từ ngày", "Ngày bắt đầu"}},
}

// units reads a table of units. A unit is known by its name within its agency; a parent stands above its children or exists already.
func (p *planner) units() error {
	inFile := map[string]int{}
	return p.each(func() error {
		agency, err := p.itsAgency()
		if err != nil || agency == 0 {
			return err
		}
		return p.unit(agency, inFile)
	})
}

func (p *planner) unit(agency AgencyID, inFile map[string]int) error {
	before := len(p.plan.Errors)
	name, parent := p.get("name"), p.get("parent")
	key := func(unit string) string { return fmt.Sprint(agency, " ", i18n.Fold(unit)) }
	if name == "" {
		p.wrong("name", "Nhập tên đơn vị.")
		return nil
	}
	if row, twice := inFile[key(name)]; twice {
		p.wrong("name", "Đơn vị «{name}» đã có ở dòng {row}.", "name", name, "row", i18n.Plain(row))
		return nil
	}
	was, err := unitNamed(p.ctx, p.r, agency, name)
	if err != nil {
		return err
	}
	f := UnitForm{AgencyID: agency, Name: name, ValidFrom: p.day("valid_from")}
	if was != nil {
		f.ParentID, f.Abbr, f.Kind, f.Place = was.ParentID, was.Abbr, was.Kind, was.Place
	}
	take(&f.Abbr, p.get("abbr"))
	take(&f.Kind, p.get("kind"))
	if typed := p.get("place"); typed != "" {
		if f.Place, err = strconv.ParseInt(typed, 10, 32); err != nil {
			p.wrong("place", "Thứ tự là một số nguyên.")
		}
	}
	_, above := inFile[key(parent)]
	if err := p.unitParent(&f, was, parent, above); err != nil {
		return err
	}
	if !p.clean(before) {
		return nil
	}
	inFile[key(name)] = p.at.Row
	changed := was == nil || f.Abbr != was.Abbr || f.Kind != was.Kind || f.Place != was.Place || f.ParentID != was.ParentID
	p.add(was == nil, changed, func(ctx context.Context, tx *store.Tx) error {
		if parent != "" { // it may have been opened by a row above
			up, err := unitNamed(ctx, tx, agency, parent)
			if err != nil || up == nil {
				return cmp.Or(err, store.RefuseField("parent", "Đơn vị cấp trên không thuộc cơ quan này."))
			}
			f.ParentID = up.ID
		}
		if was == nil {
			_, err := OpenUnit(ctx, tx, f)
			return err
		}
		return AmendUnit(ctx, tx, *was, f)
	})
	return nil
}

// unitParent finds the parent that a row names.
func (p *planner) unitParent(f *UnitForm, was *Unit, parent string, above bool) error {
	if parent == "" {
		return nil
	}
	if i18n.Fold(parent) == i18n.Fold(f.Name) {
		p.wrong("parent", "Đơn vị không thể trực thuộc chính nó.")
		return nil
	}
	up, err := unitNamed(p.ctx, p.r, f.AgencyID, parent)
	switch {
	case err != nil:
		return err
	case up == nil && !above:
		p.wrong("parent", "Không có đơn vị «{name}». Ghi đơn vị cấp trên ở dòng phía trên.", "name", parent)
	case up == nil && was != nil:
		f.ParentID = -1 // opened by a row above: a change
	case up != nil:
		f.ParentID = up.ID
		if was != nil {
			_, err = p.fits(checkUnitParent(p.ctx, p.r, f.AgencyID, was.ID, up.ID))
		}
	}
	return err
}

// unitNamed finds a present unit by its name without regard to case and marks; nil when there is none.
func unitNamed(ctx context.Context, r store.Reader, agency AgencyID, name string) (*Unit, error) {
	for u, err := range store.Each[Unit](ctx, r, sqlUnits, agency) {
		if err != nil {
			return nil, err
		}
		if i18n.Fold(u.Name) == i18n.Fold(name) {
			return &u, nil
		}
	}
	return nil, nil
}
