package documents

import (
	"math/rand/v2"
	"slices"
	"testing"

	"congvu/internal/org"
	"congvu/internal/search"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

// V19, V38: whatever is done to received documents, by whom, and in whatever order, the index follows: everybody, also who stands in for another, finds what the
// predicate of the lists lets him see. Acts that the state does not allow are refused and change nothing.
func TestTheIndexFollowsEveryActOnReceivedDocuments(t *testing.T) {
	o := newOffice(t)
	x := indexOf(o.db)
	post := func(who string) org.HoldingID { return org.HoldingID(o.people[who].Holding) }
	_, err := o.standIn("deputy", org.StandInForm{Kind: org.StandInAssistant, Principal: post("deputy"), Deputy: post("assistant"), Scope: org.ScopePrepare, Reason: "Phân công thư ký"})
	o.must(err)
	o.people["assistant_for_deputy"] = o.acting("assistant", "deputy")
	var all []*Incoming
	var grants []int64
	r := rand.New(rand.NewPCG(2026, 11))
	some := func(names ...string) string { return names[r.IntN(len(names))] }
	whom := func() Target {
		if r.IntN(2) == 0 {
			return Target{Unit: []int64{o.unitX, o.unitY}[r.IntN(2)]}
		}
		return o.post(some("deputy", "other_deputy", "head_x", "staff_x", "other_x", "staff_y"))
	}
	acts := map[string]func(d *Incoming) error{
		"register": func(d *Incoming) error { _, err := o.register(d.ID, RegisterForm{}); return err },
		"submit": func(d *Incoming) error {
			return o.by("clerk", func(tx *store.Tx) error {
				return SubmitToLeader(inCtx, tx, d.ID, o.people[some("head", "deputy", "other_deputy")].Holding, "")
			})
		},
		"direct": func(d *Incoming) error {
			_, err := o.direct(some("head", "deputy", "other_deputy"), d.ID, Direction{Leads: []Target{whom()}, Informed: []Target{whom()}, Opinion: "Giải quyết.", DueDays: 5})
			return err
		},
		"recall a line": func(d *Incoming) error {
			lines, err := linesOf(inCtx, o.db, o.agency, d.ID)
			if err != nil || len(lines) == 0 {
				return err
			}
			return o.by(some("head", "deputy"), func(tx *store.Tx) error {
				return RecallLine(inCtx, tx, lines[r.IntN(len(lines))].ID, "Giao nhầm đơn vị")
			})
		},
		"limit": func(d *Incoming) error {
			return o.by("head", func(tx *store.Tx) error { return Restrict(bg, tx, d.Ref(), why) })
		},
		"unlimit": func(d *Incoming) error {
			return o.by("clerk", func(tx *store.Tx) error { return Unrestrict(bg, tx, d.Ref(), why) })
		},
		"sent back": func(d *Incoming) error {
			return o.by("clerk", func(tx *store.Tx) error {
				return Refuse(inCtx, tx, d.ID, WrongAddressee, "Gửi nhầm nơi nhận")
			})
		},
		"asked": func(d *Incoming) error {
			o.ask(o.asking([]RequestKind{GiveBack, RecallWhole}[r.IntN(2)], d))
			return nil
		},
		"agree": func(d *Incoming) error {
			return o.by("clerk", func(tx *store.Tx) error { return AgreeRequest(inCtx, tx, d.ID, 0) })
		},
		"decline": func(d *Incoming) error {
			return o.by("head", func(tx *store.Tx) error {
				return DeclineRequest(inCtx, tx, d.ID, 0, "Văn bản đã giải quyết xong")
			})
		},
		"give": func(d *Incoming) error {
			f := GrantForm{Ref: d.Ref(), WhoKind: GrantPost, WhoID: o.people[some("staff_x", "staff_y", "admin", "deputy")].Holding}
			switch r.IntN(3) {
			case 0:
				f.WhoKind, f.WhoID = GrantUnit, o.unitY
			case 1:
				f.WhoKind, f.WhoID = GrantPerson, o.people["other_x"].Person
			}
			g, err := o.granting("clerk", f)
			if err == nil {
				grants = append(grants, g.ID)
			}
			return err
		},
		"take back": func(*Incoming) error {
			if len(grants) == 0 {
				return nil
			}
			return o.by("head", func(tx *store.Tx) error { return EndGrant(bg, tx, grants[r.IntN(len(grants))], why) })
		},
	}
	var names []string
	for name := range acts {
		names = append(names, name)
	}
	done := map[string]int{}
	for range 12 {
		d, _ := o.arrive(o.arrival())
		all = append(all, d)
	}
	slices.Sort(names)
	for n := range 240 {
		name := names[r.IntN(len(names))]
		if acts[name](all[r.IntN(len(all))]) == nil {
			done[name]++
		}
		if n%20 == 19 {
			storetest.Drain(t, o.db, search.Follower, x.Hear)
			agree(t, o.db, o.people)
			if t.Failed() {
				t.Fatalf("after %d acts, the last one %q", n+1, name)
			}
		}
	}
	for _, name := range names {
		if done[name] == 0 {
			t.Errorf("%q was never allowed: the test does not try it", name)
		}
	}
}
