package api

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"congvu/internal/calendar"
	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/search"
	"congvu/internal/store"
)

// keptSearchRoutes keep questions to ask again (V40), the columns of results (V39), and give results away as a file (V42).
func (d *door) keptSearchRoutes() {
	ask(d, get("/search/saved", "listSavedSearches", tagSearch, "Tìm kiếm đã lưu của tôi và của đơn vị"), d.listSavedSearches)
	ask(d, post("/search/saved", "saveSearch", tagSearch, "Lưu một tìm kiếm").with(http.MethodPost, http.StatusCreated), d.saveSearch)
	do(d, get("/search/saved/{id}", "renameSearch", tagSearch, "Đổi tên tìm kiếm của mình").with(http.MethodPut, 0), d.renameSearch)
	do(d, post("/search/saved/{id}/forget", "forgetSearch", tagSearch, "Xóa tìm kiếm của mình"), d.forgetSearch)
	ask(d, get("/search/columns", "listResultColumns", tagSearch, "Các cột của kết quả và cột tôi đã chọn"), d.listResultColumns)
	do(d, get("/search/columns", "chooseResultColumns", tagSearch, "Chọn các cột hiển thị").with(http.MethodPut, 0), d.chooseResultColumns)
	d.stream(get("/search/export", "exportSearch", tagSearch, "Xuất kết quả tìm kiếm ra tệp, theo các cột đã chọn"), exportsResults, d.exportSearch)
}

func exportsResults(op *huma.Operation) {
	answers(op, "200", "Tệp PDF, XLSX, DOCX hoặc DOC; nhiều nhất 2000 văn bản", "application/octet-stream", &huma.Schema{Type: huma.TypeString, Format: "binary"})
	op.Parameters = append(op.Parameters, query("format", "pdf (mặc định), xlsx, docx hoặc doc", huma.Schema{Type: huma.TypeString}))
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range (&asking{}).fields() {
			if !yield(name) {
				return
			}
		}
	}) {
		op.Parameters = append(op.Parameters, query(name, "Như khi tìm", huma.Schema{Type: huma.TypeString}))
	}
}

// fields are the parts of a question by their names, for questions that do not pass the router: kept ones, and those whose results are exported.
func (q *asking) fields() map[string]*string {
	return map[string]*string{"q": &q.Q, "kind": &q.Kind, "type": &q.Type, "state": &q.State, "urgency": &q.Urgency, "register": &q.Register, "arrival": &q.Arrival, "year": &q.Year, "unit": &q.Unit,
		"dossier": &q.Dossier, "number": &q.Number, "notation": &q.Notation, "subject": &q.Subject, "issuer": &q.Issuer, "signer": &q.Signer, "receiver": &q.Receiver, "person": &q.Person, "note": &q.Note,
		"issued_from": &q.IssuedFrom, "issued_to": &q.IssuedTo, "arrived_from": &q.ArrivedFrom, "arrived_to": &q.ArrivedTo, "due_from": &q.DueFrom, "due_to": &q.DueTo, "sort": &q.Sort}
}

// read takes one part of a question; what is no part of one, is too long, or is no date, is refused with the sentence.
func (q *asking) read(c *call, name, value string) (refused string) {
	into, known := q.fields()[name]
	switch {
	case !known:
		return c.lang.T("Không có tham số này.")
	case len([]rune(value)) > 200:
		return c.lang.T("Dài nhất {value} ký tự.", "value", 200)
	case strings.HasSuffix(name, "_from") || strings.HasSuffix(name, "_to"):
		day, err := calendar.Parse(value) // a question kept by the web has its dates as they were typed there
		if err != nil {
			return c.lang.T("Ngày phải có dạng năm-tháng-ngày, ví dụ 2026-03-25.")
		}
		value = string(day)
	}
	*into = value
	return ""
}

// question is what is asked, by the names of its parts.
func (q *asking) question() map[string]string {
	out := map[string]string{}
	for name, value := range q.fields() {
		if *value != "" {
			out[name] = *value
		}
	}
	return out
}

func (d *door) listSavedSearches(ctx context.Context, c *call, _ *struct{}) ([]client.SavedSearch, error) {
	all, err := search.Saved(ctx, d.DB, c.actor)
	return each(all, func(s search.SavedSearch) client.SavedSearch {
		q := &asking{}
		if kept, err := url.ParseQuery(s.Query); err == nil {
			for name := range kept {
				q.read(c, name, kept.Get(name))
			}
		}
		return client.SavedSearch{ID: client.ID(s.ID), Name: s.Name, Question: q.question(), Shared: s.UnitID != 0, Mine: s.PersonID == c.actor.Person, At: s.At.Time()}
	}), err
}

func (d *door) saveSearch(ctx context.Context, c *call, in *struct{ Body client.SavingSearch }) (client.SavedSearch, error) {
	q := &asking{}
	for name, value := range in.Body.Question {
		if text := q.read(c, name, value); text != "" {
			p := newProblem(c.lang, http.StatusUnprocessableEntity, text)
			p.Errors = []client.FieldProblem{{Pointer: pointer("question." + name), Detail: text}}
			return client.SavedSearch{}, p
		}
	}
	kept := url.Values{}
	for name, value := range q.question() {
		kept.Set(name, value)
	}
	if len(kept) == 0 {
		return client.SavedSearch{}, store.RefuseField("question", "Tìm kiếm chưa có điều kiện nào nên không lưu. Hãy nêu từ cần tìm hoặc ít nhất một trường.")
	}
	id, err := search.Save(ctx, d.DB, c.actor, in.Body.Name, kept.Encode(), in.Body.Unit)
	return client.SavedSearch{ID: client.ID(id), Name: strings.TrimSpace(in.Body.Name), Question: q.question(), Shared: in.Body.Unit, Mine: true, At: d.DB.Now().Time()}, err
}

func (d *door) renameSearch(ctx context.Context, c *call, in *act[client.Naming]) error {
	return search.Rename(ctx, d.DB, c.actor, in.id(), in.Body.Name)
}

func (d *door) forgetSearch(ctx context.Context, c *call, in *One) error {
	return search.Forget(ctx, d.DB, c.actor, in.id())
}

func (d *door) listResultColumns(ctx context.Context, c *call, _ *struct{}) ([]client.ResultColumn, error) {
	chosen, err := search.Columns(ctx, d.DB, c.actor)
	shown := documents.ChosenColumns(chosen)
	return each(documents.ResultColumns, func(x documents.ResultColumn) client.ResultColumn {
		return client.ResultColumn{Key: x.Key, Label: c.lang.T(x.Label), Chosen: slices.ContainsFunc(shown, func(s documents.ResultColumn) bool { return s.Key == x.Key })}
	}), err
}

func (d *door) chooseResultColumns(ctx context.Context, c *call, in *struct{ Body client.ChoosingColumns }) error {
	var keys []string
	for _, x := range documents.ResultColumns { // in the order in which they are shown
		if slices.Contains(in.Body.Columns, x.Key) {
			keys = append(keys, x.Key)
		}
	}
	for _, key := range in.Body.Columns {
		if !slices.Contains(keys, key) {
			return store.RefuseField("columns", "Kết quả tìm kiếm không có cột {key}. Chưa có gì thay đổi.", "key", key)
		}
	}
	return search.ChooseColumns(ctx, d.DB, c.actor, keys)
}

func (d *door) exportSearch(c *call, w http.ResponseWriter, r *http.Request) error {
	q, format := &asking{}, documents.FormatPDF
	for name, values := range r.URL.Query() {
		if name == "format" {
			format = values[0]
		} else if text := q.read(c, name, values[0]); text != "" {
			return wrongParameter(c, name, text)
		}
	}
	if !slices.Contains(documents.ResultFormats, format) {
		return wrongParameter(c, "format", c.lang.T("Giá trị phải là một trong: {value}.", "value", strings.Join(documents.ResultFormats, ", ")))
	}
	ctx := r.Context()
	chosen, err := search.Columns(ctx, d.DB, c.actor)
	if err != nil {
		return err
	}
	var rows []documents.FoundRow
	for q.Limit = 200; len(rows) < documents.MostExported; {
		page, some, err := d.found(ctx, c, q)
		if err != nil {
			return err
		}
		rows = append(rows, some...)
		if q.Cursor = page.Next; q.Cursor == "" {
			break
		}
	}
	sheet, err := documents.ResultSheet(ctx, d.DB, c.actor, rows[:min(len(rows), documents.MostExported)], chosen)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := sheet.Write(&b, format); err != nil {
		return err
	}
	give(w, r, "ket-qua-tim-kiem."+format, documents.FormatMedia(format), "", bytes.NewReader(b.Bytes()))
	return nil
}
