package search

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"congvu/internal/i18n"
	"congvu/internal/store"
)

// Entry is what the index knows of one thing.
type Entry struct {
	ID      int64 // unique over all kinds; newer things have greater ones
	Agency  int64
	Ref     string              // "incoming/12"
	At      store.Instant       // when it came to be
	Rights  []string            // tokens; who holds one of them may see it
	Fields  map[string]string   // words that are found by their field and without it
	Exact   map[string][]string // codes that are found by their field only
	Text    string              // content: found without a field
	Issued  string              // YYYY-MM-DD or ""
	Arrived string
	Due     string
}

const (
	mostPlaced = 16_000 // words whose places are kept, for phrases; PostgreSQL keeps no more
	mostLoose  = 40_000
	mostWord   = 40
)

// mark begins every term of an agency. Two agencies may share one (of 33 million), so the agency is bounded in the SQL as well.
func mark(agency int64) string {
	h := uint64(agency) * 0x9e3779b97f4a7c15 >> 39
	return strconv.FormatUint(h+1<<25, 36) + "_"
}

// Words takes text apart: folded runs of letters and digits. No word holds the underscore of the index's own terms.
func Words(s string) []string {
	words := strings.FieldsFunc(i18n.Fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range words {
		if len(w) > mostWord {
			words[i] = strings.ToValidUTF8(w[:mostWord], "")
		}
	}
	return words
}

// code is a value of an exact field as a term.
func code(s string) string { return strings.Join(Words(s), "") }

// terms gives the words of an entry in their order, with a gap between texts so that no phrase reaches over it, and the terms without a place.
func (e *Entry) terms() (placed, loose []string) {
	m := mark(e.Agency)
	names := make([]string, 0, len(e.Fields))
	for name := range e.Fields {
		names = append(names, name)
	}
	slices.Sort(names)
	seen := map[string]bool{}
	add := func(term string) {
		if !seen[term] {
			seen[term] = true
			loose = append(loose, term)
		}
	}
	add(m)
	for _, token := range e.Rights {
		add(m + "r_" + token)
	}
	for name, values := range e.Exact {
		for _, v := range values {
			if c := code(v); c != "" {
				add(m + name + "_" + c)
			}
		}
	}
	for _, name := range names {
		for _, w := range Words(e.Fields[name]) {
			add(m + name + "_" + w)
			placed = append(placed, m+w)
		}
		placed = append(placed, "_")
	}
	slices.Sort(loose)
	words := Words(e.Text)
	for i, w := range words {
		switch {
		case len(placed) < mostPlaced:
			placed = append(placed, m+w)
		case i < mostPlaced+mostLoose:
			add(m + w)
		}
	}
	return placed, loose
}

// ftsText is an entry for FTS5.
func (e *Entry) ftsText() string {
	placed, loose := e.terms()
	return strings.Join(placed, " ") + " _ " + strings.Join(loose, " ")
}

// mostVector keeps an entry below PostgreSQL's limit of a megabyte.
const mostVector = 900_000

// vector is an entry as PostgreSQL's tsvector: 'word':1,5 'other'.
func (e *Entry) vector() string {
	placed, loose := e.terms()
	places := map[string][]int{}
	var order []string
	for i, t := range placed {
		if t == "_" {
			continue
		}
		if places[t] == nil {
			order = append(order, t)
		}
		if len(places[t]) < 200 {
			places[t] = append(places[t], i+1)
		}
	}
	var b strings.Builder
	for _, t := range loose {
		if places[t] == nil && b.Len() < mostVector {
			b.WriteString("'" + t + "' ")
		}
	}
	for _, t := range order {
		if b.Len() >= mostVector {
			break
		}
		b.WriteString("'" + t + "'")
		for i, n := range places[t] {
			b.WriteByte(":,"[min(i, 1)])
			b.WriteString(strconv.Itoa(n))
		}
		b.WriteByte(' ')
	}
	return b.String()
}
