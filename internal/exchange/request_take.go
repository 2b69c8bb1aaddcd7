package exchange

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/edxml"
	"congvu/internal/store"
)

// asked is a document message that asks something about a document we may hold.
func (o *Office) asked(l letter, x *opened, kind documents.RequestKind) documents.Asking {
	m := x.message.Document
	in := documents.Asking{Agency: l.Agency, Kind: kind, Packet: l.packet(), SenderCode: l.From, SenderCodes: append([]string{l.From}, x.sender.Codes...), SenderName: x.sender.Name,
		Number: m.Code.Number, Notation: m.Code.Notation, IssuedDate: calendar.Date(m.Date), Reason: m.Business.Reason, By: m.Business.Staff.Name, ByUnit: m.Business.Staff.Department,
		Days: o.days()}
	for _, id := range []string{m.Business.DocumentID, m.DocumentID} { // X9.5
		if id != "" && !slices.Contains(in.Targets, id) {
			in.Targets = append(in.Targets, id)
		}
	}
	if kind == documents.UpdateDocument {
		in.Change = documents.Changed{InfoChanged: m.Business.InfoChanged, ReceiversChanged: m.Business.ReceiversChanged, Places: placesOf(m), Subject: m.Subject, SignerName: m.Signer.FullName, SignerPosition: m.Signer.Position,
			DueDate: calendar.Date(m.DueDate), PageAmount: m.Other.Pages, Files: x.files}
	}
	return in
}

// placesOf names the receivers of a message: Nơi nhận as written, else the organizations it is addressed to.
func placesOf(m *edxml.DocumentMessage) []string {
	if len(m.ToPlaces) > 0 {
		return m.ToPlaces
	}
	var out []string
	for _, t := range m.To {
		out = append(out, cmp.Or(t.Name, t.OrganID))
	}
	return out
}

// listed names the agencies of an update's receiver list, as far as the directory knows them: they are shown, never acted on (X6.4).
func (o *Office) listed(ctx context.Context, m *edxml.DocumentMessage) ([]documents.Receives, error) {
	var out []documents.Receives
	for _, r := range m.Business.Receivers[:min(len(m.Business.Receivers), 500)] {
		a, known, err := agencyByCode(ctx, o.DB, r.OrganID, o.DB.Now())
		if err != nil {
			return nil, err
		}
		x := documents.Receives{Code: cut(r.OrganID, 35), Type: r.Type}
		if known {
			x.Name = a.Name
		}
		out = append(out, x)
	}
	return out, nil
}

// takeRequest keeps a recall, or an update of a document that is held; handled = false when it is to be taken in as a document (X9.5).
func (o *Office) takeRequest(ctx context.Context, l letter, x *opened) (handled bool, err error) {
	m := x.message.Document
	kind := documents.RecallWhole
	switch m.Business.Kind {
	case edxml.Recall:
	case edxml.Update:
		kind = documents.UpdateDocument
	default:
		return false, nil
	}
	in := o.asked(l, x, kind)
	if in.Change.Listed, err = o.listed(ctx, m); err != nil {
		return true, err
	}
	found, err := in.Target(ctx, o.DB)
	if err != nil {
		return true, unacceptable(err, x.message)
	}
	if len(found) == 0 && kind != documents.RecallWhole {
		return false, nil
	}
	err = o.DB.Write(ctx, store.System(l.Agency), func(tx *store.Tx) error {
		q, err := documents.Ask(ctx, tx, in)
		if err != nil {
			return unacceptable(err, x.message)
		}
		if err := tx.Put(ctx, sqlPutParcel, l.Agency, tx.NewID(), "in", l.From, x.sender.Name, l.Parcel, m.DocumentID, m.Code.Number, m.Code.Notation, string(m.Date),
			m.Code.String(), q.Ref(), l.SHA, l.Size, "opened", "trusted", store.JSONOf(x.message.Warnings), tx.Now()); err != nil {
			return err
		}
		if err := settleQuarantine(ctx, tx, l, "accepted"); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "parcel.received", Agency: l.Agency, Ref: q.Ref(), Title: m.Code.String(),
			Data: map[string]any{"parcel": l.Parcel, "sender": l.From, "sha256": l.SHA, "size": l.Size}})
	})
	if err == nil {
		err = o.fail("before ack")
	}
	return true, err
}

// replaces puts before the receiver that an arrived document replaces others, or notes what it amends or corrects.
func (o *Office) replaces(ctx context.Context, tx *store.Tx, l letter, x *opened, in *documents.Incoming) error {
	m := x.message.Document
	if m.Business.Kind == edxml.New {
		if reason, kind, id := unmarkRelation(m.Business.Reason); kind != "" {
			return documents.NoteRelation(ctx, tx, in, append([]string{l.From}, x.sender.Codes...), kind, id, reason)
		}
		return nil
	}
	if m.Business.Kind != edxml.Replace {
		return nil
	}
	for _, r := range m.Business.Replaces {
		if len(r.OrganIDs) > 0 && !slices.ContainsFunc(r.OrganIDs, func(id string) bool { return edxml.SameCode(id, l.To) }) {
			continue
		}
		ask := o.asked(l, x, documents.ReplaceWith)
		ask.Targets, ask.Number, ask.Successor = []string{r.DocumentID}, "", in.ID
		found, err := ask.Target(ctx, tx)
		if err != nil {
			return err
		}
		if len(found) == 0 || found[0] == in.ID {
			continue // what never came here needs no decision; the new document says what it replaces
		}
		if _, err := documents.Ask(ctx, tx, ask); err != nil {
			return err
		}
	}
	return nil
}

// takeReturn keeps a status 13: the sender of a document asks us to give it back (X9.1, X10.1).
func (o *Office) takeReturn(ctx context.Context, l letter, x *opened) error {
	m := x.message.Status
	text, _ := unmark(m.Description)
	in := documents.Asking{Agency: l.Agency, Kind: documents.GiveBack, Packet: l.packet(), SenderCode: l.From, SenderCodes: append([]string{l.From}, x.sender.Codes...),
		SenderName: x.sender.Name, Number: m.ResponseFor.Code.Number, Notation: m.ResponseFor.Code.Notation, IssuedDate: calendar.Date(m.ResponseFor.Date), Reason: text,
		By: m.Staff.Name, ByUnit: m.Staff.Department, Days: o.days()}
	if m.ResponseFor.DocumentID != "" {
		in.Targets = []string{m.ResponseFor.DocumentID}
	}
	name := ""
	if l.gate == nil {
		name = returnName(l.Parcel)
	}
	again := false
	err := o.DB.Write(ctx, store.System(l.Agency), func(tx *store.Tx) error {
		stated := store.InstantOf(m.At)
		if stated == 0 {
			stated = tx.Now()
		}
		stated, known, err := timeOf(ctx, tx, l, m.ResponseFor.DocumentID, m.Code, stated, saying{Asked: name})
		if err != nil {
			return err
		}
		if again = known; known {
			return nil
		}
		q, err := documents.Ask(ctx, tx, in)
		if err != nil {
			return unacceptable(err, x.message)
		}
		if err := tx.Put(ctx, sqlPutAnswer, l.Agency, tx.NewID(), int64(0), int64(0), l.From, m.ResponseFor.DocumentID, m.Code, string(Applied), stated, tx.Now(), m.Staff.Name,
			m.Staff.Department, text, "", true, l.Parcel, l.status(), name); err != nil {
			return err
		}
		if err := settleQuarantine(ctx, tx, l, "accepted"); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "parcel.received", Agency: l.Agency, Ref: q.Ref(), Title: m.ResponseFor.Code.String(), Data: map[string]any{"parcel": l.Parcel, "sender": l.From, "code": m.Code}})
	})
	if err == nil && again { // he has not heard our answer
		err = o.DB.Keep(ctx, func(tx *store.Tx) error { return repeatAnswers(ctx, tx, l.Agency, l.From, name) })
	}
	if err == nil {
		err = o.fail("before ack")
	}
	return err
}

// answerRequest owes the sender 15 or 16, once a request (X12.4, X21.2), with the name of who decided. Whether a replacement is answered for the old document
// is the receiver's setting (X9.4, X12.1).
func (o *Office) answerRequest(ctx context.Context, tx *store.Tx, e store.Entry, code string) error {
	q, err := documents.RequestOf(ctx, tx, e.AgencyID, refID(e.Ref, "request"))
	if err != nil {
		return err
	}
	if q.Kind == documents.ReplaceWith {
		if answer, err := store.Setting(ctx, tx, e.AgencyID, "exchange.answer_replacement", "yes"); err != nil || answer == "no" {
			return err
		}
	}
	return owe(ctx, tx, status{AgencyID: e.AgencyID, Receipt: q.Ref(), Code: code, PeerCode: q.SenderCode, DocumentID: q.DocumentID, Number: q.Number, Notation: q.Notation,
		Issued: string(q.IssuedDate), StatedAt: e.At, ByName: q.DecidedName, Description: q.Decision, Channel: channelOfPacket(q.Packet), Parcel: requestName(q.Kind, q.Packet)})
}

// Of the requests that a packet or a 13 brought, by its name.
var sqlRepeatAnswers = store.SQL(`UPDATE exchange_statuses SET due_us = $1, tries = 0, failed = FALSE WHERE agency_id = $2 AND parcel = $3 AND parcel <> '' AND code IN ('15', '16')
	AND peer_code = $4 AND channel = 'axis' AND due_us = 0`)

// repeatAnswers sends again what we answered to a request.
func repeatAnswers(ctx context.Context, tx *store.Tx, agency int64, peer, name string) error {
	_, err := tx.Exec(ctx, sqlRepeatAnswers, tx.Now(), agency, name, peer)
	return err
}

var (
	sqlDestroyParcels = store.SQL(`UPDATE exchange_parcels SET destroyed_us = $1, warnings = '[]' WHERE agency_id = $2 AND direction = 'in' AND (ref = $3 OR sender_code = $4 AND document_id = $5 AND document_id <> '')`)
	sqlDestroyTold    = store.SQL(`UPDATE exchange_statuses SET description = '' WHERE agency_id = $1 AND receipt = $2 AND code IN ('04', '05', '06')`)
	sqlDestroyHeld    = store.SQL(`UPDATE exchange_quarantine SET sha = '' WHERE agency_id = $1 AND peer_code = $2 AND document_id = $3 AND document_id <> '' AND state = 'accepted'`)
)

// forget lets go of the raw bytes of a document that was recalled; the rows with identifiers, hash and time stay (V52, V53).
func (o *Office) forget(ctx context.Context, tx *store.Tx, e store.Entry) error {
	in, err := documents.Receipt(ctx, tx, e.AgencyID, refID(e.Ref, "incoming"))
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlDestroyParcels, tx.Now(), e.AgencyID, e.Ref, in.SenderCode, in.DocumentID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlDestroyTold, e.AgencyID, e.Ref); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlForgetCalls, e.AgencyID, e.AgencyID, e.Ref); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlDestroyHeld, e.AgencyID, in.SenderCode, in.DocumentID)
	return err
}

// settleRequest closes the open request of a line that a 15 or 16 names; one that names none (other systems, gateways) closes the oldest. ok tells that there
// was one.
func settleRequest(ctx context.Context, tx *store.Tx, d Delivery, m *edxml.StatusMessage, text string, stated store.Instant, name string) (q Request, ok bool, err error) {
	state := map[string]string{"15": "agreed", "16": "declined"}[m.Code]
	if state == "" {
		return q, false, nil
	}
	open, err := store.All[Request](ctx, tx, sqlUnanswered, d.AgencyID, d.ID)
	for i := 0; i < len(open) && !ok && err == nil; i++ {
		if q, ok = open[i], name == ""; !ok {
			var its string
			its, err = open[i].name(ctx, tx)
			ok = its == name
		}
	}
	if err != nil || !ok {
		return q, false, err
	}
	return q, true, tx.Put(ctx, sqlRequestDone, state, stated, m.Staff.Name, m.Staff.Department, text, q.AgencyID, q.ID)
}

// carries is what a document says to be to its receivers, by what it replaces, amends or corrects. Of several replaced documents each names the receivers
// who have it and get the new one (X9.4).
func (o *Office) carries(ctx context.Context, r store.Reader, agency, outgoing int64, to []receiver) (edxml.Business, error) {
	b := edxml.Business{Kind: edxml.New}
	all, err := documents.RelationsOf(ctx, r, agency, outgoingRef(outgoing))
	if err != nil {
		return b, err
	}
	var replaced []string
	for _, x := range all {
		if x.Of != outgoingRef(outgoing) {
			continue
		}
		old, err := documents.FindIssued(ctx, r, documents.RefOutgoing(x.Target))
		if err != nil {
			return b, err
		}
		if x.Kind != documents.RelationReplace {
			if b.Reason == "" {
				b.Reason = fmt.Sprintf("%s văn bản %s: %s", x.Kind.Label(), x.TargetTitle, x.Reason) + relationMark(x.Kind, old.DocumentID)
			}
			continue
		}
		replaced = append(replaced, fmt.Sprintf("%s (%s)", x.TargetTitle, x.Reason))
		lines, err := store.All[Delivery](ctx, r, sqlDeliveries, agency, documents.RefOutgoing(x.Target))
		if err != nil {
			return b, err
		}
		rep := edxml.Replacement{DocumentID: old.DocumentID}
		for _, d := range lines {
			if d.ReceiverCode != "" && (d.State.CanUpdate() || d.State == OnExchange) && slices.ContainsFunc(to, func(x receiver) bool { return x.Agency == d.ReceiverID }) {
				rep.OrganIDs = append(rep.OrganIDs, d.ReceiverCode)
			}
		}
		if len(rep.OrganIDs) > 0 {
			b.Replaces = append(b.Replaces, rep)
		}
	}
	if len(replaced) > 0 {
		b.Reason = "Thay thế văn bản " + strings.Join(replaced, "; ")
	}
	if len(b.Replaces) > 0 {
		b.Kind = edxml.Replace
	}
	return b, nil
}

// askReplaced notes, for the receivers of a new document who have the old one, that an answer is awaited (X9.4).
func (o *Office) askReplaced(ctx context.Context, tx *store.Tx, e store.Entry, reached map[string]bool) error {
	all, err := documents.RelationsOf(ctx, tx, e.AgencyID, e.Ref)
	if err != nil {
		return err
	}
	for _, x := range all {
		if x.Of != e.Ref || x.Kind != documents.RelationReplace {
			continue
		}
		lines, err := store.All[Delivery](ctx, tx, sqlDeliveries, e.AgencyID, documents.RefOutgoing(x.Target))
		if err != nil {
			return err
		}
		for _, d := range lines {
			if !reached[d.ReceiverCode] || !d.State.CanUpdate() {
				continue
			}
			if err := ask(ctx, tx, d, asking{kind: documents.ReplaceWith, reason: x.Reason, carrier: refID(e.Ref, "outgoing"), carried: true}); err != nil {
				return err
			}
		}
	}
	return nil
}
