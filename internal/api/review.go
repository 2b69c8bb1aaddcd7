package api

import (
	"context"

	"congvu/internal/calendar"
	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

const tagReview = "Soạn thảo, xem xét dự thảo"

func (d *door) reviewRoutes() {
	ask(d, get("/assignments", "listAssignments", tagReview, "Việc soạn thảo được giao"), d.listAssignments)
	ask(d, post("/assignments", "assignDrafting", tagReview, "Giao soạn thảo văn bản"), d.assignDrafting)
	ask(d, get("/assignments/{id}", "findAssignment", tagReview, "Xem một việc soạn thảo"), d.findAssignment)
	do(d, post("/assignments/{id}/accept", "acceptAssignment", tagReview, "Nhận soạn thảo"), d.acceptAssignment)
	do(d, post("/assignments/{id}/return", "returnAssignment", tagReview, "Trả lại việc soạn thảo"), d.returnAssignment)
	do(d, post("/assignments/{id}/withdraw", "withdrawAssignment", tagReview, "Rút việc soạn thảo"), d.withdrawAssignment)
	do(d, post("/assignments/{id}/reassign", "reassignDrafting", tagReview, "Giao lại việc soạn thảo"), d.reassignDrafting)
	ask(d, post("/assignments/{id}/draft", "draftAssigned", tagReview, "Tạo dự thảo theo việc được giao"), d.draftAssigned)
}

type assignmentList struct {
	List string `query:"list" enum:"mine,given,all" default:"mine" doc:"mine: giao cho tôi; given: tôi giao; all: tất cả"`
}

func (d *door) listAssignments(ctx context.Context, c *call, in *assignmentList) ([]client.Assignment, error) {
	all, err := documents.Assignments(ctx, d.DB, c.actor, in.List)
	return each(all, func(x documents.Assignment) client.Assignment { return d.assignmentOf(c.lang, c.actor, &x) }), err
}

func (d *door) assignmentOf(l i18n.Lang, a store.Actor, x *documents.Assignment) client.Assignment {
	days := d.Desk.Calendar
	if days == nil {
		days = calendar.Default()
	}
	due := x.Due(days, d.today())
	return client.Assignment{ID: client.ID(x.ID), State: string(x.State), StateLabel: l.T(x.State.Label()), ReplyTo: client.ID(x.ReplyTo), Outgoing: client.ID(x.OutgoingID), DraftState: string(x.DraftState), Type: x.TypeCode,
		Subject: x.Subject, Wanted: x.Wanted, Due: string(x.DueDate), Overdue: due.State == calendar.Overdue, Lead: x.LeadName, OrderedBy: x.OrderedName, TakenBy: x.TakenName, Reason: x.Reason,
		Helpers: each(x.Helpers, func(h documents.AssignHelper) string { return h.Name }), Acts: x.Acts(a), At: x.At.Time()}
}

func assigning(b client.Assigning) documents.AssignForm {
	f := documents.AssignForm{ReplyTo: int64(b.ReplyTo), TypeCode: b.Type, Subject: b.Subject, Wanted: b.Wanted, Lead: documents.Target{Unit: int64(b.Lead.Unit), Post: int64(b.Lead.Post)}, Due: calendar.Date(b.Due), DueDays: b.DueDays}
	for _, h := range b.Helpers {
		f.Helpers = append(f.Helpers, documents.Target{Unit: int64(h.Unit), Post: int64(h.Post)})
	}
	return f
}

func (d *door) assignDrafting(ctx context.Context, c *call, in *struct{ Body client.Assigning }) (client.Assignment, error) {
	var x *documents.Assignment
	err := write(ctx, d, c, func(tx *store.Tx) (err error) { x, err = documents.Assign(ctx, tx, assigning(in.Body)); return err })
	if err != nil {
		return client.Assignment{}, err
	}
	return d.assignmentOf(c.lang, c.actor, x), nil
}

func (d *door) findAssignment(ctx context.Context, c *call, in *One) (client.Assignment, error) {
	x, err := documents.FindAssignment(ctx, d.DB, c.actor, in.id())
	if err != nil {
		return client.Assignment{}, err
	}
	return d.assignmentOf(c.lang, c.actor, x), nil
}

func (d *door) acceptAssignment(ctx context.Context, c *call, in *One) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.AcceptAssignment(ctx, tx, in.id()) })
}

func (d *door) returnAssignment(ctx context.Context, c *call, in *act[client.Reason]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.ReturnAssignment(ctx, tx, in.id(), in.Body.Reason) })
}

func (d *door) withdrawAssignment(ctx context.Context, c *call, in *act[client.Reason]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.WithdrawAssignment(ctx, tx, in.id(), in.Body.Reason) })
}

func (d *door) reassignDrafting(ctx context.Context, c *call, in *act[client.Assigning]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.AssignAnew(ctx, tx, in.id(), assigning(in.Body)) })
}

func (d *door) draftAssigned(ctx context.Context, c *call, in *One) (client.Outgoing, error) {
	var out *documents.Outgoing
	err := write(ctx, d, c, func(tx *store.Tx) (err error) { out, err = documents.DraftAssigned(ctx, tx, in.id()); return err })
	return outgoing(c)(out, err)
}
