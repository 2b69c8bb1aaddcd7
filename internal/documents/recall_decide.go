package documents

import (
	"context"

	"congvu/internal/store"
)

var sqlDecideSenderAsk = store.SQL(`UPDATE documents_requests SET state = $1, decided_us = $2, decided_by = $3, decided_name = $4, decision = $5, automatic = $6
	WHERE agency_id = $7 AND id = $8 AND state = 'pending'`)

// MayAgree: the registry or a leader agrees to a sender's request (X12.1).
func MayAgree(a store.Actor) bool { return a.For == 0 && (KeepsRegisters(a) || Leads(a)) }

// MayDecline: only a leader, in person: the decree gives no right to keep a recalled document (X9.9).
func MayDecline(a store.Actor) bool { return a.For == 0 && Leads(a) }

// pending finds the oldest request that waits for an answer; Conflict when there is none.
func (d *Incoming) pending(ctx context.Context, tx *store.Tx) (*Request, error) {
	all, err := store.All[Request](ctx, tx, sqlSenderAsks, d.AgencyID, d.ID)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].State == AskedPending {
			return &all[i], nil
		}
	}
	return nil, store.Refuse(store.Conflict, "Văn bản {code} không có yêu cầu nào của cơ quan gửi đang chờ trả lời. Nội dung được giữ nguyên; tải lại trang.", "code", d.name())
}

// decide closes a request and tells exchange, which answers the sender: 15 or 16, once (X12.4).
func (q *Request) decide(ctx context.Context, tx *store.Tx, state, decision string, automatic bool) error {
	name, _, err := nameActor(ctx, tx, tx.Actor())
	if err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlDecideSenderAsk, state, tx.Now(), tx.Actor().Person, name, decision, automatic, q.AgencyID, q.ID); err != nil {
		return err
	}
	verb := "document.request_agreed"
	if state == AskedDeclined {
		verb = "document.request_declined"
	}
	q.State, q.Decision, q.DecidedName = state, decision, name
	return tx.Record(store.Event{Verb: verb, Agency: q.AgencyID, Ref: q.Ref(), Title: joinCode(q.Number, q.Notation), Data: map[string]any{"incoming": q.IncomingID, "kind": q.Kind}})
}

// settleFlag clears P when no request waits any more, else shows the kind of the next.
func (d *Incoming) settleFlag(ctx context.Context, tx *store.Tx) error {
	all, err := store.All[Request](ctx, tx, sqlSenderAsks, d.AgencyID, d.ID)
	if err != nil {
		return err
	}
	d.PendingRequest = ""
	for i := range all {
		if all[i].State == AskedPending {
			d.PendingRequest = all[i].Kind
			break
		}
	}
	return tx.Put(ctx, sqlFlagPending, d.PendingRequest, d.AgencyID, d.ID)
}

// AgreeRequest does what the sender asks (X12.1): a recall destroys the document everywhere (X9.6), an update brings the new version, a replacement
// marks the old receipt. Status 15 leaves. Which = 0 answers the oldest request.
func AgreeRequest(ctx context.Context, tx *store.Tx, id, which int64) error {
	d, err := hold(ctx, tx, id, 0)
	if err != nil {
		return err
	}
	if !MayAgree(tx.Actor()) {
		return store.Refuse(store.Forbidden, "Chỉ văn thư hoặc lãnh đạo cơ quan được trả lời yêu cầu của cơ quan gửi.")
	}
	q, err := d.waiting(ctx, tx, which)
	if err != nil {
		return err
	}
	if _, err := d.State.after(actAgree); err != nil {
		return err
	}
	if err := RefuseFrozen(ctx, tx, d.AgencyID, d.Ref()); err != nil { // an order to freeze goes before a sender's wish (V60)
		return err
	}
	if err := q.decide(ctx, tx, AskedAgreed, "", false); err != nil {
		return err
	}
	switch q.Kind {
	case UpdateDocument:
		err = d.takeUpdate(ctx, tx, q)
	case ReplaceWith:
		err = d.takeReplacement(ctx, tx, q)
	default:
		return d.destroy(ctx, tx, q)
	}
	if err != nil {
		return err
	}
	return d.settleFlag(ctx, tx)
}

// waiting gives the named pending request of a document, or the oldest.
func (d *Incoming) waiting(ctx context.Context, tx *store.Tx, which int64) (*Request, error) {
	if which == 0 {
		return d.pending(ctx, tx)
	}
	q, err := RequestOf(ctx, tx, d.AgencyID, which)
	if err == nil && q.IncomingID != d.ID {
		err = errNotFound()
	}
	if err == nil && q.State != AskedPending {
		err = store.Refuse(store.Conflict, "Yêu cầu này đã được trả lời. Câu trả lời đã gửi được giữ nguyên; tải lại trang để xem.")
	}
	return q, err
}

// DeclineRequest keeps the document as it is (X12.2): a leader, who has just confirmed himself, gives a reason of 10 to 1000 characters; status 16
// leaves with it.
func DeclineRequest(ctx context.Context, tx *store.Tx, id, which int64, reason string) error {
	d, err := hold(ctx, tx, id, 0)
	if err != nil {
		return err
	}
	a := tx.Actor()
	if !MayDecline(a) {
		return store.Refuse(store.Forbidden, "Chỉ lãnh đạo cơ quan được từ chối yêu cầu của cơ quan gửi.")
	}
	if err := a.Confirmed(tx.Now()); err != nil {
		return err
	}
	q, err := d.waiting(ctx, tx, which)
	if err != nil {
		return err
	}
	if _, err := d.State.after(actDecline); err != nil {
		return err
	}
	if reason, err = reasonText(reason); err != nil {
		return err
	}
	if err := q.decide(ctx, tx, AskedDeclined, reason, false); err != nil {
		return err
	}
	if err := d.settleFlag(ctx, tx); err != nil {
		return err
	}
	people, err := d.concerned(ctx, tx)
	if err != nil {
		return err
	}
	return d.tell(ctx, tx, "", told{verb: "document.request_answered", notify: people,
		step: Step{Act: "request_declined", What: store.Say("Từ chối yêu cầu của {sender}: {kind}", "sender", q.SenderName, "kind", store.Say(q.Kind.Label())), Note: reason},
		text: store.Say("Cơ quan đã từ chối yêu cầu “{kind}” đối với văn bản {code}: {reason}", "kind", store.Say(q.Kind.Label()), "code", d.name(), "reason", reason)})
}
