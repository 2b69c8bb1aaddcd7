package documents

import (
	"context"
	"slices"

	"congvu/internal/store"
)

// Forward gives a line on (D11.8); it stays mine to follow. A leading line may name one lead below it; others only coordinators and
// informed. The line counts as forwarded when somebody below has its own role.
func Forward(ctx context.Context, tx *store.Tx, id int64, form ForwardForm) ([]Line, error) {
	l, err := mine(ctx, tx, id, form.Revision, lineForward)
	if err != nil {
		return nil, err
	}
	if form.Note, err = opinion("note", form.Note, false); err != nil {
		return nil, err
	}
	if form.Due, err = deadline(today(tx.Now()), form.Due, form.DueDays, form.Days); err != nil {
		return nil, err
	}
	var leads []Target
	if form.Lead != (Target{}) {
		leads = []Target{form.Lead}
	}
	targets, err := gather(ctx, tx, leads, form.Coordinators, form.Informed)
	if err != nil {
		return nil, err
	}
	if err := l.checkForward(targets); err != nil {
		return nil, err
	}
	made, err := l.give(ctx, tx, targets, form)
	if err != nil {
		return nil, err
	}
	if l.State != LineDone && l.State != LineForwarded && slices.ContainsFunc(targets, func(t wanted) bool { return t.role == l.Role }) {
		l.State = LineForwarded
	}
	return made, l.save(ctx, tx)
}

func (l at) checkForward(targets []wanted) error {
	if len(targets) == 0 {
		return store.RefuseField("lead", "Cần chọn ít nhất một đơn vị hoặc cá nhân để chuyển.")
	}
	for _, t := range targets {
		if t.role == Lead && (l.Role != Lead || l.State == LineDone) {
			return store.RefuseField("lead", "Chỉ nơi đang chủ trì mới giao chủ trì tiếp được. Hãy chuyển để phối hợp hoặc để biết.")
		}
		if t.role == Coordinate && l.Role == Inform {
			return store.RefuseField("coordinators", "Văn bản nhận để biết chỉ chuyển tiếp để biết.")
		}
		if t.holder.kind == l.HolderKind && t.holder.id == l.HolderID {
			return store.RefuseField("lead", "Không chuyển văn bản cho chính nơi đang giữ.")
		}
		for i := range l.all {
			c := &l.all[i]
			if c.ParentID != l.ID || c.State == LineRecalled || c.State == LineReturnedByMe {
				continue
			}
			if c.HolderKind == t.holder.kind && c.HolderID == t.holder.id {
				return store.RefuseField("lead", "{name} đã được chuyển văn bản này.", "name", t.holder.name)
			}
			if t.role == Lead && c.Role == Lead && c.State != LineDone {
				return store.RefuseField("lead", "{name} đang chủ trì. Hãy rút lại trước khi giao người khác.", "name", c.HolderName)
			}
		}
	}
	return nil
}

// give makes the lines below a line and tells their holders.
func (l at) give(ctx context.Context, tx *store.Tx, targets []wanted, form ForwardForm) ([]Line, error) {
	a := tx.Actor()
	name, _, err := nameActor(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	var made []Line
	var notify []int64
	for _, t := range targets {
		c := t.line(tx, l.d, l.DirectionID, l.ID, form.Note, orDue(t.Due, orDue(form.Due, l.DueDate)))
		c.FromPerson, c.FromHolding, c.FromName = a.Person, a.Holding, name
		if err := c.insert(ctx, tx); err != nil {
			return nil, err
		}
		made, notify = append(made, *c), append(notify, t.holder.notify...)
	}
	names := make([]string, len(targets))
	for i, t := range targets {
		names[i] = t.holder.name
	}
	return made, l.d.tell(ctx, tx, "", told{verb: "document.forwarded", notify: notify,
		step: Step{Act: "forwarded", What: store.Say("Chuyển {holders}", "holders", names), Note: form.Note},
		text: store.Say("{from} chuyển văn bản {code}: {subject}", "from", name, "code", l.d.name(), "subject", l.d.Subject)})
}

// HandOver gives a line away wholly: the receiver has its role, and when his line closes, this one closes with it.
func HandOver(ctx context.Context, tx *store.Tx, id int64, to Target, note string) (*Line, error) {
	l, err := mine(ctx, tx, id, 0, lineHandOver)
	if err != nil {
		return nil, err
	}
	if note, err = opinion("note", note, false); err != nil {
		return nil, err
	}
	var groups [3][]Target
	groups[slices.Index([]LineRole{Lead, Coordinate, Inform}, l.Role)] = []Target{to}
	targets, err := gather(ctx, tx, groups[0], groups[1], groups[2])
	if err == nil {
		err = l.checkForward(targets)
	}
	if err != nil {
		return nil, err
	}
	made, err := l.give(ctx, tx, targets, ForwardForm{Note: note})
	if err != nil {
		return nil, err
	}
	l.State, l.HandedOver = LineForwarded, true
	return &made[0], l.save(ctx, tx)
}

// Start says that handling has begun; by a leading line it is told to the sender (05). Starting again changes nothing.
func Start(ctx context.Context, tx *store.Tx, id int64) error {
	l, err := mine(ctx, tx, id, 0, lineStart)
	if err != nil || l.StartedAt != 0 {
		return err
	}
	l.StartedAt = tx.Now()
	if err := l.save(ctx, tx); err != nil {
		return err
	}
	t := told{verb: "document.line_started", step: Step{Act: "started", What: store.Say("{holder} bắt đầu xử lý", "holder", l.HolderName)}}
	if l.Role != Lead {
		return l.d.tell(ctx, tx, "", t)
	}
	next, err := l.d.State.after(actStart)
	if err != nil {
		return err
	}
	if next == l.d.State {
		return l.d.tell(ctx, tx, "", t)
	}
	l.d.State = next
	if err := l.d.save(ctx, tx); err != nil {
		return err
	}
	t.verb = "document.started"
	return l.d.tell(ctx, tx, actStart, t)
}

// Comment leaves an opinion (D11.9): the registry, leaders and their assistants on what they see, heads of unit on their unit's lines.
func Comment(ctx context.Context, tx *store.Tx, id int64, words string) error {
	a := tx.Actor()
	d, err := hold(ctx, tx, id, 0)
	if err != nil {
		return err
	}
	if d.State == Arrived || d.State == Refused || d.State == Recalled {
		return store.Refuse(store.Conflict, "Văn bản {code} chưa được tiếp nhận hoặc không còn hiệu lực nên không ghi ý kiến được.", "code", d.name())
	}
	all, err := linesOf(ctx, tx, d.AgencyID, d.ID)
	if err != nil {
		return err
	}
	notify := []int64{d.SubmittedPerson}
	open, err := commentsOpen(ctx, tx, a, d.ID)
	if err != nil {
		return err
	}
	for i := range all {
		l := &all[i]
		open = open || a.Roles.Has(store.UnitHead) && (Holds(a, l) || l.UnitID == HeadsUnit(a)) && l.State.allows(lineComment) == nil
		if l.State.allows(lineComment) == nil && l.HolderPerson != 0 {
			notify = append(notify, l.HolderPerson)
		}
	}
	if !open {
		return errNotYours()
	}
	if words, err = opinion("text", words, true); err != nil {
		return err
	}
	return d.tell(ctx, tx, "", told{verb: "document.commented", notify: notify,
		step: Step{Act: "commented", What: store.Say("Ý kiến"), Note: words},
		text: store.Say("Có ý kiến mới trên văn bản {code}: {opinion}", "code", d.name(), "opinion", words)})
}

// Complete finishes a line (D11.7) with a result or the outgoing document that replies. A line handed over closes with the one below it;
// leading lines below a finished line close with it. When the leading lines of the direction are finished, the document is done (06).
func Complete(ctx context.Context, tx *store.Tx, id int64, form CompleteForm) error {
	l, err := mine(ctx, tx, id, form.Revision, lineComplete)
	if err != nil {
		return err
	}
	if form.Result, err = opinion("result", form.Result, form.ReplyOutgoing == 0 && l.Role != Inform); err != nil {
		return err
	}
	if form.ReplyOutgoing != 0 {
		if ok, err := outgoingExists(ctx, tx, l.AgencyID, form.ReplyOutgoing); err != nil {
			return err
		} else if !ok {
			return store.RefuseField("reply", "Không tìm thấy văn bản trả lời trong cơ quan. Hãy chọn lại.")
		}
	}
	if err := l.finish(ctx, tx, form.Result, form.ReplyOutgoing); err != nil {
		return err
	}
	notify := []int64{l.FromPerson}
	if err := l.d.tell(ctx, tx, "", told{verb: "document.line_completed", notify: notify,
		step: Step{Act: "line_completed", What: store.Say("{holder} hoàn thành phần việc ({role})", "holder", l.HolderName, "role", store.Say(l.Role.Label())),
			Note: form.Result, Late: l.DueDate.Before(today(tx.Now()))},
		text: store.Say("{holder} đã hoàn thành phần việc của văn bản {code}.", "holder", l.HolderName, "code", l.d.name())}); err != nil {
		return err
	}
	return l.settle(ctx, tx, form.Result, form.ReplyOutgoing)
}

// finish closes a line, what it leads below, and what was handed over to it.
func (l at) finish(ctx context.Context, tx *store.Tx, result string, reply int64) error {
	closing := []*Line{l.Line}
	for _, b := range below(l.all, l.ID) {
		if b.Role == Lead && b.State.allows(lineComplete) == nil {
			closing = append(closing, b)
		}
	}
	for up := l.parent(); up != nil && up.HandedOver && up.State == LineForwarded; up = (at{up, l.d, l.all}).parent() {
		closing = append(closing, up)
	}
	for _, c := range closing {
		c.State, c.DoneAt, c.DoneBy, c.Result, c.ReplyOutgoing = LineDone, tx.Now(), tx.Actor().Person, result, reply
		if err := c.save(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// settle closes the document when its leads are finished.
func (l at) settle(ctx context.Context, tx *store.Tx, result string, reply int64) error {
	leads := 0
	for i := range l.all {
		if r := &l.all[i]; r.ParentID == 0 && r.Role == Lead && r.State != LineRecalled && r.State != LineReturnedByMe {
			if leads++; r.State != LineDone {
				return nil
			}
		}
	}
	if leads == 0 || l.Role != Lead {
		return nil
	}
	next, err := l.d.State.after(actClose)
	if err != nil || next == l.d.State {
		return err
	}
	l.d.Result, l.d.ReplyOutgoing = result, reply
	return l.d.close(ctx, tx)
}

// ReturnLine gives a line back to who sent it, with a reason of 10 to 1000 characters (D11.6). A direction's leading line goes back to
// the leader, who directs anew.
func ReturnLine(ctx context.Context, tx *store.Tx, id int64, reason string) error {
	l, err := mine(ctx, tx, id, 0, lineReturn)
	if err != nil {
		return err
	}
	if reason, err = reasonText(reason); err != nil {
		return err
	}
	for _, b := range below(l.all, l.ID) {
		if b.ParentID == l.ID && b.State.allows(lineRecall) == nil && b.State != LineDone {
			if err := l.d.withdraw(ctx, tx, l.all, b, reason); err != nil {
				return err
			}
		}
	}
	l.State, l.Reason = LineReturnedByMe, reason
	if err := l.save(ctx, tx); err != nil {
		return err
	}
	notify := []int64{l.FromPerson}
	if up := l.parent(); up != nil {
		people, err := peopleOf(ctx, tx, up)
		if err != nil {
			return err
		}
		notify = append(notify, people...)
		if up.Role == l.Role && (up.State == LineForwarded || up.State == LineToDo) {
			up.State, up.HandedOver, up.Reason = LineReturnedToMe, false, reason
			if err := up.save(ctx, tx); err != nil {
				return err
			}
		}
	} else if err := l.leaderless(ctx, tx); err != nil {
		return err
	}
	return l.d.tell(ctx, tx, "", told{verb: "document.returned", notify: notify,
		step: Step{Act: "line_returned", What: store.Say("{holder} trả lại văn bản", "holder", l.HolderName), Note: reason},
		text: store.Say("{holder} trả lại văn bản {code}: {reason}", "holder", l.HolderName, "code", l.d.name(), "reason", reason)})
}

// leaderless puts a document whose lead is gone back before who directed it: the leader, or the registry when it forwarded by rule.
func (l at) leaderless(ctx context.Context, tx *store.Tx) error {
	if l.Role != Lead || l.d.State == Done {
		return nil
	}
	for i := range l.all {
		if r := &l.all[i]; r.ParentID == 0 && r.Role == Lead && r.State != LineRecalled && r.State != LineReturnedByMe {
			return nil // several leads: another is left
		}
	}
	dir, err := store.One[Directed](ctx, tx, sqlDirection, l.AgencyID, l.DirectionID)
	if err != nil {
		return err
	}
	l.d.LeadName, l.d.Stage = "", InTabToSubmit
	if dir.ByRule == "" {
		l.d.Stage = InTabToDirect
		l.d.SubmittedTo, l.d.SubmittedPerson = dir.LeaderHolding, dir.LeaderPerson
		if l.d.SubmittedAt == 0 {
			l.d.SubmittedAt = tx.Now()
		}
	}
	return l.d.save(ctx, tx)
}

// gave tells who gave a line and may take it back: the giver, the holder of the line above, who may direct the document, an assistant only
// as far as the leader's assignment reaches (D12.3); for what was forwarded by rule, the registry.
func (l at) gave(ctx context.Context, r store.Reader, a store.Actor, byRule bool) (bool, error) {
	if up := l.parent(); up != nil {
		return Holds(a, up) || l.FromHolding == a.Holding, nil
	}
	if l.FromHolding == a.Holding && Leads(a) {
		return true, nil
	}
	return directs(ctx, r, a, l.d, byRule)
}

// RecallLine takes back a line that was given below the actor's, and every line below it (D11.10, N4), while the document is not done.
func RecallLine(ctx context.Context, tx *store.Tx, id int64, reason string) error {
	l, err := lineAt(ctx, tx, id, 0)
	if err != nil {
		return err
	}
	byRule := false
	if l.ParentID == 0 {
		dir, err := store.One[Directed](ctx, tx, sqlDirection, l.AgencyID, l.DirectionID)
		if err != nil {
			return err
		}
		byRule = dir.ByRule != ""
	}
	if may, err := l.gave(ctx, tx, tx.Actor(), byRule); err != nil {
		return err
	} else if !may {
		return errNotYours()
	}
	if err := l.State.allows(lineRecall); err != nil {
		return err
	}
	if l.d.State == Done {
		return store.Refuse(store.Conflict, "Văn bản {code} đã xử lý xong nên không rút lại được.", "code", l.d.name())
	}
	if reason, err = reasonText(reason); err != nil {
		return err
	}
	if err := l.d.withdraw(ctx, tx, l.all, l.Line, reason); err != nil {
		return err
	}
	up := l.parent()
	if up == nil {
		return l.leaderless(ctx, tx)
	}
	if up.State == LineForwarded && up.Role == l.Role {
		up.State, up.HandedOver = LineToDo, false
		return up.save(ctx, tx)
	}
	return nil
}

// ReplyIssued closes what our outgoing document, now issued, answers: the leading lines and the document (N2). Outgoing's Issue calls it.
// A document that can no longer or not yet be closed stays as it is: issuing the reply does not fail over it.
func ReplyIssued(ctx context.Context, tx *store.Tx, outgoingID, incomingID int64) error {
	d, err := receiptHeld(ctx, tx, tx.Actor().Agency, incomingID)
	if err != nil {
		return err
	}
	if d.TwinDecision == TwinLink {
		if d, err = receiptHeld(ctx, tx, d.AgencyID, d.TwinOf); err != nil {
			return err
		}
	}
	next, refused := d.State.after(actClose)
	if refused != nil {
		return nil
	}
	all, err := linesOf(ctx, tx, d.AgencyID, d.ID)
	if err != nil {
		return err
	}
	for i := range all {
		if l := &all[i]; l.Role == Lead && l.State.allows(lineComplete) == nil {
			l.State, l.DoneAt, l.DoneBy, l.ReplyOutgoing = LineDone, tx.Now(), tx.Actor().Person, outgoingID
			if err := l.save(ctx, tx); err != nil {
				return err
			}
		}
	}
	if next == d.State {
		return nil
	}
	d.ReplyOutgoing = outgoingID
	return d.close(ctx, tx)
}
