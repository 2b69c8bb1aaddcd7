package calendar

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Hanoi is Vietnam's zone: UTC+7 all year, independent of the system's zone files.
var Hanoi = time.FixedZone("UTC+7", 7*60*60)

// Years a Date may lie in.
const (
	MinYear = 1900
	MaxYear = 2199
)

// Date is a day, YYYY-MM-DD; "" is none. Valid dates compare and sort as text. In SQL it is TEXT, none is the empty text.
type Date string

// DateOf is the day on which t falls in Hanoi; none for the zero time and outside the years kept.
func DateOf(t time.Time) Date {
	if t.IsZero() {
		return ""
	}
	y, m, d := t.In(Hanoi).Date()
	return NewDate(y, m, d)
}

// NewDate gives the date, or none when there is no such day.
func NewDate(year int, month time.Month, day int) Date {
	if year < MinYear || year > MaxYear || month < 1 || month > 12 || day < 1 || day > daysIn(year, int(month)) {
		return ""
	}
	b := [10]byte{4: '-', 7: '-'}
	put := func(at, width, n int) {
		for i := at + width - 1; i >= at; i-- {
			b[i] = byte('0' + n%10)
			n /= 10
		}
	}
	put(0, 4, year)
	put(5, 2, int(month))
	put(8, 2, day)
	return Date(b[:])
}

// Valid reports whether d is a day that exists; none is not.
func (d Date) Valid() bool { _, _, _, ok := d.parts(); return ok }

// IsZero reports whether d is none.
func (d Date) IsZero() bool { return d == "" }

func (d Date) parts() (year, month, day int, ok bool) {
	if len(d) != 10 || d[4] != '-' || d[7] != '-' {
		return 0, 0, 0, false
	}
	number := func(s Date) (n int) {
		for i := 0; i < len(s); i++ {
			if s[i] < '0' || s[i] > '9' {
				return -1 << 20
			}
			n = n*10 + int(s[i]-'0')
		}
		return n
	}
	year, month, day = number(d[:4]), number(d[5:7]), number(d[8:])
	ok = year >= MinYear && year <= MaxYear && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
	return year, month, day, ok
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// number counts days from 1900-01-01 (= 0); false for what is no date.
func (d Date) number() (int, bool) {
	y, m, day, ok := d.parts()
	if !ok {
		return 0, false
	}
	return dayNumber(y, m, day), true
}

// dayNumber is the proleptic Gregorian day count with the year starting in March, shifted to 1900-01-01.
func dayNumber(y, m, d int) int {
	if m <= 2 {
		y--
		m += 12
	}
	return 365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + d - 1 - 693901
}

func fromNumber(n int) Date {
	if n < 0 || n > lastNumber {
		return ""
	}
	t := time.Date(MinYear, 1, 1+n, 0, 0, 0, 0, time.UTC)
	return NewDate(t.Year(), t.Month(), t.Day())
}

// lastNumber is the day number of 2199-12-31.
const lastNumber = 109572

// Year, Month and Day are 0 for none.
func (d Date) Year() int {
	y, _, _, ok := d.parts()
	if !ok {
		return 0
	}
	return y
}

func (d Date) Month() time.Month {
	_, m, _, ok := d.parts()
	if !ok {
		return 0
	}
	return time.Month(m)
}

func (d Date) Day() int {
	_, _, day, ok := d.parts()
	if !ok {
		return 0
	}
	return day
}

// Weekday of a valid date; Sunday for none.
func (d Date) Weekday() time.Weekday {
	n, ok := d.number()
	if !ok {
		return time.Sunday
	}
	return weekday(n)
}

func weekday(n int) time.Weekday { return time.Weekday((n + 1) % 7) } // 1900-01-01 was a Monday

// AddDays counts calendar days; none stays none, and so does what leaves the years kept.
func (d Date) AddDays(n int) Date {
	at, ok := d.number()
	if !ok || n > lastNumber || n < -lastNumber {
		return ""
	}
	return fromNumber(at + n)
}

// DaysUntil counts calendar days from d to other, negative when other is earlier; 0 if either is none.
func (d Date) DaysUntil(other Date) int {
	a, okA := d.number()
	b, okB := other.number()
	if !okA || !okB {
		return 0
	}
	return b - a
}

// Before and After are false if either is none.
func (d Date) Before(other Date) bool { return d != "" && other != "" && d < other }
func (d Date) After(other Date) bool  { return d != "" && other != "" && d > other }

// Time is the day's first instant in Hanoi; the zero time for none.
func (d Date) Time() time.Time { return d.At(0, 0) }

// At is a time of day in Hanoi.
func (d Date) At(hour, minute int) time.Time {
	y, m, day, ok := d.parts()
	if !ok {
		return time.Time{}
	}
	return time.Date(y, time.Month(m), day, hour, minute, 0, 0, Hanoi)
}

// EndOfDay is 23:59:59 in Hanoi, the time at which a deadline without time of day ends (R6.7).
func (d Date) EndOfDay() time.Time {
	t := d.Time()
	if t.IsZero() {
		return t
	}
	return t.Add(24*time.Hour - time.Second)
}

// Display is dd/mm/yyyy; empty for none.
func (d Date) Display() string {
	if !d.Valid() {
		return ""
	}
	return string(d[8:] + "/" + d[5:7] + "/" + d[:4])
}

// Words is the date line of a document without its place: a leading zero for days below 10 and for months 1 and 2 only
// (NĐ 30/2020, D5.3): "ngày 05 tháng 3 năm 2026". Empty for none.
func (d Date) Words() string {
	y, m, day, ok := d.parts()
	if !ok {
		return ""
	}
	month := fmt.Sprint(m)
	if m <= 2 {
		month = "0" + month
	}
	return fmt.Sprintf("ngày %02d tháng %s năm %d", day, month, y)
}

var weekdayNames = [7]string{"Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy"}

// WeekdayName is the Vietnamese name as within a sentence ("thứ Hai", "Chủ nhật"); empty for none.
func (d Date) WeekdayName() string {
	if !d.Valid() {
		return ""
	}
	return weekdayNames[d.Weekday()]
}

// Scan reads TEXT; NULL and "" are none, anything that is no date is an error.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = ""
		return nil
	case string:
		return d.set(v)
	case []byte:
		return d.set(string(v))
	}
	return fmt.Errorf("calendar: a %T is no date", src)
}

// Value refuses to store what is no date.
func (d Date) Value() (driver.Value, error) {
	if d != "" && !d.Valid() {
		return nil, fmt.Errorf("calendar: %.20q is no date", string(d))
	}
	return string(d), nil
}

// UnmarshalText makes JSON and forms strict: YYYY-MM-DD or empty.
func (d *Date) UnmarshalText(text []byte) error { return d.set(string(text)) }

// MarshalText is the stored text.
func (d Date) MarshalText() ([]byte, error) { return []byte(d), nil }

func (d *Date) set(s string) error {
	if s != "" && !Date(s).Valid() {
		return fmt.Errorf("calendar: %.20q is no date", s)
	}
	*d = Date(s)
	return nil
}
