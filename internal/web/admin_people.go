package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"congvu/internal/auth"
	"congvu/internal/dossiers"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

// own is the agency that the actor keeps.
func own(r *http.Request) org.AgencyID { return org.AgencyID(actor(r).Agency) }

// personRow is one person of the list: his first post and his account.
type personRow struct {
	org.Holding
	Login, Account string
	MustChange     bool
}

// peoplePage: GET /admin/people
func (d *Door) peoplePage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q := i18n.CleanLine(r.FormValue("q"))
	staff, err := org.Staff(ctx, d.DB, own(r), d.today())
	if err != nil {
		return err
	}
	accounts, err := auth.Accounts(ctx, d.DB, actor(r), own(r))
	if err != nil {
		return err
	}
	byPerson := map[int64]auth.Account{}
	for _, a := range accounts {
		byPerson[a.PersonID] = a
	}
	var rows []personRow
	for _, h := range staff {
		a := byPerson[int64(h.PersonID)]
		if q != "" && !strings.Contains(i18n.Fold(h.PersonName+" "+h.Title+" "+h.UnitName+" "+a.Login), i18n.Fold(q)) {
			continue
		}
		rows = append(rows, personRow{Holding: h, Login: a.Login, Account: a.State, MustChange: a.MustChange})
	}
	return d.page(w, r, View{Title: t(ctx, "Người và chức vụ"), Active: "people"}, peopleList(sessionOf(r).Holding.AgencyName, q, rows))
}

// keptPerson is a person whose entry the actor keeps, or who holds a post in the agency; to others he does not exist.
func (d *Door) keptPerson(r *http.Request) (*org.Person, []org.Holding, error) {
	id, err := number(r, "id")
	if err != nil {
		return nil, nil, err
	}
	p, err := org.FindPerson(r.Context(), d.DB, org.PersonID(id))
	if err != nil {
		return nil, nil, err
	}
	posts, err := org.Holdings(r.Context(), d.DB, p.ID, d.today())
	if err != nil {
		return nil, nil, err
	}
	mine := org.MayAdminister(actor(r), p.HomeAgency)
	var seen []org.Holding
	for _, h := range posts {
		if org.MayAdminister(actor(r), h.AgencyID) {
			seen = append(seen, h)
			mine = true
		}
	}
	if !mine {
		return nil, nil, store.Refuse(store.NotFound, "Không tìm thấy người này.")
	}
	return p, seen, nil
}

// personPage: GET /admin/people/{id}
func (d *Door) personPage(w http.ResponseWriter, r *http.Request) error {
	p, posts, err := d.keptPerson(r)
	if err != nil {
		return err
	}
	account, has, err := auth.AccountOf(r.Context(), d.DB, int64(p.ID))
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: p.Name, Active: "people"}, personDetail(p, posts, account, has, ""))
}

func (d *Door) personForm(w http.ResponseWriter, r *http.Request, status int, f *Form, p *org.Person, errs Errors) error {
	ctx := r.Context()
	action, title, cancel := "/admin/people/new", t(ctx, "Thêm người"), "/admin/people"
	var fields []templComponent
	value := func(name, stored string) string {
		if f != nil {
			return f.shown(name)
		}
		return stored
	}
	var person org.Person
	hidden := []Hidden{}
	if p != nil {
		person = *p
		action, title, cancel = fmt.Sprintf("/admin/people/%d/edit", p.ID), t(ctx, "Sửa thông tin"), personAddress(p.ID)
		hidden = append(hidden, Hidden{"revision", fmt.Sprint(p.Revision)})
	}
	fields = append(fields,
		TextField(Field{Name: "name", Label: t(ctx, "Họ và tên"), Value: value("name", person.Name), Autocomplete: "off", MaxLength: 200, Error: errs.Of("name"), Autofocus: true}),
		TextField(Field{Name: "code", Label: t(ctx, "Mã nhân sự"), Value: value("code", person.Code), Optional: true, Short: true, Error: errs.Of("code")}),
		TextField(Field{Name: "email", Label: t(ctx, "Thư điện tử"), Value: value("email", person.Email), Type: "email", Optional: true, Error: errs.Of("email")}),
		TextField(Field{Name: "phone", Label: t(ctx, "Điện thoại"), Value: value("phone", person.Phone), Optional: true, Short: true, Error: errs.Of("phone")}))
	card := wrap(FormCard(FormView{ID: "person", Action: action, Title: title, Submit: Action{Label: t(ctx, "Lưu"), Kind: Primary}, Cancel: cancel,
		ErrorTitle: t(ctx, "Chưa lưu được"), Errors: errs, Guard: true, Hidden: hidden}), fields...)
	return d.page(w, r, View{Title: title, Active: "people", Status: status}, wrap(Body(HeadView{}, true), card))
}

func personAddress(id org.PersonID) string { return fmt.Sprintf("/admin/people/%d", id) }

// enrolPage: GET /admin/people/new
func (d *Door) enrolPage(w http.ResponseWriter, r *http.Request) error {
	return d.personForm(w, r, 0, nil, nil, nil)
}

// enrol: POST /admin/people/new
func (d *Door) enrol(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(r)
	if err != nil {
		return err
	}
	var p *org.Person
	err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) (err error) {
		p, err = org.Enrol(r.Context(), tx, org.PersonForm{Code: form.Line("code"), Name: form.Line("name"), Email: form.Line("email"), Phone: form.Line("phone"), HomeAgency: own(r)})
		return err
	})
	if errs, ok := asFormErrors(r.Context(), err); ok {
		return d.personForm(w, r, http.StatusUnprocessableEntity, form, nil, errs)
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã thêm {name}. Tiếp theo: giao chức vụ và mở tài khoản.", "name", p.Name))
	return redirect(w, r, personAddress(p.ID))
}

// amendPersonPage: GET /admin/people/{id}/edit
func (d *Door) amendPersonPage(w http.ResponseWriter, r *http.Request) error {
	p, _, err := d.keptPerson(r)
	if err != nil {
		return err
	}
	return d.personForm(w, r, 0, nil, p, nil)
}

// amendPerson: POST /admin/people/{id}/edit
func (d *Door) amendPerson(w http.ResponseWriter, r *http.Request) error {
	p, _, err := d.keptPerson(r)
	if err != nil {
		return err
	}
	form, err := readForm(r)
	if err != nil {
		return err
	}
	if err = form.Err(); err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error {
			return org.AmendPerson(r.Context(), tx, p.ID, org.PersonForm{Code: form.Line("code"), Name: form.Line("name"), Email: form.Line("email"), Phone: form.Line("phone"), Revision: form.Number("revision")})
		})
	}
	if errs, ok := asErrors(r.Context(), err); ok {
		return d.personForm(w, r, http.StatusUnprocessableEntity, form, p, errs)
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã lưu thông tin của {name}.", "name", form.Line("name")))
	return redirect(w, r, personAddress(p.ID))
}

// asFormErrors is asErrors that also takes a conflict of one field: a code or a name that somebody has already.
func asFormErrors(ctx context.Context, err error) (Errors, bool) {
	if errs, ok := asErrors(ctx, err); ok {
		return errs, true
	}
	if refusal, ok := refusalWithField(err); ok {
		var errs Errors
		for _, p := range refusal.Problems {
			errs = append(errs, FieldError{Field: p.Field, Message: translate(ctx, p.Text, p.Args)})
		}
		return errs, true
	}
	return nil, false
}

// accountOpenPage: GET /admin/people/{id}/account
func (d *Door) accountOpenPage(w http.ResponseWriter, r *http.Request) error {
	p, _, err := d.keptPerson(r)
	if err != nil {
		return err
	}
	return d.showAccountOpen(w, r, 0, p, loginFor(p.Name), nil)
}

// loginFor proposes a login: "Nguyễn Văn Nghĩa" gives nghia.nv.
func loginFor(name string) string {
	words := strings.Fields(i18n.Fold(name))
	if len(words) == 0 {
		return ""
	}
	out := words[len(words)-1]
	if len(words) > 1 {
		out += "."
		for _, w := range words[:len(words)-1] {
			out += w[:1]
		}
	}
	return out
}

func (d *Door) showAccountOpen(w http.ResponseWriter, r *http.Request, status int, p *org.Person, login string, errs Errors) error {
	ctx := r.Context()
	card := wrap(FormCard(FormView{ID: "open-account", Action: personAddress(p.ID) + "/account", Title: t(ctx, "Mở tài khoản"), Lead: p.Name + " – " + t(ctx, "Mật khẩu cấp một lần sẽ hiện sau khi mở."),
		Submit: Action{Label: t(ctx, "Mở tài khoản"), Kind: Primary}, Cancel: personAddress(p.ID), ErrorTitle: t(ctx, "Chưa mở được tài khoản"), Errors: errs}),
		TextField(Field{Name: "login", Label: t(ctx, "Tên đăng nhập"), Value: login, Hint: t(ctx, "Chữ thường không dấu, chữ số, dấu chấm"), Autocomplete: "off", MaxLength: 64, Error: errs.Of("login"), Autofocus: true}))
	return d.page(w, r, View{Title: t(ctx, "Mở tài khoản"), Active: "people", Status: status}, wrap(Body(HeadView{}, true), card))
}

// accountOpen: POST /admin/people/{id}/account. The one-time password is shown once, on this answer, and kept nowhere.
func (d *Door) accountOpen(w http.ResponseWriter, r *http.Request) error {
	p, posts, err := d.keptPerson(r)
	if err != nil {
		return err
	}
	form, err := readForm(r)
	if err != nil {
		return err
	}
	password, err := auth.NewPassword()
	if err == nil {
		err = auth.OpenAccount(r.Context(), d.DB, actor(r), auth.Opening{Person: p.ID, Login: form.Line("login"), Password: password, MustChange: true})
	}
	if errs, ok := asFormErrors(r.Context(), err); ok {
		return d.showAccountOpen(w, r, http.StatusUnprocessableEntity, p, form.Line("login"), errs)
	}
	if err != nil {
		return err
	}
	return d.showSecret(w, r, p, posts, password)
}

func (d *Door) showSecret(w http.ResponseWriter, r *http.Request, p *org.Person, posts []org.Holding, password string) error {
	account, has, err := auth.AccountOf(r.Context(), d.DB, int64(p.ID))
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: p.Name, Active: "people"}, personDetail(p, posts, account, has, password))
}

// accountReset: POST /admin/people/{id}/reset
func (d *Door) accountReset(w http.ResponseWriter, r *http.Request) error {
	p, posts, err := d.keptPerson(r)
	if err != nil {
		return err
	}
	password, err := auth.ResetPassword(r.Context(), d.DB, actor(r), int64(p.ID))
	if err != nil {
		return err
	}
	return d.showSecret(w, r, p, posts, password)
}

// accountLock: POST /admin/people/{id}/lock
func (d *Door) accountLock(w http.ResponseWriter, r *http.Request) error {
	return d.accountState(w, r, auth.LockAccount, store.Say("Đã khóa tài khoản. Mọi phiên đăng nhập và mã truy cập của người này đã kết thúc."))
}

// accountUnlock: POST /admin/people/{id}/unlock
func (d *Door) accountUnlock(w http.ResponseWriter, r *http.Request) error {
	return d.accountState(w, r, auth.UnlockAccount, store.Say("Đã mở khóa tài khoản."))
}

func (d *Door) accountState(w http.ResponseWriter, r *http.Request, change func(context.Context, *store.Tx, int64) error, done store.Message) error {
	p, _, err := d.keptPerson(r)
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return change(r.Context(), tx, int64(p.ID)) })
	}
	if err != nil {
		return err
	}
	left, err := dossiers.OpenDossiersOf(r.Context(), d.DB, int64(own(r)), int64(p.ID))
	if err != nil {
		return err
	}
	if locked, err := auth.Locked(r.Context(), d.DB, int64(p.ID)); err != nil {
		return err
	} else if locked && len(left) > 0 { // a lock may not wait, but what it leaves behind is said
		d.flash(w, Warn, store.Say("Đã khóa tài khoản. Người này còn phụ trách {n} hồ sơ: {codes}. Bàn giao ở mục Bàn giao công việc.", "n", len(left), "codes", codesOf(left)))
		return redirect(w, r, personAddress(p.ID))
	}
	d.flash(w, Good, done)
	return redirect(w, r, personAddress(p.ID))
}

// codesOf names the first dossiers.
func codesOf(left []dossiers.Left) string {
	var out []string
	for _, x := range left[:min(len(left), 10)] {
		out = append(out, x.Code)
	}
	return strings.Join(out, ", ")
}
