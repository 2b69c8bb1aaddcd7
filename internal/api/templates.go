package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
)

// templateRoutes keep what drafts begin from, and begin drafts.
func (d *door) templateRoutes() {
	ask(d, get("/templates", "listTemplates", tagOutgoing, "Mẫu văn bản để bắt đầu dự thảo"), d.listTemplates)
	ask(d, post("/templates", "addTemplate", tagOutgoing, "Lập mẫu văn bản").with(http.MethodPost, http.StatusCreated), d.addTemplate)
	ask(d, get("/templates/{key}", "findTemplate", tagOutgoing, "Xem một mẫu văn bản và các trường cần điền"), d.findTemplate)
	ask(d, get("/templates/{key}", "saveTemplate", tagOutgoing, "Lưu phiên bản mới của mẫu; mẫu có sẵn thì thành mẫu của cơ quan").with(http.MethodPut, 0), d.saveTemplate)
	ask(d, get("/templates/{key}/versions", "listTemplateVersions", tagOutgoing, "Các phiên bản của mẫu"), d.templateVersions)
	ask(d, post("/templates/{key}/switch", "switchTemplate", tagOutgoing, "Bật hoặc tắt mẫu"), d.switchTemplate)
	keyed := func(op *huma.Operation) {
		op.Parameters = append(op.Parameters, &huma.Param{Name: "key", In: "path", Required: true, Description: "Mã mẫu", Schema: &huma.Schema{Type: huma.TypeString}})
	}
	d.stream(get("/templates/{key}/file", "uploadTemplate", tagOutgoing, "Dùng tệp DOCX tải lên làm tệp của mẫu").with(http.MethodPut, 0), func(op *huma.Operation) {
		takesFile(d, func(d *door) *huma.Schema { return schemaOf[client.Template](d) }, false)(op)
		keyed(op)
	}, d.uploadTemplate)
	d.stream(get("/templates/{key}/file", "downloadTemplate", tagOutgoing, "Tải tệp DOCX của mẫu"), func(op *huma.Operation) {
		keyed(op)
		op.Parameters = append(op.Parameters, &huma.Param{Name: "no", In: "query", Description: "Số phiên bản; vắng mặt: mới nhất", Schema: &huma.Schema{Type: huma.TypeString}})
		answers(op, "200", "Nội dung tệp; nhận yêu cầu từng phần (Range)", "application/octet-stream", &huma.Schema{Type: huma.TypeString, Format: "binary"})
	}, d.downloadTemplate)
	ask(d, post("/templates/{key}/draft", "beginDraft", tagOutgoing, "Bắt đầu dự thảo từ mẫu").with(http.MethodPost, http.StatusCreated), d.beginDraft)
	ask(d, post("/outgoing/{id}/similar", "draftSimilar", tagOutgoing, "Soạn dự thảo tương tự một văn bản").with(http.MethodPost, http.StatusCreated), d.draftSimilar)
}

// Keyed names one template in the address.
type Keyed struct {
	Key string `path:"key" maxLength:"100" doc:"Mã mẫu" example:"cong-van"`
}

// templateOf shows a template; asked nil shows every field that may be asked.
func templateOf(t documents.Template, asked []documents.TemplateField) client.Template {
	if asked == nil {
		asked = t.Fields()
	}
	c := t.Content
	out := client.Template{Key: t.Key(), Origin: t.Origin, Own: t.ID != 0, Revision: t.Revision, Version: t.Version, Type: t.TypeCode, Name: t.Name, Note: t.Note, On: t.On(), File: t.FileName,
		Signer: t.NeedsSigner(), By: t.ByName, At: when(t.At), Asked: each(asked, fieldOf),
		Content: client.TemplateContent{Form: c.Form, Subject: c.Subject, Authority: c.Authority, LegalBases: c.LegalBases, Addressees: c.Addressees, Body: c.Body, Fields: each(c.Fields, fieldOf),
			Annexes: each(c.Annexes, func(a documents.Annex) client.Annex {
				return client.Annex{Title: a.Title, Body: a.Body, Landscape: a.Landscape}
			})}}
	if m := c.Meeting; m != (documents.Meeting{}) {
		out.Content.Meeting = &client.Meeting{Event: m.Event, Chair: m.Chair, Time: m.Time, Place: m.Place}
	}
	return out
}

func fieldOf(f documents.TemplateField) client.TemplateField {
	return client.TemplateField{Name: f.Name, Kind: f.Kind, Optional: f.Optional, Hint: f.Hint, Value: f.Value, Choices: f.Choices}
}

func templateForm(key string, f client.TemplateSaving) documents.TemplateForm {
	c := f.Content
	out := documents.TemplateForm{Key: key, Revision: f.Revision, TypeCode: f.Type, Name: f.Name, Note: f.Note, NoFile: f.NoFile,
		Content: documents.TemplateContent{Form: c.Form, Subject: c.Subject, Authority: c.Authority, LegalBases: c.LegalBases, Addressees: c.Addressees, Body: c.Body}}
	if m := c.Meeting; m != nil {
		out.Content.Meeting = documents.Meeting{Event: m.Event, Chair: m.Chair, Time: m.Time, Place: m.Place}
	}
	for _, a := range c.Annexes {
		out.Content.Annexes = append(out.Content.Annexes, documents.Annex{Title: a.Title, Body: a.Body, Landscape: a.Landscape})
	}
	for _, x := range c.Fields {
		out.Content.Fields = append(out.Content.Fields, documents.TemplateField{Name: x.Name, Kind: x.Kind, Optional: x.Optional, Hint: x.Hint, Value: x.Value, Choices: x.Choices})
	}
	return out
}

func (d *door) listTemplates(ctx context.Context, c *call, in *struct {
	Type string `query:"type" maxLength:"50" doc:"Loại văn bản"`
}) ([]client.Template, error) {
	all, err := documents.Templates(ctx, d.DB, c.actor, in.Type)
	return each(all, func(t documents.Template) client.Template { return templateOf(t, nil) }), err
}

func (d *door) findTemplate(ctx context.Context, c *call, in *struct {
	Keyed
	ReplyTo client.ID `query:"reply_to" doc:"Văn bản đến sẽ được trả lời"`
}) (client.Template, error) {
	t, err := documents.FindTemplate(ctx, d.DB, c.actor, in.Key)
	if err != nil {
		return client.Template{}, err
	}
	asked, err := documents.AskedFields(ctx, d.DB, c.actor, t, documents.BeginForm{ReplyTo: int64(in.ReplyTo)}, d.today())
	return templateOf(*t, asked), err
}

func (d *door) addTemplate(ctx context.Context, c *call, in *struct{ Body client.TemplateSaving }) (client.Template, error) {
	return d.templateSaved(ctx, c, templateForm("", in.Body))
}

func (d *door) saveTemplate(ctx context.Context, c *call, in *struct {
	Keyed
	Body client.TemplateSaving
}) (client.Template, error) {
	return d.templateSaved(ctx, c, templateForm(in.Key, in.Body))
}

func (d *door) templateSaved(ctx context.Context, c *call, f documents.TemplateForm) (client.Template, error) {
	return d.templateAct(ctx, c, func(tx *store.Tx) (*documents.Template, error) { return documents.SaveTemplate(ctx, tx, f) })
}

func (d *door) templateAct(ctx context.Context, c *call, act func(tx *store.Tx) (*documents.Template, error)) (client.Template, error) {
	var t *documents.Template
	if err := write(ctx, d, c, func(tx *store.Tx) (err error) { t, err = act(tx); return err }); err != nil {
		return client.Template{}, err
	}
	return templateOf(*t, nil), nil
}

func (d *door) switchTemplate(ctx context.Context, c *call, in *struct {
	Keyed
	Body client.Switch
}) (client.Template, error) {
	return d.templateAct(ctx, c, func(tx *store.Tx) (*documents.Template, error) {
		return documents.SwitchTemplate(ctx, tx, in.Key, in.Body.On)
	})
}

func (d *door) templateVersions(ctx context.Context, c *call, in *Keyed) ([]client.TemplateVersion, error) {
	all, err := documents.TemplateVersions(ctx, d.DB, c.actor, in.Key)
	return each(all, func(v documents.TemplateVersion) client.TemplateVersion {
		return client.TemplateVersion{No: v.No, File: v.FileName, By: v.PersonName, At: v.At.Time()}
	}), err
}

func (d *door) uploadTemplate(c *call, w http.ResponseWriter, r *http.Request) error {
	part, err := onePart(c, w, r)
	if err != nil {
		return err
	}
	t, err := documents.UploadTemplate(r.Context(), d.Desk, c.actor, r.PathValue("key"), part.FileName(), part)
	if err != nil {
		return uploadError(c, err)
	}
	return writeJSON(w, http.StatusOK, templateOf(*t, nil))
}

func (d *door) downloadTemplate(c *call, w http.ResponseWriter, r *http.Request) error {
	no, _ := strconv.ParseInt(r.URL.Query().Get("no"), 10, 64)
	name, sha, content, err := documents.OpenTemplate(r.Context(), d.Desk, c.actor, r.PathValue("key"), no)
	if err != nil {
		return err
	}
	defer content.Close()
	give(w, r, name, "application/octet-stream", `"`+sha+`"`, content)
	return nil
}

func (d *door) beginDraft(ctx context.Context, c *call, in *struct {
	Keyed
	Body client.Beginning
}) (client.Outgoing, error) {
	f := in.Body
	return outgoing(c)(documents.BeginDraft(ctx, d.Desk, c.actor, in.Key, documents.BeginForm{Values: f.Values, Signer: org.HoldingID(f.Signer), Capacity: f.Capacity, Unit: org.UnitID(f.Unit), ReplyTo: int64(f.ReplyTo)}))
}

func (d *door) draftSimilar(ctx context.Context, c *call, in *One) (client.Outgoing, error) {
	var out *documents.Outgoing
	err := write(ctx, d, c, func(tx *store.Tx) (err error) {
		out, err = documents.DraftSimilar(ctx, tx, in.id())
		return err
	})
	return outgoing(c)(out, err)
}
