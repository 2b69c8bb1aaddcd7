package api

import (
	"bytes"
	"context"
	"net/http"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

const tagRights = "Quyền và lượt xem"

// rightsRoutes are the rights to single documents, their readings, freezes, and what is taken with a mark.
func (d *door) rightsRoutes() {
	for _, half := range []struct {
		path, name string
		ref        func(int64) string
	}{{"/incoming/{id}", "Incoming", documents.IncomingRef}, {"/outgoing/{id}", "Outgoing", documents.OutgoingRef}} {
		ask(d, get(half.path+"/rights", "read"+half.name+"Rights", tagRights, "Quyền được cấp riêng, thay đổi quyền và lượt xem của văn bản"), d.rightsOfDocument(half.ref))
		do(d, post(half.path+"/rights/limit", "limit"+half.name, tagRights, "Giới hạn hoặc bỏ giới hạn người xem"), d.limit(half.ref))
		ask(d, get(half.path+"/metadata", "read"+half.name+"Metadata", tagRights, "Toàn bộ dữ liệu đặc tả của văn bản"), d.metadata(half.ref))
	}
	ask(d, post("/rights/grants", "giveRight", tagRights, "Cấp quyền xem một văn bản"), d.give)
	do(d, post("/rights/grants/{id}/end", "endRight", tagRights, "Thu hồi quyền đã cấp"), d.endGrant)
	ask(d, get("/rights/changes", "listRightChanges", tagRights, "Thay đổi quyền chờ xác nhận"), d.rightChanges)
	do(d, post("/rights/changes/{id}/confirm", "confirmRightChange", tagRights, "Xác nhận một thay đổi quyền"), d.confirmChange)
	ask(d, get("/rights/requests", "listAccessRequests", tagRights, "Đề nghị xem văn bản của tôi, hoặc chờ tôi quyết định"), d.accessRequests)
	ask(d, post("/rights/requests", "askAccess", tagRights, "Đề nghị xem một văn bản"), d.askAccess)
	do(d, post("/rights/requests/{id}/decide", "decideAccess", tagRights, "Quyết định một đề nghị xem văn bản"), d.decideAccess)
	do(d, post("/rights/requests/{id}/withdraw", "withdrawAccess", tagRights, "Rút đề nghị xem văn bản của mình"), d.withdrawAccess)
	ask(d, get("/rights/confirmer", "readRightsConfirmer", tagRights, "Ai xác nhận thay đổi quyền"), d.readRightsConfirmer)
	do(d, get("/rights/confirmer", "setRightsConfirmer", tagRights, "Đặt người xác nhận thay đổi quyền (người đứng đầu)").with(http.MethodPut, 0), d.setRightsConfirmer)
	ask(d, get("/rights/emergencies", "listEmergencies", tagRights, "Các lần truy cập khẩn"), d.emergencies)
	ask(d, post("/rights/emergencies", "openInEmergency", tagRights, "Truy cập khẩn một văn bản trong 1 giờ"), d.emergency)
	ask(d, get("/rights/freezes", "listFreezes", tagRights, "Các lệnh đóng băng tài liệu"), d.freezes)
	ask(d, post("/rights/freezes", "freeze", tagRights, "Đóng băng tài liệu theo lệnh"), d.freeze)
	do(d, post("/rights/freezes/{id}/lift", "liftFreeze", tagRights, "Gỡ lệnh đóng băng"), d.liftFreeze)
	ask(d, get("/rights/roles", "readRoleRights", tagRights, "Vai trò nào xem và làm được gì"), d.roleRights)
	ask(d, get("/rights/people/{id}", "readPersonRights", tagRights, "Quyền của một người và lý do"), d.personRights)
	ask(d, get("/rights/figures", "readAccessFigures", tagRights, "Thống kê lượt truy cập theo ngày"), d.accessFigures)
	d.stream(get("/files/{id}/marked", "downloadMarked", tagRights, "Tải bản in có đánh dấu người tải và thời gian"), givesFile("application/pdf"), d.downloadMarked)
}

func grantOf(g documents.Grant) client.Grant {
	out := client.Grant{ID: client.ID(g.ID), Ref: g.Ref(), WhoKind: g.WhoKind, Who: g.WhoName, Level: g.Level, Cause: g.Cause, Since: g.Since.Time(), Reason: g.Reason, ByName: g.ByName, EndedAt: when(g.EndedAt), EndedBy: g.EndedName}
	if !g.Endless() {
		out.Until = when(g.Until)
	}
	return out
}

func changeOf(l i18n.Lang) func(x documents.RightChange) client.RightChange {
	return func(x documents.RightChange) client.RightChange {
		return client.RightChange{ID: client.ID(x.ID), Ref: x.Ref(), Title: x.Title, What: said1(l, x.What), ByName: x.ByName, At: x.At.Time(), ConfirmedAt: when(x.ConfirmedAt), ConfirmedBy: x.ConfirmedName}
	}
}

func (d *door) rightsOfDocument(ref func(int64) string) func(ctx context.Context, c *call, in *One) (client.DocumentRights, error) {
	return func(ctx context.Context, c *call, in *One) (out client.DocumentRights, err error) {
		grants, err := documents.Grants(ctx, d.DB, c.actor, ref(in.id()))
		if err != nil {
			return out, err
		}
		changes, err := documents.RightChangesOf(ctx, d.DB, c.actor, ref(in.id()))
		if err != nil {
			return out, err
		}
		limit, limited, err := documents.RestrictionOf(ctx, d.DB, c.actor, ref(in.id()))
		if err != nil {
			return out, err
		}
		log, err := documents.Accesses(ctx, d.DB, c.actor, ref(in.id()), 0)
		if err != nil {
			return out, err
		}
		frozen, err := documents.FrozenBy(ctx, d.DB, c.actor.Agency, ref(in.id()))
		return client.DocumentRights{Limited: limited, Why: limit.Reason, Grants: each(grants, grantOf), Changes: each(changes, changeOf(c.lang)),
			Frozen: each(frozen, func(f documents.FreezeOrder) string { return f.Number }),
			Readings: each(log, func(x documents.Access) client.Reading {
				return client.Reading{At: x.At.Time(), What: x.What, File: client.ID(x.File), Who: x.Who, Post: x.Post, Via: x.Via}
			})}, err
	}
}

func (d *door) limit(ref func(int64) string) func(ctx context.Context, c *call, in *act[client.Limiting]) error {
	return func(ctx context.Context, c *call, in *act[client.Limiting]) error {
		change := documents.Restrict
		if in.Body.Lift {
			change = documents.Unrestrict
		}
		return write(ctx, d, c, func(tx *store.Tx) error { return change(ctx, tx, ref(in.id()), in.Body.Reason) })
	}
}

func (d *door) metadata(ref func(int64) string) func(ctx context.Context, c *call, in *One) ([]client.MetadataField, error) {
	return func(ctx context.Context, c *call, in *One) (out []client.MetadataField, err error) {
		m, err := documents.MetadataOf(ctx, d.DB, c.actor, ref(in.id()))
		if err == nil {
			err = d.Desk.NoteAccess(ctx, c.actor, ref(in.id()), documents.AccessMetadata, 0)
		}
		if err != nil {
			return nil, err
		}
		for _, g := range m.Groups {
			for _, f := range g.Fields {
				out = append(out, client.MetadataField{Group: g.Code, Code: f.Code, Name: f.Name, Value: f.Value})
			}
		}
		return out, nil
	}
}

type granting struct{ Body client.Granting }

func (d *door) give(ctx context.Context, c *call, in *granting) (out client.Grant, err error) {
	b := in.Body
	err = write(ctx, d, c, func(tx *store.Tx) error {
		g, err := documents.GrantTo(ctx, tx, documents.GrantForm{Ref: b.Ref, WhoKind: b.WhoKind, WhoID: int64(b.Who), Level: b.Level, From: calendar.Date(b.From), To: calendar.Date(b.To), Reason: b.Reason})
		if err == nil {
			out = grantOf(*g)
		}
		return err
	})
	return out, err
}

func (d *door) endGrant(ctx context.Context, c *call, in *act[client.Reasoned]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.EndGrant(ctx, tx, in.id(), in.Body.Reason) })
}

func (d *door) rightChanges(ctx context.Context, c *call, _ *struct{}) ([]client.RightChange, error) {
	all, err := documents.OpenRightChanges(ctx, d.DB, c.actor, 0, 200)
	return each(all, changeOf(c.lang)), err
}

func (d *door) confirmChange(ctx context.Context, c *call, in *One) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.ConfirmRightChange(ctx, tx, in.id()) })
}

type whichRequests struct {
	Open bool `query:"open" doc:"true: các đề nghị chờ tôi quyết định"`
}

func accessRequestOf(q documents.AccessRequest) client.AccessRequest {
	return client.AccessRequest{ID: client.ID(q.ID), Name: q.Name, Post: q.Post, Words: q.Words, Reason: q.Reason, Days: q.WantedDays, State: q.State, At: q.At.Time(), Answer: q.Answer, Ref: q.Ref()}
}

func (d *door) accessRequests(ctx context.Context, c *call, in *whichRequests) ([]client.AccessRequest, error) {
	list := documents.MyAccessRequests
	if in.Open {
		list = documents.AccessRequests
	}
	all, err := list(ctx, d.DB, c.actor)
	return each(all, accessRequestOf), err
}

type askingAccess struct{ Body client.AskingAccess }

func (d *door) askAccess(ctx context.Context, c *call, in *askingAccess) (out client.AccessRequest, err error) {
	err = write(ctx, d, c, func(tx *store.Tx) error {
		q, err := documents.AskAccess(ctx, tx, documents.RequestForm{Words: in.Body.Words, Reason: in.Body.Reason, Days: in.Body.Days})
		if err == nil {
			out = accessRequestOf(*q)
		}
		return err
	})
	return out, err
}

func (d *door) withdrawAccess(ctx context.Context, c *call, in *One) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.WithdrawAccess(ctx, tx, in.id()) })
}

func (d *door) readRightsConfirmer(ctx context.Context, c *call, _ *struct{}) (client.RightsConfirmer, error) {
	by, err := documents.RightsConfirmer(ctx, d.DB, c.actor)
	return client.RightsConfirmer{By: by}, err
}

func (d *door) setRightsConfirmer(ctx context.Context, c *call, in *struct{ Body client.RightsConfirmer }) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.SetRightsConfirmer(ctx, tx, in.Body.By) })
}

func (d *door) decideAccess(ctx context.Context, c *call, in *act[client.AccessDecision]) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return documents.DecideAccess(ctx, tx, in.id(), documents.Decision{Ref: in.Body.Ref, To: calendar.Date(in.Body.To), Answer: in.Body.Answer})
	})
}

func (d *door) emergencies(ctx context.Context, c *call, _ *struct{}) ([]client.Grant, error) {
	all, err := documents.Emergencies(ctx, d.DB, c.actor)
	return each(all, grantOf), err
}

type emergencyForm struct{ Body client.Emergency }

func (d *door) emergency(ctx context.Context, c *call, in *emergencyForm) (out client.Grant, err error) {
	err = write(ctx, d, c, func(tx *store.Tx) error {
		g, err := documents.EmergencyAccess(ctx, tx, in.Body.Words, in.Body.Reason)
		if err == nil {
			out = grantOf(*g)
		}
		return err
	})
	return out, err
}

func freezeOf(f documents.FreezeOrder) client.FreezeOrder {
	return client.FreezeOrder{ID: client.ID(f.ID), Number: f.Number, On: string(f.On), Reason: f.Reason, ByName: f.ByName, Count: f.Count, LiftedAt: when(f.LiftedAt), LiftReason: f.LiftReason}
}

func (d *door) freezes(ctx context.Context, c *call, _ *struct{}) ([]client.FreezeOrder, error) {
	all, err := documents.FreezeOrders(ctx, d.DB, c.actor)
	return each(all, freezeOf), err
}

type freezing struct{ Body client.Freezing }

func (d *door) freeze(ctx context.Context, c *call, in *freezing) (out client.FreezeOrder, err error) {
	b := in.Body
	err = write(ctx, d, c, func(tx *store.Tx) error {
		f, err := documents.Freeze(ctx, tx, documents.FreezeForm{Number: b.Number, On: calendar.Date(b.On), Reason: b.Reason, Words: b.Documents})
		if err == nil {
			out = freezeOf(*f)
		}
		return err
	})
	return out, err
}

func (d *door) liftFreeze(ctx context.Context, c *call, in *act[client.Reasoned]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.LiftFreeze(ctx, tx, in.id(), in.Body.Reason) })
}

func (d *door) roleRights(_ context.Context, c *call, _ *struct{}) ([]client.RoleRight, error) {
	return each(documents.RoleMatrix(), func(r documents.RoleRow) client.RoleRight {
		return client.RoleRight{Code: r.Code, Name: c.lang.T(r.Name), Roles: append([]string{}, r.Roles...)}
	}), nil
}

func (d *door) personRights(ctx context.Context, c *call, in *One) ([]client.EffectiveRight, error) {
	p, err := documents.RightsOf(ctx, d.DB, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return each(p.Rights, func(e documents.Effective) client.EffectiveRight {
		return client.EffectiveRight{What: c.lang.T(e.What), Ref: e.Ref, Reason: said1(c.lang, e.Reason), Until: e.Until}
	}), nil
}

type figureDays struct {
	From string `query:"from" format:"date" doc:"Ngày đầu; trống: 30 ngày gần nhất"`
	To   string `query:"to" format:"date" doc:"Ngày cuối"`
}

func (d *door) accessFigures(ctx context.Context, c *call, in *figureDays) ([]client.AccessDay, error) {
	f, err := documents.FiguresOfAccess(ctx, d.DB, c.actor, calendar.Date(in.From), calendar.Date(in.To))
	return each(f.Days, func(x documents.AccessDay) client.AccessDay {
		return client.AccessDay{Day: string(x.Day), Views: x.Views, Downloads: x.Downloads, Prints: x.Prints, Metadata: x.Metadata, People: x.People}
	}), err
}

func (d *door) downloadMarked(c *call, w http.ResponseWriter, r *http.Request) error {
	id := One{r.PathValue("id")}.id()
	name, b, ref, err := documents.MarkedCopy(r.Context(), d.Desk, c.actor, id)
	if err == nil {
		err = d.Desk.NoteAccess(r.Context(), c.actor, ref, documents.AccessPrint, id)
	}
	if err != nil {
		return err
	}
	give(w, r, name, "application/pdf", "", bytes.NewReader(b))
	return nil
}

// noteFile notes that a file was taken; of a file that is taken in parts, the first counts.
func (d *door) noteFile(c *call, r *http.Request, f documents.File) error {
	if part := r.Header.Get("Range"); part != "" && !strings.HasPrefix(part, "bytes=0-") {
		return nil
	}
	return d.Desk.NoteAccess(r.Context(), c.actor, f.Ref, documents.AccessDownload, f.ID)
}
