package web

import (
	"context"
	"fmt"
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
	asked, err := documents.AskedOfMe(ctx, d.DB, actor(r))
	if err != nil {
		return err
	}
	opinions := documents.WorkList{Kind: "opinions", Title: "Chờ tôi cho ý kiến", Count: len(asked)}
	for _, x := range asked[:min(len(asked), 5)] {
		opinions.Rows = append(opinions.Rows, documents.WorkRow{Ref: fmt.Sprintf("outgoing/%d/opinions", x.OutgoingID), Title: translate(ctx, x.TypeName, nil), Subject: x.Subject, From: x.AskedName,
			Urgency: x.Urgency, Due: d.calendar().Due(x.DueDate, d.today())})
	}
	lists = append(lists, opinions)
	return d.page(w, r, View{Title: t(ctx, "Việc của tôi"), Active: "home", Watch: []string{"documents"}}, workPage(sessionOf(r).PersonName, d.today(), lists))
}
