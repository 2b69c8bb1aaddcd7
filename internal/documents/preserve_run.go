package documents

import (
	"context"
	"fmt"
	"sync"
	"time"

	"congvu/internal/store"
)

const (
	// mostStamping is how many calls to the time-stamp authority one process has open at once (S6.2).
	mostStamping = 4
	dueBatch     = 200
	// offAgain is when a file is looked at again whose agency wants no time stamps now.
	offAgain = 30 * 24 * time.Hour
)

// Preserve gets time stamps, goes on with releases that waited for them, keeps signatures alive and checks the archive, until ctx ends. Several
// processes may run it on one installation. Each worker holds one job, so a slow answer holds up nobody else.
func (d *Desk) Preserve(ctx context.Context, trouble func(error)) {
	parts := []func(){
		func() { d.DB.Follow(ctx, Preserver, d.HearPreserve, trouble) },
		func() { d.DB.Work(ctx, d.releasing(), trouble) },
		func() { d.DB.Work(ctx, d.checking(), trouble) },
		func() { d.DB.Work(ctx, d.remindingRequests(), trouble) },
		func() { d.watchDue(ctx, trouble) },
		func() { d.DB.Work(ctx, d.stamping(), trouble) }, // also without an authority: requests of the time when there was one must end
	}
	if d.Stamper != nil {
		for range mostStamping - 1 {
			parts = append(parts, func() { d.DB.Work(ctx, d.stamping(), trouble) })
		}
		for range mostStamping / 2 {
			parts = append(parts, func() { d.DB.Work(ctx, d.preserving(), trouble) })
		}
	}
	var all sync.WaitGroup
	for _, part := range parts {
		all.Go(part)
	}
	all.Wait()
}

// watchDue looks every few seconds for renewals and checks whose time has come.
func (d *Desk) watchDue(ctx context.Context, trouble func(error)) {
	for ctx.Err() == nil {
		n, err := d.QueueDue(ctx)
		pause := 5 * time.Second
		switch {
		case err != nil && ctx.Err() == nil:
			trouble(fmt.Errorf("preserve: %w", err))
		case n > 0:
			pause = 200 * time.Millisecond
		}
		t := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-t.C:
		}
		t.Stop()
	}
}

type dueFile struct {
	AgencyID, FileID int64
	SHA              string
	Due              store.Instant
}

var (
	sqlDueExtend = store.SQL(`SELECT agency_id, file_id, CASE WHEN kept_sha = '' THEN sha ELSE kept_sha END AS sha, extend_us AS due FROM documents_preservations
		WHERE extend_us > 0 AND extend_us <= $1 ORDER BY extend_us LIMIT $2`)
	sqlDueCheck = store.SQL(`SELECT agency_id, file_id, CASE WHEN kept_sha = '' THEN sha ELSE kept_sha END AS sha, check_us AS due FROM documents_preservations
		WHERE check_us > 0 AND check_us <= $1 ORDER BY check_us LIMIT $2`)
	sqlExtendAt = store.SQL(`UPDATE documents_preservations SET extend_us = $1 WHERE agency_id = $2 AND file_id = $3 AND extend_us = $4`)
	sqlCheckAt  = store.SQL(`UPDATE documents_preservations SET check_us = $1 WHERE agency_id = $2 AND file_id = $3 AND check_us = $4`)
	sqlPlanAll  = store.SQL(`UPDATE documents_preservations SET extend_us = $1 WHERE agency_id = $2 AND extend_us > $1
		AND (state = 'waiting' OR state = 'kept' AND renew_us > 0 AND renew_us <= $1)`)
)

// QueueDue makes jobs of the extensions and checks that are due and tells how many it found. Without a time-stamp authority extensions stay
// planned, and begin when one is configured.
func (d *Desk) QueueDue(ctx context.Context) (int, error) {
	extend, check, err := d.due(ctx, d.DB)
	if err != nil || len(extend)+len(check) == 0 {
		return 0, err
	}
	err = d.DB.Keep(ctx, func(tx *store.Tx) error {
		if extend, check, err = d.due(ctx, tx); err != nil {
			return err
		}
		for _, f := range extend {
			if err := queueExtend(ctx, tx, f); err != nil {
				return err
			}
		}
		for _, f := range check {
			n, err := tx.Exec(ctx, sqlCheckAt, 0, f.AgencyID, f.FileID, f.Due)
			if err != nil || n == 0 {
				return err
			}
			if err := tx.Enqueue(ctx, store.Job{Kind: jobCheck, Key: fmt.Sprintf("%d/%d/%d", f.AgencyID, f.FileID, f.Due), AgencyID: f.AgencyID,
				Payload: store.JSONOf(fileJob{Agency: f.AgencyID, File: f.FileID, SHA: f.SHA, Since: tx.Now()})}); err != nil {
				return err
			}
		}
		return nil
	})
	return len(extend) + len(check), err
}

func (d *Desk) due(ctx context.Context, r store.Reader) (extend, check []dueFile, err error) {
	now := d.DB.Now()
	if d.Stamper != nil {
		if extend, err = store.All[dueFile](ctx, r, sqlDueExtend, now, dueBatch); err != nil {
			return nil, nil, err
		}
	}
	check, err = store.All[dueFile](ctx, r, sqlDueCheck, now, dueBatch)
	return extend, check, err
}

// queueExtend plans a file whose agency wants no time stamps for later, and gives the others to the workers.
func queueExtend(ctx context.Context, tx *store.Tx, f dueFile) error {
	p, err := PreservingOf(ctx, tx, f.AgencyID)
	if err != nil {
		return err
	}
	next := store.Instant(0)
	if p.Stamp == StampOff {
		next = tx.Now().Add(offAgain)
	}
	n, err := tx.Exec(ctx, sqlExtendAt, next, f.AgencyID, f.FileID, f.Due)
	if err != nil || n == 0 || next != 0 {
		return err
	}
	key := fmt.Sprintf("%d/%d/%s", f.AgencyID, f.FileID, f.SHA)
	if again, err := tx.Requeue(ctx, jobPreserve, key); err != nil || again {
		return err
	}
	return tx.Enqueue(ctx, store.Job{Kind: jobPreserve, Key: key, AgencyID: f.AgencyID, Payload: store.JSONOf(fileJob{f.AgencyID, f.FileID, f.SHA, tx.Now()})})
}
