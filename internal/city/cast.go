package city

import (
	"slices"

	"congvu/internal/documents"
	"congvu/internal/org"
)

// kinds are the types of documents in their shares (C4.8); "" takes what the agency has on its desk.
var kinds = []string{"CONG_VAN", "CONG_VAN", "CONG_VAN", "CONG_VAN", "CONG_VAN", "CONG_VAN", "", "", "", "", "THONG_BAO", "GIAY_MOI"}

// document decides who writes about what to whom.
func (p *plan) document(i, most int) *paperwork {
	all := p.seeder.hall.agencies
	from := &all[p.sender()]
	if i == most/3 {
		from = &all[theCity]
	}
	w := &paperwork{from: from, matter: p.about(from, kinds[p.r.IntN(len(kinds))]), turn: p.next()}
	switch {
	case i%23 == 7:
		w.urgency = documents.Express
	case i%19 == 5:
		w.urgency = documents.VeryUrgent
	case i%11 == 3:
		w.urgency = documents.Urgent
	}
	p.people(w)
	w.sentBack, w.opined, w.annexed = i%9 == 4, i%6 == 1, i%8 == 6
	if i%20 == 9 {
		w.outside = paperSenders[w.turn%2].name
	}
	p.receivers(w, i, most)
	if w.forged = i == most/2 || i == most-3; w.forged {
		w.to = w.to[:1]
		w.to[0].fate = refused
		if i == most-3 {
			w.to[0].fate = arrived // nobody has looked at it yet
		}
	}
	return w
}

func (p *plan) next() int { p.count++; return p.count*7 + p.r.IntN(3) }

// sender draws an agency by its share of the city's documents.
func (p *plan) sender() int {
	switch n := p.r.IntN(100); {
	case n < 18:
		return theCity
	case n < 26:
		return theOffice
	case n < 68:
		return 2 + p.r.IntN(6)
	default:
		return 8 + p.r.IntN(7)
	}
}

// about draws a matter of a kind ("" = any) that is the agency's business, the one written about least. What is not in an agency's
// competence is left out: telegrams are the city's, reports and proposals go upwards.
func (p *plan) about(a *agency, kind string) matter {
	var fit []int
	for i, m := range matters {
		switch {
		case kind != "" && m.kind != kind,
			m.field != "" && m.field != a.field && a.level == org.Department,
			m.kind == "CONG_DIEN" && a.parent >= 0,
			(m.kind == "TO_TRINH" || m.kind == "BAO_CAO") && a.parent < 0,
			m.kind == "QUYET_DINH" && m.field != "" && a.level == org.Commune:
			continue
		}
		if n := len(fit); n > 0 && p.used[i] != p.used[fit[0]] {
			if p.used[i] > p.used[fit[0]] {
				continue
			}
			fit = fit[:0]
		}
		fit = append(fit, i)
	}
	i := fit[p.r.IntN(len(fit))]
	p.used[i]++
	return matters[i]
}

// people draws drafter, reviewer and signer, and the capacity he signs in.
func (p *plan) people(w *paperwork) {
	a := w.from
	w.drafter, w.reviewer = a.post("chuyenvien1"), a.post("truongphong")
	if p.r.IntN(2) == 0 && a.level != org.Commune {
		w.drafter = a.post("chuyenvien2")
	}
	deputies := []*post{&a.posts[1]}
	if a.posts[2].rank == org.RankDeputy {
		deputies = append(deputies, &a.posts[2])
	}
	w.signer = a.head()
	switch {
	case a.collective == "":
	case a.head().kind == org.Acting:
		w.capacity = "Q"
	default:
		w.capacity = "TM"
	}
	switch n := p.r.IntN(20); {
	case n < 8:
		w.signer, w.capacity = deputies[p.r.IntN(len(deputies))], "KT"
	case n < 11 && slices.Contains(letters, w.matter.kind):
		for i := range a.posts {
			if h := &a.posts[i]; h.rank == org.RankUnitHead && h.signs && h.login != "truongphong" {
				w.signer, w.capacity = h, "TL"
			}
		}
	case n == 11 && w.matter.kind == "CONG_VAN" && w.reviewer.signs:
		w.signer, w.capacity = w.reviewer, "TUQ"
	}
}

// receivers draws to whom it goes; one document of the quarter goes to everybody.
func (p *plan) receivers(w *paperwork, i, most int) {
	all := p.seeder.hall.agencies
	var to []*agency
	add := func(n int) {
		if a := &all[n]; a != w.from && !slices.Contains(to, a) {
			to = append(to, a)
		}
	}
	switch {
	case most >= 50 && i == most/3:
		for n := range all {
			add(n)
		}
	case w.from == &all[theCity]:
		for range 1 + p.r.IntN(3) {
			add(1 + p.r.IntN(len(all)-1))
		}
	case w.matter.kind == "TO_TRINH" || w.matter.kind == "BAO_CAO":
		add(theCity)
		if p.r.IntN(3) == 0 {
			add(2 + p.r.IntN(6))
		}
	case w.from.level == org.Commune:
		add([]int{theCity, 2 + p.r.IntN(6), 2 + p.r.IntN(6), 8 + p.r.IntN(7)}[p.r.IntN(4)])
	default:
		for range 1 + p.r.IntN(3) {
			add(8 + p.r.IntN(7))
		}
		if p.r.IntN(4) == 0 {
			add(theOffice)
		}
	}
	if len(to) == 0 {
		add(theOffice)
		add(theCity)
	}
	for n, a := range to {
		r := &receipt{of: w, at: a, role: documents.ForAction, turn: p.next()}
		if n > 0 && p.r.IntN(4) == 0 {
			r.role = documents.ForInformation
		}
		p.handlers(r)
		r.fate = p.fate(r, i, most, n)
		w.to = append(w.to, r)
	}
}

// handlers draws who deals with a receipt.
func (p *plan) handlers(r *receipt) {
	a := r.at
	r.leader, r.chief, r.hand = a.head(), a.post("truongphong"), a.post("chuyenvien1")
	if p.r.IntN(3) == 0 {
		r.leader = &a.posts[1]
	}
	if a.level == org.City && p.r.IntN(3) == 0 {
		r.chief, r.hand = a.post("truongphong2"), a.post("chuyenvien3")
	} else if a.level != org.Commune && p.r.IntN(2) == 0 {
		r.hand = a.post("chuyenvien2")
	}
	r.direct, r.handOver, r.bounce = p.r.IntN(4) == 0, p.r.IntN(2) == 0, p.r.IntN(25) == 0
	r.assistant = a.level == org.City && r.leader.rank == org.RankHead && p.r.IntN(3) == 0
	r.dueDays = 4 + p.r.IntN(7)
}

// fate is where a receipt is to stop: every state once among the young ones, shares as in a real quarter among the others.
func (p *plan) fate(r *receipt, i, most, n int) int {
	switch {
	case i >= most-8:
		return []int{started, assigned, registered, arrived, submitted, arrived, assigned, finished}[(i-(most-8)+2*n)%8]
	case i == 2 && n == 0:
		return started // overdue for long
	case i == 4 && n == 0:
		return refused
	case r.role == documents.ForInformation:
		return noted
	}
	switch x := p.r.IntN(100); {
	case x < 2:
		return refused
	case x < 90:
		return finished
	case x < 96:
		return started
	default:
		return assigned
	}
}
