package web

import (
	"context"
	"fmt"
	"net/http"

	"congvu/internal/org"
	"congvu/internal/store"
)

const pathPast = "/admin/past"

// pastRoutes are where an agency that took documents over says who of its people reads them.
func pastRoutes() []Route {
	those := posts(store.AgencyAdmin | store.Head)
	return []Route{
		{Pattern: "GET " + pathPast, Who: those, Handle: (*Door).pastPage, Nav: &Nav{Key: "past", Icon: "history", Group: adminGroup, Label: func(ctx context.Context) string { return t(ctx, "Tài liệu tiếp nhận") }}},
		{Pattern: "GET " + pathPast + "/{id}/keeper", Who: those, Handle: (*Door).nameKeeperPage},
		{Pattern: "POST " + pathPast + "/{id}/keeper", Who: those, Handle: (*Door).nameKeeper},
		{Pattern: "POST " + pathPast + "/keepers/{id}/end", Who: those, Handle: (*Door).endKeeper},
	}
}

// pastView is one agency whose documents were taken over, with those who read them.
type pastView struct {
	agency  org.Agency
	keepers []org.Holding
}

// pastPage: GET /admin/past
func (d *Door) pastPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	olds, err := org.TakenFrom(ctx, d.DB, own(r), org.SubjectDocuments)
	if err != nil {
		return err
	}
	var all []pastView
	for _, id := range olds {
		a, err := org.FindAgency(ctx, d.DB, id)
		if err != nil {
			return err
		}
		keepers, err := org.Staff(ctx, d.DB, id, d.today())
		if err != nil {
			return err
		}
		all = append(all, pastView{*a, keepers})
	}
	return d.page(w, r, View{Title: t(ctx, "Tài liệu tiếp nhận"), Active: "past"}, pastList(all))
}

// pastAgency is the agency of the address, if its documents came to the actor's agency.
func (d *Door) pastAgency(r *http.Request) (*org.Agency, error) {
	id, err := number(r, "id")
	if err != nil {
		return nil, err
	}
	may, err := org.MayNameKeeper(r.Context(), d.DB, actor(r), org.AgencyID(id))
	if err != nil {
		return nil, err
	}
	if !may {
		return nil, store.Refuse(store.NotFound, "Không tìm thấy cơ quan này.")
	}
	return org.FindAgency(r.Context(), d.DB, org.AgencyID(id))
}

// nameKeeperPage: GET /admin/past/{id}/keeper
func (d *Door) nameKeeperPage(w http.ResponseWriter, r *http.Request) error {
	a, err := d.pastAgency(r)
	if err != nil {
		return err
	}
	return d.showKeeper(w, r, 0, a, nil, nil)
}

func (d *Door) showKeeper(w http.ResponseWriter, r *http.Request, status int, a *org.Agency, f *Form, errs Errors) error {
	ctx := r.Context()
	staff, err := org.Staff(ctx, d.DB, own(r), d.today())
	if err != nil {
		return err
	}
	person, until := "", d.today().AddDays(365).Display()
	if f != nil {
		person, until = f.shown("person"), f.shown("until")
	}
	var people []Option
	seen := map[org.PersonID]bool{}
	for _, h := range staff {
		if !seen[h.PersonID] {
			seen[h.PersonID] = true
			people = append(people, Option{Value: fmt.Sprint(int64(h.PersonID)), Label: h.PersonName + " – " + h.Title})
		}
	}
	card := wrap(FormCard(FormView{ID: "keeper", Action: fmt.Sprintf("%s/%d/keeper", pathPast, int64(a.ID)), Title: t(ctx, "Cử người giữ tài liệu"), Lead: a.Name,
		Submit: Action{Label: t(ctx, "Cử"), Kind: Primary}, Cancel: pathPast, ErrorTitle: t(ctx, "Chưa cử được"), Errors: errs}),
		SelectField(Field{Name: "person", Label: t(ctx, "Người của cơ quan"), Error: errs.Of("person")}, Choose(people, person)),
		DateField(Field{Name: "until", Label: t(ctx, "Được xem đến hết ngày"), Value: until, Hint: t(ctx, "Chỉ xem, tải và in; không sửa, không làm thay cơ quan cũ."), Error: errs.Of("until")}))
	return d.page(w, r, View{Title: t(ctx, "Cử người giữ tài liệu"), Active: "past", Status: status}, wrap(Body(HeadView{}, true), card))
}

// nameKeeper: POST /admin/past/{id}/keeper
func (d *Door) nameKeeper(w http.ResponseWriter, r *http.Request) error {
	a, err := d.pastAgency(r)
	if err != nil {
		return err
	}
	form, err := readForm(r)
	if err != nil {
		return err
	}
	person, until := org.PersonID(form.Number("person")), form.Date("until")
	if err = form.Err(); err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error {
			_, err := org.NameKeeper(r.Context(), tx, a.ID, person, until)
			return err
		})
	}
	if errs, ok := asErrors(r.Context(), err); ok {
		return d.showKeeper(w, r, http.StatusUnprocessableEntity, a, form, errs)
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã cử người giữ tài liệu của {agency}.", "agency", a.Name))
	return redirect(w, r, pathPast)
}

// endKeeper: POST /admin/past/keepers/{id}/end
func (d *Door) endKeeper(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return org.EndKeeper(r.Context(), tx, org.HoldingID(id)) })
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã kết thúc quyền xem tài liệu."))
	return redirect(w, r, pathPast)
}
