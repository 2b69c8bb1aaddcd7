package api

import (
	"context"

	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/exchange"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

func (d *door) recallRoutes() {
	ask(d, get("/incoming/{id}/requests", "listRequests", tagIncoming, "Yêu cầu của cơ quan gửi và câu trả lời"), d.listRequests)
	do(d, post("/incoming/{id}/agree-request", "agreeRequest", tagIncoming, "Đồng ý yêu cầu thu hồi, lấy lại, cập nhật, thay thế"), d.agreeRequest)
	do(d, post("/incoming/{id}/decline-request", "declineRequest", tagIncoming, "Từ chối yêu cầu của cơ quan gửi; lãnh đạo đã xác nhận"), d.declineRequest)
	ask(d, get("/requests", "listOpenRequests", tagIncoming, "Yêu cầu về văn bản chưa đến"), d.listOpenRequests)
	do(d, post("/outgoing/{id}/recall", "recallOutgoing", tagOutgoing, "Thu hồi văn bản đã ban hành"), d.recallOutgoing)
	ask(d, get("/outgoing/{id}/requests", "listAskedReceivers", tagExchange, "Yêu cầu đã gửi nơi nhận và câu trả lời"), d.listAskedReceivers)
	ask(d, get("/outgoing/{id}/relations", "listOutgoingRelations", tagOutgoing, "Văn bản thay thế, sửa đổi, đính chính"), d.listOutgoingRelations)
	ask(d, get("/incoming/{id}/relations", "listIncomingRelations", tagIncoming, "Văn bản thay thế, sửa đổi, đính chính"), d.listIncomingRelations)
	do(d, post("/outgoing/{id}/relate", "relateOutgoing", tagOutgoing, "Ghi dự thảo thay thế, sửa đổi, đính chính văn bản nào"), d.relateOutgoing)
	do(d, post("/outgoing/{id}/unrelate", "unrelateOutgoing", tagOutgoing, "Bỏ liên hệ thay thế, sửa đổi, đính chính"), d.unrelateOutgoing)
	do(d, post("/outgoing/{id}/add-receivers", "addReceivers", tagExchange, "Gửi văn bản đã ban hành cho thêm nơi nhận"), d.addReceivers)
	do(d, post("/requests/{id}/pick", "pickRequest", tagIncoming, "Chọn văn bản mà yêu cầu nêu hai văn bản nói đến"), d.pickRequest)
	do(d, post("/deliveries/{id}/ask-back", "askBack", tagExchange, "Đề nghị một nơi nhận trả lại; hủy gửi nếu chưa gửi"), d.askBack)
	do(d, post("/deliveries/{id}/update", "sendUpdate", tagExchange, "Gửi bản cập nhật cho một nơi nhận"), d.sendUpdate)
}

func idsOf(all []int64) []client.ID {
	var out []client.ID
	for _, id := range all {
		out = append(out, client.ID(id))
	}
	return out
}

func senderRequestOf(l i18n.Lang) func(documents.Request) client.Request {
	return func(q documents.Request) client.Request {
		return client.Request{ID: client.ID(q.ID), Incoming: client.ID(q.IncomingID), Kind: string(q.Kind), KindLabel: l.T(q.Kind.Label()), SenderCode: q.SenderCode, SenderName: q.SenderName,
			DocumentID: q.DocumentID, Reason: q.Reason, By: q.By, ByUnit: q.ByUnit, State: q.State, At: q.At.Time(), DecidedAt: when(q.DecidedAt), DecidedBy: q.DecidedName, Decision: q.Decision,
			Automatic: q.Automatic, Choices: idsOf(q.Choices())}
	}
}

func (d *door) listRequests(ctx context.Context, c *call, in *One) ([]client.Request, error) {
	all, err := documents.Requests(ctx, d.DB, c.actor, in.id())
	return each(all, senderRequestOf(c.lang)), err
}

func (d *door) listOpenRequests(ctx context.Context, c *call, _ *struct{}) ([]client.Request, error) {
	all, err := documents.OpenRequests(ctx, d.DB, c.actor)
	return each(all, senderRequestOf(c.lang)), err
}

func (d *door) agreeRequest(ctx context.Context, c *call, in *act[client.Agreeing]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.AgreeRequest(ctx, tx, in.id(), int64(in.Body.Request)) })
}

func (d *door) declineRequest(ctx context.Context, c *call, in *act[client.Declining]) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return documents.DeclineRequest(ctx, tx, in.id(), int64(in.Body.Request), in.Body.Reason)
	})
}

func (d *door) recallOutgoing(ctx context.Context, c *call, in *act[client.Recalling]) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return documents.Recall(ctx, tx, in.id(), documents.RecallForm{Reason: in.Body.Reason, Basis: in.Body.Basis, Revision: in.Body.Revision})
	})
}

// listAskedReceivers asks documents first: who may not see the document does not learn what was asked about it.
func (d *door) listAskedReceivers(ctx context.Context, c *call, in *One) ([]client.Asked, error) {
	if _, err := documents.FindOutgoing(ctx, d.DB, c.actor, in.id()); err != nil {
		return nil, err
	}
	all, err := exchange.Requests(ctx, d.DB, c.actor, in.id())
	return each(all, func(q exchange.Request) client.Asked {
		return client.Asked{ID: client.ID(q.ID), Delivery: client.ID(q.DeliveryID), Kind: string(q.Kind), KindLabel: c.lang.T(q.Kind.Label()), ReceiverCode: q.ReceiverCode, ReceiverName: q.ReceiverName,
			Reason: q.Reason, Basis: q.Basis, State: q.State, At: q.At.Time(), By: q.By, SentAt: when(q.SentAt), AnsweredAt: when(q.AnsweredAt), AnswerBy: q.AnswerBy, AnswerUnit: q.AnswerUnit, Answer: q.Answer}
	}), err
}

func (d *door) relations(ctx context.Context, c *call, ref string) ([]client.Relation, error) {
	all, err := documents.Relations(ctx, d.DB, c.actor, ref)
	return each(all, func(x documents.Relation) client.Relation {
		return client.Relation{Kind: string(x.Kind), KindLabel: c.lang.T(x.Kind.Label()), Of: x.Of, Title: x.Title, Target: x.Target, TargetTitle: x.TargetTitle, Reason: x.Reason, InForce: x.InForce, At: x.At.Time()}
	}), err
}

func (d *door) listOutgoingRelations(ctx context.Context, c *call, in *One) ([]client.Relation, error) {
	return d.relations(ctx, c, documents.OutgoingRef(in.id()))
}

func (d *door) listIncomingRelations(ctx context.Context, c *call, in *One) ([]client.Relation, error) {
	return d.relations(ctx, c, documents.IncomingRef(in.id()))
}

func (d *door) relateOutgoing(ctx context.Context, c *call, in *act[client.Relating]) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return documents.Relate(ctx, tx, in.id(), int64(in.Body.Target), documents.RelationKind(in.Body.Kind), in.Body.Reason)
	})
}

func (d *door) unrelateOutgoing(ctx context.Context, c *call, in *act[client.Unrelating]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.Unrelate(ctx, tx, in.id(), int64(in.Body.Target)) })
}

func (d *door) addReceivers(ctx context.Context, c *call, in *act[client.Adding]) error {
	form := documents.AddForm{Reason: in.Body.Reason, Announce: in.Body.Announce, Revision: in.Body.Revision}
	for _, r := range in.Body.Receivers {
		form.Receivers = append(form.Receivers, documents.ReceiverForm{Agency: org.AgencyID(r.Agency), Unit: org.UnitID(r.Unit), Name: r.Name, Role: r.Role})
	}
	return write(ctx, d, c, func(tx *store.Tx) error { return exchange.AddReceivers(ctx, tx, in.id(), form) })
}

func (d *door) pickRequest(ctx context.Context, c *call, in *act[client.Picking]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.PickRequest(ctx, tx, in.id(), int64(in.Body.Incoming)) })
}

func (d *door) askBack(ctx context.Context, c *call, in *act[client.Reason]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return exchange.AskBack(ctx, tx, in.id(), in.Body.Reason) })
}

func (d *door) sendUpdate(ctx context.Context, c *call, in *act[client.Reason]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return exchange.SendUpdate(ctx, tx, in.id(), in.Body.Reason) })
}
