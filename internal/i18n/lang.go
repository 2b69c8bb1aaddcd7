package i18n

import (
	"strconv"
	"strings"
)

// Lang is a reader's language. The zero value reads as Vietnamese.
type Lang string

const (
	VI Lang = "vi"
	EN Lang = "en"
)

// ParseLang reads a cookie or setting.
func ParseLang(s string) (Lang, bool) {
	switch Lang(s) {
	case VI, EN:
		return Lang(s), true
	}
	return VI, false
}

// Choose takes the reader's own choice (a cookie) if there is one, else the best language of an Accept-Language header,
// else Vietnamese. Of a longer header only the first 256 bytes count.
func Choose(cookie, acceptLanguage string) Lang {
	if l, ok := ParseLang(cookie); ok {
		return l
	}
	best, bestWeight := VI, 0.0
	for part := range strings.SplitSeq(acceptLanguage[:min(len(acceptLanguage), 256)], ",") {
		tag, params, _ := strings.Cut(part, ";")
		base, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		l, ok := ParseLang(base)
		if !ok {
			continue
		}
		weight := 1.0
		if q, found := strings.CutPrefix(strings.TrimSpace(params), "q="); found {
			w, err := strconv.ParseFloat(q, 64)
			if err != nil || !(w >= 0 && w <= 1) {
				continue
			}
			weight = w
		}
		if weight > bestWeight {
			best, bestWeight = l, weight
		}
	}
	return best
}
