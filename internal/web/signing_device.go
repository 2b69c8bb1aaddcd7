package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/store"
)

// deviceRoutes sign with keys that are not on the server: by the program on the signer's machine, or by whatever signs a digest (S10.5, S12).
func deviceRoutes() []Route {
	all := []Route{
		{Pattern: "GET /signings/{id}", Who: signedIn, Handle: (*Door).signingState},
		{Pattern: "POST /signings/{id}/value", Who: signedIn, Handle: (*Door).completeSigning},
		{Pattern: "POST /signings/{id}/refuse", Who: signedIn, Handle: (*Door).refuseSigning},
		{Pattern: "POST /signings/{id}/cancel", Who: signedIn, Handle: (*Door).cancelSigning},
	}
	for _, purpose := range []string{documents.PurposeApprove, documents.PurposeSeal} {
		path := "/outgoing/{id}/device/" + purpose
		all = append(all,
			Route{Pattern: "GET " + path, Who: signedIn, Handle: func(d *Door, w http.ResponseWriter, r *http.Request) error { return d.devicePage(w, r, purpose) }},
			Route{Pattern: "POST " + path, Who: signedIn, Handle: func(d *Door, w http.ResponseWriter, r *http.Request) error { return d.orderSigning(w, r, purpose) }})
	}
	return all
}

// agentSocket is where the signer's own machine listens; only the page that speaks to it may.
const agentSocket = "wss://127.0.0.1:8987"

// cookieWay remembers how a person with a token signs on this computer.
const cookieWay = "congvu-way"

// signingAct is a signature by a device while its form is open.
type signingAct struct {
	d       *Door
	r       *http.Request
	ctx     context.Context
	purpose string
	doc     *documents.Outgoing
	main    documents.File
	bound   documents.Certificate
}

// openDevice finds what is to be signed and with what; Conflict when the document does not wait for this person's signature any more.
func (d *Door) openDevice(r *http.Request, purpose string) (*signingAct, error) {
	ctx, a := r.Context(), actor(r)
	id, err := number(r, "id")
	if err != nil {
		return nil, err
	}
	x := &signingAct{d: d, r: r, ctx: ctx, purpose: purpose}
	if x.doc, err = documents.FindOutgoing(ctx, d.DB, a, id); err != nil {
		return nil, err
	}
	act, owner, who := documents.ActSign, documents.OwnerPerson, a.Person
	if x.purpose == documents.PurposeSeal {
		act, owner, who = documents.ActSeal, documents.OwnerAgency, a.Agency
	}
	offered, err := documents.Acts(ctx, d.DB, a, id)
	if err != nil {
		return nil, err
	}
	if !contains(offered, act) {
		return nil, gone()
	}
	bound := false
	if x.bound, bound, err = documents.BoundCertificate(ctx, d.DB, a, owner, who); err != nil {
		return nil, err
	}
	if !bound || x.bound.Method == documents.MethodServerKey {
		return nil, store.Refuse(store.Conflict, "Chứng thư số đang dùng không nằm trên thiết bị riêng. Văn bản được giữ nguyên; hãy dùng nút Ký số trên trang văn bản.")
	}
	files, err := documents.Files(ctx, d.DB, a, x.doc.Ref())
	if err != nil {
		return nil, err
	}
	main := mainPDF(files)
	if main == nil || !main.Main {
		return nil, store.Refuse(store.Conflict, "Văn bản chưa có tệp để ký. Hãy trả lại để trình bày văn bản.")
	}
	x.main = *main
	return x, nil
}

func contains(acts []documents.Act, act documents.Act) bool {
	for _, a := range acts {
		if a == act {
			return true
		}
	}
	return false
}

func deviceHref(id int64, purpose string) string {
	return fmt.Sprintf("/outgoing/%d/device/%s", id, purpose)
}

// devicePage: GET /outgoing/{id}/device/<purpose>
func (d *Door) devicePage(w http.ResponseWriter, r *http.Request, purpose string) error {
	x, err := d.openDevice(r, purpose)
	if err != nil {
		return err
	}
	return x.show(w, 0, nil, nil)
}

func (x *signingAct) title() string {
	if x.purpose == documents.PurposeSeal {
		return t(x.ctx, "Ký số của cơ quan")
	}
	return t(x.ctx, "Ký số văn bản")
}

func (x *signingAct) show(w http.ResponseWriter, status int, f *Form, errs Errors) error {
	ctx := x.ctx
	fields := []templ.Component{whatIsSigned(x.doc, x.main), hiddenField("sha", x.main.SHA),
		CheckOne(Field{Name: "consent", Label: t(ctx, "Tôi đã xem toàn bộ nội dung văn bản và đồng ý ký"), Error: errs.Of("consent")}, f != nil && f.Yes("consent"))}
	submit := Action{Label: t(ctx, "Gửi yêu cầu ký"), Icon: "signature", Kind: Primary}
	if x.bound.Method == documents.MethodUSBToken {
		submit.Label = t(ctx, "Ký")
		fields = append(fields, RadioField(Field{Name: "way", Label: t(ctx, "Cách ký"), Error: errs.Of("way")}, Choose([]Option{
			{Value: documents.WayAgent, Label: t(ctx, "Ký bằng chương trình ký số trên máy"), Hint: t(ctx, "Chương trình phải đang chạy, thiết bị đã cắm vào máy này")},
			{Value: documents.WayValue, Label: t(ctx, "Ký giá trị băm bằng phần mềm khác"), Hint: t(ctx, "Nhận giá trị cần ký, ký ở nơi có thiết bị rồi nộp lại chữ ký")}}, x.way(f))))
	}
	fields = append(fields, x.d.proofFields(x.r, errs)...)
	card := wrap(FormCard(FormView{ID: actForm, Action: deviceHref(x.doc.ID, x.purpose), Title: x.title(), Lead: t(ctx, "Khóa ký nằm trên: {method}.", "method", translate(ctx, documents.MethodLabel(x.bound.Method), nil)),
		Submit: submit, Cancel: fmt.Sprintf("/outgoing/%d", x.doc.ID), ErrorTitle: t(ctx, "Chưa ký được"), Errors: errs, Away: true}), fields...)
	return x.d.page(w, x.r, View{Title: x.title(), Active: "signing", Status: status}, wrap(Body(HeadView{}, true), card))
}

// way is the chosen way to sign: as just sent, as remembered on this computer, else the program.
func (x *signingAct) way(f *Form) string {
	if f != nil {
		return f.Line("way")
	}
	if c, err := x.r.Cookie(cookieWay); err == nil && c.Value == documents.WayValue {
		return documents.WayValue
	}
	return documents.WayAgent
}

// orderSigning: POST /outgoing/{id}/device/<purpose>. What it answers holds one-time tokens, so it is a page and no redirect.
func (d *Door) orderSigning(w http.ResponseWriter, r *http.Request, purpose string) error {
	x, err := d.openDevice(r, purpose)
	if err != nil {
		return err
	}
	form, err := readForm(r)
	if err != nil {
		return err
	}
	s, err := x.prepare(form)
	if errs, ok := asErrors(x.ctx, err); ok {
		return x.show(w, http.StatusUnprocessableEntity, form, errs)
	}
	if err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{Name: cookieWay, Value: s.Way, Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: d.secure})
	v := signingStateView{Signing: s, doc: x.doc, now: d.DB.Now()}
	if s.Way == documents.WayAgent {
		if v.calls, err = json.Marshal(documents.AgentCalls(s, x.doc, d.origin(r))); err != nil {
			return err
		}
		w.Header().Set("Content-Security-Policy", strings.Replace(pagePolicy, "connect-src 'self'", "connect-src 'self' "+agentSocket, 1))
	}
	return d.page(w, r, View{Title: x.title(), Active: "signing"}, signingStatePage(v))
}

func (x *signingAct) prepare(f *Form) (*documents.Signing, error) {
	if f.Line("sha") != x.main.SHA {
		return nil, store.Refuse(store.Conflict, "Tệp vừa được thay bằng bản khác sau khi ông/bà mở trang ký. Chưa có gì được ký; hãy xem lại bản mới rồi ký.")
	}
	if !f.Yes("consent") {
		return nil, store.RefuseField("consent", "Cần xác nhận đã xem nội dung văn bản trước khi ký.")
	}
	way := documents.WayValue
	if x.bound.Method == documents.MethodUSBToken {
		if way = f.Line("way"); way != documents.WayAgent && way != documents.WayValue {
			return nil, store.RefuseField("way", "Hãy chọn một cách ký trong danh sách.")
		}
	}
	if err := x.d.prove(x.r, f); err != nil {
		return nil, err
	}
	form := documents.SigningForm{Purpose: x.purpose, Consent: true, SHA: f.Line("sha"), Address: addressOf(x.r)}
	if x.purpose == documents.PurposeApprove {
		form.Capacity = x.doc.Capacity
	}
	if way == documents.WayAgent {
		return documents.PrepareAgent(x.ctx, x.d.Desk, actor(x.r), x.doc.ID, form)
	}
	return documents.PrepareSigning(x.ctx, x.d.Desk, actor(x.r), x.doc.ID, form)
}

// origin is how the signer's machine reaches this server.
func (d *Door) origin(r *http.Request) string {
	if d.PublicURL != "" {
		return strings.TrimRight(d.PublicURL, "/")
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// signingStateView is one signature by a device: under way, done, or ended without one.
type signingStateView struct {
	*documents.Signing
	doc   *documents.Outgoing
	now   store.Instant
	calls []byte // of the program on this machine; nil = none is to be called from this page
	errs  Errors
	sent  *Form
}

// subjectName is whom a certificate's subject names, and for which organisation: the rest of it is for machines.
func subjectName(subject string) string {
	var name, organisation string
	for _, part := range strings.FieldsFunc(subject, func(r rune) bool { return r == ',' || r == '+' }) {
		if v, ok := strings.CutPrefix(part, "CN="); ok && name == "" {
			name = v
		} else if v, ok := strings.CutPrefix(part, "O="); ok && organisation == "" {
			organisation = v
		}
	}
	if name == "" {
		return subject
	}
	return strings.TrimSuffix(name+", "+organisation, ", ")
}

func (v signingStateView) again() string { return deviceHref(v.OutgoingID, v.Purpose) }

// signingState: GET /signings/{id}
func (d *Door) signingState(w http.ResponseWriter, r *http.Request) error {
	v, err := d.loadSigningState(r)
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(r.Context(), "Lượt ký số"), Active: "signing", Watch: []string{"documents"}}, signingStatePage(v))
}

func (d *Door) loadSigningState(r *http.Request) (v signingStateView, err error) {
	id, err := number(r, "id")
	if err != nil {
		return v, err
	}
	v.now = d.DB.Now()
	if v.Signing, err = documents.FindSigning(r.Context(), d.DB, actor(r), id, v.now); err != nil {
		return v, err
	}
	v.doc, err = documents.FindOutgoing(r.Context(), d.DB, actor(r), v.OutgoingID)
	return v, err
}

// completeSigning: POST /signings/{id}/value
func (d *Door) completeSigning(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := d.loadSigningState(r)
	if err != nil {
		return err
	}
	form, err := readForm(r)
	if err != nil {
		return err
	}
	values, err := valuesOf(form, len(v.Parts))
	if err == nil {
		_, err = documents.CompleteSigning(ctx, d.Desk, actor(r), v.ID, documents.Completion{Token: form.Line("token"), Values: values, Address: addressOf(r)})
	}
	if err == nil {
		d.flash(w, Good, store.Say("Đã nhận chữ ký và kiểm tra hợp lệ."))
		return redirect(w, r, fmt.Sprintf("/outgoing/%d", v.OutgoingID))
	}
	errs, ok := asErrors(ctx, err)
	if !ok {
		return err
	}
	if v, err = d.loadSigningState(r); err != nil { // a value that does not verify has ended it
		return err
	}
	v.errs, v.sent, v.Token = errs, form, form.Line("token")
	return d.page(w, r, View{Title: t(ctx, "Lượt ký số"), Active: "signing", Status: http.StatusUnprocessableEntity}, signingStatePage(v))
}

// valuesOf reads what a key made of each part: a raw value or a container, in base64 or PEM.
func valuesOf(f *Form, parts int) ([]documents.SignatureValue, error) {
	out := make([]documents.SignatureValue, parts)
	for i := range out {
		field := fmt.Sprintf("value%d", i)
		text := strings.TrimSpace(f.Text(field))
		b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		container := false
		if block, _ := pem.Decode([]byte(text)); block != nil {
			b, err, container = block.Bytes, nil, true
		}
		if err != nil || len(b) == 0 || len(b) > documents.MostContainer {
			return nil, errors.Join(store.RefuseField(field, "Chữ ký phải là chuỗi Base64 hoặc tệp PEM, không để trống. Lượt ký vẫn còn hiệu lực; hãy dán lại."))
		}
		if container || len(b) > documents.MostSignature {
			out[i].Container = b
		} else {
			out[i].Signature = b
		}
	}
	return out, nil
}

// refuseSigning: POST /signings/{id}/refuse. The page tells why the program on the machine gave no signature (S12.3).
func (d *Door) refuseSigning(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	form, err := readForm(r)
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error {
			return documents.RefuseSigning(r.Context(), tx, id, form.Line("reason"))
		})
	}
	if err != nil {
		return err
	}
	return redirect(w, r, fmt.Sprintf("/signings/%d", id))
}

// cancelSigning: POST /signings/{id}/cancel
func (d *Door) cancelSigning(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return documents.CancelSigning(r.Context(), tx, id) })
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã hủy lượt ký. Văn bản được giữ nguyên."))
	return redirect(w, r, fmt.Sprintf("/signings/%d", id))
}
