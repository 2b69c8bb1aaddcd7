package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"congvu/internal/documents"
)

// historyRoutes are the whole course of a document of either half (V28).
func historyRoutes() []Route {
	var all []Route
	for _, kind := range []string{"incoming", "outgoing"} {
		on := func(h func(x aboutAccess) error) func(d *Door, w http.ResponseWriter, r *http.Request) error {
			return func(d *Door, w http.ResponseWriter, r *http.Request) error {
				id, err := number(r, "id")
				if err != nil {
					return err
				}
				return h(aboutAccess{d: d, w: w, r: r, ctx: r.Context(), kind: kind, ref: fmt.Sprintf("%s/%d", kind, id)})
			}
		}
		all = append(all, Route{Pattern: "GET /" + kind + "/{id}/history", Handle: on(aboutAccess.history)}, Route{Pattern: "GET /" + kind + "/{id}/history.pdf", Handle: on(aboutAccess.historyPDF)})
	}
	return all
}

// historyShown is how many lines of a course stand on a page.
const historyShown = 100

// historyView is what the page shows.
type historyView struct {
	ref, title string
	page       *documents.CoursePage
	q          url.Values
}

func courseFilter(r *http.Request) documents.Course {
	q := r.URL.Query()
	person, err := strconv.ParseInt(q.Get("person"), 10, 64)
	if err != nil {
		person = 0
	}
	return documents.Course{Kind: documents.MomentKind(q.Get("kind")), Person: person, After: q.Get("after"), Limit: historyShown}
}

// history: GET /incoming/{id}/history, GET /outgoing/{id}/history
func (x aboutAccess) history() error {
	v := historyView{ref: x.ref, q: x.r.URL.Query()}
	var err error
	if v.page, err = documents.CourseOf(x.ctx, x.d.DB, actor(x.r), x.ref, courseFilter(x.r)); err != nil {
		return err
	}
	if v.title, err = x.title(); err != nil {
		return err
	}
	return x.d.page(x.w, x.r, View{Title: t(x.ctx, "Lịch sử giải quyết"), Active: x.kind}, historyPage(v))
}

// historyPDF: GET /incoming/{id}/history.pdf, GET /outgoing/{id}/history.pdf
func (x aboutAccess) historyPDF() error {
	b, err := documents.CourseSheet(x.ctx, x.d.DB, actor(x.r), x.ref, courseFilter(x.r))
	if err == nil {
		err = x.d.Desk.NoteAccess(x.ctx, actor(x.r), x.ref, documents.AccessPrint, 0)
	}
	if err != nil {
		return err
	}
	return sendPDF(x.w, x.r, "lich-su-van-ban.pdf", b)
}

// with is the address of the page with one value of its filter changed; "" takes it away.
func (v historyView) with(ending, name, value string) string {
	q := url.Values{}
	for _, kept := range []string{"kind", "person"} {
		if s := v.q.Get(kept); s != "" {
			q.Set(kept, s)
		}
	}
	if name != "" {
		q.Set(name, value)
	}
	if len(q) > 0 {
		return "/" + v.ref + ending + "?" + q.Encode()
	}
	return "/" + v.ref + ending
}

// filtered tells whether the reader narrowed the course.
func (v historyView) filtered() bool { return v.q.Get("kind") != "" || v.q.Get("person") != "" }
