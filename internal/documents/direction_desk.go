package documents

import (
	"cmp"
	"context"
	"slices"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// LeadDesk is what waits for a leader (or for an assistant in his name), on one page: documents to direct, drafts to review and to sign,
// requests for more time.
type LeadDesk struct {
	ToDirect []IncomingRow // the urgent and the oldest first
	Review   []OutgoingRow
	ToSign   Tab
	ToReview Tab
	Direct   Tab
	Asked    []Extension
}

// mostOnDesk is how many documents the desk shows; more wait behind them, and the tab counts them.
const mostOnDesk = 100

// DeskOfLeader gives the actor's desk. NotFound for posts that direct nothing.
func DeskOfLeader(ctx context.Context, r store.Reader, a store.Actor, days *calendar.Calendar) (*LeadDesk, error) {
	if !Leads(a) && !a.Roles.Has(store.Assistant) {
		return nil, store.Refuse(store.NotFound, "Không có danh sách này.")
	}
	in, err := Inbox(ctx, r, a, InFilter{Tab: InTabToDirect, Limit: mostOnDesk, Days: days})
	if err != nil {
		return nil, err
	}
	d := &LeadDesk{ToDirect: in.Rows}
	for _, t := range in.Tabs {
		if t.Code == InTabToDirect {
			d.Direct = t
		}
	}
	urgentFirst(d.ToDirect)
	out, err := ListOutgoing(ctx, r, a, OutFilter{Tab: TabInReview, Limit: 50})
	if err != nil {
		return nil, err
	}
	d.Review = out.Rows
	for _, t := range out.Tabs {
		switch t.Code {
		case TabInReview:
			d.ToReview = t
		case TabToSign:
			d.ToSign = t
		}
	}
	d.Asked, err = ExtensionsAsked(ctx, r, a)
	return d, err
}

// urgentFirst puts the urgent first, then the oldest.
func urgentFirst(rows []IncomingRow) {
	slices.SortStableFunc(rows, func(a, b IncomingRow) int {
		return cmp.Or(cmp.Compare(b.Urgency, a.Urgency), cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID))
	})
}
