package web

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Lang is a language that pages speak, as a BCP 47 tag.
type Lang string

const (
	Vietnamese Lang = "vi"
	English    Lang = "en"
)

type langKey struct{}

// WithLang says in which language what is rendered under ctx speaks. Without it pages are Vietnamese.
func WithLang(ctx context.Context, lang Lang) context.Context {
	return context.WithValue(ctx, langKey{}, lang)
}

// LangOf is the language of ctx.
func LangOf(ctx context.Context) Lang {
	if lang, ok := ctx.Value(langKey{}).(Lang); ok {
		return lang
	}
	return Vietnamese
}

// t is how every visible word gets onto a page: the Vietnamese sentence, then name, value pairs for its {name} places.
// A missing value panics: it is a page that was never looked at.
func t(ctx context.Context, text string, pairs ...any) string {
	if len(pairs)%2 != 0 {
		panic("web: t needs name, value pairs: " + text)
	}
	args := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		args[pairs[i].(string)] = pairs[i+1]
	}
	return translate(ctx, text, args)
}

// translate is t for a message that a room returned unformatted.
func translate(_ context.Context, text string, args map[string]any) string {
	for name, value := range args {
		text = strings.ReplaceAll(text, "{"+name+"}", fmt.Sprint(value))
	}
	return text
}

// legalZone is the one zone of dates on pages: the country's (UTC+7, no daylight saving).
var legalZone = time.FixedZone("ICT", 7*60*60)

// DateText is 02/01/2006, or "" for the zero time.
func DateText(at time.Time) string { return inZone(at, "02/01/2006") }

// DateTimeText is 15:04 02/01/2006, or "" for the zero time.
func DateTimeText(at time.Time) string { return inZone(at, "15:04 02/01/2006") }

func inZone(at time.Time, layout string) string {
	if at.IsZero() {
		return ""
	}
	return at.In(legalZone).Format(layout)
}

// NumberText groups thousands the Vietnamese way: 1.234.567.
func NumberText(n int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "." + s[i:]
	}
	return sign + s
}

// SizeText is a file's size: 114 KB, 1,3 MB.
func SizeText(n int64) string {
	switch {
	case n < 1024:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%d KB", (n+512)/1024)
	}
	return strings.Replace(fmt.Sprintf("%.1f MB", float64(n)/(1<<20)), ".", ",", 1)
}
