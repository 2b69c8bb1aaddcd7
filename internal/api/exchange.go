package api

import (
	"context"
	"net/http"

	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/exchange"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

func (d *door) exchangeRoutes() {
	ask(d, get("/outgoing/{id}/deliveries", "listDeliveries", tagExchange, "Nơi nhận và trạng thái của từng nơi"), d.listDeliveries)
	ask(d, get("/deliveries/{id}/answers", "listAnswers", tagExchange, "Các trạng thái nơi nhận đã trả về"), d.listAnswers)
	do(d, post("/deliveries/{id}/resend", "resendDelivery", tagExchange, "Gửi lại cho một nơi nhận"), d.resendDelivery)
	ask(d, get("/undelivered", "listUndelivered", tagExchange, "Nơi nhận cần văn thư xem: bị từ chối, lỗi, chậm phản hồi"), d.listUndelivered)
	ask(d, get("/quarantine", "listQuarantine", tagExchange, "Gói tin bị cách ly"), d.listQuarantine)
	ask(d, get("/quarantine/{id}", "lookQuarantined", tagExchange, "Một gói tin bị cách ly: lý do, nội dung đọc được, nguyên văn phần đầu, quá trình xử lý"), d.lookQuarantined)
	do(d, post("/quarantine/{id}/give", "giveQuarantined", tagExchange, "Chuyển gói tin cho một cơ quan kế tục; của mã không có ở đây: quản trị hệ thống chuyển"), d.giveQuarantined)
	d.stream(get("/quarantine/{id}/parcel", "downloadQuarantined", tagExchange, "Tải gói tin bị cách ly, nguyên văn như đã nhận"), givesFile("application/octet-stream"), d.downloadQuarantined)
	do(d, post("/quarantine/{id}/retry", "retryQuarantined", tagExchange, "Mở lại gói tin"), d.retryQuarantined)
	do(d, post("/quarantine/{id}/refuse", "refuseQuarantined", tagExchange, "Từ chối gói tin, báo nơi gửi"), d.refuseQuarantined)
}

// Older is how lists by identifier are paged.
type Older struct {
	Cursor string `query:"cursor" maxLength:"19" doc:"Con trỏ next của trang trước"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" doc:"Số dòng; vắng mặt: 50"`
}

func (o Older) before() int64 { return One{o.Cursor}.id() }

func (o Older) limit() int {
	if o.Limit == 0 {
		return 50
	}
	return o.Limit
}

func (d *door) delivery(l i18n.Lang, now store.Instant) func(x exchange.Delivery) client.Delivery {
	return func(x exchange.Delivery) client.Delivery {
		return client.Delivery{ID: client.ID(x.ID), Outgoing: client.ID(x.OutgoingID), Title: x.Title, ReceiverCode: x.ReceiverCode, ReceiverName: x.ReceiverName, Role: x.Role,
			Channel: x.Channel, State: string(x.State), StateLabel: l.T(x.State.Label()), At: x.At.Time(), By: x.By, ByUnit: x.ByUnit, Description: said1(l, x.Said()),
			Flagged: x.Flagged, Late: x.Late(now), Sends: x.Sends, SentAt: when(x.SentAt), ArrivedAt: when(x.ArrivedAt)}
	}
}

// listDeliveries asks documents first: who may not see the document does not learn where it went.
func (d *door) listDeliveries(ctx context.Context, c *call, in *One) ([]client.Delivery, error) {
	if _, err := documents.FindOutgoing(ctx, d.DB, c.actor, in.id()); err != nil {
		return nil, err
	}
	all, err := exchange.Deliveries(ctx, d.DB, c.actor, in.id())
	return each(all, d.delivery(c.lang, d.DB.Now())), err
}

func (d *door) listAnswers(ctx context.Context, c *call, in *One) ([]client.Answer, error) {
	line, err := exchange.FindDelivery(ctx, d.DB, c.actor, in.id())
	if err == nil {
		_, err = documents.FindOutgoing(ctx, d.DB, c.actor, line.OutgoingID)
	}
	if err != nil {
		return nil, err
	}
	all, err := exchange.DeliveryHistory(ctx, d.DB, c.actor, in.id())
	return each(all, func(a exchange.Answer) client.Answer {
		return client.Answer{Code: a.Code, Effect: string(a.Effect), StatedAt: a.StatedAt.Time(), At: a.At.Time(), By: a.By, ByUnit: a.ByUnit, Description: a.Description,
			SHA256: a.SHA, Agreed: a.Agreed, Signature: a.Signature}
	}), err
}

func (d *door) resendDelivery(ctx context.Context, c *call, in *One) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return exchange.Resend(ctx, tx, in.id()) })
}

func (d *door) listUndelivered(ctx context.Context, c *call, in *Older) (client.Page[client.Delivery], error) {
	now := d.DB.Now()
	all, err := exchange.Undelivered(ctx, d.DB, c.actor, now, in.before(), in.limit()+1)
	return cut(all, in.limit(), func(x exchange.Delivery) int64 { return x.ID }, d.delivery(c.lang, now)), err
}

type quarantineFilter struct {
	Older
	State string `query:"state" enum:"waiting,retrying,accepted,refused" doc:"Trạng thái"`
}

func (d *door) listQuarantine(ctx context.Context, c *call, in *quarantineFilter) (client.Page[client.Quarantined], error) {
	all, err := exchange.QuarantineList(ctx, d.DB, c.actor, in.State, in.before(), in.limit()+1)
	return cut(all, in.limit(), func(q exchange.Quarantined) int64 { return q.ID }, quarantinedOf(c.lang)), err
}

func quarantinedOf(l i18n.Lang) func(exchange.Quarantined) client.Quarantined {
	return func(q exchange.Quarantined) client.Quarantined {
		return client.Quarantined{ID: client.ID(q.ID), Parcel: q.Parcel, SenderCode: q.SenderCode, ReceiverCode: q.ReceiverCode, Kind: q.Kind, DocumentID: q.DocumentID,
			Title: q.Title, Reason: q.Reason, Text: said1(l, q.Said()), Size: q.Size, State: q.State, At: q.At.Time(), Tries: q.Tries, Decision: q.Decision, GivenTo: client.ID(q.GivenTo)}
	}
}

func (d *door) lookQuarantined(ctx context.Context, c *call, in *One) (client.LookedParcel, error) {
	q, err := exchange.FindQuarantined(ctx, d.DB, c.actor, in.id())
	if err != nil {
		return client.LookedParcel{}, err
	}
	out := client.LookedParcel{Parcel: quarantinedOf(c.lang)(q), SHA256: q.SHA, Givable: q.Givable(ctx, d.DB)}
	tries, err := exchange.Tries(ctx, d.DB, c.actor, q.ID)
	if err != nil {
		return out, err
	}
	out.Tries = each(tries, func(x exchange.Try) client.ParcelTry {
		return client.ParcelTry{Act: x.Act, At: x.At.Time(), Person: x.Person, Reason: x.Reason, Text: said1(c.lang, x.Said())}
	})
	takers, err := q.Takers(ctx, d.DB)
	if err != nil {
		return out, err
	}
	for _, a := range takers {
		out.Successors = append(out.Successors, client.ID(a.ID))
	}
	if d.Exchange == nil {
		return out, nil
	}
	seen, err := d.Exchange.Look(ctx, c.actor, q.ID)
	if err != nil {
		return out, err
	}
	out.Raw, out.Whole, out.Why = seen.Text, seen.Whole, said1(c.lang, seen.Why)
	if m := seen.Read; m != nil {
		out.Read = &client.ReadParcel{Status: m.Status, From: m.From, To: m.To, DocumentID: m.DocumentID, Code: m.Code, Date: string(m.Date), Type: m.Type, Business: c.lang.T(m.Business), Signer: m.Signer,
			Subject: m.Subject, Reason: m.Reason, Staff: m.Staff, StaffUnit: m.StaffUnit, Files: each(m.Files, func(f exchange.LookedFile) string { return f.Name })}
	}
	return out, nil
}

func (d *door) giveQuarantined(ctx context.Context, c *call, in *act[client.GivingParcel]) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return exchange.QuarantineGive(ctx, tx, in.id(), org.AgencyID(in.Body.Agency))
	})
}

func (d *door) downloadQuarantined(c *call, w http.ResponseWriter, r *http.Request) error {
	if d.Exchange == nil {
		return newProblem(c.lang, http.StatusServiceUnavailable, c.lang.T("Máy chủ này không nối trục liên thông nên không có gói tin để tải."))
	}
	name, content, err := d.Exchange.RawQuarantined(r.Context(), c.actor, One{r.PathValue("id")}.id())
	if err != nil {
		return err
	}
	defer content.Close()
	give(w, r, name, "application/octet-stream", "", content)
	return nil
}

func (d *door) retryQuarantined(ctx context.Context, c *call, in *One) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return exchange.QuarantineRetry(ctx, tx, in.id()) })
}

func (d *door) refuseQuarantined(ctx context.Context, c *call, in *act[client.Reason]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return exchange.QuarantineRefuse(ctx, tx, in.id(), in.Body.Reason) })
}
