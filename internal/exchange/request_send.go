package exchange

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"congvu/internal/axis"
	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/edxml"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

// Request is what we asked a receiver about a document we sent him, and what he answered (X9.7).
type Request struct {
	AgencyID     int64
	ID           int64
	DeliveryID   int64
	OutgoingID   int64
	Kind         documents.RequestKind
	CarrierID    int64 // of a replacement: the new document
	ParcelID     int64 // 0 = a status, or not packed yet
	ReceiverCode string
	ReceiverName string
	Reason       string
	Basis        string
	State        string        // waiting | sent | agreed | declined | failed
	At           store.Instant `db:"at_us"`
	By           string        `db:"by_name"`
	SentAt       store.Instant `db:"sent_us"`
	AnsweredAt   store.Instant `db:"answered_us"`
	AnswerBy     string
	AnswerUnit   string
	Answer       string

	InfoChanged      bool       // of an update: BussinessDocumentInfo/DocumentInfo
	ReceiversChanged bool       // … DocumentReceiver
	Receivers        store.JSON // … ReceiverList: []edxml.ReceiverChange
}

const requestColumns = `q.agency_id, q.id, q.delivery_id, q.outgoing_id, q.kind, q.carrier_id, q.parcel_id, q.receiver_code, q.receiver_name, q.reason, q.basis, q.state, q.at_us,
	q.by_name, q.sent_us, q.answered_us, q.answer_by, q.answer_unit, q.answer, q.info_changed, q.receivers_changed, q.receivers`

var (
	sqlPutRequest = store.SQL(`INSERT INTO exchange_requests (agency_id, id, delivery_id, outgoing_id, kind, carrier_id, parcel_id, receiver_code, receiver_name, reason, basis,
		state, at_us, by_name, sent_us, info_changed, receivers_changed, receivers, answered_us, answer_by, answer_unit, answer, due_us)
		VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 0, '', '', '', $18)`)
	sqlRequest       = store.SQL(`SELECT ` + requestColumns + ` FROM exchange_requests q WHERE q.agency_id = $1 AND q.id = $2`)
	sqlRequestsOf    = store.SQL(`SELECT ` + requestColumns + ` FROM exchange_requests q WHERE q.agency_id = $1 AND q.outgoing_id = $2 ORDER BY q.id`)
	sqlUnanswered    = store.SQL(`SELECT ` + requestColumns + ` FROM exchange_requests q WHERE q.agency_id = $1 AND q.delivery_id = $2 AND q.state IN ('waiting', 'sent', 'failed') ORDER BY q.id`)
	sqlRequestPacked = store.SQL(`UPDATE exchange_requests SET parcel_id = $1 WHERE agency_id = $2 AND id = $3 AND parcel_id = 0`)
	sqlRequestSent   = store.SQL(`UPDATE exchange_requests SET state = 'sent', sent_us = $1, due_us = $2, sends = 1 WHERE agency_id = $3 AND id = $4 AND state IN ('waiting', 'failed')`)
	sqlRequestLost   = store.SQL(`UPDATE exchange_requests SET state = 'failed' WHERE agency_id = $1 AND id = $2 AND state = 'waiting'`)
	sqlRequestDone   = store.SQL(`UPDATE exchange_requests SET state = $1, answered_us = $2, answer_by = $3, answer_unit = $4, answer = $5, due_us = 0
		WHERE agency_id = $6 AND id = $7 AND state IN ('waiting', 'sent', 'failed')`)
	sqlAskBack     = store.SQL(`UPDATE exchange_deliveries SET state = 'recall_requested', state_us = $1, due_us = 0, warned = TRUE WHERE agency_id = $2 AND id = $3 AND state = $4`)
	sqlCancelLocal = store.SQL(`UPDATE exchange_deliveries SET state = 'cancelled', state_us = $1, due_us = 0, warned = TRUE, description = $2, args = 'null'
		WHERE agency_id = $3 AND id = $4 AND sent_us = 0 AND due_us <= $5 AND state IN ('not_sent', 'queued', 'failed')`)
)

const jobRequest = "exchange.request"

type requestJob struct{ Agency, Request int64 }

// Requests lists what was asked of the receivers of a document of the actor's agency, oldest first.
func Requests(ctx context.Context, r store.Reader, a store.Actor, outgoing int64) ([]Request, error) {
	return store.All[Request](ctx, r, sqlRequestsOf, a.Agency, outgoing)
}

// asked tells from which states a receiver can be asked to give a document back.
func (s State) asked() bool {
	switch s {
	case OnExchange, Arrived, Registered, Assigned, InProgress, Done, RecallRequested, RecallDeclined, Queued, Failed:
		return true
	}
	return false
}

// CanAskBack tells whether a clerk may ask a receiver to give the document back, or cancel what has not left.
func (s State) CanAskBack() bool { return s == NotSent || s.asked() && s != RecallRequested }

// CanUpdate tells whether the document may be sent again to a receiver, as an update (X9.13).
func (s State) CanUpdate() bool {
	switch s {
	case Arrived, Registered, Assigned, InProgress, Done:
		return true
	}
	return false
}

// AskBack asks one receiver to give the document back (X9.1): status 13 with the reason. What has not been transmitted yet is cancelled here, with no
// message (X9.8). Forbidden for others than the clerk; Conflict when there is nothing to give back.
func AskBack(ctx context.Context, tx *store.Tx, delivery int64, reason string) error {
	a := tx.Actor()
	d, err := FindDelivery(ctx, tx, a, delivery)
	if err != nil {
		return err
	}
	if !MayResend(a) {
		return store.Refuse(store.Forbidden, "Chỉ văn thư của cơ quan được đề nghị lấy lại văn bản.")
	}
	if reason, err = reasonText(reason); err != nil {
		return err
	}
	if d, err = store.One[Delivery](ctx, tx, sqlLocked, d.AgencyID, d.ID); err != nil {
		return err
	}
	if !d.State.CanAskBack() {
		return store.Refuse(store.Conflict, "Nơi nhận {receiver} đang ở trạng thái “{state}” nên không đề nghị lấy lại được. Nội dung được giữ nguyên; tải lại trang.",
			"receiver", d.ReceiverName, "state", store.Say(d.State.Label()))
	}
	who, err := actorName(ctx, tx, a)
	if err != nil {
		return err
	}
	return ask(ctx, tx, d, asking{kind: documents.GiveBack, reason: reason, by: who})
}

// SendUpdate sends the document to a receiver again, as an update (X9.3, X9.13): the same signed text, never another (X9.14).
func SendUpdate(ctx context.Context, tx *store.Tx, delivery int64, reason string) error {
	a := tx.Actor()
	d, err := FindDelivery(ctx, tx, a, delivery)
	if err != nil {
		return err
	}
	if !MayResend(a) {
		return store.Refuse(store.Forbidden, "Chỉ văn thư của cơ quan được gửi lại văn bản.")
	}
	doc, err := documents.FindOutgoing(ctx, tx, a, d.OutgoingID)
	if err != nil {
		return err
	}
	if doc.RecalledAt != 0 || !d.State.CanUpdate() {
		return store.Refuse(store.Conflict, "Nơi nhận {receiver} đang ở trạng thái “{state}” nên không gửi bản cập nhật được. Nội dung được giữ nguyên; tải lại trang.",
			"receiver", d.ReceiverName, "state", store.Say(d.State.Label()))
	}
	if reason, err = reasonText(reason); err != nil {
		return err
	}
	who, err := actorName(ctx, tx, a)
	if err != nil {
		return err
	}
	return ask(ctx, tx, d, asking{kind: documents.UpdateDocument, reason: reason, by: who})
}

func reasonText(reason string) (string, error) {
	reason = i18n.Clean(reason)
	if n := utf8.RuneCountInString(reason); n < 10 || n > 1000 {
		return "", store.RefuseField("reason", "Lý do cần từ 10 đến 1000 ký tự, vì lý do được gửi cho nơi nhận. Chưa có gì được gửi; hãy sửa lý do rồi thử lại.")
	}
	return reason, nil
}

// actorName is the name of who acts, as the receiver reads it.
func actorName(ctx context.Context, tx *store.Tx, a store.Actor) (string, error) {
	if a.Holding == 0 {
		return "", nil
	}
	h, err := org.HoldingAt(ctx, tx, org.HoldingID(a.Holding), calendar.DateOf(tx.Now().Time()))
	if err != nil {
		return "", err
	}
	return h.PersonName, nil
}

type asking struct {
	kind              documents.RequestKind
	reason, basis, by string
	carrier           int64
	carried           bool                   // the parcel of the new document carries it
	newReceivers      []edxml.ReceiverChange // of an update that tells of further receivers; nil = it sends the document itself again
}

// ask writes a request to one receiver and sees that it leaves; what has not left itself is only cancelled.
func ask(ctx context.Context, tx *store.Tx, d Delivery, x asking) error {
	takesBack := x.kind == documents.GiveBack || x.kind == documents.RecallWhole
	if takesBack {
		n, err := tx.Exec(ctx, sqlCancelLocal, tx.Now(), x.reason, d.AgencyID, d.ID, tx.Now())
		if err != nil {
			return err
		}
		if n > 0 {
			return tx.Record(store.Event{Verb: "delivery.cancelled", Agency: d.AgencyID, Ref: outgoingRef(d.OutgoingID), Title: d.Title,
				Data: map[string]any{"delivery": d.ID, "receiver": d.ReceiverCode, "reason": x.reason}})
		}
		if err := tx.Put(ctx, sqlAskBack, tx.Now(), d.AgencyID, d.ID, string(d.State)); err != nil {
			return err
		}
	}
	id, state, sent, due := tx.NewID(), "waiting", store.Instant(0), store.Instant(0)
	if x.carried || x.kind == documents.GiveBack {
		state, sent = "sent", tx.Now()
	}
	if x.kind == documents.GiveBack && d.Channel == ChannelAxis {
		due = tx.Now() // its turns begin
	}
	if err := tx.Put(ctx, sqlPutRequest, d.AgencyID, id, d.ID, d.OutgoingID, x.kind, x.carrier, d.ReceiverCode, d.ReceiverName, x.reason, x.basis, state, tx.Now(), x.by, sent, x.newReceivers == nil,
		x.newReceivers != nil, listOf(x.newReceivers), due); err != nil {
		return err
	}
	var err error
	switch {
	case x.kind == documents.GiveBack:
		err = oweReturn(ctx, tx, d, id, x)
	case !x.carried:
		err = tx.Enqueue(ctx, store.Job{Kind: jobRequest, Key: jobKey(d.AgencyID, id), AgencyID: d.AgencyID, Payload: store.JSONOf(requestJob{d.AgencyID, id})})
	}
	if err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "delivery.asked", Agency: d.AgencyID, Ref: outgoingRef(d.OutgoingID), Title: d.Title,
		Data: map[string]any{"delivery": d.ID, "receiver": d.ReceiverCode, "kind": x.kind, "reason": x.reason}})
}

func listOf(changes []edxml.ReceiverChange) store.JSON {
	if len(changes) == 0 {
		return "[]"
	}
	return store.JSONOf(changes)
}

// oweReturn is the status 13 of a request (X10.1): From is the sender of the document, ResponseFor names the receiver.
func oweReturn(ctx context.Context, tx *store.Tx, d Delivery, request int64, x asking) error {
	p, err := store.One[codeOf](ctx, tx, sqlCodeOf, d.AgencyID, d.ID)
	if err != nil {
		return err
	}
	return owe(ctx, tx, status{AgencyID: d.AgencyID, Receipt: requestRef(request), Code: "13", PeerCode: d.ReceiverCode, DocumentID: d.DocumentID, Number: p.Number,
		Notation: p.Notation, Issued: p.Issued, StatedAt: tx.Now(), ByName: x.by, Description: x.reason, Channel: d.Channel})
}

// requestRef names our own request in the statuses.
func requestRef(id int64) string { return fmt.Sprintf("request/%d", id) }

type codeOf struct{ Number, Notation, Issued string }

var sqlCodeOf = store.SQL(`SELECT number, notation, issued FROM exchange_deliveries WHERE agency_id = $1 AND id = $2`)

// recallAll follows document.recall_ordered: every receiver is asked, what has not left is cancelled (X9.2, X9.8).
func (o *Office) recallAll(ctx context.Context, tx *store.Tx, e store.Entry) error {
	var note documents.RecallNote
	said, err := e.Told()
	if err == nil {
		err = json.Unmarshal(said.Data, &note)
	}
	if err != nil {
		return err
	}
	lines, err := store.All[Delivery](ctx, tx, sqlDeliveries, e.AgencyID, refID(e.Ref, "outgoing"))
	if err != nil {
		return err
	}
	for _, d := range lines {
		if d.State != NotSent && !d.State.asked() || d.Channel == "" {
			continue
		}
		if err := ask(ctx, tx, d, asking{kind: documents.RecallWhole, reason: note.Reason, basis: note.Basis, by: note.By}); err != nil {
			return err
		}
	}
	return nil
}

func (o *Office) requesting() store.Work {
	return store.Work{Kind: jobRequest, Batch: 16, Parallel: o.parallel(), Lease: o.lease(), MaxTries: 12, Do: o.sendRequest, Stuck: o.requestLost}
}

// sendRequest packs a request once, keeps its bytes and puts it on the axis; the receiver answers with 15 or 16.
func (o *Office) sendRequest(ctx context.Context, j store.Job) error {
	var job requestJob
	if err := j.Decode(&job); err != nil {
		return err
	}
	q, err := store.One[Request](ctx, o.DB, sqlRequest, job.Agency, job.Request)
	if err != nil {
		return err
	}
	if q.State != "waiting" && q.State != "failed" {
		return o.DB.Keep(ctx, func(tx *store.Tx) error { return tx.Finish(ctx, j) })
	}
	if q.ParcelID == 0 {
		if err := o.packRequest(ctx, &q); err != nil {
			return err
		}
	}
	if over, err := o.requestByGate(ctx, j, q); over || err != nil {
		return err
	}
	if err := o.sendPacket(ctx, q.AgencyID, q.ParcelID, q.ReceiverCode); err != nil {
		return err
	}
	return o.DB.Keep(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, sqlRequestSent, tx.Now(), tx.Now().Add(o.backoff(1)), q.AgencyID, q.ID); err != nil {
			return err
		}
		return tx.Finish(ctx, j)
	})
}

// sendPacket puts a packed request on the axis.
func (o *Office) sendPacket(ctx context.Context, agency, parcel int64, receiver string) error {
	p, err := o.load(ctx, agency, parcel)
	if err != nil {
		return err
	}
	p.ID, p.To = p.ID+"/"+receiver, receiver
	return errors.Join(o.post(ctx, []axis.Parcel{p})...)
}

// packRequest makes the signed message of a recall or an update for one receiver.
func (o *Office) packRequest(ctx context.Context, q *Request) error {
	doc, err := o.issued(ctx, o.DB, q.AgencyID, q.OutgoingID)
	if err != nil {
		return err
	}
	us, err := agencyOf(ctx, o.DB, q.AgencyID, q.At)
	if err != nil {
		return err
	}
	way, err := o.wayOf(ctx, q, &us)
	if err != nil {
		return err
	}
	m := doc.message(us, []edxml.Organization{{OrganID: q.ReceiverCode, Name: q.ReceiverName}})
	m.Traces = []edxml.Trace{{OrganID: us.Wire, At: q.At.Time().In(edxml.VietnamTime)}}
	m.Business = edxml.Business{Kind: edxml.Recall, DocumentID: doc.DocumentID, Reason: q.why(), Staff: edxml.Staff{Name: q.By}}
	var files []edxml.File
	if q.Kind == documents.UpdateDocument {
		m.Business.Kind, m.Business.InfoChanged, m.Business.ReceiversChanged = edxml.Update, q.InfoChanged, q.ReceiversChanged
		if err := json.Unmarshal([]byte(q.Receivers), &m.Business.Receivers); err != nil {
			return err
		}
		for _, f := range doc.Files {
			files = append(files, edxml.File{Name: f.Name, Size: f.Size, Open: func() (io.ReadCloser, error) { return o.Blobs.Open(ctx, f.SHA) }})
		}
	}
	release, err := o.memory.reserve(ctx, 3*doc.size())
	if err != nil {
		return err
	}
	defer release()
	var b bytes.Buffer
	if _, err := edxml.WriteDocument(&b, m, files, dialect(way.Kind)); err != nil {
		return fmt.Errorf("pack request %d: %w", q.ID, err)
	}
	raw, signature, err := o.signFor(ctx, way, us, b.Bytes())
	if err != nil {
		return err
	}
	var ref blob.Ref
	if ref, err = o.put(ctx, raw); err != nil {
		return err
	}
	return o.DB.Write(ctx, store.System(q.AgencyID), func(tx *store.Tx) error {
		parcel := tx.NewID()
		if err := tx.Put(ctx, sqlPutParcel, q.AgencyID, parcel, "out", us.Wire, us.Name, fmt.Sprintf("%s/%d", us.Wire, parcel), doc.DocumentID, doc.Code.Number, doc.Code.Notation,
			string(doc.Date), doc.title(), outgoingRef(q.OutgoingID), ref.SHA, ref.Size, "packed", "trusted", store.JSON("[]"), tx.Now()); err != nil {
			return err
		}
		if err := tx.Put(ctx, sqlParcelBy, way.Kind, signature, q.AgencyID, parcel); err != nil {
			return err
		}
		if err := tx.Put(ctx, sqlRequestPacked, parcel, q.AgencyID, q.ID); err != nil {
			return err
		}
		q.ParcelID = parcel
		return tx.Record(store.Event{Verb: "parcel.packed", Agency: q.AgencyID, Ref: outgoingRef(q.OutgoingID), Title: doc.title(),
			Data: map[string]any{"request": q.ID, "kind": q.Kind, "sha256": ref.SHA, "size": ref.Size}})
	})
}

var (
	sqlReturnID      = store.SQL(`SELECT id FROM exchange_statuses WHERE agency_id = $1 AND receipt = $2 AND code = '13' AND channel = 'axis'`)
	sqlCarrierParcel = store.SQL(`SELECT p.parcel FROM exchange_deliveries d JOIN exchange_parcels p ON p.agency_id = d.agency_id AND p.id = d.parcel_id
		WHERE d.agency_id = $1 AND d.outgoing_id = $2 AND d.receiver_code = $3 AND d.channel = 'axis' ORDER BY d.id LIMIT 1`)
	sqlParcelName = store.SQL(`SELECT parcel FROM exchange_parcels WHERE agency_id = $1 AND id = $2`)
)

// name is what an answer calls the request (requestName of the other side); "" = it has none, or none yet.
func (q *Request) name(ctx context.Context, r store.Reader) (name string, err error) {
	switch {
	case q.Kind == documents.GiveBack:
		id, ok, err := store.Maybe[int64](ctx, r, sqlReturnID, q.AgencyID, requestRef(q.ID))
		if err != nil || !ok {
			return "", err
		}
		us, err := agencyOf(ctx, r, q.AgencyID, q.At)
		return fmt.Sprintf("%s/%d/13", us.Wire, id), err
	case q.ParcelID != 0:
		name, _, err = store.Maybe[string](ctx, r, sqlParcelName, q.AgencyID, q.ParcelID)
	case q.CarrierID != 0:
		name, _, err = store.Maybe[string](ctx, r, sqlCarrierParcel, q.AgencyID, q.CarrierID, q.ReceiverCode)
	}
	return name, err
}

// why is the reason as the receiver reads it.
func (q *Request) why() string {
	if q.Basis == "" {
		return q.Reason
	}
	return q.Reason + " (Căn cứ: " + q.Basis + ")"
}

// requestLost hands a request that could not be sent to the clerks.
func (o *Office) requestLost(ctx context.Context, tx *store.Tx, j store.Job, cause error) error {
	var job requestJob
	if err := j.Decode(&job); err != nil {
		return err
	}
	q, err := store.One[Request](ctx, tx, sqlRequest, job.Agency, job.Request)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlRequestLost, q.AgencyID, q.ID); err != nil {
		return err
	}
	people, err := clerks(ctx, tx, q.AgencyID, tx.Now())
	if err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "delivery.failed", Agency: q.AgencyID, Ref: outgoingRef(q.OutgoingID), Title: q.ReceiverName, Notify: people,
		Text: store.Say("Chưa gửi được yêu cầu “{kind}” đến {receiver}: {reason} Hãy liên hệ nơi nhận bằng cách khác.", "kind", store.Say(q.Kind.Label()), "receiver", q.ReceiverName,
			"reason", sentence(cause))})
}

// relationMark is what a machine reads at the end of the reason of a document that amends or corrects another; BussinessDocType has no number for it.
func relationMark(kind documents.RelationKind, documentID string) string {
	return " [[" + string(kind) + "=" + markSafe.Replace(documentID) + "]]"
}

// unmarkRelation takes such a reason apart.
func unmarkRelation(reason string) (text string, kind documents.RelationKind, documentID string) {
	at := marked.FindStringSubmatchIndex(reason)
	if at == nil {
		return reason, "", ""
	}
	name, id, _ := strings.Cut(reason[at[2]:at[3]], "=")
	if kind = documents.RelationKind(name); kind != documents.RelationAmend && kind != documents.RelationCorrect {
		return reason, "", ""
	}
	return reason[:at[0]], kind, id
}
