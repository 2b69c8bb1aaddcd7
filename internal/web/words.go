package web

import (
	"context"
	"time"

	"congvu/internal/calendar"
)

// timeOfDays is a number of days as time.
func timeOfDays(n int64) time.Duration { return time.Duration(n) * 24 * time.Hour }

// dueView says where a deadline stands.
func dueView(ctx context.Context, d calendar.Due) DueView {
	v := DueView{At: d.On.Time()}
	if text, args := d.Text(); text != "" {
		v.Note = translate(ctx, text, args)
	}
	switch {
	case d.State == calendar.Overdue:
		v.Look = DueLate
	case d.Within(1):
		v.Look = DueSoon
	}
	return v
}
