package i18n

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// T translates a Vietnamese sentence and fills in its named arguments. An argument that is not given stays visible as
// {name}. Arguments show by kind:
//
//	integers grouped (1.234), floats with up to 6 digits, Percentage, time.Time as 15:04 02/01/2006 in Hanoi,
//	time.Duration in words, Display() as it says (dates), another message (Reason) translated, []string joined,
//	text as it is; text with right-to-left letters is isolated, so that it cannot reorder the sentence (T42).
func T(lang Lang, text string, args map[string]any) string {
	return fill(lang, text, args, 0)
}

// T is the sentence with arguments as pairs: lang.T("Còn {n} văn bản", "n", 5).
func (l Lang) T(text string, pairs ...any) string {
	if len(pairs) < 2 {
		return fill(l, text, nil, 0)
	}
	args := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		if name, ok := pairs[i].(string); ok {
			args[name] = pairs[i+1]
		}
	}
	return fill(l, text, args, 0)
}

// Plain is an integer that is not grouped: a year, a number of a document.
type Plain int64

// Percentage is a share already multiplied by 100: Percentage(94.2) shows as 94,2%.
type Percentage float64

type reasoned interface {
	Reason() (string, map[string]any)
}

// Sentence is what a verdict or a refusal of a shed says for itself, in a language.
func Sentence(lang Lang, m reasoned) string {
	text, args := m.Reason()
	return T(lang, text, args)
}

const maxNesting = 4 // messages within messages

func fill(lang Lang, text string, args map[string]any, depth int) string {
	text = translated(lang, text, args)
	at := strings.IndexByte(text, '{')
	if at < 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text) + 16*len(args))
	for at >= 0 {
		b.WriteString(text[:at])
		name, rest, ok := placeholder(text[at:])
		value, given := args[name]
		if ok && given {
			if n, whole := value.(int); whole && name == "year" {
				value = Plain(n)
			} else if n, whole := value.(int64); whole && name == "year" { // a year is a name, also where it was kept as a number
				value = Plain(n)
			}
			b.WriteString(show(lang, value, depth))
		} else {
			b.WriteString(text[at : len(text)-len(rest)])
		}
		text = rest
		at = strings.IndexByte(text, '{')
	}
	b.WriteString(text)
	return b.String()
}

func show(lang Lang, value any, depth int) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return Isolate(v)
	case int:
		return Number(lang, int64(v))
	case int64:
		return Number(lang, v)
	case Plain:
		return strconv.FormatInt(int64(v), 10)
	case Percentage:
		return Percent(lang, float64(v))
	case float64:
		return Decimal(lang, v, -1)
	case time.Time:
		return DateTime(v)
	case time.Duration:
		return Span(lang, v)
	case []string:
		shown := make([]string, len(v))
		for i, s := range v {
			shown[i] = Isolate(s)
		}
		return strings.Join(shown, ", ")
	case interface{ Display() string }:
		return Isolate(v.Display())
	case reasoned:
		if depth >= maxNesting {
			return "…"
		}
		text, args := v.Reason()
		return fill(lang, text, args, depth+1)
	case map[string]any: // a message within a message that was kept as data
		if text, ok := v["text"].(string); ok && depth < maxNesting {
			args, _ := v["args"].(map[string]any)
			return fill(lang, text, args, depth+1)
		}
	case fmt.Stringer:
		return Isolate(v.String())
	}
	return showKind(lang, value)
}

// showKind shows named types by what they are made of.
func showKind(lang Lang, value any) string {
	r := reflect.ValueOf(value)
	switch {
	case r.CanInt():
		return Number(lang, r.Int())
	case r.CanUint():
		return group(strconv.FormatUint(r.Uint(), 10), separators(lang).thousand)
	case r.CanFloat():
		return Decimal(lang, r.Float(), -1)
	case r.Kind() == reflect.String:
		return Isolate(r.String())
	}
	return Isolate(fmt.Sprint(value))
}

func isOne(value any) bool {
	r := reflect.ValueOf(value)
	return r.IsValid() && (r.CanInt() && r.Int() == 1 || r.CanUint() && r.Uint() == 1)
}
