package exchange

import (
	"slices"
	"time"

	"congvu/internal/documents"
)

// paperID is a document's identifier: who issued it, and its number.
type paperID struct{ From, No int }

// paper is an issued document; its content is its number.
type paper struct {
	paperID
	to       []int
	replaces int  // number of the document it replaces, -1 = none
	copied   bool // a second parcel with the same content reaches its receivers
	foul     bool // its receivers cannot open it until their clerk has mended the cause
}

// message is what a parcel says.
type message struct {
	status   bool
	paper    paperID
	business documents.RequestKind // of a document message; "" = new
	request  int                   // of the sender, 0 = none: its parcel's name is what the answer names
	replaces int
	code     string
	stated   ms
	sha      string // of a status: of the document's parcel as it was received
	asked    int    // of 15 and 16: the request that is answered
	foul     bool
	heard    map[paperID]string // of a reconciliation: the codes the sender has of each unfinished document
	awaited  []int              // … and the requests that wait for an answer
}

// line is exchange_deliveries.
type simLine struct {
	paper   *paper
	to      int
	state   State
	due     ms
	sends   int
	sent    bool // sent_us
	arrived bool
	flagged bool
	sha     string
	try     int // only of the planted mistake that packs anew
}

// request is exchange_requests.
type simRequest struct {
	no    int
	line  *simLine
	kind  documents.RequestKind
	state string
	due   ms
	sends int
}

// owed is exchange_statuses.
type owed struct {
	no          int
	receipt     ref
	code        string
	peer        int
	paper       paperID
	sha         string
	asked       int
	stated, due ms
	raw         bool
	tries       int
}

// ref names what a status is about: a received document, a request of a sender, a parcel in quarantine, a request of ours.
type ref struct {
	kind byte // i, q, x, o
	no   int
}

// held is documents_incoming.
type simHeld struct {
	no       int
	paper    paperID
	from     int
	state    documents.InState
	best     documents.InState // the highest it has been told
	sha      string
	parcel   parcelKey
	replaced bool
}

// asking is documents_requests.
type simAsking struct {
	no, asked int
	kind      documents.RequestKind
	packet    parcelKey
	paper     paperID
	held      *simHeld
	state     string
}

// detained is exchange_quarantine.
type detained struct {
	no    int
	box   *parcelBox
	state string
}

type entry struct {
	verb string
	ref  ref
	at   ms
}

type lineKey struct {
	no, to int
}

type answerKey struct {
	paper  paperID
	peer   int
	code   string
	stated ms
	asked  int
}

type owedKey struct {
	receipt ref
	code    string
}

// site is one installation: above what its database keeps, below what a crash takes.
type site struct {
	w  *world
	no int

	lines      []*simLine
	lineAt     map[lineKey]*simLine
	requests   []*simRequest
	statuses   []*owed
	owes       map[owedKey]*owed
	taken      map[parcelKey]ref // exchange_parcels and exchange_answers, by (sender, parcel)
	answers    map[answerKey]int // X21.5, and how often it was counted
	codes      map[lineKey]string
	held       []*simHeld
	packets    map[parcelKey]*simHeld
	asked      []*simAsking
	quarantine map[parcelKey]*detained
	detained   []*detained
	journal    []entry
	cursor     int
	packs      []*paper
	arrivals   map[paperID]int // document.arrived in the journal

	up     bool
	life   int
	clock  ms // how far its clock is off
	latest ms
	busy   [5]bool
	wakes  [5]ms
	recent map[parcelKey]ms // only of a planted mistake
	sick   bool             // its own trouble: nothing can be opened
}

func newSite(w *world, no int) *site {
	return &site{w: w, no: no, up: true, lineAt: map[lineKey]*simLine{}, owes: map[owedKey]*owed{}, taken: map[parcelKey]ref{}, answers: map[answerKey]int{}, codes: map[lineKey]string{},
		packets: map[parcelKey]*simHeld{}, quarantine: map[parcelKey]*detained{}, arrivals: map[paperID]int{}, recent: map[parcelKey]ms{}}
}

const simEpoch = 1000 * day // no clock goes back before it

// now is the clock of the process: it never goes back while the process lives (store.steady).
func (s *site) now() ms {
	s.latest = max(s.latest, s.w.now+s.clock+simEpoch)
	return s.latest
}

// crash takes what was not committed; the process comes back.
func (s *site) crash(where string) {
	if !s.up {
		return
	}
	s.w.tally.Crashes++
	s.w.say("site %d dies %s", s.no, where)
	s.up = false
	s.life++
	s.busy, s.wakes, s.latest = [5]bool{}, [5]ms{}, 0
	s.recent = map[parcelKey]ms{}
	s.w.after(s.w.span(5*minute), func() {
		s.up = true
		s.stir()
	})
}

// The loops of Office.Run.
const (
	following = iota
	packing
	dispatching
	answering
	requesting
)

// stir lets every loop look for work: a commit happened.
func (s *site) stir() {
	for loop := range s.busy {
		if !s.busy[loop] && s.has(loop) {
			s.wake(loop, s.w.span(60))
		}
	}
}

// has tells whether a loop has anything to do, now or later.
func (s *site) has(loop int) bool {
	switch loop {
	case following:
		return s.cursor < len(s.journal)
	case packing:
		return len(s.packs) > 0
	case dispatching:
		return slices.ContainsFunc(s.lines, func(l *simLine) bool { return l.due > 0 })
	case answering:
		return slices.ContainsFunc(s.statuses, func(o *owed) bool { return o.due > 0 })
	}
	return slices.ContainsFunc(s.requests, func(q *simRequest) bool { return q.due > 0 })
}

func (s *site) wake(loop int, wait ms) {
	at := s.w.now + max(wait, 1)
	if !s.up {
		return
	}
	if s.wakes[loop] != 0 && s.wakes[loop] <= at || s.busy[loop] {
		return
	}
	s.wakes[loop] = at
	life := s.life
	s.w.at(at, func() {
		if !s.up || s.life != life || s.wakes[loop] != at {
			return
		}
		s.wakes[loop] = 0
		if !s.busy[loop] {
			s.work(loop)
		}
	})
}

// done ends a round of a loop and looks again when the next thing is due.
func (s *site) done(loop int, next ms) {
	s.busy[loop] = false
	if next != 0 {
		s.wake(loop, max(next-s.w.now-s.clock-simEpoch, second)) // a clock that was set back stands still until then
	}
}

func (s *site) work(loop int) {
	switch loop {
	case following:
		s.follow()
	case packing:
		s.pack()
	case dispatching:
		s.dispatch()
	case answering:
		s.answer()
	case requesting:
		s.request()
	}
}

func (s *site) record(verb string, r ref) {
	s.journal = append(s.journal, entry{verb, r, s.now()})
}

// follow is Hear: each entry's effect and the cursor are one transaction.
func (s *site) follow() {
	if s.cursor >= len(s.journal) {
		return
	}
	s.busy[following] = true
	s.arrow("before hear", func() {
		e := s.journal[s.cursor]
		s.cursor++
		s.hear(e)
		s.done(following, 0)
		s.stir()
	})
}

func (s *site) hear(e entry) {
	switch {
	case e.verb == "document.issued":
		s.queue(s.w.papers[e.ref.no])
	case e.verb == "document.recall_ordered":
		for _, l := range s.lines {
			if l.paper.No == e.ref.no && (l.state == NotSent || l.state.asked()) {
				s.ask(l, documents.RecallWhole, false)
			}
		}
	case e.verb == "document.request_agreed":
		s.answerRequest(s.asked[e.ref.no], "15", e.at)
	case e.verb == "document.request_declined":
		s.answerRequest(s.asked[e.ref.no], "16", e.at)
	case told[e.verb] != "":
		h := s.held[e.ref.no]
		s.owe(owed{receipt: e.ref, code: told[e.verb], peer: h.from, paper: h.paper, sha: h.sha, stated: e.at / second * second})
	}
}

func (s *site) answerRequest(q *simAsking, code string, at ms) {
	s.owe(owed{receipt: ref{'q', q.no}, code: code, peer: q.paper.From, paper: q.paper, asked: q.asked, stated: at / second * second})
}

// owe is sqlOwe: each code once a receipt (X12.4, X21.2).
func (s *site) owe(o owed) {
	k := owedKey{o.receipt, o.code}
	if s.owes[k] != nil {
		return
	}
	o.no, o.due = len(s.statuses)+1, s.now()
	p := &o
	s.statuses, s.owes[k] = append(s.statuses, p), p
	s.w.tally.Statuses++
}

// repeat is sqlRepeat.
func (s *site) repeat(r ref) {
	if s.w.plant == silentOnDuplicate {
		return
	}
	for _, o := range s.statuses {
		if o.receipt == r && o.due == 0 {
			o.due, o.tries = s.now(), 0
		}
	}
}

func (s *site) queue(p *paper) {
	if s.lineAt[lineKey{p.No, p.to[0]}] != nil {
		return
	}
	for _, to := range p.to {
		l := &simLine{paper: p, to: to, state: NotSent}
		s.lines, s.lineAt[lineKey{p.No, to}] = append(s.lines, l), l
		s.w.tally.Lines++
	}
	if p.replaces >= 0 {
		for _, to := range p.to {
			if old := s.lineAt[lineKey{p.replaces, to}]; old != nil && old.state.CanUpdate() {
				s.ask(old, documents.ReplaceWith, true)
			}
		}
	}
	s.packs = append(s.packs, p)
}

// pack keeps the bytes once and lets the lines go, in one transaction.
func (s *site) pack() {
	if len(s.packs) == 0 {
		return
	}
	s.busy[packing] = true
	s.arrow("before keep", func() {
		s.arrow("before packed", func() {
			p := s.packs[0]
			s.packs = s.packs[1:]
			for _, l := range s.lines {
				if l.paper == p && (l.state == NotSent || l.state == Failed) {
					l.state, l.due, l.sha = Queued, s.now(), "sha"
				}
			}
			s.done(packing, 0)
			s.stir()
		})
	})
}

// dispatch is dispatchOnce and sendLines: claim, send, note.
func (s *site) dispatch() {
	var claimed []*simLine
	var sends []int
	next := ms(0)
	for _, l := range s.lines {
		if l.due > 0 && l.due <= s.now() && len(claimed) < dueBatch {
			claimed, sends = append(claimed, l), append(sends, l.sends)
			l.due, l.sent = s.now()+msOf(s.w.office().lease()), true
			if s.w.plant == claimForgets {
				l.due = 0
			}
		}
		if l.due > 0 && (next == 0 || l.due < next) {
			next = l.due
		}
	}
	if len(claimed) == 0 {
		s.done(dispatching, next)
		return
	}
	s.busy[dispatching] = true
	s.arrow("before send", func() {
		took := make([]bool, len(claimed))
		for i, l := range claimed {
			if sends[i] >= s.w.office().maxSends() {
				if l.state == NotSent || l.state == Queued || l.state == OnExchange {
					l.state, l.due = Failed, 0
					s.record("delivery.failed", ref{'i', l.paper.No})
				}
				continue
			}
			m := &message{paper: l.paper.paperID, replaces: l.paper.replaces, sha: l.sha, foul: l.paper.foul}
			if l.paper.replaces >= 0 {
				m.business, m.request = documents.ReplaceWith, -1 // named, also where we did not ask
				for _, q := range s.requests {
					if q.kind == documents.ReplaceWith && q.line.to == l.to && q.line.paper.No == l.paper.replaces {
						m.request = q.no
					}
				}
			}
			k := parcelKey{From: s.no, To: l.to, Kind: 'd', No: l.paper.No}
			if s.w.plant == packedAnew && sends[i] > 0 {
				l.try++
				k.Try, l.sha = l.try, string(rune('a'+l.try%26))
				m.sha = l.sha
			}
			took[i] = s.w.axis.publish(s, k, m)
		}
		s.arrow("after send", func() {
			for i, l := range claimed {
				if !took[i] || sends[i] >= s.w.office().maxSends() {
					continue
				}
				l.sends++
				if l.state == NotSent || l.state == Queued {
					l.state = OnExchange
				}
				if l.due != 0 || s.w.plant == claimForgets && !l.arrived {
					l.due = s.now() + msOf(s.w.office().backoff(sends[i]+1))
				}
				if s.w.plant == closedByAxis {
					l.due = 0
				}
			}
			s.done(dispatching, 0)
			s.stir()
		})
	})
}

// answer is answerOnce: claim, write and keep, send, note.
func (s *site) answer() {
	var claimed []*owed
	next := ms(0)
	for _, o := range s.statuses {
		if o.due > 0 && o.due <= s.now() && len(claimed) < dueBatch {
			o.due = s.now() + msOf(s.w.office().lease())
			o.tries++
			claimed = append(claimed, o)
		}
		if o.due > 0 && (next == 0 || o.due < next) {
			next = o.due
		}
	}
	if len(claimed) == 0 {
		s.done(answering, next)
		return
	}
	s.busy[answering] = true
	s.arrow("before written", func() {
		keys := make([]parcelKey, len(claimed))
		for i, o := range claimed {
			keys[i] = parcelKey{From: s.no, To: o.peer, Kind: 's', No: o.no, Code: o.code}
			if o.raw {
				keys[i].Try = o.tries
			}
			o.raw = true
			if s.w.plant == writtenAnew {
				o.stated = s.now() / second * second
			}
		}
		s.arrow("before status", func() {
			took := make([]bool, len(claimed))
			for i, o := range claimed {
				took[i] = s.w.axis.publish(s, keys[i], &message{status: true, paper: o.paper, code: o.code, stated: o.stated, sha: o.sha, asked: o.asked})
			}
			s.arrow("after status", func() {
				for i, o := range claimed {
					o.due = 0
					if !took[i] {
						o.due = s.now() + msOf(min(30*time.Second<<min(o.tries, 7), time.Hour))
					}
				}
				s.done(answering, 0)
				s.stir()
			})
		})
	})
}

// ask is a request to one receiver; what has not been transmitted is cancelled here (X9.8).
func (s *site) ask(l *simLine, kind documents.RequestKind, carried bool) {
	if kind == documents.GiveBack || kind == documents.RecallWhole {
		never := !l.sent
		if s.w.plant == cancelledBySends {
			never = l.sends == 0
		}
		if never && l.due <= s.now() && (l.state == NotSent || l.state == Queued || l.state == Failed) {
			l.state, l.due = Cancelled, 0
			s.w.tally.Cancelled++
			return
		}
		l.state, l.due = RecallRequested, 0
	}
	q := &simRequest{no: len(s.requests) + 1, line: l, kind: kind, state: "sent", due: s.now()}
	if carried {
		q.due = 0
	}
	s.requests = append(s.requests, q)
	s.w.tally.Requests++
	s.w.say("site %d asks %d about %d: %s", s.no, l.to, l.paper.No, kind)
}

// request sends what is asked until it is answered.
func (s *site) request() {
	var claimed []*simRequest
	next := ms(0)
	for _, q := range s.requests {
		if q.due > 0 && q.due <= s.now() && (q.line.state == Recalled || q.line.state == Cancelled || q.sends >= s.w.office().maxSends()) {
			q.due = 0 // nothing more to be answered, or a person is told
		}
		if q.due > 0 && q.due <= s.now() {
			claimed = append(claimed, q)
			q.due = s.now() + msOf(s.w.office().lease())
		}
		if q.due > 0 && (next == 0 || q.due < next) {
			next = q.due
		}
	}
	if len(claimed) == 0 {
		s.done(requesting, next)
		return
	}
	s.busy[requesting] = true
	s.arrow("before request", func() {
		took := make([]bool, len(claimed))
		for i, q := range claimed {
			k := parcelKey{From: s.no, To: q.line.to, Kind: 'q', No: q.no, Try: 0}
			m := &message{paper: q.line.paper.paperID, business: q.kind, request: q.no, sha: q.line.sha}
			if q.kind == documents.GiveBack {
				m.status, m.code, m.stated = true, "13", ms(q.no)
			}
			took[i] = s.w.axis.publish(s, k, m)
		}
		s.arrow("after request", func() {
			for i, q := range claimed {
				if q.due == 0 || !took[i] {
					continue
				}
				q.sends++
				q.due = s.now() + msOf(s.w.office().backoff(q.sends))
				if s.w.plant == requestsOnce {
					q.due = 0
				}
			}
			s.done(requesting, 0)
			s.stir()
		})
	})
}

// resend is what a clerk does with a failed line.
func (s *site) resend(l *simLine) {
	if !l.state.CanResend() {
		return
	}
	l.state, l.sends, l.due = Queued, 0, s.now()
	if slices.Contains(s.packs, l.paper) {
		l.state, l.due = NotSent, 0
	}
	s.w.tally.Resent++
	s.stir()
}
