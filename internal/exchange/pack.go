package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"congvu/internal/edxml"
	"congvu/internal/store"
)

func (o *Office) packing() store.Work {
	return store.Work{Kind: jobPack, Batch: 64, Parallel: o.parallel(), Lease: o.lease(), MaxTries: 6, Do: o.pack, Stuck: o.notPacked}
}

func (o *Office) retrying() store.Work {
	return store.Work{Kind: jobRetry, Parallel: 2, Lease: 2 * o.lease(), MaxTries: 6, Do: o.retry, Stuck: o.notRetried}
}

var (
	sqlPack = store.SQL(`UPDATE exchange_parcels SET sha = $1, size = $2, state = 'packed', signature = 'trusted', at_us = $3
		WHERE agency_id = $4 AND id = $5 AND state IN ('waiting', 'failed')`)
	sqlReady = store.SQL(`UPDATE exchange_deliveries SET state = 'queued', state_us = $1, due_us = $1, description = '', args = 'null'
		WHERE agency_id = $2 AND parcel_id = $3 AND state IN ('not_sent', 'failed')`)
	sqlReceivers = store.SQL(`SELECT ` + deliveryColumns + ` FROM exchange_deliveries WHERE agency_id = $1 AND parcel_id = $2 ORDER BY id`)
	sqlPackLost  = store.SQL(`UPDATE exchange_parcels SET state = 'failed' WHERE agency_id = $1 AND id = $2 AND state = 'waiting'`)
	sqlLinesLost = store.SQL(`UPDATE exchange_deliveries SET state = 'failed', state_us = $1, description = $2, args = $3, warned = TRUE
		WHERE agency_id = $4 AND parcel_id = $5 AND state = 'not_sent'`)
)

// pack makes the one parcel that serves all receivers of a document on the axis (X14.4), keeps its bytes, and lets its lines go. It is
// packed once: whatever happens afterwards, the same bytes are sent.
func (o *Office) pack(ctx context.Context, j store.Job) error {
	var job packJob
	if err := j.Decode(&job); err != nil {
		return err
	}
	p, err := store.One[Parcel](ctx, o.DB, sqlParcel, job.Agency, job.Parcel)
	if err != nil || p.State == "packed" {
		return err
	}
	lines, err := store.All[Delivery](ctx, o.DB, sqlReceivers, job.Agency, job.Parcel)
	if err != nil {
		return err
	}
	doc, err := o.issued(ctx, o.DB, job.Agency, job.Outgoing)
	if err != nil {
		return err
	}
	raw, err := o.write(ctx, doc, p, lines)
	if err != nil {
		return err
	}
	if err := o.fail("before keep"); err != nil {
		return err
	}
	ref, err := o.put(ctx, raw)
	if err != nil {
		return err
	}
	o.packed.keep(ref.SHA, raw)
	if c := carrierOf(ctx); c != nil {
		if err := c.learn(ctx, doc, p, lines, ref); err != nil {
			return err
		}
	}
	if err := o.fail("before packed"); err != nil {
		return err
	}
	return o.DB.Write(ctx, store.System(job.Agency), func(tx *store.Tx) error {
		if err := tx.Finish(ctx, j); err != nil {
			return err
		}
		if err := tx.Put(ctx, sqlPack, ref.SHA, ref.Size, tx.Now(), job.Agency, job.Parcel); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlReady, tx.Now(), job.Agency, job.Parcel); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "parcel.packed", Agency: job.Agency, Ref: p.Ref, Title: p.Title,
			Data: map[string]any{"parcel": p.Parcel, "sha256": ref.SHA, "size": ref.Size}})
	})
}

// write makes the signed bytes of a document's message.
func (o *Office) write(ctx context.Context, doc *consignment, p Parcel, lines []Delivery) ([]byte, error) {
	us, err := agencyOf(ctx, o.DB, p.AgencyID, p.At)
	if err != nil {
		return nil, err
	}
	release, err := o.memory.reserve(ctx, 3*doc.size()) // base64, and the signed copy
	if err != nil {
		return nil, err
	}
	defer release()
	var files []edxml.File
	for _, f := range doc.Files {
		files = append(files, edxml.File{Name: f.Name, Size: f.Size, Open: func() (io.ReadCloser, error) { return carrierOf(ctx).listen(p, f)(o.Blobs.Open(ctx, f.SHA)) }})
	}
	var b bytes.Buffer
	if _, err := edxml.WriteDocument(&b, p.message(us, doc, lines), files, edxml.NationalForm); err != nil {
		return nil, fmt.Errorf("pack %s: %w", p.Title, err)
	}
	for _, f := range doc.Files {
		o.lately.add(f.SHA) // issued, so it was durable before its row
	}
	return o.signPacket(ctx, us, b.Bytes())
}

// message is what the parcel of a consignment says to its receivers.
func (p Parcel) message(us agency, doc *consignment, lines []Delivery) *edxml.DocumentMessage {
	var to []edxml.Organization
	for _, l := range lines {
		to = append(to, edxml.Organization{OrganID: l.ReceiverCode, Name: l.ReceiverName})
	}
	m := doc.message(us, to)
	m.Traces = []edxml.Trace{{OrganID: us.Wire, At: p.At.Time().In(edxml.VietnamTime)}}
	return m
}

// notPacked hands a document that cannot be packed to its clerks: all its lines fail with the reason, and Resend starts anew.
func (o *Office) notPacked(ctx context.Context, tx *store.Tx, j store.Job, cause error) error {
	var job packJob
	if err := j.Decode(&job); err != nil {
		return err
	}
	p, err := store.One[Parcel](ctx, tx, sqlParcel, job.Agency, job.Parcel)
	if err != nil {
		return err
	}
	text := store.Say("Chưa đóng gói được văn bản {title} để gửi: {reason} Văn bản được giữ nguyên; sửa nguyên nhân rồi bấm Gửi lại.", "title", p.Title, "reason", sentence(cause))
	if _, err := tx.Exec(ctx, sqlPackLost, job.Agency, job.Parcel); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlLinesLost, tx.Now(), text.Text, store.JSONOf(text.Args), job.Agency, job.Parcel); err != nil {
		return err
	}
	people, err := clerks(ctx, tx, job.Agency, tx.Now())
	if err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "delivery.failed", Agency: job.Agency, Ref: p.Ref, Title: p.Title, Text: text, Notify: people})
}

// notRetried gives a parcel back to quarantine when opening it again met our own trouble.
func (o *Office) notRetried(ctx context.Context, tx *store.Tx, j store.Job, cause error) error {
	var at retryJob
	if err := j.Decode(&at); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, sqlBackToWaiting, at.Agency, at.ID)
	return err
}

var sqlBackToWaiting = store.SQL(`UPDATE exchange_quarantine SET state = 'waiting', tries = tries + 1 WHERE agency_id = $1 AND id = $2 AND state = 'retrying'`)

// sentence is what a shed's refusal says, filled in; a stranger's error stays in the log.
func sentence(err error) string {
	var reasoned interface {
		Reason() (string, map[string]any)
	}
	if !errors.As(err, &reasoned) {
		return "lỗi hệ thống, đề nghị báo quản trị hệ thống."
	}
	text, args := reasoned.Reason()
	for k, v := range args {
		text = strings.ReplaceAll(text, "{"+k+"}", fmt.Sprint(v))
	}
	return text
}

// Kinds of jobs.
const (
	jobPack  = "exchange.pack"
	jobRetry = "exchange.retry"
)

type retryJob struct{ Agency, ID int64 }
