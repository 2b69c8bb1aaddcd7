package web

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

const (
	pathPostings = "/postings"
	pathCopyUses = "/copy-uses"
)

// handBookRoutes are the books that the registry keeps by hand: envelopes given to the post (D7.4), kept copies in use (D7.5).
func handBookRoutes() []Route {
	clerk, readers := posts(store.Clerk), posts(bookOpeners)
	return []Route{
		{Pattern: "GET " + pathPostings, Who: readers, Handle: (*Door).postingsPage},
		{Pattern: "GET /postings/new", Who: clerk, Handle: (*Door).newPosting},
		{Pattern: "POST /postings/new", Who: clerk, Handle: (*Door).newPosting},
		{Pattern: "GET /postings/print", Who: readers, Handle: (*Door).printPostings},
		{Pattern: "GET /postings/export", Who: readers, Handle: (*Door).exportPostings},
		{Pattern: "GET /postings/{id}/void", Who: clerk, Handle: (*Door).voidPosting},
		{Pattern: "POST /postings/{id}/void", Who: clerk, Handle: (*Door).voidPosting},
		{Pattern: "GET " + pathCopyUses, Who: readers, Handle: (*Door).copyUsesPage},
		{Pattern: "GET /copy-uses/new", Who: clerk, Handle: (*Door).newCopyUse},
		{Pattern: "POST /copy-uses/new", Who: clerk, Handle: (*Door).newCopyUse},
		{Pattern: "GET /copy-uses/print", Who: readers, Handle: (*Door).printCopyUses},
		{Pattern: "GET /copy-uses/export", Who: readers, Handle: (*Door).exportCopyUses},
		{Pattern: "GET /copy-uses/{id}/return", Who: clerk, Handle: (*Door).returnCopy},
		{Pattern: "POST /copy-uses/{id}/return", Who: clerk, Handle: (*Door).returnCopy},
	}
}

// handBookView is a page of one of those books.
type handBookView struct {
	title, path, add string
	from, to, wrong  string
	clerk            bool
	postings         []documents.Posting
	uses             []documents.CopyUse
}

// daysOf reads the days of the address; what is no day narrows nothing and is said.
func daysOf(r *http.Request, v *handBookView) documents.Span {
	form := &Form{r: asked(r)}
	s := documents.Span{From: form.Date("from"), To: form.Date("to")}
	v.from, v.to = form.shown("from"), form.shown("to")
	if err := form.Err(); err != nil {
		errs, _ := asErrors(r.Context(), err)
		v.wrong, s = errs[0].Message, documents.Span{}
	}
	return s
}

// postingsPage: GET /postings
func (d *Door) postingsPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := handBookView{title: t(ctx, "Sổ gửi văn bản đi bưu điện"), path: pathPostings, add: t(ctx, "Ghi bưu gửi"), clerk: documents.KeepsRegisters(actor(r))}
	s := daysOf(r, &v)
	var err error
	if v.postings, err = documents.Postings(ctx, d.DB, actor(r), s); err != nil {
		if errs, ok := asErrors(ctx, err); ok {
			v.wrong = errs[0].Message
		} else {
			return err
		}
	}
	return d.page(w, r, View{Title: v.title, Active: "registers", Watch: []string{"documents"}}, handBook(v))
}

// newPosting: GET, POST /postings/new
func (d *Door) newPosting(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return d.act(w, r, ActPage{Active: "registers", Title: t(ctx, "Ghi bưu gửi"), Submit: Action{Label: t(ctx, "Ghi vào sổ"), Kind: Primary}, Refused: t(ctx, "Chưa ghi được"), Back: pathPostings,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{
				TextField(fieldOf(f, errs, Field{Name: "code", Label: t(ctx, "Số, ký hiệu văn bản"), Value: i18n.CleanLine(r.URL.Query().Get("code")), MaxLength: 100, Autofocus: true})),
				TextField(fieldOf(f, errs, Field{Name: "receiver", Label: t(ctx, "Nơi nhận"), MaxLength: 500})),
				side(TextField(fieldOf(f, errs, Field{Name: "envelopes", Label: t(ctx, "Số lượng bì"), Value: "1", Short: true, InputMode: "numeric"})),
					DateField(fieldOf(f, errs, Field{Name: "sent_on", Label: t(ctx, "Ngày chuyển"), Value: d.today().Display()}))),
				TextField(fieldOf(f, errs, Field{Name: "postmark", Label: t(ctx, "Số hiệu bưu gửi"), Optional: true, MaxLength: 100})),
				TextField(fieldOf(f, errs, Field{Name: "note", Label: t(ctx, "Ghi chú"), Optional: true, MaxLength: 500})),
			}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			form := documents.PostingForm{SentOn: f.Date("sent_on"), Code: f.Line("code"), Receiver: f.Line("receiver"), Envelopes: int(f.Number("envelopes")), Postmark: f.Line("postmark"), Note: f.Line("note")}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { _, err := documents.Post(ctx, tx, form); return err })
			return done("Đã ghi vào sổ gửi văn bản đi bưu điện: {code}.", "code", form.Code), "", err
		}})
}

// voidPosting: GET, POST /postings/{id}/void
func (d *Door) voidPosting(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	v, err := documents.FindPosting(ctx, d.DB, actor(r), id)
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "registers", Title: t(ctx, "Gạch bỏ dòng ghi nhầm"), Lead: v.Code + " – " + v.Receiver, Submit: Action{Label: t(ctx, "Gạch bỏ"), Kind: DangerFinal}, Refused: t(ctx, "Chưa gạch bỏ được"), Back: pathPostings,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{reasonField(ctx, f, errs)}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return documents.VoidPosting(ctx, tx, id, f.Line("reason")) })
			return done("Đã gạch bỏ; dòng được giữ trong sổ."), "", err
		}})
}

func (d *Door) postingsPrint(r *http.Request) printView {
	return printView{title: t(r.Context(), "In sổ gửi văn bản đi bưu điện"), action: pathPostings + "/export", back: pathPostings, r: r}
}

// printPostings: GET /postings/print
func (d *Door) printPostings(w http.ResponseWriter, r *http.Request) error {
	return d.showPrint(w, r, 0, d.postingsPrint(r))
}

// exportPostings: GET /postings/export
func (d *Door) exportPostings(w http.ResponseWriter, r *http.Request) error {
	return d.export(w, r, d.postingsPrint(r), func(form *Form) (*documents.Sheet, error) {
		span := spanOf(form)
		if err := form.Err(); err != nil {
			return nil, err
		}
		return documents.PrintPostings(r.Context(), d.DB, actor(r), span, form.Line("volume"))
	})
}

// copyUsesPage: GET /copy-uses
func (d *Door) copyUsesPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := handBookView{title: t(ctx, "Sổ sử dụng bản lưu"), path: pathCopyUses, add: t(ctx, "Cho sử dụng bản lưu"), clerk: documents.KeepsRegisters(actor(r))}
	s := daysOf(r, &v)
	var err error
	if v.uses, err = documents.CopyUses(ctx, d.DB, actor(r), s); err != nil {
		if errs, ok := asErrors(ctx, err); ok {
			v.wrong = errs[0].Message
		} else {
			return err
		}
	}
	return d.page(w, r, View{Title: v.title, Active: "registers", Watch: []string{"documents"}}, handBook(v))
}

// newCopyUse: GET, POST /copy-uses/new
func (d *Door) newCopyUse(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return d.act(w, r, ActPage{Active: "registers", Title: t(ctx, "Cho sử dụng bản lưu"), Lead: t(ctx, "Số, ký hiệu là của văn bản năm nay thì tên loại và trích yếu tự điền."),
		Submit: Action{Label: t(ctx, "Ghi vào sổ"), Kind: Primary}, Refused: t(ctx, "Chưa ghi được"), Back: pathCopyUses,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{
				TextField(fieldOf(f, errs, Field{Name: "user", Label: t(ctx, "Họ tên người sử dụng"), MaxLength: 200, Autofocus: true})),
				TextField(fieldOf(f, errs, Field{Name: "code", Label: t(ctx, "Số, ký hiệu văn bản"), Value: i18n.CleanLine(r.URL.Query().Get("code")), MaxLength: 100})),
				TextField(fieldOf(f, errs, Field{Name: "about", Label: t(ctx, "Tên loại và trích yếu"), Optional: true, MaxLength: 600})),
				side(TextField(fieldOf(f, errs, Field{Name: "dossier", Label: t(ctx, "Số và ký hiệu hồ sơ"), Optional: true, MaxLength: 50})),
					DateField(fieldOf(f, errs, Field{Name: "lent_on", Label: t(ctx, "Ngày sử dụng"), Value: d.today().Display()}))),
				TextField(fieldOf(f, errs, Field{Name: "allowed_by", Label: t(ctx, "Người cho phép sử dụng"), MaxLength: 200})),
				TextField(fieldOf(f, errs, Field{Name: "note", Label: t(ctx, "Ghi chú"), Optional: true, MaxLength: 500})),
			}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			form := documents.CopyUseForm{LentOn: f.Date("lent_on"), UserName: f.Line("user"), Code: f.Line("code"), About: f.Line("about"), DossierCode: f.Line("dossier"), AllowedBy: f.Line("allowed_by"), Note: f.Line("note")}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { _, err := documents.LendCopy(ctx, tx, form); return err })
			return done("Đã ghi {name} sử dụng bản lưu.", "name", form.UserName), "", err
		}})
}

// returnCopy: GET, POST /copy-uses/{id}/return
func (d *Door) returnCopy(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	v, err := documents.FindCopyUse(ctx, d.DB, actor(r), id)
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "registers", Title: t(ctx, "Nhận lại bản lưu"), Lead: v.Code + " – " + v.UserName, Submit: Action{Label: t(ctx, "Đã nhận lại"), Kind: Primary}, Refused: t(ctx, "Chưa ghi được"), Back: pathCopyUses,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{DateField(fieldOf(f, errs, Field{Name: "on", Label: t(ctx, "Ngày trả"), Value: d.today().Display(), Autofocus: true}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			on := f.Date("on")
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return documents.ReturnCopy(ctx, tx, id, on) })
			return done("Đã ghi ngày trả bản lưu."), "", err
		}})
}

func (d *Door) copyUsesPrint(r *http.Request) printView {
	return printView{title: t(r.Context(), "In sổ sử dụng bản lưu"), action: pathCopyUses + "/export", back: pathCopyUses, r: r}
}

// printCopyUses: GET /copy-uses/print
func (d *Door) printCopyUses(w http.ResponseWriter, r *http.Request) error {
	return d.showPrint(w, r, 0, d.copyUsesPrint(r))
}

// exportCopyUses: GET /copy-uses/export
func (d *Door) exportCopyUses(w http.ResponseWriter, r *http.Request) error {
	return d.export(w, r, d.copyUsesPrint(r), func(form *Form) (*documents.Sheet, error) {
		span := spanOf(form)
		if err := form.Err(); err != nil {
			return nil, err
		}
		return documents.PrintCopyUses(r.Context(), d.DB, actor(r), span, form.Line("volume"))
	})
}

// rowAddress is a row's own act.
func rowAddress(path string, id int64, act string) string {
	return path + "/" + strconv.FormatInt(id, 10) + "/" + act
}
