package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/dossiers"
	"congvu/internal/org"
	"congvu/internal/store"
)

const pathDossiers = "/dossiers"

// dossierRoutes are dossiers, their yearly lists and their deposits.
func dossierRoutes() []Route {
	all := []Route{
		{Pattern: "GET " + pathDossiers, Handle: (*Door).dossiersPage, Nav: &Nav{Key: "dossiers", Icon: "folder", Label: func(ctx context.Context) string { return t(ctx, "Hồ sơ công việc") }}},
		{Pattern: "GET /dossiers/new", Handle: (*Door).openDossier},
		{Pattern: "POST /dossiers/new", Handle: (*Door).openDossier},
		{Pattern: "GET /dossiers/accounts", Handle: (*Door).dossierAccounts},
		{Pattern: "GET /dossiers/{id}", Handle: (*Door).dossierPage},
		{Pattern: "GET /dossiers/{id}/print/{what}", Handle: (*Door).printDossier},
		{Pattern: "GET /dossiers/{id}/export/{form}", Handle: (*Door).exportDossier},
		{Pattern: "GET /dossiers/import", Handle: (*Door).importDossier},
		{Pattern: "POST /dossiers/import", Handle: (*Door).importDossier, Files: true},
		{Pattern: "GET /dossiers/{id}/items/{item}/files/{n}", Handle: (*Door).dossierFile},
		{Pattern: "GET /incoming/{id}/dossier", Handle: (*Door).fileIncoming},
		{Pattern: "POST /incoming/{id}/dossier", Handle: (*Door).fileIncoming},
		{Pattern: "GET /outgoing/{id}/dossier", Handle: (*Door).fileOutgoing},
		{Pattern: "POST /outgoing/{id}/dossier", Handle: (*Door).fileOutgoing},
	}
	for code := range dossierActs {
		handle := func(d *Door, w http.ResponseWriter, r *http.Request) error { return d.actOnDossier(w, r, code) }
		files := code == "attach"
		all = append(all, Route{Pattern: "GET /dossiers/{id}/" + code, Handle: handle}, Route{Pattern: "POST /dossiers/{id}/" + code, Handle: handle, Files: files})
	}
	slices.SortStableFunc(all[14:], func(a, b Route) int { return compareText(a.Pattern, b.Pattern) })
	return slices.Concat(all, dossierListRoutes(), depositRoutes())
}

func compareText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func dossierAddress(id int64) string { return fmt.Sprintf("%s/%d", pathDossiers, id) }

// dossiersPage: GET /dossiers
func (d *Door) dossiersPage(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), actor(r)
	f := dossiers.Filter{Tab: orElse(r.FormValue("tab"), dossiers.TabMine), Q: (&Form{r: asked(r)}).Line("q")}
	f.Before, _ = strconv.ParseInt(r.FormValue("before"), 10, 64)
	rows, more, counts, err := dossiers.Dossiers(ctx, d.DB, a, f)
	if err != nil {
		return err
	}
	v := dossiersView{filter: f, rows: rows, counts: counts, today: d.today(), days: d.Desk.Calendar}
	if more {
		v.older = fmt.Sprintf("%s?tab=%s&q=%s&before=%d", pathDossiers, f.Tab, url.QueryEscape(f.Q), rows[len(rows)-1].ID)
	}
	return d.page(w, r, View{Title: t(ctx, "Hồ sơ công việc"), Active: "dossiers"}, dossiersList(v))
}

// dossierAccounts: GET /dossiers/accounts counts the dossiers of every account (V25).
func (d *Door) dossierAccounts(w http.ResponseWriter, r *http.Request) error {
	year := d.today().Year()
	if n, err := strconv.Atoi(r.FormValue("year")); err == nil && n >= 2000 && n <= year {
		year = n
	}
	rows, err := dossiers.Accounts(r.Context(), d.DB, actor(r), year)
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(r.Context(), "Hồ sơ theo người lập"), Active: "dossiers"}, dossierAccountsTable(rows, year, d.yearOptions(yearsShown)))
}

// dossierPage: GET /dossiers/{id}
func (d *Door) dossierPage(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), actor(r)
	v := dossierView{today: d.today()}
	if v.doc, err = dossiers.FindDossier(ctx, d.DB, a, id); err != nil {
		return err
	}
	v.acts = v.doc.Acts(a)
	if v.doc.Opens {
		if v.items, err = dossiers.Items(ctx, d.DB, a, id); err != nil {
			return err
		}
		if v.steps, err = dossiers.History(ctx, d.DB, a, id); err != nil {
			return err
		}
		if v.shares, err = dossiers.Shares(ctx, d.DB, a, id); err != nil {
			return err
		}
		if v.notices, err = dossiers.Notices(ctx, d.DB, a, id); err != nil {
			return err
		}
		if v.doc.State == dossiers.Open {
			if v.findings, err = dossiers.Findings(ctx, d.DB, a, id); err != nil {
				return err
			}
		}
	}
	return d.page(w, r, View{Title: v.doc.Code, Active: "dossiers"}, dossierBody(&v))
}

var dossierPrints = map[string]func(context.Context, store.Reader, store.Actor, int64) ([]byte, error){
	"contents": dossiers.PrintContents, "cover": dossiers.PrintCover, "closing": dossiers.PrintClosing,
}

// printDossier: GET /dossiers/{id}/print/{what}: contents, cover, closing.
func (d *Door) printDossier(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	print, ok := dossierPrints[r.PathValue("what")]
	if !ok {
		return store.Refuse(store.NotFound, "Không tìm thấy nội dung yêu cầu.")
	}
	pdf, err := print(r.Context(), d.DB, actor(r), id)
	if err != nil {
		return err
	}
	return sendPDF(w, r, fmt.Sprintf("ho-so-%d-%s.pdf", id, r.PathValue("what")), pdf)
}

// dossierFile: GET /dossiers/{id}/items/{item}/files/{n}
func (d *Door) dossierFile(w http.ResponseWriter, r *http.Request) error {
	var of [3]int64
	for i, name := range []string{"id", "item"} {
		n, err := number(r, name)
		if err != nil {
			return err
		}
		of[i] = n
	}
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil {
		return store.Refuse(store.NotFound, "Không tìm thấy nội dung yêu cầu.")
	}
	f, content, err := dossiers.OpenFile(r.Context(), d.Desk, actor(r), of[0], of[1], n)
	if err != nil {
		return err
	}
	defer content.Close()
	return sendFile(w, r, f.Name, f.Media, f.SHA, content)
}

func (d *Door) fileIncoming(w http.ResponseWriter, r *http.Request) error {
	return d.fileDocument(w, r, "incoming", documents.IncomingRef)
}

func (d *Door) fileOutgoing(w http.ResponseWriter, r *http.Request) error {
	return d.fileDocument(w, r, "outgoing", documents.OutgoingRef)
}

// fileDocument puts a document into one of the dossiers used last: "Đưa vào hồ sơ".
func (d *Door) fileDocument(w http.ResponseWriter, r *http.Request, active string, refOf func(int64) string) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	ctx, a, ref := r.Context(), actor(r), refOf(id)
	if _, err := documents.Files(ctx, d.DB, a, ref); err != nil {
		return err
	}
	working, err := dossiers.Working(ctx, d.DB, a, 50)
	if err != nil {
		return err
	}
	holds, err := dossiers.HoldingOf(ctx, d.DB, a, ref)
	if err != nil {
		return err
	}
	submit := Action{Label: t(ctx, "Đưa vào hồ sơ"), Kind: Primary}
	if len(working) == 0 {
		submit = Action{Label: t(ctx, "Mở hồ sơ"), Kind: Primary, Href: "/dossiers/new"}
	}
	return d.act(w, r, ActPage{Active: active, Title: t(ctx, "Đưa vào hồ sơ"), Submit: submit, Refused: t(ctx, "Chưa đưa vào hồ sơ được"), Back: "/" + ref,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			var out []templ.Component
			for _, h := range holds {
				out = append(out, Note(Info, t(ctx, "Văn bản đã có trong hồ sơ {code}: {title}", "code", h.Code, "title", h.Title)))
			}
			if len(working) == 0 {
				return append(out, Note(Warn, t(ctx, "Ông/Bà chưa có hồ sơ nào đang lập. Hãy mở hồ sơ trong mục Hồ sơ công việc rồi quay lại."))), nil
			}
			var options []Option
			for _, w := range working {
				options = append(options, Option{Value: fmt.Sprint(w.ID), Label: w.Code + " – " + shorten(w.Title, 90)})
			}
			return append(out, SelectField(Field{Name: "dossier", Label: t(ctx, "Hồ sơ"), Hint: t(ctx, "Hồ sơ dùng gần đây đứng đầu"), Error: errs.Of("dossier")}, Choose(options, f.shown("dossier"))),
				TextField(fieldOf(f, errs, Field{Name: "note", Label: t(ctx, "Ghi chú"), Optional: true, MaxLength: 500}))), nil
		},
		Do: func(f *Form) (flashed, string, error) {
			to := f.Number("dossier")
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			if to == 0 {
				return flashed{}, "", store.RefuseField("dossier", "Hãy chọn hồ sơ. Văn bản chưa được đưa vào hồ sơ nào.")
			}
			ordinal := 0
			err := d.DB.Write(ctx, a, func(tx *store.Tx) (err error) {
				ordinal, err = dossiers.Add(ctx, tx, to, ref, f.Line("note"))
				return err
			})
			return done("Đã đưa văn bản vào hồ sơ, số thứ tự {ordinal}.", "ordinal", strconv.Itoa(ordinal)), "", err
		}})
}

// postChoices are the posts of the agency held today.
func (d *Door) postChoices(ctx context.Context, agency int64, none string) ([]Option, error) {
	staff, err := org.Staff(ctx, d.DB, org.AgencyID(agency), d.today())
	var out []Option
	if none != "" {
		out = append(out, Option{Value: "0", Label: none})
	}
	for _, h := range staff {
		out = append(out, Option{Value: fmt.Sprint(int64(h.ID)), Label: h.PersonName + " – " + h.Title})
	}
	return out, err
}

func retentionOptions(ctx context.Context) []Option {
	var out []Option
	for _, p := range dossiers.Periods {
		out = append(out, Option{Value: p.Code, Label: p.Code + " – " + translate(ctx, p.Label, nil)})
	}
	return out
}

// retentionFields ask for a period; shown is what stands there when the form is fresh.
func retentionFields(ctx context.Context, f *Form, errs Errors, is dossiers.Retention) []templ.Component {
	code, years := is.Period, ""
	if is.Period == "07" {
		years = strconv.Itoa(is.Years)
	}
	if f != nil {
		code = f.shown("retention")
	}
	return []templ.Component{SelectField(Field{Name: "retention", Label: t(ctx, "Thời hạn bảo quản"), Error: errs.Of("retention")}, Choose(retentionOptions(ctx), orElse(code, "05"))),
		TextField(fieldOf(f, errs, Field{Name: "years", Label: t(ctx, "Số năm"), Hint: t(ctx, "Chỉ ghi khi chọn mã 07"), Value: years, Optional: true, Short: true, InputMode: "numeric"}))}
}

func retentionOf(f *Form) dossiers.Retention {
	return dossiers.Retention{Period: f.Line("retention"), Years: int(f.Number("years"))}
}

// openDossier: GET, POST /dossiers/new
func (d *Door) openDossier(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), actor(r)
	entries, err := d.entryChoices(r)
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "dossiers", Title: t(ctx, "Mở hồ sơ"), Lead: t(ctx, "Chọn hồ sơ trong danh mục đã ban hành, hoặc tự ghi tiêu đề khi công việc nằm ngoài danh mục."), Submit: Action{Label: t(ctx, "Mở hồ sơ"), Kind: Primary},
		Refused: t(ctx, "Chưa mở được hồ sơ"), Back: pathDossiers, Guard: true,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			entry := r.URL.Query().Get("entry")
			if f != nil {
				entry = f.shown("entry")
			}
			return append([]templ.Component{SelectField(Field{Name: "entry", Label: t(ctx, "Hồ sơ trong danh mục"), Error: errs.Of("entry")}, Choose(entries, entry))}, dossierFields(ctx, f, errs, &dossiers.Dossier{})...), nil
		},
		Do: func(f *Form) (flashed, string, error) {
			form := dossierForm(f)
			form.Entry, form.Code = f.Number("entry"), f.Line("code")
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			var doc *dossiers.Dossier
			err := d.DB.Write(ctx, a, func(tx *store.Tx) (err error) { doc, err = dossiers.OpenDossier(ctx, tx, form); return err })
			if err != nil {
				return flashed{}, "", err
			}
			return done("Đã mở hồ sơ {code}.", "code", doc.Code), dossierAddress(doc.ID), nil
		}})
}

// entryChoices are dossiers of issued lists that nobody has opened yet, the actor's own first.
func (d *Door) entryChoices(r *http.Request) ([]Option, error) {
	ctx, a := r.Context(), actor(r)
	mine, others := []Option{{Value: "0", Label: t(ctx, "Ngoài danh mục")}}, []Option(nil)
	lists, err := dossiers.Lists(ctx, d.DB, a)
	for _, l := range lists {
		if l.State != dossiers.ListIssued || l.Year < d.today().Year()-1 {
			continue
		}
		full, err := dossiers.FindList(ctx, d.DB, a, l.ID)
		if err != nil {
			return nil, err
		}
		for _, h := range full.Headings {
			for _, e := range h.Entries {
				o := Option{Value: fmt.Sprint(e.ID), Label: fmt.Sprintf("%s (%d) – %s", e.Code, l.Year, shorten(e.Title, 80))}
				switch {
				case e.DossierID != 0:
				case e.PersonID == a.Person:
					mine = append(mine, o)
				default:
					others = append(others, o)
				}
			}
		}
	}
	return append(mine, others...), err
}

// dossierFields are the describing fields of a dossier.
func dossierFields(ctx context.Context, f *Form, errs Errors, is *dossiers.Dossier) []templ.Component {
	rights := orElse(is.RightsCode, "02")
	if f != nil {
		rights = f.shown("rights")
	}
	var codes []Option
	for _, c := range dossiers.RightsCodes {
		codes = append(codes, Option{Value: c.Code, Label: c.Code + " – " + translate(ctx, c.Label, nil)})
	}
	out := []templ.Component{}
	if is.ID == 0 {
		out = append(out, TextField(fieldOf(f, errs, Field{Name: "code", Label: t(ctx, "Số, ký hiệu"), Hint: t(ctx, "Để trống: hệ thống cấp số tiếp theo của đơn vị"), Optional: true, Short: true, MaxLength: 30})))
	}
	out = append(out, TextField(fieldOf(f, errs, Field{Name: "title", Label: t(ctx, "Tiêu đề hồ sơ"), Value: is.Title, MaxLength: 1000, Optional: is.ID == 0})))
	out = append(out, retentionFields(ctx, f, errs, is.Retention)...)
	return append(out, RadioField(Field{Name: "rights", Label: t(ctx, "Chế độ sử dụng"), Error: errs.Of("rights")}, Choose(codes, rights)),
		DateField(fieldOf(f, errs, Field{Name: "start", Label: t(ctx, "Ngày bắt đầu"), Value: is.StartDate.Display(), Optional: true})),
		TextField(fieldOf(f, errs, Field{Name: "language", Label: t(ctx, "Ngôn ngữ"), Value: orElse(is.Language, "Tiếng Việt"), Optional: true, MaxLength: 100})),
		TextField(fieldOf(f, errs, Field{Name: "keywords", Label: t(ctx, "Từ khóa"), Value: is.Keywords, Optional: true, MaxLength: 500})),
		TextArea(fieldOf(f, errs, Field{Name: "note", Label: t(ctx, "Ghi chú"), Value: is.Note, Optional: true, MaxLength: 2000})),
		TextArea(fieldOf(f, errs, Field{Name: "extra", Label: t(ctx, "Thông tin bổ sung"), Hint: t(ctx, "Mỗi dòng một trường, tên và nội dung cách nhau bằng dấu hai chấm"), Value: extraLines(is.Extra), Optional: true})), hidden("revision", is.Revision))
}

// exportDossier: GET /dossiers/{id}/export/{form}: pdf, xml, zip, sip (V27, V33). What is refused is refused before the first byte.
func (d *Door) exportDossier(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), actor(r)
	doc, err := dossiers.FindDossier(ctx, d.DB, a, id)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("ho-so-%s-%d", doc.Code, doc.Year)
	switch r.PathValue("form") {
	case "pdf":
		b, err := dossiers.ExportPDF(ctx, d.Desk, a, id)
		if err != nil {
			return err
		}
		return sendPDF(w, r, name+".pdf", b)
	case "xml":
		b, _, err := dossiers.ExportXML(ctx, d.DB, a, id)
		if err != nil {
			return err
		}
		return sendFile(w, r, name+".xml", "application/xml", fmt.Sprint(doc.Revision), bytes.NewReader(b))
	case "zip":
		return packed(w, name+".zip", func(to io.Writer) error { return dossiers.ExportZip(ctx, d.Desk, a, id, to) })
	case "sip":
		return packed(w, name+".sip.zip", func(to io.Writer) error { _, err := dossiers.ExportSIP(ctx, d.Desk, a, id, to); return err })
	}
	return store.Refuse(store.NotFound, "Không tìm thấy nội dung yêu cầu.")
}

// packed makes a package in a temporary file first, so that a refusal or a damaged file is never half an answer.
func packed(w http.ResponseWriter, name string, write func(io.Writer) error) error {
	f, err := os.CreateTemp("", "congvu-export-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if err := write(f); err != nil {
		return err
	}
	size, err := f.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", disposition("attachment", name))
	w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(timeFiles))
	_, err = io.Copy(w, f)
	return err
}

// importDossier: GET, POST /dossiers/import opens a dossier from a submission package.
func (d *Door) importDossier(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return d.act(w, r, ActPage{Active: "dossiers", Title: t(ctx, "Nhập hồ sơ từ gói nộp lưu"), Submit: Action{Label: t(ctx, "Nhập"), Kind: Primary}, Files: true, Back: pathDossiers, Refused: t(ctx, "Chưa nhập được; không có gì thay đổi"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{FileField(Field{Name: "file", Label: t(ctx, "Gói nộp lưu (SIP, tệp ZIP)"), Error: errs.Of("file")}, FileView{})}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			part, head, err := r.FormFile("file")
			if err != nil {
				return flashed{}, "", store.RefuseField("file", "Chọn một tệp để thêm.")
			}
			defer part.Close()
			doc, err := dossiers.Import(ctx, d.Desk, actor(r), part, head.Size)
			if err != nil {
				return flashed{}, "", err
			}
			return done("Đã mở hồ sơ {code}.", "code", doc.Code), dossierAddress(doc.ID), nil
		}})
}
