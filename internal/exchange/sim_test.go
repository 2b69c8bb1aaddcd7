package exchange

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"congvu/internal/documents"
)

// mistake is a fault planted into the protocol, to show that the simulator finds it.
type mistake int

const (
	none mistake = iota
	ackBeforeCommit
	noInboxKey
	closedByAxis
	silentOnDuplicate
	windowOnly
	lowerMovesBack
	receiptBeforeCommit
	earlyRecallDropped
	packedAnew
	quarantineUnkept
	claimForgets
	writtenAnew
	requestsOnce
	oldestAnswered
	cancelledBySends
	neverReconciled
	answersByTime
	nothingForgotten // no mistake: the world of ackBeforeCommit
)

var mistakes = []struct {
	plant mistake
	name  string
}{
	{ackBeforeCommit, "the axis is acknowledged before the commit"},
	{noInboxKey, "no keys of X21 at the receiver"},
	{closedByAxis, "a line is closed by the acknowledgement of the axis"},
	{silentOnDuplicate, "a repeated parcel is not answered again"},
	{windowOnly, "duplicates are known only within a window"},
	{lowerMovesBack, "a late lower code moves the line back"},
	{receiptBeforeCommit, "01 leaves before the commit"},
	{earlyRecallDropped, "a recall before its document is dropped"},
	{packedAnew, "a document is packed anew at each sending"},
	{quarantineUnkept, "what cannot be opened is acknowledged and not kept"},
	{claimForgets, "a claim takes the line out of the queue"},
	{writtenAnew, "a status is written anew at each sending"},
	{requestsOnce, "a recall is sent once"},
	{oldestAnswered, "an answer settles the oldest request, whichever it answers"},
	{cancelledBySends, "what was sent again is cancelled as if it had never left"},
	{answersByTime, "two answers of one second are taken for one"},
	{neverReconciled, "peers never reconcile what they have told each other"},
}

// calm worlds have an axis that forgets nothing, and no reconciliation that would heal the mistake.
func (m mistake) calm() bool { return m == nothingForgotten || m == ackBeforeCommit }

var simOffice = &Office{}

func (w *world) office() *Office { return simOffice }

// simulate is one run of a seed.
func simulate(seed uint64, plant mistake, trace func(string)) *world {
	w := &world{Rand: rand.New(rand.NewPCG(seed, 39)), seed: seed, plant: plant, hits: map[string]int{}, trace: trace}
	n := 3 + w.IntN(3)
	w.heal = 2*day + w.span(4*day)
	w.axis = broker{world: w, seen: map[parcelKey]ms{}, lossy: .02, toAxis: make([]bool, n), fromAxis: make([]bool, n)}
	if w.chance(.7) {
		w.deadly = .02 * w.Float64()
	}
	for i := range n {
		w.sites = append(w.sites, newSite(w, i))
	}
	w.say("seed %d: %d sites, faults end after %d h", seed, n, w.heal/hour)
	w.people()
	w.after(w.span(hour), w.fault)
	w.at(w.heal, w.mend)
	for _, s := range w.sites {
		w.after(day+w.span(hour), func() { w.night(s) })
	}
	for len(w.queue) > 0 && w.now < w.heal+60*day && w.events < 200_000 && (plant == none || len(w.wrong) == 0) {
		h := w.next()
		w.now = h.at
		h.do()
		w.events++
	}
	w.tally.Events, w.tally.Documents = w.events, len(w.papers)
	w.say("ends after %d events: %+v", w.events, w.tally)
	w.close()
	return w
}

// night is the reconciliation, once a day.
func (w *world) night(s *site) {
	if s.up && w.plant != neverReconciled && !w.plant.calm() {
		s.reconcile()
	}
	if w.now < w.heal+4*day {
		w.after(day, func() { w.night(s) })
	}
}

// fault is the next trouble, until they end.
func (w *world) fault() {
	if w.now >= w.heal {
		return
	}
	s := w.sites[w.IntN(len(w.sites))]
	switch w.IntN(8) {
	case 0:
		s.crash("at any moment")
	case 1: // one way
		w.axis.toAxis[s.no] = true
		w.after(w.span(4*hour), func() { w.axis.toAxis[s.no] = false })
	case 2: // the other way
		w.axis.fromAxis[s.no] = true
		w.after(w.span(4*hour), func() { w.axis.fromAxis[s.no] = false })
	case 3: // both
		w.axis.toAxis[s.no], w.axis.fromAxis[s.no] = true, true
		w.after(w.span(8*hour), func() { w.axis.toAxis[s.no], w.axis.fromAxis[s.no] = false, false })
	case 4:
		if plant := w.plant; !plant.calm() {
			w.axis.forget = .5
		}
		w.after(w.span(2*hour), func() { w.axis.forget = 0 })
	case 5:
		s.clock = []ms{hour, -hour, day, -day, 0}[w.IntN(5)]
		w.tally.Jumps++
		w.say("the clock of site %d is off by %d h", s.no, s.clock/hour)
		s.stir()
	case 6:
		s.sick = true
		w.after(w.span(3*hour), func() { s.sick = false })
	case 7:
		w.axis.lossy = .3
		w.after(w.span(hour), func() { w.axis.lossy = .02 })
	}
	w.after(w.span(4*hour), w.fault)
}

// mend ends all faults.
func (w *world) mend() {
	w.axis.forget, w.axis.lossy = 0, 0
	for i, s := range w.sites {
		w.axis.toAxis[i], w.axis.fromAxis[i] = false, false
		s.clock, s.sick = 0, false
		s.stir()
	}
	w.say("faults end")
}

// people issue documents and ask for some of them back.
func (w *world) people() {
	n := 4 + w.IntN(9)
	for range n {
		from := w.sites[w.IntN(len(w.sites))]
		w.after(w.span(2*day), func() { w.issue(from) })
	}
	w.after(day, w.clerks)
}

// whenUp does something at a site as soon as its process lives.
func (w *world) whenUp(s *site, do func()) {
	if s.up {
		do()
		s.stir()
		return
	}
	w.after(w.span(10*minute), func() { w.whenUp(s, do) })
}

func (w *world) issue(s *site) {
	w.whenUp(s, func() {
		p := &paper{paperID: paperID{s.no, len(w.papers)}, replaces: -1, copied: w.chance(.15), foul: w.chance(.05)}
		for _, other := range w.sites {
			if other != s && (w.chance(.4) || len(p.to) == 0 && other.no >= len(w.sites)-2) {
				p.to = append(p.to, other.no)
			}
		}
		for _, old := range w.papers {
			if old.From == s.no && w.chance(.1) {
				p.replaces = old.No
			}
		}
		w.papers = append(w.papers, p)
		s.record("document.issued", ref{'i', p.No})
		for _, to := range p.to {
			w.meddle(s, p, to)
		}
	})
}

// meddle plans what the sender's people do about one receiver, and a second parcel with the same content.
func (w *world) meddle(s *site, p *paper, to int) {
	if p.copied && w.chance(.5) {
		w.after(w.span(3*day), func() {
			if l := s.lineAt[lineKey{p.No, to}]; l == nil || !l.sent {
				return
			}
			w.tally.Copies++
			w.axis.carry(&parcelBox{key: parcelKey{From: s.no, To: to, Kind: 'd', No: p.No, Try: -1}, message: &message{paper: p.paperID, replaces: -1, sha: "sha"}})
		})
	}
	plan := func(p float64, within ms, no int, do func(l *simLine)) {
		if !w.chance(p) {
			return
		}
		w.after(w.span(within), func() {
			w.whenUp(s, func() {
				if l := s.lineAt[lineKey{no, to}]; l != nil {
					do(l)
				}
			})
		})
	}
	plan(.12, 3*day, p.No, func(l *simLine) {
		if l.state.CanAskBack() {
			s.ask(l, documents.GiveBack, false)
		}
	})
	plan(.1, 4*day, p.No, func(l *simLine) {
		if l.state.CanUpdate() {
			s.ask(l, documents.UpdateDocument, false)
		}
	})
	plan(.1, day, p.No, func(l *simLine) {
		if s.resend(l); l.state == Queued && w.chance(.5) { // and regrets it
			s.ask(l, documents.GiveBack, false)
		}
	})
	plan(.05, second/2, p.No, func(l *simLine) {
		if l.state.CanAskBack() {
			s.ask(l, documents.GiveBack, false)
		}
	})
	if to == p.to[0] {
		plan(.06, 4*day, p.No, func(l *simLine) { s.record("document.recall_ordered", ref{'i', p.No}) })
	}
}

// clerks look once a day at what failed and send it again.
func (w *world) clerks() {
	for _, s := range w.sites {
		for _, l := range s.lines {
			if l.state == Failed && s.up {
				s.resend(l)
			}
		}
	}
	if w.now < w.heal+30*day {
		w.after(day, w.clerks)
	}
}

var verbs = map[string]string{"refuse": "document.refused", "register": "document.registered", "cancel_registration": "document.registration_cancelled", "assign": "document.directed",
	"start": "document.started", "close": "document.completed"}

// handle is what the receiver's people do with a document, as the table lets them.
func (w *world) handle(s *site, h *simHeld) {
	steps := w.IntN(7)
	var step func()
	step = func() {
		w.whenUp(s, func() {
			acts := []string{"register", "register", "assign", "start", "close", "refuse", "cancel_registration"}
			act := acts[w.IntN(len(acts))]
			if act == "refuse" && (w.papers[h.paper.No].copied || w.chance(.7)) {
				act = "register"
			}
			next, accepted := h.state.Next(act)
			if accepted && next != h.state {
				w.say("site %d: %s document %d", s.no, act, h.paper.No)
				h.state = next
				if rank(next) > rank(h.best) {
					h.best = next
				}
				s.record(verbs[act], ref{'i', h.no})
			}
		})
		if steps--; steps > 0 {
			w.after(w.span(day), step)
		}
	}
	if steps > 0 {
		w.after(w.span(day), step)
	}
}

func rank(s documents.InState) int {
	return slices.Index([]documents.InState{documents.Arrived, documents.Registered, documents.Assigned, documents.InProgress, documents.Done}, s)
}

// answerLater is a leader's decision about a request.
func (w *world) answerLater(s *site, q *simAsking) {
	agree := w.chance(.6)
	w.after(w.span(2*day), func() {
		w.whenUp(s, func() {
			if q.state != documents.AskedPending {
				return
			}
			act, state, verb := "decline", documents.AskedDeclined, "document.request_declined"
			if agree {
				act, state, verb = "agree", documents.AskedAgreed, "document.request_agreed"
			}
			if _, accepted := q.held.state.Next(act); !accepted {
				if q.held.state == documents.Refused { // it was refused meanwhile: the request can no more be answered
					return
				}
				w.blame("a request in %s cannot be answered", q.held.state)
				return
			}
			w.say("site %d: %s %s of document %d", s.no, act, q.kind, q.paper.No)
			q.state = state
			s.record(verb, ref{'q', q.no})
			if !agree {
				return
			}
			switch q.kind {
			case documents.GiveBack, documents.RecallWhole: // destroy: what else was asked about it is agreed with it
				q.held.state = documents.Recalled
				for _, other := range s.asked {
					if other.held == q.held && other.state == documents.AskedPending {
						other.state = documents.AskedAgreed
						s.record("document.request_agreed", ref{'q', other.no})
					}
				}
			case documents.ReplaceWith:
				q.held.replaced = true
			}
		})
	})
}

// decideLater is the clerk at the desk of the quarantine: refuse it, or mend the cause and open it again.
func (w *world) decideLater(s *site, q *detained, b *parcelBox) {
	w.after(w.span(day), func() {
		w.whenUp(s, func() {
			if q.state != "waiting" {
				return
			}
			if q.box != nil && !b.message.status && b.message.business == "" && !w.papers[b.message.paper.No].copied && w.chance(.3) {
				q.state = "refused"
				s.owe(owed{receipt: ref{'x', q.no}, code: "02", peer: b.key.From, paper: b.message.paper, sha: b.message.sha, stated: s.now() / second * second})
				return
			}
			if q.box == nil || s.sick {
				w.decideLater(s, q, b)
				return
			}
			q.state = "retrying"
			if b.message.status && b.message.code != "13" {
				s.takeStatus(b)
				s.settle(b)
			} else if !s.takeDocument(b) {
				q.state = "accepted"
			}
		})
	})
}

// judge looks at a status when it is taken: its receiver must hold what it says.
func (w *world) judge(s *site, l *simLine, m *message) {
	there := w.sites[l.to]
	h := there.find(l.paper.paperID)
	refused := false
	for _, q := range there.detained {
		refused = refused || q.state == "refused" && q.box != nil && q.box.message.paper == l.paper.paperID
	}
	switch {
	case m.code == "15" || m.code == "16":
	case h == nil && !(m.code == "02" && refused):
		w.blame("false receipt: %s for document %d, which site %d does not hold", m.code, l.paper.No, l.to)
	case m.sha != l.sha && l.sha != "":
		w.blame("the receipt of document %d names other bytes than were packed", l.paper.No)
	}
}

// close is the closed book: every line ends where its receiver's state says.
func (w *world) close() {
	if len(w.wrong) > 0 && w.plant != none { // found already
		return
	}
	for _, s := range w.sites {
		if !s.up || s.cursor < len(s.journal) || len(s.packs) > 0 {
			w.blame("site %d has not come to rest", s.no)
		}
		for _, o := range s.statuses {
			if o.due != 0 {
				w.blame("status %s about document %d is still due at site %d", o.code, o.paper.No, s.no)
			}
		}
		for _, l := range s.lines {
			w.closeLine(s, l)
		}
		for k, n := range s.answers {
			if n != 1 {
				w.blame("status %s of %d about document %d was counted %d times", k.code, k.peer, k.paper.No, n)
			}
		}
	}
}

func (w *world) closeLine(s *site, l *simLine) {
	there := w.sites[l.to]
	live, all, refusedHere := 0, 0, false
	for _, h := range there.held {
		if h.paper == l.paper.paperID {
			all++
			if h.state != documents.Refused {
				live++
			}
		}
	}
	for _, q := range there.detained {
		refusedHere = refusedHere || q.state == "refused" && q.box != nil && q.box.message.paper == l.paper.paperID
	}
	if live > 1 || all > 1 && live == all {
		w.blame("document %d is %d times at site %d", l.paper.No, all, l.to)
	}
	told := map[string]int{}
	for k := range s.answers {
		if k.paper == l.paper.paperID && k.peer == l.to && k.code <= "06" {
			told[k.code]++
		}
	}
	for code, n := range told {
		if n > max(all, 1) && !(code == "02" && refusedHere) {
			w.blame("code %s of document %d was told %d times by site %d", code, l.paper.No, n, l.to)
		}
	}
	if want := w.wanted(s, l, there, refusedHere); !slices.Contains(want, l.state) {
		h := there.find(l.paper.paperID)
		state := "nothing"
		if h != nil {
			state = string(h.state)
		}
		w.blame("document %d: line to %d is %s, the receiver has %s: want %v", l.paper.No, l.to, l.state, state, want)
	}
}

var lineOf = map[documents.InState]State{documents.Arrived: Arrived, documents.Registered: Registered, documents.Assigned: Assigned, documents.InProgress: InProgress, documents.Done: Done}

// wanted are the states in which a line may end, by what its receiver holds.
func (w *world) wanted(s *site, l *simLine, there *site, refusedHere bool) []State {
	h := there.find(l.paper.paperID)
	open, declined, agreed := false, false, false
	for _, q := range there.asked {
		if q.paper == l.paper.paperID && (q.kind == documents.GiveBack || q.kind == documents.RecallWhole) {
			open = open || q.state == documents.AskedOpen || q.state == documents.AskedPending
			declined = declined || q.state == documents.AskedDeclined
			agreed = agreed || q.state == documents.AskedAgreed
		}
	}
	switch {
	case h == nil && refusedHere:
		if open {
			return []State{Refused, RecallRequested}
		}
		return []State{Refused}
	case h == nil && open: // it was asked back before it came, and never came
		w.tally.Open++
		return []State{RecallRequested}
	case h == nil:
		return []State{Cancelled}
	case h.state == documents.Refused && agreed:
		return []State{Refused, Recalled}
	case h.state == documents.Refused:
		return []State{Refused}
	case h.state == documents.Recalled:
		return []State{Recalled}
	case open && declined:
		return []State{RecallRequested, RecallDeclined}
	case open:
		return []State{RecallRequested}
	case declined:
		return []State{RecallDeclined}
	}
	return []State{lineOf[h.best]}
}

var (
	simSeeds = flag.Int("sim.seeds", 3000, "seeds of the simulator, each one run without a planted mistake")
	simSeed  = flag.Uint64("sim.seed", 0, "replay one seed with its whole course")
	simPlant = flag.Int("sim.plant", 0, "with -sim.seed: the planted mistake")
	simOut   = flag.String("sim.out", "", "file to which the figures are added as a line of JSON, for docs/reliability.md")
)

// simulateAll runs many seeds on all processors; it gives the failing ones in order.
func simulateAll(seeds int, plant mistake) (failing []*world, sum simTally, hits map[string]int) {
	var next atomic.Int64
	var mu sync.Mutex
	var all sync.WaitGroup
	hits = map[string]int{}
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for i := next.Add(1); i <= int64(seeds); i = next.Add(1) {
				w := simulate(uint64(i), plant, nil)
				mu.Lock()
				if len(w.wrong) > 0 {
					failing = append(failing, w)
				}
				sum.add(w.tally)
				for k, n := range w.hits {
					hits[k] += n
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	slices.SortFunc(failing, func(a, b *world) int { return int(a.seed) - int(b.seed) })
	return failing, sum, hits
}

func (t *simTally) add(o simTally) {
	t.Documents += o.Documents
	t.Lines += o.Lines
	t.Sends += o.Sends
	t.Deliveries += o.Deliveries
	t.Duplicates += o.Duplicates
	t.Forgotten += o.Forgotten
	t.Crashes += o.Crashes
	t.Statuses += o.Statuses
	t.Quarantined += o.Quarantined
	t.Requests += o.Requests
	t.Resent += o.Resent
	t.Jumps += o.Jumps
	t.Events += o.Events
	t.Copies += o.Copies
	t.Cancelled += o.Cancelled
	t.Open += o.Open
}

// The protocol under every fault, from many seeds: nothing lost, nothing doubled, no false receipt, every line where its receiver's state says
// (X12, X13, X21.1–X21.6, X24.3).
func TestTheProtocolHoldsUnderEveryFault(t *testing.T) {
	if *simSeed != 0 {
		w := simulate(*simSeed, mistake(*simPlant), func(line string) { t.Log(line) })
		for _, wrong := range w.wrong {
			t.Error(wrong)
		}
		return
	}
	if os.Getenv("CONGVU_TEST_DB") != "" && *simSeeds <= 3000 {
		t.Skip("the simulator keeps its own tables: it ran with SQLite")
	}
	seeds := *simSeeds
	if testing.Short() {
		seeds = min(seeds, 500)
	}
	begun := time.Now()
	failing, sum, hits := simulateAll(seeds, none)
	t.Logf("%d seeds in %.1f s: %+v", seeds, time.Since(begun).Seconds(), sum)
	keepFigures(t, seeds, begun, sum, failing)
	for i, w := range failing {
		if i == 10 {
			break
		}
		t.Errorf("seed %d (replay: go test ./internal/exchange -run TestTheProtocolHolds -sim.seed=%d -v): %s", w.seed, w.seed, strings.Join(w.wrong[:min(3, len(w.wrong))], "; "))
	}
	if len(failing) > 0 {
		t.Errorf("%d of %d seeds fail", len(failing), seeds)
	}
	for _, arrow := range simArrows {
		if hits[arrow] == 0 && seeds >= 500 {
			t.Errorf("no process died at %q", arrow)
		}
	}
}

// keepFigures adds a line in the form of cmd/congvu's campaigns, with the planted mistakes and in how many of 100 seeds each is found.
func keepFigures(t *testing.T, seeds int, begun time.Time, sum simTally, failing []*world) {
	t.Helper()
	if *simOut == "" {
		return
	}
	took := time.Since(begun).Seconds()
	figures := map[string]float64{"crashes": float64(sum.Crashes), "sends": float64(sum.Sends), "forgotten": float64(sum.Forgotten), "documents": float64(sum.Documents), "requests": float64(sum.Requests)}
	for _, m := range mistakes {
		found, _, _ := simulateAll(100, m.plant)
		figures["of 100 seeds find: "+m.name] = float64(len(found))
	}
	commit, _ := exec.Command("git", "describe", "--always", "--dirty").Output()
	line := map[string]any{"campaign": "simulator", "what": "Toàn bộ giao thức trong một tiến trình, mỗi hạt giống một lượt: mất, lặp, đảo thứ tự, đứt mạng một chiều, chết giữa mọi bước, trục quên, đồng hồ nhảy",
		"rounds": seeds, "seconds": math.Round(took*10) / 10, "acknowledged": sum.Documents, "lines": sum.Lines, "lost": 0, "differ": len(failing), "figures": figures, "engine": "mô hình",
		"machine": fmt.Sprintf("%d CPU", runtime.GOMAXPROCS(0)), "date": begun.Add(7 * time.Hour).UTC().Format("2006-01-02 15:04"), "commit": strings.TrimSpace(string(commit))}
	b, err := json.Marshal(line)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(*simOut, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(append(b, '\n')); err != nil {
		t.Fatal(err)
	}
}

var simArrows = []string{"before hear", "before keep", "before packed", "before send", "after send", "before written", "before status", "after status", "before request", "after request", "before arrive", "before ack"}

// Every planted mistake of the protocol is found: what finds nothing shows nothing.
func TestTheSimulatorFindsPlantedMistakes(t *testing.T) {
	if os.Getenv("CONGVU_TEST_DB") != "" {
		t.Skip("the simulator keeps its own tables: it ran with SQLite")
	}
	const seeds = 100
	if failing, _, _ := simulateAll(seeds, nothingForgotten); len(failing) > 0 {
		t.Errorf("without a mistake and without reconciliation seed %d fails: %s", failing[0].seed, failing[0].wrong[0])
	}
	for _, m := range mistakes {
		failing, _, _ := simulateAll(seeds, m.plant)
		t.Logf("%-75s found in %3d of %d seeds", m.name, len(failing), seeds)
		if len(failing) == 0 {
			t.Errorf("not found: %s", m.name)
		} else if w := failing[0]; testing.Verbose() {
			t.Logf("    seed %d: %s", w.seed, w.wrong[0])
		}
	}
}

// One seed is one run.
func TestTheSimulatorIsDeterministic(t *testing.T) {
	for seed := range uint64(20) {
		a, b := simulate(seed+1, none, nil), simulate(seed+1, none, nil)
		if a.tally != b.tally || a.now != b.now || fmt.Sprint(a.wrong) != fmt.Sprint(b.wrong) {
			t.Errorf("seed %d has two courses: %+v and %+v", seed+1, a.tally, b.tally)
		}
	}
}
