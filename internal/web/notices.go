package web

import (
	"net/http"
	"strconv"
	"strings"

	"congvu/internal/documents"
	"congvu/internal/notify"
	"congvu/internal/store"
)

const noticesShown = 50

// noticesPage: GET /notices
func (d *Door) noticesPage(w http.ResponseWriter, r *http.Request) error {
	ctx, s := r.Context(), sessionOf(r)
	before, _ := strconv.ParseInt(r.FormValue("before"), 10, 64) // anything else is the newest
	messages, err := notify.Messages(ctx, d.DB, s.PersonID, max(before, 0), noticesShown+1)
	if err != nil {
		return err
	}
	older := ""
	if len(messages) > noticesShown {
		messages = messages[:noticesShown]
		older = "/notices?before=" + strconv.FormatInt(messages[noticesShown-1].ID, 10)
	}
	return d.page(w, r, View{Title: t(ctx, "Thông báo"), Active: "notices", Watch: []string{"documents"}}, noticesPage(messages, older, before > 0))
}

// openNotice: GET /notices/{id}: marks it read and leads to what it is about.
func (d *Door) openNotice(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	ctx, person := r.Context(), sessionOf(r).PersonID
	messages, err := notify.Messages(ctx, d.DB, person, id+1, 1)
	if err != nil {
		return err
	}
	if len(messages) == 0 || messages[0].ID != id {
		return redirect(w, r, PathNotices)
	}
	if err := notify.MarkRead(ctx, d.DB, person, id); err != nil {
		return err
	}
	return redirect(w, r, addressOfRef(messages[0].Ref))
}

// addressOfRef is the page of what the journal names; the bell's own page when it has none.
func addressOfRef(ref string) string {
	if kind, id, err := documents.ParseRef(ref); err == nil {
		return "/" + kind + "/" + strconv.FormatInt(id, 10)
	}
	if strings.HasPrefix(ref, "request/") { // about a document that has not arrived
		return "/requests"
	}
	if id, ok := strings.CutPrefix(ref, "batch/"); ok {
		if _, err := strconv.ParseInt(id, 10, 64); err == nil {
			return "/signing/batches/" + id
		}
	}
	if _, is := strings.CutPrefix(ref, "access_request/"); is {
		return pathRequests
	}
	if id, is := strings.CutPrefix(ref, "picture/"); is {
		return "/pictures/" + id
	}
	return PathNotices
}

// readNotices: POST /notices/read
func (d *Door) readNotices(w http.ResponseWriter, r *http.Request) error {
	upTo, err := strconv.ParseInt(r.PostFormValue("up_to"), 10, 64)
	if err != nil {
		return store.Refuse(store.NotFound, "Không có nội dung nào ở địa chỉ này.")
	}
	if err := notify.MarkAllRead(r.Context(), d.DB, sessionOf(r).PersonID, upTo); err != nil {
		return err
	}
	return redirect(w, r, PathNotices)
}
