package exchange

import (
	"context"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// peerNote is what was noticed of a sender since it was last written down.
type peerNote struct {
	seen   store.Instant
	name   string
	speaks string
	skew   time.Duration
	skewAt store.Instant
}

// note changes what is noticed of a sender.
func (o *Office) note(code string, change func(*peerNote)) {
	o.quotas.mu.Lock()
	defer o.quotas.mu.Unlock()
	if o.quotas.notes == nil {
		o.quotas.notes = map[string]*peerNote{}
	}
	n := o.quotas.notes[code]
	if n == nil {
		n = &peerNote{}
		o.quotas.notes[code] = n
	}
	n.seen = o.DB.Now()
	change(n)
}

func (o *Office) heard(code string) { o.note(code, func(*peerNote) {}) }

var (
	sqlPutPeer = store.SQL(`INSERT INTO exchange_peers (code, name, seen_us, speaks, parcels_minute, bytes_minute, skew_us, skew_at_us, waiting_us, told_us, due_us, lease_us, served_us)
		VALUES ($1, $2, $3, $4, 0, 0, $5, $6, 0, 0, 0, 0, 0)
		ON CONFLICT (code) DO UPDATE SET seen_us = excluded.seen_us, name = CASE WHEN excluded.name = '' THEN exchange_peers.name ELSE excluded.name END,
			speaks = CASE WHEN excluded.speaks = '' THEN exchange_peers.speaks ELSE excluded.speaks END,
			skew_us = CASE WHEN excluded.skew_at_us = 0 THEN exchange_peers.skew_us ELSE excluded.skew_us END,
			skew_at_us = CASE WHEN excluded.skew_at_us = 0 THEN exchange_peers.skew_at_us ELSE excluded.skew_at_us END`)
	sqlWaitsAfterAll = store.SQL(`UPDATE exchange_peers SET waiting_us = $1 WHERE waiting_us = 0 AND EXISTS (SELECT 1 FROM exchange_waiting w WHERE w.peer_code = exchange_peers.code)`)
	sqlThrottled     = store.SQL(`SELECT code FROM exchange_peers WHERE waiting_us > 0 AND waiting_us <= $1 AND told_us = 0 LIMIT 100`)
	sqlThrottleTold  = store.SQL(`UPDATE exchange_peers SET told_us = $1 WHERE code = $2 AND told_us = 0`)
	sqlOperators     = store.SQL(`SELECT DISTINCT person_id FROM org_holdings WHERE roles & $1 <> 0 AND valid_from <= $2 AND (valid_to = '' OR valid_to >= $2)`)
)

// notePeers writes down what was noticed of the senders, once a minute and not for each parcel.
func (o *Office) notePeers(ctx context.Context) error {
	o.quotas.mu.Lock()
	notes := o.quotas.notes
	o.quotas.notes = nil
	o.quotas.mu.Unlock()
	return o.DB.Keep(ctx, func(tx *store.Tx) error {
		for code, n := range notes {
			if _, err := tx.Exec(ctx, sqlPutPeer, code, n.name, n.seen, n.speaks, n.skew.Microseconds(), n.skewAt); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, sqlWaitsAfterAll, tx.Now()) // one that began to wait while its turn ended
		return err
	})
}

// toldAfter is how long parcels of a sender wait before the system administrators are told.
const toldAfter = 15 * time.Minute

// tellThrottled tells the system administrators of senders whose parcels have waited for long, once until all of them are opened.
func (o *Office) tellThrottled(ctx context.Context) error {
	codes, err := store.All[string](ctx, o.DB, sqlThrottled, o.DB.Now().Add(-toldAfter))
	if err != nil || len(codes) == 0 {
		return err
	}
	for _, code := range codes {
		if err := o.DB.Write(ctx, store.System(0), func(tx *store.Tx) error {
			if n, err := tx.Exec(ctx, sqlThrottleTold, tx.Now(), code); err != nil || n == 0 {
				return err
			}
			people, err := operators(ctx, tx)
			if err != nil {
				return err
			}
			return tx.Record(store.Event{Verb: "peer.throttled", Ref: "exchange", Title: code, Notify: people, Data: map[string]any{"peer": code},
				Text: store.Say("Gói tin của {peer} đã phải chờ hơn 15 phút vì gửi đến nhiều hơn mức nhận. Không gói nào bị mất; xem trang theo dõi liên thông.", "peer", code)})
		}); err != nil {
			return err
		}
	}
	return nil
}

// operators are the system administrators of today.
func operators(ctx context.Context, tx *store.Tx) ([]int64, error) {
	return store.All[int64](ctx, tx, sqlOperators, int64(store.SystemAdmin), string(calendar.DateOf(tx.Now().Time())))
}

// skewLimit is how far the clock of a peer may be from ours before a person is told. Times on the wire are whole seconds.
const skewLimit = 2 * time.Minute

// heardTime notes a peer's clock that cannot be right if ours is: it states a time to come, or that a document came before we sent it. The way takes
// what it takes, so a status that is merely old says nothing about clocks (reliability §6).
func (o *Office) heardTime(x *opened, sent store.Instant) {
	m, now := x.message.Status, o.DB.Now()
	stated := store.InstantOf(m.At)
	o.note(x.sender.Code, func(n *peerNote) {
		n.name = x.sender.Name
		if _, mark := unmark(m.Description); mark.Speaks != "" {
			n.speaks = mark.Speaks
		}
		if stated == 0 {
			return
		}
		skew := time.Duration(0)
		if ahead := stated.Time().Sub(now.Time()); ahead > 0 {
			skew = ahead
		} else if behind := sent.Time().Sub(stated.Time()); m.Code == "01" && sent != 0 && behind > 0 {
			skew = -behind
		} else if m.Code != "01" {
			return // an act of hours ago, told now
		}
		if skew.Abs() < skewLimit {
			skew = 0
		}
		n.skew, n.skewAt = skew, now
	})
}
