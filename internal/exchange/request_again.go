package exchange

import (
	"context"
	"errors"

	"congvu/internal/documents"
	"congvu/internal/store"
)

// What we ask over the axis is not closed by the axis taking it: it goes again, the same bytes, with the waits of a document, until the receiver has answered
// with 15 or 16. He knows it by its parcel and only repeats his answer. After the last time a person is told. A replacement is carried by the document that
// replaces; comparing with the receiver repeats its answer.

// again is a request that is due once more.
type again struct {
	AgencyID     int64
	ID           int64
	DeliveryID   int64
	OutgoingID   int64
	Kind         documents.RequestKind
	ParcelID     int64
	ReceiverCode string
	ReceiverName string
	Sends        int
}

var (
	sqlAnyAgain   = store.SQL(`SELECT id FROM exchange_requests WHERE due_us > 0 AND due_us <= $1 LIMIT 1`)
	sqlClaimAgain = store.SQL(`UPDATE exchange_requests SET due_us = $1 WHERE (agency_id, id) IN (
			SELECT agency_id, id FROM exchange_requests WHERE due_us > 0 AND due_us <= $2 ORDER BY due_us, id LIMIT $3 {FOR UPDATE SKIP LOCKED})
		RETURNING agency_id, id, delivery_id, outgoing_id, kind, parcel_id, receiver_code, receiver_name, sends`)
	sqlAskedAgain = store.SQL(`UPDATE exchange_requests SET due_us = $1, sends = $2 WHERE agency_id = $3 AND id = $4 AND due_us > 0`)
	sqlAskedOut   = store.SQL(`UPDATE exchange_requests SET due_us = 0 WHERE agency_id = $1 AND id = $2 AND due_us > 0`)
)

// askAgainOnce sends a batch of the requests that are due again.
func (o *Office) askAgainOnce(ctx context.Context) (int, error) {
	if _, due, err := store.Maybe[int64](ctx, o.DB, sqlAnyAgain, o.DB.Now()); err != nil || !due {
		return 0, err
	}
	var all []again
	err := o.DB.Keep(ctx, func(tx *store.Tx) (err error) {
		all, err = store.All[again](ctx, tx, sqlClaimAgain, tx.Now().Add(o.lease()), tx.Now(), dueBatch)
		tx.Wrote()
		return err
	})
	if err != nil {
		return 0, err
	}
	errs := make([]error, len(all))
	o.side(len(all), func(i int) { errs[i] = o.askAgain(ctx, all[i]) })
	return len(all), errors.Join(errs...)
}

func (o *Office) askAgain(ctx context.Context, q again) error {
	d, err := store.One[Delivery](ctx, o.DB, sqlDelivery, q.AgencyID, q.DeliveryID)
	if err != nil {
		return err
	}
	switch {
	case d.State == Recalled || d.State == Cancelled: // there is nothing more to be answered
		return o.DB.Keep(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, sqlAskedOut, q.AgencyID, q.ID)
			return err
		})
	case q.Sends >= o.maxSends():
		return o.unanswered(ctx, q, d)
	case q.Kind == documents.GiveBack:
		return o.DB.Keep(ctx, func(tx *store.Tx) error {
			n := int64(1)
			if q.Sends > 0 { // else it is on its way for the first time
				if n, err = tx.Exec(ctx, sqlRepeat, tx.Now(), q.AgencyID, requestRef(q.ID)); err != nil {
					return err
				}
			}
			sends := q.Sends + int(n) // none: the axis has not taken it yet
			_, err := tx.Exec(ctx, sqlAskedAgain, tx.Now().Add(o.backoff(sends)), sends, q.AgencyID, q.ID)
			return err
		})
	}
	if err := o.sendPacket(ctx, q.AgencyID, q.ParcelID, q.ReceiverCode); err != nil {
		return err
	}
	return o.DB.Keep(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, sqlAskedAgain, tx.Now().Add(o.backoff(q.Sends+1)), q.Sends+1, q.AgencyID, q.ID)
		return err
	})
}

// unanswered hands a request to the clerks after the last send. It stays open: an answer that comes after all settles it.
func (o *Office) unanswered(ctx context.Context, q again, d Delivery) error {
	people, err := clerks(ctx, o.DB, q.AgencyID, o.DB.Now())
	if err != nil {
		return err
	}
	return o.DB.Write(ctx, store.System(q.AgencyID), func(tx *store.Tx) error {
		if n, err := tx.Exec(ctx, sqlAskedOut, q.AgencyID, q.ID); err != nil || n == 0 {
			return err
		}
		return tx.Record(store.Event{Verb: "delivery.failed", Agency: q.AgencyID, Ref: outgoingRef(q.OutgoingID), Title: d.Title, Notify: people,
			Text: store.Say("{receiver} chưa trả lời yêu cầu “{kind}” đối với văn bản {title} sau {count} lần gửi, hệ thống không tự gửi nữa. Đề nghị liên hệ nơi nhận bằng cách khác.",
				"receiver", q.ReceiverName, "kind", store.Say(q.Kind.Label()), "title", d.Title, "count", q.Sends),
			Data: map[string]any{"delivery": q.DeliveryID, "request": q.ID, "receiver": q.ReceiverCode}})
	})
}
