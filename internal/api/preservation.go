package api

import (
	"context"
	"encoding/json"
	"net/http"

	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

const tagPreservation = "Bảo quản chữ ký"

func (d *door) preservationRoutes() {
	ask(d, get("/preservation", "readPreservation", tagPreservation, "Số liệu về dấu thời gian và bảo quản chữ ký"), d.readPreservation)
	do(d, post("/preservation/settings", "setPreserving", tagPreservation, "Đặt cách bảo quản chữ ký của cơ quan").with(http.MethodPut, 0), d.setPreserving)
	ask(d, post("/preservation/checks", "checkArchive", tagPreservation, "Kiểm tra lại toàn bộ chữ ký đang giữ của cơ quan"), d.checkArchive)
	ask(d, get("/preservation/files", "listPreservedFiles", tagPreservation, "Tệp chưa bảo quản được, có kết quả xấu đi, hoặc sắp gia hạn"), d.listPreserved)
	do(d, post("/preservation/files/{id}/retry", "retryPreservation", tagPreservation, "Bảo quản lại một tệp"), d.retryPreservation)
	ask(d, get("/preservation/stamps", "listOpenStamps", tagPreservation, "Dấu thời gian đang chờ hoặc chưa lấy được"), d.listOpenStamps)
	do(d, post("/preservation/stamps/{id}/retry", "retryStamp", tagPreservation, "Lấy lại dấu thời gian"), d.retryStamp)
	ask(d, get("/outgoing/{id}/release", "readRelease", tagPreservation, "Yêu cầu phát hành đang chờ dấu thời gian, hoặc kết quả của nó"), d.readRelease)
	ask(d, get("/outgoing/{id}/stamps", "listStamps", tagPreservation, "Dấu thời gian của văn bản đi"), d.listStamps)
	ask(d, get("/files/{id}/preservation", "readFilePreservation", tagPreservation, "Tình trạng bảo quản của một tệp"), d.filePreservation)
	ask(d, get("/files/{id}/preservation/report", "readPreservationReport", tagPreservation, "Báo cáo kiểm tra của bản mới nhất, kèm chứng cứ đã lấy"), d.preservationReport)
	d.stream(get("/files/{id}/preserved", "downloadPreserved", tagPreservation, "Tải bản bảo quản của một tệp"), givesFile("application/pdf"), d.downloadPreserved)
}

func (d *door) readPreservation(ctx context.Context, c *call, _ *struct{}) (client.Preservation, error) {
	f, err := documents.FiguresOfPreservation(ctx, d.DB, c.actor)
	if err != nil {
		return client.Preservation{}, err
	}
	out := client.Preservation{Worse: f.Worse, StampsWaiting: f.StampsWaiting, StampsFailed: f.StampsFailed, NextRenewal: when(f.NextRenewal), LastCheck: when(f.LastCheck),
		Authority: d.Desk.Stamper != nil, Files: each(f.Files, func(x documents.PreservationFigure) client.PreservationCount {
			return client.PreservationCount{State: string(x.State), StateLabel: c.lang.T(x.State.Label()), Level: x.Level, Count: x.N}
		})}
	if documents.KeepsSignatures(c.actor) {
		p, err := documents.PreservingOf(ctx, d.DB, c.actor.Agency)
		if err != nil {
			return out, err
		}
		out.Timestamp, out.ArchiveCheckIn = string(p.Stamp), p.CheckDays
	}
	return out, nil
}

type preserving struct{ Body client.Preserving }

func (d *door) setPreserving(ctx context.Context, c *call, in *preserving) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return documents.SetPreserving(ctx, tx, documents.Preserving{Stamp: documents.StampPolicy(in.Body.Timestamp), CheckDays: in.Body.ArchiveCheckDays})
	})
}

func (d *door) checkArchive(ctx context.Context, c *call, _ *struct{}) (out client.Checks, err error) {
	err = write(ctx, d, c, func(tx *store.Tx) error {
		out.Files, err = documents.CheckArchive(ctx, tx)
		return err
	})
	return out, err
}

// preservedList names one of the lists.
type preservedList struct {
	List string `query:"list" enum:"failed,worse,renewal" default:"failed" doc:"failed: chưa bảo quản được; worse: kết quả xấu đi; renewal: sắp gia hạn"`
}

func (d *door) listPreserved(ctx context.Context, c *call, in *preservedList) ([]client.PreservedFile, error) {
	all, err := documents.ListPreservations(ctx, d.DB, c.actor, in.List)
	return each(all, preservedOf(c.lang)), err
}

func preservedOf(l i18n.Lang) func(p documents.Preservation) client.PreservedFile {
	return func(p documents.Preservation) client.PreservedFile {
		return client.PreservedFile{File: client.ID(p.FileID), Ref: p.Ref, Title: p.Title, Name: p.Name, Source: p.Source, SHA256: p.SHA, FirstVerdict: p.FirstVerdict, Level: p.Level,
			State: string(p.State), StateLabel: l.T(p.State.Label()), Reason: said1(l, p.Said()), KeptSHA256: p.KeptSHA, KeptSize: p.KeptSize, RenewBefore: when(p.RenewBefore),
			Verdict: p.Verdict, CheckedAt: when(p.CheckedAt), NextCheck: when(p.CheckAt), WorseSince: when(p.WorseAt), EvidenceBytes: p.EvidenceSHA != ""}
	}
}

func (d *door) retryPreservation(ctx context.Context, c *call, in *One) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.RetryPreservation(ctx, tx, in.id()) })
}

func stampOf(l i18n.Lang) func(s documents.Stamp) client.TimeStamp {
	return func(s documents.Stamp) client.TimeStamp {
		return client.TimeStamp{ID: client.ID(s.ID), Outgoing: client.ID(s.OutgoingID), File: client.ID(s.FileID), Purpose: s.Purpose, State: string(s.State), StateLabel: l.T(s.State.Label()),
			Reason: said1(l, s.Said()), Tries: s.Tries, Authority: s.TSA, Time: when(s.TokenAt), AskedAt: s.AskedAt.Time()}
	}
}

func (d *door) listOpenStamps(ctx context.Context, c *call, _ *struct{}) ([]client.TimeStamp, error) {
	all, err := documents.OpenStamps(ctx, d.DB, c.actor)
	return each(all, func(s documents.OpenStamp) client.TimeStamp { return stampOf(c.lang)(s.Stamp) }), err
}

func (d *door) retryStamp(ctx context.Context, c *call, in *One) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.RetryStamp(ctx, tx, in.id()) })
}

func (d *door) listStamps(ctx context.Context, c *call, in *One) ([]client.TimeStamp, error) {
	all, err := documents.Stamps(ctx, d.DB, c.actor, in.id())
	return each(all, stampOf(c.lang)), err
}

func (d *door) readRelease(ctx context.Context, c *call, in *One) (client.Release, error) {
	r, ok, err := documents.FindRelease(ctx, d.DB, c.actor, in.id())
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Văn bản không có yêu cầu phát hành nào đang chờ.")
	}
	return client.Release{State: r.State, Reason: said1(c.lang, r.Said()), AskedAt: r.AskedAt.Time(), At: r.At.Time()}, err
}

func (d *door) filePreservation(ctx context.Context, c *call, in *One) (client.PreservedFile, error) {
	p, err := documents.FindPreservation(ctx, d.DB, c.actor, in.id())
	if err != nil {
		return client.PreservedFile{}, err
	}
	return preservedOf(c.lang)(p), nil
}

func (d *door) preservationReport(ctx context.Context, c *call, in *One) (client.PreservationReport, error) {
	p, err := documents.FindPreservation(ctx, d.DB, c.actor, in.id())
	if err != nil {
		return client.PreservationReport{}, err
	}
	proof, err := documents.OpenEvidence(ctx, d.Desk, c.actor, in.id())
	return client.PreservationReport{Report: json.RawMessage(p.Report), Evidence: json.RawMessage(store.JSONOf(proof))}, err
}

func (d *door) downloadPreserved(c *call, w http.ResponseWriter, r *http.Request) error {
	p, content, err := documents.OpenPreserved(r.Context(), d.Desk, c.actor, One{r.PathValue("id")}.id())
	if err != nil {
		return err
	}
	defer content.Close()
	give(w, r, documents.PreservedName(p.Name), "application/pdf", `"`+p.KeptSHA+`"`, content)
	return nil
}
