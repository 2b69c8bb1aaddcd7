package web

import (
	"context"
	"time"

	"congvu/internal/i18n"
)

// Lang is a language that pages speak.
type Lang = i18n.Lang

const (
	Vietnamese = i18n.VI
	English    = i18n.EN
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
// A name without value panics: it is a page that was never looked at.
func t(ctx context.Context, text string, pairs ...any) string {
	if len(pairs)%2 != 0 {
		panic("web: t needs name, value pairs: " + text)
	}
	if len(pairs) == 0 {
		return translate(ctx, text, nil)
	}
	args := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		args[pairs[i].(string)] = pairs[i+1]
	}
	return translate(ctx, text, args)
}

// translate is t for a message that a room returned unformatted.
func translate(ctx context.Context, text string, args map[string]any) string {
	return i18n.T(LangOf(ctx), text, args)
}

// DateText is 02/01/2006 in the country's zone, or "" for the zero time.
func DateText(at time.Time) string { return i18n.Day(at) }

// DateTimeText is 15:04 02/01/2006, or "" for the zero time.
func DateTimeText(at time.Time) string { return i18n.DateTime(at) }

// NumberText groups thousands: 1.234.567.
func NumberText(ctx context.Context, n int) string { return i18n.Number(LangOf(ctx), int64(n)) }

// SizeText is a file's size: 114 KB, 1,3 MB.
func SizeText(ctx context.Context, n int64) string { return i18n.Size(LangOf(ctx), n) }

// legalZone is the one zone of dates on pages: the country's (UTC+7, no daylight saving).
var legalZone = time.FixedZone("ICT", 7*60*60)

// machineTime is a time for a datetime attribute.
func machineTime(at time.Time, layout string) string { return at.In(legalZone).Format(layout) }
