// Command congvu runs a city's public duty: the server, the demonstration, and the operator's and clerk's verbs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// verb is one word of the command line; each has a file of its own.
type verb struct {
	name, summary string
	run           func(ctx context.Context, w *world, args []string) error
}

// world is what a verb sees of the outside, so that stories can run it in process.
type world struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) string

	declared func(*flag.FlagSet) // hears of the options a verb takes, for the manual
}

func verbs() []verb {
	return []verb{
		{"demo", "chạy thử với một thành phố mẫu (dữ liệu nhúng)", demo},
		{"seed", "tạo một thành phố mẫu lớn: cả quý làm việc của 633 cơ quan, hoặc nhiều quý, nhiều thành phố", seed},
		{"serve", "chạy máy chủ", serve},
		{"broker", "chạy một máy chủ của cụm trục liên thông, khi nhiều bản của máy chủ dùng chung một cơ sở dữ liệu", broker},
		{"migrate", "nâng cấp bảng dữ liệu lên phiên bản của chương trình này", migrate},
		{"backup", "sao lưu toàn bộ bản cài đặt vào một thư mục, trong khi máy chủ vẫn chạy", backupVerb},
		{"restore", "khôi phục một bản sao lưu vào bản cài đặt trống, kiểm tra từng tệp", restoreVerb},
		{"drill", "diễn tập khôi phục: sao lưu, khôi phục vào nơi trống, kiểm tra, báo thời gian và phần thiếu", drillVerb},
		{"check-data", "khóa sổ: kiểm tra số, biên nhận, tệp, nhật ký, chữ ký có khớp nhau không", checkDataVerb},
		{"import", "nạp cơ quan, đơn vị, người từ tệp XLSX hoặc CSV", importTable},
		{"directory", "danh bạ cơ quan cả nước: đồng bộ từ danh mục, tìm, xem tình trạng", directoryVerb},
		{"user", "mở, khóa tài khoản, đặt lại mật khẩu, tạo quản trị viên đầu tiên", user},
		{"key", "liệt kê, nạp, gỡ khóa ký mà máy chủ giữ", keyVerb},
		{"signer", "giữ khóa ký trên thiết bị phần cứng (PKCS#11) và ký cho máy chủ", signerVerb},
		{"trust", "liệt kê, nạp, gỡ chứng thư gốc mà việc kiểm tra chữ ký dựa vào", trustVerb},
		{"token", "cấp, liệt kê, thu hồi mã truy cập API", token},
		{"verify", "kiểm tra chữ ký số của tệp PDF", verify},
		{"audit", "niêm phong nhật ký: kiểm tra toàn bộ, bên làm chứng, khóa", auditVerb},
		{"proof", "xuất và kiểm tra chứng cứ của một văn bản", proofVerb},
		{"edxml", "kiểm tra bản tin edXML: congvu edxml check FILE", checkEdxml},
		{"remote", "làm việc với máy chủ qua API: văn bản đến, đi, đăng ký, chuyển, ký", remote},
		{"sign-agent", "bộ mô phỏng chương trình ký số trên máy người dùng, để chạy thử", signAgent},
		{"gateway-sim", "bộ mô phỏng trục liên thông quốc gia và LGSP, để chạy thử", gatewaySim},
		{"bench", "đo hiệu năng và giới hạn của máy", bench},
		{"config", "giải thích cấu hình: congvu config -explain", config},
		{"health", "hỏi máy chủ đang chạy có sẵn sàng không, cho dịch vụ giám sát", health},
		{"manual", "in trang hướng dẫn lệnh và phần tự hoàn thành lệnh của bash", manualVerb},
		{"reindex", "lập lại chỉ mục tìm kiếm từ dữ liệu", reindex},
		{"transcribe", "tiến trình con của máy chủ: đọc chữ trên tệp", transcribe},
		{"version", "phiên bản chương trình", version},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	w := &world{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.Getenv}
	os.Exit(command(ctx, w, os.Args[1:]))
}

// command runs one verb and gives the exit code: 0 done, 1 refused or failed, 2 wrong usage, or what the verb defines.
func command(ctx context.Context, w *world, args []string) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		usage(w.out)
		return 0
	}
	for _, v := range verbs() {
		if v.name == args[0] {
			return exitCode(w, v.run(ctx, w, args[1:]))
		}
	}
	fmt.Fprintf(w.err, "congvu: không có lệnh %q. Gõ «congvu help» để xem các lệnh.\n", args[0])
	return 2
}

func usage(out io.Writer) {
	fmt.Fprint(out, "congvu – nền tảng công vụ của thành phố\n\nCách dùng: congvu LỆNH [tùy chọn]\n\n")
	for _, v := range verbs() {
		fmt.Fprintf(out, "  %-10s %s\n", v.name, v.summary)
	}
	fmt.Fprint(out, "\nMỗi lệnh có trợ giúp riêng: congvu LỆNH -h. Lệnh làm việc trên dữ liệu nhận --data THƯ_MỤC.\n")
}

// exit is an error that only sets the exit code: everything has been said.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// badUsage is a mistake in the command line; its text is for the person who typed it.
type badUsage string

func (b badUsage) Error() string { return string(b) }

func exitCode(w *world, err error) int {
	var code exit
	var wrong badUsage
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &wrong):
		fmt.Fprintln(w.err, "congvu: "+string(wrong))
		return 2
	}
	fmt.Fprintln(w.err, "congvu: "+explain(err))
	return 1
}

// flags makes the flag set of a verb; -h prints its usage line and its options.
func flags(w *world, name, line string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(w.err)
	fs.Usage = func() {
		fmt.Fprintf(w.err, "Cách dùng: congvu %s\n", line)
		fs.PrintDefaults()
	}
	if w.declared != nil {
		w.declared(fs)
	}
	return fs
}

// parse lets options stand before and after the arguments and gives the arguments.
func parse(fs *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		if err := fs.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, exit(2) // the flag set has said what is wrong
		}
		args = fs.Args()
		if len(args) == 0 {
			return rest, nil
		}
		if strings.HasPrefix(args[0], "-") && args[0] != "-" {
			continue
		}
		rest, args = append(rest, args[0]), args[1:]
	}
}
