package web

import (
	"fmt"
	"net/http"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/store"
)

const pathFreezes = "/rights/freezes"

// freezeRoutes are the orders that lock documents (V60).
func freezeRoutes() []Route {
	watchers, orderers := posts(store.Clerk|store.Head|store.AgencyAdmin|store.Archivist), posts(store.Head|store.AgencyAdmin)
	return []Route{
		{Pattern: "GET " + pathFreezes, Who: watchers, Handle: (*Door).freezes},
		{Pattern: "GET " + pathFreezes + "/new", Who: orderers, Handle: (*Door).freeze},
		{Pattern: "POST " + pathFreezes + "/new", Who: orderers, Handle: (*Door).freeze},
		{Pattern: "GET " + pathFreezes + "/{id}", Who: watchers, Handle: (*Door).freezeOrder},
		{Pattern: "GET " + pathFreezes + "/{id}/lift", Who: orderers, Handle: (*Door).liftFreeze},
		{Pattern: "POST " + pathFreezes + "/{id}/lift", Who: orderers, Handle: (*Door).liftFreeze},
	}
}

// freezes: GET /rights/freezes
func (d *Door) freezes(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	all, err := documents.FreezeOrders(ctx, d.DB, actor(r))
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(ctx, "Đóng băng tài liệu"), Active: "rights", Watch: []string{"documents"}}, freezesPage(all, documents.MayFreeze(actor(r))))
}

// freezeOrder: GET /rights/freezes/{id}
func (d *Door) freezeOrder(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	o, things, err := documents.FindFreeze(ctx, d.DB, actor(r), id)
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(ctx, "Lệnh đóng băng {number}", "number", o.Number), Active: "rights"}, freezePage(o, things, documents.MayFreeze(actor(r))))
}

// freeze: GET and POST /rights/freezes/new
func (d *Door) freeze(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return d.act(w, r, ActPage{Active: "rights", Title: t(ctx, "Đóng băng tài liệu theo lệnh"), Back: pathFreezes, Refused: t(ctx, "Chưa đóng băng tài liệu nào"), Submit: Action{Label: t(ctx, "Đóng băng"), Kind: Danger}, Guard: true,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{Note(Info, t(ctx, "Tài liệu trong lệnh không sửa, chuyển, xóa được cho đến khi lệnh được gỡ. Việc xem không bị ảnh hưởng.")),
				TextField(fieldOf(f, errs, Field{Name: "number", Label: t(ctx, "Số, ký hiệu của lệnh"), MaxLength: 100})), DateField(fieldOf(f, errs, Field{Name: "on", Label: t(ctx, "Ngày của lệnh")})),
				TextArea(fieldOf(f, errs, Field{Name: "documents", Label: t(ctx, "Văn bản"), Hint: t(ctx, "Mỗi dòng một số, ký hiệu hoặc liên kết; tối đa 500 dòng"), Rows: 6})), reasonField(ctx, f, errs)}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			form := documents.FreezeForm{Number: f.Line("number"), On: f.Date("on"), Reason: f.Text("reason"), Words: f.Lines("documents")}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			next, n := "", int64(0)
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) error {
				o, err := documents.Freeze(ctx, tx, form)
				if err == nil {
					next, n = fmt.Sprintf("%s/%d", pathFreezes, o.ID), o.Count
				}
				return err
			})
			return done("Đã đóng băng {n} tài liệu.", "n", n), next, err
		}})
}

// liftFreeze: GET and POST /rights/freezes/{id}/lift
func (d *Door) liftFreeze(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	o, _, err := documents.FindFreeze(ctx, d.DB, actor(r), id)
	if err != nil {
		return err
	}
	if r.Method == http.MethodGet && o.LiftedAt != 0 {
		return gone()
	}
	return d.act(w, r, ActPage{Active: "rights", Title: t(ctx, "Gỡ lệnh đóng băng {number}", "number", o.Number), Back: fmt.Sprintf("%s/%d", pathFreezes, id), Refused: t(ctx, "Chưa gỡ được"), Submit: Action{Label: t(ctx, "Gỡ đóng băng"), Kind: Primary},
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{reasonField(ctx, f, errs)}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			return done("Đã gỡ lệnh đóng băng."), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return documents.LiftFreeze(ctx, tx, id, f.Text("reason")) })
		}})
}
