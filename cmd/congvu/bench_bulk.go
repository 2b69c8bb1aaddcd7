package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"congvu/internal/documents"
	"congvu/internal/store"
)

// bulkSize is how many documents one order of the measurements concerns: the most that a clerk may pick at once.
const bulkSize = 50

// waiting types in n documents, shared out among agencies, registers them and submits them to their heads when told.
func (b *benchRun) waiting(ctx context.Context, agencies, n int, submitted bool) ([]int64, error) {
	if err := b.open(ctx, agencies); err != nil {
		return nil, err
	}
	ids := make([]int64, n)
	return ids, parallel(n, 16, func(i int) (err error) {
		o := b.offices[i%agencies]
		if ids[i], err = b.entered(ctx, o, int64(i)); err != nil || !submitted {
			return err
		}
		return b.in.DB.Write(ctx, o.clerk, func(tx *store.Tx) error {
			if _, err := documents.Register(ctx, tx, ids[i], documents.RegisterForm{}); err != nil {
				return err
			}
			return documents.SubmitToLeader(ctx, tx, ids[i], o.head.Holding, "Kính trình")
		})
	})
}

// towards is a direction of the head to his office's unit, with a deadline.
func (o *office) towards() documents.Direction {
	return documents.Direction{Leads: []documents.Target{{Unit: o.drafter.Unit}}, Informed: []documents.Target{{Post: o.clerk.Holding}}, Opinion: "Giao đơn vị nghiên cứu, tham mưu.", DueDays: 5}
}

// direct measures directions of many leaders at once: with receipt lines, deadline and notices.
func (b *benchRun) direct(ctx context.Context) ([]measurement, error) {
	const agencies = 8
	n := int(200 * b.span.Seconds())
	ids, err := b.waiting(ctx, agencies, n, true)
	if err != nil {
		return nil, err
	}
	var next atomic.Int64
	return []measurement{b.each(ctx, "directions", fmt.Sprintf("%d leaders, a lead and one informed", agencies), agencies, n, func(ctx context.Context, i int) error {
		o := b.offices[i%agencies]
		return b.in.DB.Write(ctx, o.head, func(tx *store.Tx) error {
			_, err := documents.Direct(ctx, tx, ids[i], o.towards())
			return err
		})
	}, &next)}, nil
}

// bulk measures orders of fifty documents: entered in the register, submitted, directed. Every document is a transaction and has its own answer.
func (b *benchRun) bulk(ctx context.Context) ([]measurement, error) {
	const agencies = 4
	orders := max(int(2*b.span.Seconds()), 1) * agencies
	ids, err := b.waiting(ctx, agencies, orders*bulkSize, false)
	if err != nil {
		return nil, err
	}
	var out []measurement
	for _, act := range []struct {
		name string
		form func(o *office) (store.Actor, documents.BulkForm)
	}{
		{"register 50 at once", func(o *office) (store.Actor, documents.BulkForm) {
			return o.clerk, documents.BulkForm{Act: documents.BulkRegister}
		}},
		{"submit 50 at once", func(o *office) (store.Actor, documents.BulkForm) {
			return o.clerk, documents.BulkForm{Act: documents.BulkSubmit, To: o.head.Holding, Note: "Kính trình"}
		}},
		{"direct 50 at once", func(o *office) (store.Actor, documents.BulkForm) {
			return o.head, documents.BulkForm{Act: documents.BulkDirect, Direction: o.towards()}
		}},
	} {
		var next atomic.Int64
		m := b.each(ctx, act.name, fmt.Sprintf("orders, %d callers; fifty transactions an order", agencies), agencies, orders, func(ctx context.Context, order int) error {
			o := b.offices[order%agencies]
			a, form := act.form(o)
			for k := range bulkSize {
				form.Items = append(form.Items, documents.BulkItem{ID: ids[order%agencies+agencies*(order/agencies*bulkSize+k)]})
			}
			rows, err := documents.Bulk(ctx, b.in.DB, a, form)
			for _, r := range rows {
				if !r.Done {
					err = errors.Join(err, fmt.Errorf("%s: %s", act.name, r.Said.Text))
				}
			}
			return err
		}, &next)
		out = append(out, m)
	}
	return out, nil
}

// batch measures the signing desk: many documents signed with one consent by the installation's workers, and then numbered, sealed and issued in one order.
func (b *benchRun) batch(ctx context.Context) ([]measurement, error) {
	if err := b.open(ctx, 2); err != nil {
		return nil, err
	}
	o := b.offices[0]
	n := min(max(int(20*b.span.Seconds()), 2), documents.DefaultBatchSeal, documents.DefaultBatchPerson)
	picks := make([]documents.Pick, n)
	if err := parallel(n, 4, func(i int) (err error) {
		picks[i].ID, err = o.approved(ctx, b.in, b.offices[1])
		return err
	}); err != nil {
		return nil, err
	}
	work, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { documents.RunSignings(work, b.in.Desk, func(error) {}) })
	defer running.Wait()
	defer stop()
	var out []measurement
	for _, order := range []struct {
		name, kind string
		by         store.Actor
	}{{"sign, one consent", documents.BatchSign, o.head}, {"number, seal, issue, one order", documents.BatchRelease, o.clerk}} {
		begun := time.Now()
		var made *documents.Batch
		err := b.in.DB.Write(ctx, order.by, func(tx *store.Tx) (err error) {
			made, err = documents.StartBatch(ctx, tx, documents.BatchForm{Kind: order.kind, Picks: picks, Consent: true})
			return err
		})
		for err == nil && made.State == documents.BatchRunning && ctx.Err() == nil {
			time.Sleep(20 * time.Millisecond)
			made, err = documents.FindBatch(ctx, b.in.DB, order.by, made.ID)
		}
		if err != nil {
			return nil, err
		}
		span := time.Since(begun)
		out = append(out, measurement{Name: order.name, Note: fmt.Sprintf("%d documents of one agency, from the order to its end", n), N: made.Done, Seconds: span.Seconds(),
			Rate: float64(made.Done) / span.Seconds(), Errors: made.Total - made.Done})
	}
	return out, nil
}
