package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

func template(key, what string) string { return "/templates/" + url.PathEscape(key) + what }

// Templates lists what drafts of a type begin from; "" = all types.
func (c *Client) Templates(ctx context.Context, code string) ([]Template, error) {
	q := url.Values{}
	if code != "" {
		q.Set("type", code)
	}
	return a[[]Template](ctx, c, "/templates", q)
}

// Template gives one template; reply is the received document that the draft would answer, 0 = none.
func (c *Client) Template(ctx context.Context, key string, reply ID) (Template, error) {
	q := url.Values{}
	if reply != 0 {
		q.Set("reply_to", reply.String())
	}
	return a[Template](ctx, c, template(key, ""), q)
}

// SaveTemplate keeps a new version of a template; key "" = a new template.
func (c *Client) SaveTemplate(ctx context.Context, key string, f TemplateSaving) (Template, error) {
	if key == "" {
		return acted[Template](ctx, c, "/templates", f)
	}
	var out Template
	return out, c.call(ctx, request{method: http.MethodPut, path: template(key, ""), body: f}, &out)
}

// UploadTemplate gives a template its DOCX.
func (c *Client) UploadTemplate(ctx context.Context, key, name string, from io.Reader) (Template, error) {
	var out Template
	return out, c.upload(ctx, request{method: http.MethodPut, path: template(key, "/file")}, name, from, &out)
}

// TemplateFile downloads the DOCX of a version; 0 = the newest.
func (c *Client) TemplateFile(ctx context.Context, key string, no int64, to io.Writer) (string, error) {
	return c.download(ctx, template(key, "/file"), url.Values{"no": {strconv.FormatInt(no, 10)}}, to)
}

// TemplateVersions lists every kept state of a template.
func (c *Client) TemplateVersions(ctx context.Context, key string) ([]TemplateVersion, error) {
	return a[[]TemplateVersion](ctx, c, template(key, "/versions"), nil)
}

// SwitchTemplate turns a template on or off.
func (c *Client) SwitchTemplate(ctx context.Context, key string, on bool) (Template, error) {
	return acted[Template](ctx, c, template(key, "/switch"), Switch{on})
}

// BeginDraft begins a draft from a template.
func (c *Client) BeginDraft(ctx context.Context, key string, f Beginning) (Outgoing, error) {
	return acted[Outgoing](ctx, c, template(key, "/draft"), f)
}

// DraftSimilar begins a draft like another document.
func (c *Client) DraftSimilar(ctx context.Context, id ID) (Outgoing, error) {
	return acted[Outgoing](ctx, c, out(id, "/similar"), nil)
}
