package exchange

import (
	"context"
	"errors"
	"slices"
	"unicode/utf8"

	"congvu/internal/edxml"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

// Route sends what is for certain codes a way of its own, before the usual rules (X19.5): over one channel, or over two.
type Route struct {
	ID         int64
	AgencyID   int64 // of the sender; 0 = of everybody
	AgencyName string
	Pattern    string // of the receiver's code
	Channel    string
	Second     string // "" = one channel
	Note       string
}

const routeColumns = `id, agency_id, pattern, channel, second, note`

var (
	sqlRoutes    = store.SQL(`SELECT ` + routeColumns + ` FROM exchange_routes ORDER BY agency_id DESC, LENGTH(pattern) DESC, id LIMIT 1000`)
	sqlPutRoute  = store.SQL(`INSERT INTO exchange_routes (` + routeColumns + `) VALUES ($1, $2, $3, $4, $5, $6)`)
	sqlDropRoute = store.SQL(`DELETE FROM exchange_routes WHERE id = $1`)
)

// Routes lists the exceptions, the more telling first: of one sender before everybody's, long patterns before short ones.
func Routes(ctx context.Context, r store.Reader, a store.Actor) ([]Route, error) {
	if err := operates(a); err != nil {
		return nil, err
	}
	all, err := store.All[Route](ctx, r, sqlRoutes)
	for i := range all {
		if all[i].AgencyID == 0 {
			continue
		}
		a, err := org.FindAgency(ctx, r, org.AgencyID(all[i].AgencyID))
		if err != nil {
			return nil, err
		}
		all[i].AgencyName = a.Name
	}
	return all, err
}

// AddRoute adds an exception; it holds for what is issued from now on.
func AddRoute(ctx context.Context, tx *store.Tx, x Route) error {
	if err := operates(tx.Actor()); err != nil {
		return err
	}
	p := patternsOf(x.Pattern)
	if len(p) != 1 || utf8.RuneCountInString(p[0]) > 100 {
		return store.RefuseField("pattern", "Nhập một mẫu mã định danh, ví dụ H26.* hoặc 000.00.15.H26; dấu * thay cho phần bất kỳ.")
	}
	known := append([]string{ChannelAxis}, gateways...)
	if !slices.Contains(known, x.Channel) {
		return store.RefuseField("channel", "Chọn kênh gửi.")
	}
	if x.Second != "" && (!slices.Contains(known, x.Second) || x.Second == x.Channel) {
		return store.RefuseField("second", "Kênh thứ hai phải khác kênh thứ nhất.")
	}
	if x.AgencyID != 0 {
		if a, err := agencyOf(ctx, tx, x.AgencyID, tx.Now()); err != nil || !a.Hosted {
			return store.RefuseField("agency", "Chọn một cơ quan có dữ liệu trong bản cài đặt này.")
		}
	}
	x.Note = cut(i18n.Clean(x.Note), 500)
	if err := tx.Put(ctx, sqlPutRoute, tx.NewID(), x.AgencyID, p[0], x.Channel, x.Second, x.Note); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "route.added", Agency: x.AgencyID, Ref: "channel", Title: p[0],
		Data: map[string]any{"pattern": p[0], "channel": x.Channel, "second": x.Second, "note": x.Note}})
}

// DropRoute removes an exception; what is on its way stays on it.
func DropRoute(ctx context.Context, tx *store.Tx, id int64) error {
	all, err := Routes(ctx, tx, tx.Actor())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(x Route) bool { return x.ID == id })
	if i < 0 {
		return store.Refuse(store.NotFound, "Không có tuyến gửi này.")
	}
	if err := tx.Put(ctx, sqlDropRoute, id); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "route.removed", Agency: all[i].AgencyID, Ref: "channel", Title: all[i].Pattern,
		Data: map[string]any{"pattern": all[i].Pattern, "channel": all[i].Channel, "second": all[i].Second}})
}

// ways is what decides the channel of each receiver of one sender.
type ways struct {
	us      agency
	routes  []Route
	on      map[string]Channel       // gateways that are enabled
	closed  map[string]store.Message // why a gateway is not open to this sender
	reaches func(code string) bool   // the axis knows who hosts it
	hub     bool                     // the axis hands on what it does not know
}

func (o *Office) ways(ctx context.Context, r store.Reader, us agency) (*ways, error) {
	w := &ways{us: us, on: map[string]Channel{}, closed: map[string]store.Message{}, reaches: func(string) bool { return false }}
	if o.Axis != nil {
		w.reaches, w.hub = o.Axis.Reaches, o.Axis.HasHub()
	}
	all, err := store.All[Channel](ctx, r, sqlChannels)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if !c.Ready() {
			continue
		}
		w.on[c.Kind] = c
		if _, ok, err := inUse(ctx, r, c, int64(us.ID)); err != nil {
			return nil, err
		} else if !ok {
			w.closed[c.Kind] = store.Say("{agency} chưa có thông tin kết nối {channel}. Đề nghị quản trị hệ thống khai báo.", "agency", us.Name, "channel", store.Say(ChannelName(c.Kind)))
		}
	}
	if w.routes, err = store.All[Route](ctx, r, sqlRoutes); err != nil {
		return nil, err
	}
	w.routes = slices.DeleteFunc(w.routes, func(x Route) bool { return x.AgencyID != 0 && x.AgencyID != int64(us.ID) })
	return w, nil
}

// open tells whether the sender can use a channel, or why not (X22.5).
func (w *ways) open(kind string, to agency) (why store.Message, ok bool) {
	if kind == ChannelAxis {
		if to.Level == "outside" && !to.Hosted && to.WireCode == "" {
			return store.Say("{receiver} ở ngoài mạng liên thông. Gửi bản giấy hoặc thư điện tử công vụ.", "receiver", to.Name), false
		}
		return why, true
	}
	if _, on := w.on[kind]; !on {
		return store.Say("{channel} chưa được bật.", "channel", store.Say(ChannelName(kind))), false
	}
	why = w.closed[kind]
	return why, why.Text == ""
}

// to decides by which channels a receiver is reached: by exception, else inside, else a configured node, else the province's bus, else the national
// exchange (X19.5). Without any, it says all that stands in the way.
func (w *ways) to(a agency) (channels []string, whyNot []store.Message) {
	try := func(kinds ...string) bool {
		for _, kind := range kinds {
			if why, ok := w.open(kind, a); ok {
				channels = append(channels, kind)
			} else {
				whyNot = append(whyNot, why)
			}
		}
		return len(channels) > 0
	}
	for _, x := range w.routes {
		if !slices.ContainsFunc(a.codes(), func(code string) bool { return code != "" && matches(x.Pattern, code) }) {
			continue
		}
		if x.Second == "" {
			try(x.Channel)
		} else {
			try(x.Channel, x.Second)
		}
		return channels, whyNot
	}
	if a.Hosted || w.reaches(a.Wire) || len(w.on) == 0 {
		try(ChannelAxis)
		return channels, whyNot
	}
	if c, on := w.on[ChannelLGSP]; on && slices.ContainsFunc(a.codes(), func(code string) bool { return code != "" && c.Reaches(code) }) && try(ChannelLGSP) {
		return channels, nil
	}
	if _, on := w.on[ChannelNational]; on && try(ChannelNational) {
		return channels, nil
	}
	if w.hub && try(ChannelAxis) {
		return channels, nil
	}
	if len(whyNot) == 0 {
		whyNot = append(whyNot, store.Say("Mã {code} không thuộc phạm vi của kênh nào đang bật. Đề nghị quản trị hệ thống thêm tuyến gửi.", "code", a.Wire))
	}
	return nil, whyNot
}

// address decides for each receiver whether and how it is reached; what stands in the way is said all at once (X19.5, X22.5, X22.6, X22.8). Each receiver
// appears once, over all channels (X19.6).
func (o *Office) address(ctx context.Context, r store.Reader, us agency, receivers []receiver, at store.Instant) ([]addressed, error) {
	w, err := o.ways(ctx, r, us)
	if err != nil {
		return nil, err
	}
	var out []addressed
	seen := map[string]bool{}
	for _, to := range receivers {
		d := addressed{Delivery: Delivery{ReceiverID: to.Agency, ReceiverName: to.Name, Role: to.Role, State: NotSent, Args: "{}"}}
		var why []store.Message
		if to.Agency == 0 {
			why = append(why, store.Say("{receiver} không có trong danh mục cơ quan trên trục liên thông. Gửi bản giấy hoặc thư điện tử công vụ.", "receiver", to.Name))
		} else {
			a, err := agencyOf(ctx, r, to.Agency, at)
			if err != nil && !errors.Is(err, store.NotFound) {
				return nil, err
			}
			if err == nil {
				d.ReceiverName, d.ReceiverCode = a.Name, a.Wire
			}
			why = unreachable(us, a, err, to)
			if code, disputed, err := org.Disputed(ctx, r, &a.Agency); err != nil {
				return nil, err
			} else if disputed { // I3.5
				why = append(why, store.Say("Mã {code} của {receiver} đang có cơ quan khác cùng nhận. Chờ quản trị hệ thống quyết định rồi gửi lại, hoặc gửi bản giấy.", "code", code, "receiver", a.Name))
			}
			if len(why) == 0 {
				d.channels, why = w.to(a)
			}
		}
		if len(d.channels) == 0 {
			m := together(why)
			d.State, d.Description, d.Args = Failed, m.Text, store.JSONOf(m.Args)
		} else {
			d.Channel = d.channels[0]
		}
		key := d.ReceiverCode + "|" + d.ReceiverName
		if d.ReceiverCode != "" {
			key = d.ReceiverCode
		}
		if !seen[key] {
			seen[key] = true
			out = append(out, d)
		}
	}
	return out, nil
}

// addressed is a line before it is written, with the channels that carry it.
type addressed struct {
	Delivery
	channels []string
}

func (d addressed) over(channel string) bool { return slices.Contains(d.channels, channel) }

// together makes one message of several.
func together(all []store.Message) store.Message {
	switch len(all) {
	case 0:
		return store.Message{}
	case 1:
		return all[0]
	}
	return store.Say("{one} {more}", "one", all[0], "more", together(all[1:]))
}

// unreachable is what is wrong with a receiver whatever the channel, all of it.
func unreachable(us, a agency, missing error, to receiver) (why []store.Message) {
	say := func(text string, pairs ...any) { why = append(why, store.Say(text, pairs...)) }
	if missing != nil || a.State != "active" {
		say("{receiver} đã ngừng hoạt động vào ngày phát hành. Chọn cơ quan tiếp nhận nhiệm vụ rồi gửi lại.", "receiver", to.Name)
	}
	if missing != nil {
		return why
	}
	if a.Wire == "" {
		say("{receiver} chưa có mã định danh điện tử nên không gửi qua trục được. Gửi bản giấy, hoặc đề nghị quản trị bổ sung mã.", "receiver", a.Name)
	}
	if a.technical() {
		say("Mã {code} là mã kỹ thuật của hệ thống, không phải cơ quan nhận văn bản.", "code", a.Wire)
	}
	if a.Wire != "" && edxml.SameCode(a.Wire, us.Wire) {
		say("{receiver} là chính cơ quan ban hành nên không gửi qua trục.", "receiver", a.Name)
	}
	return why
}
