package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

// inAct is one act on an incoming document while its form is open.
type inAct struct {
	d    *Door
	r    *http.Request
	ctx  context.Context
	doc  *documents.Incoming
	line *documents.Line // of line acts
}

// incomingActs gives every act its form; the codes are those of documents.ActsIncoming.
var incomingActs = map[string]func(inAct) (ActPage, error){
	"register": inAct.register, "refuse": inAct.refuse, "cancel_registration": inAct.cancelRegistration, "submit": inAct.submit,
	"return_to_registry": inAct.returnToRegistry, "direct": inAct.direct, "forward_by_rule": inAct.forwardByRule, "conclude": inAct.conclude,
	"comment": inAct.comment, "forward": inAct.forward, "hand_over": inAct.handOver, "start": inAct.start, "complete": inAct.complete,
	"agree_request": inAct.agreeRequest, "decline_request": inAct.declineRequest,
	"return": inAct.returnLine, "recall": inAct.recall, "extend": inAct.extend, "chase": inAct.chase, "reopen": inAct.reopen, "prepare": inAct.prepare,
}

// lineActs are done with a receipt line.
var lineActs = map[string]bool{"forward": true, "hand_over": true, "start": true, "complete": true, "return": true, "recall": true, "extend": true, "chase": true}

// actOnIncoming: GET and POST /incoming/{id}/<act>, /incoming/{id}/lines/{line}/<act>
func (d *Door) actOnIncoming(w http.ResponseWriter, r *http.Request, code string) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	x := inAct{d: d, r: r, ctx: r.Context()}
	if x.doc, err = documents.FindIncoming(x.ctx, d.DB, actor(r), id); err != nil {
		return err
	}
	offered, err := documents.ActsIncoming(x.ctx, d.DB, actor(r), id)
	if err != nil {
		return err
	}
	line := int64(0)
	if lineActs[code] {
		if line, err = number(r, "line"); err != nil {
			return err
		}
		lines, err := documents.Lines(x.ctx, d.DB, actor(r), id)
		if err != nil {
			return err
		}
		for i := range lines {
			if lines[i].ID == line {
				x.line = &lines[i]
			}
		}
		if x.line == nil {
			return store.Refuse(store.NotFound, "Không có phần việc này trong văn bản.")
		}
	}
	may := false
	for _, act := range offered {
		may = may || act.Code == code && act.Line == line
	}
	if !may && r.Method == http.MethodGet { // a sent form is judged by the room itself
		return gone()
	}
	page, err := incomingActs[code](x)
	if err != nil {
		return err
	}
	page.Active, page.Back = "incoming", fmt.Sprintf("/incoming/%d", id)
	if page.Lead == "" {
		page.Lead = strings.TrimPrefix(x.doc.Code()+" – "+x.doc.Subject, " – ")
	}
	return d.act(w, r, page)
}

// write does an act of the room in one transaction.
func (x inAct) write(f func(tx *store.Tx) error) error { return x.d.DB.Write(x.ctx, actor(x.r), f) }

func (x inAct) button(label string, kind Kind) Action { return Action{Label: label, Kind: kind} }

func (x inAct) register() (ActPage, error) {
	ctx := x.ctx
	twins, err := documents.Twins(ctx, x.d.DB, actor(x.r), x.doc.ID)
	if err != nil {
		return ActPage{}, err
	}
	books, err := documents.ListRegisters(ctx, x.d.DB, actor(x.r), documents.IncomingBook, x.d.today().Year())
	if err != nil {
		return ActPage{}, err
	}
	doubtful := x.doc.Verdict == documents.VerdictFailed || x.doc.Verdict == documents.VerdictIndeterminate || x.doc.Verdict == documents.VerdictNone
	fields := func(f *Form, errs Errors) ([]templ.Component, error) {
		var out []templ.Component
		if len(twins) > 0 {
			out = append(out, twinsFound(twins), RadioField(Field{Name: "twin", Label: t(ctx, "Văn bản này có thể đã có. Ông/Bà quyết định"), Error: errs.Of("twin")}, Choose([]Option{
				{Value: string(documents.TwinLink), Label: t(ctx, "Liên kết với văn bản đã có"), Hint: t(ctx, "Cùng một văn bản gửi hai lần hoặc bản giấy và bản điện tử; không lấy thêm số đến")},
				{Value: string(documents.TwinUpdate), Label: t(ctx, "Nhận làm bản cập nhật của văn bản đã có"), Hint: t(ctx, "Tệp và trích yếu mới được đưa lên trước, bản trước vẫn xem được; số đến không đổi")},
				{Value: string(documents.TwinRegisterAnyway), Label: t(ctx, "Vẫn đăng ký"), Hint: t(ctx, "Là văn bản khác; lấy số đến riêng")},
				{Value: string(documents.TwinStop), Label: t(ctx, "Chưa đăng ký"), Hint: t(ctx, "Để lại trong hàng chờ tiếp nhận; muốn trả lại nơi gửi thì chọn Từ chối tiếp nhận")}}, f.shown("twin"))))
			if len(twins) > 1 {
				var which []Option
				for _, w := range twins {
					which = append(which, Option{Value: fmt.Sprint(w.ID), Label: twinName(ctx, w)})
				}
				out = append(out, SelectField(Field{Name: "twin_of", Label: t(ctx, "Văn bản đã có"), Error: errs.Of("twin_of")}, Choose(which, f.shown("twin_of"))))
			}
		}
		if doubtful || errs.Of("verdict_reason") != "" {
			out = append(out, Note(Warn, t(ctx, "Kết quả kiểm tra chữ ký số: {verdict}.", "verdict", translate(ctx, documents.VerdictLabel(x.doc.Verdict), nil))),
				TextArea(fieldOf(f, errs, Field{Name: "verdict_reason", Label: t(ctx, "Lý do vẫn tiếp nhận"), Optional: x.doc.Verdict == documents.VerdictNone})))
		}
		if len(books) > 1 {
			out = append(out, SelectField(Field{Name: "register", Label: t(ctx, "Sổ văn bản đến"), Error: errs.Of("register")}, Choose(bookOptions(ctx, books), f.shown("register"))))
		}
		for _, b := range books {
			if n, err := documents.Fenced(ctx, x.d.DB, b); err != nil {
				return nil, err
			} else if n > 0 {
				out = append(out, TextField(fieldOf(f, errs, Field{Name: "number", Label: t(ctx, "Số đến cũ"), Optional: true, Short: true, InputMode: "numeric",
					Hint: t(ctx, "Số đến mà văn bản này đã có trước khi khôi phục dữ liệu")})))
				break
			}
		}
		if x.doc.Source == documents.FromExchange {
			out = append(out, CheckOne(Field{Name: "paper", Label: t(ctx, "Đã nhận cả bản giấy")}, f != nil && f.Yes("paper")))
		}
		next, err := x.passFields(f, errs)
		if err != nil {
			return nil, err
		}
		return append(append(out, next...), hidden("revision", x.doc.Revision)), nil
	}
	return ActPage{Title: t(ctx, "Tiếp nhận, vào sổ văn bản đến"), Guard: true, Submit: x.button(t(ctx, "Vào sổ, lấy số đến"), Primary), Refused: t(ctx, "Chưa vào sổ được"), Fields: fields,
		Do: func(f *Form) (flashed, string, error) {
			var out *documents.Registration
			form := documents.RegisterForm{Register: f.Number("register"), Twin: documents.TwinDecision(f.Line("twin")), TwinOf: f.Number("twin_of"), VerdictReason: f.Text("verdict_reason"),
				PaperReceived: f.Yes("paper"), Revision: f.Number("revision"), Lost: f.Number("number")}
			pass, passes := x.passing(f)
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			if form.Twin == documents.TwinStop {
				return done("Văn bản được để lại trong hàng chờ tiếp nhận."), "", nil
			}
			err := x.write(func(tx *store.Tx) (err error) {
				if passes {
					out, err = documents.RegisterAndPass(ctx, tx, x.doc.ID, form, pass)
				} else {
					out, err = documents.Register(ctx, tx, x.doc.ID, form)
				}
				return err
			})
			var twin *documents.Duplicate
			if errors.As(err, &twin) {
				twins = twin.Twins
				return flashed{}, "", store.RefuseField("twin", "Văn bản này trùng với văn bản đã có. Hãy chọn cách xử lý rồi gửi lại.")
			}
			if err != nil {
				return flashed{}, "", err
			}
			return x.registered(out)
		}}, nil
}

// registered says the arrival number and leads straight on to submitting (D10.16, N27).
func (x inAct) registered(out *documents.Registration) (flashed, string, error) {
	switch {
	case out.LinkedTo != 0:
		said := done("Đã liên kết với văn bản đã có; không lấy thêm số đến.")
		said.Href, said.Label = fmt.Sprintf("/incoming/%d", out.LinkedTo), "Mở văn bản đã có"
		return said, "", nil
	case out.Already:
		return done("Văn bản đã được vào sổ trước đó, số đến {number}.", "number", fmt.Sprint(out.Incoming.ArrivalNumber)), "", nil
	}
	said := done("Đã vào sổ văn bản đến, số đến {number}.", "number", fmt.Sprint(out.Incoming.ArrivalNumber))
	switch out.Incoming.Stage {
	case documents.InTabToDirect:
		said = done("Đã vào sổ, số đến {number}, và trình lãnh đạo.", "number", fmt.Sprint(out.Incoming.ArrivalNumber))
	case documents.InTabHandling:
		said = done("Đã vào sổ, số đến {number}, và chuyển {lead} xử lý.", "number", fmt.Sprint(out.Incoming.ArrivalNumber), "lead", out.Incoming.LeadName)
	}
	if len(out.Warnings) > 0 {
		said.Tone = Warn
		said.Text += " " + out.Warnings[0].Text
		for name, v := range out.Warnings[0].Args {
			said.Args[name] = v
		}
	}
	if out.Incoming.Stage == documents.InTabToSubmit {
		said.Href, said.Label = fmt.Sprintf("/incoming/%d/submit", x.doc.ID), "Trình lãnh đạo"
	}
	return said, "", nil
}

func (x inAct) refuse() (ActPage, error) {
	ctx := x.ctx
	return ActPage{Title: t(ctx, "Từ chối tiếp nhận văn bản"), Submit: x.button(t(ctx, "Từ chối tiếp nhận"), DangerFinal), Refused: t(ctx, "Chưa từ chối được"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			var grounds []Option
			for _, g := range documents.Grounds {
				grounds = append(grounds, Option{Value: string(g), Label: translate(ctx, g.Label(), nil)})
			}
			return []templ.Component{Note(Info, t(ctx, "Cơ quan gửi sẽ nhận được thông báo từ chối kèm lý do.")),
				RadioField(Field{Name: "ground", Label: t(ctx, "Căn cứ từ chối"), Error: errs.Of("ground")}, Choose(grounds, f.shown("ground"))), reasonField(ctx, f, errs)}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			return done("Đã từ chối tiếp nhận. Thông báo từ chối đang được gửi cho cơ quan gửi."), "", x.write(func(tx *store.Tx) error {
				return documents.Refuse(ctx, tx, x.doc.ID, documents.Ground(f.Line("ground")), f.Text("reason"))
			})
		}}, nil
}

// reasoned is an act that needs nothing but a reason.
func (x inAct) reasoned(title, button, said string, do func(tx *store.Tx, reason string) error) ActPage {
	return ActPage{Title: title, Submit: x.button(button, DangerFinal),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{reasonField(x.ctx, f, errs)}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			return done(said), "", x.write(func(tx *store.Tx) error { return do(tx, f.Text("reason")) })
		}}
}

func (x inAct) cancelRegistration() (ActPage, error) {
	return x.reasoned(t(x.ctx, "Hủy đăng ký văn bản đến"), t(x.ctx, "Hủy đăng ký"), "Đã hủy đăng ký. Dòng trong sổ được giữ và đánh dấu; số đến không dùng lại.",
		func(tx *store.Tx, reason string) error {
			return documents.CancelRegistration(x.ctx, tx, x.doc.ID, reason)
		}), nil
}

func (x inAct) returnToRegistry() (ActPage, error) {
	return x.reasoned(t(x.ctx, "Trả lại văn thư"), t(x.ctx, "Trả lại văn thư"), "Đã trả lại văn thư.",
		func(tx *store.Tx, reason string) error {
			return documents.ReturnToRegistry(x.ctx, tx, x.doc.ID, reason)
		}), nil
}

func (x inAct) returnLine() (ActPage, error) {
	return x.reasoned(t(x.ctx, "Trả lại văn bản"), t(x.ctx, "Trả lại"), "Đã trả lại người chuyển.",
		func(tx *store.Tx, reason string) error { return documents.ReturnLine(x.ctx, tx, x.line.ID, reason) }), nil
}

func (x inAct) recall() (ActPage, error) {
	p := x.reasoned(t(x.ctx, "Rút lại văn bản đã chuyển"), t(x.ctx, "Rút lại"), "Đã rút lại, kể cả những nơi được chuyển tiếp từ đó.",
		func(tx *store.Tx, reason string) error { return documents.RecallLine(x.ctx, tx, x.line.ID, reason) })
	p.Lead = t(x.ctx, "Nơi đang giữ: {name}. Mọi nơi được chuyển tiếp từ đó cũng bị rút lại.", "name", x.line.HolderName)
	return p, nil
}

func (x inAct) submit() (ActPage, error) {
	ctx := x.ctx
	leaders, err := org.Leaders(ctx, x.d.DB, org.AgencyID(x.doc.AgencyID), x.d.today())
	if err != nil {
		return ActPage{}, err
	}
	return ActPage{Title: t(ctx, "Trình lãnh đạo"), Submit: x.button(t(ctx, "Trình"), Primary), Refused: t(ctx, "Chưa trình được"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			var options []Option
			for i, h := range leaders {
				options = append(options, Option{Value: fmt.Sprint(int64(h.ID)), Label: h.PersonName, Hint: h.Title, Selected: f == nil && i == 0})
			}
			return []templ.Component{RadioField(Field{Name: "to", Label: t(ctx, "Trình đến"), Error: errs.Of("to")}, Choose(options, f.shown("to"))),
				TextArea(fieldOf(f, errs, Field{Name: "note", Label: t(ctx, "Ý kiến đề xuất của văn thư"), Optional: true}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			to := f.Number("to")
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Đã trình lãnh đạo."), "", x.write(func(tx *store.Tx) error { return documents.SubmitToLeader(ctx, tx, x.doc.ID, to, f.Text("note")) })
		}}, nil
}

func (x inAct) comment() (ActPage, error) {
	ctx := x.ctx
	return ActPage{Title: t(ctx, "Ghi ý kiến"), Submit: x.button(t(ctx, "Ghi ý kiến"), Primary),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{TextArea(fieldOf(f, errs, Field{Name: "words", Label: t(ctx, "Ý kiến"), Rows: 5}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			return done("Đã ghi ý kiến."), "", x.write(func(tx *store.Tx) error { return documents.Comment(ctx, tx, x.doc.ID, f.Text("words")) })
		}}, nil
}

func (x inAct) conclude() (ActPage, error) {
	ctx := x.ctx
	return ActPage{Title: t(ctx, "Kết thúc, không xử lý"), Submit: x.button(t(ctx, "Kết thúc"), Primary),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{TextArea(fieldOf(f, errs, Field{Name: "result", Label: t(ctx, "Nội dung kết luận"), Hint: t(ctx, "Ví dụ: văn bản để biết, lưu tham khảo")}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			return done("Đã kết thúc xử lý văn bản."), "", x.write(func(tx *store.Tx) error { return documents.Conclude(ctx, tx, x.doc.ID, f.Text("result")) })
		}}, nil
}

func (x inAct) start() (ActPage, error) {
	ctx := x.ctx
	return ActPage{Title: t(ctx, "Bắt đầu xử lý"), Submit: x.button(t(ctx, "Bắt đầu xử lý"), Primary), Fields: noFields,
		Do: func(*Form) (flashed, string, error) {
			return done("Đã ghi nhận bắt đầu xử lý."), "", x.write(func(tx *store.Tx) error { return documents.Start(ctx, tx, x.line.ID) })
		}}, nil
}

func (x inAct) complete() (ActPage, error) {
	ctx := x.ctx
	replies, err := documents.ListOutgoing(ctx, x.d.DB, actor(x.r), documents.OutFilter{Tab: documents.TabIssued, Limit: 50})
	if err != nil {
		return ActPage{}, err
	}
	return ActPage{Title: t(ctx, "Hoàn thành xử lý"), Submit: x.button(t(ctx, "Hoàn thành"), Primary), Refused: t(ctx, "Chưa hoàn thành được"), Guard: true,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			options := []Option{{Label: t(ctx, "— Không có văn bản trả lời —")}}
			for _, o := range replies.Rows {
				options = append(options, Option{Value: fmt.Sprint(o.ID), Label: o.NumberText + " – " + shorten(o.Subject, 80)})
			}
			return []templ.Component{TextArea(fieldOf(f, errs, Field{Name: "result", Label: t(ctx, "Kết quả xử lý"), Optional: true, Rows: 4, Hint: t(ctx, "Cần có kết quả hoặc văn bản trả lời")})),
				SelectField(Field{Name: "reply", Label: t(ctx, "Văn bản trả lời đã ban hành"), Optional: true, Error: errs.Of("reply")}, Choose(options, f.shown("reply"))), hidden("revision", x.line.Revision)}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			form := documents.CompleteForm{Result: f.Text("result"), ReplyOutgoing: f.Number("reply"), Revision: f.Number("revision")}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Đã hoàn thành phần việc."), "", x.write(func(tx *store.Tx) error { return documents.Complete(ctx, tx, x.line.ID, form) })
		}}, nil
}

func (x inAct) direct() (ActPage, error)        { return x.direction(false) }
func (x inAct) forwardByRule() (ActPage, error) { return x.direction(true) }

// direction is a leader's direction, or the registry's forwarding where the working regulation names the handler.
func (x inAct) direction(byRule bool) (ActPage, error) {
	ctx := x.ctx
	p := ActPage{Title: t(ctx, "Cho ý kiến chỉ đạo"), Submit: x.button(t(ctx, "Chuyển xử lý"), Primary), Refused: t(ctx, "Chưa chuyển được văn bản"), Guard: true}
	if byRule {
		p.Title = t(ctx, "Chuyển theo quy chế làm việc")
	}
	p.Fields = func(f *Form, errs Errors) ([]templ.Component, error) { return x.directionFields(f, errs, byRule) }
	p.Do = func(f *Form) (flashed, string, error) {
		form := x.d.directionForm(f)
		if byRule {
			if form.ByRule = f.Line("by_rule"); form.ByRule == "" {
				f.problems.Add("by_rule", "Cần ghi quy định của quy chế làm việc cho phép chuyển thẳng.")
			}
		}
		if err := f.Err(); err != nil {
			return flashed{}, "", err
		}
		return done("Đã chuyển văn bản để xử lý."), "", x.write(func(tx *store.Tx) error { _, err := documents.Direct(ctx, tx, x.doc.ID, form); return err })
	}
	return p, nil
}

func (x inAct) forward() (ActPage, error) {
	ctx := x.ctx
	lead := ""
	if x.line.Role == documents.Lead {
		lead = t(ctx, "Giao chủ trì")
	}
	return ActPage{Title: t(ctx, "Chuyển tiếp văn bản"), Submit: x.button(t(ctx, "Chuyển tiếp"), Primary), Refused: t(ctx, "Chưa chuyển được văn bản"), Guard: true,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			fields, err := x.d.targetFields(x.r, f, errs, lead, true, suggested{})
			if err != nil {
				return nil, err
			}
			return append(fields, TextArea(fieldOf(f, errs, Field{Name: "note", Label: t(ctx, "Ý kiến kèm theo"), Optional: true})), dueFields(ctx, f, errs, 0), hidden("revision", x.line.Revision)), nil
		},
		Do: func(f *Form) (flashed, string, error) {
			form := documents.ForwardForm{Coordinators: x.d.targets(f, "coordinators"), Informed: x.d.targets(f, "informed"), Note: f.Text("note"), Due: f.Date("due"), DueDays: int(f.Number("due_days")),
				Days: x.d.Desk.Calendar, Revision: f.Number("revision")}
			if leads := x.d.targets(f, "lead"); len(leads) > 0 {
				form.Lead = leads[0]
			}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Đã chuyển tiếp văn bản."), "", x.write(func(tx *store.Tx) error { _, err := documents.Forward(ctx, tx, x.line.ID, form); return err })
		}}, nil
}

func (x inAct) handOver() (ActPage, error) {
	ctx := x.ctx
	return ActPage{Title: t(ctx, "Bàn giao văn bản"), Submit: x.button(t(ctx, "Bàn giao"), Primary), Refused: t(ctx, "Chưa bàn giao được"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			options, err := x.d.targetOptions(x.r)
			if err != nil {
				return nil, err
			}
			return []templ.Component{Note(Info, t(ctx, "Người nhận bàn giao làm thay toàn bộ phần việc này.")),
				SelectField(Field{Name: "lead", Label: t(ctx, "Bàn giao cho"), Error: errs.Of("lead")}, Choose(append([]Option{{Label: t(ctx, "— Chọn người hoặc đơn vị —")}}, options...), f.shown("lead"))),
				TextArea(fieldOf(f, errs, Field{Name: "note", Label: t(ctx, "Ý kiến kèm theo"), Optional: true}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			to := x.d.targets(f, "lead")
			if len(to) == 0 {
				return flashed{}, "", store.RefuseField("lead", "Hãy chọn người hoặc đơn vị nhận bàn giao.")
			}
			return done("Đã bàn giao văn bản."), "", x.write(func(tx *store.Tx) error {
				_, err := documents.HandOver(ctx, tx, x.line.ID, to[0], f.Text("note"))
				return err
			})
		}}, nil
}

// dueFields ask for a day or a number of working days.
func dueFields(ctx context.Context, f *Form, errs Errors, days int) templ.Component {
	return wrap(Two(), DateField(fieldOf(f, errs, Field{Name: "due", Label: t(ctx, "Hạn xử lý"), Optional: true, Hint: t(ctx, "Theo ngày, ví dụ 23/11/2026")})),
		TextField(fresh(f, fieldOf(f, errs, Field{Name: "due_days", Label: t(ctx, "Hoặc số ngày làm việc"), Optional: true, Hint: t(ctx, "Tính từ hôm nay"), InputMode: "numeric", Short: true, MaxLength: 4}), daysText(days))))
}

// enterIncoming: GET and POST /incoming/new: a paper document typed in by the registry.
func (d *Door) enterIncoming(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	types, err := documents.AllTypes(ctx, d.DB)
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "incoming", Title: t(ctx, "Nhập văn bản đến"), Lead: t(ctx, "Văn bản giấy hoặc tệp nhận ngoài trục liên thông"), Back: "/arrivals", Files: true, Guard: true, Wide: true,
		Submit: Action{Label: t(ctx, "Lưu văn bản đến"), Kind: Primary}, Refused: t(ctx, "Chưa lưu được văn bản"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) { return d.entryFields(r, f, errs, types) },
		Do: func(f *Form) (flashed, string, error) {
			return d.enter(r, f)
		}})
}

func (d *Door) entryFields(r *http.Request, f *Form, errs Errors, types []documents.Type) ([]templ.Component, error) {
	ctx := r.Context()
	read, err := d.readInto(r, f)
	if refused, ok := asErrors(ctx, err); ok {
		errs = append(errs, refused...)
	} else if err != nil {
		return nil, err
	}
	sender, err := d.agencyCombo(r, f, errs, Field{Name: "sender", Label: t(ctx, "Cơ quan ban hành"), Hint: t(ctx, "Gõ tên hoặc mã định danh; cơ quan ngoài danh bạ thì ghi ở ô bên dưới"), Optional: true}, false, nil)
	if err != nil {
		return nil, err
	}
	field := func(name, label string, most int) Field {
		return fieldOf(f, errs, Field{Name: name, Label: label, MaxLength: most, Hint: read[name]})
	}
	optional := func(x Field) Field { x.Optional = true; return x }
	return []templ.Component{
		FileField(Field{Name: "file", Label: t(ctx, "Tệp văn bản"), Optional: true, Hint: t(ctx, "Bản quét PDF và tệp kèm theo"), Error: errs.Of("file")}, FileView{Multiple: true, Most: d.fileLimit(r), Stays: true}),
		entryReading(d.Desk.Texts != nil, read),
		sender,
		TextField(optional(field("sender_name", t(ctx, "Tên cơ quan, tổ chức, cá nhân ngoài danh bạ"), 300))),
		wrap(Two(), TextField(optional(field("number", t(ctx, "Số"), 20))), TextField(optional(field("notation", t(ctx, "Ký hiệu"), 50)))),
		wrap(Two(), DateField(optional(field("issued_date", t(ctx, "Ngày văn bản"), 10))), DateField(optional(field("arrived_date", t(ctx, "Ngày đến"), 10)))),
		wrap(Two(), SelectField(Field{Name: "type", Label: t(ctx, "Loại văn bản"), Optional: true, Hint: read["type"], Error: errs.Of("type")}, Choose(typeOptions(ctx, types, true), f.shown("type"))),
			SelectField(Field{Name: "urgency", Label: t(ctx, "Độ khẩn"), Hint: read["urgency"], Error: errs.Of("urgency")}, Choose(urgencyOptions(ctx, false), f.shown("urgency")))),
		TextArea(field("subject", t(ctx, "Trích yếu"), 1000)),
		wrap(Two(), TextField(optional(field("signer_name", t(ctx, "Người ký"), 200))), TextField(optional(field("signer_position", t(ctx, "Chức vụ người ký"), 200)))),
		wrap(Two(), TextField(optional(field("pages", t(ctx, "Số trang"), 5))), DateField(optional(field("due_date", t(ctx, "Hạn cơ quan gửi yêu cầu"), 10)))),
		TextArea(optional(field("note", t(ctx, "Ghi chú"), 1000)))}, nil
}

// readInto reads the first file of the form when that was asked for, and puts what it says into the fields that are still empty; it gives a hint for each of
// them. A person confirms it: nothing is entered by itself.
func (d *Door) readInto(r *http.Request, f *Form) (map[string]string, error) {
	if f == nil || f.r.PostFormValue("find") != "read" {
		return nil, nil
	}
	ctx := r.Context()
	if f.r.MultipartForm == nil || len(f.r.MultipartForm.File["file"]) == 0 {
		return nil, store.RefuseField("file", "Chọn tệp văn bản trước, rồi bấm đọc thông tin.")
	}
	head := f.r.MultipartForm.File["file"][0]
	file, err := head.Open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, documents.MostRead+1))
	if err != nil {
		return nil, err
	}
	read, err := documents.ReadFile(ctx, d.Desk, actor(r), head.Filename, b)
	if err != nil {
		return nil, err
	}
	if secret, is := read.Get(documents.ReadSecrecy); is && secret.Sure() {
		return nil, store.RefuseField("file", "Trang văn bản có dấu “{stamp}”. Văn bản mật chỉ ghi vào sổ văn bản mật, không đưa tệp lên hệ thống.", "stamp", secret.Value)
	}
	hints := map[string]string{}
	for _, p := range read.Fields {
		name, value := p.Name, p.Value
		switch p.Name {
		case documents.ReadIssued, documents.ReadDue:
			value = calendar.Date(value).Display()
		case documents.ReadSender:
			name = "sender_name"
			if found, err := org.SearchAgencies(ctx, d.DB, value, 10); err != nil {
				return nil, err
			} else if at := slices.IndexFunc(found, func(a org.Agency) bool { return i18n.Fold(a.Name) == i18n.Fold(value) }); at >= 0 {
				name, value = "sender", fmt.Sprint(int64(found[at].ID))
			}
		}
		if empty := f.shown(name) == "" || name == documents.ReadUrgency && f.shown(name) == documents.Ordinary.Slug(); value != "" && empty && slices.Contains(entryNames, name) {
			f.r.PostForm.Set(name, value)
			hints[name] = t(ctx, "Đọc từ tệp, độ tin cậy {n} %: hãy đối chiếu với văn bản.", "n", int(p.Confidence*100))
		}
	}
	if f.shown("pages") == "" && read.Pages > 0 {
		f.r.PostForm.Set("pages", fmt.Sprint(read.Pages))
		hints["pages"] = t(ctx, "Đếm từ tệp.")
	}
	if len(hints) == 0 && read.NoOCR {
		return nil, store.RefuseField("file", "Tệp {name} là bản quét và máy chủ này chưa cài phần nhận dạng chữ. Hãy nhập thông tin bằng tay.", "name", head.Filename)
	}
	if len(hints) == 0 {
		return nil, store.RefuseField("file", "Không đọc được thông tin nào từ tệp {name}. Hãy nhập bằng tay; tệp vẫn đính kèm được.", "name", head.Filename)
	}
	return hints, nil
}

// entryNames are the fields of the form that a file can fill.
var entryNames = []string{"sender", "sender_name", documents.ReadNumber, documents.ReadNotation, documents.ReadIssued, documents.ReadType, documents.ReadUrgency, documents.ReadSubject,
	documents.ReadSigner, documents.ReadPosition, documents.ReadDue}

// enter keeps the document and then its files; a file that is refused leaves the document there, and says so.
func (d *Door) enter(r *http.Request, f *Form) (flashed, string, error) {
	ctx := r.Context()
	u, _ := documents.ParseUrgency(f.Line("urgency"))
	form := documents.EntryForm{SenderName: f.Line("sender_name"), Number: f.Line("number"), Notation: f.Line("notation"), IssuedDate: f.Date("issued_date"), ArrivedDate: f.Date("arrived_date"),
		TypeCode: f.Line("type"), Subject: f.Line("subject"), SignerName: f.Line("signer_name"), SignerPosition: f.Line("signer_position"), Urgency: u, DueDate: f.Date("due_date"),
		PageAmount: int(f.Number("pages")), Note: f.Text("note")}
	if sender := f.Numbers("sender"); len(sender) > 0 {
		form.SenderAgency = sender[0]
	}
	if err := f.Err(); err != nil {
		return flashed{}, "", err
	}
	var doc *documents.Incoming
	err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) (err error) { doc, err = documents.Enter(ctx, tx, form); return err })
	if err != nil {
		return flashed{}, "", err
	}
	next := fmt.Sprintf("/incoming/%d", doc.ID)
	if err := d.addFiles(r, doc.Ref()); err != nil {
		if errs, ok := asErrors(ctx, err); ok {
			return flashed{Tone: Warn, Text: "Đã lưu văn bản nhưng còn tệp chưa tải lên được: {why}", Args: map[string]any{"why": errs[0].Message}}, next, nil
		}
		return flashed{}, "", err
	}
	said := done("Đã lưu văn bản đến.")
	said.Href, said.Label = next+"/register", "Vào sổ"
	return said, next, nil
}

// addFiles attaches the uploaded files of a form to a document.
func (d *Door) addFiles(r *http.Request, ref string) error {
	if r.MultipartForm == nil {
		return nil
	}
	for _, h := range r.MultipartForm.File["file"] {
		if h.Size == 0 && h.Filename == "" {
			continue
		}
		from, err := h.Open()
		if err != nil {
			return err
		}
		_, err = documents.AddFile(r.Context(), d.Desk, actor(r), ref, h.Filename, from)
		from.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// attachIncoming: GET and POST /incoming/{id}/attach
func (d *Door) attachIncoming(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	doc, err := documents.FindIncoming(r.Context(), d.DB, actor(r), id)
	if err != nil {
		return err
	}
	return d.act(w, r, d.attachPage(r, "incoming", doc.Ref(), doc.Subject))
}

// attachPage asks for files.
func (d *Door) attachPage(r *http.Request, active, ref, lead string) ActPage {
	ctx := r.Context()
	return ActPage{Active: active, Title: t(ctx, "Thêm tệp"), Lead: lead, Back: "/" + ref, Files: true, Submit: Action{Label: t(ctx, "Tải lên"), Kind: Primary}, Refused: t(ctx, "Chưa tải lên được"),
		Fields: func(_ *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{FileField(Field{Name: "file", Label: t(ctx, "Tệp"), Error: errs.Of("file")}, FileView{Multiple: true, Most: d.fileLimit(r)})}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			if r.MultipartForm == nil || len(r.MultipartForm.File["file"]) == 0 {
				return flashed{}, "", store.RefuseField("file", "Hãy chọn ít nhất một tệp.")
			}
			return done("Đã thêm tệp."), "", d.addFiles(r, ref)
		}}
}
