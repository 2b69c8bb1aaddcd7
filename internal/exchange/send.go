package exchange

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"congvu/internal/axis"
	"congvu/internal/blob"
	"congvu/internal/store"
)

// The due work of a line stands in its own row: due_us says when it is sent the next time. A claim moves due_us on by the back-off, so a process that
// dies between claiming and sending only postpones. From the claim on the line counts as sent (sent_us), for who dies before the note may have sent it.
var (
	sqlClaimDue = store.SQL(`UPDATE exchange_deliveries SET due_us = $1, sent_us = CASE WHEN sent_us = 0 THEN CAST($2 AS BIGINT) ELSE sent_us END WHERE (agency_id, id) IN (
			SELECT agency_id, id FROM exchange_deliveries WHERE due_us > 0 AND due_us <= $2 ORDER BY due_us, id LIMIT $3 {FOR UPDATE SKIP LOCKED})
		RETURNING agency_id, id, parcel_id, receiver_code, sends, outgoing_id, title, receiver_name`)
	sqlClaimDueOf = store.SQL(`UPDATE exchange_deliveries SET due_us = $1 WHERE (agency_id, id) IN (
			SELECT agency_id, id FROM exchange_deliveries WHERE agency_id = $2 AND due_us > 0 AND due_us <= $3 ORDER BY due_us, id LIMIT $4 {FOR UPDATE SKIP LOCKED})
		RETURNING agency_id, id, parcel_id, receiver_code, sends, outgoing_id, title, receiver_name`)
	sqlDueAgencies = store.SQL(`WITH RECURSIVE turn (agency_id) AS (
			SELECT (SELECT agency_id FROM exchange_deliveries WHERE due_us > 0 AND agency_id > $1 ORDER BY agency_id LIMIT 1)
			UNION ALL SELECT (SELECT d.agency_id FROM exchange_deliveries d WHERE d.due_us > 0 AND d.agency_id > turn.agency_id ORDER BY d.agency_id LIMIT 1)
				FROM turn WHERE turn.agency_id IS NOT NULL)
		SELECT agency_id FROM turn WHERE agency_id IS NOT NULL
			AND EXISTS (SELECT 1 FROM exchange_deliveries d WHERE d.agency_id = turn.agency_id AND d.due_us > 0 AND d.due_us <= $2) LIMIT $3`)
	sqlGiveBack = store.SQL(`UPDATE exchange_deliveries SET due_us = $1 WHERE agency_id = $2 AND id = $3 AND due_us > 0`)
	sqlAnyDue   = store.SQL(`SELECT id FROM exchange_deliveries WHERE due_us > 0 AND due_us <= $1 LIMIT 1`)
	sqlOnItWay  = store.SQL(`UPDATE exchange_deliveries SET
			sends = sends + 1,
			state = CASE WHEN state IN ('not_sent', 'queued') THEN 'on_exchange' ELSE state END,
			state_us = CASE WHEN state IN ('not_sent', 'queued') THEN CAST($1 AS BIGINT) ELSE state_us END,
			sent_us = CASE WHEN sent_us = 0 THEN $1 ELSE sent_us END,
			due_us = CASE WHEN due_us = 0 THEN due_us ELSE CAST($2 AS BIGINT) END
		WHERE agency_id = $3 AND id = $4`)
	sqlGiveUp = store.SQL(`UPDATE exchange_deliveries SET state = 'failed', state_us = $1, due_us = 0, description = $2, args = $3
		WHERE agency_id = $4 AND id = $5 AND state IN ('not_sent', 'queued', 'on_exchange')`)
)

const (
	dueBatch  = 96
	dueTurns  = 32       // agencies that are looked after besides, when the oldest work fills a batch
	dueOfTurn = 2        // of each
	dueLarge  = 64 << 20 // bytes of large parcels sent in one batch: those of others need not wait for more
)

// claims is due work of many agencies: the oldest of all, and when that fills a batch a little of each agency in turn besides, so that the one with
// much to do does not hold back the others.
type claims struct {
	oldest, agencies, ofAgency *store.Stmt
	mu                         sync.Mutex
	after                      int64 // the agency whose turn was last
}

var dueLines = claims{oldest: sqlClaimDue, agencies: sqlDueAgencies, ofAgency: sqlClaimDueOf}

func claim[T any](ctx context.Context, tx *store.Tx, c *claims, until store.Instant) ([]T, error) {
	out, err := store.All[T](ctx, tx, c.oldest, until, tx.Now(), dueBatch)
	tx.Wrote()
	if err != nil || len(out) < dueBatch {
		return out, err
	}
	c.mu.Lock()
	after := c.after
	c.mu.Unlock()
	agencies, err := store.All[int64](ctx, tx, c.agencies, after, tx.Now(), dueTurns)
	if err != nil {
		return nil, err
	}
	next := int64(0)
	if len(agencies) == dueTurns {
		next = agencies[dueTurns-1]
	}
	c.mu.Lock()
	c.after = next
	c.mu.Unlock()
	for _, a := range agencies {
		some, err := store.All[T](ctx, tx, c.ofAgency, until, a, tx.Now(), dueOfTurn)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

type dueLine struct {
	AgencyID     int64
	ID           int64
	ParcelID     int64
	ReceiverCode string
	Sends        int
	OutgoingID   int64
	Title        string
	ReceiverName string
}

// firstWait is how long a sending waits for its receipt before the second.
const firstWait = 15 * time.Minute

// backoff is the wait for a receipt after that many sends.
func (o *Office) backoff(sends int) time.Duration {
	if o.Resend != nil {
		return o.Resend(sends)
	}
	return min(firstWait<<min(max(sends-1, 0), 10), 24*time.Hour)
}

func (o *Office) maxSends() int {
	if o.MaxSends > 0 {
		return o.MaxSends
	}
	return 16
}

// dispatchOnce sends a batch of what is due and tells how many lines it held.
func (o *Office) dispatchOnce(ctx context.Context) (int, error) {
	if _, due, err := store.Maybe[int64](ctx, o.DB, sqlAnyDue, o.DB.Now()); err != nil || !due {
		return 0, err
	}
	var lines []dueLine
	err := o.DB.Keep(ctx, func(tx *store.Tx) (err error) {
		lines, err = claim[dueLine](ctx, tx, &dueLines, tx.Now().Add(o.lease()))
		return err
	})
	if err != nil || len(lines) == 0 {
		return 0, err
	}
	return len(lines), o.sendLines(ctx, lines)
}

// sendLines puts the lines' parcels on the axis and notes which of them it took. What it did not take comes due again. Small parcels go first, large
// ones up to a bound; the rest of these is given back for the next batch.
func (o *Office) sendLines(ctx context.Context, lines []dueLine) error {
	var small, large, left cargo
	var errs []error
	bytes := int64(0)
	loads, failed := o.loads(ctx, lines)
	for _, l := range lines {
		if l.Sends >= o.maxSends() {
			errs = append(errs, o.giveUp(ctx, l))
			continue
		}
		at := [2]int64{l.AgencyID, l.ParcelID}
		if err := failed[at]; err != nil {
			errs = append(errs, err)
			continue
		}
		p := loads[at]
		p.ID, p.To = p.ID+"/"+l.ReceiverCode, l.ReceiverCode
		to := &small
		if p.Blob != nil {
			if to = &large; bytes > 0 && bytes+p.Blob.Size > dueLarge {
				to = &left
			} else if !large.has(at) {
				bytes += p.Blob.Size // stored once for all its receivers
			}
		}
		to.parcels, to.lines = append(to.parcels, p), append(to.lines, l)
	}
	if len(left.lines) > 0 {
		errs = append(errs, o.DB.Keep(ctx, func(tx *store.Tx) error {
			for _, l := range left.lines {
				if _, err := tx.Exec(ctx, sqlGiveBack, tx.Now(), l.AgencyID, l.ID); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	if err := o.fail("before send"); err != nil {
		return err
	}
	for _, c := range []cargo{small, large} {
		if len(c.parcels) == 0 {
			continue
		}
		results, err := o.send(ctx, c)
		if err != nil {
			return err
		}
		errs = append(errs, results...)
	}
	return errors.Join(errs...)
}

// cargo is what is sent at once.
type cargo struct {
	parcels []axis.Parcel
	lines   []dueLine
}

func (c *cargo) has(at [2]int64) bool {
	return len(c.lines) > 0 && slices.ContainsFunc(c.lines, func(l dueLine) bool { return l.AgencyID == at[0] && l.ParcelID == at[1] })
}

func (o *Office) send(ctx context.Context, c cargo) ([]error, error) {
	results := o.post(ctx, c.parcels)
	if err := o.fail("after send"); err != nil {
		return nil, err
	}
	err := o.DB.Keep(ctx, func(tx *store.Tx) error {
		for i, l := range c.lines {
			if i < len(results) && results[i] != nil {
				continue
			}
			if _, err := tx.Exec(ctx, sqlOnItWay, tx.Now(), tx.Now().Add(o.backoff(l.Sends+1)), l.AgencyID, l.ID); err != nil {
				return err
			}
		}
		return nil
	})
	return append(results, err), nil
}

// inline is what travels within the message of the axis; larger parcels go beside it, once for all receivers.
const inline = 512 << 10

// loads reads each parcel of the lines once, however many receivers it has.
func (o *Office) loads(ctx context.Context, lines []dueLine) (map[[2]int64]axis.Parcel, map[[2]int64]error) {
	loads, failed := map[[2]int64]axis.Parcel{}, map[[2]int64]error{}
	var each [][2]int64
	for _, l := range lines {
		at := [2]int64{l.AgencyID, l.ParcelID}
		if _, known := loads[at]; !known {
			loads[at] = axis.Parcel{}
			each = append(each, at)
		}
	}
	parcels, errs := make([]axis.Parcel, len(each)), make([]error, len(each))
	o.side(len(each), func(i int) { parcels[i], errs[i] = o.load(ctx, each[i][0], each[i][1]) })
	for i, at := range each {
		loads[at] = parcels[i]
		if errs[i] != nil {
			failed[at] = errs[i]
		}
	}
	return loads, failed
}

// load is a parcel as the axis carries it, before it has a receiver.
func (o *Office) load(ctx context.Context, agency, parcel int64) (axis.Parcel, error) {
	p, err := store.One[Parcel](ctx, o.DB, sqlParcel, agency, parcel)
	if err != nil {
		return axis.Parcel{}, err
	}
	out := axis.Parcel{ID: p.Parcel, From: p.SenderCode, Kind: kindDocument}
	if out.Body = o.packed.find(p.SHA); out.Body != nil {
		return out, nil
	}
	if p.Size <= inline {
		out.Body, err = blob.ReadAll(ctx, o.Blobs, p.SHA, inline)
		return out, err
	}
	out.Blob = &axis.Blob{SHA256: p.SHA, Size: p.Size, Open: func() (io.ReadCloser, error) { return o.Blobs.Open(ctx, p.SHA) }}
	return out, nil
}

// giveUp hands a line to the clerk after the last send (reliability: bounded, then to a person).
func (o *Office) giveUp(ctx context.Context, l dueLine) error {
	text := store.Say("{receiver} chưa phản hồi sau {count} lần gửi, hệ thống không tự gửi nữa. Đề nghị liên hệ nơi nhận, rồi bấm Gửi lại hoặc gửi bản giấy.",
		"receiver", l.ReceiverName, "count", l.Sends)
	people, err := clerks(ctx, o.DB, l.AgencyID, o.DB.Now())
	if err != nil {
		return err
	}
	return o.DB.Write(ctx, store.System(l.AgencyID), func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, sqlGiveUp, tx.Now(), text.Text, store.JSONOf(text.Args), l.AgencyID, l.ID)
		if err != nil || n == 0 {
			return err
		}
		return tx.Record(store.Event{Verb: "delivery.failed", Agency: l.AgencyID, Ref: outgoingRef(l.OutgoingID), Title: l.Title, Text: text, Notify: people,
			Data: map[string]any{"delivery": l.ID, "receiver": l.ReceiverCode}})
	})
}

func (o *Office) fail(at string) error {
	if o.failing == nil {
		return nil
	}
	return o.failing(at)
}

func rest(ctx context.Context, woken <-chan struct{}, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-woken:
	case <-t.C:
	}
}

// lease is how long a claim holds when its process dies.
func (o *Office) lease() time.Duration { return min(o.backoff(1), time.Minute) }
