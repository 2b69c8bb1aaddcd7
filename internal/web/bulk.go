package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
)

// bulkRoutes do one act upon the ticked documents of a list.
func bulkRoutes() []Route {
	return []Route{
		{Pattern: "GET /incoming/bulk", Handle: func(_ *Door, w http.ResponseWriter, r *http.Request) error { return redirect(w, r, "/incoming") }}, // the page of a result, loaded again
		{Pattern: "POST /incoming/bulk", Handle: (*Door).bulkIncoming},
	}
}

// bulkOf are the acts that the bar under a tab offers.
func bulkOf(tab string, a store.Actor) []string {
	clerk := documents.KeepsRegisters(a)
	switch tab {
	case documents.InTabArrivals:
		if clerk {
			return []string{documents.BulkRegister, documents.BulkPass}
		}
	case documents.InTabToSubmit:
		if clerk {
			return []string{documents.BulkSubmit, documents.BulkAside}
		}
	case documents.InTabToDirect:
		if documents.Leads(a) || a.Roles.Has(store.Assistant) {
			return []string{documents.BulkDirect, documents.BulkAside}
		}
	case documents.InTabToDo, documents.InTabCoordinating, documents.InTabInformed, documents.InTabReturned:
		return []string{documents.BulkForward, documents.BulkComplete, documents.BulkRead}
	case documents.InTabForwarded:
		return []string{documents.BulkComplete}
	}
	return nil
}

func bulkName(ctx context.Context, code string) string {
	for _, a := range documents.BulkActs {
		if a.Code == code {
			return translate(ctx, a.Name, nil)
		}
	}
	return code
}

// bulkPick is the value of a row's box.
func bulkPick(i documents.BulkItem) string { return fmt.Sprintf("%d:%d", i.ID, i.Line) }

func bulkPicks(f *Form) ([]documents.BulkItem, error) {
	var out []documents.BulkItem
	for _, v := range f.Values("pick") {
		id, line, ok := strings.Cut(v, ":")
		n, err := strconv.ParseInt(id, 10, 64)
		l, bad := strconv.ParseInt(line, 10, 64)
		if !ok || err != nil || bad != nil || n <= 0 || l < 0 {
			return nil, store.RefuseField("pick", "Danh sách chọn không đúng. Chưa có gì thay đổi; hãy tải lại trang rồi chọn lại.")
		}
		out = append(out, documents.BulkItem{ID: n, Line: l})
	}
	return out, nil
}

// bulkIncoming: POST /incoming/bulk: asks what the act needs, then does it and tells what became of each document.
func (d *Door) bulkIncoming(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	back := localAddress(orElse(f.Line("return"), "/incoming"))
	items, err := bulkPicks(f)
	if err != nil {
		return err
	}
	if len(items) == 0 {
		d.flash(w, Warn, store.Say("Chưa chọn văn bản nào. Hãy đánh dấu các văn bản cần thực hiện."))
		return redirect(w, r, back)
	}
	form := documents.BulkForm{Act: f.Line("act"), Items: items}
	if asks := d.bulkFields(r, form.Act); asks != nil && (!f.Yes("go") || f.Searching()) {
		shown := f
		if !f.Yes("go") {
			shown = nil
		}
		return d.askBulk(w, r, 0, f, form, back, shown, nil)
	}
	switch form.Act {
	case documents.BulkSubmit:
		form.To, form.Note = f.Number("to"), f.Text("note")
	case documents.BulkChase:
		form.Note = f.Text("note")
	case documents.BulkDirect:
		form.Direction = d.directionForm(f)
	case documents.BulkForward:
		form.Forward = documents.ForwardForm{Coordinators: d.targets(f, "coordinators"), Informed: d.targets(f, "informed"), Note: f.Text("note"), Due: f.Date("due"), DueDays: int(f.Number("due_days")), Days: d.Desk.Calendar}
		if leads := d.targets(f, "lead"); len(leads) > 0 {
			form.Forward.Lead = leads[0]
		}
	case documents.BulkComplete, documents.BulkAside:
		form.Result = f.Text("result")
	}
	var rows []documents.BulkRow
	if err = f.Err(); err == nil {
		rows, err = documents.Bulk(r.Context(), d.DB, actor(r), form)
	}
	if errs, ok := asErrors(r.Context(), err); ok {
		return d.askBulk(w, r, http.StatusUnprocessableEntity, f, form, back, f, errs)
	}
	if err != nil {
		return err
	}
	title := t(r.Context(), "Kết quả: {act}", "act", bulkName(r.Context(), form.Act))
	return d.page(w, r, View{Title: title, Active: "incoming"}, bulkResult(bulkView{title: title, form: form, rows: rows, back: back}))
}

// bulkFields are what an act asks before it is done; nil when it asks nothing.
func (d *Door) bulkFields(r *http.Request, act string) func(f *Form, errs Errors) ([]templ.Component, error) {
	ctx := r.Context()
	switch act {
	case documents.BulkSubmit:
		return func(f *Form, errs Errors) ([]templ.Component, error) {
			leaders, err := org.Leaders(ctx, d.DB, org.AgencyID(actor(r).Agency), d.today())
			var options []Option
			for i, h := range leaders {
				options = append(options, Option{Value: fmt.Sprint(int64(h.ID)), Label: h.PersonName, Hint: h.Title, Selected: f == nil && i == 0})
			}
			return []templ.Component{RadioField(Field{Name: "to", Label: t(ctx, "Trình đến"), Error: errs.Of("to")}, Choose(options, f.shown("to"))),
				TextArea(fieldOf(f, errs, Field{Name: "note", Label: t(ctx, "Ý kiến đề xuất của văn thư"), Optional: true}))}, err
		}
	case documents.BulkDirect:
		return func(f *Form, errs Errors) ([]templ.Component, error) {
			fields, err := d.targetFields(r, f, errs, t(ctx, "Chủ trì xử lý"), false, suggested{})
			if err != nil {
				return nil, err
			}
			words, err := d.opinionFields(ctx, f, errs, actor(r), "")
			return append(append(fields, words...), dueFields(ctx, f, errs, 0)), err
		}
	case documents.BulkForward:
		return func(f *Form, errs Errors) ([]templ.Component, error) {
			fields, err := d.targetFields(r, f, errs, t(ctx, "Giao chủ trì"), true, suggested{})
			return append(fields, TextArea(fieldOf(f, errs, Field{Name: "note", Label: t(ctx, "Ý kiến kèm theo"), Optional: true})), dueFields(ctx, f, errs, 0)), err
		}
	case documents.BulkChase:
		return func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{TextArea(fresh(f, fieldOf(f, errs, Field{Name: "note", Label: t(ctx, "Nội dung đôn đốc"), MaxLength: 1000}), t(ctx, "Đề nghị khẩn trương xử lý và báo cáo kết quả.")))}, nil
		}
	case documents.BulkComplete, documents.BulkAside:
		return func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{TextArea(fieldOf(f, errs, Field{Name: "result", Label: t(ctx, "Kết quả, ghi cho tất cả văn bản đã chọn"), Rows: 4}))}, nil
		}
	}
	return nil
}

func (d *Door) askBulk(w http.ResponseWriter, r *http.Request, status int, f *Form, form documents.BulkForm, back string, shown *Form, errs Errors) error {
	ctx := r.Context()
	var fields []templ.Component
	if asks := d.bulkFields(r, form.Act); asks != nil {
		var err error
		if fields, err = asks(shown, errs); err != nil {
			return err
		}
	}
	carried := []Hidden{{"return", back}, {"act", form.Act}, {"go", "yes"}}
	for _, v := range f.Values("pick") {
		carried = append(carried, Hidden{"pick", v})
	}
	name := bulkName(ctx, form.Act)
	card := wrap(FormCard(FormView{ID: actForm, Action: "/incoming/bulk", Title: name, Lead: t(ctx, "{n} văn bản đã chọn; mỗi văn bản có kết quả riêng", "n", len(form.Items)), Submit: Action{Label: name, Kind: Primary},
		Cancel: back, ErrorTitle: t(ctx, "Chưa thực hiện được"), Errors: errs, Guard: true, Hidden: carried}), fields...)
	return d.page(w, r, View{Title: name, Active: "incoming", Status: status}, wrap(Body(HeadView{}, true), card))
}

// bulkView is what became of each document of an order.
type bulkView struct {
	title string
	form  documents.BulkForm
	rows  []documents.BulkRow
	back  string
}

func (v bulkView) done() (n int) {
	for _, row := range v.rows {
		if row.Done {
			n++
		}
	}
	return n
}

// carry is the rows that succeeded, or those that did not, for another order.
func (v bulkView) carry(act string, done bool) []Hidden {
	out := []Hidden{{"return", v.back}, {"act", act}}
	for _, row := range v.rows {
		if row.Done == done {
			out = append(out, Hidden{"pick", bulkPick(row.BulkItem)})
		}
	}
	return out
}
