package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

// draftDesk is a draft's form while it is open: its type decides which fields there are.
type draftDesk struct {
	d     *Door
	r     *http.Request
	ctx   context.Context
	kind  documents.Type
	was   *documents.Outgoing // nil: a new draft
	start documents.DraftForm // what a fresh form shows
	units []Option
	names []Option // signers with their capacities: "34:KT"

	others  []documents.Editor // who else has the draft open
	clashes []documents.Change // what another changed while this form was open
}

// laidOut tells whether the system lays this type out itself (Phụ lục III); others are uploaded.
func laidOut(form string) bool {
	return form != "" && !slices.Contains([]string{"1.8", "1.9", "1.10", "3.1", "3.2"}, form)
}

// draftPage: GET and POST /outgoing/new
func (d *Door) draftPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	code := r.FormValue("type")
	x := draftDesk{d: d, r: r, ctx: ctx}
	if like := r.URL.Query().Get("similar"); like != "" && r.Method == http.MethodGet {
		if err := x.similar(like); err != nil {
			return err
		}
		return x.open(w, fmt.Sprintf("%s: %s", t(ctx, "Soạn văn bản tương tự"), translate(ctx, x.kind.Name, nil)), "/outgoing")
	}
	if code == "" {
		types, err := documents.Types(ctx, d.DB)
		if err != nil {
			return err
		}
		templates, err := documents.Templates(ctx, d.DB, actor(r), "")
		if err != nil {
			return err
		}
		templates = slices.DeleteFunc(templates, func(x documents.Template) bool { return !x.On() })
		return d.page(w, r, View{Title: t(ctx, "Chọn loại văn bản"), Active: "outgoing"}, typePicker(types, templates, r.FormValue("reply_to")))
	}
	var err error
	if x.kind, err = documents.FindType(ctx, d.DB, code); err != nil {
		return err
	}
	x.start = documents.DraftForm{TypeCode: code, Unit: org.UnitID(actor(r).Unit), KeptCopies: 1}
	if reply, err := strconv.ParseInt(r.FormValue("reply_to"), 10, 64); err == nil && reply > 0 {
		if err := x.answer(reply); err != nil {
			return err
		}
	}
	return x.open(w, fmt.Sprintf("%s: %s", t(ctx, "Soạn văn bản"), translate(ctx, x.kind.Name, nil)), "/outgoing")
}

// answer fills in a reply to a received document.
func (x *draftDesk) answer(id int64) error {
	in, err := documents.FindIncoming(x.ctx, x.d.DB, actor(x.r), id)
	if err != nil {
		return err
	}
	x.start.ReplyTo = id
	x.start.Subject = fmt.Sprintf("Trả lời văn bản số %s ngày %s của %s", in.Code(), in.IssuedDate.Display(), in.SenderName)
	x.start.Addressees = []string{in.SenderName}
	if in.SenderAgency != 0 {
		x.start.Receivers = []documents.ReceiverForm{{Agency: org.AgencyID(in.SenderAgency), Name: in.SenderName, Role: documents.ForAction}}
	} else {
		x.start.Receivers = []documents.ReceiverForm{{Name: in.SenderName, Role: documents.ForAction}}
	}
	return nil
}

// revisePage: GET and POST /outgoing/{id}/revise
func (x outAct) revise(w http.ResponseWriter) error {
	o := x.doc
	desk := draftDesk{d: x.d, r: x.r, ctx: x.ctx, was: o}
	var err error
	code := o.TypeCode
	if c := x.r.FormValue("type"); c != "" {
		code = c
	}
	if desk.kind, err = documents.FindType(x.ctx, x.d.DB, code); err != nil {
		return err
	}
	desk.start = documents.DraftForm{TypeCode: o.TypeCode, Form: o.Form, Subject: o.Subject, Authority: o.Authority, Body: o.Body, LegalBases: o.LegalBases, Addressees: o.Addressees, Annexes: o.Annexes,
		Meeting: o.Meeting, Signer: org.HoldingID(o.SignerHolding), Capacity: o.Capacity, Unit: org.UnitID(o.UnitID), FieldAbbr: o.FieldAbbr, Urgency: o.Urgency, DueDate: o.DueDate,
		ReplyTo: o.ReplyTo, KeptCopies: o.KeptCopies, Restricted: o.Restricted, Revision: o.Revision}
	if desk.start.Register, err = documents.WantedRegister(x.ctx, x.d.DB, actor(x.r), o.ID); err != nil {
		return err
	}
	for _, r := range o.Receivers {
		desk.start.Receivers = append(desk.start.Receivers, documents.ReceiverForm{Agency: r.Agency, Unit: r.Unit, Name: r.Name, Role: r.Role})
	}
	if x.r.Method == http.MethodGet {
		if desk.others, err = documents.Editing(x.ctx, x.d.Desk, actor(x.r), o.ID); err != nil {
			return err
		}
	}
	return desk.open(w, t(x.ctx, "Sửa dự thảo"), fmt.Sprintf("/outgoing/%d", o.ID))
}

func (x *draftDesk) open(w http.ResponseWriter, title, back string) error {
	var err error
	agency := actor(x.r).Agency
	units, err := org.Units(x.ctx, x.d.DB, org.AgencyID(agency))
	if err != nil {
		return err
	}
	for _, u := range units {
		x.units = append(x.units, Option{Value: fmt.Sprint(int64(u.ID)), Label: u.Name})
	}
	if x.names, err = x.d.signerOptions(x.r, x.kind.Code); err != nil {
		return err
	}
	p := ActPage{Active: "outgoing", Title: title, Back: back, Guard: true, Wide: true, Refused: t(x.ctx, "Chưa lưu được dự thảo"), Fields: x.fields, Do: x.save}
	if laidOut(x.kind.Form) {
		p.Submit = Action{Label: t(x.ctx, "Lưu và trình bày văn bản"), Kind: Primary, Name: "then", Value: "lay"}
		p.More = []Action{{Label: t(x.ctx, "Chỉ lưu dự thảo"), Name: "then", Value: "keep"}}
	} else {
		p.Submit = Action{Label: t(x.ctx, "Lưu dự thảo"), Kind: Primary, Name: "then", Value: "keep"}
		p.Lead = t(x.ctx, "Loại văn bản này không có mẫu trình bày trong hệ thống: sau khi lưu, hãy tải tệp PDF đã soạn lên.")
	}
	return x.d.act(w, x.r, p)
}

// signerOptions lists who may sign a type of document today, in every capacity (D6).
func (d *Door) signerOptions(r *http.Request, code string) ([]Option, error) {
	ctx := r.Context()
	staff, err := org.Staff(ctx, d.DB, org.AgencyID(actor(r).Agency), d.today())
	if err != nil {
		return nil, err
	}
	out := []Option{{Label: t(ctx, "— Chọn người ký —")}}
	for _, h := range staff {
		if h.Rank == org.RankStaff {
			continue
		}
		ways, err := org.Capacities(ctx, d.DB, h.ID, code, d.today())
		if err != nil {
			return nil, err
		}
		for _, c := range ways {
			label := strings.TrimSpace(strings.Join(c.Lines, " "))
			if !strings.HasSuffix(label, c.Position) {
				label = strings.TrimPrefix(label+" · "+c.Position, " · ")
			}
			label = h.PersonName + " – " + label
			out = append(out, Option{Value: fmt.Sprintf("%d:%s", h.ID, c.Code), Label: label})
		}
	}
	return out, nil
}

// fields draws the form of the type.
func (x *draftDesk) fields(f *Form, errs Errors) ([]templ.Component, error) {
	ctx, s := x.ctx, x.start
	field := func(name, label, value string) Field {
		if f != nil {
			value = f.shown(name)
		}
		return Field{Name: name, Label: label, Value: value, Error: errs.Of(name)}
	}
	optional := func(v Field) Field { v.Optional = true; return v }
	pick := func(name, value string) string {
		if f != nil {
			return f.shown(name)
		}
		return value
	}
	subject := field("subject", t(ctx, "Trích yếu"), s.Subject)
	subject.MaxLength, subject.Rows = 500, 2
	out := append(x.together(), hiddenField("type", x.kind.Code), hidden("reply_to", s.ReplyTo), hidden("revision", s.Revision), TextArea(subject))
	if x.kind.Form == "1.2" {
		out = append(out, RadioField(Field{Name: "model", Label: t(ctx, "Mẫu quyết định"), Error: errs.Of("model")}, Choose([]Option{
			{Value: "1.2", Label: t(ctx, "Quy định trực tiếp"), Hint: t(ctx, "Các điều nằm ngay trong quyết định")},
			{Value: "1.3", Label: t(ctx, "Quy định gián tiếp"), Hint: t(ctx, "Ban hành hoặc phê duyệt một văn bản khác")}}, orElse(pick("model", s.Form), "1.2"))))
	}
	if slices.Contains([]string{"1.1", "1.2", "1.3"}, x.kind.Form) {
		authority := optional(field("authority", t(ctx, "Thẩm quyền ban hành"), s.Authority))
		authority.Hint = t(ctx, "Ví dụ: CHỦ TỊCH ỦY BAN NHÂN DÂN")
		bases := optional(field("legal_bases", t(ctx, "Căn cứ ban hành"), strings.Join(s.LegalBases, "\n")))
		bases.Rows, bases.Hint = 4, t(ctx, "Mỗi căn cứ một dòng")
		out = append(out, TextField(authority), TextArea(bases))
	}
	if slices.Contains([]string{"1.4", "1.5", "1.6", "1.7"}, x.kind.Form) {
		to := optional(field("addressees", t(ctx, "Kính gửi"), strings.Join(s.Addressees, "\n")))
		to.Rows, to.Hint = 2, t(ctx, "Mỗi nơi một dòng")
		out = append(out, TextArea(to))
	}
	if x.kind.Form == "1.7" {
		out = append(out, TextField(field("event", t(ctx, "Nội dung cuộc họp"), s.Meeting.Event)), TextField(optional(field("chair", t(ctx, "Chủ trì cuộc họp"), s.Meeting.Chair))),
			wrap(Two(), TextField(field("time", t(ctx, "Thời gian"), s.Meeting.Time)), TextField(field("place", t(ctx, "Địa điểm"), s.Meeting.Place))))
	}
	body := optional(field("body", t(ctx, "Nội dung"), s.Body))
	body.Rows = 16
	out = append(out, TextArea(body), markupHelp())
	receivers, err := x.receiverFields(f, errs)
	if err != nil {
		return nil, err
	}
	out = append(out, receivers...)
	signer := ""
	if s.Signer != 0 {
		signer = fmt.Sprintf("%d:%s", s.Signer, s.Capacity)
	}
	unit := ""
	if s.Unit != 0 {
		unit = fmt.Sprint(int64(s.Unit))
	}
	abbr := optional(field("field_abbr", t(ctx, "Chữ viết tắt lĩnh vực trong ký hiệu"), s.FieldAbbr))
	abbr.Short, abbr.MaxLength, abbr.Hint = true, 20, t(ctx, "Bỏ trống thì dùng chữ viết tắt của đơn vị soạn thảo")
	copies := field("kept_copies", t(ctx, "Số bản lưu"), fmt.Sprint(s.KeptCopies))
	copies.Short, copies.InputMode = true, "numeric"
	signError := errs.Of("signer")
	if signError == "" {
		signError = errs.Of("capacity")
	}
	series, err := x.d.seriesField(x.r, pick("series", fmt.Sprint(s.Register)), errs)
	if err != nil {
		return nil, err
	}
	out = append(out, series...)
	out = append(out,
		SelectField(Field{Name: "signer", Label: t(ctx, "Người ký và quyền hạn ký"), Optional: true, Error: signError, Hint: t(ctx, "Cần chọn trước khi trình bày văn bản và trình ký")}, Choose(x.names, pick("signer", signer))),
		wrap(Two(), SelectField(Field{Name: "unit", Label: t(ctx, "Đơn vị soạn thảo"), Optional: true, Error: errs.Of("unit")}, Choose(append([]Option{{Label: t(ctx, "— Cơ quan —")}}, x.units...), pick("unit", unit))), TextField(abbr)),
		wrap(Two(), SelectField(Field{Name: "urgency", Label: t(ctx, "Độ khẩn"), Error: errs.Of("urgency")}, Choose(urgencyOptions(ctx, false), pick("urgency", s.Urgency.Slug()))),
			DateField(optional(field("due_date", t(ctx, "Hạn trả lời"), s.DueDate.Display())))),
		wrap(Two(), TextField(copies), CheckOne(Field{Name: "restricted", Label: t(ctx, "Hạn chế người xem"), Hint: t(ctx, "Sau khi ban hành chỉ người tham gia xử lý, văn thư và lãnh đạo xem được")}, f != nil && f.Yes("restricted") || f == nil && s.Restricted)),
		wrap(More(t(ctx, "Phụ lục")), x.annexFields(f)...))
	return out, nil
}

// receiverFields ask who gets the document: from the directory or the own agency, and others by name.
func (x draftDesk) receiverFields(f *Form, errs Errors) ([]templ.Component, error) {
	ctx := x.ctx
	var out []templ.Component
	for _, part := range []struct{ name, role, label string }{{"receivers", documents.ForAction, t(ctx, "Nơi nhận để thực hiện")}, {"informed", documents.ForInformation, t(ctx, "Nơi nhận để biết")}} {
		c := ComboView{Field: Field{Name: part.name, Label: part.label, Optional: true, Error: errs.Of(part.name), Hint: t(ctx, "Gõ tên, tên viết tắt hoặc mã định danh cơ quan, không cần dấu")}, Source: "/suggest/receivers", Multiple: true}
		if f == nil {
			for _, r := range x.start.Receivers {
				switch {
				case r.Role != part.role:
				case r.Agency != 0:
					c.Chosen = append(c.Chosen, Option{Value: fmt.Sprintf("a%d", r.Agency), Label: r.Name})
				case r.Unit != 0:
					c.Chosen = append(c.Chosen, Option{Value: fmt.Sprintf("u%d", r.Unit), Label: r.Name})
				}
			}
		} else {
			chosen, err := x.named(f.Values(part.name))
			if err != nil {
				return nil, err
			}
			c.Chosen = chosen
			if f.r.PostFormValue("find") == part.name || len(errs.Of(part.name)) > 0 && f.Line(part.name+"-words") != "" {
				c.Field.Value = f.shown(part.name + "-words")
				if c.Found, err = x.d.findReceivers(x.r, i18n.CleanLine(c.Field.Value)); err != nil {
					return nil, err
				}
			}
		}
		out = append(out, Combo(c))
	}
	others := Field{Name: "others", Label: t(ctx, "Nơi nhận khác, gửi ngoài hệ thống"), Optional: true, Rows: 2, Hint: t(ctx, "Mỗi nơi một dòng"), Error: errs.Of("others")}
	if f != nil {
		others.Value = f.shown("others")
	} else {
		var names []string
		for _, r := range x.start.Receivers {
			if r.Agency == 0 && r.Unit == 0 {
				names = append(names, r.Name)
			}
		}
		others.Value = strings.Join(names, "\n")
	}
	return append(out, TextArea(others)), nil
}

// named gives chosen receivers their names again.
func (x draftDesk) named(values []string) ([]Option, error) {
	units, err := x.d.unitOptions(x.ctx, actor(x.r).Agency)
	if err != nil {
		return nil, err
	}
	var out []Option
	for _, v := range values {
		if group, ok := strings.CutPrefix(v, "g"); ok { // shown as the agencies it means today
			id, _ := strconv.ParseInt(group, 10, 64)
			g, err := documents.ResolveGroup(x.ctx, x.d.DB, actor(x.r), id, x.d.today())
			if err != nil && !errors.Is(err, store.NotFound) && !errors.Is(err, store.Conflict) {
				return nil, err
			}
			for i := 0; err == nil && i < len(g.Members); i++ {
				if m := (Option{Value: fmt.Sprintf("a%d", g.Members[i].Agency), Label: g.Members[i].Name}); !slices.Contains(out, m) && !slices.Contains(values, m.Value) {
					out = append(out, m)
				}
			}
			continue
		}
		id, err := strconv.ParseInt(strings.TrimLeft(v, "a"), 10, 64)
		if err != nil {
			out = append(out, chosenOf(units, []string{v})...)
			continue
		}
		a, err := org.FindAgency(x.ctx, x.d.DB, org.AgencyID(id))
		if errors.Is(err, store.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, Option{Value: v, Label: a.Name})
	}
	return out, nil
}

// annexFields show the annexes there are and room for one more.
func (x draftDesk) annexFields(f *Form) []templ.Component {
	var out []templ.Component
	all := append(slices.Clone(x.start.Annexes), documents.Annex{})
	if f != nil {
		all = append(annexes(f), documents.Annex{})
	}
	for i, a := range all {
		out = append(out, TextField(Field{ID: fmt.Sprintf("annex_title_%d", i), Name: "annex_title", Label: t(x.ctx, "Tên phụ lục {n}", "n", i+1), Value: a.Title, Optional: true}),
			TextArea(Field{ID: fmt.Sprintf("annex_body_%d", i), Name: "annex_body", Label: t(x.ctx, "Nội dung phụ lục {n}", "n", i+1), Value: a.Body, Optional: true, Rows: 5}))
	}
	return out
}

func annexes(f *Form) []documents.Annex {
	var out []documents.Annex
	titles, bodies := f.r.PostForm["annex_title"], f.r.PostForm["annex_body"]
	for i := range min(len(titles), len(bodies), 50) {
		a := documents.Annex{Title: i18n.CleanLine(titles[i]), Body: strings.TrimSpace(i18n.Clean(strings.ReplaceAll(bodies[i], "\r\n", "\n")))}
		if a.Title != "" || a.Body != "" {
			out = append(out, a)
		}
	}
	return out
}

// read takes the form as the room wants it.
func (x draftDesk) read(f *Form) (documents.DraftForm, error) {
	urgency, ok := documents.ParseUrgency(f.Line("urgency"))
	if !ok {
		f.problems.Add("urgency", "Hãy chọn độ khẩn trong danh sách.")
	}
	form := documents.DraftForm{TypeCode: x.kind.Code, Form: f.Line("model"), Subject: f.Line("subject"), Authority: f.Line("authority"), Body: f.Text("body"), LegalBases: f.Lines("legal_bases"),
		Addressees: f.Lines("addressees"), Annexes: annexes(f), Meeting: documents.Meeting{Event: f.Line("event"), Chair: f.Line("chair"), Time: f.Line("time"), Place: f.Line("place")},
		Unit: org.UnitID(f.Number("unit")), FieldAbbr: f.Line("field_abbr"), Urgency: urgency, DueDate: f.Date("due_date"), ReplyTo: f.Number("reply_to"), KeptCopies: int(f.Number("kept_copies")),
		Restricted: f.Yes("restricted"), Revision: f.Number("revision"), Register: f.Number("series")}
	if signer := f.Line("signer"); signer != "" {
		id, way, _ := strings.Cut(signer, ":")
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			f.problems.Add("signer", "Hãy chọn người ký trong danh sách.")
		}
		form.Signer, form.Capacity = org.HoldingID(n), way
	}
	var err error
	if form.Receivers, err = x.d.receiversOf(x.r, f); err != nil {
		return form, err
	}
	return form, f.Err()
}

// receiversOf reads the fields of receiverFields.
func (d *Door) receiversOf(r *http.Request, f *Form) (out []documents.ReceiverForm, err error) {
	for _, part := range []struct{ name, role string }{{"receivers", documents.ForAction}, {"informed", documents.ForInformation}} {
		for _, v := range f.Values(part.name) {
			if id, group := strings.CutPrefix(v, "g"); group {
				if out, err = d.readGroup(r, f, out, part.name, part.role, id); err != nil {
					return nil, err
				}
				continue
			}
			id, err := strconv.ParseInt(strings.TrimLeft(v, "au"), 10, 64)
			switch {
			case err != nil:
				f.problems.Add(part.name, "Nơi nhận được chọn không đúng. Hãy chọn lại trong danh sách.")
			case v[0] == 'u':
				out = append(out, documents.ReceiverForm{Unit: org.UnitID(id), Role: part.role})
			default:
				out = append(out, documents.ReceiverForm{Agency: org.AgencyID(id), Role: part.role})
			}
		}
	}
	for _, name := range f.Lines("others") {
		out = append(out, documents.ReceiverForm{Name: name, Role: documents.ForAction})
	}
	return out, nil
}

// readGroup puts the agencies of a chosen group among the receivers (X20.7). A member that is no receiver today stops the form and is told: the others
// then stand in it one by one, and the clerk chooses who gets the document instead.
func (d *Door) readGroup(r *http.Request, f *Form, to []documents.ReceiverForm, field, role, value string) ([]documents.ReceiverForm, error) {
	id, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		f.problems.Add(field, "Nơi nhận được chọn không đúng. Hãy chọn lại trong danh sách.")
		return to, nil
	}
	g, err := documents.ResolveGroup(r.Context(), d.DB, actor(r), id, d.today())
	var refusal *store.Refusal
	if errors.As(err, &refusal) && len(refusal.Problems) > 0 && (refusal.Kind == store.NotFound || refusal.Kind == store.Conflict) {
		f.problems = append(f.problems, store.Problem{Field: field, Message: refusal.Problems[0].Message})
		return to, nil
	}
	if err != nil {
		return nil, err
	}
	for _, m := range g.Members {
		known := slices.ContainsFunc(to, func(r documents.ReceiverForm) bool { return r.Agency == m.Agency }) ||
			slices.Contains(f.Values("receivers"), fmt.Sprintf("a%d", m.Agency)) || slices.Contains(f.Values("informed"), fmt.Sprintf("a%d", m.Agency))
		if !known {
			to = append(to, documents.ReceiverForm{Agency: m.Agency, Role: role})
		}
	}
	for _, why := range g.Left {
		f.problems = append(f.problems, store.Problem{Field: field, Message: why})
	}
	return to, nil
}

// save keeps the draft, and lays it out when asked; a layout that is refused leaves the draft kept and says why.
func (x *draftDesk) save(f *Form) (flashed, string, error) {
	form, err := x.read(f)
	if err != nil {
		return flashed{}, "", err
	}
	a := actor(x.r)
	if x.was != nil {
		form.Take(x.was, taken(f))
		if x.clashes, x.was, err = documents.Clashes(x.ctx, x.d.DB, a, x.was.ID, form); err != nil {
			return flashed{}, "", err
		}
	}
	var o *documents.Outgoing
	err = x.d.DB.Write(x.ctx, a, func(tx *store.Tx) (err error) {
		if x.was == nil {
			o, err = documents.Draft(x.ctx, tx, form)
		} else {
			o, err = documents.Revise(x.ctx, tx, x.was.ID, form)
		}
		return err
	})
	if err != nil {
		return flashed{}, "", err
	}
	next := fmt.Sprintf("/outgoing/%d", o.ID)
	if f.Line("then") == "keep" || !laidOut(x.kind.Form) {
		return done("Đã lưu dự thảo."), next, nil
	}
	if _, err := documents.Lay(x.ctx, x.d.Desk, a, o.ID); err != nil {
		var refusal *store.Refusal
		if errors.As(refusalOf(err), &refusal) {
			return flashed{Tone: Warn, Text: "Đã lưu dự thảo nhưng chưa trình bày được: {why}", Args: map[string]any{"why": sentences(x.ctx, refusal)}}, next, nil
		}
		return flashed{}, "", err
	}
	return done("Đã lưu và trình bày văn bản theo Nghị định 30/2020/NĐ-CP."), next, nil
}

// taken are the fields whose words the person takes over from another.
func taken(f *Form) []string {
	var out []string
	for name := range f.r.PostForm {
		if code, ok := strings.CutPrefix(name, "take-"); ok {
			out = append(out, code)
		}
	}
	return out
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
