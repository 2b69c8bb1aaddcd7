package documents

import (
	"context"
	"slices"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// Type is a kind of document (tên loại, D3). Form is its sample in NĐ 30/2020, Phụ lục III; "" has no layout and is uploaded only.
type Type struct {
	Code      string // QUYET_DINH
	Abbr      string // QĐ; "" for letters, whose notation has no type
	Name      string // as printed: "Quyết định"
	Form      string // 1.1 … 3.2
	Category  string // administrative, copy, normative
	Field     string // of a specialised document: the sector whose head sets it (D2.10); "" for the others
	ValidFrom calendar.Date
	ValidTo   calendar.Date // last day on which new documents are made of it; "" = no end
	Revision  int64
}

// Letter tells whether the type has no abbreviation of its own: its notation is agency and unit (D4.3).
func (t Type) Letter() bool { return t.Abbr == "" }

// ValidOn tells whether new documents of the type are made on a day.
func (t Type) ValidOn(day calendar.Date) bool {
	return (t.ValidFrom.IsZero() || !day.Before(t.ValidFrom)) && (t.ValidTo.IsZero() || !day.After(t.ValidTo))
}

const typeColumns = `code, abbr, name, form, category, field, valid_from, valid_to, revision`

var (
	sqlTypes = store.SQL(`SELECT ` + typeColumns + ` FROM documents_types ORDER BY ordinal, code`)
	sqlType  = store.SQL(`SELECT ` + typeColumns + ` FROM documents_types WHERE code = $1`)
)

// AllTypes lists the kinds of documents in the order of NĐ 30/2020 art. 7, then those that were added; also those of which nothing new is made: what was
// made of them is still found by them.
func AllTypes(ctx context.Context, r store.Reader) ([]Type, error) {
	return store.Kept[Type](ctx, r, sqlTypes, "documents_types")
}

// Types lists the kinds of which documents are made today.
func Types(ctx context.Context, r store.Reader) ([]Type, error) {
	all, err := AllTypes(ctx, r)
	now := nowOf(r)
	return slices.DeleteFunc(all, func(t Type) bool { return !t.ValidOn(now) }), err
}

// FindType gives one kind of document, also one that has ended; Invalid when there is none.
func FindType(ctx context.Context, r store.Reader, code string) (Type, error) {
	t, ok, err := store.Maybe[Type](ctx, r, sqlType, code)
	if err == nil && !ok {
		err = store.RefuseField("type", "Loại văn bản {code} không có trong danh mục. Hãy chọn loại khác.", "code", code)
	}
	return t, err
}

// currentType is FindType for a document that is made now: Invalid when the type is not in force today.
func currentType(ctx context.Context, r store.Reader, code string) (Type, error) {
	t, err := FindType(ctx, r, code)
	if err == nil && !t.ValidOn(nowOf(r)) {
		err = store.RefuseField("type", "Loại văn bản {name} không còn hoặc chưa có hiệu lực hôm nay. Hãy chọn loại khác.", "name", t.Name)
	}
	return t, err
}

// MatchType finds a type by a received name, ignoring case, spacing, diacritics and tone placement (D3.2); ok is false for a stranger.
func MatchType(ctx context.Context, r store.Reader, name string) (Type, bool, error) {
	all, err := AllTypes(ctx, r)
	if err != nil {
		return Type{}, false, err
	}
	wanted := i18n.Fold(name)
	for _, t := range all {
		if i18n.Fold(t.Name) == wanted || i18n.Fold(t.Name+" (cá biệt)") == wanted {
			return t, true, nil
		}
	}
	return Type{}, false, nil
}

// Urgency is the level of speed (D5.7, N21).
type Urgency int

// The four levels.
const (
	Ordinary Urgency = iota
	Urgent
	VeryUrgent
	Express
)

var urgencies = [...]struct{ slug, label, stamp string }{
	{"ordinary", "Thường", ""}, {"urgent", "Khẩn", "KHẨN"}, {"very_urgent", "Thượng khẩn", "THƯỢNG KHẨN"}, {"express", "Hỏa tốc", "HỎA TỐC"},
}

// Urgencies lists the levels from the slowest.
func Urgencies() []Urgency { return []Urgency{Ordinary, Urgent, VeryUrgent, Express} }

// Valid tells whether the level is one of the four.
func (u Urgency) Valid() bool { return u >= Ordinary && u <= Express }

// Slug is the stable code of the level.
func (u Urgency) Slug() string {
	if !u.Valid() {
		return ""
	}
	return urgencies[u].slug
}

// Label is the level in Vietnamese, a key of i18n.
func (u Urgency) Label() string {
	if !u.Valid() {
		return ""
	}
	return urgencies[u].label
}

// ParseUrgency reads a slug.
func ParseUrgency(slug string) (Urgency, bool) {
	for _, u := range Urgencies() {
		if u.Slug() == slug {
			return u, true
		}
	}
	return 0, false
}

// DueDate checks a typed deadline: a day that exists, not before today.
func dueDate(p *store.Problems, field string, due, today calendar.Date) {
	if !due.IsZero() && (!due.Valid() || due.Before(today)) {
		p.Add(field, "Hạn trả lời phải là một ngày có thật và không trước hôm nay.")
	}
}
