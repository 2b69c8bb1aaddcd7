package web

import (
	"fmt"
	"net/http"

	"github.com/a-h/templ"

	"congvu/internal/org"
	"congvu/internal/store"
)

// standInRoutes keep who stands in for whom: assistants of leaders, covers of absences (D12.3, I5.4).
func standInRoutes() []Route {
	return []Route{
		{Pattern: "GET /standins", Handle: (*Door).standInsPage},
		{Pattern: "GET /standins/new", Handle: (*Door).standInForm},
		{Pattern: "POST /standins/new", Handle: (*Door).standInForm},
		{Pattern: "POST /standins/{id}/end", Handle: (*Door).endStandIn},
	}
}

type standInsView struct {
	all   []org.StandIn
	names map[org.HoldingID]string
	may   func(org.StandIn) bool
}

// standInsPage: GET /standins
func (d *Door) standInsPage(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), actor(r)
	all, err := org.StandIns(ctx, d.DB, a, d.today())
	if err != nil {
		return err
	}
	staff, err := org.Staff(ctx, d.DB, org.AgencyID(a.Agency), d.today())
	if err != nil {
		return err
	}
	v := standInsView{all: all, names: map[org.HoldingID]string{}, may: func(s org.StandIn) bool { return org.MayArrangeStandIn(a, s.AgencyID, s.Principal) }}
	for _, h := range staff {
		v.names[h.ID] = h.PersonName + " – " + h.Title
	}
	return d.page(w, r, View{Title: t(ctx, "Trợ lý và làm thay"), Active: "account", Watch: []string{"org"}}, standInsPage(v))
}

// standInForm: GET and POST /standins/new
func (d *Door) standInForm(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), actor(r)
	staff, err := org.Staff(ctx, d.DB, org.AgencyID(a.Agency), d.today())
	if err != nil {
		return err
	}
	var everyone, mine []Option
	for _, h := range staff {
		o := Option{Value: fmt.Sprint(int64(h.ID)), Label: h.PersonName + " – " + h.Title}
		everyone = append(everyone, o)
		if org.MayArrangeStandIn(a, org.AgencyID(a.Agency), h.ID) {
			mine = append(mine, o)
		}
	}
	kinds := []Option{{Value: org.StandInAbsence, Label: t(ctx, "Làm thay khi vắng mặt"), Hint: t(ctx, "Đi công tác, nghỉ phép; có ngày kết thúc")}, {Value: org.StandInAssistant, Label: t(ctx, "Trợ lý, thư ký giúp việc")}}
	scopes := []Option{{Value: org.ScopeSight, Label: t(ctx, "Xem")}, {Value: org.ScopePrepare, Label: t(ctx, "Xem và chuẩn bị ý kiến chỉ đạo")}, {Value: org.ScopeDirect, Label: t(ctx, "Xem và ghi ý kiến chỉ đạo thay")}}
	return d.act(w, r, ActPage{Active: "account", Title: t(ctx, "Cử người làm thay"), Back: "/standins", Guard: true, Submit: Action{Label: t(ctx, "Lưu"), Kind: Primary}, Refused: t(ctx, "Chưa lưu được"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			kind, scope := org.StandInAbsence, org.ScopeDirect
			if f != nil {
				kind, scope = f.shown("kind"), f.shown("scope")
			}
			return []templ.Component{Note(Info, t(ctx, "Người làm thay xem và cho ý kiến trong thời hạn; không bao giờ ký thay.")),
				RadioField(Field{Name: "kind", Label: t(ctx, "Hình thức"), Error: errs.Of("kind")}, Choose(kinds, kind)),
				SelectField(Field{Name: "principal", Label: t(ctx, "Người được làm thay"), Error: errs.Of("principal")}, Choose(mine, f.shown("principal"))),
				SelectField(Field{Name: "deputy", Label: t(ctx, "Người làm thay"), Optional: true, Error: errs.Of("deputy")}, Choose(append([]Option{{Label: t(ctx, "— Không cử ai —")}}, everyone...), f.shown("deputy"))),
				RadioField(Field{Name: "scope", Label: t(ctx, "Phạm vi"), Error: errs.Of("scope")}, Choose(scopes, scope)),
				TextField(fieldOf(f, errs, Field{Name: "reason", Label: t(ctx, "Lý do hoặc văn bản phân công"), MaxLength: 300})),
				wrap(Two(), DateField(fresh(f, fieldOf(f, errs, Field{Name: "valid_from", Label: t(ctx, "Từ ngày")}), d.today().Display())), DateField(fieldOf(f, errs, Field{Name: "valid_to", Label: t(ctx, "Đến hết ngày"), Optional: true})))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			form := org.StandInForm{Kind: f.Line("kind"), Principal: org.HoldingID(f.Number("principal")), Deputy: org.HoldingID(f.Number("deputy")), Scope: f.Line("scope"), Reason: f.Line("reason"),
				ValidFrom: f.Date("valid_from"), ValidTo: f.Date("valid_to")}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Đã lưu. Người làm thay chọn vai trò này ở góc trên bên phải."), "", d.DB.Write(ctx, a, func(tx *store.Tx) error {
				_, err := org.SetStandIn(ctx, tx, form)
				return err
			})
		}})
}

// endStandIn: POST /standins/{id}/end
func (d *Door) endStandIn(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return org.EndStandIn(r.Context(), tx, id) })
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã kết thúc việc làm thay, có hiệu lực ngay."))
	return redirect(w, r, "/standins")
}
