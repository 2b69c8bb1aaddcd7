package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"

	"github.com/a-h/templ"
)

type templComponent = templ.Component

// refusalWithField finds a conflict that names a field of the form.
func refusalWithField(err error) (*store.Refusal, bool) {
	var refusal *store.Refusal
	if errors.Is(err, store.Conflict) && errors.As(err, &refusal) && len(refusal.Problems) > 0 && refusal.Problems[0].Field != "" {
		return refusal, true
	}
	return nil, false
}

// roleNames are the roles as people read them, in the order of a form.
func roleNames(ctx context.Context) []Option {
	return []Option{
		{Value: "specialist", Label: t(ctx, "Chuyên viên")}, {Value: "unit_head", Label: t(ctx, "Lãnh đạo đơn vị")}, {Value: "leader", Label: t(ctx, "Lãnh đạo cơ quan")},
		{Value: "clerk", Label: t(ctx, "Văn thư")}, {Value: "assistant", Label: t(ctx, "Trợ lý, thư ký")}, {Value: "archivist", Label: t(ctx, "Lưu trữ")},
		{Value: "agency_admin", Label: t(ctx, "Quản trị cơ quan")}, {Value: "system_admin", Label: t(ctx, "Quản trị hệ thống")},
	}
}

// rolesText lists the roles of a post.
func rolesText(ctx context.Context, roles store.Roles) string {
	out := ""
	for _, o := range roleNames(ctx) {
		if roles.Has(store.RoleOf(o.Value)) {
			if out != "" {
				out += ", "
			}
			out += o.Label
		}
	}
	return out
}

// unitChoices are the units of an agency, indented by depth.
func (d *Door) unitChoices(ctx context.Context, agency org.AgencyID, none string) ([]Option, error) {
	units, err := org.Units(ctx, d.DB, agency)
	out := []Option{{Value: "", Label: none}}
	for _, u := range units {
		label := u.Name
		for range u.Depth {
			label = "– " + label
		}
		out = append(out, Option{Value: fmt.Sprint(int64(u.ID)), Label: label})
	}
	return out, err
}

// appointPage: GET /admin/people/{id}/appoint
func (d *Door) appointPage(w http.ResponseWriter, r *http.Request) error {
	p, _, err := d.keptPerson(r)
	if err != nil {
		return err
	}
	return d.showAppoint(w, r, 0, p, nil, nil)
}

func (d *Door) showAppoint(w http.ResponseWriter, r *http.Request, status int, p *org.Person, f *Form, errs Errors) error {
	ctx := r.Context()
	units, err := d.unitChoices(ctx, own(r), t(ctx, "Không thuộc đơn vị nào"))
	if err != nil {
		return err
	}
	var ranks, kinds []Option
	for _, k := range org.Ranks {
		ranks = append(ranks, Option{Value: string(k.Rank), Label: translate(ctx, k.Name, nil)})
	}
	for _, k := range org.HoldingKinds {
		kinds = append(kinds, Option{Value: string(k.Kind), Label: translate(ctx, k.Name, nil)})
	}
	rank, kind, from := "staff", "official", d.today().Display()
	var roles []string
	if f != nil {
		rank, kind, from, roles = f.shown("rank"), f.shown("kind"), f.shown("from"), f.Values("roles")
	}
	card := wrap(FormCard(FormView{ID: "appoint", Action: personAddress(p.ID) + "/appoint", Title: t(ctx, "Giao chức vụ"), Lead: p.Name + " – " + sessionOf(r).Holding.AgencyName,
		Submit: Action{Label: t(ctx, "Giao chức vụ"), Kind: Primary}, Cancel: personAddress(p.ID), ErrorTitle: t(ctx, "Chưa giao được chức vụ"), Errors: errs, Guard: true}),
		TextField(Field{Name: "title", Label: t(ctx, "Chức vụ"), Value: f.shown("title"), Hint: t(ctx, "Đúng như in trên văn bản, ví dụ: Phó Chủ tịch"), MaxLength: 200, Error: errs.Of("title"), Autofocus: true}),
		SelectField(Field{Name: "rank", Label: t(ctx, "Vị trí"), Error: errs.Of("rank")}, Choose(ranks, rank)),
		SelectField(Field{Name: "unit", Label: t(ctx, "Đơn vị"), Error: errs.Of("unit")}, Choose(units, f.shown("unit"))),
		SelectField(Field{Name: "kind", Label: t(ctx, "Hình thức"), Error: errs.Of("kind")}, Choose(kinds, kind)),
		CheckField(Field{Name: "roles", Label: t(ctx, "Vai trò trên hệ thống"), Error: errs.Of("roles")}, Choose(roleNames(ctx), roles...)),
		wrap(Two(), DateField(Field{Name: "from", Label: t(ctx, "Từ ngày"), Value: from, Error: errs.Of("valid_from") + errs.Of("from")}),
			DateField(Field{Name: "to", Label: t(ctx, "Đến hết ngày"), Value: f.shown("to"), Optional: true, Error: errs.Of("valid_to") + errs.Of("to")})))
	return d.page(w, r, View{Title: t(ctx, "Giao chức vụ"), Active: "people", Status: status}, wrap(Body(HeadView{}, true), card))
}

// appoint: POST /admin/people/{id}/appoint
func (d *Door) appoint(w http.ResponseWriter, r *http.Request) error {
	p, _, err := d.keptPerson(r)
	if err != nil {
		return err
	}
	form, err := readForm(r)
	if err != nil {
		return err
	}
	f := org.HoldingForm{PersonID: p.ID, AgencyID: own(r), UnitID: org.UnitID(form.Number("unit")), Title: form.Line("title"), Rank: org.Rank(form.Line("rank")),
		Kind: org.HoldingKind(form.Line("kind")), ValidFrom: form.Date("from"), ValidTo: form.Date("to")}
	for _, code := range form.Values("roles") {
		f.Roles |= store.RoleOf(code)
	}
	if err = form.Err(); err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error {
			_, err := org.Appoint(r.Context(), tx, f)
			return err
		})
	}
	if errs, ok := asFormErrors(r.Context(), err); ok {
		return d.showAppoint(w, r, http.StatusUnprocessableEntity, p, form, errs)
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã giao chức vụ {title} cho {name}.", "title", f.Title, "name", p.Name))
	return redirect(w, r, personAddress(p.ID))
}

// keptHolding is a post that the actor's agency keeps.
func (d *Door) keptHolding(r *http.Request) (*org.Holding, error) {
	id, err := number(r, "id")
	if err != nil {
		return nil, err
	}
	staff, err := org.Staff(r.Context(), d.DB, own(r), d.today())
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(staff, func(h org.Holding) bool { return int64(h.ID) == id }); i >= 0 {
		return &staff[i], nil
	}
	return nil, store.Refuse(store.NotFound, "Không tìm thấy chức vụ này.")
}

// endHoldingPage: GET /admin/holdings/{id}/end
func (d *Door) endHoldingPage(w http.ResponseWriter, r *http.Request) error {
	h, err := d.keptHolding(r)
	if err != nil {
		return err
	}
	return d.showEndHolding(w, r, 0, h, d.today().Display(), nil)
}

func (d *Door) showEndHolding(w http.ResponseWriter, r *http.Request, status int, h *org.Holding, on string, errs Errors) error {
	ctx := r.Context()
	card := wrap(FormCard(FormView{ID: "end-holding", Action: fmt.Sprintf("/admin/holdings/%d/end", h.ID), Title: t(ctx, "Kết thúc chức vụ"), Lead: h.PersonName + " – " + h.Title,
		Submit: Action{Label: t(ctx, "Kết thúc chức vụ"), Kind: DangerFinal}, Cancel: personAddress(h.PersonID), ErrorTitle: t(ctx, "Chưa kết thúc được chức vụ"), Errors: errs}),
		DateField(Field{Name: "on", Label: t(ctx, "Ngày cuối cùng giữ chức vụ"), Value: on, Hint: t(ctx, "Sau ngày này mọi quyền theo chức vụ chấm dứt."), Error: errs.Of("on"), Autofocus: true}))
	return d.page(w, r, View{Title: t(ctx, "Kết thúc chức vụ"), Active: "people", Status: status}, wrap(Body(HeadView{}, true), card))
}

// endHolding: POST /admin/holdings/{id}/end
func (d *Door) endHolding(w http.ResponseWriter, r *http.Request) error {
	h, err := d.keptHolding(r)
	if err != nil {
		return err
	}
	form, err := readForm(r)
	if err != nil {
		return err
	}
	on := form.Date("on")
	if err = form.Err(); err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return org.EndHolding(r.Context(), tx, h.ID, on) })
	}
	if errs, ok := asErrors(r.Context(), err); ok {
		return d.showEndHolding(w, r, http.StatusUnprocessableEntity, h, form.shown("on"), errs)
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("{name} thôi giữ chức vụ {title} sau ngày {day}.", "name", h.PersonName, "title", h.Title, "day", on.Display()))
	return redirect(w, r, "/admin/people")
}

// unitsPage: GET /admin/units
func (d *Door) unitsPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	units, err := org.Units(ctx, d.DB, own(r))
	if err != nil {
		return err
	}
	given, err := org.Delegations(ctx, d.DB, own(r), d.today())
	if err != nil {
		return err
	}
	staff, err := org.Staff(ctx, d.DB, own(r), d.today())
	if err != nil {
		return err
	}
	names := map[org.HoldingID]string{}
	people := map[org.UnitID]int{}
	for _, h := range staff {
		names[h.ID] = h.PersonName + " – " + h.Title
		people[h.UnitID]++
	}
	return d.page(w, r, View{Title: t(ctx, "Đơn vị, quyền ký"), Active: "units"}, unitsList(sessionOf(r).Holding.AgencyName, units, people, given, names))
}

// unitPage: GET /admin/units/new
func (d *Door) unitPage(w http.ResponseWriter, r *http.Request) error {
	return d.showUnit(w, r, 0, nil, nil)
}

func (d *Door) showUnit(w http.ResponseWriter, r *http.Request, status int, f *Form, errs Errors) error {
	ctx := r.Context()
	units, err := d.unitChoices(ctx, own(r), t(ctx, "Trực thuộc cơ quan"))
	if err != nil {
		return err
	}
	card := wrap(FormCard(FormView{ID: "unit", Action: "/admin/units/new", Title: t(ctx, "Thêm đơn vị"), Submit: Action{Label: t(ctx, "Thêm đơn vị"), Kind: Primary}, Cancel: "/admin/units",
		ErrorTitle: t(ctx, "Chưa thêm được đơn vị"), Errors: errs}),
		TextField(Field{Name: "name", Label: t(ctx, "Tên đơn vị"), Value: f.shown("name"), MaxLength: 300, Error: errs.Of("name"), Autofocus: true}),
		TextField(Field{Name: "abbr", Label: t(ctx, "Chữ viết tắt trong ký hiệu"), Value: f.shown("abbr"), Hint: t(ctx, "Ví dụ VX trong 12/UBND-VX"), Optional: true, Short: true, Error: errs.Of("abbr")}),
		SelectField(Field{Name: "parent", Label: t(ctx, "Đơn vị cấp trên"), Error: errs.Of("parent")}, Choose(units, f.shown("parent"))))
	return d.page(w, r, View{Title: t(ctx, "Thêm đơn vị"), Active: "units", Status: status}, wrap(Body(HeadView{}, true), card))
}

// openUnit: POST /admin/units/new
func (d *Door) openUnit(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(r)
	if err != nil {
		return err
	}
	f := org.UnitForm{AgencyID: own(r), ParentID: org.UnitID(form.Number("parent")), Name: form.Line("name"), Abbr: form.Line("abbr")}
	if err = form.Err(); err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error {
			_, err := org.OpenUnit(r.Context(), tx, f)
			return err
		})
	}
	if errs, ok := asFormErrors(r.Context(), err); ok {
		return d.showUnit(w, r, http.StatusUnprocessableEntity, form, errs)
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã thêm đơn vị {name}.", "name", f.Name))
	return redirect(w, r, "/admin/units")
}

// closeUnit: POST /admin/units/{id}/close
func (d *Door) closeUnit(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error {
			return org.CloseUnit(r.Context(), tx, own(r), org.UnitID(id), d.today())
		})
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã kết thúc đơn vị. Văn bản cũ của đơn vị vẫn giữ nguyên."))
	return redirect(w, r, "/admin/units")
}

// delegationPage: GET /admin/delegations/new
func (d *Door) delegationPage(w http.ResponseWriter, r *http.Request) error {
	return d.showDelegation(w, r, 0, nil, nil)
}

func (d *Door) showDelegation(w http.ResponseWriter, r *http.Request, status int, f *Form, errs Errors) error {
	ctx := r.Context()
	staff, err := org.Staff(ctx, d.DB, own(r), d.today())
	if err != nil {
		return err
	}
	var from, to []Option
	for _, h := range staff {
		o := Option{Value: fmt.Sprint(int64(h.ID)), Label: h.PersonName + " – " + h.Title}
		if h.Rank == org.RankHead {
			from = append(from, o)
		} else if h.Rank != org.RankStaff {
			to = append(to, o)
		}
	}
	types, err := d.typeOptions(ctx)
	if err != nil {
		return err
	}
	kinds := []Option{{Value: "KT", Label: t(ctx, "Ký thay (KT.) – cấp phó")}, {Value: "TL", Label: t(ctx, "Thừa lệnh (TL.) – lãnh đạo đơn vị")}, {Value: "TUQ", Label: t(ctx, "Thừa ủy quyền (TUQ.) – lãnh đạo đơn vị, có thời hạn")}}
	var chosen []string
	begin := d.today().Display()
	if f != nil {
		chosen, begin = f.Values("types"), f.shown("begin")
	}
	card := wrap(FormCard(FormView{ID: "delegation", Action: "/admin/delegations/new", Title: t(ctx, "Giao quyền ký"), Submit: Action{Label: t(ctx, "Giao quyền ký"), Kind: Primary}, Cancel: "/admin/units",
		ErrorTitle: t(ctx, "Chưa giao được quyền ký"), Errors: errs, Guard: true}),
		SelectField(Field{Name: "capacity", Label: t(ctx, "Hình thức"), Error: errs.Of("capacity")}, Choose(kinds, f.shown("capacity"))),
		SelectField(Field{Name: "from", Label: t(ctx, "Người giao"), Error: errs.Of("from")}, Choose(from, f.shown("from"))),
		SelectField(Field{Name: "to", Label: t(ctx, "Người được giao"), Error: errs.Of("to")}, Choose(to, f.shown("to"))),
		CheckField(Field{Name: "types", Label: t(ctx, "Loại văn bản được ký"), Hint: t(ctx, "Ký thay có thể để trống: mọi loại"), Optional: true, Error: errs.Of("types")}, Choose(types, chosen...)),
		TextField(Field{Name: "reference", Label: t(ctx, "Văn bản giao quyền"), Value: f.shown("reference"), MaxLength: 300, Error: errs.Of("reference")}),
		wrap(Two(), DateField(Field{Name: "begin", Label: t(ctx, "Từ ngày"), Value: begin, Error: errs.Of("valid_from") + errs.Of("begin")}),
			DateField(Field{Name: "end", Label: t(ctx, "Đến hết ngày"), Value: f.shown("end"), Optional: true, Error: errs.Of("valid_to") + errs.Of("end")})))
	return d.page(w, r, View{Title: t(ctx, "Giao quyền ký"), Active: "units", Status: status}, wrap(Body(HeadView{}, true), card))
}

// delegate: POST /admin/delegations/new
func (d *Door) delegate(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(r)
	if err != nil {
		return err
	}
	f := org.DelegationForm{AgencyID: own(r), Capacity: form.Line("capacity"), FromHolding: org.HoldingID(form.Number("from")), ToHolding: org.HoldingID(form.Number("to")),
		Types: form.Values("types"), Reference: form.Line("reference"), ValidFrom: form.Date("begin"), ValidTo: form.Date("end")}
	if err = form.Err(); err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error {
			_, err := org.Delegate(r.Context(), tx, f)
			return err
		})
	}
	if errs, ok := asFormErrors(r.Context(), err); ok {
		return d.showDelegation(w, r, http.StatusUnprocessableEntity, form, errs)
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã giao quyền ký."))
	return redirect(w, r, "/admin/units")
}

// endDelegation: POST /admin/delegations/{id}/end
func (d *Door) endDelegation(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error {
			return org.EndDelegation(r.Context(), tx, own(r), id, d.today().AddDays(-1))
		})
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã thu hồi quyền ký, có hiệu lực ngay."))
	return redirect(w, r, "/admin/units")
}

// dayText shows a date, or what an empty one means.
func dayText(d calendar.Date, none string) string {
	if d.IsZero() {
		return none
	}
	return d.Display()
}
