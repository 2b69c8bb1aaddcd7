package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"congvu/internal/client"
	"congvu/internal/store"
)

func farSearch() []far {
	return []far{
		{"find", "find TỪ… [TRƯỜNG=GIÁ_TRỊ…]", "tìm văn bản, ví dụ: find van thu kind=in issued_from=2026-01-01", remoteFind},
		{"searches", "searches", "tìm kiếm đã lưu của tôi và của đơn vị", remoteSearches},
		{"search-save", "search-save TÊN TỪ… [TRƯỜNG=GIÁ_TRỊ…] [--shared]", "lưu một tìm kiếm; --shared: cho cả đơn vị", remoteSearchSave},
		{"search-run", "search-run search/SỐ [--cursor X]", "tìm lại theo tìm kiếm đã lưu", remoteSearchRun},
		{"search-rename", "search-rename search/SỐ TÊN", "đổi tên tìm kiếm của mình", remoteSearchRename},
		{"search-forget", "search-forget search/SỐ", "xóa tìm kiếm của mình", remoteSearchForget},
		{"search-columns", "search-columns [CỘT…]", "chọn các cột của kết quả; không nêu cột: xem các cột", remoteSearchColumns},
		{"search-export", "search-export TỪ… [TRƯỜNG=GIÁ_TRỊ…] [--format X] [--out TỆP]", "xuất kết quả tìm kiếm: pdf, xlsx, docx, doc", remoteSearchExport},
		{"read", "read TỆP", "đọc số, ngày, cơ quan, trích yếu… từ tệp PDF hoặc ảnh quét", remoteRead},
	}
}

// findFields are the fields of a question besides its words.
const findFields = " kind type state urgency register arrival year unit dossier number notation subject issuer signer receiver person note issued_from issued_to arrived_from arrived_to due_from due_to sort cursor limit "

// question takes words and fields apart.
func question(args []string) url.Values {
	out := url.Values{}
	var words []string
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if ok && strings.Contains(findFields, " "+name+" ") {
			out.Set(name, value)
			continue
		}
		words = append(words, arg)
	}
	if len(words) > 0 {
		out.Set("q", strings.Join(words, " "))
	}
	return out
}

func remoteFind(ctx context.Context, r *remoteCall) error { return r.find(ctx, question(r.args)) }

func (r *remoteCall) find(ctx context.Context, asked url.Values) error {
	page, err := r.Search(ctx, asked)
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

func writeSearch(out io.Writer, s client.SavedSearch) {
	whose := "của tôi"
	if !s.Mine {
		whose = "của đơn vị"
	} else if s.Shared {
		whose = "của tôi, cả đơn vị dùng"
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(s.Question)) {
		parts = append(parts, name+"="+s.Question[name])
	}
	fmt.Fprintf(out, "search/%s  %s  (%s)  %s\n", s.ID, s.Name, whose, strings.Join(parts, " "))
}

func remoteSearches(ctx context.Context, r *remoteCall) error {
	all, err := r.SavedSearches(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, s := range all {
			writeSearch(out, s)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Chưa lưu tìm kiếm nào.")
		}
	})
}

func remoteSearchSave(ctx context.Context, r *remoteCall) error {
	if len(r.args) < 2 {
		return badUsage("cần tên và điều kiện: congvu remote search-save TÊN TỪ… TRƯỜNG=GIÁ_TRỊ…")
	}
	form := client.SavingSearch{Name: r.args[0], Question: map[string]string{}, Unit: r.o.shared}
	asked := question(r.args[1:])
	for name := range asked {
		form.Question[name] = asked.Get(name)
	}
	s, err := r.SaveSearch(ctx, form)
	if err != nil {
		return err
	}
	return r.show(s, func(out io.Writer) { writeSearch(out, s) })
}

func remoteSearchRun(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("search")
	if err != nil {
		return err
	}
	all, err := r.SavedSearches(ctx)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(s client.SavedSearch) bool { return s.ID == id })
	if at < 0 {
		return store.Refuse(store.NotFound, "Không tìm thấy tìm kiếm đã lưu này trong số của ông/bà.")
	}
	asked := url.Values{}
	for name, value := range all[at].Question {
		asked.Set(name, value)
	}
	if r.o.cursor != "" {
		asked.Set("cursor", r.o.cursor)
	}
	return r.find(ctx, asked)
}

func remoteSearchRename(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 2 {
		return badUsage("cần tìm kiếm và tên mới: congvu remote search-rename search/SỐ TÊN")
	}
	id, err := idOf(r.args[0], "search")
	if err != nil {
		return err
	}
	return r.finished(r.RenameSearch(ctx, id, r.args[1]), "Đã đổi tên tìm kiếm.")
}

func remoteSearchForget(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("search")
	if err != nil {
		return err
	}
	return r.finished(r.ForgetSearch(ctx, id), "Đã xóa tìm kiếm.")
}

func remoteSearchColumns(ctx context.Context, r *remoteCall) error {
	if len(r.args) > 0 {
		return r.finished(r.ChooseColumns(ctx, r.args), "Đã lưu các cột hiển thị.")
	}
	all, err := r.ResultColumns(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, x := range all {
			mark := " "
			if x.Chosen {
				mark = "x"
			}
			fmt.Fprintf(out, "[%s] %-10s %s\n", mark, x.Key, x.Label)
		}
	})
}

func remoteSearchExport(ctx context.Context, r *remoteCall) error {
	asked := question(r.args)
	if r.books.format != "" {
		asked.Set("format", r.books.format)
	}
	return r.save(0, func(to io.Writer) (string, error) { return r.ExportSearch(ctx, asked, to) })
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
