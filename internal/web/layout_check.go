package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/store"
)

// waivePage: GET and POST /outgoing/{id}/layout/waive?code=…
func (d *Door) waivePage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	doc, err := documents.FindOutgoing(ctx, d.DB, actor(r), id)
	if err != nil {
		return err
	}
	code := r.URL.Query().Get("code")
	return d.act(w, r, ActPage{Active: "outgoing", Title: t(ctx, "Bỏ qua lỗi thể thức"), Lead: doc.Title(), Back: fmt.Sprintf("/outgoing/%d", id), Submit: Action{Label: t(ctx, "Bỏ qua lỗi này"), Kind: Primary},
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{TextArea(fieldOf(f, errs, Field{Name: "note", Label: t(ctx, "Lý do"), Hint: t(ctx, "Từ 10 ký tự; lý do được lưu cùng văn bản"), MaxLength: 1000, Rows: 3}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return documents.WaiveFinding(ctx, tx, id, code, f.Text("note")) })
			return done("Đã bỏ qua lỗi thể thức, có lưu lý do."), "", err
		}})
}

// findingBoxes are the places of findings over the page preview; what is waived is no longer shown there.
func findingBoxes(ctx context.Context, all []documents.LayoutFinding) (out []SignatureBox) {
	for _, f := range all {
		if b := f.Place.Box; f.Place.Page > 0 && !f.Waived && b.Right > b.Left && b.Bottom > b.Top {
			out = append(out, SignatureBox{Page: f.Place.Page, X: b.Left, Y: f.Place.Height - b.Bottom, W: b.Right - b.Left, H: b.Bottom - b.Top, Label: t(ctx, "Ô {box}: {finding}", "box", f.Box, "finding", translate(ctx, f.Text, f.Args)), Tone: Warn})
		}
	}
	return out
}

// uploaded tells whether the main file was made elsewhere: its pages are checked, whatever its type and signer.
func (v *outgoingView) uploaded() bool {
	for _, x := range slices.Backward(v.versions) {
		if x.Kind == "uploaded" || x.Kind == "laid_out" {
			return x.Kind == "uploaded"
		}
	}
	return false
}
