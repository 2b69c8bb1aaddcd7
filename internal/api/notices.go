package api

import (
	"context"
	"encoding/json"

	"congvu/internal/audit"
	"congvu/internal/calendar"
	"congvu/internal/client"
	"congvu/internal/notify"
	"congvu/internal/store"
)

func (d *door) noticeRoutes() {
	ask(d, get("/notices", "listNotices", tagNotices, "Thông báo của tôi"), d.listNotices)
	do(d, post("/notices/{id}/read", "readNotice", tagNotices, "Đánh dấu đã đọc một thông báo"), d.readNotice)
	do(d, post("/notices/read", "readNotices", tagNotices, "Đánh dấu đã đọc đến một thông báo"), d.readNotices)
}

func (d *door) listNotices(ctx context.Context, c *call, in *Older) (client.Page[client.Notice], error) {
	all, err := notify.Messages(ctx, d.DB, c.actor.Person, in.before(), in.limit()+1)
	return cut(all, in.limit(), func(m notify.Message) int64 { return m.ID }, func(m notify.Message) client.Notice {
		return client.Notice{ID: client.ID(m.ID), At: m.At.Time(), Verb: m.Verb, Ref: m.Ref, Title: m.Title, Text: said1(c.lang, m.Said()), Read: when(m.Read)}
	}), err
}

func (d *door) readNotice(ctx context.Context, c *call, in *One) error {
	return notify.MarkRead(ctx, d.DB, c.actor.Person, in.id())
}

func (d *door) readNotices(ctx context.Context, c *call, in *struct{ Body client.ReadNotices }) error {
	return notify.MarkAllRead(ctx, d.DB, c.actor.Person, int64(in.Body.UpTo))
}

func (d *door) journalRoutes() {
	ask(d, get("/journal", "listJournal", tagNotices, "Nhật ký của cơ quan; người đứng đầu và quản trị được xem"), d.listJournal)
}

type journalFilter struct {
	Older
	Verb   string `query:"verb" maxLength:"60" doc:"Loại việc, ví dụ document.signed; kết thúc bằng dấu chấm để lấy cả nhóm"`
	Person string `query:"person" maxLength:"19" doc:"Mã người"`
	Ref    string `query:"ref" maxLength:"60" doc:"Đối tượng, ví dụ outgoing/123"`
	From   string `query:"from" format:"date" doc:"Từ ngày"`
	To     string `query:"to" format:"date" doc:"Đến hết ngày"`
}

func (d *door) listJournal(ctx context.Context, c *call, in *journalFilter) (client.Page[client.Entry], error) {
	f := audit.Filter{Verb: in.Verb, Person: One{in.Person}.id(), Ref: in.Ref, Before: in.before(), Limit: in.limit() + 1}
	if in.From != "" {
		f.From = store.InstantOf(calendar.Date(in.From).Time())
	}
	if in.To != "" {
		f.To = store.InstantOf(calendar.Date(in.To).AddDays(1).Time())
	}
	all, err := audit.Journal(ctx, d.DB, c.actor, f)
	return cut(all, in.limit(), func(e store.Entry) int64 { return e.ID }, func(e store.Entry) client.Entry {
		out := client.Entry{ID: client.ID(e.ID), At: e.At.Time(), Verb: e.Verb, Agency: client.ID(e.AgencyID), Ref: e.Ref, Title: e.Title, Person: client.ID(e.PersonID),
			Post: client.ID(e.Holding), For: client.ID(e.ForID), Via: string(e.Via), Request: e.Request}
		if told, err := e.Told(); err == nil && len(told.Data) > 0 {
			out.Data = json.RawMessage(told.Data)
		}
		return out
	}), err
}
