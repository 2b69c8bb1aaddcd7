package city

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/i18n"
)

// recall finds the documents of the plan among what the agencies hold already, and how far they have come: outgoing ones and what was entered by
// their subject, which the plan gives once in an agency; what came by exchange by its sender, number and date.
func (p *quarterPlay) recall(ctx context.Context) error {
	out, in := map[subjectKey]*letter{}, map[subjectKey]*arrival{}
	for _, list := range [][]*letter{p.letters, p.inside} {
		for _, w := range list {
			out[subjectKey{w.from, true, i18n.CleanLine(w.subject)}] = w
		}
	}
	for _, r := range p.in {
		if r.entry != nil {
			in[subjectKey{r.at, false, i18n.CleanLine(r.entry.Subject)}] = r
		}
	}
	sent := map[sentKey]*arrival{}
	for i := range p.all {
		if err := p.recallOutgoing(ctx, &p.all[i], out, sent); err != nil {
			return err
		}
	}
	for i := range p.all {
		if err := p.recallIncoming(ctx, &p.all[i], in, sent); err != nil {
			return err
		}
	}
	return nil
}

// sentKey is what a copy is known by at its receiver.
type sentKey struct {
	at           *agency
	sender, code string
	dated        calendar.Date
}

func (p *quarterPlay) recallOutgoing(ctx context.Context, a *agency, known map[subjectKey]*letter, sent map[sentKey]*arrival) error {
	clerk := p.desks[a].clerks[0].actor
	for before := ""; ; {
		page, err := documents.ListOutgoing(ctx, p.s.DB, clerk, documents.OutFilter{Tab: documents.TabAll, Before: before, Limit: 200})
		if err != nil {
			return err
		}
		for _, row := range page.Rows {
			w := known[subjectKey{a, true, row.Subject}]
			if w == nil {
				continue
			}
			if w.id != 0 {
				return fmt.Errorf("%q stands twice in %s", row.Subject, a.name)
			}
			if w.id, w.state = row.ID, row.State; w.sentBack && w.state == documents.InReview {
				doc, err := documents.FindOutgoing(ctx, p.s.DB, clerk, w.id)
				if err != nil {
					return err
				}
				w.revised = doc.ContentNo > 1
			}
			if w.state == documents.Issued {
				if w.back > 0 {
					doc, err := documents.FindOutgoing(ctx, p.s.DB, clerk, w.id)
					if err != nil {
						return err
					}
					w.gone = doc.RecalledAt != 0
				}
				w.number = strings.Join([]string{a.code, strings.ReplaceAll(string(row.IssuedDate), "-", "/"), row.NumberText}, ",")
				for _, r := range w.to {
					sent[sentKey{r.at, a.name, row.NumberText, row.IssuedDate}] = r
				}
			}
		}
		if before = page.Next; before == "" {
			return nil
		}
	}
}

func (p *quarterPlay) recallIncoming(ctx context.Context, a *agency, known map[subjectKey]*arrival, sent map[sentKey]*arrival) error {
	clerk := p.desks[a].clerks[0].actor
	for before := ""; ; {
		page, err := documents.Inbox(ctx, p.s.DB, clerk, documents.InFilter{Tab: documents.InTabAll, Before: before, Limit: 200})
		if err != nil {
			return err
		}
		for _, row := range page.Rows {
			r := known[subjectKey{a, false, row.Subject}]
			if row.Source == documents.FromExchange {
				r = sent[sentKey{a, row.SenderName, row.Code(), row.IssuedDate}]
			}
			if r == nil {
				continue
			}
			if r.id != 0 {
				return fmt.Errorf("%s of %s stands twice at %s", row.Code(), row.SenderName, a.name)
			}
			r.id, r.state = row.ID, row.State
			if !r.answer.IsZero() {
				asked, err := documents.Requests(ctx, p.s.DB, clerk, r.id)
				if err != nil {
					return err
				}
				r.answered = slices.ContainsFunc(asked, func(q documents.Request) bool {
					return q.State == documents.AskedAgreed || q.State == documents.AskedDeclined
				})
			}
			if r.state == documents.Arrived || r.state == documents.Registered && !r.bounce {
				continue
			}
			r.directed = 1
			if !r.bounce {
				continue
			}
			if err := p.recallReturn(ctx, r, p.desks[a].clerks[0]); err != nil {
				return err
			}
		}
		if before = page.Next; before == "" {
			return nil
		}
	}
}

// recallReturn finds out how far the giving back of a document has come.
func (p *quarterPlay) recallReturn(ctx context.Context, r *arrival, clerk *post) error {
	given, err := documents.Directions(ctx, p.s.DB, clerk.actor, r.id)
	if err != nil {
		return err
	}
	lines, err := documents.Lines(ctx, p.s.DB, clerk.actor, r.id)
	for _, l := range lines {
		r.given = r.given || l.State == documents.LineReturnedByMe
	}
	r.directed = len(given)
	return err
}
