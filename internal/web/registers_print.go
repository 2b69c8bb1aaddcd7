package web

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strconv"

	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// printView is the form that asks for a volume of a register; it is sent as an address, so that the browser opens the file by itself.
type printView struct {
	title, lead, action, back string
	hidden                    []Hidden
	follow                    bool // it can be printed as the follow-up register too
	numbers                   bool // it can be bounded by numbers
	r                         *http.Request
	errs                      Errors
}

func (v printView) shown(name string) string { return i18n.CleanLine(v.r.FormValue(name)) }

func (v printView) formats(ctx context.Context) []Option {
	return Choose([]Option{{Value: documents.FormatPDF, Label: t(ctx, "PDF để in, đóng quyển")}, {Value: documents.FormatXLSX, Label: t(ctx, "Bảng tính XLSX")}, {Value: documents.FormatDOCX, Label: t(ctx, "Văn bản DOCX")}},
		orElse(v.shown("format"), documents.FormatPDF))
}

func (v printView) forms(ctx context.Context) []Option {
	return Choose([]Option{{Value: "book", Label: t(ctx, "Sổ đăng ký văn bản đến")}, {Value: documents.PrintFollowUp, Label: t(ctx, "Sổ theo dõi giải quyết văn bản đến")}}, orElse(v.shown("of"), "book"))
}

func (d *Door) bookPrint(r *http.Request, b documents.Book) printView {
	ctx := r.Context()
	return printView{title: t(ctx, "In sổ đăng ký"), lead: t(ctx, "{name}, năm {year}", "name", b.Name, "year", strconv.Itoa(b.Year)), action: bookRoot(b) + "/export",
		back: booksAddress(b.Direction, b.Year), follow: b.Direction == documents.IncomingBook && b.Kind != documents.BookSecret, numbers: true, r: r}
}

// printPage: GET /registers/{id}/print
func (d *Door) printPage(w http.ResponseWriter, r *http.Request) error {
	b, err := d.keptBook(r)
	if err != nil {
		return err
	}
	return d.showPrint(w, r, 0, d.bookPrint(r, b))
}

func (d *Door) showPrint(w http.ResponseWriter, r *http.Request, status int, v printView) error {
	return d.page(w, r, View{Title: v.title, Active: "registers", Status: status}, printForm(v))
}

// spanOf reads which part of a register is asked for.
func spanOf(form *Form) documents.Span {
	return documents.Span{From: form.Date("from"), To: form.Date("to"), First: form.Number("first"), Last: form.Number("last")}
}

// exportRegister: GET /registers/{id}/export
func (d *Door) exportRegister(w http.ResponseWriter, r *http.Request) error {
	b, err := d.keptBook(r)
	if err != nil {
		return err
	}
	return d.export(w, r, d.bookPrint(r, b), func(form *Form) (*documents.Sheet, error) {
		ask := documents.PrintForm{Register: b.ID, Span: spanOf(form), Volume: form.Line("volume")}
		if of := form.Line("of"); of != "book" {
			ask.Of = of
		}
		if err := form.Err(); err != nil {
			return nil, err
		}
		return documents.PrintRegister(r.Context(), d.DB, actor(r), ask)
	})
}

// export sends a sheet in the format that is asked for, or shows the form again with what is wrong.
func (d *Door) export(w http.ResponseWriter, r *http.Request, v printView, sheet func(form *Form) (*documents.Sheet, error)) error {
	form := &Form{r: asked(r)}
	format := orElse(form.Line("format"), documents.FormatPDF)
	var b bytes.Buffer
	s, err := sheet(form)
	if err == nil {
		err = s.Write(&b, format)
	}
	if errs, ok := asErrors(r.Context(), err); ok {
		v.errs = errs
		return d.showPrint(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	return d.sendSheet(w, r, s.Name, format, b.Bytes())
}

func (d *Door) sendSheet(w http.ResponseWriter, r *http.Request, name, format string, b []byte) error {
	if format == documents.FormatPDF {
		return d.sendMarked(w, r, name+".pdf", b)
	}
	if !slices.Contains(documents.Formats, format) {
		return store.RefuseField("format", "Chỉ xuất được tệp PDF, XLSX hoặc DOCX.")
	}
	w.Header().Set("Content-Type", documents.FormatMedia(format))
	w.Header().Set("Content-Disposition", disposition("attachment", name+"."+format))
	_, err := w.Write(b)
	return err
}
