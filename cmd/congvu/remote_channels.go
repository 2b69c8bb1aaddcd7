package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"congvu/internal/client"
)

// channelOptions are the options of the verbs about gateways.
type channelOptions struct {
	url, environment, covers, signatures, every, systemID, secretFile, fromCode, second, agency string
	on, off, sign, failed                                                                       bool
}

func (r *remoteCall) channelFlags(line string) {
	for _, s := range []struct {
		into          *string
		name, meaning string
	}{{&r.channel.url, "url", "địa chỉ của kênh ở môi trường đang khai báo"}, {&r.channel.environment, "environment", "sandbox (thử nghiệm) hoặc production (chính thức)"},
		{&r.channel.covers, "covers", "mẫu mã nơi nhận của trục địa phương, cách nhau bằng dấu phẩy"}, {&r.channel.signatures, "signatures", "chữ ký gói tin: any, refuse_invalid hoặc require"},
		{&r.channel.every, "every", "lấy văn bản mỗi bao nhiêu giây"}, {&r.channel.systemID, "system-id", "mã hệ thống do đơn vị quản lý trục cấp"},
		{&r.channel.secretFile, "secret-file", "tệp chứa khóa bí mật, không bao giờ ghi trên dòng lệnh; bỏ trống: giữ khóa đang có"}, {&r.channel.fromCode, "from-code", "mã đã đăng ký với trục, nếu khác mã trên gói tin"},
		{&r.channel.second, "second", "kênh thứ hai"}, {&r.channel.agency, "agency", "mã cơ quan gửi; bỏ trống: mọi cơ quan"}} {
		if takes(line, s.name) {
			r.fs.StringVar(s.into, s.name, "", s.meaning)
		}
	}
	for _, b := range []struct {
		into          *bool
		name, meaning string
	}{{&r.channel.on, "enable", "bật"}, {&r.channel.off, "disable", "tắt"}, {&r.channel.sign, "sign", "ký gói tin gửi đi"}, {&r.channel.failed, "failed", "chỉ lời gọi lỗi"}} {
		if takes(line, b.name) {
			r.fs.BoolVar(b.into, b.name, false, b.meaning)
		}
	}
}

// farChannels are the verbs about the ways to agencies outside the installation.
func farChannels() []far {
	return []far{
		{"channels", "channels", "các kênh gửi nhận ngoài hệ thống: địa chỉ, bật hay tắt", remoteChannels},
		{"channel-set", "channel-set lgsp|national [--url URL] [--environment X] [--covers MẪU] [--signatures X] [--every GIÂY] [--sign] [--enable] [--disable]", "cấu hình, bật, tắt một kênh", remoteSetChannel},
		{"credentials", "credentials [lgsp|national]", "kết nối của các cơ quan: lần thành công, lỗi gần nhất, số chờ và số lỗi", remoteCredentials},
		{"credential-set", "credential-set lgsp|national MÃ_CƠ_QUAN --environment X --system-id X [--secret-file TỆP] [--from-code MÃ] [--disable]", "khai báo kết nối của một cơ quan", remoteSetCredential},
		{"channel-test", "channel-test lgsp|national MÃ_CƠ_QUAN", "kiểm tra kết nối, in câu trả lời nguyên văn", remoteTestChannel},
		{"channel-fetch", "channel-fetch lgsp|national MÃ_CƠ_QUAN [--days SỐ]", "lấy văn bản và trạng thái ngay", remoteFetchChannel},
		{"channel-resend", "channel-resend lgsp|national MÃ_CƠ_QUAN", "gửi lại những gì đã gửi không thành công", remoteResendChannel},
		{"channel-calls", "channel-calls [lgsp|national] [--failed] [--cursor X]", "các lời gọi đến kênh, mới trước", remoteChannelCalls},
		{"channel-call", "channel-call call/SỐ", "một lời gọi: yêu cầu và câu trả lời nguyên văn", remoteChannelCall},
		{"channel-routes", "channel-routes", "các tuyến gửi ngoại lệ", remoteChannelRoutes},
		{"channel-route", "channel-route MẪU_MÃ axis|lgsp|national [--second KÊNH] [--agency MÃ_CƠ_QUAN] [--note X]", "thêm tuyến gửi ngoại lệ", remoteAddRoute},
		{"channel-route-remove", "channel-route-remove route/SỐ", "bỏ tuyến gửi ngoại lệ", remoteRemoveRoute},
	}
}

func onOff(on bool) string {
	if on {
		return "bật"
	}
	return "tắt"
}

func remoteChannels(ctx context.Context, r *remoteCall) error {
	all, err := r.Channels(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, c := range all {
			at := c.Sandbox
			if c.Environment == "production" {
				at = c.Production
			}
			fmt.Fprintf(out, "%s  %s  [%s]  %s  %s\n", c.Kind, c.KindLabel, onOff(c.Enabled), c.Environment, orDash(at))
		}
	})
}

func remoteSetChannel(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 1 {
		return badUsage("cần tên kênh: lgsp hoặc national")
	}
	all, err := r.Channels(ctx)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Kind != r.args[0] {
			continue
		}
		o := r.channel
		if o.environment != "" {
			c.Environment = o.environment
		}
		if o.url != "" && c.Environment == "production" {
			c.Production = o.url
		} else if o.url != "" {
			c.Sandbox = o.url
		}
		if o.covers != "" {
			c.Covers = strings.Split(o.covers, ",")
		}
		if o.signatures != "" {
			c.Signatures = o.signatures
		}
		if o.every != "" {
			if c.Every, err = strconv.Atoi(o.every); err != nil {
				return badUsage("--every là số giây")
			}
		}
		c.Sign = c.Sign || o.sign
		c.Enabled = (c.Enabled || o.on) && !o.off
		c.KindLabel = ""
		return r.SetChannel(ctx, c)
	}
	return badUsage("không có kênh " + r.args[0])
}

func remoteCredentials(ctx context.Context, r *remoteCall) error {
	channel := ""
	if len(r.args) > 0 {
		channel = r.args[0]
	}
	all, err := r.Credentials(ctx, channel, 0)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, k := range all {
			last := "chưa kết nối"
			if k.SucceededAt != nil {
				last = "thành công " + k.SucceededAt.Local().Format("02/01/2006 15:04")
			}
			fmt.Fprintf(out, "%s  %s  %s/%s  [%s]  %s  chờ gửi %d, lỗi %d\n", k.AgencyCode, k.AgencyName, k.Channel, k.Environment, onOff(k.Enabled), last, k.Waiting, k.Failed)
			if k.Error != "" {
				fmt.Fprintf(out, "  lỗi gần nhất: %s\n", k.Error)
			}
		}
	})
}

// channelOf reads a gateway and an agency's code.
func (r *remoteCall) channelOf(ctx context.Context) (f client.ChannelAct, err error) {
	if len(r.args) != 2 {
		return f, badUsage("cần tên kênh (lgsp hoặc national) và mã cơ quan")
	}
	f.Channel = r.args[0]
	f.Agency, err = r.agencyID(ctx, r.args[1])
	return f, err
}

func remoteSetCredential(ctx context.Context, r *remoteCall) error {
	at, err := r.channelOf(ctx)
	if err != nil {
		return err
	}
	f := client.CredentialForm{Agency: at.Agency, Channel: at.Channel, Environment: r.channel.environment, SystemID: r.channel.systemID, FromCode: r.channel.fromCode, Enabled: !r.channel.off}
	if f.Environment == "" {
		f.Environment = "sandbox"
	}
	all, err := r.Credentials(ctx, at.Channel, at.Agency-1)
	if err != nil {
		return err
	}
	for _, k := range all {
		if k.Agency == f.Agency && k.Environment == f.Environment {
			f.Revision = k.Revision
			if f.SystemID == "" {
				f.SystemID = k.SystemID
			}
			if f.FromCode == "" {
				f.FromCode = k.FromCode
			}
		}
	}
	if r.channel.secretFile != "" {
		b, err := os.ReadFile(r.channel.secretFile)
		if err != nil {
			return err
		}
		f.Secret = strings.TrimSpace(string(b))
	}
	return r.SetCredential(ctx, f)
}

func remoteTestChannel(ctx context.Context, r *remoteCall) error {
	at, err := r.channelOf(ctx)
	if err != nil {
		return err
	}
	x, err := r.TestChannel(ctx, at)
	if err != nil {
		return err
	}
	if err := r.show(x, func(out io.Writer) {
		for _, c := range x.Calls {
			fmt.Fprintf(out, "%s (%d ms)\n%s\n\n%s\n\n", c.Name, c.Took, c.Request, c.Answer)
		}
		if x.OK {
			fmt.Fprintln(out, "Kết nối được.")
		}
	}); err != nil {
		return err
	}
	if !x.OK {
		return errors.New("chưa kết nối được: " + x.Words)
	}
	return nil
}

func remoteFetchChannel(ctx context.Context, r *remoteCall) error {
	at, err := r.channelOf(ctx)
	if err != nil {
		return err
	}
	at.Days = r.books.days
	return r.FetchChannel(ctx, at)
}

func remoteResendChannel(ctx context.Context, r *remoteCall) error {
	at, err := r.channelOf(ctx)
	if err != nil {
		return err
	}
	return r.ResendChannel(ctx, at)
}

func remoteChannelCalls(ctx context.Context, r *remoteCall) error {
	channel := ""
	if len(r.args) > 0 {
		channel = r.args[0]
	}
	page, err := r.ChannelCalls(ctx, channel, r.channel.failed, r.o.cursor, 50)
	if err != nil {
		return err
	}
	return r.show(page, func(out io.Writer) {
		for _, c := range page.Rows {
			mark := "được"
			if c.Failed {
				mark = "lỗi"
			}
			fmt.Fprintf(out, "call/%s  %s  %s  %s  %s  HTTP %d  %s\n", c.ID, c.At.Local().Format("02/01/2006 15:04:05"), c.Channel, c.AgencyName, c.Name, c.HTTP, mark)
		}
		if page.Next != "" {
			fmt.Fprintf(out, "Trang sau: --cursor %s\n", page.Next)
		}
	})
}

func remoteChannelCall(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("call")
	if err != nil {
		return err
	}
	c, err := r.ChannelCall(ctx, id)
	if err != nil {
		return err
	}
	return r.show(c, func(out io.Writer) { fmt.Fprintf(out, "%s (%d ms)\n%s\n\n%s\n", c.Name, c.Took, c.Request, c.Answer) })
}

func remoteChannelRoutes(ctx context.Context, r *remoteCall) error {
	all, err := r.ChannelRoutes(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, x := range all {
			fmt.Fprintf(out, "route/%s  %s → %s", x.ID, x.Pattern, x.Channel)
			if x.Second != "" {
				fmt.Fprintf(out, " và %s", x.Second)
			}
			fmt.Fprintf(out, "  %s  %s\n", orDash(x.AgencyName), x.Note)
		}
	})
}

func remoteAddRoute(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 2 {
		return badUsage("cần mẫu mã nơi nhận và tên kênh")
	}
	f := client.ChannelRoute{Pattern: r.args[0], Channel: r.args[1], Second: r.channel.second, Note: r.o.note}
	if r.channel.agency != "" {
		var err error
		if f.Agency, err = r.agencyID(ctx, r.channel.agency); err != nil {
			return err
		}
	}
	return r.AddChannelRoute(ctx, f)
}

func remoteRemoveRoute(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("route")
	if err != nil {
		return err
	}
	return r.RemoveChannelRoute(ctx, id)
}
