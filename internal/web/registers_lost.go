package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/store"
)

// lostNumbers: GET, POST /registers/{id}/lost: the numbers that a restore has lost, and the act of voiding them.
func (d *Door) lostNumbers(w http.ResponseWriter, r *http.Request) error {
	b, err := d.keptBook(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	all, err := documents.LostNumbers(ctx, d.DB, actor(r), b.ID)
	if err != nil {
		return err
	}
	first, last := "", ""
	for _, l := range all {
		if l.State == documents.LostMissing {
			if first == "" {
				first = strconv.FormatInt(l.Number, 10)
			}
			last = strconv.FormatInt(l.Number, 10)
		}
	}
	return d.act(w, r, ActPage{Active: "registers", Title: t(ctx, "Số thiếu sau khôi phục"), Lead: t(ctx, "{name}, năm {year}", "name", b.Name, "year", strconv.Itoa(b.Year)),
		Submit: Action{Label: t(ctx, "Bỏ các số này"), Kind: DangerFinal}, Refused: t(ctx, "Chưa bỏ được số"), Back: pathRegisters + "?direction=" + b.Direction + "&year=" + strconv.Itoa(b.Year),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			if len(all) == 0 {
				return []templ.Component{Note(Info, t(ctx, "Sổ không thiếu số nào sau khôi phục."))}, nil
			}
			out := []templ.Component{Note(Warn, t(ctx, "Dữ liệu đã được khôi phục từ bản sao lưu cũ hơn các số này. Sổ không cấp số cho đến khi mỗi số được nhập lại (vào sổ văn bản giấy, hoặc đăng ký văn bản đến với số cũ) hay bỏ kèm lý do."))}
			for _, l := range all {
				out = append(out, Note(Info, lostWords(ctx, l)))
			}
			return append(out,
				TextField(fieldOf(f, errs, Field{Name: "first", Label: t(ctx, "Từ số"), Value: first, Short: true, InputMode: "numeric"})),
				TextField(fieldOf(f, errs, Field{Name: "last", Label: t(ctx, "Đến hết số"), Value: last, Short: true, InputMode: "numeric"})),
				TextField(fieldOf(f, errs, Field{Name: "reason", Label: t(ctx, "Lý do bỏ số"), MaxLength: 500, Autofocus: true}))), nil
		},
		Do: func(f *Form) (flashed, string, error) {
			from, to, reason := f.Number("first"), f.Number("last"), f.Line("reason")
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			var n int64
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) (err error) {
				n, err = documents.VoidLost(ctx, tx, b.ID, from, to, reason)
				return err
			})
			return done("Đã bỏ {n} số thiếu của sổ.", "n", n), "", err
		}})
}

func lostWords(ctx context.Context, l documents.LostNumber) string {
	n := strconv.FormatInt(l.Number, 10)
	switch {
	case l.State == documents.LostEntered:
		return t(ctx, "{number}: đã nhập lại ({name})", "number", n, "name", l.PersonName)
	case l.State == documents.LostVoid:
		return t(ctx, "{number}: đã bỏ ({name}): {reason}", "number", n, "name", l.PersonName, "reason", l.Reason)
	case l.Title != "":
		return t(ctx, "{number}: {title}, nơi giữ văn bản: {peer}", "number", n, "title", l.Title, "peer", l.Peer)
	}
	return t(ctx, "{number}: chưa rõ văn bản nào", "number", n)
}
