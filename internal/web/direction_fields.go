package web

import (
	"context"
	"fmt"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
)

// What follows right after a document was registered.
const (
	nextNothing = "nothing"
	nextSubmit  = "submit"
	nextForward = "forward"
)

// otherDays asks for the field where the number of days is typed.
const otherDays = "other"

// suggestedBy is what a proposal fills into a fresh form.
func suggestedBy(p *documents.Proposal) suggested {
	s := suggested{lead: p.Lead.Code(), recent: p.Recent}
	for _, c := range p.Coordinators {
		s.coordinators = append(s.coordinators, c.Code())
	}
	if s.recent == nil {
		s.recent = []documents.PassTo{}
	}
	return s
}

// fresh fills a field of a form that nobody has sent yet.
func fresh(f *Form, field Field, value string) Field {
	if f == nil {
		field.Value = value
	}
	return field
}

func daysText(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// because says where a proposal comes from, so that nobody takes it for an order.
func because(ctx context.Context, p *documents.Proposal) []templ.Component {
	if p.Because.Text == "" {
		return nil
	}
	return []templ.Component{Note(Info, t(ctx, "Đề xuất sẵn: {why}. Ông/Bà kiểm tra rồi xác nhận.", "why", say(ctx, p.Because)))}
}

// becauseDirected is because where a leader is asked: that one like it went to him proposes nothing.
func becauseDirected(ctx context.Context, p *documents.Proposal) []templ.Component {
	if p.Rule == 0 && p.Lead.Name == "" {
		return nil
	}
	return because(ctx, p)
}

// passFields ask, beside the register, where the document goes next (N27).
func (x inAct) passFields(f *Form, errs Errors) ([]templ.Component, error) {
	ctx := x.ctx
	p, err := documents.Propose(ctx, x.d.DB, actor(x.r), x.doc.ID)
	if err != nil {
		return nil, err
	}
	leaders, err := org.Leaders(ctx, x.d.DB, org.AgencyID(x.doc.AgencyID), x.d.today())
	if err != nil {
		return nil, err
	}
	next, to := nextSubmit, daysText(int(p.Leader.Post))
	if p.Clause != "" {
		next = nextForward
	}
	if f != nil {
		next, to = f.shown("next"), f.shown("to")
	}
	var people []Option
	for i, h := range leaders {
		people = append(people, Option{Value: fmt.Sprint(int64(h.ID)), Label: h.PersonName + " – " + h.Title, Selected: to == "" && i == 0})
	}
	options, err := x.d.targetOptions(x.r)
	if err != nil {
		return nil, err
	}
	lead := p.Lead.Code()
	if f != nil {
		lead = f.shown("lead")
	}
	out := because(ctx, p)
	out = append(out,
		RadioField(Field{Name: "next", Label: t(ctx, "Sau khi vào sổ"), Error: errs.Of("next")}, Choose([]Option{{Value: nextSubmit, Label: t(ctx, "Trình lãnh đạo")},
			{Value: nextForward, Label: t(ctx, "Chuyển thẳng theo quy chế")}, {Value: nextNothing, Label: t(ctx, "Chỉ vào sổ")}}, next)),
		wrap(Two(), SelectField(Field{Name: "to", Label: t(ctx, "Trình đến"), Optional: true, Error: errs.Of("to")}, Choose(people, to)),
			TextField(fieldOf(f, errs, Field{Name: "note", Label: t(ctx, "Ý kiến đề xuất của văn thư"), Optional: true, MaxLength: 1000}))),
		wrap(Two(), SelectField(Field{Name: "lead", Label: t(ctx, "Chuyển thẳng đến"), Optional: true, Error: errs.Of("lead")},
			chooseFirst(append([]Option{{Label: t(ctx, "— Chọn đơn vị hoặc cá nhân —")}}, lately(ctx, p.Recent, options)...), lead)),
			TextField(fresh(f, fieldOf(f, errs, Field{Name: "by_rule", Label: t(ctx, "Quy định của quy chế làm việc"), Optional: true, MaxLength: 300}), p.Clause))),
		TextField(fresh(f, fieldOf(f, errs, Field{Name: "due_days", Label: t(ctx, "Hạn xử lý, số ngày làm việc"), Optional: true, InputMode: "numeric", Short: true, MaxLength: 4}), daysText(p.DueDays))))
	for _, c := range p.Coordinators {
		out = append(out, hiddenField("coordinators", c.Code()))
	}
	if p.Rule != 0 {
		out = append(out, hidden("rule", p.Rule))
	}
	return out, nil
}

// passing reads where a document goes after it was registered; false: nowhere yet.
func (x inAct) passing(f *Form) (documents.Passing, bool) {
	pass := documents.Passing{Rule: f.Number("rule")}
	switch f.Line("next") {
	case nextSubmit:
		pass.To, pass.Note = f.Number("to"), f.Text("note")
	case nextForward:
		form := x.d.directionForm(f)
		if form.ByRule = f.Line("by_rule"); form.ByRule == "" {
			f.problems.Add("by_rule", "Cần ghi quy định của quy chế làm việc cho phép chuyển thẳng.")
		}
		pass.Direct = &form
	default:
		return pass, false
	}
	return pass, true
}

// directionForm reads a direction: a prepared text stands before what was typed, a chosen number of days before a typed one.
func (d *Door) directionForm(f *Form) documents.Direction {
	form := documents.Direction{Leads: d.targets(f, "lead"), Coordinators: d.targets(f, "coordinators"), Informed: d.targets(f, "informed"), Opinion: f.Text("opinion"),
		Due: f.Date("due"), Days: d.Desk.Calendar, Revision: f.Number("revision")}
	if phrase := f.Text("phrase"); phrase != "" && form.Opinion != "" {
		form.Opinion = phrase + "\n" + form.Opinion
	} else if phrase != "" {
		form.Opinion = phrase
	}
	if chip := f.Line("days"); chip != "" && chip != otherDays {
		form.DueDays, form.Due = int(f.Number("days")), ""
	} else {
		form.DueDays = int(f.Number("due_days"))
	}
	return form
}

// opinionFields offer the prepared texts of an opinion, and a field for one's own words.
func (d *Door) opinionFields(ctx context.Context, f *Form, errs Errors, a store.Actor, words string) ([]templ.Component, error) {
	phrases, err := documents.Phrases(ctx, d.DB, a)
	if err != nil {
		return nil, err
	}
	options := []Option{{Label: t(ctx, "— Không dùng mẫu —")}}
	for _, p := range phrases {
		text := p.Words
		if p.ID == 0 {
			text = translate(ctx, p.Words, nil)
		}
		options = append(options, Option{Value: text, Label: shorten(text, 90)})
	}
	return []templ.Component{SelectField(Field{Name: "phrase", Label: t(ctx, "Mẫu ý kiến"), Optional: true, Error: errs.Of("phrase")}, Choose(options, f.shown("phrase"))),
		TextArea(fresh(f, fieldOf(f, errs, Field{Name: "opinion", Label: t(ctx, "Ý kiến chỉ đạo"), Optional: true}), words))}, nil
}

// directionFields are the form of a direction with what is proposed filled in.
func (x inAct) directionFields(f *Form, errs Errors, byRule bool) ([]templ.Component, error) {
	ctx := x.ctx
	p, err := documents.Propose(ctx, x.d.DB, actor(x.r), x.doc.ID)
	if err != nil {
		return nil, err
	}
	fields, err := x.d.targetFields(x.r, f, errs, t(ctx, "Chủ trì xử lý"), false, suggestedBy(p))
	if err != nil {
		return nil, err
	}
	if byRule {
		fields = append(fields, TextField(fresh(f, fieldOf(f, errs, Field{Name: "by_rule", Label: t(ctx, "Quy định của quy chế làm việc"), Hint: t(ctx, "Ví dụ: Điều 12 khoản 3 Quy chế làm việc"), MaxLength: 300}), p.Clause)))
	}
	words, err := x.d.opinionFields(ctx, f, errs, actor(x.r), p.Opinion)
	if err != nil {
		return nil, err
	}
	return append(append(append(becauseDirected(ctx, p), fields...), words...), dueFields(ctx, f, errs, p.DueDays), hidden("revision", x.doc.Revision)), nil
}
