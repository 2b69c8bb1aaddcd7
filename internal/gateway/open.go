package gateway

import (
	"errors"
	"net"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// ErrNoSuchCall is the answer of a link whose protocol has no such call.
var ErrNoSuchCall = errors.New("gateway: the channel has no such call")

// Misconfigured refuses a configuration that can never work. It never holds the secret.
type Misconfigured struct{ Field string }

func (m *Misconfigured) Error() string { return "gateway: misconfigured " + m.Field }

// Reason gives the Vietnamese sentence with its named arguments.
func (m *Misconfigured) Reason() (text string, args map[string]any) {
	return "Cấu hình kết nối trục liên thông chưa đúng ở mục {field}. Chưa gửi, nhận gì qua kết nối này; đề nghị quản trị viên sửa rồi kiểm tra lại.",
		map[string]any{"field": m.Field}
}

const (
	megabyte    = 1 << 20
	maxTimeout  = 30 * time.Minute
	maxParallel = 10 // X17.1
)

// Open checks the configuration and gives the link. Nothing is sent: Test does that.
func Open(c Config) (Link, error) {
	base, err := address(c.Endpoint)
	if err != nil {
		return nil, err
	}
	if c.Timeout == 0 {
		c.Timeout = time.Minute
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = 280 * megabyte
	}
	if c.Parallel == 0 {
		c.Parallel = 4
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	for _, bad := range []struct {
		field string
		is    bool
	}{
		{"SystemID", !headerText(c.SystemID)},
		{"Secret", !headerText(c.Secret)},
		{"From", c.From != "" && !headerText(c.From)},
		{"Timeout", c.Timeout < 0 || c.Timeout > maxTimeout},
		{"MaxBytes", c.MaxBytes < 0},
		{"Parallel", c.Parallel < 0 || c.Parallel > maxParallel},
	} {
		if bad.is {
			return nil, &Misconfigured{Field: bad.field}
		}
	}
	for name, path := range c.Paths {
		if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?# \\\r\n") || strings.Contains(path, "..") {
			return nil, &Misconfigured{Field: "Paths." + name}
		}
	}
	for name, value := range c.Headers {
		if value != "" && (!headerText(value) || strings.HasPrefix(name, "header") && !headerName.MatchString(value)) {
			return nil, &Misconfigured{Field: "Headers." + name}
		}
	}
	w := newWire(c, base)
	switch c.Channel {
	case National:
		return &national{wire: w}, nil
	case Provincial:
		return &provincial{wire: w}, nil
	}
	return nil, &Misconfigured{Field: "Channel"}
}

var headerName = regexp.MustCompile(`^[A-Za-z0-9-]{1,80}$`)

// headerText tells whether a value may travel in a header: printable ASCII, not empty.
func headerText(s string) bool {
	if s == "" || len(s) > 4096 || strings.TrimSpace(s) != s {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

// address wants https; http only to this very machine, for simulators.
func address(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "" {
		return nil, &Misconfigured{Field: "Endpoint"}
	}
	if ip := net.ParseIP(u.Hostname()); u.Scheme != "https" && !(u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())) {
		return nil, &Misconfigured{Field: "Endpoint"}
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u, nil
}
