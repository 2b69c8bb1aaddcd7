package calendar

import "time"

// Hours are the office hours of every working day, as time since midnight in Hanoi. The zero value is 08:00–17:00.
type Hours struct {
	Open, Close time.Duration
}

func (h Hours) set() Hours {
	if h.Open == 0 && h.Close == 0 {
		return Hours{Open: 8 * time.Hour, Close: 17 * time.Hour}
	}
	return h
}

// Valid reports whether the office opens before it closes, within one day.
func (h Hours) Valid() bool {
	h = h.set()
	return h.Open >= 0 && h.Open < h.Close && h.Close <= 24*time.Hour
}

// OpensAt and ClosesAt are instants of the given day, worked or not.
func (h Hours) OpensAt(d Date) time.Time  { return d.Time().Add(h.set().Open) }
func (h Hours) ClosesAt(d Date) time.Time { return d.Time().Add(h.set().Close) }

// InOffice reports whether t lies in office hours of a working day (closing time excluded).
func (c *Calendar) InOffice(t time.Time, h Hours) bool {
	d := DateOf(t)
	return c.IsWorking(d) && !t.Before(h.OpensAt(d)) && t.Before(h.ClosesAt(d))
}

// OfficeTime is t if the office is open, else its next opening.
func (c *Calendar) OfficeTime(t time.Time, h Hours) time.Time {
	d := DateOf(t)
	switch {
	case d == "":
		return time.Time{}
	case c.IsWorking(d) && t.Before(h.OpensAt(d)):
		return h.OpensAt(d)
	case c.InOffice(t, h):
		return t
	}
	next := c.NextWorking(d)
	if next == "" {
		return time.Time{}
	}
	return h.OpensAt(next)
}

// AddOffice adds time that passes in office hours only: 60 minutes from 16:30 end the next working day at 08:30 (D10.19).
// The zero time when the hours are invalid or the end leaves the years kept.
func (c *Calendar) AddOffice(t time.Time, span time.Duration, h Hours) time.Time {
	h = h.set()
	if !h.Valid() || span < 0 {
		return time.Time{}
	}
	t = c.OfficeTime(t, h)
	if t.IsZero() {
		return t
	}
	d := DateOf(t)
	span += t.Sub(h.OpensAt(d))
	perDay := h.Close - h.Open
	days := int(span / perDay)
	rest := span % perDay
	if rest == 0 && days > 0 { // a full day ends when the office closes, not when it opens again
		days, rest = days-1, perDay
	}
	if days > 0 {
		if d = c.AddWorking(d, days); d == "" {
			return time.Time{}
		}
	}
	return h.OpensAt(d).Add(rest)
}
