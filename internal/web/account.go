package web

import (
	"fmt"
	"net/http"

	"congvu/internal/auth"
	"congvu/internal/org"
	"congvu/internal/store"
)

// accountRoutes are what a person keeps for himself.
func accountRoutes() []Route {
	return []Route{
		{Pattern: "GET " + PathAccount, Handle: (*Door).accountPage},
		{Pattern: "GET " + pathPassword, Handle: (*Door).passwordPage},
		{Pattern: "POST " + pathPassword, Handle: (*Door).changePassword},
		{Pattern: "POST /account/sign-out-everywhere", Handle: (*Door).signOutEverywhere},
		{Pattern: "POST /account/sessions/{id}/end", Handle: (*Door).endSession},
		{Pattern: "GET /account/tokens/new", Handle: (*Door).tokenPage},
		{Pattern: "POST /account/tokens/new", Handle: (*Door).issueToken},
		{Pattern: "POST /account/tokens/{id}/revoke", Handle: (*Door).revokeToken},
	}
}

// accountPage: GET /account
func (d *Door) accountPage(w http.ResponseWriter, r *http.Request) error {
	sessions, err := auth.Sessions(r.Context(), d.DB, actor(r))
	if err != nil {
		return err
	}
	tokens, err := auth.Tokens(r.Context(), d.DB, actor(r))
	if err != nil {
		return err
	}
	ctx := r.Context()
	return d.page(w, r, View{Title: t(ctx, "Tài khoản"), Active: "account"}, accountPage(sessionOf(r), sessions, tokens, d.DB.Now()))
}

// passwordPage: GET /password. It stands alone: whoever must change his password sees nothing else.
func (d *Door) passwordPage(w http.ResponseWriter, r *http.Request) error {
	return d.showPassword(w, r, 0, nil)
}

func (d *Door) showPassword(w http.ResponseWriter, r *http.Request, status int, errs Errors) error {
	ctx := r.Context()
	f := FormView{ID: "password-form", Action: pathPassword, Title: t(ctx, "Đổi mật khẩu"), Submit: Action{Label: t(ctx, "Đổi mật khẩu"), Kind: Primary},
		ErrorTitle: t(ctx, "Chưa đổi được mật khẩu"), Errors: errs, Cancel: PathAccount, Away: true}
	if sessionOf(r).MustChange {
		f.Lead, f.Cancel = t(ctx, "Mật khẩu đang dùng là mật khẩu cấp một lần. Hãy đặt mật khẩu của riêng ông/bà trước khi làm việc."), ""
	}
	card := wrap(FormCard(f),
		TextField(Field{Name: "present", Label: t(ctx, "Mật khẩu đang dùng"), Type: "password", Autocomplete: "current-password", Error: errs.Of("present")}),
		TextField(Field{Name: "next", Label: t(ctx, "Mật khẩu mới"), Type: "password", Autocomplete: "new-password", Hint: t(ctx, "Ít nhất 12 ký tự; một câu dễ nhớ thì tốt hơn một từ khó nhớ"), Error: errs.Of("next")}),
		TextField(Field{Name: "again", Label: t(ctx, "Nhập lại mật khẩu mới"), Type: "password", Autocomplete: "new-password", Error: errs.Of("again")}))
	return d.bare(w, r, status, BareView{Title: f.Title, Here: pathPassword}, card)
}

// changePassword: POST /password
func (d *Door) changePassword(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(r)
	if err != nil {
		return err
	}
	if form.Secret("next") != form.Secret("again") {
		err = store.RefuseField("again", "Hai lần nhập mật khẩu mới không giống nhau.")
	} else {
		err = auth.ChangePassword(r.Context(), d.DB, actor(r), visitOf(r).token, form.Secret("present"), form.Secret("next"))
	}
	if errs, ok := asErrors(r.Context(), err); ok {
		return d.showPassword(w, r, http.StatusUnprocessableEntity, errs)
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã đổi mật khẩu. Các phiên đăng nhập khác đã kết thúc."))
	return redirect(w, r, PathHome)
}

// signOutEverywhere: POST /account/sign-out-everywhere
func (d *Door) signOutEverywhere(w http.ResponseWriter, r *http.Request) error {
	err := d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return auth.SignOutEverywhere(r.Context(), tx) })
	if err != nil {
		return err
	}
	d.forget(w)
	d.flash(w, Good, store.Say("Đã đăng xuất khỏi mọi thiết bị và thu hồi mọi mã truy cập."))
	return redirect(w, r, PathSignIn)
}

// endSession: POST /account/sessions/{id}/end
func (d *Door) endSession(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return auth.EndSession(r.Context(), tx, id) })
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã kết thúc phiên đăng nhập."))
	return redirect(w, r, PathAccount)
}

// tokenDays are the terms a token may be issued for.
var tokenDays = []int{30, 90, 180, 365}

// tokenPage: GET /account/tokens/new
func (d *Door) tokenPage(w http.ResponseWriter, r *http.Request) error {
	return d.showToken(w, r, 0, nil, nil)
}

func (d *Door) showToken(w http.ResponseWriter, r *http.Request, status int, f *Form, errs Errors) error {
	ctx := r.Context()
	var terms []Option
	for _, days := range tokenDays {
		terms = append(terms, Option{Value: fmt.Sprint(days), Label: t(ctx, "{n} ngày", "n", days), Selected: days == 90})
	}
	card := wrap(FormCard(FormView{ID: "token", Action: "/account/tokens/new", Title: t(ctx, "Cấp mã truy cập cho phần mềm"), Lead: t(ctx, "Mã có quyền như chức vụ đang dùng và chỉ hiện một lần."),
		Submit: Action{Label: t(ctx, "Cấp mã"), Kind: Primary}, Cancel: PathAccount, ErrorTitle: t(ctx, "Chưa cấp được mã"), Errors: errs}),
		TextField(Field{Name: "name", Label: t(ctx, "Dùng cho việc gì"), Value: f.shown("name"), MaxLength: 100, Error: errs.Of("name")}),
		SelectField(Field{Name: "days", Label: t(ctx, "Thời hạn"), Error: errs.Of("days")}, terms),
		TextField(Field{Name: "password", Label: t(ctx, "Mật khẩu của ông/bà"), Type: "password", Autocomplete: "current-password", Error: errs.Of("password")}))
	return d.page(w, r, View{Title: t(ctx, "Cấp mã truy cập"), Active: "account", Status: status}, wrap(Body(HeadView{}, true), card))
}

// issueToken: POST /account/tokens/new
func (d *Door) issueToken(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(r)
	if err != nil {
		return err
	}
	ctx, s := r.Context(), sessionOf(r)
	days := form.Number("days")
	known := false
	for _, n := range tokenDays {
		known = known || days == int64(n)
	}
	if !known {
		form.problems.Add("days", "Hãy chọn một thời hạn trong danh sách.")
	}
	if err = form.Err(); err == nil {
		_, err = auth.Confirm(ctx, d.DB, s, form.Secret("password")) // always: the code lives for months
	}
	secret := ""
	if err == nil {
		err = d.DB.Write(ctx, actor(r), func(tx *store.Tx) error {
			secret, err = auth.IssueAPIToken(ctx, tx, s.PersonID, org.HoldingID(s.Holding.ID), form.Line("name"), tx.Now().Add(timeOfDays(days)))
			return err
		})
	}
	if errs, ok := asErrors(ctx, err); ok {
		return d.showToken(w, r, http.StatusUnprocessableEntity, form, errs)
	}
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(ctx, "Mã truy cập mới"), Active: "account"}, wrap(Body(HeadView{Title: t(ctx, "Mã truy cập mới")}, true), tokenIssued(secret)))
}

// revokeToken: POST /account/tokens/{id}/revoke
func (d *Door) revokeToken(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return auth.RevokeAPIToken(r.Context(), tx, id) })
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã thu hồi mã truy cập. Phần mềm dùng mã này không còn vào được hệ thống."))
	return redirect(w, r, PathAccount)
}
