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

const tagDirection = "Chỉ đạo, theo dõi"

// directionRoutes are the leaders' desk, what assistants prepare, acts upon many documents, routing rules, groups, texts, and who stands in for whom.
func (d *door) directionRoutes() {
	ask(d, get("/desk", "readDesk", tagDirection, "Bàn lãnh đạo: văn bản chờ chỉ đạo, dự thảo chờ xem xét, đề nghị gia hạn"), d.readDesk)
	ask(d, get("/incoming/{id}/proposal", "readProposal", tagDirection, "Đề xuất nơi trình, nơi chủ trì và lý do"), d.readProposal)
	ask(d, get("/incoming/{id}/prepared", "readPrepared", tagDirection, "Ý kiến chỉ đạo chuẩn bị sẵn, chờ lãnh đạo xác nhận"), d.readPrepared)
	ask(d, post("/incoming/{id}/prepared", "prepareDirection", tagDirection, "Chuẩn bị ý kiến chỉ đạo cho lãnh đạo").with(http.MethodPost, http.StatusCreated), d.prepareDirection)
	ask(d, post("/incoming/{id}/prepared/confirm", "confirmPrepared", tagDirection, "Lãnh đạo cho ý kiến như đã chuẩn bị"), d.confirmPrepared)
	do(d, post("/incoming/{id}/prepared/drop", "dropPrepared", tagDirection, "Bỏ ý kiến chuẩn bị sẵn"), d.dropPrepared)
	ask(d, post("/incoming/bulk", "bulkIncoming", tagDirection, "Một thao tác với nhiều văn bản đến; mỗi văn bản có kết quả riêng"), d.bulkIncoming)
	d.ruleRoutes()
	d.groupRoutes()
	ask(d, get("/phrases", "listPhrases", tagDirection, "Mẫu ý kiến của tôi"), d.listPhrases)
	ask(d, post("/phrases", "savePhrase", tagDirection, "Thêm mẫu ý kiến").with(http.MethodPost, http.StatusCreated), d.savePhrase)
	do(d, get("/phrases/{id}", "dropPhrase", tagDirection, "Xóa mẫu ý kiến").with(http.MethodDelete, 0), d.dropPhrase)
	d.standInRoutes()
}

func (d *door) readDesk(ctx context.Context, c *call, _ *struct{}) (client.LeadDesk, error) {
	desk, err := documents.DeskOfLeader(ctx, d.DB, c.actor, d.Desk.Calendar)
	if err != nil {
		return client.LeadDesk{}, err
	}
	tab := func(t documents.Tab) client.Tab { return client.Tab{Code: t.Code, Count: t.Count, More: t.More} }
	return client.LeadDesk{ToDirect: each(desk.ToDirect, func(r documents.IncomingRow) client.IncomingRow { return incomingRow(c.lang, r) }),
		Review: each(desk.Review, func(r documents.OutgoingRow) client.OutgoingRow { return outgoingRow(c.lang, r) }),
		Direct: tab(desk.Direct), ToReview: tab(desk.ToReview), ToSign: tab(desk.ToSign), Extensions: each(desk.Asked, extensionOf(c.lang))}, nil
}

func passTo(n documents.PassTo) client.PassTo {
	return client.PassTo{Unit: client.ID(n.Unit), Post: client.ID(n.Post), Name: n.Name}
}

// maybePassTo leaves out what is not proposed.
func maybePassTo(n documents.PassTo) *client.PassTo {
	if n.Code() == "" {
		return nil
	}
	out := passTo(n)
	return &out
}

func targetOf(t documents.Target) client.Target {
	return client.Target{Unit: client.ID(t.Unit), Post: client.ID(t.Post), Due: string(t.Due)}
}

func (d *door) readProposal(ctx context.Context, c *call, in *One) (client.Proposal, error) {
	p, err := documents.Propose(ctx, d.DB, c.actor, in.id())
	if err != nil {
		return client.Proposal{}, err
	}
	return client.Proposal{Rule: client.ID(p.Rule), ByRule: p.Clause, Leader: maybePassTo(p.Leader), Lead: maybePassTo(p.Lead), Coordinators: each(p.Coordinators, passTo),
		DueDays: p.DueDays, Opinion: p.Opinion, Because: said1(c.lang, p.Because), Recent: each(p.Recent, passTo)}, nil
}

func (d *door) directing(f client.Directing) documents.Direction {
	return documents.Direction{Leads: each(f.Leads, target), Coordinators: each(f.Coordinators, target), Informed: each(f.Informed, target), Opinion: f.Opinion,
		Due: calendar.Date(f.Due), DueDays: f.DueDays, ByRule: f.ByRule, Days: d.Desk.Calendar, Revision: f.Revision}
}

func (d *door) forwarding(f client.Forwarding) documents.ForwardForm {
	form := documents.ForwardForm{Coordinators: each(f.Coordinators, target), Informed: each(f.Informed, target), Note: f.Note, Due: calendar.Date(f.Due), DueDays: f.DueDays,
		Days: d.Desk.Calendar, Revision: f.Revision}
	if f.Lead != nil {
		form.Lead = target(*f.Lead)
	}
	return form
}

func (d *door) preparedOf(ctx context.Context, p *documents.Prepared) (client.Prepared, error) {
	form, err := p.Direction()
	if err != nil {
		return client.Prepared{}, err
	}
	lead, err := documents.PreparedLead(ctx, d.DB, p)
	return client.Prepared{ID: client.ID(p.ID), Leader: client.ID(p.LeaderHolding), By: p.ByName, At: p.At.Time(), Leads: each(form.Leads, targetOf), LeadName: lead,
		Coordinators: each(form.Coordinators, targetOf), Informed: each(form.Informed, targetOf), Opinion: form.Opinion, Due: string(form.Due)}, err
}

func (d *door) readPrepared(ctx context.Context, c *call, in *One) (client.Prepared, error) {
	p, err := documents.PreparedFor(ctx, d.DB, c.actor, in.id())
	if err == nil && p == nil {
		err = store.Refuse(store.NotFound, "Văn bản này không có ý kiến chuẩn bị sẵn đang chờ.")
	}
	if err != nil {
		return client.Prepared{}, err
	}
	return d.preparedOf(ctx, p)
}

func (d *door) prepareDirection(ctx context.Context, c *call, in *act[client.Directing]) (client.Prepared, error) {
	var p *documents.Prepared
	err := write(ctx, d, c, func(tx *store.Tx) (err error) {
		p, err = documents.PrepareDirection(ctx, tx, in.id(), d.directing(in.Body))
		return err
	})
	if err != nil {
		return client.Prepared{}, err
	}
	return d.preparedOf(ctx, p)
}

func (d *door) confirmPrepared(ctx context.Context, c *call, in *One) (client.Direction, error) {
	var out *documents.Directed
	err := write(ctx, d, c, func(tx *store.Tx) (err error) { out, err = documents.ConfirmPrepared(ctx, tx, in.id()); return err })
	if err != nil {
		return client.Direction{}, err
	}
	return directionOf(*out), nil
}

func (d *door) dropPrepared(ctx context.Context, c *call, in *One) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.DropPrepared(ctx, tx, in.id()) })
}

func (d *door) bulkIncoming(ctx context.Context, c *call, in *struct{ Body client.BulkOrder }) ([]client.BulkRow, error) {
	b := in.Body
	f := documents.BulkForm{Act: b.Act, To: int64(b.To), Note: b.Note, Result: b.Result,
		Items: each(b.Items, func(i client.BulkItem) documents.BulkItem {
			return documents.BulkItem{ID: int64(i.ID), Line: int64(i.Line)}
		})}
	if b.Direct != nil {
		f.Direction = d.directing(*b.Direct)
	}
	if b.Forward != nil {
		f.Forward = d.forwarding(*b.Forward)
	}
	rows, err := documents.Bulk(ctx, d.DB, c.actor, f)
	return each(rows, func(r documents.BulkRow) client.BulkRow {
		return client.BulkRow{ID: client.ID(r.ID), Line: client.ID(r.Line), Name: r.Name, Done: r.Done, Said: said1(c.lang, r.Said)}
	}), err
}

func (d *door) listPhrases(ctx context.Context, c *call, _ *struct{}) ([]client.Phrase, error) {
	all, err := documents.Phrases(ctx, d.DB, c.actor)
	return each(all, func(p documents.Phrase) client.Phrase {
		if p.ID == 0 { // offered to who has none of his own, in his language
			p.Words = c.lang.T(p.Words)
		}
		return client.Phrase{ID: client.ID(p.ID), Words: p.Words}
	}), err
}

func (d *door) savePhrase(ctx context.Context, c *call, in *struct{ Body client.Text }) (client.Phrase, error) {
	var p *documents.Phrase
	err := write(ctx, d, c, func(tx *store.Tx) (err error) { p, err = documents.SavePhrase(ctx, tx, in.Body.Text); return err })
	if err != nil {
		return client.Phrase{}, err
	}
	return client.Phrase{ID: client.ID(p.ID), Words: p.Words}, nil
}

func (d *door) dropPhrase(ctx context.Context, c *call, in *One) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.DropPhrase(ctx, tx, in.id()) })
}

// groupRoutes keep the named groups of receivers.
func (d *door) groupRoutes() {
	ask(d, get("/groups", "listGroups", tagDirection, "Nhóm nơi nhận của tôi và của cơ quan"), d.listGroups)
	ask(d, post("/groups", "makeGroup", tagDirection, "Lập nhóm nơi nhận").with(http.MethodPost, http.StatusCreated), d.makeGroup)
	ask(d, get("/groups/{id}/receivers", "resolveGroup", tagDirection, "Nhóm nơi nhận vào một ngày: ai nhận được, ai không và vì sao"), d.resolveGroup)
	ask(d, get("/groups/{id}", "findGroup", tagDirection, "Xem một nhóm nơi nhận"), d.findGroup)
	ask(d, get("/groups/{id}", "changeGroup", tagDirection, "Sửa nhóm nơi nhận").with(http.MethodPut, 0), d.changeGroup)
	do(d, get("/groups/{id}", "dropGroup", tagDirection, "Xóa nhóm nơi nhận; văn bản đã gửi được giữ").with(http.MethodDelete, 0), d.dropGroup)
}

type groupsOf struct {
	Kind string `query:"kind" enum:"inside,outside" doc:"inside: trong cơ quan; outside: các cơ quan khác; vắng mặt: cả hai"`
}

func (d *door) listGroups(ctx context.Context, c *call, in *groupsOf) ([]client.Group, error) {
	all, err := documents.Groups(ctx, d.DB, c.actor, in.Kind)
	if err != nil {
		return nil, err
	}
	out := make([]client.Group, len(all))
	for i := range all {
		if out[i], err = d.groupOf(ctx, c, &all[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (d *door) groupOf(ctx context.Context, c *call, g *documents.Group) (client.Group, error) {
	out := client.Group{ID: client.ID(g.ID), Shared: g.Owner == 0, Kind: g.Kind, Name: g.Name, Members: []client.Member{},
		Everywhere: g.AgencyID == 0, ValidFrom: string(g.ValidFrom), ValidTo: string(g.ValidTo)}
	inside, agencies, gone, err := documents.GroupMembers(ctx, d.DB, c.actor, g.ID)
	for _, m := range inside {
		out.Members = append(out.Members, client.Member{Unit: client.ID(m.Unit), Post: client.ID(m.Post), Name: m.Name})
	}
	for _, a := range agencies {
		out.Members = append(out.Members, client.Member{Agency: client.ID(a.ID), Name: a.Name})
	}
	out.Gone = gone
	return out, err
}

func (d *door) findGroup(ctx context.Context, c *call, in *One) (client.Group, error) {
	g, err := documents.FindGroup(ctx, d.DB, c.actor, in.id())
	if err != nil {
		return client.Group{}, err
	}
	return d.groupOf(ctx, c, g)
}

type resolving struct {
	One
	On string `query:"on" format:"date" doc:"Ngày gửi; vắng mặt: hôm nay"`
}

func (d *door) resolveGroup(ctx context.Context, c *call, in *resolving) (client.GroupReceivers, error) {
	on := calendar.Date(in.On)
	if on.IsZero() {
		on = d.today()
	}
	g, err := documents.ResolveGroup(ctx, d.DB, c.actor, in.id(), on)
	if err != nil {
		return client.GroupReceivers{}, err
	}
	return client.GroupReceivers{Group: client.ID(g.Group.ID), Name: g.Group.Name, On: string(on),
		Receivers: each(g.Members, func(m documents.ResolvedMember) client.GroupReceiver {
			return client.GroupReceiver{Agency: client.ID(m.Agency), Code: m.Code, Name: m.Name, Instead: m.Instead}
		}),
		Left: each(g.Left, func(m store.Message) string { return said1(c.lang, m) })}, nil
}

func (d *door) makeGroup(ctx context.Context, c *call, in *struct{ Body client.GroupForm }) (client.Group, error) {
	return d.saveGroup(ctx, c, 0, in.Body)
}

func (d *door) changeGroup(ctx context.Context, c *call, in *act[client.GroupForm]) (client.Group, error) {
	if _, err := documents.FindGroup(ctx, d.DB, c.actor, in.id()); err != nil { // an address that names nothing makes no new group
		return client.Group{}, err
	}
	return d.saveGroup(ctx, c, in.id(), in.Body)
}

func (d *door) saveGroup(ctx context.Context, c *call, id int64, f client.GroupForm) (client.Group, error) {
	form := documents.GroupForm{ID: id, Shared: f.Shared, Everywhere: f.Everywhere, Kind: f.Kind, Name: f.Name, ValidFrom: calendar.Date(f.ValidFrom), ValidTo: calendar.Date(f.ValidTo),
		Members: each(f.Members, func(m client.Member) documents.Member {
			return documents.Member{Unit: int64(m.Unit), Post: int64(m.Post), Agency: int64(m.Agency)}
		})}
	var g *documents.Group
	err := write(ctx, d, c, func(tx *store.Tx) (err error) { g, err = documents.SaveGroup(ctx, tx, form); return err })
	if err != nil {
		return client.Group{}, err
	}
	return d.groupOf(ctx, c, g)
}

func (d *door) dropGroup(ctx context.Context, c *call, in *One) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.DropGroup(ctx, tx, in.id()) })
}

// standInRoutes keep who stands in for whom, and who signs for whom.
func (d *door) standInRoutes() {
	ask(d, get("/standins", "listStandIns", tagDirection, "Trợ lý và người làm thay, đang và sắp có hiệu lực"), d.listStandIns)
	ask(d, post("/standins", "setStandIn", tagDirection, "Cử người làm thay, trợ lý").with(http.MethodPost, http.StatusCreated), d.setStandIn)
	do(d, post("/standins/{id}/end", "endStandIn", tagDirection, "Kết thúc việc làm thay ngay"), d.endStandIn)
	ask(d, get("/delegations", "listDelegations", tagDirection, "Quyền ký thay, thừa lệnh, thừa ủy quyền đang có hiệu lực"), d.listDelegations)
	ask(d, post("/delegations", "delegate", tagDirection, "Giao quyền ký (quản trị của cơ quan)").with(http.MethodPost, http.StatusCreated), d.delegate)
	do(d, post("/delegations/{id}/end", "endDelegation", tagDirection, "Kết thúc việc giao quyền ký sau một ngày"), d.endDelegation)
}

// namesOfPosts names the posts of the actor's agency as they are held today.
func (d *door) namesOfPosts(ctx context.Context, c *call) (map[org.HoldingID]string, error) {
	staff, err := org.Staff(ctx, d.DB, org.AgencyID(c.actor.Agency), d.today())
	out := map[org.HoldingID]string{}
	for _, h := range staff {
		out[h.ID] = h.PersonName + " – " + h.Title
	}
	return out, err
}

func standInOf(names map[org.HoldingID]string) func(s org.StandIn) client.StandIn {
	return func(s org.StandIn) client.StandIn {
		return client.StandIn{ID: client.ID(s.ID), Kind: s.Kind, Principal: client.ID(s.Principal), PrincipalName: names[s.Principal], Deputy: client.ID(s.Deputy), DeputyName: names[s.Deputy],
			Scope: s.Scope, Reason: s.Reason, ValidFrom: string(s.ValidFrom), ValidTo: string(s.ValidTo)}
	}
}

func (d *door) listStandIns(ctx context.Context, c *call, _ *struct{}) ([]client.StandIn, error) {
	all, err := org.StandIns(ctx, d.DB, c.actor, d.today())
	if err != nil {
		return nil, err
	}
	names, err := d.namesOfPosts(ctx, c)
	return each(all, standInOf(names)), err
}

func (d *door) setStandIn(ctx context.Context, c *call, in *struct{ Body client.StandInForm }) (client.StandIn, error) {
	f := in.Body
	var s *org.StandIn
	err := write(ctx, d, c, func(tx *store.Tx) (err error) {
		s, err = org.SetStandIn(ctx, tx, org.StandInForm{Kind: f.Kind, Principal: org.HoldingID(f.Principal), Deputy: org.HoldingID(f.Deputy), Scope: f.Scope, Reason: f.Reason,
			ValidFrom: calendar.Date(f.ValidFrom), ValidTo: calendar.Date(f.ValidTo)})
		return err
	})
	if err != nil {
		return client.StandIn{}, err
	}
	names, err := d.namesOfPosts(ctx, c)
	return standInOf(names)(*s), err
}

func (d *door) endStandIn(ctx context.Context, c *call, in *One) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return org.EndStandIn(ctx, tx, in.id()) })
}

func delegationOf(names map[org.HoldingID]string) func(x org.Delegation) client.Delegation {
	return func(x org.Delegation) client.Delegation {
		return client.Delegation{ID: client.ID(x.ID), Capacity: x.Capacity, From: client.ID(x.FromHolding), FromName: names[x.FromHolding], To: client.ID(x.ToHolding), ToName: names[x.ToHolding],
			Types: x.Types, Reference: x.Reference, ValidFrom: string(x.ValidFrom), ValidTo: string(x.ValidTo)}
	}
}

func (d *door) listDelegations(ctx context.Context, c *call, _ *struct{}) ([]client.Delegation, error) {
	all, err := org.DelegationsSeen(ctx, d.DB, c.actor, d.today())
	if err != nil {
		return nil, err
	}
	names, err := d.namesOfPosts(ctx, c)
	return each(all, delegationOf(names)), err
}

func (d *door) delegate(ctx context.Context, c *call, in *struct{ Body client.DelegationForm }) (client.Delegation, error) {
	f := in.Body
	var x *org.Delegation
	err := write(ctx, d, c, func(tx *store.Tx) (err error) {
		x, err = org.Delegate(ctx, tx, org.DelegationForm{AgencyID: org.AgencyID(c.actor.Agency), Capacity: f.Capacity, FromHolding: org.HoldingID(f.From), ToHolding: org.HoldingID(f.To), Types: f.Types,
			Reference: f.Reference, ValidFrom: calendar.Date(f.ValidFrom), ValidTo: calendar.Date(f.ValidTo)})
		return err
	})
	if err != nil {
		return client.Delegation{}, err
	}
	names, err := d.namesOfPosts(ctx, c)
	return delegationOf(names)(*x), err
}

func (d *door) endDelegation(ctx context.Context, c *call, in *act[client.LastDay]) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return org.EndDelegation(ctx, tx, org.AgencyID(c.actor.Agency), in.id(), calendar.Date(in.Body.On))
	})
}

// ruleRoutes keep the standing routing rules.
func (d *door) ruleRoutes() {
	ask(d, get("/rules", "listRules", tagDirection, "Quy tắc phân văn bản, theo thứ tự được xét"), d.listRules)
	ask(d, post("/rules", "makeRule", tagDirection, "Lập quy tắc phân văn bản; chưa áp dụng").with(http.MethodPost, http.StatusCreated), d.makeRule)
	ask(d, get("/rules/{id}", "findRule", tagDirection, "Xem một quy tắc phân văn bản"), d.findRule)
	ask(d, get("/rules/{id}", "changeRule", tagDirection, "Sửa quy tắc phân văn bản; phải thử và áp dụng lại").with(http.MethodPut, 0), d.changeRule)
	ask(d, post("/rules/{id}/try", "tryRule", tagDirection, "Thử quy tắc với các văn bản gần đây"), d.tryRule)
	do(d, post("/rules/{id}/activate", "activateRule", tagDirection, "Áp dụng quy tắc đã thử"), d.activateRule)
	do(d, post("/rules/{id}/end", "endRule", tagDirection, "Ngừng áp dụng quy tắc"), d.endRule)
}

func ruleOf(l i18n.Lang, x *documents.Rule) (client.Rule, error) {
	lead, coordinators, err := x.Targets()
	out := client.Rule{ID: client.ID(x.ID), Revision: x.Revision, State: x.State, StateLabel: l.T(documents.RuleLabel(x.State)), Name: x.Name, Priority: x.Priority, SenderAgency: client.ID(x.SenderAgency),
		SenderGroup: client.ID(x.SenderGroup), Type: x.TypeCode, Words: x.Words, Leader: client.ID(x.Leader), Coordinators: each(coordinators, targetOf), DueDays: x.DueDays, Opinion: x.Opinion,
		ByRule: x.Clause, ValidFrom: string(x.ValidFrom), ValidTo: string(x.ValidTo), Hits: x.Hits, LastHit: when(x.LastHit), Tried: x.TestedRevision == x.Revision}
	if lead != (documents.Target{}) {
		to := targetOf(lead)
		out.Lead = &to
	}
	return out, err
}

func (d *door) listRules(ctx context.Context, c *call, _ *struct{}) ([]client.Rule, error) {
	all, err := documents.Rules(ctx, d.DB, c.actor)
	if err != nil {
		return nil, err
	}
	out := make([]client.Rule, len(all))
	for i := range all {
		if out[i], err = ruleOf(c.lang, &all[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (d *door) findRule(ctx context.Context, c *call, in *One) (client.Rule, error) {
	x, err := documents.FindRule(ctx, d.DB, c.actor, in.id())
	if err != nil {
		return client.Rule{}, err
	}
	return ruleOf(c.lang, x)
}

func (d *door) makeRule(ctx context.Context, c *call, in *struct{ Body client.RuleForm }) (client.Rule, error) {
	return d.saveRule(ctx, c, 0, in.Body)
}

func (d *door) changeRule(ctx context.Context, c *call, in *act[client.RuleForm]) (client.Rule, error) {
	if _, err := documents.FindRule(ctx, d.DB, c.actor, in.id()); err != nil { // an address that names nothing makes no new rule
		return client.Rule{}, err
	}
	return d.saveRule(ctx, c, in.id(), in.Body)
}

func (d *door) saveRule(ctx context.Context, c *call, id int64, f client.RuleForm) (client.Rule, error) {
	form := documents.RuleForm{ID: id, Revision: f.Revision, Name: f.Name, Priority: f.Priority, SenderAgency: int64(f.SenderAgency), SenderGroup: int64(f.SenderGroup), TypeCode: f.Type, Words: f.Words,
		Leader: int64(f.Leader), Coordinators: each(f.Coordinators, target), DueDays: f.DueDays, Opinion: f.Opinion, Clause: f.ByRule, ValidFrom: calendar.Date(f.ValidFrom), ValidTo: calendar.Date(f.ValidTo)}
	if f.Lead != nil {
		form.Lead = target(*f.Lead)
	}
	var x *documents.Rule
	err := write(ctx, d, c, func(tx *store.Tx) (err error) { x, err = documents.SaveRule(ctx, tx, form); return err })
	if err != nil {
		return client.Rule{}, err
	}
	return ruleOf(c.lang, x)
}

func (d *door) tryRule(ctx context.Context, c *call, in *One) (client.RuleTrial, error) {
	var fits []documents.Trial
	var out client.RuleTrial
	err := write(ctx, d, c, func(tx *store.Tx) (err error) { fits, out.Of, err = documents.TryRule(ctx, tx, in.id()); return err })
	out.Fits = each(fits, func(x documents.Trial) client.RuleTrialLine {
		return client.RuleTrialLine{Document: client.ID(x.ID), Code: x.Code, Subject: x.Subject, SenderName: x.SenderName, ArrivedDate: string(x.ArrivedDate), LeadName: x.LeadName, Before: x.Before}
	})
	return out, err
}

func (d *door) activateRule(ctx context.Context, c *call, in *One) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.ActivateRule(ctx, tx, in.id()) })
}

func (d *door) endRule(ctx context.Context, c *call, in *One) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.EndRule(ctx, tx, in.id()) })
}
