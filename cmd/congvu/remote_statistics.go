package main

import (
	"context"
	"fmt"
	"io"

	"congvu/internal/client"
)

// farStatistics are the verbs about figures and reports.
func farStatistics() []far {
	return []far{
		{"statistics", "statistics [--direction X] [--from X] [--till X] [--group X]", "số liệu giải quyết văn bản; --group: unit, person, type, month", remoteStatistics},
		{"counted", "counted [--direction X] [--from X] [--till X] [--group X] [--row X] [--outcome X]", "những văn bản mà một con số đã đếm", remoteCounted},
		{"report", "report [--direction X] [--from X] [--till X] [--group X] [--format X] [--out TỆP]", "báo cáo tình hình giải quyết văn bản: PDF, XLSX, DOCX", remoteReport},
	}
}

func (b bookOptions) counting() client.Counting {
	return client.Counting{Direction: b.direction, From: b.from, To: b.till, Group: b.group, Key: b.row, Outcome: b.outcome, Format: b.format}
}

func remoteStatistics(ctx context.Context, r *remoteCall) error {
	st, err := r.Statistics(ctx, r.books.counting())
	if err != nil {
		return err
	}
	return r.show(st, func(out io.Writer) {
		fmt.Fprintf(out, "%s, từ %s đến %s\n", st.Direction, st.From, st.To)
		line := func(name string, g client.Figures) {
			fmt.Fprintf(out, "%-40s tổng %d  đúng hạn %d  quá hạn %d  đang giải quyết %d  đang quá hạn %d  hủy %d  trung vị %.1f ngày\n", name, g.Total, g.OnTime, g.Late, g.Open, g.Overdue, g.Cancelled, g.MedianDays)
		}
		for _, g := range st.Rows {
			line(orDash(g.Name)+" ["+g.Key+"]", g)
		}
		line("Cộng", st.Sum)
	})
}

func remoteCounted(ctx context.Context, r *remoteCall) error {
	all, err := r.Counted(ctx, r.books.counting())
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, s := range all.Rows {
			fmt.Fprintf(out, "%s  %s  %s  %s  [%s]\n", s.Ref, orDash(s.Code), s.Subject, orDash(s.Unit), s.OutcomeLabel)
		}
		fmt.Fprintf(out, "%d văn bản\n", all.Total)
	})
}

func remoteReport(ctx context.Context, r *remoteCall) error {
	return r.save(0, func(to io.Writer) (string, error) { return r.Report(ctx, r.books.counting(), to) })
}
