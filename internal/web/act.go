package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"congvu/internal/store"
)

// ActPage is one act done by a form: the page that asks, the room's function that acts, the page that follows.
type ActPage struct {
	Active  string
	Title   string
	Lead    string
	Submit  Action
	More    []Action
	Refused string // heads what is wrong: "Chưa chuyển được văn bản"; "" = a general one
	Back    string // the page it was opened from
	Files   bool
	Guard   bool
	Wide    bool
	Next    string // the page that follows; "" = Back
	// Fields draws the form: f is nil when it is fresh.
	Fields func(f *Form, errs Errors) ([]templ.Component, error)
	// Do acts. It gives what the next page says, and where that page is ("" = Back).
	Do func(f *Form) (said flashed, next string, err error)
}

const actForm = "act"

// act shows the form of an act, or does it.
func (d *Door) act(w http.ResponseWriter, r *http.Request, p ActPage) error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		p.Back = backTo(r, nil, p.Back)
		return d.showAct(w, r, 0, p, nil, nil)
	}
	form, err := readForm(r)
	if err != nil {
		if errs, ok := asErrors(r.Context(), err); ok && p.Files { // too large: the body was not read
			return d.showAct(w, r, http.StatusUnprocessableEntity, p, nil, errs)
		}
		return err
	}
	p.Back = backTo(r, form, p.Back)
	if form.Searching() {
		return d.showAct(w, r, 0, p, form, nil)
	}
	said, next, err := p.Do(form)
	if err == nil {
		err = form.Err()
	}
	if errs, ok := asErrors(r.Context(), err); ok {
		return d.showAct(w, r, http.StatusUnprocessableEntity, p, form, errs)
	}
	var refusal *store.Refusal
	if p.Guard && errors.Is(err, store.Conflict) && errors.As(err, &refusal) { // what was written at length is not lost
		return d.showAct(w, r, http.StatusConflict, p, form, Errors{{Message: sentences(r.Context(), refusal)}})
	}
	if err != nil {
		return err
	}
	if said.Text != "" {
		d.flashNext(w, said)
	}
	if next == "" {
		next = orElse(p.Next, p.Back)
	}
	return redirect(w, r, next)
}

// backTo is where an act was opened: the list with its pane, or the thing's own page.
func backTo(r *http.Request, form *Form, own string) string {
	if form != nil {
		if back := form.Line("return"); back != "" {
			return localAddress(back)
		}
		return own
	}
	if back := cameFrom(r); back != PathHome && !strings.HasPrefix(back, r.URL.Path) && (strings.HasPrefix(back, own) || strings.Contains(back, "open="+lastOf(own)) || strings.HasPrefix(back, "/signing")) {
		return back
	}
	return own
}

// lastOf is the last part of an address: the id of what is open.
func lastOf(address string) string { return address[strings.LastIndexByte(address, '/')+1:] }

func (d *Door) showAct(w http.ResponseWriter, r *http.Request, status int, p ActPage, f *Form, errs Errors) error {
	ctx := r.Context()
	fields, err := p.Fields(f, errs)
	if err != nil {
		return err
	}
	if p.Refused == "" {
		p.Refused = t(ctx, "Chưa thực hiện được")
	}
	card := wrap(FormCard(FormView{ID: actForm, Action: r.URL.RequestURI(), Title: p.Title, Lead: p.Lead, Submit: p.Submit, More: p.More, Cancel: p.Back, ErrorTitle: p.Refused,
		Errors: errs, Files: p.Files, Guard: p.Guard, Hidden: []Hidden{{"return", p.Back}}}), fields...)
	return d.page(w, r, View{Title: p.Title, Active: p.Active, Status: status}, wrap(Body(HeadView{}, !p.Wide), card))
}

// noFields is an act that asks nothing but consent.
func noFields(*Form, Errors) ([]templ.Component, error) { return nil, nil }

// done is what the next page says.
func done(text string, pairs ...any) flashed {
	m := store.Say(text, pairs...)
	return flashed{Tone: Good, Text: m.Text, Args: m.Args}
}

// ask is an action that opens the form of an act in the dialog.
func ask(label, icon, href string, kind Kind) Action {
	return Action{Label: label, Icon: icon, Href: href, Kind: kind, Opens: actForm}
}

// gone refuses the form of an act that the thing's state or the actor's post no longer offers.
func gone() error {
	return store.Refuse(store.Conflict, "Việc này không còn thực hiện được: văn bản đã được xử lý ở nơi khác hoặc đã chuyển sang bước khác.")
}

// fieldOf fills a field from the refused form.
func fieldOf(f *Form, errs Errors, field Field) Field {
	if f != nil {
		field.Value = f.shown(field.Name)
	}
	field.Error = errs.Of(field.Name)
	return field
}

// reasonField asks for a reason of 10 to 1000 characters.
func reasonField(ctx context.Context, f *Form, errs Errors) templ.Component {
	return TextArea(fieldOf(f, errs, Field{Name: "reason", Label: t(ctx, "Lý do"), Hint: t(ctx, "Từ 10 đến 1000 ký tự; người nhận sẽ đọc được"), MaxLength: 1000, Rows: 4}))
}
