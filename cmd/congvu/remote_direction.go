package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"congvu/internal/client"
)

// farDirection are the verbs of the leaders' desk, of acts upon many documents, of routing rules, groups, texts, and of who stands in for whom.
func farDirection() []far {
	return []far{
		{"desk", "desk", "bàn lãnh đạo: chờ chỉ đạo, chờ xem xét, xin gia hạn", remoteDesk},
		{"proposal", "proposal REF", "đề xuất nơi trình, nơi chủ trì và lý do", remoteProposal},
		{"prepare", "prepare REF --lead ĐÍCH [--with ĐÍCH,…] [--inform ĐÍCH,…] [--due X] [--opinion X]", "chuẩn bị ý kiến chỉ đạo, chờ lãnh đạo xác nhận", remotePrepare},
		{"prepared", "prepared REF", "ý kiến chỉ đạo chuẩn bị sẵn", remotePrepared},
		{"confirm-prepared", "confirm-prepared REF", "cho ý kiến như đã chuẩn bị", remoteConfirmPrepared},
		{"drop-prepared", "drop-prepared REF", "bỏ ý kiến chuẩn bị sẵn", remoteDropPrepared},
		{"bulk", "bulk THAO_TÁC REF[:line/SỐ]... [--to VỊ_TRÍ] [--note X] [--lead ĐÍCH] [--with ĐÍCH,…] [--inform ĐÍCH,…] [--due X] [--opinion X] [--result X]", "nhiều văn bản đến một lần: register, register_pass, submit, direct, forward, complete, read, conclude, chase", remoteBulk},
		{"rules", "rules", "quy tắc phân văn bản", remoteRules},
		{"rule", "rule rule/SỐ", "xem một quy tắc", remoteRule},
		{"rule-make", "rule-make TỆP.json", "lập quy tắc từ tệp JSON", remoteRuleMake},
		{"rule-change", "rule-change rule/SỐ TỆP.json", "sửa quy tắc; phải thử và áp dụng lại", remoteRuleChange},
		{"rule-try", "rule-try rule/SỐ", "thử quy tắc với các văn bản gần đây", remoteRuleTry},
		{"rule-activate", "rule-activate rule/SỐ", "áp dụng quy tắc đã thử", remoteRuleActivate},
		{"rule-end", "rule-end rule/SỐ", "ngừng áp dụng quy tắc", remoteRuleEnd},
		{"groups", "groups [--kind inside|outside]", "nhóm nơi nhận", remoteGroups},
		{"group-receivers", "group-receivers group/SỐ [--on NGÀY]", "nhóm nơi nhận vào một ngày: ai nhận được, ai không và vì sao", remoteGroupReceivers},
		{"group", "group group/SỐ", "một nhóm nơi nhận và thành viên", remoteGroup},
		{"group-make", "group-make TỆP.json", "lập nhóm nơi nhận từ tệp JSON", remoteGroupMake},
		{"group-change", "group-change group/SỐ TỆP.json", "sửa nhóm nơi nhận", remoteGroupChange},
		{"group-drop", "group-drop group/SỐ", "xóa nhóm nơi nhận", remoteGroupDrop},
		{"phrases", "phrases", "mẫu ý kiến của tôi", remotePhrases},
		{"phrase-add", "phrase-add NỘI_DUNG", "thêm mẫu ý kiến", remotePhraseAdd},
		{"phrase-drop", "phrase-drop phrase/SỐ", "xóa mẫu ý kiến", remotePhraseDrop},
		{"standins", "standins", "trợ lý và người làm thay", remoteStandIns},
		{"standin-set", "standin-set --kind absence|assistant --for VỊ_TRÍ [--to VỊ_TRÍ] --scope X --reason X [--from NGÀY] [--till NGÀY]", "cử người làm thay, trợ lý", remoteStandInSet},
		{"standin-end", "standin-end standin/SỐ", "kết thúc việc làm thay ngay", remoteStandInEnd},
		{"delegations", "delegations", "quyền ký thay, thừa lệnh, thừa ủy quyền", remoteDelegations},
		{"delegate", "delegate TỆP.json", "giao quyền ký từ tệp JSON (quản trị)", remoteDelegate},
		{"delegation-end", "delegation-end delegation/SỐ --on NGÀY", "kết thúc việc giao quyền ký sau ngày đó", remoteDelegationEnd},
	}
}

func remoteDesk(ctx context.Context, r *remoteCall) error {
	if len(r.args) > 0 {
		return badUsage("congvu remote desk không nhận tham số")
	}
	d, err := r.Desk(ctx)
	if err != nil {
		return err
	}
	return r.show(d, func(out io.Writer) {
		fmt.Fprintf(out, "Chờ chỉ đạo: %s; chờ xem xét: %s; chờ ký: %s; xin gia hạn: %d\n", counted(d.Direct), counted(d.ToReview), counted(d.ToSign), len(d.Extensions))
		for _, x := range d.ToDirect {
			fmt.Fprintf(out, "incoming/%s  số đến %d  %s  %s  %s%s\n", x.ID, x.ArrivalNumber, orDash(x.Code), x.SenderName, x.Subject, deadline(x.Due, x.Overdue))
		}
		for _, x := range d.Review {
			fmt.Fprintf(out, "outgoing/%s  %s: %s  [%s]\n", x.ID, x.TypeName, x.Subject, x.StateLabel)
		}
		printExtensions(out, d.Extensions)
	})
}

func counted(t client.Tab) string {
	if t.More {
		return fmt.Sprintf("hơn %d", t.Count)
	}
	return fmt.Sprint(t.Count)
}

func targetText(t client.Target) string {
	if t.Unit != 0 {
		return "unit/" + t.Unit.String()
	}
	return "post/" + t.Post.String()
}

func targetTexts(all []client.Target) string {
	var out []string
	for _, t := range all {
		out = append(out, targetText(t))
	}
	return strings.Join(out, ", ")
}

func remoteProposal(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("incoming")
	if err != nil {
		return err
	}
	p, err := r.Proposal(ctx, id)
	if err != nil {
		return err
	}
	return r.show(p, func(out io.Writer) {
		one := func(role string, to *client.PassTo) {
			if to != nil {
				fmt.Fprintf(out, "  %s: %s  %s\n", role, targetText(client.Target{Unit: to.Unit, Post: to.Post}), to.Name)
			}
		}
		if p.Because == "" {
			fmt.Fprintln(out, "Không có đề xuất.")
		} else {
			fmt.Fprintln(out, p.Because)
		}
		one("trình", p.Leader)
		one("chủ trì", p.Lead)
		for _, x := range p.Coordinators {
			one("phối hợp", &x)
		}
		if p.DueDays > 0 {
			fmt.Fprintf(out, "  hạn: %d ngày làm việc\n", p.DueDays)
		}
		if p.ByRule != "" {
			fmt.Fprintf(out, "  chuyển thẳng: %s\n", p.ByRule)
		}
		for _, x := range p.Recent {
			one("gần đây", &x)
		}
	})
}

// passing reads where a document goes right after it was registered; nil: nowhere yet.
func (r *remoteCall) passing() (*client.Passing, error) {
	switch {
	case r.o.to != "" && r.o.lead != "":
		return nil, badUsage("chỉ dùng một trong hai: --to để trình, --lead để chuyển thẳng")
	case r.o.lead != "":
		if err := need("by-rule", r.o.byRule); err != nil {
			return nil, err
		}
		form, err := r.directing()
		return &client.Passing{Direct: &form}, err
	case r.o.to != "":
		to, err := idOf(r.o.to, "post")
		return &client.Passing{To: to, Note: r.o.note}, err
	}
	return nil, nil
}

func remotePrepare(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("incoming")
	if err != nil {
		return err
	}
	form, err := r.directing()
	if err != nil {
		return err
	}
	p, err := r.Prepare(ctx, id, form)
	if err != nil {
		return err
	}
	return r.show(p, func(out io.Writer) { printPrepared(out, p) })
}

func printPrepared(out io.Writer, p client.Prepared) {
	fmt.Fprintf(out, "Chờ xác nhận; %s chuẩn bị. Chủ trì: %s%s\n", p.By, p.LeadName, deadline(p.Due, false))
	if len(p.Coordinators) > 0 {
		fmt.Fprintf(out, "  phối hợp: %s\n", targetTexts(p.Coordinators))
	}
	if len(p.Informed) > 0 {
		fmt.Fprintf(out, "  để biết: %s\n", targetTexts(p.Informed))
	}
	if p.Opinion != "" {
		fmt.Fprintf(out, "  «%s»\n", p.Opinion)
	}
}

func remotePrepared(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("incoming")
	if err != nil {
		return err
	}
	p, err := r.Prepared(ctx, id)
	if err != nil {
		return err
	}
	return r.show(p, func(out io.Writer) { printPrepared(out, p) })
}

func remoteConfirmPrepared(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("incoming")
	if err != nil {
		return err
	}
	d, err := r.ConfirmPrepared(ctx, id)
	if err != nil {
		return err
	}
	return r.show(d, func(out io.Writer) {
		fmt.Fprintf(out, "Đã cho ý kiến như đã chuẩn bị%s.\n", deadline(d.Due, false))
	})
}

func remoteDropPrepared(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("incoming")
	if err != nil {
		return err
	}
	return r.finished(r.DropPrepared(ctx, id), "Đã bỏ ý kiến chuẩn bị sẵn.")
}

// bulkItems reads incoming/12 and incoming/12:line/34.
func bulkItems(args []string) (all []client.BulkItem, err error) {
	for _, arg := range args {
		doc, line, found := strings.Cut(arg, ":")
		var i client.BulkItem
		if i.ID, err = idOf(doc, "incoming"); err == nil && found {
			i.Line, err = idOf(line, "line")
		}
		if err != nil {
			return nil, err
		}
		all = append(all, i)
	}
	return all, nil
}

// remoteBulk ends with 1 when a document was refused; what was done for the others stays done.
func remoteBulk(ctx context.Context, r *remoteCall) error {
	if len(r.args) < 2 {
		return badUsage("cần thao tác và các văn bản: congvu remote bulk register incoming/SỐ…")
	}
	order := client.BulkOrder{Act: r.args[0], Note: r.o.note, Result: r.o.result}
	var err error
	if order.Items, err = bulkItems(r.args[1:]); err != nil {
		return err
	}
	if r.o.to != "" {
		if order.To, err = idOf(r.o.to, "post"); err != nil {
			return err
		}
	}
	switch order.Act {
	case "direct":
		form, err := r.directing()
		if err != nil {
			return err
		}
		order.Direct = &form
	case "forward":
		form, err := r.forwarding()
		if err != nil {
			return err
		}
		order.Forward = &form
	}
	rows, err := r.Bulk(ctx, order)
	if err != nil {
		return err
	}
	refused := 0
	for _, x := range rows {
		if !x.Done {
			refused++
		}
	}
	err = r.show(rows, func(out io.Writer) {
		for _, x := range rows {
			mark := "xong"
			if !x.Done {
				mark = "CHƯA"
			}
			fmt.Fprintf(out, "%s  incoming/%s  %s: %s\n", mark, x.ID, orDash(x.Name), x.Said)
		}
		fmt.Fprintf(out, "%d xong, %d chưa.\n", len(rows)-refused, refused)
	})
	if err == nil && refused > 0 {
		return exit(1)
	}
	return err
}

func writeRule(out io.Writer, x client.Rule) {
	fmt.Fprintf(out, "rule/%s  %d  [%s]  %s  đã dùng %d lần\n", x.ID, x.Priority, x.StateLabel, x.Name, x.Hits)
}

func remoteRules(ctx context.Context, r *remoteCall) error {
	all, err := r.Rules(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, x := range all {
			writeRule(out, x)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Cơ quan chưa có quy tắc phân văn bản.")
		}
	})
}

func remoteRule(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("rule")
	if err != nil {
		return err
	}
	x, err := r.Rule(ctx, id)
	if err != nil {
		return err
	}
	return r.show(x, func(out io.Writer) { printRule(out, x) })
}

func printRule(out io.Writer, x client.Rule) {
	writeRule(out, x)
	for _, s := range []struct{ name, value string }{{"loại", x.Type}, {"từ trong trích yếu", x.Words}, {"ý kiến", x.Opinion}, {"chuyển thẳng", x.ByRule}, {"từ ngày", x.ValidFrom}, {"đến hết ngày", x.ValidTo}} {
		if s.value != "" {
			fmt.Fprintf(out, "  %s: %s\n", s.name, s.value)
		}
	}
	if x.Leader != 0 {
		fmt.Fprintf(out, "  trình: post/%s\n", x.Leader)
	}
	if x.Lead != nil {
		fmt.Fprintf(out, "  chủ trì: %s\n", targetText(*x.Lead))
	}
	if !x.Tried {
		fmt.Fprintln(out, "  chưa thử ở bản hiện tại")
	}
}

func remoteRuleMake(ctx context.Context, r *remoteCall) error {
	form, err := formFrom[client.RuleForm](r)
	if err != nil {
		return err
	}
	x, err := r.MakeRule(ctx, form)
	if err != nil {
		return err
	}
	return r.show(x, func(out io.Writer) { printRule(out, x) })
}

// thingAndFile reads kind/ID, which a JSON file follows.
func (r *remoteCall) thingAndFile(kind string) (client.ID, error) {
	if len(r.args) != 2 {
		return 0, badUsage("cần " + kind + "/SỐ và một tệp JSON")
	}
	return idOf(r.args[0], kind)
}

func remoteRuleChange(ctx context.Context, r *remoteCall) error {
	id, err := r.thingAndFile("rule")
	if err != nil {
		return err
	}
	form, err := formFrom[client.RuleForm](r)
	if err != nil {
		return err
	}
	if form.Revision == 0 { // a file says what the rule is to be, not which revision was seen
		seen, err := r.Rule(ctx, id)
		if err != nil {
			return err
		}
		form.Revision = seen.Revision
	}
	x, err := r.ChangeRule(ctx, id, form)
	if err != nil {
		return err
	}
	return r.show(x, func(out io.Writer) { printRule(out, x) })
}

func remoteRuleTry(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("rule")
	if err != nil {
		return err
	}
	trial, err := r.TryRule(ctx, id)
	if err != nil {
		return err
	}
	return r.show(trial, func(out io.Writer) {
		fmt.Fprintf(out, "Khớp %d trong %d văn bản gần nhất.\n", len(trial.Fits), trial.Of)
		for _, x := range trial.Fits {
			fmt.Fprintf(out, "  incoming/%s  %s  %s  %s%s%s\n", x.Document, orDash(x.Code), x.SenderName, x.Subject, after("  đã chủ trì: ", x.LeadName), after("  trước đó khớp: ", x.Before))
		}
	})
}

func remoteRuleActivate(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("rule")
	if err != nil {
		return err
	}
	return r.finished(r.ActivateRule(ctx, id), "Quy tắc đã được áp dụng.")
}

func remoteRuleEnd(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("rule")
	if err != nil {
		return err
	}
	return r.finished(r.EndRule(ctx, id), "Quy tắc đã ngừng áp dụng; văn bản đã chuyển được giữ nguyên.")
}

func writeGroup(out io.Writer, g client.Group) {
	whose := "của tôi"
	if g.Shared {
		whose = "của cơ quan"
	}
	gone := ""
	if g.Gone > 0 {
		gone = fmt.Sprintf(", %d nơi không còn", g.Gone)
	}
	fmt.Fprintf(out, "group/%s  %s  %s  %s  %d nơi%s\n", g.ID, g.Kind, whose, g.Name, len(g.Members), gone)
}

func printGroup(out io.Writer, g client.Group) {
	writeGroup(out, g)
	for _, m := range g.Members {
		if m.Agency != 0 {
			fmt.Fprintf(out, "  agency/%s  %s\n", m.Agency, m.Name)
			continue
		}
		fmt.Fprintf(out, "  %s  %s\n", targetText(client.Target{Unit: m.Unit, Post: m.Post}), m.Name)
	}
}

func remoteGroups(ctx context.Context, r *remoteCall) error {
	all, err := r.Groups(ctx, r.o.kind)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, g := range all {
			writeGroup(out, g)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Chưa có nhóm nơi nhận.")
		}
	})
}

func remoteGroup(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("group")
	if err != nil {
		return err
	}
	g, err := r.Group(ctx, id)
	if err != nil {
		return err
	}
	return r.show(g, func(out io.Writer) { printGroup(out, g) })
}

func remoteGroupReceivers(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("group")
	if err != nil {
		return err
	}
	g, err := r.GroupReceivers(ctx, id, r.books.on)
	if err != nil {
		return err
	}
	return r.show(g, func(out io.Writer) {
		fmt.Fprintf(out, "group/%s  %s  ngày %s: %d nơi nhận\n", g.Group, g.Name, g.On, len(g.Receivers))
		for _, m := range g.Receivers {
			fmt.Fprintf(out, "  agency/%s  %s  %s%s\n", m.Agency, m.Code, m.Name, after("  tiếp nhận của ", m.Instead))
		}
		for _, why := range g.Left {
			fmt.Fprintf(out, "  không gửi được: %s\n", why)
		}
	})
}

func remoteGroupMake(ctx context.Context, r *remoteCall) error {
	form, err := formFrom[client.GroupForm](r)
	if err != nil {
		return err
	}
	g, err := r.MakeGroup(ctx, form)
	if err != nil {
		return err
	}
	return r.show(g, func(out io.Writer) { printGroup(out, g) })
}

func remoteGroupChange(ctx context.Context, r *remoteCall) error {
	id, err := r.thingAndFile("group")
	if err != nil {
		return err
	}
	form, err := formFrom[client.GroupForm](r)
	if err != nil {
		return err
	}
	g, err := r.ChangeGroup(ctx, id, form)
	if err != nil {
		return err
	}
	return r.show(g, func(out io.Writer) { printGroup(out, g) })
}

func remoteGroupDrop(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("group")
	if err != nil {
		return err
	}
	return r.finished(r.DropGroup(ctx, id), "Đã xóa nhóm nơi nhận.")
}

func remotePhrases(ctx context.Context, r *remoteCall) error {
	all, err := r.Phrases(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, p := range all {
			if p.ID == 0 {
				fmt.Fprintf(out, "(có sẵn)  %s\n", p.Words)
				continue
			}
			fmt.Fprintf(out, "phrase/%s  %s\n", p.ID, p.Words)
		}
	})
}

func remotePhraseAdd(ctx context.Context, r *remoteCall) error {
	words := strings.Join(r.args, " ")
	if strings.TrimSpace(words) == "" {
		return badUsage("cần nội dung mẫu ý kiến")
	}
	p, err := r.SavePhrase(ctx, words)
	if err != nil {
		return err
	}
	return r.show(p, func(out io.Writer) { fmt.Fprintf(out, "phrase/%s  %s\n", p.ID, p.Words) })
}

func remotePhraseDrop(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("phrase")
	if err != nil {
		return err
	}
	return r.finished(r.DropPhrase(ctx, id), "Đã xóa mẫu ý kiến.")
}

func writeStandIn(out io.Writer, s client.StandIn) {
	deputy := "không cử ai"
	if s.Deputy != 0 {
		deputy = "post/" + s.Deputy.String() + " " + s.DeputyName
	}
	fmt.Fprintf(out, "standin/%s  %s  post/%s %s ← %s  (%s)  từ %s%s  %s\n", s.ID, s.Kind, s.Principal, s.PrincipalName, deputy, s.Scope, s.ValidFrom, after(" đến hết ", s.ValidTo), s.Reason)
}

func remoteStandIns(ctx context.Context, r *remoteCall) error {
	all, err := r.StandIns(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, s := range all {
			writeStandIn(out, s)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Không có ai làm thay.")
		}
	})
}

func remoteStandInSet(ctx context.Context, r *remoteCall) error {
	form := client.StandInForm{Kind: r.o.kind, Scope: r.o.scope, Reason: r.o.reason, ValidFrom: r.books.from, ValidTo: r.books.till}
	for _, s := range []struct{ name, value string }{{"kind", r.o.kind}, {"for", r.o.whom}, {"scope", r.o.scope}, {"reason", r.o.reason}} {
		if err := need(s.name, s.value); err != nil {
			return err
		}
	}
	var err error
	if form.Principal, err = idOf(r.o.whom, "post"); err != nil {
		return err
	}
	if r.o.to != "" {
		if form.Deputy, err = idOf(r.o.to, "post"); err != nil {
			return err
		}
	}
	s, err := r.SetStandIn(ctx, form)
	if err != nil {
		return err
	}
	return r.show(s, func(out io.Writer) { writeStandIn(out, s) })
}

func remoteStandInEnd(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("standin")
	if err != nil {
		return err
	}
	return r.finished(r.EndStandIn(ctx, id), "Đã kết thúc việc làm thay, có hiệu lực ngay.")
}

func writeDelegation(out io.Writer, x client.Delegation) {
	fmt.Fprintf(out, "delegation/%s  %s.  %s → %s  %s  từ %s%s  %s\n", x.ID, x.Capacity, x.FromName, x.ToName, orDash(x.Types), x.ValidFrom, after(" đến hết ", x.ValidTo), x.Reference)
}

func remoteDelegations(ctx context.Context, r *remoteCall) error {
	all, err := r.Delegations(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, x := range all {
			writeDelegation(out, x)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Không có quyền ký nào đang được giao.")
		}
	})
}

func remoteDelegate(ctx context.Context, r *remoteCall) error {
	form, err := formFrom[client.DelegationForm](r)
	if err != nil {
		return err
	}
	x, err := r.Delegate(ctx, form)
	if err != nil {
		return err
	}
	return r.show(x, func(out io.Writer) { writeDelegation(out, x) })
}

func remoteDelegationEnd(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("delegation")
	if err == nil {
		err = need("on", r.books.on)
	}
	if err != nil {
		return err
	}
	return r.finished(r.EndDelegation(ctx, id, r.books.on), "Đã ghi ngày cuối cùng của việc giao quyền ký.")
}
