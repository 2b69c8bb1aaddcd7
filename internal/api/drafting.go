package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/i18n"
)

// draftingRoutes are what a draft has besides its acts.
func (d *door) draftingRoutes() {
	ask(d, get("/outgoing/{id}/sources", "listSources", tagOutgoing, "Tệp soạn thảo đã tải lên và việc chuyển thành PDF"), d.listSources)
	d.stream(get("/outgoing/{id}/sources/{source}", "downloadSource", tagOutgoing, "Tải một tệp soạn thảo như khi được gửi lên"), func(op *huma.Operation) {
		givesFile("application/octet-stream")(op)
		op.Parameters = append(op.Parameters, &huma.Param{Name: "source", In: "path", Required: true, Description: "Mã tệp nguồn", Schema: &huma.Schema{Type: huma.TypeString}})
	}, d.downloadSource)
}

func (d *door) listSources(ctx context.Context, c *call, in *One) ([]client.Source, error) {
	all, err := documents.Sources(ctx, d.DB, c.actor, in.id())
	return each(all, func(s documents.SourceFile) client.Source {
		why := s.Said()
		return client.Source{ID: client.ID(s.ID), Name: s.Name, Size: s.Size, SHA256: s.SHA, State: s.State, Reason: i18n.T(c.lang, why.Text, why.Args), LinksCut: s.Cut, Version: s.Version, By: s.PersonName, At: s.At.Time()}
	}), err
}

func (d *door) downloadSource(c *call, w http.ResponseWriter, r *http.Request) error {
	s, content, err := documents.OpenSource(r.Context(), d.Desk, c.actor, One{r.PathValue("id")}.id(), One{r.PathValue("source")}.id())
	if err != nil {
		return err
	}
	defer content.Close()
	give(w, r, s.Name, "application/octet-stream", `"`+s.SHA+`"`, content)
	return nil
}
