package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

func farSearch() []far {
	return []far{
		{"find", "find TỪ… [TRƯỜNG=GIÁ_TRỊ…]", "tìm văn bản, ví dụ: find van thu kind=in issued_from=2026-01-01", remoteFind},
		{"read", "read TỆP", "đọc số, ngày, cơ quan, trích yếu… từ tệp PDF hoặc ảnh quét", remoteRead},
	}
}

// findFields are the fields of a question besides its words.
const findFields = " kind type state urgency register arrival year unit dossier number notation subject issuer signer receiver person note issued_from issued_to arrived_from arrived_to due_from due_to sort cursor limit "

func remoteFind(ctx context.Context, r *remoteCall) error {
	question := url.Values{}
	var words []string
	for _, arg := range r.args {
		name, value, ok := strings.Cut(arg, "=")
		if ok && strings.Contains(findFields, " "+name+" ") {
			question.Set(name, value)
			continue
		}
		words = append(words, arg)
	}
	if len(words) > 0 {
		question.Set("q", strings.Join(words, " "))
	}
	page, err := r.Search(ctx, question)
	if err != nil {
		return err
	}
	return r.show(page, func(out io.Writer) {
		more := ""
		if page.More {
			more = "+"
		}
		fmt.Fprintf(out, "%d%s văn bản, thứ tự %s\n", page.Count, more, page.Sort)
		for _, f := range page.Rows {
			fmt.Fprintf(out, "%s  %s  %s  %s  %s  %s\n", f.Ref, f.Number, f.IssuedDate, f.Issuer, f.Subject, f.State)
		}
		if page.Next != "" {
			fmt.Fprintf(out, "Còn nữa: cursor=%s\n", page.Next)
		}
	})
}

func remoteRead(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 1 {
		return badUsage("congvu remote read TỆP")
	}
	f, err := os.Open(r.args[0])
	if err != nil {
		return err
	}
	defer f.Close()
	reading, err := r.ReadFields(ctx, filepath.Base(r.args[0]), f)
	if err != nil {
		return err
	}
	return r.show(reading, func(out io.Writer) {
		if reading.NoOCR {
			fmt.Fprintln(out, "Tệp là bản quét; máy chủ chưa cài phần nhận dạng chữ.")
		}
		for _, f := range reading.Fields {
			fmt.Fprintf(out, "%-16s %3.0f%%  trang %d  %s\n", f.Name, f.Confidence*100, f.Page, strings.ReplaceAll(f.Value, "\n", "; "))
		}
	})
}
