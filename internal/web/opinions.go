package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/store"
)

// opinionRoutes are the opinions on drafts (D8.9, D8.14).
func opinionRoutes() []Route {
	const one, request = "/outgoing/{id}/opinions/{opinion}", "/outgoing/{id}/opinions/{request}"
	return []Route{
		{Pattern: "GET /opinions", Handle: (*Door).askedPage},
		{Pattern: "GET /outgoing/{id}/opinions", Handle: (*Door).opinionsPage},
		{Pattern: "GET /outgoing/{id}/opinions/table.pdf", Handle: (*Door).opinionTable},
		{Pattern: "GET /outgoing/{id}/opinions/ask", Handle: (*Door).askOpinions},
		{Pattern: "POST /outgoing/{id}/opinions/ask", Handle: (*Door).askOpinions},
		{Pattern: "GET " + one + "/answer", Handle: (*Door).answerOpinion},
		{Pattern: "POST " + one + "/answer", Handle: (*Door).answerOpinion, Files: true},
		{Pattern: "GET " + one + "/settle", Handle: (*Door).settleOpinion},
		{Pattern: "POST " + one + "/settle", Handle: (*Door).settleOpinion},
		{Pattern: "GET " + request + "/withdraw", Handle: (*Door).withdrawOpinions},
		{Pattern: "POST " + request + "/withdraw", Handle: (*Door).withdrawOpinions},
	}
}

// askedPage: GET /opinions lists the opinions that wait for the actor.
func (d *Door) askedPage(w http.ResponseWriter, r *http.Request) error {
	rows, err := documents.AskedOfMe(r.Context(), d.DB, actor(r))
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(r.Context(), "Chờ tôi cho ý kiến"), Active: "outgoing", Watch: []string{"documents"}}, askedList(d, rows))
}

// opinionsView is every opinion asked about one document.
type opinionsView struct {
	doc   *documents.Outgoing
	all   []documents.OpinionRequest
	actor store.Actor
	asks  bool
	tabs  []TabItem
	door  *Door
}

func (v opinionsView) open() bool {
	switch v.doc.State {
	case documents.Drafted, documents.InReview, documents.Returned, documents.AwaitingSignature:
		return true
	}
	return false
}

// opinionsPage: GET /outgoing/{id}/opinions
func (d *Door) opinionsPage(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), actor(r)
	doc, err := d.outgoingOf(r)
	if err != nil {
		return err
	}
	v := opinionsView{doc: doc, actor: a, door: d}
	if v.all, err = documents.Opinions(ctx, d.DB, a, doc.ID); err != nil {
		return err
	}
	v.asks = doc.MayAskOpinions(a)
	if v.tabs, err = d.reviewTabs(r, doc, "opinions"); err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(ctx, "Ý kiến về dự thảo"), Active: "outgoing", Watch: []string{"documents"}}, opinionsPage(v))
}

func (d *Door) outgoingOf(r *http.Request) (*documents.Outgoing, error) {
	id, err := number(r, "id")
	if err != nil {
		return nil, err
	}
	return documents.FindOutgoing(r.Context(), d.DB, actor(r), id)
}

// reviewTabs lead between a draft and what was said about it, with what is still open there.
func (d *Door) reviewTabs(r *http.Request, doc *documents.Outgoing, current string) ([]TabItem, error) {
	ctx := r.Context()
	n, err := documents.ReviewCounts(ctx, d.DB, actor(r), doc.ID)
	if err != nil {
		return nil, err
	}
	at := fmt.Sprintf("/outgoing/%d", doc.ID)
	return []TabItem{{Href: at, Label: t(ctx, "Văn bản"), Count: -1, Current: current == ""},
		{Href: at + "/opinions", Label: t(ctx, "Ý kiến"), Count: n.Opinions, Current: current == "opinions"},
		{Href: at + "/approvals", Label: t(ctx, "Các bước duyệt"), Count: n.Approvals, Current: current == "approvals"},
		{Href: at + "/comments", Label: t(ctx, "Góp ý trên trang"), Count: n.Comments, Current: current == "comments"}}, nil
}

// opinionTable: GET /outgoing/{id}/opinions/table.pdf
func (d *Door) opinionTable(w http.ResponseWriter, r *http.Request) error {
	doc, err := d.outgoingOf(r)
	if err != nil {
		return err
	}
	pdf, err := documents.OpinionTable(r.Context(), d.DB, actor(r), doc.ID)
	if err != nil {
		return err
	}
	return d.sendMarked(w, r, t(r.Context(), "Bảng tổng hợp ý kiến")+".pdf", pdf)
}

func opinionsHref(id int64) string { return fmt.Sprintf("/outgoing/%d/opinions", id) }

// targetCombo asks for several units and people of the agency.
func (d *Door) targetCombo(r *http.Request, f *Form, field Field) (templ.Component, error) {
	options, err := d.targetOptions(r)
	if err != nil {
		return nil, err
	}
	c := ComboView{Field: field, Source: "/suggest/targets", Multiple: true}
	if f != nil {
		c.Chosen = chosenOf(options, f.Values(field.Name))
		if f.r.PostFormValue("find") == field.Name {
			c.Field.Value = f.shown(field.Name + "-words")
			c.Found = matching(options, c.Field.Value)
		}
	}
	return Combo(c), nil
}

// askOpinions: GET, POST /outgoing/{id}/opinions/ask?parent=
func (d *Door) askOpinions(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	doc, err := d.outgoingOf(r)
	if err != nil {
		return err
	}
	parent := (&Form{r: asked(r)}).Number("parent")
	if r.Method == http.MethodGet && parent == 0 && !doc.MayAskOpinions(actor(r)) {
		return gone()
	}
	return d.act(w, r, ActPage{Active: "outgoing", Title: t(ctx, "Lấy ý kiến về dự thảo"), Lead: doc.Title(), Back: opinionsHref(doc.ID), Submit: Action{Label: t(ctx, "Gửi lấy ý kiến"), Kind: Primary}, Refused: t(ctx, "Chưa gửi được"), Guard: true,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			whom, err := d.targetCombo(r, f, Field{Name: "whom", Label: t(ctx, "Lấy ý kiến của"), Hint: t(ctx, "Gõ tên người hoặc đơn vị"), Error: errs.Of("whom")})
			if err != nil {
				return nil, err
			}
			order := "together"
			if f != nil {
				order = f.Line("order")
			}
			out := []templ.Component{whom, TextArea(fieldOf(f, errs, Field{Name: "question", Label: t(ctx, "Nội dung cần ý kiến"), MaxLength: 4000, Rows: 4})),
				RadioField(Field{Name: "order", Label: t(ctx, "Cách lấy ý kiến")}, Choose([]Option{{Value: "together", Label: t(ctx, "Cùng lúc")}, {Value: "turn", Label: t(ctx, "Lần lượt"), Hint: t(ctx, "Người sau được hỏi khi người trước đã trả lời")}}, order)), dueFields(ctx, f, errs, 0)}
			if parent == 0 {
				out = append(out, CheckOne(Field{Name: "required", Label: t(ctx, "Chờ đủ ý kiến hoặc hết hạn mới được trình ký")}, f != nil && f.Yes("required")))
			}
			return out, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			form := documents.OpinionForm{Parent: parent, Whom: d.targets(f, "whom"), Question: f.Text("question"), InOrder: f.Line("order") == "turn", Required: f.Yes("required"), Due: f.Date("due"), DueDays: int(f.Number("due_days")), Days: d.Desk.Calendar}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { _, err := documents.AskOpinions(ctx, tx, doc.ID, form); return err })
			return done("Đã gửi lấy ý kiến."), "", err
		}})
}

// opinionOf finds an opinion of the address among those of the document.
func (d *Door) opinionOf(r *http.Request) (*documents.Outgoing, documents.OpinionRequest, documents.Opinion, error) {
	doc, err := d.outgoingOf(r)
	if err != nil {
		return nil, documents.OpinionRequest{}, documents.Opinion{}, err
	}
	id, err := number(r, "opinion")
	if err != nil {
		return nil, documents.OpinionRequest{}, documents.Opinion{}, err
	}
	all, err := documents.Opinions(r.Context(), d.DB, actor(r), doc.ID)
	if err != nil {
		return nil, documents.OpinionRequest{}, documents.Opinion{}, err
	}
	for _, q := range all {
		for _, x := range q.Opinions {
			if x.ID == id {
				return doc, q, x, nil
			}
		}
	}
	return nil, documents.OpinionRequest{}, documents.Opinion{}, store.Refuse(store.NotFound, "Không tìm thấy yêu cầu lấy ý kiến này trong phạm vi ông/bà được xem.")
}

func verdictOptions(ctx context.Context) (out []Option) {
	for _, v := range []documents.OpinionVerdict{documents.Agree, documents.AgreeWith, documents.Disagree, documents.NoCompetence} {
		out = append(out, Option{Value: string(v), Label: translate(ctx, v.Label(), nil)})
	}
	return out
}

// answerOpinion: GET, POST /outgoing/{id}/opinions/{opinion}/answer
func (d *Door) answerOpinion(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	doc, q, x, err := d.opinionOf(r)
	if err != nil {
		return err
	}
	if !x.Mine(actor(r)) && r.Method == http.MethodGet {
		return gone()
	}
	return d.act(w, r, ActPage{Active: "outgoing", Title: t(ctx, "Cho ý kiến về dự thảo"), Lead: doc.Title(), Back: opinionsHref(doc.ID), Submit: Action{Label: t(ctx, "Gửi ý kiến"), Kind: Primary}, Refused: t(ctx, "Chưa gửi được"), Files: true, Guard: true,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			verdict := ""
			if f != nil {
				verdict = f.Line("verdict")
			}
			return []templ.Component{Note(Info, q.AskedName+": "+q.Question), RadioField(Field{Name: "verdict", Label: t(ctx, "Ý kiến"), Error: errs.Of("verdict")}, Choose(verdictOptions(ctx), verdict)),
				TextArea(fieldOf(f, errs, Field{Name: "note", Label: t(ctx, "Nội dung ý kiến"), Optional: true, Hint: t(ctx, "Cần ghi khi có ý kiến thêm hoặc không nhất trí"), MaxLength: 4000, Rows: 5})),
				FileField(Field{Name: "file", Label: t(ctx, "Tệp đã đánh dấu của mình"), Optional: true, Error: errs.Of("file")}, FileView{Most: d.fileLimit(r)})}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			answer := documents.OpinionAnswer{Verdict: documents.OpinionVerdict(f.Line("verdict")), Words: f.Text("note")}
			if r.MultipartForm != nil {
				for _, h := range r.MultipartForm.File["file"] {
					from, err := h.Open()
					if err != nil {
						return flashed{}, "", err
					}
					kept, err := documents.KeepFile(ctx, d.Desk, actor(r).Agency, h.Filename, from)
					from.Close()
					if err != nil {
						return flashed{}, "", err
					}
					answer.Files = append(answer.Files, kept)
				}
			}
			return done("Đã ghi ý kiến."), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return documents.AnswerOpinion(ctx, tx, x.ID, answer) })
		}})
}

// settleOpinion: GET, POST /outgoing/{id}/opinions/{opinion}/settle
func (d *Door) settleOpinion(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	doc, _, x, err := d.opinionOf(r)
	if err != nil {
		return err
	}
	if r.Method == http.MethodGet && (doc.DrafterID != actor(r).Person || x.State != documents.OpinionAnswered) {
		return gone()
	}
	return d.act(w, r, ActPage{Active: "outgoing", Title: t(ctx, "Tiếp thu, giải trình"), Lead: x.HolderName + ": " + shorten(x.Words, 200), Back: opinionsHref(doc.ID), Submit: Action{Label: t(ctx, "Ghi"), Kind: Primary},
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			how, words := x.Settled, x.SettledWords
			if f != nil {
				how, words = f.Line("settled"), f.shown("note")
			}
			return []templ.Component{RadioField(Field{Name: "settled", Label: t(ctx, "Kết quả"), Error: errs.Of("settled")}, Choose([]Option{{Value: documents.SettledAccepted, Label: t(ctx, "Tiếp thu")}, {Value: documents.SettledExplained, Label: t(ctx, "Giải trình"), Hint: t(ctx, "Nêu rõ lý do")}}, how)),
				TextArea(Field{Name: "note", Label: t(ctx, "Nội dung"), Value: words, Optional: true, MaxLength: 4000, Rows: 4, Error: errs.Of("note")})}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			return done("Đã ghi tiếp thu, giải trình."), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error {
				return documents.SettleOpinion(ctx, tx, x.ID, f.Line("settled"), f.Text("note"))
			})
		}})
}

// withdrawOpinions: GET, POST /outgoing/{id}/opinions/{request}/withdraw
func (d *Door) withdrawOpinions(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	doc, err := d.outgoingOf(r)
	if err != nil {
		return err
	}
	request, err := number(r, "request")
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "outgoing", Title: t(ctx, "Thôi lấy ý kiến"), Lead: doc.Title(), Back: opinionsHref(doc.ID), Submit: Action{Label: t(ctx, "Thôi lấy ý kiến"), Kind: DangerFinal},
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{Note(Info, t(ctx, "Ý kiến đã có vẫn được giữ.")), TextArea(fieldOf(f, errs, Field{Name: "note", Label: t(ctx, "Lý do"), Optional: true, MaxLength: 4000}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			return done("Đã thôi lấy ý kiến."), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return documents.WithdrawOpinions(ctx, tx, request, f.Text("note")) })
		}})
}

// opinionWords are what one opinion says, on a line.
func opinionWords(ctx context.Context, x documents.Opinion) string {
	out := translate(ctx, x.State.Label(), nil)
	if x.State == documents.OpinionAnswered {
		out = translate(ctx, x.Verdict.Label(), nil)
	}
	if x.Late {
		out += " · " + t(ctx, "sau thời hạn")
	}
	return strings.TrimSpace(out)
}
