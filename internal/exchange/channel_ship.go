package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"congvu/internal/blob"
	"congvu/internal/documents"
	"congvu/internal/edxml"
	"congvu/internal/gateway"
	"congvu/internal/store"
)

// A shipment is one message on its way to one receiver over one gateway: the document of a line, or a request about it (X21.1). Its row is the outbox
// (X23.1): packed once, its bytes kept, handed over until the gateway accepts or refuses. The line itself is closed by the receiver's statuses, as on the axis.
type shipment struct {
	AgencyID     int64
	ID           int64
	DeliveryID   int64
	RequestID    int64 // 0 = the document itself
	OutgoingID   int64
	Channel      string
	ReceiverCode string
	ParcelID     int64 // 0 = not packed yet
	Tries        int
}

const shipmentColumns = `agency_id, id, delivery_id, request_id, outgoing_id, channel, receiver_code, parcel_id, tries`

var (
	sqlPutShipment = store.SQL(`INSERT INTO exchange_shipments (agency_id, id, delivery_id, request_id, outgoing_id, channel, receiver_code, parcel_id, doc_id, state, tries, due_us,
			sent_us, error)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', 'waiting', 0, $9, 0, '')
		ON CONFLICT (agency_id, delivery_id, request_id, channel) DO UPDATE SET parcel_id = excluded.parcel_id, doc_id = '', state = 'waiting', tries = 0, due_us = excluded.due_us, error = ''`)
	sqlAnyShipment = store.SQL(`SELECT id FROM exchange_shipments WHERE due_us > 0 AND due_us <= $1 LIMIT 1`)
	// Of one document and receiver, one after the other (X23.4); a channel that is off holds what waits for it.
	sqlClaimShipments = store.SQL(`UPDATE exchange_shipments SET due_us = $1, tries = tries + 1 WHERE (agency_id, id) IN (
			SELECT s.agency_id, s.id FROM exchange_shipments s WHERE s.due_us > 0 AND s.due_us <= $2
				AND NOT EXISTS (SELECT 1 FROM exchange_shipments e WHERE e.agency_id = s.agency_id AND e.delivery_id = s.delivery_id AND e.channel = s.channel AND e.id < s.id AND e.due_us > 0)
				AND EXISTS (SELECT 1 FROM exchange_channels c WHERE c.kind = s.channel AND c.enabled)
			ORDER BY s.due_us, s.id LIMIT $3 {FOR UPDATE SKIP LOCKED})
		RETURNING ` + shipmentColumns)
	sqlLeaving     = store.SQL(`UPDATE exchange_deliveries SET sends = sends + 1 WHERE agency_id = $1 AND id = $2 AND state <> 'cancelled'`)
	sqlStayed      = store.SQL(`UPDATE exchange_deliveries SET sends = sends - 1 WHERE agency_id = $1 AND id = $2 AND sends > 0`)
	sqlDropped     = store.SQL(`UPDATE exchange_shipments SET state = 'dropped', due_us = 0 WHERE agency_id = $1 AND id = $2`)
	sqlShipPacked  = store.SQL(`UPDATE exchange_shipments SET parcel_id = $1 WHERE agency_id = $2 AND id = $3 AND parcel_id = 0`)
	sqlLinePacked  = store.SQL(`UPDATE exchange_deliveries SET parcel_id = $1 WHERE agency_id = $2 AND id = $3 AND parcel_id = 0`)
	sqlParcelBy    = store.SQL(`UPDATE exchange_parcels SET channel = $1, signature = $2 WHERE agency_id = $3 AND id = $4`)
	sqlShipped     = store.SQL(`UPDATE exchange_shipments SET state = 'sent', due_us = 0, sent_us = $1, doc_id = $2, error = '' WHERE agency_id = $3 AND id = $4`)
	sqlLineShipped = store.SQL(`UPDATE exchange_deliveries SET
			state = CASE WHEN state IN ('not_sent', 'queued', 'failed') THEN 'on_exchange' ELSE state END,
			state_us = CASE WHEN state IN ('not_sent', 'queued', 'failed') THEN CAST($1 AS BIGINT) ELSE state_us END,
			sent_us = CASE WHEN sent_us = 0 THEN $1 ELSE sent_us END, doc_id = $2
		WHERE agency_id = $3 AND id = $4`)
	sqlShipLater = store.SQL(`UPDATE exchange_shipments SET due_us = $1, error = $2, tries = $3 WHERE agency_id = $4 AND id = $5`)
	sqlShipLost  = store.SQL(`UPDATE exchange_shipments SET state = 'failed', due_us = 0, error = $1 WHERE agency_id = $2 AND id = $3`)
	sqlLineLost  = store.SQL(`UPDATE exchange_deliveries SET state = 'failed', state_us = $1, description = $2, args = $3, warned = TRUE
		WHERE agency_id = $4 AND id = $5 AND state IN ('not_sent', 'queued')`)
	sqlShipAnew = store.SQL(`UPDATE exchange_shipments SET state = 'waiting', tries = 0, due_us = $1, error = '' WHERE agency_id = $2 AND delivery_id = $3 AND request_id = 0
		AND (state = 'failed' OR channel = $4)`)
	sqlShipmentOf = store.SQL(`SELECT channel FROM exchange_shipments WHERE agency_id = $1 AND delivery_id = $2 AND request_id = 0 ORDER BY id`)
)

// ship puts a message for a receiver in the outbox of a gateway; the axis has its own.
func ship(ctx context.Context, tx *store.Tx, agency, delivery, request, outgoing, parcel int64, channel, receiver string) error {
	if channel == ChannelAxis {
		return nil
	}
	_, err := tx.Exec(ctx, sqlPutShipment, agency, tx.NewID(), delivery, request, outgoing, channel, receiver, parcel, tx.Now())
	return err
}

// shipAnew lets what was refused or stayed unanswered on a line's gateways leave again, the same bytes.
func shipAnew(ctx context.Context, tx *store.Tx, d Delivery) error {
	_, err := tx.Exec(ctx, sqlShipAnew, tx.Now(), d.AgencyID, d.ID, d.Channel)
	return err
}

// requestByGate puts a packed request in the outbox of the gateways that carry its line; false when it goes by the axis.
func (o *Office) requestByGate(ctx context.Context, j store.Job, q Request) (bool, error) {
	d, err := store.One[Delivery](ctx, o.DB, sqlDelivery, q.AgencyID, q.DeliveryID)
	if err != nil || d.Channel == ChannelAxis {
		return false, err
	}
	channels, err := store.All[string](ctx, o.DB, sqlShipmentOf, d.AgencyID, d.ID)
	if err != nil {
		return false, err
	}
	return true, o.DB.Keep(ctx, func(tx *store.Tx) error {
		for _, channel := range channels {
			if err := ship(ctx, tx, d.AgencyID, d.ID, q.ID, d.OutgoingID, q.ParcelID, channel, d.ReceiverCode); err != nil {
				return err
			}
		}
		return tx.Finish(ctx, j)
	})
}

// wayOf is the channel whose form a request has, that of its line, and names the sender as that channel knows it.
func (o *Office) wayOf(ctx context.Context, q *Request, us *agency) (Channel, error) {
	d, err := store.One[Delivery](ctx, o.DB, sqlDelivery, q.AgencyID, q.DeliveryID)
	if err != nil || d.Channel == ChannelAxis {
		return Channel{Kind: ChannelAxis, Sign: true}, err
	}
	c, err := channelOf(ctx, o.DB, d.Channel)
	if err != nil {
		return c, err
	}
	k, _, err := inUse(ctx, o.DB, c, q.AgencyID)
	*us = k.named(*us)
	return c, err
}

// signFor signs a message where the channel wants it (X8.5).
func (o *Office) signFor(ctx context.Context, c Channel, us agency, raw []byte) ([]byte, string, error) {
	if !c.Sign {
		return raw, unsignedPacket, nil
	}
	signed, err := o.signPacket(ctx, us, raw)
	return signed, trusted, err
}

// shipWait is the wait after that many tries: 30 s … 8 min (X23.3).
func shipWait(tries int) time.Duration { return 30 * time.Second << min(max(tries-1, 0), 4) }

const shipBatch = 16

// shipOnce hands a batch of what is due to the gateways.
func (o *Office) shipOnce(ctx context.Context) (int, error) {
	if _, due, err := store.Maybe[int64](ctx, o.DB, sqlAnyShipment, o.DB.Now()); err != nil || !due {
		return 0, err
	}
	var all, leaving []shipment
	err := o.DB.Keep(ctx, func(tx *store.Tx) (err error) {
		leaving = nil
		if all, err = store.All[shipment](ctx, tx, sqlClaimShipments, tx.Now().Add(o.gateLease()), tx.Now(), shipBatch); err != nil {
			return err
		}
		tx.Wrote()
		for _, s := range all {
			if s.RequestID == 0 {
				n, err := tx.Exec(ctx, sqlLeaving, s.AgencyID, s.DeliveryID) // from here on it is no longer cancelled without a message (X9.8)
				if err != nil {
					return err
				}
				if n == 0 {
					if _, err := tx.Exec(ctx, sqlDropped, s.AgencyID, s.ID); err != nil {
						return err
					}
					continue
				}
			}
			leaving = append(leaving, s)
		}
		return nil
	})
	if err != nil || len(all) == 0 {
		return 0, err
	}
	errs := make([]error, len(leaving))
	o.side(len(leaving), func(i int) { errs[i] = o.shipOne(ctx, leaving[i]) })
	return len(all), errors.Join(errs...)
}

// gateLease is how long a claim holds when its process dies: longer than a call may take.
func (o *Office) gateLease() time.Duration { return 12 * time.Minute }

// shipOne hands over one message and keeps what came of it. A time-out says nothing of whether the gateway took it: the same bytes go again, and the
// receiver, who knows the document by its identifiers and content, keeps one (X21.6, X24.3).
func (o *Office) shipOne(ctx context.Context, s shipment) error {
	c, err := channelOf(ctx, o.DB, s.Channel)
	if err != nil {
		return err
	}
	link, k, err := o.link(ctx, c, s.AgencyID)
	if errors.Is(err, errClosed) {
		text := "Kênh hoặc thông tin kết nối của cơ quan đang tắt."
		return o.DB.Keep(ctx, func(tx *store.Tx) error {
			if s.RequestID == 0 {
				if _, err := tx.Exec(ctx, sqlStayed, s.AgencyID, s.DeliveryID); err != nil {
					return err
				}
			}
			_, err := tx.Exec(ctx, sqlShipLater, tx.Now().Add(5*time.Minute), text, s.Tries-1, s.AgencyID, s.ID)
			return err
		})
	}
	var docID string
	if err == nil && s.ParcelID == 0 {
		err = o.packShipment(ctx, &s, c, k)
	}
	if err == nil {
		err = o.fail("before gateway")
	}
	if err == nil {
		docID, err = o.hand(ctx, link, k, s)
	}
	if ctx.Err() != nil {
		return nil // we are stopping; the claim runs out and it is tried again
	}
	if err == nil {
		err = o.fail("after gateway")
		if err != nil {
			return err
		}
		return o.DB.Keep(ctx, func(tx *store.Tx) error { return shipped(ctx, tx, s, k, docID) })
	}
	if passing(err) && s.Tries < c.Retries {
		return o.DB.Keep(ctx, func(tx *store.Tx) error {
			if err := noteConnection(ctx, tx, k, err); err != nil {
				return err
			}
			_, e := tx.Exec(ctx, sqlShipLater, tx.Now().Add(shipWait(s.Tries)), wordsOf(err), s.Tries, s.AgencyID, s.ID)
			return e
		})
	}
	return o.notShipped(ctx, s, k, err)
}

func (o *Office) hand(ctx context.Context, link gateway.Link, k Credential, s shipment) (string, error) {
	p, err := store.One[Parcel](ctx, o.DB, sqlParcel, s.AgencyID, s.ParcelID)
	if err != nil {
		return "", err
	}
	return link.Send(ctx, gateway.Message{Kind: gateway.Document, From: p.SenderCode, To: s.ReceiverCode, Name: rawName(p.DocumentID, p.ID), Size: p.Size,
		Open: func() (io.ReadCloser, error) { return o.Blobs.Open(ctx, p.SHA) }})
}

// shipped notes that the gateway accepted: the line is on its way, a request is asked.
func shipped(ctx context.Context, tx *store.Tx, s shipment, k Credential, docID string) error {
	if _, err := tx.Exec(ctx, sqlWorked, tx.Now(), k.AgencyID, k.Channel, k.Environment); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlShipped, tx.Now(), cut(docID, 200), s.AgencyID, s.ID); err != nil {
		return err
	}
	if s.RequestID != 0 {
		_, err := tx.Exec(ctx, sqlRequestSent, tx.Now(), store.Instant(0), s.AgencyID, s.RequestID)
		return err
	}
	_, err := tx.Exec(ctx, sqlLineShipped, tx.Now(), cut(docID, 200), s.AgencyID, s.DeliveryID)
	return err
}

// notShipped hands a message that the gateway refuses, or does not take after the last try, to the clerks with the server's words unchanged (X17.11, X23.3).
func (o *Office) notShipped(ctx context.Context, s shipment, k Credential, cause error) error {
	d, err := store.One[Delivery](ctx, o.DB, sqlDelivery, s.AgencyID, s.DeliveryID)
	if err != nil {
		return err
	}
	people, err := clerks(ctx, o.DB, s.AgencyID, o.DB.Now())
	if err != nil {
		return err
	}
	text := store.Say("{channel} không nhận văn bản gửi {receiver}: {words}. Văn bản được giữ nguyên; sửa nguyên nhân hoặc báo quản trị hệ thống, rồi bấm Gửi lại.",
		"channel", store.Say(ChannelName(s.Channel)), "receiver", d.ReceiverName, "words", wordsOf(cause))
	return o.DB.Write(ctx, store.System(s.AgencyID), func(tx *store.Tx) error {
		if err := noteConnection(ctx, tx, k, cause); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlShipLost, wordsOf(cause), s.AgencyID, s.ID); err != nil {
			return err
		}
		if s.RequestID != 0 {
			if _, err := tx.Exec(ctx, sqlRequestLost, s.AgencyID, s.RequestID); err != nil {
				return err
			}
		} else if n, err := tx.Exec(ctx, sqlLineLost, tx.Now(), text.Text, store.JSONOf(text.Args), s.AgencyID, s.DeliveryID); err != nil {
			return err
		} else if n == 0 { // another channel has it, or it was sent before
			if _, err := tx.Exec(ctx, sqlFlag, s.AgencyID, s.DeliveryID); err != nil {
				return err
			}
		}
		return tx.Record(store.Event{Verb: "delivery.failed", Agency: s.AgencyID, Ref: outgoingRef(s.OutgoingID), Title: d.Title, Text: text, Notify: people,
			Data: map[string]any{"delivery": s.DeliveryID, "request": s.RequestID, "receiver": s.ReceiverCode, "channel": s.Channel, "answer": wordsOf(cause)}})
	})
}

// dialect is how files travel on a channel (X7.4).
func dialect(channel string) edxml.Form {
	if channel == ChannelLGSP {
		return edxml.PlainForm
	}
	return edxml.NationalForm
}

// packShipment makes the one message of a document for one receiver, in the channel's form (X14.4), keeps its bytes and says so. Whatever happens
// afterwards, the same bytes are sent.
func (o *Office) packShipment(ctx context.Context, s *shipment, c Channel, k Credential) error {
	d, err := store.One[Delivery](ctx, o.DB, sqlDelivery, s.AgencyID, s.DeliveryID)
	if err != nil {
		return err
	}
	doc, err := o.issued(ctx, o.DB, s.AgencyID, s.OutgoingID)
	if err != nil {
		return err
	}
	us, err := agencyOf(ctx, o.DB, s.AgencyID, o.DB.Now())
	if err != nil {
		return err
	}
	us = k.named(us)
	m := doc.message(us, []edxml.Organization{{OrganID: d.ReceiverCode, Name: d.ReceiverName}})
	m.Traces = []edxml.Trace{{OrganID: us.Wire, At: o.DB.Now().Time().In(edxml.VietnamTime)}}
	ref, signature, err := o.writeFor(ctx, c, us, doc, m, doc.Files)
	if err != nil {
		return err
	}
	return o.DB.Write(ctx, store.System(s.AgencyID), func(tx *store.Tx) error {
		parcel, err := putSent(ctx, tx, s.AgencyID, us, doc, s.OutgoingID, ref, c.Kind, signature)
		if err != nil {
			return err
		}
		if err := tx.Put(ctx, sqlShipPacked, parcel, s.AgencyID, s.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlLinePacked, parcel, s.AgencyID, s.DeliveryID); err != nil {
			return err
		}
		s.ParcelID = parcel
		return tx.Record(store.Event{Verb: "parcel.packed", Agency: s.AgencyID, Ref: outgoingRef(s.OutgoingID), Title: doc.title(),
			Data: map[string]any{"channel": c.Kind, "receiver": s.ReceiverCode, "sha256": ref.SHA, "size": ref.Size}})
	})
}

// putSent keeps the row of a message that is ready to leave over a gateway.
func putSent(ctx context.Context, tx *store.Tx, agency int64, us agency, doc *consignment, outgoing int64, ref blob.Ref, channel, signature string) (int64, error) {
	parcel := tx.NewID()
	if err := tx.Put(ctx, sqlPutParcel, agency, parcel, "out", us.Wire, us.Name, fmt.Sprintf("%s/%d", us.Wire, parcel), doc.DocumentID, doc.Code.Number, doc.Code.Notation,
		string(doc.Date), doc.title(), outgoingRef(outgoing), ref.SHA, ref.Size, "packed", signature, store.JSON("[]"), tx.Now()); err != nil {
		return 0, err
	}
	return parcel, tx.Put(ctx, sqlParcelBy, channel, signature, agency, parcel)
}

// writeFor makes the bytes of a message in a channel's form, signed only where the channel wants it (X8.5), and keeps them.
func (o *Office) writeFor(ctx context.Context, c Channel, us agency, doc *consignment, m *edxml.DocumentMessage, enclosed []documents.File) (ref blob.Ref, signature string, err error) {
	release, err := o.memory.reserve(ctx, 3*doc.size())
	if err != nil {
		return ref, "", err
	}
	defer release()
	var files []edxml.File
	for _, f := range enclosed {
		files = append(files, edxml.File{Name: f.Name, Size: f.Size, Open: func() (io.ReadCloser, error) { return o.Blobs.Open(ctx, f.SHA) }})
	}
	var b bytes.Buffer
	if _, err := edxml.WriteDocument(&b, m, files, dialect(c.Kind)); err != nil {
		return ref, "", fmt.Errorf("pack %s: %w", doc.title(), err)
	}
	raw, signature, err := o.signFor(ctx, c, us, b.Bytes())
	if err == nil {
		ref, err = o.put(ctx, raw)
	}
	return ref, signature, err
}
