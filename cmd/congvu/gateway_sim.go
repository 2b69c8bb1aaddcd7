package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"congvu/internal/gateway"
	"congvu/internal/store"
)

// gatewaySim runs a simulated national exchange and a simulated provincial bus in one server, with partner agencies that answer what they get. It is not
// the real exchange: nothing leaves this machine.
func gatewaySim(ctx context.Context, w *world, args []string) error {
	fs := flags(w, "gateway-sim", "gateway-sim --agency MÃ=TÊN … [--partner MÃ=TÊN …] [--listen 127.0.0.1:0] [--faults JSON]")
	listen := fs.String("listen", "127.0.0.1:0", "địa chỉ trên chính máy này")
	secret := fs.String("secret", "", "khóa bí mật chung của mọi hệ thống; để trống thì tự sinh")
	every := fs.Duration("every", 2*time.Second, "cơ quan đối tác xem hộp văn bản sau mỗi khoảng này")
	after := fs.Duration("after", 2*time.Second, "khoảng cách giữa các trạng thái mà đối tác trả lời")
	refuse := fs.Bool("refuse", false, "đối tác từ chối tiếp nhận (02) thay vì 01, 03, 05, 06")
	decline := fs.Bool("decline", false, "đối tác từ chối yêu cầu cập nhật, lấy lại (16) thay vì đồng ý (15)")
	faults := fs.String("faults", "", `giả lập trục trặc, ví dụ {"cutSend":1,"error500":2,"asText":true}`)
	letter := fs.String("letter", "", "tệp PDF mà mỗi đối tác gửi tới mỗi cơ quan khi bắt đầu")
	units := fs.Int("units", 0, "thêm chừng này cơ quan mô phỏng vào danh bạ")
	ours, theirs := unitFlag(fs, "agency", "mã và tên cơ quan dùng hệ thống này, có thể lặp lại"), unitFlag(fs, "partner", "mã và tên cơ quan đối tác tự trả lời, có thể lặp lại")
	rest, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 || len(*ours) == 0 {
		return badUsage("cần ít nhất một --agency MÃ=TÊN")
	}
	if *units < 0 || *units > 200_000 || *every <= 0 || *after < 0 {
		return badUsage("--units từ 0 đến 200000, --every và --after là khoảng thời gian dương")
	}
	if len(*theirs) == 0 {
		*theirs = []gateway.Unit{{Code: "000.00.00.G22", Name: "Văn phòng Chính phủ (mô phỏng)", IsAgency: true}}
	}
	var order gateway.Faults
	if d := json.NewDecoder(strings.NewReader(*faults)); *faults != "" {
		if d.DisallowUnknownFields(); d.Decode(&order) != nil {
			return badUsage("--faults nhận JSON, ví dụ {\"cutSend\":1}")
		}
	}
	var pdf []byte
	if *letter != "" {
		if pdf, err = os.ReadFile(*letter); err != nil {
			return store.Because(store.Refuse(store.NotFound, "Không mở được tệp {name}.", "name", *letter), err)
		}
	}
	systems := map[string]gateway.System{}
	var all []gateway.System
	for i, u := range append(append([]gateway.Unit{}, *ours...), *theirs...) {
		s := gateway.System{ID: fmt.Sprintf("he-thong-%d", i+1), Secret: *secret, Agency: u.Code}
		if s.Secret == "" {
			s.Secret = strings.ToLower(rand.Text())
		}
		if _, twice := systems[u.Code]; twice {
			return badUsage("mã " + u.Code + " được khai hai lần")
		}
		systems[u.Code], all = s, append(all, s)
	}
	sim := gateway.NewSimulator(simulatedDirectory(append(append([]gateway.Unit{}, *ours...), *theirs...), *units), all...)
	sim.Order(order)
	key := strings.ToLower(rand.Text())
	mux := http.NewServeMux()
	mux.Handle("/simulator/", http.StripPrefix("/simulator", sim.Desk(key)))
	mux.Handle("/", sim)
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	address := "http://" + l.Addr().String()
	greetGateway(w, address, key, *ours, *theirs, systems)
	var partners []*partner
	var speaking sync.Mutex
	for _, u := range *theirs {
		s := systems[u.Code]
		link, err := gateway.Open(gateway.Config{Channel: gateway.National, Endpoint: address, SystemID: s.ID, Secret: s.Secret, From: s.Agency})
		if err != nil {
			_ = l.Close()
			return badUsage("--listen nhận địa chỉ trên chính máy này, ví dụ 127.0.0.1:0")
		}
		partners = append(partners, &partner{code: u.Code, name: u.Name, link: link, now: time.Now, after: *after, refuse: *refuse, decline: *decline,
			say: func(format string, args ...any) {
				speaking.Lock()
				defer speaking.Unlock()
				fmt.Fprintf(w.out, format, args...)
			}})
	}
	return serveGateway(ctx, l, mux, partners, *every, func(p *partner) error {
		if pdf == nil {
			return nil
		}
		for _, u := range *ours {
			if err := p.letter(ctx, u, filepath.Base(*letter), pdf); err != nil {
				return err
			}
		}
		return nil
	})
}

// serveGateway serves until the context ends; partners look into their boxes meanwhile.
func serveGateway(ctx context.Context, l net.Listener, h http.Handler, partners []*partner, every time.Duration, first func(*partner) error) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 30 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	var work sync.WaitGroup
	for _, p := range partners {
		work.Go(func() {
			if err := first(p); err != nil {
				p.say("%s không gửi được văn bản: %v\n", p.code, err)
			}
			for tick := time.NewTicker(every); ; {
				if err := p.turn(ctx); err != nil && ctx.Err() == nil {
					p.say("%s chưa làm việc được với trục: %v\n", p.code, err)
				}
				select {
				case <-ctx.Done():
					tick.Stop()
					return
				case <-tick.C:
				}
			}
		})
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-served:
	}
	_ = server.Close()
	work.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func greetGateway(w *world, address, key string, ours, theirs []gateway.Unit, systems map[string]gateway.System) {
	fmt.Fprintf(w.out, "BỘ MÔ PHỎNG trục liên thông văn bản quốc gia và trục của tỉnh (LGSP), không phải trục thật. Không gì rời khỏi máy này.\n")
	fmt.Fprintf(w.out, "Địa chỉ (cả hai trục): %s\n", address)
	for _, u := range ours {
		fmt.Fprintf(w.out, "Cơ quan %s %s: hệ thống %s, khóa %s\n", u.Code, u.Name, systems[u.Code].ID, systems[u.Code].Secret)
	}
	for _, u := range theirs {
		fmt.Fprintf(w.out, "Đối tác %s %s: hệ thống %s, khóa %s\n", u.Code, u.Name, systems[u.Code].ID, systems[u.Code].Secret)
	}
	fmt.Fprintf(w.out, "Bàn điều khiển: GET %[1]s/simulator/state, POST %[1]s/simulator/faults, POST %[1]s/simulator/lock?agency=MÃ với tiêu đề X-Simulator-Key: %[2]s\n", address, key)
}

// unitFlag collects repeated MÃ=TÊN.
func unitFlag(fs *flag.FlagSet, name, usage string) *[]gateway.Unit {
	var units []gateway.Unit
	fs.Func(name, usage, func(s string) error {
		code, title, ok := strings.Cut(s, "=")
		if code, title = strings.TrimSpace(code), strings.TrimSpace(title); !ok || code == "" || title == "" || len(code) > 35 {
			return errors.New("cần MÃ=TÊN")
		}
		units = append(units, gateway.Unit{Code: code, Name: title, IsAgency: true})
		return nil
	})
	return &units
}

// simulatedDirectory numbers the named units and adds as many as wanted, a technical node among every 700 as in the real one (X20.4).
func simulatedDirectory(named []gateway.Unit, more int) []gateway.Unit {
	day := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	out := make([]gateway.Unit, 0, len(named)+more)
	for i := range cap(out) {
		u := gateway.Unit{Code: fmt.Sprintf("%03d.%02d.%02d.H%02d", i%1000, i/1000%100, i/100_000, 10+i%54), Name: fmt.Sprintf("Cơ quan mô phỏng số %d", i), IsAgency: true}
		if i%700 == 699 {
			u.Code, u.IsAgency = strings.Replace(u.Code, ".H", ".W00.H", 1), false
		}
		if i < len(named) {
			u = named[i]
		}
		u.ID, u.Version, u.CenterCode, u.ModifiedAt = fmt.Sprint(i+1), "1", "MP", day
		if i > len(named) { // the made-up ones stand below the first of them
			u.ParentID = fmt.Sprint(len(named) + 1)
		}
		out = append(out, u)
	}
	return out
}
