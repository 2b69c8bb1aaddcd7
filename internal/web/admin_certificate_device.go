package web

import (
	"fmt"
	"io"
	"net/http"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/keys"
	"congvu/internal/org"
	"congvu/internal/store"
)

// mostCertificate is how large a certificate may be.
const mostCertificate = 64 << 10

// deviceCertificatePage: GET /admin/certificates/device
func (d *Door) deviceCertificatePage(w http.ResponseWriter, r *http.Request) error {
	return d.showDeviceCertificate(w, r, 0, nil, nil)
}

// showDeviceCertificate asks for the certificate of a key that its owner keeps: only the certificate comes here, never the key (S1.4).
func (d *Door) showDeviceCertificate(w http.ResponseWriter, r *http.Request, status int, f *Form, errs Errors) error {
	ctx := r.Context()
	owners := []Option{{Value: "agency", Label: t(ctx, "Cơ quan: {name}", "name", sessionOf(r).Holding.AgencyName)}}
	staff, err := org.Staff(ctx, d.DB, own(r), d.today())
	if err != nil {
		return err
	}
	for _, h := range staff {
		owners = append(owners, Option{Value: fmt.Sprint(int64(h.PersonID)), Label: h.PersonName + " – " + h.Title})
	}
	var methods []Option
	for _, code := range documents.Methods() {
		if code != documents.MethodServerKey {
			methods = append(methods, Option{Value: code, Label: translate(ctx, documents.MethodLabel(code), nil)})
		}
	}
	fields := []templ.Component{
		SelectField(Field{Name: "owner", Label: t(ctx, "Gắn cho"), Error: errs.Of("owner")}, Choose(owners, f.shown("owner"))),
		RadioField(Field{Name: "method", Label: t(ctx, "Khóa ký nằm trên"), Error: errs.Of("method")}, Choose(methods, orElse(f.shown("method"), documents.MethodUSBToken))),
		FileField(Field{Name: "certificate", Label: t(ctx, "Tệp chứng thư số"), Hint: t(ctx, "Tệp .cer, .crt hoặc .pem xuất từ thiết bị; không gửi khóa bí mật"), Error: errs.Of("certificate")}, FileView{Accept: ".cer,.crt,.pem,.der", Most: mostCertificate}),
		FileField(Field{Name: "image", Label: t(ctx, "Hình ảnh chữ ký hoặc con dấu"), Hint: t(ctx, "PNG nền trong suốt, đúng kích thước thật"), Optional: true, Error: errs.Of("image")}, FileView{Accept: ".png", Most: mostImage})}
	card := wrap(FormCard(FormView{ID: "certificate", Action: "/admin/certificates/device", Title: t(ctx, "Gắn chứng thư trên thiết bị của người ký"), Lead: t(ctx, "Chỉ gắn khi đã đối chiếu người hoặc cơ quan ghi trên chứng thư."),
		Submit: Action{Label: t(ctx, "Gắn chứng thư"), Kind: Primary}, Cancel: "/admin/certificates", ErrorTitle: t(ctx, "Chưa gắn được chứng thư"), Errors: errs, Files: true}),
		append(fields, d.proofFields(r, errs)...)...)
	return d.page(w, r, View{Title: t(ctx, "Gắn chứng thư số"), Active: "certificates", Status: status}, wrap(Body(HeadView{}, true), card))
}

// bindDeviceCertificate: POST /admin/certificates/device
func (d *Door) bindDeviceCertificate(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	f := documents.CertificateForm{Owner: documents.OwnerPerson, Method: form.Line("method")}
	if form.Line("owner") == "agency" {
		f.Owner, f.OwnerID = documents.OwnerAgency, actor(r).Agency
	} else {
		f.OwnerID = form.Number("owner")
	}
	if f.Method == documents.MethodServerKey {
		form.problems.Add("method", "Hãy chọn thiết bị giữ khóa ký trong danh sách.")
	}
	var image string
	if err = form.Err(); err == nil {
		f.DER, err = certificateIn(r)
	}
	if err == nil {
		err = d.prove(r, form)
	}
	if err == nil {
		image, err = d.keepImage(r)
	}
	if err == nil {
		f.Image = image
		err = d.DB.Write(ctx, actor(r), func(tx *store.Tx) error {
			_, err := documents.BindCertificate(ctx, tx, f)
			return err
		})
	}
	if errs, ok := asFormErrors(ctx, err); ok {
		return d.showDeviceCertificate(w, r, http.StatusUnprocessableEntity, form, errs)
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã gắn chứng thư số. Từ giờ có thể ký bằng chứng thư này."))
	return redirect(w, r, "/admin/certificates")
}

// certificateIn reads the one certificate that was sent.
func certificateIn(r *http.Request) ([]byte, error) {
	missing := store.RefuseField("certificate", "Hãy chọn tệp chứng thư số (.cer, .crt hoặc .pem), không quá 64 KB.")
	part, _, err := r.FormFile("certificate")
	if err != nil {
		return nil, missing
	}
	defer part.Close()
	b, err := io.ReadAll(io.LimitReader(part, mostCertificate+1))
	if err != nil || len(b) == 0 || len(b) > mostCertificate {
		return nil, missing
	}
	c, err := keys.ReadCertificateFile(b)
	if err != nil {
		return nil, store.Because(store.RefuseField("certificate", "Tệp này không phải là một chứng thư số. Hãy xuất lại chứng thư từ thiết bị rồi gửi."), err)
	}
	return c.Raw, nil
}
