package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/i18n"
)

const pathStatistics = "/statistics"

// statisticsRoutes are the figures of a period and the lists they open; each post sees those of what it may see.
func statisticsRoutes() []Route {
	return []Route{
		{Pattern: "GET " + pathStatistics, Who: signedIn, Handle: (*Door).statisticsPage, Nav: &Nav{Key: "statistics", Icon: "chart-bar", Group: recordsGroup, Label: func(ctx context.Context) string { return t(ctx, "Thống kê") }}},
		{Pattern: "GET /statistics/list", Who: signedIn, Handle: (*Door).statisticsList},
		{Pattern: "GET /statistics/export", Who: signedIn, Handle: (*Door).exportStatistics},
	}
}

// statView is a table of figures and what it was asked for.
type statView struct {
	form      documents.StatForm
	stat      *documents.Statistics
	months    *documents.Statistics // for the chart
	late      []documents.StatRow   // the first of what is overdue
	lateCount int
	from, to  string // as they were typed
	wrong     string
}

// statForm reads what is asked for; a day that is none narrows nothing and is said.
func statForm(r *http.Request) (f documents.StatForm, wrong string) {
	form := &Form{r: asked(r)}
	f = documents.StatForm{Direction: form.Line("direction"), From: form.Date("from"), To: form.Date("to"), Group: form.Line("group"), Key: form.Line("key"), Outcome: form.Line("outcome"), Type: form.Line("type")}
	if err := form.Err(); err != nil {
		errs, _ := asErrors(r.Context(), err)
		wrong, f.From, f.To = errs[0].Message, "", ""
	}
	return f, wrong
}

// statisticsPage: GET /statistics
func (d *Door) statisticsPage(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), actor(r)
	f, wrong := statForm(r)
	f.Key, f.Outcome = "", ""
	v := statView{from: i18n.CleanLine(r.FormValue("from")), to: i18n.CleanLine(r.FormValue("to")), wrong: wrong}
	st, err := documents.Count(ctx, d.DB, a, f)
	if errs, ok := asErrors(ctx, err); ok { // what cannot be counted so is counted in the usual way
		v.wrong = errs[0].Message
		st, err = documents.Count(ctx, d.DB, a, documents.StatForm{})
	}
	if err != nil {
		return err
	}
	v.stat, v.form = st, st.Form
	months := v.form
	months.Group = documents.ByMonth
	if v.months, err = documents.Count(ctx, d.DB, a, months); err != nil {
		return err
	}
	late := v.form
	late.Outcome = documents.StatOverdue
	if v.late, v.lateCount, err = documents.Counted(ctx, d.DB, a, late); err != nil {
		return err
	}
	v.late = v.late[:min(len(v.late), 20)]
	return d.page(w, r, View{Title: t(ctx, "Thống kê"), Active: "statistics"}, statisticsTable(v))
}

// statListView is the documents that a figure counts.
type statListView struct {
	form  documents.StatForm
	rows  []documents.StatRow
	total int
	back  string
}

// statisticsList: GET /statistics/list
func (d *Door) statisticsList(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, _ := statForm(r)
	rows, total, err := documents.Counted(ctx, d.DB, actor(r), f)
	if err != nil {
		return err
	}
	if f.Direction == "" {
		f.Direction = documents.IncomingBook
	}
	back := f
	back.Key, back.Outcome = "", ""
	return d.page(w, r, View{Title: t(ctx, "Danh sách theo số liệu"), Active: "statistics"}, statisticsRows(statListView{form: f, rows: rows, total: total, back: statAddress(pathStatistics, back)}))
}

// exportStatistics: GET /statistics/export
func (d *Door) exportStatistics(w http.ResponseWriter, r *http.Request) error {
	f, _ := statForm(r)
	v := printView{title: t(r.Context(), "Xuất báo cáo"), action: pathStatistics + "/export", back: pathStatistics, hidden: []Hidden{{"direction", f.Direction}, {"group", f.Group}, {"type", f.Type}}, r: r}
	return d.export(w, r, v, func(form *Form) (*documents.Sheet, error) {
		span := spanOf(form)
		if err := form.Err(); err != nil {
			return nil, err
		}
		f.From, f.To, f.Key, f.Outcome = span.From, span.To, "", ""
		return documents.Report(r.Context(), d.DB, actor(r), f)
	})
}

// statAddress is the address of figures.
func statAddress(path string, f documents.StatForm) string {
	v := url.Values{"direction": {f.Direction}, "group": {f.Group}}
	for name, day := range map[string]calendar.Date{"from": f.From, "to": f.To} {
		if !day.IsZero() {
			v.Set(name, day.Display())
		}
	}
	for name, text := range map[string]string{"key": f.Key, "outcome": f.Outcome, "type": f.Type} {
		if text != "" {
			v.Set(name, text)
		}
	}
	return path + "?" + v.Encode()
}

// figure is a number that opens its list.
func (v statView) figure(key, outcome string) string {
	f := v.form
	f.Key, f.Outcome = key, outcome
	return statAddress(pathStatistics+"/list", f)
}

func (v statView) number(g documents.Figures, outcome string) int {
	if outcome == "" {
		return g.Total
	}
	return g.By[outcome]
}

func (v statView) columns(ctx context.Context) []Column {
	out := []Column{{Label: t(ctx, documents.StatGroupLabel(v.form.Group))}, {Label: t(ctx, "Tổng số"), Class: ColNumber}}
	for _, o := range documents.StatOutcomes {
		out = append(out, Column{Label: translate(ctx, documents.StatLabel(v.form.Direction, o), nil), Class: ColNumber})
	}
	return append(out, Column{Label: t(ctx, "Tỷ lệ đúng hạn"), Class: ColNumber}, Column{Label: t(ctx, "Ngày làm việc trung vị"), Class: ColNumber}, Column{Label: t(ctx, "Ngày làm việc trung bình"), Class: ColNumber})
}

func (v statView) days(ctx context.Context, g documents.Figures, n float64) string {
	if g.Measured == 0 {
		return "–"
	}
	return i18n.Decimal(i18n.Lang(LangOf(ctx)), n, 1)
}

func (v statView) tabs(ctx context.Context) []TabItem {
	var out []TabItem
	for _, dir := range []string{documents.IncomingBook, documents.OutgoingBook} {
		f := v.form
		f.Direction, f.Type = dir, ""
		label := t(ctx, "Văn bản đến")
		if dir == documents.OutgoingBook {
			label = t(ctx, "Văn bản đi")
		}
		out = append(out, TabItem{Href: statAddress(pathStatistics, f), Label: label, Count: -1, Current: dir == v.form.Direction})
	}
	return out
}

func (v statView) groups(ctx context.Context) []Option {
	var out []Option
	for _, g := range documents.StatGroups {
		out = append(out, Option{Value: g, Label: translate(ctx, documents.StatGroupLabel(g), nil)})
	}
	return Choose(out, v.form.Group)
}

func (v statView) actions(ctx context.Context) []Action {
	var out []Action
	for i, format := range documents.Formats {
		a := Action{Label: t(ctx, "Báo cáo {format}", "format", map[string]string{"pdf": "PDF", "xlsx": "XLSX", "docx": "DOCX"}[format]), Icon: "download", Away: true, Href: statAddress(pathStatistics+"/export", v.form) + "&format=" + format}
		if i == 0 {
			a.Icon = "printer"
		}
		out = append(out, a)
	}
	return out
}

// Measures of the chart, in units of its own picture.
const (
	chartWidth, chartHeight, chartFoot, chartHead = 720, 200, 24, 16
)

// bar is a piece of a column of the chart.
type bar struct {
	class      string
	x, y, w, h int
}

// chartColumn is one month: its pieces, its sum and its name.
type chartColumn struct {
	bars       []bar
	middle     int
	top        int
	name, said string
	sum        string
}

// chart stacks the outcomes of each month.
func (v statView) chart(ctx context.Context) []chartColumn {
	most := 1
	for _, g := range v.months.Rows {
		most = max(most, g.Total)
	}
	n := len(v.months.Rows)
	var out []chartColumn
	for i, g := range v.months.Rows {
		step := chartWidth / max(n, 6)
		x, y := i*step+step/6, chartHead+chartHeight
		c := chartColumn{middle: x + step/3, name: g.Key[5:] + "/" + g.Key[:4], said: g.Name + ": " + strconv.Itoa(g.Total), sum: NumberText(ctx, g.Total)}
		for _, o := range documents.StatOutcomes {
			h := g.By[o] * chartHeight / most
			if g.By[o] > 0 {
				h = max(h, 1)
			}
			y -= h
			c.bars = append(c.bars, bar{class: "s-" + o, x: x, y: y, w: step * 2 / 3, h: h})
		}
		c.top = y - 4
		out = append(out, c)
	}
	return out
}
