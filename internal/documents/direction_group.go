package documents

import (
	"context"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

// Kinds of groups: of units and posts within the agency, or of agencies.
const (
	GroupInside  = "inside"
	GroupOutside = "outside"
)

// mostMembers bounds a group.
const mostMembers = 500

// Group is a named group of receivers (nhóm nơi nhận), of a person, with owner 0 of the whole agency, with agency 0 of the whole installation (X20.7).
type Group struct {
	AgencyID  int64 // 0 = every agency of the installation may use it
	ID        int64
	Owner     int64 // the person whose it is; 0 = everyone's in the agency
	Kind      string
	Name      string
	Members   store.JSON
	ValidFrom calendar.Date
	ValidTo   calendar.Date // last day, "" = none
}

// Valid tells whether a group may be used on a day.
func (g *Group) Valid(on calendar.Date) bool { return !on.Before(g.ValidFrom) && !on.After(g.ValidTo) }

// Member is one receiver of a group; exactly one is set.
type Member struct {
	Unit   int64 `json:"unit,omitempty"`
	Post   int64 `json:"post,omitempty"`
	Agency int64 `json:"agency,omitempty"`
}

func (g *Group) members() (out []Member) {
	if decode(g.Members, &out) != nil {
		return nil
	}
	return out
}

// Targets are the units and posts of a group within the agency.
func (g *Group) Targets() []Target {
	var out []Target
	for _, m := range g.members() {
		if m.Agency == 0 {
			out = append(out, Target{Unit: m.Unit, Post: m.Post})
		}
	}
	return out
}

// Agencies are the agencies of a group outside.
func (g *Group) Agencies() []org.AgencyID {
	var out []org.AgencyID
	for _, m := range g.members() {
		if m.Agency != 0 {
			out = append(out, org.AgencyID(m.Agency))
		}
	}
	return out
}

// GroupForm is what is typed about a group.
type GroupForm struct {
	ID         int64 // 0 = a new one
	Shared     bool  // everyone's in the agency; only the registry and the administrator keep such
	Everywhere bool  // everyone's in the installation; only the administrator of the system keeps such
	Kind       string
	Name       string
	Members    []Member
	ValidFrom  calendar.Date // "" = always
	ValidTo    calendar.Date
}

var (
	sqlPutGroup  = store.SQL(`INSERT INTO documents_groups (agency_id, id, owner, kind, name, members, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	sqlSaveGroup = store.SQL(`UPDATE documents_groups SET name = $1, members = $2, valid_from = $3, valid_to = $4 WHERE agency_id = $5 AND id = $6`)
	sqlDropGroup = store.SQL(`DELETE FROM documents_groups WHERE agency_id = $1 AND id = $2`)
	sqlGroups    = store.SQL(`SELECT agency_id, id, owner, kind, name, members, valid_from, valid_to FROM documents_groups WHERE agency_id IN (0, $1) AND owner IN (0, $2) ORDER BY kind, owner, agency_id, name, id LIMIT 500`)
	sqlGroup     = store.SQL(`SELECT agency_id, id, owner, kind, name, members, valid_from, valid_to FROM documents_groups WHERE agency_id IN (0, $1) AND id = $2`)
	sqlGroupUsed = store.SQL(`SELECT name FROM documents_rules WHERE (agency_id = $1 OR CAST($1 AS BIGINT) = 0) AND sender_group = $2 AND state <> 'ended' ORDER BY id LIMIT 1`)
)

// Groups lists the actor's own groups and those of his agency; kind "" gives both kinds.
func Groups(ctx context.Context, r store.Reader, a store.Actor, kind string) ([]Group, error) {
	all, err := store.All[Group](ctx, r, sqlGroups, a.Agency, person(a))
	if kind == "" {
		return all, err
	}
	var out []Group
	for _, g := range all {
		if g.Kind == kind {
			out = append(out, g)
		}
	}
	return out, err
}

// FindGroup gives a group that the actor may use. NotFound for another's.
func FindGroup(ctx context.Context, r store.Reader, a store.Actor, id int64) (*Group, error) {
	return findGroup(ctx, r, a, id)
}

func findGroup(ctx context.Context, r store.Reader, a store.Actor, id int64) (*Group, error) {
	g, ok, err := store.Maybe[Group](ctx, r, sqlGroup, a.Agency, id)
	if err == nil && (!ok || g.Owner != 0 && g.Owner != person(a)) {
		err = store.Refuse(store.NotFound, "Không tìm thấy nhóm nơi nhận này.")
	}
	return &g, err
}

// GroupMembers names the members of a group as they are today; those that are gone are left out and counted.
func GroupMembers(ctx context.Context, r store.Reader, a store.Actor, id int64) (inside []PassTo, agencies []org.Agency, gone int, err error) {
	g, err := findGroup(ctx, r, a, id)
	if err != nil {
		return nil, nil, 0, err
	}
	if g.Kind == GroupInside {
		people, err := rosterOf(ctx, r, a.Agency, nowOf(r))
		inside = people.names(g.Targets())
		return inside, nil, len(g.members()) - len(inside), err
	}
	for _, id := range g.Agencies() {
		if x, err := org.AgencyAt(ctx, r, id, nowOf(r)); err == nil {
			agencies = append(agencies, *x)
		} else if !isNotFound(err) {
			return nil, nil, 0, err
		}
	}
	return nil, agencies, len(g.members()) - len(agencies), nil
}

// MayShareGroups tells who keeps the groups of the whole agency.
func MayShareGroups(a store.Actor) bool {
	return a.For == 0 && a.Roles.Has(store.Clerk|store.AgencyAdmin)
}

// MayShareEverywhere tells who keeps the groups of the installation.
func MayShareEverywhere(a store.Actor) bool { return a.For == 0 && a.Roles.Has(store.SystemAdmin) }

// Keeps refuses who may not change a group: his own, the agency's for its keepers, or the installation's for its administrator.
func (g *Group) Keeps(a store.Actor) error {
	if g.AgencyID == 0 {
		if MayShareEverywhere(a) {
			return nil
		}
		return store.Refuse(store.Forbidden, "Nhóm dùng chung cho mọi cơ quan do quản trị hệ thống giữ.")
	}
	if g.Owner == 0 && !MayShareGroups(a) || g.Owner != 0 && (g.Owner != a.Person || a.For != 0) {
		return store.Refuse(store.Forbidden, "Nhóm dùng chung của cơ quan do văn thư và quản trị giữ; ông/bà có thể lập nhóm riêng.")
	}
	return nil
}

// SaveGroup keeps a new group or a changed one. Conflict when a group of that name is there.
func SaveGroup(ctx context.Context, tx *store.Tx, f GroupForm) (*Group, error) {
	a := tx.Actor()
	g := &Group{AgencyID: a.Agency, ID: f.ID, Owner: a.Person, Kind: f.Kind, Name: line(f.Name)}
	if f.Shared {
		g.Owner = 0
	}
	if f.Everywhere {
		g.Owner, g.AgencyID = 0, 0
	}
	g.ValidFrom, g.ValidTo = f.ValidFrom, f.ValidTo
	if f.ID != 0 {
		old, err := findGroup(ctx, tx, a, f.ID)
		if err != nil {
			return nil, err
		}
		g.AgencyID, g.Owner, g.Kind = old.AgencyID, old.Owner, old.Kind
	}
	if err := g.Keeps(a); err != nil {
		return nil, err
	}
	if err := f.check(ctx, tx, g); err != nil {
		return nil, err
	}
	g.Members = store.JSONOf(f.Members)
	var err error
	if f.ID == 0 {
		g.ID = tx.NewID()
		err = tx.Put(ctx, sqlPutGroup, g.AgencyID, g.ID, g.Owner, g.Kind, g.Name, g.Members, g.ValidFrom, g.ValidTo)
	} else {
		err = tx.Put(ctx, sqlSaveGroup, g.Name, g.Members, g.ValidFrom, g.ValidTo, g.AgencyID, g.ID)
	}
	if store.IsDuplicate(err) {
		err = store.RefuseField("name", "Đã có nhóm “{name}”. Hãy đặt tên khác hoặc sửa nhóm đó.", "name", g.Name)
	}
	if err != nil {
		return nil, err
	}
	return g, tx.Record(store.Event{Verb: "group.saved", Agency: a.Agency, Ref: "group/" + itoa(g.ID), Title: g.Name, Data: f})
}

func (f *GroupForm) check(ctx context.Context, tx *store.Tx, g *Group) error {
	var p store.Problems
	if n := len([]rune(g.Name)); n == 0 || n > 200 {
		p.Add("name", "Cần đặt tên nhóm, tối đa 200 ký tự.")
	}
	if g.Kind != GroupInside && g.Kind != GroupOutside {
		p.Add("kind", "Nhóm gồm đơn vị, cá nhân trong cơ quan hoặc gồm các cơ quan khác.")
		return p.Err()
	}
	if g.AgencyID == 0 && g.Kind != GroupOutside {
		p.Add("kind", "Nhóm dùng chung cho mọi cơ quan chỉ gồm các cơ quan.")
		return p.Err()
	}
	if !g.ValidFrom.IsZero() && !g.ValidFrom.Valid() || !g.ValidTo.IsZero() && !g.ValidTo.Valid() || g.ValidTo.Before(g.ValidFrom) {
		p.Add("valid_to", "Ngày bắt đầu và ngày kết thúc của nhóm không đúng.")
	}
	if n := len(f.Members); n == 0 || n > mostMembers {
		p.Add("members", "Nhóm cần từ 1 đến {limit} nơi nhận (đang có {n}).", "limit", mostMembers, "n", n)
		return p.Err()
	}
	people, err := rosterOf(ctx, tx, g.AgencyID, today(tx.Now()))
	if err != nil {
		return err
	}
	seen := map[Member]bool{}
	for _, m := range f.Members {
		ok := !seen[m]
		seen[m] = true
		if g.Kind == GroupInside {
			_, known := people.name(Target{Unit: m.Unit, Post: m.Post})
			ok = ok && known && m.Agency == 0
		} else if ok = ok && m.Agency != 0 && m.Unit == 0 && m.Post == 0; ok {
			_, err := org.AgencyAt(ctx, tx, org.AgencyID(m.Agency), today(tx.Now()))
			if err != nil && !isNotFound(err) {
				return err
			}
			ok = err == nil
		}
		if !ok {
			p.Add("members", "Có nơi nhận được chọn hai lần hoặc không còn trong danh bạ. Hãy chọn lại.")
			break
		}
	}
	return p.Err()
}

// DropGroup removes a group; documents that went to it stay. A group that a routing rule asks is kept.
func DropGroup(ctx context.Context, tx *store.Tx, id int64) error {
	g, err := findGroup(ctx, tx, tx.Actor(), id)
	if err == nil {
		err = g.Keeps(tx.Actor())
	}
	if err != nil {
		return err
	}
	if rule, used, err := store.Maybe[string](ctx, tx, sqlGroupUsed, g.AgencyID, id); err != nil {
		return err
	} else if used {
		return store.Refuse(store.Conflict, "Quy tắc “{name}” đang dùng nhóm này nên chưa xóa được. Hãy sửa hoặc ngừng quy tắc trước.", "name", rule)
	}
	if err := tx.Put(ctx, sqlDropGroup, g.AgencyID, id); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "group.dropped", Agency: g.AgencyID, Ref: "group/" + itoa(id), Title: g.Name})
}
