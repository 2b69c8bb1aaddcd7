package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"congvu/internal/dossiers"
	"congvu/internal/store"
)

const pathDeposits = "/deposits"

// depositRoutes are deposits to the archives, and requests for what the archive keeps.
func depositRoutes() []Route {
	return []Route{
		{Pattern: "GET " + pathDeposits, Handle: (*Door).depositsPage},
		{Pattern: "GET /deposits/new", Handle: (*Door).newDeposit},
		{Pattern: "POST /deposits/new", Handle: (*Door).newDeposit},
		{Pattern: "GET /deposits/historical", Who: posts(store.Archivist), Handle: (*Door).historicalDeposit},
		{Pattern: "POST /deposits/historical", Who: posts(store.Archivist), Handle: (*Door).historicalDeposit},
		{Pattern: "GET /deposits/{id}", Handle: (*Door).depositPage},
		{Pattern: "GET /deposits/{id}/list", Handle: (*Door).printDepositList},
		{Pattern: "GET /deposits/{id}/record", Handle: (*Door).printDepositRecord},
		{Pattern: "POST /deposits/{id}/check", Who: posts(store.Archivist), Handle: (*Door).checkDeposit},
		{Pattern: "GET /deposits/{id}/answer", Who: posts(store.Archivist), Handle: (*Door).answerDeposit},
		{Pattern: "POST /deposits/{id}/answer", Who: posts(store.Archivist), Handle: (*Door).answerDeposit},
		{Pattern: "GET /dossier-requests", Handle: (*Door).dossierRequests},
		{Pattern: "GET /dossier-requests/new", Handle: (*Door).askForDossier},
		{Pattern: "POST /dossier-requests/new", Handle: (*Door).askForDossier},
		{Pattern: "GET /dossier-requests/{id}/answer", Who: posts(store.Archivist), Handle: (*Door).answerDossierRequest},
		{Pattern: "POST /dossier-requests/{id}/answer", Who: posts(store.Archivist), Handle: (*Door).answerDossierRequest},
	}
}

func depositAddress(id int64) string { return fmt.Sprintf("%s/%d", pathDeposits, id) }

// depositsPage: GET /deposits
func (d *Door) depositsPage(w http.ResponseWriter, r *http.Request) error {
	rows, err := dossiers.Deposits(r.Context(), d.DB, actor(r))
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(r.Context(), "Nộp lưu hồ sơ"), Active: "dossiers"}, depositsTable(rows, actor(r).Roles.Has(store.Archivist)))
}

func depositFields(ctx context.Context) func(f *Form, errs Errors) ([]templ.Component, error) {
	return func(f *Form, errs Errors) ([]templ.Component, error) {
		return []templ.Component{TextField(fieldOf(f, errs, Field{Name: "subject", Label: t(ctx, "Tên khối tài liệu"), Optional: true, MaxLength: 500})),
			TextArea(fieldOf(f, errs, Field{Name: "condition", Label: t(ctx, "Tình trạng tài liệu"), Optional: true, MaxLength: 2000}))}, nil
	}
}

func (d *Door) submitDossiers(r *http.Request, ids []int64, f *Form) (flashed, string, error) {
	var p *dossiers.Deposit
	err := d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) (err error) {
		p, err = dossiers.Submit(r.Context(), tx, dossiers.DepositForm{Dossiers: ids, Subject: f.Line("subject"), Condition: f.Text("condition")})
		return err
	})
	if err != nil {
		return flashed{}, "", err
	}
	return done("Đã nộp {count} hồ sơ, đợt {deposit}.", "count", len(ids), "deposit", p.Name()), depositAddress(p.ID), nil
}

// dossierChoices are the dossiers of a tab as choices of a form.
func (d *Door) dossierChoices(r *http.Request, tab string, fits func(dossiers.Dossier) bool) ([]Option, error) {
	rows, _, _, err := dossiers.Dossiers(r.Context(), d.DB, actor(r), dossiers.Filter{Tab: tab, Limit: 200})
	var out []Option
	for _, x := range rows {
		if fits(x) {
			out = append(out, Option{Value: fmt.Sprint(x.ID), Label: x.Code + " – " + shorten(x.Title, 90), Hint: x.Text()})
		}
	}
	return out, err
}

// newDeposit: GET, POST /deposits/new deposits several dossiers at once.
func (d *Door) newDeposit(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), actor(r)
	options, err := d.dossierChoices(r, dossiers.TabMine, func(x dossiers.Dossier) bool {
		return (x.State == dossiers.Closed || x.State == dossiers.Returned) && x.PersonID == a.Person
	})
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "dossiers", Title: t(ctx, "Nộp hồ sơ vào lưu trữ cơ quan"), Submit: Action{Label: t(ctx, "Nộp lưu"), Kind: Primary}, Back: pathDeposits,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			if len(options) == 0 {
				return []templ.Component{Note(Info, t(ctx, "Ông/Bà không có hồ sơ nào đã kết thúc để nộp."))}, nil
			}
			more, err := depositFields(ctx)(f, errs)
			return append([]templ.Component{CheckField(Field{Name: "dossiers", Label: t(ctx, "Hồ sơ"), Error: errs.Of("dossiers")}, options)}, more...), err
		},
		Do: func(f *Form) (flashed, string, error) {
			ids := f.Numbers("dossiers")
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return d.submitDossiers(r, ids, f)
		}})
}

// historicalDeposit: GET, POST /deposits/historical registers permanent dossiers with the historical archive.
func (d *Door) historicalDeposit(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	options, err := d.dossierChoices(r, dossiers.TabArchive, func(x dossiers.Dossier) bool { return x.State == dossiers.Accepted && x.Permanent() })
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "dossiers", Title: t(ctx, "Đăng ký nộp lưu trữ lịch sử"), Submit: Action{Label: t(ctx, "Đăng ký"), Kind: Primary}, Back: pathDeposits, Guard: true,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			if len(options) == 0 {
				return []templ.Component{Note(Info, t(ctx, "Lưu trữ chưa có hồ sơ bảo quản vĩnh viễn nào để đăng ký."))}, nil
			}
			mode := "online"
			if f != nil {
				mode = f.shown("mode")
			}
			return []templ.Component{CheckField(Field{Name: "dossiers", Label: t(ctx, "Hồ sơ"), Error: errs.Of("dossiers")}, options),
				TextField(fieldOf(f, errs, Field{Name: "archive", Label: t(ctx, "Lưu trữ lịch sử"), MaxLength: 300})), TextField(fieldOf(f, errs, Field{Name: "subject", Label: t(ctx, "Tên khối tài liệu"), Optional: true, MaxLength: 500})),
				TextField(fieldOf(f, errs, Field{Name: "fonds", Label: t(ctx, "Phông lưu trữ"), Optional: true, MaxLength: 300})), TextField(fieldOf(f, errs, Field{Name: "scheme", Label: t(ctx, "Phương án phân loại"), Optional: true, MaxLength: 300})),
				DateField(fieldOf(f, errs, Field{Name: "planned", Label: t(ctx, "Thời gian dự kiến nộp")})),
				RadioField(Field{Name: "mode", Label: t(ctx, "Hình thức nộp"), Error: errs.Of("mode")}, Choose([]Option{{Value: "online", Label: t(ctx, "Trực tuyến")}, {Value: "direct", Label: t(ctx, "Trực tiếp")}}, mode)),
				CheckOne(Field{Name: "paper", Label: t(ctx, "Có nộp kèm phần tài liệu giấy")}, f != nil && f.Yes("paper")), TextField(fieldOf(f, errs, Field{Name: "contact", Label: t(ctx, "Người liên hệ"), MaxLength: 300})),
				TextArea(fieldOf(f, errs, Field{Name: "note", Label: t(ctx, "Ghi chú"), Optional: true, MaxLength: 2000}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			form := dossiers.DepositForm{Dossiers: f.Numbers("dossiers"), Subject: f.Line("subject")}
			h := dossiers.Historical{ArchiveName: f.Line("archive"), Fonds: f.Line("fonds"), Scheme: f.Line("scheme"), Planned: f.Date("planned"), Mode: f.Line("mode"), PaperPart: f.Yes("paper"), Contact: f.Line("contact"), Note: f.Text("note")}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			var p *dossiers.Deposit
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) (err error) { p, err = dossiers.RegisterHistorical(ctx, tx, form, h); return err })
			if err != nil {
				return flashed{}, "", err
			}
			return done("Đã lập yêu cầu {request}.", "request", p.Historical.RequestCode), depositAddress(p.ID), nil
		}})
}

func (d *Door) keptDeposit(r *http.Request) (*dossiers.Deposit, error) {
	id, err := number(r, "id")
	if err != nil {
		return nil, err
	}
	return dossiers.FindDeposit(r.Context(), d.DB, actor(r), id)
}

// depositPage: GET /deposits/{id}
func (d *Door) depositPage(w http.ResponseWriter, r *http.Request) error {
	p, err := d.keptDeposit(r)
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(r.Context(), "Đợt nộp lưu {deposit}", "deposit", p.Name()), Active: "dossiers"}, depositBody(p, actor(r).Roles.Has(store.Archivist)))
}

func (d *Door) printDepositList(w http.ResponseWriter, r *http.Request) error {
	return d.printDeposit(w, r, "muc-luc-nop-luu", dossiers.PrintDeposit)
}

func (d *Door) printDepositRecord(w http.ResponseWriter, r *http.Request) error {
	return d.printDeposit(w, r, "bien-ban-giao-nhan", dossiers.PrintHandover)
}

func (d *Door) printDeposit(w http.ResponseWriter, r *http.Request, name string, print func(context.Context, store.Reader, store.Actor, int64) ([]byte, error)) error {
	p, err := d.keptDeposit(r)
	if err != nil {
		return err
	}
	pdf, err := print(r.Context(), d.DB, actor(r), p.ID)
	if err != nil {
		return err
	}
	return sendPDF(w, r, fmt.Sprintf("%s-%d-%d.pdf", name, p.Ordinal, p.Year), pdf)
}

// checkDeposit: POST /deposits/{id}/check
func (d *Door) checkDeposit(w http.ResponseWriter, r *http.Request) error {
	p, err := d.keptDeposit(r)
	if err != nil {
		return err
	}
	if _, err := dossiers.Check(r.Context(), d.Desk, actor(r), p.ID); err != nil {
		return err
	}
	d.flashNext(w, done("Đã kiểm tra đợt nộp lưu {deposit}.", "deposit", p.Name()))
	return redirect(w, r, depositAddress(p.ID))
}

// answerDeposit: GET, POST /deposits/{id}/answer
func (d *Door) answerDeposit(w http.ResponseWriter, r *http.Request) error {
	p, err := d.keptDeposit(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	return d.act(w, r, ActPage{Active: "dossiers", Title: t(ctx, "Trả lời đợt nộp lưu {deposit}", "deposit", p.Name()), Submit: Action{Label: t(ctx, "Tiếp nhận"), Kind: Primary, Name: "answer", Value: "accept"},
		More: []Action{{Label: t(ctx, "Trả lại"), Kind: Danger, Name: "answer", Value: "return"}}, Back: depositAddress(p.ID),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{TextArea(fieldOf(f, errs, Field{Name: "reason", Label: t(ctx, "Ý kiến"), Hint: t(ctx, "Bắt buộc khi trả lại"), Optional: true, MaxLength: 1000}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			accept := f.Line("answer") == "accept"
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) error {
				return dossiers.Answer(ctx, tx, p.ID, dossiers.AnswerForm{Accept: accept, Reason: f.Text("reason")})
			})
			if accept {
				return done("Đã tiếp nhận đợt nộp lưu {deposit}.", "deposit", p.Name()), "", err
			}
			return done("Đã trả lại đợt nộp lưu {deposit}.", "deposit", p.Name()), "", err
		}})
}

// dossierRequests: GET /dossier-requests
func (d *Door) dossierRequests(w http.ResponseWriter, r *http.Request) error {
	rows, err := dossiers.Requests(r.Context(), d.DB, actor(r))
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(r.Context(), "Yêu cầu sử dụng hồ sơ"), Active: "dossiers"}, requestsTable(rows, actor(r).Roles.Has(store.Archivist)))
}

// askForDossier: GET, POST /dossier-requests/new asks for a dossier that one knows by its code and year only.
func (d *Door) askForDossier(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return d.act(w, r, ActPage{Active: "dossiers", Title: t(ctx, "Yêu cầu sử dụng hồ sơ"), Lead: t(ctx, "Hồ sơ sử dụng có điều kiện chỉ người được quyền mới thấy. Ghi số, ký hiệu và năm để lưu trữ xem xét."), Submit: Action{Label: t(ctx, "Gửi yêu cầu"), Kind: Primary},
		Back: "/dossier-requests", Refused: t(ctx, "Chưa gửi được yêu cầu"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{TextField(fieldOf(f, errs, Field{Name: "code", Label: t(ctx, "Số, ký hiệu hồ sơ"), Short: true, MaxLength: 50})),
				TextField(fieldOf(f, errs, Field{Name: "year", Label: t(ctx, "Năm"), Short: true, InputMode: "numeric", Value: strconv.Itoa(d.today().Year())})),
				TextArea(fieldOf(f, errs, Field{Name: "reason", Label: t(ctx, "Mục đích sử dụng"), MaxLength: 1000, Rows: 4}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			year := int(f.Number("year"))
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Yêu cầu đã gửi tới lưu trữ."), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error {
				return dossiers.AskByCode(ctx, tx, f.Line("code"), year, f.Text("reason"))
			})
		}})
}

// answerDossierRequest: GET, POST /dossier-requests/{id}/answer
func (d *Door) answerDossierRequest(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	rows, err := dossiers.Requests(ctx, d.DB, actor(r))
	if err != nil {
		return err
	}
	var q *dossiers.Request
	for i := range rows {
		if rows[i].ID == id {
			q = &rows[i]
		}
	}
	if q == nil {
		return store.Refuse(store.NotFound, "Không tìm thấy yêu cầu này trong cơ quan.")
	}
	return d.act(w, r, ActPage{Active: "dossiers", Title: t(ctx, "Trả lời yêu cầu sử dụng hồ sơ"), Lead: q.Code + " – " + q.Title + " · " + q.PersonName + ": " + q.Reason, Submit: Action{Label: t(ctx, "Cho sử dụng"), Kind: Primary, Name: "answer", Value: "grant"},
		More: []Action{{Label: t(ctx, "Từ chối"), Kind: Danger, Name: "answer", Value: "refuse"}}, Back: "/dossier-requests",
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{DateField(fieldOf(f, errs, Field{Name: "until", Label: t(ctx, "Sử dụng đến hết ngày"), Value: d.today().AddDays(30).Display(), Optional: true})), TextArea(fieldOf(f, errs, Field{Name: "text", Label: t(ctx, "Ý kiến"), Hint: t(ctx, "Bắt buộc khi từ chối"), Optional: true, MaxLength: 1000, Error: errs.Of("answer")}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			until := f.Date("until")
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Đã trả lời yêu cầu."), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error {
				return dossiers.AnswerRequest(ctx, tx, id, f.Line("answer") == "grant", until, f.Text("text"))
			})
		}})
}
