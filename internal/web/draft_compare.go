package web

import (
	"net/http"
	"strconv"

	"congvu/internal/documents"
)

// compareView is what changed between two versions of a draft.
type compareView struct {
	doc      *documents.Outgoing
	versions []documents.Version
	from, to int64
	sides    bool // side by side
	found    *documents.Comparison
}

// comparePage: GET /outgoing/{id}/compare?from=1&to=2&look=sides
func (d *Door) comparePage(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), actor(r)
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	v := compareView{sides: r.FormValue("look") == "sides"}
	if v.doc, err = documents.FindOutgoing(ctx, d.DB, a, id); err != nil {
		return err
	}
	if v.versions, err = documents.Versions(ctx, d.DB, a, id); err != nil {
		return err
	}
	v.from, _ = strconv.ParseInt(r.FormValue("from"), 10, 64)
	v.to, _ = strconv.ParseInt(r.FormValue("to"), 10, 64)
	if v.from == 0 && len(v.versions) > 0 {
		v.from = v.versions[0].No
	}
	if v.from != 0 {
		if v.found, err = documents.Compare(ctx, d.Desk, a, id, v.from, v.to); err != nil {
			return err
		}
	}
	return d.page(w, r, View{Title: t(ctx, "So sánh các bản"), Active: "outgoing"}, compareVersions(v))
}
