package city

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"congvu/internal/auth"
	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/exchange"
	"congvu/internal/pades"
	"congvu/internal/store"
)

// Summary is what the rooms hold when the city is built.
type Summary struct {
	City        string
	Password    string // of every account
	Agencies    int
	Accounts    int
	Outgoing    map[documents.State]int
	Incoming    map[documents.InState]int
	Deliveries  map[exchange.State]int
	Verdicts    map[string]int // of files that came by exchange
	Urgencies   [4]int
	Overdue     int // received documents whose handling is late now
	Quarantined int
	Undecided   int // received documents with a twin that nobody has decided about
	Took        map[string]time.Duration
}

// Documents counts outgoing and incoming ones.
func (s *Summary) Documents() int {
	n := 0
	for _, k := range s.Outgoing {
		n += k
	}
	for _, k := range s.Incoming {
		n += k
	}
	return n
}

// Check looks at the city through the clerks' eyes and compares it with the plan: every state is there, numbers have no gap, what is
// issued is signed by person and agency and stands at each receiver where the receiver says. The error lists all that is wrong.
func (s *Seeder) Check(ctx context.Context) (*Summary, error) {
	sum := &Summary{City: Name, Password: Password, Agencies: len(s.hall.agencies), Outgoing: map[documents.State]int{}, Incoming: map[documents.InState]int{},
		Deliveries: map[exchange.State]int{}, Verdicts: map[string]int{}}
	var wrong []error
	for i := range s.hall.agencies {
		a := &s.hall.agencies[i]
		for _, look := range []func(context.Context, *agency, *Summary) error{s.checkOutgoing, s.checkIncoming} {
			if err := look(ctx, a, sum); err != nil {
				wrong = append(wrong, fmt.Errorf("%s: %w", a.short, err))
			}
		}
	}
	accounts, err := auth.DemoAccounts(ctx, s.DB)
	sum.Accounts = len(accounts)
	wrong = append(wrong, err)
	q, err := exchange.QuarantineList(ctx, s.DB, s.hall.agencies[theOffice].post("quantri").actor, "", 0, 200)
	sum.Quarantined = len(q)
	wrong = append(wrong, err, s.checkSignatures(ctx), sum.complete())
	return sum, errors.Join(wrong...)
}

// complete tells which desk would be empty.
func (s *Summary) complete() error {
	var none []string
	for _, st := range []documents.State{documents.Drafted, documents.InReview, documents.Returned, documents.AwaitingSignature, documents.Signed, documents.Numbered, documents.Sealed, documents.Issued, documents.Cancelled} {
		if s.Outgoing[st] == 0 {
			none = append(none, "outgoing "+string(st))
		}
	}
	for _, st := range []documents.InState{documents.Arrived, documents.Registered, documents.Assigned, documents.InProgress, documents.Done, documents.Refused} {
		if s.Incoming[st] == 0 {
			none = append(none, "incoming "+string(st))
		}
	}
	for u, n := range s.Urgencies {
		if n == 0 {
			none = append(none, "urgency "+documents.Urgency(u).Slug())
		}
	}
	for what, n := range map[string]int{"overdue": s.Overdue, "quarantine": s.Quarantined, "undecided twin": s.Undecided, "failed verdict": s.Verdicts[documents.VerdictFailed],
		"passed verdict": s.Verdicts[documents.VerdictPassed], "failed delivery": s.Deliveries[exchange.Failed], "refused delivery": s.Deliveries[exchange.Refused]} {
		if n == 0 {
			none = append(none, what)
		}
	}
	if len(none) > 0 {
		slices.Sort(none)
		return fmt.Errorf("city: nothing in: %s", strings.Join(none, ", "))
	}
	return nil
}

// checkOutgoing walks the clerk's list of outgoing documents.
func (s *Seeder) checkOutgoing(ctx context.Context, a *agency, sum *Summary) error {
	numbers := map[int][]int64{}
	var wrong []error
	clerk := a.clerk().actor
	for before := ""; ; {
		page, err := documents.ListOutgoing(ctx, s.DB, clerk, documents.OutFilter{Tab: documents.TabAll, Before: before, Limit: 200})
		if err != nil {
			return err
		}
		for _, row := range page.Rows {
			sum.Outgoing[row.State]++
			o, err := documents.FindOutgoing(ctx, s.DB, clerk, row.ID)
			if err != nil {
				return err
			}
			if o.Number != 0 {
				numbers[o.Year] = append(numbers[o.Year], o.Number)
			}
			if o.State == documents.Issued {
				wrong = append(wrong, s.checkDeliveries(ctx, clerk, o, sum))
			}
		}
		if before = page.Next; before == "" {
			break
		}
	}
	for year, drawn := range numbers {
		wrong = append(wrong, gapFree(fmt.Sprintf("numbers of %d", year), drawn))
	}
	return errors.Join(wrong...)
}

// checkDeliveries: every line of an issued document was answered, or failed with a reason because the receiver is not on the axis.
func (s *Seeder) checkDeliveries(ctx context.Context, clerk store.Actor, o *documents.Outgoing, sum *Summary) error {
	lines, err := exchange.Deliveries(ctx, s.DB, clerk, o.ID)
	if err != nil {
		return err
	}
	if len(lines) != len(o.Receivers) {
		return fmt.Errorf("%s has %d receivers and %d delivery lines", o.NumberText, len(o.Receivers), len(lines))
	}
	for _, l := range lines {
		sum.Deliveries[l.State]++
		switch l.State {
		case exchange.NotSent, exchange.Queued, exchange.OnExchange:
			return fmt.Errorf("%s to %s is still %s", o.NumberText, l.ReceiverName, l.State)
		case exchange.Failed:
			if l.ReceiverID != 0 || l.Description == "" {
				return fmt.Errorf("%s to %s failed: %s", o.NumberText, l.ReceiverName, l.Description)
			}
		}
	}
	return nil
}

// checkIncoming walks the clerk's list of received documents.
func (s *Seeder) checkIncoming(ctx context.Context, a *agency, sum *Summary) error {
	numbers := map[int][]int64{}
	clerk := a.clerk().actor
	today := calendar.DateOf(s.DB.Now().Time())
	for before := ""; ; {
		page, err := documents.Inbox(ctx, s.DB, clerk, documents.InFilter{Tab: documents.InTabAll, Before: before, Limit: 200})
		if err != nil {
			return err
		}
		for _, row := range page.Rows {
			sum.Incoming[row.State]++
			sum.Urgencies[row.Urgency]++
			if row.Source == documents.FromExchange {
				sum.Verdicts[row.Verdict]++
			}
			if row.ArrivalNumber != 0 {
				numbers[row.ArrivalYear] = append(numbers[row.ArrivalYear], row.ArrivalNumber)
			}
			if (row.State == documents.Assigned || row.State == documents.InProgress) && row.Due.Before(today) {
				sum.Overdue++
			}
			if row.State == documents.Arrived {
				twins, err := documents.Twins(ctx, s.DB, clerk, row.ID)
				if err != nil {
					return err
				}
				sum.Undecided += min(len(twins), 1)
			}
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

func gapFree(what string, drawn []int64) error {
	slices.Sort(drawn)
	for i, n := range drawn {
		if n != int64(i+1) {
			return fmt.Errorf("%s: %d stands where %d should", what, n, i+1)
		}
	}
	return nil
}

// checkSignatures verifies the main file of every eighth issued document anew: the person's and the agency's signature, both good.
func (s *Seeder) checkSignatures(ctx context.Context) error {
	n := 0
	for _, w := range s.plan.written {
		if !w.mailed {
			continue
		}
		if n++; n%8 != 1 {
			continue
		}
		files, err := documents.Files(ctx, s.DB, w.from.clerk().actor, w.doc.Ref())
		if err != nil {
			return err
		}
		b, err := blob.ReadAll(ctx, s.Desk.Blobs, files[0].SHA, files[0].Size)
		if err != nil {
			return err
		}
		report, err := pades.Verify(b, pades.VerifyOptions{At: s.DB.Now().Time(), Trust: s.Desk.Trust})
		if err != nil {
			return err
		}
		if report.Outcome != pades.Passed || len(report.Signatures) != 2 {
			return fmt.Errorf("%s of %s: %d signatures, %s", w.doc.NumberText, w.from.short, len(report.Signatures), report.Outcome)
		}
	}
	return nil
}
