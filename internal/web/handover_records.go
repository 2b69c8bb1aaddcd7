package web

import (
	"context"
	"fmt"
	"net/http"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
)

const pathHandovers = "/handovers"

// handoverRoutes are the records of handing over between agencies: made with their lists, signed by both sides, kept.
func handoverRoutes() []Route {
	those := posts(store.SystemAdmin | store.Clerk | store.Leader | store.Head | store.AgencyAdmin)
	return []Route{
		{Pattern: "GET " + pathHandovers, Who: those, Handle: (*Door).handoversPage, Nav: &Nav{Key: "handovers", Icon: "file-text", Group: adminGroup, Label: func(ctx context.Context) string { return t(ctx, "Biên bản bàn giao") }}},
		{Pattern: "POST " + pathHandovers, Who: those, Handle: (*Door).makeHandover},
		{Pattern: "GET " + pathHandovers + "/{id}", Who: those, Handle: (*Door).handoverPage},
		{Pattern: "GET " + pathHandovers + "/{id}/file/{format}", Who: those, Handle: (*Door).handoverFile},
		{Pattern: "GET " + pathHandovers + "/{id}/sign", Who: those, Handle: (*Door).signHandover},
		{Pattern: "POST " + pathHandovers + "/{id}/sign", Who: those, Handle: (*Door).signHandover},
	}
}

// pairView is who hands over to whom, with the record that stands.
type pairView struct {
	org.Pairing
	record *documents.Handover
}

// handoversPage: GET /handovers
func (d *Door) handoversPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	pairs, err := org.Pairings(ctx, d.DB, actor(r))
	if err != nil {
		return err
	}
	records, err := documents.Handovers(ctx, d.DB, actor(r))
	if err != nil {
		return err
	}
	var all []pairView
	for _, p := range pairs {
		v := pairView{Pairing: p}
		for i := range records {
			if h := &records[i]; h.State != documents.HandoverReplaced && h.ReorganisationID == p.ReorganisationID && h.OldID == p.OldID && h.NewID == p.NewID {
				v.record = h
			}
		}
		all = append(all, v)
	}
	return d.page(w, r, View{Title: t(ctx, "Biên bản bàn giao"), Active: "handovers"}, handoversList(all))
}

func handoverPath(id int64) string { return fmt.Sprintf("%s/%d", pathHandovers, id) }

// makeHandover: POST /handovers
func (d *Door) makeHandover(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	form := documents.HandoverForm{Reorganisation: org.ReorganisationID(f.Number("reorganisation")), Old: org.AgencyID(f.Number("old")), New: org.AgencyID(f.Number("new"))}
	if err := f.Err(); err != nil {
		return err
	}
	h, err := documents.MakeHandover(r.Context(), d.Desk, actor(r), form)
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã lập biên bản bàn giao. Hai bên xem danh mục rồi ký."))
	return redirect(w, r, handoverPath(h.ID))
}

// handoverView is one record.
type handoverView struct {
	*documents.Handover
	files   []documents.File
	changed bool
	sides   []string
}

// handoverPage: GET /handovers/{id}
func (d *Door) handoverPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := d.handover(r)
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(ctx, "Biên bản bàn giao"), Active: "handovers"}, handoverShown(v))
}

func (d *Door) handover(r *http.Request) (v handoverView, err error) {
	id, err := number(r, "id")
	if err != nil {
		return v, err
	}
	ctx := r.Context()
	if v.Handover, err = documents.FindHandover(ctx, d.DB, actor(r), id); err != nil {
		return v, err
	}
	if v.files, err = documents.HandoverFiles(ctx, d.DB, actor(r), id); err != nil {
		return v, err
	}
	if v.changed, err = documents.HandoverChanged(ctx, d.DB, v.Handover); err != nil {
		return v, err
	}
	v.sides, err = documents.MaySignHandover(ctx, d.DB, actor(r), v.Handover)
	return v, err
}

// handoverFile: GET /handovers/{id}/file/{format}
func (d *Door) handoverFile(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	f, content, err := documents.OpenHandover(r.Context(), d.Desk, actor(r), id, r.PathValue("format"))
	if err != nil {
		return err
	}
	defer content.Close()
	return sendFile(w, r, f.Name, f.Media, f.SHA, content)
}

// signHandover: GET and POST /handovers/{id}/sign
func (d *Door) signHandover(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := d.handover(r)
	if err != nil {
		return err
	}
	sides := []Option{}
	for _, s := range v.sides {
		sides = append(sides, Option{Value: s, Label: map[string]string{documents.SideGiving: t(ctx, "Bên giao: {agency}", "agency", v.OldName), documents.SideTaking: t(ctx, "Bên nhận: {agency}", "agency", v.NewName)}[s]})
	}
	sha := ""
	if len(v.files) > 0 {
		sha = v.files[0].SHA
	}
	return d.act(w, r, ActPage{Active: "handovers", Title: t(ctx, "Ký biên bản bàn giao"), Lead: v.Title, Back: handoverPath(v.ID), Next: handoverPath(v.ID), Guard: true, Submit: Action{Label: t(ctx, "Ký số"), Kind: Primary}, Refused: t(ctx, "Chưa ký được"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return append([]templ.Component{hiddenField("sha", orElse(f.shown("sha"), sha)), RadioField(Field{Name: "side", Label: t(ctx, "Ký cho"), Error: errs.Of("side")}, Choose(sides, f.shown("side")))}, d.proofFields(r, errs)...), nil
		},
		Do: func(f *Form) (flashed, string, error) {
			if f.Line("side") == "" {
				return flashed{}, "", store.RefuseField("side", "Chọn bên mà ông/bà ký.")
			}
			if err := d.prove(r, f); err != nil {
				return flashed{}, "", err
			}
			_, err := documents.SignHandover(ctx, d.Desk, actor(r), v.ID, f.Line("side"), f.Line("sha"))
			return done("Đã ký biên bản bàn giao."), "", err
		}})
}
