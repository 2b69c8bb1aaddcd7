package exchange

import (
	"context"
	"encoding/json"
	"slices"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/edxml"
	"congvu/internal/store"
)

// Receivers that an issued document gets after its issue.

// again tells whether a receiver can be sent the document anew, as a new packet: he holds nothing of it (X12.8).
func (d Delivery) again() bool {
	switch d.State {
	case Refused, Recalled, Cancelled:
		return true
	case Failed:
		return d.Channel == ""
	}
	return false
}

// AddReceivers sends an issued document of the actor's agency to further receivers. Invalid for one that is being sent to or has it: to him it is an update,
// which the clerk orders himself (X9.13).
func AddReceivers(ctx context.Context, tx *store.Tx, outgoing int64, form documents.AddForm) error {
	lines, err := Deliveries(ctx, tx, tx.Actor(), outgoing)
	if err != nil {
		return err
	}
	var p store.Problems
	for _, r := range form.Receivers {
		at := slices.IndexFunc(lines, func(d Delivery) bool { return r.Agency != 0 && d.ReceiverID == int64(r.Agency) && !d.again() })
		if at >= 0 {
			p.Add("receivers", "{receiver} đã có trong danh sách gửi (trạng thái: {state}). Gửi lại cho nơi này là bản cập nhật: chọn Gửi bản cập nhật hoặc Gửi lại ở dòng của nơi nhận.",
				"receiver", lines[at].ReceiverName, "state", store.Say(lines[at].State.Label()))
		}
	}
	if err := p.Err(); err != nil {
		return err
	}
	return documents.AddReceivers(ctx, tx, outgoing, form)
}

var sqlLineAnew = store.SQL(`UPDATE exchange_deliveries SET parcel_id = $1, receiver_code = $2, receiver_name = $3, role = $4, channel = $5, state = $6, state_us = $7, by_name = '', by_unit = '',
	description = $8, args = $9, flagged = FALSE, sends = 0, sent_us = 0, due_us = 0, warn_us = $10, warned = $11, arrived_us = 0 WHERE agency_id = $12 AND id = $13 AND state = $14`)

// queueMore follows document.receivers_added: lines and one parcel for the new receivers only; those who have the document hear of the new list where the
// clerk wants it (X9.3, X13.1).
func (o *Office) queueMore(ctx context.Context, tx *store.Tx, e store.Entry) error {
	var note documents.AddedNote
	said, err := e.Told()
	if err == nil {
		err = json.Unmarshal(said.Data, &note)
	}
	if err != nil {
		return err
	}
	id := refID(e.Ref, "outgoing")
	doc, err := o.issued(ctx, tx, e.AgencyID, id)
	if err != nil {
		return err
	}
	us, err := agencyOf(ctx, tx, e.AgencyID, e.At)
	if err != nil {
		return err
	}
	had, err := store.All[Delivery](ctx, tx, sqlDeliveries, e.AgencyID, id)
	if err != nil {
		return err
	}
	var to []receiver
	for _, r := range note.Receivers {
		to = append(to, receiver{Agency: int64(r.Agency), Name: r.Name, Role: r.Role})
	}
	lines, err := o.address(ctx, tx, us, to, e.At)
	if err != nil {
		return err
	}
	parcel := tx.NewID()
	warn := store.InstantOf(o.days().AddWorking(calendar.DateOf(tx.Now().Time()), 1).EndOfDay())
	var changes []edxml.ReceiverChange
	codes, onAxis := map[string]bool{}, false
	for _, l := range lines {
		at, late := l.leave(parcel, warn)
		was := slices.IndexFunc(had, func(d Delivery) bool {
			return l.ReceiverID != 0 && d.ReceiverID == l.ReceiverID || d.ReceiverCode == l.ReceiverCode && d.ReceiverName == l.ReceiverName
		})
		switch {
		case was >= 0 && !had[was].again():
			continue
		case was >= 0:
			l.ID = had[was].ID
			_, err = tx.Exec(ctx, sqlLineAnew, at, l.ReceiverCode, l.ReceiverName, l.Role, l.Channel, string(l.State), tx.Now(), l.Description, l.Args, late, late == 0, e.AgencyID, had[was].ID, string(had[was].State))
		default:
			l.ID = tx.NewID()
			_, err = tx.Exec(ctx, sqlPutLine, e.AgencyID, l.ID, id, at, doc.DocumentID, doc.Code.Number, doc.Code.Notation, string(doc.Date), doc.title(), l.ReceiverID, l.ReceiverCode, l.ReceiverName,
				l.Role, l.Channel, string(l.State), tx.Now(), l.Description, l.Args, late, late == 0)
		}
		if err != nil {
			return err
		}
		if err := l.ship(ctx, tx, e.AgencyID, id); err != nil {
			return err
		}
		if l.State != Failed {
			onAxis = onAxis || at != 0
			codes[l.ReceiverCode] = true
			changes = append(changes, edxml.ReceiverChange{OrganID: l.ReceiverCode})
		}
	}
	if onAxis {
		if err := packLater(ctx, tx, us, doc, packJob{e.AgencyID, id, parcel}, jobKey(e.AgencyID, id, parcel)); err != nil {
			return err
		}
	}
	if len(codes) > 0 {
		if err := o.askReplaced(ctx, tx, e, codes); err != nil {
			return err
		}
	}
	for _, d := range had {
		if note.Announce && len(changes) > 0 && d.State.CanUpdate() {
			if err := ask(ctx, tx, d, asking{kind: documents.UpdateDocument, reason: note.Reason, by: note.By, newReceivers: changes}); err != nil {
				return err
			}
		}
	}
	return tx.Record(store.Event{Verb: "delivery.queued", Agency: e.AgencyID, Ref: e.Ref, Title: doc.title(), Data: map[string]any{"reached": len(codes), "lost": len(lines) - len(codes)}})
}
