package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"sync"

	"congvu/internal/keys"
	"congvu/internal/localsigner"
)

// signAgent runs the simulator of the local signing program: pages open its socket, and it signs with a key file. It is not the real program.
func signAgent(ctx context.Context, w *world, args []string) error {
	fs := flags(w, "sign-agent", "sign-agent --key TỆP --cert TỆP [--listen 127.0.0.1:8987] [--yes] [--fault X]")
	key := fs.String("key", "", "tệp khóa bí mật (PEM, PKCS#8)")
	cert := fs.String("cert", "", "tệp chứng thư số (PEM) của khóa đó, kèm chứng thư cấp trên")
	listen := fs.String("listen", localsigner.Address, "địa chỉ trên chính máy này")
	yes := fs.Bool("yes", false, "ký mà không hỏi từng lần")
	fault := fs.String("fault", "", "giả lập trục trặc: cancel, tamper, old hoặc broken")
	rest, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 || *key == "" || *cert == "" {
		return badUsage("cần --key TỆP và --cert TỆP")
	}
	p := &localsigner.Program{}
	if p.Key, err = readPrivate(*key); err != nil {
		return err
	}
	chain, err := readCertificates(*cert)
	if err != nil {
		return err
	}
	p.Certificate, p.Chain = chain[0], chain[1:]
	switch f := localsigner.Fault(*fault); f {
	case "":
	case localsigner.Cancels, localsigner.Tampers, localsigner.IsOld, localsigner.IsBroke:
		p.Fault = func() localsigner.Fault { return f }
	default:
		return badUsage("--fault là cancel, tamper, old hoặc broken")
	}
	if !*yes {
		p.Ask = asking(w)
	}
	own, err := localsigner.OwnCertificate()
	if err != nil {
		return err
	}
	return p.Listen(ctx, *listen, own, func(address string) { greetAgent(w, address, own, p) })
}

func greetAgent(w *world, address string, own tls.Certificate, p *localsigner.Program) {
	fmt.Fprintf(w.out, "BỘ MÔ PHỎNG chương trình ký số, không phải chương trình của Ban Cơ yếu Chính phủ.\nKý bằng chứng thư %s (%s).\n", p.Certificate.Subject.CommonName, keys.Fingerprint(p.Certificate))
	fmt.Fprintf(w.out, "Đang nghe ở wss://%s. Trình duyệt phải chấp nhận chứng thư của địa chỉ này trước: mở https://%s/ một lần.\n", address, address)
}

// asking asks at the terminal before each signature, one at a time.
func asking(w *world) func(ctx context.Context, operation string, r localsigner.Request) error {
	var one sync.Mutex
	in := bufio.NewReader(w.in)
	return func(_ context.Context, operation string, r localsigner.Request) error {
		one.Lock()
		defer one.Unlock()
		fmt.Fprintf(w.out, "Ký số (%s) tệp %s cho lượt ký %s? Gõ «co» để ký: ", operation, datum(r, "file"), r.SessionID)
		line, err := in.ReadString('\n')
		if answer := strings.ToLower(strings.TrimSpace(line)); err != nil || answer != "co" && answer != "có" {
			return errors.New("không đồng ý")
		}
		return nil
	}
}

func datum(r localsigner.Request, key string) string {
	for _, d := range r.MetaData {
		if d.Key == key {
			return d.Value
		}
	}
	return "–"
}
