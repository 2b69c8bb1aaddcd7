package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"congvu/internal/auth"
	"congvu/internal/org"
	"congvu/internal/store"
)

const pathPassword = "/password"

// demoAccount is a line of the demonstration's sign-in page.
type demoAccount struct{ Login, Name, Post string }

type demoAgency struct {
	Name     string
	Accounts []demoAccount
}

// signInPage: GET /sign-in
func (d *Door) signInPage(w http.ResponseWriter, r *http.Request) error {
	back := localAddress(r.FormValue("return"))
	if sessionOf(r) != nil {
		return redirect(w, r, back)
	}
	return d.showSignIn(w, r, 0, "", back, nil)
}

func (d *Door) showSignIn(w http.ResponseWriter, r *http.Request, status int, login, back string, errs Errors) error {
	ctx := r.Context()
	demo, err := d.demoAgencies(ctx)
	if err != nil {
		return err
	}
	here := PathSignIn
	if back != PathHome {
		here = r.URL.RequestURI()
	}
	parts := []templ.Component{wrap(FormCard(FormView{ID: "sign-in", Action: PathSignIn, Title: t(ctx, "Đăng nhập"), Submit: Action{Label: t(ctx, "Đăng nhập"), Kind: Primary},
		ErrorTitle: t(ctx, "Chưa đăng nhập được"), Errors: errs, Hidden: []Hidden{{"return", back}}, Away: true}),
		TextField(Field{Name: "login", Label: t(ctx, "Tên đăng nhập"), Value: login, Autocomplete: "username", Autofocus: login == "" && errs == nil}),
		TextField(Field{Name: "password", Label: t(ctx, "Mật khẩu"), Type: "password", Autocomplete: "current-password"}))}
	parts = append(parts, checkLink())
	if len(demo) > 0 {
		parts = append(parts, demoAccounts(demo, back, d.DemoPassword != ""))
	}
	return d.bare(w, r, status, BareView{Title: t(ctx, "Đăng nhập"), Here: here, Wide: len(demo) > 0}, parts...)
}

// demoAgencies lists the demonstration's accounts by agency; none outside of a demonstration.
func (d *Door) demoAgencies(ctx context.Context) ([]demoAgency, error) {
	if !d.DemoAccounts {
		return nil, nil
	}
	accounts, err := auth.DemoAccounts(ctx, d.DB)
	if err != nil {
		return nil, err
	}
	var out []demoAgency
	at := map[string]int{}
	for _, a := range accounts {
		held, err := org.Holdings(ctx, d.DB, org.PersonID(a.PersonID), d.today())
		if err != nil {
			return nil, err
		}
		if len(held) == 0 {
			continue
		}
		h := held[0]
		i, known := at[h.AgencyName]
		if !known {
			i = len(out)
			at[h.AgencyName] = i
			out = append(out, demoAgency{Name: h.AgencyName})
		}
		post := h.Title
		if h.UnitName != "" {
			post += ", " + h.UnitName
		}
		out[i].Accounts = append(out[i].Accounts, demoAccount{a.Login, h.PersonName, post})
	}
	return out, nil
}

// signIn: POST /sign-in
func (d *Door) signIn(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(r)
	if err != nil {
		return err
	}
	ctx, back := r.Context(), localAddress(form.Line("return"))
	login, password := form.Line("login"), form.Secret("password")
	if d.DemoAccounts && d.DemoPassword != "" && form.Yes("demo") {
		password = d.DemoPassword
	}
	if !d.reachable(r) {
		err = store.Refuse(store.Invalid, "Kết nối này chưa được mã hóa nên không giữ được phiên đăng nhập. Hãy mở hệ thống bằng địa chỉ https://, hoặc báo quản trị hệ thống đặt địa chỉ công khai.")
	} else if login == "" || password == "" {
		err = store.Refuse(store.Invalid, "Hãy nhập tên đăng nhập và mật khẩu.")
	}
	var s *auth.Session
	if err == nil {
		s, err = auth.SignIn(ctx, d.DB, login, password, addressOf(r), clip(r.UserAgent()))
	}
	if errs, ok := asErrors(ctx, err); ok {
		return d.showSignIn(w, r, http.StatusUnprocessableEntity, login, back, errs)
	}
	var refusal *store.Refusal
	if errors.Is(err, store.Conflict) && errors.As(err, &refusal) { // the door is slowed down
		return d.showSignIn(w, r, http.StatusTooManyRequests, login, back, Errors{{Message: sentences(ctx, refusal)}})
	}
	if err != nil {
		return err
	}
	if old := visitOf(r).token; old != "" {
		if err := auth.SignOut(ctx, d.DB, old); err != nil {
			return err
		}
	}
	d.remember(w, s.Token)
	return redirect(w, r, back)
}

// signOut: POST /sign-out
func (d *Door) signOut(w http.ResponseWriter, r *http.Request) error {
	if v := visitOf(r); v.session != nil {
		if err := auth.SignOut(r.Context(), d.DB, v.token); err != nil {
			return err
		}
	}
	d.forget(w)
	return redirect(w, r, PathSignIn)
}

// switchPost: POST /post
func (d *Door) switchPost(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PostFormValue("post"), 10, 64)
	if err != nil {
		return store.Refuse(store.NotFound, "Không có chức vụ này trong hồ sơ của ông/bà.")
	}
	if err := auth.SwitchPost(r.Context(), d.DB, visitOf(r).token, org.HoldingID(id)); err != nil {
		return err
	}
	return redirect(w, r, PathHome) // what was open may not be seen from the other post
}

// bootstrapPage: GET /bootstrap?token=…
func (d *Door) bootstrapPage(w http.ResponseWriter, r *http.Request) error {
	open, err := auth.BootstrapOpen(r.Context(), d.DB, r.FormValue("token"), d.DB.Now())
	if err != nil {
		return err
	}
	if !open {
		return store.Refuse(store.NotFound, "Liên kết này đã được dùng hoặc đã hết hạn. Khởi động lại máy chủ để nhận liên kết mới nếu bản cài đặt chưa có quản trị viên.")
	}
	return d.showBootstrap(w, r, 0, nil, r.FormValue("token"), nil)
}

func (d *Door) showBootstrap(w http.ResponseWriter, r *http.Request, status int, f *Form, token string, errs Errors) error {
	ctx := r.Context()
	hosted, err := org.HostedAgencies(ctx, d.DB)
	if err != nil {
		return err
	}
	fields := []templ.Component{}
	if len(hosted) == 0 {
		fields = append(fields,
			TextField(Field{Name: "agency_name", Label: t(ctx, "Tên cơ quan"), Value: f.shown("agency_name"), Hint: t(ctx, "Ví dụ: Ủy ban nhân dân phường Hoàn Kiếm"), MaxLength: 300, Error: errs.Of("agency_name")}),
			wrap(Two(), TextField(Field{Name: "agency_code", Label: t(ctx, "Mã định danh"), Value: f.shown("agency_code"), Hint: t(ctx, "Theo Quyết định 20/2020/QĐ-TTg, ví dụ H26.15"), MaxLength: 35, Short: true, Error: errs.Of("agency_code")}),
				TextField(Field{Name: "agency_abbr", Label: t(ctx, "Chữ viết tắt trong ký hiệu văn bản"), Value: f.shown("agency_abbr"), Hint: t(ctx, "Ví dụ: UBND"), MaxLength: 20, Short: true, Error: errs.Of("agency_abbr")})))
	}
	fields = append(fields,
		TextField(Field{Name: "name", Label: t(ctx, "Họ và tên quản trị viên"), Value: f.shown("name"), Autocomplete: "name", MaxLength: 100, Error: errs.Of("name")}),
		TextField(Field{Name: "login", Label: t(ctx, "Tên đăng nhập"), Value: f.shown("login"), Autocomplete: "username", MaxLength: 64, Error: errs.Of("login")}),
		TextField(Field{Name: "password", Label: t(ctx, "Mật khẩu"), Type: "password", Autocomplete: "new-password", Hint: t(ctx, "Ít nhất 12 ký tự; một câu dễ nhớ thì tốt hơn một từ khó nhớ"), Error: errs.Of("password")}))
	card := wrap(FormCard(FormView{ID: "bootstrap", Action: "/bootstrap", Title: t(ctx, "Tạo quản trị viên đầu tiên"), Submit: Action{Label: t(ctx, "Tạo quản trị viên"), Kind: Primary},
		ErrorTitle: t(ctx, "Chưa tạo được quản trị viên"), Errors: errs, Hidden: []Hidden{{"token", token}}, Away: true}), fields...)
	return d.bare(w, r, status, BareView{Title: t(ctx, "Tạo quản trị viên đầu tiên")}, card)
}

// bootstrap: POST /bootstrap
func (d *Door) bootstrap(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(r)
	if err != nil {
		return err
	}
	token := form.Secret("token")
	err = auth.ClaimBootstrap(r.Context(), d.DB, token, auth.Claim{AgencyCode: form.Line("agency_code"), AgencyName: form.Line("agency_name"), AgencyAbbr: form.Line("agency_abbr"),
		Name: form.Line("name"), Login: form.Line("login"), Password: form.Secret("password")})
	if errs, ok := asErrors(r.Context(), err); ok {
		return d.showBootstrap(w, r, http.StatusUnprocessableEntity, form, token, errs)
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã tạo quản trị viên. Hãy đăng nhập bằng tài khoản vừa tạo."))
	return redirect(w, r, PathSignIn)
}
