package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"congvu/internal/client"
	"congvu/internal/documents"
)

// historyRoutes are the whole course of a document: acts, opinions, approvals, readings and deliveries in the order of time (V28).
func (d *door) historyRoutes() {
	for _, half := range []struct {
		path, name string
		ref        func(int64) string
	}{{"/incoming/{id}", "Incoming", documents.IncomingRef}, {"/outgoing/{id}", "Outgoing", documents.OutgoingRef}} {
		ask(d, get(half.path+"/history", "read"+half.name+"History", tagFiles, "Toàn bộ lịch sử giải quyết văn bản theo thời gian, gồm lượt xem và tình trạng gửi nhận"), d.courseOf(half.ref))
		d.stream(get(half.path+"/history.pdf", "print"+half.name+"History", tagFiles, "In toàn bộ lịch sử giải quyết văn bản"), func(op *huma.Operation) {
			answers(op, "200", "Tệp PDF, có dấu người in và thời gian", "application/pdf", &huma.Schema{Type: huma.TypeString, Format: "binary"})
			pathID(op)
			op.Parameters = append(op.Parameters, query("kind", "Loại việc, như ở danh sách lịch sử", huma.Schema{Type: huma.TypeString}), query("person", "Mã người thực hiện", huma.Schema{Type: huma.TypeString}))
		}, d.printCourse(half.ref))
	}
}

type courseQuery struct {
	One
	Kind   string `query:"kind" enum:"receive,direction,handling,draft,opinion,approval,issue,delivery,recall,copy,rights,upkeep,reading" doc:"Loại việc; vắng mặt: tất cả"`
	Person string `query:"person" maxLength:"19" doc:"Mã người thực hiện"`
	Cursor string `query:"cursor" maxLength:"200" doc:"Giá trị next của trang trước"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" doc:"Số dòng, mặc định 50"`
}

func (d *door) courseOf(ref func(int64) string) func(ctx context.Context, c *call, in *courseQuery) (client.Course, error) {
	return func(ctx context.Context, c *call, in *courseQuery) (out client.Course, err error) {
		p, err := documents.CourseOf(ctx, d.DB, c.actor, ref(in.id()), documents.Course{Kind: documents.MomentKind(in.Kind), Person: One{in.Person}.id(), After: in.Cursor, Limit: in.Limit})
		if err != nil {
			return out, err
		}
		out = client.Course{Next: p.Next, Readings: p.Reads, Rows: each(p.Rows, func(m documents.Moment) client.Moment {
			return client.Moment{Step: stepOf(c.lang, m.Step), Kind: string(m.Kind), KindLabel: c.lang.T(m.Kind.Label()), Person: client.ID(m.Person)}
		})}
		for _, x := range p.People {
			out.People = append(out.People, client.CoursePerson{ID: client.ID(x.ID), Name: x.Who})
		}
		return out, nil
	}
}

func (d *door) printCourse(ref func(int64) string) func(c *call, w http.ResponseWriter, r *http.Request) error {
	return func(c *call, w http.ResponseWriter, r *http.Request) error {
		of, q := ref(One{r.PathValue("id")}.id()), r.URL.Query()
		b, err := documents.CourseSheet(r.Context(), d.DB, c.actor, of, documents.Course{Kind: documents.MomentKind(q.Get("kind")), Person: One{q.Get("person")}.id()})
		if err == nil {
			err = d.Desk.NoteAccess(r.Context(), c.actor, of, documents.AccessPrint, 0)
		}
		if err != nil {
			return err
		}
		givePDF(w, r, "lich-su-van-ban", b)
		return nil
	}
}
