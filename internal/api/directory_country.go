package api

import (
	"context"
	"time"

	"congvu/internal/client"
	"congvu/internal/org"
	"congvu/internal/store"
)

// countryRoutes look after the country's directory: what lists brought, conflicts over codes, unknown senders. For administrators of the system.
func (d *door) countryRoutes() {
	ask(d, get("/directory", "readDirectory", tagDirectory, "Tình trạng danh bạ quốc gia"), d.readDirectory)
	ask(d, get("/directory/agencies/{id}", "readDirectoryAgency", tagDirectory, "Một cơ quan với mọi mã, tên qua các thời kỳ, mục của danh mục và xung đột"), d.readDirectoryAgency)
	ask(d, get("/directory/runs", "listDirectoryRuns", tagDirectory, "Các lần đồng bộ danh bạ"), d.listDirectoryRuns)
	ask(d, get("/directory/runs/{id}", "readDirectoryRun", tagDirectory, "Một lần đồng bộ với các bước chưa thực hiện"), d.readDirectoryRun)
	do(d, post("/directory/runs/{id}/confirm", "confirmDirectoryRun", tagDirectory, "Cho lần đồng bộ đang chờ được thực hiện"), d.confirmDirectoryRun)
	do(d, post("/directory/runs/{id}/refuse", "refuseDirectoryRun", tagDirectory, "Từ chối lần đồng bộ đang chờ"), d.refuseDirectoryRun)
	ask(d, get("/directory/conflicts", "listCodeConflicts", tagDirectory, "Xung đột mã"), d.listCodeConflicts)
	do(d, post("/directory/conflicts/{id}/decide", "decideCodeConflict", tagDirectory, "Giải quyết một xung đột mã"), d.decideCodeConflict)
	ask(d, get("/directory/senders", "listUnknownSenders", tagDirectory, "Cơ quan gửi mà danh bạ chưa có"), d.listUnknownSenders)
	do(d, post("/directory/senders/{code}/settle", "settleUnknownSender", tagDirectory, "Nhập, liên kết hoặc bỏ qua một cơ quan gửi chưa biết"), d.settleUnknownSender)
}

// keepsDirectory refuses who does not administer the system.
func keepsDirectory(c *call) error {
	if org.MayShapeCity(c.actor) {
		return nil
	}
	return store.Refuse(store.Forbidden, "Chỉ quản trị hệ thống được đồng bộ và quyết định về danh bạ cơ quan.")
}

func (d *door) readDirectory(ctx context.Context, c *call, _ *struct{}) (out client.Directory, err error) {
	if err := keepsDirectory(c); err != nil {
		return out, err
	}
	figures, err := org.DirectoryFigures(ctx, d.DB)
	if err != nil {
		return out, err
	}
	out.Sources = each(figures, func(f org.SourceFigures) client.DirectorySource {
		return client.DirectorySource{Source: f.Source, Entries: f.Entries, Live: f.Live, Linked: f.Linked, Pending: f.Pending}
	})
	if out.Conflicts, err = org.OpenConflicts(ctx, d.DB); err != nil {
		return out, err
	}
	out.Senders, err = org.WaitingSenders(ctx, d.DB)
	return out, err
}

func listedEntryOf(e org.Entry) client.DirectoryEntry {
	return client.DirectoryEntry{Source: e.Source, ID: e.ID, Parent: e.ParentID, Code: e.Code, Code102: e.Code102, OldCode: e.OldCode, Name: e.Name, Mail: e.Mail, Version: e.Version, CenterCode: e.CenterCode,
		IsAgency: e.IsAgency, ValidFrom: string(e.ValidFrom), ValidTo: string(e.ValidTo), Agency: client.ID(e.AgencyID), Action: e.Action, Link: e.Link, Validity: e.Validity, Seen: e.Seen}
}

func (c *call) conflictOf(k org.CodeConflict) client.CodeConflict {
	return client.CodeConflict{ID: client.ID(k.ID), Code: k.Code, Agency: client.ID(k.AgencyID), AgencyName: k.AgencyName, Source: k.Source, Entry: k.Entry, EntryName: k.EntryName, State: k.State,
		StateLabel: c.lang.T(org.ConflictLabel(k.State)), Reason: k.Reason}
}

func (d *door) readDirectoryAgency(ctx context.Context, c *call, in *One) (out client.DirectoryAgency, err error) {
	if err := keepsDirectory(c); err != nil {
		return out, err
	}
	a, err := org.FindAgency(ctx, d.DB, org.AgencyID(in.id()))
	if err != nil {
		return out, err
	}
	out.Agency = agencyOf(*a)
	if out.Origin, err = org.OriginOf(ctx, d.DB, a.ID); err != nil {
		return out, err
	}
	codes, err := org.CodesOf(ctx, d.DB, a.ID)
	if err != nil {
		return out, err
	}
	out.Codes = each(codes, func(k org.KeptCode) client.DirectoryTerm {
		return client.DirectoryTerm{Text: k.Code, Kind: k.Kind, ValidFrom: string(k.ValidFrom), ValidTo: string(k.ValidTo)}
	})
	names, err := org.NamesOf(ctx, d.DB, a.ID)
	if err != nil {
		return out, err
	}
	out.Names = each(names, func(n org.KeptName) client.DirectoryTerm {
		return client.DirectoryTerm{Text: n.Name, ValidFrom: string(n.ValidFrom), ValidTo: string(n.ValidTo)}
	})
	entries, err := org.EntriesOf(ctx, d.DB, a.ID)
	if err != nil {
		return out, err
	}
	out.Entries = each(entries, listedEntryOf)
	conflicts, err := org.ConflictsOf(ctx, d.DB, a.ID)
	out.Conflicts = each(conflicts, c.conflictOf)
	return out, err
}

func (c *call) runOf(r org.Run) client.DirectoryRun {
	out := client.DirectoryRun{ID: client.ID(r.ID), Source: r.Source, Kind: r.Kind, State: r.State, StateLabel: c.lang.T(org.RunLabel(r.State)), Units: r.Units, Known: r.Known, Creates: r.Creates,
		Modifies: r.Modifies, Closes: r.Closes, Unchanged: r.Unchanged, Carried: r.Carried, Conflicts: r.Conflicts, Problems: r.Problems, Note: r.Note, StartedAt: r.StartedAt.Time().Format(time.RFC3339)}
	if r.EndedAt != 0 {
		out.EndedAt = r.EndedAt.Time().Format(time.RFC3339)
	}
	return out
}

func (d *door) listDirectoryRuns(ctx context.Context, c *call, _ *struct{}) ([]client.DirectoryRun, error) {
	if err := keepsDirectory(c); err != nil {
		return nil, err
	}
	all, err := org.Runs(ctx, d.DB, 100)
	return each(all, c.runOf), err
}

func (d *door) readDirectoryRun(ctx context.Context, c *call, in *One) (out client.DirectoryRun, err error) {
	if err := keepsDirectory(c); err != nil {
		return out, err
	}
	r, err := org.FindRun(ctx, d.DB, in.id())
	if err != nil {
		return out, err
	}
	out = c.runOf(*r)
	after := int64(0)
	if r.State == org.RunHeld {
		after = r.Creates + r.Modifies
	}
	steps, err := org.Steps(ctx, d.DB, r.ID, after, 200)
	out.Steps = each(steps, func(s org.Step) client.DirectoryStep {
		x := client.DirectoryStep{Act: s.Act, Entry: s.Entry, Code: s.Listed().Code, Name: s.Listed().Name}
		if s.Problem != "" {
			x.Problem = said1(c.lang, s.Said())
		}
		return x
	})
	return out, err
}

func (d *door) confirmDirectoryRun(ctx context.Context, c *call, in *act[client.RunDecision]) error {
	err := write(ctx, d, c, func(tx *store.Tx) error { return org.ConfirmRun(ctx, tx, in.id(), in.Body.Reason) })
	if err == nil && d.Exchange != nil {
		d.Exchange.WakeDirectory()
	}
	return err
}

func (d *door) refuseDirectoryRun(ctx context.Context, c *call, in *act[client.RunDecision]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return org.RefuseRun(ctx, tx, in.id(), in.Body.Reason) })
}

type settledToo struct {
	All bool `query:"all" doc:"Cả những gì đã giải quyết"`
}

func (d *door) listCodeConflicts(ctx context.Context, c *call, in *settledToo) ([]client.CodeConflict, error) {
	if err := keepsDirectory(c); err != nil {
		return nil, err
	}
	all, err := org.Conflicts(ctx, d.DB, in.All, 500)
	return each(all, c.conflictOf), err
}

func (d *door) decideCodeConflict(ctx context.Context, c *call, in *act[client.ConflictDecision]) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return org.DecideConflict(ctx, tx, in.id(), in.Body.Decision, in.Body.Reason)
	})
}

func (d *door) listUnknownSenders(ctx context.Context, c *call, in *settledToo) ([]client.DirectoryEntry, error) {
	if err := keepsDirectory(c); err != nil {
		return nil, err
	}
	all, err := org.UnknownSenders(ctx, d.DB, in.All, 500)
	return each(all, listedEntryOf), err
}

type settlingSender struct {
	Code string `path:"code" maxLength:"35" doc:"Mã của cơ quan gửi như trong danh sách" example:"H44.07"`
	Body client.SenderDecision
}

func (d *door) settleUnknownSender(ctx context.Context, c *call, in *settlingSender) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		switch in.Body.Act {
		case "link":
			return org.LinkSender(ctx, tx, in.Code, org.AgencyID(in.Body.Agency))
		case "ignore":
			return org.IgnoreSender(ctx, tx, in.Code, in.Body.Reason)
		}
		_, err := org.EnterSender(ctx, tx, in.Code, in.Body.Name)
		return err
	})
}
