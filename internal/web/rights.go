package web

import (
	"context"
	"fmt"
	"net/http"

	"github.com/a-h/templ"

	"congvu/internal/audit"
	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

const (
	pathRequests  = "/rights/requests"
	pathChanges   = "/rights/changes"
	pathRights    = "/rights"
	pathEmergency = "/rights/emergencies"
)

// rightsRoutes are the rights of an agency as a whole: what waits for confirmation, who asks to see what, who opened something in an emergency, who may what.
func rightsRoutes() []Route {
	keepers, watchers := posts(store.Clerk|store.Head), posts(store.Clerk|store.Head|store.AgencyAdmin|store.Archivist)
	return []Route{
		{Pattern: "GET " + pathRequests, Handle: (*Door).accessRequests, Nav: &Nav{Key: "requests", Icon: "eye", Group: recordsGroup, Label: func(ctx context.Context) string { return t(ctx, "Đề nghị xem văn bản") }, Count: documents.CountAccessRequests}},
		{Pattern: "GET " + pathRequests + "/new", Handle: (*Door).askAccess},
		{Pattern: "POST " + pathRequests + "/new", Handle: (*Door).askAccess},
		{Pattern: "GET " + pathRequests + "/{id}/decide", Who: keepers, Handle: (*Door).decideAccess},
		{Pattern: "POST " + pathRequests + "/{id}/decide", Who: keepers, Handle: (*Door).decideAccess},
		{Pattern: "POST " + pathRequests + "/{id}/withdraw", Handle: (*Door).withdrawAccess},
		{Pattern: "GET " + pathChanges, Who: keepers, Handle: (*Door).rightChanges, Nav: &Nav{Key: "changes", Icon: "user-shield", Group: rulesGroup, Label: func(ctx context.Context) string { return t(ctx, "Thay đổi quyền") }, Count: documents.CountRightChanges}},
		{Pattern: "POST " + pathChanges, Who: keepers, Handle: (*Door).confirmRights},
		{Pattern: "POST " + pathChanges + "/confirmer", Who: posts(store.Head), Handle: (*Door).setConfirmer},
		{Pattern: "GET /rights/grants/{id}/end", Who: keepers, Handle: (*Door).endGrant},
		{Pattern: "POST /rights/grants/{id}/end", Who: keepers, Handle: (*Door).endGrant},
		{Pattern: "GET " + pathEmergency, Who: posts(store.Clerk | store.Head | store.AgencyAdmin), Handle: (*Door).emergencies},
		{Pattern: "GET " + pathEmergency + "/new", Who: posts(store.Leader | store.Head | store.Archivist), Handle: (*Door).emergency},
		{Pattern: "POST " + pathEmergency + "/new", Who: posts(store.Leader | store.Head | store.Archivist), Handle: (*Door).emergency},
		{Pattern: "GET " + pathRights, Who: watchers, Handle: (*Door).rightsPage, Nav: &Nav{Key: "rights", Icon: "shield-check", Group: rulesGroup, Label: func(ctx context.Context) string { return t(ctx, "Quyền hạn") }}},
		{Pattern: "GET /rights/people/{id}", Handle: (*Door).personRights},
		{Pattern: "GET /rights/figures", Who: watchers, Handle: (*Door).accessFigures},
	}
}

// requestsView is what the page of requests shows.
type requestsView struct {
	mine, open        []documents.AccessRequest
	decides, emergent bool
}

// accessRequests: GET /rights/requests
func (d *Door) accessRequests(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), actor(r)
	v := requestsView{decides: documents.KeepsAccess(a), emergent: documents.MayEmergency(a)}
	var err error
	if v.mine, err = documents.MyAccessRequests(ctx, d.DB, a); err != nil {
		return err
	}
	if v.decides {
		if v.open, err = documents.AccessRequests(ctx, d.DB, a); err != nil {
			return err
		}
	}
	return d.page(w, r, View{Title: t(ctx, "Đề nghị xem văn bản"), Active: "requests", Watch: []string{"documents"}}, requestsPage(v))
}

// askAccess: GET and POST /rights/requests/new
func (d *Door) askAccess(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return d.act(w, r, ActPage{Active: "requests", Title: t(ctx, "Đề nghị xem văn bản"), Back: pathRequests, Refused: t(ctx, "Chưa gửi được đề nghị"), Submit: Action{Label: t(ctx, "Gửi đề nghị"), Kind: Primary}, Guard: true,
		Lead: t(ctx, "Văn thư hoặc người đứng đầu tìm văn bản ông/bà nêu và quyết định. Hệ thống không cho biết văn bản có tồn tại hay không."),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			words := fieldOf(f, errs, Field{Name: "words", Label: t(ctx, "Số, ký hiệu hoặc liên kết của văn bản"), Hint: t(ctx, "Ví dụ: 12/STC-NS"), MaxLength: 300})
			if f == nil {
				words.Value = i18n.CleanLine(r.FormValue("words"))
			}
			return []templ.Component{TextField(words), TextField(fieldOf(f, errs, Field{Name: "days", Label: t(ctx, "Cần xem trong bao nhiêu ngày"), InputMode: "numeric", Short: true, Optional: true, Hint: t(ctx, "Từ 1 đến 365; để trống: 30 ngày")})),
				reasonField(ctx, f, errs)}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			form := documents.RequestForm{Words: f.Line("words"), Reason: f.Text("reason"), Days: int(f.Number("days"))}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Đã gửi đề nghị. Ông/Bà sẽ được báo khi có quyết định."), pathRequests, d.DB.Write(ctx, actor(r), func(tx *store.Tx) error {
				_, err := documents.AskAccess(ctx, tx, form)
				return err
			})
		}})
}

// decideAccess: GET and POST /rights/requests/{id}/decide
func (d *Door) decideAccess(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), actor(r)
	q, found, err := documents.FindAccessRequest(ctx, d.DB, a, id)
	if err != nil {
		return err
	}
	if r.Method == http.MethodGet && q.State != documents.RequestOpen {
		return gone()
	}
	return d.act(w, r, ActPage{Active: "requests", Title: t(ctx, "Quyết định đề nghị xem văn bản"), Back: pathRequests, Refused: t(ctx, "Chưa ghi được quyết định"), Submit: Action{Label: t(ctx, "Ghi quyết định"), Kind: Primary}, Guard: true,
		Lead: t(ctx, "{name}, {post} đề nghị xem “{words}”: {reason}", "name", q.Name, "post", q.Post, "words", q.Words, "reason", q.Reason),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			var options []Option
			for _, n := range found {
				options = append(options, Option{Value: n.Ref(), Label: t(ctx, "Đồng ý cho xem: {code}", "code", n.Code), Hint: n.Subject})
			}
			options = append(options, Option{Value: "refuse", Label: t(ctx, "Không đồng ý")})
			out := []templ.Component{}
			if len(found) == 0 {
				out = append(out, Note(Info, t(ctx, "Không thấy văn bản nào ứng với nội dung người đề nghị đã nêu trong phạm vi ông/bà được xem.")))
			}
			return append(out, RadioField(Field{Name: "ref", Label: t(ctx, "Quyết định"), Error: errs.Of("ref")}, Choose(options, f.shown("ref"))),
				DateField(fieldOf(f, errs, Field{Name: "to", Label: t(ctx, "Cho xem đến hết ngày"), Optional: true, Hint: t(ctx, "Để trống: {n} ngày như đề nghị", "n", q.WantedDays)})),
				TextArea(fieldOf(f, errs, Field{Name: "reason", Label: t(ctx, "Trả lời người đề nghị"), Optional: true, Hint: t(ctx, "Bắt buộc khi không đồng ý, từ 10 ký tự"), MaxLength: 1000}))), nil
		},
		Do: func(f *Form) (flashed, string, error) {
			decision := documents.Decision{Ref: f.Line("ref"), To: f.Date("to"), Answer: f.Text("reason")}
			switch err := f.Err(); {
			case err != nil:
				return flashed{}, "", err
			case decision.Ref == "":
				return flashed{}, "", store.RefuseField("ref", "Chọn đồng ý với một văn bản, hoặc không đồng ý.")
			case decision.Ref == "refuse":
				decision.Ref = ""
			}
			return done("Đã ghi quyết định và báo người đề nghị."), pathRequests, d.DB.Write(ctx, a, func(tx *store.Tx) error { return documents.DecideAccess(ctx, tx, id, decision) })
		}})
}

// withdrawAccess: POST /rights/requests/{id}/withdraw
func (d *Door) withdrawAccess(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return documents.WithdrawAccess(r.Context(), tx, id) })
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã rút đề nghị."))
	return redirect(w, r, pathRequests)
}

// changesView is what the page of changed rights shows.
type changesView struct {
	open           []documents.RightChange
	confirms, sets bool
	confirmer      string
}

// rightChanges: GET /rights/changes
func (d *Door) rightChanges(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), actor(r)
	v := changesView{sets: a.Roles.Has(store.Head)}
	var err error
	if v.open, err = documents.OpenRightChanges(ctx, d.DB, a, 0, 200); err != nil {
		return err
	}
	if v.confirms, err = documents.ConfirmsRights(ctx, d.DB, a); err != nil {
		return err
	}
	if v.confirmer, err = documents.RightsConfirmer(ctx, d.DB, a); err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(ctx, "Thay đổi quyền chờ xác nhận"), Active: "changes", Watch: []string{"documents"}}, changesPage(v))
}

// confirmRights: POST /rights/changes: one or many, each by itself, so that what one refuses keeps no other waiting.
func (d *Door) confirmRights(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	ids := f.Numbers("change")
	if err := f.Err(); err != nil {
		return err
	}
	if len(ids) == 0 {
		d.flash(w, Warn, store.Say("Chưa chọn thay đổi nào. Hãy đánh dấu ít nhất một dòng rồi xác nhận."))
		return redirect(w, r, pathChanges)
	}
	confirmed := 0
	var last error
	for _, id := range ids {
		if err := d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return documents.ConfirmRightChange(r.Context(), tx, id) }); err != nil {
			last = err
			continue
		}
		confirmed++
	}
	if confirmed == 0 {
		return last
	}
	d.flash(w, Good, store.Say("Đã xác nhận {n} trên {all} thay đổi quyền.", "n", confirmed, "all", len(ids)))
	return redirect(w, r, pathChanges)
}

// setConfirmer: POST /rights/changes/confirmer
func (d *Door) setConfirmer(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return documents.SetRightsConfirmer(r.Context(), tx, f.Line("by")) })
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã đặt người xác nhận thay đổi quyền."))
	return redirect(w, r, pathChanges)
}

// endGrant: GET and POST /rights/grants/{id}/end
func (d *Door) endGrant(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	g, err := documents.FindGrant(ctx, d.DB, actor(r), id)
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Title: t(ctx, "Thu hồi quyền"), Lead: t(ctx, "Quyền đã cấp cho {who}", "who", g.WhoName), Back: "/" + g.Ref() + "/access", Refused: t(ctx, "Chưa thu hồi được"), Submit: Action{Label: t(ctx, "Thu hồi"), Kind: Danger},
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{reasonField(ctx, f, errs)}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			return done("Đã thu hồi quyền. Thay đổi chờ người có thẩm quyền xác nhận."), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return documents.EndGrant(ctx, tx, id, f.Text("reason")) })
		}})
}

// emergencies: GET /rights/emergencies
func (d *Door) emergencies(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	all, err := documents.Emergencies(ctx, d.DB, actor(r))
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(ctx, "Truy cập khẩn"), Active: "rights", Watch: []string{"documents"}}, emergenciesPage(all, d.DB.Now()))
}

// emergency: GET and POST /rights/emergencies/new
func (d *Door) emergency(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return d.act(w, r, ActPage{Active: "requests", Title: t(ctx, "Truy cập khẩn một văn bản"), Back: pathRequests, Refused: t(ctx, "Chưa mở được văn bản"), Submit: Action{Label: t(ctx, "Mở văn bản trong 1 giờ"), Kind: Danger}, Guard: true,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			fields := []templ.Component{Note(Bad, t(ctx, "Người đứng đầu, văn thư và mọi người trong quá trình xử lý văn bản được báo ngay. Việc truy cập nằm trong danh sách kiểm tra.")),
				TextField(fieldOf(f, errs, Field{Name: "words", Label: t(ctx, "Số, ký hiệu hoặc liên kết của văn bản"), MaxLength: 300})),
				TextArea(fieldOf(f, errs, Field{Name: "reason", Label: t(ctx, "Lý do khẩn"), Hint: t(ctx, "Từ 20 đến 1000 ký tự"), MaxLength: 1000, Rows: 4}))}
			return append(fields, d.proofFields(r, errs)...), nil
		},
		Do: func(f *Form) (flashed, string, error) {
			if err := d.prove(r, f); err != nil {
				return flashed{}, "", err
			}
			next := ""
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) error {
				g, err := documents.EmergencyAccess(ctx, tx, f.Line("words"), f.Text("reason"))
				if err == nil {
					next = "/" + g.Ref()
				}
				return err
			})
			return done("Văn bản được mở trong 1 giờ. Những người liên quan đã được báo."), next, err
		}})
}

// rightsView is what the page of rights shows.
type rightsView struct {
	matrix []documents.RoleRow
	staff  []org.Holding
	people bool
	freeze bool
	loud   bool
}

// rightsPage: GET /rights
func (d *Door) rightsPage(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), actor(r)
	v := rightsView{matrix: documents.RoleMatrix(), people: documents.MaySeeRights(a), freeze: true, loud: a.Roles.Has(store.Clerk | store.Head | store.AgencyAdmin)}
	var err error
	if v.people {
		if v.staff, err = org.Staff(ctx, d.DB, org.AgencyID(a.Agency), d.today()); err != nil {
			return err
		}
	}
	return d.page(w, r, View{Title: t(ctx, "Quyền hạn"), Active: "rights"}, rightsPage(v))
}

// personRights: GET /rights/people/{id}
func (d *Door) personRights(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	p, err := documents.RightsOf(ctx, d.DB, actor(r), id)
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(ctx, "Quyền của {name}", "name", p.Name), Active: "rights"}, personRightsPage(p))
}

// figuresView is what the page of statistics shows.
type figuresView struct {
	documents.AccessFigures
	signIns []audit.DayCount
	people  bool
	wrong   string
}

// accessFigures: GET /rights/figures
func (d *Door) accessFigures(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), actor(r)
	v := figuresView{people: documents.MaySeeRights(a)}
	var days [2]calendar.Date
	for i, name := range []string{"from", "to"} {
		var err error
		if days[i], err = calendar.Parse(r.FormValue(name)); err != nil {
			v.wrong = t(ctx, "Ngày “{day}” không đọc được nên không dùng để lọc. Hãy nhập dạng dd/mm/yyyy.", "day", r.FormValue(name))
		}
	}
	var err error
	if v.AccessFigures, err = documents.FiguresOfAccess(ctx, d.DB, a, days[0], days[1]); err != nil {
		return err
	}
	if audit.MayRead(a) {
		if v.signIns, err = audit.Daily(ctx, d.DB, a, "session.opened", store.InstantOf(v.From.Time()), store.InstantOf(v.To.AddDays(1).Time())); err != nil {
			return err
		}
	}
	return d.page(w, r, View{Title: t(ctx, "Thống kê truy cập"), Active: "rights"}, figuresPage(v))
}

// grantHref is the page of what was given, "" when it has none here.
func grantHref(g documents.Grant) string { return fmt.Sprintf("/%s/access", g.Ref()) }
