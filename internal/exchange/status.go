package exchange

import (
	"context"

	"congvu/internal/store"
)

// Kinds of parcels on the axis (X2.2).
const (
	kindDocument = "edoc"
	kindStatus   = "status"
)

// Job kinds.
const (
	jobPack  = "exchange.pack"
	jobRetry = "exchange.retry"
)

type retryJob struct{ Agency, ID int64 }

// status is one code we owe the sender of a receipt: "incoming/<id>", or "quarantine/<id>" for a parcel that was not taken in.
type status struct {
	AgencyID    int64
	ID          int64
	Receipt     string
	Code        string
	PeerCode    string
	DocumentID  string
	Number      string
	Notation    string
	Issued      string
	Parcel      string // of the document, as received
	SHA         string
	StatedAt    store.Instant `db:"stated_us"`
	ByName      string
	ByUnit      string
	ByEmail     string
	ByPhone     string
	Description string
	Raw         string
	State       string
}

// Each code is owed at most once per receipt (X12.4, X21.2).
var sqlOwe = store.SQL(`INSERT INTO exchange_statuses (agency_id, id, receipt, code, peer_code, document_id, number, notation, issued, parcel, sha, stated_us,
		by_name, by_unit, by_email, by_phone, description, raw, state, sent_us)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, '', 'waiting', 0) ON CONFLICT (agency_id, receipt, code) DO NOTHING`)

func owe(ctx context.Context, tx *store.Tx, s status) error {
	_, err := tx.Exec(ctx, sqlOwe, s.AgencyID, tx.NewID(), s.Receipt, s.Code, s.PeerCode, s.DocumentID, s.Number, s.Notation, s.Issued, s.Parcel, s.SHA,
		s.StatedAt, s.ByName, s.ByUnit, s.ByEmail, s.ByPhone, s.Description)
	return err
}
