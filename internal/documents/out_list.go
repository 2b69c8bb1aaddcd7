package documents

import (
	"context"
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

// outTab is a list: its code, who has it, and its statements over one predicate (N8). Parameters after those of outgoingSeen: $10 type,
// $11 urgency (-1 any), $12 and $13 words as LIKE patterns.
type outTab struct {
	code                string
	clerks              bool // only those who see everything have this tab
	next, before, count *store.Stmt
}

const outFilter = ` AND (CAST($10 AS TEXT) = '' OR o.type_code = $10) AND (CAST($11 AS BIGINT) < 0 OR o.urgency = $11)
	AND o.search_text LIKE $12 AND o.search_text LIKE $13`

const outColumns = `o.id, o.state, o.type_code, o.type_name, o.subject, o.urgency, o.number_text, o.issued_date, o.due_date, o.unit_name, o.drafter_name, o.holder_name, o.signer_name, o.at_us`

func tab(code string, clerks bool, where string) outTab {
	from := ` FROM documents_outgoing o WHERE ` + outgoingSeen + outFilter + where
	return outTab{code, clerks,
		store.SQL(`SELECT ` + outColumns + from + ` AND (o.at_us, o.id) < ($14, $15) ORDER BY o.at_us DESC, o.id DESC LIMIT $16`),
		store.SQL(`SELECT ` + outColumns + from + ` AND (o.at_us, o.id) > ($14, $15) ORDER BY o.at_us, o.id LIMIT $16`),
		store.SQL(`SELECT count(*) FROM (SELECT 1 AS one` + from + ` LIMIT $14) counted`)}
}

var outTabs = []outTab{
	tab(TabMine, false, ` AND o.drafter_id = $6 AND o.state = 'draft'`),
	tab(TabInReview, false, ` AND o.state = 'in_review' AND (o.holder_holding = $7 OR EXISTS (SELECT 1 FROM documents_approvals v
		WHERE v.agency_id = o.agency_id AND v.outgoing_id = o.id AND v.holder_holding = $7 AND v.state = 'open'))`),
	tab(TabReturned, false, ` AND o.drafter_id = $6 AND o.state = 'returned'`),
	tab(TabToSign, false, ` AND o.holder_holding = $7 AND o.state = 'awaiting_signature'`),
	tab(TabToNumber, true, ` AND o.state = 'signed'`),
	tab(TabToIssue, true, ` AND o.state IN ('numbered', 'sealed')`),
	tab(TabIssued, false, ` AND o.state = 'issued'`),
	tab(TabGranted, false, ` AND `+outgoingGiven),
	tab(TabAll, false, ``),
}

// ListOutgoing gives a page of the documents the actor may see, newest change first, and the tabs he has with their counts. Counts obey
// the same filter as the rows and stop at MostCounted.
func ListOutgoing(ctx context.Context, r store.Reader, a store.Actor, f OutFilter) (Page[OutgoingRow], error) {
	var page Page[OutgoingRow]
	c, err := parseCursor(f.Before)
	if err != nil {
		return page, err
	}
	args, err := f.args(ctx, r, a)
	if err != nil {
		return page, err
	}
	tabs := []Tab{}
	found := false
	for _, t := range outTabs {
		if t.clerks && !KeepsRegisters(a) {
			continue
		}
		n, err := store.One[int](ctx, r, t.count, append(args, MostCounted+1)...)
		if err != nil {
			return page, err
		}
		tabs = append(tabs, Tab{Code: t.code, Count: min(n, MostCounted), More: n > MostCounted})
		if t.code != f.Tab && (f.Tab != "" || t.code != TabAll) {
			continue
		}
		found = true
		limit, statement := limited(f.Limit), t.next
		if c.Back {
			statement = t.before
		}
		rows, err := store.All[OutgoingRow](ctx, r, statement, append(args, c.At, c.ID, limit+1)...)
		if err != nil {
			return page, err
		}
		page = paged(rows, c, limit, func(x OutgoingRow) (int64, int64) { return int64(x.At), x.ID })
	}
	page.Tabs = tabs
	if !found {
		return page, store.Refuse(store.NotFound, "Không có danh sách này. Hãy chọn một danh sách khác.")
	}
	return page, nil
}

// args gives the parameters of sight and filter, $1 to $13. The slice has no spare room: every append makes its own.
func (f OutFilter) args(ctx context.Context, r store.Reader, a store.Actor) ([]any, error) {
	args, err := outgoingBound(ctx, r, a)
	if err != nil {
		return nil, err
	}
	urgency := int64(-1)
	if u, ok := ParseUrgency(f.Urgency); ok {
		urgency = int64(u)
	}
	first, second := likeWords(f.Q)
	args = append(args, f.Type, urgency, first, second)
	return args[:len(args):len(args)], nil
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
