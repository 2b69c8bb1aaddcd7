package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"congvu/internal/calendar"
	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/store"
)

func (d *door) pictureRoutes() {
	ask(d, get("/pictures", "listPictures", tagPictures, "Các phiên bản ảnh chữ ký, ảnh dấu và vị trí chữ ký"), d.listPictures)
	d.stream(post("/pictures/signature", "proposeSignature", tagPictures, "Đề xuất chữ ký của chính mình (PNG hoặc JPEG, không quá 2 MB)").with(http.MethodPost, http.StatusCreated), takesPicture(d), d.proposePicture(documents.PictureSignature))
	d.stream(post("/pictures/seal", "proposeSeal", tagPictures, "Đề xuất ảnh dấu của cơ quan (PNG hoặc JPEG, không quá 2 MB)").with(http.MethodPost, http.StatusCreated), takesPicture(d), d.proposePicture(documents.PictureSeal))
	ask(d, post("/pictures/placing", "proposePlacing", tagPictures, "Đề xuất vị trí chữ ký").with(http.MethodPost, http.StatusCreated), d.proposePlacing)
	ask(d, get("/pictures/{id}", "findPicture", tagPictures, "Xem một phiên bản"), d.findPicture)
	d.stream(get("/pictures/{id}/image", "downloadPicture", tagPictures, "Tải ảnh của một phiên bản"), givesFile("image/png"), d.downloadPicture)
	ask(d, post("/pictures/{id}/approve", "approvePicture", tagPictures, "Phê duyệt một đề xuất"), d.approvePicture)
	ask(d, post("/pictures/{id}/reject", "rejectPicture", tagPictures, "Từ chối một đề xuất"), d.endPicture(documents.RejectPicture))
	ask(d, post("/pictures/{id}/withdraw", "withdrawPicture", tagPictures, "Thu hồi một phiên bản"), d.endPicture(documents.WithdrawPicture))
	ask(d, get("/placing", "readPlacing", tagPictures, "Vị trí chữ ký đang dùng và những chỗ khác quy định"), d.readPlacing)
}

func pictureSchema(d *door) *huma.Schema { return schemaOf[client.Picture](d) }

func takesPicture(d *door) func(op *huma.Operation) {
	return func(op *huma.Operation) {
		takesFile(d, pictureSchema, false)(op)
		op.Parameters = append(op.Parameters, query("whiten", "Làm trong suốt nền trắng", huma.Schema{Type: huma.TypeBoolean}), query("width_mm", "Chiều rộng thật (mm); vắng mặt: theo tệp", huma.Schema{Type: huma.TypeNumber}),
			query("valid_from", "Áp dụng từ ngày; vắng mặt: hôm nay", huma.Schema{Type: huma.TypeString, Format: "date"}), query("valid_to", "Đến hết ngày", huma.Schema{Type: huma.TypeString, Format: "date"}),
			query("note", "Ghi chú", huma.Schema{Type: huma.TypeString}))
	}
}

type choosingPictures struct {
	Which string `query:"which" enum:"mine,agency,waiting" doc:"Của tôi (mặc định), của cơ quan, chờ phê duyệt"`
}

func (d *door) listPictures(ctx context.Context, c *call, in *choosingPictures) ([]client.Picture, error) {
	list := documents.MyPictures
	switch in.Which {
	case "agency":
		list = documents.AgencyPictures
	case "waiting":
		list = documents.WaitingPictures
	}
	all, err := list(ctx, d.DB, c.actor)
	return each(all, pictureOf), err
}

func (d *door) findPicture(ctx context.Context, c *call, in *One) (client.Picture, error) {
	return pictured(documents.FindPicture(ctx, d.DB, c.actor, in.id()))
}

func (d *door) downloadPicture(c *call, w http.ResponseWriter, r *http.Request) error {
	p, err := documents.FindPicture(r.Context(), d.DB, c.actor, One{r.PathValue("id")}.id())
	if err != nil {
		return err
	}
	if p.SHA == "" {
		return store.Refuse(store.NotFound, "Phiên bản này là vị trí chữ ký, không có hình ảnh.")
	}
	content, err := d.Desk.Blobs.Open(r.Context(), p.SHA)
	if err != nil {
		return err
	}
	defer content.Close()
	give(w, r, string(p.Kind)+".png", "image/png", `"`+p.SHA+`"`, content)
	return nil
}

func (d *door) proposePicture(kind documents.PictureKind) func(c *call, w http.ResponseWriter, r *http.Request) error {
	return func(c *call, w http.ResponseWriter, r *http.Request) error {
		ctx, q := r.Context(), r.URL.Query()
		form := documents.PictureForm{Kind: kind, ValidFrom: calendar.Date(q.Get("valid_from")), ValidTo: calendar.Date(q.Get("valid_to")), Note: q.Get("note")}
		var width float64
		var err error
		if text := q.Get("width_mm"); text != "" {
			if width, err = strconv.ParseFloat(text, 64); err != nil {
				return store.RefuseField("width_mm", "Chiều rộng thật phải là số milimét. Chưa có gì được lưu.")
			}
		}
		part, err := onePart(c, w, r)
		if err != nil {
			return err
		}
		if form.Kept, err = documents.KeepPicture(ctx, d.Desk, c.actor, kind, part, q.Get("whiten") == "true", width); err != nil {
			return uploadError(c, err)
		}
		p, err := d.proposed(ctx, c, form)
		if err != nil {
			return err
		}
		return writeJSON(w, http.StatusCreated, p)
	}
}

func (d *door) proposed(ctx context.Context, c *call, form documents.PictureForm) (client.Picture, error) {
	var p *documents.Picture
	err := write(ctx, d, c, func(tx *store.Tx) (err error) {
		p, err = documents.ProposePicture(ctx, tx, form)
		return err
	})
	return pictured(p, err)
}

func (d *door) proposePlacing(ctx context.Context, c *call, in *struct{ Body client.PlacingProposal }) (client.Picture, error) {
	b := in.Body
	return d.proposed(ctx, c, documents.PictureForm{Kind: documents.PicturePlacing, Placing: placingIn(b.Placing), ValidFrom: calendar.Date(b.ValidFrom), ValidTo: calendar.Date(b.ValidTo), Note: b.Note})
}

func (d *door) approvePicture(ctx context.Context, c *call, in *One) (client.Picture, error) {
	var p *documents.Picture
	err := write(ctx, d, c, func(tx *store.Tx) (err error) {
		p, err = documents.ApprovePicture(ctx, tx, in.id())
		return err
	})
	return pictured(p, err)
}

func (d *door) endPicture(end func(context.Context, *store.Tx, int64, string) (*documents.Picture, error)) func(context.Context, *call, *act[client.Reason]) (client.Picture, error) {
	return func(ctx context.Context, c *call, in *act[client.Reason]) (client.Picture, error) {
		var p *documents.Picture
		err := write(ctx, d, c, func(tx *store.Tx) (err error) {
			p, err = end(ctx, tx, in.id(), in.Body.Reason)
			return err
		})
		return pictured(p, err)
	}
}

func (d *door) readPlacing(ctx context.Context, c *call, _ *struct{}) (client.PlacingNow, error) {
	p, err := documents.PlacingOn(ctx, d.DB, c.actor, d.today())
	if err != nil {
		return client.PlacingNow{}, err
	}
	seal, _, err := documents.PictureOn(ctx, d.DB, c.actor, documents.PictureSeal, d.today())
	return client.PlacingNow{Placing: placingOut(p), Findings: each(p.Check(float64(seal.WidthUm)/1000), func(m store.Message) string { return c.lang.T(m.Text, m.Args) })}, err
}

func pictured(p *documents.Picture, err error) (client.Picture, error) {
	if err != nil {
		return client.Picture{}, err
	}
	return pictureOf(*p), nil
}

func pictureOf(p documents.Picture) client.Picture {
	out := client.Picture{ID: client.ID(p.ID), Kind: string(p.Kind), OwnerKind: p.OwnerKind, Owner: client.ID(p.OwnerID), Version: p.Version, State: p.State, SHA256: p.SHA,
		WidthPx: p.WidthPx, HeightPx: p.HeightPx, WidthMM: float64(p.WidthUm) / 1000, HeightMM: float64(p.HeightUm) / 1000, Tint: p.Tint, ValidFrom: string(p.ValidFrom), ValidTo: string(p.ValidTo),
		Note: p.Note, Reason: p.Reason, ProposedBy: client.ID(p.ProposedBy), ProposedAt: p.ProposedAt.Time(), DecidedBy: client.ID(p.DecidedBy), DecidedAt: when(p.DecidedAt), Alone: p.Alone}
	if p.Kind == documents.PicturePlacing {
		if g, err := documents.PlacingOf(p); err == nil {
			shown := placingOut(g)
			out.Placing = &shown
		}
	}
	return out
}

func placingOut(p documents.Placing) client.Placing {
	return client.Placing{Sign: client.Shift(p.Sign), Seal: client.Shift(p.Seal), Upload: client.Corner(p.Upload), Block: client.Edge(p.Block), Time: p.Time}
}

func placingIn(p client.Placing) documents.Placing {
	return documents.Placing{Sign: documents.Shift(p.Sign), Seal: documents.Shift(p.Seal), Upload: documents.Corner(p.Upload), Block: documents.Edge(p.Block), Time: p.Time}
}
