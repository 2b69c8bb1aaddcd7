package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/dossiers"
	"congvu/internal/org"
	"congvu/internal/store"
)

// followRoutes follow what was given to others, the week, and the work that posts leave behind.
func followRoutes() []Route {
	return []Route{
		{Pattern: "GET /follow", Handle: (*Door).followPage, Nav: &Nav{Key: "follow", Icon: "activity", Label: func(ctx context.Context) string { return t(ctx, "Theo dõi, đôn đốc") }}},
		{Pattern: "GET /extensions", Handle: (*Door).extensionsPage},
		{Pattern: "GET /extensions/{id}/answer", Handle: (*Door).answerExtension},
		{Pattern: "POST /extensions/{id}/answer", Handle: (*Door).answerExtension},
		{Pattern: "POST /extensions/{id}/drop", Handle: (*Door).dropExtension},
		{Pattern: "GET /week", Handle: (*Door).weekPage},
		{Pattern: "POST /week/digest", Handle: (*Door).setDigest},
		{Pattern: "GET /handover", Handle: (*Door).handOverPosts},
		{Pattern: "GET /handover/{id}", Handle: (*Door).handOverPost},
		{Pattern: "POST /handover/{id}", Handle: (*Door).moveWork},
	}
}

// followView is what the actor gave to others.
type followView struct {
	tab  string
	q    url.Values
	page documents.Page[documents.FollowRow]
}

func (v followView) href(cursor string) string {
	if cursor == "" {
		return ""
	}
	return "/follow?" + url.Values{"tab": {v.tab}, "before": {cursor}}.Encode()
}

func (v followView) all() bool { return v.q.Get("all") == "1" }

func (v followView) here() string { return "/follow?" + url.Values{"tab": {v.tab}}.Encode() }

// followPage: GET /follow
func (d *Door) followPage(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	v := followView{tab: orElse(q.Get("tab"), documents.FollowOpen), q: q}
	var err error
	if v.page, err = documents.Follow(ctx, d.DB, actor(r), documents.InFilter{Tab: v.tab, Before: q.Get("before"), Days: d.Desk.Calendar}); err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(ctx, "Theo dõi, đôn đốc"), Active: "follow", Watch: []string{"documents"}}, followPage(v))
}

// extensionsPage: GET /extensions: the requests for more time that wait for the actor's answer.
func (d *Door) extensionsPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	all, err := documents.ExtensionsAsked(ctx, d.DB, actor(r))
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(ctx, "Đề nghị gia hạn chờ trả lời"), Active: "follow", Watch: []string{"documents"}}, extensionsPage(all))
}

// answerExtension: GET and POST /extensions/{id}/answer
func (d *Door) answerExtension(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	all, err := documents.ExtensionsAsked(ctx, d.DB, actor(r))
	if err != nil {
		return err
	}
	var x *documents.Extension
	for i := range all {
		if all[i].ID == id {
			x = &all[i]
		}
	}
	if x == nil && r.Method == http.MethodGet {
		return store.Refuse(store.NotFound, "Không tìm thấy đề nghị gia hạn này trong số chờ ông/bà trả lời.")
	}
	lead := ""
	if x != nil {
		lead = t(ctx, "{name} xin gia hạn từ {was} đến {due}: {reason}", "name", x.AskedName, "was", x.WasDue.Display(), "due", x.AskedDue.Display(), "reason", x.Reason)
	}
	return d.act(w, r, ActPage{Active: "follow", Title: t(ctx, "Trả lời đề nghị gia hạn"), Lead: lead, Back: "/extensions", Submit: Action{Label: t(ctx, "Trả lời"), Kind: Primary}, Refused: t(ctx, "Chưa trả lời được"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			choice := f.shown("agree")
			if f == nil {
				choice = "yes"
			}
			return []templ.Component{RadioField(Field{Name: "agree", Label: t(ctx, "Ý kiến"), Error: errs.Of("agree")}, Choose([]Option{{Value: "yes", Label: t(ctx, "Đồng ý gia hạn")}, {Value: "no", Label: t(ctx, "Không đồng ý")}}, choice)),
				DateField(fieldOf(f, errs, Field{Name: "due", Label: t(ctx, "Hạn mới"), Optional: true, Hint: t(ctx, "Bỏ trống: đúng ngày được đề nghị")})),
				TextArea(fieldOf(f, errs, Field{Name: "reason", Label: t(ctx, "Lý do"), Optional: true, Hint: t(ctx, "Không đồng ý thì cần lý do, từ 10 đến 1000 ký tự"), MaxLength: 1000}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			due := f.Date("due")
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Đã trả lời đề nghị gia hạn."), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error {
				return documents.AnswerExtension(ctx, tx, id, f.Line("agree") == "yes", due, f.Text("reason"))
			})
		}})
}

// dropExtension: POST /extensions/{id}/drop
func (d *Door) dropExtension(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return documents.DropExtension(r.Context(), tx, id) })
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã rút đề nghị gia hạn."))
	return redirect(w, r, cameFrom(r))
}

func (x inAct) extend() (ActPage, error) {
	ctx := x.ctx
	return ActPage{Title: t(ctx, "Xin gia hạn"), Lead: t(ctx, "Hạn đang có: {day}", "day", x.line.DueDate.Display()), Submit: x.button(t(ctx, "Gửi đề nghị"), Primary), Refused: t(ctx, "Chưa gửi được đề nghị"), Guard: true,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{DateField(fieldOf(f, errs, Field{Name: "due", Label: t(ctx, "Hạn mới")})), reasonField(ctx, f, errs)}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			due := f.Date("due")
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Đã gửi đề nghị gia hạn đến người giao."), "", x.write(func(tx *store.Tx) error {
				_, err := documents.AskExtension(ctx, tx, x.line.ID, due, f.Text("reason"))
				return err
			})
		}}, nil
}

func (x inAct) chase() (ActPage, error) {
	ctx := x.ctx
	return ActPage{Title: t(ctx, "Đôn đốc"), Lead: t(ctx, "Nơi đang giữ: {name}", "name", x.line.HolderName), Submit: x.button(t(ctx, "Đôn đốc"), Primary), Refused: t(ctx, "Chưa đôn đốc được"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{TextArea(fresh(f, fieldOf(f, errs, Field{Name: "words", Label: t(ctx, "Nội dung đôn đốc"), MaxLength: 1000}), t(ctx, "Đề nghị khẩn trương xử lý và báo cáo kết quả.")))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			return done("Đã đôn đốc; người giữ việc nhận được thông báo."), "", x.write(func(tx *store.Tx) error { return documents.ChaseLine(ctx, tx, x.line.ID, f.Text("words")) })
		}}, nil
}

func (x inAct) reopen() (ActPage, error) {
	return x.reasoned(t(x.ctx, "Mở lại văn bản"), t(x.ctx, "Mở lại"), "Đã mở lại văn bản để xử lý tiếp.", func(tx *store.Tx, reason string) error {
		return documents.Reopen(x.ctx, tx, x.doc.ID, reason)
	}), nil
}

// prepare is an assistant's direction for the leader to confirm (D12.3).
func (x inAct) prepare() (ActPage, error) {
	ctx := x.ctx
	return ActPage{Title: t(ctx, "Chuẩn bị ý kiến chỉ đạo"), Submit: x.button(t(ctx, "Lưu, chờ lãnh đạo xác nhận"), Primary), Refused: t(ctx, "Chưa lưu được"), Guard: true,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) { return x.directionFields(f, errs, false) },
		Do: func(f *Form) (flashed, string, error) {
			form := x.d.directionForm(f)
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Đã lưu ý kiến chuẩn bị; lãnh đạo nhận được thông báo."), "", x.write(func(tx *store.Tx) error {
				_, err := documents.PrepareDirection(ctx, tx, x.doc.ID, form)
				return err
			})
		}}, nil
}

// weekView is what the week brings.
type weekView struct {
	*documents.Week
	digests bool
}

// weekPage: GET /week
func (d *Door) weekPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	week, err := documents.WeekOf(ctx, d.DB, actor(r), d.Desk.Calendar)
	if err != nil {
		return err
	}
	v := weekView{Week: week}
	if v.digests, err = documents.Digests(ctx, d.DB, actor(r)); err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(ctx, "Tuần này"), Active: "follow", Watch: []string{"documents"}}, weekPage(v))
}

// setDigest: POST /week/digest
func (d *Door) setDigest(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error {
			return documents.SetDigest(r.Context(), tx, f.Line("on") == "yes")
		})
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã lưu cách nhận tin tuần."))
	return redirect(w, r, "/week")
}

// handOverPosts: GET /handover: whose work the actor may hand on.
func (d *Door) handOverPosts(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	all, err := documents.Leavers(ctx, d.DB, actor(r))
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(ctx, "Bàn giao công việc"), Active: "follow"}, handOverPosts(all))
}

// handOverView is what a post still holds.
type handOverView struct {
	post  *org.Holding
	left  []documents.Left
	files []dossiers.Left
	more  int // dossiers that another must hand over
	to    []Option
	today calendar.Date
	errs  Errors
}

// handOverPost: GET /handover/{id}
func (d *Door) handOverPost(w http.ResponseWriter, r *http.Request) error {
	return d.showHandOver(w, r, 0, nil, nil)
}

func (d *Door) showHandOver(w http.ResponseWriter, r *http.Request, status int, f *Form, errs Errors) error {
	ctx := r.Context()
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	v := handOverView{today: d.today(), errs: errs}
	if v.post, v.left, err = documents.LeftBy(ctx, d.DB, actor(r), id); err != nil {
		return err
	}
	if v.files, err = dossiers.LeftAt(ctx, d.DB, actor(r), v.post); err != nil {
		return err
	}
	all, err := dossiers.OpenDossiersOf(ctx, d.DB, int64(v.post.AgencyID), int64(v.post.PersonID))
	if err != nil {
		return err
	}
	v.more = max(0, len(all)-len(v.files))
	staff, err := org.Staff(ctx, d.DB, v.post.AgencyID, d.today())
	if err != nil {
		return err
	}
	for _, h := range staff {
		if int64(h.ID) != id {
			v.to = append(v.to, Option{Value: fmt.Sprint(int64(h.ID)), Label: h.PersonName + " – " + h.Title, Hint: h.UnitName})
		}
	}
	v.to = Choose(v.to, f.shown("to"))
	return d.page(w, r, View{Title: t(ctx, "Bàn giao công việc"), Active: "follow", Status: status}, handOverPage(v))
}

// moveWork: POST /handover/{id}
func (d *Door) moveWork(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	f, err := readForm(r)
	if err != nil {
		return err
	}
	lines, drafts, files, to := f.Numbers("line"), f.Numbers("draft"), f.Numbers("dossier"), f.Number("to")
	if err = f.Err(); err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error {
			if len(lines)+len(drafts) > 0 || len(files) == 0 {
				if err := documents.MoveWork(r.Context(), tx, id, to, lines, drafts); err != nil {
					return err
				}
			}
			for _, file := range files {
				if err := dossiers.HandOver(r.Context(), tx, file, to, ""); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if errs, ok := asErrors(r.Context(), err); ok {
		return d.showHandOver(w, r, http.StatusUnprocessableEntity, f, errs)
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã bàn giao {n} việc.", "n", len(lines)+len(drafts)+len(files)))
	return redirect(w, r, fmt.Sprintf("/handover/%d", id))
}
