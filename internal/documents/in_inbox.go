package documents

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// box is one tab: a predicate over documents d or lines l. Its list and its count are built from the same text (N8). Texts name their values as inValues
// numbers them.
type box struct {
	code  string
	lines bool
	where string
	open  func(a store.Actor) bool // who has the tab
	order string                   // of what is counted, where it is not that of the list: the engine then stops where the counting does
	lists [reaches][2]listing      // [reach][with the filter]
}

// listing is the two directions of a tab's list.
type listing struct{ older, newer asking }

func isClerk(a store.Actor) bool   { return sight(a) == seesArrived }
func isLeader(a store.Actor) bool  { return sight(a) == seesSubmitted }
func everyone(store.Actor) bool    { return true }
func handles(a store.Actor) bool   { return sight(a) == seesOwnLines }
func agencies(a store.Actor) bool  { return !handles(a) }
func assistant(a store.Actor) bool { return isLeader(a) && !Leads(a) }

// The values of this list's statements: $1 agency, $2 today, $3 to $10 those of incomingBound, $11 to $22 the filter, $23 and $24 the place, $25 the limit,
// $26 the post and $27 the unit whose lines are asked for, $28 whom an assistant acts for (0 none), and of counts $29 and on the wishes.
const inWishes = 29

func inValues(r store.Reader, a store.Actor, now calendar.Date, sift []any, c cursor, limit int) []any {
	out := append([]any{a.Agency, now}, incomingBound(r, a)...)
	if sift == nil {
		sift = make([]any, 12)
	}
	return append(append(out, sift...), c.At, c.ID, limit, a.Post(), HeadsUnit(a), a.For)
}

const (
	pending   = `l.box IN ('to_do', 'coordinating', 'forwarded')`
	submitted = `(d.submitted_us > 0 OR d.state IN ('assigned', 'in_progress', 'done'))`
	isLate    = `d.handle_due <> '' AND d.done_us = 0 AND d.handle_due < $2`
)

// boxes lists every tab in the order of the page. Codes repeat where the same name means another reach for another role.
var boxes = build([]box{
	{code: InTabArrivals, where: `d.stage = 'arrivals'`, open: isClerk},
	{code: InTabToSubmit, where: `d.stage = 'to_submit'`, open: isClerk},
	{code: InTabToDirect, where: `d.stage = 'to_direct'`, open: isClerk},
	{code: InTabToDirect, where: `d.stage = 'to_direct' AND d.submitted_to = $5`, open: Leads},
	{code: InTabToDirect, where: `d.stage = 'to_direct' AND (CAST($28 AS BIGINT) = 0 OR d.submitted_person = $28)`, open: assistant},
	{code: InTabToDo, lines: true, where: `l.box = 'to_do'`, open: everyone},
	{code: InTabReturned, lines: true, where: `l.box IN ('to_do', 'coordinating', 'informed') AND l.state = 'returned_to_me'`, open: everyone},
	{code: InTabCoordinating, lines: true, where: `l.box = 'coordinating'`, open: everyone},
	{code: InTabInformed, lines: true, where: `l.box = 'informed'`, open: everyone},
	{code: InTabForwarded, lines: true, where: `l.box = 'forwarded'`, open: everyone},
	{code: InTabHandling, where: `d.stage = 'handling'`, open: agencies},
	{code: InTabOverdue, where: isLate, order: `d.handle_due`, open: agencies},
	{code: InTabOverdue, lines: true, where: pending + ` AND l.due_date <> '' AND l.due_date < $2`, open: handles},
	{code: InTabDone, where: `d.stage = 'done'`, open: agencies},
	{code: InTabDone, lines: true, where: `l.box = 'done'`, open: handles},
	{code: InTabRefused, where: `d.stage = 'refused'`, open: isClerk},
	{code: InTabGranted, where: incomingGiven, open: everyone},
	{code: InTabAll, open: isClerk},
	{code: InTabAll, where: submitted, open: isLeader},
	{code: InTabAll, lines: true, where: `l.box <> 'gone'`, open: handles},
})

const (
	documentRow = `d.id, d.state, d.source, d.verdict, d.arrival_number, d.arrival_year, d.arrived_date, d.sender_name, d.number, d.notation,
		d.issued_date, d.type_code, d.type_name, d.subject, d.urgency, d.lead_name, d.pending_request`
	docSelect = `SELECT ` + documentRow + `, 0 AS line_id, '' AS line_state, '' AS role, '' AS holder_name, '' AS from_name,
		CASE WHEN d.handle_due <> '' THEN d.handle_due ELSE d.due_date END AS due, d.arrived_us AS at_us, d.registered_us AS read_us, d.done_us
		FROM documents_incoming d WHERE d.agency_id = $1`
	lineSelect = `SELECT ` + documentRow + `, l.id AS line_id, l.state AS line_state, l.role, l.holder_name, l.from_name,
		CASE WHEN l.due_date <> '' THEN l.due_date ELSE d.due_date END AS due, l.at_us, l.read_us, l.done_us
		FROM documents_lines l JOIN documents_incoming d ON d.agency_id = l.agency_id AND d.id = l.incoming_id
		WHERE l.agency_id = $1`
	sieve = ` AND d.search_text LIKE CAST($11 AS TEXT) AND d.search_text LIKE CAST($12 AS TEXT) AND d.search_text LIKE CAST($13 AS TEXT) AND d.search_text LIKE CAST($14 AS TEXT)
		AND (CAST($15 AS TEXT) = '' OR d.type_code = $16) AND (CAST($17 AS BIGINT) < 0 OR d.urgency = $18)
		AND (CAST($19 AS TEXT) = '' OR d.arrived_date >= $20) AND (CAST($21 AS TEXT) = '' OR d.arrived_date <= $22)`
)

// index tells which of two statements: 1 for yes.
func index(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func build(all []box) []box {
	for i := range all {
		for within := range reaches {
			for narrowed := range 2 {
				all[i].lists[within][narrowed] = all[i].listing(within, narrowed == 1)
			}
		}
	}
	return all
}

// bounds is the predicate of a tab of documents, with the sight of the actor where it is less than the whole agency.
func (b *box) bounds(within reach, narrowed bool) string {
	out := ""
	if b.where != "" {
		out = ` AND ` + b.where
	}
	if !b.lines && b.where != incomingGiven { // what was given is seen
		out += incomingWithin(within)
	}
	if narrowed {
		out += sieve
	}
	return out
}

// holders are the two ways of holding a line.
func holders(half func(kind, held string) string) string {
	return half("post", ` AND l.holder_kind = 'post' AND l.holder_id = $26`) + ` UNION ALL ` + half("unit", ` AND l.holder_kind = 'unit' AND l.holder_id = $27`)
}

// at is the order of the list. What was given to somebody is few: the engine is kept from looking for it along all that the agency has.
func (b *box) at() string {
	if b.where == incomingGiven {
		return `d.arrived_us + 0`
	}
	return `d.arrived_us`
}

func (b *box) listing(within reach, narrowed bool) listing {
	where := b.bounds(within, narrowed)
	if !b.lines {
		at := b.at()
		return listing{older: ask(docSelect + where + ` AND (` + at + `, d.id) < ($23, $24) ORDER BY ` + at + ` DESC, d.id DESC LIMIT $25`),
			newer: ask(docSelect + where + ` AND (` + at + `, d.id) > ($23, $24) ORDER BY ` + at + `, d.id LIMIT $25`)}
	}
	list := func(sign, way string) asking {
		place := ` AND (l.at_us, l.id) ` + sign + ` ($23, $24) ORDER BY l.at_us` + way + `, l.id` + way + ` LIMIT $25`
		return ask(`SELECT * FROM (` + holders(func(kind, held string) string {
			return `SELECT * FROM (` + lineSelect + held + where + place + `) AS of_` + kind
		}) +
			`) AS both_halves ORDER BY at_us` + way + `, line_id` + way + ` LIMIT $25`)
	}
	return listing{older: list("<", " DESC"), newer: list(">", "")}
}

// counted is what a tab's count counts.
func (b *box) counted(within reach, narrowed bool) string {
	where := b.bounds(within, narrowed)
	if !b.lines {
		order := b.at() + ` DESC, d.id DESC`
		if b.order != "" {
			order = b.order
		}
		return `SELECT d.id FROM documents_incoming d WHERE ` + wished + ` AND d.agency_id = $1` + where + ` ORDER BY ` + order
	}
	from := `SELECT l.id FROM documents_lines l`
	if narrowed {
		from += ` JOIN documents_incoming d ON d.agency_id = l.agency_id AND d.id = l.incoming_id`
	}
	return holders(func(_, held string) string { return from + ` WHERE ` + wished + ` AND l.agency_id = $1` + held + where })
}

// shelf is the tabs of one kind of actor with their counts.
type shelf struct {
	boxes  []*box
	counts [reaches][2]counting // as box.lists
}

// shelves are those of every kind: what an actor sees, and whether it leads.
var shelves = func() (out [3][2]shelf) {
	for _, a := range []store.Actor{{}, {Roles: store.Assistant}, {Roles: store.Leader}, {Roles: store.Clerk}, {Roles: store.Clerk | store.Leader}} {
		s := &out[sight(a)][index(Leads(a))]
		for i := range boxes {
			if boxes[i].open(a) {
				s.boxes = append(s.boxes, &boxes[i])
			}
		}
		for within := range reaches {
			for narrowed := range 2 {
				if !possible(a, within) {
					continue
				}
				var texts []string
				for i, b := range s.boxes {
					texts = append(texts, countTab(i, inWishes, b.counted(within, narrowed == 1)))
				}
				s.counts[within][narrowed] = countings("in", inWishes, texts)
			}
		}
	}
	return out
}()

// shelfOf is the tabs that an actor has, in order.
func shelfOf(a store.Actor) *shelf { return &shelves[sight(a)][index(Leads(a))] }

// of is the tab with a code; where two have it, that of the actor's own duty.
func (s *shelf) of(code string) *box {
	for _, b := range slices.Backward(s.boxes) {
		if b.code == code {
			return b
		}
	}
	return nil
}

// possible tells which reaches an actor's kind may have.
func possible(a store.Actor, within reach) bool {
	switch sight(a) {
	case seesArrived:
		return within == reachAll || within == reachAsked
	case seesSubmitted:
		return within == reachMost || within == reachWidely
	}
	return within == reachAsked
}

// count counts the tabs that are wanted, nil for all of them.
func (s *shelf) count(ctx context.Context, r store.Reader, a store.Actor, now calendar.Date, sift []any, wanted func(i int) bool) ([]Tab, error) {
	within, narrowed := incomingReach(a), sift != nil
	tabs, err := s.counts[within][index(narrowed)].of(ctx, r, inValues(r, a, now, sift, cursor{}, 0), len(s.boxes), wanted, a, narrowed)
	for i := range tabs {
		tabs[i].Code = s.boxes[i].code
	}
	return tabs, err
}

func (b *box) list(ctx context.Context, r store.Reader, a store.Actor, now calendar.Date, sift []any, c cursor, limit int) ([]IncomingRow, error) {
	l := b.lists[incomingReach(a)][index(sift != nil)]
	q := l.older
	if c.Back {
		q = l.newer
	}
	return store.All[IncomingRow](ctx, r, q.stmt, q.with(inValues(r, a, now, sift, c, limit))...)
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

// InTabs lists the codes of the tabs an actor has, in order.
func InTabs(a store.Actor) []string {
	var out []string
	for _, b := range shelfOf(a).boxes {
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
	s := shelfOf(a)
	if f.Tab == "" {
		f.Tab = s.boxes[0].code
	}
	tab := s.of(f.Tab)
	if tab == nil {
		return page, store.Refuse(store.NotFound, "Không có danh sách này.")
	}
	counts, err := s.count(ctx, r, a, now, sift, nil)
	if err != nil {
		return page, err
	}
	rows, err := tab.list(ctx, r, a, now, sift, c, limit+1)
	if err != nil {
		return page, err
	}
	page = paged(rows, c, limit, func(row IncomingRow) (int64, int64) {
		if row.LineID != 0 {
			return int64(row.At), row.LineID
		}
		return int64(row.At), row.ID
	})
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
