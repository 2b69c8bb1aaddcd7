package documents

import (
	"context"
	"math"
	"slices"

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
	shelf := shelfOf(a)
	tabs, err := shelf.count(ctx, r, a, now, nil, func(i int) bool { return slices.Contains(waiting, shelf.boxes[i].code) })
	if err != nil {
		return nil, err
	}
	for _, code := range waiting {
		for i, b := range shelf.boxes {
			if b.code != code {
				continue
			}
			l, err := b.work(ctx, r, a, now, tabs[i])
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

// total is a tab's count as one number: one beyond the most that is counted says that there are more.
func (t Tab) total() int {
	if t.More {
		return t.Count + 1
	}
	return t.Count
}

func (b *box) work(ctx context.Context, r store.Reader, a store.Actor, now calendar.Date, t Tab) (WorkList, error) {
	l := WorkList{Code: "in." + b.code, Title: InTabLabel(b.code), Kind: "incoming", Tab: b.code, Count: t.total()}
	if t.Count == 0 {
		return l, nil
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
	asked := outAsked{tabs: outShelf(a)}
	wanted := func(i int) bool {
		return slices.ContainsFunc(titles, func(t struct{ tab, title string }) bool { return t.tab == asked.tabs.tabs[i].code })
	}
	if err := asked.bound(ctx, r, a); err != nil {
		return nil, err
	}
	counts, err := asked.count(ctx, r, wanted)
	if err != nil {
		return nil, err
	}
	var out []WorkList
	for _, t := range titles {
		at := asked.tabs.index(t.tab)
		if at < 0 {
			continue
		}
		l := WorkList{Code: "out." + t.tab, Title: t.title, Kind: "outgoing", Tab: t.tab, Count: counts[at].total()}
		var rows []OutgoingRow
		if l.Count > 0 {
			if rows, err = asked.list(ctx, r, at, cursor{At: math.MaxInt64, ID: math.MaxInt64}, mostShown); err != nil {
				return nil, err
			}
		}
		for _, row := range rows {
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
