package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// citySchema is the version of the JSON of a report; it changes when a field changes its meaning.
const citySchema = 1

// cityReport is one run of the scoreboard over a whole city.
type cityReport struct {
	Schema   int           `json:"schema"`
	Measured string        `json:"measured"`
	Version  string        `json:"version"`
	Go       string        `json:"go"`
	Machine  machine       `json:"machine"`
	Engine   string        `json:"engine"`
	City     cityFigures   `json:"city"`
	People   int           `json:"people"`
	Think    time.Duration `json:"think_ns"`
	Limits   []measurement `json:"limits"`
	Closed   []measurement `json:"closed_loop"`
	Start    startFigures  `json:"start"`
	Solo     []soloFigures `json:"alone"`
	Steps    []*loadPhase  `json:"steps"`
	Flood    *floodResult  `json:"flood,omitempty"`
	Aims     []aim         `json:"aims"`
	Notes    []string      `json:"notes"`
}

type machine struct {
	Processors int     `json:"processors"`
	Model      string  `json:"model"`
	Memory     int64   `json:"memory_bytes"`
	System     string  `json:"system"`
	Load       float64 `json:"load_before"` // the machine's load average before the run: above 0.5 other programs were at work
}

// cityFigures are the size of the city, and what the documents of the load have added.
type cityFigures struct {
	Label     string    `json:"scale"`
	Agencies  int       `json:"agencies"`
	Accounts  int       `json:"accounts"`
	Documents int64     `json:"documents"`
	Disk      footprint `json:"disk"`
	Added     int64     `json:"documents_added"`
	AddedDisk footprint `json:"disk_added"`
}

type startFigures struct {
	Ready time.Duration `json:"ready_ns"`
	Idle  int64         `json:"idle_bytes"`
	Peak  int64         `json:"peak_bytes"`
}

// aim is one thing the product promises, with what was measured.
type aim struct {
	Key     string  `json:"key"`
	Want    string  `json:"want"`
	Got     string  `json:"got"`
	Met     bool    `json:"met"`
	Known   bool    `json:"measured"`
	Ratio   float64 `json:"ratio"` // of the figure to the aim, or to the machine's limit
	Against string  `json:"against"`
}

func newCityReport(b *benchRun, c cityBench) *cityReport {
	r := &cityReport{Schema: citySchema, Measured: time.Now().Format(time.RFC3339), Version: versionText(), Go: runtime.Version(), Machine: thisMachine(), People: c.people, Think: c.think}
	r.City.Label = c.label
	return r
}

func (r *cityReport) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

func thisMachine() machine {
	m := machine{Processors: runtime.NumCPU(), System: runtime.GOOS + "/" + runtime.GOARCH}
	read := func(path, key string) string {
		raw, _ := os.ReadFile(path)
		for line := range strings.Lines(string(raw)) {
			if k, v, found := strings.Cut(line, ":"); found && strings.TrimSpace(k) == key {
				return strings.TrimSpace(v)
			}
		}
		return ""
	}
	m.Model = read("/proc/cpuinfo", "model name")
	var kb int64
	fmt.Sscanf(read("/proc/meminfo", "MemTotal"), "%d", &kb)
	m.Memory = kb << 10
	if raw, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.System += " " + strings.TrimSpace(string(raw))
	}
	if raw, err := os.ReadFile("/proc/loadavg"); err == nil {
		fmt.Sscanf(string(raw), "%f", &m.Load)
	}
	return m
}

// best is the step of the report: the one with the most people that kept to the aims, else the last.
func (r *cityReport) best() *loadPhase {
	var out *loadPhase
	for _, p := range r.Steps {
		if out == nil || p.holds() {
			out = p
		}
	}
	return out
}

func (r *cityReport) last() *loadPhase {
	if len(r.Steps) == 0 {
		return nil
	}
	return r.Steps[len(r.Steps)-1]
}

func named(list []measurement, name string) *measurement {
	for i := range list {
		if list[i].Name == name {
			return &list[i]
		}
	}
	return nil
}

// judge compares what was measured with the aims; what was not measured says so.
func (r *cityReport) judge() {
	add := func(key, want, got string, met, known bool, ratio float64, against string) {
		if !known {
			got, met, ratio = "không đo", false, 0
		}
		r.Aims = append(r.Aims, aim{key, want, got, met, known, ratio, against})
	}
	last := r.last()
	full := last != nil && last.People >= r.People
	reads, writes := time.Duration(0), time.Duration(0)
	people := 0
	if last != nil {
		reads, writes = last.Reads.P95, last.Writes.P95
		if last.holds() {
			people = last.People
		} else if p := r.best(); p.holds() {
			people = p.People
		}
	}
	add("people", fmt.Sprintf("%d người cùng làm việc, trong mục tiêu", r.People), fmt.Sprintf("%d người", people), people >= r.People, last != nil, float64(people)/float64(max(r.People, 1)), "mục tiêu")
	add("reads", "p95 của trang xem dưới 300 ms", shortTime(reads), full && reads < aimRead, last != nil, float64(reads)/float64(aimRead), "mục tiêu")
	add("writes", "p95 của việc có ghi dưới 1 s", shortTime(writes), full && writes < aimWrite, last != nil, float64(writes)/float64(aimWrite), "mục tiêu")
	failed, all := 0, 0
	for _, p := range r.Steps {
		failed += p.Reads.Errors + p.Writes.Errors
		all += p.Reads.N + p.Writes.N
	}
	add("errors", "không việc nào hỏng", fmt.Sprintf("%d trong %d", failed, all+failed), failed == 0, last != nil, float64(failed)/float64(max(all+failed, 1)), "số việc")
	inboxes, trivial := named(r.Closed, "inbox page"), named(r.Limits, "trivial HTTP handler")
	ratio, against := 0.0, "giới hạn HTTP của máy"
	if inboxes != nil && trivial != nil {
		ratio = inboxes.Rate / trivial.Rate
	}
	add("inbox", "ít nhất 1.000 trang danh sách văn bản đến mỗi giây", rateOf(inboxes), inboxes != nil && inboxes.Rate >= 1000, inboxes != nil, ratio, against)
	signs, argon := named(r.Closed, "sign-in"), named(r.Limits, limitArgon)
	ratio = 0
	if signs != nil && argon != nil {
		ratio = signs.Rate / argon.Rate
	}
	add("sign_in", "đăng nhập chỉ bị argon2id giới hạn (ít nhất 80 % giới hạn của máy)", rateOf(signs), ratio >= .8, ratio > 0, ratio, "giới hạn argon2id của máy")
	add("memory", "bộ nhớ máy chủ dưới 500 MB", fmt.Sprintf("%.0f MB", float64(r.Start.Peak)/1e6), r.Start.Peak < 500e6, r.Start.Peak > 0, float64(r.Start.Peak)/500e6, "mục tiêu")
	add("start", "khởi động dưới 2 s", shortTime(r.Start.Ready), r.Start.Ready < 2*time.Second, r.Start.Ready > 0, r.Start.Ready.Seconds()/2, "mục tiêu")
	d := r.City.Disk
	ratio = float64(d.all()) / float64(max(d.Files, 1))
	add("disk", "đĩa cho mỗi văn bản dưới 1,3 lần tệp của nó", fmt.Sprintf("%.2f lần (%.0f KB mỗi văn bản)", ratio, float64(d.all())/1e3/float64(max(r.City.Documents, 1))), ratio < 1.3, d.Files > 0, ratio/1.3, "mục tiêu")
	f := r.Flood
	worst := 0.0
	if f != nil {
		worst = f.ratio("reads")
		if f.enough("writes") { // a handful of acts has no p95
			worst = max(worst, f.ratio("writes"))
		}
	}
	add("flood", "một cơ quan dồn tải làm p95 của nơi khác tăng dưới 20 %", fmt.Sprintf("%+.0f %%", 100*(worst-1)), worst < 1.2, f != nil, worst/1.2, "mục tiêu")
}

func rateOf(m *measurement) string {
	if m == nil {
		return ""
	}
	return fmt.Sprintf("%.0f mỗi giây", m.Rate)
}

// save writes the report as JSON and as a page.
func (r *cityReport) save(w *world, asJSON bool, jsonFile, htmlFile string) error {
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	raw = append(raw, '\n')
	switch {
	case jsonFile != "":
		err = os.WriteFile(jsonFile, raw, 0o644)
	case asJSON:
		_, err = w.out.Write(raw)
	}
	if err == nil && htmlFile != "" {
		err = os.WriteFile(htmlFile, []byte(r.page()), 0o644)
	}
	return err
}

// print says the report in a screen.
func (r *cityReport) print(w *world) {
	out := w.out
	fmt.Fprintf(out, "\nThành phố cỡ %s: %d cơ quan, %d tài khoản, %d văn bản; %s; %d lõi, tải của máy trước khi đo %.2f\n\n", r.City.Label, r.City.Agencies, r.City.Accounts, r.City.Documents, r.Engine, r.Machine.Processors, r.Machine.Load)
	for _, list := range [][]measurement{r.Limits, r.Closed} {
		for _, m := range list {
			printMeasurement(out, m)
		}
	}
	if len(r.Solo) > 0 {
		fmt.Fprintf(out, "\nTừng việc một, không ai khác:\n")
		for _, s := range r.Solo {
			fmt.Fprintf(out, "  %-36s %5d lần   p50 %-10s p95 %-10s máy chủ %.1f ms CPU  PostgreSQL %.1f ms  lỗi %d\n", s.Label, s.N, shortTime(s.P50), shortTime(s.P95), s.Server.Seconds()*1e3, s.Database.Seconds()*1e3, s.Errors)
		}
	}
	if p := r.last(); p != nil {
		fmt.Fprintf(out, "\n%d người cùng làm việc, %.0f giây, %.1f việc mỗi giây:\n", p.People, p.Seconds, p.Rate)
		for _, a := range append(append([]actFigures{}, p.Acts...), p.Reads, p.Writes) {
			fmt.Fprintf(out, "  %-36s %6d lần  p50 %-10s p95 %-10s p99 %-10s lâu nhất %-10s lỗi %d\n", a.Label, a.N, shortTime(a.P50), shortTime(a.P95), shortTime(a.P99), shortTime(a.Max), a.Errors)
		}
	}
	fmt.Fprintln(out)
	for _, a := range r.Aims {
		fmt.Fprintf(out, "  %-8s %-72s %s\n", verdictOf(a), a.Want, a.Got)
	}
	for _, n := range r.Notes {
		fmt.Fprintln(out, "  Ghi chú:", n)
	}
}

func verdictOf(a aim) string {
	switch {
	case !a.Known:
		return "KHÔNG ĐO"
	case a.Met:
		return "ĐẠT"
	}
	return "CHƯA"
}

// benchCity is what the verb does for load, flood and a whole run.
func benchCity(ctx context.Context, b *benchRun, c cityBench, asJSON bool, jsonFile, htmlFile string) error {
	r, err := measureCity(ctx, b, c)
	if r == nil {
		return err
	}
	if err != nil {
		if len(r.Steps) == 0 {
			return err
		}
		r.note("Dừng giữa chừng: %s", explain(err)) // what was measured until then is kept
	}
	r.judge()
	if !asJSON || jsonFile != "" {
		r.print(b.w)
	}
	return errors.Join(err, r.save(b.w, asJSON, jsonFile, htmlFile))
}
