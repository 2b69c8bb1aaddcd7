package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"congvu/internal/exchange"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

const pathWatch = "/exchange/watch"

// watchRoutes are how the exchange stands, what is not where it should be, and what comparing with each peer gave.
func watchRoutes() []Route {
	return []Route{
		{Pattern: "GET " + pathWatch, Who: posts(exchangeDesk), Handle: (*Door).watchPage, Nav: &Nav{Key: "watch", Icon: "activity", Group: recordsGroup, Label: func(ctx context.Context) string { return t(ctx, "Theo dõi liên thông") }}},
		{Pattern: "POST " + pathWatch + "/resend", Who: posts(store.Clerk), Handle: (*Door).resendSought},
		{Pattern: "POST " + pathWatch + "/compare", Who: posts(exchangeDesk), Handle: (*Door).comparePeers},
		{Pattern: "GET " + pathWatch + "/quota", Who: posts(store.SystemAdmin), Handle: (*Door).quotaPage},
		{Pattern: "POST " + pathWatch + "/quota", Who: posts(store.SystemAdmin), Handle: (*Door).quotaPage},
	}
}

// Views of the page.
const (
	watchLines   = "lines"
	watchPeers   = "peers"
	watchCompare = "compare"
)

const watchShown = 50

// watchView is one view of the page.
type watchView struct {
	tab     string
	look    exchange.Watch
	sought  exchange.Sought
	older   int // hours
	lines   []exchange.Delivery
	failing []exchange.FailingStatus
	peers   []exchange.Peer
	usual   exchange.Quota
	rounds  []exchange.Reconciliation
	odds    []exchange.Difference
	more    string // the next page
	later   bool
	own     int64 // the actor's agency: only its documents have links
	resends bool
	rules   bool
}

// watchPage: GET /exchange/watch?tab=
func (d *Door) watchPage(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), actor(r)
	v := watchView{tab: r.FormValue("tab"), own: a.Agency, resends: exchange.MayResend(a), rules: exchange.MayRuleExchange(a)}
	v.sought, v.older = soughtOf(r)
	before, _ := strconv.ParseInt(r.FormValue("before"), 10, 64) // anything else is the newest
	before = max(before, 0)
	after := i18n.CleanLine(r.FormValue("after"))
	v.later = before > 0 || after != ""
	now := d.DB.Now()
	var err error
	switch v.tab {
	case watchLines:
		v.lines, err = exchange.Seek(ctx, d.DB, a, now, v.sought, before, watchShown+1)
		if len(v.lines) > watchShown {
			v.lines = v.lines[:watchShown]
			v.more = v.address() + fmt.Sprintf("&before=%d", v.lines[watchShown-1].ID)
		}
	case watchPeers:
		if v.usual, err = exchange.UsualQuota(ctx, d.DB); err == nil {
			v.peers, err = exchange.Peers(ctx, d.DB, a, after, watchShown+1)
		}
		if len(v.peers) > watchShown {
			v.peers = v.peers[:watchShown]
			v.more = v.address() + "&after=" + url.QueryEscape(v.peers[watchShown-1].Code)
		}
	case watchCompare:
		if v.rounds, err = exchange.Reconciliations(ctx, d.DB, a, after, watchShown+1); err == nil && !v.later {
			v.odds, err = exchange.Differences(ctx, d.DB, a, 0, 200)
		}
		if len(v.rounds) > watchShown {
			v.rounds = v.rounds[:watchShown]
			v.more = v.address() + "&after=" + url.QueryEscape(v.rounds[watchShown-1].PeerCode)
		}
	default:
		v.tab = ""
		if v.look, err = exchange.Look(ctx, d.DB, a, now); err == nil {
			v.failing, err = exchange.FailingStatuses(ctx, d.DB, a, watchShown)
		}
	}
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(ctx, "Theo dõi liên thông"), Active: "watch", Watch: []string{"exchange"}}, watchLists(v))
}

// soughtOf reads the filters of the list; what makes no sense bounds nothing.
func soughtOf(r *http.Request) (exchange.Sought, int) {
	s := exchange.Sought{Peer: i18n.CleanLine(r.FormValue("peer")), Channel: i18n.CleanLine(r.FormValue("channel"))}
	for _, k := range soughtStates {
		if string(k) == r.FormValue("state") {
			s.State = k
		}
	}
	hours, _ := strconv.Atoi(r.FormValue("older"))
	hours = min(max(hours, 0), 10_000)
	s.Older = time.Duration(hours) * time.Hour
	return s, hours
}

var soughtStates = []exchange.State{exchange.NotSent, exchange.Queued, exchange.OnExchange, exchange.Failed, exchange.Refused}

// filters are the address's words for what is sought.
func (v watchView) filters() url.Values {
	out := url.Values{"tab": {watchLines}}
	for name, value := range map[string]string{"peer": v.sought.Peer, "state": string(v.sought.State), "channel": v.sought.Channel} {
		if value != "" {
			out.Set(name, value)
		}
	}
	if v.older > 0 {
		out.Set("older", strconv.Itoa(v.older))
	}
	return out
}

// address is the view's first page.
func (v watchView) address() string {
	switch v.tab {
	case watchLines:
		return pathWatch + "?" + v.filters().Encode()
	case "":
		return pathWatch
	}
	return pathWatch + "?tab=" + v.tab
}

// resendSought: POST /exchange/watch/resend
func (d *Door) resendSought(w http.ResponseWriter, r *http.Request) error {
	s, older := soughtOf(r)
	n := 0
	err := d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) (err error) {
		n, err = exchange.ResendAll(r.Context(), tx, s)
		return err
	})
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã xếp {count} văn bản vào hàng gửi lại. Nơi nhận đã có văn bản sẽ không nhận trùng.", "count", n))
	return redirect(w, r, watchView{tab: watchLines, sought: s, older: older}.address())
}

// comparePeers: POST /exchange/watch/compare
func (d *Door) comparePeers(w http.ResponseWriter, r *http.Request) error {
	peer := i18n.CleanLine(r.FormValue("peer"))
	err := d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return exchange.Reconcile(r.Context(), tx, peer, 0) })
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã bắt đầu đối soát. Tải lại trang này sau ít phút để xem kết quả."))
	return redirect(w, r, pathWatch+"?tab="+watchCompare)
}

// quotaPage: GET, POST /exchange/watch/quota
func (d *Door) quotaPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	code := i18n.CleanLine(r.FormValue("code"))
	lead := t(ctx, "Mức chung cho mọi bên gửi chưa có mức riêng")
	if code != "" {
		lead = t(ctx, "Mức riêng của {code}", "code", code)
	}
	return d.act(w, r, ActPage{Active: "watch", Title: t(ctx, "Mức nhận của trục liên thông"), Lead: lead, Submit: Action{Label: t(ctx, "Lưu mức nhận"), Kind: Primary},
		Refused: t(ctx, "Chưa lưu được"), Back: pathWatch + "?tab=" + watchPeers, Guard: true,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{hiddenField("code", code),
				TextField(fieldOf(f, errs, Field{Name: "parcels", Label: t(ctx, "Số gói tin mỗi phút"), Hint: t(ctx, "Gửi vượt mức thì gói tin chờ đến lượt, không bị từ chối. Để trống: mức mặc định."), InputMode: "numeric", Optional: true, Short: true})),
				TextField(fieldOf(f, errs, Field{Name: "megabytes", Label: t(ctx, "Dung lượng mỗi phút (MB)"), Hint: t(ctx, "Để trống: mức mặc định."), InputMode: "numeric", Optional: true, Short: true}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			q := exchange.Quota{Parcels: f.Number("parcels"), Bytes: f.Number("megabytes")}
			if q.Bytes < 1<<40 {
				q.Bytes <<= 20
			}
			err := f.Err()
			if err == nil {
				err = d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return exchange.SetQuota(ctx, tx, code, q) })
			}
			return done("Đã lưu mức nhận. Gói tin đang chờ được tính lại theo mức mới."), "", err
		}})
}

func soughtOptions(ctx context.Context, v watchView) []Option {
	out := []Option{{Value: "", Label: t(ctx, "Tất cả")}}
	for _, s := range soughtStates {
		out = append(out, Option{Value: string(s), Label: t(ctx, s.Label())})
	}
	return Choose(out, string(v.sought.State))
}

func channelOptions(ctx context.Context, v watchView) []Option {
	out := []Option{{Value: "", Label: t(ctx, "Tất cả")}}
	for _, kind := range []string{exchange.ChannelAxis, exchange.ChannelLGSP, exchange.ChannelNational} {
		out = append(out, Option{Value: kind, Label: channelName(ctx, kind)})
	}
	return Choose(out, v.sought.Channel)
}

func olderOptions(ctx context.Context, v watchView) []Option {
	return Choose([]Option{{Value: "", Label: t(ctx, "Bất kỳ")}, {Value: "1", Label: t(ctx, "Hơn 1 giờ")}, {Value: "24", Label: t(ctx, "Hơn 1 ngày")}, {Value: "168", Label: t(ctx, "Hơn 1 tuần")}}, strconv.Itoa(v.older))
}

// sinceText is how long something has lasted: chưa đến 1 giây, 40 giây, 12 phút, 5 giờ, 3 ngày.
func sinceText(ctx context.Context, took time.Duration) string {
	switch {
	case took < time.Second:
		return t(ctx, "chưa đến 1 giây")
	case took < 2*time.Minute:
		return t(ctx, "{n} giây", "n", NumberText(ctx, int(took.Round(time.Second)/time.Second)))
	case took < 2*time.Hour:
		return t(ctx, "{n} phút", "n", NumberText(ctx, int(took/time.Minute)))
	case took < 48*time.Hour:
		return t(ctx, "{n} giờ", "n", NumberText(ctx, int(took/time.Hour)))
	}
	return t(ctx, "{n} ngày", "n", NumberText(ctx, int(took/(24*time.Hour))))
}

// oldestText is since when the oldest of something waits.
func oldestText(ctx context.Context, now, at store.Instant) string {
	if at == 0 {
		return t(ctx, "Không có")
	}
	return sinceText(ctx, now.Time().Sub(at.Time()))
}

func roundState(ctx context.Context, state string) StateView {
	switch state {
	case "agreed":
		return StateView{t(ctx, "Khớp"), StateDone}
	case "differs":
		return StateView{t(ctx, "Có chênh lệch"), StateBad}
	case "asked":
		return StateView{t(ctx, "Đang đối soát"), StateWorking}
	case "silent":
		return StateView{t(ctx, "Nơi nhận chưa trả lời"), StateWaiting}
	}
	return StateView{t(ctx, "Hệ thống nơi nhận chưa đối soát được"), StateWaiting}
}

func oddText(ctx context.Context, kind string) string {
	switch kind {
	case "missing":
		return t(ctx, "Nơi nhận không có văn bản")
	case "receipt":
		return t(ctx, "Thiếu biên nhận")
	case "bytes":
		return t(ctx, "Nơi nhận giữ nội dung khác")
	case "quarantined":
		return t(ctx, "Đang bị cách ly ở nơi nhận")
	case "refused":
		return t(ctx, "Nơi nhận đã từ chối gói tin")
	}
	return t(ctx, "Nơi nhận có gói tin mà cơ quan không có dữ liệu gửi")
}

func oddState(ctx context.Context, state string) StateView {
	if state == "healing" {
		return StateView{t(ctx, "Hệ thống đang tự khắc phục"), StateWorking}
	}
	return StateView{t(ctx, "Cần người xem"), StateBad}
}

func quotaText(ctx context.Context, parcels, bytes int64) string {
	switch {
	case parcels == 0 && bytes == 0:
		return t(ctx, "Mức chung")
	case bytes == 0:
		return t(ctx, "{n} gói/phút", "n", NumberText(ctx, int(parcels)))
	case parcels == 0:
		return t(ctx, "{size}/phút", "size", SizeText(ctx, bytes))
	}
	return t(ctx, "{n} gói, {size} mỗi phút", "n", NumberText(ctx, int(parcels)), "size", SizeText(ctx, bytes))
}

func skewText(ctx context.Context, p exchange.Peer) string {
	if p.Skew > 0 {
		return t(ctx, "Đồng hồ của {peer} nhanh hơn ít nhất {time}.", "peer", orText(p.Name, p.Code), "time", sinceText(ctx, p.Ahead()))
	}
	return t(ctx, "Đồng hồ của {peer} chậm hơn ít nhất {time}.", "peer", orText(p.Name, p.Code), "time", sinceText(ctx, -p.Ahead()))
}
