package documents

import (
	"context"
	"slices"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// Tabs of the list of outgoing documents, in the order they are shown.
const (
	TabMine     = "mine"      // my drafts
	TabInReview = "in_review" // waiting for my review
	TabReturned = "returned"  // returned to me
	TabToSign   = "to_sign"   // waiting for my signature
	TabToNumber = "to_number" // signed, waiting for the registry's number
	TabToIssue  = "to_issue"  // numbered or sealed but not issued: also what a crash left unfinished
	TabIssued   = "issued"
	TabAll      = "all"
	TabGranted  = "granted" // given to me by name, post or unit (V19)
)

// OutFilter narrows the list. Zero values mean everything; Tab "" is all.
type OutFilter struct {
	Tab     string
	Q       string // words, with or without diacritics
	Type    string // code
	Urgency string // slug
	Before  string // cursor: Next or Prev of a page of the same filter
	Limit   int    // 1 to 200; 0 = 50
}

// OutgoingRow is one line of the list.
type OutgoingRow struct {
	ID         int64
	State      State
	TypeCode   string
	TypeName   string
	Subject    string
	Urgency    Urgency
	NumberText string
	IssuedDate calendar.Date
	DueDate    calendar.Date
	UnitName   string
	DrafterName,
	HolderName,
	SignerName string
	At store.Instant `db:"at_us"`
}

// outTab is a list: its code, who has it, and its statements over one predicate (N8), as outAsked numbers their values.
type outTab struct {
	code   string
	clerks bool // only those who keep the registers have this tab
	where  string
	lists  [reaches][2]struct{ next, before asking } // [reach][with the filter]
}

// The values of this list's statements: $1 to $9 those of outgoingBound, $10 type, $11 urgency (-1 any), $12 and $13 words as LIKE patterns, $14 and $15 the
// place, $16 the limit, and of counts $17 and on the wishes.
const outWishes = 17

const outFilter = ` AND (CAST($10 AS TEXT) = '' OR o.type_code = $10) AND (CAST($11 AS BIGINT) < 0 OR o.urgency = $11)
	AND o.search_text LIKE CAST($12 AS TEXT) AND o.search_text LIKE CAST($13 AS TEXT)`

const outColumns = `o.id, o.state, o.type_code, o.type_name, o.subject, o.urgency, o.number_text, o.issued_date, o.due_date, o.unit_name, o.drafter_name, o.holder_name, o.signer_name, o.at_us`

// from is the rows of a tab; first is a condition that comes before all others.
func (t *outTab) from(first string, within reach, narrowed bool) string {
	out := ` FROM documents_outgoing o WHERE ` + first + `o.agency_id = $1`
	if t.code != TabGranted { // what was given is seen
		out += outgoingWithin(within)
	}
	if narrowed {
		out += outFilter
	}
	return out + t.where
}

// at is the order of the list, as box.at. Also those that are about to be issued are few in every archive.
func (t *outTab) at() string {
	if t.code == TabGranted || t.code == TabToIssue {
		return `o.at_us + 0`
	}
	return `o.at_us`
}

var outTabs = func() []outTab {
	tabs := []outTab{
		{code: TabMine, where: ` AND o.drafter_id = $6 AND o.state = 'draft'`},
		{code: TabInReview, where: ` AND o.state = 'in_review' AND (o.holder_holding = $7 OR EXISTS (SELECT 1 FROM documents_approvals v
			WHERE v.agency_id = o.agency_id AND v.outgoing_id = o.id AND v.holder_holding = $7 AND v.state = 'open'))`},
		{code: TabReturned, where: ` AND o.drafter_id = $6 AND o.state = 'returned'`},
		{code: TabToSign, where: ` AND o.holder_holding = $7 AND o.state = 'awaiting_signature'`},
		{code: TabToNumber, clerks: true, where: ` AND o.state = 'signed'`},
		{code: TabToIssue, clerks: true, where: ` AND o.state IN ('numbered', 'sealed')`},
		{code: TabIssued, where: ` AND o.state = 'issued'`},
		{code: TabGranted, where: ` AND ` + outgoingGiven},
		{code: TabAll},
	}
	for i := range tabs {
		for within := range reaches {
			for narrowed := range 2 {
				l, from := &tabs[i].lists[within][narrowed], tabs[i].from("", within, narrowed == 1)
				at := tabs[i].at()
				l.next = ask(`SELECT ` + outColumns + from + ` AND (` + at + `, o.id) < ($14, $15) ORDER BY ` + at + ` DESC, o.id DESC LIMIT $16`)
				l.before = ask(`SELECT ` + outColumns + from + ` AND (` + at + `, o.id) > ($14, $15) ORDER BY ` + at + `, o.id LIMIT $16`)
			}
		}
	}
	return tabs
}()

// outTabsOf is the tabs of one kind of actor with their counts.
type outTabsOf struct {
	tabs   []*outTab
	counts [reaches][2]counting // as outTab.lists
}

func (t *outTabsOf) index(code string) int {
	return slices.IndexFunc(t.tabs, func(t *outTab) bool { return t.code == code })
}

var outShelves = func() (out [2]outTabsOf) {
	for clerks := range out {
		s := &out[clerks]
		for i := range outTabs {
			if !outTabs[i].clerks || clerks == 1 {
				s.tabs = append(s.tabs, &outTabs[i])
			}
		}
		for within := range reaches {
			for narrowed := range 2 {
				var texts []string
				for i, t := range s.tabs {
					texts = append(texts, countTab(i, outWishes, `SELECT o.id`+t.from(wished+` AND `, within, narrowed == 1)+` ORDER BY `+t.at()+` DESC, o.id DESC`))
				}
				s.counts[within][narrowed] = countings("out", outWishes, texts)
			}
		}
	}
	return out
}()

func outShelf(a store.Actor) *outTabsOf { return &outShelves[index(KeepsRegisters(a))] }

// outAsked is what one actor asks of the list.
type outAsked struct {
	tabs     *outTabsOf
	actor    store.Actor
	values   []any
	within   reach
	narrowed bool
}

// bound gives the question its actor: what he sees, and the values that say so.
func (q *outAsked) bound(ctx context.Context, r store.Reader, a store.Actor) (err error) {
	if q.values, err = outgoingBound(ctx, r, a); err != nil {
		return err
	}
	q.actor, q.within = a, outgoingReach(a, q.values[3].(bool))
	q.values = append(q.values, "", -1, "", "")
	return nil
}

// narrow adds the filter.
func (q *outAsked) narrow(f OutFilter) {
	urgency := int64(-1)
	if u, ok := ParseUrgency(f.Urgency); ok {
		urgency = int64(u)
	}
	first, second := likeWords(f.Q)
	q.narrowed = f.Type != "" || urgency >= 0 || first != "%"
	copy(q.values[9:], []any{f.Type, urgency, first, second})
}

func (q *outAsked) count(ctx context.Context, r store.Reader, wanted func(i int) bool) ([]Tab, error) {
	values := append(slices.Clip(q.values), nil, nil, nil)
	tabs, err := q.tabs.counts[q.within][index(q.narrowed)].of(ctx, r, values, len(q.tabs.tabs), wanted, q.actor, q.narrowed)
	for i := range tabs {
		tabs[i].Code = q.tabs.tabs[i].code
	}
	return tabs, err
}

func (q *outAsked) list(ctx context.Context, r store.Reader, at int, c cursor, limit int) ([]OutgoingRow, error) {
	l := q.tabs.tabs[at].lists[q.within][index(q.narrowed)]
	s := l.next
	if c.Back {
		s = l.before
	}
	return store.All[OutgoingRow](ctx, r, s.stmt, s.with(append(slices.Clip(q.values), c.At, c.ID, limit))...)
}

// ListOutgoing gives a page of the documents the actor may see, newest change first, and the tabs he has with their counts. Counts obey
// the same filter as the rows and stop at MostCounted.
func ListOutgoing(ctx context.Context, r store.Reader, a store.Actor, f OutFilter) (Page[OutgoingRow], error) {
	var page Page[OutgoingRow]
	c, err := parseCursor(f.Before)
	if err != nil {
		return page, err
	}
	q := outAsked{tabs: outShelf(a)}
	if err := q.bound(ctx, r, a); err != nil {
		return page, err
	}
	q.narrow(f)
	if f.Tab == "" {
		f.Tab = TabAll
	}
	at := q.tabs.index(f.Tab)
	if at < 0 {
		return page, store.Refuse(store.NotFound, "Không có danh sách này. Hãy chọn một danh sách khác.")
	}
	tabs, err := q.count(ctx, r, nil)
	if err != nil {
		return page, err
	}
	limit := limited(f.Limit)
	rows, err := q.list(ctx, r, at, c, limit+1)
	if err != nil {
		return page, err
	}
	page = paged(rows, c, limit, func(x OutgoingRow) (int64, int64) { return int64(x.At), x.ID })
	page.Tabs = tabs
	return page, nil
}

// likeWords turns typed words into two LIKE patterns over folded text: the words in their order, and the longest of them alone.
func likeWords(q string) (all, longest string) {
	clean := strings.NewReplacer("%", " ", "_", " ", `\`, " ")
	words := strings.Fields(clean.Replace(i18n.Fold(q)))
	if len(words) == 0 {
		return "%", "%"
	}
	word := ""
	for _, w := range words {
		if len(w) > len(word) {
			word = w
		}
	}
	return "%" + strings.Join(words, "%") + "%", "%" + word + "%"
}
