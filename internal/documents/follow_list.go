package documents

import (
	"context"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// Tabs of what the actor gave to others.
const (
	FollowOpen    = "open"
	FollowOverdue = "overdue"
	FollowSoon    = "soon"
	FollowAsked   = "asked" // an extension waits for the answer
	FollowDone    = "done"
)

// FollowLabel is the Vietnamese name of a tab.
func FollowLabel(tab string) string {
	return map[string]string{FollowOpen: "Đang xử lý", FollowOverdue: "Quá hạn", FollowSoon: "Sắp đến hạn", FollowAsked: "Xin gia hạn", FollowDone: "Đã xong"}[tab]
}

// FollowRow is one line that the actor gave, with where it stands.
type FollowRow struct {
	ID         int64 // the document
	LineID     int64
	Number     string
	Notation   string
	Subject    string
	SenderName string
	Urgency    Urgency
	Role       LineRole
	LineState  LineState
	HolderName string
	DueDate    calendar.Date // agreed last
	FirstDue   calendar.Date // set at first, when it was put off; else ""
	At         store.Instant `db:"at_us"`
	ReadAt     store.Instant `db:"read_us"`
	DoneAt     store.Instant `db:"done_us"`
	Chased     int           // how often by a person
	LastChased store.Instant `db:"last_chased_us"`
	Extension  int64         // the request that waits, 0 = none
	Late       calendar.Due  `db:"-"`
}

// Code is number and notation joined.
func (r FollowRow) Code() string { return joinCode(r.Number, r.Notation) }

// soonDays is how many working days before its end a deadline is near.
const soonDays = 2

var followTabs = []struct{ code, where string }{
	{FollowOpen, pending},
	{FollowOverdue, pending + ` AND l.due_date <> '' AND l.due_date < ?`},
	{FollowSoon, pending + ` AND l.due_date >= ? AND l.due_date <= ?`},
	{FollowAsked, pending + ` AND EXISTS (SELECT 1 FROM documents_extensions x WHERE x.agency_id = l.agency_id AND x.line_id = l.id AND x.state = 'asked')`},
	{FollowDone, `l.box = 'done'`},
}

type followStatements struct{ older, newer, count *store.Stmt }

var followed = func() map[string]followStatements {
	out := map[string]followStatements{}
	from := ` FROM documents_lines l JOIN documents_incoming d ON d.agency_id = l.agency_id AND d.id = l.incoming_id WHERE l.agency_id = ? AND l.from_holding = ? AND `
	row := `SELECT d.id, l.id AS line_id, d.number, d.notation, d.subject, d.sender_name, d.urgency, l.role, l.state AS line_state, l.holder_name, l.due_date,
		COALESCE((SELECT x.was_due FROM documents_extensions x WHERE x.agency_id = l.agency_id AND x.incoming_id = l.incoming_id AND x.line_id = l.id AND x.state = 'agreed' ORDER BY x.id LIMIT 1), '') AS first_due,
		l.at_us, l.read_us, l.done_us,
		(SELECT CAST(count(*) AS BIGINT) FROM documents_chases c WHERE c.agency_id = l.agency_id AND c.line_id = l.id AND c.kind = 'chased') AS chased,
		COALESCE((SELECT max(c.at_us) FROM documents_chases c WHERE c.agency_id = l.agency_id AND c.line_id = l.id), 0) AS last_chased_us,
		COALESCE((SELECT x.id FROM documents_extensions x WHERE x.agency_id = l.agency_id AND x.line_id = l.id AND x.state = 'asked'), 0) AS extension`
	for _, t := range followTabs {
		out[t.code] = followStatements{
			older: store.SQL(numbered(row + from + t.where + ` AND (l.at_us, l.id) < (?, ?) ORDER BY l.at_us DESC, l.id DESC LIMIT ?`)),
			newer: store.SQL(numbered(row + from + t.where + ` AND (l.at_us, l.id) > (?, ?) ORDER BY l.at_us, l.id LIMIT ?`)),
			count: store.SQL(numbered(`SELECT CAST(count(*) AS BIGINT) FROM (SELECT l.id` + strings.Replace(from, ` JOIN documents_incoming d ON d.agency_id = l.agency_id AND d.id = l.incoming_id`, "", 1) + t.where + ` LIMIT ?) AS counted`)),
		}
	}
	return out
}()

// followArgs are the values of a tab's predicate.
func followArgs(tab string, days *calendar.Calendar, now calendar.Date) []any {
	switch tab {
	case FollowOverdue:
		return []any{now}
	case FollowSoon:
		return []any{now, days.AddWorking(now, soonDays)}
	}
	return nil
}

// Follow lists what the actor gave to others (V11, V12), newest first, with the counts of every tab taken by the lists' own predicates (N8).
func Follow(ctx context.Context, r store.Reader, a store.Actor, f InFilter) (Page[FollowRow], error) {
	var page Page[FollowRow]
	c, err := parseCursor(f.Before)
	if err != nil {
		return page, err
	}
	if f.Tab == "" {
		f.Tab = FollowOpen
	}
	if f.Days == nil {
		f.Days = calendar.Default()
	}
	s, ok := followed[f.Tab]
	if !ok {
		return page, store.Refuse(store.NotFound, "Không có danh sách này.")
	}
	now, limit := nowOf(r), limited(f.Limit)
	q := s.older
	if c.Back {
		q = s.newer
	}
	rows, err := store.All[FollowRow](ctx, r, q, append(append([]any{a.Agency, a.Post()}, followArgs(f.Tab, f.Days, now)...), c.At, c.ID, limit+1)...)
	if err != nil {
		return page, err
	}
	page = paged(rows, c, limit, func(row FollowRow) (int64, int64) { return int64(row.At), row.LineID })
	for i := range page.Rows {
		on := now
		if row := &page.Rows[i]; row.DoneAt != 0 {
			on = today(row.DoneAt)
		}
		page.Rows[i].Late = f.Days.Due(page.Rows[i].DueDate, on)
	}
	for _, t := range followTabs {
		n, err := store.One[int](ctx, r, followed[t.code].count, append(append([]any{a.Agency, a.Post()}, followArgs(t.code, f.Days, now)...), MostCounted+1)...)
		if err != nil {
			return page, err
		}
		page.Tabs = append(page.Tabs, Tab{Code: t.code, Count: min(n, MostCounted), More: n > MostCounted})
	}
	return page, nil
}
