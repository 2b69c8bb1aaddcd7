package web

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/keys"
	"congvu/internal/org"
	"congvu/internal/pades"
	"congvu/internal/store"
)

// mostImage is how large a picture of a signature or a seal may be.
const mostImage = 2 << 20

// certificatesPage: GET /admin/certificates
func (d *Door) certificatesPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	bound, err := documents.Certificates(ctx, d.DB, actor(r))
	if err != nil {
		return err
	}
	names := map[int64]string{}
	staff, err := org.Staff(ctx, d.DB, own(r), d.today())
	if err != nil {
		return err
	}
	for _, h := range staff {
		names[int64(h.PersonID)] = h.PersonName
	}
	names[int64(own(r))] = sessionOf(r).Holding.AgencyName
	return d.page(w, r, View{Title: t(ctx, "Chứng thư số"), Active: "certificates"}, certificatesList(bound, names, d.DB.Now()))
}

// certificatePage: GET /admin/certificates/new
func (d *Door) certificatePage(w http.ResponseWriter, r *http.Request) error {
	return d.showCertificate(w, r, 0, nil, nil)
}

func (d *Door) showCertificate(w http.ResponseWriter, r *http.Request, status int, f *Form, errs Errors) error {
	ctx := r.Context()
	free, err := d.freeKeys(r)
	if err != nil {
		return err
	}
	if len(free) == 0 && f == nil {
		return d.page(w, r, View{Title: t(ctx, "Gắn chứng thư số"), Active: "certificates"}, wrap(Body(HeadView{Title: t(ctx, "Gắn chứng thư số")}, true), append(d.silentDevices(ctx), noFreeKeys())...))
	}
	var choices []Option
	for _, e := range free {
		label := e.Name + " – " + e.Certificate.Subject.CommonName
		if e.Place != "" {
			label = t(ctx, "{key}, trên thiết bị {device}", "key", label, "device", e.Place)
		}
		choices = append(choices, Option{Value: e.Name, Label: label})
	}
	owners := []Option{{Value: "agency", Label: t(ctx, "Cơ quan: {name}", "name", sessionOf(r).Holding.AgencyName)}}
	staff, err := org.Staff(ctx, d.DB, own(r), d.today())
	if err != nil {
		return err
	}
	for _, h := range staff {
		owners = append(owners, Option{Value: fmt.Sprint(int64(h.PersonID)), Label: h.PersonName + " – " + h.Title})
	}
	fields := []templ.Component{
		SelectField(Field{Name: "key", Label: t(ctx, "Khóa trong kho khóa của máy chủ"), Error: errs.Of("key") + errs.Of("key_name") + errs.Of("certificate")}, Choose(choices, f.shown("key"))),
		SelectField(Field{Name: "owner", Label: t(ctx, "Gắn cho"), Error: errs.Of("owner")}, Choose(owners, f.shown("owner"))),
		FileField(Field{Name: "image", Label: t(ctx, "Hình ảnh chữ ký hoặc con dấu"), Hint: t(ctx, "PNG nền trong suốt, đúng kích thước thật"), Optional: true, Error: errs.Of("image")}, FileView{Accept: ".png", Most: mostImage})}
	card := wrap(FormCard(FormView{ID: "certificate", Action: "/admin/certificates/new", Title: t(ctx, "Gắn chứng thư số"), Lead: t(ctx, "Chỉ gắn khi đã đối chiếu người hoặc cơ quan ghi trên chứng thư."),
		Submit: Action{Label: t(ctx, "Gắn chứng thư"), Kind: Primary}, Cancel: "/admin/certificates", ErrorTitle: t(ctx, "Chưa gắn được chứng thư"), Errors: errs, Files: true}),
		append(fields, d.proofFields(r, errs)...)...)
	return d.page(w, r, View{Title: t(ctx, "Gắn chứng thư số"), Active: "certificates", Status: status}, wrap(Body(HeadView{}, true), append(d.silentDevices(ctx), card)...))
}

// silentDevices says which places of keys do not answer, so that a missing key is no riddle.
func (d *Door) silentDevices(ctx context.Context) []templ.Component {
	var out []templ.Component
	_, troubles := d.Desk.Keys.Rings()
	for _, trouble := range troubles {
		var refusal *store.Refusal
		if errors.As(refusalOf(trouble), &refusal) {
			out = append(out, Note(Warn, sentences(ctx, refusal)))
		}
	}
	return out
}

// freeKeys are the keys of the server's store that sign for nobody yet and whose certificate names this agency or one of its people.
func (d *Door) freeKeys(r *http.Request) ([]keys.Entry, error) {
	all, err := d.Desk.Keys.List()
	if err != nil {
		return nil, err
	}
	certificates := make([]*x509.Certificate, len(all))
	for i, e := range all {
		certificates[i] = e.Certificate
	}
	fits, err := documents.FitsHere(r.Context(), d.DB, actor(r), d.today(), certificates)
	if err != nil {
		return nil, err
	}
	var free []keys.Entry
	for i, e := range all {
		if !fits[i] {
			continue
		}
		taken, err := documents.KeyBound(r.Context(), d.DB, e.Name)
		if err != nil {
			return nil, err
		}
		if !taken {
			free = append(free, e)
		}
	}
	return free, nil
}

// bindCertificate: POST /admin/certificates/new
func (d *Door) bindCertificate(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	f := documents.CertificateForm{Owner: documents.OwnerPerson, KeyName: form.Line("key"), Method: documents.MethodServerKey}
	if form.Line("owner") == "agency" {
		f.Owner, f.OwnerID = documents.OwnerAgency, actor(r).Agency
	} else {
		f.OwnerID = form.Number("owner")
	}
	free, err := d.freeKeys(r)
	if err != nil {
		return err
	}
	for _, e := range free {
		if e.Name == f.KeyName {
			f.DER = e.Certificate.Raw
		}
	}
	if f.DER == nil {
		form.problems.Add("key", "Khóa này không còn trong kho hoặc đã gắn cho người khác. Hãy chọn lại.")
	}
	if err = form.Err(); err == nil {
		err = d.prove(r, form)
	}
	if err == nil {
		f.Image, err = d.keepImage(r)
	}
	if err == nil {
		err = d.DB.Write(ctx, actor(r), func(tx *store.Tx) error {
			_, err := documents.BindCertificate(ctx, tx, f)
			return err
		})
	}
	if errs, ok := asFormErrors(ctx, err); ok {
		return d.showCertificate(w, r, http.StatusUnprocessableEntity, form, errs)
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã gắn chứng thư số. Từ giờ có thể ký bằng chứng thư này."))
	return redirect(w, r, "/admin/certificates")
}

// keepImage takes the picture, if one was sent: a PNG that the signer can draw.
func (d *Door) keepImage(r *http.Request) (string, error) {
	part, _, err := r.FormFile("image")
	if err != nil {
		return "", nil // none was sent
	}
	defer part.Close()
	b, err := io.ReadAll(io.LimitReader(part, mostImage+1))
	if err != nil || len(b) == 0 {
		return "", err
	}
	if len(b) > mostImage {
		return "", store.RefuseField("image", "Hình ảnh lớn quá 2 MB. Hãy thu nhỏ rồi gửi lại.")
	}
	if _, err := pades.NewImage(b); err != nil {
		return "", store.Because(store.RefuseField("image", "Hình ảnh không đọc được. Hãy dùng tệp PNG nền trong suốt."), err)
	}
	kept, err := d.Desk.Blobs.Put(r.Context(), bytes.NewReader(b), mostImage)
	return kept.SHA, err
}

// withdrawCertificate: POST /admin/certificates/{id}/withdraw
func (d *Door) withdrawCertificate(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return documents.WithdrawCertificate(r.Context(), tx, id) })
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã thu hồi chứng thư số. Các chữ ký đã có không bị ảnh hưởng."))
	return redirect(w, r, "/admin/certificates")
}

// soonExpired is how long before its end a certificate is shown as one to be renewed.
const soonExpired = 30 * 24 * time.Hour

// nameIn gives one attribute of a distinguished name (RFC 2253 text) as people read it; the whole name when it has none.
func nameIn(dn, attribute string) string {
	for _, part := range dnParts(dn) {
		if key, value, ok := strings.Cut(part, "="); ok && key == attribute {
			return unescaped(value)
		}
	}
	if attribute == "CN" {
		return dn
	}
	return ""
}

// dnParts splits at commas and plus signs that are not escaped.
func dnParts(dn string) []string {
	var out []string
	begin := 0
	for i := 0; i < len(dn); i++ {
		switch dn[i] {
		case '\\':
			i++
		case ',', '+':
			out = append(out, dn[begin:i])
			begin = i + 1
		}
	}
	return append(out, dn[begin:])
}

func unescaped(value string) string {
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		if value[i] == '\\' && i+1 < len(value) {
			i++
		}
		b.WriteByte(value[i])
	}
	return b.String()
}

// joined puts the parts that say something on one line.
func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}
