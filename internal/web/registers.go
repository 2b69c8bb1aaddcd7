package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

const pathRegisters = "/registers"

// bookKeepers open and lock registers, bookOpeners read and print what stands in them; bookReaders see which there are.
const (
	bookKeepers = store.Clerk | store.AgencyAdmin
	bookOpeners = store.Clerk | store.Leader | store.Head | store.Archivist
	bookReaders = bookKeepers | bookOpeners
)

// bookRoutes are the registers, search, and what the exchange could not finish by itself.
func bookRoutes() []Route {
	all := []Route{
		{Pattern: "GET " + pathRegisters, Who: posts(bookReaders), Handle: (*Door).registersPage, Nav: &Nav{Key: "registers", Icon: "book", Label: func(ctx context.Context) string { return t(ctx, "Sổ đăng ký") }}},
		{Pattern: "GET /registers/new", Who: posts(bookKeepers), Handle: (*Door).openRegister},
		{Pattern: "POST /registers/new", Who: posts(bookKeepers), Handle: (*Door).openRegister},
		{Pattern: "GET /registers/{id}", Who: posts(bookOpeners), Handle: (*Door).registerPage},
		{Pattern: "GET /registers/{id}/print", Who: posts(bookOpeners), Handle: (*Door).printPage},
		{Pattern: "GET /registers/{id}/print.pdf", Who: posts(bookOpeners), Handle: (*Door).printRegister},
		{Pattern: "GET /registers/{id}/close", Who: posts(bookKeepers), Handle: (*Door).closeRegister},
		{Pattern: "POST /registers/{id}/close", Who: posts(bookKeepers), Handle: (*Door).closeRegister},
	}
	return slices.Concat(all, searchRoutes(), exchangeRoutes())
}

// yearsShown is how many years back a list of registers can be asked for.
const yearsShown = 10

// bookPlace is which registers an address asks for: a direction and a year, the present one when it names none.
func (d *Door) bookPlace(r *http.Request) (direction string, year int) {
	direction, year = documents.OutgoingBook, d.today().Year()
	if r.FormValue("direction") == documents.IncomingBook {
		direction = documents.IncomingBook
	}
	if n, err := strconv.Atoi(r.FormValue("year")); err == nil && n <= year+1 && n > year-yearsShown {
		year = n
	}
	return direction, year
}

func booksAddress(direction string, year int) string {
	return fmt.Sprintf("%s?direction=%s&year=%d", pathRegisters, direction, year)
}

// bookAddress is a register, or what is done with it; direction and year say where it stands.
func bookAddress(b documents.Book, act string) string {
	if act != "" {
		act = "/" + act
	}
	return fmt.Sprintf("%s/%d%s?direction=%s&year=%d", pathRegisters, b.ID, act, b.Direction, b.Year)
}

func (d *Door) yearOptions(back int) []Option {
	var out []Option
	for y, this := d.today().Year()+1, d.today().Year(); y > this-back; y-- {
		out = append(out, Option{Value: strconv.Itoa(y), Label: strconv.Itoa(y)})
	}
	return out
}

// registersPage: GET /registers
func (d *Door) registersPage(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), actor(r)
	direction, year := d.bookPlace(r)
	books, err := documents.ListRegisters(ctx, d.DB, a, direction, year)
	if err != nil {
		return err
	}
	types, err := d.typeOptions(ctx)
	if err != nil {
		return err
	}
	v := registersView{direction: direction, year: year, books: books, years: d.yearOptions(yearsShown), agency: sessionOf(r).Holding.AgencyName, types: map[string]string{},
		keeps: a.Roles.Has(bookKeepers), prints: documents.SeesAll(a)}
	for _, o := range types {
		v.types[o.Value] = translate(ctx, o.Label, nil)
	}
	return d.page(w, r, View{Title: t(ctx, "Sổ đăng ký văn bản"), Active: "registers"}, registersList(v))
}

// registersView is the registers of one direction and year.
type registersView struct {
	direction, agency string
	year              int
	books             []documents.Book
	years             []Option
	types             map[string]string // names by code
	keeps, prints     bool              // an administrator keeps registers without reading them
}

// openRegister: GET, POST /registers/new
func (d *Door) openRegister(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	direction, year := d.bookPlace(r)
	types, err := d.typeOptions(ctx)
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "registers", Title: t(ctx, "Mở sổ đăng ký"), Lead: t(ctx, "Sổ riêng đánh số riêng. Sổ chung của năm tự mở khi vào sổ văn bản đầu tiên."),
		Submit: Action{Label: t(ctx, "Mở sổ"), Kind: Primary}, Refused: t(ctx, "Chưa mở được sổ"), Back: booksAddress(direction, year),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			chosen, which := []string{strconv.Itoa(year)}, []string{direction}
			var picked []string
			if f != nil {
				chosen, which, picked = f.Values("year"), f.Values("direction"), f.Values("types")
			}
			for i := range types {
				types[i].Label = translate(ctx, types[i].Label, nil)
			}
			return []templ.Component{
				TextField(fieldOf(f, errs, Field{Name: "name", Label: t(ctx, "Tên sổ"), Hint: t(ctx, "Ví dụ: Sổ đăng ký quyết định"), MaxLength: 100, Autofocus: true})),
				RadioField(Field{Name: "direction", Label: t(ctx, "Loại sổ"), Error: errs.Of("direction")}, Choose(directionOptions(ctx), which...)),
				SelectField(Field{Name: "year", Label: t(ctx, "Năm"), Short: true, Error: errs.Of("year")}, Choose(d.yearOptions(2), chosen...)),
				CheckField(Field{Name: "types", Label: t(ctx, "Loại văn bản vào sổ này"), Hint: t(ctx, "Không chọn loại nào: sổ dùng cho mọi loại văn bản"), Optional: true, Error: errs.Of("types")}, Choose(types, picked...)),
			}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			which, of := f.Line("direction"), int(f.Number("year"))
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			var b *documents.Book
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) (err error) {
				b, err = documents.OpenRegister(ctx, tx, which, of, f.Line("name"), f.Values("types"))
				return err
			})
			if err != nil {
				return flashed{}, "", err
			}
			return done("Đã mở {name} năm {year}.", "name", b.Name, "year", strconv.Itoa(b.Year)), booksAddress(b.Direction, b.Year), nil
		}})
}

func directionOptions(ctx context.Context) []Option {
	return []Option{{Value: documents.OutgoingBook, Label: t(ctx, "Sổ văn bản đi")}, {Value: documents.IncomingBook, Label: t(ctx, "Sổ văn bản đến")}}
}

// keptBook is the register of the address, among the actor's own.
func (d *Door) keptBook(r *http.Request) (documents.Book, error) {
	id, err := number(r, "id")
	if err != nil {
		return documents.Book{}, err
	}
	direction, year := d.bookPlace(r)
	books, err := documents.ListRegisters(r.Context(), d.DB, actor(r), direction, year)
	if err != nil {
		return documents.Book{}, err
	}
	for _, b := range books {
		if b.ID == id {
			return b, nil
		}
	}
	return documents.Book{}, store.Refuse(store.NotFound, "Không tìm thấy sổ đăng ký này trong cơ quan.")
}

// closeRegister: GET, POST /registers/{id}/close
func (d *Door) closeRegister(w http.ResponseWriter, r *http.Request) error {
	b, err := d.keptBook(r)
	if err != nil {
		return err
	}
	if b.LockedOn != "" {
		return store.Refuse(store.Conflict, "Sổ {name} đã khóa từ ngày {date}.", "name", b.Name, "date", b.LockedOn)
	}
	ctx := r.Context()
	return d.act(w, r, ActPage{Active: "registers", Title: t(ctx, "Khóa sổ đăng ký"), Lead: t(ctx, "{name}, năm {year}", "name", b.Name, "year", strconv.Itoa(b.Year)),
		Submit: Action{Label: t(ctx, "Khóa sổ"), Kind: DangerFinal}, Refused: t(ctx, "Chưa khóa được sổ"), Back: booksAddress(b.Direction, b.Year),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{DateField(fieldOf(f, errs, Field{Name: "from", Label: t(ctx, "Khóa từ ngày"), Value: d.today().Display(),
				Hint: t(ctx, "Từ ngày này không vào sổ được nữa và không mở lại được; sổ vẫn xem và in được."), Autofocus: true}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			from := f.Date("from")
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return documents.CloseRegister(ctx, tx, b.ID, from) })
			return done("Sổ {name} khóa từ ngày {date}.", "name", b.Name, "date", from.Display()), "", err
		}})
}

// registerPage: GET /registers/{id} shows the rows of a register of outgoing documents.
func (d *Door) registerPage(w http.ResponseWriter, r *http.Request) error {
	b, err := d.keptBook(r)
	if err != nil {
		return err
	}
	if b.Direction != documents.OutgoingBook { // its rows are the list of incoming documents
		return redirect(w, r, "/incoming?tab="+documents.InTabAll)
	}
	ctx := r.Context()
	form := &Form{r: asked(r)}
	from, to := form.Date("from"), form.Date("to")
	v := registerView{book: b, from: form.shown("from"), to: form.shown("to")}
	if err := form.Err(); err != nil {
		errs, _ := asErrors(ctx, err)
		v.wrong, from, to = errs[0].Message, "", ""
	}
	if v.rows, err = documents.RegisterRows(ctx, d.DB, actor(r), b.ID, from, to); err != nil {
		return err
	}
	return d.page(w, r, View{Title: b.Name, Active: "registers", Watch: []string{"documents"}}, registerRows(v))
}

// registerView is a register of outgoing documents from day to day.
type registerView struct {
	book            documents.Book
	rows            []documents.RegisterRow
	from, to, wrong string // wrong: a day that narrows nothing
}

// printPage: GET /registers/{id}/print asks for days (outgoing) or numbers (incoming).
func (d *Door) printPage(w http.ResponseWriter, r *http.Request) error {
	b, err := d.keptBook(r)
	if err != nil {
		return err
	}
	return d.showPrint(w, r, 0, b, nil)
}

func (d *Door) showPrint(w http.ResponseWriter, r *http.Request, status int, b documents.Book, errs Errors) error {
	ctx := r.Context()
	shown := func(name string) string { return i18n.CleanLine(r.FormValue(name)) }
	return d.page(w, r, View{Title: t(ctx, "In sổ đăng ký"), Active: "registers", Status: status}, printForm(b, shown("from"), shown("to"), errs))
}

// printRegister: GET /registers/{id}/print.pdf
func (d *Door) printRegister(w http.ResponseWriter, r *http.Request) error {
	b, err := d.keptBook(r)
	if err != nil {
		return err
	}
	pdf, err := d.printed(r, b)
	if errs, ok := asErrors(r.Context(), err); ok {
		return d.showPrint(w, r, http.StatusUnprocessableEntity, b, errs)
	}
	if err != nil {
		return err
	}
	return sendPDF(w, r, fmt.Sprintf("%s-%d.pdf", b.Name, b.Year), pdf)
}

func (d *Door) printed(r *http.Request, b documents.Book) ([]byte, error) {
	form, ctx := &Form{r: asked(r)}, r.Context()
	if b.Direction == documents.IncomingBook {
		from, to := form.Number("from"), form.Number("to")
		if to > 0 && from > to {
			form.problems.Add("to", "Số cuối không được nhỏ hơn số đầu.")
		}
		if err := form.Err(); err != nil {
			return nil, err
		}
		return documents.PrintIncoming(ctx, d.DB, actor(r), b.ID, from, to)
	}
	from, to := form.Date("from"), form.Date("to")
	if !from.IsZero() && !to.IsZero() && to.Before(from) {
		form.problems.Add("to", "Ngày cuối không được trước ngày đầu.")
	}
	if err := form.Err(); err != nil {
		return nil, err
	}
	return documents.PrintRegister(ctx, d.Desk, actor(r), b.ID, from, to)
}

// asked lets a Form read what a GET form put into the address.
func asked(r *http.Request) *http.Request {
	c := *r
	c.PostForm = r.URL.Query()
	return &c
}
