package calendar

// DueState is where a deadline stands.
type DueState string

const (
	NoDeadline DueState = "none"
	DueLater   DueState = "later"
	DueToday   DueState = "today"
	Overdue    DueState = "overdue"
)

// Due compares a deadline with a day.
type Due struct {
	On      Date
	State   DueState
	Working int // working days left, or overdue
	Days    int // calendar days left, or overdue
}

// Due tells where the deadline `on` stands on the day `today` (for finished work: the day it was finished). A deadline
// ends with its day; overdue working days are those that began after it (D10.18).
func (c *Calendar) Due(on, today Date) Due {
	due := Due{On: on, State: NoDeadline}
	if !on.Valid() || !today.Valid() {
		return due
	}
	due.Days, due.Working = today.DaysUntil(on), c.WorkingBetween(today, on)
	switch {
	case due.Days > 0:
		due.State = DueLater
	case due.Days == 0:
		due.State = DueToday
	default:
		due.State = Overdue
		due.Days, due.Working = -due.Days, -due.Working
	}
	return due
}

// Within reports whether the deadline is near: not past, and at most n working days away.
func (d Due) Within(n int) bool {
	return d.State == DueToday || d.State == DueLater && d.Working <= n
}

// Text gives the Vietnamese words and their arguments, unformatted; empty without a deadline.
func (d Due) Text() (string, map[string]any) {
	switch {
	case d.State == DueToday:
		return "Hạn hôm nay", nil
	case d.State == DueLater && d.Working == 0:
		return "Còn {days} ngày nghỉ đến hạn", map[string]any{"days": d.Days}
	case d.State == DueLater:
		return "Còn {days} ngày làm việc", map[string]any{"days": d.Working}
	case d.State == Overdue && d.Working == 0:
		return "Đã quá hạn", nil
	case d.State == Overdue:
		return "Quá hạn {days} ngày làm việc", map[string]any{"days": d.Working}
	}
	return "", nil
}
