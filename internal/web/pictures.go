package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/pades"
	"congvu/internal/store"
)

// pictureRoutes are the library of signatures and seals: a person's own, the agency's, and where they stand on pages.
func pictureRoutes() []Route {
	keepers := posts(store.AgencyAdmin | store.Clerk)
	return []Route{
		{Pattern: "GET /account/signature", Handle: (*Door).myPicturesPage},
		{Pattern: "GET /account/signature/new", Handle: (*Door).proposeSignature},
		{Pattern: "POST /account/signature/new", Handle: (*Door).proposeSignature, Files: true},
		{Pattern: "GET /pictures/{id}", Handle: (*Door).picturePage},
		{Pattern: "GET /pictures/{id}/image", Handle: (*Door).pictureImage},
		{Pattern: "GET /pictures/sample.pdf", Handle: (*Door).samplePDF},
		{Pattern: "POST /pictures/{id}/approve", Who: posts(store.AgencyAdmin), Handle: (*Door).approvePicture},
		{Pattern: "GET /pictures/{id}/reject", Who: posts(store.AgencyAdmin), Handle: (*Door).rejectPicture},
		{Pattern: "POST /pictures/{id}/reject", Who: posts(store.AgencyAdmin), Handle: (*Door).rejectPicture},
		{Pattern: "GET /pictures/{id}/withdraw", Handle: (*Door).withdrawPicture},
		{Pattern: "POST /pictures/{id}/withdraw", Handle: (*Door).withdrawPicture},
		{Pattern: "GET /admin/pictures", Who: keepers, Handle: (*Door).picturesPage, Nav: &Nav{Key: "pictures", Icon: "signature", Group: adminGroup,
			Label: func(ctx context.Context) string { return t(ctx, "Hình ảnh chữ ký") }}},
		{Pattern: "GET /admin/pictures/seal/new", Who: keepers, Handle: (*Door).proposeSeal},
		{Pattern: "POST /admin/pictures/seal/new", Who: keepers, Handle: (*Door).proposeSeal, Files: true},
		{Pattern: "GET /admin/pictures/placing", Who: keepers, Handle: (*Door).placingPage},
		{Pattern: "GET /admin/pictures/placing/new", Who: keepers, Handle: (*Door).proposePlacing},
		{Pattern: "POST /admin/pictures/placing/new", Who: keepers, Handle: (*Door).proposePlacing},
	}
}

// pictureRow is a version with the names of the people in it.
type pictureRow struct {
	documents.Picture
	Owner, Proposer, Decider string
	Today                    calendar.Date
}

// named puts names to the people of versions; who has left is "–".
func (d *Door) named(r *http.Request, all []documents.Picture) ([]pictureRow, error) {
	staff, err := org.Staff(r.Context(), d.DB, own(r), d.today())
	if err != nil {
		return nil, err
	}
	names := map[int64]string{}
	for _, h := range staff {
		names[int64(h.PersonID)] = h.PersonName
	}
	of := func(id int64) string {
		switch name := names[id]; {
		case id == 0:
			return ""
		case name == "":
			return "–"
		default:
			return name
		}
	}
	var out []pictureRow
	for _, p := range all {
		row := pictureRow{Picture: p, Owner: of(p.OwnerID), Proposer: of(p.ProposedBy), Decider: of(p.WithdrawnBy), Today: d.today()}
		if p.OwnerKind == documents.OwnerAgency {
			row.Owner = sessionOf(r).Holding.AgencyName
		}
		if p.WithdrawnBy == 0 {
			row.Decider = of(p.DecidedBy)
		}
		out = append(out, row)
	}
	return out, nil
}

// myPicturesPage: GET /account/signature
func (d *Door) myPicturesPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	all, err := documents.MyPictures(ctx, d.DB, actor(r))
	if err != nil {
		return err
	}
	rows, err := d.named(r, all)
	if err != nil {
		return err
	}
	serves, ok, err := documents.PictureOn(ctx, d.DB, actor(r), documents.PictureSignature, d.today())
	if err != nil {
		return err
	}
	if !ok {
		serves = documents.Picture{}
	}
	return d.page(w, r, View{Title: t(ctx, "Chữ ký của tôi"), Active: "account"}, myPictures(rows, serves))
}

// picturesPage: GET /admin/pictures
func (d *Door) picturesPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	waiting, err := documents.WaitingPictures(ctx, d.DB, actor(r))
	if err != nil {
		return err
	}
	all, err := documents.AgencyPictures(ctx, d.DB, actor(r))
	if err != nil {
		return err
	}
	v := picturesView{}
	if v.Waiting, err = d.named(r, waiting); err != nil {
		return err
	}
	if v.All, err = d.named(r, all); err != nil {
		return err
	}
	if v.Seal, _, err = documents.PictureOn(ctx, d.DB, actor(r), documents.PictureSeal, d.today()); err == nil {
		v.Placing, _, err = documents.PictureOn(ctx, d.DB, actor(r), documents.PicturePlacing, d.today())
	}
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(ctx, "Hình ảnh và vị trí chữ ký"), Active: "pictures"}, picturesList(v))
}

type picturesView struct {
	Waiting, All  []pictureRow
	Seal, Placing documents.Picture // that serve today; zero: none
}

// picturePage: GET /pictures/{id}
func (d *Door) picturePage(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), actor(r)
	p, err := documents.FindPicture(ctx, d.DB, a, id)
	if err != nil {
		return err
	}
	rows, err := d.named(r, []documents.Picture{*p})
	if err != nil {
		return err
	}
	v := pictureView{pictureRow: rows[0], Back: "/account/signature", Mine: p.ProposedBy == a.Person}
	if documents.DecidesPictures(a) && p.State == documents.PictureProposed {
		err := documents.MayDecide(ctx, d.DB, a, p, d.today())
		var refusal *store.Refusal
		if errors.As(err, &refusal) {
			v.WhyNot = sentences(ctx, refusal)
		} else if err != nil {
			return err
		}
		v.Decides = err == nil
	}
	active := "account"
	if documents.KeepsPictures(a) && (p.OwnerKind != documents.OwnerPerson || p.OwnerID != a.Person) {
		v.Back, active = "/admin/pictures", "pictures"
	}
	var placing documents.Placing
	if p.Kind == documents.PicturePlacing {
		placing, err = documents.PlacingOf(*p)
	} else {
		placing, err = documents.PlacingOn(ctx, d.DB, a, d.today())
	}
	if err != nil {
		return err
	}
	query := placingQuery(placing)
	query.Set("kind", string(documents.SampleLaidOut))
	if p.Kind != documents.PicturePlacing {
		query.Set(string(p.Kind), strconv.FormatInt(p.ID, 10))
	} else {
		v.Facts = placingFacts(ctx, placing)
	}
	v.Sample = "/pictures/sample.pdf?" + query.Encode()
	v.Withdraws = p.State == documents.PictureProposed && v.Mine || p.State == documents.PictureApproved &&
		(documents.DecidesPictures(a) || p.OwnerKind == documents.OwnerPerson && p.OwnerID == a.Person)
	title := pictureKind(ctx, p.Kind)
	return d.page(w, r, View{Title: title, Active: active}, wrap(Split(true), Viewer(ViewerView{File: v.Sample, Open: v.Sample, Title: t(ctx, "Trang xem thử")}), picturePane(v)))
}

type pictureView struct {
	pictureRow
	Back                     string
	Mine, Decides, Withdraws bool
	Sample                   string
	WhyNot                   string // an administrator may not decide on this one
	Facts                    []Detail
}

// pictureImage: GET /pictures/{id}/image
func (d *Door) pictureImage(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	p, err := documents.FindPicture(r.Context(), d.DB, actor(r), id)
	if err != nil {
		return err
	}
	if p.SHA == "" {
		return store.Refuse(store.NotFound, "Không có nội dung nào ở địa chỉ này.")
	}
	b, err := blob.ReadAll(r.Context(), d.Desk.Blobs, p.SHA, 8<<20)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("Content-Security-Policy", filePolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
	return nil
}

// proposeSignature: GET, POST /account/signature/new
func (d *Door) proposeSignature(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return d.act(w, r, d.propose(r, documents.PictureSignature, ActPage{Active: "account", Title: t(ctx, "Đề xuất chữ ký của tôi"),
		Lead: t(ctx, "Ảnh chữ ký màu xanh, nền trong suốt. Ảnh chụp hoặc ảnh quét trên giấy trắng cũng dùng được khi chọn làm trong suốt nền."), Back: "/account/signature"}))
}

// proposeSeal: GET, POST /admin/pictures/seal/new
func (d *Door) proposeSeal(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return d.act(w, r, d.propose(r, documents.PictureSeal, ActPage{Active: "pictures", Title: t(ctx, "Đề xuất ảnh dấu của cơ quan"),
		Lead: t(ctx, "Ảnh dấu màu đỏ, nền trong suốt, bằng kích thước thực tế của dấu."), Back: "/admin/pictures"}))
}

// propose is the form that sends an image to be approved.
func (d *Door) propose(r *http.Request, kind documents.PictureKind, p ActPage) ActPage {
	ctx := r.Context()
	p.Submit, p.Refused, p.Files = Action{Label: t(ctx, "Gửi đề xuất"), Kind: Primary}, t(ctx, "Chưa gửi được đề xuất"), true
	p.Fields = func(f *Form, errs Errors) ([]templ.Component, error) {
		fields := []templ.Component{
			FileField(Field{Name: "image", Label: t(ctx, "Tệp hình ảnh"), Hint: t(ctx, "PNG hoặc JPEG, không quá 2 MB; ảnh được cắt sát nét và lưu thành PNG"), Error: errs.Of("image")}, FileView{Accept: ".png,.jpg,.jpeg", Most: mostImage}),
			CheckOne(Field{Name: "whiten", Label: t(ctx, "Làm trong suốt nền trắng"), Hint: t(ctx, "Chọn khi ảnh chụp hoặc quét trên giấy trắng")}, f != nil && f.Yes("whiten")),
		}
		if kind == documents.PictureSeal {
			fields = append(fields, TextField(fieldOf(f, errs, Field{Name: "width", Label: t(ctx, "Đường kính hoặc chiều rộng thật (mm)"), Hint: t(ctx, "Để trống nếu tệp ghi đúng kích thước"), Optional: true, Short: true, InputMode: "decimal"})))
		}
		return append(fields, validityFields(ctx, d.today(), f, errs)...), nil
	}
	p.Do = func(f *Form) (flashed, string, error) {
		form := documents.PictureForm{Kind: kind}
		f.validity(&form)
		width := f.decimal("width")
		err := f.Err()
		part, _, missing := r.FormFile("image")
		switch {
		case err != nil:
		case missing != nil:
			err = store.RefuseField("image", "Hãy chọn tệp hình ảnh. Chưa có gì được lưu.")
		default:
			defer part.Close()
			form.Kept, err = documents.KeepPicture(ctx, d.Desk, actor(r), kind, part, f.Yes("whiten"), width)
		}
		return d.proposed(r, form, err)
	}
	return p
}

// proposed carries a proposal out and leads to its page.
func (d *Door) proposed(r *http.Request, form documents.PictureForm, err error) (flashed, string, error) {
	var p *documents.Picture
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error {
			p, err = documents.ProposePicture(r.Context(), tx, form)
			return err
		})
	}
	if err != nil {
		return flashed{}, "", err
	}
	return done("Đã gửi đề xuất, chờ quản trị phê duyệt. Hãy xem lại kết quả bên dưới; nếu chưa vừa ý, ông/bà có thể rút lại."), "/pictures/" + strconv.FormatInt(p.ID, 10), nil
}

func validityFields(ctx context.Context, today calendar.Date, f *Form, errs Errors) []templ.Component {
	return []templ.Component{wrap(Two(),
		DateField(fieldOf(f, errs, Field{Name: "valid_from", Label: t(ctx, "Áp dụng từ ngày"), Value: today.Display()})),
		DateField(fieldOf(f, errs, Field{Name: "valid_to", Label: t(ctx, "Đến hết ngày"), Hint: t(ctx, "Để trống nếu chưa định"), Optional: true}))),
		TextArea(fieldOf(f, errs, Field{Name: "note", Label: t(ctx, "Ghi chú"), Optional: true, MaxLength: 500, Rows: 2}))}
}

func (f *Form) validity(form *documents.PictureForm) {
	form.ValidFrom, form.Note = f.Date("valid_from"), f.Text("note")
	if f.Line("valid_to") != "" {
		form.ValidTo = f.Date("valid_to")
	}
}

// decimal is a number as people type it, with comma or point; empty is 0, anything else is noted.
func (f *Form) decimal(name string) float64 {
	v, ok := decimalOf(f.Line(name))
	if !ok {
		f.problems.Add(name, "Giá trị này phải là số, ví dụ 36 hoặc 36,5.")
	}
	return v
}

func decimalOf(text string) (float64, bool) {
	text = strings.Replace(strings.TrimSpace(text), ",", ".", 1)
	if text == "" {
		return 0, true
	}
	v, err := strconv.ParseFloat(text, 64)
	return math.Round(v*100) / 100, err == nil && !math.IsNaN(v) && math.Abs(v) < 10_000
}

// decimalText writes a number of millimetres as a field shows it.
func decimalText(ctx context.Context, v float64) string {
	text := strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
	if LangOf(ctx) == Vietnamese {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}

// approvePicture: POST /pictures/{id}/approve
func (d *Door) approvePicture(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error {
			_, err := documents.ApprovePicture(r.Context(), tx, id)
			return err
		})
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã phê duyệt. Chữ ký mới dùng phiên bản này trong thời gian áp dụng."))
	return redirect(w, r, "/pictures/"+strconv.FormatInt(id, 10))
}

// rejectPicture: GET, POST /pictures/{id}/reject
func (d *Door) rejectPicture(w http.ResponseWriter, r *http.Request) error {
	return d.endPicture(w, r, false, documents.RejectPicture)
}

// withdrawPicture: GET, POST /pictures/{id}/withdraw
func (d *Door) withdrawPicture(w http.ResponseWriter, r *http.Request) error {
	return d.endPicture(w, r, true, documents.WithdrawPicture)
}

func (d *Door) endPicture(w http.ResponseWriter, r *http.Request, withdraws bool, end func(context.Context, *store.Tx, int64, string) (*documents.Picture, error)) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	p, err := documents.FindPicture(ctx, d.DB, actor(r), id)
	if err != nil {
		return err
	}
	page := ActPage{Active: "pictures", Title: t(ctx, "Từ chối đề xuất"), Submit: Action{Label: t(ctx, "Từ chối"), Kind: DangerFinal}, Back: fmt.Sprintf("/pictures/%d", id),
		Lead: t(ctx, "{kind}, phiên bản {version}", "kind", pictureKind(ctx, p.Kind), "version", p.Version)}
	said := done("Đã từ chối đề xuất và báo cho người đề xuất.")
	if withdraws {
		page.Title, page.Submit.Label = t(ctx, "Thu hồi phiên bản"), t(ctx, "Thu hồi")
		said = done("Đã thu hồi. Các chữ ký đã có không bị ảnh hưởng.")
	}
	page.Fields = func(f *Form, errs Errors) ([]templ.Component, error) {
		return []templ.Component{TextArea(fieldOf(f, errs, Field{Name: "reason", Label: t(ctx, "Lý do"), Optional: withdraws, MaxLength: 500, Rows: 3}))}, nil
	}
	page.Do = func(f *Form) (flashed, string, error) {
		return said, "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error {
			_, err := end(ctx, tx, id, f.Text("reason"))
			return err
		})
	}
	return d.act(w, r, page)
}

func pictureKind(ctx context.Context, k documents.PictureKind) string {
	switch k {
	case documents.PictureSignature:
		return t(ctx, "Ảnh chữ ký")
	case documents.PictureSeal:
		return t(ctx, "Ảnh dấu")
	}
	return t(ctx, "Vị trí chữ ký")
}

func stateOfPicture(ctx context.Context, v pictureView) *StateView {
	s := pictureState(ctx, v.Picture, v.Today)
	return &s
}

// pictureActions are what can be done with a version besides approving it.
func pictureActions(ctx context.Context, v pictureView) []Action {
	var out []Action
	at := fmt.Sprintf("/pictures/%d", v.ID)
	if v.Kind == documents.PicturePlacing {
		if p, err := documents.PlacingOf(v.Picture); err == nil {
			out = append(out, Action{Label: t(ctx, "Chỉnh từ phiên bản này"), Icon: "edit", Href: "/admin/pictures/placing?" + placingQuery(p).Encode()})
		}
	}
	if v.Decides {
		out = append(out, ask(t(ctx, "Từ chối"), "ban", at+"/reject", Danger))
	}
	if v.Withdraws {
		out = append(out, ask(t(ctx, "Thu hồi"), "arrow-back-up", at+"/withdraw", Danger))
	}
	return out
}

func pictureState(ctx context.Context, p documents.Picture, today calendar.Date) StateView {
	switch {
	case p.State == documents.PictureProposed:
		return StateView{t(ctx, "Chờ phê duyệt"), StateWaiting}
	case p.State == documents.PictureRejected:
		return StateView{t(ctx, "Bị từ chối"), StateBad}
	case p.State == documents.PictureWithdrawn:
		return StateView{t(ctx, "Đã thu hồi"), StateOff}
	case p.ValidTo != "" && p.ValidTo < today:
		return StateView{t(ctx, "Hết thời gian áp dụng"), StateOff}
	case p.ValidFrom > today:
		return StateView{t(ctx, "Chờ đến ngày áp dụng"), StateWorking}
	}
	return StateView{t(ctx, "Đã phê duyệt"), StateDone}
}

func validityText(ctx context.Context, p documents.Picture) string {
	if p.ValidTo == "" {
		return t(ctx, "Từ {from}", "from", p.ValidFrom.Display())
	}
	return t(ctx, "{from} đến {to}", "from", p.ValidFrom.Display(), "to", p.ValidTo.Display())
}

func sizeInMM(ctx context.Context, p documents.Picture) string {
	if p.WidthUm == 0 {
		return ""
	}
	return fmt.Sprintf("%s × %s mm", decimalText(ctx, math.Round(float64(p.WidthUm)/100)/10), decimalText(ctx, math.Round(float64(p.HeightUm)/100)/10))
}

// oddTint warns of a colour that the law does not expect.
func oddTint(ctx context.Context, p documents.Picture) string {
	switch {
	case !p.OddTint():
		return ""
	case p.Kind == documents.PictureSeal:
		return t(ctx, "Nét trong ảnh không phải màu đỏ; quy định dấu màu đỏ.")
	}
	return t(ctx, "Nét trong ảnh không phải màu xanh; quy định chữ ký màu xanh.")
}

func tintText(ctx context.Context, tint string) string {
	switch pades.Tint(tint) {
	case pades.TintBlue:
		return t(ctx, "Xanh")
	case pades.TintRed:
		return t(ctx, "Đỏ")
	}
	return t(ctx, "Màu khác")
}

// saidAll translates findings of a room.
func saidAll(ctx context.Context, all []store.Message) []string {
	var out []string
	for _, m := range all {
		out = append(out, i18n.T(LangOf(ctx), m.Text, m.Args))
	}
	return out
}
