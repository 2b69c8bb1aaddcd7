package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"congvu/internal/documents"
	"congvu/internal/store"
)

// batchRoutes order many signatures with one consent and show how far they are (S11).
func batchRoutes() []Route {
	signers := posts(deskRoles)
	return []Route{
		{Pattern: "POST /signing/batches", Who: signers, Handle: (*Door).startBatch},
		{Pattern: "GET /signing/batches", Who: signers, Handle: (*Door).batchesPage},
		{Pattern: "GET /signing/batches/{id}", Who: signers, Handle: (*Door).batchPage},
		{Pattern: "POST /signing/batches/{id}/cancel", Who: signers, Handle: (*Door).cancelBatch},
	}
}

// picksOf reads the ticked boxes: document and the file that was seen.
func picksOf(f *Form) ([]documents.Pick, error) {
	var out []documents.Pick
	for _, v := range f.Values("pick") {
		id, sha, ok := strings.Cut(v, ":")
		n, err := strconv.ParseInt(id, 10, 64)
		if !ok || err != nil || n <= 0 || len(sha) != 64 {
			return nil, store.RefuseField("documents", "Danh sách chọn không đúng. Chưa có gì được ký; hãy tải lại trang rồi chọn lại.")
		}
		out = append(out, documents.Pick{ID: n, SHA: sha})
	}
	return out, nil
}

// startBatch: POST /signing/batches
func (d *Door) startBatch(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	form, err := readForm(r)
	if err != nil {
		return err
	}
	kind := documents.BatchSign
	if form.Line("kind") == deskRelease {
		kind = documents.BatchRelease
	}
	batch, err := d.orderBatch(r, form, kind)
	if err == nil {
		d.flash(w, Good, store.Say("Đã bắt đầu thực hiện. Ông/Bà có thể rời trang này; hệ thống báo khi xong."))
		return redirect(w, r, fmt.Sprintf("/signing/batches/%d", batch.ID))
	}
	errs, ok := asErrors(ctx, err)
	status := http.StatusUnprocessableEntity
	var refusal *store.Refusal
	if !ok && errors.Is(err, store.Conflict) && errors.As(err, &refusal) {
		errs, status, ok = Errors{{Message: sentences(ctx, refusal)}}, http.StatusConflict, true
	}
	if !ok {
		return err
	}
	v, err := d.loadSigning(r, form.Line("kind"))
	if err != nil {
		return err
	}
	v.errs, v.consent = errs, form.Yes("consent")
	for _, p := range form.Values("pick") {
		v.picked[p] = true
	}
	return d.showSigning(w, r, status, v)
}

func (d *Door) orderBatch(r *http.Request, form *Form, kind string) (*documents.Batch, error) {
	picks, err := picksOf(form)
	if err != nil {
		return nil, err
	}
	var p store.Problems
	if len(picks) == 0 {
		p.Add("", "Chưa chọn văn bản nào. Hãy đánh dấu các văn bản cần thực hiện.")
	}
	if !form.Yes("consent") {
		p.Add("consent", "Cần xác nhận đồng ý với các văn bản đã chọn.")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	if err := d.prove(r, form); err != nil {
		return nil, err
	}
	var batch *documents.Batch
	err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) (err error) {
		batch, err = documents.StartBatch(r.Context(), tx, documents.BatchForm{Kind: kind, Picks: picks, Consent: true})
		return err
	})
	return batch, err
}

// batchView is one batch under way or done.
type batchView struct {
	*documents.Batch
	items []documents.BatchItem
}

func (v batchView) deskKind() string {
	if v.Kind == documents.BatchRelease {
		return deskRelease
	}
	return deskSign
}

// again lists the documents that are still to be done, for the desk to tick.
func (v batchView) again() string {
	var ids []string
	for _, x := range v.items {
		if x.State == documents.ItemFailed || x.State == documents.ItemCancelled {
			ids = append(ids, strconv.FormatInt(x.OutgoingID, 10))
		}
	}
	return strings.Join(ids, ",")
}

// waiting tells whether there is still something to cancel.
func (v batchView) waiting() bool {
	return slices.ContainsFunc(v.items, func(x documents.BatchItem) bool { return x.State == documents.ItemWaiting })
}

func batchTitle(ctx context.Context, b *documents.Batch) string {
	if b.Kind == documents.BatchRelease {
		return t(ctx, "Đợt phát hành {n} văn bản", "n", b.Total)
	}
	return t(ctx, "Đợt ký {n} văn bản", "n", b.Total)
}

// batchPage: GET /signing/batches/{id}
func (d *Door) batchPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	v := batchView{}
	if v.Batch, err = documents.FindBatch(ctx, d.DB, actor(r), id); err != nil {
		return err
	}
	if v.items, err = documents.BatchItems(ctx, d.DB, actor(r), id); err != nil {
		return err
	}
	return d.page(w, r, View{Title: batchTitle(ctx, v.Batch), Active: "signing", Watch: []string{"documents", "batches"}}, batchPage(v))
}

// batchesPage: GET /signing/batches
func (d *Door) batchesPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64) // what is no number asks for the newest
	all, err := documents.Batches(ctx, d.DB, actor(r), before)
	if err != nil {
		return err
	}
	desk, err := d.loadSigning(r, "")
	if err != nil {
		return err
	}
	desk.kind = deskBatches
	return d.page(w, r, View{Title: t(ctx, "Các đợt ký"), Active: "signing", Watch: []string{"batches"}}, batchesPage(desk, all))
}

// cancelBatch: POST /signing/batches/{id}/cancel
func (d *Door) cancelBatch(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return documents.CancelBatch(r.Context(), tx, id) })
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã dừng. Các văn bản chưa đến lượt được giữ nguyên; văn bản đang làm dở được làm xong."))
	return redirect(w, r, fmt.Sprintf("/signing/batches/%d", id))
}
