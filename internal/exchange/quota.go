package exchange

import (
	"context"
	"maps"
	"strconv"
	"sync"
	"time"

	"congvu/internal/store"
)

// Quota is how much is taken in from one sender. What is beyond it waits for its turn, it is never refused (reliability T36).
type Quota struct {
	Parcels int64 // a minute
	Bytes   int64 // a minute
}

// QuotaMinutes is how many minutes' worth a sender may bring at once before anything of his waits.
const QuotaMinutes = 10

// usualQuota is never met by an agency at work: a document to each of a city's 633 agencies every ten seconds.
var usualQuota = Quota{Parcels: 4000, Bytes: 4 << 30}

const (
	settingParcels = "exchange.quota.parcels"
	settingBytes   = "exchange.quota.bytes"
)

// UsualQuota is the quota of a sender that has none of its own.
func UsualQuota(ctx context.Context, r store.Reader) (Quota, error) {
	q := usualQuota
	for name, into := range map[string]*int64{settingParcels: &q.Parcels, settingBytes: &q.Bytes} {
		text, err := store.Setting(ctx, r, 0, name, "")
		if err != nil {
			return q, err
		}
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 {
			*into = n
		}
	}
	return q, nil
}

const (
	leastParcels, mostParcels = 1, 10_000_000
	leastBytes, mostBytes     = 1 << 20, 1 << 40
)

var (
	sqlSetQuota = store.SQL(`INSERT INTO exchange_peers (code, name, seen_us, speaks, parcels_minute, bytes_minute, skew_us, skew_at_us, waiting_us, told_us, due_us, lease_us, served_us)
		VALUES ($1, '', 0, '', $2, $3, 0, 0, 0, 0, 0, 0, 0)
		ON CONFLICT (code) DO UPDATE SET parcels_minute = excluded.parcels_minute, bytes_minute = excluded.bytes_minute`)
	sqlOwnQuotas = store.SQL(`SELECT code, parcels_minute, bytes_minute FROM exchange_peers WHERE parcels_minute > 0 OR bytes_minute > 0`)
)

var (
	sqlLetGo    = store.SQL(`UPDATE exchange_waiting SET due_us = $1 WHERE due_us > $1 AND (peer_code = $2 OR CAST($3 AS TEXT) = '')`)
	sqlLetPeers = store.SQL(`UPDATE exchange_peers SET due_us = 0 WHERE waiting_us > 0`)
)

// SetQuota sets how much is taken in from a sender, or from everybody without a quota of his own (code ""). 0 gives a sender the usual quota back,
// and the usual quota its first values. Forbidden for others than the system administrator.
func SetQuota(ctx context.Context, tx *store.Tx, code string, q Quota) error {
	if !MayRuleExchange(tx.Actor()) {
		return store.Refuse(store.Forbidden, "Chỉ quản trị hệ thống được đặt mức nhận của trục liên thông.")
	}
	if q.Parcels != 0 && (q.Parcels < leastParcels || q.Parcels > mostParcels) {
		return store.RefuseField("parcels", "Số gói tin mỗi phút từ {least} đến {most}; để trống hoặc 0 là mức mặc định.", "least", leastParcels, "most", mostParcels)
	}
	if q.Bytes != 0 && (q.Bytes < leastBytes || q.Bytes > mostBytes) {
		return store.RefuseField("megabytes", "Dung lượng mỗi phút từ 1 MB đến 1.048.576 MB; để trống hoặc 0 là mức mặc định.")
	}
	if code == "" {
		for name, n := range map[string]int64{settingParcels: q.Parcels, settingBytes: q.Bytes} {
			if err := tx.Set(ctx, 0, name, strconv.FormatInt(n, 10)); err != nil {
				return err
			}
		}
	} else if len(code) > 100 {
		return store.RefuseField("code", "Mã định danh dài quá 100 ký tự.")
	} else if _, err := tx.Exec(ctx, sqlSetQuota, code, q.Parcels, q.Bytes); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlLetGo, tx.Now(), code, code); err != nil { // what waits is measured anew: it goes on at its sender's turn
		return err
	}
	if _, err := tx.Exec(ctx, sqlLetPeers); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "peer.quota_set", Ref: "exchange", Title: code, Data: map[string]any{"peer": code, "parcels": q.Parcels, "bytes": q.Bytes}})
}

// quotas measures what each sender brings to this process. A bucket holds the instant at which its sender's allowance would be whole again.
type quotas struct {
	mu    sync.Mutex
	whole map[string][2]store.Instant // by sender: for parcels, for bytes
	own   map[string]Quota
	usual Quota
	read  store.Instant
	large map[string]bool // senders with a large message in hand
	swept store.Instant
	notes map[string]*peerNote
}

const quotasAge = 10 * time.Second // how long a change of a quota may go unnoticed

// quotasNow reads the quotas when what is known is too old.
func (o *Office) quotasNow(ctx context.Context) error {
	now := o.DB.Now()
	o.quotas.mu.Lock()
	fresh := o.quotas.read != 0 && now < o.quotas.read.Add(quotasAge)
	o.quotas.mu.Unlock()
	if fresh {
		return nil
	}
	usual, err := UsualQuota(ctx, o.DB)
	if err != nil {
		return err
	}
	if o.Usual != (Quota{}) {
		usual = o.Usual
	}
	rows, err := store.All[struct {
		Code                       string
		ParcelsMinute, BytesMinute int64
	}](ctx, o.DB, sqlOwnQuotas)
	if err != nil {
		return err
	}
	own := map[string]Quota{}
	for _, r := range rows {
		own[r.Code] = Quota{r.ParcelsMinute, r.BytesMinute}
	}
	o.quotas.mu.Lock()
	defer o.quotas.mu.Unlock()
	if o.quotas.usual != usual || !maps.Equal(o.quotas.own, own) {
		o.quotas.whole = nil
	}
	o.quotas.own, o.quotas.usual, o.quotas.read = own, usual, now
	return nil
}

// draw takes a parcel from its sender's allowance and gives the instant from which it may be worked on: now when the allowance held it.
func (q *quotas) draw(sender string, size int64, now store.Instant) store.Instant {
	q.mu.Lock()
	defer q.mu.Unlock()
	mine := q.own[sender]
	if mine.Parcels == 0 {
		mine.Parcels = q.usual.Parcels
	}
	if mine.Bytes == 0 {
		mine.Bytes = q.usual.Bytes
	}
	if q.whole == nil {
		q.whole = map[string][2]store.Instant{}
	}
	q.sweep(now)
	whole, due := q.whole[sender], now
	for i, cost := range [2]time.Duration{time.Minute / time.Duration(max(mine.Parcels, 1)), time.Duration(float64(size) / float64(max(mine.Bytes, 1)) * float64(time.Minute))} {
		whole[i] = max(whole[i], now).Add(cost)
		due = max(due, whole[i].Add(-QuotaMinutes*time.Minute))
	}
	q.whole[sender] = whole
	return due
}

// sweep forgets the senders whose allowance is whole again.
func (q *quotas) sweep(now store.Instant) {
	if now < q.swept.Add(time.Minute) {
		return
	}
	q.swept = now
	for sender, whole := range q.whole {
		if whole[0] <= now && whole[1] <= now {
			delete(q.whole, sender)
		}
	}
}

const largeMessage = workingMemory / 8 // larger ones of a sender are worked on one after another, so that there is room for those of others

// holdLarge lets one large message of a sender in at a time; ok = false when there is one already.
func (q *quotas) holdLarge(sender string, size int64) (release func(), ok bool) {
	if size < largeMessage {
		return func() {}, true
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.large[sender] {
		return nil, false
	}
	if q.large == nil {
		q.large = map[string]bool{}
	}
	q.large[sender] = true
	return func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		delete(q.large, sender)
	}, true
}
