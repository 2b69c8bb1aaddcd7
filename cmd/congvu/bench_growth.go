package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// inEnglish names kinds of visits for docs/performance.md.
var inEnglish = map[string]string{"home": "my work (home)", "inbox": "inbox", "open": "open a document", "outgoing": "list of outgoing", "search": "search in the agency", "download": "download a file", "queue": "queues (arrivals, desk, signing)",
	"form": "open a form", "refresh": "page fetches itself", "sign_in": "sign in", "enter": "enter a paper document", "register": "register and submit", "direct": "direct", "forward": "forward", "complete": "complete",
	"draft": "draft and lay out", "submit": "submit a draft", "approve": "approve", "sign": "sign (server key)", "issue": "number, seal, issue", "reads": "all pages", "writes": "all acts"}

var aimsInEnglish = map[string]string{"people": "people at work at once, within the aims", "reads": "p95 of pages below 300 ms", "writes": "p95 of acts below 1 s", "errors": "nothing fails", "inbox": "at least 1,000 inbox pages/s",
	"sign_in": "sign-in bounded by argon2id alone (≥ 80 % of the machine's limit)", "memory": "server memory below 500 MB", "start": "start below 2 s", "disk": "disk per document below 1.3 × its files", "flood": "one agency flooding changes the others' p95 by less than 20 %"}

// grown is one line of the table of growth: what one act costs by the size of the city.
type grown struct {
	key, label string
	cells      []string
	ratio      float64 // of the largest to the smallest city of the same engine
	cpu        float64 // the same for processor time
}

func (g grown) ratioText() string {
	if g.ratio == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f ×", g.ratio)
}

// flatBelow and aimGrowth bound what is called flat, and what the aim allows.
const (
	flatBelow = 1.3
	aimGrowth = 2.0
)

// verdict says whether a cost stays flat, and where the processor's time says why not.
func (g grown) verdict(english bool) string {
	say := func(vi, en string) string {
		if english {
			return en
		}
		return vi
	}
	switch {
	case g.ratio == 0:
		return ""
	case g.ratio < flatBelow:
		return say("không tăng", "flat")
	case g.ratio < aimGrowth && g.cpu < flatBelow:
		return say("tăng trong mục tiêu; CPU không tăng: chờ đĩa hoặc bộ nhớ đệm", "within the aim; processor time is flat: waits for disk or cache")
	case g.ratio < aimGrowth:
		return say("tăng trong mục tiêu; CPU tăng theo dữ liệu được đọc", "within the aim; processor time grows with what is read")
	case g.cpu < flatBelow:
		return say("tăng quá mục tiêu; CPU không tăng: chờ đĩa hoặc bộ nhớ đệm", "beyond the aim; processor time is flat: waits for disk or cache")
	}
	return say("tăng quá mục tiêu; CPU tăng theo dữ liệu được đọc", "beyond the aim; processor time grows with what is read")
}

// growthOf compares the costs of single acts between runs, which are in the order of the sizes of their cities.
func growthOf(runs []*cityReport) []grown {
	var out []grown
	for _, a := range acts {
		g := grown{key: a.key, label: a.label}
		any := false
		first, last := map[string]soloFigures{}, map[string]soloFigures{}
		for _, r := range runs {
			cell := "–"
			for _, s := range r.Solo {
				if s.Key != a.key || s.N == 0 {
					continue
				}
				any = true
				cell = fmt.Sprintf("%s, %s CPU", shortTime(s.P95), shortTime(s.Server+s.Database))
				if _, seen := first[r.Engine]; !seen {
					first[r.Engine] = s
				}
				last[r.Engine] = s
			}
			g.cells = append(g.cells, cell)
		}
		for engine, f := range first {
			l := last[engine]
			if len(runs) > 1 && f.P95 > 0 && l.P95 != f.P95 {
				if ratio := float64(l.P95) / float64(f.P95); ratio > g.ratio {
					g.ratio = ratio
					g.cpu = float64(l.Server+l.Database) / float64(max(f.Server+f.Database, time.Microsecond))
				}
			}
		}
		if any {
			out = append(out, g)
		}
	}
	return out
}

// readRuns reads reports, the smallest city first, SQLite before PostgreSQL.
func readRuns(paths []string) ([]*cityReport, error) {
	var out []*cityReport
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		r := &cityReport{}
		if err := json.Unmarshal(raw, r); err != nil {
			return nil, fmt.Errorf("tệp %s: %w", path, err)
		}
		if r.Schema != citySchema {
			return nil, fmt.Errorf("tệp %s là báo cáo theo lược đồ %d, chương trình này đọc lược đồ %d: đo lại bằng chương trình này", path, r.Schema, citySchema)
		}
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b *cityReport) int {
		return cmp.Or(cmp.Compare(a.City.Documents, b.City.Documents), -cmp.Compare(a.Engine, b.Engine))
	})
	return out, nil
}

// cityReports writes docs/performance.md from the JSON of one or more runs, and a page of all of them where one is wanted.
func cityReports(w *world, paths []string, htmlFile string) error {
	runs, err := readRuns(paths)
	if err != nil {
		return err
	}
	if htmlFile != "" {
		if err := os.WriteFile(htmlFile, []byte(cityPage(runs)), 0o644); err != nil {
			return err
		}
	}
	_, err = io.WriteString(w.out, cityMarkdown(runs))
	return err
}

func cityMarkdown(runs []*cityReport) string {
	var b strings.Builder
	b.WriteString("# A city's quarter: the scoreboard\n\nMade by `congvu bench report FILE…` from the JSON of `congvu bench all --data CITY --json FILE`; not edited by hand.\n\n")
	b.WriteString("| city | engine | agencies | accounts | documents | machine | load before | version | measured |\n|---|---|---:|---:|---:|---|---:|---|---|\n")
	for _, r := range runs {
		fmt.Fprintf(&b, "| scale %s | %s | %d | %d | %d | %d × %s, %.0f GB, %s, %s | %.2f | %s | %s |\n", r.City.Label, engineName(r.Engine), r.City.Agencies, r.City.Accounts, r.City.Documents, r.Machine.Processors, r.Machine.Model,
			float64(r.Machine.Memory)/1e9, r.Machine.System, r.Go, r.Machine.Load, r.Version, r.Measured)
	}
	if len(runs) > 1 {
		b.WriteString("\n## Growth: one act alone, p95 and processor time\n\n|  |")
		for _, r := range runs {
			fmt.Fprintf(&b, " scale %s, %s |", r.City.Label, engineName(r.Engine))
		}
		b.WriteString(" p95, largest to smallest | |\n|---|" + strings.Repeat("---:|", len(runs)+1) + "---|\n")
		for _, g := range growthOf(runs) {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", inEnglish[g.key], strings.Join(g.cells, " | "), g.ratioText(), g.verdict(true))
		}
		b.WriteString("\nProcessor time is the server's and PostgreSQL's, with what follows in the background. Ratios compare cities on the same engine.\n")
	}
	for _, r := range runs {
		r.markdown(&b)
	}
	b.WriteString(howMeasured)
	return b.String()
}

func (r *cityReport) markdown(b *strings.Builder) {
	fmt.Fprintf(b, "\n## Scale %s, %s\n\n| aim | measured | ratio | |\n|---|---:|---:|---|\n", r.City.Label, engineName(r.Engine))
	against := map[string]string{"inbox": " of the machine's HTTP limit", "sign_in": " of the machine's argon2id limit"}
	for _, a := range r.Aims {
		verdict, ratio := "not measured", ""
		if a.Known {
			verdict, ratio = met(a.Met), fmt.Sprintf("%.2f%s", a.Ratio, orWord(against[a.Key], " of the aim"))
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", aimsInEnglish[a.Key], inEnglishUnits(a.Got), ratio, verdict)
	}
	if p := r.last(); p != nil {
		fmt.Fprintf(b, "\n%d people, %.0f s, %.1f acts a second; server %.2f cores, PostgreSQL %.2f, this program %.2f; %d live connections told %d times.\n\n| visit | n | p50 | p95 | p99 | max | failed |\n|---|---:|---:|---:|---:|---:|---:|\n",
			p.People, p.Seconds, p.Rate, p.Server, p.Database, p.Load, p.Live, p.Events)
		for _, a := range append(append([]actFigures{}, p.Acts...), p.Reads, p.Writes) {
			fmt.Fprintf(b, "| %s | %d | %s | %s | %s | %s | %d |\n", inEnglish[a.Key], a.N, shortTime(a.P50), shortTime(a.P95), shortTime(a.P99), shortTime(a.Max), a.Errors)
		}
		if len(r.Steps) > 1 {
			b.WriteString("\n| people | acts/s | p95 of pages | p95 of acts | server cores | PostgreSQL | memory | failed |\n|---:|---:|---:|---:|---:|---:|---:|---:|\n")
			for _, p := range r.Steps {
				fmt.Fprintf(b, "| %d | %.1f | %s | %s | %.2f | %.2f | %s | %d |\n", p.People, p.Rate, shortTime(p.Reads.P95), shortTime(p.Writes.P95), p.Server, p.Database, megabytes(p.Resident), p.Reads.Errors+p.Writes.Errors)
			}
		}
	}
	if f := r.Flood; f != nil {
		fmt.Fprintf(b, "\nOne agency floods with %d people without a thought (%.0f visits/s, p95 %s, %d put off or failed); the others' p95 without and with it:\n\n| visit | without | with | ratio |\n|---|---:|---:|---:|\n", f.People, f.Rate, shortTime(f.Flood.P95), f.Flood.Errors)
		after := map[string]actFigures{}
		for _, a := range f.After {
			after[a.Key] = a
		}
		for _, a := range f.Before {
			fmt.Fprintf(b, "| %s | %s | %s | %.2f |\n", inEnglish[a.Key], shortTime(a.P95), shortTime(after[a.Key].P95), f.ratio(a.Key))
		}
	}
	if len(r.Solo) > 0 {
		b.WriteString("\nOne act alone:\n\n| visit | n | p50 | p95 | server CPU | PostgreSQL CPU |\n|---|---:|---:|---:|---:|---:|\n")
		for _, s := range r.Solo {
			fmt.Fprintf(b, "| %s | %d | %s | %s | %s | %s |\n", inEnglish[s.Key], s.N, shortTime(s.P50), shortTime(s.P95), shortTime(s.Server), shortTime(s.Database))
		}
	}
	d, add := r.City.Disk, r.City.AddedDisk
	fmt.Fprintf(b, "\nDisk: files %s, database %s, rest %s for %d documents; the %d documents of the load added files %s, database %s, rest %s. Start %s; memory at rest %s, at most %s.\n", megabytes(d.Files), megabytes(d.Database), megabytes(d.Other),
		r.City.Documents, r.City.Added, megabytes(add.Files), megabytes(add.Database), megabytes(add.Other), shortTime(r.Start.Ready), megabytes(r.Start.Idle), megabytes(r.Start.Peak))
	b.WriteString("\n| limit of the machine, same run | a second | p50 | p95 | note |\n|---|---:|---:|---:|---|\n")
	for _, m := range append(append([]measurement{}, r.Limits...), r.Closed...) {
		fmt.Fprintf(b, "| %s | %.0f | %s | %s | %s |\n", m.Name, m.Rate, shortTime(m.P50), shortTime(m.P95), m.Note)
	}
}

// inEnglishUnits turns the few Vietnamese words of a figure.
func inEnglishUnits(s string) string {
	return strings.NewReplacer("người", "people", "mỗi giây", "a second", "lần", "×", "mỗi văn bản", "a document", " trong ", " of ", "không đo", "–").Replace(s)
}

// howMeasured is what the figures mean.
const howMeasured = `
## How it is measured

- ` + "`congvu bench all`" + ` starts ` + "`congvu serve`" + ` as a process of its own on the city's data and uses its pages as browsers do: cookies, forms read off the page with all their fields, redirects, one live connection (server-sent
  events) a person, and the page fetched again when it says that something changed. Every answer is checked: status and a word that must stand on the page. What fails is counted with its reason.
- In every agency the head, the clerk, a head of unit and a specialist are at work, as far as the number of people reaches; the rest are others by chance. Each thinks for about 20 seconds (exponential) between two visits. Documents go
  their whole way: clerk enters or takes from the exchange, registers and submits; the leader directs; the specialist completes, or drafts; the head of unit approves; the leader signs; the clerk issues, and the exchange carries.
- Moments are planned ahead and a time counts from the planned moment, also where the page before had not come (no coordinated omission).
- The sessions with which people begin are made by the room's function, not by thousands of computations of argon2id; 1.5 % of the visits are real sign-ins, and who signs or issues confirms by his password as always.
- "Alone" is one visit after the other with nobody else there; the processor time includes what followed in the background.
- A p95 "with the flood" is that of all other agencies while one agency's 200 people ask without a pause; both states are measured twice, in turn.
- The machine's limits are measured in the same run. The program that measures shares the processors with the server.
`
