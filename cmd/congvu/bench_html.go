package main

import (
	"fmt"
	"html"
	"math"
	"strings"
	"time"
)

// page is the report as one HTML file that needs nothing else: charts are drawn here as SVG.
func (r *cityReport) page() string { return cityPage([]*cityReport{r}) }

// cityPage shows runs, the largest city last, and how the cost of one act grows from the first to the last.
func cityPage(runs []*cityReport) string {
	var b strings.Builder
	b.WriteString("<!doctype html>\n<html lang=\"vi\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>congvu: kết quả đo</title><style>" + reportStyle + "</style></head><body>\n")
	b.WriteString("<h1>congvu: kết quả đo</h1>\n")
	if len(runs) > 1 {
		b.WriteString("<h2>Tăng trưởng theo cỡ thành phố</h2>\n" + growthHTML(runs))
	}
	for _, r := range runs {
		r.write(&b)
	}
	b.WriteString("</body></html>\n")
	return b.String()
}

func esc(s string) string { return html.EscapeString(s) }

func (r *cityReport) write(b *strings.Builder) {
	fmt.Fprintf(b, "<section><h2>Thành phố cỡ %s, %s</h2>\n<p class=\"facts\">%d cơ quan · %d tài khoản · %s văn bản · %s · %d lõi (%s, %.0f GB) · tải của máy trước khi đo %.2f · phiên bản %s, %s · đo lúc %s</p>\n", esc(r.City.Label), esc(engineName(r.Engine)),
		r.City.Agencies, r.City.Accounts, thousands(r.City.Documents), esc(engineName(r.Engine)), r.Machine.Processors, esc(r.Machine.Model), float64(r.Machine.Memory)/1e9, r.Machine.Load, esc(r.Version), esc(r.Go), esc(r.Measured))
	b.WriteString("<h3>Mục tiêu</h3>\n<table><thead><tr><th>Mục tiêu<th>Đo được<th class=n>So với<th>Kết quả</tr></thead>\n")
	for _, a := range r.Aims {
		class, against := "bad", ""
		if a.Met {
			class = "good"
		} else if !a.Known {
			class = "none"
		}
		if a.Known && a.Against != "" {
			against = fmt.Sprintf("%.2f × %s", a.Ratio, a.Against)
		}
		fmt.Fprintf(b, "<tr><td>%s<td>%s<td class=n>%s<td><b class=%s>%s</b></tr>\n", esc(a.Want), esc(a.Got), esc(against), class, verdictOf(a))
	}
	b.WriteString("</table>\n")
	if p := r.last(); p != nil {
		fmt.Fprintf(b, "<h3>Thời gian của từng việc: %d người cùng làm việc</h3>\n%s<p class=\"hint\">Thanh từ p50 đến p99, vạch đậm là p95, chấm là lâu nhất; thang logarit. Đường đứt: 300 ms cho trang xem, 1 s cho việc có ghi. Thời gian tính từ lúc người dùng định làm, kể cả khi phải chờ trang trước.</p>\n", p.People, barsOf(p.Acts))
		b.WriteString(actsHTML(p))
		if len(r.Steps) > 1 {
			b.WriteString("<h3>p95 theo số người</h3>\n" + stepsChart(r.Steps))
		}
		b.WriteString("<h3>Theo thời gian</h3>\n<div class=\"pair\">" + timeline(p, "Việc mỗi giây", "", []series{{"xong", "c1", func(s second) float64 { return float64(s.Acts - s.Errors) }}, {"hỏng", "c3", func(s second) float64 { return float64(s.Errors) }}}) +
			timeline(p, "Lõi xử lý đang dùng", "", []series{{"máy chủ", "c1", func(s second) float64 { return s.Server }}, {"PostgreSQL", "c2", func(s second) float64 { return s.Database }}, {"bên đo", "c4", func(s second) float64 { return s.Load }}}) +
			timeline(p, "Bộ nhớ máy chủ", "MB", []series{{"thường trú", "c1", func(s second) float64 { return float64(s.Resident) / 1e6 }}}) + "</div>\n")
	}
	if f := r.Flood; f != nil {
		fmt.Fprintf(b, "<h3>Một cơ quan dồn tải</h3>\n<p>%s, %d người không nghỉ: %.0f việc mỗi giây, p95 %s, %d lần bị hoãn hoặc hỏng. Các cơ quan khác: trang xem ×%.2f, việc có ghi ×%.2f.</p>\n%s", esc(f.Agency), f.People, f.Rate, shortTime(f.Flood.P95), f.Flood.Errors,
			f.ratio("reads"), f.ratio("writes"), floodChart(f))
	}
	if len(r.Solo) > 0 {
		b.WriteString("<h3>Chi phí một việc khi không có ai khác</h3>\n<table><thead><tr><th>Việc<th class=n>Lần<th class=n>p50<th class=n>p95<th class=n>CPU máy chủ<th class=n>CPU PostgreSQL</tr></thead>\n")
		for _, s := range r.Solo {
			fmt.Fprintf(b, "<tr><td>%s<td class=n>%d<td class=n>%s<td class=n>%s<td class=n>%s<td class=n>%s</tr>\n", esc(s.Label), s.N, shortTime(s.P50), shortTime(s.P95), shortTime(s.Server), shortTime(s.Database))
		}
		b.WriteString("</table>\n")
	}
	d, add := r.City.Disk, r.City.AddedDisk
	fmt.Fprintf(b, "<h3>Đĩa, bộ nhớ, khởi động</h3>\n<table><thead><tr><th><th class=n>Trước khi đo<th class=n>Văn bản thêm khi đo</tr></thead>\n<tr><td>Văn bản<td class=n>%s<td class=n>%s</tr><tr><td>Tệp<td class=n>%s<td class=n>%s</tr><tr><td>Cơ sở dữ liệu<td class=n>%s<td class=n>%s</tr><tr><td>Chỉ mục, trục, khác<td class=n>%s<td class=n>%s</tr></table>\n",
		thousands(r.City.Documents), thousands(r.City.Added), megabytes(d.Files), megabytes(add.Files), megabytes(d.Database), megabytes(add.Database), megabytes(d.Other), megabytes(add.Other))
	fmt.Fprintf(b, "<p>Khởi động đến khi sẵn sàng %s; bộ nhớ khi nghỉ %s, nhiều nhất %s.</p>\n<h3>Giới hạn của máy trong cùng lần đo</h3>\n<table><thead><tr><th>Giới hạn<th class=n>Mỗi giây<th class=n>p50<th class=n>p95<th></tr></thead>\n", shortTime(r.Start.Ready), megabytes(r.Start.Idle), megabytes(r.Start.Peak))
	for _, m := range append(append([]measurement{}, r.Limits...), r.Closed...) {
		fmt.Fprintf(b, "<tr><td>%s<td class=n>%.0f<td class=n>%s<td class=n>%s<td>%s</tr>\n", esc(m.Name), m.Rate, shortTime(m.P50), shortTime(m.P95), esc(m.Note))
	}
	b.WriteString("</table>\n")
	for _, n := range r.Notes {
		fmt.Fprintf(b, "<p class=\"hint\">%s</p>\n", esc(n))
	}
	b.WriteString("</section>\n")
}

func engineName(engine string) string {
	if engine == "postgres" || engine == "pg" {
		return "PostgreSQL"
	}
	return "SQLite"
}

func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "." + s[i:]
	}
	return s
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

func actsHTML(p *loadPhase) string {
	var b strings.Builder
	b.WriteString("<table><thead><tr><th>Việc<th class=n>Lần<th class=n>p50<th class=n>p95<th class=n>p99<th class=n>Lâu nhất<th class=n>Hỏng</tr></thead>\n")
	for _, a := range append(append([]actFigures{}, p.Acts...), p.Reads, p.Writes) {
		fmt.Fprintf(&b, "<tr><td>%s<td class=n>%d<td class=n>%s<td class=n>%s<td class=n>%s<td class=n>%s<td class=n>%d</tr>\n", esc(a.Label), a.N, shortTime(a.P50), shortTime(a.P95), shortTime(a.P99), shortTime(a.Max), a.Errors)
	}
	for _, a := range p.Acts {
		for why, n := range a.Reasons {
			fmt.Fprintf(&b, "<tr><td colspan=7 class=hint>%s, hỏng %d lần: %s</tr>\n", esc(a.Label), n, esc(why))
		}
	}
	b.WriteString("</table>\n")
	return b.String()
}

// logX places a time on a logarithmic axis from 1 ms to 10 s.
func logX(d time.Duration, from, width float64) float64 {
	ms := math.Min(math.Max(float64(d)/1e6, 1), 10_000)
	return from + width*math.Log10(ms)/4
}

// logGrid draws the lines of the axis with the aims.
func logGrid(b *strings.Builder, from, width, bottom float64) {
	for _, g := range []struct {
		at    time.Duration
		label string
		class string
	}{{time.Millisecond, "1 ms", "grid"}, {10 * time.Millisecond, "10 ms", "grid"}, {100 * time.Millisecond, "100 ms", "grid"}, {aimRead, "300 ms", "aim"}, {aimWrite, "1 s", "aim"}, {10 * time.Second, "10 s", "grid"}} {
		x := logX(g.at, from, width)
		fmt.Fprintf(b, `<line class="%s" x1="%.1f" y1="18" x2="%.1f" y2="%.1f"/><text class="tick" x="%.1f" y="12" text-anchor="middle">%s</text>`, g.class, x, x, bottom, x, g.label)
	}
}

// barsOf draws the times of each kind of visit.
func barsOf(list []actFigures) string {
	const from, width, row = 230.0, 600.0, 22.0
	bottom := 24 + row*float64(len(list))
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 870 %.0f" role="img" aria-label="Thời gian của từng việc">`, bottom+6)
	logGrid(&b, from, width, bottom)
	for i, a := range list {
		y := 24 + row*float64(i)
		class := "c1"
		if a.Writes {
			class = "c2"
		}
		p50, p95, p99 := logX(a.P50, from, width), logX(a.P95, from, width), logX(a.P99, from, width)
		fmt.Fprintf(&b, `<text x="%.0f" y="%.1f" text-anchor="end">%s</text><rect class="%s soft" x="%.1f" y="%.1f" width="%.1f" height="12" rx="2"/><rect class="%s" x="%.1f" y="%.1f" width="3" height="16"/><circle class="%s" cx="%.1f" cy="%.1f" r="2.5"><title>%s: p50 %s, p95 %s, p99 %s, lâu nhất %s, %d lần</title></circle>`,
			from-8, y+13, esc(a.Label), class, p50, y+3, math.Max(p99-p50, 2), class, p95-1.5, y+1, class, logX(a.Max, from, width), y+9, esc(a.Label), shortTime(a.P50), shortTime(a.P95), shortTime(a.P99), shortTime(a.Max), a.N)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// floodChart draws the others' p95 without and with the flood.
func floodChart(f *floodResult) string {
	const from, width, row = 230.0, 600.0, 26.0
	after := map[string]actFigures{}
	for _, a := range f.After {
		after[a.Key] = a
	}
	bottom := 24 + row*float64(len(f.Before))
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 870 %.0f" role="img" aria-label="p95 của các cơ quan khác trước và trong khi dồn tải">`, bottom+6)
	logGrid(&b, from, width, bottom)
	for i, a := range f.Before {
		y, z := 24+row*float64(i), after[a.Key]
		fmt.Fprintf(&b, `<text x="%.0f" y="%.1f" text-anchor="end">%s</text>`, from-8, y+14, esc(a.Label))
		for k, x := range []struct {
			class string
			d     time.Duration
		}{{"c1", a.P95}, {"c3", z.P95}} {
			fmt.Fprintf(&b, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="9"/>`, x.class, from, y+2+10*float64(k), math.Max(logX(x.d, from, width)-from, 1))
		}
		fmt.Fprintf(&b, `<text class="tick" x="%.1f" y="%.1f">%s → %s</text>`, math.Max(logX(a.P95, from, width), logX(z.P95, from, width))+5, y+14, shortTime(a.P95), shortTime(z.P95))
	}
	b.WriteString("</svg>\n<p class=\"hint\">p95 của các cơ quan khác: thanh trên không dồn tải, thanh dưới khi một cơ quan dồn tải; đo xen kẽ hai lần.</p>\n")
	return b.String()
}

// series is one line of a chart over time.
type series struct {
	name, class string
	of          func(second) float64
}

// timeline draws lines over the seconds of a phase.
func timeline(p *loadPhase, title, unit string, lines []series) string {
	const left, top, width, height = 44.0, 26.0, 370.0, 130.0
	most := 0.0
	for _, s := range p.Timeline {
		for _, l := range lines {
			most = math.Max(most, l.of(s))
		}
	}
	most = roundUp(most)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 430 190" role="img" aria-label="%s"><text class="head" x="4" y="14">%s</text>`, esc(title), esc(title))
	frame(&b, left, top, width, height, most, unit)
	n := float64(max(len(p.Timeline)-1, 1))
	for k, l := range lines {
		var at []string
		for i, s := range p.Timeline {
			at = append(at, fmt.Sprintf("%.1f,%.1f", left+width*float64(i)/n, top+height*(1-l.of(s)/most)))
		}
		fmt.Fprintf(&b, `<polyline class="line %s" points="%s"/><text class="key %s" x="%.0f" y="184">%s</text>`, l.class, strings.Join(at, " "), l.class, left+110*float64(k), esc("■ "+l.name))
	}
	fmt.Fprintf(&b, `<text class="tick" x="%.0f" y="170" text-anchor="end">%d giây</text></svg>`, left+width, len(p.Timeline))
	return b.String()
}

func frame(b *strings.Builder, left, top, width, height, most float64, unit string) {
	for i := range 3 {
		v := most * float64(2-i) / 2
		y := top + height*float64(i)/2
		fmt.Fprintf(b, `<line class="grid" x1="%.0f" y1="%.1f" x2="%.0f" y2="%.1f"/><text class="tick" x="%.0f" y="%.1f" text-anchor="end">%s</text>`, left, y, left+width, y, left-4, y+4, strings.TrimSpace(fmt.Sprintf("%.4g %s", v, unit)))
	}
}

// roundUp is the next number that an axis may end with.
func roundUp(v float64) float64 {
	if v <= 0 {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, k := range []float64{1, 2, 4, 6, 8, 10} {
		if v <= k*unit {
			return k * unit
		}
	}
	return v
}

// stepsChart draws p95 by the number of people, on a logarithmic axis.
func stepsChart(steps []*loadPhase) string {
	const left, top, width, height = 60.0, 26.0, 780.0, 160.0
	var b strings.Builder
	b.WriteString(`<svg viewBox="0 0 870 226" role="img" aria-label="p95 theo số người">`)
	y := func(d time.Duration) float64 { return top + height - logX(d, 0, height) }
	for _, g := range []struct {
		at    time.Duration
		class string
	}{{time.Millisecond, "grid"}, {10 * time.Millisecond, "grid"}, {100 * time.Millisecond, "grid"}, {aimRead, "aim"}, {aimWrite, "aim"}, {10 * time.Second, "grid"}} {
		fmt.Fprintf(&b, `<line class="%s" x1="%.0f" y1="%.1f" x2="%.0f" y2="%.1f"/><text class="tick" x="%.0f" y="%.1f" text-anchor="end">%s</text>`, g.class, left, y(g.at), left+width, y(g.at), left-4, y(g.at)+4, shortTime(g.at))
	}
	most := float64(max(steps[len(steps)-1].People, 1))
	for k, l := range []struct {
		name, class string
		of          func(*loadPhase) time.Duration
	}{{"trang xem", "c1", func(p *loadPhase) time.Duration { return p.Reads.P95 }}, {"việc có ghi", "c2", func(p *loadPhase) time.Duration { return p.Writes.P95 }}} {
		var at []string
		for _, p := range steps {
			x := left + width*float64(p.People)/most
			at = append(at, fmt.Sprintf("%.1f,%.1f", x, y(l.of(p))))
			fmt.Fprintf(&b, `<circle class="%s" cx="%.1f" cy="%.1f" r="3"/>`, l.class, x, y(l.of(p)))
			if k == 0 {
				fmt.Fprintf(&b, `<text class="tick" x="%.1f" y="%.0f" text-anchor="end">%d người</text>`, x, top+height+16, p.People)
			}
		}
		fmt.Fprintf(&b, `<polyline class="line %s" points="%s"/><text class="key %s" x="%.0f" y="220">%s</text>`, l.class, strings.Join(at, " "), l.class, left+140*float64(k), esc("■ "+l.name))
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// growthHTML is the table of growth for people.
func growthHTML(runs []*cityReport) string {
	var b strings.Builder
	b.WriteString("<table><thead><tr><th>Việc")
	for _, r := range runs {
		fmt.Fprintf(&b, "<th class=n>cỡ %s, %s", esc(r.City.Label), esc(engineName(r.Engine)))
	}
	b.WriteString("<th class=n>Tỷ lệ<th>Nhận xét</tr></thead>\n")
	for _, g := range growthOf(runs) {
		fmt.Fprintf(&b, "<tr><td>%s", esc(g.label))
		for _, c := range g.cells {
			fmt.Fprintf(&b, "<td class=n>%s", esc(c))
		}
		fmt.Fprintf(&b, "<td class=n>%s<td>%s</tr>\n", esc(g.ratioText()), esc(g.verdict(false)))
	}
	b.WriteString("</table>\n")
	return b.String()
}

const reportStyle = `:root{--ink:#1c2733;--soft:#5b6775;--paper:#fff;--rule:#d9dee4;--c1:#0b5cad;--c2:#b45309;--c3:#b42318;--c4:#7a8794;--good:#13693b}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebf0;--soft:#9aa7b4;--paper:#12181f;--rule:#2d3742;--c1:#6aa9ee;--c2:#e8a15a;--c3:#f08a80;--c4:#8493a1;--good:#6fcf97}}
@media print{:root{--ink:#000;--soft:#444;--paper:#fff;--rule:#bbb;--c1:#0b5cad;--c2:#b45309;--c3:#b42318;--good:#13693b}section{break-inside:auto}svg,table{break-inside:avoid}}
body{font:15px/1.5 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;color:var(--ink);background:var(--paper);max-width:62rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.25rem;border-top:2px solid var(--rule);padding-top:1rem;margin-top:2rem}h3{font-size:1.05rem;margin:1.5rem 0 .4rem}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;margin:.4rem 0}th,td{text-align:left;padding:.28rem .5rem;border-bottom:1px solid var(--rule);vertical-align:top}th{color:var(--soft);font-weight:600}.n{text-align:right}
.facts,.hint{color:var(--soft);font-size:.88rem}.good{color:var(--good)}.bad{color:var(--c3)}.none{color:var(--soft)}
svg{width:100%;height:auto;display:block}svg text{fill:var(--ink);font:12px system-ui,"Noto Sans",sans-serif}svg .tick{fill:var(--soft);font-size:11px}svg .head{font-weight:600}
.grid{stroke:var(--rule)}.aim{stroke:var(--c3);stroke-dasharray:4 3}.c1{fill:var(--c1)}.c2{fill:var(--c2)}.c3{fill:var(--c3)}.c4{fill:var(--c4)}.soft{opacity:.4}
.line{fill:none;stroke-width:1.6}.line.c1{stroke:var(--c1)}.line.c2{stroke:var(--c2)}.line.c3{stroke:var(--c3)}.line.c4{stroke:var(--c4)}svg .key.c1{fill:var(--c1)}svg .key.c2{fill:var(--c2)}svg .key.c3{fill:var(--c3)}svg .key.c4{fill:var(--c4)}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:1rem}`
