package edxml

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// TypeNames finds a document type by the name a sender wrote, ignoring case, spacing, composition, diacritics and the
// placement of tones (D3.2, X5.1). An exact name wins over a folded one; a folded name of two types matches neither.
type TypeNames struct {
	exact, folded map[string]string
}

// NewTypeNames builds the table from code → Vietnamese name. A remark in brackets, as in "Quyết định (cá biệt)", is not part of the name.
func NewTypeNames(names map[string]string) *TypeNames {
	t := &TypeNames{exact: map[string]string{}, folded: map[string]string{}}
	for code, name := range names {
		put(t.exact, exactName(name), code)
		put(t.folded, foldName(name), code)
	}
	return t
}

// put marks a name shared by two codes as ambiguous by an empty code, so that map order cannot decide.
func put(m map[string]string, name, code string) {
	if old, taken := m[name]; taken && old != code {
		code = ""
	}
	m[name] = code
}

// Code gives the code of the type called name, or false when no type or more than one has that name.
func (t *TypeNames) Code(name string) (string, bool) {
	if code := t.exact[exactName(name)]; code != "" {
		return code, true
	}
	code := t.folded[foldName(name)]
	return code, code != ""
}

func exactName(name string) string {
	if head, _, remark := strings.Cut(name, "("); remark {
		name = head
	}
	return strings.Join(strings.Fields(strings.ToLower(norm.NFC.String(name))), " ")
}

func foldName(name string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(exactName(name)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'đ':
			b.WriteByte('d')
		default:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
