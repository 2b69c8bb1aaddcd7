package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
)

// copyRoutes are the certified copies of the registry.
func copyRoutes() []Route {
	return []Route{
		{Pattern: "GET /copies", Who: posts(store.Clerk | store.Leader | store.Head), Handle: (*Door).copies},
		{Pattern: "GET /copies/new", Who: posts(store.Clerk), Handle: (*Door).makeCopy},
		{Pattern: "POST /copies/new", Who: posts(store.Clerk), Handle: (*Door).makeCopy},
		{Pattern: "GET /copies/{id}/print.pdf", Handle: (*Door).printCopy},
		{Pattern: "GET /incoming/{id}/digitise", Who: posts(store.Clerk), Handle: (*Door).digitise},
		{Pattern: "POST /incoming/{id}/digitise", Who: posts(store.Clerk), Handle: (*Door).digitise},
	}
}

const copyPage = 50

// copies: GET /copies is the register of copies.
func (d *Door) copies(w http.ResponseWriter, r *http.Request) error {
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	all, err := documents.Copies(r.Context(), d.DB, actor(r), before, copyPage+1)
	if err != nil {
		return err
	}
	older := ""
	if len(all) > copyPage {
		all = all[:copyPage]
		older = fmt.Sprintf("/copies?before=%d", all[copyPage-1].ID)
	}
	title := t(r.Context(), "Sổ bản sao")
	return d.page(w, r, View{Title: title, Active: "registers", Watch: []string{"documents"}}, copiesPage(title, all, older))
}

// makeCopy: GET and POST /copies/new?source=outgoing/12
func (d *Door) makeCopy(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	source := r.URL.Query().Get("source")
	if _, err := documents.CopiesOf(ctx, d.DB, actor(r), source); err != nil {
		return err
	}
	signers, err := d.copySigners(r)
	if err != nil {
		return err
	}
	var kinds []Option
	for _, f := range documents.CopyForms {
		kinds = append(kinds, Option{Value: f.Kind, Label: translate(ctx, documents.CopyLabel(f.Kind), nil)})
	}
	return d.act(w, r, ActPage{Active: "outgoing", Title: t(ctx, "Làm bản sao giấy"), Back: "/" + source, Refused: t(ctx, "Chưa làm được bản sao"),
		Submit: Action{Label: t(ctx, "Cấp số bản sao"), Icon: "file-text", Kind: Primary},
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			quantity := fieldOf(f, errs, Field{Name: "quantity", Label: t(ctx, "Số lượng bản"), Value: "1"})
			if f == nil {
				quantity.Value = "1"
			}
			return []templ.Component{Note(Info, t(ctx, "Bản sao được in ra, người có thẩm quyền ký tay và đóng dấu. Số bản sao lấy chung cho sao y, sao lục, trích sao trong năm.")),
				RadioField(Field{Name: "kind", Label: t(ctx, "Hình thức sao"), Error: errs.Of("kind")}, Choose(kinds, f.shown("kind"))),
				TextField(fieldOf(f, errs, Field{Name: "pages", Label: t(ctx, "Trang trích sao"), Hint: t(ctx, "Chỉ dùng khi trích sao, ví dụ: 1 3 4"), Optional: true})),
				SelectField(Field{Name: "signer", Label: t(ctx, "Người ký bản sao"), Error: errs.Of("signer")}, Choose(signers, f.shown("signer"))),
				TextArea(fieldOf(f, errs, Field{Name: "receivers", Label: t(ctx, "Nơi nhận bản sao"), Hint: t(ctx, "Mỗi dòng một nơi nhận")})), TextField(quantity),
				CheckOne(Field{Name: "foot", Label: t(ctx, "Cuối trang cuối còn trống ít nhất 7,5 cm: in phần sao ngay trên trang đó")}, f != nil && f.Yes("foot"))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			form := documents.CopyForm{Source: source, Kind: f.Line("kind"), Quantity: int(f.Number("quantity")), Foot: f.Yes("foot")}
			for _, name := range strings.Split(f.Text("receivers"), "\n") {
				if name = strings.TrimSpace(name); name != "" {
					form.Receivers = append(form.Receivers, name)
				}
			}
			for _, n := range strings.FieldsFunc(f.Line("pages"), func(r rune) bool { return r == ' ' || r == ',' || r == ';' }) {
				page, err := strconv.Atoi(n)
				if err != nil {
					return flashed{}, "", store.RefuseField("pages", "Ghi số trang cách nhau bằng dấu cách, ví dụ: 1 3 4.")
				}
				form.Pages = append(form.Pages, page)
			}
			id, way, _ := strings.Cut(f.Line("signer"), ":")
			n, _ := strconv.ParseInt(id, 10, 64)
			form.Signer, form.Capacity = org.HoldingID(n), way
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			y, err := documents.MakeCopy(ctx, d.Desk, actor(r), form)
			if err != nil {
				return flashed{}, "", err
			}
			said := done("Đã cấp số bản sao {number}. Hãy in, trình ký và đóng dấu.", "number", y.NumberText)
			said.Href, said.Label = fmt.Sprintf("/copies/%d/print.pdf", y.ID), "Mở bản in"
			return said, "", nil
		}})
}

// copySigners lists who may sign a copy in the agency today, and how.
func (d *Door) copySigners(r *http.Request) ([]Option, error) {
	ctx := r.Context()
	staff, err := org.Staff(ctx, d.DB, org.AgencyID(actor(r).Agency), d.today())
	if err != nil {
		return nil, err
	}
	var out []Option
	for _, h := range staff {
		ways, err := org.Capacities(ctx, d.DB, h.ID, documents.CopyTrue, d.today())
		if err != nil {
			return nil, err
		}
		for _, c := range ways {
			out = append(out, Option{Value: fmt.Sprintf("%d:%s", h.ID, c.Code), Label: h.PersonName + " – " + strings.Join(append(append([]string{}, c.Lines...), c.Position), " · ")})
		}
	}
	return out, nil
}

// printCopy: GET /copies/{id}/print.pdf
func (d *Door) printCopy(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	_, b, err := documents.PrintCopy(r.Context(), d.Desk, actor(r), id)
	if err != nil {
		return err
	}
	return sendPDF(w, r, fmt.Sprintf("ban-sao-%d.pdf", id), b)
}

// digitise: GET and POST /incoming/{id}/digitise
func (d *Door) digitise(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	doc, err := documents.FindIncoming(ctx, d.DB, actor(r), id)
	if err != nil {
		return err
	}
	scans, err := documents.Digitisable(ctx, d.DB, actor(r), id)
	if err != nil {
		return err
	}
	if len(scans) == 0 && r.Method == http.MethodGet { // a sent form is judged by the room itself
		return gone()
	}
	var files []Option
	for _, f := range scans {
		files = append(files, Option{Value: strconv.FormatInt(f.ID, 10), Label: f.Name})
	}
	return d.act(w, r, ActPage{Active: "incoming", Title: t(ctx, "Số hóa bản giấy, ký số của cơ quan"), Lead: doc.Code() + " – " + doc.Subject, Back: fmt.Sprintf("/incoming/%d", id),
		Refused: t(ctx, "Chưa số hóa được"), Submit: Action{Label: t(ctx, "Ký số bản sao y"), Icon: "rubber-stamp", Kind: Primary},
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			out := []templ.Component{Note(Info, t(ctx, "Chữ ký số của cơ quan đặt ở góc trên bên phải trang đầu: “Sao y; tên cơ quan; thời gian ký”, không có hình ảnh. Tệp quét cần là PDF 1.4 trở lên, ảnh màu, từ 200 dpi.")),
				SelectField(Field{Name: "file", Label: t(ctx, "Tệp quét"), Error: errs.Of("file")}, Choose(files, f.shown("file"))),
				TextArea(fieldOf(f, errs, Field{Name: "accept", Label: t(ctx, "Lý do vẫn nhận tệp chưa đạt tiêu chuẩn"), Optional: true}))}
			return append(out, d.proofFields(r, errs)...), nil
		},
		Do: func(f *Form) (flashed, string, error) {
			if len(scans) > 0 {
				if err := d.prove(r, f); err != nil {
					return flashed{}, "", err
				}
			}
			_, err := documents.Digitise(ctx, d.Desk, actor(r), id, documents.DigitiseForm{File: f.Number("file"), Accept: f.Text("accept")})
			return done("Đã ký số bản sao y số hóa từ bản giấy."), "", err
		}})
}

// copySteps are the copies of a document as a timeline.
func copySteps(ctx context.Context, all []documents.Copy) []Step {
	var out []Step
	for _, y := range all {
		s := Step{What: translate(ctx, documents.CopyLabel(y.Kind), nil) + " " + y.NumberText, Who: orElse(y.SignerName, y.PersonName), At: y.At.Time(), Note: y.Accepted, Look: StepDone}
		if y.Medium == documents.MediumElectronic {
			s.What = t(ctx, "Sao y số hóa từ bản giấy")
		}
		out = append(out, s)
	}
	return out
}
