package api

import (
	"context"
	"time"

	"congvu/internal/client"
	"congvu/internal/exchange"
	"congvu/internal/store"
)

func (d *door) watchRoutes() {
	ask(d, get("/exchange/watch", "watchExchange", tagExchange, "Tình hình liên thông: độ trễ, gửi lại, cách ly, bên phải chờ"), d.watchExchange)
	ask(d, get("/exchange/undelivered", "listNotDelivered", tagExchange, "Mọi gói tin chưa đến nơi, lọc theo nơi nhận, trạng thái, kênh, thời gian"), d.listNotDelivered)
	ask(d, post("/exchange/resend", "resendAll", tagExchange, "Gửi lại tất cả những gì tìm thấy, tối đa 200 nơi nhận"), d.resendAll)
	ask(d, get("/exchange/peers", "listPeers", tagExchange, "Các bên liên thông"), d.listPeers)
	do(d, post("/exchange/quota", "setQuota", tagExchange, "Đặt mức nhận từ một bên, hoặc mức chung"), d.setQuota)
	do(d, post("/exchange/reconcile", "reconcile", tagExchange, "Đối soát văn bản đã gửi với nơi nhận"), d.reconcile)
	ask(d, get("/exchange/reconciliations", "listReconciliations", tagExchange, "Kết quả đối soát gần nhất với từng nơi nhận"), d.listReconciliations)
	ask(d, get("/exchange/differences", "listDifferences", tagExchange, "Văn bản không khớp, chưa khắc phục"), d.listDifferences)
}

func peer(p exchange.Peer) client.Peer {
	return client.Peer{Code: p.Code, Name: p.Name, Seen: when(p.Seen), WaitingSince: when(p.Since), SkewSeconds: p.Ahead().Seconds(), Parcels: p.Parcels, Bytes: p.Bytes}
}

func (d *door) watchExchange(ctx context.Context, c *call, _ *struct{}) (client.Watch, error) {
	w, err := exchange.Look(ctx, d.DB, c.actor, d.DB.Now())
	if err != nil {
		return client.Watch{}, err
	}
	failing, err := exchange.FailingStatuses(ctx, d.DB, c.actor, 200)
	return client.Watch{Whole: w.Whole, QueuedSince: when(w.Queued), UnansweredSince: when(w.Unanswered), Resent: w.Resent, Flagged: w.Flagged, Answered: w.Answered,
		HalfSeconds: w.Half.Seconds(), MostSeconds: w.Most.Seconds(), Waiting: w.Waiting, WaitingSince: when(w.WaitingLong), Quarantined: w.Quarantined, FailingStatuses: w.Owed,
		Differences: w.Differences, Throttled: each(w.Throttled, peer), Skewed: each(w.Skewed, peer), OurClockSuspect: w.OurClock,
		States: each(w.States, func(s exchange.StateCount) client.StateCount {
			return client.StateCount{State: string(s.State), Label: c.lang.T(s.State.Label()), Count: s.N, Since: s.Oldest.Time()}
		}),
		Failing: each(failing, func(s exchange.FailingStatus) client.Failing {
			return client.Failing{Code: s.Code, PeerCode: s.PeerCode, Document: s.DocumentID, Tries: s.Tries, NextAt: s.Due.Time(), Error: s.LastError}
		})}, err
}

type soughtFilter struct {
	Older
	Peer       string `query:"peer" maxLength:"100" doc:"Mã nơi nhận"`
	State      string `query:"state" maxLength:"40" doc:"Trạng thái"`
	Channel    string `query:"channel" maxLength:"40" doc:"Kênh gửi"`
	OlderHours int    `query:"older_hours" minimum:"0" maximum:"10000" doc:"Ở trạng thái đó ít nhất bấy nhiêu giờ"`
}

func sought(peer, state, channel string, hours int) exchange.Sought {
	return exchange.Sought{Peer: peer, State: exchange.State(state), Channel: channel, Older: time.Duration(hours) * time.Hour}
}

func (d *door) listNotDelivered(ctx context.Context, c *call, in *soughtFilter) (client.Page[client.Delivery], error) {
	now := d.DB.Now()
	all, err := exchange.Seek(ctx, d.DB, c.actor, now, sought(in.Peer, in.State, in.Channel, in.OlderHours), in.before(), in.limit()+1)
	return cut(all, in.limit(), func(x exchange.Delivery) int64 { return x.ID }, d.delivery(c.lang, now)), err
}

func (d *door) resendAll(ctx context.Context, c *call, in *struct{ Body client.Sought }) (out client.Resent, err error) {
	err = write(ctx, d, c, func(tx *store.Tx) (err error) {
		out.Count, err = exchange.ResendAll(ctx, tx, sought(in.Body.Peer, in.Body.State, in.Body.Channel, in.Body.OlderHours))
		return err
	})
	return out, err
}

// AfterCode is how lists by code are paged.
type AfterCode struct {
	After string `query:"after" maxLength:"100" doc:"Mã cuối của trang trước"`
}

func (d *door) listPeers(ctx context.Context, c *call, in *AfterCode) ([]client.Peer, error) {
	all, err := exchange.Peers(ctx, d.DB, c.actor, in.After, 200)
	return each(all, peer), err
}

func (d *door) setQuota(ctx context.Context, c *call, in *struct{ Body client.Quota }) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return exchange.SetQuota(ctx, tx, in.Body.Code, exchange.Quota{Parcels: in.Body.Parcels, Bytes: in.Body.Bytes})
	})
}

func (d *door) reconcile(ctx context.Context, c *call, in *struct{ Body client.Comparing }) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return exchange.Reconcile(ctx, tx, in.Body.Peer, in.Body.Days) })
}

func (d *door) listReconciliations(ctx context.Context, c *call, in *AfterCode) ([]client.Reconciliation, error) {
	all, err := exchange.Reconciliations(ctx, d.DB, c.actor, in.After, 200)
	return each(all, func(r exchange.Reconciliation) client.Reconciliation {
		return client.Reconciliation{PeerCode: r.PeerCode, PeerName: r.PeerName, State: r.State, Began: r.Began.Time(), Ended: when(r.Ended), Since: r.Since.Time(), Until: r.Until.Time(),
			Sent: r.Sent, Held: r.Held, Receipts: r.Receipts, Open: r.Open, Hash: r.Hash}
	}), err
}

func (d *door) listDifferences(ctx context.Context, c *call, in *Older) (client.Page[client.Difference], error) {
	all, err := exchange.Differences(ctx, d.DB, c.actor, in.before(), in.limit()+1)
	return cut(all, in.limit(), func(x exchange.Difference) int64 { return x.ID }, func(x exchange.Difference) client.Difference {
		return client.Difference{ID: client.ID(x.ID), PeerCode: x.PeerCode, Outgoing: client.ID(x.OutgoingID), Parcel: x.Parcel, Title: x.Title, Kind: x.Kind, State: x.State, At: x.At.Time()}
	}), err
}
