package main

import (
	"context"
	"errors"

	"congvu/internal/i18n"
	"congvu/internal/store"
)

// reasoned is any error that brings its own sentence for people.
type reasoned interface {
	Reason() (text string, args map[string]any)
}

// explain gives an error as a Vietnamese sentence where a room or a shed has one.
func explain(err error) string {
	var r *store.Refusal
	if errors.As(err, &r) {
		out := ""
		for i, p := range r.Problems {
			if i > 0 {
				out += "\n        "
			}
			if p.Field != "" {
				out += p.Field + ": "
			}
			out += i18n.T("vi", p.Text, p.Args)
		}
		return out
	}
	var s reasoned
	if errors.As(err, &s) {
		text, args := s.Reason()
		return i18n.T("vi", text, args)
	}
	if errors.Is(err, store.ErrBehind) {
		return "Dữ liệu thuộc phiên bản cũ hơn chương trình. Chạy «congvu migrate» với cùng --data trước khi dùng."
	}
	if errors.Is(err, context.Canceled) {
		return "Đã dừng theo yêu cầu trước khi xong việc. Việc đã xong được giữ; chạy lại lệnh để làm tiếp."
	}
	return err.Error()
}
