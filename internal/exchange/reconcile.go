package exchange

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

// Reconciliation is what comparing with one peer gave: what an agency sent it, and what it says to hold.
type Reconciliation struct {
	AgencyID int64
	PeerCode string
	PeerName string
	Round    string
	State    string        // asked | agreed | differs | silent (no answer to the last round) | unable (its system does not compare)
	Began    store.Instant `db:"began_us"`
	Ended    store.Instant `db:"ended_us"` // 0 = not yet
	Since    store.Instant `db:"since_us"` // what was packed from then
	Until    store.Instant `db:"until_us"` // till then
	Sent     int64
	Held     int64
	Receipts int64
	Open     int64 // differences that are not healed
	Hash     string
}

// Difference is one parcel about which sender and receiver do not agree.
type Difference struct {
	AgencyID   int64
	ID         int64
	PeerCode   string
	DeliveryID int64
	OutgoingID int64
	Parcel     string
	Title      string
	Kind       string // missing | receipt | bytes | quarantined | refused | unknown
	State      string // healing | person | healed
	Round      string
	At         store.Instant `db:"at_us"`
	Healed     store.Instant `db:"healed_us"`
}

const (
	reconciliationColumns = `agency_id, peer_code, peer_name, round, state, began_us, ended_us, since_us, until_us, sent, held, receipts, open, hash`
	differenceColumns     = `agency_id, id, peer_code, delivery_id, outgoing_id, parcel, title, kind, state, round, at_us, healed_us`
)

var (
	sqlSentLines = store.SQL(`SELECT d.id, d.outgoing_id, d.parcel_id, d.receiver_code, d.receiver_name, d.title, d.state, d.arrived_us, p.sender_code, p.parcel, p.sha, p.destroyed_us
		FROM exchange_deliveries d JOIN exchange_parcels p ON p.agency_id = d.agency_id AND p.id = d.parcel_id
		WHERE d.agency_id = $1 AND d.id > $2 AND d.channel = 'axis' AND d.sent_us > 0 AND d.state <> 'cancelled' AND p.sha <> '' ORDER BY d.id LIMIT $3`)
	sqlHeldParcels = store.SQL(`SELECT parcel, sha, ref, CASE WHEN ref LIKE 'incoming/%' THEN 'have' ELSE '' END AS kind FROM exchange_parcels
		WHERE agency_id = $1 AND direction = 'in' AND sender_code = $2 AND id >= $3`)
	sqlHeldApart = store.SQL(`SELECT parcel, sha, CAST(id AS TEXT) AS ref, CASE WHEN state = 'refused' THEN 'refused' ELSE 'quarantined' END AS kind FROM exchange_quarantine
		WHERE agency_id = $1 AND peer_code = $2 AND receiver_code = $3 AND state IN ('waiting', 'retrying', 'refused')`)
	sqlHeldWaiting = store.SQL(`SELECT parcel, sha, CAST(id AS TEXT) AS ref, 'waiting' AS kind FROM exchange_waiting WHERE peer_code = $1 AND receiver_code = $2`)
	sqlPackedAs    = store.SQL(`SELECT id FROM exchange_parcels WHERE agency_id = $1 AND direction = 'out' AND sender_code = $2 AND parcel = $3`)

	sqlPutRound = store.SQL(`INSERT INTO exchange_reconciliations (` + reconciliationColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (agency_id, peer_code) DO UPDATE SET peer_name = excluded.peer_name, round = excluded.round, state = excluded.state, began_us = excluded.began_us,
			ended_us = excluded.ended_us, since_us = excluded.since_us, until_us = excluded.until_us, sent = excluded.sent, held = excluded.held, receipts = excluded.receipts,
			open = excluded.open, hash = excluded.hash`)
	sqlRound  = store.SQL(`SELECT ` + reconciliationColumns + ` FROM exchange_reconciliations WHERE agency_id = $1 AND peer_code = $2`)
	sqlPutOdd = store.SQL(`INSERT INTO exchange_differences (` + differenceColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0)
		ON CONFLICT (agency_id, peer_code, parcel, kind) DO UPDATE SET state = excluded.state, round = excluded.round,
			at_us = CASE WHEN exchange_differences.state = 'healed' THEN excluded.at_us ELSE exchange_differences.at_us END, healed_us = 0`)
	sqlKnownOdd = store.SQL(`SELECT id FROM exchange_differences WHERE agency_id = $1 AND peer_code = $2 AND parcel = $3 AND kind = $4 AND state <> 'healed'`)
	sqlHealed   = store.SQL(`UPDATE exchange_differences SET state = 'healed', healed_us = $1 WHERE agency_id = $2 AND peer_code = $3 AND round <> $4 AND state <> 'healed'`)
	sqlOddOpen  = store.SQL(`SELECT CAST(count(*) AS BIGINT) AS all_open, CAST(COALESCE(sum(CASE WHEN kind = 'missing' THEN 1 ELSE 0 END), 0) AS BIGINT) AS missing
		FROM exchange_differences WHERE agency_id = $1 AND peer_code = $2 AND state <> 'healed'`)
	sqlSpeaks = store.SQL(`SELECT speaks FROM exchange_peers WHERE code = $1`)
	// What the receiver lacks is sent again, whatever he answered before he lost it; the state that was told stays until he tells another.
	sqlSendAnew = store.SQL(`UPDATE exchange_deliveries SET due_us = $1, sends = 0, state = CASE WHEN state IN ('on_exchange', 'failed') THEN 'queued' ELSE state END,
			description = CASE WHEN state = 'failed' THEN '' ELSE description END, args = CASE WHEN state = 'failed' THEN 'null' ELSE args END
		WHERE agency_id = $2 AND id = $3 AND state NOT IN ('not_sent', 'cancelled', 'refused', 'recall_requested', 'recalled')`)
)

// sentLine is a line as it is compared.
type sentLine struct {
	ID           int64
	OutgoingID   int64
	ParcelID     int64
	ReceiverCode string
	ReceiverName string
	Title        string
	State        State
	ArrivedAt    store.Instant `db:"arrived_us"`
	SenderCode   string
	Parcel       string
	SHA          string
	Destroyed    store.Instant `db:"destroyed_us"`
}

func (l sentLine) onAxis() string { return l.Parcel + "/" + l.ReceiverCode }

// flow is what an agency sent one receiver under one of its codes, within the time that is compared.
type flow struct {
	sender, receiver, name string
	since, until           store.Instant
	lines                  []sentLine
	heard                  []heardCodes
	asked                  []string // names of the requests that wait for an answer
}

func (f flow) items() []dated {
	out := make([]dated, len(f.lines))
	for i, l := range f.lines {
		out[i] = date(item{Parcel: l.onAxis(), SHA: l.SHA, Kind: itemHave}, l.ReceiverCode)
	}
	return out
}

func (f flow) receipts() (n int64) {
	for _, l := range f.lines {
		if l.ArrivedAt != 0 {
			n++
		}
	}
	return n
}

// open are the parcels without a receipt.
func (f flow) open() (out []string) {
	for _, l := range f.lines {
		if l.ArrivedAt == 0 && len(out) < mostOpen {
			out = append(out, l.onAxis())
		}
	}
	return out
}

func (f flow) hash() string {
	h := sha256.New()
	all := f.items()
	for _, day := range days(all) {
		s := count(all, day, "")
		fmt.Fprintf(h, "%s %d %s\n", s.Day, s.Count, s.Hash)
	}
	return hex.EncodeToString(h.Sum(nil))
}

const (
	reconcileDays  = 35               // days of packing that are compared every night
	reconcileLag   = 10 * time.Minute // younger parcels are under way
	reconcilePage  = 2000
	jobReconcile   = "exchange.reconcile"
	settingNightly = "exchange.reconciled"
)

// flows are what an agency sent on the axis, by receiver.
func (o *Office) flows(ctx context.Context, agency int64, since, until store.Instant, only string) ([]flow, error) {
	var out []flow
	at := map[[2]string]int{}
	for after := store.FirstID(since) - 1; ; {
		lines, err := store.All[sentLine](ctx, o.DB, sqlSentLines, agency, after, reconcilePage)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			after = l.ID
			if made := madeAt(l.onAxis(), l.ReceiverCode); made < since || made >= until || only != "" && l.ReceiverCode != only {
				continue
			}
			key := [2]string{l.SenderCode, l.ReceiverCode}
			i, known := at[key]
			if !known {
				i = len(out)
				at[key], out = i, append(out, flow{sender: l.SenderCode, receiver: l.ReceiverCode, name: l.ReceiverName, since: since, until: until})
			}
			out[i].lines = append(out[i].lines, l)
		}
		if len(lines) < reconcilePage {
			return out, nil
		}
	}
}

// holding is what an agency here holds of a sender: what it took in, what waits, what is kept apart. refs ties parcels to their receipts.
func holding(ctx context.Context, r store.Reader, agencies []int64, sender, receiver string, since, until store.Instant) (all []dated, refs map[string]heldParcel, err error) {
	refs = map[string]heldParcel{}
	for i, a := range agencies {
		rows, err := store.All[heldParcel](ctx, r, sqlHeldParcels, a, sender, store.FirstID(since))
		if err != nil {
			return nil, nil, err
		}
		apart, err := store.All[heldParcel](ctx, r, sqlHeldApart, a, sender, receiver)
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, apart...)
		if i == 0 {
			waiting, err := store.All[heldParcel](ctx, r, sqlHeldWaiting, sender, receiver)
			if err != nil {
				return nil, nil, err
			}
			rows = append(rows, waiting...)
		}
		for _, p := range rows {
			made := madeAt(p.Parcel, receiver)
			if _, twice := refs[p.Parcel]; twice || p.Kind == "" || made < since || made >= until {
				continue
			}
			p.agency = a
			refs[p.Parcel] = p
			all = append(all, date(item{Parcel: p.Parcel, SHA: p.SHA, Kind: p.Kind}, receiver))
		}
	}
	return all, refs, nil
}

type heldParcel struct {
	Parcel string
	SHA    string
	Ref    string
	Kind   string
	agency int64
}

// holders are the agencies here that hold what is sent to a code: its own, and who takes for one that has ended.
func (o *Office) holders(ctx context.Context, code string) ([]int64, error) {
	us, here, err := agencyByCode(ctx, o.DB, code, o.DB.Now())
	if err != nil || !here || !us.Hosted {
		return nil, err
	}
	l := letter{To: code, Kind: kindDocument}
	if err := o.find(ctx, &l); err != nil {
		return nil, err
	}
	out := []int64{int64(us.ID)}
	if l.Agency != out[0] {
		out = append(out, l.Agency)
	}
	return out, nil
}

// repeatOpen sends again the receipts of parcels whose sender has none, and says of each what became of it.
func (o *Office) repeatOpen(ctx context.Context, open []string, refs map[string]heldParcel) ([]item, error) {
	var out []item
	err := o.DB.Keep(ctx, func(tx *store.Tx) error {
		out = nil
		for _, parcel := range open[:min(len(open), mostOpen)] {
			p, ok := refs[parcel]
			if !ok {
				out = append(out, item{Parcel: parcel, Kind: itemMissing})
				continue
			}
			out = append(out, item{Parcel: parcel, SHA: p.SHA, Kind: p.Kind})
			ref := p.Ref
			if p.Kind == itemRefused {
				ref = "quarantine/" + p.Ref
			}
			if p.Kind == itemHave || p.Kind == itemRefused {
				if err := repeat(ctx, tx, p.agency, ref); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return out, err
}

// reconciling is the due work of comparing what an agency sent.
func (o *Office) reconciling() store.Work {
	return store.Work{Kind: jobReconcile, Batch: 2, Parallel: 2, Lease: 10 * time.Minute, MaxTries: 5, Do: o.reconcile}
}

type reconcileJob struct {
	Agency int64
	Peer   string // "" = every peer
	Days   int
}

// reconcile compares what an agency sent with what its receivers hold: those of this installation at once, others by messages. What a receiver lacks is
// sent again, a receipt that is missing is repeated, the rest is shown to people (reliability §1.2).
func (o *Office) reconcile(ctx context.Context, j store.Job) error {
	var job reconcileJob
	if err := j.Decode(&job); err != nil {
		return err
	}
	now := o.DB.Now()
	since, until := now.Add(-time.Duration(max(job.Days, 1))*24*time.Hour), now.Add(-o.underWay())
	flows, err := o.flows(ctx, job.Agency, since, until, job.Peer)
	if err != nil {
		return err
	}
	us, err := agencyOf(ctx, o.DB, job.Agency, now)
	if err != nil {
		return err
	}
	if flows, err = o.awaiting(ctx, us, flows, job.Peer, until); err != nil {
		return err
	}
	var errs []error
	round := fmt.Sprint(o.DB.NewID())
	for _, f := range flows {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := o.compare(ctx, us, f, round); err != nil {
			errs = append(errs, fmt.Errorf("reconcile %s with %s: %w", us.Wire, f.receiver, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return o.DB.Write(ctx, store.System(job.Agency), func(tx *store.Tx) error {
		if err := tx.Finish(ctx, j); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "peer.reconciled", Agency: job.Agency, Ref: "exchange", Title: us.Wire, Data: map[string]any{"peers": len(flows), "days": job.Days}})
	})
}

func (o *Office) underWay() time.Duration {
	if o.UnderWay > 0 {
		return o.UnderWay
	}
	return reconcileLag
}

// compare does one flow.
func (o *Office) compare(ctx context.Context, us agency, f flow, round string) error {
	holders, err := o.holders(ctx, f.receiver)
	if err != nil {
		return err
	}
	if len(holders) > 0 {
		if err := o.repeatUnheard(ctx, holders, f.sender, f.heard, f.asked); err != nil || len(f.lines) == 0 {
			return err
		}
		theirs, refs, err := holding(ctx, o.DB, holders, f.sender, f.receiver, f.since, f.until)
		if err != nil {
			return err
		}
		open, err := o.repeatOpen(ctx, f.open(), refs)
		if err != nil {
			return err
		}
		var items []item
		all := f.items()
		for _, day := range union(days(all), days(theirs)) {
			if count(all, day, "") != count(theirs, day, "") {
				for _, d := range spanned(theirs, day, "") {
					items = append(items, d.item)
				}
			}
		}
		listed := func(d dated) bool { return count(all, d.day, "") != count(theirs, d.day, "") }
		return o.conclude(ctx, us, f, round, items, open, listed, true)
	}
	speaks, _, err := store.Maybe[string](ctx, o.DB, sqlSpeaks, f.receiver)
	if err != nil {
		return err
	}
	if !strings.Contains(speaks, speaksReconcile) || f.sender != us.Wire {
		if len(f.lines) == 0 {
			return nil
		}
		return o.DB.Keep(ctx, func(tx *store.Tx) error { return putRound(ctx, tx, us, f, round, "unable", tx.Now(), 0, 0) })
	}
	all := f.items()
	c := comparison{Step: stepAsk, Round: round, From: us.Wire, To: f.receiver, At: o.DB.Now(), Since: f.since, Until: f.until, Whole: len(f.lines) > 0, Open: f.open(), Heard: f.heard, Asked: f.asked}
	for _, day := range days(all) {
		c.Spans = append(c.Spans, count(all, day, ""))
	}
	p, err := o.signComparison(ctx, us, c)
	if err != nil {
		return err
	}
	if len(f.lines) > 0 {
		if err := o.DB.Keep(ctx, func(tx *store.Tx) error { return putRound(ctx, tx, us, f, round, "asked", 0, 0, 0) }); err != nil {
			return err
		}
	}
	return o.Axis.Send(ctx, p)
}

func union(a, b []string) []string {
	for _, s := range b {
		if !slices.Contains(a, s) {
			a = append(a, s)
		}
	}
	slices.Sort(a)
	return a
}

func putRound(ctx context.Context, tx *store.Tx, us agency, f flow, round, state string, ended store.Instant, lacking, open int64) error {
	n := int64(len(f.lines))
	held := max(n-lacking, 0)
	if state == "asked" || state == "unable" {
		held = 0
	}
	_, err := tx.Exec(ctx, sqlPutRound, int64(us.ID), f.receiver, f.name, round, state, tx.Now(), ended, f.since, f.until, n, held, f.receipts(), open, f.hash())
	return err
}

// odd is a difference found, and the line it is about.
type odd struct {
	kind, parcel string
	line         sentLine
}

// judge names the differences between our lines and what the receiver says: items are all he has where the counts differ, open what became of the
// parcels without a receipt.
func (o *Office) judge(ctx context.Context, us agency, f flow, items, open []item, listed func(dated) bool) ([]odd, error) {
	theirs := map[string]item{}
	for _, i := range append(slices.Clone(items), open...) {
		theirs[i.Parcel] = i
	}
	ours, out := map[string]bool{}, []odd(nil)
	for i, d := range f.items() {
		l := f.lines[i]
		ours[d.Parcel] = true
		t, told := theirs[d.Parcel]
		if !told && !listed(d) {
			continue // counted with others, and alike
		}
		kind := ""
		switch {
		case !told || t.Kind == itemMissing:
			kind = "missing"
			if l.State == Refused || l.State == Recalled || l.State == RecallRequested || l.Destroyed != 0 {
				continue // what was refused or given back need not be there
			}
		case t.Kind == itemQuarantined:
			kind = "quarantined"
		case t.Kind == itemRefused:
			if kind = "refused"; l.State == Refused {
				continue
			}
		case t.Kind == itemWaiting:
			continue
		case t.SHA != l.SHA:
			kind = "bytes"
		case l.ArrivedAt == 0:
			kind = "receipt"
		default:
			continue
		}
		out = append(out, odd{kind, d.Parcel, l})
	}
	for _, t := range items {
		if ours[t.Parcel] || t.Kind != itemHave {
			continue
		}
		if _, ok, err := store.Maybe[int64](ctx, o.DB, sqlPackedAs, int64(us.ID), f.sender, strings.TrimSuffix(t.Parcel, "/"+f.receiver)); err != nil {
			return nil, err
		} else if !ok { // it names us as the sender and we know nothing of it: our own data are older than theirs, or it is forged
			out = append(out, odd{"unknown", t.Parcel, sentLine{ReceiverCode: f.receiver, Title: t.Parcel}})
		}
	}
	return out, nil
}

// conclude writes down what a round, or a part of it, showed and heals what can be.
func (o *Office) conclude(ctx context.Context, us agency, f flow, round string, items, open []item, listed func(dated) bool, ended bool) error {
	found, err := o.judge(ctx, us, f, items, open, listed)
	if err != nil {
		return err
	}
	write := o.DB.Keep
	if len(found) > 0 {
		write = func(ctx context.Context, act func(*store.Tx) error) error {
			return o.DB.Write(ctx, store.System(int64(us.ID)), act)
		}
	}
	return write(ctx, func(tx *store.Tx) error {
		fresh := 0
		for _, x := range found {
			state := "person"
			switch x.kind {
			case "missing":
				n, err := tx.Exec(ctx, sqlSendAnew, tx.Now(), int64(us.ID), x.line.ID)
				if err != nil {
					return err
				}
				if n > 0 {
					state = "healing"
					if err := tx.Record(store.Event{Verb: "delivery.resent", Agency: int64(us.ID), Ref: outgoingRef(x.line.OutgoingID), Title: x.line.Title,
						Data: map[string]any{"delivery": x.line.ID, "receiver": f.receiver, "round": round}}); err != nil {
						return err
					}
				}
			case "receipt":
				state = "healing"
			}
			_, known, err := store.Maybe[int64](ctx, tx, sqlKnownOdd, int64(us.ID), f.receiver, x.parcel, x.kind)
			if err != nil {
				return err
			}
			if !known && state == "person" {
				fresh++
			}
			if _, err := tx.Exec(ctx, sqlPutOdd, int64(us.ID), tx.NewID(), f.receiver, x.line.ID, x.line.OutgoingID, x.parcel, x.line.Title, x.kind, state, round, tx.Now()); err != nil {
				return err
			}
		}
		if ended {
			if _, err := tx.Exec(ctx, sqlHealed, tx.Now(), int64(us.ID), f.receiver, round); err != nil {
				return err
			}
			left, err := store.One[struct{ AllOpen, Missing int64 }](ctx, tx, sqlOddOpen, int64(us.ID), f.receiver)
			if err != nil {
				return err
			}
			state := "agreed"
			if left.AllOpen > 0 {
				state = "differs"
			}
			if err := putRound(ctx, tx, us, f, round, state, tx.Now(), left.Missing, left.AllOpen); err != nil {
				return err
			}
		}
		if len(found) == 0 {
			return nil
		}
		e := store.Event{Verb: "peer.differed", Agency: int64(us.ID), Ref: "exchange", Title: f.receiver, Data: map[string]any{"peer": f.receiver, "differences": len(found), "round": round}}
		if fresh > 0 {
			if e.Notify, err = clerks(ctx, tx, int64(us.ID), tx.Now()); err != nil {
				return err
			}
			e.Text = store.Say("Đối soát với {peer}: {count} văn bản không khớp mà hệ thống không tự khắc phục được. Xem trang theo dõi liên thông.", "peer", f.name, "count", fresh)
		}
		return tx.Record(e)
	})
}

// takeComparison answers an ask, or goes on with the round that a tell belongs to.
func (o *Office) takeComparison(ctx context.Context, l letter) error {
	if len(l.raw) > maxReconcile {
		return fault("too_large", "Gói tin đối soát dài quá mức cho phép.")
	}
	c, who, err := o.readComparison(ctx, l.raw, l.From, l.To)
	if err != nil {
		return err
	}
	o.note(who.Code, func(n *peerNote) { n.name, n.speaks = who.Name, speaksReconcile })
	us, err := agencyOf(ctx, o.DB, l.Agency, o.DB.Now())
	if err != nil {
		return err
	}
	if c.Step == stepAsk {
		return o.tellHolding(ctx, us, c, l.To)
	}
	return o.heardHolding(ctx, us, c)
}

// tellHolding answers what is held of an asker's parcels.
func (o *Office) tellHolding(ctx context.Context, us agency, c comparison, to string) error {
	holders, err := o.holders(ctx, to)
	if err != nil {
		return err
	}
	if err := o.repeatUnheard(ctx, holders, c.From, c.Heard, c.Asked); err != nil {
		return err
	}
	ours, refs, err := holding(ctx, o.DB, holders, c.From, to, c.Since, c.Until)
	if err != nil {
		return err
	}
	out := c.answer(ours)
	out.From, out.At = us.Wire, o.DB.Now()
	open, err := o.repeatOpen(ctx, c.Open, refs)
	if err != nil {
		return err
	}
	for _, i := range open {
		if !slices.ContainsFunc(out.Items, func(j item) bool { return j.Parcel == i.Parcel }) {
			out.Items = append(out.Items, i)
		}
	}
	p, err := o.signComparison(ctx, us, out)
	if err != nil {
		return err
	}
	return o.Axis.Send(ctx, p)
}

// heardHolding judges what was listed and asks further about what was too much to list.
func (o *Office) heardHolding(ctx context.Context, us agency, c comparison) error {
	r, ok, err := store.Maybe[Reconciliation](ctx, o.DB, sqlRound, int64(us.ID), c.From)
	if err != nil || !ok || r.Round != c.Round || r.State != "asked" {
		return err // of an older round: its answer is of no use any more
	}
	flows, err := o.flows(ctx, int64(us.ID), r.Since, r.Until, c.From)
	if err != nil {
		return err
	}
	f := flow{sender: us.Wire, receiver: c.From, name: r.PeerName, since: r.Since, until: r.Until}
	for _, g := range flows {
		if g.sender == us.Wire {
			f = g
		}
	}
	all := f.items()
	listed := map[string]bool{}
	for _, s := range c.Listed {
		for _, d := range spanned(all, s.Day, s.Prefix) {
			listed[d.Parcel] = true
		}
	}
	further := c.further(all)
	var open []item
	items := slices.DeleteFunc(slices.Clone(c.Items), func(i item) bool {
		if i.Kind == itemMissing {
			open = append(open, i)
		}
		return i.Kind == itemMissing
	})
	if err := o.conclude(ctx, us, f, c.Round, items, open, func(d dated) bool { return listed[d.Parcel] }, len(further) == 0); err != nil || len(further) == 0 {
		return err
	}
	p, err := o.signComparison(ctx, us, comparison{Step: stepAsk, Round: c.Round, From: us.Wire, To: c.From, At: o.DB.Now(), Since: r.Since, Until: r.Until, Spans: further})
	if err != nil {
		return err
	}
	return o.Axis.Send(ctx, p)
}

var sqlSilent = store.SQL(`UPDATE exchange_reconciliations SET state = 'silent' WHERE agency_id = $1 AND state = 'asked' AND began_us < $2`)

// Reconcile queues the comparison of what the actor's agency sent in the last days (1–366; 0 = 35) with its receivers, or with one of them; for a system
// administrator of all agencies here. Forbidden for others than clerks and system administrators.
func Reconcile(ctx context.Context, tx *store.Tx, peer string, days int) error {
	a := tx.Actor()
	if !MayOpenQuarantine(a) && !MayRuleExchange(a) {
		return store.Refuse(store.Forbidden, "Chỉ văn thư và quản trị hệ thống được đối soát với nơi nhận.")
	}
	if days == 0 {
		days = reconcileDays
	}
	if days < 1 || days > 366 {
		return store.RefuseField("days", "Số ngày đối soát từ 1 đến 366.")
	}
	agencies := []int64{a.Agency}
	if everywhere(a) || a.Agency == 0 && MayRuleExchange(a) {
		hosted, err := org.HostedAgencies(ctx, tx)
		if err != nil {
			return err
		}
		agencies = agencies[:0]
		for _, h := range hosted {
			agencies = append(agencies, int64(h.ID))
		}
	}
	return queueReconcile(ctx, tx, a.Agency, agencies, peer, days, fmt.Sprint(tx.Now()))
}

func queueReconcile(ctx context.Context, tx *store.Tx, by int64, agencies []int64, peer string, days int, key string) error {
	for _, id := range agencies {
		if _, err := tx.Exec(ctx, sqlSilent, id, tx.Now().Add(-time.Hour)); err != nil {
			return err
		}
		if err := tx.Enqueue(ctx, store.Job{Kind: jobReconcile, Key: fmt.Sprintf("%s/%d", key, id), AgencyID: id, Payload: store.JSONOf(reconcileJob{id, peer, days})}); err != nil {
			return err
		}
	}
	return tx.Record(store.Event{Verb: "peer.reconcile_asked", Agency: by, Ref: "exchange", Title: peer, Data: map[string]any{"agencies": len(agencies), "days": days}})
}

const nightHour = 1 // from then on the night's comparison is due, once a day

// nightly queues the comparison of every agency here once a day. The first day of an installation has nothing to compare.
func (o *Office) nightly(ctx context.Context) error {
	now := o.DB.Now()
	today := string(calendar.DateOf(now.Time()))
	last, err := store.Setting(ctx, o.DB, 0, settingNightly, "")
	if err != nil || last == today || last != "" && now < store.InstantOf(calendar.DateOf(now.Time()).At(nightHour, 0)) {
		return err
	}
	if last == "" {
		return o.DB.Keep(ctx, func(tx *store.Tx) error { return tx.Set(ctx, 0, settingNightly, today) })
	}
	return o.DB.Write(ctx, store.System(0), func(tx *store.Tx) error {
		if err := tx.Set(ctx, 0, settingNightly, today); err != nil {
			return err
		}
		hosted, err := org.HostedAgencies(ctx, tx)
		if err != nil {
			return err
		}
		var ids []int64
		for _, h := range hosted {
			ids = append(ids, int64(h.ID))
		}
		return queueReconcile(ctx, tx, 0, ids, "", reconcileDays, today)
	})
}
