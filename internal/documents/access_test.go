package documents

import (
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

const why = "Phục vụ tổng hợp báo cáo quý"

// granting gives a right by a named person.
func (o *office) granting(who string, f GrantForm) (*Grant, error) {
	var g *Grant
	if f.Reason == "" {
		f.Reason = why
	}
	err := o.by(who, func(tx *store.Tx) (err error) { g, err = GrantTo(inCtx, tx, f); return })
	return g, err
}

func (o *office) sees(who string, d *Incoming) bool {
	o.t.Helper()
	_, err := FindIncoming(inCtx, o.db, o.people[who], d.ID)
	if err != nil {
		o.refused(store.NotFound, err)
	}
	return err == nil
}

// listed are the documents of one tab, and its count by the tab itself.
func (o *office) listed(who, tab string) ([]int64, int) {
	o.t.Helper()
	p, err := Inbox(inCtx, o.db, o.people[who], InFilter{Tab: tab, Limit: 200})
	o.must(err)
	var ids []int64
	for _, r := range p.Rows {
		ids = append(ids, r.ID)
	}
	i := slices.IndexFunc(p.Tabs, func(t Tab) bool { return t.Code == tab })
	return ids, p.Tabs[i].Count
}

// V19: screen /incoming/{id}/access; api POST /rights/grants; command remote grant
// V49: a right that was given, ended or changed stays with its time, its giver and its reason.
func TestARightIsGivenToAPersonAPostOrAUnitForATerm(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	for _, c := range []struct {
		kind string
		id   int64
		sees []string
	}{{GrantPost, o.people["staff_x"].Holding, []string{"staff_x"}}, {GrantPerson, o.people["staff_y"].Person, []string{"staff_y"}}, {GrantUnit, o.unitX, []string{"staff_x", "other_x"}}} {
		g, err := o.granting("clerk", GrantForm{Ref: d.Ref(), WhoKind: c.kind, WhoID: c.id, To: "2026-03-03"})
		o.must(err)
		for _, who := range c.sees {
			if !o.sees(who, d) {
				t.Fatalf("%s does not see what was given to the %s", who, c.kind)
			}
			if ids, n := o.listed(who, InTabGranted); !slices.Equal(ids, []int64{d.ID}) || n != 1 {
				t.Fatalf("%s lists %v, %d", who, ids, n)
			}
		}
		if o.sees("admin", d) || o.sees("foreign_head", d) {
			t.Fatal("a right of one opened the document to others")
		}
		o.must(o.by("head", func(tx *store.Tx) error { return EndGrant(inCtx, tx, g.ID, "Đã xong việc tổng hợp") }))
		o.refused(store.Conflict, o.by("head", func(tx *store.Tx) error { return EndGrant(inCtx, tx, g.ID, "Đã xong việc tổng hợp") }))
		if o.sees(c.sees[0], d) {
			t.Fatal("an ended right still opens the document")
		}
	}
	_, err := o.granting("clerk", GrantForm{Ref: d.Ref(), WhoKind: GrantPerson, WhoID: o.people["staff_y"].Person, From: "2026-03-04", To: "2026-03-05"})
	o.must(err)
	for day, want := range []bool{false, false, true, true, false} {
		o.clock.Set(inStart.AddDate(0, 0, day))
		if o.sees("staff_y", d) != want {
			t.Errorf("on day %d the right counts: %v", day, !want)
		}
	}
	all, err := Grants(inCtx, o.db, o.people["head"], d.Ref())
	o.must(err)
	if len(all) != 4 || all[3].EndedName == "" || all[3].EndedReason == "" || all[0].ByName == "" {
		t.Fatalf("the rights given are not kept: %+v", all)
	}
	steps, err := Timeline(inCtx, o.db, o.people["head"], d.Ref())
	o.must(err)
	if n := len(slices.DeleteFunc(steps, func(s Step) bool { return s.Act != "grant" && s.Act != "end_grant" })); n != 7 {
		t.Fatalf("%d steps of rights in the history", n)
	}
}

func TestAGrantRefusesWhatIsWrong(t *testing.T) {
	o := newOffice(t)
	d := o.registered()
	good := GrantForm{Ref: d.Ref(), WhoKind: GrantPerson, WhoID: o.people["staff_x"].Person}
	for _, c := range []struct {
		who  string
		kind store.Kind
		with func(f *GrantForm)
	}{
		{"clerk", store.Invalid, func(f *GrantForm) { f.Reason = "ngắn" }},
		{"clerk", store.Invalid, func(f *GrantForm) { f.WhoID = o.people["foreign_clerk"].Person }},
		{"clerk", store.Invalid, func(f *GrantForm) { f.WhoKind = "everybody" }},
		{"clerk", store.Invalid, func(f *GrantForm) { f.Level = "own" }},
		{"clerk", store.Invalid, func(f *GrantForm) { f.To = "2026-03-01" }},
		{"clerk", store.Invalid, func(f *GrantForm) { f.From, f.To = "2026-03-09", "2026-03-05" }},
		{"clerk", store.NotFound, func(f *GrantForm) { f.Ref = "incoming/1" }},
		{"clerk", store.NotFound, func(f *GrantForm) { f.Ref = "agency/1" }},
		{"deputy", store.NotFound, func(*GrantForm) {}},
		{"staff_x", store.NotFound, func(*GrantForm) {}},
		{"foreign_head", store.NotFound, func(*GrantForm) {}},
	} {
		f := good
		c.with(&f)
		_, err := o.granting(c.who, f)
		o.refused(c.kind, err)
	}
	o.submit(d.ID, "head")
	_, err := o.granting("deputy", good)
	o.refused(store.Forbidden, err)
	assistant := o.people["assistant"]
	assistant.For, assistant.Roles = o.people["head"].Person, assistant.Roles|store.Head
	o.refused(store.Forbidden, o.db.Write(inCtx, assistant, func(tx *store.Tx) error { _, err := GrantTo(inCtx, tx, good); return err }))
}

// Who may only read gives no opinion; who was given the document to work on does.
func TestARightToReadIsNoRightToWork(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	opine := func() error {
		return o.by("staff_y", func(tx *store.Tx) error { return Comment(inCtx, tx, d.ID, "Ý kiến của tôi") })
	}
	_, err := o.granting("clerk", GrantForm{Ref: d.Ref(), WhoKind: GrantPerson, WhoID: o.people["staff_y"].Person})
	o.must(err)
	o.refused(store.Forbidden, opine())
	_, err = o.granting("clerk", GrantForm{Ref: d.Ref(), WhoKind: GrantPost, WhoID: o.people["staff_y"].Holding, Level: GrantWork})
	o.must(err)
	acts, err := ActsIncoming(inCtx, o.db, o.people["staff_y"], d.ID)
	o.must(err)
	if len(acts) != 1 || acts[0].Code != "comment" {
		t.Fatalf("offered: %v", acts)
	}
	o.must(opine())

	h := newHouse(t)
	out := h.at(InReview)
	give := func(level string) {
		h.do(h.clerk, func(tx *store.Tx) error {
			_, err := GrantTo(bg, tx, GrantForm{Ref: out.Ref(), WhoKind: GrantPerson, WhoID: h.outsider.Person, Level: level, Reason: why})
			return err
		})
	}
	opineOut := func(tx *store.Tx) error { return Opine(bg, tx, out.ID, "Ý kiến") }
	refused(t, h.try(h.outsider, opineOut), store.NotFound, "a stranger gives an opinion")
	give(GrantRead)
	refused(t, h.try(h.outsider, opineOut), store.Forbidden, "a reader gives an opinion")
	if acts, err := Acts(bg, h.DB, h.outsider, out.ID); err != nil || len(acts) != 0 {
		t.Fatalf("a reader is offered %v, %v", acts, err)
	}
	give(GrantWork)
	must(t, h.try(h.outsider, opineOut))
	if acts, err := Acts(bg, h.DB, h.deputy, out.ID); err != nil || !slices.Contains(acts, ActOpine) {
		t.Fatalf("a leader is offered %v, %v", acts, err)
	}
}

// The whole agency, and leaders without a part in it, lose sight of what is limited to its route; the registry and the head keep it.
func TestALimitedDocumentIsSeenOnItsRouteOnly(t *testing.T) {
	h := newHouse(t)
	o := h.at(Issued)
	sees := func(a store.Actor) bool { _, err := FindOutgoing(bg, h.DB, a, o.ID); return err == nil }
	everybody := []store.Actor{h.head, h.deputy, h.unitHead, h.drafter, h.colleague, h.outsider, h.clerk, h.admin, h.archivist}
	for _, a := range everybody {
		if !sees(a) {
			t.Fatalf("%s does not see an issued document", name(a, h))
		}
	}
	limit := func(tx *store.Tx) error { return Restrict(bg, tx, o.Ref(), "Có nội dung về nhân sự") }
	refused(t, h.try(h.deputy, limit), store.Forbidden, "a deputy limits")
	must(t, h.try(h.clerk, limit))
	refused(t, h.try(h.clerk, limit), store.Conflict, "a second limit")
	for _, a := range everybody {
		on := slices.Contains([]int64{h.head.Holding, h.unitHead.Holding, h.drafter.Holding, h.clerk.Holding}, a.Holding)
		p, err := ListOutgoing(bg, h.DB, a, OutFilter{})
		must(t, err)
		if sees(a) != on || (len(p.Rows) == 1) != on || (p.Tabs[len(p.Tabs)-1].Count == 1) != on {
			t.Errorf("%s sees the limited document: %v, lists %d", name(a, h), sees(a), len(p.Rows))
		}
		if _, err := Files(bg, h.DB, a, o.Ref()); (err == nil) != on {
			t.Errorf("%s reads its files: %v", name(a, h), err)
		}
	}
	if r, ok, err := RestrictionOf(bg, h.DB, h.drafter, o.Ref()); err != nil || !ok || r.Reason == "" || r.ByName == "" {
		t.Fatalf("%+v %v %v", r, ok, err)
	}
	must(t, h.try(h.head, func(tx *store.Tx) error { return Unrestrict(bg, tx, o.Ref(), "Đã hết lý do giới hạn") }))
	if !sees(h.outsider) {
		t.Error("the limit was lifted and still holds")
	}
}

// V20: screen /rights/changes; api GET /rights/changes; command remote right-changes
// The warning of every changed right stays until the competent person has confirmed it.
func TestAChangedRightWarnsUntilItIsConfirmed(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	g, err := o.granting("clerk", GrantForm{Ref: d.Ref(), WhoKind: GrantPerson, WhoID: o.people["staff_y"].Person})
	o.must(err)
	o.must(o.by("clerk", func(tx *store.Tx) error { return Restrict(inCtx, tx, d.Ref(), "Có nội dung về nhân sự") }))
	o.must(o.by("clerk", func(tx *store.Tx) error { return EndGrant(inCtx, tx, g.ID, "Đã xong việc tổng hợp") }))
	open, err := OpenRightChanges(inCtx, o.db, o.people["head"], 0, 0)
	o.must(err)
	if len(open) != 3 || open[0].What.Text == "" || open[0].Title == "" {
		t.Fatalf("warnings: %+v", open)
	}
	confirm := func(id int64) func(tx *store.Tx) error {
		return func(tx *store.Tx) error { return ConfirmRightChange(inCtx, tx, id) }
	}
	for _, who := range []string{"clerk", "deputy", "staff_x"} {
		o.refused(store.Forbidden, o.by(who, confirm(open[0].ID)))
	}
	o.refused(store.Forbidden, o.by("foreign_clerk", confirm(open[0].ID)))
	o.refused(store.NotFound, o.by("foreign_head", confirm(open[0].ID)))
	o.must(o.by("head", confirm(open[0].ID)))
	o.refused(store.Conflict, o.by("head", confirm(open[0].ID)))
	if n, err := CountRightChanges(inCtx, o.db, o.people["clerk"]); err != nil || n != 2 {
		t.Fatalf("%d warnings left, %v", n, err)
	}
	o.must(o.by("head", func(tx *store.Tx) error { return SetRightsConfirmer(inCtx, tx, "clerk") }))
	o.refused(store.Forbidden, o.by("clerk", confirm(open[1].ID))) // his own change
	all, err := RightChangesOf(inCtx, o.db, o.people["clerk"], d.Ref())
	o.must(err)
	if len(all) != 3 || all[2].ConfirmedName == "" {
		t.Fatalf("the confirmed change is gone: %+v", all)
	}
	o.refused(store.Forbidden, o.by("clerk", func(tx *store.Tx) error { return SetRightsConfirmer(inCtx, tx, "clerk") }))
}

// V58: screen /rights/changes; command remote right-changes
// V57: a role that changes is warned of like a right to one document.
func TestTheEndOfAPostEndsItsRightsAndWarns(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	_, err := o.granting("clerk", GrantForm{Ref: d.Ref(), WhoKind: GrantPost, WhoID: o.people["staff_y"].Holding})
	o.must(err)
	storetest.Drain(t, o.db, RightsFollower, HearRights)
	before, err := CountRightChanges(inCtx, o.db, o.people["head"])
	o.must(err)
	o.must(o.by("admin", func(tx *store.Tx) error {
		return org.EndHolding(inCtx, tx, org.HoldingID(o.people["staff_y"].Holding), "2026-03-02")
	}))
	o.must(o.by("admin", func(tx *store.Tx) error {
		return org.SetRoles(inCtx, tx, org.HoldingID(o.people["staff_x"].Holding), store.Specialist, store.Specialist|store.Archivist)
	}))
	storetest.Drain(t, o.db, RightsFollower, HearRights)
	open, err := OpenRightChanges(inCtx, o.db, o.people["head"], 0, 0)
	o.must(err)
	kinds := map[string]int{}
	for _, c := range open[before:] {
		kinds[c.Kind]++
	}
	if kinds["incoming"] != 1 || kinds["agency"] != 1 {
		t.Fatalf("warnings after the end of a post and a new role: %+v", open[before:])
	}
	o.clock.Set(inStart.AddDate(0, 0, 1))
	if held, err := org.Holdings(inCtx, o.db, org.PersonID(o.people["staff_y"].Person), calendar.Date("2026-03-03")); err != nil || len(held) != 0 {
		t.Fatalf("the post is still held: %v %v", held, err)
	}
	other := o.people["staff_y"]
	other.Holding, other.Unit = o.people["other_x"].Holding, o.unitX // the same person in another post
	if _, err := FindIncoming(inCtx, o.db, other, d.ID); err == nil {
		t.Fatal("the right of a post went with the person")
	}
}

// Whatever rights are given, limited and taken back, and however time goes: finding, lists and counts agree with each other and with a model; nobody of
// another agency sees anything.
// N12: what was brought in or given is seen by those named only, and reachable by them in a list.
func TestFindingListsAndCountsAgreeWithAModelOfRights(t *testing.T) {
	o := newOffice(t)
	arrived, _ := o.arrive(o.arrival())
	submitted := o.registered()
	o.submit(submitted.ID, "head")
	docs := []*Incoming{arrived, submitted, o.assigned()}
	byRight := [][]string{{"clerk"}, {"clerk", "head", "deputy", "other_deputy", "assistant"}, {"clerk", "head", "deputy", "other_deputy", "assistant", "head_x", "head_y"}}
	route := [][]string{{"clerk"}, {"clerk", "head"}, {"clerk", "head", "deputy", "head_x", "head_y"}}
	people := slices.Sorted(maps.Keys(o.people))
	colleagues := slices.DeleteFunc(slices.Clone(people), func(p string) bool { return o.people[p].Agency != o.agency })
	type given struct {
		id, who  int64
		kind     string
		doc      int
		from, to int // days, inclusive; to -1 no end
	}
	var grants []given
	limited := map[int]bool{}
	day := 0
	model := func(p string, doc int) bool {
		a := o.people[p]
		list := byRight[doc]
		if limited[doc] {
			list = route[doc]
		}
		if slices.Contains(list, p) {
			return true
		}
		return slices.ContainsFunc(grants, func(g given) bool {
			return g.doc == doc && g.from <= day && (g.to < 0 || day <= g.to) && a.Agency == o.agency && (g.kind == GrantPerson && g.who == a.Person || g.kind == GrantPost && g.who == a.Holding || g.kind == GrantUnit && g.who == a.Unit)
		})
	}
	check := func(t *rapid.T) {
		for _, p := range people {
			found := map[int64]bool{}
			for i, d := range docs {
				if found[d.ID] = o.sees(p, d); found[d.ID] != model(p, i) {
					t.Fatalf("%s sees document %d: %v; limited %v, grants %+v, day %d", p, i, found[d.ID], limited[i], grants, day)
				}
			}
			listed := map[int64]bool{}
			for _, tab := range InTabs(o.people[p]) {
				ids, n := o.listed(p, tab)
				if len(ids) != n {
					t.Fatalf("%s: tab %s lists %d and counts %d", p, tab, len(ids), n)
				}
				for _, id := range ids {
					listed[id] = true
					if !found[id] {
						t.Fatalf("%s: tab %s lists %d, which he does not see", p, tab, id)
					}
				}
			}
			for id, ok := range found {
				if ok && !listed[id] {
					t.Fatalf("%s sees %d and finds it in no list", p, id)
				}
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		for range rapid.IntRange(1, 4).Draw(t, "acts") {
			doc := rapid.IntRange(0, len(docs)-1).Draw(t, "doc")
			switch rapid.IntRange(0, 4).Draw(t, "act") {
			case 0, 1:
				p := o.people[rapid.SampledFrom(colleagues).Draw(t, "who")]
				g := given{doc: doc, kind: rapid.SampledFrom([]string{GrantPerson, GrantPost, GrantUnit}).Draw(t, "kind")}
				g.who = map[string]int64{GrantPerson: p.Person, GrantPost: p.Holding, GrantUnit: p.Unit}[g.kind]
				if g.who == 0 {
					continue
				}
				g.from = day + rapid.IntRange(0, 2).Draw(t, "from")
				g.to = rapid.SampledFrom([]int{-1, g.from, g.from + 1}).Draw(t, "to")
				f := GrantForm{Ref: docs[doc].Ref(), WhoKind: g.kind, WhoID: g.who, From: dayOf(g.from)}
				if g.to >= 0 {
					f.To = dayOf(g.to)
				}
				made, err := o.granting("clerk", f)
				o.must(err)
				g.id = made.ID
				grants = append(grants, g)
			case 2:
				if len(grants) > 0 {
					i := rapid.IntRange(0, len(grants)-1).Draw(t, "ended")
					o.must(o.by("clerk", func(tx *store.Tx) error { return EndGrant(inCtx, tx, grants[i].id, "Không còn cần thiết") }))
					grants = slices.Delete(grants, i, i+1)
				}
			case 3:
				limit := Restrict
				if limited[doc] {
					limit = Unrestrict
				}
				o.must(o.by("clerk", func(tx *store.Tx) error { return limit(inCtx, tx, docs[doc].Ref(), "Thay đổi phạm vi xem") }))
				limited[doc] = !limited[doc]
			case 4:
				day++
				o.clock.Set(inStart.AddDate(0, 0, day))
			}
		}
		check(t)
	})
}

func dayOf(n int) calendar.Date {
	return calendar.DateOf(inStart.Add(time.Duration(n) * 24 * time.Hour))
}
