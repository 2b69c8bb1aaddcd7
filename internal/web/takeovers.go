package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
)

const pathTakeovers = "/takeovers"

// takeoverRoutes are where the registry of a successor takes over what an agency that has ended left unfinished.
func takeoverRoutes() []Route {
	those := posts(store.Clerk | store.Head | store.AgencyAdmin)
	return []Route{
		{Pattern: "GET " + pathTakeovers, Who: those, Handle: (*Door).takeoversPage, Nav: &Nav{Key: "takeovers", Icon: "switch-horizontal", Group: adminGroup, Label: func(ctx context.Context) string { return t(ctx, "Tiếp nhận bàn giao") }}},
		{Pattern: "GET " + pathTakeovers + "/{id}", Who: those, Handle: (*Door).takeoverPage},
		{Pattern: "POST " + pathTakeovers + "/{id}", Who: posts(store.Clerk), Handle: (*Door).takeOver},
	}
}

// takeoversPage: GET /takeovers
func (d *Door) takeoversPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	olds, err := org.Predecessors(ctx, d.DB, own(r))
	if err != nil {
		return err
	}
	var all []*org.Pending
	for _, a := range olds {
		p, err := org.PendingFor(ctx, d.DB, actor(r), a.ID)
		if err != nil {
			return err
		}
		all = append(all, p)
	}
	return d.page(w, r, View{Title: t(ctx, "Tiếp nhận bàn giao"), Active: "takeovers"}, takeoversList(all))
}

// takeoverView is what one agency left, with the form of taking it over.
type takeoverView struct {
	*org.Pending
	may     bool
	form    FormView
	fields  []templ.Component
	groups  []string
	picked  map[string]bool
	results []org.TakeResult
}

func (v takeoverView) path() string { return fmt.Sprintf("%s/%d", pathTakeovers, int64(v.Old.ID)) }

// takeoverPage: GET /takeovers/{id}
func (d *Door) takeoverPage(w http.ResponseWriter, r *http.Request) error {
	return d.showTakeover(w, r, 0, nil, nil, nil)
}

func (d *Door) showTakeover(w http.ResponseWriter, r *http.Request, status int, f *Form, errs Errors, results []org.TakeResult) error {
	ctx := r.Context()
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	p, err := org.PendingFor(ctx, d.DB, actor(r), org.AgencyID(id))
	if err != nil {
		return err
	}
	v := takeoverView{Pending: p, may: documents.KeepsRegisters(actor(r)), picked: map[string]bool{}, results: results}
	for _, l := range p.Left {
		if len(v.groups) == 0 || v.groups[len(v.groups)-1] != l.Group {
			v.groups = append(v.groups, l.Group)
		}
		v.picked[l.Ref] = f == nil
	}
	if f != nil {
		for _, ref := range f.Values("pick") {
			v.picked[ref] = true
		}
	}
	if v.may && len(p.Left) > 0 {
		if v.fields, err = d.takeFields(r, f, errs); err != nil {
			return err
		}
	}
	v.form = FormView{ID: "takeover", Action: v.path(), Title: t(ctx, "Tiếp nhận xử lý tiếp"), Lead: t(ctx, "Văn bản được vào sổ mới của cơ quan, giữ nguyên số, ngày và hạn của văn bản; người đã chuyển về cơ quan giữ phần việc của mình."),
		Submit: Action{Label: t(ctx, "Tiếp nhận"), Kind: Primary}, Cancel: pathTakeovers, ErrorTitle: t(ctx, "Chưa tiếp nhận được"), Errors: errs}
	return d.page(w, r, View{Title: t(ctx, "Tiếp nhận bàn giao"), Active: "takeovers", Status: status}, takeoverShown(v))
}

func (d *Door) takeFields(r *http.Request, f *Form, errs Errors) ([]templ.Component, error) {
	ctx := r.Context()
	books, err := documents.ListRegisters(ctx, d.DB, actor(r), documents.IncomingBook, d.today().Year())
	if err != nil {
		return nil, err
	}
	registers := []Option{{Label: t(ctx, "Sổ thường dùng")}}
	for _, b := range books {
		registers = append(registers, Option{Value: fmt.Sprint(b.ID), Label: b.Name})
	}
	staff, err := org.Staff(ctx, d.DB, own(r), d.today())
	if err != nil {
		return nil, err
	}
	people := []Option{{Label: t(ctx, "Văn thư tiếp nhận")}}
	for _, h := range staff {
		people = append(people, Option{Value: fmt.Sprint(int64(h.ID)), Label: h.PersonName + " – " + h.Title, Hint: h.UnitName})
	}
	return []templ.Component{wrap(Two(), SelectField(Field{Name: "register", Label: t(ctx, "Vào sổ văn bản đến"), Error: errs.Of("register")}, Choose(registers, f.shown("register"))),
		SelectField(Field{Name: "post", Label: t(ctx, "Người tiếp tục dự thảo, hồ sơ"), Hint: t(ctx, "Khi người đang giữ không chuyển về cơ quan"), Error: errs.Of("post")}, Choose(people, f.shown("post"))))}, nil
}

// takeOver: POST /takeovers/{id}
func (d *Door) takeOver(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	f, err := readForm(r)
	if err != nil {
		return err
	}
	form := org.TakeForm{Register: f.Number("register"), Post: org.HoldingID(f.Number("post"))}
	var results []org.TakeResult
	if err = f.Err(); err == nil {
		results, err = org.TakeMany(ctx, d.DB, actor(r), org.AgencyID(id), f.Values("pick"), form)
	}
	if errs, ok := asErrors(ctx, err); ok {
		return d.showTakeover(w, r, http.StatusUnprocessableEntity, f, errs, nil)
	}
	if err != nil {
		return err
	}
	taken, refused := 0, 0
	for _, x := range results {
		if x.Err != nil {
			refused++
		} else {
			taken++
		}
	}
	if refused > 0 {
		return d.showTakeover(w, r, http.StatusUnprocessableEntity, f, Errors{{Message: t(ctx, "Đã tiếp nhận {n} nội dung; {m} nội dung chưa tiếp nhận được, lý do ghi ở từng dòng.", "n", taken, "m", refused)}}, results)
	}
	d.flash(w, Good, store.Say("Đã tiếp nhận {n} nội dung.", "n", taken))
	return redirect(w, r, fmt.Sprintf("%s/%d", pathTakeovers, id))
}

// why is the refusal of one thing, "" when it was taken or not tried.
func (v takeoverView) why(ctx context.Context, ref string) string {
	for _, x := range v.results {
		if refusal := (*store.Refusal)(nil); x.Ref == ref && errors.As(x.Err, &refusal) {
			return sentences(ctx, refusal)
		}
	}
	return ""
}

// options are the things of one group, to be ticked.
func (v takeoverView) options(ctx context.Context, group string) []Option {
	var out []Option
	for _, l := range v.Left {
		if l.Group != group {
			continue
		}
		label := l.Title
		if l.Code != "" {
			label = l.Code + " – " + l.Title
		}
		hint := slices.DeleteFunc([]string{l.Note, l.Holder, ""}, func(s string) bool { return s == "" })
		if l.Due != "" {
			hint = append(hint, t(ctx, "hạn {day}", "day", l.Due.Display()))
		}
		if why := v.why(ctx, l.Ref); why != "" {
			hint = append([]string{why}, hint...)
		}
		o := Option{Value: l.Ref, Label: label, Hint: strings.Join(hint, " · ")}
		if v.picked[l.Ref] {
			o = Choose([]Option{o}, l.Ref)[0]
		}
		out = append(out, o)
	}
	return out
}

// takenHref is the page of what was taken over.
func takenHref(ref string) string {
	kind, id, _ := strings.Cut(ref, "/")
	if kind == "dossier" {
		return "/dossiers/" + id
	}
	return "/" + kind + "/" + id
}

func takenHow(ctx context.Context, how string) string {
	if how == org.Joined {
		return t(ctx, "Đã có ở cơ quan, nối vào văn bản đó")
	}
	return t(ctx, "Vào mới")
}
