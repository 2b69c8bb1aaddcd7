package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
)

func kindOptions(ctx context.Context) []Option {
	var out []Option
	for _, k := range documents.BookKinds {
		out = append(out, Option{Value: k, Label: translate(ctx, documents.BookKindLabel(k), nil)})
	}
	return out
}

// bookDesk is the form of a register's rule: of a new one, or of one that is changed.
type bookDesk struct {
	d            *Door
	r            *http.Request
	was          *documents.Book
	used         bool // its numbering began: the rule of the series stays
	types, units []Option
	direction    string
	year         int
}

func (d *Door) bookForm(r *http.Request, was *documents.Book) (bookDesk, error) {
	ctx := r.Context()
	x := bookDesk{d: d, r: r, was: was}
	x.direction, x.year = d.bookPlace(r)
	var err error
	if x.types, err = d.typeOptions(ctx); err != nil {
		return x, err
	}
	for i := range x.types {
		x.types[i].Label = translate(ctx, x.types[i].Label, nil)
	}
	units, err := org.Units(ctx, d.DB, org.AgencyID(actor(r).Agency))
	for _, u := range units {
		x.units = append(x.units, Option{Value: strconv.FormatInt(int64(u.ID), 10), Label: u.Name})
	}
	if err == nil && was != nil {
		x.direction, x.year = was.Direction, was.Year
		x.used, err = documents.RegisterUsed(ctx, d.DB, *was)
	}
	return x, err
}

func (x bookDesk) fields(f *Form, errs Errors) ([]templ.Component, error) {
	ctx := x.r.Context()
	b := documents.Book{Kind: documents.BookAdministrative, FirstNumber: 1, Carried: true}
	if x.was != nil {
		b = *x.was
	}
	kind, types, units, carried := []string{b.Kind}, strings.Fields(b.TypeCodes), strings.Fields(b.UnitIDs), b.Carried
	chosen, which := []string{strconv.Itoa(x.year)}, []string{x.direction}
	if f != nil {
		kind, types, units, carried, chosen, which = f.Values("kind"), f.Values("types"), f.Values("units"), f.Yes("carried"), f.Values("year"), f.Values("direction")
	}
	out := []templ.Component{TextField(fieldOf(f, errs, Field{Name: "name", Label: t(ctx, "Tên sổ"), Value: b.Name, Hint: t(ctx, "Ví dụ: Sổ đăng ký quyết định"), MaxLength: 200, Autofocus: true}))}
	if x.was == nil {
		out = append(out, RadioField(Field{Name: "direction", Label: t(ctx, "Loại sổ"), Error: errs.Of("direction")}, Choose(directionOptions(ctx), which...)),
			SelectField(Field{Name: "year", Label: t(ctx, "Năm"), Short: true, Error: errs.Of("year")}, Choose(x.d.yearOptions(2), chosen...)))
	}
	rule := []templ.Component{
		SelectField(Field{Name: "kind", Label: t(ctx, "Nhóm văn bản"), Error: errs.Of("kind")}, Choose(kindOptions(ctx), kind...)),
		CheckField(Field{Name: "types", Label: t(ctx, "Loại văn bản vào sổ này"), Hint: t(ctx, "Không chọn loại nào: sổ dùng cho mọi loại văn bản"), Optional: true, Error: errs.Of("types")}, Choose(x.types, types...)),
		TextField(fieldOf(f, errs, Field{Name: "notation", Label: t(ctx, "Mẫu ký hiệu"), Value: b.Notation, Optional: true, MaxLength: 60,
			Hint: t(ctx, "Để trống: ký hiệu theo Nghị định 30/2020/NĐ-CP. Các chỗ thay được: {places}", "places", "{type} {agency} {unit} {field} {body}")})),
		TextField(fieldOf(f, errs, Field{Name: "body", Label: t(ctx, "Tên Hội đồng, Ban hoặc Tổ"), Value: b.Body, Optional: true, MaxLength: 200, Hint: t(ctx, "Chỉ với sổ của tổ chức tư vấn")})),
		TextField(fieldOf(f, errs, Field{Name: "body_abbr", Label: t(ctx, "Chữ viết tắt của Hội đồng, Ban hoặc Tổ"), Value: b.BodyAbbr, Optional: true, Short: true, MaxLength: 20})),
		TextField(fieldOf(f, errs, Field{Name: "first_number", Label: t(ctx, "Bắt đầu từ số"), Value: strconv.FormatInt(b.FirstNumber, 10), Short: true, InputMode: "numeric",
			Hint: t(ctx, "Lớn hơn 1 khi tiếp theo sổ giấy đang dùng của năm")})),
	}
	if x.used {
		rule = []templ.Component{Note(Info, t(ctx, "Sổ đã cấp số nên quy tắc đánh số được giữ nguyên."))}
	}
	out = append(out, rule...)
	if len(x.units) > 0 {
		out = append(out, CheckField(Field{Name: "units", Label: t(ctx, "Đơn vị dùng sổ này"), Hint: t(ctx, "Không chọn đơn vị nào: mọi đơn vị"), Optional: true, Error: errs.Of("units")}, Choose(x.units, units...)))
	}
	return append(out, CheckOne(Field{Name: "carried", Label: t(ctx, "Năm sau mở tiếp sổ có cùng quy tắc")}, carried)), nil
}

// form reads the rule; where it stays, it is that of the register.
func (x bookDesk) form(f *Form) documents.BookForm {
	form := documents.BookForm{Direction: x.direction, Year: x.year, Name: f.Line("name"), Kind: f.Line("kind"), TypeCodes: f.Values("types"), Units: f.Numbers("units"), Notation: f.Line("notation"),
		Body: f.Line("body"), BodyAbbr: f.Line("body_abbr"), FirstNumber: f.Number("first_number"), NotCarried: !f.Yes("carried")}
	if x.was == nil {
		form.Direction, form.Year = f.Line("direction"), int(f.Number("year"))
	}
	if b := x.was; x.used {
		form.Kind, form.TypeCodes, form.Notation, form.Body, form.BodyAbbr, form.FirstNumber = b.Kind, strings.Fields(b.TypeCodes), b.Notation, b.Body, b.BodyAbbr, b.FirstNumber
	}
	return form
}

// openRegister: GET, POST /registers/new
func (d *Door) openRegister(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	x, err := d.bookForm(r, nil)
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "registers", Title: t(ctx, "Mở sổ đăng ký"), Lead: t(ctx, "Sổ riêng đánh số riêng. Sổ chung của năm tự mở khi vào sổ văn bản đầu tiên."),
		Submit: Action{Label: t(ctx, "Mở sổ"), Kind: Primary}, Refused: t(ctx, "Chưa mở được sổ"), Back: booksAddress(x.direction, x.year), Fields: x.fields,
		Do: func(f *Form) (flashed, string, error) {
			form := x.form(f)
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			var b *documents.Book
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) (err error) { b, err = documents.OpenRegister(ctx, tx, form); return err })
			if err != nil {
				return flashed{}, "", err
			}
			return done("Đã mở {name} năm {year}.", "name", b.Name, "year", strconv.Itoa(b.Year)), booksAddress(b.Direction, b.Year), nil
		}})
}

// changeRegister: GET, POST /registers/{id}/change
func (d *Door) changeRegister(w http.ResponseWriter, r *http.Request) error {
	b, err := d.keptBook(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	x, err := d.bookForm(r, &b)
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "registers", Title: t(ctx, "Sửa sổ đăng ký"), Lead: t(ctx, "{name}, năm {year}", "name", b.Name, "year", strconv.Itoa(b.Year)),
		Submit: Action{Label: t(ctx, "Lưu sổ"), Kind: Primary}, Refused: t(ctx, "Chưa sửa được sổ"), Back: booksAddress(b.Direction, b.Year), Fields: x.fields,
		Do: func(f *Form) (flashed, string, error) {
			form := x.form(f)
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { _, err := documents.ChangeRegister(ctx, tx, b.ID, form); return err })
			return done("Đã lưu {name}.", "name", form.Name), "", err
		}})
}

// openYear: GET, POST /registers/year opens the registers of a year with the rules of the year before.
func (d *Door) openYear(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	direction, year := d.bookPlace(r)
	options := d.yearOptions(1)
	return d.act(w, r, ActPage{Active: "registers", Title: t(ctx, "Mở sổ năm mới"), Lead: t(ctx, "Mở các sổ với quy tắc của năm trước, đánh số lại từ 01. Không mở cũng được: sổ tự mở khi vào sổ văn bản đầu tiên của năm."),
		Submit: Action{Label: t(ctx, "Mở sổ"), Kind: Primary}, Refused: t(ctx, "Chưa mở được sổ"), Back: booksAddress(direction, year),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{SelectField(Field{Name: "year", Label: t(ctx, "Năm"), Short: true, Error: errs.Of("year")}, Choose(options, f.shown("year")))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			of := int(f.Number("year"))
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			var books []documents.Book
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) (err error) { books, err = documents.OpenYear(ctx, tx, of); return err })
			return done("Đã mở {n} sổ của năm {year}.", "n", len(books), "year", strconv.Itoa(of)), booksAddress(direction, of), err
		}})
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
				Hint: t(ctx, "Từ ngày này không vào sổ được nữa và không mở lại được; sổ vẫn xem và in được, sai sót chỉ ghi bằng mục đính chính."), Autofocus: true})),
				TextArea(fieldOf(f, errs, Field{Name: "reason", Label: t(ctx, "Lý do khóa sổ"), MaxLength: 1000, Rows: 3}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			from := f.Date("from")
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return documents.CloseRegister(ctx, tx, b.ID, from, f.Line("reason")) })
			return done("Sổ {name} khóa từ ngày {date}.", "name", b.Name, "date", from.Display()), "", err
		}})
}

// seriesField offers the series of advisory bodies to a draft; nothing where the agency has none.
func (d *Door) seriesField(r *http.Request, chosen string, errs Errors) ([]templ.Component, error) {
	books, err := documents.Series(r.Context(), d.DB, actor(r), d.today())
	if err != nil || len(books) == 0 {
		return nil, err
	}
	ctx := r.Context()
	options := []Option{{Label: t(ctx, "Sổ thường của cơ quan")}}
	for _, b := range books {
		options = append(options, Option{Value: fmt.Sprint(b.ID), Label: b.Body})
	}
	return []templ.Component{SelectField(Field{Name: "series", Label: t(ctx, "Đánh số theo sổ của"), Error: errs.Of("register")}, Choose(slices.Clip(options), chosen))}, nil
}
