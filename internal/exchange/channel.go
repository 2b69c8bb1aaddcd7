package exchange

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"congvu/internal/gateway"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// Channels by which a receiver is reached (X19.1–X19.4). The axis serves this installation and other congvu nodes alike (house law 8).
const (
	ChannelAxis     = "axis"
	ChannelLGSP     = string(gateway.Provincial)
	ChannelNational = string(gateway.National)
)

// gateways are the channels that are pulled, in the order in which they are asked (X19.5).
var gateways = []string{ChannelLGSP, ChannelNational}

// ChannelName is what people call a channel, a key of i18n.
func ChannelName(kind string) string {
	switch kind {
	case ChannelAxis:
		return "Trục liên thông"
	case ChannelLGSP:
		return "Trục LGSP của địa phương"
	case ChannelNational:
		return "Trục liên thông văn bản quốc gia"
	}
	return "Chưa có kênh"
}

// What is asked of the packet signature of a message that came over a gateway (X8.4).
const (
	SignaturesAny     = "any"            // shown, never refused
	SignaturesValid   = "refuse_invalid" // a broken one goes to quarantine
	SignaturesTrusted = "require"        // without one of the sender's, quarantine
)

// Environments of a gateway (X18.4).
const (
	Sandbox    = "sandbox"
	Production = "production"
)

// Channel is a gateway as the installation knows it. Numbers that are zero take the defaults of the gateway.
type Channel struct {
	Kind           string
	Environment    string // which of the two addresses is in use, and whose credentials
	Production     string // https://host[/prefix]
	Sandbox        string
	Enabled        bool
	Paths          store.JSON // of calls, by their name (X25.3)
	Headers        store.JSON
	Covers         string // patterns of codes that this bus reaches, one a line
	Signatures     string
	Sign           bool // sign packets that leave (X8.5)
	EverySeconds   int
	LookBackDays   int
	Retries        int
	Parallel       int
	TimeoutSeconds int
	MaxMB          int `db:"max_mb"`
	Revision       int64
}

const channelColumns = `kind, environment, production, sandbox, enabled, paths, headers, covers, signatures, sign, every_seconds, look_back_days, retries, parallel,
	timeout_seconds, max_mb, revision`

var (
	sqlChannels   = store.SQL(`SELECT ` + channelColumns + ` FROM exchange_channels ORDER BY kind`)
	sqlChannel    = store.SQL(`SELECT ` + channelColumns + ` FROM exchange_channels WHERE kind = $1`)
	sqlPutChannel = store.SQL(`INSERT INTO exchange_channels (` + channelColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1)
		ON CONFLICT (kind) DO UPDATE SET environment = excluded.environment, production = excluded.production, sandbox = excluded.sandbox, enabled = excluded.enabled,
			paths = excluded.paths, headers = excluded.headers, covers = excluded.covers, signatures = excluded.signatures, sign = excluded.sign,
			every_seconds = excluded.every_seconds, look_back_days = excluded.look_back_days, retries = excluded.retries, parallel = excluded.parallel,
			timeout_seconds = excluded.timeout_seconds, max_mb = excluded.max_mb, revision = exchange_channels.revision + 1`)
	sqlSwitchChannel = store.SQL(`UPDATE exchange_channels SET enabled = $1, revision = revision + 1 WHERE kind = $2`)
)

// MayOperate: the system administrator looks after the installation's ways to the outside.
func MayOperate(a store.Actor) bool { return a.Roles.Has(store.SystemAdmin) }

func operates(a store.Actor) error {
	if MayOperate(a) {
		return nil
	}
	return store.Refuse(store.Forbidden, "Chỉ quản trị hệ thống được cấu hình kênh gửi nhận văn bản.")
}

// blankChannel is a gateway that nobody has set up yet, with the usual figures (X18.3, X23.2, X23.3).
func blankChannel(kind string) Channel {
	return Channel{Kind: kind, Environment: Sandbox, Paths: store.JSONOf(map[string]string{}), Headers: store.JSONOf(map[string]string{}), Signatures: SignaturesAny,
		EverySeconds: 300, LookBackDays: 7, Retries: 5, Parallel: 4, TimeoutSeconds: 60, MaxMB: 280}
}

// Endpoint is the address in use.
func (c Channel) Endpoint() string {
	if c.Environment == Production {
		return c.Production
	}
	return c.Sandbox
}

// Ready tells whether messages may go this way.
func (c Channel) Ready() bool { return c.Enabled && c.Endpoint() != "" }

// Named reads one of the two maps.
func (c Channel) Named(j store.JSON) map[string]string {
	out := map[string]string{}
	if json.Unmarshal([]byte(j), &out) != nil {
		return map[string]string{}
	}
	return out
}

// Reaches tells whether one of the patterns the channel covers is the code's.
func (c Channel) Reaches(code string) bool {
	return slices.ContainsFunc(patternsOf(c.Covers), func(p string) bool { return matches(p, code) })
}

// patternsOf takes a list of patterns apart, as people type it.
func patternsOf(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' || r == '\n' || r == '\r' || r == ' ' || r == '\t' })
}

// matches compares a code with a pattern in which a * stands for anything: "H26.*", "000.*.H26", "*".
func matches(pattern, code string) bool {
	pattern, code = strings.ToUpper(pattern), strings.ToUpper(code)
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == code
	}
	if !strings.HasPrefix(code, parts[0]) {
		return false
	}
	code = code[len(parts[0]):]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(code, p)
		if i < 0 {
			return false
		}
		code = code[i+len(p):]
	}
	return strings.HasSuffix(code, parts[len(parts)-1])
}

// Channels lists both gateways, also one that is not set up. Forbidden for others than system administrators.
func Channels(ctx context.Context, r store.Reader, a store.Actor) ([]Channel, error) {
	if err := operates(a); err != nil {
		return nil, err
	}
	all, err := store.All[Channel](ctx, r, sqlChannels)
	for _, kind := range gateways {
		if !slices.ContainsFunc(all, func(c Channel) bool { return c.Kind == kind }) {
			all = append(all, blankChannel(kind))
		}
	}
	return all, err
}

// FindChannel gives one gateway, blank when it is not set up; NotFound for what is none.
func FindChannel(ctx context.Context, r store.Reader, a store.Actor, kind string) (Channel, error) {
	if err := operates(a); err != nil {
		return Channel{}, err
	}
	return channelOf(ctx, r, kind)
}

func channelOf(ctx context.Context, r store.Reader, kind string) (Channel, error) {
	if !slices.Contains(gateways, kind) {
		return Channel{}, store.Refuse(store.NotFound, "Không có kênh gửi nhận này.")
	}
	c, ok, err := store.Maybe[Channel](ctx, r, sqlChannel, kind)
	if err == nil && !ok {
		c = blankChannel(kind)
	}
	return c, err
}

// SetChannel changes how a gateway is reached. Links that are open are opened anew; what waits to be sent stays.
func SetChannel(ctx context.Context, tx *store.Tx, c Channel) error {
	if err := operates(tx.Actor()); err != nil {
		return err
	}
	old, err := channelOf(ctx, tx, c.Kind)
	if err != nil {
		return err
	}
	if c.Revision != old.Revision {
		return store.Refuse(store.Conflict, "Kênh đã được người khác sửa. Nội dung cũ được giữ nguyên; tải lại trang rồi sửa lại.")
	}
	if err := c.check(); err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlPutChannel, c.Kind, c.Environment, c.Production, c.Sandbox, c.Enabled, c.Paths, c.Headers, c.Covers, c.Signatures, c.Sign, c.EverySeconds,
		c.LookBackDays, c.Retries, c.Parallel, c.TimeoutSeconds, c.MaxMB); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "channel.changed", Ref: "channel", Title: c.Kind,
		Data: map[string]any{"channel": c.Kind, "environment": c.Environment, "endpoint": c.Endpoint(), "enabled": c.Enabled}})
}

// SwitchChannel enables or disables a gateway. What waits for a disabled one waits on.
func SwitchChannel(ctx context.Context, tx *store.Tx, kind string, on bool) error {
	if err := operates(tx.Actor()); err != nil {
		return err
	}
	c, err := channelOf(ctx, tx, kind)
	if err != nil {
		return err
	}
	if c.Revision == 0 || on && c.Endpoint() == "" {
		return store.Refuse(store.Invalid, "Kênh chưa có địa chỉ kết nối của môi trường đang chọn. Khai báo địa chỉ rồi bật.")
	}
	if err := tx.Put(ctx, sqlSwitchChannel, on, kind); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "channel.changed", Ref: "channel", Title: kind, Data: map[string]any{"channel": kind, "environment": c.Environment, "enabled": on}})
}

// check refuses settings that cannot work and puts the usual figures where none was given.
func (c *Channel) check() error {
	usual := blankChannel(c.Kind)
	var p store.Problems
	c.Production, c.Sandbox = strings.TrimRight(i18n.Clean(c.Production), "/"), strings.TrimRight(i18n.Clean(c.Sandbox), "/")
	c.Covers = strings.Join(patternsOf(c.Covers), "\n")
	for _, at := range []struct{ field, url string }{{"production", c.Production}, {"sandbox", c.Sandbox}} {
		if u, err := url.Parse(at.url); at.url != "" && (err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Scheme != "https" && (u.Scheme != "http" || !onThisMachine(u.Hostname()))) {
			p.Add(at.field, "Địa chỉ cần dạng https://máy-chủ[/đường-dẫn], không chứa mật khẩu; http chỉ dùng cho máy này.")
		}
	}
	if c.Environment == "" {
		c.Environment = usual.Environment
	}
	if c.Environment != Sandbox && c.Environment != Production {
		p.Add("environment", "Môi trường là thử nghiệm hoặc chính thức.")
	} else if c.Enabled && c.Endpoint() == "" {
		p.Add("enabled", "Kênh chưa có địa chỉ kết nối của môi trường đang chọn. Khai báo địa chỉ rồi bật.")
	}
	if c.Signatures == "" {
		c.Signatures = usual.Signatures
	}
	if c.Signatures != SignaturesAny && c.Signatures != SignaturesValid && c.Signatures != SignaturesTrusted {
		p.Add("signatures", "Chọn một trong ba cách xử lý chữ ký gói tin.")
	}
	for _, at := range []struct {
		field string
		value *store.JSON
	}{{"paths", &c.Paths}, {"headers", &c.Headers}} {
		if strings.TrimSpace(string(*at.value)) == "" {
			*at.value = usual.Paths
		}
		var named map[string]string
		if json.Unmarshal([]byte(*at.value), &named) != nil {
			p.Add(at.field, "Khai báo cần là cặp tên và giá trị, dạng JSON.")
		} else {
			*at.value = store.JSONOf(named)
		}
	}
	for _, at := range []struct {
		field            string
		value            *int
		usual, low, high int
	}{{"every", &c.EverySeconds, usual.EverySeconds, 1, 86400}, {"look_back", &c.LookBackDays, usual.LookBackDays, 1, 60}, {"retries", &c.Retries, usual.Retries, 1, 20},
		{"parallel", &c.Parallel, usual.Parallel, 1, 10}, {"timeout", &c.TimeoutSeconds, usual.TimeoutSeconds, 1, 600}, {"max_mb", &c.MaxMB, usual.MaxMB, 1, 1024}} {
		if *at.value == 0 {
			*at.value = at.usual
		}
		if *at.value < at.low || *at.value > at.high {
			p.Add(at.field, "Số cần từ {low} đến {high}.", "low", at.low, "high", at.high)
		}
	}
	return p.Err()
}

func onThisMachine(host string) bool {
	return host == "localhost" || host == "127.0.0.1" || host == "::1"
}
