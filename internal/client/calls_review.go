package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
)

// Assignments lists tasks of drafting: list is mine, given or all.
func (c *Client) Assignments(ctx context.Context, list string) ([]Assignment, error) {
	q := url.Values{}
	if list != "" {
		q.Set("list", list)
	}
	return a[[]Assignment](ctx, c, "/assignments", q)
}

// Assign gives a task of drafting.
func (c *Client) Assign(ctx context.Context, f Assigning) (Assignment, error) {
	return acted[Assignment](ctx, c, "/assignments", f)
}

// Assignment gives one task.
func (c *Client) Assignment(ctx context.Context, id ID) (Assignment, error) {
	return a[Assignment](ctx, c, assignment(id, ""), nil)
}

func assignment(id ID, act string) string { return "/assignments/" + id.String() + act }

// AcceptAssignment takes a task on.
func (c *Client) AcceptAssignment(ctx context.Context, id ID) error {
	return c.post(ctx, assignment(id, "/accept"), nil, nil)
}

// ReturnAssignment gives a task back with a reason.
func (c *Client) ReturnAssignment(ctx context.Context, id ID, reason string) error {
	return c.post(ctx, assignment(id, "/return"), Reason{Reason: reason}, nil)
}

// WithdrawAssignment takes a task back before its draft was begun.
func (c *Client) WithdrawAssignment(ctx context.Context, id ID, reason string) error {
	return c.post(ctx, assignment(id, "/withdraw"), Reason{Reason: reason}, nil)
}

// Reassign gives a returned task anew.
func (c *Client) Reassign(ctx context.Context, id ID, f Assigning) error {
	return c.post(ctx, assignment(id, "/reassign"), f, nil)
}

// DraftAssigned begins the draft of a task.
func (c *Client) DraftAssigned(ctx context.Context, id ID) (Outgoing, error) {
	return acted[Outgoing](ctx, c, assignment(id, "/draft"), nil)
}

// Asked lists the opinions that wait for the caller.
func (c *Client) Asked(ctx context.Context) ([]AskedOpinion, error) {
	return a[[]AskedOpinion](ctx, c, "/opinions", nil)
}

// Opinions gives every round of asking about a draft.
func (c *Client) Opinions(ctx context.Context, id ID) ([]OpinionRequest, error) {
	return a[[]OpinionRequest](ctx, c, out(id, "/opinions"), nil)
}

// AskOpinions asks for opinions on a draft.
func (c *Client) AskOpinions(ctx context.Context, id ID, f AskingOpinions) (OpinionRequest, error) {
	return acted[OpinionRequest](ctx, c, out(id, "/opinions"), f)
}

// OpinionTable prints the table of opinions as PDF.
func (c *Client) OpinionTable(ctx context.Context, id ID, to io.Writer) (string, error) {
	return c.download(ctx, out(id, "/opinions/table"), nil, to)
}

// AnswerOpinion answers.
func (c *Client) AnswerOpinion(ctx context.Context, opinion ID, f Answering) error {
	return c.post(ctx, "/opinions/"+opinion.String()+"/answer", f, nil)
}

// AddOpinionFile adds a marked copy to an opinion that was not given yet.
func (c *Client) AddOpinionFile(ctx context.Context, opinion ID, name string, from io.Reader) (File, error) {
	var f File
	return f, c.upload(ctx, request{method: http.MethodPost, path: "/opinions/" + opinion.String() + "/files"}, name, from, &f)
}

// SettleOpinion records what became of an opinion.
func (c *Client) SettleOpinion(ctx context.Context, opinion ID, f Settling) error {
	return c.post(ctx, "/opinions/"+opinion.String()+"/settle", f, nil)
}

// WithdrawOpinions ends a round of asking.
func (c *Client) WithdrawOpinions(ctx context.Context, request ID, note string) error {
	return c.post(ctx, "/opinion-requests/"+request.String()+"/withdraw", Remark{Note: note}, nil)
}

// Approvals lists the steps of a draft's way to its signer, of every round.
func (c *Client) Approvals(ctx context.Context, id ID) ([]Approval, error) {
	return a[[]Approval](ctx, c, out(id, "/approvals"), nil)
}

// ProposedApprovals lists the steps that a submission now would go.
func (c *Client) ProposedApprovals(ctx context.Context, id ID) ([]ProposedStep, error) {
	return a[[]ProposedStep](ctx, c, out(id, "/approvals/proposed"), nil)
}

// AddStep puts a step in.
func (c *Client) AddStep(ctx context.Context, id ID, f AddingStep) error {
	return c.post(ctx, out(id, "/approvals"), f, nil)
}

// DropStep takes a step out whose turn has not come.
func (c *Client) DropStep(ctx context.Context, id, step ID, reason string) error {
	return c.post(ctx, out(id, "/approvals/"+step.String()+"/drop"), Reason{Reason: reason}, nil)
}

// ReturnToStep returns a draft to an earlier step.
func (c *Client) ReturnToStep(ctx context.Context, id, step ID, reason string) error {
	return c.post(ctx, out(id, "/approvals/"+step.String()+"/return"), Reason{Reason: reason}, nil)
}

// SubmissionSheet prints the phiếu trình as PDF.
func (c *Client) SubmissionSheet(ctx context.Context, id ID, to io.Writer) (string, error) {
	return c.download(ctx, out(id, "/approvals/sheet"), nil, to)
}

// Initial approves with the caller's certificate.
func (c *Client) Initial(ctx context.Context, id ID, f Initialling) (Outgoing, error) {
	return acted[Outgoing](ctx, c, out(id, "/initial"), f)
}

// ApprovalPlan reads the agency's plan for a type; "" for every type that has none of its own.
func (c *Client) ApprovalPlan(ctx context.Context, kind string) ([]PlanStep, error) {
	return a[[]PlanStep](ctx, c, "/approval-plan", url.Values{"type": {kind}})
}

// SetApprovalPlan replaces a plan.
func (c *Client) SetApprovalPlan(ctx context.Context, p ApprovalPlan) error {
	return c.call(ctx, request{method: http.MethodPut, path: "/approval-plan", body: p}, nil)
}

// PageComments lists the comments on the pages of a draft.
func (c *Client) PageComments(ctx context.Context, id ID) ([]PageComment, error) {
	return a[[]PageComment](ctx, c, out(id, "/comments"), nil)
}

// CommentOnPage leaves a comment on a page.
func (c *Client) CommentOnPage(ctx context.Context, id ID, f Commenting) error {
	return c.post(ctx, out(id, "/comments"), f, nil)
}

// ResolveComment closes a comment with an answer.
func (c *Client) ResolveComment(ctx context.Context, id, comment ID, answer string) error {
	return c.post(ctx, out(id, "/comments/"+comment.String()+"/resolve"), Reason{Reason: answer}, nil)
}
