package web

import (
	"context"
	"net/http"

	"congvu/internal/documents"
)

// workRoutes are a person's own desk.
func workRoutes() []Route {
	return []Route{
		{Pattern: "GET /{$}", Handle: (*Door).workPage, Nav: &Nav{Key: "home", Icon: "home", Label: func(ctx context.Context) string { return t(ctx, "Việc của tôi") }}},
		{Pattern: "GET " + PathNotices, Handle: (*Door).noticesPage},
		{Pattern: "GET /notices/{id}", Handle: (*Door).openNotice},
		{Pattern: "POST /notices/read", Handle: (*Door).readNotices},
	}
}

// workPage: GET /
func (d *Door) workPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	lists, err := documents.MyWork(ctx, d.DB, actor(r))
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(ctx, "Việc của tôi"), Active: "home", Watch: []string{"documents"}}, workPage(sessionOf(r).PersonName, d.today(), lists))
}
