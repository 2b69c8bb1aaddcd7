package documents

import (
	"context"

	"congvu/internal/org"
	"congvu/internal/store"
)

// Capability is something that posts may see or do because of their roles. The matrix is asked of the same functions that guard the acts, so that it cannot
// say anything else than what happens (V54, V55).
type Capability struct {
	Code, Name string // Name is a key of i18n
	may        func(a store.Actor) bool
}

// Capabilities lists what roles open in this room, what is seen first.
var Capabilities = []Capability{
	{"see_outgoing_all", "Xem mọi văn bản đi của cơ quan", SeesAll},
	{"see_unit", "Xem văn bản của đơn vị mình phụ trách", func(a store.Actor) bool { return HeadsUnit(a) > 0 }},
	{"see_arrived", "Xem mọi văn bản đến, kể cả chưa vào sổ", func(a store.Actor) bool { return sight(a) == seesArrived }},
	{"see_submitted", "Xem văn bản đến đã trình hoặc đã giao", func(a store.Actor) bool { return sight(a) >= seesSubmitted }},
	{"see_limited", "Xem văn bản bị giới hạn người xem", seesLimited},
	{"see_accesses", "Xem lượt truy cập của mọi văn bản được xem", func(a store.Actor) bool { return a.Roles.Has(store.Clerk | store.Head | store.Archivist) }},
	{"see_figures", "Xem thống kê truy cập của cơ quan", func(a store.Actor) bool {
		return a.Roles.Has(store.Head | store.AgencyAdmin | store.Clerk | store.Archivist)
	}},
	{"register", "Vào sổ, cấp số, đóng dấu, phát hành", KeepsRegisters},
	{"direct", "Cho ý kiến chỉ đạo văn bản trình mình", Leads},
	{"grant", "Cấp, thu hồi quyền xem từng văn bản", KeepsAccess},
	{"confirm", "Xác nhận thay đổi quyền", func(a store.Actor) bool { return a.Roles.Has(store.Head) && a.For == 0 }},
	{"emergency", "Truy cập khẩn một văn bản", MayEmergency},
	{"freeze", "Đóng băng, gỡ đóng băng tài liệu", MayFreeze},
	{"signatures", "Quản lý chứng thư số, bảo quản chữ ký", KeepsSignatures},
}

// roleActor is a post with one role and nothing else.
func roleActor(role store.Roles) store.Actor {
	return store.Actor{Person: 1, Holding: 1, Agency: 1, Unit: 1, Roles: role}
}

// RoleRow is one capability with the codes of the roles that have it.
type RoleRow struct {
	Capability
	Roles []string
}

// Has tells whether the role with that code has it.
func (r RoleRow) Has(role string) bool { return contains(r.Roles, role) }

// RoleMatrix says for every capability which roles have it.
func RoleMatrix() []RoleRow {
	var out []RoleRow
	for _, c := range Capabilities {
		row := RoleRow{Capability: c}
		for _, n := range store.RoleNames {
			if c.may(roleActor(n.Role)) {
				row.Roles = append(row.Roles, n.Code)
			}
		}
		out = append(out, row)
	}
	return out
}

// Effective is one right of a person with its reason.
type Effective struct {
	What   string        // a capability's name, or the document given: a key of i18n or a title
	Ref    string        // the document given, "" for what a role opens
	Reason store.Message // which post with which role, or who gave it and why
	Until  string        // last day or minute, "" no end
}

// PersonRights is what a person may see and do today, post by post.
type PersonRights struct {
	Name   string
	Rights []Effective
}

var sqlGrantsOf = store.SQL(`SELECT ` + grantColumns + ` FROM documents_grants g WHERE g.agency_id = $1 AND ` + givenTo("$2", "$3", "$4", "$5") + ` ORDER BY g.id LIMIT 500`)

// MaySeeRights tells who is shown the rights of others: the agency's administrator, its head and its registry.
func MaySeeRights(a store.Actor) bool {
	return a.Roles.Has(store.AgencyAdmin | store.Head | store.Clerk)
}

// RightsOf lists the effective rights of a person in the actor's agency, with the post, the role, the right given by name or the delegation they come from
// (V55, V56). A post that has ended gives none. NotFound for who holds no post of the agency today. A document that the actor may not see is not named.
func RightsOf(ctx context.Context, r store.Reader, a store.Actor, person int64) (*PersonRights, error) {
	if !MaySeeRights(a) && person != a.Person {
		return nil, store.Refuse(store.Forbidden, "Quyền của người khác chỉ hiện với quản trị, người đứng đầu và văn thư của cơ quan.")
	}
	day := today(instantOf(r))
	held, err := org.Holdings(ctx, r, org.PersonID(person), day)
	if err != nil {
		return nil, err
	}
	delegations, err := org.Delegations(ctx, r, org.AgencyID(a.Agency), day)
	if err != nil {
		return nil, err
	}
	out := &PersonRights{}
	given := map[int64]bool{}
	for _, h := range held {
		if int64(h.AgencyID) != a.Agency {
			continue
		}
		out.Name = h.PersonName
		out.byRole(h)
		for _, d := range delegations {
			if d.ToHolding == h.ID {
				out.Rights = append(out.Rights, Effective{What: "Ký văn bản theo ủy quyền hoặc phân công", Until: d.ValidTo.Display(),
					Reason: store.Say("Hình thức {capacity}, theo {reference}", "capacity", d.Capacity, "reference", d.Reference)})
			}
		}
		all, err := store.All[Grant](ctx, r, sqlGrantsOf, a.Agency, person, int64(h.ID), int64(h.UnitID), instantOf(r))
		if err != nil {
			return nil, err
		}
		for i := range all {
			if g := &all[i]; !given[g.ID] {
				given[g.ID] = true
				e, err := g.effective(ctx, r, a)
				if err != nil {
					return nil, err
				}
				out.Rights = append(out.Rights, e)
			}
		}
	}
	if out.Name == "" {
		return nil, store.Refuse(store.NotFound, "Không tìm thấy người này trong cơ quan.")
	}
	return out, nil
}

func (p *PersonRights) byRole(h org.Holding) {
	for _, row := range RoleMatrix() {
		a := store.Actor{Person: int64(h.PersonID), Holding: int64(h.ID), Agency: int64(h.AgencyID), Unit: int64(h.UnitID), Roles: h.Roles}
		if !row.may(a) {
			continue
		}
		p.Rights = append(p.Rights, Effective{What: row.Name, Until: h.ValidTo.Display(), Reason: store.Say("Chức vụ {post}", "post", h.Title)})
	}
}

func (g *Grant) effective(ctx context.Context, r store.Reader, a store.Actor) (Effective, error) {
	e := Effective{What: LevelLabel(g.Level), Reason: store.Say("{name} cấp: {reason}", "name", g.ByName, "reason", g.Reason)}
	if !g.Endless() {
		e.Until = minuteText(g.Until)
	}
	if o := owners[g.Kind]; o.sees != nil && o.sees(ctx, r, a, g.Of) == nil {
		e.Ref = g.Ref()
	}
	return e, nil
}
