package documents

import (
	"context"

	"congvu/internal/store"
)

// Counts is what is still open in the review of a draft.
type Counts struct {
	Opinions  int // asked and not answered
	Approvals int // steps that are open
	Comments  int // on pages, not resolved
}

var sqlOpenOpinions = store.SQL(`SELECT count(*) FROM documents_opinions WHERE agency_id = $1 AND outgoing_id = $2 AND state = 'asked'`)
var sqlCountOpenSteps = store.SQL(`SELECT count(*) FROM documents_approvals WHERE agency_id = $1 AND outgoing_id = $2 AND state = 'open'`)

// ReviewCounts counts what the tabs of a draft's review show, for those who may see it.
func ReviewCounts(ctx context.Context, r store.Reader, a store.Actor, outgoing int64) (n Counts, err error) {
	o, err := FindOutgoing(ctx, r, a, outgoing)
	if err != nil {
		return n, err
	}
	n.Opinions, err = store.One[int](ctx, r, sqlOpenOpinions, o.AgencyID, o.ID)
	if err == nil {
		n.Approvals, err = store.One[int](ctx, r, sqlCountOpenSteps, o.AgencyID, o.ID)
	}
	if err == nil {
		n.Comments, err = store.One[int](ctx, r, sqlCountComments, o.AgencyID, o.ID)
	}
	return n, err
}
