package exchange

import (
	"context"
	"io"
	"math"
	"unicode/utf8"

	"congvu/internal/i18n"
	"congvu/internal/store"
)

// Quarantined is a parcel that could not be opened or believed (X15.6). Its bytes are kept as they came.
type Quarantined struct {
	AgencyID     int64 // for whom it came; 0 = for nobody here
	ID           int64
	Parcel       string
	SenderCode   string `db:"peer_code"` // as the axis or the message says; "" = unknown
	ReceiverCode string
	Kind         string // edoc | status | …
	DocumentID   string
	Title        string
	Reason       string // stable code
	Text         string // Vietnamese sentence with named places
	Args         store.JSON
	SHA          string
	Size         int64
	State        string        // waiting | retrying | accepted | refused
	At           store.Instant `db:"at_us"`
	Tries        int
	DecidedAt    store.Instant `db:"decided_us"`
	DecidedBy    int64
	Decision     string // what the clerk wrote
	Channel      string // it came by
}

// Said is the reason as doors translate it.
func (q Quarantined) Said() store.Message { return said(q.Text, q.Args) }

const quarantineColumns = `agency_id, id, parcel, peer_code, receiver_code, kind, document_id, title, reason, text, args, sha, size, state, at_us, tries, decided_us, decided_by, decision, channel`

var (
	sqlQuarantineOwn = store.SQL(`SELECT ` + quarantineColumns + ` FROM exchange_quarantine WHERE agency_id = $1 AND id < $2
		AND (CAST($3 AS TEXT) = '' OR state = $3) ORDER BY id DESC LIMIT $4`)
	sqlQuarantineAll = store.SQL(`SELECT ` + quarantineColumns + ` FROM exchange_quarantine WHERE id < $1
		AND (CAST($2 AS TEXT) = '' OR state = $2) ORDER BY id DESC LIMIT $3`)
	sqlQuarantined = store.SQL(`SELECT ` + quarantineColumns + ` FROM exchange_quarantine WHERE id = $1 AND (agency_id = $2 OR $3)`)
	sqlDecide      = store.SQL(`UPDATE exchange_quarantine SET state = $1, decided_us = $2, decided_by = $3, decision = $4
		WHERE agency_id = $5 AND id = $6 AND state = 'waiting'`)
)

// QuarantineList lists up to limit parcels in a state ("" = all), newest first, older than before (0 = from the newest): those for the
// actor's agency, for a system administrator all of the installation. Forbidden for others than clerks and system administrators.
func QuarantineList(ctx context.Context, r store.Reader, a store.Actor, state string, before int64, limit int) ([]Quarantined, error) {
	if !MayOpenQuarantine(a) {
		return nil, store.Refuse(store.Forbidden, "Chỉ văn thư và quản trị hệ thống được xem gói tin bị cách ly.")
	}
	if before == 0 {
		before = math.MaxInt64
	}
	if everywhere(a) {
		return store.All[Quarantined](ctx, r, sqlQuarantineAll, before, state, limit)
	}
	return store.All[Quarantined](ctx, r, sqlQuarantineOwn, a.Agency, before, state, limit)
}

// FindQuarantined gives one parcel within the same bounds; NotFound outside them.
func FindQuarantined(ctx context.Context, r store.Reader, a store.Actor, id int64) (Quarantined, error) {
	if !MayOpenQuarantine(a) {
		return Quarantined{}, store.Refuse(store.NotFound, "Không tìm thấy gói tin bị cách ly.")
	}
	return store.One[Quarantined](ctx, r, sqlQuarantined, id, a.Agency, everywhere(a))
}

// QuarantineRetry opens the parcel again, for instance after a certificate or an agency was entered. The result shows in its state:
// accepted, or waiting with the reason of now.
func QuarantineRetry(ctx context.Context, tx *store.Tx, id int64) error {
	q, err := decide(ctx, tx, id, "retrying", "")
	if err != nil {
		return err
	}
	if err := tx.Enqueue(ctx, store.Job{Kind: jobRetry, Key: jobKey(q.AgencyID, q.ID, tx.Now()), AgencyID: q.AgencyID, Payload: store.JSONOf(retryJob{q.AgencyID, q.ID})}); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "parcel.released", Agency: q.AgencyID, Ref: "quarantine", Title: q.Title, Data: map[string]any{"quarantine": q.ID, "parcel": q.Parcel}})
}

// QuarantineRefuse closes the case: the parcel is not taken in, and where its sender and document are known a status 02 tells why (10–1000 characters).
func QuarantineRefuse(ctx context.Context, tx *store.Tx, id int64, reason string) error {
	reason = i18n.Clean(reason)
	if n := utf8.RuneCountInString(reason); n < 10 || n > 1000 {
		return store.RefuseField("reason", "Lý do từ chối cần từ 10 đến 1000 ký tự, vì lý do được gửi cho cơ quan gửi.")
	}
	q, err := decide(ctx, tx, id, "refused", reason)
	if err != nil {
		return err
	}
	if err := answerQuarantined(ctx, tx, q, reason); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "parcel.refused", Agency: q.AgencyID, Ref: "quarantine", Title: q.Title,
		Data: map[string]any{"quarantine": q.ID, "parcel": q.Parcel, "reason": reason}})
}

func decide(ctx context.Context, tx *store.Tx, id int64, state, decision string) (Quarantined, error) {
	a := tx.Actor()
	q, err := FindQuarantined(ctx, tx, a, id)
	if err != nil {
		return q, err
	}
	return q, tx.Put(ctx, sqlDecide, state, tx.Now(), a.Person, decision, q.AgencyID, q.ID)
}

// RawQuarantined opens the bytes of a quarantined parcel for download, within the bounds of QuarantineList.
func (o *Office) RawQuarantined(ctx context.Context, a store.Actor, id int64) (name string, content io.ReadSeekCloser, err error) {
	q, err := FindQuarantined(ctx, o.DB, a, id)
	if err != nil {
		return "", nil, err
	}
	f, err := o.Blobs.Open(ctx, q.SHA)
	if err != nil {
		return "", nil, err
	}
	return rawName(q.DocumentID, q.ID), f, nil
}

// answerQuarantined owes the sender a status 02, where agency, sender and document are known.
func answerQuarantined(ctx context.Context, tx *store.Tx, q Quarantined, reason string) error {
	if q.AgencyID == 0 || q.SenderCode == "" || q.DocumentID == "" || q.Kind != kindDocument {
		return nil
	}
	return owe(ctx, tx, status{AgencyID: q.AgencyID, Receipt: jobKey("quarantine", q.ID), Code: "02", PeerCode: q.SenderCode, DocumentID: q.DocumentID,
		Parcel: q.Parcel, SHA: q.SHA, Channel: q.Channel, StatedAt: tx.Now(), Description: reason})
}
