package main

import (
	"context"
	"fmt"
	"io"
)

// farDrafting are the verbs of those who write documents.
func farDrafting() []far {
	return []far{
		{"sources", "sources REF", "tệp soạn thảo của dự thảo và việc chuyển thành PDF", remoteSources},
	}
}

func remoteSources(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("outgoing")
	if err != nil {
		return err
	}
	all, err := r.Sources(ctx, id)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		words := map[string]string{"waiting": "đang chuyển thành PDF", "done": "đã chuyển", "failed": "chưa chuyển được"}
		for _, s := range all {
			fmt.Fprintf(out, "source/%s  %s  [%s]", s.ID, s.Name, words[s.State])
			if s.Version > 0 {
				fmt.Fprintf(out, "  bản %d", s.Version)
			}
			if s.Reason != "" {
				fmt.Fprintf(out, "  %s", s.Reason)
			}
			fmt.Fprintln(out)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Không có tệp nguồn.")
		}
	})
}
