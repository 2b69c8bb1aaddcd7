package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"

	"github.com/danielgtaylor/huma/v2"

	"congvu/internal/client"
	"congvu/internal/dossiers"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

const tagDossiers = "Hồ sơ"

func (d *door) dossierRoutes() {
	ask(d, get("/dossiers", "listDossiers", tagDossiers, "Danh sách hồ sơ"), d.listDossiers)
	ask(d, post("/dossiers", "openDossier", tagDossiers, "Mở hồ sơ ngoài danh mục"), d.openDossier)
	ask(d, get("/dossiers/{id}", "readDossier", tagDossiers, "Một hồ sơ và mục lục văn bản"), d.readDossier)
	ask(d, post("/dossiers/{id}/documents", "addToDossier", tagDossiers, "Đưa văn bản vào hồ sơ, mỗi văn bản một kết quả"), d.addToDossier)
	do(d, post("/dossiers/{id}/close", "closeDossier", tagDossiers, "Kết thúc hồ sơ"), d.closeDossier)
	ask(d, post("/deposits", "depositDossiers", tagDossiers, "Nộp hồ sơ vào lưu trữ cơ quan"), d.depositDossiers)
	d.stream(get("/dossiers/{id}/export/{form}", "exportDossier", tagDossiers, "Xuất hồ sơ: pdf, xml, zip hoặc sip"), givesExport, d.exportDossier)
}

func givesExport(op *huma.Operation) {
	givesFile("application/octet-stream")(op)
	op.Parameters = append(op.Parameters, &huma.Param{Name: "form", In: "path", Required: true, Description: "pdf, xml, zip hoặc sip", Schema: &huma.Schema{Type: huma.TypeString}})
}

func (c *call) dossierOf(d *dossiers.Dossier) client.Dossier {
	return client.Dossier{ID: client.ID(d.ID), Code: d.Code, Year: d.Year, Organ: d.OrganCode, Title: d.Title, State: string(d.State), StateLabel: c.lang.T(d.State.Label()), Retention: d.Period, Years: d.Years, Rights: d.RightsCode,
		Person: d.PersonName, Start: string(d.StartDate), End: string(d.EndDate), Due: string(d.DueDate), Documents: d.DocTotal, Pages: d.PageTotal, ArchiveCode: d.ArchiveCode, Opens: d.Opens}
}

type dossierList struct {
	Tab string `query:"tab" enum:"mine,shared,due,check,archive,all" default:"mine"`
	Q   string `query:"q" maxLength:"200"`
}

func (d *door) listDossiers(ctx context.Context, c *call, in *dossierList) ([]client.Dossier, error) {
	rows, _, _, err := dossiers.Dossiers(ctx, d.DB, c.actor, dossiers.Filter{Tab: in.Tab, Q: in.Q, Limit: 200})
	return each(rows, func(x dossiers.Dossier) client.Dossier { return c.dossierOf(&x) }), err
}

type dossierForm struct{ Body client.DossierForm }

func (d *door) openDossier(ctx context.Context, c *call, in *dossierForm) (out client.Dossier, err error) {
	err = write(ctx, d, c, func(tx *store.Tx) error {
		x, err := dossiers.OpenDossier(ctx, tx, dossiers.OpenForm{Title: in.Body.Title, Code: in.Body.Code, Retention: dossiers.Retention{Period: in.Body.Retention, Years: in.Body.Years}})
		if err == nil {
			out = c.dossierOf(x)
		}
		return err
	})
	return out, err
}

func (d *door) readDossier(ctx context.Context, c *call, in *One) (client.Dossier, error) {
	x, err := dossiers.FindDossier(ctx, d.DB, c.actor, in.id())
	if err != nil {
		return client.Dossier{}, err
	}
	out := c.dossierOf(x)
	if !x.Opens {
		return out, nil
	}
	items, err := dossiers.Items(ctx, d.DB, c.actor, x.ID)
	out.Items = each(items, func(i dossiers.Item) client.DossierItem {
		return client.DossierItem{ID: client.ID(i.ID), Ordinal: i.Ordinal, Ref: i.Ref, Code: i.Code, Date: string(i.DocDate), Type: i.TypeName, Subject: i.Subject, Author: i.Author, Pages: i.Pages}
	})
	return out, err
}

func (d *door) addToDossier(ctx context.Context, c *call, in *act[client.DossierAdd]) ([]client.DossierPlaced, error) {
	if _, err := dossiers.FindDossier(ctx, d.DB, c.actor, in.id()); err != nil {
		return nil, err
	}
	var out []client.DossierPlaced
	for _, p := range dossiers.AddMany(ctx, d.DB, c.actor, in.id(), in.Body.Refs) {
		row := client.DossierPlaced{Ref: p.Ref, Ordinal: p.Ordinal}
		var refused *store.Refusal
		if p.Err != nil && !errors.As(p.Err, &refused) {
			return nil, p.Err
		}
		if refused != nil {
			row.Ordinal, row.Refused = 0, i18n.T(c.lang, refused.Problems[0].Text, refused.Problems[0].Args)
		}
		out = append(out, row)
	}
	return out, nil
}

func (d *door) closeDossier(ctx context.Context, c *call, in *act[client.DossierClose]) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return dossiers.Close(ctx, tx, in.id(), dossiers.CloseForm{Note: in.Body.Note, Accept: in.Body.Accept})
	})
}

type depositing struct{ Body client.DossierDeposit }

func (d *door) depositDossiers(ctx context.Context, c *call, in *depositing) (out client.Deposit, err error) {
	err = write(ctx, d, c, func(tx *store.Tx) error {
		p, err := dossiers.Submit(ctx, tx, dossiers.DepositForm{Dossiers: each(in.Body.Dossiers, func(i client.ID) int64 { return int64(i) }), Subject: in.Body.Subject, Condition: in.Body.Condition})
		if err == nil {
			out = client.Deposit{ID: client.ID(p.ID), Name: p.Name(), State: string(p.State), Dossiers: p.Dossiers, Files: p.Files, AnswerDue: string(p.AnswerDue)}
		}
		return err
	})
	return out, err
}

// exportDossier makes packages in a temporary file first: what is refused is refused whole.
func (d *door) exportDossier(c *call, w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), One{r.PathValue("id")}.id()
	x, err := dossiers.FindDossier(ctx, d.DB, c.actor, id)
	if err != nil {
		return err
	}
	name, form := fmt.Sprintf("ho-so-%s-%d", x.Code, x.Year), r.PathValue("form")
	switch form {
	case "pdf":
		b, err := dossiers.ExportPDF(ctx, d.Desk, c.actor, id)
		if err == nil {
			give(w, r, name+".pdf", "application/pdf", "", bytes.NewReader(b))
		}
		return err
	case "xml":
		b, _, err := dossiers.ExportXML(ctx, d.DB, c.actor, id)
		if err == nil {
			give(w, r, name+".xml", "application/xml", "", bytes.NewReader(b))
		}
		return err
	case "zip", "sip":
	default:
		return store.Refuse(store.NotFound, "Không tìm thấy nội dung yêu cầu.")
	}
	f, err := os.CreateTemp("", "congvu-export-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if form == "sip" {
		_, err = dossiers.ExportSIP(ctx, d.Desk, c.actor, id, f)
	} else {
		err = dossiers.ExportZip(ctx, d.Desk, c.actor, id, f)
	}
	if err == nil {
		give(w, r, name+"."+form+".zip", "application/zip", "", f)
	}
	return err
}
