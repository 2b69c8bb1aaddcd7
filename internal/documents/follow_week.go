package documents

import (
	"context"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

// Week is what a week brings and what the last one brought: of the person; for a head of unit of his unit; for a leader of the agency.
type Week struct {
	From, To calendar.Date
	Due      []FollowRow // ends this week
	Overdue  []FollowRow
	Done     []FollowRow // finished last week
	More     bool        // a list has more than is shown
}

// mostOfWeek is how many rows of a list the week shows.
const mostOfWeek = 200

// whose is the reach of a week: $2 the whole agency, $3 also what is limited to its route, $4 unit (-1 none), $5 post.
var whose = `(CAST($2 AS BIGINT) = 1 AND (CAST($3 AS BOOLEAN) OR NOT ` + limitedSQL("incoming", "d.agency_id", "d.id") + `) OR l.unit_id = $4 OR l.holder_kind = 'post' AND l.holder_id = $5)`

var weekRow = `SELECT d.id, l.id AS line_id, d.number, d.notation, d.subject, d.sender_name, d.urgency, l.role, l.state AS line_state, l.holder_name, l.due_date, '' AS first_due,
	l.at_us, l.read_us, l.done_us, 0 AS chased, 0 AS last_chased_us, 0 AS extension
	FROM documents_lines l JOIN documents_incoming d ON d.agency_id = l.agency_id AND d.id = l.incoming_id
	WHERE l.agency_id = $1 AND ` + whose

var (
	sqlWeekDue = store.SQL(weekRow + ` AND l.due_date <> '' AND l.box IN ('to_do', 'coordinating', 'forwarded') AND l.due_date >= $6 AND l.due_date <= $7
		ORDER BY l.due_date, l.id LIMIT $8`)
	sqlWeekDone = store.SQL(weekRow + ` AND l.box = 'done' AND l.done_us >= $6 AND l.done_us < $7 ORDER BY l.done_us, l.id LIMIT $8`)
	sqlQuiet    = store.SQL(`INSERT INTO documents_quiet (agency_id, person_id, what) VALUES ($1, $2, 'digest') ON CONFLICT (agency_id, person_id, what) DO NOTHING`)
	sqlNotQuiet = store.SQL(`DELETE FROM documents_quiet WHERE agency_id = $1 AND person_id = $2 AND what = 'digest'`)
	sqlIsQuiet  = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM documents_quiet WHERE agency_id = $1 AND person_id = $2 AND what = 'digest'`)
)

// WeekOf gives the actor's week (V11, V12).
func WeekOf(ctx context.Context, r store.Reader, a store.Actor, days *calendar.Calendar) (*Week, error) {
	if days == nil {
		days = calendar.Default()
	}
	now := nowOf(r)
	w := &Week{From: weekOf(now), To: weekOf(now).AddDays(6)}
	all := 0
	if Leads(a) {
		all = 1
	}
	reach := []any{a.Agency, all, seesLimited(a), HeadsUnit(a), a.Post()}
	var err error
	read := func(s *store.Stmt, tail ...any) []FollowRow {
		if err != nil {
			return nil
		}
		var rows []FollowRow
		rows, err = store.All[FollowRow](ctx, r, s, append(append([]any{}, reach...), append(tail, mostOfWeek+1)...)...)
		if len(rows) > mostOfWeek {
			rows, w.More = rows[:mostOfWeek], true
		}
		for i := range rows {
			on := now
			if rows[i].DoneAt != 0 {
				on = today(rows[i].DoneAt)
			}
			rows[i].Late = days.Due(rows[i].DueDate, on)
		}
		return rows
	}
	w.Due = read(sqlWeekDue, now, w.To)
	w.Overdue = read(sqlWeekDue, calendar.Date("1900-01-01"), now.AddDays(-1))
	w.Done = read(sqlWeekDone, store.Instant(w.From.AddDays(-7).Time().UnixMicro()), store.Instant(w.From.Time().UnixMicro()))
	return w, err
}

// Digests tells whether the actor is told each week what it brings.
func Digests(ctx context.Context, r store.Reader, a store.Actor) (bool, error) {
	n, err := store.One[int](ctx, r, sqlIsQuiet, a.Agency, a.Person)
	return n == 0, err
}

// SetDigest switches the weekly digest of the actor on or off.
func SetDigest(ctx context.Context, tx *store.Tx, on bool) error {
	a := tx.Actor()
	s := sqlQuiet
	if on {
		s = sqlNotQuiet
	}
	if _, err := tx.Exec(ctx, s, a.Agency, a.Person); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "digest.set", Agency: a.Agency, Ref: "person/" + itoa(a.Person), Data: map[string]bool{"on": on}})
}

// digestAgency writes the weekly digest into the bell of everybody who has something in it and wants it.
func (d *Desk) digestAgency(ctx context.Context, agency int64, now calendar.Date) error {
	if on, err := store.Setting(ctx, d.DB, agency, "documents.digest", "yes"); err != nil || on == "no" {
		return err
	}
	staff, err := org.Staff(ctx, d.DB, org.AgencyID(agency), now)
	if err != nil {
		return err
	}
	for _, h := range staff {
		a := store.Actor{Person: int64(h.PersonID), Holding: int64(h.ID), Agency: agency, Unit: int64(h.UnitID), Roles: h.Roles}
		if on, err := Digests(ctx, d.DB, a); err != nil || !on {
			if err != nil {
				return err
			}
			continue
		}
		w, err := WeekOf(ctx, d.DB, a, d.Calendar)
		if err != nil {
			return err
		}
		if len(w.Due)+len(w.Overdue)+len(w.Done) == 0 {
			continue
		}
		err = d.DB.Write(ctx, store.System(agency), func(tx *store.Tx) error {
			return tx.Record(store.Event{Verb: "digest.told", Agency: agency, Ref: "week/" + string(w.From), Title: w.From.Display(), Notify: []int64{a.Person},
				Text: store.Say("Tuần này: {due} việc đến hạn, {overdue} việc quá hạn; tuần trước xong {done} việc.", "due", len(w.Due), "overdue", len(w.Overdue), "done", len(w.Done))})
		})
		if err != nil {
			return err
		}
	}
	return nil
}
