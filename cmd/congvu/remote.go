package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"congvu/internal/client"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// far is a verb of `congvu remote`: what it needs, and what it does over the API.
type far struct {
	name, line, summary string
	run                 func(ctx context.Context, r *remoteCall) error
}

// remoteCall is one remote verb under way.
type remoteCall struct {
	*world
	*client.Client
	fs   *flag.FlagSet
	args []string // what stands beside the options
	json bool
	o    remoteOptions

	books   bookOptions
	dossier dossierOptions
	reorg   reorgOptions
	channel channelOptions
}

// remoteOptions are the options of all remote verbs; each verb declares those it takes.
type remoteOptions struct {
	tab, q, note, reason, ground, lead, due, opinion, result, capacity, file, to, out, register string
	twin, twinOf, verdict, reply, text, passwordFile, key, cert, basis, kind, person            string
	with, inform, byRule, scope, whom, cursor                                                   string
	consent, paper, all, shared                                                                 bool
}

// remote works with a server over the API, so that scripts and clerks can do without pages.
func remote(ctx context.Context, w *world, args []string) error {
	if len(args) == 0 || args[0] == "-h" || args[0] == "--help" {
		remoteUsage(w.out)
		return nil
	}
	for _, v := range fars() {
		if v.name == args[0] {
			return remoteVerb(ctx, w, v, args[1:])
		}
	}
	return badUsage(fmt.Sprintf("không có lệnh remote %q; gõ «congvu remote -h» để xem các lệnh", args[0]))
}

func remoteUsage(out io.Writer) {
	fmt.Fprint(out, "Cách dùng: congvu remote LỆNH [tùy chọn]\n\n")
	for _, v := range fars() {
		fmt.Fprintf(out, "  %-44s %s\n", v.line, v.summary)
	}
	fmt.Fprint(out, "\nMọi lệnh nhận --server URL (hoặc biến CONGVU_SERVER), --token-file TỆP (hoặc biến CONGVU_TOKEN), --post VỊ_TRÍ, --json.\n"+
		"Mã truy cập không bao giờ đứng trên dòng lệnh. REF là incoming/SỐ hoặc outgoing/SỐ; có thể chỉ ghi số.\n")
}

func remoteVerb(ctx context.Context, w *world, v far, args []string) error {
	r := &remoteCall{world: w, Client: &client.Client{Agent: "congvu-remote"}, fs: flags(w, "remote "+v.name, "remote "+v.line)}
	server := r.fs.String("server", w.env("CONGVU_SERVER"), "địa chỉ máy chủ, ví dụ https://congvu.example.vn (hoặc biến CONGVU_SERVER)")
	tokenFile := r.fs.String("token-file", w.env("CONGVU_TOKEN_FILE"), "tệp chứa mã truy cập; bỏ trống: biến CONGVU_TOKEN")
	post := r.fs.String("post", "", "mã vị trí dùng cho lệnh này")
	r.fs.BoolVar(&r.json, "json", false, "in kết quả dạng JSON")
	r.options(v.line)
	r.bookFlags(v.line)
	r.dossierFlags(v.line)
	r.reorgFlags(v.line)
	r.channelFlags(v.line)
	var err error
	if r.args, err = parse(r.fs, args); err != nil {
		return err
	}
	if *server == "" {
		return badUsage("cần địa chỉ máy chủ: --server URL hoặc biến CONGVU_SERVER")
	}
	if *post != "" {
		if r.Post, err = client.ParseID(*post); err != nil {
			return badUsage("--post là mã vị trí, xem bằng lệnh congvu remote me")
		}
	}
	r.Server = *server
	if v.name != "login" {
		if r.Token, err = readToken(w, *tokenFile); err != nil {
			return err
		}
	}
	return toConfirm(v.run(ctx, r))
}

// toConfirm adds to the refusal of an act that needs a confirmed person what to do next at this door.
func toConfirm(err error) error {
	var p *client.Problem
	if errors.As(err, &p) && p.Type == client.KindUnconfirmed {
		return store.Because(store.Refuse(store.Unconfirmed, "Cần xác nhận lại bằng mật khẩu trước: congvu remote confirm, rồi gõ lại lệnh này. Chưa có gì thay đổi."), err)
	}
	return err
}

// options declares the options that the usage line of a verb names.
func (r *remoteCall) options(line string) {
	for _, s := range []struct {
		into          *string
		name, meaning string
	}{
		{&r.o.tab, "tab", "danh sách: all, arrivals, to_do, …"}, {&r.o.q, "q", "từ cần tìm"}, {&r.o.note, "note", "ghi chú"},
		{&r.o.reason, "reason", "lý do"}, {&r.o.ground, "ground", "wrong_addressee, bad_signature, broken_integrity hoặc other"},
		{&r.o.lead, "lead", "nơi chủ trì: unit/MÃ hoặc post/MÃ"}, {&r.o.due, "due", "hạn: năm-tháng-ngày, hoặc 3d là ba ngày làm việc"},
		{&r.o.opinion, "opinion", "ý kiến chỉ đạo"}, {&r.o.result, "result", "kết quả xử lý"}, {&r.o.capacity, "capacity", "thẩm quyền ký: TM, Q, KT, TL, TUQ"},
		{&r.o.file, "file", "tệp PDF dùng làm văn bản chính"}, {&r.o.to, "to", "mã vị trí nhận"}, {&r.o.out, "out", "tệp ghi ra; bỏ trống: tên do máy chủ đề nghị; - là màn hình"},
		{&r.o.register, "register", "mã sổ đăng ký"}, {&r.o.twin, "twin", "văn bản trùng: register_anyway, link hoặc stop"},
		{&r.o.twinOf, "twin-of", "văn bản đã có mà văn bản này trùng, khi liên kết"}, {&r.o.reply, "reply", "văn bản đi trả lời: outgoing/SỐ; khi soạn thảo: văn bản đến được trả lời, incoming/SỐ"}, {&r.o.text, "text", "nội dung ý kiến"},
		{&r.o.passwordFile, "password-file", "tệp chứa mật khẩu; bỏ trống: biến CONGVU_PASSWORD, rồi đến đầu vào chuẩn"},
		{&r.o.key, "key", "tệp khóa bí mật (PEM, PKCS#8) của người ký: ký tại máy này, khóa không gửi đi"}, {&r.o.cert, "cert", "tệp chứng thư số (PEM) của khóa đó, kèm chứng thư cấp trên"},
		{&r.o.verdict, "verdict-reason", "lý do đăng ký dù chữ ký số không đạt"},
		{&r.o.with, "with", "nơi phối hợp: unit/MÃ, post/MÃ, cách nhau bằng dấu phẩy"}, {&r.o.inform, "inform", "nơi nhận để biết: unit/MÃ, post/MÃ, cách nhau bằng dấu phẩy"},
		{&r.o.byRule, "by-rule", "quy định của quy chế làm việc cho phép văn thư chuyển thẳng"}, {&r.o.scope, "scope", "sight (xem), prepare (chuẩn bị ý kiến) hoặc direct (ghi ý kiến chỉ đạo thay)"},
		{&r.o.whom, "for", "mã vị trí được làm thay"}, {&r.o.cursor, "cursor", "con trỏ trang sau, in ở cuối trang trước"},
		{&r.o.person, "person", "mã người: person/SỐ"},
		{&r.o.basis, "basis", "văn bản làm căn cứ thu hồi"}, {&r.o.kind, "kind", "replace (thay thế), amend (sửa đổi) hoặc correct (đính chính)"},
	} {
		if takes(line, s.name) {
			r.fs.StringVar(s.into, s.name, "", s.meaning)
		}
	}
	if takes(line, "paper") {
		r.fs.BoolVar(&r.o.paper, "paper", false, "đã nhận cả bản giấy")
	}
	if takes(line, "all") {
		r.fs.BoolVar(&r.o.all, "all", false, "tất cả, cả những gì không dùng hôm nay")
	}
	if takes(line, "shared") {
		r.fs.BoolVar(&r.o.shared, "shared", false, "cho cả đơn vị cùng dùng")
	}
	if takes(line, "consent") {
		r.fs.BoolVar(&r.o.consent, "consent", false, "xác nhận người ký đã đọc đúng bản sẽ ký và đồng ý ký")
	}
}

// takes tells whether a usage line names an option; --twin-of is not --twin.
func takes(line, name string) bool {
	for _, word := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" []|", r) }) {
		if word == "--"+name {
			return true
		}
	}
	return false
}

// readToken takes the token from a file or the environment, never from the command line, where every process of the machine could read it.
func readToken(w *world, file string) (string, error) {
	token := w.env("CONGVU_TOKEN")
	if file != "" {
		b, err := readBounded(file, 4096)
		if err != nil {
			return "", err
		}
		token = string(b)
	}
	if token = strings.TrimSpace(token); token == "" {
		return "", badUsage("cần mã truy cập: --token-file TỆP hoặc biến CONGVU_TOKEN (xin quản trị cấp, hoặc congvu remote login)")
	}
	return token, nil
}

// show prints a value as JSON when that was asked for; otherwise human prints it for people.
func (r *remoteCall) show(v any, human func(out io.Writer)) error {
	if !r.json {
		human(r.out)
		return nil
	}
	enc := json.NewEncoder(r.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// ref reads the first argument as incoming/ID, outgoing/ID or the ID alone.
func (r *remoteCall) ref(kind string) (client.ID, error) {
	if len(r.args) != 1 {
		return 0, badUsage("cần đúng một văn bản: " + kind + "/SỐ")
	}
	return idOf(r.args[0], kind)
}

func idOf(text, kind string) (client.ID, error) {
	id, err := client.ParseID(strings.TrimPrefix(text, kind+"/"))
	if err != nil {
		return 0, badUsage(fmt.Sprintf("%q không phải là %s/SỐ", text, kind))
	}
	return id, nil
}

// remoteLogin opens a session and writes its token to a file that only its owner reads. The password is read from the input, not from the command line.
func remoteLogin(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 1 || r.o.out == "" {
		return badUsage("cần tên đăng nhập và nơi ghi mã phiên: congvu remote login TÊN --out TỆP (mật khẩu đọc từ đầu vào chuẩn)")
	}
	password, err := r.askPassword()
	if err != nil {
		return err
	}
	s, err := r.SignIn(ctx, r.args[0], password)
	if err != nil {
		return err
	}
	if err := os.Remove(r.o.out); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.WriteFile(r.o.out, []byte(s.Token+"\n"), 0o600); err != nil {
		return store.Because(store.Refuse(store.Invalid, "Không ghi được tệp {name}.", "name", r.o.out), err)
	}
	fmt.Fprintf(r.world.out, "Đã đăng nhập: %s. Mã phiên ở %s, hết hạn %s.\n", s.PersonName, r.o.out, i18n.DateTime(s.ExpiresAt))
	return nil
}

// askPassword reads a password from the input; it never stands on the command line.
func (r *remoteCall) askPassword() (string, error) {
	fmt.Fprint(r.err, "Mật khẩu: ")
	line, err := bufio.NewReader(io.LimitReader(r.in, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// remoteConfirm proves that it is still the person himself who holds the token, for the acts that bind the office.
func remoteConfirm(ctx context.Context, r *remoteCall) error {
	password := r.env("CONGVU_PASSWORD")
	var err error
	if r.o.passwordFile != "" {
		b, bad := readBounded(r.o.passwordFile, 4096)
		password, err = strings.TrimRight(string(b), "\r\n"), bad
	} else if password == "" {
		password, err = r.askPassword()
	}
	if err != nil {
		return err
	}
	c, err := r.Confirm(ctx, password)
	if err != nil {
		return err
	}
	return r.show(c, func(out io.Writer) {
		if c.Once {
			fmt.Fprintln(out, "Đã xác nhận. Xác nhận này chỉ dùng được cho lệnh kế tiếp.")
			return
		}
		fmt.Fprintf(out, "Đã xác nhận. Đến %s các lệnh ký số và phát hành không cần xác nhận lại.\n", i18n.DateTime(c.Until))
	})
}
