package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
)

const pathPlans = "/approval-plans"

// approvalRoutes are the steps of a draft's way to its signer, and the agency's plan of them (D8.5, D8.6, D8.9).
func approvalRoutes() []Route {
	const one = "/outgoing/{id}/approvals/{step}"
	return []Route{
		{Pattern: "GET /outgoing/{id}/approvals", Handle: (*Door).approvalsPage},
		{Pattern: "GET /outgoing/{id}/approvals/sheet.pdf", Handle: (*Door).submissionSheet},
		{Pattern: "GET /outgoing/{id}/approvals/add", Handle: (*Door).addStep},
		{Pattern: "POST /outgoing/{id}/approvals/add", Handle: (*Door).addStep},
		{Pattern: "GET " + one + "/drop", Handle: (*Door).dropStep},
		{Pattern: "POST " + one + "/drop", Handle: (*Door).dropStep},
		{Pattern: "GET " + one + "/return", Handle: (*Door).returnToStep},
		{Pattern: "POST " + one + "/return", Handle: (*Door).returnToStep},
		{Pattern: "GET " + pathPlans, Who: posts(planners), Handle: (*Door).planPage, Nav: &Nav{Key: "plans", Icon: "route", Group: rulesGroup, Label: func(ctx context.Context) string { return t(ctx, "Quy trình trình ký") }}},
		{Pattern: "POST " + pathPlans, Who: posts(planners), Handle: (*Door).planPage},
	}
}

const planners = store.Head | store.Clerk | store.AgencyAdmin

// approvalsView is the way of one draft.
type approvalsView struct {
	doc      *documents.Outgoing
	steps    []documents.Approval
	proposed []documents.ProposedStep
	tabs     []TabItem
	actor    store.Actor
	changes  bool // the actor may change the way
	returns  bool // it is the actor's turn
}

// approvalsPage: GET /outgoing/{id}/approvals
func (d *Door) approvalsPage(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), actor(r)
	doc, err := d.outgoingOf(r)
	if err != nil {
		return err
	}
	v := approvalsView{doc: doc, actor: a}
	if v.steps, err = documents.Approvals(ctx, d.DB, a, doc.ID); err != nil {
		return err
	}
	if doc.State == documents.Drafted || doc.State == documents.Returned {
		if v.proposed, err = documents.ProposedApprovals(ctx, d.DB, a, doc.ID); err != nil {
			return err
		}
	}
	acts, err := documents.Acts(ctx, d.DB, a, doc.ID)
	if err != nil {
		return err
	}
	v.returns = doc.State == documents.InReview && contains(acts, documents.ActReturn)
	v.changes = v.returns || doc.State == documents.InReview && a.Person == doc.DrafterID && a.For == 0
	if v.tabs, err = d.reviewTabs(r, doc, "approvals"); err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(ctx, "Các bước duyệt"), Active: "outgoing", Watch: []string{"documents"}}, approvalsPage(v))
}

// submissionSheet: GET /outgoing/{id}/approvals/sheet.pdf
func (d *Door) submissionSheet(w http.ResponseWriter, r *http.Request) error {
	doc, err := d.outgoingOf(r)
	if err != nil {
		return err
	}
	pdf, err := documents.SubmissionSheet(r.Context(), d.DB, actor(r), doc.ID)
	if err != nil {
		return err
	}
	return sendPDF(w, r, t(r.Context(), "Phiếu trình")+".pdf", pdf)
}

func approvalsHref(id int64) string { return fmt.Sprintf("/outgoing/%d/approvals", id) }

func dutyOptions(ctx context.Context) (out []Option) {
	for _, x := range []documents.Duty{documents.DutyContent, documents.DutyLayout, documents.DutyReview} {
		out = append(out, Option{Value: string(x), Label: translate(ctx, x.Label(), nil)})
	}
	return out
}

// addStep: GET, POST /outgoing/{id}/approvals/add
func (d *Door) addStep(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	doc, err := d.outgoingOf(r)
	if err != nil {
		return err
	}
	options, err := outAct{d: d, r: r, ctx: ctx, doc: doc}.colleagues(t(ctx, "— Chọn người xem xét —"))
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "outgoing", Title: t(ctx, "Thêm bước duyệt"), Lead: doc.Title(), Back: approvalsHref(doc.ID), Submit: Action{Label: t(ctx, "Thêm bước"), Kind: Primary},
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			duty, place := string(documents.DutyReview), "after"
			if f != nil {
				duty, place = f.Line("duty"), f.Line("place")
			}
			return []templ.Component{SelectField(Field{Name: "post", Label: t(ctx, "Người xem xét"), Error: errs.Of("post")}, Choose(options, f.shown("post"))), RadioField(Field{Name: "duty", Label: t(ctx, "Trách nhiệm"), Error: errs.Of("duty")}, Choose(dutyOptions(ctx), duty)),
				RadioField(Field{Name: "place", Label: t(ctx, "Thứ tự")}, Choose([]Option{{Value: "after", Label: t(ctx, "Sau bước hiện tại")}, {Value: "beside", Label: t(ctx, "Song song với bước hiện tại")}}, place)),
				CheckOne(Field{Name: "certificate", Label: t(ctx, "Ký nháy bằng chứng thư số")}, f != nil && f.Yes("certificate"))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			form := documents.StepForm{Post: f.Number("post"), Duty: documents.Duty(f.Line("duty")), Beside: f.Line("place") == "beside", Certificate: f.Yes("certificate")}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Đã thêm bước duyệt."), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return documents.AddStep(ctx, tx, doc.ID, form) })
		}})
}

// dropStep: GET, POST /outgoing/{id}/approvals/{step}/drop
func (d *Door) dropStep(w http.ResponseWriter, r *http.Request) error {
	return d.onStep(w, r, t(r.Context(), "Bỏ bước duyệt"), t(r.Context(), "Bỏ bước"), "Đã bỏ bước duyệt.", documents.DropStep)
}

// returnToStep: GET, POST /outgoing/{id}/approvals/{step}/return
func (d *Door) returnToStep(w http.ResponseWriter, r *http.Request) error {
	return d.onStep(w, r, t(r.Context(), "Trả lại bước trước"), t(r.Context(), "Trả lại"), "Đã trả lại bước trước.", documents.ReturnToStep)
}

func (d *Door) onStep(w http.ResponseWriter, r *http.Request, title, button, said string, do func(ctx context.Context, tx *store.Tx, outgoing, id int64, reason string) error) error {
	ctx := r.Context()
	doc, err := d.outgoingOf(r)
	if err != nil {
		return err
	}
	id, err := number(r, "step")
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "outgoing", Title: title, Lead: doc.Title(), Back: approvalsHref(doc.ID), Submit: Action{Label: button, Kind: DangerFinal},
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{TextArea(fieldOf(f, errs, Field{Name: "note", Label: t(ctx, "Lý do"), MaxLength: 4000, Rows: 4}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			return done(said), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return do(ctx, tx, doc.ID, id, f.Text("note")) })
		}})
}

// initialled approves with initials: plain, or with the reviewer's certificate when he asked for that.
func (x outAct) initialled(f *Form, next int64) error {
	if f.Line("way") != "certificate" {
		return x.write(func(tx *store.Tx) error {
			return documents.Approve(x.ctx, tx, x.doc.ID, f.Text("note"), org.HoldingID(next))
		})
	}
	if err := x.prove(f); err != nil {
		return err
	}
	_, err := documents.Initial(x.ctx, x.d.Desk, actor(x.r), x.doc.ID, f.Text("note"), org.HoldingID(next), f.Yes("consent"))
	return err
}

// initialFields ask how the initials are given, of who has a certificate at the server.
func (x outAct) initialFields(f *Form, errs Errors) ([]templ.Component, error) {
	c, bound, err := documents.BoundCertificate(x.ctx, x.d.DB, actor(x.r), documents.OwnerPerson, actor(x.r).Person)
	if err != nil || !bound || c.Method != documents.MethodServerKey {
		return nil, err
	}
	way := "plain"
	if f != nil {
		way = f.Line("way")
	}
	out := []templ.Component{RadioField(Field{Name: "way", Label: t(x.ctx, "Ký nháy")}, Choose([]Option{{Value: "plain", Label: t(x.ctx, "Ghi nhận trên hệ thống và phiếu trình")},
		{Value: "certificate", Label: t(x.ctx, "Bằng chứng thư số"), Hint: t(x.ctx, "Chữ ký nháy đứng trong tệp, trước chữ ký của người có thẩm quyền")}}, way)),
		CheckOne(Field{Name: "consent", Label: t(x.ctx, "Tôi đã xem toàn bộ nội dung văn bản và đồng ý ký"), Error: errs.Of("consent"), Hint: t(x.ctx, "Cần khi ký nháy bằng chứng thư số")}, f != nil && f.Yes("consent"))}
	return append(out, x.d.proofFields(x.r, errs)...), nil
}

const planRows = 8

// planPage: GET, POST /approval-plans?type= shows and sets the planned steps of a type.
func (d *Door) planPage(w http.ResponseWriter, r *http.Request) error {
	ctx, kind := r.Context(), r.URL.Query().Get("type")
	steps, err := documents.ApprovalPlan(ctx, d.DB, actor(r), kind)
	if err != nil {
		return err
	}
	types, err := d.typeOptions(ctx)
	if err != nil {
		return err
	}
	name := t(ctx, "Mọi loại văn bản chưa có quy trình riêng")
	for i := range types {
		types[i].Label = translate(ctx, types[i].Label, nil)
		if types[i].Value == kind {
			name = types[i].Label
		}
	}
	staff, err := org.Staff(ctx, d.DB, org.AgencyID(actor(r).Agency), d.today())
	if err != nil {
		return err
	}
	whom := []Option{{Label: t(ctx, "— Bỏ trống —")}, {Value: documents.WhomUnitHead, Label: t(ctx, "Trưởng đơn vị soạn thảo")}}
	for _, h := range staff {
		whom = append(whom, Option{Value: fmt.Sprint(int64(h.ID)), Label: h.PersonName + " – " + h.Title})
	}
	return d.act(w, r, ActPage{Active: "plans", Title: t(ctx, "Quy trình trình ký"), Lead: name, Back: pathPlans, Submit: Action{Label: t(ctx, "Lưu quy trình"), Kind: Primary}, Refused: t(ctx, "Chưa lưu được quy trình"), Wide: true,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			out := []templ.Component{planTypes(types, kind), Note(Info, t(ctx, "Các bước cùng thứ tự được thực hiện song song. Người soạn thảo và người ký không duyệt bước của chính mình. Để trống tất cả: người soạn thảo tự chọn người xem xét."))}
			if m := errs.Of("steps"); m != "" {
				out = append(out, Note(Bad, m))
			}
			for i := range planRows {
				stage, duty, who, cert := "", string(documents.DutyReview), "", false
				if i < len(steps) {
					s := steps[i]
					stage, duty, who, cert = fmt.Sprint(s.Stage), string(s.Duty), s.Whom, s.Certificate
					if who == documents.WhomPost {
						who = fmt.Sprint(s.Post)
					}
				}
				at := func(name string) string { return name + "_" + strconv.Itoa(i+1) }
				if f != nil {
					stage, duty, who, cert = f.shown(at("stage")), f.Line(at("duty")), f.Line(at("whom")), f.Yes(at("certificate"))
				}
				out = append(out, wrap(Section(t(ctx, "Dòng {n}", "n", i+1)), wrap(Two(), TextField(Field{Name: at("stage"), Label: t(ctx, "Thứ tự"), Value: stage, Optional: true, Short: true, InputMode: "numeric", Error: errs.Of(at("stage"))}),
					SelectField(Field{Name: at("whom"), Label: t(ctx, "Người thực hiện"), Optional: true}, Choose(whom, who))),
					wrap(Two(), SelectField(Field{Name: at("duty"), Label: t(ctx, "Trách nhiệm")}, Choose(dutyOptions(ctx), duty)), CheckOne(Field{ID: at("certificate"), Name: at("certificate"), Label: t(ctx, "Ký nháy bằng chứng thư số")}, cert))))
			}
			return out, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			var set []documents.PlanStep
			for i := range planRows {
				at := func(name string) string { return name + "_" + strconv.Itoa(i+1) }
				who := f.Line(at("whom"))
				if who == "" {
					continue
				}
				s := documents.PlanStep{Stage: f.Number(at("stage")), Duty: documents.Duty(f.Line(at("duty"))), Whom: documents.WhomUnitHead, Certificate: f.Yes(at("certificate"))}
				if who != documents.WhomUnitHead {
					s.Whom, s.Post = documents.WhomPost, f.Number(at("whom"))
				}
				set = append(set, s)
			}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Đã lưu quy trình trình ký."), pathPlans + "?type=" + kind, d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return documents.SetApprovalPlan(ctx, tx, kind, set) })
		}})
}
