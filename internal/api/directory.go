package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"congvu/internal/calendar"
	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
)

func (d *door) directoryRoutes() {
	ask(d, get("/agencies", "searchAgencies", tagDirectory, "Tìm cơ quan trong danh bạ"), d.searchAgencies)
	ask(d, get("/agencies/{id}", "findAgency", tagDirectory, "Xem một cơ quan"), d.findAgency)
	ask(d, get("/units", "listUnits", tagDirectory, "Đơn vị của cơ quan tôi"), d.listUnits)
	ask(d, get("/staff", "listStaff", tagDirectory, "Người và vị trí của cơ quan tôi"), d.listStaff)
	ask(d, get("/capacities", "listCapacities", tagDirectory, "Thẩm quyền ký của vị trí đang dùng đối với một loại văn bản"), d.listCapacities)
	ask(d, get("/types", "listTypes", tagDirectory, "Loại văn bản"), d.listTypes)
	ask(d, post("/types", "addType", tagDirectory, "Thêm loại văn bản").with(http.MethodPost, http.StatusCreated), d.addType)
	ask(d, get("/types/{code}", "changeType", tagDirectory, "Sửa loại văn bản; văn bản đã có được giữ nguyên").with(http.MethodPut, 0), d.changeType)
	ask(d, get("/registers", "listRegisters", tagDirectory, "Sổ đăng ký của cơ quan"), d.listRegisters)
	d.stream(get("/registers/outgoing/{id}/pdf", "printOutgoingRegister", tagDirectory, "In sổ đăng ký văn bản đi"), printed(
		query("from", "Từ ngày", huma.Schema{Type: huma.TypeString, Format: "date"}), query("to", "Đến hết ngày", huma.Schema{Type: huma.TypeString, Format: "date"})), d.printOutgoing)
	d.stream(get("/registers/incoming/{id}/pdf", "printIncomingRegister", tagDirectory, "In sổ đăng ký văn bản đến"), printed(
		query("from", "Từ số đến", huma.Schema{Type: huma.TypeString}), query("to", "Đến số", huma.Schema{Type: huma.TypeString})), d.printIncoming)
	d.stream(get("/incoming/{id}/arrival-stamp", "printArrivalStamp", tagIncoming, "In dấu đến của văn bản đã đăng ký, khổ 50 × 35 mm"), printed(), d.printArrivalStamp)
	d.stream(get("/incoming/{id}/handling-sheet", "printHandlingSheet", tagIncoming, "In phiếu giải quyết văn bản đến"), printed(), d.printHandlingSheet)
}

func query(name, text string, s huma.Schema) *huma.Param {
	return &huma.Param{Name: name, In: "query", Description: text, Schema: &s}
}

func printed(parameters ...*huma.Param) func(op *huma.Operation) {
	return func(op *huma.Operation) {
		givesFile("application/pdf")(op)
		op.Parameters = append(op.Parameters, parameters...)
	}
}

// today is the legal day of the request (UTC+7).
func (d *door) today() calendar.Date { return calendar.DateOf(d.DB.Now().Time()) }

type searching struct {
	Q     string `query:"q" maxLength:"200" doc:"Từ trong tên, tên viết tắt hoặc mã"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" doc:"Số dòng; vắng mặt: 50"`
}

func (d *door) searchAgencies(ctx context.Context, c *call, in *searching) ([]client.Agency, error) {
	if in.Limit == 0 {
		in.Limit = 50
	}
	all, err := org.SearchAgencies(ctx, d.DB, in.Q, in.Limit)
	return each(all, agencyOf), err
}

func (d *door) findAgency(ctx context.Context, c *call, in *One) (client.Agency, error) {
	a, err := org.FindAgency(ctx, d.DB, org.AgencyID(in.id()))
	if err != nil {
		return client.Agency{}, err
	}
	return agencyOf(*a), nil
}

func agencyOf(a org.Agency) client.Agency {
	return client.Agency{ID: client.ID(a.ID), Code: a.Code, Name: a.Name, ShortName: a.ShortName, Abbr: a.Abbr, Level: string(a.Level), Parent: client.ID(a.ParentID),
		ParentName: a.ParentName, Seat: a.Seat, Hosted: a.Hosted, State: a.State, Address: a.Address, Email: a.Email, Phone: a.Phone, Website: a.Website,
		ValidFrom: string(a.ValidFrom), ValidTo: string(a.ValidTo)}
}

func (d *door) listUnits(ctx context.Context, c *call, _ *struct{}) ([]client.Unit, error) {
	all, err := org.Units(ctx, d.DB, org.AgencyID(c.actor.Agency))
	return each(all, func(u org.Unit) client.Unit {
		return client.Unit{ID: client.ID(u.ID), Parent: client.ID(u.ParentID), Name: u.Name, Abbr: u.Abbr, Kind: u.Kind}
	}), err
}

func (d *door) listStaff(ctx context.Context, c *call, _ *struct{}) ([]client.Post, error) {
	all, err := org.Staff(ctx, d.DB, org.AgencyID(c.actor.Agency), d.today())
	return each(all, postOf), err
}

func postOf(h org.Holding) client.Post {
	return client.Post{ID: client.ID(h.ID), Person: client.ID(h.PersonID), PersonName: h.PersonName, Agency: client.ID(h.AgencyID), AgencyName: h.AgencyName,
		Unit: client.ID(h.UnitID), UnitName: h.UnitName, Title: h.Title, Rank: string(h.Rank), Kind: string(h.Kind), Roles: h.Roles.Codes(),
		ValidFrom: string(h.ValidFrom), ValidTo: string(h.ValidTo)}
}

type capacityFilter struct {
	Type string `query:"type" required:"true" maxLength:"50" doc:"Mã loại văn bản"`
}

func (d *door) listCapacities(ctx context.Context, c *call, in *capacityFilter) ([]client.Capacity, error) {
	all, err := org.Capacities(ctx, d.DB, org.HoldingID(c.actor.Holding), in.Type, d.today())
	return each(all, func(x org.Capacity) client.Capacity {
		return client.Capacity{Code: x.Code, Lines: each(x.Lines, func(s string) string { return s }), Position: x.Position}
	}), err
}

type typeFilter struct {
	All bool `query:"all" doc:"Cả loại không dùng hôm nay"`
}

func (d *door) listTypes(ctx context.Context, c *call, in *typeFilter) ([]client.Type, error) {
	list := documents.Types
	if in.All {
		list = documents.AllTypes
	}
	all, err := list(ctx, d.DB)
	return each(all, docTypeOf), err
}

func docTypeOf(t documents.Type) client.Type {
	return client.Type{Code: t.Code, Abbr: t.Abbr, Name: t.Name, Form: t.Form, Category: t.Category, Field: t.Field, From: string(t.ValidFrom), To: string(t.ValidTo), Revision: t.Revision}
}

func typeForm(f client.Type) documents.TypeForm {
	return documents.TypeForm{Code: f.Code, Abbr: f.Abbr, Name: f.Name, Form: f.Form, Category: f.Category, Field: f.Field, From: calendar.Date(f.From), To: calendar.Date(f.To), Revision: f.Revision}
}

func (d *door) addType(ctx context.Context, c *call, in *struct{ Body client.Type }) (out client.Type, err error) {
	err = write(ctx, d, c, func(tx *store.Tx) error {
		t, err := documents.AddType(ctx, tx, typeForm(in.Body))
		if err == nil {
			out = docTypeOf(*t)
		}
		return err
	})
	return out, err
}

type changingType struct {
	Code string `path:"code" maxLength:"50" doc:"Mã loại văn bản" example:"QUYET_DINH"`
	Body client.Type
}

func (d *door) changeType(ctx context.Context, c *call, in *changingType) (out client.Type, err error) {
	err = write(ctx, d, c, func(tx *store.Tx) error {
		t, err := documents.ChangeType(ctx, tx, in.Code, typeForm(in.Body))
		if err == nil {
			out = docTypeOf(*t)
		}
		return err
	})
	return out, err
}

func (d *door) printOutgoing(c *call, w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	from, to := calendar.Date(q.Get("from")), calendar.Date(q.Get("to"))
	for name, day := range map[string]calendar.Date{"from": from, "to": to} {
		if !day.IsZero() && !day.Valid() {
			return wrongParameter(c, name, c.lang.T("Ngày phải có dạng năm-tháng-ngày, ví dụ 2026-03-25."))
		}
	}
	return d.giveSheet(c, w, r, "so-van-ban-di", func(ctx context.Context) (*documents.Sheet, error) {
		return documents.PrintRegister(ctx, d.DB, c.actor, documents.PrintForm{Register: One{r.PathValue("id")}.id(), Span: documents.Span{From: from, To: to}})
	})
}

func (d *door) printIncoming(c *call, w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	for _, name := range []string{"from", "to"} {
		if q.Get(name) != "" && (One{q.Get(name)}).id() == 0 {
			return wrongParameter(c, name, c.lang.T("Phải là số."))
		}
	}
	return d.giveSheet(c, w, r, "so-van-ban-den", func(ctx context.Context) (*documents.Sheet, error) {
		return documents.PrintRegister(ctx, d.DB, c.actor, documents.PrintForm{Register: One{r.PathValue("id")}.id(), Span: documents.Span{First: One{q.Get("from")}.id(), Last: One{q.Get("to")}.id()}})
	})
}

func (d *door) printArrivalStamp(c *call, w http.ResponseWriter, r *http.Request) error {
	pdf, err := documents.ArrivalStamp(r.Context(), d.DB, c.actor, One{r.PathValue("id")}.id())
	if err != nil {
		return err
	}
	givePDF(w, r, "dau-den.pdf", pdf)
	return nil
}

func (d *door) printHandlingSheet(c *call, w http.ResponseWriter, r *http.Request) error {
	pdf, err := documents.HandlingSheet(r.Context(), d.DB, c.actor, One{r.PathValue("id")}.id())
	if err != nil {
		return err
	}
	givePDF(w, r, "phieu-giai-quyet.pdf", pdf)
	return nil
}

func wrongParameter(c *call, name, text string) *Problem {
	p := newProblem(c.lang, http.StatusUnprocessableEntity, text)
	p.Errors = []client.FieldProblem{{Parameter: name, Detail: p.Detail}}
	return p
}
