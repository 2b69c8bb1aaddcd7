package city

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
)

// quarterPlay is a quarter that is being played.
type quarterPlay struct {
	*quarterPlan
	s     *Seeder
	pool  pool
	heavy chan struct{} // acts that keep a core busy: as many at once as there are cores
}

// mostHands is how many people are at work at one moment at most: as many as share a commit.
const mostHands = 64

// quarter plays the documents of one quarter. What is there already, of a run that was stopped, is recognised and not done again.
func (s *Seeder) quarter(ctx context.Context, w Whole) error {
	plan, err := drawQuarter(w, s.hall.agencies)
	if err != nil {
		return err
	}
	p := &quarterPlay{quarterPlan: plan, s: s, heavy: make(chan struct{}, runtime.NumCPU())}
	if err := p.recall(ctx); err != nil {
		return fmt.Errorf("city: what is there of the quarter: %w", err)
	}
	if p.pool, err = s.fillPool(ctx, w.Seed, plan); err != nil {
		return err
	}
	if err := p.play(ctx, w); err != nil {
		return err
	}
	w.progress("Kiểm tra một quý", 0, 1)
	err = p.check(ctx)
	w.progress("Kiểm tra một quý", 1, 1)
	return err
}

// play does the deeds in the order of their time, many at once: of one document one after the other. Whenever the exchange carries, everybody
// has finished.
func (p *quarterPlay) play(ctx context.Context, w Whole) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slots := make(chan struct{}, p.hands())
	var work sync.WaitGroup
	var today calendar.Date
	for i := range p.deeds {
		d := &p.deeds[i]
		if day := calendar.DateOf(d.at); day != today { // nobody begins the next day while somebody is still at this one
			work.Wait()
			today = day
		}
		if i%50 == 0 {
			w.progress("Một quý làm việc của các cơ quan", i, len(p.deeds))
		}
		if d.what == doCarry {
			work.Wait()
			if err := context.Cause(ctx); err != nil {
				return err
			}
			p.s.Clock.reach(d.at)
			if err := p.carry(ctx); err != nil {
				return err
			}
			continue
		}
		before, after := d.turn()
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		work.Go(func() {
			defer func() { <-slots }()
			if err := p.do(ctx, d, before); err != nil {
				cancel(fmt.Errorf("city, %s, %s: %w", d.at.Format("02/01 15:04"), d.name(), err))
				return
			}
			close(after)
		})
	}
	work.Wait()
	w.progress("Một quý làm việc của các cơ quan", len(p.deeds), len(p.deeds))
	return context.Cause(ctx)
}

// hands keeps the clock near every deed's time: in a small city nobody works ahead of the day.
func (p *quarterPlay) hands() int {
	return min(mostHands, max(4, len(p.deeds)/len(p.days)/24))
}

// turn gives what a deed waits for, and what the next one of the same document will wait for.
func (d *deed) turn() (before, after chan struct{}) {
	tail := d.tailOf()
	before, after = tail.tail, make(chan struct{})
	tail.tail = after
	return before, after
}

// queue is where the deeds of one document queue.
type queue struct{ tail chan struct{} }

func (d *deed) tailOf() *queue {
	if d.w != nil {
		return &d.w.queue
	}
	return &d.r.queue
}

func (d *deed) name() string {
	if d.w != nil {
		return fmt.Sprintf("%s %q of %s", deedNames[d.what], d.w.subject, d.w.from.short)
	}
	return fmt.Sprintf("%s at %s", deedNames[d.what], d.r.at.short)
}

func (p *quarterPlay) do(ctx context.Context, d *deed, before chan struct{}) error {
	if before != nil {
		select {
		case <-before:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	if d.done() {
		return nil
	}
	p.s.Clock.reach(d.at)
	if d.what <= doRelease && d.what != doSendBack && d.what != doApprove {
		select {
		case p.heavy <- struct{}{}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		defer func() { <-p.heavy }()
	}
	switch d.what {
	case doDraft, doRevise:
		return p.draft(ctx, d.w, d.what == doRevise)
	case doSendBack:
		return p.sendBack(ctx, d.w)
	case doApprove:
		return p.approve(ctx, d.w)
	case doSign:
		return p.sign(ctx, d.w)
	case doRelease:
		return p.release(ctx, d.w)
	case doCancel:
		return p.cancel(ctx, d.w, d.w.drafter)
	case doRegister:
		return p.register(ctx, d.r)
	case doDirect, doDirectAgain:
		return p.direct(ctx, d.r)
	case doGiveBack:
		return p.giveBack(ctx, d.r)
	case doForward:
		return p.forward(ctx, d.r)
	case doStart:
		return p.start(ctx, d.r)
	case doComplete:
		return p.complete(ctx, d.r)
	case doRecall:
		return p.takeBack(ctx, d.w)
	case doAnswer:
		return p.answer(ctx, d.r)
	}
	return fmt.Errorf("city: no deed %d", d.what)
}

// write is one act of a person at the time of the deed.
func (p *quarterPlay) write(ctx context.Context, who *post, f func(tx *store.Tx) error) error {
	return p.s.DB.Write(ctx, who.actor, f)
}

// form is the draft of a letter.
func (w *letter) form() documents.DraftForm {
	f := documents.DraftForm{Signer: w.signer.holding, Capacity: w.capacity, Urgency: w.urgency, KeptCopies: 2}
	for _, r := range w.to {
		f.Receivers = append(f.Receivers, documents.ReceiverForm{Agency: r.at.id, Role: r.role})
		if r.role == documents.ForAction && len(f.Addressees) < 5 && addressed[w.kind] {
			f.Addressees = append(f.Addressees, r.at.name)
		}
	}
	if len(w.to) > 6 && addressed[w.kind] {
		f.Addressees = []string{"Các sở, ban, ngành Thành phố", "Ủy ban nhân dân các địa phương"}
	}
	m := matters[w.matter]
	m.facts = vary(w.turn, m.facts)
	if m.subject = w.subject; w.asks {
		m.kind = upward
	}
	m.write(&f, w.from, w.due, w.turn)
	if f.TypeCode = w.kind; w.kind == "CONG_VAN" {
		f.DueDate = w.due
	}
	if w.instead != nil {
		f.Body = strings.Replace(f.Body, "có hiệu lực kể từ ngày ký", "có hiệu lực kể từ ngày ký và thay thế "+w.instead.called(), 1)
		if w.kind != "QUYET_DINH" {
			f.Body = "Văn bản này thay thế " + w.instead.called() + " của " + w.from.name + ".\n" + f.Body
		}
	}
	return f
}

// replying makes a draft the reply to what was received.
func (p *quarterPlay) replying(ctx context.Context, w *letter, f *documents.DraftForm) error {
	if w.answers == nil {
		return nil
	}
	in, err := documents.FindIncoming(ctx, p.s.DB, w.drafter.actor, w.answers.id)
	if err != nil {
		return fmt.Errorf("what it answers: %w", err)
	}
	_, f.Body = answerTo(in, w.from, w.turn)
	f.ReplyTo = in.ID
	return nil
}

// draft begins a document, attaches its files, lays it out and submits it; or does the latter two again after a return. Each part is left out
// where it was done before.
func (p *quarterPlay) draft(ctx context.Context, w *letter, again bool) error {
	var doc *documents.Outgoing
	f := w.form()
	err := p.replying(ctx, w, &f)
	switch {
	case err != nil:
	case again:
		if doc, err = documents.FindOutgoing(ctx, p.s.DB, w.drafter.actor, w.id); err != nil || doc.ContentNo > 1 {
			break
		}
		f.Body += "\nNơi nhận phản hồi: " + w.reviewer.title + " " + lower(w.from.unit(w.reviewer.unit).name) + "."
		err = p.write(ctx, w.drafter, func(tx *store.Tx) (err error) { doc, err = documents.Revise(ctx, tx, w.id, f); return })
	case w.id == 0:
		err = p.write(ctx, w.drafter, func(tx *store.Tx) (err error) {
			if doc, err = documents.Draft(ctx, tx, f); err != nil {
				return err
			}
			for _, i := range w.files {
				if err = documents.Attach(ctx, tx, doc.ID, p.pool[i]); err != nil {
					return err
				}
			}
			if w.instead == nil {
				return nil
			}
			return documents.Relate(ctx, tx, doc.ID, w.instead.id, documents.RelationReplace, mistakes[w.turn%len(mistakes)])
		})
	default:
		doc, err = documents.FindOutgoing(ctx, p.s.DB, w.drafter.actor, w.id)
	}
	if err != nil {
		return err
	}
	w.id, w.state = doc.ID, doc.State
	if !doc.FileIsCurrent() {
		if doc, err = documents.Lay(ctx, p.s.Desk, w.drafter.actor, w.id); err != nil {
			return err
		}
	}
	if w.fate == drafted || w.fate == cancelled {
		return nil
	}
	note := "Kính trình đồng chí xem xét dự thảo."
	if again {
		note = "Đã tiếp thu, chỉnh sửa theo ý kiến."
	}
	if err = p.write(ctx, w.drafter, func(tx *store.Tx) error { return documents.Submit(ctx, tx, w.id, w.reviewer.holding, note) }); err == nil {
		w.state, w.revised = documents.InReview, again
	}
	return err
}

func (p *quarterPlay) sendBack(ctx context.Context, w *letter) error {
	err := p.write(ctx, w.reviewer, func(tx *store.Tx) error { return documents.Return(ctx, tx, w.id, sentBack[w.turn%len(sentBack)]) })
	if err == nil {
		w.state = documents.Returned
	}
	return err
}

func (p *quarterPlay) approve(ctx context.Context, w *letter) error {
	err := p.write(ctx, w.reviewer, func(tx *store.Tx) error {
		return documents.Approve(ctx, tx, w.id, reviewNotes[w.turn%len(reviewNotes)], org.HoldingID(0))
	})
	if err == nil {
		w.state = documents.AwaitingSignature
	}
	return err
}

func (p *quarterPlay) sign(ctx context.Context, w *letter) error {
	doc, err := documents.Sign(ctx, p.s.Desk, w.signer.actor, w.id, w.capacity, true)
	if err == nil {
		w.state = doc.State
	}
	return err
}

// release is the registry's part, as far as the plan lets the document come.
func (p *quarterPlay) release(ctx context.Context, w *letter) error {
	var doc *documents.Outgoing
	var err error
	if w.fate == issued {
		doc, err = documents.Release(ctx, p.s.Desk, w.clerk.actor, w.id)
	} else {
		if w.state == documents.Signed {
			err = p.write(ctx, w.clerk, func(tx *store.Tx) (err error) {
				doc, err = documents.Number(ctx, tx, w.id, documents.NumberForm{Days: p.s.Desk.Calendar})
				return
			})
		}
		if err == nil && w.fate == sealed {
			doc, err = documents.Seal(ctx, p.s.Desk, w.clerk.actor, w.id)
		}
		if err == nil && w.fate == cancelledNumber {
			return p.cancel(ctx, w, w.clerk)
		}
	}
	if err == nil && doc != nil {
		w.state, w.number = doc.State, doc.DocumentID
		if w.answers != nil {
			w.answers.state = documents.Done
		}
	}
	return err
}

// takeBack recalls an issued document as a whole; the exchange asks everybody who has it.
func (p *quarterPlay) takeBack(ctx context.Context, w *letter) error {
	err := p.write(ctx, p.desks[w.from].leaders[0], func(tx *store.Tx) error {
		return documents.Recall(ctx, tx, w.id, documents.RecallForm{Reason: recalls[w.turn%len(recalls)]})
	})
	w.gone = w.gone || err == nil
	return err
}

// answer is what an agency says to a sender who takes a document back or replaces it: the registry agrees, or a leader declines.
func (p *quarterPlay) answer(ctx context.Context, r *arrival) error {
	if err := p.known(ctx, r); err != nil {
		return err
	}
	who, say := r.clerk, func(tx *store.Tx) error { return documents.AgreeRequest(ctx, tx, r.id, 0) }
	if !r.agrees {
		who, say = r.leader, func(tx *store.Tx) error {
			return documents.DeclineRequest(ctx, tx, r.id, 0, declines[r.turn%len(declines)])
		}
	}
	err := p.write(ctx, who, say)
	if r.answered = err == nil; r.answered && r.agrees && r.takenBack() {
		r.state = documents.Recalled
	}
	return err
}

// known finds the receipt of what has come by exchange.
func (p *quarterPlay) known(ctx context.Context, r *arrival) error {
	if r.of == nil || r.id != 0 {
		return nil
	}
	id, err := documents.ArrivedAs(ctx, p.s.DB, r.clerk.actor, r.of.from.code, r.of.number)
	if err != nil {
		return fmt.Errorf("the receipt of %s: %w", r.of.number, err)
	}
	r.id = id
	return nil
}

func (p *quarterPlay) cancel(ctx context.Context, w *letter, who *post) error {
	err := p.write(ctx, who, func(tx *store.Tx) error {
		return documents.Cancel(ctx, tx, w.id, "Nội dung đã được chỉ đạo tại văn bản khác của cơ quan, không ban hành văn bản này.")
	})
	if err == nil {
		w.state = documents.Cancelled
	}
	return err
}

// register enters a document in the register and passes it on in one act (decision 0026), or keeps it.
func (p *quarterPlay) register(ctx context.Context, r *arrival) error {
	if err := p.known(ctx, r); err != nil {
		return err
	}
	id := r.id
	err := p.write(ctx, r.clerk, func(tx *store.Tx) error {
		if id = r.id; id == 0 {
			in, err := documents.Enter(ctx, tx, *r.entry)
			if err != nil {
				return err
			}
			id = in.ID
		}
		switch form := (documents.RegisterForm{}); {
		case r.fate == registered:
			_, err := documents.Register(ctx, tx, id, form)
			return err
		case r.fate == noted:
			if _, err := documents.Register(ctx, tx, id, form); err != nil {
				return err
			}
			return documents.Conclude(ctx, tx, id, kept[r.turn%len(kept)])
		case r.ruled():
			d := p.direction(r)
			d.Opinion, d.ByRule = "", "Quy chế làm việc, điều "+fmt.Sprint(5+r.turn%14)
			_, err := documents.RegisterAndPass(ctx, tx, id, form, documents.Passing{Direct: &d})
			return err
		default:
			_, err := documents.RegisterAndPass(ctx, tx, id, form, documents.Passing{To: int64(r.leader.holding), Note: submitNotes[r.turn%len(submitNotes)]})
			return err
		}
	})
	if err != nil {
		return err
	}
	switch r.id = id; {
	case r.fate == noted:
		r.state = documents.Done
	case r.fate != registered && r.ruled():
		r.state, r.directed = documents.Assigned, 1
	default:
		r.state = documents.Registered
	}
	return nil
}

// direction is the bút phê: a unit or a specialist leads, some others are told or take part.
func (p *quarterPlay) direction(r *arrival) documents.Direction {
	f := documents.Direction{Leads: []documents.Target{{Unit: int64(r.at.unit(r.chief.unit).id)}}, DueDays: r.dueDays, Days: p.s.Desk.Calendar}
	name := r.at.unit(r.chief.unit).name
	if !r.toUnit() {
		f.Leads[0], name = documents.Target{Post: int64(r.hand.holding)}, "đồng chí "+r.hand.name
	}
	f.Opinion = sentence(strings.ReplaceAll(directions[r.turn%len(directions)], "{lead}", name))
	if u := &r.at.units[r.turn%len(r.at.units)]; r.turn%5 == 1 && u.abbr != r.chief.unit {
		f.Coordinators = []documents.Target{{Unit: int64(u.id)}}
	}
	return f
}

func (p *quarterPlay) direct(ctx context.Context, r *arrival) error {
	err := p.write(ctx, r.leader, func(tx *store.Tx) error {
		_, err := documents.Direct(ctx, tx, r.id, p.direction(r))
		return err
	})
	if err == nil {
		r.state = documents.Assigned
		r.directed++
	}
	return err
}

// leads is who holds the direction's own leading line.
func (r *arrival) leads() *post {
	if r.toUnit() {
		return r.chief
	}
	return r.hand
}

func (p *quarterPlay) giveBack(ctx context.Context, r *arrival) error {
	id, err := p.s.line(ctx, r.leads(), r.id)
	if err != nil {
		return err
	}
	err = p.write(ctx, r.leads(), func(tx *store.Tx) error {
		return documents.ReturnLine(ctx, tx, id, "Nội dung thuộc nhiệm vụ của nhiều đơn vị, đề nghị lãnh đạo xác định rõ đơn vị chủ trì và thời hạn.")
	})
	r.given = r.given || err == nil
	return err
}

// forward: the head of the unit names who does the work.
func (p *quarterPlay) forward(ctx context.Context, r *arrival) error {
	l, err := p.openLine(ctx, r.chief, r.id)
	if err != nil || l.State == documents.LineForwarded {
		return err
	}
	to, note := documents.Target{Post: int64(r.hand.holding)}, forwardNotes[r.turn%len(forwardNotes)]
	return p.write(ctx, r.chief, func(tx *store.Tx) error {
		_, err := documents.HandOver(ctx, tx, l.ID, to, note)
		return err
	})
}

// openLine finds the open leading line of a person or of the unit he heads.
func (p *quarterPlay) openLine(ctx context.Context, who *post, id int64) (*documents.Line, error) {
	lines, err := documents.Lines(ctx, p.s.DB, who.actor, id)
	if err != nil {
		return nil, err
	}
	for i := range lines {
		l := &lines[i]
		if l.Role == documents.Lead && documents.Holds(who.actor, l) && l.State != documents.LineRecalled && l.State != documents.LineReturnedByMe && l.State != documents.LineDone {
			return l, nil
		}
	}
	return nil, fmt.Errorf("the line of %s: %w", who.name, errMissing)
}

func (p *quarterPlay) start(ctx context.Context, r *arrival) error {
	id, err := p.s.line(ctx, r.hand, r.id)
	if err == nil {
		err = documents.MarkRead(ctx, p.s.DB, r.hand.actor, r.id)
	}
	if err == nil {
		err = p.write(ctx, r.hand, func(tx *store.Tx) error { return documents.Start(ctx, tx, id) })
	}
	if err == nil {
		r.state = documents.InProgress
	}
	return err
}

func (p *quarterPlay) complete(ctx context.Context, r *arrival) error {
	id, err := p.s.line(ctx, r.hand, r.id)
	if err == nil {
		err = p.write(ctx, r.hand, func(tx *store.Tx) error {
			return documents.Complete(ctx, tx, id, documents.CompleteForm{Result: results[r.turn%len(results)]})
		})
	}
	if err == nil {
		r.state = documents.Done
	}
	return err
}

// done tells whether what a deed is for stands already.
func (d *deed) done() bool {
	if w := d.w; w != nil {
		switch d.what {
		case doDraft:
			return w.state != "" && w.state != documents.Drafted
		case doSendBack:
			return w.revised || w.state != documents.InReview
		case doRevise:
			return w.state != documents.Returned
		case doApprove:
			return w.state != documents.InReview
		case doSign:
			return w.state != documents.AwaitingSignature
		case doRecall:
			return w.gone
		}
		return w.state == stateOf[w.fate]
	}
	r := d.r
	switch {
	case r.state == documents.Recalled:
		return true
	case d.what == doAnswer:
		return r.answered
	}
	switch d.what {
	case doRegister:
		return r.state != "" && r.state != documents.Arrived
	case doDirect:
		return r.directed > 0
	case doGiveBack:
		return r.given || r.directed > 1
	case doDirectAgain:
		return r.directed > 1
	case doStart:
		return r.state == documents.InProgress || r.state == documents.Done
	}
	return r.state == documents.Done
}
