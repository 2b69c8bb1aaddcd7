package documents

import (
	"context"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// mostShown is how many entries of a list the page of one's own work shows; the count tells the rest.
const mostShown = 10

// MyWork is "Việc của tôi": everything that waits for the actor, as lists whose counts are those of the linked tabs, taken with the same
// statements (N8). Lists that the actor has but that are empty are there with count 0.
func MyWork(ctx context.Context, r store.Reader, a store.Actor) ([]WorkList, error) {
	var out []WorkList
	now := nowOf(r)
	waiting := []string{InTabToDirect, InTabArrivals, InTabToSubmit, InTabToDo, InTabReturned, InTabCoordinating, InTabOverdue, InTabInformed}
	for _, code := range waiting {
		for _, b := range boxesOf(a) {
			if b.code != code {
				continue
			}
			l, err := b.work(ctx, r, a, now)
			if err != nil {
				return nil, err
			}
			out = append(out, l)
		}
	}
	assigned, err := assignWork(ctx, r, a)
	if err != nil {
		return nil, err
	}
	asked, err := opinionWork(ctx, r, a)
	if err != nil {
		return nil, err
	}
	drafts, err := outgoingWork(ctx, r, a, now)
	return append(append(out, assigned, asked), drafts...), err
}

func (b *box) work(ctx context.Context, r store.Reader, a store.Actor, now calendar.Date) (WorkList, error) {
	l := WorkList{Code: "in." + b.code, Title: InTabLabel(b.code), Kind: "incoming", Tab: b.code}
	t, err := b.count(ctx, r, a, now, nil)
	if err != nil || t.Count == 0 {
		return l, err
	}
	l.Count = t.Count
	if t.More {
		l.Count++
	}
	start, _ := parseCursor("")
	rows, err := b.list(ctx, r, a, now, nil, start, mostShown)
	for _, row := range rows {
		title := row.Code()
		if title == "" {
			title = row.TypeName
		}
		from := row.SenderName
		if row.LineID != 0 && row.FromName != "" {
			from = row.FromName
		}
		l.Rows = append(l.Rows, WorkRow{Ref: row.Ref(), Line: row.LineID, Title: title, Subject: row.Subject, From: from, Urgency: row.Urgency,
			Due: row.due(calendar.Default(), now), At: row.At, Unread: row.LineID != 0 && row.ReadAt == 0})
	}
	return l, err
}

// outgoingWork lists the drafts that wait for the actor.
func outgoingWork(ctx context.Context, r store.Reader, a store.Actor, now calendar.Date) ([]WorkList, error) {
	titles := []struct{ tab, title string }{{TabToSign, "Chờ ký"}, {TabInReview, "Dự thảo chờ xem xét"}, {TabReturned, "Dự thảo bị trả lại"},
		{TabToNumber, "Chờ cấp số"}, {TabToIssue, "Chờ phát hành"}, {TabMine, "Dự thảo đang soạn"}}
	var out []WorkList
	for _, t := range titles {
		if (t.tab == TabToNumber || t.tab == TabToIssue) && !KeepsRegisters(a) {
			continue
		}
		p, err := ListOutgoing(ctx, r, a, OutFilter{Tab: t.tab, Limit: mostShown})
		if err != nil {
			return nil, err
		}
		l := WorkList{Code: "out." + t.tab, Title: t.title, Kind: "outgoing", Tab: t.tab}
		for _, tab := range p.Tabs {
			if tab.Code == t.tab {
				if l.Count = tab.Count; tab.More {
					l.Count++
				}
			}
		}
		for _, row := range p.Rows {
			title := row.NumberText
			if title == "" {
				title = row.TypeName
			}
			l.Rows = append(l.Rows, WorkRow{Ref: OutgoingRef(row.ID), Title: title, Subject: row.Subject, From: row.DrafterName, Urgency: row.Urgency,
				Due: calendar.Default().Due(row.DueDate, now), At: row.At})
		}
		out = append(out, l)
	}
	return out, nil
}
