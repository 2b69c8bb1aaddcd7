package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// OrphanAge is how long a file may wait for its row.
const OrphanAge = 24 * time.Hour

const sweepBatch = 500

// InUse answers which of the addresses have a row. It may be asked for up to 500 at once.
type InUse func(ctx context.Context, shas []string) (map[string]bool, error)

// Swept counts what a sweep did.
type Swept struct {
	Seen, Removed int
	Bytes         int64 // stored bytes given back
}

// Sweep deletes files whose last Put lies before olderThan (now minus OrphanAge) and that no row names. An error of inUse
// stops the sweep: in doubt nothing is deleted.
func Sweep(ctx context.Context, s Store, olderThan time.Time, inUse InUse) (Swept, error) {
	var done Swept
	var batch []Info
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		err := sweepBatchOf(ctx, s, batch, olderThan, inUse, &done)
		batch = batch[:0]
		return err
	}
	err := s.List(ctx, func(info Info) error {
		done.Seen++
		if !info.ModTime.Before(olderThan) {
			return nil
		}
		if batch = append(batch, info); len(batch) == sweepBatch {
			return flush()
		}
		return nil
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return done, fmt.Errorf("sweep files: %w", err)
	}
	return done, nil
}

func sweepBatchOf(ctx context.Context, s Store, batch []Info, olderThan time.Time, inUse InUse, done *Swept) error {
	shas := make([]string, len(batch))
	for i, info := range batch {
		shas[i] = info.SHA
	}
	used, err := inUse(ctx, shas)
	if err != nil {
		return err
	}
	for _, info := range batch {
		if used[info.SHA] {
			continue
		}
		gone, err := s.DeleteOlder(ctx, info.SHA, olderThan)
		if err != nil {
			return err
		}
		if gone {
			done.Removed++
			done.Bytes += info.StoredSize
		}
	}
	return nil
}

// Scrub reads every file and reports each damaged one; other errors end it. It returns how many files were read.
func Scrub(ctx context.Context, s Store, report func(sha string, damage error)) (int, error) {
	n := 0
	err := s.List(ctx, func(info Info) error {
		n++
		err := s.Verify(ctx, info.SHA)
		switch {
		case errors.Is(err, NotFound): // deleted meanwhile
			n--
			return nil
		case errors.Is(err, Damaged):
			report(info.SHA, err)
			return nil
		}
		return err
	})
	return n, err
}

func verify(ctx context.Context, s Store, sha string) error {
	f, err := s.Open(ctx, sha)
	if err != nil {
		return err
	}
	defer f.Close()
	buf := copyBuffers.Get().(*[]byte)
	defer copyBuffers.Put(buf)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		switch _, err := f.Read(*buf); err {
		case nil:
		case io.EOF:
			return nil
		default:
			return err
		}
	}
}
