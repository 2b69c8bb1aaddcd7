package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// draftingRoutes are what a draft has besides its acts.
func (d *door) draftingRoutes() {
	ask(d, get("/outgoing/{id}/sources", "listSources", tagOutgoing, "Tệp soạn thảo đã tải lên và việc chuyển thành PDF"), d.listSources)
	d.stream(get("/outgoing/{id}/sources/{source}", "downloadSource", tagOutgoing, "Tải một tệp soạn thảo như khi được gửi lên"), func(op *huma.Operation) {
		givesFile("application/octet-stream")(op)
		op.Parameters = append(op.Parameters, &huma.Param{Name: "source", In: "path", Required: true, Description: "Mã tệp nguồn", Schema: &huma.Schema{Type: huma.TypeString}})
	}, d.downloadSource)
	ask(d, get("/outgoing/{id}/compare", "compareVersions", tagOutgoing, "Chỗ khác nhau giữa hai phiên bản, hoặc với nội dung hiện tại"), d.compareVersions)
	ask(d, post("/outgoing/{id}/editing", "noteEditing", tagOutgoing, "Báo đang sửa dự thảo; cho biết ai khác cũng đang sửa"), d.noteEditing)
	do(d, post("/outgoing/{id}/layout/waive", "waiveFinding", tagOutgoing, "Bỏ qua một lỗi thể thức, có lý do"), d.waiveFinding)
}

func (d *door) waiveFinding(ctx context.Context, c *call, in *act[client.Waiver]) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return documents.WaiveFinding(ctx, tx, in.id(), in.Body.Code, in.Body.Reason)
	})
}

type comparing struct {
	One
	From int64 `query:"from" default:"1" minimum:"1" doc:"Phiên bản đầu"`
	To   int64 `query:"to" minimum:"0" doc:"Phiên bản sau; 0 hoặc vắng mặt: nội dung hiện tại"`
}

func (d *door) compareVersions(ctx context.Context, c *call, in *comparing) (client.Comparison, error) {
	found, err := documents.Compare(ctx, d.Desk, c.actor, in.id(), in.From, in.To)
	if err != nil {
		return client.Comparison{}, err
	}
	return client.Comparison{From: found.From, To: found.To, Unread: found.Unread, Changes: each(found.Changes, func(x documents.Change) client.Change {
		return client.Change{Field: x.Field, Label: i18n.T(c.lang, x.Label, nil), Before: x.Before, After: x.After,
			Parts: each(x.Parts, func(p documents.Part) client.Part { return client.Part{Kind: p.Kind, Text: p.Text} })}
	})}, nil
}

func (d *door) noteEditing(ctx context.Context, c *call, in *One) ([]client.Editor, error) {
	others, err := documents.Editing(ctx, d.Desk, c.actor, in.id())
	return each(others, func(e documents.Editor) client.Editor {
		return client.Editor{Person: client.ID(e.PersonID), Name: e.PersonName, Post: e.Post, Since: e.At.Time()}
	}), err
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
