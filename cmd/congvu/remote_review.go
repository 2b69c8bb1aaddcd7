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
