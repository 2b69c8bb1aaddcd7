package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/store"
)

// length is one number of a placing, in millimetres, by the name of its field.
type length struct {
	name string
	kind documents.SampleKind // the kind of page it moves something on
	on   *float64
}

// lengths ties the fields of the form to a placing.
func lengths(p *documents.Placing) []length {
	const laid, upload, block = documents.SampleLaidOut, documents.SampleUpload, documents.SampleBlock
	return []length{{"sign_right", laid, &p.Sign.Right}, {"sign_up", laid, &p.Sign.Up}, {"sign_width", laid, &p.Sign.Width}, {"sign_height", laid, &p.Sign.Height},
		{"upload_x", upload, &p.Upload.X}, {"upload_y", upload, &p.Upload.Y}, {"upload_width", upload, &p.Upload.Width}, {"upload_height", upload, &p.Upload.Height},
		{"seal_right", "seal", &p.Seal.Right}, {"seal_up", "seal", &p.Seal.Up}, {"seal_width", "seal", &p.Seal.Width},
		{"block_right", block, &p.Block.Right}, {"block_top", block, &p.Block.Top}}
}

// placingQuery writes a placing as an address carries it.
func placingQuery(p documents.Placing) url.Values {
	q := url.Values{"upload_page": {p.Upload.Page}, "upload_side": {p.Upload.Side}, "time": {p.Time}}
	for _, l := range lengths(&p) {
		q.Set(l.name, strconv.FormatFloat(*l.on, 'f', -1, 64))
	}
	return q
}

// placingFrom reads what an address or a form changes of a placing. What is no number is noted.
func placingFrom(q url.Values, p *documents.Placing) error {
	var bad store.Problems
	for _, l := range lengths(p) {
		if !q.Has(l.name) {
			continue
		}
		v, ok := decimalOf(q.Get(l.name))
		if *l.on = v; !ok {
			bad = append(bad, store.Problem{Field: l.name, Message: store.Say("Giá trị này phải là số, ví dụ 36 hoặc 36,5.")})
		}
	}
	for name, to := range map[string]*string{"upload_page": &p.Upload.Page, "upload_side": &p.Upload.Side, "time": &p.Time} {
		if q.Has(name) {
			*to = q.Get(name)
		}
	}
	return bad.Err()
}

// sampleForm is what an address asks to be tried; today's placing where it says nothing, or the law's.
func (d *Door) sampleForm(r *http.Request) (documents.SampleForm, error) {
	ctx, q := r.Context(), r.URL.Query()
	f := documents.SampleForm{Kind: documents.SampleKind(q.Get("kind")), Placing: documents.LawfulPlacing()}
	if f.Kind == "" {
		f.Kind = documents.SampleLaidOut
	}
	f.Signature, _ = strconv.ParseInt(q.Get("signature"), 10, 64) // anything else is the one of today
	f.Seal, _ = strconv.ParseInt(q.Get("seal"), 10, 64)
	var err error
	if q.Get("law") == "" {
		f.Placing, err = documents.PlacingOn(ctx, d.DB, actor(r), d.today())
	}
	if err == nil {
		err = placingFrom(q, &f.Placing)
	}
	return f, err
}

// samplePDF: GET /pictures/sample.pdf
func (d *Door) samplePDF(w http.ResponseWriter, r *http.Request) error {
	f, err := d.sampleForm(r)
	if err != nil {
		return err
	}
	s, err := documents.SamplePage(r.Context(), d.Desk, actor(r), f)
	if err != nil {
		return err
	}
	return sendPDF(w, r, t(r.Context(), "Trang xem thử")+".pdf", s.PDF)
}

// placingView is the designer: a sample page and the numbers that place things on it.
type placingView struct {
	Form     documents.SampleForm
	Sample   *documents.Sample // nil when the numbers were refused
	Errors   Errors
	Findings []string
	File     string
	Shown    map[string]string // what was typed, by field
	Seals    []Option
}

// placingPage: GET /admin/pictures/placing. Everything on it is in its address, so that Back undoes a step and a colleague can be sent what was tried.
func (d *Door) placingPage(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	f, err := d.sampleForm(r)
	v := placingView{Shown: map[string]string{}}
	if err == nil {
		v.Sample, err = documents.SamplePage(ctx, d.Desk, actor(r), f)
	}
	if errs, ok := asErrors(ctx, err); ok {
		v.Errors, err = errs, nil
	}
	if err != nil {
		return err
	}
	if v.Sample != nil && q.Get("then") == "propose" {
		p := placingQuery(f.Placing)
		p.Set("kind", string(f.Kind))
		return redirect(w, r, "/admin/pictures/placing/new?"+p.Encode())
	}
	v.Form = f
	for _, l := range lengths(&v.Form.Placing) {
		if v.Shown[l.name] = decimalText(ctx, *l.on); v.Errors.Of(l.name) != "" {
			v.Shown[l.name] = q.Get(l.name)
		}
	}
	if v.Seals, err = d.sealOptions(r, f.Seal); err != nil {
		return err
	}
	if v.Sample != nil {
		v.Findings = saidAll(ctx, v.Sample.Findings)
		p := placingQuery(f.Placing)
		p.Set("kind", string(f.Kind))
		if f.Seal != 0 {
			p.Set("seal", strconv.FormatInt(f.Seal, 10))
		}
		v.File = "/pictures/sample.pdf?" + p.Encode()
	}
	status := 0
	if v.Errors != nil {
		status = http.StatusUnprocessableEntity
	}
	return d.page(w, r, View{Title: t(ctx, "Vị trí chữ ký"), Active: "pictures", Status: status}, placingDesigner(v))
}

// sealOptions are the seals that can be tried: the one of today and those that wait.
func (d *Door) sealOptions(r *http.Request, chosen int64) ([]Option, error) {
	ctx := r.Context()
	all, err := documents.AgencyPictures(ctx, d.DB, actor(r))
	out := []Option{{Value: "", Label: t(ctx, "Dấu đang dùng"), Selected: chosen == 0}}
	for _, p := range all {
		if p.Kind == documents.PictureSeal && (p.State == documents.PictureProposed || p.State == documents.PictureApproved) {
			out = append(out, Option{Value: strconv.FormatInt(p.ID, 10), Label: t(ctx, "Phiên bản {version} ({state})", "version", p.Version, "state", pictureState(ctx, p, d.today()).Label), Selected: p.ID == chosen})
		}
	}
	return out, err
}

// proposePlacing: GET, POST /admin/pictures/placing/new
func (d *Door) proposePlacing(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := ActPage{Active: "pictures", Title: t(ctx, "Đề xuất vị trí chữ ký"), Lead: t(ctx, "Vị trí mới dùng cho các chữ ký từ ngày áp dụng, sau khi được phê duyệt."),
		Submit: Action{Label: t(ctx, "Gửi đề xuất"), Kind: Primary}, Refused: t(ctx, "Chưa gửi được đề xuất"), Back: "/admin/pictures/placing?" + r.URL.RawQuery}
	placing := documents.LawfulPlacing()
	err := placingFrom(r.URL.Query(), &placing)
	if errs, ok := asErrors(ctx, err); ok && errs != nil {
		return redirect(w, r, "/admin/pictures/placing?"+r.URL.RawQuery) // the designer says what is wrong
	}
	p.Fields = func(f *Form, errs Errors) ([]templ.Component, error) {
		return append([]templ.Component{placingSummary(placingFacts(ctx, placing), saidAll(ctx, placing.Check(0)))}, validityFields(ctx, d.today(), f, errs)...), nil
	}
	p.Do = func(f *Form) (flashed, string, error) {
		form := documents.PictureForm{Kind: documents.PicturePlacing, Placing: placing}
		f.validity(&form)
		return d.proposed(r, form, f.Err())
	}
	return d.act(w, r, p)
}

// placingFacts says a placing in words.
func placingFacts(ctx context.Context, p documents.Placing) []Detail {
	mm := func(v float64) string { return decimalText(ctx, v) + " mm" }
	seal := t(ctx, "kích thước thật của ảnh dấu")
	if p.Seal.Width > 0 {
		seal = t(ctx, "rộng {width}", "width", mm(p.Seal.Width))
	}
	return []Detail{
		{t(ctx, "Chữ ký trên văn bản trình bày tại đây"), t(ctx, "lệch phải {right}, lệch lên {up}, trong khung {width} × {height}", "right", mm(p.Sign.Right), "up", mm(p.Sign.Up), "width", mm(p.Sign.Width), "height", mm(p.Sign.Height))},
		{t(ctx, "Dấu"), t(ctx, "lệch phải {right}, lệch lên {up} so với 1/3 chữ ký bên trái, {size}", "right", mm(p.Seal.Right), "up", mm(p.Seal.Up), "size", seal)},
		{t(ctx, "Chữ ký trên tệp PDF tải lên"), t(ctx, "{page}, cách {side} {x}, cách mép dưới {y}, trong khung {width} × {height}", "page", pageWord(ctx, p.Upload.Page), "side", sideWord(ctx, p.Upload.Side), "x", mm(p.Upload.X), "y", mm(p.Upload.Y),
			"width", mm(p.Upload.Width), "height", mm(p.Upload.Height))},
		{t(ctx, "Thông tin ký số trên phụ lục, bản sao"), t(ctx, "cách mép phải {right}, cách mép trên {top}", "right", mm(p.Block.Right), "top", mm(p.Block.Top))},
		{t(ctx, "Thời gian ký"), timeWord(p.Time)},
	}
}

func pageWord(ctx context.Context, page string) string {
	if page == "first" {
		return t(ctx, "trang đầu")
	}
	return t(ctx, "trang cuối")
}

func sideWord(ctx context.Context, side string) string {
	if side == "left" {
		return t(ctx, "mép trái")
	}
	return t(ctx, "mép phải")
}

// timeWord shows a way of writing the time by an example.
func timeWord(code string) string {
	for _, f := range documents.TimeForms {
		if f.Code == code {
			return f.Example()
		}
	}
	return code
}

func timeOptions(chosen string) []Option {
	var out []Option
	for _, f := range documents.TimeForms {
		out = append(out, Option{Value: f.Code, Label: f.Example(), Selected: f.Code == chosen})
	}
	return out
}

// onPage tells whether a field is shown with the kind of page that is tried.
func (v placingView) onPage(l length) bool {
	return l.kind == v.Form.Kind || l.kind == "seal" && v.Form.Kind != documents.SampleBlock
}

// rest are the values that belong to other kinds of pages; they are kept.
func (v placingView) rest() []Hidden {
	p := v.Form.Placing
	var out []Hidden
	for _, l := range lengths(&p) {
		if !v.onPage(l) {
			out = append(out, Hidden{l.name, v.Shown[l.name]})
		}
	}
	if v.Form.Kind != documents.SampleUpload {
		out = append(out, Hidden{"upload_page", p.Upload.Page}, Hidden{"upload_side", p.Upload.Side})
	}
	return out
}

// script is what the page's script needs to let people drag: where things stand, in points of the page as it is seen, and which fields follow.
func (v placingView) script() string {
	if v.Sample == nil {
		return "[]"
	}
	type handle struct {
		Name string     `json:"name"`
		Page int        `json:"page"`
		Rect [4]float64 `json:"rect"`
		X    string     `json:"x"` // field that grows to the right, with its sign
		Y    string     `json:"y"`
		W    string     `json:"w,omitempty"`
		Flip [2]bool    `json:"flip"` // the field grows the other way
		Real float64    `json:"real,omitempty"`
	}
	s := v.Sample
	var out []handle
	switch v.Form.Kind {
	case documents.SampleLaidOut:
		out = append(out, handle{Name: "sign", Page: s.Page, Rect: s.Sign, X: "sign_right", Y: "sign_up", W: "sign_width"})
	case documents.SampleUpload:
		out = append(out, handle{Name: "sign", Page: s.Page, Rect: s.Sign, X: "upload_x", Y: "upload_y", W: "upload_width", Flip: [2]bool{v.Form.Placing.Upload.Side == "right"}})
	case documents.SampleBlock:
		out = append(out, handle{Name: "block", Page: s.Page, Rect: s.Seal, X: "block_right", Y: "block_top", Flip: [2]bool{true, true}})
	}
	if v.Form.Kind != documents.SampleBlock {
		out = append(out, handle{Name: "seal", Page: s.Page, Rect: s.Seal, X: "seal_right", Y: "seal_up", W: "seal_width", Real: (s.Seal[2] - s.Seal[0]) / 72 * 25.4})
	}
	text, err := templ.JSONString(out)
	if err != nil {
		return "[]"
	}
	return text
}
