package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

// reserveNumber: GET, POST /registers/{id}/reserve
func (d *Door) reserveNumber(w http.ResponseWriter, r *http.Request) error {
	b, err := d.keptBook(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	return d.act(w, r, ActPage{Active: "registers", Title: t(ctx, "Giữ số"), Lead: t(ctx, "{name}, năm {year}", "name", b.Name, "year", strconv.Itoa(b.Year)),
		Submit: Action{Label: t(ctx, "Giữ số tiếp theo"), Kind: Primary}, Refused: t(ctx, "Chưa giữ được số"), Back: bookAddress(b, ""),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{
				TextField(fieldOf(f, errs, Field{Name: "reason", Label: t(ctx, "Lý do giữ số"), Hint: t(ctx, "Ví dụ: Quyết định bổ nhiệm, ký chiều nay"), MaxLength: 500, Autofocus: true})),
				DateField(fieldOf(f, errs, Field{Name: "until", Label: t(ctx, "Giữ đến hết ngày"), Value: d.today().Display()})),
				DateField(fieldOf(f, errs, Field{Name: "for_date", Label: t(ctx, "Ngày dự kiến của văn bản"), Optional: true})),
			}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			form := documents.ReserveForm{Register: b.ID, ForDate: f.Date("for_date"), Until: f.Date("until"), Reason: f.Line("reason")}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			var v *documents.Reservation
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) (err error) { v, err = documents.Reserve(ctx, tx, form); return err })
			if err != nil {
				return flashed{}, "", err
			}
			return done("Đã giữ số {number} đến hết ngày {date}.", "number", strconv.FormatInt(v.Number, 10), "date", v.Until.Display()), "", nil
		}})
}

// releaseNumber: GET, POST /reservations/{id}/release
func (d *Door) releaseNumber(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	v, err := documents.FindReservation(ctx, d.DB, actor(r), id)
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "registers", Title: t(ctx, "Trả lại số đang giữ"), Lead: t(ctx, "Số {number}: {reason}", "number", strconv.FormatInt(v.Number, 10), "reason", v.Reason),
		Submit: Action{Label: t(ctx, "Trả lại số"), Kind: DangerFinal}, Refused: t(ctx, "Chưa trả lại được số"), Back: pathRegisters + "/" + strconv.FormatInt(v.RegisterID, 10),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{Note(Info, t(ctx, "Số trả lại trong ngày được cấp cho văn bản tiếp theo; sang ngày khác số thành số bỏ và vẫn còn trong sổ.")),
				TextField(fieldOf(f, errs, Field{Name: "reason", Label: t(ctx, "Lý do trả lại số"), MaxLength: 500, Autofocus: true}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { _, err := documents.ReleaseNumber(ctx, tx, id, f.Line("reason")); return err })
			return done("Đã trả lại số {number}.", "number", strconv.FormatInt(v.Number, 10)), "", err
		}})
}

// correctEntry: GET, POST /registers/{id}/correct
func (d *Door) correctEntry(w http.ResponseWriter, r *http.Request) error {
	b, err := d.keptBook(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	options := []Option{{Label: t(ctx, "— Chọn cột —")}}
	for i, c := range b.Columns() {
		if i+1 == b.NumberColumn() {
			continue
		}
		options = append(options, Option{Value: strconv.Itoa(i + 1), Label: t(ctx, "Cột {n}: {name}", "n", i+1, "name", c.Head)})
	}
	return d.act(w, r, ActPage{Active: "registers", Title: t(ctx, "Ghi mục đính chính"), Lead: t(ctx, "{name}, năm {year}", "name", b.Name, "year", strconv.Itoa(b.Year)),
		Submit: Action{Label: t(ctx, "Ghi đính chính"), Kind: Primary}, Refused: t(ctx, "Chưa ghi được đính chính"), Back: bookAddress(b, ""),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{Note(Info, t(ctx, "Dòng cũ được giữ nguyên; nội dung cũ, nội dung đúng và lý do hiện ở cột ghi chú và khi in sổ.")),
				TextField(fieldOf(f, errs, Field{Name: "number", Label: t(ctx, "Số trong sổ"), Value: i18n.CleanLine(r.URL.Query().Get("number")), Short: true, InputMode: "numeric", Autofocus: true})),
				SelectField(Field{Name: "column", Label: t(ctx, "Cột cần đính chính"), Error: errs.Of("column")}, Choose(options, f.shown("column"))),
				TextField(fieldOf(f, errs, Field{Name: "becomes", Label: t(ctx, "Nội dung đúng"), MaxLength: 1000})),
				TextArea(fieldOf(f, errs, Field{Name: "reason", Label: t(ctx, "Lý do đính chính"), MaxLength: 1000, Rows: 3}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			form := documents.CorrectForm{Number: f.Number("number"), Column: int(f.Number("column")), Becomes: f.Line("becomes"), Reason: f.Line("reason")}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return documents.CorrectEntry(ctx, tx, b.ID, form) })
			return done("Đã ghi đính chính cho số {number}.", "number", strconv.FormatInt(form.Number, 10)), "", err
		}})
}

// enterByHand: GET, POST /registers/{id}/enter: a secret document by its number only, or a document issued on paper.
func (d *Door) enterByHand(w http.ResponseWriter, r *http.Request) error {
	b, err := d.keptBook(r)
	switch {
	case err != nil:
		return err
	case b.Kind == documents.BookSecret:
		return d.enterSecret(w, r, b)
	case b.Direction == documents.OutgoingBook && b.Kind != documents.BookCopies:
		return d.enterPaper(w, r, b)
	}
	return store.Refuse(store.Conflict, "Sổ {name} không nhập tay được: văn bản đến vào sổ từ danh sách chờ tiếp nhận, bản sao vào sổ khi lập bản sao.", "name", b.Name)
}

func secrecyOptions(ctx context.Context) []Option {
	var out []Option
	for _, s := range []documents.Secrecy{documents.Confidential, documents.Secret, documents.TopSecret} {
		out = append(out, Option{Value: strconv.Itoa(int(s)), Label: translate(ctx, s.Label(), nil)})
	}
	return out
}

func (d *Door) enterSecret(w http.ResponseWriter, r *http.Request, b documents.Book) error {
	ctx := r.Context()
	party := t(ctx, "Nơi nhận")
	if b.Direction == documents.IncomingBook {
		party = t(ctx, "Cơ quan ban hành")
	}
	lost, back, err := d.lostBehind(r, b)
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "registers", Title: t(ctx, "Vào sổ văn bản mật"), Lead: t(ctx, "{name}, năm {year}", "name", b.Name, "year", strconv.Itoa(b.Year)),
		Submit: Action{Label: t(ctx, "Lấy số"), Kind: Primary}, Refused: t(ctx, "Chưa vào sổ được"), Back: back,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			out := []templ.Component{Note(Warn, t(ctx, "Chỉ ghi số, ngày, nơi gửi hoặc nhận và độ mật. Không ghi nội dung, không đính kèm tệp: văn bản mật không được đưa vào mạng này.")),
				TextField(fieldOf(f, errs, Field{Name: "party", Label: party, MaxLength: 200, Autofocus: true})),
				TextField(fieldOf(f, errs, Field{Name: "code", Label: t(ctx, "Số, ký hiệu"), Optional: true, Short: true, MaxLength: 60})),
				DateField(fieldOf(f, errs, Field{Name: "date", Label: t(ctx, "Ngày văn bản"), Value: d.today().Display()})),
				RadioField(Field{Name: "secrecy", Label: t(ctx, "Độ mật"), Error: errs.Of("secrecy")}, Choose(secrecyOptions(ctx), f.shown("secrecy"))),
				SelectField(Field{Name: "urgency", Label: t(ctx, "Độ khẩn"), Error: errs.Of("urgency")}, Choose(urgencyOptions(ctx, false), f.shown("urgency")))}
			if lost {
				out = append(out, TextField(fieldOf(f, errs, Field{Name: "number", Label: t(ctx, "Số cũ"), Value: i18n.CleanLine(r.URL.Query().Get("number")), Short: true, InputMode: "numeric", Hint: t(ctx, "Số mà văn bản này đã có trước khi khôi phục dữ liệu")})))
			}
			return out, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			urgency, _ := documents.ParseUrgency(f.Line("urgency"))
			form := documents.SecretForm{Direction: b.Direction, Register: b.ID, Lost: f.Number("number"), Date: f.Date("date"), Party: f.Line("party"), Code: f.Line("code"),
				Secrecy: documents.Secrecy(f.Number("secrecy")), Urgency: urgency}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			var s *documents.SecretEntry
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) (err error) { s, err = documents.EnterSecret(ctx, tx, form); return err })
			if err != nil {
				return flashed{}, "", err
			}
			return done("Đã vào sổ văn bản mật, số {number}.", "number", strconv.FormatInt(s.Number, 10)), "", nil
		}})
}

// voidSecret: GET, POST /secrets/{id}/void
func (d *Door) voidSecret(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	s, err := documents.FindSecret(ctx, d.DB, actor(r), id)
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "registers", Title: t(ctx, "Bỏ số {number}", "number", strconv.FormatInt(s.Number, 10)), Submit: Action{Label: t(ctx, "Bỏ số"), Kind: DangerFinal},
		Refused: t(ctx, "Chưa bỏ được số"), Back: pathRegisters + "/" + strconv.FormatInt(s.RegisterID, 10),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{TextArea(fieldOf(f, errs, Field{Name: "reason", Label: t(ctx, "Lý do bỏ số"), Hint: t(ctx, "Từ 10 đến 1000 ký tự; không ghi nội dung văn bản mật"), MaxLength: 1000, Rows: 3}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return documents.VoidSecret(ctx, tx, id, f.Line("reason")) })
			return done("Đã bỏ số {number}; dòng được giữ trong sổ.", "number", strconv.FormatInt(s.Number, 10)), "", err
		}})
}

func (d *Door) enterPaper(w http.ResponseWriter, r *http.Request, b documents.Book) error {
	ctx := r.Context()
	types, err := d.typeOptions(ctx)
	if err != nil {
		return err
	}
	for i := range types {
		types[i].Label = translate(ctx, types[i].Label, nil)
	}
	units, err := org.Units(ctx, d.DB, org.AgencyID(actor(r).Agency))
	if err != nil {
		return err
	}
	options := []Option{{Label: t(ctx, "Đơn vị của tôi")}}
	for _, u := range units {
		options = append(options, Option{Value: strconv.FormatInt(int64(u.ID), 10), Label: u.Name})
	}
	lost, back, err := d.lostBehind(r, b)
	if err != nil {
		return err
	}
	day, hint := d.today().Display(), t(ctx, "Chỉ với văn bản chuyển từ sổ giấy trước đây, ví dụ 15a")
	if lost {
		hint = t(ctx, "Số mà văn bản này đã có trước khi khôi phục dữ liệu; hoặc số chèn của sổ giấy trước đây, ví dụ 15a")
	}
	if lost && i18n.CleanLine(r.URL.Query().Get("number")) != "" { // it was issued before: its day is on it
		day = ""
	}
	return d.act(w, r, ActPage{Active: "registers", Title: t(ctx, "Vào sổ văn bản giấy đã ký"), Lead: t(ctx, "{name}, năm {year}", "name", b.Name, "year", strconv.Itoa(b.Year)),
		Submit: Action{Label: t(ctx, "Lấy số, vào sổ"), Kind: Primary}, Refused: t(ctx, "Chưa vào sổ được"), Back: back, Guard: true,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			note := Note(Info, t(ctx, "Văn bản giấy và văn bản điện tử dùng chung một dãy số. Văn bản này không có bản điện tử nên hệ thống không ký và không gửi."))
			number := TextField(fieldOf(f, errs, Field{Name: "number", Label: t(ctx, "Số có sẵn"), Value: i18n.CleanLine(r.URL.Query().Get("number")), Optional: !lost, Short: true, Hint: hint}))
			out := []templ.Component{
				SelectField(Field{Name: "type", Label: t(ctx, "Loại văn bản"), Error: errs.Of("type")}, Choose(types, f.shown("type"))),
				TextField(fieldOf(f, errs, Field{Name: "subject", Label: t(ctx, "Trích yếu"), MaxLength: 500})),
				TextField(fieldOf(f, errs, Field{Name: "signer", Label: t(ctx, "Người ký"), MaxLength: 200})),
				DateField(fieldOf(f, errs, Field{Name: "date", Label: t(ctx, "Ngày văn bản"), Value: day})),
				SelectField(Field{Name: "unit", Label: t(ctx, "Đơn vị soạn thảo"), Error: errs.Of("unit")}, Choose(options, f.shown("unit"))),
				TextArea(fieldOf(f, errs, Field{Name: "receivers", Label: t(ctx, "Nơi nhận"), Hint: t(ctx, "Mỗi nơi nhận một dòng"), Rows: 4})),
				SelectField(Field{Name: "urgency", Label: t(ctx, "Độ khẩn"), Error: errs.Of("urgency")}, Choose(urgencyOptions(ctx, false), f.shown("urgency"))),
				TextField(fieldOf(f, errs, Field{Name: "kept_copies", Label: t(ctx, "Số bản lưu"), Value: "1", Short: true, InputMode: "numeric"})),
			}
			if lost { // what the document is entered for comes first
				return append([]templ.Component{note, number}, out...), nil
			}
			return append(append([]templ.Component{note}, out...), number), nil
		},
		Do: func(f *Form) (flashed, string, error) {
			given, suffix := numberAndSuffix(f.Line("number"))
			urgency, _ := documents.ParseUrgency(f.Line("urgency"))
			form := documents.PaperForm{TypeCode: f.Line("type"), Subject: f.Line("subject"), SignerName: f.Line("signer"), Date: f.Date("date"), Unit: org.UnitID(f.Number("unit")), Receivers: f.Lines("receivers"),
				Urgency: urgency, KeptCopies: int(f.Number("kept_copies")), Register: b.ID, Number: given, Suffix: suffix, Migrated: f.Line("number") != ""}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			if lost && given != 0 && suffix == "" && form.Date.IsZero() { // today is the day of what gets its number today
				return flashed{}, "", store.RefuseField("date", "Hãy ghi ngày của văn bản đã mang số này.")
			}
			var o *documents.Outgoing
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) (err error) { o, err = documents.EnterPaper(ctx, tx, form); return err })
			if err != nil {
				return flashed{}, "", err
			}
			return done("Đã vào sổ văn bản giấy, số {number}.", "number", o.NumberText), "", nil
		}})
}

// lostBehind tells whether a register waits for numbers that a restore has lost, and where its entries lead back to: the rest of them.
func (d *Door) lostBehind(r *http.Request, b documents.Book) (lost bool, back string, err error) {
	n, err := documents.Fenced(r.Context(), d.DB, b)
	if n > 0 {
		return true, bookAddress(b, "lost"), err
	}
	return false, bookAddress(b, ""), err
}

// numberAndSuffix takes "15a" apart; what is no number is left to the room to refuse.
func numberAndSuffix(s string) (int64, string) {
	digits := 0
	for digits < len(s) && s[digits] >= '0' && s[digits] <= '9' {
		digits++
	}
	n, err := strconv.ParseInt(s[:digits], 10, 64)
	if err != nil {
		n = 0
	}
	return n, s[digits:]
}

// heldOptions are the numbers that are held today, for the numbering of a document.
func (d *Door) heldOptions(r *http.Request) ([]Option, error) {
	ctx := r.Context()
	held, err := documents.HeldNumbers(ctx, d.DB, actor(r))
	out := []Option{{Label: t(ctx, "Cấp số tiếp theo")}}
	for _, v := range held {
		out = append(out, Option{Value: strconv.FormatInt(v.ID, 10), Label: t(ctx, "Số {number}: {reason}", "number", strconv.FormatInt(v.Number, 10), "reason", v.Reason)})
	}
	return out, err
}
