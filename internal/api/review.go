package api

import (
	"context"
	"net/http"

	"congvu/internal/calendar"
	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

const tagReview = "Soạn thảo, xem xét dự thảo"

func (d *door) reviewRoutes() {
	ask(d, get("/assignments", "listAssignments", tagReview, "Việc soạn thảo được giao"), d.listAssignments)
	ask(d, post("/assignments", "assignDrafting", tagReview, "Giao soạn thảo văn bản"), d.assignDrafting)
	ask(d, get("/assignments/{id}", "findAssignment", tagReview, "Xem một việc soạn thảo"), d.findAssignment)
	do(d, post("/assignments/{id}/accept", "acceptAssignment", tagReview, "Nhận soạn thảo"), d.acceptAssignment)
	do(d, post("/assignments/{id}/return", "returnAssignment", tagReview, "Trả lại việc soạn thảo"), d.returnAssignment)
	do(d, post("/assignments/{id}/withdraw", "withdrawAssignment", tagReview, "Rút việc soạn thảo"), d.withdrawAssignment)
	do(d, post("/assignments/{id}/reassign", "reassignDrafting", tagReview, "Giao lại việc soạn thảo"), d.reassignDrafting)
	ask(d, post("/assignments/{id}/draft", "draftAssigned", tagReview, "Tạo dự thảo theo việc được giao"), d.draftAssigned)
}

type assignmentList struct {
	List string `query:"list" enum:"mine,given,all" default:"mine" doc:"mine: giao cho tôi; given: tôi giao; all: tất cả"`
}

func (d *door) listAssignments(ctx context.Context, c *call, in *assignmentList) ([]client.Assignment, error) {
	all, err := documents.Assignments(ctx, d.DB, c.actor, in.List)
	return each(all, func(x documents.Assignment) client.Assignment { return d.assignmentOf(c.lang, c.actor, &x) }), err
}

func (d *door) assignmentOf(l i18n.Lang, a store.Actor, x *documents.Assignment) client.Assignment {
	days := d.Desk.Calendar
	if days == nil {
		days = calendar.Default()
	}
	due := x.Due(days, d.today())
	return client.Assignment{ID: client.ID(x.ID), State: string(x.State), StateLabel: l.T(x.State.Label()), ReplyTo: client.ID(x.ReplyTo), Outgoing: client.ID(x.OutgoingID), DraftState: string(x.DraftState), Type: x.TypeCode,
		Subject: x.Subject, Wanted: x.Wanted, Due: string(x.DueDate), Overdue: due.State == calendar.Overdue, Lead: x.LeadName, OrderedBy: x.OrderedName, TakenBy: x.TakenName, Reason: x.Reason,
		Helpers: each(x.Helpers, func(h documents.AssignHelper) string { return h.Name }), Acts: x.Acts(a), At: x.At.Time()}
}

func assigning(b client.Assigning) documents.AssignForm {
	f := documents.AssignForm{ReplyTo: int64(b.ReplyTo), TypeCode: b.Type, Subject: b.Subject, Wanted: b.Wanted, Lead: documents.Target{Unit: int64(b.Lead.Unit), Post: int64(b.Lead.Post)}, Due: calendar.Date(b.Due), DueDays: b.DueDays}
	for _, h := range b.Helpers {
		f.Helpers = append(f.Helpers, documents.Target{Unit: int64(h.Unit), Post: int64(h.Post)})
	}
	return f
}

func (d *door) assignDrafting(ctx context.Context, c *call, in *struct{ Body client.Assigning }) (client.Assignment, error) {
	var x *documents.Assignment
	err := write(ctx, d, c, func(tx *store.Tx) (err error) { x, err = documents.Assign(ctx, tx, assigning(in.Body)); return err })
	if err != nil {
		return client.Assignment{}, err
	}
	return d.assignmentOf(c.lang, c.actor, x), nil
}

func (d *door) findAssignment(ctx context.Context, c *call, in *One) (client.Assignment, error) {
	x, err := documents.FindAssignment(ctx, d.DB, c.actor, in.id())
	if err != nil {
		return client.Assignment{}, err
	}
	return d.assignmentOf(c.lang, c.actor, x), nil
}

func (d *door) acceptAssignment(ctx context.Context, c *call, in *One) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.AcceptAssignment(ctx, tx, in.id()) })
}

func (d *door) returnAssignment(ctx context.Context, c *call, in *act[client.Reason]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.ReturnAssignment(ctx, tx, in.id(), in.Body.Reason) })
}

func (d *door) withdrawAssignment(ctx context.Context, c *call, in *act[client.Reason]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.WithdrawAssignment(ctx, tx, in.id(), in.Body.Reason) })
}

func (d *door) reassignDrafting(ctx context.Context, c *call, in *act[client.Assigning]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.AssignAnew(ctx, tx, in.id(), assigning(in.Body)) })
}

func (d *door) draftAssigned(ctx context.Context, c *call, in *One) (client.Outgoing, error) {
	var out *documents.Outgoing
	err := write(ctx, d, c, func(tx *store.Tx) (err error) { out, err = documents.DraftAssigned(ctx, tx, in.id()); return err })
	return outgoing(c)(out, err)
}

func (d *door) opinionRoutes() {
	ask(d, get("/opinions", "listAsked", tagReview, "Dự thảo chờ tôi cho ý kiến"), d.listAsked)
	ask(d, get("/outgoing/{id}/opinions", "listOpinions", tagReview, "Các lần lấy ý kiến về dự thảo"), d.listOpinions)
	ask(d, post("/outgoing/{id}/opinions", "askOpinions", tagReview, "Lấy ý kiến về dự thảo"), d.askOpinions)
	d.stream(get("/outgoing/{id}/opinions/table", "printOpinions", tagReview, "In bảng tổng hợp ý kiến"), printed(), d.printOpinions)
	do(d, post("/opinions/{id}/answer", "answerOpinion", tagReview, "Cho ý kiến"), d.answerOpinion)
	do(d, post("/opinions/{id}/settle", "settleOpinion", tagReview, "Tiếp thu, giải trình ý kiến"), d.settleOpinion)
	do(d, post("/opinion-requests/{id}/withdraw", "withdrawOpinions", tagReview, "Thôi lấy ý kiến"), d.withdrawOpinions)
	d.stream(post("/opinions/{id}/files", "addOpinionFile", tagReview, "Kèm tệp đã đánh dấu vào ý kiến của mình").with(http.MethodPost, http.StatusCreated), takesFile(d, fileSchema, true), d.addFile(documents.OpinionRef))
}

func (d *door) listAsked(ctx context.Context, c *call, _ *struct{}) ([]client.AskedOpinion, error) {
	all, err := documents.AskedOfMe(ctx, d.DB, c.actor)
	return each(all, func(x documents.AskedRow) client.AskedOpinion {
		return client.AskedOpinion{Opinion: client.ID(x.ID), Outgoing: client.ID(x.OutgoingID), Subject: x.Subject, Question: x.Question, AskedBy: x.AskedName, Due: string(x.DueDate), State: string(x.State)}
	}), err
}

func (d *door) listOpinions(ctx context.Context, c *call, in *One) ([]client.OpinionRequest, error) {
	all, err := documents.Opinions(ctx, d.DB, c.actor, in.id())
	return each(all, func(q documents.OpinionRequest) client.OpinionRequest { return requestOf(c.lang, &q) }), err
}

func requestOf(l i18n.Lang, q *documents.OpinionRequest) client.OpinionRequest {
	return client.OpinionRequest{ID: client.ID(q.ID), Parent: client.ID(q.ParentID), Level: q.Level, State: q.State, Question: q.Question, InOrder: q.InOrder, Required: q.Required, Due: string(q.DueDate), AskedBy: q.AskedName, At: q.CreatedAt.Time(),
		Opinions: each(q.Opinions, func(x documents.Opinion) client.Opinion {
			return client.Opinion{ID: client.ID(x.ID), Holder: x.HolderName, State: string(x.State), StateLabel: l.T(x.State.Label()), Verdict: string(x.Verdict), Words: x.Words, Late: x.Late, AnsweredBy: x.AnsweredName, AnsweredAt: when(x.AnsweredAt),
				Settled: x.Settled, SettledWords: x.SettledWords, Files: each(x.Files, func(f documents.File) client.ID { return client.ID(f.ID) })}
		})}
}

func (d *door) askOpinions(ctx context.Context, c *call, in *act[client.AskingOpinions]) (client.OpinionRequest, error) {
	b := in.Body
	f := documents.OpinionForm{Parent: int64(b.Parent), Question: b.Question, InOrder: b.InOrder, Required: b.Required, Due: calendar.Date(b.Due), DueDays: b.DueDays, Days: d.Desk.Calendar}
	for _, h := range b.Whom {
		f.Whom = append(f.Whom, documents.Target{Unit: int64(h.Unit), Post: int64(h.Post)})
	}
	var q *documents.OpinionRequest
	err := write(ctx, d, c, func(tx *store.Tx) (err error) { q, err = documents.AskOpinions(ctx, tx, in.id(), f); return err })
	if err != nil {
		return client.OpinionRequest{}, err
	}
	return requestOf(c.lang, q), nil
}

func (d *door) printOpinions(c *call, w http.ResponseWriter, r *http.Request) error {
	pdf, err := documents.OpinionTable(r.Context(), d.DB, c.actor, One{r.PathValue("id")}.id())
	if err != nil {
		return err
	}
	givePDF(w, r, "bang-tong-hop-y-kien.pdf", pdf)
	return nil
}

func (d *door) answerOpinion(ctx context.Context, c *call, in *act[client.Answering]) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return documents.AnswerOpinion(ctx, tx, in.id(), documents.OpinionAnswer{Verdict: documents.OpinionVerdict(in.Body.Verdict), Words: in.Body.Words})
	})
}

func (d *door) settleOpinion(ctx context.Context, c *call, in *act[client.Settling]) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return documents.SettleOpinion(ctx, tx, in.id(), in.Body.Settled, in.Body.Words)
	})
}

func (d *door) withdrawOpinions(ctx context.Context, c *call, in *act[client.Remark]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.WithdrawOpinions(ctx, tx, in.id(), in.Body.Note) })
}

func (d *door) approvalRoutes() {
	ask(d, get("/outgoing/{id}/approvals", "listApprovals", tagReview, "Các bước duyệt của dự thảo, mọi lần trình"), d.listApprovals)
	ask(d, get("/outgoing/{id}/approvals/proposed", "proposeApprovals", tagReview, "Các bước theo quy trình của cơ quan nếu trình bây giờ"), d.proposeApprovals)
	do(d, post("/outgoing/{id}/approvals", "addApproval", tagReview, "Thêm bước duyệt"), d.addApproval)
	do(d, post("/outgoing/{id}/approvals/{step}/drop", "dropApproval", tagReview, "Bỏ bước duyệt chưa đến lượt"), d.dropApproval)
	do(d, post("/outgoing/{id}/approvals/{step}/return", "returnToApproval", tagReview, "Trả lại về một bước đã duyệt"), d.returnToApproval)
	d.stream(get("/outgoing/{id}/approvals/sheet", "printSubmissionSheet", tagReview, "In phiếu trình"), printed(), d.printSubmissionSheet)
	ask(d, post("/outgoing/{id}/initial", "initialOutgoing", tagReview, "Duyệt và ký nháy bằng chứng thư số do máy chủ giữ"), d.initialOutgoing)
	ask(d, get("/approval-plan", "readApprovalPlan", tagReview, "Quy trình trình ký của cơ quan"), d.readApprovalPlan)
	do(d, post("/approval-plan", "setApprovalPlan", tagReview, "Đặt quy trình trình ký").with(http.MethodPut, 0), d.setApprovalPlan)
}

func (d *door) listApprovals(ctx context.Context, c *call, in *One) ([]client.Approval, error) {
	all, err := documents.Approvals(ctx, d.DB, c.actor, in.id())
	return each(all, func(x documents.Approval) client.Approval {
		return client.Approval{ID: client.ID(x.ID), Round: x.Round, Stage: x.Stage, State: string(x.State), StateLabel: c.lang.T(x.State.Label()), Duty: string(x.Duty), Post: client.ID(x.HolderHolding), Name: x.HolderName, Title: x.HolderTitle,
			Certificate: x.Certificate, Method: x.Method, Words: x.Words, Void: c.lang.T(x.VoidWords), Version: x.Version, DoneAt: when(x.DoneAt)}
	}), err
}

func (d *door) proposeApprovals(ctx context.Context, c *call, in *One) ([]client.ProposedStep, error) {
	all, err := documents.ProposedApprovals(ctx, d.DB, c.actor, in.id())
	return each(all, func(x documents.ProposedStep) client.ProposedStep {
		return client.ProposedStep{Stage: x.Stage, Duty: string(x.Duty), Name: x.Name, Title: x.Title, Certificate: x.Certificate}
	}), err
}

func (d *door) addApproval(ctx context.Context, c *call, in *act[client.AddingStep]) error {
	b := in.Body
	return write(ctx, d, c, func(tx *store.Tx) error {
		return documents.AddStep(ctx, tx, in.id(), documents.StepForm{Post: int64(b.Post), Duty: documents.Duty(b.Duty), Beside: b.Beside, Certificate: b.Certificate})
	})
}

type onStep struct {
	One
	Step string `path:"step" maxLength:"19" doc:"Mã bước"`
	Body client.Reason
}

func (d *door) dropApproval(ctx context.Context, c *call, in *onStep) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return documents.DropStep(ctx, tx, in.id(), One{in.Step}.id(), in.Body.Reason)
	})
}

func (d *door) returnToApproval(ctx context.Context, c *call, in *onStep) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return documents.ReturnToStep(ctx, tx, in.id(), One{in.Step}.id(), in.Body.Reason)
	})
}

func (d *door) printSubmissionSheet(c *call, w http.ResponseWriter, r *http.Request) error {
	pdf, err := documents.SubmissionSheet(r.Context(), d.DB, c.actor, One{r.PathValue("id")}.id())
	if err != nil {
		return err
	}
	givePDF(w, r, "phieu-trinh.pdf", pdf)
	return nil
}

func (d *door) initialOutgoing(ctx context.Context, c *call, in *act[client.Initialling]) (client.Outgoing, error) {
	return outgoing(c)(documents.Initial(ctx, d.Desk, c.actor, in.id(), in.Body.Note, org.HoldingID(in.Body.Next), in.Body.Consent))
}

type ofType struct {
	Type string `query:"type" maxLength:"40" doc:"Mã loại văn bản; trống: mọi loại chưa có quy trình riêng"`
}

func (d *door) readApprovalPlan(ctx context.Context, c *call, in *ofType) ([]client.PlanStep, error) {
	all, err := documents.ApprovalPlan(ctx, d.DB, c.actor, in.Type)
	return each(all, func(x documents.PlanStep) client.PlanStep {
		return client.PlanStep{Stage: x.Stage, Duty: string(x.Duty), Whom: x.Whom, Post: client.ID(x.Post), Certificate: x.Certificate}
	}), err
}

func (d *door) setApprovalPlan(ctx context.Context, c *call, in *struct{ Body client.ApprovalPlan }) error {
	var steps []documents.PlanStep
	for _, x := range in.Body.Steps {
		steps = append(steps, documents.PlanStep{Stage: x.Stage, Duty: documents.Duty(x.Duty), Whom: x.Whom, Post: int64(x.Post), Certificate: x.Certificate})
	}
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.SetApprovalPlan(ctx, tx, in.Body.Type, steps) })
}

func (d *door) commentRoutes() {
	ask(d, get("/outgoing/{id}/comments", "listComments", tagReview, "Góp ý trên trang của dự thảo"), d.listComments)
	do(d, post("/outgoing/{id}/comments", "addComment", tagReview, "Góp ý trên một trang, hoặc trả lời một góp ý"), d.addComment)
	do(d, post("/outgoing/{id}/comments/{comment}/resolve", "resolveComment", tagReview, "Kết thúc góp ý bằng câu trả lời"), d.resolveComment)
}

func (d *door) listComments(ctx context.Context, c *call, in *One) ([]client.PageComment, error) {
	all, err := documents.Comments(ctx, d.DB, c.actor, in.id())
	return each(all, func(x documents.PageComment) client.PageComment {
		return client.PageComment{ID: client.ID(x.ID), Parent: client.ID(x.ParentID), Version: x.Version, Earlier: x.Earlier, Page: x.Page, X: x.X, Y: x.Y, W: x.W, H: x.H, Words: x.Words, State: x.State, Who: x.Who, Answer: x.Answer, ResolvedBy: x.ResolvedName, At: x.At.Time()}
	}), err
}

func (d *door) addComment(ctx context.Context, c *call, in *act[client.Commenting]) error {
	b := in.Body
	return write(ctx, d, c, func(tx *store.Tx) error {
		_, err := documents.AddComment(ctx, tx, in.id(), documents.CommentForm{Parent: int64(b.Parent), Page: b.Page, X: b.X, Y: b.Y, W: b.W, H: b.H, Words: b.Text})
		return err
	})
}

type onComment struct {
	One
	Comment string `path:"comment" maxLength:"19" doc:"Mã góp ý"`
	Body    client.Reason
}

func (d *door) resolveComment(ctx context.Context, c *call, in *onComment) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return documents.ResolveComment(ctx, tx, in.id(), One{in.Comment}.id(), in.Body.Reason)
	})
}
