package exchange

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"congvu/internal/axis"
	"congvu/internal/blob"
	"congvu/internal/store"
)

// Why a parcel waits for its sender's turn.
const (
	waitsQuota = "quota" // its sender brought more than is taken in a minute
	waitsCrowd = "crowd" // its sender filled the shard while others waited behind him
	waitsSize  = "size"  // a large message of its sender is being opened
	waitsOrder = "order" // one that waits came before it from the same sender to the same receiver (X23.4)
)

// waitingParcel is a parcel that was taken from the axis, its bytes kept, and that is opened when it is its sender's turn.
type waitingParcel struct {
	AgencyID     int64
	ID           int64
	Parcel       string
	PeerCode     string
	ReceiverCode string
	Kind         string
	SHA          string
	Size         int64
	Reason       string
	At           store.Instant `db:"at_us"`
	Due          store.Instant `db:"due_us"`
	Tries        int
}

const waitingColumns = `agency_id, id, parcel, peer_code, receiver_code, kind, sha, size, reason, at_us, due_us, tries`

var (
	sqlPutWaiting = store.SQL(`INSERT INTO exchange_waiting (` + waitingColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0)
		ON CONFLICT (agency_id, peer_code, receiver_code, parcel) DO NOTHING`)
	sqlPeerWaits = store.SQL(`INSERT INTO exchange_peers (code, name, seen_us, speaks, parcels_minute, bytes_minute, skew_us, skew_at_us, waiting_us, told_us, due_us, lease_us, served_us)
		VALUES ($1, '', $2, '', 0, 0, 0, 0, $2, 0, 0, 0, 0) ON CONFLICT (code) DO UPDATE SET waiting_us = excluded.waiting_us WHERE exchange_peers.waiting_us = 0`)
	sqlAnyTurn    = store.SQL(`SELECT code FROM exchange_peers WHERE waiting_us > 0 AND due_us <= $1 AND lease_us <= $1 LIMIT 1`)
	sqlClaimTurns = store.SQL(`UPDATE exchange_peers SET lease_us = $1, served_us = $2 WHERE code IN (
			SELECT code FROM exchange_peers WHERE waiting_us > 0 AND due_us <= $2 AND lease_us <= $2 ORDER BY served_us, code LIMIT $3 {FOR UPDATE SKIP LOCKED})
		RETURNING code`)
	// Of one receiver none before an older one that must wait on (X23.4).
	sqlWaitingOf = store.SQL(`SELECT ` + waitingColumns + ` FROM exchange_waiting w WHERE peer_code = $1 AND due_us <= $2
		AND NOT EXISTS (SELECT 1 FROM exchange_waiting e WHERE e.peer_code = w.peer_code AND e.receiver_code = w.receiver_code AND e.id < w.id AND e.due_us > $2)
		ORDER BY due_us, id LIMIT $3`)
	sqlNextTurn = store.SQL(`SELECT due_us FROM exchange_waiting WHERE peer_code = $1 ORDER BY due_us LIMIT 1`)
	sqlAdmitted = store.SQL(`DELETE FROM exchange_waiting WHERE agency_id = $1 AND id = $2`)
	sqlWaitMore = store.SQL(`UPDATE exchange_waiting SET due_us = $1, tries = tries + 1 WHERE agency_id = $2 AND id = $3`)
	sqlTurnOver = store.SQL(`UPDATE exchange_peers SET lease_us = 0, due_us = $1,
			waiting_us = CASE WHEN EXISTS (SELECT 1 FROM exchange_waiting w WHERE w.peer_code = exchange_peers.code) THEN waiting_us ELSE 0 END,
			told_us = CASE WHEN EXISTS (SELECT 1 FROM exchange_waiting w WHERE w.peer_code = exchange_peers.code) THEN told_us ELSE 0 END
		WHERE code = $2`)
)

const (
	turns     = 8  // senders whose parcels are opened at one time
	turnBatch = 16 // parcels of one turn
)

// setAside decides whether a parcel of the axis has to wait, and keeps it if so: then the axis may forget it, and what comes behind it passes.
func (o *Office) setAside(ctx context.Context, l letter, p axis.Parcel, behind bool) (waits bool, release func(), err error) {
	if err := o.quotasNow(ctx); err != nil {
		return false, nil, err
	}
	now, size := o.DB.Now(), p.Size()
	due := o.quotas.draw(l.From, size, now)
	release, alone := o.quotas.holdLarge(l.From, 2*size)
	reason := ""
	switch {
	case due > now:
		reason = waitsQuota
	case p.Crowds:
		reason = waitsCrowd
	case behind:
		reason = waitsOrder
	case !alone:
		reason = waitsSize
	default:
		return false, release, nil
	}
	if alone {
		release()
	}
	if err := o.keepRaw(ctx, &l, p); err != nil {
		return false, nil, err
	}
	if l.SHA == "" {
		ref, err := o.put(ctx, l.raw)
		if err != nil {
			return false, nil, err
		}
		l.SHA = ref.SHA
	}
	return true, nil, o.DB.Keep(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, sqlPutWaiting, l.Agency, tx.NewID(), l.Parcel, l.From, l.To, l.Kind, l.SHA, l.Size, reason, tx.Now(), due); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, sqlPeerWaits, l.From, tx.Now())
		return err
	})
}

// admitOnce opens parcels that wait: a few of each sender, the sender first that was served longest ago. It tells how many it opened.
func (o *Office) admitOnce(ctx context.Context) (int, error) {
	if _, due, err := store.Maybe[string](ctx, o.DB, sqlAnyTurn, o.DB.Now()); err != nil || !due {
		return 0, err
	}
	var peers []string
	err := o.DB.Keep(ctx, func(tx *store.Tx) (err error) {
		peers, err = store.All[string](ctx, tx, sqlClaimTurns, tx.Now().Add(turnLease), tx.Now(), turns)
		tx.Wrote()
		return err
	})
	opened, errs := make([]int, len(peers)), make([]error, len(peers))
	var all sync.WaitGroup
	for i, peer := range peers {
		all.Go(func() { opened[i], errs[i] = o.turn(ctx, peer) })
	}
	all.Wait()
	n := 0
	for _, k := range opened {
		n += k
	}
	return n, errors.Join(append(errs, err)...)
}

const turnLease = 5 * time.Minute // a turn whose process died is taken up again after that

// turn opens the oldest parcels of one sender: those for one receiver in their order, those for different ones side by side.
func (o *Office) turn(ctx context.Context, peer string) (int, error) {
	rows, err := store.All[waitingParcel](ctx, o.DB, sqlWaitingOf, peer, o.DB.Now(), turnBatch)
	if err != nil {
		return 0, err
	}
	slices.SortFunc(rows, func(a, b waitingParcel) int { return cmp.Compare(a.ID, b.ID) })
	flows, order := map[string][]waitingParcel{}, []string(nil)
	for _, w := range rows {
		if flows[w.ReceiverCode] == nil {
			order = append(order, w.ReceiverCode)
		}
		flows[w.ReceiverCode] = append(flows[w.ReceiverCode], w)
	}
	opened, errs := make([]int, len(order)), make([]error, len(order))
	slots := make(chan struct{}, 4)
	var all sync.WaitGroup
	for i, receiver := range order {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			for _, w := range flows[receiver] {
				if errs[i] = o.admit(ctx, w); errs[i] != nil {
					return
				}
				opened[i]++
			}
		})
	}
	all.Wait()
	n := 0
	for _, k := range opened {
		n += k
	}
	err = o.DB.Keep(ctx, func(tx *store.Tx) error {
		next := store.Instant(0) // more may follow at once
		if n == 0 {
			first, _, err := store.Maybe[store.Instant](ctx, tx, sqlNextTurn, peer)
			if err != nil {
				return err
			}
			next = max(first, tx.Now().Add(time.Second))
		}
		_, err := tx.Exec(ctx, sqlTurnOver, next, peer)
		return err
	})
	return n, errors.Join(append(errs, err)...)
}

// admit opens one parcel as if it came now. After too many tries a person looks at it in quarantine.
func (o *Office) admit(ctx context.Context, w waitingParcel) error {
	l := letter{Parcel: w.Parcel, From: w.PeerCode, To: w.ReceiverCode, Kind: w.Kind, SHA: w.SHA, Size: w.Size}
	err := o.admitLetter(ctx, l)
	if err != nil && ctx.Err() == nil && w.Tries+1 >= maxAttempts {
		l.Agency = w.AgencyID
		err = o.quarantine(ctx, l, fault("not_opened", "Hệ thống chưa mở được gói tin sau {count} lần thử. Gói tin được giữ nguyên; quản trị hệ thống kiểm tra rồi mở lại.", "count", w.Tries+1))
	}
	if err == nil {
		return o.DB.Keep(ctx, func(tx *store.Tx) error { _, err := tx.Exec(ctx, sqlAdmitted, w.AgencyID, w.ID); return err })
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	again := o.DB.Now().Add(min(time.Second<<min(w.Tries, 9), 5*time.Minute))
	return errors.Join(fmt.Errorf("parcel %s from %s to %s: %w", w.Parcel, w.PeerCode, w.ReceiverCode, err),
		o.DB.Keep(ctx, func(tx *store.Tx) error { _, err := tx.Exec(ctx, sqlWaitMore, again, w.AgencyID, w.ID); return err }))
}

// admitLetter is the second half of takeIn for a parcel whose bytes are kept.
func (o *Office) admitLetter(ctx context.Context, l letter) error {
	if err := o.find(ctx, &l); err != nil {
		return err
	}
	if done, _, err := o.alreadyTaken(ctx, l, true); done || err != nil {
		return err
	}
	release, err := o.memory.reserve(ctx, 2*l.Size)
	if err != nil {
		return err
	}
	defer release()
	if l.raw, err = blob.ReadAll(ctx, o.Blobs, l.SHA, maxMessage); err != nil {
		return err
	}
	return o.openLetter(ctx, l)
}
