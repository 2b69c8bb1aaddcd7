package api

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"congvu/internal/client"
	"congvu/internal/dossiers"
	"congvu/internal/store"
)

func (d *door) dossierListRoutes() {
	ask(d, get("/dossier-lists", "listDossierLists", tagDossiers, "Danh mục hồ sơ các năm"), d.dossierLists)
	ask(d, post("/dossier-lists", "draftDossierList", tagDossiers, "Lập dự thảo danh mục hồ sơ của một năm"), d.draftDossierList)
	ask(d, get("/dossier-lists/{id}", "readDossierList", tagDossiers, "Một danh mục hồ sơ với mọi đề mục"), d.readDossierList)
	ask(d, get("/dossier-lists/{id}/history", "readDossierListHistory", tagDossiers, "Lịch sử danh mục hồ sơ"), d.dossierListHistory)
	ask(d, post("/dossier-lists/{id}/headings", "addDossierHeading", tagDossiers, "Thêm đề mục"), d.addDossierHeading)
	ask(d, post("/dossier-lists/{id}/entries", "addDossierEntry", tagDossiers, "Thêm hồ sơ vào danh mục; danh mục đã ban hành: là bổ sung"), d.addDossierEntry)
	do(d, get("/dossier-lists/{id}/entries/{entry}", "reviseDossierEntry", tagDossiers, "Sửa hồ sơ trong danh mục").with(http.MethodPut, 0), d.reviseDossierEntry)
	do(d, get("/dossier-lists/{id}/entries/{entry}", "dropDossierEntry", tagDossiers, "Bỏ hồ sơ khỏi dự thảo danh mục").with(http.MethodDelete, 0), d.dropDossierEntry)
	d.stream(post("/dossier-lists/{id}/import", "importDossierList", tagDossiers, "Nhập hồ sơ từ tệp XLSX hoặc CSV; có lỗi thì không nhập dòng nào"), takesFile(d, func(d *door) *huma.Schema { return schemaOf[client.Imported](d) }, true), d.importDossierList)
	do(d, post("/dossier-lists/{id}/submit", "submitDossierList", tagDossiers, "Trình người đứng đầu phê duyệt danh mục"), onList(d, dossiers.SubmitList))
	do(d, post("/dossier-lists/{id}/approve", "approveDossierList", tagDossiers, "Phê duyệt danh mục"), d.approveDossierList)
	do(d, post("/dossier-lists/{id}/return", "returnDossierList", tagDossiers, "Trả lại danh mục để sửa"), onDossier(d, dossiers.ReturnList))
	do(d, post("/dossier-lists/{id}/issue", "issueDossierList", tagDossiers, "Ban hành danh mục"), onList(d, dossiers.IssueList))
	d.stream(get("/dossier-lists/{id}/export/{form}", "exportDossierList", tagDossiers, "In hoặc xuất danh mục: pdf, xlsx"), givesPart("form", "pdf hoặc xlsx", "application/octet-stream"), d.exportDossierList)
	ask(d, get("/retention", "listRetention", tagDossiers, "Bảng thời hạn bảo quản của cơ quan"), d.listRetention)
	ask(d, post("/retention", "setRetention", tagDossiers, "Đặt thời hạn bảo quản của một nhóm hồ sơ; tên đã có: là phiên bản mới"), d.setRetention)
}

// onList is an act on a list that asks nothing.
func onList(d *door, act func(context.Context, *store.Tx, int64) error) func(context.Context, *call, *One) error {
	return func(ctx context.Context, c *call, in *One) error {
		return write(ctx, d, c, func(tx *store.Tx) error { return act(ctx, tx, in.id()) })
	}
}

func (c *call) listOf(l dossiers.List) client.DossierList {
	out := client.DossierList{ID: client.ID(l.ID), Year: l.Year, State: string(l.State), StateLabel: c.lang.T(l.State.Label()), Numbering: l.Numbering, Decision: l.Decision, ApprovedBy: l.ApprovedName,
		ApprovedAt: when(l.ApprovedAt), IssuedAt: when(l.IssuedAt)}
	out.Total, out.Permanent, out.Limited = l.Totals()
	for _, h := range l.Headings {
		out.Headings = append(out.Headings, client.DossierHeading{ID: client.ID(h.ID), Parent: client.ID(h.ParentID), Title: h.Title, Abbr: h.Abbr, Entries: each(h.Entries, func(e dossiers.Entry) client.DossierEntry {
			return client.DossierEntry{ID: client.ID(e.ID), Code: e.Code, Title: e.Title, Retention: e.Period, Years: e.Years, Person: e.PersonName, Note: e.Note, Amended: e.AmendedAt != 0, Dossier: client.ID(e.DossierID)}
		})})
	}
	return out
}

func (d *door) dossierLists(ctx context.Context, c *call, _ *struct{}) ([]client.DossierList, error) {
	rows, err := dossiers.Lists(ctx, d.DB, c.actor)
	if err != nil {
		return nil, err
	}
	out := make([]client.DossierList, len(rows))
	for i, row := range rows { // with their totals, without their lines
		l, err := dossiers.FindList(ctx, d.DB, c.actor, row.ID)
		if err != nil {
			return nil, err
		}
		out[i] = c.listOf(*l)
		out[i].Headings = nil
	}
	return out, nil
}

func (d *door) readDossierList(ctx context.Context, c *call, in *One) (client.DossierList, error) {
	l, err := dossiers.FindList(ctx, d.DB, c.actor, in.id())
	if err != nil {
		return client.DossierList{}, err
	}
	return c.listOf(*l), nil
}

func (d *door) dossierListHistory(ctx context.Context, c *call, in *One) ([]client.Step, error) {
	steps, err := dossiers.ListHistory(ctx, d.DB, c.actor, in.id())
	return each(steps, dossierStep(c.lang)), err
}

type listForm struct{ Body client.DossierListForm }

func (d *door) draftDossierList(ctx context.Context, c *call, in *listForm) (out client.DossierList, err error) {
	err = write(ctx, d, c, func(tx *store.Tx) error {
		l, err := dossiers.DraftList(ctx, tx, in.Body.Year, in.Body.Numbering, in.Body.Copy)
		if err == nil {
			out = c.listOf(*l)
		}
		return err
	})
	return out, err
}

func (d *door) addDossierHeading(ctx context.Context, c *call, in *act[client.DossierHeadingForm]) (out client.Added, err error) {
	err = write(ctx, d, c, func(tx *store.Tx) error {
		id, err := dossiers.AddHeading(ctx, tx, in.id(), int64(in.Body.Parent), in.Body.Title, in.Body.Abbr)
		out.ID = client.ID(id)
		return err
	})
	return out, err
}

func entryForm(f client.DossierEntryForm) dossiers.EntryForm {
	return dossiers.EntryForm{Heading: int64(f.Heading), Title: f.Title, Retention: dossiers.Retention{Period: f.Retention, Years: f.Years}, Holding: int64(f.Post), Note: f.Note}
}

func (d *door) addDossierEntry(ctx context.Context, c *call, in *act[client.DossierEntryForm]) (out client.Added, err error) {
	err = write(ctx, d, c, func(tx *store.Tx) error {
		id, err := dossiers.AddEntry(ctx, tx, in.id(), entryForm(in.Body))
		out.ID = client.ID(id)
		return err
	})
	return out, err
}

type entryOf struct {
	One
	Entry string `path:"entry" maxLength:"19" doc:"Mã của dòng trong danh mục"`
}

type entryChange struct {
	One
	Entry string `path:"entry" maxLength:"19" doc:"Mã của dòng trong danh mục"`
	Body  client.DossierEntryForm
}

func (d *door) reviseDossierEntry(ctx context.Context, c *call, in *entryChange) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return dossiers.ReviseEntry(ctx, tx, in.id(), One{in.Entry}.id(), entryForm(in.Body))
	})
}

func (d *door) dropDossierEntry(ctx context.Context, c *call, in *entryOf) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return dossiers.DropEntry(ctx, tx, in.id(), One{in.Entry}.id()) })
}

func (d *door) importDossierList(c *call, w http.ResponseWriter, r *http.Request) error {
	part, err := onePart(c, w, r)
	if err != nil {
		return err
	}
	table, err := dossiers.ReadSheet(part.FileName(), part)
	if err != nil {
		return uploadError(c, err)
	}
	var out client.Imported
	err = write(r.Context(), d, c, func(tx *store.Tx) error {
		out.Rows, err = dossiers.ImportList(r.Context(), tx, One{r.PathValue("id")}.id(), table)
		return err
	})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, out)
}

func (d *door) approveDossierList(ctx context.Context, c *call, in *act[client.DossierDecision]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return dossiers.ApproveList(ctx, tx, in.id(), in.Body.Decision) })
}

func (d *door) exportDossierList(c *call, w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), One{r.PathValue("id")}.id()
	l, err := dossiers.FindList(ctx, d.DB, c.actor, id)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("danh-muc-ho-so-%d", l.Year)
	switch r.PathValue("form") {
	case "pdf":
		b, err := dossiers.PrintList(ctx, d.DB, c.actor, id)
		if err == nil {
			givePDF(w, r, name, b)
		}
		return err
	case "xlsx":
		var b bytes.Buffer
		if err := dossiers.WriteList(ctx, d.DB, c.actor, id, &b); err != nil {
			return err
		}
		give(w, r, name+".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "", bytes.NewReader(b.Bytes()))
		return nil
	}
	return store.Refuse(store.NotFound, "Không tìm thấy nội dung yêu cầu.")
}

func groupOf(g dossiers.Group) client.RetentionGroup {
	return client.RetentionGroup{Name: g.Name, Retention: g.Period, Years: g.Years, Source: g.Source, Version: g.Version}
}

func (d *door) listRetention(ctx context.Context, c *call, _ *struct{}) ([]client.RetentionGroup, error) {
	rows, err := dossiers.Groups(ctx, d.DB, c.actor)
	return each(rows, groupOf), err
}

type retentionForm struct{ Body client.RetentionGroup }

func (d *door) setRetention(ctx context.Context, c *call, in *retentionForm) (out client.RetentionGroup, err error) {
	err = write(ctx, d, c, func(tx *store.Tx) error {
		g, err := dossiers.SetGroup(ctx, tx, dossiers.Group{Name: in.Body.Name, Source: in.Body.Source, Retention: dossiers.Retention{Period: in.Body.Retention, Years: in.Body.Years}})
		if err == nil {
			out = groupOf(*g)
		}
		return err
	})
	return out, err
}
