package main

import (
	"context"
	"fmt"
	"io"

	"congvu/internal/client"
)

// farHistory is the whole course of a document.
func farHistory() []far {
	return []far{
		{"history", "history REF [--kind LOẠI] [--person person/SỐ] [--out TỆP.pdf]", "toàn bộ lịch sử giải quyết, gồm lượt xem và gửi nhận; với --out: in ra PDF", remoteHistory},
	}
}

func remoteHistory(ctx context.Context, r *remoteCall) error {
	ref, err := r.wholeRef()
	if err != nil {
		return err
	}
	person := client.ID(0)
	if r.o.person != "" {
		if person, err = idOf(r.o.person, "person"); err != nil {
			return err
		}
	}
	if r.o.out != "" {
		return r.save(0, func(to io.Writer) (string, error) { return r.PrintHistory(ctx, ref, r.o.kind, person, to) })
	}
	whole := client.Course{}
	for cursor := ""; ; {
		part, err := r.History(ctx, ref, r.o.kind, person, cursor, 200)
		if err != nil {
			return err
		}
		whole.Rows, whole.People, whole.Readings = append(whole.Rows, part.Rows...), part.People, part.Readings
		if cursor = part.Next; cursor == "" {
			break
		}
	}
	return r.show(whole, func(out io.Writer) {
		for _, m := range whole.Rows {
			fmt.Fprintf(out, "%s  [%s]  %s: %s\n", m.At.Format("2006-01-02 15:04"), m.KindLabel, orDash(m.Who), m.What)
			if m.Note != "" {
				fmt.Fprintf(out, "      «%s»\n", m.Note)
			}
		}
	})
}
