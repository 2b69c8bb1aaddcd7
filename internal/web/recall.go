package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/exchange"
	"congvu/internal/org"
	"congvu/internal/store"
)

// recallRoutes are what an agency asks its receivers, and what replaces what.
func recallRoutes() []Route {
	out := []Route{
		{Pattern: "GET /outgoing/{id}/relate", Handle: (*Door).relate},
		{Pattern: "POST /outgoing/{id}/relate", Handle: (*Door).relate},
		{Pattern: "POST /outgoing/{id}/unrelate", Handle: (*Door).unrelate},
		{Pattern: "GET /requests", Who: posts(store.Clerk), Handle: (*Door).openRequests},
		{Pattern: "POST /requests/{id}/pick", Who: posts(store.Clerk), Handle: (*Door).pickRequest},
	}
	for _, kind := range []string{"ask-back", "update"} {
		handle := func(d *Door, w http.ResponseWriter, r *http.Request) error { return d.askReceiver(w, r, kind) }
		path := "/outgoing/{id}/deliveries/{delivery}/" + kind
		out = append(out, Route{Pattern: "GET " + path, Who: posts(store.Clerk), Handle: handle}, Route{Pattern: "POST " + path, Who: posts(store.Clerk), Handle: handle})
	}
	return out
}

// agreeRequest: GET and POST /incoming/{id}/agree_request
func (x inAct) agreeRequest() (ActPage, error) {
	ctx := x.ctx
	q, err := x.pendingRequest()
	if err != nil {
		return ActPage{}, err
	}
	button, kind := x.button(t(ctx, "Đồng ý, hủy văn bản"), DangerFinal), t(ctx, "Đồng ý nghĩa là tệp và nội dung của văn bản bị hủy ở mọi nơi trong cơ quan, không khôi phục được. Số đến, nơi gửi và quá trình thu hồi vẫn được lưu.")
	switch q.Kind {
	case documents.UpdateDocument:
		button, kind = x.button(t(ctx, "Đồng ý, nhận bản cập nhật"), Primary), t(ctx, "Bản mới được đưa lên trước với kết quả kiểm tra chữ ký số riêng; bản trước vẫn xem được. Số đến không đổi.")
	case documents.ReplaceWith:
		button, kind = x.button(t(ctx, "Đồng ý, ghi nhận thay thế"), Primary), t(ctx, "Văn bản cũ được đánh dấu đã được thay thế và vẫn xem được; văn bản mới được tiếp nhận theo trình tự thông thường.")
	}
	return ActPage{Title: t(ctx, "Đồng ý yêu cầu của cơ quan gửi"), Submit: button, Refused: t(ctx, "Chưa trả lời được"),
		Fields: func(*Form, Errors) ([]templ.Component, error) {
			out := []templ.Component{requestFacts(q), Note(Warn, kind)}
			if x.doc.ReplyOutgoing != 0 {
				warning, err := x.replyIssued()
				if err != nil {
					return nil, err
				}
				out = append(out, Note(Warn, warning))
			}
			return append(out, hidden("request", q.ID)), nil
		},
		Do: func(f *Form) (flashed, string, error) {
			return done("Đã đồng ý yêu cầu của cơ quan gửi. Câu trả lời đang được gửi đi."), "", x.write(func(tx *store.Tx) error {
				return documents.AgreeRequest(ctx, tx, x.doc.ID, f.Number("request"))
			})
		}}, nil
}

// replyIssued names what the agency has answered already (X9.10).
func (x inAct) replyIssued() (string, error) {
	reply, err := documents.FindOutgoing(x.ctx, x.d.DB, actor(x.r), x.doc.ReplyOutgoing)
	if errors.Is(err, store.NotFound) {
		return t(x.ctx, "Cơ quan đã ban hành văn bản trả lời văn bản này; hãy xem xét có cần thông báo lại cho nơi nhận trả lời không."), nil
	}
	if err != nil {
		return "", err
	}
	return t(x.ctx, "Cơ quan đã ban hành văn bản {number} trả lời văn bản này; hãy xem xét có cần thông báo lại cho nơi nhận trả lời không.", "number", reply.Title()), nil
}

// declineRequest: GET and POST /incoming/{id}/decline_request
func (x inAct) declineRequest() (ActPage, error) {
	ctx := x.ctx
	q, err := x.pendingRequest()
	if err != nil {
		return ActPage{}, err
	}
	return ActPage{Title: t(ctx, "Từ chối yêu cầu của cơ quan gửi"), Submit: x.button(t(ctx, "Từ chối yêu cầu"), DangerFinal), Refused: t(ctx, "Chưa từ chối được"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			out := []templ.Component{requestFacts(q), Note(Warn, t(ctx, "Nghị định 30/2020/NĐ-CP không quy định quyền từ chối thu hồi. Chỉ từ chối khi có lý do chính đáng; lý do được gửi cho cơ quan gửi và được lưu lại.")),
				reasonField(ctx, f, errs), hidden("request", q.ID)}
			return append(out, x.d.proofFields(x.r, errs)...), nil
		},
		Do: func(f *Form) (flashed, string, error) {
			if documents.MayDecline(actor(x.r)) { // others hear the room's refusal
				if err := x.d.prove(x.r, f); err != nil {
					return flashed{}, "", err
				}
			}
			return done("Đã từ chối yêu cầu. Lý do đang được gửi cho cơ quan gửi."), "", x.write(func(tx *store.Tx) error {
				return documents.DeclineRequest(ctx, tx, x.doc.ID, f.Number("request"), f.Text("reason"))
			})
		}}, nil
}

// pendingRequest is the oldest request that waits for an answer; an empty one when there is none: the room refuses what is sent.
func (x inAct) pendingRequest() (documents.Request, error) {
	all, err := documents.Requests(x.ctx, x.d.DB, actor(x.r), x.doc.ID)
	for _, q := range all {
		if q.State == documents.AskedPending {
			return q, nil
		}
	}
	return documents.Request{}, err
}

// recall: GET and POST /outgoing/{id}/recall
func (x outAct) recall() (ActPage, error) {
	ctx := x.ctx
	return ActPage{Title: t(ctx, "Thu hồi văn bản đã ban hành"), Submit: Action{Label: t(ctx, "Thu hồi văn bản"), Icon: "ban", Kind: DangerFinal}, Refused: t(ctx, "Chưa thu hồi được"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			out := []templ.Component{Note(Warn, t(ctx, "Văn bản và dữ liệu bị đóng băng, số không dùng lại. Nơi nhận đã có văn bản được yêu cầu hủy; nơi chưa gửi thì không gửi nữa.")), reasonField(ctx, f, errs),
				TextField(fieldOf(f, errs, Field{Name: "basis", Label: t(ctx, "Căn cứ thu hồi (số, ký hiệu văn bản)"), Optional: true})), hidden("revision", x.doc.Revision)}
			return append(out, x.d.proofFields(x.r, errs)...), nil
		},
		Do: func(f *Form) (flashed, string, error) {
			if err := x.prove(f); err != nil {
				return flashed{}, "", err
			}
			form := documents.RecallForm{Reason: f.Text("reason"), Basis: f.Line("basis"), Revision: f.Number("revision")}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Đã thu hồi văn bản. Yêu cầu hủy đang được gửi đến các nơi nhận."), "", x.write(func(tx *store.Tx) error {
				return documents.Recall(ctx, tx, x.doc.ID, form)
			})
		}}, nil
}

// addReceivers: GET and POST /outgoing/{id}/add_receivers
func (x outAct) addReceivers() (ActPage, error) {
	ctx := x.ctx
	desk := draftDesk{d: x.d, r: x.r, ctx: ctx}
	return ActPage{Title: t(ctx, "Thêm nơi nhận của văn bản đã ban hành"), Submit: Action{Label: t(ctx, "Gửi thêm"), Icon: "send", Kind: Primary}, Refused: t(ctx, "Chưa gửi thêm được"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			out := []templ.Component{Note(Info, t(ctx, "Văn bản giữ nguyên; chỉ nơi nhận mới được gửi. Muốn bỏ một nơi nhận, hãy đề nghị lấy lại ở dòng của nơi đó."))}
			fields, err := desk.receiverFields(f, errs)
			if err != nil {
				return nil, err
			}
			out = append(append(out, fields...), reasonField(ctx, f, errs),
				CheckOne(Field{Name: "announce", Label: t(ctx, "Báo danh sách nơi nhận mới cho các nơi đã có văn bản"), Hint: t(ctx, "Gửi dưới dạng bản cập nhật; từng nơi đồng ý hoặc từ chối")}, f != nil && f.Yes("announce")),
				hidden("revision", x.doc.Revision))
			return out, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			to, err := x.d.receiversOf(x.r, f)
			if err != nil {
				return flashed{}, "", err
			}
			for _, part := range []struct{ name, role string }{{"receivers", documents.ForAction}, {"informed", documents.ForInformation}} { // what is written but was not chosen is not lost
				words := f.Line(part.name + "-words")
				if words == "" {
					continue
				}
				if a, err := org.AgencyByCode(ctx, x.d.DB, words, x.d.today()); err == nil {
					to = append(to, documents.ReceiverForm{Agency: a.ID, Role: part.role})
				} else if found, err := org.SearchAgencies(ctx, x.d.DB, words, mostSuggested); err != nil || len(found) == 0 {
					f.problems.Add(part.name, "Không có cơ quan nào có tên hoặc mã “{words}” trong danh bạ.", "words", words)
				} else {
					f.problems.Add(part.name, "Có {n} cơ quan phù hợp với “{words}”. Hãy chọn một cơ quan trong kết quả bên dưới.", "n", len(found), "words", words)
				}
			}
			form := documents.AddForm{Receivers: to, Reason: f.Text("reason"), Announce: f.Yes("announce"), Revision: f.Number("revision")}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Đã thêm nơi nhận. Văn bản đang được gửi; tình hình gửi hiện ở phần Nơi nhận."), "", x.write(func(tx *store.Tx) error {
				return exchange.AddReceivers(ctx, tx, x.doc.ID, form)
			})
		}}, nil
}

// pickRequest: POST /requests/{id}/pick
func (d *Door) pickRequest(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	form, err := readForm(r)
	if err != nil {
		return err
	}
	incoming := form.Number("incoming")
	if err := form.Err(); err != nil {
		return err
	}
	if err := d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return documents.PickRequest(r.Context(), tx, id, incoming) }); err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã gắn yêu cầu với văn bản. Trả lời cơ quan gửi ở trang của văn bản."))
	return redirect(w, r, fmt.Sprintf("/incoming/%d", incoming))
}

// askReceiver: GET and POST /outgoing/{id}/deliveries/{delivery}/ask-back and …/update
func (d *Door) askReceiver(w http.ResponseWriter, r *http.Request, kind string) error {
	ctx := r.Context()
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	delivery, err := number(r, "delivery")
	if err != nil {
		return err
	}
	if _, err = documents.FindOutgoing(ctx, d.DB, actor(r), id); err != nil {
		return err
	}
	one, err := exchange.FindDelivery(ctx, d.DB, actor(r), delivery)
	if err == nil && one.OutgoingID != id {
		err = store.Refuse(store.NotFound, "Không có lượt gửi này của văn bản.")
	}
	if err != nil {
		return err
	}
	do, said := exchange.AskBack, "Đã ghi nhận. Nơi nhận được đề nghị trả lại văn bản; nếu chưa gửi thì hệ thống không gửi nữa."
	page := ActPage{Active: "outgoing", Title: t(ctx, "Đề nghị lấy lại văn bản"), Lead: one.ReceiverName, Back: fmt.Sprintf("/outgoing/%d", id), Refused: t(ctx, "Chưa đề nghị được"),
		Submit: Action{Label: t(ctx, "Đề nghị lấy lại"), Icon: "arrow-back-up", Kind: DangerFinal}}
	lead := t(ctx, "Chỉ nơi nhận này được đề nghị trả lại. Muốn thu hồi văn bản ở mọi nơi, hãy dùng Thu hồi văn bản.")
	if kind == "update" {
		do, said = exchange.SendUpdate, "Đã đưa bản cập nhật vào hàng gửi. Nơi nhận quyết định rồi trả lời."
		page.Title, page.Submit, page.Refused = t(ctx, "Gửi bản cập nhật"), Action{Label: t(ctx, "Gửi bản cập nhật"), Icon: "send", Kind: Primary}, t(ctx, "Chưa gửi được")
		lead = t(ctx, "Nơi nhận đã có văn bản này. Hệ thống gửi lại đúng văn bản đã ký dưới dạng cập nhật, không thay nội dung; muốn đổi nội dung phải ban hành văn bản thay thế hoặc sửa đổi.")
	}
	page.Fields = func(f *Form, errs Errors) ([]templ.Component, error) {
		return []templ.Component{Note(Info, lead), reasonField(ctx, f, errs)}, nil
	}
	page.Do = func(f *Form) (flashed, string, error) {
		return done(said), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return do(ctx, tx, delivery, f.Text("reason")) })
	}
	return d.act(w, r, page)
}

// relate: GET and POST /outgoing/{id}/relate
func (d *Door) relate(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	doc, err := documents.FindOutgoing(ctx, d.DB, actor(r), id)
	if err != nil {
		return err
	}
	offered, err := documents.Acts(ctx, d.DB, actor(r), id)
	if err != nil {
		return err
	}
	if r.Method == http.MethodGet && !slices.Contains(offered, documents.ActRevise) { // a sent form is judged by the room itself
		return gone()
	}
	issued, err := documents.ListOutgoing(ctx, d.DB, actor(r), documents.OutFilter{Tab: documents.TabIssued, Limit: 200})
	if err != nil {
		return err
	}
	var options []Option
	for _, o := range issued.Rows {
		options = append(options, Option{Value: strconv.FormatInt(o.ID, 10), Label: o.NumberText + " · " + o.IssuedDate.Display() + " · " + o.Subject})
	}
	var kinds []Option
	for _, k := range documents.RelationKinds {
		kinds = append(kinds, Option{Value: string(k), Label: translate(ctx, k.Label(), nil)})
	}
	return d.act(w, r, ActPage{Active: "outgoing", Title: t(ctx, "Thay thế, sửa đổi, đính chính văn bản đã ban hành"), Lead: doc.Title(), Back: fmt.Sprintf("/outgoing/%d", id),
		Refused: t(ctx, "Chưa ghi nhận được"), Submit: Action{Label: t(ctx, "Ghi nhận"), Icon: "check", Kind: Primary},
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{SelectField(Field{Name: "target", Label: t(ctx, "Văn bản đã ban hành"), Error: errs.Of("target")}, Choose(options, f.shown("target"))),
				RadioField(Field{Name: "kind", Label: t(ctx, "Văn bản này"), Error: errs.Of("kind")}, Choose(kinds, f.shown("kind"))), reasonField(ctx, f, errs)}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			return done("Đã ghi nhận. Liên hệ có hiệu lực khi văn bản này được ban hành."), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error {
				return documents.Relate(ctx, tx, id, f.Number("target"), documents.RelationKind(f.Line("kind")), f.Text("reason"))
			})
		}})
}

// unrelate: POST /outgoing/{id}/unrelate?target=…
func (d *Door) unrelate(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	target, _ := strconv.ParseInt(r.URL.Query().Get("target"), 10, 64)
	if err := d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return documents.Unrelate(r.Context(), tx, id, target) }); err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã bỏ liên hệ với văn bản đã ban hành."))
	return redirect(w, r, fmt.Sprintf("/outgoing/%d", id))
}

// openRequests: GET /requests lists what senders ask about documents that have not arrived (X9.5).
func (d *Door) openRequests(w http.ResponseWriter, r *http.Request) error {
	all, err := documents.OpenRequests(r.Context(), d.DB, actor(r))
	if err != nil {
		return err
	}
	choices := map[int64]*documents.Incoming{}
	for _, q := range all {
		for _, id := range q.Choices() {
			if choices[id], err = documents.FindIncoming(r.Context(), d.DB, actor(r), id); err != nil && !errors.Is(err, store.NotFound) {
				return err
			} else if err != nil {
				delete(choices, id)
			}
		}
	}
	title := t(r.Context(), "Yêu cầu chờ văn bản đến")
	return d.page(w, r, View{Title: title, Active: "arrivals", Watch: []string{"documents", "exchange"}}, openRequestsPage(title, all, choices))
}

// requestSteps are requests with their answers as a timeline (V53).
func requestSteps(ctx context.Context, all []documents.Request) []Step {
	var out []Step
	for _, q := range all {
		s := Step{What: q.SenderName + ": " + translate(ctx, q.Kind.Label(), nil), Who: q.By, At: q.At.Time(), Note: q.Reason, Look: StepNow}
		if q.ByUnit != "" {
			s.Who += ", " + q.ByUnit
		}
		out = append(out, s)
		if q.DecidedAt == 0 {
			continue
		}
		a := Step{What: t(ctx, "Đã đồng ý yêu cầu"), Who: q.DecidedName, At: q.DecidedAt.Time(), Note: q.Decision, Look: StepDone}
		if q.Automatic {
			a.Who = t(ctx, "Hệ thống tự trả lời")
		}
		if q.State == documents.AskedDeclined {
			a.What, a.Look = t(ctx, "Đã từ chối yêu cầu"), StepBad
		}
		out = append(out, a)
	}
	return out
}

// askedSteps are what we asked of receivers, with their answers.
func askedSteps(ctx context.Context, all []exchange.Request) []Step {
	words := map[string]string{"waiting": t(ctx, "chờ gửi"), "sent": t(ctx, "chờ trả lời"), "agreed": t(ctx, "nơi nhận đồng ý"), "declined": t(ctx, "nơi nhận từ chối"), "failed": t(ctx, "không gửi được")}
	looks := map[string]StepLook{"agreed": StepDone, "declined": StepBad, "failed": StepBad}
	var out []Step
	for _, q := range all {
		s := Step{What: translate(ctx, q.Kind.Label(), nil) + ": " + q.ReceiverName + " · " + words[q.State], Who: q.By, At: q.At.Time(), Note: q.Reason, Look: StepNow}
		if look, ok := looks[q.State]; ok {
			s.Look = look
		}
		if q.AnsweredAt != 0 {
			s.At, s.Who = q.AnsweredAt.Time(), q.AnswerBy
			if q.Answer != "" {
				s.Note += " → " + q.Answer
			}
		}
		out = append(out, s)
	}
	return out
}

// pendingNote is the banner of a request that waits, for every holder (X9.11).
func pendingNote(ctx context.Context, all []documents.Request) string {
	for _, q := range all {
		if q.State == documents.AskedPending {
			return t(ctx, "{sender} yêu cầu “{kind}”: {reason}. Yêu cầu chưa được trả lời; công việc vẫn thực hiện được.", "sender", q.SenderName, "kind", translate(ctx, q.Kind.Label(), nil), "reason", q.Reason)
		}
	}
	return ""
}
