package audit

import (
	"context"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// DayCount is how often something was recorded on a day, and by how many people.
type DayCount struct {
	Day       calendar.Date
	Count     int64
	Different int64
}

var sqlTimes = store.SQL(`SELECT at_us, person_id FROM store_journal WHERE agency_id = $1 AND verb = $2 AND at_us >= $3 AND at_us < $4 ORDER BY id DESC LIMIT $5`)

// mostCounted bounds the entries that are read for a statistic.
const mostCounted = 200_000

type moment struct {
	At       store.Instant `db:"at_us"`
	PersonID int64
}

// Daily counts the entries of one verb in the actor's agency by day in Hanoi, newest day first (sign-ins: V36). Forbidden to those who may not read the journal.
func Daily(ctx context.Context, r store.Reader, a store.Actor, verb string, from, to store.Instant) ([]DayCount, error) {
	if !MayRead(a) {
		return nil, store.Refuse(store.Forbidden, "Chỉ người đứng đầu và quản trị của cơ quan được xem nhật ký.")
	}
	var out []DayCount
	people := map[int64]bool{}
	for m, err := range store.Each[moment](ctx, r, sqlTimes, a.Agency, verb, from, to, mostCounted) {
		if err != nil {
			return nil, err
		}
		day := calendar.DateOf(m.At.Time())
		if len(out) == 0 || out[len(out)-1].Day != day {
			out, people = append(out, DayCount{Day: day}), map[int64]bool{}
		}
		last := &out[len(out)-1]
		last.Count++
		if !people[m.PersonID] {
			people[m.PersonID] = true
			last.Different++
		}
	}
	return out, nil
}
