package main

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"congvu/internal/client"
)

// farDrafting are the verbs of those who write documents.
func farDrafting() []far {
	return []far{
		{"sources", "sources REF", "tệp soạn thảo của dự thảo và việc chuyển thành PDF", remoteSources},
		{"compare", "compare REF [BẢN [BẢN]]", "chỗ khác nhau giữa hai bản; một bản: so với nội dung hiện tại", remoteCompare},
		{"editing", "editing REF", "báo đang sửa dự thảo và xem ai khác cũng đang sửa", remoteEditing},
		{"layout", "layout REF", "những chỗ dự thảo chưa đúng thể thức", remoteLayout},
		{"waive", "waive REF MÃ_LỖI --reason X", "bỏ qua một lỗi thể thức, có lý do", remoteWaive},
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

func remoteCompare(ctx context.Context, r *remoteCall) error {
	numbers := []int64{1, 0}
	if len(r.args) < 1 || len(r.args) > 3 {
		return badUsage("cần một văn bản và nhiều nhất hai số bản: congvu remote compare outgoing/SỐ 1 2")
	}
	for i, text := range r.args[1:] {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return badUsage(fmt.Sprintf("%q không phải là số bản", text))
		}
		numbers[i] = n
	}
	id, err := idOf(r.args[0], "outgoing")
	if err != nil {
		return err
	}
	found, err := r.Compare(ctx, id, numbers[0], numbers[1])
	if err != nil {
		return err
	}
	return r.show(found, func(out io.Writer) {
		if len(found.Changes) == 0 {
			fmt.Fprintln(out, "Hai bản giống nhau.")
		}
		for _, c := range found.Changes {
			fmt.Fprintf(out, "%s:\n  ", c.Label)
			for _, p := range c.Parts {
				switch p.Kind {
				case "added":
					fmt.Fprintf(out, "{+%s+}", p.Text)
				case "removed":
					fmt.Fprintf(out, "[-%s-]", p.Text)
				default:
					fmt.Fprint(out, p.Text)
				}
			}
			fmt.Fprintln(out)
		}
	})
}

func remoteEditing(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("outgoing")
	if err != nil {
		return err
	}
	others, err := r.Editing(ctx, id)
	if err != nil {
		return err
	}
	return r.show(others, func(out io.Writer) {
		for _, e := range others {
			fmt.Fprintf(out, "%s, %s cũng đang sửa\n", e.Name, e.Post)
		}
		if len(others) == 0 {
			fmt.Fprintln(out, "Không ai khác đang sửa.")
		}
	})
}

func remoteLayout(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("outgoing")
	if err != nil {
		return err
	}
	all, err := r.CheckLayout(ctx, id)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, f := range all {
			fmt.Fprintf(out, "ô %s  %s  %s", f.Box, f.Code, f.Text)
			if f.W > 0 && f.H > 0 {
				fmt.Fprintf(out, "  (trang %d, cách trái %d mm, cách trên %d mm)", f.Page, f.X, f.Y)
			}
			if f.Waived {
				fmt.Fprintf(out, "  [%s bỏ qua: %s]", f.WaivedBy, f.Reason)
			}
			fmt.Fprintln(out)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Không thấy lỗi thể thức.")
		}
	})
}

func remoteWaive(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 2 {
		return badUsage("cần văn bản và mã lỗi: congvu remote waive outgoing/SỐ body.end --reason X")
	}
	id, err := idOf(r.args[0], "outgoing")
	if err == nil {
		err = need("reason", r.o.reason)
	}
	if err != nil {
		return err
	}
	if err := r.Waive(ctx, id, client.Waiver{Code: r.args[1], Reason: r.o.reason}); err != nil {
		return err
	}
	return r.show(map[string]bool{"waived": true}, func(out io.Writer) { fmt.Fprintln(out, "Đã bỏ qua lỗi thể thức.") })
}
