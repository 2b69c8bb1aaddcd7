package main

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"strings"
)

// setting is one knob of an installation: a flag, and an environment variable for what should not stand on a command line.
type setting struct {
	flag, env, fallback, meaning string
	secret                       bool
	value                        *string
	from                         string
}

// settings are what serve, demo and the local verbs share. Their zero value works.
type settings struct {
	Data, DB, Blobs, Addr, PublicURL, Axis, AxisListen, AxisPeers, AxisHub, AxisPassword, AxisCert, AxisKey, AxisCA, AxisPlaintext, AxisReplicas, AxisMonitors, Trust, Signer, TSA, Evidence, Log, Backup, BackupEvery, BackupKeep, MetricsListen, Proxies, Outside string

	list []*setting
}

func newSettings(w *world, fs *flag.FlagSet, serving bool) *settings {
	s := &settings{}
	add := func(into *string, name, fallback, meaning string, secret bool) {
		env := "CONGVU_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		k := &setting{flag: name, env: env, fallback: fallback, meaning: meaning, secret: secret, value: into, from: "mặc định"}
		*into = fallback
		if v := w.env(env); v != "" {
			*into, k.from = v, "biến môi trường "+env
		}
		s.list = append(s.list, k)
		fs.Func(name, meaning+" (hoặc biến "+env+")", func(v string) error {
			*into, k.from = v, "dòng lệnh --"+name
			return nil
		})
	}
	add(&s.Data, "data", "data", "thư mục chứa toàn bộ dữ liệu: SQLite, tệp, JetStream, khóa", false)
	add(&s.DB, "db", "", "địa chỉ PostgreSQL postgres://…; bỏ trống: SQLite trong --data", true)
	add(&s.Blobs, "blobs", "", "nơi lưu tệp: s3://kho?endpoint=…; bỏ trống: thư mục files trong --data", false)
	add(&s.Trust, "trust", "", "thư mục chứng thư gốc tin cậy; bỏ trống: thư mục trust trong --data", false)
	add(&s.Signer, "signer", "", "đường dẫn cổng nội bộ của «congvu signer» (khóa ký trên thiết bị phần cứng); bỏ trống: chỉ dùng khóa trong --data", false)
	add(&s.Outside, "outside", "", "thư mục giữ điểm kiểm tra của nhật ký niêm phong và số cuối của các sổ, nên nằm trên ổ đĩa khác; bỏ trống: thư mục audit trong --data", false)
	if serving {
		add(&s.Addr, "addr", "127.0.0.1:8080", "địa chỉ lắng nghe HOST:PORT", false)
		add(&s.PublicURL, "public-url", "", "địa chỉ công khai https://… khi chạy sau máy chủ trung gian", false)
		add(&s.Proxies, "proxies", "", "địa chỉ IP hoặc dải CIDR của máy chủ trung gian ở máy khác, cách nhau dấu phẩy: chỉ chúng được tin khi nêu địa chỉ người dùng (X-Forwarded-For); bỏ trống: chỉ máy chủ trung gian trên chính máy này", false)
		add(&s.Axis, "axis", "", "trục liên thông: bỏ trống = nhúng; nats://… = máy chủ hoặc trục của thành phố", true)
		add(&s.AxisListen, "axis-listen", "", "HOST:PORT để bản cài đặt khác nối vào trục nhúng này", false)
		add(&s.AxisPeers, "axis-peers", "", "tệp JSON liệt kê bản cài đặt được nối vào: tên, mật khẩu, mã cơ quan", false)
		add(&s.AxisHub, "axis-hub", "", "địa chỉ nats://HOST:PORT của bản cài đặt trung tâm mà bản này nối vào", false)
		add(&s.AxisPassword, "axis-password", "", "mật khẩu nối vào bản cài đặt trung tâm (chỉ nên đặt bằng biến môi trường)", true)
		add(&s.AxisCert, "axis-cert", "", "tệp chứng thư TLS (PEM) của trục nhúng mà bản cài đặt khác nối vào; đọc lại khi tệp thay đổi", false)
		add(&s.AxisKey, "axis-key", "", "tệp khóa riêng (PEM) của --axis-cert", false)
		add(&s.AxisCA, "axis-ca", "", "tệp chứng thư gốc (PEM) để kiểm tra bản cài đặt trung tâm hoặc trục ở --axis; «system»: các chứng thư gốc của hệ điều hành", false)
		add(&s.AxisPlaintext, "axis-plaintext", "off", "on: nối trục ra ngoài máy này không qua TLS, chỉ khi đã có đường hầm mã hóa; off: từ chối", false)
		add(&s.AxisReplicas, "axis-replicas", "1", "số bản của mỗi luồng trên cụm ở --axis: 3 khi cụm có ba máy chủ", false)
		add(&s.AxisMonitors, "axis-monitors", "", "địa chỉ theo dõi http://… của các máy chủ NATS ở --axis, cách nhau dấu phẩy: không khởi động nếu có máy chưa đặt sync_interval là always", false)
		add(&s.TSA, "tsa", "", "địa chỉ http(s) của dịch vụ cấp dấu thời gian (RFC 3161); bỏ trống: không xin dấu thời gian", false)
		add(&s.Evidence, "evidence", "on", "hỏi tình trạng chứng thư (OCSP, danh sách thu hồi) khi bảo quản và kiểm tra lại chữ ký: on hoặc off", false)
		add(&s.Backup, "backup", "", "thư mục giữ các bản sao lưu, nên nằm trên ổ đĩa khác; bỏ trống: không sao lưu", false)
		add(&s.BackupEvery, "backup-every", "24h", "khoảng cách giữa hai lần tự sao lưu, thí dụ 6h; 0: chỉ sao lưu khi được yêu cầu", false)
		add(&s.BackupKeep, "backup-keep", "14", "số bản sao lưu gần nhất được giữ", false)
		add(&s.MetricsListen, "metrics-listen", "", "HOST:PORT để Prometheus ở máy khác đọc /metrics, /healthz, /readyz (không qua TLS, chỉ mở trong mạng giám sát); bỏ trống: /metrics chỉ đọc được trên máy này", false)
		add(&s.Log, "log", "info", "mức nhật ký kỹ thuật: debug, info, warn, error", false)
	}
	return s
}

// shown is the value as it may be printed: also an address that should hold no password, but does by mistake, keeps it to itself.
func (k *setting) shown() string {
	u, err := url.Parse(*k.value)
	if *k.value != "" && (k.secret || err == nil && u.User != nil) {
		return "(đã đặt, không hiển thị)"
	}
	return *k.value
}

// config prints every setting with its meaning, value and origin; secrets are never shown. It also writes the reference and a sample of the service's file.
func config(_ context.Context, w *world, args []string) error {
	fs := flags(w, "config", "config [--explain] | config --markdown vi|en | config --env")
	all := fs.Bool("explain", false, "giải thích từng cấu hình, giá trị hiện tại và nguồn của nó")
	markdown := fs.String("markdown", "", "in bản tra cứu cấu hình dạng Markdown: vi hoặc en")
	sample := fs.Bool("env", false, "in tệp mẫu /etc/congvu/congvu.env, mỗi cấu hình một dòng có giải thích")
	s := newSettings(w, fs, true)
	if rest, err := parse(fs, args); err != nil {
		return err
	} else if len(rest) > 0 {
		return badUsage("config không nhận tham số nào ngoài tùy chọn")
	}
	switch {
	case *sample:
		printEnv(w.out)
		return nil
	case *markdown == "vi" || *markdown == "en":
		printReference(w.out, *markdown)
		return nil
	case *markdown != "":
		return badUsage("--markdown nhận vi hoặc en")
	}
	for _, k := range s.list {
		fmt.Fprintf(w.out, "--%-12s = %q\n", k.flag, k.shown())
		if *all {
			fmt.Fprintf(w.out, "    %s\n    Biến môi trường: %s. Nguồn hiện tại: %s.\n", k.meaning, k.env, k.from)
		}
	}
	return nil
}
