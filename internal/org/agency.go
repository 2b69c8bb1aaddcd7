package org

import (
	"context"
	"slices"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// AgencyID, UnitID, PersonID and HoldingID are kept apart so that none is taken for another.
type (
	AgencyID  int64
	UnitID    int64
	PersonID  int64
	HoldingID int64
)

// Level is an agency's place in the structure (I4.1–I4.7).
type Level string

const (
	City             Level = "city"               // UBND, HĐND thành phố, Văn phòng
	Department       Level = "department"         // sở, ban, ngành
	UnitOfDepartment Level = "unit_of_department" // chi cục, trung tâm có con dấu riêng
	District         Level = "district"           // quận, huyện (đến 30/6/2025)
	Commune          Level = "commune"            // xã, phường
	Outside          Level = "outside"            // bộ, tỉnh khác, doanh nghiệp
)

// Levels lists them from the top, with their Vietnamese names.
var Levels = []struct {
	Level Level
	Name  string
}{{City, "Thành phố"}, {Department, "Sở, ban, ngành"}, {UnitOfDepartment, "Đơn vị thuộc sở"}, {District, "Quận, huyện"}, {Commune, "Xã, phường"}, {Outside, "Ngoài thành phố"}}

// Agency is an office with a seal, codes, registers and number series (I4.8), as it was or is on one date.
type Agency struct {
	ID             AgencyID
	Code           string // current identifier (QĐ 20/2020), at most 35 characters
	OldCode        string // QCVN 102 code of 13 characters
	WireCode       string // the code printed on messages; "" = Code (I3.6)
	Name           string
	ShortName      string
	Abbr           string // in notations, e.g. "SNV"
	Level          Level
	ParentID       AgencyID
	ParentName     string
	Seat           string // địa danh on documents
	Collective     bool   // run collectively: the head signs TM. (D6.2)
	CollectiveName string // the line after TM., e.g. "ỦY BAN NHÂN DÂN"
	HeadTitle      string // the head's office, e.g. "CHỦ TỊCH"
	Hosted         bool   // its work lives in this installation
	State          string // active, closed
	ValidFrom      calendar.Date
	ValidTo        calendar.Date // last day, "" = none
	Address        string
	Email          string
	Phone          string
	Website        string
	Revision       int64
}

// OnWire is the code other systems know it by.
func (a *Agency) OnWire() string {
	if a.WireCode != "" {
		return a.WireCode
	}
	return a.Code
}

// AgencyForm is what an administrator types about an agency.
type AgencyForm struct {
	Code, OldCode, WireCode        string
	Name, ShortName, Abbr          string
	Level                          Level
	ParentID                       AgencyID
	Seat                           string
	Collective                     bool
	CollectiveName, HeadTitle      string
	Hosted                         bool
	ValidFrom                      calendar.Date // "" = today
	Address, Email, Phone, Website string
	OtherCodes                     []string // earlier or technical codes it also answers to
	Revision                       int64    // of the agency as it was shown; 0 = whatever it is
}

func (f *AgencyForm) clean() {
	for _, s := range []*string{&f.Code, &f.OldCode, &f.WireCode, &f.Name, &f.ShortName, &f.Abbr, &f.Seat, &f.CollectiveName, &f.HeadTitle, &f.Address, &f.Email, &f.Phone, &f.Website} {
		*s = i18n.CleanLine(*s)
	}
	f.OtherCodes = slices.Clone(f.OtherCodes)
	for i := range f.OtherCodes {
		f.OtherCodes[i] = cleanCode(f.OtherCodes[i])
	}
	f.Code, f.OldCode, f.WireCode = cleanCode(f.Code), cleanCode(f.OldCode), cleanCode(f.WireCode)
}

func (f *AgencyForm) check() error {
	var p store.Problems
	if f.Code == "" {
		p.Add("code", "Nhập mã định danh của cơ quan.")
	}
	checkCode(&p, "code", f.Code)
	checkCode(&p, "old_code", f.OldCode)
	checkCode(&p, "wire_code", f.WireCode)
	for _, c := range f.OtherCodes {
		checkCode(&p, "other_codes", c)
	}
	if f.Name == "" {
		p.Add("name", "Nhập tên cơ quan.")
	} else if len([]rune(f.Name)) > 500 {
		p.Add("name", "Tên cơ quan dài quá 500 ký tự.")
	}
	if levelName(f.Level) == "" {
		p.Add("level", "Chọn cấp của cơ quan.")
	}
	if f.Hosted && f.Abbr == "" {
		p.Add("abbr", "Nhập chữ viết tắt dùng trong ký hiệu văn bản, ví dụ SNV.")
	}
	if strings.ContainsAny(f.Abbr, " /") {
		p.Add("abbr", "Chữ viết tắt không có dấu cách và dấu gạch chéo.")
	}
	if !f.ValidFrom.Valid() && !f.ValidFrom.IsZero() {
		p.Add("valid_from", "Ngày bắt đầu không đúng.")
	}
	return p.Err()
}

func levelName(l Level) string {
	for _, k := range Levels {
		if k.Level == l {
			return k.Name
		}
	}
	return ""
}

const agencyColumns = `a.id, a.code, a.old_code, a.wire_code, v.name, v.short_name, v.abbr, a.level, v.parent_id, COALESCE(p.name, '') AS parent_name, v.seat,
	a.collective, a.collective_name, a.head_title, a.hosted, a.state, a.valid_from, a.valid_to, a.address, a.email, a.phone, a.website, a.revision`

// The version that counted on a date; on dates before the first or after the last, the nearest one.
const agencyFrom = ` FROM org_agencies AS a
	JOIN org_agency_versions AS v ON v.agency_id = a.id AND v.valid_from = (
		SELECT max(w.valid_from) FROM org_agency_versions AS w WHERE w.agency_id = a.id AND (w.valid_from <= $1 OR w.valid_from = (
			SELECT min(x.valid_from) FROM org_agency_versions AS x WHERE x.agency_id = a.id)))
	LEFT JOIN org_agency_versions AS p ON p.agency_id = v.parent_id AND p.valid_from = (
		SELECT max(w.valid_from) FROM org_agency_versions AS w WHERE w.agency_id = v.parent_id AND (w.valid_from <= $1 OR w.valid_from = (
			SELECT min(x.valid_from) FROM org_agency_versions AS x WHERE x.agency_id = v.parent_id)))`

var (
	sqlAgencyAt = store.SQL(`SELECT ` + agencyColumns + agencyFrom + ` WHERE a.id = $2`)
	sqlHosted   = store.SQL(`SELECT ` + agencyColumns + agencyFrom + ` WHERE a.hosted AND a.state = $2 ORDER BY a.code`)
	sqlByIDs    = store.SQL(`SELECT ` + agencyColumns + agencyFrom + ` WHERE a.id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT))) ORDER BY a.state, a.code`)

	sqlOpenAgency = store.SQL(`INSERT INTO org_agencies (id, code, old_code, wire_code, level, hosted, collective, collective_name, head_title, state, valid_from, valid_to,
			address, email, phone, website, name, search_text, revision)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'active', $10, '', $11, $12, $13, $14, $15, $16, 1)`)
	sqlAmendAgency = store.SQL(`UPDATE org_agencies SET code = $1, old_code = $2, wire_code = $3, level = $4, hosted = $5, collective = $6, collective_name = $7, head_title = $8,
			address = $9, email = $10, phone = $11, website = $12, name = $13, search_text = $14, revision = revision + 1
		WHERE id = $15 AND state = 'active' AND (revision = $16 OR CAST($16 AS BIGINT) = 0)`)
	sqlCloseAgency = store.SQL(`UPDATE org_agencies SET state = 'closed', valid_to = $1, revision = revision + 1 WHERE id = $2 AND state = 'active'`)
	sqlAddVersion  = store.SQL(`INSERT INTO org_agency_versions (agency_id, valid_from, valid_to, name, short_name, abbr, parent_id, seat) VALUES ($1, $2, '', $3, $4, $5, $6, $7)
		ON CONFLICT (agency_id, valid_from) DO UPDATE SET name = excluded.name, short_name = excluded.short_name, abbr = excluded.abbr, parent_id = excluded.parent_id, seat = excluded.seat`)
	sqlLatestVersion = store.SQL(`SELECT max(valid_from) FROM org_agency_versions WHERE agency_id = $1`)
	sqlParentOf      = store.SQL(`SELECT parent_id FROM org_agency_versions WHERE agency_id = $1 ORDER BY valid_from DESC LIMIT 1`)
	sqlEndVersions   = store.SQL(`UPDATE org_agency_versions SET valid_to = $1 WHERE agency_id = $2 AND valid_to = '' AND valid_from < $3`)
)

// AgencyAt gives an agency with the names valid on a date (I4.10). NotFound if there is none with that id.
func AgencyAt(ctx context.Context, r store.Reader, id AgencyID, at calendar.Date) (*Agency, error) {
	a, ok, err := store.Maybe[Agency](ctx, r, sqlAgencyAt, at, id)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Không tìm thấy cơ quan này.")
	}
	if err != nil {
		return nil, err
	}
	return &a, nil
}

// lastDay stands for "now and later" where the caller has no date.
const lastDay calendar.Date = "2199-12-31" // the last day that calendar keeps

// FindAgency gives an agency as it is known last.
func FindAgency(ctx context.Context, r store.Reader, id AgencyID) (*Agency, error) {
	return AgencyAt(ctx, r, id, lastDay)
}

// HostedAgencies lists the active agencies whose work lives in this installation, by code.
func HostedAgencies(ctx context.Context, r store.Reader) ([]Agency, error) {
	return store.All[Agency](ctx, r, sqlHosted, lastDay, "active")
}

// EndedAgencies lists the agencies that have ended and whose work lived in this installation, by code: what is still sent to them is answered here.
func EndedAgencies(ctx context.Context, r store.Reader) ([]Agency, error) {
	return store.All[Agency](ctx, r, sqlHosted, lastDay, "closed")
}

// OpenAgency enters an agency. Forbidden unless the actor administers the system; Conflict when a code is taken on these dates (I3.5).
func OpenAgency(ctx context.Context, tx *store.Tx, f AgencyForm) (*Agency, error) {
	if !MayShapeCity(tx.Actor()) {
		return nil, store.Refuse(store.Forbidden, "Chỉ quản trị hệ thống được thêm cơ quan.")
	}
	f.clean()
	if f.ValidFrom.IsZero() {
		f.ValidFrom = calendar.DateOf(tx.Now().Time())
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	id := AgencyID(tx.NewID())
	if err := checkParent(ctx, tx, id, f.ParentID); err != nil {
		return nil, err
	}
	if err := claimCodes(ctx, tx, id, f); err != nil {
		return nil, err
	}
	err := tx.Put(ctx, sqlOpenAgency, id, f.Code, f.OldCode, f.WireCode, f.Level, f.Hosted, f.Collective, f.CollectiveName, f.HeadTitle, f.ValidFrom,
		f.Address, f.Email, f.Phone, f.Website, f.Name, searchText(f))
	if err == nil {
		err = putVersion(ctx, tx, id, f, f.ValidFrom)
	}
	if err != nil {
		return nil, err
	}
	agency := int64(id)
	if err := tx.Record(store.Event{Verb: "agency.opened", Agency: agency, Ref: ref("agency", int64(id)), Title: f.Name, Data: f}); err != nil {
		return nil, err
	}
	return FindAgency(ctx, tx, id)
}

// AmendAgency changes an agency from a date on: its earlier names and parents stay as they were (I4.9). Conflict when somebody else changed it since it was shown.
func AmendAgency(ctx context.Context, tx *store.Tx, id AgencyID, f AgencyForm, from calendar.Date) (*Agency, error) {
	before, err := FindAgency(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if !MayShapeCity(tx.Actor()) {
		return nil, store.Refuse(store.Forbidden, "Chỉ quản trị hệ thống được sửa thông tin cơ quan.")
	}
	f.clean()
	if from.IsZero() {
		from = calendar.DateOf(tx.Now().Time())
	}
	f.ValidFrom = from
	if err := f.check(); err != nil {
		return nil, err
	}
	latest, err := store.One[calendar.Date](ctx, tx, sqlLatestVersion, id)
	if err != nil {
		return nil, err
	}
	if from.Before(latest) { // what was printed since then stays true
		return nil, store.RefuseField("valid_from", "Lần thay đổi gần nhất có hiệu lực từ {from}. Thay đổi mới phải từ ngày đó trở đi.", "from", latest.Display())
	}
	if err := checkParent(ctx, tx, id, f.ParentID); err != nil {
		return nil, err
	}
	if err := claimCodes(ctx, tx, id, f); err != nil {
		return nil, err
	}
	if err := leaveCodes(ctx, tx, id, f); err != nil {
		return nil, err
	}
	text, err := searchTextOf(ctx, tx, id, f)
	if err != nil {
		return nil, err
	}
	err = tx.Put(ctx, sqlAmendAgency, f.Code, f.OldCode, f.WireCode, f.Level, f.Hosted, f.Collective, f.CollectiveName, f.HeadTitle,
		f.Address, f.Email, f.Phone, f.Website, f.Name, text, id, f.Revision)
	if err == nil {
		err = putVersion(ctx, tx, id, f, from)
	}
	if err != nil {
		return nil, err
	}
	if err := tx.Record(store.Event{Verb: "agency.amended", Agency: int64(id), Ref: ref("agency", int64(id)), Title: f.Name, Data: map[string]any{"before": before, "after": f}}); err != nil {
		return nil, err
	}
	return FindAgency(ctx, tx, id)
}

// CloseAgency ends an agency on its last day; its past stays readable and its codes are never given again (I2.5, I8.3).
func CloseAgency(ctx context.Context, tx *store.Tx, id AgencyID, on calendar.Date) error {
	a, err := FindAgency(ctx, tx, id)
	if err != nil {
		return err
	}
	if !MayShapeCity(tx.Actor()) {
		return store.Refuse(store.Forbidden, "Chỉ quản trị hệ thống được kết thúc hoạt động của cơ quan.")
	}
	if !on.Valid() || on.Before(a.ValidFrom) {
		return store.RefuseField("on", "Ngày kết thúc phải từ ngày bắt đầu {from} trở đi.", "from", a.ValidFrom.Display())
	}
	if on.After(Today(tx.Now())) {
		return store.RefuseField("on", "Chưa thể kết thúc hoạt động trước ngày cuối cùng: hãy thực hiện từ ngày {on}.", "on", on.Display())
	}
	if err := tx.Put(ctx, sqlCloseAgency, on, id); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlEndCodes, on, id); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "agency.closed", Agency: int64(id), Ref: ref("agency", int64(id)), Title: a.Name, Data: map[string]any{"on": on}})
}

func putVersion(ctx context.Context, tx *store.Tx, id AgencyID, f AgencyForm, from calendar.Date) error {
	if _, err := tx.Exec(ctx, sqlEndVersions, from.AddDays(-1), id, from); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlAddVersion, id, from, f.Name, f.ShortName, f.Abbr, f.ParentID, f.Seat); err != nil {
		return err
	}
	return putWords(ctx, tx, id, f)
}

// Today is the legal date in Hanoi at an instant.
func Today(at store.Instant) calendar.Date { return calendar.DateOf(at.Time()) }

// checkParent refuses a parent that does not exist, has ended, or stands below the agency itself.
func checkParent(ctx context.Context, r store.Reader, id, parent AgencyID) error {
	if parent == 0 {
		return nil
	}
	a, err := FindAgency(ctx, r, parent)
	if err != nil {
		return store.Because(store.RefuseField("parent", "Không tìm thấy cơ quan cấp trên đã chọn."), err)
	}
	if a.State != "active" {
		return store.RefuseField("parent", "{agency} đã kết thúc hoạt động, không thể là cơ quan cấp trên.", "agency", a.Name)
	}
	for at, steps := parent, 0; at != 0 && steps < 50; steps++ {
		if at == id {
			return store.RefuseField("parent", "Cơ quan cấp trên đã chọn lại trực thuộc chính cơ quan này.")
		}
		above, _, err := store.Maybe[AgencyID](ctx, r, sqlParentOf, at)
		if err != nil {
			return err
		}
		at = above
	}
	return nil
}
