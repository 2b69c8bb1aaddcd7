package web

import (
	"context"
	"fmt"
	"net/http"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/store"
)

// commentRoutes are the comments on the pages of a draft.
func commentRoutes() []Route {
	const one = "/outgoing/{id}/comments/{comment}"
	return []Route{
		{Pattern: "GET /outgoing/{id}/comments", Handle: (*Door).commentsPage},
		{Pattern: "GET /outgoing/{id}/comments/list.pdf", Handle: (*Door).commentList},
		{Pattern: "GET /outgoing/{id}/comments/add", Handle: (*Door).addComment},
		{Pattern: "POST /outgoing/{id}/comments/add", Handle: (*Door).addComment},
		{Pattern: "GET " + one + "/answer", Handle: (*Door).answerComment},
		{Pattern: "POST " + one + "/answer", Handle: (*Door).answerComment},
		{Pattern: "GET " + one + "/resolve", Handle: (*Door).resolveComment},
		{Pattern: "POST " + one + "/resolve", Handle: (*Door).resolveComment},
	}
}

func commentsHref(id int64) string { return fmt.Sprintf("/outgoing/%d/comments", id) }

// pointsPerMM turns the places of comments into those of the viewer; pageHigh is A4, which drafts are laid out on.
const (
	pointsPerMM = 72 / 25.4
	pageHigh    = 842
)

// commentsPage: GET /outgoing/{id}/comments shows the file with the places of the open comments, and the list.
func (d *Door) commentsPage(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), actor(r)
	doc, err := d.outgoingOf(r)
	if err != nil {
		return err
	}
	all, err := documents.Comments(ctx, d.DB, a, doc.ID)
	if err != nil {
		return err
	}
	files, err := documents.Files(ctx, d.DB, a, doc.Ref())
	if err != nil {
		return err
	}
	tabs, err := d.reviewTabs(r, doc, "comments")
	if err != nil {
		return err
	}
	var parts []templ.Component
	if main := mainPDF(files); main != nil && main.Main {
		v := viewerOf(*main, doc.Title())
		for _, c := range all {
			if c.State == "open" && c.ParentID == 0 && c.W > 0 && c.H > 0 {
				v.Boxes = append(v.Boxes, SignatureBox{Page: int(c.Page), X: float64(c.X) * pointsPerMM, Y: pageHigh - float64(c.Y+c.H)*pointsPerMM, W: float64(c.W) * pointsPerMM, H: float64(c.H) * pointsPerMM, Label: c.Who + ": " + shorten(c.Words, 80), Tone: Warn})
			}
		}
		parts = append(parts, Viewer(v))
	}
	parts = append(parts, commentsPane(doc, all, tabs))
	return d.page(w, r, View{Title: t(ctx, "Góp ý trên trang"), Active: "outgoing", Watch: []string{"documents"}}, wrap(Split(true), parts...))
}

// commentList: GET /outgoing/{id}/comments/list.pdf
func (d *Door) commentList(w http.ResponseWriter, r *http.Request) error {
	doc, err := d.outgoingOf(r)
	if err != nil {
		return err
	}
	pdf, err := documents.CommentList(r.Context(), d.DB, actor(r), doc.ID)
	if err != nil {
		return err
	}
	return sendPDF(w, r, t(r.Context(), "Góp ý trên trang")+".pdf", pdf)
}

// commentsActs are what the pane offers: a word on the page while the draft is open to it, and the list once there is one.
func commentsActs(ctx context.Context, doc *documents.Outgoing, n int) (out []Action) {
	if doc.OpenToOpinions() {
		out = append(out, ask(t(ctx, "Góp ý trên trang"), "plus", commentsHref(doc.ID)+"/add", Primary))
	}
	if n > 0 {
		out = append(out, Action{Label: t(ctx, "In danh sách góp ý"), Icon: "printer", Href: commentsHref(doc.ID) + "/list.pdf"})
	}
	return out
}

// addComment: GET, POST /outgoing/{id}/comments/add asks for page and place by numbers, so that it works by keyboard and without scripts.
func (d *Door) addComment(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return d.comment(w, r, t(ctx, "Góp ý trên trang"), t(ctx, "Ghi góp ý"), "Đã ghi góp ý.", func(f *Form, errs Errors) []templ.Component {
		number := func(name, label string) templ.Component {
			return TextField(fieldOf(f, errs, Field{Name: name, Label: label, Optional: true, Short: true, InputMode: "numeric"}))
		}
		page := TextField(fresh(f, fieldOf(f, errs, Field{Name: "page", Label: t(ctx, "Trang"), Short: true, InputMode: "numeric"}), "1"))
		return []templ.Component{page, wrap(Two(), number("x", t(ctx, "Cách mép trái (mm)")), number("y", t(ctx, "Cách mép trên (mm)"))), wrap(Two(), number("w", t(ctx, "Rộng (mm)")), number("h", t(ctx, "Cao (mm)")))}
	}, func(tx *store.Tx, id int64, f *Form) error {
		_, err := documents.AddComment(ctx, tx, id, documents.CommentForm{Page: f.Number("page"), X: f.Number("x"), Y: f.Number("y"), W: f.Number("w"), H: f.Number("h"), Words: f.Text("note")})
		return err
	})
}

// answerComment: GET, POST /outgoing/{id}/comments/{comment}/answer
func (d *Door) answerComment(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	parent, err := number(r, "comment")
	if err != nil {
		return err
	}
	return d.comment(w, r, t(ctx, "Trả lời góp ý"), t(ctx, "Trả lời"), "Đã ghi góp ý.", nil, func(tx *store.Tx, id int64, f *Form) error {
		_, err := documents.AddComment(ctx, tx, id, documents.CommentForm{Parent: parent, Words: f.Text("note")})
		return err
	})
}

// resolveComment: GET, POST /outgoing/{id}/comments/{comment}/resolve
func (d *Door) resolveComment(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	comment, err := number(r, "comment")
	if err != nil {
		return err
	}
	return d.comment(w, r, t(ctx, "Kết thúc góp ý"), t(ctx, "Kết thúc góp ý"), "Đã kết thúc góp ý.", nil, func(tx *store.Tx, id int64, f *Form) error {
		return documents.ResolveComment(ctx, tx, id, comment, f.Text("note"))
	})
}

func (d *Door) comment(w http.ResponseWriter, r *http.Request, title, button, said string, more func(*Form, Errors) []templ.Component, do func(tx *store.Tx, id int64, f *Form) error) error {
	ctx := r.Context()
	doc, err := d.outgoingOf(r)
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "outgoing", Title: title, Lead: doc.Title(), Back: commentsHref(doc.ID), Submit: Action{Label: button, Kind: Primary},
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			var out []templ.Component
			if more != nil {
				out = more(f, errs)
			}
			return append(out, TextArea(fieldOf(f, errs, Field{Name: "note", Label: t(ctx, "Nội dung"), MaxLength: 4000, Rows: 4}))), nil
		},
		Do: func(f *Form) (flashed, string, error) {
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) error {
				if err := do(tx, doc.ID, f); err != nil {
					return err
				}
				return f.Err()
			})
			return done(said), "", err
		}})
}

func commentActs(ctx context.Context, doc *documents.Outgoing, c documents.PageComment) []Action {
	if c.ParentID != 0 || c.State != "open" || doc.SignedAt != 0 {
		return nil
	}
	at := fmt.Sprintf("%s/%d", commentsHref(doc.ID), c.ID)
	return []Action{ask(t(ctx, "Trả lời"), "notes", at+"/answer", Quiet), ask(t(ctx, "Kết thúc góp ý"), "check", at+"/resolve", Quiet)}
}
