package documents

import (
	"testing"

	"congvu/internal/store"
)

func (o *office) rule(f RuleForm) *Rule {
	o.t.Helper()
	var rule *Rule
	o.must(o.by("clerk", func(tx *store.Tx) (err error) { rule, err = SaveRule(inCtx, tx, f); return err }))
	return rule
}

// active is a rule that was tried and put in force.
func (o *office) active(f RuleForm) *Rule {
	o.t.Helper()
	rule := o.rule(f)
	o.must(o.by("clerk", func(tx *store.Tx) error {
		if _, _, err := TryRule(inCtx, tx, rule.ID); err != nil {
			return err
		}
		return ActivateRule(inCtx, tx, rule.ID)
	}))
	return rule
}

func (o *office) budget() RuleForm {
	return RuleForm{Name: "Dự toán", Words: "quyết toán, dự toán", Leader: o.people["deputy"].Holding, Lead: Target{Unit: o.unitX},
		Coordinators: []Target{{Unit: o.unitY}}, DueDays: 5, Opinion: "Tham mưu trả lời."}
}

// A rule is tried against what came before it may be put in force, and again after each change.
func TestARuleIsTriedBeforeItIsActive(t *testing.T) {
	o := newOffice(t)
	o.registered()
	other := o.arrival()
	other.Subject = "Mời họp giao ban"
	o.arrive(other)
	rule := o.rule(o.budget())
	o.refused(store.Conflict, o.by("clerk", func(tx *store.Tx) error { return ActivateRule(inCtx, tx, rule.ID) }))
	o.must(o.by("clerk", func(tx *store.Tx) error {
		fits, of, err := TryRule(inCtx, tx, rule.ID)
		if len(fits) != 1 || of != 2 || fits[0].Subject != "Đề nghị góp ý dự toán" {
			t.Errorf("tried: %+v of %d", fits, of)
		}
		return err
	}))
	o.must(o.by("clerk", func(tx *store.Tx) error { return ActivateRule(inCtx, tx, rule.ID) }))
	f := o.budget()
	f.ID, f.Revision, f.DueDays = rule.ID, rule.Revision, 7
	if changed := o.rule(f); changed.State != RuleDraft {
		t.Fatalf("a changed rule stays %s without a new trial", changed.State)
	}
	o.refused(store.Conflict, o.by("clerk", func(tx *store.Tx) error { return ActivateRule(inCtx, tx, rule.ID) }))
	o.refused(store.Conflict, o.by("clerk", func(tx *store.Tx) error { _, err := SaveRule(inCtx, tx, f); return err })) // stale revision
	for _, who := range []string{"staff_x", "head_x", "deputy", "assistant"} {
		o.refused(store.Forbidden, o.by(who, func(tx *store.Tx) error { return ActivateRule(inCtx, tx, rule.ID) }))
	}
	o.refused(store.NotFound, o.by("foreign_clerk", func(tx *store.Tx) error { return EndRule(inCtx, tx, rule.ID) }))
}

func TestARuleNeedsAConditionAndAPlace(t *testing.T) {
	o := newOffice(t)
	for name, change := range map[string]func(*RuleForm){
		"no condition":       func(f *RuleForm) { f.Words = " , " },
		"no place":           func(f *RuleForm) { f.Leader, f.Lead = 0, Target{} },
		"clause, no lead":    func(f *RuleForm) { f.Clause, f.Lead = "Điều 5", Target{} },
		"leader is no one's": func(f *RuleForm) { f.Leader = o.people["staff_x"].Holding },
		"foreign lead":       func(f *RuleForm) { f.Lead = o.post("foreign_head") },
		"unknown type":       func(f *RuleForm) { f.TypeCode = "THU_TINH" },
		"foreign group":      func(f *RuleForm) { f.SenderGroup = 12 },
		"ends before begins": func(f *RuleForm) { f.ValidFrom, f.ValidTo = "2026-03-02", "2026-03-01" },
		"twice":              func(f *RuleForm) { f.Coordinators = append(f.Coordinators, f.Coordinators[0]) },
		"no name":            func(f *RuleForm) { f.Name = "" },
	} {
		f := o.budget()
		change(&f)
		if err := o.by("clerk", func(tx *store.Tx) error { _, err := SaveRule(inCtx, tx, f); return err }); err == nil {
			t.Errorf("%s: accepted", name)
		} else {
			o.refused(store.Invalid, err)
		}
	}
}

// The rule that is asked first wins; validity and the agencies of a group narrow it; without a rule the issuer's last way is proposed, with the reason.
func TestWhatIsProposed(t *testing.T) {
	o := newOffice(t)
	clerk := o.people["clerk"]
	propose := func(id int64) *Proposal {
		t.Helper()
		p, err := Propose(inCtx, o.db, clerk, id)
		o.must(err)
		return p
	}
	d := o.registered()
	if p := propose(d.ID); p.Because.Text != "" || p.Leader.Post != 0 {
		t.Fatalf("nothing is known yet: %+v", p)
	}
	o.submit(d.ID, "head")
	_, err := o.direct("head", d.ID, Direction{Leads: []Target{{Unit: o.unitY}}})
	o.must(err)
	next := o.registered()
	if p := propose(next.ID); p.Rule != 0 || p.Leader.Post != o.people["head"].Holding || p.Lead.Unit != o.unitY || p.Because.Text != "Như văn bản gần nhất của {sender}" {
		t.Fatalf("the issuer's last way: %+v", p)
	}
	second := o.budget()
	second.Name, second.Priority, second.Lead = "Sau", 5, Target{Unit: o.unitY}
	o.active(second)
	first := o.active(o.budget())
	ended := o.budget()
	ended.Name, ended.ValidFrom, ended.ValidTo = "Cũ", "2026-01-01", "2026-02-01"
	o.active(ended)
	p := propose(next.ID)
	if p.Rule != first.ID || p.Lead.Unit != o.unitX || p.Leader.Post != o.people["deputy"].Holding || p.DueDays != 5 || len(p.Coordinators) != 1 || p.Clause != "" {
		t.Fatalf("the first rule: %+v", p)
	}
	if p, err := Propose(inCtx, o.db, o.people["foreign_clerk"], next.ID); err == nil {
		t.Fatalf("a foreign clerk is told %+v", p)
	}
	grouped := o.budget()
	grouped.Name, grouped.Words = "Nhóm", ""
	var g *Group
	o.must(o.by("clerk", func(tx *store.Tx) (err error) {
		g, err = SaveGroup(inCtx, tx, GroupForm{Shared: true, Kind: GroupOutside, Name: "Các phường", Members: []Member{{Agency: o.people["foreign_head"].Agency}}})
		return err
	}))
	grouped.SenderGroup = g.ID
	rule := o.rule(grouped)
	q, err := rule.ask(inCtx, o.db)
	o.must(err)
	if q.fits(next, "2026-03-02") || !q.fits(&Incoming{SenderAgency: o.people["foreign_head"].Agency}, "2026-03-02") {
		t.Fatal("the group of agencies does not narrow the rule")
	}
	o.refused(store.Conflict, o.by("clerk", func(tx *store.Tx) error { return DropGroup(inCtx, tx, g.ID) }))
}

// D10.7, D10.8, D10.16: registering and passing on is one act, by the clause of a rule or to a leader; neither happens alone.
//
// N27: receive and forward is one flow.
func TestRegisterAndPassIsOneAct(t *testing.T) {
	o := newOffice(t)
	f := o.budget()
	f.Clause = "Điều 12 khoản 3 Quy chế làm việc"
	rule := o.active(f)
	d, _ := o.arrive(o.arrival())
	pass := func(id int64, p Passing) (reg *Registration, err error) {
		err = o.by("clerk", func(tx *store.Tx) (err error) {
			reg, err = RegisterAndPass(inCtx, tx, id, RegisterForm{}, p)
			return err
		})
		return reg, err
	}
	_, err := pass(d.ID, Passing{To: o.people["staff_x"].Holding})
	o.refused(store.Invalid, err)
	if got := o.find(d.ID); got.State != Arrived || got.ArrivalNumber != 0 {
		t.Fatalf("half of the act was done: %s, number %d", got.State, got.ArrivalNumber)
	}
	p, err := Propose(inCtx, o.db, o.people["clerk"], d.ID)
	o.must(err)
	by, err := p.passing()
	o.must(err)
	reg, err := pass(d.ID, by)
	o.must(err)
	if reg.Incoming.ArrivalNumber != 1 || reg.Incoming.State != Assigned || reg.Incoming.LeadName != "Phòng x" || reg.Incoming.HandleDue != "2026-03-09" {
		t.Fatalf("passed: %+v", reg.Incoming)
	}
	if got, err := FindRule(inCtx, o.db, o.people["clerk"], rule.ID); err != nil || got.Hits != 1 || got.LastHit == 0 {
		t.Fatalf("the rule counts its hits: %+v, %v", got, err)
	}
	_, err = pass(d.ID, by)
	o.refused(store.Conflict, err)
	e, _ := o.arrive(o.arrival())
	reg, err = pass(e.ID, Passing{To: o.people["deputy"].Holding})
	o.must(err)
	if reg.Incoming.Stage != InTabToDirect || reg.Incoming.ArrivalNumber != 2 {
		t.Fatalf("submitted: %+v", reg.Incoming)
	}
	recent, err := Recent(inCtx, o.db, o.people["clerk"])
	o.must(err)
	if len(recent) != 2 || recent[0].Name == "" {
		t.Fatalf("recent receivers: %+v", recent)
	}
}

func TestPhrasesAndGroupsAreAPersonsOwn(t *testing.T) {
	o := newOffice(t)
	if all, err := Phrases(inCtx, o.db, o.people["head"]); err != nil || len(all) != len(usualPhrases) || all[0].ID != 0 {
		t.Fatalf("the usual texts: %v, %v", all, err)
	}
	var p *Phrase
	o.must(o.by("head", func(tx *store.Tx) (err error) {
		p, err = SavePhrase(inCtx, tx, "Giao Phòng x chủ trì.")
		return err
	}))
	o.refused(store.Invalid, o.by("head", func(tx *store.Tx) error { _, err := SavePhrase(inCtx, tx, "Giao Phòng x chủ trì."); return err }))
	o.refused(store.Invalid, o.by("head", func(tx *store.Tx) error { _, err := SavePhrase(inCtx, tx, "  "); return err }))
	o.refused(store.NotFound, o.by("deputy", func(tx *store.Tx) error { return DropPhrase(inCtx, tx, p.ID) }))
	if all, err := Phrases(inCtx, o.db, o.people["head"]); err != nil || len(all) != 1 {
		t.Fatalf("own texts: %v, %v", all, err)
	}
	o.must(o.by("head", func(tx *store.Tx) error { return DropPhrase(inCtx, tx, p.ID) }))

	var own, shared *Group
	inside := GroupForm{Kind: GroupInside, Name: "Hai phòng", Members: []Member{{Unit: o.unitX}, {Unit: o.unitY}}}
	o.must(o.by("deputy", func(tx *store.Tx) (err error) { own, err = SaveGroup(inCtx, tx, inside); return err }))
	o.refused(store.Invalid, o.by("deputy", func(tx *store.Tx) error { _, err := SaveGroup(inCtx, tx, inside); return err }))
	inside.Shared = true
	o.refused(store.Forbidden, o.by("deputy", func(tx *store.Tx) error { _, err := SaveGroup(inCtx, tx, inside); return err }))
	o.must(o.by("clerk", func(tx *store.Tx) (err error) { shared, err = SaveGroup(inCtx, tx, inside); return err }))
	o.refused(store.NotFound, o.by("head", func(tx *store.Tx) error { return DropGroup(inCtx, tx, own.ID) }))
	o.refused(store.NotFound, o.by("foreign_clerk", func(tx *store.Tx) error { return DropGroup(inCtx, tx, shared.ID) }))
	inside.Members = append(inside.Members, Member{Post: o.people["foreign_head"].Holding})
	inside.ID = shared.ID
	o.refused(store.Invalid, o.by("clerk", func(tx *store.Tx) error { _, err := SaveGroup(inCtx, tx, inside); return err }))
	if all, err := Groups(inCtx, o.db, o.people["deputy"], GroupInside); err != nil || len(all) != 2 {
		t.Fatalf("groups of the deputy: %v, %v", all, err)
	}
	if in, _, gone, err := GroupMembers(inCtx, o.db, o.people["head"], shared.ID); err != nil || len(in) != 2 || gone != 0 {
		t.Fatalf("members: %v, %d gone, %v", in, gone, err)
	}
}
