package exchange

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"congvu/internal/blob"
	"congvu/internal/edxml"
	"congvu/internal/store"
)

var (
	sqlCarryDue = store.SQL(`SELECT ` + deliveryColumns + `, due_us FROM exchange_deliveries WHERE due_us > 0 AND due_us <= $1 AND (due_us, id) > ($2, $3) ORDER BY due_us, id LIMIT $4`)
	// as the claim and the sending of the axis leave it
	sqlCarryLines = store.SQL(`UPDATE exchange_deliveries SET sends = 1, state = 'on_exchange', state_us = $1, sent_us = $1, due_us = $2
		WHERE agency_id = $3 AND parcel_id = $4 AND state = 'queued' AND sends = 0 AND sent_us = 0 AND due_us > 0 AND id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($5 AS TEXT)))`)
	sqlClaimLine = store.SQL(`UPDATE exchange_deliveries SET due_us = $1, sent_us = CASE WHEN sent_us = 0 THEN CAST($2 AS BIGINT) ELSE sent_us END
		WHERE agency_id = $3 AND id = $4 AND due_us > 0 AND due_us <= $2 RETURNING agency_id, id, parcel_id, receiver_code, sends, outgoing_id, title, receiver_name`)
)

const (
	carryPage  = 2048 // lines looked at
	carryBatch = 128  // receivers of one transaction
)

// cargoOf is what is carried of one parcel.
type cargoOf struct {
	at    [2]int64 // sender and parcel
	x     *opened
	lines []Delivery
}

// deliver takes in what is due for agencies of this house.
func (c *carrier) deliver(ctx context.Context) (int, error) {
	now := c.o.DB.Now()
	lines, err := c.due(ctx, now)
	if err != nil {
		return 0, err
	}
	var batch []cargoOf
	var odd []Delivery
	all, held := 0, 0
	flush := func() error {
		if held == 0 {
			return nil
		}
		err := c.arriveTogether(ctx, batch)
		if err != nil && ctx.Err() == nil { // one by one, the ordinary way: it says what is wrong and with which
			for _, p := range batch {
				odd = append(odd, p.lines...)
			}
			err = nil
		}
		all, held, batch = all+held, 0, nil
		return err
	}
	for len(lines) > 0 {
		n := 1
		for n < len(lines) && lines[n].AgencyID == lines[0].AgencyID && lines[n].ParcelID == lines[0].ParcelID {
			n++
		}
		at, of := [2]int64{lines[0].AgencyID, lines[0].ParcelID}, lines[:n]
		lines = lines[n:]
		fast, rest := c.sort(of)
		odd = append(odd, rest...)
		if len(fast) == 0 {
			continue
		}
		x, err := c.content(ctx, at, fast[0].ReceiverCode)
		if err != nil {
			return all, err
		}
		if x == nil {
			odd = append(odd, fast...)
			continue
		}
		for len(fast) > 0 {
			k := min(len(fast), carryBatch-held)
			batch, held, fast = append(batch, cargoOf{at, x, fast[:k]}), held+k, fast[k:]
			if held == carryBatch {
				if err := flush(); err != nil {
					return all, err
				}
			}
		}
	}
	if err := flush(); err != nil {
		return all, err
	}
	n, err := c.byHand(ctx, odd)
	return all + n, err
}

// due lists the lines that may go, those of one parcel side by side.
func (c *carrier) due(ctx context.Context, now store.Instant) ([]Delivery, error) {
	type place struct {
		Delivery
		DueUs store.Instant
	}
	var out []Delivery
	var last place
	for {
		page, err := store.All[place](ctx, c.o.DB, sqlCarryDue, now, last.DueUs, last.ID, carryPage)
		if err != nil {
			return nil, err
		}
		for _, d := range page {
			to, err := c.hosts(ctx, d.ReceiverCode)
			if err != nil {
				return nil, err
			}
			if to {
				out = append(out, d.Delivery)
			}
		}
		if len(page) < carryPage {
			break
		}
		last = page[len(page)-1]
	}
	slices.SortFunc(out, func(a, b Delivery) int {
		return cmp.Or(cmp.Compare(a.AgencyID, b.AgencyID), cmp.Compare(a.ParcelID, b.ParcelID), cmp.Compare(a.ID, b.ID))
	})
	return out, nil
}

// sort parts the lines of a parcel into those that were never sent and go to agencies at work, and the others.
func (c *carrier) sort(lines []Delivery) (fast, odd []Delivery) {
	for _, d := range lines {
		if !c.mayLose(d) && d.State == Queued && d.Sends == 0 && d.SentAt == 0 && d.Channel == ChannelAxis && c.agencies[d.ReceiverCode] != nil {
			fast = append(fast, d)
		} else {
			odd = append(odd, d)
		}
	}
	return fast, odd
}

// content is what a parcel holds: known since it was packed, else opened as its first receiver would. nil = whoever gets it opens it for himself.
func (c *carrier) content(ctx context.Context, at [2]int64, to string) (*opened, error) {
	c.mu.Lock()
	x := c.known[at]
	c.mu.Unlock()
	if x == nil {
		p, err := c.parcelOf(ctx, at)
		if err != nil {
			return nil, err
		}
		if p.State != "packed" {
			return nil, nil
		}
		raw, err := blob.ReadAll(ctx, c.o.Blobs, p.SHA, maxMessage)
		if err != nil {
			return nil, err
		}
		x, err = c.o.open(ctx, raw, p.SenderCode, to, c.o.DB.Now())
		var r *refusal
		if errors.As(err, &r) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		c.known[at] = x
		c.mu.Unlock()
	}
	from, err := c.here(ctx, x.sender.Code)
	if err != nil || from == nil || x.message.Document == nil || x.message.Document.Business.Kind == edxml.Recall || x.message.Document.Business.Kind == edxml.Update {
		return nil, err
	}
	return x, nil
}

func (c *carrier) parcelOf(ctx context.Context, at [2]int64) (*Parcel, error) {
	c.mu.Lock()
	p := c.parcels[at]
	c.mu.Unlock()
	if p != nil {
		return p, nil
	}
	got, err := store.One[Parcel](ctx, c.o.DB, sqlParcel, at[0], at[1])
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if got.State == "packed" {
		c.parcels[at] = &got
	}
	return &got, nil
}

// arriveTogether is the import of takeDocument for many receivers.
func (c *carrier) arriveTogether(ctx context.Context, batch []cargoOf) error {
	if err := c.o.fail("before carried"); err != nil {
		return err
	}
	var acts []store.Act
	for _, p := range batch {
		sent, err := c.parcelOf(ctx, p.at)
		if err != nil {
			return err
		}
		receivers := map[string]bool{}
		for _, to := range p.x.message.Document.To {
			receivers[to.OrganID] = true
		}
		ids := make([]int64, len(p.lines))
		for i, d := range p.lines {
			ids[i] = d.ID
		}
		l := letter{From: sent.SenderCode, Kind: kindDocument, SHA: sent.SHA, Size: sent.Size, first: true}
		arrival := c.o.arrival(ctx, l, p.x)
		for i, d := range p.lines {
			if !receivers[d.ReceiverCode] {
				return fmt.Errorf("parcel %s is not for %s", sent.Parcel, d.ReceiverCode)
			}
			l, arrival := l, arrival
			l.Agency, l.Parcel, l.To = int64(c.agencies[d.ReceiverCode].ID), sent.Parcel+"/"+d.ReceiverCode, d.ReceiverCode
			arrival.Agency, arrival.Packet = l.Agency, l.packet()
			acts = append(acts, store.Act{Actor: store.System(l.Agency), Do: func(tx *store.Tx) error {
				if i == 0 {
					n, err := tx.Exec(ctx, sqlCarryLines, tx.Now(), tx.Now().Add(c.o.backoff(1)), p.at[0], p.at[1], string(store.JSONOf(ids)))
					if err != nil || n != int64(len(ids)) {
						return errors.Join(err, fmt.Errorf("%d of %d lines of %s", n, len(ids), sent.Parcel))
					}
				}
				return c.o.arrive(ctx, tx, l, p.x, arrival, "")
			}})
		}
	}
	if err := c.o.DB.Together(ctx, acts); err != nil {
		return err
	}
	for _, p := range batch {
		c.o.heard(p.x.sender.Code)
	}
	return nil
}

// byHand sends lines one by one, as the axis does, and from hand to hand.
func (c *carrier) byHand(ctx context.Context, lines []Delivery) (int, error) {
	if len(lines) == 0 {
		return 0, nil
	}
	var claimed []dueLine
	err := c.o.DB.Keep(ctx, func(tx *store.Tx) error {
		claimed = nil
		for _, d := range lines {
			l, ok, err := store.Maybe[dueLine](ctx, tx, sqlClaimLine, tx.Now().Add(c.o.lease()), tx.Now(), d.AgencyID, d.ID)
			if err != nil {
				return err
			}
			if ok {
				claimed = append(claimed, l)
			}
		}
		tx.Wrote()
		return nil
	})
	if err != nil || len(claimed) == 0 {
		return 0, err
	}
	return len(claimed), c.o.sendLines(ctx, claimed)
}
