package city

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/documents"
)

// What happens to documents after they are issued (C4.10): some are recalled, replaced or answered, some do not come through at first. The documents that do it are among the planned
// ones: no figure grows by it. A document has a part in one of these at most, and those that go to many have none but being answered.

// takenBack tells whether the sender recalls what arrived.
func (r *arrival) takenBack() bool { return r.of != nil && r.of.back > 0 }

// settled: what becomes of it is decided by its sender, or by the reply; it is neither late nor left open.
func (r *arrival) settled() bool { return r.takenBack() || r.reply != nil }

// ends is the state that an arrival stands in at the end.
func (r *arrival) ends() documents.InState {
	if r.takenBack() && r.agrees {
		return documents.Recalled
	}
	return reachedOf[r.fate]
}

func (w *letter) wide() bool { return len(w.to) > mostOthers }

// replacements gives planned documents another one that they replace: of the same agency and type, issued one to four weeks before, to some of the same receivers.
func (q *quarterPlan) replacements() error {
	type form struct {
		from *agency
		kind string
	}
	by := map[form][]*letter{}
	for _, w := range q.letters {
		by[form{w.from, w.kind}] = append(by[form{w.from, w.kind}], w)
	}
	n, last := q.f.Replaced, len(q.days)-1
	for _, i := range q.r.Perm(len(q.letters)) {
		w := q.letters[i]
		if n == 0 {
			return nil
		}
		if w.taken || w.wide() || w.out > last-4 {
			continue
		}
		for _, old := range by[form{w.from, w.kind}] {
			if old.taken || old == w || len(old.to) > len(w.to) || w.out-old.out < 5 || w.out-old.out > 20 {
				continue
			}
			own := w.to
			w.to = nil
			for _, r := range old.to {
				w.to = append(w.to, &arrival{of: w, at: r.at, role: r.role, turn: q.r.IntN(1 << 20)})
			}
			for _, r := range own {
				if len(w.to) < len(own) && !old.goesTo(r.at) {
					w.to = append(w.to, r)
				}
			}
			w.instead, w.taken, old.taken = old, true, true
			n--
			break
		}
	}
	if n > 0 {
		return fmt.Errorf("city: %d documents have none that they could replace", n)
	}
	return nil
}

func (w *letter) goesTo(a *agency) bool {
	return slices.ContainsFunc(w.to, func(r *arrival) bool { return r.at == a })
}

// replies lets planned letters answer letters that their agency received one to five weeks before. The one who is answered is among the receivers.
func (q *quarterPlan) replies() error {
	at := map[*agency][]*arrival{}
	for _, w := range q.letters {
		if w.kind != "CONG_VAN" || w.taken {
			continue
		}
		for _, r := range w.to {
			if r.role == documents.ForAction {
				at[r.at] = append(at[r.at], r)
			}
		}
	}
	n := q.f.Replies
	order := q.r.Perm(len(q.letters))
	for _, most := range []int{14, 25} { // rather soon
		for _, i := range order {
			w := q.letters[i]
			if n == 0 {
				return nil
			}
			all := at[w.from]
			if w.kind != "CONG_VAN" || w.taken || w.wide() || len(all) == 0 {
				continue
			}
			first := q.r.IntN(len(all))
			for k := range all {
				r := all[(first+k)%len(all)]
				if r.reply != nil || r.of.taken || w.out-r.of.out < 6 || w.out-r.of.out > most {
					continue
				}
				if !w.goesTo(r.of.from) {
					w.to[q.r.IntN(len(w.to))] = &arrival{of: w, at: r.of.from, role: documents.ForAction, turn: q.r.IntN(1 << 20)}
				}
				w.answers, w.taken, r.reply, r.of.taken = r, true, w, !r.of.wide()
				n--
				break
			}
		}
	}
	if n > 0 {
		return fmt.Errorf("city: %d documents have none that they could answer", n)
	}
	return nil
}

// afterwards draws what is recalled, and plans who answers whom and when.
func (q *quarterPlan) afterwards() error {
	last := len(q.days) - 1
	n := q.f.Recalled
	for _, i := range q.r.Perm(len(q.letters)) {
		w := q.letters[i]
		if n == 0 {
			break
		}
		if w.taken || w.wide() || w.out > last-7 {
			continue
		}
		n--
		w.taken, w.back = true, w.out+2+q.r.IntN(3)
		q.add(q.within(w.back, 8*60+20, 16*60+30, time.Time{}), doRecall, w, nil)
		for _, r := range w.to {
			q.answerOn(r, w.back+1+q.r.IntN(2))
			r.agrees = r.turn%4 > 0
		}
	}
	if n > 0 {
		return fmt.Errorf("city: %d documents too few to be recalled", n)
	}
	for _, w := range q.letters {
		switch {
		case w.instead != nil:
			q.authored(w, w.instead.reviewer, w.instead.drafter)
			for _, r := range w.instead.to {
				q.answerOn(r, w.out+2+q.r.IntN(2))
				r.agrees = r.turn%8 > 0 || r.role != documents.ForAction
			}
		case w.answers != nil:
			r := w.answers
			if r.way == keptWay {
				r.way = ledHand
			}
			r.dueDays = max(r.dueDays, w.out-r.opens/2)
			q.authored(w, r.chief, r.hand)
		}
	}
	return nil
}

func (q *quarterPlan) answerOn(r *arrival, day int) {
	r.answer = q.moment(day, q.days[day].At(7, 0))
	q.add(r.answer, doAnswer, nil, r)
}

// declines lets an agency keep what it has dealt with already; closed tells whether it has by then, if its sender takes it back.
func (r *arrival) declines(closed bool) {
	if r.takenBack() && !closed || r.fate != finished && r.fate != noted {
		r.agrees = true
	}
}

// lose draws the copies that do not come through at first, most of them once.
func (q *quarterPlan) lose() error {
	n, last := q.f.Retried, len(q.days)-1
	for _, i := range q.r.Perm(len(q.in)) {
		r := q.in[i]
		if n == 0 {
			break
		}
		if r.of == nil || r.of.taken || r.reply != nil || r.of.out > last-4 {
			continue
		}
		n--
		r.lost = 1
		if q.r.IntN(4) == 0 {
			r.lost = 2
		}
		r.opens = max(r.opens, r.carried+r.lost)
	}
	if n > 0 {
		return fmt.Errorf("city: %d copies too few to be lost", n)
	}
	return nil
}

// called names an issued document by number and day, as others write of it.
func (w *letter) called() string {
	parts := strings.SplitN(w.number, ",", 3) // as documents make it: agency, day, number
	if len(parts) < 3 {
		return w.subject
	}
	return "Văn bản số " + parts[2] + " " + calendar.Date(strings.ReplaceAll(parts[1], "/", "-")).Words()
}
