package documents

import (
	"context"
	"strconv"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// box is one tab: a predicate over documents d or lines l. Its list and its count are built from the same text (N8).
type box struct {
	code  string
	lines bool
	where string                                         // its values stand as ?
	args  func(a store.Actor, today calendar.Date) []any // the values, in order
	open  func(a store.Actor) bool                       // who has the tab
	reach []int                                          // values of incomingBound that the predicate takes, after args
	plain listing                                        // nothing narrowed: the hot path
	sift  listing                                        // with the filter
}

// listing is the three statements of a tab.
type listing struct{ older, newer, count *store.Stmt }

func none(store.Actor, calendar.Date) []any                  { return nil }
func onDay(_ store.Actor, today calendar.Date) []any         { return []any{today} }
func isClerk(a store.Actor) bool                             { return sight(a) == seesArrived }
func isLeader(a store.Actor) bool                            { return sight(a) == seesSubmitted }
func everyone(store.Actor) bool                              { return true }
func handles(a store.Actor) bool                             { return sight(a) == seesOwnLines }
func submittedToMe(a store.Actor, _ calendar.Date) []any     { return []any{a.Holding} }
func submittedToPerson(a store.Actor, _ calendar.Date) []any { return []any{a.For, a.For} }

const (
	pending   = `l.box IN ('to_do', 'coordinating', 'forwarded')`
	submitted = `(d.submitted_us > 0 OR d.state IN ('assigned', 'in_progress', 'done'))`
	isLate    = `d.handle_due <> '' AND d.done_us = 0 AND d.handle_due < ?`
)

// boxes lists every tab in the order of the page. Codes repeat where the same name means another reach for another role.
var (
	seenAsked, seenOrder   = asked(incomingSeen)
	givenAsked, givenOrder = asked(incomingGiven)
)

var boxes = build([]box{
	{code: InTabArrivals, where: `d.stage = 'arrivals'`, args: none, open: isClerk},
	{code: InTabToSubmit, where: `d.stage = 'to_submit'`, args: none, open: isClerk},
	{code: InTabToDirect, where: `d.stage = 'to_direct'`, args: none, open: isClerk},
	{code: InTabToDirect, where: `d.stage = 'to_direct' AND d.submitted_to = ?`, args: submittedToMe, open: Leads},
	{code: InTabToDirect, where: `d.stage = 'to_direct' AND (CAST(? AS BIGINT) = 0 OR d.submitted_person = ?)`, args: submittedToPerson,
		open: func(a store.Actor) bool { return isLeader(a) && !Leads(a) }},
	{code: InTabToDo, lines: true, where: `l.box = 'to_do'`, args: none, open: everyone},
	{code: InTabReturned, lines: true, where: `l.box IN ('to_do', 'coordinating', 'informed') AND l.state = 'returned_to_me'`, args: none, open: everyone},
	{code: InTabCoordinating, lines: true, where: `l.box = 'coordinating'`, args: none, open: everyone},
	{code: InTabInformed, lines: true, where: `l.box = 'informed'`, args: none, open: everyone},
	{code: InTabForwarded, lines: true, where: `l.box = 'forwarded'`, args: none, open: everyone},
	{code: InTabHandling, where: `d.stage = 'handling'`, args: none, open: func(a store.Actor) bool { return !handles(a) }},
	{code: InTabOverdue, where: isLate, args: onDay, open: func(a store.Actor) bool { return !handles(a) }},
	{code: InTabOverdue, lines: true, where: pending + ` AND l.due_date <> '' AND l.due_date < ?`, args: onDay, open: handles},
	{code: InTabDone, where: `d.stage = 'done'`, args: none, open: func(a store.Actor) bool { return !handles(a) }},
	{code: InTabDone, lines: true, where: `l.box = 'done'`, args: none, open: handles},
	{code: InTabRefused, where: `d.stage = 'refused'`, args: none, open: isClerk},
	{code: InTabGranted, where: givenAsked, reach: givenOrder, args: none, open: everyone},
	{code: InTabAll, where: `d.stage <> ''`, args: none, open: isClerk},
	{code: InTabAll, where: submitted, args: none, open: isLeader},
	{code: InTabAll, lines: true, where: `l.box <> 'gone'`, args: none, open: handles},
})

const (
	documentRow = `d.id, d.state, d.source, d.verdict, d.arrival_number, d.arrival_year, d.arrived_date, d.sender_name, d.number, d.notation,
		d.issued_date, d.type_code, d.type_name, d.subject, d.urgency, d.lead_name, d.pending_request`
	docSelect = `SELECT ` + documentRow + `, 0 AS line_id, '' AS line_state, '' AS role, '' AS holder_name, '' AS from_name,
		CASE WHEN d.handle_due <> '' THEN d.handle_due ELSE d.due_date END AS due, d.arrived_us AS at_us, d.registered_us AS read_us, d.done_us
		FROM documents_incoming d WHERE d.agency_id = ? AND `
	lineSelect = `SELECT ` + documentRow + `, l.id AS line_id, l.state AS line_state, l.role, l.holder_name, l.from_name,
		CASE WHEN l.due_date <> '' THEN l.due_date ELSE d.due_date END AS due, l.at_us, l.read_us, l.done_us
		FROM documents_lines l JOIN documents_incoming d ON d.agency_id = l.agency_id AND d.id = l.incoming_id
		WHERE l.agency_id = ? AND l.holder_kind = '`
	sieve = ` AND d.search_text LIKE ? AND d.search_text LIKE ? AND d.search_text LIKE ? AND d.search_text LIKE ?
		AND (CAST(? AS TEXT) = '' OR d.type_code = ?) AND (CAST(? AS BIGINT) < 0 OR d.urgency = ?)
		AND (CAST(? AS TEXT) = '' OR d.arrived_date >= ?) AND (CAST(? AS TEXT) = '' OR d.arrived_date <= ?)`
)

func build(all []box) []box {
	for i := range all {
		b := &all[i]
		b.plain, b.sift = b.statements(""), b.statements(sieve)
	}
	return all
}

// statements writes a tab's SQL. The values stand in this order: agency, (holder,) those of the predicate, (those of the sight,) those of the filter, then of a
// list the place (at, id) and the limit; for lines once for the person's post and once for the unit, and the limit again.
func (b *box) statements(filter string) listing {
	if !b.lines {
		seen := b.where + ` AND ` + seenAsked
		from := docSelect + seen + filter
		return listing{
			older: store.SQL(numbered(from + ` AND (d.arrived_us, d.id) < (?, ?) ORDER BY d.arrived_us DESC, d.id DESC LIMIT ?`)),
			newer: store.SQL(numbered(from + ` AND (d.arrived_us, d.id) > (?, ?) ORDER BY d.arrived_us, d.id LIMIT ?`)),
			count: store.SQL(numbered(`SELECT CAST(count(*) AS BIGINT) FROM (SELECT d.id FROM documents_incoming d WHERE d.agency_id = ? AND ` + seen + filter + ` LIMIT ?) AS counted`)),
		}
	}
	half := func(kind, place string) string {
		return `SELECT * FROM (` + lineSelect + kind + `' AND l.holder_id = ? AND ` + b.where + filter + place + `) AS of_` + kind
	}
	list := func(sign, way string) *store.Stmt {
		place := ` AND (l.at_us, l.id) ` + sign + ` (?, ?) ORDER BY l.at_us` + way + `, l.id` + way + ` LIMIT ?`
		return store.SQL(numbered(`SELECT * FROM (` + half("post", place) + ` UNION ALL ` + half("unit", place) + `) AS both_halves
			ORDER BY at_us` + way + `, line_id` + way + ` LIMIT ?`))
	}
	counted := func(kind string) string {
		from := `SELECT l.id FROM documents_lines l`
		if filter != "" {
			from += ` JOIN documents_incoming d ON d.agency_id = l.agency_id AND d.id = l.incoming_id`
		}
		return from + ` WHERE l.agency_id = ? AND l.holder_kind = '` + kind + `' AND l.holder_id = ? AND ` + b.where + filter
	}
	return listing{older: list("<", " DESC"), newer: list(">", ""),
		count: store.SQL(numbered(`SELECT CAST(count(*) AS BIGINT) FROM (` + counted("post") + ` UNION ALL ` + counted("unit") + ` LIMIT ?) AS counted`))}
}

// numbered turns each ? into $1, $2, …
func numbered(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if r != '?' {
			b.WriteRune(r)
			continue
		}
		n++
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(n))
	}
	return b.String()
}

// sifting is the values of the filter; nil when it narrows nothing.
func (f InFilter) sifting() ([]any, error) {
	urgency := -1
	if f.Urgency != "" {
		u, ok := ParseUrgency(f.Urgency)
		if !ok {
			return nil, store.RefuseField("urgency", "Mức độ khẩn không có trong danh mục.")
		}
		urgency = int(u)
	}
	words := strings.Fields(strings.NewReplacer("%", " ", "_", " ").Replace(i18n.Fold(f.Q)))
	if len(words) == 0 && f.Type == "" && urgency < 0 && f.From == "" && f.To == "" {
		return nil, nil
	}
	var like [4]string
	for i, w := range words {
		like[min(i, 3)] += "%" + w // the fourth pattern takes the rest in their order
	}
	out := make([]any, 0, 12)
	for _, l := range like {
		out = append(out, l+"%")
	}
	return append(out, f.Type, f.Type, urgency, urgency, f.From, f.From, f.To, f.To), nil
}

// values puts the values of a statement in order.
func (b *box) values(r store.Reader, a store.Actor, now calendar.Date, sift []any, tail ...any) []any {
	inner := append([]any{}, b.args(a, now)...)
	if !b.lines {
		bound := incomingBound(r, a)
		inner = append(append(inner, valuesOf(b.reach, bound)...), valuesOf(seenOrder, bound)...)
	}
	inner = append(inner, sift...)
	if !b.lines {
		return append(append([]any{a.Agency}, inner...), tail...)
	}
	var out []any
	for _, holder := range []int64{a.Post(), HeadsUnit(a)} {
		out = append(append(out, a.Agency, holder), inner...)
		out = append(out, tail...)
	}
	if len(tail) > 0 {
		out = append(out, tail[len(tail)-1])
	}
	return out
}

func (b *box) count(ctx context.Context, r store.Reader, a store.Actor, now calendar.Date, sift []any) (Tab, error) {
	s := b.plain.count
	if sift != nil {
		s = b.sift.count
	}
	args := b.values(r, a, now, sift)
	n, err := store.One[int](ctx, r, s, append(args, MostCounted+1)...)
	return Tab{Code: b.code, Count: min(n, MostCounted), More: n > MostCounted}, err
}

func (b *box) list(ctx context.Context, r store.Reader, a store.Actor, now calendar.Date, sift []any, c cursor, limit int) ([]IncomingRow, error) {
	l := b.plain
	if sift != nil {
		l = b.sift
	}
	s := l.older
	if c.Back {
		s = l.newer
	}
	return store.All[IncomingRow](ctx, r, s, b.values(r, a, now, sift, c.At, c.ID, limit)...)
}

// boxesOf lists the tabs an actor has, in order.
func boxesOf(a store.Actor) []*box {
	var out []*box
	for i := range boxes {
		if boxes[i].open(a) {
			out = append(out, &boxes[i])
		}
	}
	return out
}

// InTabs lists the codes of the tabs an actor has, in order.
func InTabs(a store.Actor) []string {
	var out []string
	for _, b := range boxesOf(a) {
		out = append(out, b.code)
	}
	return out
}

// nowOf is the installation's time: databases and acts both tell it.
func nowOf(r store.Reader) calendar.Date {
	return today(r.(interface{ Now() store.Instant }).Now())
}

// Inbox gives a page of one of the actor's tabs, newest first, with the counts of all of them under the same filter. A tab that the actor
// does not have is NotFound.
func Inbox(ctx context.Context, r store.Reader, a store.Actor, f InFilter) (Page[IncomingRow], error) {
	var page Page[IncomingRow]
	c, err := parseCursor(f.Before)
	if err != nil {
		return page, err
	}
	sift, err := f.sifting()
	if err != nil {
		return page, err
	}
	now, limit := nowOf(r), limited(f.Limit)
	tabs := boxesOf(a)
	if f.Tab == "" {
		f.Tab = tabs[0].code
	}
	found := false
	var counts []Tab
	for _, b := range tabs {
		t, err := b.count(ctx, r, a, now, sift)
		if err != nil {
			return page, err
		}
		counts = append(counts, t)
		if b.code != f.Tab {
			continue
		}
		found = true
		rows, err := b.list(ctx, r, a, now, sift, c, limit+1)
		if err != nil {
			return page, err
		}
		page = paged(rows, c, limit, func(row IncomingRow) (int64, int64) {
			if row.LineID != 0 {
				return int64(row.At), row.LineID
			}
			return int64(row.At), row.ID
		})
	}
	if !found {
		return page, store.Refuse(store.NotFound, "Không có danh sách này.")
	}
	page.Tabs = counts
	days := f.Days
	if days == nil {
		days = calendar.Default()
	}
	for i := range page.Rows {
		page.Rows[i].Late = page.Rows[i].due(days, now)
	}
	return page, nil
}

// due tells where the deadline stands: today, or on the day the work was finished.
func (r *IncomingRow) due(days *calendar.Calendar, now calendar.Date) calendar.Due {
	if r.DoneAt != 0 {
		now = today(r.DoneAt)
	}
	return days.Due(r.Due, now)
}

// Arrivals is the registry's queue of arrived documents.
func Arrivals(ctx context.Context, r store.Reader, a store.Actor, f InFilter) (Page[IncomingRow], error) {
	f.Tab = InTabArrivals
	return Inbox(ctx, r, a, f)
}
