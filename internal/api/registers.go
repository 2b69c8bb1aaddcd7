package api

import (
	"bytes"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"congvu/internal/calendar"
	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

const tagRegisters = "Sổ đăng ký"

func (d *door) registerRoutes() {
	ask(d, post("/registers", "openRegister", tagRegisters, "Mở sổ đăng ký").with(http.MethodPost, http.StatusCreated), d.openRegister)
	ask(d, post("/registers/open-year", "openYear", tagRegisters, "Mở sổ năm mới theo quy tắc của năm trước").with(http.MethodPost, http.StatusCreated), d.openYear)
	ask(d, get("/registers/{id}", "changeRegister", tagRegisters, "Sửa sổ; quy tắc đã dùng để cấp số được giữ nguyên").with(http.MethodPut, 0), d.changeRegister)
	do(d, post("/registers/{id}/close", "closeRegister", tagRegisters, "Khóa sổ từ một ngày, có lý do"), d.closeRegister)
	ask(d, get("/registers/{id}/lines", "listRegisterLines", tagRegisters, "Các dòng của sổ với đủ các cột theo Phụ lục IV"), d.listRegisterLines)
	d.stream(get("/registers/{id}/export", "exportRegister", tagRegisters, "In sổ thành quyển: PDF, XLSX hoặc DOCX"), exports(true), d.exportRegister)
	do(d, post("/registers/{id}/corrections", "correctEntry", tagRegisters, "Ghi mục đính chính một dòng của sổ"), d.correctEntry)
	ask(d, get("/registers/{id}/reservations", "listReservations", tagRegisters, "Các số đang giữ, đã dùng, đã bỏ"), d.listReservations)
	ask(d, post("/registers/{id}/reservations", "reserveNumber", tagRegisters, "Giữ số tiếp theo của sổ").with(http.MethodPost, http.StatusCreated), d.reserveNumber)
	ask(d, post("/reservations/{id}/release", "releaseNumber", tagRegisters, "Trả lại số đang giữ"), d.releaseNumber)
	ask(d, get("/registers/{id}/lost-numbers", "listLostNumbers", tagRegisters, "Số thiếu sau khi khôi phục dữ liệu, và từng số đã được xử lý thế nào"), d.listLostNumbers)
	do(d, post("/registers/{id}/lost-numbers/void", "voidLostNumbers", tagRegisters, "Bỏ các số thiếu sau khôi phục, có lý do"), d.voidLostNumbers)
	ask(d, post("/secrets", "enterSecret", tagRegisters, "Vào sổ văn bản mật: chỉ số, không nội dung, không tệp").with(http.MethodPost, http.StatusCreated), d.enterSecret)
	do(d, post("/secrets/{id}/void", "voidSecret", tagRegisters, "Bỏ một số trong sổ văn bản mật"), d.voidSecret)
	ask(d, post("/paper-documents", "enterPaper", tagRegisters, "Vào sổ văn bản giấy đã ký").with(http.MethodPost, http.StatusCreated), d.enterPaper)
	ask(d, get("/postings", "listPostings", tagRegisters, "Sổ gửi văn bản đi bưu điện"), d.listPostings)
	ask(d, post("/postings", "enterPosting", tagRegisters, "Ghi bưu gửi").with(http.MethodPost, http.StatusCreated), d.enterPosting)
	do(d, post("/postings/{id}/void", "voidPosting", tagRegisters, "Gạch bỏ dòng ghi nhầm"), d.voidPosting)
	d.stream(get("/postings/export", "exportPostings", tagRegisters, "In sổ gửi văn bản đi bưu điện"), exports(false), d.exportBook(documents.PrintPostings))
	ask(d, get("/copy-uses", "listCopyUses", tagRegisters, "Sổ sử dụng bản lưu"), d.listCopyUses)
	ask(d, post("/copy-uses", "lendCopy", tagRegisters, "Ghi người sử dụng bản lưu").with(http.MethodPost, http.StatusCreated), d.lendCopy)
	do(d, post("/copy-uses/{id}/return", "returnCopy", tagRegisters, "Ghi ngày trả bản lưu"), d.returnCopy)
	d.stream(get("/copy-uses/export", "exportCopyUses", tagRegisters, "In sổ sử dụng bản lưu"), exports(false), d.exportBook(documents.PrintCopyUses))
}

// exports describes an answer that is a file in one of three formats.
func exports(one bool) func(op *huma.Operation) {
	return func(op *huma.Operation) {
		answers(op, "200", "Tệp PDF, XLSX hoặc DOCX", "application/octet-stream", &huma.Schema{Type: huma.TypeString, Format: "binary"})
		op.Parameters = append(op.Parameters, query("format", "pdf (mặc định), xlsx hoặc docx", huma.Schema{Type: huma.TypeString}),
			query("from", "Từ ngày", huma.Schema{Type: huma.TypeString, Format: "date"}), query("to", "Đến hết ngày", huma.Schema{Type: huma.TypeString, Format: "date"}),
			query("volume", "Quyển số", huma.Schema{Type: huma.TypeString}))
		if one {
			pathID(op)
			op.Parameters = append(op.Parameters, query("of", "follow_up: sổ theo dõi giải quyết văn bản đến", huma.Schema{Type: huma.TypeString}),
				query("first", "Từ số", huma.Schema{Type: huma.TypeInteger}), query("last", "Đến hết số", huma.Schema{Type: huma.TypeInteger}))
		}
	}
}

type registerFilter struct {
	Direction string `query:"direction" required:"true" enum:"outgoing,incoming" doc:"Sổ văn bản đi hoặc đến"`
	Year      int    `query:"year" minimum:"1990" maximum:"2199" doc:"Vắng mặt: năm nay"`
}

func (d *door) listRegisters(ctx context.Context, c *call, in *registerFilter) ([]client.Register, error) {
	if in.Year == 0 {
		in.Year = d.today().Year()
	}
	all, err := documents.ListRegisters(ctx, d.DB, c.actor, in.Direction, in.Year)
	return each(all, registerOf), err
}

func registerOf(b documents.Book) client.Register {
	return client.Register{ID: client.ID(b.ID), Year: b.Year, Direction: b.Direction, Name: b.Name, Types: b.TypeCodes, Default: b.IsDefault, LockedOn: string(b.LockedOn),
		Kind: b.Kind, Units: b.UnitIDs, Notation: b.Notation, Body: b.Body, BodyAbbr: b.BodyAbbr, FirstNumber: b.FirstNumber, Carried: b.Carried, LockReason: b.LockReason}
}

func bookForm(f client.RegisterForm) documents.BookForm {
	return documents.BookForm{Direction: f.Direction, Year: f.Year, Kind: f.Kind, Name: f.Name, TypeCodes: f.Types, Units: each(f.Units, func(id client.ID) int64 { return int64(id) }),
		Notation: f.Notation, Body: f.Body, BodyAbbr: f.BodyAbbr, FirstNumber: f.FirstNumber, NotCarried: f.NotCarried, Default: f.Default}
}

func (d *door) openRegister(ctx context.Context, c *call, in *struct{ Body client.RegisterForm }) (out client.Register, err error) {
	form := bookForm(in.Body)
	if form.Year == 0 {
		form.Year = d.today().Year()
	}
	err = write(ctx, d, c, func(tx *store.Tx) error {
		b, err := documents.OpenRegister(ctx, tx, form)
		if err == nil {
			out = registerOf(*b)
		}
		return err
	})
	return out, err
}

func (d *door) changeRegister(ctx context.Context, c *call, in *act[client.RegisterForm]) (out client.Register, err error) {
	err = write(ctx, d, c, func(tx *store.Tx) error {
		b, err := documents.ChangeRegister(ctx, tx, in.id(), bookForm(in.Body))
		if err == nil {
			out = registerOf(*b)
		}
		return err
	})
	return out, err
}

func (d *door) openYear(ctx context.Context, c *call, in *struct{ Body client.OpeningYear }) (out []client.Register, err error) {
	err = write(ctx, d, c, func(tx *store.Tx) error {
		books, err := documents.OpenYear(ctx, tx, in.Body.Year)
		out = each(books, registerOf)
		return err
	})
	return out, err
}

func (d *door) closeRegister(ctx context.Context, c *call, in *act[client.ClosingRegister]) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return documents.CloseRegister(ctx, tx, in.id(), calendar.Date(in.Body.From), in.Body.Reason)
	})
}

// Spanned is a part of a book; it is exported so that other forms can take it in.
type Spanned struct {
	From  string `query:"from" format:"date" doc:"Từ ngày"`
	To    string `query:"to" format:"date" doc:"Đến hết ngày"`
	First int64  `query:"first" minimum:"0" doc:"Từ số"`
	Last  int64  `query:"last" minimum:"0" doc:"Đến hết số"`
}

func (s Spanned) span() documents.Span {
	return documents.Span{From: calendar.Date(s.From), To: calendar.Date(s.To), First: s.First, Last: s.Last}
}

type linesOf struct {
	One
	Spanned
}

func (d *door) listRegisterLines(ctx context.Context, c *call, in *linesOf) (client.RegisterLines, error) {
	b, lines, err := documents.BookLines(ctx, d.DB, c.actor, in.id(), in.span())
	out := client.RegisterLines{Columns: []string{}, Lines: each(lines, func(l documents.BookLine) client.RegisterLine {
		return client.RegisterLine{Number: l.Number, Suffix: l.Suffix, Ref: l.Ref, Cells: l.Cells, Void: l.Void, Held: l.Waiting, Reservation: client.ID(l.Holding)}
	})}
	if err == nil {
		for _, col := range b.Columns() {
			out.Columns = append(out.Columns, col.Head)
		}
	}
	return out, err
}

// giveSheet writes a sheet in the format the address asks for.
func (d *door) giveSheet(_ *call, w http.ResponseWriter, r *http.Request, name string, make func(ctx context.Context) (*documents.Sheet, error)) error {
	format := r.URL.Query().Get("format")
	if format == "" {
		format = documents.FormatPDF
	}
	s, err := make(r.Context())
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := s.Write(&b, format); err != nil {
		return err
	}
	if format == documents.FormatPDF {
		givePDF(w, r, name+".pdf", b.Bytes())
		return nil
	}
	give(w, r, name+"."+format, documents.FormatMedia(format), "", bytes.NewReader(b.Bytes()))
	return nil
}

// spanQuery reads the span of an address that is streamed.
func spanQuery(c *call, r *http.Request) (documents.Span, error) {
	q := r.URL.Query()
	s := documents.Span{From: calendar.Date(q.Get("from")), To: calendar.Date(q.Get("to")), First: One{q.Get("first")}.id(), Last: One{q.Get("last")}.id()}
	for name, day := range map[string]calendar.Date{"from": s.From, "to": s.To} {
		if !day.IsZero() && !day.Valid() {
			return s, wrongParameter(c, name, c.lang.T("Ngày phải có dạng năm-tháng-ngày, ví dụ 2026-03-25."))
		}
	}
	for _, name := range []string{"first", "last"} {
		if q.Get(name) != "" && (One{q.Get(name)}).id() == 0 {
			return s, wrongParameter(c, name, c.lang.T("Phải là số."))
		}
	}
	return s, nil
}

func (d *door) exportRegister(c *call, w http.ResponseWriter, r *http.Request) error {
	s, err := spanQuery(c, r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	return d.giveSheet(c, w, r, "so-dang-ky", func(ctx context.Context) (*documents.Sheet, error) {
		return documents.PrintRegister(ctx, d.DB, c.actor, documents.PrintForm{Register: One{r.PathValue("id")}.id(), Of: q.Get("of"), Span: s, Volume: q.Get("volume")})
	})
}

func (d *door) exportBook(printed func(ctx context.Context, r store.Reader, a store.Actor, s documents.Span, volume string) (*documents.Sheet, error)) func(c *call, w http.ResponseWriter, r *http.Request) error {
	return func(c *call, w http.ResponseWriter, r *http.Request) error {
		s, err := spanQuery(c, r)
		if err != nil {
			return err
		}
		return d.giveSheet(c, w, r, "so", func(ctx context.Context) (*documents.Sheet, error) {
			return printed(ctx, d.DB, c.actor, s, r.URL.Query().Get("volume"))
		})
	}
}

func (d *door) correctEntry(ctx context.Context, c *call, in *act[client.CorrectingEntry]) error {
	f := in.Body
	return write(ctx, d, c, func(tx *store.Tx) error {
		return documents.CorrectEntry(ctx, tx, in.id(), documents.CorrectForm{Number: f.Number, Suffix: f.Suffix, Column: f.Column, Becomes: f.Becomes, Reason: f.Reason})
	})
}

func (d *door) reservationOf(c *call, v documents.Reservation) client.Reservation {
	m := v.Mark(d.today())
	out := client.Reservation{ID: client.ID(v.ID), Register: client.ID(v.RegisterID), Number: v.Number, State: v.State, Lapsed: v.Lapsed(d.today()), Reason: v.Reason, ForDate: string(v.ForDate),
		Until: string(v.Until), HeldBy: v.PersonName, Outgoing: client.ID(v.OutgoingID), EndReason: v.EndReason, At: v.At.Time()}
	if v.State != documents.NumberUsed {
		out.Mark = i18n.T(c.lang, m.Text, m.Args)
	}
	return out
}

func (d *door) listReservations(ctx context.Context, c *call, in *One) ([]client.Reservation, error) {
	all, err := documents.Reservations(ctx, d.DB, c.actor, in.id())
	return each(all, func(v documents.Reservation) client.Reservation { return d.reservationOf(c, v) }), err
}

func (d *door) reserveNumber(ctx context.Context, c *call, in *act[client.Reserving]) (out client.Reservation, err error) {
	err = write(ctx, d, c, func(tx *store.Tx) error {
		v, err := documents.Reserve(ctx, tx, documents.ReserveForm{Register: in.id(), ForDate: calendar.Date(in.Body.ForDate), Until: calendar.Date(in.Body.Until), Reason: in.Body.Reason})
		if err == nil {
			out = d.reservationOf(c, *v)
		}
		return err
	})
	return out, err
}

func (d *door) releaseNumber(ctx context.Context, c *call, in *act[client.Reason]) (out client.Reservation, err error) {
	err = write(ctx, d, c, func(tx *store.Tx) error {
		v, err := documents.ReleaseNumber(ctx, tx, in.id(), in.Body.Reason)
		if err == nil {
			out = d.reservationOf(c, *v)
		}
		return err
	})
	return out, err
}

func (d *door) listLostNumbers(ctx context.Context, c *call, in *One) ([]client.LostNumber, error) {
	all, err := documents.LostNumbers(ctx, d.DB, c.actor, in.id())
	return each(all, func(l documents.LostNumber) client.LostNumber {
		return client.LostNumber{Register: client.ID(l.RegisterID), Number: l.Number, State: l.State, Source: l.Source, Title: l.Title, Peer: l.Peer, Ref: l.Ref, Reason: l.Reason, By: l.PersonName, At: l.At.Time()}
	}), err
}

func (d *door) voidLostNumbers(ctx context.Context, c *call, in *act[client.VoidingLost]) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		_, err := documents.VoidLost(ctx, tx, in.id(), in.Body.First, in.Body.Last, in.Body.Reason)
		return err
	})
}

func urgencyOf(slug string) documents.Urgency {
	u, _ := documents.ParseUrgency(slug)
	return u
}

func (d *door) enterSecret(ctx context.Context, c *call, in *struct{ Body client.SecretForm }) (out client.SecretEntry, err error) {
	f := in.Body
	err = write(ctx, d, c, func(tx *store.Tx) error {
		s, err := documents.EnterSecret(ctx, tx, documents.SecretForm{Direction: f.Direction, Register: int64(f.Register), Date: calendar.Date(f.Date), Party: f.Party, Code: f.Code,
			Secrecy: documents.Secrecy(f.Secrecy), Urgency: urgencyOf(f.Urgency), Lost: f.LostNumber})
		if err == nil {
			out = client.SecretEntry{ID: client.ID(s.ID), Register: client.ID(s.RegisterID), Number: s.Number, Year: s.Year, Date: string(s.Date), Party: s.Party, Code: s.Code, Secrecy: int(s.Secrecy)}
		}
		return err
	})
	return out, err
}

func (d *door) voidSecret(ctx context.Context, c *call, in *act[client.Reason]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.VoidSecret(ctx, tx, in.id(), in.Body.Reason) })
}

func (d *door) enterPaper(ctx context.Context, c *call, in *struct{ Body client.PaperForm }) (client.Outgoing, error) {
	f := in.Body
	var out *documents.Outgoing
	err := write(ctx, d, c, func(tx *store.Tx) (err error) {
		out, err = documents.EnterPaper(ctx, tx, documents.PaperForm{TypeCode: f.Type, Subject: f.Subject, SignerName: f.Signer, Unit: org.UnitID(f.Unit), FieldAbbr: f.FieldAbbr, Date: calendar.Date(f.Date),
			Receivers: f.Receivers, KeptCopies: f.KeptCopies, Urgency: urgencyOf(f.Urgency), Register: int64(f.Register), Migrated: f.Migrated, Number: f.Number, Suffix: f.Suffix})
		return err
	})
	return outgoing(c)(out, err)
}

func postingOf(v documents.Posting) client.Posting {
	return client.Posting{ID: client.ID(v.ID), SentOn: string(v.SentOn), Outgoing: client.ID(v.OutgoingID), Code: v.Code, Receiver: v.Receiver, Envelopes: v.Envelopes, Postmark: v.Postmark, Note: v.Note, VoidReason: v.VoidReason}
}

func (d *door) listPostings(ctx context.Context, c *call, in *Spanned) ([]client.Posting, error) {
	all, err := documents.Postings(ctx, d.DB, c.actor, in.span())
	return each(all, postingOf), err
}

func (d *door) enterPosting(ctx context.Context, c *call, in *struct{ Body client.PostingForm }) (out client.Posting, err error) {
	f := in.Body
	err = write(ctx, d, c, func(tx *store.Tx) error {
		v, err := documents.Post(ctx, tx, documents.PostingForm{SentOn: calendar.Date(f.SentOn), Outgoing: int64(f.Outgoing), Code: f.Code, Receiver: f.Receiver, Envelopes: f.Envelopes, Postmark: f.Postmark, Note: f.Note})
		if err == nil {
			out = postingOf(*v)
		}
		return err
	})
	return out, err
}

func (d *door) voidPosting(ctx context.Context, c *call, in *act[client.Reason]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.VoidPosting(ctx, tx, in.id(), in.Body.Reason) })
}

func copyUseOf(v documents.CopyUse) client.CopyUse {
	return client.CopyUse{ID: client.ID(v.ID), LentOn: string(v.LentOn), User: v.UserName, Outgoing: client.ID(v.OutgoingID), Code: v.Code, About: v.About, Dossier: v.DossierCode, AllowedBy: v.AllowedBy, Note: v.Note, ReturnedOn: string(v.ReturnedOn)}
}

func (d *door) listCopyUses(ctx context.Context, c *call, in *Spanned) ([]client.CopyUse, error) {
	all, err := documents.CopyUses(ctx, d.DB, c.actor, in.span())
	return each(all, copyUseOf), err
}

func (d *door) lendCopy(ctx context.Context, c *call, in *struct{ Body client.CopyUseForm }) (out client.CopyUse, err error) {
	f := in.Body
	err = write(ctx, d, c, func(tx *store.Tx) error {
		v, err := documents.LendCopy(ctx, tx, documents.CopyUseForm{LentOn: calendar.Date(f.LentOn), UserName: f.User, Outgoing: int64(f.Outgoing), Code: f.Code, About: f.About, DossierCode: f.Dossier, AllowedBy: f.AllowedBy, Note: f.Note})
		if err == nil {
			out = copyUseOf(*v)
		}
		return err
	})
	return out, err
}

func (d *door) returnCopy(ctx context.Context, c *call, in *act[client.ReturningCopy]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.ReturnCopy(ctx, tx, in.id(), calendar.Date(in.Body.On)) })
}
