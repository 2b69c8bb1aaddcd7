package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"congvu/internal/calendar"
	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/i18n"
)

const tagStatistics = "Thống kê, báo cáo"

func (d *door) statisticsRoutes() {
	ask(d, get("/statistics", "readStatistics", tagStatistics, "Số liệu giải quyết văn bản trong kỳ, theo đơn vị, cá nhân, loại hoặc tháng"), d.readStatistics)
	ask(d, get("/statistics/list", "listStatistics", tagStatistics, "Những văn bản mà một con số đã đếm"), d.listStatistics)
	d.stream(get("/statistics/report", "downloadReport", tagStatistics, "Báo cáo tình hình giải quyết văn bản: PDF, XLSX hoặc DOCX"), func(op *huma.Operation) {
		exports(false)(op)
		op.Parameters = append(op.Parameters, query("direction", "incoming (mặc định) hoặc outgoing", huma.Schema{Type: huma.TypeString}),
			query("group", "unit (mặc định), person, type, month", huma.Schema{Type: huma.TypeString}), query("type", "Tên loại văn bản", huma.Schema{Type: huma.TypeString}))
	}, d.downloadReport)
}

// Counting is a period, a half and a grouping; it is exported so that other forms can take it in.
type Counting struct {
	Direction string `query:"direction" enum:"incoming,outgoing" doc:"Vắng mặt: incoming"`
	From      string `query:"from" format:"date" doc:"Vắng mặt: đầu năm"`
	To        string `query:"to" format:"date" doc:"Vắng mặt: hôm nay"`
	Group     string `query:"group" enum:"unit,person,type,month" doc:"Vắng mặt: unit"`
	Type      string `query:"type" maxLength:"200" doc:"Tên loại văn bản"`
}

func (f Counting) form() documents.StatForm {
	return documents.StatForm{Direction: f.Direction, From: calendar.Date(f.From), To: calendar.Date(f.To), Group: f.Group, Type: f.Type}
}

func (d *door) readStatistics(ctx context.Context, c *call, in *Counting) (client.Statistics, error) {
	st, err := documents.Count(ctx, d.DB, c.actor, in.form())
	if err != nil {
		return client.Statistics{}, err
	}
	figures := func(g documents.Figures) client.Figures {
		return client.Figures{Key: g.Key, Name: g.Name, Total: g.Total, OnTime: g.By[documents.StatOnTime], Late: g.By[documents.StatLate], Open: g.By[documents.StatOpen],
			Overdue: g.By[documents.StatOverdue], Cancelled: g.By[documents.StatCancelled], Measured: g.Measured, MedianDays: g.Median, MeanDays: g.Mean}
	}
	return client.Statistics{Direction: st.Form.Direction, From: string(st.Form.From), To: string(st.Form.To), Group: st.Form.Group, Rows: each(st.Rows, figures), Sum: figures(st.Sum)}, nil
}

type countedOf struct {
	Counting
	Key     string `query:"key" maxLength:"200" doc:"Dòng của bảng số liệu"`
	Outcome string `query:"outcome" enum:"on_time,late,open,overdue,cancelled" doc:"Cột của bảng số liệu; vắng mặt: tất cả"`
}

func (d *door) listStatistics(ctx context.Context, c *call, in *countedOf) (client.Counted, error) {
	f := in.form()
	f.Key, f.Outcome = in.Key, in.Outcome
	rows, total, err := documents.Counted(ctx, d.DB, c.actor, f)
	if f.Direction == "" {
		f.Direction = documents.IncomingBook
	}
	return client.Counted{Total: total, Rows: each(rows, func(s documents.StatRow) client.CountedRow {
		return client.CountedRow{Ref: s.Ref, Code: s.Code, Subject: s.Subject, Unit: s.UnitName, Person: s.Who, Begun: string(s.Begun), Due: string(s.Due), Done: string(s.Done), Outcome: s.Outcome,
			OutcomeLabel: i18n.T(c.lang, documents.StatLabel(f.Direction, s.Outcome), nil)}
	})}, err
}

func (d *door) downloadReport(c *call, w http.ResponseWriter, r *http.Request) error {
	s, err := spanQuery(c, r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	return d.giveSheet(c, w, r, "bao-cao", func(ctx context.Context) (*documents.Sheet, error) {
		return documents.Report(ctx, d.DB, c.actor, documents.StatForm{Direction: q.Get("direction"), From: s.From, To: s.To, Group: q.Get("group"), Type: q.Get("type")})
	})
}
