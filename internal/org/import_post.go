package org

import (
	"strings"

	"congvu/internal/i18n"
	"congvu/internal/store"
)

// RoleTitles are the Vietnamese names of the roles (I5.6), as tables and pages show them.
var RoleTitles = []struct {
	Role store.Roles
	Name string
}{
	{store.Specialist, "Chuyên viên"}, {store.UnitHead, "Lãnh đạo đơn vị"}, {store.Leader, "Lãnh đạo cơ quan"}, {store.Head, "Người đứng đầu cơ quan"}, {store.Clerk, "Văn thư"},
	{store.Assistant, "Trợ lý, thư ký"}, {store.AgencyAdmin, "Quản trị đơn vị"}, {store.SystemAdmin, "Quản trị hệ thống"}, {store.Archivist, "Lưu trữ"},
}

// rolesOfRank are given when a row names no role.
var rolesOfRank = map[Rank]store.Roles{RankHead: store.Head | store.Leader, RankDeputy: store.Leader, RankUnitHead: store.UnitHead, RankUnitDeputy: store.UnitHead, RankStaff: store.Specialist}

// post reads the post of a row.
func (p *planner) post(agency AgencyID) (HoldingForm, error) {
	h := HoldingForm{AgencyID: agency, Title: p.get("title"), Rank: RankStaff, Kind: Official, ValidFrom: p.day("valid_from"), ValidTo: p.day("valid_to")}
	if h.Title == "" {
		p.wrong("title", "Nhập chức vụ.")
	}
	if h.ValidFrom.IsZero() {
		h.ValidFrom = p.today
	}
	if h.ValidTo.Before(h.ValidFrom) {
		p.wrong("valid_to", "Ngày kết thúc phải từ ngày bắt đầu trở đi.")
	}
	if typed := p.get("rank"); typed != "" {
		if h.Rank = rankOf(typed); h.Rank == "" {
			p.wrong("rank", "Không hiểu vị trí «{rank}». Ghi một trong: {known}.", "rank", typed, "known", ranksKnown())
		}
	}
	if typed := p.get("kind"); typed != "" {
		if h.Kind = holdingKindOf(typed); h.Kind == "" {
			p.wrong("kind", "Không hiểu hình thức «{kind}». Ghi: chính thức, kiêm nhiệm, giao quyền, phụ trách hoặc biệt phái.", "kind", typed)
		}
	}
	p.roles(&h)
	if typed := p.get("unit"); typed != "" {
		u, err := unitNamed(p.ctx, p.r, agency, typed)
		if err != nil {
			return h, err
		}
		if u == nil {
			p.wrong("unit", "Không có đơn vị «{name}» trong cơ quan. Nhập danh sách đơn vị trước.", "name", typed)
		} else {
			h.UnitID = u.ID
		}
	}
	return h, nil
}

// roles reads a list of roles; none given follow from the rank.
func (p *planner) roles(h *HoldingForm) {
	typed := strings.FieldsFunc(p.at.Get("roles"), func(r rune) bool { return strings.ContainsRune(";+/\n", r) })
	if len(typed) == 0 {
		h.Roles = rolesOfRank[h.Rank]
		return
	}
	for _, t := range typed {
		role := store.RoleOf(strings.TrimSpace(t))
		for _, k := range RoleTitles {
			if i18n.Fold(k.Name) == i18n.Fold(t) {
				role = k.Role
			}
		}
		if role == 0 {
			p.wrong("roles", "Không hiểu vai trò «{role}». Ghi một hoặc nhiều vai trò, cách nhau bằng dấu chấm phẩy: {known}.", "role", strings.TrimSpace(t), "known", rolesKnown())
		}
		h.Roles |= role
	}
	if h.Roles.Has(store.SystemAdmin) && !MayShapeCity(p.actor) {
		p.wrong("roles", "Chỉ quản trị hệ thống được giao vai trò quản trị hệ thống.")
	}
}

func holdingKindOf(typed string) HoldingKind {
	for _, k := range HoldingKinds {
		if i18n.Fold(k.Name) == i18n.Fold(typed) || string(k.Kind) == typed {
			return k.Kind
		}
	}
	return ""
}

func rankOf(typed string) Rank {
	for _, k := range Ranks {
		if i18n.Fold(k.Name) == i18n.Fold(typed) || string(k.Rank) == typed {
			return k.Rank
		}
	}
	return ""
}

func ranksKnown() (out []string) {
	for _, k := range Ranks {
		out = append(out, k.Name)
	}
	return out
}

func rolesKnown() (out []string) {
	for _, k := range RoleTitles {
		out = append(out, k.Name)
	}
	return out
}
