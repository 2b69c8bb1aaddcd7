package api

import (
	"context"
	"net/http"

	"congvu/internal/calendar"
	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/store"
)

// Listed narrows a list of documents.
type Listed struct {
	Tab     string `query:"tab" maxLength:"40" doc:"Danh sách; vắng mặt: danh sách đầu tiên của người dùng"`
	Q       string `query:"q" maxLength:"500" doc:"Từ cần tìm, có dấu hoặc không dấu"`
	Type    string `query:"type" maxLength:"50" doc:"Mã loại văn bản"`
	Urgency string `query:"urgency" enum:"ordinary,urgent,very_urgent,express" doc:"Độ khẩn"`
	Cursor  string `query:"cursor" maxLength:"200" doc:"Con trỏ next hoặc prev của trang trước"`
	Limit   int    `query:"limit" minimum:"1" maximum:"200" doc:"Số dòng; vắng mặt: 50"`
}

type listedIncoming struct {
	Listed
	From string `query:"from" format:"date" doc:"Đến từ ngày"`
	To   string `query:"to" format:"date" doc:"Đến hết ngày"`
}

func (d *door) incomingRoutes() {
	ask(d, get("/incoming", "listIncoming", tagIncoming, "Danh sách văn bản đến"), d.listIncoming)
	ask(d, post("/incoming", "enterIncoming", tagIncoming, "Nhập văn bản giấy đến").with(http.MethodPost, http.StatusCreated), d.enterIncoming)
	askVersion(d, get("/incoming/{id}", "findIncoming", tagIncoming, "Xem văn bản đến"), d.findIncoming)
	ask(d, get("/incoming/{id}/acts", "listIncomingActs", tagIncoming, "Những việc có thể làm với văn bản"), d.listIncomingActs)
	ask(d, get("/incoming/{id}/lines", "listLines", tagIncoming, "Các dòng xử lý"), d.listLines)
	ask(d, get("/incoming/{id}/directions", "listDirections", tagIncoming, "Ý kiến chỉ đạo"), d.listDirections)
	ask(d, get("/incoming/{id}/twins", "listTwins", tagIncoming, "Văn bản có thể trùng"), d.listTwins)
	ask(d, post("/incoming/{id}/register", "registerIncoming", tagIncoming, "Đăng ký vào sổ, cấp số đến"), d.registerIncoming)
	do(d, post("/incoming/{id}/cancel-registration", "cancelRegistration", tagIncoming, "Hủy đăng ký; số đến được giữ và ghi đã hủy"), d.cancelRegistration)
	do(d, post("/incoming/{id}/refuse", "refuseIncoming", tagIncoming, "Từ chối tiếp nhận, trả lại nơi gửi"), d.refuseIncoming)
	do(d, post("/incoming/{id}/submit", "submitIncoming", tagIncoming, "Trình lãnh đạo"), d.submitIncoming)
	do(d, post("/incoming/{id}/return", "returnToRegistry", tagIncoming, "Trả lại văn thư"), d.returnToRegistry)
	ask(d, post("/incoming/{id}/direct", "directIncoming", tagIncoming, "Chỉ đạo, phân công xử lý"), d.directIncoming)
	do(d, post("/incoming/{id}/conclude", "concludeIncoming", tagIncoming, "Kết thúc, không cần phân công"), d.concludeIncoming)
	do(d, post("/incoming/{id}/comment", "commentIncoming", tagIncoming, "Ghi ý kiến"), d.commentIncoming)
	do(d, post("/incoming/{id}/read", "readIncoming", tagIncoming, "Ghi nhận đã xem lần đầu"), d.readIncoming)
	ask(d, post("/lines/{id}/forward", "forwardLine", tagIncoming, "Chuyển tiếp cho đơn vị, người khác"), d.forwardLine)
	ask(d, post("/lines/{id}/hand-over", "handOverLine", tagIncoming, "Bàn giao hẳn"), d.handOverLine)
	do(d, post("/lines/{id}/start", "startLine", tagIncoming, "Bắt đầu xử lý"), d.startLine)
	do(d, post("/lines/{id}/complete", "completeLine", tagIncoming, "Hoàn thành xử lý"), d.completeLine)
	do(d, post("/lines/{id}/return", "returnLine", tagIncoming, "Trả lại người giao"), d.returnLine)
	do(d, post("/lines/{id}/recall", "recallLine", tagIncoming, "Rút lại việc đã giao"), d.recallLine)
}

func (d *door) listIncoming(ctx context.Context, c *call, in *listedIncoming) (client.Page[client.IncomingRow], error) {
	page, err := documents.Inbox(ctx, d.DB, c.actor, documents.InFilter{Tab: in.Tab, Q: in.Q, Type: in.Type, Urgency: in.Urgency,
		From: calendar.Date(in.From), To: calendar.Date(in.To), Before: in.Cursor, Limit: in.Limit, Days: d.Desk.Calendar})
	return pageOf(page, func(r documents.IncomingRow) client.IncomingRow { return incomingRow(c.lang, r) }), err
}

func (d *door) enterIncoming(ctx context.Context, c *call, in *struct{ Body client.IncomingEntry }) (client.Incoming, error) {
	f := in.Body
	var out *documents.Incoming
	err := write(ctx, d, c, func(tx *store.Tx) (err error) {
		out, err = documents.Enter(ctx, tx, documents.EntryForm{SenderAgency: int64(f.SenderAgency), SenderCode: f.SenderCode, SenderName: f.SenderName, Number: f.Number,
			Notation: f.Notation, IssuedDate: calendar.Date(f.IssuedDate), ArrivedDate: calendar.Date(f.ArrivedDate), TypeCode: f.Type, Subject: f.Subject,
			SignerName: f.SignerName, SignerPosition: f.SignerPosition, Urgency: urgency(f.Urgency), DueDate: calendar.Date(f.DueDate), PageAmount: f.PageAmount,
			Note: f.Note, ReplyTo: int64(f.ReplyTo)})
		return err
	})
	if err != nil {
		return client.Incoming{}, err
	}
	return incomingOf(c.lang, out), nil
}

func (d *door) findIncoming(ctx context.Context, c *call, in *One) (client.Incoming, int64, error) {
	doc, err := documents.FindIncoming(ctx, d.DB, c.actor, in.id())
	if err == nil {
		err = d.Desk.NoteAccess(ctx, c.actor, doc.Ref(), documents.AccessView, 0)
	}
	if err != nil {
		return client.Incoming{}, 0, err
	}
	return incomingOf(c.lang, doc), doc.Revision, nil
}

func (d *door) listIncomingActs(ctx context.Context, c *call, in *One) ([]client.Act, error) {
	acts, err := documents.ActsIncoming(ctx, d.DB, c.actor, in.id())
	return each(acts, func(a documents.InAct) client.Act {
		return client.Act{Code: a.Code, Label: c.lang.T(a.Name), Line: client.ID(a.Line)}
	}), err
}

func (d *door) listLines(ctx context.Context, c *call, in *One) ([]client.Line, error) {
	lines, err := documents.Lines(ctx, d.DB, c.actor, in.id())
	return each(lines, func(l documents.Line) client.Line { return lineOf(c.lang, l) }), err
}

func (d *door) listDirections(ctx context.Context, c *call, in *One) ([]client.Direction, error) {
	all, err := documents.Directions(ctx, d.DB, c.actor, in.id())
	return each(all, directionOf), err
}

func (d *door) listTwins(ctx context.Context, c *call, in *One) ([]client.Twin, error) {
	all, err := documents.Twins(ctx, d.DB, c.actor, in.id())
	return each(all, twinOf), err
}

type registering struct {
	One
	IfMatch string `header:"If-Match" maxLength:"40" doc:"ETag đã xem, thay cho revision"`
	Body    client.Registering
}

func (d *door) registerIncoming(ctx context.Context, c *call, in *registering) (client.Registered, error) {
	f := in.Body
	revision, err := seenRevision(c, in.IfMatch, f.Revision)
	if err != nil {
		return client.Registered{}, err
	}
	form := documents.RegisterForm{Register: int64(f.Register), Twin: documents.TwinDecision(f.Twin), TwinOf: int64(f.TwinOf), VerdictReason: f.VerdictReason, PaperReceived: f.PaperReceived, Revision: revision, Lost: f.Lost}
	var out *documents.Registration
	err = write(ctx, d, c, func(tx *store.Tx) (err error) {
		if f.Pass == nil {
			out, err = documents.Register(ctx, tx, in.id(), form)
			return err
		}
		pass := documents.Passing{To: int64(f.Pass.To), Note: f.Pass.Note, Rule: int64(f.Pass.Rule)}
		if f.Pass.Direct != nil {
			direct := d.directing(*f.Pass.Direct)
			pass.Direct = &direct
		}
		out, err = documents.RegisterAndPass(ctx, tx, in.id(), form, pass)
		return err
	})
	if err != nil {
		return client.Registered{}, err
	}
	return client.Registered{Incoming: incomingOf(c.lang, out.Incoming), LinkedTo: client.ID(out.LinkedTo), Already: out.Already,
		Warnings: each(out.Warnings, func(m store.Message) string { return said1(c.lang, m) })}, nil
}

func (d *door) cancelRegistration(ctx context.Context, c *call, in *act[client.Reason]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.CancelRegistration(ctx, tx, in.id(), in.Body.Reason) })
}

func (d *door) refuseIncoming(ctx context.Context, c *call, in *act[client.Refusing]) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return documents.Refuse(ctx, tx, in.id(), documents.Ground(in.Body.Ground), in.Body.Reason)
	})
}

func (d *door) submitIncoming(ctx context.Context, c *call, in *act[client.Submitting]) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return documents.SubmitToLeader(ctx, tx, in.id(), int64(in.Body.To), in.Body.Note)
	})
}

func (d *door) returnToRegistry(ctx context.Context, c *call, in *act[client.Reason]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.ReturnToRegistry(ctx, tx, in.id(), in.Body.Reason) })
}

func (d *door) directIncoming(ctx context.Context, c *call, in *act[client.Directing]) (client.Direction, error) {
	var out *documents.Directed
	err := write(ctx, d, c, func(tx *store.Tx) (err error) {
		out, err = documents.Direct(ctx, tx, in.id(), d.directing(in.Body))
		return err
	})
	if err != nil {
		return client.Direction{}, err
	}
	return directionOf(*out), nil
}

func (d *door) concludeIncoming(ctx context.Context, c *call, in *act[client.Text]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.Conclude(ctx, tx, in.id(), in.Body.Text) })
}

func (d *door) commentIncoming(ctx context.Context, c *call, in *act[client.Text]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.Comment(ctx, tx, in.id(), in.Body.Text) })
}

func (d *door) readIncoming(ctx context.Context, c *call, in *One) error {
	if _, err := documents.FindIncoming(ctx, d.DB, c.actor, in.id()); err != nil {
		return err
	}
	return documents.MarkRead(ctx, d.DB, c.actor, in.id())
}

func (d *door) forwardLine(ctx context.Context, c *call, in *act[client.Forwarding]) ([]client.Line, error) {
	var out []documents.Line
	err := write(ctx, d, c, func(tx *store.Tx) (err error) {
		out, err = documents.Forward(ctx, tx, in.id(), d.forwarding(in.Body))
		return err
	})
	return each(out, func(l documents.Line) client.Line { return lineOf(c.lang, l) }), err
}

func (d *door) handOverLine(ctx context.Context, c *call, in *act[client.HandingOver]) (client.Line, error) {
	var out *documents.Line
	err := write(ctx, d, c, func(tx *store.Tx) (err error) {
		out, err = documents.HandOver(ctx, tx, in.id(), target(in.Body.To), in.Body.Note)
		return err
	})
	if err != nil {
		return client.Line{}, err
	}
	return lineOf(c.lang, *out), nil
}

func (d *door) startLine(ctx context.Context, c *call, in *One) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.Start(ctx, tx, in.id()) })
}

func (d *door) completeLine(ctx context.Context, c *call, in *act[client.Completing]) error {
	f := in.Body
	return write(ctx, d, c, func(tx *store.Tx) error {
		return documents.Complete(ctx, tx, in.id(), documents.CompleteForm{Result: f.Result, ReplyOutgoing: int64(f.ReplyOutgoing), Revision: f.Revision})
	})
}

func (d *door) returnLine(ctx context.Context, c *call, in *act[client.Reason]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.ReturnLine(ctx, tx, in.id(), in.Body.Reason) })
}

func (d *door) recallLine(ctx context.Context, c *call, in *act[client.Reason]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.RecallLine(ctx, tx, in.id(), in.Body.Reason) })
}
