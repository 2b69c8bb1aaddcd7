package calendar

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Kind says why a day differs from its weekday.
type Kind string

const (
	PublicHoliday   Kind = "public_holiday"
	CompensationOff Kind = "compensation_day_off" // a holiday fell on a weekend (Labour Code art. 111.3)
	SwapOff         Kind = "swap_day_off"         // worked on another day instead
	SwapWorking     Kind = "swap_working_day"     // a weekend day worked for a SwapOff
	Ordinary        Kind = "ordinary_day"         // takes an embedded entry back: the weekday decides again
)

// Day is one entry of a yearly table.
type Day struct {
	Date      Date
	Kind      Kind
	Name      string // Vietnamese
	Certainty string // law, practice, unsure
	Source    string // notice or article
}

func (k Kind) valid() bool {
	return k == PublicHoliday || k == CompensationOff || k == SwapOff || k == SwapWorking || k == Ordinary
}

const maxDays = 20000 // rows of one table

// ReadDays reads a yearly table as CSV with a header: date and kind, and where present is_working_day (must agree with
// kind), name_vi, certainty, source. Lines starting with # are notes; other columns are ignored. A wrong row is an error
// that names its line.
func ReadDays(r io.Reader) ([]Day, error) {
	c := csv.NewReader(r)
	c.Comment = '#'
	c.TrimLeadingSpace = true
	head, err := c.Read()
	if err != nil {
		return nil, fmt.Errorf("calendar: read table of days: %w", err)
	}
	column := map[string]int{}
	for i, name := range head {
		column[strings.TrimPrefix(strings.TrimSpace(name), "\ufeff")] = i
	}
	if _, ok := column["date"]; !ok {
		return nil, errors.New("calendar: table of days has no column date")
	}
	if _, ok := column["kind"]; !ok {
		return nil, errors.New("calendar: table of days has no column kind")
	}
	var days []Day
	for {
		row, err := c.Read()
		if err == io.EOF {
			return days, nil
		}
		if err == nil && len(days) == maxDays {
			err = fmt.Errorf("more than %d rows", maxDays)
		}
		if err != nil {
			return nil, fmt.Errorf("calendar: read table of days: %w", err)
		}
		day, err := readDay(row, column)
		if err != nil {
			line, _ := c.FieldPos(0)
			return nil, fmt.Errorf("calendar: table of days, line %d: %w", line, err)
		}
		days = append(days, day)
	}
}

func readDay(row []string, column map[string]int) (Day, error) {
	cell := func(name string) string {
		if i, ok := column[name]; ok && i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	day := Day{Date: Date(cell("date")), Kind: Kind(cell("kind")), Name: cell("name_vi"), Certainty: cell("certainty"), Source: cell("source")}
	if err := day.check(); err != nil {
		return Day{}, err
	}
	if w := cell("is_working_day"); w != "" {
		if works, err := strconv.ParseBool(w); err != nil || day.Kind != Ordinary && works != (day.Kind == SwapWorking) {
			return Day{}, fmt.Errorf("is_working_day %q contradicts %s", w, day.Kind)
		}
	}
	return day, nil
}

func (d Day) check() error {
	if !d.Date.Valid() {
		return fmt.Errorf("%.20q is no date", string(d.Date))
	}
	if !d.Kind.valid() {
		return fmt.Errorf("unknown kind %.40q of %s", string(d.Kind), d.Date)
	}
	w := d.Date.Weekday()
	if weekend := w == time.Saturday || w == time.Sunday; d.Kind == SwapWorking && !weekend {
		return fmt.Errorf("%s is worked anyway, it cannot be a make-up day", d.Date)
	}
	return nil
}

//go:embed holidays.csv
var holidaysCSV []byte

// DefaultDays is the embedded table 2024–2027.
func DefaultDays() []Day {
	days, err := ReadDays(bytes.NewReader(holidaysCSV))
	if err != nil {
		panic(err) // embedded, read by a test
	}
	return days
}

// solarHolidays gives a year without a table its holidays of fixed date, with the compensation days the Labour Code grants.
func solarHolidays(year int) []Day {
	var days []Day
	taken := map[Date]bool{}
	fixed := []Day{
		{Date: NewDate(year, 1, 1), Name: "Tết Dương lịch"},
		{Date: NewDate(year, 4, 30), Name: "Ngày Chiến thắng"},
		{Date: NewDate(year, 5, 1), Name: "Ngày Quốc tế lao động"},
		{Date: NewDate(year, 9, 2), Name: "Quốc khánh"},
	}
	for _, h := range fixed {
		h.Kind, h.Certainty, h.Source = PublicHoliday, "law", "BLLĐ 2019 Đ.112"
		days = append(days, h)
		taken[h.Date] = true
	}
	for _, h := range fixed {
		if !weekend(h.Date) {
			continue
		}
		off := h.Date
		for weekend(off) || taken[off] {
			off = off.AddDays(1)
		}
		taken[off] = true
		days = append(days, Day{Date: off, Kind: CompensationOff, Name: "Nghỉ bù " + h.Name, Certainty: "law", Source: "BLLĐ 2019 Đ.111 k.3"})
	}
	return days
}

func weekend(d Date) bool { w := d.Weekday(); return w == time.Saturday || w == time.Sunday }
