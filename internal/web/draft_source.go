package web

import (
	"net/http"

	"congvu/internal/documents"
)

// draftRoutes are what a draft has besides its acts: the word processors' files it was made from.
func draftRoutes() []Route {
	return []Route{
		{Pattern: "GET /outgoing/{id}/sources/{source}", Handle: (*Door).sourceFile},
		{Pattern: "GET /outgoing/{id}/compare", Handle: (*Door).comparePage},
		{Pattern: "GET /outgoing/{id}/layout/waive", Handle: (*Door).waivePage},
		{Pattern: "POST /outgoing/{id}/layout/waive", Handle: (*Door).waivePage},
	}
}

// sourceFile: GET /outgoing/{id}/sources/{source}
func (d *Door) sourceFile(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	source, err := number(r, "source")
	if err != nil {
		return err
	}
	s, content, err := documents.OpenSource(r.Context(), d.Desk, actor(r), id, source)
	if err != nil {
		return err
	}
	defer content.Close()
	return sendFile(w, r, s.Name, s.Media, s.SHA, content)
}
