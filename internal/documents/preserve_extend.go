package documents

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"congvu/internal/blob"
	"congvu/internal/pades"
	"congvu/internal/store"
)

const (
	jobPreserve = "documents-preserve"

	// mostMissing is how long an extension waits for evidence that is not published yet (S6.6); then a person is told.
	mostMissing = 7 * 24 * time.Hour
	// leastRenewal keeps an authority whose certificate runs out from being asked again and again.
	leastRenewal = 24 * time.Hour
)

// errMissing is an extension that waited in vain for the evidence it needs.
var errMissing = errors.New("evidence is still missing")

// errSpoiled is an extension that does not keep what it was to keep.
var errSpoiled = errors.New("the preserved revision does not hold")

var (
	sqlPreserved = store.SQL(`UPDATE documents_preservations SET kept_sha = $1, kept_size = $2, kept_us = $3, level = $4, state = $5, reason = $6, tries = $7, renew_us = $8,
		extend_us = $9, verdict = $10, report = $11, checked_us = $3, at_us = $3 WHERE agency_id = $12 AND file_id = $13 AND kept_sha = $14`)
	sqlPreserveTry   = store.SQL(`UPDATE documents_preservations SET reason = $1, tries = $2 WHERE agency_id = $3 AND file_id = $4`)
	sqlPreserveStuck = store.SQL(`UPDATE documents_preservations SET state = 'failed', reason = $1, tries = $2, extend_us = 0, at_us = $3 WHERE agency_id = $4 AND file_id = $5`)
	sqlPreserveAgain = store.SQL(`UPDATE documents_preservations SET state = 'waiting', extend_us = $1, tries = 0, at_us = $1 WHERE agency_id = $2 AND file_id = $3 AND state = 'failed'`)
)

func (d *Desk) preserving() store.Work {
	return store.Work{Kind: jobPreserve, Batch: 1, Lease: 2 * stampLease, MaxTries: mostStampTries, Backoff: stampWait, Do: d.preserve, Stuck: d.preserveStuck}
}

// preserve extends one file: evidence for every chain in it, then a document time stamp. All of it happens outside of transactions, and is
// kept only on the revision it was made from.
func (d *Desk) preserve(ctx context.Context, j store.Job) error {
	var what fileJob
	if err := j.Decode(&what); err != nil {
		return err
	}
	p, ok, err := store.Maybe[Preservation](ctx, d.DB, sqlPreservation, what.Agency, what.File)
	if err != nil || !ok {
		return err
	}
	sha, size := p.base()
	if sha != what.SHA || p.State == PreservationUnfit {
		return nil // done by another worker
	}
	if d.Stamper == nil {
		return store.Later(time.Hour)
	}
	ext, report, err := d.extended(ctx, p, sha, size)
	now := d.DB.Now()
	switch {
	case err == nil && (ext.TryAfter.IsZero() || int64(len(ext.File)) > size):
		return d.keepPreserved(ctx, p, ext, report, j)
	case err == nil && now < what.Since.Add(mostMissing):
		return errors.Join(d.notePreserving(ctx, p, missing(ext), j.Tries), store.Later(max(time.Minute, ext.TryAfter.Sub(now.Time()))))
	case err == nil:
		err = store.Because(&store.Refusal{Kind: store.Conflict, Problems: []store.Problem{{Message: missing(ext)}}}, errMissing)
	}
	return errors.Join(err, d.notePreserving(ctx, p, reasonOf(err), j.Tries))
}

// missing is what an extension could not find, as a sentence.
func missing(ext *pades.Extended) store.Message {
	if len(ext.Findings) == 0 {
		return store.Message{}
	}
	return store.Message{Text: ext.Findings[0].Text, Args: ext.Findings[0].Args}
}

// notePreserving shows why a file still waits.
func (d *Desk) notePreserving(ctx context.Context, p Preservation, why store.Message, tries int) error {
	return d.DB.Keep(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, sqlPreserveTry, store.JSONOf(why), tries, p.AgencyID, p.FileID)
		return err
	})
}

// extended makes the next revision and proves it: the old bytes are its beginning, and the verdict is no worse than before.
func (d *Desk) extended(ctx context.Context, p Preservation, sha string, size int64) (*pades.Extended, *pades.Report, error) {
	b, err := blob.ReadAll(ctx, d.Blobs, sha, size)
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*stampPatience)
	defer cancel()
	e := pades.Extension{Stamper: d.Stamper, Witness: d.Witness, Trust: d.Trust, At: d.DB.Now().Time()}
	if d.Trust != nil {
		e.Intermediates = d.Trust.Intermediates()
	}
	ext, err := pades.Extend(ctx, b, e)
	if err != nil {
		return nil, nil, err
	}
	report, err := d.verify(ext.File)
	if err != nil {
		return nil, nil, err
	}
	if !bytes.HasPrefix(ext.File, b) || worse(verdictOf(report), p.Verdict) {
		return nil, nil, fmt.Errorf("%w: %s", errSpoiled, store.JSONOf(report))
	}
	return ext, report, nil
}

func (d *Desk) keepPreserved(ctx context.Context, p Preservation, ext *pades.Extended, report *pades.Report, j store.Job) error {
	ref, err := d.Blobs.Put(ctx, bytes.NewReader(ext.File), int64(len(ext.File)))
	if err != nil {
		return err
	}
	state, renew, next := PreservationKept, store.Instant(0), store.Instant(0)
	if !ext.RenewBefore.IsZero() {
		renew = store.InstantOf(ext.RenewBefore)
		next = max(renew, d.DB.Now().Add(leastRenewal))
	}
	if !ext.TryAfter.IsZero() { // the proof of time is there, what the authorities say is not out yet
		state, next = PreservationWaiting, store.InstantOf(ext.TryAfter)
	}
	return d.write(ctx, store.System(p.AgencyID), func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, sqlPreserved, ref.SHA, ref.Size, tx.Now(), ext.Level, state, store.JSONOf(missing(ext)), j.Tries, renew, next, verdictOf(report), keptReport(p.AgencyID, store.PackedJSON(store.JSONOf(report))), p.AgencyID, p.FileID, p.KeptSHA)
		if err != nil || n == 0 { // another worker kept its own: one revision is enough
			return orElse(err, tx.Finish(ctx, j))
		}
		if err := tx.Finish(ctx, j); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "document.preserved", Agency: p.AgencyID, Ref: p.Ref, Title: p.Title,
			Data: map[string]any{"file": p.FileID, "sha": p.SHA, "kept": ref.SHA, "level": ext.Level, "renew": ext.RenewBefore}})
	})
}

func (d *Desk) preserveStuck(ctx context.Context, tx *store.Tx, j store.Job, cause error) error {
	var what fileJob
	if err := j.Decode(&what); err != nil {
		return err
	}
	p, ok, err := store.Maybe[Preservation](ctx, tx, sqlPreservation, what.Agency, what.File)
	if err != nil || !ok {
		return err
	}
	if sha, _ := p.base(); sha != what.SHA {
		return nil
	}
	why := reasonOf(cause)
	if err := tx.Put(ctx, sqlPreserveStuck, store.JSONOf(why), j.Tries, tx.Now(), p.AgencyID, p.FileID); err != nil {
		return err
	}
	people, err := adminsOf(ctx, tx, p.AgencyID)
	if err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "document.preserve_failed", Agency: p.AgencyID, Ref: p.Ref, Title: p.Title, Notify: people,
		Text: store.Say("Chưa bảo quản được chữ ký số của văn bản {title}: {reason}", "title", p.Title, "reason", why), Data: map[string]any{"file": p.FileID}})
}

// RetryPreservation lets the work on a file begin again after it was given up.
func RetryPreservation(ctx context.Context, tx *store.Tx, file int64) error {
	a := tx.Actor()
	if err := mayKeepSignatures(a); err != nil {
		return err
	}
	p, ok, err := store.Maybe[Preservation](ctx, tx, sqlPreservation, a.Agency, file)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Không tìm thấy tệp này trong danh sách bảo quản của cơ quan.")
	}
	if err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlPreserveAgain, tx.Now(), p.AgencyID, p.FileID); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "preservation.retried", Agency: p.AgencyID, Ref: p.Ref, Title: p.Title, Data: map[string]any{"file": p.FileID}})
}
