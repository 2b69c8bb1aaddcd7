package calendar

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"sync"
	"time"
)

// Calendar answers which days are worked. It never changes; With and WithYear give new ones.
type Calendar struct {
	days   map[Date]Day
	tables map[int]bool // years whose days are all in days
	known  map[int]bool // years entered as a whole
	before []int32      // working days before day number i, one more than there are days
}

// Default is the calendar of the embedded tables.
var Default = sync.OnceValue(func() *Calendar {
	c, err := New(DefaultDays())
	if err != nil {
		panic(err) // embedded, read by a test
	}
	return c
})

// New builds a calendar: Monday to Friday are worked, the given days differ. A year named by none of them has the holidays
// of the solar calendar only. The same date twice, an unknown kind or a make-up day on a working weekday is an error.
func New(days []Day) (*Calendar, error) {
	c := &Calendar{days: make(map[Date]Day, len(days)), tables: map[int]bool{}}
	for _, d := range days {
		if err := d.check(); err != nil {
			return nil, fmt.Errorf("calendar: %w", err)
		}
		if _, twice := c.days[d.Date]; twice {
			return nil, fmt.Errorf("calendar: %s is entered twice", d.Date)
		}
		c.days[d.Date] = d
		c.tables[d.Date.Year()] = true
	}
	c.known = c.tables
	c.count()
	return c, nil
}

// count settles every day of the years kept: the weekday, then the holidays, then the entries.
func (c *Calendar) count() {
	worked := make([]bool, lastNumber+1)
	for i := range worked {
		w := weekday(i)
		worked[i] = w != time.Saturday && w != time.Sunday
	}
	enter := func(d Day) {
		if n, ok := d.Date.number(); ok && d.Kind != Ordinary {
			worked[n] = d.Kind == SwapWorking
		}
	}
	for year := MinYear; year <= MaxYear; year++ {
		if !c.tables[year] {
			for _, d := range solarHolidays(year) {
				enter(d)
			}
		}
	}
	for _, d := range c.days {
		enter(d)
	}
	c.before = make([]int32, len(worked)+1)
	for i, w := range worked {
		c.before[i+1] = c.before[i]
		if w {
			c.before[i+1]++
		}
	}
}

// With replaces or adds single days; an Ordinary day takes an entry back.
func (c *Calendar) With(days ...Day) (*Calendar, error) {
	merged := make(map[Date]Day, len(c.days)+len(days))
	for k, d := range c.days {
		merged[k] = d
	}
	seen := map[Date]bool{}
	for _, d := range days {
		if seen[d.Date] {
			return nil, fmt.Errorf("calendar: %s is entered twice", d.Date)
		}
		seen[d.Date] = true
		if !c.tables[d.Date.Year()] {
			for _, h := range solarHolidays(d.Date.Year()) {
				if _, set := merged[h.Date]; !set {
					merged[h.Date] = h
				}
			}
		}
		merged[d.Date] = d
	}
	fresh, err := New(sorted(merged))
	if err != nil {
		return nil, err
	}
	fresh.known = c.known
	return fresh, nil
}

// WithYear replaces a whole year's table. Days of another year are an error; none at all leave the year the solar holidays.
func (c *Calendar) WithYear(year int, days []Day) (*Calendar, error) {
	kept := make([]Day, 0, len(c.days)+len(days))
	for _, d := range sorted(c.days) {
		if d.Date.Year() != year {
			kept = append(kept, d)
		}
	}
	for _, d := range days {
		if d.Date.Year() != year {
			return nil, fmt.Errorf("calendar: %.20q does not lie in %d", string(d.Date), year)
		}
	}
	fresh, err := New(append(kept, days...))
	if err != nil {
		return nil, err
	}
	fresh.known = maps.Clone(c.known)
	fresh.known[year] = len(days) > 0
	return fresh, nil
}

func sorted(m map[Date]Day) []Day {
	days := make([]Day, 0, len(m))
	for _, d := range m {
		days = append(days, d)
	}
	slices.SortFunc(days, func(a, b Day) int {
		if a.Date < b.Date {
			return -1
		}
		return 1
	})
	return days
}

// Known reports whether a year was entered as a whole (New, WithYear); if not, lunar holidays and swaps of that year are still missing.
func (c *Calendar) Known(year int) bool { return c.known[year] }

// Days gives the entries of a year in order.
func (c *Calendar) Days(year int) []Day {
	var days []Day
	for _, d := range sorted(c.days) {
		if d.Date.Year() == year {
			days = append(days, d)
		}
	}
	if !c.tables[year] && year >= MinYear && year <= MaxYear {
		return solarHolidays(year)
	}
	return days
}

// IsWorking reports whether d is worked; none is not.
func (c *Calendar) IsWorking(d Date) bool {
	n, ok := d.number()
	return ok && c.before[n+1] > c.before[n]
}

// AddWorking counts n working days from d: n = 0 is d itself or the next working day, n > 0 the n-th working day after d,
// n < 0 the n-th before it. None, and what leaves the years kept, is none.
func (c *Calendar) AddWorking(d Date, n int) Date {
	at, ok := d.number()
	if !ok || n > lastNumber || n < -lastNumber {
		return ""
	}
	target := int(c.before[at]) + 1 // the working day on or after d
	switch {
	case n > 0:
		target = int(c.before[at+1]) + n
	case n < 0:
		target = int(c.before[at]) + n + 1
	}
	if target < 1 || target > int(c.before[lastNumber+1]) {
		return ""
	}
	i := sort.Search(lastNumber+1, func(i int) bool { return int(c.before[i+1]) >= target })
	return fromNumber(i)
}

// NextWorking is the first working day after d.
func (c *Calendar) NextWorking(d Date) Date { return c.AddWorking(d, 1) }

// PreviousWorking is the last working day before d.
func (c *Calendar) PreviousWorking(d Date) Date { return c.AddWorking(d, -1) }

// WorkingOnOrAfter is d or the next working day.
func (c *Calendar) WorkingOnOrAfter(d Date) Date { return c.AddWorking(d, 0) }

// WorkingOnOrBefore is d or the previous working day.
func (c *Calendar) WorkingOnOrBefore(d Date) Date {
	if c.IsWorking(d) {
		return d
	}
	return c.PreviousWorking(d)
}

// WorkingBetween counts the working days after from up to and including to; when to is earlier, minus the working days
// after to up to and including from. 0 if either is none.
func (c *Calendar) WorkingBetween(from, to Date) int {
	a, okA := from.number()
	b, okB := to.number()
	if !okA || !okB {
		return 0
	}
	return int(c.before[b+1] - c.before[a+1])
}
