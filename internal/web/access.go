package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/store"
)

// accessRoutes are the rights to one document of either half, who read it, and what is taken from it.
func accessRoutes() []Route {
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
		keepers := posts(store.Clerk | store.Head)
		path := "/" + kind + "/{id}/"
		all = append(all,
			Route{Pattern: "GET " + path + "access", Handle: on(aboutAccess.page)},
			Route{Pattern: "GET " + path + "access/grant", Who: keepers, Handle: on(aboutAccess.grant)},
			Route{Pattern: "POST " + path + "access/grant", Who: keepers, Handle: on(aboutAccess.grant)},
			Route{Pattern: "GET " + path + "access/restrict", Who: keepers, Handle: on(aboutAccess.restrict)},
			Route{Pattern: "POST " + path + "access/restrict", Who: keepers, Handle: on(aboutAccess.restrict)},
			Route{Pattern: "GET " + path + "metadata", Handle: on(aboutAccess.metadata)},
			Route{Pattern: "GET " + path + "metadata.json", Handle: on(aboutAccess.metadataJSON)},
			Route{Pattern: "GET " + path + "metadata.xml", Handle: on(aboutAccess.metadataXML)},
			Route{Pattern: "GET " + path + "metadata.pdf", Handle: on(aboutAccess.metadataPDF)})
	}
	return append(all, Route{Pattern: "GET /files/{id}/marked", Handle: (*Door).markedFile})
}

// aboutAccess is a request about the rights to one document.
type aboutAccess struct {
	d         *Door
	w         http.ResponseWriter
	r         *http.Request
	ctx       context.Context
	kind, ref string
}

// accessView is what the page shows.
type accessView struct {
	ref, title  string
	keeps       bool
	limit       documents.Restriction
	limited     bool
	grants      []documents.Grant
	changes     []documents.RightChange
	emergencies []documents.Grant
	frozen      []documents.FreezeOrder
	counts      []documents.AccessCount
	log         []documents.Access
	files       map[int64]string
	now         store.Instant
}

// page: GET /incoming/{id}/access, GET /outgoing/{id}/access
func (x aboutAccess) page() error {
	ctx, db, a := x.ctx, x.d.DB, actor(x.r)
	v := accessView{ref: x.ref, keeps: documents.KeepsAccess(a), now: db.Now()}
	var err error
	for _, load := range []func() error{
		func() error { v.grants, err = documents.Grants(ctx, db, a, x.ref); return err },
		func() error { v.title, err = x.title(); return err },
		func() error { v.limit, v.limited, err = documents.RestrictionOf(ctx, db, a, x.ref); return err },
		func() error { v.changes, err = documents.RightChangesOf(ctx, db, a, x.ref); return err },
		func() error { v.emergencies, err = documents.OpenEmergencies(ctx, db, a, x.ref); return err },
		func() error { v.frozen, err = documents.FrozenBy(ctx, db, a.Agency, x.ref); return err },
		func() error { v.counts, err = documents.AccessCounts(ctx, db, a, x.ref); return err },
		func() error { v.log, err = documents.Accesses(ctx, db, a, x.ref, 0); return err },
		func() error { v.files, err = documents.AccessFiles(ctx, db, a, x.ref, v.log); return err },
	} {
		if err := load(); err != nil {
			return err
		}
	}
	return x.d.page(x.w, x.r, View{Title: t(ctx, "Quyền và lượt xem"), Active: x.kind, Watch: []string{"documents"}}, accessPage(v))
}

// title names the document to who sees it.
func (x aboutAccess) title() (string, error) {
	id, err := number(x.r, "id")
	if err != nil {
		return "", err
	}
	if x.kind == "incoming" {
		doc, err := documents.FindIncoming(x.ctx, x.d.DB, actor(x.r), id)
		if err != nil {
			return "", err
		}
		return strings.TrimPrefix(doc.Code()+" – "+doc.Subject, " – "), nil
	}
	doc, err := documents.FindOutgoing(x.ctx, x.d.DB, actor(x.r), id)
	if err != nil {
		return "", err
	}
	return doc.Title(), nil
}

// grant: GET and POST /incoming/{id}/access/grant, /outgoing/{id}/access/grant
func (x aboutAccess) grant() error {
	title, err := x.title()
	if err != nil {
		return err
	}
	ctx := x.ctx
	return x.d.act(x.w, x.r, ActPage{Active: x.kind, Title: t(ctx, "Cấp quyền xem văn bản"), Lead: title, Back: "/" + x.ref + "/access", Refused: t(ctx, "Chưa cấp được quyền"), Submit: Action{Label: t(ctx, "Cấp quyền"), Kind: Primary},
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			options, err := x.d.targetOptions(x.r)
			if err != nil {
				return nil, err
			}
			return []templ.Component{
				SelectField(Field{Name: "who", Label: t(ctx, "Cấp cho"), Error: errs.Of("who")}, Choose(append([]Option{{Label: t(ctx, "— Chọn đơn vị hoặc cá nhân —")}}, options...), f.shown("who"))),
				CheckOne(Field{Name: "person", Label: t(ctx, "Cấp cho người này ở mọi chức vụ của họ trong cơ quan, không chỉ chức vụ đã chọn")}, f != nil && f.Yes("person")),
				RadioField(Field{Name: "level", Label: t(ctx, "Mức quyền"), Error: errs.Of("level")}, Choose([]Option{{Value: documents.GrantRead, Label: t(ctx, "Xem, tải về, in")}, {Value: documents.GrantWork, Label: t(ctx, "Xem và cho ý kiến")}}, orElse(f.shown("level"), documents.GrantRead))),
				DateField(fieldOf(f, errs, Field{Name: "from", Label: t(ctx, "Từ ngày"), Optional: true, Hint: t(ctx, "Để trống: từ bây giờ")})),
				DateField(fieldOf(f, errs, Field{Name: "to", Label: t(ctx, "Đến hết ngày"), Optional: true, Hint: t(ctx, "Để trống: không thời hạn")})),
				reasonField(ctx, f, errs)}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			form := documents.GrantForm{Ref: x.ref, Level: f.Line("level"), From: f.Date("from"), To: f.Date("to"), Reason: f.Text("reason")}
			form.WhoKind, form.WhoID = x.d.whoOfGrant(x.r, f)
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Đã cấp quyền. Thay đổi chờ người có thẩm quyền xác nhận."), "", x.d.DB.Write(ctx, actor(x.r), func(tx *store.Tx) error {
				_, err := documents.GrantTo(ctx, tx, form)
				return err
			})
		}})
}

// whoOfGrant reads a chosen unit or post; a post stands for its holder when the right shall follow the person.
func (d *Door) whoOfGrant(r *http.Request, f *Form) (kind string, id int64) {
	chosen := d.targets(f, "who")
	switch {
	case len(chosen) == 0:
		return "", 0
	case chosen[0].Unit != 0:
		return documents.GrantUnit, chosen[0].Unit
	case !f.Yes("person"):
		return documents.GrantPost, chosen[0].Post
	}
	return documents.GrantPerson, d.personOf(r, chosen[0].Post)
}

// restrict: GET and POST /incoming/{id}/access/restrict, /outgoing/{id}/access/restrict: sets the limit, or lifts it where it stands.
func (x aboutAccess) restrict() error {
	title, err := x.title()
	if err != nil {
		return err
	}
	_, limited, err := documents.RestrictionOf(x.ctx, x.d.DB, actor(x.r), x.ref)
	if err != nil {
		return err
	}
	ctx := x.ctx
	p := ActPage{Active: x.kind, Title: t(ctx, "Giới hạn người xem"), Lead: title, Back: "/" + x.ref + "/access", Refused: t(ctx, "Chưa thay đổi được"), Submit: Action{Label: t(ctx, "Giới hạn"), Kind: Primary}}
	said, change := done("Đã giới hạn người xem. Thay đổi chờ người có thẩm quyền xác nhận."), documents.Restrict
	notice := t(ctx, "Chỉ người tham gia xử lý, văn thư, người đứng đầu và người được cấp quyền còn xem được văn bản này; lãnh đạo và trưởng đơn vị không tham gia thì không.")
	if limited {
		p.Title, p.Submit.Label = t(ctx, "Bỏ giới hạn người xem"), t(ctx, "Bỏ giới hạn")
		said, change = done("Đã bỏ giới hạn người xem. Thay đổi chờ người có thẩm quyền xác nhận."), documents.Unrestrict
		notice = t(ctx, "Phạm vi xem trở lại như quy định chung của cơ quan.")
	}
	p.Fields = func(f *Form, errs Errors) ([]templ.Component, error) {
		return []templ.Component{Note(Info, notice), reasonField(ctx, f, errs)}, nil
	}
	p.Do = func(f *Form) (flashed, string, error) {
		return said, "", x.d.DB.Write(ctx, actor(x.r), func(tx *store.Tx) error { return change(ctx, tx, x.ref, f.Text("reason")) })
	}
	return x.d.act(x.w, x.r, p)
}

// metadata: GET /incoming/{id}/metadata, GET /outgoing/{id}/metadata: all describing data on one page (V47).
func (x aboutAccess) metadata() error {
	m, err := documents.MetadataOf(x.ctx, x.d.DB, actor(x.r), x.ref)
	if err != nil {
		return err
	}
	return x.d.page(x.w, x.r, View{Title: t(x.ctx, "Dữ liệu đặc tả"), Active: x.kind}, metadataPage(m))
}

// taken gives the metadata to be saved, and notes that they were.
func (x aboutAccess) taken(media, ending string, make func(m *documents.Metadata) ([]byte, error)) error {
	m, err := documents.MetadataOf(x.ctx, x.d.DB, actor(x.r), x.ref)
	if err != nil {
		return err
	}
	b, err := make(m)
	if err != nil {
		return err
	}
	if err := x.d.Desk.NoteAccess(x.ctx, actor(x.r), x.ref, documents.AccessMetadata, 0); err != nil {
		return err
	}
	x.w.Header().Set("Content-Type", media)
	x.w.Header().Set("Content-Disposition", disposition("attachment", strings.ReplaceAll(x.ref, "/", "-")+ending))
	_, err = x.w.Write(b)
	return err
}

// metadataJSON: GET …/metadata.json
func (x aboutAccess) metadataJSON() error {
	return x.taken("application/json; charset=utf-8", ".json", func(m *documents.Metadata) ([]byte, error) { return json.MarshalIndent(m, "", "  ") })
}

// metadataXML: GET …/metadata.xml
func (x aboutAccess) metadataXML() error {
	return x.taken("application/xml; charset=utf-8", ".xml", (*documents.Metadata).XML)
}

// metadataPDF: GET …/metadata.pdf
func (x aboutAccess) metadataPDF() error {
	return x.taken("application/pdf", ".pdf", func(*documents.Metadata) ([]byte, error) {
		return documents.MetadataSheet(x.ctx, x.d.DB, actor(x.r), x.ref)
	})
}

// markedFile: GET /files/{id}/marked: a copy to print, with the name of who takes it and the time on every page (V44).
func (d *Door) markedFile(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	name, b, ref, err := documents.MarkedCopy(r.Context(), d.Desk, actor(r), id)
	if err == nil {
		err = d.Desk.NoteAccess(r.Context(), actor(r), ref, documents.AccessPrint, id)
	}
	if err != nil {
		return err
	}
	return sendPDF(w, r, name, b)
}

// sendMarked gives a PDF that was made just now, marked with who takes it and when.
func (d *Door) sendMarked(w http.ResponseWriter, r *http.Request, name string, b []byte) error {
	b, err := documents.Marked(r.Context(), d.DB, actor(r), b)
	if err != nil {
		return err
	}
	return sendPDF(w, r, name, b)
}
