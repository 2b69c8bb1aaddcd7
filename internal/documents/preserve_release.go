package documents

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/pades"
	"congvu/internal/store"
)

// errWaits is the cause of a refusal that time alone will lift: a signature still waits for its time stamp.
var errWaits = errors.New("a signature waits for its time stamp")

// ReleaseOrder is a clerk's order to number, seal and issue a document, remembered because a signature still waits for its time stamp. It
// goes on by itself, in the clerk's name, when the stamp arrived or was given up.
type ReleaseOrder struct {
	AgencyID   int64
	OutgoingID int64
	Actor      store.JSON    // store.Actor: who ordered it, as he was then
	State      string        // waiting, done, refused, withdrawn
	Reason     store.JSON    // store.Message: why it was refused
	AskedAt    store.Instant `db:"asked_us"`
	At         store.Instant `db:"at_us"`
}

// Waiting tells whether the order still goes on by itself.
func (r ReleaseOrder) Waiting() bool { return r.State == "waiting" }

// Said is why the order was refused, as a sentence; empty otherwise.
func (r ReleaseOrder) Said() store.Message { return said(r.Reason) }

const (
	jobRelease = "documents-release"

	orderColumns = `agency_id, outgoing_id, actor, state, reason, asked_us, at_us`
)

var (
	sqlAskRelease = store.SQL(`INSERT INTO documents_releases (agency_id, outgoing_id, actor, state, reason, asked_us, at_us) VALUES ($1, $2, $3, 'waiting', 'null', $4, $4)
		ON CONFLICT (agency_id, outgoing_id) DO UPDATE SET actor = excluded.actor, state = 'waiting', reason = 'null', asked_us = excluded.asked_us, at_us = excluded.at_us
		WHERE documents_releases.state <> 'waiting'`)
	sqlRelease     = store.SQL(`SELECT ` + orderColumns + ` FROM documents_releases WHERE agency_id = $1 AND outgoing_id = $2`)
	sqlReleaseEnds = store.SQL(`UPDATE documents_releases SET state = $1, reason = $2, at_us = $3 WHERE agency_id = $4 AND outgoing_id = $5 AND state = 'waiting'`)
	// An order takes hold of the stamps it waits for, so that a stamp settled in the same moment sees the order.
	sqlHoldStamps = store.SQL(`UPDATE documents_stamps SET ordered_us = $1 WHERE agency_id = $2 AND outgoing_id = $3 AND state = 'waiting'
		AND sha IN (SELECT f.sha FROM documents_files f WHERE f.agency_id = documents_stamps.agency_id AND f.id = documents_stamps.file_id)`)
)

// FindRelease gives the remembered order of a document to those who may see it; ok is false when there was none.
func FindRelease(ctx context.Context, r store.Reader, a store.Actor, outgoing int64) (ReleaseOrder, bool, error) {
	o, err := FindOutgoing(ctx, r, a, outgoing)
	if err != nil {
		return ReleaseOrder{}, false, err
	}
	return store.Maybe[ReleaseOrder](ctx, r, sqlRelease, o.AgencyID, o.ID)
}

// stamped makes sure that the signatures of a document do not lack a time stamp that its agency's policy asks for: a stamp on its way is
// waited for (the refusal's cause is errWaits); required means that there is one, wanted that every try was made.
func (o *Outgoing) stamped(ctx context.Context, r store.Reader) error {
	waits, err := o.waits(ctx, r)
	if err != nil {
		return err
	}
	if waits {
		return store.Because(store.Refuse(store.Conflict, "Chữ ký số trên văn bản đang chờ dấu thời gian nên chưa đi tiếp được. Văn bản được giữ nguyên; chọn “Cấp số và phát hành” để hệ thống tự làm tiếp khi có dấu thời gian."), errWaits)
	}
	if p, err := stampPolicy(ctx, r, o.AgencyID); err != nil || p != StampRequired {
		return err
	}
	files, err := filesOf(ctx, r, o.AgencyID, o.Ref())
	if err != nil {
		return err
	}
	for _, f := range files {
		if f.Media != filePDF || o.State != Sealed && !f.Main {
			continue
		}
		report, err := reportOf(f)
		if err != nil {
			return err
		}
		if !allStamped(report, f.Main) {
			return store.Refuse(store.Conflict, "Cơ quan bắt buộc chữ ký số có dấu thời gian, nhưng tệp {name} chưa có. Văn bản được giữ nguyên; hãy chọn “Lấy lại dấu thời gian” hoặc báo quản trị của cơ quan.", "name", f.Name)
		}
	}
	return nil
}

// waits tells whether a signature on the files as they are now still waits for its time stamp.
func (o *Outgoing) waits(ctx context.Context, r store.Reader) (bool, error) {
	open, err := store.All[Stamp](ctx, r, sqlCurrentStamps, o.AgencyID, o.ID)
	return slices.ContainsFunc(open, func(s Stamp) bool { return s.State == StampWaiting }), err
}

// allStamped tells whether the signatures that are ours carry a time stamp: both of a main file, the newest of an attachment.
func allStamped(r *pades.Report, main bool) bool {
	if !main {
		return newestStamped(r)
	}
	for _, s := range r.Signatures {
		if s.Kind != pades.DocTimestamp && (s.Timestamp == nil || !s.Timestamp.Intact) {
			return false
		}
	}
	return true
}

// remember notes the order to release a document while a signature of it waits for its time stamp; false when nothing waits.
func (d *Desk) remember(ctx context.Context, a store.Actor, o *Outgoing) (bool, error) {
	waits, err := o.waits(ctx, d.DB)
	if err != nil || !waits {
		return false, err
	}
	err = d.write(ctx, a, func(tx *store.Tx) error {
		now, _, err := begin(ctx, tx, o.ID, ActRelease)
		if err != nil {
			return err
		}
		if r, ok, err := store.Maybe[ReleaseOrder](ctx, tx, sqlRelease, now.AgencyID, now.ID); err != nil || ok && r.Waiting() {
			return orElse(err, errOrdered)
		}
		if held, err := tx.Exec(ctx, sqlHoldStamps, tx.Now(), now.AgencyID, now.ID); err != nil || held == 0 {
			return orElse(err, errSettled)
		}
		if err := tx.Put(ctx, sqlAskRelease, now.AgencyID, now.ID, store.JSONOf(tx.Actor()), tx.Now()); err != nil {
			return err
		}
		return now.tell(ctx, tx, move{act: ActRelease, verb: "document.release_ordered", what: store.Say("Yêu cầu phát hành; hệ thống tự làm tiếp khi có dấu thời gian.")})
	})
	switch {
	case errors.Is(err, errSettled):
		return false, nil
	case errors.Is(err, errOrdered):
		return true, nil
	}
	return err == nil, err
}

// What undoes the writing of an order: there is one already, or what it would wait for came in the same moment.
var errOrdered, errSettled = errors.New("ordered already"), errors.New("nothing to wait for")

func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

type releaseJob struct{ Agency, Outgoing int64 }

// goOn lets a remembered order go on, in the transaction that settles a stamp.
func (o *Outgoing) goOn(ctx context.Context, tx *store.Tx, s Stamp) error {
	r, ok, err := store.Maybe[ReleaseOrder](ctx, tx, sqlRelease, o.AgencyID, o.ID)
	if err != nil || !ok || !r.Waiting() {
		return err
	}
	key := fmt.Sprintf("%d/%d/%d/%d", o.AgencyID, o.ID, s.ID, tx.Now()) // each stamp, and each try of it, wakes the order anew
	return tx.Enqueue(ctx, store.Job{Kind: jobRelease, Key: key, AgencyID: o.AgencyID, Payload: store.JSONOf(releaseJob{o.AgencyID, o.ID})})
}

// endRelease closes a remembered order with what happened to the document: issued, or taken off its way.
func (o *Outgoing) endRelease(ctx context.Context, tx *store.Tx, next State) error {
	if o.SignedAt == 0 || next != Issued && next != Returned && next != Cancelled {
		return nil
	}
	r, ok, err := store.Maybe[ReleaseOrder](ctx, tx, sqlRelease, o.AgencyID, o.ID)
	if err != nil || !ok || !r.Waiting() {
		return err
	}
	to := "withdrawn"
	if next == Issued {
		to = "done"
	}
	if err := tx.Put(ctx, sqlReleaseEnds, to, store.JSON("null"), tx.Now(), o.AgencyID, o.ID); err != nil || next != Issued {
		return err
	}
	var a store.Actor
	if err := decode(r.Actor, &a); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "document.release_done", Agency: o.AgencyID, Ref: o.Ref(), Title: o.Title(), Notify: []int64{a.Person},
		Text: store.Say("Văn bản số {number} đã có dấu thời gian và được phát hành theo yêu cầu của ông/bà.", "number", o.NumberText)})
}

func (d *Desk) releasing() store.Work {
	return store.Work{Kind: jobRelease, Parallel: 4, Lease: stampLease, Do: d.release, Stuck: d.releaseStuck}
}

// release goes on with an order in the name of the clerk who gave it, if he still may.
func (d *Desk) release(ctx context.Context, j store.Job) error {
	var what releaseJob
	if err := j.Decode(&what); err != nil {
		return err
	}
	r, ok, err := store.Maybe[ReleaseOrder](ctx, d.DB, sqlRelease, what.Agency, what.Outgoing)
	if err != nil || !ok || !r.Waiting() {
		return err
	}
	a, err := r.actor(ctx, d.DB)
	if err == nil {
		err = d.mayGoOn(ctx, a)
	}
	if err == nil {
		_, err = Release(ctx, d, a, r.OutgoingID)
	}
	if _, refused := errorsAs[*store.Refusal](err); !refused {
		return err // nil: issued, or waiting for the next stamp
	}
	return d.write(ctx, store.System(r.AgencyID), func(tx *store.Tx) error { return r.refuse(ctx, tx, err) })
}

// actor is who ordered the release, with the rights his post has today.
func (r ReleaseOrder) actor(ctx context.Context, db *store.DB) (store.Actor, error) {
	var a store.Actor
	if err := decode(r.Actor, &a); err != nil {
		return a, err
	}
	h, err := org.HoldingAt(ctx, db, org.HoldingID(a.Holding), today(db.Now()))
	if errors.Is(err, store.NotFound) || err == nil && (int64(h.PersonID) != a.Person || int64(h.AgencyID) != r.AgencyID) {
		return a, store.Refuse(store.Forbidden, "Người yêu cầu phát hành không còn giữ chức vụ đó. Văn bản được giữ nguyên; văn thư đương nhiệm hãy phát hành lại.")
	}
	if err != nil {
		return a, err
	}
	a.Roles, a.Unit, a.Via = h.Roles, int64(h.UnitID), store.ViaSystem
	return a.Vouched(), nil // he confirmed himself when he gave the order
}

// refuse ends an order that cannot go on and tells the clerk why.
func (r ReleaseOrder) refuse(ctx context.Context, tx *store.Tx, cause error) error {
	o, err := load(ctx, tx, r.AgencyID, r.OutgoingID)
	if err != nil {
		return err
	}
	why := reasonOf(cause)
	why.Args = plain(why.Args)
	if n, err := tx.Exec(ctx, sqlReleaseEnds, "refused", store.JSONOf(why), tx.Now(), r.AgencyID, r.OutgoingID); err != nil || n == 0 {
		return err
	}
	var a store.Actor
	if err := decode(r.Actor, &a); err != nil {
		return err
	}
	return o.tell(ctx, tx, move{act: ActRelease, verb: "document.release_refused", notify: []int64{a.Person},
		what: store.Say("Chưa phát hành được: {reason}", "reason", why),
		tell: store.Say("Văn bản {title} chưa tự phát hành được: {reason}", "title", o.Title(), "reason", why)})
}

// plain turns what only lives in memory (the label of a state) into text that may be kept.
func plain(args map[string]any) map[string]any {
	out := make(map[string]any, len(args))
	for k, v := range args {
		if r, ok := v.(reasoned); ok {
			text, inner := r.Reason()
			v = i18n.T(i18n.VI, text, inner)
		}
		out[k] = v
	}
	return out
}

func (d *Desk) releaseStuck(ctx context.Context, tx *store.Tx, j store.Job, cause error) error {
	var what releaseJob
	if err := j.Decode(&what); err != nil {
		return err
	}
	r, ok, err := store.Maybe[ReleaseOrder](ctx, tx, sqlRelease, what.Agency, what.Outgoing)
	if err != nil || !ok || !r.Waiting() {
		return err
	}
	return r.refuse(ctx, tx, cause)
}
