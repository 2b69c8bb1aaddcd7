package calendar

import (
	"strings"
	"time"
)

// DateError says why a typed date was refused; the sentence names what was typed.
type DateError struct {
	Code string // date_format, date_year, date_month, date_day
	text string
	args map[string]any
}

func (e *DateError) Error() string { return "calendar: " + e.Code }

// Reason gives the Vietnamese sentence and its named arguments, unformatted.
func (e *DateError) Reason() (string, map[string]any) { return e.text, e.args }

// Parse reads a date as a person types it: dd/mm/yyyy, also with "-" or "." and without leading zeros, or YYYY-MM-DD.
// Empty text is none. A year of two digits is refused rather than guessed.
func Parse(typed string) (Date, error) {
	s := strings.TrimSpace(typed)
	if s == "" {
		return "", nil
	}
	if d := Date(s); d.Valid() {
		return d, nil
	}
	refuse := func(code, text string, args map[string]any) (Date, error) {
		shown := []rune(s)
		if len(shown) > 20 {
			shown = append(shown[:20], '…')
		}
		args["input"] = string(shown)
		return "", &DateError{Code: code, text: text, args: args}
	}
	day, month, year, yearDigits, ok := threeNumbers(s)
	switch {
	case !ok:
		return refuse("date_format", "Không đọc được ngày “{input}”. Hãy nhập theo dạng ngày/tháng/năm, ví dụ 05/03/2026.", map[string]any{})
	case yearDigits != 4:
		return refuse("date_year", "Năm trong ngày “{input}” phải có đủ bốn chữ số, ví dụ 05/03/2026.", map[string]any{})
	case year < MinYear || year > MaxYear:
		return refuse("date_year", "Năm trong ngày “{input}” phải từ {min} đến {max}. Hãy kiểm tra và nhập lại.", map[string]any{"min": "1900", "max": "2199"})
	case month < 1 || month > 12:
		return refuse("date_month", "Ngày “{input}” có tháng không đúng. Tháng phải từ 1 đến 12, nhập theo dạng ngày/tháng/năm.", map[string]any{})
	case day < 1 || day > daysIn(year, month):
		return refuse("date_day", "Ngày “{input}” không có trong lịch: tháng {month} chỉ có {days} ngày.", map[string]any{"month": month, "days": daysIn(year, month)})
	}
	return NewDate(year, time.Month(month), day), nil
}

// threeNumbers splits d/m/y written with one kind of separator.
func threeNumbers(s string) (day, month, year, yearDigits int, ok bool) {
	at := strings.IndexAny(s, "/-.")
	if at < 0 || len(s) > 14 {
		return
	}
	fields := strings.Split(s, s[at:at+1])
	if len(fields) != 3 {
		return
	}
	var n [3]int
	for i, f := range fields {
		f = strings.TrimSpace(f)
		if len(f) == 0 || len(f) > 4 || i < 2 && len(f) > 2 {
			return
		}
		for _, c := range f {
			if c < '0' || c > '9' {
				return
			}
			n[i] = n[i]*10 + int(c-'0')
		}
		yearDigits = len(f)
	}
	return n[0], n[1], n[2], yearDigits, true
}
