package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	osuser "os/user"
	"strconv"
	"strings"

	"congvu/internal/signer"
	"congvu/internal/store"
)

// signerUsage is what -h says before the options.
const signerUsage = `Cách dùng: congvu signer --module THƯ_VIỆN.so --token NHÃN --pin-file TỆP --socket CỔNG [tùy chọn]
           congvu signer --check-log TỆP

Giữ khóa ký nằm trên thiết bị phần cứng (HSM, USB token; chuẩn PKCS#11) trong một tiến trình riêng và ký cho máy chủ qua
cổng nội bộ (Unix socket). Máy chủ dùng các khóa này khi chạy với: congvu serve --signer CỔNG. Khóa và mã PIN không rời
tiến trình này. Mỗi chữ ký được ghi một dòng vào nhật ký trước khi đưa ra, để đối chiếu với bộ đếm của thiết bị.

Mã PIN lấy từ tệp (chỉ chủ sở hữu đọc được) hoặc biến môi trường CONGVU_SIGNER_PIN, không bao giờ từ dòng lệnh.
Mã thoát: 3 khi thiết bị từ chối mã PIN (không nên tự chạy lại), 4 khi thư viện của thiết bị treo (nên tự chạy lại).

`

// What ends the process, told to whoever restarts it.
const (
	exitPIN  = 3 // restarting would try the PIN again
	exitHung = 4
)

type signerOptions struct {
	device                                           signer.Device
	pinFile, socket, log, certificates, users, check string
}

// signerVerb serves the keys of a token to the server, in a process of its own.
func signerVerb(ctx context.Context, w *world, args []string) error {
	o, err := signerFlags(w, args)
	if err != nil {
		return err
	}
	if o.check != "" {
		return checkLog(w, o.check)
	}
	if !signer.Built {
		return signer.ErrNotBuilt
	}
	if o.device.Module == "" || o.device.Token == "" || o.socket == "" {
		return badUsage("cần --module, --token và --socket; xem congvu signer -h")
	}
	return runSigner(ctx, w, o)
}

func signerFlags(w *world, args []string) (*signerOptions, error) {
	o := &signerOptions{}
	fs := flags(w, "signer", "")
	fs.Usage = func() {
		fmt.Fprint(w.err, signerUsage)
		fs.PrintDefaults()
	}
	fs.StringVar(&o.device.Module, "module", "", "tệp thư viện PKCS#11 của thiết bị, ví dụ /usr/lib/softhsm/libsofthsm2.so")
	fs.StringVar(&o.device.Token, "token", "", "nhãn của thiết bị (token label)")
	fs.StringVar(&o.pinFile, "pin-file", "", "tệp chứa mã PIN, quyền 600")
	fs.StringVar(&o.socket, "socket", "", "đường dẫn cổng nội bộ sẽ mở, ví dụ /run/congvu-signer/socket")
	fs.StringVar(&o.log, "log", "", "tệp nhật ký chữ ký, phải còn lại sau khi khởi động lại máy; bỏ trống: CỔNG.log")
	fs.StringVar(&o.certificates, "certificates", "", "thư mục chứng thư PEM cho khóa mà thiết bị không chứa chứng thư, và chứng thư trung gian")
	fs.StringVar(&o.users, "user", "", "tài khoản hệ điều hành khác được phép yêu cầu ký, cách nhau bằng dấu phẩy; bỏ trống: chỉ tài khoản này")
	fs.IntVar(&o.device.Sessions, "sessions", 8, "số phiên làm việc đồng thời với thiết bị, từ 1 đến 64")
	fs.BoolVar(&o.device.PINAgain, "pin-again", false, "đã kiểm tra lại mã PIN: cho thử thêm một lần")
	fs.StringVar(&o.check, "check-log", "", "kiểm tra một tệp nhật ký chữ ký: đếm chữ ký, phát hiện dòng bị sửa hay bị bỏ")
	rest, err := parse(fs, args)
	if err == nil && len(rest) > 0 {
		err = badUsage("signer không nhận tham số nào ngoài tùy chọn")
	}
	if err == nil && (o.device.Sessions < 1 || o.device.Sessions > 64) {
		err = badUsage("--sessions nhận từ 1 đến 64")
	}
	return o, err
}

func runSigner(ctx context.Context, w *world, o *signerOptions) error {
	notes := slog.New(slog.NewJSONHandler(w.err, nil))
	if err := signer.Seclude(); err != nil {
		return fmt.Errorf("không tách được bộ nhớ của tiến trình: %w", err)
	}
	others, err := accounts(o.users)
	if err == nil {
		err = o.takePIN(w)
	}
	if err == nil && o.certificates != "" {
		o.device.Certificates, err = signer.Certificates(o.certificates)
	}
	if err != nil {
		return err
	}
	logFile := cmp.Or(o.log, o.socket+".log")
	o.device.Mark = logFile + ".pin-refused"
	o.device.Hung = func(what string) {
		notes.Error("the library does not return", "call", what)
		os.Exit(exitHung)
	}
	token, err := signer.OpenDevice(o.device)
	if errors.Is(err, signer.ErrPIN) || errors.Is(err, signer.ErrPINLocked) || errors.Is(err, signer.ErrPINRetry) || errors.Is(err, signer.ErrPINLast) {
		fmt.Fprintln(w.err, "congvu: "+explain(err))
		return exit(exitPIN)
	}
	if err != nil {
		return err
	}
	log, err := signer.OpenLog(logFile, token.Describe())
	if err != nil {
		return err
	}
	defer log.Close()
	listener, err := signer.Listen(o.socket, len(others) > 0)
	if err != nil {
		return err
	}
	defer listener.Close()
	if err := greetSigner(w.out, token, log, o.socket, logFile); err != nil {
		return err
	}
	guard := &signer.Guard{Token: token, Log: log, Users: others, Notes: notes}
	return guard.Serve(ctx, listener)
}

// takePIN takes the PIN out of the environment, too, so that nothing started from here inherits it.
func (o *signerOptions) takePIN(w *world) (err error) {
	const name = "CONGVU_SIGNER_PIN"
	fromEnv := w.env(name)
	if err := os.Unsetenv(name); err != nil {
		return err
	}
	if o.pinFile != "" {
		o.device.PIN, o.device.PINSince, err = signer.ReadPIN(o.pinFile)
		return err
	}
	if fromEnv == "" {
		return nil // a token with a keypad needs none; any other says so
	}
	if o.device.PIN = signer.CleanPIN([]byte(fromEnv)); o.device.PIN == nil {
		return signer.ErrNoPIN
	}
	return nil
}

// accounts reads names or numbers of accounts.
func accounts(list string) (out []int, err error) {
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		if u, err := osuser.Lookup(name); err == nil {
			name = u.Uid
		}
		id, err := strconv.Atoi(name)
		if err != nil || id < 0 {
			return nil, badUsage("không có tài khoản hệ điều hành " + name)
		}
		out = append(out, id)
	}
	return out, nil
}

func greetSigner(out io.Writer, token signer.Token, log *signer.Log, socket, logFile string) error {
	all, err := token.Keys()
	if err != nil {
		return err
	}
	d := token.Describe()
	fmt.Fprintf(out, "Thiết bị %s (số sê-ri %s) đã mở, %d khóa ký:\n", d.Label, d.Serial, len(all))
	v := signer.Inventory{Keys: all}
	for i, k := range all {
		who := "chưa có chứng thư (thêm vào thiết bị hoặc thư mục --certificates)"
		if len(k.Certificates) > 0 {
			c := k.Certificates[0]
			who = c.Subject.CommonName + ", hết hạn " + c.NotAfter.Format("02/01/2006")
		}
		fmt.Fprintf(out, "  %-24s %-5s %s\n", v.Name(i), k.Kind, who)
	}
	fmt.Fprintf(out, "Nhật ký chữ ký: %s, đã ghi %d chữ ký.\nSẵn sàng tại %s\n", logFile, log.Count(), socket)
	return nil
}

func checkLog(w *world, file string) error {
	sum, err := signer.CheckLog(file)
	var opening *fs.PathError
	if errors.As(err, &opening) {
		return store.Because(store.Refuse(store.NotFound, "Không mở được tệp {name}.", "name", file), err)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(w.out, "Nhật ký nguyên vẹn: %d chữ ký, %d lần khởi động, %d lần ghi dở.\n", sum.Signatures, sum.Starts, sum.Cuts)
	for _, k := range sum.Keys() {
		fmt.Fprintf(w.out, "  %-48s %d\n", k, sum.PerKey[k])
	}
	fmt.Fprintf(w.out, "Dấu của dòng cuối: %s (ghi lại nơi khác để sau này biết không dòng nào bị cắt khỏi cuối tệp)\n", sum.Last)
	return nil
}
