package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"congvu/internal/exchange"
	"congvu/internal/store"
)

const pathChannels = "/admin/channels"

// channelRoutes are the operator's pages about the ways to agencies outside the installation (X23.5).
func channelRoutes() []Route {
	admins := posts(store.SystemAdmin)
	return []Route{
		{Pattern: "GET " + pathChannels, Who: admins, Handle: (*Door).channelsPage, Nav: &Nav{Key: "channels", Icon: "arrows-exchange", Group: adminGroup, Label: func(ctx context.Context) string { return t(ctx, "Kênh gửi nhận") }}},
		{Pattern: "GET " + pathChannels + "/edit", Who: admins, Handle: (*Door).editChannel},
		{Pattern: "POST " + pathChannels + "/edit", Who: admins, Handle: (*Door).editChannel},
		{Pattern: "POST " + pathChannels + "/switch", Who: admins, Handle: (*Door).switchChannel},
		{Pattern: "GET " + pathChannels + "/credential", Who: admins, Handle: (*Door).editCredential},
		{Pattern: "POST " + pathChannels + "/credential", Who: admins, Handle: (*Door).editCredential},
		{Pattern: "POST " + pathChannels + "/test", Who: admins, Handle: (*Door).testChannel},
		{Pattern: "POST " + pathChannels + "/fetch", Who: admins, Handle: (*Door).fetchChannel},
		{Pattern: "POST " + pathChannels + "/resend", Who: admins, Handle: (*Door).resendChannel},
		{Pattern: "GET " + pathChannels + "/route", Who: admins, Handle: (*Door).addChannelRoute},
		{Pattern: "POST " + pathChannels + "/route", Who: admins, Handle: (*Door).addChannelRoute},
		{Pattern: "POST " + pathChannels + "/route/remove", Who: admins, Handle: (*Door).removeChannelRoute},
		{Pattern: "GET " + pathChannels + "/calls", Who: admins, Handle: (*Door).channelCallsPage},
		{Pattern: "GET " + pathChannels + "/calls/{id}", Who: admins, Handle: (*Door).channelCallPage},
	}
}

// channelsView is everything on one page: the gateways, who signs in with what, and the exceptions.
type channelsView struct {
	channels    []exchange.Channel
	credentials []exchange.Credential
	routes      []exchange.Route
	more        string // address of the next agencies
}

const credentialsShown = 100

// channelsPage: GET /admin/channels
func (d *Door) channelsPage(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), actor(r)
	after, _ := strconv.ParseInt(r.FormValue("after"), 10, 64) // anything else is the beginning
	var v channelsView
	var err error
	if v.channels, err = exchange.Channels(ctx, d.DB, a); err != nil {
		return err
	}
	if v.credentials, err = exchange.Credentials(ctx, d.DB, a, "", max(after, 0), credentialsShown+1); err != nil {
		return err
	}
	if v.routes, err = exchange.Routes(ctx, d.DB, a); err != nil {
		return err
	}
	if n := len(v.credentials); n > credentialsShown { // an agency's rows stay together
		last := v.credentials[n-1].AgencyID
		for n > 0 && v.credentials[n-1].AgencyID == last {
			n--
		}
		v.credentials = v.credentials[:n]
		if n > 0 {
			v.more = fmt.Sprintf("%s?after=%d", pathChannels, v.credentials[n-1].AgencyID)
		}
	}
	return d.page(w, r, View{Title: t(ctx, "Kênh gửi nhận"), Active: "channels", Watch: []string{"channel"}}, channelsPage(v))
}

func channelName(ctx context.Context, kind string) string {
	return translate(ctx, exchange.ChannelName(kind), nil)
}

// packetSignature is the class of a packet's signature as people read it (X8.3).
func packetSignature(ctx context.Context, class string) string {
	switch class {
	case "trusted":
		return t(ctx, "Hợp lệ, đúng cơ quan gửi")
	case "valid":
		return t(ctx, "Toàn vẹn, chưa rõ người ký")
	case "valid_weak":
		return t(ctx, "Toàn vẹn, thuật toán yếu")
	case "invalid":
		return t(ctx, "Không hợp lệ")
	}
	return t(ctx, "Không có")
}

func environmentName(ctx context.Context, environment string) string {
	if environment == exchange.Production {
		return t(ctx, "Chính thức")
	}
	return t(ctx, "Thử nghiệm")
}

func environmentOptions(ctx context.Context) []Option {
	return []Option{{Value: exchange.Sandbox, Label: environmentName(ctx, exchange.Sandbox)}, {Value: exchange.Production, Label: environmentName(ctx, exchange.Production)}}
}

func signatureOptions(ctx context.Context) []Option {
	return []Option{{Value: exchange.SignaturesAny, Label: t(ctx, "Chỉ hiển thị, không chặn"), Hint: t(ctx, "Chữ ký có giá trị pháp lý là chữ ký trong tệp PDF; gói tin trên các trục này ít khi được ký.")},
		{Value: exchange.SignaturesValid, Label: t(ctx, "Cách ly gói tin có chữ ký hỏng")}, {Value: exchange.SignaturesTrusted, Label: t(ctx, "Cách ly gói tin không có chữ ký tin cậy của nơi gửi")}}
}

// editChannel: GET, POST /admin/channels/edit?kind=
func (d *Door) editChannel(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := exchange.FindChannel(ctx, d.DB, actor(r), r.FormValue("kind"))
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "channels", Title: t(ctx, "Cấu hình kênh"), Lead: channelName(ctx, c.Kind), Back: pathChannels, Next: pathChannels, Guard: true, Submit: Action{Label: t(ctx, "Lưu"), Kind: Primary},
		Refused: t(ctx, "Chưa lưu được"),
		Fields:  func(f *Form, errs Errors) ([]templ.Component, error) { return channelFields(ctx, c, f, errs), nil },
		Do: func(f *Form) (flashed, string, error) {
			to := exchange.Channel{Kind: c.Kind, Environment: f.Line("environment"), Production: f.Line("production"), Sandbox: f.Line("sandbox"), Enabled: f.Yes("enabled"),
				Paths: store.JSON(f.Text("paths")), Headers: store.JSON(f.Text("headers")), Covers: f.Text("covers"), Signatures: f.Line("signatures"), Sign: f.Yes("sign"),
				EverySeconds: int(f.Number("every")), LookBackDays: int(f.Number("look_back")), Retries: int(f.Number("retries")), Parallel: int(f.Number("parallel")),
				TimeoutSeconds: int(f.Number("timeout")), MaxMB: int(f.Number("max_mb")), Revision: f.Number("revision")}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Đã lưu cấu hình kênh."), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return exchange.SetChannel(ctx, tx, to) })
		}})
}

func channelFields(ctx context.Context, c exchange.Channel, f *Form, errs Errors) []templ.Component {
	field := func(x Field) Field { return fieldOf(f, errs, x) }
	number := func(name, label, hint string, n int) templ.Component {
		return TextField(field(Field{Name: name, Label: label, Hint: hint, Value: strconv.Itoa(n), InputMode: "numeric", Short: true}))
	}
	value := func(name, kept string) string {
		if f != nil {
			return f.shown(name)
		}
		return kept
	}
	yes := func(name string, kept bool) bool {
		if f != nil {
			return f.Yes(name)
		}
		return kept
	}
	covers := TextArea(field(Field{Name: "covers", Label: t(ctx, "Mã nơi nhận thuộc phạm vi của trục"), Hint: t(ctx, "Mỗi dòng một mẫu, ví dụ H26.* hoặc *.H26. Nơi nhận khác được gửi qua trục quốc gia."), Value: c.Covers, Optional: true}))
	if c.Kind == exchange.ChannelNational {
		covers = templ.NopComponent
	}
	return []templ.Component{
		hiddenField("revision", strconv.FormatInt(c.Revision, 10)),
		SelectField(Field{Name: "environment", Label: t(ctx, "Môi trường đang dùng"), Hint: t(ctx, "Mỗi môi trường có địa chỉ và thông tin kết nối riêng."), Error: errs.Of("environment")}, Choose(environmentOptions(ctx), value("environment", c.Environment))),
		TextField(field(Field{Name: "sandbox", Label: t(ctx, "Địa chỉ thử nghiệm"), Hint: t(ctx, "Dạng https://máy-chủ[/đường-dẫn]"), Value: c.Sandbox, Optional: true, MaxLength: 500})),
		TextField(field(Field{Name: "production", Label: t(ctx, "Địa chỉ chính thức"), Value: c.Production, Optional: true, MaxLength: 500})),
		CheckOne(Field{Name: "enabled", Label: t(ctx, "Bật kênh"), Error: errs.Of("enabled")}, yes("enabled", c.Enabled)),
		covers,
		SelectField(Field{Name: "signatures", Label: t(ctx, "Chữ ký của gói tin nhận về"), Error: errs.Of("signatures")}, Choose(signatureOptions(ctx), value("signatures", c.Signatures))),
		CheckOne(Field{Name: "sign", Label: t(ctx, "Ký gói tin gửi đi bằng khóa của cơ quan")}, yes("sign", c.Sign)),
		wrap(Two(), number("every", t(ctx, "Lấy văn bản mỗi (giây)"), "", c.EverySeconds), number("look_back", t(ctx, "Nhìn lại (ngày)"), "", c.LookBackDays)),
		wrap(Two(), number("retries", t(ctx, "Số lần thử gửi"), "", c.Retries), number("parallel", t(ctx, "Số kết nối cùng lúc"), "", c.Parallel)),
		wrap(Two(), number("timeout", t(ctx, "Chờ trả lời (giây)"), "", c.TimeoutSeconds), number("max_mb", t(ctx, "Gói tin lớn nhất (MB)"), "", c.MaxMB)),
		TextArea(field(Field{Name: "paths", Label: t(ctx, "Đường dẫn khác mặc định (JSON)"), Hint: t(ctx, "Tên lời gọi: send, list, fetch, confirm, agencies, changes, login"), Value: string(c.Paths)})),
		TextArea(field(Field{Name: "headers", Label: t(ctx, "Tên tiêu đề khác mặc định (JSON)"), Value: string(c.Headers)})),
	}
}

// channelAsked are the gateway and agency that a button names.
func channelAsked(f *Form) (kind string, agency int64) { return f.Line("kind"), f.Number("agency") }

// switchChannel: POST /admin/channels/switch
func (d *Door) switchChannel(w http.ResponseWriter, r *http.Request) error {
	return d.actOnChannel(w, r, "", func(ctx context.Context, tx *store.Tx, f *Form) error {
		return exchange.SwitchChannel(ctx, tx, f.Line("kind"), f.Yes("on"))
	}, store.Say("Đã lưu. Gói tin chờ của kênh đang tắt được giữ đến khi bật lại."))
}

// actOnChannel does what one button asks and comes back to the page.
func (d *Door) actOnChannel(w http.ResponseWriter, r *http.Request, back string, act func(ctx context.Context, tx *store.Tx, f *Form) error, said store.Message) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	if err := d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return act(r.Context(), tx, f) }); err != nil {
		return err
	}
	d.flash(w, Good, said)
	return redirect(w, r, orElse(back, pathChannels))
}

// fetchChannel: POST /admin/channels/fetch
func (d *Door) fetchChannel(w http.ResponseWriter, r *http.Request) error {
	return d.actOnChannel(w, r, "", func(ctx context.Context, tx *store.Tx, f *Form) error {
		kind, agency := channelAsked(f)
		return exchange.FetchNow(ctx, tx, kind, agency, 0)
	}, store.Say("Đang lấy văn bản và trạng thái. Kết quả sẽ hiện ở trang này."))
}

// resendChannel: POST /admin/channels/resend
func (d *Door) resendChannel(w http.ResponseWriter, r *http.Request) error {
	return d.actOnChannel(w, r, "", func(ctx context.Context, tx *store.Tx, f *Form) error {
		kind, agency := channelAsked(f)
		return exchange.SendAnew(ctx, tx, kind, agency)
	}, store.Say("Đã xếp các gói tin bị lỗi vào hàng gửi lại."))
}

// testChannel: POST /admin/channels/test. The answer is shown at once.
func (d *Door) testChannel(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	office, err := d.speaks()
	if err != nil {
		return err
	}
	kind, agency := channelAsked(f)
	tested, err := office.TestChannel(r.Context(), actor(r), kind, agency)
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(r.Context(), "Kiểm tra kết nối"), Active: "channels"}, channelTested(kind, tested))
}

// speaks is what talks to gateways.
func (d *Door) speaks() (*exchange.Office, error) {
	if d.Exchange == nil {
		return nil, store.Refuse(store.Conflict, "Máy chủ này không gửi nhận văn bản qua kênh ngoài.")
	}
	return d.Exchange, nil
}

// editCredential: GET, POST /admin/channels/credential?kind=&agency=&environment=
func (d *Door) editCredential(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := exchange.FindChannel(ctx, d.DB, actor(r), r.FormValue("kind"))
	if err != nil {
		return err
	}
	office, err := d.speaks()
	if err != nil && r.Method == http.MethodPost {
		return err
	}
	k := exchange.Credential{Channel: c.Kind, Environment: orElse(r.URL.Query().Get("environment"), c.Environment), Enabled: true}
	if id, err := strconv.ParseInt(r.URL.Query().Get("agency"), 10, 64); err == nil && id > 0 {
		if k, err = exchange.FindCredential(ctx, d.DB, actor(r), id, c.Kind, k.Environment); err != nil {
			return err
		}
	}
	return d.act(w, r, ActPage{Active: "channels", Title: t(ctx, "Thông tin kết nối của cơ quan"), Lead: orElse(k.AgencyName, channelName(ctx, c.Kind)), Back: pathChannels, Next: pathChannels, Guard: true,
		Submit: Action{Label: t(ctx, "Lưu"), Kind: Primary}, Refused: t(ctx, "Chưa lưu được"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) { return d.credentialFields(r, k, f, errs) },
		Do: func(f *Form) (flashed, string, error) {
			x := exchange.CredentialForm{Agency: k.AgencyID, Channel: c.Kind, Environment: k.Environment, SystemID: f.Line("system_id"), Secret: strings.TrimSpace(f.Secret("secret")),
				FromCode: f.Line("from_code"), Enabled: f.Yes("enabled"), Revision: f.Number("revision")}
			if x.Agency == 0 {
				x.Agency = int64(d.oneAgency(r, f, "agency"))
			}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Đã lưu thông tin kết nối. Khóa bí mật được niêm phong, không xem lại được."), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return office.SetCredential(ctx, tx, x) })
		}})
}

func (d *Door) credentialFields(r *http.Request, k exchange.Credential, f *Form, errs Errors) ([]templ.Component, error) {
	ctx := r.Context()
	out := []templ.Component{hiddenField("revision", strconv.FormatInt(k.Revision, 10)), Note(Info, channelName(ctx, k.Channel)+" – "+environmentName(ctx, k.Environment))}
	if k.AgencyID == 0 {
		agency, err := d.agencyCombo(r, f, errs, Field{Name: "agency", Label: t(ctx, "Cơ quan"), Hint: t(ctx, "Gõ tên hoặc mã định danh")}, false, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, agency)
	}
	hint := t(ctx, "Do đơn vị quản lý trục cấp. Chỉ ghi vào, không ai xem lại được.")
	if k.Revision > 0 {
		hint = t(ctx, "Bỏ trống để giữ khóa đang có.")
	}
	on := k.Enabled
	if f != nil {
		on = f.Yes("enabled")
	}
	return append(out,
		TextField(fieldOf(f, errs, Field{Name: "system_id", Label: t(ctx, "Mã hệ thống (system id)"), Value: k.SystemID, MaxLength: 200, Autocomplete: "off"})),
		TextField(Field{Name: "secret", Label: t(ctx, "Khóa bí mật"), Hint: hint, Type: "password", Autocomplete: "new-password", Optional: k.Revision > 0, MaxLength: 1000, Error: errs.Of("secret")}),
		TextField(fieldOf(f, errs, Field{Name: "from_code", Label: t(ctx, "Mã đã đăng ký với trục"), Hint: t(ctx, "Chỉ khi khác mã trên gói tin của cơ quan"), Value: k.FromCode, Optional: true, MaxLength: 35})),
		CheckOne(Field{Name: "enabled", Label: t(ctx, "Dùng kết nối này")}, on)), nil
}

// addChannelRoute: GET, POST /admin/channels/route
func (d *Door) addChannelRoute(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	kinds := []Option{}
	for _, kind := range []string{exchange.ChannelAxis, exchange.ChannelLGSP, exchange.ChannelNational} {
		kinds = append(kinds, Option{Value: kind, Label: channelName(ctx, kind)})
	}
	return d.act(w, r, ActPage{Active: "channels", Title: t(ctx, "Thêm tuyến gửi"), Lead: t(ctx, "Nơi nhận có mã theo mẫu được gửi theo tuyến này trước các quy tắc chung, từ văn bản phát hành sau khi lưu."), Back: pathChannels, Next: pathChannels,
		Submit: Action{Label: t(ctx, "Lưu"), Kind: Primary}, Refused: t(ctx, "Chưa lưu được"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			from, err := d.agencyCombo(r, f, errs, Field{Name: "agency", Label: t(ctx, "Cơ quan gửi"), Hint: t(ctx, "Bỏ trống: mọi cơ quan"), Optional: true}, false, nil)
			channel, second := "", ""
			if f != nil {
				channel, second = f.shown("channel"), f.shown("second")
			}
			return []templ.Component{from,
				TextField(fieldOf(f, errs, Field{Name: "pattern", Label: t(ctx, "Mẫu mã nơi nhận"), Hint: t(ctx, "Ví dụ H26.* hoặc 000.00.15.H26; dấu * thay cho phần bất kỳ"), MaxLength: 100})),
				wrap(Two(), SelectField(Field{Name: "channel", Label: t(ctx, "Gửi qua"), Error: errs.Of("channel")}, Choose(kinds, channel)),
					SelectField(Field{Name: "second", Label: t(ctx, "Kênh thứ hai"), Optional: true, Error: errs.Of("second")}, Choose(append([]Option{{Value: "", Label: t(ctx, "Không")}}, kinds...), second))),
				TextField(fieldOf(f, errs, Field{Name: "note", Label: t(ctx, "Ghi chú"), Optional: true, MaxLength: 500}))}, err
		},
		Do: func(f *Form) (flashed, string, error) {
			x := exchange.Route{Pattern: f.Line("pattern"), Channel: f.Line("channel"), Second: f.Line("second"), Note: f.Line("note")}
			if len(f.Values("agency")) > 0 {
				x.AgencyID = int64(d.oneAgency(r, f, "agency"))
			}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Đã thêm tuyến gửi."), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return exchange.AddRoute(ctx, tx, x) })
		}})
}

// removeChannelRoute: POST /admin/channels/route/remove
func (d *Door) removeChannelRoute(w http.ResponseWriter, r *http.Request) error {
	return d.actOnChannel(w, r, "", func(ctx context.Context, tx *store.Tx, f *Form) error {
		return exchange.DropRoute(ctx, tx, f.Number("route"))
	}, store.Say("Đã bỏ tuyến gửi. Văn bản đang gửi vẫn theo tuyến cũ."))
}

// callsView is a page of what was asked of the gateways.
type callsView struct {
	kind   string
	failed bool
	calls  []exchange.Call
	older  string
	later  bool
}

func (v callsView) address() string {
	q := url.Values{"kind": {v.kind}}
	if v.failed {
		q.Set("failed", "yes")
	}
	return pathChannels + "/calls?" + q.Encode()
}

const callsShown = 50

// channelCallsPage: GET /admin/channels/calls?kind=&failed=
func (d *Door) channelCallsPage(w http.ResponseWriter, r *http.Request) error {
	before, _ := strconv.ParseInt(r.FormValue("before"), 10, 64) // anything else is the newest
	v := callsView{failed: r.FormValue("failed") == "yes", later: before > 0}
	if kind := r.FormValue("kind"); kind == exchange.ChannelLGSP || kind == exchange.ChannelNational {
		v.kind = kind
	}
	var err error
	if v.calls, err = exchange.Calls(r.Context(), d.DB, actor(r), v.kind, v.failed, max(before, 0), callsShown+1); err != nil {
		return err
	}
	if len(v.calls) > callsShown {
		v.calls = v.calls[:callsShown]
		v.older = fmt.Sprintf("%s&before=%d", v.address(), v.calls[callsShown-1].ID)
	}
	return d.page(w, r, View{Title: t(r.Context(), "Nhật ký kết nối"), Active: "channels"}, channelCalls(v))
}

// channelCallPage: GET /admin/channels/calls/{id}
func (d *Door) channelCallPage(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	c, err := exchange.FindCall(r.Context(), d.DB, actor(r), id)
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: c.Name, Active: "channels"}, channelCall(c))
}

func credentialAddress(k exchange.Credential) string {
	return fmt.Sprintf("%s/credential?kind=%s&agency=%d&environment=%s", pathChannels, k.Channel, k.AgencyID, k.Environment)
}

// channelButtons are hidden fields that name a gateway and an agency.
func channelButtons(k exchange.Credential) []Hidden {
	return []Hidden{{"kind", k.Channel}, {"agency", strconv.FormatInt(k.AgencyID, 10)}}
}
