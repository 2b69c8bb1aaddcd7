package city

import (
	"math/rand/v2"
	"slices"

	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
)

// desk is who does what in an agency.
type desk struct {
	clerks, leaders, deputies, chiefs, byOrder, hands []*post
	of                                                map[string][]*post // specialists of a unit
}

// deskOf lists who is at work. In a whole city the first head of a unit signs by order, in the small one the others do.
func deskOf(a *agency, whole bool) *desk {
	d := &desk{of: map[string][]*post{}}
	for i := range a.posts {
		p := &a.posts[i]
		switch {
		case p.idle:
		case p.roles.Has(store.Clerk):
			d.clerks = append(d.clerks, p)
		case p.rank == org.RankHead || p.rank == org.RankDeputy:
			d.leaders = append(d.leaders, p)
			if p.rank == org.RankDeputy && p.signs {
				d.deputies = append(d.deputies, p)
			}
		case p.rank == org.RankUnitHead && p.unit != "" && p.roles.Has(store.UnitHead):
			d.chiefs = append(d.chiefs, p)
			if p.signs && (p.login == "truongphong") == whole {
				d.byOrder = append(d.byOrder, p)
			}
		case p.roles.Has(store.Specialist) && !p.roles.Has(store.AgencyAdmin):
			d.hands = append(d.hands, p)
			d.of[p.unit] = append(d.of[p.unit], p)
		}
	}
	d.chiefs = slices.DeleteFunc(d.chiefs, func(p *post) bool { return len(d.of[p.unit]) == 0 })
	return d
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// author draws drafter, reviewer and signer of a document, and the capacity he signs in.
func (q *quarterPlan) author(w *letter) {
	d := q.desks[w.from]
	chief := pick(q.r, d.chiefs)
	w.clerk = pick(q.r, d.clerks)
	q.authored(w, chief, pick(q.r, d.of[chief.unit]))
}

// authored says who writes and reviews a document, and draws its signer.
func (q *quarterPlan) authored(w *letter, reviewer, drafter *post) {
	a, d := w.from, q.desks[w.from]
	w.reviewer, w.drafter, w.signer, w.capacity = reviewer, drafter, a.head(), ""
	switch {
	case a.head().kind == org.Acting:
		w.capacity = "Q"
	case a.collective != "":
		w.capacity = "TM"
	}
	switch n := q.r.IntN(20); {
	case n < 10 && len(d.deputies) > 0:
		w.signer, w.capacity = pick(q.r, d.deputies), "KT"
	case n < 13 && len(d.byOrder) > 0 && slices.Contains(letters, w.kind):
		if p := pick(q.r, d.byOrder); p != w.reviewer {
			w.signer, w.capacity = p, "TL"
		}
	}
}

// handler draws who deals with a received document.
func (q *quarterPlan) handler(r *arrival) {
	d := q.desks[r.at]
	r.chief = pick(q.r, d.chiefs)
	r.hand, r.clerk = pick(q.r, d.of[r.chief.unit]), pick(q.r, d.clerks)
	r.leader = r.at.head()
	if q.r.IntN(3) > 0 {
		r.leader = pick(q.r, d.leaders)
	}
	switch n := q.r.IntN(100); {
	case r.role == documents.ForInformation:
		r.way = keptWay
	case n < 26:
		r.way = keptWay
	case n < 40:
		r.way = ruledHand
	case n < 52:
		r.way = ruledUnit
	case n < 72:
		r.way = ledHand
	default:
		r.way = ledUnit
	}
	r.starts, r.dueDays = q.r.IntN(6) == 0, 4+q.r.IntN(9)
}
