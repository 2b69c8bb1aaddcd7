package i18n

import (
	"math"
	"strconv"
	"strings"
	"time"
)

var hanoi = time.FixedZone("UTC+7", 7*60*60)

type marks struct{ thousand, decimal string }

func separators(lang Lang) marks {
	if lang == EN {
		return marks{",", "."}
	}
	return marks{".", ","}
}

// Number groups an integer: 1.234.567 (en: 1,234,567).
func Number(lang Lang, n int64) string {
	return group(strconv.FormatInt(n, 10), separators(lang).thousand)
}

func group(digits, mark string) string {
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	if len(digits) <= 3 {
		return sign + digits
	}
	var b strings.Builder
	b.Grow(len(digits) * 4 / 3 * len(mark))
	b.WriteString(sign)
	head := len(digits) % 3
	if head > 0 {
		b.WriteString(digits[:head])
	}
	for i := head; i < len(digits); i += 3 {
		if i > 0 {
			b.WriteString(mark)
		}
		b.WriteString(digits[i : i+3])
	}
	return b.String()
}

// Decimal shows a number with the given digits after the comma; -1 as many as needed, at most 6. "–" for what is no number.
func Decimal(lang Lang, f float64, digits int) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "–"
	}
	limit := digits
	if digits < 0 {
		limit = 6
	}
	s := strconv.FormatFloat(f, 'f', limit, 64)
	whole, fraction, _ := strings.Cut(s, ".")
	if digits < 0 {
		fraction = strings.TrimRight(fraction, "0")
	}
	m := separators(lang)
	if strings.Trim(whole+fraction, "-0") == "" {
		whole = strings.TrimPrefix(whole, "-")
	}
	out := group(whole, m.thousand)
	if fraction != "" {
		out += m.decimal + fraction
	}
	return out
}

// Percent shows a share already multiplied by 100, with one digit where needed: 94,2%.
func Percent(lang Lang, f float64) string {
	s := Decimal(lang, f, 1)
	return strings.TrimSuffix(s, separators(lang).decimal+"0") + "%"
}

// DateTime is "15:04 02/01/2006" in Hanoi, Day "02/01/2006", Clock "15:04"; empty for the zero time.
func DateTime(t time.Time) string { return stamp(t, "15:04 02/01/2006") }
func Day(t time.Time) string      { return stamp(t, "02/01/2006") }
func Clock(t time.Time) string    { return stamp(t, "15:04") }

func stamp(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.In(hanoi).Format(layout)
}

// Ago tells how long before now t was, in words up to a week, then the day.
func Ago(lang Lang, t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	d := now.Sub(t)
	switch {
	case d > -time.Minute && d < time.Minute:
		return lang.T("vừa xong")
	case d >= 7*24*time.Hour || d <= -7*24*time.Hour:
		return Day(t)
	case d < 0:
		return lang.T("sau {span} nữa", "span", Span(lang, -d))
	}
	return lang.T("{span} trước", "span", Span(lang, d))
}

// Span is a duration in its largest whole unit: 5 phút, 3 giờ, 2 ngày.
func Span(lang Lang, d time.Duration) string {
	switch {
	case d < 0:
		return "-" + Span(lang, -d)
	case d < time.Minute:
		return lang.T("{n} giây", "n", int(d/time.Second))
	case d < time.Hour:
		return lang.T("{n} phút", "n", int(d/time.Minute))
	case d < 24*time.Hour:
		return lang.T("{n} giờ", "n", int(d/time.Hour))
	}
	return lang.T("{n} ngày", "n", int(d/(24*time.Hour)))
}

// Size shows bytes in units of 1024 as file managers do: 1,3 MB.
func Size(lang Lang, bytes int64) string {
	if bytes < 1024 && bytes > -1024 {
		return Number(lang, bytes) + " B"
	}
	f := float64(bytes)
	units := []string{"KB", "MB", "GB", "TB", "PB", "EB"}
	i := -1
	for math.Abs(f) >= 1023.5 && i < len(units)-1 {
		f /= 1024
		i++
	}
	i = max(i, 0)
	if math.Abs(f) >= 10 || f == math.Trunc(f) {
		return Decimal(lang, math.Round(f), 0) + " " + units[i]
	}
	return strings.TrimSuffix(Decimal(lang, f, 1), separators(lang).decimal+"0") + " " + units[i]
}
