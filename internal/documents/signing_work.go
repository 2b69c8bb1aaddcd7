package documents

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"congvu/internal/store"
)

// Kinds of the due work of batches.
const (
	jobBatchItem = "documents.batch_item"
	jobBatchEnd  = "documents.batch_end"
)

// itemOrder is the payload of an item's job.
type itemOrder struct {
	Batch   int64 `json:"batch"`
	Ordinal int   `json:"ordinal"`
}

// RunSignings does what signings and batches leave due until ctx ends: the items of batches, four at a time, their ends, and signings whose
// time is over. Several processes may run it on one installation; killed, another goes on where it stopped.
func RunSignings(ctx context.Context, d *Desk, trouble func(error)) {
	var all sync.WaitGroup
	for _, w := range d.signingWork() {
		all.Go(func() { d.DB.Work(ctx, w, trouble) })
	}
	all.Wait()
}

func (d *Desk) signingWork() []store.Work {
	return []store.Work{
		{Kind: jobBatchItem, Batch: 8, Parallel: 4, Lease: 5 * time.Minute, MaxTries: 4, Backoff: func(tries int) time.Duration { return time.Duration(tries*tries) * 2 * time.Second },
			Do: d.workItem, Stuck: d.giveUpItem},
		{Kind: jobBatchEnd, Do: d.endBatch},
		{Kind: jobSigningExpiry, Do: d.expireSigning},
		{Kind: jobOpinionDue, Do: d.silence},
	}
}

// item is one document of a batch under way.
type item struct {
	*itemRow
	batch *batchRow
	job   store.Job
}

func (d *Desk) workItem(ctx context.Context, j store.Job) error {
	x, err := findItem(ctx, d.DB, j)
	if err != nil || x.State != ItemWaiting && x.State != ItemWorking {
		return err
	}
	begun := false
	err = d.DB.Keep(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, sqlTakeItem, tx.Now(), j.AgencyID, x.batch.ID, x.Ordinal)
		begun = n == 1
		return err
	})
	if err != nil || !begun { // cancelled meanwhile
		return err
	}
	a, err := d.actorNow(ctx, x.batch.Actor)
	if err == nil {
		err = x.do(ctx, d, a)
	}
	if _, refused := errorsAs[*store.Refusal](err); refused {
		return d.failItem(ctx, x, err)
	}
	return err
}

func findItem(ctx context.Context, r store.Reader, j store.Job) (*item, error) {
	var at itemOrder
	if err := j.Decode(&at); err != nil {
		return nil, err
	}
	b, err := store.One[batchRow](ctx, r, sqlAnyBatch, j.AgencyID, at.Batch)
	if err != nil {
		return nil, err
	}
	row, err := store.One[itemRow](ctx, r, sqlItem, j.AgencyID, at.Batch, at.Ordinal)
	return &item{itemRow: &row, batch: &b, job: j}, err
}

// do signs or releases one document in the name of who ordered the batch. The end of the item stands in the transaction that moves the document,
// so nothing is signed twice however often the work is taken up again.
func (x *item) do(ctx context.Context, d *Desk, a store.Actor) error {
	if x.batch.Kind == BatchRelease {
		return x.release(ctx, d, a)
	}
	w, err := d.approval(ctx, a, x.OutgoingID, x.Capacity, true, d.takePen)
	if err == nil && w.files[0].SHA != x.SHA {
		err = errOtherFile()
	}
	if err != nil {
		return w.failed(ctx, err)
	}
	_, err = w.signHere(ctx, func(tx *store.Tx) error { return x.end(ctx, tx, ItemDone, store.Message{}) })
	return err
}

// release goes on from the state it finds, as Release does; a document that is issued by then has arrived.
func (x *item) release(ctx context.Context, d *Desk, a store.Actor) error {
	o, err := FindOutgoing(ctx, d.DB, a, x.OutgoingID)
	if err != nil {
		return err
	}
	if o.State == Signed {
		f, err := o.mainFile(ctx, d.DB)
		if err != nil {
			return err
		}
		if same, err := asShown(ctx, d.DB, f, x.SHA); err != nil || !same {
			return orElse(err, errOtherFile())
		}
	}
	if o.State != Issued {
		if o, err = Release(ctx, d, a, x.OutgoingID); err != nil {
			return err
		}
	}
	var left store.Message
	if o.State != Issued {
		left = store.Say("Đã nhận lệnh ban hành; hệ thống tự làm tiếp khi có dấu thời gian.")
	}
	return d.DB.Keep(ctx, func(tx *store.Tx) error { return x.end(ctx, tx, ItemDone, left) })
}

// end writes what became of an item and finishes its job.
func (x *item) end(ctx context.Context, tx *store.Tx, state string, reason store.Message) error {
	err := tx.Put(ctx, sqlEndItem, state, store.JSONOf(lasting(reason)), tx.Now(), x.batch.AgencyID, x.batch.ID, x.Ordinal)
	if err == nil {
		err = x.batch.lessOpen(ctx, tx, 1)
	}
	if err == nil {
		err = tx.Finish(ctx, x.job)
	}
	return err
}

func (d *Desk) failItem(ctx context.Context, x *item, cause error) error {
	return d.DB.Keep(ctx, func(tx *store.Tx) error { return x.end(ctx, tx, ItemFailed, reasonOf(cause)) })
}

// giveUpItem ends an item whose work failed again and again for no reason of its own.
func (d *Desk) giveUpItem(ctx context.Context, tx *store.Tx, j store.Job, cause error) error {
	x, err := findItem(ctx, tx, j)
	if err != nil || x.State != ItemWaiting && x.State != ItemWorking {
		return err
	}
	if err := tx.Put(ctx, sqlTakeItem, tx.Now(), j.AgencyID, x.batch.ID, x.Ordinal); err != nil {
		return err
	}
	return x.end(ctx, tx, ItemFailed, reasonOf(cause))
}

// endBatch ends a batch whose last item has ended and tells its orderer.
func (d *Desk) endBatch(ctx context.Context, j store.Job) error {
	id, err := strconv.ParseInt(j.Key, 10, 64)
	if err != nil {
		return err
	}
	row, ok, err := store.Maybe[batchRow](ctx, d.DB, sqlAnyBatch, j.AgencyID, id)
	if err != nil || !ok || row.State == BatchEnded {
		return err
	}
	b := &row.Batch
	err = d.write(ctx, store.System(j.AgencyID), func(tx *store.Tx) error {
		if err := b.count(ctx, tx); err != nil {
			return err
		}
		if err := tx.Put(ctx, sqlEndBatch, tx.Now(), b.AgencyID, b.ID); err != nil {
			return err
		}
		if err := tx.Finish(ctx, j); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "batch.ended", Agency: b.AgencyID, Ref: b.ref(), Title: batchTitle, Text: b.said(), Notify: []int64{b.PersonID},
			Data: map[string]int{"done": b.Done, "failed": b.Failed, "cancelled": b.Cancelled}})
	})
	if errors.Is(err, store.Conflict) { // another process was faster
		return nil
	}
	return err
}

const batchTitle = "Danh sách ký"

func (b *Batch) said() store.Message {
	if b.Kind == BatchRelease {
		return store.Say("Danh sách ban hành đã xong: {done} văn bản đã thực hiện, {failed} không thành công, {cancelled} đã hủy.", "done", b.Done, "failed", b.Failed, "cancelled", b.Cancelled)
	}
	return store.Say("Danh sách ký số đã xong: {done} văn bản đã ký, {failed} không thành công, {cancelled} đã hủy.", "done", b.Done, "failed", b.Failed, "cancelled", b.Cancelled)
}
