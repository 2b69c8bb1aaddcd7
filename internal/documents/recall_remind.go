package documents

import (
	"context"
	"fmt"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

const jobRequestRemind = "documents.request_remind"

type requestJob struct{ Agency, Request int64 }

// remindLater plans the reminder of a request that nobody has answered by the end of the next working day (X9.11).
func (q *Request) remindLater(ctx context.Context, tx *store.Tx, days *calendar.Calendar) error {
	if days == nil {
		days = calendar.Default()
	}
	due := store.InstantOf(days.NextWorking(today(tx.Now())).EndOfDay())
	return tx.Enqueue(ctx, store.Job{Kind: jobRequestRemind, Key: fmt.Sprintf("%d/%d", q.AgencyID, q.ID), AgencyID: q.AgencyID, Due: due,
		Payload: store.JSONOf(requestJob{q.AgencyID, q.ID})})
}

// remindingRequests is the due work of reminders.
func (d *Desk) remindingRequests() store.Work {
	return store.Work{Kind: jobRequestRemind, Batch: 50, Lease: time.Minute, MaxTries: 6, Do: d.remindRequest}
}

func (d *Desk) remindRequest(ctx context.Context, j store.Job) error {
	var job requestJob
	if err := j.Decode(&job); err != nil {
		return err
	}
	return d.DB.Write(ctx, store.System(job.Agency), func(tx *store.Tx) error {
		q, err := RequestOf(ctx, tx, job.Agency, job.Request)
		if err != nil || q.State != AskedPending { // nothing is written: the job ends by itself
			return err
		}
		if err := tx.Finish(ctx, j); err != nil {
			return err
		}
		doc, err := receiptHeld(ctx, tx, job.Agency, q.IncomingID)
		if err != nil {
			return err
		}
		people, err := doc.concerned(ctx, tx)
		if err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "document.request_overdue", Agency: job.Agency, Ref: doc.Ref(), Title: doc.name(), Notify: people,
			Text: store.Say("Yêu cầu “{kind}” của {sender} đối với văn bản {code} đã quá một ngày làm việc chưa được trả lời.",
				"kind", store.Say(q.Kind.Label()), "sender", q.SenderName, "code", doc.name())})
	})
}
