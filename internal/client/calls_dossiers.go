package client

import (
	"context"
	"io"
	"net/url"
)

// Dossiers lists dossiers: tab is mine, shared, due, check, archive or all.
func (c *Client) Dossiers(ctx context.Context, tab, q string) ([]Dossier, error) {
	return a[[]Dossier](ctx, c, "/dossiers", url.Values{"tab": {tab}, "q": {q}})
}

// Dossier gives one dossier with its documents.
func (c *Client) Dossier(ctx context.Context, id ID) (Dossier, error) {
	return a[Dossier](ctx, c, "/dossiers/"+id.String(), nil)
}

// OpenDossier opens a dossier outside of the list.
func (c *Client) OpenDossier(ctx context.Context, f DossierForm) (Dossier, error) {
	return acted[Dossier](ctx, c, "/dossiers", f)
}

// AddToDossier puts documents into a dossier; each has its result.
func (c *Client) AddToDossier(ctx context.Context, id ID, refs []string) ([]DossierPlaced, error) {
	return acted[[]DossierPlaced](ctx, c, "/dossiers/"+id.String()+"/documents", DossierAdd{refs})
}

// CloseDossier ends a dossier.
func (c *Client) CloseDossier(ctx context.Context, id ID, f DossierClose) error {
	return c.post(ctx, "/dossiers/"+id.String()+"/close", f, nil)
}

// DepositDossiers hands closed dossiers to the archive.
func (c *Client) DepositDossiers(ctx context.Context, f DossierDeposit) (Deposit, error) {
	return acted[Deposit](ctx, c, "/deposits", f)
}

// ExportDossier streams a dossier: form is pdf, xml, zip or sip.
func (c *Client) ExportDossier(ctx context.Context, id ID, form string, to io.Writer) (string, error) {
	return c.download(ctx, "/dossiers/"+id.String()+"/export/"+url.PathEscape(form), nil, to)
}
