package city

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"congvu/internal/exchange"
	"congvu/internal/store"
)

type stepFunc func(ctx context.Context) error

// hands is how many people are at work at one moment: enough to share commits, few enough to keep the clock near every step's time.
const hands = 8

// play does the steps in the order of their time, several side by side; each waits for the one before it in its own chain, which was begun
// earlier, so nobody waits in a circle. Mail days wait for the exchange with nobody at work.
func (s *Seeder) play(ctx context.Context, o Options) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slots := make(chan struct{}, hands)
	var atWork sync.WaitGroup
	for i, st := range s.plan.steps {
		if i%25 == 0 {
			o.progress("Ba tháng làm việc của các cơ quan", i, len(s.plan.steps))
		}
		if st.mail {
			atWork.Wait()
			s.Clock.reach(st.at)
			if err := context.Cause(ctx); err != nil {
				return err
			}
			if err := s.mail(ctx); err != nil {
				return err
			}
			continue
		}
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		atWork.Go(func() {
			defer func() { <-slots }()
			if err := s.do(ctx, st); err != nil {
				cancel(err)
			}
		})
	}
	atWork.Wait()
	o.progress("Ba tháng làm việc của các cơ quan", len(s.plan.steps), len(s.plan.steps))
	return context.Cause(ctx)
}

func (s *Seeder) do(ctx context.Context, st *step) error {
	if st.after != nil {
		select {
		case <-st.after.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	s.Clock.reach(st.at)
	if err := st.do(ctx); err != nil {
		return fmt.Errorf("city, %s, %s: %w", st.at.Format("02/01 15:04"), st.what, err)
	}
	close(st.done)
	return nil
}

// act is one act of a person, after a moment.
func (s *Seeder) act(ctx context.Context, who *post, f func(tx *store.Tx) error) error {
	s.Clock.pass(pause)
	return s.DB.Write(ctx, who.actor, f)
}

// mail waits until everything issued so far has arrived and been acknowledged.
func (s *Seeder) mail(ctx context.Context) error {
	for _, w := range s.plan.written {
		if w.doc == nil || w.doc.DocumentID == "" || w.mailed {
			continue
		}
		err := s.until(ctx, "the receipts of "+w.doc.NumberText+" of "+w.from.short, func(ctx context.Context) (bool, error) {
			lines, err := exchange.Deliveries(ctx, s.DB, w.from.clerk().actor, w.doc.ID)
			if err != nil || len(lines) == 0 {
				return false, err
			}
			for _, l := range lines {
				if l.State == exchange.NotSent || l.State == exchange.Queued || l.State == exchange.OnExchange {
					return false, nil
				}
			}
			return true, nil
		})
		if err != nil {
			return err
		}
		w.mailed = true
	}
	return nil
}

// settled waits until the senders know where every receipt stands.
func (s *Seeder) settled(ctx context.Context) error {
	if err := s.mail(ctx); err != nil {
		return err
	}
	for _, w := range s.plan.written {
		if !w.mailed {
			continue
		}
		err := s.until(ctx, "the last statuses of "+w.doc.NumberText+" of "+w.from.short, func(ctx context.Context) (bool, error) {
			return s.agreed(ctx, w)
		})
		if err != nil {
			return err
		}
	}
	return s.until(ctx, "the parcels in quarantine", func(ctx context.Context) (bool, error) {
		q, err := exchange.QuarantineList(ctx, s.DB, s.hall.agencies[theOffice].post("quantri").actor, "", 0, 100)
		return len(q) >= len(junk), err
	})
}

// agreed compares the delivery lines of a document with the states of its receipts.
func (s *Seeder) agreed(ctx context.Context, w *paperwork) (bool, error) {
	lines, err := exchange.Deliveries(ctx, s.DB, w.from.clerk().actor, w.doc.ID)
	if err != nil {
		return false, err
	}
	for _, r := range w.to {
		found := false
		for _, l := range lines {
			found = found || l.ReceiverID == int64(r.at.id) && string(l.State) == string(r.reached)
		}
		if !found {
			return false, nil
		}
	}
	return len(lines) >= len(w.to), nil
}

var errMissing = errors.New("not found where it should be")
