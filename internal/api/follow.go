package api

import (
	"context"
	"net/http"

	"congvu/internal/calendar"
	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// followRoutes follow what was given to others, put deadlines off, tell the week, and hand on the work that posts leave behind.
func (d *door) followRoutes() {
	ask(d, get("/follow", "listFollowed", tagDirection, "Việc tôi đã giao: đang xử lý, quá hạn, sắp đến hạn, xin gia hạn, đã xong"), d.listFollowed)
	do(d, post("/lines/{id}/chase", "chaseLine", tagDirection, "Đôn đốc nơi đang giữ việc"), d.chaseLine)
	ask(d, get("/incoming/{id}/chases", "listChases", tagDirection, "Các lần đôn đốc, nhắc hạn của văn bản"), d.listChases)
	do(d, post("/incoming/{id}/reopen", "reopenIncoming", tagDirection, "Mở lại văn bản đã kết thúc"), d.reopenIncoming)
	ask(d, post("/lines/{id}/extension", "askExtension", tagDirection, "Xin gia hạn xử lý").with(http.MethodPost, http.StatusCreated), d.askExtension)
	ask(d, get("/incoming/{id}/extensions", "listExtensions", tagDirection, "Các đề nghị gia hạn của văn bản"), d.listExtensions)
	ask(d, get("/extensions", "listAskedExtensions", tagDirection, "Đề nghị gia hạn chờ tôi trả lời"), d.listAskedExtensions)
	do(d, post("/extensions/{id}/answer", "answerExtension", tagDirection, "Trả lời đề nghị gia hạn"), d.answerExtension)
	do(d, post("/extensions/{id}/drop", "dropExtension", tagDirection, "Rút đề nghị gia hạn của mình"), d.dropExtension)
	ask(d, get("/week", "readWeek", tagDirection, "Tuần này: việc đến hạn, quá hạn, và việc đã xong tuần trước"), d.readWeek)
	do(d, get("/week/digest", "setDigest", tagDirection, "Bật, tắt tin tóm tắt mỗi tuần").with(http.MethodPut, 0), d.setDigest)
	ask(d, get("/handover", "listLeavers", tagDirection, "Các chức vụ mà tôi bàn giao được công việc"), d.listLeavers)
	ask(d, get("/handover/{id}", "listLeft", tagDirection, "Việc một chức vụ còn giữ"), d.listLeft)
	do(d, post("/handover/{id}", "moveWork", tagDirection, "Bàn giao việc của một chức vụ sang chức vụ khác"), d.moveWork)
}

type following struct {
	Tab    string `query:"tab" enum:"open,overdue,soon,asked,done" doc:"Danh sách; vắng mặt: open"`
	Cursor string `query:"cursor" maxLength:"200" doc:"Con trỏ next hoặc prev của trang trước"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" doc:"Số dòng; vắng mặt: 50"`
}

func followRow(l i18n.Lang) func(r documents.FollowRow) client.FollowRow {
	return func(r documents.FollowRow) client.FollowRow {
		return client.FollowRow{Document: client.ID(r.ID), Line: client.ID(r.LineID), Code: r.Code(), Subject: r.Subject, SenderName: r.SenderName, Urgency: r.Urgency.Slug(), Role: string(r.Role),
			State: string(r.LineState), StateLabel: l.T(r.LineState.Label()), HolderName: r.HolderName, Due: string(r.DueDate), FirstDue: string(r.FirstDue), Overdue: r.Late.State == calendar.Overdue,
			Days: r.Late.Working, At: r.At.Time(), ReadAt: when(r.ReadAt), DoneAt: when(r.DoneAt), Chased: r.Chased, LastChased: when(r.LastChased), Extension: client.ID(r.Extension)}
	}
}

func (d *door) listFollowed(ctx context.Context, c *call, in *following) (client.Page[client.FollowRow], error) {
	page, err := documents.Follow(ctx, d.DB, c.actor, documents.InFilter{Tab: in.Tab, Before: in.Cursor, Limit: in.Limit, Days: d.Desk.Calendar})
	return pageOf(page, followRow(c.lang)), err
}

func (d *door) chaseLine(ctx context.Context, c *call, in *act[client.Text]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.ChaseLine(ctx, tx, in.id(), in.Body.Text) })
}

func (d *door) listChases(ctx context.Context, c *call, in *One) ([]client.Chase, error) {
	all, err := documents.Chases(ctx, d.DB, c.actor, in.id())
	return each(all, func(x documents.Chase) client.Chase {
		return client.Chase{Line: client.ID(x.LineID), Kind: x.Kind, KindLabel: c.lang.T(documents.ChaseLabel(x.Kind)), By: x.ByName, Words: x.Words, At: x.At.Time()}
	}), err
}

func (d *door) reopenIncoming(ctx context.Context, c *call, in *act[client.Reason]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.Reopen(ctx, tx, in.id(), in.Body.Reason) })
}

func extensionOf(l i18n.Lang) func(x documents.Extension) client.Extension {
	return func(x documents.Extension) client.Extension {
		return client.Extension{ID: client.ID(x.ID), Line: client.ID(x.LineID), Document: client.ID(x.IncomingID), AskedBy: x.AskedName, Reason: x.Reason, WasDue: string(x.WasDue), Due: string(x.AskedDue),
			State: x.State, StateLabel: l.T(documents.ExtensionLabel(x.State)), Answer: x.Answer, AnsweredBy: x.AnsweredName, At: x.At.Time(), AnsweredAt: when(x.Answered)}
	}
}

func (d *door) askExtension(ctx context.Context, c *call, in *act[client.AskingExtension]) (client.Extension, error) {
	var x *documents.Extension
	err := write(ctx, d, c, func(tx *store.Tx) (err error) {
		x, err = documents.AskExtension(ctx, tx, in.id(), calendar.Date(in.Body.Due), in.Body.Reason)
		return err
	})
	if err != nil {
		return client.Extension{}, err
	}
	return extensionOf(c.lang)(*x), nil
}

func (d *door) listExtensions(ctx context.Context, c *call, in *One) ([]client.Extension, error) {
	all, err := documents.Extensions(ctx, d.DB, c.actor, in.id())
	return each(all, extensionOf(c.lang)), err
}

func (d *door) listAskedExtensions(ctx context.Context, c *call, _ *struct{}) ([]client.Extension, error) {
	all, err := documents.ExtensionsAsked(ctx, d.DB, c.actor)
	return each(all, extensionOf(c.lang)), err
}

func (d *door) answerExtension(ctx context.Context, c *call, in *act[client.AnsweringExtension]) error {
	b := in.Body
	return write(ctx, d, c, func(tx *store.Tx) error {
		return documents.AnswerExtension(ctx, tx, in.id(), b.Agree, calendar.Date(b.Due), b.Answer)
	})
}

func (d *door) dropExtension(ctx context.Context, c *call, in *One) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.DropExtension(ctx, tx, in.id()) })
}

func (d *door) readWeek(ctx context.Context, c *call, _ *struct{}) (client.Week, error) {
	w, err := documents.WeekOf(ctx, d.DB, c.actor, d.Desk.Calendar)
	if err != nil {
		return client.Week{}, err
	}
	row := followRow(c.lang)
	out := client.Week{From: string(w.From), To: string(w.To), Due: each(w.Due, row), Overdue: each(w.Overdue, row), Done: each(w.Done, row), More: w.More}
	out.Digest, err = documents.Digests(ctx, d.DB, c.actor)
	return out, err
}

func (d *door) setDigest(ctx context.Context, c *call, in *struct{ Body client.Digesting }) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.SetDigest(ctx, tx, in.Body.On) })
}

func (d *door) listLeavers(ctx context.Context, c *call, _ *struct{}) ([]client.Post, error) {
	all, err := documents.Leavers(ctx, d.DB, c.actor)
	return each(all, postOf), err
}

func (d *door) listLeft(ctx context.Context, c *call, in *One) (client.PostLeft, error) {
	h, left, err := documents.LeftBy(ctx, d.DB, c.actor, in.id())
	if err != nil {
		return client.PostLeft{}, err
	}
	return client.PostLeft{Post: postOf(*h), Left: each(left, func(x documents.Left) client.LeftWork {
		return client.LeftWork{Line: client.ID(x.Line), Draft: client.ID(x.Draft), Ref: x.Ref, Title: x.Title, Subject: x.Subject, Due: string(x.DueDate)}
	})}, nil
}

func (d *door) moveWork(ctx context.Context, c *call, in *act[client.MovingWork]) error {
	id := func(x client.ID) int64 { return int64(x) }
	return write(ctx, d, c, func(tx *store.Tx) error {
		return documents.MoveWork(ctx, tx, in.id(), int64(in.Body.To), each(in.Body.Lines, id), each(in.Body.Drafts, id))
	})
}
