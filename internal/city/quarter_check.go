package city

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/exchange"
	"congvu/internal/store"

	"golang.org/x/sync/errgroup"
)

// countQuarter compares the documents that the rooms hold with the figures of the quarters and cities that were ordered.
func (s *Seeder) countQuarter(ctx context.Context, w Whole, t *Totals) error {
	f, n := figuresOf(w.Scale, wholeStructure(w)), int64(max(w.Quarters, 1)*max(w.Cities, 1))
	got, err := documents.Tallied(ctx, s.DB)
	if err != nil {
		return err
	}
	sum := func(m map[documents.InState]int64) (k int64) {
		for _, v := range m {
			k += v
		}
		return k
	}
	inside := int64(0)
	for state, v := range got.Outgoing {
		if state != documents.Issued {
			inside += v
		}
	}
	issued, exchanged, entered := got.Outgoing[documents.Issued], sum(got.Exchanged), sum(got.Entered)
	t.add("Văn bản đi đã ban hành, ký số, gửi điện tử", issued, n*int64(f.Issued))
	t.add("Văn bản đến từ các văn bản đó", exchanged, n*int64(f.Copies))
	t.add("Văn bản đến từ ngoài thành phố", entered, n*int64(f.Outside))
	t.add("Văn bản nội bộ, chưa ban hành", inside, n*int64(f.Internal))
	after, err := documents.TalliedAfter(ctx, s.DB)
	if err != nil {
		return err
	}
	retried, err := exchange.Retried(ctx, s.DB)
	if err != nil {
		return err
	}
	t.add("Văn bản đến đơn vị trả lại, giao lại", after.GivenBack, n*int64(f.Returned))
	t.add("Văn bản đến đã có văn bản trả lời", after.Replied, n*int64(f.Replies))
	t.add("Văn bản đi đã thu hồi", after.Recalled, n*int64(f.Recalled))
	t.add("Văn bản đi được thay thế", after.Replaced, n*int64(f.Replaced))
	t.add("Lượt gửi không thành công, phải gửi lại", retried, n*int64(f.Retried))
	t.add("Tổng số văn bản", issued+exchanged+entered+inside, n*int64(f.Entered()))
	return nil
}

// counted is what the agencies' lists show of a quarter.
type counted struct {
	mu          sync.Mutex
	out         map[documents.State]int
	in          map[documents.InState]int
	late, lines int
}

// check looks at the quarter through the clerks' eyes and compares it with the plan: every document stands where it should, numbers have no gap,
// every line of an issued document is answered, as many were late as planned.
func (p *quarterPlay) check(ctx context.Context) error {
	c := &counted{out: map[documents.State]int{}, in: map[documents.InState]int{}}
	work, inner := errgroup.WithContext(ctx)
	work.SetLimit(runtime.NumCPU())
	for i := range p.all {
		work.Go(func() error {
			a := &p.all[i]
			if err := errors.Join(p.checkOut(inner, a, c), p.checkIn(inner, a, c)); err != nil {
				return fmt.Errorf("%s: %w", a.name, err)
			}
			return nil
		})
	}
	if err := work.Wait(); err != nil {
		return err
	}
	out, in := map[documents.State]int{}, map[documents.InState]int{}
	lines := 0
	for _, w := range p.letters {
		out[stateOf[w.fate]]++
		lines += len(w.to)
	}
	for _, w := range p.inside {
		out[stateOf[w.fate]]++
	}
	for _, r := range p.in {
		in[r.ends()]++
	}
	var wrong []error
	differ := func(what string, got, want int) {
		if got != want {
			wrong = append(wrong, fmt.Errorf("city: %s: %d, planned %d", what, got, want))
		}
	}
	for _, state := range stateOf {
		if want, ok := out[state]; ok {
			differ("outgoing "+string(state), c.out[state], want)
			delete(out, state)
		}
	}
	for _, state := range slices.Sorted(maps.Keys(in)) {
		differ("incoming "+string(state), c.in[state], in[state])
	}
	differ("lines answered", c.lines, lines)
	differ("done late", c.late, p.f.Late)
	return errors.Join(append(wrong, p.checkAfter(ctx))...)
}

// checkAfter looks at each document that was recalled, replaced, answered or sent again: both sides have to say what was planned.
func (p *quarterPlay) checkAfter(ctx context.Context) error {
	var wrong []error
	differ := func(w *letter, what string, got, want any) {
		if got != want {
			wrong = append(wrong, fmt.Errorf("%s of %s: %s: %v, planned %v", w.number, w.from.name, what, got, want))
		}
	}
	for _, w := range p.letters {
		clerk := p.desks[w.from].clerks[0].actor
		if w.back > 0 || w.instead != nil {
			old := w
			if w.instead != nil {
				old = w.instead
			}
			doc, err := documents.FindOutgoing(ctx, p.s.DB, clerk, old.id)
			if err != nil {
				return err
			}
			differ(old, "recalled", doc.RecalledAt != 0, w.back > 0)
			if w.instead != nil {
				differ(old, "replaced", doc.ReplacedBy, w.id)
			}
			if err := p.checkAsked(ctx, old, differ); err != nil {
				return err
			}
		}
		if r := w.answers; r != nil {
			in, err := documents.FindIncoming(ctx, p.s.DB, p.desks[r.at].clerks[0].actor, r.id)
			if err != nil {
				return err
			}
			differ(w, "answers", in.ReplyOutgoing, w.id)
		}
		if !slices.ContainsFunc(w.to, func(r *arrival) bool { return r.lost > 0 }) {
			continue
		}
		lines, err := exchange.Deliveries(ctx, p.s.DB, clerk, w.id)
		if err != nil {
			return err
		}
		for _, r := range w.to {
			for _, l := range lines {
				if l.ReceiverID == int64(r.at.id) {
					differ(w, "sent again to "+r.at.name, l.ArrivedAt-l.SentAt > store.Instant(time.Hour/time.Microsecond), r.lost > 0)
				}
			}
		}
	}
	return errors.Join(wrong...)
}

// checkAsked compares what the sender has heard from each receiver with what each has said.
func (p *quarterPlay) checkAsked(ctx context.Context, w *letter, differ func(w *letter, what string, got, want any)) error {
	asked, err := exchange.Requests(ctx, p.s.DB, p.desks[w.from].clerks[0].actor, w.id)
	if err != nil {
		return err
	}
	heard := map[string]string{}
	for _, q := range asked {
		heard[q.ReceiverCode] = q.State
	}
	differ(w, "receivers asked", len(asked), len(w.to))
	for _, r := range w.to {
		want := documents.AskedDeclined
		if r.agrees {
			want = documents.AskedAgreed
		}
		differ(w, "answer of "+r.at.name, heard[r.at.code], want)
	}
	return nil
}

func (p *quarterPlay) checkOut(ctx context.Context, a *agency, c *counted) error {
	numbers := map[int][]int64{}
	clerk := p.desks[a].clerks[0].actor
	for before := ""; ; {
		page, err := documents.ListOutgoing(ctx, p.s.DB, clerk, documents.OutFilter{Tab: documents.TabAll, Before: before, Limit: 200})
		if err != nil {
			return err
		}
		for _, row := range page.Rows {
			answered := 0
			if row.State == documents.Issued {
				if answered, err = p.answered(ctx, a, row); err != nil {
					return err
				}
			}
			if row.NumberText != "" {
				var n int64
				if _, err := fmt.Sscanf(row.NumberText, "%d/", &n); err != nil {
					return fmt.Errorf("number %s: %w", row.NumberText, err)
				}
				numbers[row.IssuedDate.Year()] = append(numbers[row.IssuedDate.Year()], n)
			}
			c.mu.Lock()
			c.out[row.State]++
			c.lines += answered
			c.mu.Unlock()
		}
		if before = page.Next; before == "" {
			break
		}
	}
	for year, drawn := range numbers {
		if err := gapFree(fmt.Sprintf("numbers of %d", year), drawn); err != nil {
			return err
		}
	}
	return nil
}

// answered counts the lines of an issued document that its receivers have answered.
func (p *quarterPlay) answered(ctx context.Context, a *agency, row documents.OutgoingRow) (int, error) {
	lines, err := exchange.Deliveries(ctx, p.s.DB, p.desks[a].clerks[0].actor, row.ID)
	for _, l := range lines {
		if slices.Contains([]exchange.State{exchange.NotSent, exchange.Queued, exchange.OnExchange, exchange.Failed}, l.State) {
			return 0, fmt.Errorf("%s to %s is still %s: %s", row.NumberText, l.ReceiverName, l.State, l.Description)
		}
	}
	return len(lines), err
}

func (p *quarterPlay) checkIn(ctx context.Context, a *agency, c *counted) error {
	numbers := map[int][]int64{}
	clerk := p.desks[a].clerks[0].actor
	for before := ""; ; {
		page, err := documents.Inbox(ctx, p.s.DB, clerk, documents.InFilter{Tab: documents.InTabAll, Before: before, Limit: 200})
		if err != nil {
			return err
		}
		for _, row := range page.Rows {
			if row.ArrivalNumber != 0 {
				numbers[row.ArrivalYear] = append(numbers[row.ArrivalYear], row.ArrivalNumber)
			}
			c.mu.Lock()
			c.in[row.State]++
			if row.DoneAt != 0 && row.Due.Before(calendar.DateOf(row.DoneAt.Time())) {
				c.late++
			}
			c.mu.Unlock()
		}
		if before = page.Next; before == "" {
			break
		}
	}
	for year, drawn := range numbers {
		if err := gapFree(fmt.Sprintf("arrival numbers of %d", year), drawn); err != nil {
			return err
		}
	}
	return nil
}
