package web

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/a-h/templ"

	"congvu/internal/auth"
	"congvu/internal/blob"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
	"congvu/internal/workbook"
)

const pathImport = "/admin/import"

// mostTable is how large a table may be; workbook refuses larger ones by itself.
const mostTable = 10 << 20

// importRoutes take tables of agencies, units and people.
func importRoutes() []Route {
	return []Route{
		{Pattern: "GET " + pathImport, Who: posts(keepers), Handle: (*Door).importPage, Nav: &Nav{Key: "import", Icon: "cloud-upload", Group: adminGroup, Label: func(ctx context.Context) string { return t(ctx, "Nạp danh sách") }}},
		{Pattern: "POST " + pathImport, Who: posts(keepers), Handle: (*Door).importTable, Body: mostTable + 1<<20},
		{Pattern: "GET /admin/import/templates/{kind}", Who: posts(keepers), Handle: (*Door).importTemplate},
	}
}

// importKinds are what a post may import, with the names of the empty tables.
func importKinds(ctx context.Context, a store.Actor) []Option {
	all := []Option{{Value: org.ImportPeople, Label: t(ctx, "Người và chức vụ"), Hint: t(ctx, "Mỗi dòng một chức vụ; có thể kèm tên đăng nhập")},
		{Value: org.ImportUnits, Label: t(ctx, "Đơn vị"), Hint: t(ctx, "Phòng, ban, bộ phận của cơ quan")}}
	if org.MayShapeCity(a) {
		all = append(all, Option{Value: org.ImportAgencies, Label: t(ctx, "Cơ quan"), Hint: t(ctx, "Danh bạ cơ quan theo mã định danh")},
			Option{Value: org.ImportSuccessions, Label: t(ctx, "Quan hệ kế tục"), Hint: t(ctx, "Cơ quan cũ, cơ quan mới và nơi tiếp nhận, cho một quyết định sắp xếp đang chuẩn bị")})
	}
	return all
}

func kindOf(ctx context.Context, a store.Actor, kind string) (Option, bool) {
	for _, o := range importKinds(ctx, a) {
		if o.Value == kind {
			return o, true
		}
	}
	return Option{}, false
}

// importPage: GET /admin/import
func (d *Door) importPage(w http.ResponseWriter, r *http.Request) error {
	return d.showImport(w, r, 0, org.ImportPeople, nil, nil)
}

func (d *Door) showImport(w http.ResponseWriter, r *http.Request, status int, kind string, plan *org.ImportPlan, errs Errors) error {
	ctx := r.Context()
	kinds := Choose(importKinds(ctx, actor(r)), kind)
	fields := []templ.Component{
		RadioField(Field{Name: "kind", Label: t(ctx, "Loại danh sách"), Error: errs.Of("kind")}, kinds),
		FileField(Field{Name: "file", Label: t(ctx, "Bảng tính"), Hint: t(ctx, "XLSX hoặc CSV (UTF-8), tối đa {size} và 20.000 dòng", "size", SizeText(ctx, mostTable)), Error: errs.Of("file")},
			FileView{Accept: ".xlsx,.csv", Most: mostTable})}
	if plan != nil {
		fields = append(fields, rowErrors(plan))
	}
	card := wrap(FormCard(FormView{ID: "import", Action: pathImport, Title: t(ctx, "Nạp danh sách từ bảng tính"),
		Lead:   t(ctx, "Bước 1 trong 2: hệ thống đọc thử và báo kết quả; chưa có gì thay đổi cho đến khi ông/bà đồng ý ở bước 2."),
		Submit: Action{Label: t(ctx, "Đọc thử"), Kind: Primary}, ErrorTitle: t(ctx, "Chưa nạp được danh sách. Chưa có dòng nào thay đổi."), Errors: errs, Files: true}), fields...)
	return d.page(w, r, View{Title: t(ctx, "Nạp danh sách"), Active: "import", Status: status}, wrap(Body(HeadView{}, false), card, importTemplates(kinds)))
}

// importTemplate: GET /admin/import/templates/{kind}
func (d *Door) importTemplate(w http.ResponseWriter, r *http.Request) error {
	kind, known := kindOf(r.Context(), actor(r), r.PathValue("kind"))
	if !known {
		return store.Refuse(store.NotFound, "Không có mẫu bảng tính này.")
	}
	out, err := org.Template(kind.Value)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := workbook.WriteXLSX(&b, out); err != nil {
		return fmt.Errorf("template %s: %w", kind.Value, err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	h.Set("Content-Disposition", disposition("attachment", fmt.Sprintf("mau-%s.xlsx", i18n.Fold(kind.Label))))
	h.Set("Content-Length", fmt.Sprint(b.Len()))
	_, err = b.WriteTo(w)
	return err
}

// upload is a table between the two steps: what it is, and where its bytes wait. Blobs nobody names are swept after a day.
type upload struct {
	Kind, Name, SHA string
	data            []byte
}

// importTable: POST /admin/import: a file is read for trial, a sealed upload is carried out.
func (d *Door) importTable(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(r)
	if errs, ok := asErrors(r.Context(), err); ok {
		return d.showImport(w, r, http.StatusUnprocessableEntity, org.ImportPeople, nil, onFile(errs))
	}
	if err != nil {
		return err
	}
	if form.Line("sha") != "" {
		return d.carryOutImport(w, r, form)
	}
	kind := form.Line("kind")
	u, plan, err := d.tryImport(r, kind)
	if err == nil && len(plan.Errors) > 0 {
		err = store.RefuseField("file", "Bảng tính có {n} chỗ cần sửa, liệt kê bên dưới. Hãy sửa trong tệp rồi đọc thử lại.", "n", len(plan.Errors))
	}
	if errs, ok := asErrors(r.Context(), err); ok {
		return d.showImport(w, r, http.StatusUnprocessableEntity, kind, plan, onFile(errs))
	}
	if err != nil {
		return err
	}
	return d.showPlan(w, r, u, plan)
}

// onFile puts what is wrong with a table under the field it came from.
func onFile(errs Errors) Errors {
	for i := range errs {
		if errs[i].Field == "" {
			errs[i].Field = "file"
		}
	}
	return errs
}

// tryImport reads the file of a request and plans it; the file is kept when it can be carried out.
func (d *Door) tryImport(r *http.Request, kind string) (upload, *org.ImportPlan, error) {
	u := upload{Kind: kind}
	part, head, err := r.FormFile("file")
	if err != nil {
		return u, nil, store.Because(store.RefuseField("file", "Hãy chọn một tệp XLSX hoặc CSV."), err)
	}
	defer part.Close()
	u.Name = i18n.CleanLine(head.Filename)
	if u.data, err = io.ReadAll(io.LimitReader(part, mostTable+1)); err != nil {
		return u, nil, err
	}
	if len(u.data) > mostTable {
		return u, nil, tooLarge(mostTable)
	}
	plan, err := d.planImport(r, u)
	if err != nil || len(plan.Errors) > 0 {
		return u, plan, err
	}
	kept, err := d.Desk.Blobs.Put(r.Context(), bytes.NewReader(u.data), mostTable)
	u.SHA = kept.SHA
	return u, plan, err
}

func (d *Door) planImport(r *http.Request, u upload) (*org.ImportPlan, error) {
	table, err := workbook.ReadTable(u.data, u.Name, workbook.Limits{Bytes: mostTable})
	if err != nil {
		return nil, err
	}
	return org.PlanImport(r.Context(), d.DB, actor(r), u.Kind, table)
}

// seal binds a plan to the session that saw it: nobody carries out a file, or figures, that were not shown to him.
func (u upload) seal(r *http.Request, plan *org.ImportPlan) string {
	m := hmac.New(sha256.New, []byte(visitOf(r).token))
	fmt.Fprintf(m, "import %q %q %q %d %d %d", u.Kind, u.Name, u.SHA, plan.Creates, plan.Updates, len(plan.Accounts))
	return hex.EncodeToString(m.Sum(nil))
}

func (d *Door) showPlan(w http.ResponseWriter, r *http.Request, u upload, plan *org.ImportPlan) error {
	ctx := r.Context()
	kind, _ := kindOf(ctx, actor(r), u.Kind)
	if plan.Creates+plan.Updates+len(plan.Accounts) == 0 {
		return d.page(w, r, View{Title: t(ctx, "Kết quả đọc thử"), Active: "import"}, nothingNew(kind.Label, u.Name, plan))
	}
	card := wrap(FormCard(FormView{ID: "carry-out", Action: pathImport, Title: t(ctx, "Kết quả đọc thử: {kind}", "kind", kind.Label),
		Lead:   t(ctx, "Bước 2 trong 2: xem lại rồi nạp. Nếu dữ liệu thay đổi trong lúc này, hệ thống dừng lại và không nạp dòng nào."),
		Submit: Action{Label: t(ctx, "Nạp danh sách"), Kind: Primary}, Cancel: pathImport, ErrorTitle: t(ctx, "Chưa nạp được danh sách"),
		Hidden: []Hidden{{"kind", u.Kind}, {"name", u.Name}, {"sha", u.SHA}, {"seal", u.seal(r, plan)}}}), planFacts(u.Name, plan))
	return d.page(w, r, View{Title: t(ctx, "Kết quả đọc thử"), Active: "import"}, wrap(Body(HeadView{}, true), card))
}

// carryOutImport does what the trial showed, all of it or nothing; then it opens the accounts that the rows ask for.
func (d *Door) carryOutImport(w http.ResponseWriter, r *http.Request, form *Form) error {
	ctx := r.Context()
	u := upload{Kind: form.Line("kind"), Name: form.Line("name"), SHA: form.Line("sha")}
	plan, err := d.sealedPlan(r, u, form.Line("seal"))
	if err == nil {
		err = d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return org.CarryOut(ctx, tx, plan) })
	}
	if errs, ok := asErrors(ctx, err); ok { // what was good at the trial is not any more: from the beginning
		return d.showImport(w, r, http.StatusUnprocessableEntity, u.Kind, plan, onFile(errs))
	}
	if err != nil {
		return err
	}
	if u.Kind == org.ImportAgencies && d.Exchange != nil {
		if err := d.Exchange.Host(ctx); err != nil {
			return err
		}
	}
	if len(plan.Accounts) == 0 {
		d.flash(w, Good, store.Say("Đã nạp {file}: thêm {created}, sửa {updated}.", "file", u.Name, "created", plan.Creates, "updated", plan.Updates))
		return redirect(w, r, pathImport)
	}
	var openings []auth.Opening
	for _, one := range plan.Accounts {
		openings = append(openings, auth.Opening{Person: one.Person, Login: one.Login})
	}
	opened, err := auth.OpenAccounts(ctx, d.DB, actor(r), openings)
	if err != nil { // the list is in, and so are the accounts opened so far: their passwords are shown now or never
		d.Log.Error("open imported accounts", "id", visitOf(r).id, "error", err)
	}
	return d.page(w, r, View{Title: t(ctx, "Đã nạp danh sách"), Active: "import"}, importDone(u.Name, plan, opened))
}

// sealedPlan reads the kept file again and plans it anew. Conflict when it is not what this session was shown.
func (d *Door) sealedPlan(r *http.Request, u upload, seal string) (*org.ImportPlan, error) {
	again := store.Refuse(store.Conflict, "Kết quả đọc thử không còn hiệu lực: tệp đã hết hạn giữ hoặc dữ liệu đã thay đổi. Chưa có dòng nào được nạp; hãy đọc thử lại.")
	if !blob.ValidSHA(u.SHA) {
		return nil, again
	}
	var err error
	u.data, err = blob.ReadAll(r.Context(), d.Desk.Blobs, u.SHA, mostTable)
	if errors.Is(err, blob.NotFound) || errors.Is(err, blob.TooLarge) {
		return nil, store.Because(again, err)
	}
	if err != nil {
		return nil, err
	}
	plan, err := d.planImport(r, u)
	if err != nil {
		return nil, err
	}
	if len(plan.Errors) == 0 && !hmac.Equal([]byte(seal), []byte(u.seal(r, plan))) {
		return nil, again
	}
	return plan, nil
}

// refusedText is why one account was not opened.
func refusedText(ctx context.Context, err error) string {
	var refusal *store.Refusal
	if errors.As(err, &refusal) {
		return sentences(ctx, refusal)
	}
	return t(ctx, "Chưa mở được tài khoản này.")
}
