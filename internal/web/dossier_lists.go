package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"congvu/internal/dossiers"
	"congvu/internal/store"
)

const (
	pathLists   = "/dossier-lists"
	listKeepers = store.Clerk | store.Archivist
)

// dossierListRoutes are the yearly lists of dossiers.
func dossierListRoutes() []Route {
	return []Route{
		{Pattern: "GET " + pathLists, Handle: (*Door).dossierLists},
		{Pattern: "GET /dossier-lists/new", Who: posts(listKeepers), Handle: (*Door).draftDossierList},
		{Pattern: "POST /dossier-lists/new", Who: posts(listKeepers), Handle: (*Door).draftDossierList},
		{Pattern: "GET /dossier-lists/{id}", Handle: (*Door).dossierListPage},
		{Pattern: "GET /dossier-lists/{id}/print", Handle: (*Door).printDossierList},
		{Pattern: "GET /dossier-lists/{id}/xlsx", Handle: (*Door).dossierListSheet},
		{Pattern: "GET /dossier-lists/{id}/heading", Who: posts(listKeepers), Handle: (*Door).addListHeading},
		{Pattern: "POST /dossier-lists/{id}/heading", Who: posts(listKeepers), Handle: (*Door).addListHeading},
		{Pattern: "GET /dossier-lists/{id}/entry", Who: posts(listKeepers), Handle: (*Door).putListEntry},
		{Pattern: "POST /dossier-lists/{id}/entry", Who: posts(listKeepers), Handle: (*Door).putListEntry},
		{Pattern: "GET /dossier-lists/{id}/import", Who: posts(listKeepers), Handle: (*Door).importListSheet},
		{Pattern: "POST /dossier-lists/{id}/import", Who: posts(listKeepers), Handle: (*Door).importListSheet, Files: true},
		{Pattern: "POST /dossier-lists/{id}/submit", Who: posts(listKeepers), Handle: (*Door).submitDossierList},
		{Pattern: "POST /dossier-lists/{id}/issue", Who: posts(listKeepers), Handle: (*Door).issueDossierList},
		{Pattern: "GET /dossier-lists/{id}/approve", Who: posts(store.Head), Handle: (*Door).approveDossierList},
		{Pattern: "POST /dossier-lists/{id}/approve", Who: posts(store.Head), Handle: (*Door).approveDossierList},
		{Pattern: "GET /dossier-lists/{id}/return", Who: posts(store.Head), Handle: (*Door).returnDossierList},
		{Pattern: "POST /dossier-lists/{id}/return", Who: posts(store.Head), Handle: (*Door).returnDossierList},
		{Pattern: "GET /retention", Handle: (*Door).retentionPage},
		{Pattern: "GET /retention/set", Who: posts(listKeepers), Handle: (*Door).setRetention},
		{Pattern: "POST /retention/set", Who: posts(listKeepers), Handle: (*Door).setRetention},
	}
}

func listAddress(id int64) string { return fmt.Sprintf("%s/%d", pathLists, id) }

// dossierLists: GET /dossier-lists
func (d *Door) dossierLists(w http.ResponseWriter, r *http.Request) error {
	rows, err := dossiers.Lists(r.Context(), d.DB, actor(r))
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(r.Context(), "Danh mục hồ sơ"), Active: "dossiers"}, dossierListsTable(rows, dossiers.KeepsLists(actor(r))))
}

func (d *Door) keptList(r *http.Request) (*dossiers.List, error) {
	id, err := number(r, "id")
	if err != nil {
		return nil, err
	}
	return dossiers.FindList(r.Context(), d.DB, actor(r), id)
}

// dossierListPage: GET /dossier-lists/{id}
func (d *Door) dossierListPage(w http.ResponseWriter, r *http.Request) error {
	l, err := d.keptList(r)
	if err != nil {
		return err
	}
	steps, err := dossiers.ListHistory(r.Context(), d.DB, actor(r), l.ID)
	if err != nil {
		return err
	}
	a := actor(r)
	return d.page(w, r, View{Title: t(r.Context(), "Danh mục hồ sơ năm {year}", "year", strconv.Itoa(l.Year)), Active: "dossiers"}, dossierListBody(l, steps, dossiers.KeepsLists(a), a.Roles.Has(store.Head)))
}

func (d *Door) printDossierList(w http.ResponseWriter, r *http.Request) error {
	l, err := d.keptList(r)
	if err != nil {
		return err
	}
	pdf, err := dossiers.PrintList(r.Context(), d.DB, actor(r), l.ID)
	if err != nil {
		return err
	}
	return sendPDF(w, r, fmt.Sprintf("danh-muc-ho-so-%d.pdf", l.Year), pdf)
}

// dossierListSheet: GET /dossier-lists/{id}/xlsx gives a sheet that can be imported again.
func (d *Door) dossierListSheet(w http.ResponseWriter, r *http.Request) error {
	l, err := d.keptList(r)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := dossiers.WriteList(r.Context(), d.DB, actor(r), l.ID, &b); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", disposition("attachment", fmt.Sprintf("danh-muc-ho-so-%d.xlsx", l.Year)))
	_, err = b.WriteTo(w)
	return err
}

// draftDossierList: GET, POST /dossier-lists/new
func (d *Door) draftDossierList(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return d.act(w, r, ActPage{Active: "dossiers", Title: t(ctx, "Lập danh mục hồ sơ"), Submit: Action{Label: t(ctx, "Lập danh mục"), Kind: Primary}, Back: pathLists,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			year, how := strconv.Itoa(d.today().Year()), dossiers.NumberByList
			if f != nil {
				year, how = f.shown("year"), f.shown("numbering")
			}
			return []templ.Component{SelectField(Field{Name: "year", Label: t(ctx, "Năm"), Short: true, Error: errs.Of("year")}, Choose(d.yearOptions(2), year)),
				RadioField(Field{Name: "numbering", Label: t(ctx, "Đánh số hồ sơ"), Error: errs.Of("numbering")}, Choose([]Option{{Value: dossiers.NumberByList, Label: t(ctx, "Liên tục trong toàn danh mục")}, {Value: dossiers.NumberByHeading, Label: t(ctx, "Liên tục trong từng đề mục lớn")}}, how)),
				TextField(fieldOf(f, errs, Field{Name: "copy", Label: t(ctx, "Chép từ danh mục năm"), Optional: true, Short: true, InputMode: "numeric"}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			year, from := int(f.Number("year")), int(f.Number("copy"))
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			var l *dossiers.List
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) (err error) {
				l, err = dossiers.DraftList(ctx, tx, year, f.Line("numbering"), from)
				return err
			})
			if err != nil {
				return flashed{}, "", err
			}
			return done("Đã lập dự thảo danh mục hồ sơ năm {year}.", "year", strconv.Itoa(year)), listAddress(l.ID), nil
		}})
}

// listAct is a form upon a list.
func (d *Door) listAct(w http.ResponseWriter, r *http.Request, l *dossiers.List, p ActPage, do func(ctx context.Context, tx *store.Tx, f *Form) error, said string) error {
	p.Active, p.Back, p.Lead = "dossiers", listAddress(l.ID), t(r.Context(), "Danh mục hồ sơ năm {year}", "year", strconv.Itoa(l.Year))
	p.Do = func(f *Form) (flashed, string, error) {
		err := d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return do(r.Context(), tx, f) })
		return done(said), "", err
	}
	return d.act(w, r, p)
}

func headingOptions(l *dossiers.List, small bool) []Option {
	var out []Option
	for _, h := range l.Headings {
		switch {
		case h.ParentID == 0:
			out = append(out, Option{Value: fmt.Sprint(h.ID), Label: h.Title + " (" + h.Abbr + ")"})
		case small:
			out = append(out, Option{Value: fmt.Sprint(h.ID), Label: "– " + h.Title})
		}
	}
	return out
}

// addListHeading: GET, POST /dossier-lists/{id}/heading
func (d *Door) addListHeading(w http.ResponseWriter, r *http.Request) error {
	l, err := d.keptList(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	return d.listAct(w, r, l, ActPage{Title: t(ctx, "Thêm đề mục"), Submit: Action{Label: t(ctx, "Thêm"), Kind: Primary},
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			options := append([]Option{{Value: "0", Label: t(ctx, "Là đề mục lớn")}}, headingOptions(l, false)...)
			return []templ.Component{SelectField(Field{Name: "parent", Label: t(ctx, "Thuộc đề mục lớn"), Error: errs.Of("parent")}, Choose(options, f.shown("parent"))), TextField(fieldOf(f, errs, Field{Name: "title", Label: t(ctx, "Tên đề mục"), MaxLength: 300})),
				TextField(fieldOf(f, errs, Field{Name: "abbr", Label: t(ctx, "Chữ viết tắt"), Hint: t(ctx, "Chỉ đề mục lớn, ví dụ TCCB"), Optional: true, Short: true, MaxLength: 15}))}, nil
		}}, func(ctx context.Context, tx *store.Tx, f *Form) error {
		parent := f.Number("parent")
		if err := f.Err(); err != nil {
			return err
		}
		_, err := dossiers.AddHeading(ctx, tx, l.ID, parent, f.Line("title"), f.Line("abbr"))
		return err
	}, "Đã thêm đề mục.")
}

// putListEntry: GET, POST /dossier-lists/{id}/entry adds a dossier, or changes or drops the one that ?entry names.
func (d *Door) putListEntry(w http.ResponseWriter, r *http.Request) error {
	l, err := d.keptList(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	posts, err := d.postChoices(ctx, l.AgencyID, t(ctx, "Chưa phân công"))
	if err != nil {
		return err
	}
	id, _ := strconv.ParseInt(r.URL.Query().Get("entry"), 10, 64)
	was := dossiers.Entry{}
	for _, h := range l.Headings {
		for _, e := range h.Entries {
			if e.ID == id {
				was = e
			}
		}
	}
	p := ActPage{Title: t(ctx, "Thêm hồ sơ vào danh mục"), Submit: Action{Label: t(ctx, "Lưu"), Kind: Primary}, Guard: true,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			var out []templ.Component
			if was.ID == 0 {
				out = append(out, SelectField(Field{Name: "heading", Label: t(ctx, "Đề mục"), Error: errs.Of("heading")}, Choose(headingOptions(l, true), f.shown("heading"))))
			}
			out = append(out, TextField(fieldOf(f, errs, Field{Name: "title", Label: t(ctx, "Tiêu đề hồ sơ"), Value: was.Title, MaxLength: 1000})))
			out = append(out, retentionFields(ctx, f, errs, was.Retention)...)
			return append(out, SelectField(Field{Name: "person", Label: t(ctx, "Người lập hồ sơ"), Error: errs.Of("person")}, Choose(posts, f.shown("person"))), TextField(fieldOf(f, errs, Field{Name: "note", Label: t(ctx, "Ghi chú"), Value: was.Note, Optional: true, MaxLength: 500}))), nil
		}}
	if was.ID != 0 {
		p.Title = t(ctx, "Sửa hồ sơ {code} trong danh mục", "code", was.Code)
		if l.State == dossiers.ListDraft {
			p.More = []Action{{Label: t(ctx, "Bỏ khỏi danh mục"), Kind: Danger, Name: "drop", Value: "yes"}}
		}
	}
	return d.listAct(w, r, l, p, func(ctx context.Context, tx *store.Tx, f *Form) error {
		if was.ID != 0 && f.Yes("drop") {
			return dossiers.DropEntry(ctx, tx, l.ID, was.ID)
		}
		form := dossiers.EntryForm{Heading: f.Number("heading"), Title: f.Line("title"), Retention: retentionOf(f), Holding: f.Number("person"), Note: f.Line("note")}
		if err := f.Err(); err != nil {
			return err
		}
		if was.ID != 0 {
			return dossiers.ReviseEntry(ctx, tx, l.ID, was.ID, form)
		}
		_, err := dossiers.AddEntry(ctx, tx, l.ID, form)
		return err
	}, "Đã lưu danh mục hồ sơ.")
}

// importListSheet: GET, POST /dossier-lists/{id}/import
func (d *Door) importListSheet(w http.ResponseWriter, r *http.Request) error {
	l, err := d.keptList(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	return d.listAct(w, r, l, ActPage{Title: t(ctx, "Nhập hồ sơ từ bảng tính"), Submit: Action{Label: t(ctx, "Nhập"), Kind: Primary}, Files: true, Refused: t(ctx, "Chưa nhập được; không có gì thay đổi"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{FileField(Field{Name: "file", Label: t(ctx, "Tệp XLSX hoặc CSV"), Hint: t(ctx, "Các cột: Đề mục lớn, Ký hiệu đề mục, Đề mục nhỏ, Tiêu đề hồ sơ, Thời hạn bảo quản, Người lập hồ sơ, Ghi chú"), Error: errs.Of("file")}, FileView{})}, nil
		}}, func(ctx context.Context, tx *store.Tx, f *Form) error {
		part, head, err := r.FormFile("file")
		if err != nil {
			return store.RefuseField("file", "Chọn một tệp để thêm.")
		}
		defer part.Close()
		table, err := dossiers.ReadSheet(head.Filename, part)
		if err != nil {
			return err
		}
		_, err = dossiers.ImportList(ctx, tx, l.ID, table)
		return err
	}, "Đã nhập hồ sơ từ bảng tính.")
}

// simplyOnList does an act on a list that asks nothing.
func (d *Door) simplyOnList(w http.ResponseWriter, r *http.Request, act func(context.Context, *store.Tx, int64) error, said string) error {
	l, err := d.keptList(r)
	if err != nil {
		return err
	}
	if err := d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return act(r.Context(), tx, l.ID) }); err != nil {
		return err
	}
	d.flashNext(w, done(said))
	return redirect(w, r, listAddress(l.ID))
}

func (d *Door) submitDossierList(w http.ResponseWriter, r *http.Request) error {
	return d.simplyOnList(w, r, dossiers.SubmitList, "Đã trình danh mục hồ sơ.")
}

func (d *Door) issueDossierList(w http.ResponseWriter, r *http.Request) error {
	return d.simplyOnList(w, r, dossiers.IssueList, "Đã ban hành danh mục hồ sơ và thông báo cho các đơn vị.")
}

// approveDossierList: GET, POST /dossier-lists/{id}/approve
func (d *Door) approveDossierList(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return d.decideList(w, r, t(ctx, "Phê duyệt danh mục hồ sơ"), t(ctx, "Phê duyệt"), "decision", t(ctx, "Quyết định ban hành (số, ký hiệu, ngày)"), dossiers.ApproveList, "Đã phê duyệt danh mục hồ sơ.")
}

// returnDossierList: GET, POST /dossier-lists/{id}/return
func (d *Door) returnDossierList(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return d.decideList(w, r, t(ctx, "Trả lại danh mục hồ sơ"), t(ctx, "Trả lại"), "reason", t(ctx, "Lý do"), dossiers.ReturnList, "Đã trả lại danh mục hồ sơ.")
}

func (d *Door) decideList(w http.ResponseWriter, r *http.Request, title, submit, name, label string, act func(context.Context, *store.Tx, int64, string) error, said string) error {
	l, err := d.keptList(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	return d.act(w, r, ActPage{Active: "dossiers", Title: title, Lead: t(ctx, "Danh mục hồ sơ năm {year}", "year", strconv.Itoa(l.Year)), Submit: Action{Label: submit, Kind: Primary}, Back: listAddress(l.ID),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return append([]templ.Component{TextField(fieldOf(f, errs, Field{Name: name, Label: label, MaxLength: 1000}))}, d.proofFields(r, errs)...), nil
		},
		Do: func(f *Form) (flashed, string, error) {
			if err := d.prove(r, f); err != nil {
				return flashed{}, "", err
			}
			return done(said), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return act(ctx, tx, l.ID, f.Line(name)) })
		}})
}

// retentionPage: GET /retention
func (d *Door) retentionPage(w http.ResponseWriter, r *http.Request) error {
	rows, err := dossiers.Groups(r.Context(), d.DB, actor(r))
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(r.Context(), "Bảng thời hạn bảo quản"), Active: "dossiers"}, retentionTable(rows, dossiers.KeepsLists(actor(r))))
}

// setRetention: GET, POST /retention/set
func (d *Door) setRetention(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return d.act(w, r, ActPage{Active: "dossiers", Title: t(ctx, "Đặt thời hạn bảo quản"), Lead: t(ctx, "Tên nhóm đã có sẽ có phiên bản mới; hồ sơ đã kết thúc không thay đổi."), Submit: Action{Label: t(ctx, "Lưu"), Kind: Primary}, Back: "/retention",
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return append(append([]templ.Component{TextField(fieldOf(f, errs, Field{Name: "name", Label: t(ctx, "Nhóm hồ sơ"), MaxLength: 300}))}, retentionFields(ctx, f, errs, dossiers.Retention{})...),
				TextField(fieldOf(f, errs, Field{Name: "source", Label: t(ctx, "Văn bản quy định"), MaxLength: 300}))), nil
		},
		Do: func(f *Form) (flashed, string, error) {
			g := dossiers.Group{Name: f.Line("name"), Source: f.Line("source"), Retention: retentionOf(f)}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Đã lưu thời hạn bảo quản."), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { _, err := dossiers.SetGroup(ctx, tx, g); return err })
		}})
}
