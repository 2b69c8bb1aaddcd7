package documents

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

const (
	remindHour  = 7   // of the morning, Hanoi time, on working days
	remindBatch = 100 // lines of one transaction
	never       = 1 << 20
)

// reminding is an agency's settings, in working days.
type reminding struct{ before, after, escalate int }

func remindingOf(ctx context.Context, r store.Reader, agency int64) (reminding, error) {
	var out reminding
	for _, s := range []struct {
		name string
		n    *int
		fall int
	}{{"documents.remind_before", &out.before, 2}, {"documents.remind_after", &out.after, 1}, {"documents.escalate_after", &out.escalate, 3}} {
		v, err := store.Setting(ctx, r, agency, s.name, "")
		if err != nil {
			return out, err
		}
		*s.n = s.fall
		if v == "off" {
			*s.n = never
		} else if n, err := strconv.Atoi(v); err == nil && n >= 0 && n <= 365 {
			*s.n = n
		}
	}
	return out, nil
}

// kind tells which reminder a deadline calls for today; "" for none.
func (s reminding) kind(due calendar.Due) string {
	switch {
	case due.State == calendar.Overdue && due.Working >= s.escalate && s.escalate != never:
		return "escalated"
	case due.State == calendar.Overdue && due.Working >= s.after && s.after != never:
		return "late"
	case s.before != never && due.Within(s.before):
		return "soon"
	}
	return ""
}

var (
	sqlRunning = store.SQL(`SELECT ` + lineColumns + ` FROM documents_lines l WHERE l.agency_id = $1 AND l.due_date <> '' AND l.box IN ('to_do', 'coordinating', 'forwarded')
		AND l.due_date <= $2 AND (l.due_date, l.id) > ($3, $4)
		AND NOT EXISTS (SELECT 1 FROM documents_chases c WHERE c.agency_id = l.agency_id AND c.line_id = l.id AND c.kind = 'escalated' AND c.due_date = l.due_date)
		ORDER BY l.due_date, l.id LIMIT $5`)
	sqlReminded   = store.SQL(`SELECT id FROM documents_chases WHERE agency_id = $1 AND line_id = $2 AND kind = $3 AND due_date = $4`)
	sqlRemindOnce = store.SQL(`INSERT INTO documents_chases (agency_id, id, line_id, incoming_id, kind, due_date, by_person, by_name, words, at_us)
		VALUES ($1, $2, $3, $4, $5, $6, 0, '', '', $7) ON CONFLICT (agency_id, line_id, kind, due_date) WHERE kind <> 'chased' DO NOTHING`)
)

// Remind reminds of deadlines and tells what the week brings, each morning of a working day, until ctx ends. Several processes may run it.
func (d *Desk) Remind(ctx context.Context, trouble func(error)) {
	for ctx.Err() == nil {
		if err := d.RemindOnce(ctx); err != nil && ctx.Err() == nil {
			trouble(fmt.Errorf("remind: %w", err))
		}
		t := time.NewTimer(time.Minute)
		select {
		case <-ctx.Done():
		case <-t.C:
		}
		t.Stop()
	}
}

// RemindOnce does what the day calls for and has not been done. What is interrupted goes on at the next call: nobody is reminded twice of
// one deadline.
func (d *Desk) RemindOnce(ctx context.Context) error {
	at := d.DB.Now().Time().In(calendar.Hanoi)
	now := calendar.DateOf(at)
	if at.Hour() < remindHour || !d.days().IsWorking(now) {
		return nil
	}
	agencies, err := org.HostedAgencies(ctx, d.DB)
	if err != nil {
		return err
	}
	for _, a := range agencies {
		agency := int64(a.ID)
		if err := d.once(ctx, agency, "documents.reminded_on", string(now), func() error { return d.remindAgency(ctx, agency, now) }); err != nil {
			return err
		}
		if err := d.once(ctx, agency, "documents.digested_week", string(weekOf(now)), func() error { return d.digestAgency(ctx, agency, now) }); err != nil {
			return err
		}
	}
	return nil
}

// once does the work of a day or week that has not been noted as done, and notes it.
func (d *Desk) once(ctx context.Context, agency int64, setting, mark string, do func() error) error {
	if done, err := store.Setting(ctx, d.DB, agency, setting, ""); err != nil || done == mark {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return d.DB.Keep(ctx, func(tx *store.Tx) error { return tx.Set(ctx, agency, setting, mark) })
}

func (d *Desk) remindAgency(ctx context.Context, agency int64, now calendar.Date) error {
	s, err := remindingOf(ctx, d.DB, agency)
	if err != nil {
		return err
	}
	until := now
	if s.before != never {
		until = d.days().AddWorking(now, s.before)
	}
	due, id := calendar.Date(""), int64(0)
	for {
		lines, err := store.All[Line](ctx, d.DB, sqlRunning, agency, until, due, id, remindBatch)
		if err != nil || len(lines) == 0 {
			return err
		}
		var calls []Line
		for _, l := range lines {
			if s.kind(d.days().Due(l.DueDate, now)) != "" {
				calls = append(calls, l)
			}
		}
		if len(calls) > 0 {
			err = d.DB.Write(ctx, store.System(agency), func(tx *store.Tx) error {
				var heads unitHeads
				for i := range calls {
					if err := remindLine(ctx, tx, &heads, &calls[i], s.kind(d.days().Due(calls[i].DueDate, now))); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		due, id = lines[len(lines)-1].DueDate, lines[len(lines)-1].ID
	}
}

// remindLine tells those whom a deadline concerns, once of a kind: its holder; after that the head of the unit and who gave the line.
func remindLine(ctx context.Context, tx *store.Tx, of *unitHeads, l *Line, kind string) error {
	if _, told, err := store.Maybe[int64](ctx, tx, sqlReminded, l.AgencyID, l.ID, kind, l.DueDate); err != nil || told {
		return err
	}
	n, err := tx.Exec(ctx, sqlRemindOnce, l.AgencyID, tx.NewID(), l.ID, l.IncomingID, kind, l.DueDate, tx.Now())
	if err != nil || n == 0 {
		return err
	}
	d, err := Receipt(ctx, tx, l.AgencyID, l.IncomingID)
	if err != nil {
		return err
	}
	notify, err := peopleOf(ctx, tx, l)
	if err != nil {
		return err
	}
	verb := "document.reminded"
	said := store.Say("Văn bản {code} sắp đến hạn xử lý: {due}.", "code", d.name(), "due", l.DueDate)
	switch kind {
	case "late":
		said = store.Say("Văn bản {code} đã quá hạn xử lý từ {due}.", "code", d.name(), "due", l.DueDate)
	case "escalated":
		verb = "document.escalated"
		said = store.Say("Văn bản {code} giao {holder} đã quá hạn từ {due}.", "code", d.name(), "holder", l.HolderName, "due", l.DueDate)
		heads, err := of.unit(ctx, tx, l.AgencyID, l.UnitID)
		if err != nil {
			return err
		}
		notify = append(append(notify, heads...), l.FromPerson)
	}
	return tx.Record(store.Event{Verb: verb, Agency: l.AgencyID, Ref: d.Ref(), Title: d.name(), Text: said, Notify: notify})
}

// weekOf is the Monday of a day's week.
func weekOf(d calendar.Date) calendar.Date {
	return d.AddDays(-(int(d.Weekday()) + 6) % 7)
}
