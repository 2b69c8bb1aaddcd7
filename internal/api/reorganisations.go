package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"congvu/internal/calendar"
	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

const tagReorganisations = "Sắp xếp tổ chức"

func (d *door) reorganisationRoutes() {
	ask(d, get("/reorganisations", "listReorganisations", tagReorganisations, "Các quyết định sắp xếp tổ chức"), d.listReorganisations)
	ask(d, post("/reorganisations", "draftReorganisation", tagReorganisations, "Lập quyết định sắp xếp tổ chức"), d.draftReorganisation)
	ask(d, get("/reorganisations/{id}", "readReorganisation", tagReorganisations, "Một quyết định: quan hệ kế tục, đơn vị tiếp nhận, nội dung chưa có đơn vị tiếp nhận"), d.readReorganisation)
	do(d, post("/reorganisations/{id}/amend", "amendReorganisation", tagReorganisations, "Sửa quyết định đang chuẩn bị"), d.amendReorganisation)
	do(d, post("/reorganisations/{id}/links", "linkAgencies", tagReorganisations, "Thêm hoặc sửa quan hệ kế tục"), d.linkAgencies)
	do(d, post("/reorganisations/{id}/links/{link}/remove", "unlinkAgencies", tagReorganisations, "Bỏ quan hệ kế tục"), d.unlinkAgencies)
	do(d, post("/reorganisations/{id}/takers", "nameTaker", tagReorganisations, "Nêu đơn vị tiếp nhận một nội dung"), d.nameTaker)
	do(d, post("/reorganisations/{id}/approve", "approveReorganisation", tagReorganisations, "Duyệt quyết định sau khi kiểm tra"), d.approveReorganisation)
	do(d, post("/reorganisations/{id}/cancel", "cancelReorganisation", tagReorganisations, "Hủy quyết định chưa thực hiện"), d.cancelReorganisation)
	ask(d, post("/reorganisations/{id}/execute", "executeReorganisation", tagReorganisations, "Thực hiện quyết định từ ngày hiệu lực"), d.executeReorganisation)
	ask(d, get("/takeovers", "listTakeovers", tagReorganisations, "Các cơ quan đã kết thúc để lại nội dung cho cơ quan tôi"), d.listTakeovers)
	ask(d, get("/takeovers/{id}", "readTakeover", tagReorganisations, "Nội dung chưa và đã tiếp nhận từ một cơ quan đã kết thúc"), d.readTakeover)
	ask(d, post("/takeovers/{id}", "takeOver", tagReorganisations, "Tiếp nhận xử lý tiếp, mỗi nội dung một kết quả"), d.takeOver)
	ask(d, get("/handovers", "listHandovers", tagReorganisations, "Biên bản bàn giao của cơ quan tôi; quản trị hệ thống: tất cả"), d.listHandovers)
	ask(d, post("/handovers", "makeHandover", tagReorganisations, "Lập biên bản bàn giao với đủ danh mục"), d.makeHandover)
	ask(d, get("/handovers/{id}", "readHandover", tagReorganisations, "Một biên bản bàn giao"), d.readHandover)
	ask(d, post("/handovers/{id}/sign", "signHandover", tagReorganisations, "Ký biên bản cho bên giao hoặc bên nhận"), d.signHandover)
	d.stream(get("/handovers/{id}/file/{form}", "downloadHandover", tagReorganisations, "Tải biên bản: pdf (đã ký) hoặc docx"), givesHandover, d.downloadHandover)
	ask(d, get("/past/{id}/keepers", "listKeepers", tagReorganisations, "Người giữ tài liệu của cơ quan đã kết thúc"), d.listKeepers)
	ask(d, post("/past/{id}/keepers", "nameKeeper", tagReorganisations, "Cử người xem tài liệu của cơ quan đã kết thúc"), d.nameKeeper)
	do(d, post("/past/keepers/{id}/end", "endKeeper", tagReorganisations, "Kết thúc quyền xem tài liệu"), d.endKeeper)
}

// shapes refuses who does not administer the system: what is being prepared is nobody else's.
func shapes(c *call) error {
	if org.MayShapeCity(c.actor) {
		return nil
	}
	return store.Refuse(store.Forbidden, "Chỉ quản trị hệ thống được lập và thực hiện việc sắp xếp tổ chức.")
}

func (c *call) reorganisationOf(re org.Reorganisation) client.Reorganisation {
	return client.Reorganisation{ID: client.ID(re.ID), Title: re.Title, Reference: re.Reference, DecidedOn: string(re.DecidedOn), Effective: string(re.Effective), Note: re.Note, State: string(re.State),
		StateLabel: c.lang.T(re.State.Label()), Revision: re.Revision}
}

func (d *door) listReorganisations(ctx context.Context, c *call, _ *struct{}) ([]client.Reorganisation, error) {
	if err := shapes(c); err != nil {
		return nil, err
	}
	all, err := org.Reorganisations(ctx, d.DB)
	return each(all, c.reorganisationOf), err
}

func reorganisationForm(f client.ReorganisationForm) org.ReorganisationForm {
	return org.ReorganisationForm{Title: f.Title, Reference: f.Reference, Note: f.Note, DecidedOn: calendar.Date(f.DecidedOn), Effective: calendar.Date(f.Effective), Revision: f.Revision}
}

type reorganising struct{ Body client.ReorganisationForm }

func (d *door) draftReorganisation(ctx context.Context, c *call, in *reorganising) (out client.Reorganisation, err error) {
	err = write(ctx, d, c, func(tx *store.Tx) error {
		re, err := org.DraftReorganisation(ctx, tx, reorganisationForm(in.Body))
		out = c.reorganisationOf(re)
		return err
	})
	return out, err
}

func (d *door) readReorganisation(ctx context.Context, c *call, in *One) (client.Reorganisation, error) {
	if err := shapes(c); err != nil {
		return client.Reorganisation{}, err
	}
	re, err := org.FindReorganisation(ctx, d.DB, org.ReorganisationID(in.id()))
	if err != nil {
		return client.Reorganisation{}, err
	}
	out := c.reorganisationOf(re)
	links, err := org.Successions(ctx, d.DB, re.ID)
	if err != nil {
		return out, err
	}
	out.Ending = each(org.Ending(links), func(id org.AgencyID) client.ID { return client.ID(id) })
	out.Links = each(links, func(s org.Succession) client.SuccessionLink {
		return client.SuccessionLink{ID: client.ID(s.ID), Old: client.ID(s.OldID), OldName: s.OldName, OldCode: s.OldCode, New: client.ID(s.NewID), NewName: s.NewName, NewCode: s.NewCode, Kind: string(s.Kind),
			KindLabel: c.lang.T(s.Kind.Label()), Share: s.Share, Basis: s.Basis, Source: s.Source}
	})
	takers, err := org.Takeovers(ctx, d.DB, re.ID)
	if err != nil {
		return out, err
	}
	out.Takers = each(takers, func(t org.Takeover) client.Taker {
		return client.Taker{Old: client.ID(t.OldID), Subject: string(t.Subject), By: client.ID(t.NewID), ByName: t.NewName}
	})
	if re.State == org.ReorganisationDraft || re.State == org.ReorganisationApproved {
		untaken, err := org.UntakenOf(ctx, d.DB, c.actor, re.ID)
		out.Untaken = each(untaken, func(u org.Untaken) client.UntakenSubject {
			return client.UntakenSubject{Old: client.ID(u.OldID), OldName: u.OldName, Subject: string(u.Subject), SubjectLabel: c.lang.T(u.Subject.Label()), Count: u.Count}
		})
		return out, err
	}
	return out, nil
}

func (d *door) amendReorganisation(ctx context.Context, c *call, in *act[client.ReorganisationForm]) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return org.AmendReorganisation(ctx, tx, org.ReorganisationID(in.id()), reorganisationForm(in.Body))
	})
}

func (d *door) linkAgencies(ctx context.Context, c *call, in *act[client.SuccessionLink]) error {
	f := in.Body
	return write(ctx, d, c, func(tx *store.Tx) error {
		return org.LinkAgencies(ctx, tx, org.ReorganisationID(in.id()), org.Succession{OldID: org.AgencyID(f.Old), NewID: org.AgencyID(f.New), Kind: org.SuccessionKind(f.Kind), Share: f.Share, Basis: f.Basis, Source: f.Source})
	})
}

type linkOf struct {
	One
	Link string `path:"link" maxLength:"19" doc:"Mã quan hệ kế tục"`
}

func (d *door) unlinkAgencies(ctx context.Context, c *call, in *linkOf) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return org.UnlinkAgencies(ctx, tx, org.ReorganisationID(in.id()), One{in.Link}.id())
	})
}

func (d *door) nameTaker(ctx context.Context, c *call, in *act[client.Taker]) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return org.NameTaker(ctx, tx, org.ReorganisationID(in.id()), org.AgencyID(in.Body.Old), org.Subject(in.Body.Subject), org.AgencyID(in.Body.By))
	})
}

func (d *door) approveReorganisation(ctx context.Context, c *call, in *One) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return org.ApproveReorganisation(ctx, tx, org.ReorganisationID(in.id())) })
}

func (d *door) cancelReorganisation(ctx context.Context, c *call, in *act[client.ReorganisationEnd]) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return org.CancelReorganisation(ctx, tx, org.ReorganisationID(in.id()), in.Body.Reason)
	})
}

func (d *door) executeReorganisation(ctx context.Context, c *call, in *One) (out client.Executed, err error) {
	var closed []org.AgencyID
	err = write(ctx, d, c, func(tx *store.Tx) (err error) {
		closed, err = org.EndAgencies(ctx, tx, org.ReorganisationID(in.id()))
		return err
	})
	out.Closed = each(closed, func(id org.AgencyID) client.ID { return client.ID(id) })
	return out, err
}

func pendingOf(p *org.Pending) client.Pending {
	return client.Pending{Agency: client.ID(p.Old.ID), Code: p.Old.Code, Name: p.Old.Name, Ended: string(p.Old.ValidTo),
		Left: each(p.Left, leftOf),
		Taken: each(p.Taken, func(t org.Taking) client.Taking {
			return client.Taking{Ref: t.OldRef, NewRef: t.NewRef, How: t.How, By: t.PersonName}
		})}
}

func leftOf(l org.Left) client.Left {
	return client.Left{Ref: l.Ref, Subject: string(l.Subject), Group: l.Group, Code: l.Code, Title: l.Title, From: string(l.From), To: string(l.To), Count: l.Count, Due: string(l.Due), Holder: l.Holder, Note: l.Note}
}

func (d *door) listTakeovers(ctx context.Context, c *call, _ *struct{}) ([]client.Pending, error) {
	olds, err := org.Predecessors(ctx, d.DB, org.AgencyID(c.actor.Agency))
	if err != nil {
		return nil, err
	}
	out := []client.Pending{}
	for _, a := range olds {
		p, err := org.PendingFor(ctx, d.DB, c.actor, a.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, pendingOf(p))
	}
	return out, nil
}

func (d *door) readTakeover(ctx context.Context, c *call, in *One) (client.Pending, error) {
	p, err := org.PendingFor(ctx, d.DB, c.actor, org.AgencyID(in.id()))
	if err != nil {
		return client.Pending{}, err
	}
	return pendingOf(p), nil
}

func (d *door) takeOver(ctx context.Context, c *call, in *act[client.TakeForm]) ([]client.Taking, error) {
	rows, err := org.TakeMany(ctx, d.DB, c.actor, org.AgencyID(in.id()), in.Body.Refs, org.TakeForm{Register: int64(in.Body.Register), Post: org.HoldingID(in.Body.Post)})
	var out []client.Taking
	for _, x := range rows {
		row := client.Taking{Ref: x.Ref, NewRef: x.Taking.NewRef, How: x.Taking.How, By: x.Taking.PersonName}
		if refused := (*store.Refusal)(nil); errors.As(x.Err, &refused) {
			row.Refused = i18n.T(c.lang, refused.Problems[0].Text, refused.Problems[0].Args)
		}
		out = append(out, row)
	}
	return out, err
}

// pastOf refuses who may not say who reads the past of an agency.
func (d *door) pastOf(ctx context.Context, c *call, id int64) error {
	may, err := org.MayNameKeeper(ctx, d.DB, c.actor, org.AgencyID(id))
	if err == nil && !may {
		err = store.Refuse(store.NotFound, "Không tìm thấy cơ quan này.")
	}
	return err
}

func keeperOf(h org.Holding) client.Keeper {
	return client.Keeper{Post: client.ID(h.ID), Person: client.ID(h.PersonID), Name: h.PersonName, Until: string(h.ValidTo)}
}

func (d *door) listKeepers(ctx context.Context, c *call, in *One) ([]client.Keeper, error) {
	if err := d.pastOf(ctx, c, in.id()); err != nil {
		return nil, err
	}
	all, err := org.Staff(ctx, d.DB, org.AgencyID(in.id()), d.today())
	return each(all, keeperOf), err
}

func (d *door) nameKeeper(ctx context.Context, c *call, in *act[client.KeeperForm]) (out client.Keeper, err error) {
	err = write(ctx, d, c, func(tx *store.Tx) error {
		h, err := org.NameKeeper(ctx, tx, org.AgencyID(in.id()), org.PersonID(in.Body.Person), calendar.Date(in.Body.Until))
		if err == nil {
			out = keeperOf(*h)
		}
		return err
	})
	return out, err
}

func (d *door) endKeeper(ctx context.Context, c *call, in *One) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return org.EndKeeper(ctx, tx, org.HoldingID(in.id())) })
}

func givesHandover(op *huma.Operation) {
	givesFile("application/octet-stream")(op)
	op.Parameters = append(op.Parameters, &huma.Param{Name: "form", In: "path", Required: true, Description: "pdf hoặc docx", Schema: &huma.Schema{Type: huma.TypeString}})
}

func (c *call) handoverOf(h documents.Handover) client.Handover {
	return client.Handover{ID: client.ID(h.ID), Reorganisation: client.ID(h.ReorganisationID), Old: client.ID(h.OldID), OldName: h.OldName, New: client.ID(h.NewID), NewName: h.NewName, Title: h.Title, Reference: h.Reference,
		Effective: string(h.Effective), State: h.State, StateLabel: c.lang.T(documents.HandoverLabel(h.State)), MadeBy: h.MadeName, GivenBy: h.GivenName, TakenBy: h.TakenName,
		Totals: each(h.Totals, func(t documents.HandoverTotal) client.HandoverTotal {
			return client.HandoverTotal{Group: t.Group, Rows: t.Rows, Count: t.Count}
		})}
}

func (d *door) listHandovers(ctx context.Context, c *call, _ *struct{}) ([]client.Handover, error) {
	all, err := documents.Handovers(ctx, d.DB, c.actor)
	return each(all, c.handoverOf), err
}

type handingOver struct{ Body client.HandoverForm }

func (d *door) makeHandover(ctx context.Context, c *call, in *handingOver) (client.Handover, error) {
	h, err := documents.MakeHandover(ctx, d.Desk, c.actor, documents.HandoverForm{Reorganisation: org.ReorganisationID(in.Body.Reorganisation), Old: org.AgencyID(in.Body.Old), New: org.AgencyID(in.Body.New)})
	if err != nil {
		return client.Handover{}, err
	}
	return c.handoverOf(*h), nil
}

func (d *door) readHandover(ctx context.Context, c *call, in *One) (client.Handover, error) {
	h, err := documents.FindHandover(ctx, d.DB, c.actor, in.id())
	if err != nil {
		return client.Handover{}, err
	}
	out := c.handoverOf(*h)
	out.Changed, err = documents.HandoverChanged(ctx, d.DB, h)
	return out, err
}

func (d *door) signHandover(ctx context.Context, c *call, in *act[client.HandoverSign]) (client.Handover, error) {
	h, err := documents.SignHandover(ctx, d.Desk, c.actor, in.id(), in.Body.Side, in.Body.SHA)
	if err != nil {
		return client.Handover{}, err
	}
	return c.handoverOf(*h), nil
}

func (d *door) downloadHandover(c *call, w http.ResponseWriter, r *http.Request) error {
	f, content, err := documents.OpenHandover(r.Context(), d.Desk, c.actor, One{r.PathValue("id")}.id(), r.PathValue("form"))
	if err != nil {
		return err
	}
	defer content.Close()
	give(w, r, f.Name, f.Media, `"`+f.SHA+`"`, content)
	return nil
}
