package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"
)

// A measurement is one line of the scoreboard.
type measurement struct {
	Name    string        `json:"name"`
	Note    string        `json:"note,omitempty"`
	N       int           `json:"n"`
	Seconds float64       `json:"seconds"`
	Rate    float64       `json:"per_second"`
	P50     time.Duration `json:"p50_ns"`
	P95     time.Duration `json:"p95_ns"`
	P99     time.Duration `json:"p99_ns"`
	Max     time.Duration `json:"max_ns"`
	Errors  int           `json:"errors"`
	Peak    int64         `json:"peak_bytes,omitempty"` // resident memory of a server
}

// summed makes a measurement of the times of single acts done within a span.
func summed(name, note string, times []time.Duration, span time.Duration, errors int) measurement {
	m := measurement{Name: name, Note: note, N: len(times), Seconds: span.Seconds(), Errors: errors}
	if len(times) == 0 {
		return m
	}
	slices.Sort(times)
	at := func(q float64) time.Duration { return times[min(int(q*float64(len(times))), len(times)-1)] }
	m.Rate = float64(len(times)) / span.Seconds()
	m.P50, m.P95, m.P99, m.Max = at(.50), at(.95), at(.99), times[len(times)-1]
	return m
}

// bench measures what the product does and, in the same run, what the machine could do at best.
func bench(ctx context.Context, w *world, args []string) error {
	fs := flags(w, "bench", "bench [all|limits|sign|inbox|register|direct|bulk|issue|batch|exchange|search|memory …] [--data THƯ_MỤC] [--db postgres://…] [--json]; bench [load|flood|solo|closed|all] --data THÀNH_PHỐ_MẪU [--json TỆP] [--html TỆP]; bench report TỆP_JSON…")
	s := newSettings(w, fs, true)
	asJSON := fs.Bool("json", false, "in kết quả dạng JSON; phép đo load, flood và all trên thành phố mẫu: ghi vào tệp nếu sau đó có tên tệp .json")
	page := fs.String("html", "", "phép đo load, flood và all trên thành phố mẫu: ghi báo cáo có biểu đồ vào tệp HTML này")
	people := fs.Int("people", 3000, "số người cùng làm việc của phép đo load; tăng dần đến số này")
	think := fs.Duration("think", 20*time.Second, "thời gian trung bình giữa hai việc của một người trong phép đo load")
	lasting := fs.Duration("for", time.Minute, "thời gian của bước cuối của phép đo load; các bước trước bằng một phần tư, mỗi pha của flood bằng một phần ba")
	flooders := fs.Int("flooders", 200, "số người của cơ quan dồn tải trong phép đo flood")
	password := fs.String("password", "", "mật khẩu chung của tài khoản mẫu; bỏ trống: mật khẩu của congvu demo")
	label := fs.String("scale", "", "tên cỡ của thành phố trong báo cáo; bỏ trống: tính từ số văn bản (96.240 là cỡ 1)")
	rows := fs.Int("rows", 1_000_000, "số văn bản đến trong cơ sở dữ liệu của phép đo inbox; một phần mười thuộc một cơ quan")
	fs.IntVar(rows, "documents", 1_000_000, "số văn bản trong chỉ mục của phép đo search (như --rows)")
	span := fs.Duration("span", 5*time.Second, "thời gian của mỗi phép đo")
	profile := fs.String("cpuprofile", "", "ghi hồ sơ CPU (pprof) của cả lần đo vào tệp này; phép đo exchange, load, flood và all trên thành phố mẫu: thêm một tệp cho mỗi tiến trình")
	towns := fs.String("towns", strings.Join(benchTowns, ","), "nơi đo liên thông: one (một nút), two (trung tâm và nhánh), cluster (cụm, cần --db), mail (thư điện tử có chữ ký)")
	only := fs.String("only", "", "trong phép đo exchange, chỉ đo các trường hợp có tên chứa chuỗi này, thí dụ «5 KB, 16»")
	order := fs.String("node", "", "chỉ dùng nội bộ: tiến trình con của phép đo exchange, làm theo tệp này")
	rest, err := parse(fs, args)
	if err != nil {
		return err
	}
	ended, err := profiled(*profile)
	if err != nil {
		return err
	}
	defer ended()
	if *order != "" {
		return exchangeNode(ctx, w, s, *order)
	}
	if len(rest) > 1 && rest[0] == "report" {
		return benchReport(ctx, w, rest[1:], *page)
	}
	rest, jsonFile := fileAmong(rest)
	if len(rest) == 0 {
		rest = []string{"all"}
	}
	b := &benchRun{w: w, settings: s, rows: *rows, span: *span, towns: strings.Split(*towns, ","), profile: *profile, only: *only}
	for _, town := range b.towns {
		if !slices.Contains(benchTowns, town) {
			return badUsage("--towns nhận " + strings.Join(benchTowns, ", "))
		}
	}
	if err := b.prepare(); err != nil {
		return err
	}
	defer b.clean()
	c := cityBench{people: max(1, *people), think: *think, span: *lasting, warm: min(5*time.Second, *lasting/4), flooders: max(1, *flooders), password: *password, label: *label, seed: 2026}
	switch whole, err := b.isCity(ctx); {
	case err != nil:
		return err
	case slices.ContainsFunc(rest, ofCity):
		if !slices.ContainsFunc(rest, func(part string) bool { return !ofCity(part) }) {
			c.parts = rest
			return benchCity(ctx, b, c, *asJSON, jsonFile, *page)
		}
		return badUsage("load, flood, solo và closed đo cả thành phố mẫu: không gọi cùng phép đo khác; «all» trên thành phố mẫu đo tất cả")
	case whole && slices.Equal(rest, []string{"all"}):
		return benchCity(ctx, b, c, *asJSON, jsonFile, *page)
	}
	parts := []struct {
		name string
		run  func(context.Context) ([]measurement, error)
	}{{"limits", b.limits}, {"sign", b.sign}, {"inbox", b.inbox}, {"register", b.register}, {"direct", b.direct}, {"bulk", b.bulk}, {"issue", b.issue},
		{"batch", b.batch}, {"exchange", b.exchange}, {"search", b.search}, {"memory", b.memory}}
	var all []measurement
	known := false
	for _, p := range parts {
		if !slices.Contains(rest, "all") && !slices.Contains(rest, p.name) {
			continue
		}
		known = true
		fmt.Fprintf(w.err, "đang đo: %s…\n", p.name)
		got, err := p.run(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		all = append(all, got...)
		if !*asJSON {
			for _, m := range got {
				printMeasurement(w.out, m)
			}
		}
	}
	if !known {
		return badUsage("phép đo gồm: all, load, flood, solo, closed, limits, sign, inbox, register, direct, bulk, issue, batch, exchange, search, memory")
	}
	if *asJSON {
		enc := json.NewEncoder(w.out)
		enc.SetIndent("", "  ")
		return enc.Encode(scoreboard{string(b.engine()), runtime.NumCPU(), runtime.Version(), versionText(), time.Now().Format(time.DateOnly), all})
	}
	return nil
}

// fileAmong takes the file of --json, which stands behind it, out of the arguments.
func fileAmong(args []string) (rest []string, file string) {
	for _, a := range args {
		if strings.HasSuffix(a, ".json") {
			file = a
		} else {
			rest = append(rest, a)
		}
	}
	return rest, file
}

func printMeasurement(out io.Writer, m measurement) {
	ms := func(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d.Microseconds())/1000) }
	if m.Peak > 0 {
		fmt.Fprintf(out, "%-34s %10.0f MB  (%s)\n", m.Name, float64(m.Peak)/1e6, m.Note)
		return
	}
	fmt.Fprintf(out, "%-34s %10.0f/s   p50 %-10s p95 %-10s p99 %-10s", m.Name, m.Rate, ms(m.P50), ms(m.P95), ms(m.P99))
	if m.Errors > 0 {
		fmt.Fprintf(out, "  LỖI %d", m.Errors)
	}
	if m.Note != "" {
		fmt.Fprintf(out, "  (%s)", m.Note)
	}
	fmt.Fprintln(out)
}
