package api_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"congvu/internal/client"
)

// A drafting task goes its way through the API (D8.1).
func TestADraftingTaskThroughTheAPI(t *testing.T) {
	w := newTown(t)
	head, unitHead := w.as("head"), w.as("unit_head")
	x, err := head.Assign(bg, client.Assigning{Subject: "kế hoạch tuyên truyền", Type: "KE_HOACH", Wanted: "Theo chỉ đạo của tỉnh", Lead: client.Target{Unit: client.ID(w.unit)}, DueDays: 2})
	must(t, err)
	all, err := unitHead.Assignments(bg, "mine")
	must(t, err)
	if len(all) != 1 || all[0].ID != x.ID || all[0].Due != "2026-11-25" || len(all[0].Acts) != 3 {
		t.Fatalf("%+v", all)
	}
	must(t, unitHead.AcceptAssignment(bg, x.ID))
	refused(t, head.ReturnAssignment(bg, x.ID, "không phải việc của tôi"), http.StatusForbidden)
	must(t, unitHead.ReturnAssignment(bg, x.ID, "đề nghị giao đơn vị khác"))
	must(t, head.Reassign(bg, x.ID, client.Assigning{Subject: "kế hoạch tuyên truyền", Lead: client.Target{Unit: client.ID(w.unit)}}))
	o, err := unitHead.DraftAssigned(bg, x.ID)
	must(t, err)
	got, err := head.Assignment(bg, x.ID)
	must(t, err)
	if got.Outgoing != o.ID || got.State != "drafting" {
		t.Errorf("%+v", got)
	}
	refused(t, head.WithdrawAssignment(bg, x.ID, "không cần soạn nữa"), http.StatusConflict)
}

// Opinions are asked, answered and settled through the API (D8.9).
func TestOpinionsThroughTheAPI(t *testing.T) {
	w := newTown(t)
	specialist, head := w.as("drafter"), w.as("head")
	o, err := specialist.Draft(bg, client.Draft{Type: "CONG_VAN", Subject: "báo cáo"})
	must(t, err)
	q, err := specialist.AskOpinions(bg, o.ID, client.AskingOpinions{Whom: []client.Target{{Post: w.post("head")}}, Question: "Đề nghị cho ý kiến", DueDays: 1})
	must(t, err)
	asked, err := head.Asked(bg)
	must(t, err)
	if len(asked) != 1 || asked[0].Opinion != q.Opinions[0].ID {
		t.Fatalf("%+v", asked)
	}
	_, err = head.AddOpinionFile(bg, asked[0].Opinion, "danh-dau.txt", strings.NewReader("đã đánh dấu"))
	must(t, err)
	refused(t, head.AnswerOpinion(bg, asked[0].Opinion, client.Answering{Verdict: "disagree"}), http.StatusUnprocessableEntity)
	must(t, head.AnswerOpinion(bg, asked[0].Opinion, client.Answering{Verdict: "disagree", Words: "chưa đúng thẩm quyền của xã"}))
	must(t, specialist.SettleOpinion(bg, asked[0].Opinion, client.Settling{Settled: "accepted"}))
	all, err := specialist.Opinions(bg, o.ID)
	must(t, err)
	if len(all) != 1 || all[0].State != "closed" || len(all[0].Opinions[0].Files) != 1 || all[0].Opinions[0].Settled != "accepted" {
		t.Errorf("%+v", all)
	}
	var pdf bytes.Buffer
	_, err = specialist.OpinionTable(bg, o.ID, &pdf)
	must(t, err)
	refused(t, specialist.WithdrawOpinions(bg, q.ID, ""), http.StatusConflict)
}

// The plan of approvals and its steps through the API (D8.5, D8.6).
func TestApprovalsThroughTheAPI(t *testing.T) {
	w := newTown(t)
	clerk, drafter, unitHead := w.as("clerk"), w.as("drafter"), w.as("unit_head")
	refused(t, drafter.SetApprovalPlan(bg, client.ApprovalPlan{Steps: []client.PlanStep{}}), http.StatusForbidden)
	must(t, clerk.SetApprovalPlan(bg, client.ApprovalPlan{Steps: []client.PlanStep{{Stage: 1, Duty: "content", Whom: "unit_head"}, {Stage: 2, Duty: "layout", Whom: "post", Post: w.post("clerk")}}}))
	plan, err := drafter.ApprovalPlan(bg, "")
	must(t, err)
	if len(plan) != 2 || plan[1].Post != w.post("clerk") {
		t.Fatalf("%+v", plan)
	}
	o, err := drafter.Draft(bg, client.Draft{Type: "CONG_VAN", Subject: "báo cáo", Body: "Nội dung./.", Signer: w.post("head"), Capacity: "TM", Unit: client.ID(w.unit)})
	must(t, err)
	_, err = drafter.Lay(bg, o.ID)
	must(t, err)
	steps, err := drafter.ProposedApprovals(bg, o.ID)
	must(t, err)
	if len(steps) != 2 {
		t.Fatalf("%+v", steps)
	}
	must(t, drafter.Submit(bg, o.ID, client.Sending{}))
	must(t, unitHead.Approve(bg, o.ID, client.Approving{}))
	way, err := clerk.Approvals(bg, o.ID)
	must(t, err)
	must(t, clerk.ReturnToStep(bg, o.ID, way[0].ID, "số liệu chưa khớp với báo cáo"))
	must(t, unitHead.AddStep(bg, o.ID, client.AddingStep{Post: w.post("head"), Duty: "review"}))
	way, err = clerk.Approvals(bg, o.ID)
	must(t, err)
	for _, x := range way {
		if x.State == "waiting" && x.Post == w.post("head") {
			must(t, unitHead.DropStep(bg, o.ID, x.ID, "người ký xem khi ký"))
		}
	}
	var pdf bytes.Buffer
	_, err = clerk.SubmissionSheet(bg, o.ID, &pdf)
	must(t, err)
	_, err = unitHead.Initial(bg, o.ID, client.Initialling{Consent: true})
	if err == nil {
		t.Error("initials without a certificate")
	}
}

// Comments on places of pages through the API (D8.12).
// V28: api POST /outgoing/{id}/comments
func TestPageCommentsThroughTheAPI(t *testing.T) {
	w := newTown(t)
	drafter, unitHead := w.as("drafter"), w.as("unit_head")
	o, err := drafter.Draft(bg, client.Draft{Type: "CONG_VAN", Subject: "báo cáo", Body: "Nội dung./.", Signer: w.post("head"), Capacity: "TM", Unit: client.ID(w.unit)})
	must(t, err)
	refused(t, drafter.CommentOnPage(bg, o.ID, client.Commenting{Page: 1, Text: "chưa có tệp"}), http.StatusConflict)
	_, err = drafter.Lay(bg, o.ID)
	must(t, err)
	must(t, drafter.Submit(bg, o.ID, client.Sending{To: w.post("unit_head")}))
	refused(t, unitHead.CommentOnPage(bg, o.ID, client.Commenting{Page: 7, Text: "không có trang này"}), http.StatusUnprocessableEntity)
	must(t, unitHead.CommentOnPage(bg, o.ID, client.Commenting{Page: 1, X: 30, Y: 120, W: 60, H: 10, Text: "số liệu chưa khớp"}))
	all, err := drafter.PageComments(bg, o.ID)
	must(t, err)
	if len(all) != 1 || all[0].State != "open" || all[0].X != 30 || all[0].H != 10 || all[0].Version != 1 {
		t.Fatalf("%+v", all)
	}
	must(t, drafter.CommentOnPage(bg, o.ID, client.Commenting{Parent: all[0].ID, Text: "theo báo cáo quý"}))
	refused(t, w.as("clerk").ResolveComment(bg, o.ID, all[0].ID, "không phải việc của văn thư"), http.StatusForbidden)
	must(t, drafter.ResolveComment(bg, o.ID, all[0].ID, "đã sửa"))
	refused(t, drafter.ResolveComment(bg, o.ID, all[0].ID, "đã sửa lần nữa"), http.StatusConflict)
	all, err = unitHead.PageComments(bg, o.ID)
	must(t, err)
	if len(all) != 2 || all[0].State != "resolved" || all[0].Answer != "đã sửa" || all[1].Parent != all[0].ID {
		t.Errorf("%+v", all)
	}
}
