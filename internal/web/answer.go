package web

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/a-h/templ"
	"github.com/klauspost/compress/gzip"

	"congvu/internal/auth"
	"congvu/internal/calendar"
	"congvu/internal/notify"
	"congvu/internal/store"
)

// View is what a page says about itself; page adds the rail, the person and the bell.
type View struct {
	Title  string
	Active string   // Nav.Key
	Watch  []string // names of changes after which it fetches itself again
	Query  string   // in the search field
	Status int      // 0: 200
}

const bellItems = 6

// page answers with a whole page of a signed-in person.
func (d *Door) page(w http.ResponseWriter, r *http.Request, v View, body ...templ.Component) error {
	ctx, s := r.Context(), sessionOf(r)
	p := PageView{Title: v.Title, Active: v.Active, Watch: v.Watch, Query: v.Query, Here: hereOf(r), Live: true, Person: personView(ctx, s), Flash: d.takeFlash(w, r)}
	var err error
	if p.Nav, err = d.nav(ctx, s.Actor); err != nil {
		return err
	}
	if p.Unread, err = notify.Unread(ctx, d.DB, s.PersonID); err != nil {
		return err
	}
	messages, err := notify.Messages(ctx, d.DB, s.PersonID, 0, bellItems)
	if err != nil {
		return err
	}
	for _, m := range messages {
		p.Bell = append(p.Bell, bellItem(ctx, m))
	}
	return render(w, r, v.Status, wrap(Layout(p), body...))
}

// bare answers with a page without rail.
func (d *Door) bare(w http.ResponseWriter, r *http.Request, status int, v BareView, body ...templ.Component) error {
	v.Flash = d.takeFlash(w, r)
	return render(w, r, status, wrap(Bare(v), body...))
}

// wrap puts children into a component.
func wrap(c templ.Component, children ...templ.Component) templ.Component {
	return componentWith{c, templ.Join(children...)}
}

// hereOf is the address of this page, to come back to; a form that was refused comes back to its own page.
func hereOf(r *http.Request) string { return r.URL.RequestURI() }

var zippers = sync.Pool{New: func() any { z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed); return z }}

// buffers hold pages while they are built and while they are compressed. One that has grown beyond the largest page kept is left to the collector.
var buffers = sync.Pool{New: func() any { return bytes.NewBuffer(make([]byte, 0, 64<<10)) }}

const mostBuffered = 512 << 10

func takeBuffer() *bytes.Buffer {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	return b
}

func giveBuffer(b *bytes.Buffer) {
	if b.Cap() <= mostBuffered {
		buffers.Put(b)
	}
}

// smallest is how many bytes are worth compressing.
const smallest = 1400

// render builds the whole answer before the first byte leaves, so that an error is a page of its own and not half of one.
func render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	b := takeBuffer()
	defer giveBuffer(b)
	if err := c.Render(r.Context(), b); err != nil {
		return fmt.Errorf("render %s: %w", r.URL.Path, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Add("Vary", "Accept-Encoding, Cookie")
	body := b.Bytes()
	if len(body) >= smallest && takesGzip(r) {
		small := takeBuffer()
		defer giveBuffer(small)
		z := zippers.Get().(*gzip.Writer)
		z.Reset(small)
		_, err := z.Write(body)
		err = errors.Join(err, z.Close())
		zippers.Put(z)
		if err != nil {
			return err
		}
		h.Set("Content-Encoding", "gzip")
		body = small.Bytes()
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if status == 0 {
		status = http.StatusOK
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(body) // who has gone away needs no answer
	}
	return nil
}

func takesGzip(r *http.Request) bool {
	for _, part := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == "gzip" && strings.ReplaceAll(q, " ", "") != "q=0" {
			return true
		}
	}
	return false
}

// redirect leads on after an act: the browser asks for the next page itself.
func redirect(w http.ResponseWriter, r *http.Request, address string) error {
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}

// flashed is a flash on its way in a cookie: the sentence and what fills it.
type flashed struct {
	Tone  Tone           `json:"t,omitempty"`
	Text  string         `json:"x"`
	Args  map[string]any `json:"a,omitempty"`
	Href  string         `json:"h,omitempty"`
	Label string         `json:"l,omitempty"`
}

// mostFlash bounds the cookie.
const mostFlash = 2000

// flash says on the next page what was done. The sentence is translated there, in the reader's language.
func (d *Door) flash(w http.ResponseWriter, tone Tone, m store.Message) {
	d.flashNext(w, flashed{Tone: tone, Text: m.Text, Args: m.Args})
}

func (d *Door) flashNext(w http.ResponseWriter, f flashed) {
	b, err := json.Marshal(f)
	if err != nil || len(b) > mostFlash {
		return
	}
	http.SetCookie(w, &http.Cookie{Name: cookieFlash, Value: base64.RawURLEncoding.EncodeToString(b), Path: "/", MaxAge: 60, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: d.secure})
}

func (d *Door) takeFlash(w http.ResponseWriter, r *http.Request) *FlashView {
	c, err := r.Cookie(cookieFlash)
	if err != nil || c.Value == "" {
		return nil
	}
	http.SetCookie(w, &http.Cookie{Name: cookieFlash, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: d.secure})
	b, err := base64.RawURLEncoding.DecodeString(c.Value)
	var f flashed
	if err != nil || json.Unmarshal(b, &f) != nil || f.Text == "" || !utf8.ValidString(f.Text) {
		return nil
	}
	for name, v := range f.Args {
		if n, ok := v.(float64); ok {
			f.Args[name] = int64(n)
		}
	}
	view := &FlashView{Tone: f.Tone, Text: translate(r.Context(), f.Text, f.Args)}
	if f.Href != "" && f.Label != "" {
		view.Next = &Action{Href: localAddress(f.Href), Label: translate(r.Context(), f.Label, nil)}
	}
	return view
}

// nav is the rail of a post.
func (d *Door) nav(ctx context.Context, a store.Actor) (out []NavItem, err error) {
	for _, route := range d.routes {
		if n := route.Nav; n != nil && route.Who.may(a) {
			item := NavItem{Key: n.Key, Label: n.Label(ctx), Icon: n.Icon, Href: pathOf(route.Pattern)}
			if n.Group != nil {
				item.Group = n.Group(ctx)
			}
			if n.Count != nil {
				if item.Count, err = n.Count(ctx, d.DB, a); err != nil {
					return nil, err
				}
			}
			out = append(out, item)
		}
	}
	order := []string{"", recordsGroup(ctx), rulesGroup(ctx), adminGroup(ctx)}
	slices.SortStableFunc(out, func(a, b NavItem) int { return slices.Index(order, a.Group) - slices.Index(order, b.Group) })
	return out, nil
}

// The lines of the rail beside the day's work: the books and what is looked up in them, and what the agency has laid down.
func recordsGroup(ctx context.Context) string { return t(ctx, "Sổ sách, tra cứu") }
func rulesGroup(ctx context.Context) string   { return t(ctx, "Quy tắc, quyền hạn") }

// pathOf is the address of a pattern without wildcards; "{$}" is the root itself.
func pathOf(pattern string) string {
	_, path, _ := strings.Cut(pattern, " ")
	return strings.TrimSuffix(path, "{$}")
}

func personView(ctx context.Context, s *auth.Session) PersonView {
	p := PersonView{Name: s.PersonName, Initials: initials(s.PersonName), Login: s.Login}
	for _, h := range s.Posts {
		post := PostView{ID: fmt.Sprint(int64(h.ID)), Title: h.Title, Agency: h.AgencyName, Current: h.ID == s.Holding.ID}
		if h.UnitName != "" {
			post.Agency = h.UnitName + " · " + h.AgencyName
		}
		if h.ValidTo != "" {
			post.Note = t(ctx, "Đến hết ngày {day}", "day", h.ValidTo.Display())
		}
		p.Posts = append(p.Posts, post)
	}
	for _, x := range s.Standings {
		p.Posts = append(p.Posts, PostView{ID: fmt.Sprint(int64(x.Principal)), Title: t(ctx, "Làm thay {name}", "name", x.Post.PersonName), Agency: x.Post.Title + " · " + x.Post.AgencyName,
			Note: x.Reason, Current: x.Post.ID == s.Holding.ID})
	}
	return p
}

// initials are the first letters of family name and given name.
func initials(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return "?"
	}
	first, _ := utf8.DecodeRuneInString(words[0])
	out := string(first)
	if len(words) > 1 {
		last, _ := utf8.DecodeRuneInString(words[len(words)-1])
		out += string(last)
	}
	return strings.ToUpper(out)
}

func bellItem(ctx context.Context, m notify.Message) BellItem {
	said := m.Said()
	return BellItem{Href: fmt.Sprintf("/notices/%d", m.ID), Text: translate(ctx, said.Text, said.Args), From: m.Title, At: m.At.Time(), New: m.Read == 0}
}

// faults is the one table of what errors become: kind, status, page.
var faults = []struct {
	kind   error
	status int
	icon   string
	title  func(context.Context) string
	next   func(context.Context) string
}{
	{store.NotFound, http.StatusNotFound, "search", func(ctx context.Context) string { return t(ctx, "Không tìm thấy nội dung này") },
		func(ctx context.Context) string {
			return t(ctx, "Nội dung có thể đã được chuyển đi, hoặc không thuộc phạm vi chức vụ đang dùng. Hãy tìm lại theo số, ký hiệu, trích yếu hoặc hỏi văn thư cơ quan.")
		}},
	{store.Forbidden, http.StatusForbidden, "lock", func(ctx context.Context) string { return t(ctx, "Không thực hiện được việc này") },
		func(ctx context.Context) string {
			return t(ctx, "Dữ liệu được giữ nguyên. Nếu cần quyền này, hãy liên hệ quản trị của cơ quan.")
		}},
	{store.Unconfirmed, http.StatusForbidden, "lock", func(ctx context.Context) string { return t(ctx, "Cần xác nhận lại bằng mật khẩu") },
		func(ctx context.Context) string {
			return t(ctx, "Hãy quay lại, nhập mật khẩu của ông/bà rồi thực hiện lại.")
		}},
	{store.Conflict, http.StatusConflict, "refresh", func(ctx context.Context) string { return t(ctx, "Chưa thực hiện: nội dung đã thay đổi") },
		func(ctx context.Context) string {
			return t(ctx, "Hãy mở lại trang trước để xem tình trạng mới nhất rồi thực hiện lại nếu còn cần.")
		}},
	{store.Invalid, http.StatusUnprocessableEntity, "alert-circle", func(ctx context.Context) string { return t(ctx, "Thông tin gửi lên chưa hợp lệ") },
		func(ctx context.Context) string {
			return t(ctx, "Chưa có gì thay đổi. Hãy quay lại, sửa thông tin rồi gửi lại.")
		}},
}

// fail answers with the page of an error. What is internal is logged once, with the request's id, and shown as one calm sentence.
func (d *Door) fail(w http.ResponseWriter, r *http.Request, err error) {
	ctx, v := r.Context(), visitOf(r)
	switch {
	case errors.Is(err, errSignIn):
		d.leadToSignIn(w, r)
		return
	case errors.Is(err, errMustChange):
		http.Redirect(w, r, pathPassword, http.StatusSeeOther)
		return
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return // nobody waits for the answer
	}
	err = refusalOf(err)
	status, f := http.StatusInternalServerError, FaultView{
		Title: t(ctx, "Hệ thống gặp sự cố"), Kept: t(ctx, "Thao tác vừa rồi chưa được thực hiện. Dữ liệu đã lưu trước đó không bị ảnh hưởng."),
		Next: t(ctx, "Hãy thử lại sau ít phút. Nếu vẫn gặp lỗi, hãy gửi mã yêu cầu dưới đây cho bộ phận hỗ trợ."), Request: v.id,
	}
	var refusal *store.Refusal
	if errors.As(err, &refusal) {
		for _, k := range faults {
			if errors.Is(err, k.kind) {
				status, f = k.status, FaultView{Icon: k.icon, Title: k.title(ctx), Kept: sentences(ctx, refusal), Next: k.next(ctx)}
			}
		}
	}
	if status == http.StatusInternalServerError {
		d.Log.Error("internal error", "id", v.id, "method", r.Method, "path", pathForLog(r.URL.Path), "error", err)
	}
	back := cameFrom(r)
	if back == hereOf(r) && r.Method == http.MethodGet {
		back = PathHome
	}
	f.Actions = []Action{{Label: t(ctx, "Quay lại"), Icon: "arrow-left", Kind: Primary, Href: back}}
	if back != PathHome {
		f.Actions = append(f.Actions, Action{Label: t(ctx, "Về trang chính"), Href: PathHome})
	}
	view := View{Title: f.Title, Status: status}
	if v.session != nil && !v.session.MustChange {
		err = d.page(w, r, view, wrap(Body(HeadView{}, true), Fault(f)))
	} else {
		err = d.bare(w, r, status, BareView{Title: f.Title}, Fault(f))
	}
	if err != nil { // not even the page of the error: a plain sentence
		d.Log.Error("error page", "id", v.id, "error", err)
		http.Error(w, t(ctx, "Hệ thống gặp sự cố. Hãy thử lại sau ít phút. Mã yêu cầu: {id}", "id", v.id), http.StatusInternalServerError)
	}
}

// refusalOf gives errors of the network and of sheds the sentence that people read.
func refusalOf(err error) error {
	var refusal *store.Refusal
	var big *http.MaxBytesError
	var said interface {
		Reason() (string, map[string]any)
	}
	switch {
	case errors.As(err, &refusal):
	case errors.As(err, &big):
		return store.Because(tooLarge(big.Limit), err)
	case errors.As(err, &said):
		text, args := said.Reason()
		return &store.Refusal{Kind: store.Invalid, Problems: []store.Problem{{Message: store.Message{Text: text, Args: args}}}, Cause: err}
	}
	return err
}

func sentences(ctx context.Context, refusal *store.Refusal) string {
	var out []string
	for _, p := range refusal.Problems {
		out = append(out, translate(ctx, p.Text, p.Args))
	}
	return strings.Join(out, " ")
}

// leadToSignIn sends who is not signed in to the sign-in page, and back here afterwards.
func (d *Door) leadToSignIn(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == PathEvents {
		http.Error(w, "sign in", http.StatusUnauthorized)
		return
	}
	back := hereOf(r)
	if r.Method != http.MethodGet {
		back = cameFrom(r)
	}
	address := PathSignIn
	if back != PathHome {
		address += "?return=" + url.QueryEscape(back)
	}
	http.Redirect(w, r, address, http.StatusSeeOther)
}

// asErrors gives a refusal field by field to a form; ok is false for errors that are no matter of the form.
func asErrors(ctx context.Context, err error) (errs Errors, ok bool) {
	err = refusalOf(err)
	var refusal *store.Refusal
	if !errors.Is(err, store.Invalid) || !errors.As(err, &refusal) {
		return nil, false
	}
	for _, p := range refusal.Problems {
		errs = append(errs, FieldError{Field: p.Field, Message: translate(ctx, p.Text, p.Args)})
	}
	return errs, true
}

// say translates what a room returned.
func say(ctx context.Context, m store.Message) string { return translate(ctx, m.Text, m.Args) }

// today is the legal day of the request.
func (d *Door) today() calendar.Date { return calendar.DateOf(d.DB.Now().Time()) }
