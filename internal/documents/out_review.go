package documents

import (
	"context"

	"congvu/internal/org"
	"congvu/internal/store"
)

// move is the change of state of an act: who holds the document then, and what the history and the people concerned are told.
type move struct {
	act    Act
	next   State
	holder *org.Holding // nil = nobody
	what   store.Message
	note   string
	verb   string
	tell   store.Message
	notify []int64
	late   bool
	data   any // anything else the journal keeps
}

var sqlMove = store.SQL(`UPDATE documents_outgoing SET state = $1, revision = revision + 1, holder_holding = $2, holder_person = $3, holder_name = $4, at_us = $5
	WHERE agency_id = $6 AND id = $7 AND state = $8 AND revision = $9`)

// carry writes a move: the state with its guard, the history, who may see the document from now on, the journal.
func (o *Outgoing) carry(ctx context.Context, tx *store.Tx, m move) error {
	var h org.Holding
	if m.holder != nil {
		h = *m.holder
	}
	if err := tx.Put(ctx, sqlMove, m.next, h.ID, h.PersonID, h.PersonName, tx.Now(), o.AgencyID, o.ID, o.State, o.Revision); err != nil {
		return err
	}
	o.State, o.HolderHolding, o.HolderPerson, o.HolderName = m.next, int64(h.ID), int64(h.PersonID), h.PersonName
	o.Revision++
	if err := o.endRelease(ctx, tx, m.next); err != nil {
		return err
	}
	if err := takePart(ctx, tx, o, int64(h.PersonID), tx.Actor().Person); err != nil {
		return err
	}
	return o.tell(ctx, tx, m)
}

// tell writes history and journal of an act; the actor himself is told nothing.
func (o *Outgoing) tell(ctx context.Context, tx *store.Tx, m move) error {
	if err := step(ctx, tx, o.AgencyID, o.Ref(), Step{Act: string(m.act), What: m.what, Note: m.note, Late: m.late, Version: o.Version}); err != nil {
		return err
	}
	e := store.Event{Verb: m.verb, Agency: o.AgencyID, Ref: o.Ref(), Title: o.Title(), Text: m.tell, Data: m.data}
	for _, p := range m.notify {
		if p != 0 && p != tx.Actor().Person && !contains(e.Notify, p) {
			e.Notify = append(e.Notify, p)
		}
	}
	if len(e.Notify) == 0 {
		e.Text = store.Message{}
	}
	return tx.Record(e)
}

// reviewable lists what a document needs before it is shown for approval or signature.
func (o *Outgoing) reviewable() error {
	var p store.Problems
	if o.SignerHolding == 0 {
		p.Add("signer", "Hãy chọn người ký và quyền hạn ký.")
	}
	if o.MainFile == 0 {
		p.Add("file", "Văn bản chưa có tệp chính. Hãy trình bày văn bản hoặc tải tệp PDF lên trước.")
	} else if !o.FileIsCurrent() {
		p.Add("file", "Nội dung đã sửa sau lần trình bày gần nhất. Hãy trình bày lại để người duyệt thấy đúng nội dung.")
	}
	return p.Err()
}

func note(s string, least int) (string, error) {
	s = text(s)
	if n := len([]rune(s)); n < least || n > 4000 {
		return s, store.RefuseField("note", "Nội dung ý kiến cần từ {least} đến 4000 ký tự.", "least", least)
	}
	return s, nil
}

// Submit sends a draft on its way: to the person named, or, with to 0, along the agency's plan for its type (D8.5, D8.6).
func Submit(ctx context.Context, tx *store.Tx, id int64, to org.HoldingID, words string) error {
	o, way, err := begin(ctx, tx, id, ActSubmit)
	if err == nil {
		err = o.reviewable()
	}
	if err == nil {
		err = o.layoutAllows(ctx, tx)
	}
	if err == nil {
		words, err = note(words, 0)
	}
	if err != nil {
		return err
	}
	plan, err := o.plan(ctx, tx)
	if err != nil {
		return err
	}
	if to != 0 || len(plan) == 0 {
		h, err := colleague(ctx, tx, "to", to)
		if err != nil {
			return err
		}
		plan = []plannedStep{{stage: 1, duty: o.dutyOf(h), holder: h}}
	}
	h, told, err := o.begun(ctx, tx, plan)
	if err != nil {
		return err
	}
	return o.carry(ctx, tx, move{act: ActSubmit, next: way.next, holder: h, note: words, verb: "document.submitted",
		what: store.Say("Trình {name} ({title}) xem xét.", "name", h.PersonName, "title", h.Title),
		tell: store.Say("{who} trình ông/bà xem xét dự thảo “{subject}”.", "who", o.DrafterName, "subject", o.Subject), notify: told})
}

// Opine leaves an opinion without moving the document. Everybody who may see a draft may leave one while it is under review.
func Opine(ctx context.Context, tx *store.Tx, id int64, words string) error {
	o, _, err := begin(ctx, tx, id, ActOpine)
	if err == nil {
		words, err = note(words, 1)
	}
	if err == nil {
		err = o.touch(ctx, tx)
	}
	if err != nil {
		return err
	}
	return o.tell(ctx, tx, move{act: ActOpine, note: words, verb: "document.opined", what: store.Say("Cho ý kiến."),
		tell: store.Say("Có ý kiến mới về dự thảo “{subject}”.", "subject", o.Subject), notify: []int64{o.DrafterID, o.HolderPerson}})
}

// Return sends a document back to its drafter with a reason (D8.3): by who holds it, by the signer, or by the registry that will not
// number it (D8.11).
func Return(ctx context.Context, tx *store.Tx, id int64, reason string) error {
	o, way, err := begin(ctx, tx, id, ActReturn)
	if err == nil {
		reason, err = note(reason, 10)
	}
	if err != nil {
		return err
	}
	what := store.Say("Trả lại dự thảo để chỉnh sửa.")
	if o.State == Signed {
		what = store.Say("Văn thư từ chối cấp số và trả lại văn bản; chữ ký trên phiên bản {version} không được dùng.", "version", o.Version)
		if err := o.voidSignature(ctx, tx); err != nil {
			return err
		}
	}
	if err := o.endSteps(ctx, tx, reason, true); err != nil {
		return err
	}
	told, err := headsOf(ctx, tx, o.AgencyID, o.UnitID) // it goes back through the head of the drafting unit (D8.3)
	if err != nil {
		return err
	}
	return o.carry(ctx, tx, move{act: ActReturn, next: way.next, note: reason, verb: "document.returned", what: what,
		tell: store.Say("Văn bản “{subject}” bị trả lại: {reason}", "subject", o.Subject, "reason", reason), notify: append([]int64{o.DrafterID, o.SignerPerson}, told...)})
}

// sqlVoidSignature: the signed file stays as a version; the draft needs a new one.
var sqlVoidSignature = store.SQL(`UPDATE documents_outgoing SET signed_us = 0, content_no = content_no + 1 WHERE agency_id = $1 AND id = $2 AND state = 'signed'`)

func (o *Outgoing) voidSignature(ctx context.Context, tx *store.Tx) error {
	return tx.Put(ctx, sqlVoidSignature, o.AgencyID, o.ID)
}

// Withdraw takes a draft back from review, as long as nobody was asked to sign: the drafter saw a mistake, or who holds it has left.
func Withdraw(ctx context.Context, tx *store.Tx, id int64, reason string) error {
	o, way, err := begin(ctx, tx, id, ActWithdraw)
	if err == nil {
		reason, err = note(reason, 0)
	}
	if err != nil {
		return err
	}
	if err := o.endSteps(ctx, tx, "", false); err != nil {
		return err
	}
	return o.carry(ctx, tx, move{act: ActWithdraw, next: way.next, note: reason, verb: "document.withdrawn", what: store.Say("Rút dự thảo về để sửa."),
		tell: store.Say("Dự thảo “{subject}” đã được người soạn thảo rút về.", "subject", o.Subject), notify: []int64{o.HolderPerson}})
}

// Approve passes a document on: to who else reviews it in this stage or the next, and at the end of the way to the signer (D8.4–D8.6). next puts one more
// reviewer in before what follows. What the actor answers for stands in his step; with a certificate it is Initial.
func Approve(ctx context.Context, tx *store.Tx, id int64, words string, next org.HoldingID) error {
	return initial(ctx, tx, id, words, InitialsPlain, next)
}

func initial(ctx context.Context, tx *store.Tx, id int64, words, method string, next org.HoldingID) error {
	o, way, err := begin(ctx, tx, id, ActApprove)
	if err == nil {
		err = o.reviewable()
	}
	if err == nil {
		words, err = note(words, 0)
	}
	if err != nil {
		return err
	}
	var more *org.Holding
	if next != 0 && next != org.HoldingID(o.SignerHolding) {
		if more, err = colleague(ctx, tx, "next", next); err != nil {
			return err
		}
	}
	mine, holder, told, err := o.stepDone(ctx, tx, words, method, more)
	if err != nil {
		return err
	}
	m := move{act: ActApprove, next: InReview, holder: holder, note: words, verb: "document.approved", notify: told, data: map[string]string{"duty": string(mine.Duty), "method": method}}
	if holder == nil {
		m.next = way.next
		if err := o.settleRequired(ctx, tx); err != nil {
			return err
		}
		if m.holder, err = colleague(ctx, tx, "next", org.HoldingID(o.SignerHolding)); err != nil {
			return err
		}
		m.notify = []int64{int64(m.holder.PersonID)}
	}
	m.what = store.Say("{duty} và chuyển {name} ({title}) xem xét.", "duty", store.Say(mine.Duty.Label()), "name", m.holder.PersonName, "title", m.holder.Title)
	m.tell = store.Say("Dự thảo “{subject}” được chuyển đến ông/bà xem xét.", "subject", o.Subject)
	if m.next == AwaitingSignature {
		m.what = store.Say("{duty} và trình {name} ({title}) ký.", "duty", store.Say(mine.Duty.Label()), "name", m.holder.PersonName, "title", m.holder.Title)
		m.tell = store.Say("Văn bản “{subject}” được trình ông/bà ký.", "subject", o.Subject)
	}
	return o.carry(ctx, tx, m)
}

var sqlNewSigner = store.SQL(`UPDATE documents_outgoing SET signer_holding = $1, signer_person = $2, signer_name = $3, capacity = $4, capacity_lines = $5,
	signer_position = $6, delegation_id = $7, content_no = content_no + 1, search_text = $8 WHERE agency_id = $9 AND id = $10`)

// AskSigner names another signer (D8.12). The page shows the signer, so it must be laid out again; asked by the signer himself, the
// document stays with him for that.
func AskSigner(ctx context.Context, tx *store.Tx, id int64, to org.HoldingID, capacityCode, words string) error {
	o, way, err := begin(ctx, tx, id, ActAskSigner)
	if err == nil {
		words, err = note(words, 0)
	}
	if err != nil {
		return err
	}
	var p store.Problems
	if err = o.fillSigner(ctx, tx, to, capacityCode, &p); err == nil {
		err = p.Err()
	}
	if err == nil && o.SignerHolding == 0 {
		err = store.RefuseField("signer", "Hãy chọn người ký và quyền hạn ký.")
	}
	if err != nil {
		return err
	}
	me, err := colleague(ctx, tx, "", org.HoldingID(tx.Actor().Holding))
	if err != nil {
		return err
	}
	err = tx.Put(ctx, sqlNewSigner, o.SignerHolding, o.SignerPerson, o.SignerName, o.Capacity, store.JSONOf(o.CapacityLines), o.SignerPosition, o.DelegationID,
		o.searchText(), o.AgencyID, o.ID)
	if err != nil {
		return err
	}
	if err := o.voidApprovals(ctx, tx, store.Say("đổi người ký"), byLayout); err != nil {
		return err
	}
	next := o.State
	if way.next != "" {
		next = way.next
	}
	return o.carry(ctx, tx, move{act: ActAskSigner, next: next, holder: me, note: words, verb: "document.signer_changed",
		what: store.Say("Đổi người ký thành {name} ({title}).", "name", o.SignerName, "title", o.SignerPosition),
		tell: store.Say("Văn bản “{subject}” đổi người ký thành {name}.", "subject", o.Subject, "name", o.SignerName), notify: []int64{o.DrafterID, o.SignerPerson}})
}

var sqlVoidNumber = store.SQL(`UPDATE documents_numbers SET void_reason = $1 WHERE agency_id = $2 AND outgoing_id = $3 AND void_reason = ''`)

// Cancel ends a document that is not issued. A number that was drawn stays in the register as void, with the reason (D7.10).
func Cancel(ctx context.Context, tx *store.Tx, id int64, reason string) error {
	o, way, err := begin(ctx, tx, id, ActCancel)
	if err == nil {
		reason, err = note(reason, 10)
	}
	if err != nil {
		return err
	}
	what := store.Say("Hủy văn bản.")
	if o.Number != 0 {
		what = store.Say("Hủy văn bản; số {number} bỏ trong sổ.", "number", o.NumberText)
		if err := tx.Put(ctx, sqlVoidNumber, reason, o.AgencyID, o.ID); err != nil {
			return err
		}
	}
	if err := o.endSteps(ctx, tx, "", false); err != nil {
		return err
	}
	return o.carry(ctx, tx, move{act: ActCancel, next: way.next, note: reason, verb: "document.cancelled", what: what,
		tell: store.Say("Văn bản “{subject}” đã bị hủy: {reason}", "subject", o.Subject, "reason", reason), notify: []int64{o.DrafterID, o.SignerPerson}})
}
