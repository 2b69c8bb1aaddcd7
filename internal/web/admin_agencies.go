package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

const agenciesShown = 100

// agenciesPage: GET /admin/agencies
func (d *Door) agenciesPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q := i18n.CleanLine(r.FormValue("q"))
	found, err := org.SearchAgencies(ctx, d.DB, q, agenciesShown)
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(ctx, "Danh bạ cơ quan"), Active: "agencies"}, agenciesList(q, found, actor(r).Roles.Has(store.SystemAdmin)))
}

// agencyNewPage: GET /admin/agencies/new
func (d *Door) agencyNewPage(w http.ResponseWriter, r *http.Request) error {
	return d.showAgency(w, r, 0, nil, nil, nil)
}

func (d *Door) showAgency(w http.ResponseWriter, r *http.Request, status int, f *Form, a *org.Agency, errs Errors) error {
	ctx := r.Context()
	action, title := "/admin/agencies/new", t(ctx, "Thêm cơ quan")
	known := org.Agency{Hosted: true, Level: org.Department, HeadTitle: ""}
	hidden := []Hidden{}
	if a != nil {
		known = *a
		action, title = fmt.Sprintf("/admin/agencies/%d/edit", a.ID), t(ctx, "Sửa thông tin cơ quan")
		hidden = append(hidden, Hidden{"revision", fmt.Sprint(a.Revision)})
	}
	value := func(name, stored string) string {
		if f != nil {
			return f.shown(name)
		}
		return stored
	}
	hosted, collective := known.Hosted, known.Collective
	if f != nil {
		hosted, collective = f.Yes("hosted"), f.Yes("collective")
	}
	var levels []Option
	for _, l := range org.Levels {
		levels = append(levels, Option{Value: string(l.Level), Label: translate(ctx, l.Name, nil)})
	}
	hostedAgencies, err := org.HostedAgencies(ctx, d.DB)
	if err != nil {
		return err
	}
	parents := []Option{{Value: "", Label: t(ctx, "Không có")}}
	for _, p := range hostedAgencies {
		if a == nil || p.ID != a.ID {
			parents = append(parents, Option{Value: fmt.Sprint(int64(p.ID)), Label: p.Name})
		}
	}
	from := d.today().Display()
	card := wrap(FormCard(FormView{ID: "agency", Action: action, Title: title, Submit: Action{Label: t(ctx, "Lưu"), Kind: Primary}, Cancel: "/admin/agencies",
		ErrorTitle: t(ctx, "Chưa lưu được"), Errors: errs, Guard: true, Hidden: hidden}),
		TextField(Field{Name: "name", Label: t(ctx, "Tên cơ quan"), Value: value("name", known.Name), MaxLength: 500, Error: errs.Of("name"), Autofocus: true}),
		wrap(Two(), TextField(Field{Name: "code", Label: t(ctx, "Mã định danh"), Value: value("code", known.Code), Hint: t(ctx, "Ví dụ H26.15"), MaxLength: 35, Error: errs.Of("code")}),
			TextField(Field{Name: "old_code", Label: t(ctx, "Mã cũ (QCVN 102)"), Value: value("old_code", known.OldCode), Optional: true, MaxLength: 35, Error: errs.Of("old_code")})),
		wrap(Two(), TextField(Field{Name: "short_name", Label: t(ctx, "Tên gọi tắt"), Value: value("short_name", known.ShortName), Optional: true, MaxLength: 100, Error: errs.Of("short_name")}),
			TextField(Field{Name: "abbr", Label: t(ctx, "Chữ viết tắt trong ký hiệu"), Value: value("abbr", known.Abbr), MaxLength: 30, Error: errs.Of("abbr")})),
		SelectField(Field{Name: "level", Label: t(ctx, "Cấp"), Error: errs.Of("level")}, Choose(levels, value("level", string(known.Level)))),
		SelectField(Field{Name: "parent", Label: t(ctx, "Cơ quan cấp trên"), Error: errs.Of("parent")}, Choose(parents, value("parent", fmt.Sprint(int64(known.ParentID))))),
		wrap(Two(), TextField(Field{Name: "seat", Label: t(ctx, "Địa danh ghi trên văn bản"), Value: value("seat", known.Seat), Optional: true, Error: errs.Of("seat")}),
			TextField(Field{Name: "head_title", Label: t(ctx, "Chức vụ người đứng đầu"), Value: value("head_title", known.HeadTitle), Hint: t(ctx, "Ví dụ GIÁM ĐỐC, CHỦ TỊCH"), Optional: true, Error: errs.Of("head_title")})),
		CheckOne(Field{Name: "collective", Label: t(ctx, "Làm việc theo chế độ tập thể: người đứng đầu ký thay mặt (TM.)")}, collective),
		TextField(Field{Name: "collective_name", Label: t(ctx, "Dòng ghi sau TM."), Value: value("collective_name", known.CollectiveName), Hint: t(ctx, "Ví dụ ỦY BAN NHÂN DÂN"), Optional: true, Error: errs.Of("collective_name")}),
		CheckOne(Field{Name: "hosted", Label: t(ctx, "Làm việc trên bản cài đặt này")}, hosted),
		DateField(Field{Name: "from", Label: t(ctx, "Có hiệu lực từ ngày"), Value: value("from", from), Hint: t(ctx, "Tên cũ vẫn được giữ cho văn bản trước ngày này."), Error: errs.Of("valid_from") + errs.Of("from")}))
	return d.page(w, r, View{Title: title, Active: "agencies", Status: status}, wrap(Body(HeadView{}, true), card))
}

func agencyForm(f *Form) org.AgencyForm {
	return org.AgencyForm{Code: f.Line("code"), OldCode: f.Line("old_code"), Name: f.Line("name"), ShortName: f.Line("short_name"), Abbr: f.Line("abbr"), Level: org.Level(f.Line("level")),
		ParentID: org.AgencyID(f.Number("parent")), Seat: f.Line("seat"), Collective: f.Yes("collective"), CollectiveName: f.Line("collective_name"), HeadTitle: f.Line("head_title"),
		Hosted: f.Yes("hosted"), ValidFrom: f.Date("from"), Revision: f.Number("revision")}
}

// openAgency: POST /admin/agencies/new
func (d *Door) openAgency(w http.ResponseWriter, r *http.Request) error {
	return d.saveAgency(w, r, nil, func(ctx context.Context, tx *store.Tx, f org.AgencyForm) error {
		_, err := org.OpenAgency(ctx, tx, f)
		return err
	})
}

// keptAgency is the agency of the address.
func (d *Door) keptAgency(r *http.Request) (*org.Agency, error) {
	id, err := number(r, "id")
	if err != nil {
		return nil, err
	}
	return org.FindAgency(r.Context(), d.DB, org.AgencyID(id))
}

// agencyEditPage: GET /admin/agencies/{id}/edit
func (d *Door) agencyEditPage(w http.ResponseWriter, r *http.Request) error {
	a, err := d.keptAgency(r)
	if err != nil {
		return err
	}
	return d.showAgency(w, r, 0, nil, a, nil)
}

// amendAgency: POST /admin/agencies/{id}/edit
func (d *Door) amendAgency(w http.ResponseWriter, r *http.Request) error {
	a, err := d.keptAgency(r)
	if err != nil {
		return err
	}
	return d.saveAgency(w, r, a, func(ctx context.Context, tx *store.Tx, f org.AgencyForm) error {
		f.WireCode, f.Address, f.Email, f.Phone, f.Website = a.WireCode, a.Address, a.Email, a.Phone, a.Website
		_, err := org.AmendAgency(ctx, tx, a.ID, f, f.ValidFrom)
		return err
	})
}

func (d *Door) saveAgency(w http.ResponseWriter, r *http.Request, a *org.Agency, save func(context.Context, *store.Tx, org.AgencyForm) error) error {
	form, err := readForm(r)
	if err != nil {
		return err
	}
	f := agencyForm(form)
	if err = form.Err(); err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return save(r.Context(), tx, f) })
	}
	if errs, ok := asFormErrors(r.Context(), err); ok {
		return d.showAgency(w, r, http.StatusUnprocessableEntity, form, a, errs)
	}
	if err != nil {
		return err
	}
	if d.Exchange != nil {
		if err := d.Exchange.Host(r.Context()); err != nil {
			return err
		}
	}
	d.flash(w, Good, store.Say("Đã lưu cơ quan {name}.", "name", f.Name))
	return redirect(w, r, "/admin/agencies")
}

// agencyClosePage: GET /admin/agencies/{id}/close
func (d *Door) agencyClosePage(w http.ResponseWriter, r *http.Request) error {
	a, err := d.keptAgency(r)
	if err != nil {
		return err
	}
	return d.showAgencyClose(w, r, 0, a, d.today().Display(), nil)
}

func (d *Door) showAgencyClose(w http.ResponseWriter, r *http.Request, status int, a *org.Agency, on string, errs Errors) error {
	ctx := r.Context()
	card := wrap(FormCard(FormView{ID: "close-agency", Action: fmt.Sprintf("/admin/agencies/%d/close", a.ID), Title: t(ctx, "Kết thúc hoạt động của cơ quan"), Lead: a.Name,
		Submit: Action{Label: t(ctx, "Kết thúc hoạt động"), Kind: DangerFinal}, Cancel: "/admin/agencies", ErrorTitle: t(ctx, "Chưa kết thúc được"), Errors: errs}),
		DateField(Field{Name: "on", Label: t(ctx, "Ngày hoạt động cuối cùng"), Value: on, Hint: t(ctx, "Văn bản và sổ vẫn đọc được; mã của cơ quan không cấp lại cho nơi khác."), Error: errs.Of("on"), Autofocus: true}))
	return d.page(w, r, View{Title: t(ctx, "Kết thúc hoạt động của cơ quan"), Active: "agencies", Status: status}, wrap(Body(HeadView{}, true), card))
}

// closeAgency: POST /admin/agencies/{id}/close
func (d *Door) closeAgency(w http.ResponseWriter, r *http.Request) error {
	a, err := d.keptAgency(r)
	if err != nil {
		return err
	}
	form, err := readForm(r)
	if err != nil {
		return err
	}
	on := form.Date("on")
	if err = form.Err(); err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return org.CloseAgency(r.Context(), tx, a.ID, on) })
	}
	if errs, ok := asErrors(r.Context(), err); ok {
		return d.showAgencyClose(w, r, http.StatusUnprocessableEntity, a, form.shown("on"), errs)
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("{name} kết thúc hoạt động sau ngày {day}.", "name", a.Name, "day", on.Display()))
	return redirect(w, r, "/admin/agencies")
}

// typeOptions are the document types by name.
func (d *Door) typeOptions(ctx context.Context) ([]Option, error) {
	types, err := documents.Types(ctx, d.DB)
	var out []Option
	for _, k := range types {
		out = append(out, Option{Value: k.Code, Label: k.Name})
	}
	return slices.Clip(out), err
}
