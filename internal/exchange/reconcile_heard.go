package exchange

import (
	"context"
	"encoding/json"
	"time"

	"congvu/internal/store"
)

// A receipt that the axis acknowledged and forgot is missed by nobody once its line has another. So each comparison also says, of the documents that
// arrived and are not finished, which codes were heard, and which requests wait for an answer; the receiver repeats what is not among them. A receiver
// that does not know these fields leaves them.

// heardCodes are the codes a sender has of one parcel.
type heardCodes struct {
	Parcel string   `json:"parcel"` // its id on the axis
	Codes  []string `json:"codes"`
}

const heardDays = 366 // of packing; work on a document may take long

var (
	sqlUnfinished = store.SQL(`SELECT d.id, d.outgoing_id, d.parcel_id, d.receiver_code, d.receiver_name, d.title, d.state, d.arrived_us, p.sender_code, p.parcel, p.sha, p.destroyed_us
		FROM exchange_deliveries d JOIN exchange_parcels p ON p.agency_id = d.agency_id AND p.id = d.parcel_id
		WHERE d.agency_id = $1 AND d.id > $2 AND d.channel = 'axis' AND d.arrived_us > 0
			AND d.state IN ('arrived', 'registered', 'assigned', 'in_progress', 'recall_requested', 'recall_declined') ORDER BY d.id LIMIT $3`)
	sqlHeardOf = store.SQL(`SELECT delivery_id, code FROM exchange_answers WHERE agency_id = $1
		AND delivery_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT))) AND code IN ('01', '02', '03', '04', '05', '06') ORDER BY id`)
	sqlAwaited = store.SQL(`SELECT ` + requestColumns + ` FROM exchange_requests q WHERE q.agency_id = $1 AND q.id > $2 AND q.state IN ('sent', 'failed') ORDER BY q.id`)
	sqlHeldRef = store.SQL(`SELECT ref FROM exchange_parcels WHERE agency_id = $1 AND direction = 'in' AND sender_code = $2 AND parcel = $3`)
	sqlUnheard = store.SQL(`UPDATE exchange_statuses SET due_us = $1, tries = 0, failed = FALSE WHERE agency_id = $2 AND receipt = $3 AND channel = 'axis' AND due_us = 0
		AND code IN ('01', '02', '03', '04', '05', '06') AND code NOT IN (SELECT value FROM json_each(CAST($4 AS TEXT)))`)
)

// awaiting adds to the flows of an agency what it has heard of each receiver, and what it waits for.
func (o *Office) awaiting(ctx context.Context, us agency, flows []flow, only string, until store.Instant) ([]flow, error) {
	agency := int64(us.ID)
	at := map[[2]string]int{}
	for i, f := range flows {
		at[[2]string{f.sender, f.receiver}] = i
	}
	find := func(sender, receiver, name string) *flow {
		i, known := at[[2]string{sender, receiver}]
		if !known {
			i = len(flows)
			at[[2]string{sender, receiver}], flows = i, append(flows, flow{sender: sender, receiver: receiver, name: name, until: until})
		}
		return &flows[i]
	}
	first := store.FirstID(o.DB.Now().Add(-heardDays*24*time.Hour)) - 1
	byFlow := map[[2]string][]sentLine{}
	for after := first; ; {
		lines, err := store.All[sentLine](ctx, o.DB, sqlUnfinished, agency, after, reconcilePage)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			if after = l.ID; only == "" || l.ReceiverCode == only {
				key := [2]string{l.SenderCode, l.ReceiverCode}
				byFlow[key] = append(byFlow[key], l)
			}
		}
		if len(lines) < reconcilePage {
			break
		}
	}
	for key, lines := range byFlow {
		if n := len(lines); n > mostOpen { // of more, others every night
			from := int(o.DB.Now().Time().Unix()/86400*mostOpen) % n
			lines = append(lines[from:], lines[:from]...)[:mostOpen]
		}
		heard, err := o.heardOf(ctx, agency, lines)
		if err != nil {
			return nil, err
		}
		find(key[0], key[1], lines[0].ReceiverName).heard = heard
	}
	requests, err := store.All[Request](ctx, o.DB, sqlAwaited, agency, first)
	if err != nil {
		return nil, err
	}
	for _, q := range requests {
		if only != "" && q.ReceiverCode != only {
			continue
		}
		name, err := q.name(ctx, o.DB)
		if err != nil {
			return nil, err
		}
		if f := find(us.Wire, q.ReceiverCode, q.ReceiverName); name != "" && len(f.asked) < mostOpen {
			f.asked = append(f.asked, name)
		}
	}
	return flows, nil
}

// heardOf are the codes that came for some lines of an agency.
func (o *Office) heardOf(ctx context.Context, agency int64, lines []sentLine) ([]heardCodes, error) {
	ids, at, out := make([]int64, len(lines)), map[int64]int{}, make([]heardCodes, len(lines))
	for i, l := range lines {
		ids[i], at[l.ID], out[i] = l.ID, i, heardCodes{Parcel: l.onAxis(), Codes: []string{}}
	}
	all, err := store.All[struct {
		DeliveryID int64
		Code       string
	}](ctx, o.DB, sqlHeardOf, agency, store.JSONOf(ids))
	for _, a := range all {
		out[at[a.DeliveryID]].Codes = append(out[at[a.DeliveryID]].Codes, a.Code)
	}
	return out, err
}

// repeatUnheard sends again what the sender of documents has not heard of them.
func (o *Office) repeatUnheard(ctx context.Context, holders []int64, from string, heard []heardCodes, asked []string) error {
	if len(heard)+len(asked) == 0 {
		return nil
	}
	return o.DB.Keep(ctx, func(tx *store.Tx) error {
		for _, agency := range holders {
			for _, h := range heard[:min(len(heard), mostOpen)] {
				ref, ok, err := store.Maybe[string](ctx, tx, sqlHeldRef, agency, from, h.Parcel)
				if err != nil {
					return err
				}
				codes, err := json.Marshal(append([]string{}, h.Codes...))
				if err != nil || !ok {
					continue
				}
				if _, err := tx.Exec(ctx, sqlUnheard, tx.Now(), agency, ref, string(codes)); err != nil {
					return err
				}
			}
			for _, name := range asked[:min(len(asked), mostOpen)] {
				if err := repeatAnswers(ctx, tx, agency, from, name); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
