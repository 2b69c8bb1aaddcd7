package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/a-h/templ"

	"congvu/internal/auth"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// prove has the person confirm himself by the password of the form, unless he has done so lately. Everything that may be wrong is said at the
// field, so that the form comes back with all that was typed.
func (d *Door) prove(r *http.Request, f *Form) error {
	s := sessionOf(r)
	if s.Actor.Confirmed(d.DB.Now()) == nil {
		return nil
	}
	password := f.Secret("password")
	if password == "" {
		return store.RefuseField("password", "Hãy nhập mật khẩu của ông/bà để xác nhận lại. Nội dung đã nhập được giữ nguyên.")
	}
	_, err := auth.Confirm(r.Context(), d.DB, s, password)
	var slowed *store.Refusal
	if errors.Is(err, store.Conflict) && errors.As(err, &slowed) {
		return &store.Refusal{Kind: store.Invalid, Problems: []store.Problem{{Field: "password", Message: slowed.Problems[0].Message}}, Cause: slowed.Cause}
	}
	return err
}

// proofFields ask for the password where it is needed, else say how long it is not.
func (d *Door) proofFields(r *http.Request, errs Errors) []templ.Component {
	ctx := r.Context()
	if a := sessionOf(r).Actor; a.Confirmed(d.DB.Now()) == nil {
		return []templ.Component{Note(Info, t(ctx, "Ông/Bà đã xác nhận bằng mật khẩu; đến {time} không cần nhập lại.", "time", i18n.DateTime(a.ConfirmedUntil.Time())))}
	}
	return []templ.Component{passwordField(ctx, errs)}
}

func passwordField(ctx context.Context, errs Errors) templ.Component {
	return TextField(Field{Name: "password", Label: t(ctx, "Mật khẩu của ông/bà"), Type: "password", Autocomplete: "current-password",
		Hint: t(ctx, "Xác nhận lại đúng người trước khi thực hiện"), Error: errs.Of("password")})
}
