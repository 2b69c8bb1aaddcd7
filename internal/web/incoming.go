package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/exchange"
	"congvu/internal/notify"
	"congvu/internal/store"
)

// incomingRoutes are the registry of incoming documents and what is done with one.
func incomingRoutes() []Route {
	all := []Route{
		{Pattern: "GET /arrivals", Who: posts(store.Clerk), Handle: (*Door).arrivals, Nav: &Nav{Key: "arrivals", Icon: "mail", Label: func(ctx context.Context) string { return t(ctx, "Chờ tiếp nhận") }}},
		{Pattern: "GET /incoming", Handle: (*Door).inbox, Nav: &Nav{Key: "incoming", Icon: "inbox", Label: func(ctx context.Context) string { return t(ctx, "Văn bản đến") }}},
		{Pattern: "GET /incoming/new", Who: posts(store.Clerk), Handle: (*Door).enterIncoming},
		{Pattern: "POST /incoming/new", Who: posts(store.Clerk), Handle: (*Door).enterIncoming, Files: true},
		{Pattern: "GET /incoming/{id}", Handle: (*Door).incomingPage},
		{Pattern: "GET /incoming/{id}/attach", Who: posts(store.Clerk), Handle: (*Door).attachIncoming},
		{Pattern: "POST /incoming/{id}/attach", Who: posts(store.Clerk), Handle: (*Door).attachIncoming, Files: true},
		{Pattern: "GET /incoming/{id}/sheet.pdf", Handle: (*Door).handlingSheet},
		{Pattern: "GET /incoming/{id}/stamp.pdf", Handle: (*Door).arrivalStamp},
	}
	for code := range incomingActs {
		handle := func(d *Door, w http.ResponseWriter, r *http.Request) error { return d.actOnIncoming(w, r, code) }
		path := "/incoming/{id}/" + code
		if lineActs[code] {
			path = "/incoming/{id}/lines/{line}/" + code
		}
		all = append(all, Route{Pattern: "GET " + path, Handle: handle}, Route{Pattern: "POST " + path, Handle: handle})
	}
	return all
}

// inTabs are the words of the tabs.
func inTabs(ctx context.Context, tabs []documents.Tab, current string, q url.Values) []TabItem {
	var out []TabItem
	for _, tab := range tabs {
		out = append(out, TabItem{Href: "/incoming?" + with(q, "tab", tab.Code), Label: translate(ctx, documents.InTabLabel(tab.Code), nil), Count: tab.Count, More: tab.More, Current: tab.Code == current})
	}
	return out
}

// with is the query of a list with one value changed, on the first page and nothing open.
func with(q url.Values, name, value string) string {
	out := url.Values{}
	for k, v := range q {
		if k != "before" && k != "open" && len(v) > 0 && v[0] != "" {
			out[k] = v[:1]
		}
	}
	if value == "" {
		out.Del(name)
	} else {
		out.Set(name, value)
	}
	return out.Encode()
}

// arrivals: GET /arrivals
func (d *Door) arrivals(w http.ResponseWriter, r *http.Request) error {
	return d.incomingList(w, r, documents.InTabArrivals, "/arrivals")
}

// inbox: GET /incoming
func (d *Door) inbox(w http.ResponseWriter, r *http.Request) error {
	tab := r.FormValue("tab")
	if tab == "" {
		tab = documents.InTabs(actor(r))[0]
	}
	return d.incomingList(w, r, tab, "/incoming")
}

func (d *Door) incomingList(w http.ResponseWriter, r *http.Request, tab, path string) error {
	ctx, q := r.Context(), r.URL.Query()
	f := documents.InFilter{Tab: tab, Q: q.Get("q"), Type: q.Get("type"), Urgency: q.Get("urgency"), Before: q.Get("before"), Days: d.Desk.Calendar}
	wrong := ""
	for name, day := range map[string]*calendar.Date{"from": &f.From, "to": &f.To} {
		var err error
		if *day, err = calendar.Parse(q.Get(name)); err != nil {
			wrong = t(ctx, "Ngày “{day}” không đọc được nên không dùng để lọc. Hãy nhập dạng dd/mm/yyyy.", "day", q.Get(name))
		}
	}
	page, err := documents.Inbox(ctx, d.DB, actor(r), f)
	if err != nil {
		return err
	}
	types, err := documents.AllTypes(ctx, d.DB)
	if err != nil {
		return err
	}
	v := incomingListView{path: path, tab: tab, q: q, page: page, types: types, today: d.today(), wrong: wrong, clerk: documents.KeepsRegisters(actor(r))}
	v.rows = v.rowAddress()
	if v.open, err = d.openPane(r, q.Get("open")); err != nil {
		return err
	}
	v.bulk = bulkOf(tab, actor(r))
	active, title := "incoming", t(ctx, "Văn bản đến")
	if path == "/arrivals" {
		active, title = "arrivals", t(ctx, "Văn bản chờ tiếp nhận")
	}
	v.title = title
	return d.page(w, r, View{Title: title, Active: active, Watch: []string{"documents", "exchange"}}, incomingList(v))
}

// incomingListView is what the list shows.
type incomingListView struct {
	path, tab, title, wrong string
	rows                    string // rowAddress
	q                       url.Values
	page                    documents.Page[documents.IncomingRow]
	types                   []documents.Type
	today                   calendar.Date
	open                    *incomingView
	clerk                   bool
	bulk                    []string // acts upon the ticked rows
}

// all tells that every box of the page is ticked: the way without a script.
func (v incomingListView) all() bool { return v.q.Get("all") == "1" }

func (v incomingListView) pickedCount() int {
	if v.all() {
		return len(v.page.Rows)
	}
	return 0
}

// here is the list as it is shown, to come back to.
func (v incomingListView) here() string {
	q, _ := url.ParseQuery(withoutOpen(v.q))
	q.Del("all")
	return v.path + "?" + q.Encode()
}

func (v incomingListView) pickAllHref() string {
	if v.all() {
		return v.here()
	}
	return v.here() + "&all=1"
}

func (v incomingListView) filtered() bool {
	return v.q.Get("q")+v.q.Get("type")+v.q.Get("urgency")+v.q.Get("from")+v.q.Get("to") != ""
}

func (v incomingListView) clear() string {
	if !v.filtered() {
		return ""
	}
	return v.path + "?" + url.Values{"tab": {v.tab}}.Encode()
}

// openAt is a place for a number in the address of an open row.
const openAt = "%00"

// rowAddress is the address of an open row, with openAt for its number: written once for all rows of a page.
func (v incomingListView) rowAddress() string {
	q := url.Values{}
	for k, x := range v.q {
		q[k] = x
	}
	q.Set("open", "\x00")
	return v.path + "?" + q.Encode()
}

func (v incomingListView) rowHref(id int64) string {
	return strings.Replace(v.rows, openAt, strconv.FormatInt(id, 10), 1)
}

func (v incomingListView) pageHref(cursor string) string {
	if cursor == "" {
		return ""
	}
	q, _ := url.ParseQuery(with(v.q, "tab", v.q.Get("tab")))
	q.Set("before", cursor)
	return v.path + "?" + q.Encode()
}

func (v incomingListView) paneClose() string { return v.path + "?" + withoutOpen(v.q) }

// withoutOpen is the query of the list as it is, without its pane.
func withoutOpen(q url.Values) string {
	out := url.Values{}
	for k, x := range q {
		if k != "open" {
			out[k] = x
		}
	}
	return out.Encode()
}

// incomingView is one document with everything around it.
type incomingView struct {
	doc        *documents.Incoming
	files      []documents.File
	lines      []documents.Line
	directions []documents.Directed
	steps      []documents.Step
	acts       []documents.InAct
	parcels    []exchange.Parcel
	extensions []documents.Extension
	chases     []documents.Chase
	prepared   *documents.Prepared

	preparedLead string
	kept         []documents.Preservation
	requests     []documents.Request
	relations    []documents.Relation
	copies       []documents.Copy
	scans        []documents.File
	warnings     []store.Message
	today        calendar.Date
	days         *calendar.Calendar
	actor        store.Actor
	access       accessBanner
}

// openPane loads what stands in the pane beside a list; nothing for none, or for what the actor may not see.
func (d *Door) openPane(r *http.Request, open string) (*incomingView, error) {
	id, err := strconv.ParseInt(open, 10, 64)
	if err != nil || id <= 0 {
		return nil, nil
	}
	v, err := d.loadIncoming(r, id)
	if errors.Is(err, store.NotFound) {
		return nil, nil
	}
	return v, err
}

func (d *Door) loadIncoming(r *http.Request, id int64) (*incomingView, error) {
	ctx, a := r.Context(), actor(r)
	v := &incomingView{today: d.today(), days: d.Desk.Calendar, actor: a}
	if v.days == nil {
		v.days = calendar.Default()
	}
	var err error
	ref := documents.IncomingRef(id)
	for _, load := range []func() error{
		func() error { v.doc, err = documents.FindIncoming(ctx, d.DB, a, id); return err },
		func() error { v.files, err = documents.Files(ctx, d.DB, a, ref); return err },
		func() error { v.lines, err = documents.Lines(ctx, d.DB, a, id); return err },
		func() error { v.directions, err = documents.Directions(ctx, d.DB, a, id); return err },
		func() error { v.steps, err = documents.Timeline(ctx, d.DB, a, ref); return err },
		func() error { v.acts, err = documents.ActsIncoming(ctx, d.DB, a, id); return err },
		func() error { v.extensions, err = documents.Extensions(ctx, d.DB, a, id); return err },
		func() error { v.chases, err = documents.Chases(ctx, d.DB, a, id); return err },
		func() error { v.prepared, err = documents.PreparedFor(ctx, d.DB, a, id); return err },
		func() error { v.parcels, err = exchange.Parcels(ctx, d.DB, a, ref); return err },
		func() error { v.kept, err = documents.PreservationsOf(ctx, d.DB, a, ref); return err },
		func() error { v.requests, err = documents.Requests(ctx, d.DB, a, id); return err },
		func() error { v.relations, err = documents.Relations(ctx, d.DB, a, ref); return err },
		func() error { v.access, err = d.readDocument(r, ref); return err },
		func() error { v.copies, err = documents.CopiesOf(ctx, d.DB, a, ref); return err },
		func() error { v.scans, err = documents.Digitisable(ctx, d.DB, a, id); return err },
	} {
		if err := load(); err != nil {
			return nil, err
		}
	}
	if v.preparedLead, err = documents.PreparedLead(ctx, d.DB, v.prepared); err != nil {
		return nil, err
	}
	v.warnings = messagesOf(v.doc.Warnings)
	differ, err := documents.ReadingDiffers(ctx, d.DB, a, v.doc)
	if err != nil {
		return nil, err
	}
	v.warnings = append(v.warnings, differ...)
	for i := range v.lines {
		if l := &v.lines[i]; l.ReadAt == 0 && documents.Holds(a, l) {
			if err := documents.MarkRead(ctx, d.DB, a, id); err != nil {
				return nil, err
			}
			break
		}
	}
	return v, d.seen(ctx, a.Person, ref)
}

// seen marks the notices about what has just been opened; a page without news costs no write.
func (d *Door) seen(ctx context.Context, person int64, ref string) error {
	n, err := notify.Unread(ctx, d.DB, person)
	if err != nil || n == 0 {
		return err
	}
	return notify.MarkSeen(ctx, d.DB, person, ref)
}

// incomingPage: GET /incoming/{id}
func (d *Door) incomingPage(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	v, err := d.loadIncoming(r, id)
	if err != nil {
		return err
	}
	ctx := r.Context()
	title := v.doc.Code()
	if title == "" {
		title = t(ctx, "Văn bản đến")
	}
	main := mainPDF(v.files)
	parts := []templ.Component{}
	if main != nil {
		parts = append(parts, Viewer(viewerOf(*main, title)))
	}
	parts = append(parts, incomingPane(v, ""))
	return d.page(w, r, View{Title: title, Active: "incoming", Watch: []string{"documents", "exchange"}}, wrap(Split(main != nil), parts...))
}

// arrivalStamp: GET /incoming/{id}/stamp.pdf: dấu ĐẾN (D7.8).
func (d *Door) arrivalStamp(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	b, err := documents.ArrivalStamp(r.Context(), d.DB, actor(r), id)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/pdf") // a label of two inches: no room for the mark of who prints it, and nothing in it that is not on the paper
	w.Header().Set("Content-Disposition", disposition("inline", fmt.Sprintf("dau-den-%d.pdf", id)))
	_, err = w.Write(b)
	return err
}

// handlingSheet: GET /incoming/{id}/sheet.pdf: phiếu giải quyết văn bản đến (D12.2).
func (d *Door) handlingSheet(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	b, err := documents.HandlingSheet(r.Context(), d.DB, actor(r), id)
	if err != nil {
		return err
	}
	if err := d.Desk.NoteAccess(r.Context(), actor(r), documents.IncomingRef(id), documents.AccessPrint, 0); err != nil {
		return err
	}
	return d.sendMarked(w, r, fmt.Sprintf("phieu-giai-quyet-%d.pdf", id), b)
}
