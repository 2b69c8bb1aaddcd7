package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/org"
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
		{Pattern: "GET " + pathRegisters, Who: posts(bookReaders), Handle: (*Door).registersPage, Nav: &Nav{Key: "registers", Icon: "book", Group: recordsGroup, Label: func(ctx context.Context) string { return t(ctx, "Sổ đăng ký") }}},
		{Pattern: "GET /registers/new", Who: posts(bookKeepers), Handle: (*Door).openRegister},
		{Pattern: "POST /registers/new", Who: posts(bookKeepers), Handle: (*Door).openRegister},
		{Pattern: "GET /registers/year", Who: posts(bookKeepers), Handle: (*Door).openYear},
		{Pattern: "POST /registers/year", Who: posts(bookKeepers), Handle: (*Door).openYear},
		{Pattern: "GET /registers/{id}", Who: posts(bookOpeners), Handle: (*Door).registerPage},
		{Pattern: "GET /registers/{id}/print", Who: posts(bookOpeners), Handle: (*Door).printPage},
		{Pattern: "GET /registers/{id}/export", Who: posts(bookOpeners), Handle: (*Door).exportRegister},
		{Pattern: "GET /registers/{id}/change", Who: posts(bookKeepers), Handle: (*Door).changeRegister},
		{Pattern: "POST /registers/{id}/change", Who: posts(bookKeepers), Handle: (*Door).changeRegister},
		{Pattern: "GET /registers/{id}/close", Who: posts(bookKeepers), Handle: (*Door).closeRegister},
		{Pattern: "POST /registers/{id}/close", Who: posts(bookKeepers), Handle: (*Door).closeRegister},
		{Pattern: "GET /registers/{id}/lost", Who: posts(bookKeepers), Handle: (*Door).lostNumbers},
		{Pattern: "POST /registers/{id}/lost", Who: posts(bookKeepers), Handle: (*Door).lostNumbers},
	}
	for path, handle := range map[string]func(*Door, http.ResponseWriter, *http.Request) error{
		"/registers/{id}/reserve": (*Door).reserveNumber, "/reservations/{id}/release": (*Door).releaseNumber, "/registers/{id}/correct": (*Door).correctEntry,
		"/registers/{id}/enter": (*Door).enterByHand, "/secrets/{id}/void": (*Door).voidSecret,
	} {
		all = append(all, Route{Pattern: "GET " + path, Who: posts(store.Clerk), Handle: handle}, Route{Pattern: "POST " + path, Who: posts(store.Clerk), Handle: handle})
	}
	return slices.Concat(all, handBookRoutes(), searchRoutes(), exchangeRoutes())
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
	units, err := org.Units(ctx, d.DB, org.AgencyID(a.Agency))
	if err != nil {
		return err
	}
	v := registersView{direction: direction, year: year, books: books, years: d.yearOptions(yearsShown), agency: sessionOf(r).Holding.AgencyName, types: map[string]string{}, units: map[string]string{},
		keeps: a.Roles.Has(bookKeepers), prints: documents.SeesAll(a), fenced: map[int64]bool{}}
	for _, b := range books {
		n, err := documents.Fenced(ctx, d.DB, b)
		if err != nil {
			return err
		}
		v.fenced[b.ID] = n > 0
	}
	for _, o := range types {
		v.types[o.Value] = translate(ctx, o.Label, nil)
	}
	for _, u := range units {
		v.units[strconv.FormatInt(int64(u.ID), 10)] = u.Name
	}
	return d.page(w, r, View{Title: t(ctx, "Sổ đăng ký văn bản"), Active: "registers"}, registersList(v))
}

// registersView is the registers of one direction and year.
type registersView struct {
	direction, agency string
	year              int
	books             []documents.Book
	years             []Option
	types, units      map[string]string // names by code
	fenced            map[int64]bool    // registers that give no number after a restore
	keeps, prints     bool              // an administrator keeps registers without reading them
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
	return documents.FindRegister(r.Context(), d.DB, actor(r), id)
}

// linesShown is how many lines of a register one page shows: the newest, then those before.
const linesShown = 200

// registerPage: GET /registers/{id} shows the lines of a register.
func (d *Door) registerPage(w http.ResponseWriter, r *http.Request) error {
	b, err := d.keptBook(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	form := &Form{r: asked(r)}
	span := documents.Span{From: form.Date("from"), To: form.Date("to"), Last: form.Number("last")}
	v := registerView{book: b, from: form.shown("from"), to: form.shown("to"), clerk: documents.KeepsRegisters(actor(r)), keeps: actor(r).Roles.Has(bookKeepers), today: d.today()}
	if err := form.Err(); err != nil {
		errs, _ := asErrors(ctx, err)
		v.wrong, span = errs[0].Message, documents.Span{}
	}
	_, lines, err := documents.BookLines(ctx, d.DB, actor(r), b.ID, span)
	if errs, ok := asErrors(ctx, err); ok {
		v.wrong = errs[0].Message
	} else if err != nil {
		return err
	}
	if v.lines = lines; len(lines) > linesShown {
		v.lines = lines[len(lines)-linesShown:]
		v.older = v.address() + "&last=" + strconv.FormatInt(v.lines[0].Number-1, 10)
	}
	v.later = span.Last != 0
	if v.missing, err = documents.Fenced(ctx, d.DB, b); err != nil {
		return err
	}
	return d.page(w, r, View{Title: b.Name, Active: "registers", Watch: []string{"documents"}}, registerRows(v))
}

// registerView is a register from day to day.
type registerView struct {
	book            documents.Book
	lines           []documents.BookLine
	from, to, wrong string // wrong: a day that narrows nothing
	older           string // address of the lines before
	later, clerk    bool
	missing         int64 // numbers that a restore has lost; above 0 it gives none
	keeps           bool  // the reader may enter or void them
	today           calendar.Date
}

// asked lets a Form read what a GET form put into the address.
func asked(r *http.Request) *http.Request {
	c := *r
	c.PostForm = r.URL.Query()
	return &c
}
