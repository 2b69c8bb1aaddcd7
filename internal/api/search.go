package api

import (
	"context"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/search"
	"congvu/internal/store"
)

const tagSearch = "Tìm kiếm"

// asking is one question (V38). Every field narrows; an empty one narrows nothing.
type asking struct {
	Q        string `query:"q" maxLength:"200" doc:"Từ cần tìm, có dấu hoặc không dấu; cụm từ trong dấu ngoặc kép; từ cuối có thể chưa gõ hết"`
	Kind     string `query:"kind" enum:"in,out" doc:"Văn bản đến (in) hoặc đi (out)"`
	Type     string `query:"type" maxLength:"50" doc:"Mã loại văn bản"`
	State    string `query:"state" maxLength:"40" doc:"Trạng thái"`
	Urgency  string `query:"urgency" enum:"ordinary,urgent,very_urgent,express" doc:"Độ khẩn"`
	Register string `query:"register" maxLength:"30" doc:"Mã sổ đăng ký"`
	Arrival  string `query:"arrival" maxLength:"30" doc:"Số đến"`
	Year     string `query:"year" maxLength:"4" doc:"Năm của sổ"`
	Unit     string `query:"unit" maxLength:"30" doc:"Mã đơn vị"`
	Dossier  string `query:"dossier" maxLength:"100" doc:"Mã hồ sơ"`
	Number   string `query:"number" maxLength:"100" doc:"Số"`
	Notation string `query:"notation" maxLength:"100" doc:"Số, ký hiệu"`
	Subject  string `query:"subject" maxLength:"200" doc:"Từ trong trích yếu"`
	Issuer   string `query:"issuer" maxLength:"200" doc:"Cơ quan, đơn vị ban hành"`
	Signer   string `query:"signer" maxLength:"200" doc:"Người ký, chức vụ"`
	Receiver string `query:"receiver" maxLength:"200" doc:"Nơi nhận, người nhận"`
	Person   string `query:"person" maxLength:"200" doc:"Người xử lý, soạn thảo"`
	Note     string `query:"note" maxLength:"200" doc:"Ghi chú"`

	IssuedFrom  string `query:"issued_from" format:"date" doc:"Ngày văn bản từ"`
	IssuedTo    string `query:"issued_to" format:"date" doc:"Ngày văn bản đến hết"`
	ArrivedFrom string `query:"arrived_from" format:"date" doc:"Ngày đến từ"`
	ArrivedTo   string `query:"arrived_to" format:"date" doc:"Ngày đến đến hết"`
	DueFrom     string `query:"due_from" format:"date" doc:"Hạn từ"`
	DueTo       string `query:"due_to" format:"date" doc:"Hạn đến hết"`

	Sort   string `query:"sort" enum:"newest,oldest,issued,due" doc:"Thứ tự; vắng mặt: mới vào hệ thống trước"`
	Cursor string `query:"cursor" maxLength:"200" doc:"Con trỏ next của trang trước"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" doc:"Số dòng; vắng mặt: 50"`
}

func (q *asking) query() search.Query {
	return search.Query{Words: q.Q, Sort: q.Sort, Cursor: q.Cursor, Limit: q.Limit,
		Fields: map[string]string{"number": q.Number, "notation": q.Notation, "subject": q.Subject, "issuer": q.Issuer, "signer": q.Signer, "receiver": q.Receiver, "person": q.Person, "note": q.Note},
		Exact: map[string]string{"kind": q.Kind, "type": q.Type, "state": q.State, "urgency": q.Urgency, "register": q.Register, "arrival": q.Arrival, "year": q.Year, "unit": q.Unit,
			"dossier": q.Dossier},
		IssuedFrom: q.IssuedFrom, IssuedTo: q.IssuedTo, ArrivedFrom: q.ArrivedFrom, ArrivedTo: q.ArrivedTo, DueFrom: q.DueFrom, DueTo: q.DueTo}
}

func (d *door) searchRoutes() {
	ask(d, get("/search", "searchDocuments", tagSearch, "Tìm văn bản theo từ, theo từng trường và theo nội dung, trong phạm vi được xem"), d.searchDocuments)
	d.keptSearchRoutes()
	d.stream(post("/reading", "readFields", tagSearch, "Đọc thông tin văn bản từ tệp PDF hoặc ảnh quét; tệp không được lưu"), takesFile(d, readingSchema, false), d.readFields)
}

func readingSchema(d *door) *huma.Schema { return schemaOf[client.FieldReading](d) }

func (d *door) searchDocuments(ctx context.Context, c *call, in *asking) (client.FoundPage, error) {
	out := client.FoundPage{Rows: []client.Found{}}
	page, rows, err := d.found(ctx, c, in)
	if err != nil {
		return out, err
	}
	out.Next, out.Count, out.More, out.Sort = page.Next, page.Count, page.More, page.Sort
	out.Rows = each(rows, func(r documents.FoundRow) client.Found {
		return client.Found{Ref: r.Ref, Number: r.Number, IssuedDate: string(r.Issued), Arrival: r.Arrival, ArrivedDate: string(r.Arrived), TypeName: r.TypeName, Subject: r.Subject,
			Issuer: r.Issuer, Signer: r.Signer, Urgency: r.Urgency.Slug(), State: r.State, Due: string(r.Due), Person: r.Person, Receivers: r.Receivers}
	})
	return out, err
}

// found asks the index, and the room for what may be shown of it.
func (d *door) found(ctx context.Context, c *call, in *asking) (page search.Page, rows []documents.FoundRow, err error) {
	if d.Index == nil {
		return page, nil, store.Refuse(store.Invalid, "Máy chủ này không lập chỉ mục tìm kiếm văn bản. Hãy lọc trong danh sách văn bản đến và văn bản đi.")
	}
	if err := d.Index.CatchUp(ctx); err != nil {
		return page, nil, err
	}
	q := in.query()
	q.Agency = c.actor.Agency
	if q.Rights, err = documents.SearchRights(ctx, d.DB, c.actor); err != nil {
		return page, nil, err
	}
	if page, err = search.Find(ctx, d.DB, q); err != nil {
		return page, nil, err
	}
	rows, err = documents.FoundRows(ctx, d.DB, c.actor, each(page.Hits, func(h search.Hit) string { return h.Ref }))
	return page, rows, err
}

// readFields proposes the fields of a scan in the caller's hands.
func (d *door) readFields(c *call, w http.ResponseWriter, r *http.Request) error {
	part, err := onePart(c, w, r)
	if err != nil {
		return err
	}
	file, err := io.ReadAll(io.LimitReader(part, documents.MostRead+1))
	if err != nil {
		return uploadError(c, err)
	}
	reading, err := documents.ReadFile(r.Context(), d.Desk, c.actor, part.FileName(), file)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, client.FieldReading{Source: reading.Source, Pages: reading.Pages, NoOCR: reading.NoOCR, Fields: each(reading.Fields, func(f documents.ReadField) client.ReadField {
		return client.ReadField{Name: f.Name, Value: f.Value, Confidence: f.Confidence, Page: f.Page, Left: f.Box.Left, Top: f.Box.Top, Right: f.Box.Right, Bottom: f.Box.Bottom}
	})})
}
