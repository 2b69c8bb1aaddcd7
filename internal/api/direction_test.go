package api_test

import (
	"bytes"
	"net/http"
	"net/url"
	"testing"

	"congvu/internal/client"
)

// submitted enters a paper document, registers it and lays it before the head, in one act.
func (w *town) submitted(subject string) client.Incoming {
	w.t.Helper()
	e := entry()
	e.Number, e.Subject = "", subject
	in, err := w.as("clerk").Enter(bg, e)
	must(w.t, err)
	done, err := w.as("clerk").Register(bg, in.ID, client.Registering{Pass: &client.Passing{To: w.post("head"), Note: "Kính trình"}})
	must(w.t, err)
	if done.Incoming.Stage != "to_direct" || done.Incoming.ArrivalNumber == 0 {
		w.t.Fatalf("%+v", done)
	}
	return done.Incoming
}

// The desk shows what waits; a direction with coordinators goes out, and is followed and pressed through the API.
//
// V11: screen /follow; api GET /follow; command remote follow
// V11: api POST /lines/{id}/chase; command remote chase
// V12: screen /desk; api GET /desk; command remote desk
// V12: screen /incoming/{id}; api POST /incoming/{id}/direct; command remote direct
func TestTheDeskAndWhatFollowsThroughTheAPI(t *testing.T) {
	w := newTown(t)
	head, unitHead, clerk := w.as("head"), w.as("unit_head"), w.as("clerk")
	in := w.submitted("đề nghị góp ý quy chế")
	refused(t, ask(clerk.Desk(bg)), http.StatusNotFound)
	desk, err := head.Desk(bg)
	must(t, err)
	if desk.Direct.Count != 1 || len(desk.ToDirect) != 1 || desk.ToDirect[0].ID != in.ID {
		t.Fatalf("%+v", desk)
	}
	refused(t, ask(head.Prepared(bg, in.ID)), http.StatusNotFound)
	refused(t, ask(head.Prepare(bg, in.ID, client.Directing{Leads: []client.Target{{Unit: client.ID(w.unit)}}})), http.StatusForbidden) // a leader directs himself
	refused(t, ask(head.ConfirmPrepared(bg, in.ID)), http.StatusConflict)
	refused(t, head.DropPrepared(bg, in.ID), http.StatusConflict)
	_, err = head.Direct(bg, in.ID, client.Directing{Leads: []client.Target{{Unit: client.ID(w.unit)}}, Informed: []client.Target{{Post: w.post("drafter")}}, Opinion: "Phòng chủ trì", DueDays: 2})
	must(t, err)
	page, err := head.Follow(bg, client.List{})
	must(t, err)
	if len(page.Rows) != 1 || page.Rows[0].Due != "2026-11-25" || page.Tabs[0].Count != 1 {
		t.Fatalf("%+v", page)
	}
	line := page.Rows[0].Line
	refused(t, unitHead.Chase(bg, line, "Không phải việc tôi giao."), http.StatusForbidden)
	p := refused(t, ask(head.Follow(bg, client.List{Tab: "xyz"})), http.StatusUnprocessableEntity)
	if len(p.Errors) != 1 || p.Errors[0].Parameter != "tab" {
		t.Errorf("%+v", p)
	}
	must(t, head.Chase(bg, line, "Đề nghị khẩn trương."))
	all, err := head.Chases(bg, in.ID)
	must(t, err)
	if len(all) != 1 || all[0].Kind != "chased" || all[0].KindLabel != "Đôn đốc" || all[0].Words != "Đề nghị khẩn trương." {
		t.Errorf("%+v", all)
	}
	week, err := head.Week(bg)
	must(t, err)
	if week.From != "2026-11-23" || len(week.Due) != 1 || !week.Digest {
		t.Errorf("%+v", week)
	}
	must(t, head.SetDigest(bg, false))
	if week, err = head.Week(bg); err != nil || week.Digest {
		t.Errorf("%+v %v", week, err)
	}
	must(t, unitHead.Complete(bg, line, client.Completing{Result: "Đã góp ý"}))
	refused(t, head.Chase(bg, line, "Đề nghị khẩn trương."), http.StatusConflict)
	refused(t, unitHead.Reopen(bg, in.ID, "cần bổ sung nội dung góp ý"), http.StatusForbidden)
	refused(t, head.Reopen(bg, in.ID, "ngắn"), http.StatusUnprocessableEntity)
	must(t, head.Reopen(bg, in.ID, "cần bổ sung nội dung góp ý"))
	if in, err := head.Incoming(bg, in.ID); err != nil || in.State != "in_progress" {
		t.Errorf("%+v %v", in, err)
	}
}

// ask keeps of an answer only the error.
func ask[T any](_ T, err error) error { return err }

// A deadline is put off through the API by who gave it.
//
// V12: screen /extensions; api POST /extensions/{id}/answer; command remote extension-answer
// V12: api POST /lines/{id}/extension; command remote extend
func TestADeadlineIsPutOffThroughTheAPI(t *testing.T) {
	w := newTown(t)
	head, unitHead := w.as("head"), w.as("unit_head")
	in := w.submitted("đề nghị báo cáo")
	_, err := head.Direct(bg, in.ID, client.Directing{Leads: []client.Target{{Unit: client.ID(w.unit)}}, Due: "2026-11-27"})
	must(t, err)
	lines, err := unitHead.Lines(bg, in.ID)
	must(t, err)
	line := lines[0].ID
	const reason = "Chờ số liệu của các thôn"
	refused(t, ask(unitHead.AskExtension(bg, line, client.AskingExtension{Due: "2026-11-27", Reason: reason})), http.StatusUnprocessableEntity)
	refused(t, ask(unitHead.AskExtension(bg, line, client.AskingExtension{Due: "30/11/2026", Reason: reason})), http.StatusUnprocessableEntity)
	refused(t, ask(head.AskExtension(bg, line, client.AskingExtension{Due: "2026-12-01", Reason: reason})), http.StatusForbidden)
	x, err := unitHead.AskExtension(bg, line, client.AskingExtension{Due: "2026-12-01", Reason: reason})
	must(t, err)
	refused(t, ask(unitHead.AskExtension(bg, line, client.AskingExtension{Due: "2026-12-02", Reason: reason})), http.StatusConflict)
	must(t, unitHead.DropExtension(bg, x.ID))
	refused(t, head.AnswerExtension(bg, x.ID, client.AnsweringExtension{Agree: true}), http.StatusConflict)
	x, err = unitHead.AskExtension(bg, line, client.AskingExtension{Due: "2026-12-01", Reason: reason})
	must(t, err)
	asked, err := head.Extensions(bg)
	must(t, err)
	if len(asked) != 1 || asked[0].ID != x.ID || asked[0].WasDue != "2026-11-27" || asked[0].StateLabel != "Chờ trả lời" {
		t.Fatalf("%+v", asked)
	}
	refused(t, unitHead.AnswerExtension(bg, x.ID, client.AnsweringExtension{Agree: true}), http.StatusForbidden)
	refused(t, head.AnswerExtension(bg, x.ID, client.AnsweringExtension{}), http.StatusUnprocessableEntity) // no without a reason
	refused(t, head.AnswerExtension(bg, x.ID, client.AnsweringExtension{Agree: true, Due: "2026-11-20"}), http.StatusUnprocessableEntity)
	must(t, head.AnswerExtension(bg, x.ID, client.AnsweringExtension{Agree: true}))
	past, err := unitHead.ExtensionsOf(bg, in.ID)
	must(t, err)
	page, err := head.Follow(bg, client.List{})
	must(t, err)
	if len(past) != 2 || past[1].State != "agreed" || page.Rows[0].Due != "2026-12-01" || page.Rows[0].FirstDue != "2026-11-27" {
		t.Errorf("%+v %+v", past, page.Rows)
	}
}

// Many documents go on in one order, each with its own result; a routing rule sends them where the working regulation says.
//
// V12: screen /rules; api POST /rules; command remote rule-make
// V12: api POST /incoming/bulk; command remote bulk
func TestManyDocumentsByARuleThroughTheAPI(t *testing.T) {
	w := newTown(t)
	clerk, unitHead := w.as("clerk"), w.as("unit_head")
	unit := client.Target{Unit: client.ID(w.unit)}
	refused(t, ask(unitHead.Rules(bg)), http.StatusForbidden)
	refused(t, ask(clerk.MakeRule(bg, client.RuleForm{Name: "Văn hóa", Lead: &unit})), http.StatusUnprocessableEntity) // it narrows nothing
	rule, err := clerk.MakeRule(bg, client.RuleForm{Name: "Văn hóa", Priority: 5, Words: "lễ hội, di tích", Lead: &unit, DueDays: 3, ByRule: "Điều 12 Quy chế làm việc"})
	must(t, err)
	refused(t, clerk.ActivateRule(bg, rule.ID), http.StatusConflict)
	enter := func(subject string) client.ID {
		e := entry()
		e.Number, e.Subject = "", subject
		in, err := clerk.Enter(bg, e)
		must(t, err)
		return in.ID
	}
	fits, other := enter("tổ chức lễ hội đình làng"), enter("thu chi ngân sách quý")
	trial, err := clerk.TryRule(bg, rule.ID)
	must(t, err)
	if trial.Of != 2 || len(trial.Fits) != 1 || trial.Fits[0].Document != fits {
		t.Fatalf("%+v", trial)
	}
	must(t, clerk.ActivateRule(bg, rule.ID))
	p, err := clerk.Proposal(bg, fits)
	must(t, err)
	if p.Rule != rule.ID || p.Lead == nil || p.Lead.Unit != unit.Unit || p.ByRule == "" || p.Because != "Theo quy tắc “Văn hóa”" {
		t.Fatalf("%+v", p)
	}
	rows, err := clerk.Bulk(bg, client.BulkOrder{Act: "register_pass", Items: []client.BulkItem{{ID: fits}, {ID: other}, {ID: 404}}})
	must(t, err)
	if len(rows) != 3 || !rows[0].Done || rows[1].Done || rows[2].Done || rows[2].Name != "" || rows[1].Said == "" {
		t.Fatalf("%+v", rows)
	}
	refused(t, ask(clerk.Bulk(bg, client.BulkOrder{Act: "burn", Items: []client.BulkItem{{ID: fits}}})), http.StatusUnprocessableEntity)
	refused(t, ask(clerk.Bulk(bg, client.BulkOrder{Act: "register", Items: []client.BulkItem{}})), http.StatusUnprocessableEntity)
	page, err := unitHead.Inbox(bg, client.List{Tab: "to_do"})
	must(t, err)
	if len(page.Rows) != 1 || page.Rows[0].ID != fits || page.Rows[0].Due != "2026-11-26" {
		t.Fatalf("%+v", page.Rows)
	}
	rows, err = unitHead.Bulk(bg, client.BulkOrder{Act: "forward", Items: []client.BulkItem{{ID: fits, Line: page.Rows[0].Line}}, Forward: &client.Forwarding{Lead: &client.Target{Post: w.post("drafter")}}})
	must(t, err)
	if !rows[0].Done {
		t.Errorf("%+v", rows)
	}
	changed, err := clerk.ChangeRule(bg, rule.ID, client.RuleForm{Revision: rule.Revision, Name: "Văn hóa", Words: "lễ hội", Lead: &unit})
	must(t, err)
	if changed.State != "draft" || changed.Hits != 1 || changed.Tried || changed.ByRule != "" {
		t.Errorf("%+v", changed)
	}
	refused(t, ask(clerk.ChangeRule(bg, rule.ID, client.RuleForm{Revision: rule.Revision, Name: "Văn hóa", Words: "lễ hội", Lead: &unit})), http.StatusConflict)
	refused(t, ask(clerk.ChangeRule(bg, 404, client.RuleForm{Name: "Văn hóa", Words: "lễ hội", Lead: &unit})), http.StatusNotFound)
	refused(t, clerk.EndRule(bg, rule.ID), http.StatusConflict)
}

// Groups and prepared texts are kept through the API, each by its owner.
func TestGroupsAndTextsThroughTheAPI(t *testing.T) {
	w := newTown(t)
	clerk, drafter := w.as("clerk"), w.as("drafter")
	form := client.GroupForm{Kind: "inside", Name: "Thôn và phòng", Members: []client.Member{{Unit: client.ID(w.unit)}, {Post: w.post("drafter")}}}
	form.Shared = true
	refused(t, ask(drafter.MakeGroup(bg, form)), http.StatusForbidden)
	g, err := clerk.MakeGroup(bg, form)
	must(t, err)
	if !g.Shared || len(g.Members) != 2 || g.Members[1].Name != "Phạm Quốc Việt" {
		t.Fatalf("%+v", g)
	}
	refused(t, ask(clerk.MakeGroup(bg, form)), http.StatusUnprocessableEntity)
	refused(t, ask(drafter.ChangeGroup(bg, g.ID, form)), http.StatusForbidden)
	refused(t, ask(clerk.ChangeGroup(bg, 404, form)), http.StatusNotFound)
	form.Members = form.Members[:1]
	if g, err = clerk.ChangeGroup(bg, g.ID, form); err != nil || len(g.Members) != 1 {
		t.Errorf("%+v %v", g, err)
	}
	if all, err := drafter.Groups(bg, "inside"); err != nil || len(all) != 1 || all[0].ID != g.ID {
		t.Errorf("%+v %v", all, err)
	}
	must(t, clerk.DropGroup(bg, g.ID))
	refused(t, ask(clerk.Group(bg, g.ID)), http.StatusNotFound)

	usual, err := drafter.Phrases(bg)
	must(t, err)
	if len(usual) == 0 || usual[0].ID != 0 {
		t.Fatalf("%+v", usual)
	}
	own, err := drafter.SavePhrase(bg, "Đề nghị phối hợp.")
	must(t, err)
	refused(t, ask(drafter.SavePhrase(bg, "Đề nghị phối hợp.")), http.StatusUnprocessableEntity)
	refused(t, clerk.DropPhrase(bg, own.ID), http.StatusNotFound)
	must(t, drafter.DropPhrase(bg, own.ID))
}

// Who stands in sees and directs in the other's post and never signs; who signs for another does so by a delegation (D6, D12.3).
func TestStandingInThroughTheAPI(t *testing.T) {
	w := newTown(t)
	head, admin, unitHead := w.as("head"), w.as("admin"), w.as("unit_head")
	in := w.submitted("đề nghị phối hợp tuần tra")
	stand := client.StandInForm{Kind: "absence", Principal: w.post("head"), Deputy: w.post("unit_head"), Scope: "direct", Reason: "Đi công tác"}
	refused(t, ask(head.SetStandIn(bg, stand)), http.StatusUnprocessableEntity) // no end
	stand.ValidTo = "2026-11-27"
	refused(t, ask(unitHead.SetStandIn(bg, stand)), http.StatusForbidden)
	s, err := head.SetStandIn(bg, stand)
	must(t, err)
	me, err := unitHead.Me(bg)
	must(t, err)
	if len(me.For) != 1 || me.For[0].Post.ID != w.post("head") || me.For[0].Scope != "direct" {
		t.Fatalf("%+v", me)
	}
	instead := w.as("unit_head")
	instead.Post = w.post("head")
	desk, err := instead.Desk(bg)
	must(t, err)
	if len(desk.ToDirect) != 1 {
		t.Fatalf("%+v", desk)
	}
	dir, err := instead.Direct(bg, in.ID, client.Directing{Leads: []client.Target{{Post: w.post("drafter")}}, DueDays: 1})
	must(t, err)
	if dir.LeaderName != "Nguyễn Văn Nghĩa" || dir.WrittenBy != "Lê Hồng Hạnh" {
		t.Errorf("%+v", dir)
	}
	refused(t, w.as("drafter").EndStandIn(bg, s.ID), http.StatusNotFound)
	must(t, head.EndStandIn(bg, s.ID))
	refused(t, ask(instead.Desk(bg)), http.StatusForbidden)

	give := client.DelegationForm{Capacity: "TUQ", From: w.post("head"), To: w.post("unit_head"), Types: []string{"CONG_VAN"}, Reference: "Giấy ủy quyền số 3"}
	refused(t, ask(head.Delegate(bg, give)), http.StatusForbidden)
	refused(t, ask(admin.Delegate(bg, give)), http.StatusUnprocessableEntity) // an authorisation has an end
	give.ValidTo = "2026-12-31"
	x, err := admin.Delegate(bg, give)
	must(t, err)
	capacities, err := unitHead.Capacities(bg, "CONG_VAN")
	must(t, err)
	if len(capacities) != 1 || capacities[0].Code != "TUQ" {
		t.Errorf("%+v", capacities)
	}
	if all, err := w.as("drafter").Delegations(bg); err != nil || len(all) != 0 {
		t.Errorf("%+v %v", all, err)
	}
	if all, err := unitHead.Delegations(bg); err != nil || len(all) != 1 || all[0].ID != x.ID || all[0].FromName != "Nguyễn Văn Nghĩa – Chủ tịch" {
		t.Errorf("%+v %v", all, err)
	}
	must(t, admin.EndDelegation(bg, x.ID, "2026-11-22"))
	if all, err := head.Delegations(bg); err != nil || len(all) != 0 {
		t.Errorf("%+v %v", all, err)
	}
}

// What a post still holds is handed on through the API: what is named, all or nothing.
func TestWorkIsHandedOnThroughTheAPI(t *testing.T) {
	w := newTown(t)
	head, unitHead, drafter := w.as("head"), w.as("unit_head"), w.as("drafter")
	in := w.submitted("đề nghị rà soát")
	_, err := head.Direct(bg, in.ID, client.Directing{Leads: []client.Target{{Post: w.post("drafter")}}, DueDays: 4})
	must(t, err)
	o, err := drafter.Draft(bg, client.Draft{Type: "CONG_VAN", Subject: "trả lời rà soát"})
	must(t, err)
	posts, err := unitHead.Leavers(bg)
	must(t, err)
	if len(posts) == 0 {
		t.Fatal("nobody whose work may be handed on")
	}
	left, err := unitHead.LeftBy(bg, w.post("drafter"))
	must(t, err)
	if len(left.Left) != 2 || left.Left[0].Line == 0 || left.Left[1].Draft != o.ID {
		t.Fatalf("%+v", left)
	}
	move := client.MovingWork{To: w.post("unit_head"), Lines: []client.ID{left.Left[0].Line}, Drafts: []client.ID{o.ID}}
	refused(t, w.as("admin").MoveWork(bg, w.post("drafter"), move), http.StatusNotFound)
	refused(t, unitHead.MoveWork(bg, w.post("drafter"), client.MovingWork{To: w.post("unit_head")}), http.StatusUnprocessableEntity)
	must(t, unitHead.MoveWork(bg, w.post("drafter"), move))
	refused(t, unitHead.MoveWork(bg, w.post("drafter"), move), http.StatusConflict)
	if left, err = unitHead.LeftBy(bg, w.post("drafter")); err != nil || len(left.Left) != 0 {
		t.Errorf("%+v %v", left, err)
	}
}

// Results are kept as questions, shown in chosen columns and given away as files; rights bound them all.
//
// V39: screen /search; api PUT /search/columns; command remote search-columns
// V40: screen /search; api POST /search/saved; command remote search-save
// V42: screen /search; api GET /search/export; command remote search-export
func TestSearchesAreKeptThroughTheAPI(t *testing.T) {
	w := newTown(t)
	drafter, unitHead, clerk := w.as("drafter"), w.as("unit_head"), w.as("clerk")
	_, err := clerk.Enter(bg, entry())
	must(t, err)
	asked := map[string]string{"q": "cắt điện", "kind": "in", "issued_from": "2026-11-01"}
	refused(t, ask(drafter.SaveSearch(bg, client.SavingSearch{Name: "Điện", Question: map[string]string{}})), http.StatusUnprocessableEntity)
	p := refused(t, ask(drafter.SaveSearch(bg, client.SavingSearch{Name: "Điện", Question: map[string]string{"colour": "red"}})), http.StatusUnprocessableEntity)
	if len(p.Errors) != 1 || p.Errors[0].Pointer != "#/question/colour" {
		t.Errorf("%+v", p)
	}
	refused(t, ask(drafter.SaveSearch(bg, client.SavingSearch{Name: "Điện", Question: map[string]string{"due_to": "hôm nay"}})), http.StatusUnprocessableEntity)
	refused(t, ask(drafter.SaveSearch(bg, client.SavingSearch{Name: " ", Question: asked})), http.StatusUnprocessableEntity)
	s, err := drafter.SaveSearch(bg, client.SavingSearch{Name: "Điện", Question: asked, Unit: true})
	must(t, err)
	all, err := unitHead.SavedSearches(bg)
	must(t, err)
	if len(all) != 1 || all[0].ID != s.ID || all[0].Mine || !all[0].Shared || len(all[0].Question) != 3 || all[0].Question["q"] != "cắt điện" || all[0].Question["issued_from"] != "2026-11-01" {
		t.Fatalf("%+v", all)
	}
	refused(t, unitHead.RenameSearch(bg, s.ID, "Của tôi"), http.StatusNotFound)
	refused(t, unitHead.ForgetSearch(bg, s.ID), http.StatusNotFound)
	must(t, drafter.RenameSearch(bg, s.ID, "Cắt điện"))
	must(t, drafter.ForgetSearch(bg, s.ID))
	refused(t, drafter.ForgetSearch(bg, s.ID), http.StatusNotFound)

	refused(t, clerk.ChooseColumns(bg, []string{"subject", "colour"}), http.StatusUnprocessableEntity)
	must(t, clerk.ChooseColumns(bg, []string{"subject", "number"}))
	columns, err := clerk.ResultColumns(bg)
	must(t, err)
	chosen := ""
	for _, c := range columns {
		if c.Chosen {
			chosen += c.Key + " "
		}
	}
	if chosen != "number subject " {
		t.Errorf("chosen: %q", chosen)
	}
	var file bytes.Buffer
	refused(t, ask(clerk.ExportSearch(bg, url.Values{"q": {"điện"}, "format": {"exe"}}, &file)), http.StatusUnprocessableEntity)
	refused(t, ask(clerk.ExportSearch(bg, url.Values{"q": {"điện"}, "colour": {"red"}}, &file)), http.StatusUnprocessableEntity)
	refused(t, ask(clerk.ExportSearch(bg, url.Values{"issued_to": {"31/02/2026"}}, &file)), http.StatusUnprocessableEntity)
	name, err := clerk.ExportSearch(bg, url.Values{"q": {"cắt điện"}, "format": {"docx"}}, &file)
	must(t, err)
	if name != "ket-qua-tim-kiem.docx" || !bytes.HasPrefix(file.Bytes(), []byte("PK")) {
		t.Errorf("%s, %d bytes", name, file.Len())
	}
}

// A request to see a document is withdrawn by who asked; the head decides who confirms changed rights.
//
// V20: screen /rights/requests; api POST /rights/requests/{id}/withdraw; command remote withdraw-access
func TestARequestIsWithdrawnThroughTheAPI(t *testing.T) {
	w := newTown(t)
	drafter, head := w.as("drafter"), w.as("head")
	q, err := drafter.AskAccess(bg, client.AskingAccess{Words: "12/CV-ĐL", Reason: "Cần đối chiếu số liệu"})
	must(t, err)
	refused(t, w.as("unit_head").WithdrawAccess(bg, q.ID), http.StatusNotFound)
	must(t, drafter.WithdrawAccess(bg, q.ID))
	refused(t, drafter.WithdrawAccess(bg, q.ID), http.StatusConflict)
	refused(t, w.as("clerk").SetRightsConfirmer(bg, "clerk"), http.StatusForbidden)
	refused(t, head.SetRightsConfirmer(bg, "nobody"), http.StatusUnprocessableEntity)
	must(t, head.SetRightsConfirmer(bg, "clerk"))
	if by, err := w.as("clerk").RightsConfirmer(bg); err != nil || by.By != "clerk" {
		t.Errorf("%+v %v", by, err)
	}
}
