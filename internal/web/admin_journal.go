package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"congvu/internal/audit"
	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

const journalShown = 50

// journalFilter reads the filter of the address; what is no date narrows nothing.
func journalFilter(r *http.Request) audit.Filter {
	f := audit.Filter{Verb: i18n.CleanLine(r.FormValue("verb")), Ref: i18n.CleanLine(r.FormValue("ref")), Limit: journalShown + 1}
	if day, err := calendar.Parse(r.FormValue("from")); err == nil && !day.IsZero() {
		f.From = store.InstantOf(day.Time())
	}
	if day, err := calendar.Parse(r.FormValue("to")); err == nil && !day.IsZero() {
		f.To = store.InstantOf(day.AddDays(1).Time())
	}
	fmt.Sscan(r.FormValue("before"), &f.Before)
	return f
}

// journalPage: GET /admin/journal
func (d *Door) journalPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f := journalFilter(r)
	entries, err := audit.Journal(ctx, d.DB, actor(r), f)
	if err != nil {
		return err
	}
	older := ""
	if len(entries) > journalShown {
		entries = entries[:journalShown]
		q := r.URL.Query()
		q.Set("before", fmt.Sprint(entries[journalShown-1].ID))
		older = "/admin/journal?" + q.Encode()
	}
	names := map[int64]string{}
	for _, e := range entries {
		for _, id := range []int64{e.PersonID, e.ForID} {
			if _, known := names[id]; id == 0 || known {
				continue
			}
			p, err := org.FindPerson(ctx, d.DB, org.PersonID(id))
			if err != nil {
				return err
			}
			names[id] = p.Name
		}
	}
	seal, err := d.sealAbove(r)
	if err != nil {
		return err
	}
	newer := ""
	if f.Before != 0 {
		q := r.URL.Query()
		q.Del("before")
		newer = "/admin/journal?" + q.Encode()
	}
	return d.page(w, r, View{Title: t(ctx, "Nhật ký"), Active: "journal"}, journalList(r.URL.Query(), entries, names, newer, older, seal))
}

// journalExport: GET /admin/journal.csv
func (d *Door) journalExport(w http.ResponseWriter, r *http.Request) error {
	if !audit.MayRead(actor(r)) {
		return store.Refuse(store.Forbidden, "Chỉ người đứng đầu và quản trị của cơ quan được xem nhật ký.")
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="nhat-ky.csv"`)
	return audit.Export(r.Context(), d.DB, actor(r), journalFilter(r), w)
}

func queryOf(q url.Values, name string) string { return q.Get(name) }

// whoOf names who acted, and for whom.
func whoOf(ctx context.Context, e store.Entry, names map[int64]string) string {
	switch {
	case e.PersonID == 0:
		return t(ctx, "Hệ thống")
	case e.ForID != 0:
		return t(ctx, "{who}, giúp {leader}", "who", names[e.PersonID], "leader", names[e.ForID])
	}
	return names[e.PersonID]
}

func agencyActions(ctx context.Context, maySave bool) []Action {
	if !maySave {
		return nil
	}
	return []Action{{Label: t(ctx, "Thêm cơ quan"), Icon: "plus", Kind: Primary, Href: "/admin/agencies/new", Opens: "agency"}}
}
