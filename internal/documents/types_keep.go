package documents

import (
	"context"
	"regexp"
	"slices"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// TypeForm is what the administrator of the system says of a kind of document.
type TypeForm struct {
	Code     string // A–Z, digits and _; kept for good
	Abbr     string // as it stands in notations; "" for letters
	Name     string
	Form     string // one of TypeForms; "" = uploaded only
	Category string // administrative or normative
	Field    string // sector of a specialised document, "" none
	From, To calendar.Date
	Revision int64 // of the type that is changed; 0 = whatever it is now
}

// TypeForms are the samples by which documents of a type can be laid out (NĐ 30/2020, Phụ lục III), "" for those that are uploaded only.
var TypeForms = []string{"", "1.1", "1.2", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9", "1.10"}

// TypeCategories are the groups to which a type can be added; copies have their three types by law (D13).
var TypeCategories = []string{"administrative", "normative"}

var (
	typeCode = regexp.MustCompile(`^[A-Z][A-Z0-9_]{1,49}$`)
	typeAbbr = regexp.MustCompile(`^[\p{L}0-9]{1,10}$`)

	sqlPutType = store.SQL(`INSERT INTO documents_types (code, abbr, name, form, category, ordinal, field, valid_from, valid_to, revision)
		VALUES ($1, $2, $3, $4, $5, (SELECT COALESCE(MAX(ordinal), 0) + 1 FROM documents_types), $6, $7, $8, 1)`)
	sqlSaveType = store.SQL(`UPDATE documents_types SET abbr = $1, name = $2, form = $3, category = $4, field = $5, valid_from = $6, valid_to = $7, revision = revision + 1
		WHERE code = $8 AND (revision = $9 OR CAST($9 AS BIGINT) = 0)`)
)

// MayKeepTypes tells who keeps the list of types: the administrator of the system, and the installation itself.
func MayKeepTypes(a store.Actor) bool {
	return a.For == 0 && (a.Roles.Has(store.SystemAdmin) || a.Via == store.ViaSystem || a.Via == store.ViaCLI && a.Person == 0)
}

func mayKeepTypes(a store.Actor) error {
	if MayKeepTypes(a) {
		return nil
	}
	return store.Refuse(store.Forbidden, "Danh mục loại văn bản do quản trị hệ thống giữ.")
}

// AddType adds a kind of document: a type that a new decree brings, a legal normative one, or one that the head of a sector sets (D1.1, D2.10, D3.1).
// Nothing in the program knows its code. Invalid when another type of the same days has its name or its abbreviation.
func AddType(ctx context.Context, tx *store.Tx, f TypeForm) (*Type, error) {
	if err := mayKeepTypes(tx.Actor()); err != nil {
		return nil, err
	}
	if x, err := FindType(ctx, tx, line(f.Code)); err == nil {
		return nil, store.RefuseField("code", "Mã {code} đã dùng cho một loại văn bản khác. Hãy chọn mã khác.", "code", x.Code)
	}
	t, p, err := f.check(ctx, tx, "")
	if err != nil {
		return nil, err
	}
	if !typeCode.MatchString(t.Code) {
		p.Add("code", "Mã loại văn bản gồm chữ in hoa không dấu, chữ số và dấu gạch dưới, từ 2 đến 50 ký tự, bắt đầu bằng chữ cái.")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	t.Revision = 1
	if err := tx.Put(ctx, sqlPutType, t.Code, t.Abbr, t.Name, t.Form, t.Category, t.Field, t.ValidFrom, t.ValidTo); err != nil {
		return nil, err
	}
	return &t, tx.Record(store.Event{Verb: "type.added", Agency: tx.Actor().Agency, Ref: "type/" + t.Code, Title: t.Name, Data: t})
}

// ChangeType changes a kind of document for what is made from now on; documents keep the name and the notation they have. A type ends by its last day: it
// is never removed, for what was made of it.
func ChangeType(ctx context.Context, tx *store.Tx, code string, f TypeForm) (*Type, error) {
	if err := mayKeepTypes(tx.Actor()); err != nil {
		return nil, err
	}
	before, err := FindType(ctx, tx, code)
	if err != nil {
		return nil, store.Refuse(store.NotFound, "Không tìm thấy loại văn bản này.")
	}
	f.Code = code
	if before.Category == "copy" {
		f.Category = "copy"
	}
	t, p, err := f.check(ctx, tx, code)
	if err == nil {
		err = p.Err()
	}
	if err != nil {
		return nil, err
	}
	if err := tx.Put(ctx, sqlSaveType, t.Abbr, t.Name, t.Form, t.Category, t.Field, t.ValidFrom, t.ValidTo, code, f.Revision); err != nil {
		return nil, err
	}
	t.Revision = before.Revision + 1
	return &t, tx.Record(store.Event{Verb: "type.changed", Agency: tx.Actor().Agency, Ref: "type/" + code, Title: t.Name, Data: map[string]any{"before": before, "after": t}})
}

// check cleans a form and lists what is wrong with it; but is the type that is changed.
func (f TypeForm) check(ctx context.Context, r store.Reader, but string) (t Type, p store.Problems, err error) {
	t = Type{Code: line(f.Code), Abbr: line(f.Abbr), Name: line(f.Name), Form: f.Form, Category: f.Category, Field: line(f.Field), ValidFrom: f.From, ValidTo: f.To}
	if n := len([]rune(t.Name)); n == 0 || n > 100 {
		p.Add("name", "Tên loại văn bản cần từ 1 đến 100 ký tự.")
	}
	if t.Abbr != "" && !typeAbbr.MatchString(t.Abbr) {
		p.Add("abbr", "Chữ viết tắt gồm chữ cái và chữ số viết liền, tối đa 10 ký tự.")
	}
	if len([]rune(t.Field)) > 200 {
		p.Add("field", "Ngành, lĩnh vực dài tối đa 200 ký tự.")
	}
	if !slices.Contains(TypeForms, t.Form) && t.Category != "copy" {
		p.Add("form", "Chọn một mẫu trình bày trong danh sách.")
	}
	if !slices.Contains(TypeCategories, t.Category) && t.Category != "copy" || t.Category == "copy" && but == "" {
		p.Add("category", "Chọn một nhóm văn bản trong danh sách.")
	}
	for name, day := range map[string]calendar.Date{"from": t.ValidFrom, "to": t.ValidTo} {
		if !day.IsZero() && !day.Valid() {
			p.Add(name, "Nhập ngày dạng dd/mm/yyyy và có thật.")
		}
	}
	if !t.ValidFrom.IsZero() && !t.ValidTo.IsZero() && t.ValidTo.Before(t.ValidFrom) {
		p.Add("to", "Ngày cuối cùng không được trước ngày bắt đầu.")
	}
	all, err := AllTypes(ctx, r)
	for _, x := range all {
		if x.Code == but || !x.meets(t) {
			continue
		}
		if i18n.Fold(x.Name) == i18n.Fold(t.Name) {
			p.Add("name", "Tên này là của loại văn bản {code} trong cùng thời gian. Hãy đặt tên khác.", "code", x.Code)
		}
		if t.Abbr != "" && x.Abbr == t.Abbr {
			p.Add("abbr", "Chữ viết tắt này là của {name} trong cùng thời gian; ký hiệu của hai loại sẽ lẫn nhau. Hãy chọn chữ khác.", "name", x.Name)
		}
	}
	return t, p, err
}

// meets tells whether two types have a day in common.
func (t Type) meets(x Type) bool {
	return (t.ValidTo.IsZero() || x.ValidFrom.IsZero() || !t.ValidTo.Before(x.ValidFrom)) && (x.ValidTo.IsZero() || t.ValidFrom.IsZero() || !x.ValidTo.Before(t.ValidFrom))
}
