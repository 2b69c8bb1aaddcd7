package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"unicode/utf8"

	"congvu/internal/i18n"
	"congvu/internal/org"
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
	Decision     string // what the clerk wrote, or what the exchange answered by itself
	Channel      string // it came by
	GivenTo      int64  // the agency that a person gave it to, 0 = nobody did
}

// Said is the reason as doors translate it.
func (q Quarantined) Said() store.Message { return said(q.Text, q.Args) }

// endedBelow are the agencies that have ended below the one of $1: what is sent to them is its registry's matter (I8.6).
const (
	endedBelow = `SELECT v.agency_id FROM org_agency_versions v JOIN org_agencies e ON e.id = v.agency_id WHERE e.state = 'closed' AND v.parent_id = $1
		AND v.valid_from = (SELECT max(w.valid_from) FROM org_agency_versions w WHERE w.agency_id = v.agency_id)`
	endedBelow2 = `SELECT v.agency_id FROM org_agency_versions v JOIN org_agencies e ON e.id = v.agency_id WHERE e.state = 'closed' AND v.parent_id = $2
		AND v.valid_from = (SELECT max(w.valid_from) FROM org_agency_versions w WHERE w.agency_id = v.agency_id)`
)

const quarantineColumns = `agency_id, id, parcel, peer_code, receiver_code, kind, document_id, title, reason, text, args, sha, size, state, at_us, tries, decided_us, decided_by, decision, given_to, channel`

var (
	sqlQuarantineOwn = store.SQL(`SELECT ` + quarantineColumns + ` FROM exchange_quarantine WHERE (agency_id = $1 OR agency_id IN (` + endedBelow + `)) AND id < $2
		AND (CAST($3 AS TEXT) = '' OR state = $3) ORDER BY id DESC LIMIT $4`)
	sqlQuarantineAll = store.SQL(`SELECT ` + quarantineColumns + ` FROM exchange_quarantine WHERE id < $1
		AND (CAST($2 AS TEXT) = '' OR state = $2) ORDER BY id DESC LIMIT $3`)
	sqlQuarantined = store.SQL(`SELECT ` + quarantineColumns + ` FROM exchange_quarantine WHERE id = $1 AND (agency_id = $2 OR agency_id IN (` + endedBelow2 + `) OR $3)`)
	sqlDecide      = store.SQL(`UPDATE exchange_quarantine SET state = $1, decided_us = $2, decided_by = $3, decision = $4
		WHERE agency_id = $5 AND id = $6 AND state = 'waiting'`)
)

// QuarantineList lists up to limit parcels in a state ("" = all), newest first, older than before (0 = from the newest): those for the
// actor's agency and for the agencies below it that have ended, for a system administrator all of the installation. Forbidden for others than clerks and system administrators.
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
	if err := openAgain(ctx, tx, q); err != nil {
		return err
	}
	if err := q.note(ctx, tx, "retry", store.Message{}); err != nil {
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
	if err := q.note(ctx, tx, "refused", store.Message{Text: reason}); err != nil {
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
	return owe(ctx, tx, status{AgencyID: q.AgencyID, Receipt: fmt.Sprintf("quarantine/%d", q.ID), Code: "02", PeerCode: q.SenderCode, DocumentID: q.DocumentID,
		Parcel: q.Parcel, SHA: q.SHA, Channel: q.Channel, StatedAt: tx.Now(), Description: reason})
}

func openAgain(ctx context.Context, tx *store.Tx, q Quarantined) error {
	return tx.Enqueue(ctx, store.Job{Kind: jobRetry, Key: jobKey(q.AgencyID, q.ID, tx.Now()), AgencyID: q.AgencyID, Payload: store.JSONOf(retryJob{q.AgencyID, q.ID})})
}

var sqlGive = store.SQL(`UPDATE exchange_quarantine SET given_to = $1 WHERE agency_id = $2 AND id = $3`)

// QuarantineGive opens a parcel for an agency that a person picks: one of the successors where the receiver has ended (I8.6), any agency of the installation
// where nobody here has the receiver's code. The registry of the agency above an ended one picks among its successors, the system administrator also for nobody's
// parcels. The new receiver reads where it came from, and answers its sender.
func QuarantineGive(ctx context.Context, tx *store.Tx, id int64, agency org.AgencyID) error {
	a := tx.Actor()
	q, err := FindQuarantined(ctx, tx, a, id)
	if err != nil {
		return err
	}
	to, err := q.taker(ctx, tx, agency)
	if err != nil {
		return err
	}
	if !everywhere(a) && q.AgencyID == a.Agency {
		return store.Refuse(store.Forbidden, "Chỉ quản trị hệ thống hoặc văn thư cơ quan cấp trên của cơ quan đã kết thúc được chuyển gói tin cho cơ quan khác.")
	}
	if q.SHA == "" {
		return store.Refuse(store.Conflict, "Nội dung gói tin không còn nên không chuyển được. Đề nghị cơ quan gửi gửi lại.")
	}
	if _, err = decide(ctx, tx, id, "retrying", ""); err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlGive, to.ID, q.AgencyID, q.ID); err != nil {
		return err
	}
	if err := openAgain(ctx, tx, q); err != nil {
		return err
	}
	if err := q.note(ctx, tx, "given", store.Say("Chuyển cho {agency}", "agency", to.Name)); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "parcel.given", Agency: q.AgencyID, Ref: "quarantine", Title: q.Title, Data: map[string]any{"quarantine": q.ID, "parcel": q.Parcel, "to": int64(to.ID)}})
}

// taker checks whom a parcel may be given to.
func (q Quarantined) taker(ctx context.Context, r store.Reader, agency org.AgencyID) (*org.Agency, error) {
	may, err := q.Takers(ctx, r)
	if err != nil {
		return nil, err
	}
	to, err := org.FindAgency(ctx, r, agency)
	if errors.Is(err, store.NotFound) || agency == 0 {
		return nil, store.RefuseField("agency", "Hãy chọn cơ quan nhận gói tin.")
	}
	switch {
	case err != nil:
		return nil, err
	case !q.Givable(ctx, r):
		return nil, store.Refuse(store.Conflict, "Gói tin này có cơ quan nhận đang hoạt động nên không chuyển cho cơ quan khác. Hãy mở lại hoặc từ chối.")
	case to.State != "active" || !to.Hosted:
		return nil, store.RefuseField("agency", "{agency} không hoạt động trên hệ thống này nên không nhận được gói tin. Hãy từ chối kèm tên cơ quan đó để nơi gửi gửi lại.", "agency", to.Name)
	case q.AgencyID != 0 && !slices.ContainsFunc(may, func(x org.Agency) bool { return x.ID == to.ID }):
		return nil, store.RefuseField("agency", "{agency} không phải là cơ quan kế tục của cơ quan nhận. Hãy chọn một cơ quan kế tục.", "agency", to.Name)
	}
	return to, nil
}

// Givable tells whether a person may give the parcel to an agency: it waits, and its receiver has ended or is not here.
func (q Quarantined) Givable(ctx context.Context, r store.Reader) bool {
	if q.State != "waiting" || q.SHA == "" {
		return false
	}
	if q.AgencyID == 0 {
		return true
	}
	a, err := org.FindAgency(ctx, r, org.AgencyID(q.AgencyID))
	return err == nil && a.State == "closed"
}

// Takers are the agencies of this installation that follow the receiver.
func (q Quarantined) Takers(ctx context.Context, r store.Reader) ([]org.Agency, error) {
	if q.AgencyID == 0 {
		return nil, nil
	}
	follow, err := org.SuccessorsOf(ctx, r, org.AgencyID(q.AgencyID))
	var out []org.Agency
	for _, s := range follow {
		if err != nil || s.NewID == 0 {
			continue
		}
		var a *org.Agency
		if a, err = org.FindAgency(ctx, r, s.NewID); err == nil && a.State == "active" && a.Hosted {
			out = append(out, *a)
		}
	}
	return out, err
}

// Try is one thing that happened to a parcel in quarantine.
type Try struct {
	ID       int64
	Act      string        // kept, retry, given, refused, answered, accepted
	At       store.Instant `db:"at_us"`
	PersonID int64         // 0 = the exchange itself
	Person   string        // its name
	Reason   string        // stable code, of a parcel that was kept
	Text     string
	Args     store.JSON
}

// Said is what was found or written, as doors translate it.
func (t Try) Said() store.Message { return said(t.Text, t.Args) }

var (
	sqlPutTry = store.SQL(`INSERT INTO exchange_quarantine_tries (agency_id, id, quarantine_id, act, at_us, person_id, reason, text, args) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)
	sqlTries  = store.SQL(`SELECT x.id, x.act, x.at_us, x.person_id, COALESCE(p.name, '') AS person, x.reason, x.text, x.args FROM exchange_quarantine_tries x LEFT JOIN org_people p ON p.id = x.person_id
		WHERE x.agency_id = $1 AND x.quarantine_id = $2 ORDER BY x.id LIMIT 500`)
)

// Tries lists what happened to a parcel, oldest first, within the bounds of QuarantineList.
func Tries(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]Try, error) {
	q, err := FindQuarantined(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	return store.All[Try](ctx, r, sqlTries, q.AgencyID, q.ID)
}

// note keeps what happened to a parcel.
func (q Quarantined) note(ctx context.Context, tx *store.Tx, act string, said store.Message) error {
	reason := ""
	if act == "kept" {
		reason = q.Reason
	}
	return tx.Put(ctx, sqlPutTry, q.AgencyID, tx.NewID(), q.ID, act, tx.Now(), tx.Actor().Person, reason, said.Text, store.JSONOf(said.Args))
}
