package api

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// each turns a list of a room into a list of the API, never null.
func each[A, B any](all []A, f func(A) B) []B {
	out := make([]B, len(all))
	for i, a := range all {
		out[i] = f(a)
	}
	return out
}

func pageOf[A, B any](p documents.Page[A], f func(A) B) client.Page[B] {
	return client.Page[B]{Rows: each(p.Rows, f), Next: p.Next, Prev: p.Prev, Tabs: each(p.Tabs, func(t documents.Tab) client.Tab {
		return client.Tab{Code: t.Code, Count: t.Count, More: t.More}
	})}
}

// cut makes a page of rows read with one more than the limit, for lists whose cursor is the id before.
func cut[A, B any](rows []A, limit int, id func(A) int64, f func(A) B) client.Page[B] {
	p := client.Page[B]{}
	if len(rows) > limit {
		rows = rows[:limit]
		p.Next = strconv.FormatInt(id(rows[limit-1]), 10)
	}
	p.Rows = each(rows, f)
	return p
}

func when(at store.Instant) *time.Time {
	if at == 0 {
		return nil
	}
	t := at.Time()
	return &t
}

func said1(l i18n.Lang, m store.Message) string { return i18n.T(l, m.Text, m.Args) }

func urgency(slug string) documents.Urgency {
	u, _ := documents.ParseUrgency(slug) // the schema allows the four slugs only
	return u
}

func etag(revision int64) string { return fmt.Sprintf(`"%d"`, revision) }

// seenRevision is the revision the caller has seen: If-Match when given, else the one in the body.
func seenRevision(c *call, ifMatch string, revision int64) (int64, error) {
	if ifMatch == "" || ifMatch == "*" {
		return revision, nil
	}
	n, err := strconv.ParseInt(strings.Trim(ifMatch, `"`), 10, 64)
	if err != nil || n <= 0 || revision != 0 && revision != n {
		p := newProblem(c.lang, 412, c.lang.T("If-Match phải là ETag đã nhận khi xem văn bản. Chưa có gì được ghi; hãy xem lại văn bản rồi gửi lại."))
		return 0, p
	}
	return n, nil
}

func target(t client.Target) documents.Target {
	return documents.Target{Unit: int64(t.Unit), Post: int64(t.Post), Due: calendar.Date(t.Due)}
}

func messages(l i18n.Lang, j store.JSON) []string {
	var all []store.Message
	if json.Unmarshal([]byte(j), &all) != nil {
		return nil
	}
	return each(all, func(m store.Message) string { return said1(l, m) })
}

func twinOf(t documents.Twin) client.Twin {
	return client.Twin{ID: client.ID(t.ID), Identifier: t.Identifier, SameContent: t.SameContent, State: string(t.State), Source: string(t.Source),
		ArrivalNumber: t.ArrivalNumber, ArrivalYear: t.ArrivalYear, SenderName: t.SenderName, Number: t.Number, Notation: t.Notation,
		IssuedDate: string(t.IssuedDate), Subject: t.Subject}
}

func incomingOf(l i18n.Lang, d *documents.Incoming) client.Incoming {
	return client.Incoming{ID: client.ID(d.ID), Revision: d.Revision, State: string(d.State), StateLabel: l.T(d.State.Label()), Stage: d.Stage, Source: string(d.Source),
		SenderCode: d.SenderCode, SenderAgency: client.ID(d.SenderAgency), SenderName: d.SenderName, DocumentID: d.DocumentID, Number: d.Number,
		Notation: d.Notation, Code: d.Code(), IssuedDate: string(d.IssuedDate), Type: d.TypeCode, TypeName: d.TypeName, Subject: d.Subject,
		SignerName: d.SignerName, SignerPosition: d.SignerPosition, Urgency: d.Urgency.Slug(), DueDate: string(d.DueDate),
		PageAmount: d.PageAmount, Note: d.Note, PaperReceived: d.PaperReceived, ArrivedAt: d.ArrivedAt.Time(), ArrivedDate: string(d.ArrivedDate),
		Verdict: d.Verdict, VerdictReason: d.VerdictReason, Warnings: messages(l, d.Warnings), ReplyTo: client.ID(d.ReplyTo), ArrivalYear: d.ArrivalYear,
		ArrivalNumber: d.ArrivalNumber, RegisteredAt: when(d.RegisteredAt), SubmittedTo: client.ID(d.SubmittedTo), RefuseGround: string(d.RefuseGround),
		RefuseReason: d.RefuseReason, HandleDue: string(d.HandleDue), LeadName: d.LeadName, ReplyOutgoing: client.ID(d.ReplyOutgoing), Result: d.Result,
		DoneAt: when(d.DoneAt), TwinOf: client.ID(d.TwinOf)}
}

func incomingRow(l i18n.Lang, r documents.IncomingRow) client.IncomingRow {
	return client.IncomingRow{ID: client.ID(r.ID), Line: client.ID(r.LineID), State: string(r.State), StateLabel: l.T(r.State.Label()), LineState: string(r.LineState),
		Role: string(r.Role), Source: string(r.Source), Verdict: r.Verdict, ArrivalNumber: r.ArrivalNumber, ArrivalYear: r.ArrivalYear,
		ArrivedDate: string(r.ArrivedDate), SenderName: r.SenderName, Code: r.Code(), IssuedDate: string(r.IssuedDate), Type: r.TypeCode, TypeName: r.TypeName,
		Subject: r.Subject, Urgency: r.Urgency.Slug(), LeadName: r.LeadName, HolderName: r.HolderName, FromName: r.FromName, Due: string(r.Due),
		Overdue: r.Late.State == calendar.Overdue, At: r.At.Time(), ReadAt: when(r.ReadAt), DoneAt: when(r.DoneAt)}
}

func lineOf(l i18n.Lang, x documents.Line) client.Line {
	return client.Line{ID: client.ID(x.ID), Revision: x.Revision, Parent: client.ID(x.ParentID), Direction: client.ID(x.DirectionID), Role: string(x.Role),
		RoleLabel: l.T(x.Role.Label()), HolderKind: x.HolderKind, Holder: client.ID(x.HolderID), HolderName: x.HolderName, State: string(x.State),
		StateLabel: l.T(x.State.Label()), HandedOver: x.HandedOver, FromName: x.FromName, Note: x.Note, Due: string(x.DueDate), At: x.At.Time(),
		ReadAt: when(x.ReadAt), StartedAt: when(x.StartedAt), DoneAt: when(x.DoneAt), Result: x.Result, ReplyOutgoing: client.ID(x.ReplyOutgoing), Reason: x.Reason}
}

func directionOf(x documents.Directed) client.Direction {
	out := client.Direction{ID: client.ID(x.ID), LeaderName: x.LeaderName, LeaderTitle: x.LeaderTitle, ByRule: x.ByRule, Opinion: x.Opinion, Due: string(x.DueDate),
		At: x.At.Time(), ReplacedBy: client.ID(x.ReplacedBy)}
	if x.WrittenPerson != x.LeaderPerson {
		out.WrittenBy = x.WrittenName
	}
	return out
}

func fileOf(f documents.File) client.File {
	return client.File{ID: client.ID(f.ID), Name: f.Name, Size: f.Size, SHA256: f.SHA, Media: f.Media, Pages: f.Pages, Main: f.Main, Verdict: f.Verdict}
}

func stepOf(l i18n.Lang, s documents.Step) client.Step {
	return client.Step{At: s.At.Time(), Act: s.Act, Who: s.Who, Post: s.Post, What: said1(l, s.What), Note: s.Note, Late: s.Late}
}

func workListOf(l i18n.Lang, w documents.WorkList) client.WorkList {
	return client.WorkList{Code: w.Code, Title: l.T(w.Title), Kind: w.Kind, Tab: w.Tab, Count: w.Count, Rows: each(w.Rows, func(r documents.WorkRow) client.WorkRow {
		return client.WorkRow{Ref: r.Ref, Line: client.ID(r.Line), Title: r.Title, Subject: r.Subject, From: r.From, Urgency: r.Urgency.Slug(),
			Due: string(r.Due.On), Overdue: r.Due.State == calendar.Overdue, At: r.At.Time(), Unread: r.Unread}
	})}
}
