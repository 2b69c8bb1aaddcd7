package org

import (
	"context"
	"fmt"
	"net/mail"
	"slices"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

func ref(kind string, id int64) string { return fmt.Sprintf("%s/%d", kind, id) }

// Unit is a part of an agency without a seal of its own (I4.8).
type Unit struct {
	ID        UnitID
	AgencyID  AgencyID
	ParentID  UnitID
	Name      string
	Abbr      string // in notations of công văn, e.g. "VX"
	Kind      string // phòng, văn phòng, trung tâm … as the agency calls it
	Place     int64  // order among its sisters
	ValidFrom calendar.Date
	ValidTo   calendar.Date
	Depth     int `db:"depth"`
}

// UnitForm is what an administrator types about a unit.
type UnitForm struct {
	AgencyID  AgencyID
	ParentID  UnitID
	Name      string
	Abbr      string
	Kind      string
	Place     int64
	ValidFrom calendar.Date
}

var (
	sqlOpenUnit  = store.SQL(`INSERT INTO org_units (agency_id, id, parent_id, name, abbr, kind, place, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '')`)
	sqlUnits     = store.SQL(`SELECT id, agency_id, parent_id, name, abbr, kind, place, valid_from, valid_to, 0 AS depth FROM org_units WHERE agency_id = $1 AND valid_to = '' ORDER BY place, id`)
	sqlUnit      = store.SQL(`SELECT id, agency_id, parent_id, name, abbr, kind, place, valid_from, valid_to, 0 AS depth FROM org_units WHERE agency_id = $1 AND id = $2`)
	sqlSameUnit  = store.SQL(`SELECT id FROM org_units WHERE agency_id = $1 AND valid_to = '' AND name = $2 LIMIT 1`)
	sqlAmendUnit = store.SQL(`UPDATE org_units SET abbr = $1, kind = $2, place = $3, parent_id = $4 WHERE agency_id = $5 AND id = $6 AND valid_to = '' AND abbr = $7 AND kind = $8 AND place = $9 AND parent_id = $10`)
	sqlEndUnit   = store.SQL(`UPDATE org_units SET valid_to = $1 WHERE agency_id = $2 AND id = $3 AND valid_to = ''`)
	sqlInUnit    = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM org_holdings WHERE agency_id = $1 AND unit_id = $2 AND (valid_to = '' OR valid_to > $3)`)
)

// OpenUnit enters a unit of an agency. NotFound for a foreign agency.
func OpenUnit(ctx context.Context, tx *store.Tx, f UnitForm) (*Unit, error) {
	if err := administered(tx.Actor(), f.AgencyID); err != nil {
		return nil, err
	}
	f.Name, f.Abbr, f.Kind = i18n.CleanLine(f.Name), i18n.CleanLine(f.Abbr), i18n.CleanLine(f.Kind)
	if f.ValidFrom.IsZero() {
		f.ValidFrom = calendar.DateOf(tx.Now().Time())
	}
	var p store.Problems
	if f.Name == "" {
		p.Add("name", "Nhập tên đơn vị.")
	}
	if len([]rune(f.Name)) > 300 {
		p.Add("name", "Tên đơn vị dài quá 300 ký tự.")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	if err := checkUnitParent(ctx, tx, f.AgencyID, 0, f.ParentID); err != nil {
		return nil, err
	}
	if _, taken, err := store.Maybe[int64](ctx, tx, sqlSameUnit, f.AgencyID, f.Name); err != nil {
		return nil, err
	} else if taken {
		return nil, &store.Refusal{Kind: store.Conflict, Problems: []store.Problem{{Field: "name", Message: store.Say("Cơ quan đã có đơn vị tên «{name}».", "name", f.Name)}}}
	}
	u := Unit{ID: UnitID(tx.NewID()), AgencyID: f.AgencyID, ParentID: f.ParentID, Name: f.Name, Abbr: f.Abbr, Kind: f.Kind, Place: f.Place, ValidFrom: f.ValidFrom}
	if err := tx.Put(ctx, sqlOpenUnit, u.AgencyID, u.ID, u.ParentID, u.Name, u.Abbr, u.Kind, u.Place, u.ValidFrom); err != nil {
		return nil, err
	}
	return &u, tx.Record(store.Event{Verb: "unit.opened", Agency: int64(u.AgencyID), Ref: ref("unit", int64(u.ID)), Title: u.Name, Data: f})
}

// AmendUnit changes a unit's abbreviation, kind, place or parent; its name stays, for documents printed under it. Conflict when it is not as it was.
func AmendUnit(ctx context.Context, tx *store.Tx, was Unit, f UnitForm) error {
	if err := administered(tx.Actor(), was.AgencyID); err != nil {
		return err
	}
	f.Abbr, f.Kind = i18n.CleanLine(f.Abbr), i18n.CleanLine(f.Kind)
	if err := checkUnitParent(ctx, tx, was.AgencyID, was.ID, f.ParentID); err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlAmendUnit, f.Abbr, f.Kind, f.Place, f.ParentID, was.AgencyID, was.ID, was.Abbr, was.Kind, was.Place, was.ParentID); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "unit.amended", Agency: int64(was.AgencyID), Ref: ref("unit", int64(was.ID)), Title: was.Name, Data: map[string]any{"before": was, "after": f}})
}

// checkUnitParent refuses a parent of another agency, one that has ended, and one below the unit itself.
func checkUnitParent(ctx context.Context, r store.Reader, agency AgencyID, id, parent UnitID) error {
	for at, steps := parent, 0; at != 0 && steps < 50; steps++ {
		u, ok, err := store.Maybe[Unit](ctx, r, sqlUnit, agency, at)
		switch {
		case err != nil:
			return err
		case at == parent && (!ok || !u.ValidTo.IsZero()):
			return store.RefuseField("parent", "Đơn vị cấp trên không thuộc cơ quan này.")
		case at == id && id != 0:
			return store.RefuseField("parent", "Đơn vị cấp trên đã chọn lại trực thuộc chính đơn vị này.")
		}
		at = u.ParentID
	}
	return nil
}

// CloseUnit ends a unit. Conflict while anybody still holds a post in it.
func CloseUnit(ctx context.Context, tx *store.Tx, agency AgencyID, id UnitID, on calendar.Date) error {
	if err := administered(tx.Actor(), agency); err != nil {
		return err
	}
	if !on.Valid() {
		return store.RefuseField("on", "Nhập ngày cuối cùng của đơn vị.")
	}
	n, err := store.One[int64](ctx, tx, sqlInUnit, agency, id, on)
	if err != nil {
		return err
	}
	if n > 0 {
		return store.Refuse(store.Conflict, "Còn {n} người giữ chức vụ trong đơn vị. Chuyển họ sang đơn vị khác trước khi kết thúc đơn vị này.", "n", n)
	}
	if err := tx.Put(ctx, sqlEndUnit, on, agency, id); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "unit.closed", Agency: int64(agency), Ref: ref("unit", int64(id)), Data: map[string]any{"on": on}})
}

// Units lists the present units of an agency, each after its parent, with its depth in the tree.
func Units(ctx context.Context, r store.Reader, agency AgencyID) ([]Unit, error) {
	all, err := store.All[Unit](ctx, r, sqlUnits, agency)
	if err != nil {
		return nil, err
	}
	var out []Unit
	var under func(parent UnitID, depth int)
	under = func(parent UnitID, depth int) {
		for _, u := range all {
			if u.ParentID == parent && depth < 20 {
				u.Depth = depth
				out = append(out, u)
				under(u.ID, depth+1)
			}
		}
	}
	under(0, 0)
	for _, u := range all { // a unit whose parent has ended stands at the root
		if !slices.ContainsFunc(out, func(o Unit) bool { return o.ID == u.ID }) {
			out = append(out, u)
		}
	}
	return out, nil
}

// Person is somebody in public service.
type Person struct {
	ID         PersonID
	Code       string // the agency's personnel code, "" = none
	Name       string
	Email      string
	Phone      string
	HomeAgency AgencyID // whose administrator keeps this entry
	Revision   int64
}

// PersonForm is what an administrator types about a person.
type PersonForm struct {
	Code, Name, Email, Phone string
	HomeAgency               AgencyID
	Revision                 int64
}

func (f *PersonForm) check() error {
	f.Code, f.Name, f.Email, f.Phone = i18n.CleanLine(f.Code), i18n.CleanLine(f.Name), i18n.CleanLine(f.Email), i18n.CleanLine(f.Phone)
	var p store.Problems
	if f.Name == "" {
		p.Add("name", "Nhập họ và tên.")
	} else if len([]rune(f.Name)) > 200 {
		p.Add("name", "Họ và tên dài quá 200 ký tự.")
	}
	if f.Email != "" {
		if a, err := mail.ParseAddress(f.Email); err != nil || a.Address != f.Email {
			p.Add("email", "Địa chỉ thư điện tử không đúng.")
		}
	}
	return p.Err()
}

var (
	sqlEnrol   = store.SQL(`INSERT INTO org_people (id, code, name, email, phone, home_agency, search_text, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, 1)`)
	sqlAmend   = store.SQL(`UPDATE org_people SET code = $1, name = $2, email = $3, phone = $4, search_text = $5, revision = revision + 1 WHERE id = $6 AND home_agency = $7 AND (revision = $8 OR CAST($8 AS BIGINT) = 0)`)
	sqlPerson  = store.SQL(`SELECT id, code, name, email, phone, home_agency, revision FROM org_people WHERE id = $1`)
	sqlByCodeP = store.SQL(`SELECT id, code, name, email, phone, home_agency, revision FROM org_people WHERE home_agency = $1 AND code = $2 AND code <> ''`)
)

// Enrol enters a person. NotFound for a foreign agency; Conflict when the personnel code is in use.
func Enrol(ctx context.Context, tx *store.Tx, f PersonForm) (*Person, error) {
	if err := administered(tx.Actor(), f.HomeAgency); err != nil {
		return nil, err
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	if err := freeCode(ctx, tx, f); err != nil {
		return nil, err
	}
	p := Person{ID: PersonID(tx.NewID()), Code: f.Code, Name: f.Name, Email: f.Email, Phone: f.Phone, HomeAgency: f.HomeAgency, Revision: 1}
	if err := tx.Put(ctx, sqlEnrol, p.ID, p.Code, p.Name, p.Email, p.Phone, p.HomeAgency, f.searched()); err != nil {
		return nil, err
	}
	return &p, tx.Record(p.enrolled())
}

func (f *PersonForm) searched() string { return i18n.Fold(f.Name + " " + f.Email + " " + f.Code) }

func (p *Person) enrolled() store.Event {
	return store.Event{Verb: "person.enrolled", Agency: int64(p.HomeAgency), Ref: ref("person", int64(p.ID)), Title: p.Name}
}

// freeCode refuses a personnel code that somebody of the agency has.
func freeCode(ctx context.Context, r store.Reader, f PersonForm) error {
	if f.Code == "" {
		return nil
	}
	other, taken, err := store.Maybe[Person](ctx, r, sqlByCodeP, f.HomeAgency, f.Code)
	if err == nil && taken {
		err = &store.Refusal{Kind: store.Conflict, Problems: []store.Problem{{Field: "code", Message: store.Say("Mã {code} đã cấp cho {name}.", "code", f.Code, "name", other.Name)}}}
	}
	return err
}

// AmendPerson corrects a person's entry.
func AmendPerson(ctx context.Context, tx *store.Tx, id PersonID, f PersonForm) error {
	before, err := FindPerson(ctx, tx, id)
	if err != nil {
		return err
	}
	if !MayAdminister(tx.Actor(), before.HomeAgency) && tx.Actor().Agency != int64(before.HomeAgency) {
		return store.Refuse(store.NotFound, "Không tìm thấy người này.")
	}
	if err := administered(tx.Actor(), before.HomeAgency); err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlAmend, f.Code, f.Name, f.Email, f.Phone, i18n.Fold(f.Name+" "+f.Email+" "+f.Code), id, before.HomeAgency, f.Revision); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "person.amended", Agency: int64(before.HomeAgency), Ref: ref("person", int64(id)), Title: f.Name, Data: map[string]any{"before": before.Name}})
}

// FindPerson gives a person. It is for rooms that already know that the actor may know him.
func FindPerson(ctx context.Context, r store.Reader, id PersonID) (*Person, error) {
	p, ok, err := store.Maybe[Person](ctx, r, sqlPerson, id)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Không tìm thấy người này.")
	}
	if err != nil {
		return nil, err
	}
	return &p, nil
}

// Rank is a post's weight within its agency or unit.
type Rank string

const (
	RankHead       Rank = "head"
	RankDeputy     Rank = "deputy"
	RankUnitHead   Rank = "unit_head"
	RankUnitDeputy Rank = "unit_deputy"
	RankStaff      Rank = "staff"
)

// Ranks lists them from the top, with their Vietnamese names.
var Ranks = []struct {
	Rank Rank
	Name string
}{{RankHead, "Người đứng đầu cơ quan"}, {RankDeputy, "Cấp phó của người đứng đầu"}, {RankUnitHead, "Trưởng đơn vị"}, {RankUnitDeputy, "Phó trưởng đơn vị"}, {RankStaff, "Công chức, viên chức"}}

// HoldingKind is how a post is held (I5.1).
type HoldingKind string

const (
	Official   HoldingKind = "official"   // chính thức
	Concurrent HoldingKind = "concurrent" // kiêm nhiệm
	Acting     HoldingKind = "acting"     // giao quyền (Q.)
	InCharge   HoldingKind = "in_charge"  // phụ trách
	Seconded   HoldingKind = "seconded"   // biệt phái
)

// HoldingKinds lists them with their Vietnamese names.
var HoldingKinds = []struct {
	Kind HoldingKind
	Name string
}{{Official, "Chính thức"}, {Concurrent, "Kiêm nhiệm"}, {Acting, "Giao quyền"}, {InCharge, "Phụ trách"}, {Seconded, "Biệt phái"}}

// Holding is a person in a post, from a day to a day.
type Holding struct {
	ID         HoldingID
	PersonID   PersonID
	PersonName string
	AgencyID   AgencyID
	AgencyName string
	Closed     bool // the agency has ended: who holds a post in it reads its past and does nothing
	UnitID     UnitID
	UnitName   string
	Title      string // chức vụ, e.g. "Phó Chủ tịch"
	Rank       Rank
	Kind       HoldingKind
	Roles      store.Roles
	ValidFrom  calendar.Date
	ValidTo    calendar.Date // last day, "" = no end
}

// HoldingForm is what an administrator types about a post.
type HoldingForm struct {
	PersonID  PersonID
	AgencyID  AgencyID
	UnitID    UnitID
	Title     string
	Rank      Rank
	Kind      HoldingKind
	Roles     store.Roles
	ValidFrom calendar.Date
	ValidTo   calendar.Date
}

const holdingColumns = `h.id, h.person_id, p.name AS person_name, h.agency_id, a.name AS agency_name, a.state = 'closed' AS closed, h.unit_id, COALESCE(u.name, '') AS unit_name, h.title, h.rank, h.kind, h.roles, h.valid_from, h.valid_to
	FROM org_holdings AS h JOIN org_people AS p ON p.id = h.person_id JOIN org_agencies AS a ON a.id = h.agency_id
	LEFT JOIN org_units AS u ON u.agency_id = h.agency_id AND u.id = h.unit_id`

const rankOrder = `CASE h.rank WHEN 'head' THEN 0 WHEN 'deputy' THEN 1 WHEN 'unit_head' THEN 2 WHEN 'unit_deputy' THEN 3 ELSE 4 END`

var (
	sqlHoldAgency   = store.SQL(`SELECT id FROM org_agencies WHERE id = $1 {FOR UPDATE}`)
	sqlAppoint      = store.SQL(`INSERT INTO org_holdings (agency_id, id, person_id, unit_id, title, rank, kind, roles, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)
	sqlSetRoles     = store.SQL(`UPDATE org_holdings SET roles = $1 WHERE agency_id = $2 AND id = $3 AND roles = $4`)
	sqlRolesLeft    = store.SQL(`SELECT roles FROM org_holdings WHERE person_id = $1 AND (valid_to = '' OR valid_to >= $2)`)
	sqlSystemAdmins = store.SQL(`SELECT DISTINCT person_id FROM org_holdings WHERE roles & $1 <> 0 AND valid_from <= $2 AND (valid_to = '' OR valid_to >= $2) ORDER BY person_id`)
	sqlEndHolding   = store.SQL(`UPDATE org_holdings SET valid_to = $1 WHERE agency_id = $2 AND id = $3 AND (valid_to = '' OR valid_to > $1) AND valid_from <= $1`)
	sqlHoldingAt    = store.SQL(`SELECT ` + holdingColumns + ` WHERE h.id = $1 AND h.valid_from <= $2 AND (h.valid_to = '' OR h.valid_to >= $2)`)
	sqlHolding      = store.SQL(`SELECT ` + holdingColumns + ` WHERE h.id = $1`)
	sqlHoldings     = store.SQL(`SELECT ` + holdingColumns + ` WHERE h.person_id = $1 AND h.valid_from <= $2 AND (h.valid_to = '' OR h.valid_to >= $2) AND (a.valid_to = '' OR a.valid_to >= $2 OR h.valid_from > a.valid_to) ORDER BY CASE h.kind WHEN 'official' THEN 0 ELSE 1 END, ` + rankOrder + `, h.id`)
	sqlStaff        = store.SQL(`SELECT ` + holdingColumns + ` WHERE h.agency_id = $1 AND h.valid_from <= $2 AND (h.valid_to = '' OR h.valid_to >= $2) ORDER BY ` + rankOrder + `, COALESCE(u.place, 0), h.unit_id, h.id`)
	sqlStaffSince   = store.SQL(`SELECT ` + holdingColumns + ` WHERE h.agency_id = $1 AND (h.valid_to = '' OR h.valid_to >= $2) ORDER BY CASE h.valid_to WHEN '' THEN 1 ELSE 0 END, h.valid_to DESC, h.id LIMIT 2000`)
	sqlFindStaff    = store.SQL(`SELECT ` + holdingColumns + ` WHERE h.agency_id = $1 AND h.valid_from <= $2 AND (h.valid_to = '' OR h.valid_to >= $2) AND p.search_text LIKE $3 ORDER BY ` + rankOrder + `, h.id LIMIT $4`)
	sqlSecondHead   = store.SQL(`SELECT id FROM org_holdings WHERE agency_id = $1 AND rank = 'head' AND valid_from <= $2 AND (valid_to = '' OR valid_to >= $3) LIMIT 1`)
	sqlSamePosting  = store.SQL(`SELECT id FROM org_holdings WHERE agency_id = $1 AND person_id = $2 AND unit_id = $3 AND title = $4 AND valid_from <= $5 AND (valid_to = '' OR valid_to >= $6) LIMIT 1`)
)

// Appoint puts a person into a post. The roles that give power over the whole installation need its administrator. Conflict when the agency
// would have two heads on one day, or the person holds the same post already.
func Appoint(ctx context.Context, tx *store.Tx, f HoldingForm) (*Holding, error) {
	if err := administered(tx.Actor(), f.AgencyID); err != nil {
		return nil, err
	}
	f.settle(tx.Now())
	if _, err := store.All[int64](ctx, tx, sqlHoldAgency, f.AgencyID); err != nil { // two appointments of one agency wait for each other
		return nil, err
	}
	if err := checkHolding(ctx, tx, tx.Actor(), f); err != nil {
		return nil, err
	}
	if _, err := FindPerson(ctx, tx, f.PersonID); err != nil {
		return nil, store.Because(store.RefuseField("person", "Không tìm thấy người được chọn."), err)
	}
	id := HoldingID(tx.NewID())
	if err := tx.Put(ctx, sqlAppoint, f.AgencyID, id, f.PersonID, f.UnitID, f.Title, f.Rank, f.Kind, f.Roles, f.ValidFrom, f.ValidTo); err != nil {
		return nil, err
	}
	h, err := store.One[Holding](ctx, tx, sqlHolding, id)
	if err != nil {
		return nil, err
	}
	return &h, tx.Record(h.appointed(f))
}

func (h *Holding) appointed(f HoldingForm) store.Event {
	return store.Event{Verb: "holding.appointed", Agency: int64(h.AgencyID), Ref: ref("holding", int64(h.ID)), Title: h.PersonName + " – " + h.Title,
		Text: store.Say("Ông/Bà được giao chức vụ {title} tại {agency}.", "title", h.Title, "agency", h.AgencyName), Notify: []int64{int64(h.PersonID)}, Data: f}
}

// checkHolding refuses a post that does not fit its agency; the person (0 in a plan of an import) is looked for by the caller.
func checkHolding(ctx context.Context, r store.Reader, actor store.Actor, f HoldingForm) error {
	var p store.Problems
	a, err := FindAgency(ctx, r, f.AgencyID)
	if err != nil {
		return err
	}
	var unit *Unit
	if f.UnitID != 0 {
		u, ok, err := store.Maybe[Unit](ctx, r, sqlUnit, f.AgencyID, f.UnitID)
		if err != nil {
			return err
		}
		if ok {
			unit = &u
		}
	}
	f.check(&p, actor, a, unit)
	if err := p.Err(); err != nil {
		return err
	}
	until := f.ValidTo
	if until.IsZero() {
		until = lastDay
	}
	if f.Rank == RankHead {
		if _, taken, err := store.Maybe[int64](ctx, r, sqlSecondHead, f.AgencyID, until, f.ValidFrom); err != nil {
			return err
		} else if taken {
			return twoHeads()
		}
	}
	if _, taken, err := store.Maybe[int64](ctx, r, sqlSamePosting, f.AgencyID, f.PersonID, f.UnitID, f.Title, until, f.ValidFrom); err != nil {
		return err
	} else if taken {
		return samePosting()
	}
	return nil
}

func twoHeads() error {
	return &store.Refusal{Kind: store.Conflict, Problems: []store.Problem{{Field: "rank", Message: store.Say("Trong thời gian này cơ quan đã có người đứng đầu. Kết thúc chức vụ cũ trước khi bổ nhiệm người mới.")}}}
}

func samePosting() error {
	return store.Refuse(store.Conflict, "Người này đang giữ đúng chức vụ đó rồi.")
}

// check says what is wrong with a post of an agency; unit is the one that the form names, nil when the agency has none of that number.
func (f *HoldingForm) check(p *store.Problems, actor store.Actor, a *Agency, unit *Unit) {
	if f.Title == "" {
		p.Add("title", "Nhập chức vụ.")
	} else if len([]rune(f.Title)) > 200 {
		p.Add("title", "Chức vụ dài quá 200 ký tự.")
	}
	if a.State != "active" {
		p.Add("agency", "{agency} đã kết thúc hoạt động.", "agency", a.Name)
	}
	if !slices.ContainsFunc(HoldingKinds, func(k struct {
		Kind HoldingKind
		Name string
	}) bool {
		return k.Kind == f.Kind
	}) {
		p.Add("kind", "Chọn hình thức giữ chức vụ.")
	}
	if f.Roles.Has(store.Head) && f.Rank != RankHead && !(f.Rank == RankDeputy && f.Kind == InCharge) {
		p.Add("roles", "Vai trò người đứng đầu chỉ giao cho người đứng đầu hoặc cấp phó được giao phụ trách cơ quan.")
	}
	if !f.ValidFrom.Valid() {
		p.Add("valid_from", "Ngày bắt đầu không đúng.")
	}
	if !slices.ContainsFunc(Ranks, func(r struct {
		Rank Rank
		Name string
	}) bool {
		return r.Rank == f.Rank
	}) {
		p.Add("rank", "Chọn vị trí của chức vụ.")
	}
	if !f.ValidTo.IsZero() && (!f.ValidTo.Valid() || f.ValidTo.Before(f.ValidFrom)) {
		p.Add("valid_to", "Ngày kết thúc phải từ ngày bắt đầu trở đi.")
	}
	if f.Roles == 0 {
		p.Add("roles", "Chọn ít nhất một vai trò.")
	}
	if f.Roles.Has(store.SystemAdmin) && !MayShapeCity(actor) {
		p.Add("roles", "Chỉ quản trị hệ thống được giao vai trò quản trị hệ thống.")
	}
	switch {
	case f.UnitID != 0 && unit == nil:
		p.Add("unit", "Đơn vị đã chọn không thuộc cơ quan này.")
	case f.UnitID != 0 && unit.ValidTo.Before(f.ValidFrom):
		p.Add("unit", "{unit} đã kết thúc hoạt động.", "unit", unit.Name)
	case f.UnitID == 0 && (f.Rank == RankUnitHead || f.Rank == RankUnitDeputy):
		p.Add("unit", "Chọn đơn vị mà người này phụ trách.")
	}
}

// EndHolding ends a post after its last day; its rights end at once with it (I5.5). NotFound for a foreign post.
func EndHolding(ctx context.Context, tx *store.Tx, id HoldingID, on calendar.Date) error {
	h, ok, err := store.Maybe[Holding](ctx, tx, sqlHolding, id)
	if err != nil {
		return err
	}
	if !ok || !MayAdminister(tx.Actor(), h.AgencyID) && tx.Actor().Agency != int64(h.AgencyID) {
		return store.Refuse(store.NotFound, "Không tìm thấy chức vụ này.")
	}
	if err := administered(tx.Actor(), h.AgencyID); err != nil {
		return err
	}
	if h.Roles.Has(store.SystemAdmin) && !MayShapeCity(tx.Actor()) {
		return store.Refuse(store.Forbidden, "Chức vụ này có vai trò quản trị hệ thống; chỉ quản trị hệ thống được thay đổi.")
	}
	if !on.Valid() || on.Before(h.ValidFrom) {
		return store.RefuseField("on", "Nhập ngày cuối cùng giữ chức vụ, từ {from} trở đi.", "from", h.ValidFrom.Display())
	}
	if !on.After(calendar.DateOf(tx.Now().Time())) {
		for _, check := range leaving {
			if err := check(ctx, tx, &h); err != nil {
				return err
			}
		}
	}
	if err := tx.Put(ctx, sqlEndHolding, on, h.AgencyID, id); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "holding.ended", Agency: int64(h.AgencyID), Ref: ref("holding", int64(id)), Title: h.PersonName + " – " + h.Title, Data: map[string]any{"on": on}})
}

// SetRoles changes what a post may do in the system, without changing the post. Conflict when the roles are not what they were when shown.
func SetRoles(ctx context.Context, tx *store.Tx, id HoldingID, was, roles store.Roles) error {
	h, ok, err := store.Maybe[Holding](ctx, tx, sqlHolding, id)
	if err != nil {
		return err
	}
	if !ok || !MayAdminister(tx.Actor(), h.AgencyID) && tx.Actor().Agency != int64(h.AgencyID) {
		return store.Refuse(store.NotFound, "Không tìm thấy chức vụ này.")
	}
	if err := administered(tx.Actor(), h.AgencyID); err != nil {
		return err
	}
	if (h.Roles | roles).Has(store.SystemAdmin) && !MayShapeCity(tx.Actor()) {
		return store.Refuse(store.Forbidden, "Chức vụ này có vai trò quản trị hệ thống; chỉ quản trị hệ thống được thay đổi.")
	}
	if roles = rolesOf(h.Rank, roles); roles == 0 {
		return store.RefuseField("roles", "Chọn ít nhất một vai trò.")
	}
	if roles.Has(store.Head) && h.Rank != RankHead && !(h.Rank == RankDeputy && h.Kind == InCharge) {
		return store.RefuseField("roles", "Vai trò người đứng đầu chỉ giao cho người đứng đầu hoặc cấp phó được giao phụ trách cơ quan.")
	}
	if err := tx.Put(ctx, sqlSetRoles, roles, h.AgencyID, id, was); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "holding.amended", Agency: int64(h.AgencyID), Ref: ref("holding", int64(id)), Title: h.PersonName + " – " + h.Title,
		Data: map[string]any{"before": h.Roles.Codes(), "after": roles.Codes()}})
}

// rolesOf adds the roles that a rank always has.
func rolesOf(rank Rank, roles store.Roles) store.Roles {
	if rank == RankHead {
		roles |= store.Head
	}
	if rank == RankDeputy || roles.Has(store.Head) {
		roles |= store.Leader
	}
	return roles
}

// HoldsSystem tells whether a person rules the installation by one of his posts, now or later: his account is then kept by its administrators only.
func HoldsSystem(ctx context.Context, r store.Reader, person PersonID, today calendar.Date) (bool, error) {
	all, err := store.All[store.Roles](ctx, r, sqlRolesLeft, person, today)
	return slices.ContainsFunc(all, func(r store.Roles) bool { return r.Has(store.SystemAdmin) }), err
}

// SystemAdmins lists the persons who rule the installation on a date.
func SystemAdmins(ctx context.Context, r store.Reader, today calendar.Date) ([]int64, error) {
	return store.All[int64](ctx, r, sqlSystemAdmins, store.SystemAdmin, today)
}

// HoldingAt gives a post as held on a date. NotFound when it is not held then.
func HoldingAt(ctx context.Context, r store.Reader, id HoldingID, at calendar.Date) (*Holding, error) {
	h, ok, err := store.Maybe[Holding](ctx, r, sqlHoldingAt, id, at)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Chức vụ này không còn hiệu lực.")
	}
	if err != nil {
		return nil, err
	}
	return &h, nil
}

// Holdings lists the posts a person holds on a date, the official one first.
func Holdings(ctx context.Context, r store.Reader, person PersonID, at calendar.Date) ([]Holding, error) {
	return store.All[Holding](ctx, r, sqlHoldings, person, at)
}

// Staff lists the posts held in an agency on a date: by rank, unit, then given name.
func Staff(ctx context.Context, r store.Reader, agency AgencyID, at calendar.Date) ([]Holding, error) {
	all, err := store.All[Holding](ctx, r, sqlStaff, agency, at)
	for i := 0; i < len(all); { // equal rank and unit: by Vietnamese given name
		j := i
		for j < len(all) && all[j].Rank == all[i].Rank && all[j].UnitID == all[i].UnitID {
			j++
		}
		i18n.SortNames(all[i:j], func(h Holding) string { return h.PersonName })
		i = j
	}
	return all, err
}

// Leaders lists the head and the deputies of an agency on a date.
func Leaders(ctx context.Context, r store.Reader, agency AgencyID, at calendar.Date) ([]Holding, error) {
	all, err := Staff(ctx, r, agency, at)
	return slices.DeleteFunc(all, func(h Holding) bool { return !h.Roles.Has(store.Leader) }), err
}

// SearchStaff finds posts of an agency by parts of the person's name, without marks.
func SearchStaff(ctx context.Context, r store.Reader, agency AgencyID, q string, at calendar.Date, limit int) ([]Holding, error) {
	return store.All[Holding](ctx, r, sqlFindStaff, agency, at, "%"+likeless(i18n.Fold(q))+"%", min(max(limit, 1), 200))
}

// PersonByCode finds a person of an agency by the personnel code. NotFound for those who do not keep the agency.
func PersonByCode(ctx context.Context, r store.Reader, a store.Actor, agency AgencyID, code string) (*Person, error) {
	p, ok, err := store.Maybe[Person](ctx, r, sqlByCodeP, agency, i18n.CleanLine(code))
	if err == nil && (!ok || !MayAdminister(a, agency)) {
		err = store.Refuse(store.NotFound, "Không tìm thấy người này.")
	}
	if err != nil {
		return nil, err
	}
	return &p, nil
}

// StaffSince lists the posts of an agency that are held, or ended on or after a date: the ended ones first.
func StaffSince(ctx context.Context, r store.Reader, agency AgencyID, since calendar.Date) ([]Holding, error) {
	return store.All[Holding](ctx, r, sqlStaffSince, agency, since)
}

// FindHolding gives a post as it is or was, also one that has ended or has not begun. NotFound when there is none.
func FindHolding(ctx context.Context, r store.Reader, id HoldingID) (*Holding, error) {
	h, ok, err := store.Maybe[Holding](ctx, r, sqlHolding, id)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Chức vụ này không còn hiệu lực.")
	}
	if err != nil {
		return nil, err
	}
	return &h, nil
}
