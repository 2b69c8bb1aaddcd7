package client

import (
	"context"
	"io"
	"net/url"
)

// Statistics is a table of figures of a period. The columns of a row add up to its total.
type Statistics struct {
	Direction string    `json:"direction"`
	From      string    `json:"from"`
	To        string    `json:"to"`
	Group     string    `json:"group"`
	Rows      []Figures `json:"rows"`
	Sum       Figures   `json:"sum"`
}

// Figures counts documents by outcome.
type Figures struct {
	Key        string  `json:"key,omitempty"`
	Name       string  `json:"name,omitempty"`
	Total      int     `json:"total"`
	OnTime     int     `json:"on_time" doc:"Xong đúng hạn"`
	Late       int     `json:"late" doc:"Xong quá hạn"`
	Open       int     `json:"open" doc:"Chưa xong, trong hạn"`
	Overdue    int     `json:"overdue" doc:"Chưa xong, quá hạn"`
	Cancelled  int     `json:"cancelled" doc:"Hủy, thu hồi"`
	Measured   int     `json:"measured" doc:"Số văn bản đã xong dùng để tính thời gian"`
	MedianDays float64 `json:"median_days" doc:"Ngày làm việc, trung vị"`
	MeanDays   float64 `json:"mean_days" doc:"Ngày làm việc, trung bình"`
}

// Counted is the documents that a figure counts, the first thousand of them.
type Counted struct {
	Total int          `json:"total"`
	Rows  []CountedRow `json:"rows"`
}

// CountedRow is one of them.
type CountedRow struct {
	Ref          string `json:"ref"`
	Code         string `json:"code"`
	Subject      string `json:"subject"`
	Unit         string `json:"unit,omitempty"`
	Person       string `json:"person,omitempty"`
	Begun        string `json:"begun"`
	Due          string `json:"due,omitempty"`
	Done         string `json:"done,omitempty"`
	Outcome      string `json:"outcome"`
	OutcomeLabel string `json:"outcome_label"`
}

// Counting asks for figures; zero values are the usual ones.
type Counting struct {
	Direction, From, To, Group, Type, Key, Outcome, Format string
}

func (f Counting) values() url.Values {
	v := url.Values{}
	for name, s := range map[string]string{"direction": f.Direction, "from": f.From, "to": f.To, "group": f.Group, "type": f.Type, "key": f.Key, "outcome": f.Outcome, "format": f.Format} {
		if s != "" {
			v.Set(name, s)
		}
	}
	return v
}

// Statistics gives the figures of a period.
func (c *Client) Statistics(ctx context.Context, f Counting) (Statistics, error) {
	f.Key, f.Outcome, f.Format = "", "", ""
	return a[Statistics](ctx, c, "/statistics", f.values())
}

// Counted lists what a figure counts.
func (c *Client) Counted(ctx context.Context, f Counting) (Counted, error) {
	f.Format = ""
	return a[Counted](ctx, c, "/statistics/list", f.values())
}

// Report streams the report of a period as PDF, XLSX or DOCX.
func (c *Client) Report(ctx context.Context, f Counting, to io.Writer) (string, error) {
	f.Key, f.Outcome = "", ""
	return c.download(ctx, "/statistics/report", f.values(), to)
}
