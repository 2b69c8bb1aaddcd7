package exchange

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"congvu/internal/documents"
	"congvu/internal/store"
)

// Delivery is one line of "who has it": a document on its way to one receiver (X13.1, X13.4).
type Delivery struct {
	AgencyID     int64 // the sender
	ID           int64
	OutgoingID   int64
	ParcelID     int64 // the parcel that carries it; 0 = none
	DocumentID   string
	Title        string // "15/QĐ-UBND"
	ReceiverID   int64  // 0 = no agency of the directory
	ReceiverCode string
	ReceiverName string
	Role         string // act | information
	Channel      string // "axis", "lgsp", "national"; "" = not on the network
	DocID        string // what the gateway calls it (X17.9)
	State        State
	At           store.Instant `db:"state_us"` // since when it is in this state
	By           string        `db:"by_name"`  // who acted at the receiver
	ByUnit       string        // and in which unit
	Description  string        // what the receiver wrote, or why sending failed (a sentence with named places)
	Args         store.JSON
	Flagged      bool // something about it needs a clerk's eye
	Sends        int
	SentAt       store.Instant `db:"sent_us"`    // of the first sending
	ArrivedAt    store.Instant `db:"arrived_us"` // of the receiver's first status
	WarnAt       store.Instant `db:"warn_us"`    // from then on it is late unless answered; 0 = never
}

// Late tells whether the receiver should have answered by now (X13.5).
func (d Delivery) Late(now store.Instant) bool {
	return d.WarnAt > 0 && now >= d.WarnAt && d.ArrivedAt == 0 && (d.State == OnExchange || d.State == Queued)
}

// Said is Description as doors translate it.
func (d Delivery) Said() store.Message { return said(d.Description, d.Args) }

func said(text string, args store.JSON) store.Message {
	m := store.Message{Text: text}
	if json.Unmarshal([]byte(args), &m.Args) != nil || len(m.Args) == 0 {
		m.Args = nil
	}
	for k, v := range m.Args {
		m.Args[k] = within(v)
	}
	return m
}

// within is an argument that is itself a message, as it was before it was kept.
func within(v any) any {
	x, ok := v.(map[string]any)
	if !ok {
		return v
	}
	text, ok := x["text"].(string)
	if !ok {
		return v
	}
	m := store.Message{Text: text}
	if args, ok := x["args"].(map[string]any); ok {
		m.Args = map[string]any{}
		for k, v := range args {
			m.Args[k] = within(v)
		}
	}
	return m
}

// Answer is one status that came back, whatever it did to the line.
type Answer struct {
	ID          int64
	DeliveryID  int64 // 0 = the sender of the status is no receiver of the document
	PeerCode    string
	Code        string
	Effect      Effect
	StatedAt    store.Instant `db:"stated_us"` // as the receiver says
	At          store.Instant `db:"at_us"`     // as we received it
	By          string        `db:"by_name"`
	ByUnit      string
	Description string // without the suffix for machines
	SHA         string // the hash the receiver says to have received; "" = it says none
	Agreed      bool   // it is the hash of what we packed
	Signature   string // xmldsig class, or "trusted" when the certificate is the receiver's
}

const deliveryColumns = `agency_id, id, outgoing_id, parcel_id, document_id, title, receiver_id, receiver_code, receiver_name, role, channel, state, state_us,
	by_name, by_unit, description, args, flagged, sends, sent_us, arrived_us, warn_us, doc_id`

var (
	sqlDeliveries = store.SQL(`SELECT ` + deliveryColumns + ` FROM exchange_deliveries WHERE agency_id = $1 AND outgoing_id = $2 ORDER BY id`)
	sqlDelivery   = store.SQL(`SELECT ` + deliveryColumns + ` FROM exchange_deliveries WHERE agency_id = $1 AND id = $2`)
	sqlAnswers    = store.SQL(`SELECT id, delivery_id, peer_code, code, effect, stated_us, at_us, by_name, by_unit, description, sha, agreed, signature
		FROM exchange_answers WHERE agency_id = $1 AND delivery_id = $2 ORDER BY id`)
	sqlUndelivered = store.SQL(`SELECT ` + deliveryColumns + ` FROM exchange_deliveries WHERE agency_id = $1 AND id < $2
		AND (flagged OR state IN ('not_sent', 'queued', 'on_exchange', 'refused', 'failed'))
		AND (flagged OR state IN ('refused', 'failed') OR (warn_us > 0 AND warn_us <= $3))
		ORDER BY id DESC LIMIT $4`)
)

// Deliveries lists the receivers of an outgoing document of the actor's agency, in the order they were addressed; empty for another agency's.
func Deliveries(ctx context.Context, r store.Reader, a store.Actor, outgoing int64) ([]Delivery, error) {
	return store.All[Delivery](ctx, r, sqlDeliveries, a.Agency, outgoing)
}

// FindDelivery gives one line of the actor's agency; NotFound for another agency's.
func FindDelivery(ctx context.Context, r store.Reader, a store.Actor, id int64) (Delivery, error) {
	return store.One[Delivery](ctx, r, sqlDelivery, a.Agency, id)
}

// DeliveryHistory lists every status that came back for a line of the actor's agency, oldest first.
func DeliveryHistory(ctx context.Context, r store.Reader, a store.Actor, delivery int64) ([]Answer, error) {
	if _, err := FindDelivery(ctx, r, a, delivery); err != nil {
		return nil, err
	}
	return store.All[Answer](ctx, r, sqlAnswers, a.Agency, delivery)
}

// Undelivered lists up to limit lines of the actor's agency that need a clerk: refused, failed, flagged, or without an answer after one working day
// (X13.5); newest first, older than the line before (0 = from the newest).
func Undelivered(ctx context.Context, r store.Reader, a store.Actor, now store.Instant, before int64, limit int) ([]Delivery, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return store.All[Delivery](ctx, r, sqlUndelivered, a.Agency, before, now, limit)
}

var sqlResend = store.SQL(`UPDATE exchange_deliveries SET state = $1, state_us = $2, description = '', args = 'null', flagged = FALSE, sends = 0, due_us = $3
	WHERE agency_id = $4 AND id = $5 AND state = $6`)

// Resend sends an unanswered or failed line again, with the same parcel: a receiver that has it already says so and keeps one (X21.6).
// Forbidden for others than the clerk, Conflict once the receiver has answered.
func Resend(ctx context.Context, tx *store.Tx, delivery int64) error {
	a := tx.Actor()
	d, err := FindDelivery(ctx, tx, a, delivery)
	if err != nil {
		return err
	}
	if !MayResend(a) {
		return store.Refuse(store.Forbidden, "Chỉ văn thư của cơ quan được gửi lại văn bản.")
	}
	if !d.State.CanResend() {
		return store.Refuse(store.Conflict, "{receiver} đã phản hồi nên không gửi lại được. Xem trạng thái mới nhất ở danh sách nơi nhận.", "receiver", d.ReceiverName)
	}
	if d.Channel == "" {
		return store.Refuse(store.Conflict, "{receiver} chưa có trên trục liên thông nên không gửi lại được. Gửi bản giấy, hoặc đề nghị quản trị bổ sung mã định danh rồi phát hành lại nơi nhận này.",
			"receiver", d.ReceiverName)
	}
	if doc, err := documents.FindOutgoing(ctx, tx, a, d.OutgoingID); err == nil && doc.RecalledAt != 0 {
		return store.Refuse(store.Conflict, "Văn bản đã được thu hồi nên không gửi lại được.")
	}
	next, due, err := repack(ctx, tx, d)
	if err != nil {
		return err
	}
	if err := shipAnew(ctx, tx, d); err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlResend, string(next), tx.Now(), due, d.AgencyID, d.ID, string(d.State)); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "delivery.resent", Agency: d.AgencyID, Ref: outgoingRef(d.OutgoingID), Title: d.Title,
		Data: map[string]any{"delivery": d.ID, "receiver": d.ReceiverCode}})
}

// repack starts the packing anew for a document whose packing had been given up; a packed one is only sent.
func repack(ctx context.Context, tx *store.Tx, d Delivery) (next State, due store.Instant, err error) {
	if d.Channel != ChannelAxis {
		return Queued, 0, nil // its shipment is due, not the line
	}
	p, err := store.One[Parcel](ctx, tx, sqlParcel, d.AgencyID, d.ParcelID)
	if err != nil || p.State == "packed" {
		return Queued, tx.Now(), err
	}
	for _, key := range []string{jobKey(d.AgencyID, d.OutgoingID), jobKey(d.AgencyID, d.OutgoingID, d.ParcelID)} { // receivers added later have a parcel of their own
		if _, err := tx.Requeue(ctx, jobPack, key); err != nil {
			return NotSent, 0, err
		}
	}
	return NotSent, 0, nil
}

func outgoingRef(id int64) string { return fmt.Sprintf("outgoing/%d", id) }

// refID reads the number of a reference like "incoming/12", 0 when it is no such reference.
func refID(ref, kind string) (id int64) {
	number, ok := strings.CutPrefix(ref, kind+"/")
	if !ok {
		return 0
	}
	for _, c := range number {
		if c < '0' || c > '9' || id > math.MaxInt64/10-10 {
			return 0
		}
		id = id*10 + int64(c-'0')
	}
	return id
}

var sqlRetried = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM exchange_deliveries WHERE sends > 1 OR arrived_us > 0 AND arrived_us - sent_us > $1`)

// Retried counts the lines of an installation whose first sending nobody answered in time, so that they were sent again: for whoever has built a sample city and compares.
func Retried(ctx context.Context, r store.Reader) (int64, error) {
	return store.One[int64](ctx, r, sqlRetried, firstWait.Microseconds())
}
