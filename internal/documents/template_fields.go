package documents

import (
	"context"
	"slices"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
	"congvu/internal/typist"
)

// TemplateField tells how one mark of a template is asked.
type TemplateField struct {
	Name     string   `json:"name"` // what stands in the mark; compared without diacritics and case
	Kind     string   `json:"kind"`
	Optional bool     `json:"optional,omitempty"`
	Hint     string   `json:"hint,omitempty"`
	Value    string   `json:"value,omitempty"` // what the form shows at first
	Choices  []string `json:"choices,omitempty"`
}

// Kinds of fields.
const (
	FieldLine   = "line"
	FieldText   = "text" // several lines
	FieldDate   = "date" // printed as ngày 05 tháng 3 năm 2026
	FieldNumber = "number"
	FieldChoice = "choice"
)

// FieldKinds lists the kinds with their Vietnamese names.
func FieldKinds() [][2]string {
	return [][2]string{{FieldLine, "Một dòng"}, {FieldText, "Nhiều dòng"}, {FieldDate, "Ngày"}, {FieldNumber, "Số nguyên"}, {FieldChoice, "Chọn trong danh sách"}}
}

// MarkExample shows people how a mark is written.
var MarkExample = "{{Tên trường}}"

const (
	mostFields  = 100
	mostValue   = 100_000 // bytes of one value
	mostChoices = 100
)

// Marks that the installation fills by itself. Those about a received document are asked where the draft answers none.
const (
	markAgency   = "Tên cơ quan"
	markShort    = "Tên viết tắt cơ quan"
	markParent   = "Cơ quan cấp trên"
	markPlace    = "Địa danh"
	markUnit     = "Đơn vị soạn thảo"
	markDrafter  = "Người soạn thảo"
	markPost     = "Chức vụ người soạn thảo"
	markYear     = "Năm"
	markToday    = "Ngày soạn thảo"
	markCapacity = "Quyền hạn ký"
	markPosition = "Chức vụ người ký"
	markSigner   = "Họ tên người ký"
	markNotation = "Ký hiệu"
	markInCode   = "Số, ký hiệu văn bản đến"
	markInDate   = "Ngày văn bản đến"
	markInSender = "Cơ quan gửi văn bản đến"
	markInTitle  = "Trích yếu văn bản đến"
)

var (
	signerMarks = []string{markCapacity, markPosition, markSigner}
	alwaysKnown = append([]string{markAgency, markShort, markParent, markPlace, markUnit, markDrafter, markPost, markYear, markToday}, signerMarks...)
)

// OwnMarks lists the marks that the installation fills by itself; the last five are asked where there is nothing to fill them from.
func OwnMarks() []string {
	return append(slices.Clone(alwaysKnown), markNotation, markInCode, markInDate, markInSender, markInTitle)
}

func sameMark(a, b string) bool { return i18n.Fold(a) == i18n.Fold(b) }

// texts gives every text of a template by the field of its form.
func (c *TemplateContent) texts() map[string][]string {
	annexes := []string{}
	for _, x := range c.Annexes {
		annexes = append(annexes, x.Title, x.Body)
	}
	return map[string][]string{"subject": {c.Subject}, "authority": {c.Authority}, "legal_bases": c.LegalBases, "addressees": c.Addressees,
		"event": {c.Meeting.Event, c.Meeting.Chair, c.Meeting.Time, c.Meeting.Place}, "body": {c.Body}, "annexes": annexes}
}

// marks lists the names of the template's marks, each once, in the order in which a reader meets them.
func (t *Template) marks() []string {
	var names []string
	add := func(name string) {
		name = line(name)
		if name != "" && !slices.ContainsFunc(names, func(x string) bool { return sameMark(x, name) }) {
			names = append(names, name)
		}
	}
	texts := t.Content.texts()
	for _, field := range []string{"subject", "authority", "legal_bases", "addressees", "event", "body", "annexes"} {
		for _, s := range texts[field] {
			for _, m := range typist.Mark.FindAllStringSubmatch(s, -1) {
				add(m[1])
			}
		}
	}
	for _, name := range t.FileMarks {
		add(name)
	}
	return names
}

func (t *Template) uses(marks ...string) bool {
	return slices.ContainsFunc(t.marks(), func(name string) bool {
		return slices.ContainsFunc(marks, func(m string) bool { return sameMark(m, name) })
	})
}

// NeedsSigner tells whether the template prints who signs: he is chosen when the draft begins.
func (t *Template) NeedsSigner() bool { return t.uses(signerMarks...) }

// Fields tells how every mark of the template that may be asked is asked, also those that nobody has said anything about.
func (t *Template) Fields() []TemplateField {
	out := []TemplateField{}
	for _, name := range t.marks() {
		if slices.ContainsFunc(alwaysKnown, func(m string) bool { return sameMark(m, name) }) {
			continue
		}
		at := slices.IndexFunc(t.Content.Fields, func(f TemplateField) bool { return sameMark(f.Name, name) })
		if at < 0 {
			out = append(out, TemplateField{Name: name, Kind: FieldLine})
			continue
		}
		f := t.Content.Fields[at]
		f.Name = name
		out = append(out, f)
	}
	return out
}

// checkFields settles what is said about marks; what is said about marks that are gone is forgotten.
func (t *Template) checkFields(p *store.Problems) {
	for i := range t.Content.Fields {
		f := &t.Content.Fields[i]
		f.Name, f.Hint, f.Value, f.Choices = line(f.Name), line(f.Hint), text(f.Value), lines(f.Choices)
		known := slices.ContainsFunc(FieldKinds(), func(k [2]string) bool { return k[0] == f.Kind })
		switch {
		case !known:
			p.Add("fields", "Kiểu của trường “{name}” không đúng. Hãy chọn lại.", "name", f.Name)
		case f.Kind == FieldChoice && len(f.Choices) < 2, len(f.Choices) > mostChoices:
			p.Add("fields", "Trường “{name}” cần từ 2 đến {most} giá trị để chọn.", "name", f.Name, "most", mostChoices)
		case len(f.Hint) > 1000 || len(f.Value) > 10000 || len(strings.Join(f.Choices, "")) > 20000:
			p.Add("fields", "Gợi ý hoặc giá trị của trường “{name}” quá dài.", "name", f.Name)
		}
		if f.Kind != FieldChoice {
			f.Choices = nil
		}
	}
	t.Content.Fields = slices.DeleteFunc(t.Fields(), func(f TemplateField) bool {
		return !slices.ContainsFunc(t.Content.Fields, func(x TemplateField) bool { return sameMark(x.Name, f.Name) })
	})
}

// BeginForm is what a person fills in to begin a draft from a template.
type BeginForm struct {
	Values   map[string]string // by the name of the field
	Signer   org.HoldingID
	Capacity string
	Unit     org.UnitID
	ReplyTo  int64
}

// AskedFields lists the fields of a template that a person fills in, with what the installation knows already left out.
func AskedFields(ctx context.Context, r store.Reader, a store.Actor, t *Template, f BeginForm, on calendar.Date) ([]TemplateField, error) {
	known, err := t.known(ctx, r, a, f, on)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(t.Fields(), func(x TemplateField) bool { _, ok := known[i18n.Fold(x.Name)]; return ok }), nil
}

// known are the values that the installation has for its own marks, by folded name.
func (t *Template) known(ctx context.Context, r store.Reader, a store.Actor, f BeginForm, on calendar.Date) (map[string]string, error) {
	out := map[string]string{}
	say := func(mark, value string) { out[i18n.Fold(mark)] = value }
	ag, err := org.AgencyAt(ctx, r, org.AgencyID(a.Agency), on)
	if err != nil {
		return nil, err
	}
	say(markAgency, ag.Name)
	say(markShort, orElseText(ag.ShortName, ag.Name))
	say(markParent, ag.ParentName)
	say(markPlace, ag.Seat)
	say(markYear, string(on)[:4])
	say(markToday, on.Words())
	if h, err := org.HoldingAt(ctx, r, org.HoldingID(a.Holding), on); err == nil {
		say(markDrafter, h.PersonName)
		say(markPost, h.Title)
	}
	o := &Outgoing{AgencyID: a.Agency, TypeCode: t.TypeCode, UnitID: int64(f.Unit)}
	if o.UnitID == 0 {
		o.UnitID = a.Unit
	}
	u, err := unitOf(ctx, r, a.Agency, org.UnitID(o.UnitID))
	if err != nil {
		return nil, err
	}
	say(markUnit, ag.Name)
	if u != nil {
		say(markUnit, u.Name)
	}
	notation, _, err := o.notation(ctx, r, on)
	if _, refused := errorsAs[*store.Refusal](err); err != nil && !refused {
		return nil, err
	}
	if err == nil {
		say(markNotation, notation)
	}
	if err := t.knowSigner(ctx, r, a, f, on, say); err != nil {
		return nil, err
	}
	if f.ReplyTo != 0 {
		in, err := FindIncoming(ctx, r, a, f.ReplyTo)
		if err != nil {
			return nil, err
		}
		say(markInCode, in.Code())
		say(markInDate, in.IssuedDate.Words())
		say(markInSender, in.SenderName)
		say(markInTitle, in.Subject)
	}
	return out, nil
}

// knowSigner fills the marks of the signature; without a signer they stay empty, and Begin refuses where the template prints them.
func (t *Template) knowSigner(ctx context.Context, r store.Reader, a store.Actor, f BeginForm, on calendar.Date, say func(mark, value string)) error {
	for _, m := range signerMarks {
		say(m, "")
	}
	if f.Signer == 0 {
		return nil
	}
	h, err := org.HoldingAt(ctx, r, f.Signer, on)
	if err != nil || int64(h.AgencyID) != a.Agency {
		return store.Because(store.RefuseField("signer", "Người được chọn không giữ chức vụ nào trong cơ quan vào hôm nay. Hãy chọn người khác."), err)
	}
	all, err := org.Capacities(ctx, r, f.Signer, t.TypeCode, on)
	for _, c := range all {
		if c.Code == f.Capacity {
			say(markCapacity, strings.Join(c.Lines, "\n"))
			say(markPosition, c.Position)
			say(markSigner, h.PersonName)
		}
	}
	return err
}

func orElseText(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// filled gives the value of every mark, or lists everything wrong with what was typed.
func (t *Template) filled(ctx context.Context, r store.Reader, a store.Actor, f BeginForm, on calendar.Date) (map[string]string, error) {
	values, err := t.known(ctx, r, a, f, on)
	if err != nil {
		return nil, err
	}
	var p store.Problems
	if t.NeedsSigner() && f.Signer == 0 {
		p.Add("signer", "Mẫu này in họ tên và quyền hạn của người ký. Hãy chọn người ký.")
	}
	typed := map[string]string{}
	for name, v := range f.Values {
		typed[i18n.Fold(name)] = v
	}
	for _, x := range t.Fields() {
		name := i18n.Fold(x.Name)
		if _, ok := values[name]; !ok {
			values[name] = x.read(&p, typed[name])
		}
		delete(typed, name)
	}
	for name := range f.Values {
		if _, left := typed[i18n.Fold(name)]; left {
			p.Add("values", "Mẫu không có trường “{name}”. Hãy bỏ giá trị này.", "name", name)
		}
	}
	return values, p.Err()
}

// FieldName is how problems of a field are named: the form has it under the same name.
func FieldName(name string) string { return "value-" + strings.ReplaceAll(i18n.Fold(name), " ", "-") }

// read settles one typed value.
func (x TemplateField) read(p *store.Problems, typed string) string {
	field := FieldName(x.Name)
	v := text(strings.ReplaceAll(typed, "\r\n", "\n"))
	if x.Kind != FieldText {
		v = line(v)
	}
	v = strings.TrimSpace(v)
	switch {
	case v == "":
		if !x.Optional {
			p.Add(field, "Cần điền “{name}”.", "name", x.Name)
		}
		return ""
	case len(v) > mostValue:
		p.Add(field, "Nội dung của “{name}” quá dài.", "name", x.Name)
	case x.Kind == FieldDate:
		day, err := calendar.Parse(v)
		if err != nil {
			p.Add(field, "“{name}” phải là một ngày có thật, ví dụ 05/03/2026.", "name", x.Name)
			return ""
		}
		return day.Words()
	case x.Kind == FieldNumber && strings.Trim(v, "0123456789") != "":
		p.Add(field, "“{name}” phải là số nguyên không âm.", "name", x.Name)
	case x.Kind == FieldChoice && !slices.Contains(x.Choices, v):
		p.Add(field, "“{name}” phải là một trong các giá trị đã cho.", "name", x.Name)
	}
	return v
}
