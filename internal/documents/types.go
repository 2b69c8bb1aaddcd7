package documents

import (
	"context"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// Type is a kind of document (tên loại, D3). Form is its sample in NĐ 30/2020, Phụ lục III; "" has no layout and is uploaded only.
type Type struct {
	Code     string // QUYET_DINH
	Abbr     string // QĐ; "" for letters, whose notation has no type
	Name     string // as printed: "Quyết định"
	Form     string // 1.1 … 3.2
	Category string // administrative, copy, normative
}

// Letter tells whether the type has no abbreviation of its own: its notation is agency and unit (D4.3).
func (t Type) Letter() bool { return t.Abbr == "" }

var sqlTypes = store.SQL(`SELECT code, abbr, name, form, category FROM documents_types ORDER BY ordinal, code`)
var sqlType = store.SQL(`SELECT code, abbr, name, form, category FROM documents_types WHERE code = $1`)

// Types lists the kinds of documents in the order of NĐ 30/2020 art. 7.
func Types(ctx context.Context, r store.Reader) ([]Type, error) {
	return store.All[Type](ctx, r, sqlTypes)
}

// FindType gives one kind of document; Invalid when there is none.
func FindType(ctx context.Context, r store.Reader, code string) (Type, error) {
	t, ok, err := store.Maybe[Type](ctx, r, sqlType, code)
	if err == nil && !ok {
		err = store.RefuseField("type", "Loại văn bản {code} không có trong danh mục. Hãy chọn loại khác.", "code", code)
	}
	return t, err
}

// MatchType finds a type by a received name, ignoring case, spacing, diacritics and tone placement (D3.2); ok is false for a stranger.
func MatchType(ctx context.Context, r store.Reader, name string) (Type, bool, error) {
	all, err := Types(ctx, r)
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
