package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// Job is one piece of due work. (Kind, Key) is unique: enqueueing it again changes nothing.
type Job struct {
	ID        int64
	Kind      string
	Key       string
	AgencyID  int64
	Payload   JSON
	Due       Instant `db:"due_us"`
	Tries     int
	LastError string
	Lease     Instant `db:"lease_us"` // until when this claim holds

	finished *atomic.Bool
}

// Decode reads the payload.
func (j Job) Decode(into any) error { return json.Unmarshal([]byte(j.Payload), into) }

var (
	sqlEnqueue = SQL(`INSERT INTO store_jobs (id, kind, key, agency_id, payload, state, due_us, lease_us, tries, last_error, created_us)
		VALUES ($1, $2, $3, $4, $5, 'waiting', $6, 0, 0, '', $7) ON CONFLICT (kind, key) DO NOTHING`)
	sqlClaim = SQL(`UPDATE store_jobs SET lease_us = $1, tries = tries + 1 WHERE id IN (
			SELECT id FROM store_jobs WHERE kind = $2 AND state = 'waiting' AND due_us <= $3 AND lease_us <= $3
			ORDER BY due_us, id LIMIT $4 {FOR UPDATE SKIP LOCKED})
		RETURNING id, kind, key, agency_id, payload, due_us, tries, last_error, lease_us`)
	sqlFinish   = SQL(`DELETE FROM store_jobs WHERE id = $1`)
	sqlDelay    = SQL(`UPDATE store_jobs SET due_us = $1, lease_us = 0, last_error = $2 WHERE id = $3`)
	sqlLater    = SQL(`UPDATE store_jobs SET due_us = $1, lease_us = 0, tries = tries - 1 WHERE id = $2`)
	sqlHandBack = SQL(`UPDATE store_jobs SET lease_us = 0, tries = tries - 1 WHERE id = $1 AND state = 'waiting' AND lease_us = $2`)
	sqlStick    = SQL(`UPDATE store_jobs SET state = 'stuck', lease_us = 0, last_error = $1 WHERE id = $2`)
	sqlUnstick  = SQL(`UPDATE store_jobs SET state = 'waiting', tries = 0, due_us = $1, lease_us = 0 WHERE kind = $2 AND key = $3 AND state = 'stuck'`)
	sqlDueSoon  = SQL(`SELECT due_us FROM store_jobs WHERE kind = $1 AND state = 'waiting' AND due_us <= $2 AND lease_us <= $2 ORDER BY due_us LIMIT 1`)
	sqlBacklog  = SQL(`SELECT kind, state, CAST(count(*) AS BIGINT) AS n FROM store_jobs GROUP BY kind, state ORDER BY kind, state`)
)

// jobsOf names what a worker of a kind waits for.
func jobsOf(kind string) string { return "jobs of " + kind }

// Enqueue writes due work in the transaction of the act that causes it. Due 0 means at once.
func (tx *Tx) Enqueue(ctx context.Context, j Job) error {
	if j.Due == 0 {
		j.Due = tx.now
	}
	tx.touch(jobsOf(j.Kind))
	_, err := tx.Exec(ctx, sqlEnqueue, tx.NewID(), j.Kind, j.Key, j.AgencyID, j.Payload, j.Due, tx.now)
	return err
}

// Finish ends a job in the transaction of the act that does it: the act and the end of its job are one, and cost one commit. A job whose lease
// another process took meanwhile is finished all the same, for its work is done.
func (tx *Tx) Finish(ctx context.Context, j Job) error {
	if _, err := tx.Exec(ctx, sqlFinish, j.ID); err != nil {
		return err
	}
	if j.finished != nil {
		tx.After(func() { j.finished.Store(true) })
	}
	return nil
}

// Requeue gives work that had been given up (stuck) a new start; it tells whether there was any.
func (tx *Tx) Requeue(ctx context.Context, kind, key string) (bool, error) {
	tx.touch(jobsOf(kind))
	n, err := tx.Exec(ctx, sqlUnstick, tx.now, kind, key)
	return n > 0, err
}

// Work says how one kind of job is done.
type Work struct {
	Kind     string
	Batch    int           // jobs claimed at once; 0 = 16
	Parallel int           // jobs done at once; 0 = 1
	Lease    time.Duration // how long a claim holds when the process dies; 0 = 1 minute
	MaxTries int           // after so many the job is stuck and a person is told; 0 = 10
	Backoff  func(tries int) time.Duration
	Do       func(ctx context.Context, j Job) error
	Stuck    func(ctx context.Context, tx *Tx, j Job, cause error) error // in the transaction that gives the job up
}

// Later is the answer of a job that is not finished and did not fail: it is tried again after d and the try does not count.
func Later(d time.Duration) error { return later(d) }

type later time.Duration

func (l later) Error() string { return "later: " + time.Duration(l).String() }

// Work does due jobs of one kind until ctx ends; several processes share them through leases.
func (db *DB) Work(ctx context.Context, w Work, trouble func(error)) {
	w = w.withDefaults()
	for ctx.Err() == nil {
		woken := db.signals.on(jobsOf(w.Kind))
		n, err := db.WorkOnce(ctx, w)
		if err != nil && ctx.Err() == nil {
			trouble(fmt.Errorf("work %s: %w", w.Kind, err))
			wait(ctx, nil, time.Second)
		} else if n == 0 {
			wait(ctx, woken, 500*time.Millisecond)
		}
	}
}

func (w Work) withDefaults() Work {
	if w.Batch == 0 {
		w.Batch = 16
	}
	if w.Parallel == 0 {
		w.Parallel = 1
	}
	if w.Lease == 0 {
		w.Lease = time.Minute
	}
	if w.MaxTries == 0 {
		w.MaxTries = 10
	}
	if w.Backoff == nil {
		w.Backoff = func(tries int) time.Duration { return min(time.Second<<min(tries, 12), time.Hour) }
	}
	return w
}

// WorkOnce claims and does one batch; it tells how many jobs it held.
func (db *DB) WorkOnce(ctx context.Context, w Work) (int, error) {
	w = w.withDefaults()
	if _, due, err := Maybe[Instant](ctx, db, sqlDueSoon, w.Kind, db.Now()); err != nil || !due {
		return 0, err
	}
	var jobs []Job
	err := db.Keep(ctx, func(tx *Tx) (err error) {
		jobs, err = All[Job](ctx, tx, sqlClaim, tx.now.Add(w.Lease), w.Kind, tx.now, w.Batch)
		tx.Wrote()
		return err
	})
	if err != nil || len(jobs) == 0 {
		return 0, err
	}
	errs := make(chan error, len(jobs))
	slots := make(chan struct{}, w.Parallel)
	for _, j := range jobs {
		j.finished = new(atomic.Bool)
		slots <- struct{}{}
		go func() {
			defer func() { <-slots }()
			errs <- db.settleJob(ctx, w, j, do(ctx, w, j))
		}()
	}
	var all []error
	for range jobs {
		all = append(all, <-errs)
	}
	return len(jobs), errors.Join(all...)
}

func do(ctx context.Context, w Work, j Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panicked: %v\n%s", p, stack())
		}
	}()
	return w.Do(ctx, j)
}

func (db *DB) settleJob(ctx context.Context, w Work, j Job, cause error) error {
	if cause == nil && j.finished.Load() {
		return nil
	}
	if ctx.Err() != nil {
		return db.handBack(ctx, j, cause)
	}
	return db.Keep(ctx, func(tx *Tx) error {
		var l later
		switch {
		case cause == nil:
			_, err := tx.Exec(ctx, sqlFinish, j.ID)
			return err
		case errors.As(cause, &l):
			_, err := tx.Exec(ctx, sqlLater, tx.now.Add(time.Duration(l)), j.ID)
			return err
		case j.Tries < w.MaxTries:
			_, err := tx.Exec(ctx, sqlDelay, tx.now.Add(w.Backoff(j.Tries)), cause.Error(), j.ID)
			return err
		}
		if _, err := tx.Exec(ctx, sqlStick, cause.Error(), j.ID); err != nil {
			return err
		}
		if w.Stuck != nil {
			return w.Stuck(ctx, tx, j, cause)
		}
		return nil
	})
}

// handBack leaves a job, of a process that was asked to stop, to the next one: at once, not when the lease has run out, and without counting
// the try. One that was done all the same is finished.
func (db *DB) handBack(ctx context.Context, j Job, cause error) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), handingBack)
	defer stop()
	return db.Keep(ctx, func(tx *Tx) error {
		if cause == nil {
			_, err := tx.Exec(ctx, sqlFinish, j.ID)
			return err
		}
		_, err := tx.Exec(ctx, sqlHandBack, j.ID, j.Lease)
		return err
	})
}

// handingBack is how long a stopping process may take over it; then the lease runs out by itself.
const handingBack = 5 * time.Second

// Backlog is how much work of a kind is in a state.
type Backlog struct {
	Kind, State string
	N           int64
}

// Backlogs counts the jobs, for /metrics and the operator's page.
func (db *DB) Backlogs(ctx context.Context) ([]Backlog, error) {
	return All[Backlog](ctx, db, sqlBacklog)
}
