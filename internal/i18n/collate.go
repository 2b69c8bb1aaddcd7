package i18n

import (
	"bytes"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// A collator is not safe for concurrent use and costs some time to make.
var collators = sync.Pool{New: func() any { return &collator{Collator: collate.New(language.Vietnamese)} }}

type collator struct {
	*collate.Collator
	buf collate.Buffer
}

// Compare orders two texts as a Vietnamese dictionary does: an, Anh, Ánh, ăn, ân; da before đa; ma mà mả mã má mạ.
func Compare(a, b string) int {
	c := collators.Get().(*collator)
	defer collators.Put(c)
	return c.CompareString(a, b)
}

// Sort orders s by the text of each element. Equal texts keep their order.
func Sort[E any](s []E, text func(E) string) {
	sortBy(s, func(e E) []string { return []string{text(e)} })
}

// SortNames orders s by personal names: given name, then middle names, then family name (I5.9).
func SortNames[E any](s []E, name func(E) string) {
	sortBy(s, func(e E) []string { return nameParts(name(e)) })
}

// CompareNames orders two personal names: given name, then middle names, then family name.
func CompareNames(a, b string) int {
	c := collators.Get().(*collator)
	defer collators.Put(c)
	x, y := nameParts(a), nameParts(b)
	for i := range x {
		if n := c.CompareString(x[i], y[i]); n != 0 {
			return n
		}
	}
	return 0
}

// nameParts splits a full name into given, middle and family name; one word is a given name.
func nameParts(full string) []string {
	words := strings.Fields(full)
	n := len(words)
	switch n {
	case 0:
		return []string{"", "", ""}
	case 1:
		return []string{words[0], "", ""}
	}
	return []string{words[n-1], strings.Join(words[1:n-1], " "), words[0]}
}

// sortBy computes every key once: comparing keys is much cheaper than comparing texts.
func sortBy[E any](s []E, parts func(E) []string) {
	type keyed struct {
		keys [][]byte
		e    E
	}
	c := collators.Get().(*collator)
	defer collators.Put(c)
	c.buf.Reset()
	all := make([]keyed, len(s))
	for i, e := range s {
		all[i].e = e
		for _, p := range parts(e) {
			all[i].keys = append(all[i].keys, c.KeyFromString(&c.buf, p))
		}
	}
	slices.SortStableFunc(all, func(a, b keyed) int {
		for i := range a.keys {
			if n := bytes.Compare(a.keys[i], b.keys[i]); n != 0 {
				return n
			}
		}
		return 0
	})
	for i := range all {
		s[i] = all[i].e
	}
}
