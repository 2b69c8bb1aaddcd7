package exchange

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
)

// Follower is the name of the exchange's place in the journal.
const Follower = "exchange"

// told ties what happens to a received document to the status that its sender is owed (X11, X12).
var told = map[string]string{
	"document.refused": "02", "document.registered": "03", "document.linked": "03", "document.directed": "04", "document.started": "05", "document.completed": "06",
}

// Hear is the follower: an issued document gets its delivery lines, an act on a received one its status.
func (o *Office) Hear(ctx context.Context, tx *store.Tx, e store.Entry) error {
	switch {
	case e.Verb == "document.issued":
		return o.queue(ctx, tx, e)
	case e.Verb == "document.receivers_added":
		return o.queueMore(ctx, tx, e)
	case e.Verb == "document.recall_ordered":
		return o.recallAll(ctx, tx, e)
	case e.Verb == "document.request_agreed":
		return o.answerRequest(ctx, tx, e, "15")
	case e.Verb == "document.request_declined":
		return o.answerRequest(ctx, tx, e, "16")
	case e.Verb == "document.recalled":
		return o.forget(ctx, tx, e)
	case told[e.Verb] != "":
		return o.report(ctx, tx, e, told[e.Verb])
	case strings.HasPrefix(e.Verb, "agency."), strings.HasPrefix(e.Verb, "node."):
		tx.After(o.rehost)
	}
	return nil
}

var sqlReceipt = store.SQL(`SELECT ` + parcelColumns + ` FROM exchange_parcels WHERE agency_id = $1 AND ref = $2 AND direction = 'in' AND state = 'opened' ORDER BY id LIMIT 1`)

// report owes the sender of a received document a status. What was entered from paper has no sender to tell.
func (o *Office) report(ctx context.Context, tx *store.Tx, e store.Entry, code string) error {
	p, ok, err := store.Maybe[Parcel](ctx, tx, sqlReceipt, e.AgencyID, e.Ref)
	if err != nil || !ok {
		return err
	}
	s := status{AgencyID: e.AgencyID, Receipt: e.Ref, Code: code, PeerCode: p.SenderCode, DocumentID: p.DocumentID, Number: p.Number, Notation: p.Notation,
		Issued: p.Issued, Parcel: p.Parcel, SHA: p.SHA, Channel: p.Channel, StatedAt: e.At}
	if e.Holding != 0 {
		h, err := org.HoldingAt(ctx, tx, org.HoldingID(e.Holding), calendar.DateOf(e.At.Time()))
		if err != nil && !errors.Is(err, store.NotFound) {
			return err
		}
		if err == nil {
			s.ByName, s.ByUnit = h.PersonName, h.UnitName
		}
	}
	in, err := documents.Receipt(ctx, tx, e.AgencyID, refID(e.Ref, "incoming"))
	if err != nil && !errors.Is(err, store.NotFound) {
		return err
	}
	if err == nil {
		s.tell(in)
	}
	return owe(ctx, tx, s)
}

// tell adds what the sender is to know: the reason of a refusal, the arrival number, who handles it, what came of it (PL VI III.1o).
func (s *status) tell(in *documents.Incoming) {
	if in.ArrivalNumber != 0 {
		s.Entry = fmt.Sprintf("%d/%d", in.ArrivalNumber, in.ArrivalYear)
	}
	switch s.Code {
	case "02":
		s.Description = in.RefuseReason
	case "03":
		s.Description = "Số đến " + s.Entry
	case "04", "05":
		s.Description = in.LeadName
	case "06":
		s.Description = cut(in.Result, 500)
	}
}

const lineColumns = `agency_id, id, outgoing_id, parcel_id, document_id, number, notation, issued, title, receiver_id, receiver_code, receiver_name, role, channel,
	state, state_us, by_name, by_unit, description, args, flagged, sends, sent_us, due_us, warn_us, warned, arrived_us`

var (
	sqlPacked  = store.SQL(`SELECT id FROM exchange_deliveries WHERE agency_id = $1 AND outgoing_id = $2 LIMIT 1`)
	sqlPutLine = store.SQL(`INSERT INTO exchange_deliveries (` + lineColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, '', '', $17, $18, FALSE, 0, 0, 0, $19, $20, 0)
		ON CONFLICT (agency_id, outgoing_id, receiver_code, receiver_name) DO NOTHING`)
)

type packJob struct{ Agency, Outgoing, Parcel int64 }

// queue writes one line per receiving agency (X13.1), the parcel that will serve them, and the work of packing it. A receiver that cannot be
// reached gets its line too, failed, with the reason and what to do (X22.8).
func (o *Office) queue(ctx context.Context, tx *store.Tx, e store.Entry) error {
	id := refID(e.Ref, "outgoing")
	if _, done, err := store.Maybe[int64](ctx, tx, sqlPacked, e.AgencyID, id); done || err != nil {
		return err
	}
	doc, err := o.issued(ctx, tx, e.AgencyID, id)
	if err != nil {
		return err
	}
	us, err := agencyOf(ctx, tx, e.AgencyID, e.At)
	if err != nil {
		return err
	}
	lines, err := o.address(ctx, tx, us, doc.Receivers, e.At)
	if err != nil || len(lines) == 0 {
		return err
	}
	parcel := tx.NewID()
	warn := store.InstantOf(o.days().AddWorking(calendar.DateOf(tx.Now().Time()), 1).EndOfDay())
	var lost []string
	reached, onAxis, codes := 0, false, map[string]bool{}
	for _, l := range lines {
		if l.State == Failed {
			lost = append(lost, l.ReceiverName)
		} else {
			reached++
			codes[l.ReceiverCode] = true
		}
		at, due := l.leave(parcel, warn)
		onAxis = onAxis || at != 0
		l.ID = tx.NewID()
		if _, err := tx.Exec(ctx, sqlPutLine, e.AgencyID, l.ID, id, at, doc.DocumentID, doc.Code.Number, doc.Code.Notation, string(doc.Date), doc.title(), l.ReceiverID,
			l.ReceiverCode, l.ReceiverName, l.Role, l.Channel, string(l.State), tx.Now(), l.Description, l.Args, due, due == 0); err != nil {
			return err
		}
		if err := l.ship(ctx, tx, e.AgencyID, id); err != nil {
			return err
		}
	}
	if onAxis {
		if err := packLater(ctx, tx, us, doc, packJob{e.AgencyID, id, parcel}, jobKey(e.AgencyID, id)); err != nil {
			return err
		}
	}
	if reached > 0 {
		if err := o.askReplaced(ctx, tx, e, codes); err != nil {
			return err
		}
	}
	event := store.Event{Verb: "delivery.queued", Agency: e.AgencyID, Ref: e.Ref, Title: doc.title(), Data: map[string]any{"reached": reached, "lost": len(lost)}}
	if len(lost) > 0 {
		if event.Notify, err = clerks(ctx, tx, e.AgencyID, e.At); err != nil {
			return err
		}
		event.Text = store.Say("Văn bản {title} không gửi điện tử được đến: {receivers}. Xem lý do ở danh sách nơi nhận và gửi bằng cách khác.",
			"title", doc.title(), "receivers", cut(strings.Join(lost, "; "), 500))
	}
	return tx.Record(event)
}

// leave says on which parcel of the axis a line leaves (0 = on none), and from when on it is late; what goes by gateways alone has its outbox there.
func (d *addressed) leave(parcel int64, warn store.Instant) (on int64, late store.Instant) {
	if d.State == Failed {
		return 0, 0
	}
	if d.over(ChannelAxis) {
		return parcel, warn
	}
	d.State = Queued
	return 0, warn
}

// ship puts the line in the outbox of each gateway that carries it.
func (d *addressed) ship(ctx context.Context, tx *store.Tx, agency, outgoing int64) error {
	for _, channel := range d.channels {
		if err := ship(ctx, tx, agency, d.ID, 0, outgoing, 0, channel, d.ReceiverCode); err != nil {
			return err
		}
	}
	return nil
}

// packLater writes the parcel that serves the lines on the axis, and the work of packing it.
func packLater(ctx context.Context, tx *store.Tx, us agency, doc *consignment, job packJob, key string) error {
	if err := tx.Put(ctx, sqlPutParcel, job.Agency, job.Parcel, "out", us.Wire, us.Name, fmt.Sprintf("%s/%d", us.Wire, job.Parcel), doc.DocumentID, doc.Code.Number, doc.Code.Notation,
		string(doc.Date), doc.title(), outgoingRef(job.Outgoing), "", int64(0), "waiting", "", store.JSON("[]"), tx.Now()); err != nil {
		return err
	}
	return tx.Enqueue(ctx, store.Job{Kind: jobPack, Key: key, AgencyID: job.Agency, Payload: store.JSONOf(job)})
}
