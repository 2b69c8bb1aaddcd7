package api

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/org"
)

func (d *door) copyRoutes() {
	ask(d, post("/copies", "makeCopy", tagOutgoing, "Làm bản sao giấy, cấp số bản sao").with(http.MethodPost, http.StatusCreated), d.makeCopy)
	ask(d, get("/copies", "listCopies", tagOutgoing, "Sổ bản sao"), d.listCopies)
	d.stream(get("/copies/{id}/print", "printCopy", tagOutgoing, "Bản in của bản sao giấy"), givesFile("application/pdf"), d.printCopy)
	ask(d, post("/incoming/{id}/digitise", "digitiseIncoming", tagIncoming, "Ký số bản sao y số hóa từ bản giấy"), d.digitiseIncoming)
}

func copyOf(l i18n.Lang) func(documents.Copy) client.Copy {
	return func(y documents.Copy) client.Copy {
		return client.Copy{ID: client.ID(y.ID), Kind: y.Kind, KindLabel: l.T(documents.CopyLabel(y.Kind)), Medium: y.Medium, Source: y.SourceRef, SourceTitle: y.SourceTitle, Number: y.NumberText,
			CopiedOn: string(y.CopiedOn), Signer: y.SignerName, Quantity: y.Quantity, Accepted: y.Accepted, At: y.At.Time(), By: y.PersonName}
	}
}

func (d *door) makeCopy(ctx context.Context, c *call, in *struct{ Body client.Copying }) (client.Copy, error) {
	f := in.Body
	y, err := documents.MakeCopy(ctx, d.Desk, c.actor, documents.CopyForm{Source: f.Source, Kind: f.Kind, Pages: f.Pages, Signer: org.HoldingID(f.Signer), Capacity: f.Capacity,
		Receivers: f.Receivers, Quantity: f.Quantity, Foot: f.Foot})
	if err != nil {
		return client.Copy{}, err
	}
	return copyOf(c.lang)(*y), nil
}

func (d *door) listCopies(ctx context.Context, c *call, in *Older) (client.Page[client.Copy], error) {
	all, err := documents.Copies(ctx, d.DB, c.actor, in.before(), in.limit()+1)
	return cut(all, in.limit(), func(y documents.Copy) int64 { return y.ID }, copyOf(c.lang)), err
}

func (d *door) printCopy(c *call, w http.ResponseWriter, r *http.Request) error {
	y, b, err := documents.PrintCopy(r.Context(), d.Desk, c.actor, One{r.PathValue("id")}.id())
	if err != nil {
		return err
	}
	give(w, r, fmt.Sprintf("ban-sao-%d.pdf", y.ID), "application/pdf", "", bytes.NewReader(b))
	return nil
}

func (d *door) digitiseIncoming(ctx context.Context, c *call, in *act[client.Digitising]) (client.Copy, error) {
	y, err := documents.Digitise(ctx, d.Desk, c.actor, in.id(), documents.DigitiseForm{File: int64(in.Body.File), Accept: in.Body.Accept})
	if err != nil {
		return client.Copy{}, err
	}
	return copyOf(c.lang)(*y), nil
}
