package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"congvu/internal/calendar"
	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

func (d *door) outgoingRoutes() {
	ask(d, get("/outgoing", "listOutgoing", tagOutgoing, "Danh sách văn bản đi"), d.listOutgoing)
	ask(d, post("/outgoing", "draftOutgoing", tagOutgoing, "Soạn dự thảo").with(http.MethodPost, http.StatusCreated), d.draftOutgoing)
	askVersion(d, get("/outgoing/{id}", "findOutgoing", tagOutgoing, "Xem văn bản đi"), d.findOutgoing)
	askVersion(d, get("/outgoing/{id}", "reviseOutgoing", tagOutgoing, "Sửa dự thảo").with(http.MethodPut, 0), d.reviseOutgoing)
	ask(d, get("/outgoing/{id}/acts", "listOutgoingActs", tagOutgoing, "Những việc có thể làm với văn bản"), d.listOutgoingActs)
	ask(d, post("/outgoing/{id}/lay-out", "layOutgoing", tagOutgoing, "Dựng tệp PDF theo thể thức từ nội dung"), d.layOutgoing)
	do(d, get("/outgoing/{id}/files/{file}", "detachFile", tagOutgoing, "Bỏ tệp kèm theo").with(http.MethodDelete, 0), d.detachFile)
	ask(d, get("/outgoing/{id}/layout", "checkLayout", tagOutgoing, "Những chỗ dự thảo chưa đúng thể thức"), d.checkLayout)
	ask(d, get("/outgoing/{id}/versions", "listVersions", tagOutgoing, "Các phiên bản tệp"), d.listVersions)
	d.stream(get("/outgoing/{id}/versions/{no}", "downloadVersion", tagOutgoing, "Tải một phiên bản tệp"), func(op *huma.Operation) {
		givesFile("application/octet-stream")(op)
		op.Parameters = append(op.Parameters, &huma.Param{Name: "no", In: "path", Required: true, Description: "Số thứ tự phiên bản", Schema: &huma.Schema{Type: huma.TypeString}})
	}, d.downloadVersion)
	do(d, post("/outgoing/{id}/submit", "submitOutgoing", tagOutgoing, "Trình xem xét"), d.submitOutgoing)
	do(d, post("/outgoing/{id}/opine", "opineOutgoing", tagOutgoing, "Ghi ý kiến"), d.opineOutgoing)
	do(d, post("/outgoing/{id}/return", "returnOutgoing", tagOutgoing, "Trả lại người soạn"), d.returnOutgoing)
	do(d, post("/outgoing/{id}/ask-signer", "askSigner", tagOutgoing, "Đề nghị người khác ký"), d.askSigner)
	do(d, post("/outgoing/{id}/approve", "approveOutgoing", tagOutgoing, "Đồng ý, chuyển tiếp hoặc trình ký"), d.approveOutgoing)
	ask(d, post("/outgoing/{id}/sign", "signOutgoing", tagOutgoing, "Ký số"), d.signOutgoing)
	ask(d, post("/outgoing/{id}/number", "numberOutgoing", tagOutgoing, "Cấp số"), d.numberOutgoing)
	ask(d, post("/outgoing/{id}/seal", "sealOutgoing", tagOutgoing, "Ký số của cơ quan"), d.sealOutgoing)
	ask(d, post("/outgoing/{id}/issue", "issueOutgoing", tagOutgoing, "Ban hành, gửi đi"), d.issueOutgoing)
	ask(d, post("/outgoing/{id}/release", "releaseOutgoing", tagOutgoing, "Cấp số, ký số của cơ quan và ban hành trong một lần; làm tiếp được nếu dừng giữa chừng"), d.releaseOutgoing)
	do(d, post("/outgoing/{id}/cancel", "cancelOutgoing", tagOutgoing, "Hủy; số đã cấp được giữ và ghi đã hủy"), d.cancelOutgoing)
}

func (d *door) listOutgoing(ctx context.Context, c *call, in *Listed) (client.Page[client.OutgoingRow], error) {
	page, err := documents.ListOutgoing(ctx, d.DB, c.actor, documents.OutFilter{Tab: in.Tab, Q: in.Q, Type: in.Type, Urgency: in.Urgency, Before: in.Cursor, Limit: in.Limit})
	return pageOf(page, func(r documents.OutgoingRow) client.OutgoingRow { return outgoingRow(c.lang, r) }), err
}

func (d *door) draftOutgoing(ctx context.Context, c *call, in *struct{ Body client.Draft }) (client.Outgoing, error) {
	var out *documents.Outgoing
	err := write(ctx, d, c, func(tx *store.Tx) (err error) {
		out, err = documents.Draft(ctx, tx, draftForm(in.Body))
		return err
	})
	return outgoing(c)(out, err)
}

type revising struct {
	One
	IfMatch string `header:"If-Match" maxLength:"40" doc:"ETag đã xem, thay cho revision"`
	Body    client.Draft
}

func (d *door) reviseOutgoing(ctx context.Context, c *call, in *revising) (client.Outgoing, int64, error) {
	form := draftForm(in.Body)
	var err error
	if form.Revision, err = seenRevision(c, in.IfMatch, form.Revision); err != nil {
		return client.Outgoing{}, 0, err
	}
	var out *documents.Outgoing
	err = write(ctx, d, c, func(tx *store.Tx) (err error) {
		out, err = documents.Revise(ctx, tx, in.id(), form)
		return err
	})
	if err != nil {
		return client.Outgoing{}, 0, err
	}
	return outgoingOf(c.lang, out), out.Revision, nil
}

func (d *door) findOutgoing(ctx context.Context, c *call, in *One) (client.Outgoing, int64, error) {
	doc, err := documents.FindOutgoing(ctx, d.DB, c.actor, in.id())
	if err == nil {
		err = d.Desk.NoteAccess(ctx, c.actor, doc.Ref(), documents.AccessView, 0)
	}
	if err != nil {
		return client.Outgoing{}, 0, err
	}
	return outgoingOf(c.lang, doc), doc.Revision, nil
}

func (d *door) listOutgoingActs(ctx context.Context, c *call, in *One) ([]client.Act, error) {
	acts, err := documents.Acts(ctx, d.DB, c.actor, in.id())
	return each(acts, func(a documents.Act) client.Act { return client.Act{Code: string(a)} }), err
}

func (d *door) layOutgoing(ctx context.Context, c *call, in *One) (client.Outgoing, error) {
	return outgoing(c)(documents.Lay(ctx, d.Desk, c.actor, in.id()))
}

// outgoing gives what an act of the room returned as the answer.
func outgoing(c *call) func(o *documents.Outgoing, err error) (client.Outgoing, error) {
	return func(o *documents.Outgoing, err error) (client.Outgoing, error) {
		if err != nil {
			return client.Outgoing{}, err
		}
		return outgoingOf(c.lang, o), nil
	}
}

func (d *door) checkLayout(ctx context.Context, c *call, in *One) ([]client.Finding, error) {
	all, err := documents.LayoutFindings(ctx, d.DB, c.actor, in.id(), d.today())
	out := []client.Finding{}
	for _, f := range all {
		x, y, w, h := f.Place.Millimetres()
		out = append(out, client.Finding{Page: f.Place.Page, X: x, Y: y, W: w, H: h, Box: f.Box, Code: f.Code, Text: i18n.T(c.lang, f.Text, f.Args), Hint: f.Hint, Waived: f.Waived, Reason: f.Reason, WaivedBy: f.WaivedBy})
	}
	return out, err
}

func (d *door) listVersions(ctx context.Context, c *call, in *One) ([]client.Version, error) {
	all, err := documents.Versions(ctx, d.DB, c.actor, in.id())
	return each(all, func(v documents.Version) client.Version {
		return client.Version{No: v.No, Kind: v.Kind, Name: v.Name, Size: v.Size, SHA256: v.SHA, Pages: v.Pages, Verdict: v.Verdict, Method: v.Method, At: v.At.Time()}
	}), err
}

func (d *door) downloadVersion(c *call, w http.ResponseWriter, r *http.Request) error {
	v, content, err := documents.OpenVersion(r.Context(), d.Desk, c.actor, One{r.PathValue("id")}.id(), One{r.PathValue("no")}.id())
	if err != nil {
		return err
	}
	defer content.Close()
	give(w, r, v.Name, "application/octet-stream", `"`+v.SHA+`"`, content)
	return nil
}

func (d *door) askSigner(ctx context.Context, c *call, in *act[client.AskingSigner]) error {
	f := in.Body
	return write(ctx, d, c, func(tx *store.Tx) error {
		return documents.AskSigner(ctx, tx, in.id(), org.HoldingID(f.To), f.Capacity, f.Note)
	})
}

type oneFile struct {
	One
	File string `path:"file" maxLength:"19" doc:"Mã tệp"`
}

func (d *door) detachFile(ctx context.Context, c *call, in *oneFile) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.Detach(ctx, tx, in.id(), One{in.File}.id()) })
}

func (d *door) submitOutgoing(ctx context.Context, c *call, in *act[client.Sending]) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return documents.Submit(ctx, tx, in.id(), org.HoldingID(in.Body.To), in.Body.Note)
	})
}

func (d *door) opineOutgoing(ctx context.Context, c *call, in *act[client.Text]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.Opine(ctx, tx, in.id(), in.Body.Text) })
}

func (d *door) returnOutgoing(ctx context.Context, c *call, in *act[client.Reason]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.Return(ctx, tx, in.id(), in.Body.Reason) })
}

func (d *door) approveOutgoing(ctx context.Context, c *call, in *act[client.Approving]) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return documents.Approve(ctx, tx, in.id(), in.Body.Note, org.HoldingID(in.Body.Next))
	})
}

func (d *door) signOutgoing(ctx context.Context, c *call, in *act[client.Signing]) (client.Outgoing, error) {
	return outgoing(c)(documents.Sign(ctx, d.Desk, c.actor, in.id(), in.Body.Capacity, in.Body.Consent))
}

type numbering struct {
	One
	Key  string `header:"Idempotency-Key" maxLength:"100" doc:"Mã của yêu cầu: gửi lại với cùng mã thì nhận lại đúng số đã cấp"`
	Body client.Numbering
}

func (d *door) numberOutgoing(ctx context.Context, c *call, in *numbering) (client.Outgoing, error) {
	var out *documents.Outgoing
	err := write(ctx, d, c, func(tx *store.Tx) (err error) {
		out, err = documents.Number(ctx, tx, in.id(), documents.NumberForm{Register: int64(in.Body.Register), Date: calendar.Date(in.Body.Date), Key: in.Key, Reservation: int64(in.Body.Reservation)})
		return err
	})
	return outgoing(c)(out, err)
}

func (d *door) sealOutgoing(ctx context.Context, c *call, in *One) (client.Outgoing, error) {
	return outgoing(c)(documents.Seal(ctx, d.Desk, c.actor, in.id()))
}

func (d *door) issueOutgoing(ctx context.Context, c *call, in *One) (client.Outgoing, error) {
	var out *documents.Outgoing
	err := write(ctx, d, c, func(tx *store.Tx) (err error) {
		out, err = documents.Issue(ctx, tx, in.id())
		return err
	})
	return outgoing(c)(out, err)
}

func (d *door) releaseOutgoing(ctx context.Context, c *call, in *One) (client.Outgoing, error) {
	return outgoing(c)(documents.Release(ctx, d.Desk, c.actor, in.id()))
}

func (d *door) cancelOutgoing(ctx context.Context, c *call, in *act[client.Reason]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.Cancel(ctx, tx, in.id(), in.Body.Reason) })
}
