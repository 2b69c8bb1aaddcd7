package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"congvu/internal/calendar"
	"congvu/internal/client"
	"congvu/internal/dossiers"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

const tagDossiers = "Hồ sơ"

func (d *door) dossierRoutes() {
	ask(d, get("/dossiers", "listDossiers", tagDossiers, "Danh sách hồ sơ"), d.listDossiers)
	ask(d, post("/dossiers", "openDossier", tagDossiers, "Mở hồ sơ theo danh mục hoặc ngoài danh mục"), d.openDossier)
	ask(d, get("/dossier-accounts", "countDossiers", tagDossiers, "Số hồ sơ của từng người lập"), d.countDossiers)
	d.stream(post("/dossier-packages", "importDossier", tagDossiers, "Mở hồ sơ từ gói nộp lưu (SIP)").with(http.MethodPost, http.StatusCreated), takesFile(d, dossierSchema, false), d.importDossier)
	ask(d, get("/dossiers/{id}", "readDossier", tagDossiers, "Một hồ sơ và mục lục văn bản"), d.readDossier)
	do(d, get("/dossiers/{id}", "reviseDossier", tagDossiers, "Sửa thông tin mô tả của hồ sơ đang lập").with(http.MethodPut, 0), d.reviseDossier)
	ask(d, get("/dossiers/{id}/history", "readDossierHistory", tagDossiers, "Lịch sử hồ sơ"), d.dossierHistory)
	ask(d, post("/dossiers/{id}/documents", "addToDossier", tagDossiers, "Đưa văn bản vào hồ sơ, mỗi văn bản một kết quả"), d.addToDossier)
	d.stream(post("/dossiers/{id}/files", "attachToDossier", tagDossiers, "Thêm ảnh, ghi âm, phim, bản số hóa vào hồ sơ").with(http.MethodPost, http.StatusCreated), takesDossierFile(d), d.attachToDossier)
	do(d, post("/dossiers/{id}/items/{item}/remove", "removeFromDossier", tagDossiers, "Đưa văn bản ra khỏi hồ sơ đang lập"), d.removeFromDossier)
	d.stream(get("/dossiers/{id}/items/{item}/files/{n}", "downloadDossierFile", tagDossiers, "Tải một tệp của văn bản trong hồ sơ"), givesDossierFile, d.downloadDossierFile)
	do(d, post("/dossiers/{id}/arrange", "arrangeDossier", tagDossiers, "Sắp xếp văn bản trong hồ sơ"), d.arrangeDossier)
	ask(d, get("/dossiers/{id}/findings", "readDossierFindings", tagDossiers, "Kiểm tra trước khi kết thúc hồ sơ"), d.dossierFindings)
	do(d, post("/dossiers/{id}/close", "closeDossier", tagDossiers, "Kết thúc hồ sơ"), d.closeDossier)
	do(d, post("/dossiers/{id}/reopen", "reopenDossier", tagDossiers, "Mở lại hồ sơ"), onDossier(d, dossiers.Reopen))
	ask(d, get("/dossiers/{id}/shares", "listDossierShares", tagDossiers, "Hồ sơ đang chia sẻ với ai"), d.dossierShares)
	do(d, post("/dossiers/{id}/shares", "shareDossier", tagDossiers, "Chia sẻ hồ sơ với một người hoặc một đơn vị"), d.shareDossier)
	do(d, get("/dossiers/{id}/shares/{share}", "unshareDossier", tagDossiers, "Ngừng chia sẻ hồ sơ").with(http.MethodDelete, 0), d.unshareDossier)
	do(d, post("/dossiers/{id}/hand-over", "handOverDossier", tagDossiers, "Bàn giao hồ sơ cho vị trí khác"), d.handOverDossier)
	do(d, post("/dossiers/{id}/freeze", "freezeDossier", tagDossiers, "Đóng băng hồ sơ theo yêu cầu của người có thẩm quyền"), byOrder(d, dossiers.Freeze))
	do(d, post("/dossiers/{id}/unfreeze", "unfreezeDossier", tagDossiers, "Gỡ đóng băng hồ sơ"), byOrder(d, dossiers.Unfreeze))
	do(d, post("/dossiers/{id}/destroy", "destroyDossier", tagDossiers, "Hủy hồ sơ hết giá trị theo quyết định"), byOrder(d, dossiers.Destroy))
	do(d, post("/dossiers/{id}/correct", "correctDossier", tagDossiers, "Lưu trữ sửa thông tin mô tả của hồ sơ đã nộp"), d.correctDossier)
	ask(d, get("/dossiers/{id}/notices", "listDossierNotices", tagDossiers, "Thông báo nộp lưu của hồ sơ"), d.dossierNotices)
	do(d, post("/dossiers/{id}/requests", "askForDossier", tagDossiers, "Yêu cầu lưu trữ cho sử dụng hồ sơ"), onDossier(d, dossiers.AskFor))
	ask(d, get("/dossier-requests", "listDossierRequests", tagDossiers, "Yêu cầu sử dụng hồ sơ: lưu trữ thấy mọi yêu cầu, người khác thấy yêu cầu của mình"), d.dossierRequests)
	do(d, post("/dossier-requests", "askForDossierByCode", tagDossiers, "Yêu cầu sử dụng hồ sơ lưu trữ theo số, ký hiệu và năm"), d.askByCode)
	do(d, post("/dossier-requests/{id}/answer", "answerDossierRequest", tagDossiers, "Cho sử dụng hồ sơ hoặc từ chối"), d.answerDossierRequest)
	d.stream(get("/dossiers/{id}/print/{what}", "printDossier", tagDossiers, "In hồ sơ: contents (mục lục văn bản), cover (bìa) hoặc closing (tờ kết thúc)"), givesPart("what", "contents, cover hoặc closing", "application/pdf"), d.printDossier)
	d.stream(get("/dossiers/{id}/export/{form}", "exportDossier", tagDossiers, "Xuất hồ sơ: pdf, xml, zip hoặc sip"), givesPart("form", "pdf, xml, zip hoặc sip", "application/octet-stream"), d.exportDossier)
	d.dossierListRoutes()
	d.depositRoutes()
}

func dossierSchema(d *door) *huma.Schema { return schemaOf[client.Dossier](d) }

// givesPart is givesFile for an address that ends with which part or format is wanted.
func givesPart(name, values, media string) func(op *huma.Operation) {
	return func(op *huma.Operation) {
		givesFile(media)(op)
		op.Parameters = append(op.Parameters, &huma.Param{Name: name, In: "path", Required: true, Description: values, Schema: &huma.Schema{Type: huma.TypeString}})
	}
}

func givesDossierFile(op *huma.Operation) {
	givesPart("item", "Mã của văn bản trong hồ sơ", "application/octet-stream")(op)
	op.Parameters = append(op.Parameters, &huma.Param{Name: "n", In: "path", Required: true, Description: "Thứ tự của tệp, từ 0", Schema: &huma.Schema{Type: huma.TypeInteger}})
}

// takesDossierFile describes the upload of a file with its describing data in the address.
func takesDossierFile(d *door) func(op *huma.Operation) {
	return func(op *huma.Operation) {
		takesFile(d, func(d *door) *huma.Schema { return schemaOf[client.DossierPlaced](d) }, true)(op)
		for _, p := range []struct{ name, text string }{{"title", "Tên tài liệu; trống: tên tệp"}, {"medium", "document, photo, sound, film hoặc scan"}, {"date", "Ngày của tài liệu"}, {"author", "Tác giả"},
			{"pages", "Số trang của bản số hóa"}, {"note", "Ghi chú"}} {
			op.Parameters = append(op.Parameters, &huma.Param{Name: p.name, In: "query", Description: p.text, Schema: &huma.Schema{Type: huma.TypeString}})
		}
	}
}

// onDossier is an act that asks a reason.
func onDossier(d *door, act func(context.Context, *store.Tx, int64, string) error) func(context.Context, *call, *because) error {
	return func(ctx context.Context, c *call, in *because) error {
		return write(ctx, d, c, func(tx *store.Tx) error { return act(ctx, tx, in.id(), in.Body.Reason) })
	}
}

type because = act[client.Reason]

// byOrder is an act of the head by an order or a decision.
func byOrder(d *door, act func(context.Context, *store.Tx, int64, string) error) func(context.Context, *call, *ordered) error {
	return func(ctx context.Context, c *call, in *ordered) error {
		return write(ctx, d, c, func(tx *store.Tx) error { return act(ctx, tx, in.id(), in.Body.Order) })
	}
}

type ordered = act[client.DossierOrderText]

func (c *call) dossierOf(d *dossiers.Dossier) client.Dossier {
	out := client.Dossier{ID: client.ID(d.ID), Revision: d.Revision, Code: d.Code, Year: d.Year, Organ: d.OrganCode, Entry: client.ID(d.EntryID), Title: d.Title, State: string(d.State), StateLabel: c.lang.T(d.State.Label()),
		Retention: d.Period, Years: d.Years, Source: d.RetentionSource, Rights: d.RightsCode, Person: d.PersonName, Unit: d.UnitName, Start: string(d.StartDate), End: string(d.EndDate), Due: string(d.DueDate),
		Documents: d.DocTotal, Pages: d.PageTotal, ArchiveCode: d.ArchiveCode, OwnerUntil: string(d.OwnerUntil), DestroyedBy: d.DestroyedBy, Opens: d.Opens}
	if d.Opens { // the rest is for those who open it
		out.Language, out.Keywords, out.Note, out.ClosingNote, out.FrozenAt, out.FreezeOrder = d.Language, d.Keywords, d.Note, d.ClosingNote, when(d.FrozenAt), d.FreezeOrder
		for _, x := range d.Extra {
			out.Extra = append(out.Extra, client.DossierField{Name: x.Name, Value: x.Value})
		}
	}
	for _, x := range d.Acts(c.actor) {
		out.Acts = append(out.Acts, string(x))
	}
	return out
}

type dossierList struct {
	Tab  string `query:"tab" enum:"mine,shared,due,check,archive,all" default:"mine"`
	Q    string `query:"q" maxLength:"200"`
	Year int    `query:"year" doc:"Năm hình thành hồ sơ; trống: mọi năm"`
}

func (d *door) listDossiers(ctx context.Context, c *call, in *dossierList) ([]client.Dossier, error) {
	rows, _, _, err := dossiers.Dossiers(ctx, d.DB, c.actor, dossiers.Filter{Tab: in.Tab, Q: in.Q, Year: in.Year, Limit: 200})
	return each(rows, func(x dossiers.Dossier) client.Dossier { return c.dossierOf(&x) }), err
}

type dossierForm struct{ Body client.DossierForm }

func (d *door) openDossier(ctx context.Context, c *call, in *dossierForm) (out client.Dossier, err error) {
	err = write(ctx, d, c, func(tx *store.Tx) error {
		x, err := dossiers.OpenDossier(ctx, tx, openForm(in.Body))
		if err == nil {
			out = c.dossierOf(x)
		}
		return err
	})
	return out, err
}

func openForm(f client.DossierForm) dossiers.OpenForm {
	out := dossiers.OpenForm{Entry: int64(f.Entry), Code: f.Code, Title: f.Title, Retention: dossiers.Retention{Period: f.Retention, Years: f.Years}, Source: f.Source, Rights: f.Rights, Language: f.Language,
		Start: calendar.Date(f.Start), Keywords: f.Keywords, Note: f.Note, Holding: int64(f.Post), Revision: f.Revision}
	for _, x := range f.Extra {
		out.Extra = append(out.Extra, dossiers.Field{Name: x.Name, Value: x.Value})
	}
	return out
}

func (d *door) reviseDossier(ctx context.Context, c *call, in *act[client.DossierForm]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return dossiers.Revise(ctx, tx, in.id(), openForm(in.Body)) })
}

func (d *door) readDossier(ctx context.Context, c *call, in *One) (client.Dossier, error) {
	x, err := dossiers.FindDossier(ctx, d.DB, c.actor, in.id())
	if err != nil {
		return client.Dossier{}, err
	}
	out := c.dossierOf(x)
	if !x.Opens {
		return out, nil
	}
	items, err := dossiers.Items(ctx, d.DB, c.actor, x.ID)
	out.Items = each(items, func(i dossiers.Item) client.DossierItem {
		return client.DossierItem{ID: client.ID(i.ID), Ordinal: i.Ordinal, Ref: i.Ref, Code: i.Code, Date: string(i.DocDate), Type: i.TypeName, Subject: i.Subject, Author: i.Author, Pages: i.Pages, Note: i.Note, Files: len(i.About.Files)}
	})
	return out, err
}

func (d *door) addToDossier(ctx context.Context, c *call, in *act[client.DossierAdd]) ([]client.DossierPlaced, error) {
	if _, err := dossiers.FindDossier(ctx, d.DB, c.actor, in.id()); err != nil {
		return nil, err
	}
	var out []client.DossierPlaced
	for _, p := range dossiers.AddMany(ctx, d.DB, c.actor, in.id(), in.Body.Refs) {
		row := client.DossierPlaced{Ref: p.Ref, Ordinal: p.Ordinal}
		var refused *store.Refusal
		if p.Err != nil && !errors.As(p.Err, &refused) {
			return nil, p.Err
		}
		if refused != nil {
			row.Ordinal, row.Refused = 0, i18n.T(c.lang, refused.Problems[0].Text, refused.Problems[0].Args)
		}
		out = append(out, row)
	}
	return out, nil
}

func (d *door) closeDossier(ctx context.Context, c *call, in *act[client.DossierClose]) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		f := in.Body
		return dossiers.Close(ctx, tx, in.id(), dossiers.CloseForm{Title: f.Title, Retention: dossiers.Retention{Period: f.Retention, Years: f.Years}, Note: f.Note, KeepOrder: f.KeepOrder, Accept: f.Accept})
	})
}

type accounted struct {
	Year int `query:"year" doc:"Trống: năm nay"`
}

func (d *door) countDossiers(ctx context.Context, c *call, in *accounted) ([]client.DossierAccount, error) {
	year := in.Year
	if year == 0 {
		year = calendar.DateOf(d.DB.Now().Time()).Year()
	}
	rows, err := dossiers.Accounts(ctx, d.DB, c.actor, year)
	return each(rows, func(x dossiers.Account) client.DossierAccount {
		return client.DossierAccount{Person: x.PersonName, Open: x.Open, Closed: x.Closed, Submitted: x.Submitted, Accepted: x.Accepted, Returned: x.Returned, Destroyed: x.Destroyed, Total: x.Total,
			Documents: x.Documents, Pages: x.Pages}
	}), err
}

func dossierStep(l i18n.Lang) func(dossiers.Step) client.Step {
	return func(s dossiers.Step) client.Step {
		return client.Step{At: s.At.Time(), Act: s.Act, Who: s.Who, Post: s.Post, What: said1(l, s.What), Note: s.Note}
	}
}

func (d *door) dossierHistory(ctx context.Context, c *call, in *One) ([]client.Step, error) {
	steps, err := dossiers.History(ctx, d.DB, c.actor, in.id())
	return each(steps, dossierStep(c.lang)), err
}

func (d *door) attachToDossier(c *call, w http.ResponseWriter, r *http.Request) error {
	part, err := onePart(c, w, r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	pages, _ := strconv.Atoi(q.Get("pages"))
	form := dossiers.FileForm{Title: q.Get("title"), Medium: q.Get("medium"), Author: q.Get("author"), Note: q.Get("note"), Pages: pages}
	if s := q.Get("date"); s != "" {
		if form.Date, err = calendar.Parse(s); err != nil {
			return store.RefuseField("date", "Ngày của tài liệu không đọc được. Ghi ngày/tháng/năm.")
		}
	}
	n, err := dossiers.Attach(r.Context(), d.Desk, c.actor, One{r.PathValue("id")}.id(), part.FileName(), part, form)
	if err != nil {
		return uploadError(c, err)
	}
	return writeJSON(w, http.StatusCreated, client.DossierPlaced{Ordinal: n})
}

type itemOf struct {
	One
	Item string `path:"item" maxLength:"19" doc:"Mã của văn bản trong hồ sơ"`
	Body client.Reason
}

func (d *door) removeFromDossier(ctx context.Context, c *call, in *itemOf) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return dossiers.Remove(ctx, tx, in.id(), One{in.Item}.id(), in.Body.Reason) })
}

func (d *door) downloadDossierFile(c *call, w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil {
		return store.Refuse(store.NotFound, "Không tìm thấy nội dung yêu cầu.")
	}
	f, content, err := dossiers.OpenFile(r.Context(), d.Desk, c.actor, One{r.PathValue("id")}.id(), One{r.PathValue("item")}.id(), n)
	if err != nil {
		return err
	}
	defer content.Close()
	give(w, r, f.Name, f.Media, `"`+f.SHA+`"`, content)
	return nil
}

func (d *door) arrangeDossier(ctx context.Context, c *call, in *act[client.DossierOrder]) error {
	var order []int64
	for _, id := range in.Body.Items {
		order = append(order, int64(id))
	}
	return write(ctx, d, c, func(tx *store.Tx) error { return dossiers.Arrange(ctx, tx, in.id(), order) })
}

func (d *door) dossierFindings(ctx context.Context, c *call, in *One) ([]client.DossierFinding, error) {
	found, err := dossiers.Findings(ctx, d.DB, c.actor, in.id())
	return each(found, func(f dossiers.Finding) client.DossierFinding {
		return client.DossierFinding{Code: f.Code, Ordinal: f.Ordinal, Stops: f.Stops, Text: said1(c.lang, f.Text)}
	}), err
}

func (d *door) dossierShares(ctx context.Context, c *call, in *One) ([]client.DossierShare, error) {
	all, err := dossiers.Shares(ctx, d.DB, c.actor, in.id())
	return each(all, func(s dossiers.Share) client.DossierShare {
		return client.DossierShare{ID: client.ID(s.ID), Kind: s.HolderKind, Name: s.HolderName, Level: s.Level, Reason: s.Reason, Until: string(s.Until)}
	}), err
}

func (d *door) shareDossier(ctx context.Context, c *call, in *act[client.DossierSharing]) error {
	f := in.Body
	return write(ctx, d, c, func(tx *store.Tx) error {
		return dossiers.ShareWith(ctx, tx, in.id(), int64(f.Post), int64(f.Unit), f.Level, f.Reason, calendar.Date(f.Until))
	})
}

type shareOf struct {
	One
	Share string `path:"share" maxLength:"19" doc:"Mã của lần chia sẻ"`
}

func (d *door) unshareDossier(ctx context.Context, c *call, in *shareOf) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return dossiers.Unshare(ctx, tx, in.id(), One{in.Share}.id()) })
}

func (d *door) handOverDossier(ctx context.Context, c *call, in *act[client.DossierHandOver]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return dossiers.HandOver(ctx, tx, in.id(), int64(in.Body.To), in.Body.Note) })
}

func (d *door) correctDossier(ctx context.Context, c *call, in *act[client.DossierCorrection]) error {
	f := in.Body
	return write(ctx, d, c, func(tx *store.Tx) error {
		return dossiers.Correct(ctx, tx, in.id(), f.Title, f.Keywords, f.Note, f.Reason)
	})
}

func (d *door) dossierNotices(ctx context.Context, c *call, in *One) ([]client.DossierNoticed, error) {
	all, err := dossiers.Notices(ctx, d.DB, c.actor, in.id())
	return each(all, func(n dossiers.Notice) client.DossierNoticed {
		return client.DossierNoticed{On: string(n.NoticeDate), Remind: string(n.RemindDate), Note: n.Note}
	}), err
}

func (d *door) dossierRequests(ctx context.Context, c *call, _ *struct{}) ([]client.DossierRequest, error) {
	all, err := dossiers.Requests(ctx, d.DB, c.actor)
	return each(all, func(q dossiers.Request) client.DossierRequest {
		return client.DossierRequest{ID: client.ID(q.ID), Dossier: client.ID(q.DossierID), Code: q.Code, Title: q.Title, Person: q.PersonName, Reason: q.Reason, State: q.State, Until: string(q.Until),
			Answer: q.Answer, AnsweredBy: q.AnsweredBy, At: q.At.Time()}
	}), err
}

type askingByCode struct{ Body client.DossierAsking }

func (d *door) askByCode(ctx context.Context, c *call, in *askingByCode) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return dossiers.AskByCode(ctx, tx, in.Body.Code, in.Body.Year, in.Body.Reason)
	})
}

func (d *door) answerDossierRequest(ctx context.Context, c *call, in *act[client.DossierRequestAnswer]) error {
	f := in.Body
	return write(ctx, d, c, func(tx *store.Tx) error {
		return dossiers.AnswerRequest(ctx, tx, in.id(), f.Grant, calendar.Date(f.Until), f.Text)
	})
}

var dossierPrints = map[string]func(context.Context, store.Reader, store.Actor, int64) ([]byte, error){"contents": dossiers.PrintContents, "cover": dossiers.PrintCover, "closing": dossiers.PrintClosing}

func (d *door) printDossier(c *call, w http.ResponseWriter, r *http.Request) error {
	id, what := One{r.PathValue("id")}.id(), r.PathValue("what")
	print, ok := dossierPrints[what]
	if !ok {
		return store.Refuse(store.NotFound, "Không tìm thấy nội dung yêu cầu.")
	}
	b, err := print(r.Context(), d.DB, c.actor, id)
	if err == nil {
		givePDF(w, r, fmt.Sprintf("ho-so-%d-%s", id, what), b)
	}
	return err
}

// importDossier keeps the package in a temporary file first: its parts are read from all over it.
func (d *door) importDossier(c *call, w http.ResponseWriter, r *http.Request) error {
	part, err := onePart(c, w, r)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp("", "congvu-import-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	size, err := io.Copy(f, part)
	if err != nil {
		return uploadError(c, err)
	}
	x, err := dossiers.Import(r.Context(), d.Desk, c.actor, f, size)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, c.dossierOf(x))
}

// exportDossier makes packages in a temporary file first: what is refused is refused whole.
func (d *door) exportDossier(c *call, w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), One{r.PathValue("id")}.id()
	x, err := dossiers.FindDossier(ctx, d.DB, c.actor, id)
	if err != nil {
		return err
	}
	name, form := fmt.Sprintf("ho-so-%s-%d", x.Code, x.Year), r.PathValue("form")
	switch form {
	case "pdf":
		b, err := dossiers.ExportPDF(ctx, d.Desk, c.actor, id)
		if err == nil {
			give(w, r, name+".pdf", "application/pdf", "", bytes.NewReader(b))
		}
		return err
	case "xml":
		b, _, err := dossiers.ExportXML(ctx, d.DB, c.actor, id)
		if err == nil {
			give(w, r, name+".xml", "application/xml", "", bytes.NewReader(b))
		}
		return err
	case "zip", "sip":
	default:
		return store.Refuse(store.NotFound, "Không tìm thấy nội dung yêu cầu.")
	}
	f, err := os.CreateTemp("", "congvu-export-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if form == "sip" {
		_, err = dossiers.ExportSIP(ctx, d.Desk, c.actor, id, f)
	} else {
		err = dossiers.ExportZip(ctx, d.Desk, c.actor, id, f)
	}
	if err == nil {
		give(w, r, name+"."+form+".zip", "application/zip", "", f)
	}
	return err
}
