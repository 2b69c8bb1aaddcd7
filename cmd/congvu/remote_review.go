package main

import (
	"context"
	"fmt"
	"io"

	"congvu/internal/client"
)

// farReview are the verbs about drafting tasks and the review of drafts.
func farReview() []far {
	return []far{
		{"assignments", "assignments [--tab mine|given|all]", "việc soạn thảo được giao", remoteAssignments},
		{"assign", "assign TỆP.json", "giao soạn thảo văn bản từ tệp JSON", remoteAssign},
		{"assignment", "assignment assignment/SỐ", "xem một việc soạn thảo", remoteAssignment},
		{"accept-drafting", "accept-drafting assignment/SỐ", "nhận soạn thảo", remoteAcceptDrafting},
		{"return-drafting", "return-drafting assignment/SỐ --reason X", "trả lại việc soạn thảo", remoteReturnDrafting},
		{"withdraw-drafting", "withdraw-drafting assignment/SỐ --reason X", "rút việc soạn thảo đã giao", remoteWithdrawDrafting},
		{"reassign", "reassign assignment/SỐ TỆP.json", "giao lại việc soạn thảo bị trả", remoteReassign},
		{"draft-assigned", "draft-assigned assignment/SỐ", "tạo dự thảo theo việc được giao", remoteDraftAssigned},
		{"asked", "asked", "dự thảo chờ tôi cho ý kiến", remoteAsked},
		{"opinions", "opinions outgoing/SỐ", "ý kiến về một dự thảo", remoteOpinions},
		{"ask-opinions", "ask-opinions outgoing/SỐ TỆP.json", "lấy ý kiến về dự thảo từ tệp JSON", remoteAskOpinions},
		{"answer-opinion", "answer-opinion opinion/SỐ --result agree|agree_with|disagree|no_competence [--text X] [--file TỆP]", "cho ý kiến", remoteAnswerOpinion},
		{"settle-opinion", "settle-opinion opinion/SỐ --result accepted|explained [--text X]", "tiếp thu, giải trình ý kiến", remoteSettleOpinion},
		{"withdraw-opinions", "withdraw-opinions request/SỐ [--note X]", "thôi lấy ý kiến", remoteWithdrawOpinions},
		{"opinion-table", "opinion-table outgoing/SỐ [--out TỆP]", "in bảng tổng hợp ý kiến", remoteOpinionTable},
		{"approvals", "approvals outgoing/SỐ", "các bước duyệt của một dự thảo", remoteApprovals},
		{"proposed", "proposed outgoing/SỐ", "các bước theo quy trình trình ký nếu trình bây giờ", remoteProposed},
		{"add-step", "add-step outgoing/SỐ TỆP.json", "thêm bước duyệt từ tệp JSON", remoteAddStep},
		{"drop-step", "drop-step outgoing/SỐ step/SỐ --reason X", "bỏ bước duyệt chưa đến lượt", remoteDropStep},
		{"return-to", "return-to outgoing/SỐ step/SỐ --reason X", "trả lại về một bước đã duyệt", remoteReturnTo},
		{"submission-sheet", "submission-sheet outgoing/SỐ [--out TỆP]", "in phiếu trình", remoteSubmissionSheet},
		{"initial", "initial outgoing/SỐ [--to VỊ_TRÍ] [--note X] --consent", "duyệt và ký nháy bằng chứng thư số", remoteInitial},
		{"approval-plan", "approval-plan [LOẠI]", "quy trình trình ký của cơ quan", remoteApprovalPlan},
		{"set-approval-plan", "set-approval-plan TỆP.json", "đặt quy trình trình ký từ tệp JSON", remoteSetApprovalPlan},
		{"comments", "comments outgoing/SỐ", "góp ý trên trang của dự thảo", remoteComments},
		{"comment-page", "comment-page outgoing/SỐ TỆP.json", "góp ý trên trang từ tệp JSON", remoteCommentPage},
		{"resolve-comment", "resolve-comment outgoing/SỐ comment/SỐ --text X", "kết thúc góp ý bằng câu trả lời", remoteResolveComment},
	}
}

func showAssignment(out io.Writer, x client.Assignment) {
	draft := ""
	if x.Outgoing != 0 {
		draft = "  outgoing/" + x.Outgoing.String()
	}
	fmt.Fprintf(out, "assignment/%s  %s  %s  [%s]%s%s\n", x.ID, x.Lead, x.Subject, x.StateLabel, deadline(x.Due, x.Overdue), draft)
}

func remoteAssignments(ctx context.Context, r *remoteCall) error {
	all, err := r.Assignments(ctx, r.o.tab)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, x := range all {
			showAssignment(out, x)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Không có việc soạn thảo nào.")
		}
	})
}

func (r *remoteCall) assigning(arg int) (f client.Assigning, err error) {
	if len(r.args) != arg+1 {
		return f, badUsage("cần một tệp JSON")
	}
	return f, r.readForm(r.args[arg], "việc soạn thảo", &f)
}

func remoteAssign(ctx context.Context, r *remoteCall) error {
	f, err := r.assigning(0)
	if err != nil {
		return err
	}
	x, err := r.Assign(ctx, f)
	if err != nil {
		return err
	}
	return r.show(x, func(out io.Writer) { showAssignment(out, x) })
}

func remoteAssignment(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("assignment")
	if err != nil {
		return err
	}
	x, err := r.Assignment(ctx, id)
	if err != nil {
		return err
	}
	return r.show(x, func(out io.Writer) {
		showAssignment(out, x)
		fmt.Fprintf(out, "Người giao: %s. Yêu cầu: %s\n", x.OrderedBy, orDash(x.Wanted))
	})
}

func remoteAcceptDrafting(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("assignment")
	if err != nil {
		return err
	}
	return r.AcceptAssignment(ctx, id)
}

// withReason reads the thing and the reason that an act needs.
func (r *remoteCall) withReason(kind string, do func(id client.ID, reason string) error) error {
	id, err := r.ref(kind)
	if err == nil {
		err = need("reason", r.o.reason)
	}
	if err != nil {
		return err
	}
	return do(id, r.o.reason)
}

func remoteReturnDrafting(ctx context.Context, r *remoteCall) error {
	return r.withReason("assignment", func(id client.ID, reason string) error { return r.ReturnAssignment(ctx, id, reason) })
}

func remoteWithdrawDrafting(ctx context.Context, r *remoteCall) error {
	return r.withReason("assignment", func(id client.ID, reason string) error { return r.WithdrawAssignment(ctx, id, reason) })
}

func remoteReassign(ctx context.Context, r *remoteCall) error {
	f, err := r.assigning(1)
	if err != nil {
		return err
	}
	id, err := idOf(r.args[0], "assignment")
	if err != nil {
		return err
	}
	return r.Reassign(ctx, id, f)
}

func remoteDraftAssigned(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("assignment")
	if err != nil {
		return err
	}
	o, err := r.DraftAssigned(ctx, id)
	if err != nil {
		return err
	}
	return r.show(o, func(out io.Writer) { fmt.Fprintf(out, "outgoing/%s  %s  [%s]\n", o.ID, o.Subject, o.StateLabel) })
}

func remoteAsked(ctx context.Context, r *remoteCall) error {
	all, err := r.Asked(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, x := range all {
			fmt.Fprintf(out, "opinion/%s  outgoing/%s  %s  %s: %s%s\n", x.Opinion, x.Outgoing, x.Subject, x.AskedBy, x.Question, deadline(x.Due, x.State == "silent"))
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Không có dự thảo nào chờ ý kiến.")
		}
	})
}

func remoteOpinions(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("outgoing")
	if err != nil {
		return err
	}
	all, err := r.Opinions(ctx, id)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, q := range all {
			showRequest(out, q)
		}
	})
}

func showRequest(out io.Writer, q client.OpinionRequest) {
	fmt.Fprintf(out, "request/%s  %s: %s  [%s]%s\n", q.ID, q.AskedBy, q.Question, q.State, deadline(q.Due, false))
	for _, x := range q.Opinions {
		fmt.Fprintf(out, "  opinion/%s  %s  [%s]  %s  %s\n", x.ID, x.Holder, x.StateLabel, x.Verdict, x.Words)
	}
}

func remoteAskOpinions(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 2 {
		return badUsage("cần văn bản và tệp JSON: congvu remote ask-opinions outgoing/SỐ TỆP.json")
	}
	id, err := idOf(r.args[0], "outgoing")
	if err != nil {
		return err
	}
	var f client.AskingOpinions
	if err := r.readForm(r.args[1], "yêu cầu lấy ý kiến", &f); err != nil {
		return err
	}
	q, err := r.AskOpinions(ctx, id, f)
	if err != nil {
		return err
	}
	return r.show(q, func(out io.Writer) { showRequest(out, q) })
}

func remoteAnswerOpinion(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("opinion")
	if err == nil {
		err = need("result", r.o.result)
	}
	if err != nil {
		return err
	}
	if r.o.file != "" {
		if err := withFile(r.o.file, func(name string, f io.Reader) error { _, err := r.AddOpinionFile(ctx, id, name, f); return err }); err != nil {
			return err
		}
	}
	return r.AnswerOpinion(ctx, id, client.Answering{Verdict: r.o.result, Words: r.o.text})
}

func remoteSettleOpinion(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("opinion")
	if err == nil {
		err = need("result", r.o.result)
	}
	if err != nil {
		return err
	}
	return r.SettleOpinion(ctx, id, client.Settling{Settled: r.o.result, Words: r.o.text})
}

func remoteWithdrawOpinions(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("request")
	if err != nil {
		return err
	}
	return r.WithdrawOpinions(ctx, id, r.o.note)
}

func remoteOpinionTable(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("outgoing")
	if err != nil {
		return err
	}
	return r.save(id, func(to io.Writer) (string, error) { return r.OpinionTable(ctx, id, to) })
}

func remoteApprovals(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("outgoing")
	if err != nil {
		return err
	}
	all, err := r.Approvals(ctx, id)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, x := range all {
			fmt.Fprintf(out, "step/%s  lần %d  %s (%s)  %s  [%s]  %s %s\n", x.ID, x.Round, x.Name, x.Title, x.Duty, x.StateLabel, x.Words, x.Void)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Dự thảo chưa được trình lần nào.")
		}
	})
}

func remoteProposed(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("outgoing")
	if err != nil {
		return err
	}
	all, err := r.ProposedApprovals(ctx, id)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, x := range all {
			fmt.Fprintf(out, "%d  %s (%s)  %s\n", x.Stage, x.Name, x.Title, x.Duty)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Cơ quan chưa có quy trình cho loại văn bản này.")
		}
	})
}

func remoteAddStep(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 2 {
		return badUsage("cần văn bản và tệp JSON: congvu remote add-step outgoing/SỐ TỆP.json")
	}
	id, err := idOf(r.args[0], "outgoing")
	if err != nil {
		return err
	}
	var f client.AddingStep
	if err := r.readForm(r.args[1], "bước duyệt", &f); err != nil {
		return err
	}
	return r.finished(r.AddStep(ctx, id, f), "Đã thêm bước duyệt.")
}

// step reads a document and one of its steps.
func (r *remoteCall) step() (id, step client.ID, err error) {
	if len(r.args) != 2 {
		return 0, 0, badUsage("cần văn bản và bước: outgoing/SỐ step/SỐ")
	}
	if id, err = idOf(r.args[0], "outgoing"); err == nil {
		step, err = idOf(r.args[1], "step")
	}
	if err == nil {
		err = need("reason", r.o.reason)
	}
	return id, step, err
}

func remoteDropStep(ctx context.Context, r *remoteCall) error {
	id, step, err := r.step()
	if err != nil {
		return err
	}
	return r.finished(r.DropStep(ctx, id, step, r.o.reason), "Đã bỏ bước duyệt.")
}

func remoteReturnTo(ctx context.Context, r *remoteCall) error {
	id, step, err := r.step()
	if err != nil {
		return err
	}
	return r.finished(r.ReturnToStep(ctx, id, step, r.o.reason), "Đã trả lại bước trước.")
}

func remoteSubmissionSheet(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("outgoing")
	if err != nil {
		return err
	}
	return r.save(id, func(to io.Writer) (string, error) { return r.SubmissionSheet(ctx, id, to) })
}

func remoteInitial(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("outgoing")
	if err != nil {
		return err
	}
	form := client.Initialling{Note: r.o.note, Consent: r.o.consent}
	if r.o.to != "" {
		if form.Next, err = idOf(r.o.to, "post"); err != nil {
			return err
		}
	}
	o, err := r.Initial(ctx, id, form)
	if err != nil {
		return err
	}
	return r.show(o, func(out io.Writer) { fmt.Fprintf(out, "outgoing/%s  %s  [%s]\n", o.ID, o.Subject, o.StateLabel) })
}

func remoteApprovalPlan(ctx context.Context, r *remoteCall) error {
	kind := ""
	if len(r.args) > 0 {
		kind = r.args[0]
	}
	all, err := r.ApprovalPlan(ctx, kind)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, x := range all {
			fmt.Fprintf(out, "%d  %s  %s  %s\n", x.Stage, x.Duty, x.Whom, x.Post)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Chưa có quy trình: người soạn thảo tự chọn người xem xét.")
		}
	})
}

func remoteSetApprovalPlan(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 1 {
		return badUsage("cần một tệp JSON: congvu remote set-approval-plan TỆP.json")
	}
	var p client.ApprovalPlan
	if err := r.readForm(r.args[0], "quy trình trình ký", &p); err != nil {
		return err
	}
	return r.finished(r.SetApprovalPlan(ctx, p), "Đã đặt quy trình trình ký.")
}

func remoteComments(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("outgoing")
	if err != nil {
		return err
	}
	all, err := r.PageComments(ctx, id)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, x := range all {
			fmt.Fprintf(out, "comment/%s  bản %d  trang %d  %s: %s  [%s]  %s\n", x.ID, x.Version, x.Page, x.Who, x.Words, x.State, x.Answer)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Chưa có góp ý nào trên trang.")
		}
	})
}

func remoteCommentPage(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 2 {
		return badUsage("cần văn bản và tệp JSON: congvu remote comment-page outgoing/SỐ TỆP.json")
	}
	id, err := idOf(r.args[0], "outgoing")
	if err != nil {
		return err
	}
	var f client.Commenting
	if err := r.readForm(r.args[1], "góp ý", &f); err != nil {
		return err
	}
	return r.finished(r.CommentOnPage(ctx, id, f), "Đã ghi góp ý.")
}

func remoteResolveComment(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 2 {
		return badUsage("cần văn bản và góp ý: outgoing/SỐ comment/SỐ")
	}
	id, err := idOf(r.args[0], "outgoing")
	if err != nil {
		return err
	}
	comment, err := idOf(r.args[1], "comment")
	if err == nil {
		err = need("text", r.o.text)
	}
	if err != nil {
		return err
	}
	return r.finished(r.ResolveComment(ctx, id, comment, r.o.text), "Đã kết thúc góp ý.")
}
