package exchange

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"strings"

	"congvu/internal/documents"
	"congvu/internal/proof"
	"congvu/internal/store"
)

// What the exchange keeps as evidence of a document: the hashes of its parcels, where each receiver stands, every status that came back, raw, and every
// status that was owed. Where a delivery still is on its way its state changes without an act, and is not sealed.

type evidentParcel struct {
	ID, Size                                                                 int64
	Direction, SenderCode, Parcel, DocumentID, Number, Notation, Issued, SHA string
}

type evidentDelivery struct {
	ID                                           int64
	DocumentID, ReceiverCode, ReceiverName, Role string
	State                                        string
	ArrivedUs                                    store.Instant
}

type evidentAnswer struct {
	ID, DeliveryID, OutgoingID                                                              int64
	PeerCode, DocumentID, Code, Effect, ByName, ByUnit, Description, SHA, Signature, Parcel string
	Raw                                                                                     store.PackedSeen // what is sealed is the text, however it is kept
	StatedUs, AtUs                                                                          store.Instant
	Agreed                                                                                  bool
}

type evidentStatus struct {
	ID                                                                                            int64
	Code, PeerCode, DocumentID, Number, Notation, Issued, Parcel, SHA, Entry, ByName, Description string
	StatedUs                                                                                      store.Instant
}

var (
	sqlEvidentParcels    = store.SQL(`SELECT id, size, direction, sender_code, parcel, document_id, number, notation, issued, sha FROM exchange_parcels WHERE agency_id = $1 AND ref = $2 ORDER BY id`)
	sqlEvidentDeliveries = store.SQL(`SELECT id, document_id, receiver_code, receiver_name, role,
		CASE WHEN state IN ('not_sent', 'queued', 'on_exchange', 'failed') THEN '' ELSE state END AS state, arrived_us
		FROM exchange_deliveries WHERE agency_id = $1 AND outgoing_id = $2 ORDER BY id`)
	sqlEvidentAnswers = store.SQL(`SELECT id, delivery_id, outgoing_id, peer_code, document_id, code, effect, by_name, by_unit, description, sha, signature, parcel, raw, stated_us, at_us, agreed
		FROM exchange_answers WHERE agency_id = $1 AND delivery_id IN (SELECT id FROM exchange_deliveries WHERE agency_id = $2 AND outgoing_id = $3) ORDER BY id`)
	sqlEvidentStatuses = store.SQL(`SELECT id, code, peer_code, document_id, number, notation, issued, parcel, sha, entry, by_name, description, stated_us
		FROM exchange_statuses WHERE agency_id = $1 AND receipt = $2 ORDER BY id`)
)

// writeEvident writes them as one text, the same on both engines: an array of arrays in JSON, a row at a time. A document to everybody has some megabytes of it, and
// is sealed again and again while it is answered.
func writeEvident(ctx context.Context, r store.Reader, w io.Writer, agency int64, ref string) error {
	parcels, err := store.All[evidentParcel](ctx, r, sqlEvidentParcels, agency, ref)
	if err != nil {
		return err
	}
	if err := writeRows(w, "[", parcels); err != nil {
		return err
	}
	switch {
	case strings.HasPrefix(ref, "outgoing/"):
		id := refID(ref, "outgoing")
		lines, err := store.All[evidentDelivery](ctx, r, sqlEvidentDeliveries, agency, id)
		if err != nil {
			return err
		}
		if err := writeRows(w, ",", lines); err != nil {
			return err
		}
		answers, err := store.All[evidentAnswer](ctx, r, sqlEvidentAnswers, agency, agency, id)
		if err != nil {
			return err
		}
		if err := writeRows(w, ",", answers); err != nil {
			return err
		}
	case strings.HasPrefix(ref, "incoming/"):
		owed, err := store.All[evidentStatus](ctx, r, sqlEvidentStatuses, agency, ref)
		if err != nil {
			return err
		}
		if err := writeRows(w, ",", owed); err != nil {
			return err
		}
	}
	_, err = io.WriteString(w, "]")
	return err
}

// writeRows writes what stands before an array, then the array as JSON has it: null when it holds nothing.
func writeRows[T any](w io.Writer, before string, rows []T) error {
	if len(rows) == 0 {
		_, err := io.WriteString(w, before+"null")
		return err
	}
	before += "["
	for _, row := range rows {
		b, err := json.Marshal(row)
		if err != nil {
			return err
		}
		if _, err := w.Write(append([]byte(before), b...)); err != nil {
			return err
		}
		before = ","
	}
	_, err := io.WriteString(w, "]")
	return err
}

// SealedRows is what of a document is sealed beside the journal's lines about it: the rows of the register as they are, and a hash of what the exchange keeps.
func SealedRows(ctx context.Context, r store.Reader, agency int64, ref string) (text string, ok bool, err error) {
	register, carried, ok, err := evidentRows(ctx, r, agency, ref)
	return proof.JoinRows(register, carried), ok, err
}

func evidentRows(ctx context.Context, r store.Reader, agency int64, ref string) (register, carried string, ok bool, err error) {
	if register, ok, err = documents.EvidentRows(ctx, r, agency, ref); err != nil || !ok {
		return "", "", false, err
	}
	sum := sha256.New()
	err = writeEvident(ctx, r, sum, agency, ref)
	return register, hex.EncodeToString(sum.Sum(nil)), err == nil, err
}
