package documents

import (
	"context"
	"errors"
	"fmt"
	"time"

	"congvu/internal/blob"
	"congvu/internal/pades"
	"congvu/internal/store"
)

// Stamp is the request for a time stamp on one signature of an outgoing document (S5.6, S6.2). Signing never waits for it: the signed file is
// kept at once, and the token is put into the signature's container later, while nothing has been signed on top.
type Stamp struct {
	AgencyID   int64
	ID         int64
	OutgoingID int64
	FileID     int64
	SHA        string // the signed bytes the token is for
	Purpose    string // approve (the person's signature) or seal (the agency's)
	State      StampState
	Reason     store.JSON // store.Message: why it failed
	Tries      int
	StampedSHA string // the file with the token
	TSA        string
	TokenAt    store.Instant `db:"token_us"`
	AskedAt    store.Instant `db:"asked_us"`
	At         store.Instant `db:"at_us"`
}

// StampState is where such a request stands.
type StampState string

// The states of a stamp: waiting → stamped; waiting → failed (every try was in vain; a retry waits again); waiting or failed →
// overtaken, when the document went on without it.
const (
	StampWaiting   StampState = "waiting"
	StampStamped   StampState = "stamped"
	StampFailed    StampState = "failed"
	StampOvertaken StampState = "overtaken"
)

var stampLabels = map[StampState]string{StampWaiting: "Chờ dấu thời gian", StampStamped: "Đã có dấu thời gian", StampFailed: "Chưa lấy được dấu thời gian", StampOvertaken: "Không còn cần"}

// Label is the state in Vietnamese, a key of i18n.
func (s StampState) Label() string { return stampLabels[s] }

// Said is why it failed, as a sentence; empty otherwise.
func (s Stamp) Said() store.Message { return said(s.Reason) }

func said(j store.JSON) (m store.Message) {
	if decode(j, &m) != nil {
		return store.Message{}
	}
	return m
}

const (
	jobStamp = "documents-stamp"

	purposeApprove = "approve"
	purposeSeal    = "seal"

	// mostStampTries and stampWait are the three tries with growing wait of S6.2.
	mostStampTries = 3
	// stampLease holds a claim longer than the slowest authority answers (131 s were measured); stampPatience ends the call before the lease does.
	stampLease    = 5 * time.Minute
	stampPatience = 4 * time.Minute
)

func stampWait(tries int) time.Duration { return time.Minute << (2 * min(tries-1, 4)) } // 1, 4, 16 … minutes

const stampColumns = `s.agency_id, s.id, s.outgoing_id, s.file_id, s.sha, s.purpose, s.state, s.reason, s.tries, s.stamped_sha, s.tsa, s.token_us, s.asked_us, s.at_us`

var (
	sqlAskStamp = store.SQL(`INSERT INTO documents_stamps (agency_id, id, outgoing_id, file_id, sha, purpose, state, reason, tries, stamped_sha, tsa, token_us, ordered_us, asked_us, at_us)
		VALUES ($1, $2, $3, $4, $5, $6, 'waiting', 'null', 0, '', '', 0, 0, $7, $7) ON CONFLICT (agency_id, file_id, sha) DO NOTHING`)
	sqlStamp    = store.SQL(`SELECT ` + stampColumns + ` FROM documents_stamps s WHERE s.agency_id = $1 AND s.id = $2`)
	sqlStampsOf = store.SQL(`SELECT ` + stampColumns + ` FROM documents_stamps s WHERE s.agency_id = $1 AND s.outgoing_id = $2 ORDER BY s.id`)
	// Of the requests of a document those that still concern its files as they are now.
	sqlCurrentStamps = store.SQL(`SELECT ` + stampColumns + ` FROM documents_stamps s
		JOIN documents_files f ON f.agency_id = s.agency_id AND f.id = s.file_id AND f.sha = s.sha
		WHERE s.agency_id = $1 AND s.outgoing_id = $2 AND s.state IN ('waiting', 'failed') ORDER BY s.id`)
	sqlStamped = store.SQL(`UPDATE documents_stamps SET state = 'stamped', reason = 'null', tries = $1, stamped_sha = $2, tsa = $3, token_us = $4, at_us = $5
		WHERE agency_id = $6 AND id = $7 AND state = 'waiting'`)
	sqlStampEnds = store.SQL(`UPDATE documents_stamps SET state = $1, reason = $2, tries = $3, at_us = $4 WHERE agency_id = $5 AND id = $6 AND state IN ('waiting', 'failed')`)
	sqlStampTry  = store.SQL(`UPDATE documents_stamps SET tries = $1, reason = $2 WHERE agency_id = $3 AND id = $4 AND state = 'waiting'`)
	sqlStampBack = store.SQL(`UPDATE documents_stamps SET state = 'waiting', tries = 0, at_us = $1 WHERE agency_id = $2 AND id = $3 AND state = 'failed'`)
	sqlVersionNo = store.SQL(`UPDATE documents_outgoing SET version = $1 WHERE agency_id = $2 AND id = $3 AND version = $4`)
)

// askStamp writes, in the transaction that keeps a signature, the work of getting its time stamp. Nothing is asked for without an authority,
// by an agency that wants none, or for a signature that came with its stamp.
func (o *Outgoing) askStamp(ctx context.Context, tx *store.Tx, d *Desk, f File, purpose string) error {
	if d.Stamper == nil || f.Media != filePDF {
		return nil
	}
	p, err := stampPolicy(ctx, tx, o.AgencyID)
	if err != nil || p == StampOff {
		return err
	}
	report, err := reportOf(f)
	if err != nil || newestStamped(report) {
		return err
	}
	id := tx.NewID()
	if n, err := tx.Exec(ctx, sqlAskStamp, o.AgencyID, id, o.ID, f.ID, f.SHA, purpose, tx.Now()); err != nil || n == 0 {
		return err
	}
	return tx.Enqueue(ctx, store.Job{Kind: jobStamp, Key: stampKey(o.AgencyID, id), AgencyID: o.AgencyID, Payload: store.JSONOf(stampJob{o.AgencyID, id})})
}

type stampJob struct{ Agency, Stamp int64 }

func stampKey(agency, id int64) string { return fmt.Sprintf("%d/%d", agency, id) }

// newestStamped tells whether the newest signature of a file carries its time stamp.
func newestStamped(r *pades.Report) bool {
	for i := len(r.Signatures) - 1; i >= 0; i-- {
		if s := r.Signatures[i]; s.Kind != pades.DocTimestamp {
			return s.Timestamp != nil && s.Timestamp.Intact
		}
	}
	return false
}

// Stamps lists the requests for time stamps of an outgoing document to those who may see it.
func Stamps(ctx context.Context, r store.Reader, a store.Actor, outgoing int64) ([]Stamp, error) {
	o, err := FindOutgoing(ctx, r, a, outgoing)
	if err != nil {
		return nil, err
	}
	return store.All[Stamp](ctx, r, sqlStampsOf, o.AgencyID, o.ID)
}

func (d *Desk) stamping() store.Work {
	return store.Work{Kind: jobStamp, Batch: 1, Lease: stampLease, MaxTries: mostStampTries, Backoff: stampWait, Do: d.stamp, Stuck: d.stampStuck}
}

// stamp gets one token, outside of any transaction, and keeps the file with it if it still is the file that was signed.
func (d *Desk) stamp(ctx context.Context, j store.Job) error {
	s, f, o, err := d.toStamp(ctx, j)
	if err != nil || s.State != StampWaiting {
		return err
	}
	if !stampable(s, f, o) {
		return d.overtake(ctx, s, j)
	}
	if d.Stamper == nil {
		return withoutAuthority(s, d.DB.Now())
	}
	stamped, err := d.withToken(ctx, f)
	if errors.Is(err, pades.ErrStamped) {
		return d.overtake(ctx, s, j)
	}
	if err != nil {
		return errors.Join(err, d.DB.Keep(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, sqlStampTry, j.Tries, store.JSONOf(reasonOf(err)), s.AgencyID, s.ID)
			return err
		}))
	}
	for try := 0; ; try++ { // a token is too dear to be lost to another file of the same document that was kept in the same moment
		err = d.write(ctx, store.System(s.AgencyID), func(tx *store.Tx) error {
			if err := d.keepStamped(ctx, tx, s, stamped, j.Tries); err != nil {
				return err
			}
			return tx.Finish(ctx, j)
		})
		if !errors.Is(err, store.Conflict) || try == mostFiles {
			return err
		}
	}
}

// authorityAbsent is how long a request waits in an installation that has no authority any more: another process may have one, or the
// operator gives it back. Then it fails like any other, so that no document waits for what nobody gets.
const authorityAbsent = time.Hour

func withoutAuthority(s Stamp, now store.Instant) error {
	if now < s.AskedAt.Add(authorityAbsent) {
		return store.Later(time.Minute)
	}
	return store.Refuse(store.Conflict, "Bản cài đặt không còn dịch vụ cấp dấu thời gian.")
}

// overtake ends a request whose signature needs or takes no token any more; an order that waited for it goes on.
func (d *Desk) overtake(ctx context.Context, s Stamp, j store.Job) error {
	return d.DB.Keep(ctx, func(tx *store.Tx) error {
		if err := endStamp(ctx, tx, s, StampOvertaken, store.Message{}, j.Tries); err != nil {
			return err
		}
		o, err := load(ctx, tx, s.AgencyID, s.OutgoingID)
		if err != nil {
			return err
		}
		return o.goOn(ctx, tx, s)
	})
}

func (d *Desk) toStamp(ctx context.Context, j store.Job) (s Stamp, f File, o *Outgoing, err error) {
	var what stampJob
	if err = j.Decode(&what); err != nil {
		return s, f, nil, err
	}
	s, ok, err := store.Maybe[Stamp](ctx, d.DB, sqlStamp, what.Agency, what.Stamp)
	if err != nil || !ok {
		return s, f, nil, err
	}
	if f, _, err = store.Maybe[File](ctx, d.DB, sqlFile, s.AgencyID, s.FileID); err != nil {
		return s, f, nil, err
	}
	o, err = load(ctx, d.DB, s.AgencyID, s.OutgoingID)
	return s, f, o, err
}

// stampable tells whether a token can still go into the file: nothing was signed on top and the document is under way (house law 7).
func stampable(s Stamp, f File, o *Outgoing) bool {
	underWay := o.State == Signed || o.State == Numbered || o.State == Sealed
	return underWay && f.SHA == s.SHA
}

// withToken asks the authority and gives the file with the token, verified and stored.
func (d *Desk) withToken(ctx context.Context, f File) (File, error) {
	b, err := blob.ReadAll(ctx, d.Blobs, f.SHA, f.Size)
	if err != nil {
		return f, err
	}
	ctx, cancel := context.WithTimeout(ctx, stampPatience)
	defer cancel()
	stamped, err := pades.StampSignature(ctx, b, d.Stamper)
	if err != nil {
		return f, err
	}
	was := f.Verdict
	if err := d.keepBytes(ctx, &f, stamped); err != nil {
		return f, err
	}
	if worse(f.Verdict, was) {
		return f, store.Because(store.Refuse(store.Conflict, "Tệp sau khi gắn dấu thời gian không qua được kiểm tra nên không được lưu. Bản đã ký được giữ nguyên; đề nghị báo quản trị hệ thống."),
			fmt.Errorf("stamped file: %s", f.VerdictReport))
	}
	return f, nil
}

// keepStamped makes the file with the token the current one. The token of a file that changed meanwhile is dropped.
func (d *Desk) keepStamped(ctx context.Context, tx *store.Tx, s Stamp, f File, tries int) error {
	o, err := load(ctx, tx, s.AgencyID, s.OutgoingID)
	if err != nil {
		return err
	}
	held, ok, err := store.Maybe[Stamp](ctx, tx, sqlStamp, s.AgencyID, s.ID)
	if err != nil || !ok || held.State != StampWaiting { // another worker was faster
		return err
	}
	now, ok, err := store.Maybe[File](ctx, tx, sqlFile, s.AgencyID, s.FileID)
	if err != nil {
		return err
	}
	if !ok || !stampable(s, now, o) {
		if err := errors.Join(endStamp(ctx, tx, s, StampOvertaken, store.Message{}, tries), o.goOn(ctx, tx, s)); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "document.stamp_dropped", Agency: s.AgencyID, Ref: o.Ref(), Title: o.Title(), Data: map[string]any{"file": s.FileID, "sha": s.SHA}})
	}
	report, err := reportOf(f)
	if err != nil {
		return err
	}
	who, tsa, at := tokenOf(report)
	if err := tx.Put(ctx, sqlStamped, tries, f.SHA, tsa, at, tx.Now(), s.AgencyID, s.ID); err != nil {
		return err
	}
	if err := changeFile(ctx, tx, f); err != nil {
		return err
	}
	was := o.Version
	if err := o.putVersion(ctx, tx, versionStamped, f, places{}); err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlVersionNo, o.Version, o.AgencyID, o.ID, was); err != nil {
		return err
	}
	if err := o.goOn(ctx, tx, s); err != nil {
		return err
	}
	return o.tell(ctx, tx, move{act: actStamp, verb: "document.stamped", what: store.Say("Gắn dấu thời gian của {tsa} vào chữ ký của {signer}.", "tsa", tsa, "signer", who)})
}

// tokenOf names the newest signature's signer, and the authority and time of its token.
func tokenOf(r *pades.Report) (signer, tsa string, at store.Instant) {
	for _, s := range r.Signatures {
		if s.Kind == pades.DocTimestamp || s.Timestamp == nil {
			continue
		}
		signer, tsa, at = "", "", store.InstantOf(s.Timestamp.Time)
		if s.Signer != nil {
			signer = s.Signer.Name
		}
		if s.Timestamp.TSA != nil {
			tsa = s.Timestamp.TSA.Name
		}
	}
	return signer, tsa, at
}

func endStamp(ctx context.Context, tx *store.Tx, s Stamp, to StampState, why store.Message, tries int) error {
	reason := store.JSON("{}")
	if why.Text != "" {
		reason = store.JSONOf(why)
	}
	_, err := tx.Exec(ctx, sqlStampEnds, to, reason, tries, tx.Now(), s.AgencyID, s.ID)
	return err
}

// stampStuck gives a stamp up after the last try: the document stays signed without it, flagged, and what waited for it goes on by the policy.
func (d *Desk) stampStuck(ctx context.Context, tx *store.Tx, j store.Job, cause error) error {
	var what stampJob
	if err := j.Decode(&what); err != nil {
		return err
	}
	s, ok, err := store.Maybe[Stamp](ctx, tx, sqlStamp, what.Agency, what.Stamp)
	if err != nil || !ok || s.State != StampWaiting {
		return err
	}
	o, err := load(ctx, tx, s.AgencyID, s.OutgoingID)
	if err != nil {
		return err
	}
	why := reasonOf(cause)
	if err := endStamp(ctx, tx, s, StampFailed, why, j.Tries); err != nil {
		return err
	}
	if err := o.goOn(ctx, tx, s); err != nil {
		return err
	}
	people, err := keepersOf(ctx, tx, s.AgencyID)
	if err != nil {
		return err
	}
	return o.tell(ctx, tx, move{act: actStamp, verb: "document.stamp_failed", notify: people,
		what: store.Say("Chưa lấy được dấu thời gian sau {n} lần: {reason}", "n", j.Tries, "reason", why),
		tell: store.Say("Chữ ký số trên văn bản {title} chưa lấy được dấu thời gian sau {n} lần.", "title", o.Title(), "n", j.Tries)})
}

// RetryStamp asks once more for a time stamp that was given up. The registry or the agency's administrator may, while nothing was signed on
// top and the document is not issued.
func RetryStamp(ctx context.Context, tx *store.Tx, id int64) error {
	a := tx.Actor()
	if !KeepsSignatures(a) && !KeepsRegisters(a) {
		return store.Refuse(store.Forbidden, "Chỉ văn thư hoặc quản trị của cơ quan được yêu cầu lấy lại dấu thời gian.")
	}
	s, ok, err := store.Maybe[Stamp](ctx, tx, sqlStamp, a.Agency, id)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Không tìm thấy yêu cầu dấu thời gian này trong cơ quan.")
	}
	if err != nil {
		return err
	}
	o, err := load(ctx, tx, s.AgencyID, s.OutgoingID)
	if err != nil {
		return err
	}
	f, _, err := store.Maybe[File](ctx, tx, sqlFile, s.AgencyID, s.FileID)
	if err != nil {
		return err
	}
	if !stampable(s, f, o) {
		return store.Refuse(store.Conflict, "Văn bản {title} đã đi tiếp nên chữ ký này không gắn thêm dấu thời gian được nữa. Văn bản được giữ nguyên; bản bảo quản sẽ mang dấu thời gian của tài liệu.", "title", o.Title())
	}
	if err := tx.Put(ctx, sqlStampBack, tx.Now(), s.AgencyID, s.ID); err != nil {
		return err
	}
	again, err := tx.Requeue(ctx, jobStamp, stampKey(s.AgencyID, s.ID))
	if err == nil && !again {
		err = tx.Enqueue(ctx, store.Job{Kind: jobStamp, Key: stampKey(s.AgencyID, s.ID), AgencyID: s.AgencyID, Payload: store.JSONOf(stampJob{s.AgencyID, s.ID})})
	}
	if err != nil {
		return err
	}
	return o.tell(ctx, tx, move{act: actStamp, verb: "document.stamp_retried", what: store.Say("Yêu cầu lấy lại dấu thời gian.")})
}

// reasonOf is what a person is told about a failure of an authority or a file.
func reasonOf(err error) store.Message {
	if r, ok := errorsAs[*store.Refusal](err); ok {
		return r.Problems[0].Message
	}
	if r, ok := errorsAs[reasoned](err); ok {
		text, args := r.Reason()
		return store.Message{Text: text, Args: args}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return store.Say("Dịch vụ cấp dấu thời gian không trả lời trong thời gian cho phép.")
	}
	return store.Say("Lỗi kỹ thuật; quản trị hệ thống xem chi tiết trong nhật ký kỹ thuật.")
}

// worse tells whether one verdict is graver than another.
func worse(verdict, than string) bool { return gravity[verdict] > gravity[than] }

var gravity = map[string]int{VerdictPassed: 0, VerdictNone: 1, VerdictIndeterminate: 1, VerdictFailed: 2}

// keepersOf are those who are told when something about signatures needs a person: the registry and the agency's administrators.
func keepersOf(ctx context.Context, tx *store.Tx, agency int64) ([]int64, error) {
	return staffWith(ctx, tx, agency, isKeeper)
}

var sqlStampedFrom = store.SQL(`SELECT id FROM documents_stamps WHERE agency_id = $1 AND file_id = $2 AND sha = $3 AND stamped_sha = $4`)

// asShown tells whether a file is the one that a person was shown under a hash: the same bytes, or those with nothing added but the time stamp
// of the newest signature.
func asShown(ctx context.Context, r store.Reader, f File, sha string) (bool, error) {
	if f.SHA == sha {
		return true, nil
	}
	_, stamped, err := store.Maybe[int64](ctx, r, sqlStampedFrom, f.AgencyID, f.ID, sha, f.SHA)
	return stamped, err
}

// noteUnstamped records, at issue, that a signature has no time stamp although the agency wants one (S6.3).
func (o *Outgoing) noteUnstamped(ctx context.Context, tx *store.Tx) error {
	open, err := store.All[Stamp](ctx, tx, sqlCurrentStamps, o.AgencyID, o.ID)
	if err != nil || len(open) == 0 {
		return err
	}
	return o.tell(ctx, tx, move{act: actStamp, verb: "document.unstamped", what: store.Say("Ban hành khi chữ ký số chưa có dấu thời gian (đã thử lấy nhưng không được).")})
}
