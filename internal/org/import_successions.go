package org

import (
	"context"
	"errors"

	"congvu/internal/i18n"
	"congvu/internal/store"
	"congvu/internal/workbook"
)

var successionTitles = []workbook.Column{
	{Name: "reference", Titles: []string{"Số quyết định", "Căn cứ", "Văn bản"}},
	{Name: "old", Titles: []string{"Mã cơ quan cũ", "Mã cũ", "Mã đơn vị cũ"}, Required: true},
	{Name: "new", Titles: []string{"Mã cơ quan mới", "Mã mới", "Mã đơn vị mới"}},
	{Name: "kind", Titles: []string{"Hình thức", "Hình thức sắp xếp"}, Required: true},
	{Name: "share", Titles: []string{"Tỷ lệ"}},
	{Name: "basis", Titles: []string{"Căn cứ tỷ lệ"}},
	{Name: "source", Titles: []string{"Nguồn", "Nguồn số liệu"}},
	{Name: "documents", Titles: []string{"Tiếp nhận văn bản"}},
	{Name: "dossiers", Titles: []string{"Tiếp nhận hồ sơ"}},
	{Name: "unfinished", Titles: []string{"Tiếp nhận việc chưa xong"}},
	{Name: "reports", Titles: []string{"Tiếp nhận báo cáo"}},
	{Name: "assets", Titles: []string{"Tiếp nhận tài sản"}},
}

var basisNames = map[string]string{"": "", "dien tich": "area", "dan so": "population", "chuc nang": "function"}

// successions reads who follows whom, and who takes over what, into drafts of decisions. A row that names no decision goes to the only draft.
func (p *planner) successions() error {
	drafts, err := Reorganisations(p.ctx, p.r)
	if err != nil {
		return err
	}
	links := map[ReorganisationID][]Succession{}
	takers := map[ReorganisationID][]Takeover{}
	for _, d := range drafts {
		if d.State == ReorganisationDraft {
			if links[d.ID], err = Successions(p.ctx, p.r, d.ID); err != nil {
				return err
			}
			if takers[d.ID], err = Takeovers(p.ctx, p.r, d.ID); err != nil {
				return err
			}
		}
	}
	seen := map[[3]int64]int{}
	return p.each(func() error {
		before := len(p.plan.Errors)
		to := p.decision(drafts, links)
		s, err := p.succession()
		if err != nil {
			return err
		}
		named, err := p.takers(s.OldID)
		if err != nil || !p.clean(before) {
			return err
		}
		key := [3]int64{int64(to), int64(s.OldID), int64(s.NewID)}
		if row, twice := seen[key]; twice {
			p.wrong("old", "Quan hệ kế tục này đã có ở dòng {row}.", "row", i18n.Plain(row))
			return nil
		}
		seen[key] = p.at.Row
		if ok, err := p.fits(s.check(p.ctx, p.r)); err != nil || !ok {
			return err
		}
		created, changed := compareLink(links[to], s)
		changed = changed || newTakers(takers[to], named)
		p.add(created, changed, func(ctx context.Context, tx *store.Tx) error {
			if err := LinkAgencies(ctx, tx, to, s); err != nil {
				return err
			}
			for _, t := range named {
				if err := NameTaker(ctx, tx, to, t.OldID, t.Subject, t.NewID); err != nil {
					return err
				}
			}
			return nil
		})
		return nil
	})
}

// decision is the draft a row belongs to; 0 with an error noted.
func (p *planner) decision(all []Reorganisation, drafts map[ReorganisationID][]Succession) ReorganisationID {
	typed := i18n.Fold(p.get("reference"))
	var found []ReorganisationID
	for _, d := range all {
		if _, draft := drafts[d.ID]; draft && (typed == "" || i18n.Fold(d.Reference) == typed) {
			found = append(found, d.ID)
		}
	}
	if len(found) != 1 {
		p.wrong("reference", "Ghi số của một quyết định đang chuẩn bị.")
		return 0
	}
	return found[0]
}

func (p *planner) succession() (s Succession, err error) {
	if s.OldID, err = p.agencyIn("old"); err != nil {
		return s, err
	}
	if s.NewID, err = p.agencyIn("new"); err != nil {
		return s, err
	}
	typed := i18n.Fold(p.get("kind"))
	for _, k := range SuccessionKinds {
		if typed == i18n.Fold(k.Name) || typed == i18n.Fold(string(k.Kind)) || p.get("kind") == string(k.Kind) {
			s.Kind = k.Kind
		}
	}
	basis, known := basisNames[i18n.Fold(p.get("basis"))]
	if !known {
		p.wrong("basis", "Căn cứ tỷ lệ là diện tích, dân số hoặc chức năng.")
	}
	s.Basis, s.Share, s.Source = basis, p.get("share"), p.get("source")
	return s, nil
}

// agencyIn finds the agency a column names by code; 0 when the cell is empty or, with an error noted, unknown.
func (p *planner) agencyIn(column string) (AgencyID, error) {
	code := p.get(column)
	if code == "" {
		return 0, nil
	}
	a, err := AgencyByCode(p.ctx, p.r, code, lastDay)
	if errors.Is(err, store.NotFound) {
		p.wrong(column, "Không có cơ quan nào mang mã {code} trong danh bạ.", "code", code)
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return a.ID, nil
}

func (p *planner) takers(old AgencyID) (out []Takeover, err error) {
	for _, s := range Subjects {
		by, err := p.agencyIn(string(s.Subject))
		if err != nil {
			return nil, err
		}
		if by != 0 {
			out = append(out, Takeover{OldID: old, Subject: s.Subject, NewID: by})
		}
	}
	return out, nil
}

func compareLink(known []Succession, s Succession) (created, changed bool) {
	for _, k := range known {
		if k.OldID == s.OldID && k.NewID == s.NewID {
			return false, k.Kind != s.Kind || k.Share != s.Share || k.Basis != s.Basis || k.Source != s.Source
		}
	}
	return true, true
}

func newTakers(known, named []Takeover) bool {
	for _, n := range named {
		same := false
		for _, k := range known {
			same = same || k.OldID == n.OldID && k.Subject == n.Subject && k.NewID == n.NewID
		}
		if !same {
			return true
		}
	}
	return false
}
