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

	"congvu/internal/documents"
	"congvu/internal/exchange"
	"congvu/internal/org"
	"congvu/internal/store"
)

// outgoingRoutes are the drafts and the issued documents.
func outgoingRoutes() []Route {
	all := []Route{
		{Pattern: "GET /outgoing", Handle: (*Door).outgoingList, Nav: &Nav{Key: "outgoing", Icon: "send", Label: func(ctx context.Context) string { return t(ctx, "Văn bản đi") }}},
		{Pattern: "GET /outgoing/new", Handle: (*Door).draftPage},
		{Pattern: "POST /outgoing/new", Handle: (*Door).draftPage},
		{Pattern: "GET /outgoing/{id}", Handle: (*Door).outgoingPage},
		{Pattern: "POST /outgoing/{id}/files/{file}/detach", Handle: (*Door).detach},
		{Pattern: "POST /outgoing/{id}/deliveries/{delivery}/resend", Who: posts(store.Clerk), Handle: (*Door).resend},
		{Pattern: "GET /outgoing/{id}/deliveries/{delivery}", Handle: (*Door).deliveryPage},
	}
	for act := range outgoingActs {
		handle := func(d *Door, w http.ResponseWriter, r *http.Request) error { return d.actOnOutgoing(w, r, act) }
		path := "/outgoing/{id}/" + string(act)
		files := act == documents.ActUpload || act == documents.ActAttach
		all = append(all, Route{Pattern: "GET " + path, Handle: handle}, Route{Pattern: "POST " + path, Handle: handle, Files: files})
	}
	return all
}

// outTabs are the words of the tabs.
func outTabs(ctx context.Context, tabs []documents.Tab, current string, q url.Values) []TabItem {
	words := map[string]string{documents.TabMine: t(ctx, "Đang soạn"), documents.TabInReview: t(ctx, "Chờ tôi xem xét"), documents.TabReturned: t(ctx, "Bị trả lại"), documents.TabToSign: t(ctx, "Chờ tôi ký"),
		documents.TabToNumber: t(ctx, "Chờ cấp số"), documents.TabToIssue: t(ctx, "Chờ phát hành"), documents.TabIssued: t(ctx, "Đã ban hành"), documents.TabGranted: t(ctx, "Được cấp quyền"), documents.TabAll: t(ctx, "Tất cả")}
	var out []TabItem
	for _, tab := range tabs {
		out = append(out, TabItem{Href: "/outgoing?" + with(q, "tab", tab.Code), Label: words[tab.Code], Count: tab.Count, More: tab.More, Current: tab.Code == current})
	}
	return out
}

// outgoingListView is what the list shows.
type outgoingListView struct {
	tab   string
	q     url.Values
	page  documents.Page[documents.OutgoingRow]
	types []documents.Type
	open  *outgoingView
	desk  string // the signing desk of what this tab lists; "" = there is none
}

func (v outgoingListView) filtered() bool {
	return v.q.Get("q")+v.q.Get("type")+v.q.Get("urgency") != ""
}

func (v outgoingListView) clear() string {
	if !v.filtered() {
		return ""
	}
	return "/outgoing?" + url.Values{"tab": {v.tab}}.Encode()
}

func (v outgoingListView) rowHref(id int64) string {
	q := url.Values{}
	for k, x := range v.q {
		q[k] = x
	}
	q.Set("open", strconv.FormatInt(id, 10))
	return "/outgoing?" + q.Encode()
}

func (v outgoingListView) pageHref(cursor string) string {
	if cursor == "" {
		return ""
	}
	q, _ := url.ParseQuery(with(v.q, "tab", v.q.Get("tab")))
	q.Set("before", cursor)
	return "/outgoing?" + q.Encode()
}

// outgoingList: GET /outgoing
func (d *Door) outgoingList(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	v := outgoingListView{tab: orElse(q.Get("tab"), documents.TabAll), q: q}
	var err error
	if v.page, err = documents.ListOutgoing(ctx, d.DB, actor(r), documents.OutFilter{Tab: v.tab, Q: q.Get("q"), Type: q.Get("type"), Urgency: q.Get("urgency"), Before: q.Get("before")}); err != nil {
		return err
	}
	if actor(r).Roles.Has(deskRoles) && len(v.page.Rows) > 0 {
		v.desk = map[string]string{documents.TabToSign: signingHref(deskSign), documents.TabToNumber: signingHref(deskRelease)}[v.tab]
	}
	if v.types, err = documents.AllTypes(ctx, d.DB); err != nil {
		return err
	}
	if id, err := strconv.ParseInt(q.Get("open"), 10, 64); err == nil && id > 0 {
		v.open, err = d.loadOutgoing(r, id)
		if err != nil && !errors.Is(err, store.NotFound) {
			return err
		}
		if err != nil {
			v.open = nil
		}
	}
	return d.page(w, r, View{Title: t(ctx, "Văn bản đi"), Active: "outgoing", Watch: []string{"documents", "exchange"}}, outgoingList(v))
}

// outgoingView is one document with everything around it.
type outgoingView struct {
	doc        *documents.Outgoing
	files      []documents.File
	versions   []documents.Version
	steps      []documents.Step
	acts       []documents.Act
	deliveries []exchange.Delivery
	findings   []documents.LayoutFinding
	keeper     bool
	stamps     []documents.Stamp
	order      documents.ReleaseOrder
	kept       []documents.Preservation
	review     []TabItem
	requests   []exchange.Request
	relations  []documents.Relation
	sources    []documents.SourceFile
	copies     []documents.Copy
	now        store.Instant
	actor      store.Actor
	access     accessBanner
}

func (v *outgoingView) may(act documents.Act) bool {
	for _, a := range v.acts {
		if a == act {
			return true
		}
	}
	return false
}

func (d *Door) loadOutgoing(r *http.Request, id int64) (*outgoingView, error) {
	ctx, a := r.Context(), actor(r)
	v := &outgoingView{now: d.DB.Now(), actor: a}
	ref := documents.OutgoingRef(id)
	var err error
	for _, load := range []func() error{
		func() error { v.doc, err = documents.FindOutgoing(ctx, d.DB, a, id); return err },
		func() error { v.files, err = documents.Files(ctx, d.DB, a, ref); return err },
		func() error { v.versions, err = documents.Versions(ctx, d.DB, a, id); return err },
		func() error { v.steps, err = documents.Timeline(ctx, d.DB, a, ref); return err },
		func() error { v.acts, err = documents.Acts(ctx, d.DB, a, id); return err },
		func() error { v.deliveries, err = exchange.Deliveries(ctx, d.DB, a, id); return err },
		func() error { v.sources, err = documents.Sources(ctx, d.DB, a, id); return err },
		func() error { v.stamps, err = documents.Stamps(ctx, d.DB, a, id); return err },
		func() error { v.order, _, err = documents.FindRelease(ctx, d.DB, a, id); return err },
		func() error { v.kept, err = documents.PreservationsOf(ctx, d.DB, a, ref); return err },
		func() error { v.review, err = d.reviewTabs(r, v.doc, ""); return err },
		func() error { v.requests, err = exchange.Requests(ctx, d.DB, a, id); return err },
		func() error { v.relations, err = documents.Relations(ctx, d.DB, a, ref); return err },
		func() error { v.access, err = d.readDocument(r, ref); return err },
		func() error { v.copies, err = documents.CopiesOf(ctx, d.DB, a, ref); return err },
	} {
		if err := load(); err != nil {
			return nil, err
		}
	}
	if v.keeper, err = documents.MayWaive(ctx, d.DB, a); err != nil {
		return nil, err
	}
	if (v.may(documents.ActRevise) || v.keeper && v.doc.SignedAt == 0 && v.doc.State != documents.Cancelled) && (v.doc.SignerHolding != 0 && laidOut(v.doc.Form) || v.uploaded()) {
		v.findings, err = documents.LayoutFindings(ctx, d.DB, a, id, d.today())
		if err != nil && !errors.Is(err, store.Invalid) {
			return nil, err
		}
	}
	return v, d.seen(ctx, a.Person, ref)
}

// outgoingPage: GET /outgoing/{id}
func (d *Door) outgoingPage(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	v, err := d.loadOutgoing(r, id)
	if err != nil {
		return err
	}
	var parts []templ.Component
	main := mainPDF(v.files)
	if main != nil && main.Main {
		shown := viewerOf(*main, v.doc.Title())
		shown.Boxes = findingBoxes(r.Context(), v.findings)
		parts = append(parts, Viewer(shown))
	} else {
		parts = append(parts, draftText(v.doc))
	}
	parts = append(parts, outgoingPane(v, ""))
	return d.page(w, r, View{Title: v.doc.Title(), Active: "outgoing", Watch: []string{"documents", "exchange"}}, wrap(Split(true), parts...))
}

// detach: POST /outgoing/{id}/files/{file}/detach
func (d *Door) detach(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	file, err := number(r, "file")
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return documents.Detach(r.Context(), tx, id, file) })
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã bỏ tệp kèm theo."))
	return redirect(w, r, fmt.Sprintf("/outgoing/%d", id))
}

// resend: POST /outgoing/{id}/deliveries/{delivery}/resend
func (d *Door) resend(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	delivery, err := number(r, "delivery")
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return exchange.Resend(r.Context(), tx, delivery) })
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã đưa vào hàng gửi lại. Trạng thái sẽ được cập nhật khi nơi nhận trả lời."))
	return redirect(w, r, fmt.Sprintf("/outgoing/%d", id))
}

// deliveryView is one receiver of a document.
type deliveryView struct {
	doc      *documents.Outgoing
	one      exchange.Delivery
	answers  []exchange.Answer
	now      store.Instant
	resends  bool        // the actor's post sends again
	receiver *org.Agency // as the directory knows it; nil = it does not
}

// contact is how the receiver is reached otherwise (X13.5).
func (v deliveryView) contact() string {
	if v.receiver == nil {
		return ""
	}
	var out []string
	for _, s := range []string{v.receiver.Phone, v.receiver.Email, v.receiver.Address, v.receiver.Website} {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " · ")
}

// deliveryPage: GET /outgoing/{id}/deliveries/{delivery}
func (d *Door) deliveryPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	delivery, err := number(r, "delivery")
	if err != nil {
		return err
	}
	doc, err := documents.FindOutgoing(ctx, d.DB, actor(r), id)
	if err != nil {
		return err
	}
	one, err := exchange.FindDelivery(ctx, d.DB, actor(r), delivery)
	if err == nil && one.OutgoingID != id {
		err = store.Refuse(store.NotFound, "Không có lượt gửi này của văn bản.")
	}
	if err != nil {
		return err
	}
	answers, err := exchange.DeliveryHistory(ctx, d.DB, actor(r), delivery)
	if err != nil {
		return err
	}
	v := deliveryView{doc: doc, one: one, answers: answers, now: d.DB.Now(), resends: exchange.MayResend(actor(r))}
	if one.ReceiverID != 0 {
		if v.receiver, err = org.FindAgency(ctx, d.DB, org.AgencyID(one.ReceiverID)); err != nil && !errors.Is(err, store.NotFound) {
			return err
		}
	}
	return d.page(w, r, View{Title: one.ReceiverName, Active: "outgoing", Watch: []string{"exchange"}}, deliveryPage(v))
}
