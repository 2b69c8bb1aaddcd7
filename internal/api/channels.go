package api

import (
	"context"
	"net/http"
	"strings"

	"congvu/internal/client"
	"congvu/internal/exchange"
	"congvu/internal/store"
)

const tagChannels = "Kênh gửi nhận"

func (d *door) channelRoutes() {
	ask(d, get("/channels", "listChannels", tagChannels, "Các kênh gửi nhận ngoài hệ thống và cấu hình"), d.listChannels)
	do(d, post("/channels", "setChannel", tagChannels, "Cấu hình một kênh"), d.setChannel)
	do(d, post("/channels/switch", "switchChannel", tagChannels, "Bật hoặc tắt một kênh"), d.switchChannel)
	ask(d, get("/channels/credentials", "listCredentials", tagChannels, "Kết nối của các cơ quan, không có khóa; văn thư: của cơ quan mình"), d.listCredentials)
	do(d, post("/channels/credentials", "setCredential", tagChannels, "Khai báo kết nối của một cơ quan"), d.setCredential)
	ask(d, post("/channels/test", "testChannel", tagChannels, "Kiểm tra kết nối, trả về nguyên văn câu trả lời"), d.testChannel)
	do(d, post("/channels/fetch", "fetchChannel", tagChannels, "Lấy văn bản, trạng thái ngay"), d.fetchChannel)
	do(d, post("/channels/resend", "resendChannel", tagChannels, "Gửi lại những gì đã gửi không thành công"), d.resendChannel)
	ask(d, get("/channels/routes", "listChannelRoutes", tagChannels, "Các tuyến gửi ngoại lệ"), d.listChannelRoutes)
	do(d, post("/channels/routes", "addChannelRoute", tagChannels, "Thêm tuyến gửi ngoại lệ"), d.addChannelRoute)
	do(d, post("/channels/routes/{id}/remove", "removeChannelRoute", tagChannels, "Bỏ tuyến gửi ngoại lệ"), d.removeChannelRoute)
	ask(d, get("/channels/calls", "listChannelCalls", tagChannels, "Các lời gọi đến kênh và câu trả lời, mới trước"), d.listChannelCalls)
	ask(d, get("/channels/calls/{id}", "readChannelCall", tagChannels, "Một lời gọi với yêu cầu và câu trả lời nguyên văn, không có khóa"), d.readChannelCall)
}

func (d *door) listChannels(ctx context.Context, c *call, _ *struct{}) ([]client.Channel, error) {
	all, err := exchange.Channels(ctx, d.DB, c.actor)
	return each(all, func(x exchange.Channel) client.Channel {
		return client.Channel{Kind: x.Kind, KindLabel: c.lang.T(exchange.ChannelName(x.Kind)), Environment: x.Environment, Production: x.Production, Sandbox: x.Sandbox, Enabled: x.Enabled,
			Paths: x.Named(x.Paths), Headers: x.Named(x.Headers), Covers: strings.Fields(x.Covers), Signatures: x.Signatures, Sign: x.Sign, Every: x.EverySeconds, LookBack: x.LookBackDays,
			Retries: x.Retries, Parallel: x.Parallel, Timeout: x.TimeoutSeconds, MaxMB: x.MaxMB, Revision: x.Revision}
	}), err
}

type channelSetting struct{ Body client.Channel }

func (d *door) setChannel(ctx context.Context, c *call, in *channelSetting) error {
	x := in.Body
	return write(ctx, d, c, func(tx *store.Tx) error {
		return exchange.SetChannel(ctx, tx, exchange.Channel{Kind: x.Kind, Environment: x.Environment, Production: x.Production, Sandbox: x.Sandbox, Enabled: x.Enabled,
			Paths: named(x.Paths), Headers: named(x.Headers), Covers: strings.Join(x.Covers, "\n"), Signatures: x.Signatures, Sign: x.Sign, EverySeconds: x.Every, LookBackDays: x.LookBack,
			Retries: x.Retries, Parallel: x.Parallel, TimeoutSeconds: x.Timeout, MaxMB: x.MaxMB, Revision: x.Revision})
	})
}

func named(m map[string]string) store.JSON {
	if m == nil {
		m = map[string]string{}
	}
	return store.JSONOf(m)
}

type channelSwitching struct{ Body client.ChannelSwitch }

func (d *door) switchChannel(ctx context.Context, c *call, in *channelSwitching) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return exchange.SwitchChannel(ctx, tx, in.Body.Kind, in.Body.On) })
}

type credentialFilter struct {
	Channel string `query:"channel" enum:"lgsp,national" doc:"Kênh"`
	After   string `query:"after" maxLength:"19" doc:"Mã cơ quan cuối của trang trước"`
}

func (d *door) listCredentials(ctx context.Context, c *call, in *credentialFilter) ([]client.Credential, error) {
	all, err := exchange.Credentials(ctx, d.DB, c.actor, in.Channel, One{in.After}.id(), 500)
	return each(all, func(k exchange.Credential) client.Credential {
		return client.Credential{Agency: client.ID(k.AgencyID), AgencyCode: k.AgencyCode, AgencyName: k.AgencyName, Channel: k.Channel, Environment: k.Environment, SystemID: k.SystemID,
			FromCode: k.FromCode, Enabled: k.Enabled, InUse: k.InUse, DocumentsTo: when(k.DocumentsTo), StatusesTo: when(k.StatusesTo), SucceededAt: when(k.SucceededAt),
			FailedAt: when(k.FailedAt), Error: k.Error, Waiting: k.Waiting, Failed: k.Failed, Revision: k.Revision}
	}), err
}

type credentialSetting struct{ Body client.CredentialForm }

// office is what speaks with gateways; a door without one says so.
func (d *door) office(c *call) (*exchange.Office, error) {
	if !exchange.MayOperate(c.actor) {
		return nil, store.Refuse(store.Forbidden, "Chỉ quản trị hệ thống được cấu hình kênh gửi nhận văn bản.")
	}
	if d.Exchange == nil {
		return nil, newProblem(c.lang, http.StatusServiceUnavailable, c.lang.T("Máy chủ này không gửi nhận văn bản qua kênh ngoài."))
	}
	return d.Exchange, nil
}

func (d *door) setCredential(ctx context.Context, c *call, in *credentialSetting) error {
	office, err := d.office(c)
	if err != nil {
		return err
	}
	f := in.Body
	return write(ctx, d, c, func(tx *store.Tx) error {
		return office.SetCredential(ctx, tx, exchange.CredentialForm{Agency: int64(f.Agency), Channel: f.Channel, Environment: f.Environment, SystemID: f.SystemID, Secret: f.Secret,
			FromCode: f.FromCode, Enabled: f.Enabled, Revision: f.Revision})
	})
}

type channelAct struct{ Body client.ChannelAct }

func (d *door) testChannel(ctx context.Context, c *call, in *channelAct) (out client.ChannelTested, err error) {
	office, err := d.office(c)
	if err != nil {
		return out, err
	}
	x, err := office.TestChannel(ctx, c.actor, in.Body.Channel, int64(in.Body.Agency))
	return client.ChannelTested{OK: x.OK, Words: x.Words, Calls: each(x.Calls, channelCall)}, err
}

func (d *door) fetchChannel(ctx context.Context, c *call, in *channelAct) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return exchange.FetchNow(ctx, tx, in.Body.Channel, int64(in.Body.Agency), in.Body.Days)
	})
}

func (d *door) resendChannel(ctx context.Context, c *call, in *channelAct) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return exchange.SendAnew(ctx, tx, in.Body.Channel, int64(in.Body.Agency)) })
}

func (d *door) listChannelRoutes(ctx context.Context, c *call, _ *struct{}) ([]client.ChannelRoute, error) {
	all, err := exchange.Routes(ctx, d.DB, c.actor)
	return each(all, func(x exchange.Route) client.ChannelRoute {
		return client.ChannelRoute{ID: client.ID(x.ID), Agency: client.ID(x.AgencyID), AgencyName: x.AgencyName, Pattern: x.Pattern, Channel: x.Channel, Second: x.Second, Note: x.Note}
	}), err
}

type routeAdding struct{ Body client.ChannelRoute }

func (d *door) addChannelRoute(ctx context.Context, c *call, in *routeAdding) error {
	x := in.Body
	return write(ctx, d, c, func(tx *store.Tx) error {
		return exchange.AddRoute(ctx, tx, exchange.Route{AgencyID: int64(x.Agency), Pattern: x.Pattern, Channel: x.Channel, Second: x.Second, Note: x.Note})
	})
}

func (d *door) removeChannelRoute(ctx context.Context, c *call, in *One) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return exchange.DropRoute(ctx, tx, in.id()) })
}

type callFilter struct {
	Older
	Channel string `query:"channel" enum:"lgsp,national" doc:"Kênh"`
	Failed  bool   `query:"failed" doc:"Chỉ lời gọi lỗi"`
}

func channelCall(x exchange.Call) client.ChannelCall {
	return client.ChannelCall{ID: client.ID(x.ID), At: x.At.Time(), Took: x.Took().Milliseconds(), Channel: x.Channel, AgencyName: x.AgencyName, Name: x.Name, HTTP: x.HTTP, Code: x.Code,
		Failed: x.Failed, Document: x.Document, Request: x.Request, Answer: x.Answer}
}

func (d *door) listChannelCalls(ctx context.Context, c *call, in *callFilter) (client.Page[client.ChannelCall], error) {
	all, err := exchange.Calls(ctx, d.DB, c.actor, in.Channel, in.Failed, in.before(), in.limit()+1)
	return cut(all, in.limit(), func(x exchange.Call) int64 { return x.ID }, func(x exchange.Call) client.ChannelCall {
		brief := channelCall(x)
		brief.Request, brief.Answer = "", ""
		return brief
	}), err
}

func (d *door) readChannelCall(ctx context.Context, c *call, in *One) (client.ChannelCall, error) {
	x, err := exchange.FindCall(ctx, d.DB, c.actor, in.id())
	return channelCall(x), err
}
