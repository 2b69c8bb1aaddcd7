package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
)

// english says every setting in English, for the reference that operators abroad read; the Vietnamese stands where the setting is declared.
var english = map[string]string{
	"data":    "folder that holds all data: SQLite, files, JetStream, keys",
	"db":      "PostgreSQL address postgres://…; empty: SQLite in --data",
	"blobs":   "where files are kept: s3://bucket?endpoint=…; empty: the folder files in --data",
	"trust":   "folder of trusted root certificates; empty: the folder trust in --data",
	"signer":  "path of the socket of `congvu signer` (signing keys on hardware); empty: only keys in --data",
	"addr":    "address to listen at, HOST:PORT",
	"log":     "level of the technical log: debug, info, warn, error",
	"backup":  "folder that holds the backups, best on another disk; empty: no backups",
	"tsa":     "http(s) address of the time-stamping service (RFC 3161); empty: no time stamps are asked for",
	"axis":    "exchange axis: empty = embedded; nats://… = the city's brokers",
	"axis-ca": "root certificates (PEM) by which the hub or the brokers at --axis are checked; \"system\": those of the operating system",

	"public-url":     "public address https://… when the server runs behind a proxy",
	"proxies":        "addresses or networks (CIDR) of proxies on other machines, separated by commas: only they are believed when they name the user's address (X-Forwarded-For); empty: only a proxy on this machine",
	"metrics-listen": "HOST:PORT where a Prometheus on another host reads /metrics, /healthz, /readyz (no TLS: open it inside the monitoring network only); empty: /metrics is readable on this machine only",
	"axis-listen":    "HOST:PORT where other installations connect to this embedded axis",
	"axis-peers":     "JSON file of the installations that may connect: name, password, codes of agencies",
	"axis-hub":       "nats://HOST:PORT of the central installation that this one connects to",
	"axis-password":  "password for the central installation (set it by environment variable only)",
	"axis-cert":      "TLS certificate (PEM) of the embedded axis that other installations connect to; read again when the file changes",
	"axis-key":       "private key (PEM) of --axis-cert",
	"axis-plaintext": "on: connect the axis beyond this machine without TLS, only inside an encrypted tunnel; off: refuse",
	"axis-replicas":  "copies of each stream on the cluster at --axis: 3 where the cluster has three brokers",
	"axis-monitors":  "monitoring addresses http://… of the NATS servers at --axis, separated by commas: do not start while one of them does not run with sync_interval always",
	"evidence":       "ask for the status of certificates (OCSP, revocation lists) when signatures are preserved and checked again: on or off",
	"outside":        "folder that keeps the checkpoint of the sealed journal and the last numbers of registers, best on another disk; empty: the folder audit in --data",
	"backup-every":   "time between two automatic backups, for example 6h; 0: only when asked",
	"backup-keep":    "how many of the latest backups are kept",
}

// besides are environment variables that are no settings of the server: secrets that never stand on a command line, and the Go runtime's own.
var besides = []struct{ name, vi, en string }{
	{"CONGVU_S3_ACCESS_KEY", "khóa truy cập kho S3 ở --blobs, khi địa chỉ không nêu tệp keys", "access key of the bucket at --blobs, when the address names no file of keys"},
	{"CONGVU_S3_SECRET_KEY", "khóa bí mật của kho S3 ở --blobs", "secret key of the bucket at --blobs"},
	{"CONGVU_BROKER_PASSWORD", "mật khẩu của cụm trục liên thông, cho congvu broker", "password of the cluster of brokers, for congvu broker"},
	{"CONGVU_SIGNER_PIN", "mã PIN của thiết bị, cho congvu signer; nên dùng --pin-file", "PIN of the device, for congvu signer; --pin-file is better"},
	{"CONGVU_SERVER", "địa chỉ máy chủ cho congvu remote", "address of the server for congvu remote"},
	{"CONGVU_TOKEN", "mã truy cập API cho congvu remote", "API token for congvu remote"},
	{"CONGVU_TOKEN_FILE", "tệp chứa mã truy cập API cho congvu remote", "file with the API token for congvu remote"},
	{"CONGVU_PASSWORD", "mật khẩu cho congvu remote login và confirm", "password for congvu remote login and confirm"},
	{"GOMEMLIMIT", "mức bộ nhớ mà từ đó máy chủ dọn bộ nhớ thường xuyên hơn; bỏ trống: 128 MB, tự nâng theo phần đang dùng", "memory above which the server collects its garbage more often; empty: 128 MB, raised with what is in use"},
}

// reference lists every setting with its default, as no environment changes it.
func reference() []*setting {
	w := &world{env: func(string) string { return "" }}
	return newSettings(w, flag.NewFlagSet("", flag.ContinueOnError), true).list
}

// serving lists the settings that only a server takes; the others belong to every verb that works on the data.
func serving() map[string]bool {
	local := newSettings(&world{env: func(string) string { return "" }}, flag.NewFlagSet("", flag.ContinueOnError), false).list
	out := map[string]bool{}
	for _, k := range reference() {
		out[k.flag] = !slices.ContainsFunc(local, func(l *setting) bool { return l.flag == k.flag })
	}
	return out
}

// printReference writes the whole list as a page of documentation.
func printReference(out io.Writer, lang string) {
	say := func(vi, en string) string {
		if lang == "en" {
			return en
		}
		return vi
	}
	quoted := strings.NewReplacer("«", "`", "»", "`") // «…» stands for words of the screen in guides
	fmt.Fprintf(out, "# %s\n\n", say("Tra cứu cấu hình", "Configuration reference"))
	fmt.Fprintf(out, "<!-- %s -->\n\n", say("Trang này do `congvu config --markdown vi` in ra, không sửa tay.", "This page is printed by `congvu config --markdown en`; do not edit it."))
	fmt.Fprintln(out, say("Mỗi cấu hình là một tùy chọn trên dòng lệnh và một biến môi trường cùng tên; dòng lệnh được ưu tiên. Giá trị trống là mặc định an toàn. Xem giá trị đang dùng và nguồn của nó: `congvu config --explain`. Tệp mẫu cho dịch vụ: `congvu config --env`.",
		"Every setting is an option of the command line and an environment variable of the same name; the command line wins. An empty value is a safe default. Values in use and where they come from: `congvu config --explain`. A sample file for the service: `congvu config --env`."))
	only := serving()
	for _, k := range reference() {
		fmt.Fprintf(out, "\n## --%s\n\n%s.\n\n", k.flag, quoted.Replace(say(upper(k.meaning), upper(english[k.flag]))))
		fmt.Fprintf(out, "- %s: `%s`\n", say("Biến môi trường", "Environment variable"), k.env)
		fmt.Fprintf(out, "- %s: %s\n", say("Mặc định", "Default"), code(k.fallback, say("trống", "empty")))
		if k.secret {
			fmt.Fprintf(out, "- %s\n", say("Có thể chứa bí mật: đặt bằng biến môi trường, không đặt trên dòng lệnh; không bao giờ được in ra", "May hold a secret: set it by environment variable, not on the command line; it is never printed"))
		}
		who := say("mọi lệnh làm việc trên dữ liệu, và `congvu serve`, `congvu demo`", "every verb that works on the data, and `congvu serve`, `congvu demo`")
		if only[k.flag] {
			who = "`congvu serve`, `congvu demo`"
		}
		fmt.Fprintf(out, "- %s: %s\n", say("Lệnh nhận", "Taken by"), who)
	}
	fmt.Fprintf(out, "\n## %s\n\n| %s | %s |\n|---|---|\n", say("Biến môi trường khác", "Other environment variables"), say("Biến", "Variable"), say("Ý nghĩa", "Meaning"))
	for _, v := range besides {
		fmt.Fprintf(out, "| `%s` | %s |\n", v.name, say(upper(v.vi), upper(v.en)))
	}
}

func code(s, empty string) string {
	if s == "" {
		return empty
	}
	return "`" + s + "`"
}

func upper(s string) string {
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}

// printEnv writes the file the service reads (systemd's EnvironmentFile): every setting that serve takes, commented out at its default.
func printEnv(out io.Writer) {
	fmt.Fprint(out, "# Cấu hình của dịch vụ congvu; mỗi dòng một biến, bỏ dấu # ở đầu dòng để đặt. Áp dụng sau: systemctl restart congvu\n"+
		"# Settings of the congvu service; remove the # of a line to set it. In effect after: systemctl restart congvu\n"+
		"# Tệp này có thể chứa bí mật: quyền 0640, chủ root, nhóm congvu.\n")
	for _, k := range reference() {
		value := map[string]string{"data": "/var/lib/congvu", "signer": "/run/congvu-signer/socket", "backup": "/var/backups/congvu", "public-url": "https://congvu.example.gov.vn",
			"db": "postgres:///congvu?host=/run/postgresql&user=congvu"}[k.flag]
		fmt.Fprintf(out, "\n# %s\n# %s\n#%s=%s\n", upper(k.meaning), upper(english[k.flag]), k.env, cmp.Or(value, k.fallback))
	}
	for _, v := range besides {
		if strings.HasPrefix(v.name, "CONGVU_S3") || v.name == "GOMEMLIMIT" {
			fmt.Fprintf(out, "\n# %s\n# %s\n#%s=\n", upper(v.vi), upper(v.en), v.name)
		}
	}
}
