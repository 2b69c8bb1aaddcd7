package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/store"
)

const pathAssignments = "/assignments"

// assignmentRoutes are the tasks of drafting that leaders give (D8.1).
func assignmentRoutes() []Route {
	all := []Route{
		{Pattern: "GET " + pathAssignments, Handle: (*Door).assignmentsPage, Nav: &Nav{Key: "assignments", Icon: "writing-sign", Label: func(ctx context.Context) string { return t(ctx, "Giao soạn thảo") }}},
		{Pattern: "GET /assignments/new", Who: posts(assigners), Handle: (*Door).newAssignment},
		{Pattern: "POST /assignments/new", Who: posts(assigners), Handle: (*Door).newAssignment},
		{Pattern: "GET /assignments/{id}", Handle: (*Door).assignmentPage},
	}
	for act := range assignmentActs {
		handle := func(d *Door, w http.ResponseWriter, r *http.Request) error { return d.actOnAssignment(w, r, act) }
		all = append(all, Route{Pattern: "GET /assignments/{id}/" + act, Handle: handle}, Route{Pattern: "POST /assignments/{id}/" + act, Handle: handle})
	}
	return all
}

const assigners = store.Leader | store.Head | store.UnitHead

// assignmentsView is one of the lists.
type assignmentsView struct {
	list  string
	rows  []documents.Assignment
	now   calendar.Date
	days  *calendar.Calendar
	gives bool
}

// assignmentsPage: GET /assignments?tab=
func (d *Door) assignmentsPage(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), actor(r)
	v := assignmentsView{list: orElse(r.FormValue("tab"), documents.AssignedToMe), now: d.today(), days: d.calendar(), gives: documents.MayAssign(a)}
	var err error
	if v.rows, err = documents.Assignments(ctx, d.DB, a, v.list); err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(ctx, "Giao soạn thảo"), Active: "assignments", Watch: []string{"documents"}}, assignmentsList(v))
}

func (d *Door) calendar() *calendar.Calendar {
	if d.Desk.Calendar != nil {
		return d.Desk.Calendar
	}
	return calendar.Default()
}

// assignmentView is one task with its history.
type assignmentView struct {
	x     *documents.Assignment
	steps []documents.Step
	kind  string
	due   calendar.Due
	acts  []string
}

// assignmentPage: GET /assignments/{id}
func (d *Door) assignmentPage(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), actor(r)
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	v := assignmentView{}
	if v.x, err = documents.FindAssignment(ctx, d.DB, a, id); err != nil {
		return err
	}
	if v.steps, err = documents.Timeline(ctx, d.DB, a, v.x.Ref()); err != nil {
		return err
	}
	kind, err := documents.FindType(ctx, d.DB, v.x.TypeCode)
	if err != nil {
		return err
	}
	v.kind, v.due, v.acts = kind.Name, v.x.Due(d.calendar(), d.today()), v.x.Acts(a)
	return d.page(w, r, View{Title: v.x.Subject, Active: "assignments", Watch: []string{"documents"}}, assignmentPage(v))
}

// newAssignment: GET, POST /assignments/new
func (d *Door) newAssignment(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	start := documents.AssignForm{TypeCode: "CONG_VAN"}
	back := pathAssignments + "?tab=" + documents.AssignedByMe
	if reply, err := strconv.ParseInt(r.FormValue("reply_to"), 10, 64); err == nil && reply > 0 {
		in, err := documents.FindIncoming(ctx, d.DB, actor(r), reply)
		if err != nil {
			return err
		}
		start.ReplyTo, start.Due, back = reply, in.DueDate, fmt.Sprintf("/incoming/%d", reply)
		start.Subject = fmt.Sprintf("Trả lời văn bản số %s ngày %s của %s", in.Code(), in.IssuedDate.Display(), in.SenderName)
	}
	p := d.assignmentForm(r, start)
	p.Title, p.Back = t(ctx, "Giao soạn thảo văn bản"), back
	p.Do = func(f *Form) (flashed, string, error) {
		form, err := d.assignmentOf(f)
		if err != nil {
			return flashed{}, "", err
		}
		var x *documents.Assignment
		err = d.DB.Write(ctx, actor(r), func(tx *store.Tx) (err error) { x, err = documents.Assign(ctx, tx, form); return err })
		if err != nil {
			return flashed{}, "", err
		}
		return done("Đã giao {name} chủ trì soạn thảo.", "name", x.LeadName), fmt.Sprintf("/assignments/%d", x.ID), nil
	}
	return d.act(w, r, p)
}

// assignmentForm asks what is to be drafted, by whom and until when.
func (d *Door) assignmentForm(r *http.Request, start documents.AssignForm) ActPage {
	ctx := r.Context()
	return ActPage{Active: "assignments", Submit: Action{Label: t(ctx, "Giao soạn thảo"), Kind: Primary}, Refused: t(ctx, "Chưa giao được"), Guard: true,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			types, err := d.typeOptions(ctx)
			if err != nil {
				return nil, err
			}
			for i := range types {
				types[i].Label = translate(ctx, types[i].Label, nil)
			}
			options, err := d.targetOptions(r)
			if err != nil {
				return nil, err
			}
			show := func(name, value string) string {
				if f != nil {
					return f.shown(name)
				}
				return value
			}
			helpers := ComboView{Field: Field{Name: "helpers", Label: t(ctx, "Phối hợp soạn thảo"), Optional: true, Error: errs.Of("coordinators"), Hint: t(ctx, "Gõ tên người hoặc đơn vị")}, Source: "/suggest/targets", Multiple: true}
			if f != nil {
				helpers.Chosen = chosenOf(options, f.Values("helpers"))
				if f.r.PostFormValue("find") == "helpers" {
					helpers.Field.Value = f.shown("helpers-words")
					helpers.Found = matching(options, helpers.Field.Value)
				}
			}
			return []templ.Component{hidden("reply_to", start.ReplyTo), hidden("revision", start.Revision),
				SelectField(Field{Name: "type", Label: t(ctx, "Loại văn bản"), Error: errs.Of("type")}, Choose(types, show("type", start.TypeCode))),
				TextArea(Field{Name: "subject", Label: t(ctx, "Trích yếu"), Value: show("subject", start.Subject), Error: errs.Of("subject"), MaxLength: 500, Rows: 2}),
				TextArea(Field{Name: "wanted", Label: t(ctx, "Yêu cầu nội dung"), Value: show("wanted", start.Wanted), Error: errs.Of("wanted"), Optional: true, MaxLength: 4000, Rows: 4}),
				SelectField(Field{Name: "lead", Label: t(ctx, "Chủ trì soạn thảo"), Error: errs.Of("lead")}, Choose(append([]Option{{Label: t(ctx, "— Chọn đơn vị hoặc cá nhân —")}}, options...), show("lead", ""))),
				Combo(helpers),
				wrap(Two(), DateField(Field{Name: "due", Label: t(ctx, "Hạn hoàn thành dự thảo"), Value: show("due", start.Due.Display()), Optional: true, Error: errs.Of("due")}),
					TextField(Field{Name: "due_days", Label: t(ctx, "Hoặc số ngày làm việc"), Value: show("due_days", ""), Optional: true, InputMode: "numeric", Short: true, MaxLength: 4, Error: errs.Of("due_days")}))}, nil
		}}
}

func (d *Door) assignmentOf(f *Form) (documents.AssignForm, error) {
	form := documents.AssignForm{ReplyTo: f.Number("reply_to"), Revision: f.Number("revision"), TypeCode: f.Line("type"), Subject: f.Line("subject"), Wanted: f.Text("wanted"),
		Helpers: d.targets(f, "helpers"), Due: f.Date("due"), DueDays: int(f.Number("due_days")), Days: d.Desk.Calendar}
	if leads := d.targets(f, "lead"); len(leads) > 0 {
		form.Lead = leads[0]
	}
	return form, f.Err()
}

// assignAct is one act on a task while its form is open.
type assignAct struct {
	d   *Door
	r   *http.Request
	ctx context.Context
	x   *documents.Assignment
}

var assignmentActs = map[string]func(assignAct) ActPage{
	documents.AssignAccept: assignAct.accept, documents.AssignStart: assignAct.draft, documents.AssignGiveBack: assignAct.giveBack, documents.AssignAgain: assignAct.again, documents.AssignTakeBack: assignAct.takeBack,
}

// actOnAssignment: GET, POST /assignments/{id}/<act>
func (d *Door) actOnAssignment(w http.ResponseWriter, r *http.Request, act string) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	x := assignAct{d: d, r: r, ctx: r.Context()}
	if x.x, err = documents.FindAssignment(x.ctx, d.DB, actor(r), id); err != nil {
		return err
	}
	if may := slices.Contains(x.x.Acts(actor(r)), act); !may && r.Method == http.MethodGet {
		return gone()
	}
	p := assignmentActs[act](x)
	p.Active, p.Back, p.Lead = "assignments", fmt.Sprintf("/assignments/%d", id), x.x.Subject
	return d.act(w, r, p)
}

func (x assignAct) write(f func(tx *store.Tx) error) error { return x.d.DB.Write(x.ctx, actor(x.r), f) }

func (x assignAct) accept() ActPage {
	return ActPage{Title: t(x.ctx, "Nhận soạn thảo"), Submit: Action{Label: t(x.ctx, "Nhận"), Kind: Primary}, Fields: noFields,
		Do: func(*Form) (flashed, string, error) {
			return done("Đã nhận soạn thảo."), "", x.write(func(tx *store.Tx) error { return documents.AcceptAssignment(x.ctx, tx, x.x.ID) })
		}}
}

func (x assignAct) draft() ActPage {
	return ActPage{Title: t(x.ctx, "Bắt đầu soạn thảo"), Submit: Action{Label: t(x.ctx, "Tạo dự thảo"), Kind: Primary}, Fields: noFields,
		Do: func(*Form) (flashed, string, error) {
			var o *documents.Outgoing
			err := x.write(func(tx *store.Tx) (err error) { o, err = documents.DraftAssigned(x.ctx, tx, x.x.ID); return err })
			if err != nil {
				return flashed{}, "", err
			}
			return done("Đã tạo dự thảo. Hãy soạn nội dung."), fmt.Sprintf("/outgoing/%d/revise", o.ID), nil
		}}
}

func (x assignAct) giveBack() ActPage {
	return x.ended(t(x.ctx, "Trả lại việc soạn thảo"), t(x.ctx, "Trả lại"), "Đã trả lại việc soạn thảo.", documents.ReturnAssignment)
}

func (x assignAct) takeBack() ActPage {
	return x.ended(t(x.ctx, "Rút việc soạn thảo"), t(x.ctx, "Rút"), "Đã rút việc soạn thảo.", documents.WithdrawAssignment)
}

func (x assignAct) ended(title, button, said string, do func(context.Context, *store.Tx, int64, string) error) ActPage {
	return ActPage{Title: title, Submit: Action{Label: button, Kind: DangerFinal},
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{TextArea(fieldOf(f, errs, Field{Name: "note", Label: t(x.ctx, "Lý do"), MaxLength: 4000, Rows: 4}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			return done(said), "", x.write(func(tx *store.Tx) error { return do(x.ctx, tx, x.x.ID, f.Text("note")) })
		}}
}

func (x assignAct) again() ActPage {
	p := x.d.assignmentForm(x.r, documents.AssignForm{ReplyTo: x.x.ReplyTo, TypeCode: x.x.TypeCode, Subject: x.x.Subject, Wanted: x.x.Wanted, Due: x.x.DueDate, Revision: x.x.Revision})
	p.Title = t(x.ctx, "Giao lại")
	p.Do = func(f *Form) (flashed, string, error) {
		form, err := x.d.assignmentOf(f)
		if err != nil {
			return flashed{}, "", err
		}
		return done("Đã giao lại."), "", x.write(func(tx *store.Tx) error { return documents.AssignAnew(x.ctx, tx, x.x.ID, form) })
	}
	return p
}
