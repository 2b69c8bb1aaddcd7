package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/store"
)

const pathTypes = "/admin/types"

// typeRoutes keep the list of types of documents (D1.1, D2.10, D3.1).
func typeRoutes() []Route {
	return []Route{
		{Pattern: "GET " + pathTypes, Who: posts(store.SystemAdmin), Handle: (*Door).typesPage, Nav: &Nav{Key: "types", Icon: "file-text", Group: adminGroup, Label: func(ctx context.Context) string { return t(ctx, "Loại văn bản") }}},
		{Pattern: "GET " + pathTypes + "/new", Who: posts(store.SystemAdmin), Handle: (*Door).typeNewPage},
		{Pattern: "POST " + pathTypes + "/new", Who: posts(store.SystemAdmin), Handle: (*Door).addType},
		{Pattern: "GET " + pathTypes + "/{code}", Who: posts(store.SystemAdmin), Handle: (*Door).typeEditPage},
		{Pattern: "POST " + pathTypes + "/{code}", Who: posts(store.SystemAdmin), Handle: (*Door).changeType},
	}
}

func typePath(code string) string { return pathTypes + "/" + url.PathEscape(code) }

// typesPage: GET /admin/types
func (d *Door) typesPage(w http.ResponseWriter, r *http.Request) error {
	all, err := documents.AllTypes(r.Context(), d.DB)
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(r.Context(), "Loại văn bản"), Active: "types"}, typesPage(all, d.today()))
}

// typeNewPage: GET /admin/types/new
func (d *Door) typeNewPage(w http.ResponseWriter, r *http.Request) error {
	return d.showType(w, r, 0, nil, nil, nil)
}

// keptType is the type of the address.
func (d *Door) keptType(r *http.Request) (*documents.Type, error) {
	k, err := documents.FindType(r.Context(), d.DB, r.PathValue("code"))
	if errors.Is(err, store.Invalid) {
		err = store.Refuse(store.NotFound, "Không tìm thấy loại văn bản này.")
	}
	return &k, err
}

// typeEditPage: GET /admin/types/{code}
func (d *Door) typeEditPage(w http.ResponseWriter, r *http.Request) error {
	k, err := d.keptType(r)
	if err != nil {
		return err
	}
	return d.showType(w, r, 0, nil, k, nil)
}

// addType: POST /admin/types/new
func (d *Door) addType(w http.ResponseWriter, r *http.Request) error {
	return d.saveType(w, r, nil, func(ctx context.Context, tx *store.Tx, f documents.TypeForm) error {
		_, err := documents.AddType(ctx, tx, f)
		return err
	})
}

// changeType: POST /admin/types/{code}
func (d *Door) changeType(w http.ResponseWriter, r *http.Request) error {
	k, err := d.keptType(r)
	if err != nil {
		return err
	}
	return d.saveType(w, r, k, func(ctx context.Context, tx *store.Tx, f documents.TypeForm) error {
		_, err := documents.ChangeType(ctx, tx, k.Code, f)
		return err
	})
}

func (d *Door) saveType(w http.ResponseWriter, r *http.Request, k *documents.Type, save func(context.Context, *store.Tx, documents.TypeForm) error) error {
	form, err := readForm(r)
	if err != nil {
		return err
	}
	f := documents.TypeForm{Code: form.Line("code"), Abbr: form.Line("abbr"), Name: form.Line("name"), Form: form.Line("sample"), Category: form.Line("category"), Field: form.Line("field"),
		From: form.Date("from"), To: form.Date("to"), Revision: form.Number("revision")}
	if err = form.Err(); err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return save(r.Context(), tx, f) })
	}
	if errs, ok := asFormErrors(r.Context(), err); ok {
		return d.showType(w, r, http.StatusUnprocessableEntity, form, k, errs)
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã lưu loại văn bản {name}.", "name", f.Name))
	return redirect(w, r, pathTypes)
}

func (d *Door) showType(w http.ResponseWriter, r *http.Request, status int, f *Form, k *documents.Type, errs Errors) error {
	ctx := r.Context()
	known := documents.Type{Category: "administrative", Form: "1.4", ValidFrom: d.today()}
	title, action := t(ctx, "Thêm loại văn bản"), pathTypes+"/new"
	var hidden []Hidden
	if k != nil {
		known, title, action = *k, t(ctx, "Sửa loại văn bản"), typePath(k.Code)
		hidden = append(hidden, Hidden{"revision", fmt.Sprint(k.Revision)})
	}
	value := func(name, kept string) string {
		if f != nil {
			return f.shown(name)
		}
		return kept
	}
	var fields []templ.Component
	if k == nil {
		fields = append(fields, TextField(Field{Name: "code", Label: t(ctx, "Mã"), Value: value("code", ""), Hint: t(ctx, "Chữ in hoa không dấu, ví dụ TRICH_LUC_HO_TICH; không đổi được về sau."), MaxLength: 50, Error: errs.Of("code"), Autofocus: true}))
	}
	fields = append(fields,
		wrap(Two(), TextField(Field{Name: "name", Label: t(ctx, "Tên loại"), Value: value("name", known.Name), MaxLength: 100, Error: errs.Of("name")}),
			TextField(Field{Name: "abbr", Label: t(ctx, "Chữ viết tắt trong ký hiệu"), Value: value("abbr", known.Abbr), Optional: true, Hint: t(ctx, "Để trống như công văn: ký hiệu chỉ có cơ quan và đơn vị."), MaxLength: 10, Error: errs.Of("abbr")})),
		SelectField(Field{Name: "category", Label: t(ctx, "Nhóm"), Error: errs.Of("category")}, Choose(categoryOptions(ctx, known.Category), value("category", known.Category))),
		TextField(Field{Name: "field", Label: t(ctx, "Ngành, lĩnh vực quy định"), Value: value("field", known.Field), Optional: true, Hint: t(ctx, "Chỉ với văn bản chuyên ngành, ví dụ Tư pháp – hộ tịch."), MaxLength: 200, Error: errs.Of("field")}),
		SelectField(Field{Name: "sample", Label: t(ctx, "Mẫu trình bày (Phụ lục III)"), Error: errs.Of("form")}, Choose(formOptions(ctx, known.Form), value("sample", known.Form))),
		wrap(Two(), DateField(Field{Name: "from", Label: t(ctx, "Dùng từ ngày"), Value: value("from", known.ValidFrom.Display()), Optional: true, Error: errs.Of("from")}),
			DateField(Field{Name: "to", Label: t(ctx, "Đến hết ngày"), Value: value("to", known.ValidTo.Display()), Optional: true, Hint: t(ctx, "Sau ngày này không soạn văn bản mới; văn bản đã có vẫn tra cứu được."), Error: errs.Of("to")})))
	card := wrap(FormCard(FormView{ID: "type", Action: action, Title: title, Lead: known.Name, Submit: Action{Label: t(ctx, "Lưu"), Kind: Primary}, Cancel: pathTypes,
		ErrorTitle: t(ctx, "Chưa lưu được"), Errors: errs, Guard: true, Hidden: hidden}), fields...)
	return d.page(w, r, View{Title: title, Active: "types", Status: status}, wrap(Body(HeadView{}, true), card))
}

func categoryOptions(ctx context.Context, now string) []Option {
	if now == "copy" {
		return []Option{{Value: "copy", Label: categoryName(ctx, "copy")}}
	}
	var out []Option
	for _, c := range documents.TypeCategories {
		out = append(out, Option{Value: c, Label: categoryName(ctx, c)})
	}
	return out
}

func categoryName(ctx context.Context, c string) string {
	return map[string]string{"administrative": t(ctx, "Văn bản hành chính"), "copy": t(ctx, "Bản sao"), "normative": t(ctx, "Văn bản quy phạm pháp luật")}[c]
}

// formOptions names the samples of the decree; now is the one a type has, which for copies is none of them.
func formOptions(ctx context.Context, now string) []Option {
	out := []Option{}
	named := false
	for _, x := range documents.TypeForms {
		out, named = append(out, Option{Value: x, Label: formName(ctx, x)}), named || x == now
	}
	if !named {
		return []Option{{Value: now, Label: formName(ctx, now)}}
	}
	return out
}

func formName(ctx context.Context, form string) string {
	names := map[string]string{"": t(ctx, "Không có mẫu: chỉ nhận tệp tải lên"), "1.1": t(ctx, "Nghị quyết"), "1.2": t(ctx, "Quyết định"), "1.4": t(ctx, "Văn bản có tên loại"), "1.5": t(ctx, "Công văn"),
		"1.6": t(ctx, "Công điện"), "1.7": t(ctx, "Giấy mời"), "1.8": t(ctx, "Giấy giới thiệu"), "1.9": t(ctx, "Biên bản"), "1.10": t(ctx, "Giấy nghỉ phép"), "3.1": t(ctx, "Bản sao")}
	if form == "" {
		return names[""]
	}
	return form + " – " + names[form]
}
