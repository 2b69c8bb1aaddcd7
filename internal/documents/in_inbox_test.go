package documents

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// N8: whatever the role and the tab, the count is the number of rows that paging shows, forwards and backwards, each row once.
// N8: whatever the role and the tab, the count is that of its list.
// D11.1: boxes and counts are computed per line.
func TestEveryCountEqualsItsList(t *testing.T) {
	o := newOffice(t)
	for range 7 {
		o.arrive(o.arrival())
		o.registered()
		o.submit(o.registered().ID, "deputy")
		d := o.assigned()
		l := o.lineFor(d.ID, Target{Unit: o.unitX})
		o.must(o.by("head_x", func(tx *store.Tx) error {
			_, err := Forward(inCtx, tx, l.ID, ForwardForm{Lead: o.post("staff_x"), Informed: []Target{o.post("head_x")}})
			return err
		}))
	}
	o.clock.Set(time.Date(2026, 4, 1, 9, 0, 0, 0, calendar.Hanoi)) // everything is overdue
	for _, filter := range []InFilter{{}, {Q: "tài chính du toan"}, {Urgency: "ordinary", From: "2026-03-01", To: "2026-03-31"}} {
		seen := 0
		for _, who := range inRoles {
			for _, code := range InTabs(o.people[who]) {
				filter.Tab, filter.Limit, filter.Before = code, 3, ""
				rows := map[string]bool{}
				var tab Tab
				var back []string
				for {
					p, err := Inbox(inCtx, o.db, o.people[who], filter)
					o.must(err)
					for _, t := range p.Tabs {
						if t.Code == code {
							tab = t
						}
					}
					for _, r := range p.Rows {
						key := fmt.Sprint(r.ID, "/", r.LineID)
						if rows[key] {
							t.Fatalf("%s %s: %s twice", who, code, key)
						}
						rows[key] = true
						if r.Code() == "" || r.Subject == "" || r.SenderName == "" {
							t.Fatalf("%s %s: empty row %+v", who, code, r)
						}
					}
					back = append(back, p.Prev)
					if p.Next == "" {
						break
					}
					filter.Before = p.Next
				}
				if tab.Count != len(rows) || tab.More {
					t.Errorf("%s %s: counted %d, listed %d", who, code, tab.Count, len(rows))
				}
				if last := len(back) - 1; last > 0 {
					filter.Before = back[last]
					p, err := Inbox(inCtx, o.db, o.people[who], filter)
					o.must(err)
					if len(p.Rows) != 3 {
						t.Errorf("%s %s: back shows %d rows", who, code, len(p.Rows))
					}
				}
				seen += len(rows)
			}
		}
		if seen < 100 {
			t.Fatalf("only %d rows seen with %+v", seen, filter)
		}
	}
	p, err := Inbox(inCtx, o.db, o.people["clerk"], InFilter{Q: "không có văn bản nào như thế", Tab: InTabAll})
	o.must(err)
	if len(p.Rows) != 0 {
		t.Fatal("a search for nothing found something")
	}
	_, err = Inbox(inCtx, o.db, o.people["staff_x"], InFilter{Tab: InTabArrivals})
	o.refused(store.NotFound, err)
	_, err = Inbox(inCtx, o.db, o.people["clerk"], InFilter{Before: "%%%"})
	o.refused(store.Invalid, err)
}

// D10.18: lateness stands on every row; deadlines end with their day.
// V4: screen /incoming; command remote inbox
func TestRowsTellHowLateTheyAre(t *testing.T) {
	o := newOffice(t)
	d := o.assigned() // due 2026-03-09
	for _, c := range []struct {
		day  int
		want calendar.DueState
	}{{6, calendar.DueLater}, {9, calendar.DueToday}, {10, calendar.Overdue}} {
		o.clock.Set(time.Date(2026, 3, c.day, 16, 0, 0, 0, calendar.Hanoi))
		p, err := Inbox(inCtx, o.db, o.people["head_x"], InFilter{Tab: InTabToDo})
		o.must(err)
		if len(p.Rows) != 1 || p.Rows[0].ID != d.ID || p.Rows[0].Late.State != c.want {
			t.Fatalf("day %d: %+v", c.day, p.Rows)
		}
	}
}

// N8, N6: the lists of one's own work are counted by the tabs they link to.
func TestMyWorkIsWhatTheLinkedTabsShow(t *testing.T) {
	o := newOffice(t)
	o.arrive(o.arrival())
	o.submit(o.registered().ID, "head")
	o.assigned()
	want := map[string]string{"clerk": "in.arrivals=1 in.to_direct=1", "head": "in.to_direct=1", "head_x": "in.to_do=1", "head_y": "in.coordinating=1", "deputy": "in.informed=1", "staff_x": "", "foreign_clerk": ""}
	for who, expected := range want {
		lists, err := MyWork(inCtx, o.db, o.people[who])
		o.must(err)
		var got []string
		for _, l := range lists {
			if l.Title == "" {
				t.Errorf("%s has no title", l.Code)
			}
			if l.Count > 0 {
				got = append(got, fmt.Sprintf("%s=%d", l.Code, l.Count))
			}
			if l.Kind != "incoming" {
				continue
			}
			p, err := Inbox(inCtx, o.db, o.people[who], InFilter{Tab: l.Tab})
			o.must(err)
			if len(p.Rows) != l.Count || len(l.Rows) != l.Count {
				t.Errorf("%s: %s counts %d, shows %d, links to %d", who, l.Code, l.Count, len(l.Rows), len(p.Rows))
			}
		}
		for _, w := range strings.Fields(expected) {
			if !strings.Contains(" "+strings.Join(got, " ")+" ", " "+w+" ") {
				t.Errorf("%s: %s is missing in %v", who, w, got)
			}
		}
		if len(got) != len(strings.Fields(expected)) {
			t.Errorf("%s: %v, want %s", who, got, expected)
		}
	}
}

// What ActsIncoming offers works, and what it does not offer is refused: buttons and acts obey the same tables.
func TestOfferedActsAreTheAllowedOnes(t *testing.T) {
	o := newOffice(t)
	do := map[string]func(tx *store.Tx, id, line int64) error{
		"register":            func(tx *store.Tx, id, _ int64) error { _, err := Register(inCtx, tx, id, RegisterForm{}); return err },
		"refuse":              func(tx *store.Tx, id, _ int64) error { return Refuse(inCtx, tx, id, OtherGround, goodReason) },
		"cancel_registration": func(tx *store.Tx, id, _ int64) error { return CancelRegistration(inCtx, tx, id, goodReason) },
		"submit": func(tx *store.Tx, id, _ int64) error {
			return SubmitToLeader(inCtx, tx, id, o.people["head"].Holding, "")
		},
		"return_to_registry": func(tx *store.Tx, id, _ int64) error { return ReturnToRegistry(inCtx, tx, id, goodReason) },
		"direct": func(tx *store.Tx, id, _ int64) error {
			_, err := Direct(inCtx, tx, id, Direction{Leads: []Target{{Unit: o.unitY}}})
			return err
		},
		"forward_by_rule": func(tx *store.Tx, id, _ int64) error {
			_, err := Direct(inCtx, tx, id, Direction{Leads: []Target{{Unit: o.unitY}}, ByRule: "Điều 5"})
			return err
		},
		"conclude": func(tx *store.Tx, id, _ int64) error { return Conclude(inCtx, tx, id, "Lưu") },
		"comment":  func(tx *store.Tx, id, _ int64) error { return Comment(inCtx, tx, id, "Ý kiến") },
		"forward": func(tx *store.Tx, _, l int64) error {
			_, err := Forward(inCtx, tx, l, ForwardForm{Informed: []Target{o.post("other_x")}})
			return err
		},
		"hand_over": func(tx *store.Tx, _, l int64) error {
			_, err := HandOver(inCtx, tx, l, o.post("staff_x"), "")
			return err
		},
		"start":    func(tx *store.Tx, _, l int64) error { return Start(inCtx, tx, l) },
		"complete": func(tx *store.Tx, _, l int64) error { return Complete(inCtx, tx, l, CompleteForm{Result: "Xong"}) },
		"return":   func(tx *store.Tx, _, l int64) error { return ReturnLine(inCtx, tx, l, goodReason) },
		"recall":   func(tx *store.Tx, _, l int64) error { return RecallLine(inCtx, tx, l, goodReason) },
		"chase":    func(tx *store.Tx, _, l int64) error { return ChaseLine(inCtx, tx, l, "Khẩn trương") },
		"extend": func(tx *store.Tx, _, l int64) error {
			_, err := AskExtension(inCtx, tx, l, "2026-12-31", goodReason)
			return err
		},
		"reopen": func(tx *store.Tx, id, _ int64) error { return Reopen(inCtx, tx, id, goodReason) },
		"prepare": func(tx *store.Tx, id, _ int64) error {
			_, err := PrepareDirection(inCtx, tx, id, Direction{Leads: []Target{{Unit: o.unitY}}})
			return err
		},
	}
	states := map[string]func() *Incoming{
		"arrived":    func() *Incoming { d, _ := o.arrive(o.arrival()); return d },
		"registered": o.registered,
		"submitted":  func() *Incoming { d := o.registered(); o.submit(d.ID, "deputy"); return d },
		"assigned":   o.assigned,
		"done": func() *Incoming {
			d := o.assigned()
			l := o.lineFor(d.ID, Target{Unit: o.unitX})
			o.must(o.by("head_x", func(tx *store.Tx) error { return Complete(inCtx, tx, l.ID, CompleteForm{Result: "Xong"}) }))
			return d
		},
	}
	offered := map[string]bool{}
	for name, make := range states {
		for _, who := range []string{"clerk", "head", "deputy", "assistant", "head_x", "head_y", "staff_x"} {
			d := make()
			acts, err := ActsIncoming(inCtx, o.db, o.people[who], d.ID)
			if err != nil {
				o.refused(store.NotFound, err)
				continue
			}
			for _, act := range acts {
				if act.Name == "" {
					t.Errorf("%s has no name", act.Code)
				}
				offered[act.Code] = true
				trial := fmt.Errorf("undone")
				err := o.by(who, func(tx *store.Tx) error {
					if err := do[act.Code](tx, d.ID, act.Line); err != nil {
						return err
					}
					return trial
				})
				if err != trial {
					t.Errorf("%s, %s: %s is offered and refused: %v", name, who, act.Code, err)
				}
			}
		}
	}
	if len(offered) != len(do) {
		t.Errorf("never offered: %d of %d acts (%v)", len(do)-len(offered), len(do), offered)
	}
}
