package exchange

import (
	"slices"

	"congvu/internal/documents"
)

// take is one parcel of the axis at its receiver: known, kept as a document, as a status, in quarantine, or tried again.
func (s *site) take(b *parcelBox, answer func(ack bool)) {
	w, m := s.w, b.message
	if w.plant == ackBeforeCommit {
		b.acked = true
	}
	if b.key.Kind == 'r' {
		s.compare(b.key.From, m.heard, m.awaited)
		answer(true)
		s.stir()
		return
	}
	if s.known(b) {
		s.arrow("before ack", func() { answer(true) })
		return
	}
	if s.sick {
		if b.attempts < maxAttempts {
			answer(false)
			return
		}
		s.detain(b, true)
		s.arrow("before ack", func() { answer(true) })
		return
	}
	if w.plant == receiptBeforeCommit && !m.status && m.business == "" {
		w.axis.publish(s, parcelKey{From: s.no, To: b.key.From, Kind: 's', No: -b.key.No, Code: "01"}, &message{status: true, paper: m.paper, code: "01", stated: s.now() / second * second, sha: m.sha})
	}
	s.arrow("before arrive", func() {
		ok := true
		switch {
		case m.foul && !s.mended(b):
			s.detain(b, w.plant != quarantineUnkept)
		case m.status && m.code != "13":
			s.takeStatus(b)
		default:
			ok = s.takeDocument(b)
		}
		s.stir()
		if !ok {
			answer(false)
			return
		}
		s.arrow("before ack", func() { answer(true) })
	})
}

// mended tells that the clerk has removed what kept parcels of a document from being opened.
func (s *site) mended(b *parcelBox) bool {
	q := s.quarantine[b.key]
	return q != nil && q.state == "retrying"
}

// known is alreadyTaken: what is owed for it is sent again (X21.6).
func (s *site) known(b *parcelBox) bool {
	switch s.w.plant {
	case noInboxKey:
		return false
	case windowOnly:
		at, seen := s.recent[b.key]
		s.recent[b.key] = s.w.now
		if !seen || s.w.now-at >= window {
			return false
		}
	}
	if r, done := s.taken[b.key]; done {
		s.repeat(r)
		s.stir()
		return true
	}
	if q := s.quarantine[b.key]; q != nil && q.box != nil && q.state != "retrying" {
		s.repeat(ref{'x', q.no})
		s.stir()
		return true
	}
	return false
}

// detain keeps a parcel apart; whole = with its bytes.
func (s *site) detain(b *parcelBox, whole bool) {
	if s.w.plant == quarantineUnkept {
		return
	}
	q := s.quarantine[b.key]
	if q == nil {
		q = &detained{no: len(s.detained)}
		s.detained, s.quarantine[b.key] = append(s.detained, q), q
		s.w.tally.Quarantined++
	}
	q.state = "waiting"
	if whole {
		q.box = b
	}
	s.w.say("site %d keeps %v apart", s.no, b.key)
	s.w.decideLater(s, q, b)
}

// find is the receipt of a document, the one that was not refused first.
func (s *site) find(p paperID) (out *simHeld) {
	for _, h := range s.held {
		if h.paper == p && (out == nil || out.state == documents.Refused) {
			out = h
		}
	}
	return out
}

// takeDocument is a document or a request about one: one transaction. False: the transaction was refused, the parcel comes again.
func (s *site) takeDocument(b *parcelBox) bool {
	m := b.message
	loose := s.w.plant == noInboxKey || s.w.plant == windowOnly
	if _, twice := s.taken[b.key]; twice && !loose { // another worker was faster: the unique key refuses
		return false
	}
	if m.business == documents.GiveBack || m.business == documents.RecallWhole || m.business == documents.UpdateDocument && s.find(m.paper) != nil {
		q := s.takeRequest(b, m.business, m.paper)
		s.taken[b.key] = ref{'q', q}
		if q < 0 {
			s.taken[b.key] = ref{}
		}
		s.settle(b)
		return true
	}
	h := s.packets[b.key]
	if h == nil {
		h = s.find(m.paper)
	}
	if h != nil && h.state == documents.Refused && s.packets[b.key] == nil {
		h = nil // X12.8: what was refused and is sent anew is a new receipt
	}
	if h != nil && !loose {
		s.taken[b.key] = ref{'i', h.no}
		s.owe(owed{receipt: ref{'i', h.no}, code: "01", peer: b.key.From, paper: m.paper, sha: m.sha, stated: s.now() / second * second})
		s.repeat(ref{'i', h.no})
		s.settle(b)
		return true
	}
	first, accepted := documents.InState("").Next("import")
	if !accepted {
		panic("the table does not import")
	}
	h = &simHeld{no: len(s.held), paper: m.paper, from: b.key.From, state: first, best: first, sha: m.sha, parcel: b.key}
	s.held = append(s.held, h)
	s.packets[b.key], s.taken[b.key] = h, ref{'i', h.no}
	s.arrivals[m.paper]++
	s.owe(owed{receipt: ref{'i', h.no}, code: "01", peer: b.key.From, paper: m.paper, sha: m.sha, stated: s.now() / second * second})
	for _, q := range s.asked { // matchOpen (X9.5)
		if q.state == documents.AskedOpen && q.paper == m.paper {
			s.raise(q, h)
		}
	}
	if m.business == documents.ReplaceWith {
		if old := s.find(paperID{m.paper.From, m.replaces}); old != nil {
			s.takeRequest(b, documents.ReplaceWith, old.paper)
		}
	}
	s.settle(b)
	s.w.handle(s, h)
	return true
}

func (s *site) settle(b *parcelBox) {
	if q := s.quarantine[b.key]; q != nil && (q.state == "waiting" || q.state == "retrying") {
		q.state = "accepted"
	}
}

// takeRequest is documents.Ask; it gives the number of the request, -1 when it was dropped by a planted mistake.
func (s *site) takeRequest(b *parcelBox, kind documents.RequestKind, about paperID) int {
	for _, q := range s.asked {
		if q.packet == b.key && q.kind == kind {
			return q.no
		}
	}
	h := s.find(about)
	if h == nil && s.w.plant == earlyRecallDropped {
		return -1
	}
	q := &simAsking{no: len(s.asked), asked: b.message.request, kind: kind, packet: b.key, paper: about, state: documents.AskedOpen}
	s.asked = append(s.asked, q)
	if h != nil {
		s.raise(q, h)
	}
	return q.no
}

// raise is what the table of receipts says of a request.
func (s *site) raise(q *simAsking, h *simHeld) {
	if _, accepted := h.state.Next("request"); !accepted {
		s.w.blame("a request was refused by the table in %s", h.state)
	}
	q.held, q.state = h, documents.AskedPending
	switch h.state {
	case documents.Recalled:
		q.state = documents.AskedVoid
	case documents.Refused:
		q.state = documents.AskedAgreed
		s.record("document.request_agreed", ref{'q', q.no})
	default:
		s.w.answerLater(s, q)
	}
}

// takeStatus is apply: the answer is kept once, and moves the line as the table says.
func (s *site) takeStatus(b *parcelBox) {
	m := b.message
	k := answerKey{m.paper, b.key.From, m.code, m.stated, m.asked}
	if s.w.plant == answersByTime {
		k.asked = 0
	}
	if _, twice := s.answers[k]; twice && s.w.plant != noInboxKey && s.w.plant != windowOnly {
		s.taken[b.key] = ref{}
		return
	}
	s.answers[k]++
	s.taken[b.key] = ref{}
	if m.paper.From != s.no {
		s.w.blame("site %d got a status about a document of %d", s.no, m.paper.From)
		return
	}
	l := s.lineAt[lineKey{m.paper.No, b.key.From}]
	if l == nil {
		s.w.blame("a status %s about document %d came from %d, which is no receiver", m.code, m.paper.No, b.key.From)
		return
	}
	s.w.judge(s, l, m)
	at := lineKey{m.paper.No, b.key.From}
	s.codes[at] += m.code + " "
	next, effect := l.state.Follow(m.code)
	if s.w.plant == lowerMovesBack {
		if to := route[OnExchange][indexOf(m.code)]; len(to) > 1 {
			next, effect = State(to), Applied
		}
	}
	if q := s.settleAnswer(l, m); q != nil {
		next, effect = l.state.answered(q.kind, m.code)
	} else if m.asked != 0 { // of no request that is open
		next, effect = l.state, Flagged
	}
	s.w.say("site %d: %s of %d about %d: %s → %s (%s)", s.no, m.code, b.key.From, m.paper.No, l.state, next, effect)
	if effect == Applied || effect == AppliedFlagged {
		l.state = next
	}
	l.due, l.arrived = 0, true
	l.flagged = l.flagged || effect == Flagged || effect == AppliedFlagged
}

func indexOf(code string) int {
	for i, c := range codes {
		if c == code {
			return i
		}
	}
	return len(codes) - 1
}

// settleAnswer closes the request that a 15 or 16 answers.
func (s *site) settleAnswer(l *simLine, m *message) *simRequest {
	state := map[string]string{"15": "agreed", "16": "declined"}[m.code]
	if state == "" {
		return nil
	}
	for _, q := range s.requests {
		if q.line != l || q.state != "sent" || q.no != m.asked && m.asked != 0 && s.w.plant != oldestAnswered {
			continue
		}
		q.state, q.due = state, 0
		return q
	}
	return nil
}

// reconcile tells a peer at night which codes we have of the documents that it has not finished, and which requests wait; where it has told more, it tells again.
func (s *site) reconcile() {
	for _, peer := range s.w.sites {
		if peer == s {
			continue
		}
		heard := map[paperID]string{}
		for _, l := range s.lines {
			if l.to == peer.no && l.arrived && (l.state.CanUpdate() && l.state != Done || l.state == RecallRequested || l.state == RecallDeclined) {
				heard[l.paper.paperID] = s.codes[lineKey{l.paper.No, l.to}]
			}
		}
		var awaited []int
		for _, q := range s.requests {
			if q.line.to == peer.no && q.state == "sent" {
				awaited = append(awaited, q.no)
			}
		}
		if len(heard)+len(awaited) > 0 {
			s.w.axis.publish(s, parcelKey{From: s.no, To: peer.no, Kind: 'r', No: int(s.w.now)}, &message{heard: heard, awaited: awaited})
		}
	}
}

// compare sends again what the peer has not heard.
func (s *site) compare(peer int, heard map[paperID]string, awaited []int) {
	for _, o := range s.statuses {
		codes, unfinished := heard[o.paper]
		again := unfinished && !contains(codes, o.code)
		if o.code == "15" || o.code == "16" {
			again = slices.Contains(awaited, o.asked)
		}
		if again && o.peer == peer && o.due == 0 {
			o.due, o.tries = s.now(), 0
		}
	}
}

func contains(codes, code string) bool {
	for i := 0; i+1 < len(codes); i += 3 {
		if codes[i:i+2] == code {
			return true
		}
	}
	return false
}
