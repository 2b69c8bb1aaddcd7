package city

import (
	"context"
	"errors"
	"fmt"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"

	"golang.org/x/sync/errgroup"
)

var (
	// What is registered and not done; what waits for the registry (a twin, a request) stays with it.
	sqlOpenReceived = store.SQL(`SELECT agency_id, id, state FROM documents_incoming WHERE id >= $1 AND id < $2 AND state IN ('registered', 'assigned', 'in_progress')
		AND stage <> 'linked' ORDER BY id`)
	sqlOpenLines = store.SQL(`SELECT id, holder_kind, holder_id, state FROM documents_lines WHERE agency_id = $1 AND incoming_id = $2 AND role = 'lead'
		AND state IN ('waiting_registration', 'to_do', 'forwarded', 'returned_to_me') ORDER BY id DESC`)
)

type openReceived struct {
	AgencyID, ID int64
	State        documents.InState
}

type openLine struct {
	ID         int64
	HolderKind string
	HolderID   int64
	State      documents.LineState
}

// settleQuarter lets the people of the city finish what the played quarter left open, in the two weeks after it and through the rooms' functions: a quarter
// that lies months back is done. The senders hear of it.
func (s *Seeder) settleQuarter(ctx context.Context, w Whole, st *repeatState) error {
	open, err := store.All[openReceived](ctx, s.DB, sqlOpenReceived, st.FirstID, store.FirstID(st.Ended))
	if err != nil || len(open) == 0 {
		return err
	}
	posts, chiefs := map[int64]*post{}, map[int64]*post{}
	agencies := map[int64]*agency{}
	for i := range s.hall.agencies {
		a := &s.hall.agencies[i]
		agencies[int64(a.id)] = a
		for j := range a.posts {
			posts[int64(a.posts[j].holding)] = &a.posts[j]
		}
		for _, u := range a.units {
			chiefs[int64(u.id)] = a.chiefOf(u.abbr)
		}
	}
	days := settlingDays(st.Ended)
	work, inner := errgroup.WithContext(ctx)
	work.SetLimit(hands)
	for i, d := range open {
		if i%100 == 0 {
			w.progress("Giải quyết nốt việc còn lại của quý", i, len(open))
		}
		if inner.Err() != nil {
			break
		}
		s.Clock.reach(days[i*len(days)/len(open)].At(8, 0).Add(time.Duration(i*len(days)%len(open)) * 8 * time.Hour / time.Duration(len(open))))
		work.Go(func() error {
			if err := s.settleOne(inner, d, agencies[d.AgencyID], posts, chiefs, i); err != nil {
				return fmt.Errorf("city, settle incoming/%d: %w", d.ID, err)
			}
			return nil
		})
	}
	if err := work.Wait(); err != nil {
		return err
	}
	w.progress("Giải quyết nốt việc còn lại của quý", len(open), len(open))
	if err := ctx.Err(); err != nil {
		return err
	}
	_, err = s.Exchange.CarryInHouse(ctx)
	return err
}

// settleOne finishes the leading lines from below, or concludes what nobody was given.
func (s *Seeder) settleOne(ctx context.Context, d openReceived, a *agency, posts, chiefs map[int64]*post, turn int) error {
	if a == nil {
		return nil
	}
	lines, err := store.All[openLine](ctx, s.DB, sqlOpenLines, d.AgencyID, d.ID)
	if err != nil {
		return err
	}
	for _, l := range lines {
		who := posts[l.HolderID]
		if l.HolderKind == "unit" {
			who = chiefs[l.HolderID]
		}
		if who == nil || l.State == documents.LineWaiting {
			continue
		}
		err := s.DB.Write(ctx, who.actor, func(tx *store.Tx) error {
			return documents.Complete(ctx, tx, l.ID, documents.CompleteForm{Result: results[turn%len(results)]})
		})
		if err != nil && !errors.Is(err, store.Conflict) { // the line below it closed it
			return err
		}
	}
	now, err := store.One[documents.InState](ctx, s.DB, sqlStateOf, d.AgencyID, d.ID)
	if err != nil || now != documents.Registered {
		return err
	}
	return s.DB.Write(ctx, a.clerk().actor, func(tx *store.Tx) error { return documents.Conclude(ctx, tx, d.ID, kept[turn%len(kept)]) })
}

var sqlStateOf = store.SQL(`SELECT state FROM documents_incoming WHERE agency_id = $1 AND id = $2`)

// chiefOf is who heads a unit, the head of the agency where nobody does.
func (a *agency) chiefOf(unit string) *post {
	for i := range a.posts {
		if p := &a.posts[i]; p.unit == unit && p.rank == org.RankUnitHead {
			return p
		}
	}
	return a.head()
}

// settlingDays are the working days after a quarter and before the next: the days themselves where everybody is on leave.
func settlingDays(ended store.Instant) (out []calendar.Date) {
	c, first := calendar.Default(), calendar.DateOf(ended.Time()).AddDays(1)
	for d := first; d.Before(first.AddDays(settleDays - 4)); d = d.AddDays(1) {
		if c.IsWorking(d) {
			out = append(out, d)
		}
	}
	if out == nil {
		out = append(out, first)
	}
	return out
}
