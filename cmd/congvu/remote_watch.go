package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"congvu/internal/client"
)

// watchOptions are the options of the verbs that watch the exchange.
type watchOptions struct {
	peer, state, channel           string
	hours, days, parcels, megabyte int
}

func (r *remoteCall) watchFlags(line string) {
	for _, s := range []struct {
		into          *string
		name, meaning string
	}{{&r.watch.peer, "peer", "mã định danh của bên kia"}, {&r.watch.state, "state", "not_sent, queued, on_exchange, failed hoặc refused"}, {&r.watch.channel, "channel", "kênh gửi: axis, lgsp, national"}} {
		if takes(line, s.name) {
			r.fs.StringVar(s.into, s.name, "", s.meaning)
		}
	}
	for _, n := range []struct {
		into          *int
		name, meaning string
	}{{&r.watch.hours, "hours", "ở trạng thái đó ít nhất bấy nhiêu giờ"}, {&r.watch.days, "back", "số ngày nhìn lại, mặc định 35"}, {&r.watch.parcels, "parcels", "số gói tin mỗi phút; 0: mức mặc định"},
		{&r.watch.megabyte, "megabytes", "dung lượng mỗi phút (MB); 0: mức mặc định"}} {
		if takes(line, n.name) {
			r.fs.IntVar(n.into, n.name, 0, n.meaning)
		}
	}
}

// farWatch are the verbs that watch the exchange, compare with receivers and set how much is taken in.
func farWatch() []far {
	return []far{
		{"exchange-watch", "exchange-watch", "tình hình liên thông: độ trễ, gửi lại, cách ly, bên phải chờ", remoteWatch},
		{"not-delivered", "not-delivered [--peer MÃ] [--state X] [--channel X] [--hours N] [--cursor X]", "mọi gói tin chưa đến nơi", remoteNotDelivered},
		{"resend-all", "resend-all [--peer MÃ] [--state X] [--channel X] [--hours N]", "gửi lại tất cả những gì tìm thấy, tối đa 200 nơi nhận", remoteResendAll},
		{"peers", "peers [--cursor MÃ]", "các bên liên thông, mức nhận, đồng hồ", remotePeers},
		{"quota", "quota [--peer MÃ] [--parcels N] [--megabytes N]", "đặt mức nhận từ một bên, hoặc mức chung", remoteQuota},
		{"reconcile", "reconcile [--peer MÃ] [--back N]", "đối soát văn bản đã gửi với nơi nhận", remoteReconcile},
		{"reconciliations", "reconciliations [--cursor MÃ]", "kết quả đối soát gần nhất", remoteReconciliations},
		{"differences", "differences [--cursor X]", "văn bản không khớp, chưa khắc phục", remoteDifferences},
	}
}

func (r *remoteCall) sought() client.Sought {
	return client.Sought{Peer: r.watch.peer, State: r.watch.state, Channel: r.watch.channel, OlderHours: r.watch.hours}
}

func remoteWatch(ctx context.Context, r *remoteCall) error {
	w, err := r.WatchExchange(ctx)
	if err != nil {
		return err
	}
	return r.show(w, func(out io.Writer) {
		for _, s := range w.States {
			fmt.Fprintf(out, "%s: %d, lâu nhất từ %s\n", s.Label, s.Count, moment(s.Since))
		}
		fmt.Fprintf(out, "biên nhận hôm nay: %d, một nửa trong %.0f giây, 95%% trong %.0f giây\n", w.Answered, w.HalfSeconds, w.MostSeconds)
		fmt.Fprintf(out, "đang gửi lại: %d  cần đối chiếu: %d  cách ly: %d  chờ đến lượt: %d  trạng thái chưa gửi được: %d  chênh lệch: %d\n", w.Resent, w.Flagged, w.Quarantined, w.Waiting, w.FailingStatuses, w.Differences)
		for _, p := range w.Throttled {
			fmt.Fprintf(out, "phải chờ: %s %s\n", p.Code, p.Name)
		}
		for _, p := range w.Skewed {
			fmt.Fprintf(out, "đồng hồ lệch: %s %s %.0f giây\n", p.Code, p.Name, p.SkewSeconds)
		}
		for _, f := range w.Failing {
			fmt.Fprintf(out, "trạng thái %s cho %s chưa gửi được (%d lần): %s\n", f.Code, f.PeerCode, f.Tries, f.Error)
		}
	})
}

func moment(at time.Time) string { return at.Local().Format("15:04 02/01/2006") }

func remoteNotDelivered(ctx context.Context, r *remoteCall) error {
	page, err := r.NotDelivered(ctx, r.sought(), r.o.cursor, 0)
	if err != nil {
		return err
	}
	return r.show(page, func(out io.Writer) {
		for _, d := range page.Rows {
			fmt.Fprintf(out, "delivery/%s  outgoing/%s  %s  %s %s  [%s] từ %s, đã gửi %d lần  %s\n", d.ID, d.Outgoing, d.Title, d.ReceiverCode, d.ReceiverName, d.StateLabel, moment(d.At), d.Sends, d.Description)
		}
		nextPage(out, page.Next)
	})
}

func remoteResendAll(ctx context.Context, r *remoteCall) error {
	n, err := r.ResendAll(ctx, r.sought())
	if err != nil {
		return err
	}
	return r.show(n, func(out io.Writer) { fmt.Fprintf(out, "Đã xếp %d nơi nhận vào hàng gửi lại.\n", n.Count) })
}

func remotePeers(ctx context.Context, r *remoteCall) error {
	all, err := r.Peers(ctx, r.o.cursor)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, p := range all {
			fmt.Fprintf(out, "%s  %s", p.Code, orDash(p.Name))
			if p.Seen != nil {
				fmt.Fprintf(out, "  nhận tin lần cuối %s", moment(*p.Seen))
			}
			if p.WaitingSince != nil {
				fmt.Fprintf(out, "  PHẢI CHỜ từ %s", moment(*p.WaitingSince))
			}
			if p.Parcels > 0 || p.Bytes > 0 {
				fmt.Fprintf(out, "  mức riêng %d gói, %d MB mỗi phút", p.Parcels, p.Bytes>>20)
			}
			fmt.Fprintln(out)
		}
	})
}

func remoteQuota(ctx context.Context, r *remoteCall) error {
	err := r.SetQuota(ctx, client.Quota{Code: r.watch.peer, Parcels: int64(r.watch.parcels), Bytes: int64(r.watch.megabyte) << 20})
	return r.finished(err, "Đã lưu mức nhận. Gói tin đang chờ được tính lại theo mức mới.")
}

func remoteReconcile(ctx context.Context, r *remoteCall) error {
	err := r.Reconcile(ctx, client.Comparing{Peer: r.watch.peer, Days: r.watch.days})
	return r.finished(err, "Đã bắt đầu đối soát. Xem kết quả: congvu remote reconciliations")
}

func remoteReconciliations(ctx context.Context, r *remoteCall) error {
	all, err := r.Reconciliations(ctx, r.o.cursor)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, x := range all {
			fmt.Fprintf(out, "%s  %s  [%s] lúc %s: gửi %d, nơi nhận có %d, biên nhận %d, chưa khớp %d\n", x.PeerCode, x.PeerName, reconciled(x.State), moment(x.Began), x.Sent, x.Held, x.Receipts, x.Open)
		}
	})
}

func reconciled(state string) string {
	return map[string]string{"agreed": "khớp", "differs": "có chênh lệch", "asked": "đang đối soát", "silent": "nơi nhận chưa trả lời", "unable": "hệ thống nơi nhận chưa đối soát được"}[state]
}

func remoteDifferences(ctx context.Context, r *remoteCall) error {
	page, err := r.Differences(ctx, r.o.cursor, 0)
	if err != nil {
		return err
	}
	return r.show(page, func(out io.Writer) {
		for _, x := range page.Rows {
			fmt.Fprintf(out, "outgoing/%s  %s  %s  %s  [%s] từ %s\n", x.Outgoing, orDash(x.Title), x.PeerCode, differing(x.Kind), map[string]string{"healing": "đang tự khắc phục", "person": "cần người xem"}[x.State], moment(x.At))
		}
		nextPage(out, page.Next)
	})
}

func differing(kind string) string {
	return map[string]string{"missing": "nơi nhận không có văn bản", "receipt": "thiếu biên nhận", "bytes": "nơi nhận giữ nội dung khác", "quarantined": "đang bị cách ly ở nơi nhận",
		"refused": "nơi nhận đã từ chối gói tin", "unknown": "nơi nhận có gói tin mà cơ quan không có dữ liệu gửi"}[kind]
}
