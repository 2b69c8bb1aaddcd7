package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/a-h/templ"

	"congvu/internal/org"
	"congvu/internal/store"
)

const pathReorganisations = "/admin/reorganisations"

// reorganisationRoutes are the pages on which agencies are merged, split, renamed and dissolved by decision and date.
func reorganisationRoutes() []Route {
	admins := posts(store.SystemAdmin)
	return []Route{
		{Pattern: "GET " + pathReorganisations, Who: admins, Handle: (*Door).reorganisationsPage, Nav: &Nav{Key: "reorganisations", Icon: "arrows-exchange", Group: adminGroup, Label: func(ctx context.Context) string { return t(ctx, "Sắp xếp tổ chức") }}},
		{Pattern: "GET " + pathReorganisations + "/new", Who: admins, Handle: (*Door).draftReorganisationPage},
		{Pattern: "POST " + pathReorganisations + "/new", Who: admins, Handle: (*Door).draftReorganisation},
		{Pattern: "GET " + pathReorganisations + "/{id}", Who: admins, Handle: (*Door).reorganisationPage},
		{Pattern: "GET " + pathReorganisations + "/{id}/edit", Who: admins, Handle: (*Door).amendReorganisationPage},
		{Pattern: "POST " + pathReorganisations + "/{id}/edit", Who: admins, Handle: (*Door).amendReorganisation},
		{Pattern: "GET " + pathReorganisations + "/{id}/link", Who: admins, Handle: (*Door).linkAgencies},
		{Pattern: "POST " + pathReorganisations + "/{id}/link", Who: admins, Handle: (*Door).linkAgencies},
		{Pattern: "POST " + pathReorganisations + "/{id}/links/{link}/remove", Who: admins, Handle: (*Door).unlinkAgencies},
		{Pattern: "GET " + pathReorganisations + "/{id}/taker", Who: admins, Handle: (*Door).nameTaker},
		{Pattern: "POST " + pathReorganisations + "/{id}/taker", Who: admins, Handle: (*Door).nameTaker},
		{Pattern: "GET " + pathReorganisations + "/{id}/approve", Who: admins, Handle: (*Door).approveReorganisationPage},
		{Pattern: "POST " + pathReorganisations + "/{id}/approve", Who: admins, Handle: (*Door).approveReorganisation},
		{Pattern: "POST " + pathReorganisations + "/{id}/execute", Who: admins, Handle: (*Door).executeReorganisation},
		{Pattern: "GET " + pathReorganisations + "/{id}/cancel", Who: admins, Handle: (*Door).cancelReorganisationPage},
		{Pattern: "POST " + pathReorganisations + "/{id}/cancel", Who: admins, Handle: (*Door).cancelReorganisation},
	}
}

func reorganisationPath(id org.ReorganisationID) string {
	return fmt.Sprintf("%s/%d", pathReorganisations, id)
}

// reorganisationsPage: GET /admin/reorganisations
func (d *Door) reorganisationsPage(w http.ResponseWriter, r *http.Request) error {
	all, err := org.Reorganisations(r.Context(), d.DB)
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(r.Context(), "Sắp xếp tổ chức"), Active: "reorganisations"}, reorganisationsList(all))
}

// reorganisationView is one decision with all that hangs on it.
type reorganisationView struct {
	re       org.Reorganisation
	links    []org.Succession
	takers   []org.Takeover
	untaken  []org.Untaken
	due      bool // its day has come
	olds     map[org.AgencyID]string
	endCount int
	refused  string // why the last act was not done
}

func (v reorganisationView) open() bool { return v.re.State == org.ReorganisationDraft }

func (v reorganisationView) undone() bool {
	return v.open() || v.re.State == org.ReorganisationApproved
}

// reorganisationPage: GET /admin/reorganisations/{id}
func (d *Door) reorganisationPage(w http.ResponseWriter, r *http.Request) error {
	return d.showReorganisation(w, r, nil)
}

// showReorganisation shows one decision; an act that was refused is told on its page, where nothing has changed.
func (d *Door) showReorganisation(w http.ResponseWriter, r *http.Request, refused error) error {
	var refusal *store.Refusal
	if refused != nil && (!errors.As(refused, &refusal) || errors.Is(refused, store.NotFound) || errors.Is(refused, store.Forbidden)) {
		return refused
	}
	v, err := d.reorganisation(r)
	if err != nil {
		return err
	}
	status := 0
	if refusal != nil {
		v.refused, status = sentences(r.Context(), refusal), http.StatusConflict
	}
	return d.page(w, r, View{Title: v.re.Title, Active: "reorganisations", Status: status}, reorganisationShown(v))
}

func (d *Door) keptReorganisation(r *http.Request) (org.Reorganisation, error) {
	id, err := number(r, "id")
	if err != nil {
		return org.Reorganisation{}, err
	}
	return org.FindReorganisation(r.Context(), d.DB, org.ReorganisationID(id))
}

func (d *Door) reorganisation(r *http.Request) (v reorganisationView, err error) {
	ctx := r.Context()
	if v.re, err = d.keptReorganisation(r); err != nil {
		return v, err
	}
	if v.links, err = org.Successions(ctx, d.DB, v.re.ID); err != nil {
		return v, err
	}
	if v.takers, err = org.Takeovers(ctx, d.DB, v.re.ID); err != nil {
		return v, err
	}
	v.olds = map[org.AgencyID]string{}
	for _, s := range v.links {
		v.olds[s.OldID] = s.OldName
	}
	v.endCount = len(org.Ending(v.links))
	v.due = !d.today().Before(v.re.Effective)
	if v.undone() {
		v.untaken, err = org.UntakenOf(ctx, d.DB, actor(r), v.re.ID)
	}
	return v, err
}

// draftReorganisationPage: GET /admin/reorganisations/new
func (d *Door) draftReorganisationPage(w http.ResponseWriter, r *http.Request) error {
	return d.showReorganisationForm(w, r, 0, nil, org.Reorganisation{}, nil)
}

func (d *Door) showReorganisationForm(w http.ResponseWriter, r *http.Request, status int, f *Form, re org.Reorganisation, errs Errors) error {
	ctx := r.Context()
	action, title, back := pathReorganisations+"/new", t(ctx, "Lập quyết định sắp xếp tổ chức"), pathReorganisations
	var carried []Hidden
	if re.ID != 0 {
		action, title, back = reorganisationPath(re.ID)+"/edit", t(ctx, "Sửa quyết định sắp xếp tổ chức"), reorganisationPath(re.ID)
		carried = append(carried, Hidden{"revision", fmt.Sprint(re.Revision)})
	}
	value := func(name, stored string) string {
		if f != nil {
			return f.shown(name)
		}
		return stored
	}
	card := wrap(FormCard(FormView{ID: "reorganisation", Action: action, Title: title, Lead: t(ctx, "Chưa có gì thay đổi cho đến khi quyết định được duyệt và đến ngày hiệu lực."),
		Submit: Action{Label: t(ctx, "Lưu"), Kind: Primary}, Cancel: back, ErrorTitle: t(ctx, "Chưa lưu được"), Errors: errs, Guard: true, Hidden: carried}),
		TextField(Field{Name: "title", Label: t(ctx, "Nội dung sắp xếp"), Value: value("title", re.Title), MaxLength: 300, Error: errs.Of("title"), Autofocus: true}),
		TextField(Field{Name: "reference", Label: t(ctx, "Số, ký hiệu văn bản căn cứ"), Value: value("reference", re.Reference), Hint: t(ctx, "Ví dụ 1656/NQ-UBTVQH15"), MaxLength: 300, Error: errs.Of("reference")}),
		wrap(Two(), DateField(Field{Name: "decided_on", Label: t(ctx, "Ngày ban hành"), Value: value("decided_on", re.DecidedOn.Display()), Error: errs.Of("decided_on")}),
			DateField(Field{Name: "effective", Label: t(ctx, "Ngày hiệu lực"), Value: value("effective", re.Effective.Display()), Hint: t(ctx, "Ngày đầu tiên của tổ chức mới"), Error: errs.Of("effective")})),
		TextField(Field{Name: "note", Label: t(ctx, "Ghi chú"), Value: value("note", re.Note), Optional: true, Error: errs.Of("note")}))
	return d.page(w, r, View{Title: title, Active: "reorganisations", Status: status}, wrap(Body(HeadView{}, true), card))
}

func reorganisationForm(f *Form) org.ReorganisationForm {
	return org.ReorganisationForm{Title: f.Line("title"), Reference: f.Line("reference"), Note: f.Line("note"), DecidedOn: f.Date("decided_on"), Effective: f.Date("effective"), Revision: f.Number("revision")}
}

// draftReorganisation: POST /admin/reorganisations/new
func (d *Door) draftReorganisation(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(r)
	if err != nil {
		return err
	}
	var re org.Reorganisation
	f := reorganisationForm(form)
	if err = form.Err(); err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) (err error) {
			re, err = org.DraftReorganisation(r.Context(), tx, f)
			return err
		})
	}
	if errs, ok := asErrors(r.Context(), err); ok {
		return d.showReorganisationForm(w, r, http.StatusUnprocessableEntity, form, org.Reorganisation{}, errs)
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã lập quyết định. Hãy nhập các cơ quan cũ, cơ quan mới và nơi tiếp nhận."))
	return redirect(w, r, reorganisationPath(re.ID))
}

// amendReorganisationPage: GET /admin/reorganisations/{id}/edit
func (d *Door) amendReorganisationPage(w http.ResponseWriter, r *http.Request) error {
	re, err := d.keptReorganisation(r)
	if err != nil {
		return err
	}
	return d.showReorganisationForm(w, r, 0, nil, re, nil)
}

// amendReorganisation: POST /admin/reorganisations/{id}/edit
func (d *Door) amendReorganisation(w http.ResponseWriter, r *http.Request) error {
	re, err := d.keptReorganisation(r)
	if err != nil {
		return err
	}
	return d.actOnReorganisation(w, r, re, store.Say("Đã lưu quyết định."), func(tx *store.Tx, f *Form) error {
		form := reorganisationForm(f)
		if err := f.Err(); err != nil {
			return err
		}
		return org.AmendReorganisation(r.Context(), tx, re.ID, form)
	}, func(f *Form, errs Errors) error {
		return d.showReorganisationForm(w, r, http.StatusUnprocessableEntity, f, re, errs)
	})
}

// actOnReorganisation does one act of a form and comes back to the decision; what is wrong is shown in the form again.
func (d *Door) actOnReorganisation(w http.ResponseWriter, r *http.Request, re org.Reorganisation, done store.Message, act func(*store.Tx, *Form) error, again func(*Form, Errors) error) error {
	form, err := readForm(r)
	if err != nil {
		return err
	}
	err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return act(tx, form) })
	if errs, ok := asErrors(r.Context(), err); ok && again != nil {
		return again(form, errs)
	}
	if err != nil {
		return d.showReorganisation(w, r, err)
	}
	d.flash(w, Good, done)
	return redirect(w, r, reorganisationPath(re.ID))
}

// linkAgencies: GET and POST /admin/reorganisations/{id}/link
func (d *Door) linkAgencies(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	re, err := d.keptReorganisation(r)
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "reorganisations", Title: t(ctx, "Thêm quan hệ kế tục"), Lead: re.Title, Back: reorganisationPath(re.ID), Next: reorganisationPath(re.ID), Guard: true, Submit: Action{Label: t(ctx, "Lưu"), Kind: Primary}, Refused: t(ctx, "Chưa lưu được"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) { return d.linkFields(r, f, errs) },
		Do: func(f *Form) (flashed, string, error) {
			s := org.Succession{Kind: org.SuccessionKind(f.Line("kind")), Share: f.Line("share"), Basis: f.Line("basis"), Source: f.Line("source"), OldID: d.oneAgency(r, f, "old"), NewID: d.oneAgency(r, f, "new")}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Đã lưu quan hệ kế tục."), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return org.LinkAgencies(ctx, tx, re.ID, s) })
		}})
}

func (d *Door) linkFields(r *http.Request, f *Form, errs Errors) ([]templ.Component, error) {
	ctx := r.Context()
	old, err := d.agencyCombo(r, f, errs, Field{Name: "old", Label: t(ctx, "Cơ quan cũ"), Hint: t(ctx, "Gõ tên hoặc mã định danh")}, false, nil)
	if err != nil {
		return nil, err
	}
	to, err := d.agencyCombo(r, f, errs, Field{Name: "new", Label: t(ctx, "Cơ quan kế tục"), Hint: t(ctx, "Bỏ trống khi giải thể"), Optional: true}, false, nil)
	if err != nil {
		return nil, err
	}
	var kinds []Option
	for _, k := range org.SuccessionKinds {
		kinds = append(kinds, Option{Value: string(k.Kind), Label: translate(ctx, k.Name, nil)})
	}
	bases := []Option{{Value: "", Label: t(ctx, "Không có tỷ lệ")}, {Value: "area", Label: t(ctx, "Diện tích")}, {Value: "population", Label: t(ctx, "Dân số")}, {Value: "function", Label: t(ctx, "Chức năng")}}
	return []templ.Component{old, to,
		SelectField(Field{Name: "kind", Label: t(ctx, "Hình thức"), Error: errs.Of("kind")}, Choose(kinds, f.shown("kind"))),
		wrap(Two(), TextField(fieldOf(f, errs, Field{Name: "share", Label: t(ctx, "Tỷ lệ"), Hint: t(ctx, "Số từ 0 đến 1, chỉ ghi khi có nguồn số liệu"), Optional: true})),
			SelectField(Field{Name: "basis", Label: t(ctx, "Căn cứ của tỷ lệ"), Error: errs.Of("basis")}, Choose(bases, f.shown("basis")))),
		TextField(fieldOf(f, errs, Field{Name: "source", Label: t(ctx, "Nguồn"), Optional: true, MaxLength: 300}))}, nil
}

// unlinkAgencies: POST /admin/reorganisations/{id}/links/{link}/remove
func (d *Door) unlinkAgencies(w http.ResponseWriter, r *http.Request) error {
	re, err := d.keptReorganisation(r)
	if err != nil {
		return err
	}
	link, err := number(r, "link")
	if err != nil {
		return err
	}
	return d.actOnReorganisation(w, r, re, store.Say("Đã bỏ quan hệ kế tục."), func(tx *store.Tx, _ *Form) error { return org.UnlinkAgencies(r.Context(), tx, re.ID, link) }, nil)
}

// nameTaker: GET and POST /admin/reorganisations/{id}/taker
func (d *Door) nameTaker(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := d.reorganisation(r)
	if err != nil {
		return err
	}
	var olds, subjects []Option
	for _, id := range org.Ending(v.links) {
		olds = append(olds, Option{Value: fmt.Sprint(int64(id)), Label: v.olds[id]})
	}
	for _, s := range org.Subjects {
		subjects = append(subjects, Option{Value: string(s.Subject), Label: translate(ctx, s.Name, nil)})
	}
	return d.act(w, r, ActPage{Active: "reorganisations", Title: t(ctx, "Nêu đơn vị tiếp nhận"), Lead: v.re.Title, Back: reorganisationPath(v.re.ID), Next: reorganisationPath(v.re.ID), Guard: true, Submit: Action{Label: t(ctx, "Lưu"), Kind: Primary}, Refused: t(ctx, "Chưa lưu được"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			old, subject := r.FormValue("old"), r.FormValue("subject")
			by, err := d.agencyCombo(r, f, errs, Field{Name: "by", Label: t(ctx, "Cơ quan tiếp nhận"), Hint: t(ctx, "Gõ tên hoặc mã định danh. Bỏ trống để bỏ đơn vị đã nêu; hệ thống không tự chọn thay."), Optional: true}, false, nil)
			return []templ.Component{SelectField(Field{Name: "old", Label: t(ctx, "Cơ quan kết thúc hoạt động"), Error: errs.Of("old")}, Choose(olds, old)),
				SelectField(Field{Name: "subject", Label: t(ctx, "Nội dung bàn giao"), Error: errs.Of("subject")}, Choose(subjects, subject)), by}, err
		},
		Do: func(f *Form) (flashed, string, error) {
			by, old := d.oneAgency(r, f, "by"), org.AgencyID(f.Number("old"))
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Đã lưu đơn vị tiếp nhận."), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error {
				return org.NameTaker(ctx, tx, v.re.ID, old, org.Subject(f.Line("subject")), by)
			})
		}})
}

// approveReorganisationPage: GET /admin/reorganisations/{id}/approve
func (d *Door) approveReorganisationPage(w http.ResponseWriter, r *http.Request) error {
	v, err := d.reorganisation(r)
	if err != nil {
		return err
	}
	return d.showApproval(w, r, 0, v, nil)
}

func (d *Door) showApproval(w http.ResponseWriter, r *http.Request, status int, v reorganisationView, errs Errors) error {
	ctx := r.Context()
	fields := append([]templ.Component{Note(Warn, t(ctx, "Từ ngày {day}, {n} cơ quan kết thúc hoạt động: sổ khóa, mã ngừng dùng, chức vụ kết thúc. Sau khi duyệt không sửa được quan hệ kế tục.", "day", v.re.Effective.Display(), "n", v.endCount))}, d.proofFields(r, errs)...)
	card := wrap(FormCard(FormView{ID: "approve", Action: reorganisationPath(v.re.ID) + "/approve", Title: t(ctx, "Duyệt quyết định sắp xếp tổ chức"), Lead: v.re.Title,
		Submit: Action{Label: t(ctx, "Duyệt"), Kind: Primary}, Cancel: reorganisationPath(v.re.ID), ErrorTitle: t(ctx, "Chưa duyệt được"), Errors: errs}), fields...)
	return d.page(w, r, View{Title: t(ctx, "Duyệt quyết định sắp xếp tổ chức"), Active: "reorganisations", Status: status}, wrap(Body(HeadView{}, true), card))
}

// approveReorganisation: POST /admin/reorganisations/{id}/approve
func (d *Door) approveReorganisation(w http.ResponseWriter, r *http.Request) error {
	v, err := d.reorganisation(r)
	if err != nil {
		return err
	}
	form, err := readForm(r)
	if err != nil {
		return err
	}
	if err = d.prove(r, form); err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return org.ApproveReorganisation(r.Context(), tx, v.re.ID) })
	}
	if errs, ok := asErrors(r.Context(), err); ok {
		return d.showApproval(w, r, http.StatusUnprocessableEntity, v, errs)
	}
	if err != nil {
		return d.showReorganisation(w, r, err)
	}
	d.flash(w, Good, store.Say("Đã duyệt quyết định. Thực hiện từ ngày {day}.", "day", v.re.Effective.Display()))
	return redirect(w, r, reorganisationPath(v.re.ID))
}

// executeReorganisation: POST /admin/reorganisations/{id}/execute
func (d *Door) executeReorganisation(w http.ResponseWriter, r *http.Request) error {
	re, err := d.keptReorganisation(r)
	if err != nil {
		return err
	}
	var closed []org.AgencyID
	err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) (err error) { closed, err = org.EndAgencies(r.Context(), tx, re.ID); return err })
	if err != nil {
		return d.showReorganisation(w, r, err)
	}
	if d.Exchange != nil {
		if err := d.Exchange.Host(r.Context()); err != nil {
			return err
		}
	}
	d.flash(w, Good, store.Say("Đã thực hiện quyết định: {n} cơ quan kết thúc hoạt động.", "n", len(closed)))
	return redirect(w, r, reorganisationPath(re.ID))
}

// cancelReorganisationPage: GET /admin/reorganisations/{id}/cancel
func (d *Door) cancelReorganisationPage(w http.ResponseWriter, r *http.Request) error {
	re, err := d.keptReorganisation(r)
	if err != nil {
		return err
	}
	return d.showReorganisationCancel(w, r, 0, re, "", nil)
}

func (d *Door) showReorganisationCancel(w http.ResponseWriter, r *http.Request, status int, re org.Reorganisation, reason string, errs Errors) error {
	ctx := r.Context()
	card := wrap(FormCard(FormView{ID: "cancel", Action: reorganisationPath(re.ID) + "/cancel", Title: t(ctx, "Hủy quyết định sắp xếp tổ chức"), Lead: re.Title,
		Submit: Action{Label: t(ctx, "Hủy quyết định"), Kind: DangerFinal}, Cancel: reorganisationPath(re.ID), ErrorTitle: t(ctx, "Chưa hủy được"), Errors: errs}),
		TextField(Field{Name: "reason", Label: t(ctx, "Lý do"), Value: reason, MaxLength: 1000, Error: errs.Of("reason"), Autofocus: true}))
	return d.page(w, r, View{Title: t(ctx, "Hủy quyết định sắp xếp tổ chức"), Active: "reorganisations", Status: status}, wrap(Body(HeadView{}, true), card))
}

// cancelReorganisation: POST /admin/reorganisations/{id}/cancel
func (d *Door) cancelReorganisation(w http.ResponseWriter, r *http.Request) error {
	re, err := d.keptReorganisation(r)
	if err != nil {
		return err
	}
	return d.actOnReorganisation(w, r, re, store.Say("Đã hủy quyết định."), func(tx *store.Tx, f *Form) error {
		return org.CancelReorganisation(r.Context(), tx, re.ID, f.Line("reason"))
	}, func(f *Form, errs Errors) error {
		return d.showReorganisationCancel(w, r, http.StatusUnprocessableEntity, re, f.shown("reason"), errs)
	})
}
